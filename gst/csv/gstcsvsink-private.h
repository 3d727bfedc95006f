/* csvsink: what its parts share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstcsvsink.h"

#include "csvfile.h"
#include "csvrows.h"
#include "csvsidecar.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (csv_sink_debug);

typedef enum
{
  CSV_IF_EXISTS_FAIL,
  CSV_IF_EXISTS_NUMBER,
  CSV_IF_EXISTS_OVERWRITE,
} CsvIfExists;

typedef enum
{
  CSV_ON_FULL_STOP,
  CSV_ON_FULL_CONTINUE,
} CsvOnFull;

typedef struct
{
  gchar *location;
  guint decimals;
  GstCsvSinkLayout layout;
  GstClockTime sync_interval;
  GstClockTime max_duration;
  CsvIfExists if_exists;
  CsvOnFull on_full;
} CsvSettings;

/* Locks: the object lock only, and the syncer's own inside it; neither is held
 * while a message is posted or the disk is written. Files, rows and gaps belong
 * to the streaming thread; open and close run while there is none. What a caps
 * query looks at is written under the object lock, and read there by others. */
struct _GstCsvSink
{
  GstBaseSink parent;

  CsvSettings settings; /* object lock */

  /* Streaming thread, and state changes while it is not running. */
  CsvSettings use;    /* what the recording started with */
  GstEegInfo info;    /* as it is now; see above */
  gboolean have_info; /* see above */
  gboolean changed;   /* info did, and no row has come since */
  gboolean failed;    /* an error was posted: no second one */
  gboolean full;      /* the disk took no more, on-full=continue */
  CsvRows rows;
  CsvText text;
  guint text_rows;     /* rows in text */
  guint64 text_sample; /* index of the first of them */
  guint16 *row_flags;
  gsize row_flags_size;
  CsvConverter converter;
  GstEegInfo file_info; /* at the first row of this file */
  CsvConverter file_converter;
  gchar *upstream;
  gchar *graph;

  CsvFile file;
  gchar *path;
  gchar *sidecar;
  gboolean header_written;
  gboolean finalized;
  guint number;      /* of the file, when numbered */
  guint64 file_rows; /* rows in this file */
  guint64 file_lost; /* samples that are missing in it */
  guint64 file_gaps; /* gaps, listed or not */
  GArray *gaps;      /* CsvGap of this file */
  guint64 file_changes;
  GPtrArray *changes; /* JSON texts, of this file */
  guint64 file_first; /* first index that belongs to this file */
  guint64 file_end;   /* first index that does not, when rotating */
  CsvMoment start;
  GstClockTime edge_time;
  guint64 edge_sample;

  gboolean anchored; /* the first sample came; see above */
  guint64 expected;  /* index of the next sample */

  CsvSyncer *syncer; /* pointer under the object lock */

  /* Object lock. */
  guint64 n_rows, n_lost, n_dropped, n_bytes, n_files, n_synced;
  gchar *current;
};

/* Files of the recording, gstcsvsink-files.c. */
CsvMoment csv_sink_take_time (void);
GstFlowReturn csv_sink_handle_write_error (GstCsvSink *self, int err);
int csv_sink_write_header (GstCsvSink *self);
int csv_sink_write_sidecar (GstCsvSink *self, const gchar *ended);
void csv_sink_record_gap (
    GstCsvSink *self, guint64 sample, guint64 lost, gboolean disk);
void csv_sink_lose_rows (GstCsvSink *self, guint rows, guint64 first);
GstFlowReturn csv_sink_flush (GstCsvSink *self);
void csv_sink_record_change (GstCsvSink *self, guint64 sample);
void csv_sink_describe_start (GstCsvSink *self);
int csv_sink_finalize_file (GstCsvSink *self, const gchar *ended);
GstFlowReturn csv_sink_rotate (
    GstCsvSink *self, guint64 first, guint64 per_file);
void csv_settings_clear (CsvSettings *s);
gboolean csv_sink_open (GstCsvSink *self);
void csv_sink_close (GstCsvSink *self);

/* The stream, gstcsvsink-stream.c. */
gboolean gst_csv_sink_set_caps (GstBaseSink *sink, GstCaps *caps);
GstCaps *gst_csv_sink_get_caps (GstBaseSink *sink, GstCaps *filter);
gboolean gst_csv_sink_query (GstBaseSink *sink, GstQuery *query);
GstPadProbeReturn csv_sink_watch_caps (
    GstPad *pad, GstPadProbeInfo *probe, gpointer self);
GstFlowReturn gst_csv_sink_render (GstBaseSink *sink, GstBuffer *buffer);
gboolean gst_csv_sink_event (GstBaseSink *sink, GstEvent *event);

G_END_DECLS
