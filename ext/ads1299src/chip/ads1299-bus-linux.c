/* ADS1299 chip library: chips on SPI and GPIO devices of Linux
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-bus-linux.h"
#include "ads1299-device.h"
#include "ads1299-gpio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/spi/spi.h>
#include <linux/spi/spidev.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Edges taken from the kernel at once */
#define EVENTS_PER_READ 32
#define MIN_FRAME_BYTES 15
/* Shorter rests are the chips' own, between two bytes or commands. */
#define CANCELLABLE_NS 1000000

#define ENABLE_SPI                                                             \
  "switch SPI on (Raspberry Pi: \"sudo raspi-config nonint do_spi 0\", then "  \
  "reboot); \"eeg-launch --doctor\" shows what is missing"

enum
{
  OUT_START, /* as Ads1299Line */
  OUT_RESET,
  OUT_PWDN,
  N_OUT,
};

static const struct
{
  const char *role;
  bool idle; /* level that lets the chips rest but not forget */
} outputs[N_OUT] = {
    [OUT_START] = {"START", false},
    [OUT_RESET] = {"RESET", true},
    [OUT_PWDN] = {"PWDN", true},
};

typedef struct
{
  Ads1299Bus bus;
  int spi[ADS1299_BUS_MAX_CHIPS];
  char path[ADS1299_BUS_MAX_CHIPS][64];
  int out[N_OUT], drdy, wake;
  char drdy_name[64];
  atomic_bool cancelled;
  pthread_mutex_t rest_lock; /* around changes of @cancelled */
  pthread_cond_t rest_over;
  /* Of the one thread that uses the bus: edges that wait_drdy() has not handed
   * out, from @next on. */
  struct gpio_v2_line_event event[EVENTS_PER_READ];
  unsigned n_events, next;
} LinuxBus;

static uint64_t
linux_now (Ads1299Bus *bus)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

/* --- edges ------------------------------------------------------------------ */

/* Takes what the kernel has queued, when there is nothing left of before. 0 or
 * -errno. */
static int
take_edges (LinuxBus *b)
{
  ssize_t n;

  if (b->next < b->n_events)
    return 0;
  b->next = b->n_events = 0;
  do
    n = read (b->drdy, b->event, sizeof b->event);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return errno == EAGAIN ? 0 : -errno;
  /* The other end is gone. */
  if (n == 0)
    return -ENODEV;
  if (n % (ssize_t) sizeof b->event[0] != 0)
    return -EIO;
  b->n_events = (unsigned) (n / (ssize_t) sizeof b->event[0]);
  return 0;
}

/* Edges of an earlier run are none of this one. */
static void
forget_edges (LinuxBus *b)
{
  do
    b->next = b->n_events;
  while (take_edges (b) == 0 && b->n_events > 0);
}

/* Several errors say that a device was unplugged or its driver unbound. */
static int
gone (int error)
{
  return error == -ENXIO || error == -ESHUTDOWN ? -ENODEV : error;
}

static Ads1299Wait
wait_failed (Ads1299Edge *edge, int error)
{
  memset (edge, 0, sizeof *edge);
  edge->error = gone (error);
  return ADS1299_WAIT_ERROR;
}

static Ads1299Wait
linux_wait_drdy (Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge)
{
  LinuxBus *b = (LinuxBus *) bus;
  uint64_t end = linux_now (bus) + timeout_ns;
  bool look = false;

  for (;;) {
    struct pollfd p[2] = {
        {.fd = b->drdy, .events = POLLIN}, {.fd = b->wake, .events = POLLIN}};
    uint64_t now;
    struct timespec ts = {0, 0};
    int r;

    if (atomic_load (&b->cancelled))
      return ADS1299_WAIT_CANCELLED;
    if (look) {
      r = take_edges (b);
      if (r < 0)
        return wait_failed (edge, r);
    }
    if (b->next < b->n_events) {
      edge->time_ns = b->event[b->next].timestamp_ns;
      edge->seq = b->event[b->next++].line_seqno;
      edge->error = 0;
      return ADS1299_WAIT_EDGE;
    }
    now = linux_now (bus);
    if (end > now) {
      ts.tv_sec = (time_t) ((end - now) / 1000000000u);
      ts.tv_nsec = (long) ((end - now) % 1000000000u);
    }
    r = ppoll (p, 2, &ts, NULL);
    if (r < 0 && errno != EINTR)
      return wait_failed (edge, -errno);
    look = r > 0 && (p[0].revents & POLLIN);
    if (r > 0 && !look && (p[0].revents & (POLLERR | POLLHUP | POLLNVAL)))
      return wait_failed (edge, -ENODEV);
    if (r == 0) {
      /* Older kernels do not wake who waits on a chip that goes away. */
      r = ads1299_gpio_get (b->drdy);
      return r < 0 ? wait_failed (edge, r) : ADS1299_WAIT_TIMEOUT;
    }
  }
}

