/* The filter element: changes while playing
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegfilter-rig.h"

GST_START_TEST (test_change_while_playing)
  {
    GArray *first = NULL;
    guint split;

    for (split = 1; split <= 50; split += 7) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      GstEegStatusFlags any = 0;
      GstBuffer *b;
      guint f, i;

      g_object_set (h->element, "highpass", 1.0, "lowpass", 45.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      gst_harness_push (h, make_buffer (0, 200));
      take_all (h, got);
      g_object_set (h->element, "lowpass", 20.0, "notch", 50.0, NULL);
      for (f = 200; f < 400; f += split)
        gst_harness_push (h, make_buffer (f, MIN (split, 400 - f)));
      b = gst_harness_pull (h);
      fail_unless (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any));
      fail_unless (any & GST_EEG_STATUS_CHANGED);
      take (b, got);
      take_all (h, got);
      fail_unless_equals_int (got->len, 400 * CHANNELS);
      /* No jump beyond what the signal itself does. */
      for (i = 190 * CHANNELS; i < 260 * CHANNELS; i++)
        fail_unless (fabsf (g_array_index (got, gfloat, i) -
                            g_array_index (got, gfloat, i - CHANNELS)) < 2e-5f);
      if (first) {
        fail_unless (
            memcmp (first->data, got->data, got->len * sizeof (gfloat)) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_harness_teardown (h);
    }
    g_array_unref (first);
  }
GST_END_TEST;

static GArray *
run_from (const gchar *properties, guint from, guint to)
{
  GstHarness *h = start (properties);
  GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

  gst_harness_push (h, make_buffer (from, to - from));
  take_all (h, got);
  gst_harness_teardown (h);
  return got;
}

/* What a filter of @properties makes of @x, of CHANNELS channels. */
static GArray *
run_on (const gchar *properties, const gfloat *x, guint frames)
{
  GstHarness *h = start (properties);
  GArray *got;

  gst_harness_push (
      h, gst_buffer_new_memdup (x, frames * CHANNELS * sizeof *x));
  got = outputs (h);
  gst_harness_teardown (h);
  return got;
}

/* In a tenth of a second, evenly, from what the old filter would have gone on to
 * give to what the new one gives: its high-pass goes on, its low-pass begins
 * there, settled on what the high-pass gives. */
GST_START_TEST (test_change_is_an_even_fade)
  {
    const guint length = 25;
    GArray *before = run_from ("highpass=1 lowpass=45", 0, 400);
    GArray *between = run_from ("highpass=1", 0, 400);
    GArray *after = run_on (
        "lowpass=8", &g_array_index (between, gfloat, 200 * CHANNELS), 200);
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
    GstHarness *h = gst_harness_new ("eegfilter");
    gdouble most = 0;

    g_object_set (h->element, "highpass", 1.0, "lowpass", 45.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS);
    gst_harness_push (h, make_buffer (0, 200));
    g_object_set (h->element, "lowpass", 8.0, NULL);
    gst_harness_push (h, make_buffer (200, 200));
    take_all (h, got);
    for (guint i = 0; i < 400 * CHANNELS; i++) {
      const gint at = (gint) i - 200 * CHANNELS;
      gdouble old = g_array_index (before, gfloat, i), want = old;

      if (at >= 0) {
        gdouble fresh = g_array_index (after, gfloat, at);
        gdouble w = MIN (1.0, (at / CHANNELS + 1) / (length + 1.0));

        most = MAX (most, fabs (fresh - old));
        want = old + w * (fresh - old);
      }
      if (fabs (g_array_index (got, gfloat, i) - want) > 1e-11)
        fail ("frame %u: %g, expected %g", i / CHANNELS,
            g_array_index (got, gfloat, i), want);
    }
    fail_unless (most > 1e-6);
    gst_harness_teardown (h);
    g_array_unref (got);
    g_array_unref (between);
    g_array_unref (after);
    g_array_unref (before);
  }
GST_END_TEST;

/* A blink of 200 uV upon an offset, at frame 500. */
static gfloat
blink (guint frame, guint channel)
{
  gdouble d = ((gdouble) frame - 500) / 40;

  return (gfloat) (0.187 - 0.374 * channel + 2e-4 * exp (-d * d) +
                   1e-5 * sin (0.2 * frame));
}

