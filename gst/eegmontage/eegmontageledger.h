/* Marks of the ledger follow the channels through a montage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegmontageplan.h"

G_BEGIN_DECLS

/* Rewrites the entries of @buffer (writable) from channels of the input to
 * those of the output: what marks an input marks every output that it is part
 * of. @scratch, an array of GstEegStatusRun, keeps its memory from call to
 * call. */
void eeg_montage_ledger_follow (
    const EegMontagePlan *plan, GstBuffer *buffer, GArray *scratch);

G_END_DECLS
