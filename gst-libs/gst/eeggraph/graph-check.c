/* Graph files: JSON tree -> checked model, with every error in one pass
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Elements are created to ask their classes and pads, but none leaves NULL.
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"
#include <gst/eeg/gsteegbufferpool.h>

static void
property_clear (gpointer p)
{
  GraphProperty *property = p;

  if (G_IS_VALUE (&property->value))
    g_value_unset (&property->value);
}

static void
stage_free (gpointer p)
{
  GraphStage *s = p;

  g_free (s->pointer);
  gst_clear_object (&s->element);
  g_array_unref (s->properties);
  g_free (s);
}

static void
link_free (gpointer p)
{
  GraphLink *l = p;

  g_free (l->pointer);
  g_free (l->from_pad);
  g_free (l->to_pad);
  gst_clear_caps (&l->caps);
  g_free (l);
}

void
graph_model_clear (GstEegGraph *g)
{
  g_clear_pointer (&g->links, g_ptr_array_unref);
  g_clear_pointer (&g->stages, g_ptr_array_unref);
  g->checked = FALSE;
}

/* A whole number of the range that the schema has checked. */
static guint64
count_member (json_t *object, const gchar *key, guint64 otherwise)
{
  json_t *v = json_object_get (object, key);

  if (!json_is_number (v) || json_number_value (v) < 0 ||
      json_number_value (v) > G_MAXINT)
    return otherwise;
  return (guint64) json_number_value (v);
}

static void
read_queue (json_t *object, GraphQueue *queue)
{
  const gchar *leaky = json_string_value (json_object_get (object, "leaky"));

  queue->max_time_ms = count_member (object, "max-time-ms", queue->max_time_ms);
  queue->max_buffers = count_member (object, "max-buffers", queue->max_buffers);
  for (gint n = 0; leaky && graph_leaky_names[n]; n++)
    if (!strcmp (leaky, graph_leaky_names[n]))
      queue->leaky = n;
}

/* The schema lets newer minor versions pass: what they add is named as an
 * unknown key, and what they do not use runs. */
static void
note_newer (GstEegGraph *g)
{
  json_t *v = json_object_get (g->root, "schema");
  const gchar *s = json_string_value (v);

  if (s && strcmp (s, "eeg-pipeline/1.0") &&
      !graph_has_issue_below (g, "/schema")) {
    GstEegGraphIssue *i = graph_error (g, "newer-version", "/schema", FALSE,
        "The file is of a newer version than this program knows; it is read "
        "as eeg-pipeline/1.0");

    i->severity = GST_EEG_GRAPH_NOTE;
    graph_found (i, v);
  }
}

static void
unknown_property (
    GstEegGraph *g, const gchar *at, GraphStage *s, const gchar *key)
{
  const gchar *now = graph_renamed_property (s->factory, key);
  GstEegGraphIssue *i;
  GPtrArray *names = g_ptr_array_new ();
  GParamSpec **specs;
  guint n_specs;

  if (now) {
    i = graph_error (g, "renamed", at, TRUE, "\"%s\" of %s is called \"%s\"",
        key, s->factory, now);
    graph_set_text (&i->allowed, now);
    graph_take (&i->hint, g_strdup_printf ("write \"%s\"", now));
    g_ptr_array_unref (names);
    return;
  }
  specs = g_object_class_list_properties (
      G_OBJECT_GET_CLASS (s->element), &n_specs);
  for (guint n = 0; n < n_specs; n++)
    if ((specs[n]->flags & G_PARAM_WRITABLE) &&
        specs[n]->owner_type != GST_TYPE_OBJECT)
      g_ptr_array_add (names, (gpointer) specs[n]->name);
  i = graph_error (g, "unknown-property", at, TRUE, "%s has no property \"%s\"",
      s->factory, key);
  i->allowed = graph_join (names);
  i->hint = graph_did_you_mean (key, names);
  g_free (specs);
  g_ptr_array_unref (names);
}

