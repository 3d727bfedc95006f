/* ads1299src: changes while playing, pauses, slow sinks, filled gaps, electrodes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299src-rig.h"

/* --- changes while playing --------------------------------------------------- */

/* Not before sample 60 has left: the harness takes buffers without end. */
static GstPadProbeReturn
change_gain (GstPad *pad, GstPadProbeInfo *info, gpointer element)
{
  if (GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info)) < 60)
    return GST_PAD_PROBE_OK;
  g_object_set (element, "gain", "1", NULL);
  return GST_PAD_PROBE_REMOVE;
}

GST_START_TEST (test_gain_changes_while_playing)
  {
    guint64 next = 0;
    gboolean seen = FALSE;
    GstPad *pad;
    gint i;
    Rig r;

    rig_new (&r, "is-live=false sim-signal=sine sim-amplitude=1e-3 "
                 "samples-per-buffer=10 num-buffers=40");
    pad = gst_element_get_static_pad (r.h->element, "src");
    gst_pad_add_probe (
        pad, GST_PAD_PROBE_TYPE_BUFFER, change_gain, r.h->element, NULL);
    gst_object_unref (pad);
    gst_harness_play (r.h);
    for (i = 0; i < 40; i++) {
      GstBuffer *b = gst_harness_pull (r.h);
      GstEegMeta *meta = gst_buffer_get_eeg_meta (b);
      guint64 at = GST_BUFFER_OFFSET (b), n = GST_BUFFER_OFFSET_END (b) - at, k;

      fail_unless_equals_uint64 (at, next);
      next = at + n;
      for (k = at; k < next; k++) {
        guint f = gst_eeg_meta_get_flags_at (meta, k, 3);

        if (f & GST_EEG_STATUS_CHANGED) {
          fail_if (seen);
          seen = TRUE;
          /* the buffer begins where the new scale does */
          fail_unless_equals_uint64 (k, at);
          fail_unless_equals_float (scale_of (r.h, 0), 4.5);
          fail_unless (n >= 4);
          fail_unless (gst_eeg_meta_get_flags_at (meta, k + 3, 0) & CHANGED);
          if (n > 4)
            fail_unless_equals_int (
                gst_eeg_meta_get_flags_at (meta, k + 4, 0) & CHANGED, 0);
        }
      }
      gst_buffer_unref (b);
    }
    fail_unless (seen);
    fail_unless_equals_uint64 (stat_of (r.h->element, "lost"), 0);
    fail_unless (next_warning (r.bus) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_change_refused_keeps_old)
  {
    gchar *gain, *input;
    Rig r;
    gint i;

    rig_new (&r, "is-live=false num-buffers=2000");
    gst_harness_play (r.h);
    gst_buffer_unref (gst_harness_pull (r.h));
    g_object_set (r.h->element, "gain", "3", NULL);
    g_object_get (r.h->element, "gain", &gain, NULL);
    fail_unless_equals_string (gain, "24");
    g_free (gain);
    assert_warning (r.bus, "previous one stays in force");
    g_object_set (r.h->element, "input", "open", NULL);
    g_object_get (r.h->element, "input", &input, NULL);
    fail_unless (input == NULL);
    assert_warning (r.bus, "\"open\"");
    fail_unless (next_warning (r.bus) == NULL);
    for (i = 0; i < 50; i++)
      gst_buffer_unref (gst_harness_pull (r.h));
    fail_unless_equals_float (scale_of (r.h, 0), 4.5 / 24);
    rig_free (&r);
  }
GST_END_TEST;

/* Sets properties from another thread while the stream runs, and reads all. */
static gpointer
fiddle (gpointer data)
{
  const gchar *const gains[] = {"1", "2", "4", "6", "8", "12", "24", "7"};
  GstElement *e = data;
  guint i;

  for (i = 0; i < 200; i++) {
    GstStructure *s;
    gchar *gain;

    g_object_set (e, "gain", gains[i % 8], NULL);
    if (i % 3 == 0)
      g_object_set (e, "power-down", i & 1 ? "2" : NULL, NULL);
    g_object_get (e, "stats", &s, "gain", &gain, NULL);
    gst_structure_free (s);
    g_free (gain);
    g_usleep (2000);
  }
  return NULL;
}

GST_START_TEST (test_changes_from_another_thread)
  {
    guint64 next = 0;
    GThread *t;
    gint i;
    Rig r;

    rig_new (&r, "rate=1000 sim-signal=sine num-buffers=150");
    gst_harness_use_systemclock (r.h);
    gst_harness_play (r.h);
    t = g_thread_new ("fiddle", fiddle, r.h->element);
    for (i = 0; i < 150; i++) {
      GstBuffer *b = gst_harness_pull (r.h);

      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), next);
      next = GST_BUFFER_OFFSET_END (b);
      gst_buffer_unref (b);
    }
    g_thread_join (t);
    fail_unless_equals_uint64 (stat_of (r.h->element, "lost"), 0);
    rig_free (&r);
  }
