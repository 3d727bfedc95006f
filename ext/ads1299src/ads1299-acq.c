/* ads1299src: acquisition between the chips and the stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-acq.h"
#include "chip/ads1299-frame.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* No edge for this long is silence: a few periods even at 250 SPS. */
#define SILENCE_NS 1000000000u

struct _Ads1299Acq
{
  Ads1299Bus *bus;
  guint channels, chips, rate;
  guint64 period_ns, garbage_limit;

  /* ring */
  guint mask;
  gint32 *codes;
  guint32 *status;
  guint64 *edge, *index;
  _Atomic guint64 head, tail; /* producer's, consumer's */

  /* producer only */
  gboolean any;
  guint32 seq;
  guint64 last_ns, last_index, garbage;

  /* written by the producer, read by anyone */
  _Atomic guint64 n_lost, n_produced, n_status, n_over, a_first, a_last;

  atomic_bool cancelled, paused, run;
  _Atomic int result; /* Ads1299AcqResult of a producer that ended */

  /* a consumer that sleeps */
  GMutex lock;
  GCond cond;
  _Atomic guint64 wanted; /* head that it waits for, G_MAXUINT64: none */

  pthread_t thread;
  gboolean threaded;
};

Ads1299Acq *
ads1299_acq_new (Ads1299Bus *bus, guint rate, guint ring_frames)
{
  Ads1299Acq *a = g_new0 (Ads1299Acq, 1);
  guint size = 64;

  while (size < ring_frames)
    size *= 2;
  a->bus = bus;
  a->chips = bus->n_chips;
  a->channels = bus->n_chips * ADS1299_MAX_CHANNELS;
  a->rate = rate;
  a->period_ns = G_GUINT64_CONSTANT (1000000000) / rate;
  a->garbage_limit = rate;
  a->mask = size - 1;
  a->codes = g_new0 (gint32, (gsize) size * a->channels);
  a->status = g_new0 (guint32, (gsize) size * a->chips);
  a->edge = g_new0 (guint64, size);
  a->index = g_new0 (guint64, size);
  a->wanted = G_MAXUINT64;
  g_mutex_init (&a->lock);
  g_cond_init (&a->cond);
  return a;
}

void
ads1299_acq_free (Ads1299Acq *a)
{
  ads1299_acq_stop_thread (a);
  g_mutex_clear (&a->lock);
  g_cond_clear (&a->cond);
  g_free (a->codes);
  g_free (a->status);
  g_free (a->edge);
  g_free (a->index);
  g_free (a);
}

static void
wake (Ads1299Acq *a)
{
  g_mutex_lock (&a->lock);
  g_cond_broadcast (&a->cond);
  g_mutex_unlock (&a->lock);
}

/* Conversions since the edge before: the sequence shows what the kernel
 * dropped, the time what it never saw. */
static guint64
advance (Ads1299Acq *a, const Ads1299Edge *e)
{
  guint64 by_seq, by_time;

  if (!a->any) {
    a->any = TRUE;
    a->a_first = e->time_ns;
    return 1;
  }
  by_seq = (guint32) (e->seq - a->seq);
  by_time = (e->time_ns - a->last_ns + a->period_ns / 2) / a->period_ns;
  return MAX (MAX (by_seq, by_time), 1);
}

