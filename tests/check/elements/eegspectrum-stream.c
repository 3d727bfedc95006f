/* The spectrum element: flags, listeners, negotiation and changes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegspectrum-rig.h"

/* --- flags ---------------------------------------------------------------- */

GST_START_TEST (test_status_of_the_window)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b = make_buffer (0, 100);
    GstEegStatusFlags any;
    GstMessage *m;
    GstEegMeta *meta = gst_buffer_add_eeg_meta (b, 0, 100, 0, 8);

    gst_eeg_meta_add_run (meta, 10, 20, GST_EEG_STATUS_SATURATED, 1, 0);
    gst_harness_push (r.h, b);
    b = make_buffer (100, 300);
    meta = gst_buffer_add_eeg_meta (b, 100, 300, 0, 8);
    gst_eeg_meta_add_run (meta, 245, 10, GST_EEG_STATUS_LEAD_OFF, 0, 0);
    gst_eeg_meta_add_run (meta, 100, 7, GST_EEG_STATUS_FILLED, -1, 0);
    gst_harness_push (r.h, b);
    feed (&r, 400, 350);

    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-saturated"), 20);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 5);
    fail_unless_equals_uint64 (u64 (m, "n-filled"), 14);
    fail_unless_equals_uint64 (u64 (m, "n-nonfinite"), 0);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 0, -1),
        GST_EEG_STATUS_LEAD_OFF | GST_EEG_STATUS_FILLED);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 1, -1),
        GST_EEG_STATUS_SATURATED | GST_EEG_STATUS_FILLED);
    gst_message_unref (m);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-saturated"), 0);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 5);
    gst_message_unref (m);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 0);
    gst_message_unref (m);

    b = gst_harness_pull (r.h);
    gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any);
    fail_unless_equals_int (any, GST_EEG_STATUS_SATURATED |
                                     GST_EEG_STATUS_LEAD_OFF |
                                     GST_EEG_STATUS_FILLED);
    meta = gst_buffer_get_eeg_meta (b);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (meta, 249, 0), GST_EEG_STATUS_LEAD_OFF);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (meta, 249, 1), 0);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_nan_contained_and_reported)
  {
    static const gchar *const words[] = {"not finite", "sample", NULL};
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b = make_buffer (0, 250);
    GstMapInfo map;
    GstMessage *m;

    gst_buffer_map (b, &map, GST_MAP_WRITE);
    ((gfloat *) map.data)[2 * 30] = NAN;
    ((gfloat *) map.data)[2 * 31] = INFINITY;
    gst_buffer_unmap (b, &map);
    gst_harness_push (r.h, b);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-nonfinite"), 2);
    fail_unless_equals_int (
        (gint) at (m, "channel-flags", 0, -1), GST_EEG_STATUS_NONFINITE);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 1, -1), 0);
    /* Two held samples; the other channel has none of it. */
    fail_unless (fabs (at (m, "band-power", 0, 2) - 50) < 2);
    fail_unless (fabs (at (m, "band-power", 1, 2) - 200) < 0.01);
    gst_message_unref (m);
    fail_unless_equals_uint64 (stat_of (&r, "nonfinite"), 2);
    expect_trouble (&r, GST_MESSAGE_WARNING, words);
    rig_free (&r);
  }
GST_END_TEST;

/* The square of what samples may be at most is more than a float holds. */
GST_START_TEST (test_density_of_the_largest_sample_is_finite)
  {
    static const gchar *const words[] = {"3.4e38", "limited", NULL};
    Rig r = rig_new ("eegspectrum window=1");
    GstBuffer *b = make_buffer (0, 250);
    GstEegMeta *meta;
    GstMessage *m;
    GstMapInfo map;
    gfloat *psd;
    guint k;

    gst_buffer_map (b, &map, GST_MAP_WRITE);
    ((gfloat *) map.data)[2 * 30] = 1e30f;
    gst_buffer_unmap (b, &map);
    gst_harness_push (r.h, b);
    m = next_message (&r, FALSE);
    fail_unless (isfinite (at (m, "band-power", 0, 2)));
    gst_message_unref (m);
    b = gst_harness_pull (r.h);
    meta = gst_buffer_get_eeg_meta (b);
    gst_buffer_map (b, &map, GST_MAP_READ);
    psd = (gfloat *) map.data;
    for (k = 0; k < map.size / sizeof (gfloat); k++)
      fail_unless (isfinite (psd[k]));
    fail_unless (psd[10] == G_MAXFLOAT);
    gst_buffer_unmap (b, &map);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (meta, 0, 0), GST_EEG_STATUS_NONFINITE);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (meta, 0, 1), 0);
    gst_buffer_unref (b);
    fail_unless (stat_of (&r, "nonfinite") > 0);
    expect_trouble (&r, GST_MESSAGE_WARNING, words);
    rig_free (&r);
  }