GST_END_TEST;

/* --- pauses and slow sinks --------------------------------------------------- */

GST_START_TEST (test_pause_is_a_declared_gap)
  {
    GstElement *pipe = gst_parse_launch (
        "ads1299src name=s rate=1000 sim-signal=counter samples-per-buffer=10 "
        "! appsink name=k sync=false max-buffers=5",
        NULL);
    GstElement *src = gst_bin_get_by_name (GST_BIN (pipe), "s");
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipe), "k");
    guint64 next = 0, lost_sum = 0, paused;
    GstClockTime end = 0;
    gboolean seen;
    gint i, k;

    for (i = 0; i < 3; i++) {
      fail_if (gst_element_set_state (pipe, GST_STATE_PLAYING) ==
               GST_STATE_CHANGE_FAILURE);
      /* what waited in the ring comes first: until the gap has been seen */
      for (k = 0, seen = i == 0; k < 20 || (!seen && k < 1000); k++) {
        GstSample *sample = NULL;
        guint64 at, n, lost;
        GstBuffer *b;

        g_signal_emit_by_name (sink, "pull-sample", &sample);
        fail_unless (sample != NULL);
        b = gst_sample_get_buffer (sample);
        fail_unless (gst_buffer_get_eeg_ledger (b, &at, &n, &lost, NULL));
        fail_unless_equals_uint64 (at, next + lost);
        fail_unless (GST_BUFFER_PTS (b) >= end);
        if (lost > 0)
          fail_unless (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT));
        else if (next > 0)
          fail_unless_equals_uint64 (GST_BUFFER_PTS (b), end);
        end = GST_BUFFER_PTS (b) + GST_BUFFER_DURATION (b);
        lost_sum += lost;
        seen |= lost >= 75;
        next = at + n;
        gst_sample_unref (sample);
      }
      gst_element_set_state (pipe, GST_STATE_PAUSED);
      g_usleep (100000);
    }
    paused = stat_of (src, "lost-pause");
    /* two pauses of 100 ms and more */
    fail_unless (paused >= 150, "%" G_GUINT64_FORMAT, paused);
    fail_unless_equals_uint64 (stat_of (src, "lost"), paused);
    fail_unless_equals_uint64 (lost_sum, paused);
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless_equals_uint64 (stat_of (src, "produced"),
        stat_of (src, "delivered") + stat_of (src, "lost"));
    gst_object_unref (src);
    gst_object_unref (sink);
    gst_object_unref (pipe);
  }
GST_END_TEST;

static GstPadProbeReturn
wait_once (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_usleep (400000);
  return GST_PAD_PROBE_REMOVE;
}

/* A sink that sleeps for longer than the ring holds. */
static void
run_overrun (Rig *r, const gchar *more)
{
  gchar *launch = g_strdup_printf (
      "rate=2000 sim-signal=counter ring-time=20 samples-per-buffer=8 %s",
      more);
  GstPad *pad;

  rig_new (r, launch);
  g_free (launch);
  pad = gst_element_get_static_pad (r->h->element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, wait_once, NULL, NULL);
  gst_object_unref (pad);
  gst_harness_use_systemclock (r->h);
  gst_harness_play (r->h);
}

