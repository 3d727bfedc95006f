/* Graph files: what a graph does to a signal, computed and not measured
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every way from a source to a sink is followed. The gain of the whole is the
 * product of what the stages say (#GstEegResponse), each at its own rate; the
 * delay the sum of theirs. Stages are created and get the properties of
 * the file, but never leave NULL: no port, file or device is touched.
 */
#include "config.h"

#include <gst/eeg/gsteegresponse.h>
#include <math.h>
#include <string.h>
#include "eeggraph-private.h"

/* Diamonds multiply ways; further ones are counted, up to a limit, and left
 * out. */
#define MAX_PATHS   64
#define MAX_COUNTED 10000
#define GRID_POINTS 600
#define GRID_LOWEST 1e-3
/* Below this a gain counts as none, and its phase has no meaning. */
#define NO_GAIN 1e-7
/* A minimum this far below the pass band is worth a word. */
#define REJECTED_DB (-20.0)
#define AUTO_HZ     250 /* buffers a second of a source that chooses itself */

static const gdouble table_hz[] = {
    0.1, 0.5, 1, 4, 8, 10, 13, 20, 30, 40, 45, 50, 60, 100};
static const gdouble delay_hz[] = {1, 10, 40};

/* Stock elements that hand samples on as they are. */
static const gchar *const transparent[] = {"identity", "queue", "queue2",
    "multiqueue", "tee", "capsfilter", "valve", "clocksync", "audioconvert",
    "audiobuffersplit", "level", "spectrum", NULL};

/* Elements without #GstEegResponse that one can still say something about. */
static const struct
{
  const gchar *factory, *text;
  gboolean unknown; /* to what extent depends on the channel */
} known[] = {
    {"eegquality", "hands the samples on as they are, with marks", FALSE},
    {"eegfromaudio", "hands the samples on as they are, with labels", FALSE},
    {"eegmerge",
        "puts devices side by side, each sample moved to the nearest instant",
        FALSE},
    {"eegmontage", "sums of channels; the figures are for one channel before",
        TRUE},
    {"eegspectrum", "makes spectra; the figures are for the samples before",
        TRUE},
};

typedef struct
{
  const GraphStage *stage;
  GstElement *element;  /* of the table of all stages */
  const GraphLink *way; /* in, NULL for a source */
  gdouble rate, out_rate;
  gchar *text;
  gboolean answers; /* evaluate works at this rate */
  gboolean unknown;
  gdouble delay, latency, settling, alias, buffering;
} Step;

typedef struct
{
  GstEegGraph *graph;
  GHashTable *elements; /* GraphStage -> GstElement */
  json_t *paths;
  guint left_out;
  GError *error;
} Explain;

static void
step_clear (gpointer p)
{
  g_free (((Step *) p)->text);
}

static json_t *
real_or_null (gdouble v)
{
  return isfinite (v) ? json_real (v) : json_null ();
}

/* Gain of the first @n_steps stages at @hz; FALSE when one cannot tell. */
static gboolean
gain_of (const GArray *steps, guint n_steps, const gdouble *hz, guint n,
    gdouble *re, gdouble *im)
{
  gdouble *r = g_new (gdouble, n), *i = g_new (gdouble, n);
  gboolean ok = TRUE;

  for (guint k = 0; k < n; k++) {
    re[k] = 1;
    im[k] = 0;
  }
  for (guint s = 0; s < n_steps && ok; s++) {
    const Step *step = &g_array_index (steps, Step, s);

    if (!step->answers)
      continue;
    ok = gst_eeg_response_evaluate (
        GST_EEG_RESPONSE (step->element), step->rate, hz, n, r, i);
    for (guint k = 0; k < n && ok; k++) {
      gdouble a = re[k] * r[k] - im[k] * i[k];

      im[k] = re[k] * i[k] + im[k] * r[k];
      re[k] = a;
    }
  }
  g_free (r);
  g_free (i);
  return ok;
}

static gdouble
magnitude (const GArray *steps, gdouble hz)
{
  gdouble re, im;

  return gain_of (steps, steps->len, &hz, 1, &re, &im) ? hypot (re, im) : NAN;
}