static GstBuffer *
blink_buffer (guint first, guint frames)
{
  GstBuffer *b = make_buffer (first, frames);
  GstMapInfo map;

  gst_buffer_map (b, &map, GST_MAP_WRITE);
  for (guint i = 0; i < frames * CHANNELS; i++)
    ((gfloat *) map.data)[i] = blink (first + i / CHANNELS, i % CHANNELS);
  gst_buffer_unmap (b, &map);
  return b;
}

/* Runs @before up to frame 500 and @after, of one property more, from there on,
 * in buffers of @split. */
static GArray *
run_blink (
    const gchar *before, const gchar *name, const gchar *value, guint split)
{
  GstHarness *h = start (before);
  GstElement *e = gst_harness_find_element (h, "eegfilter");
  GArray *got;

  for (guint f = 0; f < 1500; f += split) {
    if (f == 500 && name)
      gst_util_set_object_arg (G_OBJECT (e), name, value);
    gst_harness_push (h, blink_buffer (f, split));
  }
  got = outputs (h);
  gst_object_unref (e);
  gst_harness_teardown (h);
  return got;
}

/* The baseline is what it would be without the change. Wanted: a filter that ran
 * all along, once the low-pass of its own has settled. */
GST_START_TEST (test_sections_in_front_go_on)
  {
    static const struct
    {
      const gchar *before, *name, *value, *all_along;
      gdouble error;
    } cases[] = {
        {"highpass=0.5", "lowpass", "45", "highpass=0.5 lowpass=45", 1e-7},
        {"highpass=0.5 lowpass=45", "lowpass", "0", "highpass=0.5", 1e-7},
        {"highpass=0.5 lowpass=45", "fir", "0.5,0.5",
            "highpass=0.5 lowpass=45 fir=0.5,0.5", 1e-9},
        {"highpass=0.5 order=16", "lowpass", "40",
            "highpass=0.5 lowpass=40 order=16", 2e-7},
        /* sections that stay as they are, because b0 is 0 */
        {"sos=0,1,0,1,-0.9,0,1,-1,0,1,-0.99,0", "fir", "1,0",
            "sos=0,1,0,1,-0.9,0,1,-1,0,1,-0.99,0", 1e-9},
        /* and then are in one pass with others */
        {"highpass=0.5", "sos", "0,1,0,1,0,0", "highpass=0.5 sos=0,1,0,1,0,0",
            1e-9},
    };

    for (guint n = 0; n < G_N_ELEMENTS (cases); n++) {
      GArray *want = run_blink (cases[n].all_along, NULL, NULL, 500);
      GArray *first = NULL;
      static const guint splits[] = {500, 1, 4, 50};

      for (guint s = 0; s < G_N_ELEMENTS (splits); s++) {
        GArray *got = run_blink (
            cases[n].before, cases[n].name, cases[n].value, splits[s]);

        fail_unless_equals_int (got->len, 1500 * CHANNELS);
        for (guint i = 550 * CHANNELS; i < got->len; i++)
          fail_unless (fabs (g_array_index (got, gfloat, i) -
                             g_array_index (want, gfloat, i)) < cases[n].error,
              "%s %s=%s, frame %u: %g, not %g", cases[n].before, cases[n].name,
              cases[n].value, i / CHANNELS, g_array_index (got, gfloat, i),
              g_array_index (want, gfloat, i));
        if (first)
          fail_unless_same (g_array_ref (first), got);
        else
          first = got;
      }
      g_array_unref (first);
      g_array_unref (want);
    }
  }
GST_END_TEST;

/* Frames marked as settling, from the first one given. */
static guint
settling_from (GstHarness *h, guint64 from)
{
  guint n = 0;
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h))) {
    GstEegStatusFlags any = 0;

    gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any);
    if (GST_BUFFER_OFFSET (b) >= from && any & GST_EEG_STATUS_SETTLING)
      n += GST_BUFFER_OFFSET_END (b) - GST_BUFFER_OFFSET (b);
    gst_buffer_unref (b);
  }
  return n;
}

