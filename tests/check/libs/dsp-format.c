/* Unit tests: the number writer gives the bytes of printf in the C locale
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-format.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static guint64 state = 88172645463325252ull;

static guint64
next_random (void)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/* The reference: printf of the C library, locale C (the default of a test). */
static void
check_value (double value, unsigned decimals)
{
  char want[400], got[EEG_DSP_FORMAT_FIXED_SIZE + 1];
  int n = snprintf (want, sizeof want, "%.*f", (int) decimals, value);
  char *end = eeg_dsp_format_fixed (got, value, decimals);

  if (end - got != n || memcmp (got, want, (size_t) n) != 0) {
    *end = 0;
    fail ("%a with %u decimals: got %s, printf gives %s", value, decimals, got,
        want);
  }
}

static void
check_bits (guint32 bits, unsigned decimals)
{
  float f;

  memcpy (&f, &bits, 4);
  check_value ((double) f * 1e6, decimals);
}

GST_START_TEST (test_random_f32_volts)
  {
    /* Every exponent, then the range of EEG. */
    for (int i = 0; i < 300000; i++)
      check_bits ((guint32) next_random (), (unsigned) (next_random () % 13));
    for (int i = 0; i < 1000000; i++) {
      float f =
          (float) ((gint64) (next_random () >> 40) - (1 << 23)) * 1.7e-10f;
      check_value ((double) f * 1e6, 6);
    }
  }

GST_END_TEST;

/* Rows of volts, on every instruction set, at every number of values up to more
 * than two tiles, at odd addresses. */
static void
check_volts (const float *volts, unsigned n, unsigned decimals)
{
  static char want[80 * 64], got[80 * EEG_DSP_FORMAT_FIELD_SIZE];
  guint8 bytes[80 * 4 + 1];
  gsize size = 0;

  memcpy (bytes + 1, volts, n * sizeof *volts);
  for (unsigned i = 0; i < n; i++)
    size += (gsize) snprintf (want + size, sizeof want - size, "%.*f;",
        (int) decimals, (double) volts[i] * 1e6);
  for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    char *end = eeg_dsp_format_volts (isa, got, bytes + 1, n, decimals, ';');

    if ((gsize) (end - got) != size || memcmp (got, want, size) != 0) {
      *end = 0;
      fail ("%s, %u decimals: got %s, printf gives %s", eeg_dsp_isa_name (isa),
          decimals, got, want);
    }
  }
}

GST_START_TEST (test_rows_of_volts)
  {
    static const float ties[] = {0.5e-6f, 1.5e-6f, 2.5e-6f, 0x1p-7f, 0x3p-9f,
        0x1p-13f, 98.9999923f, 99.0f, 100.0f, 0.99999994e-6f, 0.0f, 1e-45f,
        1e-38f, 9.9999999e-5f, 0x1.fffffep5f, 1e-12f, 5e-13f};
    float volts[80];

    for (int round = 0; round < 20000; round++) {
      unsigned n = (unsigned) (next_random () % 79) + 1;
      unsigned decimals = (unsigned) (next_random () % 13);

      for (unsigned i = 0; i < n; i++) {
        gint64 r = (gint64) (next_random () >> 40) - (1 << 23);

        /* Every exponent below 100 V in turn, then EEG. */
        volts[i] = round & 1 ? (float) r * 1.7e-10f
                             : ldexpf ((float) r, -(round / 2) % 150 - 17);
      }
      check_volts (volts, n, decimals);
    }
    for (unsigned d = 0; d <= EEG_DSP_FORMAT_MAX_DECIMALS; d++)
      for (gsize i = 0; i < G_N_ELEMENTS (ties); i++)
        for (int k = 0; k < 4; k++) {
          volts[0] = 1e-6f;
          volts[1] = k & 1 ? -ties[i] : ties[i];
          volts[2] = k & 2 ? nextafterf (volts[1], 1.0f) : volts[1];
          check_volts (volts, 3, d);
        }
    /* One odd value does not spoil its neighbours. */
    for (unsigned i = 0; i < 40; i++) {
      for (unsigned j = 0; j < 40; j++)
        volts[j] = (float) j * 1.1e-6f;
      volts[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -INFINITY : 3e30f;
      check_volts (volts, 40, 6);
    }
  }

GST_END_TEST;

/* Doubles and counts in rows: as one by one. */
static void
check_row_f64 (const double *volts, unsigned n, unsigned decimals)
{
  static char want[80 * 400], got[80 * EEG_DSP_FORMAT_FIELD_SIZE];
  gsize size = 0;

  for (unsigned i = 0; i < n; i++)
    size += (gsize) snprintf (want + size, sizeof want - size, "%.*f,",
        (int) decimals, volts[i] * 1e6);
  for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    char *end = eeg_dsp_format_volts_f64 (isa, got, volts, n, decimals, ',');

    if ((gsize) (end - got) != size || memcmp (got, want, size) != 0) {
      *end = 0;
      fail ("%s, %u decimals: got %s, printf gives %s", eeg_dsp_isa_name (isa),
          decimals, got, want);
    }
  }
}