GST_END_TEST;

/* --- who listens ---------------------------------------------------------- */

GST_START_TEST (test_nothing_computed_for_nobody)
  {
    GstHarness *h = gst_harness_new_with_padnames ("eegspectrum", "sink", NULL);
    Rig r = {.h = h, .bus = gst_bus_new ()};
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    GstPad *src = gst_element_get_static_pad (h->element, "src"), *pad;

    gst_element_set_bus (h->element, r.bus);
    g_object_set (h->element, "post-messages", FALSE, "window", 1.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "250"));
    feed (&r, 0, 1000);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 0);
    /* Messages alone, with nothing linked. */
    g_object_set (h->element, "post-messages", TRUE, NULL);
    feed (&r, 1000, 125);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 2);
    fail_unless_equals_uint64 (stat_of (&r, "delivered"), 0);
    g_object_set (h->element, "post-messages", FALSE, NULL);
    /* Linked to what ends nowhere: found out by one attempt. */
    {
      GstElement *queue = gst_element_factory_make ("identity", NULL);

      gst_element_set_state (queue, GST_STATE_PLAYING);
      pad = gst_element_get_static_pad (queue, "sink");
      fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
      feed (&r, 1125, 1000);
      fail_unless_equals_uint64 (stat_of (&r, "computed"), 3);
      gst_pad_unlink (src, pad);
      gst_object_unref (pad);
      gst_element_set_state (queue, GST_STATE_NULL);
      gst_object_unref (queue);
    }
    /* Linked: at once, with the window that is there. */
    g_object_set (sink, "async", FALSE, NULL);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    pad = gst_element_get_static_pad (sink, "sink");
    fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
    feed (&r, 2125, 125);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 5);
    fail_unless_equals_uint64 (stat_of (&r, "delivered"), 2);
    gst_pad_unlink (src, pad);
    gst_object_unref (pad);
    feed (&r, 2250, 1000);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 5);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (sink);
    gst_object_unref (src);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_branch_of_a_tee)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=1000 ! tee name=t ! queue ! fakesink "
        "t. ! queue ! eegspectrum name=s ! fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GstElement *s = gst_bin_get_by_name (GST_BIN (p), "s");
    GstStructure *stats;
    GstMessage *m;
    guint64 n;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    g_object_get (s, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "delivered", &n));
    fail_unless (n > 1);
    gst_structure_free (stats);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (s);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

/* --- negotiation and changes ---------------------------------------------- */

