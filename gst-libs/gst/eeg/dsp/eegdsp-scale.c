/* EEG signal processing in pure C: factors for interleaved channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A float has 24 bits, and so has a count: their product has 48 and is exact in
 * double, so that rounding it to float is the only rounding, as it is in a
 * product of floats.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdlib.h>

#include "eegdsp-scale-private.h"

/* Values of the widest vector, and of a loop that is worth its overhead. */
#define LANES  16
#define ENOUGH 128

static size_t
period_of (size_t channels)
{
  size_t period = channels;

  if (channels >= 16 * LANES)
    return channels;
  while (period % LANES != 0 || period < ENOUGH)
    period += channels;
  return period;
}

EegDspScale *
eeg_dsp_scale_new (const double *factors, size_t channels, EegDspIsa isa)
{
  EegDspScale *s;

  if (channels < 1)
    return NULL;
  s = calloc (1, sizeof *s);
  if (!s)
    return NULL;
  s->kernels = eeg_dsp_kernels_for (isa);
  s->checks = eeg_dsp_matrix_kernels_for (isa);
  s->isa = isa;
  s->channels = channels;
  s->period = period_of (channels);
  s->wide = calloc (s->period, sizeof *s->wide);
  s->narrow = calloc (s->period, sizeof *s->narrow);
  if (!s->wide || !s->narrow) {
    eeg_dsp_scale_free (s);
    return NULL;
  }
  eeg_dsp_scale_set (s, factors);
  return s;
}

void
eeg_dsp_scale_free (EegDspScale *s)
{
  if (!s)
    return;
  free (s->wide);
  free (s->narrow);
  free (s);
}

void
eeg_dsp_scale_set (EegDspScale *s, const double *factors)
{
  size_t i, c = 0;

  s->single = 1;
  for (i = 0; i < s->period; i++) {
    s->wide[i] = factors[c];
    s->narrow[i] = (float) factors[c];
    s->single &= (double) s->narrow[i] == factors[c];
    c = c + 1 == s->channels ? 0 : c + 1;
  }
}

void
eeg_dsp_scale_s24_to_f32 (
    const EegDspScale *s, const int32_t *in, float *out, size_t frames)
{
  if (s->single)
    s->kernels->s24_to_f32_single (
        in, out, s->narrow, s->period, frames * s->channels);
  else
    s->kernels->s24_to_f32 (in, out, s->wide, s->period, frames * s->channels);
}

void
eeg_dsp_scale_s24_to_f64 (
    const EegDspScale *s, const int32_t *in, double *out, size_t frames)
{
  s->kernels->s24_to_f64 (in, out, s->wide, s->period, frames * s->channels);
}

void
eeg_dsp_scale_f32 (
    const EegDspScale *s, const float *in, float *out, size_t frames)
{
  if (s->single)
    s->kernels->scale_f32_single (
        in, out, s->narrow, s->period, frames * s->channels);
  else
    s->kernels->scale_f32 (in, out, s->wide, s->period, frames * s->channels);
}

void
eeg_dsp_scale_f64 (
    const EegDspScale *s, const double *in, double *out, size_t frames)
{
  s->kernels->scale_f64 (in, out, s->wide, s->period, frames * s->channels);
}

int
eeg_dsp_scale_is_usable_f32 (
    const EegDspScale *s, const float *x, size_t frames)
{
  return s->checks->clean_f32 (x, frames * s->channels);
}

int
eeg_dsp_scale_is_usable_f64 (
    const EegDspScale *s, const double *x, size_t frames)
{
  return s->checks->clean_f64 (x, frames * s->channels);
}
