/* ads1299src: acquisition between the chips and the stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One producer reads frames after edges into a ring allocated beforehand; one
 * consumer takes runs of consecutive samples. No lock and no allocation on the
 * producer's way, except to wake a consumer that sleeps and to tell what is
 * rare (Ads1299Notice).
 *
 * Threads: the producer is a thread of its own between ads1299_acq_run() and
 * ads1299_acq_halt(), else it is the consumer itself inside
 * ads1299_acq_fill(). cancel(), request(), get_stats() may be called from any
 * thread, all else from the consumer's.
 */
#pragma once

#include "ads1299-clock.h"
#include "ads1299-ring.h"
#include "chip/ads1299-bus.h"

#include <glib.h>

typedef struct _Ads1299Acq Ads1299Acq;

typedef enum
{
  ADS1299_ACQ_OK,
  ADS1299_ACQ_CANCELLED,
  ADS1299_ACQ_END,
  ADS1299_ACQ_FAILED, /* see ads1299_acq_failure() */
} Ads1299AcqResult;

/* Why a sample is missing. */
typedef enum
{
  ADS1299_LOSS_NONE,
  ADS1299_LOSS_EDGE,    /* the edge left no trace but a hole in time */
  ADS1299_LOSS_EVENT,   /* the kernel's queue overflowed: hole in sequence */
  ADS1299_LOSS_LATE,    /* read when the next conversion was there already */
  ADS1299_LOSS_STATUS,  /* the status word of the frame was wrong */
  ADS1299_LOSS_IO,      /* the transfer failed */
  ADS1299_LOSS_OVERRUN, /* oldest of a full ring */
  ADS1299_LOSS_RESTART, /* chips were initialised anew */
  ADS1299_LOSS_PAUSE,   /* chips were in STANDBY */
  ADS1299_LOSS_POOL,    /* no buffer was free (counted by the consumer) */
  ADS1299_N_LOSSES,
} Ads1299Loss;

/* Field of the statistics ("lost-edge") and a phrase for people. */
const gchar *ads1299_loss_field (Ads1299Loss loss);
const gchar *ads1299_loss_text (Ads1299Loss loss);

/* Counted since start; produced = conversions up to the last one that was
 * seen, and those that a restart or pause cost. */
typedef struct
{
  guint64 produced;
  guint64 lost[ADS1299_N_LOSSES];
  guint64 glitches; /* edges that were none */
  guint64 restarts;
  guint64 first_ns, last_ns;
  guint ring_fill, ring_size;
  Ads1299ClockStats clock;
} Ads1299AcqStats;

typedef enum
{
  ADS1299_NOTICE_RESTARTED, /* something was wrong, chips run again */
  ADS1299_NOTICE_RATE,      /* off by more than 3 % */
  ADS1299_NOTICE_CHANGED,   /* a request was carried out */
  ADS1299_NOTICE_REFUSED,   /* a request failed, nothing is changed */
} Ads1299NoticeKind;

typedef struct
{
  Ads1299NoticeKind kind;
  guint64 serial;  /* of the request */
  gchar text[600]; /* one sentence without full stop */
} Ads1299Notice;

typedef struct
{
  Ads1299Bus *bus; /* stays the caller's */
  const Ads1299Setup *setup;
  const guint8 *id; /* of every chip, as bring-up read it */
  guint ring_frames;
  guint claim_frames;   /* most samples that are read at once */
  gboolean timed_reads; /* bus->ops->now() tells when a frame was read */
} Ads1299AcqConfig;

Ads1299Acq *ads1299_acq_new (const Ads1299AcqConfig *config);
void ads1299_acq_free (Ads1299Acq *acq);

/* Starts the conversions, after a halt out of STANDBY. */
gboolean ads1299_acq_start_chips (Ads1299Acq *acq, Ads1299Error *error);

typedef struct
{
  const gchar *name;
  gint cpu;         /* -1: any */
  gint rt_priority; /* SCHED_FIFO, 0: as inherited */
  gboolean lock_memory;
} Ads1299ThreadConfig;

/* Producer in a thread of its own. False with a sentence in @error when there
 * is no thread; what the system refuses is told in @warning. */
gboolean ads1299_acq_run (Ads1299Acq *acq, const Ads1299ThreadConfig *config,
    gchar **warning, GError **error);
/* Ends the thread; @standby: and the conversions. What comes after the next
 * start is a gap. */
void ads1299_acq_halt (Ads1299Acq *acq, gboolean standby);

void ads1299_acq_cancel (Ads1299Acq *acq, gboolean on);

/* A new configuration, carried out between two samples; the answer is a notice
 * with the same @serial. A request not yet begun is replaced. */
void ads1299_acq_request (
    Ads1299Acq *acq, const Ads1299Setup *setup, guint64 serial);

/* Waits (or, without a thread, reads) until @frames samples or a notice are
 * there, or fewer samples at the end. */
Ads1299AcqResult ads1299_acq_fill (Ads1299Acq *acq, guint frames);
/* Consecutive samples of one configuration at the head of the ring, at most
 * @max; see ads1299_ring_slot(). To be released. */
guint ads1299_acq_claim (Ads1299Acq *acq, guint max);
Ads1299Ring *ads1299_acq_ring (Ads1299Acq *acq);
gboolean ads1299_acq_next_notice (Ads1299Acq *acq, Ads1299Notice *notice);
/* The configuration that samples of @epoch were taken with. */
void ads1299_acq_get_setup (
    Ads1299Acq *acq, guint32 epoch, Ads1299Setup *setup);
/* After ADS1299_ACQ_FAILED: one sentence. */
const gchar *ads1299_acq_failure (Ads1299Acq *acq);

void ads1299_acq_get_stats (Ads1299Acq *acq, Ads1299AcqStats *stats);
