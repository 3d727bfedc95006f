/* GStreamer EEG library: what a stream carries
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteeginfo.h"

#include <math.h>
#include <string.h>

/* Channel indices travel as gint16 in the ledger's status runs. */
#define MAX_CHANNELS G_MAXINT16

G_DEFINE_QUARK (gst - eeg - error - quark, gst_eeg_error)
G_DEFINE_BOXED_TYPE (
    GstEegInfo, gst_eeg_info, gst_eeg_info_copy, gst_eeg_info_free)

static gchar **
default_labels (gint channels)
{
  gchar **labels = g_new0 (gchar *, channels + 1);
  gint i;

  for (i = 0; i < channels; i++)
    labels[i] = g_strdup_printf ("Ch%d", i + 1);
  return labels;
}

static gchar **
default_types (gint channels)
{
  gchar **types = g_new0 (gchar *, channels + 1);
  gint i;

  for (i = 0; i < channels; i++)
    types[i] = g_strdup ("eeg");
  return types;
}

static gdouble *
repeat_double (gdouble value, guint n)
{
  gdouble *out = g_new (gdouble, MAX (n, 1));
  guint i;

  for (i = 0; i < n; i++)
    out[i] = value;
  return out;
}

/**
 * gst_eeg_info_new:
 *
 * Returns: (transfer full): an empty info; give it a format with
 *     gst_eeg_info_set_format() or gst_eeg_info_from_caps()
 */
GstEegInfo *
gst_eeg_info_new (void)
{
  GstEegInfo *info = g_new (GstEegInfo, 1);

  gst_eeg_info_init (info);
  return info;
}

/**
 * gst_eeg_info_init:
 * @info: (out caller-allocates): memory to initialise; what it held is not freed
 */
void
gst_eeg_info_init (GstEegInfo *info)
{
  g_return_if_fail (info != NULL);
  memset (info, 0, sizeof *info);
  gst_audio_info_init (&info->audio);
  info->full_scale = repeat_double (1.0, 0);
  info->labels = default_labels (0);
  info->types = default_types (0);
  info->rate_n = 0;
  info->rate_d = 1;
  info->unit = GST_EEG_UNIT_VOLT;
}

/**
 * gst_eeg_info_clear:
 * @info: an initialised or all-zero info
 *
 * Frees what @info holds; it must be initialised before it is used again.
 * Clearing twice is fine.
 */
void
gst_eeg_info_clear (GstEegInfo *info)
{
  g_return_if_fail (info != NULL);
  g_free (info->full_scale);
  g_free (info->gain);
  g_strfreev (info->labels);
  g_strfreev (info->types);
  g_free (info->reference);
  memset (info, 0, sizeof *info);
}

/**
 * gst_eeg_info_copy_into:
 * @info: the original
 * @dest: an initialised or all-zero info; its content is replaced
 */
void
gst_eeg_info_copy_into (const GstEegInfo *info, GstEegInfo *dest)
{
  gsize bytes;

  g_return_if_fail (info != NULL && dest != NULL);
  if (info == dest)
    return;
  gst_eeg_info_clear (dest);
  bytes = sizeof (gdouble) * GST_EEG_INFO_CHANNELS (info);
  dest->audio = info->audio;
  dest->unit = info->unit;
  dest->full_scale = g_memdup2 (info->full_scale, bytes);
  dest->gain = info->gain ? g_memdup2 (info->gain, bytes) : NULL;
  dest->labels = g_strdupv (info->labels);
  dest->types = g_strdupv (info->types);
  dest->reference = g_strdup (info->reference);
  dest->rate_n = info->rate_n;
  dest->rate_d = info->rate_d;
  dest->labels_given = info->labels_given;
}

/**
 * gst_eeg_info_copy:
 * @info: the original
 *
 * Returns: (transfer full): a deep copy
 */
GstEegInfo *
gst_eeg_info_copy (const GstEegInfo *info)
{
  GstEegInfo *copy;

  g_return_val_if_fail (info != NULL, NULL);
  copy = g_new0 (GstEegInfo, 1);
  gst_eeg_info_copy_into (info, copy);
  return copy;
}

/**
 * gst_eeg_info_free:
 * @info: (transfer full) (nullable): an info from gst_eeg_info_new() or
 *     gst_eeg_info_copy()
 */
void
gst_eeg_info_free (GstEegInfo *info)
{
  if (info == NULL)
    return;
  gst_eeg_info_clear (info);
  g_free (info);
}

