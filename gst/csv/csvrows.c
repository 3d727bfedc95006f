/* csvsink: how a header and a row look
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "csvrows.h"

#include <gst/eeg/dsp/eegdsp-format.h>
#include <string.h>
#include <time.h>

/* Columns of a Cyton board between the channels and the time stamp, as the
 * OpenBCI GUI names them. Streams here carry no such data: they are 0. */
static const gchar *const board_columns[] = {"Accel Channel 0",
    "Accel Channel 1", "Accel Channel 2", "Not Used", "Digital Channel 0 (D11)",
    "Digital Channel 1 (D12)", "Digital Channel 2 (D13)",
    "Digital Channel 3 (D17)", "Not Used", "Digital Channel 4 (D18)",
    "Analog Channel 0", "Analog Channel 1", "Analog Channel 2"};

static gchar *
csv_text_reserve (CsvText *text, gsize size)
{
  if (text->allocated - text->size < size) {
    text->allocated = MAX (2 * text->allocated, text->size + size);
    text->data = g_realloc (text->data, text->allocated);
  }
  return text->data + text->size;
}

static void
csv_text_append (CsvText *text, const gchar *string)
{
  gsize n = strlen (string);

  memcpy (csv_text_reserve (text, n), string, n);
  text->size += n;
}

void
csv_text_clear (CsvText *text)
{
  g_clear_pointer (&text->data, g_free);
  text->size = text->allocated = 0;
}

/* RFC 4180: a field with a comma, a quote or a line end goes into quotes, and
 * quotes in it are doubled. */
static void
csv_text_append_quoted (CsvText *text, const gchar *field)
{
  if (!strpbrk (field, ",\"\r\n")) {
    csv_text_append (text, field);
    return;
  }
  csv_text_append (text, "\"");
  for (; *field; field++) {
    gchar c[3] = {*field, *field == '"' ? '"' : 0, 0};
    csv_text_append (text, c);
  }
  csv_text_append (text, "\"");
}

void
csv_rows_init (CsvRows *rows, GstCsvSinkLayout layout, guint decimals,
    const GstEegInfo *info)
{
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);

  memset (rows, 0, sizeof *rows);
  rows->layout = layout;
  rows->decimals = decimals;
  rows->info = info;
  rows->second = G_MININT64;
  rows->isa = eeg_dsp_isa ();
  rows->uv_per_count = g_new (gdouble, n);
  for (guint i = 0; i < n; i++)
    rows->uv_per_count[i] = info->full_scale[i] / 8388608.0 * 1e6;
  rows->row_size = (gsize) (n + 3) * (EEG_DSP_FORMAT_FIXED_SIZE + 2) + 256;
}

void
csv_rows_clear (CsvRows *rows)
{
  g_clear_pointer (&rows->uv_per_count, g_free);
  rows->info = NULL;
}

/* The names of all columns, in order; empty for a layout without header. */
gchar **
csv_rows_columns (const CsvRows *rows)
{
  guint n = (guint) GST_EEG_INFO_CHANNELS (rows->info);
  GPtrArray *names = g_ptr_array_new ();

  if (rows->layout == GST_CSV_SINK_LAYOUT_DEFAULT) {
    const gchar *unit =
        rows->info->unit == GST_EEG_UNIT_ADC ? "_counts" : "_uV";

    g_ptr_array_add (names, g_strdup ("sample"));
    g_ptr_array_add (names, g_strdup ("time_s"));
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (names, g_strconcat (rows->info->labels[i], unit, NULL));
    g_ptr_array_add (names, g_strdup ("flags"));
  } else if (rows->layout == GST_CSV_SINK_LAYOUT_OPENBCI) {
    g_ptr_array_add (names, g_strdup ("Sample Index"));
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (names, g_strdup_printf ("EXG Channel %u", i));
    for (guint i = 0; i < G_N_ELEMENTS (board_columns); i++)
      g_ptr_array_add (names, g_strdup (board_columns[i]));
    g_ptr_array_add (names, g_strdup ("Timestamp"));
    g_ptr_array_add (names, g_strdup ("Marker Channel"));
    g_ptr_array_add (names, g_strdup ("Timestamp (Formatted)"));
  }
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}

