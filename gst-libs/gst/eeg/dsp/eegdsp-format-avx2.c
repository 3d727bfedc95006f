/* EEG signal processing in pure C: eight numbers as text at once, for AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every number is taken apart into a whole below 10^7 and a part below
 * 10^decimals, and both into digits, as bytes of one 128-bit word. Its bytes of
 * value zero have room for '-', '.' and the separator, so that one shuffle,
 * chosen by the sign and the number of digits, makes the field; nothing but the
 * position of a field depends on the one before.
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

/* How a word becomes a field. */
typedef struct
{
  uint8_t shuffle[16];
  uint64_t length;
  uint64_t unused; /* an index times 32 is a shift */
} Field;

/* Places in the word: 0 '-', 1 to 7 whole, 8 '.', 9 separator, 10 to 15 the
 * last six digits of the part. Byte k of a field with s signs, n digits and d
 * decimals: */
#define PLACE(s, n, d, k)                                                      \
  ((k) < (s)                                 ? 0                               \
      : (k) < (s) + (n)                      ? 8 - (n) + (k) - (s)             \
      : (d) > 0 && (k) == (s) + (n)          ? 8                               \
      : (d) > 0 && (k) < (s) + (n) + 1 + (d) ? 15 - (d) + (k) - (s) - (n)      \
      : (k) == (s) + (n) + (d) + ((d) > 0)   ? 9                               \
                                             : 0)
#define FIELD(s, n, d)                                                         \
  {                                                                            \
    {PLACE (s, n, d, 0), PLACE (s, n, d, 1), PLACE (s, n, d, 2),               \
        PLACE (s, n, d, 3), PLACE (s, n, d, 4), PLACE (s, n, d, 5),            \
        PLACE (s, n, d, 6), PLACE (s, n, d, 7), PLACE (s, n, d, 8),            \
        PLACE (s, n, d, 9), PLACE (s, n, d, 10), PLACE (s, n, d, 11),          \
        PLACE (s, n, d, 12), PLACE (s, n, d, 13), PLACE (s, n, d, 14),         \
        PLACE (s, n, d, 15)},                                                  \
        (s) + (n) + (d) + ((d) > 0) + 1, 0                                     \
  }
#define FIELDS(s, d)                                                           \
  FIELD (s, 1, d), FIELD (s, 2, d), FIELD (s, 3, d), FIELD (s, 4, d),          \
      FIELD (s, 5, d), FIELD (s, 6, d), FIELD (s, 7, d)

/* Eight numbers are a group; at most so many at once. */
#define MAX_GROUPS 2

#define FOUR(x)  x, x, x, x
#define EIGHT(x) FOUR (x), FOUR (x)

/* What depends on the number of decimals. */
typedef struct
{
  double scale[4];   /* volts to the last decimal */
  double whole[4];   /* the last decimal to microvolts: a little more */
  double decimal[4]; /* microvolts to the last decimal */
  uint32_t one[8];   /* a microvolt */
  Field fields[14];  /* by sign * 7 + digits - 1 */
} Layout;

#define LAYOUT(d, ten)                                                         \
  {                                                                            \
    {FOUR (1e6 * (ten))}, {FOUR ((d) ? (1 + 0x1p-52) / (ten) : 1)},            \
        {FOUR (ten)}, {EIGHT (ten)},                                           \
    {                                                                          \
      FIELDS (0, d), FIELDS (1, d)                                             \
    }                                                                          \
  }
static const Layout layouts[EEG_DSP_FORMAT_FAST_DECIMALS + 1]
    __attribute__ ((aligned (64))) = {LAYOUT (0, 1), LAYOUT (1, 10),
        LAYOUT (2, 100), LAYOUT (3, 1000), LAYOUT (4, 10000),
        LAYOUT (5, 100000), LAYOUT (6, 1000000)};

/* What does not. */
typedef struct
{
  uint32_t nines[6][8];   /* one digit, two digits... */
  uint32_t pair[8];       /* quotient and remainder by 10^4 in one word */
  uint16_t hundredth[16]; /* times 2^19 */
  uint16_t hundred[16];
  uint16_t tenth[16]; /* times 2^16 */
  uint16_t ten[16];
  float ten_thousandth[8];
} Constants;

