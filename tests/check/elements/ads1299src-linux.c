/* ads1299src on SPI and GPIO devices: the ioctl calls of the shim
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "chip/ads1299-frame.h"
#include "shim-rig.h"

#define LINES                                                                  \
  "drdy", "gpiochip0:25", "start-line", "pinctrl-rp1:22", "reset-line", "GPIO27"

/* Plugged in as @shim says, with lines of the usual places. */
static GstHarness *
linux_src (const gchar *shim, const gchar *devices, guint chips)
{
  GstHarness *h;
  gchar *config = g_strdup_printf ("hurry=1;chips=%u;%s", chips, shim);

  shim_power_up (config);
  g_free (config);
  h = gst_harness_new ("ads1299src");
  g_object_set (h->element, "device", devices, "chips", chips, LINES, NULL);
  gst_util_set_object_arg (G_OBJECT (h->element), "bus", "linux");
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

/* Plays @n samples of the counter signal. Every one must carry its own number
 * on every channel; what is missing between them must be declared. */
static void
play_counter (GstHarness *h, guint64 n)
{
  guint64 next = 0, had = 0, lost_sum = 0, base = G_MAXUINT64;

  gst_harness_play (h);
  while (had < n) {
    GstBuffer *b = gst_harness_pull (h);
    guint64 at, frames, lost, i;
    guint channels, c;
    GstMapInfo map;

    fail_unless (b != NULL);
    fail_unless (gst_buffer_get_eeg_ledger (b, &at, &frames, &lost, NULL));
    fail_unless_equals_uint64 (at, next + lost);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), at);
    fail_unless_equals_int (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT),
        next == 0 || lost > 0);
    fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
    channels = (guint) (map.size / frames / 4);
    /* conversions before the first edge are none of the element's */
    if (base == G_MAXUINT64)
      base = (guint64) ((gint32 *) map.data)[0] - at;
    for (i = 0; i < frames; i++)
      for (c = 0; c < channels; c++)
        fail_unless_equals_int (((gint32 *) map.data)[i * channels + c],
            (gint) (base + at + i + c));
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    lost_sum += lost;
    next = at + frames;
    had += frames;
  }
  fail_unless (stat_of (h->element, "lost") >= lost_sum);
}

