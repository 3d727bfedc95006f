/* gst-plugins-eeg: what both audio bridges share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegaudiobridge.h"

GST_DEBUG_CATEGORY_STATIC (eeg_audio_bridge_debug);
#define GST_CAT_DEFAULT eeg_audio_bridge_debug

/* streaming thread */
typedef struct
{
  GstAudioInfo audio;
  gdouble *factors; /* NULL: all 1 */
  GstCaps *refused; /* caps that an error was posted for */
} GstEegAudioBridgePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (
    GstEegAudioBridge, gst_eeg_audio_bridge, GST_TYPE_BASE_TRANSFORM)

#define PRIV(self) gst_eeg_audio_bridge_get_instance_private (self)

static GstCaps *
convert (GstEegAudioBridge *self, const GstCaps *caps, gdouble **factors,
    GError **error)
{
  *factors = NULL;
  return GST_EEG_AUDIO_BRIDGE_GET_CLASS (self)->convert (
      self, caps, factors, error);
}

static GstCaps *
gst_eeg_audio_bridge_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  static const gchar *const kept[] = {"format", "rate", "channels", "layout"};
  GstPad *other = direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad;
  GstCaps *result = NULL, *loose, *tmp;
  guint i, k;

  if (direction == GST_PAD_SINK && gst_caps_is_fixed (caps)) {
    gdouble *factors;

    /* What cannot be bridged is refused with a reason by the CAPS event. */
    result = convert (GST_EEG_AUDIO_BRIDGE (trans), caps, &factors, NULL);
    g_free (factors);
  }
  if (result == NULL) {
    result = gst_pad_get_pad_template_caps (other);
    if (!gst_caps_is_any (caps)) {
      loose = gst_caps_new_empty ();
      for (i = 0; i < gst_caps_get_size (caps); i++) {
        const GstStructure *s = gst_caps_get_structure (caps, i);
        GstStructure *out = gst_structure_new_empty ("audio/x-raw");

        for (k = 0; k < G_N_ELEMENTS (kept); k++) {
          const GValue *v = gst_structure_get_value (s, kept[k]);

          if (v)
            gst_structure_set_value (out, kept[k], v);
        }
        loose = gst_caps_merge_structure (loose, out);
      }
      tmp = gst_caps_intersect_full (loose, result, GST_CAPS_INTERSECT_FIRST);
      gst_caps_unref (loose);
      gst_caps_unref (result);
      result = tmp;
    }
  }
  if (filter) {
    tmp = gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (result);
    result = tmp;
  }
  return result;
}

/* One error, with the link that it is about. */
static void
refuse (GstEegAudioBridge *self, GstCaps *caps, const GError *error)
{
  GstEegAudioBridgePrivate *priv = PRIV (self);
  GstPad *sink = GST_BASE_TRANSFORM_SINK_PAD (self);
  GstObject *parent = NULL;
  GstPad *peer;

  /* A refused CAPS event stays sticky and comes again with every buffer. */
  if (priv->refused && gst_caps_is_equal (priv->refused, caps))
    return;
  gst_caps_replace (&priv->refused, caps);
  peer = gst_pad_get_peer (sink);
  if (peer)
    parent = gst_pad_get_parent (peer);
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
      ("Cannot take the stream on the link %s -> %s: %s.",
          parent ? GST_OBJECT_NAME (parent) : "(nothing)",
          GST_OBJECT_NAME (self), error->message),
      ("caps: %" GST_PTR_FORMAT, caps));
  gst_clear_object (&parent);
  gst_clear_object (&peer);
}

static gboolean
gst_eeg_audio_bridge_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegAudioBridge *self = GST_EEG_AUDIO_BRIDGE (trans);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    g_autoptr (GError) error = NULL;
    gdouble *factors;
    GstCaps *caps, *out;

    gst_event_parse_caps (event, &caps);
    out = convert (self, caps, &factors, &error);
    g_free (factors);
    if (out == NULL) {
      refuse (self, caps, error);
      gst_event_unref (event);
      return FALSE;
    }
    gst_caps_unref (out);
  }
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_audio_bridge_parent_class)
      ->sink_event (trans, event);
}

static gboolean
gst_eeg_audio_bridge_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstEegAudioBridge *self = GST_EEG_AUDIO_BRIDGE (trans);
  GstEegAudioBridgePrivate *priv = PRIV (self);
  gdouble *factors;
  GstCaps *out;

  out = convert (self, incaps, &factors, NULL);
  if (out == NULL || !gst_audio_info_from_caps (&priv->audio, outcaps)) {
    gst_clear_caps (&out);
    g_free (factors);
    return FALSE;
  }
  gst_caps_unref (out);
  g_free (priv->factors);
  priv->factors = factors;
  gst_clear_caps (&priv->refused);
  return TRUE;
}