static void
check_properties (GstEegGraph *g, GraphStage *s, json_t *object)
{
  gchar *base = graph_pointer_key (s->pointer, "properties");
  const char *key;
  json_t *v;

  json_object_foreach (object, key, v)
  {
    gchar *at = graph_pointer_key (base, key);
    GraphProperty p = {NULL, G_VALUE_INIT};

    p.pspec =
        g_object_class_find_property (G_OBJECT_GET_CLASS (s->element), key);
    if (!p.pspec || p.pspec->owner_type == GST_TYPE_OBJECT ||
        strcmp (p.pspec->name, key)) {
      unknown_property (g, at, s, key);
    } else if (!(p.pspec->flags & G_PARAM_WRITABLE) ||
               (p.pspec->flags & G_PARAM_CONSTRUCT_ONLY)) {
      graph_error (g, "read-only", at, TRUE, "\"%s\" of %s can only be read",
          key, s->factory);
    } else if (graph_value (g, at, p.pspec, v, &p.value)) {
      g_array_append_val (s->properties, p);
      if (!strcmp (key, "channels") && json_is_integer (v))
        s->channels = json_integer_value (v);
      else if (!strcmp (key, "chips") && json_is_integer (v))
        s->channels = 8 * json_integer_value (v);
    }
    g_free (at);
  }
  g_free (base);
}

static void
unknown_element (GstEegGraph *g, const gchar *at, json_t *json)
{
  const gchar *now = graph_renamed_element (json_string_value (json));
  GstEegGraphIssue *i =
      now ? graph_error (g, "renamed", at, FALSE,
                "\"%s\" is called \"%s\" here", json_string_value (json), now)
          : graph_error (g, "unknown-element", at, FALSE,
                "There is no element \"%s\"", json_string_value (json));
  GList *all = gst_registry_get_feature_list (
      gst_registry_get (), GST_TYPE_ELEMENT_FACTORY);
  GPtrArray *names = g_ptr_array_new ();

  for (GList *l = all; l; l = l->next)
    g_ptr_array_add (names, (gpointer) GST_OBJECT_NAME (l->data));
  graph_found (i, json);
  i->allowed = g_strdup ("an element that gst-inspect-1.0 lists");
  i->hint = now ? g_strdup_printf ("write \"%s\"", now)
                : graph_did_you_mean (json_string_value (json), names);
  g_ptr_array_unref (names);
  gst_plugin_feature_list_free (all);
}

static GraphStage *
find_stage (GstEegGraph *g, const gchar *id)
{
  for (guint n = 0; n < g->stages->len; n++) {
    GraphStage *s = g_ptr_array_index (g->stages, n);

    if (s->id && !strcmp (s->id, id))
      return s;
  }
  return NULL;
}

static void
check_stage (GstEegGraph *g, gsize n, json_t *object)
{
  gchar *at = graph_pointer_index ("/stages", n);
  GraphStage *s;
  json_t *id, *element, *properties;

  if (!json_is_object (object)) {
    g_free (at);
    return;
  }
  s = g_new0 (GraphStage, 1);
  s->pointer = at;
  s->properties = g_array_new (FALSE, TRUE, sizeof (GraphProperty));
  g_array_set_clear_func (s->properties, property_clear);
  id = json_object_get (object, "id");
  element = json_object_get (object, "element");
  properties = json_object_get (object, "properties");
  if (json_is_string (id)) {
    GraphStage *other = find_stage (g, json_string_value (id));

    if (other) {
      gchar *id_at = graph_pointer_key (at, "id");
      GstEegGraphIssue *i = graph_error (g, "duplicate-id", id_at, FALSE,
          "Two stages are called \"%s\"", json_string_value (id));

      graph_found (i, id);
      i->hint = g_strdup_printf ("the first is %s", other->pointer);
      g_free (id_at);
    } else {
      s->id = json_string_value (id);
    }
  }
  if (json_is_string (element)) {
    gchar *element_at = graph_pointer_key (at, "element");

    s->factory = json_string_value (element);
    s->element = gst_element_factory_make (s->factory, NULL);
    if (s->element)
      gst_object_ref_sink (s->element);
    else
      unknown_element (g, element_at, element);
    g_free (element_at);
  }
  if (s->element && json_is_object (properties))
    check_properties (g, s, properties);
  g_ptr_array_add (g->stages, s);
}

static gboolean
pad_name_fits (GstPadTemplate *t, const gchar *name)
{
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (t);
  const gchar *percent = strchr (pattern, '%');

  if (!percent)
    return !strcmp (pattern, name);
  return !strncmp (pattern, name, percent - pattern) &&
         strlen (name) > (gsize) (percent - pattern) &&
         (percent[1] == 's' ||
             strspn (name + (percent - pattern), "0123456789") ==
                 strlen (name + (percent - pattern)));
}

/* The template that a link end means; @pad NULL is the first that fits. */
static GstPadTemplate *
find_template (GraphStage *s, const gchar *pad, GstPadDirection direction)
{
  GList *l = gst_element_class_get_pad_template_list (
      GST_ELEMENT_GET_CLASS (s->element));

  for (; l; l = l->next)
    if (GST_PAD_TEMPLATE_DIRECTION (l->data) == direction &&
        GST_PAD_TEMPLATE_PRESENCE (l->data) != GST_PAD_SOMETIMES &&
        (!pad || pad_name_fits (l->data, pad)))
      return l->data;
  return NULL;
}

