/* GStreamer EEG: the ring of recent samples behind websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsring.h"

#include <math.h>
#include <string.h>

#define SAMPLE_SIZE 4

/* A run of frames with consecutive indices and one set of flags. */
typedef struct
{
  guint64 pos;
  guint64 first_sample;
  gint64 time_ns;
  guint32 frames;
  guint8 flags;
} Chunk;

struct _EegWsRing
{
  gint refcount;
  guint32 epoch;
  EegWsShape shape;
  gchar *description;
  gsize bpf;
  guint64 capacity; /* frames */
  guint merge_frames;

  GMutex lock;
  guint8 *data;
  guint64 oldest; /* position */
  guint64 head;   /* position one past the newest frame */
  Chunk *chunks;
  guint n_slots;
  guint64 chunk_oldest; /* running numbers, slot = number % n_slots */
  guint64 chunk_head;
  gboolean sealed;
};

EegWsRing *
eeg_ws_ring_new (guint32 epoch, const EegWsShape *shape,
    const gchar *description, gdouble seconds, gsize max_bytes)
{
  EegWsRing *ring = g_new0 (EegWsRing, 1);

  ring->refcount = 1;
  ring->epoch = epoch;
  ring->shape = *shape;
  ring->description = g_strdup (description);
  ring->bpf = (gsize) shape->channels * shape->bins * SAMPLE_SIZE;
  ring->capacity = (guint64) ceil (seconds * shape->rate);
  ring->capacity = MIN (ring->capacity, max_bytes / ring->bpf);
  ring->capacity =
      MAX (ring->capacity, shape->type == EEG_WS_TYPE_SPECTRUM ? 4 : 64);
  /* Buffers shorter than the shortest message share a chunk, so that
   * single-frame buffers need no chunk each. */
  ring->merge_frames = (guint) MAX (shape->rate * 0.004, 1.0);
  ring->n_slots = (guint) MIN (ring->capacity / ring->merge_frames + 64, 65536);
  g_mutex_init (&ring->lock);
  ring->data = g_malloc (ring->capacity * ring->bpf);
  ring->chunks = g_new0 (Chunk, ring->n_slots);
  return ring;
}

EegWsRing *
eeg_ws_ring_ref (EegWsRing *ring)
{
  g_atomic_int_inc (&ring->refcount);
  return ring;
}

void
eeg_ws_ring_unref (EegWsRing *ring)
{
  if (!g_atomic_int_dec_and_test (&ring->refcount))
    return;
  g_mutex_clear (&ring->lock);
  g_free (ring->data);
  g_free (ring->description);
  g_free (ring->chunks);
  g_free (ring);
}

guint32
eeg_ws_ring_get_epoch (const EegWsRing *ring)
{
  return ring->epoch;
}

const EegWsShape *
eeg_ws_ring_get_shape (const EegWsRing *ring)
{
  return &ring->shape;
}

const gchar *
eeg_ws_ring_get_description (const EegWsRing *ring)
{
  return ring->description;
}

guint64
eeg_ws_ring_get_capacity (const EegWsRing *ring)
{
  return ring->capacity;
}

static inline Chunk *
chunk_at (EegWsRing *ring, guint64 number)
{
  return &ring->chunks[number % ring->n_slots];
}

static inline gint64
frames_to_ns (EegWsRing *ring, guint64 frames)
{
  return (gint64) llround ((gdouble) frames * 1e9 / ring->shape.rate);
}

/* With the lock: forget everything before @pos. */
static void
drop_before (EegWsRing *ring, guint64 pos)
{
  while (ring->chunk_oldest < ring->chunk_head) {
    Chunk *c = chunk_at (ring, ring->chunk_oldest);
    guint cut;

    if (c->pos >= pos)
      break;
    if (c->pos + c->frames <= pos) {
      ring->chunk_oldest++;
      continue;
    }
    cut = (guint) (pos - c->pos);
    c->pos = pos;
    c->first_sample += cut;
    c->time_ns += frames_to_ns (ring, cut);
    c->frames -= cut;
    break;
  }
  ring->oldest = MAX (ring->oldest, pos);
}

/* With the lock: copy @frames, fewer than the capacity, to the head. */
static void
append (EegWsRing *ring, const guint8 *samples, guint frames)
{
  guint64 at = ring->head % ring->capacity;
  guint64 room = ring->capacity - at;
  guint64 n = MIN (frames, room);

  memcpy (ring->data + at * ring->bpf, samples, n * ring->bpf);
  if (n < frames)
    memcpy (ring->data, samples + n * ring->bpf, (frames - n) * ring->bpf);
  ring->head += frames;
}

/**
 * eeg_ws_ring_push:
 * @samples: @frames frames, interleaved, 4 bytes a sample
 * @first_sample: absolute index of the first; never below the end of what was
 *   pushed before (begin a new epoch for that)
 * @time_ns: its time
 * @flags: #EegWsFlags of all these frames; a gap is found from the index
 *
 * Stores frames and overwrites the oldest. Copies once under the lock and
 * allocates nothing.
 */
