/* ADS1299 chip library: GPIO lines by the kernel's character devices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Version 2 of the kernel's interface (Linux 5.10 and later), spoken directly:
 * it alone gives events with a sequence number, a queue of a chosen size that
 * drops its oldest, and times of CLOCK_MONOTONIC.
 */
#pragma once

#include "ads1299-error.h"

#include <stddef.h>
#include <stdint.h>

/* A line that was found: where it is and what to call it in a message. */
typedef struct
{
  char path[64];  /* /dev/gpiochip0 */
  char name[32];  /* gpiochip0 */
  char label[32]; /* pinctrl-rp1 */
  char line[32];  /* GPIO25, or empty */
  unsigned offset;
} Ads1299GpioLine;

/* Finds @spec: "CHIP:LINE" or the name of a line. CHIP is a label
 * (pinctrl-rp1), a name (gpiochip0) or a path (/dev/gpiochip0), LINE a number
 * or a name. @role (DRDY, START, ...) names it in @error. */
bool ads1299_gpio_find (const char *role, const char *spec,
    Ads1299GpioLine *line, Ads1299Error *error);

/* Claims @line as an input that queues its falling edges and returns a
 * descriptor that does not block, or -1. The kernel rounds @events up and keeps
 * 1024 at most. @pull_up asks for the bias; a controller without one is taken
 * as it is. */
int ads1299_gpio_request_edges (const char *role, const Ads1299GpioLine *line,
    bool pull_up, unsigned events, Ads1299Error *error);

/* Claims @line as an output that starts at @high; a descriptor or -1. */
int ads1299_gpio_request_output (const char *role, const Ads1299GpioLine *line,
    bool high, Ads1299Error *error);

/* Level of a claimed line: 0, 1 or -errno. */
int ads1299_gpio_get (int fd);
/* 0 or -errno. */
int ads1299_gpio_set (int fd, bool high);

/* Name and label of the chip at @path, its number of lines and how many of
 * them somebody has taken; 0 or -errno. */
int ads1299_gpio_identify (const char *path, char name[32], char label[32],
    unsigned *lines, unsigned *taken);
