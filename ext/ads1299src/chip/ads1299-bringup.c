/* ADS1299 chip library: bring-up, reconfiguration and reading
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-bus.h"
#include "ads1299-frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define POR_NS       130000000u /* tPOR: 2^18 tCLK = 128 ms */
#define RESET_LOW_NS 2000u      /* 2 tCLK and more */
/* 18 tCLK by the datasheet; boards with slow reset lines needed ms. */
#define RESET_NS     10000000u
#define REFERENCE_NS 150000000u /* internal reference start-up */
#define WAKEUP_NS    40000u     /* 31.25 us */

/* Runs of registers in the order in which they are written; CONFIG3 comes
 * before all of them because the reference needs time. */
static const struct
{
  uint8_t first, n;
} write_order[] = {
    {ADS1299_REG_CONFIG1, 2},
    {ADS1299_REG_CONFIG4, 1},
    {ADS1299_REG_LOFF, 1},
    {ADS1299_REG_CH1SET, 8},
    {ADS1299_REG_BIAS_SENSP, 5},
    {ADS1299_REG_GPIO, 3},
};

void
ads1299_bus_init (Ads1299Bus *bus, const Ads1299BusOps *ops, unsigned n_chips)
{
  memset (bus, 0, sizeof *bus);
  bus->ops = ops;
  bus->n_chips = n_chips;
  bus->register_hz = ADS1299_REGISTER_HZ;
  bus->frame_hz = ADS1299_FRAME_HZ;
  memset (bus->channels, ADS1299_MAX_CHANNELS, sizeof bus->channels);
}

/* --- registers and commands ------------------------------------------------ */

static int
slow_xfer (
    Ads1299Bus *bus, unsigned chip, const uint8_t *tx, uint8_t *rx, size_t len)
{
  Ads1299Xfer x = {tx, rx, len,
      bus->register_hz < ADS1299_REGISTER_HZ_MAX ? bus->register_hz
                                                 : ADS1299_REGISTER_HZ_MAX,
      ADS1299_CS_HOLD_US};

  return bus->ops->xfer (bus, chip, &x);
}

int
ads1299_command (Ads1299Bus *bus, unsigned chip, uint8_t command)
{
  int r = slow_xfer (bus, chip, &command, NULL, 1);

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

  if (n == 0 || first >= ADS1299_N_REGS || n > ADS1299_N_REGS - first)
    return -EINVAL;
  tx[0] = (uint8_t) (ADS1299_CMD_RREG | first);
  tx[1] = (uint8_t) (n - 1);
  r = slow_xfer (bus, chip, tx, rx, 2 + n);
  if (r == 0)
    memcpy (values, rx + 2, n);
  return r;
}

int
ads1299_write_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, const uint8_t *values)
{
  uint8_t tx[2 + ADS1299_N_REGS];

  if (n == 0 || first >= ADS1299_N_REGS || n > ADS1299_N_REGS - first)
    return -EINVAL;
  tx[0] = (uint8_t) (ADS1299_CMD_WREG | first);
  tx[1] = (uint8_t) (n - 1);
  memcpy (tx + 2, values, n);
  return slow_xfer (bus, chip, tx, NULL, 2 + n);
}

/* --- errors ---------------------------------------------------------------- */

/* "Chip 0 (/dev/spidev0.0)" */
static const char *
chip_text (const Ads1299Bus *bus, unsigned chip, char *text, size_t size)
{
  if (bus->name[chip])
    snprintf (text, size, "Chip %u (%s)", chip, bus->name[chip]);
  else
    snprintf (text, size, "Chip %u", chip);
  return text;
}

static bool
fail_bus (Ads1299Bus *bus, unsigned chip, int r, const char *what,
    Ads1299Error *error)
{
  char name[80];

  ads1299_fail (error, ADS1299_ERR_BUS, (int) chip, -1, "%s: %s failed: %s. %s",
      chip_text (bus, chip, name, sizeof name), what, strerror (-r),
      r == -ENODEV      ? "The device is gone: check cable and power"
      : r == -ETIMEDOUT ? "The SPI controller hangs: lower the clock rate"
                        : "Check the SPI device and its driver");
  if (error)
    error->sys_errno = -r;
  return false;
}

