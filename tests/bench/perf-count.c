/* perf-check: instructions a value, which no other program disturbs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-spectrum.h>

#include "perf.h"

#define FRAMES 400
#define POINTS 1024

/* --- what is counted --------------------------------------------------------------- */
static guint
count_filter (guint runs)
{
  PerfFilter f = {CHANNELS, FRAMES, runs};

  f.cascade = eeg_dsp_cascade_new (perf_sections, SECTIONS, CHANNELS);
  perf_filter_run (&f);
  eeg_dsp_cascade_free (f.cascade);
  return CHANNELS * FRAMES;
}

static guint
count_fir (guint runs)
{
  PerfFilter f = {CHANNELS, FRAMES, runs};

  f.fir = eeg_dsp_fir_new (perf_taps (), TAPS, CHANNELS);
  perf_fir_run (&f);
  eeg_dsp_fir_free (f.fir);
  return CHANNELS * FRAMES;
}

static guint
count_decimate (guint runs)
{
  const EegDspDecimatorSpec spec = {.up = 1,
      .down = FACTOR,
      .quality = EEG_DSP_QUALITY_STANDARD,
      .precision = EEG_DSP_PRECISION_SINGLE};
  EegDspDecimator *d =
      eeg_dsp_decimator_new_full (&spec, CHANNELS, eeg_dsp_isa ());

  while (runs--)
    eeg_dsp_decimator_process_f32 (d, perf_volts, FRAMES, perf_result, NULL);
  eeg_dsp_decimator_free (d);
  return CHANNELS * FRAMES;
}

static guint
count_spectrum (guint runs)
{
  EegDspSpectrumConfig config = {.channels = CHANNELS,
      .rate = RATE,
      .window = POINTS,
      .segment = POINTS,
      .hop_n = POINTS,
      .hop_d = 1};
  EegDspSpectrum *s = eeg_dsp_spectrum_new (&config);
  static gdouble psd[(POINTS / 2 + 1) * CHANNELS];

  while (runs--) {
    eeg_dsp_spectrum_push (s, perf_volts, POINTS, NULL);
    eeg_dsp_spectrum_compute (s, psd);
  }
  eeg_dsp_spectrum_free (s);
  return CHANNELS * POINTS;
}

static guint
count_csv (guint runs)
{
  guint n = 0;

  while (runs--)
    n = perf_format_run (GINT_TO_POINTER (eeg_dsp_isa ()));
  return n;
}

static guint
count_unpack (guint runs)
{
  guint n = 0;

  while (runs--)
    n = perf_unpack_run (GINT_TO_POINTER (eeg_dsp_isa ()));
  return n;
}

/* Budgets: what AVX2 takes today and 3 %. */
static const struct
{
  const gchar *name;
  guint (*run) (guint runs);
  gdouble budget;
} counts[] = {
    {"filter", count_filter, 11.8},
    {"fir", count_fir, 144},
    {"decimate", count_decimate, 9.4},
    {"spectrum", count_spectrum, 32.5},
    {"csv", count_csv, 21.8},
    {"unpack", count_unpack, 1.3},
};

gboolean
bench_count (const gchar *kernel, guint runs, guint *values)
{
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (strcmp (kernel, counts[i].name) == 0) {
      perf_prepare ();
      *values = counts[i].run (MAX (1, runs));
      return TRUE;
    }
  return FALSE;
}

/* --- callgrind ---------------------------------------------------------------------- */
/* Instructions of this program when it does nothing but @runs runs; the values of
 * one run. 0 when that fails. */
static gdouble
callgrind (
    const gchar *valgrind, const gchar *kernel, guint runs, guint *values)
{
  g_autofree gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *number = g_strdup_printf ("%u", runs);
  g_autofree gchar *out = NULL, *err = NULL;
  const gchar *argv[] = {valgrind, "--tool=callgrind",
      "--callgrind-out-file=/dev/null", self, "--count", kernel, number, NULL};
  g_auto (GStrv) env =
      g_environ_setenv (g_get_environ (), "EEG_DSP_ISA", "avx2", TRUE);
  const gchar *found;

  if (!self ||
      !g_spawn_sync (NULL, (gchar **) argv, env, G_SPAWN_DEFAULT, NULL, NULL,
          &out, &err, NULL, NULL) ||
      !(found = strstr (err, "Collected : ")))
    return 0;
  *values = (guint) g_ascii_strtoull (out, NULL, 10);
  return g_ascii_strtod (found + strlen ("Collected : "), NULL);
}

/* Two lengths: what their difference costs is neither start nor end of the
 * program. */
void
bench_instructions (void)
{
  g_autofree gchar *valgrind = g_find_program_in_path ("valgrind");
  const guint more = 8;

  if (bench_is_quick ()) {
    bench_skip ("instruction counts", "not in a quick run");
    return;
  }
  if (!valgrind) {
    bench_skip ("instruction counts", "no valgrind (package valgrind)");
    return;
  }
  if (!eeg_dsp_isa_supported (EEG_DSP_ISA_AVX2)) {
    bench_skip ("instruction counts", "the budgets are those of AVX2");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
    g_autofree gchar *what =
        g_strdup_printf ("instructions a value, %s", counts[i].name);
    guint values = 0;
    gdouble few, many, each;

    few = callgrind (valgrind, counts[i].name, 2, &values);
    many = callgrind (valgrind, counts[i].name, 2 + more, &values);
    if (few <= 0 || many <= 0 || values == 0) {
      bench_skip (what, "callgrind did not count it");
      continue;
    }
    each = (many - few) / more / values;
    bench_note ("instructions a value, avx2", counts[i].name, each);
    if (counts[i].budget > 0)
      bench_gate_at_most (what, "avx2", each, counts[i].budget);
  }
}
