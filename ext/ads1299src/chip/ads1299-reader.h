/* ADS1299 chip library: from edges to numbered samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every conversion of the chip gets a number, whether its frame arrives or
 * not, so that produced = delivered + lost at any time. Three witnesses:
 *
 *   sequence  what the kernel's event queue dropped leaves a gap;
 *   time      what the interrupt controller never saw leaves none, but the
 *             next edge comes whole periods later;
 *   status    a frame that does not begin with 1100 is no sample.
 *
 * Edge times may be late but never early, so a grid of conversion times
 * follows the least delayed edges; an edge between two grid points is a late
 * one or a glitch, not a conversion more. A frame is delivered only when it
 * was surely read before the next conversion replaced it.
 *
 * No allocation, no lock; one thread.
 */
#pragma once

#include "ads1299-bus.h"

typedef enum
{
  ADS1299_READ_OK,      /* one sample */
  ADS1299_READ_SKIPPED, /* an edge that gave none; see Ads1299Sample.why */
  ADS1299_READ_TIMEOUT,
  ADS1299_READ_CANCELLED,
  ADS1299_READ_END,
  ADS1299_READ_GONE, /* the bus failed for good; see Ads1299Sample.error */
} Ads1299ReadResult;

typedef enum
{
  ADS1299_SKIP_NONE,
  ADS1299_SKIP_LATE,   /* the next conversion has replaced the frame */
  ADS1299_SKIP_STATUS, /* status word of a chip wrong */
  ADS1299_SKIP_IO,     /* a transfer failed; see Ads1299Sample.error */
  ADS1299_SKIP_GLITCH, /* an edge without a conversion */
} Ads1299SkipReason;

/* @index: conversions since the first edge; @lost: conversions without a
 * sample right before this edge that leave no edge of their own; @edge_ns: as
 * the bus gave it. After ADS1299_READ_SKIPPED the conversion @index itself is
 * lost as well (but not for a glitch). */
typedef struct
{
  uint64_t index, lost;
  uint64_t edge_ns;
  Ads1299SkipReason why;
  int error;     /* -errno */
  unsigned chip; /* whose status or transfer was wrong */
} Ads1299Sample;

/* produced = delivered + lost; lost = by_sequence + by_time + late + status +
 * io. */
typedef struct
{
  uint64_t produced, delivered, lost;
  uint64_t by_sequence, by_time, late, status, io;
  uint64_t glitches; /* edges without a conversion */
} Ads1299ReadCounts;

/* Initialise with ads1299_reader_init(). */
typedef struct
{
  Ads1299Bus *bus;
  double nominal_ns, period_ns;
  uint64_t frame_ns; /* that the transfer of the last chip takes, at least */
  bool any, resync;
  uint32_t seq;
  uint64_t index; /* of the last edge */
  double grid_ns; /* its time on the grid, relative to base_ns */
  uint64_t base_ns;
  uint64_t first_ns, last_ns, steps;
  unsigned odd; /* edges off the grid in a row */
  Ads1299ReadCounts counts;
} Ads1299Reader;

void ads1299_reader_init (
    Ads1299Reader *reader, Ads1299Bus *bus, unsigned rate);
/* The chips were started anew (after a brown-out): the phase of the
 * conversions is another one, numbering goes on by time. */
void ads1299_reader_resync (Ads1299Reader *reader);
/* Next edge and its frames into @codes (all channels) and @status (all
 * chips). Only ADS1299_READ_OK fills them with a sample. */
Ads1299ReadResult ads1299_reader_next (Ads1299Reader *reader,
    uint64_t timeout_ns, int32_t *codes, uint32_t *status,
    Ads1299Sample *sample);
/* Conversions per second since the first edge by edge times; 0 while unknown
 * (fewer than 16 edges). */
double ads1299_reader_rate (const Ads1299Reader *reader);
