/* EEG signal processing in pure C: Fourier transform of many channels at once
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Stockham's self-sorting algorithm with radices 4, 2, 3, 5 and small odd ones;
 * a length with a larger prime factor is a convolution (Bluestein) of a smooth
 * length. An even length is transformed as half as many complex values.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-fft.h"

/* A complex transform of n values without large primes. */
typedef struct
{
  size_t n, n_passes;
  EegDspFftPass passes[EEG_DSP_FFT_MAX_PASSES];
} Plan;

struct _EegDspFft
{
  const EegDspFftKernel *kernel;
  size_t length, n; /* real, and complex values that are transformed */
  size_t bins;
  Plan plan;         /* of n, or of the convolution */
  double *twiddles;  /* [bins][2], even lengths only */
  double *chirp;     /* [n][2], Bluestein only */
  double *response;  /* [plan.n][2], its transform's conjugate chirp */
  double *buffer[2]; /* complex rows, plan.n each */
};

/* exp (-2 pi i k / n), exact to the last bit or so for any k < n: the angle
 * that is computed never exceeds pi / 4. */
static void
root (size_t k, size_t n, double *re, double *im)
{
  size_t eighth = (8 * k) / n, rest = 8 * k - eighth * n;
  double a, c, s, t;

  if (eighth & 1)
    rest = n - rest;
  a = 2 * M_PI * ((double) rest / (8 * (double) n));
  c = cos (a);
  s = sin (a);
  if (((eighth + 1) >> 1) & 1) {
    t = c;
    c = s;
    s = t;
  }
  *re = ((eighth + 2) & 7) < 4 ? c : -c;
  *im = eighth < 4 ? -s : s;
}

static double *
alloc_doubles (size_t n)
{
  double *p = aligned_alloc (64, (n * sizeof *p + 63) / 64 * 64);

  if (p)
    memset (p, 0, n * sizeof *p);
  return p;
}

/* The radices of @n, or 0 passes when a prime is too large. */
static size_t
factorise (size_t n, size_t radices[EEG_DSP_FFT_MAX_PASSES])
{
  size_t count = 0, r;

  while (n % 4 == 0 && count < EEG_DSP_FFT_MAX_PASSES) {
    radices[count++] = 4;
    n /= 4;
  }
  for (r = 2; r <= EEG_DSP_FFT_MAX_RADIX && n > 1; r++)
    while (n % r == 0 && count < EEG_DSP_FFT_MAX_PASSES) {
      radices[count++] = r;
      n /= r;
    }
  return n == 1 ? count : 0;
}

static void
plan_clear (Plan *plan)
{
  size_t i;

  for (i = 0; i < plan->n_passes; i++) {
    free ((double *) plan->passes[i].twiddles);
    free ((double *) plan->passes[i].roots);
  }
  plan->n_passes = 0;
}

static int
plan_init (Plan *plan, size_t n)
{
  size_t radices[EEG_DSP_FFT_MAX_PASSES], count, i, k, p, length = n, s = 1;

  plan->n = n;
  plan->n_passes = 0;
  count = factorise (n, radices);
  for (i = 0; i < count; i++) {
    EegDspFftPass *ps = plan->passes + i;
    size_t r = radices[i];
    double *w, *roots = NULL;

    ps->radix = r;
    ps->m = length / r;
    ps->s = s;
    w = alloc_doubles (2 * ps->m * (r - 1));
    ps->twiddles = w;
    if (r > 5)
      ps->roots = roots = alloc_doubles (2 * r);
    plan->n_passes++;
    if (!w || (r > 5 && !roots))
      return 0;
    for (p = 0; p < ps->m; p++)
      for (k = 1; k < r; k++, w += 2)
        root (k * p, length, w, w + 1);
    for (k = 0; roots && k < r; k++) {
      root (k, r, roots + 2 * k, roots + 2 * k + 1);
      roots[2 * k + 1] = -roots[2 * k + 1];
    }
    length = ps->m;
    s *= r;
  }
  return 1;
}

/* From buffer @from; returns the index of the buffer with the result. */
static int
plan_run (const EegDspFft *fft, int from)
{
  size_t i;

  for (i = 0; i < fft->plan.n_passes; i++, from ^= 1)
    fft->kernel->pass (
        fft->plan.passes + i, fft->buffer[from], fft->buffer[from ^ 1]);
  return from;
}

static size_t
smooth_from (size_t n)
{
  size_t best = 1, p;

  while (best < n)
    best *= 2;
  /* 3, 5 or 9 times a power of two may come closer. */
  for (p = 1; p < best; p *= 2) {
    if (3 * p >= n && 3 * p < best)
      best = 3 * p;
    if (5 * p >= n && 5 * p < best)
      best = 5 * p;
    if (9 * p >= n && 9 * p < best)
      best = 9 * p;
  }
  return best;
}

