/* csvsink: records an EEG stream as text, one row a sample
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
/**
 * SECTION:element-csvsink
 * @title: csvsink
 * @short_description: records an EEG stream as CSV, one row a sample
 *
 * Writes one row a sample: `sample,time_s,<label>_uV,...,flags` for volts (in
 * microvolts, with #GstCsvSink:decimals decimals), `<label>_counts` for
 * converter counts. `sample` is the absolute index of the sample, `time_s` the
 * stream time of the first buffer plus the samples since, `flags` the sum of
 * #GstEegStatusFlags. NAME.json beside the file says what else is known.
 *
 * Every row is with the kernel when the buffer that brought it has been
 * handled, so a program that dies loses none; #GstCsvSink:sync-interval bounds
 * what a power cut can take. Files that exist are refused by default.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc num-buffers=500 ! csvsink location=alpha.csv
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcsvsink.h"

#include "csvfile.h"
#include "csvrows.h"
#include "csvsidecar.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <gst/eeg/gsteegmeta.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

GST_DEBUG_CATEGORY_STATIC (csv_sink_debug);
#define GST_CAT_DEFAULT csv_sink_debug

#define DEFAULT_DECIMALS      6
#define DEFAULT_LAYOUT        GST_CSV_SINK_LAYOUT_DEFAULT
#define DEFAULT_SYNC_INTERVAL (100 * GST_MSECOND)
#define DEFAULT_MAX_DURATION  0
#define DEFAULT_IF_EXISTS     CSV_IF_EXISTS_FAIL
#define DEFAULT_ON_FULL       CSV_ON_FULL_STOP

/* Text is handed over in pieces of this size when one buffer makes more. */
#define FLUSH_SIZE (1 << 20)

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

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_DECIMALS,
  PROP_LAYOUT,
  PROP_SYNC_INTERVAL,
  PROP_MAX_DURATION,
  PROP_IF_EXISTS,
  PROP_ON_FULL,
  PROP_STATS,
};

struct _GstCsvSink
{
  GstBaseSink parent;

  CsvSettings settings; /* object lock */

  /* Streaming thread, and state changes while it is not running. */
  CsvSettings use; /* what the recording started with */
  GstEegInfo info;
  gboolean have_info;
  gboolean failed; /* an error was posted: no second one */
  gboolean full;   /* the disk took no more, on-full=continue */
  CsvRows rows;
  CsvText text;
  guint text_rows;     /* rows in text */
  guint64 text_sample; /* index of the first of them */
  guint16 *row_flags;
  gsize row_flags_size;
  gchar *upstream;
  gchar *graph;

  CsvFile file;
  gchar *path;
  gchar *sidecar;
  gboolean header_written;
  gboolean finalized;
  guint number;       /* of the file, when numbered */
  guint64 file_rows;  /* rows in this file */
  guint64 file_lost;  /* samples that are missing in it */
  guint64 file_gaps;  /* gaps, listed or not */
  GArray *gaps;       /* CsvGap of this file */
  guint64 file_first; /* first index that belongs to this file */
  guint64 file_end;   /* first index that does not, when rotating */
  CsvMoment start;
  GstClockTime edge_time;
  guint64 edge_sample;

  gboolean anchored; /* the first sample came */
  guint64 expected;  /* index of the next sample */

  CsvSyncer *syncer; /* pointer under the object lock */

  /* Object lock. */
  guint64 n_rows, n_lost, n_dropped, n_bytes, n_files, n_synced;
  gchar *current;
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

#define gst_csv_sink_parent_class parent_class
G_DEFINE_TYPE (GstCsvSink, gst_csv_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (
    csvsink, "csvsink", GST_RANK_NONE, GST_TYPE_CSV_SINK)

#define GST_TYPE_CSV_SINK_LAYOUT (gst_csv_sink_layout_get_type ())
static GType
gst_csv_sink_layout_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {GST_CSV_SINK_LAYOUT_DEFAULT, "RFC 4180 with a header row", "default"},
      {GST_CSV_SINK_LAYOUT_OPENBCI, "Text recording of the OpenBCI GUI",
          "openbci"},
      {GST_CSV_SINK_LAYOUT_BRAINFLOW, "BrainFlow file, tab separated",
          "brainflow"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkLayout", values));
  return type;
}

#define GST_TYPE_CSV_SINK_IF_EXISTS (gst_csv_sink_if_exists_get_type ())
static GType
gst_csv_sink_if_exists_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {CSV_IF_EXISTS_FAIL, "Refuse to start", "fail"},
      {CSV_IF_EXISTS_NUMBER, "Take the next free NAME-00001.csv", "number"},
      {CSV_IF_EXISTS_OVERWRITE, "Replace the old recording", "overwrite"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkIfExists", values));
  return type;
}

#define GST_TYPE_CSV_SINK_ON_FULL (gst_csv_sink_on_full_get_type ())
static GType
gst_csv_sink_on_full_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {CSV_ON_FULL_STOP, "Post an error and stop", "stop"},
      {CSV_ON_FULL_CONTINUE,
          "Post a warning, count the samples as lost and keep trying",
          "continue"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkOnFull", values));
  return type;
}

/* --- errors ------------------------------------------------------------- */

static gboolean
is_full (int err)
{
  /* EFBIG: the limit of the process or file system for one file. */
  return err == ENOSPC || err == EDQUOT || err == EFBIG;
}

static void
post_open_error (GstCsvSink *self, const gchar *path, int err)
{
  gchar *dir = g_path_get_dirname (path);

  self->failed = TRUE;
  if (err == EEXIST)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("File \"%s\" exists and is not overwritten. Choose another location, "
         "or set if-exists=number or if-exists=overwrite.",
            path),
        (NULL));
  else if (err == ENOENT)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("Cannot create \"%s\": directory \"%s\" does not exist. Create it or "
         "choose another location.",
            path, dir),
        (NULL));
  else if (is_full (err))
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("Cannot create \"%s\": %s. Free some space or choose another disk.",
            path, g_strerror (err)),
        (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("Cannot create \"%s\": %s. Check the permissions of directory "
         "\"%s\" or choose another location.",
            path, g_strerror (err), dir),
        (NULL));
  g_free (dir);
}

