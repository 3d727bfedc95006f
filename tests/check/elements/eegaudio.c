/* The bridges to plain audio: eegfromaudio and eegtoaudio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define AUDIO(format)                                                          \
  "audio/x-raw,format=" format ",layout=interleaved,rate=250,channels=2,"      \
  "channel-mask=(bitmask)0x3"
#define VOLTS                                                                  \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"

static GstBuffer *
make_buffer (gfloat left, gfloat right, guint frames, GstClockTime pts)
{
  gfloat *x = g_new (gfloat, frames * 2);
  GstBuffer *b;
  guint f;

  for (f = 0; f < frames; f++) {
    x[2 * f] = left;
    x[2 * f + 1] = right;
  }
  b = gst_buffer_new_wrapped (x, frames * 2 * sizeof *x);
  GST_BUFFER_PTS (b) = pts;
  return b;
}

static void
check_info (GstHarness *h, GstEegInfo *info)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GError *error = NULL;

  fail_unless (gst_eeg_info_from_caps (info, caps, &error), "%s",
      error ? error->message : "");
  gst_caps_unref (caps);
}

GST_START_TEST (test_from_audio_asserts_the_fields)
  {
    GstHarness *h = gst_harness_new ("eegfromaudio");
    g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
    GstBuffer *b;
    guint64 index, n, lost;
    gfloat v[2];

    g_object_set (h->element, "full-scale", "0.0001,0.5", "labels", "O1, ECG",
        "types", "eeg,ecg", "reference", "A1", NULL);
    gst_harness_set_src_caps_str (h, AUDIO ("F32LE"));
    b = gst_harness_push_and_pull (
        h, make_buffer (1.0f, -0.5f, 10, GST_CLOCK_TIME_NONE));
    gst_buffer_extract (b, 0, v, sizeof v);
    fail_unless (v[0] == (gfloat) 0.0001 && v[1] == -0.25f);
    fail_unless (gst_buffer_get_eeg_ledger (b, &index, &n, &lost, NULL));
    fail_unless (index == 0 && n == 10 && lost == 0);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 10);
    gst_buffer_unref (b);
    b = gst_harness_push_and_pull (
        h, make_buffer (1.0f, 1.0f, 5, GST_CLOCK_TIME_NONE));
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 40 * GST_MSECOND);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 10);
    gst_buffer_unref (b);
    check_info (h, info);
    fail_unless_equals_string (info->labels[1], "ECG");
    fail_unless_equals_string (info->types[1], "ecg");
    fail_unless_equals_string (info->reference, "A1");
    fail_unless (info->full_scale[0] == 1.0 && info->full_scale[1] == 1.0);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_from_audio_counts_pass_unchanged)
  {
    GstHarness *h = gst_harness_new ("eegfromaudio");
    g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
    static const gint32 codes[] = {-8388608, 8388607, 1, -1};
    GstBuffer *b;

    g_object_set (h->element, "full-scale", "0.1875", NULL);
    gst_harness_set_src_caps_str (h, AUDIO ("S24_32LE"));
    b = gst_harness_push_and_pull (h,
        gst_buffer_new_wrapped (g_memdup2 (codes, sizeof codes), sizeof codes));
    fail_unless (gst_buffer_memcmp (b, 0, codes, sizeof codes) == 0);
    gst_buffer_unref (b);
    check_info (h, info);
    fail_unless (info->unit == GST_EEG_UNIT_ADC);
    fail_unless (info->full_scale[1] == 0.1875);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static void
push_at (GstHarness *h, guint frames, GstClockTime pts, gboolean discont,
    guint64 want_index, guint64 want_lost)
{
  GstBuffer *b = make_buffer (0, 0, frames, pts);
  guint64 index, n, lost;

  if (discont)
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
  b = gst_harness_push_and_pull (h, b);
  fail_unless (gst_buffer_get_eeg_ledger (b, &index, &n, &lost, NULL));
  fail_unless_equals_uint64 (index, want_index);
  fail_unless_equals_uint64 (lost, want_lost);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), want_index);
  gst_buffer_unref (b);
}

GST_START_TEST (test_from_audio_gaps_are_counted)
  {
    GstHarness *h = gst_harness_new ("eegfromaudio");
    GstStructure *stats = NULL;
    guint64 lost = 0;

    gst_harness_set_src_caps_str (h, AUDIO ("F32LE"));
    push_at (h, 10, GST_SECOND, TRUE, 0, 0);
    push_at (h, 10, GST_SECOND + 40 * GST_MSECOND, FALSE, 10, 0);
    /* 100 ms are missing: 25 frames */
    push_at (h, 10, GST_SECOND + 180 * GST_MSECOND, TRUE, 45, 25);
    /* jitter of a sound card, no DISCONT: believed to be complete */
    push_at (h, 10, GST_SECOND + 230 * GST_MSECOND, FALSE, 55, 0);
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
    {
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      fail_unless (
          gst_harness_push_event (h, gst_event_new_segment (&segment)));
    }
    push_at (h, 10, 0, TRUE, 65, 0);
    g_object_get (h->element, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "lost", &lost));
    fail_unless_equals_uint64 (lost, 25);
    gst_structure_free (stats);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_to_audio_scales_and_strips)
  {
    GstHarness *h = gst_harness_new ("eegtoaudio");
    GstBuffer *b;
    GstCaps *caps;
    gfloat v[2];

    g_object_set (h->element, "full-scale", 0.25, NULL);
    gst_harness_set_src_caps_str (h, VOLTS);
    b = gst_harness_push_and_pull (h, make_buffer (0.25f, -1.0f, 3, 0));
    gst_buffer_extract (b, 0, v, sizeof v);
    fail_unless (v[0] == 1.0f && v[1] == -4.0f);
    gst_buffer_unref (b);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_if (
        gst_structure_has_field (gst_caps_get_structure (caps, 0), "eeg-unit"));
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Elements of gst-plugins-good, which this project does not need otherwise. */
static gboolean
have (const gchar *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL) {
    g_print ("SKIP: no element %s (Debian: gstreamer1.0-plugins-good)\n", name);
    return FALSE;
  }
  gst_object_unref (factory);
  return TRUE;
}

