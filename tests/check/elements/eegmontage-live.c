/* The montage element: the ledger, and changes while playing
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegmontage-rig.h"

/* --- ledger -------------------------------------------------------------- */

static guint
flags_at (GstBuffer *b, guint64 s, gint channel)
{
  GstEegMeta *m = gst_buffer_get_eeg_meta (b);

  return m ? gst_eeg_meta_get_flags_at (m, s, channel) : 0;
}

GST_START_TEST (test_marks_follow_the_channels)
  {
    static const struct
    {
      const gchar *properties;
      guint n_out, marked; /* bits: outputs that input 2 (C3) is in */
    } cases[] = {
        {"reference=none", 8, 1 << 2},
        {"channels=O1,C3,C3-O1,Fp1", 4, (1 << 1) | (1 << 2)},
        {"channels=O2,O1,P8,P7,C4,C3,Fp2,Fp1", 8, 1 << 5},
        {"reference=average", 8, 255},
        {"reference=average channels=Fp1,C4-O2,O1", 3, (1 << 0) | (1 << 2)},
        {"reference=C3 channels=O1,O2-O1", 2, 1 << 0},
        {"reference=average exclude=C3", 8, 1 << 2},
        {"matrix=0,0,0.5,0.5,0,0,0,0;1,0,0,0,0,0,0,0", 2, 1 << 0},
    };
    guint i, r;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = start (cases[i].properties);
      GstBuffer *b = make_buffer (500, 20);
      GstEegMeta *m = gst_buffer_add_eeg_meta (b, 500, 20, 3, N * 4);
      guint64 first, n, lost;

      gst_eeg_meta_set_edge (m, 505, 12345);
      gst_eeg_meta_add_run (m, 504, 6, GST_EEG_STATUS_LEAD_OFF, 2, 77);
      gst_eeg_meta_add_run (m, 501, 2, GST_EEG_STATUS_FILLED, -1, 0);
      gst_harness_push (h, b);
      b = gst_harness_pull (h);
      fail_unless (gst_buffer_get_eeg_ledger (b, &first, &n, &lost, NULL));
      fail_unless (first == 500 && n == 20 && lost == 3);
      m = gst_buffer_get_eeg_meta (b);
      fail_unless (m->edge_sample == 505 && m->edge_time == 12345);
      fail_unless_equals_int (m->bpf, cases[i].n_out * 4);
      for (r = 0; r < cases[i].n_out; r++) {
        fail_unless_equals_int (
            (flags_at (b, 505, r) & GST_EEG_STATUS_LEAD_OFF) != 0,
            (cases[i].marked >> r) & 1);
        fail_if (flags_at (b, 510, r) & GST_EEG_STATUS_LEAD_OFF);
        fail_unless (flags_at (b, 502, r) & GST_EEG_STATUS_FILLED);
      }
      gst_buffer_unref (b);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_excluded_outputs_are_marked)
  {
    static const gchar *const ways[] = {"keep", "zero"};
    guint w, i;

    for (w = 0; w < 2; w++) {
      g_autofree gchar *text = g_strdup_printf (
          "channels=Fp1,C3,Fp1-C3 exclude=C3 on-excluded=%s", ways[w]);
      GstHarness *h = start (text);
      GstBuffer *b;
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

      gst_harness_push (h, make_buffer (0, 20));
      b = gst_harness_pull (h);
      for (i = 0; i < 20; i++) {
        fail_unless_equals_int (flags_at (b, i, 0), 0);
        fail_unless_equals_int (flags_at (b, i, 1), GST_EEG_STATUS_QUALITY);
        fail_unless_equals_int (flags_at (b, i, 2), GST_EEG_STATUS_QUALITY);
      }
      take (b, got);
      fail_unless (g_array_index (got, gfloat, 0) == sample (0, 0));
      fail_unless (g_array_index (got, gfloat, 1) == (w ? 0 : sample (0, 2)));
      fail_unless ((g_array_index (got, gfloat, 2) == 0) == (w == 1));
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_nan_reaches_only_its_outputs)
  {
    GstHarness *h = start ("channels=Fp1,C3,Fp1-C3,O1-O2");
    GstBus *bus = gst_bus_new ();
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstStructure *stats;
    guint64 nonfinite;
    GstMapInfo map;
    GstBuffer *b = make_buffer (0, 20);
    guint i;

    gst_element_set_bus (e, bus);
    gst_buffer_map (b, &map, GST_MAP_WRITE);
    for (i = 5; i < 8; i++)
      ((gfloat *) map.data)[i * N + 2] = NAN;
    ((gfloat *) map.data)[10 * N + 4] = INFINITY; /* not in use */
    gst_buffer_unmap (b, &map);
    gst_harness_push (h, b);
    b = gst_harness_pull (h);
    gst_buffer_map (b, &map, GST_MAP_READ);
    for (i = 0; i < 20; i++) {
      const gfloat *y = (const gfloat *) map.data + i * 4;
      gfloat c3 = sample (i >= 5 && i < 8 ? 4 : i, 2);
      guint want = i >= 5 && i < 8 ? GST_EEG_STATUS_NONFINITE : 0;

      fail_unless (y[0] == sample (i, 0));
      fail_unless (y[1] == c3);
      fail_unless (y[2] == (gfloat) ((gdouble) sample (i, 0) - c3));
      fail_unless (y[3] == (gfloat) ((gdouble) sample (i, 6) - sample (i, 7)));
      fail_unless_equals_int (flags_at (b, i, 0), 0);
      fail_unless_equals_int (flags_at (b, i, 1), want);
      fail_unless_equals_int (flags_at (b, i, 2), want);
      fail_unless_equals_int (flags_at (b, i, 3), 0);
    }
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    expect_message (bus, GST_MESSAGE_WARNING, "sample 5 on C3");
    g_object_get (e, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "nonfinite", &nonfinite));
    fail_unless_equals_uint64 (nonfinite, 3);
    gst_structure_free (stats);
    gst_element_set_bus (e, NULL);
    gst_object_unref (bus);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* --- changes while playing ----------------------------------------------- */

/* No jump, marks, and the caps that belong to it; the same for any split. */
GST_START_TEST (test_change_fades)
  {
    GArray *first = NULL;
    guint split, f, i;

    for (split = 1; split <= 60; split += 13) {
      GstHarness *h = start ("reference=none");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GArray *got, *before;
      GstBuffer *b;

      gst_harness_push (h, make_buffer (0, 40));
      before = outputs (h);
      g_object_set (e, "reference", "average", NULL);
      for (f = 40; f < 100; f += split) {
        guint n = MIN (split, 100 - f);

        fail_unless_equals_int (
            gst_harness_push (h, make_buffer (f, n)), GST_FLOW_OK);
        b = gst_harness_pull (h);
        for (i = f; i < f + n; i++)
          fail_unless_equals_int (
              flags_at (b, i, 3), i < 65 ? GST_EEG_STATUS_CHANGED : 0);
        take (b, before);
      }
      expect_labels (h, "Fp1 Fp2 C3 C4 P7 P8 O1 O2", "average");
      got = before;
      for (i = 30 * N; i < 99 * N; i++)
        fail_unless (fabsf (g_array_index (got, gfloat, i + N) -
                            g_array_index (got, gfloat, i)) < 2.5e-3f,
            "%u", i / N);
      fail_unless (fabs (g_array_index (got, gfloat, 99 * N) + 0.035) < 1e-4);
      if (first) {
        fail_unless (memcmp (first->data, got->data, got->len * 4) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
    g_array_unref (first);
  }
GST_END_TEST;

GST_START_TEST (test_change_of_the_number_of_channels)
  {
    GstHarness *h = start ("channels=O1,O2");
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstBuffer *b;
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

    gst_harness_push (h, make_buffer (0, 10));
    g_object_set (e, "channels", "Fp1-C3,C3-O1,Cz=Fp2", NULL);
    gst_harness_push (h, make_buffer (10, 10));
    g_object_set (e, "channels", "Fp1-C3,C3-O1,Fp2", NULL);
    gst_harness_push (h, make_buffer (20, 10));
    expect_labels (h, "Fp1-C3 C3-O1 Fp2", NULL);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 2 * 4);
    gst_buffer_unref (b);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 2 * 4);
    gst_buffer_unref (b);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 3 * 4);
    fail_unless_equals_int (flags_at (b, 20, 0), GST_EEG_STATUS_CHANGED);
    fail_unless_equals_int (flags_at (b, 21, 0), 0);
    take (b, got);
    fail_unless (g_array_index (got, gfloat, 2) == sample (20, 1));
    g_array_unref (got);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* What stands in for a bad value is known on both sides of a change. */
GST_START_TEST (test_change_keeps_last_good_values)
  {
    GstHarness *h = start ("reference=C3");
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstBuffer *b = make_buffer (10, 40);
    GstMapInfo map;
    GArray *got;
    guint f;

    gst_harness_push (h, make_buffer (0, 10));
    g_array_unref (outputs (h));
    gst_buffer_map (b, &map, GST_MAP_WRITE);
    for (f = 0; f < 40; f++)
      ((gfloat *) map.data)[f * N + 7] = NAN;
    gst_buffer_unmap (b, &map);
    g_object_set (e, "reference", "none", NULL);
    gst_harness_push (h, b);
    got = outputs (h);
    fail_unless (g_array_index (got, gfloat, 39 * N + 7) == sample (9, 7));
    g_array_unref (got);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_change_refused)
  {
    static const gchar *const bad[][3] = {
        {"channels", "Q1", "'Q1'"},
        {"reference", "linked-ears", "A1 and A2"},
        {"matrix", "1,2", "1 x 8"},
        /* what comes behind is fixed to eight channels */
        {"channels", "O1,O2", "what comes behind does not take"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GstHarness *h = gst_harness_new_parse (
          "eegmontage ! capsfilter caps=audio/x-raw,channels=8");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GstBus *bus = gst_bus_new ();
      GArray *got;
      gchar *before, *now;
      guint k;

      gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS);
      gst_element_set_bus (e, bus);
      gst_harness_push (h, make_buffer (0, 10));
      g_object_get (e, bad[i][0], &before, NULL);
      g_object_set (e, bad[i][0], bad[i][1], NULL);
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (10, 10)), GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_WARNING, bad[i][2]);
      /* what is read back is what runs, and the next change is not held up */
      g_object_get (e, bad[i][0], &now, NULL);
      fail_unless_equals_string (now, before);
      g_free (now);
      g_free (before);
      g_object_set (e, "allow-singular", TRUE, NULL);
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (20, 10)), GST_FLOW_OK);
      got = outputs (h);
      fail_unless_equals_int (got->len, 30 * N);
      for (k = 0; k < got->len; k++)
        fail_unless (g_array_index (got, gfloat, k) == sample (k / N, k % N));
      fail_unless (gst_bus_pop_filtered (
                       bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING) == NULL);
      g_array_unref (got);
      gst_element_set_bus (e, NULL);
      gst_object_unref (bus);
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

