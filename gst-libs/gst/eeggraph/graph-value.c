/* Graph files: JSON values -> typed property values
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing is coerced: a number with a fraction never becomes an integer and
 * a value out of range is never clamped. No text from a file reaches a parser
 * of GStreamer.
 */
#include "config.h"

#include <gst/eeg/gsteeginfo.h>
#include <string.h>
#include "eeggraph-private.h"

void
graph_found (GstEegGraphIssue *issue, const json_t *json)
{
  char *text = json_dumps (json, JSON_ENCODE_ANY | JSON_COMPACT);

  issue->found = g_strdup (text ? text : "?");
  if (strlen (issue->found) > 120) {
    gchar *cut;

    memcpy (issue->found + 117, "...", 4);
    cut = g_utf8_make_valid (issue->found, -1);
    g_free (issue->found);
    issue->found = cut;
  }
  free (text);
}

gchar *
graph_did_you_mean (const gchar *word, GPtrArray *words)
{
  const gchar **list = g_new0 (const gchar *, words->len + 1);
  const gchar *best;

  memcpy (list, words->pdata, words->len * sizeof *list);
  best = gst_eeg_closest_word (word, list);
  g_free (list);
  return best ? g_strdup_printf ("did you mean \"%s\"?", best) : NULL;
}

gchar *
graph_join (GPtrArray *words)
{
  GString *s = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (
        s, "%s%s", i ? ", " : "", (const gchar *) g_ptr_array_index (words, i));
  return g_string_free (s, FALSE);
}

static gboolean
wrong_type (GstEegGraph *g, const gchar *pointer, json_t *json,
    const gchar *name, const gchar *allowed)
{
  GstEegGraphIssue *i = graph_error (
      g, "wrong-type", pointer, FALSE, "\"%s\" has the wrong type", name);

  graph_found (i, json);
  i->allowed = g_strdup (allowed);
  return FALSE;
}