/* 19 s for the high-pass, a tenth of a second for the low-pass. */
GST_START_TEST (test_only_what_changed_settles)
  {
    GstHarness *h = start ("highpass=0.1");
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    guint n;

    gst_harness_push (h, make_buffer (0, 10000));
    g_object_set (e, "lowpass", 45.0, NULL);
    for (guint f = 10000; f < 20000; f += 10)
      gst_harness_push (h, make_buffer (f, 10));
    n = settling_from (h, 10000);
    fail_unless (n >= 10 && n <= 50, "%u", n);
    /* what goes on and has not settled yet still is marked */
    gst_harness_teardown (h);
    gst_object_unref (e);
    h = start ("highpass=0.1");
    e = gst_harness_find_element (h, "eegfilter");
    gst_harness_push (h, make_buffer (0, 100));
    g_object_set (e, "lowpass", 45.0, NULL);
    for (guint f = 100; f < 10000; f += 10)
      gst_harness_push (h, make_buffer (f, 10));
    n = settling_from (h, 100);
    fail_unless (n > 4500 && n < 5000, "%u", n);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* The state saw a jump across the gap. */
GST_START_TEST (test_held_gap_is_marked)
  {
    GstHarness *h = start ("highpass=0.1 on-gap=hold");
    GstBuffer *b;
    guint n;

    gst_harness_push (h, make_buffer (0, 10000));
    b = make_buffer (10100, 10);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    for (guint f = 10110; f < 20000; f += 10)
      gst_harness_push (h, make_buffer (f, 10));
    n = settling_from (h, 10100);
    fail_unless (n > 4500 && n < 5000, "%u", n);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* 1e-4 Hz takes 19152 s. */
GST_START_TEST (test_settling_beyond_an_hour_is_marked)
  {
    GstHarness *h = gst_harness_new_parse ("eegfilter highpass=1e-4");
    guint n = 0;

    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=F32LE,layout=interleaved,rate=1,channels=1,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0");
    for (guint f = 0; f < 30000; f += 1000) {
      GstBuffer *b = gst_buffer_new_allocate (NULL, 4000, NULL);

      gst_buffer_memset (b, 0, 0, 4000);
      GST_BUFFER_OFFSET (b) = f;
      GST_BUFFER_OFFSET_END (b) = f + 1000;
      GST_BUFFER_PTS (b) = f * GST_SECOND;
      gst_harness_push (h, b);
    }
    n = settling_from (h, 0);
    fail_unless_equals_int (n, 20000);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_change_refused)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    gst_harness_set_src_caps_str (h, CAPS);
    g_object_set (h->element, "lowpass", 30.0, NULL);
    gst_harness_push (h, make_buffer (0, 20));
    g_object_set (h->element, "lowpass", 125.0, NULL);
    fail_unless_equals_int (
        gst_harness_push (h, make_buffer (20, 20)), GST_FLOW_OK);
    expect_message (bus, GST_MESSAGE_WARNING, "rate of 250 Hz");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_refused_change_leaves_samples_alone)
  {
    GstHarness *h = start ("lowpass=30"), *plain = start ("lowpass=30");
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    GstStructure *stats;
    guint64 refusals;

    gst_harness_push (h, make_buffer (0, 100));
    g_object_set (e, "highpass", 40.0, NULL);
    gst_harness_push (h, make_buffer (100, 100));
    gst_harness_push (plain, make_buffer (0, 200));
    fail_unless_same (outputs (h), outputs (plain));
    g_object_get (e, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "refusals", &refusals));
    fail_unless_equals_uint64 (refusals, 1);
    gst_structure_free (stats);
    gst_object_unref (e);
    gst_harness_teardown (h);
    gst_harness_teardown (plain);
  }
GST_END_TEST;

static void
count_notify (GObject *object, GParamSpec *spec, gpointer count)
{
  (*(guint *) count)++;
}

