/* EEG signal processing in pure C: Fourier transform of many channels at once
 * (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

#include "eegdsp-cascade.h"

/* Largest prime factor that a pass handles; lengths with larger ones go
 * through Bluestein's convolution. */
#define EEG_DSP_FFT_MAX_RADIX  31
#define EEG_DSP_FFT_MAX_PASSES 32
/* Points of one transform. */
#define EEG_DSP_FFT_MAX_LENGTH (1u << 24)

/* One pass of a Stockham transform: @radix points @m apart, @s of them side by
 * side. All rows hold one value for each of a kernel's lanes, a complex row is
 * a row of real and one of imaginary parts. */
typedef struct
{
  size_t radix, m, s;
  const double *twiddles; /* [m][radix - 1][2] */
  const double *roots;    /* cos, sin of 2 pi k / radix; odd radices only */
} EegDspFftPass;

/* A kernel works on @lanes channels side by side. */
typedef struct
{
  size_t lanes;
  void (*pass) (const EegDspFftPass *pass, const double *in, double *out);
  /* out = in * coefs, complex, coefs one for all lanes; the conjugate of @in
   * where conj_in, of @out where conj_out. */
  void (*multiply) (const double *in, const double *coefs, double *out,
      size_t n, int conj_in, int conj_out);
  /* Takes @width channels (up to the lanes) of @frames rows @stride apart into
   * out[frame][lane]; returns 0 when one of them is beyond EEG_DSP_HUGE or not
   * finite. */
  int (*store_f32) (
      const float *in, size_t stride, size_t width, size_t frames, float *out);
  int (*store_f64) (const double *in, size_t stride, size_t width,
      size_t frames, double *out);
  /* sum[lane] += in[frame][lane] - pivot[lane], in the order of frames */
  void (*sum_f32) (
      const float *in, size_t frames, const double *pivot, double *sum);
  void (*sum_f64) (
      const double *in, size_t frames, const double *pivot, double *sum);
  /* out[frame * step][lane] = (in[frame][lane] - mean[lane]) * window[frame] */
  void (*load_f32) (const float *in, size_t frames, const double *mean,
      const double *window, double *out, size_t step);
  void (*load_f64) (const double *in, size_t frames, const double *mean,
      const double *window, double *out, size_t step);
  /* out[k][lane] += |X[k]|^2 for the first @bins of the transform of 2 @half
   * real values that came in as @half complex ones; @half 0: of the complex
   * transform itself */
  void (*power) (const double *z, const double *twiddles, size_t half,
      size_t bins, double *out);
  /* out[lane * bins + k] = in[k][lane] * scale, for @width lanes */
  void (*spread) (
      const double *in, size_t bins, size_t width, double scale, double *out);
} EegDspFftKernel;

extern const EegDspFftKernel eeg_dsp_fft_baseline;
extern const EegDspFftKernel eeg_dsp_fft_avx2;
extern const EegDspFftKernel eeg_dsp_fft_avx512;

/* A transform of @length real values a lane. */
typedef struct _EegDspFft EegDspFft;

EegDspFft *eeg_dsp_fft_new (size_t length, EegDspIsa isa);
void eeg_dsp_fft_free (EegDspFft *fft);

const EegDspFftKernel *eeg_dsp_fft_kernel (const EegDspFft *fft);
/* length / 2 + 1 */
size_t eeg_dsp_fft_bins (const EegDspFft *fft);
/* Where the next transform's values go: value k into row k * step. Rows that
 * are not written by the caller stay zero. */
double *eeg_dsp_fft_input (EegDspFft *fft, size_t *step);
/* Transforms what is in the input rows and adds the squared magnitudes to
 * power[bins][lanes]. Overwrites the input. */
void eeg_dsp_fft_add_power (EegDspFft *fft, double *power);
