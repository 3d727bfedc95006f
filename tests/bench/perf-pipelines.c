/* perf-check: whole pipelines, without a clock and on it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib/gstdio.h>

#include "perf-lines.h"

static gdouble
processor_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median_of (gdouble *x, guint n)
{
  qsort (x, n, sizeof (gdouble), compare_doubles);
  return x[n / 2];
}

/* NULL, with SKIP printed, when an element is missing. */
static GstElement *
parse (const gchar *name, const gchar *line)
{
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);

  if (p && !error)
    return p;
  bench_skip (name, error ? error->message : "cannot be built");
  g_clear_error (&error);
  gst_clear_object (&p);
  return NULL;
}

/* Plays until EOS, then back to NULL; FALSE after an error. */
static gboolean
play_through (GstElement *p)
{
  GstBus *bus = gst_element_get_bus (p);
  GstMessage *m;
  gboolean ok;

  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ok = m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS;
  gst_clear_message (&m);
  gst_object_unref (bus);
  return ok;
}

/* Seconds of processor time of all threads, negative after an error. */
static gdouble
play (const gchar *name, const gchar *line)
{
  GstElement *p = parse (name, line);
  gdouble seconds = -1, t;

  if (!p)
    return -1;
  gst_element_set_state (p, GST_STATE_PAUSED);
  gst_element_get_state (p, NULL, NULL, GST_CLOCK_TIME_NONE);
  t = processor_seconds ();
  if (play_through (p))
    seconds = processor_seconds () - t;
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (p);
  return seconds;
}

/* --- without a clock --------------------------------------------------------------- */
#define RUNS 5

static void
bench_chains (void)
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
      {"counter, filter, by 16, CSV to a file",
          CHEAP " ! " OUR_FILTER " ! eegdownsample factor=16" CSV ("%s"), 0},
      {"simulated chip alone", CHIP " ! fakesink", 0},
      {"chip, volts, filter, CSV to a file",
          CHIP " ! eegtovoltage ! " OUR_FILTER CSV ("%s"), 0},
  };
  const gboolean quick = bench_is_quick ();
  const gint buffers = quick ? 100 : 1000; /* 10 or 100 s of signal */
  const guint runs = quick ? 1 : RUNS;
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  gdouble times[G_N_ELEMENTS (chains)][RUNS];
  g_autofree gchar *dir = g_dir_make_tmp ("perf-check-XXXXXX", NULL);
  g_autofree gchar *csv = g_build_filename (dir, "x.csv", NULL);
  g_autofree gchar *json = g_build_filename (dir, "x.json", NULL);

  for (guint k = 0; k < runs; k++) {
    for (guint i = 0; i < G_N_ELEMENTS (chains); i++) {
      g_autofree gchar *line = g_strdup_printf (chains[i].line, buffers, csv);

      times[i][k] = play (chains[i].name, line);
    }
  }
  printf ("offline, 32 ch x 4 kS/s, buffers of 400, %s (processor time, median "
          "of %u runs)\n",
      isa, runs);
  for (guint i = 0; i < G_N_ELEMENTS (chains); i++) {
    gdouble t = median_of (times[i], runs);
    gdouble x = t > 0 ? buffers * 400.0 / RATE / t : 0;
    g_autofree gchar *what =
        g_strdup_printf ("offline: %s, times real time", chains[i].name);

    printf ("  %-38s %8.1f x real time\n", chains[i].name, x);
    bench_note ("offline", chains[i].name, x);
    if (chains[i].goal > 0 && x > 0)
      bench_gate (what, isa, x, chains[i].goal);
  }
  g_unlink (csv);
  g_unlink (json);
  g_rmdir (dir);
}

/* Percent of a core that four spectra a second of 32 channels cost. */
static void
bench_spectrum_element (guint rate)
{
  static const gchar *const elements[] = {"identity",
      "eegspectrum post-messages=false", "eegspectrum max-frequency=125"};
  const guint seconds = bench_is_quick () ? 5 : 20,
              frames = MAX (1, rate / 250);
  const guint runs = bench_is_quick () ? 1 : RUNS;
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  gdouble times[G_N_ELEMENTS (elements)][RUNS];
  g_autofree gchar *group =
      g_strdup_printf ("eegspectrum, 32 ch x %u S/s, percent of a core", rate);

  for (guint k = 0; k < runs; k++)
    for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
      g_autofree gchar *line = g_strdup_printf (
          "eegtestsrc wave=counter is-live=false channels=%d rate=%u "
          "samples-per-buffer=%u num-buffers=%u ! %s ! fakesink sync=false",
          CHANNELS, rate, frames, seconds * rate / frames, elements[i]);

      times[i][k] = play (elements[i], line);
    }
  printf ("%s\n", group);
  for (guint i = 1; i < G_N_ELEMENTS (elements); i++) {
    gdouble percent =
        100 * (median_of (times[i], runs) - median_of (times[0], runs)) /
        seconds;

    printf ("  %-38s %8.3f %%\n", elements[i], percent);
    bench_note (group, elements[i], percent);
    if (i == 1)
      bench_gate_at_most (group, isa, percent, 0.5);
  }
}

