/* ADS1299 chip library: bring-up and reading
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-bus.h"
#include "ads1299-frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
ads1299_command (Ads1299Bus *bus, unsigned chip, uint8_t command)
{
  int r = bus->ops->xfer (bus, chip, &command, NULL, 1);

  /* 4 tCLK between commands */
  bus->ops->sleep (bus, 2000);
  return r;
}

int
ads1299_read_registers (
    Ads1299Bus *bus, unsigned chip, unsigned first, unsigned n, uint8_t *values)
{
  uint8_t tx[2 + ADS1299_N_REGS] = {0}, rx[2 + ADS1299_N_REGS] = {0};
  int r;

  if (n == 0 || first + n > ADS1299_N_REGS)
    return -EINVAL;
  tx[0] = (uint8_t) (ADS1299_CMD_RREG | first);
  tx[1] = (uint8_t) (n - 1);
  r = bus->ops->xfer (bus, chip, tx, rx, 2 + n);
  if (r == 0)
    memcpy (values, rx + 2, n);
  return r;
}

int
ads1299_write_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, const uint8_t *values)
{
  uint8_t tx[2 + ADS1299_N_REGS];

  if (n == 0 || first + n > ADS1299_N_REGS)
    return -EINVAL;
  tx[0] = (uint8_t) (ADS1299_CMD_WREG | first);
  tx[1] = (uint8_t) (n - 1);
  memcpy (tx + 2, values, n);
  return bus->ops->xfer (bus, chip, tx, NULL, 2 + n);
}

static bool
identify (Ads1299Bus *bus, unsigned chip, char *error, size_t size)
{
  uint8_t regs[ADS1299_N_REGS];
  int r = ads1299_read_registers (bus, chip, 0, ADS1299_N_REGS, regs);

  if (r < 0) {
    snprintf (error, size, "Chip %u: reading the registers failed: %s", chip,
        strerror (-r));
    return false;
  }
  if ((regs[ADS1299_REG_ID] & 0x1f) != 0x1e) {
    snprintf (error, size,
        "Chip %u: register ID reads 0x%02x, an 8-channel ADS1299 has 0x3e "
        "(bits 4..0 = 0x1e). %s",
        chip, regs[ADS1299_REG_ID],
        regs[ADS1299_REG_ID] == 0x00 || regs[ADS1299_REG_ID] == 0xff
            ? "All bits alike: check power, chip select and MISO"
            : "Check the part and SPI mode 1");
    return false;
  }
  return true;
}

static bool
configure (Ads1299Bus *bus, unsigned chip, const Ads1299Setup *setup,
    char *error, size_t size)
{
  uint8_t want[ADS1299_N_REGS], got[ADS1299_N_REGS];
  unsigned r, c;
  int ret;

  for (r = 0; r < ADS1299_N_REGS; r++)
    want[r] = ads1299_regs[r].reset;
  want[ADS1299_REG_CONFIG1] =
      (uint8_t) (ADS1299_CONFIG1_BASE | ads1299_rate_to_dr (setup->rate));
  /* with several chips the first one drives the clock of all */
  if (bus->n_chips > 1 && chip == 0)
    want[ADS1299_REG_CONFIG1] |= ADS1299_CONFIG1_CLK_EN;
  want[ADS1299_REG_CONFIG2] = ADS1299_CONFIG2_BASE;
  if (setup->mux == ADS1299_MUX_TEST)
    want[ADS1299_REG_CONFIG2] |= ADS1299_CONFIG2_INT_CAL;
  want[ADS1299_REG_CONFIG3] = ADS1299_CONFIG3_REF_ON;
  want[ADS1299_REG_MISC1] = ADS1299_MISC1_SRB1;
  for (c = 0; c < ADS1299_MAX_CHANNELS; c++)
    want[ADS1299_REG_CH1SET + c] =
        (uint8_t) (ads1299_gain_to_code (
                       setup->gain[chip * ADS1299_MAX_CHANNELS + c])
                       << 4 |
                   setup->mux);

  /* the reference first: it needs 150 ms to settle */
  ret = ads1299_write_registers (
      bus, chip, ADS1299_REG_CONFIG3, 1, want + ADS1299_REG_CONFIG3);
  bus->ops->sleep (bus, 150000000);
  if (ret == 0)
    ret = ads1299_write_registers (
        bus, chip, ADS1299_REG_CONFIG1, 2, want + ADS1299_REG_CONFIG1);
  if (ret == 0)
    ret = ads1299_write_registers (bus, chip, ADS1299_REG_LOFF,
        ADS1299_REG_LOFF_FLIP - ADS1299_REG_LOFF + 1, want + ADS1299_REG_LOFF);
  if (ret == 0)
    ret = ads1299_write_registers (bus, chip, ADS1299_REG_GPIO,
        ADS1299_REG_CONFIG4 - ADS1299_REG_GPIO + 1, want + ADS1299_REG_GPIO);
  if (ret == 0)
    ret = ads1299_read_registers (bus, chip, 0, ADS1299_N_REGS, got);
  if (ret < 0) {
    snprintf (error, size, "Chip %u: writing the registers failed: %s", chip,
        strerror (-ret));
    return false;
  }
  for (r = 1; r < ADS1299_N_REGS; r++) {
    uint8_t mask = (uint8_t) ~ads1299_regs[r].volatile_mask;

    if ((want[r] ^ got[r]) & mask) {
      snprintf (error, size,
          "Chip %u: register %s (0x%02x) reads back 0x%02x after 0x%02x was "
          "written. Check the wiring, SCLK below 4 MHz for registers and the "
          "supply",
          chip, ads1299_regs[r].name, r, got[r], want[r]);
      return false;
    }
  }
  return true;
}

