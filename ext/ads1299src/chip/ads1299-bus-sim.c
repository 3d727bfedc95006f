/* ADS1299 chip library: the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Time is that of the model. In real time the wall clock only paces it: an
 * edge is never handed out before its moment, but a reader that comes late
 * finds every conversion as it was. Losses come from the fault script alone,
 * so a busy computer does not make a test fail.
 */
#include "ads1299-bus.h"
#include "ads1299-faults.h"
#include "ads1299-sim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  Ads1299Bus bus;
  Ads1299Scene *scene;
  Ads1299Sim *chips[ADS1299_BUS_MAX_CHIPS];
  bool realtime, anchored;
  unsigned coalesce, rate;

  uint64_t tclk;                   /* model time */
  uint64_t anchor_tclk, anchor_ns; /* real time of a model time */
  uint64_t next;                   /* conversion whose edge comes next */
  uint32_t seq;

  uint8_t *map;
  size_t map_size, torn;
  uint64_t n_frames;

  int wake_fd;
  Ads1299Fault faults[ADS1299_MAX_FAULTS];
  int n_faults;
} SimBus;

static uint64_t
monotonic (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

static uint64_t
tclk_to_ns (uint64_t t)
{
  return t / ADS1299_TCLK_NS_DEN * ADS1299_TCLK_NS_NUM +
         t % ADS1299_TCLK_NS_DEN * ADS1299_TCLK_NS_NUM / ADS1299_TCLK_NS_DEN;
}

static uint64_t
edge_ns (const SimBus *b, uint64_t tclk)
{
  return b->realtime ? b->anchor_ns + tclk_to_ns (tclk - b->anchor_tclk)
                     : tclk_to_ns (tclk);
}

static int
sim_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  SimBus *b = (SimBus *) bus;

  if (chip >= bus->n_chips)
    return -ENODEV;
  ads1299_sim_xfer (b->chips[chip], x->tx, x->rx, x->len);
  return 0;
}

static void
set_time (SimBus *b, uint64_t tclk)
{
  unsigned i;

  b->tclk = tclk;
  for (i = 0; i < b->bus.n_chips; i++)
    ads1299_sim_set_time (b->chips[i], tclk);
}

/* Sets what the script says for conversion @k; moves over edges that the host
 * never sees. False when no edge comes any more. */
static bool
apply_faults (SimBus *b, uint64_t *k)
{
  int i;
  bool again = true;

  while (again) {
    uint32_t flip = 0, off[ADS1299_BUS_MAX_CHIPS] = {0};
    unsigned c;

    again = false;
    for (i = 0; i < b->n_faults; i++) {
      const Ads1299Fault *f = &b->faults[i];
      uint64_t from = (uint64_t) (f->at * b->rate + 0.5);

      if (*k < from)
        continue;
      if (f->kind == ADS1299_FAULT_DEAD_DRDY)
        return false;
      if (*k - from >= f->n)
        continue;
      switch (f->kind) {
        case ADS1299_FAULT_MISSED_IRQ:
          b->seq += (uint32_t) (from + f->n - *k);
          /* fall through */
        case ADS1299_FAULT_LOST_DRDY:
          *k = from + f->n;
          again = true;
          break;
        case ADS1299_FAULT_STATUS_ERROR:
          flip = 0x500000;
          break;
        case ADS1299_FAULT_LEAD_OFF:
          if (f->ch / 8 < b->bus.n_chips)
            off[f->ch / 8] |= 0x100u << (f->ch % 8);
          break;
        default:
          break;
      }
      if (again)
        break;
    }
    for (c = 0; c < b->bus.n_chips && !again; c++) {
      ads1299_sim_set_status_xor (b->chips[c], flip);
      ads1299_sim_set_lead_off (b->chips[c], (uint16_t) off[c]);
    }
  }
  return true;
}

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
sim_wait_drdy (Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge)
{
  SimBus *b = (SimBus *) bus;
  uint64_t k = b->next, t;

  if (!ads1299_sim_is_converting (b->chips[0]))
    return ADS1299_WAIT_TIMEOUT;
  if (b->realtime && !b->anchored) {
    b->anchored = true;
    b->anchor_ns = monotonic ();
    b->anchor_tclk = b->tclk;
  }
  if (b->n_faults && !apply_faults (b, &k)) {
    if (b->realtime && !pace (b, monotonic () + timeout_ns))
      return ADS1299_WAIT_CANCELLED;
    return ADS1299_WAIT_TIMEOUT;
  }
  if (b->map && k >= b->n_frames)
    return ADS1299_WAIT_END;
  t = ads1299_sim_drdy_time (b->chips[0], k);
  if (b->realtime) {
    /* One wake-up for a group of edges, at the last one's moment. */
    uint64_t last = k - k % b->coalesce + b->coalesce - 1;
    uint64_t at;

    if (b->map && last >= b->n_frames)
      last = b->n_frames - 1;
    at = edge_ns (b, ads1299_sim_drdy_time (b->chips[0], last));
    if (at > monotonic () && !pace (b, at))
      return ADS1299_WAIT_CANCELLED;
  }
  set_time (b, t);
  b->next = k + 1;
  edge->time_ns = edge_ns (b, t);
  edge->seq = ++b->seq;
  return ADS1299_WAIT_EDGE;
}