static void
post_write_error (GstCsvSink *self, int err)
{
  if (self->failed)
    return;
  self->failed = TRUE;
  if (is_full (err))
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No space left to write \"%s\" (%s). The file is whole up to its last "
         "row; free some space, or set on-full=continue to keep other "
         "branches running.",
            self->path, g_strerror (err)),
        (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("Cannot write \"%s\": %s. The file is whole up to its last row; check "
         "the disk.",
            self->path, g_strerror (err)),
        (NULL));
}

/* --- names -------------------------------------------------------------- */

static gchar *
numbered_path (const gchar *location, guint number)
{
  const gchar *slash = strrchr (location, '/');
  const gchar *base = slash ? slash + 1 : location;
  const gchar *dot = strrchr (base, '.');
  gsize stem = dot && dot > base ? (gsize) (dot - location) : strlen (location);

  return g_strdup_printf (
      "%.*s-%05u%s", (int) stem, location, number, location + stem);
}

/* The highest number that a recording or a sidecar of this name has, 0 for
 * none. */
static guint
highest_number (const gchar *location)
{
  gchar *dir_name = g_path_get_dirname (location);
  gchar *base = g_path_get_basename (location);
  gchar *dot = strrchr (base, '.');
  gchar *extension = g_strdup (dot && dot > base ? dot : "");
  GDir *dir = g_dir_open (dir_name, 0, NULL);
  const gchar *entry;
  guint highest = 0;

  if (*extension)
    *dot = 0;
  while (dir && (entry = g_dir_read_name (dir))) {
    gsize n = strlen (base);
    gchar *end;
    guint64 number;

    if (strncmp (entry, base, n) != 0 || entry[n] != '-' ||
        !g_ascii_isdigit (entry[n + 1]))
      continue;
    number = g_ascii_strtoull (entry + n + 1, &end, 10);
    if (end - (entry + n + 1) < 5 || number >= G_MAXUINT)
      continue;
    if (strcmp (end, extension) == 0 || strcmp (end, ".json") == 0)
      highest = MAX (highest, (guint) number);
  }
  if (dir)
    g_dir_close (dir);
  g_free (extension);
  g_free (base);
  g_free (dir_name);
  return highest;
}

/* --- files -------------------------------------------------------------- */

/* Creates a file and reserves the name of its sidecar: both or none. Returns 0
 * or an errno value, and then the name that made trouble. */
static int
create_file (GstCsvSink *self, const gchar *path, CsvFile *file,
    gchar **sidecar, gchar **culprit)
{
  gboolean overwrite = self->use.if_exists == CSV_IF_EXISTS_OVERWRITE;
  CsvFile reserved;
  int err;

  *sidecar = csv_sidecar_path (path);
  err = csv_file_open (file, path, overwrite);
  if (err) {
    *culprit = g_strdup (path);
    g_clear_pointer (sidecar, g_free);
    return err;
  }
  err = csv_file_open (&reserved, *sidecar, overwrite);
  if (err) {
    csv_file_close (file);
    if (!overwrite)
      g_unlink (path);
    *culprit = g_steal_pointer (sidecar);
    return err;
  }
  close (reserved.fd);
  return 0;
}

/* From now on rows go to this file. Takes @path and @sidecar. */
static void
adopt_file (GstCsvSink *self, const CsvFile *file, gchar *path, gchar *sidecar)
{
  g_free (self->path);
  g_free (self->sidecar);
  self->file = *file;
  self->path = path;
  self->sidecar = sidecar;
  self->header_written = FALSE;
  self->finalized = FALSE;
  self->file_rows = self->file_lost = self->file_gaps = 0;
  g_array_set_size (self->gaps, 0);
  self->edge_time = GST_CLOCK_TIME_NONE;
  csv_syncer_watch (self->syncer, self->file.fd);

  GST_OBJECT_LOCK (self);
  self->n_files++;
  g_free (self->current);
  self->current = g_strdup (path);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "recording to %s", path);
}

