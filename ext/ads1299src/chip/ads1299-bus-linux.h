/* ADS1299 chip library: chips on SPI and GPIO devices of Linux
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * spidev and the GPIO character device, spoken directly. Each chip of a
 * cascade has a device of its own (one chip select each); the clock lines,
 * START, RESET and the DRDY of chip 0 are common.
 */
#pragma once

#include "ads1299-bus.h"

/* More would leave the FIFO of small SPI controllers for DMA. */
#define ADS1299_LINUX_MAX_TRANSFER 64
/* What the kernel keeps at most. */
#define ADS1299_LINUX_MAX_EVENTS 1024
/* SCLK of the chip at 2.7 V and more */
#define ADS1299_LINUX_MAX_HZ 20000000

/* Strings of NULL or "" are lines that are not wired. */
typedef struct
{
  unsigned n_chips;
  const char *devices; /* one per chip, comma separated: /dev/spidev0.0,... */
  const char *drdy;    /* CHIP:LINE, see ads1299_gpio_find() */
  const char *start_line, *reset_line, *pwdn_line;
  unsigned frame_hz, register_hz; /* 0 = 10 MHz and 2.048 MHz */
  unsigned events;                /* edges that the kernel keeps; 0 = 1024 */
  bool no_pull_up;                /* leave the bias of DRDY as it is */
} Ads1299LinuxConfig;

/* Opens and claims everything: SPI mode 1, DRDY as an input, START low, RESET
 * and PWDN high. NULL with one sentence in @error that names device and line,
 * what was expected and found, and the remedy; nothing stays open then. What
 * was opened belongs to this bus alone: a second one on the same device is
 * ADS1299_ERR_BUSY.
 *
 * A converter keeps one sample. Where an edge proves that a conversion has
 * replaced the frame of the edge handed out last, no transfer is made; where it
 * may have done so before all chips were read, the one of the last chip counts
 * for nothing. Both are -ESTALE. */
Ads1299Bus *ads1299_bus_linux_new (
    const Ads1299LinuxConfig *config, Ads1299Error *error);