/* What is read back is what runs, and the next valid change is not held up. */
GST_START_TEST (test_refused_change_is_put_back)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();
    GstStructure *s;
    gdouble lowpass, notch, delay;
    gchar *sos, *text;
    guint notified = 0;

    gst_element_set_bus (h->element, bus);
    g_object_set (h->element, "lowpass", 30.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS);
    gst_harness_push (h, make_buffer (0, 20));
    g_object_set (h->element, "lowpass", 130.0, "sos", "1,2", NULL);
    g_signal_connect (
        h->element, "notify::lowpass", G_CALLBACK (count_notify), &notified);
    g_signal_connect (
        h->element, "notify::sos", G_CALLBACK (count_notify), &notified);
    g_signal_connect (
        h->element, "notify::order", G_CALLBACK (count_notify), &notified);
    gst_harness_push (h, make_buffer (20, 20));
    expect_message (bus, GST_MESSAGE_WARNING, "the old one stays: lowpass");
    fail_unless_equals_int (notified, 2);
    g_object_get (h->element, "lowpass", &lowpass, "sos", &sos, NULL);
    fail_unless (lowpass == 30);
    fail_unless (sos == NULL);
    s = gst_eeg_response_describe (GST_EEG_RESPONSE (h->element), 250);
    fail_unless (s != NULL);
    text = g_strdup (gst_structure_get_string (s, "text"));
    fail_unless (g_str_has_prefix (text, "low-pass 30 Hz"), "%s", text);
    gst_structure_free (s);
    g_free (text);
    fail_unless (gst_eeg_response_get_group_delay (
        GST_EEG_RESPONSE (h->element), 250, 10, &delay));
    g_object_set (h->element, "notch", 10.0, NULL);
    gst_harness_push (h, make_buffer (40, 20));
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
    g_object_get (h->element, "stats", &s, "notch", &notch, NULL);
    fail_unless (notch == 10);
    text = gst_structure_to_string (s);
    fail_unless (strstr (text, "changes=(guint64)1") != NULL, "%s", text);
    g_free (text);
    gst_structure_free (s);
    /* the same once more is refused once more */
    for (guint f = 60; f < 200; f += 20)
      gst_harness_push (h, make_buffer (f, 20));
    g_object_set (h->element, "lowpass", 130.0, NULL);
    gst_harness_push (h, make_buffer (200, 20));
    expect_message (bus, GST_MESSAGE_WARNING, "the old one stays: lowpass");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static gpointer
change_all_the_time (gpointer data)
{
  GObject *e = data;
  guint i = 0;

  while (!g_object_get_data (e, "enough")) {
    GstStructure *stats = NULL;

    g_object_set (e, "lowpass", 20.0 + i % 40, "notch", i % 3 ? 50.0 : 0.0,
        "order", 1 + i % 6, "fir", i % 2 ? "0.5,0.5" : NULL, "sos",
        i % 5 ? NULL : "1,0,0,1,0,2", NULL);
    g_object_get (e, "stats", &stats, NULL);
    gst_structure_free (stats);
    i++;
    g_thread_yield ();
  }
  return NULL;
}

GST_START_TEST (test_changes_from_another_thread)
  {
    GstHarness *h = start ("highpass=1");
    GstElement *e = gst_harness_find_element (h, "eegfilter");
    GThread *thread = g_thread_new ("changes", change_all_the_time, e);
    guint at, i;

    for (at = 0; at < 20000; at += 10) {
      GstMapInfo map;
      GstBuffer *b;

      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (at, 10)), GST_FLOW_OK);
      b = gst_harness_pull (h);
      gst_buffer_map (b, &map, GST_MAP_READ);
      for (i = 0; i < 10 * CHANNELS; i++)
        fail_unless (fabsf (((gfloat *) map.data)[i]) < 0.1f);
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (b);
    }
    g_object_set_data (G_OBJECT (e), "enough", e);
    g_thread_join (thread);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static Suite *
eegfilter_changes_suite (void)
{
  Suite *s = suite_create ("eegfilter-changes");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_change_while_playing);
  tcase_add_test (tc, test_change_is_an_even_fade);
  tcase_add_test (tc, test_sections_in_front_go_on);
  tcase_add_test (tc, test_only_what_changed_settles);
  tcase_add_test (tc, test_held_gap_is_marked);
  tcase_add_test (tc, test_settling_beyond_an_hour_is_marked);
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_refused_change_leaves_samples_alone);
  tcase_add_test (tc, test_refused_change_is_put_back);
  tcase_add_test (tc, test_changes_from_another_thread);
  return s;
}

GST_CHECK_MAIN (eegfilter_changes);
