/* ADS1299 chip library: the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Time is that of the model, in units of 1/32 ns: one nominal tCLK is exactly
 * 15625 of them. In real time the wall clock only paces the model: an edge is
 * never handed out before its moment, but a reader that comes late finds every
 * conversion as it was. Losses come from the fault script (and, with
 * bus_timing, from transfers that take too long) alone, so a busy computer
 * does not make a test fail.
 *
 * What the chips do stands in ads1299-sim.c; here are their clocks, the lines
 * and wires between them and the host, and the faults of those.
 */
#include "ads1299-bus.h"
#include "ads1299-inject.h"
#include "ads1299-sim.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define UNITS_PER_NS   ADS1299_TCLK_NS_DEN
#define UNITS_PER_TCLK ADS1299_TCLK_NS_NUM
#define WAKE_NS        5000u
#define EVENT_QUEUE    1024u
#define DOUBLE_EDGE_NS 2000u
/* Longer ones end early: a quarter of an hour of silence says it all. */
#define MAX_WAIT_NS 1000000000000u

/* Ticks of an oscillator: @ticks at time @at, from there on @ratio times the
 * nominal rate. */
typedef struct
{
  uint64_t at, ticks;
  double ratio, ppm;
} Clock;

typedef struct
{
  Ads1299Bus bus;
  Ads1299SimConfig config;
  Ads1299Scene *scene[ADS1299_BUS_MAX_CHIPS]; /* one, or one per oscillator */
  Ads1299Sim *chips[ADS1299_BUS_MAX_CHIPS];
  Clock clock[ADS1299_BUS_MAX_CHIPS];
  bool steady; /* all clocks nominal and alike */
  double fault_ppm;

  uint64_t now; /* model time */
  bool anchored;
  uint64_t anchor, anchor_ns; /* real time of a model time */
  uint64_t wake;

  /* edges of chip 0 */
  unsigned run;
  uint64_t next;            /* conversion of this run whose edge comes next */
  uint64_t handed, stamped; /* true and told time of the last edge */
  uint32_t seq;
  bool extra; /* another edge before the next one */
  uint64_t extra_at;

  uint8_t *map;
  size_t map_size, torn;
  uint64_t n_frames;

  int wake_fd;
  atomic_bool cancelled;
  Ads1299Inject *inject; /* NULL: no faults */
  Ads1299SimTruth truth;
} SimBus;

/* --- time ------------------------------------------------------------------ */

