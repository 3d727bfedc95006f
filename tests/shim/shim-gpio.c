/* ads1299shim: what the GPIO character device does
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OTHER "other-driver"

static const struct
{
  const char *name, *label;
  unsigned lines;
  bool named, interrupts;
} gpio_chips[N_GPIO_CHIPS] = {
    {"gpiochip0", "pinctrl-rp1", MAX_LINES, true, true},
    {"gpiochip1", "expander", 8, false, false},
};

static bool
taken (unsigned chip, unsigned line, char *consumer)
{
  ShimClaim *c = shim_claim_of_line (chip, line);

  if (c)
    memcpy (consumer, c->consumer, GPIO_MAX_NAME_SIZE);
  else if (chip == 0 && shim.config.busy && line == shim.config.busy)
    snprintf (consumer, GPIO_MAX_NAME_SIZE, OTHER);
  else
    return false;
  return true;
}

/* As gpio_v2_line_config_validate() has it for one line. */
static int
check_flags (const struct gpio_v2_line_config *c)
{
  const uint64_t bias = GPIO_V2_LINE_FLAG_BIAS_PULL_UP |
                        GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN |
                        GPIO_V2_LINE_FLAG_BIAS_DISABLED;
  const uint64_t edges =
      GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
  const uint64_t known = GPIO_V2_LINE_FLAG_ACTIVE_LOW |
                         GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_OUTPUT |
                         GPIO_V2_LINE_FLAG_OPEN_DRAIN |
                         GPIO_V2_LINE_FLAG_OPEN_SOURCE | bias | edges;
  bool in = c->flags & GPIO_V2_LINE_FLAG_INPUT,
       out = c->flags & GPIO_V2_LINE_FLAG_OUTPUT;
  unsigned i;

  if ((c->flags & ~known) || (in && out) || (!in && (c->flags & edges)) ||
      (!in && !out && (c->flags & bias)) ||
      c->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX)
    return -EINVAL;
  for (i = 0; i < 5; i++)
    if (c->padding[i])
      return -EINVAL;
  for (i = 0; i < c->num_attrs; i++)
    if (c->attrs[i].attr.padding || !c->attrs[i].mask)
      return -EINVAL;
  if (shim.config.no_bias && (c->flags & GPIO_V2_LINE_FLAG_BIAS_PULL_UP))
    return -EINVAL;
  return 0;
}

static int
claim (unsigned chip, struct gpio_v2_line_request *r)
{
  char consumer[GPIO_MAX_NAME_SIZE], path[40];
  unsigned line = r->offsets[0], i;
  struct stat st;
  ShimClaim *c;
  int fds[2], err;

  for (i = 0; i < 5; i++)
    if (r->padding[i])
      return -EINVAL;
  /* the driver under test asks for one line at a time */
  if (r->num_lines != 1 || line >= gpio_chips[chip].lines)
    return -EINVAL;
  err = check_flags (&r->config);
  if (err)
    return err;
  if (taken (chip, line, consumer))
    return -EBUSY;
  if ((r->config.flags & GPIO_V2_LINE_FLAG_EDGE_FALLING) &&
      !gpio_chips[chip].interrupts)
    return -ENXIO;
  for (i = 0; i < MAX_CLAIMS && shim.claim[i].used; i++)
    if (!shim_still_held (&shim.claim[i]))
      shim_end_claim (&shim.claim[i--]);
  if (i == MAX_CLAIMS)
    return -ENOMEM;
  if (pipe2 (fds, O_CLOEXEC) < 0)
    return -errno;
  c = &shim.claim[i];
  memset (c, 0, sizeof *c);
  c->client = fds[0];
  c->in = fds[1];
  /* a description of our own: never blocks whatever the driver sets */
  snprintf (path, sizeof path, "/proc/self/fd/%d", fds[0]);
  c->drop = shim_sys_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (c->drop < 0 || fstat (fds[0], &st) < 0 ||
      fcntl (fds[1], F_SETPIPE_SZ, 2 * EVENT_MAX * 48) < 0)
    abort ();
  c->dev = st.st_dev;
  c->ino = st.st_ino;
  c->chip = chip;
  c->line = line;
  c->flags = r->config.flags;
  memcpy (c->consumer, r->consumer, sizeof c->consumer);
  c->fifo = r->event_buffer_size ? r->event_buffer_size : EVENT_DEFAULT;
  if (c->fifo > shim.config.fifo)
    c->fifo = shim.config.fifo;
  c->used = true;
  r->fd = fds[0];
  if (c->flags & GPIO_V2_LINE_FLAG_OUTPUT) {
    int high = 0;

    for (i = 0; i < r->config.num_attrs; i++)
      if (r->config.attrs[i].attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES)
        high = (int) (r->config.attrs[i].attr.values & 1);
    if (chip == 0)
      shim.level[line] = high;
  }
  if (c->flags & GPIO_V2_LINE_FLAG_EDGE_FALLING)
    shim_start_ticking ();
  return 0;
}

