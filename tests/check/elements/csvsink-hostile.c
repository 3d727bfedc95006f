/* Unit tests: csvsink against changes of a running stream, odd names and odd
 * buffers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "csvsink-rig.h"

#include <sys/stat.h>
#include <unistd.h>

/* The same stream, described otherwise. */
static GstCaps *
described (GstAudioFormat format, const gchar *labels, gdouble gain,
    gdouble scale, const gchar *reference)
{
  GstCaps *caps = make_caps (format, labels);
  gdouble gains[64], scales[64];
  GstEegInfo info;
  guint n;

  gst_eeg_info_init (&info);
  fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
  gst_caps_unref (caps);
  n = (guint) GST_EEG_INFO_CHANNELS (&info);
  for (guint i = 0; i < n; i++) {
    gains[i] = gain;
    scales[i] = scale;
  }
  fail_unless (gst_eeg_info_set_gain (&info, gains, n, NULL));
  fail_unless (gst_eeg_info_set_full_scale (&info, scales, n, NULL));
  gst_eeg_info_set_reference (&info, reference);
  caps = gst_eeg_info_to_caps (&info);
  gst_eeg_info_clear (&info);
  return caps;
}

static gboolean
offers (Rig *r, GstCaps *caps)
{
  GstCaps *offered = gst_pad_peer_query_caps (r->src, NULL);
  gboolean accepted = gst_pad_peer_query_accept_caps (r->src, caps);

  /* Both questions have one answer. */
  fail_unless_equals_int (gst_caps_can_intersect (offered, caps), accepted);
  gst_caps_unref (offered);
  gst_caps_unref (caps);
  return accepted;
}

static gdouble
first_of (json_t *object, const gchar *key)
{
  return json_real_value (json_array_get (json_object_get (object, key), 0));
}

GST_START_TEST (test_new_gain_goes_on)
  {
    Rig r;
    json_t *j, *change;
    GstCaps *caps;
    gchar *text;

    rig_init (&r, "g.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    /* Nothing is recorded yet: anything may come. */
    fail_unless (offers (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B,C")));
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (0, 10)), GST_FLOW_OK);
    fail_if (offers (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B,C")));
    fail_if (offers (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,C")));
    fail_if (offers (&r, make_caps (GST_AUDIO_FORMAT_F64LE, "A,B")));
    fail_if (offers (&r, make_caps (GST_AUDIO_FORMAT_S24_32LE, "A,B")));
    fail_unless (offers (
        &r, described (GST_AUDIO_FORMAT_F32LE, "A,B", 12, 0.375, "average")));

    caps = described (GST_AUDIO_FORMAT_F32LE, "A,B", 12, 0.375, "average");
    fail_unless (gst_pad_push_event (r.src, gst_event_new_caps (caps)));
    gst_caps_unref (caps);
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (10, 10)), GST_FLOW_OK);
    /* On record at once, and after the end. */
    for (guint ended = 0; ended < 2; ended++) {
      if (ended)
        rig_eos (&r);
      j = rig_sidecar (&r, "g.json");
      fail_unless (first_of (j, "gain") == 24);
      assert_equals_string (
          json_string_value (json_object_get (j, "reference")), "SRB1");
      fail_unless_equals_int (
          json_array_size (json_object_get (j, "changes")), 1);
      change = json_array_get (json_object_get (j, "changes"), 0);
      fail_unless_equals_int (
          json_integer_value (json_object_get (change, "sample")), 10);
      fail_unless (first_of (change, "gain") == 12);
      fail_unless (first_of (change, "full_scale") == 0.375);
      fail_unless (first_of (change, "vref") == 4.5);
      assert_equals_string (
          json_string_value (json_object_get (change, "reference")), "average");
      json_decref (j);
    }
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 20);
    fail_unless (gst_bus_pop_filtered (r.bus, GST_MESSAGE_ERROR) == NULL);
    rig_stop (&r);
    text = rig_read (&r, NULL);
    fail_unless (strstr (text, "\n19,0.076") != NULL);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

/* The next file's description begins with what is true from its first row. */
GST_START_TEST (test_new_gain_at_rotation)
  {
    Rig r;
    json_t *j;
    GstCaps *caps = described (GST_AUDIO_FORMAT_F32LE, "A,B", 12, 0.375, "Cz");

    rig_init (&r, "g.csv");
    g_object_set (r.sink, "max-duration", (guint64) 40 * GST_MSECOND, NULL);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 10));
    fail_unless (gst_pad_push_event (r.src, gst_event_new_caps (caps)));
    gst_caps_unref (caps);
    gst_pad_push (r.src, numbered_buffer (10, 10));
    rig_eos (&r);
    for (guint i = 1; i <= 2; i++) {
      j = rig_sidecar (&r, i == 1 ? "g-00001.json" : "g-00002.json");
      fail_unless (first_of (j, "gain") == (i == 1 ? 24 : 12));
      fail_unless_equals_int (
          json_array_size (json_object_get (j, "changes")), 0);
      json_decref (j);
    }
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_new_scale_of_counts_refused)
  {
    Rig r;
    gint32 counts[4] = {1, -2, 3, -4};
    GstCaps *caps;

    rig_init (&r, "c.csv");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_S24_32LE, "A,B")));
    fail_unless_equals_int (
        gst_pad_push (r.src, make_buffer (counts, sizeof counts, 0, 2)),
        GST_FLOW_OK);
    /* A count is worth the same as before. */
    fail_unless (offers (
        &r, described (GST_AUDIO_FORMAT_S24_32LE, "A,B", 24, 0.1875, "Cz")));
    fail_if (offers (
        &r, described (GST_AUDIO_FORMAT_S24_32LE, "A,B", 12, 0.375, "SRB1")));
    /* Who does not ask first is told. */
    caps = described (GST_AUDIO_FORMAT_S24_32LE, "A,B", 12, 0.375, "SRB1");
    gst_pad_push_event (r.src, gst_event_new_caps (caps));
    gst_caps_unref (caps);
    fail_if (gst_pad_push (r.src, make_buffer (counts, sizeof counts, 2, 2)) ==
             GST_FLOW_OK);
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_CORE_ERROR_NEGOTIATION, "full scale");
    rig_clear (&r);
  }

