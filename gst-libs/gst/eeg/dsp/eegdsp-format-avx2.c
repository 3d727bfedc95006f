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
  uint32_t sevens[8];     /* fields of a sign */
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
    {EIGHT (7)}, {EIGHT (10000u * 65536u - 1)}, {EIGHT (5243), EIGHT (5243)},
    {EIGHT (100), EIGHT (100)}, {EIGHT (6554), EIGHT (6554)},
    {EIGHT (2559), EIGHT (2559)}, {EIGHT (1e-4f)}};

#define LOAD(array)    _mm256_load_si256 ((const __m256i *) (array))
#define LOAD_PS(array) _mm256_load_ps (array)
#define LOAD_PD(array) _mm256_load_pd (array)

/* Halves of the doubles of @a and @b: of numbers 0, 1, 4, 5 and 2, 3, 6, 7, the
 * order in which eight are worked on. */
#define LOW_WORDS(a, b)                                                        \
  _mm256_castps_si256 (_mm256_shuffle_ps (                                     \
      _mm256_castpd_ps (a), _mm256_castpd_ps (b), _MM_SHUFFLE (2, 0, 2, 0)))
#define HIGH_WORDS(a, b)                                                       \
  _mm256_castps_si256 (_mm256_shuffle_ps (                                     \
      _mm256_castpd_ps (a), _mm256_castpd_ps (b), _MM_SHUFFLE (3, 1, 3, 1)))

/* Eight numbers, half-way to text: groups of four digits, of numbers 0, 1 | 2, 3
 * and 4, 5 | 6, 7, and where the fields are in the layout. */
typedef struct
{
  __m256i first, second, field;
} Eight;

/* Eight numbers below 10^7, each to its quotient by 10^4 in the low half of a
 * word and the remainder in the high half. Floats tell the quotient: a number
 * has 24 bits, and 1e-4f errs by less than half of the last one. */
AVX2 INLINE __m256i
split_four (const Constants *c, __m256i v)
{
  __m256i q = _mm256_cvttps_epi32 (
      _mm256_mul_ps (_mm256_cvtepi32_ps (v), LOAD_PS (c->ten_thousandth)));

  /* (v - q * 10000) * 65536 + q */
  return _mm256_sub_epi32 (
      _mm256_slli_epi32 (v, 16), _mm256_mullo_epi32 (q, LOAD (c->pair)));
}

/* Wholes of at most @digits and parts; sign all ones where negative. */
AVX2 INLINE Eight
begin (const Constants *c, __m256i whole, __m256i part, __m256i sign,
    unsigned digits)
{
  __m256i n = _mm256_and_si256 (sign, LOAD (c->sevens));
  Eight e;

#pragma GCC unroll 6
  for (unsigned i = 0; i < digits - 1; i++)
    n = _mm256_sub_epi32 (n, _mm256_cmpgt_epi32 (whole, LOAD (c->nines[i])));
  e.field = _mm256_slli_epi32 (n, 5);
  whole = digits > 4 ? split_four (c, whole) : _mm256_slli_epi32 (whole, 16);
  part = split_four (c, part);
  e.first = _mm256_unpacklo_epi32 (whole, part);
  e.second = _mm256_unpackhi_epi32 (whole, part);
  return e;
}

/* Sixteen numbers below 100 to two digits each, the first in the low byte. */
AVX2 INLINE __m256i
two_digits (const Constants *c, __m256i v)
{
  __m256i tens = _mm256_mulhi_epu16 (v, LOAD (c->tenth));

  return _mm256_sub_epi16 (
      _mm256_slli_epi16 (v, 8), _mm256_mullo_epi16 (tens, LOAD (c->ten)));
}

/* Groups of four digits to digits: of numbers 0 | 2 or 4 | 6 in @even, of the
 * others in @odd. */
AVX2 INLINE void
four_digits (const Constants *c, __m256i v, __m256i *even, __m256i *odd)
{
  __m256i h, t;

  h = _mm256_srli_epi16 (_mm256_mulhi_epu16 (v, LOAD (c->hundredth)), 3);
  t = _mm256_sub_epi16 (v, _mm256_mullo_epi16 (h, LOAD (c->hundred)));
  h = two_digits (c, h);
  t = two_digits (c, t);
  *even = _mm256_unpacklo_epi16 (h, t);
  *odd = _mm256_unpackhi_epi16 (h, t);
}

