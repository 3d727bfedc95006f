/* Counts to volts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define VREF  4.5
#define MIN24 (-8388608)
#define MAX24 8388607

static const gdouble gains[] = {1, 2, 4, 6, 8, 12, 24};
#define N_GAINS G_N_ELEMENTS (gains)

/* One channel a gain, 250 Hz. */
static gchar *
counts_caps (void)
{
  g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
  gdouble full[N_GAINS];
  GstCaps *caps;
  gchar *text;
  guint i;

  for (i = 0; i < N_GAINS; i++)
    full[i] = VREF / gains[i];
  fail_unless (gst_eeg_info_set_format (
      info, GST_AUDIO_FORMAT_S24_32LE, 250, N_GAINS, NULL));
  fail_unless (gst_eeg_info_set_full_scale (info, full, N_GAINS, NULL));
  fail_unless (gst_eeg_info_set_gain (info, gains, N_GAINS, NULL));
  caps = gst_eeg_info_to_caps (info);
  text = gst_caps_to_string (caps);
  gst_caps_unref (caps);
  return text;
}

static GstHarness *
start (const gchar *sink_caps)
{
  GstHarness *h = gst_harness_new ("eegtovoltage");
  g_autofree gchar *caps = counts_caps ();

  if (sink_caps)
    gst_harness_set_sink_caps_str (h, sink_caps);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

/* Every channel gets the same code. @top goes to the byte that has no meaning. */
static GstBuffer *
buffer_of (const gint32 *codes, guint frames, gint top)
{
  guint32 *x = g_new (guint32, frames * N_GAINS);
  guint f, c;

  for (f = 0; f < frames; f++) {
    for (c = 0; c < N_GAINS; c++) {
      guint32 u = (guint32) codes[f];

      x[f * N_GAINS + c] = top < 0 ? u : (u & 0xffffff) | (guint32) top << 24;
    }
  }
  return gst_buffer_new_wrapped (x, frames * N_GAINS * sizeof *x);
}

static const gint32 edge_codes[] = {
    0, 1, -1, 2, -2, MAX24, MIN24, MAX24 - 1, MIN24 + 1, 4194304, -4194304};

static void
check_edges (const gchar *sink_caps, gboolean wide, gint top)
{
  const guint n = G_N_ELEMENTS (edge_codes);
  GstHarness *h = start (sink_caps);
  GstBuffer *b = gst_harness_push_and_pull (h, buffer_of (edge_codes, n, top));
  GstMapInfo map;
  guint f, c;

  fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, n * N_GAINS * (wide ? 8 : 4));
  for (f = 0; f < n; f++) {
    for (c = 0; c < N_GAINS; c++) {
      gdouble want = edge_codes[f] * (VREF / gains[c]) / 8388608.0;

      if (wide)
        fail_unless (((gdouble *) map.data)[f * N_GAINS + c] == want);
      else
        fail_unless (((gfloat *) map.data)[f * N_GAINS + c] == (gfloat) want,
            "code %d gain %g", edge_codes[f], gains[c]);
    }
  }
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
  gst_harness_teardown (h);
}

GST_START_TEST (test_every_gain_both_rails)
  {
    check_edges (NULL, FALSE, -1);
    check_edges ("audio/x-raw,format=F64LE", TRUE, -1);
  }
GST_END_TEST;

GST_START_TEST (test_top_byte_has_no_meaning)
  {
    check_edges (NULL, FALSE, 0x00);
    check_edges (NULL, FALSE, 0xff);
    check_edges (NULL, FALSE, 0x5a);
    check_edges ("audio/x-raw,format=F64LE", TRUE, 0xa5);
  }
GST_END_TEST;

