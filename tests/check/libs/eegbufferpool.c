/* The buffer pool
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/gsteegbufferpool.h>
#include <gst/eeg/gsteegmeta.h>

#include <gmodule.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Counts what the current thread takes from the heap. The sanitizers have
 * their own malloc; there only the counters of the pool are checked. */
static __thread guint64 heap_calls;
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                    \
    !defined(__SANITIZE_THREAD__)
#define COUNTS_HEAP 1
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *old, size_t size);

G_MODULE_EXPORT void *
malloc (size_t size)
{
  heap_calls++;
  return __libc_malloc (size);
}

G_MODULE_EXPORT void *
calloc (size_t n, size_t size)
{
  heap_calls++;
  return __libc_calloc (n, size);
}

G_MODULE_EXPORT void *
realloc (void *old, size_t size)
{
  heap_calls++;
  return __libc_realloc (old, size);
}
#endif

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

GST_START_TEST (test_one_warning_at_the_cap)
  {
    GstBufferPool *pool = make (4, 0, 0, GST_EEG_POOL_POLICY_FAIL);
    GstElement *owner = gst_pipeline_new (NULL);
    GstBus *bus = gst_element_get_bus (owner);
    GstBuffer *b[5];
    GstMessage *msg;
    GError *error;
    guint i, round;

    gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (pool), owner);
    for (round = 0; round < 2; round++) {
      for (i = 0; i < 4; i++)
        fail_unless_equals_int (
            gst_buffer_pool_acquire_buffer (pool, &b[i], NULL), GST_FLOW_OK);
      for (i = 0; i < 50; i++)
        fail_unless_equals_int (
            gst_buffer_pool_acquire_buffer (pool, &b[4], NULL), GST_FLOW_EOS);
      msg =
          gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND, GST_MESSAGE_WARNING);
      fail_unless (msg != NULL);
      gst_message_parse_warning (msg, &error, NULL);
      fail_unless (g_error_matches (
          error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
      fail_unless (strstr (error->message, "counted as lost") != NULL);
      g_error_free (error);
      gst_message_unref (msg);
      /* one buffer back and out again is the same trouble */
      gst_buffer_unref (b[3]);
      fail_unless_equals_int (
          gst_buffer_pool_acquire_buffer (pool, &b[3], NULL), GST_FLOW_OK);
      fail_unless_equals_int (
          gst_buffer_pool_acquire_buffer (pool, &b[4], NULL), GST_FLOW_EOS);
      for (i = 0; i < 4; i++)
        gst_buffer_unref (b[i]);
      fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
    }
    fail_unless_equals_uint64 (metrics (pool).failures, 102);
    drop (pool);
    gst_object_unref (bus);
    gst_object_unref (owner);
  }
GST_END_TEST;

typedef struct
{
  GstBufferPool *pool;
  GstHarness *h;
} Feed;

static gpointer
feed_queue (gpointer data)
{
  Feed *f = data;
  guint i;

  for (i = 0; i < 500; i++) {
    GstBuffer *b;

    if (gst_buffer_pool_acquire_buffer (f->pool, &b, NULL) != GST_FLOW_OK)
      return NULL;
    GST_BUFFER_PTS (b) = i * 4 * GST_MSECOND;
    GST_BUFFER_DURATION (b) = 4 * GST_MSECOND;
    if (gst_harness_push (f->h, b) != GST_FLOW_OK)
      return NULL;
  }
  return NULL;
}

/* The queue wants 50 buffers, the pool has 16. */
GST_START_TEST (test_long_queue_downstream)
  {
    GstBufferPool *pool = make (4, 4, 16, GST_EEG_POOL_POLICY_WAIT);
    GstHarness *h = gst_harness_new_parse (
        "queue max-size-time=200000000 max-size-buffers=0 max-size-bytes=0");
    Feed f = {pool, h};
    GThread *t;
    guint i;

    gst_harness_set_src_caps_str (h, "application/x-test");
    t = g_thread_new ("feed", feed_queue, &f);
    for (i = 0; i < 500; i++) {
      GstBuffer *b = gst_harness_pull (h);

      fail_unless (b != NULL);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b), i * 4 * GST_MSECOND);
      gst_buffer_unref (b);
    }
    g_thread_join (t);
    fail_unless (metrics (pool).total <= 16);
    fail_unless_equals_uint64 (metrics (pool).failures, 0);
    gst_harness_teardown (h);
    drop (pool);
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

