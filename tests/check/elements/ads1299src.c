/* ads1299src: the stream of the simulated chip
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <dirent.h>
#include <sched.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <stdlib.h>
#include <string.h>

#include "chip/ads1299-frame.h"

static GstHarness *
virtual_src (const gchar *at, ...)
{
  GstHarness *h = gst_harness_new ("ads1299src");
  va_list args;

  g_object_set (h->element, "is-live", FALSE, NULL);
  va_start (args, at);
  g_object_set_valist (G_OBJECT (h->element), at, args);
  va_end (args);
  return h;
}

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

GST_START_TEST (test_counter_virtual)
  {
    GstHarness *h = virtual_src (
        "sim-signal", 4, "chips", 4, "rate", 4000, "num-buffers", 50, NULL);
    guint64 next = 0;
    gint i;

    gst_harness_play (h);
    for (i = 0; i < 50; i++) {
      GstBuffer *b = gst_harness_pull (h);
      guint64 at, n, lost;
      GstMapInfo map;
      guint k, c;

      fail_unless (b != NULL);
      fail_unless (gst_buffer_get_eeg_ledger (b, &at, &n, &lost, NULL));
      fail_unless_equals_uint64 (at, next);
      fail_unless_equals_uint64 (n, 16);
      fail_unless_equals_uint64 (lost, 0);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), next);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), next + 16);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), next * 250000);
      fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 16 * 250000);
      fail_unless_equals_int (
          GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), i == 0);
      gst_buffer_map (b, &map, GST_MAP_READ);
      fail_unless_equals_int ((gint) map.size, 16 * 32 * 4);
      for (k = 0; k < 16; k++)
        for (c = 0; c < 32; c++)
          fail_unless_equals_int (
              ((gint32 *) map.data)[k * 32 + c], (gint) (next + k + c));
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (b);
      next += 16;
    }
    fail_unless_equals_uint64 (stat_of (h->element, "delivered"), 800);
    fail_unless_equals_uint64 (stat_of (h->element, "lost"), 0);
    fail_unless_equals_uint64 (stat_of (h->element, "pool-failures"), 0);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_caps)
  {
    GstHarness *h =
        virtual_src ("gain", "1,2,4,6,8,12,24,24", "num-buffers", 1, NULL);
    GstEegInfo info;
    GError *error = NULL;
    GstCaps *caps;

    gst_harness_play (h);
    gst_buffer_unref (gst_harness_pull (h));
    caps = gst_pad_get_current_caps (h->sinkpad);
    gst_eeg_info_init (&info);
    fail_unless (gst_eeg_info_from_caps (&info, caps, &error), "%s",
        error ? error->message : "");
    fail_unless_equals_int (GST_EEG_INFO_RATE (&info), 250);
    fail_unless_equals_int (GST_EEG_INFO_CHANNELS (&info), 8);
    fail_unless_equals_int (info.unit, GST_EEG_UNIT_ADC);
    fail_unless_equals_float (info.full_scale[0], 4.5);
    fail_unless_equals_float (info.full_scale[5], 0.375);
    fail_unless_equals_float (info.full_scale[7], 0.1875);
    fail_unless_equals_string (info.labels[0], "Fp1");
    fail_unless_equals_string (info.labels[7], "O2");
    fail_unless_equals_string (info.reference, "SRB1");
    gst_eeg_info_clear (&info);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* One error, of the given code, whose text holds @needle. */
