/* ads1299src: acquisition between the chips and the stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-acq.h"
#include "ads1299-acq-thread.h"
#include "ads1299-edges.h"
#include "ads1299-watchdog.h"
#include "chip/ads1299-frame.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS G_GUINT64_CONSTANT (1000000000)
/* No edge for this long is silence, far beyond what a busy computer does to
 * a reader whose edges wait in a queue: many periods even at 250 SPS. */
#define SILENCE_NS SECOND_NS
/* and for this long while it is being mended. */
#define RETRY_NS (SECOND_NS / 2)
/* So many times the chips are looked at and, most of the times, initialised
 * anew. */
#define MAX_ATTEMPTS 3
/* So many bad frames in a row are worth a look at the registers. */
#define BAD_FRAMES 16
#define WAKEUP_NS  40000 /* 31.25 us, datasheet 7.7 */
/* Fast chips have no time for a register check between two samples. */
#define MAX_CHECKED_RATE 4000
#define RATE_TOLERANCE   0.03
#define N_INTERVALS      64
#define N_NOTICES        32
#define N_SETUPS         8

struct _Ads1299Acq
{
  Ads1299Bus *bus;
  Ads1299Ring *ring;
  guint chips, rate, claim_frames, ring_size;
  gboolean timed_reads;
  guint8 id[ADS1299_BUS_MAX_CHIPS];

  /* producer only */
  Ads1299Edges edges;
  Ads1299Setup setup;
  guint32 epoch;
  Ads1299Loss cause, break_cause; /* of the next sample; of the next edge */
  guint64 bad_run, good_run, read_ns, since_check;
  guint attempts, check_chip;
  gboolean started, restarted, rate_told, broken;
  gdouble intervals[N_INTERVALS];
  guint n_intervals;
  guint64 interval_ns;
  gchar restart_text[500], trouble_text[500];
  guint64 halted_ns, halted_bus_ns; /* when chips went to STANDBY, by both */

  /* written by the producer, read by anyone */
  _Atomic guint64 n_produced, n_lost[ADS1299_N_LOSSES], n_glitches, n_restarts;
  _Atomic guint64 a_first, a_last;
  _Atomic gdouble c_rate, c_ppm, c_residual, c_jitter, c_window;

  atomic_bool cancelled, run, requested, noticed;
  _Atomic int result;         /* Ads1299AcqResult of a producer that ended */
  _Atomic guint32 seen_epoch; /* consumer's */

  /* rare things, and a consumer that sleeps */
  GMutex lock;
  GCond cond;
  _Atomic guint64 wanted; /* pushed samples that it waits for; NOTHING: none */
  Ads1299Notice notices[N_NOTICES];
  guint first_notice, n_notices;
  Ads1299Setup setups[N_SETUPS]; /* of the latest epochs */
  Ads1299Setup request;
  guint64 request_serial;
  gchar failure[600];

  pthread_t thread;
  gboolean threaded;
};

#define NOTHING G_MAXUINT64

static const struct
{
  const gchar *field, *text;
} losses[ADS1299_N_LOSSES] = {
    [ADS1299_LOSS_NONE] = {"lost-unknown", "for an unknown reason"},
    [ADS1299_LOSS_EDGE] = {"lost-edge", "their data-ready edges never arrived"},
    [ADS1299_LOSS_EVENT] = {"lost-event",
        "the kernel's queue of data-ready edges overflowed"},
    [ADS1299_LOSS_LATE] = {"lost-late",
        "they were overwritten in the chip before they were read"},
    [ADS1299_LOSS_STATUS] = {"lost-status", "their status word was wrong"},
    [ADS1299_LOSS_IO] = {"lost-io", "the SPI transfer failed"},
    [ADS1299_LOSS_OVERRUN] = {"lost-overrun",
        "downstream was too slow and the ring was full"},
    [ADS1299_LOSS_RESTART] = {"lost-restart", "the chips were restarted"},
    [ADS1299_LOSS_PAUSE] = {"lost-pause", "the chips were in standby"},
    [ADS1299_LOSS_POOL] = {"lost-pool", "all buffers were in use downstream"},
};

