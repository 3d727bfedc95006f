/* Unit tests: csvsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "csvsink-rig.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

GST_START_TEST (test_default_layout)
  {
    static const gfloat v[] = {
        1e-6f, -50e-6f, 0.0f, -0.0f, 1.2345678e-4f, 0.1875f};
    Rig r;
    gchar *text, want[400];
    json_t *j;

    rig_init (&r, "alpha.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "Fp1,O1")));
    fail_unless_equals_int (
        gst_pad_push (r.src, make_buffer (v, sizeof v, 0, 3)), GST_FLOW_OK);
    /* On disk before EOS, no buffering here. */
    text = rig_read (&r, NULL);
    g_snprintf (want, sizeof want,
        "sample,time_s,Fp1_uV,O1_uV,flags\n"
        "0,0.000000000,%.6f,%.6f,0\n"
        "1,0.004000000,%.6f,%.6f,0\n"
        "2,0.008000000,%.6f,%.6f,0\n",
        (gdouble) v[0] * 1e6, (gdouble) v[1] * 1e6, (gdouble) v[2] * 1e6,
        (gdouble) v[3] * 1e6, (gdouble) v[4] * 1e6, (gdouble) v[5] * 1e6);
    assert_equals_string (text, want);
    g_free (text);
    j = rig_sidecar (&r, "alpha.json");
    fail_unless (json_is_false (json_object_get (j, "complete")));
    json_decref (j);

    rig_eos (&r);
    j = rig_sidecar (&r, "alpha.json");
    fail_unless (json_is_true (json_object_get (j, "complete")));
    fail_unless_equals_int (
        json_integer_value (json_object_get (j, "rows")), 3);
    fail_unless_equals_int (
        json_integer_value (json_object_get (j, "rate")), 250);
    fail_unless_equals_float (
        json_real_value (json_array_get (json_object_get (j, "vref"), 0)), 4.5);
    assert_equals_string (
        json_string_value (json_object_get (j, "reference")), "SRB1");
    assert_equals_string (
        json_string_value (json_array_get (json_object_get (j, "labels"), 1)),
        "O1");
    json_decref (j);
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 3);
    fail_unless_equals_uint64 (rig_stat (&r, "synced"), 3);
    fail_unless_equals_uint64 (rig_stat (&r, "lost"), 0);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_counts_are_integers)
  {
    /* The top byte of a word means nothing. */
    static const guint32 v[] = {0x007fffff, 0xff800000, 0x00ffffff, 0xab000001};
    Rig r;
    gchar *text;

    rig_init (&r, "c.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_S24_32LE, "A,B")));
    fail_unless_equals_int (
        gst_pad_push (r.src, make_buffer (v, sizeof v, 7, 2)), GST_FLOW_OK);
    rig_stop (&r);
    text = rig_read (&r, NULL);
    assert_equals_string (text, "sample,time_s,A_counts,B_counts,flags\n"
                                "7,0.028000000,8388607,-8388608,0\n"
                                "8,0.032000000,-1,1,0\n");
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

/* The same bytes for any cut of the stream into buffers. */
GST_START_TEST (test_any_split_same_bytes)
  {
    gchar *reference = NULL;
    static const guint sizes[] = {1000, 1, 7, 16, 333};

    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
      Rig r;
      gchar *text;

      rig_init (&r, "s.csv");
      fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
      for (guint i = 0; i < 1000; i += sizes[k])
        fail_unless_equals_int (
            gst_pad_push (
                r.src, numbered_buffer (100 + i, MIN (sizes[k], 1000 - i))),
            GST_FLOW_OK);
      rig_eos (&r);
      text = rig_read (&r, NULL);
      if (reference)
        fail_unless (strcmp (text, reference) == 0);
      else
        reference = g_strdup (text);
      g_free (text);
      rig_clear (&r);
    }
    g_free (reference);
  }

GST_END_TEST;

/* At a rate that divides no second, over its boundaries and over a gap: every
 * time is that of its index, nothing accumulates. */
static void
check_times (gint rate)
{
  /* The last crosses from eight digits to nine. */
  static const guint64 firsts[] = {7, 1007, 5000000, 99999500};
  GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32LE, "A,B");
  const guint64 hz = (guint64) rate;
  gchar *text, **lines;
  guint line = 1;
  Rig r;

  gst_caps_set_simple (caps, "rate", G_TYPE_INT, rate, NULL);
  rig_init (&r, "t.csv");
  fail_unless (rig_start (&r, caps));
  for (guint k = 0; k < G_N_ELEMENTS (firsts); k++) {
    GstBuffer *b = numbered_buffer (firsts[k], 1000);

    GST_BUFFER_PTS (b) = gst_util_uint64_scale (firsts[k], GST_SECOND, hz);
    if (k >= 2)
      GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    fail_unless_equals_int (gst_pad_push (r.src, b), GST_FLOW_OK);
  }
  rig_eos (&r);
  text = rig_read (&r, NULL);
  lines = g_strsplit (text, "\n", -1);
  for (guint k = 0; k < G_N_ELEMENTS (firsts); k++)
    for (guint64 i = firsts[k]; i < firsts[k] + 1000; i++, line++) {
      /* From the first time on, as it arrived. */
      guint64 t = gst_util_uint64_scale (firsts[0], GST_SECOND, hz) +
                  gst_util_uint64_scale (i - firsts[0], GST_SECOND, hz);
      gchar *want = g_strdup_printf ("%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                                     ".%09" G_GUINT64_FORMAT ",",
          i, t / GST_SECOND, t % GST_SECOND);

      fail_unless (g_str_has_prefix (lines[line], want),
          "%d Hz, line %u: %s, expected %s", rate, line, lines[line], want);
      g_free (want);
    }
  g_strfreev (lines);
  g_free (text);
  rig_clear (&r);
}

