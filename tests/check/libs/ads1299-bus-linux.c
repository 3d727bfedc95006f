/* The Linux bus of the chip library, against the ioctl calls of the shim
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "chip/ads1299-bus-linux.h"
#include "chip/ads1299-reader.h"
#include "shim-rig.h"

#define DRDY  "gpiochip0:25"
#define START "pinctrl-rp1:22"
#define RESET "GPIO27"

static const Ads1299LinuxConfig one = {
    .n_chips = 1, .devices = "/dev/spidev0.0", .drdy = DRDY};

static Ads1299Bus *
open_bus (const Ads1299LinuxConfig *config)
{
  Ads1299Error error = {0};
  Ads1299Bus *bus = ads1299_bus_linux_new (config, &error);

  fail_unless (bus != NULL, "%s", error.text);
  return bus;
}

static void
run_chips (Ads1299Bus *bus, unsigned rate)
{
  Ads1299Error error = {0};
  Ads1299Setup setup;

  ads1299_setup_init (&setup, bus->n_chips, rate);
  fail_unless (ads1299_bring_up (bus, &setup, NULL, &error), "%s", error.text);
  fail_unless (ads1299_start (bus, &error), "%s", error.text);
}

static void
assert_rules_kept (void)
{
  ShimTruth t;

  shim_get_truth (&t);
  fail_unless_equals_uint64 (t.fast_clock, 0);
  fail_unless_equals_uint64 (t.joined_transfers, 0);
  fail_unless_equals_uint64 (t.long_transfers, 0);
  fail_unless_equals_uint64 (t.wrong_mode, 0);
  fail_unless_equals_uint64 (t.chip, 0);
}

/* The checks of libcheck write to a pipe and allocate, each of them; at 16 kHz
 * under a sanitizer that is time enough for the next conversion, for ever. */
#define EXPECT(condition)                                                      \
  if (G_UNLIKELY (!(condition)))                                               \
  fail_unless (condition)

/* Reads @n samples of the counter signal and returns how many were lost: every
 * sample must be the one of its edge. */
static uint64_t
read_counter (Ads1299Bus *bus, unsigned rate, unsigned n)
{
  Ads1299Reader reader;
  uint64_t next = 0, base = UINT64_MAX;

  ads1299_reader_init (&reader, bus, rate);
  while (reader.counts.delivered < n) {
    int32_t codes[64];
    uint32_t status[8];
    Ads1299Sample s;
    unsigned c;
    Ads1299ReadResult r =
        ads1299_reader_next (&reader, 5000000000u, codes, status, &s);

    EXPECT (r == ADS1299_READ_OK || r == ADS1299_READ_SKIPPED);
    EXPECT (s.edge_ns <= bus->ops->now (bus));
    if (r == ADS1299_READ_SKIPPED) {
      EXPECT (s.why == ADS1299_SKIP_LATE);
      continue;
    }
    EXPECT (s.index >= next);
    /* conversions before the first edge are none of the reader's */
    if (base == UINT64_MAX)
      base = (uint64_t) codes[0] - s.index;
    for (c = 0; c < 8 * bus->n_chips; c++)
      EXPECT (codes[c] == (gint) (base + s.index + c));
    next = s.index + 1;
  }
  fail_unless_equals_uint64 (
      reader.counts.delivered + reader.counts.lost, reader.counts.produced);
  fail_unless_equals_uint64 (reader.counts.produced, next);
  return reader.counts.lost;
}

GST_START_TEST (test_counter_exact)
  {
    Ads1299Bus *bus;
    ShimTruth t;

    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 1);
    run_chips (bus, 1000);
    read_counter (bus, 1000, 200);
    shim_get_truth (&t);
    fail_unless (t.conversions >= 200);
    fail_unless_equals_uint64 (t.overflown, 0);
    ads1299_stop (bus);
    bus->ops->close (bus);
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 0);
    assert_rules_kept ();
  }
GST_END_TEST;

