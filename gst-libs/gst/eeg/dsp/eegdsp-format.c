/* GStreamer EEG library: numbers as text, the same in every locale
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A double is m * 2^e with a 53-bit m, so m * 10^decimals needs at most 93
 * bits: one 64 x 64 -> 128 bit product holds it exactly, and rounding to the
 * last decimal is a shift with a tie test. There is no case in which the
 * result can differ from a correctly rounded printf, and no slow path but for
 * numbers of 2^53 and above, which are whole.
 */
#include "eegdsp-format.h"

#include <string.h>

/* ISO C has no 128-bit integer, the compilers that build this do. */
__extension__ typedef unsigned __int128 eeg_dsp_u128;

static const char digit_pairs[] = "0001020304050607080910111213141516171819"
                                  "2021222324252627282930313233343536373839"
                                  "4041424344454647484950515253545556575859"
                                  "6061626364656667686970717273747576777879"
                                  "8081828384858687888990919293949596979899";

static const uint64_t powers_of_ten[] = {
    1ull,
    10ull,
    100ull,
    1000ull,
    10000ull,
    100000ull,
    1000000ull,
    10000000ull,
    100000000ull,
    1000000000ull,
    10000000000ull,
    100000000000ull,
    1000000000000ull,
    10000000000000ull,
    100000000000000ull,
    1000000000000000ull,
    10000000000000000ull,
    100000000000000000ull,
    1000000000000000000ull,
    10000000000000000000ull,
};

static inline void
put_pair (char *out, unsigned value)
{
  memcpy (out, digit_pairs + 2 * value, 2);
}

static inline unsigned
count_digits (uint64_t value)
{
  /* 1233 / 4096 is a little above log10 (2). */
  unsigned bits = 64 - (unsigned) __builtin_clzll (value | 1);
  unsigned guess = (bits * 1233) >> 12;

  return guess + (guess > 19 || value >= powers_of_ten[guess]) + (value == 0);
}

/* Eight digits of a number below 10^8 as bytes 0 to 9, the first digit in the
 * lowest byte: each step splits every lane in two, all lanes at once. */
static inline uint64_t
split_digits (uint32_t value)
{
  uint64_t x, q;

  q = value / 10000;
  x = q | ((uint64_t) (value - (uint32_t) q * 10000) << 32);
  q = ((x * 5243) >> 19) & 0x0000007f0000007full;
  x = q | ((x - q * 100) << 16);
  q = ((x * 103) >> 10) & 0x000f000f000f000full;
  return q | ((x - q * 10) << 8);
}

static inline void
put_eight (char *out, uint64_t digits)
{
  digits |= 0x3030303030303030ull;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  digits = __builtin_bswap64 (digits);
#endif
  memcpy (out, &digits, 8);
}

char *
eeg_dsp_format_padded (char *out, uint64_t value, unsigned digits)
{
  char *end = out + digits;
  char *p = end;

  /* Nanoseconds. */
  if (digits == 9 && value < 1000000000u) {
    uint32_t first = (uint32_t) value / 100000000u;

    *out = (char) ('0' + first);
    put_eight (out + 1, split_digits ((uint32_t) value - first * 100000000u));
    return end;
  }
  while (value >> 32 && p - out >= 2) {
    uint64_t q = value / 100;
    p -= 2;
    put_pair (p, (unsigned) (value - q * 100));
    value = q;
  }
  /* 32-bit divisions are several times cheaper. */
  if (!(value >> 32)) {
    uint32_t v = (uint32_t) value;

    while (p - out >= 2) {
      uint32_t q = v / 100;
      p -= 2;
      put_pair (p, v - q * 100);
      v = q;
    }
    value = v;
  }
  if (p > out)
    *--p = (char) ('0' + value % 10);
  return end;
}

/* A number below 10^8 without leading zeros; writes eight bytes, of which the
 * first ones count. No branch depends on the number of digits. */
static inline char *
put_small (char *out, uint32_t value)
{
  uint64_t digits = split_digits (value);
  unsigned zeros = (unsigned) __builtin_ctzll (digits | (1ull << 56)) & ~7u;

  put_eight (out, digits >> zeros);
  return out + (8 - zeros / 8);
}

