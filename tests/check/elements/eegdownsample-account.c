/* Unit tests: eegdownsample keeps account: what was due is delivered or said to
 * be lost, marks stand where they belong however the stream is cut, and events
 * keep their place among the samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define RATE 250
#define CAPS                                                                   \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"

static const struct
{
  const gchar *stage;
  guint up, down;
  gboolean leads;
} stages[] = {
    {"eegdownsample factor=4", 1, 4, FALSE},
    {"eegdownsample factor=7 quality=low", 1, 7, FALSE},
    {"eegdownsample rate=160", 16, 25, FALSE},
    {"eegdownsample factor=4 phase=minimum", 1, 4, TRUE},
    {"eegdownsample factor=2 ! eegmontage ! "
     "eegfilter highpass=1 ! eegdownsample factor=3",
        1, 6, FALSE},
};

static GstBuffer *
make_buffer (guint64 index, guint frames, guint64 lost)
{
  GstBuffer *b = gst_buffer_new_allocate (NULL, frames * sizeof (gfloat), NULL);

  gst_buffer_memset (b, 0, 0, frames * sizeof (gfloat));
  GST_BUFFER_OFFSET (b) = index;
  GST_BUFFER_OFFSET_END (b) = index + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (index, GST_SECOND, RATE);
  GST_BUFFER_DURATION (b) =
      gst_util_uint64_scale (index + frames, GST_SECOND, RATE) -
      GST_BUFFER_PTS (b);
  gst_buffer_add_eeg_meta (b, index, frames, lost, sizeof (gfloat));
  if (lost > 0)
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
  return b;
}

static void
push (GstHarness *h, GstBuffer *b)
{
  fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
}

static guint64
ceil_of (guint64 input, guint s)
{
  return (input * stages[s].up + stages[s].down - 1) / stages[s].down;
}

/* Adds up what leaves: entries follow each other without a hole. */
static void
check_account (GstHarness *h, guint64 due_from, guint64 due_to)
{
  guint64 next = due_from, delivered = 0, lost = 0;
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h))) {
    GstEegMeta *m = gst_buffer_get_eeg_meta (b);

    fail_unless (m != NULL);
    fail_unless_equals_uint64 (m->first_sample, GST_BUFFER_OFFSET (b));
    fail_unless_equals_uint64 (
        m->n_samples, gst_buffer_get_size (b) / sizeof (gfloat));
    fail_unless_equals_uint64 (m->first_sample - m->lost_before, next);
    fail_unless (GST_BUFFER_PTS_IS_VALID (b));
    if (m->lost_before > 0)
      fail_unless (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT));
    next = m->first_sample + m->n_samples;
    delivered += m->n_samples;
    lost += m->lost_before;
    gst_buffer_unref (b);
  }
  fail_unless_equals_uint64 (next, due_to);
  fail_unless_equals_uint64 (delivered + lost, due_to - due_from);
}

GST_START_TEST (test_delivered_and_lost_add_up)
  {
    const guint s = __i__;
    guint seed;

    for (seed = 0; seed < 40; seed++) {
      GRand *rand = g_rand_new_with_seed (seed);
      GstHarness *h = gst_harness_new_parse (stages[s].stage);
      const guint64 begin = (guint64) g_rand_int_range (rand, 0, 50);
      guint64 at = begin;
      guint k;

      gst_harness_set_src_caps_str (h, CAPS);
      for (k = 0; k < 12; k++) {
        const guint n = (guint) g_rand_int_range (rand, 1, 1 + (1 << (k % 7)));
        guint64 lost = 0;

        if (k > 0 && g_rand_boolean (rand))
          lost = (guint64) g_rand_int_range (rand, 1, 300);
        push (h, make_buffer (at + lost, n, lost));
        at += lost + n;
      }
      gst_harness_push_event (h, gst_event_new_eos ());
      check_account (h, ceil_of (begin, s), ceil_of (at, s));
      gst_harness_teardown (h);
      g_rand_free (rand);
    }
  }
GST_END_TEST;

/* No output comes after the gap; a buffer without samples tells, and further
 * stages and the file know what to do with it. */