GST_END_TEST;

static GstPadProbeReturn
change_montage (GstPad *pad, GstPadProbeInfo *info, gpointer montage)
{
  if (GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info)) == 100)
    gst_util_set_object_arg (montage, "channels", "Fp1,O1");
  return GST_PAD_PROBE_OK;
}

static GstBusSyncReply
count_warnings (GstBus *bus, GstMessage *message, gpointer warnings)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    g_atomic_int_inc ((gint *) warnings);
  return GST_BUS_PASS;
}

/* A change of the montage is refused where it is made; the recording goes on. */
GST_START_TEST (test_live_montage_refused_politely)
  {
    gchar *dir = g_dir_make_tmp ("csvsink-XXXXXX", NULL);
    gchar *path = g_build_filename (dir, "m.csv", NULL);
    gchar *json = g_build_filename (dir, "m.json", NULL);
    gchar *line = g_strdup_printf (
        "eegtestsrc num-buffers=50 samples-per-buffer=10 labels=Fp1,Fp2,O1,O2 "
        "channels=4 ! eegmontage name=m ! csvsink name=r location=%s",
        path);
    GstElement *pipeline = gst_parse_launch (line, NULL);
    GstElement *montage = gst_bin_get_by_name (GST_BIN (pipeline), "m");
    GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "r");
    GstPad *pad = gst_element_get_static_pad (montage, "sink");
    GstBus *bus = gst_element_get_bus (pipeline);
    gint warnings = 0;
    GstStructure *stats;
    GstMessage *m;
    guint64 rows;

    gst_pad_add_probe (
        pad, GST_PAD_PROBE_TYPE_BUFFER, change_montage, montage, NULL);
    gst_bus_set_sync_handler (bus, count_warnings, &warnings, NULL);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless_equals_int (GST_MESSAGE_TYPE (m), GST_MESSAGE_EOS);
    gst_message_unref (m);
    fail_unless_equals_int (g_atomic_int_get (&warnings), 1);
    g_object_get (sink, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "rows", &rows));
    fail_unless_equals_uint64 (rows, 500);
    gst_structure_free (stats);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pad);
    gst_object_unref (montage);
    gst_object_unref (sink);
    gst_object_unref (bus);
    gst_object_unref (pipeline);
    g_unlink (path);
    g_unlink (json);
    g_rmdir (dir);
    g_free (line);
    g_free (json);
    g_free (path);
    g_free (dir);
  }

GST_END_TEST;

static GstPadProbeReturn
change_gain (GstPad *pad, GstPadProbeInfo *info, gpointer source)
{
  if (GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info)) == 100)
    gst_util_set_object_arg (source, "gain", "12");
  return GST_PAD_PROBE_OK;
}

/* Another gain of the chip: volts go on with a note, counts would be worth
 * something else, so the chip keeps its gain and the recording goes on. */
