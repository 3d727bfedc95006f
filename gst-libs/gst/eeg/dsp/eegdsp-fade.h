/* EEG signal processing in pure C: from an old signal to a new one
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

#include "eegdsp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Moves @frames interleaved frames of @out from @old to what stands in @out:
 * frame i gets the share (@done + i + 1) / (@length + 1) of the new signal, so
 * that @length frames, however they are divided into calls, lead from one to the
 * other without a step. At most @length - @done frames. */
EEG_DSP_API void eeg_dsp_fade_f32 (const float *old, float *out, size_t frames,
    size_t channels, size_t done, size_t length);
EEG_DSP_API void eeg_dsp_fade_f64 (const double *old, double *out,
    size_t frames, size_t channels, size_t done, size_t length);

#ifdef __cplusplus
}
#endif
