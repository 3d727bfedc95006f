/* gst-plugins-eeg: tests of eegtestsrc
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

/* Runs the launch line with a harness; the bytes of all buffers until EOS. */
static GByteArray *
run (const gchar *line, const gchar *caps, guint buffers)
{
  GstHarness *h = gst_harness_new_parse (line);
  GByteArray *all = g_byte_array_new ();
  guint64 next = 0;
  guint i;

  if (caps)
    gst_harness_set_sink_caps_str (h, caps);
  gst_harness_play (h);
  for (i = 0; i < buffers; i++) {
    GstBuffer *b = gst_harness_pull (h);
    guint64 index, n, lost;
    GstMapInfo map;

    fail_unless (b != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), next);
    fail_unless_equals_int (
        GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), i == 0);
    fail_unless (gst_buffer_get_eeg_ledger (b, &index, &n, &lost, NULL));
    fail_unless_equals_uint64 (index, next);
    fail_unless_equals_uint64 (lost, 0);
    next += n;
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), next);
    gst_buffer_map (b, &map, GST_MAP_READ);
    g_byte_array_append (all, map.data, map.size);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
  }
  gst_harness_teardown (h);
  return all;
}

GST_START_TEST (test_any_batch_size_gives_equal_samples)
  {
    static const gchar *waves[] = {
        "eeg", "sine", "square", "impulse", "counter", "silence"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (waves); i++) {
      g_autofree gchar *one = g_strdup_printf (
          "eegtestsrc wave=%s frequency=7.3 samples-per-buffer=1", waves[i]);
      g_autofree gchar *odd = g_strdup_printf (
          "eegtestsrc wave=%s frequency=7.3 samples-per-buffer=37", waves[i]);
      GByteArray *a = run (one, NULL, 37 * 20);
      GByteArray *b = run (odd, NULL, 20);

      fail_unless_equals_int (a->len, 37 * 20 * 8 * 4);
      fail_unless_equals_int (a->len, b->len);
      fail_unless (memcmp (a->data, b->data, a->len) == 0, "wave %s", waves[i]);
      g_byte_array_unref (a);
      g_byte_array_unref (b);
    }
  }

GST_END_TEST;

GST_START_TEST (test_seed_changes_the_signal)
  {
    GByteArray *a = run ("eegtestsrc seed=1 samples-per-buffer=10", NULL, 1);
    GByteArray *b = run ("eegtestsrc seed=2 samples-per-buffer=10", NULL, 1);

    fail_unless (memcmp (a->data, b->data, a->len) != 0);
    g_byte_array_unref (a);
    g_byte_array_unref (b);
  }

GST_END_TEST;

GST_START_TEST (test_counter_is_exact)
  {
    GByteArray *a = run (
        "eegtestsrc wave=counter channels=2 samples-per-buffer=1000", NULL, 3);
    const gfloat *v = (const gfloat *) a->data;
    guint i;

    for (i = 0; i < 3000; i++) {
      fail_unless (v[2 * i] * 8388608.0f == (gfloat) i);
      fail_unless (v[2 * i + 1] == v[2 * i]);
    }
    g_byte_array_unref (a);
  }

GST_END_TEST;

GST_START_TEST (test_sine_in_doubles)
  {
    GByteArray *a = run ("eegtestsrc wave=sine frequency=10 amplitude=1e-4 "
                         "channels=1 samples-per-buffer=500",
        "audio/x-raw,format=F64LE", 2);
    const gdouble *v = (const gdouble *) a->data;
    guint i;

    for (i = 0; i < 1000; i++)
      fail_unless (
          fabs (v[i] - 1e-4 * sin (2 * G_PI * 10 * i / 250.0)) < 1e-15);
    g_byte_array_unref (a);
  }

GST_END_TEST;

/* Power of one channel at a frequency, Hann window, over n samples. */
static gdouble
power_at (const gfloat *v, guint n, guint stride, gdouble hz, gdouble rate)
{
  gdouble re = 0, im = 0;
  guint i;

  for (i = 0; i < n; i++) {
    gdouble w = 0.5 - 0.5 * cos (2 * G_PI * i / n);

    re += w * v[(gsize) i * stride] * cos (2 * G_PI * hz * i / rate);
    im += w * v[(gsize) i * stride] * sin (2 * G_PI * hz * i / rate);
  }
  return re * re + im * im;
}

