/* ADS1299 chip library: self-test of an instrument
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Measures what the chips can measure of themselves - noise with shorted
 * inputs, the internal test signal, temperature, supplies - and what the host
 * sees of them: data-ready edges, losses, jitter, wrong bytes. Works on any
 * bus. The result is a list of checks with limits, for people (a table) and
 * for machines (a JSON certificate).
 */
#pragma once

#include "ads1299-bus.h"

#include <stdio.h>

/* One measured value. @chip and @channel (of all channels, from 0) are -1
 * where they say nothing; @low and @high are limits that still pass, infinite
 * where there is none. @sentence says what was found and, when it fails, what
 * to do. Names are stable: see ads1299_selftest_names. */
typedef struct
{
  const char *name;
  int chip, channel;
  double measured, low, high;
  const char *unit;
  bool pass;
  char sentence[240];
} Ads1299Check;

typedef struct
{
  bool pass;     /* all checks */
  bool complete; /* false: a check made the following ones impossible */
  bool cancelled;
  int64_t unix_time;
  double seconds; /* that it took */
  Ads1299Setup setup;
  Ads1299Report report;
  const char *device[ADS1299_BUS_MAX_CHIPS];
  unsigned n_checks, room;
  Ads1299Check *checks;
} Ads1299Certificate;

/* Zero is a good value for everything. */
typedef struct
{
  double seconds;    /* of noise and of the test signal, each, at
                         least 1.1; 0: 4 s */
  double avdd, dvdd; /* volts; 0: 5 V, and 1.8 to 3.6 V */
  /* Told before every step; may be NULL. */
  void (*progress) (const char *step, void *data);
  void *data;
} Ads1299SelftestOptions;

/* Names of all checks, for documentation and tests. */
extern const char *const ads1299_selftest_names[];
extern const unsigned ads1299_n_selftest_names;

/* Runs all steps on @bus with the rate, gains and parts of @setup and fills
 * @certificate, which the caller clears. The chips end in STANDBY. False only
 * without memory. @options may be NULL. bus->cancel() ends it early. */
bool ads1299_selftest_run (Ads1299Bus *bus, const Ads1299Setup *setup,
    const Ads1299SelftestOptions *options, Ads1299Certificate *certificate);
void ads1299_certificate_clear (Ads1299Certificate *certificate);

/* 0, or -errno when @file cannot be written. Numbers have decimal points in
 * every locale. */
int ads1299_certificate_write_table (
    const Ads1299Certificate *certificate, FILE *file);
int ads1299_certificate_write_json (
    const Ads1299Certificate *certificate, FILE *file);
