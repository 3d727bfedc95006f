/* GStreamer EEG library: what a stream carries
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/audio/audio.h>
#include <gst/eeg/eeg-prelude.h>

G_BEGIN_DECLS

/**
 * GST_EEG_CAPS_MAKE:
 * @formats: (type utf8): a string list such as "{ F32LE, F64LE }"
 *
 * Pad-template caps of an EEG stage. They never hold eeg-* fields: a template
 * that did would write them into unlabelled streams during negotiation.
 */
#define GST_EEG_CAPS_MAKE(formats)                                             \
  "audio/x-raw, format = (string) " formats                                    \
  ", layout = (string) interleaved, "                                          \
  "rate = (int) [ 1, max ], channels = (int) [ 1, max ]"
#define GST_EEG_FORMAT_COUNTS "S24_32LE"
#define GST_EEG_FORMATS_VOLTS "{ F32LE, F64LE }"
#define GST_EEG_FORMATS_ALL   "{ S24_32LE, F32LE, F64LE }"

/**
 * GstEegUnit:
 * @GST_EEG_UNIT_ADC: converter counts, S24_32LE; 2^23 counts are one full scale
 * @GST_EEG_UNIT_VOLT: volts at the electrode, F32LE or F64LE
 *
 * What the numbers of a stream mean (caps field eeg-unit).
 */
typedef enum
{
  GST_EEG_UNIT_ADC = 0,
  GST_EEG_UNIT_VOLT = 1,
} GstEegUnit;

typedef struct _GstEegInfo GstEegInfo;

/**
 * GstEegInfo:
 * @audio: format, nominal rate (Hz), channels, bytes per frame
 * @unit: what the numbers mean
 * @full_scale: (type gpointer): per channel, volts that 1.0 of full scale stands for; always as many entries as channels, see gst_eeg_info_get_full_scale()
 * @gain: (type gpointer): per channel amplifier gain, or %NULL when unknown, see gst_eeg_info_get_gain()
 * @labels: (array zero-terminated=1): electrode names, never %NULL; "Ch1".. when the caps name none
 * @types: (array zero-terminated=1): "eeg", "eog", "ecg", "emg", "aux"...; never %NULL
 * @reference: (nullable): name of the reference, e.g. "SRB1", "average"
 * @rate_n: numerator of the exact nominal rate in Hz
 * @rate_d: denominator of the exact nominal rate
 *
 * Parsed caps of an EEG stream. Owned by one thread at a time; copy it to hand
 * it on. Use gst_eeg_info_from_caps() and gst_eeg_info_to_caps(); nothing else
 * parses or writes the eeg-* fields.
 */
struct _GstEegInfo
{
  GstAudioInfo audio;
  GstEegUnit unit;
  gdouble *full_scale;
  gdouble *gain;
  gchar **labels;
  gchar **types;
  gchar *reference;
  gint rate_n;
  gint rate_d;

  /*< private >*/
  gboolean labels_given;
  gpointer _gst_reserved[GST_PADDING];
};

#define GST_TYPE_EEG_INFO          (gst_eeg_info_get_type ())
#define GST_EEG_INFO_RATE(i)       (GST_AUDIO_INFO_RATE (&(i)->audio))
#define GST_EEG_INFO_CHANNELS(i)   (GST_AUDIO_INFO_CHANNELS (&(i)->audio))
#define GST_EEG_INFO_BPF(i)        (GST_AUDIO_INFO_BPF (&(i)->audio))
#define GST_EEG_INFO_FORMAT(i)     (GST_AUDIO_INFO_FORMAT (&(i)->audio))
#define GST_EEG_INFO_EXACT_RATE(i) ((gdouble) (i)->rate_n / (i)->rate_d)

/**
 * GST_EEG_ERROR:
 *
 * Error domain of gst_eeg_info_from_caps() and of the setters.
 */
#define GST_EEG_ERROR (gst_eeg_error_quark ())

/**
 * GstEegError:
 * @GST_EEG_ERROR_NOT_FIXED: caps are empty, any or not fixed
 * @GST_EEG_ERROR_MEDIA: media type, format, layout or rate is not one of an EEG stream
 * @GST_EEG_ERROR_NO_UNIT: the caps do not say what the numbers mean
 * @GST_EEG_ERROR_FIELD: an eeg-* field has a wrong type, range or number of entries
 */
