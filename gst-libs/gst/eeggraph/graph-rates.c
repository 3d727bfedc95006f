/* Graph files: which rate reaches a stage, and whether its settings can work
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <gst/eeg/gsteegresponse.h>
#include <string.h>
#include "eeggraph-private.h"

/* Behind these the rate is what the format on the link says. */
static const gchar *const rate_changers[] = {
    "audioresample", "speed", "pitch", "scaletempo", NULL};

gboolean
graph_changes_rate (const gchar *factory)
{
  return g_strv_contains (rate_changers, factory);
}

gdouble
graph_number_property (GstElement *e, const gchar *name, gdouble otherwise)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (e), name);
  GValue v = G_VALUE_INIT, d = G_VALUE_INIT;

  if (!spec || !(spec->flags & G_PARAM_READABLE) ||
      !g_value_type_transformable (spec->value_type, G_TYPE_DOUBLE))
    return otherwise;
  g_value_init (&v, spec->value_type);
  g_value_init (&d, G_TYPE_DOUBLE);
  g_object_get_property (G_OBJECT (e), name, &v);
  if (g_value_transform (&v, &d))
    otherwise = g_value_get_double (&d);
  g_value_unset (&v);
  return otherwise;
}

gdouble
graph_caps_rate (const GraphLink *link, gdouble otherwise)
{
  gint rate;

  if (link->caps && gst_structure_get_int (
                        gst_caps_get_structure (link->caps, 0), "rate", &rate))
    return rate;
  return otherwise;
}

/* One element a stage, with the properties of the file, in NULL. */
GHashTable *
graph_make_elements (GstEegGraph *graph, GError **error)
{
  GHashTable *all = g_hash_table_new_full (NULL, NULL, NULL, gst_object_unref);

  for (guint n = 0; n < graph->stages->len; n++) {
    GraphStage *s = g_ptr_array_index (graph->stages, n);
    GstElement *e = graph_make_element (s->factory, s->id, s->properties);

    if (!e) {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          "Cannot create element %s", s->factory);
      g_hash_table_unref (all);
      return NULL;
    }
    g_hash_table_insert (all, s, gst_object_ref_sink (e));
  }
  return all;
}

/* The rate behind @s, of which the inputs have told theirs; 0: not known. */
static gdouble
check_rate (GstEegGraph *g, GraphStage *s, GstElement *e)
{
  gchar rate[G_ASCII_DTOSTR_BUF_SIZE];
  gdouble out_rate = s->rate;
  g_autoptr (GError) error = NULL;
  GstEegGraphIssue *i;
  GstStructure *told;

  if (graph_changes_rate (s->factory) ||
      !(s->rate > 0 && GST_IS_EEG_RESPONSE (e)))
    return graph_changes_rate (s->factory) ? 0 : s->rate;
  if (gst_eeg_response_check (GST_EEG_RESPONSE (e), s->rate, &error) &&
      (told = gst_eeg_response_describe (GST_EEG_RESPONSE (e), s->rate))) {
    gst_structure_get_double (told, "out-rate", &out_rate);
    gst_structure_free (told);
    return out_rate;
  }
  i = graph_error (g, "impossible-settings", s->pointer, FALSE,
      "The settings of \"%s\" are impossible at its rate of %s samples per "
      "second: %s",
      s->id, g_ascii_formatd (rate, sizeof rate, "%.9g", s->rate),
      error ? error->message : "nothing is known of the reason");
  if (s->n_in == 0)
    graph_take (&i->hint,
        g_strdup_printf (
            "\"gst-inspect-1.0 %s\" lists the rates it has", s->factory));
  return 0;
}

/* Follows the rates from the sources, each stage once all its inputs are known.
 * The graph has no circle. */
void
graph_check_settings (GstEegGraph *g)
{
  GHashTable *elements = graph_make_elements (g, NULL);
  GQueue ready = G_QUEUE_INIT;
  GraphStage *s;

  if (!elements)
    return;
  for (guint n = 0; n < g->stages->len; n++) {
    s = g_ptr_array_index (g->stages, n);
    s->waits_for = s->n_in;
    s->rate = s->n_in ? 0
                      : graph_number_property (
                            g_hash_table_lookup (elements, s), "rate", 0);
    if (!s->n_in)
      g_queue_push_tail (&ready, s);
  }
  while ((s = g_queue_pop_head (&ready))) {
    gdouble out = check_rate (g, s, g_hash_table_lookup (elements, s));

    for (guint n = 0; n < g->links->len; n++) {
      GraphLink *l = g_ptr_array_index (g->links, n);
      gdouble rate;

      if (l->from != s)
        continue;
      rate = graph_caps_rate (l, out);
      if (l->to->rate > 0 && rate > 0 && rate != l->to->rate &&
          !strcmp (l->to->factory, "eegmerge")) {
        gchar a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE];
        GstEegGraphIssue *i = graph_error (g, "rates-differ", l->pointer, FALSE,
            "The inputs of \"%s\" have different rates", l->to->id);

        graph_take (
            &i->found, g_strdup (g_ascii_formatd (a, sizeof a, "%.9g", rate)));
        graph_take (&i->allowed,
            g_strdup (g_ascii_formatd (b, sizeof b, "%.9g", l->to->rate)));
      } else if (!(l->to->rate > 0)) {
        l->to->rate = rate;
      }
      if (--l->to->waits_for == 0)
        g_queue_push_tail (&ready, l->to);
    }
  }
  g_queue_clear (&ready);
  g_hash_table_unref (elements);
}