static const Constants constants __attribute__ ((aligned (64))) = {
    {{EIGHT (9)}, {EIGHT (99)}, {EIGHT (999)}, {EIGHT (9999)}, {EIGHT (99999)},
        {EIGHT (999999)}},
    {EIGHT (10000u * 65536u - 1)}, {EIGHT (5243), EIGHT (5243)},
    {EIGHT (100), EIGHT (100)}, {EIGHT (6554), EIGHT (6554)},
    {EIGHT (2559), EIGHT (2559)}, {EIGHT (1e-4f)}};

#define LOAD(array)    _mm256_load_si256 ((const __m256i *) (array))
#define LOAD_PS(array) _mm256_load_ps (array)
#define LOAD_PD(array) _mm256_load_pd (array)

/* The halves of the doubles of @a and @b: of numbers 0, 1, 4, 5 and 2, 3, 6, 7,
 * the order in which a group is worked on. */
#define LOW_WORDS(a, b)                                                        \
  _mm256_castps_si256 (_mm256_shuffle_ps (                                     \
      _mm256_castpd_ps (a), _mm256_castpd_ps (b), _MM_SHUFFLE (2, 0, 2, 0)))
#define HIGH_WORDS(a, b)                                                       \
  _mm256_castps_si256 (_mm256_shuffle_ps (                                     \
      _mm256_castpd_ps (a), _mm256_castpd_ps (b), _MM_SHUFFLE (3, 1, 3, 1)))

#define TRUNCATE (_MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)

/* One step for all groups: they fill the time that each has to wait. */
#define EACH _Pragma ("GCC unroll 4") for (unsigned k = 0; k < g; k++)

/* Numbers below 10^7, each to its quotient by 10^4 in the low half of a word and
 * the remainder in the high half. Floats tell the quotient: a number has 24
 * bits, and 1e-4f errs by less than half of the last one. */
AVX2 INLINE void
split_four (const Constants *c, __m256i *v, unsigned g)
{
  __m256i q[MAX_GROUPS];
  __m256 f[MAX_GROUPS];

  EACH f[k] = _mm256_cvtepi32_ps (v[k]);
  EACH f[k] = _mm256_mul_ps (f[k], LOAD_PS (c->ten_thousandth));
  EACH q[k] = _mm256_cvttps_epi32 (f[k]);
  /* (v - q * 10000) * 65536 + q */
  EACH q[k] = _mm256_mullo_epi32 (q[k], LOAD (c->pair));
  EACH v[k] = _mm256_slli_epi32 (v[k], 16);
  EACH v[k] = _mm256_sub_epi32 (v[k], q[k]);
}

/* Numbers below 100 to two digits each, the first in the low byte. */
AVX2 INLINE void
two_digits (const Constants *c, __m256i *v, unsigned g)
{
  __m256i tens[MAX_GROUPS];

  EACH tens[k] = _mm256_mulhi_epu16 (v[k], LOAD (c->tenth));
  EACH v[k] = _mm256_slli_epi16 (v[k], 8);
  EACH tens[k] = _mm256_mullo_epi16 (tens[k], LOAD (c->ten));
  EACH v[k] = _mm256_sub_epi16 (v[k], tens[k]);
}

/* Numbers below 10^4 to four digits each: those of the first two words of each
 * half in @v, of the last two in @second. */
AVX2 INLINE void
four_digits (const Constants *c, __m256i *v, __m256i *second, unsigned g)
{
  __m256i h[MAX_GROUPS], t[MAX_GROUPS];

  EACH h[k] = _mm256_mulhi_epu16 (v[k], LOAD (c->hundredth));
  EACH h[k] = _mm256_srli_epi16 (h[k], 3);
  EACH t[k] = _mm256_mullo_epi16 (h[k], LOAD (c->hundred));
  EACH v[k] = _mm256_sub_epi16 (v[k], t[k]);
  two_digits (c, h, g);
  two_digits (c, v, g);
  EACH second[k] = _mm256_unpackhi_epi16 (h[k], v[k]);
  EACH v[k] = _mm256_unpacklo_epi16 (h[k], v[k]);
}

AVX2 INLINE __m256i
marks_of (char separator)
{
  return _mm256_broadcastsi128_si256 (_mm_setr_epi8 ('-', '0', '0', '0', '0',
      '0', '0', '0', '.', separator, '0', '0', '0', '0', '0', '0'));
}