GST_START_TEST (test_times_are_exact)
  {
    check_times (1);
    check_times (3);
    check_times (333);
    check_times (4000);
    check_times (44100);
  }

GST_END_TEST;

GST_START_TEST (test_gap_keeps_absolute_index)
  {
    Rig r;
    gchar *text;
    GstBuffer *b;
    json_t *j, *gap;

    rig_init (&r, "g.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 2));
    b = numbered_buffer (12, 1);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_buffer_add_eeg_meta (b, 12, 1, 10, 8);
    gst_pad_push (r.src, b);
    /* What came before is not written twice. */
    gst_pad_push (r.src, numbered_buffer (12, 2));
    rig_eos (&r);
    text = rig_read (&r, NULL);
    fail_unless (strstr (text, "\n1,0.004000000,") != NULL);
    fail_unless (
        strstr (text, "\n12,0.048000000,12.000000,") != NULL, "%s", text);
    fail_unless (
        strstr (text, "\n13,0.052000000,13.000000,") != NULL, "%s", text);
    g_free (text);
    fail_unless_equals_uint64 (rig_stat (&r, "lost"), 10);
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 4);
    fail_unless_equals_uint64 (rig_stat (&r, "dropped"), 1);
    j = rig_sidecar (&r, "g.json");
    gap = json_array_get (json_object_get (j, "gaps"), 0);
    fail_unless_equals_int (
        json_integer_value (json_object_get (gap, "sample")), 2);
    fail_unless_equals_int (
        json_integer_value (json_object_get (gap, "lost")), 10);
    fail_unless_equals_int (
        json_integer_value (json_object_get (j, "samples")), 14);
    json_decref (j);
    rig_clear (&r);
  }

GST_END_TEST;

