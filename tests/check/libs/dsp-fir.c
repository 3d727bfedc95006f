/* The FIR: numbers, splits, start, edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-fir.h>

static double *
noise (int n, guint32 seed, double offset)
{
  double *x = g_new (double, n);
  int i;

  for (i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = seed / 4294967296.0 - 0.5 + offset;
  }
  return x;
}

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-fir.txt", "r");
    char line[256];
    int cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      int n_taps, frames, steady, isa, i, k;
      double *taps, *x, *want, *xx, *y;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (
          sscanf (line, "%d %d %d", &n_taps, &frames, &steady), 3);
      want = g_new (double, frames);
      for (i = 0; i < frames; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = g_ascii_strtod (line, NULL);
      }
      taps = noise (n_taps, 99, 0);
      x = noise (frames, 777, 3);
      xx = g_new (double, frames * 3);
      y = g_new (double, frames * 3);
      for (i = 0; i < frames; i++)
        for (k = 0; k < 3; k++)
          xx[3 * i + k] = k == 2 ? -x[i] : x[i];
      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        EegDspFirFilter *fir;
        if (!eeg_dsp_isa_supported (isa))
          continue;
        fir = eeg_dsp_fir_new_for_isa (taps, n_taps, 3, isa);
        eeg_dsp_fir_reset (
            fir, steady ? EEG_DSP_START_STEADY : EEG_DSP_START_ZERO);
        eeg_dsp_fir_process_f64 (fir, xx, y, frames);
        for (i = 0; i < frames; i++) {
          fail_unless (fabs (y[3 * i] - want[i]) < 1e-12, "%d: %.17g, %.17g", i,
              y[3 * i], want[i]);
          fail_unless (y[3 * i + 2] == -y[3 * i]);
        }
        eeg_dsp_fir_free (fir);
      }
      g_free (taps);
      g_free (x);
      g_free (xx);
      g_free (y);
      g_free (want);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 5);
  }
GST_END_TEST;

GST_START_TEST (test_splits_are_bit_exact)
  {
    static const int channel_counts[] = {1, 3, 8, 32, 67};
    int isa, frames = 901, n_taps = 130;
    double *taps = noise (n_taps, 5, 0);
    guint i;

    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (i = 0; i < G_N_ELEMENTS (channel_counts); i++) {
        int ch = channel_counts[i], total = frames * ch, at, len, round, k;
        double *v = noise (total, ch, 0.1);
        float *x = g_new (float, total), *a = g_new (float, total),
              *b = g_new (float, total);
        EegDspFirFilter *fir = eeg_dsp_fir_new_for_isa (taps, n_taps, ch, isa);
        GRand *r = g_rand_new_with_seed (isa);

        for (k = 0; k < total; k++)
          x[k] = (float) v[k];
        x[total / 2] = NAN;
        x[0] = -INFINITY;
        fail_unless (eeg_dsp_fir_process_f32 (fir, x, a, frames) == 2);
        for (k = 0; k < total; k++)
          fail_unless (isfinite (a[k]));
        for (round = 0; round < 4; round++) {
          eeg_dsp_fir_reset (fir, EEG_DSP_START_STEADY);
          memcpy (b, x, total * sizeof *b);
          for (at = 0; at < frames; at += len) {
            len = round == 0 ? 1 : g_rand_int_range (r, 1, 30 * round * round);
            len = MIN (len, frames - at);
            eeg_dsp_fir_process_f32 (fir, b + at * ch, b + at * ch, len);
          }
          fail_unless (memcmp (a, b, total * sizeof *a) == 0);
        }
        eeg_dsp_fir_free (fir);
        g_rand_free (r);
        g_free (v);
        g_free (x);
        g_free (a);
        g_free (b);
      }
    }
    g_free (taps);
  }
GST_END_TEST;

/* One tap needs no history, but a repair does. */
GST_START_TEST (test_one_tap_repairs)
  {
    const double tap = 2;
    EegDspFirFilter *fir = eeg_dsp_fir_new (&tap, 1, 1);
    float x[200], y[200];

    for (int i = 0; i < 200; i++)
      x[i] = i % 64 == 0 ? NAN : (float) i;
    fail_unless_equals_int (eeg_dsp_fir_process_f32 (fir, x, y, 200), 4);
    for (int i = 0; i < 200; i++)
      fail_unless (y[i] == 2.f * (i == 0           ? 0
                                     : i % 64 == 0 ? i - 1
                                                   : i),
          "%d: %g", i, y[i]);
    eeg_dsp_fir_free (fir);
  }
GST_END_TEST;

GST_START_TEST (test_edges_and_refused)
  {
    double taps[3] = {1, 2, 3}, x[4] = {1, 1, 0, 0}, y[4], re, im;
    EegDspFirFilter *fir;

    fail_unless (eeg_dsp_fir_new (taps, 0, 1) == NULL);
    fail_unless (eeg_dsp_fir_new (taps, 3, 0) == NULL);
    fail_unless (eeg_dsp_fir_new (taps, EEG_DSP_FIR_MAX_TAPS + 1, 1) == NULL);
    eeg_dsp_fir_free (NULL);
    fir = eeg_dsp_fir_new (taps, 3, 1);
    eeg_dsp_fir_process_f64 (fir, x, y, 4);
    fail_unless (y[0] == 6 && y[1] == 6 && y[2] == 5 && y[3] == 3);
    eeg_dsp_fir_reset (fir, EEG_DSP_START_ZERO);
    eeg_dsp_fir_process_f64 (fir, x, y, 4);
    fail_unless (y[0] == 1 && y[1] == 3 && y[2] == 5 && y[3] == 3);
    eeg_dsp_fir_free (fir);
    fir = eeg_dsp_fir_new (taps, 1, 1);
    eeg_dsp_fir_process_f64 (fir, x, y, 4);
    fail_unless (memcmp (x, y, sizeof x) == 0);
    eeg_dsp_fir_free (fir);
    eeg_dsp_fir_response (taps, 3, 4, 1, &re, &im);
    fail_unless (fabs (re + 2) < 1e-12 && fabs (im + 2) < 1e-12);
  }
GST_END_TEST;

static Suite *
dsp_fir_suite (void)
{
  Suite *s = suite_create ("dsp-fir");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_one_tap_repairs);
  tcase_add_test (tc, test_edges_and_refused);
  return s;
}

GST_CHECK_MAIN (dsp_fir);