GST_START_TEST (test_every_rate)
  {
    unsigned i;

    for (i = 0; i < ADS1299_N_RATES; i++) {
      Ads1299Bus *bus;
      Ads1299Edge a, b;
      unsigned rate = ads1299_rates[i];
      double period;

      if (shim_too_fast (rate))
        continue;
      shim_power_up ("hurry=1;ppm=1000");
      bus = open_bus (&one);
      run_chips (bus, rate);
      read_counter (bus, rate, 20);
      fail_unless_equals_int (
          bus->ops->wait_drdy (bus, 5000000000u, &a), ADS1299_WAIT_EDGE);
      do {
        fail_unless_equals_int (
            bus->ops->wait_drdy (bus, 5000000000u, &b), ADS1299_WAIT_EDGE);
      } while (b.seq < a.seq + 20);
      /* a clock that is 1000 ppm fast, to the nanosecond of the edges */
      period = (double) (b.time_ns - a.time_ns) / (b.seq - a.seq);
      fail_unless (ABS (period * rate * 1.001 - 1e9) < 1e9 * 1e-5, "%u: %f ns",
          rate, period);
      ads1299_stop (bus);
      bus->ops->close (bus);
    }
    assert_rules_kept ();
  }
GST_END_TEST;

GST_START_TEST (test_cascade_with_lines)
  {
    const Ads1299LinuxConfig config = {.n_chips = 4,
        .devices = "/dev/spidev0.0, /dev/spidev0.1,spidev0.2,/dev/spidev0.3",
        .drdy = "/dev/gpiochip0:GPIO25",
        .start_line = START,
        .reset_line = RESET,
        .pwdn_line = "17",
        .frame_hz = 20000000};
    Ads1299LinuxConfig named = config;
    Ads1299Bus *bus;
    ShimTruth t;

    shim_power_up ("hurry=1;chips=4");
    named.pwdn_line = "GPIO17";
    bus = open_bus (&named);
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 4);
    fail_unless_equals_int (t.start, 0);
    fail_unless_equals_int (t.reset, 1);
    fail_unless_equals_int (t.pwdn, 1);
    run_chips (bus, 500);
    shim_get_truth (&t);
    fail_unless_equals_int (t.start, 1);
    fail_unless_equals_int (t.reset, 1);
    read_counter (bus, 500, 100);
    ads1299_stop (bus);
    shim_get_truth (&t);
    fail_unless_equals_int (t.start, 0);
    bus->ops->close (bus);
    assert_rules_kept ();
  }
GST_END_TEST;

/* 300 ms of 1000 samples per second pass while the queue holds 16. */
GST_START_TEST (test_overflow_counted)
  {
    const Ads1299LinuxConfig config = {
        .n_chips = 1, .devices = "/dev/spidev0.0", .drdy = DRDY, .events = 16};
    Ads1299Bus *bus;
    uint64_t lost;
    ShimTruth t;

    shim_power_up ("hurry=1;stall=10:300");
    bus = open_bus (&config);
    run_chips (bus, 1000);
    lost = read_counter (bus, 1000, 100);
    shim_get_truth (&t);
    fail_unless (lost >= 299, "%" G_GUINT64_FORMAT, lost);
    fail_unless (t.overflown >= 300 - 16 - 1);
    bus->ops->close (bus);
  }
GST_END_TEST;

/* Edges that the interrupt controller never saw leave a hole in time only. */
GST_START_TEST (test_lost_edges_leave_time)
  {
    Ads1299Bus *bus;
    Ads1299Edge a, b;

    shim_power_up ("hurry=1;lost=5:7");
    bus = open_bus (&one);
    run_chips (bus, 250);
    do {
      fail_unless_equals_int (
          bus->ops->wait_drdy (bus, 5000000000u, &a), ADS1299_WAIT_EDGE);
    } while (a.seq < 5);
    fail_unless_equals_int (
        bus->ops->wait_drdy (bus, 5000000000u, &b), ADS1299_WAIT_EDGE);
    if (a.seq == 5 && b.seq == 6)
      fail_unless_equals_uint64 (
          (b.time_ns - a.time_ns + 2000000) / 4000000, 8);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_drdy_level)
  {
    Ads1299Bus *bus;
    Ads1299Edge e;
    unsigned i, low = 0;

    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    fail_unless_equals_int (bus->ops->drdy_level (bus), 1);
    run_chips (bus, 250);
    for (i = 0; i < 5; i++) {
      bus->ops->wait_drdy (bus, 5000000000u, &e);
      low += bus->ops->drdy_level (bus) == 0;
    }
    /* nobody read, so it stays low */
    fail_unless_equals_int (low, 5);
    bus->ops->close (bus);
  }
