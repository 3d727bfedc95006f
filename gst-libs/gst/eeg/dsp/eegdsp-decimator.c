/* EEG signal processing in pure C: lower sampling rates
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every stage is evaluated only where an output is wanted. Channels go in
 * groups, each with a history of its own in one piece, so that a group's work
 * stays in the cache however many channels there are. The kernel of the chosen
 * instruction set sums the rows of a history for a whole group.
 *
 * Histories are doubles, or singles relative to an offset of each channel. The
 * offset follows the signal at fixed counts of inputs, so that splits change
 * nothing; the taps of a stage add up to 1, so that it passes all of them as it
 * is and is added behind the last one.
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
#define BATCH 8  /* outputs of the last stage at a time */
/* Inputs between two offsets: a drift cannot go far, and it costs nothing. */
#define PERIOD 1024

/* Instants are counted in 1 / up of the stage's input frames. */
typedef struct
{
  int64_t up, down;
  size_t half;
  size_t taps;   /* rows that an output needs */
  double *h;     /* up = 1: right half, h[0] the middle one; else the newest
                   row's first, [up][taps], for each place between two inputs */
  float *single; /* the same for sums of singles, else NULL */
  int64_t *lead; /* up > 1: newest row after the one at or before the place */
} Stage;

/* History of one stage for one group. */
typedef struct
{
  size_t stride, rows, capacity;
  int64_t skip;       /* instant of the first output */
  int64_t seen, made; /* inputs and outputs since reset */
  char *buffer;       /* [capacity][stride] of double or float */
} Line;

/* What samples and sums are made of. */
typedef struct
{
  size_t sample; /* bytes */
  /* @rows frames from @in, where the group's first channel is, to the history */
  void (*fill) (EegDspDecimator *d, Line *l, size_t group, const void *in,
      size_t rows, uint64_t *bad);
  /* one frame of sums to the group's first channel at @out */
  void (*put) (
      const EegDspDecimator *d, size_t group, const void *sums, void *out);
} Kind;

struct _EegDspDecimator
{
  size_t channels, n_groups, n_stages;
  int up, down, single;
  const EegDspKernels *kernels;
  Stage stages[EEG_DSP_DECIMATOR_MAX_STAGES];
  Line *lines;   /* [group][stage] */
  float *offset; /* [group][GROUP], where histories are singles */

  /* Minimum phase instead: all outputs, of which some are kept. */
  EegDspCascade *cascade;
  size_t until; /* inputs before the next one that is kept */
  void *scratch;
};

/* Frames of one run of the cascade. */
#define BLOCK 64

static void *
alloc_bytes (size_t n)
{
  size_t size = (n + 63) / 64 * 64;
  void *p = aligned_alloc (64, size);

  if (p)
    memset (p, 0, size);
  return p;
}

static double *
alloc_doubles (size_t n)
{
  return alloc_bytes (n * sizeof (double));
}