GST_START_TEST (test_overrun_loses_the_oldest_and_says_so)
  {
    guint64 next = 0, lost_sum = 0, lost, at, n, stat;
    GstMessage *m;
    const GstStructure *details = NULL;
    gint i;
    Rig r;

    run_overrun (&r, "num-buffers=40");
    for (i = 0; i < 40; i++) {
      GstBuffer *b = gst_harness_pull (r.h);
      gint32 code;

      fail_unless (gst_buffer_get_eeg_ledger (b, &at, &n, &lost, NULL));
      fail_unless_equals_uint64 (at, next + lost);
      gst_buffer_extract (b, 0, &code, 4);
      fail_unless_equals_int (code, (gint) at);
      next = at + n;
      lost_sum += lost;
      gst_buffer_unref (b);
    }
    fail_unless (lost_sum > 100);
    stat = stat_of (r.h->element, "lost-overrun");
    fail_unless (stat >= lost_sum);
    m = gst_bus_pop_filtered (r.bus, GST_MESSAGE_WARNING);
    fail_unless (m != NULL);
    gst_message_parse_warning_details (m, &details);
    fail_unless (details != NULL);
    fail_unless_equals_string (
        gst_structure_get_string (details, "cause"), "lost-overrun");
    fail_unless (gst_structure_get_uint64 (details, "count", &lost));
    fail_unless (lost > 0 && lost <= lost_sum);
    gst_message_unref (m);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_overrun_fails)
  {
    GstMessage *m;
    GError *e = NULL;
    Rig r;

    run_overrun (&r, "on-overrun=error");
    m = gst_bus_timed_pop_filtered (r.bus, 20 * GST_SECOND, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_parse_error (m, &e, NULL);
    fail_unless (strstr (e->message, "too slow") != NULL);
    g_error_free (e);
    gst_message_unref (m);
    rig_free (&r);
  }
GST_END_TEST;

/* --- filled gaps, rails ------------------------------------------------------- */

GST_START_TEST (test_gaps_filled_and_marked)
  {
    /* 3 lost at sample 25, 12 at 50, 4 at 100: up to 4 are filled */
    guint64 next = 0, filled = 0, at, n, lost, k;
    gint i;
    Rig r;

    rig_new (&r,
        "is-live=false sim-signal=counter samples-per-buffer=7 fill-gaps=4 "
        "sim-faults=\"lost-drdy@0.1,n=3;missed-irq@0.2,n=12;lost-drdy@0.4,n="
        "4\" "
        "num-buffers=30");
    gst_harness_play (r.h);
    for (i = 0; i < 30; i++) {
      GstBuffer *b = gst_harness_pull (r.h);
      GstEegMeta *meta = gst_buffer_get_eeg_meta (b);
      GstMapInfo map;

      fail_unless (gst_buffer_get_eeg_ledger (b, &at, &n, &lost, NULL));
      fail_unless_equals_uint64 (at, next + lost);
      fail_unless_equals_uint64 (lost, at == 62 ? 12 : 0);
      gst_buffer_map (b, &map, GST_MAP_READ);
      fail_unless_equals_int (map.size, n * 32);
      for (k = 0; k < n; k++) {
        gint32 code = ((gint32 *) map.data)[k * 8];
        gboolean hole =
            (at + k >= 25 && at + k < 28) || (at + k >= 100 && at + k < 104);

        fail_unless_equals_int (gst_eeg_meta_get_flags_at (meta, at + k, 0),
            hole ? GST_EEG_STATUS_FILLED : 0);
        fail_unless_equals_int (
            code, hole ? (at + k < 28 ? 24 : 99) : (gint) (at + k));
        filled += hole;
      }
      gst_buffer_unmap (b, &map);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), at * 4 * GST_MSECOND);
      next = at + n;
      gst_buffer_unref (b);
    }
    fail_unless_equals_uint64 (filled, 7);
    fail_unless_equals_uint64 (stat_of (r.h->element, "filled"), 7);
    fail_unless_equals_uint64 (stat_of (r.h->element, "lost"), 19);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_near_rail_marked)
  {
    guint marked = 0, rails = 0, k, c;
    GstBuffer *b;
    GstEegMeta *meta;
    GstMapInfo map;
    Rig r;

    /* 0.1875 V is full scale at gain 24 */
    rig_new (&r, "is-live=false sim-signal=sine sim-amplitude=0.2 "
                 "near-rail=0.9 samples-per-buffer=250 num-buffers=1");
    gst_harness_play (r.h);
    b = gst_harness_pull (r.h);
    meta = gst_buffer_get_eeg_meta (b);
    gst_buffer_map (b, &map, GST_MAP_READ);
    for (k = 0; k < 250; k++)
      for (c = 0; c < 8; c++) {
        gint32 v = ((gint32 *) map.data)[k * 8 + c];
        gboolean near_rail = v >= 0.9 * 8388607 || v <= -0.9 * 8388607;

        marked += near_rail;
        rails += v == 8388607 || v == -8388608;
        if (near_rail != !!(gst_eeg_meta_get_flags_at (meta, k, (gint) c) &
                             GST_EEG_STATUS_SATURATED))
          fail ("sample %u channel %u: %d", k, c, v);
      }
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    fail_unless (marked > rails);
    fail_unless (marked < 2000);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_recovered_times)
  {
    GstClockTime end = GST_CLOCK_TIME_NONE;
    gint i;
    Rig r;

    rig_new (&r, "is-live=false timestamps=clock rate=1000 num-buffers=500");
    gst_harness_play (r.h);
    for (i = 0; i < 500; i++) {
      GstBuffer *b = gst_harness_pull (r.h);
      GstReferenceTimestampMeta *meta;
      GstCaps *caps = gst_caps_new_empty_simple ("timestamp/x-eeg-drdy");

      meta = gst_buffer_get_reference_timestamp_meta (b, caps);
      gst_caps_unref (caps);
      fail_unless (meta != NULL);
      if (i > 0)
        fail_unless_equals_uint64 (GST_BUFFER_PTS (b), end);
      end = GST_BUFFER_PTS (b) + GST_BUFFER_DURATION (b);
      /* 1.5 (N - 1) / fMOD at 1000 samples per second */
      fail_unless (ABS ((gint64) (meta->timestamp - GST_BUFFER_PTS (b) -
                                  1498535)) <= 2000,
          "%" G_GINT64_FORMAT, (gint64) (meta->timestamp - GST_BUFFER_PTS (b)));
      gst_buffer_unref (b);
    }
    rig_free (&r);
  }
