/* Graph files: the shape of a file, as its published JSON Schema says it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pipelines/schema/eeg-pipeline-1.schema.json is built into the library and is
 * the only place where keys, types, ranges and words of the format stand. What
 * is read of JSON Schema 2020-12 is the list below; the keywords beginning with
 * x- name errors and are comments to other readers of the schema.
 */
#include "config.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>
#include "eeggraph-private.h"

static const gchar *const known_keywords[] = {"$schema", "$id", "$defs", "$ref",
    "title", "description", "type", "required", "properties",
    "additionalProperties", "propertyNames", "items", "minItems", "maxItems",
    "minimum", "maximum", "pattern", "enum", "allOf", "x-code", "x-message",
    "x-allowed", "x-renamed", "x-semantic", NULL};

static const struct
{
  const gchar *word, *text;
} type_names[] = {
    {"object", "an object"},
    {"array", "a list"},
    {"string", "a string"},
    {"integer", "an integer"},
    {"number", "a number"},
    {"boolean", "true or false"},
};

typedef struct
{
  GstEegGraph *graph;
  gboolean values; /* also what elements know better */
} Check;

/* Every keyword is one that the code below understands. */
static void
assert_known (json_t *schema)
{
  const char *key;
  json_t *v;

  json_object_foreach (schema, key, v)
  {
    if (!g_strv_contains (known_keywords, key))
      g_error ("schema of graph files: unknown keyword \"%s\"", key);
    if (!strcmp (key, "properties") || !strcmp (key, "$defs")) {
      const char *name;
      json_t *inner;

      json_object_foreach (v, name, inner) assert_known (inner);
    } else if (json_is_object (v) && strcmp (key, "x-renamed")) {
      assert_known (v);
    }
  }
}

/* Read once and kept: it is part of the program. */
static json_t *
the_schema (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    GBytes *bytes =
        g_resources_lookup_data ("/org/gst-plugins-eeg/graph/schema.json",
            G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    json_t *schema = bytes ? json_loadb (g_bytes_get_data (bytes, NULL),
                                 g_bytes_get_size (bytes), 0, NULL)
                           : NULL;

    if (!schema)
      g_error ("the schema of graph files is missing from the library");
    g_bytes_unref (bytes);
    assert_known (schema);
    g_once_init_leave (&once, (gsize) schema);
  }
  return (json_t *) once;
}

/* Patterns of the schema are few and live as long as it. */
static gboolean
matches (const gchar *pattern, const gchar *text)
{
  static GMutex lock;
  static GHashTable *all;
  GRegex *regex;
  gboolean found;

  g_mutex_lock (&lock);
  if (!all)
    all = g_hash_table_new (g_str_hash, g_str_equal);
  regex = g_hash_table_lookup (all, pattern);
  if (!regex) {
    regex = g_regex_new (pattern, 0, 0, NULL);
    g_hash_table_insert (all, (gpointer) pattern, regex);
  }
  found = g_regex_match (regex, text, 0, NULL);
  g_mutex_unlock (&lock);
  return found;
}

static gboolean
is_integer (const json_t *v)
{
  return json_is_integer (v) ||
         (json_is_real (v) &&
             json_real_value (v) == floor (json_real_value (v)));
}

static gboolean
is_type (const json_t *v, const gchar *word)
{
  switch (json_typeof (v)) {
    case JSON_OBJECT:
      return !strcmp (word, "object");
    case JSON_ARRAY:
      return !strcmp (word, "array");
    case JSON_STRING:
      return !strcmp (word, "string");
    case JSON_INTEGER:
    case JSON_REAL:
      return !strcmp (word, "number") ||
             (!strcmp (word, "integer") && is_integer (v));
    case JSON_TRUE:
    case JSON_FALSE:
      return !strcmp (word, "boolean");
    default:
      return FALSE;
  }
}

static gboolean
is_skipped (Check *c, json_t *schema)
{
  return !c->values && json_is_true (json_object_get (schema, "x-semantic"));
}

static const gchar *
type_text (const gchar *word)
{
  for (guint n = 0; n < G_N_ELEMENTS (type_names); n++)
    if (!strcmp (type_names[n].word, word))
      return type_names[n].text;
  return word;
}

