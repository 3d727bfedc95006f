/* Linear mixes of channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-matrix.h>

/* A spec with memory of its own. */
typedef struct
{
  EegDspMatrixSpec s;
  uint32_t *start, *index;
  double *value, *common, *share;
} Spec;

/* @per_row terms a row, 0: all. */
static Spec *
make_spec (guint rows, guint cols, guint per_row, gboolean common, guint seed)
{
  GRand *r = g_rand_new_with_seed (seed);
  Spec *p = g_new0 (Spec, 1);
  guint i, k, n = per_row ? per_row : cols;

  p->start = g_new (uint32_t, rows + 1);
  p->index = g_new (uint32_t, rows * n);
  p->value = g_new (double, rows *n);
  for (i = 0; i <= rows; i++)
    p->start[i] = i * n;
  for (i = 0; i < rows; i++)
    for (k = 0; k < n; k++) {
      p->index[i * n + k] =
          per_row ? (uint32_t) g_rand_int_range (r, 0, cols) : k;
      p->value[i * n + k] = g_rand_double_range (r, -1, 1);
    }
  if (common) {
    p->common = g_new (double, cols);
    p->share = g_new (double, rows);
    for (i = 0; i < cols; i++)
      p->common[i] = g_rand_double_range (r, -1, 1);
    for (i = 0; i < rows; i++)
      p->share[i] = i % 3 ? -1 : 0;
  }
  p->s = (EegDspMatrixSpec){
      rows, cols, p->start, p->index, p->value, p->common, p->share};
  g_rand_free (r);
  return p;
}

static void
free_spec (Spec *p)
{
  g_free (p->start);
  g_free (p->index);
  g_free (p->value);
  g_free (p->common);
  g_free (p->share);
  g_free (p);
}

static float *
make_noise (guint n, guint seed)
{
  GRand *r = g_rand_new_with_seed (seed);
  float *x = g_new (float, n);
  guint i;

  for (i = 0; i < n; i++)
    x[i] = (float) g_rand_double_range (r, -1e-3, 1e-3);
  g_rand_free (r);
  return x;
}

/* By the book, in long double. */
static long double
naive (const Spec *p, guint row, const float *x)
{
  long double sum = 0, common = 0;
  guint k;

  for (k = p->start[row]; k < p->start[row + 1]; k++)
    sum += (long double) p->value[k] * x[p->index[k]];
  for (k = 0; p->common && k < p->s.cols; k++)
    common += (long double) p->common[k] * x[k];
  return p->share ? sum + p->share[row] * common : sum;
}

static const struct
{
  guint rows, cols, per_row;
  gboolean common;
  EegDspMatrixPath path;
} shapes[] = {
    {1, 1, 1, FALSE, EEG_DSP_MATRIX_SPARSE},
    {3, 200, 2, FALSE, EEG_DSP_MATRIX_SPARSE},
    {40, 40, 5, TRUE, EEG_DSP_MATRIX_SPARSE},
    {1030, 1030, 1, TRUE, EEG_DSP_MATRIX_SPARSE},
    {8, 8, 0, FALSE, EEG_DSP_MATRIX_DENSE},
    {37, 20, 0, FALSE, EEG_DSP_MATRIX_DENSE},
    {64, 65, 0, TRUE, EEG_DSP_MATRIX_DENSE},
    {5, 700, 0, FALSE, EEG_DSP_MATRIX_DENSE},
    {130, 3, 0, FALSE, EEG_DSP_MATRIX_DENSE},
};

/* What was said to be replaced. */
typedef struct
{
  guint n;
  struct
  {
    size_t first, n, channel;
  } runs[8];
} Told;

static void
tell (void *data, size_t first, size_t n, size_t channel)
{
  Told *told = data;

  fail_unless (told->n < G_N_ELEMENTS (told->runs));
  told->runs[told->n].first = first;
  told->runs[told->n].n = n;
  told->runs[told->n++].channel = channel;
}

static void
check_told (const Told *told, guint i, size_t first, size_t n, size_t channel)
{
  fail_unless (i < told->n);
  fail_unless_equals_uint64 (told->runs[i].first, first);
  fail_unless_equals_uint64 (told->runs[i].n, n);
  fail_unless_equals_uint64 (told->runs[i].channel, channel);
}