GST_START_TEST (test_no_heap_in_steady_state)
  {
    GstBufferPool *pool = make (40, 10, 80, GST_EEG_POOL_POLICY_FAIL);
    guint64 before = 0;
    guint i, k;

    for (i = 0; i < 2000; i++) {
      GstBuffer *b[8];

      if (i == 100)
        before = heap_calls;
      for (k = 0; k < 8; k++) {
        GstEegMeta *m;
        guint r;

        /* no fail_unless() here: it takes memory itself */
        if (gst_buffer_pool_acquire_buffer (pool, &b[k], NULL) != GST_FLOW_OK)
          g_error ("no buffer");
        m = gst_buffer_add_eeg_meta (b[k], i * 16, 16, 0, 4);
        for (r = 0; r < 24; r++)
          gst_eeg_meta_add_run (m, i * 16, 1, GST_EEG_STATUS_FILLED, r, r);
      }
      for (k = 0; k < 8; k++)
        gst_buffer_unref (b[k]);
    }
    /* eight buffers whose further runs were grown in the warm-up */
    fail_unless_equals_uint64 (heap_calls - before, 0);
    fail_unless_equals_uint64 (metrics (pool).inline_allocations, 0);
    drop (pool);
#ifdef COUNTS_HEAP
    before = heap_calls;
    g_free (g_malloc (10));
    fail_unless_equals_uint64 (heap_calls - before, 1); /* it does count */
#endif
  }
GST_END_TEST;

typedef struct
{
  GstBufferPool *pool;
  guint seed;
  guint64 got;
} Stress;

static gpointer
stress_thread (gpointer data)
{
  Stress *s = data;
  GRand *rand = g_rand_new_with_seed (s->seed);
  GstBuffer *held[16] = {NULL};
  guint i;

  for (i = 0; i < 20000; i++) {
    guint k = g_rand_int_range (rand, 0, 16);

    if (held[k]) {
      gst_clear_buffer (&held[k]);
    } else if (gst_buffer_pool_acquire_buffer (s->pool, &held[k], NULL) ==
               GST_FLOW_OK) {
      gst_buffer_memset (held[k], 0, (guint8) s->seed, 64);
      gst_buffer_add_eeg_meta (held[k], i, 16, 0, 4);
      s->got++;
    }
  }
  for (i = 0; i < 16; i++)
    gst_clear_buffer (&held[i]);
  g_rand_free (rand);
  return NULL;
}

GST_START_TEST (test_stress)
  {
    GstBufferPool *pool = make (8, 4, 40, GST_EEG_POOL_POLICY_FAIL);
    GThread *t[4];
    Stress s[4];
    GstEegPoolMetrics m;
    guint i;

    for (i = 0; i < 4; i++) {
      s[i] = (Stress){pool, i + 1, 0};
      t[i] = g_thread_new ("stress", stress_thread, &s[i]);
    }
    for (i = 0; i < 1000; i++) {
      m = metrics (pool);
      fail_unless (m.total <= 40 && m.free <= 40 && m.peak <= 40);
    }
    for (i = 0; i < 4; i++) {
      g_thread_join (t[i]);
      fail_unless (s[i].got > 0);
    }
    m = metrics (pool);
    fail_unless_equals_int (m.free, m.total);
    fail_unless (m.total >= 8 && m.total <= 40);
    drop (pool);
  }
GST_END_TEST;

/* An allocator that is slow when the test wants it. */
typedef struct
{
  GstAllocator parent;
} SlowAllocator;
typedef GstAllocatorClass SlowAllocatorClass;

static GMutex slow_lock;
static GCond slow_cond;
static gboolean slow_entered, slow_go;

static GType slow_allocator_get_type (void);
G_DEFINE_TYPE (SlowAllocator, slow_allocator, GST_TYPE_ALLOCATOR)

static GstMemory *
slow_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  g_mutex_lock (&slow_lock);
  slow_entered = TRUE;
  g_cond_broadcast (&slow_cond);
  while (!slow_go)
    g_cond_wait (&slow_cond, &slow_lock);
  g_mutex_unlock (&slow_lock);
  return gst_allocator_alloc (NULL, size, NULL);
}

static void
slow_free (GstAllocator *allocator, GstMemory *memory)
{
}