/* Writes four fields, or the first @count of them: 0 and 2 are the halves of
 * @even, 1 and 3 of @odd. */
AVX2 INLINE char *
put_four (char *out, const Layout *l, const uint32_t *field, __m256i even,
    __m256i odd, unsigned count)
{
  const char *fields = (const char *) l->fields;
  const Field *f0 = (const Field *) (fields + field[0]);
  const Field *f1 = (const Field *) (fields + field[1]);
  const Field *f2 = (const Field *) (fields + field[4]);
  const Field *f3 = (const Field *) (fields + field[5]);

#define SHUFFLE(f) _mm_load_si128 ((const __m128i *) (f)->shuffle)
  even = _mm256_shuffle_epi8 (
      even, _mm256_inserti128_si256 (
                _mm256_castsi128_si256 (SHUFFLE (f0)), SHUFFLE (f2), 1));
  odd = _mm256_shuffle_epi8 (
      odd, _mm256_inserti128_si256 (
               _mm256_castsi128_si256 (SHUFFLE (f1)), SHUFFLE (f3), 1));
  _mm_storeu_si128 ((__m128i *) out, _mm256_castsi256_si128 (even));
  out += f0->length;
  if (count < 2)
    return out;
  _mm_storeu_si128 ((__m128i *) out, _mm256_castsi256_si128 (odd));
  out += f1->length;
  if (count < 3)
    return out;
  _mm_storeu_si128 ((__m128i *) out, _mm256_extracti128_si256 (even, 1));
  out += f2->length;
  if (count < 4)
    return out;
  _mm_storeu_si128 ((__m128i *) out, _mm256_extracti128_si256 (odd, 1));
  out += f3->length;
  return out;
}

/* Writes @count of the numbers of @g groups: whole and part, sign all ones where
 * negative, in the order 0, 1, 4, 5, 2, 3, 6, 7. */
AVX2 INLINE char *
put_numbers (char *out, const Layout *l, const Constants *c, __m256i marks,
    __m256i *whole, __m256i *part, const __m256i *sign, unsigned g,
    unsigned count)
{
  uint32_t field[8 * MAX_GROUPS] __attribute__ ((aligned (32)));
  __m256i d0[MAX_GROUPS], d1[MAX_GROUPS], d2[MAX_GROUPS], d3[MAX_GROUPS];
  __m256i n[MAX_GROUPS];
  unsigned i;

  EACH n[k] = _mm256_and_si256 (sign[k], _mm256_set1_epi32 (7));
#pragma GCC unroll 6
  for (i = 0; i < 6; i++)
    EACH n[k] = _mm256_sub_epi32 (
        n[k], _mm256_cmpgt_epi32 (whole[k], LOAD (c->nines[i])));
  EACH n[k] = _mm256_slli_epi32 (n[k], 5);
  EACH _mm256_store_si256 ((__m256i *) field + k, n[k]);
  split_four (c, whole, g);
  split_four (c, part, g);
  EACH d0[k] = _mm256_unpacklo_epi32 (whole[k], part[k]);
  EACH d2[k] = _mm256_unpackhi_epi32 (whole[k], part[k]);
  four_digits (c, d0, d1, g);
  four_digits (c, d2, d3, g);
  EACH d0[k] = _mm256_or_si256 (d0[k], marks);
  EACH d1[k] = _mm256_or_si256 (d1[k], marks);
  EACH d2[k] = _mm256_or_si256 (d2[k], marks);
  EACH d3[k] = _mm256_or_si256 (d3[k], marks);
  /* Read from memory number by number: taking a vector apart is slower. */
  __asm__("" : "+m"(field));
#pragma GCC unroll 8
  for (i = 0; i < g; i++) {
    out = put_four (out, l, field + 8 * i, d0[i], d1[i], count - 8 * i);
    if (count - 8 * i <= 4)
      break;
    out = put_four (out, l, field + 8 * i + 2, d2[i], d3[i], count - 8 * i - 4);
    if (count - 8 * i <= 8)
      break;
  }
  return out;
}

/* Below this, in volts, a whole has seven digits even when rounded up. */
#define LIMIT 9.9

/* Adding it to a number below 2^52 rounds that to a whole number, which is then
 * in the low bits. */
#define ROUND 0x1p52