static gchar *
range_text (GParamSpec *p)
{
#define RANGE(NAME, f)                                                         \
  if (G_IS_PARAM_SPEC_##NAME (p))                                              \
  return g_strdup_printf (                                                     \
      f, G_PARAM_SPEC_##NAME (p)->minimum, G_PARAM_SPEC_##NAME (p)->maximum)
  RANGE (INT, "%d to %d");
  RANGE (UINT, "%u to %u");
  RANGE (LONG, "%ld to %ld");
  RANGE (ULONG, "%lu to %lu");
  RANGE (INT64, "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT);
  RANGE (UINT64, "%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT);
#undef RANGE
  {
    gchar a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE];

    if (G_IS_PARAM_SPEC_DOUBLE (p))
      return g_strdup_printf ("%s to %s",
          g_ascii_formatd (
              a, sizeof a, "%.9g", G_PARAM_SPEC_DOUBLE (p)->minimum),
          g_ascii_formatd (
              b, sizeof b, "%.9g", G_PARAM_SPEC_DOUBLE (p)->maximum));
    if (G_IS_PARAM_SPEC_FLOAT (p))
      return g_strdup_printf ("%s to %s",
          g_ascii_formatd (
              a, sizeof a, "%.9g", (gdouble) G_PARAM_SPEC_FLOAT (p)->minimum),
          g_ascii_formatd (
              b, sizeof b, "%.9g", (gdouble) G_PARAM_SPEC_FLOAT (p)->maximum));
  }
  return g_strdup ("another value");
}

static gboolean
out_of_range (
    GstEegGraph *g, const gchar *pointer, GParamSpec *pspec, json_t *json)
{
  GstEegGraphIssue *i = graph_error (
      g, "out-of-range", pointer, FALSE, "\"%s\" is out of range", pspec->name);

  graph_found (i, json);
  i->allowed = range_text (pspec);
  return FALSE;
}

static gboolean
integer_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  gint64 n;

  if (!json_is_integer (json)) {
    gchar *range = range_text (pspec);
    gchar *allowed = g_strdup_printf ("an integer, %s", range);

    wrong_type (g, pointer, json, pspec->name, allowed);
    g_free (range);
    g_free (allowed);
    return FALSE;
  }
  n = json_integer_value (json);
  switch (G_TYPE_FUNDAMENTAL (pspec->value_type)) {
    case G_TYPE_INT:
      if (n < G_MININT || n > G_MAXINT)
        return out_of_range (g, pointer, pspec, json);
      g_value_set_int (out, (gint) n);
      break;
    case G_TYPE_UINT:
      if (n < 0 || n > G_MAXUINT)
        return out_of_range (g, pointer, pspec, json);
      g_value_set_uint (out, (guint) n);
      break;
    case G_TYPE_LONG:
      if (n < G_MINLONG || n > G_MAXLONG)
        return out_of_range (g, pointer, pspec, json);
      g_value_set_long (out, (glong) n);
      break;
    case G_TYPE_ULONG:
      if (n < 0 || (guint64) n > G_MAXULONG)
        return out_of_range (g, pointer, pspec, json);
      g_value_set_ulong (out, (gulong) n);
      break;
    case G_TYPE_INT64:
      g_value_set_int64 (out, n);
      break;
    default:
      if (n < 0)
        return out_of_range (g, pointer, pspec, json);
      g_value_set_uint64 (out, (guint64) n);
      break;
  }
  return TRUE;
}

static gboolean
enum_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  const GEnumValue *v = NULL;
  GstEegGraphIssue *i;
  GPtrArray *nicks;

  if (json_is_string (json))
    v = g_enum_get_value_by_nick (klass, json_string_value (json));
  if (v) {
    g_value_set_enum (out, v->value);
    return TRUE;
  }
  i = json_is_string (json)
          ? graph_error (g, "unknown-value", pointer, FALSE,
                "\"%s\" does not know this value", pspec->name)
          : graph_error (g, "wrong-type", pointer, FALSE,
                "\"%s\" wants one of its words", pspec->name);
  nicks = g_ptr_array_new ();
  for (guint n = 0; n < klass->n_values; n++)
    g_ptr_array_add (nicks, (gpointer) klass->values[n].value_nick);
  graph_found (i, json);
  i->allowed = graph_join (nicks);
  if (json_is_string (json))
    i->hint = graph_did_you_mean (json_string_value (json), nicks);
  g_ptr_array_unref (nicks);
  return FALSE;
}

/* An array for a list-valued string property becomes the comma string. */
static gboolean
list_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  GString *s = g_string_new (NULL);
  gboolean ok = TRUE;
  json_t *item;
  gsize n;

  json_array_foreach (json, n, item)
  {
    gchar *at = graph_pointer_index (pointer, n);

    if (n)
      g_string_append_c (s, ',');
    if (json_is_string (item)) {
      if (strchr (json_string_value (item), ',')) {
        GstEegGraphIssue *i = graph_error (g, "comma-in-list", at, FALSE,
            "An entry of \"%s\" holds a comma", pspec->name);

        graph_found (i, item);
        i->allowed = g_strdup ("entries without commas");
        ok = FALSE;
      }
      g_string_append (s, json_string_value (item));
    } else if (json_is_number (item)) {
      char *text = json_dumps (item, JSON_ENCODE_ANY);

      g_string_append (s, text);
      free (text);
    } else {
      ok = wrong_type (g, at, item, pspec->name, "strings or numbers");
    }
    g_free (at);
  }
  g_value_take_string (out, g_string_free (s, FALSE));
  return ok;
}