GST_START_TEST (test_live_gain)
  {
    GstElementFactory *factory = gst_element_factory_find ("ads1299src");

    if (factory == NULL)
      return;
    gst_object_unref (factory);
    for (guint volts = 0; volts < 2; volts++) {
      gchar *dir = g_dir_make_tmp ("csvsink-XXXXXX", NULL);
      gchar *path = g_build_filename (dir, "m.csv", NULL);
      gchar *json = g_build_filename (dir, "m.json", NULL);
      gchar *line = g_strdup_printf (
          "ads1299src name=s bus=sim is-live=false num-buffers=60 "
          "samples-per-buffer=10 %s ! csvsink name=r location=%s",
          volts ? "! eegtovoltage" : "", path);
      GstElement *pipeline = gst_parse_launch (line, NULL);
      GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
      GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "r");
      GstPad *pad = gst_element_get_static_pad (sink, "sink");
      GstBus *bus = gst_element_get_bus (pipeline);
      gint warnings = 0;
      GstMessage *m;
      json_t *j;

      gst_pad_add_probe (
          pad, GST_PAD_PROBE_TYPE_BUFFER, change_gain, src, NULL);
      gst_bus_set_sync_handler (bus, count_warnings, &warnings, NULL);
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless_equals_int (GST_MESSAGE_TYPE (m), GST_MESSAGE_EOS);
      gst_message_unref (m);
      fail_unless_equals_int (g_atomic_int_get (&warnings), volts ? 0 : 1);
      j = json_load_file (json, 0, NULL);
      fail_unless (j != NULL);
      fail_unless_equals_int (
          json_array_size (json_object_get (j, "changes")), volts);
      fail_unless (first_of (j, "gain") == 24);
      fail_unless (json_integer_value (json_object_get (j, "rows")) == 600);
      json_decref (j);
      gst_element_set_state (pipeline, GST_STATE_NULL);
      gst_object_unref (pad);
      gst_object_unref (src);
      gst_object_unref (sink);
      gst_object_unref (bus);
      gst_object_unref (pipeline);
      g_unlink (path);
      g_unlink (json);
      g_rmdir (dir);
      g_free (line);
      g_free (json);
      g_free (path);
      g_free (dir);
    }
  }

GST_END_TEST;

GST_START_TEST (test_long_names)
  {
    /* As long as a name may be, and longer. */
    for (guint n = 246; n <= 252; n++) {
      gchar *stem = g_strnfill (n, 'x');
      gchar *name = g_strconcat (stem, ".csv", NULL);
      gchar *json = g_strconcat (stem, ".json", NULL);
      Rig r;

      rig_init (&r, name);
      if (n + 5 > 255) {
        fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
        rig_expect (
            &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "too long");
      } else {
        json_t *j;

        fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
        fail_unless_equals_int (
            gst_pad_push (r.src, numbered_buffer (0, 4)), GST_FLOW_OK);
        rig_eos (&r);
        j = rig_sidecar (&r, json);
        fail_unless (json_is_true (json_object_get (j, "complete")));
        json_decref (j);
      }
      rig_clear (&r);
      g_free (json);
      g_free (name);
      g_free (stem);
    }
  }

GST_END_TEST;

