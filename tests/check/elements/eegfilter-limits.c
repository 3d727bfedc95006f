/* The filter element: requests at the limits of the arithmetic, and beyond
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegfilter-rig.h"

static GstElement *
make (const gchar *properties)
{
  gchar *text = g_strdup_printf ("eegfilter %s", properties);
  GstElement *e = gst_parse_launch (text, NULL);

  fail_unless (GST_IS_EEG_RESPONSE (e), "%s", properties);
  g_free (text);
  return e;
}

/* Refused before it runs and when it would run, in the same words. */
static void
refused (const gchar *properties, guint rate, const gchar *word)
{
  GstElement *e = make (properties);
  gchar *text = g_strdup_printf (
      "eegtestsrc num-buffers=2 channels=2 rate=%u ! eegfilter %s ! fakesink",
      rate, properties);
  GstElement *p = gst_parse_launch (text, NULL);
  GstBus *bus = gst_element_get_bus (p);
  GError *before = NULL, *running = NULL;
  GstMessage *m;
  gdouble hz = 10, re, im;

  fail_if (gst_eeg_response_check (GST_EEG_RESPONSE (e), rate, &before));
  fail_unless (strstr (before->message, word) != NULL,
      "%s at %u Hz: \"%s\" lacks \"%s\"", properties, rate, before->message,
      word);
  fail_if (
      gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), rate, &hz, 1, &re, &im));
  fail_unless (gst_eeg_response_describe (GST_EEG_RESPONSE (e), rate) == NULL);
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR,
      "%s at %u Hz", properties, rate);
  gst_message_parse_error (m, &running, NULL);
  fail_unless (strstr (running->message, before->message) != NULL,
      "\"%s\" and \"%s\"", before->message, running->message);
  gst_element_set_state (p, GST_STATE_NULL);
  g_error_free (before);
  g_error_free (running);
  gst_message_unref (m);
  gst_object_unref (bus);
  gst_object_unref (p);
  gst_object_unref (e);
  g_free (text);
}

/* What doubles cannot hold: these gave NaN, or another gain than the one asked
 * for. */
GST_START_TEST (test_corners_beyond_the_arithmetic_refused)
  {
    refused ("highpass=1e-8", 250,
        "highpass: corner frequency is 1e-08 Hz, expected at least 2.7e-05 Hz "
        "for order 4 at 250 samples per second");
    refused ("highpass=1e-7 order=4", 250, "expected at least");
    refused ("highpass=1e-6 order=2", 4000, "for order 2 at 4000 samples");
    refused ("highpass=1e-5 order=4", 16000, "expected at least");
    refused ("highpass=1e-5 order=16", 16000, "for order 16 at 16000 samples");
    refused ("lowpass=1e-5 order=16", 4000, "lowpass: corner frequency is");
    refused ("lowpass=1e-4 order=16", 16000, "expected at least");
    refused ("lowpass=124.99999999 order=4", 250,
        "is 124.99999999 Hz, expected at most 124.9999");
    refused (
        "notch=1e-9", 250, "notch frequency is 1e-09 Hz, expected at least");
    refused ("notch=1e-6 notch-q=10000", 250, "for a quality of 10000 at 250");
  }
GST_END_TEST;

/* The frequency that a refusal names does work, and little less does not. */
GST_START_TEST (test_named_corner_works)
  {
    static const gchar *const families[] = {
        "butterworth", "chebyshev1", "chebyshev2", "elliptic", "bessel"};
    static const gchar *const bands[] = {"highpass", "lowpass"};
    static const gint orders[] = {2, 4, 16};

    for (guint n = 0; n < G_N_ELEMENTS (families) * 2 * 3; n++) {
      GstElement *e = gst_element_factory_make ("eegfilter", NULL);
      GstEegResponse *r = GST_EEG_RESPONSE (e);
      const gchar *band = bands[n % 2], *at;
      gdouble rate = n % 3 ? 250 : 16000, least;
      GError *error = NULL;

      g_object_set (e, band, 1e-12, "order", orders[n / 2 % 3], NULL);
      gst_util_set_object_arg (G_OBJECT (e), "family", families[n / 6]);
      fail_if (gst_eeg_response_check (r, rate, &error));
      at = strstr (error->message, "at least ");
      fail_unless (at != NULL, "%s", error->message);
      least = g_ascii_strtod (at + strlen ("at least "), NULL);
      fail_unless (least > 1e-9 && least < 0.1, "%s", error->message);
      g_clear_error (&error);
      g_object_set (e, band, least, NULL);
      fail_unless (gst_eeg_response_check (r, rate, &error), "%s",
          error ? error->message : "");
      g_object_set (e, band, least / 3, NULL);
      fail_if (gst_eeg_response_check (r, rate, NULL), "%s %g", band, least);
      gst_object_unref (e);
    }
  }
