/* ads1299shim: power, time and edges
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

pthread_mutex_t shim_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t shim_changed = PTHREAD_COND_INITIALIZER;
Shim shim;

/* --- system calls ----------------------------------------------------------- */

int
shim_sys_open (const char *path, int flags)
{
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, 0);
}

uint64_t
shim_now_ns (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

/* Emulators and strict containers lack process_vm_readv(). At most 4 KiB. */
static bool
copy_by_pipe (void *to, const void *from, size_t n)
{
  int fd[2];
  bool ok;

  if (pipe2 (fd, O_CLOEXEC) < 0)
    return false;
  ok = write (fd[1], from, n) == (ssize_t) n &&
       read (fd[0], to, n) == (ssize_t) n;
  close (fd[0]);
  close (fd[1]);
  return ok;
}

/* As copy_from_user() and copy_to_user(): false instead of a crash. */
bool
shim_from_user (void *to, uint64_t from, size_t n)
{
  struct iovec l = {to, n}, r = {(void *) (uintptr_t) from, n};

  return n == 0 ||
         process_vm_readv (getpid (), &l, 1, &r, 1, 0) == (ssize_t) n ||
         (errno != EFAULT && copy_by_pipe (to, r.iov_base, n));
}

bool
shim_to_user (uint64_t to, void *from, size_t n)
{
  struct iovec l = {from, n}, r = {(void *) (uintptr_t) to, n};

  return n == 0 ||
         process_vm_writev (getpid (), &l, 1, &r, 1, 0) == (ssize_t) n ||
         (errno != EFAULT && copy_by_pipe (r.iov_base, from, n));
}

/* --- time ------------------------------------------------------------------- */

static double
tclk_per_ns (void)
{
  return ADS1299_FCLK_HZ * 1e-9 * (1.0 + shim.config.ppm * 1e-6);
}

uint64_t
shim_tclk_now (void)
{
  return (
      uint64_t) ((double) (shim_now_ns () - shim.epoch_ns) * tclk_per_ns ());
}

uint64_t
shim_tclk_to_ns (uint64_t t)
{
  return shim.epoch_ns + (uint64_t) ((double) t / tclk_per_ns () + 0.5);
}

/* --- power ------------------------------------------------------------------ */

static void
make_node (ShimNode *n, const char *path)
{
  struct stat st;

  snprintf (n->path, sizeof n->path, "%s", path);
  n->fd = memfd_create (path, MFD_CLOEXEC);
  if (n->fd < 0 || fstat (n->fd, &st) < 0)
    abort ();
  n->dev = st.st_dev;
  n->ino = st.st_ino;
}

void
shim_end_claim (ShimClaim *c)
{
  if (c->in >= 0)
    close (c->in);
  if (c->drop >= 0)
    close (c->drop);
  if (c->chip == 0)
    shim.level[c->line] = -1;
  c->used = false;
}

void
shim_power_up (const char *text)
{
  ShimConfig *c = &shim.config;
  char path[32];
  unsigned i;

  for (i = 0; i < MAX_CLAIMS; i++)
    if (shim.claim[i].used)
      shim_end_claim (&shim.claim[i]);
  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++) {
    ads1299_sim_free (shim.chip[i]);
    shim.chip[i] = NULL;
    if (shim.spi[i].path[0])
      close (shim.spi[i].fd);
  }
  for (i = 0; i < N_GPIO_CHIPS; i++)
    if (shim.gpio[i].path[0])
      close (shim.gpio[i].fd);
  if (shim.scene)
    ads1299_scene_free (shim.scene);
  memset (shim.spi, 0, sizeof shim.spi);
  memset (shim.gpio, 0, sizeof shim.gpio);
  memset (&shim.truth, 0, sizeof shim.truth);
  shim.rests = shim.rests_cut = 0;
  memset (shim.mode, 0, sizeof shim.mode);
  memset (shim.level, -1, sizeof shim.level);

  shim_parse_config (c, text);
  for (i = 0; i < c->chips; i++) {
    snprintf (path, sizeof path, "/dev/spidev0.%u", i);
    make_node (&shim.spi[i], path);
    shim.bits[i] = 8;
    shim.speed[i] = 500000;
  }
  for (i = 0; i < N_GPIO_CHIPS; i++) {
    snprintf (path, sizeof path, "/dev/gpiochip%u", i);
    make_node (&shim.gpio[i], path);
  }
  shim.scene = ads1299_scene_new (c->chips * c->channels, c->seed);
  shim.dr = 6;
  ads1299_scene_set_rate (shim.scene, shim.dr, 4.5);
  ads1299_scene_set_sine (shim.scene, 10.0, 100e-6);
  for (i = 0; i < c->chips * c->channels; i++)
    ads1299_scene_channel (shim.scene, i)->electrode = c->signal;
  for (i = 0; i < c->chips; i++)
    shim.chip[i] = ads1299_sim_new (c->channels, shim.scene, i * c->channels);
  if (c->id)
    ads1299_sim_set_id (shim.chip[0], (uint8_t) c->id);
  ads1299_scene_codes (shim.scene, 0);
  shim.epoch_ns = shim_now_ns ();
  shim.run = 0;
  shim.next = 0;
  shim.unplugged = false;
  shim.interrupted = 0;
  shim.powered = true;
}