/* @type: one word or a list of words. */
static gboolean
check_type (Check *c, const gchar *pointer, const gchar *name, json_t *value,
    json_t *type)
{
  GString *allowed = g_string_new (NULL);
  gsize n, count = json_is_array (type) ? json_array_size (type) : 1;
  GstEegGraphIssue *i;

  for (n = 0; n < count; n++) {
    const gchar *word = json_string_value (
        json_is_array (type) ? json_array_get (type, n) : type);

    if (is_type (value, word)) {
      g_string_free (allowed, TRUE);
      return TRUE;
    }
    g_string_append_printf (allowed, "%s%s", n ? ", " : "", type_text (word));
  }
  i = *pointer ? graph_error (c->graph, "wrong-type", pointer, FALSE,
                     "\"%s\" has the wrong type", name)
               : graph_error (c->graph, "wrong-type", pointer, FALSE,
                     "A graph file is an object");
  graph_found (i, value);
  graph_take (&i->allowed, g_string_free (allowed, FALSE));
  return FALSE;
}

static GstEegGraphIssue *
refuse (Check *c, const gchar *pointer, gboolean key, const gchar *name,
    json_t *value, json_t *schema, const gchar *code, const gchar *what)
{
  const gchar *own = json_string_value (json_object_get (schema, "x-code"));
  const gchar *message =
      json_string_value (json_object_get (schema, "x-message"));
  GstEegGraphIssue *i;

  i = message ? graph_error (
                    c->graph, own ? own : code, pointer, key, "%s", message)
              : graph_error (c->graph, own ? own : code, pointer, key,
                    "\"%s\" %s", name, what);
  if (value)
    graph_found (i, value);
  graph_set_text (
      &i->allowed, json_string_value (json_object_get (schema, "x-allowed")));
  return i;
}

static void
check_range (Check *c, const gchar *pointer, const gchar *name, json_t *value,
    json_t *schema)
{
  json_t *lo = json_object_get (schema, "minimum");
  json_t *hi = json_object_get (schema, "maximum");
  gdouble v = json_number_value (value);
  GstEegGraphIssue *i;

  if ((!lo || v >= json_number_value (lo)) &&
      (!hi || v <= json_number_value (hi)))
    return;
  i = refuse (c, pointer, FALSE, name, value, schema, "out-of-range",
      "is out of range");
  graph_take (&i->allowed,
      g_strdup_printf ("%" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT,
          json_integer_value (lo), json_integer_value (hi)));
}

static void
check_enum (Check *c, const gchar *pointer, const gchar *name, json_t *value,
    json_t *schema)
{
  GPtrArray *words = g_ptr_array_new ();
  json_t *word;
  gboolean known = FALSE;
  gsize n;

  json_array_foreach (json_object_get (schema, "enum"), n, word)
  {
    g_ptr_array_add (words, (gpointer) json_string_value (word));
    known = known || json_equal (word, value);
  }
  if (!known) {
    GstEegGraphIssue *i = refuse (c, pointer, FALSE, name, value, schema,
        json_is_string (value) ? "unknown-value" : "wrong-type",
        json_is_string (value) ? "does not know this value"
                               : "has the wrong type");

    graph_take (&i->allowed, graph_join (words));
    if (json_is_string (value))
      graph_take (
          &i->hint, graph_did_you_mean (json_string_value (value), words));
  }
  g_ptr_array_unref (words);
}

static void
unknown_key (Check *c, const gchar *at, const gchar *key, json_t *schema)
{
  const gchar *now = json_string_value (
      json_object_get (json_object_get (schema, "x-renamed"), key));
  GPtrArray *known = g_ptr_array_new ();
  GstEegGraphIssue *i;
  const char *name;
  json_t *v;

  json_object_foreach (json_object_get (schema, "properties"), name, v)
      g_ptr_array_add (known, (gpointer) name);
  if (now) {
    i = graph_error (
        c->graph, "renamed", at, TRUE, "\"%s\" is called %s here", key, now);
    graph_take (&i->hint, g_strdup_printf ("use %s", now));
  } else {
    i = graph_error (
        c->graph, "unknown-key", at, TRUE, "Unknown key \"%s\"", key);
    graph_take (&i->hint, graph_did_you_mean (key, known));
  }
  graph_take (&i->allowed, graph_join (known));
  g_ptr_array_unref (known);
}

static void check (Check *c, const gchar *pointer, const gchar *name,
    json_t *value, json_t *schema);

static void
check_object (Check *c, const gchar *pointer, json_t *object, json_t *schema)
{
  json_t *known = json_object_get (schema, "properties");
  json_t *others = json_object_get (schema, "additionalProperties");
  json_t *names = json_object_get (schema, "propertyNames");
  const char *key;
  json_t *v;
  gsize n;

  json_array_foreach (json_object_get (schema, "required"), n,
      v) if (!json_object_get (object, json_string_value (v)))
      graph_error (c->graph, "missing-key", pointer, FALSE, "\"%s\" is missing",
          json_string_value (v));
  json_object_foreach (object, key, v)
  {
    json_t *inner = json_object_get (known, key);
    gchar *at = graph_pointer_key (pointer, key);

    if (names && !is_skipped (c, names) &&
        !matches (json_string_value (json_object_get (names, "pattern")), key))
      refuse (c, at, TRUE, key, NULL, names, "bad-key", "is not allowed");
    else if (inner)
      check (c, at, key, v, inner);
    else if (json_is_false (others))
      unknown_key (c, at, key, schema);
    else if (others)
      check (c, at, key, v, others);
    g_free (at);
  }
}