static size_t
sum_size (const EegDspDecimator *d)
{
  return d->single ? sizeof (float) : sizeof (double);
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
  size_t n = 2;

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

/* @n taps as singles that add up to 1 to the precision of the least of them;
 * in half of a symmetric filter all but the first count twice. What rounding
 * leaves goes to the largest one, and what that cannot take to the last. */
static void
round_taps (const double *h, float *single, size_t n, int symmetric)
{
  size_t largest = 0, last = 0, i, turn;

  for (i = 0; i < n; i++) {
    single[i] = (float) h[i];
    if (fabs (h[i]) > fabs (h[largest]))
      largest = i;
    if (h[i] != 0)
      last = i;
  }
  for (turn = 0; turn < 2; turn++) {
    size_t at = turn ? last : largest;
    double rest = 1;

    for (i = 0; i < n; i++)
      rest -= (symmetric && i > 0 ? 2 : 1) * (double) single[i];
    single[at] = (float) (single[at] + rest / (symmetric && at > 0 ? 2 : 1));
  }
}

static int
make_singles (Stage *s)
{
  size_t sets = s->up, n = s->up > 1 ? s->taps : s->half + 1, i;

  s->single = alloc_bytes (sets * n * sizeof (float));
  if (!s->single)
    return 0;
  for (i = 0; i < sets; i++)
    round_taps (s->h + i * n, s->single + i * n, n, s->up == 1);
  return 1;
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
      /* Rows move once they have filled that much, which of a short filter
       * is little, to stay in the nearest cache. */
      l->capacity = d->stages[i].taps +
                    (d->stages[i].taps > 128 ? d->stages[i].taps / 2 : 64);
      l->buffer = alloc_bytes (l->capacity * l->stride * sum_size (d));
      if (!l->buffer)
        return 0;
    }
  if (d->single)
    d->offset = alloc_bytes (d->n_groups * GROUP * sizeof (float));
  return !d->single || d->offset;
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
    /* A factor of 1 passes every bit. */
    d->single =
        spec->precision == EEG_DSP_PRECISION_SINGLE && spec->down > spec->up;
    for (i = 0; ok && i < d->n_stages; i++)
      ok = make_stage (d->stages + i, plan + i, spec->quality) &&
           (!d->single || make_singles (d->stages + i));
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
  EegDspDecimatorSpec spec = {.up = 1, .down = factor, .quality = quality};

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
    free (d->stages[i].single);
    free (d->stages[i].lead);
  }
  for (i = 0; d->lines && i < d->n_groups * d->n_stages; i++)
    free (d->lines[i].buffer);
  free (d->lines);
  free (d->offset);
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

