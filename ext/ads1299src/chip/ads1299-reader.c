/* ADS1299 chip library: from edges to numbered samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-reader.h"
#include "ads1299-frame.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* An edge this far (in periods) from the grid still sits on it. Early ones
 * only while the period is not known well. */
#define ON_GRID    0.25
#define EARLY_GRID 0.1
/* That many edges off the grid in a row are a grid of their own. */
#define NEW_GRID 8
/* A frame read this much before the next conversion is surely whole; an
 * interrupted reader cannot tell, so there is some room. */
#define GUARD_NS 2000
/* From so many steps on the period is known well enough to trust the time of
 * an edge on the grid more than a sequence that counts glitches, too. */
#define KNOWN_STEPS 64
#define KNOWN_SPAN  1000

void
ads1299_reader_init (Ads1299Reader *r, Ads1299Bus *bus, unsigned rate)
{
  memset (r, 0, sizeof *r);
  r->bus = bus;
  r->nominal_ns = r->period_ns = 1e9 / rate;
  r->frame_ns = (uint64_t) ((1 + 3 + 3 * bus->channels[bus->n_chips - 1]) *
                            8e9 / bus->frame_hz) +
                ADS1299_CS_HOLD_US * 1000;
}

void
ads1299_reader_resync (Ads1299Reader *r)
{
  r->resync = r->any;
}

static void
start_grid (Ads1299Reader *r, uint64_t time_ns)
{
  r->base_ns = time_ns;
  r->grid_ns = 0.0;
  r->odd = 0;
  r->resync = false;
}

/* The period follows the crystal: quickly at first, then as a slow average. */
static void
learn_period (Ads1299Reader *r, double step_ns)
{
  double weight = r->steps < 64 ? 1.0 / (double) (r->steps + 4) : 1.0 / 256;

  /* a clock that is this far off is for ads1299_reader_rate() to report */
  if (fabs (step_ns / r->nominal_ns - 1.0) < 0.3)
    r->period_ns += weight * (step_ns - r->period_ns);
  r->steps++;
}

/* Conversions from the last edge to @e; 0 for a glitch. */
static uint64_t
advance (Ads1299Reader *r, const Ads1299Edge *e)
{
  uint32_t by_seq = e->seq - r->seq;
  double x, m, off;
  uint64_t n;

  r->seq = e->seq;
  x = ((double) (int64_t) (e->time_ns - r->base_ns) - r->grid_ns) /
      r->period_ns;
  m = floor (x + 0.5);
  off = x - m;
  if (r->resync) {
    n = m >= 1.0 ? (uint64_t) m : 1;
    start_grid (r, e->time_ns);
    return n;
  }
  if (off <= ON_GRID &&
      off >= (r->steps < KNOWN_STEPS ? -ON_GRID : -EARLY_GRID)) {
    r->odd = 0;
    if (m < 1.0)
      return 0;
    n = (uint64_t) m;
    if (n < by_seq && !(r->steps >= KNOWN_STEPS && n < KNOWN_SPAN))
      n = by_seq;
    if (n == 1)
      learn_period (r, r->period_ns * x);
    /* early: take it, the grid was late; late: the edge may be */
    r->grid_ns += r->period_ns * (m + (off < 0.0 ? off : off / 16.0));
  } else {
    if (++r->odd >= NEW_GRID) {
      n = m >= 1.0 ? (uint64_t) m : 1;
      if (n < by_seq)
        n = by_seq;
      start_grid (r, e->time_ns);
      return n;
    }
    /* late, or before its time and so none at all */
    if (x < 1.0)
      return 0;
    n = by_seq;
    if (n > (uint64_t) x)
      n = (uint64_t) x;
    r->grid_ns += r->period_ns * (double) n;
  }
  /* keep the offset small, so that doubles stay exact for years */
  if (r->grid_ns > 1e12) {
    uint64_t whole = (uint64_t) r->grid_ns;

    r->base_ns += whole;
    r->grid_ns -= (double) whole;
  }
  return n;
}