GST_END_TEST;

static void *
cancel_soon (void *bus)
{
  g_usleep (20000);
  ((Ads1299Bus *) bus)->ops->cancel (bus, true);
  return NULL;
}

GST_START_TEST (test_cancel)
  {
    Ads1299Bus *bus;
    Ads1299Edge e;
    pthread_t thread;

    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    pthread_create (&thread, NULL, cancel_soon, bus);
    /* nothing converts, so only the other thread can end this */
    fail_unless_equals_int (
        bus->ops->wait_drdy (bus, 60000000000u, &e), ADS1299_WAIT_CANCELLED);
    pthread_join (thread, NULL);
    fail_unless_equals_int (
        bus->ops->wait_drdy (bus, 60000000000u, &e), ADS1299_WAIT_CANCELLED);
    bus->ops->cancel (bus, false);
    fail_unless_equals_int (
        bus->ops->wait_drdy (bus, 1000, &e), ADS1299_WAIT_TIMEOUT);
    bus->ops->close (bus);
  }
GST_END_TEST;

/* One rest does not end by itself: only the other thread can end this. */
GST_START_TEST (test_cancelled_bring_up_fails)
  {
    /* rests before the one that is cut, of the three of a bring-up */
    const gchar *const shims[] = {
        "hurry=1;endless=0", "hurry=1;endless=1", "hurry=1;endless=2"};
    Ads1299Error error = {0};
    Ads1299Setup setup;
    Ads1299Bus *bus;
    pthread_t thread;
    ShimTruth t;

    shim_power_up (shims[__i__]);
    bus = open_bus (&one);
    ads1299_setup_init (&setup, 1, 250);
    pthread_create (&thread, NULL, cancel_soon, bus);
    fail_if (ads1299_bring_up (bus, &setup, NULL, &error));
    fail_unless_equals_int (error.code, ADS1299_ERR_CANCELLED);
    pthread_join (thread, NULL);
    shim_get_truth (&t);
    fail_unless (t.rests <= (guint) __i__ + 1);
    fail_unless (t.rests_cut <= 1);
    /* cancelled before it began, it does not even lie down */
    fail_if (ads1299_bring_up (bus, &setup, NULL, &error));
    fail_unless_equals_int (error.code, ADS1299_ERR_CANCELLED);
    bus->ops->cancel (bus, false);
    bus->ops->close (bus);
    /* nothing of it remains */
    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    run_chips (bus, 250);
    read_counter (bus, 250, 10);
    ads1299_stop (bus);
    bus->ops->close (bus);
    assert_rules_kept ();
  }
GST_END_TEST;

static void
on_alarm (int signal)
{
}

/* A signal every 300 us: poll() and read() are interrupted for real, the ioctl
 * calls by the shim. */
GST_START_TEST (test_signals_do_no_harm)
  {
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval timer = {{0, 300}, {0, 300}}, off = {{0, 0}, {0, 0}};
    Ads1299Bus *bus;

    sigaction (SIGALRM, &action, NULL);
    shim_power_up ("hurry=1;eintr=5");
    setitimer (ITIMER_REAL, &timer, NULL);
    bus = open_bus (&one);
    run_chips (bus, 500);
    read_counter (bus, 500, 100);
    ads1299_stop (bus);
    bus->ops->close (bus);
    setitimer (ITIMER_REAL, &off, NULL);
    assert_rules_kept ();
  }
GST_END_TEST;

GST_START_TEST (test_transfer_fails)
  {
    static const struct
    {
      const char *config;
      int error;
    } cases[] = {{"eio=3", -EIO}, {"short=3", -EIO}, {"unplug=3", -ENODEV}};
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      Ads1299Bus *bus;
      Ads1299Edge e;
      int32_t codes[8];
      uint32_t status[1];
      int r;

      shim_power_up (cases[i].config);
      bus = open_bus (&one);
      run_chips (bus, 250);
      do {
        fail_unless_equals_int (
            bus->ops->wait_drdy (bus, 5000000000u, &e), ADS1299_WAIT_EDGE);
        r = ads1299_read_frames (bus, codes, status);
      } while (r == 0 || r == -ESTALE);
      fail_unless_equals_int (r, cases[i].error);
      bus->ops->close (bus);
    }
  }