/* One edge and its frame. */
static Ads1299AcqResult
step (Ads1299Acq *a)
{
  Ads1299Edge e;
  guint64 head, n;
  guint slot, i;
  gboolean bad = FALSE;

  switch (a->bus->ops->wait_drdy (a->bus, SILENCE_NS, &e)) {
    case ADS1299_WAIT_EDGE:
      break;
    case ADS1299_WAIT_CANCELLED:
      return ADS1299_ACQ_CANCELLED;
    case ADS1299_WAIT_END:
      return ADS1299_ACQ_END;
    case ADS1299_WAIT_TIMEOUT:
      return ADS1299_ACQ_SILENT;
    default:
      return ADS1299_ACQ_IO;
  }
  n = advance (a, &e);
  a->seq = e.seq;
  a->last_ns = e.time_ns;
  /* relaxed order is enough for counters that have one writer */
  atomic_fetch_add_explicit (&a->n_produced, n, memory_order_relaxed);
  atomic_store_explicit (&a->a_last, e.time_ns, memory_order_relaxed);
  if (n > 1)
    atomic_fetch_add_explicit (&a->n_lost, n - 1, memory_order_relaxed);
  a->last_index += n;

  head = atomic_load_explicit (&a->head, memory_order_relaxed);
  slot = (guint) head & a->mask;
  if (head - atomic_load_explicit (&a->tail, memory_order_acquire) > a->mask ||
      atomic_load_explicit (&a->paused, memory_order_relaxed)) {
    if (!atomic_load_explicit (&a->paused, memory_order_relaxed))
      atomic_fetch_add_explicit (&a->n_over, 1, memory_order_relaxed);
    atomic_fetch_add_explicit (&a->n_lost, 1, memory_order_relaxed);
    return ADS1299_ACQ_OK;
  }
  if (ads1299_read_frames (a->bus, a->codes + (gsize) slot * a->channels,
          a->status + (gsize) slot * a->chips) < 0)
    return ADS1299_ACQ_IO;
  for (i = 0; i < a->chips; i++)
    bad |= !ADS1299_STATUS_OK (a->status[(gsize) slot * a->chips + i]);
  if (bad) {
    /* bytes that went astray are no samples */
    atomic_fetch_add_explicit (&a->n_status, 1, memory_order_relaxed);
    atomic_fetch_add_explicit (&a->n_lost, 1, memory_order_relaxed);
    return ++a->garbage > a->garbage_limit ? ADS1299_ACQ_GARBAGE
                                           : ADS1299_ACQ_OK;
  }
  a->garbage = 0;
  a->edge[slot] = e.time_ns;
  a->index[slot] = a->last_index - 1;
  atomic_store (&a->head, head + 1);
  if (head + 1 >= atomic_load (&a->wanted))
    wake (a);
  return ADS1299_ACQ_OK;
}

static void *
run (void *data)
{
  Ads1299Acq *a = data;
  Ads1299AcqResult r = ADS1299_ACQ_OK;

  while (r == ADS1299_ACQ_OK && atomic_load (&a->run))
    r = step (a);
  atomic_store (&a->result, r == ADS1299_ACQ_OK ? ADS1299_ACQ_CANCELLED : r);
  wake (a);
  return NULL;
}

gboolean
ads1299_acq_start_thread (
    Ads1299Acq *a, gint cpu, gint rt_priority, gchar **warning, GError **error)
{
  int r;

  atomic_store (&a->run, true);
  atomic_store (&a->result, ADS1299_ACQ_OK);
  r = pthread_create (&a->thread, NULL, run, a);
  if (r != 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (r),
        "Cannot start the acquisition thread: %s", g_strerror (r));
    return FALSE;
  }
  a->threaded = TRUE;
  pthread_setname_np (a->thread, "ads1299");
  if (cpu >= 0) {
    cpu_set_t set;

    CPU_ZERO (&set);
    if (cpu < CPU_SETSIZE)
      CPU_SET (cpu, &set);
    r = pthread_setaffinity_np (a->thread, sizeof set, &set);
    if (r != 0)
      *warning =
          g_strdup_printf ("The acquisition thread cannot run on cpu %d: %s",
              cpu, g_strerror (r));
  }
  if (rt_priority > 0) {
    struct sched_param p = {.sched_priority = rt_priority};

    r = pthread_setschedparam (a->thread, SCHED_FIFO, &p);
    if (r != 0 && *warning == NULL)
      *warning = g_strdup_printf (
          "No real-time priority %d for the acquisition thread: %s. Allow it "
          "with LimitRTPRIO= or \"rtprio\" in limits.conf, or set "
          "rt-priority=0",
          rt_priority, g_strerror (r));
  }
  return TRUE;
}

