/* The spectrum element: numbers and windows
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegspectrum-rig.h"

#include <gst/eeg/dsp/eegdsp-spectrum.h>

/* --- numbers -------------------------------------------------------------- */

GST_START_TEST (test_sine_is_exact)
  {
    Rig r = rig_new ("eegspectrum");
    GstMessage *m;
    GstBuffer *b;
    GstMapInfo map;
    const gfloat *psd;
    gint c;

    feed (&r, 0, 500);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 500);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 2 * GST_SECOND);
    gst_buffer_map (b, &map, GST_MAP_READ);
    fail_unless_equals_int (map.size, CHANNELS * 251 * 4);
    psd = (const gfloat *) map.data;
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    for (c = 0; c < CHANNELS; c++) {
      gdouble g = (c + 1) * (c + 1), p = 50 * g + 8 * g;

      /* Hann: two thirds of the power are in the middle bin of three. */
      fail_unless (fabs (psd[c * 251 + 20] - 50 * g * 2 / 3 / 0.5) < 5e-3 * g);
      fail_unless (fabs (at (m, "psd", c, 20) - psd[c * 251 + 20]) < 1e-4 * g);
      fail_unless (fabs (at (m, "band-power", c, 2) - 50 * g) < 5e-3 * g);
      fail_unless (fabs (at (m, "band-power", c, 3) - 8 * g) < 5e-3 * g);
      fail_unless (fabs (at (m, "total-power", c, -1) - p) < 5e-3 * g);
      fail_unless (fabs (at (m, "band-relative", c, 2) - 50 / 58.0) < 1e-5);
      fail_unless (fabs (at (m, "band-peak", c, 2) - 10) < 1e-3);
      fail_unless (fabs (at (m, "band-peak", c, 3) - 20) < 1e-3);
      fail_unless (fabs (at (m, "peak", c, -1) - 10) < 1e-3);
      fail_unless (at (m, "channel-flags", c, -1) == 0);
    }
    fail_unless (at (m, "frequencies", 250, -1) == 125);
    {
      const GstStructure *bands = gst_value_get_structure (
          gst_structure_get_value (gst_message_get_structure (m), "bands"));

      fail_unless (g_value_get_double (gst_value_array_get_value (
                       gst_structure_get_value (bands, "alpha"), 1)) ==
                   at (m, "band-power", 1, 2));
    }
    fail_unless_equals_uint64 (u64 (m, "sample"), 0);
    fail_unless_equals_uint64 (u64 (m, "end-sample"), 500);
    fail_unless_equals_string (
        gst_structure_get_string (gst_message_get_structure (m), "unit"),
        "uV^2/Hz");
    gst_message_unref (m);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

/* 1 uV^2/Hz of white noise: sigma^2 = rate / 2. */
GST_START_TEST (test_white_noise_level)
  {
    Rig r = rig_new ("eegspectrum window=40 segment=1 hop=40 bands=all:2-120");
    const guint frames = 40 * RATE;
    gfloat *x = g_new (gfloat, frames * CHANNELS);
    GRand *rand = g_rand_new_with_seed (3);
    GstMessage *m;
    guint i, k, averages;

    for (i = 0; i < frames * CHANNELS; i++) {
      gdouble sum = 0;
      for (k = 0; k < 12; k++)
        sum += g_rand_double (rand);
      x[i] = (gfloat) ((sum - 6) * sqrt (RATE / 2.0) * 1e-6);
    }
    gst_harness_push (
        r.h, gst_buffer_new_wrapped (x, frames * CHANNELS * sizeof (gfloat)));
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    fail_unless (gst_structure_get_uint (
        gst_message_get_structure (m), "averages", &averages));
    fail_unless_equals_int (averages, 79);
    fail_unless (fabs (at (m, "band-power", 0, 0) / 118 - 1) < 0.05);
    fail_unless (fabs (at (m, "band-power", 1, 0) / 118 - 1) < 0.05);
    gst_message_unref (m);
    g_rand_free (rand);
    rig_free (&r);
  }
