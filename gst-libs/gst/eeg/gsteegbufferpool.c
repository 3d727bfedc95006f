/* GStreamer EEG library: a buffer pool that can be watched and never stalls
 * silently
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegbufferpool.h"
#include "gsteegmeta.h"

#include <pthread.h>

GST_DEBUG_CATEGORY_STATIC (eeg_pool_debug);
#define GST_CAT_DEFAULT eeg_pool_debug

/* Below one twentieth free (5 %) the pool grows. */
#define GUARD_DIVISOR    20
#define MESSAGE_INTERVAL G_USEC_PER_SEC
/* Room in the stack that is made at start, whatever the cap. */
#define MAX_RESERVE 4096

/* Counters are written under the lock and read without it. */
#define COUNT(field) __atomic_load_n (&(field), __ATOMIC_RELAXED)
#define SET_COUNT(field, value)                                                \
  __atomic_store_n (&(field), (value), __ATOMIC_RELAXED)
#define ADD_COUNT(field, n) SET_COUNT (field, COUNT (field) + (n))

struct _GstEegBufferPool
{
  GstBufferPool parent;

  /* lock and worker_lock are never held together. POSIX locks, because the
   * thread sanitizer does not see through GLib's. */
  pthread_mutex_t lock;
  pthread_cond_t cond;
  GstBuffer **stack; /* last in, first out: warm caches */
  guint a_stack;
  guint out;
  guint waiters;
  guint reserved; /* being allocated, not yet part of total */
  gboolean flushing;
  gboolean started;
  gboolean trouble; /* at the cap: tell, do not grow */
  gboolean warned;  /* of this time at the cap; ends when half is free */
  gboolean to_warn; /* the worker owes the warning */

  gsize size; /* of a buffer; as configured, only changed while stopped */
  guint min;
  guint step;
  guint cap; /* 0: none */
  GstEegPoolPolicy policy;

  guint total;
  guint free;
  guint peak;
  guint64 waits;
  guint64 inline_allocations;
  guint64 growths;
  guint64 failures;

  GWeakRef owner;
  gint64 last_message; /* worker only */

  /* the worker's list; guarded by worker_lock */
  gboolean queued;
  GstEegBufferPool *next;
};

G_DEFINE_TYPE (GstEegBufferPool, gst_eeg_buffer_pool, GST_TYPE_BUFFER_POOL)

