/* ads1299src: why it is silent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-watchdog.h"
#include "chip/ads1299-frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define N_LOOK (ADS1299_REG_CONFIG3 + 1) /* ID, CONFIG1 to CONFIG3 */

/* What each finding most likely means. */
static const char *const cause[] = {
    [ADS1299_FOUND_GONE] = "the device was unplugged. Check cable and power",
    [ADS1299_FOUND_BUS] =
        "the SPI bus does not work. Check the device and its driver",
    [ADS1299_FOUND_NO_ANSWER] =
        "nothing drives MISO. Check power, chip select and cable of the chip",
    [ADS1299_FOUND_OTHER_ID] =
        "it is not what it was at start. Check the wiring of MISO and SCLK",
    [ADS1299_FOUND_RESET] =
        "the chip was reset. Check its supply for brown-outs and the RESET "
        "line",
    [ADS1299_FOUND_CHANGED] =
        "it lost its configuration. Check the supply and the wiring",
    [ADS1299_FOUND_IDLE] =
        "the chip does not convert. Check the START line and the clock, and "
        "that DRDY is wired to the line that was given",
    [ADS1299_FOUND_UNSEEN] =
        "data are ready but no edge arrives. Check the DRDY line and its "
        "number",
};

/* Bits that tell a written register from what it holds. */
static uint8_t
compared (unsigned reg)
{
  return (uint8_t) ~ads1299_regs[reg].volatile_mask;
}

static Ads1299Found
judge (const uint8_t *got, const uint8_t *want, uint8_t id, unsigned channels)
{
  unsigned r, reset = 0, same = 0;

  for (r = 0; r < N_LOOK; r++)
    if (got[r] != got[0])
      break;
  if (r == N_LOOK && (got[0] == 0x00 || got[0] == 0xff))
    return ADS1299_FOUND_NO_ANSWER;
  if (got[0] != id)
    return ADS1299_FOUND_OTHER_ID;
  for (r = 1; r < N_LOOK; r++) {
    same += ((got[r] ^ want[r]) & compared (r)) == 0;
    reset += ((got[r] ^ ads1299_reg_reset (r, channels)) & compared (r)) == 0;
  }
  if (same == N_LOOK - 1)
    return ADS1299_FOUND_IDLE;
  return reset == N_LOOK - 1 ? ADS1299_FOUND_RESET : ADS1299_FOUND_CHANGED;
}

/* Registers of one chip, out of RDATAC if need be. */
static Ads1299Found
look_at (Ads1299Bus *bus, const Ads1299Setup *setup, uint8_t id, unsigned chip,
    uint8_t *got, int *error)
{
  uint8_t want[ADS1299_N_REGS];
  unsigned channels = setup->chip[chip].channels;
  Ads1299Found f;
  int r;

  ads1299_setup_registers (setup, chip, want);
  r = ads1299_read_registers (bus, chip, 0, N_LOOK, got);
  f = judge (got, want, id, channels);
  if (r == 0 && f != ADS1299_FOUND_IDLE && f != ADS1299_FOUND_RESET) {
    /* After a restart that failed it is in STANDBY and hears only WAKEUP,
     * which takes 31 us; after a reset it sends data and hears no RREG. */
    r = ads1299_command (bus, chip, ADS1299_CMD_WAKEUP);
    bus->ops->sleep (bus, 40000);
    if (r == 0)
      r = ads1299_command (bus, chip, ADS1299_CMD_SDATAC);
    if (r == 0)
      r = ads1299_read_registers (bus, chip, 0, N_LOOK, got);
    f = judge (got, want, id, channels);
  }
  *error = r;
  if (r == -ENODEV)
    return ADS1299_FOUND_GONE;
  return r < 0 ? ADS1299_FOUND_BUS : f;
}

void
ads1299_watchdog_look (Ads1299Bus *bus, const Ads1299Setup *setup,
    const uint8_t *id, Ads1299Finding *f)
{
  int32_t codes[ADS1299_BUS_MAX_CHIPS * ADS1299_MAX_CHANNELS];
  uint32_t status[ADS1299_BUS_MAX_CHIPS] = {0};
  uint8_t got[N_LOOK], worst[N_LOOK] = {0};
  int level = bus->ops->drdy_level (bus), error = 0, e;
  char registers[120], drdy[40];
  const char *name;
  unsigned i;

  f->found = ADS1299_FOUND_UNSEEN;
  f->chip = 0;
  for (i = 0; i < bus->n_chips; i++) {
    Ads1299Found found;

    memset (got, 0, sizeof got);
    found = look_at (bus, setup, id[i], i, got, &e);
    if (found == ADS1299_FOUND_IDLE && level == 0)
      found = ADS1299_FOUND_UNSEEN;
    if (i == 0 || found < f->found) {
      f->found = found;
      f->chip = (int) i;
      error = e;
      memcpy (worst, got, sizeof worst);
    }
  }
  name = bus->name[f->chip];
  /* Reading lets DRDY go high: a line that was only missed comes alive. */
  ads1299_read_frames (bus, codes, status);
  if (error < 0)
    snprintf (registers, sizeof registers, "reading the registers failed: %s",
        strerror (-error));
  else
    snprintf (registers, sizeof registers,
        "status 0x%06x, ID 0x%02x (0x%02x at start), CONFIG1 0x%02x",
        status[f->chip], worst[0], id[f->chip], worst[1]);
  if (level < 0)
    snprintf (drdy, sizeof drdy, "unreadable (%s)", strerror (-level));
  else
    snprintf (drdy, sizeof drdy, "%s", level ? "high" : "low");
  snprintf (f->text, sizeof f->text, "DRDY%s%s%s is %s; chip %d%s%s%s: %s: %s",
      bus->drdy_name ? " (" : "", bus->drdy_name ? bus->drdy_name : "",
      bus->drdy_name ? ")" : "", drdy, f->chip, name ? " (" : "",
      name ? name : "", name ? ")" : "", registers, cause[f->found]);
}

bool
ads1299_watchdog_check (Ads1299Bus *bus, const Ads1299Setup *setup,
    const uint8_t *id, unsigned chip)
{
  uint8_t want[ADS1299_N_REGS], got[N_LOOK];

  ads1299_setup_registers (setup, chip, want);
  /* a transfer that fails says nothing about the registers */
  return ads1299_read_registers (bus, chip, 0, N_LOOK, got) < 0 ||
         judge (got, want, id[chip], setup->chip[chip].channels) ==
             ADS1299_FOUND_IDLE;
}

const char *
ads1299_watchdog_status_text (uint32_t status)
{
  if (status == 0)
    return "all bits 0: MISO is stuck low or the chip has no power";
  if (status == 0xffffff)
    return "all bits 1: MISO floats; check chip select and cable";
  if ((status & 0xf00000) == 0x600000 || (status & 0xf00000) == 0x800000)
    return "shifted by one bit: check SPI mode 1";
  return "torn or disturbed frames: check SPI mode 1, the clock rate and the "
         "wiring";
}
