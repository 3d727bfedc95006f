/* Fuzz target: bytes -> what a host does on the wires of a simulated ADS1299,
 * and the same bytes as frames
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chip/ads1299-sim.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

#define REQUIRE(x)                                                             \
  if (!(x))                                                                    \
  abort ()

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

/* Whatever the bytes: decoding and encoding again gives the same bytes. */
static void
frames (const uint8_t *data, size_t size)
{
  unsigned n;

  for (n = 4; n <= 8; n += 2) {
    size_t len = 3 + 3 * n, at;

    for (at = 0; at + len <= size; at += len) {
      int32_t codes[ADS1299_MAX_CHANNELS];
      uint8_t back[ADS1299_FRAME_BYTES];
      uint32_t status = ads1299_frame_decode (data + at, n, codes);

      ads1299_frame_encode (back, n, status, codes);
      REQUIRE (memcmp (back, data + at, len) == 0);
    }
  }
}

static void
check_chip (const Ads1299Sim *chip, uint64_t *index)
{
  uint64_t k;
  unsigned r;

  for (r = 0; r < ADS1299_N_REGS; r++)
    REQUIRE (
        !(ads1299_sim_peek (chip, r) & ~(r ? ads1299_reg_bits (r, 6) : 0xff)));
  REQUIRE (ads1299_sim_peek (chip, 0) == 0x3d);
  /* the line of the signal never goes back */
  if (ads1299_sim_current (chip, &k)) {
    k = ads1299_sim_index (chip, k);
    REQUIRE (ads1299_sim_period (chip) >= 128);
    *index = k;
  }
  ads1299_sim_drdy (chip);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Ads1299Scene *scene = ads1299_scene_new (6, 1);
  Ads1299Sim *chip = ads1299_sim_new (6, scene, 0);
  uint64_t now = 0, index = 0;
  size_t at = 0;

  frames (data, size);
  ads1299_sim_power_on (chip);
  /* what happens (3 bits) and its size, then its bytes */
  while (at + 2 <= size) {
    unsigned what = data[at] & 7, len = (data[at] >> 3) + 1u;
    uint8_t rx[64];
    Ads1299Xfer x = {data + at + 1, rx, len, what & 1 ? 2048000 : 20000000,
        what & 2 ? 2 : 0};

    at++;
    if (len > size - at)
      len = (unsigned) (size - at);
    x.len = len;
    switch (what) {
      case 4:
        now += (uint64_t) len << (data[at] & 15);
        ads1299_sim_set_time (chip, now);
        break;
      case 5:
        if (data[at] & 1)
          ads1299_sim_start (chip);
        else
          ads1299_sim_stop (chip);
        len = 1;
        break;
      case 6:
        if (data[at] & 1)
          ads1299_sim_reset (chip);
        else
          ads1299_sim_power_on (chip);
        len = 1;
        break;
      default:
        ads1299_sim_xfer (chip, &x);
    }
    at += len;
    check_chip (chip, &index);
  }
  ads1299_sim_free (chip);
  ads1299_scene_free (scene);
  return 0;
}