/* Writes four fields, or the first @count of them. */
AVX2 INLINE char *
put_four (char *out, const char *fields, const uint32_t *field, __m256i even,
    __m256i odd, unsigned count)
{
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
  return out + f3->length;
}

/* Writes the first @count of eight. */
AVX2 INLINE char *
finish (char *out, const Layout *l, const Constants *c, __m256i marks,
    const Eight *e, unsigned count)
{
  uint32_t field[8] __attribute__ ((aligned (32)));
  const char *fields = (const char *) l->fields;
  __m256i d0, d1, d2, d3;

  /* Read from memory number by number: taking a vector apart is slower. */
  _mm256_store_si256 ((__m256i *) field, e->field);
  __asm__("" : "+m"(field));
  four_digits (c, e->first, &d0, &d1);
  four_digits (c, e->second, &d2, &d3);
  out = put_four (out, fields, field, _mm256_or_si256 (d0, marks),
      _mm256_or_si256 (d1, marks), count);
  if (count > 4)
    out = put_four (out, fields, field + 2, _mm256_or_si256 (d2, marks),
        _mm256_or_si256 (d3, marks), count - 4);
  return out;
}

AVX2 INLINE __m256i
marks_of (char separator)
{
  return _mm256_broadcastsi128_si256 (_mm_setr_epi8 ('-', '0', '0', '0', '0',
      '0', '0', '0', '.', separator, '0', '0', '0', '0', '0', '0'));
}

/* Below these, in volts, a whole has at most four or seven digits even when
 * rounded up. */
#define LIMIT_4 9.99e-3
#define LIMIT   9.9

/* Adding it to a number below 2^52 rounds that to a whole number, which is then
 * in the low bits. */
#define ROUND 0x1p52

#define TRUNCATE (_MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)

AVX2 INLINE Eight
begin_volts (
    const Layout *l, const Constants *c, const float *v, unsigned digits)
{
  const __m256d round = _mm256_set1_pd (ROUND), minus = _mm256_set1_pd (-0.0);
  __m256d x0, x1, r0, r1, w0, w1;
  __m256i whole;

  /* In units of the last decimal: exact, then rounded as printf does. */
  x0 = _mm256_cvtps_pd (_mm_loadu_ps (v));
  x1 = _mm256_cvtps_pd (_mm_loadu_ps (v + 4));
  r0 = _mm256_mul_pd (_mm256_andnot_pd (minus, x0), LOAD_PD (l->scale));
  r1 = _mm256_mul_pd (_mm256_andnot_pd (minus, x1), LOAD_PD (l->scale));
  r0 = _mm256_add_pd (r0, round);
  r1 = _mm256_add_pd (r1, round);
  /* The factor is too large by less than would lead to the next whole. */
  w0 = _mm256_mul_pd (_mm256_sub_pd (r0, round), LOAD_PD (l->whole));
  w1 = _mm256_mul_pd (_mm256_sub_pd (r1, round), LOAD_PD (l->whole));
  w0 = _mm256_add_pd (_mm256_round_pd (w0, TRUNCATE), round);
  w1 = _mm256_add_pd (_mm256_round_pd (w1, TRUNCATE), round);
  whole = LOW_WORDS (w0, w1);
  /* The low words are enough for the difference. */
  return begin (c, whole,
      _mm256_sub_epi32 (
          LOW_WORDS (r0, r1), _mm256_mullo_epi32 (whole, LOAD (l->one))),
      _mm256_srai_epi32 (HIGH_WORDS (x0, x1), 31), digits);
}