static gboolean
doubles_equal (const gdouble *a, const gdouble *b, guint n)
{
  guint i;

  if (a == NULL || b == NULL)
    return a == b;
  for (i = 0; i < n; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

/**
 * gst_eeg_info_is_equal:
 * @a: an info
 * @b: another
 *
 * Returns: %TRUE when both describe the same stream, labels included
 */
gboolean
gst_eeg_info_is_equal (const GstEegInfo *a, const GstEegInfo *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  if (GST_EEG_INFO_FORMAT (a) != GST_EEG_INFO_FORMAT (b) ||
      GST_EEG_INFO_RATE (a) != GST_EEG_INFO_RATE (b) ||
      GST_EEG_INFO_CHANNELS (a) != GST_EEG_INFO_CHANNELS (b) ||
      a->unit != b->unit ||
      (gint64) a->rate_n * b->rate_d != (gint64) b->rate_n * a->rate_d)
    return FALSE;
  return doubles_equal (
             a->full_scale, b->full_scale, GST_EEG_INFO_CHANNELS (a)) &&
         doubles_equal (a->gain, b->gain, GST_EEG_INFO_CHANNELS (a)) &&
         g_strv_equal ((const gchar *const *) a->labels,
             (const gchar *const *) b->labels) &&
         g_strv_equal ((const gchar *const *) a->types,
             (const gchar *const *) b->types) &&
         g_strcmp0 (a->reference, b->reference) == 0;
}

/**
 * gst_eeg_info_set_format:
 * @info: an initialised info
 * @format: %GST_AUDIO_FORMAT_S24_32LE (counts), %GST_AUDIO_FORMAT_F32LE or
 *     %GST_AUDIO_FORMAT_F64LE (volts)
 * @rate: nominal rate in Hz, at least 1
 * @channels: 1 to 32767
 * @error: what was wrong
 *
 * Sets format, rate, channels, and the unit that belongs to the format. Other
 * fields keep their values as far as they fit: a new number of channels resets
 * the per-channel fields, a new rate the exact rate, and volts get a full
 * scale of 1.
 *
 * Returns: %FALSE with @error, and @info unchanged, when the values make no
 *     EEG stream
 */
gboolean
gst_eeg_info_set_format (GstEegInfo *info, GstAudioFormat format, gint rate,
    gint channels, GError **error)
{
  GstAudioChannelPosition none[64];
  GstEegUnit unit;
  gint old;
  guint i;

  g_return_val_if_fail (info != NULL, FALSE);
  if (format != GST_AUDIO_FORMAT_S24_32LE && format != GST_AUDIO_FORMAT_F32LE &&
      format != GST_AUDIO_FORMAT_F64LE) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "format is %s, expected S24_32LE (counts), F32LE or F64LE (volts): "
        "convert before this element, audioconvert does it for plain audio",
        gst_audio_format_to_string (format));
    return FALSE;
  }
  if (rate < 1) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "rate is %d, expected a whole number of Hz of at least 1: set the "
        "nominal rate, and eeg-exact-rate where it is no whole number",
        rate);
    return FALSE;
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "channels is %d, expected 1 to %d: split the stream", channels,
        MAX_CHANNELS);
    return FALSE;
  }

  old = GST_EEG_INFO_CHANNELS (info);
  unit = format == GST_AUDIO_FORMAT_S24_32LE ? GST_EEG_UNIT_ADC
                                             : GST_EEG_UNIT_VOLT;
  /* Electrodes are no loudspeakers: two channels would become left and right */
  for (i = 0; i < G_N_ELEMENTS (none); i++)
    none[i] = GST_AUDIO_CHANNEL_POSITION_NONE;
  if (GST_EEG_INFO_RATE (info) != rate) {
    info->rate_n = rate;
    info->rate_d = 1;
  }
  gst_audio_info_set_format (&info->audio, format, rate, channels,
      channels == 1 || channels > 64 ? NULL : none);
  if (old != channels || info->labels == NULL) {
    g_free (info->full_scale);
    g_clear_pointer (&info->gain, g_free);
    g_strfreev (info->labels);
    g_strfreev (info->types);
    info->full_scale = repeat_double (1.0, channels);
    info->labels = default_labels (channels);
    info->types = default_types (channels);
    info->labels_given = FALSE;
  } else if (unit == GST_EEG_UNIT_VOLT && info->unit != unit) {
    g_free (info->full_scale);
    info->full_scale = repeat_double (1.0, channels);
  }
  info->unit = unit;
  return TRUE;
}

static gboolean
check_names (const gchar *field, gint channels, const gchar *const *names,
    gboolean unique, GError **error)
{
  GHashTable *seen;
  gboolean ok = TRUE;
  guint i, n = g_strv_length ((gchar **) names);

  if (n != (guint) channels) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "%s has %u entries, expected %d, one per channel: give one name for "
        "every channel, or leave the field out",
        field, n, channels);
    return FALSE;
  }
  seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (i = 0; ok && i < n; i++) {
    if (names[i][0] == '\0' || !g_utf8_validate (names[i], -1, NULL)) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "%s: entry %u is %s, expected a name: name the channel, or leave "
          "the whole field out",
          field, i + 1, names[i][0] ? "not valid UTF-8" : "empty");
      ok = FALSE;
    } else if (unique && !g_hash_table_add (seen, (gpointer) names[i])) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "%s: '%s' stands there twice (again at entry %u), expected names "
          "that differ: rename one of the channels",
          field, names[i], i + 1);
      ok = FALSE;
    }
  }
  g_hash_table_unref (seen);
  return ok;
}