GType
gst_eeg_pool_policy_get_type (void)
{
  static GType type = 0;
  static const GEnumValue values[] = {
      {GST_EEG_POOL_POLICY_WAIT, "Wait for a buffer to come back", "wait"},
      {GST_EEG_POOL_POLICY_FAIL, "Refuse at once, the loss is counted", "fail"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstEegPoolPolicy", values);

    g_once_init_leave (&type, t);
  }
  return type;
}

/* --- worker: one thread for all pools of the process ---------------------- */

static pthread_mutex_t worker_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t worker_cond = PTHREAD_COND_INITIALIZER;
static GstEegBufferPool *worker_list;
static gboolean worker_runs;

static void pool_work (GstEegBufferPool *self);

static gpointer
worker_main (gpointer unused)
{
  while (TRUE) {
    GstEegBufferPool *self;

    pthread_mutex_lock (&worker_lock);
    while (worker_list == NULL)
      pthread_cond_wait (&worker_cond, &worker_lock);
    self = worker_list;
    worker_list = self->next;
    self->next = NULL;
    self->queued = FALSE;
    pthread_mutex_unlock (&worker_lock);
    pool_work (self);
    gst_object_unref (self);
  }
  return NULL;
}

static void
worker_ensure (void)
{
  pthread_mutex_lock (&worker_lock);
  if (!worker_runs) {
    worker_runs = TRUE;
    g_thread_unref (g_thread_new ("eeg-pool", worker_main, NULL));
  }
  pthread_mutex_unlock (&worker_lock);
}

/* From the streaming thread: neither allocates nor waits for the work. */
static void
worker_push (GstEegBufferPool *self)
{
  pthread_mutex_lock (&worker_lock);
  if (!self->queued) {
    self->queued = TRUE;
    self->next = worker_list;
    worker_list = gst_object_ref (self);
    pthread_cond_signal (&worker_cond);
  }
  pthread_mutex_unlock (&worker_lock);
}

static GstBuffer *
make_buffer (GstEegBufferPool *self)
{
  GstBufferPool *pool = GST_BUFFER_POOL (self);
  GstBuffer *buffer = NULL;

  if (GST_BUFFER_POOL_GET_CLASS (pool)->alloc_buffer (pool, &buffer, NULL) !=
      GST_FLOW_OK)
    return NULL;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
  return buffer;
}

static void
destroy_buffer (GstEegBufferPool *self, GstBuffer *buffer)
{
  GST_BUFFER_POOL_GET_CLASS (self)->free_buffer (
      GST_BUFFER_POOL (self), buffer);
}

/* With the lock. The stack has room for @n buffers in all. */
static void
reserve_stack (GstEegBufferPool *self, guint n)
{
  if (n > self->a_stack) {
    self->a_stack = MAX (n, self->a_stack * 2);
    self->stack = g_renew (GstBuffer *, self->stack, self->a_stack);
  }
}

/* With the lock. */
static void
push_free (GstEegBufferPool *self, GstBuffer *buffer)
{
  self->stack[self->free] = buffer;
  ADD_COUNT (self->free, 1);
  if (self->free * 2 >= self->total)
    self->warned = FALSE;
  if (self->waiters)
    pthread_cond_signal (&self->cond);
}

/* With the lock. */
static gboolean
is_low (GstEegBufferPool *self)
{
  return self->free * GUARD_DIVISOR < self->total;
}

static gboolean
may_grow (GstEegBufferPool *self)
{
  return self->step > 0 &&
         (self->cap == 0 || self->total + self->reserved < self->cap);
}

static void
post_message (GstEegBufferPool *self)
{
  gint64 now = g_get_monotonic_time ();
  GstElement *owner;
  GstStructure *s;

  if (self->last_message && now - self->last_message < MESSAGE_INTERVAL)
    return;
  owner = g_weak_ref_get (&self->owner);
  if (owner == NULL)
    return;
  self->last_message = now;
  s = gst_structure_new_empty ("eeg-pool");
  gst_eeg_buffer_pool_add_stats (self, s);
  gst_element_post_message (
      owner, gst_message_new_element (GST_OBJECT (owner), s));
  gst_object_unref (owner);
}

/* One a time at the cap: who holds the buffers, and what happens now. */
static void
warn_at_cap (GstEegBufferPool *self, guint total)
{
  GstElement *owner = g_weak_ref_get (&self->owner);
  const gchar *now = self->policy == GST_EEG_POOL_POLICY_WAIT
                         ? "the stream waits until one comes back"
                         : "samples are dropped and counted as lost";

  GST_WARNING_OBJECT (
      self, "all %u buffers are out at the cap: %s", total, now);
  if (owner == NULL)
    return;
  GST_ELEMENT_WARNING (owner, RESOURCE, NO_SPACE_LEFT,
      ("All %u buffers of %s are held downstream, expected at most %u: %s. "
       "Raise the pool's cap or shorten the queues behind it",
          total, GST_OBJECT_NAME (owner), total, now),
      (NULL));
  gst_object_unref (owner);
}

static void
pool_work (GstEegBufferPool *self)
{
  guint i, n = 0, grown = 0, left, total;
  gboolean trouble, warn;

  pthread_mutex_lock (&self->lock);
  trouble = self->trouble;
  self->trouble = FALSE;
  warn = self->to_warn;
  self->to_warn = FALSE;
  left = self->free;
  total = self->total;
  if (self->started && is_low (self) && may_grow (self)) {
    n = self->step;
    if (self->cap)
      n = MIN (n, self->cap - self->total - self->reserved);
    self->reserved += n; /* so that the cap holds */
    reserve_stack (self, self->total + self->reserved);
  }
  pthread_mutex_unlock (&self->lock);

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = make_buffer (self);

    pthread_mutex_lock (&self->lock);
    self->reserved--;
    if (buffer && self->started) {
      ADD_COUNT (self->total, 1);
      push_free (self, buffer);
      buffer = NULL;
      grown++;
    } else if (self->waiters) {
      pthread_cond_broadcast (&self->cond);
    }
    pthread_mutex_unlock (&self->lock);
    if (buffer)
      destroy_buffer (self, buffer);
  }
  if (grown > 0) {
    pthread_mutex_lock (&self->lock);
    ADD_COUNT (self->growths, 1);
    pthread_mutex_unlock (&self->lock);
    GST_WARNING_OBJECT (
        self, "pool low: %u of %u buffers free, added %u", left, total, grown);
  }
  if (warn)
    warn_at_cap (self, total);
  if (grown > 0 || trouble)
    post_message (self);
}

