/* ads1299shim: what programs and tests call
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/spi/spidev.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

typedef int (*ClockWait) (
    pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);

/* --- what the driver calls -------------------------------------------------- */

static ShimNode *
find_node (ShimNode *nodes, unsigned n, int fd)
{
  struct stat st;
  unsigned i;

  if (fstat (fd, &st) < 0)
    return NULL;
  for (i = 0; i < n; i++)
    if (nodes[i].path[0] && nodes[i].dev == st.st_dev &&
        nodes[i].ino == st.st_ino)
      return &nodes[i];
  return NULL;
}

/* True when @path is one of ours, with the descriptor or -1 and errno. */
static bool
shim_open (const char *path, int flags, int *fd)
{
  char real[40];
  ShimNode *n = NULL;
  unsigned i;

  if (!path || (strncmp (path, "/dev/spidev", 11) != 0 &&
                   strncmp (path, "/dev/gpiochip", 13) != 0))
    return false;
  pthread_mutex_lock (&shim_lock);
  shim_need_power ();
  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++)
    if (strcmp (path, shim.spi[i].path) == 0)
      n = &shim.spi[i];
  for (i = 0; i < N_GPIO_CHIPS; i++)
    if (strcmp (path, shim.gpio[i].path) == 0)
      n = &shim.gpio[i];
  *fd = -1;
  if (shim.config.deny_errno && strcmp (path, shim.config.deny) == 0) {
    errno = shim.config.deny_errno;
  } else if (!n) {
    errno = ENOENT;
  } else if (shim.unplugged) {
    errno = ENXIO;
  } else {
    snprintf (real, sizeof real, "/proc/self/fd/%d", n->fd);
    *fd = shim_sys_open (real, flags);
  }
  pthread_mutex_unlock (&shim_lock);
  return true;
}

/* The names of libc are given to the linker only: its headers have views of
 * their own about open() and open64(). */
#define CALL(name, args) EXPORT int call_##name args __asm__(#name);

#define OPEN(name, args, dir)                                                  \
  CALL (name, args)                                                            \
  int call_##name args                                                         \
  {                                                                            \
    mode_t mode = 0;                                                           \
    int fd;                                                                    \
    if (shim_open (path, flags, &fd))                                          \
      return fd;                                                               \
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {               \
      va_list args_;                                                           \
      va_start (args_, flags);                                                 \
      mode = va_arg (args_, mode_t);                                           \
      va_end (args_);                                                          \
    }                                                                          \
    return (int) syscall (SYS_openat, dir, path, flags, mode);                 \
  }
