/* EEG spectrum element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_SPECTRUM (gst_eeg_spectrum_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegSpectrum, gst_eeg_spectrum, GST, EEG_SPECTRUM, GstEegBaseFilter)

GST_ELEMENT_REGISTER_DECLARE (eegspectrum);

G_END_DECLS
