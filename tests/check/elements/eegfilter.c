/* The filter element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>

#include "eegfilter-rig.h"

GST_START_TEST (test_equals_the_cascade_for_any_split)
  {
    EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, 250, 1};
    EegDspSection s[8];
    EegDspCascade *c;
    gfloat want[600 * CHANNELS];
    guint n, f, split;

    n = eeg_dsp_design (&spec, s, NULL, 0);
    spec.band = EEG_DSP_LOWPASS;
    spec.f1 = 45;
    n += eeg_dsp_design (&spec, s + n, NULL, 0);
    n += eeg_dsp_design_notch (250, 50, 30, s + n, NULL, 0);
    fail_unless_equals_int (n, 5);
    for (f = 0; f < 600 * CHANNELS; f++)
      want[f] = sample (f / CHANNELS, f % CHANNELS);
    c = eeg_dsp_cascade_new (s, n, CHANNELS);
    eeg_dsp_cascade_process_f32 (c, want, want, 600);
    eeg_dsp_cascade_free (c);

    for (split = 1; split <= 600; split = split * 3 + 1) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      g_object_set (
          h->element, "highpass", 1.0, "lowpass", 45.0, "notch", 50.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      for (f = 0; f < 600; f += split)
        fail_unless_equals_int (
            gst_harness_push (h, make_buffer (f, MIN (split, 600 - f))),
            GST_FLOW_OK);
      take_all (h, got);
      fail_unless_equals_int (got->len, 600 * CHANNELS);
      fail_unless (memcmp (got->data, want, sizeof want) == 0, "%u", split);
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_impossible_start_refused)
  {
    static const gchar *const bad[] = {"lowpass", "highpass", "notch"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (h->element, bus);
      g_object_set (h->element, bad[i], 200.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_ERROR, "rate of 250 Hz");
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_nan_contained_and_reported)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();
    GstMapInfo map;
    GstBuffer *b;
    guint i, round;

    gst_element_set_bus (h->element, bus);
    g_object_set (h->element, "highpass", 1.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS);
    for (round = 0; round < 2; round++) {
      b = make_buffer (round * 50, 50);
      gst_buffer_map (b, &map, GST_MAP_WRITE);
      ((gfloat *) map.data)[21] = NAN;
      gst_buffer_unmap (b, &map);
      gst_harness_push (h, b);
      b = gst_harness_pull (h);
      gst_buffer_map (b, &map, GST_MAP_READ);
      for (i = 0; i < 50 * CHANNELS; i++)
        fail_unless (isfinite (((gfloat *) map.data)[i]));
      gst_buffer_unmap (b, &map);
      fail_unless (gst_eeg_meta_get_flags_at (
                       gst_buffer_get_eeg_meta (b), round * 50 + 10, 1) &
                   GST_EEG_STATUS_NONFINITE);
      gst_buffer_unref (b);
    }
    expect_message (bus, GST_MESSAGE_WARNING, "sample 10");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_response)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    gdouble f[3] = {10, 45, 50}, re[3], im[3], settling;
    GstStructure *s;

    g_object_set (e, "lowpass", 45.0, "notch", 50.0, NULL);
    fail_unless (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 250, f, 3, re, im));
    fail_unless (fabs (hypot (re[0], im[0]) - 1) < 1e-3);
    fail_unless (hypot (re[2], im[2]) < 1e-9);
    s = gst_eeg_response_describe (GST_EEG_RESPONSE (e), 250);
    fail_unless (gst_structure_get_double (s, "settling", &settling));
    fail_unless (settling > 0.1 && settling < 2);
    gst_structure_free (s);
    fail_if (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 90, f, 3, re, im));
    gst_object_unref (e);
  }
GST_END_TEST;

/* Wanted: scipy.signal.group_delay of each section of butter(4, 1, 'high'),
 * butter(4, 45, 'low') and iirnotch(50, 30) at 250 Hz, summed. */
