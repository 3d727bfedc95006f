/* EEG downsampling element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_DOWNSAMPLE (gst_eeg_downsample_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegDownsample, gst_eeg_downsample, GST, EEG_DOWNSAMPLE, GstEegBaseFilter)

GST_ELEMENT_REGISTER_DECLARE (eegdownsample);

G_END_DECLS
