/* csvsink: what is known of a recording, in the JSON file beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "csvrows.h"

G_BEGIN_DECLS

/* Samples that are not in the file. */
typedef struct
{
  guint64 sample; /* the first one */
  guint64 lost;
  gboolean disk; /* arrived, but the disk took no more */
} CsvGap;

/* More gaps are counted, not listed: the list lives in memory. */
#define CSV_MAX_GAPS 65536

typedef struct
{
  gint64 utc;             /* us since 1970 */
  GstClockTime monotonic; /* CLOCK_MONOTONIC */
} CsvMoment;

/* Per channel; see csv_sidecar_find_converter(). */
typedef struct
{
  gdouble *full_scale; /* volts */
  gdouble *gain;
} CsvConverter;

/* More changes of a running stream are counted, not listed. */
#define CSV_MAX_CHANGES 256

typedef struct
{
  const gchar *path; /* of the CSV file */
  const CsvRows *rows;
  const GstEegInfo *info; /* as at the first row, as is the converter */
  const CsvConverter *converter;
  const CsvMoment *start;
  const gchar *upstream; /* JSON array text */
  const gchar *graph;    /* JSON object text or "null" */
  const GArray *gaps;    /* of CsvGap */
  guint64 gaps_total;
  const GPtrArray *changes; /* of JSON object texts */
  guint64 changes_total;
  guint64 first_sample; /* of this file */
  GstClockTime edge_time;
  guint64 edge_sample;
  guint64 samples; /* rows + lost */
  guint64 lost;
  guint64 n_rows;
  guint64 bytes;
  const gchar *ended; /* NULL while recording */
} CsvSidecar;

gchar *csv_sidecar_path (const gchar *path);
gchar *csv_sidecar_text (const CsvSidecar *sidecar);
gchar *csv_sidecar_describe_upstream (GstPad *sinkpad);
void csv_sidecar_find_converter (
    GstPad *sinkpad, const GstEegInfo *info, CsvConverter *converter);
void csv_converter_clear (CsvConverter *converter);
void csv_converter_copy (
    const CsvConverter *from, guint channels, CsvConverter *to);
gchar *csv_sidecar_describe_change (
    const GstEegInfo *info, const CsvConverter *converter, guint64 sample);
gchar *csv_sidecar_describe_graph (GstElement *element);

G_END_DECLS
