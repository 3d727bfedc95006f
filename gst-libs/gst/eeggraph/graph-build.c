/* Graph files: checked model -> running pipeline, or text for gst-launch-1.0
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model is first laid out as plain nodes and edges, with the tee and the
 * queues that a file need not name; both back ends read that one layout.
 * Names of added nodes begin with a capital letter, which no stage id does.
 */
#include "config.h"

#include <string.h>
#include <gst/eeg/gsteegbufferpool.h>
#include "eeggraph-private.h"

const gchar *const graph_leaky_names[] = {"no", "upstream", "downstream", NULL};

typedef struct
{
  gchar *name;
  const gchar *factory;
  GArray *properties; /* of the stage, or NULL */
  GraphQueue *queue;  /* for a queue */
  GstCaps *caps;      /* for a capsfilter */
} Node;

typedef struct
{
  gchar *from, *from_pad, *to, *to_pad; /* pads may be NULL */
} Edge;

typedef struct
{
  GPtrArray *nodes, *edges;
} Layout;

static void
node_free (gpointer p)
{
  Node *n = p;

  g_free (n->name);
  g_free (n);
}

static void
edge_free (gpointer p)
{
  Edge *e = p;

  g_free (e->from);
  g_free (e->from_pad);
  g_free (e->to);
  g_free (e->to_pad);
  g_free (e);
}

static void
layout_free (Layout *l)
{
  g_ptr_array_unref (l->nodes);
  g_ptr_array_unref (l->edges);
  g_free (l);
}

/* Takes @name. */
static Node *
add_node (Layout *l, gchar *name, const gchar *factory)
{
  Node *n = g_new0 (Node, 1);

  n->name = name;
  n->factory = factory;
  g_ptr_array_add (l->nodes, n);
  return n;
}

static void
add_edge (Layout *l, const gchar *from, const gchar *from_pad, const gchar *to,
    const gchar *to_pad)
{
  Edge *e = g_new0 (Edge, 1);

  e->from = g_strdup (from);
  e->from_pad = g_strdup (from_pad);
  e->to = g_strdup (to);
  e->to_pad = g_strdup (to_pad);
  g_ptr_array_add (l->edges, e);
}

/* How many links share the output of @link; @first is the first of them. */
static guint
count_same (GstEegGraph *g, const GraphLink *link, guint *first)
{
  guint same = 0;

  for (guint m = 0; m < g->links->len; m++) {
    const GraphLink *o = g_ptr_array_index (g->links, m);

    if (o->from == link->from && !g_strcmp0 (o->from_pad, link->from_pad) &&
        same++ == 0)
      *first = m;
  }
  return same;
}

/* A sink may block, and must not hold up its siblings or the source. */
gboolean
graph_link_has_queue (GstEegGraph *g, const GraphLink *link)
{
  guint first;

  return link->has_queue || count_same (g, link, &first) > 1 ||
         GST_OBJECT_FLAG_IS_SET (link->to->element, GST_ELEMENT_FLAG_SINK);
}

static Layout *
layout_new (GstEegGraph *g)
{
  Layout *l = g_new0 (Layout, 1);

  l->nodes = g_ptr_array_new_with_free_func (node_free);
  l->edges = g_ptr_array_new_with_free_func (edge_free);
  for (guint n = 0; n < g->stages->len; n++) {
    GraphStage *s = g_ptr_array_index (g->stages, n);

    add_node (l, g_strdup (s->id), s->factory)->properties = s->properties;
  }
  for (guint n = 0; n < g->links->len; n++) {
    GraphLink *link = g_ptr_array_index (g->links, n);
    gchar *at = g_strdup (link->from->id), *pad = g_strdup (link->from_pad);
    guint first, same = count_same (g, link, &first);

    if (same > 1) {
      gchar *tee = g_strdup_printf ("Tee%u", first);

      if (first == n) {
        add_node (l, g_strdup (tee), "tee");
        add_edge (l, at, pad, tee, NULL);
      }
      g_free (at);
      g_clear_pointer (&pad, g_free);
      at = tee;
    }
    if (graph_link_has_queue (g, link)) {
      gchar *queue = g_strdup_printf ("Queue%u", n);

      add_node (l, g_strdup (queue), "queue")->queue = &link->queue;
      add_edge (l, at, pad, queue, NULL);
      g_free (at);
      g_clear_pointer (&pad, g_free);
      at = queue;
    }
    if (link->caps) {
      gchar *filter = g_strdup_printf ("Caps%u", n);

      add_node (l, g_strdup (filter), "capsfilter")->caps = link->caps;
      add_edge (l, at, pad, filter, NULL);
      g_free (at);
      g_clear_pointer (&pad, g_free);
      at = filter;
    }
    add_edge (l, at, pad, link->to->id, link->to_pad);
    g_free (at);
    g_free (pad);
  }
  return l;
}

static gboolean
need_check (GstEegGraph *g, GError **error)
{
  if (g->checked || gst_eeg_graph_check (g))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
      "The graph \"%s\" has errors", g->source);
  return FALSE;
}