GST_END_TEST;

GST_START_TEST (test_unplug_wakes_waiter_fails)
  {
    Ads1299Bus *bus;
    Ads1299Edge e;
    int32_t codes[8];
    uint32_t status[1];
    Ads1299Wait r;

    shim_power_up ("hurry=1;unplug=2");
    bus = open_bus (&one);
    run_chips (bus, 250);
    do {
      r = bus->ops->wait_drdy (bus, 60000000000u, &e);
      if (r == ADS1299_WAIT_EDGE)
        ads1299_read_frames (bus, codes, status);
    } while (r == ADS1299_WAIT_EDGE);
    fail_unless_equals_int (r, ADS1299_WAIT_ERROR);
    fail_unless_equals_int (e.error, -ENODEV);
    fail_unless_equals_int (bus->ops->drdy_level (bus), -ENODEV);
    ads1299_stop (bus);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_pull_up_is_optional)
  {
    Ads1299Bus *bus;

    shim_power_up ("hurry=1;bias=refused");
    bus = open_bus (&one);
    bus->ops->close (bus);
  }
GST_END_TEST;

/* What each mistake is called, and what its sentence must name. */
typedef struct
{
  const char *shim;
  const char *devices, *drdy, *start, *reset;
  unsigned chips, frame_hz, register_hz;
  Ads1299ErrorCode code;
  const char *needles[3];
} Refused;