static int
linux_drdy_level (Ads1299Bus *bus)
{
  return ads1299_gpio_get (((LinuxBus *) bus)->drdy);
}

static void
linux_cancel (Ads1299Bus *bus, bool on)
{
  LinuxBus *b = (LinuxBus *) bus;
  uint64_t v = 1;

  pthread_mutex_lock (&b->rest_lock);
  atomic_store (&b->cancelled, on);
  pthread_cond_broadcast (&b->rest_over);
  pthread_mutex_unlock (&b->rest_lock);
  if (on) {
    while (write (b->wake, &v, sizeof v) < 0 && errno == EINTR)
      ;
  } else {
    while (read (b->wake, &v, sizeof v) < 0 && errno == EINTR)
      ;
  }
}

/* --- transfers -------------------------------------------------------------- */

static bool
is_frame (const Ads1299Xfer *x)
{
  return x->rx && x->len >= MIN_FRAME_BYTES &&
         (x->tx[0] == ADS1299_CMD_RDATA || x->tx[0] == 0);
}

/* Did a conversion end before the chip had surely latched the frame that has
 * just arrived? It did so before the last @len - 1 bytes were clocked. */
static int
check_fresh (LinuxBus *b, const Ads1299Xfer *x)
{
  uint64_t latched = linux_now (&b->bus), bits = (x->len - 1) * 8;
  int r = take_edges (b);

  if (x->speed_hz)
    latched -= bits * 1000000000u / x->speed_hz;

  if (r < 0)
    return gone (r);
  return b->next < b->n_events && b->event[b->next].timestamp_ns <= latched
             ? -ESTALE
             : 0;
}

static int
linux_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  LinuxBus *b = (LinuxBus *) bus;
  struct spi_ioc_transfer t = {
      .tx_buf = (uintptr_t) x->tx,
      .rx_buf = (uintptr_t) x->rx,
      .len = (uint32_t) x->len,
      .speed_hz = x->speed_hz,
      .delay_usecs = (uint16_t) x->delay_us,
      .bits_per_word = 8,
  };
  int r;

  if (chip >= bus->n_chips)
    return -ENODEV;
  if (x->len == 0 || x->len > ADS1299_LINUX_MAX_TRANSFER)
    return -EMSGSIZE;
  if (chip == 0 && x->len == 1 && x->tx[0] == ADS1299_CMD_START)
    forget_edges (b);
  /* Reading for an edge that is not the newest takes time and gives nothing;
   * one who is late would never catch up. */
  if (chip == 0 && is_frame (x)) {
    r = take_edges (b);
    if (r < 0 || b->next < b->n_events)
      return r < 0 ? gone (r) : -ESTALE;
  }
  r = ads1299_device_ioctl (b->spi[chip], SPI_IOC_MESSAGE (1), &t);
  if (r < 0)
    return gone (r);
  if ((size_t) r != x->len)
    return -EIO;
  if (chip + 1 == bus->n_chips && is_frame (x))
    return check_fresh (b, x);
  return 0;
}

static int
linux_set_line (Ads1299Bus *bus, Ads1299Line line, bool high)
{
  LinuxBus *b = (LinuxBus *) bus;

  if ((unsigned) line >= N_OUT || b->out[line] < 0)
    return -ENODEV;
  if (line == ADS1299_LINE_START && high)
    forget_edges (b);
  return ads1299_gpio_set (b->out[line], high);
}

static bool
linux_sleep (Ads1299Bus *bus, uint64_t ns)
{
  LinuxBus *b = (LinuxBus *) bus;
  uint64_t end = linux_now (bus) + ns;
  struct timespec ts = {
      (time_t) (end / 1000000000u), (long) (end % 1000000000u)};
  bool cancelled;
  int r = 0;

  if (ns < CANCELLABLE_NS) {
    while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
      ;
    return true;
  }
  pthread_mutex_lock (&b->rest_lock);
  while (!(cancelled = atomic_load (&b->cancelled)) && r != ETIMEDOUT)
    r = pthread_cond_clockwait (
        &b->rest_over, &b->rest_lock, CLOCK_MONOTONIC, &ts);
  pthread_mutex_unlock (&b->rest_lock);
  return !cancelled;
}

static void
linux_close (Ads1299Bus *bus)
{
  LinuxBus *b = (LinuxBus *) bus;
  unsigned i;

  /* Some controllers keep the level after the line is given back. */
  for (i = 0; i < N_OUT; i++)
    if (b->out[i] >= 0) {
      ads1299_gpio_set (b->out[i], outputs[i].idle);
      close (b->out[i]);
    }
  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++)
    if (b->spi[i] >= 0)
      close (b->spi[i]);
  if (b->drdy >= 0)
    close (b->drdy);
  if (b->wake >= 0)
    close (b->wake);
  pthread_cond_destroy (&b->rest_over);
  pthread_mutex_destroy (&b->rest_lock);
  free (b);
}