static int
write_sidecar (GstCsvSink *self, const gchar *ended)
{
  CsvSidecar s = {
      .path = self->path,
      .rows = &self->rows,
      .start = &self->start,
      .upstream = self->upstream,
      .graph = self->graph,
      .gaps = self->gaps,
      .gaps_total = self->file_gaps,
      .first_sample = self->file_first,
      .edge_time = self->edge_time,
      .edge_sample = self->edge_sample,
      .samples = self->file_rows + self->file_lost,
      .lost = self->file_lost,
      .n_rows = self->file_rows,
      .bytes = self->file.size,
      .ended = ended,
  };
  gchar *text = csv_sidecar_text (&s);
  int err = csv_replace_text (self->sidecar, text, strlen (text));

  g_free (text);
  return err;
}

static int
write_header (GstCsvSink *self)
{
  CsvText text = {NULL};
  gsize kept = 0;
  int err = 0;

  csv_rows_header (&self->rows, &text);
  if (text.size)
    err = csv_file_write (&self->file, text.data, text.size, &kept);
  if (err)
    /* A header of several lines is whole or not there. */
    csv_file_restart (&self->file);
  else
    self->header_written = TRUE;
  GST_OBJECT_LOCK (self);
  self->n_bytes += err ? 0 : kept;
  GST_OBJECT_UNLOCK (self);
  csv_text_clear (&text);
  return err;
}

static void
record_gap (GstCsvSink *self, guint64 sample, guint64 lost, gboolean disk)
{
  CsvGap *last = self->gaps->len
                     ? &g_array_index (self->gaps, CsvGap, self->gaps->len - 1)
                     : NULL;

  self->file_lost += lost;
  GST_OBJECT_LOCK (self);
  self->n_lost += lost;
  GST_OBJECT_UNLOCK (self);

  if (last && last->disk == disk && last->sample + last->lost == sample) {
    last->lost += lost;
    return;
  }
  self->file_gaps++;
  if (self->gaps->len < CSV_MAX_GAPS) {
    CsvGap gap = {sample, lost, disk};

    g_array_append_val (self->gaps, gap);
  }
}

/* The rows in hand did not reach the file. */
static void
lose_rows (GstCsvSink *self, guint rows, guint64 first)
{
  if (rows)
    record_gap (self, first, rows, TRUE);
}

static GstFlowReturn
handle_write_error (GstCsvSink *self, int err)
{
  if (is_full (err) && self->use.on_full == CSV_ON_FULL_CONTINUE) {
    if (!self->full)
      GST_ELEMENT_WARNING (self, RESOURCE, NO_SPACE_LEFT,
          ("No space left to write \"%s\" (%s): samples from %" G_GUINT64_FORMAT
           " on are counted as lost until there is. Free some space.",
              self->path, g_strerror (err), self->text_sample),
          (NULL));
    self->full = TRUE;
    return GST_FLOW_OK;
  }
  post_write_error (self, err);
  return GST_FLOW_ERROR;
}

static guint
count_rows (const gchar *data, gsize size)
{
  const gchar *end = data + size;
  guint n = 0;

  while (data < end && (data = memchr (data, '\n', (gsize) (end - data)))) {
    data++;
    n++;
  }
  return n;
}

/* Hands the rendered rows to the kernel. */
static GstFlowReturn
flush_rows (GstCsvSink *self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint rows = self->text_rows;
  gsize kept = 0;
  int err = 0;

  if (!rows)
    return GST_FLOW_OK;
  if (!self->header_written)
    err = write_header (self);
  if (!err)
    err = csv_file_write (&self->file, self->text.data, self->text.size, &kept);
  if (err) {
    guint written = kept ? count_rows (self->text.data, kept) : 0;

    lose_rows (self, rows - written, self->text_sample + written);
    self->text_sample += written;
    rows = written;
    ret = handle_write_error (self, err);
  } else if (self->full) {
    self->full = FALSE;
    GST_INFO_OBJECT (self, "there is space again");
  }
  self->file_rows += rows;
  csv_syncer_add_rows (self->syncer, rows);
  GST_OBJECT_LOCK (self);
  self->n_rows += rows;
  self->n_bytes += kept;
  GST_OBJECT_UNLOCK (self);
  self->text.size = 0;
  self->text_rows = 0;
  return ret;
}

/* Everything on disk, sidecar final. */
static int
finalize_file (GstCsvSink *self, const gchar *ended)
{
  int err = csv_file_sync (&self->file);
  int err2 = self->have_info ? write_sidecar (self, ended) : 0;

  if (!err)
    csv_syncer_mark_synced (self->syncer);
  if (err2)
    GST_WARNING_OBJECT (self, "sidecar %s keeps its state of the start: %s",
        self->sidecar, g_strerror (err2));
  self->finalized = TRUE;
  return err ? err : err2;
}

static CsvMoment
take_time (void)
{
  struct timespec ts;
  CsvMoment now;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  now.utc = g_get_real_time ();
  now.monotonic = GST_TIMESPEC_TO_TIME (ts);
  return now;
}