static bool
fail_register (Ads1299Bus *bus, Ads1299ErrorCode code, unsigned chip,
    unsigned reg, uint8_t expected, uint8_t found, const char *what,
    const char *remedy, Ads1299Error *error)
{
  char name[80];

  ads1299_fail (error, code, (int) chip, (int) reg,
      "%s: register %s (0x%02x) reads 0x%02x, expected 0x%02x%s. %s",
      chip_text (bus, chip, name, sizeof name), ads1299_regs[reg].name, reg,
      found, expected, what, remedy);
  if (error) {
    error->expected = expected;
    error->found = found;
  }
  return false;
}

/* --- identification -------------------------------------------------------- */

static bool
all_alike (const uint8_t *v, unsigned n)
{
  unsigned i;

  for (i = 0; i < n; i++)
    if (v[i] != v[0])
      return false;
  return v[0] == 0x00 || v[0] == 0xff;
}

/* A host in mode 0 samples one bit late: every byte comes shifted right, the
 * first bit of each being the last one of its predecessor. */
static bool
shifted (const uint8_t *v, unsigned channels)
{
  unsigned r;

  if (v[0] >> 1 == (ads1299_id_of (channels) | 0x20))
    return false;
  for (r = 1; r < 4; r++) {
    uint8_t a = ads1299_reg_reset (r - 1, channels);
    uint8_t b = ads1299_reg_reset (r, channels);

    if (v[r] != (uint8_t) ((a << 7) | b >> 1))
      return false;
  }
  return true;
}

/* The first register that is not as RESET leaves it in a part with @channels;
 * 0: none. */
static unsigned
not_reset (const uint8_t *regs, unsigned channels)
{
  unsigned r;

  for (r = 1; r < ADS1299_N_REGS; r++)
    if ((regs[r] ^ ads1299_reg_reset (r, channels)) &
        ~ads1299_regs[r].volatile_mask)
      return r;
  return 0;
}

/* Channels of the part that has these reset values, whatever its ID; 0: none. */
static unsigned
part_of_reset_values (const uint8_t *regs)
{
  unsigned n;

  for (n = 4; n <= ADS1299_MAX_CHANNELS; n += 2)
    if (not_reset (regs, n) == 0)
      return n;
  return 0;
}

/* The ID is that of a part with another number of channels than @channels,
 * which somebody asked for or which the reset values speak of. */
static bool
fail_part (Ads1299Bus *bus, unsigned chip, uint8_t id, unsigned channels,
    Ads1299Error *error)
{
  unsigned found = ads1299_id_to_channels (id);
  uint8_t want = 0x20 | ads1299_id_of (channels);
  char name[80], remedy[160];

  if (found == bus->channels[chip])
    snprintf (remedy, sizeof remedy,
        "Its other registers are those of a part with %u channels: check the "
        "part and the wiring of MISO",
        channels);
  else
    snprintf (remedy, sizeof remedy,
        "Set channels-per-chip of this chip to %u, or check the part", found);
  ads1299_fail (error, ADS1299_ERR_WRONG_PART, (int) chip, ADS1299_REG_ID,
      "%s: a part with %u channels (%s) was found (ID 0x%02x), expected %s "
      "(0x%02x, %u channels). %s",
      chip_text (bus, chip, name, sizeof name), found,
      ads1299_part_name (found), id, ads1299_part_name (channels), want,
      channels, remedy);
  if (error) {
    error->expected = want;
    error->found = id;
  }
  return false;
}