static const Ads1299BusOps linux_ops = {
    .xfer = linux_xfer,
    .wait_drdy = linux_wait_drdy,
    .drdy_level = linux_drdy_level,
    .set_line = linux_set_line,
    .sleep = linux_sleep,
    .now = linux_now,
    .cancel = linux_cancel,
    .close = linux_close,
};

/* --- opening ---------------------------------------------------------------- */

/* Mode, word length and speed, and what the controller made of the mode. */
static bool
set_up_spi (LinuxBus *b, unsigned chip, Ads1299Error *error)
{
  uint32_t speed = b->bus.frame_hz > b->bus.register_hz ? b->bus.frame_hz
                                                        : b->bus.register_hz;
  uint8_t mode = 0, bits = 8;
  const struct
  {
    unsigned long request;
    void *value;
    const char *what;
  } steps[] = {
      {SPI_IOC_WR_MODE, &mode, "mode 1"},
      {SPI_IOC_RD_MODE, &mode, "to tell its mode"},
      {SPI_IOC_WR_BITS_PER_WORD, &bits, "8 bits a word"},
      {SPI_IOC_WR_MAX_SPEED_HZ, &speed, "this speed"},
  };
  unsigned i;
  int r;

  /* The polarity of chip select is the board's affair. */
  ads1299_device_ioctl (b->spi[chip], SPI_IOC_RD_MODE, &mode);
  mode = (uint8_t) ((mode & SPI_CS_HIGH) | SPI_MODE_1);
  for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    r = ads1299_device_ioctl (b->spi[chip], steps[i].request, steps[i].value);
    if (r < 0) {
      ads1299_fail (error, ADS1299_ERR_MODE_REFUSED, (int) chip, -1,
          "%s: the SPI controller refuses %s: %s. The chip needs mode 1 with 8 "
          "bits a word; use another SPI controller",
          b->path[chip], steps[i].what, strerror (-r));
      if (error)
        error->sys_errno = -r;
      return false;
    }
  }
  if ((mode & SPI_MODE_X_MASK) == SPI_MODE_1)
    return true;
  return ads1299_fail (error, ADS1299_ERR_MODE_REFUSED, (int) chip, -1,
      "%s: SPI mode 1 was set, mode %u is what it reads back; use another SPI "
      "controller",
      b->path[chip], (unsigned) (mode & SPI_MODE_X_MASK));
}

static bool
open_spi (LinuxBus *b, unsigned chip, Ads1299Error *error)
{
  const char *path = b->path[chip];
  struct stat st;
  uint8_t mode;
  int fd, err = 0;

  /* Opening what is no device may have effects; better not. */
  if (stat (path, &st) == 0 && !S_ISCHR (st.st_mode)) {
    err = ENOTTY;
  } else if ((fd = open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) <
             0) {
    err = errno;
  } else {
    b->spi[chip] = fd;
    err = -ads1299_device_ioctl (fd, SPI_IOC_RD_MODE, &mode);
    /* spidev lets everybody in; two drivers on one chip would be chaos. */
    if (err <= 0 && flock (fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
      err = EBUSY;
  }
  if (err == ENOTTY || err == EINVAL)
    ads1299_fail (error, ADS1299_ERR_NOT_SPIDEV, -1, -1,
        "%s is no SPI device: expected one such as /dev/spidev0.0 (\"ls "
        "/dev/spidev*\" shows them)",
        path);
  else if (err > 0)
    ads1299_device_fail (error, "", path, err, "spi", ENABLE_SPI);
  if (err <= 0)
    return set_up_spi (b, chip, error);
  if (error)
    error->chip = (int) chip;
  return false;
}

/* Splits @devices into b->path. */
static bool
split_devices (LinuxBus *b, const char *devices, Ads1299Error *error)
{
  const char *p = devices ? devices : "";
  unsigned n = 0, i;

  while (*p) {
    size_t len = strcspn (p, ","), skip = strspn (p, " \t");
    char *path = n < ADS1299_BUS_MAX_CHIPS ? b->path[n] : NULL;
    int l = (int) (len > skip ? len - skip : 0);

    while (l > 0 && (p[skip + (size_t) l - 1] == ' '))
      l--;
    if (path && (l == 0 || snprintf (path, sizeof b->path[0], "%s%.*s",
                               p[skip] == '/' ? "" : "/dev/", l,
                               p + skip) >= (int) sizeof b->path[0]))
      return ads1299_fail (error, ADS1299_ERR_SETUP, (int) n, -1,
          "\"%.200s\" is no list of SPI devices: expected one per chip, comma "
          "separated, such as /dev/spidev0.0,/dev/spidev0.1",
          devices);
    n++;
    p += len + (p[len] == ',');
  }
  if (n != b->bus.n_chips)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        n == 0 ? "No SPI device is named (%u) for %u chips: set device, such "
                 "as device=/dev/spidev0.0"
               : "%u SPI devices for %u chips: each chip has its own chip "
                 "select and device, such as /dev/spidev0.0,/dev/spidev0.1",
        n, b->bus.n_chips);
  for (i = 0; i < n; i++) {
    unsigned k;

    for (k = 0; k < i; k++)
      if (strcmp (b->path[i], b->path[k]) == 0)
        return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, -1,
            "%s is named for two chips: each has its own chip select and "
            "device",
            b->path[i]);
  }
  return true;
}

