/* EEG signal processing in pure C: kernels of mixes per instruction set
 * (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

/* Outputs that a dense matrix is packed in: panel p holds, for each input, the
 * coefficients of outputs p * EEG_DSP_PANEL and following, zeros behind the
 * last output. */
#define EEG_DSP_PANEL 8

#define EEG_DSP_MAX_TERMS 8

typedef struct
{
  /* Copies rows of @width values; 0 when one of them is beyond EEG_DSP_HUGE or
   * not finite. */
  int (*widen_f32) (const float *in, size_t in_stride, double *out,
      size_t out_stride, size_t rows, size_t width);
  int (*widen_f64) (const double *in, size_t in_stride, double *out,
      size_t out_stride, size_t rows, size_t width);
  /* 0 when one of @n values is beyond EEG_DSP_HUGE or not finite. */
  int (*clean_f32) (const float *x, size_t n);
  int (*clean_f64) (const double *x, size_t n);
  /* @frames rows of @cols values, @x_stride apart, times @panels panels, to rows
   * @y_stride apart. */
  void (*dense) (const double *packed, size_t panels, size_t cols,
      const double *x, size_t x_stride, double *y, size_t y_stride,
      size_t frames);
  /* @terms (1 .. EEG_DSP_MAX_TERMS) of every output, those of one together. */
  void (*sparse) (const uint32_t *index, const double *value, size_t rows,
      size_t terms, const double *x, double *y);
  /* The same for any numbers of terms. */
  void (*ragged) (const uint32_t *start, const uint32_t *index,
      const double *value, size_t rows, const double *x, double *y);
  /* @n is a multiple of EEG_DSP_PANEL. */
  double (*dot) (const double *a, const double *b, size_t n);
  /* y += share * common */
  void (*add) (double *y, const double *share, double common, size_t n);
  void (*narrow_f32) (const double *y, float *out, size_t n);
  void (*narrow_f64) (const double *y, double *out, size_t n);
} EegDspMatrixKernels;

const EegDspMatrixKernels *eeg_dsp_matrix_kernels_for (EegDspIsa isa);

extern const EegDspMatrixKernels eeg_dsp_matrix_kernels_baseline;
extern const EegDspMatrixKernels eeg_dsp_matrix_kernels_avx2;
extern const EegDspMatrixKernels eeg_dsp_matrix_kernels_avx512;