void
csv_rows_header (const CsvRows *rows, CsvText *text)
{
  gchar **names = csv_rows_columns (rows);
  const gchar *separator = ",";

  if (rows->layout == GST_CSV_SINK_LAYOUT_OPENBCI) {
    guint n = (guint) GST_EEG_INFO_CHANNELS (rows->info);
    /* The GUI chooses its reader by this class name. */
    gchar *head =
        g_strdup_printf ("%%OpenBCI Raw EXG Data\n%%Number of channels = %u\n"
                         "%%Sample Rate = %d Hz\n%%Board = OpenBCI_GUI$%s\n",
            n, GST_EEG_INFO_RATE (rows->info),
            n == 16 ? "BoardCytonSerialDaisy" : "BoardCytonSerial");

    csv_text_append (text, head);
    g_free (head);
    separator = ", ";
  }
  for (guint i = 0; names[i]; i++) {
    if (i)
      csv_text_append (text, separator);
    csv_text_append_quoted (text, names[i]);
  }
  if (names[0])
    csv_text_append (text, "\n");
  g_strfreev (names);
}

static inline gint32
read_counts (gconstpointer frame, guint channel)
{
  /* 24 bits in the low part of a 32-bit word; its top byte means nothing. */
  guint32 word = GST_READ_UINT32_LE ((const guint8 *) frame + 4 * channel);

  return (gint32) (word << 8) >> 8;
}

/* In microvolts: volts * 1e6 in double, rounded once. */
static inline gdouble
read_microvolts (const CsvRows *rows, gconstpointer frame, guint channel)
{
  const GstEegInfo *info = rows->info;

  if (info->unit == GST_EEG_UNIT_ADC)
    return read_counts (frame, channel) * rows->uv_per_count[channel];
  if (GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F64LE)
    return GST_READ_DOUBLE_LE ((const guint8 *) frame + 8 * channel) * 1e6;
  return (gdouble) GST_READ_FLOAT_LE ((const guint8 *) frame + 4 * channel) *
         1e6;
}

/* Moves the clock to @sample: exactly gst_eeg_info_frames_to_time(), but by one
 * addition for the sample after the last one. What the division leaves is
 * carried along, so nothing accumulates. */
static void
tick (CsvRows *rows, guint64 sample)
{
  const GstEegInfo *info = rows->info;
  const guint64 per = (guint64) info->rate_d * GST_SECOND;
  const guint64 rate = (guint64) info->rate_n;
  CsvClock *c = &rows->clock;
  guint64 second;

  if (c->running && sample == c->sample + 1) {
    c->rest += c->step_rest;
    c->nanoseconds += c->step + (c->rest >= rate);
    c->rest -= c->rest >= rate ? rate : 0;
  } else {
    guint64 n = sample - rows->first_sample;
    GstClockTime t = gst_eeg_info_frames_to_time (info, n);

    /* The product may wrap, its difference to the quotient does not. */
    c->rest = n * per - t * rate;
    c->step = per / rate;
    c->step_rest = per % rate;
    c->second = 0;
    c->nanoseconds = rows->first_time + t;
    c->length = 0;
    c->running = TRUE;
  }
  c->sample = sample;
  if (c->nanoseconds >= GST_SECOND || c->length == 0) {
    second = c->nanoseconds / GST_SECOND;
    c->second += second;
    c->nanoseconds -= second * GST_SECOND;
    c->length = (guint) (eeg_dsp_format_uint64 (c->text, c->second) - c->text);
    c->text[c->length++] = '.';
  }
}

static gchar *
append_time (CsvRows *rows, gchar *p, guint64 sample)
{
  tick (rows, sample);
  memcpy (p, rows->clock.text, sizeof rows->clock.text);
  return eeg_dsp_format_padded (
      p + rows->clock.length, rows->clock.nanoseconds, 9);
}

/* All channels of a frame in microvolts, each followed by @separator. */
static gchar *
append_microvolts (
    CsvRows *rows, gchar *p, gconstpointer frame, gchar separator)
{
  const GstEegInfo *info = rows->info;
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);
  guint decimals = rows->decimals;

  if (info->unit == GST_EEG_UNIT_VOLT && G_BYTE_ORDER == G_LITTLE_ENDIAN) {
    if (GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F64LE)
      return eeg_dsp_format_volts_f64 (
          rows->isa, p, frame, n, decimals, separator);
    return eeg_dsp_format_volts (rows->isa, p, frame, n, decimals, separator);
  }
  for (guint i = 0; i < n; i++) {
    p = eeg_dsp_format_fixed (p, read_microvolts (rows, frame, i), decimals);
    *p++ = separator;
  }
  return p;
}