GstElement *
graph_make_element (
    const gchar *factory, const gchar *name, const GArray *properties)
{
  GstElement *e = gst_element_factory_make (factory, name);

  for (guint n = 0; e && properties && n < properties->len; n++) {
    const GraphProperty *p = &g_array_index (properties, GraphProperty, n);

    g_object_set_property (G_OBJECT (e), p->pspec->name, &p->value);
  }
  return e;
}

static GstElement *
make_node (const Node *node)
{
  GstElement *e =
      graph_make_element (node->factory, node->name, node->properties);

  if (!e)
    return NULL;
  if (node->queue)
    g_object_set (e, "max-size-buffers", (guint) node->queue->max_buffers,
        "max-size-bytes", 0u, "max-size-time",
        (guint64) node->queue->max_time_ms * GST_MSECOND, "leaky",
        node->queue->leaky, NULL);
  if (node->caps)
    g_object_set (e, "caps", node->caps, NULL);
  return e;
}

/**
 * gst_eeg_graph_build:
 * @graph: a graph
 * @error: (out) (optional): why it could not be built
 *
 * Builds the pipeline by typed calls, in state NULL; no text of the file
 * reaches a parser. The context "gst.eeg.graph" carries the hash, the name and
 * the sizes of pools.
 *
 * Returns: (transfer floating) (nullable): a #GstPipeline
 */
GstElement *
gst_eeg_graph_build (GstEegGraph *graph, GError **error)
{
  GstElement *pipeline;
  GstContext *context;
  Layout *l;
  gboolean ok = TRUE;

  g_return_val_if_fail (graph != NULL, NULL);
  if (!need_check (graph, error))
    return NULL;
  l = layout_new (graph);
  pipeline = gst_pipeline_new (NULL);
  for (guint n = 0; n < l->nodes->len && ok; n++) {
    const Node *node = g_ptr_array_index (l->nodes, n);
    GstElement *e = make_node (node);

    ok = e && gst_bin_add (GST_BIN (pipeline), e);
    if (!ok)
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          "Cannot create element %s", node->factory);
  }
  for (guint n = 0; n < l->edges->len && ok; n++) {
    const Edge *e = g_ptr_array_index (l->edges, n);
    GstElement *a = gst_bin_get_by_name (GST_BIN (pipeline), e->from);
    GstElement *b = gst_bin_get_by_name (GST_BIN (pipeline), e->to);

    ok = gst_element_link_pads (a, e->from_pad, b, e->to_pad);
    if (!ok)
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
          "Cannot link \"%s\" to \"%s\"", e->from, e->to);
    gst_object_unref (a);
    gst_object_unref (b);
  }
  layout_free (l);
  if (!ok) {
    gst_object_ref_sink (pipeline);
    gst_object_unref (pipeline);
    return NULL;
  }
  context = gst_context_new (GST_EEG_GRAPH_CONTEXT, TRUE);
  gst_structure_set (gst_context_writable_structure (context), "hash",
      G_TYPE_STRING, gst_eeg_graph_get_hash (graph), "name", G_TYPE_STRING,
      gst_eeg_graph_get_name (graph), NULL);
  if (graph->pool_min)
    gst_structure_set (gst_context_writable_structure (context),
        GST_EEG_POOL_MIN, G_TYPE_UINT, graph->pool_min, NULL);
  if (graph->pool_max)
    gst_structure_set (gst_context_writable_structure (context),
        GST_EEG_POOL_MAX, G_TYPE_UINT, graph->pool_max, NULL);
  gst_element_set_context (pipeline, context);
  gst_context_unref (context);
  return pipeline;
}

/* Text that neither a shell nor gst-launch reads as anything but itself. */
static gboolean
is_plain (const gchar *s)
{
  if (!*s || !strcmp (s, "NULL"))
    return FALSE;
  for (; *s; s++)
    if (!g_ascii_isalnum (*s) && !strchr ("_./+,:%@-", *s))
      return FALSE;
  return TRUE;
}

/* ,field=(type)value, with the parentheses escaped for the shell and for
 * gst-launch-1.0 alike. */
static gboolean
append_field (GQuark field, const GValue *value, gpointer user)
{
  const GType type = G_VALUE_TYPE (value);
  const gchar *name = type == G_TYPE_STRING       ? "string"
                      : type == G_TYPE_INT        ? "int"
                      : type == G_TYPE_DOUBLE     ? "double"
                      : type == G_TYPE_BOOLEAN    ? "boolean"
                      : type == GST_TYPE_FRACTION ? "fraction"
                                                  : NULL;
  GString *s = user;
  gchar *text = name == NULL            ? NULL
                : type == G_TYPE_STRING ? g_value_dup_string (value)
                                        : gst_value_serialize (value);
  gboolean ok = text && is_plain (text) && !strpbrk (text, ",:@%");

  if (ok)
    g_string_append_printf (
        s, ",%s=\\(%s\\)%s", g_quark_to_string (field), name, text);
  g_free (text);
  return ok;
}