/* One word, or a list of words. */
static gboolean
flags_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  GFlagsClass *klass = G_PARAM_SPEC_FLAGS (pspec)->flags_class;
  gsize count = json_is_array (json) ? json_array_size (json) : 1;
  guint flags = 0;

  for (gsize n = 0; n < count; n++) {
    json_t *word = json_is_array (json) ? json_array_get (json, n) : json;
    const GFlagsValue *v =
        json_is_string (word)
            ? g_flags_get_value_by_nick (klass, json_string_value (word))
            : NULL;

    if (!v) {
      GPtrArray *nicks = g_ptr_array_new ();
      GstEegGraphIssue *i = graph_error (g,
          json_is_string (word) ? "unknown-value" : "wrong-type", pointer,
          FALSE, "\"%s\" wants one of its words, or a list of them",
          pspec->name);

      for (guint k = 0; k < klass->n_values; k++)
        g_ptr_array_add (nicks, (gpointer) klass->values[k].value_nick);
      graph_found (i, word);
      i->allowed = graph_join (nicks);
      if (json_is_string (word))
        i->hint = graph_did_you_mean (json_string_value (word), nicks);
      g_ptr_array_unref (nicks);
      return FALSE;
    }
    flags |= v->value;
  }
  g_value_set_flags (out, flags);
  return TRUE;
}

/* A list of what the property says its entries are. */
static gboolean
array_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  GParamSpec *entry = GST_IS_PARAM_SPEC_ARRAY_LIST (pspec)
                          ? GST_PARAM_SPEC_ARRAY_LIST (pspec)->element_spec
                          : NULL;
  gboolean ok = TRUE;
  json_t *item;
  gsize n;

  if (!json_is_array (json))
    return wrong_type (g, pointer, json, pspec->name, "a list");
  if (!entry) {
    graph_error (g, "unsupported-type", pointer, FALSE,
        "\"%s\" does not tell what its list holds, so a graph file cannot set "
        "it",
        pspec->name);
    return FALSE;
  }
  json_array_foreach (json, n, item)
  {
    gchar *at = graph_pointer_index (pointer, n);
    GValue v = G_VALUE_INIT;

    if (graph_value (g, at, entry, item, &v))
      gst_value_array_append_and_take_value (out, &v);
    else
      ok = FALSE;
    g_free (at);
  }
  return ok;
}

gboolean
graph_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out)
{
  GType type = pspec->value_type;
  GValue copy = G_VALUE_INIT;
  gboolean ok = TRUE;

  g_value_init (out, type);
  switch (G_TYPE_FUNDAMENTAL (type)) {
    case G_TYPE_BOOLEAN:
      if (json_is_boolean (json))
        g_value_set_boolean (out, json_is_true (json));
      else
        ok = wrong_type (g, pointer, json, pspec->name, "true or false");
      break;
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
      ok = integer_value (g, pointer, pspec, json, out);
      break;
    case G_TYPE_DOUBLE:
    case G_TYPE_FLOAT:
      if (!json_is_number (json))
        ok = wrong_type (g, pointer, json, pspec->name, "a number");
      else if (type == G_TYPE_DOUBLE)
        g_value_set_double (out, json_number_value (json));
      else if (ABS (json_number_value (json)) > (gdouble) G_MAXFLOAT)
        ok = out_of_range (g, pointer, pspec, json);
      else
        g_value_set_float (out, (gfloat) json_number_value (json));
      break;
    case G_TYPE_ENUM:
      ok = enum_value (g, pointer, pspec, json, out);
      break;
    case G_TYPE_FLAGS:
      ok = flags_value (g, pointer, pspec, json, out);
      break;
    case G_TYPE_STRING:
      if (json_is_string (json))
        g_value_set_string (out, json_string_value (json));
      else if (json_is_array (json))
        ok = list_value (g, pointer, pspec, json, out);
      else
        ok = wrong_type (g, pointer, json, pspec->name, "a string or a list");
      break;
    default:
      if (type == GST_TYPE_CAPS && !json_is_object (json)) {
        ok = wrong_type (g, pointer, json, pspec->name,
            "{\"media\": \"audio/x-raw\", \"fields\": {...}}");
      } else if (type == GST_TYPE_CAPS) {
        GstCaps *caps = graph_caps (g, pointer, json, TRUE);

        ok = caps != NULL;
        gst_value_set_caps (out, caps);
        gst_clear_caps (&caps);
      } else if (type == GST_TYPE_ARRAY) {
        ok = array_value (g, pointer, pspec, json, out);
      } else if (type == GST_TYPE_FRACTION) {
        json_t *n = json_array_get (json, 0), *d = json_array_get (json, 1);

        if (json_array_size (json) == 2 && json_is_integer (n) &&
            json_is_integer (d) && ABS (json_integer_value (n)) <= G_MAXINT &&
            json_integer_value (d) > 0 && json_integer_value (d) <= G_MAXINT)
          gst_value_set_fraction (out, (gint) json_integer_value (n),
              (gint) json_integer_value (d));
        else
          ok = wrong_type (
              g, pointer, json, pspec->name, "[numerator, denominator]");
      } else {
        graph_error (g, "unsupported-type", pointer, FALSE,
            "\"%s\" is a %s, which a graph file cannot hold", pspec->name,
            g_type_name (type));
        ok = FALSE;
      }
      break;
  }
  if (ok) {
    g_value_init (&copy, type);
    g_value_copy (out, &copy);
    if (g_param_value_validate (pspec, &copy))
      ok = out_of_range (g, pointer, pspec, json);
    g_value_unset (&copy);
  }
  if (!ok)
    g_value_unset (out);
  return ok;
}

