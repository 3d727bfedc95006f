/* GStreamer EEG library: between caps and GstEegInfo, the only reader and
 * writer of the eeg-* fields
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteeginfo.h"

#include <string.h>

static gchar *
value_text (const GValue *value)
{
  gchar *text = gst_value_serialize (value);

  return text ? text : g_strdup (G_VALUE_TYPE_NAME (value));
}

/* A GstValueArray of strings, or one string for one channel. */
static gchar **
strings_from_value (const gchar *field, const GValue *value, GError **error)
{
  gchar **out;
  gchar *text;
  guint i, n;

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value)) {
    out = g_new0 (gchar *, 2);
    out[0] = g_value_dup_string (value);
    return out;
  }
  if (!GST_VALUE_HOLDS_ARRAY (value))
    goto wrong;
  n = gst_value_array_get_size (value);
  out = g_new0 (gchar *, n + 1);
  for (i = 0; i < n; i++) {
    const GValue *v = gst_value_array_get_value (value, i);

    if (!G_VALUE_HOLDS_STRING (v) || g_value_get_string (v) == NULL) {
      g_strfreev (out);
      goto wrong;
    }
    out[i] = g_value_dup_string (v);
  }
  return out;

wrong:
  text = value_text (value);
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "%s is %s (%s), expected an array of strings, one per channel: write "
      "%s=(string)<Fp1,Fp2>",
      field, text, G_VALUE_TYPE_NAME (value), field);
  g_free (text);
  return NULL;
}

/* One double, or a GstValueArray of doubles. */
static gdouble *
doubles_from_value (
    const gchar *field, const GValue *value, guint *n_out, GError **error)
{
  gdouble *out;
  gchar *text;
  guint i, n;

  if (G_VALUE_HOLDS_DOUBLE (value)) {
    *n_out = 1;
    out = g_new (gdouble, 1);
    out[0] = g_value_get_double (value);
    return out;
  }
  if (!GST_VALUE_HOLDS_ARRAY (value))
    goto wrong;
  n = gst_value_array_get_size (value);
  /* An empty array is no way to say "unknown". */
  if (n == 0)
    goto wrong;
  out = g_new0 (gdouble, MAX (n, 1));
  for (i = 0; i < n; i++) {
    const GValue *v = gst_value_array_get_value (value, i);

    if (!G_VALUE_HOLDS_DOUBLE (v)) {
      g_free (out);
      goto wrong;
    }
    out[i] = g_value_get_double (v);
  }
  *n_out = n;
  return out;

wrong:
  text = value_text (value);
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "%s is %s (%s), expected a double or an array of doubles, one per "
      "channel: write %s=(double)0.1875 or %s=(double)<0.1875,0.375>",
      field, text, G_VALUE_TYPE_NAME (value), field, field);
  g_free (text);
  return NULL;
}

static gboolean
read_media (GstEegInfo *info, const GstCaps *caps, GError **error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  const gchar *format, *layout;
  gint rate, channels;
  GstAudioFormat f;

  if (!gst_structure_has_name (s, "audio/x-raw") ||
      (features && !gst_caps_features_is_equal (
                       features, GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))) {
    gchar *text = features ? gst_caps_features_to_string (features) : NULL;

    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "media type is %s(%s), expected audio/x-raw in system memory: decode "
        "or convert the stream first",
        gst_structure_get_name (s), text ? text : "");
    g_free (text);
    return FALSE;
  }
  layout = gst_structure_get_string (s, "layout");
  if (g_strcmp0 (layout, "interleaved") != 0) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "layout is %s, expected interleaved: put audioconvert in front",
        layout ? layout : "missing");
    return FALSE;
  }
  format = gst_structure_get_string (s, "format");
  f = format ? gst_audio_format_from_string (format) : GST_AUDIO_FORMAT_UNKNOWN;
  if (f == GST_AUDIO_FORMAT_UNKNOWN) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "format is %s, expected S24_32LE (counts), F32LE or F64LE (volts): "
        "put audioconvert in front",
        format ? format : "missing");
    return FALSE;
  }
  if (!gst_structure_get_int (s, "rate", &rate) ||
      !gst_structure_get_int (s, "channels", &channels)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "%s is missing or no integer, expected a whole number of at least 1: "
        "complete the caps of the source",
        gst_structure_has_field_typed (s, "rate", G_TYPE_INT) ? "channels"
                                                              : "rate");
    return FALSE;
  }
  return gst_eeg_info_set_format (info, f, rate, channels, error);
}

