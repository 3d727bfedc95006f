/* gst-plugins-eeg: scaling of interleaved samples, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The loops are written once and compiled twice: for what every processor of
 * the architecture has, and for AVX2 where the processor has it. Input and
 * output are either the same or apart, which the compiler cannot know.
 */
#include "eegscale.h"

#include <gst/eeg/dsp/eegdsp.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <stdlib.h>
#include <string.h>

/* The 24-bit code sits in the upper bytes after the shift, which extends its
 * sign for free; 2^-8 takes the shift back, exactly. */
#define CODE(x)  ((double) (int32_t) ((uint32_t) (x) << 8))
#define VALUE(x) ((double) (x))
#define UNSHIFT  0x1p-8

#define DEFINE_LOOP(name, attributes, in_type, out_type, READ, post)           \
  attributes static void name (                                                \
      const EegScale *s, const in_type *in, out_type *out, size_t frames)      \
  {                                                                            \
    const size_t channels = s->channels, n = frames * channels;                \
    const double *factor = s->factor;                                          \
    size_t i, c;                                                               \
                                                                               \
    if (s->uniform) {                                                          \
      const double g = factor[0] * (post);                                     \
      _Pragma ("GCC ivdep") for (i = 0; i < n; i++) out[i] =                   \
          (out_type) (READ (in[i]) * g);                                       \
      return;                                                                  \
    }                                                                          \
    for (i = 0; i < frames; i++, in += channels, out += channels)              \
      _Pragma ("GCC ivdep") for (c = 0; c < channels; c++) out[c] =            \
          (out_type) (READ (in[c]) * (factor[c] * (post)));                    \
  }

#define DEFINE_ALL(suffix, attributes)                                         \
  DEFINE_LOOP (s24_to_f32_##suffix, attributes, int32_t, float, CODE, UNSHIFT) \
  DEFINE_LOOP (                                                                \
      s24_to_f64_##suffix, attributes, int32_t, double, CODE, UNSHIFT)         \
  DEFINE_LOOP (f32_##suffix, attributes, float, float, VALUE, 1.0)             \
  DEFINE_LOOP (f64_##suffix, attributes, double, double, VALUE, 1.0)

DEFINE_ALL (base, )
#ifdef EEG_DSP_HAVE_X86
#define AVX2 __attribute__ ((target ("avx2")))
DEFINE_ALL (avx2, AVX2)
#define CHOOSE(name, ...)                                                      \
  if (s->wide)                                                                 \
    name##_avx2 (__VA_ARGS__);                                                 \
  else                                                                         \
    name##_base (__VA_ARGS__)
#else
#define CHOOSE(name, ...) name##_base (__VA_ARGS__)
#endif

int
eeg_scale_init (EegScale *s, const double *factors, size_t channels)
{
  size_t c;

  s->factor = malloc (channels * sizeof *factors);
  if (!s->factor)
    return 0;
  memcpy (s->factor, factors, channels * sizeof *factors);
  s->channels = channels;
  s->wide = eeg_dsp_isa () >= EEG_DSP_ISA_AVX2;
  s->uniform = 1;
  for (c = 1; c < channels; c++)
    s->uniform &= factors[c] == factors[0];
  return 1;
}

void
eeg_scale_clear (EegScale *s)
{
  free (s->factor);
  memset (s, 0, sizeof *s);
}

void
eeg_scale_s24_to_f32 (
    const EegScale *s, const int32_t *in, float *out, size_t frames)
{
  CHOOSE (s24_to_f32, s, in, out, frames);
}

void
eeg_scale_s24_to_f64 (
    const EegScale *s, const int32_t *in, double *out, size_t frames)
{
  CHOOSE (s24_to_f64, s, in, out, frames);
}

void
eeg_scale_f32 (const EegScale *s, const float *in, float *out, size_t frames)
{
  CHOOSE (f32, s, in, out, frames);
}

void
eeg_scale_f64 (const EegScale *s, const double *in, double *out, size_t frames)
{
  CHOOSE (f64, s, in, out, frames);
}