static gboolean
gst_eeg_audio_bridge_get_unit_size (
    GstBaseTransform *trans, GstCaps *caps, gsize *size)
{
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps))
    return FALSE;
  *size = info.bpf;
  return TRUE;
}

#define DEFINE_MULTIPLY(type)                                                  \
  static void multiply_##type (                                                \
      type *x, const gdouble *factors, guint channels, guint frames)           \
  {                                                                            \
    guint f, c;                                                                \
                                                                               \
    for (f = 0; f < frames; f++, x += channels)                                \
      for (c = 0; c < channels; c++)                                           \
        x[c] = (type) (x[c] * factors[c]);                                     \
  }
DEFINE_MULTIPLY (gfloat)
DEFINE_MULTIPLY (gdouble)

static GstFlowReturn
gst_eeg_audio_bridge_transform_ip (GstBaseTransform *trans, GstBuffer *buffer)
{
  GstEegAudioBridge *self = GST_EEG_AUDIO_BRIDGE (trans);
  GstEegAudioBridgeClass *klass = GST_EEG_AUDIO_BRIDGE_GET_CLASS (self);
  GstEegAudioBridgePrivate *priv = PRIV (self);
  const guint bpf = GST_AUDIO_INFO_BPF (&priv->audio);
  const guint channels = GST_AUDIO_INFO_CHANNELS (&priv->audio);
  const gsize size = gst_buffer_get_size (buffer);
  GstMapInfo map;

  if (size % bpf != 0 || size / bpf > G_MAXUINT32) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A buffer of %" G_GSIZE_FORMAT " bytes arrived at %s, expected a "
         "whole number of frames of %u bytes: the element upstream cuts "
         "within a frame.",
            size, GST_OBJECT_NAME (self), bpf),
        (NULL));
    return GST_FLOW_ERROR;
  }
  if (priv->factors) {
    if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
      GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
          ("%s cannot map a buffer of %" G_GSIZE_FORMAT
           " bytes, expected memory that can be read and written.",
              GST_OBJECT_NAME (self), size),
          (NULL));
      return GST_FLOW_ERROR;
    }
    if (GST_AUDIO_INFO_FORMAT (&priv->audio) == GST_AUDIO_FORMAT_F32LE)
      multiply_gfloat (
          (gfloat *) map.data, priv->factors, channels, map.size / bpf);
    else
      multiply_gdouble (
          (gdouble *) map.data, priv->factors, channels, map.size / bpf);
    gst_buffer_unmap (buffer, &map);
  }
  if (klass->finish)
    klass->finish (self, buffer, &priv->audio, (guint) (size / bpf));
  return GST_FLOW_OK;
}

static gboolean
gst_eeg_audio_bridge_stop (GstBaseTransform *trans)
{
  GstEegAudioBridgePrivate *priv = PRIV (GST_EEG_AUDIO_BRIDGE (trans));

  g_clear_pointer (&priv->factors, g_free);
  gst_clear_caps (&priv->refused);
  return TRUE;
}

static void
gst_eeg_audio_bridge_finalize (GObject *object)
{
  gst_eeg_audio_bridge_stop (GST_BASE_TRANSFORM (object));
  G_OBJECT_CLASS (gst_eeg_audio_bridge_parent_class)->finalize (object);
}

static void
gst_eeg_audio_bridge_init (GstEegAudioBridge *self)
{
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
}

static void
gst_eeg_audio_bridge_class_init (GstEegAudioBridgeClass *klass)
{
  GstBaseTransformClass *trans = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      eeg_audio_bridge_debug, "eegaudio", 0, "bridges to plain audio");
  G_OBJECT_CLASS (klass)->finalize = gst_eeg_audio_bridge_finalize;
  trans->transform_caps = gst_eeg_audio_bridge_transform_caps;
  trans->sink_event = gst_eeg_audio_bridge_sink_event;
  trans->set_caps = gst_eeg_audio_bridge_set_caps;
  trans->get_unit_size = gst_eeg_audio_bridge_get_unit_size;
  trans->transform_ip = gst_eeg_audio_bridge_transform_ip;
  trans->stop = gst_eeg_audio_bridge_stop;
  trans->passthrough_on_same_caps = FALSE;
}