GST_END_TEST;

static GArray *
take_all (Rig *r, GArray *offsets)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gfloat));
  GstBuffer *b;
  GstMapInfo map;

  while ((b = gst_harness_try_pull (r->h))) {
    gst_buffer_map (b, &map, GST_MAP_READ);
    g_array_append_vals (all, map.data, map.size / sizeof (gfloat));
    gst_buffer_unmap (b, &map);
    if (offsets) {
      g_array_append_val (offsets, GST_BUFFER_OFFSET (b));
      g_array_append_val (offsets, GST_BUFFER_PTS (b));
    }
    gst_buffer_unref (b);
  }
  return all;
}

GST_START_TEST (test_splits_are_bit_exact)
  {
    const guint frames = 2345;
    GRand *rand = g_rand_new_with_seed (4);
    GArray *want = NULL, *offsets = NULL;
    guint round, i;

    for (round = 0; round < 6; round++) {
      Rig r = rig_new ("eegspectrum segment=0.5 average=1");
      GArray *o = g_array_new (FALSE, FALSE, sizeof (guint64)), *got;
      guint begin, n;

      for (begin = 0; begin < frames; begin += n) {
        n = round == 0   ? frames
            : round == 1 ? 1
                         : (guint) g_rand_int_range (rand, 1, 100 * round);
        n = MIN (n, frames - begin);
        feed (&r, begin, n);
      }
      gst_harness_push_event (r.h, gst_event_new_eos ());
      got = take_all (&r, o);
      if (round == 0) {
        want = got;
        offsets = o;
        /* 4 a second, of 62.5 samples. */
        fail_unless_equals_int (o->len / 2, 1 + (frames - 500) * 2 / 125);
        for (i = 0; i < o->len / 2; i++) {
          guint64 begins = i * 125 / 2;
          fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i), begins);
          fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i + 1),
              gst_util_uint64_scale (begins, GST_SECOND, RATE));
        }
      } else {
        fail_unless_equals_int (got->len, want->len);
        fail_unless (
            memcmp (got->data, want->data, got->len * sizeof (gfloat)) == 0);
        fail_unless (memcmp (o->data, offsets->data, o->len * 8) == 0);
        g_array_unref (got);
        g_array_unref (o);
      }
      rig_free (&r);
    }
    g_array_unref (want);
    g_array_unref (offsets);
    g_rand_free (rand);
  }
GST_END_TEST;

/* The alpha of the synthetic EEG, found where it belongs. */
GST_START_TEST (test_alpha_peak_on_occipital)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc channels=8 rate=250 num-buffers=7500 seed=1 "
        "labels=Fp1,Fp2,C3,C4,P3,P4,O1,O2 ! eegspectrum window=20 segment=4 "
        "hop=20 ! fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GstMessage *m;
    guint seen = 0;

    gst_element_set_state (p, GST_STATE_PLAYING);
    while ((m = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND,
                GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR)) &&
           GST_MESSAGE_TYPE (m) == GST_MESSAGE_ELEMENT) {
      gboolean filling = TRUE;

      gst_structure_get_boolean (
          gst_message_get_structure (m), "filling", &filling);
      if (!filling) {
        gint c;

        for (c = 6; c < 8; c++)
          fail_unless (fabs (at (m, "band-peak", c, 2) - 10) <= 0.25, "%g",
              at (m, "band-peak", c, 2));
        fail_unless (
            at (m, "band-power", 6, 2) > 3 * at (m, "band-power", 0, 2));
        seen++;
      }
      gst_message_unref (m);
    }
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    fail_unless (seen >= 1);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

/* A recording of a real ADS1299: the subject rests with closed eyes from about
 * 30 to 70 s, and the last two channels are occipital. */
