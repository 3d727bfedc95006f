/* Cost of montages and of quality verdicts beside naive loops and memcpy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers say what this machine did now; nothing fails because of them.
 */
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-matrix.h>
#include <gst/fft/gstfft.h>

#include "../../gst/eegquality/eegqualitymeter.h"
#include "harness.h"

typedef struct
{
  guint rows, cols, frames, times;
  EegDspMatrixSpec spec;
  gdouble *dense; /* rows x cols */
  float *in, *out;
  EegDspMatrix *matrix;
} Work;

static void
run_memcpy (gpointer data)
{
  Work *w = data;

  guint t;

  for (t = 0; t < w->times; t++) {
    memcpy (w->out, w->in, sizeof (float) * w->frames * MIN (w->cols, w->rows));
    __asm__ volatile("" : : "r"(w->out) : "memory");
  }
}

/* Every output a sum over all inputs, as the definition says. */
static void
run_naive (gpointer data)
{
  Work *w = data;
  guint f, r, c, t;

  for (t = 0; t < w->times; t++)
    for (f = 0; f < w->frames; f++)
      for (r = 0; r < w->rows; r++) {
        double sum = 0;

        for (c = 0; c < w->cols; c++)
          sum += w->dense[(gsize) r * w->cols + c] * w->in[f * w->cols + c];
        w->out[f * w->rows + r] = (float) sum;
      }
}

static void
run_ours (gpointer data)
{
  Work *w = data;

  guint t;

  for (t = 0; t < w->times; t++)
    eeg_dsp_matrix_process_f32 (w->matrix, w->in, w->out, w->frames);
}

/* @terms inputs a row, 0: all; @common: minus the mean of all. */
static void
bench_matrix (const gchar *what, guint rows, guint cols, guint terms,
    gboolean common, guint frames)
{
  g_autofree gchar *name =
      g_strdup_printf ("%s %ux%u, %u frames", what, rows, cols, frames);
  const guint n = terms ? terms : cols;
  g_autofree uint32_t *start = g_new (uint32_t, rows + 1);
  g_autofree uint32_t *index = g_new (uint32_t, (gsize) rows * n);
  g_autofree double *value = g_new (double, (gsize) rows *n);
  g_autofree double *mean = g_new (double, cols), *share = g_new (double, rows);
  /* Enough work that the reading of the clock is nothing. */
  const guint times = MAX (1, 50000 / (cols * frames));
  Work w = {rows, cols, frames, times};
  BenchVariant variants[] = {{"naive loop", run_naive, &w},
      {"eeg_dsp_matrix", run_ours, &w}, {"memcpy", run_memcpy, &w}};
  Bench bench = {name, "input sample", (gdouble) cols * frames * times,
      variants, 3, 31, FALSE};
  BenchResult results[3];
  guint r, k;

  for (r = 0; r <= rows; r++)
    start[r] = r * n;
  for (r = 0; r < rows; r++)
    for (k = 0; k < n; k++) {
      index[r * n + k] = terms == 1 ? (r * 7 + 3) % cols : (r + k) % cols;
      value[r * n + k] = terms == 1 ? 1 : k ? -0.25 : 1;
    }
  for (k = 0; k < cols; k++)
    mean[k] = 1.0 / cols;
  for (r = 0; r < rows; r++)
    share[r] = -1;
  w.spec = (EegDspMatrixSpec){rows, cols, start, index, value,
      common ? mean : NULL, common ? share : NULL};
  w.dense = g_new0 (gdouble, (gsize) rows * cols);
  for (r = 0; r < rows; r++) {
    for (k = 0; k < n; k++)
      w.dense[(gsize) r * cols + index[r * n + k]] += value[r * n + k];
    for (k = 0; common && k < cols; k++)
      w.dense[(gsize) r * cols + k] -= mean[k];
  }
  w.in = g_new (float, (gsize) cols *frames);
  w.out = g_new (float, (gsize) MAX (rows, cols) * frames);
  for (k = 0; k < cols * frames; k++)
    w.in[k] = (float) (1e-4 * ((k * 2654435761u) % 1000));
  w.matrix = eeg_dsp_matrix_new (&w.spec);
  bench_run (&bench, results);
  bench_report (&bench, results);
  eeg_dsp_matrix_free (w.matrix);
  g_free (w.dense);
  g_free (w.in);
  g_free (w.out);
}

