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
      if (line[0] == 'r')
        break; /* test_scipy_ratios */
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

GST_START_TEST (test_scipy_ratios)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-decimator.txt", "r");
    char line[256];
    int cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      EegDspDecimatorSpec spec = {
          1, 1, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0};
      int half, frames, outputs, i, k, isa;
      guint32 seed = 777;
      double *x, *y, *want;

      if (line[0] != 'r')
        continue;
      fail_unless_equals_int (sscanf (line, "ratio %d %d %d %d %d", &spec.up,
                                  &spec.down, &half, &frames, &outputs),
          5);
      fail_unless_equals_int (
          outputs, (frames * spec.up + spec.down - 1) / spec.down);
      fail_unless (fabs (eeg_dsp_decimator_delay_of (&spec) -
                         (double) half / spec.up) < 1e-9);
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
        d = eeg_dsp_decimator_new_full (&spec, 2, isa);
        k = eeg_dsp_decimator_process_f64 (d, x, frames, y, NULL);
        fail_unless_equals_int (k + eeg_dsp_decimator_pending (d), outputs);
        k += eeg_dsp_decimator_drain_f64 (d, y + 2 * k);
        fail_unless_equals_int (k, outputs);
        for (i = 0; i < outputs; i++) {
          fail_unless (fabs (y[2 * i] - want[i]) < 1e-12, "%d: %.17g, %.17g", i,
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
    fail_unless_equals_int (cases, 3);
  }
GST_END_TEST;

/* Any ratio, through all its stages: a sine of 0.35 of the new rate keeps its
 * amplitude and its time; one that would fold disappears. From sample @begin
 * on, as after a gap: the outputs are on the grid of sample 0. */
static void
check_sines (const EegDspDecimatorSpec *spec, uint64_t begin)
{
  double out_rate = (double) spec->up / spec->down;
  EegDspDecimator *d = eeg_dsp_decimator_new_full (spec, 2, eeg_dsp_isa ());
  int settle = (int) (40 / out_rate) + 40, frames = 4 * settle, n, i;
  double keep = 0.35 * out_rate, drop = MIN (0.7 * out_rate, 0.49);
  double *x = g_new (double, 2 * frames), *y = g_new (double, 2 * (frames + 1));
  uint64_t first;

  fail_unless (d != NULL, "%d/%d", spec->up, spec->down);
  for (i = 0; i < frames; i++) {
    x[2 * i] = sin (2 * G_PI * keep * (begin + i));
    x[2 * i + 1] = sin (2 * G_PI * drop * (begin + i));
  }
  first = eeg_dsp_decimator_reset_to (d, begin);
  fail_unless (first == (begin * spec->up + spec->down - 1) / spec->down,
      "%d/%d: %d from %d", spec->up, spec->down, (int) first, (int) begin);
  n = eeg_dsp_decimator_process_f64 (d, x, frames, y, NULL);
  fail_unless (n > 4);
  for (i = 0; i < n; i++) {
    double at = (double) (first + i) / out_rate;

    if (at < begin + settle)
      continue;
    fail_unless (fabs (y[2 * i] - sin (2 * G_PI * keep * at)) < 1.2e-3,
        "%d/%d from %d, output %d: %g, not %g", spec->up, spec->down,
        (int) begin, i, y[2 * i], sin (2 * G_PI * keep * at));
    fail_unless (drop < 0.6 * out_rate || fabs (y[2 * i + 1]) < 2e-5,
        "%d/%d: alias of %g", spec->up, spec->down, y[2 * i + 1]);
  }
  eeg_dsp_decimator_free (d);
  g_free (x);
  g_free (y);
}

GST_START_TEST (test_ratios_keep_sines_in_place)
  {
    static const int ratios[][2] = {{1, 1}, {1, 2}, {4, 5}, {2, 3}, {25, 64},
        {125, 128}, {3, 40}, {7, 200}, {5, 512}, {1, 48}, {511, 512},
        {200, 2049}, {1, 1000}};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (ratios); i++) {
      EegDspDecimatorSpec spec = {ratios[i][0], ratios[i][1],
          EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0};

      check_sines (&spec, 0);
      check_sines (&spec, 12345);
    }
  }
GST_END_TEST;

/* One elliptic filter: the band passes, the rest does not, and what process()
 * gives is what response() says. */
