/* perf-check: filters, unpacking and scaling on every instruction set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>

#include "perf.h"

#define MAX_ISAS EEG_DSP_N_ISAS

gfloat perf_volts[MOST], perf_result[MOST];
EegDspSection perf_sections[SECTIONS];

void
perf_prepare (void)
{
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, RATE, 1};
  static gboolean done;
  gint n;

  if (done)
    return;
  done = TRUE;
  srand (1);
  for (guint i = 0; i < MOST; i++)
    perf_volts[i] = (gfloat) (200e-6 * ((gdouble) rand () / RAND_MAX - 0.5));
  n = eeg_dsp_design (&spec, perf_sections, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  n += eeg_dsp_design (&spec, perf_sections + n, NULL, 0);
  eeg_dsp_design_notch (RATE, 50, 30, perf_sections + n, NULL, 0);
}

/* --- unpacking and scaling ------------------------------------------------------ */
#define CHIP_CHANNELS 8
#define CHIP_BYTES    27
#define CHIP_FRAMES   1600
#define LONG_FRAMES   40000
#define CODES         (CHIP_FRAMES * CHIP_CHANNELS)

static guint8 chip_bytes[LONG_FRAMES * CHIP_BYTES];
static gint32 codes[LONG_FRAMES * CHIP_CHANNELS];
static EegDspScale *scales[MAX_ISAS][2]; /* equal and different factors */

static void
unpack_naive (gpointer data)
{
  for (guint f = 0; f < CHIP_FRAMES; f++) {
    const guint8 *b = chip_bytes + f * CHIP_BYTES;

    for (guint c = 0; c < CHIP_CHANNELS; c++) {
      gint32 v = 0;

      for (guint k = 0; k < 3; k++)
        v = v << 8 | b[3 + 3 * c + k];
      if (v & 0x800000)
        v |= ~0xffffff;
      codes[f * CHIP_CHANNELS + c] = v;
    }
  }
}

static void
unpack_copy (gpointer data)
{
  memcpy (codes, chip_bytes, CHIP_FRAMES * CHIP_BYTES);
}

static void
unpack_copy_long (gpointer data)
{
  memcpy (codes, chip_bytes, sizeof chip_bytes);
}

guint
perf_unpack_run (gpointer isa)
{
  eeg_dsp_unpack24 (GPOINTER_TO_INT (isa), chip_bytes + 3, CHIP_FRAMES,
      CHIP_BYTES, CHIP_CHANNELS, codes, CHIP_CHANNELS);
  return CODES;
}

static void
unpack_ours (gpointer data)
{
  perf_unpack_run (data);
}

static void
unpack_long (gpointer data)
{
  eeg_dsp_unpack24 (GPOINTER_TO_INT (data), chip_bytes + 3, LONG_FRAMES,
      CHIP_BYTES, CHIP_CHANNELS, codes, CHIP_CHANNELS);
}

static void
unpack_scaled (gpointer data)
{
  eeg_dsp_unpack24_scaled (scales[GPOINTER_TO_INT (data)][0], chip_bytes + 3,
      CHIP_FRAMES, CHIP_BYTES, CHIP_CHANNELS, perf_result);
}

static void
volts_naive (gpointer data)
{
  for (guint i = 0; i < CODES; i++) {
    gint32 v = codes[i] & 0xffffff;

    if (v & 0x800000)
      v -= 0x1000000;
    perf_result[i] = (gfloat) (v * (4.5 / 24) / 8388608.0);
  }
}

static void
volts_copy (gpointer data)
{
  memcpy (perf_result, codes, CODES * sizeof codes[0]);
}

static void
volts_uniform (gpointer data)
{
  eeg_dsp_scale_s24_to_f32 (
      scales[GPOINTER_TO_INT (data)][0], codes, perf_result, CODES / CHANNELS);
}

static void
volts_by_channel (gpointer data)
{
  eeg_dsp_scale_s24_to_f32 (
      scales[GPOINTER_TO_INT (data)][1], codes, perf_result, CODES / CHANNELS);
}

static void
gain_ours (gpointer data)
{
  eeg_dsp_scale_f32 (scales[GPOINTER_TO_INT (data)][1], perf_volts, perf_result,
      CODES / CHANNELS);
}