AVX2 INLINE char *
put_f32 (char *out, const Layout *l, const Constants *c, __m256i marks,
    const void *volts, unsigned g, unsigned count)
{
  const __m256d round = _mm256_set1_pd (ROUND), minus = _mm256_set1_pd (-0.0);
  const float *v = volts;
  __m256 x[MAX_GROUPS];
  __m256d r0[MAX_GROUPS], r1[MAX_GROUPS], t0[MAX_GROUPS], t1[MAX_GROUPS];
  __m256i whole[MAX_GROUPS], part[MAX_GROUPS], sign[MAX_GROUPS], t[MAX_GROUPS];

  EACH x[k] = _mm256_loadu_ps (v + 8 * k);
  EACH x[k] = _mm256_andnot_ps (_mm256_set1_ps (-0.0f), x[k]);
  EACH x[k] = _mm256_cmp_ps (x[k], _mm256_set1_ps ((float) LIMIT), _CMP_LT_OQ);
  for (unsigned k = 1; k < g; k++)
    x[0] = _mm256_and_ps (x[0], x[k]);
  if (_mm256_movemask_ps (x[0]) != 0xff)
    return NULL;
  EACH r0[k] = _mm256_cvtps_pd (_mm_loadu_ps (v + 8 * k));
  EACH r1[k] = _mm256_cvtps_pd (_mm_loadu_ps (v + 8 * k + 4));
  EACH sign[k] = HIGH_WORDS (r0[k], r1[k]);
  EACH sign[k] = _mm256_srai_epi32 (sign[k], 31);
  EACH r0[k] = _mm256_andnot_pd (minus, r0[k]);
  EACH r1[k] = _mm256_andnot_pd (minus, r1[k]);
  /* In units of the last decimal: exact, then rounded as printf does. */
  EACH r0[k] = _mm256_mul_pd (r0[k], LOAD_PD (l->scale));
  EACH r1[k] = _mm256_mul_pd (r1[k], LOAD_PD (l->scale));
  EACH r0[k] = _mm256_add_pd (r0[k], round);
  EACH r1[k] = _mm256_add_pd (r1[k], round);
  /* The factor is too large by less than would lead to the next whole. */
  EACH t0[k] = _mm256_sub_pd (r0[k], round);
  EACH t1[k] = _mm256_sub_pd (r1[k], round);
  EACH t0[k] = _mm256_mul_pd (t0[k], LOAD_PD (l->whole));
  EACH t1[k] = _mm256_mul_pd (t1[k], LOAD_PD (l->whole));
  EACH t0[k] = _mm256_round_pd (t0[k], TRUNCATE);
  EACH t1[k] = _mm256_round_pd (t1[k], TRUNCATE);
  EACH t0[k] = _mm256_add_pd (t0[k], round);
  EACH t1[k] = _mm256_add_pd (t1[k], round);
  EACH whole[k] = LOW_WORDS (t0[k], t1[k]);
  EACH t[k] = _mm256_mullo_epi32 (whole[k], LOAD (l->one));
  /* The low words, which are enough for the difference. */
  EACH part[k] = LOW_WORDS (r0[k], r1[k]);
  EACH part[k] = _mm256_sub_epi32 (part[k], t[k]);
  return put_numbers (out, l, c, marks, whole, part, sign, g, count);
}

/* Four magnitudes in microvolts; 0 when one of them lies half-way between two
 * texts, as far as doubles tell. */
AVX2 INLINE int
take_apart (const Layout *l, __m256d uv, __m128i *whole, __m128i *part)
{
  __m256d scaled, apart;

  *whole = _mm256_cvttpd_epi32 (uv);
  scaled = _mm256_mul_pd (
      _mm256_sub_pd (uv, _mm256_cvtepi32_pd (*whole)), LOAD_PD (l->decimal));
  *part = _mm256_cvtpd_epi32 (scaled);
  apart = _mm256_andnot_pd (_mm256_set1_pd (-0.0),
      _mm256_sub_pd (scaled, _mm256_cvtepi32_pd (*part)));
  return !_mm256_movemask_pd (
      _mm256_cmp_pd (apart, _mm256_set1_pd (0.5), _CMP_EQ_OQ));
}

