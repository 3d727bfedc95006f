/* Graph files: JSON tree -> checked model, with every error in one pass
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Elements are created to ask their classes and pads, but none leaves NULL.
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"

#define MAX_ISSUES      100
#define QUEUE_MAX_MS    3600000
#define QUEUE_MAX_COUNT 1000000

/* Parameters that had another name, here or in the tools people come from. */
static const struct
{
  const gchar *element, *from, *to;
} renamed[] = {
    {"ads1299src", "batch-size", "samples-per-buffer"},
    {"ads1299src", "sample-rate", "rate"},
    {"ads1299src", "channel-labels", "labels"},
    {"eegtestsrc", "batch-size", "samples-per-buffer"},
    {"eegtestsrc", "sample-rate", "rate"},
    {"eegfilter", "hp", "highpass"},
    {"eegfilter", "lp", "lowpass"},
    {"eegfilter", "high-pass", "highpass"},
    {"eegfilter", "low-pass", "lowpass"},
    {"eegfilter", "powerline-filter-hz", "notch"},
    {"csvsink", "path", "location"},
    {"csvsink", "filename", "location"},
    {"websocketsink", "bind-address", "address"},
};

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

static GPtrArray *
words (const gchar *first, ...)
{
  GPtrArray *w = g_ptr_array_new ();
  va_list ap;

  va_start (ap, first);
  for (; first; first = va_arg (ap, const gchar *))
    g_ptr_array_add (w, (gpointer) first);
  va_end (ap);
  return w;
}

/* Takes @allowed. */
static void
check_keys (
    GstEegGraph *g, const gchar *pointer, json_t *object, GPtrArray *allowed)
{
  const char *key;
  json_t *v;

  json_object_foreach (object, key, v)
  {
    gboolean known = FALSE;

    for (guint n = 0; n < allowed->len && !known; n++)
      known = g_str_equal (key, g_ptr_array_index (allowed, n));
    if (!known) {
      gchar *at = graph_pointer_key (pointer, key);
      GstEegGraphIssue *i =
          graph_error (g, "unknown-key", at, TRUE, "Unknown key \"%s\"", key);

      i->allowed = graph_join (allowed);
      i->hint = graph_did_you_mean (key, allowed);
      g_free (at);
    }
  }
  g_ptr_array_unref (allowed);
}

/* The member @key when it has the right type; an error otherwise. */
static json_t *
member (GstEegGraph *g, const gchar *pointer, json_t *object, const gchar *key,
    json_type type, gboolean required)
{
  static const gchar *const names[] = {
      "an object", "a list", "a string", "an integer"};
  json_t *v = json_object_get (object, key);

  if (v && json_typeof (v) == type)
    return v;
  if (v) {
    gchar *at = graph_pointer_key (pointer, key);
    GstEegGraphIssue *i = graph_error (
        g, "wrong-type", at, FALSE, "\"%s\" has the wrong type", key);

    graph_found (i, v);
    i->allowed = g_strdup (names[type]);
    g_free (at);
  } else if (required) {
    graph_error (g, "missing-key", pointer, FALSE, "\"%s\" is missing", key);
  }
  return NULL;
}

static gboolean
is_id (const gchar *s)
{
  if (!g_ascii_islower (*s) || strlen (s) > 32)
    return FALSE;
  for (; *s; s++)
    if (!g_ascii_islower (*s) && !g_ascii_isdigit (*s) && *s != '_' &&
        *s != '-')
      return FALSE;
  return TRUE;
}

static void
check_schema (GstEegGraph *g)
{
  json_t *v = member (g, "", g->root, "schema", JSON_STRING, TRUE);
  const gchar *s = json_string_value (v), *rest;
  GstEegGraphIssue *i = NULL;

  if (!s)
    return;
  if (!g_str_has_prefix (s, "eeg-pipeline/")) {
    i = graph_error (
        g, "unknown-schema", "/schema", FALSE, "Not an EEG pipeline file");
  } else {
    rest = s + strlen ("eeg-pipeline/");
    if (strcmp (rest, "1.0") &&
        (!g_str_has_prefix (rest, "1.") || !rest[2] ||
            strspn (rest + 2, "0123456789") != strlen (rest + 2)))
      i = graph_error (g, "unknown-version", "/schema", FALSE,
          "Version \"%s\" of the file format is not known here", rest);
  }
  if (i) {
    graph_found (i, v);
    i->allowed = g_strdup ("eeg-pipeline/1.0");
  }
}

