/* gst-plugins-eeg: eeggain
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_GAIN (gst_eeg_gain_get_type ())
G_DECLARE_FINAL_TYPE (GstEegGain, gst_eeg_gain, GST, EEG_GAIN, GstEegBaseFilter)
GST_ELEMENT_REGISTER_DECLARE (eeggain)

G_END_DECLS