void
bench_offline (void)
{
  bench_chains ();
  bench_spectrum_element (250);
  bench_spectrum_element (4000);
}

/* --- the bare loop -------------------------------------------------------------------- */
/* What every program pays that wakes up so often, and how late it wakes up: @us,
 * when there is room. */
static void
bare_loop (guint wakes, gdouble *us)
{
  const glong period = 1000000000L * 16 / RATE;
  struct timespec due, now;

  clock_gettime (CLOCK_MONOTONIC, &due);
  for (guint i = 0; i < wakes; i++) {
    due.tv_nsec += period;
    if (due.tv_nsec >= 1000000000L) {
      due.tv_nsec -= 1000000000L;
      due.tv_sec++;
    }
    while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL))
      ;
    clock_gettime (CLOCK_MONOTONIC, &now);
    if (us)
      us[i] = (gdouble) (now.tv_sec - due.tv_sec) * 1e6 +
              (gdouble) (now.tv_nsec - due.tv_nsec) / 1e3;
  }
}

/* --- at the stream's own pace ----------------------------------------------------------- */
#define LIVE                                                                   \
  "eegtestsrc is-live=true wave=counter channels=32 rate=4000 "                \
  "samples-per-buffer=16 num-buffers=%u ! "
#define SIX OUR_FILTER " ! eeggain ! identity ! identity ! identity ! identity"

/* Six elements and a source, beside a loop that wakes up as often. */
void
bench_pace (void)
{
  const guint slices = bench_is_quick () ? 1 : RUNS;
  const guint buffers = bench_is_quick () ? 100 : 500;
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  const gdouble seconds = buffers * 16.0 / RATE;
  g_autofree gchar *line =
      g_strdup_printf (LIVE SIX " ! fakesink sync=false", buffers);
  gdouble bare[RUNS], chain[RUNS], more[RUNS];

  for (guint k = 0; k < slices; k++) {
    gdouble t = processor_seconds ();

    bare_loop (buffers, NULL);
    bare[k] = 100 * (processor_seconds () - t) / seconds;
    t = play ("pace", line);
    if (t < 0)
      return;
    chain[k] = 100 * t / seconds;
    more[k] = chain[k] - bare[k];
  }
  printf ("at 32 ch x 4 kS/s, buffers of 16, percent of a core\n");
  bench_note ("percent of a core", "a loop that wakes up as often",
      median_of (bare, slices));
  bench_note ("percent of a core", "source and six elements",
      median_of (chain, slices));
  printf ("  %-38s %8.3f %%\n  %-38s %8.3f %%\n",
      "a loop that wakes up as often", median_of (bare, slices),
      "source and six elements", median_of (chain, slices));
  bench_gate_at_most ("percent of a core beyond the bare loop", isa,
      median_of (more, slices), 0.4);
  bench_gate_at_most ("percent of a core in all, on an idle machine", isa,
      median_of (chain, slices), 1);
}

/* --- latency ------------------------------------------------------------------ */
#define MAX_STAMPS 8192
typedef struct
{
  const gchar *name, *chain;
  gboolean fifo;
  gdouble us[MAX_STAMPS];
  guint n;
  guint64 next, lost; /* samples */
  gboolean refused;   /* no right to SCHED_FIFO */
} Stamps;

/* A sample cannot leave before it has happened: its buffer is due at the time
 * of its end. What is later than that is latency. */