/* Out of the cache there is nothing to win but the memory's own speed. */
static void
bench_unpack_long (void)
{
  BenchList l;

  bench_list_init (&l, "unpack 27-byte frames, 40000 at once", "sample",
      LONG_FRAMES * CHIP_CHANNELS, ROUNDS);
  bench_list_add (&l, g_strdup ("memcpy"), NULL, unpack_copy_long, NULL);
  for (gint isa = EEG_DSP_ISA_SSSE3; isa < MAX_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      bench_list_at_most (&l,
          bench_list_add (&l, g_strdup ("codes"), eeg_dsp_isa_name (isa),
              unpack_long, GINT_TO_POINTER (isa)),
          0, 1.3);
  bench_list_measure (&l);
}

void
bench_samples (void)
{
  gdouble factors[2][CHANNELS];
  BenchList a, b;

  perf_prepare ();
  for (guint i = 0; i < sizeof chip_bytes; i++)
    chip_bytes[i] = (guint8) rand ();
  for (guint i = 0; i < CHANNELS; i++) {
    factors[0][i] = 4.5 / 24 * 0x1p-23;
    factors[1][i] = 4.5 / (i % 2 ? 24 : 6) * 0x1p-23;
  }
  bench_list_init (&a, "unpack 27-byte frames", "sample", CODES, ROUNDS);
  bench_list_add (&a, g_strdup ("naive byte loop"), NULL, unpack_naive, NULL);
  bench_list_add (&a, g_strdup ("memcpy"), NULL, unpack_copy, NULL);
  bench_list_init (&b, "counts to volts", "sample", CODES, ROUNDS);
  bench_list_add (&b, g_strdup ("naive loop"), NULL, volts_naive, NULL);
  bench_list_add (&b, g_strdup ("memcpy"), NULL, volts_copy, NULL);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    const gboolean fast = isa >= EEG_DSP_ISA_AVX2;
    const gchar *name = eeg_dsp_isa_name (isa);
    gpointer data = GINT_TO_POINTER (isa);
    guint v;

    if (!eeg_dsp_isa_supported (isa))
      continue;
    for (guint k = 0; k < 2; k++)
      scales[isa][k] = eeg_dsp_scale_new (factors[k], CHANNELS, isa);
    v = bench_list_add (&a, g_strdup ("codes"), name, unpack_ours, data);
    bench_list_floor (&a, v, 2);
    bench_list_at_least (&a, v, 0, isa ? 8 : 0);
    bench_list_at_most (&a, v, 1, isa ? 2.5 : 0);
    v = bench_list_add (&a, g_strdup ("volts"), name, unpack_scaled, data);
    bench_list_floor (&a, v, 2);
    v = bench_list_add (&b, g_strdup ("one gain"), name, volts_uniform, data);
    bench_list_floor (&b, v, 2);
    bench_list_at_most (&b, v, 1, fast ? 1.3 : 0);
    v = bench_list_add (
        &b, g_strdup ("gain by channel"), name, volts_by_channel, data);
    bench_list_floor (&b, v, 2);
    v = bench_list_add (
        &b, g_strdup ("volts times gain"), name, gain_ours, data);
    bench_list_floor (&b, v, 2);
    bench_list_at_most (&b, v, 1, fast ? 1.3 : 0);
  }
  bench_list_measure (&a);
  bench_list_measure (&b);
  bench_unpack_long ();
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    for (guint k = 0; k < 2; k++)
      g_clear_pointer (&scales[isa][k], eeg_dsp_scale_free);
}

/* --- filters --------------------------------------------------------------------- */
const gdouble *
perf_taps (void)
{
  static gdouble taps[TAPS];

  for (guint i = 0; i < TAPS && taps[0] == 0; i++)
    taps[TAPS - 1 - i] = 1.0 / TAPS;
  return taps;
}

void
perf_filter_run (gpointer data)
{
  PerfFilter *f = data;

  for (guint i = 0; i < f->calls; i++)
    eeg_dsp_cascade_process_f32 (
        f->cascade, perf_volts, perf_result, f->frames);
}

void
perf_fir_run (gpointer data)
{
  PerfFilter *f = data;

  for (guint i = 0; i < f->calls; i++)
    eeg_dsp_fir_process_f32 (f->fir, perf_volts, perf_result, f->frames);
}

