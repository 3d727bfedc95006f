/* csvsink: what is known of a recording, in the JSON file beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "csvsidecar.h"

#include <gst/audio/audio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* Elements between the recorder and the converter that are looked through. */
#define CSV_MAX_UPSTREAM 256

/* alpha.csv -> alpha.json; a name without extension gets one. */
gchar *
csv_sidecar_path (const gchar *path)
{
  const gchar *slash = strrchr (path, '/');
  const gchar *base = slash ? slash + 1 : path;
  const gchar *dot = strrchr (base, '.');
  gsize n = dot && dot > base ? (gsize) (dot - path) : strlen (path);

  return g_strdup_printf ("%.*s.json", (int) n, path);
}

static json_t *
string_or_null (const gchar *s)
{
  json_t *j = s ? json_string (s) : NULL;

  /* json_string() refuses what is not UTF-8. */
  return j ? j : json_null ();
}

static json_t *
real_or_null (gdouble v)
{
  return isfinite (v) ? json_real (v) : json_null ();
}

static json_t *
strings (gchar **list)
{
  json_t *array = json_array ();

  for (guint i = 0; list && list[i]; i++)
    json_array_append_new (array, string_or_null (list[i]));
  return array;
}

static json_t *
json_value (const GValue *value)
{
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return json_boolean (g_value_get_boolean (value));
  if (G_VALUE_HOLDS_INT (value))
    return json_integer (g_value_get_int (value));
  if (G_VALUE_HOLDS_UINT (value))
    return json_integer (g_value_get_uint (value));
  if (G_VALUE_HOLDS_INT64 (value))
    return json_integer (g_value_get_int64 (value));
  if (G_VALUE_HOLDS_UINT64 (value) &&
      g_value_get_uint64 (value) <= (guint64) G_MAXINT64)
    return json_integer ((json_int_t) g_value_get_uint64 (value));
  if (G_VALUE_HOLDS_DOUBLE (value))
    return real_or_null (g_value_get_double (value));
  if (G_VALUE_HOLDS_FLOAT (value))
    return real_or_null (g_value_get_float (value));
  if (G_VALUE_HOLDS_STRING (value))
    return string_or_null (g_value_get_string (value));
  if (G_VALUE_HOLDS_ENUM (value)) {
    GEnumClass *c = g_type_class_ref (G_VALUE_TYPE (value));
    GEnumValue *v = g_enum_get_value (c, g_value_get_enum (value));
    json_t *j = v ? json_string (v->value_nick)
                  : json_integer (g_value_get_enum (value));

    g_type_class_unref (c);
    return j;
  }
  return NULL;
}

/* What the user set: readable and writable, plain, not the default. */
static json_t *
describe_properties (GstElement *element)
{
  json_t *object = json_object ();
  guint n;
  GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    GParamSpec *spec = specs[i];
    GValue value = G_VALUE_INIT;
    json_t *j;

    if ((spec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE ||
        (spec->flags & G_PARAM_DEPRECATED) ||
        spec->owner_type == GST_TYPE_OBJECT ||
        spec->owner_type == GST_TYPE_ELEMENT)
      continue;
    /* Objects, caps and boxed values have no plain form here. */
    if (!G_IS_PARAM_SPEC_BOOLEAN (spec) && !G_IS_PARAM_SPEC_STRING (spec) &&
        !G_IS_PARAM_SPEC_ENUM (spec) && !G_IS_PARAM_SPEC_INT (spec) &&
        !G_IS_PARAM_SPEC_UINT (spec) && !G_IS_PARAM_SPEC_INT64 (spec) &&
        !G_IS_PARAM_SPEC_UINT64 (spec) && !G_IS_PARAM_SPEC_DOUBLE (spec) &&
        !G_IS_PARAM_SPEC_FLOAT (spec))
      continue;
    g_value_init (&value, spec->value_type);
    g_object_get_property (G_OBJECT (element), spec->name, &value);
    if (!g_param_value_defaults (spec, &value) && (j = json_value (&value)))
      json_object_set_new (object, spec->name, j);
    g_value_unset (&value);
  }
  g_free (specs);
  return object;
}

