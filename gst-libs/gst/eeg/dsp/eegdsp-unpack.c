/* EEG signal processing in pure C: packed 24-bit samples to integers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The three bytes go to the top of a 32-bit lane, so that one arithmetic shift
 * extends the sign. Loads of a row overlap instead of reaching beyond it, and
 * so do the stores at its end.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>

#include "eegdsp-unpack.h"

#define INLINE static inline __attribute__ ((always_inline))

INLINE int32_t
sample (const uint8_t *p)
{
  return (int32_t) ((uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 |
                    (uint32_t) p[2] << 8) >>
         8;
}

/* Four bytes at once where a fourth one belongs to the row. */
INLINE void
row_any (const uint8_t *p, size_t channels, int32_t *out)
{
  size_t c = 0;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (; c + 1 < channels; c++, p += 3) {
    uint32_t v;

    memcpy (&v, p, 4);
    out[c] = (int32_t) __builtin_bswap32 (v) >> 8;
  }
#endif
  for (; c < channels; c++, p += 3)
    out[c] = sample (p);
}

/* Rows with the kernel inlined for the numbers of channels that chips have. */
#define DEFINE_RECORDS(name, attributes, row)                                  \
  attributes static void name (const uint8_t *p, size_t n, size_t bytes,       \
      size_t channels, int32_t *out, size_t stride)                            \
  {                                                                            \
    size_t r;                                                                  \
                                                                               \
    if (channels == 8)                                                         \
      for (r = 0; r < n; r++, p += bytes, out += stride)                       \
        row (p, 8, out);                                                       \
    else                                                                       \
      for (r = 0; r < n; r++, p += bytes, out += stride)                       \
        row (p, channels, out);                                                \
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
#define PUT(out, v, pick)                                                      \
  _mm_storeu_si128 (                                                           \
      (__m128i *) (out), _mm_srai_epi32 (_mm_shuffle_epi8 (v, pick), 8))

SSSE3 INLINE void
row_ssse3 (const uint8_t *p, size_t channels, int32_t *out)
{
  const uint8_t *end = p + 3 * channels;
  size_t c = 0;

  if (channels < 6) {
    if (channels >= 4) {
      /* Bytes 0 to 7, and the last 8 of the first 12. */
      __m128i v = _mm_unpacklo_epi64 (_mm_loadl_epi64 ((const __m128i *) p),
          _mm_loadl_epi64 ((const __m128i *) (p + 4)));

      PUT (out, v,
          _mm_setr_epi8 (
              -1, 2, 1, 0, -1, 5, 4, 3, -1, 12, 7, 6, -1, 15, 14, 13));
      c = 4;
    }
    for (; c < channels; c++)
      out[c] = sample (p + 3 * c);
    return;
  }
  for (; channels - c >= 6; c += 4)
    PUT (out + c, LOAD (p + 3 * c), PICK (0));
  if (channels - c == 5)
    PUT (out + c, LOAD (end - 16), PICK (1));
  PUT (out + channels - 4, LOAD (end - 16), PICK (4));
}

AVX2 INLINE void
eight_avx2 (const uint8_t *p, int32_t *out)
{
  __m256i v = _mm256_inserti128_si256 (
      _mm256_castsi128_si256 (LOAD (p)), LOAD (p + 8), 1);

  v = _mm256_shuffle_epi8 (v,
      _mm256_inserti128_si256 (_mm256_castsi128_si256 (PICK (0)), PICK (4), 1));
  _mm256_storeu_si256 ((__m256i *) out, _mm256_srai_epi32 (v, 8));
}

AVX2 INLINE void
row_avx2 (const uint8_t *p, size_t channels, int32_t *out)
{
  size_t c;

  if (channels < 8) {
    row_ssse3 (p, channels, out);
    return;
  }
  for (c = 0; channels - c >= 8; c += 8)
    eight_avx2 (p + 3 * c, out + c);
  if (c < channels)
    eight_avx2 (p + 3 * (channels - 8), out + channels - 8);
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
four_neon (const uint8_t *p, const uint8_t *pick, int32_t *out)
{
  uint8x16_t v = vqtbl1q_u8 (vld1q_u8 (p), vld1q_u8 (pick));

  vst1q_s32 (out, vshrq_n_s32 (vreinterpretq_s32_u8 (v), 8));
}

INLINE void
row_neon (const uint8_t *p, size_t channels, int32_t *out)
{
  const uint8_t *end = p + 3 * channels;
  size_t c = 0;

  if (channels < 6) {
    row_any (p, channels, out);
    return;
  }
  for (; channels - c >= 6; c += 4)
    four_neon (p + 3 * c, pick_0, out + c);
  if (channels - c == 5)
    four_neon (end - 16, pick_1, out + c);
  four_neon (end - 16, pick_4, out + channels - 4);
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