/* Runs until EOS; the test fails on an error. */
static void
play (const gchar *line)
{
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);
  GstBus *bus;
  GstMessage *m;

  fail_unless (p && !error, "%s", error ? error->message : line);
  bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (m != NULL);
  if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  fail_unless (GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS, "%s",
      error ? error->message : "");
  gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (p);
}

/* Volts -> WAV file of doubles -> volts: the counter must come back exactly. */
GST_START_TEST (test_wav_round_trip_is_exact)
  {
    g_autofree gchar *dir = g_dir_make_tmp ("eegaudio-XXXXXX", NULL);
    g_autofree gchar *wav = g_build_filename (dir, "x.wav", NULL);
    g_autofree gchar *raw = g_build_filename (dir, "x.raw", NULL);
    g_autofree gchar *out = NULL;
    g_autofree gchar *data = NULL;
    gsize size = 0;
    guint i;

    if (!have ("wavenc") || !have ("wavparse")) {
      g_rmdir (dir);
      return;
    }
    out = g_strdup_printf (
        "eegtestsrc wave=counter channels=2 samples-per-buffer=100 "
        "num-buffers=10 ! audio/x-raw,format=F64LE ! eegtoaudio full-scale=0.5 "
        "! wavenc ! filesink location=%s",
        wav);
    play (out);
    g_free (out);
    out = g_strdup_printf ("filesrc location=%s ! wavparse ! eegfromaudio "
                           "full-scale=0.5 labels=O1,O2 ! "
                           "audio/x-raw,format=F64LE,eeg-unit=V ! filesink "
                           "location=%s",
        wav, raw);
    play (out);
    fail_unless (g_file_get_contents (raw, &data, &size, NULL));
    fail_unless_equals_uint64 (size, 1000 * 2 * 8);
    for (i = 0; i < 2000; i++)
      fail_unless (((gdouble *) data)[i] == (i / 2) * 0x1p-23);
    g_unlink (wav);
    g_unlink (raw);
    g_rmdir (dir);
  }
GST_END_TEST;

GST_START_TEST (test_stock_elements_between)
  {
    play ("audiotestsrc num-buffers=20 ! audio/x-raw,rate=8000,channels=1 ! "
          "audioconvert ! audioresample ! audio/x-raw,rate=500 ! audioconvert "
          "! eegfromaudio full-scale=0.0001 labels=O1 ! eegfilter lowpass=45 ! "
          "fakesink");
    if (have ("level"))
      play ("eegtestsrc num-buffers=50 ! eegtoaudio ! level ! audioconvert ! "
            "audio/x-raw,format=S16LE ! fakesink");
    play ("eegtestsrc num-buffers=50 channels=2 ! eegtoaudio ! audioconvert ! "
          "audioresample ! audio/x-raw,rate=48000,channels=1 ! fakesink");
    play ("eegtestsrc num-buffers=20 channels=32 ! eegtoaudio ! eegfromaudio "
          "full-scale=1e-4 ! eegfilter highpass=1 ! fakesink");
  }
GST_END_TEST;

static void
assert_refused (const gchar *line, const gchar *word)
{
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);
  GstBus *bus;
  GstMessage *m;

  fail_unless (p && !error, "%s", error ? error->message : line);
  bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 10 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_clear_error (&error);
  gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (p);
}

#define PLAIN "audiotestsrc num-buffers=2 ! audio/x-raw,format=F32LE,channels=2"

GST_START_TEST (test_wrong_settings_and_streams_are_refused)
  {
    assert_refused (
        PLAIN " ! eegfromaudio labels=a,b,c ! fakesink", "\"labels\"");
    assert_refused (PLAIN " ! eegfromaudio labels=a,a ! fakesink", "twice");
    assert_refused (PLAIN " ! eegfromaudio types=eeg ! fakesink", "\"types\"");
    assert_refused (
        PLAIN " ! eegfromaudio full-scale=0 ! fakesink", "\"full-scale\"");
    assert_refused (
        PLAIN " ! eegfromaudio full-scale=1,2,3 ! fakesink", "\"full-scale\"");
    assert_refused (PLAIN " ! eegtoaudio ! fakesink", "eeg-unit");
    assert_refused (
        "eegtestsrc num-buffers=2 ! eegfromaudio ! fakesink", "already");
  }
GST_END_TEST;

static Suite *
eegaudio_suite (void)
{
  Suite *s = suite_create ("eegaudio");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_from_audio_asserts_the_fields);
  tcase_add_test (tc, test_from_audio_counts_pass_unchanged);
  tcase_add_test (tc, test_from_audio_gaps_are_counted);
  tcase_add_test (tc, test_to_audio_scales_and_strips);
  tcase_add_test (tc, test_wav_round_trip_is_exact);
  tcase_add_test (tc, test_stock_elements_between);
  tcase_add_test (tc, test_wrong_settings_and_streams_are_refused);
  return s;
}

GST_CHECK_MAIN (eegaudio);
