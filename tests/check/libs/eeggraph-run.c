/* Graph files: what they say about pools, queues and formats takes effect in
 * the running pipeline, and the monitor tells it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteegbufferpool.h>
#include <gst/eeggraph/eeggraph.h>
#include <jansson.h>
#include <string.h>

static GstElement *
build (const gchar *text)
{
  g_autoptr (GstEegGraph) g =
      gst_eeg_graph_new_from_data (text, strlen (text), "test.json");
  g_autofree gchar *issues = NULL;
  GstElement *pipeline;

  gst_eeg_graph_check (g);
  issues = gst_eeg_graph_issues_to_text (g);
  fail_unless_equals_string (issues, "");
  pipeline = gst_eeg_graph_build (g, NULL);
  fail_unless (pipeline != NULL);
  return pipeline;
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
run_to_end (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *m;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 50 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (m != NULL);
  fail_unless_equals_int (GST_MESSAGE_TYPE (m), GST_MESSAGE_EOS);
  gst_message_unref (m);
}

static guint
stat_of (GstElement *pipeline, const gchar *id, const gchar *field)
{
  g_autoptr (GstElement) e = gst_bin_get_by_name (GST_BIN (pipeline), id);
  g_autoptr (GstStructure) s = NULL;
  guint v = 0;

  g_object_get (e, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint (s, field, &v), "%s.%s", id, field);
  return v;
}

#define POOL_GRAPH(SRC_PROPERTIES)                                             \
  "{\"schema\":\"eeg-pipeline/1.0\",\"defaults\":{\"pool\":"                   \
  "{\"min-buffers\":5,\"max-buffers\":7}},\"stages\":["                        \
  "{\"id\":\"test\",\"element\":\"eegtestsrc\",\"properties\":"                \
  "{" SRC_PROPERTIES "\"rate\":800,\"num-buffers\":50}},"                      \
  "{\"id\":\"down\",\"element\":\"eegdownsample\",\"properties\":"             \
  "{\"factor\":4}},{\"id\":\"out\",\"element\":\"fakesink\"},"                 \
  "{\"id\":\"chip\",\"element\":\"ads1299src\",\"properties\":"                \
  "{\"is-live\":false,\"num-buffers\":50}},"                                   \
  "{\"id\":\"out2\",\"element\":\"fakesink\"}],\"links\":["                    \
  "{\"from\":\"test\",\"to\":\"down\"},{\"from\":\"down\",\"to\":\"out\"},"    \
  "{\"from\":\"chip\",\"to\":\"out2\"}]}"

/* The chip's source has no properties for it (context), the test source has
 * them, and so has a filter with a pool of its own. */
GST_START_TEST (test_pool_sizes)
  {
    static const gchar *const stages[] = {"test", "chip", "down"};
    GstElement *pipeline = build (POOL_GRAPH (""));

    run_to_end (pipeline);
    for (guint n = 0; n < G_N_ELEMENTS (stages); n++) {
      fail_unless_equals_int (stat_of (pipeline, stages[n], "pool-cap"), 7);
      fail_unless (stat_of (pipeline, stages[n], "pool-total") >= 5);
      fail_unless (stat_of (pipeline, stages[n], "pool-total") <= 7);
    }
    stop (pipeline);
  }
GST_END_TEST;

GST_START_TEST (test_pool_of_a_stage_wins)
  {
    GstElement *pipeline =
        build (POOL_GRAPH ("\"pool-min-buffers\":3,\"pool-max-buffers\":30,"));

    run_to_end (pipeline);
    fail_unless_equals_int (stat_of (pipeline, "test", "pool-cap"), 30);
    fail_unless_equals_int (stat_of (pipeline, "chip", "pool-cap"), 7);
    stop (pipeline);
  }
GST_END_TEST;

GST_START_TEST (test_pool_sizes_refused)
  {
    static const gchar *const bad[] = {"{\"min-buffers\":8,\"max-buffers\":7}",
        "{\"min-buffers\":0}", "{\"max-buffers\":70000}",
        "{\"min-buffers\":-1}", "{\"min\":4}", "{\"min-buffers\":1.5}"};

    for (guint n = 0; n < G_N_ELEMENTS (bad); n++) {
      g_autofree gchar *text = g_strdup_printf (
          "{\"schema\":\"eeg-pipeline/1.0\",\"defaults\":{\"pool\":%s},"
          "\"stages\":[{\"id\":\"a\",\"element\":\"eegtestsrc\"},{\"id\":\"b\","
          "\"element\":\"fakesink\"}],\"links\":[{\"from\":\"a\",\"to\":"
          "\"b\"}]}",
          bad[n]);
      g_autoptr (GstEegGraph) g =
          gst_eeg_graph_new_from_data (text, strlen (text), "test.json");

      fail_if (gst_eeg_graph_check (g), "%s", bad[n]);
      fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 1);
      fail_unless (g_str_has_prefix (
          gst_eeg_graph_get_issue (g, 0)->pointer, "/defaults/pool"));
    }
  }
GST_END_TEST;