AVX2 INLINE int
begin_f32 (const Layout *l, const Constants *c, const void *volts, Eight *e)
{
  __m256 x = _mm256_andnot_ps (_mm256_set1_ps (-0.0f), _mm256_loadu_ps (volts));

  /* Without the offset of an electrode there is less to do. */
  if (_mm256_movemask_ps (_mm256_cmp_ps (
          x, _mm256_set1_ps ((float) LIMIT_4), _CMP_LT_OQ)) == 0xff) {
    *e = begin_volts (l, c, volts, 4);
    return 1;
  }
  if (_mm256_movemask_ps (_mm256_cmp_ps (
          x, _mm256_set1_ps ((float) LIMIT), _CMP_LT_OQ)) != 0xff)
    return 0;
  *e = begin_volts (l, c, volts, 7);
  return 1;
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

AVX2 INLINE int
begin_f64 (const Layout *l, const Constants *c, const void *volts, Eight *e)
{
  const __m256d micro = _mm256_set1_pd (1e6), minus = _mm256_set1_pd (-0.0);
  const __m256d limit = _mm256_set1_pd (LIMIT);
  __m256d x0 = _mm256_loadu_pd (volts);
  __m256d x1 = _mm256_loadu_pd ((const double *) volts + 4);
  __m256d m0 = _mm256_andnot_pd (minus, x0), m1 = _mm256_andnot_pd (minus, x1);
  __m256i whole, part, carry;
  __m128i w0, w1, p0, p1;

  if (_mm256_movemask_pd (_mm256_and_pd (_mm256_cmp_pd (m0, limit, _CMP_LT_OQ),
          _mm256_cmp_pd (m1, limit, _CMP_LT_OQ))) != 0xf)
    return 0;
  if (!take_apart (l, _mm256_mul_pd (m0, micro), &w0, &p0) ||
      !take_apart (l, _mm256_mul_pd (m1, micro), &w1, &p1))
    return 0;
  whole = _mm256_set_m128i (
      _mm_unpackhi_epi64 (w0, w1), _mm_unpacklo_epi64 (w0, w1));
  part = _mm256_set_m128i (
      _mm_unpackhi_epi64 (p0, p1), _mm_unpacklo_epi64 (p0, p1));
  /* A part that was rounded up to a whole. */
  carry = _mm256_cmpeq_epi32 (part, LOAD (l->one));
  *e = begin (c, _mm256_sub_epi32 (whole, carry),
      _mm256_andnot_si256 (carry, part),
      _mm256_srai_epi32 (HIGH_WORDS (x0, x1), 31), 7);
  return 1;
}

AVX2 INLINE int
begin_s24 (const Layout *l, const Constants *c, const void *codes, Eight *e)
{
  __m256i x = _mm256_loadu_si256 (codes);

  (void) l;
  x = _mm256_permute4x64_epi64 (x, _MM_SHUFFLE (3, 1, 2, 0));
  x = _mm256_srai_epi32 (_mm256_slli_epi32 (x, 8), 8);
  *e = begin (c, _mm256_abs_epi32 (x), _mm256_setzero_si256 (),
      _mm256_srai_epi32 (x, 31), 7);
  return 1;
}

/* Eight numbers are finished after the next eight were begun, so that neither
 * waits for the other.
 *
 * The compiler shall not know the constants: it would make them anew for every
 * eight numbers, and multiply by shifts and sums. */
#define DEFINE(name, begin, slow, size)                                        \
  AVX2 char *name (char *out, const void *values, unsigned n,                  \
      unsigned decimals, char separator)                                       \
  {                                                                            \
    const Layout *l = &layouts[decimals];                                      \
    const Constants *c = &constants;                                           \
    const __m256i marks = marks_of (separator);                                \
    const uint8_t *v = values;                                                 \
    unsigned begun = 0;                                                        \
    Eight now, next;                                                           \
                                                                               \
    __asm__("" : "+r"(c));                                                     \
    for (; n >= 8; n -= 8, v += 8 * (size)) {                                  \
      int ok = begin (l, c, v, &next);                                         \
                                                                               \
      if (begun)                                                               \
        out = finish (out, l, c, marks, &now, 8);                              \
      if (!ok)                                                                 \
        out = slow (out, v, 8, decimals, separator);                           \
      begun = (unsigned) ok;                                                   \
      now = next;                                                              \
    }                                                                          \
    if (begun)                                                                 \
      out = finish (out, l, c, marks, &now, 8);                                \
    if (n) {                                                                   \
      uint8_t last[8 * (size)] = {0};                                          \
                                                                               \
      memcpy (last, v, n *(size));                                             \
      if (begin (l, c, last, &next))                                           \
        out = finish (out, l, c, marks, &next, n);                             \
      else                                                                     \
        out = slow (out, v, n, decimals, separator);                           \
    }                                                                          \
    return out;                                                                \
  }

DEFINE (eeg_dsp_format_f32_avx2, begin_f32, eeg_dsp_format_f32_exact, 4)
DEFINE (eeg_dsp_format_f64_avx2, begin_f64, eeg_dsp_format_f64_exact, 8)
DEFINE (eeg_dsp_format_s24_avx2, begin_s24, eeg_dsp_format_s24_exact, 4)
#endif
