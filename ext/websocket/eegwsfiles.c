/* GStreamer EEG: the fixed table of files that websocketsink serves
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsfiles.h"
#include "eegwsresources.h"

#include <stdlib.h>
#include <string.h>

#define RESOURCE_PATH "/org/gst-plugins-eeg/viewer"
#define MAX_FILES     256
#define MAX_FILE_SIZE (8 * 1024 * 1024)
#define MAX_DEPTH     4

static const struct
{
  const gchar *suffix;
  const gchar *mime;
} mime_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
};

static const gchar *
find_mime (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (mime_types); i++)
    if (g_str_has_suffix (name, mime_types[i].suffix))
      return mime_types[i].mime;
  return NULL;
}

static void
file_free (gpointer data)
{
  EegWsFile *file = data;

  g_bytes_unref (file->bytes);
  g_free (file->etag);
  g_free (file);
}

static void
add_file (GHashTable *table, gchar *url, GBytes *bytes)
{
  EegWsFile *file = g_new0 (EegWsFile, 1);
  g_autofree gchar *sum =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  file->bytes = bytes;
  file->mime = find_mime (url);
  file->etag = g_strdup_printf ("\"%.32s\"", sum);
  g_hash_table_insert (table, url, file);
}

static void
load_resources (GHashTable *table, const gchar *sub)
{
  GResource *resource = eeg_ws_get_resource ();
  g_autofree gchar *dir = g_strconcat (RESOURCE_PATH, sub, NULL);
  g_auto (GStrv) names = g_resource_enumerate_children (resource, dir, 0, NULL);

  for (guint i = 0; names && names[i]; i++) {
    g_autofree gchar *url = g_strconcat (sub, "/", names[i], NULL);
    g_autofree gchar *path = NULL;
    GBytes *bytes;

    if (g_str_has_suffix (url, "/")) {
      url[strlen (url) - 1] = '\0';
      load_resources (table, url);
      continue;
    }
    path = g_strconcat (RESOURCE_PATH, url, NULL);
    bytes = g_resource_lookup_data (resource, path, 0, NULL);
    if (bytes && find_mime (url))
      add_file (table, g_steal_pointer (&url), bytes);
    else
      g_clear_pointer (&bytes, g_bytes_unref);
  }
}

static gboolean
load_dir (GHashTable *table, const gchar *root, const gchar *sub, guint depth,
    GError **error)
{
  g_autofree gchar *dir_path = g_strconcat (root, sub, NULL);
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, error);
  const gchar *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (dir_path, name, NULL);
    g_autofree gchar *url = g_strconcat (sub, "/", name, NULL);
    char *real;
    gboolean inside;
    gchar *data;
    gsize size;

    if (name[0] == '.')
      continue;
    /* A link that leads out of the directory is not followed. */
    real = realpath (path, NULL);
    inside =
        real && g_str_has_prefix (real, root) && real[strlen (root)] == '/';
    free (real);
    if (!inside)
      continue;
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      if (depth < MAX_DEPTH && !load_dir (table, root, url, depth + 1, error))
        return FALSE;
      continue;
    }
    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !find_mime (name))
      continue;
    if (g_hash_table_size (table) >= MAX_FILES) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "more than %d files",
          MAX_FILES);
      return FALSE;
    }
    if (!g_file_get_contents (path, &data, &size, error))
      return FALSE;
    if (size > MAX_FILE_SIZE) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
          "%s is larger than %d bytes", path, MAX_FILE_SIZE);
      g_free (data);
      return FALSE;
    }
    add_file (table, g_steal_pointer (&url), g_bytes_new_take (data, size));
  }
  return TRUE;
}

GHashTable *
eeg_ws_files_load (const gchar *root, GError **error)
{
  g_autoptr (GHashTable) table =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_free);

  if (root == NULL) {
    load_resources (table, "");
  } else {
    char *real = realpath (root, NULL);
    gboolean ok;

    if (real == NULL) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
          "there is no directory %s", root);
      return NULL;
    }
    ok = load_dir (table, real, "", 0, error);
    free (real);
    if (!ok)
      return NULL;
  }
  return g_steal_pointer (&table);
}