/**
 * gst_eeg_info_set_labels:
 * @info: an info with a format
 * @labels: (array zero-terminated=1) (nullable): one name per channel, not
 *     empty, all different; %NULL goes back to "Ch1", "Ch2"...
 * @error: what was wrong
 *
 * Returns: %FALSE with @error, and @info unchanged, when the names do not fit
 */
gboolean
gst_eeg_info_set_labels (
    GstEegInfo *info, const gchar *const *labels, GError **error)
{
  gchar **copy;

  g_return_val_if_fail (info != NULL, FALSE);
  if (labels && !check_names ("eeg-labels", GST_EEG_INFO_CHANNELS (info),
                    labels, TRUE, error))
    return FALSE;
  copy = labels ? g_strdupv ((gchar **) labels)
                : default_labels (GST_EEG_INFO_CHANNELS (info));
  g_strfreev (info->labels);
  info->labels = copy;
  info->labels_given = labels != NULL;
  return TRUE;
}

/**
 * gst_eeg_info_set_types:
 * @info: an info with a format
 * @types: (array zero-terminated=1) (nullable): one type per channel ("eeg",
 *     "eog", "ecg", "emg", "aux"...); %NULL makes all "eeg"
 * @error: what was wrong
 *
 * Returns: %FALSE with @error, and @info unchanged, when they do not fit
 */
gboolean
gst_eeg_info_set_types (
    GstEegInfo *info, const gchar *const *types, GError **error)
{
  gchar **copy;

  g_return_val_if_fail (info != NULL, FALSE);
  if (types && !check_names ("eeg-types", GST_EEG_INFO_CHANNELS (info), types,
                   FALSE, error))
    return FALSE;
  copy = types ? g_strdupv ((gchar **) types)
               : default_types (GST_EEG_INFO_CHANNELS (info));
  g_strfreev (info->types);
  info->types = copy;
  return TRUE;
}

static gboolean
set_doubles (const gchar *field, const gchar *what, guint channels,
    gdouble **dest, const gdouble *values, guint n, GError **error)
{
  gdouble *copy;
  guint i;

  if (n != 1 && n != channels) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "%s has %u entries, expected 1 for all channels or %u, one per "
        "channel: give %s",
        field, n, channels, what);
    return FALSE;
  }
  for (i = 0; i < n; i++) {
    if (!isfinite (values[i]) || values[i] <= 0) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "%s: entry %u is %g, expected a finite number above 0: give %s",
          field, i + 1, values[i], what);
      return FALSE;
    }
  }
  copy = n == 1 ? repeat_double (values[0], channels)
                : g_memdup2 (values, sizeof (gdouble) * n);
  g_free (*dest);
  *dest = copy;
  return TRUE;
}

/**
 * gst_eeg_info_set_full_scale:
 * @info: an info with a format
 * @volts: (array length=n_volts): volts that 1.0 of full scale stands for,
 *     each finite and above 0 (of a converter: reference voltage / gain)
 * @n_volts: 1 (the same for all) or the number of channels
 * @error: what was wrong
 *
 * Returns: %FALSE with @error, and @info unchanged, when they do not fit
 */
gboolean
gst_eeg_info_set_full_scale (
    GstEegInfo *info, const gdouble *volts, guint n_volts, GError **error)
{
  g_return_val_if_fail (info != NULL && (volts != NULL || !n_volts), FALSE);
  return set_doubles ("eeg-full-scale",
      "the volts at full scale, reference voltage / gain",
      GST_EEG_INFO_CHANNELS (info), &info->full_scale, volts, n_volts, error);
}

/**
 * gst_eeg_info_set_gain:
 * @info: an info with a format
 * @gain: (array length=n_gain) (nullable): amplifier gain, each finite and
 *     above 0
 * @n_gain: 0 (unknown), 1 (the same for all) or the number of channels
 * @error: what was wrong
 *
 * Returns: %FALSE with @error, and @info unchanged, when they do not fit
 */
gboolean
gst_eeg_info_set_gain (
    GstEegInfo *info, const gdouble *gain, guint n_gain, GError **error)
{
  g_return_val_if_fail (info != NULL && (gain != NULL || !n_gain), FALSE);
  if (n_gain == 0) {
    g_clear_pointer (&info->gain, g_free);
    return TRUE;
  }
  return set_doubles ("eeg-gain", "the amplifier's gain",
      GST_EEG_INFO_CHANNELS (info), &info->gain, gain, n_gain, error);
}

