/* GStreamer EEG library: base class of EEG stages, the caps on both sides
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegbasefilter-private.h"

gboolean
gst_eeg_base_filter_check_accepted (
    GstEegBaseFilter *self, const GstEegInfo *in, GError **error)
{
  guint accepts = GST_EEG_BASE_FILTER_GET_CLASS (self)->accepts;

  if (accepts == 0)
    accepts = 1 << GST_EEG_UNIT_VOLT;
  if (accepts & (1 << in->unit))
    return TRUE;
  if (in->unit == GST_EEG_UNIT_ADC)
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is adc (counts), expected V (volts): put eegtovoltage in "
        "front of it");
  else
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is V (volts), expected adc (counts): link it to the source "
        "directly, without eegtovoltage between");
  return FALSE;
}

static gboolean
output_info (GstEegBaseFilter *self, const GstEegInfo *in, GstEegInfo *out,
    GError **error)
{
  GstEegBaseFilterClass *klass = GST_EEG_BASE_FILTER_GET_CLASS (self);

  gst_eeg_info_copy_into (in, out);
  return gst_eeg_base_filter_check_accepted (self, in, error) &&
         (!klass->transform_info ||
             klass->transform_info (self, in, out, error));
}

gboolean
gst_eeg_base_filter_parse_input (GstEegBaseFilter *self, const GstCaps *caps,
    GstEegInfo *in, GstEegInfo *out, GError **error)
{
  return gst_eeg_info_from_caps (in, caps, error) &&
         output_info (self, in, out, error);
}

/* Which fields of a stream that is not known yet pass unchanged is found by
 * asking the subclass about two made-up streams. */
typedef struct
{
  gboolean rate;
  gboolean channels;
  GstAudioFormat to[3]; /* for each of probe_formats, or UNKNOWN */
} Probe;

static const GstAudioFormat probe_formats[] = {
    GST_AUDIO_FORMAT_S24_32LE, GST_AUDIO_FORMAT_F32LE, GST_AUDIO_FORMAT_F64LE};

static void
probe (GstEegBaseFilter *self, Probe *p)
{
  static const gint rates[] = {4000, 5040}, channels[] = {8, 24};
  gboolean any = FALSE;
  guint f, k;

  p->rate = p->channels = TRUE;
  for (f = 0; f < G_N_ELEMENTS (probe_formats); f++) {
    p->to[f] = GST_AUDIO_FORMAT_UNKNOWN;
    for (k = 0; k < 2; k++) {
      GstEegInfo in, out;

      gst_eeg_info_init (&in);
      gst_eeg_info_init (&out);
      gst_eeg_info_set_format (
          &in, probe_formats[f], rates[k], channels[k], NULL);
      if (output_info (self, &in, &out, NULL)) {
        any = TRUE;
        p->to[f] = GST_EEG_INFO_FORMAT (&out);
        p->rate &= GST_EEG_INFO_RATE (&out) == rates[k];
        p->channels &= GST_EEG_INFO_CHANNELS (&out) == channels[k];
      }
      gst_eeg_info_clear (&in);
      gst_eeg_info_clear (&out);
    }
  }
  if (!any)
    p->rate = p->channels = FALSE;
}

static gboolean
value_has_format (const GValue *value, GstAudioFormat format)
{
  GValue one = G_VALUE_INIT;
  gboolean has;

  g_value_init (&one, G_TYPE_STRING);
  g_value_set_static_string (&one, gst_audio_format_to_string (format));
  has = gst_value_can_intersect (value, &one);
  g_value_unset (&one);
  return has;
}

/* What may stand on the other side of @s while little is known: audio fields
 * that pass, never an eeg-* field. */
