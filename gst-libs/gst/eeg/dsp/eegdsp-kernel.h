/* EEG signal processing in pure C: kernels per instruction set (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* Channels are padded to a multiple of this, so no kernel has a tail. */
#define EEG_DSP_PAD      8
#define EEG_DSP_PASS_MAX 8

/* Runs up to EEG_DSP_PASS_MAX sections over @frames rows of @data, each
 * @stride doubles apart, in place, for @width channels (a multiple of
 * EEG_DSP_PAD). @coefs holds b0 b1 b2 a1 a2 a section; @state two rows a
 * section, @state_stride apart. Everything is 64-byte aligned. */
typedef void (*EegDspKernel) (const double *coefs, int n_sections,
    double *state, size_t state_stride, double *data, size_t stride,
    size_t frames, size_t width);

/* Sum of @taps products for @width channels: out[c] = sum h[t] * x[t][c]. */
typedef void (*EegDspFirKernel) (const double *h, size_t taps, const double *x,
    size_t stride, double *out, size_t width);

void eeg_dsp_kernel_baseline (const double *coefs, int n_sections,
    double *state, size_t state_stride, double *data, size_t stride,
    size_t frames, size_t width);
void eeg_dsp_kernel_avx2 (const double *coefs, int n_sections, double *state,
    size_t state_stride, double *data, size_t stride, size_t frames,
    size_t width);
void eeg_dsp_kernel_avx512 (const double *coefs, int n_sections, double *state,
    size_t state_stride, double *data, size_t stride, size_t frames,
    size_t width);
void eeg_dsp_fir_baseline (const double *h, size_t taps, const double *x,
    size_t stride, double *out, size_t width);
void eeg_dsp_fir_avx2 (const double *h, size_t taps, const double *x,
    size_t stride, double *out, size_t width);
void eeg_dsp_fir_avx512 (const double *h, size_t taps, const double *x,
    size_t stride, double *out, size_t width);
