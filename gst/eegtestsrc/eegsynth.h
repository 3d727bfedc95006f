/* gst-plugins-eeg: synthetic EEG and exact waves, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

/* Most octaves of background noise; enough for 0.05 Hz at 1 MHz. */
#define EEG_SYNTH_MAX_OCTAVES 25

typedef enum
{
  EEG_SYNTH_EEG,
  EEG_SYNTH_SINE,
  EEG_SYNTH_SQUARE,
  EEG_SYNTH_IMPULSE,
  EEG_SYNTH_COUNTER,
  EEG_SYNTH_SILENCE,
} EegSynthWave;

typedef struct _EegSynth EegSynth;

/* Names of the first channels of a default montage; NULL past the list. */
const char *eeg_synth_default_label (unsigned channel);

/* @labels: one name a channel, decides how strong alpha and blinks are. */
EegSynth *eeg_synth_new (
    unsigned channels, double rate, uint64_t seed, const char *const *labels);
void eeg_synth_free (EegSynth *synth);

/* Volts of the frame at absolute index @sample, one value a channel. The
 * result depends on the arguments and on those of eeg_synth_new() alone, never
 * on which frames were asked for before. Consecutive frames are cheapest. */
void eeg_synth_frame (EegSynth *synth, EegSynthWave wave, double frequency,
    double amplitude, uint64_t sample, double *volts);

/* Whether all channels show the same, and that in volts. */
int eeg_synth_is_common (EegSynthWave wave);
double eeg_synth_common (const EegSynth *synth, EegSynthWave wave,
    double frequency, double amplitude, uint64_t sample);
