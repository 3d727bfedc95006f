/* ADS1299 chip library: how to reach chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One interface for real and simulated chips: SPI transfers, the DRDY line,
 * output lines and time. Several chips share SCLK, START and the clock; chip 0
 * gives DRDY.
 *
 * Threads: one thread at a time uses a bus; only cancel() may be called from
 * any other at any time.
 */
#pragma once

#include "ads1299-faults.h"
#include "ads1299-math.h"
#include "ads1299-regs.h"
#include "ads1299-setup.h"

#include <stddef.h>

#define ADS1299_BUS_MAX_CHIPS ADS1299_MAX_CHIPS

/* Register commands of several bytes need 8 bits in 4 tCLK or more (datasheet
 * 9.5.3.1): at most 4.096 MHz. */
#define ADS1299_REGISTER_HZ     2048000
#define ADS1299_REGISTER_HZ_MAX 4096000
#define ADS1299_FRAME_HZ        10000000
/* CS stays low 4 tCLK after the last clock. */
#define ADS1299_CS_HOLD_US 2

typedef enum
{
  ADS1299_LINE_START,
  ADS1299_LINE_RESET, /* low resets */
} Ads1299Line;

typedef enum
{
  ADS1299_WAIT_EDGE,
  ADS1299_WAIT_TIMEOUT,
  ADS1299_WAIT_CANCELLED,
  ADS1299_WAIT_END, /* a replay has no more frames */
  ADS1299_WAIT_ERROR,
} Ads1299Wait;

/* @time_ns: CLOCK_MONOTONIC (model time when virtual); @seq counts edges as
 * the kernel's line_seqno does, from 1; @error: -errno after
 * ADS1299_WAIT_ERROR (-ENODEV: the device is gone). */
typedef struct
{
  uint64_t time_ns;
  uint32_t seq;
  int error;
} Ads1299Edge;

/* One chip-select-low transfer. @rx may be NULL. */
typedef struct
{
  const uint8_t *tx;
  uint8_t *rx;
  size_t len;
  uint32_t speed_hz;
  unsigned delay_us; /* from the last clock to chip select high */
} Ads1299Xfer;

typedef struct _Ads1299Bus Ads1299Bus;

typedef struct
{
  /* 0 or -errno; a transfer cut short is -EIO. -ESTALE: a newer conversion may
   * have replaced the frame before it was read. */
  int (*xfer) (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *xfer);
  /* The oldest falling edge of DRDY not handed out yet. @timeout_ns bounds
   * the wait. EINTR is dealt with inside. */
  Ads1299Wait (*wait_drdy) (
      Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge);
  /* Level of DRDY now: 0, 1 or -errno. */
  int (*drdy_level) (Ads1299Bus *bus);
  /* 0, or -ENODEV when the line is not wired: use the command instead. */
  int (*set_line) (Ads1299Bus *bus, Ads1299Line line, bool high);
  /* Let at least @ns pass. Rests of 1 ms or more in real time end early, with
   * false, once cancelled; shorter ones are between bytes and never do. */
  bool (*sleep) (Ads1299Bus *bus, uint64_t ns);
  /* The clock of Ads1299Edge.time_ns. */
  uint64_t (*now) (Ads1299Bus *bus);
  /* Make wait_drdy() and long sleep() return at once until called with false.
   * Any thread. */
  void (*cancel) (Ads1299Bus *bus, bool on);
  void (*close) (Ads1299Bus *bus);
} Ads1299BusOps;

/* Filled by whoever makes the bus. @name: what people call the device of a
 * chip ("/dev/spidev0.0"), NULL: only its number; @drdy_name: the line of DRDY
 * ("line 25 of gpiochip0"), NULL: it has none. @channels: of every chip's
 * frame, 8 until ads1299_bring_up() knows the setup. */
struct _Ads1299Bus
{
  const Ads1299BusOps *ops;
  unsigned n_chips;
  uint32_t register_hz, frame_hz;
  const char *name[ADS1299_BUS_MAX_CHIPS];
  const char *drdy_name;
  uint8_t channels[ADS1299_BUS_MAX_CHIPS];
};

/* Defaults of everything but @ops' own state. */
void ads1299_bus_init (
    Ads1299Bus *bus, const Ads1299BusOps *ops, unsigned n_chips);

/* --- registers and commands ------------------------------------------------ */

/* 0 or -errno. The chip must not be in RDATAC. */
int ads1299_read_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, uint8_t *values);
int ads1299_write_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, const uint8_t *values);
int ads1299_command (Ads1299Bus *bus, unsigned chip, uint8_t command);

/* --- life of the chips ----------------------------------------------------- */

