/* The filter element: group delay and what hangs on it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegfilter-rig.h"

static gdouble
delay_of (GstElement *e, gdouble rate, gdouble hz)
{
  gdouble delay = NAN;

  fail_unless (
      gst_eeg_response_get_group_delay (GST_EEG_RESPONSE (e), rate, hz, &delay),
      "%g Hz", hz);
  return delay;
}

static GstElement *
make_fir (guint zeros)
{
  GstElement *e = gst_element_factory_make ("eegfilter", NULL);
  GString *taps = g_string_new (NULL);

  for (guint i = 0; i < zeros; i++)
    g_string_append (taps, "0,");
  g_string_append (taps, "1");
  g_object_set (e, "fir", taps->str, NULL);
  g_string_free (taps, TRUE);
  return e;
}

/* The phase turns many times within any step that one could take. */
GST_START_TEST (test_long_fir)
  {
    static const gdouble hz[] = {0.01, 1, 10, 40, 62.5, 100, 124.9};
    GstElement *e = make_fir (2000);

    for (guint n = 0; n < G_N_ELEMENTS (hz); n++)
      fail_unless (fabs (delay_of (e, 250, hz[n]) - 8) < 1e-9, "%g Hz: %.12g",
          hz[n], delay_of (e, 250, hz[n]));
    gst_object_unref (e);
  }
GST_END_TEST;

/* Wanted: SciPy 1.10.1's iirnotch (), its denominator's Re (sum k a[k] z^k / sum
 * a[k] z^k) in NumPy's longdouble, taken from the numerator's 1 sample. SciPy's
 * own group_delay () convolves polynomials and has lost the fourth digit for the
 * narrow one. */
GST_START_TEST (test_narrow_notch)
  {
    static const struct
    {
      gdouble rate, q, hz, want;
    } cases[] = {
        {4000, 1000, 49.99, 5.489046027356925853},
        {4000, 1000, 50.01, 5.4871574714005171935},
        {250, 30, 49.9, 0.18840093486803030405},
        {250, 30, 10, 0.00013494755924247877027},
    };
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);

    g_object_set (e, "notch", 50.0, NULL);
    for (guint n = 0; n < G_N_ELEMENTS (cases); n++) {
      gdouble got;

      g_object_set (e, "notch-q", cases[n].q, NULL);
      got = delay_of (e, cases[n].rate, cases[n].hz);
      fail_unless (fabs (got - cases[n].want) < 1e-9 * cases[n].want,
          "%g Hz: %.17g, SciPy %.17g", cases[n].hz, got, cases[n].want);
    }
    gst_object_unref (e);
  }
GST_END_TEST;

/* Far below a corner little passes, but its delay is that of a power of s: with
 * poles at w0 exp (jt), tau = 2 sum of sin (t) / w0 of the upper ones. */
GST_START_TEST (test_far_below_the_corner)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    gdouble want = 2 * (sin (G_PI / 8) + sin (3 * G_PI / 8)) / (2 * G_PI * 0.1);
    gdouble got;

    g_object_set (e, "highpass", 0.1, NULL);
    got = delay_of (e, 16000, 1e-4);
    fail_unless (fabs (got - want) < 1e-5 * want, "%.9g, not %.9g", got, want);
    gst_object_unref (e);
  }
GST_END_TEST;

GST_START_TEST (test_where_nothing_passes_refused)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    GstEegResponse *r = GST_EEG_RESPONSE (e);
    gdouble delay;

    g_object_set (e, "notch", 50.0, "notch-harmonics", 1, NULL);
    fail_if (gst_eeg_response_get_group_delay (r, 250, 50, &delay));
    fail_if (gst_eeg_response_get_group_delay (r, 250, 100, &delay));
    fail_if (gst_eeg_response_get_group_delay (r, 4000, 50, &delay));
    fail_unless (gst_eeg_response_get_group_delay (r, 250, 51, &delay));
    g_object_set (e, "notch", 0.0, "fir", "1,0,1", NULL);
    fail_if (gst_eeg_response_get_group_delay (r, 250, 62.5, &delay));
    g_object_set (e, "fir", "0,0", NULL);
    fail_if (gst_eeg_response_get_group_delay (r, 250, 10, &delay));
    gst_object_unref (e);
  }
GST_END_TEST;

GST_START_TEST (test_align_where_nothing_passes_refused)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=5 ! eegfilter notch=50 align-frequency=50 ! "
        "fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GError *error = NULL;
    GstMessage *m;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
    gst_message_parse_error (m, &error, NULL);
    fail_unless (strstr (error->message, "align-frequency is 50 Hz") != NULL,
        "%s", error->message);
    g_clear_error (&error);
    gst_message_unref (m);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegfilter_delay_suite (void)
{
  Suite *s = suite_create ("eegfilter-delay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_long_fir);
  tcase_add_test (tc, test_narrow_notch);
  tcase_add_test (tc, test_far_below_the_corner);
  tcase_add_test (tc, test_where_nothing_passes_refused);
  tcase_add_test (tc, test_align_where_nothing_passes_refused);
  return s;
}

GST_CHECK_MAIN (eegfilter_delay);
