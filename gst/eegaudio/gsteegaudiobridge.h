/* gst-plugins-eeg: what both audio bridges share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_AUDIO_BRIDGE (gst_eeg_audio_bridge_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstEegAudioBridge, gst_eeg_audio_bridge, GST,
    EEG_AUDIO_BRIDGE, GstBaseTransform)

/**
 * GstEegAudioBridgeClass:
 * @convert: from fixed @caps to what leaves for them; @factors (transfer full, nullable, one a channel) multiplies floating-point samples. NULL with @error when they cannot be bridged. Any thread
 * @finish: the buffer in hand, multiplied and writable. Streaming thread
 *
 * Same format, rate and channels on both sides: only the other fields of the
 * caps and the meaning of 1.0 change, in place.
 */
struct _GstEegAudioBridgeClass
{
  GstBaseTransformClass parent_class;

  GstCaps *(*convert) (GstEegAudioBridge *self, const GstCaps *caps,
      gdouble **factors, GError **error);
  void (*finish) (GstEegAudioBridge *self, GstBuffer *buffer,
      const GstAudioInfo *audio, guint n_frames);
};

G_END_DECLS
