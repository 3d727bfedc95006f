/* EEG signal processing in pure C: what a cascade does to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-design.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Complex gain at @frequency Hz. */
EEG_DSP_API void eeg_dsp_response (const EegDspSection *sections,
    int n_sections, double rate, double frequency, double *re, double *im);

/* Greatest gain, as found on a grid of frequencies and at the angles of the
 * poles; @within is the greatest of what any of the sections gives, from the
 * first on. NaN or infinite where the arithmetic ends. */
EEG_DSP_API double eeg_dsp_peak_gain (
    const EegDspSection *sections, int n_sections, double *within);

/* Group delay -d(phase)/d(omega) in @seconds at @frequency Hz, in closed form;
 * 0 where nothing passes, on a zero of the unit circle, and there is none. */
EEG_DSP_API int eeg_dsp_group_delay (const EegDspSection *sections,
    int n_sections, double rate, double frequency, double *seconds);

/* Seconds until the slowest transient has decayed to @fraction. */
EEG_DSP_API double eeg_dsp_settling (const EegDspSection *sections,
    int n_sections, double rate, double fraction);

#ifdef __cplusplus
}
#endif
