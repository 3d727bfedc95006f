/* ads1299src: the sample clock, recovered from data-ready edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Edges are seen late, by microseconds as a rule and now and then by
 * milliseconds, but never early. Of every block of edges the least delayed one
 * is kept; a straight line through the kept ones, lowered until it touches
 * the least delayed of them, is the time of every sample. What leaves is that
 * line followed with limited slew, so that times never jump or run backwards.
 *
 * The window adapts: longer while noise of the kept edges dominates, shorter
 * when the rate of the converter drifts.
 *
 * Pure C, no allocation; one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ADS1299_CLOCK_POINTS 64

/* The least delayed edge of a block; @weight 1 for a whole block. */
typedef struct
{
  uint64_t index, time_ns;
  double weight;
} Ads1299ClockPoint;

typedef struct
{
  double nominal_ns; /* period as the chip was set */

  /* What is believed of the period before edges tell: @prior_ns, give or take
   * the relative @prior_spread. */
  double prior_ns, prior_spread;

  Ads1299ClockPoint points[ADS1299_CLOCK_POINTS];
  unsigned n_points;

  /* the block that is being collected: its two least delayed edges */
  unsigned block, n_block, block_min, block_max;
  Ads1299ClockPoint best;
  double best_delay, second_delay, sum_delay, sum_square;

  /* the line: time of sample ref_index + x = ref_ns + intercept + period * x */
  uint64_t ref_index, ref_ns;
  double intercept, period, noise, residual, jitter;
  uint64_t n_edges; /* since the start or the last break */

  /* what leaves */
  bool started, snap;
  uint64_t out_index, out_ns;
  double out_fraction, step;
} Ads1299Clock;

typedef struct
{
  double rate;        /* samples per second */
  double ppm;         /* of the nominal rate */
  double residual_ns; /* rms distance of the kept edges from the line */
  double jitter_ns;   /* rms lateness of all edges */
  double window_s;    /* length of what the line rests on */
} Ads1299ClockStats;

/* @rate: samples per second as the chip was set. */
void ads1299_clock_init (Ads1299Clock *clock, double rate);
/* Conversions began anew: the phase is unknown, the rate stays likely. */
void ads1299_clock_break (Ads1299Clock *clock);
/* Sample @index was announced at @time_ns (CLOCK_MONOTONIC). Indices grow. */
void ads1299_clock_edge (Ads1299Clock *clock, uint64_t index, uint64_t time_ns);
/* Signed distance of @time_ns from the edge of sample @index by the line. */
double ads1299_clock_delay (
    const Ads1299Clock *clock, uint64_t index, uint64_t time_ns);
/* Time of the edge of sample @index by the line. */
uint64_t ads1299_clock_time (const Ads1299Clock *clock, uint64_t index);

/* Recovered time of the edge of the sample given last to ads1299_clock_edge()
 * and, in @next_ns, of the one that follows: if that one comes without a gap,
 * its time is exactly @next_ns. Never runs backwards. */
uint64_t ads1299_clock_output (const Ads1299Clock *clock, uint64_t *next_ns);

void ads1299_clock_get_stats (
    const Ads1299Clock *clock, Ads1299ClockStats *stats);
