/* EEG signal processing in pure C: kernels per instruction set (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

#include "eegdsp-cascade.h"

/* Rows of the cascade's scratch area, in doubles. */
#define EEG_DSP_PAD      8
#define EEG_DSP_PASS_MAX 8
/* Frames of one call at most, so that they fit the first-level cache. */
#define EEG_DSP_BLOCK 32

/* What is known of the sections of a pass. */
typedef enum
{
  EEG_DSP_FORM_ANY,
  EEG_DSP_FORM_UNIT,      /* every b0 is 1 */
  EEG_DSP_FORM_SYMMETRIC, /* every b0 and every b2 is 1 */
  EEG_DSP_N_FORMS,
} EegDspForm;

/* Coefficients of a section, and of what stands before them: the gain that the
 * input of the pass is multiplied by. */
#define EEG_DSP_COEFS 5
#define EEG_DSP_GAIN  1

/* 0..EEG_DSP_PASS_MAX sections whose state fits into registers. */
typedef struct
{
  EegDspForm form;
  int n_sections;
  double *coefs; /* the gain, then b0 b1 b2 -a1 -a2 a section, each in all lanes
                    of a vector */
  double *state; /* a tile after the other: two vectors a section */
} EegDspPass;

/* Runs a pass over up to EEG_DSP_BLOCK rows of @channels values each, @stride
 * apart, beginning with the tile at channel @from; @in may equal @out. The first
 * state is that of channel 0. @last, unless NULL, receives the last row
 * of the input.
 *
 * Returns the channel of the first tile that holds a value beyond EEG_DSP_HUGE
 * or not finite, which is left untouched; @channels when all are done. */
typedef size_t (*EegDspSectionsF32) (const EegDspPass *pass, const float *in,
    float *out, size_t stride, size_t frames, size_t from, size_t channels,
    double *last);
typedef size_t (*EegDspSectionsF64) (const EegDspPass *pass, const double *in,
    double *out, size_t stride, size_t frames, size_t from, size_t channels,
    double *last);

/* Copies rows of @width values into rows of doubles; 0 when one of them is
 * beyond EEG_DSP_HUGE or not finite. */
typedef int (*EegDspWidenF32) (const float *in, size_t in_stride, double *out,
    size_t out_stride, size_t rows, size_t width);
typedef int (*EegDspWidenF64) (const double *in, size_t in_stride, double *out,
    size_t out_stride, size_t rows, size_t width);

/* A symmetric FIR of 2 * @half + 1 taps, h[0] the middle one, on the rows
 * around @mid: out[c] = h[0] mid[c] + sum h[i] (mid[-i][c] + mid[i][c]). @rows
 * outputs, each around a row @step values further than the one before. @width is
 * even. */
typedef void (*EegDspFir) (const double *h, size_t half, const double *mid,
    size_t stride, size_t step, double *out, size_t out_stride, size_t rows,
    size_t width);
typedef void (*EegDspFirSingle) (const float *h, size_t half, const float *mid,
    size_t stride, size_t step, float *out, size_t out_stride, size_t rows,
    size_t width);

/* Any FIR of @taps taps on the rows up to @newest: sum h[i] newest[-i][c]. */
typedef void (*EegDspCausal) (const double *h, size_t taps,
    const double *newest, size_t stride, double *out, size_t width);
typedef void (*EegDspCausalSingle) (const float *h, size_t taps,
    const float *newest, size_t stride, float *out, size_t width);

/* Rows of singles relative to an offset of each channel. take() subtracts it,
 * and returns 0 when a value is beyond EEG_DSP_HUGE or not finite; give() adds
 * it, in double; shift() moves all values by @by. */
typedef int (*EegDspTake) (const float *in, size_t in_stride,
    const float *offset, float *out, size_t out_stride, size_t rows,
    size_t width);
typedef void (*EegDspGive) (
    const float *sum, const float *offset, float *out, size_t width);
typedef void (*EegDspShift) (
    const double *by, float *row, size_t stride, size_t rows);

/* causal for @rows rows from @first on, which stand in a place aligned to 64
 * bytes, as @out does; strides and @width are multiples of EEG_DSP_PAD.
 * @padded: the taps between EEG_DSP_FIR_ROWS - 1 zeros on either side. */
#define EEG_DSP_FIR_ROWS 4
typedef void (*EegDspCausalRows) (const double *padded, size_t taps,
    const double *first, size_t stride, double *out, size_t out_stride,
    size_t rows, size_t width);

/* @n values times factors that repeat with @period; @in may equal @out where
 * the sizes are the same. */
#define EEG_DSP_SCALE(name, in_type, out_type, factor_type)                    \
  void (*name) (const in_type *in, out_type *out, const factor_type *factor,   \
      size_t period, size_t n)

typedef struct
{
  size_t lanes; /* doubles in a vector */
  EegDspSectionsF32 sections_f32;
  EegDspSectionsF64 sections_f64;
  EegDspWidenF32 widen_f32;
  EegDspWidenF64 widen_f64;
  EegDspFir fir;
  EegDspCausal causal;
  EegDspFirSingle fir_single;
  EegDspCausalSingle causal_single;
  EegDspTake take;
  EegDspGive give;
  EegDspShift shift;
  EegDspCausalRows causal_rows;
  EEG_DSP_SCALE (s24_to_f32_single, int32_t, float, float);
  EEG_DSP_SCALE (s24_to_f32, int32_t, float, double);
  EEG_DSP_SCALE (s24_to_f64, int32_t, double, double);
  EEG_DSP_SCALE (scale_f32_single, float, float, float);
  EEG_DSP_SCALE (scale_f32, float, float, double);
  EEG_DSP_SCALE (scale_f64, double, double, double);
} EegDspKernels;

extern const EegDspKernels eeg_dsp_kernels_baseline;
extern const EegDspKernels eeg_dsp_kernels_avx2;
extern const EegDspKernels eeg_dsp_kernels_avx512;

const EegDspKernels *eeg_dsp_kernels_for (EegDspIsa isa);
