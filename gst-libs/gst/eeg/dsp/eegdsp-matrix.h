/* EEG signal processing in pure C: linear mixes of channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _EegDspMatrix EegDspMatrix;

/* What each of @rows outputs is made of, for every frame:
 *
 *   out[r] = sum value[k] * in[index[k]], k = start[r] .. start[r + 1] - 1
 *            + share[r] * (sum common[c] * in[c])
 *
 * @start has rows + 1 entries that begin with 0 and never fall; indices of a
 * row are below @cols. @common (cols entries) and @share (rows entries) are
 * both NULL when there is no part that the outputs have in common, such as the
 * mean of an average reference. Coefficients are finite and have no unit. */
typedef struct
{
  size_t rows, cols;
  const uint32_t *start;
  const uint32_t *index;
  const double *value;
  const double *common;
  const double *share;
} EegDspMatrixSpec;

/* How a matrix is run, from the cheapest on. */
typedef enum
{
  EEG_DSP_MATRIX_PICK,   /* every output is an input: copies, no arithmetic */
  EEG_DSP_MATRIX_SPARSE, /* few inputs an output */
  EEG_DSP_MATRIX_DENSE,
  EEG_DSP_MATRIX_N_PATHS,
} EegDspMatrixPath;

/* The content of @spec is copied. NULL when it contradicts itself or memory is
 * out. One thread at a time. */
EEG_DSP_API EegDspMatrix *eeg_dsp_matrix_new (const EegDspMatrixSpec *spec);
EEG_DSP_API EegDspMatrix *eeg_dsp_matrix_new_for_isa (
    const EegDspMatrixSpec *spec, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_matrix_free (EegDspMatrix *matrix);

EEG_DSP_API EegDspMatrixPath eeg_dsp_matrix_path (const EegDspMatrix *matrix);
EEG_DSP_API const char *eeg_dsp_matrix_path_name (EegDspMatrixPath path);

/* Forgets the last good values; 0 stands in for a value that is not finite
 * before any good one came. */
EEG_DSP_API void eeg_dsp_matrix_reset (EegDspMatrix *matrix);

/* Takes the last good values over from a matrix of as many columns that ran on
 * the same inputs so far; of inputs that it does not use, a selection knows
 * none. */
EEG_DSP_API void eeg_dsp_matrix_inherit (
    EegDspMatrix *matrix, const EegDspMatrix *from);

/* @frames interleaved frames of cols values to as many of rows values; @out may
 * equal @in where rows equal cols. Sums are formed in double precision and
 * rounded once; the result is the same, bit for bit, however the frames are
 * divided into calls, and on every processor with fused multiply-add.
 * A value that is not finite (or beyond EEG_DSP_HUGE) is replaced by the last
 * good one of its input and so reaches nothing. Returns how many values of
 * inputs in use were replaced. */
EEG_DSP_API uint64_t eeg_dsp_matrix_process_f32 (
    EegDspMatrix *matrix, const float *in, float *out, size_t frames);
EEG_DSP_API uint64_t eeg_dsp_matrix_process_f64 (
    EegDspMatrix *matrix, const double *in, double *out, size_t frames);

/* Any samples of 4 bytes, unchanged; only for EEG_DSP_MATRIX_PICK. */
EEG_DSP_API void eeg_dsp_matrix_pick_32 (
    EegDspMatrix *matrix, const void *in, void *out, size_t frames);

/* From now on, process() tells @func which values it replaced, of inputs in use;
 * NULL: nobody. */
EEG_DSP_API void eeg_dsp_matrix_report_replaced (
    EegDspMatrix *matrix, EegDspReplacedFunc func, void *data);

#ifdef __cplusplus
}
#endif