const gchar *
ads1299_loss_field (Ads1299Loss loss)
{
  return losses[loss].field;
}

const gchar *
ads1299_loss_text (Ads1299Loss loss)
{
  return losses[loss].text;
}

Ads1299Acq *
ads1299_acq_new (const Ads1299AcqConfig *c)
{
  Ads1299Acq *a = g_new0 (Ads1299Acq, 1);

  a->bus = c->bus;
  a->chips = c->bus->n_chips;
  a->rate = c->setup->rate;
  a->claim_frames = c->claim_frames;
  a->timed_reads = c->timed_reads;
  a->ring_size = c->ring_frames;
  a->setup = a->setups[0] = *c->setup;
  memcpy (a->id, c->id, sizeof a->id);
  a->ring = ads1299_ring_new (
      c->ring_frames, c->claim_frames, ads1299_setup_channels (c->setup));
  ads1299_edges_init (&a->edges, a->rate);
  a->read_ns = NOTHING;
  a->wanted = NOTHING;
  a->c_rate = 0.0;
  g_mutex_init (&a->lock);
  g_cond_init (&a->cond);
  return a;
}

void
ads1299_acq_free (Ads1299Acq *a)
{
  ads1299_acq_halt (a, FALSE);
  ads1299_ring_free (a->ring);
  g_mutex_clear (&a->lock);
  g_cond_clear (&a->cond);
  g_free (a);
}

static guint64
monotonic_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (guint64) ts.tv_sec * SECOND_NS + (guint64) ts.tv_nsec;
}

static void
wake (Ads1299Acq *a)
{
  g_mutex_lock (&a->lock);
  g_cond_broadcast (&a->cond);
  g_mutex_unlock (&a->lock);
}

/* --- producer: what is rare ------------------------------------------------- */

static void
notify (
    Ads1299Acq *a, Ads1299NoticeKind kind, guint64 serial, const gchar *text)
{
  Ads1299Notice *n;

  g_mutex_lock (&a->lock);
  if (a->n_notices < N_NOTICES) {
    n = &a->notices[(a->first_notice + a->n_notices++) % N_NOTICES];
    n->kind = kind;
    n->serial = serial;
    g_strlcpy (n->text, text, sizeof n->text);
  }
  atomic_store (&a->noticed, true);
  g_cond_broadcast (&a->cond);
  g_mutex_unlock (&a->lock);
}

static Ads1299AcqResult G_GNUC_PRINTF (2, 3)
    fail (Ads1299Acq *a, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_mutex_lock (&a->lock);
  vsnprintf (a->failure, sizeof a->failure, format, args);
  g_mutex_unlock (&a->lock);
  va_end (args);
  return ADS1299_ACQ_FAILED;
}

static void
lose (Ads1299Acq *a, Ads1299Loss cause, guint64 n)
{
  if (n == 0)
    return;
  /* relaxed order is enough for counters that have one writer */
  atomic_fetch_add_explicit (&a->n_lost[cause], n, memory_order_relaxed);
  a->cause = cause;
}

static gboolean
bring_up_again (Ads1299Acq *a, Ads1299Error *error)
{
  Ads1299Report report;

  a->broken = !ads1299_bring_up (a->bus, &a->setup, &report, error);
  if (!a->broken)
    memcpy (a->id, report.id, sizeof a->id);
  return !a->broken;
}

static void
chips_are_back (Ads1299Acq *a)
{
  a->restarted = TRUE;
  atomic_fetch_add (&a->n_restarts, 1);
}

