/* Graph files: bytes -> JSON tree with the position of every value
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * jansson reads the tree, because it refuses what others let pass (duplicate
 * keys, integers beyond 64 bit, NUL, invalid UTF-8). It keeps no positions,
 * so a second scan over the accepted text finds them. Size and depth are
 * checked before anything is parsed.
 */
#include "config.h"

#include <string.h>
#include <errno.h>
#include <stdio.h>
#include "eeggraph-private.h"

/* Further errors are counted only: nobody reads more at once. */
#define MAX_ISSUES 100
/* Places with longer pointers get the position of what is around them: every
 * value below a key of 100 KiB would need as much again. */
#define MAX_POINTER 1024

static void
issue_clear (GstEegGraphIssue *i)
{
  g_free (i->pointer);
  g_free (i->message);
  g_free (i->found);
  g_free (i->allowed);
  g_free (i->hint);
  memset (i, 0, sizeof *i);
}

static void
issue_free (gpointer p)
{
  issue_clear (p);
  g_free (p);
}

void
graph_take (gchar **field, gchar *text)
{
  g_free (*field);
  *field = text;
}

void
graph_set_text (gchar **field, const gchar *text)
{
  if (text)
    graph_take (field, g_strdup (text));
}

static gint
by_position (gconstpointer a, gconstpointer b)
{
  const GstEegGraphIssue *x = *(GstEegGraphIssue *const *) a;
  const GstEegGraphIssue *y = *(GstEegGraphIssue *const *) b;

  if (x->line != y->line)
    return x->line < y->line ? -1 : 1;
  if (x->column != y->column)
    return x->column < y->column ? -1 : 1;
  return strcmp (x->message, y->message);
}

void
graph_forget_issues (GstEegGraph *g)
{
  g_ptr_array_set_size (g->issues, (gint) g->n_kept);
  g->n_found = 0;
}

void
graph_sort_issues (GstEegGraph *g)
{
  guint shown = g->issues->len - g->n_kept;

  if (shown > 1)
    qsort (g->issues->pdata + g->n_kept, shown, sizeof (gpointer), by_position);
  if (g->n_found > shown) {
    GstEegGraphIssue *i = g_new0 (GstEegGraphIssue, 1);

    i->severity = GST_EEG_GRAPH_NOTE;
    i->code = "more";
    i->pointer = g_strdup ("");
    i->message =
        g_strdup_printf ("%u more errors are not shown", g->n_found - shown);
    g_ptr_array_add (g->issues, i);
  }
}

gboolean
graph_has_issue_below (GstEegGraph *g, const gchar *pointer)
{
  gsize length = strlen (pointer);

  for (guint n = 0; n < g->issues->len; n++) {
    const GstEegGraphIssue *i = g_ptr_array_index (g->issues, n);

    if (!strncmp (i->pointer, pointer, length) &&
        (!i->pointer[length] || i->pointer[length] == '/'))
      return TRUE;
  }
  /* those past the limit are anywhere */
  return g->n_found > g->issues->len - g->n_kept;
}

/* The place itself, or the nearest around it that has a position. */
static const GraphPosition *
find_position (GstEegGraph *g, const gchar *pointer, gboolean key)
{
  const GraphPosition *pos = NULL;
  gchar *at = g_strdup (pointer), *slash;

  if (key)
    pos = g_hash_table_lookup (g->keys, at);
  while (!pos && !(pos = g_hash_table_lookup (g->values, at)) &&
         (slash = strrchr (at, '/')))
    *slash = '\0';
  g_free (at);
  return pos;
}