/* The next file of a rotation, from sample @first on. The old one is left only
 * when the new one stands; %GST_FLOW_CUSTOM_SUCCESS: there is no room for it,
 * and on-full=continue. */
static GstFlowReturn
rotate (GstCsvSink *self, guint64 first, guint64 per_file)
{
  GstFlowReturn ret = flush_rows (self);
  gchar *path, *sidecar, *culprit = NULL;
  CsvMoment now;
  CsvFile file;
  int err;

  if (ret != GST_FLOW_OK)
    return ret;
  path = numbered_path (self->use.location, self->number + 1);
  err = create_file (self, path, &file, &sidecar, &culprit);
  if (err) {
    if (is_full (err) && self->use.on_full == CSV_ON_FULL_CONTINUE) {
      self->text_sample = first;
      handle_write_error (self, err);
      ret = GST_FLOW_CUSTOM_SUCCESS;
    } else {
      post_open_error (self, culprit, err);
      ret = GST_FLOW_ERROR;
    }
    g_free (culprit);
    g_free (path);
    return ret;
  }
  self->number++;

  err = finalize_file (self, "rotated");
  csv_syncer_watch (self->syncer, -1);
  csv_file_close (&self->file);
  if (err)
    ret = handle_write_error (self, err);
  adopt_file (self, &file, path, sidecar);
  if (ret != GST_FLOW_OK)
    return ret;

  now = take_time ();
  self->start.monotonic = now.monotonic;
  self->start.utc =
      self->rows.first_utc + (gint64) (gst_eeg_info_frames_to_time (&self->info,
                                           first - self->rows.first_sample) /
                                       GST_USECOND);
  self->file_first = first;
  /* Boundaries are multiples of the length, gap or not. */
  self->file_end += per_file * ((first - self->file_end) / per_file + 1);
  err = write_header (self);
  if (!err)
    err = write_sidecar (self, NULL);
  return err ? handle_write_error (self, err) : GST_FLOW_OK;
}

/* --- states ------------------------------------------------------------- */

static void
csv_settings_clear (CsvSettings *s)
{
  g_clear_pointer (&s->location, g_free);
}

static gboolean
csv_sink_open (GstCsvSink *self)
{
  const gchar *location;
  gchar *path, *sidecar, *culprit = NULL;
  guint highest = 0;
  CsvFile file;
  gsize n;
  int err;

  GST_OBJECT_LOCK (self);
  csv_settings_clear (&self->use);
  self->use = self->settings;
  self->use.location = g_strdup (self->settings.location);
  self->n_rows = self->n_lost = self->n_dropped = 0;
  self->n_bytes = self->n_files = self->n_synced = 0;
  GST_OBJECT_UNLOCK (self);

  self->failed = self->full = self->have_info = self->anchored = FALSE;
  self->header_written = self->finalized = FALSE;
  self->expected = self->file_first = 0;
  self->file_end = G_MAXUINT64;
  self->text.size = 0;
  self->text_rows = 0;
  self->number = 0;
  self->file.fd = -1;

  location = self->use.location;
  n = location ? strlen (location) : 0;
  if (n == 0) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND,
        ("No file to record to: set the location property, for example "
         "location=alpha.csv."),
        (NULL));
    return FALSE;
  }
  if (location[n - 1] == '/' || g_file_test (location, G_FILE_TEST_IS_DIR)) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("Location \"%s\" is a directory: add the name of a file.", location),
        (NULL));
    return FALSE;
  }
  if (n > 5 && g_ascii_strcasecmp (location + n - 5, ".json") == 0) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("Location \"%s\" ends in .json, the name of the description beside "
         "the recording: use another extension, such as .csv.",
            location),
        (NULL));
    return FALSE;
  }

  if (self->use.if_exists != CSV_IF_EXISTS_OVERWRITE)
    highest = highest_number (location);
  if (self->use.max_duration > 0) {
    if (highest > 0 && self->use.if_exists == CSV_IF_EXISTS_FAIL) {
      path = numbered_path (location, highest);
      post_open_error (self, path, EEXIST);
      g_free (path);
      return FALSE;
    }
    self->number = highest + 1;
    path = numbered_path (location, self->number);
  } else {
    gboolean taken;

    sidecar = csv_sidecar_path (location);
    taken = g_file_test (location, G_FILE_TEST_EXISTS) ||
            g_file_test (sidecar, G_FILE_TEST_EXISTS);
    if (taken && self->use.if_exists == CSV_IF_EXISTS_NUMBER)
      path = numbered_path (location, highest + 1);
    else
      path = g_strdup (location);
    g_free (sidecar);
  }

  GST_OBJECT_LOCK (self);
  self->syncer = csv_syncer_new (self->use.sync_interval);
  GST_OBJECT_UNLOCK (self);
  self->start = take_time ();
  err = create_file (self, path, &file, &sidecar, &culprit);
  if (err) {
    CsvSyncer *syncer;

    post_open_error (self, culprit, err);
    g_free (culprit);
    g_free (path);
    GST_OBJECT_LOCK (self);
    syncer = g_steal_pointer (&self->syncer);
    GST_OBJECT_UNLOCK (self);
    csv_syncer_free (syncer);
    return FALSE;
  }
  adopt_file (self, &file, path, sidecar);
  return TRUE;
}