/* Channel by channel, section by section. */
static void
filter_naive (gpointer data)
{
  PerfFilter *f = data;

  for (guint i = 0; i < f->calls; i++)
    for (guint c = 0; c < f->channels; c++)
      for (guint n = 0; n < f->frames; n++) {
        gdouble x = perf_volts[n * f->channels + c];

        for (guint k = 0; k < SECTIONS; k++) {
          gdouble *z = f->state + 2 * (c * SECTIONS + k);
          const EegDspSection *s = &perf_sections[k];
          gdouble y = s->b0 * x + z[0];

          z[0] = s->b1 * x - s->a1 * y + z[1];
          z[1] = s->b2 * x - s->a2 * y;
          x = y;
        }
        perf_result[n * f->channels + c] = (gfloat) x;
      }
}

/* The values before the buffer are those of its end: the work is the same. */
static void
fir_naive (gpointer data)
{
  PerfFilter *f = data;
  const gdouble *taps = perf_taps ();

  for (guint i = 0; i < f->calls; i++)
    for (guint n = 0; n < f->frames; n++)
      for (guint c = 0; c < f->channels; c++) {
        gdouble sum = 0;

        for (guint k = 0; k < TAPS; k++)
          sum += taps[k] * perf_volts[(n + k) * f->channels + c];
        perf_result[n * f->channels + c] = (gfloat) sum;
      }
}

static void
bench_cascade (guint channels, guint frames)
{
  static const gdouble naive_goals[] = {1.9, 0, 6, 12};
  g_autofree gchar *name =
      g_strdup_printf ("filter, 5 sections, %u x %u", channels, frames);
  g_autofree gdouble *state = g_new0 (gdouble, 2 * SECTIONS * channels);
  PerfFilter naive = {
      channels, frames, 1 + 200000 / (channels * frames), NULL, NULL, state};
  PerfFilter filters[MAX_ISAS] = {0};
  gdouble values = (gdouble) naive.calls * channels * frames;
  guint scipy, calls = MAX (1, naive.calls / 8);
  BenchList l;

  bench_list_init (&l, name, "sample", values, 41);
  bench_list_add (&l, g_strdup ("naive loop"), NULL, filter_naive, &naive);
  scipy = perf_add_python (
      &l, "sosfilt", channels, frames, calls, (gdouble) naive.calls / calls);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    const gchar *isa_name = eeg_dsp_isa_name (isa);
    guint v, floor;

    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    filters[isa] = naive;
    filters[isa].cascade =
        eeg_dsp_cascade_new_for_isa (perf_sections, SECTIONS, channels, isa);
    floor = perf_add_bound (&l, isa, values * 5 * SECTIONS);
    v = bench_list_add (&l, g_strdup ("eeg_dsp_cascade"), isa_name,
        perf_filter_run, &filters[isa]);
    bench_list_floor (&l, v, floor);
    bench_list_at_least (&l, v, 0, naive_goals[isa]);
    if (floor)
      bench_list_at_most (&l, v, floor - 1, 1.3);
    if (scipy && isa == EEG_DSP_ISA_AVX2)
      bench_list_at_least (&l, v, scipy, frames >= 400 ? 7 : 25);
  }
  bench_list_measure (&l);
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    eeg_dsp_cascade_free (filters[isa].cascade);
}

static void
bench_fir (guint channels, guint frames)
{
  g_autofree gchar *name =
      g_strdup_printf ("FIR, %d taps, %u x %u", TAPS, channels, frames);
  PerfFilter naive = {channels, frames, 1 + 30000 / (channels * frames)};
  PerfFilter filters[MAX_ISAS] = {0};
  gdouble values = (gdouble) naive.calls * channels * frames;
  BenchList l;

  bench_list_init (&l, name, "sample", values, 15);
  bench_list_add (&l, g_strdup ("naive loop"), NULL, fir_naive, &naive);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    guint v, floor;

    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    filters[isa] = naive;
    filters[isa].fir =
        eeg_dsp_fir_new_for_isa (perf_taps (), TAPS, channels, isa);
    floor = perf_add_bound (&l, isa, values * TAPS);
    v = bench_list_add (&l, g_strdup ("eeg_dsp_fir"), eeg_dsp_isa_name (isa),
        perf_fir_run, &filters[isa]);
    bench_list_floor (&l, v, floor);
    if (floor)
      bench_list_at_most (&l, v, floor - 1, frames >= 400 ? 1.3 : 1.5);
  }
  bench_list_measure (&l);
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    eeg_dsp_fir_free (filters[isa].fir);
}

void
bench_filters (void)
{
  perf_prepare ();
  bench_cascade (CHANNELS, 16);
  bench_cascade (CHANNELS, 400);
  bench_fir (CHANNELS, 16);
  bench_fir (CHANNELS, 400);
}