/* The reason must be true: this directory exists and takes no files. */
GST_START_TEST (test_directory_that_takes_no_files_fails)
  {
    Rig r;

    rig_init (&r, "n.csv");
    g_object_set (r.sink, "location", "/proc/n.csv", NULL);
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "permissions");
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_second_writer_refused)
  {
    Rig r, other;
    gchar *text;

    rig_init (&r, "s.csv");
    gst_util_set_object_arg (G_OBJECT (r.sink), "if-exists", "overwrite");
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 4));

    rig_init (&other, "unused.csv");
    g_object_set (other.sink, "location", r.path, NULL);
    gst_util_set_object_arg (G_OBJECT (other.sink), "if-exists", "overwrite");
    fail_if (rig_start (&other, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (&other, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_BUSY, "another");

    gst_pad_push (r.src, numbered_buffer (4, 4));
    rig_eos (&r);
    rig_stop (&r);
    text = rig_read (&r, NULL);
    fail_unless (g_str_has_prefix (text, "sample,time_s,A_uV,B_uV,flags\n0,"));
    fail_unless (strstr (text, "\n7,0.028") != NULL);
    g_free (text);
    /* Once it is closed it may be replaced. */
    fail_unless (rig_start (&other, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_clear (&other);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_pipe_refused)
  {
    Rig r;

    rig_init (&r, "pipe.csv");
    gst_util_set_object_arg (G_OBJECT (r.sink), "if-exists", "overwrite");
    fail_unless_equals_int (mkfifo (r.path, 0600), 0);
    /* Opening it would wait for a reader, for ever. */
    fail_if (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    rig_expect (
        &r, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "is a pipe");
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_rotation_goes_round_taken_names)
  {
    static const gchar *const taken[] = {"t-00002.csv", "t-00003.json"};
    Rig r;
    gchar *text;

    rig_init (&r, "t.csv");
    g_object_set (r.sink, "max-duration", (guint64) 40 * GST_MSECOND, NULL);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    gst_pad_push (r.src, numbered_buffer (0, 10));
    for (guint i = 0; i < G_N_ELEMENTS (taken); i++) {
      gchar *path = g_build_filename (r.dir, taken[i], NULL);

      fail_unless (g_file_set_contents (path, "mine", -1, NULL));
      g_free (path);
    }
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (10, 10)), GST_FLOW_OK);
    rig_eos (&r);
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 20);
    fail_unless_equals_uint64 (rig_stat (&r, "files"), 2);
    for (guint i = 0; i < G_N_ELEMENTS (taken); i++) {
      text = rig_read (&r, taken[i]);
      assert_equals_string (text, "mine");
      g_free (text);
    }
    text = rig_read (&r, "t-00004.csv");
    fail_unless (strstr (text, "\n10,0.04") != NULL);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

/* Buffers without frames, index or time, shorter files than buffers, EOS twice,
 * values at the edges of what a float can be. */
GST_START_TEST (test_odd_buffers)
  {
    static const gfloat values[] = {-0.0f, NAN, INFINITY, -INFINITY,
        1.401298464e-45f, -1.401298464e-45f, 3.402823466e38f, -3.402823466e38f};

    for (guint decimals = 0; decimals <= 12; decimals += 12) {
      GString *expected = g_string_new ("sample,time_s,A_uV,B_uV,flags\n");
      GstBuffer *b;
      gchar *text;
      Rig r;

      rig_init (&r, "o.csv");
      g_object_set (r.sink, "decimals", decimals, NULL);
      fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
      b = gst_buffer_new ();
      fail_unless_equals_int (gst_pad_push (r.src, b), GST_FLOW_OK);
      b = gst_buffer_new_memdup (values, sizeof values / 2);
      fail_unless_equals_int (gst_pad_push (r.src, b), GST_FLOW_OK);
      b = gst_buffer_new_memdup (values + 4, sizeof values / 2);
      fail_unless_equals_int (gst_pad_push (r.src, b), GST_FLOW_OK);
      g_object_set (r.sink, "location", "/nowhere/else.csv", NULL);
      rig_eos (&r);
      rig_eos (&r);
      rig_stop (&r);
      for (guint i = 0; i < 4; i++)
        g_string_append_printf (expected, "%u,0.%03u000000,%.*f,%.*f,0\n", i,
            4 * i, decimals, values[2 * i] * 1e6, decimals,
            values[2 * i + 1] * 1e6);
      text = rig_read (&r, NULL);
      assert_equals_string (text, expected->str);
      g_free (text);
      g_string_free (expected, TRUE);
      rig_clear (&r);
    }
  }

GST_END_TEST;

GST_START_TEST (test_files_shorter_than_a_buffer)
  {
    Rig r;

    rig_init (&r, "z.csv");
    /* Less than one sample: one a file. */
    g_object_set (r.sink, "max-duration", (guint64) 1, NULL);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    fail_unless_equals_int (
        gst_pad_push (r.src, numbered_buffer (0, 5)), GST_FLOW_OK);
    rig_eos (&r);
    fail_unless_equals_uint64 (rig_stat (&r, "rows"), 5);
    fail_unless_equals_uint64 (rig_stat (&r, "files"), 5);
    for (guint i = 0; i < 5; i++) {
      gchar *name = g_strdup_printf ("z-%05u.csv", i + 1);
      gchar *text = rig_read (&r, name);
      gchar *row = g_strdup_printf ("flags\n%u,0.0", i);

      fail_unless (strstr (text, row) != NULL, "%s: %s", name, text);
      g_free (row);
      g_free (text);
      g_free (name);
    }
    rig_clear (&r);
  }

GST_END_TEST;

static Suite *
csvsink_hostile_suite (void)
{
  Suite *s = suite_create ("csvsink-hostile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_new_gain_goes_on);
  tcase_add_test (tc, test_new_gain_at_rotation);
  tcase_add_test (tc, test_new_scale_of_counts_refused);
  tcase_add_test (tc, test_live_montage_refused_politely);
  tcase_add_test (tc, test_live_gain);
  tcase_add_test (tc, test_long_names);
  tcase_add_test (tc, test_directory_that_takes_no_files_fails);
  tcase_add_test (tc, test_second_writer_refused);
  tcase_add_test (tc, test_pipe_refused);
  tcase_add_test (tc, test_rotation_goes_round_taken_names);
  tcase_add_test (tc, test_odd_buffers);
  tcase_add_test (tc, test_files_shorter_than_a_buffer);
  return s;
}

GST_CHECK_MAIN (csvsink_hostile);