/* --- pool ---------------------------------------------------------------- */

static GstFlowReturn
eeg_pool_alloc_buffer (
    GstBufferPool *pool, GstBuffer **buffer, GstBufferPoolAcquireParams *params)
{
  GstFlowReturn ret = GST_BUFFER_POOL_CLASS (gst_eeg_buffer_pool_parent_class)
                          ->alloc_buffer (pool, buffer, params);

  if (ret == GST_FLOW_OK) {
    /* A ledger entry that stays with the buffer, waiting for its use. */
    GstMeta *meta = gst_buffer_add_meta (*buffer, GST_EEG_META_INFO, NULL);

    GST_META_FLAG_SET (meta, GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  }
  return ret;
}

static gboolean
reset_meta (GstBuffer *buffer, GstMeta **meta, gpointer data)
{
  if (!GST_META_FLAG_IS_SET (*meta, GST_META_FLAG_POOLED)) {
    GST_META_FLAG_UNSET (*meta, GST_META_FLAG_LOCKED);
    *meta = NULL;
  } else if ((*meta)->info->api == GST_EEG_META_API_TYPE) {
    gst_eeg_meta_reset ((GstEegMeta *) *meta);
  }
  return TRUE;
}

/* The count of references orders this after all that other holders did; it is in
 * a library that the thread sanitizer does not see into. */
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#define AFTER_ALL_HOLDERS(buffer) __tsan_acquire (buffer)
#else
#define AFTER_ALL_HOLDERS(buffer) (void) 0
#endif

/* As #GstBufferPool does it, in one go, and without making a buffer of the right
 * size that size again: it is done for every buffer of a stream. */
static void
eeg_pool_reset_buffer (GstBufferPool *pool, GstBuffer *buffer)
{
  const gsize size = ((GstEegBufferPool *) pool)->size;
  gsize now, offset, most;

  AFTER_ALL_HOLDERS (buffer);
  GST_BUFFER_FLAGS (buffer) &= GST_BUFFER_FLAG_TAG_MEMORY;
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET_NONE;
  if (GST_BUFFER_FLAGS (buffer) == 0) {
    now = gst_buffer_get_sizes (buffer, &offset, &most);
    if ((now != size || offset != 0) && most >= size)
      gst_buffer_resize (buffer, -(gssize) offset, (gssize) size);
  }
  gst_buffer_foreach_meta (buffer, reset_meta, NULL);
}

static GstFlowReturn
eeg_pool_acquire_buffer (
    GstBufferPool *pool, GstBuffer **out, GstBufferPoolAcquireParams *params)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);
  gboolean waited = FALSE, wake;
  GstBuffer *buffer;

  pthread_mutex_lock (&self->lock);
  while (self->free == 0) {
    if (self->flushing)
      goto flushing;
    if (self->cap == 0 || self->total + self->reserved < self->cap) {
      /* Faster than the worker: the number that should stay 0. */
      self->reserved++;
      ADD_COUNT (self->inline_allocations, 1);
      reserve_stack (self, self->total + self->reserved);
      pthread_mutex_unlock (&self->lock);
      buffer = make_buffer (self);
      pthread_mutex_lock (&self->lock);
      self->reserved--;
      /* Who waits for what was being allocated has to look again. */
      if (self->waiters)
        pthread_cond_broadcast (&self->cond);
      if (buffer == NULL) {
        pthread_mutex_unlock (&self->lock);
        GST_ERROR_OBJECT (self, "out of memory for buffers");
        return GST_FLOW_ERROR;
      }
      ADD_COUNT (self->total, 1);
      goto got;
    }
    self->trouble = TRUE;
    if (!self->warned) {
      /* Decided here: when the worker comes, the buffers may be back. */
      self->warned = TRUE;
      self->to_warn = TRUE;
    }
    /* Buffers that are being allocated are worth the short wait. */
    if ((self->policy == GST_EEG_POOL_POLICY_FAIL && self->reserved == 0) ||
        (params && (params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT))) {
      ADD_COUNT (self->failures, 1);
      pthread_mutex_unlock (&self->lock);
      worker_push (self);
      return GST_FLOW_EOS;
    }
    if (!waited) {
      waited = TRUE;
      ADD_COUNT (self->waits, 1);
      worker_push (self);
    }
    self->waiters++;
    pthread_cond_wait (&self->cond, &self->lock);
    self->waiters--;
  }
  if (self->flushing)
    goto flushing;
  ADD_COUNT (self->free, -1);
  buffer = self->stack[self->free];