static void
unknown_pad (GstEegGraph *g, const gchar *at, GraphStage *s, json_t *json,
    GstPadDirection direction)
{
  GstEegGraphIssue *i =
      graph_error (g, "unknown-pad", at, FALSE, "%s has no such %s pad",
          s->factory, direction == GST_PAD_SRC ? "output" : "input");
  GList *l = gst_element_class_get_pad_template_list (
      GST_ELEMENT_GET_CLASS (s->element));
  GPtrArray *names = g_ptr_array_new ();

  for (; l; l = l->next)
    if (GST_PAD_TEMPLATE_DIRECTION (l->data) == direction &&
        GST_PAD_TEMPLATE_PRESENCE (l->data) != GST_PAD_SOMETIMES)
      g_ptr_array_add (
          names, (gpointer) GST_PAD_TEMPLATE_NAME_TEMPLATE (l->data));
  graph_found (i, json);
  i->allowed = names->len ? graph_join (names) : g_strdup ("none");
  g_ptr_array_unref (names);
}

static GraphStage *
check_link_end (GstEegGraph *g, const gchar *link, json_t *object,
    const gchar *key, GstPadDirection direction, gchar **pad,
    GstPadTemplate **template)
{
  json_t *v = json_object_get (object, key);
  gchar *at, *id, *dot;
  GraphStage *s;

  if (!json_is_string (v))
    return NULL;
  at = graph_pointer_key (link, key);
  id = g_strdup (json_string_value (v));
  dot = strchr (id, '.');
  if (dot) {
    *dot = '\0';
    *pad = g_strdup (dot + 1);
  }
  s = find_stage (g, id);
  if (!s) {
    GstEegGraphIssue *i = graph_error (
        g, "unknown-stage", at, FALSE, "There is no stage \"%s\"", id);
    GPtrArray *ids = g_ptr_array_new ();

    for (guint n = 0; n < g->stages->len; n++) {
      GraphStage *other = g_ptr_array_index (g->stages, n);

      if (other->id)
        g_ptr_array_add (ids, (gpointer) other->id);
    }
    graph_found (i, v);
    i->allowed = graph_join (ids);
    i->hint = graph_did_you_mean (id, ids);
    g_ptr_array_unref (ids);
  } else {
    if (direction == GST_PAD_SRC)
      s->n_out++;
    else
      s->n_in++;
    if (s->element) {
      *template = find_template (s, *pad, direction);
      if (!*template)
        unknown_pad (g, at, s, v, direction);
      else if (!*pad && GST_PAD_TEMPLATE_PRESENCE (*template) == GST_PAD_ALWAYS)
        /* "id" and "id.src" are one output */
        *pad = g_strdup (GST_PAD_TEMPLATE_NAME_TEMPLATE (*template));
    }
  }
  g_free (id);
  g_free (at);
  return s;
}

/* An input takes one link; a mixer gives each link an input of its own. */
static void
check_input_free (GstEegGraph *g, GraphLink *link, GstPadTemplate *template)
{
  for (guint n = 0; n < g->links->len; n++) {
    GraphLink *o = g_ptr_array_index (g->links, n);

    if (o->to == link->to &&
        (o->to_pad && link->to_pad
                ? !strcmp (o->to_pad, link->to_pad)
                : GST_PAD_TEMPLATE_PRESENCE (template) == GST_PAD_ALWAYS)) {
      gchar *at = graph_pointer_key (link->pointer, "to");
      GstEegGraphIssue *i = graph_error (g, "input-taken", at, FALSE,
          "This input of \"%s\" has a link already", link->to->id);

      i->hint = g_strdup_printf ("the first is %s", o->pointer);
      g_free (at);
      return;
    }
  }
}