static bool
identify (Ads1299Bus *bus, unsigned chip, const Ads1299Setup *setup,
    Ads1299Report *report, Ads1299Error *error)
{
  unsigned channels = setup->chip[chip].channels, found, real, r;
  uint8_t regs[ADS1299_N_REGS], want = 0x20 | ads1299_id_of (channels);
  Ads1299Error problem, *to = setup->strict_id ? error : &problem;
  int ret = ads1299_read_registers (bus, chip, 0, ADS1299_N_REGS, regs);
  char text[96];

  if (ret < 0)
    return fail_bus (bus, chip, ret, "reading the registers", error);
  report->id[chip] = regs[0];
  if (all_alike (regs, ADS1299_N_REGS))
    return fail_register (bus, ADS1299_ERR_NO_ANSWER, chip, ADS1299_REG_ID,
        want, regs[0], ", and so do all registers",
        "Nothing drives MISO: check power, chip select, the clock of the chip "
        "and MISO",
        error);
  if (shifted (regs, channels))
    return fail_register (bus, ADS1299_ERR_SPI_MODE, chip, ADS1299_REG_ID, want,
        regs[0], ", and every byte is shifted by one bit",
        "Set SPI mode 1 (CPOL 0, CPHA 1)", error);
  found = ads1299_id_to_channels (regs[0]);
  if (found != 0 && found != channels)
    return fail_part (bus, chip, regs[0], channels, error);
  if (found == 0) {
    snprintf (text, sizeof text,
        " (bits 4..0 = 0x%02x, ADS1299 with %u "
        "channels)",
        ads1299_id_of (channels), channels);
    fail_register (bus, ADS1299_ERR_WRONG_ID, chip, ADS1299_REG_ID, want,
        regs[0], text,
        regs[0] == 0x00 || regs[0] == 0xff
            ? "All bits alike: check power, chip select and MISO"
            : "Check the part and the wiring; if the part is genuine, switch "
              "off the strict check of the ID",
        to);
    if (setup->strict_id)
      return false;
    report->warning[report->n_warnings++] = problem;
  }
  r = not_reset (regs, channels);
  if (r == 0)
    return true;
  real = part_of_reset_values (regs);
  if (found != 0 && real != 0)
    return fail_part (bus, chip, regs[0], real, error);
  return fail_register (bus, ADS1299_ERR_RESET_VALUES, chip, r,
      ads1299_reg_reset (r, channels), regs[r], " after RESET",
      "Check the RESET line, the wiring of the SPI and that its clock is "
      "below 4 MHz for registers",
      error);
}

/* --- configuration --------------------------------------------------------- */

static bool
write_run (Ads1299Bus *bus, unsigned chip, unsigned first, unsigned n,
    const uint8_t *regs, Ads1299Error *error)
{
  int r = ads1299_write_registers (bus, chip, first, n, regs + first);

  if (r < 0)
    return fail_bus (bus, chip, r, "writing the registers", error);
  return true;
}

static bool
verify (
    Ads1299Bus *bus, unsigned chip, const uint8_t *want, Ads1299Error *error)
{
  uint8_t got[ADS1299_N_REGS];
  int ret = ads1299_read_registers (bus, chip, 0, ADS1299_N_REGS, got);
  unsigned r;

  if (ret < 0)
    return fail_bus (bus, chip, ret, "reading the registers back", error);
  for (r = 1; r < ADS1299_N_REGS; r++)
    if ((want[r] ^ got[r]) & ~ads1299_regs[r].volatile_mask)
      return fail_register (bus, ADS1299_ERR_READBACK, chip, r, want[r], got[r],
          " as written",
          "Check the wiring, the supply and that SCLK is below 4 MHz for "
          "registers",
          error);
  return true;
}

static bool
command (Ads1299Bus *bus, unsigned chip, uint8_t b, const char *what,
    Ads1299Error *error)
{
  int r = ads1299_command (bus, chip, b);

  return r < 0 ? fail_bus (bus, chip, r, what, error) : true;
}

static bool
rest (Ads1299Bus *bus, uint64_t ns, Ads1299Error *error)
{
  return bus->ops->sleep (bus, ns) ||
         ads1299_fail (error, ADS1299_ERR_CANCELLED, -1, -1,
             "Setting up the chips was cancelled");
}

