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

/* In a tenth of a second, evenly, from what the old filter would have gone on to
 * give to what the new one gives that begins there, settled. */
GST_START_TEST (test_change_is_an_even_fade)
  {
    const guint length = 25;
    GArray *before = run_from ("highpass=1 lowpass=45", 0, 400);
    GArray *after = run_from ("highpass=1 lowpass=8", 200, 400);
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
    g_array_unref (after);
    g_array_unref (before);
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
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_refused_change_leaves_samples_alone);
  tcase_add_test (tc, test_changes_from_another_thread);
  return s;
}

GST_CHECK_MAIN (eegfilter_changes);
