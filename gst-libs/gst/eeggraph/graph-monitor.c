/* Graph files: what a running pipeline has done so far
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the "stats" of every stage and the level of every queue. Counters
 * that a stage no longer gives, as those of a pool that is gone, keep their
 * last value.
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"

typedef struct
{
  GstElement *element;
  GstStructure *stats; /* everything ever told, newest values */
} Watched;

typedef struct
{
  GstElement *element;
  gchar *before; /* the stage that it feeds */
  guint64 time, max_time;
  guint buffers, max_buffers;
} Level;

struct _GstEegGraphMonitor
{
  GstElement *pipeline;
  GPtrArray *stages; /* Watched, sources first */
  GPtrArray *queues; /* Level */
};

static const gchar *const counters[] = {
    "produced", "delivered", "lost", "dropped"};
static const gchar *const pool_counters[] = {"pool-total", "pool-free",
    "pool-peak", "pool-waits", "pool-growths", "pool-inline-allocations",
    "pool-failures", "pool-cap"};

static void
watched_free (gpointer p)
{
  Watched *w = p;

  gst_object_unref (w->element);
  gst_structure_free (w->stats);
  g_free (w);
}

static void
level_free (gpointer p)
{
  Level *l = p;

  gst_object_unref (l->element);
  g_free (l->before);
  g_free (l);
}

/* The first stage behind @element; added nodes begin with a capital letter. */
static gchar *
stage_behind (GstElement *element)
{
  GstElement *at = gst_object_ref (element);
  gchar *name = NULL;

  while (at) {
    GstPad *src = gst_element_get_static_pad (at, "src");
    GstPad *peer = src ? gst_pad_get_peer (src) : NULL;
    GstElement *next = peer ? gst_pad_get_parent_element (peer) : NULL;

    gst_clear_object (&src);
    gst_clear_object (&peer);
    gst_object_unref (at);
    at = next;
    if (at && !g_ascii_isupper (*GST_OBJECT_NAME (at))) {
      name = g_strdup (GST_OBJECT_NAME (at));
      gst_object_unref (at);
      break;
    }
  }
  return name ? name : g_strdup (GST_OBJECT_NAME (element));
}

static gboolean
has_stats (GstElement *e)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (e), "stats");

  return spec && spec->value_type == GST_TYPE_STRUCTURE &&
         (spec->flags & G_PARAM_READABLE);
}

static gint
sources_first (gconstpointer a, gconstpointer b)
{
  const Watched *x = *(Watched *const *) a, *y = *(Watched *const *) b;

  return (x->element->numsinkpads > 0) - (y->element->numsinkpads > 0);
}

/**
 * gst_eeg_graph_monitor_new: (skip)
 * @pipeline: a pipeline, such as gst_eeg_graph_build() makes
 *
 * Watches the elements that @pipeline has now. One thread at a time.
 *
 * Returns: (transfer full): a monitor
 */
GstEegGraphMonitor *
gst_eeg_graph_monitor_new (GstElement *pipeline)
{
  GstEegGraphMonitor *m;
  GList *l;

  g_return_val_if_fail (GST_IS_BIN (pipeline), NULL);
  m = g_new0 (GstEegGraphMonitor, 1);
  m->pipeline = gst_object_ref (pipeline);
  m->stages = g_ptr_array_new_with_free_func (watched_free);
  m->queues = g_ptr_array_new_with_free_func (level_free);
  GST_OBJECT_LOCK (pipeline);
  /* GStreamer keeps the newest first. */
  for (l = g_list_last (GST_BIN_CHILDREN (pipeline)); l; l = l->prev) {
    GstElementFactory *factory = gst_element_get_factory (l->data);

    if (factory && !strcmp (GST_OBJECT_NAME (factory), "queue")) {
      Level *level = g_new0 (Level, 1);

      level->element = gst_object_ref (l->data);
      g_ptr_array_add (m->queues, level);
    } else if (has_stats (l->data)) {
      Watched *w = g_new0 (Watched, 1);

      w->element = gst_object_ref (l->data);
      w->stats = gst_structure_new_empty ("stats");
      g_ptr_array_add (m->stages, w);
    }
  }
  GST_OBJECT_UNLOCK (pipeline);
  g_ptr_array_sort (m->stages, sources_first);
  for (guint n = 0; n < m->queues->len; n++) {
    Level *level = g_ptr_array_index (m->queues, n);

    level->before = stage_behind (level->element);
  }
  gst_eeg_graph_monitor_update (m);
  return m;
}

/**
 * gst_eeg_graph_monitor_free: (skip)
 * @monitor: (transfer full): a monitor
 */
void
gst_eeg_graph_monitor_free (GstEegGraphMonitor *monitor)
{
  g_return_if_fail (monitor != NULL);
  g_ptr_array_unref (monitor->stages);
  g_ptr_array_unref (monitor->queues);
  gst_object_unref (monitor->pipeline);
  g_free (monitor);
}