/* What bring-up found beside errors. */
typedef struct
{
  uint8_t id[ADS1299_BUS_MAX_CHIPS];
  unsigned n_warnings;
  Ads1299Error warning[ADS1299_BUS_MAX_CHIPS];
} Ads1299Report;

/* Resets, identifies, configures and verifies all chips, in the order and with
 * the waits of the datasheet (figure 67). The chips do not convert yet. After a
 * failure they are in STANDBY as far as they can be reached; to be cancelled is
 * one, with ADS1299_ERR_CANCELLED. @report and @error may be NULL. */
bool ads1299_bring_up (Ads1299Bus *bus, const Ads1299Setup *setup,
    Ads1299Report *report, Ads1299Error *error);
/* Writes only the registers that differ between @before and @after, converting
 * or not, and reads them back. After a failure the bytes of @before are written
 * again; the text of @error says whether that worked. */
bool ads1299_reconfigure (Ads1299Bus *bus, const Ads1299Setup *before,
    const Ads1299Setup *after, Ads1299Error *error);
/* Conversions start on all chips together. */
bool ads1299_start (Ads1299Bus *bus, Ads1299Error *error);
/* Stops conversions and puts the chips to STANDBY. */
void ads1299_stop (Ads1299Bus *bus);
/* Reads the frame of every chip after an edge: codes of all chips one after
 * another and @n_chips status words. 0 or -errno. */
int ads1299_read_frames (Ads1299Bus *bus, int32_t *codes, uint32_t *status);

/* --- the simulated bus ----------------------------------------------------- */

typedef enum
{
  ADS1299_CLOCK_SHARED,      /* one oscillator outside, always there */
  ADS1299_CLOCK_FROM_CHIP_0, /* chip 0's, once its CLK_EN is set */
  ADS1299_CLOCK_OWN,         /* every chip has one */
} Ads1299SimClock;

/* Zero is a good value for everything but the first three. */
typedef struct
{
  unsigned n_chips;
  unsigned rate;
  double vref;
  int signal; /* Ads1299Signal of the electrodes */
  uint32_t seed;
  double sine_hz, sine_volts, mains_hz;
  bool realtime;     /* pace by CLOCK_MONOTONIC, else as fast as asked */
  unsigned coalesce; /* realtime: edges that one wake-up may stand for */
  const char *const *labels; /* electrode names of all channels, or NULL */
  const char *file;          /* recorded frames, or NULL */
  const char *faults;        /* script, or NULL */
  uint8_t channels[ADS1299_BUS_MAX_CHIPS]; /* 4, 6, 8; 0 stands for 8 */

  Ads1299SimClock clock;
  double ppm[ADS1299_BUS_MAX_CHIPS]; /* error of the oscillator; SHARED: [0] */
  double drift;                      /* ppm per second, of all oscillators */
  bool start_line;                   /* START is wired */
  bool no_reset_line;                /* RESET is not wired */
  bool ref_external;                 /* VREFP is driven from outside */
  bool bus_timing;                   /* transfers take the time of their bits */
  uint64_t wake_ns;                  /* from the edge to the host; 0: 5 us */
  unsigned event_queue;              /* edges that the kernel keeps; 0: 1024 */
  const double *ohms; /* impedance of the electrode of each channel, or NULL:
                           5 kOhm */
} Ads1299SimConfig;

/* What really happened: for tests and for people who inject faults.
 * @conversions: that chip 0 made up to the last edge handed out, by the time
 * line of the signal; @overflow: edges that the full event queue dropped;
 * @stale: frames read after another conversion had replaced the one of the
 * last edge; @count: how often each fault struck (edges, frames, transfers). */
typedef struct
{
  uint64_t conversions, edges, overflow, stale;
  uint64_t count[ADS1299_N_FAULTS];
} Ads1299SimTruth;

struct _Ads1299SimViolations;

/* NULL with @error when the file cannot be read or the script is wrong. */
Ads1299Bus *ads1299_bus_sim_new (
    const Ads1299SimConfig *config, Ads1299Error *error);
/* Bytes after the last whole frame of the replayed file. */
size_t ads1299_bus_sim_torn_bytes (Ads1299Bus *bus);
/* Readable by the thread that uses the bus, or after it. */
void ads1299_bus_sim_truth (Ads1299Bus *bus, Ads1299SimTruth *truth);
/* Rules that the host broke towards chip @chip; see ads1299-sim.h. */
const struct _Ads1299SimViolations *ads1299_bus_sim_violations (
    Ads1299Bus *bus, unsigned chip);
/* Impedance of the electrodes of channel @index of all, from the next START or
 * register write on. */
void ads1299_bus_sim_set_ohms (
    Ads1299Bus *bus, unsigned index, double ohm_p, double ohm_n);
