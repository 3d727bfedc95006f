/* ads1299src: the sample clock, recovered from data-ready edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-clock.h"

#include <math.h>
#include <string.h>

/* The internal oscillator: 2.5 % over temperature (datasheet 7.5). After a
 * restart it is the same oscillator. */
#define OSCILLATOR_SPREAD 0.025
#define RESTART_SPREAD    0.0005
/* Blocks of 1/32 s: 64 of them are 2 s, where IRQ noise of some microseconds
 * averages to far below one, and a drift of 10 ppm/s bends by 7 us. */
#define BLOCKS_PER_SECOND 32
#define MIN_BLOCK         8
#define MAX_WINDOW_S      128
#define MIN_SUPPORT       32 /* kept points for a convex hull */
/* Errors worth a longer or a shorter window, ns. */
#define GOOD_ENOUGH_NS 1500.0
/* A distance is taken back over this many seconds, but never by changing the
 * step by more than this part of itself. */
#define FOLLOW_S   0.25
#define SLEW_LIMIT 0.01
/* A gap of so many seconds is no time to creep back: the time is set. */
#define SNAP_S 1.0

void
ads1299_clock_init (Ads1299Clock *c, double rate)
{
  memset (c, 0, sizeof *c);
  c->nominal_ns = c->prior_ns = c->period = c->step = 1e9 / rate;
  c->prior_spread = OSCILLATOR_SPREAD;
  c->block_min = (unsigned) (rate / BLOCKS_PER_SECOND);
  if (c->block_min < MIN_BLOCK)
    c->block_min = MIN_BLOCK;
  c->block_max = (unsigned) (rate * MAX_WINDOW_S / ADS1299_CLOCK_POINTS);
  c->block = MIN_BLOCK;
  c->snap = true;
}

void
ads1299_clock_break (Ads1299Clock *c)
{
  if (c->n_points > 2) {
    c->prior_ns = c->period;
    c->prior_spread = RESTART_SPREAD;
  }
  c->period = c->prior_ns;
  c->n_points = c->n_block = 0;
  c->block = MIN_BLOCK;
  c->n_edges = 0;
  c->snap = true;
}

double
ads1299_clock_delay (const Ads1299Clock *c, uint64_t index, uint64_t time_ns)
{
  /* differences first: absolute times need more than the 53 bits of a double */
  return (double) (int64_t) (time_ns - c->ref_ns) - c->intercept -
         c->period * (double) (int64_t) (index - c->ref_index);
}

uint64_t
ads1299_clock_time (const Ads1299Clock *c, uint64_t index)
{
  double t =
      c->intercept + c->period * (double) (int64_t) (index - c->ref_index);

  return c->ref_ns + (uint64_t) (int64_t) floor (t + 0.5);
}

/* Point @i of the fit: the kept ones, then the block under way. */
static const Ads1299ClockPoint *
point (const Ads1299Clock *c, unsigned i)
{
  return i < c->n_points ? &c->points[i] : &c->best;
}

/* Error of the newest end of a regression through the kept points, ns. */
static double
scatter (const Ads1299Clock *c)
{
  return 2.0 * c->residual / sqrt (c->n_points);
}

/* Where jitter is so large that even the least delayed edges scatter, the
 * highest line that no kept edge lies below is far better than a regression:
 * its error falls with the number of edges, not with its root. It runs along
 * the edge of the lower convex hull that spans the mean index (Moon, Skelly,
 * Towsley 1999). */
static void
support (Ads1299Clock *c)
{
  unsigned hull[ADS1299_CLOCK_POINTS], n = 0, i;
  double x[ADS1299_CLOCK_POINTS], d[ADS1299_CLOCK_POINTS], mean = 0, slope;

  for (i = 0; i < c->n_points; i++) {
    const Ads1299ClockPoint *p = &c->points[i];

    x[i] = (double) (int64_t) (p->index - c->ref_index);
    d[i] = ads1299_clock_delay (c, p->index, p->time_ns);
    mean += x[i] / c->n_points;
    while (n > 1 &&
           (d[i] - d[hull[n - 2]]) * (x[hull[n - 1]] - x[hull[n - 2]]) <=
               (d[hull[n - 1]] - d[hull[n - 2]]) * (x[i] - x[hull[n - 2]]))
      n--;
    hull[n++] = i;
  }
  for (i = 1; i + 1 < n && x[hull[i]] < mean; i++)
    ;
  slope = (d[hull[i]] - d[hull[i - 1]]) / (x[hull[i]] - x[hull[i - 1]]);
  c->intercept += d[hull[i]] - slope * x[hull[i]];
  c->period += slope;
}

