/* Spectra: numbers against SciPy, splits, grid, channels, edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-spectrum.h>

static const gchar *const tapers[EEG_DSP_N_WINDOWS] = {
    "hann", "hamming", "blackman", "blackmanharris", "flattop", "boxcar"};

static EegDspWindow
taper_of (const gchar *name)
{
  gint i;

  for (i = 0; i < EEG_DSP_N_WINDOWS; i++)
    if (!strcmp (name, tapers[i]))
      return (EegDspWindow) i;
  fail ("no taper %s", name);
  return EEG_DSP_WINDOW_HANN;
}

/* The input that the golden file describes. */
static gdouble *
signal_of (guint n, guint32 seed)
{
  gdouble *x = g_new (gdouble, n);
  guint i;

  for (i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (seed >> 12) / 1048576.0 - 0.5 + 3 + (i % 10 < 5 ? 1 : -1) / 16.0;
  }
  return x;
}

static gdouble
number (FILE *f)
{
  gchar line[256];

  fail_unless (fgets (line, sizeof line, f) != NULL);
  return g_ascii_strtod (line, NULL);
}

static void
check_welch (FILE *f, const gchar *text, gdouble **psd, gsize *bins,
    gdouble *width, EegDspIsa isa)
{
  EegDspSpectrumConfig c = {.channels = 3, .hop_n = 1, .hop_d = 1, .is_f64 = 1};
  gint rate, window, segment, overlap;
  gdouble *x, *xx, *want, max = 0;
  gsize step, i, ch;
  EegDspSpectrum *s;
  gfloat *x32;
  gdouble err = 0;
  gchar name[32];

  fail_unless_equals_int (sscanf (text, "welch %31s %d %d %d %d", name, &rate,
                              &window, &segment, &overlap),
      5);
  c.function = taper_of (name);
  c.rate = rate;
  c.window = window;
  c.segment = segment;
  c.overlap = overlap;
  *bins = (gsize) segment / 2 + 1;
  *width = (gdouble) rate / segment;
  step = *bins > 1500 ? 16 : 1;
  want = g_new0 (gdouble, *bins);
  for (i = 0; i < *bins; i += step) {
    want[i] = number (f);
    max = MAX (max, want[i]);
  }
  x = signal_of (window, 777);
  xx = g_new (gdouble, 3 * window);
  x32 = g_new (gfloat, 3 * window);
  for (i = 0; i < 3 * (gsize) window; i++) {
    /* Quiet, loud and inverted: a channel must not see its neighbours. */
    xx[i] = x[i / 3] * (i % 3 == 0 ? 1 : i % 3 == 1 ? 1024 : -1);
    x32[i] = (gfloat) xx[i];
  }
  g_clear_pointer (psd, g_free);
  *psd = g_new (gdouble, 3 * *bins);
  for (c.is_f64 = 0; c.is_f64 < 2; c.is_f64++) {
    s = eeg_dsp_spectrum_new_for_isa (&c, isa);
    fail_unless (s != NULL);
    fail_unless_equals_int (eeg_dsp_spectrum_bins (s), *bins);
    fail_unless_equals_int (eeg_dsp_spectrum_missing (s), window);
    fail_unless_equals_int (
        eeg_dsp_spectrum_push (
            s, c.is_f64 ? (gpointer) xx : (gpointer) x32, window, NULL),
        window);
    fail_unless_equals_int (eeg_dsp_spectrum_missing (s), 0);
    eeg_dsp_spectrum_compute (s, *psd);
    for (i = 0; i < *bins; i += step)
      for (ch = 0; ch < 3; ch++) {
        gdouble got = (*psd)[ch * *bins + i] / (ch == 1 ? 1048576.0 : 1);
        /* Near 0 Hz SciPy's own mean rounds. */
        gdouble tolerance = 1e-12 * want[i] + 1e-14 * max;

        err = MAX (err, fabs (got - want[i]) / max);
        fail_unless (fabs (got - want[i]) <= tolerance,
            "%s: isa %d, bin %d of %d, channel %d, f64 %d: %.17g, SciPy %.17g, "
            "largest %.17g",
            text, isa, (gint) i, (gint) *bins, (gint) ch, c.is_f64, got,
            want[i], max);
      }
    eeg_dsp_spectrum_free (s);
  }
  GST_INFO ("%s: largest error %g of the maximum", text, err);
  g_free (want);
  g_free (x);
  g_free (xx);
  g_free (x32);
}