int
shim_gpio_ioctl (unsigned n, unsigned long request, void *arg)
{
  struct gpiochip_info chip = {.lines = gpio_chips[n].lines};
  struct gpio_v2_line_info info;
  struct gpio_v2_line_request line;
  unsigned offset;
  int r;

  if (shim.unplugged)
    return -ENODEV;
  if (shim.config.uapi_v1 && request != GPIO_GET_CHIPINFO_IOCTL)
    return -EINVAL;
  switch (request) {
    case GPIO_GET_CHIPINFO_IOCTL:
      snprintf (chip.name, sizeof chip.name, "%s", gpio_chips[n].name);
      snprintf (chip.label, sizeof chip.label, "%s", gpio_chips[n].label);
      return shim_to_user ((uintptr_t) arg, &chip, sizeof chip) ? 0 : -EFAULT;
    case GPIO_V2_GET_LINEINFO_IOCTL:
      if (!shim_from_user (&info, (uintptr_t) arg, sizeof info))
        return -EFAULT;
      offset = info.offset;
      if (offset >= gpio_chips[n].lines)
        return -EINVAL;
      memset (&info, 0, sizeof info);
      info.offset = offset;
      if (gpio_chips[n].named)
        snprintf (info.name, sizeof info.name, "GPIO%u", offset);
      if (taken (n, offset, info.consumer))
        info.flags |= GPIO_V2_LINE_FLAG_USED;
      return shim_to_user ((uintptr_t) arg, &info, sizeof info) ? 0 : -EFAULT;
    case GPIO_V2_GET_LINE_IOCTL:
      if (!shim_from_user (&line, (uintptr_t) arg, sizeof line))
        return -EFAULT;
      r = claim (n, &line);
      if (r == 0 && !shim_to_user ((uintptr_t) arg, &line, sizeof line))
        r = -EFAULT;
      return r;
    default:
      return -EINVAL;
  }
}

static void
drive (unsigned line, int high)
{
  unsigned i;

  shim.level[line] = high;
  for (i = 0; i < shim.config.chips; i++) {
    if (line == LINE_RESET && !high)
      ads1299_sim_reset (shim.chip[i]);
    if (line == LINE_START && high)
      ads1299_sim_start (shim.chip[i]);
    else if (line == LINE_START)
      ads1299_sim_stop (shim.chip[i]);
  }
}

int
shim_line_ioctl (ShimClaim *c, unsigned long request, void *arg)
{
  struct gpio_v2_line_values v;

  if (shim.unplugged)
    return -ENODEV;
  if (!shim_from_user (&v, (uintptr_t) arg, sizeof v))
    return -EFAULT;
  shim_advance ();
  switch (request) {
    case GPIO_V2_LINE_GET_VALUES_IOCTL:
      v.bits = 0;
      if (c->chip == 0)
        v.bits = c->line == LINE_DRDY ? ads1299_sim_drdy (shim.chip[0])
                                      : shim.level[c->line] == 1;
      return shim_to_user ((uintptr_t) arg, &v, sizeof v) ? 0 : -EFAULT;
    case GPIO_V2_LINE_SET_VALUES_IOCTL:
      if (!(c->flags & GPIO_V2_LINE_FLAG_OUTPUT))
        return -EPERM;
      if (c->chip == 0 && (v.mask & 1))
        drive (c->line, (int) (v.bits & 1));
      pthread_cond_signal (&shim_changed);
      return 0;
    default:
      return -EINVAL;
  }
}