gboolean
ads1299_acq_start_chips (Ads1299Acq *a, Ads1299Error *error)
{
  gboolean again = a->broken;
  guint i;

  /* what failed or was cancelled has left them without their setup */
  if (again && !bring_up_again (a, error))
    return FALSE;
  /* the time of a simulated bus stands still while nobody uses it */
  if (a->halted_ns != 0) {
    guint64 due = a->halted_bus_ns + monotonic_ns () - a->halted_ns;
    guint64 now = a->bus->ops->now (a->bus);

    if (due > now + 1000000)
      a->bus->ops->sleep (a->bus, due - now);
    a->halted_ns = 0;
  }
  /* A chip in STANDBY hears nothing else; one that runs ignores it. */
  for (i = 0; a->started && i < a->chips; i++)
    ads1299_command (a->bus, i, ADS1299_CMD_WAKEUP);
  if (a->started)
    a->bus->ops->sleep (a->bus, WAKEUP_NS);
  a->started = TRUE;
  a->broken = !ads1299_start (a->bus, error);
  if (again && !a->broken)
    chips_are_back (a);
  return !a->broken;
}

static Ads1299AcqResult
restart (Ads1299Acq *a, const Ads1299Finding *f)
{
  Ads1299Error error = {0};

  g_snprintf (a->restart_text, sizeof a->restart_text, "%s", f->text);
  ads1299_edges_break (&a->edges);
  a->break_cause = ADS1299_LOSS_RESTART;
  a->bad_run = 0;
  if (bring_up_again (a, &error) && ads1299_start (a->bus, &error)) {
    chips_are_back (a);
    return ADS1299_ACQ_OK;
  }
  a->broken = TRUE;
  if (error.sys_errno == ENODEV)
    return fail (a, "%s", error.text);
  return ADS1299_ACQ_OK;
}

/* Something is wrong, @what for people: look, and try to mend. @silent: no
 * edges come; else chips with good registers are left alone. */
static Ads1299AcqResult
trouble (Ads1299Acq *a, gboolean silent, const gchar *what)
{
  Ads1299Finding f;

  ads1299_watchdog_look (a->bus, &a->setup, a->id, &f);
  if (f.found == ADS1299_FOUND_GONE)
    return fail (a, "%s. %s", what, f.text);
  if (!silent && f.found >= ADS1299_FOUND_IDLE)
    return ADS1299_ACQ_OK;
  /* what it began with says more than what came of the attempts */
  if (a->attempts == 0)
    g_snprintf (
        a->trouble_text, sizeof a->trouble_text, "%s. %s", what, f.text);
  a->good_run = 0;
  if (a->attempts++ == MAX_ATTEMPTS)
    return fail (a, "%s (%d attempts to mend it did not help)", a->trouble_text,
        MAX_ATTEMPTS);
  /* Chips that know what they were told may only have been overheard, and the
   * look itself has released DRDY: they get a second chance. */
  if (f.found >= ADS1299_FOUND_IDLE && a->attempts == 1)
    return ADS1299_ACQ_OK;
  return restart (a, &f);
}

/* A chip that a brown-out reset may go on converting, with inputs shorted. */
static Ads1299AcqResult
check_registers (Ads1299Acq *a, guint chip, const gchar *what)
{
  /* twice, or it was a disturbed transfer */
  if (ads1299_watchdog_check (a->bus, &a->setup, a->id, chip) ||
      ads1299_watchdog_check (a->bus, &a->setup, a->id, chip))
    return ADS1299_ACQ_OK;
  return trouble (a, FALSE, what);
}

/* The registers of one chip after another, one a second. */
static Ads1299AcqResult
routine_check (Ads1299Acq *a)
{
  guint chip = a->check_chip;
  gchar what[80];

  a->since_check = 0;
  a->check_chip = (chip + 1) % a->chips;
  g_snprintf (what, sizeof what,
      "The registers of chip %u are not as they were written", chip);
  return check_registers (a, chip, what);
}

