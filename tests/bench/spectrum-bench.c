/* What spectra cost, beside the library that GStreamer ships and a naive loop
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: spectrum-bench [JSON-FILE]. The work of every variant is the same: the
 * density of 32 channels of interleaved floats, mean removed, Hann window. The
 * element's cost is that of a pipeline with it less that of one with identity.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gst/eeg/dsp/eegdsp-spectrum.h>
#include <gst/eeg/eeg.h>
#include <gst/fft/gstfftf32.h>
#include <gst/fft/gstfftf64.h>

#include "harness.h"

#define CHANNELS 32
#define MAX_N    8192
#define ROUNDS   21

static guint missed;

typedef struct
{
  gint n;
  gfloat *x;
  gdouble *psd, *window;
  EegDspSpectrum *spectrum;
  GstFFTF32 *f32;
  GstFFTF64 *f64;
} Work;

static void
run_own (gpointer data)
{
  Work *w = data;

  eeg_dsp_spectrum_reset (w->spectrum);
  eeg_dsp_spectrum_push (w->spectrum, w->x, w->n, NULL);
  eeg_dsp_spectrum_compute (w->spectrum, w->psd);
}

static gdouble
mean_of (const Work *w, gint c)
{
  gdouble sum = 0;
  gint i;

  for (i = 0; i < w->n; i++)
    sum += w->x[i * CHANNELS + c];
  return sum / w->n;
}

#define DEFINE_GST_FFT(name, type, complex, call, member)                      \
  static void name (gpointer data)                                             \
  {                                                                            \
    static type in[MAX_N];                                                     \
    static complex out[MAX_N / 2 + 1];                                         \
    Work *w = data;                                                            \
    gint c, i;                                                                 \
                                                                               \
    for (c = 0; c < CHANNELS; c++) {                                           \
      gdouble mean = mean_of (w, c);                                           \
                                                                               \
      for (i = 0; i < w->n; i++)                                               \
        in[i] = (type) ((w->x[i * CHANNELS + c] - mean) * w->window[i]);       \
      call (w->member, in, out);                                               \
      for (i = 0; i <= w->n / 2; i++)                                          \
        w->psd[c * (w->n / 2 + 1) + i] =                                       \
            (gdouble) out[i].r * out[i].r + (gdouble) out[i].i * out[i].i;     \
    }                                                                          \
  }
DEFINE_GST_FFT (run_f32, gfloat, GstFFTF32Complex, gst_fft_f32_fft, f32)
DEFINE_GST_FFT (run_f64, gdouble, GstFFTF64Complex, gst_fft_f64_fft, f64)

/* The definition, one channel of the 32: n^2 products. */
static void
run_naive (gpointer data)
{
  Work *w = data;
  gdouble mean = mean_of (w, 0);
  gint i, k;

  for (k = 0; k <= w->n / 2; k++) {
    gdouble re = 0, im = 0;

    for (i = 0; i < w->n; i++) {
      gdouble v = (w->x[i * CHANNELS] - mean) * w->window[i];
      gdouble a = 2 * M_PI * ((gint64) k * i % w->n) / w->n;

      re += v * cos (a);
      im -= v * sin (a);
    }
    w->psd[k] = re * re + im * im;
  }
}

