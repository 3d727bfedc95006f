/* ADS1299 chip library: formulas against the datasheet and a filter run by NumPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <math.h>

#include "../../golden/ads1299-golden.h"
#include "chip/ads1299-frame.h"
#include "chip/ads1299-math.h"
#include "chip/ads1299-regs.h"

static guint
decimation (gdouble rate)
{
  return ads1299_dr_to_decimation ((guint) ads1299_rate_to_dr ((guint) rate));
}

static void
assert_near (gdouble value, gdouble want, gdouble part)
{
  fail_unless (fabs (value - want) <= part * fabs (want) + 1e-15,
      "%.12g is not %.12g", value, want);
}

GST_START_TEST (test_filter_gain)
  {
    guint i;

    for (i = 0; i < G_N_ELEMENTS (golden_gain); i++)
      fail_unless (fabs (ads1299_sinc3_gain (golden_gain[i][1],
                             decimation (golden_gain[i][0])) -
                         golden_gain[i][2]) < 1e-9);
    fail_unless (ads1299_sinc3_gain (0, 4096) == 1.0);
    /* the pass band comes again at fMOD */
    assert_near (ads1299_sinc3_gain (1.024e6, 4096), 1.0, 1e-9);
    /* zeros at every multiple of the rate */
    fail_unless (ads1299_sinc3_gain (250, 4096) < 1e-12);
    fail_unless (ads1299_sinc3_gain (750, 4096) < 1e-12);
  }
GST_END_TEST;

GST_START_TEST (test_delay_and_settling)
  {
    /* table 7: tSETTLE in tCLK */
    static const guint settle[] = {521, 1033, 2057, 4105, 8201, 16393, 32777};
    guint i;

    for (i = 0; i < 7; i++) {
      assert_near (ads1299_group_delay (decimation (golden_delay[i][0])),
          golden_delay[i][1], 1e-9);
      assert_near (ads1299_settling (ads1299_dr_to_decimation (i)),
          settle[i] / 2048000.0, 1e-12);
    }
    fail_unless (fabs (ads1299_group_delay (4096) - 5999e-6) < 1e-6);
    assert_near (ads1299_step_response (0), 1.0 / 6, 1e-12);
    assert_near (ads1299_step_response (1), 5.0 / 6, 1e-12);
    fail_unless (ads1299_step_response (2) == 1.0);
  }
GST_END_TEST;

GST_START_TEST (test_scale)
  {
    static const gint32 codes[] = {0, 1, -1, 8388607, -8388608, 83886, -83886};
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (golden_lsb); i++) {
      guint gain = (guint) golden_lsb[i][0];

      fail_unless_equals_int ((gint) ads1299_gains[i], (gint) gain);
      assert_near (
          ads1299_lsb_volts (4.5, gain) * 1e9, golden_lsb[i][1], 1e-11);
      /* as the datasheet prints it, at three digits after the point */
      for (k = 0; k < G_N_ELEMENTS (codes); k++)
        assert_near (ads1299_code_to_volts (codes[k], 4.5, gain),
            codes[k] * (4.5 / gain) / 8388608.0, 1e-15);
      /* table 1 to 4 give the effective bits with two digits */
      assert_near (ads1299_enob (4.5, gain, golden_lsb[i][2] * 1e-6),
          golden_lsb[i][3], 1e-9);
      assert_near (ads1299_noise_volts (6, i), golden_lsb[i][2] * 1e-6, 1e-6);
    }
    /* 21.48 bits at gain 1 (noise rounded to 1.08 uV) */
    fail_unless (fabs (ads1299_enob (4.5, 1, 1.08e-6) - 21.48) < 0.02);
    fail_unless (ads1299_noise_volts (7, 0) == 0.0);
    fail_unless (ads1299_noise_volts (0, 7) == 0.0);
  }
GST_END_TEST;

GST_START_TEST (test_noise_table)
  {
    /* uV rms, tables 1 to 4, typed in */
    static const gdouble uv[7][7] = {
        {21.70, 10.85, 5.60, 3.87, 3.05, 2.27, 1.66},
        {6.93, 3.65, 1.98, 1.31, 1.11, 0.92, 0.80},
        {4.33, 2.28, 1.24, 0.93, 0.79, 0.65, 0.56},
        {3.06, 1.61, 0.88, 0.66, 0.56, 0.46, 0.40},
        {2.17, 1.14, 0.62, 0.46, 0.39, 0.32, 0.28},
        {1.53, 0.81, 0.44, 0.33, 0.28, 0.23, 0.20},
        {1.08, 0.57, 0.31, 0.23, 0.20, 0.16, 0.14}};
    guint r, g;

    for (r = 0; r < 7; r++)
      for (g = 0; g < 7; g++)
        assert_near (ads1299_noise_volts (r, g), uv[r][g] * 1e-6, 1e-6);
  }