/* A frame whose status word is wrong: bytes that went astray are no samples. */
static Ads1299AcqResult
bad_frame (Ads1299Acq *a, const guint32 *status)
{
  const gchar *name;
  gchar what[300];
  guint i;

  lose (a, ADS1299_LOSS_STATUS, 1);
  a->bad_run++;
  if (a->bad_run != BAD_FRAMES && a->bad_run <= a->rate)
    return ADS1299_ACQ_OK;
  for (i = 0; i + 1 < a->chips && ADS1299_STATUS_OK (status[i]); i++)
    ;
  name = a->bus->name[i];
  g_snprintf (what, sizeof what,
      "%" G_GUINT64_FORMAT
      " frames in a row had a wrong status word: chip %u%s%s%s gives 0x%06x, "
      "but it must begin with binary 1100 (0xC.....); %s",
      a->bad_run, i, name ? " (" : "", name ? name : "", name ? ")" : "",
      status[i], ads1299_watchdog_status_text (status[i]));
  if (a->bad_run > a->rate)
    return fail (a, "%s", what);
  return check_registers (a, i, what);
}

static void
carry_out_request (Ads1299Acq *a)
{
  Ads1299Error error = {0};
  Ads1299Setup after;
  guint64 serial;

  /* the consumer must be able to look up every epoch still in the ring */
  if (a->epoch - atomic_load (&a->seen_epoch) >= N_SETUPS - 1)
    return;
  g_mutex_lock (&a->lock);
  after = a->request;
  serial = a->request_serial;
  atomic_store (&a->requested, false);
  g_mutex_unlock (&a->lock);
  if (!ads1299_reconfigure (a->bus, &a->setup, &after, &error)) {
    /* whoever cancelled may let it run again */
    if (error.code == ADS1299_ERR_CANCELLED) {
      a->broken = TRUE;
      g_strlcpy (a->restart_text, "A change of the setup was cut short",
          sizeof a->restart_text);
      atomic_store (&a->requested, true);
      return;
    }
    notify (a, ADS1299_NOTICE_REFUSED, serial, error.text);
    return;
  }
  a->setup = after;
  a->epoch++;
  g_mutex_lock (&a->lock);
  a->setups[a->epoch % N_SETUPS] = after;
  g_mutex_unlock (&a->lock);
  notify (a, ADS1299_NOTICE_CHANGED, serial, "");
}