typedef enum
{
  GST_EEG_ERROR_NOT_FIXED,
  GST_EEG_ERROR_MEDIA,
  GST_EEG_ERROR_NO_UNIT,
  GST_EEG_ERROR_FIELD,
} GstEegError;

GST_EEG_API GType gst_eeg_info_get_type (void);
GST_EEG_API GQuark gst_eeg_error_quark (void);

GST_EEG_API GstEegInfo *gst_eeg_info_new (void);
GST_EEG_API void gst_eeg_info_init (GstEegInfo *info);
GST_EEG_API void gst_eeg_info_clear (GstEegInfo *info);
GST_EEG_API GstEegInfo *gst_eeg_info_copy (const GstEegInfo *info);
GST_EEG_API void gst_eeg_info_copy_into (
    const GstEegInfo *info, GstEegInfo *dest);
GST_EEG_API void gst_eeg_info_free (GstEegInfo *info);
GST_EEG_API gboolean gst_eeg_info_is_same_signal (
    const GstEegInfo *a, const GstEegInfo *b);
GST_EEG_API gboolean gst_eeg_info_is_equal (
    const GstEegInfo *a, const GstEegInfo *b);

GST_EEG_API gboolean gst_eeg_info_set_format (GstEegInfo *info,
    GstAudioFormat format, gint rate, gint channels, GError **error);
GST_EEG_API gboolean gst_eeg_info_set_labels (
    GstEegInfo *info, const gchar *const *labels, GError **error);
GST_EEG_API gboolean gst_eeg_info_set_types (
    GstEegInfo *info, const gchar *const *types, GError **error);
GST_EEG_API gboolean gst_eeg_info_set_full_scale (
    GstEegInfo *info, const gdouble *volts, guint n_volts, GError **error);
GST_EEG_API gboolean gst_eeg_info_set_gain (
    GstEegInfo *info, const gdouble *gain, guint n_gain, GError **error);
GST_EEG_API void gst_eeg_info_set_reference (
    GstEegInfo *info, const gchar *reference);
GST_EEG_API gboolean gst_eeg_info_set_exact_rate (
    GstEegInfo *info, gint numerator, gint denominator, GError **error);

GST_EEG_API gint gst_eeg_info_get_rate (const GstEegInfo *info);
GST_EEG_API gint gst_eeg_info_get_channels (const GstEegInfo *info);
GST_EEG_API const gdouble *gst_eeg_info_get_full_scale (
    const GstEegInfo *info, guint *n_volts);
GST_EEG_API const gdouble *gst_eeg_info_get_gain (
    const GstEegInfo *info, guint *n_gain);

GST_EEG_API gboolean gst_eeg_info_from_caps (
    GstEegInfo *info, const GstCaps *caps, GError **error);
GST_EEG_API GstCaps *gst_eeg_info_to_caps (const GstEegInfo *info);

GST_EEG_API GstClockTime gst_eeg_info_frames_to_time (
    const GstEegInfo *info, guint64 frames);
GST_EEG_API guint64 gst_eeg_info_time_to_frames (
    const GstEegInfo *info, GstClockTime time);

/**
 * gst_eeg_parse_list:
 * @text: (nullable): for example "Fp1, Fp2, O1"
 *
 * The one reader of list-valued string properties ("labels", "device"...):
 * comma separated, blanks around entries dropped.
 *
 * Returns: (transfer full) (array zero-terminated=1): the entries
 */
GST_EEG_API gchar **gst_eeg_parse_list (const gchar *text);

/**
 * gst_eeg_parse_double_list:
 * @text: "1, 2.5"
 * @n_values: (out): how many
 * @error: which entry was wrong
 *
 * As gst_eeg_parse_list(), for numbers in the C locale; %NULL and @error when
 * an entry is not a finite number.
 *
 * Returns: (transfer full) (array length=n_values) (nullable): the numbers
 */
GST_EEG_API gdouble *gst_eeg_parse_double_list (
    const gchar *text, guint *n_values, GError **error);

/**
 * gst_eeg_closest_word:
 * @word: what was found
 * @words: (array zero-terminated=1): what is allowed
 *
 * For "did you mean" in messages: the word that the fewest changed letters lead
 * to, if they are few for its length.
 *
 * Returns: (transfer none) (nullable): one of @words
 */
GST_EEG_API const gchar *gst_eeg_closest_word (
    const gchar *word, const gchar *const *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEegInfo, gst_eeg_info_free)

G_END_DECLS
