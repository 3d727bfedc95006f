/* EEG signal processing in pure C: filter with any finite impulse response
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * As in the decimator, channels go in groups, each with a history of its own in
 * one piece, summed by the kernel of the chosen instruction set.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-fir.h"

#define GROUP 32 /* channels */
#define BLOCK 64 /* frames that enter a history at a time */

/* A gain below this part of the taps is what rounding leaves of 0. */
#define NOTHING 1e-13

struct _EegDspFirFilter
{
  size_t channels, n_groups, n_taps, capacity, rows;
  size_t keep; /* rows before the new ones: for the taps, and one for repairs */
  int fresh;   /* no frame since the last reset */
  EegDspStart start;
  const EegDspKernels *kernels;
  double *taps;     /* with zeros around them, for the kernel */
  double *result;   /* [BLOCK][GROUP] */
  double **history; /* of a group: [capacity][stride] */
};

static size_t
group_width (const EegDspFirFilter *f, size_t group)
{
  size_t left = f->channels - group * GROUP;

  return left < GROUP ? left : GROUP;
}

static size_t
stride_of (size_t width)
{
  return (width + 7) / 8 * 8;
}

EegDspFirFilter *
eeg_dsp_fir_new_for_isa (
    const double *taps, size_t n_taps, int channels, EegDspIsa isa)
{
  EegDspFirFilter *f;
  size_t g;

  if (n_taps < 1 || n_taps > EEG_DSP_FIR_MAX_TAPS || channels < 1)
    return NULL;
  f = calloc (1, sizeof *f);
  if (!f)
    return NULL;
  f->channels = channels;
  f->n_groups = (f->channels + GROUP - 1) / GROUP;
  f->n_taps = n_taps;
  f->keep = n_taps > 1 ? n_taps - 1 : 1;
  f->kernels = eeg_dsp_kernels_for (isa);
  /* Rows move only once a filter length. */
  f->capacity = 2 * n_taps + BLOCK;
  f->taps = calloc (n_taps + 2 * (EEG_DSP_FIR_ROWS - 1), sizeof (double));
  f->result = aligned_alloc (64, BLOCK * GROUP * sizeof (double));
  f->history = calloc (f->n_groups, sizeof *f->history);
  if (!f->taps || !f->result || !f->history)
    goto no_memory;
  memcpy (f->taps + EEG_DSP_FIR_ROWS - 1, taps, n_taps * sizeof (double));
  for (g = 0; g < f->n_groups; g++) {
    size_t size = f->capacity * stride_of (group_width (f, g));

    f->history[g] = aligned_alloc (64, size * sizeof (double));
    if (!f->history[g])
      goto no_memory;
    memset (f->history[g], 0, size * sizeof (double));
  }
  eeg_dsp_fir_reset (f, EEG_DSP_START_STEADY);
  return f;

no_memory:
  eeg_dsp_fir_free (f);
  return NULL;
}

EegDspFirFilter *
eeg_dsp_fir_new (const double *taps, size_t n_taps, int channels)
{
  return eeg_dsp_fir_new_for_isa (taps, n_taps, channels, eeg_dsp_isa ());
}

void
eeg_dsp_fir_free (EegDspFirFilter *f)
{
  size_t g;

  if (!f)
    return;
  for (g = 0; f->history && g < f->n_groups; g++)
    free (f->history[g]);
  free (f->history);
  free (f->taps);
  free (f->result);
  free (f);
}

void
eeg_dsp_fir_reset (EegDspFirFilter *f, EegDspStart start)
{
  f->start = start;
  f->fresh = 1;
  f->rows = 0;
}

/* The rows before the first one. */
static void
precede (EegDspFirFilter *f, double *history, size_t stride)
{
  const double *first = history + f->keep * stride;
  size_t i;

  for (i = 0; i < f->keep; i++) {
    if (f->start == EEG_DSP_START_STEADY)
      memcpy (history + i * stride, first, stride * sizeof (double));
    else
      memset (history + i * stride, 0, stride * sizeof (double));
  }
}

void
eeg_dsp_fir_response (const double *taps, size_t n_taps, double rate,
    double frequency, double *re, double *im)
{
  double complex h = 0;
  size_t i;

  for (i = 0; i < n_taps; i++)
    h += taps[i] * cexp (-I * 2 * M_PI * frequency / rate * (double) i);
  *re = creal (h);
  *im = cimag (h);
}

/* Re (sum n h[n] z^n / sum h[n] z^n). */
int
eeg_dsp_fir_group_delay (const double *taps, size_t n_taps, double rate,
    double frequency, double *seconds)
{
  double complex h = 0, weighted = 0;
  double size = 0;
  size_t i;

  for (i = 0; i < n_taps; i++) {
    double complex at =
        taps[i] * cexp (-I * 2 * M_PI * frequency / rate * (double) i);

    h += at;
    weighted += at * (double) i;
    size += fabs (taps[i]);
  }
  if (!(cabs (h) > NOTHING * size))
    return 0;
  *seconds = creal (weighted / h) / rate;
  return 1;
}

#define EEG_TYPE    float
#define EEG_NAME(n) n##_f32
#include "eegdsp-fir.inc"
#undef EEG_TYPE
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_NAME(n) n##_f64
#include "eegdsp-fir.inc"