static int
compare_doubles (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static void
tell_rate (Ads1299Acq *a, gdouble rate)
{
  gchar text[300];

  a->rate_told = TRUE;
  g_snprintf (text, sizeof text,
      "The chip gives %.1f samples per second, but %u were set (%+.1f %%, and "
      "its oscillator is within 2.5 %%). Check the clock of the chip and that "
      "the part is an ADS1299",
      rate, a->rate, 100.0 * (rate / a->rate - 1.0));
  notify (a, ADS1299_NOTICE_RATE, 0, text);
}

/* The median of the first intervals sees a rate so wrong that edges are taken
 * for false or for lost ones. */
static void
check_intervals (Ads1299Acq *a, guint64 time_ns)
{
  gdouble odd, rate;

  if (a->interval_ns != 0)
    a->intervals[a->n_intervals++] = (gdouble) (time_ns - a->interval_ns);
  a->interval_ns = time_ns;
  if (a->n_intervals < N_INTERVALS)
    return;
  odd = (gdouble) (atomic_load (&a->n_glitches) +
                   atomic_load (&a->n_lost[ADS1299_LOSS_EDGE]));
  qsort (a->intervals, N_INTERVALS, sizeof a->intervals[0], compare_doubles);
  rate = 1e9 / a->intervals[N_INTERVALS / 2];
  if (odd > N_INTERVALS / 4.0 && fabs (rate / a->rate - 1) > RATE_TOLERANCE)
    tell_rate (a, rate);
}

/* --- producer: every sample ------------------------------------------------- */

static void
publish_clock (Ads1299Acq *a)
{
  Ads1299ClockStats s;

  ads1299_clock_get_stats (&a->edges.clock, &s);
  atomic_store_explicit (&a->c_rate, s.rate, memory_order_relaxed);
  atomic_store_explicit (&a->c_ppm, s.ppm, memory_order_relaxed);
  atomic_store_explicit (&a->c_residual, s.residual_ns, memory_order_relaxed);
  atomic_store_explicit (&a->c_jitter, s.jitter_ns, memory_order_relaxed);
  atomic_store_explicit (&a->c_window, s.window_s, memory_order_relaxed);
}

/* The frame of the conversion that was announced last. OK: a sample went to
 * the ring or was counted as lost. */
static Ads1299AcqResult
read_sample (Ads1299Acq *a)
{
  guint64 before = 0, after, due = 0, pushed;
  Ads1299Slot *slot;
  gint32 *codes;
  guint i, bad = 0;
  int r;

  slot = ads1299_ring_reserve (a->ring, &codes);
  if (slot == NULL) {
    lose (a, ADS1299_LOSS_OVERRUN, 1);
    return ADS1299_ACQ_OK;
  }
  if (a->timed_reads) {
    due = ads1299_clock_time (&a->edges.clock, a->edges.index + 1);
    before = a->bus->ops->now (a->bus);
    if (before >= due) {
      lose (a, ADS1299_LOSS_LATE, 1);
      return ADS1299_ACQ_OK;
    }
  }
  r = ads1299_read_frames (a->bus, codes, slot->status);
  if (r == -ESTALE) {
    lose (a, ADS1299_LOSS_LATE, 1);
    return ADS1299_ACQ_OK;
  }
  if (r < 0) {
    lose (a, ADS1299_LOSS_IO, 1);
    if (r == -ENODEV || ++a->bad_run % MAX (BAD_FRAMES, a->rate / 4) == 0)
      return trouble (a, TRUE,
          r == -ENODEV ? "The chip cannot be read"
                       : "Transfers fail one after another");
    return ADS1299_ACQ_OK;
  }
  if (a->timed_reads) {
    /* The chip latches a frame when its transfer begins, the last one of
     * several about one transfer before the end. */
    after = a->bus->ops->now (a->bus);
    a->read_ns = MIN (a->read_ns, (after - before) / a->chips);
    if (after - MIN (a->read_ns, after) >= due) {
      lose (a, ADS1299_LOSS_LATE, 1);
      return ADS1299_ACQ_OK;
    }
  }
  for (i = 0; i < a->chips; i++)
    bad |= !ADS1299_STATUS_OK (slot->status[i]);
  if (G_UNLIKELY (bad))
    return bad_frame (a, slot->status);
  a->bad_run = 0;
  if (++a->good_run == a->rate / 4)
    a->attempts = 0;
  slot->index = a->edges.index;
  slot->edge_ns = a->edges.time_ns;
  slot->time_ns = ads1299_clock_output (&a->edges.clock, &slot->next_ns);
  slot->epoch = a->epoch;
  slot->cause = a->cause;
  a->cause = ADS1299_LOSS_NONE;
  pushed = ads1299_ring_push (a->ring);
  if (pushed >= atomic_load (&a->wanted))
    wake (a);
  if (G_UNLIKELY (a->restarted)) {
    a->restarted = FALSE;
    notify (a, ADS1299_NOTICE_RESTARTED, 0, a->restart_text);
  }
  if (++a->since_check >= a->rate && a->rate <= MAX_CHECKED_RATE)
    return routine_check (a);
  return ADS1299_ACQ_OK;
}

/* One edge and its frame. */
static Ads1299AcqResult
step (Ads1299Acq *a)
{
  Ads1299Edge e = {0};
  Ads1299Step s;

  if (G_UNLIKELY (atomic_load_explicit (&a->requested, memory_order_relaxed)))
    carry_out_request (a);
  switch (a->bus->ops->wait_drdy (
      a->bus, a->attempts > 0 ? RETRY_NS : SILENCE_NS, &e)) {
    case ADS1299_WAIT_EDGE:
      break;
    case ADS1299_WAIT_CANCELLED:
      return ADS1299_ACQ_CANCELLED;
    case ADS1299_WAIT_END:
      return ADS1299_ACQ_END;
    case ADS1299_WAIT_TIMEOUT:
      return trouble (a, TRUE,
          a->attempts > 0 ? "Still no data-ready edge"
                          : "No data-ready edge for 1 s");
    default:
      return fail (a, "Waiting for data-ready edges%s%s failed: %s. %s",
          a->bus->drdy_name ? " on " : "",
          a->bus->drdy_name ? a->bus->drdy_name : "", g_strerror (-e.error),
          e.error == -ENODEV ? "The GPIO device is gone"
                             : "Check the GPIO device and its driver");
  }
  if (G_UNLIKELY (a->n_intervals < N_INTERVALS))
    check_intervals (a, e.time_ns);
  s = ads1299_edges_next (&a->edges, e.seq, e.time_ns);
  if (s.advance == 0) {
    atomic_fetch_add_explicit (&a->n_glitches, 1, memory_order_relaxed);
    return ADS1299_ACQ_OK;
  }
  if (s.advance > 1) {
    if (a->break_cause != ADS1299_LOSS_NONE) {
      lose (a, a->break_cause, s.advance - 1);
    } else {
      lose (a, ADS1299_LOSS_EDGE, s.unseen);
      lose (a, ADS1299_LOSS_EVENT, s.advance - 1 - s.unseen);
    }
  }
  a->break_cause = ADS1299_LOSS_NONE;
  if (G_UNLIKELY (
          atomic_load_explicit (&a->a_first, memory_order_relaxed) == 0))
    atomic_store_explicit (&a->a_first, e.time_ns, memory_order_relaxed);
  atomic_store_explicit (&a->a_last, e.time_ns, memory_order_relaxed);
  atomic_fetch_add_explicit (&a->n_produced, s.advance, memory_order_relaxed);
  if (a->edges.clock.n_block == 0) {
    publish_clock (a);
    if (!a->rate_told && a->edges.clock.n_edges >= a->rate &&
        fabs (a->edges.clock.nominal_ns / a->edges.clock.period - 1) >
            RATE_TOLERANCE)
      tell_rate (a, 1e9 / a->edges.clock.period);
  }
  return read_sample (a);
}

static void *
run (void *data)
{
  Ads1299Acq *a = data;
  Ads1299AcqResult r = ADS1299_ACQ_OK;

  while (r == ADS1299_ACQ_OK && atomic_load (&a->run))
    r = step (a);
  publish_clock (a);
  atomic_store (&a->result, r == ADS1299_ACQ_OK ? ADS1299_ACQ_CANCELLED : r);
  wake (a);
  return NULL;
}

gboolean
ads1299_acq_run (Ads1299Acq *a, const Ads1299ThreadConfig *config,
    gchar **warning, GError **error)
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
  *warning = ads1299_thread_configure (a->thread, config);
  return TRUE;
}

