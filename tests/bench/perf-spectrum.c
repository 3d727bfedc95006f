/* perf-check: power spectra of 32 channels, beside their bare transform, the
 * library that GStreamer ships and SciPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The work of every variant is the same: the density of 32 channels of
 * interleaved floats, mean removed, Hann window. The bare transform has neither.
 */
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-fft.h>
#include <gst/eeg/dsp/eegdsp-spectrum.h>
#include <gst/eeg/eeg.h>
#include <gst/fft/gstfftf32.h>
#include <gst/fft/gstfftf64.h>

#include "perf.h"

#define MOST_POINTS 8192

typedef struct
{
  guint points;
  EegDspSpectrum *spectrum;
  EegDspFft *fft;
  gpointer stock;
} Work;

static gdouble window[MOST_POINTS], psd[(MOST_POINTS / 2 + 1) * CHANNELS];

static void
run_own (gpointer data)
{
  Work *w = data;

  eeg_dsp_spectrum_reset (w->spectrum);
  eeg_dsp_spectrum_push (w->spectrum, perf_volts, w->points, NULL);
  eeg_dsp_spectrum_compute (w->spectrum, psd);
}

/* Values of any kind, for the transform overwrites its input. */
static void
run_bare (gpointer data)
{
  static gdouble values[MOST_POINTS * CHANNELS];
  Work *w = data;
  guint lanes = (guint) eeg_dsp_fft_kernel (w->fft)->lanes;
  gsize step;
  gdouble *in = eeg_dsp_fft_input (w->fft, &step);

  if (values[0] == 0)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      values[i] = perf_volts[i];
  for (guint c = 0; c < CHANNELS; c += lanes) {
    for (guint k = 0; k < w->points; k++)
      memcpy (in + k * step * lanes, values + (c * w->points + k * lanes),
          lanes * sizeof *in);
    eeg_dsp_fft_add_power (w->fft, psd);
  }
}

/* --- stock ------------------------------------------------------------------------ */
static gdouble
mean_of (guint points, guint c)
{
  gdouble sum = 0;

  for (guint i = 0; i < points; i++)
    sum += perf_volts[i * CHANNELS + c];
  return sum / points;
}

#define DEFINE_STOCK(name, type, complex, self, call)                          \
  static void name (gpointer data)                                             \
  {                                                                            \
    static type in[MOST_POINTS];                                               \
    static complex out[MOST_POINTS];                                           \
    Work *w = data;                                                            \
                                                                               \
    for (guint c = 0; c < CHANNELS; c++) {                                     \
      gdouble mean = mean_of (w->points, c);                                   \
                                                                               \
      for (guint i = 0; i < w->points; i++)                                    \
        in[i] = (type) ((perf_volts[i * CHANNELS + c] - mean) * window[i]);    \
      call ((self *) w->stock, in, out);                                       \
      for (guint i = 0; i <= w->points / 2; i++)                               \
        psd[c * (w->points / 2 + 1) + i] =                                     \
            (gdouble) out[i].r * out[i].r + (gdouble) out[i].i * out[i].i;     \
    }                                                                          \
  }
DEFINE_STOCK (run_f32, gfloat, GstFFTF32Complex, GstFFTF32, gst_fft_f32_fft)
DEFINE_STOCK (run_f64, gdouble, GstFFTF64Complex, GstFFTF64, gst_fft_f64_fft)

/* Goals are for 1024 points. */
static void
bench_points (guint points)
{
  const gboolean gated = points == 1024;
  g_autofree gchar *text = g_strdup_printf ("spectrum, %u points", points);
  EegDspSpectrumConfig config = {.channels = CHANNELS,
      .rate = RATE,
      .window = points,
      .segment = points,
      .hop_n = 1,
      .hop_d = 1};
  Work own[EEG_DSP_N_ISAS] = {0};
  Work f32 = {.points = points, .stock = gst_fft_f32_new (points, FALSE)};
  Work f64 = {.points = points, .stock = gst_fft_f64_new (points, FALSE)};
  guint anchor;
  BenchList l;

  eeg_dsp_window (EEG_DSP_WINDOW_HANN, window, points);
  bench_list_init (&l, text, "channel", CHANNELS, ROUNDS);
  anchor =
      bench_list_add (&l, g_strdup ("GstFFTF32 (floats)"), NULL, run_f32, &f32);
  bench_list_add (&l, g_strdup ("GstFFTF64 (doubles)"), NULL, run_f64, &f64);
  perf_add_python (&l, "welch", CHANNELS, points, 1, 1);
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    const gchar *name = eeg_dsp_isa_name (isa);
    guint bare, v;

    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    own[isa].points = points;
    own[isa].spectrum = eeg_dsp_spectrum_new_for_isa (&config, isa);
    own[isa].fft = eeg_dsp_fft_new (points, isa);
    bare = bench_list_add (
        &l, g_strdup ("the bare transform"), name, run_bare, &own[isa]);
    v = bench_list_add (
        &l, g_strdup ("eeg_dsp_spectrum"), name, run_own, &own[isa]);
    bench_list_floor (&l, v, bare + 1);
    if (isa < EEG_DSP_ISA_AVX2 || !gated)
      continue;
    bench_list_at_most (&l, v, bare, 1.3);
    bench_list_at_least (&l, v, anchor, 4);
  }
  bench_list_measure (&l);
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    g_clear_pointer (&own[isa].spectrum, eeg_dsp_spectrum_free);
    g_clear_pointer (&own[isa].fft, eeg_dsp_fft_free);
  }
  gst_fft_f32_free (f32.stock);
  gst_fft_f64_free (f64.stock);
}

void
bench_spectrum (void)
{
  static const guint lengths[] = {1024, 250, 500, 1000, 4096, 8000};

  perf_prepare ();
  for (guint i = 0; i < (bench_is_quick () ? 1 : G_N_ELEMENTS (lengths)); i++)
    bench_points (lengths[i]);
}
