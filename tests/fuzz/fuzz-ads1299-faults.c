/* Fuzz target: bytes -> fault script -> a short run of the instrument
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chip/ads1299-reader.h"
#include "chip/ads1299-scene.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

#define REQUIRE(x)                                                             \
  if (!(x))                                                                    \
  abort ()
#define SECOND 1000000000u
#define STEPS  600

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

/* Every conversion is accounted for, and silence ends. */
static void
run (Ads1299Bus *bus, const Ads1299Setup *setup)
{
  Ads1299Error error = {0};
  Ads1299Reader r;
  unsigned n, silent = 0;

  if (!ads1299_bring_up (bus, setup, NULL, &error)) {
    REQUIRE (error.code != ADS1299_OK && error.text[0]);
    return;
  }
  if (!ads1299_start (bus, &error))
    return;
  ads1299_reader_init (&r, bus, setup->rate);
  for (n = 0; n < STEPS && silent < 2; n++) {
    int32_t codes[ADS1299_BUS_MAX_CHIPS * ADS1299_MAX_CHANNELS];
    uint32_t status[ADS1299_BUS_MAX_CHIPS];
    Ads1299Sample s;
    Ads1299ReadResult result =
        ads1299_reader_next (&r, SECOND, codes, status, &s);
    const Ads1299ReadCounts *c = &r.counts;

    REQUIRE (c->produced == c->delivered + c->lost);
    REQUIRE (
        c->lost == c->by_sequence + c->by_time + c->late + c->status + c->io);
    silent += result == ADS1299_READ_TIMEOUT;
    if (result == ADS1299_READ_GONE)
      break;
  }
  ads1299_stop (bus);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static Ads1299Fault faults[ADS1299_MAX_FAULTS], again[ADS1299_MAX_FAULTS];
  Ads1299SimConfig config = {
      .n_chips = 2, .rate = 250, .vref = 4.5, .signal = ADS1299_SIGNAL_COUNTER};
  char *script = malloc (size + 1);
  Ads1299Error error = {0};
  Ads1299Setup setup;
  Ads1299Bus *bus;
  int n, i;

  memcpy (script, data, size);
  script[size] = '\0';
  n = ads1299_faults_parse (script, faults, &error);
  if (n < 0)
    REQUIRE (error.code == ADS1299_ERR_SCRIPT && error.text[0]);
  for (i = 0; i < n; i++) {
    char text[256];

    REQUIRE (ads1299_fault_print (&faults[i], text, sizeof text) <
             (int) sizeof text);
    REQUIRE (ads1299_faults_parse (text, again, &error) == 1);
    REQUIRE (again[0].kind == faults[i].kind && again[0].n == faults[i].n);
  }
  config.faults = script;
  bus = ads1299_bus_sim_new (&config, &error);
  if (bus) {
    ads1299_setup_init (&setup, 2, 250);
    setup.strict_id = false;
    run (bus, &setup);
    bus->ops->close (bus);
  }
  free (script);
  return 0;
}