static gchar *
append_default (
    CsvRows *rows, gchar *p, gconstpointer frame, guint64 sample, guint flags)
{
  const GstEegInfo *info = rows->info;
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);

  p = eeg_dsp_format_uint64 (p, sample);
  *p++ = ',';
  p = append_time (rows, p, sample);
  *p++ = ',';
  if (info->unit == GST_EEG_UNIT_ADC && G_BYTE_ORDER == G_LITTLE_ENDIAN) {
    p = eeg_dsp_format_counts (rows->isa, p, frame, n, ',');
  } else if (info->unit == GST_EEG_UNIT_ADC) {
    for (guint i = 0; i < n; i++) {
      p = eeg_dsp_format_int64 (p, read_counts (frame, i));
      *p++ = ',';
    }
  } else {
    p = append_microvolts (rows, p, frame, ',');
  }
  if (flags == 0)
    *p++ = '0';
  else
    p = eeg_dsp_format_uint64 (p, flags);
  *p++ = '\n';
  return p;
}

/* UTC of a sample, us since 1970. */
static gint64
sample_utc (const CsvRows *rows, guint64 sample)
{
  return rows->first_utc + (gint64) (gst_eeg_info_frames_to_time (rows->info,
                                         sample - rows->first_sample) /
                                     GST_USECOND);
}

static gchar *
append_seconds (gchar *p, gint64 utc)
{
  p = eeg_dsp_format_int64 (p, utc / G_USEC_PER_SEC);
  *p++ = '.';
  return eeg_dsp_format_padded (p, (guint64) (utc % G_USEC_PER_SEC), 6);
}

static gchar *
append_openbci (CsvRows *rows, gchar *p, gconstpointer frame, guint64 sample)
{
  guint n = (guint) GST_EEG_INFO_CHANNELS (rows->info);
  gint64 utc = sample_utc (rows, sample);

  /* The board counts its packages in one byte. */
  p = eeg_dsp_format_uint64 (p, sample & 255);
  for (guint i = 0; i < n; i++) {
    *p++ = ',';
    *p++ = ' ';
    p = eeg_dsp_format_fixed (
        p, read_microvolts (rows, frame, i), rows->decimals);
  }
  for (guint i = 0; i < G_N_ELEMENTS (board_columns); i++)
    p = (gchar *) memcpy (p, ", 0", 3) + 3;
  *p++ = ',';
  *p++ = ' ';
  p = append_seconds (p, utc);
  p = (gchar *) memcpy (p, ", 0, ", 5) + 5;
  if (rows->second != utc / G_USEC_PER_SEC) {
    time_t t = (time_t) (utc / G_USEC_PER_SEC);
    struct tm tm;

    /* That program writes local time. */
    localtime_r (&t, &tm);
    strftime (
        rows->second_text, sizeof rows->second_text, "%Y-%m-%d %H:%M:%S.", &tm);
    rows->second = utc / G_USEC_PER_SEC;
  }
  p = g_stpcpy (p, rows->second_text);
  p = eeg_dsp_format_padded (p, (guint64) (utc % G_USEC_PER_SEC) / 1000, 3);
  *p++ = '\n';
  return p;
}

static gchar *
append_brainflow (CsvRows *rows, gchar *p, gconstpointer frame, guint64 sample)
{
  p = eeg_dsp_format_fixed (p, (gdouble) (sample & 255), 6);
  *p++ = '\t';
  p = append_microvolts (rows, p, frame, '\t');
  for (guint i = 0; i < G_N_ELEMENTS (board_columns); i++)
    p = (gchar *) memcpy (p, "0.000000\t", 9) + 9;
  p = append_seconds (p, sample_utc (rows, sample));
  p = (gchar *) memcpy (p, "\t0.000000\n", 10) + 10;
  return p;
}

/* One row for one frame; the text is the same however the stream was cut into
 * buffers. */
void
csv_rows_append (CsvRows *rows, CsvText *text, gconstpointer frame,
    guint64 sample, guint flags)
{
  gchar *p = csv_text_reserve (text, rows->row_size);

  if (rows->layout == GST_CSV_SINK_LAYOUT_OPENBCI)
    p = append_openbci (rows, p, frame, sample);
  else if (rows->layout == GST_CSV_SINK_LAYOUT_BRAINFLOW)
    p = append_brainflow (rows, p, frame, sample);
  else
    p = append_default (rows, p, frame, sample, flags);
  text->size = (gsize) (p - text->data);
}
