/* ADS1299 chip library: what a fault script does to the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The script as a function of time: asked for a conversion it says how chips,
 * wires and lines behave. Random choices depend on the seed and the conversion
 * alone, so a run can be repeated.
 */
#pragma once

#include "ads1299-sim.h"

typedef struct _Ads1299Inject Ads1299Inject;

/* State of the chips. */
typedef struct
{
  Ads1299SimKnobs knobs[ADS1299_BUS_MAX_CHIPS];
  uint8_t id[ADS1299_BUS_MAX_CHIPS];
  uint8_t brown_out; /* chips whose supply dips now, bit by bit */
  double ppm;        /* on top of the oscillator's error */
} Ads1299Struck;

/* One edge. @skip: conversions from here on that the host never hears of,
 * @skip_seq: what the sequence counts of them; @extra: another edge after this
 * part of the period (negative: at once), 0: none; @stamp_us: the time stamp is
 * late; @late_us: the host wakes late. */
typedef struct
{
  uint64_t skip, skip_seq;
  double extra, stamp_us, late_us;
} Ads1299EdgeFault;

/* NULL with @error when @script is wrong or names chips or channels that @bus
 * has not. @scene: of every chip; @truth->count is kept up to date. */
Ads1299Inject *ads1299_inject_new (const char *script, unsigned rate,
    uint32_t seed, const Ads1299Bus *bus, Ads1299Scene *const *scene,
    Ads1299SimTruth *truth, Ads1299Error *error);
void ads1299_inject_free (Ads1299Inject *inject);

/* The time is now that of conversion @index, or before the first (@started
 * false). True when something began or ended since the last call. */
bool ads1299_inject_changes (
    Ads1299Inject *inject, bool started, uint64_t index);
/* How the chips are at that time. */
void ads1299_inject_state (
    Ads1299Inject *inject, bool started, uint64_t index, Ads1299Struck *struck);
/* The device was unplugged. */
bool ads1299_inject_gone (const Ads1299Inject *inject);
/* Level at which DRDY is stuck, -1: it is not. */
int ads1299_inject_line (const Ads1299Inject *inject);
void ads1299_inject_edge (
    Ads1299Inject *inject, uint64_t index, Ads1299EdgeFault *fault);
/* 0 or -errno of the next transfer; @half: it ends half-way. */
int ads1299_inject_xfer_error (Ads1299Inject *inject, bool *half);
/* Changes what the host reads of @chip. @frame: @rx holds one byte and a
 * frame; @next: the frame after it, of @next_len bytes. */
void ads1299_inject_bytes (Ads1299Inject *inject, unsigned chip, uint8_t *rx,
    size_t len, bool frame, const uint8_t *next, unsigned next_len);