void
ads1299_acq_halt (Ads1299Acq *a, gboolean standby)
{
  if (a->threaded) {
    atomic_store (&a->run, false);
    a->bus->ops->cancel (a->bus, true);
    pthread_join (a->thread, NULL);
    a->bus->ops->cancel (a->bus, false);
    a->threaded = FALSE;
  }
  if (standby && a->started) {
    ads1299_stop (a->bus);
    a->halted_ns = monotonic_ns ();
    a->halted_bus_ns = a->bus->ops->now (a->bus);
    ads1299_edges_break (&a->edges);
    a->break_cause = ADS1299_LOSS_PAUSE;
  }
}

/* --- consumer --------------------------------------------------------------- */

void
ads1299_acq_cancel (Ads1299Acq *a, gboolean on)
{
  atomic_store (&a->cancelled, on);
  if (on)
    wake (a);
}

void
ads1299_acq_request (Ads1299Acq *a, const Ads1299Setup *setup, guint64 serial)
{
  g_mutex_lock (&a->lock);
  a->request = *setup;
  a->request_serial = serial;
  atomic_store (&a->requested, true);
  g_mutex_unlock (&a->lock);
}

static gboolean
ready (Ads1299Acq *a, guint frames)
{
  return ads1299_ring_fill (a->ring) >= frames || atomic_load (&a->noticed);
}

