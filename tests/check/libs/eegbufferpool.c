/* The buffer pool
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteegbufferpool.h>
#include <gst/eeg/gsteegmeta.h>

static GstBufferPool *
make (guint min, guint step, guint cap, GstEegPoolPolicy policy)
{
  GstBufferPool *pool = gst_eeg_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, 64, min, 0);
  gst_eeg_buffer_pool_config_set_growth (config, step, cap, policy);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  return pool;
}

static GstEegPoolMetrics
metrics (GstBufferPool *pool)
{
  GstEegPoolMetrics m;

  gst_eeg_buffer_pool_get_metrics (GST_EEG_BUFFER_POOL (pool), &m);
  return m;
}

static void
drop (GstBufferPool *pool)
{
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

GST_START_TEST (test_fail_at_cap)
  {
    GstBufferPool *pool = make (4, 0, 0, GST_EEG_POOL_POLICY_FAIL);
    GstBuffer *b[5];
    guint i;

    for (i = 0; i < 4; i++)
      fail_unless_equals_int (
          gst_buffer_pool_acquire_buffer (pool, &b[i], NULL), GST_FLOW_OK);
    fail_unless_equals_int (
        gst_buffer_pool_acquire_buffer (pool, &b[4], NULL), GST_FLOW_EOS);
    fail_unless_equals_int (metrics (pool).failures, 1);
    fail_unless_equals_int (metrics (pool).peak, 4);
    fail_unless_equals_int (metrics (pool).free, 0);
    fail_unless_equals_int (metrics (pool).inline_allocations, 0);
    for (i = 0; i < 4; i++)
      gst_buffer_unref (b[i]);
    fail_unless_equals_int (metrics (pool).free, 4);
    drop (pool);
  }
GST_END_TEST;

GST_START_TEST (test_grows_to_the_cap)
  {
    GstBufferPool *pool = make (40, 10, 200, GST_EEG_POOL_POLICY_FAIL);
    GstElement *owner = gst_pipeline_new (NULL);
    GstBus *bus = gst_element_get_bus (owner);
    GPtrArray *held =
        g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
    GstBuffer *b;
    GstMessage *msg;

    gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (pool), owner);
    while (held->len < 200) {
      GstEegPoolMetrics m = metrics (pool);

      /* the guard has asked for more below 5 %: let the worker come first */
      if (m.free == 0 && m.total < 200) {
        g_thread_yield ();
        continue;
      }
      fail_unless_equals_int (
          gst_buffer_pool_acquire_buffer (pool, &b, NULL), GST_FLOW_OK);
      g_ptr_array_add (held, b);
    }
    fail_unless_equals_int (metrics (pool).inline_allocations, 0);
    fail_unless_equals_int (metrics (pool).total, 200);
    fail_unless_equals_int (
        gst_buffer_pool_acquire_buffer (pool, &b, NULL), GST_FLOW_EOS);
    msg = gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND, GST_MESSAGE_ELEMENT);
    fail_unless (msg != NULL);
    fail_unless (gst_message_has_name (msg, "eeg-pool"));
    gst_message_unref (msg);
    /* at most one a second */
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT) == NULL);
    g_ptr_array_unref (held);
    fail_unless_equals_int (metrics (pool).free, 200);
    drop (pool);
    gst_object_unref (bus);
    gst_object_unref (owner);
  }
GST_END_TEST;

static gpointer
acquire_one (gpointer pool)
{
  GstBuffer *b = NULL;
  GstFlowReturn ret = gst_buffer_pool_acquire_buffer (pool, &b, NULL);

  gst_clear_buffer (&b);
  return GINT_TO_POINTER (ret);
}

GST_START_TEST (test_wait_and_flush)
  {
    GstBufferPool *pool = make (1, 0, 0, GST_EEG_POOL_POLICY_WAIT);
    GstBuffer *b;
    GThread *t;

    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    t = g_thread_new ("waiter", acquire_one, pool);
    while (metrics (pool).waits == 0)
      g_thread_yield ();
    gst_buffer_unref (b);
    fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (t)), GST_FLOW_OK);

    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    t = g_thread_new ("waiter", acquire_one, pool);
    while (metrics (pool).waits == 1)
      g_thread_yield ();
    gst_buffer_pool_set_flushing (pool, TRUE);
    fail_unless_equals_int (
        GPOINTER_TO_INT (g_thread_join (t)), GST_FLOW_FLUSHING);
    gst_buffer_pool_set_flushing (pool, FALSE);
    gst_buffer_unref (b);
    fail_unless_equals_int (GPOINTER_TO_INT (acquire_one (pool)), GST_FLOW_OK);
    drop (pool);
  }
GST_END_TEST;

GST_START_TEST (test_deactivate_with_outstanding)
  {
    GstBufferPool *pool = make (3, 2, 8, GST_EEG_POOL_POLICY_FAIL);
    GstBuffer *b;

    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    gst_buffer_pool_set_active (pool, FALSE);
    gst_buffer_unref (b);
    fail_unless_equals_int (metrics (pool).total, 0);
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    fail_unless_equals_int (metrics (pool).free, 3);
    fail_unless_equals_int (GPOINTER_TO_INT (acquire_one (pool)), GST_FLOW_OK);
    drop (pool);
  }
GST_END_TEST;

GST_START_TEST (test_ledger_entry_comes_clean)
  {
    GstBufferPool *pool = make (1, 0, 0, GST_EEG_POOL_POLICY_FAIL);
    GstBuffer *b;
    GstEegMeta *m;

    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    fail_if (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, NULL));
    m = gst_buffer_add_eeg_meta (b, 10, 16, 3, 4);
    gst_eeg_meta_add_run (m, 10, 1, GST_EEG_STATUS_FILLED, -1, 0);
    gst_buffer_unref (b);
    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    fail_if (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, NULL));
    fail_unless (gst_buffer_add_eeg_meta (b, 26, 16, 0, 4) == m);
    fail_unless_equals_int (gst_eeg_meta_get_n_runs (m), 0);
    gst_buffer_unref (b);
    drop (pool);
  }
GST_END_TEST;

GST_START_TEST (test_changed_memory_is_discarded)
  {
    GstBufferPool *pool = make (2, 0, 0, GST_EEG_POOL_POLICY_FAIL);
    GstBuffer *b;

    gst_buffer_pool_acquire_buffer (pool, &b, NULL);
    gst_buffer_append_memory (b, gst_allocator_alloc (NULL, 8, NULL));
    gst_buffer_unref (b);
    fail_unless_equals_int (metrics (pool).total, 1);
    drop (pool);
  }
GST_END_TEST;

static Suite *
eegbufferpool_suite (void)
{
  Suite *s = suite_create ("eegbufferpool");
  TCase *tc = tcase_create ("pool");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_fail_at_cap);
  tcase_add_test (tc, test_grows_to_the_cap);
  tcase_add_test (tc, test_wait_and_flush);
  tcase_add_test (tc, test_deactivate_with_outstanding);
  tcase_add_test (tc, test_ledger_entry_comes_clean);
  tcase_add_test (tc, test_changed_memory_is_discarded);
  return s;
}

GST_CHECK_MAIN (eegbufferpool);
