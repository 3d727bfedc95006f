/* Tests of the ADS1299 chip library: a simulated instrument, ready to run
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstcheck.h>

#include "chip/ads1299-reader.h"
#include "chip/ads1299-scene.h"
#include "chip/ads1299-sim.h"

#define RIG_SECOND 1000000000u

typedef struct
{
  Ads1299SimConfig config;
  Ads1299Setup setup;
  Ads1299Bus *bus;
  Ads1299Reader reader;
  Ads1299Error error;
  Ads1299Report report;
  gint32 codes[64];
  guint32 status[8];
  Ads1299Sample sample;
} Rig;

/* Counter signal, virtual time. */
static inline void
rig_init (Rig *r, guint n_chips, guint rate, const gchar *faults)
{
  memset (r, 0, sizeof *r);
  r->config.n_chips = n_chips;
  r->config.rate = rate;
  r->config.vref = 4.5;
  r->config.signal = ADS1299_SIGNAL_COUNTER;
  r->config.seed = 1;
  r->config.faults = faults;
  ads1299_setup_init (&r->setup, n_chips, rate);
}

static inline void
rig_open (Rig *r)
{
  r->bus = ads1299_bus_sim_new (&r->config, &r->error);
  fail_unless (r->bus != NULL, "%s", r->error.text);
}

static inline gboolean
rig_bring_up (Rig *r)
{
  return ads1299_bring_up (r->bus, &r->setup, &r->report, &r->error);
}

static inline void
rig_start (Rig *r)
{
  rig_open (r);
  fail_unless (rig_bring_up (r), "%s", r->error.text);
  fail_unless (ads1299_start (r->bus, &r->error), "%s", r->error.text);
  ads1299_reader_init (&r->reader, r->bus, r->setup.rate);
}

static inline Ads1299ReadResult
rig_next (Rig *r)
{
  return ads1299_reader_next (
      &r->reader, RIG_SECOND, r->codes, r->status, &r->sample);
}

static inline void
rig_close (Rig *r)
{
  if (r->bus)
    r->bus->ops->close (r->bus);
  r->bus = NULL;
}

/* Cheap enough for every sample: an assertion of Check writes to a file. */
static inline gboolean
rig_ledger_closed (const Rig *r)
{
  const Ads1299ReadCounts *c = &r->reader.counts;

  return c->produced == c->delivered + c->lost &&
         c->lost == c->by_sequence + c->by_time + c->late + c->status + c->io;
}

static inline void
rig_assert_ledger (const Rig *r)
{
  const Ads1299ReadCounts *c = &r->reader.counts;

  fail_unless_equals_uint64 (c->produced, c->delivered + c->lost);
  fail_unless_equals_uint64 (
      c->lost, c->by_sequence + c->by_time + c->late + c->status + c->io);
}

static inline Ads1299SimTruth
rig_truth (const Rig *r)
{
  Ads1299SimTruth t;

  ads1299_bus_sim_truth (r->bus, &t);
  return t;
}
