/* EEG signal processing in pure C: filter with any finite impulse response
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _EegDspFirFilter EegDspFirFilter;

#define EEG_DSP_FIR_MAX_TAPS 8192

/* y[n] = taps[0] x[n] + taps[1] x[n-1] + ..., in direct form, so that every
 * output leaves with its input. NULL when out of memory or range. One thread at
 * a time. */
EEG_DSP_API EegDspFirFilter *eeg_dsp_fir_new (
    const double *taps, size_t n_taps, int channels);
EEG_DSP_API EegDspFirFilter *eeg_dsp_fir_new_for_isa (
    const double *taps, size_t n_taps, int channels, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_fir_free (EegDspFirFilter *fir);

/* Forget everything: the next frame counts as having been there for ever, or is
 * preceded by zeros. */
EEG_DSP_API void eeg_dsp_fir_reset (EegDspFirFilter *fir, EegDspStart start);

/* Filters @frames interleaved frames of finite values; @in may equal @out. The
 * result is the same, bit for bit, however the frames are divided into calls.
 * A value that is not finite is replaced by the last good one of its channel
 * (0 before any); the number of those is returned. */
EEG_DSP_API uint64_t eeg_dsp_fir_process_f32 (
    EegDspFirFilter *fir, const float *in, float *out, size_t frames);
EEG_DSP_API uint64_t eeg_dsp_fir_process_f64 (
    EegDspFirFilter *fir, const double *in, double *out, size_t frames);

/* Complex gain at @frequency Hz. */
EEG_DSP_API void eeg_dsp_fir_response (const double *taps, size_t n_taps,
    double rate, double frequency, double *re, double *im);

/* Group delay in @seconds at @frequency Hz, in closed form; 0 where nothing
 * passes and there is none. */
EEG_DSP_API int eeg_dsp_fir_group_delay (const double *taps, size_t n_taps,
    double rate, double frequency, double *seconds);

#ifdef __cplusplus
}
#endif
