/* What eegmerge makes of the streams that it joins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegmergepad.h"

G_BEGIN_DECLS

/* The channels of all pads, one after another. All must have caps. FALSE with
 * @error, which names both pads, when they cannot be one stream. */
gboolean eeg_merge_join (
    EegMergePad *const *pads, guint n_pads, GstEegInfo *out, GError **error);

G_END_DECLS
