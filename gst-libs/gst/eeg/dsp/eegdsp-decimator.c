/* EEG signal processing in pure C: decimation by a whole number
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A windowed-sinc (Kaiser) low-pass of odd length, evaluated only where an
 * output is wanted. Rows of input wait in a sliding buffer; the kernel of the
 * chosen instruction set sums them for all channels at once.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-decimator.h"

struct _EegDspDecimator
{
  size_t channels, padded, factor;
  size_t half; /* taps on each side of the middle one */
  size_t skip; /* input frame of the first output */
  size_t rows, capacity;
  uint64_t seen, made; /* inputs and outputs since reset */
  EegDspFir kernel;
  double *taps;
  double *buffer; /* [capacity][padded] */
  double *result, *last;
};

static double
design_attenuation (EegDspQuality quality)
{
  /* A little more than promised: the formula for the length is approximate. */
  return eeg_dsp_decimator_attenuation (quality) + 4;
}

double
eeg_dsp_decimator_attenuation (EegDspQuality quality)
{
  switch (quality) {
    case EEG_DSP_QUALITY_LOW:
      return 60;
    case EEG_DSP_QUALITY_HIGH:
      return 140;
    default:
      return 100;
  }
}

size_t
eeg_dsp_decimator_delay_for (int factor, EegDspQuality quality)
{
  /* Transition from 0.4 to 0.6 of the output rate. */
  double width = 2 * M_PI * 0.2 / factor;

  if (factor <= 1)
    return 0;
  return (size_t) ceil (
      (design_attenuation (quality) - 7.95) / (2.285 * width) / 2);
}

static double
bessel_i0 (double x)
{
  double sum = 1, term = 1;
  int k;

  for (k = 1; k < 200 && term > 1e-18 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

/* Right half of the taps, h[0] the middle one; normalised to gain 1 at DC. */
static void
design (int factor, EegDspQuality quality, double *h, size_t half)
{
  double beta = 0.1102 * (design_attenuation (quality) - 8.7);
  double scale = bessel_i0 (beta), sum = 0;
  size_t i;

  if (half == 0) {
    h[0] = 1;
    return;
  }
  for (i = 0; i <= half; i++) {
    double r = (double) i / half, x = M_PI * i / factor;
    h[i] = (i ? sin (x) / x : 1) / factor *
           bessel_i0 (beta * sqrt (1 - r * r)) / scale;
    sum += i ? 2 * h[i] : h[i];
  }
  for (i = 0; i <= half; i++)
    h[i] /= sum;
}

double
eeg_dsp_decimator_gain (int factor, EegDspQuality quality, double frequency)
{
  size_t half = eeg_dsp_decimator_delay_for (factor, quality), i;
  double *h = malloc ((half + 1) * sizeof *h), g;

  if (!h)
    return NAN;
  design (factor, quality, h, half);
  g = h[0];
  for (i = 1; i <= half; i++)
    g += 2 * h[i] * cos (2 * M_PI * frequency * i);
  free (h);
  return g;
}

static double *
alloc_doubles (size_t n)
{
  size_t size = (n * sizeof (double) + 63) / 64 * 64;
  double *p = aligned_alloc (64, size);

  if (p)
    memset (p, 0, size);
  return p;
}

EegDspDecimator *
eeg_dsp_decimator_new_for_isa (
    int factor, EegDspQuality quality, int channels, EegDspIsa isa)
{
  EegDspDecimator *d;
  size_t i;

  if (factor < 1 || factor > EEG_DSP_DECIMATOR_MAX_FACTOR || channels < 1)
    return NULL;
  d = calloc (1, sizeof *d);
  if (!d)
    return NULL;
  d->channels = channels;
  d->padded = (d->channels + EEG_DSP_PAD - 1) / EEG_DSP_PAD * EEG_DSP_PAD;
  d->factor = factor;
  d->half = eeg_dsp_decimator_delay_for (factor, quality);
  /* Twice the length, so that rows move only once a filter length. */
  d->capacity = 2 * (2 * d->half + 1) + 16;
  d->kernel = eeg_dsp_kernels_for (isa)->fir;
  d->taps = alloc_doubles (2 * d->half + 1);
  d->buffer = alloc_doubles (d->capacity * d->padded);
  d->result = alloc_doubles (d->padded);
  d->last = alloc_doubles (d->padded);
  if (!d->taps || !d->buffer || !d->result || !d->last) {
    eeg_dsp_decimator_free (d);
    return NULL;
  }
  design (factor, quality, d->taps + d->half, d->half);
  for (i = 1; i <= d->half; i++)
    d->taps[d->half - i] = d->taps[d->half + i];
  return d;
}

EegDspDecimator *
eeg_dsp_decimator_new (int factor, EegDspQuality quality, int channels)
{
  return eeg_dsp_decimator_new_for_isa (
      factor, quality, channels, eeg_dsp_isa ());
}

void
eeg_dsp_decimator_free (EegDspDecimator *d)
{
  if (!d)
    return;
  free (d->taps);
  free (d->buffer);
  free (d->result);
  free (d->last);
  free (d);
}

void
eeg_dsp_decimator_reset_at (EegDspDecimator *d, size_t skip)
{
  d->skip = skip % d->factor;
  d->rows = 0;
  d->seen = d->made = 0;
  memset (d->last, 0, d->padded * sizeof (double));
}

void
eeg_dsp_decimator_reset (EegDspDecimator *d)
{
  eeg_dsp_decimator_reset_at (d, 0);
}

size_t
eeg_dsp_decimator_delay (const EegDspDecimator *d)
{
  return d->half;
}

/* Outputs whose whole neighbourhood is among the first @seen inputs. */
static uint64_t
ready (const EegDspDecimator *d, uint64_t seen)
{
  size_t first = d->half + d->skip;

  return seen > first ? (seen - first - 1) / d->factor + 1 : 0;
}

size_t
eeg_dsp_decimator_available (const EegDspDecimator *d, size_t frames)
{
  return (size_t) (ready (d, d->seen + frames) - ready (d, d->seen));
}

size_t
eeg_dsp_decimator_pending (const EegDspDecimator *d)
{
  if (d->seen <= d->skip)
    return 0;
  return (size_t) ((d->seen - d->skip - 1) / d->factor + 1 - d->made);
}

/* The buffer's last row is always the newest input, so the rows before the
 * neighbourhood of the next output can go when it is full. */
static double *
new_row (EegDspDecimator *d)
{
  if (d->rows == d->capacity) {
    size_t keep = 2 * d->half;
    memmove (d->buffer, d->buffer + (d->rows - keep) * d->padded,
        keep * d->padded * sizeof (double));
    d->rows = keep;
  }
  return d->buffer + d->rows++ * d->padded;
}

/* After the first row: as if it had been there for ever. */
static void
hold_before (EegDspDecimator *d)
{
  size_t i;

  for (i = 0; i < d->half; i++)
    memcpy (new_row (d), d->last, d->padded * sizeof (double));
}

static int
emit (EegDspDecimator *d)
{
  size_t taps = 2 * d->half + 1;

  if (ready (d, d->seen) == d->made)
    return 0;
  d->kernel (d->taps, taps, d->buffer + (d->rows - taps) * d->padded, d->padded,
      d->result, d->padded);
  d->made++;
  return 1;
}

#define EEG_TYPE    float
#define EEG_NAME(n) n##_f32
#include "eegdsp-decimator.inc"
#undef EEG_TYPE
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_NAME(n) n##_f64
#include "eegdsp-decimator.inc"
