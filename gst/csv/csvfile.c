/* csvsink: the file that receives rows, and the thread that makes them durable
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "csvfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Room on the disk is asked for ahead of the rows: the kernel then need not look
 * for some at each write, and a recording lies in one piece. It lasts for about
 * a second, so a slow stream takes little, and never more than this. */
#define STEP_MIN (256u << 10)
#define STEP_MAX (32u << 20)
/* Nor more than this part of what is free: others record, too. */
#define STEP_SHARE 16

static int
write_all (int fd, const gchar *data, gsize size, gsize *written)
{
  *written = 0;
  while (*written < size) {
    gssize n = write (fd, data + *written, size - *written);

    if (n < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    if (n == 0)
      return ENOSPC;
    *written += (gsize) n;
  }
  return 0;
}

/* What a file in memory is given is gone for others at once, and gains nothing. */
static gboolean
is_in_memory (const struct statfs *fs)
{
  return fs->f_type == TMPFS_MAGIC || fs->f_type == RAMFS_MAGIC;
}

/* Sees to it that there is room up to byte @end and somewhat further. Only a
 * help: where it cannot be had, writing will tell what is wrong. */
static void
reserve_room (CsvFile *file, guint64 end)
{
  gint64 now, since;
  struct statfs fs;
  guint64 share;

  if (end <= file->reserved || file->step == 0)
    return;
  now = g_get_monotonic_time ();
  since = now - file->reserve_time;
  if (since < G_USEC_PER_SEC)
    file->step = MIN (2 * file->step, STEP_MAX);
  else if (since > 4 * G_USEC_PER_SEC)
    file->step = MAX (file->step / 2, STEP_MIN);
  file->reserve_time = now;

  if (fstatfs (file->fd, &fs) < 0 || is_in_memory (&fs)) {
    file->step = 0;
    return;
  }
  share = (guint64) fs.f_bavail * (guint64) fs.f_bsize / STEP_SHARE;
  if (share < STEP_MIN ||
      fallocate (file->fd, FALLOC_FL_KEEP_SIZE, (off_t) file->size,
          (off_t) (end - file->size + MIN (file->step, share))) < 0) {
    if (share < STEP_MIN || errno != EINTR)
      file->step = 0;
    return;
  }
  file->reserved = end + MIN (file->step, share);
}

/* Cuts the file to its whole rows, and gives back the room behind them. */
static int
cut (CsvFile *file)
{
  file->reserved = 0;
  return ftruncate (file->fd, (off_t) file->size) < 0 ? errno : 0;
}

/* ESPIPE: @path is nothing that keeps rows, and opening it might wait for ever.
 * EBUSY: another recorder writes it. */
int
csv_file_open (CsvFile *file, const gchar *path, gboolean overwrite)
{
  /* O_APPEND: after a truncation writing goes on at the new end. */
  int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK |
              (overwrite ? 0 : O_EXCL);
  struct stat st;
  int err = 0;

  memset (file, 0, sizeof *file);
  file->fd = -1;
  file->step = STEP_MIN;
  file->reserve_time = g_get_monotonic_time ();
  if (stat (path, &st) == 0 && overwrite && !S_ISREG (st.st_mode) &&
      !S_ISCHR (st.st_mode) && !S_ISDIR (st.st_mode))
    return ESPIPE;
  do
    file->fd = g_open (path, flags, 0666);
  while (file->fd < 0 && errno == EINTR);
  if (file->fd < 0)
    return errno;
  /* Truncated only once it is nobody else's. Where there are no locks, the user
   * has to know. */
  if (flock (file->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
    err = EBUSY;
  else if (overwrite && fstat (file->fd, &st) == 0 && S_ISREG (st.st_mode) &&
           ftruncate (file->fd, 0) < 0)
    err = errno;
  if (err) {
    close (file->fd);
    file->fd = -1;
  }
  return err;
}

/* Hands the rows to the kernel, from where they reach the disk even if this
 * process dies. When that fails half-way, the file is cut back to the last
 * whole row and @kept says how many bytes of @data are in it. */
int
csv_file_write (CsvFile *file, const gchar *data, gsize size, gsize *kept)
{
  gsize written;
  int err;

  reserve_room (file, file->size + size);
  err = write_all (file->fd, data, size, &written);
  if (err) {
    const gchar *end = written ? memrchr (data, '\n', written) : NULL;

    written = end ? (gsize) (end - data) + 1 : 0;
  }
  file->size += written;
  if (err) {
    /* The first reason is the one the user can act on. */
    file->step = 0;
    cut (file);
  }
  *kept = written;
  return err;
}

/* Empties the file: what follows is written at its start. */
int
csv_file_restart (CsvFile *file)
{
  file->size = 0;
  return cut (file);
}

/* Everything on disk, and nothing but that: room is asked for again when rows
 * follow. */
int
csv_file_sync (CsvFile *file)
{
  int r;

  if (file->fd < 0)
    return 0;
  if (file->reserved > file->size)
    cut (file);
  do
    r = fdatasync (file->fd);
  while (r < 0 && errno == EINTR);
  /* Pipes and the like have nothing to sync. */
  return r < 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
}

int
csv_file_close (CsvFile *file)
{
  int err = csv_file_sync (file);

  if (file->fd >= 0 && close (file->fd) < 0 && !err && errno != EINTR)
    err = errno;
  file->fd = -1;
  return err;
}

/* A new name is on disk only when its directory is. */
void
csv_sync_directory_of (const gchar *path)
{
  gchar *dir = g_path_get_dirname (path);
  int fd = g_open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd >= 0) {
    fsync (fd);
    close (fd);
  }
  g_free (dir);
}

/* What the description of a long and troubled recording may take more at its end
 * than at its start. */
#define RESERVE 65536

/* On a full disk there is no room for a second file: the text goes over the old
 * one, into the room that was reserved with it. */
static int
overwrite_text (const gchar *path, const gchar *data, gsize size)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  int err;
  gsize written;

  if (fd < 0)
    return errno;
  err = write_all (fd, data, size, &written);
  if (!err && ftruncate (fd, (off_t) size) < 0)
    err = errno;
  if (!err && fsync (fd) < 0)
    err = errno;
  if (close (fd) < 0 && !err)
    err = errno;
  return err;
}

int
csv_replace_text (
    const gchar *path, const gchar *data, gsize size, gboolean reserve)
{
  /* In the same directory, and no longer than any name may be. */
  gchar *dir = g_path_get_dirname (path);
  gchar *temporary = g_build_filename (dir, ".csvsink-XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  int err = 0;
  gsize written;

  g_free (dir);
  if (fd < 0) {
    err = errno;
    g_free (temporary);
    return err == ENOSPC ? overwrite_text (path, data, size) : err;
  }
  err = write_all (fd, data, size, &written);
  /* Where the file system cannot reserve, the last text may be lost instead. */
  if (!err && reserve &&
      fallocate (fd, FALLOC_FL_KEEP_SIZE, (off_t) size, RESERVE) < 0)
    err = errno == ENOSPC ? ENOSPC : 0;
  if (!err && fsync (fd) < 0)
    err = errno;
  if (close (fd) < 0 && !err)
    err = errno;
  if (!err && g_rename (temporary, path) < 0)
    err = errno;
  if (err) {
    g_unlink (temporary);
    if (err == ENOSPC)
      err = overwrite_text (path, data, size);
  } else {
    csv_sync_directory_of (path);
  }
  g_free (temporary);
  return err;
}

struct _CsvSyncer
{
  GThread *thread;
  GMutex lock;
  GCond cond;
  GstClockTime interval;

  /* Under the lock. */
  gboolean stop;
  int fd; /* owned by the CsvFile; synced through a duplicate */
  guint64 rows;
  guint64 synced;
  int error;
};

static gpointer
csv_syncer_run (gpointer data)
{
  CsvSyncer *self = data;
  gint64 until;

  g_mutex_lock (&self->lock);
  while (!self->stop) {
    until = g_get_monotonic_time () + (gint64) (self->interval / 1000);
    while (!self->stop && g_cond_wait_until (&self->cond, &self->lock, until)) {
    }
    if (self->stop)
      break;
    if (self->fd >= 0 && self->synced != self->rows) {
      guint64 rows = self->rows;
      /* A duplicate: the file may be closed while the disk is busy. */
      int fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);
      int err = 0;

      if (fd < 0)
        continue;
      g_mutex_unlock (&self->lock);
      if (fdatasync (fd) < 0 && errno != EINTR && errno != EINVAL)
        err = errno;
      close (fd);
      g_mutex_lock (&self->lock);
      if (err)
        self->error = err;
      else if (rows > self->synced)
        self->synced = rows;
    }
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

CsvSyncer *
csv_syncer_new (GstClockTime interval)
{
  CsvSyncer *self = g_new0 (CsvSyncer, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->fd = -1;
  /* Less than a millisecond would only keep the disk from its work. */
  self->interval = interval ? MAX (interval, GST_MSECOND) : 0;
  if (interval)
    self->thread = g_thread_new ("csvsink-sync", csv_syncer_run, self);
  return self;
}

void
csv_syncer_free (CsvSyncer *self)
{
  if (!self)
    return;
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->thread)
    g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The descriptor to sync from now on, -1 for none. */
void
csv_syncer_watch (CsvSyncer *self, int fd)
{
  g_mutex_lock (&self->lock);
  self->fd = fd;
  g_mutex_unlock (&self->lock);
}

void
csv_syncer_add_rows (CsvSyncer *self, guint64 rows)
{
  g_mutex_lock (&self->lock);
  self->rows += rows;
  g_mutex_unlock (&self->lock);
}

/* The streaming thread synced by itself. */
void
csv_syncer_mark_synced (CsvSyncer *self)
{
  g_mutex_lock (&self->lock);
  self->synced = self->rows;
  g_mutex_unlock (&self->lock);
}

guint64
csv_syncer_get_synced (CsvSyncer *self)
{
  guint64 synced;

  g_mutex_lock (&self->lock);
  synced = self->synced;
  g_mutex_unlock (&self->lock);
  return synced;
}

int
csv_syncer_take_error (CsvSyncer *self)
{
  int err;

  g_mutex_lock (&self->lock);
  err = self->error;
  self->error = 0;
  g_mutex_unlock (&self->lock);
  return err;
}
