/* gst-plugins-eeg: eegtoaudio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gsteegaudiobridge.h"

G_BEGIN_DECLS

#define GST_TYPE_EEG_TO_AUDIO (gst_eeg_to_audio_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegToAudio, gst_eeg_to_audio, GST, EEG_TO_AUDIO, GstEegAudioBridge)
GST_ELEMENT_REGISTER_DECLARE (eegtoaudio)

G_END_DECLS