GST_START_TEST (test_minimum_phase)
  {
    static const int factors[] = {1, 2, 4, 16, 100, 1024};
    static const double ripple[] = {0.0251, 0.0101, 0.0101};
    /* each of them designs the filter anew, in long doubles */
    const int points = g_getenv ("EEG_EMULATOR") ? 50 : 400;
    int q, n, k;
    guint i;

    for (i = 0; i < G_N_ELEMENTS (factors); i++)
      for (q = 0; q < 3; q++) {
        EegDspDecimatorSpec spec = {1, factors[i], q, EEG_DSP_PHASE_MINIMUM, 0};
        double limit = pow (10, -eeg_dsp_decimator_attenuation (q) / 20);
        double re, im, f;

        for (n = 0; n <= points && factors[i] > 1; n++) {
          f = 0.4 / factors[i] * n / points;
          fail_unless (eeg_dsp_decimator_response (&spec, f, &re, &im));
          fail_unless (fabs (20 * log10 (hypot (re, im))) <= ripple[q],
              "factor %d quality %d: %g dB", factors[i], q,
              20 * log10 (hypot (re, im)));
          f = 0.6 / factors[i] + (0.5 - 0.6 / factors[i]) * n / points;
          eeg_dsp_decimator_response (&spec, f, &re, &im);
          fail_unless (hypot (re, im) <= limit * 1.0001,
              "factor %d quality %d: %g dB", factors[i], q,
              20 * log10 (hypot (re, im)));
        }
        fail_unless (eeg_dsp_decimator_delay_of (&spec) == 0);
      }
    {
      EegDspDecimatorSpec spec = {
          1, 16, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_MINIMUM, 0};
      EegDspDecimator *d =
          eeg_dsp_decimator_new_full (&spec, 1, eeg_dsp_isa ());
      double x[4000], y[250], z[250], re, im;

      eeg_dsp_decimator_response (&spec, 0.01, &re, &im);
      for (n = 0; n < 4000; n++)
        x[n] = sin (2 * G_PI * 0.01 * n);
      fail_unless_equals_int (eeg_dsp_decimator_available (d, 4000), 250);
      fail_unless_equals_int (
          eeg_dsp_decimator_process_f64 (d, x, 4000, y, NULL), 250);
      fail_unless_equals_int (eeg_dsp_decimator_pending (d), 0);
      for (k = 150; k < 250; k++) {
        double p = 2 * G_PI * 0.01 * 16 * k;

        fail_unless (fabs (y[k] - (re * sin (p) + im * cos (p))) < 1e-6);
      }
      /* any split, and on the grid of sample 0 after a gap */
      eeg_dsp_decimator_reset (d);
      for (n = 0, k = 0; n < 4000; n += 7)
        k += eeg_dsp_decimator_process_f64 (
            d, x + n, MIN (7, 4000 - n), z + k, NULL);
      fail_unless (k == 250 && memcmp (y, z, sizeof y) == 0);
      fail_unless_equals_uint64 (eeg_dsp_decimator_reset_to (d, 33), 3);
      fail_unless_equals_int (eeg_dsp_decimator_available (d, 15), 0);
      fail_unless_equals_int (eeg_dsp_decimator_available (d, 16), 1);
      eeg_dsp_decimator_free (d);
    }
  }
GST_END_TEST;