Ads1299AcqResult
ads1299_acq_fill (Ads1299Acq *a, guint frames)
{
  Ads1299AcqResult r = ADS1299_ACQ_OK;

  if (!a->threaded) {
    r = (Ads1299AcqResult) atomic_load (&a->result);
    while (r == ADS1299_ACQ_OK && !ready (a, frames))
      r = atomic_load (&a->cancelled) ? ADS1299_ACQ_CANCELLED : step (a);
    /* what ended once has ended, though samples are left */
    if (r == ADS1299_ACQ_END || r == ADS1299_ACQ_FAILED) {
      publish_clock (a);
      atomic_store (&a->result, r);
    }
  } else if (!ready (a, frames)) {
    g_mutex_lock (&a->lock);
    /* samples wanted, or any if the ring loses some meanwhile */
    atomic_store (&a->wanted, ads1299_ring_pushed (a->ring) + frames -
                                  MIN (frames, ads1299_ring_fill (a->ring)));
    while (!ready (a, frames) && !atomic_load (&a->cancelled) &&
           (r = atomic_load (&a->result)) == ADS1299_ACQ_OK)
      g_cond_wait (&a->cond, &a->lock);
    atomic_store (&a->wanted, NOTHING);
    g_mutex_unlock (&a->lock);
  }
  if (atomic_load (&a->cancelled))
    return ADS1299_ACQ_CANCELLED;
  /* what was read before the end still goes out */
  return ads1299_ring_fill (a->ring) > 0 || atomic_load (&a->noticed)
             ? ADS1299_ACQ_OK
             : r;
}

guint
ads1299_acq_claim (Ads1299Acq *a, guint max)
{
  guint have = ads1299_ring_claim (a->ring, MIN (max, a->claim_frames)), n;
  const Ads1299Slot *first = ads1299_ring_slot (a->ring, 0);

  for (n = have > 0; n < have; n++) {
    const Ads1299Slot *s = ads1299_ring_slot (a->ring, n);

    if (s->index != first->index + n || s->epoch != first->epoch)
      break;
  }
  if (n > 0)
    atomic_store (&a->seen_epoch, first->epoch);
  return n;
}

Ads1299Ring *
ads1299_acq_ring (Ads1299Acq *a)
{
  return a->ring;
}

gboolean
ads1299_acq_next_notice (Ads1299Acq *a, Ads1299Notice *notice)
{
  gboolean any = FALSE;

  if (G_LIKELY (!atomic_load (&a->noticed)))
    return FALSE;
  g_mutex_lock (&a->lock);
  if (a->n_notices > 0) {
    *notice = a->notices[a->first_notice];
    a->first_notice = (a->first_notice + 1) % N_NOTICES;
    a->n_notices--;
    any = TRUE;
  }
  if (a->n_notices == 0)
    atomic_store (&a->noticed, false);
  g_mutex_unlock (&a->lock);
  return any;
}

void
ads1299_acq_get_setup (Ads1299Acq *a, guint32 epoch, Ads1299Setup *setup)
{
  g_mutex_lock (&a->lock);
  *setup = a->setups[epoch % N_SETUPS];
  g_mutex_unlock (&a->lock);
}

const gchar *
ads1299_acq_failure (Ads1299Acq *a)
{
  return a->failure;
}

void
ads1299_acq_get_stats (Ads1299Acq *a, Ads1299AcqStats *s)
{
  guint i;

  s->produced = atomic_load (&a->n_produced);
  for (i = 0; i < ADS1299_N_LOSSES; i++)
    s->lost[i] = atomic_load (&a->n_lost[i]);
  s->lost[ADS1299_LOSS_OVERRUN] += ads1299_ring_dropped (a->ring);
  s->glitches = atomic_load (&a->n_glitches);
  s->restarts = atomic_load (&a->n_restarts);
  s->first_ns = atomic_load (&a->a_first);
  s->last_ns = atomic_load (&a->a_last);
  s->ring_fill = ads1299_ring_fill (a->ring);
  s->ring_size = a->ring_size;
  s->clock.rate = atomic_load (&a->c_rate);
  s->clock.ppm = atomic_load (&a->c_ppm);
  s->clock.residual_ns = atomic_load (&a->c_residual);
  s->clock.jitter_ns = atomic_load (&a->c_jitter);
  s->clock.window_s = atomic_load (&a->c_window);
}