static uint64_t
monotonic (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

static uint64_t
to_ns (const SimBus *b, uint64_t t)
{
  return b->config.realtime ? b->anchor_ns + (t - b->anchor) / UNITS_PER_NS
                            : t / UNITS_PER_NS;
}

static Clock *
clock_of (SimBus *b, unsigned chip)
{
  return &b->clock[b->config.clock == ADS1299_CLOCK_OWN ? chip : 0];
}

static uint64_t
clock_ticks (const Clock *c, uint64_t t)
{
  if (c->ratio == 1.0)
    return c->ticks + (t - c->at) / UNITS_PER_TCLK;
  return c->ticks +
         (uint64_t) ((double) (t - c->at) * c->ratio / UNITS_PER_TCLK);
}

/* When @ticks are reached. */
static uint64_t
clock_time (const Clock *c, uint64_t ticks)
{
  uint64_t n = ticks > c->ticks ? ticks - c->ticks : 0, t;

  if (c->ratio == 1.0)
    return c->at + n * UNITS_PER_TCLK;
  t = c->at + (uint64_t) ceil ((double) n * UNITS_PER_TCLK / c->ratio);
  /* both ways are rounded; there must be a time at which they are reached */
  while (clock_ticks (c, t) < ticks)
    t++;
  return t;
}

/* The oscillator goes at another rate from now on. Whole ticks only, so that
 * no conversion moves. */
static void
clock_set_ppm (Clock *c, uint64_t t, double ppm)
{
  uint64_t ticks = clock_ticks (c, t);

  c->at = clock_time (c, ticks);
  c->ticks = ticks;
  c->ppm = ppm;
  c->ratio = 1.0 + ppm * 1e-6;
}

static void
set_time (SimBus *b, uint64_t t)
{
  unsigned i;

  if (t > b->now)
    b->now = t;
  if (b->steady) {
    uint64_t ticks = b->now / UNITS_PER_TCLK;

    for (i = 0; i < b->bus.n_chips; i++)
      ads1299_sim_set_time (b->chips[i], ticks);
    return;
  }
  for (i = 0; i < b->bus.n_chips; i++)
    ads1299_sim_set_time (b->chips[i], clock_ticks (clock_of (b, i), b->now));
}

/* All clocks take the rate that they have now: once an edge when they drift. */
static void
set_clocks (SimBus *b)
{
  double seconds = (double) b->now / UNITS_PER_NS * 1e-9;
  unsigned i;

  for (i = 0; i < b->bus.n_chips; i++)
    clock_set_ppm (&b->clock[i], b->now,
        b->config.ppm[i] + b->fault_ppm + b->config.drift * seconds);
}

/* --- faults ---------------------------------------------------------------- */

/* Number of the conversion at the bus' time on the time line of the signal;
 * false before the first. */
static bool
signal_index (SimBus *b, uint64_t *index)
{
  uint64_t k;

  if (!ads1299_sim_current (b->chips[0], &k))
    return false;
  *index = ads1299_sim_index (b->chips[0], k);
  return true;
}

/* Lets the script do to the chips and clocks what it has for @index (or
 * power-on). */
static void
strike (SimBus *b, bool started, uint64_t index)
{
  Ads1299Struck s;
  unsigned i;

  ads1299_inject_state (b->inject, started, index, &s);
  for (i = 0; i < b->bus.n_chips; i++) {
    Ads1299SimKnobs knobs = *ads1299_sim_knobs (b->chips[i]);

    if (b->config.clock == ADS1299_CLOCK_FROM_CHIP_0 && i > 0)
      s.knobs[i].deaf |=
          !(ads1299_sim_peek (b->chips[0], 1) & ADS1299_CONFIG1_CLK_EN);
    s.knobs[i].ref_external = b->config.ref_external;
    if (memcmp (&knobs, &s.knobs[i], sizeof knobs) != 0)
      ads1299_sim_set_knobs (b->chips[i], &s.knobs[i]);
    if (ads1299_sim_peek (b->chips[i], ADS1299_REG_ID) != s.id[i])
      ads1299_sim_set_id (b->chips[i], s.id[i]);
    if (s.brown_out >> i & 1)
      ads1299_sim_power_on (b->chips[i]);
  }
  if (s.ppm != b->fault_ppm) {
    b->fault_ppm = s.ppm;
    b->steady = false;
    set_clocks (b);
  }
}

static void
poll_faults (SimBus *b)
{
  uint64_t index = 0;
  bool started = signal_index (b, &index);

  if (!started && b->truth.edges > 0) {
    /* conversions stopped; the script goes on by time */
    started = true;
    index = b->truth.conversions + (b->now - b->handed) / UNITS_PER_TCLK /
                                       ads1299_sim_period (b->chips[0]);
  }
  if (ads1299_inject_changes (b->inject, started, index))
    strike (b, started, index);
}

/* --- transfers ------------------------------------------------------------- */

/* Slaves of chip 0's clock wake when it drives the clock. */
static void
follow_clock (SimBus *b)
{
  bool on = ads1299_sim_peek (b->chips[0], ADS1299_REG_CONFIG1) &
            ADS1299_CONFIG1_CLK_EN;
  unsigned i;

  for (i = 1; i < b->bus.n_chips; i++) {
    Ads1299SimKnobs knobs = *ads1299_sim_knobs (b->chips[i]);

    if (knobs.deaf != on)
      continue;
    knobs.deaf = !on;
    ads1299_sim_set_knobs (b->chips[i], &knobs);
    if (on)
      ads1299_sim_power_on (b->chips[i]);
  }
}

static int
faulty_xfer (SimBus *b, unsigned chip, const Ads1299Xfer *x)
{
  uint8_t next[ADS1299_FRAME_BYTES];
  bool frame = x->tx[0] == ADS1299_CMD_RDATA && x->rx && x->len > 4, half;
  unsigned next_len = 0;
  Ads1299Xfer part = *x;
  uint64_t k;
  int r;

  poll_faults (b);
  r = ads1299_inject_xfer_error (b->inject, &half);
  if (half)
    part.len /= 2;
  if (r == 0 || half)
    ads1299_sim_xfer (b->chips[chip], &part);
  if (r < 0)
    return r;
  if (frame && ads1299_sim_current (b->chips[chip], &k))
    next_len = ads1299_sim_frame (b->chips[chip], k + 1, next);
  if (x->rx)
    ads1299_inject_bytes (
        b->inject, chip, x->rx, x->len, frame, next, next_len);
  return 0;
}

static int
sim_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  SimBus *b = (SimBus *) bus;
  int r = 0;

  if (chip >= bus->n_chips)
    return -ENODEV;
  if (b->inject)
    r = faulty_xfer (b, chip, x);
  else
    ads1299_sim_xfer (b->chips[chip], x);
  if (chip != 0)
    ads1299_sim_sclk (b->chips[0]);
  else if (b->config.clock == ADS1299_CLOCK_FROM_CHIP_0)
    follow_clock (b);
  if (b->config.bus_timing || b->inject) {
    double ns = x->delay_us * 1e3;
    uint64_t k;

    if (x->tx[0] == ADS1299_CMD_RDATA && b->next > 0 &&
        ads1299_sim_current (b->chips[0], &k) && k != b->next - 1) {
      b->truth.stale++;
      /* As the kernel's queue shows it: an edge waits that came before the
       * last chip had its command. */
      if (r == 0 && chip + 1 == bus->n_chips && k >= b->next &&
          (!b->inject || ads1299_inject_line (b->inject) < 0))
        r = -ESTALE;
    }
    if (x->speed_hz)
      ns += (double) x->len * 8e9 / x->speed_hz;
    if (b->config.bus_timing)
      set_time (b, b->now + (uint64_t) (ns * UNITS_PER_NS));
  }
  return r;
}

