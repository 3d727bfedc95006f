/* ads1299src: the ledger when the stream ends
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <string.h>

static guint64
stat_of (GstElement *e, const gchar *field)
{
  GstStructure *s = NULL;
  guint64 v = 0;

  g_object_get (e, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint64 (s, field, &v), "%s", field);
  gst_structure_free (s);
  return v;
}

/* ads1299src with @properties into a fakesink. */
static GstElement *
pipeline (const gchar *properties, GstElement **src)
{
  gchar *text = g_strdup_printf ("ads1299src name=s %s ! fakesink", properties);
  GError *error = NULL;
  GstElement *pipe = gst_parse_launch (text, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  *src = gst_bin_get_by_name (GST_BIN (pipe), "s");
  g_free (text);
  return pipe;
}

/* Waits for the end if asked, and returns how many lost samples the warnings
 * until now speak of. */
static guint64
told (GstElement *pipe, gboolean until_end)
{
  GstBus *bus = gst_element_get_bus (pipe);
  const GstStructure *details;
  gboolean ended = FALSE;
  guint64 sum = 0, n;
  GstMessage *m;

  while ((m = gst_bus_timed_pop_filtered (bus,
              until_end && !ended ? 30 * GST_SECOND : 0,
              GST_MESSAGE_WARNING | GST_MESSAGE_ERROR | GST_MESSAGE_EOS)) !=
         NULL) {
    fail_if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
    ended |= GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS;
    if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_WARNING) {
      gst_message_parse_warning_details (m, &details);
      if (details != NULL && gst_structure_get_uint64 (details, "count", &n))
        sum += n;
    }
    gst_message_unref (m);
  }
  fail_unless (ended || !until_end);
  gst_object_unref (bus);
  return sum;
}

static gboolean
thread_runs (const gchar *name)
{
  GDir *d = g_dir_open ("/proc/self/task", 0, NULL);
  gboolean found = FALSE;
  const gchar *tid;

  while ((tid = g_dir_read_name (d)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", tid), *text;

    if (g_file_get_contents (path, &text, NULL, NULL)) {
      found |= g_str_equal (g_strchomp (text), name);
      g_free (text);
    }
    g_free (path);
  }
  g_dir_close (d);
  return found;
}

/* A program may keep the pipeline playing after the end for as long as it
 * likes; the ring of 20 ms must not run over. */
GST_START_TEST (test_end_of_stream_is_no_loss)
  {
    GstElement *src,
        *pipe = pipeline ("rate=1000 ring-time=20 thread-name=end-test", &src);
    guint64 lost;
    gint how;

    for (how = 0; how < 2; how++) {
      g_object_set (src, "num-buffers", how ? -1 : 5, NULL);
      gst_element_set_state (pipe, GST_STATE_PLAYING);
      if (how) {
        while (stat_of (src, "delivered") < 20)
          g_usleep (5000);
        fail_unless (thread_runs ("end-test"));
        fail_unless (gst_element_send_event (pipe, gst_event_new_eos ()));
      }
      lost = told (pipe, TRUE);
      fail_if (thread_runs ("end-test"));
      g_usleep (200000);
      lost += told (pipe, FALSE);
      fail_unless_equals_uint64 (stat_of (src, "lost"), lost);
      fail_unless_equals_uint64 (stat_of (src, "pending"), 0);
      gst_element_set_state (pipe, GST_STATE_NULL);
      fail_unless_equals_uint64 (stat_of (src, "lost"), lost);
      fail_unless_equals_uint64 (
          stat_of (src, "produced"), stat_of (src, "delivered") + lost);
    }
    gst_object_unref (src);
    gst_object_unref (pipe);
  }
GST_END_TEST;

static GstPadProbeReturn
hold (GstPad *pad, GstPadProbeInfo *info, gpointer held)
{
  g_atomic_int_set ((gint *) held, TRUE);
  g_usleep (300000);
  return GST_PAD_PROBE_REMOVE;
}

/* 50 edges are lost while the first sample is held up downstream; then the
 * pipeline stops. Nobody will ever see what came behind them. */
GST_START_TEST (test_stop_does_not_count_what_nobody_waits_for)
  {
    GstElement *src,
        *pipe = pipeline (
            "rate=1000 samples-per-buffer=1 sim-faults=lost-drdy@0.05,n=50",
            &src);
    GstPad *pad = gst_element_get_static_pad (src, "src");
    gint held = FALSE;

    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, hold, &held, NULL);
    gst_element_set_state (pipe, GST_STATE_PLAYING);
    while (!g_atomic_int_get (&held) || stat_of (src, "lost-edge") < 50)
      g_usleep (5000);
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless (stat_of (src, "delivered") < 40);
    fail_unless_equals_uint64 (stat_of (src, "lost-edge"), 0);
    fail_unless_equals_uint64 (stat_of (src, "pending"), 0);
    fail_unless_equals_uint64 (stat_of (src, "produced"),
        stat_of (src, "delivered") + stat_of (src, "lost"));
    gst_object_unref (pad);
    gst_object_unref (src);
    gst_object_unref (pipe);
  }
