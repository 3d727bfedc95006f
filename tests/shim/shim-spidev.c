/* ads1299shim: what spidev does
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shim.h"

#include <errno.h>
#include <linux/spi/spi.h>
#include <linux/spi/spidev.h>
#include <string.h>
#include <time.h>

#define SPI_BUFSIZ 4096 /* of the kernel module */

/* One transfer under one chip select. The chip counts what breaks its rules;
 * another mode than 1 shifts the answer by a bit. */
static int
transfer (unsigned n, const struct spi_ioc_transfer *t, bool last)
{
  uint8_t tx[SPI_BUFSIZ] = {0}, rx[SPI_BUFSIZ] = {0};
  uint32_t hz = t->speed_hz ? t->speed_hz : shim.speed[n];
  Ads1299Xfer x = {tx, rx, t->len, 0, t->delay_usecs};
  unsigned i;

  if (t->tx_buf && !shim_from_user (tx, t->tx_buf, t->len))
    return -EFAULT;
  shim.truth.transfers++;
  if (t->len > ADS1299_LINUX_MAX_TRANSFER)
    shim.truth.long_transfers++;
  if (hz > ADS1299_LINUX_MAX_HZ)
    shim.truth.fast_clock++;
  if (!last && !t->cs_change)
    shim.truth.joined_transfers++;
  x.speed_hz = hz;
  ads1299_sim_xfer (shim.chip[n], &x);
  for (i = 0; i < shim.config.chips; i++)
    if (i != n)
      ads1299_sim_sclk (shim.chip[i]);
  if (n == 0 &&
      (ads1299_sim_peek (shim.chip[0], ADS1299_REG_CONFIG1) & 7) != shim.dr) {
    shim.dr = ads1299_sim_peek (shim.chip[0], ADS1299_REG_CONFIG1) & 7;
    ads1299_scene_set_rate (shim.scene, shim.dr, 4.5);
    ads1299_scene_invalidate (shim.scene);
    /* its tables now, not under the first frame */
    ads1299_scene_codes (shim.scene, 0);
  }
  if ((shim.mode[n] & SPI_MODE_X_MASK) != SPI_MODE_1) {
    shim.truth.wrong_mode++;
    for (i = t->len; i-- > 1;)
      rx[i] = (uint8_t) (rx[i] >> 1 | rx[i - 1] << 7);
    rx[0] >>= 1;
  }
  if (t->rx_buf && !shim_to_user (t->rx_buf, rx, t->len))
    return -EFAULT;
  return (int) t->len;
}

static bool
is_frame (const struct spi_ioc_transfer *t)
{
  uint8_t first = 0xff;

  return t->rx_buf && t->len >= 15 && shim_from_user (&first, t->tx_buf, 1) &&
         (first == ADS1299_CMD_RDATA || first == 0);
}

/* The clock of the bus takes its time; the lock is free meanwhile. */
static void
spend (const struct spi_ioc_transfer *t, unsigned n)
{
  uint32_t hz = t->speed_hz ? t->speed_hz : shim.speed[n];
  uint64_t end = shim_now_ns () + (uint64_t) t->len * 8000000000u / hz +
                 t->delay_usecs * 1000u;

  pthread_mutex_unlock (&shim_lock);
  while (shim_now_ns () < end)
    ;
  pthread_mutex_lock (&shim_lock);
}

static int
message (unsigned n, unsigned long request, void *arg)
{
  unsigned count = (unsigned) (_IOC_SIZE (request) /
                               sizeof (struct spi_ioc_transfer)),
           i;
  struct spi_ioc_transfer t[16];
  uint64_t total = 0;
  int sum = 0;

  if (_IOC_SIZE (request) % sizeof t[0] != 0 || count > 16)
    return -EINVAL;
  if (!shim_from_user (t, (uintptr_t) arg, count * sizeof t[0]))
    return -EFAULT;
  for (i = 0; i < count; i++)
    total += t[i].len;
  if (total > SPI_BUFSIZ)
    return -EMSGSIZE;
  for (i = 0; i < count; i++) {
    int r;

    if ((t[i].bits_per_word ? t[i].bits_per_word : shim.bits[n]) != 8)
      return -EINVAL;
    if (is_frame (&t[i]) && n == 0) {
      uint64_t f = ++shim.truth.frames;

      if (f == shim.config.eio)
        return -EIO;
      if (f == shim.config.cut)
        t[i].len /= 2;
      if (f == shim.config.unplug) {
        shim_unplug ();
        return -ESHUTDOWN;
      }
      if (f == shim.config.stall) {
        struct timespec ts = {shim.config.stall_ms / 1000,
            (long) (shim.config.stall_ms % 1000) * 1000000};

        pthread_mutex_unlock (&shim_lock);
        nanosleep (&ts, NULL);
        pthread_mutex_lock (&shim_lock);
      }
    }
    shim_advance ();
    r = transfer (n, &t[i], i + 1 == count);
    if (r < 0)
      return r;
    sum += r;
    spend (&t[i], n);
  }
  /* an edge that falls into a transfer interrupts it */
  shim_advance ();
  pthread_cond_signal (&shim_changed);
  return sum;
}

int
shim_spi_ioctl (unsigned n, unsigned long request, void *arg)
{
  const ShimConfig *c = &shim.config;
  uint8_t v8 = 0;
  uint32_t v32 = 0;

  if (shim.unplugged)
    return -ESHUTDOWN;
  if (c->no_spidev)
    return -ENOTTY;
  switch (request) {
    case SPI_IOC_RD_MODE:
      return shim_to_user ((uintptr_t) arg, &shim.mode[n], 1) ? 0 : -EFAULT;
    case SPI_IOC_WR_MODE:
      if (!shim_from_user (&v8, (uintptr_t) arg, 1))
        return -EFAULT;
      if (c->mode_refused)
        return -EINVAL;
      if (!c->mode_ignored)
        shim.mode[n] = v8;
      return 0;
    case SPI_IOC_RD_BITS_PER_WORD:
      return shim_to_user ((uintptr_t) arg, &shim.bits[n], 1) ? 0 : -EFAULT;
    case SPI_IOC_WR_BITS_PER_WORD:
      if (!shim_from_user (&v8, (uintptr_t) arg, 1))
        return -EFAULT;
      if (c->bits_refused)
        return -EINVAL;
      shim.bits[n] = v8;
      return 0;
    case SPI_IOC_RD_MAX_SPEED_HZ:
      return shim_to_user ((uintptr_t) arg, &shim.speed[n], 4) ? 0 : -EFAULT;
    case SPI_IOC_WR_MAX_SPEED_HZ:
      if (!shim_from_user (&v32, (uintptr_t) arg, 4))
        return -EFAULT;
      if (v32 == 0)
        return -EINVAL;
      shim.speed[n] = v32;
      return 0;
    default:
      if (_IOC_NR (request) == 0 && _IOC_DIR (request) == _IOC_WRITE)
        return message (n, request, arg);
      return -ENOTTY;
  }
}
