/* perf-check: whole elements and pipelines
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib/gstdio.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/eeg.h>

#include "harness.h"
#include "perf-pipelines.h"

#define CHANNELS 32
#define RATE     4000
#define ROUNDS   31

/* --- elements, pushed to directly ------------------------------------------- */
typedef struct
{
  GstElement *bin;
  GstPad *src, *sink;
  GstBuffer *template;
  guint buffers; /* per run */
  guint64 next;
  guint frames;
} Line;

static GstFlowReturn
drop (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Coefficients of audioiirfilter are GValueArrays, which no text can hold. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
set_coefficients (const GValue *item, gpointer data)
{
  static const gdouble a[] = {1.0, -1.9, 0.91}, b[] = {0.95, -1.9, 0.95};
  GstElement *e = g_value_get_object (item);
  GValueArray *va, *vb;
  GValue v = G_VALUE_INIT;
  guint i;

  if (!g_object_class_find_property (G_OBJECT_GET_CLASS (e), "b"))
    return;
  va = g_value_array_new (3);
  vb = g_value_array_new (3);
  g_value_init (&v, G_TYPE_DOUBLE);
  for (i = 0; i < 3; i++) {
    g_value_set_double (&v, a[i]);
    g_value_array_append (va, &v);
    g_value_set_double (&v, b[i]);
    g_value_array_append (vb, &v);
  }
  g_object_set (e, "a", va, "b", vb, NULL);
  g_value_array_free (va);
  g_value_array_free (vb);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static gboolean
line_open (Line *l, const gchar *description, const gchar *format, guint frames,
    guint buffers)
{
  const gboolean counts = strcmp (format, "S24_32LE") == 0;
  g_autofree gchar *text = g_strdup_printf (
      "audio/x-raw,format=%s,layout=interleaved,rate=%d,channels=%d,"
      "channel-mask=(bitmask)0x0,eeg-unit=%s,eeg-full-scale=(double)%s",
      format, RATE, CHANNELS, counts ? "adc" : "V", counts ? "0.1875" : "1.0");
  GstCaps *caps = gst_caps_from_string (text);
  GError *error = NULL;
  GstSegment segment;
  GstPad *pad;
  GstMapInfo map;
  guint i;

  memset (l, 0, sizeof *l);
  l->src = gst_pad_new ("src", GST_PAD_SRC);
  l->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (l->sink, drop);
  gst_pad_set_active (l->src, TRUE);
  gst_pad_set_active (l->sink, TRUE);
  if (!description) {
    gst_pad_link (l->src, l->sink);
    goto linked;
  }
  /* An element alone has no ghost pads around it. */
  l->bin = strchr (description, '!')
               ? gst_parse_bin_from_description (description, TRUE, &error)
               : gst_parse_launch (description, &error);
  if (!l->bin || error) {
    printf ("SKIP %s: %s\n", description, error ? error->message : "missing");
    g_clear_error (&error);
    gst_clear_object (&l->bin);
    gst_clear_object (&l->src);
    gst_clear_object (&l->sink);
    gst_caps_unref (caps);
    return FALSE;
  }
  if (strstr (description, "audioiirfilter")) {
    GstIterator *it = gst_bin_iterate_elements (GST_BIN (l->bin));

    gst_iterator_foreach (it, set_coefficients, NULL);
    gst_iterator_free (it);
  }
  pad = gst_element_get_static_pad (l->bin, "sink");
  gst_pad_link (l->src, pad);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (l->bin, "src");
  gst_pad_link (pad, l->sink);
  gst_object_unref (pad);
  gst_element_set_state (l->bin, GST_STATE_PLAYING);
linked:
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (l->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (l->src, gst_event_new_caps (caps));
  gst_pad_push_event (l->src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  l->frames = frames;
  l->buffers = buffers;
  l->template =
      gst_buffer_new_allocate (NULL, (gsize) frames * CHANNELS * 4, NULL);
  gst_buffer_map (l->template, &map, GST_MAP_WRITE);
  for (i = 0; i < frames * CHANNELS; i++) {
    if (counts)
      ((gint32 *) map.data)[i] = rand () % 100000 - 50000;
    else
      ((gfloat *) map.data)[i] = (gfloat) (rand () % 1000) * 1e-7f;
  }
  gst_buffer_unmap (l->template, &map);
  return TRUE;
}

static void
line_close (Line *l)
{
  if (!l->src)
    return;
  if (l->bin)
    gst_element_set_state (l->bin, GST_STATE_NULL);
  gst_clear_object (&l->bin);
  gst_object_unref (l->src);
  gst_object_unref (l->sink);
  gst_buffer_unref (l->template);
}

/* A deep copy each: whoever works in place gets fresh data, and all variants
 * pay for the copy alike. */
static void
line_run (gpointer data)
{
  Line *l = data;
  guint i;

  for (i = 0; i < l->buffers; i++) {
    GstBuffer *b = gst_buffer_copy_deep (l->template);

    GST_BUFFER_OFFSET (b) = l->next;
    GST_BUFFER_OFFSET_END (b) = l->next + l->frames;
    GST_BUFFER_PTS (b) = gst_util_uint64_scale (l->next, GST_SECOND, RATE);
    l->next += l->frames;
    gst_pad_push (l->src, b);
  }
}

typedef struct
{
  const gchar *name, *description, *format;
} LineSpec;

/* Fills @r for the variants that exist; 0 when the anchor is missing. */
static guint
compare_lines (const gchar *name, const LineSpec *specs, guint n, guint frames,
    guint buffers, BenchResult *r)
{
  Line lines[8];
  BenchVariant v[8];
  Bench b = {name, "buffer", buffers, v, 0, ROUNDS};
  guint i;

  for (i = 0; i < n; i++) {
    if (!line_open (&lines[i], specs[i].description, specs[i].format, frames,
            buffers)) {
      if (i == 0)
        return 0;
      continue;
    }
    /* Until the transient of a filter has passed, and is reported no more. */
    while (lines[i].next < 60 * RATE)
      line_run (&lines[i]);
    v[b.n_variants].name = specs[i].name;
    v[b.n_variants].run = line_run;
    v[b.n_variants].data = &lines[i];
    b.n_variants++;
  }
  bench_run (&b, r);
  bench_report (&b, r);
  for (i = 0; i < n; i++)
    line_close (&lines[i]);
  return b.n_variants;
}

#define OUR_FILTER "eegfilter highpass=1 lowpass=45 notch=50"
/* The same work: five second-order sections. */
#define STOCK_FILTER                                                           \
  "audioiirfilter ! audioiirfilter ! audioiirfilter ! audioiirfilter ! "       \
  "audioiirfilter"

/* The kernel alone on so many buffers. */
typedef struct
{
  EegDspCascade *cascade;
  guint frames, buffers;
} Alone;

static gfloat alone_data[400 * CHANNELS];

static void
alone_run (gpointer data)
{
  Alone *a = data;
  guint i;

  for (i = 0; i < a->buffers; i++)
    eeg_dsp_cascade_process_f32 (a->cascade, alone_data, alone_data, a->frames);
}

static EegDspCascade *
same_cascade (void)
{
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, RATE, 1};
  EegDspSection s[8];
  gint n = eeg_dsp_design (&spec, s, NULL, 0);

  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  n += eeg_dsp_design (&spec, s + n, NULL, 0);
  n += eeg_dsp_design_notch (RATE, 50, 30, s + n, NULL, 0);
  return eeg_dsp_cascade_new (s, n, CHANNELS);
}

/* What the element adds to its kernel, and how it stands to stock ones. */
static void
bench_filter_element (guint frames, guint buffers, guint *missed)
{
  g_autofree gchar *name =
      g_strdup_printf ("filter element, %d ch x %u frames", CHANNELS, frames);
  g_autofree gchar *what =
      g_strdup_printf ("%s, beyond 1.15 of the kernel, ns", name);
  g_autofree gchar *stock = g_strdup_printf ("%s, against stock filters", name);
  Alone alone = {same_cascade (), frames, buffers};
  Line lines[3];
  const BenchVariant v[] = {{"5 x audioiirfilter", line_run, &lines[0]},
      {"eegfilter, 5 sections", line_run, &lines[1]},
      {"the pads alone", line_run, &lines[2]},
      {"the kernel alone", alone_run, &alone}};
  Bench b = {name, "buffer", buffers, v, G_N_ELEMENTS (v), ROUNDS};
  const gchar *texts[] = {STOCK_FILTER, OUR_FILTER, NULL};
  gboolean complete = TRUE;
  BenchResult r[4];
  guint i;

  for (i = 0; i < 400 * CHANNELS; i++)
    alone_data[i] = (gfloat) (rand () % 1000) * 1e-7f;
  for (i = 0; i < 3; i++) {
    complete &= line_open (&lines[i], texts[i], "F32LE", frames, buffers);
    while (complete && i > 0 && lines[i].next < 60 * RATE)
      line_run (&lines[i]);
  }
  if (complete) {
    bench_run (&b, r);
    bench_report (&b, r);
    bench_gate (stock, r[1].ratio, 10, missed);
    bench_gate_at_most (what,
        r[1].median_ns - r[2].median_ns - 1.15 * r[3].median_ns, 200, missed);
  }
  for (i = 0; i < 3; i++)
    line_close (&lines[i]);
  eeg_dsp_cascade_free (alone.cascade);
}

void
bench_elements (guint *missed)
{
  static const LineSpec overhead[] = {{"identity", "identity", "F32LE"},
      {"the pads alone", NULL, "F32LE"},
      {"eeggain (gain=1)", "eeggain", "F32LE"},
      {"eeggain gain=2", "eeggain gain=2", "F32LE"},
      {"volume volume=2", "volume volume=2", "F32LE"},
      {"eegtovoltage", "eegtovoltage", "S24_32LE"},
      {"eegfilter, off", "eegfilter", "F32LE"}};
  BenchResult r[8];

  if (compare_lines ("element, 32 ch x 16 frames", overhead, 7, 16, 400, r) >=
      3)
    bench_gate (
        "eeggain passthrough against identity", r[2].ratio, 1 / 1.2, missed);
  bench_filter_element (16, 40, missed);
  bench_filter_element (400, 4, missed);
}

/* --- chains ------------------------------------------------------------------ */
static gdouble
processor_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Runs until EOS. Seconds of processor time of all threads, negative after an
 * error. */
static gdouble
play (const gchar *line)
{
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);
  gdouble seconds = -1;
  GstBus *bus;
  GstMessage *m;
  gdouble t;

  if (!p || error) {
    printf ("SKIP %s: %s\n", line, error ? error->message : "");
    g_clear_error (&error);
    gst_clear_object (&p);
    return -1;
  }
  bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PAUSED);
  gst_element_get_state (p, NULL, NULL, GST_CLOCK_TIME_NONE);
  t = processor_seconds ();
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS)
    seconds = processor_seconds () - t;
  if (m)
    gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (p);
  return seconds;
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

void
bench_offline (guint *missed)
{
#define CHEAP                                                                  \
  "eegtestsrc wave=counter is-live=false channels=32 rate=4000 "               \
  "samples-per-buffer=400 num-buffers=%d"
#define CHIP                                                                   \
  "ads1299src is-live=false chips=4 rate=4000 samples-per-buffer=400 "         \
  "num-buffers=%d"
#define CSV(to) " ! csvsink if-exists=overwrite location=" to
  static const struct
  {
    const gchar *name, *line;
    gdouble goal;
  } chains[] = {
      {"counter alone", CHEAP " ! fakesink", 0},
      {"counter, filter", CHEAP " ! " OUR_FILTER " ! fakesink", 0},
      {"counter, filter, CSV to /dev/null",
          CHEAP " ! " OUR_FILTER CSV ("/dev/null"), 1000},
      {"counter, filter, CSV to a file", CHEAP " ! " OUR_FILTER CSV ("%s"),
          1000},
      {"simulated chip alone", CHIP " ! fakesink", 0},
      {"chip, volts, filter, CSV to a file",
          CHIP " ! eegtovoltage ! " OUR_FILTER CSV ("%s"), 0},
  };
  const gint buffers = 1000; /* 100 s of signal */
  gdouble times[G_N_ELEMENTS (chains)][5];
  g_autofree gchar *dir = g_dir_make_tmp ("perf-check-XXXXXX", NULL);
  g_autofree gchar *csv = g_build_filename (dir, "x.csv", NULL);
  g_autofree gchar *json = g_build_filename (dir, "x.json", NULL);
  guint i, k;

  for (k = 0; k < 5; k++) {
    for (i = 0; i < G_N_ELEMENTS (chains); i++) {
      g_autofree gchar *line = g_strdup_printf (chains[i].line, buffers, csv);

      times[i][k] = play (line);
    }
  }
  printf ("offline, 32 ch x 4 kS/s, buffers of 400 (processor time, median of "
          "5 runs)\n");
  for (i = 0; i < G_N_ELEMENTS (chains); i++) {
    gdouble x;

    qsort (times[i], 5, sizeof (gdouble), compare_doubles);
    x = times[i][2] > 0 ? buffers * 400.0 / RATE / times[i][2] : 0;
    printf ("  %-34s %8.1f x real time\n", chains[i].name, x);
    bench_note ("offline", chains[i].name, x);
    if (chains[i].goal > 0 && x > 0)
      bench_gate (chains[i].name, x, chains[i].goal, missed);
  }
  g_unlink (csv);
  g_unlink (json);
  g_rmdir (dir);
}

/* --- latency ------------------------------------------------------------------ */
#define MAX_STAMPS 4096
typedef struct
{
  gdouble us[MAX_STAMPS];
  guint n;
} Stamps;

/* A sample cannot leave before it has happened: its buffer is due at the time
 * of its end. What is later than that is latency. */
static void
arrived (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Stamps *s = data;
  GstClock *clock = gst_element_get_clock (sink);

  if (!clock)
    return;
  if (s->n < MAX_STAMPS)
    s->us[s->n++] =
        ((gdouble) gst_clock_get_time (clock) -
            gst_element_get_base_time (sink) - GST_BUFFER_PTS (buffer) -
            GST_BUFFER_DURATION (buffer)) /
        1e3;
  gst_object_unref (clock);
}

static void
latency_of (const gchar *name, const gchar *chain)
{
  g_autofree gchar *line = g_strdup_printf (
      "eegtestsrc is-live=true wave=sine channels=32 rate=4000 "
      "samples-per-buffer=16 num-buffers=1000 %s ! fakesink name=end "
      "sync=false signal-handoffs=true",
      chain);
  Stamps *s = g_new0 (Stamps, 1);
  GstElement *p = gst_parse_launch (line, NULL);
  GstElement *end = gst_bin_get_by_name (GST_BIN (p), "end");
  GstBus *bus = gst_element_get_bus (p);
  GstMessage *m;

  g_signal_connect (end, "handoff", G_CALLBACK (arrived), s);
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS && s->n > 100) {
    qsort (s->us, s->n, sizeof (gdouble), compare_doubles);
    printf ("  %-34s p50 %7.1f us  p99 %7.1f us  max %8.1f us  (%u buffers)\n",
        name, s->us[s->n / 2], s->us[s->n * 99 / 100], s->us[s->n - 1], s->n);
    bench_note ("latency p50 us", name, s->us[s->n / 2]);
    bench_note ("latency p99 us", name, s->us[s->n * 99 / 100]);
  }
  if (m)
    gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (end);
  gst_object_unref (p);
  g_free (s);
}

void
bench_latency (void)
{
  printf (
      "latency, from the last sample of a buffer to the sink (wall time)\n");
  latency_of ("source to sink", "");
  latency_of ("source, filter, sink", "! " OUR_FILTER);
  latency_of ("source, filter, queue, sink", "! " OUR_FILTER " ! queue");
}