GstEegGraphIssue *
graph_error (GstEegGraph *g, const gchar *code, const gchar *pointer,
    gboolean key, const gchar *format, ...)
{
  const gchar *set = g_hash_table_lookup (g->sets, pointer);
  const GraphPosition *pos;
  GstEegGraphIssue *i;
  va_list ap;

  g->n_found++;
  if (g->issues->len >= g->n_kept + MAX_ISSUES) {
    i = &g->scratch;
    issue_clear (i);
  } else {
    i = g_new0 (GstEegGraphIssue, 1);
    g_ptr_array_add (g->issues, i);
  }
  g->latest = i;
  i->severity = GST_EEG_GRAPH_ERROR;
  i->code = code;
  i->pointer = g_strdup (set ? set : pointer);
  va_start (ap, format);
  i->message = g_strdup_vprintf (format, ap);
  va_end (ap);
  pos = set ? NULL : find_position (g, pointer, key);
  if (pos) {
    i->line = pos->line;
    i->column = pos->column;
  }
  return i;
}

gchar *
graph_pointer_key (const gchar *parent, const gchar *key)
{
  GString *s = g_string_new (parent);

  g_string_append_c (s, '/');
  for (; *key; key++) {
    if (*key == '~')
      g_string_append (s, "~0");
    else if (*key == '/')
      g_string_append (s, "~1");
    else
      g_string_append_c (s, *key);
  }
  return g_string_free (s, FALSE);
}

gchar *
graph_pointer_index (const gchar *parent, gsize index)
{
  return g_strdup_printf ("%s/%" G_GSIZE_FORMAT, parent, index);
}

/* The position of byte @offset; a column is a character, not a byte. */
static GraphPosition
position_at (const gchar *text, gsize size, gsize offset)
{
  GraphPosition pos = {1, 1};

  for (gsize i = 0; i < offset && i < size; i++) {
    if (text[i] == '\n') {
      pos.line++;
      pos.column = 1;
    } else if (((guchar) text[i] & 0xc0) != 0x80) {
      pos.column++;
    }
  }
  return pos;
}

/* --- the location scan; runs only over text that jansson accepted --- */
typedef struct
{
  GstEegGraph *g;
  const gchar *p, *end;
  GraphPosition pos;
} Scan;

static void
scan_advance (Scan *s)
{
  if (*s->p == '\n') {
    s->pos.line++;
    s->pos.column = 1;
  } else if (((guchar) *s->p & 0xc0) != 0x80) {
    s->pos.column++;
  }
  s->p++;
}

static void
scan_space (Scan *s)
{
  while (s->p < s->end && strchr (" \t\r\n", *s->p) && *s->p)
    scan_advance (s);
}

static void
scan_string (Scan *s)
{
  scan_advance (s);
  while (s->p < s->end && *s->p != '"') {
    if (*s->p == '\\' && s->p + 1 < s->end)
      scan_advance (s);
    scan_advance (s);
  }
  if (s->p < s->end)
    scan_advance (s);
}

static void
note_position (GHashTable *table, const gchar *pointer, GraphPosition pos)
{
  GraphPosition *copy = g_new (GraphPosition, 1);

  *copy = pos;
  g_hash_table_insert (table, g_strdup (pointer), copy);
}

/* @pointer NULL: too long to be noted. */
static void
scan_value (Scan *s, const gchar *pointer, guint depth)
{
  gchar open;

  scan_space (s);
  if (s->p >= s->end || depth > GST_EEG_GRAPH_MAX_DEPTH + 1)
    return;
  if (pointer && strlen (pointer) > MAX_POINTER)
    pointer = NULL;
  if (pointer)
    note_position (s->g->values, pointer, s->pos);
  open = *s->p;
  if (open == '"') {
    scan_string (s);
  } else if (open == '{' || open == '[') {
    gsize index = 0;

    scan_advance (s);
    for (;;) {
      gchar *child = NULL;

      scan_space (s);
      if (s->p >= s->end)
        return;
      if (*s->p == '}' || *s->p == ']') {
        scan_advance (s);
        return;
      }
      if (*s->p == ',') {
        scan_advance (s);
        continue;
      }
      if (open == '{') {
        GraphPosition at = s->pos;
        const gchar *from = s->p;
        json_t *key;

        scan_string (s);
        key = json_loadb (from, s->p - from, JSON_DECODE_ANY, NULL);
        if (pointer) {
          child = graph_pointer_key (pointer,
              key && json_is_string (key) ? json_string_value (key) : "");
          note_position (s->g->keys, child, at);
        }
        json_decref (key);
        scan_space (s);
        if (s->p < s->end && *s->p == ':')
          scan_advance (s);
      } else if (pointer) {
        child = graph_pointer_index (pointer, index++);
      }
      scan_value (s, child, depth + 1);
      g_free (child);
    }
  } else {
    do
      scan_advance (s);
    while (s->p < s->end && !strchr (",]} \t\r\n", *s->p));
  }
}