/* After NULL everything adds up, nothing is held and no rule was broken. */
static void
finish (GstHarness *h)
{
  GstElement *e = gst_object_ref (h->element);
  ShimTruth t;

  fail_unless_equals_int (
      gst_element_set_state (e, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_uint64 (
      stat_of (e, "produced"), stat_of (e, "delivered") + stat_of (e, "lost"));
  gst_harness_teardown (h);
  gst_object_unref (e);
  shim_get_truth (&t);
  fail_unless_equals_int (t.claimed, 0);
  fail_unless_equals_uint64 (t.fast_clock, 0);
  fail_unless_equals_uint64 (t.joined_transfers, 0);
  fail_unless_equals_uint64 (t.long_transfers, 0);
  fail_unless_equals_uint64 (t.wrong_mode, 0);
  fail_unless_equals_uint64 (t.chip, 0);
}

GST_START_TEST (test_counter_of_chips)
  {
    static const gchar *const devices[] = {"/dev/spidev0.0",
        "/dev/spidev0.0,/dev/spidev0.1",
        "/dev/spidev0.0,/dev/spidev0.1,/dev/spidev0.2",
        "/dev/spidev0.0,/dev/spidev0.1,/dev/spidev0.2,/dev/spidev0.3"};
    GstHarness *h = linux_src ("", devices[__i__], (guint) __i__ + 1);

    g_object_set (h->element, "rate", 1000, NULL);
    play_counter (h, 300);
    finish (h);
  }
GST_END_TEST;

GST_START_TEST (test_counter_of_rates)
  {
    static const gint rates[] = {250, 500, 1000, 2000, 4000, 8000, 16000};
    GstHarness *h;

    if (shim_too_fast ((guint) rates[__i__]))
      return;
    h = linux_src ("", "/dev/spidev0.0", 1);
    g_object_set (h->element, "rate", rates[__i__], NULL);
    play_counter (h, 100);
    finish (h);
  }
GST_END_TEST;

/* The chip's own test signal: VREF / 2400, whatever the gain. */
GST_START_TEST (test_square_at_gains)
  {
    static const gint gains[] = {1, 2, 4, 6, 8, 12, 24, 24};
    GstHarness *h = linux_src ("signal=square", "/dev/spidev0.0", 1);
    GstEegInfo info;
    GstCaps *caps;
    gint low[8] = {0}, high[8] = {0}, c;
    gsize had;

    g_object_set (h->element, "gain", "1,2,4,6,8,12,24,24", "input", "test",
        "rate", 1000, "samples-per-buffer", 50, NULL);
    gst_harness_play (h);
    /* more than a period */
    for (had = 0; had < 1200;) {
      GstBuffer *b = gst_harness_pull (h);
      GstMapInfo map;
      gsize k;

      fail_unless (b != NULL);
      gst_buffer_map (b, &map, GST_MAP_READ);
      for (k = 0; k < map.size / 4; k++) {
        gint v = ((gint32 *) map.data)[k];

        low[k % 8] = MIN (low[k % 8], v);
        high[k % 8] = MAX (high[k % 8], v);
      }
      had += map.size / 32;
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (b);
    }
    caps = gst_pad_get_current_caps (h->sinkpad);
    gst_eeg_info_init (&info);
    fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
    for (c = 0; c < 8; c++) {
      /* 2^23 / 2400 per unit of gain, and the noise of the chip */
      const gint code = (gint) (8388608.0 / 2400.0 * gains[c] + 0.5);

      fail_unless (ABS (high[c] - code) < 400, "%d: %d", c, high[c]);
      fail_unless (ABS (low[c] + code) < 400, "%d: %d", c, low[c]);
      fail_unless_equals_float (info.full_scale[c], 4.5 / gains[c]);
    }
    gst_eeg_info_clear (&info);
    gst_caps_unref (caps);
    finish (h);
  }
GST_END_TEST;

GST_START_TEST (test_smaller_parts)
  {
    static const gchar *const shims[] = {"channels=4", "channels=6"};
    GstHarness *h = linux_src (shims[__i__], "/dev/spidev0.0", 1);
    GstEegInfo info;
    GstCaps *caps;

    play_counter (h, 20);
    caps = gst_pad_get_current_caps (h->sinkpad);
    gst_eeg_info_init (&info);
    fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
    fail_unless_equals_int (GST_EEG_INFO_CHANNELS (&info), 4 + 2 * __i__);
    gst_eeg_info_clear (&info);
    gst_caps_unref (caps);
    /* the first try with 8 channels is how the part is found out */
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* The acquisition thread does not run for 400 ms while the kernel keeps 64
 * edges: what is missing is exactly what the chip made meanwhile. */
GST_START_TEST (test_overflow_counted_exactly)
  {
    GstHarness *h = linux_src ("stall=50:400", "/dev/spidev0.0", 1);
    guint64 event, produced;
    ShimTruth t;

    g_object_set (h->element, "rate", 1000, "event-buffer", 64, NULL);
    play_counter (h, 300);
    /* the chip goes on: its truth is asked last */
    event = stat_of (h->element, "lost-event");
    produced = stat_of (h->element, "produced");
    shim_get_truth (&t);
    fail_unless (t.overflown >= 400 - 64 - 2);
    fail_unless_equals_uint64 (event, t.overflown);
    fail_unless (stat_of (h->element, "lost-late") >= 62);
    fail_unless (produced <= t.conversions);
    finish (h);
  }
GST_END_TEST;

/* Edges that the interrupt controller missed leave no gap in the sequence. */
GST_START_TEST (test_lost_edges_counted_exactly)
  {
    GstHarness *h = linux_src ("lost=60:7", "/dev/spidev0.0", 1);

    play_counter (h, 150);
    fail_unless (
        stat_of (h->element, "lost-edge") + stat_of (h->element, "lost-late") >=
        7);
    finish (h);
  }
GST_END_TEST;

GST_START_TEST (test_failed_transfer_is_one_sample)
  {
    static const gchar *const shims[] = {"eio=20", "short=20"};
    GstHarness *h = linux_src (shims[__i__], "/dev/spidev0.0", 1);

    play_counter (h, 60);
    fail_unless_equals_uint64 (stat_of (h->element, "lost-io"), 1);
    finish (h);
  }
GST_END_TEST;

static void
on_alarm (int signal)
{
}

GST_START_TEST (test_signals_do_no_harm)
  {
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval timer = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
    GstHarness *h = linux_src ("eintr=3", "/dev/spidev0.0", 1);

    sigaction (SIGALRM, &action, NULL);
    setitimer (ITIMER_REAL, &timer, NULL);
    g_object_set (h->element, "rate", 500, NULL);
    play_counter (h, 200);
    setitimer (ITIMER_REAL, &off, NULL);
    finish (h);
  }
GST_END_TEST;

GST_START_TEST (test_twenty_cycles_leak_nothing)
  {
    GstHarness *h = linux_src ("", "/dev/spidev0.0", 1);
    unsigned before = 0, i;
    ShimTruth t;

    gst_harness_use_systemclock (h);
    for (i = 0; i < 21; i++) {
      gst_harness_play (h);
      gst_buffer_unref (gst_harness_pull (h));
      fail_unless_equals_int (
          gst_element_set_state (h->element, GST_STATE_NULL),
          GST_STATE_CHANGE_SUCCESS);
      shim_get_truth (&t);
      fail_unless_equals_int (t.claimed, 0);
      /* what GStreamer opens once, it keeps */
      if (i == 0)
        before = shim_open_fds ();
    }
    fail_unless_equals_int (shim_open_fds (), before);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_pause_puts_chips_to_rest)
  {
    GstHarness *h = linux_src ("", "/dev/spidev0.0", 1);
    guint64 before;
    ShimTruth t;

    play_counter (h, 20);
    fail_unless (gst_element_set_state (h->element, GST_STATE_READY) !=
                 GST_STATE_CHANGE_FAILURE);
    shim_get_truth (&t);
    before = t.conversions;
    g_usleep (50000);
    shim_get_truth (&t);
    fail_unless_equals_uint64 (t.conversions, before);
    finish (h);
  }
GST_END_TEST;

/* The chips fall silent, and the first rest of setting them up anew ends only by
 * being cancelled. */
static GstHarness *
silent_src (void)
{
  GstHarness *h = linux_src ("dead=20;endless=3", "/dev/spidev0.0", 1);
  ShimTruth t;

  gst_harness_play (h);
  do {
    g_usleep (5000);
    shim_get_truth (&t);
  } while (t.rests < 4);
  fail_unless_equals_uint64 (t.rests_cut, 0);
  return h;
}

GST_START_TEST (test_stop_while_set_up_anew)
  {
    GstHarness *h = silent_src ();
    ShimTruth t;

    fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_NULL),
        GST_STATE_CHANGE_SUCCESS);
    shim_get_truth (&t);
    fail_unless_equals_uint64 (t.rests, 4);
    fail_unless_equals_uint64 (t.rests_cut, 1);
    finish (h);
  }
GST_END_TEST;

/* What was cut short is made up for before samples come again. */
GST_START_TEST (test_pause_while_set_up_anew)
  {
    GstHarness *h = silent_src ();
    GstBuffer *b;
    guint64 n;
    ShimTruth t;

    fail_if (gst_element_set_state (h->element, GST_STATE_PAUSED) ==
             GST_STATE_CHANGE_FAILURE);
    shim_get_truth (&t);
    fail_unless_equals_uint64 (t.rests_cut, 1);
    n = stat_of (h->element, "delivered");
    fail_unless_equals_uint64 (stat_of (h->element, "reinits"), 0);
    gst_element_set_state (h->element, GST_STATE_PLAYING);
    do {
      b = gst_harness_pull (h);
      fail_unless (b != NULL);
      gst_buffer_unref (b);
    } while (stat_of (h->element, "delivered") <= n);
    fail_unless_equals_uint64 (stat_of (h->element, "reinits"), 1);
    /* all of a bring-up, not just START */
    shim_get_truth (&t);
    fail_unless (t.rests >= 4 + 3);
    finish (h);
  }
GST_END_TEST;

static Suite *
suite (void)
{
  Suite *s = suite_create ("ads1299src-linux");
  TCase *tc = tcase_create ("shim");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_counter_of_chips, 0, 4);
  tcase_add_loop_test (tc, test_counter_of_rates, 0, 7);
  tcase_add_test (tc, test_square_at_gains);
  tcase_add_loop_test (tc, test_smaller_parts, 0, 2);
  tcase_add_test (tc, test_overflow_counted_exactly);
  tcase_add_test (tc, test_lost_edges_counted_exactly);
  tcase_add_loop_test (tc, test_failed_transfer_is_one_sample, 0, 2);
  tcase_add_test (tc, test_signals_do_no_harm);
  tcase_add_test (tc, test_twenty_cycles_leak_nothing);
  tcase_add_test (tc, test_pause_puts_chips_to_rest);
  tcase_add_test (tc, test_stop_while_set_up_anew);
  tcase_add_test (tc, test_pause_while_set_up_anew);
  return s;
}

int
main (int argc, char **argv)
{
  int skip = shim_find ();

  if (skip)
    return skip;
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (suite (), "ads1299src-linux", __FILE__);
}
