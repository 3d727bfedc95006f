/* csvsink: the files of a recording, from open over rotation to close
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcsvsink-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GST_CAT_DEFAULT csv_sink_debug

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
  else if (err == EBUSY)
    GST_ELEMENT_ERROR (self, RESOURCE, BUSY,
        ("File \"%s\" is being written by another recorder. Give each its own "
         "location, or set if-exists=number.",
            path),
        (NULL));
  else if (err == ESPIPE)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("\"%s\" is a pipe or socket, which keeps nothing. Choose the name of "
         "a "
         "file.",
            path),
        (NULL));
  else if (err == ENAMETOOLONG)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        ("Cannot create \"%s\": the name is too long, also for the description "
         "in .json beside it. Choose a shorter location.",
            path),
        (NULL));
  else if (err == ENOENT && !g_file_test (dir, G_FILE_TEST_IS_DIR))
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
csv_sink_post_write_error (GstCsvSink *self, int err)
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

/* Names in a row that others may have taken since the directory was read. */
#define MAX_TAKEN 1000

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

/* The first free name from @number on: what somebody else put in the way is
 * neither overwritten nor the end of a recording. As create_file(). */
static int
create_numbered (GstCsvSink *self, guint *number, gchar **path, CsvFile *file,
    gchar **sidecar, gchar **culprit)
{
  for (guint tries = 0;; tries++, (*number)++) {
    int err;

    *path = numbered_path (self->use.location, *number);
    err = create_file (self, *path, file, sidecar, culprit);
    if (err != EEXIST || tries >= MAX_TAKEN)
      return err;
    g_clear_pointer (culprit, g_free);
    g_free (*path);
  }
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
  self->file_changes = 0;
  g_ptr_array_set_size (self->changes, 0);
  self->edge_time = GST_CLOCK_TIME_NONE;
  csv_syncer_watch (self->syncer, self->file.fd);

  GST_OBJECT_LOCK (self);
  self->n_files++;
  g_free (self->current);
  self->current = g_strdup (path);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "recording to %s", path);
}