/* Takes @e into the numbering; false for a glitch. */
static bool
number (Ads1299Reader *r, const Ads1299Edge *e, Ads1299Sample *s)
{
  uint32_t by_seq;
  uint64_t n;

  if (!r->any) {
    r->any = true;
    r->seq = e->seq;
    r->first_ns = e->time_ns;
    start_grid (r, e->time_ns);
    n = by_seq = 1;
  } else {
    by_seq = e->seq - r->seq;
    n = advance (r, e);
    if (n == 0) {
      r->counts.glitches++;
      return false;
    }
    r->index += n;
  }
  r->last_ns = e->time_ns;
  r->counts.produced += n;
  r->counts.lost += n - 1;
  if (by_seq > n)
    by_seq = (uint32_t) n;
  if (by_seq > 1)
    r->counts.by_sequence += by_seq - 1;
  r->counts.by_time += n - (by_seq > 1 ? by_seq : 1);
  s->index = r->index;
  s->lost = n - 1;
  return true;
}

static Ads1299ReadResult
skip (
    Ads1299Reader *r, Ads1299Sample *s, Ads1299SkipReason why, uint64_t *count)
{
  s->why = why;
  (*count)++;
  r->counts.lost++;
  return ADS1299_READ_SKIPPED;
}

Ads1299ReadResult
ads1299_reader_next (Ads1299Reader *r, uint64_t timeout_ns, int32_t *codes,
    uint32_t *status, Ads1299Sample *s)
{
  Ads1299Bus *bus = r->bus;
  double deadline;
  uint64_t before, after;
  Ads1299Edge e = {0};
  unsigned i;
  int ret;

  memset (s, 0, sizeof *s);
  switch (bus->ops->wait_drdy (bus, timeout_ns, &e)) {
    case ADS1299_WAIT_EDGE:
      break;
    case ADS1299_WAIT_TIMEOUT:
      return ADS1299_READ_TIMEOUT;
    case ADS1299_WAIT_CANCELLED:
      return ADS1299_READ_CANCELLED;
    case ADS1299_WAIT_END:
      return ADS1299_READ_END;
    default:
      s->error = e.error;
      return ADS1299_READ_GONE;
  }
  s->edge_ns = e.time_ns;
  if (!number (r, &e, s)) {
    s->why = ADS1299_SKIP_GLITCH;
    return ADS1299_READ_SKIPPED;
  }
  /* The least delayed time of the next conversion. */
  deadline = r->grid_ns + r->period_ns - GUARD_NS;
  before = bus->ops->now (bus);
  if ((double) (int64_t) (before - r->base_ns) >= deadline)
    return skip (r, s, ADS1299_SKIP_LATE, &r->counts.late);
  ret = ads1299_read_frames (bus, codes, status);
  if (ret == -ESTALE)
    return skip (r, s, ADS1299_SKIP_LATE, &r->counts.late);
  if (ret < 0) {
    s->error = ret;
    skip (r, s, ADS1299_SKIP_IO, &r->counts.io);
    return ret == -ENODEV ? ADS1299_READ_GONE : ADS1299_READ_SKIPPED;
  }
  after = bus->ops->now (bus);
  /* A transfer may run over the next conversion, but the last chip must have
   * got its command before it. */
  if ((double) (int64_t) (after - r->base_ns) - (double) r->frame_ns >=
          deadline &&
      after > before)
    return skip (r, s, ADS1299_SKIP_LATE, &r->counts.late);
  for (i = 0; i < bus->n_chips; i++)
    if (!ADS1299_STATUS_OK (status[i])) {
      s->chip = i;
      return skip (r, s, ADS1299_SKIP_STATUS, &r->counts.status);
    }
  r->counts.delivered++;
  return ADS1299_READ_OK;
}

double
ads1299_reader_rate (const Ads1299Reader *r)
{
  if (r->index < 16 || r->last_ns <= r->first_ns)
    return 0.0;
  return (double) r->index * 1e9 / (double) (r->last_ns - r->first_ns);
}
