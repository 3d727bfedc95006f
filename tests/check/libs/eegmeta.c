/* The sample ledger
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/base/gstadapter.h>
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteegmeta.h>

#define BPF 8

static GstBuffer *
make (guint64 first, guint n, guint64 lost)
{
  GstBuffer *b = gst_buffer_new_allocate (NULL, n * BPF, NULL);

  gst_buffer_add_eeg_meta (b, first, n, lost, BPF);
  return b;
}

static void
check_ledger (GstBuffer *b, guint64 first, guint64 n, guint64 lost)
{
  guint64 f, c, l;

  fail_unless (gst_buffer_get_eeg_ledger (b, &f, &c, &l, NULL));
  fail_unless_equals_uint64 (f, first);
  fail_unless_equals_uint64 (c, n);
  fail_unless_equals_uint64 (l, lost);
}

GST_START_TEST (test_regions_are_exact)
  {
    guint cut;

    /* every byte cut, also inside a frame: nothing is counted twice or lost */
    for (cut = 1; cut < 6 * BPF; cut++) {
      GstBuffer *b = make (1000, 6, 5), *p, *q;
      guint64 n1 = 0, n2 = 0, l1 = 0, l2 = 0;
      guint i;

      for (i = 0; i < 6; i += 2)
        gst_eeg_meta_add_run (gst_buffer_get_eeg_meta (b), 1000 + i, 1,
            GST_EEG_STATUS_SATURATED, i, 0);
      p = gst_buffer_copy_region (b, GST_BUFFER_COPY_ALL, 0, cut);
      q = gst_buffer_copy_region (b, GST_BUFFER_COPY_ALL, cut, -1);
      gst_buffer_get_eeg_ledger (p, NULL, &n1, &l1, NULL);
      gst_buffer_get_eeg_ledger (q, NULL, &n2, &l2, NULL);
      fail_unless_equals_uint64 (n1 + n2, 6);
      fail_unless_equals_uint64 (l1 + l2, 5);
      fail_unless_equals_uint64 (l1, 5);
      for (i = 0; i < 6; i++) {
        gboolean in_p = i * BPF < cut;
        GstEegMeta *m = gst_buffer_get_eeg_meta (in_p ? p : q);

        fail_unless (m != NULL);
        fail_unless_equals_int (gst_eeg_meta_get_flags_at (m, 1000 + i, -1),
            i % 2 ? 0 : GST_EEG_STATUS_SATURATED);
      }
      gst_buffer_unref (p);
      gst_buffer_unref (q);
      gst_buffer_unref (b);
    }
  }
GST_END_TEST;

GST_START_TEST (test_merged_and_split)
  {
    GstBuffer *b = gst_buffer_append (make (0, 4, 0), make (10, 4, 6)), *m, *p;
    GstAdapter *adapter = gst_adapter_new ();

    gst_buffer_unref (b);
    gst_adapter_push (adapter, make (0, 4, 0));
    gst_adapter_push (adapter, make (10, 4, 6));
    m = gst_adapter_take_buffer (adapter, 8 * BPF);
    check_ledger (m, 0, 8, 6);
    p = gst_buffer_copy_region (m, GST_BUFFER_COPY_ALL, 5 * BPF, 2 * BPF);
    check_ledger (p, 11, 2, 0);
    gst_buffer_unref (p);
    p = gst_buffer_copy_region (m, GST_BUFFER_COPY_ALL, 3 * BPF, 3 * BPF);
    check_ledger (p, 3, 3, 6);
    gst_buffer_unref (p);
    gst_buffer_unref (m);
    g_object_unref (adapter);
  }
GST_END_TEST;

