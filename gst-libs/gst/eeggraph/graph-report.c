/* Graph files: issues as text and JSON, name, hash, presets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"

/**
 * gst_eeg_graph_get_name:
 * @graph: a graph
 *
 * Returns: (transfer none): "name" of the file, or the file's own name
 */
const gchar *
gst_eeg_graph_get_name (GstEegGraph *graph)
{
  const gchar *name;

  g_return_val_if_fail (graph != NULL, NULL);
  name = json_string_value (json_object_get (graph->root, "name"));
  return name ? name : graph->source;
}

/**
 * gst_eeg_graph_get_hash:
 * @graph: a graph
 *
 * Names the graph as it runs, with what gst_eeg_graph_set() changed; blanks and
 * the order of keys do not matter.
 *
 * Returns: (transfer none) (nullable): SHA-256 in hex, %NULL without a graph
 */
const gchar *
gst_eeg_graph_get_hash (GstEegGraph *graph)
{
  g_return_val_if_fail (graph != NULL, NULL);
  if (!graph->hash && graph->root) {
    char *text = json_dumps (graph->root, JSON_COMPACT | JSON_SORT_KEYS);

    if (text)
      graph->hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
    free (text);
  }
  return graph->hash;
}

#define MAX_SHOWN 1500 /* characters; all properties of an element fit */

/* One line of a terminal and no more: what moves the cursor, hides or turns
 * text is shown as \u and four digits, and what is long is cut. */
static void
append_shown (GString *s, const gchar *text)
{
  gchar *valid = g_utf8_make_valid (text, -1);
  guint n = 0;

  for (const gchar *p = valid; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (++n > MAX_SHOWN) {
      g_string_append (s, "...");
      break;
    }
    if (c == 0xfffd || (g_unichar_isprint (c) && c != 0x2028 && c != 0x2029))
      g_string_append_unichar (s, c);
    else
      g_string_append_printf (s, "\\u%04x", c);
  }
  g_free (valid);
}

static void
append_detail (GString *s, const gchar *before, const gchar *text)
{
  if (!text)
    return;
  g_string_append (s, before);
  append_shown (s, text);
}

/**
 * gst_eeg_graph_issues_to_text:
 * @graph: a graph
 *
 * Returns: (transfer full): every issue as FILE:line:column: error: message
 *     and an indented line of details; "" without issues
 */
gchar *
gst_eeg_graph_issues_to_text (const GstEegGraph *graph)
{
  GString *s = g_string_new (NULL);

  g_return_val_if_fail (graph != NULL, NULL);
  for (guint n = 0; n < graph->issues->len; n++) {
    const GstEegGraphIssue *i = g_ptr_array_index (graph->issues, n);

    append_shown (s, graph->source);
    if (i->line)
      g_string_append_printf (s, ":%u:%u", i->line, i->column);
    g_string_append (
        s, i->severity == GST_EEG_GRAPH_ERROR ? ": error: " : ": note: ");
    append_shown (s, i->message);
    append_detail (s, "\n    at ", *i->pointer ? i->pointer : "(whole file)");
    append_detail (s, "; found ", i->found);
    append_detail (s, "; allowed ", i->allowed);
    append_detail (s, "; ", i->hint);
    g_string_append_c (s, '\n');
  }
  return g_string_free (s, FALSE);
}

static void
set_text (json_t *object, const gchar *key, const gchar *text)
{
  gchar *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  json_object_set_new (object, key, valid ? json_string (valid) : json_null ());
  g_free (valid);
}

/**
 * gst_eeg_graph_issues_to_json:
 * @graph: a graph
 *
 * Returns: (transfer full): {"file", "ok", "errors": [...]}
 */
gchar *
gst_eeg_graph_issues_to_json (const GstEegGraph *graph)
{
  json_t *root = json_object (), *list = json_array ();
  char *text;
  gchar *copy;

  g_return_val_if_fail (graph != NULL, NULL);
  set_text (root, "file", graph->source);
  json_object_set_new (
      root, "ok", json_boolean (!gst_eeg_graph_has_errors (graph)));
  for (guint n = 0; n < graph->issues->len; n++) {
    const GstEegGraphIssue *i = g_ptr_array_index (graph->issues, n);
    json_t *o = json_object ();

    set_text (
        o, "severity", i->severity == GST_EEG_GRAPH_ERROR ? "error" : "note");
    set_text (o, "code", i->code);
    set_text (o, "pointer", i->pointer);
    json_object_set_new (o, "line", json_integer (i->line));
    json_object_set_new (o, "column", json_integer (i->column));
    set_text (o, "message", i->message);
    set_text (o, "found", i->found);
    set_text (o, "allowed", i->allowed);
    set_text (o, "hint", i->hint);
    json_array_append_new (list, o);
  }
  json_object_set_new (root, "errors", list);
  text = json_dumps (root, JSON_INDENT (2));
  copy = g_strdup (text);
  free (text);
  json_decref (root);
  return copy;
}

static gchar **
preset_folders (void)
{
  const gchar *env = g_getenv ("EEG_PRESET_PATH");
  gchar *all = g_strdup_printf (
      "%s%s%s/pipelines", env ? env : "", env && *env ? ":" : "", EEG_DATADIR);
  gchar **folders = g_strsplit (all, ":", -1);

  g_free (all);
  return folders;
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

/**
 * gst_eeg_graph_list_presets:
 *
 * Returns: (transfer full) (array zero-terminated=1): names of the graph files
 *     in EEG_PRESET_PATH and the installed folder, sorted, each once
 */
gchar **
gst_eeg_graph_list_presets (void)
{
  gchar **folders = preset_folders ();
  GPtrArray *names = g_ptr_array_new ();

  for (guint n = 0; folders[n]; n++) {
    GDir *dir = *folders[n] ? g_dir_open (folders[n], 0, NULL) : NULL;
    const gchar *file;

    while (dir && (file = g_dir_read_name (dir))) {
      gchar *name;

      if (!g_str_has_suffix (file, ".json"))
        continue;
      name = g_strndup (file, strlen (file) - strlen (".json"));
      if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_free (name);
      else
        g_ptr_array_add (names, name);
    }
    if (dir)
      g_dir_close (dir);
  }
  g_strfreev (folders);
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (gchar **) g_ptr_array_free (names, FALSE);
}

/**
 * gst_eeg_graph_find_preset:
 * @name: a name of gst_eeg_graph_list_presets(); no path
 *
 * Returns: (transfer full) (nullable): the file, from the first folder with it
 */
gchar *
gst_eeg_graph_find_preset (const gchar *name)
{
  gchar **folders, *found = NULL;

  g_return_val_if_fail (name != NULL, NULL);
  if (!*name || strchr (name, '/') || *name == '.')
    return NULL;
  folders = preset_folders ();
  for (guint n = 0; folders[n] && !found; n++) {
    gchar *file = g_strdup_printf ("%s/%s.json", folders[n], name);

    if (*folders[n] && g_file_test (file, G_FILE_TEST_IS_REGULAR))
      found = g_steal_pointer (&file);
    g_free (file);
  }
  g_strfreev (folders);
  return found;
}