/* An adapter joined two buffers over a loss: each part keeps its indices. */
GST_START_TEST (test_joined_buffers_keep_index)
  {
    Rig r;
    gchar *text;
    GstBuffer *b = numbered_buffer (0, 4);

    gst_buffer_add_eeg_meta (b, 0, 2, 0, 8);
    gst_buffer_add_eeg_meta (b, 9, 2, 7, 8);
    GST_BUFFER_OFFSET_END (b) = GST_BUFFER_OFFSET_NONE;
    rig_init (&r, "j.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    fail_unless_equals_int (gst_pad_push (r.src, b), GST_FLOW_OK);
    text = rig_read (&r, NULL);
    fail_unless (strstr (text, "\n1,0.004000000,1.0") != NULL, "%s", text);
    fail_unless (strstr (text, "\n9,0.036000000,2.0") != NULL, "%s", text);
    fail_unless (strstr (text, "\n10,0.040000000,3.0") != NULL, "%s", text);
    fail_unless_equals_uint64 (rig_stat (&r, "lost"), 7);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_flags_of_rows)
  {
    Rig r;
    gchar *text;
    gchar **lines;
    GstBuffer *b = numbered_buffer (0, 4);
    GstEegMeta *meta = gst_buffer_add_eeg_meta (b, 0, 4, 0, 8);

    gst_eeg_meta_add_run (meta, 1, 2, GST_EEG_STATUS_LEAD_OFF, 0, 0);
    gst_eeg_meta_add_run (meta, 2, 1, GST_EEG_STATUS_SATURATED, 1, 0);
    rig_init (&r, "f.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, b);
    text = rig_read (&r, NULL);
    lines = g_strsplit (text, "\n", -1);
    fail_unless (g_str_has_suffix (lines[1], ",0"));
    fail_unless (g_str_has_suffix (lines[2], ",4"), "%s", text);
    fail_unless (g_str_has_suffix (lines[3], ",6"), "%s", text);
    fail_unless (g_str_has_suffix (lines[4], ",0"));
    g_strfreev (lines);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

/* Each file has whole rows from its boundary on; together they are all. */
GST_START_TEST (test_rotation_loses_nothing)
  {
    Rig r;
    guint64 next = 0;

    rig_init (&r, "r.csv");
    g_object_set (r.sink, "max-duration", 100 * GST_MSECOND, NULL);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    for (guint i = 0; i < 70; i += 7)
      fail_unless_equals_int (
          gst_pad_push (r.src, numbered_buffer (i, 7)), GST_FLOW_OK);
    rig_eos (&r);
    for (guint f = 1; f <= 3; f++) {
      gchar *name = g_strdup_printf ("r-%05u.csv", f);
      gchar *side = g_strdup_printf ("r-%05u.json", f);
      gchar *text = rig_read (&r, name);
      gchar **lines = g_strsplit (text, "\n", -1);
      guint rows = g_strv_length (lines) - 2;
      json_t *j = rig_sidecar (&r, side);

      assert_equals_string (lines[0], "sample,time_s,A_uV,B_uV,flags");
      fail_unless_equals_int (rows, f == 3 ? 20 : 25);
      fail_unless (json_is_true (json_object_get (j, "complete")));
      fail_unless_equals_int (
          json_integer_value (json_object_get (j, "first_sample")), next);
      for (guint i = 0; i < rows; i++)
        fail_unless_equals_uint64 (
            g_ascii_strtoull (lines[1 + i], NULL, 10), next++);
      json_decref (j);
      g_strfreev (lines);
      g_free (text);
      g_free (name);
      g_free (side);
    }
    fail_unless_equals_uint64 (rig_stat (&r, "files"), 3);
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 70);
    rig_clear (&r);
  }

GST_END_TEST;

static void
touch (Rig *r, const gchar *name)
{
  gchar *path = g_build_filename (r->dir, name, NULL);

  fail_unless (g_file_set_contents (path, "precious", -1, NULL));
  g_free (path);
}

GST_START_TEST (test_existing_file_refused)
  {
    static const gchar *const names[] = {"e.csv", "e.json"};

    for (guint i = 0; i < 2; i++) {
      Rig r;
      gchar *text, *other;

      rig_init (&r, "e.csv");
      touch (&r, names[i]);
      fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
      rig_expect (
          &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "exists");
      text = rig_read (&r, names[i]);
      assert_equals_string (text, "precious");
      other = g_build_filename (r.dir, names[1 - i], NULL);
      fail_if (g_file_test (other, G_FILE_TEST_EXISTS));
      g_free (other);
      g_free (text);
      rig_clear (&r);
    }
  }

GST_END_TEST;

GST_START_TEST (test_existing_file_numbered_or_replaced)
  {
    Rig r;
    gchar *text;

    rig_init (&r, "n.csv");
    touch (&r, "n.csv");
    gst_util_set_object_arg (G_OBJECT (r.sink), "if-exists", "number");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 1));
    rig_stop (&r);
    text = rig_read (&r, "n.csv");
    assert_equals_string (text, "precious");
    g_free (text);
    text = rig_read (&r, "n-00001.csv");
    fail_unless (g_str_has_prefix (text, "sample,"));
    g_free (text);

    gst_util_set_object_arg (G_OBJECT (r.sink), "if-exists", "overwrite");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 1));
    rig_stop (&r);
    text = rig_read (&r, "n.csv");
    fail_unless (g_str_has_prefix (text, "sample,"));
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_missing_directory_fails)
  {
    Rig r;
    gchar *path;

    rig_init (&r, "x.csv");
    path = g_build_filename (r.dir, "none", "x.csv", NULL);
    g_object_set (r.sink, "location", path, NULL);
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "does not exist");
    g_object_set (r.sink, "location", r.dir, NULL);
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "is a directory");
    g_object_set (r.sink, "location", NULL, NULL);
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "location");
    g_object_set (r.sink, "location", "x.json", NULL);
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (&r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_SETTINGS, ".json");
    g_free (path);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_wrong_caps_refused)
  {
    Rig r;
    GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32LE, "A,B");

    rig_init (&r, "w.csv");
    gst_caps_set_simple (caps, "channels", G_TYPE_INT, 3, NULL);
    fail_unless (rig_start (&r, caps));
    fail_if (gst_pad_push (r.src, numbered_buffer (0, 1)) == GST_FLOW_OK);
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_CORE_ERROR_NEGOTIATION, "Cannot record");
    rig_clear (&r);

    rig_init (&r, "w.csv");
    caps =
        gst_caps_from_string ("audio/x-raw,format=F32LE,rate=250,channels=2,"
                              "layout=interleaved,channel-mask=(bitmask)0x0");
    fail_unless (rig_start (&r, caps));
    fail_if (gst_pad_push (r.src, numbered_buffer (0, 1)) == GST_FLOW_OK);
    rig_expect (&r, GST_MESSAGE_ERROR, GST_CORE_ERROR_NEGOTIATION, "eeg-unit");
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_change_while_recording_refused)
  {
    Rig r;
    GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32LE, "A,B");

    rig_init (&r, "w.csv");
    fail_unless (rig_start (&r, gst_caps_copy (caps)));
    gst_pad_push (r.src, numbered_buffer (0, 1));
    /* The same again is fine. */
    fail_unless (gst_pad_push_event (r.src, gst_event_new_caps (caps)));
    caps = gst_caps_make_writable (caps);
    gst_caps_set_simple (caps, "rate", G_TYPE_INT, 500, NULL);
    gst_pad_push_event (r.src, gst_event_new_caps (caps));
    fail_if (gst_pad_push (r.src, numbered_buffer (1, 1)) == GST_FLOW_OK);
    rig_expect (&r, GST_MESSAGE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "changed while recording");
    gst_caps_unref (caps);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_torn_buffer_fails)
  {
    Rig r;

    rig_init (&r, "t.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    fail_unless_equals_int (
        gst_pad_push (r.src, make_buffer ("0123456789", 9, 0, 1)),
        GST_FLOW_ERROR);
    rig_expect (&r, GST_MESSAGE_ERROR, GST_STREAM_ERROR_FORMAT, "9 bytes");
    rig_clear (&r);
  }

