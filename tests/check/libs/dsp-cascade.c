/* The cascade: numbers, splits, bad values, instruction sets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>

static int
make_sections (EegDspSection *s, double rate, double hp, double lp,
    double notch, int order)
{
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, order, rate, hp};
  int n = 0;

  if (hp > 0)
    n += eeg_dsp_design (&spec, s, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = lp;
  if (lp > 0)
    n += eeg_dsp_design (&spec, s + n, NULL, 0);
  if (notch > 0)
    n += eeg_dsp_design_notch (rate, notch, 30, s + n, NULL, 0);
  return n;
}

static float *
make_noise (size_t n, unsigned int seed)
{
  float *x = g_new (float, n);
  guint32 s = seed;
  size_t i;

  for (i = 0; i < n; i++) {
    s = s * 1664525u + 1013904223u;
    x[i] = (float) (0.02 + 1e-4 * (s / 4294967296.0 - 0.5));
  }
  return x;
}

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-cascade.txt", "r");
    char line[256];
    int isa, cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      EegDspSection s[32];
      double rate, hp, lp, notch, *want;
      float *x, *y;
      int order, steady, n, i, k, channels = 3;
      guint32 seed = 12345;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (sscanf (line, "%lf %lf %lf %lf %d %d %d", &rate,
                                  &hp, &lp, &notch, &order, &steady, &n),
          7);
      want = g_new (double, n);
      x = g_new (float, n *channels);
      y = g_new (float, n *channels);
      for (i = 0; i < n; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = strtod (line, NULL);
        seed = seed * 1664525u + 1013904223u;
        x[i * channels] = 0;
        x[i * channels + 1] =
            (float) (0.02 + 50e-6 * sin (2 * M_PI * 10 * i / rate) +
                     20e-6 * (seed / 4294967296.0 - 0.5));
        x[i * channels + 2] = -x[i * channels + 1];
      }
      k = make_sections (s, rate, hp, lp, notch, order);
      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        EegDspCascade *c;
        if (!eeg_dsp_isa_supported (isa))
          continue;
        c = eeg_dsp_cascade_new_for_isa (s, k, channels, isa);
        eeg_dsp_cascade_reset (
            c, steady ? EEG_DSP_START_STEADY : EEG_DSP_START_ZERO);
        fail_unless (eeg_dsp_cascade_process_f32 (c, x, y, n) == 0);
        for (i = 0; i < n; i++) {
          double err = fabs (y[i * channels + 1] - want[i]);
          fail_unless (err <= 1.2e-7 * fabs (want[i]) + 1e-10,
              "%s case %d sample %d: %.9g, SciPy %.9g", eeg_dsp_isa_name (isa),
              cases, i, y[i * channels + 1], want[i]);
          fail_unless (y[i * channels] == 0);
          fail_unless (y[i * channels + 2] == -y[i * channels + 1]);
        }
        eeg_dsp_cascade_free (c);
      }
      g_free (want);
      g_free (x);
      g_free (y);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 6);
  }
GST_END_TEST;

GST_START_TEST (test_splits_are_bit_exact)
  {
    /* 515: rows so far apart that channels are worked on in groups. */
    static const int channel_counts[] = {1, 2, 3, 8, 17, 64, 67, 131, 515};
    EegDspSection s[32];
    int isa, n = make_sections (s, 4000, 1, 45, 50, 4), frames;
    guint i;

    n += make_sections (s + n, 4000, 0.5, 90, 60, 4);
    fail_unless_equals_int (n, 10);
    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (i = 0; i < G_N_ELEMENTS (channel_counts); i++) {
        /* Up to eight sections are one pass of a kernel. */
        static const int section_counts[] = {5, 1, 8, 2, 10, 3, 7, 6, 4};
        int ch = channel_counts[i], at, len, round;
        size_t total = (size_t) (frames = ch > 100 ? 301 : 1009) * ch;
        float *x = make_noise (total, ch), *a = g_new (float, total),
              *b = g_new (float, total);
        EegDspCascade *c =
            eeg_dsp_cascade_new_for_isa (s, section_counts[i], ch, isa);

        x[total / 2] = NAN;
        x[0] = INFINITY;
        fail_unless (eeg_dsp_cascade_process_f32 (c, x, a, frames) == 2);
        for (round = 0; round < 4; round++) {
          GRand *r = g_rand_new_with_seed (round);
          eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
          memcpy (b, x, total * sizeof *b);
          for (at = 0; at < frames; at += len) {
            len = round == 0 ? 1 : g_rand_int_range (r, 1, 20 * round * round);
            len = MIN (len, frames - at);
            eeg_dsp_cascade_process_f32 (
                c, b + (size_t) at * ch, b + (size_t) at * ch, len);
          }
          fail_unless (memcmp (a, b, total * sizeof *b) == 0,
              "%s, %d channels, round %d", eeg_dsp_isa_name (isa), ch, round);
          g_rand_free (r);
        }
        eeg_dsp_cascade_free (c);
        g_free (x);
        g_free (a);
        g_free (b);
      }
    }
  }