GST_END_TEST;

/* At most one warning a second while it runs, but none is left untold. */
GST_START_TEST (test_last_losses_are_told_before_the_end)
  {
    GstElement *src,
        *pipe = pipeline ("is-live=false samples-per-buffer=10 num-buffers=39 "
                          "sim-faults=lost-drdy@1,n=2;lost-drdy@1.4,n=3",
            &src);

    gst_element_set_state (pipe, GST_STATE_PLAYING);
    fail_unless_equals_uint64 (told (pipe, TRUE), 5);
    fail_unless_equals_uint64 (stat_of (src, "lost"), 5);
    gst_element_set_state (pipe, GST_STATE_NULL);
    gst_object_unref (src);
    gst_object_unref (pipe);
  }
GST_END_TEST;

/* Losses of chips that failed stay: the error says what happened. */
GST_START_TEST (test_losses_of_a_failure_stay)
  {
    GstElement *src, *pipe = pipeline ("is-live=false samples-per-buffer=10 "
                                       "sim-faults=status-error@1,n=99999",
                         &src);
    GstBus *bus = gst_element_get_bus (pipe);
    GstMessage *m;

    gst_element_set_state (pipe, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_unref (m);
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless_equals_uint64 (stat_of (src, "delivered"), 250);
    fail_unless (stat_of (src, "lost-status") >= 250);
    fail_unless_equals_uint64 (
        stat_of (src, "produced"), 250 + stat_of (src, "lost"));
    gst_object_unref (bus);
    gst_object_unref (src);
    gst_object_unref (pipe);
  }
GST_END_TEST;

/* One of two devices is unplugged: the other one goes on, and a merged stream
 * has all of its samples. */
GST_START_TEST (test_failure_ends_only_its_own_stream)
  {
    GstElement *pipe = gst_parse_launch (
        "eegmerge name=m ! fakesink "
        "ads1299src name=s is-live=false num-buffers=500 ! m. "
        "ads1299src name=t is-live=false on-failure=end num-buffers=500 "
        "sim-faults=unplug@1 ! m.",
        NULL);
    GstBus *bus = gst_element_get_bus (pipe);
    GstElement *s = gst_bin_get_by_name (GST_BIN (pipe), "s");
    GstElement *t = gst_bin_get_by_name (GST_BIN (pipe), "t");
    GstElement *m = gst_bin_get_by_name (GST_BIN (pipe), "m");
    guint warnings = 0;
    GError *error = NULL;
    GstMessage *msg;

    gst_element_set_state (pipe, GST_STATE_PLAYING);
    for (;;) {
      msg = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND,
          GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
      fail_unless (msg != NULL);
      fail_if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_ERROR);
      if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_EOS)
        break;
      gst_message_parse_warning (msg, &error, NULL);
      if (GST_MESSAGE_SRC (msg) == GST_OBJECT (t)) {
        fail_unless (strstr (error->message, "No such device") != NULL);
        warnings++;
      }
      g_clear_error (&error);
      gst_message_unref (msg);
    }
    gst_message_unref (msg);
    fail_unless_equals_int (warnings, 1);
    fail_unless_equals_uint64 (stat_of (s, "delivered"), 500);
    fail_unless_equals_uint64 (stat_of (t, "delivered"), 250);
    fail_unless_equals_uint64 (stat_of (m, "delivered"), 500);
    gst_element_set_state (pipe, GST_STATE_NULL);
    gst_object_unref (s);
    gst_object_unref (t);
    gst_object_unref (m);
    gst_object_unref (bus);
    gst_object_unref (pipe);
  }
GST_END_TEST;

static Suite *
ads1299src_end_suite (void)
{
  Suite *s = suite_create ("ads1299src-end");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_end_of_stream_is_no_loss);
  tcase_add_test (tc, test_stop_does_not_count_what_nobody_waits_for);
  tcase_add_test (tc, test_last_losses_are_told_before_the_end);
  tcase_add_test (tc, test_losses_of_a_failure_stay);
  tcase_add_test (tc, test_failure_ends_only_its_own_stream);
  return s;
}

GST_CHECK_MAIN (ads1299src_end);