static bool
reset_all (Ads1299Bus *bus, Ads1299Error *error)
{
  unsigned i;
  int r = bus->ops->set_line (bus, ADS1299_LINE_RESET, false);

  if (r == 0) {
    bus->ops->sleep (bus, RESET_LOW_NS);
    r = bus->ops->set_line (bus, ADS1299_LINE_RESET, true);
  } else if (r == -ENODEV) {
    /* a chip in STANDBY hears only WAKEUP */
    for (i = 0; i < bus->n_chips; i++)
      if (!command (bus, i, ADS1299_CMD_WAKEUP, "the WAKEUP command", error))
        return false;
    bus->ops->sleep (bus, WAKEUP_NS);
    for (i = 0; i < bus->n_chips; i++)
      if (!command (bus, i, ADS1299_CMD_RESET, "the RESET command", error))
        return false;
    r = 0;
  }
  if (r < 0) {
    ads1299_fail (error, ADS1299_ERR_LINE, -1, -1,
        "The RESET line cannot be set: %s. Check the GPIO line and its "
        "permissions",
        strerror (-r));
    if (error)
      error->sys_errno = -r;
    return false;
  }
  return rest (bus, RESET_NS, error);
}

/* Slaves of a shared clock hear nothing until the master drives it; their
 * power-on time counts from then (datasheet 11.1). */
static bool
share_clock (Ads1299Bus *bus, unsigned master, uint8_t (*regs)[ADS1299_N_REGS],
    Ads1299Error *error)
{
  unsigned i;

  if (!write_run (bus, master, ADS1299_REG_CONFIG1, 1, regs[master], error))
    return false;
  if (!rest (bus, POR_NS, error))
    return false;
  for (i = 0; i < bus->n_chips; i++)
    if (i != master &&
        !command (bus, i, ADS1299_CMD_RESET, "the RESET command", error))
      return false;
  return rest (bus, RESET_NS, error);
}

static bool
configure_all (Ads1299Bus *bus, const Ads1299Setup *setup,
    Ads1299Report *report, Ads1299Error *error)
{
  uint8_t regs[ADS1299_BUS_MAX_CHIPS][ADS1299_N_REGS];
  unsigned n = bus->n_chips, master = n, i, k;

  for (i = 0; i < n; i++) {
    ads1299_setup_registers (setup, i, regs[i]);
    if (setup->chip[i].clock_out)
      master = i;
  }
  if (!rest (bus, POR_NS, error) || !reset_all (bus, error))
    return false;
  bus->ops->set_line (bus, ADS1299_LINE_START, false);
  if (master < n) {
    if (!command (
            bus, master, ADS1299_CMD_SDATAC, "the SDATAC command", error) ||
        !identify (bus, master, setup, report, error) ||
        !share_clock (bus, master, regs, error))
      return false;
  }
  for (i = 0; i < n; i++)
    if (i != master &&
        (!command (bus, i, ADS1299_CMD_SDATAC, "the SDATAC command", error) ||
            !identify (bus, i, setup, report, error)))
      return false;
  for (i = 0; i < n; i++)
    if (!write_run (bus, i, ADS1299_REG_CONFIG3, 1, regs[i], error))
      return false;
  if (!rest (bus, REFERENCE_NS, error))
    return false;
  for (i = 0; i < n; i++) {
    for (k = 0; k < sizeof write_order / sizeof write_order[0]; k++)
      if (!write_run (
              bus, i, write_order[k].first, write_order[k].n, regs[i], error))
        return false;
    if (!verify (bus, i, regs[i], error))
      return false;
  }
  return true;
}

bool
ads1299_bring_up (Ads1299Bus *bus, const Ads1299Setup *setup,
    Ads1299Report *report, Ads1299Error *error)
{
  Ads1299Report dummy;
  unsigned i;

  if (!report)
    report = &dummy;
  memset (report, 0, sizeof *report);
  if (!ads1299_setup_check (setup, error))
    return false;
  if (setup->n_chips != bus->n_chips)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "The setup is for %u chips, the bus has %u", setup->n_chips,
        bus->n_chips);
  for (i = 0; i < bus->n_chips; i++)
    bus->channels[i] = (uint8_t) setup->chip[i].channels;
  if (!configure_all (bus, setup, report, error)) {
    ads1299_stop (bus);
    return false;
  }
  return true;
}

