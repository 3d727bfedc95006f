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

G_DEFINE_BOXED_TYPE (
    GstEegInfo, gst_eeg_info, gst_eeg_info_copy, gst_eeg_info_free)

GQuark
gst_eeg_error_quark (void)
{
  return g_quark_from_static_string ("gst-eeg-error-quark");
}

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
 * gst_eeg_info_is_same_signal:
 * @a: an info
 * @b: another
 *
 * Volts stay what they are when the converter that they come from gets another
 * gain; counts do not.
 *
 * Returns: %TRUE when both describe the same stream, the gain behind volts aside
 */
gboolean
gst_eeg_info_is_same_signal (const GstEegInfo *a, const GstEegInfo *b)
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
         (a->unit == GST_EEG_UNIT_VOLT ||
             doubles_equal (a->gain, b->gain, GST_EEG_INFO_CHANNELS (a))) &&
         g_strv_equal ((const gchar *const *) a->labels,
             (const gchar *const *) b->labels) &&
         g_strv_equal ((const gchar *const *) a->types,
             (const gchar *const *) b->types) &&
         g_strcmp0 (a->reference, b->reference) == 0;
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
  return gst_eeg_info_is_same_signal (a, b) &&
         doubles_equal (a->gain, b->gain, GST_EEG_INFO_CHANNELS (a));
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

/**
 * gst_eeg_info_get_rate:
 * @info: an info
 *
 * Returns: nominal rate in whole Hz, 0 without a format
 */
gint
gst_eeg_info_get_rate (const GstEegInfo *info)
{
  g_return_val_if_fail (info != NULL, 0);
  return GST_EEG_INFO_RATE (info);
}

/**
 * gst_eeg_info_get_channels:
 * @info: an info
 *
 * Returns: number of channels, 0 without a format
 */
gint
gst_eeg_info_get_channels (const GstEegInfo *info)
{
  g_return_val_if_fail (info != NULL, 0);
  return GST_EEG_INFO_CHANNELS (info);
}

/**
 * gst_eeg_info_get_full_scale:
 * @info: an info with a format
 * @n_volts: (out): the number of channels
 *
 * Returns: (transfer none) (array length=n_volts): volts that 1.0 of full
 *     scale stands for, one entry per channel
 */
const gdouble *
gst_eeg_info_get_full_scale (const GstEegInfo *info, guint *n_volts)
{
  g_return_val_if_fail (info != NULL && n_volts != NULL, NULL);
  *n_volts = GST_EEG_INFO_CHANNELS (info);
  return info->full_scale;
}

/**
 * gst_eeg_info_get_gain:
 * @info: an info with a format
 * @n_gain: (out): the number of channels, or 0 when the gain is unknown
 *
 * Returns: (transfer none) (nullable) (array length=n_gain): amplifier gain,
 *     one entry per channel
 */
const gdouble *
gst_eeg_info_get_gain (const GstEegInfo *info, guint *n_gain)
{
  g_return_val_if_fail (info != NULL && n_gain != NULL, NULL);
  *n_gain = info->gain ? GST_EEG_INFO_CHANNELS (info) : 0;
  return info->gain;
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