static GstStructure *
loose_structure (
    const GstStructure *s, GstPadDirection direction, const Probe *p)
{
  GstStructure *out = gst_structure_new (
      "audio/x-raw", "layout", G_TYPE_STRING, "interleaved", NULL);
  const GValue *format = gst_structure_get_value (s, "format");
  const GValue *v;
  GValue list = G_VALUE_INIT;
  guint f, g;

  if (p->rate && (v = gst_structure_get_value (s, "rate")))
    gst_structure_set_value (out, "rate", v);
  else
    gst_structure_set (out, "rate", GST_TYPE_INT_RANGE, 1, G_MAXINT, NULL);
  if (p->channels && (v = gst_structure_get_value (s, "channels")))
    gst_structure_set_value (out, "channels", v);
  else
    gst_structure_set (out, "channels", GST_TYPE_INT_RANGE, 1, G_MAXINT, NULL);

  g_value_init (&list, GST_TYPE_LIST);
  for (f = 0; f < G_N_ELEMENTS (probe_formats); f++) {
    gboolean can = FALSE;

    /* f is a format on the other side; g one on the side of s */
    for (g = 0; g < G_N_ELEMENTS (probe_formats) && !can; g++) {
      gboolean maps = direction == GST_PAD_SINK ? p->to[g] == probe_formats[f]
                                                : p->to[f] == probe_formats[g];

      can = maps && (!format || value_has_format (format, probe_formats[g]));
    }
    if (can) {
      GValue one = G_VALUE_INIT;

      g_value_init (&one, G_TYPE_STRING);
      g_value_set_static_string (
          &one, gst_audio_format_to_string (probe_formats[f]));
      gst_value_list_append_and_take_value (&list, &one);
    }
  }
  if (gst_value_list_get_size (&list) == 1)
    gst_structure_set_value (
        out, "format", gst_value_list_get_value (&list, 0));
  else if (gst_value_list_get_size (&list) > 1)
    gst_structure_set_value (out, "format", &list);
  g_value_unset (&list);
  return out;
}

GstCaps *
gst_eeg_base_filter_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
  GstPad *other = direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad;
  GstCaps *result = NULL, *tmp;

  if (direction == GST_PAD_SINK && gst_caps_is_fixed (caps)) {
    GstEegInfo in = {0}, out = {0};

    /* Caps that cannot be used stay loose here: refusing them with a reason
     * is the business of the CAPS event. */
    if (gst_eeg_base_filter_parse_input (self, caps, &in, &out, NULL))
      result = gst_eeg_info_is_equal (&in, &out) ? gst_caps_ref (caps)
                                                 : gst_eeg_info_to_caps (&out);
    gst_eeg_info_clear (&in);
    gst_eeg_info_clear (&out);
  }
  if (result == NULL) {
    GstCaps *templ = gst_pad_get_pad_template_caps (other);

    if (gst_caps_is_any (caps)) {
      result = templ;
    } else {
      Probe p;
      guint i;

      probe (self, &p);
      tmp = gst_caps_new_empty ();
      for (i = 0; i < gst_caps_get_size (caps); i++)
        tmp = gst_caps_merge_structure (tmp,
            loose_structure (gst_caps_get_structure (caps, i), direction, &p));
      result = gst_caps_intersect_full (tmp, templ, GST_CAPS_INTERSECT_FIRST);
      gst_caps_unref (tmp);
      gst_caps_unref (templ);
    }
  }
  if (filter) {
    tmp = gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (result);
    result = tmp;
  }
  GST_LOG_OBJECT (
      self, "%" GST_PTR_FORMAT " -> %" GST_PTR_FORMAT, caps, result);
  return result;
}

GstCaps *
gst_eeg_base_filter_fixate_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *othercaps)
{
  if (direction == GST_PAD_SINK) {
    GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
    GstEegInfo in = {0}, out = {0};
    GstCaps *exact = NULL;

    if (gst_eeg_base_filter_parse_input (self, caps, &in, &out, NULL)) {
      exact = gst_eeg_info_to_caps (&out);
      if (!gst_caps_can_intersect (exact, othercaps))
        gst_clear_caps (&exact);
    }
    gst_eeg_info_clear (&in);
    gst_eeg_info_clear (&out);
    if (exact) {
      gst_caps_unref (othercaps);
      return exact;
    }
  }
  return gst_caps_fixate (othercaps);
}

gboolean
gst_eeg_base_filter_get_unit_size (
    GstBaseTransform *trans, GstCaps *caps, gsize *size)
{
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps) || info.bpf <= 0)
    return FALSE;
  *size = info.bpf;
  return TRUE;
}