void
ads1299_acq_stop_thread (Ads1299Acq *a)
{
  if (!a->threaded)
    return;
  atomic_store (&a->run, false);
  a->bus->ops->cancel (a->bus, true);
  pthread_join (a->thread, NULL);
  a->bus->ops->cancel (a->bus, false);
  a->threaded = FALSE;
}

void
ads1299_acq_set_paused (Ads1299Acq *a, gboolean paused)
{
  atomic_store (&a->paused, paused);
}

void
ads1299_acq_cancel (Ads1299Acq *a, gboolean on)
{
  atomic_store (&a->cancelled, on);
  if (on)
    wake (a);
}

static guint64
available (Ads1299Acq *a)
{
  return atomic_load (&a->head) -
         atomic_load_explicit (&a->tail, memory_order_relaxed);
}

Ads1299AcqResult
ads1299_acq_fill (Ads1299Acq *a, guint frames)
{
  Ads1299AcqResult r = ADS1299_ACQ_OK;

  if (!a->threaded) {
    while (r == ADS1299_ACQ_OK && available (a) < frames)
      r = atomic_load (&a->cancelled) ? ADS1299_ACQ_CANCELLED : step (a);
  } else if (available (a) < frames) {
    g_mutex_lock (&a->lock);
    atomic_store (&a->wanted,
        atomic_load_explicit (&a->tail, memory_order_relaxed) + frames);
    while (available (a) < frames && !atomic_load (&a->cancelled) &&
           (r = atomic_load (&a->result)) == ADS1299_ACQ_OK)
      g_cond_wait (&a->cond, &a->lock);
    atomic_store (&a->wanted, G_MAXUINT64);
    g_mutex_unlock (&a->lock);
  }
  if (atomic_load (&a->cancelled))
    return ADS1299_ACQ_CANCELLED;
  /* what was read before the end still goes out */
  return available (a) > 0 ? ADS1299_ACQ_OK : r;
}

guint
ads1299_acq_peek (Ads1299Acq *a, guint max, guint64 *index)
{
  guint64 tail = atomic_load_explicit (&a->tail, memory_order_relaxed);
  guint n, have = (guint) MIN (available (a), max);

  if (have == 0)
    return 0;
  *index = a->index[tail & a->mask];
  for (n = 1; n < have; n++)
    if (a->index[(tail + n) & a->mask] != *index + n)
      break;
  return n;
}

const gint32 *
ads1299_acq_codes (Ads1299Acq *a, guint i)
{
  guint64 tail = atomic_load_explicit (&a->tail, memory_order_relaxed);

  return a->codes + (gsize) ((tail + i) & a->mask) * a->channels;
}

const guint32 *
ads1299_acq_status (Ads1299Acq *a, guint i)
{
  guint64 tail = atomic_load_explicit (&a->tail, memory_order_relaxed);

  return a->status + (gsize) ((tail + i) & a->mask) * a->chips;
}

guint64
ads1299_acq_edge (Ads1299Acq *a, guint i)
{
  guint64 tail = atomic_load_explicit (&a->tail, memory_order_relaxed);

  return a->edge[(tail + i) & a->mask];
}

void
ads1299_acq_consume (Ads1299Acq *a, guint n)
{
  guint64 tail = atomic_load_explicit (&a->tail, memory_order_relaxed);

  atomic_store_explicit (&a->tail, tail + n, memory_order_release);
}

void
ads1299_acq_get_counts (Ads1299Acq *a, Ads1299AcqCounts *c)
{
  c->produced = atomic_load (&a->n_produced);
  c->lost = atomic_load (&a->n_lost);
  c->status_errors = atomic_load (&a->n_status);
  c->overruns = atomic_load (&a->n_over);
  c->first_ns = atomic_load (&a->a_first);
  c->last_ns = atomic_load (&a->a_last);
}