char *
eeg_dsp_format_uint64 (char *out, uint64_t value)
{
  if (value < 100000000u)
    return put_small (out, (uint32_t) value);
  return eeg_dsp_format_padded (out, value, count_digits (value));
}

char *
eeg_dsp_format_int64 (char *out, int64_t value)
{
  uint64_t magnitude = (uint64_t) value;

  if (value < 0) {
    *out++ = '-';
    magnitude = 0 - magnitude;
  }
  return eeg_dsp_format_uint64 (out, magnitude);
}

/* mantissa * 2^shift, shift >= 0: a whole number of up to 1024 bits, in limbs
 * of nine decimal digits. */
static char *
format_large (char *out, uint64_t mantissa, unsigned shift)
{
  const uint32_t base = 1000000000u;
  uint32_t limbs[36];
  unsigned n = 0;

  while (mantissa) {
    limbs[n++] = (uint32_t) (mantissa % base);
    mantissa /= base;
  }
  while (shift) {
    unsigned step = shift > 29 ? 29 : shift;
    uint64_t carry = 0;

    for (unsigned i = 0; i < n; i++) {
      uint64_t v = ((uint64_t) limbs[i] << step) + carry;
      limbs[i] = (uint32_t) (v % base);
      carry = v / base;
    }
    if (carry)
      limbs[n++] = (uint32_t) carry;
    shift -= step;
  }
  out = eeg_dsp_format_uint64 (out, limbs[n - 1]);
  for (unsigned i = n - 1; i > 0; i--)
    out = eeg_dsp_format_padded (out, limbs[i - 1], 9);
  return out;
}

char *
eeg_dsp_format_fixed (char *out, double value, unsigned decimals)
{
  uint64_t bits, mantissa, whole, fraction;
  int exponent;

  if (decimals > EEG_DSP_FORMAT_MAX_DECIMALS)
    decimals = EEG_DSP_FORMAT_MAX_DECIMALS;

  memcpy (&bits, &value, sizeof bits);
  /* Signs of EEG come as a coin falls: a branch would be missed every second
   * time. */
  *out = '-';
  out += bits >> 63;
  exponent = (int) ((bits >> 52) & 0x7ff);
  mantissa = bits & ((1ull << 52) - 1);

  if (exponent == 0x7ff) {
    memcpy (out, mantissa ? "nan" : "inf", 3);
    return out + 3;
  }
  /* Subnormals have no hidden bit and the exponent of the smallest normal. */
  if (exponent)
    mantissa |= 1ull << 52;
  else
    exponent = 1;
  exponent -= 1023 + 52;

  if (exponent >= 0) {
    out = format_large (out, mantissa, (unsigned) exponent);
    fraction = 0;
  } else {
    unsigned s = (unsigned) -exponent;

    if (s >= 64) {
      whole = 0;
    } else {
      whole = mantissa >> s;
      mantissa &= (1ull << s) - 1;
    }
    if (s > 94) {
      /* Below 2^93 / 2^95: less than half of the last decimal. */
      fraction = 0;
    } else {
      eeg_dsp_u128 scaled = (eeg_dsp_u128) mantissa * powers_of_ten[decimals];
      eeg_dsp_u128 half = (eeg_dsp_u128) 1 << (s - 1);
      eeg_dsp_u128 rest = scaled & (((eeg_dsp_u128) 1 << s) - 1);
      /* Without decimals the last digit kept is that of the whole part. */
      uint64_t odd;

      fraction = (uint64_t) (scaled >> s);
      odd = (decimals ? fraction : whole) & 1;
      fraction += (rest > half) | ((rest == half) & odd);
      if (fraction >= powers_of_ten[decimals]) {
        fraction -= powers_of_ten[decimals];
        whole++;
      }
    }
    if (whole < 100000000u && decimals - 1 < 8) {
      /* Microvolts: two stores and no loop. */
      out = put_small (out, (uint32_t) whole);
      *out++ = '.';
      put_eight (out,
          split_digits ((uint32_t) (fraction * powers_of_ten[8 - decimals])));
      return out + decimals;
    }
    out = eeg_dsp_format_uint64 (out, whole);
  }
  if (decimals) {
    *out++ = '.';
    out = eeg_dsp_format_padded (out, fraction, decimals);
  }
  return out;
}