GST_START_TEST (test_eyes_closed_recording)
  {
    const gchar *folder = g_getenv ("EEG_DATA_DIR");
    g_autofree gchar *path =
        g_build_filename (folder ? folder : TEST_SOURCE_ROOT "/../shared/data",
            "ads1299-counts-8ch-250sps.s32le", NULL);
    g_autofree gchar *data = NULL;
    GstElement *e;
    guint window, found = 0;
    Rig r = {NULL};
    GstMessage *m;
    gdouble *x;
    gsize n, i;

    if (!g_file_get_contents (path, &data, &n, NULL)) {
      g_print ("SKIP: no recording at %s\n", path);
      return;
    }
    n /= 4;
    x = g_new (gdouble, n);
    for (i = 0; i < n; i++)
      x[i] = (gint32) GST_READ_UINT32_LE (data + 4 * i) * (4.5 / 24 / 8388608);
    e = gst_parse_launch (
        "eegspectrum window=10 segment=2 hop=10 bands=alpha:8-13,all:2-30",
        NULL);
    r.h = gst_harness_new_with_element (e, "sink", "src");
    gst_object_unref (e);
    r.bus = gst_bus_new ();
    gst_element_set_bus (r.h->element, r.bus);
    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=8,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0");
    gst_harness_push (r.h, gst_buffer_new_wrapped (x, n * sizeof *x));
    for (window = 0; (m = next_message (&r, FALSE)); window++) {
      gdouble share[8], peak = at (m, "band-peak", 6, 0);

      for (i = 0; i < 8; i++)
        share[i] = at (m, "band-relative", (gint) i, 0);
      /* Awake and blinking, then at rest. */
      if (window < 2)
        fail_unless (share[6] < 0.3 && share[7] < 0.3);
      if (window >= 3 && window < 7) {
        fail_unless (share[6] > 0.4 && share[7] > 0.4, "%u: %g, %g", window,
            share[6], share[7]);
        fail_unless (share[6] > 1.2 * share[0] && share[7] > 1.2 * share[0]);
        fail_unless (peak > 9.5 && peak < 12.5, "%u: %g Hz", window, peak);
        found++;
      }
      gst_message_unref (m);
    }
    fail_unless_equals_int (found, 4);
    rig_free (&r);
  }
GST_END_TEST;

/* --- windows -------------------------------------------------------------- */

GST_START_TEST (test_filling_is_announced)
  {
    Rig r = rig_new ("eegspectrum window=2");
    gdouble filled, last = -1;
    GstMessage *m;
    guint n = 0;

    feed (&r, 0, 499);
    while ((m = next_message (&r, TRUE))) {
      fail_unless (gst_structure_get_double (
          gst_message_get_structure (m), "filled", &filled));
      fail_unless (filled > last && filled < 1);
      fail_unless (
          !gst_structure_has_field (gst_message_get_structure (m), "psd"));
      last = filled;
      n++;
      gst_message_unref (m);
    }
    fail_unless_equals_int (n, 8);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 499, 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    gst_message_unref (m);
    feed (&r, 500, 1000);
    fail_unless (next_message (&r, TRUE) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_no_window_across_a_gap)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    guint64 lost, want[] = {0, 700, 950, 2000};
    GstBuffer *b;
    GstMessage *m;
    guint i;

    feed (&r, 0, 260);
    /* Told by the index alone, with a time of its own, and with a flag. */
    b = make_buffer (700, 500);
    GST_BUFFER_PTS (b) += GST_SECOND;
    gst_buffer_add_eeg_meta (b, 700, 500, 440, 8);
    gst_harness_push (r.h, b);
    feed (&r, 1200, 240);
    b = make_buffer (2000, 250);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (r.h, b);
    for (i = 0; i < 4; i++) {
      b = gst_harness_pull (r.h);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), want[i]);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), want[i] + 250);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b),
          gst_util_uint64_scale (want[i], GST_SECOND, RATE) +
              (i == 1 || i == 2 ? GST_SECOND : 0));
      fail_unless_equals_int (
          GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), i != 2);
      gst_buffer_get_eeg_ledger (b, NULL, NULL, &lost, NULL);
      fail_unless_equals_uint64 (lost, i == 1 ? 440 : 0);
      gst_buffer_unref (b);
    }
    fail_unless (gst_harness_try_pull (r.h) == NULL);
    /* Filling is announced for each beginning. */
    for (i = 0; (m = next_message (&r, TRUE)); i++)
      gst_message_unref (m);
    fail_unless_equals_int (i, 3 * 8);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_flush_begins_anew)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstSegment segment;
    GstBuffer *b;

    feed (&r, 0, 200);
    gst_harness_push_event (r.h, gst_event_new_flush_start ());
    gst_harness_push_event (r.h, gst_event_new_flush_stop (TRUE));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (r.h, gst_event_new_segment (&segment));
    /* A renegotiation in between must not save the old samples. */
    gst_harness_push_upstream_event (r.h, gst_event_new_reconfigure ());
    feed (&r, 200, 249);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 449, 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 200);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_reconfigure_changes_nothing)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");

    feed (&r, 0, 200);
    gst_harness_push_upstream_event (r.h, gst_event_new_reconfigure ());
    feed (&r, 200, 50);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 1);
    rig_free (&r);
  }