static void
check_link (GstEegGraph *g, gsize n, json_t *object, const GraphQueue *defaults)
{
  gchar *at = graph_pointer_index ("/links", n);
  GstPadTemplate *from = NULL, *to = NULL;
  GraphLink *l;
  json_t *v;

  if (!json_is_object (object)) {
    g_free (at);
    return;
  }
  l = g_new0 (GraphLink, 1);
  l->pointer = at;
  l->queue = *defaults;
  l->from =
      check_link_end (g, at, object, "from", GST_PAD_SRC, &l->from_pad, &from);
  l->to = check_link_end (g, at, object, "to", GST_PAD_SINK, &l->to_pad, &to);
  if ((v = json_object_get (object, "queue"))) {
    l->has_queue = TRUE;
    read_queue (v, &l->queue);
  }
  if ((v = json_object_get (object, "caps"))) {
    gchar *caps_at = graph_pointer_key (at, "caps");

    l->caps = graph_caps (g, caps_at, v, FALSE);
    g_free (caps_at);
  }
  if (to)
    check_input_free (g, l, to);
  if (from && to) {
    GstCaps *a = gst_pad_template_get_caps (from);
    GstCaps *b = gst_pad_template_get_caps (to);
    GstCaps *left =
        l->caps ? gst_caps_intersect (a, l->caps) : gst_caps_ref (a);

    if (!gst_caps_can_intersect (left, b)) {
      GstEegGraphIssue *i = graph_error (g, "caps", at, FALSE,
          "The output of \"%s\" and the input of \"%s\" have no format in "
          "common",
          l->from->id, l->to->id);

      i->found = gst_caps_to_string (left);
      i->allowed = gst_caps_to_string (b);
      i->hint = g_strdup ("put a converter between, such as eegtovoltage");
    }
    gst_caps_unref (left);
    gst_caps_unref (b);
    gst_caps_unref (a);
  }
  g_ptr_array_add (g->links, l);
}

/* Whether a cycle is reachable from @s; each is reported once. */
static void
search_cycle (GstEegGraph *g, GraphStage *s)
{
  s->mark = 1;
  for (guint n = 0; n < g->links->len; n++) {
    GraphLink *l = g_ptr_array_index (g->links, n);

    if (l->from != s || !l->to)
      continue;
    if (l->to->mark == 1) {
      GstEegGraphIssue *i = graph_error (g, "cycle", l->pointer, FALSE,
          "This link closes a circle at \"%s\"", l->to->id);

      i->hint = g_strdup ("samples flow from sources to sinks only");
    } else if (l->to->mark == 0) {
      search_cycle (g, l->to);
    }
  }
  s->mark = 2;
}

/* Stock elements that crash with 64 channels and more (GStreamer 1.22). */
static const gchar *const few_channels[] = {
    "audioconvert", "audioresample", "audiomixer", NULL};
/* Behind these the number of channels is another, and not known here. */
static const gchar *const other_channels[] = {"eegmontage", "eegspectrum",
    "audiomixmatrix", "deinterleave", "interleave", "audiointerleave", NULL};

/* What a stage hands on, as far as the file tells; a merger hands on all. */
static gint64
channels_behind (const GraphStage *s)
{
  if (!s->factory || g_strv_contains (other_channels, s->factory))
    return s->channels;
  return MAX (
      s->channels, strcmp (s->factory, "eegmerge") ? s->most_in : s->sum_in);
}

static void
check_channels (GstEegGraph *g)
{
  gboolean changed = TRUE;

  /* Ends after the longest way, or in a circle, which is refused anyway. */
  for (guint round = 0; changed && round < g->stages->len; round++) {
    changed = FALSE;
    for (guint n = 0; n < g->links->len; n++) {
      GraphLink *l = g_ptr_array_index (g->links, n);
      gint64 channels = l->from ? channels_behind (l->from) : 0;
      gint said = 0;

      if (l->caps && gst_structure_get_int (gst_caps_get_structure (l->caps, 0),
                         "channels", &said))
        channels = said;
      changed = changed || channels != l->channels;
      l->channels = MIN (channels, G_MAXINT);
    }
    for (guint n = 0; n < g->stages->len; n++) {
      GraphStage *s = g_ptr_array_index (g->stages, n);

      s->most_in = s->sum_in = 0;
    }
    for (guint n = 0; n < g->links->len; n++) {
      GraphLink *l = g_ptr_array_index (g->links, n);

      if (l->to) {
        l->to->most_in = MAX (l->to->most_in, l->channels);
        l->to->sum_in += l->channels;
      }
    }
  }
  for (guint n = 0; n < g->links->len; n++) {
    GraphLink *l = g_ptr_array_index (g->links, n);

    if (l->to && l->to->factory && l->channels >= 64 &&
        g_strv_contains (few_channels, l->to->factory)) {
      GstEegGraphIssue *i = graph_error (g, "too-many-channels", l->pointer,
          FALSE, "%s crashes with 64 channels or more", l->to->factory);

      i->found = g_strdup_printf ("%" G_GINT64_FORMAT, l->channels);
      graph_set_text (&i->allowed, "up to 63 channels");
      graph_set_text (&i->hint, "select channels with eegmontage before it");
    }
  }
}

