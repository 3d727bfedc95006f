/* EEG signal processing in pure C: lower sampling rates
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every stage is evaluated only where an output is wanted. Channels go in
 * groups, each with a history of its own in one piece, so that a group's work
 * stays in the cache however many channels there are. The kernel of the chosen
 * instruction set sums the rows of a history for a whole group.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-decimator-design.h"

#define GROUP 32 /* channels */

/* Instants are counted in 1 / up of the stage's input frames. */
typedef struct
{
  int64_t up, down;
  size_t half;
  size_t taps;   /* rows that an output needs */
  double *h;     /* up = 1: right half, h[0] the middle one; else the newest
                   row's first, [up][taps], for each place between two inputs */
  int64_t *lead; /* up > 1: newest row after the one at or before the place */
} Stage;

/* History of one stage for one group. */
typedef struct
{
  size_t stride, rows, capacity;
  int64_t skip;       /* instant of the first output */
  int64_t seen, made; /* inputs and outputs since reset */
  double *buffer;     /* [capacity][stride] */
} Line;

struct _EegDspDecimator
{
  size_t channels, n_groups, n_stages;
  int up, down;
  const EegDspKernels *kernels;
  Stage stages[EEG_DSP_DECIMATOR_MAX_STAGES];
  Line *lines; /* [group][stage] */

  /* Minimum phase instead: all outputs, of which some are kept. */
  EegDspCascade *cascade;
  size_t until; /* inputs before the next one that is kept */
  void *scratch;
};

/* Frames of one run of the cascade. */
#define BLOCK 64

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

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

static int64_t
ceil_div (int64_t a, int64_t b)
{
  return a / b + (a % b > 0);
}

/* One set of taps for each place p / up after an input. The sum of each is made
 * 1, so that a constant stays one. */
static int
make_bank (Stage *s, const EegDspStagePlan *plan, EegDspQuality quality)
{
  double *right = alloc_doubles (s->half + 1);
  int64_t p, i;

  s->h = alloc_doubles (s->up * s->taps);
  s->lead = malloc (s->up * sizeof *s->lead);
  if (!right || !s->h || !s->lead) {
    free (right);
    return 0;
  }
  eeg_dsp_decimator_taps (plan, quality, right);
  for (p = 0; p < s->up; p++) {
    double *h = s->h + p * s->taps, sum = 0;
    int64_t lead = (p + (int64_t) s->half) / s->up;

    s->lead[p] = lead;
    for (i = 0; i < (int64_t) s->taps; i++) {
      int64_t at = (lead - i) * s->up - p;

      at = at < 0 ? -at : at;
      h[i] = at <= (int64_t) s->half ? right[at] : 0;
      sum += h[i];
    }
    for (i = 0; i < (int64_t) s->taps; i++)
      h[i] /= sum;
  }
  free (right);
  return 1;
}

static int
make_stage (Stage *s, const EegDspStagePlan *plan, EegDspQuality quality)
{
  s->up = plan->up;
  s->down = plan->down;
  s->half = plan->half;
  s->taps = 2 * s->half / s->up + 1;
  if (s->up > 1)
    return make_bank (s, plan, quality);
  s->h = alloc_doubles (s->half + 1);
  if (s->h)
    eeg_dsp_decimator_taps (plan, quality, s->h);
  return s->h != NULL;
}

static int
make_lines (EegDspDecimator *d)
{
  size_t g, i;

  d->lines = calloc (d->n_groups * d->n_stages, sizeof *d->lines);
  if (!d->lines)
    return 0;
  for (g = 0; g < d->n_groups; g++)
    for (i = 0; i < d->n_stages; i++) {
      Line *l = d->lines + g * d->n_stages + i;

      l->stride = padded (group_width (d, g));
      /* Twice the length, so that rows move only once a filter length. */
      l->capacity = 2 * d->stages[i].taps + 64;
      l->buffer = alloc_doubles (l->capacity * l->stride);
      if (!l->buffer)
        return 0;
    }
  return 1;
}

EegDspDecimator *
eeg_dsp_decimator_new_full (
    const EegDspDecimatorSpec *spec, int channels, EegDspIsa isa)
{
  EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES];
  EegDspSection sections[EEG_DSP_MAX_SECTIONS];
  int minimum = spec->phase == EEG_DSP_PHASE_MINIMUM, ok = 1;
  int n = minimum ? eeg_dsp_decimator_sections (spec, sections)
                  : eeg_dsp_decimator_plan (spec, plan);
  EegDspDecimator *d;
  size_t i;

  if (n == 0 || channels < 1)
    return NULL;
  d = calloc (1, sizeof *d);
  if (!d)
    return NULL;
  d->channels = channels;
  d->up = spec->up;
  d->down = spec->down;
  d->kernels = eeg_dsp_kernels_for (isa);
  if (minimum) {
    d->cascade = eeg_dsp_cascade_new_for_isa (sections, n, channels, isa);
    d->scratch = alloc_doubles (d->channels * BLOCK);
    ok = d->cascade && d->scratch;
  } else {
    d->n_groups = (d->channels + GROUP - 1) / GROUP;
    d->n_stages = n;
    for (i = 0; ok && i < d->n_stages; i++)
      ok = make_stage (d->stages + i, plan + i, spec->quality);
    ok = ok && make_lines (d);
  }
  if (!ok) {
    eeg_dsp_decimator_free (d);
    return NULL;
  }
  eeg_dsp_decimator_reset (d);
  return d;
}

