/* EEG signal processing in pure C: eight numbers as text at once, for AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every number is taken apart into a whole below 10^7 and eight digits of
 * decimals, both as bytes of one 128-bit word. Its bytes of value zero have
 * room for '-', '.' and the separator, so that one shuffle, chosen by the sign
 * and the number of digits, makes the field; nothing but the position of a
 * field depends on the one before.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdsp-format-private.h"

#ifdef EEG_DSP_HAVE_X86
#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__ ((target ("avx2,bmi,bmi2")))
#define INLINE static inline __attribute__ ((always_inline))

/* Places in the word: 0 '-', 1 to 7 whole, 8 to 13 decimals, 14 '.', 15
 * separator. Byte k of a field with s signs, n digits and d decimals: */
#define PLACE(s, n, d, k)                                                      \
  ((k) < (s)                                 ? 0                               \
      : (k) < (s) + (n)                      ? 8 - (n) + (k) - (s)             \
      : (d) > 0 && (k) == (s) + (n)          ? 14                              \
      : (d) > 0 && (k) < (s) + (n) + 1 + (d) ? 7 + (k) - (s) - (n)             \
      : (k) == (s) + (n) + (d) + ((d) > 0)   ? 15                              \
                                             : 0)
#define FIELD(s, n, d)                                                         \
  {                                                                            \
    PLACE (s, n, d, 0), PLACE (s, n, d, 1), PLACE (s, n, d, 2),                \
        PLACE (s, n, d, 3), PLACE (s, n, d, 4), PLACE (s, n, d, 5),            \
        PLACE (s, n, d, 6), PLACE (s, n, d, 7), PLACE (s, n, d, 8),            \
        PLACE (s, n, d, 9), PLACE (s, n, d, 10), PLACE (s, n, d, 11),          \
        PLACE (s, n, d, 12), PLACE (s, n, d, 13), PLACE (s, n, d, 14),         \
        PLACE (s, n, d, 15)                                                    \
  }
#define FIELDS(s, d)                                                           \
  FIELD (s, 1, d), FIELD (s, 2, d), FIELD (s, 3, d), FIELD (s, 4, d),          \
      FIELD (s, 5, d), FIELD (s, 6, d), FIELD (s, 7, d)
/* By decimals, then sign * 7 + digits - 1. */
static const uint8_t fields[EEG_DSP_FORMAT_FAST_DECIMALS + 1][14][16]
    __attribute__ ((aligned (64))) = {{FIELDS (0, 0), FIELDS (1, 0)},
        {FIELDS (0, 1), FIELDS (1, 1)}, {FIELDS (0, 2), FIELDS (1, 2)},
        {FIELDS (0, 3), FIELDS (1, 3)}, {FIELDS (0, 4), FIELDS (1, 4)},
        {FIELDS (0, 5), FIELDS (1, 5)}, {FIELDS (0, 6), FIELDS (1, 6)}};

