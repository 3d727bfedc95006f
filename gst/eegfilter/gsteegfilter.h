/* EEG filter element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_FILTER (gst_eeg_filter_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegFilter, gst_eeg_filter, GST, EEG_FILTER, GstEegBaseFilter)

GST_ELEMENT_REGISTER_DECLARE (eegfilter);

G_END_DECLS
