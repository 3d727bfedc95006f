/* The decimator: numbers, pass band, aliases, splits, edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-decimator.txt", "r");
    char line[256];
    int cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      int factor, half, frames, outputs, i, k, isa;
      guint32 seed = 777;
      char stages[32];
      double *x, *y, *want;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (sscanf (line, "%d %d %31s %d %d", &factor, &half,
                                  stages, &frames, &outputs),
          5);
      fail_unless_equals_int (outputs, (frames + factor - 1) / factor);
      {
        int list[EEG_DSP_DECIMATOR_MAX_STAGES], n;
        GString *text = g_string_new (NULL);
        n = eeg_dsp_decimator_stages (factor, EEG_DSP_QUALITY_STANDARD, list);
        for (i = 0; i < n; i++)
          g_string_append_printf (text, i ? "x%d" : "%d", list[i]);
        fail_unless_equals_string (text->str, stages);
        g_string_free (text, TRUE);
        fail_unless_equals_int (
            eeg_dsp_decimator_delay_for (factor, EEG_DSP_QUALITY_STANDARD),
            half);
      }
      want = g_new (double, outputs);
      for (i = 0; i < outputs; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = strtod (line, NULL);
      }
      x = g_new (double, 2 * frames);
      y = g_new (double, 2 * outputs);
      for (i = 0; i < frames; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[2 * i] = seed / 4294967296.0 - 0.5 + 3;
        x[2 * i + 1] = 1;
      }
      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        EegDspDecimator *d;
        if (!eeg_dsp_isa_supported (isa))
          continue;
        d = eeg_dsp_decimator_new_for_isa (
            factor, EEG_DSP_QUALITY_STANDARD, 2, isa);
        fail_unless_equals_int (eeg_dsp_decimator_delay (d), half);
        k = eeg_dsp_decimator_process_f64 (d, x, frames, y, NULL);
        k += eeg_dsp_decimator_drain_f64 (d, y + 2 * k);
        fail_unless_equals_int (k, outputs);
        for (i = 0; i < outputs; i++) {
          fail_unless (fabs (y[2 * i] - want[i]) < 1e-13, "%d: %.17g, %.17g", i,
              y[2 * i], want[i]);
          fail_unless (fabs (y[2 * i + 1] - 1) < 1e-14);
        }
        eeg_dsp_decimator_free (d);
      }
      g_free (x);
      g_free (y);
      g_free (want);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 7);
  }
GST_END_TEST;

GST_START_TEST (test_bands)
  {
    static const int factors[] = {2, 3, 12, 16, 100, 128, 1024};
    static const double ripple[] = {0.025, 0.01, 0.01};
    int quality, i;
    guint k;

    for (quality = 0; quality < 3; quality++) {
      for (k = 0; k < G_N_ELEMENTS (factors); k++) {
        double worst = 0,
               limit = pow (10, -eeg_dsp_decimator_attenuation (quality) / 20);
        for (i = 0; i <= 100; i++) {
          double g = eeg_dsp_decimator_gain (
              factors[k], quality, 0.4 * i / 100 / factors[k]);
          worst = fmax (worst, fabs (20 * log10 (g)));
        }
        fail_unless (worst > 0);
        fail_unless (worst <= ripple[quality], "ripple %g dB", worst);
        for (i = 0; i <= 500; i++) {
          double lo = 0.6 / factors[k];
          double g = eeg_dsp_decimator_gain (
              factors[k], quality, lo + (0.5 - lo) * i / 500);
          fail_unless (fabs (g) <= limit, "quality %d factor %d: %g dB",
              quality, factors[k], 20 * log10 (fabs (g)));
        }
      }
    }
  }
GST_END_TEST;

GST_START_TEST (test_splits_are_bit_exact)
  {
    static const int channel_counts[] = {1, 2, 3, 6, 8, 33, 67};
    int isa, factor = 16, frames = 3001, outputs = (frames + 15) / 16;
    guint i;

    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (i = 0; i < G_N_ELEMENTS (channel_counts); i++) {
        int ch = channel_counts[i], at, len, round, n, k;
        float *x = g_new (float, frames *ch), *a = g_new (float, outputs *ch),
              *b = g_new (float, outputs *ch);
        GRand *r = g_rand_new_with_seed (isa);
        EegDspDecimator *d = eeg_dsp_decimator_new_for_isa (
            factor, EEG_DSP_QUALITY_STANDARD, ch, isa);
        uint64_t bad = 0;

        for (k = 0; k < frames * ch; k++)
          x[k] = (float) g_rand_double (r);
        x[500 * ch] = NAN;
        n = eeg_dsp_decimator_process_f32 (d, x, frames, a, &bad);
        n += eeg_dsp_decimator_drain_f32 (d, a + n * ch);
        fail_unless_equals_int (n, outputs);
        fail_unless (bad == 1);
        for (round = 0; round < 4; round++) {
          for (at = 0, n = 0; at < frames; at += len) {
            int promised;
            len = round == 0 ? 1 : g_rand_int_range (r, 1, 25 * round * round);
            len = MIN (len, frames - at);
            promised = eeg_dsp_decimator_available (d, len);
            k = eeg_dsp_decimator_process_f32 (
                d, x + at * ch, len, b + n * ch, NULL);
            fail_unless_equals_int (k, promised);
            n += k;
          }
          fail_unless_equals_int (n + eeg_dsp_decimator_pending (d), outputs);
          eeg_dsp_decimator_drain_f32 (d, b + n * ch);
          fail_unless (memcmp (a, b, outputs * ch * sizeof *a) == 0);
        }
        eeg_dsp_decimator_free (d);
        g_rand_free (r);
        g_free (x);
        g_free (a);
        g_free (b);
      }
    }
  }
GST_END_TEST;

GST_START_TEST (test_edges_and_refused)
  {
    EegDspDecimator *d;
    float x[3] = {1, 2, 3}, y[3];

    fail_unless (
        eeg_dsp_decimator_new (0, EEG_DSP_QUALITY_STANDARD, 1) == NULL);
    fail_unless (
        eeg_dsp_decimator_new (2, EEG_DSP_QUALITY_STANDARD, 0) == NULL);
    fail_unless (eeg_dsp_decimator_new (EEG_DSP_DECIMATOR_MAX_FACTOR + 1,
                     EEG_DSP_QUALITY_STANDARD, 1) == NULL);
    d = eeg_dsp_decimator_new (4, EEG_DSP_QUALITY_STANDARD, 1);
    fail_unless_equals_int (eeg_dsp_decimator_drain_f32 (d, y), 0);
    fail_unless_equals_int (
        eeg_dsp_decimator_process_f32 (d, x, 1, y, NULL), 0);
    fail_unless_equals_int (eeg_dsp_decimator_drain_f32 (d, y), 1);
    fail_unless (fabsf (y[0] - 1) < 1e-6f);
    eeg_dsp_decimator_free (d);
    d = eeg_dsp_decimator_new (1, EEG_DSP_QUALITY_STANDARD, 1);
    fail_unless_equals_int (
        eeg_dsp_decimator_process_f32 (d, x, 3, y, NULL), 3);
    fail_unless (memcmp (x, y, sizeof x) == 0);
    fail_unless_equals_int (eeg_dsp_decimator_drain_f32 (d, y), 0);
    eeg_dsp_decimator_free (d);
    eeg_dsp_decimator_free (NULL);
  }
GST_END_TEST;

/* Also where the history was moved just before. */
GST_START_TEST (test_keeps_last_good_value)
  {
    EegDspDecimator *d = eeg_dsp_decimator_new (1, EEG_DSP_QUALITY_STANDARD, 1);
    int i;

    for (i = 0; i < 300; i++) {
      float x = i % 2 ? NAN : 5, y = 0;
      uint64_t bad = 0;
      fail_unless_equals_int (
          eeg_dsp_decimator_process_f32 (d, &x, 1, &y, &bad), 1);
      fail_unless (y == 5 && bad == (uint64_t) (i % 2));
    }
    eeg_dsp_decimator_free (d);
  }
GST_END_TEST;

static Suite *
dsp_decimator_suite (void)
{
  Suite *s = suite_create ("dsp-decimator");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_bands);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_edges_and_refused);
  tcase_add_test (tc, test_keeps_last_good_value);
  return s;
}

GST_CHECK_MAIN (dsp_decimator);