GST_END_TEST;

/* --- electrodes ---------------------------------------------------------------- */

static gdouble
array_at (const GstStructure *s, const gchar *field, guint i)
{
  const GValue *a = gst_structure_get_value (s, field);

  fail_unless (a != NULL && GST_VALUE_HOLDS_ARRAY (a));
  return g_value_get_double (gst_value_array_get_value (a, i));
}

GST_START_TEST (test_impedance_while_recording)
  {
    const gchar *const modes[] = {"ac-7.8", "ac-31.2", "ac-fdr4"};
    const gdouble kohm[] = {1, 2, 5, 10, 20, 50, 0, 7.5};
    guint m, c, seen;
    GstMessage *msg;

    for (m = 0; m < G_N_ELEMENTS (modes); m++) {
      gchar *launch = g_strdup_printf (
          "is-live=false sim-signal=sine sim-amplitude=0 lead-off=%s "
          "lead-off-current=24nA lead-off-channels=1-6,8 "
          "sim-impedance=1,2,5,10,20,50,5,7.5 samples-per-buffer=25 "
          "num-buffers=45",
          modes[m]);
      guint64 sample = 0, last = 0;
      gboolean event = FALSE;
      GstEvent *e;
      gint i;
      Rig r;

      rig_new (&r, launch);
      g_free (launch);
      gst_harness_play (r.h);
      for (i = 0; i < 45; i++)
        gst_buffer_unref (gst_harness_pull (r.h));
      for (seen = 0;
           (msg = gst_bus_pop_filtered (r.bus, GST_MESSAGE_ELEMENT)) != NULL;) {
        const GstStructure *s = gst_message_get_structure (msg);

        if (gst_structure_has_name (s, "eeg-impedance")) {
          seen++;
          fail_unless (gst_structure_get_uint64 (s, "sample", &sample));
          /* once every 1.024 s: whole periods of all frequencies */
          if (last > 0)
            fail_unless_equals_uint64 (sample - last, 256);
          last = sample;
          for (c = 0; c < 8; c++) {
            gdouble z = array_at (s, "kohm", c);

            if (c == 6)
              fail_unless (z == -1.0); /* no current there */
            else
              fail_unless (fabs (z - kohm[c]) < 0.03 * kohm[c] + 0.05,
                  "%s channel %u: %g kOhm instead of %g", modes[m], c, z,
                  kohm[c]);
          }
        }
        gst_message_unref (msg);
      }
      fail_unless (seen >= 3, "%u", seen);
      while ((e = gst_harness_try_pull_event (r.h)) != NULL) {
        event |= gst_event_has_name (e, "eeg-impedance");
        gst_event_unref (e);
      }
      fail_unless (event);
      rig_free (&r);
    }
  }
GST_END_TEST;

