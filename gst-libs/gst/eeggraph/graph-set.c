/* Graph files: one property changed from outside the file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"

/* The text of --set as JSON, by the type of the property; NULL: not one. */
static json_t *
json_from_text (GParamSpec *pspec, const gchar *text)
{
  json_t *json;

  if (pspec->value_type == G_TYPE_STRING || G_IS_PARAM_SPEC_ENUM (pspec))
    return json_string (text);
  json = json_loads (text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
  return json ? json : json_string (text);
}

/**
 * gst_eeg_graph_set:
 * @graph: a graph
 * @assignment: "id.property=value", the value as the property's type wants it
 *
 * Overrides one property, as `--set` does. A value that does not fit is an
 * issue of the next gst_eeg_graph_check() at "--set id.property" with line 0.
 *
 * Returns: %FALSE when there is no such stage, with an issue, or no graph at all
 */
gboolean
gst_eeg_graph_set (GstEegGraph *graph, const gchar *assignment)
{
  const gchar *eq, *dot;
  gchar *id, *name, *label, *base, *at;
  json_t *stage = NULL, *v, *properties, *value = NULL;
  gboolean ok = FALSE;
  gsize n;

  g_return_val_if_fail (graph != NULL && assignment != NULL, FALSE);
  /* What is wrong with the file is known already, and explains the rest. */
  if (!json_is_object (graph->root))
    return FALSE;
  /* What a check found is out of date, and must not be kept with this. */
  graph_forget_issues (graph);
  eq = strchr (assignment, '=');
  dot = strchr (assignment, '.');
  if (!eq || !dot || dot > eq || !g_utf8_validate (assignment, -1, NULL)) {
    gchar *valid = g_utf8_make_valid (assignment, -1);
    gchar *place = g_strdup_printf ("--set %s", valid);
    GstEegGraphIssue *i =
        graph_error (graph, "bad-set", place, FALSE, "Not an assignment");

    i->found = valid;
    i->allowed = g_strdup ("id.property=value");
    g_free (place);
    graph->n_kept = graph->issues->len;
    return FALSE;
  }
  id = g_strndup (assignment, dot - assignment);
  name = g_strndup (dot + 1, eq - dot - 1);
  label = g_strdup_printf ("--set %s.%s", id, name);
  json_array_foreach (json_object_get (graph->root, "stages"), n, v)
  {
    const gchar *this_id = json_string_value (json_object_get (v, "id"));

    if (this_id && !strcmp (this_id, id)) {
      stage = v;
      break;
    }
  }
  if (!stage) {
    GstEegGraphIssue *i = graph_error (
        graph, "unknown-stage", label, FALSE, "There is no stage \"%s\"", id);
    GPtrArray *ids = g_ptr_array_new ();

    json_array_foreach (json_object_get (graph->root, "stages"), n, v)
    {
      json_t *other = json_object_get (v, "id");

      if (json_is_string (other))
        g_ptr_array_add (ids, (gpointer) json_string_value (other));
    }
    graph_take (&i->allowed, graph_join (ids));
    graph_take (&i->hint, graph_did_you_mean (id, ids));
    g_ptr_array_unref (ids);
  } else {
    const gchar *factory =
        json_string_value (json_object_get (stage, "element"));
    GstElement *element =
        factory ? gst_element_factory_make (factory, NULL) : NULL;
    GParamSpec *pspec = element ? g_object_class_find_property (
                                      G_OBJECT_GET_CLASS (element), name)
                                : NULL;

    properties = json_object_get (stage, "properties");
    if (!properties) {
      properties = json_object ();
      json_object_set_new (stage, "properties", properties);
    }
    value = pspec ? json_from_text (pspec, eq + 1) : json_string (eq + 1);
    if (json_is_object (properties) && value)
      ok = json_object_set (properties, name, value) == 0;
    json_decref (value);
    base = g_strdup_printf ("/stages/%" G_GSIZE_FORMAT "/properties", n);
    at = graph_pointer_key (base, name);
    g_hash_table_insert (graph->sets, at, g_strdup (label));
    g_free (base);
    if (element) {
      gst_object_ref_sink (element);
      gst_object_unref (element);
    }
  }
  graph->checked = FALSE;
  g_clear_pointer (&graph->hash, g_free);
  if (!ok)
    graph->n_kept = graph->issues->len;
  g_free (id);
  g_free (name);
  g_free (label);
  return ok;
}