GST_START_TEST (test_group_delay)
  {
    static const gdouble want[][2] = {{0.7, 0.5667655405096866},
        {1, 0.5965811819597414}, {10, 0.012843311945785736},
        {40, 0.017646958580304784}};
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    gdouble delay;
    guint i;

    g_object_set (e, "highpass", 1.0, "lowpass", 45.0, "notch", 50.0, NULL);
    for (i = 0; i < G_N_ELEMENTS (want); i++) {
      fail_unless (gst_eeg_response_get_group_delay (
          GST_EEG_RESPONSE (e), 250, want[i][0], &delay));
      fail_unless (fabs (delay - want[i][1]) < 2e-6, "%g Hz: %.9f, not %.9f",
          want[i][0], delay, want[i][1]);
    }
    /* outside the band, nothing passes, and impossible settings */
    fail_if (gst_eeg_response_get_group_delay (
        GST_EEG_RESPONSE (e), 250, 0, &delay));
    fail_if (gst_eeg_response_get_group_delay (
        GST_EEG_RESPONSE (e), 250, 125, &delay));
    fail_if (gst_eeg_response_get_group_delay (
        GST_EEG_RESPONSE (e), 250, NAN, &delay));
    fail_if (gst_eeg_response_get_group_delay (
        GST_EEG_RESPONSE (e), 80, 10, &delay));
    gst_object_unref (e);
  }
GST_END_TEST;

/* The time stamps of a sine's buffers move by the delay that the sine has, the
 * start stays where it is, and the latency grows. */
GST_START_TEST (test_align_frequency)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstClockTime shift = 12843312, last_end = 0;
    guint i;

    g_object_set (h->element, "highpass", 1.0, "lowpass", 45.0, "notch", 50.0,
        "align-frequency", 10.0, NULL);
    gst_harness_set_src_caps_str (h,
        "audio/x-raw, format=F32LE, layout=interleaved, rate=250, channels=1, "
        "channel-mask=(bitmask)0x0, eeg-unit=V");
    for (i = 0; i < 50; i++) {
      GstBuffer *b = gst_buffer_new_allocate (NULL, 5 * 4, NULL);
      GstClockTime pts = i * 20 * GST_MSECOND, want;

      gst_buffer_memset (b, 0, 0, 20);
      GST_BUFFER_PTS (b) = pts;
      GST_BUFFER_DURATION (b) = 20 * GST_MSECOND;
      GST_BUFFER_OFFSET (b) = i * 5;
      GST_BUFFER_OFFSET_END (b) = i * 5 + 5;
      b = gst_harness_push_and_pull (h, b);
      fail_unless (b != NULL);
      want = pts > shift ? pts - shift : 0;
      fail_unless (ABS (GST_CLOCK_DIFF (want, GST_BUFFER_PTS (b))) < 1000,
          "%u: %" GST_TIME_FORMAT, i, GST_TIME_ARGS (GST_BUFFER_PTS (b)));
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), last_end);
      last_end = GST_BUFFER_PTS (b) + GST_BUFFER_DURATION (b);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), i * 5);
      gst_buffer_unref (b);
    }
    /* whole frames: 4 of 4 ms */
    fail_unless_equals_uint64 (gst_harness_query_latency (h), 16 * GST_MSECOND);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_align_frequency_refused)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=5 ! eegfilter align-frequency=125 ! fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GstMessage *m;
    GError *error = NULL;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
    gst_message_parse_error (m, &error, NULL);
    fail_unless (strstr (error->message, "align-frequency is 125 Hz") != NULL,
        "%s", error->message);
    g_clear_error (&error);
    gst_message_unref (m);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-cascade.txt", "r");
    gchar line[256];
    guint cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      gdouble rate, hp, lp, notch;
      gint order, steady, frames, i, format;
      gdouble *want;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (sscanf (line, "%lf %lf %lf %lf %d %d %d", &rate,
                                  &hp, &lp, &notch, &order, &steady, &frames),
          7);
      want = g_new (gdouble, frames);
      for (i = 0; i < frames; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = g_ascii_strtod (line, NULL);
      }
      for (format = 0; format < 2; format++) {
        GstHarness *h = gst_harness_new ("eegfilter");
        gfloat *x = g_new (gfloat, frames);
        gdouble *xx = g_new (gdouble, frames);
        guint32 seed = 12345;
        GstMapInfo map;
        GstBuffer *b;
        gchar *caps;

        for (i = 0; i < frames; i++) {
          seed = seed * 1664525u + 1013904223u;
          x[i] = (gfloat) (0.02 + 50e-6 * sin (2 * G_PI * 10 * i / rate) +
                           20e-6 * (seed / 4294967296.0 - 0.5));
          xx[i] = x[i];
        }
        g_object_set (h->element, "highpass", hp, "lowpass", lp, "notch", notch,
            "order", order, NULL);
        gst_util_set_object_arg (
            G_OBJECT (h->element), "initial-state", steady ? "steady" : "zero");
        caps = g_strdup_printf (
            "audio/x-raw,format=%s,layout=interleaved,rate=%d,channels=1,"
            "eeg-unit=V,eeg-full-scale=(double)1.0",
            format ? "F64LE" : "F32LE", (gint) rate);
        gst_harness_set_src_caps_str (h, caps);
        g_free (caps);
        b = format ? gst_buffer_new_wrapped (xx, frames * sizeof *xx)
                   : gst_buffer_new_wrapped (x, frames * sizeof *x);
        fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
        b = gst_harness_pull (h);
        gst_buffer_map (b, &map, GST_MAP_READ);
        for (i = 0; i < frames; i++) {
          gdouble y =
              format ? ((gdouble *) map.data)[i] : ((gfloat *) map.data)[i];
          gdouble limit = 1e-10 + (format ? 0 : 1.2e-7 * fabs (want[i]));
          fail_unless (fabs (y - want[i]) <= limit, "%d: %.17g, SciPy %.17g", i,
              y, want[i]);
        }
        gst_buffer_unmap (b, &map);
        gst_buffer_unref (b);
        gst_harness_teardown (h);
        if (format)
          g_free (x);
        else
          g_free (xx);
      }
      g_free (want);
      cases++;
    }
    fclose (f);
    fail_unless (cases > 4);
  }