GST_START_TEST (test_equals_the_definition)
  {
    guint i, isa;

    for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (i = 0; i < G_N_ELEMENTS (shapes); i++) {
        const guint frames = 43, rows = shapes[i].rows, cols = shapes[i].cols;
        Spec *p =
            make_spec (rows, cols, shapes[i].per_row, shapes[i].common, i);
        float *x = make_noise (frames * cols, i);
        double *xx = g_new (double, frames *cols);
        float *y = g_new (float, frames *rows);
        double *yy = g_new (double, frames *rows);
        EegDspMatrix *m = eeg_dsp_matrix_new_for_isa (&p->s, isa);
        guint f, r;

        fail_unless (m != NULL);
        fail_unless_equals_int (eeg_dsp_matrix_path (m), shapes[i].path);
        for (f = 0; f < frames * cols; f++)
          xx[f] = x[f];
        fail_unless (eeg_dsp_matrix_process_f32 (m, x, y, frames) == 0);
        fail_unless (eeg_dsp_matrix_process_f64 (m, xx, yy, frames) == 0);
        for (f = 0; f < frames; f++)
          for (r = 0; r < rows; r++) {
            double want = (double) naive (p, r, x + f * cols);
            double got = yy[f * rows + r];

            fail_unless (fabs (got - want) < 1e-15, "%s shape %u: %.17g %.17g",
                eeg_dsp_isa_name (isa), i, got, want);
            fail_unless (y[f * rows + r] == (float) got);
          }
        eeg_dsp_matrix_free (m);
        free_spec (p);
        g_free (x);
        g_free (xx);
        g_free (y);
        g_free (yy);
      }
    }
  }
GST_END_TEST;

/* Splits do not show, nor where bad values are among them; processors with
 * fused multiply-add agree to the last bit. */
GST_START_TEST (test_splits_and_processors_agree)
  {
    guint i, isa, round;

    for (i = 0; i < G_N_ELEMENTS (shapes); i++) {
      const guint frames = 211, rows = shapes[i].rows, cols = shapes[i].cols;
      Spec *p =
          make_spec (rows, cols, shapes[i].per_row, shapes[i].common, i + 7);
      float *x = make_noise (frames * cols, i), *fused = NULL;

      x[p->index[0]] = NAN;
      x[100 * cols + p->index[0]] = INFINITY;
      x[101 * cols + p->index[0]] = -2e30f;
      for (isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        EegDspMatrix *m = eeg_dsp_matrix_new_for_isa (&p->s, isa);
        float *a = g_new (float, frames *rows),
              *b = g_new (float, frames *rows);
        Told told = {0};

        if (!eeg_dsp_isa_supported (isa)) {
          eeg_dsp_matrix_free (m);
          g_free (a);
          g_free (b);
          continue;
        }
        eeg_dsp_matrix_report_replaced (m, tell, &told);
        fail_unless (eeg_dsp_matrix_process_f32 (m, x, a, frames) == 3);
        fail_unless_equals_int (told.n, 2);
        check_told (&told, 0, 0, 1, p->index[0]);
        check_told (&told, 1, 100, 2, p->index[0]);
        eeg_dsp_matrix_report_replaced (m, NULL, NULL);
        for (round = 0; round < 4; round++) {
          GRand *r = g_rand_new_with_seed (round);
          guint at, n, bad = 0;

          eeg_dsp_matrix_reset (m);
          for (at = 0; at < frames; at += n) {
            n = round == 0
                    ? 1
                    : (guint) g_rand_int_range (r, 1, 20 * round * round);
            n = MIN (n, frames - at);
            bad += (guint) eeg_dsp_matrix_process_f32 (
                m, x + at * cols, b + at * rows, n);
          }
          fail_unless_equals_int (bad, 3);
          fail_unless (memcmp (a, b, sizeof *a * frames * rows) == 0,
              "%s shape %u round %u", eeg_dsp_isa_name (isa), i, round);
          g_rand_free (r);
        }
        if (rows == cols) {
          memcpy (b, x, sizeof *x * frames * cols);
          eeg_dsp_matrix_reset (m);
          eeg_dsp_matrix_process_f32 (m, b, b, frames);
          fail_unless (memcmp (a, b, sizeof *a * frames * rows) == 0);
        }
        if (isa != EEG_DSP_ISA_BASELINE && fused)
          fail_unless (memcmp (a, fused, sizeof *a * frames * rows) == 0);
        if (isa != EEG_DSP_ISA_BASELINE && !fused)
          fused = g_memdup2 (a, sizeof *a * frames * rows);
        eeg_dsp_matrix_free (m);
        g_free (a);
        g_free (b);
      }
      free_spec (p);
      g_free (x);
      g_free (fused);
    }
  }
GST_END_TEST;