OPEN (open, (const char *path, int flags, ...), AT_FDCWD)
OPEN (open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN (openat, (int dir, const char *path, int flags, ...), dir)
OPEN (openat64, (int dir, const char *path, int flags, ...), dir)

/* What _FORTIFY_SOURCE makes of open() without a mode. */
#define OPEN_2(name, args, dir)                                                \
  CALL (name, args)                                                            \
  int call_##name args                                                         \
  {                                                                            \
    return call_openat (dir, path, flags);                                     \
  }
OPEN_2 (__open_2, (const char *path, int flags), AT_FDCWD)
OPEN_2 (__open64_2, (const char *path, int flags), AT_FDCWD)
OPEN_2 (__openat_2, (int dir, const char *path, int flags), dir)
OPEN_2 (__openat64_2, (int dir, const char *path, int flags), dir)

CALL (ioctl, (int fd, unsigned long request, ...))
int
call_ioctl (int fd, unsigned long request, ...)
{
  bool spi = _IOC_TYPE (request) == SPI_IOC_MAGIC,
       gpio = _IOC_TYPE (request) == 0xB4, ours = false;
  va_list args;
  void *arg;
  ShimNode *n;
  ShimClaim *c;
  int r = 0;

  va_start (args, request);
  arg = va_arg (args, void *);
  va_end (args);
  if (spi || gpio) {
    pthread_mutex_lock (&shim_lock);
    if (shim.powered) {
      if ((n = find_node (shim.spi, ADS1299_BUS_MAX_CHIPS, fd))) {
        ours = true;
        if (shim.interrupted < shim.config.eintr)
          r = -EINTR;
        else
          r = spi ? shim_spi_ioctl ((unsigned) (n - shim.spi), request, arg)
                  : -ENOTTY;
      } else if ((n = find_node (shim.gpio, N_GPIO_CHIPS, fd))) {
        ours = true;
        if (shim.interrupted < shim.config.eintr)
          r = -EINTR;
        else
          r = gpio ? shim_gpio_ioctl ((unsigned) (n - shim.gpio), request, arg)
                   : -ENOTTY;
      } else if ((c = shim_claim_of_fd (fd))) {
        ours = true;
        r = gpio ? shim_line_ioctl (c, request, arg) : -ENOTTY;
      }
      if (ours)
        shim.interrupted = r == -EINTR ? shim.interrupted + 1 : 0;
    }
    pthread_mutex_unlock (&shim_lock);
    if (ours) {
      if (r < 0)
        errno = -r;
      return r < 0 ? -1 : r;
    }
  }
  r = (int) syscall (SYS_ioctl, fd, request, arg);
  /* what an emulator says of requests that it has never heard of */
  if (r < 0 && (spi || gpio) && errno == ENOSYS)
    errno = ENOTTY;
  return r;
}

static long
raw_clock_nanosleep (
    clockid_t clock, int flags, const struct timespec *t, struct timespec *rest)
{
  int before = errno;
  long r = syscall (SYS_clock_nanosleep, clock, flags, t, rest);

  if (r < 0)
    r = -errno;
  errno = before;
  return r;
}

CALL (clock_nanosleep, (clockid_t clock, int flags, const struct timespec *t,
                           struct timespec *rest))
int
call_clock_nanosleep (
    clockid_t clock, int flags, const struct timespec *t, struct timespec *rest)
{
  const struct timespec ms = {0, 1000000};
  bool hurry;

  pthread_mutex_lock (&shim_lock);
  hurry = shim.powered && shim.config.hurry;
  pthread_mutex_unlock (&shim_lock);
  if (hurry)
    return nanosleep (&ms, NULL) < 0 ? errno : 0;
  /* the error is the result, errno stays */
  return (int) -raw_clock_nanosleep (clock, flags, t, rest);
}

CALL (pthread_cond_clockwait, (pthread_cond_t * cond, pthread_mutex_t *mutex,
                                  clockid_t clock, const struct timespec *end))
int
call_pthread_cond_clockwait (pthread_cond_t *cond, pthread_mutex_t *mutex,
    clockid_t clock, const struct timespec *end)
{
  static _Atomic (ClockWait) real;
  bool rest = false, hurry = false, endless = false;
  struct timespec ts = *end;
  int r;

  if (!real)
    real = (ClockWait) dlsym (RTLD_NEXT, "pthread_cond_clockwait");
  /* the world's own */
  if (cond == &shim_changed)
    return real (cond, mutex, clock, end);
  pthread_mutex_lock (&shim_lock);
  if (shim.powered) {
    rest = true;
    endless = shim.rests++ == shim.config.endless;
    hurry = shim.config.hurry && !endless;
  }
  pthread_mutex_unlock (&shim_lock);
  if (hurry) {
    clock_gettime (clock, &ts);
    ts.tv_nsec += 1000000;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
  } else if (endless) {
    ts.tv_sec += 3600;
  }
  r = real (cond, mutex, clock, &ts);
  if (rest && r == 0)
    shim.rests_cut++;
  return r;
}

/* --- what the tests call ---------------------------------------------------- */

EXPORT void ads1299_shim_power_up (const char *config);
void
ads1299_shim_power_up (const char *config)
{
  pthread_mutex_lock (&shim_lock);
  shim_power_up (config);
  pthread_mutex_unlock (&shim_lock);
}

EXPORT void ads1299_shim_get_truth (ShimTruth *truth);
void
ads1299_shim_get_truth (ShimTruth *truth)
{
  unsigned i;

  pthread_mutex_lock (&shim_lock);
  shim_need_power ();
  shim_advance ();
  *truth = shim.truth;
  truth->rests = shim.rests;
  truth->rests_cut = shim.rests_cut;
  for (i = 0; i < MAX_CLAIMS; i++)
    if (shim.claim[i].used && !shim_still_held (&shim.claim[i]))
      shim_end_claim (&shim.claim[i]);
    else
      truth->claimed += shim.claim[i].used;
  truth->start = shim.level[LINE_START];
  truth->reset = shim.level[LINE_RESET];
  truth->pwdn = shim.level[LINE_PWDN];
  for (i = 0; i < shim.config.chips; i++) {
    const Ads1299SimViolations *v = ads1299_sim_violations (shim.chip[i]);

    truth->chip += v->early_bytes + v->ignored_registers + v->must_write +
                   v->reserved + v->unknown_commands + v->fast_bytes +
                   v->short_hold + v->torn_reads + v->din_in_data;
  }
  pthread_mutex_unlock (&shim_lock);
}
