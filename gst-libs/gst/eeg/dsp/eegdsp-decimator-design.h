/* EEG signal processing in pure C: filters of the decimator (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-decimator.h"

/**
 * EegDspStagePlan:
 * @up: 1, or the numerator of the last stage of a ratio
 * @down: of its input rate, times @up, this stage keeps every @down-th instant
 * @half: taps on each side of the middle one, at @up times the input rate
 * @total: input rate of this stage over the final rate
 */
typedef struct
{
  int up, down;
  size_t half;
  double total;
} EegDspStagePlan;

/* The cheapest stages for @spec; their number, 0 when it is out of range. */
int eeg_dsp_decimator_plan (const EegDspDecimatorSpec *spec,
    EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES]);

/* Right half of a stage's low-pass, h[0] the middle one, @half + 1 taps, of gain
 * 1 at DC. */
void eeg_dsp_decimator_taps (
    const EegDspStagePlan *stage, EegDspQuality quality, double *h);

/* Recursive low-pass of least order for EEG_DSP_PHASE_MINIMUM; number of
 * sections, 0 when none does. */
int eeg_dsp_decimator_sections (const EegDspDecimatorSpec *spec,
    EegDspSection sections[EEG_DSP_MAX_SECTIONS]);