/* Of all stages, each exactly where it knows how; NAN where nothing passes. */
static gdouble
group_delay (const GArray *steps, gdouble hz)
{
  gdouble sum = 0, delay;

  if (!(magnitude (steps, hz) > NO_GAIN))
    return NAN;
  for (guint s = 0; s < steps->len; s++) {
    const Step *step = &g_array_index (steps, Step, s);

    delay = step->delay;
    if (step->answers &&
        !gst_eeg_response_get_group_delay (
            GST_EEG_RESPONSE (step->element), step->rate, hz, &delay))
      return NAN;
    sum += delay;
  }
  return sum;
}

/* Where the gain is least between @lo and @hi, by golden sections. */
static gdouble
least_between (const GArray *steps, gdouble lo, gdouble hi)
{
  const gdouble golden = (sqrt (5) - 1) / 2;
  gdouble a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
  gdouble ga = magnitude (steps, a), gb = magnitude (steps, b);

  for (guint n = 0; n < 40; n++) {
    if (ga < gb) {
      hi = b;
      b = a;
      gb = ga;
      a = hi - golden * (hi - lo);
      ga = magnitude (steps, a);
    } else {
      lo = a;
      a = b;
      ga = gb;
      b = lo + golden * (hi - lo);
      gb = magnitude (steps, b);
    }
  }
  return (lo + hi) / 2;
}

static gdouble
corner_between (const GArray *steps, gdouble lo, gdouble hi, gdouble level)
{
  gboolean rising = magnitude (steps, lo) < level;

  for (guint n = 0; n < 50; n++) {
    gdouble mid = (lo + hi) / 2;

    if ((magnitude (steps, mid) < level) == rising)
      lo = mid;
    else
      hi = mid;
  }
  return (lo + hi) / 2;
}