int
csv_sink_write_sidecar (GstCsvSink *self, const gchar *ended)
{
  CsvSidecar s = {
      .path = self->path,
      .rows = &self->rows,
      .info = &self->file_info,
      .converter = &self->file_converter,
      .start = &self->start,
      .upstream = self->upstream,
      .graph = self->graph,
      .gaps = self->gaps,
      .gaps_total = self->file_gaps,
      .changes = self->changes,
      .changes_total = self->file_changes,
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
  int err =
      csv_replace_text (self->sidecar, text, strlen (text), ended == NULL);

  g_free (text);
  return err;
}

int
csv_sink_write_header (GstCsvSink *self)
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

void
csv_sink_record_gap (
    GstCsvSink *self, guint64 sample, guint64 lost, gboolean disk)
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

/* The stream is now described otherwise, while its columns stay. At once on
 * disk: the rows from here on are read by it. */
void
csv_sink_record_change (GstCsvSink *self, guint64 sample)
{
  int err;

  self->changed = FALSE;
  self->file_changes++;
  if (self->changes->len < CSV_MAX_CHANGES)
    g_ptr_array_add (self->changes,
        csv_sidecar_describe_change (&self->info, &self->converter, sample));
  err = csv_sink_write_sidecar (self, NULL);
  if (err)
    GST_WARNING_OBJECT (self,
        "the change at sample %" G_GUINT64_FORMAT
        " is written to %s at the end only: %s",
        sample, self->sidecar, g_strerror (err));
}

/* A file begins: its description tells of the stream as it is now. */
void
csv_sink_describe_start (GstCsvSink *self)
{
  gst_eeg_info_clear (&self->file_info);
  csv_converter_clear (&self->file_converter);
  gst_eeg_info_copy_into (&self->info, &self->file_info);
  csv_converter_copy (&self->converter,
      (guint) GST_EEG_INFO_CHANNELS (&self->info), &self->file_converter);
  self->changed = FALSE;
}

/* The rows in hand did not reach the file. */
void
csv_sink_lose_rows (GstCsvSink *self, guint rows, guint64 first)
{
  if (rows)
    csv_sink_record_gap (self, first, rows, TRUE);
}

GstFlowReturn
csv_sink_handle_write_error (GstCsvSink *self, int err)
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
  csv_sink_post_write_error (self, err);
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
GstFlowReturn
csv_sink_flush (GstCsvSink *self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint rows = self->text_rows;
  gsize kept = 0;
  int err = 0;

  if (!rows)
    return GST_FLOW_OK;
  if (!self->header_written)
    err = csv_sink_write_header (self);
  if (!err)
    err = csv_file_write (&self->file, self->text.data, self->text.size, &kept);
  if (err) {
    guint written = kept ? count_rows (self->text.data, kept) : 0;

    csv_sink_lose_rows (self, rows - written, self->text_sample + written);
    self->text_sample += written;
    rows = written;
    ret = csv_sink_handle_write_error (self, err);
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
int
csv_sink_finalize_file (GstCsvSink *self, const gchar *ended)
{
  int err = csv_file_sync (&self->file);
  int err2 = self->have_info ? csv_sink_write_sidecar (self, ended) : 0;

  if (!err)
    csv_syncer_mark_synced (self->syncer);
  if (err2)
    GST_WARNING_OBJECT (self, "sidecar %s keeps its state of the start: %s",
        self->sidecar, g_strerror (err2));
  self->finalized = TRUE;
  return err ? err : err2;
}

CsvMoment
csv_sink_take_time (void)
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
GstFlowReturn
csv_sink_rotate (GstCsvSink *self, guint64 first, guint64 per_file)
{
  GstFlowReturn ret = csv_sink_flush (self);
  gchar *path, *sidecar, *culprit = NULL;
  CsvMoment now;
  guint number = self->number + 1;
  CsvFile file;
  int err;

  if (ret != GST_FLOW_OK)
    return ret;
  err = create_numbered (self, &number, &path, &file, &sidecar, &culprit);
  if (err) {
    if (is_full (err) && self->use.on_full == CSV_ON_FULL_CONTINUE) {
      self->text_sample = first;
      csv_sink_handle_write_error (self, err);
      ret = GST_FLOW_CUSTOM_SUCCESS;
    } else {
      post_open_error (self, culprit, err);
      ret = GST_FLOW_ERROR;
    }
    g_free (culprit);
    g_free (path);
    return ret;
  }
  self->number = number;

  err = csv_sink_finalize_file (self, "rotated");
  csv_syncer_watch (self->syncer, -1);
  csv_file_close (&self->file);
  if (err)
    ret = csv_sink_handle_write_error (self, err);
  adopt_file (self, &file, path, sidecar);
  if (ret != GST_FLOW_OK)
    return ret;

  now = csv_sink_take_time ();
  self->start.monotonic = now.monotonic;
  self->start.utc =
      self->rows.first_utc + (gint64) (gst_eeg_info_frames_to_time (&self->info,
                                           first - self->rows.first_sample) /
                                       GST_USECOND);
  self->file_first = first;
  csv_sink_describe_start (self);
  /* Boundaries are multiples of the length, gap or not. */
  self->file_end += per_file * ((first - self->file_end) / per_file + 1);
  err = csv_sink_write_header (self);
  if (!err)
    err = csv_sink_write_sidecar (self, NULL);
  return err ? csv_sink_handle_write_error (self, err) : GST_FLOW_OK;
}

/* --- open and close ------------------------------------------------------------- */

void
csv_settings_clear (CsvSettings *s)
{
  g_clear_pointer (&s->location, g_free);
}

gboolean
csv_sink_open (GstCsvSink *self)
{
  const gchar *location;
  gchar *path, *sidecar, *culprit = NULL;
  gboolean number = FALSE;
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
  self->have_info = self->anchored = FALSE;
  GST_OBJECT_UNLOCK (self);

  self->failed = self->full = self->changed = FALSE;
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
    number = TRUE;
  }

  GST_OBJECT_LOCK (self);
  self->syncer = csv_syncer_new (self->use.sync_interval);
  GST_OBJECT_UNLOCK (self);
  self->start = csv_sink_take_time ();
  self->number = highest + 1;
  if (!number) {
    path = g_strdup (location);
    err = create_file (self, path, &file, &sidecar, &culprit);
    if (err == EEXIST && self->use.if_exists == CSV_IF_EXISTS_NUMBER) {
      g_clear_pointer (&culprit, g_free);
      g_free (path);
      number = TRUE;
    }
  }
  if (number)
    err =
        create_numbered (self, &self->number, &path, &file, &sidecar, &culprit);
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

void
csv_sink_close (GstCsvSink *self)
{
  CsvSyncer *syncer;
  int err = 0;

  if (!self->syncer)
    return;
  if (!self->finalized)
    err = csv_sink_finalize_file (self, self->failed ? "error" : "stopped");
  csv_syncer_watch (self->syncer, -1);
  {
    int close_err = csv_file_close (&self->file);

    err = err ? err : close_err;
  }
  if (err)
    csv_sink_post_write_error (self, err);
  if (!self->have_info && self->use.if_exists != CSV_IF_EXISTS_OVERWRITE) {
    /* Nothing ever came: leave no empty files behind. */
    g_unlink (self->path);
    g_unlink (self->sidecar);
  }

  GST_OBJECT_LOCK (self);
  syncer = g_steal_pointer (&self->syncer);
  self->n_synced = csv_syncer_get_synced (syncer);
  self->anchored = FALSE;
  if (self->have_info) {
    csv_rows_clear (&self->rows);
    gst_eeg_info_clear (&self->info);
    self->have_info = FALSE;
  }
  GST_OBJECT_UNLOCK (self);
  csv_syncer_free (syncer);
  gst_eeg_info_clear (&self->file_info);
  csv_converter_clear (&self->file_converter);
  csv_text_clear (&self->text);
  g_clear_pointer (&self->row_flags, g_free);
  self->row_flags_size = 0;
  csv_converter_clear (&self->converter);
  g_clear_pointer (&self->upstream, g_free);
  g_clear_pointer (&self->graph, g_free);
}