/* Peak of 31.25 Hz in channel 4 behind @filter, from the third second on. */
static gdouble
tone_behind (const gchar *filter)
{
  gchar *text = g_strdup_printf (
      "ads1299src is-live=false sim-signal=sine sim-amplitude=0 "
      "lead-off=ac-31.2 lead-off-current=24nA sim-impedance=10 "
      "samples-per-buffer=250 num-buffers=4 ! eegtovoltage ! %s "
      "audio/x-raw,format=F32LE ! appsink name=k sync=false",
      filter);
  GstElement *pipe = gst_parse_launch (text, NULL), *sink;
  gdouble re = 0, im = 0;
  guint i, k;

  fail_unless (pipe != NULL, "%s", text);
  sink = gst_bin_get_by_name (GST_BIN (pipe), "k");
  gst_element_set_state (pipe, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++) {
    GstSample *sample = NULL;
    GstMapInfo map;

    g_signal_emit_by_name (sink, "pull-sample", &sample);
    fail_unless (sample != NULL);
    gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
    for (k = 0; k < 248 && i > 1; k++) {
      gdouble x = ((gfloat *) map.data)[k * 8 + 4];

      re += x * cos (2 * G_PI * (i * 250 + k) / 8) / 248;
      im += x * sin (2 * G_PI * (i * 250 + k) / 8) / 248;
    }
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipe, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipe);
  g_free (text);
  return sqrt (re * re + im * im);
}

GST_START_TEST (test_notch_takes_the_tone_out)
  {
    /* 24 nA through 10 kOhm: 4/pi 240 uV times 0.925 of the chip's filter */
    gdouble with = tone_behind (""), without;

    fail_unless (fabs (with - 282.7e-6) < 9e-6, "%g", with);
    without = tone_behind ("eegfilter notch=31.25 notch-q=10 !");
    fail_unless (without < with / 100, "%g of %g", without, with);
  }
GST_END_TEST;

GST_START_TEST (test_lead_off_by_direct_current)
  {
    GstMessage *msg;
    guint off = 0, on = 0, channel = 99, i;
    Rig r;

    /* off for 200 samples; hold 100 ms = 25 samples; a blink of 5 is not told */
    rig_new (&r, "is-live=false lead-off=dc samples-per-buffer=10 "
                 "sim-faults=\"lead-off@1,n=200,ch=3;lead-off@3,n=5,ch=5\" "
                 "num-buffers=100");
    gst_harness_play (r.h);
    for (i = 0; i < 100; i++) {
      GstBuffer *b = gst_harness_pull (r.h);
      GstEegMeta *meta = gst_buffer_get_eeg_meta (b);
      guint64 at = GST_BUFFER_OFFSET (b), k;

      for (k = at; k < at + 10; k++) {
        gboolean want3 = k >= 250 && k < 450 + 25;
        gboolean want5 = k >= 750 && k < 755 + 25;

        if (!!(gst_eeg_meta_get_flags_at (meta, k, 3) &
                GST_EEG_STATUS_LEAD_OFF) != want3 ||
            !!(gst_eeg_meta_get_flags_at (meta, k, 5) &
                GST_EEG_STATUS_LEAD_OFF) != want5)
          fail ("sample %" G_GUINT64_FORMAT, k);
      }
      gst_buffer_unref (b);
    }
    while ((msg = gst_bus_pop_filtered (r.bus, GST_MESSAGE_ELEMENT)) != NULL) {
      const GstStructure *s = gst_message_get_structure (msg);
      gboolean is_off;

      if (gst_structure_has_name (s, "eeg-lead-off")) {
        gst_structure_get_boolean (s, "off", &is_off);
        gst_structure_get_uint (s, "channel", &channel);
        fail_unless_equals_int (channel, 3);
        off += is_off;
        on += !is_off;
      }
      gst_message_unref (msg);
    }
    fail_unless_equals_int (off, 1);
    fail_unless_equals_int (on, 1);
    rig_free (&r);
  }
GST_END_TEST;

static Suite *
ads1299src_live_suite (void)
{
  Suite *s = suite_create ("ads1299src-live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_gain_changes_while_playing);
  tcase_add_test (tc, test_change_refused_keeps_old);
  tcase_add_test (tc, test_changes_from_another_thread);
  tcase_add_test (tc, test_pause_is_a_declared_gap);
  tcase_add_test (tc, test_overrun_loses_the_oldest_and_says_so);
  tcase_add_test (tc, test_overrun_fails);
  tcase_add_test (tc, test_gaps_filled_and_marked);
  tcase_add_test (tc, test_near_rail_marked);
  tcase_add_test (tc, test_recovered_times);
  tcase_add_test (tc, test_impedance_while_recording);
  tcase_add_test (tc, test_notch_takes_the_tone_out);
  tcase_add_test (tc, test_lead_off_by_direct_current);
  return s;
}

GST_CHECK_MAIN (ads1299src_live);
