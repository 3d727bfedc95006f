/* gst-plugins-eeg: eegfromaudio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gsteegaudiobridge.h"

G_BEGIN_DECLS

#define GST_TYPE_EEG_FROM_AUDIO (gst_eeg_from_audio_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegFromAudio, gst_eeg_from_audio, GST, EEG_FROM_AUDIO, GstEegAudioBridge)
GST_ELEMENT_REGISTER_DECLARE (eegfromaudio)

G_END_DECLS
