/* ads1299src: ring of samples between two threads that never wait
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-ring.h"

#include <stdatomic.h>

#define NOTHING G_MAXUINT64

struct _Ads1299Ring
{
  guint64 size, mask, limit;
  guint channels;
  Ads1299Slot *slots;
  gint32 *codes;

  /* Samples before @tail are gone; both sides move it. @claim: where the
   * consumer reads, NOTHING: nowhere. Each side writes its own word first and
   * looks at the other one afterwards, in one order for all: at least one of
   * them sees the other. */
  _Atomic guint64 head, tail, claim;
  _Atomic guint64 dropped;

  guint64 reading; /* consumer's: first sample of the claim */
};

Ads1299Ring *
ads1299_ring_new (guint frames, guint spare, guint channels)
{
  Ads1299Ring *r = g_new0 (Ads1299Ring, 1);

  r->size = 64;
  while (r->size < (guint64) frames + 2 * (guint64) spare)
    r->size *= 2;
  r->mask = r->size - 1;
  r->limit = r->size - spare;
  r->channels = channels;
  r->slots = g_new0 (Ads1299Slot, r->size);
  r->codes = g_new0 (gint32, r->size * channels);
  r->claim = NOTHING;
  return r;
}

void
ads1299_ring_free (Ads1299Ring *r)
{
  g_free (r->slots);
  g_free (r->codes);
  g_free (r);
}

Ads1299Slot *
ads1299_ring_reserve (Ads1299Ring *r, gint32 **codes)
{
  guint64 head = atomic_load_explicit (&r->head, memory_order_relaxed);
  guint64 tail = atomic_load (&r->tail), claim;

  if (head - tail >= r->limit && atomic_load (&r->claim) == NOTHING) {
    /* Counted first: the consumer that sees the new tail may take it back at
     * once, and nobody may read a count below 0. */
    atomic_fetch_add_explicit (&r->dropped, 1, memory_order_relaxed);
    if (!atomic_compare_exchange_strong (&r->tail, &tail, tail + 1))
      atomic_fetch_sub_explicit (&r->dropped, 1, memory_order_relaxed);
  }
  /* the slot that @head falls on must be nobody's */
  tail = atomic_load (&r->tail);
  claim = atomic_load (&r->claim);
  if (head - tail >= r->size || (claim != NOTHING && head - claim >= r->size))
    return NULL;
  *codes = r->codes + (head & r->mask) * r->channels;
  return &r->slots[head & r->mask];
}

guint64
ads1299_ring_push (Ads1299Ring *r)
{
  return atomic_fetch_add (&r->head, 1) + 1;
}

guint
ads1299_ring_claim (Ads1299Ring *r, guint max)
{
  guint64 tail = atomic_load (&r->tail), seen, fill;

  for (;;) {
    atomic_store (&r->claim, tail);
    seen = atomic_load (&r->tail);
    if (seen == tail)
      break;
    tail = seen;
  }
  r->reading = tail;
  /* read once: MIN() would look twice, and more may have come in between */
  fill = atomic_load (&r->head) - tail;
  return (guint) MIN (fill, max);
}

const Ads1299Slot *
ads1299_ring_slot (const Ads1299Ring *r, guint i)
{
  return &r->slots[(r->reading + i) & r->mask];
}

const gint32 *
ads1299_ring_codes (const Ads1299Ring *r, guint i)
{
  return r->codes + ((r->reading + i) & r->mask) * r->channels;
}

void
ads1299_ring_release (Ads1299Ring *r, guint n)
{
  guint64 tail = r->reading;

  /* The producer may have dropped samples just before it saw the claim: they
   * were read all the same, and are not lost. */
  while (n > 0 && tail < r->reading + n &&
         !atomic_compare_exchange_strong (&r->tail, &tail, r->reading + n))
    ;
  if (n > 0 && tail > r->reading)
    atomic_fetch_sub_explicit (
        &r->dropped, MIN (tail - r->reading, n), memory_order_relaxed);
  atomic_store (&r->claim, NOTHING);
}

guint64
ads1299_ring_pushed (Ads1299Ring *r)
{
  return atomic_load (&r->head);
}

guint
ads1299_ring_fill (Ads1299Ring *r)
{
  guint64 tail = atomic_load (&r->tail), fill = atomic_load (&r->head) - tail;

  /* it was full if both have moved on by more than that meanwhile */
  return (guint) MIN (fill, r->size);
}

guint64
ads1299_ring_dropped (Ads1299Ring *r)
{
  return atomic_load_explicit (&r->dropped, memory_order_relaxed);
}
