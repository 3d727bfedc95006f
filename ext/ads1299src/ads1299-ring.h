/* ads1299src: ring of samples between two threads that never wait
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One producer, one consumer, memory allocated beforehand. A full ring loses
 * its oldest samples. The consumer says which samples it is reading; those are
 * not overwritten, and a spare part of the ring is kept for that moment.
 */
#pragma once

#include "chip/ads1299-bus.h"

#include <glib.h>

/* What is known of a sample beside its codes. */
typedef struct
{
  guint64 index;
  guint64 edge_ns; /* as seen */
  guint64 time_ns; /* recovered, see ads1299_clock_output() */
  guint64 next_ns;
  guint32 epoch; /* grows with every change of the configuration */
  guint32 cause; /* Ads1299Loss of the samples missing before this one */
  guint32 status[ADS1299_BUS_MAX_CHIPS];
} Ads1299Slot;

typedef struct _Ads1299Ring Ads1299Ring;

/* Room for @frames samples of @channels codes, of which @spare are set aside:
 * the most that are read at once. */
Ads1299Ring *ads1299_ring_new (guint frames, guint spare, guint channels);
void ads1299_ring_free (Ads1299Ring *ring);

/* Producer: where the next sample goes; NULL when the consumer is reading just
 * there. Nothing is seen of it until ads1299_ring_push(), which returns how
 * many samples came in since the start. */
Ads1299Slot *ads1299_ring_reserve (Ads1299Ring *ring, gint32 **codes);
guint64 ads1299_ring_push (Ads1299Ring *ring);

/* Consumer: samples that can be read, at most @max, and which they are. They
 * stay as they are until ads1299_ring_release(), which takes @n away. */
guint ads1299_ring_claim (Ads1299Ring *ring, guint max);
const Ads1299Slot *ads1299_ring_slot (const Ads1299Ring *ring, guint i);
const gint32 *ads1299_ring_codes (const Ads1299Ring *ring, guint i);
void ads1299_ring_release (Ads1299Ring *ring, guint n);

/* Any thread. */
guint64 ads1299_ring_pushed (Ads1299Ring *ring);
guint ads1299_ring_fill (Ads1299Ring *ring);
/* Samples that were overwritten unread. */
guint64 ads1299_ring_dropped (Ads1299Ring *ring);
