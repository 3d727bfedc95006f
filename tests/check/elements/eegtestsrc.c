/* gst-plugins-eeg: tests of eegtestsrc
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
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

/* One buffer of floats from a fresh source. */
static gfloat *
floats (const gchar *settings, guint *n)
{
  g_autofree gchar *line = g_strdup_printf ("eegtestsrc %s", settings);
  GByteArray *a = run (line, NULL, 1);

  *n = a->len / sizeof (gfloat);
  return (gfloat *) g_byte_array_free (a, FALSE);
}

GST_START_TEST (test_exact_waves)
  {
    g_autofree gfloat *square = NULL, *impulse = NULL, *once = NULL;
    g_autofree gfloat *silence = NULL, *counter = NULL;
    guint n, i;

    /* 25 Hz at 250 Hz: a period of 10 samples */
    square = floats ("wave=square frequency=25 amplitude=0.5 channels=1 "
                     "samples-per-buffer=1000",
        &n);
    fail_unless_equals_int (n, 1000);
    for (i = 0; i < n; i++)
      fail_unless (square[i] == (i % 10 < 5 ? 0.5f : -0.5f), "%u", i);
    impulse = floats ("wave=impulse frequency=25 amplitude=2 channels=1 "
                      "samples-per-buffer=1000",
        &n);
    for (i = 0; i < n; i++)
      fail_unless (impulse[i] == (i % 10 == 0 ? 2.0f : 0.0f), "%u", i);
    once = floats ("wave=impulse frequency=0 amplitude=2 channels=1 "
                   "samples-per-buffer=1000",
        &n);
    for (i = 0; i < n; i++)
      fail_unless (once[i] == (i == 0 ? 2.0f : 0.0f), "%u", i);
    silence = floats ("wave=silence samples-per-buffer=100", &n);
    for (i = 0; i < n; i++)
      fail_unless (silence[i] == 0.0f);
    counter = floats (
        "wave=counter channels=3 rate=1000000 samples-per-buffer=100000", &n);
    for (i = 0; i < n; i++)
      fail_unless (counter[i] == (gfloat) (i / 3) * 0x1p-23f);
  }

GST_END_TEST;

GST_START_TEST (test_labels_place_alpha_and_blinks)
  {
    const guint frames = 15000;
    g_autofree gfloat *v = NULL, *w = NULL;
    gdouble back, front, peak[3] = {0, 0, 0};
    guint n, i, c;

    v = floats ("channels=3 labels=O1,Cz,Fp2 samples-per-buffer=15000", &n);
    fail_unless_equals_int (n, frames * 3);
    back = power_at (v, frames, 3, 10, 250);
    front = power_at (v + 2, frames, 3, 10, 250);
    fail_unless (back > 10 * front, "O1 %g, Fp2 %g", back, front);
    for (i = 0; i < frames; i++)
      for (c = 0; c < 3; c++)
        peak[c] = MAX (peak[c], v[3 * i + c]);
    /* blinks are 90 uV and more, upward, at the forehead only */
    fail_unless (peak[2] > 90e-6 && peak[2] > 1.5 * peak[1], "Fp2 %g, Cz %g",
        peak[2], peak[1]);
    /* the same electrodes in another order give the same picture */
    w = floats ("channels=3 labels=Fp2,Cz,O1 samples-per-buffer=15000", &n);
    fail_unless (power_at (w + 2, frames, 3, 10, 250) >
                 10 * power_at (w, frames, 3, 10, 250));
  }

GST_END_TEST;

GST_START_TEST (test_any_number_of_channels)
  {
    static const guint channels[] = {1, 2, 8, 63, 64, 65, 1024};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (channels); i++) {
      g_autofree gchar *line = g_strdup_printf (
          "eegtestsrc channels=%u samples-per-buffer=3", channels[i]);
      GstHarness *h = gst_harness_new_parse (line);
      g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
      g_autoptr (GError) error = NULL;
      GstBuffer *b;
      GstCaps *caps;

      gst_harness_play (h);
      b = gst_harness_pull (h);
      fail_unless_equals_uint64 (gst_buffer_get_size (b), channels[i] * 12);
      gst_buffer_unref (b);
      caps = gst_pad_get_current_caps (h->sinkpad);
      fail_unless (gst_eeg_info_from_caps (info, caps, &error), "%s",
          error ? error->message : "");
      fail_unless_equals_int (GST_EEG_INFO_CHANNELS (info), channels[i]);
      gst_caps_unref (caps);
      gst_harness_teardown (h);
    }
  }