static void
csv_sink_close (GstCsvSink *self)
{
  CsvSyncer *syncer;
  int err = 0;

  if (!self->syncer)
    return;
  if (!self->finalized)
    err = finalize_file (self, self->failed ? "error" : "stopped");
  csv_syncer_watch (self->syncer, -1);
  {
    int close_err = csv_file_close (&self->file);

    err = err ? err : close_err;
  }
  if (err)
    post_write_error (self, err);
  if (!self->have_info && self->use.if_exists != CSV_IF_EXISTS_OVERWRITE) {
    /* Nothing ever came: leave no empty files behind. */
    g_unlink (self->path);
    g_unlink (self->sidecar);
  }

  GST_OBJECT_LOCK (self);
  syncer = g_steal_pointer (&self->syncer);
  self->n_synced = csv_syncer_get_synced (syncer);
  GST_OBJECT_UNLOCK (self);
  csv_syncer_free (syncer);

  if (self->have_info) {
    csv_rows_clear (&self->rows);
    gst_eeg_info_clear (&self->info);
    self->have_info = FALSE;
  }
  csv_text_clear (&self->text);
  g_clear_pointer (&self->row_flags, g_free);
  self->row_flags_size = 0;
  g_clear_pointer (&self->upstream, g_free);
  g_clear_pointer (&self->graph, g_free);
}

/* Not in start() and stop(): the base class posts a second error when start()
 * fails, and it would create the file in READY already. */
static GstStateChangeReturn
gst_csv_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstCsvSink *self = GST_CSV_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !csv_sink_open (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED &&
          ret == GST_STATE_CHANGE_FAILURE))
    csv_sink_close (self);
  return ret;
}

/* --- stream ------------------------------------------------------------- */

static void
post_caps_error (GstCsvSink *self, const gchar *reason)
{
  GstPad *peer = gst_pad_get_peer (GST_BASE_SINK_PAD (self));
  gchar *name = peer ? gst_object_get_path_string (GST_OBJECT (peer)) : NULL;

  if (!self->failed)
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
        ("Cannot record what %s sends: %s", name ? name : "upstream", reason),
        (NULL));
  self->failed = TRUE;
  g_free (name);
  gst_clear_object (&peer);
}

static gboolean
gst_csv_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstCsvSink *self = GST_CSV_SINK (sink);
  GstEegInfo info;
  GError *error = NULL;
  int err;

  gst_eeg_info_init (&info);
  if (!gst_eeg_info_from_caps (&info, caps, &error)) {
    post_caps_error (self, error->message);
    g_error_free (error);
    gst_eeg_info_clear (&info);
    return FALSE;
  }
  if (self->have_info) {
    if (gst_eeg_info_is_equal (&info, &self->info)) {
      gst_eeg_info_clear (&info);
      return TRUE;
    }
    if (self->anchored) {
      gchar *text = g_strdup_printf (
          "the stream changed while recording (%d channels at %d Hz before, "
          "%d at %d Hz now, or other labels, unit or gain), and the columns "
          "of \"%s\" cannot. Stop the recording before the change.",
          GST_EEG_INFO_CHANNELS (&self->info), GST_EEG_INFO_RATE (&self->info),
          GST_EEG_INFO_CHANNELS (&info), GST_EEG_INFO_RATE (&info), self->path);

      post_caps_error (self, text);
      g_free (text);
      gst_eeg_info_clear (&info);
      return FALSE;
    }
    csv_rows_clear (&self->rows);
    gst_eeg_info_clear (&self->info);
    csv_file_restart (&self->file);
    self->header_written = FALSE;
  }
  self->info = info;
  self->have_info = TRUE;
  csv_rows_init (
      &self->rows, self->use.layout, self->use.decimals, &self->info);

  g_free (self->upstream);
  g_free (self->graph);
  self->upstream = csv_sidecar_describe_upstream (GST_BASE_SINK_PAD (self));
  self->graph = csv_sidecar_describe_graph (GST_ELEMENT (self));

  err = write_header (self);
  if (!err)
    err = write_sidecar (self, NULL);
  if (!err)
    csv_sync_directory_of (self->path);
  return !err || handle_write_error (self, err) == GST_FLOW_OK;
}

/* Index of the buffer's first sample: from the ledger, else from OFFSET where
 * that counts samples, else the one after the last. */
static guint64
first_sample_of (
    GstCsvSink *self, GstBuffer *buffer, guint64 frames, guint64 *lost)
{
  guint64 first, n, offset = GST_BUFFER_OFFSET (buffer);
  GstEegStatusFlags flags;
  gboolean in_samples = GST_BUFFER_OFFSET_IS_VALID (buffer) &&
                        (!GST_BUFFER_OFFSET_END_IS_VALID (buffer) ||
                            GST_BUFFER_OFFSET_END (buffer) - offset == frames);

  *lost = 0;
  if (gst_buffer_get_eeg_ledger (buffer, &first, &n, lost, &flags)) {
    /* A part of a buffer keeps the ledger of the whole. */
    if (n == frames || !in_samples || offset < first || offset >= first + n)
      return first;
    if (offset > first)
      *lost = 0;
    return offset;
  }
  return in_samples ? offset : self->expected;
}

