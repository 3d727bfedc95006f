/* ads1299src: how many conversions every data-ready edge stands for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sequence number of an edge shows what the kernel's queue dropped, its
 * time what the kernel never saw. An edge may come late but never early, and
 * by less than a period, or the next one would have swallowed it: therefore
 * the elapsed periods are counted against the recovered clock and rounded
 * down. An edge that comes far too early is none.
 */
#pragma once

#include "ads1299-clock.h"

typedef struct
{
  Ads1299Clock clock;
  bool any, fresh; /* fresh: conversions began anew since the last edge */
  uint32_t seq;
  uint64_t index; /* of the last conversion that was announced */
  uint64_t time_ns;
} Ads1299Edges;

/* @advance: conversions since the edge before this one, 0: this is no edge.
 * Of the @advance - 1 that were lost, @unseen left no trace but time, the
 * others a gap in the sequence. */
typedef struct
{
  uint64_t advance, unseen;
} Ads1299Step;

void ads1299_edges_init (Ads1299Edges *edges, double rate);
/* Conversions were restarted: the next edge may be at any time. */
void ads1299_edges_break (Ads1299Edges *edges);
/* The next edge. The conversion that it announces has index @edges->index. */
Ads1299Step ads1299_edges_next (
    Ads1299Edges *edges, uint32_t seq, uint64_t time_ns);