GST_END_TEST;

/* After a gap, a flush or new caps the filter starts as it first did. */
GST_START_TEST (test_starts_afresh)
  {
    guint how;

    for (how = 0; how < 4; how++) {
      GstHarness *h = start ("highpass=1 lowpass=45");
      GstHarness *fresh = start ("highpass=1 lowpass=45");
      GstBuffer *b = make_buffer (how == 1 ? 500 : 100, 100);
      GstSegment segment;

      gst_harness_push (h, make_buffer (0, 100));
      g_array_unref (outputs (h));
      if (how == 0) {
        GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
      } else if (how == 2) {
        gst_harness_push_event (h, gst_event_new_flush_start ());
        gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
        gst_segment_init (&segment, GST_FORMAT_TIME);
        gst_harness_push_event (h, gst_event_new_segment (&segment));
      } else if (how == 3) {
        gst_harness_set_src_caps_str (h, CAPS ",eeg-reference=SRB1");
      }
      gst_harness_push (fresh, gst_buffer_copy_deep (b));
      gst_harness_push (h, b);
      fail_unless_same (outputs (h), outputs (fresh));
      gst_harness_teardown (h);
      gst_harness_teardown (fresh);
    }
  }
GST_END_TEST;

/* The converter behind the volts got another gain: the signal is the same. */
GST_START_TEST (test_new_gain_of_volts_goes_on)
  {
    GstHarness *h = start ("highpass=1 lowpass=45 notch=50"),
               *whole = start ("highpass=1 lowpass=45 notch=50");
    GstCaps *caps;

    gst_harness_push (whole, make_buffer (0, 100));
    gst_harness_push (whole, make_buffer (100, 100));
    gst_harness_push (h, make_buffer (0, 100));
    gst_harness_set_src_caps_str (h, CAPS ",eeg-gain=(double)12");
    gst_harness_push (h, make_buffer (100, 100));
    fail_unless_same (outputs (h), outputs (whole));
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (
        gst_structure_has_field (gst_caps_get_structure (caps, 0), "eeg-gain"));
    gst_caps_unref (caps);
    gst_harness_teardown (h);
    gst_harness_teardown (whole);
  }
GST_END_TEST;

GST_START_TEST (test_on_gap_hold)
  {
    GstHarness *h = start ("highpass=1 on-gap=hold"),
               *whole = start ("highpass=1");
    GstBuffer *b = make_buffer (100, 100);

    gst_harness_push (whole, make_buffer (0, 100));
    gst_harness_push (whole, make_buffer (100, 100));
    gst_harness_push (h, make_buffer (0, 100));
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    fail_unless_same (outputs (h), outputs (whole));
    gst_harness_teardown (h);
    gst_harness_teardown (whole);
  }
