/* EEG signal processing in pure C: rows of numbers as text
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An f32 has 24 bits and 10^6 = 2^6 * 5^6 has 14 that count, so microvolts are
 * exact in a double with 38 of its 53 bits used, and so is the fraction times
 * 10^decimals up to six decimals (52 bits). The one rounding left is that to a
 * whole number, which is half to even, as printf does it. All numbers of a tile
 * are taken apart without a branch, which compilers turn into vectors; only
 * putting the digits in a row goes number by number.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegdsp-format-private.h"

#include <math.h>
#include <string.h>

#define TILE 32

#define FAST_DECIMALS EEG_DSP_FORMAT_FAST_DECIMALS

char *
eeg_dsp_format_f32_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator)
{
  const unsigned char *volts = values;

  for (unsigned i = 0; i < n; i++) {
    float v;

    memcpy (&v, volts + 4 * (size_t) i, 4);
    out = eeg_dsp_format_fixed (out, (double) v * 1e6, decimals);
    *out++ = separator;
  }
  return out;
}

char *
eeg_dsp_format_f64_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator)
{
  const unsigned char *volts = values;

  for (unsigned i = 0; i < n; i++) {
    double v;

    memcpy (&v, volts + 8 * (size_t) i, 8);
    out = eeg_dsp_format_fixed (out, v * 1e6, decimals);
    *out++ = separator;
  }
  return out;
}

char *
eeg_dsp_format_s24_exact (char *out, const void *values, unsigned n,
    unsigned decimals, char separator)
{
  const unsigned char *codes = values;

  (void) decimals;
  for (unsigned i = 0; i < n; i++) {
    uint32_t v;

    memcpy (&v, codes + 4 * (size_t) i, 4);
    out = eeg_dsp_format_int64 (out, (int32_t) (v << 8) >> 8);
    *out++ = separator;
  }
  return out;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* Four digits of a number below 10^4, the first in the lowest byte. */
static inline __attribute__ ((always_inline)) uint32_t
four_digits (uint32_t value)
{
  uint32_t q = (value * 5243u) >> 19;
  uint32_t x = q | ((value - q * 100u) << 16);

  q = ((x * 103u) >> 10) & 0x000f000fu;
  return q | ((x - q * 10u) << 8);
}

static char *
format_baseline (char *out, const unsigned char *volts, unsigned n,
    unsigned decimals, char separator)
{
  /* Adding it to a number below 2^51 leaves no room for a fraction. */
  static const double round_off = 6755399441055744.0;
  static const int32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
  const int32_t one = powers[decimals];
  const double scale = one;
  const uint32_t align =
      100u * (uint32_t) powers[FAST_DECIMALS - decimals]; /* to 8 digits */
  float x[TILE] = {0};
  uint32_t sign[TILE], whole_high[TILE], whole_low[TILE];
  uint32_t part_high[TILE], part_low[TILE];

  while (n) {
    unsigned count = n < TILE ? n : TILE;
    int odd = 0;

    memcpy (x, volts, 4 * (size_t) count);
    for (unsigned i = 0; i < TILE; i++)
      /* Also true for what is not a number. */
      odd |= !(fabsf (x[i]) < 99.0f);
    if (odd) {
      out = eeg_dsp_format_f32_exact (out, volts, count, decimals, separator);
      memset (x, 0, sizeof x);
    } else {
      for (unsigned i = 0; i < TILE; i++) {
        double uv = fabs ((double) x[i] * 1e6);
        int32_t whole = (int32_t) uv;
        int32_t part =
            (int32_t) (((uv - whole) * scale + round_off) - round_off);
        int32_t carry = -(int32_t) (part >= one);
        uint32_t bits, w, p, high;

        w = (uint32_t) (whole - carry);
        p = (uint32_t) (part - (one & carry)) * align;
        high = w / 10000u;
        whole_high[i] = four_digits (high);
        whole_low[i] = four_digits (w - high * 10000u);
        high = p / 10000u;
        part_high[i] = four_digits (high);
        part_low[i] = four_digits (p - high * 10000u);
        memcpy (&bits, &x[i], 4);
        sign[i] = bits >> 31;
      }
      for (unsigned i = 0; i < count; i++) {
        uint64_t whole = whole_high[i] | (uint64_t) whole_low[i] << 32;
        uint64_t part = part_high[i] | (uint64_t) part_low[i] << 32;
        unsigned zeros =
            (unsigned) __builtin_ctzll (whole | (1ull << 56)) & ~7u;

        whole = (whole >> zeros) | 0x3030303030303030ull;
        part |= 0x3030303030303030ull;
        *out = '-';
        out += sign[i];
        memcpy (out, &whole, 8);
        out += 8 - zeros / 8;
        *out++ = '.';
        memcpy (out, &part, 8);
        out += decimals;
        *out++ = separator;
      }
    }
    volts += 4 * (size_t) count;
    n -= count;
  }
  return out;
}

#endif

#ifdef EEG_DSP_HAVE_X86
/* A processor with AVX2 has the bit instructions, but a hypervisor may hide
 * them. */
static int
has_avx2 (EegDspIsa isa)
{
  return isa >= EEG_DSP_ISA_AVX2 && __builtin_cpu_supports ("avx2") &&
         __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2");
}
#endif

char *
eeg_dsp_format_volts (EegDspIsa isa, char *out, const void *volts, unsigned n,
    unsigned decimals, char separator)
{
#ifdef EEG_DSP_HAVE_X86
  if (decimals <= FAST_DECIMALS && has_avx2 (isa))
    return eeg_dsp_format_f32_avx2 (out, volts, n, decimals, separator);
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (decimals > 0 && decimals <= FAST_DECIMALS)
    return format_baseline (out, volts, n, decimals, separator);
#endif
  return eeg_dsp_format_f32_exact (out, volts, n, decimals, separator);
}

char *
eeg_dsp_format_volts_f64 (EegDspIsa isa, char *out, const void *volts,
    unsigned n, unsigned decimals, char separator)
{
#ifdef EEG_DSP_HAVE_X86
  if (decimals <= FAST_DECIMALS && has_avx2 (isa))
    return eeg_dsp_format_f64_avx2 (out, volts, n, decimals, separator);
#endif
  return eeg_dsp_format_f64_exact (out, volts, n, decimals, separator);
}

char *
eeg_dsp_format_counts (
    EegDspIsa isa, char *out, const void *counts, unsigned n, char separator)
{
#ifdef EEG_DSP_HAVE_X86
  if (has_avx2 (isa))
    return eeg_dsp_format_s24_avx2 (out, counts, n, 0, separator);
#endif
  return eeg_dsp_format_s24_exact (out, counts, n, 0, separator);
}