/* Flags of each row of the buffer, or NULL when there are none. */
static const guint16 *
collect_flags (GstCsvSink *self, GstBuffer *buffer, guint64 first, guint frames)
{
  gboolean gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  gboolean any = gap;
  gpointer state = NULL;
  GstMeta *m;

  while (!any && (m = gst_buffer_iterate_meta_filtered (
                      buffer, &state, GST_EEG_META_API_TYPE)))
    any = gst_eeg_meta_get_n_runs ((GstEegMeta *) m) > 0;
  if (!any)
    return NULL;

  if (self->row_flags_size < frames) {
    g_free (self->row_flags);
    self->row_flags = g_new (guint16, frames);
    self->row_flags_size = frames;
  }
  memset (self->row_flags, 0, frames * sizeof (guint16));
  state = NULL;
  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *meta = (GstEegMeta *) m;
    guint n = gst_eeg_meta_get_n_runs (meta);

    for (guint i = 0; i < n; i++) {
      const GstEegStatusRun *run = gst_eeg_meta_get_run (meta, i);
      guint64 from = MAX (run->first_sample, first);
      guint64 to = MIN (run->first_sample + run->n_samples, first + frames);

      for (guint64 s = from; s < to; s++)
        self->row_flags[s - first] |= run->flags;
    }
  }
  /* A buffer marked as a gap holds nothing that was measured. */
  if (gap)
    for (guint i = 0; i < frames; i++)
      self->row_flags[i] |= GST_EEG_STATUS_FILLED;
  return self->row_flags;
}

/* The first sample: times and files are counted from here. */
static void
anchor (GstCsvSink *self, GstBuffer *buffer, guint64 first)
{
  GstBaseSink *sink = GST_BASE_SINK (self);
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (GST_BUFFER_PTS_IS_VALID (buffer) &&
      sink->segment.format == GST_FORMAT_TIME)
    time = gst_segment_to_stream_time (
        &sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    time = gst_eeg_info_frames_to_time (&self->info, first);

  self->start = take_time ();
  self->anchored = TRUE;
  self->expected = first;
  self->file_first = first;
  self->rows.first_sample = first;
  self->rows.first_time = time;
  self->rows.first_utc = self->start.utc;
  if (self->use.max_duration > 0) {
    guint64 n =
        gst_eeg_info_time_to_frames (&self->info, self->use.max_duration);

    self->file_end = first + MAX (n, 1);
  }
}

/* Frames with consecutive indices. */
static GstFlowReturn
render_run (GstCsvSink *self, GstBuffer *buffer, const guint8 *data,
    guint64 first, guint frames, guint64 lost)
{
  gsize bpf = (gsize) GST_EEG_INFO_BPF (&self->info);
  GstFlowReturn ret = GST_FLOW_OK;
  const guint16 *flags;
  guint i, start = 0;

  if (!self->anchored) {
    anchor (self, buffer, first);
    if (lost)
      record_gap (self, first - MIN (lost, first), lost, FALSE);
  } else if (first > self->expected) {
    GST_INFO_OBJECT (self,
        "%" G_GUINT64_FORMAT " samples lost before %" G_GUINT64_FORMAT,
        first - self->expected, first);
    record_gap (self, self->expected, first - self->expected, FALSE);
  } else if (first < self->expected) {
    /* An index stands once in the file. */
    start = (guint) MIN (self->expected - first, frames);
    GST_WARNING_OBJECT (self,
        "samples from %" G_GUINT64_FORMAT " came again: %u dropped", first,
        start);
    GST_OBJECT_LOCK (self);
    self->n_dropped += start;
    GST_OBJECT_UNLOCK (self);
  }
  flags = collect_flags (self, buffer, first, frames);
  if (self->finalized && start < frames) {
    /* After EOS and a flush the recording goes on. */
    self->finalized = FALSE;
    write_sidecar (self, NULL);
  }

  for (i = start; i < frames && ret == GST_FLOW_OK; i++) {
    guint64 sample = first + i;

    if (sample >= self->file_end) {
      ret = rotate (self, sample,
          MAX (1, gst_eeg_info_time_to_frames (
                      &self->info, self->use.max_duration)));
      if (ret != GST_FLOW_OK)
        break;
    }
    if (self->text_rows == 0)
      self->text_sample = sample;
    csv_rows_append (
        &self->rows, &self->text, data + i * bpf, sample, flags ? flags[i] : 0);
    self->text_rows++;
    if (self->text.size >= FLUSH_SIZE)
      ret = flush_rows (self);
  }
  if (ret == GST_FLOW_OK)
    ret = flush_rows (self);
  /* What a failure kept from being rendered is lost as well. */
  lose_rows (self, frames - i, first + i);
  if (ret == GST_FLOW_CUSTOM_SUCCESS)
    ret = GST_FLOW_OK;
  self->expected = MAX (self->expected, first + frames);
  return ret;
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const GstEegMeta *x = *(GstEegMeta *const *) a, *y = *(GstEegMeta *const *) b;

  return (x->first_sample > y->first_sample) -
         (x->first_sample < y->first_sample);
}

/* A buffer that an adapter put together has one ledger entry a part, and there
 * may be a loss between two of them. FALSE: not such a buffer. */
static gboolean
render_parts (GstCsvSink *self, GstBuffer *buffer, const guint8 *data,
    guint frames, GstFlowReturn *ret)
{
  gsize bpf = (gsize) GST_EEG_INFO_BPF (&self->info);
  GstEegMeta *entries[64];
  gpointer state = NULL;
  guint n = 0, done = 0;
  guint64 sum = 0;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *e = (GstEegMeta *) m;

    if (e->n_samples == 0)
      continue;
    if (n == G_N_ELEMENTS (entries))
      return FALSE;
    entries[n++] = e;
    sum += e->n_samples;
  }
  if (n < 2 || sum != frames)
    return FALSE;
  qsort (entries, n, sizeof entries[0], compare_entries);
  *ret = GST_FLOW_OK;
  for (guint i = 0; i < n && *ret == GST_FLOW_OK; i++) {
    *ret =
        render_run (self, buffer, data + done * bpf, entries[i]->first_sample,
            (guint) entries[i]->n_samples, entries[i]->lost_before);
    done += (guint) entries[i]->n_samples;
  }
  return TRUE;
}