GST_END_TEST;

GST_START_TEST (test_internal_measurements)
  {
    assert_near (ads1299_volts_to_celsius (0.1453), 25.0, 1e-12);
    assert_near (ads1299_volts_to_celsius (0.1453 + 490e-6 * 10), 35.0, 1e-9);
    assert_near (ads1299_celsius_to_volts (ads1299_volts_to_celsius (0.15)),
        0.15, 1e-12);
    assert_near (ads1299_test_volts (4.5, 1), 1.875e-3, 1e-12);
    assert_near (ads1299_test_volts (4.5, 2), 3.75e-3, 1e-12);
    fail_unless_equals_int (
        (gint) lrint (1.875e-3 / ads1299_lsb_volts (4.5, 24)), 83886);
    fail_unless_equals_int (
        (gint) lrint (3.75e-3 / ads1299_lsb_volts (4.5, 24)), 167772);
    fail_unless (fabs (ads1299_test_hz (0) - 0.977) < 1e-3);
    fail_unless (fabs (ads1299_test_hz (1) - 1.953) < 1e-3);
    fail_unless (ads1299_test_hz (3) == 0.0);
  }
GST_END_TEST;

GST_START_TEST (test_impedance)
  {
    Ads1299ImpedanceSetup z = {6e-9, 31.25, 4096, 0.0, 1.0};
    guint i;

    /* 10 kOhm, 6 nA, 250 S/s: A1 = 70.7 uV, about 3163 codes at gain 24 */
    assert_near (ads1299_impedance (&z, 70.7e-6), 10000.0, 1e-3);
    fail_unless (fabs (70.7e-6 / ads1299_lsb_volts (4.5, 24) - 3163) < 1.0);
    for (i = 0; i < G_N_ELEMENTS (golden_lockin); i++) {
      gdouble rate = golden_lockin[i][0], hz = golden_lockin[i][1];
      /* at a quarter of the rate the third harmonic folds onto the first */
      gdouble part = hz == rate / 4 ? 0.02 : 2e-3;

      z.n = decimation (rate);
      z.hz = hz;
      assert_near (ads1299_impedance (&z, golden_lockin[i][2] * 6e-9 * 5000),
          5000.0, part);
    }
    /* series resistors of the board and the calibration of the source */
    z = (Ads1299ImpedanceSetup){6e-9, 31.25, 4096, 2200.0, 1.25};
    assert_near (ads1299_impedance (&z, 70.7e-6), 12500.0 - 2200.0, 1e-3);
    fail_unless (ads1299_impedance (&z, 1e-9) == 0.0);
    /* OpenBCI: sqrt 2 std / 6 nA - 2200 */
    assert_near (ads1299_impedance_openbci (50e-6, 6e-9, 2200.0),
        M_SQRT2 * 50e-6 / 6e-9 - 2200.0, 1e-12);
    fail_unless (ads1299_impedance_openbci (1e-9, 6e-9, 2200.0) == 0.0);
    assert_near (ads1299_loff_amps (0), 6e-9, 1e-12);
    assert_near (ads1299_loff_amps (1), 24e-9, 1e-12);
    assert_near (ads1299_loff_amps (2), 6e-6, 1e-12);
    assert_near (ads1299_loff_amps (3), 24e-6, 1e-12);
    assert_near (ads1299_loff_hz (2, 250), 31.25, 1e-12);
    assert_near (ads1299_loff_hz (1, 250), 7.8125, 1e-12);
    assert_near (ads1299_loff_hz (3, 1000), 250.0, 1e-12);
    fail_unless (ads1299_loff_hz (0, 250) == 0.0);
  }
GST_END_TEST;

