/* ads1299shim: what its files share
 * SPDX-License-Identifier: LGPL-2.1-or-later
  *
 * One lock for all of it; a thread of its own makes the edges. Nothing here
 * calls open() or ioctl() of libc, which are ours.
 */
#pragma once

#include "ads1299shim.h"

#include "chip/ads1299-bus-linux.h"
#include "chip/ads1299-sim.h"

#include <linux/gpio.h>
#include <pthread.h>
#include <sys/stat.h>

#define N_GPIO_CHIPS  2
#define MAX_LINES     54
#define MAX_CLAIMS    16
#define LINE_DRDY     25
#define LINE_START    22
#define LINE_RESET    27
#define LINE_PWDN     17
#define EVENT_DEFAULT 16
#define EVENT_MAX     1024

/* A device file. Every open() is one more description of the same memfd, so
 * locks and inodes behave as on a device. */
typedef struct
{
  char path[32];
  int fd;
  dev_t dev;
  ino_t ino;
} ShimNode;

/* A line that the driver holds: a pipe whose other end is ours. */
typedef struct
{
  bool used;
  unsigned chip, line;
  int client, in, drop; /* its descriptor; our ends */
  dev_t dev;
  ino_t ino;
  char consumer[GPIO_MAX_NAME_SIZE];
  uint64_t flags;
  unsigned fifo;
  uint32_t seq;
} ShimClaim;

typedef struct
{
  unsigned chips, channels, fifo, seed, busy, eintr, id;
  unsigned stall_ms;
  uint64_t eio, cut, unplug, stall, lost, lost_n, dead, endless;
  double ppm;
  Ads1299Signal signal;
  int deny_errno;
  char deny[64];
  bool hurry, uapi_v1, no_bias, mode_refused, mode_ignored, bits_refused,
      no_spidev;
} ShimConfig;

extern pthread_mutex_t shim_lock;
extern pthread_cond_t shim_changed; /* something runs otherwise than before */

/* all of it under the lock */
typedef struct
{
  bool powered, ticking, unplugged;
  ShimConfig config;
  ShimNode spi[ADS1299_BUS_MAX_CHIPS], gpio[N_GPIO_CHIPS];
  ShimClaim claim[MAX_CLAIMS];
  int level[MAX_LINES]; /* of gpiochip0 */
  uint8_t mode[ADS1299_BUS_MAX_CHIPS], bits[ADS1299_BUS_MAX_CHIPS];
  uint32_t speed[ADS1299_BUS_MAX_CHIPS];
  unsigned interrupted;

  Ads1299Scene *scene;
  Ads1299Sim *chip[ADS1299_BUS_MAX_CHIPS];
  unsigned dr;
  uint64_t epoch_ns;
  unsigned run;  /* that @next counts in */
  uint64_t next; /* conversion whose edge comes next */
  ShimTruth truth;
  /* of @truth; atomic because the thread sanitizer sees no lock that is taken
   * inside of a wait */
  _Atomic uint64_t rests, rests_cut;
} Shim;

extern Shim shim;

/* System calls below libc. */
int shim_sys_open (const char *path, int flags);
uint64_t shim_now_ns (void);
/* As copy_from_user() and copy_to_user(): false instead of a crash. */
bool shim_from_user (void *to, uint64_t from, size_t n);
bool shim_to_user (uint64_t to, void *from, size_t n);

/* Model time of all chips. */
uint64_t shim_tclk_now (void);
uint64_t shim_tclk_to_ns (uint64_t tclk);

/* Aborts with a message when @text is wrong. */
void shim_parse_config (ShimConfig *config, const char *text);

/* The rest needs the lock. */
void shim_power_up (const char *config);
void shim_need_power (void);
void shim_unplug (void);
/* Everything up to now happens. Returns when the next edge is due in tCLK;
 * UINT64_MAX: nothing is converting. */
uint64_t shim_advance (void);
void shim_start_ticking (void);

/* Is it still open in the driver? */
bool shim_still_held (const ShimClaim *claim);
ShimClaim *shim_claim_of_line (unsigned chip, unsigned line);
ShimClaim *shim_claim_of_fd (int fd);
void shim_end_claim (ShimClaim *claim);

/* What the drivers of the kernel do: a result or -errno. */
int shim_spi_ioctl (unsigned device, unsigned long request, void *arg);
int shim_gpio_ioctl (unsigned chip, unsigned long request, void *arg);
int shim_line_ioctl (ShimClaim *claim, unsigned long request, void *arg);