static void
bench_transform (gint n)
{
  EegDspSpectrumConfig c = {.channels = CHANNELS,
      .rate = 250,
      .window = n,
      .segment = n,
      .hop_n = 1,
      .hop_d = 1};
  Work w = {.n = n};
  BenchVariant variants[] = {{"GstFFTF64", run_f64, &w},
      {"GstFFTF32", run_f32, &w}, {"eegdsp", run_own, &w}};
  BenchResult results[G_N_ELEMENTS (variants)];
  g_autofree gchar *name = g_strdup_printf ("spectrum %d x 32", n);
  Bench bench = {.name = name,
      .unit = "channel",
      .units_per_run = CHANNELS,
      .variants = variants,
      .n_variants = G_N_ELEMENTS (variants),
      .rounds = ROUNDS};
  gint i;

  w.x = g_new (gfloat, n * CHANNELS);
  for (i = 0; i < n * CHANNELS; i++)
    w.x[i] = (gfloat) rand () / RAND_MAX;
  w.window = g_new (gdouble, n);
  eeg_dsp_window (EEG_DSP_WINDOW_HANN, w.window, n);
  w.psd = g_new0 (gdouble, (n / 2 + 1) * CHANNELS);
  w.spectrum = eeg_dsp_spectrum_new (&c);
  w.f32 = gst_fft_f32_new (n, FALSE);
  w.f64 = gst_fft_f64_new (n, FALSE);
  bench_run (&bench, results);
  bench_report (&bench, results);
  bench_gate ("spectrum: times GstFFTF64", results[2].ratio, 4, &missed);
  if (n <= 512) {
    BenchVariant naive = {"naive DFT", run_naive, &w};
    BenchResult result;

    bench.variants = &naive;
    bench.n_variants = 1;
    bench.units_per_run = 1;
    bench.rounds = 5;
    bench_run (&bench, &result);
    bench_report (&bench, &result);
  }
  eeg_dsp_spectrum_free (w.spectrum);
  gst_fft_f32_free (w.f32);
  gst_fft_f64_free (w.f64);
  g_free (w.x);
  g_free (w.window);
  g_free (w.psd);
}

/* --- the element ---------------------------------------------------------- */

#define SECONDS 20

typedef struct
{
  gint rate;
  const gchar *element;
} Pipe;

static void
run_pipe (gpointer data)
{
  Pipe *p = data;
  gint frames = MAX (1, p->rate / 250);
  g_autofree gchar *text = g_strdup_printf (
      "eegtestsrc wave=counter channels=%d rate=%d samples-per-buffer=%d "
      "num-buffers=%d ! %s ! fakesink sync=false",
      CHANNELS, p->rate, frames, SECONDS * p->rate / frames, p->element);
  g_autoptr (GError) error = NULL;
  GstElement *e = gst_parse_launch (text, &error);
  GstBus *bus;

  if (e == NULL) {
    g_printerr ("%s\n", error->message);
    exit (1);
  }
  bus = gst_element_get_bus (e);
  gst_element_set_state (e, GST_STATE_PLAYING);
  gst_message_unref (gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  gst_element_set_state (e, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (e);
}

/* Percent of a core that the element costs at the stream's own pace. */
static void
bench_element (gint rate, gboolean gate)
{
  Pipe without = {rate, "identity"};
  Pipe stream = {rate, "eegspectrum post-messages=false"};
  Pipe messages = {rate, "eegspectrum max-frequency=125"};
  BenchVariant variants[] = {{"identity", run_pipe, &without},
      {"eegspectrum, stream", run_pipe, &stream},
      {"eegspectrum, messages to 125 Hz", run_pipe, &messages}};
  BenchResult results[G_N_ELEMENTS (variants)];
  g_autofree gchar *name = g_strdup_printf ("eegspectrum 32 x %d S/s", rate);
  Bench bench = {.name = name,
      .unit = "second of signal",
      .units_per_run = SECONDS,
      .variants = variants,
      .n_variants = G_N_ELEMENTS (variants),
      .rounds = 7,
      .whole_process = TRUE};
  gint i;

  bench_run (&bench, results);
  bench_report (&bench, results);
  for (i = 1; i < (gint) G_N_ELEMENTS (variants); i++) {
    gdouble percent = (results[i].median_ns - results[0].median_ns) / 1e7;

    g_print ("  %s: %.3f %% of a core\n", variants[i].name, percent);
    bench_note (name, variants[i].name, percent);
    if (gate && i == 1)
      bench_gate ("eegspectrum: share of 0.5 % of a core left",
          1 - percent / 0.5, 0, &missed);
  }
}

int
main (int argc, char **argv)
{
  static const gint lengths[] = {250, 500, 512, 1000, 1024, 2048, 4096, 8000};
  guint i;

  gst_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (lengths); i++)
    bench_transform (lengths[i]);
  bench_element (250, TRUE);
  bench_element (4000, TRUE);
  g_print ("%u goals missed on this machine (%s)\n", missed,
      eeg_dsp_isa_name (eeg_dsp_isa ()));
  if (argc > 1) {
    g_autoptr (GError) error = NULL;

    if (!bench_write_json (argv[1], &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  }
  return 0;
}