GST_START_TEST (test_loss_behind_the_last_output_is_told)
  {
    g_autofree gchar *dir = g_dir_make_tmp ("eeg-account-XXXXXX", NULL);
    g_autofree gchar *path = g_build_filename (dir, "x.csv", NULL);
    g_autofree gchar *side = g_build_filename (dir, "x.json", NULL);
    g_autofree gchar *line = g_strdup_printf (
        "eegdownsample factor=4 ! csvsink name=sink location=%s", path);
    GstHarness *h = gst_harness_new_parse (line);
    GstElement *sink = gst_bin_get_by_name (GST_BIN (h->element), "sink");
    GstStructure *stats;
    guint64 delivered, lost;

    gst_harness_set_src_caps_str (h, CAPS);
    push (h, make_buffer (0, 100, 0));
    push (h, make_buffer (341, 2, 241));
    gst_harness_push_event (h, gst_event_new_eos ());
    g_object_get (sink, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "delivered", &delivered));
    fail_unless (gst_structure_get_uint64 (stats, "lost", &lost));
    fail_unless_equals_uint64 (delivered, 25);
    fail_unless_equals_uint64 (lost, 61);
    gst_structure_free (stats);
    gst_object_unref (sink);
    gst_harness_teardown (h);
    g_unlink (path);
    g_unlink (side);
    g_rmdir (dir);
  }
GST_END_TEST;

/* The mark that samples 401 and 402 get, pushed in pieces of @piece frames from
 * sample @begin on. */
static void
check_mark (guint s, guint64 begin, guint piece, guint64 want)
{
  GstHarness *h = gst_harness_new_parse (stages[s].stage);
  guint64 at, k, n, found = 0;
  GstBuffer *b;

  gst_harness_set_src_caps_str (h, CAPS);
  for (at = begin; at < 500; at += n) {
    n = MIN (piece, 500 - at);
    b = make_buffer (at, (guint) n, 0);
    for (k = 401; k < 403; k++)
      if (k >= at && k < at + n)
        gst_eeg_meta_add_run (
            gst_buffer_get_eeg_meta (b), k, 1, GST_EEG_STATUS_SATURATED, 0, 0);
    push (h, b);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  while ((b = gst_harness_try_pull (h))) {
    GstEegMeta *m = gst_buffer_get_eeg_meta (b);

    for (k = 0; k < m->n_samples; k++)
      if (gst_eeg_meta_get_flags_at (m, m->first_sample + k, 0)) {
        fail_unless_equals_uint64 (m->first_sample + k, want);
        found++;
      }
    gst_buffer_unref (b);
  }
  fail_unless_equals_uint64 (found, 1);
  gst_harness_teardown (h);
}

GST_START_TEST (test_marks_do_not_depend_on_the_cut)
  {
    static const guint pieces[] = {1, 3, 4, 7, 401, 500};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (pieces); i++) {
      check_mark (0, 0, pieces[i], 100);
      check_mark (3, 0, pieces[i], 101);
      /* The stream begins behind output 100: the mark is not lost. */
      check_mark (0, 401, pieces[i], 101);
      check_mark (3, 401, pieces[i], 101);
    }
  }
GST_END_TEST;

/* --- events --------------------------------------------------------------- */

typedef struct
{
  GString *text;
} Log;

static GstPadProbeReturn
log_it (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Log *log = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *b = GST_PAD_PROBE_INFO_BUFFER (info);

    g_string_append_printf (log->text,
        "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "%s ", GST_BUFFER_OFFSET (b),
        GST_BUFFER_OFFSET_END (b),
        GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT) ? "!" : "");
  } else {
    GstEvent *e = GST_PAD_PROBE_INFO_EVENT (info);

    if (GST_EVENT_TYPE (e) == GST_EVENT_GAP) {
      g_string_append (log->text, "gap ");
    } else if (GST_EVENT_TYPE (e) == GST_EVENT_CUSTOM_DOWNSTREAM) {
      const GstStructure *s = gst_event_get_structure (e);
      guint64 sample = 0;
      gint64 wide = 0;
      gint small = 0;

      if (gst_structure_get_int (s, "sample", &small))
        sample = (guint64) small;
      else if (gst_structure_get_int64 (s, "sample", &wide))
        sample = (guint64) wide;
      else
        gst_structure_get_uint64 (s, "sample", &sample);
      g_string_append_printf (log->text, "%s:%" G_GUINT64_FORMAT " ",
          gst_structure_get_name (s), sample);
    } else if (GST_EVENT_TYPE (e) == GST_EVENT_EOS) {
      g_string_append (log->text, "eos ");
    }
  }
  return GST_PAD_PROBE_OK;
}