/* --- edges ----------------------------------------------------------------- */

/* Sleeps until @ns; false when cancelled. */
static bool
pace (SimBus *b, uint64_t ns)
{
  struct pollfd p = {.fd = b->wake_fd, .events = POLLIN};

  for (;;) {
    uint64_t now = monotonic ();
    struct timespec ts = {0, 0};
    int r;

    if (ns > now) {
      ts.tv_sec = (time_t) ((ns - now) / 1000000000u);
      ts.tv_nsec = (long) ((ns - now) % 1000000000u);
    }
    r = ppoll (&p, 1, &ts, NULL);
    if (r > 0)
      return false;
    if (r == 0)
      return true;
  }
}

static Ads1299Wait
time_out (SimBus *b, uint64_t end)
{
  if (b->config.realtime && !pace (b, to_ns (b, end)))
    return ADS1299_WAIT_CANCELLED;
  set_time (b, end);
  return ADS1299_WAIT_TIMEOUT;
}

/* The moment at which the reader is woken for edge @k: with coalesce, that of
 * the last edge of its group. */
static uint64_t
wake_up_time (SimBus *b, uint64_t k, uint64_t t)
{
  uint64_t group = b->config.coalesce, last, at;

  if (group < 2)
    return t;
  last = k - k % group + group - 1;
  if (b->map && ads1299_sim_index (b->chips[0], last) >= b->n_frames)
    last = k;
  at = ads1299_sim_drdy_time (b->chips[0], last);
  return at == UINT64_MAX ? t : clock_time (&b->clock[0], at);
}

static Ads1299Wait
hand_out (SimBus *b, uint64_t t, Ads1299Edge *edge)
{
  uint64_t wake;

  /* the kernel's clock never goes back */
  if (t <= b->stamped)
    t = b->stamped + UNITS_PER_NS * 1000u;
  b->stamped = t;
  wake = t + b->wake;
  edge->time_ns = to_ns (b, t);
  edge->seq = ++b->seq;
  edge->error = 0;
  set_time (b, wake);
  b->truth.edges++;
  return ADS1299_WAIT_EDGE;
}

/* Edges that piled up while the host was away: a full queue drops the oldest,
 * which shows in the sequence. */
static void
overflow (SimBus *b)
{
  uint64_t k, pending;

  if (!ads1299_sim_current (b->chips[0], &k) || k < b->next)
    return;
  pending = k - b->next + 1;
  if (pending > b->config.event_queue) {
    pending -= b->config.event_queue;
    b->seq += (uint32_t) pending;
    b->next += pending;
    b->truth.overflow += pending;
  }
}

/* What the script does to the edge of conversion @k. False: it is not the
 * host's to see, and @next was moved beyond it. */