static gboolean
keep_field (GQuark field, const GValue *value, gpointer stats)
{
  gst_structure_id_set_value (stats, field, value);
  return TRUE;
}

/**
 * gst_eeg_graph_monitor_update: (skip)
 * @monitor: a monitor
 *
 * Reads all counters and levels. In any state of the pipeline; call it before
 * and after it stops, for pools are gone then, and sinks are complete.
 */
void
gst_eeg_graph_monitor_update (GstEegGraphMonitor *monitor)
{
  g_return_if_fail (monitor != NULL);
  for (guint n = 0; n < monitor->stages->len; n++) {
    Watched *w = g_ptr_array_index (monitor->stages, n);
    GstStructure *s = NULL;

    g_object_get (w->element, "stats", &s, NULL);
    if (s)
      gst_structure_foreach (s, keep_field, w->stats);
    g_clear_pointer (&s, gst_structure_free);
  }
  for (guint n = 0; n < monitor->queues->len; n++) {
    Level *l = g_ptr_array_index (monitor->queues, n);

    g_object_get (l->element, "current-level-time", &l->time, "max-size-time",
        &l->max_time, "current-level-buffers", &l->buffers, "max-size-buffers",
        &l->max_buffers, NULL);
  }
}

static gboolean
get_number (const GstStructure *s, const gchar *field, guint64 *value)
{
  guint u;
  gint i;

  if (gst_structure_get_uint64 (s, field, value))
    return TRUE;
  if (gst_structure_get_uint (s, field, &u)) {
    *value = u;
    return TRUE;
  }
  if (gst_structure_get_int (s, field, &i) && i >= 0) {
    *value = (guint64) i;
    return TRUE;
  }
  return FALSE;
}

static guint
percent (const Level *l)
{
  guint by_time =
      l->max_time ? (guint) MIN (100, 100 * l->time / l->max_time) : 0;
  guint by_count =
      l->max_buffers ? MIN (100, 100 * l->buffers / l->max_buffers) : 0;

  return MAX (by_time, by_count);
}

#define MAX_QUEUES 4 /* that a line has room for */

/* Every queue, or the fullest of many. */
static void
append_queues (const GstEegGraphMonitor *monitor, GString *s)
{
  const Level *fullest = NULL;

  for (guint n = 0; n < monitor->queues->len; n++) {
    const Level *l = g_ptr_array_index (monitor->queues, n);

    if (monitor->queues->len <= MAX_QUEUES)
      g_string_append_printf (
          s, "%s %s %u %%", n ? "" : ", queue", l->before, percent (l));
    else if (!fullest || percent (l) > percent (fullest))
      fullest = l;
  }
  if (fullest)
    g_string_append_printf (
        s, ", fullest queue %s %u %%", fullest->before, percent (fullest));
}

/* Of a column with heading @text. */
static gint
width_of (const gchar *text)
{
  return MAX (14, (gint) strlen (text) + 2);
}

/**
 * gst_eeg_graph_monitor_to_line: (skip)
 * @monitor: a monitor
 * @seconds: how long it has been running
 *
 * Samples made by all sources, samples lost, the pool with the smallest part
 * free, the queues (the fullest of many), and viewers, as far as there are such.
 *
 * Returns: (transfer full): one line without its end
 */
gchar *
gst_eeg_graph_monitor_to_line (const GstEegGraphMonitor *monitor, guint seconds)
{
  guint64 produced = 0, lost = 0, clients = 0, v, free_now = 0, total = 0;
  gboolean served = FALSE;
  GString *s = g_string_new (NULL);

  g_return_val_if_fail (monitor != NULL, NULL);
  for (guint n = 0; n < monitor->stages->len; n++) {
    const Watched *w = g_ptr_array_index (monitor->stages, n);
    guint64 have, of;

    if (get_number (w->stats, "produced", &v)) {
      produced += v;
      if (get_number (w->stats, "lost", &v))
        lost += v;
    }
    if (get_number (w->stats, "clients", &v)) {
      served = TRUE;
      clients += v;
    }
    if (get_number (w->stats, "pool-free", &have) &&
        get_number (w->stats, "pool-total", &of) && of > 0 &&
        (total == 0 || have * total < free_now * of)) {
      free_now = have;
      total = of;
    }
  }
  g_string_append_printf (s,
      "%02u:%02u:%02u  %" G_GUINT64_FORMAT " samples, %" G_GUINT64_FORMAT
      " lost",
      seconds / 3600, seconds / 60 % 60, seconds % 60, produced, lost);
  if (total)
    g_string_append_printf (s,
        ", pool %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " free", free_now,
        total);
  append_queues (monitor, s);
  if (served)
    g_string_append_printf (s, ", %" G_GUINT64_FORMAT " viewers", clients);
  return g_string_free (s, FALSE);
}

