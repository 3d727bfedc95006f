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

#define EACH_BYTE(b) (G_GUINT64_CONSTANT (0x0101010101010101) * (b))

static guint64
digits_of (guint64 number)
{
  gchar text[8];
  guint64 digits;

  eeg_dsp_format_padded (text, number, 8);
  memcpy (&digits, text, 8);
  return GUINT64_FROM_BE (digits) - EACH_BYTE ('0');
}

/* Adds as one does by hand, all digits at once: 246 more makes a byte of a digit
 * overflow into the next where ten is reached. Of @b the last digit may be ten.
 * Tells whether the first digit overflowed. */
static inline gboolean
add_digits (guint64 *a, guint64 b)
{
  guint64 kept, sum;
  gboolean carry = __builtin_add_overflow (*a, b + EACH_BYTE (246), &sum);

  kept = sum & EACH_BYTE (0xf0);
  *a = sum - kept - ((kept >> 5) & EACH_BYTE (6));
  return carry;
}

static void
set_seconds (CsvClock *c, guint64 second)
{
  c->second = second;
  c->length = (guint) (eeg_dsp_format_uint64 (c->text, second) - c->text);
  c->text[c->length++] = '.';
}

static void
set_index (CsvClock *c, guint64 sample)
{
  gchar text[EEG_DSP_FORMAT_INT_SIZE + 8];

  c->index_length = (guint) (eeg_dsp_format_uint64 (text, sample) - text);
  /* What follows the digits is anything. */
  memset (text + c->index_length, 0, 8);
  memcpy (&c->index, text, 8);
  c->index = GUINT64_FROM_LE (c->index);
  c->one = c->index_length <= 8
               ? G_GUINT64_CONSTANT (1) << 8 * (c->index_length - 1)
               : 0;
}

/* Sets the clock to @sample by division. */
static void
set_clock (CsvRows *rows, guint64 sample)
{
  const GstEegInfo *info = rows->info;
  const guint64 per = (guint64) info->rate_d * GST_SECOND;
  const guint64 rate = (guint64) info->rate_n;
  guint64 n = sample - rows->first_sample;
  GstClockTime t = gst_eeg_info_frames_to_time (info, n);
  CsvClock *c = &rows->clock;
  guint64 nanoseconds;

  /* The product may wrap, its difference to the quotient does not. */
  c->rest = n * per - t * rate;
  c->step = per / rate;
  c->step_rest = per % rate;
  c->step_tenths = (guint) (c->step % GST_SECOND / 100000000u);
  c->step_digits = digits_of (c->step % 100000000u);
  t += rows->first_time;
  nanoseconds = t % GST_SECOND;
  set_seconds (c, t / GST_SECOND);
  c->tenths = (guint) (nanoseconds / 100000000u);
  c->digits = digits_of (nanoseconds % 100000000u);
  c->sample = sample;
  set_index (c, sample);
  c->running = TRUE;
}

/* Moves the clock to @sample: exactly gst_eeg_info_frames_to_time(), but by one
 * addition for the sample after the last one. What the division leaves is
 * carried along, so nothing accumulates. */
static inline void
tick (CsvRows *rows, guint64 sample)
{
  CsvClock *c = &rows->clock;
  gboolean more;

  if (G_UNLIKELY (!c->running || sample != c->sample + 1)) {
    set_clock (rows, sample);
    return;
  }
  c->sample = sample;
  c->index += c->one;
  if (c->index_length > 8 ||
      (c->index >> 8 * (c->index_length - 1)) > (guint64) '9')
    set_index (c, sample);

  c->rest += c->step_rest;
  more = c->rest >= (guint64) rows->info->rate_n;
  c->rest -= more ? (guint64) rows->info->rate_n : 0;
  c->tenths += c->step_tenths + add_digits (&c->digits, c->step_digits + more);
  if (c->tenths >= 10 || c->step >= GST_SECOND) {
    guint64 seconds = c->second + c->step / GST_SECOND + c->tenths / 10;

    c->tenths %= 10;
    set_seconds (c, seconds);
  }
}

/* Index and time of @sample and a comma after each. */
static gchar *
append_clock (CsvRows *rows, gchar *p, guint64 sample)
{
  CsvClock *c = &rows->clock;
  guint64 word;

  tick (rows, sample);
  word = GUINT64_TO_LE (c->index);
  memcpy (p, &word, 8);
  if (G_UNLIKELY (c->index_length > 8))
    eeg_dsp_format_uint64 (p, sample);
  p += c->index_length;
  *p++ = ',';
  memcpy (p, c->text, sizeof c->text);
  p += c->length;
  *p++ = (gchar) ('0' + c->tenths);
  word = GUINT64_TO_BE (c->digits + EACH_BYTE ('0'));
  p = (gchar *) memcpy (p, &word, 8) + 8;
  *p++ = ',';
  return p;
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

  p = append_clock (rows, p, sample);
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