/* All 2^24 codes at all gains would be 117 million: every 97th, and the ends. */
GST_START_TEST (test_f32_round_trip_is_exact)
  {
    GstHarness *h = start (NULL);
    gint32 codes[4096];
    gint64 code = MIN24;
    guint n, f, c;

    while (code <= MAX24) {
      GstBuffer *b;
      GstMapInfo map;

      for (n = 0; n < G_N_ELEMENTS (codes) && code <= MAX24; n++) {
        codes[n] = (gint32) code;
        code += code < MIN24 + 2000 || code > MAX24 - 2000 || ABS (code) < 2000
                    ? 1
                    : 97;
      }
      b = gst_harness_push_and_pull (h, buffer_of (codes, n, -1));
      fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
      for (f = 0; f < n; f++)
        for (c = 0; c < N_GAINS; c++) {
          gfloat v = ((gfloat *) map.data)[f * N_GAINS + c];

          if (lrint (v / (VREF / gains[c]) * 8388608.0) != codes[f])
            fail ("code %d gain %g came back wrong", codes[f], gains[c]);
        }
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_uniform_gain_any_length)
  {
    guint n, i;

    for (n = 1; n < 40; n++) {
      GstHarness *h = gst_harness_new ("eegtovoltage");
      gint32 *x = g_new (gint32, n);
      gfloat got[40];
      GstBuffer *b;

      gst_harness_set_src_caps_str (h,
          "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=1,"
          "eeg-unit=adc,eeg-full-scale=(double)0.1875");
      for (i = 0; i < n; i++)
        x[i] = (gint32) (i * 7919 % 65536) - 30000;
      b = gst_harness_push_and_pull (
          h, gst_buffer_new_wrapped (g_memdup2 (x, n * 4), n * 4));
      gst_buffer_extract (b, 0, got, sizeof got);
      for (i = 0; i < n; i++)
        fail_unless (got[i] == (gfloat) (x[i] * 0.1875 / 8388608.0));
      g_free (x);
      gst_buffer_unref (b);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_f32_in_place_keeps_times_and_ledger)
  {
    GstHarness *h = start (NULL);
    GstBuffer *b = buffer_of (edge_codes, 5, -1);
    guint64 index, n, lost;
    GstMapInfo map;
    gpointer before;

    gst_buffer_map (b, &map, GST_MAP_READ);
    before = map.data;
    gst_buffer_unmap (b, &map);
    GST_BUFFER_OFFSET (b) = 1000;
    GST_BUFFER_OFFSET_END (b) = 1005;
    GST_BUFFER_PTS (b) = 4 * GST_SECOND;
    GST_BUFFER_DURATION (b) = 20 * GST_MSECOND;
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_buffer_add_eeg_meta (b, 1000, 5, 3, N_GAINS * 4);
    b = gst_harness_push_and_pull (h, b);
    gst_buffer_map (b, &map, GST_MAP_READ);
    fail_unless (map.data == before);
    gst_buffer_unmap (b, &map);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1000);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 4 * GST_SECOND);
    fail_unless (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT));
    fail_unless (gst_buffer_get_eeg_ledger (b, &index, &n, &lost, NULL));
    fail_unless_equals_uint64 (index, 1000);
    fail_unless_equals_uint64 (n, 5);
    fail_unless_equals_uint64 (lost, 3);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_f64_keeps_times_and_ledger)
  {
    GstHarness *h = start ("audio/x-raw,format=F64LE");
    GstBuffer *b = buffer_of (edge_codes, 5, -1);
    GstEegMeta *meta;

    GST_BUFFER_OFFSET (b) = 70;
    GST_BUFFER_OFFSET_END (b) = 75;
    gst_buffer_add_eeg_meta (b, 70, 5, 0, N_GAINS * 4);
    b = gst_harness_push_and_pull (h, b);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 70);
    meta = gst_buffer_get_eeg_meta (b);
    fail_unless (meta != NULL);
    fail_unless_equals_int (meta->bpf, N_GAINS * 8);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_caps_become_volts)
  {
    GstHarness *h = start (NULL);
    g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
    GstCaps *caps;

    gst_buffer_unref (
        gst_harness_push_and_pull (h, buffer_of (edge_codes, 1, -1)));
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_eeg_info_from_caps (info, caps, NULL));
    fail_unless (info->unit == GST_EEG_UNIT_VOLT);
    fail_unless_equals_int (GST_EEG_INFO_FORMAT (info), GST_AUDIO_FORMAT_F32LE);
    fail_unless (info->full_scale[3] == 1.0);
    fail_unless (info->gain && info->gain[6] == 24.0);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_flush_gap_and_eos_pass)
  {
    GstHarness *h = start (NULL);
    GstBuffer *b = buffer_of (edge_codes, 1, -1);
    GstEvent *e;
    gboolean eos = FALSE;

    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_GAP);
    b = gst_harness_push_and_pull (h, b);
    fail_unless (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_GAP));
    gst_buffer_unref (b);
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    while ((e = gst_harness_try_pull_event (h))) {
      eos |= GST_EVENT_TYPE (e) == GST_EVENT_EOS;
      gst_event_unref (e);
    }
    fail_unless (eos);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static void
assert_refused (const gchar *caps, const gchar *word)
{
  g_autofree gchar *line = g_strdup_printf (
      "appsrc name=s format=time caps=\"%s\" ! eegtovoltage ! fakesink", caps);
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);
  GstElement *s;
  GstBus *bus;
  GstMessage *m;
  GstFlowReturn ret;

  fail_unless (p != NULL && error == NULL);
  s = gst_bin_get_by_name (GST_BIN (p), "s");
  bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  g_signal_emit_by_name (
      s, "push-buffer", gst_buffer_new_allocate (NULL, 32, NULL), &ret);
  m = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (m != NULL);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_clear_error (&error);
  gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (s);
  gst_object_unref (p);
}

GST_START_TEST (test_streams_that_are_no_counts_are_refused)
  {
    assert_refused ("audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,"
                    "channels=1",
        "eeg-unit");
    assert_refused ("audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,"
                    "channels=1,eeg-unit=adc",
        "eeg-full-scale");
    assert_refused ("audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,"
                    "channels=1,eeg-unit=V",
        "eeg-unit");
    assert_refused ("audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,"
                    "channels=2,channel-mask=(bitmask)0,eeg-unit=adc,"
                    "eeg-full-scale=<(double)1,(double)0>",
        "eeg-full-scale");
  }
GST_END_TEST;

static Suite *
eegtovoltage_suite (void)
{
  Suite *s = suite_create ("eegtovoltage");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_every_gain_both_rails);
  tcase_add_test (tc, test_top_byte_has_no_meaning);
  tcase_add_test (tc, test_f32_round_trip_is_exact);
  tcase_add_test (tc, test_uniform_gain_any_length);
  tcase_add_test (tc, test_f32_in_place_keeps_times_and_ledger);
  tcase_add_test (tc, test_f64_keeps_times_and_ledger);
  tcase_add_test (tc, test_caps_become_volts);
  tcase_add_test (tc, test_flush_gap_and_eos_pass);
  tcase_add_test (tc, test_streams_that_are_no_counts_are_refused);
  return s;
}

GST_CHECK_MAIN (eegtovoltage);
