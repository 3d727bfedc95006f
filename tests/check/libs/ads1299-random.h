/* Tests of the ADS1299 chip library: random fault scripts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run: a random instrument under a random script for a second of virtual
 * time or so. Whatever the script holds, every conversion is accounted for.
 */
#pragma once

#include "ads1299-rig.h"

#include <string.h>

/* Kinds after which the reader cannot know better: a second edge at a wrong
 * place looks like the true one, wrong data has no checksum. */
static inline gboolean
random_is_exact (Ads1299FaultKind kind)
{
  switch (kind) {
    case ADS1299_FAULT_LATE_IRQ:
    case ADS1299_FAULT_REMARKED:
    case ADS1299_FAULT_RATE_ERROR:
    case ADS1299_FAULT_TORN_FRAME:
    case ADS1299_FAULT_BIT_FLIP:
    case ADS1299_FAULT_SATURATED:
    case ADS1299_FAULT_BROWN_OUT:
    case ADS1299_FAULT_SPI_MODE:
      return FALSE;
    default:
      return TRUE;
  }
}

static inline gchar *
random_script (
    GRand *rand, guint rate, guint channels, guint chips, gboolean *exact)
{
  GString *s = g_string_new (NULL);
  guint n = g_rand_int_range (rand, 1, 6);

  *exact = TRUE;
  while (n-- > 0) {
    Ads1299Fault f = {0};
    gchar text[256];

    f.kind = (Ads1299FaultKind) g_rand_int_range (rand, 0, ADS1299_N_FAULTS);
    f.at = g_rand_int_range (rand, 20, (gint) (0.9 * rate)) / (gdouble) rate;
    f.n = (guint64) g_rand_int_range (rand, 1, 60);
    f.ch = (guint) g_rand_int_range (rand, 0, (gint) channels);
    f.chip = (guint) g_rand_int_range (rand, 0, (gint) chips);
    f.id = (guint) g_rand_int_range (rand, 0, 256);
    f.reg = (guint) g_rand_int_range (rand, 1, 24);
    f.level = (guint) g_rand_int_range (rand, 0, 2);
    f.value = (guint) g_rand_int_range (rand, 0, 256);
    f.period = (guint) g_rand_int_range (rand, 1, 30);
    f.us = g_rand_int_range (rand, 0, 3000000 / (gint) rate);
    f.ppm = g_rand_int_range (rand, -30000, 30000);
    f.error = 5;
    /* now and then from power-on: bring-up has to fail or to succeed, too */
    if (g_rand_int_range (rand, 0, 20) == 0)
      f.at = 0.0;
    /* the first edge starts the count: it must come */
    if (f.at > 0.0 && f.at * rate < 20)
      f.at = 20.0 / rate;
    *exact &= random_is_exact (f.kind);
    ads1299_fault_print (&f, text, sizeof text);
    g_string_append_printf (s, "%s%s", s->len ? ";" : "", text);
  }
  return g_string_free (s, FALSE);
}

/* One run; its script in @text, for the message of a failure. */
static inline void
random_run (guint32 seed, gchar **text)
{
  static const guint rates[] = {250, 500, 1000, 4000, 16000};
  GRand *rand = g_rand_new_with_seed (seed);
  guint chips = (guint) g_rand_int_range (rand, 1, 4);
  guint rate = rates[g_rand_int_range (rand, 0, 3)];
  guint steps = 0, silent = 0;
  guint64 first = 0;
  gboolean exact, up;
  Rig r;

  if (g_rand_int_range (rand, 0, 40) == 0)
    rate = rates[g_rand_int_range (rand, 3, 5)];
  *text = random_script (rand, rate, chips * 8, chips, &exact);
  rig_init (&r, chips, rate, *text);
  r.config.seed = seed;
  r.setup.strict_id = FALSE;
  r.config.event_queue = (guint) g_rand_int_range (rand, 16, 65);
  rig_open (&r);
  up = rig_bring_up (&r) && ads1299_start (r.bus, &r.error);
  if (!up)
    fail_unless (r.error.code != ADS1299_OK && r.error.text[0] != '\0');
  ads1299_reader_init (&r.reader, r.bus, rate);
  while (up && r.reader.counts.produced < rate) {
    Ads1299ReadResult result = rig_next (&r);

    if (++steps >= 4 * rate + 1000)
      fail ("%s does not end", *text);
    if (result == ADS1299_READ_GONE || result == ADS1299_READ_END)
      break;
    if (result == ADS1299_READ_TIMEOUT) {
      /* what an acquisition does: start anew, give up after the second time */
      if (++silent > 2 || !rig_bring_up (&r) ||
          !ads1299_start (r.bus, &r.error))
        break;
      ads1299_reader_resync (&r.reader);
      exact = FALSE;
    }
    if (r.reader.counts.produced == 1 && result != ADS1299_READ_TIMEOUT &&
        first == 0)
      first = rig_truth (&r).conversions;
    if (result == ADS1299_READ_OK && exact &&
        r.codes[0] != (gint) (r.sample.index + first - 1))
      fail ("%s: sample %u is %d", *text, (guint) r.sample.index, r.codes[0]);
    if (!rig_ledger_closed (&r))
      fail ("%s: the ledger is open at %u", *text, (guint) r.sample.index);
  }
  if (exact && r.reader.counts.produced > 0)
    fail_unless (
        r.reader.counts.produced + first - 1 == rig_truth (&r).conversions,
        "%s: %u conversions, the reader found %u", *text,
        (guint) rig_truth (&r).conversions, (guint) r.reader.counts.produced);
  rig_close (&r);
  g_rand_free (rand);
}
