/* The filter element: every family and several orders on a large offset, against
 * SciPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define FRAMES 700
#define STEP   7 /* of the outputs on file */

static void
fill (gfloat *x, gdouble rate)
{
  guint32 seed = 12345;

  for (guint i = 0; i < FRAMES; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (gfloat) (0.187 + 50e-6 * sin (2 * G_PI * 10 * i / rate) +
                     20e-6 * (seed / 4294967296.0 - 0.5));
  }
}

static GstBuffer *
filtered (const gchar *format, gdouble rate, gdouble highpass, gdouble lowpass,
    gint order, const gchar *family)
{
  const gboolean wide = format[1] == '6';
  g_autofree gchar *caps = g_strdup_printf (
      "audio/x-raw,format=%s,layout=interleaved,rate=%d,channels=1,"
      "eeg-unit=V,eeg-full-scale=(double)1.0",
      format, (gint) rate);
  GstHarness *h = gst_harness_new ("eegfilter");
  gfloat x[FRAMES];
  gdouble *wider;
  GstBuffer *b;

  g_object_set (h->element, "highpass", highpass, "lowpass", lowpass, "order",
      order, NULL);
  gst_util_set_object_arg (G_OBJECT (h->element), "family", family);
  gst_harness_set_src_caps_str (h, caps);
  fill (x, rate);
  if (wide) {
    wider = g_new (gdouble, FRAMES);
    for (guint i = 0; i < FRAMES; i++)
      wider[i] = x[i];
    b = gst_buffer_new_wrapped (wider, FRAMES * sizeof *wider);
  } else {
    b = gst_buffer_new_memdup (x, sizeof x);
  }
  b = gst_harness_push_and_pull (h, b);
  gst_harness_teardown (h);
  return b;
}

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/eegfilter-families.txt", "r");
    gdouble rate, highpass, lowpass, want;
    gchar line[256], family[32];
    guint cases = 0;
    gint order;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      GstBuffer *single, *wide;
      GstMapInfo s, w;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (sscanf (line, "%lf %lf %lf %d %31s", &rate,
                                  &highpass, &lowpass, &order, family),
          5);
      single = filtered ("F32LE", rate, highpass, lowpass, order, family);
      wide = filtered ("F64LE", rate, highpass, lowpass, order, family);
      fail_unless (single != NULL && wide != NULL);
      gst_buffer_map (single, &s, GST_MAP_READ);
      gst_buffer_map (wide, &w, GST_MAP_READ);
      for (guint i = 0; i < FRAMES; i += STEP) {
        const gdouble narrow = ((gfloat *) s.data)[i];
        const gdouble y = ((gdouble *) w.data)[i];

        fail_unless (fgets (line, sizeof line, f) != NULL);
        want = g_ascii_strtod (line, NULL);
        if (fabs (y - want) > 1e-10 ||
            fabs (narrow - want) > 1e-10 + 1.2e-7 * fabs (want))
          fail ("%s, order %d, %g to %g Hz at %g Hz, frame %u: %.12g and %.9g, "
                "SciPy %.12g",
              family, order, highpass, lowpass, rate, i, y, narrow, want);
      }
      gst_buffer_unmap (single, &s);
      gst_buffer_unmap (wide, &w);
      gst_buffer_unref (single);
      gst_buffer_unref (wide);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 50);
  }
GST_END_TEST;

static Suite *
eegfilter_families_suite (void)
{
  Suite *s = suite_create ("eegfilter-families");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scipy);
  return s;
}

GST_CHECK_MAIN (eegfilter_families);