static guint64
count_member (GstEegGraph *g, const gchar *pointer, json_t *object,
    const gchar *key, guint64 max, guint64 otherwise)
{
  json_t *v = member (g, pointer, object, key, JSON_INTEGER, FALSE);

  if (!v)
    return otherwise;
  if (json_integer_value (v) < 0 || (guint64) json_integer_value (v) > max) {
    gchar *at = graph_pointer_key (pointer, key);
    GstEegGraphIssue *i = graph_error (
        g, "out-of-range", at, FALSE, "\"%s\" is out of range", key);

    graph_found (i, v);
    i->allowed = g_strdup_printf ("0 to %" G_GUINT64_FORMAT, max);
    g_free (at);
    return otherwise;
  }
  return (guint64) json_integer_value (v);
}

static void
check_queue (
    GstEegGraph *g, const gchar *pointer, json_t *object, GraphQueue *queue)
{
  json_t *leaky;

  check_keys (
      g, pointer, object, words ("max-time-ms", "max-buffers", "leaky", NULL));
  queue->max_time_ms = count_member (
      g, pointer, object, "max-time-ms", QUEUE_MAX_MS, queue->max_time_ms);
  queue->max_buffers = count_member (
      g, pointer, object, "max-buffers", QUEUE_MAX_COUNT, queue->max_buffers);
  leaky = member (g, pointer, object, "leaky", JSON_STRING, FALSE);
  if (leaky) {
    GPtrArray *allowed = words ("no", "upstream", "downstream", NULL);
    gint found = -1;

    for (guint n = 0; n < allowed->len; n++)
      if (!strcmp (json_string_value (leaky), g_ptr_array_index (allowed, n)))
        found = (gint) n;
    if (found >= 0) {
      queue->leaky = found;
    } else {
      gchar *at = graph_pointer_key (pointer, "leaky");
      GstEegGraphIssue *i = graph_error (
          g, "unknown-value", at, FALSE, "\"leaky\" does not know this value");

      graph_found (i, leaky);
      i->allowed = graph_join (allowed);
      i->hint = graph_did_you_mean (json_string_value (leaky), allowed);
      g_free (at);
    }
    g_ptr_array_unref (allowed);
  }
}