/* exp (-i pi k^2 / n) times the values, convolved with its conjugate. */
static int
init_bluestein (EegDspFft *fft)
{
  const size_t n = fft->n, length = fft->plan.n, lanes = fft->kernel->lanes;
  size_t k, l;
  double *row;
  int at;

  fft->chirp = alloc_doubles (2 * n);
  fft->response = alloc_doubles (2 * length);
  if (!fft->chirp || !fft->response)
    return 0;
  for (k = 0; k < n; k++)
    root ((size_t) ((unsigned long long) k * k % (2 * n)), 2 * n,
        fft->chirp + 2 * k, fft->chirp + 2 * k + 1);
  for (k = 0; k < n; k++)
    for (l = 0; l < 2; l++) {
      row = fft->buffer[0] + (2 * k + l) * lanes;
      row[0] = l ? -fft->chirp[2 * k + 1] : fft->chirp[2 * k];
      if (k > 0)
        fft->buffer[0][(2 * (length - k) + l) * lanes] = row[0];
    }
  at = plan_run (fft, 0);
  for (k = 0; k < 2 * length; k++)
    fft->response[k] = fft->buffer[at][k * lanes] / (double) length;
  memset (fft->buffer[0], 0, 2 * length * lanes * sizeof (double));
  return 1;
}

EegDspFft *
eeg_dsp_fft_new (size_t length, EegDspIsa isa)
{
  size_t radices[EEG_DSP_FFT_MAX_PASSES], k;
  int smooth;
  EegDspFft *fft;

  if (length < 1 || length > EEG_DSP_FFT_MAX_LENGTH)
    return NULL;
  fft = calloc (1, sizeof *fft);
  if (!fft)
    return NULL;
  fft->kernel = &eeg_dsp_fft_baseline;
#ifdef EEG_DSP_HAVE_X86
  if (isa == EEG_DSP_ISA_AVX512 && eeg_dsp_isa_supported (isa))
    fft->kernel = &eeg_dsp_fft_avx512;
  else if (isa == EEG_DSP_ISA_AVX2 && eeg_dsp_isa_supported (isa))
    fft->kernel = &eeg_dsp_fft_avx2;
#endif
  fft->length = length;
  fft->n = length % 2 ? length : length / 2;
  fft->bins = length / 2 + 1;
  smooth = fft->n == 1 || factorise (fft->n, radices) > 0;
  if (!plan_init (&fft->plan, smooth ? fft->n : smooth_from (2 * fft->n - 1)))
    goto no_memory;
  for (k = 0; k < 2; k++) {
    fft->buffer[k] = alloc_doubles (2 * fft->plan.n * fft->kernel->lanes);
    if (!fft->buffer[k])
      goto no_memory;
  }
  if (!smooth && !init_bluestein (fft))
    goto no_memory;
  if (length % 2 == 0) {
    fft->twiddles = alloc_doubles (2 * fft->bins);
    if (!fft->twiddles)
      goto no_memory;
    for (k = 0; k < fft->bins; k++)
      root (k, length, fft->twiddles + 2 * k, fft->twiddles + 2 * k + 1);
  }
  return fft;

no_memory:
  eeg_dsp_fft_free (fft);
  return NULL;
}

void
eeg_dsp_fft_free (EegDspFft *fft)
{
  if (!fft)
    return;
  plan_clear (&fft->plan);
  free (fft->twiddles);
  free (fft->chirp);
  free (fft->response);
  free (fft->buffer[0]);
  free (fft->buffer[1]);
  free (fft);
}

const EegDspFftKernel *
eeg_dsp_fft_kernel (const EegDspFft *fft)
{
  return fft->kernel;
}

size_t
eeg_dsp_fft_bins (const EegDspFft *fft)
{
  return fft->bins;
}

double *
eeg_dsp_fft_input (EegDspFft *fft, size_t *step)
{
  const size_t row = 2 * fft->kernel->lanes;

  *step = fft->length % 2 ? 2 : 1;
  /* What the last transform left between the real parts, and behind them. */
  if (*step == 2 || fft->chirp)
    memset (fft->buffer[0], 0, fft->plan.n * row * sizeof (double));
  return fft->buffer[0];
}

void
eeg_dsp_fft_add_power (EegDspFft *fft, double *power)
{
  const EegDspFftKernel *kernel = fft->kernel;
  int at = 0;

  if (fft->chirp) {
    kernel->multiply (fft->buffer[0], fft->chirp, fft->buffer[0], fft->n, 0, 0);
    at = plan_run (fft, 0);
    kernel->multiply (
        fft->buffer[at], fft->response, fft->buffer[at], fft->plan.n, 0, 1);
    at = plan_run (fft, at);
    kernel->multiply (
        fft->buffer[at], fft->chirp, fft->buffer[at], fft->n, 1, 0);
  } else {
    at = plan_run (fft, 0);
  }
  kernel->power (fft->buffer[at], fft->twiddles,
      fft->length % 2 ? 0 : fft->length / 2, fft->bins, power);
}