AVX2 INLINE char *
put_f64 (char *out, const Layout *l, const Constants *c, __m256i marks,
    const void *volts, unsigned g, unsigned count)
{
  const __m256d micro = _mm256_set1_pd (1e6), minus = _mm256_set1_pd (-0.0);
  const __m256d limit = _mm256_set1_pd (LIMIT);
  __m256d x0 = _mm256_loadu_pd (volts);
  __m256d x1 = _mm256_loadu_pd ((const double *) volts + 4);
  __m256d m0 = _mm256_andnot_pd (minus, x0), m1 = _mm256_andnot_pd (minus, x1);
  __m256i whole, part, carry, sign;
  __m128i w0, w1, p0, p1;

  if (_mm256_movemask_pd (_mm256_and_pd (_mm256_cmp_pd (m0, limit, _CMP_LT_OQ),
          _mm256_cmp_pd (m1, limit, _CMP_LT_OQ))) != 0xf)
    return NULL;
  if (!take_apart (l, _mm256_mul_pd (m0, micro), &w0, &p0) ||
      !take_apart (l, _mm256_mul_pd (m1, micro), &w1, &p1))
    return NULL;
  whole = _mm256_set_m128i (
      _mm_unpackhi_epi64 (w0, w1), _mm_unpacklo_epi64 (w0, w1));
  part = _mm256_set_m128i (
      _mm_unpackhi_epi64 (p0, p1), _mm_unpacklo_epi64 (p0, p1));
  /* A part that was rounded up to a whole. */
  carry = _mm256_cmpeq_epi32 (part, LOAD (l->one));
  whole = _mm256_sub_epi32 (whole, carry);
  part = _mm256_andnot_si256 (carry, part);
  sign = _mm256_srai_epi32 (HIGH_WORDS (x0, x1), 31);
  (void) g;
  return put_numbers (out, l, c, marks, &whole, &part, &sign, 1, count);
}

AVX2 INLINE char *
put_s24 (char *out, const Layout *l, const Constants *c, __m256i marks,
    const void *codes, unsigned g, unsigned count)
{
  __m256i x = _mm256_loadu_si256 (codes);
  __m256i whole, part = _mm256_setzero_si256 (), sign;

  (void) g;
  x = _mm256_permute4x64_epi64 (x, _MM_SHUFFLE (3, 1, 2, 0));
  x = _mm256_srai_epi32 (_mm256_slli_epi32 (x, 8), 8);
  whole = _mm256_abs_epi32 (x);
  sign = _mm256_srai_epi32 (x, 31);
  return put_numbers (out, l, c, marks, &whole, &part, &sign, 1, count);
}

/* The compiler shall not know the constants: it would make them anew for every
 * eight numbers, and multiply by shifts and sums. */
#define DEFINE(name, put, slow, size, g)                                       \
  AVX2 char *name (char *out, const void *values, unsigned n,                  \
      unsigned decimals, char separator)                                       \
  {                                                                            \
    const Layout *l = &layouts[decimals];                                      \
    const Constants *c = &constants;                                           \
    const __m256i marks = marks_of (separator);                                \
    const uint8_t *v = values;                                                 \
    char *end;                                                                 \
                                                                               \
    __asm__("" : "+r"(c));                                                     \
    for (; n >= 8 * g; n -= 8 * g, v += 8 * g * (size)) {                      \
      end = put (out, l, c, marks, v, g, 8 * g);                               \
      out = end ? end : slow (out, v, 8 * g, decimals, separator);             \
    }                                                                          \
    for (; g > 1 && n >= 8; n -= 8, v += 8 * (size)) {                         \
      end = put (out, l, c, marks, v, 1, 8);                                   \
      out = end ? end : slow (out, v, 8, decimals, separator);                 \
    }                                                                          \
    if (n) {                                                                   \
      uint8_t last[8 * (size)] = {0};                                          \
                                                                               \
      memcpy (last, v, n *(size));                                             \
      end = put (out, l, c, marks, last, 1, n);                                \
      out = end ? end : slow (out, v, n, decimals, separator);                 \
    }                                                                          \
    return out;                                                                \
  }

DEFINE (eeg_dsp_format_f32_avx2, put_f32, eeg_dsp_format_f32_exact, 4, 2)
DEFINE (eeg_dsp_format_f64_avx2, put_f64, eeg_dsp_format_f64_exact, 8, 1)
DEFINE (eeg_dsp_format_s24_avx2, put_s24, eeg_dsp_format_s24_exact, 4, 1)
#endif