static gint
by_number (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

/* Pass bands (-3 dB of the greatest gain) and what is rejected within. */
static void
find_bands (const GArray *steps, gdouble top, json_t *out)
{
  GArray *grid = g_array_new (FALSE, FALSE, sizeof (gdouble));
  json_t *bands = json_array (), *rejected = json_array ();
  gdouble *re, *im, greatest = 0, open = NAN, level;
  guint first;

  for (guint n = 0; n < GRID_POINTS; n++) {
    gdouble hz =
        GRID_LOWEST * pow (top / GRID_LOWEST, (gdouble) n / (GRID_POINTS - 1));

    g_array_append_val (grid, hz);
  }
  re = g_new (gdouble, 2 * GRID_POINTS);
  im = g_new (gdouble, 2 * GRID_POINTS);
  gain_of (steps, steps->len, (gdouble *) grid->data, grid->len, re, im);
  for (guint n = 0; n < grid->len; n++) {
    re[n] = hypot (re[n], im[n]);
    greatest = MAX (greatest, re[n]);
  }
  level = greatest * G_SQRT2 / 2;
  /* A notch can be narrower than the grid; its foot shows. */
  first = grid->len;
  for (guint n = 1; n + 1 < first; n++)
    if (re[n] < re[n - 1] && re[n] <= re[n + 1]) {
      gdouble lo = g_array_index (grid, gdouble, n - 1);
      gdouble hz =
          least_between (steps, lo, g_array_index (grid, gdouble, n + 1));
      gdouble db = 20 * log10 (magnitude (steps, hz) / greatest);

      if (db > REJECTED_DB)
        continue;
      g_array_append_val (grid, hz);
      json_array_append_new (
          rejected, json_pack ("{s:f,s:o}", "hz", hz, "db", real_or_null (db)));
    }
  g_array_sort (grid, by_number);
  gain_of (steps, steps->len, (gdouble *) grid->data, grid->len, re, im);
  for (guint n = 0; n < grid->len && greatest > 0; n++) {
    gboolean in = hypot (re[n], im[n]) >= level;
    gdouble hz = g_array_index (grid, gdouble, n);

    if (in && isnan (open))
      open = n ? corner_between (
                     steps, g_array_index (grid, gdouble, n - 1), hz, level)
               : 0;
    if (!in && !isnan (open)) {
      json_array_append_new (
          bands, json_pack ("[f,f]", open,
                     corner_between (steps,
                         g_array_index (grid, gdouble, n - 1), hz, level)));
      open = NAN;
    }
  }
  if (!isnan (open))
    json_array_append_new (bands, json_pack ("[f,f]", open, top));
  json_object_set_new (out, "greatest-gain", real_or_null (greatest));
  json_object_set_new (out, "pass-bands", bands);
  json_object_set_new (out, "rejected", rejected);
  g_free (re);
  g_free (im);
  g_array_unref (grid);
}

static void
table_of (const GArray *steps, gdouble top, json_t *out)
{
  json_t *table = json_array (), *delays = json_array ();

  for (guint n = 0; n < G_N_ELEMENTS (table_hz); n++) {
    gdouble hz = table_hz[n], re, im, gain;

    if (hz >= top || !gain_of (steps, steps->len, &hz, 1, &re, &im))
      continue;
    gain = hypot (re, im);
    json_array_append_new (table,
        json_pack ("{s:f,s:f,s:o,s:o,s:o}", "hz", hz, "gain", gain, "db",
            real_or_null (20 * log10 (gain)), "phase-deg",
            real_or_null (gain < NO_GAIN ? NAN : atan2 (im, re) * 180 / G_PI),
            "delay", real_or_null (group_delay (steps, hz))));
  }
  for (guint n = 0; n < G_N_ELEMENTS (delay_hz); n++)
    if (delay_hz[n] < top)
      json_array_append_new (
          delays, json_pack ("{s:f,s:o}", "hz", delay_hz[n], "delay",
                      real_or_null (group_delay (steps, delay_hz[n]))));
  json_object_set_new (out, "response", table);
  json_object_set_new (out, "delays", delays);
}

/* What the stage says about itself; FALSE: its settings cannot work. */
static gboolean
describe_step (Explain *x, Step *step)
{
  const gchar *factory = step->stage->factory;
  gboolean source = step->way == NULL;
  gboolean sink = step->stage->n_out == 0;
  GstStructure *s;
  gdouble frames;

  step->out_rate = graph_changes_rate (factory) ? 0 : step->rate;
  step->alias = NAN;
  if (GST_IS_EEG_RESPONSE (step->element) && step->rate > 0) {
    gdouble hz = 1, re, im;

    s = gst_eeg_response_describe (
        GST_EEG_RESPONSE (step->element), step->rate);
    if (!s) {
      gchar rate[G_ASCII_DTOSTR_BUF_SIZE];
      g_autoptr (GError) why = NULL;

      gst_eeg_response_check (
          GST_EEG_RESPONSE (step->element), step->rate, &why);
      g_set_error (&x->error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
          "The settings of \"%s\" (%s) are impossible at its rate of %s "
          "samples per second: %s",
          step->stage->id, factory,
          g_ascii_formatd (rate, sizeof rate, "%.9g", step->rate),
          why ? why->message : "nothing is known of the reason");
      return FALSE;
    }
    gst_structure_get_double (s, "out-rate", &step->out_rate);
    gst_structure_get_double (s, "delay", &step->delay);
    gst_structure_get_double (s, "latency", &step->latency);
    gst_structure_get_double (s, "settling", &step->settling);
    gst_structure_get_double (s, "alias-attenuation", &step->alias);
    step->text = g_strdup (gst_structure_get_string (s, "text"));
    gst_structure_free (s);
    step->answers = gst_eeg_response_evaluate (
        GST_EEG_RESPONSE (step->element), step->rate, &hz, 1, &re, &im);
    step->unknown = !step->answers;
  } else if (source) {
    step->text = g_strdup ("makes the samples; nothing before them is known");
  } else if (sink) {
    step->text = g_strdup ("takes the samples as they are");
  } else if (g_strv_contains (transparent, factory)) {
    step->text = g_strdup ("hands the samples on as they are");
  } else {
    step->text = g_strdup ("does not say what it does; left out of the total");
    step->unknown = TRUE;
    for (guint n = 0; n < G_N_ELEMENTS (known); n++)
      if (!strcmp (known[n].factory, factory)) {
        graph_set_text (&step->text, known[n].text);
        step->unknown = known[n].unknown;
      }
  }
  if (source && step->rate > 0) {
    frames = graph_number_property (step->element, "samples-per-buffer", NAN);
    if (frames == 0)
      frames = MAX (1, floor (step->rate / AUTO_HZ));
    if (frames > 0)
      step->buffering = frames / step->rate;
  }
  if (sink)
    step->buffering =
        graph_number_property (step->element, "batch-ms", 0) / 1000;
  return TRUE;
}

static json_t *
path_to_json (Explain *x, const GArray *steps)
{
  json_t *path = json_object (), *list = json_array (),
         *unknown = json_array (), *queues = json_array ();
  const Step *first = &g_array_index (steps, Step, 0);
  const Step *last = &g_array_index (steps, Step, steps->len - 1);
  gdouble latency = 0, settling = 0, alias = NAN, buffering = 0,
          top = first->rate / 2, waiting = 0;

  for (guint n = 0; n < steps->len; n++) {
    const Step *step = &g_array_index (steps, Step, n);

    latency += step->latency;
    settling += step->settling;
    buffering += step->buffering;
    alias = fmin (alias, step->alias);
    top = fmin (top, step->out_rate / 2);
    if (step->unknown)
      json_array_append_new (unknown, json_string (step->stage->id));
    if (step->way && graph_link_has_queue (x->graph, step->way)) {
      const GraphQueue *q = &step->way->queue;

      json_array_append_new (
          queues, json_pack ("{s:s,s:f,s:I,s:s}", "before", step->stage->id,
                      "max-time", q->max_time_ms / 1000.0, "max-buffers",
                      (json_int_t) q->max_buffers, "leaky",
                      graph_leaky_names[q->leaky]));
      waiting += q->max_time_ms / 1000.0;
    }
    json_array_append_new (list,
        json_pack ("{s:s,s:s,s:o,s:o,s:s,s:f,s:f,s:f,s:o,s:f}", "id",
            step->stage->id, "element", step->stage->factory, "rate",
            real_or_null (step->rate > 0 ? step->rate : NAN), "out-rate",
            real_or_null (step->out_rate > 0 ? step->out_rate : NAN), "text",
            step->text ? step->text : "", "delay", step->delay, "latency",
            step->latency, "settling", step->settling, "alias-attenuation",
            real_or_null (step->alias), "buffering", step->buffering));
  }
  json_object_set_new (path, "from", json_string (first->stage->id));
  json_object_set_new (path, "to", json_string (last->stage->id));
  json_object_set_new (path, "stages", list);
  json_object_set_new (path, "unknown", unknown);
  json_object_set_new (
      path, "rate", real_or_null (first->rate > 0 ? first->rate : NAN));
  json_object_set_new (
      path, "out-rate", real_or_null (last->rate > 0 ? last->rate : NAN));
  if (top > 0) {
    table_of (steps, top, path);
    find_bands (steps, top, path);
  }
  json_object_set_new (path, "settling", json_real (settling));
  json_object_set_new (path, "alias-attenuation", real_or_null (alias));
  json_object_set_new (path, "latency",
      json_pack ("{s:f,s:f,s:f,s:f,s:o}", "total", buffering + latency,
          "buffering", buffering, "stages", latency, "queues-at-most", waiting,
          "queues", queues));
  return path;
}

/* Follows every way on from the last of @steps. */
static gboolean
follow (Explain *x, GArray *steps)
{
  const Step *last = &g_array_index (steps, Step, steps->len - 1);
  const GraphStage *stage = last->stage;
  gdouble rate = last->out_rate;

  if (stage->n_out == 0) {
    if (json_array_size (x->paths) < MAX_PATHS)
      json_array_append_new (x->paths, path_to_json (x, steps));
    else
      x->left_out++;
    return x->left_out < MAX_COUNTED;
  }
  for (guint n = 0; n < x->graph->links->len; n++) {
    const GraphLink *link = g_ptr_array_index (x->graph->links, n);
    Step next = {0};
    gboolean ok;

    if (link->from != stage)
      continue;
    next.stage = link->to;
    next.way = link;
    next.element = g_hash_table_lookup (x->elements, link->to);
    next.rate = graph_caps_rate (link, rate);
    ok = describe_step (x, &next);
    g_array_append_val (steps, next);
    ok = ok && follow (x, steps);
    g_array_set_size (steps, steps->len - 1);
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

static gboolean
follow_from (Explain *x, const GraphStage *source)
{
  GArray *steps = g_array_new (FALSE, TRUE, sizeof (Step));
  Step step = {0};
  gboolean ok;

  g_array_set_clear_func (steps, step_clear);
  step.stage = source;
  step.element = g_hash_table_lookup (x->elements, source);
  step.rate = graph_number_property (step.element, "rate", 0);
  for (guint n = 0; n < x->graph->links->len && step.rate <= 0; n++) {
    const GraphLink *link = g_ptr_array_index (x->graph->links, n);

    if (link->from == source)
      step.rate = graph_caps_rate (link, 0);
  }
  ok = describe_step (x, &step);
  g_array_append_val (steps, step);
  ok = ok && follow (x, steps);
  g_array_unref (steps);
  return ok;
}

static json_t *
explain (GstEegGraph *graph, GError **error)
{
  Explain x = {graph, NULL, NULL, 0, NULL};
  gboolean ok = TRUE;
  json_t *root;

  if (!graph->checked && !gst_eeg_graph_check (graph)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "The graph \"%s\" has errors", graph->source);
    return NULL;
  }
  x.paths = json_array ();
  x.elements = graph_make_elements (graph, &x.error);
  ok = x.elements != NULL;
  for (guint n = 0; n < graph->stages->len && ok; n++) {
    GraphStage *s = g_ptr_array_index (graph->stages, n);

    if (s->n_in == 0)
      ok = follow_from (&x, s);
  }
  g_clear_pointer (&x.elements, g_hash_table_unref);
  if (x.error) {
    json_decref (x.paths);
    g_propagate_error (error, x.error);
    return NULL;
  }
  root = json_pack ("{s:s,s:s,s:o,s:i}", "file", graph->source, "name",
      gst_eeg_graph_get_name (graph), "paths", x.paths, "paths-left-out",
      (int) x.left_out);
  return root;
}

/**
 * gst_eeg_graph_explain_to_json:
 * @graph: a graph
 * @error: (out) (optional): why there is nothing to explain
 *
 * What every way from a source to a sink does: its stages, gain and delay at
 * useful frequencies, pass bands, settling, alias attenuation, latency. Times
 * are seconds, frequencies Hz, null stands for unknown or without meaning. A
 * delay is that of the signal against its timestamps; the latency is how much
 * later than the instant of sampling a result leaves.
 *
 * Returns: (transfer full) (nullable): a JSON object
 */
gchar *
gst_eeg_graph_explain_to_json (GstEegGraph *graph, GError **error)
{
  json_t *root;
  gchar *copy;
  char *text;

  g_return_val_if_fail (graph != NULL, NULL);
  root = explain (graph, error);
  if (!root)
    return NULL;
  text = json_dumps (root, JSON_INDENT (2));
  copy = g_strdup (text);
  free (text);
  json_decref (root);
  return copy;
}

/* @json as a number in C notation, "-" for null. */
static const gchar *
number (gchar *buffer, const gchar *format, const json_t *json, gdouble scale)
{
  if (!json_is_number (json))
    return "-";
  return g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, format,
      json_number_value (json) * scale);
}

static void
append_path (GString *s, json_t *path)
{
  gchar a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE],
      c[G_ASCII_DTOSTR_BUF_SIZE];
  json_t *v, *latency = json_object_get (path, "latency");
  gsize n;

  g_string_append (s, "\n");
  json_array_foreach (json_object_get (path, "stages"), n, v)
      g_string_append_printf (s, "%s%s", n ? " -> " : "",
          json_string_value (json_object_get (v, "id")));
  g_string_append (s, "\n\n  stage            element          Hz in  does\n");
  json_array_foreach (json_object_get (path, "stages"), n, v)
      g_string_append_printf (s, "  %-16s %-14s %7s  %s\n",
          json_string_value (json_object_get (v, "id")),
          json_string_value (json_object_get (v, "element")),
          number (a, "%.7g", json_object_get (v, "rate"), 1),
          json_string_value (json_object_get (v, "text")));
  if (json_array_size (json_object_get (path, "unknown")) > 0)
    g_string_append (
        s, "\n  The figures leave out the stages that do not tell.\n");
  if (!json_object_get (path, "response")) {
    g_string_append (s, "\n  The rate is not known before it runs; a link with "
                        "\"caps\" that hold a rate tells it.\n");
  } else {
    g_string_append (s, "\n       Hz        gain          dB    delay ms\n");
    json_array_foreach (json_object_get (path, "response"), n, v)
        g_string_append_printf (s, "  %7s %11s %11s %11s\n",
            number (a, "%.4g", json_object_get (v, "hz"), 1),
            number (b, "%.6f", json_object_get (v, "gain"), 1),
            number (c, "%.3f", json_object_get (v, "db"), 1),
            json_is_number (json_object_get (v, "delay"))
                ? number ((gchar[G_ASCII_DTOSTR_BUF_SIZE]){0}, "%.2f",
                      json_object_get (v, "delay"), 1000)
                : "-");
    g_string_append (s, "\n  pass band        ");
    json_array_foreach (json_object_get (path, "pass-bands"), n, v)
        g_string_append_printf (s, "%s%s to %s Hz", n ? ", " : "",
            number (a, "%.4g", json_array_get (v, 0), 1),
            number (b, "%.4g", json_array_get (v, 1), 1));
    g_string_append (s, n ? " (-3 dB)\n" : "none\n");
    if (json_array_size (json_object_get (path, "rejected")) > 0)
      g_string_append (s, "  rejected         ");
    json_array_foreach (json_object_get (path, "rejected"), n, v)
        g_string_append_printf (s, "%s%s Hz", n ? ", " : "",
            number (a, "%.5g", json_object_get (v, "hz"), 1));
    if (n)
      g_string_append_c (s, '\n');
    g_string_append (s, "  delay            ");
    json_array_foreach (json_object_get (path, "delays"), n, v)
        g_string_append_printf (s, "%s%s ms at %s Hz", n ? ", " : "",
            number (b, "%.2f", json_object_get (v, "delay"), 1000),
            number (a, "%.4g", json_object_get (v, "hz"), 1));
    g_string_append (s, " (against the timestamps)\n");
  }
  g_string_append_printf (s, "  settling         %s s until below 1 %%\n",
      number (a, "%.4g", json_object_get (path, "settling"), 1));
  if (json_is_number (json_object_get (path, "alias-attenuation")))
    g_string_append_printf (s, "  aliases          %s dB or lower\n",
        number (a, "%.4g", json_object_get (path, "alias-attenuation"), -1));
  else
    g_string_append (s, "  aliases          the rate is not lowered\n");
  g_string_append_printf (s,
      "  latency          %s ms: %s ms until buffers fill, %s ms in stages\n",
      number (a, "%.2f", json_object_get (latency, "total"), 1000),
      number (b, "%.2f", json_object_get (latency, "buffering"), 1000),
      number (c, "%.2f", json_object_get (latency, "stages"), 1000));
  json_array_foreach (json_object_get (latency, "queues"), n, v)
      g_string_append_printf (s,
          "  queue            before %s: up to %s ms%s\n",
          json_string_value (json_object_get (v, "before")),
          json_number_value (json_object_get (v, "max-time")) > 0
              ? number (a, "%.6g", json_object_get (v, "max-time"), 1000)
              : "unlimited",
          strcmp (json_string_value (json_object_get (v, "leaky")), "no")
              ? ", then samples are dropped"
              : ", then the source waits");
}

/**
 * gst_eeg_graph_explain_to_text:
 * @graph: a graph
 * @error: (out) (optional): why there is nothing to explain
 *
 * The figures of gst_eeg_graph_explain_to_json() as a table for people, with a
 * decimal point in every locale.
 *
 * Returns: (transfer full) (nullable): several lines
 */
gchar *
gst_eeg_graph_explain_to_text (GstEegGraph *graph, GError **error)
{
  json_t *root, *path;
  GString *s;
  gsize n;
  json_int_t left_out;

  g_return_val_if_fail (graph != NULL, NULL);
  root = explain (graph, error);
  if (!root)
    return NULL;
  s = g_string_new (NULL);
  g_string_append_printf (s, "%s: %u way(s) from a source to a sink\n",
      json_string_value (json_object_get (root, "name")),
      (guint) json_array_size (json_object_get (root, "paths")));
  json_array_foreach (json_object_get (root, "paths"), n, path)
      append_path (s, path);
  left_out = json_integer_value (json_object_get (root, "paths-left-out"));
  if (left_out)
    g_string_append_printf (
        s, "\n%" JSON_INTEGER_FORMAT " further ways are left out.\n", left_out);
  json_decref (root);
  return g_string_free (s, FALSE);
}