static void
check_measure (const gchar *line, const gdouble *psd, gsize bins, gdouble width)
{
  gdouble a, b, want, want2, got, got2;

  if (sscanf (line, "band %lf %lf %lf", &a, &b, &want) == 3) {
    got = eeg_dsp_band_power (psd, bins, width, a, b);
    fail_unless (fabs (got - want) <= 1e-11 * want, "%s: %.17g", line, got);
  } else if (sscanf (line, "peak %lf %lf %lf", &a, &b, &want) == 3) {
    got = eeg_dsp_peak (psd, bins, width, a, b);
    fail_unless (fabs (got - want) < 1e-8 * want, "%s: %.17g", line, got);
  } else if (sscanf (line, "slope %lf %lf %lf %lf", &a, &b, &want, &want2) ==
             4) {
    fail_unless (eeg_dsp_aperiodic (psd, bins, width, a, b, &got, &got2));
    fail_unless (fabs (got - want) < 1e-8 && fabs (got2 - want2) < 1e-8,
        "%s: %.17g %.17g", line, got, got2);
  } else {
    fail ("golden file: %s", line);
  }
}

GST_START_TEST (test_scipy)
  {
    gint isa;

    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      FILE *f = fopen (TEST_DATA_DIR "/dsp-spectrum.txt", "r");
      gint cases = 0, measures = 0, n, i;
      gdouble *psd = NULL, width = 0;
      gchar line[256], name[32];
      gsize bins = 0;

      fail_unless (f != NULL);
      while (eeg_dsp_isa_supported (isa) && fgets (line, sizeof line, f)) {
        if (line[0] == '#')
          continue;
        if (sscanf (line, "taper %31s %d", name, &n) == 2) {
          gdouble w[64];

          eeg_dsp_window (taper_of (name), w, n);
          for (i = 0; i < n; i++)
            fail_unless (fabs (w[i] - number (f)) < 1e-15, "%s %d", name, i);
        } else if (g_str_has_prefix (line, "welch")) {
          check_welch (f, line, &psd, &bins, &width, isa);
          cases++;
        } else {
          check_measure (line, psd, bins, width);
          measures++;
        }
      }
      fclose (f);
      g_free (psd);
      if (eeg_dsp_isa_supported (isa))
        fail_unless (cases == 12 && measures > 40);
    }
  }
GST_END_TEST;

/* Parseval: what the density integrates to is the mean square, whatever the
 * length is made of. */
GST_START_TEST (test_every_length)
  {
    guint n;

    for (n = 8; n < 300; n++) {
      EegDspSpectrumConfig c = {.channels = 1,
          .rate = 100,
          .window = n,
          .segment = n,
          .hop_n = 1,
          .hop_d = 1,
          .function = EEG_DSP_WINDOW_BOXCAR,
          .is_f64 = 1};
      EegDspSpectrum *s = eeg_dsp_spectrum_new (&c);
      gdouble *x = signal_of (n, n), mean = 0, square = 0, sum = 0, psd[256];
      guint i;

      for (i = 0; i < n; i++)
        mean += x[i] / n;
      for (i = 0; i < n; i++)
        square += (x[i] - mean) * (x[i] - mean) / n;
      eeg_dsp_spectrum_push (s, x, n, NULL);
      eeg_dsp_spectrum_compute (s, psd);
      for (i = 0; i < eeg_dsp_spectrum_bins (s); i++)
        sum += psd[i] * c.rate / n;
      fail_unless (
          fabs (sum - square) < 1e-12 * square, "%u: %g, %g", n, sum, square);
      g_free (x);
      eeg_dsp_spectrum_free (s);
    }
  }
GST_END_TEST;

/* All spectra of @frames samples, pushed in pieces. */
static GArray *
spectra_of (const EegDspSpectrumConfig *c, const gfloat *x, guint frames,
    GRand *rand, GArray *ends)
{
  EegDspSpectrum *s = eeg_dsp_spectrum_new (c);
  gsize bins = eeg_dsp_spectrum_bins (s), at = 0, n;
  gdouble *psd = g_new (gdouble, bins * c->channels);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gdouble));

  while (at < frames) {
    guint want = rand ? (guint) g_rand_int_range (rand, 1, 200) : frames;

    want = MIN (want, frames - at);
    n = eeg_dsp_spectrum_push (s, x + at * c->channels, want, NULL);
    at += n;
    if (eeg_dsp_spectrum_missing (s) == 0) {
      guint64 seen = eeg_dsp_spectrum_seen (s);

      eeg_dsp_spectrum_compute (s, psd);
      g_array_append_vals (all, psd, bins * c->channels);
      if (ends)
        g_array_append_val (ends, seen);
    }
  }
  eeg_dsp_spectrum_free (s);
  g_free (psd);
  return all;
}