GST_END_TEST;

/* Wide and narrow tiles, groups, repaired blocks: the same to the last bit. */
GST_START_TEST (test_place_does_not_matter)
  {
    EegDspSection s[32];
    int isa, n = make_sections (s, 4000, 1, 45, 50, 4), frames = 100, f, k;
    int ch = 519, type;
    float *noise = make_noise (frames, 5), *x = g_new (float, frames *ch);
    double *xx = g_new (double, frames *ch);

    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (type = 0; type < 2; type++) {
        EegDspCascade *c = eeg_dsp_cascade_new_for_isa (s, n, ch, isa);

        for (f = 0; f < frames * ch; f++)
          xx[f] = x[f] = noise[f / ch];
        /* One tile goes through the repair in the last block. */
        x[99 * ch + 40] = NAN;
        xx[99 * ch + 40] = NAN;
        if (type)
          eeg_dsp_cascade_process_f64 (c, xx, xx, frames);
        else
          eeg_dsp_cascade_process_f32 (c, x, x, frames);
        for (f = 0; f < 99; f++)
          for (k = 1; k < ch; k++)
            fail_unless (type ? xx[f * ch + k] == xx[f * ch]
                              : x[f * ch + k] == x[f * ch],
                "%s, frame %d, channel %d", eeg_dsp_isa_name (isa), f, k);
        for (k = 1; k < ch; k++)
          fail_unless (k == 40 || (type ? xx[99 * ch + k] == xx[99 * ch]
                                        : x[99 * ch + k] == x[99 * ch]));
        eeg_dsp_cascade_free (c);
      }
    }
    g_free (noise);
    g_free (x);
    g_free (xx);
  }
GST_END_TEST;

GST_START_TEST (test_bad_values_stay_in_their_channel)
  {
    EegDspSection s[32];
    int n = make_sections (s, 250, 1, 45, 50, 4), frames = 200, i, k;
    float *x = make_noise (frames * 3, 7), *good = g_new (float, frames * 3),
          *y = g_new (float, frames * 3);
    EegDspCascade *c = eeg_dsp_cascade_new (s, n, 3);

    fail_unless (eeg_dsp_cascade_process_f32 (c, x, good, frames) == 0);
    for (i = 50; i < 60; i++)
      x[i * 3 + 1] = i & 1 ? NAN : -INFINITY;
    x[100 * 3 + 1] = 2e30f;
    eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
    fail_unless (eeg_dsp_cascade_process_f32 (c, x, y, frames) == 11);
    for (i = 0; i < frames; i++) {
      for (k = 0; k < 3; k++) {
        fail_unless (isfinite (y[i * 3 + k]));
        fail_unless (fabs (y[i * 3 + k]) < 0.01);
      }
      fail_unless (y[i * 3] == good[i * 3]);
      fail_unless (y[i * 3 + 2] == good[i * 3 + 2]);
    }
    /* A channel without any good value gives zeros, then starts steady. */
    for (i = 0; i < 70; i++)
      x[i * 3] = NAN;
    eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
    eeg_dsp_cascade_process_f32 (c, x, y, frames);
    for (i = 0; i < 70; i++)
      fail_unless (y[i * 3] == 0);
    for (; i < frames; i++)
      fail_unless (fabs (y[i * 3]) < 2e-4, "%d: %g", i, y[i * 3]);
    eeg_dsp_cascade_free (c);
    g_free (x);
    g_free (y);
    g_free (good);
  }
GST_END_TEST;