/* Weighted regression with a prior on the slope, then lowered. */
static void
fit (Ads1299Clock *c)
{
  unsigned n = c->n_points + (c->n_block > 0), i;
  double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, mx, my, slope, lowest = 0;
  double spread = c->prior_spread * c->prior_ns, square = 0;
  const Ads1299ClockPoint *last = point (c, n - 1);

  /* offsets from the newest point, against the expected period */
  c->ref_index = last->index;
  c->ref_ns = last->time_ns;
  for (i = 0; i < n; i++) {
    const Ads1299ClockPoint *p = point (c, i);
    double x = (double) (int64_t) (p->index - c->ref_index);
    double y = (double) (int64_t) (p->time_ns - c->ref_ns) - c->prior_ns * x;

    sw += p->weight;
    sx += p->weight * x;
    sy += p->weight * y;
  }
  mx = sx / sw;
  my = sy / sw;
  for (i = 0; i < n; i++) {
    const Ads1299ClockPoint *p = point (c, i);
    double x = (double) (int64_t) (p->index - c->ref_index);
    double y = (double) (int64_t) (p->time_ns - c->ref_ns) - c->prior_ns * x;

    sxx += p->weight * (x - mx) * (x - mx);
    sxy += p->weight * (x - mx) * (y - my);
  }
  slope = sxy / (sxx + c->noise * c->noise / (spread * spread) + 1e-9);
  c->period = c->prior_ns + slope;
  c->intercept = my - slope * mx;
  for (i = 0; i < n; i++) {
    const Ads1299ClockPoint *p = point (c, i);
    double d = ads1299_clock_delay (c, p->index, p->time_ns);

    square += p->weight * d * d;
    if (d < lowest)
      lowest = d;
  }
  c->residual = sqrt (square / sw);
  if (c->n_points >= MIN_SUPPORT && scatter (c) > GOOD_ENOUGH_NS) {
    support (c);
    lowest = 0;
    if (c->n_block > 0)
      lowest =
          fmin (0, ads1299_clock_delay (c, c->best.index, c->best.time_ns));
  }
  c->intercept += lowest;
}

/* How much the kept points bend: error at the newest end of a straight line
 * through them, ns, or 0 when noise explains it. Legendre polynomial of degree
 * two over equal steps, which the kept points nearly have. */
static double
bend (const Ads1299Clock *c)
{
  double n = c->n_points, sum = 0, norm = 0;
  unsigned i;

  for (i = 0; i < c->n_points; i++) {
    double u = (2.0 * i - (n - 1)) / (n - 1);
    double p2 = 1.5 * u * u - 0.5 - 1.0 / n;

    sum +=
        p2 * ads1299_clock_delay (c, c->points[i].index, c->points[i].time_ns);
    norm += p2 * p2;
  }
  sum /= norm;
  return fabs (sum) > 4.0 * c->residual / sqrt (norm) ? fabs (sum) : 0.0;
}

static void
drop_points (Ads1299Clock *c, unsigned n)
{
  c->n_points -= n;
  memmove (c->points, c->points + n, c->n_points * sizeof c->points[0]);
}

/* Of every two neighbours the less delayed one. */
static void
merge_points (Ads1299Clock *c)
{
  unsigned i;

  for (i = 0; i < c->n_points / 2; i++) {
    const Ads1299ClockPoint *a = &c->points[2 * i], *b = a + 1;

    c->points[i] = ads1299_clock_delay (c, a->index, a->time_ns) <=
                           ads1299_clock_delay (c, b->index, b->time_ns)
                       ? *a
                       : *b;
  }
  c->n_points /= 2;
}