static void
unknown_property (
    GstEegGraph *g, const gchar *at, GraphStage *s, const gchar *key)
{
  GstEegGraphIssue *i;
  GPtrArray *names = g_ptr_array_new ();
  GParamSpec **specs;
  guint n_specs;

  for (guint n = 0; n < G_N_ELEMENTS (renamed); n++) {
    if (!strcmp (renamed[n].element, s->factory) &&
        !strcmp (renamed[n].from, key)) {
      i = graph_error (g, "renamed", at, TRUE, "\"%s\" of %s is called \"%s\"",
          key, s->factory, renamed[n].to);
      i->allowed = g_strdup (renamed[n].to);
      i->hint = g_strdup_printf ("write \"%s\"", renamed[n].to);
      g_ptr_array_unref (names);
      return;
    }
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
  GstEegGraphIssue *i = graph_error (g, "unknown-element", at, FALSE,
      "There is no element \"%s\"", json_string_value (json));
  GList *all = gst_registry_get_feature_list (
      gst_registry_get (), GST_TYPE_ELEMENT_FACTORY);
  GPtrArray *names = g_ptr_array_new ();

  for (GList *l = all; l; l = l->next)
    g_ptr_array_add (names, (gpointer) GST_OBJECT_NAME (l->data));
  graph_found (i, json);
  i->allowed = g_strdup ("an element that gst-inspect-1.0 lists");
  i->hint = graph_did_you_mean (json_string_value (json), names);
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
    GstEegGraphIssue *i =
        graph_error (g, "wrong-type", at, FALSE, "A stage is an object");

    graph_found (i, object);
    g_free (at);
    return;
  }
  s = g_new0 (GraphStage, 1);
  s->pointer = at;
  s->properties = g_array_new (FALSE, TRUE, sizeof (GraphProperty));
  g_array_set_clear_func (s->properties, property_clear);
  check_keys (g, at, object,
      words ("id", "element", "properties", "description", NULL));
  id = member (g, at, object, "id", JSON_STRING, TRUE);
  element = member (g, at, object, "element", JSON_STRING, TRUE);
  properties = member (g, at, object, "properties", JSON_OBJECT, FALSE);
  member (g, at, object, "description", JSON_STRING, FALSE);
  if (id) {
    gchar *id_at = graph_pointer_key (at, "id");
    GstEegGraphIssue *i = NULL;
    GraphStage *other = find_stage (g, json_string_value (id));

    if (!is_id (json_string_value (id))) {
      i = graph_error (g, "bad-id", id_at, FALSE, "Not a name for a stage");
      i->allowed = g_strdup ("a-z, then a-z 0-9 _ -, up to 32 characters");
    } else if (other) {
      i = graph_error (g, "duplicate-id", id_at, FALSE,
          "Two stages are called \"%s\"", json_string_value (id));
      i->hint = g_strdup_printf ("the first is %s", other->pointer);
    } else {
      s->id = json_string_value (id);
    }
    if (i)
      graph_found (i, id);
    g_free (id_at);
  }
  if (element) {
    gchar *element_at = graph_pointer_key (at, "element");

    s->factory = json_string_value (element);
    s->element = gst_element_factory_make (s->factory, NULL);
    if (s->element)
      gst_object_ref_sink (s->element);
    else
      unknown_element (g, element_at, element);
    g_free (element_at);
  }
  if (s->element && properties)
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
  json_t *v = member (g, link, object, key, JSON_STRING, TRUE);
  gchar *at, *id, *dot;
  GraphStage *s;

  if (!v)
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
    GstEegGraphIssue *i =
        graph_error (g, "wrong-type", at, FALSE, "A link is an object");

    graph_found (i, object);
    g_free (at);
    return;
  }
  l = g_new0 (GraphLink, 1);
  l->pointer = at;
  l->queue = *defaults;
  check_keys (g, at, object,
      words ("from", "to", "queue", "caps", "description", NULL));
  member (g, at, object, "description", JSON_STRING, FALSE);
  l->from =
      check_link_end (g, at, object, "from", GST_PAD_SRC, &l->from_pad, &from);
  l->to = check_link_end (g, at, object, "to", GST_PAD_SINK, &l->to_pad, &to);
  if ((v = member (g, at, object, "queue", JSON_OBJECT, FALSE))) {
    gchar *queue_at = graph_pointer_key (at, "queue");

    l->has_queue = TRUE;
    check_queue (g, queue_at, v, &l->queue);
    g_free (queue_at);
  }
  if ((v = member (g, at, object, "caps", JSON_OBJECT, FALSE))) {
    gchar *caps_at = graph_pointer_key (at, "caps");

    l->caps = graph_caps (g, caps_at, v);
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

static gboolean
mixes_few_channels (const gchar *factory)
{
  return factory && (!strcmp (factory, "audioconvert") ||
                        !strcmp (factory, "audioresample") ||
                        !strcmp (factory, "audiomixer"));
}

static void
check_whole (GstEegGraph *g)
{
  gboolean changed = TRUE;

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
  /* Channel counts only grow along links, so this ends. */
  while (changed) {
    changed = FALSE;
    for (guint n = 0; n < g->links->len; n++) {
      GraphLink *l = g_ptr_array_index (g->links, n);

      if (l->from && l->to && l->from->channels > l->to->channels) {
        l->to->channels = l->from->channels;
        changed = TRUE;
      }
    }
  }
  for (guint n = 0; n < g->links->len; n++) {
    GraphLink *l = g_ptr_array_index (g->links, n);

    if (l->from && l->to && l->from->channels >= 64 &&
        mixes_few_channels (l->to->factory)) {
      GstEegGraphIssue *i = graph_error (g, "too-many-channels", l->pointer,
          FALSE, "%s crashes with 64 channels or more", l->to->factory);

      i->found = g_strdup_printf ("%" G_GINT64_FORMAT, l->from->channels);
      i->allowed = g_strdup ("up to 63 channels");
    }
  }
}

static gint
by_position (gconstpointer a, gconstpointer b)
{
  const GstEegGraphIssue *x = *(GstEegGraphIssue *const *) a;
  const GstEegGraphIssue *y = *(GstEegGraphIssue *const *) b;

  if (x->line != y->line)
    return x->line < y->line ? -1 : 1;
  return x->column < y->column ? -1 : x->column > y->column;
}

/* Sources have pools; the file's sizes are for those that let one choose. */
static void
apply_pool (GstEegGraph *g, json_t *pool)
{
  const char *key;
  json_t *v;

  json_object_foreach (pool, key, v)
  {
    gchar *at = graph_pointer_key ("/defaults/pool", key);

    for (guint n = 0; n < g->stages->len; n++) {
      GraphStage *s = g_ptr_array_index (g->stages, n);
      GraphProperty p = {NULL, G_VALUE_INIT};
      gboolean own = FALSE;

      if (!s->element || find_template (s, NULL, GST_PAD_SINK))
        continue;
      for (guint m = 0; m < s->properties->len; m++)
        if (!strcmp (
                g_array_index (s->properties, GraphProperty, m).pspec->name,
                key))
          own = TRUE;
      p.pspec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (s->element), key);
      if (!own && p.pspec && (p.pspec->flags & G_PARAM_WRITABLE) &&
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
  json_t *defaults, *pool = NULL, *list, *v;
  gsize n;

  if (!json_is_object (g->root)) {
    GstEegGraphIssue *i =
        graph_error (g, "wrong-type", "", FALSE, "A graph file is an object");

    graph_found (i, g->root);
    return;
  }
  check_keys (g, "", g->root,
      words ("$schema", "schema", "name", "description", "defaults", "stages",
          "links", NULL));
  check_schema (g);
  member (g, "", g->root, "$schema", JSON_STRING, FALSE);
  member (g, "", g->root, "name", JSON_STRING, FALSE);
  member (g, "", g->root, "description", JSON_STRING, FALSE);
  defaults = member (g, "", g->root, "defaults", JSON_OBJECT, FALSE);
  if (defaults) {
    check_keys (g, "/defaults", defaults, words ("queue", "pool", NULL));
    v = member (g, "/defaults", defaults, "queue", JSON_OBJECT, FALSE);
    if (v)
      check_queue (g, "/defaults/queue", v, &queue);
    pool = member (g, "/defaults", defaults, "pool", JSON_OBJECT, FALSE);
    if (pool) {
      check_keys (g, "/defaults/pool", pool,
          words ("min-buffers", "max-buffers", NULL));
      count_member (g, "/defaults/pool", pool, "min-buffers", 65536, 0);
      count_member (g, "/defaults/pool", pool, "max-buffers", 65536, 0);
    }
  }
  list = member (g, "", g->root, "stages", JSON_ARRAY, TRUE);
  if (list && json_array_size (list) == 0)
    graph_error (g, "no-stages", "/stages", FALSE, "The graph has no stage");
  if (json_array_size (list) > GST_EEG_GRAPH_MAX_STAGES) {
    graph_error (g, "too-many-stages", "/stages", FALSE, "More than %d stages",
        GST_EEG_GRAPH_MAX_STAGES);
    return;
  }
  json_array_foreach (list, n, v) check_stage (g, n, v);
  apply_pool (g, pool);
  list = member (g, "", g->root, "links", JSON_ARRAY, FALSE);
  if (json_array_size (list) > GST_EEG_GRAPH_MAX_LINKS) {
    graph_error (g, "too-many-links", "/links", FALSE, "More than %d links",
        GST_EEG_GRAPH_MAX_LINKS);
    return;
  }
  json_array_foreach (list, n, v) check_link (g, n, v, &queue);
  check_whole (g);
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
  g_ptr_array_set_size (graph->issues, (gint) graph->n_kept);
  if (graph->root) {
    graph->stages = g_ptr_array_new_with_free_func (stage_free);
    graph->links = g_ptr_array_new_with_free_func (link_free);
    check_all (graph);
  }
  if (graph->issues->len > graph->n_kept) {
    qsort (graph->issues->pdata + graph->n_kept,
        graph->issues->len - graph->n_kept, sizeof (gpointer), by_position);
    if (graph->issues->len > graph->n_kept + MAX_ISSUES)
      g_ptr_array_set_size (graph->issues, (gint) (graph->n_kept + MAX_ISSUES));
  }
  graph->checked = graph->root && !gst_eeg_graph_has_errors (graph);
  return graph->checked;
}