static const Refused refused[] = {
    {"", "/dev/spidev9.9", DRDY, "", "", 1, 0, 0, ADS1299_ERR_NO_DEVICE,
        {"/dev/spidev9.9", "do_spi"}},
    {"deny=EACCES:/dev/spidev0.0", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_NO_PERMISSION, {"/dev/spidev0.0", "usermod -aG spi"}},
    {"deny=EIO:/dev/spidev0.0", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_BUS, {"/dev/spidev0.0", "Input/output"}},
    {"deny=EBUSY:/dev/spidev0.0", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_BUSY, {"/dev/spidev0.0", "fuser"}},
    {"", "/etc/passwd", DRDY, "", "", 1, 0, 0, ADS1299_ERR_NOT_SPIDEV,
        {"/etc/passwd", "/dev/spidev0.0"}},
    {"", "/dev/null", DRDY, "", "", 1, 0, 0, ADS1299_ERR_NOT_SPIDEV,
        {"/dev/null", "/dev/spidev0.0"}},
    {"spidev=no", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_NOT_SPIDEV, {"/dev/spidev0.0"}},
    {"mode=refused", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_MODE_REFUSED, {"/dev/spidev0.0", "mode 1"}},
    {"mode=ignored", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_MODE_REFUSED, {"/dev/spidev0.0", "mode 0 is what"}},
    {"bits=refused", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_MODE_REFUSED, {"/dev/spidev0.0", "8 bits"}},
    {"deny=EACCES:/dev/gpiochip0", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_NO_PERMISSION,
        {"DRDY", "/dev/gpiochip0", "usermod -aG gpio"}},
    /* the label cannot be read either, and this chip may have it */
    {"deny=EACCES:/dev/gpiochip0", "/dev/spidev0.0", "pinctrl-rp1:25", "", "",
        1, 0, 0, ADS1299_ERR_NO_PERMISSION, {"DRDY", "/dev/gpiochip0"}},
    {"busy=25", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0, ADS1299_ERR_BUSY,
        {"DRDY", "line 25 of gpiochip0 [pinctrl-rp1] (GPIO25)",
            "other-driver"}},
    {"busy=22", "/dev/spidev0.0", DRDY, START, "", 1, 0, 0, ADS1299_ERR_BUSY,
        {"START", "line 22", "other-driver"}},
    {"", "/dev/spidev0.0", DRDY, "", DRDY, 1, 0, 0, ADS1299_ERR_BUSY,
        {"DRDY", "line 25", "ads1299"}},
    {"", "/dev/spidev0.0", "gpiochip0:54", "", "", 1, 0, 0, ADS1299_ERR_NO_LINE,
        {"gpiochip0:54", "lines 0 to 53"}},
    {"", "/dev/spidev0.0", "gpiochip7:5", "", "", 1, 0, 0,
        ADS1299_ERR_NO_DEVICE, {"DRDY", "/dev/gpiochip7"}},
    {"", "/dev/spidev0.0", "/dev/null:5", "", "", 1, 0, 0, ADS1299_ERR_NO_LINE,
        {"/dev/null", "no GPIO chip"}},
    {"", "/dev/spidev0.0", "pinctrl-bcm2711:25", "", "", 1, 0, 0,
        ADS1299_ERR_NO_LINE,
        {"pinctrl-bcm2711", "gpiochip0 [pinctrl-rp1]", "gpiochip1 [expander]"}},
    {"", "/dev/spidev0.0", "GPIO99", "", "", 1, 0, 0, ADS1299_ERR_NO_LINE,
        {"GPIO99", "CHIP:NUMBER"}},
    {"", "/dev/spidev0.0", "25", "", "", 1, 0, 0, ADS1299_ERR_NO_LINE,
        {"\"25\"", "CHIP:NUMBER"}},
    {"", "/dev/spidev0.0", "gpiochip0:", "", "", 1, 0, 0, ADS1299_ERR_SETUP,
        {"gpiochip0:", "CHIP:LINE"}},
    {"", "/dev/spidev0.0", ":25", "", "", 1, 0, 0, ADS1299_ERR_SETUP,
        {":25", "CHIP:LINE"}},
    {"", "/dev/spidev0.0", "", "", "", 1, 0, 0, ADS1299_ERR_SETUP, {"DRDY"}},
    {"", "/dev/spidev0.0", "expander:2", "", "", 1, 0, 0,
        ADS1299_ERR_LINE_REFUSED, {"line 2 of gpiochip1", "no interrupts"}},
    {"uapi=1", "/dev/spidev0.0", "GPIO25", "", "", 1, 0, 0,
        ADS1299_ERR_LINE_REFUSED, {"5.10"}},
    {"uapi=1", "/dev/spidev0.0", DRDY, "", "", 1, 0, 0,
        ADS1299_ERR_LINE_REFUSED, {"line 25 of gpiochip0"}},
    {"", "", DRDY, "", "", 1, 0, 0, ADS1299_ERR_SETUP,
        {"device=/dev/spidev0.0"}},
    {"", "/dev/spidev0.0,,", DRDY, "", "", 2, 0, 0, ADS1299_ERR_SETUP,
        {"one per chip"}},
    {"", "/dev/spidev0.0", DRDY, START, "", 2, 0, 0, ADS1299_ERR_SETUP,
        {"1 SPI devices for 2 chips"}},
    {"chips=2", "/dev/spidev0.0,/dev/spidev0.0", DRDY, START, "", 2, 0, 0,
        ADS1299_ERR_SETUP, {"/dev/spidev0.0", "two chips"}},
    {"chips=2", "/dev/spidev0.0,/dev/spidev0.1", DRDY, "", "", 2, 0, 0,
        ADS1299_ERR_SETUP, {"START line"}},
    {"", "/dev/spidev0.0", DRDY, "", "", 9, 0, 0, ADS1299_ERR_SETUP,
        {"9 chips", "1 to 8"}},
    {"", "/dev/spidev0.0", DRDY, "", "", 1, 20000001, 0, ADS1299_ERR_SETUP,
        {"20000001", "20000000"}},
    {"", "/dev/spidev0.0", DRDY, "", "", 1, 0, 5000000, ADS1299_ERR_SETUP,
        {"5000000", "4096000"}},
};