/* The error is noted when @shape is to be checked too, or when a whole number
 * does not fit; otherwise the schema has told it. */
GstCaps *
graph_caps (GstEegGraph *g, const gchar *pointer, json_t *json, gboolean shape)
{
  const guint before = g->n_found;
  json_t *fields = json_object_get (json, "fields"), *v;
  gchar *fields_at = graph_pointer_key (pointer, "fields");
  const gchar *media = json_string_value (json_object_get (json, "media"));
  GstStructure *s;
  const char *key;
  gboolean ok = TRUE;

  if (shape ? !graph_check_caps_shape (g, pointer, json)
            : graph_has_issue_below (g, pointer) || !media) {
    g_free (fields_at);
    return NULL;
  }
  s = gst_structure_new_empty (media);
  json_object_foreach (fields, key, v)
  {
    json_int_t n = json_integer_value (v);

    if (json_is_string (v)) {
      gst_structure_set (s, key, G_TYPE_STRING, json_string_value (v), NULL);
    } else if (json_is_array (v)) {
      json_int_t a = (json_int_t) json_number_value (json_array_get (v, 0));
      json_int_t b = (json_int_t) json_number_value (json_array_get (v, 1));

      ok = ok && b > 0;
      if (b > 0) {
        gst_structure_set (s, key, GST_TYPE_FRACTION, (gint) a, (gint) b, NULL);
      } else {
        gchar *at = graph_pointer_key (fields_at, key);
        GstEegGraphIssue *i = graph_error (g, "out-of-range", at, FALSE,
            "The denominator of \"%s\" is out of range", key);

        graph_found (i, v);
        graph_set_text (&i->allowed, "1 to 2147483647");
        g_free (at);
      }
    } else if (json_is_integer (v) && (n < G_MININT || n > G_MAXINT)) {
      gchar *at = graph_pointer_key (fields_at, key);
      GstEegGraphIssue *i = graph_error (
          g, "out-of-range", at, FALSE, "\"%s\" is out of range", key);

      graph_found (i, v);
      graph_set_text (&i->allowed, "-2147483648 to 2147483647");
      g_free (at);
    } else if (json_is_integer (v)) {
      gst_structure_set (s, key, G_TYPE_INT, (gint) n, NULL);
    } else if (json_is_real (v)) {
      gst_structure_set (s, key, G_TYPE_DOUBLE, json_real_value (v), NULL);
    } else {
      gst_structure_set (s, key, G_TYPE_BOOLEAN, json_is_true (v), NULL);
    }
  }
  g_free (fields_at);
  if (!ok || g->n_found > before) {
    gst_structure_free (s);
    return NULL;
  }
  return gst_caps_new_full (s, NULL);
}