static bool
edge_faults (SimBus *b, uint64_t k, uint64_t *t)
{
  uint64_t index = ads1299_sim_index (b->chips[0], k), period;
  Ads1299EdgeFault f;

  ads1299_inject_edge (b->inject, index, &f);
  if (f.skip) {
    b->next = k + f.skip;
    b->seq += (uint32_t) f.skip_seq;
    return false;
  }
  period = (uint64_t) ads1299_sim_period (b->chips[0]) * UNITS_PER_TCLK;
  if (f.extra != 0.0) {
    b->extra = true;
    b->extra_at = *t + (f.extra < 0.0 ? DOUBLE_EDGE_NS * UNITS_PER_NS
                                      : (uint64_t) (f.extra * (double) period));
  }
  b->wake = (b->config.wake_ns + (uint64_t) (f.late_us * 1e3)) * UNITS_PER_NS;
  *t += (uint64_t) (f.stamp_us * 1e3 * UNITS_PER_NS);
  return true;
}

static Ads1299Wait
sim_wait_drdy (Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge)
{
  SimBus *b = (SimBus *) bus;
  Ads1299Sim *chip = b->chips[0];
  uint64_t end, k, t, at;

  if (timeout_ns > MAX_WAIT_NS)
    timeout_ns = MAX_WAIT_NS;
  end = b->now + timeout_ns * UNITS_PER_NS;
  if (atomic_load_explicit (&b->cancelled, memory_order_relaxed))
    return ADS1299_WAIT_CANCELLED;
  if (b->config.realtime && !b->anchored) {
    b->anchored = true;
    b->anchor_ns = monotonic ();
    b->anchor = b->now;
  }
  for (;;) {
    if (b->inject) {
      poll_faults (b);
      if (ads1299_inject_gone (b->inject)) {
        edge->error = -ENODEV;
        return ADS1299_WAIT_ERROR;
      }
      if (b->extra && b->extra_at <= end) {
        b->extra = false;
        return hand_out (b, b->extra_at, edge);
      }
    }
    if (b->run != ads1299_sim_run (chip)) {
      b->run = ads1299_sim_run (chip);
      b->next = 0;
    }
    if (b->config.bus_timing || b->inject)
      overflow (b);
    k = b->next;
    if (!ads1299_sim_is_converting (chip) &&
        (!ads1299_sim_current (chip, &t) || t < k))
      return time_out (b, end);
    if (b->map && ads1299_sim_index (chip, k) >= b->n_frames)
      return ADS1299_WAIT_END;
    at = ads1299_sim_drdy_time (chip, k);
    if (at == UINT64_MAX)
      return time_out (b, end);
    t = clock_time (&b->clock[0], at);
    if (t > end)
      return time_out (b, end);
    if (b->inject) {
      /* what the script has for this conversion happens before its edge */
      if (t > b->now)
        set_time (b, t);
      poll_faults (b);
      if (b->run != ads1299_sim_run (chip) || ads1299_inject_gone (b->inject) ||
          !ads1299_sim_current (chip, &at) || at < k)
        continue;
      if (ads1299_inject_line (b->inject) >= 0) {
        b->next = k + 1;
        continue;
      }
      if (!edge_faults (b, k, &t))
        continue;
    }
    if (b->config.realtime) {
      uint64_t ns = to_ns (b, wake_up_time (b, k, t));

      if (ns > monotonic () && !pace (b, ns))
        return ADS1299_WAIT_CANCELLED;
    }
    b->next = k + 1;
    b->truth.conversions = ads1299_sim_index (chip, k) + 1;
    b->handed = t;
    if (b->config.drift != 0.0)
      set_clocks (b);
    return hand_out (b, t, edge);
  }
}

static int
sim_drdy_level (Ads1299Bus *bus)
{
  SimBus *b = (SimBus *) bus;
  int level;

  if (b->inject) {
    poll_faults (b);
    if (ads1299_inject_gone (b->inject))
      return -ENODEV;
    level = ads1299_inject_line (b->inject);
    if (level >= 0)
      return level;
  }
  return ads1299_sim_drdy (b->chips[0]);
}

static int
sim_set_line (Ads1299Bus *bus, Ads1299Line line, bool high)
{
  SimBus *b = (SimBus *) bus;
  unsigned i;

  if (line == ADS1299_LINE_START ? !b->config.start_line
                                 : b->config.no_reset_line)
    return -ENODEV;
  for (i = 0; i < bus->n_chips; i++) {
    if (line == ADS1299_LINE_RESET && !high)
      ads1299_sim_reset (b->chips[i]);
    else if (line == ADS1299_LINE_START && high)
      ads1299_sim_start (b->chips[i]);
    else if (line == ADS1299_LINE_START)
      ads1299_sim_stop (b->chips[i]);
  }
  return 0;
}

static bool
sim_sleep (Ads1299Bus *bus, uint64_t ns)
{
  SimBus *b = (SimBus *) bus;

  /* at least one tCLK */
  set_time (b, b->now + ns * UNITS_PER_NS + UNITS_PER_TCLK);
  /* it took no time */
  return true;
}

