/* What every processor and instruction set must agree on: results of the float
 * stages against tests/golden/dsp-agree.py, which knows more digits than a float
 * has. Two results that are both rounded correctly, but for what doubles lose,
 * are at most one unit in the last place apart.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-fir.h>
#include <gst/eeg/dsp/eegdsp-format.h>
#include <gst/eeg/dsp/eegdsp-matrix.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>

#define MAX_SECTIONS 8

static guint32
word (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed;
}

static float *
noise (guint n, guint32 seed)
{
  float *x = g_new (float, n);

  for (guint i = 0; i < n; i++)
    x[i] = (float) (0.02 + 1e-4 * (word (&seed) / 4294967296.0 - 0.5));
  return x;
}

static void
next_line (FILE *f, char line[256])
{
  fail_unless (fgets (line, 256, f) != NULL, "the golden file ends early");
  line[strcspn (line, "\n")] = 0;
}

static double *
numbers (FILE *f, guint n)
{
  double *v = g_new (double, n);
  char line[256];

  for (guint i = 0; i < n; i++) {
    next_line (f, line);
    v[i] = g_ascii_strtod (line, NULL);
  }
  return v;
}

/* Opens the golden file at the @n-th case of @kind; @p: its numbers. */
static FILE *
find_case (const char *kind, guint n, int p[5])
{
  FILE *f = fopen (TEST_DATA_DIR "/dsp-agree.txt", "r");
  gsize length = strlen (kind);
  char line[256];

  fail_unless (f != NULL);
  while (fgets (line, sizeof line, f))
    if (strncmp (line, kind, length) == 0 && n-- == 0) {
      memset (p, 0, 5 * sizeof *p);
      sscanf (line + length, "%d %d %d %d %d", p, p + 1, p + 2, p + 3, p + 4);
      return f;
    }
  fail ("no %s in the golden file", kind);
  return NULL;
}

/* Rounded to float once, from a sum in double precision. */
static void
check (const char *what, int isa, const float *y, const double *want, guint n)
{
  guint differ = 0;

  for (guint i = 0; i < n; i++) {
    double ulp = ldexp (1, ilogb (want[i]) - 23);

    fail_unless (fabs (y[i] - want[i]) <= 0.5 * ulp + 1e-15,
        "%s, %s: %.9g instead of %.17g, %.3f units in the last place", what,
        eeg_dsp_isa_name (isa), y[i], want[i], fabs (y[i] - want[i]) / ulp);
    differ += y[i] != (float) want[i];
  }
  /* Ties as close as that are rare. */
  fail_unless (differ <= n / 100, "%s, %s: %u of %u are not the nearest float",
      what, eeg_dsp_isa_name (isa), differ, n);
}

#define EACH_ISA(isa)                                                          \
  for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++)                               \
    if (eeg_dsp_isa_supported (isa))

GST_START_TEST (test_filter)
  {
    int p[5];
    FILE *f = find_case ("filter", 0, p);
    guint n = (guint) (p[1] * p[2]);
    double *c = numbers (f, 5 * (guint) p[0]), *want = numbers (f, n);
    float *x = noise (n, 1), *y = g_new (float, n);
    EegDspSection s[MAX_SECTIONS];

    fail_unless (p[0] <= MAX_SECTIONS);
    for (int i = 0; i < p[0]; i++)
      s[i] = (EegDspSection){.b0 = c[5 * i],
          .b1 = c[5 * i + 1],
          .b2 = c[5 * i + 2],
          .a1 = c[5 * i + 3],
          .a2 = c[5 * i + 4]};
    EACH_ISA (isa)
    {
      EegDspCascade *k = eeg_dsp_cascade_new_for_isa (s, p[0], p[1], isa);

      eeg_dsp_cascade_reset (k, EEG_DSP_START_ZERO);
      fail_unless (eeg_dsp_cascade_process_f32 (k, x, y, (gsize) p[2]) == 0);
      check ("filter", isa, y, want, n);
      eeg_dsp_cascade_free (k);
    }
    g_free (c);
    g_free (want);
    g_free (x);
    g_free (y);
    fclose (f);
  }
GST_END_TEST;

GST_START_TEST (test_fir)
  {
    int p[5];
    FILE *f = find_case ("fir", 0, p);
    guint n = (guint) (p[1] * p[2]);
    double *taps = numbers (f, (guint) p[0]), *want = numbers (f, n);
    float *x = noise (n, 3), *y = g_new (float, n);

    EACH_ISA (isa)
    {
      EegDspFirFilter *k =
          eeg_dsp_fir_new_for_isa (taps, (gsize) p[0], p[1], isa);

      eeg_dsp_fir_reset (k, EEG_DSP_START_ZERO);
      fail_unless (eeg_dsp_fir_process_f32 (k, x, y, (gsize) p[2]) == 0);
      check ("fir", isa, y, want, n);
      eeg_dsp_fir_free (k);
    }
    g_free (taps);
    g_free (want);
    g_free (x);
    g_free (y);
    fclose (f);
  }
GST_END_TEST;