got:
  self->out++;
  if (self->out > self->peak)
    SET_COUNT (self->peak, self->out);
  wake = is_low (self) && may_grow (self);
  pthread_mutex_unlock (&self->lock);
  if (wake)
    worker_push (self);
  *out = buffer;
  return GST_FLOW_OK;

flushing:
  pthread_mutex_unlock (&self->lock);
  return GST_FLOW_FLUSHING;
}

static void
eeg_pool_release_buffer (GstBufferPool *pool, GstBuffer *buffer)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);
  /* Memory that was replaced or is still shared cannot be handed out again. */
  gboolean keep =
      !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY) &&
      gst_buffer_is_all_memory_writable (buffer);

  pthread_mutex_lock (&self->lock);
  self->out--;
  if (keep && self->started) {
    push_free (self, buffer);
    buffer = NULL;
  } else {
    ADD_COUNT (self->total, -1);
    /* There is room below the cap again. */
    if (self->waiters)
      pthread_cond_signal (&self->cond);
  }
  pthread_mutex_unlock (&self->lock);
  if (buffer)
    destroy_buffer (self, buffer);
}

static gboolean
eeg_pool_start (GstBufferPool *pool)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);
  guint i;

  worker_ensure ();
  pthread_mutex_lock (&self->lock);
  reserve_stack (self, MAX (self->min, MIN (self->cap, MAX_RESERVE)));
  SET_COUNT (self->peak, self->out);
  SET_COUNT (self->waits, 0);
  SET_COUNT (self->inline_allocations, 0);
  SET_COUNT (self->growths, 0);
  SET_COUNT (self->failures, 0);
  self->started = TRUE;
  self->trouble = self->warned = FALSE;
  pthread_mutex_unlock (&self->lock);
  for (i = 0; i < self->min; i++) {
    GstBuffer *buffer = make_buffer (self);

    if (buffer == NULL) {
      GST_ERROR_OBJECT (self, "memory for %u of %u buffers only", i, self->min);
      GST_BUFFER_POOL_GET_CLASS (pool)->stop (pool);
      return FALSE;
    }
    pthread_mutex_lock (&self->lock);
    ADD_COUNT (self->total, 1);
    reserve_stack (self, self->total);
    push_free (self, buffer);
    pthread_mutex_unlock (&self->lock);
  }
  return TRUE;
}

static gboolean
eeg_pool_stop (GstBufferPool *pool)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);

  pthread_mutex_lock (&self->lock);
  self->started = FALSE;
  while (self->free > 0) {
    GstBuffer *buffer;

    ADD_COUNT (self->free, -1);
    ADD_COUNT (self->total, -1);
    buffer = self->stack[self->free];
    pthread_mutex_unlock (&self->lock);
    destroy_buffer (self, buffer);
    pthread_mutex_lock (&self->lock);
  }
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

static void
eeg_pool_flush_start (GstBufferPool *pool)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);

  pthread_mutex_lock (&self->lock);
  self->flushing = TRUE;
  pthread_cond_broadcast (&self->cond);
  pthread_mutex_unlock (&self->lock);
}

static void
eeg_pool_flush_stop (GstBufferPool *pool)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);

  pthread_mutex_lock (&self->lock);
  self->flushing = FALSE;
  pthread_mutex_unlock (&self->lock);
}

/* Sizes of the owner's graph file. An owner with properties of these names has
 * them from there already, or knows better. */