static uint64_t
sim_now (Ads1299Bus *bus)
{
  SimBus *b = (SimBus *) bus;

  return b->config.realtime && !b->anchored ? monotonic () : to_ns (b, b->now);
}

static void
sim_cancel (Ads1299Bus *bus, bool on)
{
  SimBus *b = (SimBus *) bus;
  uint64_t v = 1;

  atomic_store (&b->cancelled, on);
  if (on) {
    while (write (b->wake_fd, &v, sizeof v) < 0 && errno == EINTR)
      ;
  } else {
    while (read (b->wake_fd, &v, sizeof v) < 0 && errno == EINTR)
      ;
  }
}

static void
sim_close (Ads1299Bus *bus)
{
  SimBus *b = (SimBus *) bus;
  unsigned i;

  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++) {
    ads1299_sim_free (b->chips[i]);
    if (i == 0 || b->scene[i] != b->scene[0])
      ads1299_scene_free (b->scene[i]);
  }
  ads1299_inject_free (b->inject);
  if (b->map)
    munmap (b->map, b->map_size);
  if (b->wake_fd >= 0)
    close (b->wake_fd);
  free (b);
}

static const Ads1299BusOps sim_ops = {
    .xfer = sim_xfer,
    .wait_drdy = sim_wait_drdy,
    .drdy_level = sim_drdy_level,
    .set_line = sim_set_line,
    .sleep = sim_sleep,
    .now = sim_now,
    .cancel = sim_cancel,
    .close = sim_close,
};

/* --- making one ------------------------------------------------------------- */

static bool
open_file (SimBus *b, const char *path, Ads1299Error *error)
{
  size_t stride = 0, at = 0;
  struct stat st;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  unsigned i;

  for (i = 0; i < b->bus.n_chips; i++)
    stride += 3 + 3 * (size_t) b->bus.channels[i];
  if (fd < 0 || fstat (fd, &st) < 0) {
    ads1299_fail (error, ADS1299_ERR_FILE, -1, -1, "Cannot open \"%s\": %s",
        path, strerror (errno));
    if (fd >= 0)
      close (fd);
    return false;
  }
  /* a FIFO would have waited for its writer */
  if (!S_ISREG (st.st_mode)) {
    ads1299_fail (error, ADS1299_ERR_FILE, -1, -1,
        "\"%s\" is no regular file, and a recording is one", path);
    close (fd);
    return false;
  }
  if ((size_t) st.st_size < stride) {
    ads1299_fail (error, ADS1299_ERR_FILE, -1, -1,
        "\"%s\" does not hold one frame: a recording is a file of %zu bytes "
        "per sample (3 and 3 for each channel, from every chip)",
        path, stride);
    close (fd);
    return false;
  }
  b->map_size = (size_t) st.st_size;
  b->map = mmap (NULL, b->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (b->map == MAP_FAILED) {
    b->map = NULL;
    return ads1299_fail (error, ADS1299_ERR_FILE, -1, -1,
        "Cannot read \"%s\": %s", path, strerror (errno));
  }
  b->n_frames = b->map_size / stride;
  b->torn = b->map_size % stride;
  for (i = 0; i < b->bus.n_chips; i++) {
    Ads1299Replay replay = {b->map + at, b->n_frames, (unsigned) stride};

    ads1299_sim_set_replay (b->chips[i], &replay);
    at += 3 + 3 * (size_t) b->bus.channels[i];
  }
  return true;
}

static bool
make_scene (SimBus *b, unsigned chip, unsigned channels, unsigned first,
    unsigned total, Ads1299Error *error)
{
  const Ads1299SimConfig *config = &b->config;
  bool own = config->clock == ADS1299_CLOCK_OWN;
  unsigned i;

  if (chip > 0 && !own) {
    b->scene[chip] = b->scene[0];
  } else {
    b->scene[chip] = ads1299_scene_new (total, config->seed);
    if (!b->scene[chip])
      return ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1, "Out of memory");
    ads1299_scene_set_rate (b->scene[chip],
        (unsigned) ads1299_rate_to_dr (config->rate), config->vref);
    ads1299_scene_set_sine (
        b->scene[chip], config->sine_hz, config->sine_volts);
    ads1299_scene_set_mains (b->scene[chip], config->mains_hz);
    for (i = 0; i < total; i++) {
      Ads1299SceneChannel *ch = ads1299_scene_channel (b->scene[chip], i);

      ch->electrode = (Ads1299Signal) config->signal;
      ch->signal = ADS1299_SIGNAL_OFF;
      if (config->ohms)
        ch->ohm_p = ch->ohm_n = config->ohms[i];
      if (config->labels && config->labels[i])
        ads1299_scene_set_label (b->scene[chip], i, config->labels[i]);
    }
  }
  b->chips[chip] = ads1299_sim_new (channels, b->scene[chip], first);
  if (!b->chips[chip])
    return ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1,
        "Chip %u has %u channels, but the parts have 4, 6 or 8", chip,
        channels);
  return true;
}