GST_START_TEST (test_devices_refused)
  {
    const Refused *r = &refused[__i__];
    const Ads1299LinuxConfig config = {.n_chips = r->chips,
        .devices = r->devices,
        .drdy = r->drdy,
        .start_line = r->start,
        .reset_line = r->reset,
        .frame_hz = r->frame_hz,
        .register_hz = r->register_hz};
    Ads1299Error error = {0};
    unsigned before, i;
    ShimTruth t;

    shim_power_up (r->shim);
    before = shim_open_fds ();
    fail_unless (ads1299_bus_linux_new (&config, &error) == NULL);
    fail_unless (error.code == r->code, "%s instead of %s: %s",
        ads1299_error_name (error.code), ads1299_error_name (r->code),
        error.text);
    for (i = 0; i < 3 && r->needles[i]; i++)
      fail_unless (strstr (error.text, r->needles[i]) != NULL,
          "\"%s\" is not in: %s", r->needles[i], error.text);
    fail_unless (strlen (error.text) < sizeof error.text - 1);
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 0);
    fail_unless_equals_int (shim_open_fds (), before);
  }
GST_END_TEST;

/* The second driver of the same chip would be silent chaos. */
GST_START_TEST (test_second_driver_refused)
  {
    const Ads1299LinuxConfig other = {
        .n_chips = 1, .devices = "/dev/spidev0.0", .drdy = "gpiochip0:24"};
    Ads1299Error error = {0};
    Ads1299Bus *bus;

    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    fail_unless (ads1299_bus_linux_new (&other, &error) == NULL);
    fail_unless_equals_int (error.code, ADS1299_ERR_BUSY);
    fail_unless (strstr (error.text, "/dev/spidev0.0") != NULL);
    bus->ops->close (bus);
    bus = open_bus (&one);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_hundred_cycles_leak_nothing)
  {
    const Ads1299LinuxConfig config = {.n_chips = 1,
        .devices = "/dev/spidev0.0",
        .drdy = DRDY,
        .start_line = START,
        .reset_line = RESET};
    unsigned before, i;
    ShimTruth t;

    shim_power_up ("hurry=1");
    before = shim_open_fds ();
    for (i = 0; i < 100; i++) {
      Ads1299Bus *bus = open_bus (&config);

      bus->ops->close (bus);
    }
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 0);
    fail_unless_equals_int (shim_open_fds (), before);
  }
GST_END_TEST;

GST_START_TEST (test_bad_transfers_refused)
  {
    uint8_t tx[65] = {0};
    Ads1299Xfer x = {tx, NULL, 65, 1000000, 2};
    Ads1299Bus *bus;
    ShimTruth t;

    shim_power_up ("hurry=1");
    bus = open_bus (&one);
    fail_unless_equals_int (bus->ops->xfer (bus, 0, &x), -EMSGSIZE);
    x.len = 0;
    fail_unless_equals_int (bus->ops->xfer (bus, 0, &x), -EMSGSIZE);
    x.len = 1;
    fail_unless_equals_int (bus->ops->xfer (bus, 1, &x), -ENODEV);
    fail_unless_equals_int (
        bus->ops->set_line (bus, ADS1299_LINE_START, true), -ENODEV);
    shim_get_truth (&t);
    fail_unless_equals_uint64 (t.transfers, 0);
    bus->ops->close (bus);
  }
GST_END_TEST;

static Suite *
suite (void)
{
  Suite *s = suite_create ("ads1299-bus-linux");
  TCase *tc = tcase_create ("shim");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_counter_exact);
  tcase_add_test (tc, test_every_rate);
  tcase_add_test (tc, test_cascade_with_lines);
  tcase_add_test (tc, test_overflow_counted);
  tcase_add_test (tc, test_lost_edges_leave_time);
  tcase_add_test (tc, test_drdy_level);
  tcase_add_test (tc, test_cancel);
  tcase_add_loop_test (tc, test_cancelled_bring_up_fails, 0, 3);
  tcase_add_test (tc, test_signals_do_no_harm);
  tcase_add_test (tc, test_transfer_fails);
  tcase_add_test (tc, test_unplug_wakes_waiter_fails);
  tcase_add_test (tc, test_pull_up_is_optional);
  tcase_add_loop_test (
      tc, test_devices_refused, 0, (int) G_N_ELEMENTS (refused));
  tcase_add_test (tc, test_second_driver_refused);
  tcase_add_test (tc, test_hundred_cycles_leak_nothing);
  tcase_add_test (tc, test_bad_transfers_refused);
  return s;
}

int
main (int argc, char **argv)
{
  int skip = shim_find ();

  if (skip)
    return skip;
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (suite (), "ads1299-bus-linux", __FILE__);
}