static gboolean
graph_sizes (GstEegBufferPool *self, guint *min, guint *max)
{
  GstElement *owner = g_weak_ref_get (&self->owner);
  GstContext *context = NULL;
  gboolean changed = FALSE;

  if (owner == NULL)
    return FALSE;
  if (!g_object_class_find_property (
          G_OBJECT_GET_CLASS (owner), GST_EEG_POOL_MIN))
    context = gst_element_get_context (owner, GST_EEG_GRAPH_CONTEXT);
  if (context != NULL) {
    const GstStructure *s = gst_context_get_structure (context);

    changed |= gst_structure_get_uint (s, GST_EEG_POOL_MIN, min);
    changed |= gst_structure_get_uint (s, GST_EEG_POOL_MAX, max);
    gst_context_unref (context);
  }
  gst_object_unref (owner);
  return changed;
}

static gboolean
eeg_pool_set_config (GstBufferPool *pool, GstStructure *config)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (pool);
  GstEegPoolPolicy policy = GST_EEG_POOL_POLICY_WAIT;
  guint size, min, max, step, cap, graph_min, graph_max;
  GstCaps *caps;

  if (!gst_buffer_pool_config_get_params (config, &caps, &size, &min, &max)) {
    GST_WARNING_OBJECT (self, "incomplete config: %" GST_PTR_FORMAT, config);
    return FALSE;
  }
  if (!gst_eeg_buffer_pool_config_get_growth (config, &step, &cap, &policy)) {
    step = MAX (4, min / 4);
    cap = max;
  } else {
    cap = MAX (MAX (cap, min), 1);
    if (max > 0)
      cap = MIN (cap, max);
  }
  graph_min = min;
  graph_max = cap;
  if (graph_sizes (self, &graph_min, &graph_max)) {
    min = graph_min;
    cap = max = MAX (MAX (graph_max, min), 1);
    gst_buffer_pool_config_set_params (config, caps, size, min, max);
  }
  if (!GST_BUFFER_POOL_CLASS (gst_eeg_buffer_pool_parent_class)
           ->set_config (pool, config))
    return FALSE;
  pthread_mutex_lock (&self->lock);
  self->size = size;
  self->min = min;
  self->step = step;
  SET_COUNT (self->cap, cap);
  self->policy = policy;
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

static void
gst_eeg_buffer_pool_finalize (GObject *object)
{
  GstEegBufferPool *self = GST_EEG_BUFFER_POOL (object);

  G_OBJECT_CLASS (gst_eeg_buffer_pool_parent_class)->finalize (object);
  g_free (self->stack);
  g_weak_ref_clear (&self->owner);
  pthread_cond_destroy (&self->cond);
  pthread_mutex_destroy (&self->lock);
}

static void
gst_eeg_buffer_pool_class_init (GstEegBufferPoolClass *klass)
{
  GstBufferPoolClass *pool = GST_BUFFER_POOL_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (eeg_pool_debug, "eegpool", 0, "EEG buffer pool");
  G_OBJECT_CLASS (klass)->finalize = gst_eeg_buffer_pool_finalize;
  pool->set_config = eeg_pool_set_config;
  pool->start = eeg_pool_start;
  pool->stop = eeg_pool_stop;
  pool->acquire_buffer = eeg_pool_acquire_buffer;
  pool->release_buffer = eeg_pool_release_buffer;
  pool->alloc_buffer = eeg_pool_alloc_buffer;
  pool->reset_buffer = eeg_pool_reset_buffer;
  pool->flush_start = eeg_pool_flush_start;
  pool->flush_stop = eeg_pool_flush_stop;
}

static void
gst_eeg_buffer_pool_init (GstEegBufferPool *self)
{
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->cond, NULL);
  g_weak_ref_init (&self->owner, NULL);
  self->flushing = TRUE;
}

/**
 * gst_eeg_buffer_pool_new:
 *
 * Returns: (transfer full): an inactive pool
 */
GstBufferPool *
gst_eeg_buffer_pool_new (void)
{
  GstBufferPool *pool = g_object_new (GST_TYPE_EEG_BUFFER_POOL, NULL);

  gst_object_ref_sink (pool);
  return pool;
}

/**
 * gst_eeg_buffer_pool_config_set_growth:
 * @config: from gst_buffer_pool_get_config()
 * @step: buffers added at a time; 0 never grows in the background
 * @cap: most buffers that may exist; 0 or less than the config's min-buffers:
 *     min-buffers. The config's max-buffers, when above 0, limits it too
 * @policy: what acquiring does at the cap
 *
 * Without this the pool grows by a quarter, up to the config's max-buffers (0:
 * no cap), and waits at the cap.
 */
