/* ADS1299 chip library: fault scripts of the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * "kind@seconds,key=value,...;kind@seconds..." - what goes wrong, when.
 *
 *   lost-drdy@T,n=N     N edges never reach the interrupt controller: no gap in
 *                       the sequence, only in time
 *   missed-irq@T,n=N    N events overflow in the kernel: a gap in the sequence
 *   status-error@T,n=N  N frames arrive with wrong status bits
 *   lead-off@T,n=N,ch=C electrode C (from 0) is off for N frames
 *   dead-drdy@T         no edge any more from T on
 *   wrong-id@0,id=V     the ID register of chip 0 reads V
 */
#pragma once

#include "ads1299-error.h"

#include <stdint.h>

typedef enum
{
  ADS1299_FAULT_LOST_DRDY,
  ADS1299_FAULT_MISSED_IRQ,
  ADS1299_FAULT_STATUS_ERROR,
  ADS1299_FAULT_LEAD_OFF,
  ADS1299_FAULT_DEAD_DRDY,
  ADS1299_FAULT_WRONG_ID,
  ADS1299_N_FAULTS,
} Ads1299FaultKind;

typedef struct
{
  Ads1299FaultKind kind;
  double at; /* seconds after the first sample */
  uint64_t n;
  unsigned ch, id;
} Ads1299Fault;

#define ADS1299_MAX_FAULTS 256

/* Number of faults in @script written to @faults (room for
 * ADS1299_MAX_FAULTS), or -1 with @error. */
int ads1299_faults_parse (
    const char *script, Ads1299Fault *faults, Ads1299Error *error);