static GstHarness *
start_log (const gchar *stage, Log *log)
{
  GstHarness *h = gst_harness_new_parse (stage);
  GstPad *src = gst_element_get_static_pad (h->element, "src");

  log->text = g_string_new (NULL);
  gst_pad_add_probe (src,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, log_it,
      log, NULL);
  gst_object_unref (src);
  gst_harness_set_src_caps_str (h, CAPS);
  return h;
}

static void
check_log (GstHarness *h, Log *log, const gchar *want)
{
  fail_unless (strcmp (log->text->str, want) == 0, "\"%s\", expected \"%s\"",
      log->text->str, want);
  g_string_free (log->text, TRUE);
  gst_harness_teardown (h);
}

static void
push_marker (GstHarness *h, GType type, guint64 sample)
{
  GstStructure *s = gst_structure_new_empty ("eeg-marker");

  if (type == G_TYPE_INT)
    gst_structure_set (s, "sample", type, (gint) sample, NULL);
  else
    gst_structure_set (s, "sample", type, sample, NULL); /* 64 bits */
  gst_harness_push_event (
      h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
}

/* Output 25 stands at sample 100: what comes before that sample leaves before
 * it, and so for other stages. */
GST_START_TEST (test_events_keep_their_place)
  {
    GstHarness *h;
    Log log;

    h = start_log ("eegdownsample factor=4", &log);
    push (h, make_buffer (0, 100, 0));
    push_marker (h, G_TYPE_UINT64, 100);
    push (h, make_buffer (100, 3, 0));
    push_marker (h, G_TYPE_INT, 102);
    push (h, make_buffer (103, 1, 0));
    push_marker (h, G_TYPE_INT64, 104);
    gst_harness_push_event (h, gst_event_new_gap (0, 0));
    push (h, make_buffer (104, 96, 0));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_log (h, &log,
        "0-9 9-10 10-25 eeg-marker:25 25-26 eeg-marker:25 eeg-marker:26 gap "
        "26-34 "
        "34-50 eos ");

    h = start_log ("eegdownsample factor=4", &log);
    push (h, make_buffer (0, 100, 0));
    push_marker (h, G_TYPE_UINT64, 100);
    gst_harness_push_event (
        h, gst_event_new_gap (400 * GST_MSECOND, 400 * GST_MSECOND));
    push_marker (h, G_TYPE_UINT64, 200);
    push (h, make_buffer (200, 100, 100));
    push_marker (h, G_TYPE_UINT64, 299);
    gst_harness_push_event (h, gst_event_new_eos ());
    check_log (h, &log,
        "0-9 9-25 eeg-marker:25 gap eeg-marker:50 50-59! 59-75 eeg-marker:74 "
        "eos ");

    /* Nothing waits here. */
    h = start_log ("eegdownsample factor=4 phase=minimum", &log);
    push (h, make_buffer (0, 10, 0));
    push_marker (h, G_TYPE_UINT64, 10);
    push (h, make_buffer (10, 10, 0));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_log (h, &log, "0-3 eeg-marker:2 3-5 eos ");
  }
GST_END_TEST;

/* Before a gap, and in a flush, no event stays behind. */
GST_START_TEST (test_events_do_not_outlive_a_flush)
  {
    GstHarness *h;
    Log log;

    h = start_log ("eegdownsample factor=4", &log);
    push (h, make_buffer (0, 100, 0));
    push_marker (h, G_TYPE_UINT64, 100);
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    {
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      gst_harness_push_event (h, gst_event_new_segment (&segment));
    }
    push (h, make_buffer (0, 100, 0));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_log (h, &log, "0-9 0-9 9-25 eos ");

    h = start_log ("eegdownsample factor=4", &log);
    push (h, make_buffer (0, 100, 0));
    push_marker (h, G_TYPE_UINT64, 100);
    push (h, make_buffer (200, 100, 100));
    gst_harness_push_event (h, gst_event_new_eos ());
    check_log (h, &log, "0-9 9-25 eeg-marker:25 50-59! 59-75 eos ");
  }
GST_END_TEST;

static Suite *
eegdownsample_account_suite (void)
{
  Suite *s = suite_create ("eegdownsample-account");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, test_delivered_and_lost_add_up, 0, G_N_ELEMENTS (stages));
  tcase_add_test (tc, test_loss_behind_the_last_output_is_told);
  tcase_add_test (tc, test_marks_do_not_depend_on_the_cut);
  tcase_add_test (tc, test_events_keep_their_place);
  tcase_add_test (tc, test_events_do_not_outlive_a_flush);
  return s;
}

GST_CHECK_MAIN (eegdownsample_account);
