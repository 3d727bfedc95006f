/* GStreamer EEG library: numbers as text, the same in every locale
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-cascade.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EEG_DSP_FORMAT_API __attribute__ ((visibility ("default")))
#else
#define EEG_DSP_FORMAT_API
#endif

/* Most decimals that eeg_dsp_format_fixed() writes. */
#define EEG_DSP_FORMAT_MAX_DECIMALS 12

/* Room that eeg_dsp_format_fixed() may need: sign, 309 digits, point,
 * decimals, rounded up. */
#define EEG_DSP_FORMAT_FIXED_SIZE 336

/* Room that the integer writers may need. */
#define EEG_DSP_FORMAT_INT_SIZE 24

/**
 * eeg_dsp_format_fixed:
 * @out: at least EEG_DSP_FORMAT_FIXED_SIZE bytes
 * @value: any double
 * @decimals: digits after the point, 0 to EEG_DSP_FORMAT_MAX_DECIMALS; more are
 *   cut to that
 *
 * Writes exactly the bytes that printf ("%.*f", decimals, value) gives in the
 * C locale with the default rounding mode, including ties to even, "-0.0",
 * "nan", "-nan", "inf" and "-inf". Never reads the locale, never allocates,
 * writes no terminating zero. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_fixed (
    char *out, double value, unsigned decimals);

/**
 * eeg_dsp_format_int64:
 * @out: at least EEG_DSP_FORMAT_INT_SIZE bytes
 * @value: number
 *
 * As printf ("%lld"), without a terminating zero. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_int64 (char *out, int64_t value);

/**
 * eeg_dsp_format_uint64:
 * @out: at least EEG_DSP_FORMAT_INT_SIZE bytes
 * @value: number
 *
 * As printf ("%llu"), without a terminating zero. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_uint64 (char *out, uint64_t value);

/**
 * eeg_dsp_format_padded:
 * @out: at least @digits bytes
 * @value: number below 10^@digits
 * @digits: width, 0 to 19
 *
 * Writes @value with leading zeros to exactly @digits digits. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_padded (
    char *out, uint64_t value, unsigned digits);

/* Room that one field of eeg_dsp_format_volts() may need. */
#define EEG_DSP_FORMAT_FIELD_SIZE (EEG_DSP_FORMAT_FIXED_SIZE + 1)

/**
 * eeg_dsp_format_volts:
 * @isa: instruction set to use, from eeg_dsp_isa(); one that this processor
 *   does not have is replaced by the baseline
 * @out: at least @n times EEG_DSP_FORMAT_FIELD_SIZE bytes
 * @volts: @n f32 values in the byte order of the machine, of any alignment
 * @n: number of values
 * @decimals: digits after the point, 0 to EEG_DSP_FORMAT_MAX_DECIMALS
 * @separator: written after each value
 *
 * Writes volts as microvolts: for each value the bytes of
 * printf ("%.*f%c", decimals, (double) volts * 1e6, separator) in the C locale.
 * The bytes do not depend on @isa. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_volts (EegDspIsa isa, char *out,
    const void *volts, unsigned n, unsigned decimals, char separator);

/* The same for f64 values. */
EEG_DSP_FORMAT_API char *eeg_dsp_format_volts_f64 (EegDspIsa isa, char *out,
    const void *volts, unsigned n, unsigned decimals, char separator);

/**
 * eeg_dsp_format_counts:
 * @isa: instruction set to use
 * @out: at least @n times EEG_DSP_FORMAT_INT_SIZE bytes
 * @counts: @n 32-bit words in the byte order of the machine, of any alignment,
 *   each with a signed number in its low 24 bits; the top byte means nothing
 * @n: number of values
 * @separator: written after each value
 *
 * Writes whole numbers. The bytes do not depend on @isa. Any thread.
 *
 * Returns: one past the last byte written
 */
EEG_DSP_FORMAT_API char *eeg_dsp_format_counts (
    EegDspIsa isa, char *out, const void *counts, unsigned n, char separator);

#ifdef __cplusplus
}
#endif