/* Writes what differs between @from and @to. */
static bool
write_changes (Ads1299Bus *bus, unsigned chip, const uint8_t *from,
    const uint8_t *to, Ads1299Error *error)
{
  unsigned r, n;

  if (from[ADS1299_REG_CONFIG3] != to[ADS1299_REG_CONFIG3]) {
    if (!write_run (bus, chip, ADS1299_REG_CONFIG3, 1, to, error))
      return false;
    if ((to[ADS1299_REG_CONFIG3] & ~from[ADS1299_REG_CONFIG3] &
            ADS1299_CONFIG3_PD_REFBUF) &&
        !rest (bus, REFERENCE_NS, error))
      return false;
  }
  for (r = ADS1299_REG_CONFIG1; r < ADS1299_N_REGS; r += n) {
    n = 1;
    if (from[r] == to[r] || r == ADS1299_REG_CONFIG3)
      continue;
    while (r + n < ADS1299_N_REGS && from[r + n] != to[r + n] &&
           r + n != ADS1299_REG_CONFIG3)
      n++;
    if (!write_run (bus, chip, r, n, to, error))
      return false;
  }
  return true;
}

bool
ads1299_reconfigure (Ads1299Bus *bus, const Ads1299Setup *before,
    const Ads1299Setup *after, Ads1299Error *error)
{
  uint8_t old[ADS1299_BUS_MAX_CHIPS][ADS1299_N_REGS];
  uint8_t new[ADS1299_BUS_MAX_CHIPS][ADS1299_N_REGS];
  unsigned i, done;
  bool restored = true;
  size_t len;

  if (!ads1299_setup_check (after, error))
    return false;
  for (i = 0; i < bus->n_chips; i++)
    if (after->n_chips != before->n_chips || after->n_chips != bus->n_chips ||
        after->chip[i].channels != before->chip[i].channels)
      return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, -1,
          "The number of chips or of their channels cannot change while they "
          "run");
  for (i = 0; i < bus->n_chips; i++) {
    ads1299_setup_registers (before, i, old[i]);
    ads1299_setup_registers (after, i, new[i]);
  }
  for (done = 0; done < bus->n_chips; done++)
    if (memcmp (old[done], new[done], ADS1299_N_REGS) != 0 &&
        (!write_changes (bus, done, old[done], new[done], error) ||
            !verify (bus, done, new[done], error)))
      break;
  if (done == bus->n_chips)
    return true;
  for (i = 0; i <= done; i++)
    restored &= write_changes (bus, i, new[i], old[i], NULL) &&
                verify (bus, i, old[i], NULL);
  if (error) {
    len = strlen (error->text);
    snprintf (error->text + len, sizeof error->text - len,
        restored ? ". The previous configuration is restored"
                 : ". The previous configuration could not be restored");
  }
  return false;
}

/* --- running --------------------------------------------------------------- */

bool
ads1299_start (Ads1299Bus *bus, Ads1299Error *error)
{
  unsigned i;
  int r = bus->ops->set_line (bus, ADS1299_LINE_START, true);

  if (r == 0)
    return true;
  if (r != -ENODEV) {
    ads1299_fail (error, ADS1299_ERR_LINE, -1, -1,
        "The START line cannot be set: %s. Check the GPIO line and its "
        "permissions",
        strerror (-r));
    if (error)
      error->sys_errno = -r;
    return false;
  }
  /* no line: all STOP before the first START, then START one after another */
  for (i = 0; i < bus->n_chips; i++)
    if (!command (bus, i, ADS1299_CMD_STOP, "the STOP command", error))
      return false;
  for (i = 0; i < bus->n_chips; i++) {
    uint8_t start = ADS1299_CMD_START;

    r = slow_xfer (bus, i, &start, NULL, 1);
    if (r < 0)
      return fail_bus (bus, i, r, "the START command", error);
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
  Ads1299Xfer x = {tx, rx, 0, bus->frame_hz, ADS1299_CS_HOLD_US};
  unsigned i;

  for (i = 0; i < bus->n_chips; i++) {
    unsigned channels = bus->channels[i];
    int r;

    x.len = 1 + 3 + 3 * channels;
    r = bus->ops->xfer (bus, i, &x);
    if (r < 0)
      return r;
    status[i] = ads1299_frame_decode (rx + 1, channels, codes);
    codes += channels;
  }
  return 0;
}
