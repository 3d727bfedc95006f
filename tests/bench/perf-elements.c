/* perf-check: whole elements, beside stock ones
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "perf-lines.h"

static gdouble hot_work;

gdouble
perf_hot_work (void)
{
  return hot_work;
}

/* --- overhead --------------------------------------------------------------------- */
static void
bench_overhead (void)
{
  static const PerfLineSpec specs[] = {{"identity", "identity"},
      {"the pads alone", NULL}, {"eeggain gain=1 (passes on)", "eeggain"},
      {"eeggain gain=2", "eeggain gain=2"},
      {"volume volume=2", "volume volume=2"},
      {"eegtovoltage", "eegtovoltage", TRUE}, {"eegfilter, off", "eegfilter"},
      {"six elements, 5 sections",
          "eegtovoltage ! eeggain ! " OUR_FILTER " ! identity ! identity ! "
          "identity",
          TRUE, 60}};
  PerfLine lines[G_N_ELEMENTS (specs)];
  gint at[G_N_ELEMENTS (specs)];
  BenchList l;

  bench_list_init (&l, "element, 32 ch x 16 frames", "buffer", 200, ROUNDS);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    at[i] = perf_add_line (&l, &lines[i], &specs[i], 16, 200);
  if (at[0] == 0 && at[2] > 0)
    bench_list_at_most (&l, (guint) at[2], 0, 1.2);
  bench_list_measure (&l);
  if (at[7] > 0 && at[1] > 0) {
    hot_work = l.r[at[7]].median_ns;
    bench_gate_at_most ("hot work of six elements on a buffer of 32 x 16, its "
                        "copy included, us",
        eeg_dsp_isa_name (eeg_dsp_isa ()), hot_work / 1e3, 3);
  }
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    perf_line_close (&lines[i]);
}

/* --- filters ---------------------------------------------------------------------- */
/* The same work: five second-order sections, one a stock element, for more of
 * them in one polynomial are not stable. */
#define STOCK_FILTER                                                           \
  "audioiirfilter ! audioiirfilter ! audioiirfilter ! audioiirfilter ! "       \
  "audioiirfilter"

/* What the element adds to its kernel, and how it stands to stock ones. */
static void
bench_filter_element (guint frames, guint buffers)
{
  static const PerfLineSpec specs[] = {{"5 x audioiirfilter", STOCK_FILTER},
      {"eegfilter, 5 sections", OUR_FILTER, FALSE, 60},
      {"the pads alone", NULL}};
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  g_autofree gchar *name =
      g_strdup_printf ("filter element, %d ch x %u frames", CHANNELS, frames);
  g_autofree gchar *what =
      g_strdup_printf ("%s: ns beyond 1.15 times the kernel", name);
  PerfFilter kernel = {CHANNELS, frames, buffers};
  PerfLine lines[G_N_ELEMENTS (specs)];
  gint at[G_N_ELEMENTS (specs)];
  gdouble beyond = 0;
  guint again = bench_is_quick () ? 1 : 3, alone;
  BenchList l;

  perf_prepare ();
  bench_list_init (&l, name, "buffer", buffers, ROUNDS);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    at[i] = perf_add_line (&l, &lines[i], &specs[i], frames, buffers);
  kernel.cascade = eeg_dsp_cascade_new (perf_sections, SECTIONS, CHANNELS);
  alone = bench_list_add (
      &l, g_strdup ("the kernel alone"), isa, perf_filter_run, &kernel);
  if (at[0] >= 0 && at[1] >= 0)
    bench_list_at_least (&l, (guint) at[1], (guint) at[0], 10);
  bench_list_measure (&l);
  while (at[1] >= 0 && at[2] >= 0) {
    beyond = l.r[at[1]].median_ns - l.r[at[2]].median_ns -
             1.15 * l.r[alone].median_ns;
    if (beyond <= 200 || !--again)
      break;
    bench_run (&l.bench, l.r);
  }
  bench_gate_at_most (what, isa, beyond, 200);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    perf_line_close (&lines[i]);
  eeg_dsp_cascade_free (kernel.cascade);
}

static gchar *
our_fir (void)
{
  GString *s = g_string_new ("eegfilter fir=\"");
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < TAPS; i++)
    g_string_append_printf (s, "%s%s", i ? "," : "",
        g_ascii_dtostr (number, sizeof number, perf_taps ()[i]));
  g_string_append_c (s, '"');
  return g_string_free (s, FALSE);
}

/* The stock element collects a block and transforms it; in its low-latency mode
 * it does not, as ours never does. */
