/* gst-plugins-eeg: eegtovoltage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_TO_VOLTAGE (gst_eeg_to_voltage_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegToVoltage, gst_eeg_to_voltage, GST, EEG_TO_VOLTAGE, GstEegBaseFilter)
GST_ELEMENT_REGISTER_DECLARE (eegtovoltage)

G_END_DECLS