static GstFlowReturn
gst_csv_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstCsvSink *self = GST_CSV_SINK (sink);
  guint bpf, frames;
  guint64 first, lost;
  GstFlowReturn ret = GST_FLOW_OK;
  GstEegMeta *meta;
  GstMapInfo map;
  int err;

  if (self->failed)
    return GST_FLOW_ERROR;
  if (!self->have_info)
    return GST_FLOW_NOT_NEGOTIATED;
  if ((err = csv_syncer_take_error (self->syncer)) &&
      (ret = handle_write_error (self, err)) != GST_FLOW_OK)
    return ret;

  bpf = (guint) GST_EEG_INFO_BPF (&self->info);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    self->failed = TRUE;
    GST_ELEMENT_ERROR (
        self, RESOURCE, READ, ("Cannot read a buffer of the stream."), (NULL));
    return GST_FLOW_ERROR;
  }
  if (map.size % bpf) {
    gst_buffer_unmap (buffer, &map);
    self->failed = TRUE;
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A buffer of %" G_GSIZE_FORMAT " bytes is no whole number of samples "
         "of %u bytes: the stage before sends broken buffers.",
            map.size, bpf),
        (NULL));
    return GST_FLOW_ERROR;
  }
  frames = (guint) (map.size / bpf);
  meta = gst_buffer_get_eeg_meta (buffer);
  if (meta && GST_CLOCK_TIME_IS_VALID (meta->edge_time) &&
      !GST_CLOCK_TIME_IS_VALID (self->edge_time)) {
    self->edge_time = meta->edge_time;
    self->edge_sample = meta->edge_sample;
  }
  if (frames && !render_parts (self, buffer, map.data, frames, &ret)) {
    first = first_sample_of (self, buffer, frames, &lost);
    ret = render_run (self, buffer, map.data, first, frames, lost);
  }
  gst_buffer_unmap (buffer, &map);
  return ret;
}

static gboolean
gst_csv_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstCsvSink *self = GST_CSV_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && !self->failed &&
      self->have_info && !self->finalized) {
    /* Before the EOS message: whoever sees that may open the file. */
    int err = finalize_file (self, "eos");

    if (err)
      handle_write_error (self, err);
  }
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

/* --- object ------------------------------------------------------------- */

static GstStructure *
gst_csv_sink_get_stats (GstCsvSink *self)
{
  GstStructure *s;
  guint64 synced;

  GST_OBJECT_LOCK (self);
  synced = self->syncer ? csv_syncer_get_synced (self->syncer) : self->n_synced;
  s = gst_structure_new ("csvsink-stats", "delivered", G_TYPE_UINT64,
      self->n_rows, "lost", G_TYPE_UINT64, self->n_lost, "dropped",
      G_TYPE_UINT64, self->n_dropped, "rows", G_TYPE_UINT64, self->n_rows,
      "bytes", G_TYPE_UINT64, self->n_bytes, "synced", G_TYPE_UINT64, synced,
      "files", G_TYPE_UINT64, self->n_files, "location", G_TYPE_STRING,
      self->current, NULL);
  GST_OBJECT_UNLOCK (self);
  return s;
}