static gboolean
read_unit (GstEegInfo *info, const GstStructure *s, GError **error)
{
  const gchar *unit = gst_structure_get_string (s, "eeg-unit");
  const gchar *format = gst_audio_format_to_string (GST_EEG_INFO_FORMAT (info));
  gboolean counts = GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S24_32LE;

  if (unit == NULL && !gst_structure_has_field (s, "eeg-unit")) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_NO_UNIT,
        "eeg-unit is missing, expected adc or V: nothing says what the "
        "numbers mean; put eegfromaudio in front of it and tell it the unit");
    return FALSE;
  }
  if (g_strcmp0 (unit, "adc") != 0 && g_strcmp0 (unit, "V") != 0) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_NO_UNIT,
        "eeg-unit is '%s', expected adc (converter counts) or V (volts): "
        "correct the caps, or put eegfromaudio in front of it",
        unit ? unit : "(no string)");
    return FALSE;
  }
  if (counts != (unit[0] == 'a')) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is %s but format is %s, expected adc with S24_32LE or V "
        "with F32LE or F64LE: %s",
        unit, format,
        counts ? "set eeg-unit=adc, eegtovoltage makes volts of it"
               : "set eeg-unit=V, or keep counts in S24_32LE");
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_fields (GstEegInfo *info, const GstStructure *s, GError **error)
{
  const GValue *v;
  gboolean ok;
  guint n;

  if ((v = gst_structure_get_value (s, "eeg-full-scale"))) {
    gdouble *d = doubles_from_value ("eeg-full-scale", v, &n, error);

    ok = d && gst_eeg_info_set_full_scale (info, d, n, error);
    g_free (d);
    if (!ok)
      return FALSE;
  } else if (info->unit == GST_EEG_UNIT_ADC) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-full-scale is missing, expected the volts at full scale "
        "(reference voltage / gain) with eeg-unit=adc: set it at the source, "
        "or put eegfromaudio in front of it");
    return FALSE;
  }
  if ((v = gst_structure_get_value (s, "eeg-gain"))) {
    gdouble *d = doubles_from_value ("eeg-gain", v, &n, error);

    ok = d && gst_eeg_info_set_gain (info, d, n, error);
    g_free (d);
    if (!ok)
      return FALSE;
  }
  if ((v = gst_structure_get_value (s, "eeg-labels"))) {
    gchar **l = strings_from_value ("eeg-labels", v, error);

    ok = l && gst_eeg_info_set_labels (info, (const gchar *const *) l, error);
    g_strfreev (l);
    if (!ok)
      return FALSE;
  }
  if ((v = gst_structure_get_value (s, "eeg-types"))) {
    gchar **t = strings_from_value ("eeg-types", v, error);

    ok = t && gst_eeg_info_set_types (info, (const gchar *const *) t, error);
    g_strfreev (t);
    if (!ok)
      return FALSE;
  }
  if ((v = gst_structure_get_value (s, "eeg-reference"))) {
    const gchar *r = G_VALUE_HOLDS_STRING (v) ? g_value_get_string (v) : NULL;

    if (r == NULL || *r == '\0') {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "eeg-reference is %s, expected a name: write "
          "eeg-reference=(string)SRB1 or leave it out",
          r ? "empty" : G_VALUE_TYPE_NAME (v));
      return FALSE;
    }
    gst_eeg_info_set_reference (info, r);
  }
  if ((v = gst_structure_get_value (s, "eeg-exact-rate"))) {
    if (!GST_VALUE_HOLDS_FRACTION (v)) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "eeg-exact-rate is a %s, expected a fraction in Hz: write "
          "eeg-exact-rate=(fraction)1000000/4003",
          G_VALUE_TYPE_NAME (v));
      return FALSE;
    }
    return gst_eeg_info_set_exact_rate (info,
        gst_value_get_fraction_numerator (v),
        gst_value_get_fraction_denominator (v), error);
  }
  return TRUE;
}

