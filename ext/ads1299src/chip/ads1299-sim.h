/* ADS1299 chip library: the simulated chip
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A state machine over bytes on the SPI and time in tCLK, behaving as the
 * datasheet says where a driver can notice. The chip is passive: its owner
 * tells it what time it is, in periods of the chip's own clock.
 */
#pragma once

#include "ads1299-bus.h"
#include "ads1299-frame.h"
#include "ads1299-scene.h"

typedef struct _Ads1299Sim Ads1299Sim;

/* How often the host broke a rule. */
typedef struct _Ads1299SimViolations
{
  uint64_t early_bytes;       /* while the chip was deaf: POR, RESET, wake-up */
  uint64_t ignored_registers; /* RREG or WREG while in RDATAC */
  uint64_t must_write;        /* a fixed or missing bit was written wrong */
  uint64_t reserved;          /* DR 7, gain 7 or test frequency 2 */
  uint64_t unknown_commands;
  uint64_t fast_bytes;  /* bytes of RREG or WREG in less than 4 tCLK */
  uint64_t short_hold;  /* chip select up less than 4 tCLK after a command */
  uint64_t keep_out;    /* RDATA or data in RDATAC within 4 tCLK of DRDY */
  uint64_t torn_reads;  /* a read in RDATAC ran over DRDY */
  uint64_t in_standby;  /* a command other than WAKEUP in STANDBY */
  uint64_t din_in_data; /* DIN not 00 while data was read */
} Ads1299SimViolations;

/* Where the frames of a replay come from. */
typedef struct
{
  const uint8_t *frames; /* NULL: the scene makes the samples */
  uint64_t n_frames;
  unsigned stride; /* bytes from one conversion to the next */
} Ads1299Replay;

/* What does not follow from the registers: faults and surroundings. Changes
 * count from the next frame on. */
typedef struct
{
  uint32_t status_xor; /* onto the status word */
  uint16_t lead_off;   /* STATP << 8 | STATN, whatever the comparators say */
  uint8_t rail_hi, rail_lo; /* channels at a rail */
  uint8_t gpio;             /* level of the pins GPIO4..1 that are inputs */
  bool deaf;                /* no clock */
  bool weak_reference;      /* at 80 % */
  bool ref_external;        /* VREFP is driven from outside */
  bool restart_on_start;    /* START while converting restarts */
  unsigned rate_shift;      /* another part: 2^rate_shift times the rate */
  uint8_t stuck_reg, stuck_bits;
} Ads1299SimKnobs;

/* @scene stays the caller's and holds this chip's channels from
 * @first_channel on. @channels is 4, 6 or 8. The chip is past its power-on
 * reset. */
Ads1299Sim *ads1299_sim_new (
    unsigned channels, Ads1299Scene *scene, unsigned first_channel);
void ads1299_sim_free (Ads1299Sim *chip);

/* @replay frames start at @frames for this chip. */
void ads1299_sim_set_replay (Ads1299Sim *chip, const Ads1299Replay *replay);
/* ID register, to play another part. */
void ads1299_sim_set_id (Ads1299Sim *chip, uint8_t id);
const Ads1299SimKnobs *ads1299_sim_knobs (const Ads1299Sim *chip);
void ads1299_sim_set_knobs (Ads1299Sim *chip, const Ads1299SimKnobs *knobs);

/* Never backwards. */
void ads1299_sim_set_time (Ads1299Sim *chip, uint64_t tclk);
/* The supply comes (again): deaf for 2^18 tCLK, then as after RESET. */
void ads1299_sim_power_on (Ads1299Sim *chip);
/* RESET pin or command. */
void ads1299_sim_reset (Ads1299Sim *chip);
/* START pin. */
void ads1299_sim_start (Ads1299Sim *chip);
void ads1299_sim_stop (Ads1299Sim *chip);

/* One chip-select-low transfer. */
void ads1299_sim_xfer (Ads1299Sim *chip, const Ads1299Xfer *xfer);
/* SCLK moved for another chip: DRDY goes high as well. */
void ads1299_sim_sclk (Ads1299Sim *chip);

uint8_t ads1299_sim_peek (const Ads1299Sim *chip, unsigned reg);
/* Conversions go on: there will be another DRDY edge. */
bool ads1299_sim_is_converting (const Ads1299Sim *chip);
/* Changes whenever conversions start over: k counts from 0 again. */
unsigned ads1299_sim_run (const Ads1299Sim *chip);
/* Time of the DRDY edge of conversion @k (from 0 of this run) in tCLK;
 * UINT64_MAX when conversions end before. */
uint64_t ads1299_sim_drdy_time (const Ads1299Sim *chip, uint64_t k);
/* The conversion whose data a read at the chip's time returns; false before
 * the first. */
bool ads1299_sim_current (const Ads1299Sim *chip, uint64_t *k);
/* Number of conversion @k on the time line of the signal, which goes on over
 * restarts. */
uint64_t ads1299_sim_index (const Ads1299Sim *chip, uint64_t k);
/* Level of the DRDY pin. */
bool ads1299_sim_drdy (const Ads1299Sim *chip);
unsigned ads1299_sim_period (const Ads1299Sim *chip);
/* Frame of conversion @k, faults included; number of its bytes. */
unsigned ads1299_sim_frame (
    Ads1299Sim *chip, uint64_t k, uint8_t frame[ADS1299_FRAME_BYTES]);
const Ads1299SimViolations *ads1299_sim_violations (const Ads1299Sim *chip);