EegDspPrecision
eeg_dsp_decimator_precision (const EegDspDecimator *d)
{
  return d->single ? EEG_DSP_PRECISION_SINGLE : EEG_DSP_PRECISION_DOUBLE;
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

/* Outputs of a stage that have not been made, but whose whole neighbourhood is
 * among @seen inputs. */
static size_t
due (const Stage *s, const Line *l, int64_t seen)
{
  int64_t n = seen * s->up - (int64_t) s->half - l->skip - l->made * s->down;

  return n > 0 ? (size_t) ((n - 1) / s->down + 1) : 0;
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

    frames = due (&d->stages[i], l, l->seen + (int64_t) frames);
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

static size_t
row_bytes (const EegDspDecimator *d, const Line *l)
{
  return l->stride * sum_size (d);
}

/* Rows that outputs to come may need, when all that are due have been made. */
static size_t
rows_kept (const Stage *s)
{
  return s->taps > 1 ? s->taps - 1 : 1;
}

/* Room for rows in a history, at least one. Its last row is always the newest
 * input, so the rows before the neighbourhood of the next output can go when it
 * is full. */
static size_t
room (const EegDspDecimator *d, size_t stage, Line *lines)
{
  Line *l = lines + stage;

  if (l->rows == l->capacity) {
    size_t keep = rows_kept (d->stages + stage), size = row_bytes (d, l);

    memmove (l->buffer, l->buffer + (l->rows - keep) * size, keep * size);
    l->rows = keep;
  }
  /* After the first row comes what holds it. */
  return l->seen == 0 ? 1 : l->capacity - l->rows;
}

static void
hold (const EegDspDecimator *d, Line *l)
{
  size_t size = row_bytes (d, l);
  char *row = l->buffer + l->rows++ * size;

  memcpy (row, row - size, size);
}

/* The next @n outputs of a stage, whose neighbourhoods are there, to @out. */
static void
compute (const EegDspDecimator *d, const Stage *s, const Line *l, void *out,
    size_t n)
{
  int64_t at = l->skip + l->made * s->down, place, row;
  size_t size = row_bytes (d, l), step = s->down * l->stride, i;

  if (s->up == 1) {
    const char *mid = l->buffer + (l->rows - (l->seen - at)) * size;

    if (d->single)
      d->kernels->fir_single (s->single, s->half, (const float *) mid,
          l->stride, step, out, l->stride, n, l->stride);
    else
      d->kernels->fir (s->h, s->half, (const double *) mid, l->stride, step,
          out, l->stride, n, l->stride);
    return;
  }
  for (i = 0; i < n; i++, at += s->down) {
    const char *newest;

    row = floor_div (at, s->up);
    place = at - row * s->up;
    row = (int64_t) l->rows - (l->seen - (row + s->lead[place]));
    newest = l->buffer + row * size;
    if (d->single)
      d->kernels->causal_single (s->single + place * s->taps, s->taps,
          (const float *) newest, l->stride, (float *) out + i * l->stride,
          l->stride);
    else
      d->kernels->causal (s->h + place * s->taps, s->taps,
          (const double *) newest, l->stride, (double *) out + i * l->stride,
          l->stride);
  }
}

/* What runs through the histories of one group. */
typedef struct
{
  EegDspDecimator *d;
  const Kind *kind;
  Line *lines;
  size_t group;
  char *out; /* of the group's first channel */
  size_t made;
} Flow;

/* After rows were added to a stage: computes all outputs that are due, and what
 * comes of them in the stages behind. */
static void
flow (Flow *f, size_t stage)
{
  EegDspDecimator *d = f->d;
  const Stage *s = d->stages + stage;
  Line *l = f->lines + stage;
  double sums[BATCH * GROUP] __attribute__ ((aligned (64)));
  size_t wanted, n, i;

  /* As if the first row had been there for ever. */
  if (l->seen == 1 && l->rows == 1)
    for (i = 0; i + 1 < s->taps; i++)
      hold (d, l);
  for (; (wanted = due (s, l, l->seen)) > 0; l->made += (int64_t) n) {
    if (stage + 1 < d->n_stages) {
      n = room (d, stage + 1, f->lines);
      n = n < wanted ? n : wanted;
      compute (d, s, l, l[1].buffer + l[1].rows * row_bytes (d, l + 1), n);
      l[1].rows += n;
      l[1].seen += n;
      flow (f, stage + 1);
      continue;
    }
    n = wanted < BATCH ? wanted : BATCH;
    compute (d, s, l, sums, n);
    for (i = 0; i < n; i++)
      f->kind->put (d, f->group, (char *) sums + i * row_bytes (d, l),
          f->out + (f->made + i) * d->channels * f->kind->sample);
    f->made += n;
  }
}

/* Brings the offsets of a group to its newest values, once each PERIOD. */
static void
follow (EegDspDecimator *d, Line *lines, size_t group)
{
  const float *newest = (const float *) lines->buffer;
  float *offset = d->offset + group * GROUP;
  double by[GROUP] __attribute__ ((aligned (64)));
  size_t i, n;

  newest += (lines->rows - 1) * lines->stride;
  for (i = 0; i < lines->stride; i++) {
    double old = offset[i];

    offset[i] = (float) (old + newest[i]);
    by[i] = old - offset[i];
  }
  for (i = 0; i < d->n_stages; i++) {
    Line *l = lines + i;

    n = rows_kept (d->stages + i);
    n = n < l->rows ? n : l->rows;
    d->kernels->shift (
        by, (float *) l->buffer + (l->rows - n) * l->stride, l->stride, n);
  }
}

static size_t
process (EegDspDecimator *d, const Kind *kind, const void *in, size_t frames,
    void *out, uint64_t *replaced)
{
  uint64_t csr = eeg_dsp_denormals_off (), bad = 0;
  size_t frame = d->channels * kind->sample, g, at, n;
  Flow f = {.d = d, .kind = kind};

  for (g = 0; g < d->n_groups; g++) {
    Line *l = f.lines = d->lines + g * d->n_stages;

    f.group = g;
    f.out = (char *) out + g * GROUP * kind->sample;
    f.made = 0;
    for (at = 0; at < frames; at += n) {
      n = room (d, 0, l);
      if (d->single && l->seen % PERIOD == 0 && l->seen > 0)
        follow (d, l, g);
      if (d->single && n > (size_t) (PERIOD - l->seen % PERIOD))
        n = (size_t) (PERIOD - l->seen % PERIOD);
      if (n > frames - at)
        n = frames - at;
      kind->fill (d, l, g,
          (const char *) in + at * frame + g * GROUP * kind->sample, n, &bad);
      l->rows += n;
      l->seen += n;
      flow (&f, 0);
    }
  }
  if (replaced)
    *replaced += bad;
  eeg_dsp_denormals_restore (csr);
  return f.made;
}

static size_t
drain (EegDspDecimator *d, const Kind *kind, void *out)
{
  uint64_t csr = eeg_dsp_denormals_off ();
  Flow f = {.d = d, .kind = kind};
  size_t g, s;

  for (g = 0; g < d->n_groups; g++) {
    Line *l = f.lines = d->lines + g * d->n_stages;

    f.group = g;
    f.out = (char *) out + g * GROUP * kind->sample;
    f.made = 0;
    for (s = 0; s < d->n_stages; s++) {
      int64_t last = l[s].made + (int64_t) line_pending (&d->stages[s], l + s);

      while (l[s].made < last) {
        room (d, s, l);
        hold (d, l + s);
        l[s].seen++;
        flow (&f, s);
      }
    }
  }
  eeg_dsp_decimator_reset (d);
  eeg_dsp_denormals_restore (csr);
  return f.made;
}

static void
fill_single (EegDspDecimator *d, Line *l, size_t group, const void *samples,
    size_t rows, uint64_t *bad)
{
  const float *in = samples;
  float *row = (float *) l->buffer + l->rows * l->stride;
  float *offset = d->offset + group * GROUP;
  size_t width = group_width (d, group), r, i;

  if (l->seen == 0)
    for (i = 0; i < width; i++)
      offset[i] = fabsf (in[i]) <= (float) EEG_DSP_HUGE ? in[i] : 0;
  if (d->kernels->take (in, d->channels, offset, row, l->stride, rows, width))
    return;
  for (r = 0; r < rows; r++, row += l->stride, in += d->channels)
    for (i = 0; i < width; i++)
      if (!(fabsf (in[i]) <= (float) EEG_DSP_HUGE)) {
        row[i] = l->rows + r > 0 ? row[i - (ptrdiff_t) l->stride] : 0;
        ++*bad;
      }
}

static void
put_single (const EegDspDecimator *d, size_t group, const void *sums, void *out)
{
  d->kernels->give (
      sums, d->offset + group * GROUP, out, group_width (d, group));
}

#define EEG_TYPE    float
#define EEG_NAME(n) n##_f32
#include "eegdsp-decimator.inc"
#undef EEG_TYPE
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_NAME(n) n##_f64
#include "eegdsp-decimator.inc"

static const Kind singles = {sizeof (float), fill_single, put_single};

size_t
eeg_dsp_decimator_process_f32 (EegDspDecimator *d, const float *in,
    size_t frames, float *out, uint64_t *replaced)
{
  if (d->cascade)
    return pick_f32 (d, in, frames, out, replaced);
  return process (
      d, d->single ? &singles : &kind_f32, in, frames, out, replaced);
}

size_t
eeg_dsp_decimator_process_f64 (EegDspDecimator *d, const double *in,
    size_t frames, double *out, uint64_t *replaced)
{
  if (d->cascade)
    return pick_f64 (d, in, frames, out, replaced);
  return d->single ? 0 : process (d, &kind_f64, in, frames, out, replaced);
}

size_t
eeg_dsp_decimator_drain_f32 (EegDspDecimator *d, float *out)
{
  return drain (d, d->single ? &singles : &kind_f32, out);
}

size_t
eeg_dsp_decimator_drain_f64 (EegDspDecimator *d, double *out)
{
  return d->single ? 0 : drain (d, &kind_f64, out);
}