/* A flush, a gap and new caps: held values and fades do not reach across. */
GST_START_TEST (test_breaks_start_afresh)
  {
    guint how;

    for (how = 0; how < 3; how++) {
      GstHarness *h = start ("channels=C3,O1");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GstBuffer *b = make_buffer (500, 10);
      GstSegment segment;
      GstMapInfo map;
      GArray *got;

      gst_harness_push (h, make_buffer (0, 10));
      g_object_set (e, "channels", "O2,Fp1", NULL);
      gst_harness_push (h, make_buffer (10, 3));
      g_array_unref (outputs (h));
      if (how == 0) {
        gst_harness_push_event (h, gst_event_new_flush_start ());
        gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
        gst_segment_init (&segment, GST_FORMAT_TIME);
        gst_harness_push_event (h, gst_event_new_segment (&segment));
      } else if (how == 2) {
        gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS ",eeg-reference=SRB1");
      }
      gst_buffer_map (b, &map, GST_MAP_WRITE);
      ((gfloat *) map.data)[7] = NAN;
      gst_buffer_unmap (b, &map);
      fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
      got = outputs (h);
      fail_unless (g_array_index (got, gfloat, 0) == 0, "%u", how);
      fail_unless (g_array_index (got, gfloat, 1) == sample (500, 0));
      fail_unless (g_array_index (got, gfloat, 2) == sample (501, 7));
      g_array_unref (got);
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

/* Properties set in every state, while another thread streams. */
GST_START_TEST (test_changes_from_another_thread)
  {
    static const gchar *const ways[] = {"channels=Fp1,O1",
        "channels=double-banana", "reference=laplacian", "reference=average",
        "matrix=1,0,0,0,0,0,0,0", "channels=*", "exclude=C3", "channels=Nope"};
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=20000 ! eegmontage name=m ! fakesink", NULL);
    GstElement *m = gst_bin_get_by_name (GST_BIN (p), "m");
    GstBus *bus = gst_element_get_bus (p);
    GstMessage *msg;
    guint i;

    /* What is impossible from the start is an error, later a warning. */
    gst_element_set_state (p, GST_STATE_PAUSED);
    fail_unless (gst_element_get_state (p, NULL, NULL, 30 * GST_SECOND) ==
                 GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state (p, GST_STATE_PLAYING);
    for (i = 0; i < 400; i++) {
      g_auto (GStrv) kv = g_strsplit (ways[i % G_N_ELEMENTS (ways)], "=", 2);

      g_object_set (m, "reference", "none", "channels", NULL, "matrix", NULL,
          "exclude", NULL, NULL);
      g_object_set (m, kv[0], kv[1], NULL);
      g_usleep (100);
    }
    msg = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (msg && GST_MESSAGE_TYPE (msg) == GST_MESSAGE_EOS, "%s",
        msg ? gst_structure_to_string (gst_message_get_structure (msg)) : "");
    gst_message_unref (msg);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (m);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegmontage_live_suite (void)
{
  Suite *s = suite_create ("eegmontage-live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_marks_follow_the_channels);
  tcase_add_test (tc, test_excluded_outputs_are_marked);
  tcase_add_test (tc, test_nan_reaches_only_its_outputs);
  tcase_add_test (tc, test_change_fades);
  tcase_add_test (tc, test_change_of_the_number_of_channels);
  tcase_add_test (tc, test_change_keeps_last_good_values);
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_breaks_start_afresh);
  tcase_add_test (tc, test_changes_from_another_thread);
  return s;
}

GST_CHECK_MAIN (eegmontage_live);