GST_END_TEST;

static void
gain_is (GstElement *e, gdouble rate, gdouble hz, gdouble want, gdouble error)
{
  gdouble re, im;

  fail_unless (
      gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), rate, &hz, 1, &re, &im));
  fail_unless (fabs (hypot (re, im) - want) <= error, "%g Hz: %.9g, not %.9g",
      hz, hypot (re, im), want);
}

/* Low corners at high rates that are in use. Wanted: the definition of the
 * families, -3.01 dB or the ripple at the corner. */
GST_START_TEST (test_low_corners_work)
  {
    GstElement *e = make ("highpass=0.01");

    gain_is (e, 30000, 0.01, G_SQRT2 / 2, 1e-4);
    gain_is (e, 30000, 0.001, 1e-4, 1e-8);
    gain_is (e, 30000, 1000, 1, 1e-4);
    gain_is (e, 30000, 15000, 1, 1e-4);
    g_object_set (e, "order", 16, NULL);
    gain_is (e, 30000, 0.01, G_SQRT2 / 2, 7e-4);
    gst_util_set_object_arg (G_OBJECT (e), "family", "elliptic");
    g_object_set (e, "order", 8, "ripple", 0.5, NULL);
    gain_is (e, 30000, 0.01, pow (10, -0.5 / 20), 1e-3);
    gst_object_unref (e);
    e = make ("lowpass=0.01 order=16");
    gain_is (e, 16000, 0, 1, 1e-3);
    gain_is (e, 16000, 0.01, G_SQRT2 / 2, 1e-3);
    gst_object_unref (e);
  }
GST_END_TEST;

/* These made infinities of finite samples. */
GST_START_TEST (test_overflow_refused)
  {
    refused ("fir=1e300,1e300", 250,
        "fir would amplify 2e+300 times, expected at most 1e+07 times");
    refused ("fir=1e308,1e308", 250, "fir would amplify");
    refused ("sos=1e25,0,0,1,0,0,1e25,0,0,1,0,0", 250,
        "sos would amplify 1e+50 times");
    refused ("sos=1e300,0,0,1,0,0,1e-300,0,0,1,0,0", 250,
        "amplify 1e+300 times, expected at most 1e+100");
    refused ("sos=1e5,0,0,1,0,0 fir=1e5", 250,
        "sos and fir together would amplify 1e+10 times");
    /* a resonance between the points of any grid */
    refused ("sos=1,0,0,1,-1.2345678,0.99999999", 1000, "sos would amplify");
    refused ("sos=1,0,0,1,-0.99999999,0", 1000, "sos would amplify 1e+08");
    refused ("lowpass=30 fir=2e7", 250, "fir would amplify");
  }
GST_END_TEST;

