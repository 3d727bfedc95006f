/* ADS1299 chip library: what the simulated electrodes pick up
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every sample is a function of (seed, channel, sample index) alone, so a run
 * can be repeated and any part of it computed on its own.
 */
#pragma once

#include "ads1299-math.h"
#include "ads1299-regs.h"

#define ADS1299_SCENE_BLOCK        64
#define ADS1299_SCENE_MAX_CHANNELS 64

typedef enum
{
  ADS1299_SIGNAL_EEG,
  ADS1299_SIGNAL_SQUARE,
  ADS1299_SIGNAL_SHORT,
  ADS1299_SIGNAL_SINE,
  ADS1299_SIGNAL_COUNTER,
  /* not selectable: follow from the channel's registers */
  ADS1299_SIGNAL_OFF,
  ADS1299_SIGNAL_CONSTANT,
} Ads1299Signal;

/* One channel: what is connected, and what its registers make of it. */
typedef struct
{
  Ads1299Signal electrode; /* EEG, SHORT, SINE or COUNTER at its input */
  double ohm_p, ohm_n;     /* impedance of its electrodes */
  double noise;            /* times the noise of the datasheet */

  Ads1299Signal signal;
  unsigned gain_code;
  double loff_volts;         /* what the lead-off current drops over them */
  double volts;              /* CONSTANT: value; SQUARE: amplitude */
  unsigned period;           /* SQUARE: samples, 0 = DC */
  float alpha, blink, mains; /* EEG: how much reaches this electrode */
} Ads1299SceneChannel;

typedef struct _Ads1299Scene Ads1299Scene;

/* @n_channels up to 64, @dr a rate code, @vref volts; NULL without memory. */
Ads1299Scene *ads1299_scene_new (unsigned n_channels, uint32_t seed);
void ads1299_scene_free (Ads1299Scene *scene);

/* Sine of sim-signal=sine: @hz and peak @volts. */
void ads1299_scene_set_sine (Ads1299Scene *scene, double hz, double volts);
/* Mains frequency, 0 = none. */
void ads1299_scene_set_mains (Ads1299Scene *scene, double hz);
/* Reference voltage and data rate of all chips of the scene. */
void ads1299_scene_set_rate (Ads1299Scene *scene, unsigned dr, double vref);
double ads1299_scene_vref (const Ads1299Scene *scene);
/* EEG weights that suit a 10-10 electrode name; unknown names are central. */
void ads1299_scene_set_label (
    Ads1299Scene *scene, unsigned channel, const char *label);
Ads1299SceneChannel *ads1299_scene_channel (
    Ads1299Scene *scene, unsigned channel);
/* Frequency code of the lead-off current of all chips, 0 = DC. */
void ads1299_scene_set_loff (Ads1299Scene *scene, unsigned frequency);
/* Something changed: forget computed samples. */
void ads1299_scene_invalidate (Ads1299Scene *scene);

/* Codes of all channels at sample @n; valid until the next call. */
const int32_t *ads1299_scene_codes (Ads1299Scene *scene, uint64_t n);