/* The pad of a real element that feeds @pad: bins are looked through. */
static GstPad *
real_peer (GstPad *pad)
{
  GstPad *peer = gst_pad_get_peer (pad);

  while (peer) {
    GstPad *next;

    if (GST_IS_GHOST_PAD (peer)) {
      next = gst_ghost_pad_get_target (GST_GHOST_PAD (peer));
    } else if (GST_IS_PROXY_PAD (peer)) {
      GstProxyPad *outer = gst_proxy_pad_get_internal (GST_PROXY_PAD (peer));

      next = outer ? gst_pad_get_peer (GST_PAD (outer)) : NULL;
      gst_clear_object (&outer);
    } else {
      return peer;
    }
    gst_object_unref (peer);
    peer = next;
  }
  return NULL;
}

static void
walk_upstream (GstPad *sinkpad, GHashTable *seen, json_t *array)
{
  GstPad *peer = real_peer (sinkpad);
  GstElement *element = peer ? gst_pad_get_parent_element (peer) : NULL;

  if (element && g_hash_table_add (seen, element)) {
    GstElementFactory *factory = gst_element_get_factory (element);
    GList *pads = NULL;
    gchar *name = gst_object_get_name (GST_OBJECT (element));

    GST_OBJECT_LOCK (element);
    for (GList *l = element->sinkpads; l; l = l->next)
      pads = g_list_append (pads, gst_object_ref (l->data));
    GST_OBJECT_UNLOCK (element);

    for (GList *l = pads; l; l = l->next)
      walk_upstream (l->data, seen, array);
    g_list_free_full (pads, gst_object_unref);

    json_array_append_new (
        array, json_pack ("{s:o,s:o,s:o}", "element",
                   string_or_null (factory ? GST_OBJECT_NAME (factory) : NULL),
                   "name", string_or_null (name), "properties",
                   describe_properties (element)));
    g_free (name);
  }
  gst_clear_object (&element);
  gst_clear_object (&peer);
}

/* The stages before @sinkpad in stream order, with what was set on each, as
 * JSON text. */
gchar *
csv_sidecar_describe_upstream (GstPad *sinkpad)
{
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  json_t *array = json_array ();
  char *text;
  gchar *result;

  walk_upstream (sinkpad, seen, array);
  g_hash_table_unref (seen);
  text = json_dumps (array, JSON_COMPACT | JSON_REAL_PRECISION (17));
  json_decref (array);
  result = g_strdup (text ? text : "[]");
  free (text);
  return result;
}

/* The stream of counts nearest before @sinkpad; FALSE when there is none. */
static gboolean
find_counts (GstPad *sinkpad, guint depth, GstEegInfo *info)
{
  GstPad *peer = depth < CSV_MAX_UPSTREAM ? real_peer (sinkpad) : NULL;
  GstCaps *caps = peer ? gst_pad_get_current_caps (peer) : NULL;
  GstElement *element = peer ? gst_pad_get_parent_element (peer) : NULL;
  gboolean found = FALSE;
  GList *pads = NULL;

  if (caps && gst_eeg_info_from_caps (info, caps, NULL)) {
    found = info->unit == GST_EEG_UNIT_ADC;
    if (!found) {
      gst_eeg_info_clear (info);
      gst_eeg_info_init (info);
    }
  }
  if (!found && element) {
    GST_OBJECT_LOCK (element);
    for (GList *l = element->sinkpads; l; l = l->next)
      pads = g_list_append (pads, gst_object_ref (l->data));
    GST_OBJECT_UNLOCK (element);
    for (GList *l = pads; l && !found; l = l->next)
      found = find_counts (l->data, depth + 1, info);
    g_list_free_full (pads, gst_object_unref);
  }
  gst_clear_caps (&caps);
  gst_clear_object (&element);
  gst_clear_object (&peer);
  return found;
}

/* One number a channel of @info: by label, or the one that all of @from share;
 * NaN where neither says it. */
static void
map_channels (const GstEegInfo *info, const GstEegInfo *from,
    const gdouble *values, gdouble *out)
{
  guint n_from = (guint) GST_EEG_INFO_CHANNELS (from);
  gboolean same = TRUE;

  for (guint i = 1; i < n_from; i++)
    same = same && values[i] == values[0];
  for (guint c = 0; c < (guint) GST_EEG_INFO_CHANNELS (info); c++) {
    out[c] = same ? values[0] : NAN;
    for (guint i = 0; i < n_from; i++)
      if (g_strcmp0 (info->labels[c], from->labels[i]) == 0)
        out[c] = values[i];
  }
}

