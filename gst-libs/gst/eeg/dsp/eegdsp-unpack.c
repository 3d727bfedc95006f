/* EEG signal processing in pure C: packed 24-bit samples to integers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The three bytes go to the top of a 32-bit lane, so that one arithmetic shift
 * extends the sign. Loads of a row overlap instead of reaching beyond it, and
 * so do the stores at its end. Rows are written once, for codes and for codes
 * times factors: with @factor NULL the compiler leaves the product out.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>

#include "eegdsp-scale-private.h"
#include "eegdsp-unpack.h"

#define INLINE static inline __attribute__ ((always_inline))

INLINE int32_t
sample (const uint8_t *p)
{
  return (int32_t) ((uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 |
                    (uint32_t) p[2] << 8) >>
         8;
}

INLINE void
put (void *out, size_t c, int32_t code, const float *factor)
{
  if (factor)
    ((float *) out)[c] = (float) code * factor[c];
  else
    ((int32_t *) out)[c] = code;
}

/* Four bytes at once where a fourth one belongs to the row. */
INLINE void
row_any (const uint8_t *p, size_t channels, void *out, const float *factor)
{
  size_t c = 0;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (; c + 1 < channels; c++, p += 3) {
    uint32_t v;

    memcpy (&v, p, 4);
    put (out, c, (int32_t) __builtin_bswap32 (v) >> 8, factor);
  }
#endif
  for (; c < channels; c++, p += 3)
    put (out, c, sample (p), factor);
}

/* Rows with the kernel inlined for the number of channels that most chips
 * have; factors go on from row to row. */
#define DEFINE_RECORDS(name, attributes, row)                                  \
  attributes static void name (const uint8_t *p, size_t n, size_t bytes,       \
      size_t channels, int32_t *out, size_t stride)                            \
  {                                                                            \
    size_t r;                                                                  \
                                                                               \
    if (channels == 8)                                                         \
      for (r = 0; r < n; r++, p += bytes, out += stride)                       \
        row (p, 8, out, NULL);                                                 \
    else                                                                       \
      for (r = 0; r < n; r++, p += bytes, out += stride)                       \
        row (p, channels, out, NULL);                                          \
  }                                                                            \
                                                                               \
  attributes static void name##_scaled (const uint8_t *p, size_t n,            \
      size_t bytes, size_t channels, float *out, const float *factors,         \
      size_t period)                                                           \
  {                                                                            \
    const float *factor = factors, *end = factors + period;                    \
    size_t r;                                                                  \
                                                                               \
    for (r = 0; r < n; r++, p += bytes, out += channels) {                     \
      if (channels == 8)                                                       \
        row (p, 8, out, factor);                                               \
      else                                                                     \
        row (p, channels, out, factor);                                        \
      factor += channels;                                                      \
      if (factor == end)                                                       \
        factor = factors;                                                      \
    }                                                                          \
  }

#if defined(EEG_DSP_HAVE_X86)
#include <immintrin.h>

#define SSSE3 __attribute__ ((target ("ssse3")))
#define AVX2  __attribute__ ((target ("avx2")))

/* Four samples from the bytes at @at of a vector. */
#define PICK(at)                                                               \
  _mm_setr_epi8 (-1, at + 2, at + 1, at, -1, at + 5, at + 4, at + 3, -1,       \
      at + 8, at + 7, at + 6, -1, at + 11, at + 10, at + 9)
#define LOAD(p) _mm_loadu_si128 ((const __m128i *) (p))

SSSE3 INLINE void
four_ssse3 (__m128i v, __m128i pick, void *out, size_t c, const float *factor)
{
  v = _mm_srai_epi32 (_mm_shuffle_epi8 (v, pick), 8);
  if (factor)
    _mm_storeu_ps ((float *) out + c,
        _mm_mul_ps (_mm_cvtepi32_ps (v), _mm_loadu_ps (factor + c)));
  else
    _mm_storeu_si128 ((__m128i *) ((int32_t *) out + c), v);
}

SSSE3 INLINE void
row_ssse3 (const uint8_t *p, size_t channels, void *out, const float *factor)
{
  const uint8_t *end = p + 3 * channels;
  size_t c = 0;

  if (channels < 6) {
    if (channels >= 4) {
      /* Bytes 0 to 7, and the last 8 of the first 12. */
      __m128i v = _mm_unpacklo_epi64 (_mm_loadl_epi64 ((const __m128i *) p),
          _mm_loadl_epi64 ((const __m128i *) (p + 4)));

      four_ssse3 (v,
          _mm_setr_epi8 (
              -1, 2, 1, 0, -1, 5, 4, 3, -1, 12, 7, 6, -1, 15, 14, 13),
          out, 0, factor);
      c = 4;
    }
    for (; c < channels; c++)
      put (out, c, sample (p + 3 * c), factor);
    return;
  }
  for (; channels - c >= 6; c += 4)
    four_ssse3 (LOAD (p + 3 * c), PICK (0), out, c, factor);
  if (channels - c == 5)
    four_ssse3 (LOAD (end - 16), PICK (1), out, c, factor);
  four_ssse3 (LOAD (end - 16), PICK (4), out, channels - 4, factor);
}

AVX2 INLINE void
eight_avx2 (const uint8_t *p, void *out, size_t c, const float *factor)
{
  __m256i v = _mm256_inserti128_si256 (
      _mm256_castsi128_si256 (LOAD (p + 3 * c)), LOAD (p + 3 * c + 8), 1);

  v = _mm256_shuffle_epi8 (v,
      _mm256_inserti128_si256 (_mm256_castsi128_si256 (PICK (0)), PICK (4), 1));
  v = _mm256_srai_epi32 (v, 8);
  if (factor)
    _mm256_storeu_ps ((float *) out + c,
        _mm256_mul_ps (_mm256_cvtepi32_ps (v), _mm256_loadu_ps (factor + c)));
  else
    _mm256_storeu_si256 ((__m256i *) ((int32_t *) out + c), v);
}

