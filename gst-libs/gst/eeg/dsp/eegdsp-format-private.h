/* EEG signal processing in pure C: writers of rows of numbers (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-format.h"

/* Up to so many decimals, microvolts of an f32 times 10^decimals are exact in a
 * double. */
#define EEG_DSP_FORMAT_FAST_DECIMALS 6

/* @n values of any alignment, each followed by @separator; one past the last
 * byte is returned. */
typedef char *(*EegDspFormatRow) (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);

/* One value at a time, in any range. Counts have no decimals. */
char *eeg_dsp_format_f32_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);
char *eeg_dsp_format_f64_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);
char *eeg_dsp_format_s24_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);

/* Up to EEG_DSP_FORMAT_FAST_DECIMALS decimals, on a processor with AVX2. */
char *eeg_dsp_format_f32_avx2 (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);
char *eeg_dsp_format_f64_avx2 (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);
char *eeg_dsp_format_s24_avx2 (char *out, const void *values, unsigned n,
    unsigned decimals, char separator);