GST_START_TEST (test_rows_of_f64)
  {
    double volts[80];

    for (int round = 0; round < 10000; round++) {
      unsigned n = (unsigned) (next_random () % 79) + 1;
      unsigned decimals = (unsigned) (next_random () % 13);

      for (unsigned i = 0; i < n; i++) {
        double r = (double) (gint64) next_random () / 9.3e18;

        /* EEG, any range below 10 V and above, ties and nearly ties. */
        if (round % 3 == 0)
          volts[i] = 2e-4 * r;
        else if (round % 3 == 1)
          volts[i] = ldexp (r, (int) (next_random () % 60) - 50);
        else
          volts[i] = ((double) (next_random () % 4000) - 2000 + 0.5) *
                     pow (10, -6 - (int) decimals);
      }
      check_row_f64 (volts, n, decimals);
    }
    for (unsigned i = 0; i < 24; i++)
      volts[i] = (i & 1 ? -1 : 1) * (i + 0.5) * 1e-6;
    for (unsigned d = 0; d <= EEG_DSP_FORMAT_MAX_DECIMALS; d++)
      check_row_f64 (volts, 24, d);
    for (unsigned i = 0; i < 24; i++) {
      for (unsigned j = 0; j < 24; j++)
        volts[j] = j * 1.1e-6;
      volts[i] = i % 4 == 0   ? NAN
                 : i % 4 == 1 ? -INFINITY
                 : i % 4 == 2 ? 1e300
                              : -9.999999999999;
      check_row_f64 (volts, 24, 6);
    }
  }

GST_END_TEST;

GST_START_TEST (test_rows_of_counts)
  {
    static char want[80 * 12], got[80 * EEG_DSP_FORMAT_INT_SIZE];
    guint32 words[80];

    for (int round = 0; round < 20000; round++) {
      unsigned n = (unsigned) (next_random () % 79) + 1;
      gsize size = 0;

      for (unsigned i = 0; i < n; i++) {
        gint32 code = (gint32) (next_random () & 0xffffff) - 0x800000;

        code /= 1 << next_random () % 24;
        if (round == 0)
          code = i % 3 == 0 ? 0x7fffff : i % 3 == 1 ? -0x800000 : 0;
        /* The top byte means nothing. */
        words[i] = ((guint32) code & 0xffffff) | (guint32) next_random () << 24;
        size +=
            (gsize) g_snprintf (want + size, sizeof want - size, "%d,", code);
      }
      for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        char *end = eeg_dsp_format_counts (isa, got, words, n, ',');

        if ((gsize) (end - got) != size || memcmp (got, want, size) != 0) {
          *end = 0;
          fail ("%s: got %s, expected %s", eeg_dsp_isa_name (isa), got, want);
        }
      }
    }
  }

GST_END_TEST;

/* Counts up in text: the digits of @value + 1 after those of @value. */
static unsigned
next_digits (char *digits, unsigned n)
{
  unsigned i = n;

  while (i > 0 && digits[i - 1] == '9')
    digits[--i] = '0';
  if (i > 0) {
    digits[i - 1]++;
    return n;
  }
  memmove (digits + 1, digits, n);
  digits[0] = '1';
  return n + 1;
}

/* No code of a converter is special. */
GST_START_TEST (test_every_count)
  {
    static char want[64 * 12], got[64 * EEG_DSP_FORMAT_INT_SIZE];
    char digits[16] = "0";
    unsigned n_digits = 1;
    guint32 words[64];
    gsize size = 0;

    for (guint32 code = 0; code <= 0x800000; code++) {
      unsigned at = 2 * code % 64;

      words[at] = code == 0x800000 ? 0 : code;
      words[at + 1] = 0u - code;
      if (code == 0x800000)
        want[size++] = '0';
      else
        size += (gsize) ((char *) mempcpy (want + size, digits, n_digits) -
                         (want + size));
      want[size++] = ',';
      if (code)
        want[size++] = '-';
      size += (gsize) ((char *) mempcpy (want + size, digits, n_digits) -
                       (want + size));
      want[size++] = ',';
      n_digits = next_digits (digits, n_digits);
      if (at != 62 && code != 0x800000)
        continue;
      for (int isa = 0; isa < EEG_DSP_N_ISAS; isa += EEG_DSP_ISA_AVX2) {
        char *end = eeg_dsp_format_counts (isa, got, words, at + 2, ',');

        if ((gsize) (end - got) != size || memcmp (got, want, size) != 0) {
          *end = 0;
          fail ("%s: got %s, expected %.*s", eeg_dsp_isa_name (isa), got,
              (int) size, want);
        }
      }
      size = 0;
    }
  }

