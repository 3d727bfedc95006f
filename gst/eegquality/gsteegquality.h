/* EEG quality element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_QUALITY (gst_eeg_quality_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegQuality, gst_eeg_quality, GST, EEG_QUALITY, GstEegBaseFilter)

GST_ELEMENT_REGISTER_DECLARE (eegquality);

G_END_DECLS
