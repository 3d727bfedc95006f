/* EEG signal processing in pure C: values that nothing can be computed with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-design.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values beyond this magnitude are treated as infinite, so that nothing inside
 * can overflow. It is 1e30 as a float, which a double holds as well: samples of
 * both types are judged alike. The bits are those of a magnitude; what has bits
 * above them is too large, infinite or not a number. */
#define EEG_DSP_HUGE          0x1.93e594p+99
#define EEG_DSP_HUGE_BITS_F32 0x7149f2ca
#define EEG_DSP_HUGE_BITS_F64 0x46293e5940000000LL

static inline int
eeg_dsp_is_usable (double x)
{
  return __builtin_fabs (x) <= EEG_DSP_HUGE;
}

/**
 * EegDspReplacedFunc:
 * @data: what it was registered with
 * @first: first frame, counted from the start of the call that processes
 * @n: how many frames
 * @channel: of the input
 *
 * Values of one channel were replaced, in frames next to each other. Those of a
 * channel come in order; channels come as it happens. Called within the call
 * that processes.
 */
typedef void (*EegDspReplacedFunc) (
    void *data, size_t first, size_t n, size_t channel);

/* Joins single values to runs, a run a channel in hand, so that a stream
 * without one good value costs one call a channel. */
typedef struct
{
  size_t channels;
  size_t *first, *end; /* of the run in hand; end 0: none */
  EegDspReplacedFunc func;
  void *data;
} EegDspReplaced;

/* 0 when out of memory. */
EEG_DSP_API int eeg_dsp_replaced_init (
    EegDspReplaced *replaced, size_t channels);
EEG_DSP_API void eeg_dsp_replaced_clear (EegDspReplaced *replaced);
/* Frames of a channel come in order. Returns 1, and 0 when that value was noted
 * already. */
EEG_DSP_API int eeg_dsp_replaced_note (
    EegDspReplaced *replaced, size_t frame, size_t channel);
/* At the end of a call in which there were any. */
EEG_DSP_API void eeg_dsp_replaced_flush (EegDspReplaced *replaced);

/* Tells @func of the values of @frames interleaved frames that are not finite or
 * beyond EEG_DSP_HUGE, channel after channel; returns how many there are. */
EEG_DSP_API uint64_t eeg_dsp_find_unusable_f32 (const float *x, size_t frames,
    size_t channels, EegDspReplacedFunc func, void *data);
EEG_DSP_API uint64_t eeg_dsp_find_unusable_f64 (const double *x, size_t frames,
    size_t channels, EegDspReplacedFunc func, void *data);

/* Replaces those values by the one before them in their channel, by @last before
 * the first, which then receives the last frame. Tells and returns the same. */
EEG_DSP_API uint64_t eeg_dsp_hold_unusable_f32 (float *x, size_t frames,
    size_t channels, float *last, EegDspReplacedFunc func, void *data);
EEG_DSP_API uint64_t eeg_dsp_hold_unusable_f64 (double *x, size_t frames,
    size_t channels, double *last, EegDspReplacedFunc func, void *data);

#ifdef __cplusplus
}
#endif