GST_END_TEST;

/* A buffer called silent is filtered as any other, and is not silent then. */
GST_START_TEST (test_gap_flag_and_eos)
  {
    GstHarness *h = start ("highpass=1"), *plain = start ("highpass=1");
    GstBuffer *b = make_buffer (0, 100);

    gst_harness_push (plain, make_buffer (0, 100));
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_GAP);
    gst_harness_push (h, b);
    b = gst_harness_pull (h);
    fail_if (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_GAP));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 100);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 0);
    {
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      take (b, got);
      fail_unless_same (got, outputs (plain));
    }
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
    gst_harness_teardown (h);
    gst_harness_teardown (plain);
  }
GST_END_TEST;

GST_START_TEST (test_settling_is_marked)
  {
    GstHarness *h = start ("highpass=1");
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    GstStructure *s = gst_eeg_response_describe (GST_EEG_RESPONSE (e), 250);
    guint f, round, marked, want;
    gdouble settling;

    fail_unless (gst_structure_get_double (s, "settling", &settling));
    want = (guint) ceil (settling * 250);
    fail_unless (want > 50 && want < 900);
    for (round = 0; round < 2; round++) {
      for (f = 0, marked = 0; f < 1000; f += 8) {
        GstBuffer *b = make_buffer (round * 5000 + f, 8);
        GstEegMeta *m;
        guint i;

        gst_harness_push (h, b);
        b = gst_harness_pull (h);
        m = gst_buffer_get_eeg_meta (b);
        for (i = 0; m && i < 8; i++)
          marked += gst_eeg_meta_get_flags_at (m, round * 5000 + f + i, -1) ==
                    GST_EEG_STATUS_SETTLING;
        gst_buffer_unref (b);
      }
      fail_unless_equals_int (marked, want);
    }
    gst_structure_free (s);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_notch_harmonics)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    gdouble f[5] = {50, 100, 150, 200, 75}, re[5], im[5], width[2];
    GstEegResponse *r = GST_EEG_RESPONSE (e);
    guint i;

    g_object_set (e, "notch", 50.0, "notch-harmonics", 15, NULL);
    fail_unless (gst_eeg_response_evaluate (r, 500, f, 5, re, im));
    for (i = 0; i < 4; i++)
      fail_unless (hypot (re[i], im[i]) < 1e-9);
    fail_unless (hypot (re[4], im[4]) > 0.99);
    /* -3 dB at the same distance from each. */
    for (i = 0; i < 2; i++) {
      f[0] = 50 * (i + 1) + 50 / 30.0 / 2;
      fail_unless (gst_eeg_response_evaluate (r, 4000, f, 1, re, im));
      width[i] = hypot (re[0], im[0]);
      fail_unless (fabs (width[i] - M_SQRT1_2) < 0.02, "%g", width[i]);
    }
    gst_object_unref (e);
  }
GST_END_TEST;

GST_START_TEST (test_extra_sections)
  {
    EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_LOWPASS, 4, 250, 30};
    GstHarness *h = start (""), *plain = start ("lowpass=30");
    GString *text = g_string_new (NULL);
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];
    EegDspSection s[EEG_DSP_MAX_SECTIONS];
    gint n = eeg_dsp_design (&spec, s, NULL, 0), i, k;

    for (i = 0; i < n; i++) {
      gdouble c[6] = {s[i].b0, s[i].b1, s[i].b2, 1, s[i].a1, s[i].a2};
      for (k = 0; k < 6; k++)
        g_string_append_printf (text, "%s%s", text->len ? "," : "",
            g_ascii_dtostr (number, sizeof number, c[k]));
    }
    g_object_set (e, "sos", text->str, NULL);
    gst_harness_push (h, make_buffer (0, 300));
    gst_harness_push (plain, make_buffer (0, 300));
    fail_unless_same (outputs (h), outputs (plain));
    g_string_free (text, TRUE);
    gst_object_unref (e);
    gst_harness_teardown (h);
    gst_harness_teardown (plain);
  }
GST_END_TEST;