GST_START_TEST (test_queues_and_formats)
  {
    GstElement *pipeline = build (
        "{\"schema\":\"eeg-pipeline/1.0\",\"defaults\":{\"queue\":"
        "{\"max-time-ms\":700,\"max-buffers\":9,\"leaky\":\"upstream\"}},"
        "\"stages\":[{\"id\":\"a\",\"element\":\"audiotestsrc\",\"properties\":"
        "{\"num-buffers\":3,\"samplesperbuffer\":100}},"
        "{\"id\":\"b\",\"element\":\"fakesink\"},"
        "{\"id\":\"c\",\"element\":\"fakesink\"}],\"links\":["
        "{\"from\":\"a\",\"to\":\"b\"},"
        "{\"from\":\"a.src\",\"to\":\"c.sink\",\"queue\":{\"leaky\":\"no\","
        "\"max-time-ms\":0},\"caps\":{\"media\":\"audio/x-raw\",\"fields\":"
        "{\"format\":\"F64LE\",\"rate\":1234,\"channels\":3}}}]}");
    static const struct
    {
      const gchar *name;
      guint64 time;
      guint buffers;
      gint leaky;
    } expected[] = {
        {"Queue0", 700 * GST_MSECOND, 9, 1},
        {"Queue1", 0, 9, 0},
    };
    g_autoptr (GstElement) sink = NULL;
    g_autoptr (GstPad) pad = NULL;
    g_autoptr (GstCaps) caps = NULL;
    gint rate, channels;

    for (guint n = 0; n < G_N_ELEMENTS (expected); n++) {
      g_autoptr (GstElement) q =
          gst_bin_get_by_name (GST_BIN (pipeline), expected[n].name);
      guint64 time;
      guint buffers;
      gint leaky;

      fail_unless (q != NULL);
      g_object_get (q, "max-size-time", &time, "max-size-buffers", &buffers,
          "leaky", &leaky, NULL);
      fail_unless_equals_uint64 (time, expected[n].time);
      fail_unless_equals_int (buffers, expected[n].buffers);
      fail_unless_equals_int (leaky, expected[n].leaky);
    }
    run_to_end (pipeline);
    sink = gst_bin_get_by_name (GST_BIN (pipeline), "c");
    pad = gst_element_get_static_pad (sink, "sink");
    caps = gst_pad_get_current_caps (pad);
    fail_unless (gst_structure_get_int (
        gst_caps_get_structure (caps, 0), "rate", &rate));
    fail_unless (gst_structure_get_int (
        gst_caps_get_structure (caps, 0), "channels", &channels));
    fail_unless_equals_int (rate, 1234);
    fail_unless_equals_int (channels, 3);
    stop (pipeline);
  }
GST_END_TEST;

GST_START_TEST (test_monitor)
  {
    GstElement *pipeline = build (POOL_GRAPH (""));
    g_autoptr (GstEegGraphMonitor) m = gst_eeg_graph_monitor_new (pipeline);
    g_autofree gchar *before = gst_eeg_graph_monitor_to_line (m, 0);
    g_autofree gchar *line = NULL, *text = NULL, *json = NULL;
    json_t *root, *stage;

    fail_unless_equals_string (
        before, "00:00:00  0 samples, 0 lost, queue out 0 % out2 0 %");
    run_to_end (pipeline);
    gst_eeg_graph_monitor_update (m);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    /* pools are gone, their last figures stay */
    gst_eeg_graph_monitor_update (m);
    line = gst_eeg_graph_monitor_to_line (m, 3661);
    /* 50 buffers of 3 frames, and 50 of 1 */
    fail_unless (
        g_str_has_prefix (line, "01:01:01  200 samples, 0 lost, pool "), "%s",
        line);
    fail_unless (strstr (line, " free, queue ") != NULL, "%s", line);
    text = gst_eeg_graph_monitor_to_text (m);
    fail_unless (strstr (text, "\npool ") && strstr (text, "inline-alloc"));
    json = gst_eeg_graph_monitor_to_json (m);
    root = json_loads (json, 0, NULL);
    stage = json_array_get (json_object_get (root, "stages"), 0);
    fail_unless_equals_string (
        json_string_value (json_object_get (stage, "id")), "test");
    fail_unless_equals_int (json_integer_value (json_object_get (
                                json_object_get (stage, "stats"), "pool-cap")),
        7);
    fail_unless_equals_int (
        json_array_size (json_object_get (root, "queues")), 2);
    json_decref (root);
    stop (pipeline);
  }
GST_END_TEST;

static gpointer
churn (gpointer pipeline)
{
  for (guint n = 0; n < 20; n++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (2000);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  return NULL;
}

/* Reading while everything starts and stops. */
GST_START_TEST (test_monitor_while_states_change)
  {
    GstElement *pipeline = build (POOL_GRAPH (""));
    g_autoptr (GstEegGraphMonitor) m = gst_eeg_graph_monitor_new (pipeline);
    GThread *thread = g_thread_new ("churn", churn, pipeline);

    for (guint n = 0; n < 300; n++) {
      g_autofree gchar *line = NULL;

      gst_eeg_graph_monitor_update (m);
      line = gst_eeg_graph_monitor_to_line (m, n);
      fail_unless (line != NULL);
      g_usleep (100);
    }
    g_thread_join (thread);
    stop (pipeline);
  }
GST_END_TEST;

static Suite *
eeggraph_run_suite (void)
{
  Suite *s = suite_create ("eeggraph-run");
  TCase *tc = tcase_create ("run");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_pool_sizes);
  tcase_add_test (tc, test_pool_of_a_stage_wins);
  tcase_add_test (tc, test_pool_sizes_refused);
  tcase_add_test (tc, test_queues_and_formats);
  tcase_add_test (tc, test_monitor);
  tcase_add_test (tc, test_monitor_while_states_change);
  return s;
}

GST_CHECK_MAIN (eeggraph_run);