static int
sim_drdy_level (Ads1299Bus *bus)
{
  SimBus *b = (SimBus *) bus;
  uint64_t k;

  return ads1299_sim_current (b->chips[0], &k) && k + 1 > b->next ? 0 : 1;
}

static int
sim_set_line (Ads1299Bus *bus, Ads1299Line line, bool high)
{
  SimBus *b = (SimBus *) bus;
  unsigned i;

  if (line == ADS1299_LINE_START)
    return -ENODEV;
  for (i = 0; i < bus->n_chips && !high; i++)
    ads1299_sim_reset (b->chips[i]);
  return 0;
}

static void
sim_sleep (Ads1299Bus *bus, uint64_t ns)
{
  SimBus *b = (SimBus *) bus;

  set_time (b, b->tclk + ns * ADS1299_TCLK_NS_DEN / ADS1299_TCLK_NS_NUM + 1);
}

static uint64_t
sim_now (Ads1299Bus *bus)
{
  SimBus *b = (SimBus *) bus;

  return b->realtime ? monotonic () : tclk_to_ns (b->tclk);
}

static void
sim_cancel (Ads1299Bus *bus, bool on)
{
  SimBus *b = (SimBus *) bus;
  uint64_t v = 1;

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

  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++)
    ads1299_sim_free (b->chips[i]);
  ads1299_scene_free (b->scene);
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

static bool
open_file (SimBus *b, const char *path, Ads1299Error *error)
{
  size_t stride = 0, at = 0;
  struct stat st;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
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
  if (!S_ISREG (st.st_mode) || (size_t) st.st_size < stride) {
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
    ads1299_fail (error, ADS1299_ERR_FILE, -1, -1, "Cannot read \"%s\": %s",
        path, strerror (errno));
    return false;
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

size_t
ads1299_bus_sim_torn_bytes (Ads1299Bus *bus)
{
  return ((SimBus *) bus)->torn;
}

Ads1299Bus *
ads1299_bus_sim_new (const Ads1299SimConfig *config, Ads1299Error *error)
{
  unsigned i, n = 0;
  int dr = ads1299_rate_to_dr (config->rate), f;
  SimBus *b;

  if (config->n_chips < 1 || config->n_chips > ADS1299_BUS_MAX_CHIPS ||
      dr < 0) {
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
  b->realtime = config->realtime;
  b->coalesce = config->coalesce ? config->coalesce : 1;
  b->rate = config->rate;
  b->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (i = 0; i < config->n_chips; i++) {
    if (config->channels[i])
      b->bus.channels[i] = config->channels[i];
    n += b->bus.channels[i];
  }
  b->scene = ads1299_scene_new (n, config->seed);
  if (b->wake_fd < 0 || !b->scene) {
    ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1,
        "No memory or file descriptor for the simulator");
    goto fail;
  }
  ads1299_scene_set_rate (b->scene, (unsigned) dr, config->vref);
  ads1299_scene_set_sine (b->scene, config->sine_hz, config->sine_volts);
  ads1299_scene_set_mains (b->scene, config->mains_hz);
  for (i = 0; i < n; i++) {
    ads1299_scene_channel (b->scene, i)->signal =
        (Ads1299Signal) config->signal;
    if (config->labels && config->labels[i])
      ads1299_scene_set_label (b->scene, i, config->labels[i]);
  }
  for (i = 0, n = 0; i < config->n_chips; n += b->bus.channels[i++]) {
    b->chips[i] = ads1299_sim_new (b->bus.channels[i], b->scene, n);
    if (!b->chips[i]) {
      ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1, "Out of memory");
      goto fail;
    }
  }
  b->n_faults = ads1299_faults_parse (config->faults, b->faults, error);
  if (b->n_faults < 0)
    goto fail;
  for (f = 0; f < b->n_faults; f++)
    if (b->faults[f].kind == ADS1299_FAULT_WRONG_ID)
      ads1299_sim_set_id (b->chips[0], (uint8_t) b->faults[f].id);
  if (config->file && !open_file (b, config->file, error))
    goto fail;
  return &b->bus;
fail:
  sim_close (&b->bus);
  return NULL;
}