GST_START_TEST (test_splits_are_bit_exact)
  {
    const guint frames = 2011;
    EegDspSpectrumConfig c = {.channels = 5,
        .rate = 250,
        .window = 300,
        .segment = 120,
        .overlap = 60,
        .hop_n = 125,
        .hop_d = 2};
    gfloat *x = g_new (gfloat, frames * c.channels);
    GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint64)), *want;
    GRand *rand = g_rand_new_with_seed (5);
    guint i, round;

    for (i = 0; i < frames * c.channels; i++)
      x[i] = (gfloat) g_rand_double_range (rand, -1, 1);
    want = spectra_of (&c, x, frames, NULL, ends);
    /* 300 + floor (k * 62.5) */
    fail_unless_equals_int (ends->len, 28);
    for (i = 0; i < ends->len; i++)
      fail_unless_equals_uint64 (
          g_array_index (ends, guint64, i), 300 + (i * 125) / 2);
    for (round = 0; round < 5; round++) {
      GArray *got = spectra_of (&c, x, frames, rand, NULL);

      fail_unless_equals_int (got->len, want->len);
      fail_unless (
          memcmp (got->data, want->data, got->len * sizeof (gdouble)) == 0);
      g_array_unref (got);
    }
    g_array_unref (want);
    g_array_unref (ends);
    g_rand_free (rand);
    g_free (x);
  }
GST_END_TEST;

/* Each channel's numbers are those that it has alone, in every count. */
GST_START_TEST (test_channels_do_not_meet)
  {
    const guint n = 100;
    guint channels, ch, i;

    for (channels = 1; channels < 20; channels++) {
      EegDspSpectrumConfig c = {.channels = channels,
          .rate = 100,
          .window = n,
          .segment = n,
          .hop_n = 1,
          .hop_d = 1,
          .is_f64 = 1};
      EegDspSpectrum *s = eeg_dsp_spectrum_new (&c), *alone;
      gdouble *xx = g_new (gdouble, n * channels), psd[20 * 51], one[51];

      for (ch = 0; ch < channels; ch++) {
        gdouble *x = signal_of (n, ch);
        for (i = 0; i < n; i++)
          xx[i * channels + ch] = x[i];
        g_free (x);
      }
      eeg_dsp_spectrum_push (s, xx, n, NULL);
      eeg_dsp_spectrum_compute (s, psd);
      c.channels = 1;
      alone = eeg_dsp_spectrum_new (&c);
      for (ch = 0; ch < channels; ch++) {
        gdouble *x = signal_of (n, ch);

        eeg_dsp_spectrum_reset (alone);
        eeg_dsp_spectrum_push (alone, x, n, NULL);
        eeg_dsp_spectrum_compute (alone, one);
        fail_unless (memcmp (one, psd + ch * 51, sizeof one) == 0);
        g_free (x);
      }
      g_free (xx);
      eeg_dsp_spectrum_free (s);
      eeg_dsp_spectrum_free (alone);
    }
  }
GST_END_TEST;

GST_START_TEST (test_nonfinite_contained)
  {
    const guint n = 64;
    EegDspSpectrumConfig c = {.channels = 2,
        .rate = 64,
        .window = n,
        .segment = n,
        .hop_n = 64,
        .hop_d = 1};
    gfloat clean[128], dirty[128];
    gdouble want[66], got[66];
    EegDspSpectrum *s = eeg_dsp_spectrum_new (&c);
    guint64 bad = 0;
    guint i, at;

    for (i = 0; i < 2 * n; i++)
      clean[i] = dirty[i] = (gfloat) sin (i * i);
    dirty[0] = NAN;
    dirty[40] = INFINITY;
    dirty[42] = -3e38f;
    clean[0] = 0;
    clean[40] = clean[42] = clean[38];
    eeg_dsp_spectrum_push (s, clean, n, &bad);
    fail_unless_equals_uint64 (bad, 0);
    eeg_dsp_spectrum_compute (s, want);
    eeg_dsp_spectrum_reset (s);
    for (at = 0; at < n; at += 1 + at % 7)
      eeg_dsp_spectrum_push (s, dirty + 2 * at, MIN (1 + at % 7, n - at), &bad);
    fail_unless_equals_uint64 (bad, 3);
    eeg_dsp_spectrum_compute (s, got);
    fail_unless (memcmp (want, got, sizeof got) == 0);
    eeg_dsp_spectrum_free (s);
  }
GST_END_TEST;

