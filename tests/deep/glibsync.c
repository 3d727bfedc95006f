/* Tells the thread sanitizer what orders threads inside GLib and GStreamer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For LD_PRELOAD, in builds with -Db_sanitize=thread. The libraries of the
 * distribution are not built with the sanitizer, which therefore sees none of
 * their locks, queues and reference counts. Each function below does what it
 * did and says so: whoever touches the object later comes after whoever touched
 * it before. That hides a race between two holders of references to one object,
 * and nothing else. What these libraries do by calls of libc is overlooked, see
 * tsan.supp; planted-races.c proves that what our code does is not.
 */
#include <dlfcn.h>
#include <gmodule.h>
#include <gst/base/base.h>
#include <gst/gst.h>
#include <sanitizer/tsan_interface.h>

#define REAL(name)                                                             \
  static __typeof__ (name) *real;                                              \
  if (real == NULL)                                                            \
  real = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name)

/* void name (T *object): a lock taken, given back, or a reference moved */
#define TAKES(name, T)                                                         \
  G_MODULE_EXPORT void name (T *o)                                             \
  {                                                                            \
    REAL (name);                                                               \
    real (o);                                                                  \
    __tsan_acquire (o);                                                        \
  }
#define GIVES(name, T)                                                         \
  G_MODULE_EXPORT void name (T *o)                                             \
  {                                                                            \
    REAL (name);                                                               \
    __tsan_acquire (o);                                                        \
    __tsan_release (o);                                                        \
    real (o);                                                                  \
  }
#define TRIES(name, T)                                                         \
  G_MODULE_EXPORT gboolean name (T *o)                                         \
  {                                                                            \
    REAL (name);                                                               \
    gboolean taken = real (o);                                                 \
    if (taken)                                                                 \
      __tsan_acquire (o);                                                      \
    return taken;                                                              \
  }

TAKES (g_mutex_lock, GMutex)
GIVES (g_mutex_unlock, GMutex)
TRIES (g_mutex_trylock, GMutex)
TAKES (g_rec_mutex_lock, GRecMutex)
GIVES (g_rec_mutex_unlock, GRecMutex)
TRIES (g_rec_mutex_trylock, GRecMutex)
TAKES (g_rw_lock_reader_lock, GRWLock)
GIVES (g_rw_lock_reader_unlock, GRWLock)
TAKES (g_rw_lock_writer_lock, GRWLock)
GIVES (g_rw_lock_writer_unlock, GRWLock)

G_MODULE_EXPORT void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

G_MODULE_EXPORT gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  gboolean woken;

  REAL (g_cond_wait_until);
  __tsan_release (mutex);
  woken = real (cond, mutex, end);
  __tsan_acquire (mutex);
  return woken;
}

GIVES (gst_mini_object_unref, GstMiniObject)

G_MODULE_EXPORT void
gst_atomic_queue_push (GstAtomicQueue *queue, gpointer data)
{
  REAL (gst_atomic_queue_push);
  __tsan_release (queue);
  real (queue, data);
}

#undef g_object_unref
GIVES (g_object_unref, void)
GIVES (gst_object_unref, void)

G_MODULE_EXPORT void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  REAL (g_async_queue_push);
  __tsan_release (queue);
  real (queue, data);
}

#define POPS(name, ...)                                                        \
  {                                                                            \
    gpointer data;                                                             \
    REAL (name);                                                               \
    data = real (__VA_ARGS__);                                                 \
    __tsan_acquire (queue);                                                    \
    return data;                                                               \
  }
G_MODULE_EXPORT gpointer
g_async_queue_pop (GAsyncQueue *queue) POPS (g_async_queue_pop, queue)

    G_MODULE_EXPORT gpointer g_async_queue_try_pop (GAsyncQueue *queue)
        POPS (g_async_queue_try_pop, queue)

            G_MODULE_EXPORT gpointer
    g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
        POPS (g_async_queue_timeout_pop, queue, timeout)

            G_MODULE_EXPORT gpointer
    gst_atomic_queue_pop (GstAtomicQueue *queue)
        POPS (gst_atomic_queue_pop, queue)

            G_MODULE_EXPORT gpointer g_thread_join (GThread *thread)
{
  gpointer result;

  REAL (g_thread_join);
  result = real (thread);
  __tsan_acquire (thread);
  return result;
}
