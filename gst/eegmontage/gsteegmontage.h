/* EEG montage element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_MONTAGE (gst_eeg_montage_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegMontage, gst_eeg_montage, GST, EEG_MONTAGE, GstEegBaseFilter)

GST_ELEMENT_REGISTER_DECLARE (eegmontage);

G_END_DECLS