bool
ads1299_bring_up (
    Ads1299Bus *bus, const Ads1299Setup *setup, char *error, size_t size)
{
  unsigned i;
  int r;

  if (ads1299_rate_to_dr (setup->rate) < 0) {
    snprintf (
        error, size, "Rate %u is not one of " ADS1299_RATES_TEXT, setup->rate);
    return false;
  }
  /* tPOR: 2^18 tCLK = 128 ms */
  bus->ops->sleep (bus, 130000000);
  if (bus->ops->set_line (bus, ADS1299_LINE_RESET, false) == 0) {
    bus->ops->sleep (bus, 2000);
    bus->ops->set_line (bus, ADS1299_LINE_RESET, true);
  } else {
    for (i = 0; i < bus->n_chips; i++)
      ads1299_command (bus, i, ADS1299_CMD_RESET);
  }
  bus->ops->sleep (bus, 10000000);
  bus->ops->set_line (bus, ADS1299_LINE_START, false);
  for (i = 0; i < bus->n_chips; i++) {
    r = ads1299_command (bus, i, ADS1299_CMD_SDATAC);
    if (r < 0) {
      snprintf (error, size, "Chip %u: the SPI transfer failed: %s", i,
          strerror (-r));
      return false;
    }
    if (!identify (bus, i, error, size) ||
        !configure (bus, i, setup, error, size))
      return false;
  }
  return true;
}

bool
ads1299_start (Ads1299Bus *bus)
{
  unsigned i;
  int r = bus->ops->set_line (bus, ADS1299_LINE_START, true);

  if (r != -ENODEV)
    return r == 0;
  /* no line: all STOP before the first START, then START one after another */
  for (i = 0; i < bus->n_chips; i++)
    if (ads1299_command (bus, i, ADS1299_CMD_STOP) < 0)
      return false;
  for (i = 0; i < bus->n_chips; i++) {
    uint8_t start = ADS1299_CMD_START;

    if (bus->ops->xfer (bus, i, &start, NULL, 1) < 0)
      return false;
  }
  return true;
}

void
ads1299_stop (Ads1299Bus *bus)
{
  unsigned i;

  bus->ops->set_line (bus, ADS1299_LINE_START, false);
  for (i = 0; i < bus->n_chips; i++) {
    ads1299_command (bus, i, ADS1299_CMD_STOP);
    ads1299_command (bus, i, ADS1299_CMD_STANDBY);
  }
}

int
ads1299_read_frames (Ads1299Bus *bus, int32_t *codes, uint32_t *status)
{
  static const uint8_t tx[1 + ADS1299_FRAME_BYTES] = {ADS1299_CMD_RDATA};
  uint8_t rx[1 + ADS1299_FRAME_BYTES];
  unsigned i;

  for (i = 0; i < bus->n_chips; i++) {
    int r = bus->ops->xfer (bus, i, tx, rx, sizeof rx);

    if (r < 0)
      return r;
    status[i] = ads1299_frame_decode (
        rx + 1, ADS1299_MAX_CHANNELS, codes + i * ADS1299_MAX_CHANNELS);
  }
  return 0;
}