static void
check_whole (GstEegGraph *g)
{
  for (guint n = 0; n < g->stages->len; n++) {
    GraphStage *s = g_ptr_array_index (g->stages, n);

    if (s->mark == 0)
      search_cycle (g, s);
    if (!s->element || !s->id)
      continue;
    if (!s->n_in && find_template (s, NULL, GST_PAD_SINK))
      graph_error (g, "unlinked", s->pointer, FALSE,
          "Nothing is linked to the input of \"%s\"", s->id);
    if (!s->n_out && find_template (s, NULL, GST_PAD_SRC))
      graph_error (g, "unlinked", s->pointer, FALSE,
          "Nothing takes what \"%s\" produces", s->id);
  }
  check_channels (g);
}

/* Sizes of the file, for every stage that has properties for them and does not
 * say otherwise itself. The pools of others learn them from the context that
 * the pipeline carries. */
static void
apply_pool (GstEegGraph *g, json_t *pool)
{
  static const struct
  {
    const gchar *key, *property;
  } sizes[] = {
      {"min-buffers", GST_EEG_POOL_MIN},
      {"max-buffers", GST_EEG_POOL_MAX},
  };

  g->pool_min = (guint) count_member (pool, "min-buffers", 0);
  g->pool_max = (guint) count_member (pool, "max-buffers", 0);
  if (g->pool_min && g->pool_max && g->pool_min > g->pool_max) {
    GstEegGraphIssue *i =
        graph_error (g, "out-of-range", "/defaults/pool/min-buffers", FALSE,
            "\"min-buffers\" is larger than \"max-buffers\"");

    graph_found (i, json_object_get (pool, "min-buffers"));
    i->allowed = g_strdup_printf ("1 to %u", g->pool_max);
    return;
  }
  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
    json_t *v = json_object_get (pool, sizes[k].key);
    gchar *at = graph_pointer_key ("/defaults/pool", sizes[k].key);

    for (guint n = 0; v && n < g->stages->len; n++) {
      GraphStage *s = g_ptr_array_index (g->stages, n);
      GraphProperty p = {NULL, G_VALUE_INIT};
      gboolean own = FALSE;

      for (guint m = 0; m < s->properties->len; m++)
        own = own ||
              !strcmp (
                  g_array_index (s->properties, GraphProperty, m).pspec->name,
                  sizes[k].property);
      if (s->element && !own)
        p.pspec = g_object_class_find_property (
            G_OBJECT_GET_CLASS (s->element), sizes[k].property);
      if (p.pspec && (p.pspec->flags & G_PARAM_WRITABLE) &&
          !graph_has_issue_below (g, at) &&
          graph_value (g, at, p.pspec, v, &p.value))
        g_array_append_val (s->properties, p);
    }
    g_free (at);
  }
}

static void
check_all (GstEegGraph *g)
{
  GraphQueue queue = {2000, 0, 0};
  json_t *defaults, *pool, *list, *v;
  gsize n;

  graph_check_shape (g, FALSE);
  if (!json_is_object (g->root))
    return;
  note_newer (g);
  defaults = json_object_get (g->root, "defaults");
  read_queue (json_object_get (defaults, "queue"), &queue);
  pool = json_object_get (defaults, "pool");
  list = json_object_get (g->root, "stages");
  if (json_array_size (list) > GST_EEG_GRAPH_MAX_STAGES)
    return;
  json_array_foreach (list, n, v) check_stage (g, n, v);
  apply_pool (g, pool);
  list = json_object_get (g->root, "links");
  if (json_array_size (list) > GST_EEG_GRAPH_MAX_LINKS)
    return;
  json_array_foreach (list, n, v) check_link (g, n, v, &queue);
  check_whole (g);
  if (!gst_eeg_graph_has_errors (g))
    graph_check_settings (g);
}

/**
 * gst_eeg_graph_check:
 * @graph: a graph
 *
 * Checks the graph against the elements of the registry. Every error is
 * collected (up to 100), sorted by position. Nothing is started; elements are
 * created to be asked, and stay in NULL. May be called again, also after
 * gst_eeg_graph_set().
 *
 * Returns: whether the graph can be built
 */
gboolean
gst_eeg_graph_check (GstEegGraph *graph)
{
  g_return_val_if_fail (graph != NULL, FALSE);
  graph_model_clear (graph);
  graph_forget_issues (graph);
  if (graph->root) {
    graph->stages = g_ptr_array_new_with_free_func (stage_free);
    graph->links = g_ptr_array_new_with_free_func (link_free);
    check_all (graph);
  }
  graph_sort_issues (graph);
  graph->checked = graph->root && !gst_eeg_graph_has_errors (graph);
  return graph->checked;
}