AVX2 INLINE void
row_avx2 (const uint8_t *p, size_t channels, void *out, const float *factor)
{
  size_t c;

  if (channels < 8) {
    row_ssse3 (p, channels, out, factor);
    return;
  }
  for (c = 0; channels - c >= 8; c += 8)
    eight_avx2 (p, out, c, factor);
  if (c < channels)
    eight_avx2 (p, out, channels - 8, factor);
}

DEFINE_RECORDS (records_ssse3, SSSE3, row_ssse3)
DEFINE_RECORDS (records_avx2, AVX2, row_avx2)

#elif defined(__aarch64__) && defined(__ARM_NEON) &&                           \
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>

/* 255 picks nothing: zero. */
#define PICK(at)                                                               \
  {                                                                            \
    255, at + 2, at + 1, at, 255, at + 5, at + 4, at + 3, 255, at + 8, at + 7, \
        at + 6, 255, at + 11, at + 10, at + 9                                  \
  }
static const uint8_t pick_0[16] = PICK (0), pick_1[16] = PICK (1),
                     pick_4[16] = PICK (4);

INLINE void
four_neon (const uint8_t *p, const uint8_t *pick, void *out, size_t c,
    const float *factor)
{
  uint8x16_t v = vqtbl1q_u8 (vld1q_u8 (p), vld1q_u8 (pick));
  int32x4_t codes = vshrq_n_s32 (vreinterpretq_s32_u8 (v), 8);

  if (factor)
    vst1q_f32 ((float *) out + c,
        vmulq_f32 (vcvtq_f32_s32 (codes), vld1q_f32 (factor + c)));
  else
    vst1q_s32 ((int32_t *) out + c, codes);
}

INLINE void
row_neon (const uint8_t *p, size_t channels, void *out, const float *factor)
{
  const uint8_t *end = p + 3 * channels;
  size_t c = 0;

  if (channels < 6) {
    row_any (p, channels, out, factor);
    return;
  }
  for (; channels - c >= 6; c += 4)
    four_neon (p + 3 * c, pick_0, out, c, factor);
  if (channels - c == 5)
    four_neon (end - 16, pick_1, out, c, factor);
  four_neon (end - 16, pick_4, out, channels - 4, factor);
}
#define row_any row_neon
#endif

DEFINE_RECORDS (records_any, , row_any)

void
eeg_dsp_unpack24 (EegDspIsa isa, const void *records, size_t n_records,
    size_t record_bytes, size_t channels, int32_t *out, size_t out_stride)
{
  /* Without anything between them they are one record. */
  if (record_bytes == 3 * channels && out_stride == channels) {
    channels *= n_records;
    n_records = 1;
  }
  if (channels == 0)
    return;
#ifdef EEG_DSP_HAVE_X86
  if (isa >= EEG_DSP_ISA_AVX2 && eeg_dsp_isa_supported (EEG_DSP_ISA_AVX2)) {
    records_avx2 (records, n_records, record_bytes, channels, out, out_stride);
    return;
  }
  if (isa >= EEG_DSP_ISA_SSSE3 && eeg_dsp_isa_supported (EEG_DSP_ISA_SSSE3)) {
    records_ssse3 (records, n_records, record_bytes, channels, out, out_stride);
    return;
  }
#endif
  (void) isa;
  records_any (records, n_records, record_bytes, channels, out, out_stride);
}

/* Through codes, a few at a time. */
static void
scaled_twice (const EegDspScale *s, const uint8_t *p, size_t n, size_t bytes,
    size_t channels, float *out)
{
  int32_t codes[512];
  size_t most = sizeof codes / sizeof codes[0], per = s->channels / channels;
  size_t chunk = most / s->channels * per, i, c, k;

  for (i = 0; chunk > 0 && i < n; i += k) {
    k = n - i < chunk ? n - i : chunk;
    eeg_dsp_unpack24 (
        s->isa, p + i * bytes, k, bytes, channels, codes, channels);
    s->kernels->s24_to_f32 (codes, out, s->wide, s->period, k * channels);
    out += k * channels;
  }
  /* A frame that does not fit: parts of records. */
  for (; i < n; i++)
    for (c = 0; c < channels; c += k, out += k) {
      k = channels - c < most ? channels - c : most;
      eeg_dsp_unpack24 (s->isa, p + i * bytes + 3 * c, 1, 3 * k, k, codes, k);
      s->kernels->s24_to_f32 (
          codes, out, s->wide + i % per * channels + c, k, k);
    }
}

void
eeg_dsp_unpack24_scaled (const EegDspScale *s, const void *records,
    size_t n_records, size_t record_bytes, size_t channels, float *out)
{
  if (channels == 0 || s->channels % channels != 0)
    return;
  if (!s->single) {
    scaled_twice (s, records, n_records, record_bytes, channels, out);
    return;
  }
#ifdef EEG_DSP_HAVE_X86
  if (s->isa >= EEG_DSP_ISA_AVX2 && eeg_dsp_isa_supported (EEG_DSP_ISA_AVX2)) {
    records_avx2_scaled (
        records, n_records, record_bytes, channels, out, s->narrow, s->period);
    return;
  }
  if (s->isa >= EEG_DSP_ISA_SSSE3 &&
      eeg_dsp_isa_supported (EEG_DSP_ISA_SSSE3)) {
    records_ssse3_scaled (
        records, n_records, record_bytes, channels, out, s->narrow, s->period);
    return;
  }
#endif
  records_any_scaled (
      records, n_records, record_bytes, channels, out, s->narrow, s->period);
}