GST_START_TEST (test_alpha_peak_is_occipital)
  {
    GByteArray *a = run ("eegtestsrc samples-per-buffer=15000", NULL, 1);
    const gfloat *v = (const gfloat *) a->data;
    guint c;

    for (c = 6; c < 8; c++) {
      gdouble best = 0, best_hz = 0, hz;

      for (hz = 2; hz <= 45; hz += 0.05) {
        gdouble p = power_at (v + c, 15000, 8, hz, 250);

        if (p > best) {
          best = p;
          best_hz = hz;
        }
      }
      fail_unless (fabs (best_hz - 10) <= 0.25, "peak at %f Hz", best_hz);
      fail_unless (best > 20 * power_at (v, 15000, 8, best_hz, 250));
    }
    g_byte_array_unref (a);
  }

GST_END_TEST;

GST_START_TEST (test_caps_and_auto_size)
  {
    GstHarness *h = gst_harness_new_parse ("eegtestsrc rate=1000 channels=4");
    g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
    g_autoptr (GError) error = NULL;
    GstBuffer *b;
    GstCaps *caps;

    gst_harness_play (h);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 4);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 4 * GST_MSECOND);
    gst_buffer_unref (b);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_eeg_info_from_caps (info, caps, &error));
    fail_unless (info->unit == GST_EEG_UNIT_VOLT);
    fail_unless_equals_string (info->labels[0], "Fp1");
    fail_unless_equals_string (info->labels[3], "C4");
    fail_unless_equals_int (GST_EEG_INFO_RATE (info), 1000);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }

GST_END_TEST;

GST_START_TEST (test_eos_and_stats)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc name=s num-buffers=5 samples-per-buffer=7 ! fakesink",
        NULL);
    GstElement *s = gst_bin_get_by_name (GST_BIN (p), "s");
    GstBus *bus = gst_element_get_bus (p);
    GstStructure *stats = NULL;
    guint64 produced = 0;
    GstMessage *m;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    g_object_get (s, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "produced", &produced));
    fail_unless_equals_uint64 (produced, 35);
    gst_structure_free (stats);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (s);
    gst_object_unref (p);
  }

GST_END_TEST;

GST_START_TEST (test_amplitude_changes_while_playing)
  {
    GstHarness *h = gst_harness_new_parse (
        "eegtestsrc wave=square frequency=0 channels=1 samples-per-buffer=1");
    GstElement *s = gst_harness_find_element (h, "eegtestsrc");
    gfloat v = 0;
    guint i;

    gst_harness_play (h);
    gst_buffer_unref (gst_harness_pull (h));
    g_object_set (s, "amplitude", 1.0, NULL);
    for (i = 0; i < 100000 && v != 1.0f; i++) {
      GstBuffer *b = gst_harness_pull (h);

      gst_buffer_extract (b, 0, &v, sizeof v);
      gst_buffer_unref (b);
    }
    fail_unless (v == 1.0f);
    gst_object_unref (s);
    gst_harness_teardown (h);
  }

GST_END_TEST;

/* Exactly one error, of the settings kind, that names the word. */
static void
assert_refused (const gchar *settings, const gchar *word)
{
  g_autofree gchar *line =
      g_strdup_printf ("eegtestsrc %s ! fakesink", settings);
  GstElement *p = gst_parse_launch (line, NULL);
  GstBus *bus = gst_element_get_bus (p);
  GError *error = NULL;
  GstMessage *m;

  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 10 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (
      g_error_matches (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (p);
}

GST_START_TEST (test_bad_settings_are_refused)
  {
    assert_refused ("channels=0", "channels");
    assert_refused ("rate=0", "rate");
    assert_refused ("labels=Fp1,Fp2", "labels");
    assert_refused ("channels=2 labels=O1,O1", "O1");
  }

GST_END_TEST;

static Suite *
eegtestsrc_suite (void)
{
  Suite *s = suite_create ("eegtestsrc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_any_batch_size_gives_equal_samples);
  tcase_add_test (tc, test_seed_changes_the_signal);
  tcase_add_test (tc, test_counter_is_exact);
  tcase_add_test (tc, test_sine_in_doubles);
  tcase_add_test (tc, test_alpha_peak_is_occipital);
  tcase_add_test (tc, test_caps_and_auto_size);
  tcase_add_test (tc, test_eos_and_stats);
  tcase_add_test (tc, test_amplitude_changes_while_playing);
  tcase_add_test (tc, test_bad_settings_are_refused);
  return s;
}

GST_CHECK_MAIN (eegtestsrc);