/**
 * gst_eeg_info_from_caps:
 * @info: an initialised or all-zero info; its content is replaced
 * @caps: fixed caps
 * @error: names the field, what was found, what was expected, and the remedy
 *
 * Strict: anything unclear is an error, nothing is guessed.
 *
 * Returns: %FALSE with @error, and @info empty, when @caps do not describe an
 *     EEG stream
 */
gboolean
gst_eeg_info_from_caps (GstEegInfo *info, const GstCaps *caps, GError **error)
{
  const GstStructure *s;

  g_return_val_if_fail (info != NULL && GST_IS_CAPS (caps), FALSE);
  gst_eeg_info_clear (info);
  gst_eeg_info_init (info);
  if (!gst_caps_is_fixed (caps)) {
    gchar *text = gst_caps_to_string (caps);

    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_NOT_FIXED,
        "caps are not fixed: found %s, expected one value for every field: "
        "name the missing ones in a caps filter",
        text);
    g_free (text);
    return FALSE;
  }
  s = gst_caps_get_structure (caps, 0);
  if (read_media (info, caps, error) && read_unit (info, s, error) &&
      read_fields (info, s, error))
    return TRUE;
  gst_eeg_info_clear (info);
  gst_eeg_info_init (info);
  return FALSE;
}

static void
set_double_field (
    GstStructure *s, const gchar *field, const gdouble *values, guint n)
{
  GValue array = G_VALUE_INIT, v = G_VALUE_INIT;
  guint i;

  for (i = 1; i < n && values[i] == values[0]; i++)
    ;
  if (i >= n) {
    gst_structure_set (s, field, G_TYPE_DOUBLE, values[0], NULL);
    return;
  }
  gst_value_array_init (&array, n);
  g_value_init (&v, G_TYPE_DOUBLE);
  for (i = 0; i < n; i++) {
    g_value_set_double (&v, values[i]);
    gst_value_array_append_value (&array, &v);
  }
  g_value_unset (&v);
  gst_structure_take_value (s, field, &array);
}

static void
set_string_field (GstStructure *s, const gchar *field, gchar **strings)
{
  GValue array = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, g_strv_length (strings));
  for (i = 0; strings[i]; i++) {
    GValue v = G_VALUE_INIT;

    g_value_init (&v, G_TYPE_STRING);
    g_value_set_string (&v, strings[i]);
    gst_value_array_append_and_take_value (&array, &v);
  }
  gst_structure_take_value (s, field, &array);
}

/**
 * gst_eeg_info_to_caps:
 * @info: an info with a format
 *
 * The inverse of gst_eeg_info_from_caps(). The channel mask is always written
 * as 0 (electrodes have no loudspeaker positions), defaults are left out.
 *
 * Returns: (transfer full): fixed caps
 */
GstCaps *
gst_eeg_info_to_caps (const GstEegInfo *info)
{
  GstStructure *s;
  GstCaps *caps;
  guint n, i;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (GST_EEG_INFO_CHANNELS (info) > 0, NULL);
  n = GST_EEG_INFO_CHANNELS (info);
  s = gst_structure_new ("audio/x-raw", "format", G_TYPE_STRING,
      gst_audio_format_to_string (GST_EEG_INFO_FORMAT (info)), "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT,
      GST_EEG_INFO_RATE (info), "channels", G_TYPE_INT, (gint) n,
      "channel-mask", GST_TYPE_BITMASK, (guint64) 0, "eeg-unit", G_TYPE_STRING,
      info->unit == GST_EEG_UNIT_ADC ? "adc" : "V", NULL);
  set_double_field (s, "eeg-full-scale", info->full_scale, n);
  if (info->gain)
    set_double_field (s, "eeg-gain", info->gain, n);
  if (info->labels_given)
    set_string_field (s, "eeg-labels", info->labels);
  for (i = 0; i < n; i++) {
    if (strcmp (info->types[i], "eeg") != 0) {
      set_string_field (s, "eeg-types", info->types);
      break;
    }
  }
  if (info->reference)
    gst_structure_set (
        s, "eeg-reference", G_TYPE_STRING, info->reference, NULL);
  if ((gint64) info->rate_d * GST_EEG_INFO_RATE (info) != info->rate_n)
    gst_structure_set (s, "eeg-exact-rate", GST_TYPE_FRACTION, info->rate_n,
        info->rate_d, NULL);
  caps = gst_caps_new_empty ();
  gst_caps_append_structure (caps, s);
  return caps;
}