static void
gst_csv_sink_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      g_free (self->settings.location);
      self->settings.location = g_value_dup_string (value);
      break;
    case PROP_DECIMALS:
      self->settings.decimals = g_value_get_uint (value);
      break;
    case PROP_LAYOUT:
      self->settings.layout = g_value_get_enum (value);
      break;
    case PROP_SYNC_INTERVAL:
      self->settings.sync_interval = g_value_get_uint64 (value);
      break;
    case PROP_MAX_DURATION:
      self->settings.max_duration = g_value_get_uint64 (value);
      break;
    case PROP_IF_EXISTS:
      self->settings.if_exists = g_value_get_enum (value);
      break;
    case PROP_ON_FULL:
      self->settings.on_full = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_csv_sink_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_csv_sink_get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string (value, self->settings.location);
      break;
    case PROP_DECIMALS:
      g_value_set_uint (value, self->settings.decimals);
      break;
    case PROP_LAYOUT:
      g_value_set_enum (value, self->settings.layout);
      break;
    case PROP_SYNC_INTERVAL:
      g_value_set_uint64 (value, self->settings.sync_interval);
      break;
    case PROP_MAX_DURATION:
      g_value_set_uint64 (value, self->settings.max_duration);
      break;
    case PROP_IF_EXISTS:
      g_value_set_enum (value, self->settings.if_exists);
      break;
    case PROP_ON_FULL:
      g_value_set_enum (value, self->settings.on_full);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_csv_sink_finalize (GObject *object)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  csv_settings_clear (&self->settings);
  csv_settings_clear (&self->use);
  g_free (self->path);
  g_free (self->sidecar);
  g_free (self->current);
  g_array_unref (self->gaps);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_csv_sink_init (GstCsvSink *self)
{
  self->settings.decimals = DEFAULT_DECIMALS;
  self->settings.layout = DEFAULT_LAYOUT;
  self->settings.sync_interval = DEFAULT_SYNC_INTERVAL;
  self->settings.max_duration = DEFAULT_MAX_DURATION;
  self->settings.if_exists = DEFAULT_IF_EXISTS;
  self->settings.on_full = DEFAULT_ON_FULL;
  self->file.fd = -1;
  self->gaps = g_array_new (FALSE, FALSE, sizeof (CsvGap));
  /* A recorder takes samples as they come. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}

static void
gst_csv_sink_class_init (GstCsvSinkClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink = GST_BASE_SINK_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  GST_DEBUG_CATEGORY_INIT (csv_sink_debug, "csvsink", 0, "EEG CSV recorder");

  object->set_property = gst_csv_sink_set_property;
  object->get_property = gst_csv_sink_get_property;
  object->finalize = gst_csv_sink_finalize;

  g_object_class_install_property (object, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "File to record to; NAME.json beside it describes the recording.",
          NULL, flags));
  g_object_class_install_property (object, PROP_DECIMALS,
      g_param_spec_uint ("decimals", "Decimals",
          "Digits after the decimal point of microvolt values, 0 to 12.", 0, 12,
          DEFAULT_DECIMALS, flags));
  g_object_class_install_property (object, PROP_LAYOUT,
      g_param_spec_enum ("layout", "Layout",
          "Which program the file is for: default is RFC 4180 with a header "
          "row.",
          GST_TYPE_CSV_SINK_LAYOUT, DEFAULT_LAYOUT, flags));
  g_object_class_install_property (object, PROP_SYNC_INTERVAL,
      g_param_spec_uint64 ("sync-interval", "Sync interval",
          "At most this many nanoseconds of rows are lost in a power cut; 0 "
          "syncs at the end only. A program that dies loses no row either way.",
          0, GST_SECOND * 3600, DEFAULT_SYNC_INTERVAL, flags));
  g_object_class_install_property (object, PROP_MAX_DURATION,
      g_param_spec_uint64 ("max-duration", "Maximum duration",
          "Start the next file (NAME-00001.csv, NAME-00002.csv...) after this "
          "many nanoseconds of signal; 0 for one file.",
          0, G_MAXINT64, DEFAULT_MAX_DURATION, flags));
  g_object_class_install_property (object, PROP_IF_EXISTS,
      g_param_spec_enum ("if-exists", "If exists",
          "What to do when the recording or its description exists already.",
          GST_TYPE_CSV_SINK_IF_EXISTS, DEFAULT_IF_EXISTS, flags));
  g_object_class_install_property (object, PROP_ON_FULL,
      g_param_spec_enum ("on-full", "On full",
          "What to do when the disk is full: stop with an error, or continue "
          "and count the samples as lost, so that other branches go on.",
          GST_TYPE_CSV_SINK_ON_FULL, DEFAULT_ON_FULL, flags));
  g_object_class_install_property (object, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Samples delivered (rows in the file), lost and dropped (came "
          "twice); rows, bytes, rows synced to disk, files, location.",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_set_static_metadata (element, "EEG CSV recorder",
      "Sink/File",
      "Records an EEG stream as text, one row a sample, with a description in "
      "JSON beside it",
      "gst-plugins-eeg developers");
  gst_element_class_add_static_pad_template (element, &sink_template);

  element->change_state = gst_csv_sink_change_state;
  sink->set_caps = gst_csv_sink_set_caps;
  sink->render = gst_csv_sink_render;
  sink->event = gst_csv_sink_event;

  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_LAYOUT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_IF_EXISTS, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_ON_FULL, 0);
}
