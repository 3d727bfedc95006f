/* Unit tests: factors for interleaved channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>

#define FRAMES 37

/* Gains of an ADS1299 at 4.5 V give floats; the others do not. */
static gdouble
factor_of (guint c, guint kind)
{
  static const gdouble gains[] = {1, 2, 4, 6, 8, 12, 24};

  switch (kind) {
    case 0:
      return 4.5 / 24 * 0x1p-23;
    case 1:
      return 4.5 / gains[c % 7] * 0x1p-23;
    case 2:
      return 4.096 / gains[c % 7] * 0x1p-23;
    default:
      /* One odd factor among good ones. */
      return c % 7 == 3 ? 1.0 / 3.0 : 0.75;
  }
}

/* No instruction set, place or length changes a bit of the plain product. */
GST_START_TEST (test_products)
  {
    static const guint counts[] = {1, 2, 3, 7, 8, 16, 19, 32, 64, 255, 300};
    guint n = 300 * FRAMES;
    gint32 *in = g_new (gint32, n);
    gfloat *x = g_new (gfloat, n), *y = g_new (gfloat, n + 1);
    gdouble *z = g_new (gdouble, n + 1), *zx = g_new (gdouble, n);
    guint8 *packed = g_malloc (3 * n);

    for (guint i = 0; i < n; i++) {
      in[i] = (gint32) g_random_int ();
      if (i < 4)
        in[i] = i == 0 ? 0x7fffff : i == 1 ? 0x800000 : i == 2 ? -1 : 0;
      x[i] = ldexpf (
          (gfloat) (gint32) g_random_int (), g_random_int_range (-170, -20));
      zx[i] = x[i];
      packed[3 * i] = (guint8) (in[i] >> 16);
      packed[3 * i + 1] = (guint8) (in[i] >> 8);
      packed[3 * i + 2] = (guint8) in[i];
    }
    x[7] = INFINITY;
    x[9] = NAN;
    x[11] = -0.0f;
    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++)
      for (guint k = 0; k < G_N_ELEMENTS (counts); k++)
        for (guint kind = 0; kind < 4; kind++)
          for (guint frames = 0; frames <= FRAMES;
               frames += frames < 5 ? 1 : 16) {
            guint ch = counts[k], total = ch * frames;
            gdouble factors[300];
            EegDspScale *s;

            for (guint c = 0; c < ch; c++)
              factors[c] = factor_of (c, kind);
            s = eeg_dsp_scale_new (factors, ch, isa);
            fail_unless (s != NULL);
#define CHECK_LAST(a) fail_unless ((a)[total] == 42)
            y[total] = 42;
            eeg_dsp_scale_s24_to_f32 (s, in, y, frames);
            CHECK_LAST (y);
            for (guint i = 0; i < total; i++)
              if (y[i] != (gfloat) (((gint32) ((guint32) in[i] << 8) >> 8) *
                                    factors[i % ch]))
                fail ("%s: value %u of %u channels", eeg_dsp_isa_name (isa), i,
                    ch);
            /* One record a frame, and one record a channel. */
            for (guint per = 1; per <= ch; per += MAX (1, ch - 1)) {
              gfloat *w = g_new (gfloat, total + 1);

              w[total] = 42;
              eeg_dsp_unpack24_scaled (
                  s, packed, frames * per, 3 * ch / per, ch / per, w);
              CHECK_LAST (w);
              fail_unless (memcmp (w, y, total * sizeof *w) == 0,
                  "%s, %u records of %u channels", eeg_dsp_isa_name (isa),
                  frames * per, ch / per);
              g_free (w);
            }
            z[total] = 42;
            eeg_dsp_scale_s24_to_f64 (s, in, z, frames);
            CHECK_LAST (z);
            for (guint i = 0; i < total; i++)
              if (z[i] !=
                  ((gint32) ((guint32) in[i] << 8) >> 8) * factors[i % ch])
                fail ("%s: value %u of %u channels", eeg_dsp_isa_name (isa), i,
                    ch);
            /* In place. */
            memcpy (y, x, total * sizeof *y);
            eeg_dsp_scale_f32 (s, y, y, frames);
            CHECK_LAST (y);
            for (guint i = 0; i < total; i++) {
              gfloat want = (gfloat) ((gdouble) x[i] * factors[i % ch]);

              if (memcmp (&y[i], &want, sizeof want) && !(isnan (want)))
                fail ("%s: value %u of %u channels: %a, not %a",
                    eeg_dsp_isa_name (isa), i, ch, y[i], want);
            }
            memcpy (z, zx, total * sizeof *z);
            eeg_dsp_scale_f64 (s, z, z, frames);
            CHECK_LAST (z);
            for (guint i = 0; i < total; i++)
              if (z[i] != zx[i] * factors[i % ch])
                fail ("%s: value %u of %u channels", eeg_dsp_isa_name (isa), i,
                    ch);
            eeg_dsp_scale_free (s);
          }
    g_free (in);
    g_free (x);
    g_free (y);
    g_free (z);
    g_free (zx);
    g_free (packed);
  }
GST_END_TEST;

GST_START_TEST (test_new_factors_count)
  {
    const gdouble a[3] = {1, 2, 3}, b[3] = {0.1, 0.1, 0.1};
    const gfloat x[6] = {1, 1, 1, 2, 2, 2};
    gfloat y[6];
    EegDspScale *s = eeg_dsp_scale_new (a, 3, eeg_dsp_isa ());

    eeg_dsp_scale_f32 (s, x, y, 2);
    fail_unless (y[0] == 1 && y[1] == 2 && y[5] == 6);
    eeg_dsp_scale_set (s, b);
    eeg_dsp_scale_f32 (s, x, y, 2);
    fail_unless (y[0] == (gfloat) 0.1 && y[5] == (gfloat) 0.2);
    eeg_dsp_scale_free (s);
    fail_unless (eeg_dsp_scale_new (a, 0, eeg_dsp_isa ()) == NULL);
    eeg_dsp_scale_free (NULL);
  }
GST_END_TEST;

static Suite *
dsp_scale_suite (void)
{
  Suite *s = suite_create ("dsp-scale");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_products);
  tcase_add_test (tc, test_new_factors_count);
  return s;
}

GST_CHECK_MAIN (dsp_scale);
