/* ADS1299 chip library: fault scripts of the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * "kind@seconds,key=value,...;kind@seconds..." - what goes wrong, when.
 * Seconds count from the first sample; kinds that may act before it (marked +)
 * act from power-on when seconds is 0. n counts conversions. The kinds, their
 * keys and what they do are the table in ads1299-faults.c; docs/simulator.md
 * explains each.
 */
#pragma once

#include "ads1299-error.h"

#include <stddef.h>
#include <stdint.h>

typedef enum
{
  /* edges */
  ADS1299_FAULT_LOST_DRDY,
  ADS1299_FAULT_MISSED_IRQ,
  ADS1299_FAULT_COALESCE,
  ADS1299_FAULT_DOUBLE_EDGE,
  ADS1299_FAULT_GLITCH,
  ADS1299_FAULT_LATE_IRQ,
  ADS1299_FAULT_LATE_READ,
  ADS1299_FAULT_DEAD_DRDY,
  ADS1299_FAULT_STUCK_DRDY,
  ADS1299_FAULT_EINTR,
  /* clock */
  ADS1299_FAULT_RATE_ERROR,
  ADS1299_FAULT_REMARKED,
  ADS1299_FAULT_NO_CLOCK,
  /* bytes */
  ADS1299_FAULT_STATUS_ERROR,
  ADS1299_FAULT_TORN_FRAME,
  ADS1299_FAULT_BIT_FLIP,
  ADS1299_FAULT_MISO_STUCK,
  ADS1299_FAULT_SPI_MODE,
  ADS1299_FAULT_SPI_ERROR,
  ADS1299_FAULT_SPI_SHORT,
  ADS1299_FAULT_CHIP_SILENT,
  /* the chip itself */
  ADS1299_FAULT_WRONG_ID,
  ADS1299_FAULT_STUCK_BIT,
  ADS1299_FAULT_BROWN_OUT,
  ADS1299_FAULT_NO_REFERENCE,
  ADS1299_FAULT_UNPLUG,
  /* inputs */
  ADS1299_FAULT_LEAD_OFF,
  ADS1299_FAULT_LEAD_TOGGLE,
  ADS1299_FAULT_SATURATED,
  ADS1299_FAULT_NOISY,
  ADS1299_FAULT_GPIO,
  ADS1299_N_FAULTS,
} Ads1299FaultKind;

#define ADS1299_FOREVER   UINT64_MAX
#define ADS1299_ALL_CHIPS 255u

typedef struct
{
  Ads1299FaultKind kind;
  double at;  /* seconds after the first sample */
  uint64_t n; /* conversions, or ADS1299_FOREVER */
  unsigned ch, chip, id, reg, level, value, period;
  double us, ppm;
  int error; /* positive errno */
} Ads1299Fault;

#define ADS1299_MAX_FAULTS 256

/* Name as scripts have it. */
const char *ads1299_fault_name (Ads1299FaultKind kind);
/* One line: what it does. */
const char *ads1299_fault_text (Ads1299FaultKind kind);
/* May act before the first sample. */
bool ads1299_fault_from_power_on (Ads1299FaultKind kind);

/* Number of faults in @script (NULL: none) written to @faults (room for
 * ADS1299_MAX_FAULTS), or -1 with @error, which tells the position from 1. */
int ads1299_faults_parse (
    const char *script, Ads1299Fault *faults, Ads1299Error *error);
/* Writes @fault as a script holds it; returns as snprintf() does. */
int ads1299_fault_print (const Ads1299Fault *fault, char *text, size_t size);
