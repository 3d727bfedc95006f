/* ads1299src: boards, settings and parts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299src-rig.h"

#include <glib/gstdio.h>

/* --- boards ----------------------------------------------------------------- */

GST_START_TEST (test_boards)
  {
    const struct
    {
      const gchar *name;
      guint chips;
      const gchar *gain, *srb2, *drdy;
      gboolean srb1;
    } want[] = {
        {"ads1299eeg-fe", 1, "24", NULL, NULL, TRUE},
        {"openbci", 1, "24", "all", NULL, FALSE},
        {"pieeg", 1, "6", NULL, "GPIO26", TRUE},
        {"elata-2", 2, "24", NULL, "GPIO25", TRUE},
        {"elata-4", 4, "24", NULL, "GPIO25", TRUE},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (want); i++) {
      gchar *gain, *srb2, *drdy, *launch;
      gboolean srb1, bias;
      guint chips;
      Rig r;

      launch = g_strdup_printf (
          "board=%s is-live=false num-buffers=2", want[i].name);
      rig_new (&r, launch);
      g_object_get (r.h->element, "chips", &chips, "gain", &gain, "srb2", &srb2,
          "drdy", &drdy, "srb1", &srb1, "bias", &bias, NULL);
      fail_unless_equals_int (chips, want[i].chips);
      fail_unless_equals_string (gain, want[i].gain);
      fail_unless_equals_string (srb2, want[i].srb2);
      fail_unless_equals_string (drdy, want[i].drdy);
      fail_unless_equals_int (srb1, want[i].srb1);
      fail_unless (bias);
      g_free (gain);
      g_free (srb2);
      g_free (drdy);
      g_free (launch);
      gst_harness_play (r.h);
      gst_buffer_unref (gst_harness_pull (r.h));
      rig_free (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_user_wins_over_board)
  {
    const gchar *const orders[] = {
        "gain=8 chips=3 board=elata-4", "board=elata-4 gain=8 chips=3"};
    guint i, chips;
    gchar *gain;

    for (i = 0; i < 2; i++) {
      Rig r;

      rig_new (&r, orders[i]);
      g_object_get (r.h->element, "chips", &chips, "gain", &gain, NULL);
      fail_unless_equals_int (chips, 3);
      fail_unless_equals_string (gain, "8");
      g_free (gain);
      /* another board, then none: what the first one said is gone */
      g_object_set (r.h->element, "board", "openbci", NULL);
      g_object_get (r.h->element, "srb2", &gain, NULL);
      fail_unless_equals_string (gain, "all");
      g_free (gain);
      g_object_set (r.h->element, "board", NULL, NULL);
      g_object_get (r.h->element, "srb2", &gain, "chips", &chips, NULL);
      fail_unless (gain == NULL);
      fail_unless_equals_int (chips, 3);
      rig_free (&r);
    }
  }
GST_END_TEST;

/* One error at start whose text holds all of @needles (NULL at the end). */
static void
assert_start_refused (const gchar *launch, ...)
{
  GstMessage *m;
  GError *e = NULL;
  const gchar *needle;
  va_list args;
  Rig r;

  rig_new (&r, launch);
  fail_unless_equals_int (
      gst_element_set_state (r.h->element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  m = gst_bus_pop_filtered (r.bus, GST_MESSAGE_ERROR);
  fail_unless (m != NULL, "%s gave no error", launch);
  gst_message_parse_error (m, &e, NULL);
  va_start (args, launch);
  while ((needle = va_arg (args, const gchar *)) != NULL)
    fail_unless (strstr (e->message, needle) != NULL, "\"%s\" is not in \"%s\"",
        needle, e->message);
  va_end (args);
  g_error_free (e);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (r.bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (r.h->element, GST_STATE_NULL);
  rig_free (&r);
}

GST_START_TEST (test_configuration_refused)
  {
    gchar *dir = g_dir_make_tmp ("boards-XXXXXX", NULL);
    gchar *path = g_build_filename (dir, "b.ini", NULL), *launch;
    const struct
    {
      const gchar *text, *needle;
    } files[] = {
        {"gain=24\n", "group"},
        {"[board]\nname=x\n", "[properties]"},
        {"[properties]\ngian=24\n", "gian"},
        {"[properties]\nrate=17\n", "17"},
        {"[properties]\nboard=pieeg\n", "board"},
        {"[properties]\nchips=many\n", "many"},
        {"\xff\xfe[", "b.ini"},
    };
    guint i;

    assert_start_refused ("board=opnbci", "opnbci", "elata-2", "pieeg", NULL);
    assert_start_refused (
        "board=/nonexistent/b.ini", "/nonexistent/b.ini", NULL);
    assert_start_refused ("board=/", "no file", NULL);
    launch = g_strdup_printf ("board=%s", path);
    for (i = 0; i < G_N_ELEMENTS (files); i++) {
      fail_unless (g_file_set_contents (path, files[i].text, -1, NULL));
      assert_start_refused (launch, files[i].needle, "b.ini", NULL);
    }
    g_free (launch);
    fail_unless (g_remove (path) == 0);
    fail_unless (g_rmdir (dir) == 0);
    g_free (path);
    g_free (dir);
    assert_start_refused ("input=normal,shorted", "input", "8 channels", NULL);
    assert_start_refused ("input=open", "\"open\"", "shorted", NULL);
    assert_start_refused ("power-down=9", "power-down", "\"9\"", NULL);
    assert_start_refused ("srb2=1p", "srb2", "\"1p\"", NULL);
    assert_start_refused ("bias-channels=3-1", "bias-channels", "3-1", NULL);
    assert_start_refused ("lead-off-channels=1q", "1q", "p, n or pn", NULL);
    assert_start_refused (
        "lead-off=dc lead-off-threshold=83", "83", "87.5", NULL);
    assert_start_refused ("channels-per-chip=5", "5", "ADS1299-6", NULL);
    assert_start_refused (
        "chips=3 channels-per-chip=8,8", "2 entries", "3 chips", NULL);
    assert_start_refused (
        "channels-per-chip=8 sim-parts=6", "0x3d", "0x3e", NULL);
    assert_start_refused ("registers=LOF=1", "LOF=1", "NAME=VALUE", NULL);
    assert_start_refused ("registers=LOFF=256", "0xff", NULL);
    assert_start_refused ("registers=chip1:LOFF=0", "chip0", NULL);
    assert_start_refused ("registers=ID=0x3e", "ID", "cannot be written", NULL);
    assert_start_refused ("registers=CONFIG1=0x90", "CONFIG1", "rate", NULL);
    assert_start_refused (
        "bus=linux is-live=false device=/dev/null", "is-live=false", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_registers_override_warns)
  {
    Rig r;

    rig_new (&r, "registers=\"GPIO=0x0c, chip1:CONFIG4=0x02\" chips=2 "
                 "is-live=false num-buffers=1");
    gst_harness_play (r.h);
    gst_buffer_unref (gst_harness_pull (r.h));
    assert_warning (r.bus, "registers=");
    fail_unless (next_warning (r.bus) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

/* --- parts ------------------------------------------------------------------ */

GST_START_TEST (test_parts_tell_themselves)
  {
    const struct
    {
      const gchar *launch;
      gint channels;
    } cases[] = {
        {"chips=1 sim-parts=4", 4},
        {"chips=1 sim-parts=6", 6},
        {"chips=3 sim-parts=8,6,4", 18},
        {"chips=3 sim-parts=4,8,6", 18},
        {"chips=8 sim-parts=4", 32},
        {"chips=8 channels-per-chip=6", 48},
        {"chips=2 channels-per-chip=8,4", 12},
        {"chips=2 sim-parts=4,4 gain=1,2,4,6,8,12,24,24", 8},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      gchar *launch = g_strdup_printf (
          "%s is-live=false sim-signal=counter samples-per-buffer=5 "
          "num-buffers=3",
          cases[i].launch);
      gint n = cases[i].channels, k, c, b;
      Rig r;

      rig_new (&r, launch);
      gst_harness_play (r.h);
      for (b = 0; b < 3; b++) {
        GstBuffer *buf = gst_harness_pull (r.h);
        GstMapInfo map;

        gst_buffer_map (buf, &map, GST_MAP_READ);
        fail_unless_equals_int ((gint) map.size, 5 * n * 4);
        for (k = 0; k < 5; k++)
          for (c = 0; c < n; c++)
            if (((gint32 *) map.data)[k * n + c] != b * 5 + k + c)
              fail ("%s: sample %d channel %d is %d", cases[i].launch, k, c,
                  ((gint32 *) map.data)[k * n + c]);
        gst_buffer_unmap (buf, &map);
        gst_buffer_unref (buf);
      }
      rig_free (&r);
      g_free (launch);
    }
  }
GST_END_TEST;

GST_START_TEST (test_counter_at_every_rate)
  {
    const gint rates[] = {250, 500, 1000, 2000, 4000, 8000, 16000};
    const gint parts[] = {4, 6, 8};
    guint i, p;

    for (i = 0; i < G_N_ELEMENTS (rates); i++)
      for (p = 0; p < G_N_ELEMENTS (parts); p++) {
        gint chips = i & 1 ? 8 : 1, n = chips * parts[p], b, c, wrong = 0;
        gchar *launch = g_strdup_printf ("chips=%d channels-per-chip=%d "
                                         "rate=%d is-live=false "
                                         "sim-signal=counter num-buffers=20",
            chips, parts[p], rates[i]);
        guint64 next = 0, k, frames;
        Rig r;

        rig_new (&r, launch);
        gst_harness_play (r.h);
        for (b = 0; b < 20; b++) {
          GstBuffer *buf = gst_harness_pull (r.h);
          GstMapInfo map;

          fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buf), next);
          frames = GST_BUFFER_OFFSET_END (buf) - next;
          fail_unless_equals_uint64 (frames, MAX (1, rates[i] / 250));
          gst_buffer_map (buf, &map, GST_MAP_READ);
          fail_unless_equals_uint64 (map.size, frames * n * 4);
          for (k = 0; k < frames; k++)
            for (c = 0; c < n; c++)
              wrong +=
                  ((gint32 *) map.data)[k * n + c] != (gint) (next + k) + c;
          gst_buffer_unmap (buf, &map);
          gst_buffer_unref (buf);
          next += frames;
        }
        fail_unless (wrong == 0, "%s: %d wrong", launch, wrong);
        fail_unless_equals_uint64 (stat_of (r.h->element, "lost"), 0);
        rig_free (&r);
        g_free (launch);
      }
  }
GST_END_TEST;

static Suite *
ads1299src_setup_suite (void)
{
  Suite *s = suite_create ("ads1299src-setup");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_boards);
  tcase_add_test (tc, test_user_wins_over_board);
  tcase_add_test (tc, test_configuration_refused);
  tcase_add_test (tc, test_registers_override_warns);
  tcase_add_test (tc, test_parts_tell_themselves);
  tcase_add_test (tc, test_counter_at_every_rate);
  return s;
}

GST_CHECK_MAIN (ads1299src_setup);
