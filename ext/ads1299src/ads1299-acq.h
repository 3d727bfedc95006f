/* ads1299src: acquisition between the chips and the stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One producer reads frames after edges into a ring allocated beforehand; one
 * consumer takes runs of consecutive samples. No lock, no allocation on the
 * producer's way except to wake a consumer that sleeps.
 */
#pragma once

#include "chip/ads1299-bus.h"

#include <glib.h>

typedef struct _Ads1299Acq Ads1299Acq;

typedef enum
{
  ADS1299_ACQ_OK,
  ADS1299_ACQ_CANCELLED,
  ADS1299_ACQ_END,
  ADS1299_ACQ_SILENT,  /* no edge for too long */
  ADS1299_ACQ_GARBAGE, /* every frame has a wrong status word */
  ADS1299_ACQ_IO,      /* a transfer failed */
} Ads1299AcqResult;

/* Counted since start; produced = conversions of the chip up to the last one
 * that was seen. */
typedef struct
{
  guint64 produced, lost, status_errors, overruns;
  guint64 first_ns, last_ns;
} Ads1299AcqCounts;

/* @ring_frames: room; @bus stays the caller's. */
Ads1299Acq *ads1299_acq_new (Ads1299Bus *bus, guint rate, guint ring_frames);
void ads1299_acq_free (Ads1299Acq *acq);

/* Producer in a thread of its own. @cpu -1 and @rt_priority 0: as inherited.
 * False with a sentence in @error when there is no thread; what the system
 * refuses of @cpu and @rt_priority is told in @warning. */
gboolean ads1299_acq_start_thread (Ads1299Acq *acq, gint cpu, gint rt_priority,
    gchar **warning, GError **error);
void ads1299_acq_stop_thread (Ads1299Acq *acq);

/* Conversions go on but are counted as lost. */
void ads1299_acq_set_paused (Ads1299Acq *acq, gboolean paused);
void ads1299_acq_cancel (Ads1299Acq *acq, gboolean on);

/* Waits (or, without a thread, reads) until @frames samples are there, or
 * fewer before a loss or the end. */
Ads1299AcqResult ads1299_acq_fill (Ads1299Acq *acq, guint frames);
/* Consecutive samples at the head of the ring, at most @max; @index of the
 * first. */
guint ads1299_acq_peek (Ads1299Acq *acq, guint max, guint64 *index);
/* Sample @i of those: codes, status words and edge time. */
const gint32 *ads1299_acq_codes (Ads1299Acq *acq, guint i);
const guint32 *ads1299_acq_status (Ads1299Acq *acq, guint i);
guint64 ads1299_acq_edge (Ads1299Acq *acq, guint i);
void ads1299_acq_consume (Ads1299Acq *acq, guint n);

void ads1299_acq_get_counts (Ads1299Acq *acq, Ads1299AcqCounts *counts);
