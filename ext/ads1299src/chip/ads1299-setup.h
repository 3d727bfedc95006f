/* ADS1299 chip library: what a user wants of the chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One struct for everything that can be configured; ads1299_setup_registers()
 * is the only place that makes register bytes of it.
 */
#pragma once

#include "ads1299-error.h"
#include "ads1299-regs.h"

#define ADS1299_MAX_CHIPS     8
#define ADS1299_MAX_OVERRIDES ADS1299_N_REGS

typedef enum
{
  ADS1299_TEST_SLOW = 0, /* fCLK / 2^21: 0.977 Hz */
  ADS1299_TEST_FAST = 1, /* fCLK / 2^20: 1.953 Hz */
  ADS1299_TEST_DC = 3,
} Ads1299TestFrequency;

typedef enum
{
  ADS1299_LOFF_6NA = 0,
  ADS1299_LOFF_24NA = 1,
  ADS1299_LOFF_6UA = 2,
  ADS1299_LOFF_24UA = 3,
} Ads1299LoffCurrent;

typedef enum
{
  ADS1299_LOFF_DC = 0,
  ADS1299_LOFF_7HZ = 1,  /* fCLK / 2^18 = 7.8125 Hz */
  ADS1299_LOFF_31HZ = 2, /* fCLK / 2^16 = 31.25 Hz */
  ADS1299_LOFF_FDR4 = 3, /* a quarter of the data rate */
} Ads1299LoffFrequency;

typedef struct
{
  unsigned gain;   /* 1, 2, 4, 6, 8, 12 or 24 */
  unsigned mux;    /* ADS1299_MUX_* */
  bool power_down; /* the channel stays in the frame as zeros */
  bool srb2;       /* SRB2 pin to the P input */
  bool bias_p, bias_n;
  bool loff_p, loff_n, loff_flip;
} Ads1299ChannelSetup;

/* @reg keeps @value whatever the rest of the setup says. */
typedef struct
{
  uint8_t reg, value;
} Ads1299Override;

typedef struct
{
  unsigned channels; /* of this part: 4, 6 or 8 */
  Ads1299ChannelSetup channel[ADS1299_MAX_CHANNELS];

  bool srb1;         /* SRB1 pin to all N inputs */
  bool clock_out;    /* drives the CLK pin for the other chips */
  bool ref_external; /* VREFP comes from outside */

  bool bias_on;        /* bias amplifier */
  bool bias_ref_int;   /* BIASREF = (AVDD + AVSS) / 2 from inside */
  bool bias_meas;      /* BIASIN to channels with MUX_BIAS_MEAS */
  bool bias_loff_sens; /* lead-off sensing of the bias electrode */

  unsigned test_amplitude; /* 1 or 2 times VREF / 2400 */
  Ads1299TestFrequency test_frequency;

  Ads1299LoffCurrent loff_current;
  Ads1299LoffFrequency loff_frequency;
  unsigned loff_threshold; /* 0..7: 95, 92.5, 90, 87.5, 85, 80, 75, 70 % */
  bool loff_comparators;

  unsigned n_overrides;
  Ads1299Override override[ADS1299_MAX_OVERRIDES];
} Ads1299ChipSetup;

typedef struct
{
  unsigned rate; /* samples per second of all chips */
  double vref;   /* volts */
  unsigned n_chips;
  bool strict_id; /* another ID is an error, not a warning */
  Ads1299ChipSetup chip[ADS1299_MAX_CHIPS];
} Ads1299Setup;

/* Defaults: 8 channels per chip, gain 24, normal inputs against SRB1, bias and
 * lead-off off, internal reference of 4.5 V; of several chips the first one
 * drives the clock; IDs are strict. */
void ads1299_setup_init (Ads1299Setup *setup, unsigned n_chips, unsigned rate);

/* False with a sentence that names chip, channel and allowed values. */
bool ads1299_setup_check (const Ads1299Setup *setup, Ads1299Error *error);

/* All bytes of @chip as they are to be read back. @setup must have passed
 * ads1299_setup_check(). */
void ads1299_setup_registers (
    const Ads1299Setup *setup, unsigned chip, uint8_t regs[ADS1299_N_REGS]);

/* Channels of all chips together; channels of chip 0 come first. */
unsigned ads1299_setup_channels (const Ads1299Setup *setup);
/* Chip and channel on it of channel @index of all; false when out of range. */
bool ads1299_setup_locate (const Ads1299Setup *setup, unsigned index,
    unsigned *chip, unsigned *channel);

/* For code that treats all channels or all chips alike. */
void ads1299_setup_set_gain (Ads1299Setup *setup, unsigned gain);
void ads1299_setup_set_mux (Ads1299Setup *setup, unsigned mux);
