/* Unit tests: csvsink files after a crash, in other locales, for other programs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "csvsink-rig.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* A recorder that dies leaves whole rows in sequence; at most the last line
 * is torn. */
GST_START_TEST (test_kill_keeps_rows)
  {
    Rig r;
    gchar *text, **lines;
    guint n, whole;
    GStatBuf st;
    pid_t child;
    int status;

    rig_init (&r, "k.csv");
    child = fork ();
    fail_unless (child >= 0);
    if (child == 0) {
      guint64 sent = 0;

      if (!rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")))
        _exit (1);
      for (; gst_pad_push (r.src, numbered_buffer (sent, 3)) == GST_FLOW_OK;)
        sent += 3;
      _exit (2);
    }
    while (g_stat (r.path, &st) < 0 || st.st_size < 20000) {
      fail_unless_equals_int (waitpid (child, &status, WNOHANG), 0);
      g_usleep (500);
    }
    kill (child, SIGKILL);
    fail_unless_equals_int (waitpid (child, &status, 0), child);
    fail_unless (WIFSIGNALED (status));

    text = rig_read (&r, NULL);
    /* Room that was asked for ahead is no part of the file. */
    fail_unless_equals_int (g_stat (r.path, &st), 0);
    fail_unless_equals_uint64 ((guint64) st.st_size, strlen (text));
    lines = g_strsplit (text, "\n", -1);
    n = g_strv_length (lines);
    assert_equals_string (lines[0], "sample,time_s,A_uV,B_uV,flags");
    /* The piece after the last line end is empty or torn. */
    whole = n - 2;
    fail_unless (whole > 300);
    for (guint i = 0; i < whole; i++) {
      gchar **fields = g_strsplit (lines[1 + i], ",", -1);

      fail_unless_equals_int (g_strv_length (fields), 5);
      fail_unless_equals_uint64 (g_ascii_strtoull (fields[0], NULL, 10), i);
      g_strfreev (fields);
    }
    g_strfreev (lines);
    g_free (text);
    {
      json_t *j = rig_sidecar (&r, "k.json");

      fail_unless (json_is_false (json_object_get (j, "complete")));
      fail_unless (json_is_null (json_object_get (j, "ended")));
      json_decref (j);
    }
    rig_clear (&r);
  }

GST_END_TEST;

static guint64
disk_bytes (const gchar *path)
{
  struct stat st;

  fail_unless_equals_int (stat (path, &st), 0);
  return (guint64) st.st_blocks * 512;
}

/* Whether the file system of the test can give room ahead, and says so. */
static gboolean
can_reserve (const gchar *dir)
{
  gchar *path = g_build_filename (dir, "probe", NULL);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  struct statfs fs;
  gboolean can = fd >= 0 && fstatfs (fd, &fs) == 0 &&
                 fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC &&
                 fs.f_bavail > 64 * 1024 &&
                 fallocate (fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 20) == 0 &&
                 disk_bytes (path) >= 1 << 20 && ftruncate (fd, 0) == 0 &&
                 disk_bytes (path) < 1 << 20;

  if (fd >= 0)
    close (fd);
  g_unlink (path);
  g_free (path);
  return can;
}

/* Room ahead of the rows is not in the size of the file, and none of it is left
 * when the recording ends. */
GST_START_TEST (test_room_ahead_is_given_back)
  {
    guint64 sent = 0, ahead = 0, size = 0;
    gboolean can;
    GStatBuf st;
    gchar *text;
    Rig r;

    rig_init (&r, "a.csv");
    can = can_reserve (r.dir);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    for (; sent < 60000; sent += 1000) {
      guint64 on_disk;

      fail_unless_equals_int (
          gst_pad_push (r.src, numbered_buffer (sent, 1000)), GST_FLOW_OK);
      fail_unless_equals_int (g_stat (r.path, &st), 0);
      size = (guint64) st.st_size;
      fail_unless_equals_uint64 (size, rig_stat (&r, "bytes"));
      on_disk = disk_bytes (r.path);
      ahead = MAX (ahead, on_disk > size ? on_disk - size : 0);
    }
    fail_unless (size > 1 << 20);
    if (can)
      fail_unless (
          ahead >= 128 << 10, "%" G_GUINT64_FORMAT " bytes ahead", ahead);
    fail_unless (ahead <= 33 << 20, "%" G_GUINT64_FORMAT " bytes ahead", ahead);
    rig_eos (&r);
    fail_unless (!can || disk_bytes (r.path) <= size + (64 << 10));
    text = rig_read (&r, NULL);
    fail_unless_equals_uint64 (strlen (text), size);
    fail_unless (g_str_has_suffix (text, ",0\n"));
    g_free (text);
    rig_stop (&r);
    fail_unless_equals_int (g_stat (r.path, &st), 0);
    fail_unless_equals_uint64 ((guint64) st.st_size, size);
    rig_clear (&r);
  }

GST_END_TEST;

/* Sets a locale with a decimal comma, made here when the system has none. */
static gboolean
use_comma_locale (const gchar *dir)
{
  gchar *out, *command;
  gboolean ok;

  if (setlocale (LC_ALL, "de_DE.UTF-8"))
    return TRUE;
  out = g_build_filename (dir, "de_DE.UTF-8", NULL);
  command = g_strdup_printf ("localedef -i de_DE -f UTF-8 '%s'", out);
  ok = g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  g_setenv ("LOCPATH", dir, TRUE);
  ok = ok && setlocale (LC_ALL, "de_DE.UTF-8") != NULL;
  g_free (command);
  g_free (out);
  return ok;
}

GST_START_TEST (test_comma_locale_same_bytes)
  {
    gchar *texts[2], *dir = g_dir_make_tmp ("locale-XXXXXX", NULL), *command;

    for (guint i = 0; i < 2; i++) {
      Rig r;
      json_t *j;

      if (i == 1) {
        if (!use_comma_locale (dir)) {
          g_print ("SKIP: no locale with a decimal comma can be had\n");
          texts[1] = g_strdup (texts[0]);
          break;
        }
        assert_equals_string (localeconv ()->decimal_point, ",");
      }
      rig_init (&r, "l.csv");
      fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
      gst_pad_push (r.src, numbered_buffer (0, 20));
      rig_eos (&r);
      texts[i] = rig_read (&r, NULL);
      j = rig_sidecar (&r, "l.json");
      fail_unless_equals_float (json_real_value (json_array_get (
                                    json_object_get (j, "full_scale"), 0)),
          0.1875);
      json_decref (j);
      rig_clear (&r);
    }
    setlocale (LC_ALL, "C");
    assert_equals_string (texts[1], texts[0]);
    g_free (texts[0]);
    g_free (texts[1]);
    command = g_strdup_printf ("rm -r '%s'", dir);
    g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
    g_free (command);
    g_free (dir);
  }

GST_END_TEST;

GST_START_TEST (test_openbci_layout)
  {
    /* As the GUI, version 6, writes a Cyton recording. */
    static const gchar want[] =
        "%OpenBCI Raw EXG Data\n%Number of channels = 8\n%Sample Rate = 250 "
        "Hz\n"
        "%Board = OpenBCI_GUI$BoardCytonSerial\n"
        "Sample Index, EXG Channel 0, EXG Channel 1, EXG Channel 2, "
        "EXG Channel 3, EXG Channel 4, EXG Channel 5, EXG Channel 6, "
        "EXG Channel 7, Accel Channel 0, Accel Channel 1, Accel Channel 2, "
        "Not Used, Digital Channel 0 (D11), Digital Channel 1 (D12), "
        "Digital Channel 2 (D13), Digital Channel 3 (D17), Not Used, "
        "Digital Channel 4 (D18), Analog Channel 0, Analog Channel 1, "
        "Analog Channel 2, Timestamp, Marker Channel, Timestamp (Formatted)\n";
    gfloat v[16] = {1e-6f, -2e-6f};
    gchar *text, **fields;
    Rig r;

    rig_init (&r, "o.txt");
    gst_util_set_object_arg (G_OBJECT (r.sink), "layout", "openbci");
    g_object_set (r.sink, "decimals", 2, NULL);
    fail_unless (
        rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B,C,D,E,F,G,H")));
    gst_pad_push (r.src, make_buffer (v, sizeof v, 255, 2));
    text = rig_read (&r, NULL);
    fail_unless (g_str_has_prefix (text, want), "%s", text);
    /* The board's counter has one byte. */
    fail_unless (
        g_str_has_prefix (text + sizeof want - 1, "255, 1.00, -2.00, 0.00, "));
    fail_unless (strstr (text, "\n0, 0.00, ") != NULL);
    fields = g_strsplit (text + sizeof want - 1, ", ", -1);
    /* "yyyy-MM-dd HH:mm:ss.SSS", the line end, the next row's counter. */
    fail_unless_equals_int (strlen (fields[24]), 23 + 2);
    fail_unless (fields[24][10] == ' ' && fields[24][19] == '.');
    g_strfreev (fields);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_brainflow_layout)
  {
    gfloat v[16] = {1e-6f, -2e-6f};
    gchar *text, **lines, **fields;
    Rig r;

    rig_init (&r, "b.csv");
    gst_util_set_object_arg (G_OBJECT (r.sink), "layout", "brainflow");
    fail_unless (
        rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B,C,D,E,F,G,H")));
    gst_pad_push (r.src, make_buffer (v, sizeof v, 3, 2));
    text = rig_read (&r, NULL);
    lines = g_strsplit (text, "\n", -1);
    fail_unless_equals_int (g_strv_length (lines), 3);
    fields = g_strsplit (lines[0], "\t", -1);
    /* 24 values a row of a Cyton board. */
    fail_unless_equals_int (g_strv_length (fields), 24);
    assert_equals_string (fields[0], "3.000000");
    assert_equals_string (fields[1], "1.000000");
    assert_equals_string (fields[2], "-2.000000");
    fail_unless (g_ascii_strtod (fields[22], NULL) > 1.7e9);
    assert_equals_string (fields[23], "0.000000");
    g_strfreev (fields);
    g_strfreev (lines);
    g_free (text);
    rig_clear (&r);
  }

GST_END_TEST;

GST_START_TEST (test_graph_in_sidecar)
  {
    GstContext *context = gst_context_new ("gst.eeg.graph", TRUE);
    json_t *j, *graph;
    Rig r;

    gst_structure_set (gst_context_writable_structure (context), "name",
        G_TYPE_STRING, "alpha", "hash", G_TYPE_STRING, "sha256:00", NULL);
    rig_init (&r, "h.csv");
    gst_element_set_context (r.sink, context);
    gst_context_unref (context);
    fail_unless (rig_start (&r, make_caps (GST_AUDIO_FORMAT_F32LE, "A,B")));
    j = rig_sidecar (&r, "h.json");
    graph = json_object_get (j, "graph");
    assert_equals_string (
        json_string_value (json_object_get (graph, "name")), "alpha");
    assert_equals_string (
        json_string_value (json_object_get (graph, "hash")), "sha256:00");
    json_decref (j);
    rig_clear (&r);
  }

GST_END_TEST;

/* Every stage before the recorder, in order, also out of a bin. */
GST_START_TEST (test_upstream_in_sidecar)
  {
    gchar *dir = g_dir_make_tmp ("csvsink-XXXXXX", NULL);
    gchar *path = g_build_filename (dir, "u.csv", NULL);
    gchar *side = g_build_filename (dir, "u.json", NULL);
    GstElement *pipeline = gst_pipeline_new (NULL);
    GstElement *bin = gst_parse_bin_from_description (
        "queue max-size-buffers=17 ! identity silent=false", TRUE, NULL);
    GstElement *source = gst_element_factory_make ("fakesrc", NULL);
    GstElement *sink = gst_element_factory_make ("csvsink", NULL);
    json_t *filters = NULL, *j;
    GstPad *pad;

    g_object_set (sink, "location", path, NULL);
    gst_bin_add_many (GST_BIN (pipeline), source, bin, sink, NULL);
    fail_unless (gst_element_link_many (source, bin, sink, NULL));
    fail_unless (gst_element_set_state (sink, GST_STATE_PAUSED) !=
                 GST_STATE_CHANGE_FAILURE);
    pad = gst_element_get_static_pad (sink, "sink");
    gst_pad_send_event (pad, gst_event_new_stream_start ("x"));
    {
      GstCaps *caps = make_caps (GST_AUDIO_FORMAT_F32LE, "A,B");

      fail_unless (gst_pad_send_event (pad, gst_event_new_caps (caps)));
      gst_caps_unref (caps);
    }
    gst_object_unref (pad);
    j = json_load_file (side, 0, NULL);
    fail_unless (j != NULL);
    filters = json_object_get (j, "filters");
    fail_unless_equals_int (json_array_size (filters), 3);
    assert_equals_string (json_string_value (json_object_get (
                              json_array_get (filters, 0), "element")),
        "fakesrc");
    assert_equals_string (json_string_value (json_object_get (
                              json_array_get (filters, 1), "element")),
        "queue");
    fail_unless_equals_int (
        json_integer_value (json_object_get (
            json_object_get (json_array_get (filters, 1), "properties"),
            "max-size-buffers")),
        17);
    json_decref (j);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_unlink (path);
    g_unlink (side);
    g_rmdir (dir);
    g_free (side);
    g_free (path);
    g_free (dir);
  }

GST_END_TEST;

/* Reference voltage and gain of the converter are told of volts as well, also
 * where channels were left out or renamed in between; nothing is invented. */
GST_START_TEST (test_converter_in_sidecar)
  {
    static const struct
    {
      const gchar *launch;
      gdouble vref, gain, full_scale; /* of the second channel; 0: null */
    } cases[] = {
        {"ads1299src is-live=false num-buffers=2 vref=4.4 "
         "gain=1,2,4,6,8,12,24,24 ! eegtovoltage ! queue ! eegfilter "
         "highpass=1",
            4.4, 2, 2.2},
        {"ads1299src is-live=false num-buffers=2 gain=12", 4.5, 12, 0.375},
        {"eegtestsrc num-buffers=2", 0, 0, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      gchar *dir = g_dir_make_tmp ("csvsink-XXXXXX", NULL);
      gchar *path = g_build_filename (dir, "v.csv", NULL);
      gchar *side = g_build_filename (dir, "v.json", NULL);
      gchar *launch =
          g_strdup_printf ("%s ! csvsink location=%s", cases[i].launch, path);
      GstElement *pipeline = gst_parse_launch (launch, NULL);
      const gchar *const keys[] = {"vref", "gain", "full_scale"};
      const gdouble want[] = {
          cases[i].vref, cases[i].gain, cases[i].full_scale};
      GstBus *bus = gst_element_get_bus (pipeline);
      GstMessage *m;
      json_t *j;

      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
      gst_message_unref (m);
      gst_element_set_state (pipeline, GST_STATE_NULL);
      j = json_load_file (side, 0, NULL);
      fail_unless (j != NULL);
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++) {
        json_t *list = json_object_get (j, keys[k]);

        if (want[k] == 0)
          fail_unless (json_is_null (list), "%s", keys[k]);
        else
          fail_unless (ABS (json_number_value (json_array_get (list, 1)) -
                            want[k]) < 1e-12,
              "%s", keys[k]);
      }
      json_decref (j);
      gst_object_unref (bus);
      gst_object_unref (pipeline);
      g_unlink (path);
      g_unlink (side);
      g_rmdir (dir);
      g_free (launch);
      g_free (side);
      g_free (path);
      g_free (dir);
    }
  }

GST_END_TEST;

static Suite *
csvsink_files_suite (void)
{
  Suite *s = suite_create ("csvsink-files");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_kill_keeps_rows);
  tcase_add_test (tc, test_room_ahead_is_given_back);
  tcase_add_test (tc, test_comma_locale_same_bytes);
  tcase_add_test (tc, test_openbci_layout);
  tcase_add_test (tc, test_brainflow_layout);
  tcase_add_test (tc, test_graph_in_sidecar);
  tcase_add_test (tc, test_upstream_in_sidecar);
  tcase_add_test (tc, test_converter_in_sidecar);
  return s;
}

GST_CHECK_MAIN (csvsink_files);
