/* csvsink: how a header and a row look
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/dsp/eegdsp-format.h>
#include <gst/eeg/gsteeginfo.h>

G_BEGIN_DECLS

/**
 * GstCsvSinkLayout:
 * @GST_CSV_SINK_LAYOUT_DEFAULT: sample,time_s,one column a channel,flags with a header row
 * @GST_CSV_SINK_LAYOUT_OPENBCI: text recording of the OpenBCI GUI, version 5 and later
 * @GST_CSV_SINK_LAYOUT_BRAINFLOW: BrainFlow's tab separated rows without header
 *
 * Which program the file is for.
 */
typedef enum
{
  GST_CSV_SINK_LAYOUT_DEFAULT,
  GST_CSV_SINK_LAYOUT_OPENBCI,
  GST_CSV_SINK_LAYOUT_BRAINFLOW,
} GstCsvSinkLayout;

/* Growing text. Allocates while it grows to the size of a buffer's rows, then
 * never again. */
typedef struct
{
  gchar *data;
  gsize size;
  gsize allocated;
} CsvText;

/* The first two columns, moving on by one sample at a time. Eight digits are a
 * word of one a byte. */
typedef struct
{
  gboolean running;
  guint64 sample; /* that the columns stand for */

  guint64 index; /* the same in text, its first digit in the lowest byte */
  guint64 one;   /* what the last digit goes up by */
  guint index_length;

  guint64 second;          /* whole seconds, as in text */
  guint tenths;            /* first digit of the nanoseconds */
  guint64 digits;          /* the other eight, the last in the lowest byte */
  guint64 rest;            /* of the division by the rate */
  guint64 step, step_rest; /* from sample to sample, ns */
  guint step_tenths;
  guint64 step_digits;
  guint length;
  gchar text[EEG_DSP_FORMAT_INT_SIZE]; /* seconds and the decimal point */
} CsvClock;

typedef struct
{
  GstCsvSinkLayout layout;
  guint decimals;
  const GstEegInfo *info;
  gdouble *uv_per_count; /* one a channel, for count streams */
  gsize row_size;        /* no row is longer */
  EegDspIsa isa;         /* for the number writer */

  /* The sample that times are counted from. */
  guint64 first_sample;
  GstClockTime first_time; /* stream time, ns */
  gint64 first_utc;        /* us since 1970 */

  CsvClock clock;

  gint64 second; /* UTC second that second_text stands for */
  gchar second_text[24];
} CsvRows;

void csv_text_clear (CsvText *text);

void csv_rows_init (CsvRows *rows, GstCsvSinkLayout layout, guint decimals,
    const GstEegInfo *info);
void csv_rows_clear (CsvRows *rows);
gchar **csv_rows_columns (const CsvRows *rows);
void csv_rows_header (const CsvRows *rows, CsvText *text);
void csv_rows_append (CsvRows *rows, CsvText *text, gconstpointer frame,
    guint64 sample, guint flags);

G_END_DECLS