/* What the converter did to these channels, wherever in the chain its counts
 * became volts: arrays with an entry a channel, NULL where nobody says it. Free
 * with csv_converter_clear(). */
void
csv_sidecar_find_converter (
    GstPad *sinkpad, const GstEegInfo *info, CsvConverter *converter)
{
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);
  gboolean told = info->unit == GST_EEG_UNIT_ADC;
  GstEegInfo counts;

  memset (converter, 0, sizeof *converter);
  gst_eeg_info_init (&counts);
  /* volts have a full scale of 1 unless their maker kept the converter's */
  for (guint i = 0; i < n; i++)
    told = told || info->full_scale[i] != 1.0;
  if (told)
    gst_eeg_info_copy_into (info, &counts);
  if (told || find_counts (sinkpad, 0, &counts)) {
    converter->full_scale = g_new (gdouble, n);
    map_channels (info, &counts, counts.full_scale, converter->full_scale);
    if (counts.gain) {
      converter->gain = g_new (gdouble, n);
      map_channels (info, &counts, counts.gain, converter->gain);
    }
  } else if (info->gain) {
    converter->gain = g_memdup2 (info->gain, n * sizeof (gdouble));
  }
  gst_eeg_info_clear (&counts);
}

void
csv_converter_clear (CsvConverter *converter)
{
  g_clear_pointer (&converter->full_scale, g_free);
  g_clear_pointer (&converter->gain, g_free);
}

/* @to holds nothing yet. */
void
csv_converter_copy (const CsvConverter *from, guint channels, CsvConverter *to)
{
  const gsize size = channels * sizeof (gdouble);

  to->full_scale = g_memdup2 (from->full_scale, from->full_scale ? size : 0);
  to->gain = g_memdup2 (from->gain, from->gain ? size : 0);
}

/* Name and hash of the graph file, from the context that its runner sets. */
gchar *
csv_sidecar_describe_graph (GstElement *element)
{
  GstContext *context = gst_element_get_context (element, "gst.eeg.graph");
  gchar *result = NULL;

  if (context) {
    const GstStructure *s = gst_context_get_structure (context);
    json_t *j = json_pack ("{s:o,s:o}", "name",
        string_or_null (gst_structure_get_string (s, "name")), "hash",
        string_or_null (gst_structure_get_string (s, "hash")));
    char *text = json_dumps (j, JSON_COMPACT);

    result = g_strdup (text);
    free (text);
    json_decref (j);
    gst_context_unref (context);
  }
  return result ? result : g_strdup ("null");
}

static json_t *
doubles (const gdouble *v, guint n)
{
  json_t *array;

  if (!v)
    return json_null ();
  array = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (array, real_or_null (v[i]));
  return array;
}

static json_t *
json_text (const gchar *text)
{
  json_t *j = text ? json_loads (text, JSON_DECODE_ANY, NULL) : NULL;

  return j ? j : json_null ();
}

static json_t *
json_u64 (guint64 v)
{
  return json_integer ((json_int_t) MIN (v, (guint64) G_MAXINT64));
}

static void
put (json_t *object, const char *key, json_t *value)
{
  json_object_set_new (object, key, value);
}

/* What may change while the columns stay. */
static void
put_origin (
    json_t *object, const GstEegInfo *info, const CsvConverter *converter)
{
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);
  json_t *vref = json_null ();

  if (converter->full_scale && converter->gain) {
    vref = json_array ();
    for (guint i = 0; i < n; i++)
      json_array_append_new (
          vref, real_or_null (converter->full_scale[i] * converter->gain[i]));
  }
  put (object, "types", strings (info->types));
  put (object, "gain", doubles (converter->gain, n));
  put (object, "vref", vref);
  put (object, "full_scale", doubles (converter->full_scale, n));
  put (object, "reference", string_or_null (info->reference));
}

/* How the stream is described from @sample on, as JSON text. */
gchar *
csv_sidecar_describe_change (
    const GstEegInfo *info, const CsvConverter *converter, guint64 sample)
{
  json_t *object = json_object ();
  char *text;
  gchar *result;

  put (object, "sample", json_u64 (sample));
  put_origin (object, info, converter);
  text = json_dumps (object, JSON_COMPACT | JSON_REAL_PRECISION (17));
  json_decref (object);
  result = g_strdup (text);
  free (text);
  return result;
}

