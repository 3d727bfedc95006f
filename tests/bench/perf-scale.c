/* perf-check: the filter's cost against channels, frames in a buffer, and
 * silence
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>

#include "perf.h"

/* --- size ------------------------------------------------------------------------ */
#define MOST_SHAPES 16

/* Cost of a sample in each shape by that of the reference. */
static void
scale_curve (const gchar *group, const guint (*shapes)[2], guint n,
    guint reference, gdouble *relative)
{
  EegDspIsa best = eeg_dsp_isa ();
  PerfFilter f[MOST_SHAPES] = {0};
  BenchVariant v[MOST_SHAPES] = {0};
  BenchResult r[MOST_SHAPES];
  Bench b = {group, "sample", 1, v, n, 21};
  gdouble all;

  for (guint i = 0; i < n; i++) {
    /* The same number of values each, nearly. */
    guint size = shapes[i][0] * shapes[i][1];

    f[i] = (PerfFilter){shapes[i][0], shapes[i][1], 1 + 60000 / size};
    f[i].cascade = eeg_dsp_cascade_new_for_isa (
        perf_sections, SECTIONS, (gint) shapes[i][0], best);
    v[i] = (BenchVariant){.name = "",
        .run = perf_filter_run,
        .data = &f[i],
        .floor = reference + 1};
  }
  all = (gdouble) f[reference].calls * shapes[reference][0] *
        shapes[reference][1];
  bench_run (&b, r);
  printf ("%s, 5 sections on %s\n", group, eeg_dsp_isa_name (best));
  for (guint i = 0; i < n; i++) {
    gdouble values = (gdouble) f[i].calls * shapes[i][0] * shapes[i][1];
    g_autofree gchar *key = g_strdup_printf ("%u", shapes[i][group[0] == 'f']);

    relative[i] = r[i].above / values * all;
    printf ("  %5u channels x %5u frames  median %7.3f ns/sample  %5.2f\n",
        shapes[i][0], shapes[i][1], r[i].median_ns / values, relative[i]);
    bench_note (group, key, r[i].median_ns / values);
    eeg_dsp_cascade_free (f[i].cascade);
  }
}

void
bench_scale (void)
{
  static const guint channels[][2] = {{1, 16}, {2, 16}, {4, 16}, {8, 16},
      {16, 16}, {19, 16}, {32, 16}, {64, 16}, {128, 16}, {256, 16}, {512, 16},
      {1024, 16}, {2048, 16}, {4096, 16}, {8192, 16}};
  static const guint frames[][2] = {{32, 1}, {32, 2}, {32, 4}, {32, 8},
      {32, 16}, {32, 32}, {32, 100}, {32, 400}, {32, 1600}, {32, 8192},
      {32, 32768}};
  const gchar *isa = eeg_dsp_isa_name (eeg_dsp_isa ());
  guint again = bench_is_quick () ? 1 : 3;
  gdouble x[MOST_SHAPES];

  perf_prepare ();
  do
    scale_curve ("channels", channels, G_N_ELEMENTS (channels), 6, x);
  while ((x[11] > 1.15 || x[14] > 1.25) && --again);
  bench_gate_at_most (
      "a sample at 1024 channels by one at 32", isa, x[11], 1.15);
  bench_gate_at_most (
      "a sample at 8192 channels by one at 32", isa, x[14], 1.25);
  scale_curve ("frames", frames, G_N_ELEMENTS (frames), 4, x);
}

/* --- silence ---------------------------------------------------------------------- */
/* A filter that is fed zeros decays through the denormal numbers, each of which
 * may cost hundreds of cycles. An hour lets the slowest section (1 Hz) get
 * there after five minutes. */
#define QUIET_FRAMES 400

typedef struct
{
  PerfFilter filter;
  gfloat *input;
} Silence;

static void
silence_run (gpointer data)
{
  Silence *s = data;

  /* Something to decay from. */
  eeg_dsp_cascade_process_f32 (
      s->filter.cascade, perf_volts, perf_result, QUIET_FRAMES);
  for (guint i = 1; i < s->filter.calls; i++)
    eeg_dsp_cascade_process_f32 (
        s->filter.cascade, s->input, perf_result, QUIET_FRAMES);
}

void
bench_denormals (void)
{
  const gsize values = QUIET_FRAMES * CHANNELS;
  /* Quick: past the beginning of the denormals of the low-pass only. */
  const guint seconds = bench_is_quick () ? 60 : 3600;
  gfloat *zeros = g_new0 (gfloat, values), *tiny = g_new (gfloat, values);
  Silence s[3 * EEG_DSP_N_ISAS];
  guint n = 0;

  perf_prepare ();
  for (gsize i = 0; i < values; i++)
    tiny[i] = (gfloat) (1e-40 * (1 + (i % 7)));
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    const gchar *name = eeg_dsp_isa_name (isa);
    g_autofree gchar *text = g_strdup_printf (
        "filter, %u s of silence, %d channels, %s", seconds, CHANNELS, name);
    gfloat *inputs[] = {perf_volts, zeros, tiny};
    static const gchar *const names[] = {
        "noise", "zeros", "denormal numbers come in"};
    BenchList l;

    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    bench_list_init (
        &l, text, "sample", (gdouble) seconds * RATE * CHANNELS, 3);
    for (guint k = 0; k < 3; k++) {
      Silence *w = &s[n++];
      guint v;

      *w = (Silence){
          {CHANNELS, QUIET_FRAMES, seconds * RATE / QUIET_FRAMES}, inputs[k]};
      w->filter.cascade =
          eeg_dsp_cascade_new_for_isa (perf_sections, SECTIONS, CHANNELS, isa);
      v = bench_list_add (&l, g_strdup (names[k]), name, silence_run, w);
      if (k) {
        bench_list_floor (&l, v, 1);
        bench_list_at_most (&l, v, 0, 1.2);
      }
    }
    bench_list_measure (&l);
  }
  while (n--)
    eeg_dsp_cascade_free (s[n].filter.cascade);
  g_free (zeros);
  g_free (tiny);
}