/* Offset of the bracket that opens one level too many, or -1. */
static gssize
find_too_deep (const gchar *text, gsize size)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < size; i++) {
    gchar c = text[i];

    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = FALSE;
    } else if (c == '"') {
      in_string = TRUE;
    } else if (c == '{' || c == '[') {
      if (++depth > GST_EEG_GRAPH_MAX_DEPTH)
        return (gssize) i;
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return -1;
}

static void
set_position (GstEegGraphIssue *i, GraphPosition pos)
{
  i->line = pos.line;
  i->column = pos.column;
}

static void
graph_parse (GstEegGraph *g, const gchar *data, gsize size)
{
  json_error_t err;
  const gchar *nul;
  gssize deep;

  if (size > GST_EEG_GRAPH_MAX_BYTES) {
    GstEegGraphIssue *i = graph_error (g, "too-large", "", FALSE,
        "The file is larger than a graph file may be");

    i->found = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes or more", size);
    i->allowed = g_strdup_printf ("%d bytes", GST_EEG_GRAPH_MAX_BYTES);
    set_position (i, position_at (data, size, GST_EEG_GRAPH_MAX_BYTES));
    return;
  }
  deep = find_too_deep (data, size);
  if (deep >= 0) {
    GstEegGraphIssue *i = graph_error (g, "too-deep", "", FALSE,
        "Brackets are nested deeper than a graph file may be");

    i->allowed = g_strdup_printf ("%d levels", GST_EEG_GRAPH_MAX_DEPTH);
    set_position (i, position_at (data, size, deep));
    return;
  }
  /* jansson overlooks one behind a number. */
  nul = memchr (data, 0, size);
  if (nul) {
    GstEegGraphIssue *i = graph_error (
        g, "syntax", "", FALSE, "Not valid JSON: the text holds a NUL byte");

    set_position (i, position_at (data, size, (gsize) (nul - data)));
    return;
  }
  g->root = json_loadb (data, size, JSON_REJECT_DUPLICATES, &err);
  if (!g->root) {
    gchar *text = g_utf8_make_valid (err.text, -1);
    GstEegGraphIssue *i =
        graph_error (g, "syntax", "", FALSE, "Not valid JSON: %s", text);

    /* jansson points behind the token it read last. */
    set_position (
        i, position_at (data, size, err.position > 0 ? err.position - 1 : 0));
    g_free (text);
    return;
  }
  {
    Scan s = {g, data, data + size, {1, 1}};

    scan_value (&s, "", 0);
  }
}

static GstEegGraph *
graph_alloc (const gchar *name)
{
  GstEegGraph *g = g_new0 (GstEegGraph, 1);

  g->source = g_strdup (name ? name : "(data)");
  g->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g->sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g->issues = g_ptr_array_new_with_free_func (issue_free);
  return g;
}

/**
 * gst_eeg_graph_new_from_data:
 * @data: the text of a graph file; any bytes are safe
 * @size: number of bytes
 * @name: (nullable): what to call it in messages
 *
 * Reads a graph. Never fails: whatever is wrong is in the list of issues.
 *
 * Returns: (transfer full): the graph
 */