static void
bench_fir_element (guint frames, guint buffers)
{
  g_autofree gchar *text = our_fir ();
  g_autofree gchar *name = g_strdup_printf (
      "FIR element, %d taps, %d ch x %u frames", TAPS, CHANNELS, frames);
  const PerfLineSpec specs[] = {{"audiofirfilter, in blocks", "audiofirfilter"},
      {"audiofirfilter low-latency=true", "audiofirfilter low-latency=true"},
      {"eegfilter, FIR, no latency", text, FALSE, 5}};
  static const gdouble goals[] = {4, 100};
  PerfLine lines[G_N_ELEMENTS (specs)];
  gint at[G_N_ELEMENTS (specs)];
  BenchList l;

  bench_list_init (&l, name, "buffer", buffers, 9);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    at[i] = perf_add_line (&l, &lines[i], &specs[i], frames, buffers);
  for (guint i = 0; i < G_N_ELEMENTS (goals); i++)
    if (at[2] >= 0 && at[i] >= 0)
      bench_list_at_least (&l, (guint) at[2], (guint) at[i], goals[i]);
  bench_list_measure (&l);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    perf_line_close (&lines[i]);
}

/* Eight poles from 1 to 45 Hz as one polynomial are not stable in double
 * precision: what the stock element gives after 20 s of noise, and ours. */
static void
bench_stability (void)
{
  static const PerfLineSpec specs[] = {
      {"audiochebband, 8 poles",
          "audiochebband lower-frequency=1 upper-frequency=45 poles=8"},
      {"eegfilter, 8 poles",
          "eegfilter family=chebyshev1 order=4 highpass=1 lowpass=45"}};
  gdouble largest[G_N_ELEMENTS (specs)] = {0};

  printf ("largest value after 20 s of noise below 100 uV\n");
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++) {
    PerfLine l;

    if (!perf_line_open (&l, &specs[i], RATE, 1, 4000, 1))
      continue;
    l.room = 20 * RATE;
    l.captured = g_new0 (gfloat, l.room);
    l.buffers = 20;
    perf_line_run (&l);
    for (gsize k = 0; k < l.n_captured; k++)
      largest[i] = fmax (largest[i], fabs ((gdouble) l.captured[k]));
    printf ("  %-36s %.3g V\n", specs[i].name, largest[i]);
    bench_note (
        "largest value after 20 s of noise, V", specs[i].name, largest[i]);
    perf_line_close (&l);
    g_free (l.captured);
  }
  bench_gate_at_most ("eegfilter stays bounded, uV",
      eeg_dsp_isa_name (eeg_dsp_isa ()), largest[1] * 1e6, 1000);
}

/* --- lower rates ------------------------------------------------------------------ */
static void
bench_downsample_element (guint frames, guint buffers)
{
  static const PerfLineSpec specs[] = {
      {"audioresample quality=4",
          "audioresample quality=4 ! capsfilter caps=audio/x-raw,rate=250"},
      {"audioresample quality=10",
          "audioresample quality=10 ! capsfilter caps=audio/x-raw,rate=250"},
      {"eegdownsample factor=16", "eegdownsample factor=16", FALSE, 5}};
  g_autofree gchar *name = g_strdup_printf (
      "downsample element, by 16, %d ch x %u frames", CHANNELS, frames);
  PerfLine lines[G_N_ELEMENTS (specs)];
  gint at[G_N_ELEMENTS (specs)];
  BenchList l;

  bench_list_init (&l, name, "buffer", buffers, ROUNDS);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    at[i] = perf_add_line (&l, &lines[i], &specs[i], frames, buffers);
  if (at[2] >= 0 && at[0] >= 0)
    bench_list_at_least (&l, (guint) at[2], (guint) at[0], 10);
  bench_list_measure (&l);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    perf_line_close (&lines[i]);
}

/* --- rates ------------------------------------------------------------------------- */
/* What a stream costs at its own pace, in buffers of 4 ms. */
static void
bench_rates (void)
{
  static const guint rates[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 30000};
  static const PerfLineSpec spec = {"", OUR_FILTER, FALSE, 60};
  PerfLine lines[G_N_ELEMENTS (rates)];
  BenchVariant v[G_N_ELEMENTS (rates)] = {0};
  BenchResult r[G_N_ELEMENTS (rates)];
  Bench b = {"rates", "buffer", 100, v, G_N_ELEMENTS (rates), 15};

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    if (!perf_line_open (
            &lines[i], &spec, rates[i], CHANNELS, rates[i] / 250, 100)) {
      while (i--)
        perf_line_close (&lines[i]);
      return;
    }
    v[i] = (BenchVariant){.name = "", .run = perf_line_run, .data = &lines[i]};
  }
  bench_run (&b, r);
  printf ("rates, eegfilter on %s, %d channels, buffers of 4 ms\n",
      eeg_dsp_isa_name (eeg_dsp_isa ()), CHANNELS);
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", rates[i]);
    gdouble percent = r[i].median_ns * 250 / 1e7;

    printf ("  %5u S/s  %8.0f ns a buffer  %.4f %% of a core\n", rates[i],
        r[i].median_ns, percent);
    bench_note ("rates", key, percent);
    perf_line_close (&lines[i]);
  }
}

void
bench_elements (void)
{
  bench_overhead ();
  bench_filter_element (16, 40);
  bench_filter_element (400, 4);
  bench_fir_element (16, 48);
  bench_fir_element (400, 4);
  bench_downsample_element (16, 100);
  bench_downsample_element (400, 10);
  bench_stability ();
  bench_rates ();
}