GST_END_TEST;

GST_START_TEST (test_random_f64)
  {
    for (int i = 0; i < 300000; i++) {
      guint64 bits = next_random ();
      double d;

      memcpy (&d, &bits, 8);
      check_value (d, (unsigned) (next_random () % 13));
    }
    for (int i = 0; i < 500000; i++) {
      double d = ((double) next_random () / 1.8e19 - 0.5) *
                 pow (10.0, (double) (next_random () % 24) - 6.0);
      check_value (d, (unsigned) (next_random () % 13));
    }
  }

GST_END_TEST;

GST_START_TEST (test_special_values)
  {
    static const double values[] = {0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 0.125,
        0.375, 9.5, 99.5, 999999.5, 0.9999999, 0.99999949999, 0.0000005,
        0.00000049999999, 1e8, 123456789.125, 9007199254740991.0,
        9007199254740992.0, 9007199254740993.0, 4503599627370495.5,
        4503599627370496.5, 2251799813685247.75, 1e15, 1e16, 1e17, 1e18,
        1.8446744073709552e19, 1e20, 1e100, 1.7976931348623157e308, 4.9e-324,
        2.2250738585072014e-308, 1e-12, 5e-13, 4.9e-13, 1.5e-12, 2.5e-12,
        INFINITY, -INFINITY, NAN};

    for (unsigned d = 0; d <= EEG_DSP_FORMAT_MAX_DECIMALS; d++)
      for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
        check_value (values[i], d);
        check_value (-values[i], d);
        check_value (nextafter (values[i], INFINITY), d);
        check_value (nextafter (values[i], -INFINITY), d);
      }
  }

GST_END_TEST;

/* Exact ties: k / 2^j has a last decimal of 5 at j decimals. */
GST_START_TEST (test_ties_to_even)
  {
    for (unsigned d = 0; d < EEG_DSP_FORMAT_MAX_DECIMALS; d++)
      for (int k = -4000; k < 4000; k++)
        check_value (ldexp ((double) k, -(int) (d + 1)), d);
  }

GST_END_TEST;

GST_START_TEST (test_integers)
  {
    char want[32], got[EEG_DSP_FORMAT_INT_SIZE + 1];
    guint64 v = 1;

    for (int i = 0; i < 20; i++, v *= 10)
      for (int j = -1; j <= 1; j++) {
        guint64 u = v + (guint64) (gint64) j;

        *eeg_dsp_format_uint64 (got, u) = 0;
        g_snprintf (want, sizeof want, "%" G_GUINT64_FORMAT, u);
        assert_equals_string (got, want);
        *eeg_dsp_format_int64 (got, (gint64) u) = 0;
        g_snprintf (want, sizeof want, "%" G_GINT64_FORMAT, (gint64) u);
        assert_equals_string (got, want);
      }
    for (int i = 0; i < 100000; i++) {
      gint64 s = (gint64) (next_random () >> (next_random () % 64));

      *eeg_dsp_format_int64 (got, -s) = 0;
      g_snprintf (want, sizeof want, "%" G_GINT64_FORMAT, -s);
      assert_equals_string (got, want);
    }
    *eeg_dsp_format_int64 (got, G_MININT64) = 0;
    assert_equals_string (got, "-9223372036854775808");
    *eeg_dsp_format_padded (got, 42, 9) = 0;
    assert_equals_string (got, "000000042");
    fail_unless (eeg_dsp_format_padded (got, 0, 0) == got);
  }

GST_END_TEST;

/* More decimals than supported are cut, the room promised is enough. */
GST_START_TEST (test_too_many_decimals_cut)
  {
    char got[EEG_DSP_FORMAT_FIXED_SIZE + 1];
    char *end = eeg_dsp_format_fixed (got, 1.0, 1000);

    *end = 0;
    assert_equals_string (got, "1.000000000000");
    end = eeg_dsp_format_fixed (got, -1.7976931348623157e308, 1000);
    fail_unless (end - got <= EEG_DSP_FORMAT_FIXED_SIZE);
  }

GST_END_TEST;

static Suite *
dsp_format_suite (void)
{
  Suite *s = suite_create ("dsp-format");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_random_f32_volts);
  tcase_add_test (tc, test_rows_of_volts);
  tcase_add_test (tc, test_rows_of_f64);
  tcase_add_test (tc, test_rows_of_counts);
  tcase_add_test (tc, test_every_count);
  tcase_add_test (tc, test_random_f64);
  tcase_add_test (tc, test_special_values);
  tcase_add_test (tc, test_ties_to_even);
  tcase_add_test (tc, test_integers);
  tcase_add_test (tc, test_too_many_decimals_cut);
  return s;
}

GST_CHECK_MAIN (dsp_format);