GstEegGraph *
gst_eeg_graph_new_from_data (const gchar *data, gsize size, const gchar *name)
{
  GstEegGraph *g;

  g_return_val_if_fail (data != NULL || size == 0, NULL);
  g = graph_alloc (name);
  graph_parse (g, data ? data : "", size);
  g->n_kept = g->issues->len;
  return g;
}

/**
 * gst_eeg_graph_new_from_file:
 * @path: the graph file
 *
 * Reads at most one byte more than a graph file may have.
 *
 * Returns: (transfer full): the graph; an unreadable file is an issue "io"
 */
GstEegGraph *
gst_eeg_graph_new_from_file (const gchar *path)
{
  GstEegGraph *g;
  FILE *f;
  gchar *data;
  gsize n;
  gint err;

  g_return_val_if_fail (path != NULL, NULL);
  g = graph_alloc (path);
  f = fopen (path, "rbe");
  if (!f) {
    err = errno;
    graph_error (
        g, "io", "", FALSE, "Cannot open \"%s\": %s", path, g_strerror (err));
    g->n_kept = g->issues->len;
    return g;
  }
  data = g_malloc (GST_EEG_GRAPH_MAX_BYTES + 1);
  n = fread (data, 1, GST_EEG_GRAPH_MAX_BYTES + 1, f);
  err = errno;
  if (ferror (f))
    graph_error (
        g, "io", "", FALSE, "Cannot read \"%s\": %s", path, g_strerror (err));
  else
    graph_parse (g, data, n);
  fclose (f);
  g_free (data);
  g->n_kept = g->issues->len;
  return g;
}

/**
 * gst_eeg_graph_free:
 * @graph: (transfer full): a graph
 *
 * Frees it. Pipelines built from it live on.
 */
void
gst_eeg_graph_free (GstEegGraph *graph)
{
  g_return_if_fail (graph != NULL);
  graph_model_clear (graph);
  g_free (graph->hash);
  g_hash_table_unref (graph->sets);
  json_decref (graph->root);
  g_hash_table_unref (graph->values);
  g_hash_table_unref (graph->keys);
  g_ptr_array_unref (graph->issues);
  issue_clear (&graph->scratch);
  g_free (graph->source);
  g_free (graph);
}

/**
 * gst_eeg_graph_get_n_issues:
 * @graph: a graph
 *
 * Returns: number of errors and notes so far
 */
guint
gst_eeg_graph_get_n_issues (const GstEegGraph *graph)
{
  return graph->issues->len;
}

/**
 * gst_eeg_graph_get_issue:
 * @graph: a graph
 * @index: below gst_eeg_graph_get_n_issues()
 *
 * Returns: (transfer none) (nullable): the issue, valid until the graph is
 *     changed
 */
const GstEegGraphIssue *
gst_eeg_graph_get_issue (const GstEegGraph *graph, guint index)
{
  g_return_val_if_fail (index < graph->issues->len, NULL);
  return g_ptr_array_index (graph->issues, index);
}

/**
 * gst_eeg_graph_has_errors:
 * @graph: a graph
 *
 * Returns: whether any issue refuses the graph
 */
gboolean
gst_eeg_graph_has_errors (const GstEegGraph *graph)
{
  for (guint i = 0; i < graph->issues->len; i++) {
    const GstEegGraphIssue *issue = g_ptr_array_index (graph->issues, i);

    if (issue->severity == GST_EEG_GRAPH_ERROR)
      return TRUE;
  }
  return FALSE;
}

/**
 * gst_eeg_graph_get_position:
 * @graph: a graph
 * @pointer: a JSON pointer
 * @line: (out): line of the value, from 1
 * @column: (out): column in characters, from 1
 *
 * Returns: whether the file has a value there
 */
gboolean
gst_eeg_graph_get_position (
    const GstEegGraph *graph, const gchar *pointer, guint *line, guint *column)
{
  const GraphPosition *pos = g_hash_table_lookup (graph->values, pointer);

  if (!pos)
    return FALSE;
  *line = pos->line;
  *column = pos->column;
  return TRUE;
}