GST_START_TEST (test_caps_describe_the_stream)
  {
    Rig r = rig_new ("eegspectrum max-frequency=45.2 hop=0.1 function=blackman "
                     "bands=\"alpha:8-13,low beta:13-20.5\"");
    GstStructure *s;
    GstCaps *caps;
    gint n, d, i;
    gdouble w;

    feed (&r, 0, 500);
    caps = gst_pad_get_current_caps (r.h->sinkpad);
    s = gst_caps_get_structure (caps, 0);
    fail_unless (gst_structure_has_name (s, "application/x-eeg-spectrum"));
    fail_unless (gst_structure_get_fraction (s, "rate", &n, &d));
    fail_unless (n == 10 && d == 1);
    fail_unless (gst_structure_get_int (s, "channels", &i) && i == 2);
    fail_unless (gst_structure_get_int (s, "bins", &i) && i == 91);
    fail_unless (gst_structure_get_double (s, "bin-width", &w) && w == 0.5);
    fail_unless (gst_structure_get_double (s, "window", &w) && w == 2);
    fail_unless_equals_string (gst_structure_get_string (s, "unit"), "uV^2/Hz");
    fail_unless_equals_string (
        gst_structure_get_string (s, "function"), "blackman");
    fail_unless_equals_string (g_value_get_string (gst_value_array_get_value (
                                   gst_structure_get_value (s, "labels"), 1)),
        "O2");
    fail_unless_equals_string (g_value_get_string (gst_value_array_get_value (
                                   gst_structure_get_value (s, "bands"), 1)),
        "low beta:13-20.5");
    gst_caps_unref (caps);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_f64_and_fractional_rates)
  {
    GstHarness *h = gst_harness_new ("eegspectrum");
    gdouble *x = g_new0 (gdouble, 2 * 400);
    GstCaps *caps;
    gdouble w;

    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=F64LE,layout=interleaved,rate=166,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"
        "eeg-exact-rate=(fraction)500/3");
    gst_harness_push (h, gst_buffer_new_wrapped (x, 2 * 400 * sizeof *x));
    /* 333 samples; spectra at 333 + floor (k * 41.67) */
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 2);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_structure_get_double (
        gst_caps_get_structure (caps, 0), "bin-width", &w));
    fail_unless (fabs (w - 500.0 / 3 / 333) < 1e-12);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_default_bands_fit_slow_streams)
  {
    GstHarness *h = gst_harness_new ("eegspectrum");
    GstCaps *caps;
    gfloat *x = g_new0 (gfloat, 2 * 100);
    const GValue *bands;

    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "50"));
    gst_harness_push (h, gst_buffer_new_wrapped (x, 2 * 100 * sizeof *x));
    caps = gst_pad_get_current_caps (h->sinkpad);
    bands = gst_structure_get_value (gst_caps_get_structure (caps, 0), "bands");
    fail_unless_equals_int (gst_value_array_get_size (bands), 4);
    fail_unless_equals_string (
        g_value_get_string (gst_value_array_get_value (bands, 3)),
        "beta:13-25");
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_settings_refused)
  {
    static const struct
    {
      const gchar *launch;
      const gchar *words[5];
    } cases[] = {
        {"eegspectrum window=0.02",
            {"window 0.02 s", "5 samples", "250 Hz", "8 to", NULL}},
        {"eegspectrum window=86400", {"window 86400", "250 Hz", NULL}},
        {"eegspectrum hop=0.003", {"hop 0.003", "250 Hz", "0.004", NULL}},
        {"eegspectrum segment=3", {"segment 3 s", "window of 2 s", NULL}},
        {"eegspectrum segment=0.01", {"segment 0.01", "250 Hz", NULL}},
        {"eegspectrum bands=x:8-130", {"x:8-130", "125 Hz", "250 Hz", NULL}},
        {"eegspectrum bands=alpha", {"\"alpha\"", "NAME:LOW-HIGH", NULL}},
        {"eegspectrum bands=alpha:13-8", {"alpha:13-8", "LOW below", NULL}},
        {"eegspectrum bands=alpha:8-nan", {"alpha:8-nan", NULL}},
        {"eegspectrum bands=:8-13", {":8-13", NULL}},
        {"eegspectrum bands=a:8-13x", {"a:8-13x", NULL}},
        {"eegspectrum bands=a:-8-13", {"a:-8-13", NULL}},
        {"eegspectrum aperiodic=2", {"aperiodic", "2-40", NULL}},
        {"eegspectrum aperiodic=2-200", {"aperiodic", "125 Hz", NULL}},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      Rig r = rig_new (cases[i].launch);

      fail_unless_equals_int (
          gst_harness_push (r.h, make_buffer (0, 20)), GST_FLOW_NOT_NEGOTIATED);
      gst_harness_push (r.h, make_buffer (20, 20));
      expect_trouble (&r, GST_MESSAGE_ERROR, cases[i].words);
      rig_free (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_counts_and_plain_audio_refused)
  {
    static const gchar *const plain[] = {"eeg-unit", "eegfromaudio", NULL};
    Rig r = rig_new ("eegspectrum");

    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0");
    fail_if (gst_harness_push (r.h, make_buffer (0, 20)) == GST_FLOW_OK);
    expect_trouble (&r, GST_MESSAGE_ERROR, plain);
    rig_free (&r);
    /* Counts do not even meet the template. */
    r = rig_new ("eegspectrum");
    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=adc,eeg-full-scale=(double)0.1");
    fail_if (gst_harness_push (r.h, make_buffer (0, 20)) == GST_FLOW_OK);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_changes_while_playing)
  {
    static const gchar *const words[] = {
        "old ones stay", "window 0.01", "250 Hz", NULL};
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstMessage *m;
    GstBuffer *b;
    GstCaps *caps;
    gint bins;

    feed (&r, 0, 250);
    m = next_message (&r, FALSE);
    gst_message_unref (m);
    /* Bands do not cost the window. */
    feed (&r, 250, 249);
    g_object_set (r.h->element, "bands", "ten:8-12", NULL);
    feed (&r, 499, 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    fail_unless (fabs (at (m, "band-power", 0, 0) - 50) < 0.01);
    gst_message_unref (m);
    /* Refused: told once, and all goes on. */
    g_object_set (r.h->element, "window", 0.01, NULL);
    feed (&r, 500, 10);
    feed (&r, 510, 240);
    expect_trouble (&r, GST_MESSAGE_WARNING, words);
    fail_unless_equals_uint64 (stat_of (&r, "refusals"), 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    gst_message_unref (m);
    /* A new window begins where it was asked for. */
    g_object_set (r.h->element, "window", 0.5, "hop", 0.5, NULL);
    while ((b = gst_harness_try_pull (r.h)))
      gst_buffer_unref (b);
    feed (&r, 750, 124);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 874, 126);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 2);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 750);
    fail_unless_equals_int (gst_buffer_get_size (b), 2 * 63 * 4);
    gst_buffer_unref (b);
    caps = gst_pad_get_current_caps (r.h->sinkpad);
    fail_unless (gst_structure_get_int (
        gst_caps_get_structure (caps, 0), "bins", &bins));
    fail_unless_equals_int (bins, 63);
    gst_caps_unref (caps);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_exponential_average)
  {
    /* Silence after a sine: the mean of the first spectra, then a decay. */
    Rig r = rig_new ("eegspectrum window=1 hop=1 average=4");
    gdouble w = -expm1 (-0.25), want = 50;
    guint k;

    for (k = 0; k < 12; k++) {
      GstBuffer *b = make_buffer (k * 250, 250);
      GstMessage *m;
      gdouble x = 50;

      if (k % 3) {
        gst_buffer_memset (b, 0, 0, gst_buffer_get_size (b));
        x = 0;
      }
      gst_harness_push (r.h, b);
      m = next_message (&r, FALSE);
      want += MAX (w, 1.0 / (k + 1)) * (x - want);
      fail_unless (fabs (at (m, "band-power", 0, 2) - want) < 0.01);
      fail_unless_equals_uint64 (u64 (m, "spectra"), k + 1);
      gst_message_unref (m);
    }
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_states_and_restart)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=200 ! eegspectrum name=s window=0.3 ! fakesink",
        NULL);
    GstElement *s = gst_bin_get_by_name (GST_BIN (p), "s");
    GstBus *bus = gst_element_get_bus (p);
    guint i;

    for (i = 0; i < 3; i++) {
      GstMessage *m;

      g_object_set (s, "window", 0.3 + 0.1 * i, NULL);
      gst_element_set_state (p, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
      gst_message_unref (m);
      gst_element_set_state (p, i == 1 ? GST_STATE_READY : GST_STATE_NULL);
    }
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (s);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegspectrum_stream_suite (void)
{
  Suite *s = suite_create ("eegspectrum-stream");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_status_of_the_window);
  tcase_add_test (tc, test_density_of_the_largest_sample_is_finite);
  tcase_add_test (tc, test_nan_contained_and_reported);
  tcase_add_test (tc, test_nothing_computed_for_nobody);
  tcase_add_test (tc, test_branch_of_a_tee);
  tcase_add_test (tc, test_caps_describe_the_stream);
  tcase_add_test (tc, test_f64_and_fractional_rates);
  tcase_add_test (tc, test_default_bands_fit_slow_streams);
  tcase_add_test (tc, test_impossible_settings_refused);
  tcase_add_test (tc, test_counts_and_plain_audio_refused);
  tcase_add_test (tc, test_changes_while_playing);
  tcase_add_test (tc, test_exponential_average);
  tcase_add_test (tc, test_states_and_restart);
  return s;
}

GST_CHECK_MAIN (eegspectrum_stream);