typedef struct
{
  guint channels, frames, total, at;
  float *in, *out;
  EegQualityMeter *meter;
  EegQualityLimits limits;
  GArray *runs;
} Watch;

/* A second of signal in buffers of 4 ms. */
static void
run_quality (gpointer data)
{
  Watch *w = data;
  guint f, n, done;
  gboolean due;

  for (f = 0; f < w->total; f += n)
    for (n = 0; n < w->frames; n += done) {
      g_array_set_size (w->runs, 0);
      done = eeg_quality_meter_push (w->meter, EEG_QUALITY_F32,
          w->in + (gsize) (f + n) * w->channels,
          MIN (w->frames, w->total - f) - n, w->runs, &due);
      if (due)
        eeg_quality_meter_evaluate (w->meter, &w->limits);
      if (f + n + done >= w->total)
        return;
    }
}

static void
run_copy (gpointer data)
{
  Watch *w = data;

  memcpy (w->out, w->in, sizeof (float) * w->total * w->channels);
}

static void
bench_quality (guint channels, guint rate)
{
  g_autofree gchar *name =
      g_strdup_printf ("quality %u channels at %u Hz", channels, rate);
  g_autofree gdouble *volts = g_new (gdouble, channels);
  Watch w = {channels, MAX (1, rate / 250), rate, 0};
  BenchVariant variants[] = {
      {"memcpy", run_copy, &w}, {"meter", run_quality, &w}};
  Bench bench = {
      name, "sample", (gdouble) channels * rate, variants, 2, 15, FALSE};
  BenchResult results[2];
  guint k;

  for (k = 0; k < channels; k++)
    volts[k] = 1;
  w.limits = (EegQualityLimits){
      0, 0.01, 0.2e-6, 20e-6, 15e-6, 35, -4, -0.2, 100e-6, 0.5e-6};
  w.in = g_new (float, (gsize) channels *rate);
  w.out = g_new (float, (gsize) channels *rate);
  for (k = 0; k < channels * rate; k++)
    w.in[k] = (float) (1e-5 * (((k * 2654435761u) >> 8) % 1000) / 1000);
  w.runs = g_array_new (FALSE, FALSE, sizeof (EegQualityRun));
  w.meter = eeg_quality_meter_new (channels, rate,
      (guint) gst_fft_next_fast_length ((gint) (2 * rate)), rate / 2, volts,
      volts);
  bench_run (&bench, results);
  bench_report (&bench, results);
  g_print (
      "  = %.3f %% of a core\n", results[1].median_ns * channels * rate / 1e7);
  eeg_quality_meter_free (w.meter);
  g_array_unref (w.runs);
  g_free (w.in);
  g_free (w.out);
}

int
main (int argc, char **argv)
{
  g_print ("instruction set: %s\n", eeg_dsp_isa_name (eeg_dsp_isa ()));
  bench_matrix ("select", 64, 1024, 1, FALSE, 16);
  bench_matrix ("reorder", 32, 32, 1, FALSE, 16);
  bench_matrix ("reorder", 1024, 1024, 1, FALSE, 16);
  bench_matrix ("bipolar", 32, 32, 2, FALSE, 16);
  bench_matrix ("laplacian", 32, 32, 5, FALSE, 16);
  bench_matrix ("average", 32, 32, 1, TRUE, 16);
  bench_matrix ("average", 1024, 1024, 1, TRUE, 16);
  bench_matrix ("matrix", 8, 8, 0, FALSE, 16);
  bench_matrix ("matrix", 32, 32, 0, FALSE, 1);
  bench_matrix ("matrix", 32, 32, 0, FALSE, 16);
  bench_matrix ("matrix", 32, 32, 0, FALSE, 400);
  bench_matrix ("matrix", 256, 256, 0, FALSE, 1);
  bench_matrix ("matrix", 256, 256, 0, FALSE, 16);
  bench_matrix ("matrix", 256, 256, 0, FALSE, 400);
  bench_quality (8, 250);
  bench_quality (32, 4000);
  bench_quality (256, 1000);
  return 0;
}