GST_START_TEST (test_runs)
  {
    GstBuffer *b = make (0, 1000, 0), *c;
    GstEegMeta *m = gst_buffer_get_eeg_meta (b);
    GstEegStatusFlags flags;
    guint i;

    /* channels in turn coalesce too */
    for (i = 0; i < 10; i++) {
      gst_eeg_meta_add_run (m, i, 1, GST_EEG_STATUS_LEAD_OFF, 0, 7);
      gst_eeg_meta_add_run (m, i, 1, GST_EEG_STATUS_LEAD_OFF, 1, 7);
    }
    fail_unless_equals_int (gst_eeg_meta_get_n_runs (m), 2);
    fail_unless_equals_int (gst_eeg_meta_get_run (m, 1)->n_samples, 10);
    gst_eeg_meta_add_run (m, 10, 1, GST_EEG_STATUS_LEAD_OFF, 1, 8);
    fail_unless_equals_int (gst_eeg_meta_get_n_runs (m), 3);
    for (i = 0; i < 100; i++)
      gst_eeg_meta_add_run (m, 20 + 2 * i, 1, GST_EEG_STATUS_FILLED, -1, i);
    fail_unless_equals_int (gst_eeg_meta_get_n_runs (m), 103);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (m, 5, 1), GST_EEG_STATUS_LEAD_OFF);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (m, 5, 2), 0);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (m, 218, 2), GST_EEG_STATUS_FILLED);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (m, 219, 2), 0);
    c = gst_buffer_copy_deep (b);
    fail_unless_equals_int (
        gst_eeg_meta_get_n_runs (gst_buffer_get_eeg_meta (c)), 103);
    fail_unless (gst_buffer_get_eeg_ledger (c, NULL, NULL, NULL, &flags));
    fail_unless_equals_int (
        flags, GST_EEG_STATUS_FILLED | GST_EEG_STATUS_LEAD_OFF);
    gst_buffer_unref (c);
    gst_buffer_unref (b);
  }
GST_END_TEST;

GST_START_TEST (test_reset_entry_is_reused)
  {
    GstBuffer *b = make (5, 2, 1), *c;
    GstEegMeta *m = gst_buffer_get_eeg_meta (b);

    gst_eeg_meta_reset (m);
    fail_if (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, NULL));
    c = gst_buffer_copy (b);
    fail_unless (gst_buffer_get_eeg_meta (c) == NULL);
    fail_unless (gst_buffer_add_eeg_meta (b, 9, 2, 0, BPF) == m);
    check_ledger (b, 9, 2, 0);
    gst_buffer_unref (c);
    gst_buffer_unref (b);
  }
GST_END_TEST;

GST_START_TEST (test_rescaled_losses_add_up)
  {
    guint factor;

    for (factor = 1; factor <= 17; factor++) {
      guint64 in = 0, lost_out = 0, delivered_out = 0;
      GRand *rand = g_rand_new_with_seed (factor);
      guint i;

      for (i = 0; i < 200; i++) {
        guint64 lost =
            g_rand_int_range (rand, 0, 3) ? 0 : g_rand_int_range (rand, 1, 60);
        guint n = g_rand_int_range (rand, 1, 40);
        guint64 first = in + lost, a, e;
        GstBuffer *src = make (first, n, lost), *dest = gst_buffer_new ();
        GstEegMeta *m;

        a = (first + factor - 1) / factor;
        e = (first + n + factor - 1) / factor;
        m = gst_buffer_add_eeg_meta_rescaled (
            dest, src, a, e - a, 1, factor, 4);
        fail_unless (m != NULL);
        lost_out += m->lost_before;
        delivered_out += e - a;
        in = first + n;
        gst_buffer_unref (src);
        gst_buffer_unref (dest);
      }
      fail_unless_equals_uint64 (
          lost_out + delivered_out, (in + factor - 1) / factor);
      g_rand_free (rand);
    }
  }
GST_END_TEST;

GST_START_TEST (test_rescaled_runs_cover)
  {
    GstBuffer *src = make (30, 8, 0), *dest = make (0, 1, 99);
    GstEegMeta *m = gst_buffer_get_eeg_meta (src);

    gst_eeg_meta_add_run (m, 33, 3, GST_EEG_STATUS_FILLED, 2, 5);
    gst_eeg_meta_set_edge (m, 36, 1234);
    m = gst_buffer_add_eeg_meta_rescaled (dest, src, 8, 2, 1, 4, 4);
    /* what the output carried before is replaced, not added to */
    check_ledger (dest, 8, 2, 0);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (m, 8, 2), GST_EEG_STATUS_FILLED);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (m, 9, 2), 0);
    fail_unless_equals_uint64 (m->edge_sample, 9);
    fail_unless_equals_uint64 (m->edge_time, 1234);
    gst_buffer_unref (src);
    gst_buffer_unref (dest);
  }
GST_END_TEST;

static Suite *
eegmeta_suite (void)
{
  Suite *s = suite_create ("eegmeta");
  TCase *tc = tcase_create ("ledger");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_regions_are_exact);
  tcase_add_test (tc, test_merged_and_split);
  tcase_add_test (tc, test_runs);
  tcase_add_test (tc, test_reset_entry_is_reused);
  tcase_add_test (tc, test_rescaled_losses_add_up);
  tcase_add_test (tc, test_rescaled_runs_cover);
  return s;
}

GST_CHECK_MAIN (eegmeta);