/* To microvolts and more; the largest values that are taken stay finite. */
GST_START_TEST (test_great_gains_work)
  {
    static const gchar *const good[] = {"fir=1e6", "sos=1e7,0,0,1,0,0",
        "sos=1e-30,0,0,1,0,0,1e30,0,0,1,0,0", "fir=1e7",
        "lowpass=40 sos=1e3,0,0,1,0,0 fir=1e4",
        "sos=1,0,0,1,-1.999,0.99901 fir=0.5"};

    for (guint n = 0; n < G_N_ELEMENTS (good); n++) {
      GstHarness *h = start (good[n]);
      gfloat *x = g_new (gfloat, 1000 * CHANNELS);
      GArray *got;

      for (guint i = 0; i < 1000 * CHANNELS; i++)
        x[i] = i / 7 % 2 ? 1e30f : -1e30f;
      fail_unless_equals_int (
          gst_harness_push (
              h, gst_buffer_new_wrapped (x, 1000 * CHANNELS * sizeof *x)),
          GST_FLOW_OK);
      got = outputs (h);
      fail_unless_equals_int (got->len, 1000 * CHANNELS);
      for (guint i = 0; i < got->len; i++)
        fail_unless (
            isfinite (g_array_index (got, gfloat, i)), "%s, %u", good[n], i);
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_sections_beyond_doubles_refused)
  {
    gchar *x = g_strnfill (100000, 'x'), *sos = g_strconcat ("sos=", x, NULL);
    gchar *fir = g_strconcat ("fir=", x, NULL);

    refused ("sos=1e300,1,1,1e-300,0,0", 250,
        "section 1 of sos is too large once divided by its a0 of 1e-300");
    refused ("sos=1,0,0,0,0,0", 250, "is not stable (a0 0, a1 0, a2 0)");
    refused (
        "sos=1,0,0,1,0,0,1,0,0,1,-2,1", 500, "section 2 of sos is not stable");
    refused ("sos=1,0,0,1,0,0,1,0,0,1,-2,1", 500, "at 500 samples per second");
    refused ("sos=1,2", 500, "at 500 samples per second");
    refused ("fir=1,,2", 500, "at 500 samples per second");
    /* what was expected stands behind the longest entry */
    refused (sos, 250, "xxx...', expected a finite number");
    refused (fir, 250, "write for example 1,2.5 (at 250 samples per second)");
    g_free (x);
    g_free (sos);
    g_free (fir);
  }
GST_END_TEST;

GST_START_TEST (test_align_while_it_runs_refused)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();
    gdouble hz;

    gst_element_set_bus (h->element, bus);
    g_object_set (h->element, "lowpass", 45.0, "align-frequency", 10.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS);
    gst_harness_push (h, make_buffer (0, 20));
    g_object_set (h->element, "align-frequency", 5.0, NULL);
    expect_message (bus, GST_MESSAGE_WARNING,
        "align-frequency cannot change while the stream runs and keeps its "
        "value: stop first");
    g_object_get (h->element, "align-frequency", &hz, NULL);
    fail_unless (hz == 10);
    /* the same again is no change */
    g_object_set (h->element, "align-frequency", 10.0, NULL);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
    gst_element_set_state (h->element, GST_STATE_READY);
    g_object_set (h->element, "align-frequency", 5.0, NULL);
    g_object_get (h->element, "align-frequency", &hz, NULL);
    fail_unless (hz == 5);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* A difference behind a low-pass upon an offset: floats in between would cost
 * 15 nV. Wanted: the same in a stream of doubles. */
GST_START_TEST (test_no_rounding_between_sections_and_fir)
  {
    const gchar *properties = "lowpass=45 fir=\"1,-1\"";
    GstHarness *narrow = start (properties), *wide = start (properties);
    gfloat *x = g_new (gfloat, 1000 * CHANNELS);
    gdouble *y = g_new (gdouble, 1000 * CHANNELS);
    gdouble worst = 0;
    GArray *got;
    GstMapInfo map;
    GstBuffer *b;

    for (guint i = 0; i < 1000 * CHANNELS; i++)
      y[i] = x[i] = (i % CHANNELS ? -0.187f : 0.187f) +
                    1e-5f * ((gint) (i * 7919u % 101) - 50);
    gst_harness_set_src_caps_str (wide,
        "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0");
    for (guint at = 0, n; at < 1000; at += n) {
      n = MIN (1 + at % 17, 1000 - at);
      gst_harness_push (narrow,
          gst_buffer_new_memdup (x + at * CHANNELS, n * CHANNELS * sizeof *x));
    }
    gst_harness_push (
        wide, gst_buffer_new_wrapped (y, 1000 * CHANNELS * sizeof *y));
    got = outputs (narrow);
    b = gst_harness_pull (wide);
    gst_buffer_map (b, &map, GST_MAP_READ);
    fail_unless_equals_int (got->len, 1000 * CHANNELS);
    for (guint i = 0; i < got->len; i++) {
      gdouble want = ((gdouble *) map.data)[i];

      worst = MAX (worst,
          fabs (g_array_index (got, gfloat, i) - want) - 6e-8 * fabs (want));
    }
    fail_unless (worst < 1e-14, "%g V", worst);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    g_array_unref (got);
    g_free (x);
    gst_harness_teardown (narrow);
    gst_harness_teardown (wide);
  }
GST_END_TEST;

static Suite *
eegfilter_limits_suite (void)
{
  Suite *s = suite_create ("eegfilter-limits");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_corners_beyond_the_arithmetic_refused);
  tcase_add_test (tc, test_named_corner_works);
  tcase_add_test (tc, test_low_corners_work);
  tcase_add_test (tc, test_overflow_refused);
  tcase_add_test (tc, test_great_gains_work);
  tcase_add_test (tc, test_sections_beyond_doubles_refused);
  tcase_add_test (tc, test_no_rounding_between_sections_and_fir);
  tcase_add_test (tc, test_align_while_it_runs_refused);
  return s;
}

GST_CHECK_MAIN (eegfilter_limits);