void
gst_eeg_buffer_pool_config_set_growth (
    GstStructure *config, guint step, guint cap, GstEegPoolPolicy policy)
{
  g_return_if_fail (config != NULL);
  gst_structure_set (config, "eeg-step", G_TYPE_UINT, step, "eeg-cap",
      G_TYPE_UINT, cap, "eeg-policy", GST_TYPE_EEG_POOL_POLICY, policy, NULL);
}

/**
 * gst_eeg_buffer_pool_config_get_growth:
 * @config: a config
 * @step: (out) (optional): buffers added at a time
 * @cap: (out) (optional): most buffers that may exist
 * @policy: (out) (optional): what acquiring does at the cap
 *
 * Returns: %FALSE when growth was never set on @config
 */
gboolean
gst_eeg_buffer_pool_config_get_growth (
    GstStructure *config, guint *step, guint *cap, GstEegPoolPolicy *policy)
{
  guint s, c;
  gint p;

  g_return_val_if_fail (config != NULL, FALSE);
  if (!gst_structure_get_uint (config, "eeg-step", &s) ||
      !gst_structure_get_uint (config, "eeg-cap", &c) ||
      !gst_structure_get_enum (
          config, "eeg-policy", GST_TYPE_EEG_POOL_POLICY, &p))
    return FALSE;
  if (step)
    *step = s;
  if (cap)
    *cap = c;
  if (policy)
    *policy = p;
  return TRUE;
}

/**
 * gst_eeg_buffer_pool_get_metrics:
 * @pool: a pool
 * @metrics: (out caller-allocates): filled in
 *
 * Any thread, takes no lock: each number is true, though they may be some
 * buffers apart from each other while the pool is in use.
 */
void
gst_eeg_buffer_pool_get_metrics (
    GstEegBufferPool *pool, GstEegPoolMetrics *metrics)
{
  g_return_if_fail (GST_IS_EEG_BUFFER_POOL (pool) && metrics != NULL);
  metrics->total = COUNT (pool->total);
  metrics->free = COUNT (pool->free);
  metrics->peak = COUNT (pool->peak);
  metrics->waits = COUNT (pool->waits);
  metrics->inline_allocations = COUNT (pool->inline_allocations);
  metrics->growths = COUNT (pool->growths);
  metrics->failures = COUNT (pool->failures);
  metrics->cap = COUNT (pool->cap);
}

/**
 * gst_eeg_buffer_pool_add_stats:
 * @pool: a pool
 * @stats: structure of an element's stats property
 *
 * Adds the pool-* fields. Any thread.
 */
void
gst_eeg_buffer_pool_add_stats (GstEegBufferPool *pool, GstStructure *stats)
{
  GstEegPoolMetrics m;

  g_return_if_fail (stats != NULL);
  gst_eeg_buffer_pool_get_metrics (pool, &m);
  gst_structure_set (stats, "pool-total", G_TYPE_UINT, m.total, "pool-free",
      G_TYPE_UINT, m.free, "pool-peak", G_TYPE_UINT, m.peak, "pool-waits",
      G_TYPE_UINT64, m.waits, "pool-inline-allocations", G_TYPE_UINT64,
      m.inline_allocations, "pool-growths", G_TYPE_UINT64, m.growths,
      "pool-failures", G_TYPE_UINT64, m.failures, "pool-cap", G_TYPE_UINT,
      m.cap, NULL);
}

/**
 * gst_eeg_buffer_pool_set_owner:
 * @pool: a pool
 * @owner: (nullable) (transfer none): element whose bus pool trouble goes to
 *
 * Growth and waiting at the cap are posted as element messages "eeg-pool" with
 * the pool-* fields, at most one a second; reaching the cap as one warning,
 * until half of the buffers came back. Posted from the pool's worker thread.
 *
 * Any thread.
 */
void
gst_eeg_buffer_pool_set_owner (GstEegBufferPool *pool, GstElement *owner)
{
  g_return_if_fail (GST_IS_EEG_BUFFER_POOL (pool));
  g_return_if_fail (owner == NULL || GST_IS_ELEMENT (owner));
  g_weak_ref_set (&pool->owner, owner);
}