GST_START_TEST (test_decimator)
  {
    int p[5];
    FILE *f = find_case ("decimator", (guint) __i__, p);
    EegDspDecimatorSpec spec = {
        p[0], p[1], EEG_DSP_QUALITY_STANDARD, EEG_DSP_PHASE_LINEAR};
    guint n = (guint) (p[2] * p[4]);
    double *want = numbers (f, n);
    float *x = noise ((guint) (p[2] * p[3]), 4), *y = g_new (float, n);

    EACH_ISA (isa)
    {
      EegDspDecimator *k = eeg_dsp_decimator_new_full (&spec, p[2], isa);
      gsize made = eeg_dsp_decimator_process_f32 (k, x, (gsize) p[3], y, NULL);

      made += eeg_dsp_decimator_drain_f32 (k, y + made * (gsize) p[2]);
      fail_unless_equals_int ((int) made, p[4]);
      check ("decimator", isa, y, want, n);
      eeg_dsp_decimator_free (k);
    }
    g_free (want);
    g_free (x);
    g_free (y);
    fclose (f);
  }
GST_END_TEST;

GST_START_TEST (test_matrix)
  {
    int p[5];
    FILE *f = find_case ("matrix", 0, p);
    guint rows = (guint) p[0], cols = (guint) p[1], frames = (guint) p[2];
    double *m = numbers (f, rows * cols), *want = numbers (f, rows * frames);
    float *x = noise (cols * frames, 6), *y = g_new (float, rows *frames);
    guint32 *start = g_new (guint32, rows + 1);
    guint32 *index = g_new (guint32, rows * cols);
    EegDspMatrixSpec spec = {rows, cols, start, index, m, NULL, NULL};

    for (guint r = 0; r <= rows; r++)
      start[r] = r * cols;
    for (guint i = 0; i < rows * cols; i++)
      index[i] = i % cols;
    EACH_ISA (isa)
    {
      EegDspMatrix *k = eeg_dsp_matrix_new_for_isa (&spec, isa);

      fail_unless (eeg_dsp_matrix_process_f32 (k, x, y, frames) == 0);
      check ("matrix", isa, y, want, rows * frames);
      eeg_dsp_matrix_free (k);
    }
    g_free (start);
    g_free (index);
    g_free (m);
    g_free (want);
    g_free (x);
    g_free (y);
    fclose (f);
  }
GST_END_TEST;

/* Counts exactly, volts as exactly as a float can be. */
GST_START_TEST (test_unpack)
  {
    int p[5];
    FILE *f = find_case ("unpack", 0, p);
    guint channels = (guint) p[0], frames = (guint) p[1], n = channels * frames;
    double *codes = numbers (f, n), *want = numbers (f, n);
    double factor[64];
    guint8 *bytes = g_new (guint8, 3 * n);
    gint32 *counts = g_new (gint32, n);
    float *y = g_new (float, n);
    guint32 seed = 7;

    fail_unless (channels <= G_N_ELEMENTS (factor));
    for (guint c = 0; c < channels; c++)
      factor[c] = 4.5 / 24 / 8388608;
    for (guint i = 0; i < n; i++) {
      guint32 w = word (&seed);

      for (int k = 0; k < 3; k++)
        bytes[3 * i + k] = (guint8) (w >> (24 - 8 * k));
    }
    EACH_ISA (isa)
    {
      EegDspScale *k = eeg_dsp_scale_new (factor, channels, isa);

      eeg_dsp_unpack24 (
          isa, bytes, frames, 3 * channels, channels, counts, channels);
      for (guint i = 0; i < n; i++)
        fail_unless_equals_int (counts[i], (int) codes[i]);
      eeg_dsp_unpack24_scaled (k, bytes, frames, 3 * channels, channels, y);
      check ("unpack", isa, y, want, n);
      eeg_dsp_scale_s24_to_f32 (k, counts, y, frames);
      check ("scale", isa, y, want, n);
      eeg_dsp_scale_free (k);
    }
    g_free (codes);
    g_free (want);
    g_free (bytes);
    g_free (counts);
    g_free (y);
    fclose (f);
  }
GST_END_TEST;

GST_START_TEST (test_format)
  {
    int p[5];
    FILE *f = find_case ("format", (guint) __i__, p);
    guint n = (guint) p[1];
    double *values = numbers (f, n);
    float *x = g_new (float, n);
    GString *want = g_string_new (NULL);
    char *text = g_malloc ((gsize) n * EEG_DSP_FORMAT_FIELD_SIZE), line[256];

    for (guint i = 0; i < n; i++) {
      x[i] = (float) values[i];
      next_line (f, line);
      g_string_append_printf (want, "%s,", line);
    }
    EACH_ISA (isa)
    {
      char *end = eeg_dsp_format_volts (isa, text, x, n, (guint) p[0], ',');

      *end = 0;
      fail_unless_equals_string (text, want->str);
    }
    g_string_free (want, TRUE);
    g_free (values);
    g_free (x);
    g_free (text);
    fclose (f);
  }
GST_END_TEST;

static Suite *
agree_suite (void)
{
  Suite *s = suite_create ("dsp-agree");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_filter);
  tcase_add_test (tc, test_fir);
  tcase_add_loop_test (tc, test_decimator, 0, 2);
  tcase_add_test (tc, test_matrix);
  tcase_add_test (tc, test_unpack);
  tcase_add_loop_test (tc, test_format, 0, 4);
  return s;
}

GST_CHECK_MAIN (agree);