GST_END_TEST;

/* The converter behind the volts got another gain: the signal is the same. */
GST_START_TEST (test_new_gain_of_volts_goes_on)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b;

    feed (&r, 0, 200);
    gst_harness_set_src_caps_str (
        r.h, CAPS ("F32LE", "250") ",eeg-gain=(double)12");
    feed (&r, 200, 50);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 0);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

/* New bands keep the window, but not across a gap that comes with them. */
GST_START_TEST (test_change_does_not_hide_a_gap)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b;
    guint i;

    for (i = 0; i < 2; i++) {
      feed (&r, 1000 * i, 200);
      g_object_set (r.h->element, "bands", i ? "a:1-2" : "b:1-2", NULL);
      b = make_buffer (1000 * i + (i ? 200 : 700), 249);
      if (i)
        GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
      gst_harness_push (r.h, b);
      fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    }
    feed (&r, 1449, 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1200);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_eos_drops_the_rest)
  {
    Rig r = rig_new ("eegspectrum window=1");

    feed (&r, 0, 249);
    gst_harness_push_event (r.h, gst_event_new_eos ());
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    fail_unless (next_message (&r, FALSE) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_hop_longer_than_window)
  {
    Rig r = rig_new ("eegspectrum window=0.5 hop=1");
    GArray *o = g_array_new (FALSE, FALSE, sizeof (guint64)), *all;
    guint i;

    feed (&r, 0, 1000);
    all = take_all (&r, o);
    fail_unless_equals_int (o->len, 2 * 4);
    for (i = 0; i < 4; i++)
      fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i), 250 * i);
    g_array_unref (all);
    g_array_unref (o);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_latency)
  {
    Rig r = rig_new ("eegspectrum window=2");

    gst_harness_set_upstream_latency (r.h, 3 * GST_MSECOND);
    feed (&r, 0, 1);
    fail_unless_equals_uint64 (
        gst_harness_query_latency (r.h), 3 * GST_MSECOND + 2 * GST_SECOND);
    rig_free (&r);
  }
GST_END_TEST;

static Suite *
eegspectrum_suite (void)
{
  Suite *s = suite_create ("eegspectrum");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sine_is_exact);
  tcase_add_test (tc, test_white_noise_level);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_alpha_peak_on_occipital);
  tcase_add_test (tc, test_eyes_closed_recording);
  tcase_add_test (tc, test_filling_is_announced);
  tcase_add_test (tc, test_no_window_across_a_gap);
  tcase_add_test (tc, test_flush_begins_anew);
  tcase_add_test (tc, test_reconfigure_changes_nothing);
  tcase_add_test (tc, test_new_gain_of_volts_goes_on);
  tcase_add_test (tc, test_change_does_not_hide_a_gap);
  tcase_add_test (tc, test_eos_drops_the_rest);
  tcase_add_test (tc, test_hop_longer_than_window);
  tcase_add_test (tc, test_latency);
  return s;
}

GST_CHECK_MAIN (eegspectrum);
