/* ADS1299 chip library: the simulated chip
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A state machine over bytes on the SPI and time in tCLK, behaving as the
 * datasheet says where a driver can notice. The chip is passive: its owner
 * tells it what time it is.
 */
#pragma once

#include "ads1299-frame.h"
#include "ads1299-scene.h"

typedef struct _Ads1299Sim Ads1299Sim;

/* How often the host broke a rule. */
typedef struct
{
  uint64_t early_bytes;       /* during the 18 tCLK after RESET */
  uint64_t ignored_registers; /* RREG or WREG while in RDATAC */
  uint64_t must_write;        /* a fixed bit was written wrong */
  uint64_t unknown_commands;
} Ads1299SimViolations;

/* Where the frames of a replay come from. */
typedef struct
{
  const uint8_t *frames; /* NULL: the scene makes the samples */
  uint64_t n_frames;
  unsigned stride; /* bytes from one conversion to the next */
} Ads1299Replay;

/* @scene stays the caller's and holds this chip's channels from
 * @first_channel on. @channels is 4, 6 or 8. */
Ads1299Sim *ads1299_sim_new (
    unsigned channels, Ads1299Scene *scene, unsigned first_channel);
void ads1299_sim_free (Ads1299Sim *chip);

/* @replay frames start at @frames for this chip. */
void ads1299_sim_set_replay (Ads1299Sim *chip, const Ads1299Replay *replay);
/* XORed into the status word of every frame from now on. */
void ads1299_sim_set_status_xor (Ads1299Sim *chip, uint32_t bits);
/* Lead-off status bits (STATP << 8 | STATN) from now on. */
void ads1299_sim_set_lead_off (Ads1299Sim *chip, uint16_t bits);
/* ID register, to play another part. */
void ads1299_sim_set_id (Ads1299Sim *chip, uint8_t id);

void ads1299_sim_set_time (Ads1299Sim *chip, uint64_t tclk);
void ads1299_sim_reset (Ads1299Sim *chip);

/* One chip-select-low transfer of @len bytes; @rx may be NULL. */
void ads1299_sim_xfer (
    Ads1299Sim *chip, const uint8_t *tx, uint8_t *rx, size_t len);

uint8_t ads1299_sim_peek (const Ads1299Sim *chip, unsigned reg);
bool ads1299_sim_is_converting (const Ads1299Sim *chip);
/* Time of the DRDY edge of conversion @k (from 0) in tCLK. */
uint64_t ads1299_sim_drdy_time (const Ads1299Sim *chip, uint64_t k);
/* The conversion whose data a read at the chip's time returns; false before
 * the first. */
bool ads1299_sim_current (const Ads1299Sim *chip, uint64_t *k);
unsigned ads1299_sim_period (const Ads1299Sim *chip);
const Ads1299SimViolations *ads1299_sim_violations (const Ads1299Sim *chip);