static const int32_t powers[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

typedef struct
{
  __m256d scale;       /* 10^decimals */
  __m256i limit;       /* 10^decimals - 1 */
  __m256i align;       /* decimals to eight digits */
  __m256i base_length; /* of a field besides sign and digits */
  __m256i marks;       /* the bytes to add to digits */
  const uint8_t (*fields)[16];
  int whole_only;
} Layout;

AVX2 INLINE Layout
layout_of (unsigned decimals, char separator)
{
  Layout l;
  __m128i marks = _mm_setr_epi8 ('-', '0', '0', '0', '0', '0', '0', '0', '0',
      '0', '0', '0', '0', '0', '.', separator);

  l.scale = _mm256_set1_pd (powers[decimals]);
  l.limit = _mm256_set1_epi32 (powers[decimals] - 1);
  l.align = _mm256_set1_epi32 (powers[8 - decimals]);
  l.base_length = _mm256_set1_epi32 (1 + (decimals ? 1 + (int) decimals : 0));
  l.marks = _mm256_broadcastsi128_si256 (marks);
  l.fields = fields[decimals];
  l.whole_only = decimals == 0;
  return l;
}

/* Sixteen numbers below 100 to two digits each, the first in the low byte. */
AVX2 INLINE __m256i
two_digits (__m256i v)
{
  __m256i tens = _mm256_mulhi_epu16 (v, _mm256_set1_epi16 (6554));

  return _mm256_sub_epi16 (_mm256_slli_epi16 (v, 8),
      _mm256_mullo_epi16 (tens, _mm256_set1_epi16 (2559)));
}

/* Eight numbers below 10^8 to eight digits each: those of numbers 0, 1 and 4, 5
 * in @first, of 2, 3 and 6, 7 in @second. */
AVX2 INLINE void
eight_digits (__m256i v, __m256i *first, __m256i *second)
{
  const __m256i magic = _mm256_set1_epi32 ((int32_t) 0xd1b71759u);
  __m256i even = _mm256_srli_epi64 (_mm256_mul_epu32 (v, magic), 45);
  __m256i odd = _mm256_mul_epu32 (_mm256_srli_epi64 (v, 32), magic);
  __m256i high, low, four, q, r;

  odd = _mm256_slli_epi64 (_mm256_srli_epi64 (odd, 45), 32);
  high = _mm256_or_si256 (even, odd);
  low =
      _mm256_sub_epi32 (v, _mm256_madd_epi16 (high, _mm256_set1_epi32 (10000)));
  four = _mm256_or_si256 (high, _mm256_slli_epi32 (low, 16));
  q = _mm256_srli_epi16 (
      _mm256_mulhi_epu16 (four, _mm256_set1_epi16 (5243)), 3);
  r = _mm256_sub_epi16 (four, _mm256_mullo_epi16 (q, _mm256_set1_epi16 (100)));
  q = two_digits (q);
  r = two_digits (r);
  *first = _mm256_unpacklo_epi16 (q, r);
  *second = _mm256_unpackhi_epi16 (q, r);
}

/* Writes @count of eight numbers: whole and decimals (as a whole number of
 * eight digits), sign all ones where negative. */
AVX2 INLINE char *
put_numbers (char *out, const Layout *l, __m256i whole, __m256i part,
    __m256i sign, unsigned count)
{
  uint32_t length[8] __attribute__ ((aligned (32)));
  uint32_t field[8] __attribute__ ((aligned (32)));
  __m256i digits[4], n = _mm256_set1_epi32 (1);
  unsigned i;

#pragma GCC unroll 6
  for (i = 1; i < 7; i++)
    n = _mm256_sub_epi32 (
        n, _mm256_cmpgt_epi32 (whole, _mm256_set1_epi32 (powers[i] - 1)));
  _mm256_store_si256 ((__m256i *) length,
      _mm256_sub_epi32 (_mm256_add_epi32 (n, l->base_length), sign));
  n = _mm256_sub_epi32 (
      _mm256_add_epi32 (n, _mm256_and_si256 (sign, _mm256_set1_epi32 (7))),
      _mm256_set1_epi32 (1));
  _mm256_store_si256 ((__m256i *) field, n);

  eight_digits (_mm256_unpacklo_epi32 (whole, part), &digits[0], &digits[1]);
  eight_digits (_mm256_unpackhi_epi32 (whole, part), &digits[2], &digits[3]);
#pragma GCC unroll 4
  for (i = 0; i < 4; i++)
    digits[i] = _mm256_or_si256 (digits[i], l->marks);
#pragma GCC unroll 8
  for (i = 0; i < 8; i++) {
    __m128i bytes = i < 4 ? _mm256_castsi256_si128 (digits[i])
                          : _mm256_extracti128_si256 (digits[i - 4], 1);
    const uint8_t *shuffle = l->fields[field[i]];

    if (i == count)
      break;
    bytes = _mm_shuffle_epi8 (bytes, *(const __m128i *) shuffle);
    _mm_storeu_si128 ((__m128i *) out, bytes);
    out += length[i];
  }
  return out;
}

/* Magnitudes in microvolts; 0 when one of them lies half-way between two
 * texts, as far as doubles tell. */
AVX2 INLINE int
take_apart (
    const Layout *l, __m256d uv, __m128i *whole, __m128i *part, int exact)
{
  __m256d scaled, rounded, apart;

  if (l->whole_only) {
    *whole = _mm256_cvtpd_epi32 (uv);
    *part = _mm_setzero_si128 ();
    return 1;
  }
  *whole = _mm256_cvttpd_epi32 (uv);
  scaled =
      _mm256_mul_pd (_mm256_sub_pd (uv, _mm256_cvtepi32_pd (*whole)), l->scale);
  *part = _mm256_cvtpd_epi32 (scaled);
  if (exact)
    return 1;
  rounded = _mm256_cvtepi32_pd (*part);
  apart =
      _mm256_andnot_pd (_mm256_set1_pd (-0.0), _mm256_sub_pd (scaled, rounded));
  return !_mm256_movemask_pd (
      _mm256_cmp_pd (apart, _mm256_set1_pd (0.5), _CMP_EQ_OQ));
}

/* Wholes and decimals of eight numbers to text. */
AVX2 INLINE char *
put_microvolts (char *out, const Layout *l, __m128i w0, __m128i w1, __m128i p0,
    __m128i p1, __m256i sign, unsigned count)
{
  __m256i whole = _mm256_set_m128i (w1, w0), part = _mm256_set_m128i (p1, p0);
  __m256i carry = _mm256_cmpgt_epi32 (part, l->limit);

  if (!l->whole_only) {
    whole = _mm256_sub_epi32 (whole, carry);
    part = _mm256_mullo_epi32 (_mm256_andnot_si256 (carry, part), l->align);
  }
  return put_numbers (out, l, whole, part, sign, count);
}

/* Below this, in volts, a whole has seven digits even when rounded up. */
#define LIMIT 9.9

AVX2 INLINE char *
eight_f32 (char *out, const Layout *l, const void *volts, unsigned count)
{
  const __m256d micro = _mm256_set1_pd (1e6);
  __m256 x = _mm256_loadu_ps (volts), magnitude;
  __m128i w0, w1, p0, p1;

  magnitude = _mm256_andnot_ps (_mm256_set1_ps (-0.0f), x);
  if (_mm256_movemask_ps (_mm256_cmp_ps (
          magnitude, _mm256_set1_ps ((float) LIMIT), _CMP_LT_OQ)) != 0xff)
    return NULL;
  take_apart (l,
      _mm256_mul_pd (
          _mm256_cvtps_pd (_mm256_castps256_ps128 (magnitude)), micro),
      &w0, &p0, 1);
  take_apart (l,
      _mm256_mul_pd (
          _mm256_cvtps_pd (_mm256_extractf128_ps (magnitude, 1)), micro),
      &w1, &p1, 1);
  return put_microvolts (out, l, w0, w1, p0, p1,
      _mm256_srai_epi32 (_mm256_castps_si256 (x), 31), count);
}

AVX2 INLINE char *
eight_f64 (char *out, const Layout *l, const void *volts, unsigned count)
{
  const __m256d micro = _mm256_set1_pd (1e6), minus = _mm256_set1_pd (-0.0);
  const __m256d limit = _mm256_set1_pd (LIMIT);
  __m256d x0 = _mm256_loadu_pd (volts);
  __m256d x1 = _mm256_loadu_pd ((const double *) volts + 4);
  __m256d m0 = _mm256_andnot_pd (minus, x0), m1 = _mm256_andnot_pd (minus, x1);
  __m128i w0, w1, p0, p1;
  __m256 signs;

  if (_mm256_movemask_pd (_mm256_and_pd (_mm256_cmp_pd (m0, limit, _CMP_LT_OQ),
          _mm256_cmp_pd (m1, limit, _CMP_LT_OQ))) != 0xf)
    return NULL;
  if (!take_apart (l, _mm256_mul_pd (m0, micro), &w0, &p0, 0) ||
      !take_apart (l, _mm256_mul_pd (m1, micro), &w1, &p1, 0))
    return NULL;
  /* The upper halves of all eight, in order. */
  signs = _mm256_shuffle_ps (
      _mm256_castpd_ps (_mm256_permute2f128_pd (x0, x1, 0x20)),
      _mm256_castpd_ps (_mm256_permute2f128_pd (x0, x1, 0x31)),
      _MM_SHUFFLE (3, 1, 3, 1));
  return put_microvolts (out, l, w0, w1, p0, p1,
      _mm256_srai_epi32 (_mm256_castps_si256 (signs), 31), count);
}

AVX2 INLINE char *
eight_s24 (char *out, const Layout *l, const void *codes, unsigned count)
{
  __m256i x = _mm256_loadu_si256 (codes);

  x = _mm256_srai_epi32 (_mm256_slli_epi32 (x, 8), 8);
  return put_numbers (out, l, _mm256_abs_epi32 (x), _mm256_setzero_si256 (),
      _mm256_srai_epi32 (x, 31), count);
}

#define DEFINE(name, eight, slow, size)                                        \
  AVX2 char *name (char *out, const void *values, unsigned n,                  \
      unsigned decimals, char separator)                                       \
  {                                                                            \
    const Layout l = layout_of (decimals, separator);                          \
    const uint8_t *v = values;                                                 \
    char *end;                                                                 \
                                                                               \
    for (; n >= 8; n -= 8, v += 8 * (size)) {                                  \
      end = eight (out, &l, v, 8);                                             \
      out = end ? end : slow (out, v, 8, decimals, separator);                 \
    }                                                                          \
    if (n) {                                                                   \
      uint8_t last[8 * (size)] = {0};                                          \
                                                                               \
      memcpy (last, v, n *(size));                                             \
      end = eight (out, &l, last, n);                                          \
      out = end ? end : slow (out, v, n, decimals, separator);                 \
    }                                                                          \
    return out;                                                                \
  }

DEFINE (eeg_dsp_format_f32_avx2, eight_f32, eeg_dsp_format_f32_exact, 4)
DEFINE (eeg_dsp_format_f64_avx2, eight_f64, eeg_dsp_format_f64_exact, 8)
DEFINE (eeg_dsp_format_s24_avx2, eight_s24, eeg_dsp_format_s24_exact, 4)
#endif