static bool
check_speeds (const LinuxBus *b, Ads1299Error *error)
{
  if (b->bus.register_hz > ADS1299_REGISTER_HZ_MAX)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "Registers at %u Hz: the chip needs 4 tCLK a byte, so %u Hz at most",
        b->bus.register_hz, ADS1299_REGISTER_HZ_MAX);
  if (b->bus.frame_hz > ADS1299_LINUX_MAX_HZ)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "Frames at %u Hz: SCLK of the chip is %u Hz at most", b->bus.frame_hz,
        ADS1299_LINUX_MAX_HZ);
  return true;
}

static bool
wired (const char *spec)
{
  return spec && *spec;
}

static bool
open_all (LinuxBus *b, const Ads1299LinuxConfig *config, Ads1299Error *error)
{
  const char *const out[N_OUT] = {
      config->start_line, config->reset_line, config->pwdn_line};
  Ads1299GpioLine line;
  unsigned i;

  if (!check_speeds (b, error) || !split_devices (b, config->devices, error))
    return false;
  if (!wired (config->drdy))
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "No DRDY line is named: set drdy to the line of chip 0, such as "
        "drdy=pinctrl-rp1:25");
  /* Chips that take their commands one after another would convert at
   * different times. */
  if (b->bus.n_chips > 1 && !wired (config->start_line))
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "%u chips must start together, which takes the START line: wire START "
        "of all chips to one GPIO line and set start-line, such as "
        "start-line=pinctrl-rp1:22",
        b->bus.n_chips);
  for (i = 0; i < b->bus.n_chips; i++)
    if (!open_spi (b, i, error))
      return false;
  for (i = 0; i < N_OUT; i++) {
    if (!wired (out[i]))
      continue;
    if (!ads1299_gpio_find (outputs[i].role, out[i], &line, error))
      return false;
    b->out[i] = ads1299_gpio_request_output (
        outputs[i].role, &line, outputs[i].idle, error);
    if (b->out[i] < 0)
      return false;
  }
  if (!ads1299_gpio_find ("DRDY", config->drdy, &line, error))
    return false;
  snprintf (b->drdy_name, sizeof b->drdy_name, "line %u of %s", line.offset,
      line.name);
  b->bus.drdy_name = b->drdy_name;
  b->drdy = ads1299_gpio_request_edges ("DRDY", &line, !config->no_pull_up,
      config->events ? config->events : ADS1299_LINUX_MAX_EVENTS, error);
  if (b->drdy < 0)
    return false;
  b->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (b->wake < 0)
    return ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1,
        "No file descriptor is left: %s", strerror (errno));
  return true;
}

Ads1299Bus *
ads1299_bus_linux_new (const Ads1299LinuxConfig *config, Ads1299Error *error)
{
  LinuxBus *b;
  unsigned i;

  if (config->n_chips < 1 || config->n_chips > ADS1299_BUS_MAX_CHIPS) {
    ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "%u chips: 1 to %d can share a bus", config->n_chips,
        ADS1299_BUS_MAX_CHIPS);
    return NULL;
  }
  b = calloc (1, sizeof *b);
  if (!b) {
    ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1, "Out of memory");
    return NULL;
  }
  pthread_mutex_init (&b->rest_lock, NULL);
  pthread_cond_init (&b->rest_over, NULL);
  ads1299_bus_init (&b->bus, &linux_ops, config->n_chips);
  if (config->frame_hz)
    b->bus.frame_hz = config->frame_hz;
  if (config->register_hz)
    b->bus.register_hz = config->register_hz;
  for (i = 0; i < ADS1299_BUS_MAX_CHIPS; i++) {
    b->spi[i] = -1;
    b->bus.name[i] = b->path[i];
  }
  for (i = 0; i < N_OUT; i++)
    b->out[i] = -1;
  b->drdy = b->wake = -1;
  if (!open_all (b, config, error)) {
    linux_close (&b->bus);
    return NULL;
  }
  return &b->bus;
}
