/* EEG signal processing in pure C: decimation by a whole number
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Windowed-sinc (Kaiser) low-passes of odd length, each evaluated only where an
 * output is wanted. The early stages only keep away what would fold into the
 * band that the last one keeps, so they are short; the last one is steep, but
 * runs at a low rate.
 *
 * Channels go in groups, each with a history of its own in one piece, so that a
 * group's work stays in the cache however many channels there are. The kernel
 * of the chosen instruction set sums the rows of a history for a whole group.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-decimator.h"

#define GROUP 32 /* channels */

typedef struct
{
  size_t factor;
  size_t half; /* taps on each side of the middle one */
  double *h;   /* right half, h[0] the middle one */
} Stage;

/* History of one stage for one group. */
typedef struct
{
  size_t stride, rows, capacity;
  size_t skip;         /* input of the first output */
  uint64_t seen, made; /* inputs and outputs since reset */
  double *buffer;      /* [capacity][stride] */
} Line;

struct _EegDspDecimator
{
  size_t channels, n_groups, n_stages, factor;
  const EegDspKernels *kernels;
  Stage stages[EEG_DSP_DECIMATOR_MAX_STAGES];
  Line *lines; /* [group][stage] */
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

/* One stage of those that make @total of @factor and the later ones: edges as
 * fractions of its input rate. It keeps 0.4 of the final rate, and what folds
 * must stay above 0.6 of it, where the last stage removes it. */
static void
edges (int total, int factor, double *pass, double *stop)
{
  *pass = 0.4 / total;
  *stop = 1.0 / factor - 0.6 / total;
  if (factor == total)
    *stop = 0.6 / total;
}

static size_t
half_for (int total, int factor, EegDspQuality quality)
{
  double pass, stop;

  if (factor <= 1)
    return 0;
  edges (total, factor, &pass, &stop);
  return (size_t) ceil ((design_attenuation (quality) - 7.95) /
                        (2.285 * 2 * M_PI * (stop - pass)) / 2);
}

/* What a stage costs: products an input of the first stage, of which @share
 * reach this one, and a little for keeping the history; and delay, because who
 * looks at an EEG or reacts to it waits for that. */
static double
price (int total, int factor, EegDspQuality quality, double share)
{
  double half = (double) half_for (total, factor, quality);

  return share * (2 * half + 10) / factor + 2 * half / total;
}

static double
search (int total, EegDspQuality quality, double share, int *stages, int *n)
{
  double best = price (total, total, quality, share);
  int m;

  stages[0] = total;
  *n = 1;
  for (m = 2; m * 2 <= total; m++) {
    int rest[EEG_DSP_DECIMATOR_MAX_STAGES], k;
    double sum;

    if (total % m != 0)
      continue;
    sum = price (total, m, quality, share);
    if (sum >= best)
      continue;
    sum += search (total / m, quality, share / m, rest, &k);
    if (sum < best && k < EEG_DSP_DECIMATOR_MAX_STAGES) {
      best = sum;
      stages[0] = m;
      memcpy (stages + 1, rest, k * sizeof *rest);
      *n = k + 1;
    }
  }
  return best;
}

int
eeg_dsp_decimator_stages (
    int factor, EegDspQuality quality, int stages[EEG_DSP_DECIMATOR_MAX_STAGES])
{
  int n;

  if (factor < 1 || factor > EEG_DSP_DECIMATOR_MAX_FACTOR)
    return 0;
  search (factor, quality, 1, stages, &n);
  return n;
}

size_t
eeg_dsp_decimator_delay_for (int factor, EegDspQuality quality)
{
  int stages[EEG_DSP_DECIMATOR_MAX_STAGES], i, rest = factor;
  int n = eeg_dsp_decimator_stages (factor, quality, stages);
  size_t delay = 0;

  for (i = 0; i < n; i++) {
    delay += half_for (rest, stages[i], quality) * (factor / rest);
    rest /= stages[i];
  }
  return delay;
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

/* Normalised to gain 1 at DC. */
static void
design (int total, int factor, EegDspQuality quality, double *h, size_t half)
{
  double beta = 0.1102 * (design_attenuation (quality) - 8.7);
  double scale = bessel_i0 (beta), sum = 0, pass, stop;
  size_t i;

  if (half == 0) {
    h[0] = 1;
    return;
  }
  edges (total, factor, &pass, &stop);
  for (i = 0; i <= half; i++) {
    double r = (double) i / half, x = M_PI * i * (pass + stop);
    h[i] = (i ? sin (x) / x : 1) * (pass + stop) *
           bessel_i0 (beta * sqrt (1 - r * r)) / scale;
    sum += i ? 2 * h[i] : h[i];
  }
  for (i = 0; i <= half; i++)
    h[i] /= sum;
}

static double
stage_gain (int total, int factor, EegDspQuality quality, double frequency)
{
  size_t half = half_for (total, factor, quality), i;
  double *h = malloc ((half + 1) * sizeof *h), g;

  if (!h)
    return NAN;
  design (total, factor, quality, h, half);
  g = h[0];
  for (i = 1; i <= half; i++)
    g += 2 * h[i] * cos (2 * M_PI * frequency * i);
  free (h);
  return g;
}

double
eeg_dsp_decimator_gain (int factor, EegDspQuality quality, double frequency)
{
  int stages[EEG_DSP_DECIMATOR_MAX_STAGES], i, rest = factor;
  int n = eeg_dsp_decimator_stages (factor, quality, stages);
  double g = 1;

  for (i = 0; i < n; i++) {
    g *= stage_gain (rest, stages[i], quality, frequency * (factor / rest));
    rest /= stages[i];
  }
  return n ? g : NAN;
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

static size_t
group_width (const EegDspDecimator *d, size_t group)
{
  size_t left = d->channels - group * GROUP;

  return left < GROUP ? left : GROUP;
}

/* Few channels need no more of a vector than they fill. */
static size_t
padded (size_t width)
{
  size_t n = 1;

  if (width > 8)
    return (width + 7) / 8 * 8;
  while (n < width)
    n *= 2;
  return n;
}

EegDspDecimator *
eeg_dsp_decimator_new_for_isa (
    int factor, EegDspQuality quality, int channels, EegDspIsa isa)
{
  int stages[EEG_DSP_DECIMATOR_MAX_STAGES], rest = factor, n;
  EegDspDecimator *d;
  size_t g, i;

  n = eeg_dsp_decimator_stages (factor, quality, stages);
  if (n == 0 || channels < 1)
    return NULL;
  d = calloc (1, sizeof *d);
  if (!d)
    return NULL;
  d->channels = channels;
  d->n_groups = (d->channels + GROUP - 1) / GROUP;
  d->n_stages = n;
  d->factor = factor;
  d->kernels = eeg_dsp_kernels_for (isa);
  d->lines = calloc (d->n_groups * d->n_stages, sizeof *d->lines);
  if (!d->lines)
    goto no_memory;
  for (i = 0; i < d->n_stages; i++) {
    Stage *s = d->stages + i;

    s->factor = stages[i];
    s->half = half_for (rest, stages[i], quality);
    s->h = alloc_doubles (s->half + 1);
    if (!s->h)
      goto no_memory;
    design (rest, stages[i], quality, s->h, s->half);
    rest /= stages[i];
  }
  for (g = 0; g < d->n_groups; g++)
    for (i = 0; i < d->n_stages; i++) {
      Line *l = d->lines + g * d->n_stages + i;

      l->stride = padded (group_width (d, g));
      /* Twice the length, so that rows move only once a filter length. */
      l->capacity = 2 * (2 * d->stages[i].half + 1) + 64;
      l->buffer = alloc_doubles (l->capacity * l->stride);
      if (!l->buffer)
        goto no_memory;
    }
  eeg_dsp_decimator_reset (d);
  return d;

no_memory:
  eeg_dsp_decimator_free (d);
  return NULL;
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
  size_t i;

  if (!d)
    return;
  for (i = 0; i < d->n_stages; i++)
    free (d->stages[i].h);
  for (i = 0; d->lines && i < d->n_groups * d->n_stages; i++)
    free (d->lines[i].buffer);
  free (d->lines);
  free (d);
}

void
eeg_dsp_decimator_reset_at (EegDspDecimator *d, size_t skip)
{
  size_t g, i;

  for (g = 0; g < d->n_groups; g++) {
    size_t rest = skip % d->factor;

    for (i = 0; i < d->n_stages; i++) {
      Line *l = d->lines + g * d->n_stages + i;

      l->skip = rest % d->stages[i].factor;
      l->rows = 0;
      l->seen = l->made = 0;
      rest /= d->stages[i].factor;
    }
  }
}

void
eeg_dsp_decimator_reset (EegDspDecimator *d)
{
  eeg_dsp_decimator_reset_at (d, 0);
}

size_t
eeg_dsp_decimator_delay (const EegDspDecimator *d)
{
  size_t i, rate = 1, delay = 0;

  for (i = 0; i < d->n_stages; i++) {
    delay += d->stages[i].half * rate;
    rate *= d->stages[i].factor;
  }
  return delay;
}

/* Outputs of a stage whose whole neighbourhood is among @seen inputs. */
static uint64_t
ready_after (const Stage *s, const Line *l, uint64_t seen)
{
  size_t first = s->half + l->skip;

  return seen > first ? (seen - first - 1) / s->factor + 1 : 0;
}

static uint64_t
ready (const Stage *s, const Line *l)
{
  return ready_after (s, l, l->seen);
}

size_t
eeg_dsp_decimator_available (const EegDspDecimator *d, size_t frames)
{
  size_t i;

  for (i = 0; i < d->n_stages; i++) {
    const Line *l = d->lines + i;

    frames =
        (size_t) (ready_after (&d->stages[i], l, l->seen + frames) - l->made);
  }
  return frames;
}

/* Outputs that a stage owes for @seen inputs, once the stream has ended. */
static size_t
owed (const Stage *s, const Line *l, uint64_t seen)
{
  return seen > l->skip
             ? (size_t) ((seen - l->skip - 1) / s->factor + 1 - l->made)
             : 0;
}

static size_t
line_pending (const Stage *s, const Line *l)
{
  return owed (s, l, l->seen);
}

size_t
eeg_dsp_decimator_pending (const EegDspDecimator *d)
{
  size_t i, n = 0;

  for (i = 0; i < d->n_stages; i++)
    n = owed (&d->stages[i], d->lines + i, d->lines[i].seen + n);
  return n;
}

/* Room for rows in a history, at least one. Its last row is always the newest
 * input, so the rows before the neighbourhood of the next output can go when it
 * is full. */
static size_t
room (EegDspDecimator *d, size_t stage, Line *lines)
{
  const Stage *s = d->stages + stage;
  Line *l = lines + stage;

  if (l->rows == l->capacity) {
    size_t keep = s->half > 0 ? 2 * s->half : 1;
    memmove (l->buffer, l->buffer + (l->rows - keep) * l->stride,
        keep * l->stride * sizeof (double));
    l->rows = keep;
  }
  /* After the first row comes what holds it. */
  return l->seen == 0 ? 1 : l->capacity - l->rows;
}

static void
hold (Line *l)
{
  double *row = l->buffer + l->rows++ * l->stride;

  memcpy (row, row - l->stride, l->stride * sizeof (double));
}

/* After rows were added to a stage: computes the next output that is due, if
 * any, and hands it on. Returns whether one left the last stage, in @result. */
static int
advance (EegDspDecimator *d, size_t stage, Line *lines, double *result)
{
  for (;; stage++) {
    const Stage *s = d->stages + stage;
    Line *l = lines + stage;
    double *out = result;
    size_t i, mid;

    /* As if the first row had been there for ever. */
    if (l->seen == 1 && l->rows == 1)
      for (i = 0; i < s->half; i++)
        hold (l);
    if (ready (s, l) == l->made)
      return 0;
    mid = l->rows - (size_t) (l->seen - l->skip - l->made * s->factor);
    if (stage + 1 < d->n_stages) {
      room (d, stage + 1, lines);
      out = l[1].buffer + l[1].rows * l[1].stride;
    }
    d->kernels->fir (
        s->h, s->half, l->buffer + mid * l->stride, l->stride, out, l->stride);
    l->made++;
    if (stage + 1 == d->n_stages)
      return 1;
    l[1].rows++;
    l[1].seen++;
  }
}

#define EEG_TYPE    float
#define EEG_NAME(n) n##_f32
#include "eegdsp-decimator.inc"
#undef EEG_TYPE
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_NAME(n) n##_f64
#include "eegdsp-decimator.inc"