static void
append_table (const GstEegGraphMonitor *monitor, GString *out,
    const gchar *title, const gchar *const *fields, guint n_fields, guint strip,
    const gchar *needed)
{
  GString *rows = g_string_new (NULL);

  for (guint n = 0; n < monitor->stages->len; n++) {
    const Watched *w = g_ptr_array_index (monitor->stages, n);
    guint64 v;

    if (!get_number (w->stats, needed, &v))
      continue;
    g_string_append_printf (rows, "%-16s", GST_OBJECT_NAME (w->element));
    for (guint f = 0; f < n_fields; f++) {
      if (get_number (w->stats, fields[f], &v))
        g_string_append_printf (
            rows, "%*" G_GUINT64_FORMAT, width_of (fields[f] + strip), v);
      else
        g_string_append_printf (rows, "%*s", width_of (fields[f] + strip), "-");
    }
    g_string_append_c (rows, '\n');
  }
  if (rows->len) {
    g_string_append_printf (out, "%-16s", title);
    for (guint f = 0; f < n_fields; f++)
      g_string_append_printf (
          out, "%*s", width_of (fields[f] + strip), fields[f] + strip);
    g_string_append_printf (out, "\n%s", rows->str);
  }
  g_string_free (rows, TRUE);
}

/**
 * gst_eeg_graph_monitor_to_text: (skip)
 * @monitor: a monitor
 *
 * Returns: (transfer full): tables of the counters of sources, sinks and pools
 */
gchar *
gst_eeg_graph_monitor_to_text (const GstEegGraphMonitor *monitor)
{
  GString *s = g_string_new (NULL);

  g_return_val_if_fail (monitor != NULL, NULL);
  append_table (
      monitor, s, "stage", counters, G_N_ELEMENTS (counters), 0, "delivered");
  append_table (monitor, s, "pool", pool_counters, G_N_ELEMENTS (pool_counters),
      strlen ("pool-"), "pool-total");
  return g_string_free (s, FALSE);
}

static gboolean
field_to_json (GQuark field, const GValue *value, gpointer object)
{
  json_t *json;

  if (G_VALUE_HOLDS_UINT64 (value))
    json = json_integer ((json_int_t) g_value_get_uint64 (value));
  else if (G_VALUE_HOLDS_INT64 (value))
    json = json_integer (g_value_get_int64 (value));
  else if (G_VALUE_HOLDS_UINT (value))
    json = json_integer (g_value_get_uint (value));
  else if (G_VALUE_HOLDS_INT (value))
    json = json_integer (g_value_get_int (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    json = json_real (g_value_get_double (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    json = json_boolean (g_value_get_boolean (value));
  else if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value))
    json = json_string (g_value_get_string (value));
  else {
    gchar *text = gst_value_serialize (value);

    json = text ? json_string (text) : NULL;
    g_free (text);
  }
  /* NaN, and text that is not UTF-8 */
  json_object_set_new (
      object, g_quark_to_string (field), json ? json : json_null ());
  return TRUE;
}

/**
 * gst_eeg_graph_monitor_to_json: (skip)
 * @monitor: a monitor
 *
 * Returns: (transfer full): {"stages": [{"id", "element", "stats"}], "queues":
 *     [{"before", "time", "max-time", "buffers", "max-buffers"}]}, times in
 *     seconds
 */
gchar *
gst_eeg_graph_monitor_to_json (const GstEegGraphMonitor *monitor)
{
  json_t *stages = json_array (), *queues = json_array (), *root;
  gchar *copy;
  char *text;

  g_return_val_if_fail (monitor != NULL, NULL);
  for (guint n = 0; n < monitor->stages->len; n++) {
    const Watched *w = g_ptr_array_index (monitor->stages, n);
    GstElementFactory *f = gst_element_get_factory (w->element);
    json_t *stats = json_object ();

    gst_structure_foreach (w->stats, field_to_json, stats);
    json_array_append_new (
        stages, json_pack ("{s:s,s:s,s:o}", "id", GST_OBJECT_NAME (w->element),
                    "element", f ? GST_OBJECT_NAME (f) : "", "stats", stats));
  }
  for (guint n = 0; n < monitor->queues->len; n++) {
    const Level *l = g_ptr_array_index (monitor->queues, n);

    json_array_append_new (
        queues, json_pack ("{s:s,s:f,s:f,s:I,s:I}", "before", l->before, "time",
                    (double) l->time / GST_SECOND, "max-time",
                    (double) l->max_time / GST_SECOND, "buffers",
                    (json_int_t) l->buffers, "max-buffers",
                    (json_int_t) l->max_buffers));
  }
  root = json_pack ("{s:o,s:o}", "stages", stages, "queues", queues);
  text = json_dumps (root, JSON_INDENT (2));
  copy = g_strdup (text);
  free (text);
  json_decref (root);
  return copy;
}