static void
slow_allocator_class_init (SlowAllocatorClass *klass)
{
  klass->alloc = slow_alloc;
  klass->free = slow_free;
}

static void
slow_allocator_init (SlowAllocator *self)
{
}

static gpointer
acquire_any (gpointer pool)
{
  GstBuffer *buffer = NULL;
  GstFlowReturn ret = gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);

  fail_unless ((ret == GST_FLOW_OK) == (buffer != NULL));
  return buffer;
}

/* Two threads at a cap of one. The second waits for what the first allocates,
 * which the first then takes itself: the second is refused, not forgotten. */
GST_START_TEST (test_refused_after_waiting_for_a_foreign_allocation)
  {
    GstBufferPool *pool = gst_eeg_buffer_pool_new ();
    GstAllocator *allocator = g_object_new (slow_allocator_get_type (), NULL);
    GstStructure *config = gst_buffer_pool_get_config (pool);
    GThread *first, *second;
    GstBuffer *buffer;

    slow_entered = slow_go = FALSE;
    gst_object_ref_sink (allocator);
    gst_buffer_pool_config_set_params (config, NULL, 64, 0, 0);
    gst_buffer_pool_config_set_allocator (config, allocator, NULL);
    gst_eeg_buffer_pool_config_set_growth (
        config, 0, 1, GST_EEG_POOL_POLICY_FAIL);
    fail_unless (gst_buffer_pool_set_config (pool, config));
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));

    first = g_thread_new ("first", acquire_any, pool);
    g_mutex_lock (&slow_lock);
    while (!slow_entered)
      g_cond_wait (&slow_cond, &slow_lock);
    g_mutex_unlock (&slow_lock);
    second = g_thread_new ("second", acquire_any, pool);
    /* Nothing shows that it waits; when it comes later, it is refused anyway. */
    g_usleep (50000);
    g_mutex_lock (&slow_lock);
    slow_go = TRUE;
    g_cond_broadcast (&slow_cond);
    g_mutex_unlock (&slow_lock);

    fail_unless (g_thread_join (second) == NULL);
    fail_unless_equals_uint64 (metrics (pool).failures, 1);
    buffer = g_thread_join (first);
    fail_unless (buffer != NULL);
    gst_buffer_unref (buffer);
    drop (pool);
    gst_object_unref (allocator);
  }
GST_END_TEST;

/* Every way out with a buffer still held: inactive, another config, the last
 * reference gone; and a config is refused while it is in use. */
GST_START_TEST (test_buffer_outlives_its_pool)
  {
    GstBufferPool *pool = make (2, 0, 2, GST_EEG_POOL_POLICY_WAIT);
    GstBuffer *held = acquire_any (pool);
    GstStructure *config = gst_buffer_pool_get_config (pool);

    gst_buffer_pool_config_set_params (config, NULL, 128, 4, 0);
    fail_if (gst_buffer_pool_set_config (pool, config));
    fail_unless_equals_int (metrics (pool).total, 2);

    gst_buffer_pool_set_active (pool, FALSE);
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    fail_unless (gst_buffer_get_size (held) == 64);
    drop (pool);
    /* The buffer alone keeps the pool now. */
    gst_buffer_memset (held, 0, 1, 64);
    gst_buffer_unref (held);
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
  tcase_add_test (tc, test_one_warning_at_the_cap);
  tcase_add_test (tc, test_long_queue_downstream);
  tcase_add_test (tc, test_wait_and_flush);
  tcase_add_test (tc, test_deactivate_with_outstanding);
  tcase_add_test (tc, test_ledger_entry_comes_clean);
  tcase_add_test (tc, test_changed_memory_is_discarded);
  tcase_add_test (tc, test_no_heap_in_steady_state);
  tcase_add_test (tc, test_stress);
  tcase_add_test (tc, test_refused_after_waiting_for_a_foreign_allocation);
  tcase_add_test (tc, test_buffer_outlives_its_pool);
  return s;
}

int
main (int argc, char **argv)
{
  /* GLib's slices would hide allocations; they are chosen before main(). */
  if (!g_getenv ("G_SLICE")) {
    g_setenv ("G_SLICE", "always-malloc", TRUE);
    execv ("/proc/self/exe", argv);
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (
      eegbufferpool_suite (), "eegbufferpool", __FILE__);
}