GST_START_TEST (test_extra_sections_refused)
  {
    static const gchar *const cases[][2] = {{"1,0,0,1,0,1.01", "not stable"},
        {"1,0,0,1,-2,1", "not stable"}, {"1,0,0,0,0,0", "not stable"},
        {"1,0,0,1,0", "six"}, {"1,0,0,1,0,fish", "fish"},
        {"1,0,0,1,0,nan", "sos"}};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (h->element, bus);
      g_object_set (h->element, "sos", cases[i][0], NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_ERROR, cases[i][1]);
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_fir)
  {
    static const gdouble taps[3] = {0.5, 0.25, -0.125};
    GstHarness *h = start ("fir=0.5,0.25,-0.125"), *bad;
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    gdouble f = 62.5, re, im;
    GstBus *bus = gst_bus_new ();
    GArray *got;
    guint i;

    for (i = 0; i < 200; i += 25)
      gst_harness_push (h, make_buffer (i, 25));
    got = outputs (h);
    fail_unless_equals_int (got->len, 200 * CHANNELS);
    for (i = 0; i < 200; i++) {
      gdouble want = taps[0] * sample (i, 1) +
                     taps[1] * sample (i < 1 ? 0 : i - 1, 1) +
                     taps[2] * sample (i < 2 ? 0 : i - 2, 1);
      fail_unless (
          fabs (g_array_index (got, gfloat, i * CHANNELS + 1) - want) < 1e-8);
    }
    g_array_unref (got);
    fail_unless (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 250, &f, 1, &re, &im));
    fail_unless (fabs (re - 0.625) < 1e-12 && fabs (im + 0.25) < 1e-12);
    gst_object_unref (e);
    gst_harness_teardown (h);

    bad = gst_harness_new ("eegfilter");
    gst_element_set_bus (bad->element, bus);
    g_object_set (bad->element, "fir", "1,x", NULL);
    gst_harness_set_src_caps_str (bad, CAPS);
    fail_if (gst_harness_push (bad, make_buffer (0, 20)) == GST_FLOW_OK);
    expect_message (bus, GST_MESSAGE_ERROR, "fir");
    gst_element_set_bus (bad->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (bad);
  }
GST_END_TEST;

GST_START_TEST (test_wrong_streams_refused)
  {
    static const gchar *const cases[][2] = {
        {"audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
         "channel-mask=(bitmask)0x0",
            "eegfromaudio"},
        {"audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
         "channel-mask=(bitmask)0x0,eeg-unit=furlong",
            "eeg-unit"}};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (h->element, bus);
      gst_harness_set_src_caps_str (h, cases[i][0]);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_ERROR, cases[i][1]);
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_states)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    guint i;

    for (i = 0; i < 3; i++) {
      fail_unless (gst_element_set_state (e, GST_STATE_PLAYING) !=
                   GST_STATE_CHANGE_FAILURE);
      fail_unless (gst_element_set_state (e, GST_STATE_NULL) ==
                   GST_STATE_CHANGE_SUCCESS);
    }
    gst_object_unref (e);
  }
GST_END_TEST;

static Suite *
eegfilter_suite (void)
{
  Suite *s = suite_create ("eegfilter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_equals_the_cascade_for_any_split);
  tcase_add_test (tc, test_impossible_start_refused);
  tcase_add_test (tc, test_nan_contained_and_reported);
  tcase_add_test (tc, test_response);
  tcase_add_test (tc, test_group_delay);
  tcase_add_test (tc, test_align_frequency);
  tcase_add_test (tc, test_align_frequency_refused);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_starts_afresh);
  tcase_add_test (tc, test_new_gain_of_volts_goes_on);
  tcase_add_test (tc, test_on_gap_hold);
  tcase_add_test (tc, test_gap_flag_and_eos);
  tcase_add_test (tc, test_settling_is_marked);
  tcase_add_test (tc, test_notch_harmonics);
  tcase_add_test (tc, test_extra_sections);
  tcase_add_test (tc, test_extra_sections_refused);
  tcase_add_test (tc, test_fir);
  tcase_add_test (tc, test_wrong_streams_refused);
  tcase_add_test (tc, test_states);
  return s;
}

GST_CHECK_MAIN (eegfilter);