static void
check_list (Check *c, const gchar *pointer, const gchar *name, json_t *list,
    json_t *schema)
{
  json_t *lo = json_object_get (schema, "minItems");
  json_t *hi = json_object_get (schema, "maxItems");
  json_t *items = json_object_get (schema, "items"), *v;
  gsize n, size = json_array_size (list);

  if ((lo && size < (gsize) json_integer_value (lo)) ||
      (hi && size > (gsize) json_integer_value (hi))) {
    GstEegGraphIssue *i = refuse (c, pointer, FALSE, name, NULL, schema,
        "out-of-range", "has the wrong length");

    graph_take (
        &i->found, g_strdup_printf ("%" G_GSIZE_FORMAT " entries", size));
    graph_take (
        &i->allowed, g_strdup_printf ("%" JSON_INTEGER_FORMAT
                                      " to %" JSON_INTEGER_FORMAT " entries",
                         lo ? json_integer_value (lo) : 0,
                         hi ? json_integer_value (hi) : (json_int_t) size));
    return;
  }
  json_array_foreach (list, n, v)
  {
    gchar *at = graph_pointer_index (pointer, n);

    if (items)
      check (c, at, name, v, items);
    g_free (at);
  }
}

/* @name: what to call the value in messages. */
static void
check (Check *c, const gchar *pointer, const gchar *name, json_t *value,
    json_t *schema)
{
  const gchar *ref = json_string_value (json_object_get (schema, "$ref"));
  json_t *type, *pattern, *part;
  gsize n;

  if (ref)
    schema = json_object_get (
        json_object_get (the_schema (), "$defs"), ref + strlen ("#/$defs/"));
  if (is_skipped (c, schema))
    return;
  type = json_object_get (schema, "type");
  if (type && !check_type (c, pointer, name, value, type))
    return;
  if (json_object_get (schema, "enum"))
    check_enum (c, pointer, name, value, schema);
  pattern = json_object_get (schema, "pattern");
  if (pattern && json_is_string (value) &&
      !matches (json_string_value (pattern), json_string_value (value)))
    refuse (
        c, pointer, FALSE, name, value, schema, "bad-value", "is not allowed");
  /* The first that fails says enough. */
  json_array_foreach (json_object_get (schema, "allOf"), n, part)
  {
    guint before = c->graph->n_found;

    check (c, pointer, name, value, part);
    if (c->graph->n_found > before) {
      if (!c->graph->latest->allowed)
        graph_set_text (&c->graph->latest->allowed,
            json_string_value (json_object_get (schema, "x-allowed")));
      return;
    }
  }
  if (json_is_number (value))
    check_range (c, pointer, name, value, schema);
  else if (json_is_object (value))
    check_object (c, pointer, value, schema);
  else if (json_is_array (value))
    check_list (c, pointer, name, value, schema);
}

void
graph_check_shape (GstEegGraph *g, gboolean values)
{
  Check c = {g, values};

  check (&c, "", "the file", g->root, the_schema ());
}

gboolean
graph_check_caps_shape (GstEegGraph *g, const gchar *pointer, json_t *json)
{
  Check c = {g, TRUE};
  guint before = g->n_found;

  check (&c, pointer, "caps", json,
      json_object_get (json_object_get (the_schema (), "$defs"), "caps"));
  return g->n_found == before;
}

/**
 * gst_eeg_graph_check_shape:
 * @graph: a graph
 *
 * Checks only what `eeg-pipeline-1.schema.json` can say: keys, types, ranges
 * and words. No element is created and no registry is read, so that an editor
 * or a server can refuse what is malformed before anything else. What was found
 * by earlier checks is forgotten.
 *
 * Returns: whether the shape is right
 */
gboolean
gst_eeg_graph_check_shape (GstEegGraph *graph)
{
  g_return_val_if_fail (graph != NULL, FALSE);
  graph_forget_issues (graph);
  if (graph->root)
    graph_check_shape (graph, TRUE);
  graph_sort_issues (graph);
  return graph->root && !gst_eeg_graph_has_errors (graph);
}
