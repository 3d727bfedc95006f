/* Filter designs against SciPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-design.h>

/* Response relative to a reference of the same sections: where a corner is
 * tiny, the representation of the coefficients alone limits it. */
/* SciPy works in double. Where its own rounding is above 2e-15 (found by
 * designing the same filters with 113-bit numbers, to which ours agree), that
 * error is the tolerance. */
static double
tolerance (int family, int order, double rate, double f1)
{
  if (family == EEG_DSP_ELLIPTIC && order >= 14)
    return 2e-14;
  if (family == EEG_DSP_CHEBYSHEV2 && (f1 == 48 || f1 > 0.48 * rate))
    return 4e-15;
  return 2e-15;
}

static void
compare (const EegDspSection *got, const double (*want)[5], int n, double omega,
    double eps, const char *what)
{
  double tol = fmax (1e-11, 64 * 0x1p-52 / (omega * omega));
  int i, k;

  for (i = 0; i < n; i++) {
    fail_unless (fabs (got[i].a1 - want[i][3]) <= eps,
        "%s section %d a1 %.17g, SciPy %.17g", what, i, got[i].a1, want[i][3]);
    fail_unless (fabs (got[i].a2 - want[i][4]) <= eps,
        "%s section %d a2 %.17g, SciPy %.17g", what, i, got[i].a2, want[i][4]);
  }
  for (k = 1; k < 40; k++) {
    double complex z = cexp (-I * M_PI * k / 40), g = 1, w = 1;
    for (i = 0; i < n; i++) {
      g *= (got[i].b0 + z * (got[i].b1 + z * got[i].b2)) /
           (1 + z * (got[i].a1 + z * got[i].a2));
      w *= (want[i][0] + z * (want[i][1] + z * want[i][2])) /
           (1 + z * (want[i][3] + z * want[i][4]));
    }
    fail_unless (cabs (g - w) <= tol * cabs (w) + 1e-11,
        "%s response at %d/40 differs by %g of %g", what, k, cabs (g - w),
        cabs (w));
  }
}

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-design.txt", "r");
    char line[512], message[256];
    int cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      EegDspSection got[EEG_DSP_MAX_SECTIONS];
      double want[EEG_DSP_MAX_SECTIONS][5], rate, freq, q, eps = 2e-15;
      EegDspSpec spec;
      int family, band, n = 1, i;
      char what[512];

      if (line[0] == '#')
        continue;
      line[strcspn (line, "\n")] = 0;
      g_strlcpy (what, line, sizeof what);
      if (sscanf (line, "notch %lf %lf %lf", &rate, &freq, &q) == 3) {
        fail_unless_equals_int (
            eeg_dsp_design_notch (rate, freq, q, got, message, sizeof message),
            1);
      } else {
        fail_unless_equals_int (
            sscanf (line, "%d %d %d %lf %lf %lf %lf %lf %d", &family, &band,
                &spec.order, &spec.rate, &spec.f1, &spec.f2, &spec.ripple_db,
                &spec.stop_db, &n),
            9);
        spec.family = family;
        spec.band = band;
        fail_unless_equals_int (
            eeg_dsp_design (&spec, got, message, sizeof message), n);
        rate = spec.rate;
        freq = spec.f1;
        eps = tolerance (family, spec.order, rate, freq);
      }
      for (i = 0; i < n; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        fail_unless_equals_int (
            sscanf (line, "%lf %lf %lf %lf %lf", &want[i][0], &want[i][1],
                &want[i][2], &want[i][3], &want[i][4]),
            5);
      }
      compare (got, want, n, 2 * M_PI * freq / rate, eps, what);
      cases++;
    }
    fclose (f);
    fail_unless (cases > 300);
  }
GST_END_TEST;

static void
refused (EegDspSpec spec, const char *word)
{
  EegDspSection s[EEG_DSP_MAX_SECTIONS];
  char message[256] = "";

  fail_unless_equals_int (
      eeg_dsp_design (&spec, s, message, sizeof message), 0);
  fail_unless (
      strstr (message, word) != NULL, "'%s' lacks '%s'", message, word);
  fail_unless_equals_int (eeg_dsp_design (&spec, s, NULL, 0), 0);
}

GST_START_TEST (test_impossible_refused)
  {
    EegDspSpec good = {
        EEG_DSP_ELLIPTIC, EEG_DSP_LOWPASS, 4, 250, 40, 50, 1, 40};
    EegDspSection s;
    EegDspSpec bad;
    char message[256];

#define REFUSED(field, value, word)                                            \
  bad = good;                                                                  \
  bad.field = value;                                                           \
  refused (bad, word)
    REFUSED (f1, 125, "below 125 Hz");
    REFUSED (f1, 0, "above 0");
    REFUSED (f1, -1, "above 0");
    REFUSED (f1, NAN, "above 0");
    REFUSED (order, 0, "1 to 16");
    REFUSED (order, 17, "1 to 16");
    REFUSED (rate, 0, "rate");
    REFUSED (rate, INFINITY, "rate");
    REFUSED (ripple_db, 0, "ripple");
    REFUSED (stop_db, 0.5, "attenuation");
    REFUSED (stop_db, 1, "exceed");
    good.band = EEG_DSP_BANDPASS;
    REFUSED (f2, 40, "above the lower one");
    REFUSED (f2, 125, "below 125 Hz");
    fail_unless_equals_int (
        eeg_dsp_design_notch (250, 125, 30, &s, message, sizeof message), 0);
    fail_unless (strstr (message, "below 125 Hz") != NULL);
    fail_unless_equals_int (
        eeg_dsp_design_notch (250, 50, 0, &s, message, sizeof message), 0);
    fail_unless (strstr (message, "quality") != NULL);
  }
GST_END_TEST;

static Suite *
dsp_design_suite (void)
{
  Suite *s = suite_create ("dsp-design");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_impossible_refused);
  return s;
}

GST_CHECK_MAIN (dsp_design);