static void
close_block (Ads1299Clock *c)
{
  double spacing = c->second_delay - c->best_delay, bent, noisy;
  double mean = c->sum_delay / c->n_block;

  /* the distance of the two least delayed is how far the least delayed one
   * is off, as far as one block can tell */
  c->noise += (spacing - c->noise) / (c->n_points < 7 ? c->n_points + 1 : 8);
  c->jitter = sqrt (fmax (0.0, c->sum_square / c->n_block - mean * mean));
  if (c->n_points == ADS1299_CLOCK_POINTS) {
    bent = bend (c);
    noisy = scatter (c);
    if (c->block < c->block_min) {
      /* at first short blocks, to learn the rate soon */
      merge_points (c);
      c->block *= 2;
    } else if (bent > GOOD_ENOUGH_NS && bent > noisy) {
      drop_points (c, ADS1299_CLOCK_POINTS / 2);
      if (c->block / 2 >= c->block_min)
        c->block /= 2;
    } else if (noisy > GOOD_ENOUGH_NS && c->block * 2 <= c->block_max) {
      merge_points (c);
      c->block *= 2;
    } else {
      drop_points (c, 1);
    }
  }
  c->points[c->n_points] = c->best;
  c->points[c->n_points++].weight = 1.0;
  c->n_block = 0;
  fit (c);
}

static void
follow (Ads1299Clock *c, uint64_t index)
{
  double whole, error, change;

  if (c->started) {
    double gap = (double) (index - c->out_index);

    c->out_fraction += gap * c->step;
    whole = floor (c->out_fraction);
    c->out_ns += (uint64_t) whole;
    c->out_fraction -= whole;
    c->snap |= gap * c->nominal_ns > SNAP_S * 1e9;
  }
  c->out_index = index;
  if (c->snap) {
    uint64_t t = ads1299_clock_time (c, index);

    /* the time that the sample before was said to end at is the least */
    if (!c->started || t > c->out_ns) {
      c->out_ns = t;
      c->out_fraction = 0;
    }
    c->started = true;
    c->snap = false;
  }
  error = -ads1299_clock_delay (c, index, c->out_ns) - c->out_fraction;
  change = error * c->period / (FOLLOW_S * 1e9);
  if (change > SLEW_LIMIT * c->period)
    change = SLEW_LIMIT * c->period;
  if (change < -SLEW_LIMIT * c->period)
    change = -SLEW_LIMIT * c->period;
  c->step = c->period + change;
}

void
ads1299_clock_edge (Ads1299Clock *c, uint64_t index, uint64_t time_ns)
{
  Ads1299ClockPoint p = {index, time_ns, 0};
  double d;

  if (c->n_points + c->n_block == 0) {
    c->ref_index = index;
    c->ref_ns = time_ns;
    c->intercept = 0;
  }
  d = ads1299_clock_delay (c, index, time_ns);
  if (c->n_block == 0) {
    c->best = p;
    c->best_delay = c->second_delay = d;
    c->sum_delay = c->sum_square = 0;
  } else if (d < c->best_delay) {
    c->second_delay = c->best_delay;
    c->best_delay = d;
    c->best = p;
  } else if (d < c->second_delay || c->n_block == 1) {
    c->second_delay = d;
  }
  c->sum_delay += d;
  c->sum_square += d * d;
  c->n_edges++;
  c->n_block++;
  c->best.weight = (double) c->n_block / c->block;
  if (c->n_block >= c->block)
    close_block (c);
  else if (d < 0 || c->n_edges == 1) {
    /* nothing is early: the line was too late, and so were all delays */
    fit (c);
    d = ads1299_clock_delay (c, c->best.index, c->best.time_ns) - c->best_delay;
    c->best_delay += d;
    c->second_delay += d;
  }
  follow (c, index);
}

uint64_t
ads1299_clock_output (const Ads1299Clock *c, uint64_t *next_ns)
{
  *next_ns = c->out_ns + (uint64_t) floor (c->out_fraction + c->step);
  return c->out_ns;
}

void
ads1299_clock_get_stats (const Ads1299Clock *c, Ads1299ClockStats *s)
{
  s->rate = 1e9 / c->period;
  s->ppm = (c->nominal_ns / c->period - 1.0) * 1e6;
  s->residual_ns = c->residual;
  s->jitter_ns = c->jitter;
  s->window_s =
      c->n_points == 0
          ? 0.0
          : (double) (c->points[c->n_points - 1].index - c->points[0].index) *
                c->period * 1e-9;
}