GST_END_TEST;

/* The limit for the size of a file stands in for a full disk: the same path
 * in the element, without a disk to fill. */
static void
fill_disk (gboolean go_on)
{
  struct rlimit old, limit;
  Rig r;
  gchar *text;
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 sent = 0;

  rig_init (&r, "d.csv");
  gst_util_set_object_arg (
      G_OBJECT (r.sink), "on-full", go_on ? "continue" : "stop");
  fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  limit = old;
  limit.rlim_cur = 2000;
  setrlimit (RLIMIT_FSIZE, &limit);
  while (ret == GST_FLOW_OK && sent < 200) {
    ret = gst_pad_push (r.src, numbered_buffer (sent, 10));
    sent += 10;
  }
  setrlimit (RLIMIT_FSIZE, &old);
  if (go_on) {
    fail_unless_equals_int (ret, GST_FLOW_OK);
    rig_expect (
        &r, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "No space");
    /* Space again: rows again, the hole is on record. */
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (sent, 10)), GST_FLOW_OK);
    sent += 10;
  } else {
    fail_unless_equals_int (ret, GST_FLOW_ERROR);
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (sent, 10)), GST_FLOW_ERROR);
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "No space");
  }
  fail_unless_equals_uint64 (
      rig_stat (&r, "rows") + rig_stat (&r, "lost"), sent);
  fail_unless (rig_stat (&r, "rows") > 20);
  fail_unless (rig_stat (&r, "lost") > 0);
  rig_stop (&r);
  text = rig_read (&r, NULL);
  fail_unless (g_str_has_suffix (text, "\n"));
  if (go_on) {
    json_t *j = rig_sidecar (&r, "d.json");
    json_t *gap = json_array_get (json_object_get (j, "gaps"), 0);

    fail_unless (strstr (text, "\n200,0.8") != NULL);
    assert_equals_string (
        json_string_value (json_object_get (gap, "cause")), "disk");
    json_decref (j);
  } else {
    fail_unless (strlen (text) <= 2000);
  }
  g_free (text);
  rig_clear (&r);
}

