/* ads1299shim: chips behind the real ioctl calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A library to preload. It answers open() and ioctl() of /dev/spidev0.x and
 * /dev/gpiochipN as Linux does and connects them to the chips of the chip
 * library, in real time. Descriptors are real ones: poll(), read(), fcntl() and
 * close() go to the kernel.
 *
 * What is there: one ADS1299 per device /dev/spidev0.0 to 0.(chips - 1);
 * /dev/gpiochip0 [pinctrl-rp1] with the lines GPIO0 to GPIO53: 25 DRDY, 22
 * START, 27 RESET, 17 PWDN; /dev/gpiochip1 [expander] with 8 lines without name
 * and interrupt.
 *
 * The environment variable ADS1299_SHIM, or shim_power_up(), says what is
 * plugged in and what goes wrong, as key=value;key=value:
 *
 *   chips=N channels=4|6|8 signal=NAME seed=N   the chips; signal is counter
 *   ppm=P           error of their clock
 *   hurry=1         no wait of the driver is longer than 1 ms
 *   endless=K       rest K of the driver (from 0; a wait that can be cancelled)
 *                   ends only when it is cancelled
 *   fifo=N          edges that the "kernel" keeps at most
 *   deny=E:PATH     open() of PATH fails with EACCES, ENOENT, EBUSY or EIO
 *   busy=N          line N of gpiochip0 belongs to "other-driver"
 *   uapi=1          version 1 of the GPIO interface only
 *   bias=refused    no pull-up on any line
 *   mode=refused|ignored  bits=refused  spidev=no
 *   eintr=N         every ioctl() is interrupted N times
 *   eio=K short=K   transfer K of a frame fails, is cut short (from 1)
 *   unplug=K        at transfer K of a frame everything is unplugged
 *   stall=K:MS      transfer K of a frame begins MS milliseconds late
 *   lost=K:N        N edges from conversion K on (from 0) never arrive
 *   dead=K          no edge from conversion K on
 *   id=V            the ID register of chip 0
 */
#pragma once

#include <stdint.h>

/* What really happened, to be compared with what the driver says. */
typedef struct
{
  uint64_t conversions; /* since START, up to now */
  uint64_t edges;       /* of them, queued for the driver */
  uint64_t overflown;   /* of the queued, dropped because the queue was full */
  uint64_t frames;      /* transfers of a frame from chip 0 */
  uint64_t transfers;   /* of all sorts and chips */
  uint64_t rests;       /* of the driver, begun */
  uint64_t rests_cut;   /* ended before their time */
  unsigned claimed;     /* lines held by the driver now */
  int start, reset, pwdn; /* levels; -1: nobody drives it */
  /* Rules that the driver broke: of SPI, and of the chips as
   * Ads1299SimViolations has them. Not counted: STOP in STANDBY, which has no
   * effect, and RDATA close to DRDY, which a busy computer cannot avoid. */
  uint64_t fast_clock, joined_transfers, long_transfers, wrong_mode, chip;
} ShimTruth;

/* All devices are as after power-on; what is open is closed for good. */
typedef void (*ShimPowerUp) (const char *config);
typedef void (*ShimGetTruth) (ShimTruth *truth);

/* To be found with dlsym(): absent when the library was not preloaded. */
#define SHIM_POWER_UP  "ads1299_shim_power_up"
#define SHIM_GET_TRUTH "ads1299_shim_get_truth"
