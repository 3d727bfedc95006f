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

/* Values of the input that a mix replaced in one call, runs of one channel. The
 * second is an EegDspReplacedFunc for the first. */
GArray *eeg_montage_replaced_new (void);
void eeg_montage_replaced_note (
    gpointer replaced, gsize first, gsize n, gsize channel);

/* Marks what they are part of, in the buffer of @n_frames from @position on that
 * @stage has in hand, notes them for its warning and forgets them. */
void eeg_montage_replaced_mark (GArray *replaced, const EegMontagePlan *plan,
    GstEegBaseFilter *stage, guint64 position, guint n_frames);

G_END_DECLS