static void
arrived (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  Stamps *s = data;
  GstClock *clock = gst_element_get_clock (sink);

  if (GST_BUFFER_OFFSET (buffer) != s->next)
    s->lost += GST_BUFFER_OFFSET (buffer) - s->next;
  s->next = GST_BUFFER_OFFSET_END (buffer);
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

/* In the streaming thread itself. */
static GstBusSyncReply
raise_priority (GstBus *bus, GstMessage *m, gpointer data)
{
  const struct sched_param high = {.sched_priority = 50};
  GstStreamStatusType type;
  Stamps *s = data;
  GstElement *owner;

  if (GST_MESSAGE_TYPE (m) != GST_MESSAGE_STREAM_STATUS)
    return GST_BUS_PASS;
  gst_message_parse_stream_status (m, &type, &owner);
  if (type == GST_STREAM_STATUS_TYPE_ENTER)
    s->refused |=
        pthread_setschedparam (pthread_self (), SCHED_FIFO, &high) != 0;
  return GST_BUS_PASS;
}

static void
latency_slice (Stamps *s, const gchar *source, guint buffers)
{
  g_autofree gchar *line =
      g_strdup_printf ("%s num-buffers=%u %s ! fakesink name=end sync=false "
                       "signal-handoffs=true",
          source, buffers, s->chain);
  GstElement *p = parse (s->name, line), *end;
  GstBus *bus;

  if (!p)
    return;
  end = gst_bin_get_by_name (GST_BIN (p), "end");
  bus = gst_element_get_bus (p);
  if (s->fifo)
    gst_bus_set_sync_handler (bus, raise_priority, s, NULL);
  s->next = 0;
  g_signal_connect (end, "handoff", G_CALLBACK (arrived), s);
  if (!play_through (p))
    s->refused = TRUE;
  gst_element_set_state (p, GST_STATE_NULL);
  /* What never came at the end is lost as well. */
  s->lost += (guint64) buffers * 16 - MIN (s->next, (guint64) buffers * 16);
  gst_object_unref (bus);
  gst_object_unref (end);
  gst_object_unref (p);
}

static void
report_latency (Stamps *s)
{
  guint n = s->n;

  if (s->refused || n < 50) {
    bench_skip (s->name, s->fifo ? "no right to SCHED_FIFO" : "does not run");
    return;
  }
  qsort (s->us, n, sizeof (gdouble), compare_doubles);
  printf ("  %-38s p50 %7.1f us  p99 %7.1f us  max %8.1f us  (%u buffers, "
          "%" G_GUINT64_FORMAT " samples lost)\n",
      s->name, s->us[n / 2], s->us[n * 99 / 100], s->us[n - 1], n, s->lost);
  bench_note ("latency p50 us", s->name, s->us[n / 2]);
  bench_note ("latency p99 us", s->name, s->us[n * 99 / 100]);
  bench_note ("latency max us", s->name, s->us[n - 1]);
  bench_note ("latency, samples lost", s->name, (gdouble) s->lost);
}

#define SOURCE                                                                 \
  "eegtestsrc is-live=true wave=sine channels=32 rate=4000 "                   \
  "samples-per-buffer=16"

static gint stop_burning;

static gpointer
burn (gpointer data)
{
  while (!g_atomic_int_get (&stop_burning))
    ;
  return NULL;
}

/* Samples in = samples out while twice as many threads want the processors as
 * there are: the simulated chip loses what is not fetched in time. */
static void
bench_lost_under_load (guint buffers)
{
  guint n = MIN (2 * g_get_num_processors (), 64);
  Stamps *s = g_new0 (Stamps, 1);
  GThread *threads[64];
  const gchar *source = SOURCE;
  GstElementFactory *chip = gst_element_factory_find ("ads1299src");

  if (chip)
    source = "ads1299src is-live=true chips=4 rate=4000 samples-per-buffer=16";
  s->name = chip ? "chip, filter, twice as much load"
                 : "source, filter, twice as much load";
  s->chain = chip ? "! eegtovoltage ! " OUR_FILTER : "! " OUR_FILTER;
  gst_clear_object (&chip);
  g_atomic_int_set (&stop_burning, FALSE);
  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("load", burn, NULL);
  latency_slice (s, source, buffers);
  g_atomic_int_set (&stop_burning, TRUE);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  report_latency (s);
  bench_gate_at_most (
      "samples lost under twice the load", NULL, (gdouble) s->lost, 0);
  g_free (s);
}

void
bench_latency (void)
{
  static const struct
  {
    const gchar *name, *chain;
    gboolean fifo;
  } chains[] = {{"source to sink", "", FALSE},
      {"source, filter, sink", "! " OUR_FILTER, FALSE},
      {"source, filter, queue, sink", "! " OUR_FILTER " ! queue", FALSE},
      {"source, filter, sink, SCHED_FIFO", "! " OUR_FILTER, TRUE}};
  const guint slices = bench_is_quick () ? 1 : RUNS;
  const guint buffers = bench_is_quick () ? 60 : 1000;
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  Stamps *s = g_new0 (Stamps, G_N_ELEMENTS (chains) + 1);
  Stamps *bare = &s[G_N_ELEMENTS (chains)];
  guint64 lost = 0;

  bare->name = "lateness of a bare loop";
  for (guint k = 0; k < slices; k++) {
    for (guint i = 0; i < G_N_ELEMENTS (chains); i++) {
      s[i].name = chains[i].name;
      s[i].chain = chains[i].chain;
      s[i].fifo = chains[i].fifo;
      latency_slice (&s[i], SOURCE, buffers);
    }
    bare_loop (buffers, bare->us + bare->n);
    bare->n += buffers;
  }
  printf (
      "latency, from the last sample of a buffer to the sink (wall time)\n");
  report_latency (bare);
  for (guint i = 0; i < G_N_ELEMENTS (chains); i++) {
    report_latency (&s[i]);
    lost += s[i].lost;
  }
  if (perf_hot_work () > 0 && s[1].n > 0)
    bench_gate_at_most ("latency p50 of source, filter, sink, times hot work",
        isa, s[1].us[s[1].n / 2] / (perf_hot_work () / 1e3), 10);
  if (!s[3].refused && s[3].n > 0) {
    bench_gate_at_most ("latency p99 with SCHED_FIFO, us", isa,
        s[3].us[s[3].n * 99 / 100], 100);
    bench_gate_at_most (
        "latency, longest with SCHED_FIFO, us", isa, s[3].us[s[3].n - 1], 1000);
  }
  bench_gate_at_most ("samples lost", NULL, (gdouble) lost, 0);
  bench_lost_under_load (bench_is_quick () ? 60 : 1000);
  g_free (s);
}