GST_START_TEST (test_full_disk_fails_once)
  {
    fill_disk (FALSE);
  }

GST_END_TEST;

GST_START_TEST (test_full_disk_continue)
  {
    fill_disk (TRUE);
  }

GST_END_TEST;

GST_START_TEST (test_quoted_labels)
  {
    Rig r;
    GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32LE, "A,B");
    GstEegInfo info;
    const gchar *const labels[] = {"F\"p,1", "Cz", NULL};
    gchar *text;

    gst_eeg_info_init (&info);
    fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
    gst_caps_unref (caps);
    if (gst_eeg_info_set_labels (&info, labels, NULL)) {
      rig_init (&r, "q.csv");
      fail_unless (rig_start (&r, gst_eeg_info_to_caps (&info)));
      text = rig_read (&r, NULL);
      assert_equals_string (
          text, "sample,time_s,\"F\"\"p,1_uV\",Cz_uV,flags\n");
      g_free (text);
      rig_clear (&r);
    }
    gst_eeg_info_clear (&info);
  }

GST_END_TEST;

GST_START_TEST (test_nothing_leaves_nothing)
  {
    Rig r;

    rig_init (&r, "z.csv");
    gst_element_set_state (r.sink, GST_STATE_PAUSED);
    fail_unless (g_file_test (r.path, G_FILE_TEST_EXISTS));
    rig_stop (&r);
    fail_if (g_file_test (r.path, G_FILE_TEST_EXISTS));
    rig_clear (&r);
  }

GST_END_TEST;

static Suite *
csvsink_suite (void)
{
  Suite *s = suite_create ("csvsink");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_default_layout);
  tcase_add_test (tc, test_counts_are_integers);
  tcase_add_test (tc, test_any_split_same_bytes);
  tcase_add_test (tc, test_times_are_exact);
  tcase_add_test (tc, test_gap_keeps_absolute_index);
  tcase_add_test (tc, test_joined_buffers_keep_index);
  tcase_add_test (tc, test_flags_of_rows);
  tcase_add_test (tc, test_rotation_loses_nothing);
  tcase_add_test (tc, test_existing_file_refused);
  tcase_add_test (tc, test_existing_file_numbered_or_replaced);
  tcase_add_test (tc, test_missing_directory_fails);
  tcase_add_test (tc, test_wrong_caps_refused);
  tcase_add_test (tc, test_change_while_recording_refused);
  tcase_add_test (tc, test_torn_buffer_fails);
  tcase_add_test (tc, test_full_disk_fails_once);
  tcase_add_test (tc, test_full_disk_continue);
  tcase_add_test (tc, test_quoted_labels);
  tcase_add_test (tc, test_nothing_leaves_nothing);
  return s;
}

GST_CHECK_MAIN (csvsink);
