/* EEG merging element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstaggregator.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_MERGE (gst_eeg_merge_get_type ())
G_DECLARE_FINAL_TYPE (GstEegMerge, gst_eeg_merge, GST, EEG_MERGE, GstAggregator)

GST_ELEMENT_REGISTER_DECLARE (eegmerge);

G_END_DECLS