/**
 * gst_eeg_info_set_reference:
 * @info: an info
 * @reference: (nullable): name of the reference; %NULL or "" when unknown
 */
void
gst_eeg_info_set_reference (GstEegInfo *info, const gchar *reference)
{
  gchar *copy;

  g_return_if_fail (info != NULL);
  copy = reference && *reference ? g_strdup (reference) : NULL;
  g_free (info->reference);
  info->reference = copy;
}

/**
 * gst_eeg_info_set_exact_rate:
 * @info: an info with a format
 * @numerator: of the exact nominal rate in Hz, above 0
 * @denominator: above 0
 * @error: what was wrong
 *
 * The exact rate must lie less than 1 Hz from the caps' whole-number rate.
 *
 * Returns: %FALSE with @error, and @info unchanged, when it does not fit
 */
gboolean
gst_eeg_info_set_exact_rate (
    GstEegInfo *info, gint numerator, gint denominator, GError **error)
{
  g_return_val_if_fail (info != NULL, FALSE);
  if (numerator < 1 || denominator < 1 ||
      ABS ((gint64) numerator -
           (gint64) denominator * GST_EEG_INFO_RATE (info)) >= denominator) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-exact-rate is %d/%d, expected a positive fraction less than 1 Hz "
        "from the rate of %d: correct it or leave it out",
        numerator, denominator, GST_EEG_INFO_RATE (info));
    return FALSE;
  }
  info->rate_n = numerator;
  info->rate_d = denominator;
  return TRUE;
}

/* --- caps ---------------------------------------------------------------- */

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
    return repeat_double (g_value_get_double (value), 1);
  }
  if (!GST_VALUE_HOLDS_ARRAY (value))
    goto wrong;
  n = gst_value_array_get_size (value);
  out = repeat_double (0.0, n);
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

    /* An empty array is no way to say "unknown". */
    ok = d && set_doubles ("eeg-gain", "the amplifier's gain",
                  GST_EEG_INFO_CHANNELS (info), &info->gain, d, n, error);
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

/**
 * gst_eeg_info_frames_to_time:
 * @info: an info with a format
 * @frames: a number of frames (samples per channel)
 *
 * Always computed from the whole count, so nothing accumulates.
 *
 * Returns: their duration in ns at the exact rate, rounded down
 */
GstClockTime
gst_eeg_info_frames_to_time (const GstEegInfo *info, guint64 frames)
{
  g_return_val_if_fail (info != NULL && info->rate_n > 0, GST_CLOCK_TIME_NONE);
  return gst_util_uint64_scale (
      frames, (guint64) info->rate_d * GST_SECOND, info->rate_n);
}

/**
 * gst_eeg_info_time_to_frames:
 * @info: an info with a format
 * @time: a time in ns
 *
 * Returns: the nearest number of frames, so that it undoes
 *     gst_eeg_info_frames_to_time() exactly
 */
guint64
gst_eeg_info_time_to_frames (const GstEegInfo *info, GstClockTime time)
{
  g_return_val_if_fail (info != NULL && info->rate_n > 0, 0);
  g_return_val_if_fail (GST_CLOCK_TIME_IS_VALID (time), 0);
  return gst_util_uint64_scale_round (
      time, info->rate_n, (guint64) info->rate_d * GST_SECOND);
}

/* --- list-valued properties ---------------------------------------------- */

gchar **
gst_eeg_parse_list (const gchar *text)
{
  gchar **list;
  guint i;

  if (text == NULL || text[strspn (text, " \t\r\n")] == '\0')
    return g_new0 (gchar *, 1);
  /* An empty entry stays: whoever checks the list can then name it. */
  list = g_strsplit (text, ",", -1);
  for (i = 0; list[i]; i++)
    g_strstrip (list[i]);
  return list;
}

gdouble *
gst_eeg_parse_double_list (const gchar *text, guint *n_values, GError **error)
{
  gchar **list;
  gdouble *out;
  guint i, n;

  g_return_val_if_fail (n_values != NULL, NULL);
  *n_values = 0;
  list = gst_eeg_parse_list (text);
  n = g_strv_length (list);
  out = repeat_double (0.0, n);
  for (i = 0; i < n; i++) {
    gchar *end = NULL;

    out[i] = g_ascii_strtod (list[i], &end);
    if (end == list[i] || *end != '\0' || !isfinite (out[i])) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "entry %u of the list is '%s', expected a finite number with a "
          "decimal point: write for example 1,2.5",
          i + 1, list[i]);
      g_strfreev (list);
      g_free (out);
      return NULL;
    }
  }
  g_strfreev (list);
  *n_values = n;
  return out;
}
