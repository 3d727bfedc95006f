/* EEG signal processing in pure C: cascade of second-order sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-design.h"
#include "eegdsp-replaced.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _EegDspCascade EegDspCascade;

typedef enum
{
  EEG_DSP_ISA_BASELINE, /* 128-bit vectors: SSE2, NEON or whatever there is */
  EEG_DSP_ISA_SSSE3,    /* x86 with byte shuffles; filters are the baseline's */
  EEG_DSP_ISA_AVX2,     /* x86-64-v3 */
  EEG_DSP_ISA_AVX512,   /* x86-64-v4 */
  EEG_DSP_N_ISAS,
} EegDspIsa;

/* Best instruction set of this machine; the environment variable EEG_DSP_ISA
 * (baseline, ssse3, avx2, avx512) chooses a lesser one. */
EEG_DSP_API EegDspIsa eeg_dsp_isa (void);
EEG_DSP_API int eeg_dsp_isa_supported (EegDspIsa isa);
EEG_DSP_API const char *eeg_dsp_isa_name (EegDspIsa isa);

/* How a channel starts: as if its first value had been there for ever, or from
 * rest. */
typedef enum
{
  EEG_DSP_START_STEADY,
  EEG_DSP_START_ZERO,
} EegDspStart;

/* A cascade of @n_sections (0..EEG_DSP_CASCADE_MAX_SECTIONS) over @channels
 * interleaved channels with double state and coefficients; NULL when out of
 * memory or out of range. One thread at a time. */
#define EEG_DSP_CASCADE_MAX_SECTIONS 64
EEG_DSP_API EegDspCascade *eeg_dsp_cascade_new (
    const EegDspSection *sections, int n_sections, int channels);
EEG_DSP_API EegDspCascade *eeg_dsp_cascade_new_for_isa (
    const EegDspSection *sections, int n_sections, int channels, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_cascade_free (EegDspCascade *cascade);

/* Forget everything; the next frame starts afresh. */
EEG_DSP_API void eeg_dsp_cascade_reset (
    EegDspCascade *cascade, EegDspStart start);

/* Like a reset, but the first @n sections go on from where those of @from are,
 * which must be the same ones; the others start as if what these give for the
 * next frame had been there for ever. Channels that @from has not seen a good
 * value of start afresh. */
EEG_DSP_API void eeg_dsp_cascade_inherit (
    EegDspCascade *cascade, const EegDspCascade *from, int n);

/* Filters @frames interleaved frames; @in may equal @out. The result is the
 * same, bit for bit, however the frames are divided into calls. A value that is
 * not finite or beyond EEG_DSP_HUGE is replaced by the last good one of its
 * channel (0 before any) and touches no other channel. Returns the number of
 * values replaced. */
EEG_DSP_API uint64_t eeg_dsp_cascade_process_f32 (
    EegDspCascade *cascade, const float *in, float *out, size_t frames);
EEG_DSP_API uint64_t eeg_dsp_cascade_process_f64 (
    EegDspCascade *cascade, const double *in, double *out, size_t frames);

/* From now on, process() tells @func which values it replaced; NULL: nobody. */
EEG_DSP_API void eeg_dsp_cascade_report_replaced (
    EegDspCascade *cascade, EegDspReplacedFunc func, void *data);

#ifdef __cplusplus
}
#endif