static gchar *
value_text (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value)) {
    const gchar *text = g_value_get_string (value);

    return text && is_plain (text) ? g_strdup (text) : NULL;
  }
  if (G_VALUE_HOLDS_ENUM (value)) {
    GEnumClass *klass = g_type_class_ref (G_VALUE_TYPE (value));
    GEnumValue *v = g_enum_get_value (klass, g_value_get_enum (value));
    gchar *text =
        v && is_plain (v->value_nick) ? g_strdup (v->value_nick) : NULL;

    g_type_class_unref (klass);
    return text;
  }
  if (GST_VALUE_HOLDS_CAPS (value)) {
    const GstCaps *caps = gst_value_get_caps (value);
    const GstStructure *st = gst_caps_get_structure (caps, 0);
    GString *s = g_string_new (gst_structure_get_name (st));
    gboolean ok = gst_structure_foreach (st, append_field, s);

    return g_string_free (s, !ok);
  }
  {
    gchar *text = gst_value_serialize (value);

    if (text && is_plain (text))
      return text;
    g_free (text);
    return NULL;
  }
}

static gboolean
print_property (GString *out, const gchar *id, const gchar *name,
    const GValue *value, GError **error)
{
  gchar *text = value_text (value);

  if (!text) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "\"%s\" of \"%s\" cannot be written for gst-launch-1.0: its value is "
        "empty, the word NULL, or holds something else than letters, digits "
        "and _./+,:%%@-; run the graph file itself",
        name, id);
    return FALSE;
  }
  g_string_append_printf (out, " %s=%s", name, text);
  g_free (text);
  return TRUE;
}

/**
 * gst_eeg_graph_to_launch:
 * @graph: a graph
 * @error: (out) (optional): which value cannot be expressed
 *
 * The graph as arguments of gst-launch-1.0: first every element, then every
 * link. Only values that a shell and gst-launch-1.0 both leave as they are get
 * written; anything else is refused, so nothing can be injected.
 *
 * Returns: (transfer full) (nullable): the text
 */
gchar *
gst_eeg_graph_to_launch (GstEegGraph *graph, GError **error)
{
  GString *out;
  Layout *l;
  gboolean ok = TRUE;

  g_return_val_if_fail (graph != NULL, NULL);
  if (!need_check (graph, error))
    return NULL;
  l = layout_new (graph);
  out = g_string_new (NULL);
  for (guint n = 0; n < l->nodes->len && ok; n++) {
    const Node *node = g_ptr_array_index (l->nodes, n);

    g_string_append_printf (
        out, "%s%s name=%s", n ? " " : "", node->factory, node->name);
    for (guint m = 0; node->properties && m < node->properties->len && ok;
         m++) {
      GraphProperty *p = &g_array_index (node->properties, GraphProperty, m);

      ok = print_property (out, node->name, p->pspec->name, &p->value, error);
    }
    if (node->queue) {
      g_string_append_printf (out,
          " max-size-buffers=%" G_GUINT64_FORMAT
          " max-size-bytes=0 max-size-time=%" G_GUINT64_FORMAT " leaky=%s",
          node->queue->max_buffers, node->queue->max_time_ms * GST_MSECOND,
          graph_leaky_names[node->queue->leaky]);
    }
    if (node->caps) {
      GValue v = G_VALUE_INIT;

      g_value_init (&v, GST_TYPE_CAPS);
      gst_value_set_caps (&v, node->caps);
      ok = print_property (out, node->name, "caps", &v, error);
      g_value_unset (&v);
    }
  }
  for (guint n = 0; n < l->edges->len; n++) {
    const Edge *e = g_ptr_array_index (l->edges, n);

    g_string_append_printf (out, " %s.%s ! %s.%s", e->from,
        e->from_pad ? e->from_pad : "", e->to, e->to_pad ? e->to_pad : "");
  }
  layout_free (l);
  return g_string_free (out, !ok);
}

/**
 * gst_eeg_graph_get_launch_note:
 * @graph: a checked graph
 *
 * What gst_eeg_graph_to_launch() leaves out because no text can say it: the
 * pool sizes of sources without properties for them. Samples are the same.
 *
 * Returns: (transfer full) (nullable): a sentence; %NULL: nothing is left out
 */
gchar *
gst_eeg_graph_get_launch_note (GstEegGraph *graph)
{
  GPtrArray *names = g_ptr_array_new ();
  gchar *list, *note = NULL;

  g_return_val_if_fail (graph != NULL, NULL);
  if (graph->checked && (graph->pool_min || graph->pool_max))
    for (guint n = 0; n < graph->stages->len; n++) {
      GraphStage *s = g_ptr_array_index (graph->stages, n);

      if (s->n_in == 0 &&
          !g_object_class_find_property (
              G_OBJECT_GET_CLASS (s->element), GST_EEG_POOL_MIN))
        g_ptr_array_add (names, (gpointer) s->id);
    }
  if (names->len) {
    list = graph_join (names);
    note = g_strdup_printf ("the pool sizes of %s are left out, only a graph "
                            "file can give them; the samples are the same",
        list);
    g_free (list);
  }
  g_ptr_array_unref (names);
  return note;
}