void
shim_need_power (void)
{
  if (!shim.powered)
    shim_power_up (getenv ("ADS1299_SHIM"));
}

/* --- edges ------------------------------------------------------------------ */

/* A kernel knows without using the descriptor, which the driver may be closing:
 * the thread sanitizer would find fault with fstat(). */
bool
shim_still_held (const ShimClaim *c)
{
  struct statx st;

  return syscall (SYS_statx, c->client, "", AT_EMPTY_PATH, STATX_INO, &st) ==
             0 &&
         makedev (st.stx_dev_major, st.stx_dev_minor) == c->dev &&
         st.stx_ino == c->ino;
}

ShimClaim *
shim_claim_of_line (unsigned chip, unsigned line)
{
  unsigned i;

  for (i = 0; i < MAX_CLAIMS; i++) {
    ShimClaim *c = &shim.claim[i];

    if (!c->used || c->chip != chip || c->line != line)
      continue;
    if (shim_still_held (c))
      return c;
    shim_end_claim (c);
  }
  return NULL;
}

ShimClaim *
shim_claim_of_fd (int fd)
{
  struct stat st;
  unsigned i;

  if (fstat (fd, &st) < 0)
    return NULL;
  for (i = 0; i < MAX_CLAIMS; i++)
    if (shim.claim[i].used && shim.claim[i].dev == st.st_dev &&
        shim.claim[i].ino == st.st_ino)
      return &shim.claim[i];
  return NULL;
}

/* The oldest event goes when the queue is full, as in linereq_put_event(). */
static void
queue_edge (ShimClaim *c, uint64_t tclk)
{
  struct gpio_v2_line_event e = {
      .timestamp_ns = shim_tclk_to_ns (tclk),
      .id = GPIO_V2_LINE_EVENT_FALLING_EDGE,
      .offset = c->line,
  };
  int queued = 0;

  e.seqno = e.line_seqno = ++c->seq;
  syscall (SYS_ioctl, c->drop, 0x541B /* FIONREAD */, &queued);
  if ((unsigned) queued / sizeof e >= c->fifo) {
    struct gpio_v2_line_event oldest;

    if (read (c->drop, &oldest, sizeof oldest) == (ssize_t) sizeof oldest)
      shim.truth.overflown++;
  }
  if (write (c->in, &e, sizeof e) == (ssize_t) sizeof e)
    shim.truth.edges++;
}

/* Everything up to now has happened. Returns when the next edge is due in
 * tCLK; UINT64_MAX: nothing is converting. */
uint64_t
shim_advance (void)
{
  uint64_t now = shim_tclk_now (), k;
  const ShimConfig *c = &shim.config;
  ShimClaim *drdy;
  unsigned i;
  bool any;

  for (i = 0; i < c->chips; i++)
    ads1299_sim_set_time (shim.chip[i], now);
  if (shim.unplugged)
    return UINT64_MAX;
  if (shim.run != ads1299_sim_run (shim.chip[0])) {
    shim.run = ads1299_sim_run (shim.chip[0]);
    shim.next = 0;
  }
  any = ads1299_sim_current (shim.chip[0], &k);
  drdy = shim_claim_of_line (0, LINE_DRDY);
  while (any && shim.next <= k) {
    uint64_t due = ads1299_sim_drdy_time (shim.chip[0], shim.next);
    bool lost = shim.next >= c->lost && shim.next < c->lost + c->lost_n;

    if (drdy && (drdy->flags & GPIO_V2_LINE_FLAG_EDGE_FALLING) && !lost &&
        shim.next < c->dead)
      queue_edge (drdy, due);
    shim.next++;
    shim.truth.conversions++;
  }
  return ads1299_sim_is_converting (shim.chip[0])
             ? ads1299_sim_drdy_time (shim.chip[0], shim.next)
             : UINT64_MAX;
}

static void *
tick (void *data)
{
  pthread_mutex_lock (&shim_lock);
  for (;;) {
    uint64_t due = shim.powered ? shim_advance () : UINT64_MAX;

    if (due == UINT64_MAX) {
      pthread_cond_wait (&shim_changed, &shim_lock);
    } else {
      uint64_t ns = shim_tclk_to_ns (due + 1);
      struct timespec ts = {
          (time_t) (ns / 1000000000u), (long) (ns % 1000000000u)};

      pthread_cond_clockwait (&shim_changed, &shim_lock, CLOCK_MONOTONIC, &ts);
    }
  }
  return NULL;
}

void
shim_start_ticking (void)
{
  pthread_t thread;

  if (shim.ticking)
    return;
  if (pthread_create (&thread, NULL, tick, NULL) != 0)
    abort ();
  pthread_detach (thread);
  shim.ticking = true;
}

void
shim_unplug (void)
{
  unsigned i;

  shim.unplugged = true;
  for (i = 0; i < MAX_CLAIMS; i++)
    if (shim.claim[i].used && shim.claim[i].in >= 0) {
      /* the reader sees a hang-up */
      close (shim.claim[i].in);
      shim.claim[i].in = -1;
    }
}