static void
assert_refused (const gchar *property, const gchar *value, const gchar *needle)
{
  GstElement *pipe = gst_pipeline_new (NULL);
  GstElement *src = gst_element_factory_make ("ads1299src", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstBus *bus = gst_element_get_bus (pipe);
  GError *error = NULL;
  GstMessage *m;

  gst_bin_add_many (GST_BIN (pipe), src, sink, NULL);
  fail_unless (gst_element_link (src, sink));
  gst_util_set_object_arg (G_OBJECT (src), property, value);
  fail_unless_equals_int (
      gst_element_set_state (pipe, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (m != NULL, "%s=%s gave no error", property, value);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (error->domain == GST_RESOURCE_ERROR);
  fail_unless (
      strstr (error->message, needle) != NULL, "\"%s\"", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (pipe, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipe);
}

GST_START_TEST (test_settings_refused)
  {
    assert_refused ("bus", "linux", "device");
    assert_refused ("rate", "300", "250, 500, 1000");
    assert_refused ("gain", "3", "1, 2, 4, 6, 8, 12, 24");
    assert_refused ("gain", "24,24", "8 channels");
    assert_refused ("gain", "x", "x");
    assert_refused ("labels", "A,B", "2 names");
    assert_refused ("sim-faults", "gremlin@1", "lost-drdy");
    assert_refused ("sim-faults", "wrong-id@0,id=0xff", "0x3e");
    /* told by its ID to have six channels, but reset as one with eight */
    assert_refused ("sim-faults", "wrong-id@0,id=0x3d",
        "a part with 6 channels (ADS1299-6) was found (ID 0x3d), expected "
        "ADS1299 (0x3e, 8 channels). Its other registers");
    assert_refused ("sim-file", "/nonexistent/x.bin", "/nonexistent/x.bin");
  }
GST_END_TEST;

GST_START_TEST (test_losses_accounted)
  {
    /* 3 lost edges at 0.1 s (sample 25), 7 overflown events at 0.4 s (100) and
   * 2 torn frames at 0.8 s (200) */
    GstHarness *h =
        virtual_src ("sim-signal", 4, "samples-per-buffer", 10, "sim-faults",
            "lost-drdy@0.1,n=3;missed-irq@0.4,n=7;status-error@0.8,n=2",
            "num-buffers", 30, NULL);
    guint64 next = 0, lost_sum = 0, gaps[3] = {0};
    guint n_gaps = 0;
    gint i;

    gst_harness_play (h);
    for (i = 0; i < 30; i++) {
      GstBuffer *b = gst_harness_pull (h);
      guint64 at, n, lost;
      gint32 code;

      fail_unless (gst_buffer_get_eeg_ledger (b, &at, &n, &lost, NULL));
      fail_unless_equals_uint64 (at, next + lost);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), at * 4000000);
      fail_unless_equals_int (
          GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), i == 0 || lost);
      gst_buffer_extract (b, 0, &code, 4);
      fail_unless_equals_int (code, (gint) at);
      if (lost) {
        fail_unless (n_gaps < 3);
        gaps[n_gaps++] = next;
      }
      lost_sum += lost;
      next = at + n;
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (n_gaps, 3);
    fail_unless_equals_uint64 (gaps[0], 25);
    fail_unless_equals_uint64 (gaps[1], 100);
    fail_unless_equals_uint64 (gaps[2], 200);
    fail_unless_equals_uint64 (lost_sum, 12);
    fail_unless_equals_uint64 (stat_of (h->element, "lost"), 12);
    fail_unless_equals_uint64 (stat_of (h->element, "status-errors"), 2);
    fail_unless (stat_of (h->element, "produced") >= next);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_lead_off_marked)
  {
    GstHarness *h = virtual_src ("sim-faults", "lead-off@0.016,n=3,ch=5",
        "samples-per-buffer", 16, "num-buffers", 1, NULL);
    GstBuffer *b;
    GstEegMeta *meta;
    gint i, c;

    gst_harness_play (h);
    b = gst_harness_pull (h);
    meta = gst_buffer_get_eeg_meta (b);
    for (i = 0; i < 16; i++)
      for (c = 0; c < 8; c++)
        fail_unless_equals_int (gst_eeg_meta_get_flags_at (meta, i, c),
            c == 5 && i >= 4 && i < 7 ? GST_EEG_STATUS_LEAD_OFF : 0);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Runs a pipeline over @path and returns what came out. */
static GByteArray *
replay (const gchar *path, guint chips, guint *warnings)
{
  GstElement *src = gst_element_factory_make ("ads1299src", NULL);
  GByteArray *out = g_byte_array_new ();
  GstBuffer *b = NULL;
  GstMessage *m;
  GstHarness *h;
  GstBus *bus;

  gst_object_ref_sink (src);
  h = gst_harness_new_with_element (src, NULL, "src");
  bus = gst_bus_new ();
  gst_element_set_bus (src, bus);
  g_object_set (src, "is-live", FALSE, "sim-file", path, "chips", chips,
      "samples-per-buffer", 7, NULL);
  gst_harness_play (h);
  while (gst_harness_pull_until_eos (h, &b) && b != NULL) {
    GstMapInfo map;

    gst_buffer_map (b, &map, GST_MAP_READ);
    g_byte_array_append (out, map.data, map.size);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
  }
  *warnings = 0;
  while ((m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING)) != NULL) {
    (*warnings)++;
    gst_message_unref (m);
  }
  gst_element_set_bus (src, NULL);
  gst_object_unref (bus);
  gst_object_unref (src);
  gst_harness_teardown (h);
  return out;
}

GST_START_TEST (test_file_round_trip)
  {
    enum
    {
      N = 100,
      CHIPS = 2
    };
    gint32 codes[N][CHIPS * 8];
    guint8 frames[N][CHIPS][27];
    gchar *path = NULL;
    gint fd = g_file_open_tmp ("ads1299-XXXXXX", &path, NULL), n, c;
    GByteArray *out;
    guint warnings;

    fail_unless (fd >= 0);
    close (fd);
    for (n = 0; n < N; n++) {
      for (c = 0; c < CHIPS * 8; c++)
        codes[n][c] = n % 10 == 0   ? 8388607
                      : n % 10 == 1 ? -8388608
                      : n % 10 == 2
                          ? -1
                          : (n * 65537 + c * 7919) % 8388608 * (c & 1 ? -1 : 1);
      for (c = 0; c < CHIPS; c++)
        ads1299_frame_encode (frames[n][c], 8, 0xc00000, &codes[n][c * 8]);
    }
    fail_unless (
        g_file_set_contents (path, (gchar *) frames, sizeof frames, NULL));
    out = replay (path, CHIPS, &warnings);
    fail_unless_equals_int (out->len, sizeof codes);
    fail_unless (memcmp (out->data, codes, sizeof codes) == 0);
    fail_unless_equals_int (warnings, 0);
    g_byte_array_unref (out);
    /* a torn end: everything before it, and one warning */
    fail_unless (
        g_file_set_contents (path, (gchar *) frames, sizeof frames - 20, NULL));
    out = replay (path, CHIPS, &warnings);
    fail_unless_equals_int (out->len, sizeof codes - sizeof codes[0]);
    fail_unless (memcmp (out->data, codes, out->len) == 0);
    fail_unless_equals_int (warnings, 1);
    g_byte_array_unref (out);
    g_unlink (path);
    g_free (path);
  }
GST_END_TEST;

GST_START_TEST (test_recording)
  {
    const gchar *env = g_getenv ("EEG_TEST_DATA");
    gchar *dir =
        env ? g_strdup (env)
            : g_build_filename (TEST_SOURCE_ROOT, "..", "shared", "data", NULL);
    gchar *frames =
        g_build_filename (dir, "ads1299-frames-8ch-250sps.bin", NULL);
    gchar *counts =
        g_build_filename (dir, "ads1299-counts-8ch-250sps.s32le", NULL);
    gchar *want = NULL;
    gsize len = 0;

    if (!g_file_test (frames, G_FILE_TEST_EXISTS) ||
        !g_file_get_contents (counts, &want, &len, NULL)) {
      g_print ("SKIP: no recording in %s\n", dir);
    } else {
      guint warnings;
      GByteArray *out = replay (frames, 1, &warnings);

      fail_unless_equals_int (out->len, len);
      fail_unless (memcmp (out->data, want, len) == 0);
      g_byte_array_unref (out);
    }
    g_free (want);
    g_free (frames);
    g_free (counts);
    g_free (dir);
  }
GST_END_TEST;

static guint
entries (const gchar *dir)
{
  DIR *d = opendir (dir);
  guint n = 0;

  while (readdir (d) != NULL)
    n++;
  closedir (d);
  return n;
}

GST_START_TEST (test_live_restarts_leak_nothing)
  {
    GstElement *pipe = gst_parse_launch (
        "ads1299src name=s rate=1000 sim-signal=counter ! appsink name=k "
        "sync=false",
        NULL);
    guint fds = 0, threads = 0, i;
    GstElement *sink;

    fail_unless (pipe != NULL);
    sink = gst_bin_get_by_name (GST_BIN (pipe), "k");
    for (i = 0; i < 100; i++) {
      GstSample *sample = NULL;
      GstBuffer *b;
      gint32 code;

      fail_if (gst_element_set_state (pipe, GST_STATE_PLAYING) ==
               GST_STATE_CHANGE_FAILURE);
      g_signal_emit_by_name (sink, "pull-sample", &sample);
      fail_unless (sample != NULL);
      b = gst_sample_get_buffer (sample);
      gst_buffer_extract (b, 0, &code, 4);
      fail_unless_equals_int (code, (gint) GST_BUFFER_OFFSET (b));
      fail_unless (GST_BUFFER_PTS_IS_VALID (b));
      gst_sample_unref (sample);
      gst_element_set_state (pipe, GST_STATE_NULL);
      if (i == 1) {
        fds = entries ("/proc/self/fd");
        threads = entries ("/proc/self/task");
      }
    }
    fail_unless (entries ("/proc/self/fd") <= fds);
    fail_unless (entries ("/proc/self/task") <= threads + 1);
    gst_object_unref (sink);
    gst_object_unref (pipe);
  }
GST_END_TEST;

GST_START_TEST (test_latency_live)
  {
    GstHarness *h = gst_harness_new ("ads1299src");
    GstClockTime min;

    gst_harness_use_systemclock (h);
    gst_harness_play (h);
    gst_buffer_unref (gst_harness_pull (h));
    min = gst_harness_query_latency (h);
    /* one sample of 4 ms and the filter's 6 ms */
    fail_unless (min > 9 * GST_MSECOND && min < 11 * GST_MSECOND);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Two sources that start at different speeds: no half answers to a query. */
GST_START_TEST (test_latency_before_start_refused)
  {
    GstElement *e = gst_element_factory_make ("ads1299src", NULL);
    GstQuery *query = gst_query_new_latency ();
    GstClockTime min, max;
    gboolean live;

    fail_if (gst_element_query (e, query));
    gst_element_set_state (e, GST_STATE_READY);
    fail_if (gst_element_query (e, query));
    gst_element_set_state (e, GST_STATE_PAUSED);
    fail_unless (gst_element_query (e, query));
    gst_query_parse_latency (query, &live, &min, &max);
    /* 4 ms to fill, 6 ms of the converter's filter, 2 s of ring */
    fail_unless (live && min > 9 * GST_MSECOND && min < 11 * GST_MSECOND);
    fail_unless_equals_uint64 (max, min + 2 * GST_SECOND);
    gst_element_set_state (e, GST_STATE_READY);
    fail_if (gst_element_query (e, query));
    gst_element_set_state (e, GST_STATE_NULL);
    gst_query_unref (query);
    gst_object_unref (e);
  }
GST_END_TEST;

/* Through the element and eegtovoltage: volts = code * (vref / gain) / 2^23,
 * in doubles to the bit and in floats to the nearest one. */
GST_START_TEST (test_volts_at_every_gain_and_rail)
  {
    static const gint32 codes[] = {8388607, -8388608, 0, 1, -1, 4194304,
        -4194304, 8388606, -8388607, 65535, -65536};
    static const gint gains[] = {1, 2, 4, 6, 8, 12, 24};
    static const guint parts[] = {4, 6, 8};
    enum
    {
      N = G_N_ELEMENTS (codes)
    };
    gchar *path = NULL;
    gint fd = g_file_open_tmp ("ads1299-XXXXXX", &path, NULL);
    guint p, g, f, i, c;

    fail_unless (fd >= 0);
    close (fd);
    for (p = 0; p < G_N_ELEMENTS (parts); p++) {
      gsize size = 3 + 3 * parts[p];
      guint8 bytes[N * 27];
      gint32 row[8];

      for (i = 0; i < N; i++) {
        for (c = 0; c < parts[p]; c++)
          row[c] = codes[(i + c) % N];
        ads1299_frame_encode (&bytes[i * size], parts[p], 0xc00000, row);
      }
      fail_unless (g_file_set_contents (
          path, (gchar *) bytes, (gssize) (N * size), NULL));
      for (g = 0; g < 2 * G_N_ELEMENTS (gains); g++) {
        gdouble volts = 4.5 / gains[g / 2];
        gchar *text = g_strdup_printf (
            "ads1299src is-live=false sim-file=%s channels-per-chip=%u gain=%d "
            "samples-per-buffer=%d ! eegtovoltage ! "
            "audio/x-raw,format=%s ! appsink name=k sync=false",
            path, parts[p], gains[g / 2], N, g & 1 ? "F32LE" : "F64LE");
        GstElement *pipe = gst_parse_launch (text, NULL), *sink;
        GstSample *sample = NULL;
        GstMapInfo map;

        fail_unless (pipe != NULL, "%s", text);
        sink = gst_bin_get_by_name (GST_BIN (pipe), "k");
        gst_element_set_state (pipe, GST_STATE_PLAYING);
        g_signal_emit_by_name (sink, "pull-sample", &sample);
        fail_unless (sample != NULL, "%s", text);
        gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
        fail_unless_equals_int (map.size, N * parts[p] * (g & 1 ? 4 : 8));
        for (f = 0; f < N * parts[p]; f++) {
          gdouble want =
              codes[(f / parts[p] + f % parts[p]) % N] * volts / 8388608.0;
          gdouble got =
              g & 1 ? ((gfloat *) map.data)[f] : ((gdouble *) map.data)[f];

          if (g & 1)
            want = (gfloat) want;
          fail_unless (
              got == want, "%s: %.17g instead of %.17g", text, got, want);
        }
        gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
        gst_sample_unref (sample);
        gst_element_set_state (pipe, GST_STATE_NULL);
        gst_object_unref (sink);
        gst_object_unref (pipe);
        g_free (text);
      }
    }
    g_unlink (path);
    g_free (path);
  }
GST_END_TEST;

/* Id of the thread of that name, 0 when there is none. */
static pid_t
thread_named (const gchar *name)
{
  DIR *d = opendir ("/proc/self/task");
  struct dirent *e;
  pid_t tid = 0;

  while ((e = readdir (d)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", e->d_name), *text;

    if (g_file_get_contents (path, &text, NULL, NULL)) {
      if (g_str_equal (g_strchomp (text), name))
        tid = (pid_t) atoi (e->d_name);
      g_free (text);
    }
    g_free (path);
  }
  closedir (d);
  return tid;
}

/* cpu and rt-priority are what the system says of the named thread; what it
 * refuses is one warning with the remedy, and the samples come all the same. */
GST_START_TEST (test_thread_is_as_asked)
  {
    GstElement *pipe, *src;
    GstMessage *m;
    gchar *text = NULL;
    cpu_set_t set;
    gint cpu, policy;
    GstBus *bus;
    pid_t tid = 0;

    fail_unless (sched_getaffinity (0, sizeof set, &set) == 0);
    for (cpu = CPU_SETSIZE - 1; !CPU_ISSET (cpu, &set); cpu--)
      ;
    pipe = gst_parse_launch ("ads1299src name=s rt-priority=40 "
                             "thread-name=acq-test ! fakesink",
        NULL);
    src = gst_bin_get_by_name (GST_BIN (pipe), "s");
    g_object_set (src, "cpu", cpu, NULL);
    bus = gst_element_get_bus (pipe);
    gst_element_set_state (pipe, GST_STATE_PLAYING);
    while (stat_of (src, "delivered") < 5)
      g_usleep (5000);
    tid = thread_named ("acq-test");
    fail_unless (tid != 0);
    fail_unless (sched_getaffinity (tid, sizeof set, &set) == 0);
    fail_unless_equals_int (CPU_COUNT (&set), 1);
    fail_unless (CPU_ISSET (cpu, &set));
    m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
    if (m != NULL) {
      GError *e = NULL;

      gst_message_parse_warning (m, &e, NULL);
      text = g_strdup (e->message);
      g_error_free (e);
      gst_message_unref (m);
    }
    policy = sched_getscheduler (tid);
    if (policy == SCHED_FIFO) {
      struct sched_param param;

      fail_unless (sched_getparam (tid, &param) == 0);
      fail_unless_equals_int (param.sched_priority, 40);
      fail_unless (text == NULL || strstr (text, "rt-priority") == NULL);
    } else {
      fail_unless (
          text != NULL && strstr (text, "LimitRTPRIO") != NULL, "\"%s\"", text);
    }
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless_equals_int (thread_named ("acq-test"), 0);
    g_free (text);
    gst_object_unref (bus);
    gst_object_unref (src);
    gst_object_unref (pipe);
  }
GST_END_TEST;

static Suite *
ads1299src_suite (void)
{
  Suite *s = suite_create ("ads1299src");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_counter_virtual);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_settings_refused);
  tcase_add_test (tc, test_losses_accounted);
  tcase_add_test (tc, test_lead_off_marked);
  tcase_add_test (tc, test_file_round_trip);
  tcase_add_test (tc, test_recording);
  tcase_add_test (tc, test_live_restarts_leak_nothing);
  tcase_add_test (tc, test_latency_live);
  tcase_add_test (tc, test_latency_before_start_refused);
  tcase_add_test (tc, test_volts_at_every_gain_and_rail);
  tcase_add_test (tc, test_thread_is_as_asked);
  return s;
}

GST_CHECK_MAIN (ads1299src);