static void
power_on (SimBus *b)
{
  unsigned i;

  for (i = 0; i < b->bus.n_chips; i++) {
    Ads1299SimKnobs knobs = *ads1299_sim_knobs (b->chips[i]);

    knobs.ref_external = b->config.ref_external;
    knobs.deaf = i > 0 && b->config.clock == ADS1299_CLOCK_FROM_CHIP_0;
    ads1299_sim_set_knobs (b->chips[i], &knobs);
    ads1299_sim_power_on (b->chips[i]);
    b->clock[i].ratio = 1.0 + b->config.ppm[i] * 1e-6;
    b->clock[i].ppm = b->config.ppm[i];
    b->steady &= b->config.ppm[i] == 0.0;
  }
  b->steady &= b->config.drift == 0.0;
  if (b->inject)
    strike (b, false, 0);
}

Ads1299Bus *
ads1299_bus_sim_new (const Ads1299SimConfig *config, Ads1299Error *error)
{
  unsigned i, n = 0, first = 0;
  SimBus *b;

  if (config->n_chips < 1 || config->n_chips > ADS1299_BUS_MAX_CHIPS ||
      ads1299_rate_to_dr (config->rate) < 0) {
    ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "1 to 8 chips at one of " ADS1299_RATES_TEXT " samples per second");
    return NULL;
  }
  b = calloc (1, sizeof *b);
  if (!b) {
    ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1, "Out of memory");
    return NULL;
  }
  ads1299_bus_init (&b->bus, &sim_ops, config->n_chips);
  b->config = *config;
  if (b->config.wake_ns == 0)
    b->config.wake_ns = WAKE_NS;
  if (b->config.event_queue == 0)
    b->config.event_queue = EVENT_QUEUE;
  b->wake = b->config.wake_ns * UNITS_PER_NS;
  b->steady = true;
  b->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (b->wake_fd < 0) {
    ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1,
        "No file descriptor for the simulator: %s", strerror (errno));
    goto fail;
  }
  for (i = 0; i < config->n_chips; i++) {
    if (config->channels[i])
      b->bus.channels[i] = config->channels[i];
    n += b->bus.channels[i];
  }
  for (i = 0; i < config->n_chips; first += b->bus.channels[i++])
    if (!make_scene (b, i, b->bus.channels[i], first, n, error))
      goto fail;
  if (config->faults && *config->faults) {
    b->inject = ads1299_inject_new (config->faults, config->rate, config->seed,
        &b->bus, b->scene, &b->truth, error);
    if (!b->inject)
      goto fail;
  }
  if (config->file && !open_file (b, config->file, error))
    goto fail;
  power_on (b);
  return &b->bus;
fail:
  sim_close (&b->bus);
  return NULL;
}

/* --- looking inside ---------------------------------------------------------- */

size_t
ads1299_bus_sim_torn_bytes (Ads1299Bus *bus)
{
  return ((SimBus *) bus)->torn;
}

void
ads1299_bus_sim_truth (Ads1299Bus *bus, Ads1299SimTruth *truth)
{
  *truth = ((SimBus *) bus)->truth;
}

const Ads1299SimViolations *
ads1299_bus_sim_violations (Ads1299Bus *bus, unsigned chip)
{
  return chip < bus->n_chips
             ? ads1299_sim_violations (((SimBus *) bus)->chips[chip])
             : NULL;
}

void
ads1299_bus_sim_set_ohms (
    Ads1299Bus *bus, unsigned index, double ohm_p, double ohm_n)
{
  SimBus *b = (SimBus *) bus;
  unsigned i;

  for (i = 0; i < bus->n_chips; i++) {
    Ads1299SceneChannel *ch = ads1299_scene_channel (b->scene[i], index);

    if (ch) {
      ch->ohm_p = ohm_p;
      ch->ohm_n = ohm_n;
    }
  }
}