GST_END_TEST;

/* On the clock a buffer leaves when its last sample has happened; the test
 * moves the clock, nothing waits for real. */
GST_START_TEST (test_live_follows_the_clock)
  {
    GstHarness *h = gst_harness_new_parse (
        "eegtestsrc is-live=true rate=250 samples-per-buffer=25");
    GstTestClock *clock = gst_harness_get_testclock (h);
    guint i;

    gst_harness_play (h);
    for (i = 0; i < 20; i++) {
      GstBuffer *b;

      fail_unless (gst_harness_crank_single_clock_wait (h));
      b = gst_harness_pull (h);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), i * 100 * GST_MSECOND);
      fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 100 * GST_MSECOND);
      fail_unless (gst_clock_get_time (GST_CLOCK (clock)) >=
                   (i + 1) * 100 * GST_MSECOND);
      fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
      gst_buffer_unref (b);
    }
    fail_unless_equals_uint64 (
        gst_harness_query_latency (h), 100 * GST_MSECOND);
    gst_object_unref (clock);
    gst_harness_teardown (h);
  }

GST_END_TEST;

GST_START_TEST (test_every_live_property_changes_the_next_buffers)
  {
    GstHarness *h = gst_harness_new_parse (
        "eegtestsrc is-live=true wave=silence channels=1 rate=250 "
        "samples-per-buffer=10");
    GstElement *s = gst_harness_find_element (h, "eegtestsrc");
    GstBuffer *b;
    gfloat v[10];
    guint i;

    gst_harness_play (h);
    /* The source may have filled the buffer that waits on the clock; what
     * leaves after it must follow. */
    fail_unless (gst_harness_crank_single_clock_wait (h));
    gst_buffer_unref (gst_harness_pull (h));
    g_object_set (s, "amplitude", 0.25, "frequency", 0.0, NULL);
    gst_util_set_object_arg (G_OBJECT (s), "wave", "square");
    for (i = 0; i < 2; i++) {
      fail_unless (gst_harness_crank_single_clock_wait (h));
      b = gst_harness_pull (h);
      gst_buffer_extract (b, 0, v, sizeof v);
      gst_buffer_unref (b);
    }
    for (i = 0; i < 10; i++)
      fail_unless (v[i] == 0.25f);
    gst_object_unref (s);
    gst_harness_teardown (h);
  }

GST_END_TEST;

GST_START_TEST (test_restart_begins_anew)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc name=s samples-per-buffer=5 num-buffers=4 ! fakesink "
        "name=k enable-last-sample=true",
        NULL);
    GstElement *k = gst_bin_get_by_name (GST_BIN (p), "k");
    GstBus *bus = gst_element_get_bus (p);
    guint round;

    for (round = 0; round < 3; round++) {
      GstSample *sample = NULL;
      GstMessage *m;

      gst_element_set_state (p, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless (GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
      gst_message_unref (m);
      g_object_get (k, "last-sample", &sample, NULL);
      fail_unless_equals_uint64 (
          GST_BUFFER_OFFSET_END (gst_sample_get_buffer (sample)), 20);
      gst_sample_unref (sample);
      gst_element_set_state (p, GST_STATE_NULL);
    }
    gst_object_unref (bus);
    gst_object_unref (k);
    gst_object_unref (p);
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
    assert_refused (
        "channels=1024 samples-per-buffer=1048576", "samples-per-buffer");
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
  tcase_add_test (tc, test_exact_waves);
  tcase_add_test (tc, test_labels_place_alpha_and_blinks);
  tcase_add_test (tc, test_any_number_of_channels);
  tcase_add_test (tc, test_live_follows_the_clock);
  tcase_add_test (tc, test_every_live_property_changes_the_next_buffers);
  tcase_add_test (tc, test_restart_begins_anew);
  tcase_add_test (tc, test_bad_settings_are_refused);
  return s;
}

GST_CHECK_MAIN (eegtestsrc);