GST_START_TEST (test_lockin)
  {
    gdouble peak = 0, x[250];
    Ads1299Lockin l;
    guint i;

    /* 5 uV at 31.25 Hz under an offset, a drift and 100 uV of alpha */
    fail_unless (ads1299_lockin_init (&l, 31.25, 250, 1.0));
    fail_unless_equals_int ((gint) l.window, 248);
    for (i = 0; !ads1299_lockin_push (&l,
             10e-3 + 1e-6 * i + 100e-6 * sin (2 * M_PI * 10 * i / 250.0) +
                 5e-6 * cos (2 * M_PI * 31.25 * i / 250.0 + 1),
             &peak);
         i++)
      ;
    fail_unless_equals_int ((gint) i, 247);
    assert_near (peak, 5e-6, 0.01);
    for (i = 0; i < 248; i++)
      x[i] = 1e-3 + 7e-6 * sin (2 * M_PI * 31.25 * i / 250.0 + 0.3);
    assert_near (ads1299_goertzel (x, 248, 31.25, 250), 7e-6, 1e-9);
    fail_unless (ads1299_goertzel (x, 0, 31.25, 250) == 0.0);
  }
GST_END_TEST;

GST_START_TEST (test_lockins_refused)
  {
    Ads1299Lockin l;

    fail_if (ads1299_lockin_init (&l, 0.0, 250, 1.0));
    fail_if (ads1299_lockin_init (&l, 30.0, 250, 1.0)); /* no whole period */
    fail_if (ads1299_lockin_init (&l, 31.25, 250, 0.1));
    fail_if (ads1299_lockin_init (&l, NAN, 250, 1.0));
    fail_if (ads1299_lockin_init (&l, 31.25, 250, NAN));
    fail_if (ads1299_lockin_init (&l, 31.25, 250, INFINITY));
  }
GST_END_TEST;

GST_START_TEST (test_lead_off_hysteresis)
  {
    Ads1299LoffState s = {0};
    const guint32 on = 0xc00000 | 0x80 << 12 | 0x01 << 4, off = 0xc00000;
    guint i;

    /* 2 samples on, 1 off, never three in a row: nothing */
    for (i = 0; i < 30; i++)
      fail_unless_equals_int (
          ads1299_loff_update (&s, i % 3 ? on : off, 3, 5), 0);
    fail_unless_equals_int (s.off, 0);
    ads1299_loff_update (&s, off, 3, 5);
    fail_unless_equals_int (ads1299_loff_update (&s, on, 3, 5), 0);
    fail_unless_equals_int (ads1299_loff_update (&s, on, 3, 5), 0);
    fail_unless_equals_int (ads1299_loff_update (&s, on, 3, 5), 0x8001);
    fail_unless_equals_int (s.off, 0x8001);
    for (i = 0; i < 4; i++)
      fail_unless_equals_int (ads1299_loff_update (&s, off, 3, 5), 0);
    fail_unless_equals_int (ads1299_loff_update (&s, off, 3, 5), 0x8001);
    fail_unless_equals_int (s.off, 0);
    /* no hysteresis at all */
    fail_unless_equals_int (ads1299_loff_update (&s, on, 1, 1), 0x8001);
    fail_unless_equals_int (ads1299_loff_update (&s, off, 0, 0), 0x8001);
  }
GST_END_TEST;

GST_START_TEST (test_frames_of_all_sizes)
  {
    static const gint32 values[] = {
        8388607, -8388608, -1, 1, 0, 83886, -83886, 4660338};
    guint n, i;

    for (n = 4; n <= 8; n += 2) {
      guint8 frame[27], *exact;
      gint32 got[8] = {0};

      ads1299_frame_encode (frame, n, 0xc5a3c9, values);
      /* exactly as many bytes: a sanitizer sees one more */
      exact = g_memdup2 (frame, 3 + 3 * n);
      fail_unless_equals_int (
          (gint) ads1299_frame_decode (exact, n, got), 0xc5a3c9);
      g_free (exact);
      for (i = 0; i < 8; i++)
        fail_unless_equals_int (got[i], i < n ? values[i] : 0);
    }
  }
GST_END_TEST;

static Suite *
ads1299_math_suite (void)
{
  Suite *s = suite_create ("ads1299-math");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_filter_gain);
  tcase_add_test (tc, test_delay_and_settling);
  tcase_add_test (tc, test_scale);
  tcase_add_test (tc, test_noise_table);
  tcase_add_test (tc, test_internal_measurements);
  tcase_add_test (tc, test_impedance);
  tcase_add_test (tc, test_lockin);
  tcase_add_test (tc, test_lockins_refused);
  tcase_add_test (tc, test_lead_off_hysteresis);
  tcase_add_test (tc, test_frames_of_all_sizes);
  return s;
}

GST_CHECK_MAIN (ads1299_math);
