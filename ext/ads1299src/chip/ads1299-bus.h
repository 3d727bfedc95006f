/* ADS1299 chip library: how to reach chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One interface for real and simulated chips: SPI transfers, the DRDY line,
 * output lines and time. Several chips share SCLK, START and the clock; chip 0
 * gives DRDY.
 */
#pragma once

#include "ads1299-regs.h"

#define ADS1299_BUS_MAX_CHIPS 8

typedef enum
{
  ADS1299_LINE_START,
  ADS1299_LINE_RESET,
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
 * the kernel's line_seqno does. */
typedef struct
{
  uint64_t time_ns;
  uint32_t seq;
} Ads1299Edge;

typedef struct _Ads1299Bus Ads1299Bus;

typedef struct
{
  /* One chip-select-low transfer; 0 or -errno. @rx may be NULL. */
  int (*xfer) (Ads1299Bus *bus, unsigned chip, const uint8_t *tx, uint8_t *rx,
      size_t len);
  /* The next falling edge of DRDY. @timeout_ns bounds the wait. */
  Ads1299Wait (*wait_drdy) (
      Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge);
  /* 0, or -ENODEV when the line is not wired: use the command instead. */
  int (*set_line) (Ads1299Bus *bus, Ads1299Line line, bool high);
  /* Let at least @ns pass. */
  void (*sleep) (Ads1299Bus *bus, uint64_t ns);
  uint64_t (*now) (Ads1299Bus *bus);
  /* Make wait_drdy() return at once until called with false. Any thread. */
  void (*cancel) (Ads1299Bus *bus, bool on);
  void (*close) (Ads1299Bus *bus);
} Ads1299BusOps;

struct _Ads1299Bus
{
  const Ads1299BusOps *ops;
  unsigned n_chips;
};

/* --- the simulated bus ----------------------------------------------------- */

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
  const char *const *labels; /* n_chips * 8 electrode names */
  const char *file;          /* recorded frames, or NULL */
  const char *faults;        /* script, or NULL */
} Ads1299SimConfig;

/* NULL with a sentence in @error (of @error_size bytes) when the file cannot
 * be read or the script is wrong. */
Ads1299Bus *ads1299_bus_sim_new (
    const Ads1299SimConfig *config, char *error, size_t error_size);
/* Bytes after the last whole frame of the replayed file. */
size_t ads1299_bus_sim_torn_bytes (Ads1299Bus *bus);

/* --- what every driver needs ----------------------------------------------- */

typedef struct
{
  unsigned rate;
  unsigned gain[ADS1299_BUS_MAX_CHIPS * ADS1299_MAX_CHANNELS];
  unsigned mux; /* ADS1299_MUX_* of all channels */
} Ads1299Setup;

int ads1299_read_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, uint8_t *values);
int ads1299_write_registers (Ads1299Bus *bus, unsigned chip, unsigned first,
    unsigned n, const uint8_t *values);
int ads1299_command (Ads1299Bus *bus, unsigned chip, uint8_t command);

/* Resets, identifies, configures and verifies all chips, in the order and with
 * the waits of the datasheet. False with a sentence in @error. The chips do
 * not convert yet. */
bool ads1299_bring_up (
    Ads1299Bus *bus, const Ads1299Setup *setup, char *error, size_t error_size);
/* Conversions start on all chips together. */
bool ads1299_start (Ads1299Bus *bus);
/* Stops conversions and puts the chips to STANDBY. */
void ads1299_stop (Ads1299Bus *bus);
/* Reads the frame of every chip after an edge: @n_chips * 8 codes and
 * @n_chips status words. 0 or -errno. */
int ads1299_read_frames (Ads1299Bus *bus, int32_t *codes, uint32_t *status);
