/* EEG signal processing in pure C: factors for interleaved channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _EegDspScale EegDspScale;

/**
 * eeg_dsp_scale_new:
 * @factors: one a channel, copied
 * @channels: number of channels
 * @isa: instruction set to use, from eeg_dsp_isa()
 *
 * Prepares to multiply the channels of interleaved frames. Every product is
 * formed in double and rounded once to the type of the output, so results are
 * the same on every processor and for any division of the frames into calls.
 * Where all factors are representable as float (gain and reference voltage of
 * an ADC usually are), products of floats give those very results, and are
 * used. Different factors cost no more than equal ones.
 *
 * One thread at a time may set factors; reading is free for all.
 *
 * Returns: NULL when out of memory or without channels
 */
EEG_DSP_API EegDspScale *eeg_dsp_scale_new (
    const double *factors, size_t channels, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_scale_free (EegDspScale *scale);

/* Replaces all factors; allocates nothing. */
EEG_DSP_API void eeg_dsp_scale_set (EegDspScale *scale, const double *factors);

/* Multiplies @frames frames; @out may equal @in where samples are of the same
 * size. Counts are in the low 24 bits, whatever the top byte holds. */
EEG_DSP_API void eeg_dsp_scale_s24_to_f32 (
    const EegDspScale *scale, const int32_t *in, float *out, size_t frames);
EEG_DSP_API void eeg_dsp_scale_s24_to_f64 (
    const EegDspScale *scale, const int32_t *in, double *out, size_t frames);
EEG_DSP_API void eeg_dsp_scale_f32 (
    const EegDspScale *scale, const float *in, float *out, size_t frames);
EEG_DSP_API void eeg_dsp_scale_f64 (
    const EegDspScale *scale, const double *in, double *out, size_t frames);

/* 0 when one of the values of @frames frames, such as a product, is not finite or
 * beyond EEG_DSP_HUGE. */
EEG_DSP_API int eeg_dsp_scale_is_usable_f32 (
    const EegDspScale *scale, const float *x, size_t frames);
EEG_DSP_API int eeg_dsp_scale_is_usable_f64 (
    const EegDspScale *scale, const double *x, size_t frames);

#ifdef __cplusplus
}
#endif