/* Why the state is kept: filtering every chunk by itself, as one-shot functions
 * do, gives something else altogether. */
GST_START_TEST (test_chunks_by_themselves_fail)
  {
    EegDspSection s[32];
    int n = make_sections (s, 250, 1, 45, 50, 4), frames = 4000, i;
    float *x = make_noise (frames, 3), *whole = g_new (float, frames),
          *carried = g_new (float, frames), *single = g_new (float, frames);
    EegDspCascade *c = eeg_dsp_cascade_new (s, n, 1);
    double error = 0, power = 0;

    for (i = 0; i < frames; i++)
      x[i] += (float) (50e-6 * sin (2 * G_PI * 10 * i / 250));
    eeg_dsp_cascade_process_f32 (c, x, whole, frames);
    eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
    for (i = 0; i < frames; i += 16)
      eeg_dsp_cascade_process_f32 (c, x + i, carried + i, 16);
    for (i = 0; i < frames; i += 16) {
      eeg_dsp_cascade_reset (c, EEG_DSP_START_ZERO);
      eeg_dsp_cascade_process_f32 (c, x + i, single + i, 16);
    }
    fail_unless (memcmp (whole, carried, frames * sizeof *whole) == 0);
    for (i = frames / 2; i < frames; i++) {
      error += (single[i] - whole[i]) * (single[i] - whole[i]);
      power += whole[i] * whole[i];
    }
    fail_unless (sqrt (error / power) > 0.5, "%g", sqrt (error / power));
    eeg_dsp_cascade_free (c);
    g_free (x);
    g_free (whole);
    g_free (carried);
    g_free (single);
  }
GST_END_TEST;

GST_START_TEST (test_silence_decays_to_zero)
  {
    EegDspSection s[32];
    int n = make_sections (s, 250, 0, 45, 0, 4), i, nonzero = 0;
    double x[500] = {0}, y[500];
    EegDspCascade *c = eeg_dsp_cascade_new (s, n, 1);

    x[0] = 1;
    for (i = 0; i < 20; i++) {
      eeg_dsp_cascade_process_f64 (c, x, y, 500);
      x[0] = 0;
    }
    for (i = 0; i < 500; i++)
      nonzero += y[i] != 0;
    fail_unless_equals_int (nonzero, 0);
    /* The caller's floating point mode is left alone. */
    {
      volatile double tiny = 1e-310;
      fail_unless (tiny / 2 != 0);
    }
    eeg_dsp_cascade_free (c);
  }
GST_END_TEST;

GST_START_TEST (test_bad_arguments_refused)
  {
    EegDspSection s[1] = {{1, 0, 0, 0, 0}};
    EegDspCascade *c;
    float x[6] = {1, 2, 3, 4, 5, 6};

    fail_unless (eeg_dsp_cascade_new (s, 1, 0) == NULL);
    fail_unless (eeg_dsp_cascade_new (s, -1, 1) == NULL);
    fail_unless (
        eeg_dsp_cascade_new (s, EEG_DSP_CASCADE_MAX_SECTIONS + 1, 1) == NULL);
    c = eeg_dsp_cascade_new (NULL, 0, 2);
    fail_unless (c != NULL);
    eeg_dsp_cascade_process_f32 (c, x, x, 3);
    fail_unless (x[0] == 1 && x[5] == 6);
    eeg_dsp_cascade_free (c);
    eeg_dsp_cascade_free (NULL);
    g_setenv ("EEG_DSP_ISA", "baseline", TRUE);
    fail_unless_equals_int (eeg_dsp_isa (), EEG_DSP_ISA_BASELINE);
    g_setenv ("EEG_DSP_ISA", "nonsense", TRUE);
    fail_unless (eeg_dsp_isa_supported (eeg_dsp_isa ()));
    g_unsetenv ("EEG_DSP_ISA");
  }
GST_END_TEST;

static Suite *
dsp_cascade_suite (void)
{
  Suite *s = suite_create ("dsp-cascade");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_place_does_not_matter);
  tcase_add_test (tc, test_bad_values_stay_in_their_channel);
  tcase_add_test (tc, test_chunks_by_themselves_fail);
  tcase_add_test (tc, test_silence_decays_to_zero);
  tcase_add_test (tc, test_bad_arguments_refused);
  return s;
}

GST_CHECK_MAIN (dsp_cascade);
