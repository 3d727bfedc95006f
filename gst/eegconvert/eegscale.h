/* gst-plugins-eeg: scaling of interleaved samples, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every product is formed in double and rounded once to the output, so that
 * the results are the same on every processor and for any split of the input.
 * @out may equal @in where the sample sizes are equal.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Prepared factors of all channels; treat as opaque. */
typedef struct
{
  double *factor; /* one a channel */
  size_t channels;
  int uniform; /* all factors are equal */
  int wide;    /* the processor has AVX2, and its use is allowed */
} EegScale;

/* Factors are copied. 0 when out of memory. */
int eeg_scale_init (EegScale *s, const double *factors, size_t channels);
void eeg_scale_clear (EegScale *s);

/* Counts in the low 24 bits, whatever the top byte holds: volts are
 * code * factor. */
void eeg_scale_s24_to_f32 (
    const EegScale *s, const int32_t *in, float *out, size_t frames);
void eeg_scale_s24_to_f64 (
    const EegScale *s, const int32_t *in, double *out, size_t frames);
void eeg_scale_f32 (
    const EegScale *s, const float *in, float *out, size_t frames);
void eeg_scale_f64 (
    const EegScale *s, const double *in, double *out, size_t frames);
