/* gst-plugins-eeg: eegtoaudio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegtoaudio
 * @title: eegtoaudio
 * @short_description: an EEG in volts as plain audio
 *
 * Divides by #GstEegToAudio:full-scale, so that those volts become 1.0, and
 * takes the EEG fields off the caps: what leaves can be listened to, metered,
 * resampled or encoded by stock elements. Louder samples are not clipped here;
 * converters to integers clip them. Two channels become left and right.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc channels=2 num-buffers=250 ! eegtoaudio full-scale=0.0002 ! audioconvert ! audioresample ! wavenc ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegtoaudio.h"

#define DEFAULT_FULL_SCALE 100e-6

enum
{
  PROP_0,
  PROP_FULL_SCALE,
};

struct _GstEegToAudio
{
  GstEegAudioBridge parent;

  gdouble full_scale; /* object lock */
};

G_DEFINE_FINAL_TYPE (GstEegToAudio, gst_eeg_to_audio, GST_TYPE_EEG_AUDIO_BRIDGE)
GST_ELEMENT_REGISTER_DEFINE (
    eegtoaudio, "eegtoaudio", GST_RANK_NONE, GST_TYPE_EEG_TO_AUDIO)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

static GstCaps *
gst_eeg_to_audio_convert (GstEegAudioBridge *bridge, const GstCaps *caps,
    gdouble **factors, GError **error)
{
  GstEegToAudio *self = GST_EEG_TO_AUDIO (bridge);
  g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
  GstCaps *out;
  gdouble scale;
  gint channels, c;

  if (!gst_eeg_info_from_caps (info, caps, error))
    return NULL;
  if (info->unit != GST_EEG_UNIT_VOLT) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is adc (counts), expected V (volts): put eegtovoltage in "
        "front of it");
    return NULL;
  }
  GST_OBJECT_LOCK (self);
  scale = self->full_scale;
  GST_OBJECT_UNLOCK (self);
  channels = GST_EEG_INFO_CHANNELS (info);
  *factors = g_new (gdouble, channels);
  for (c = 0; c < channels; c++)
    (*factors)[c] = 1.0 / scale;
  out = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING,
      gst_audio_format_to_string (GST_EEG_INFO_FORMAT (info)), "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT,
      GST_EEG_INFO_RATE (info), "channels", G_TYPE_INT, channels, NULL);
  if (channels > 1)
    gst_caps_set_simple (out, "channel-mask", GST_TYPE_BITMASK,
        channels == 2 ? (guint64) 0x3 : (guint64) 0, NULL);
  return out;
}

static void
gst_eeg_to_audio_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegToAudio *self = GST_EEG_TO_AUDIO (object);

  if (id == PROP_FULL_SCALE) {
    GST_OBJECT_LOCK (self);
    self->full_scale = g_value_get_double (value);
    GST_OBJECT_UNLOCK (self);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
gst_eeg_to_audio_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegToAudio *self = GST_EEG_TO_AUDIO (object);

  if (id == PROP_FULL_SCALE) {
    GST_OBJECT_LOCK (self);
    g_value_set_double (value, self->full_scale);
    GST_OBJECT_UNLOCK (self);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
gst_eeg_to_audio_init (GstEegToAudio *self)
{
  self->full_scale = DEFAULT_FULL_SCALE;
}

static void
gst_eeg_to_audio_class_init (GstEegToAudioClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_eeg_to_audio_set_property;
  object_class->get_property = gst_eeg_to_audio_get_property;
  g_object_class_install_property (object_class, PROP_FULL_SCALE,
      g_param_spec_double ("full-scale", "Full scale",
          "Volts that become 1.0 in the audio, above 0 V to 1000 V", 1e-12, 1e3,
          DEFAULT_FULL_SCALE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_READY));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG to audio",
      "Filter/Converter/Audio",
      "Scales an EEG in volts to plain audio, for listening, meters and stock "
      "elements",
      "gst-plugins-eeg contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_AUDIO_BRIDGE, 0);
  GST_EEG_AUDIO_BRIDGE_CLASS (klass)->convert = gst_eeg_to_audio_convert;
}