/* A sine on a bin: its power is A^2 / 2 exactly, spread over the main lobe. */
GST_START_TEST (test_sine_power)
  {
    gint fn;

    for (fn = 0; fn < EEG_DSP_N_WINDOWS; fn++) {
      EegDspSpectrumConfig c = {.channels = 1,
          .rate = 250,
          .window = 500,
          .segment = 500,
          .hop_n = 1,
          .hop_d = 1,
          .function = (EegDspWindow) fn,
          .is_f64 = 1};
      EegDspSpectrum *s = eeg_dsp_spectrum_new (&c);
      gdouble x[500], psd[251], power;
      guint i;

      for (i = 0; i < 500; i++)
        x[i] = 0.187 + 20e-6 * sin (2 * M_PI * 10 * i / 250.0 + 0.3);
      eeg_dsp_spectrum_push (s, x, 500, NULL);
      eeg_dsp_spectrum_compute (s, psd);
      power = eeg_dsp_band_power (psd, 251, 0.5, 7, 13);
      fail_unless (fabs (power - 200e-12) < 1e-9 * 200e-12, "%s: %.12g",
          tapers[fn], power);
      fail_unless (fabs (eeg_dsp_peak (psd, 251, 0.5, 1, 45) - 10) < 1e-6);
      eeg_dsp_spectrum_free (s);
    }
  }
GST_END_TEST;

GST_START_TEST (test_measures_at_the_edges)
  {
    gdouble flat[11], line[11], a, b;
    guint i;

    for (i = 0; i < 11; i++) {
      flat[i] = 2;
      line[i] = i ? 5 * pow (i * 0.5, -1.5) : 0;
    }
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, 0, 5) == 10);
    fail_unless (
        fabs (eeg_dsp_band_power (flat, 11, 0.5, 1.1, 1.2) - 0.2) < 1e-12);
    /* Beyond the last bin, before the first, nothing, backwards. */
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, 4, 50) == 2);
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, -3, 1) == 2);
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, 5, 7) == 0);
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, 3, 3) == 0);
    fail_unless (eeg_dsp_band_power (flat, 11, 0.5, 3, 2) == 0);
    fail_unless (eeg_dsp_band_power (flat, 1, 0.5, 0, 2) == 0);
    /* Nothing stands out of a flat or a falling line. */
    fail_unless (eeg_dsp_peak (flat, 11, 0.5, 0, 5) == 0);
    fail_unless (eeg_dsp_peak (line, 11, 0.5, 1, 5) == 0);
    fail_unless (eeg_dsp_aperiodic (line, 11, 0.5, 0, 5, &a, &b));
    fail_unless (fabs (a - log10 (5)) < 1e-12 && fabs (b - 1.5) < 1e-12);
    fail_if (eeg_dsp_aperiodic (line, 11, 0.5, 1.4, 1.6, &a, &b));
    memset (flat, 0, sizeof flat);
    fail_unless (eeg_dsp_peak (flat, 11, 0.5, 0, 5) == 0);
    fail_if (eeg_dsp_aperiodic (flat, 11, 0.5, 0, 5, &a, &b));
  }
GST_END_TEST;

GST_START_TEST (test_impossible_configurations_refused)
  {
    const EegDspSpectrumConfig good = {.channels = 2,
        .rate = 250,
        .window = 500,
        .segment = 250,
        .overlap = 125,
        .hop_n = 125,
        .hop_d = 2};
    EegDspSpectrumConfig c;
    EegDspSpectrum *s;
    gdouble psd[2 * 126];
    gfloat x[2] = {0, 0};

#define REFUSED(field, v)                                                      \
  c = good;                                                                    \
  c.field = v;                                                                 \
  fail_unless (eeg_dsp_spectrum_new (&c) == NULL)
    REFUSED (channels, 0);
    REFUSED (channels, SIZE_MAX / 16);
    REFUSED (rate, 0);
    REFUSED (rate, -1);
    REFUSED (rate, NAN);
    REFUSED (rate, INFINITY);
    REFUSED (window, 0);
    REFUSED (window, 249);
    REFUSED (window, EEG_DSP_SPECTRUM_MAX_WINDOW + 1);
    REFUSED (segment, 7);
    REFUSED (overlap, 250);
    REFUSED (hop_d, 0);
    REFUSED (hop_n, 1);
    REFUSED (function, EEG_DSP_N_WINDOWS);
    eeg_dsp_spectrum_free (NULL);
    s = eeg_dsp_spectrum_new (&good);
    fail_unless_equals_int (eeg_dsp_spectrum_segments (s), 3);
    /* Too early: nothing, rather than old memory. */
    eeg_dsp_spectrum_push (s, x, 1, NULL);
    psd[5] = 1;
    eeg_dsp_spectrum_compute (s, psd);
    fail_unless (psd[5] == 0);
    eeg_dsp_spectrum_free (s);
  }
GST_END_TEST;

static Suite *
dsp_spectrum_suite (void)
{
  Suite *s = suite_create ("dsp-spectrum");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_every_length);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_channels_do_not_meet);
  tcase_add_test (tc, test_nonfinite_contained);
  tcase_add_test (tc, test_sine_power);
  tcase_add_test (tc, test_measures_at_the_edges);
  tcase_add_test (tc, test_impossible_configurations_refused);
  return s;
}

GST_CHECK_MAIN (dsp_spectrum);