EegDspDecimator *
eeg_dsp_decimator_new_for_isa (
    int factor, EegDspQuality quality, int channels, EegDspIsa isa)
{
  EegDspDecimatorSpec spec = {1, factor, quality, EEG_DSP_PHASE_LINEAR};

  return eeg_dsp_decimator_new_full (&spec, channels, isa);
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
  for (i = 0; i < d->n_stages; i++) {
    free (d->stages[i].h);
    free (d->stages[i].lead);
  }
  for (i = 0; d->lines && i < d->n_groups * d->n_stages; i++)
    free (d->lines[i].buffer);
  free (d->lines);
  eeg_dsp_cascade_free (d->cascade);
  free (d->scratch);
  free (d);
}

/* Every stage stays on the grid that it would have had without a gap. An
 * output of the last one may stand before the first input of that: what is
 * held there serves. */
uint64_t
eeg_dsp_decimator_reset_to (EegDspDecimator *d, uint64_t first)
{
  int64_t k = ceil_div ((int64_t) first * d->up, d->down);
  int64_t at = (int64_t) first, whole = d->down;
  size_t g, i;

  if (d->cascade) {
    eeg_dsp_cascade_reset (d->cascade, EEG_DSP_START_STEADY);
    d->until = (size_t) (k * d->down - at);
    return (uint64_t) k;
  }
  for (i = 0; i < d->n_stages; i++) {
    const Stage *s = d->stages + i;
    int64_t next = s->up > 1 ? k : ceil_div (at, s->down);
    int64_t skip = next * s->down - at * s->up;

    for (g = 0; g < d->n_groups; g++) {
      Line *l = d->lines + g * d->n_stages + i;

      l->skip = skip;
      l->rows = 0;
      l->seen = l->made = 0;
    }
    at = next;
    whole /= s->down;
  }
  return (uint64_t) k;
}

void
eeg_dsp_decimator_reset (EegDspDecimator *d)
{
  eeg_dsp_decimator_reset_to (d, 0);
}

size_t
eeg_dsp_decimator_delay (const EegDspDecimator *d)
{
  double rate = 1, delay = 0;
  size_t i;

  for (i = 0; i < d->n_stages; i++) {
    delay += (double) d->stages[i].half / d->stages[i].up * rate;
    rate *= d->stages[i].down;
  }
  return (size_t) ceil (delay);
}

/* Outputs of a stage whose whole neighbourhood is among @seen inputs. */
static int64_t
ready_after (const Stage *s, const Line *l, int64_t seen)
{
  int64_t n = seen * s->up - (int64_t) s->half - l->skip;

  return n > 0 ? (n - 1) / s->down + 1 : 0;
}

static int64_t
ready (const Stage *s, const Line *l)
{
  return ready_after (s, l, l->seen);
}

static size_t
picks (const EegDspDecimator *d, size_t frames)
{
  return frames > d->until ? (frames - d->until - 1) / d->down + 1 : 0;
}

size_t
eeg_dsp_decimator_available (const EegDspDecimator *d, size_t frames)
{
  size_t i;

  if (d->cascade)
    return picks (d, frames);
  for (i = 0; i < d->n_stages; i++) {
    const Line *l = d->lines + i;
    int64_t n = ready_after (&d->stages[i], l, l->seen + (int64_t) frames);

    frames = n > l->made ? (size_t) (n - l->made) : 0;
  }
  return frames;
}

/* Outputs that a stage owes for @seen inputs, once the stream has ended. */
static size_t
owed (const Stage *s, const Line *l, int64_t seen)
{
  int64_t n = seen > 0 ? seen * s->up - l->skip : 0;

  n = n > 0 ? (n - 1) / s->down + 1 : 0;
  return n > l->made ? (size_t) (n - l->made) : 0;
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
    n = owed (&d->stages[i], d->lines + i, d->lines[i].seen + (int64_t) n);
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
    size_t keep = s->taps > 1 ? s->taps - 1 : 1;
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

/* The next output of a stage, whose neighbourhood is there, to @out. */
static void
compute (const EegDspDecimator *d, const Stage *s, const Line *l, double *out)
{
  int64_t at = l->skip + l->made * s->down, place, row;

  if (s->up == 1) {
    row = (int64_t) l->rows - (l->seen - at);
    d->kernels->fir (
        s->h, s->half, l->buffer + row * l->stride, l->stride, out, l->stride);
    return;
  }
  row = floor_div (at, s->up);
  place = at - row * s->up;
  row = (int64_t) l->rows - (l->seen - (row + s->lead[place]));
  d->kernels->causal (s->h + place * s->taps, s->taps,
      l->buffer + row * l->stride, l->stride, out, l->stride);
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
    size_t i;

    /* As if the first row had been there for ever. */
    if (l->seen == 1 && l->rows == 1)
      for (i = 0; i + 1 < s->taps; i++)
        hold (l);
    if (ready (s, l) <= l->made)
      return 0;
    if (stage + 1 < d->n_stages) {
      room (d, stage + 1, lines);
      out = l[1].buffer + l[1].rows * l[1].stride;
    }
    compute (d, s, l, out);
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
