/* ads1299src: how many conversions every data-ready edge stands for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-edges.h"

#include <math.h>

/* An edge may seem too early because the clock is known badly: by so many
 * periods, and by so much of every period that has passed. */
#define EARLY        0.03
#define EARLY_PART   20e-6
#define EARLY_UNSURE 0.25
/* Before so many edges the clock is a guess: less is called a false edge. */
#define KNOWN_EDGES 64
#define FALSE_EDGE  0.25

void
ads1299_edges_init (Ads1299Edges *e, double rate)
{
  ads1299_clock_init (&e->clock, rate);
  e->any = e->fresh = false;
  e->index = 0;
}

void
ads1299_edges_break (Ads1299Edges *e)
{
  e->fresh = e->any;
}

static Ads1299Step
classify (Ads1299Edges *e, uint32_t seq, uint64_t time_ns)
{
  Ads1299Step s = {1, 0};
  uint32_t by_seq = seq - e->seq;
  double x =
      ads1299_clock_delay (&e->clock, e->index, time_ns) / e->clock.period;
  bool known = e->clock.n_edges >= KNOWN_EDGES;
  double unsure = EARLY + EARLY_PART * x, since;
  uint64_t by_time;

  /* a sequence that stands still or runs back says nothing */
  if (by_seq == 0 || by_seq > INT32_MAX)
    by_seq = 1;
  if (e->fresh) {
    /* the phase is new: what fits the old time line best */
    by_time = x < 1.0 ? 1 : (uint64_t) floor (x + 0.5);
    s.advance = by_time > by_seq ? by_time : by_seq;
    s.unseen = s.advance - by_seq;
    return s;
  }
  if (by_seq == 1 && x < (known ? 1.0 - EARLY_UNSURE : FALSE_EDGE)) {
    s.advance = 0;
    return s;
  }
  by_time =
      x < 1.0
          ? 1
          : (uint64_t) floor (
                x + (known && unsure < EARLY_UNSURE ? unsure : EARLY_UNSURE));
  if (!known) {
    /* with a period so badly known the last edge alone is a second opinion */
    since = floor (
        (double) (int64_t) (time_ns - e->time_ns) / e->clock.period + 0.5);
    if (since < by_time)
      by_time = since < 1.0 ? 1 : (uint64_t) since;
  }
  /* false edges count in the sequence, too: time has the last word */
  if (known && by_seq > by_time + 1)
    by_seq = (uint32_t) by_time;
  s.advance = by_time > by_seq ? by_time : by_seq;
  s.unseen = s.advance - by_seq;
  return s;
}

Ads1299Step
ads1299_edges_next (Ads1299Edges *e, uint32_t seq, uint64_t time_ns)
{
  Ads1299Step s = {1, 0};

  if (!e->any) {
    e->any = true;
    e->index = 0;
  } else {
    s = classify (e, seq, time_ns);
    e->index += s.advance;
  }
  e->seq = seq;
  if (s.advance == 0)
    return s;
  if (e->fresh) {
    ads1299_clock_break (&e->clock);
    e->fresh = false;
  }
  e->time_ns = time_ns;
  ads1299_clock_edge (&e->clock, e->index, time_ns);
  return s;
}
