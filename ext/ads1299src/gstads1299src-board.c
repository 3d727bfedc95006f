/* ads1299src: board presets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A board is a key file: group [board] with name and description, group
 * [properties] with values for properties of the element.
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

#define MAX_BOARD_BYTES 65536

#define SET_ERROR(error, ...)                                                  \
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, __VA_ARGS__)

/* Folders with presets, the first one first; to be freed. */
static gchar **
folders (void)
{
  GPtrArray *list = g_ptr_array_new ();
  const gchar *env = g_getenv ("EEG_BOARD_PATH");
  GstPlugin *plugin =
      gst_registry_find_plugin (gst_registry_get (), "ads1299src");
  gchar **parts, **p;

  if (env != NULL) {
    parts = g_strsplit (env, G_SEARCHPATH_SEPARATOR_S, -1);
    for (p = parts; *p != NULL; p++)
      g_ptr_array_add (list, *p);
    g_free (parts);
  }
  if (plugin != NULL) {
    /* as built, before it is installed */
    if (gst_plugin_get_filename (plugin) != NULL) {
      gchar *dir = g_path_get_dirname (gst_plugin_get_filename (plugin));

      g_ptr_array_add (list, g_build_filename (dir, "boards", NULL));
      g_free (dir);
    }
    gst_object_unref (plugin);
  }
  g_ptr_array_add (list, g_build_filename (EEG_DATADIR, "boards", NULL));
  g_ptr_array_add (list, NULL);
  return (gchar **) g_ptr_array_free (list, FALSE);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static gchar *
known_boards (gchar **dirs)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const gchar *file;
  gchar *text;
  guint i;

  for (i = 0; dirs[i] != NULL; i++) {
    GDir *dir = g_dir_open (dirs[i], 0, NULL);

    while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
      if (g_str_has_suffix (file, ".ini")) {
        gchar *name = g_strndup (file, strlen (file) - 4);

        if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
          g_free (name);
        else
          g_ptr_array_add (names, name);
      }
    g_clear_pointer (&dir, g_dir_close);
  }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  text = names->len > 1 ? g_strjoinv (", ", (gchar **) names->pdata)
                        : g_strdup ("none");
  g_ptr_array_unref (names);
  return text;
}

/* Path of board @name; NULL with @error. */
static gchar *
find_board (const gchar *name, GError **error)
{
  gchar **dirs = folders (), *path = NULL, *known;
  guint i;

  if (strchr (name, '/') != NULL)
    path = g_strdup (name);
  for (i = 0; path == NULL && dirs[i] != NULL; i++) {
    gchar *file = g_strconcat (name, ".ini", NULL);

    path = g_build_filename (dirs[i], file, NULL);
    g_free (file);
    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
      g_clear_pointer (&path, g_free);
  }
  if (path == NULL) {
    known = known_boards (dirs);
    SET_ERROR (error,
        "board \"%s\" is not known; known are %s. A path to a file with a "
        "slash in it is taken as it is",
        name, known);
    g_free (known);
  }
  g_strfreev (dirs);
  return path;
}

static GKeyFile *
load_board (const gchar *path, GError **error)
{
  GKeyFile *file = g_key_file_new ();
  GError *problem = NULL;
  gchar *text = NULL;
  gsize len = 0;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    SET_ERROR (&problem, "it is no file");
  else if (g_file_get_contents (path, &text, &len, &problem)) {
    if (len > MAX_BOARD_BYTES)
      SET_ERROR (&problem, "it is longer than %d bytes", MAX_BOARD_BYTES);
    else
      g_key_file_load_from_data (file, text, len, G_KEY_FILE_NONE, &problem);
  }
  g_free (text);
  if (problem == NULL && !g_key_file_has_group (file, "properties"))
    SET_ERROR (&problem, "it has no group [properties]");
  if (problem == NULL)
    return file;
  SET_ERROR (error, "board \"%s\" cannot be used: %s", path, problem->message);
  g_error_free (problem);
  g_key_file_free (file);
  return NULL;
}

gboolean
gst_ads1299_src_apply_board (GstAds1299Src *self, GError **error)
{
  const gchar *name = self->settings.board;
  GError *problem = NULL;
  GKeyFile *file;
  gchar *path, **keys;
  guint i;

  gst_ads1299_src_reset_to_defaults (self);
  if (name == NULL || *name == '\0')
    return TRUE;
  path = find_board (name, error);
  if (path == NULL)
    return FALSE;
  file = load_board (path, error);
  if (file == NULL) {
    g_free (path);
    return FALSE;
  }
  keys = g_key_file_get_keys (file, "properties", NULL, NULL);
  for (i = 0; problem == NULL && keys[i] != NULL; i++) {
    gchar *text = g_key_file_get_string (file, "properties", keys[i], &problem);

    if (text != NULL)
      gst_ads1299_src_set_from_board (self, keys[i], text, &problem);
    g_free (text);
  }
  if (problem != NULL) {
    SET_ERROR (
        error, "board \"%s\" cannot be used: %s", path, problem->message);
    gst_ads1299_src_reset_to_defaults (self);
  }
  g_strfreev (keys);
  g_key_file_free (file);
  g_free (path);
  if (problem == NULL)
    return TRUE;
  g_error_free (problem);
  return FALSE;
}