GST_START_TEST (test_ratios_refused)
  {
    static const EegDspDecimatorSpec bad[] = {
        {5, 4, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {2, 4, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {0, 4, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {-1, -4, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {513, 514, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {1, 1025, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {2, 3, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_MINIMUM, 0},
        {1, 1025, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_MINIMUM, 0}};
    double re, im;
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      fail_unless (
          eeg_dsp_decimator_new_full (bad + i, 1, eeg_dsp_isa ()) == NULL, "%u",
          i);
      fail_if (eeg_dsp_decimator_response (bad + i, 0.01, &re, &im));
    }
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
    static const EegDspDecimatorSpec specs[] = {
        {1, 16, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {7, 200, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR, 0},
        {4, 5, EEG_DSP_QUALITY_LOW, EEG_DSP_PHASE_LINEAR, 0},
        {1, 16, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR,
            EEG_DSP_PRECISION_SINGLE},
        {7, 200, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR,
            EEG_DSP_PRECISION_SINGLE}};
    int isa, frames = 3001, outputs;
    guint i, turn;

    for (turn = 0; turn < EEG_DSP_N_ISAS * G_N_ELEMENTS (specs); turn++) {
      const EegDspDecimatorSpec *spec = specs + turn / EEG_DSP_N_ISAS;

      isa = turn % EEG_DSP_N_ISAS;
      if (!eeg_dsp_isa_supported (isa))
        continue;
      outputs = (frames * spec->up + spec->down - 1) / spec->down;
      for (i = 0; i < G_N_ELEMENTS (channel_counts); i++) {
        int ch = channel_counts[i], at, len, round, n, k;
        float *x = g_new (float, frames *ch), *a = g_new (float, outputs *ch),
              *b = g_new (float, outputs *ch);
        GRand *r = g_rand_new_with_seed (isa);
        EegDspDecimator *d = eeg_dsp_decimator_new_full (spec, ch, isa);
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

/* What sums of singles add to the rounding of the output, in volts RMS. */
#define NOISE 0.06e-9

/* EEG-sized noise on electrode offsets, and on one that drifts by 10 mV from one
 * adjustment of the offset to the next. */
GST_START_TEST (test_single_against_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-decimator-single.txt", "r");
    char line[256];
    int cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      EegDspDecimatorSpec spec = {.quality = EEG_DSP_QUALITY_STANDARD,
          .precision = EEG_DSP_PRECISION_SINGLE};
      /* volatile: no product is fused with a sum */
      volatile double offset, drift, part, base;
      double *want, limit;
      int frames, outputs, i, k, isa;
      guint32 seed = 777;
      float *x, *y;

      if (line[0] == '#')
        continue;
      {
        double o, d;
        fail_unless_equals_int (sscanf (line, "%d %d %lf %lf %d %d", &spec.up,
                                    &spec.down, &o, &d, &frames, &outputs),
            6);
        offset = o;
        drift = d;
      }
      want = g_new (double, outputs);
      for (i = 0; i < outputs; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = strtod (line, NULL);
      }
      x = g_new (float, 2 * frames);
      y = g_new (float, 2 * outputs);
      for (i = 0; i < frames; i++) {
        seed = seed * 1664525u + 1013904223u;
        part = (seed / 4294967296.0 - 0.5) * 1e-3;
        base = drift * i;
        base = offset + base;
        x[2 * i] = (float) (part + base);
        x[2 * i + 1] = (float) offset;
      }
      limit = drift > 0 ? 10 * NOISE : NOISE;
      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        double sum = 0, rounding = 0, odd = 0;
        EegDspDecimator *d;

        if (!eeg_dsp_isa_supported (isa))
          continue;
        d = eeg_dsp_decimator_new_full (&spec, 2, isa);
        fail_unless (
            eeg_dsp_decimator_precision (d) == EEG_DSP_PRECISION_SINGLE);
        k = eeg_dsp_decimator_process_f32 (d, x, frames, y, NULL);
        k += eeg_dsp_decimator_drain_f32 (d, y + 2 * k);
        fail_unless_equals_int (k, outputs);
        for (i = 0; i < outputs; i++) {
          double error = y[2 * i] - want[i], r = (float) want[i] - want[i];
          double step = nextafterf (fabsf (y[2 * i]), 1) - fabsf (y[2 * i]);

          sum += error * error / outputs;
          rounding += r * r / outputs;
          /* how often noise moves a value across the middle of a step */
          odd += (y[2 * i] != (float) want[i]) - limit / step;
          fail_unless (fabs (error) <= step / 2 + 5 * limit,
              "%d/%d %g V: output %d is off by %g nV", spec.up, spec.down,
              offset, i, error * 1e9);
          /* a constant stays what it is */
          fail_unless (y[2 * i + 1] == (float) offset);
        }
        if (fabs (offset) > 0)
          fail_unless (odd <= 3, "%d/%d %g V: %g too many differ", spec.up,
              spec.down, offset, odd);
        else
          fail_unless (sum <= limit * limit, "%d/%d: %g nV RMS", spec.up,
              spec.down, sqrt (sum) * 1e9);
        GST_INFO ("%d/%d %g V %s: error %.4g nV RMS, output rounding %.4g nV",
            spec.up, spec.down, offset, eeg_dsp_isa_name (isa),
            sqrt (sum) * 1e9, sqrt (rounding) * 1e9);
        eeg_dsp_decimator_free (d);
      }
      g_free (x);
      g_free (y);
      g_free (want);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 6);
  }
GST_END_TEST;

/* The promises of the bands, kept by what sums of singles give: sines on an
 * offset, measured by projection (what passes) and peak (what folds). */
GST_START_TEST (test_single_bands)
  {
    static const int ratios[][2] = {
        {1, 2}, {1, 3}, {1, 5}, {1, 12}, {1, 16}, {1, 64}, {25, 64}};
    static const double ripple[] = {0.025, 0.01};
    guint i, q;
    int k, p;

    for (i = 0; i < G_N_ELEMENTS (ratios); i++)
      for (q = 0; q < 2; q++) {
        EegDspDecimatorSpec spec = {.up = ratios[i][0],
            .down = ratios[i][1],
            .quality = q,
            .precision = EEG_DSP_PRECISION_SINGLE};
        double rate = (double) spec.up / spec.down;
        double alias = pow (10, -eeg_dsp_decimator_attenuation (q) / 20);
        enum
        {
          PASS = 8,
          STOP = 24
        };
        int ch = PASS + STOP, frames = (int) (300 / rate), n, c;
        float *x = g_new (float, frames *ch), *y = g_new (float, 301 * ch);
        EegDspDecimator *d =
            eeg_dsp_decimator_new_full (&spec, ch, eeg_dsp_isa ());

        for (c = 0; c < ch; c++) {
          double hz = c < PASS ? rate * 0.05 * (c + 1)
                               : 0.6 * rate + (0.5 - 0.6 * rate) * (c - PASS) /
                                                  (STOP - 1);

          for (k = 0; k < frames; k++)
            x[k * ch + c] = (float) (0.1 + 1e-3 * sin (2 * G_PI * hz * k));
        }
        n = eeg_dsp_decimator_process_f32 (d, x, frames, y, NULL);
        /* the edges hold a value, which is another signal; 200 outputs are whole
         * periods of what passes */
        for (c = 0; c < ch; c++) {
          double re = 0, im = 0, peak = 0, db;

          for (k = 50, p = 0; p < 200; k++, p++) {
            double v = y[k * ch + c] - (double) 0.1f;

            fail_unless (k < n);
            re += v * cos (2 * G_PI * 0.05 * (c + 1) * k) / 100;
            im += v * sin (2 * G_PI * 0.05 * (c + 1) * k) / 100;
            peak = fmax (peak, fabs (v));
          }
          db = 20 * log10 (hypot (re, im) / 1e-3);
          if (c < PASS)
            fail_unless (fabs (db) <= ripple[q], "%d/%d quality %d: %g dB",
                spec.up, spec.down, q, db);
          else if (0.6 * rate < 0.5)
            /* and half a step of F32 at 0.1 */
            fail_unless (peak <= 1e-3 * alias + 4e-9,
                "%d/%d quality %d: alias of %g nV", spec.up, spec.down, q,
                peak * 1e9);
        }
        eeg_dsp_decimator_free (d);
        g_free (x);
        g_free (y);
      }
  }
GST_END_TEST;

/* In all of these a channel is one and the same sum, and so on all processors
 * that fuse products: its place and the number of others change nothing. */
GST_START_TEST (test_place_changes_nothing)
  {
    static const EegDspDecimatorSpec specs[] = {
        {1, 16, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR,
            EEG_DSP_PRECISION_SINGLE},
        {1, 16, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR,
            EEG_DSP_PRECISION_DOUBLE},
        {7, 200, EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR,
            EEG_DSP_PRECISION_SINGLE}};
    static const int counts[] = {1, 3, 8, 15, 16, 24, 32, 63, 99};
    const int frames = 2500;
    guint s, i;

    for (s = 0; s < G_N_ELEMENTS (specs); s++) {
      float *first = NULL;
      int isa, fused = -1, outputs = 0, c, k, n;

      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        if (!eeg_dsp_isa_supported (isa))
          continue;
        /* the baseline of x86 fuses nothing */
        if (fused != (isa >= EEG_DSP_ISA_AVX2))
          g_clear_pointer (&first, g_free);
        fused = isa >= EEG_DSP_ISA_AVX2;
        for (i = 0; i < G_N_ELEMENTS (counts); i++) {
          int ch = counts[i];
          EegDspDecimator *d = eeg_dsp_decimator_new_full (&specs[s], ch, isa);
          float *x = g_new (float, frames *ch), *y = g_new (float, frames *ch);
          guint32 seed = 3;

          for (k = 0; k < frames; k++) {
            seed = seed * 1664525u + 1013904223u;
            for (c = 0; c < ch; c++)
              x[k * ch + c] = (float) (seed / 4294967296.0 + 1);
          }
          n = eeg_dsp_decimator_process_f32 (d, x, frames, y, NULL);
          n += eeg_dsp_decimator_drain_f32 (d, y + n * ch);
          if (!first) {
            outputs = n;
            first = g_memdup2 (y, n * sizeof *y);
          }
          fail_unless_equals_int (n, outputs);
          for (k = 0; k < n; k++)
            for (c = 0; c < ch; c++)
              fail_unless (y[k * ch + c] == first[k],
                  "spec %u %s: channel %d of %d, output %d: %.9g, not %.9g", s,
                  eeg_dsp_isa_name (isa), c, ch, k, y[k * ch + c], first[k]);
          eeg_dsp_decimator_free (d);
          g_free (x);
          g_free (y);
        }
      }
      g_free (first);
    }
  }
GST_END_TEST;

GST_START_TEST (test_single_of_doubles_refused)
  {
    EegDspDecimatorSpec spec = {.up = 1,
        .down = 4,
        .quality = EEG_DSP_QUALITY_STANDARD,
        .precision = EEG_DSP_PRECISION_SINGLE};
    EegDspDecimator *d = eeg_dsp_decimator_new_full (&spec, 1, eeg_dsp_isa ());
    double x[200] = {0}, y[50] = {7};
    float good[200], z[50];
    uint64_t bad = 0;
    int i, n;

    fail_unless_equals_int (
        eeg_dsp_decimator_process_f64 (d, x, 200, y, NULL), 0);
    fail_unless_equals_int (eeg_dsp_decimator_drain_f64 (d, y), 0);
    fail_unless (y[0] == 7);
    /* The first value is no number: as ever, 0 is held for it; and a value that
     * is none keeps the last one, on top of the offset too. */
    for (i = 0; i < 200; i++)
      good[i] = i % 3 ? (float) NAN : 0.1f;
    good[0] = NAN;
    n = eeg_dsp_decimator_process_f32 (d, good, 200, z, &bad);
    n += eeg_dsp_decimator_drain_f32 (d, z + n);
    fail_unless_equals_int (n, 50);
    fail_unless_equals_int (bad, 134);
    fail_unless (fabsf (z[40] - 0.1f) < 1e-8f);
    eeg_dsp_decimator_free (d);

    /* nothing to sum, or nothing but sections */
    spec.down = 1;
    d = eeg_dsp_decimator_new_full (&spec, 1, eeg_dsp_isa ());
    fail_unless (eeg_dsp_decimator_precision (d) == EEG_DSP_PRECISION_DOUBLE);
    fail_unless_equals_int (
        eeg_dsp_decimator_process_f64 (d, x, 50, y, NULL), 50);
    eeg_dsp_decimator_free (d);
    spec.down = 4;
    spec.phase = EEG_DSP_PHASE_MINIMUM;
    d = eeg_dsp_decimator_new_full (&spec, 1, eeg_dsp_isa ());
    fail_unless (eeg_dsp_decimator_precision (d) == EEG_DSP_PRECISION_DOUBLE);
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
  tcase_add_test (tc, test_scipy_ratios);
  tcase_add_test (tc, test_ratios_keep_sines_in_place);
  tcase_add_test (tc, test_minimum_phase);
  tcase_add_test (tc, test_ratios_refused);
  tcase_add_test (tc, test_bands);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_edges_and_refused);
  tcase_add_test (tc, test_keeps_last_good_value);
  tcase_add_test (tc, test_single_against_scipy);
  tcase_add_test (tc, test_single_bands);
  tcase_add_test (tc, test_place_changes_nothing);
  tcase_add_test (tc, test_single_of_doubles_refused);
  return s;
}

GST_CHECK_MAIN (dsp_decimator);