/* What is only chosen keeps its bits, whatever they mean. */
GST_START_TEST (test_picks_are_copies)
  {
    static const uint32_t start[] = {0, 1, 2, 3, 4, 5, 6},
                          index[] = {5, 0, 1, 2, 4, 4};
    static const double value[] = {1, 1, 1, 1, 1, 1};
    EegDspMatrixSpec spec = {6, 6, start, index, value};
    EegDspMatrix *m = eeg_dsp_matrix_new (&spec);
    float in[18], out[18];
    guint32 bits[18], picked[18];
    Told told = {0};
    guint f, r;

    fail_unless_equals_int (eeg_dsp_matrix_path (m), EEG_DSP_MATRIX_PICK);
    for (f = 0; f < 18; f++) {
      in[f] = (float) (f * 1e-42 - 1e-45);
      bits[f] = 0xff800000u + f * 77;
    }
    fail_unless (eeg_dsp_matrix_process_f32 (m, in, out, 3) == 0);
    eeg_dsp_matrix_pick_32 (m, bits, picked, 3);
    for (f = 0; f < 3; f++)
      for (r = 0; r < 6; r++) {
        fail_unless (memcmp (out + f * 6 + r, in + f * 6 + index[r], 4) == 0);
        fail_unless (picked[f * 6 + r] == bits[f * 6 + index[r]]);
      }
    eeg_dsp_matrix_pick_32 (m, bits, bits, 3);
    fail_unless (memcmp (bits, picked, sizeof bits) == 0);
    /* Held values, and an unused input that is bad does not count. */
    in[6 + 4] = NAN;
    in[12 + 4] = NAN;
    in[12 + 3] = NAN;
    eeg_dsp_matrix_report_replaced (m, tell, &told);
    fail_unless (eeg_dsp_matrix_process_f32 (m, in, out, 3) == 2);
    fail_unless (out[6 + 4] == in[4] && out[12 + 5] == in[4]);
    fail_unless_equals_int (told.n, 1);
    check_told (&told, 0, 1, 2, 4);
    fail_unless (eeg_dsp_matrix_process_f32 (m, in + 6, out, 1) == 1);
    fail_unless (out[4] == in[4]);
    eeg_dsp_matrix_free (m);
  }
GST_END_TEST;

GST_START_TEST (test_bad_input_reaches_only_its_rows)
  {
    Spec *p = make_spec (40, 40, 3, FALSE, 5);
    EegDspMatrix *m = eeg_dsp_matrix_new (&p->s);
    float *x = make_noise (40 * 50, 2), a[40 * 50], b[40 * 50];
    guint f, r, k;

    eeg_dsp_matrix_process_f32 (m, x, a, 50);
    for (f = 20; f < 30; f++)
      x[f * 40 + 7] = NAN;
    eeg_dsp_matrix_reset (m);
    eeg_dsp_matrix_process_f32 (m, x, b, 50);
    for (f = 0; f < 50; f++)
      for (r = 0; r < 40; r++) {
        gboolean uses = FALSE;

        for (k = p->start[r]; k < p->start[r + 1]; k++)
          uses |= p->index[k] == 7;
        fail_unless (isfinite (b[f * 40 + r]));
        if (!uses || f < 20 || f >= 30)
          fail_unless (a[f * 40 + r] == b[f * 40 + r]);
      }
    eeg_dsp_matrix_free (m);
    free_spec (p);
    g_free (x);
  }
GST_END_TEST;

GST_START_TEST (test_bad_specs_refused)
  {
    static const uint32_t start[] = {0, 1, 2}, falling[] = {0, 2, 1},
                          late[] = {1, 1, 2}, index[] = {0, 1}, far[] = {0, 2};
    static const double value[] = {1, 2}, nan_[] = {1, NAN},
                        inf[] = {INFINITY, 0};
    EegDspMatrixSpec good = {2, 2, start, index, value, value, value}, s;
    EegDspMatrix *m = eeg_dsp_matrix_new (&good);

    fail_unless (m != NULL);
    eeg_dsp_matrix_free (m);
    eeg_dsp_matrix_free (NULL);
#define REFUSED(field, with)                                                   \
  s = good;                                                                    \
  s.field = with;                                                              \
  fail_unless (eeg_dsp_matrix_new (&s) == NULL)
    REFUSED (rows, 0);
    REFUSED (cols, 0);
    REFUSED (cols, 1);
    REFUSED (start, NULL);
    REFUSED (start, falling);
    REFUSED (start, late);
    REFUSED (index, far);
    REFUSED (value, nan_);
    REFUSED (common, NULL);
    REFUSED (share, NULL);
    REFUSED (common, inf);
    REFUSED (share, nan_);
  }
GST_END_TEST;

static Suite *
dsp_matrix_suite (void)
{
  Suite *s = suite_create ("dsp-matrix");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_equals_the_definition);
  tcase_add_test (tc, test_splits_and_processors_agree);
  tcase_add_test (tc, test_picks_are_copies);
  tcase_add_test (tc, test_bad_input_reaches_only_its_rows);
  tcase_add_test (tc, test_bad_specs_refused);
  return s;
}

GST_CHECK_MAIN (dsp_matrix);
