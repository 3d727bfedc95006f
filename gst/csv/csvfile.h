/* csvsink: the file that receives rows, and the thread that makes them durable
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A text file that only ever ends in a whole row. All functions are for one
 * thread, except that a syncer may hold the descriptor too. */
typedef struct
{
  int fd;
  guint64 size;        /* bytes up to the end of the last whole row */
  guint64 reserved;    /* bytes from the start that have room on the disk */
  guint64 step;        /* how much room to ask for next, 0 for no more */
  gint64 reserve_time; /* when room was asked for last, monotonic, us */
} CsvFile;

/* Makes rows durable in the background: the streaming thread never waits for
 * the disk's cache. */
typedef struct _CsvSyncer CsvSyncer;

/* Both return 0 or an errno value. */
int csv_file_open (CsvFile *file, const gchar *path, gboolean overwrite);
int csv_file_write (CsvFile *file, const gchar *data, gsize size, gsize *kept);
int csv_file_restart (CsvFile *file);
int csv_file_sync (CsvFile *file);
int csv_file_close (CsvFile *file);

/* Writes @data to @path so that a reader sees the old or the new text, never a
 * part; survives a power cut. On a full disk the new text is written over the
 * old one, for which @reserve keeps room. Returns 0 or an errno value. */
int csv_replace_text (
    const gchar *path, const gchar *data, gsize size, gboolean reserve);
void csv_sync_directory_of (const gchar *path);

/* An @interval of 0 ns: no thread, rows are synced at close only. */
CsvSyncer *csv_syncer_new (GstClockTime interval);
void csv_syncer_free (CsvSyncer *syncer);
void csv_syncer_watch (CsvSyncer *syncer, int fd);
void csv_syncer_add_rows (CsvSyncer *syncer, guint64 rows);
void csv_syncer_mark_synced (CsvSyncer *syncer);
guint64 csv_syncer_get_synced (CsvSyncer *syncer);
int csv_syncer_take_error (CsvSyncer *syncer);

G_END_DECLS