gchar *
csv_sidecar_text (const CsvSidecar *s)
{
  static const gchar *const layouts[] = {"default", "openbci", "brainflow"};
  const GstEegInfo *info = s->rows->info;
  guint n = (guint) GST_EEG_INFO_CHANNELS (info);
  gboolean counts = info->unit == GST_EEG_UNIT_ADC &&
                    s->rows->layout == GST_CSV_SINK_LAYOUT_DEFAULT;
  gchar **columns = csv_rows_columns (s->rows);
  gchar *base = g_path_get_basename (s->path);
  GDateTime *utc = g_date_time_new_from_unix_utc (s->start->utc / 1000000);
  gchar *seconds = g_date_time_format (utc, "%Y-%m-%dT%H:%M:%S");
  gchar *utc_text =
      g_strdup_printf ("%s.%06dZ", seconds, (int) (s->start->utc % 1000000));
  guint major, minor, micro, nano;
  gchar *gst_version_text;
  json_t *root = json_object ();
  json_t *gaps = json_array ();
  json_t *changes = json_array ();
  char *text;
  gchar *result;

  gst_version (&major, &minor, &micro, &nano);
  gst_version_text = g_strdup_printf ("%u.%u.%u", major, minor, micro);
  for (guint i = 0; i < s->gaps->len; i++) {
    const CsvGap *g = &g_array_index (s->gaps, CsvGap, i);

    json_array_append_new (gaps,
        json_pack ("{s:o,s:o,s:s}", "sample", json_u64 (g->sample), "lost",
            json_u64 (g->lost), "cause", g->disk ? "disk" : "stream"));
  }
  for (guint i = 0; i < s->changes->len; i++)
    json_array_append_new (
        changes, json_text (g_ptr_array_index (s->changes, i)));

  put (root, "format", json_string ("eeg-csv/1.0"));
  put (root, "file", string_or_null (base));
  put (root, "layout", json_string (layouts[s->rows->layout]));
  put (root, "decimals", json_integer (s->rows->decimals));
  put (root, "columns", strings (columns));
  put (root, "rate", json_integer (GST_EEG_INFO_RATE (info)));
  put (root, "exact_rate", json_pack ("[i,i]", info->rate_n, info->rate_d));
  put (root, "channels", json_integer (n));
  put (root, "labels", strings (info->labels));
  put (root, "units", json_string (counts ? "counts" : "uV"));
  put (root, "sample_format",
      json_string (gst_audio_format_to_string (GST_EEG_INFO_FORMAT (info))));
  put_origin (root, s->info, s->converter);
  put (root, "filters", json_text (s->upstream));
  put (root, "graph", json_text (s->graph));
  put (root, "start_time_utc", json_string (utc_text));
  put (root, "start_monotonic_ns", json_u64 (s->start->monotonic));
  put (root, "first_sample", json_u64 (s->first_sample));
  put (root, "first_edge",
      GST_CLOCK_TIME_IS_VALID (s->edge_time)
          ? json_pack ("{s:o,s:o}", "sample", json_u64 (s->edge_sample),
                "monotonic_ns", json_u64 (s->edge_time))
          : json_null ());
  put (root, "versions",
      json_pack ("{s:s,s:s,s:s}", "gst-plugins-eeg", PACKAGE_VERSION,
          "gstreamer", gst_version_text, "jansson", JANSSON_VERSION));
  put (root, "samples", json_u64 (s->samples));
  put (root, "rows", json_u64 (s->n_rows));
  put (root, "bytes", json_u64 (s->bytes));
  put (root, "lost", json_u64 (s->lost));
  put (root, "gaps", gaps);
  put (root, "gaps_not_listed", json_u64 (s->gaps_total - s->gaps->len));
  put (root, "changes", changes);
  put (root, "changes_not_listed",
      json_u64 (s->changes_total - s->changes->len));
  put (root, "ended", string_or_null (s->ended));
  put (root, "complete",
      json_boolean (s->ended && strcmp (s->ended, "error") != 0));

  text = json_dumps (root, JSON_INDENT (2) | JSON_REAL_PRECISION (17));
  json_decref (root);
  result = g_strconcat (text ? text : "{}", "\n", NULL);
  free (text);
  g_free (gst_version_text);
  g_free (utc_text);
  g_free (seconds);
  g_date_time_unref (utc);
  g_free (base);
  g_strfreev (columns);
  return result;
}