void
eeg_ws_ring_push (EegWsRing *ring, gconstpointer samples, guint frames,
    guint64 first_sample, gint64 time_ns, guint8 flags)
{
  const guint8 *src = samples;
  Chunk *last = NULL;

  if (frames == 0)
    return;
  g_mutex_lock (&ring->lock);
  if (frames > ring->capacity) {
    guint64 skip = frames - ring->capacity;

    /* The skipped frames existed: cursors see them as overwritten. */
    ring->head += skip;
    src += skip * ring->bpf;
    first_sample += skip;
    time_ns += frames_to_ns (ring, skip);
    frames = (guint) ring->capacity;
    drop_before (ring, ring->head);
  }
  if (ring->head + frames > ring->capacity)
    drop_before (ring, ring->head + frames - ring->capacity);

  if (ring->chunk_head > ring->chunk_oldest)
    last = chunk_at (ring, ring->chunk_head - 1);
  if (last && last->first_sample + last->frames == first_sample &&
      last->flags == flags && last->frames + frames <= ring->merge_frames) {
    last->frames += frames;
  } else {
    if (ring->chunk_head - ring->chunk_oldest == ring->n_slots) {
      Chunk *c = chunk_at (ring, ring->chunk_oldest);
      drop_before (ring, c->pos + c->frames);
    }
    last = chunk_at (ring, ring->chunk_head++);
    last->pos = ring->head;
    last->first_sample = first_sample;
    last->time_ns = time_ns;
    last->frames = frames;
    last->flags = flags;
  }
  append (ring, src, frames);
  g_mutex_unlock (&ring->lock);
}

/* No more frames will come: what is there may be read to the last one. */
void
eeg_ws_ring_seal (EegWsRing *ring)
{
  g_mutex_lock (&ring->lock);
  ring->sealed = TRUE;
  g_mutex_unlock (&ring->lock);
}

/* Returns whether the ring is sealed. */
gboolean
eeg_ws_ring_get_range (EegWsRing *ring, guint64 *oldest_pos, guint64 *head_pos,
    guint64 *oldest_sample)
{
  gboolean sealed;

  g_mutex_lock (&ring->lock);
  if (oldest_pos)
    *oldest_pos = ring->oldest;
  if (head_pos)
    *head_pos = ring->head;
  if (oldest_sample)
    *oldest_sample = ring->chunk_oldest < ring->chunk_head
                         ? chunk_at (ring, ring->chunk_oldest)->first_sample
                         : 0;
  sealed = ring->sealed;
  g_mutex_unlock (&ring->lock);
  return sealed;
}

/* Position of the first stored frame whose index is @sample or later; the head
 * when there is none. */
guint64
eeg_ws_ring_find_sample (EegWsRing *ring, guint64 sample)
{
  guint64 pos, i;

  g_mutex_lock (&ring->lock);
  pos = ring->head;
  for (i = ring->chunk_oldest; i < ring->chunk_head; i++) {
    Chunk *c = chunk_at (ring, i);

    if (sample < c->first_sample + c->frames) {
      pos = c->pos + (sample > c->first_sample ? sample - c->first_sample : 0);
      break;
    }
  }
  g_mutex_unlock (&ring->lock);
  return pos;
}

static guint64
find_chunk (EegWsRing *ring, guint64 pos)
{
  guint64 lo = ring->chunk_oldest, hi = ring->chunk_head;

  while (lo < hi) {
    guint64 mid = lo + (hi - lo) / 2;
    Chunk *c = chunk_at (ring, mid);

    if (c->pos + c->frames <= pos)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

/**
 * eeg_ws_ring_read:
 * @pos: where to read; must not be older than the oldest frame
 * @grid: messages end at absolute indices that are multiples of this
 * @out: room for @grid frames
 * @block: (out): what was read
 *
 * Reads one message's worth of frames with consecutive indices: up to the next
 * multiple of @grid, or to a gap, or to the end of a sealed ring. All readers
 * with the same grid get the same blocks, wherever they began.
 *
 * Returns: %FALSE when the block is not complete yet, or @pos is gone
 */
gboolean
eeg_ws_ring_read (
    EegWsRing *ring, guint64 pos, guint grid, gpointer out, EegWsBlock *block)
{
  guint64 number, at, n;
  guint want;
  Chunk *c;
  gboolean complete;

  g_mutex_lock (&ring->lock);
  if (pos < ring->oldest || pos >= ring->head) {
    g_mutex_unlock (&ring->lock);
    return FALSE;
  }
  number = find_chunk (ring, pos);
  c = chunk_at (ring, number);
  block->pos = pos;
  block->first_sample = c->first_sample + (pos - c->pos);
  block->time_ns = c->time_ns + frames_to_ns (ring, pos - c->pos);
  block->flags = c->flags;
  block->ends_run = FALSE;
  want = grid - (guint) (block->first_sample % grid);
  block->frames = (guint) MIN (want, c->frames - (pos - c->pos));
  complete = block->frames == want;
  while (!complete) {
    guint64 end = block->first_sample + block->frames;

    if (++number == ring->chunk_head) {
      complete = block->ends_run = ring->sealed;
      break;
    }
    c = chunk_at (ring, number);
    if (c->first_sample != end) {
      complete = block->ends_run = TRUE;
      break;
    }
    block->flags |= c->flags;
    block->frames += MIN (want - block->frames, c->frames);
    complete = block->frames == want;
  }
  if (complete) {
    at = pos % ring->capacity;
    n = MIN (block->frames, ring->capacity - at);
    memcpy (out, ring->data + at * ring->bpf, n * ring->bpf);
    if (n < block->frames)
      memcpy ((guint8 *) out + n * ring->bpf, ring->data,
          (block->frames - n) * ring->bpf);
  }
  g_mutex_unlock (&ring->lock);
  return complete;
}
