/* ADS1299 chip library: GPIO lines by the kernel's character devices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-gpio.h"
#include "ads1299-device.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONSUMER "ads1299"
/* The kernel gives a new chip the lowest free number. */
#define MAX_GPIOCHIPS 256
/* ENOTSUPP, which pin controllers leak to programs */
#define KERNEL_ENOTSUPP 524

#define SEE_DOCTOR                                                             \
  "\"ls /dev/gpiochip*\" shows the chips of this computer, \"eeg-launch "      \
  "--doctor\" what is missing"
#define NEEDS_5_10                                                             \
  "this kernel has no version 2 of the GPIO interface; Linux 5.10 or later "   \
  "is "                                                                        \
  "needed"

/* --- opening ---------------------------------------------------------------- */

/* The device @path as a GPIO chip, or -errno. */
static int
open_chip (const char *path, struct gpiochip_info *info)
{
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r;

  if (fd < 0)
    return -errno;
  memset (info, 0, sizeof *info);
  r = ads1299_device_ioctl (fd, GPIO_GET_CHIPINFO_IOCTL, info);
  if (r < 0) {
    close (fd);
    return r;
  }
  info->name[sizeof info->name - 1] = '\0';
  info->label[sizeof info->label - 1] = '\0';
  return fd;
}

static int
line_info (int fd, unsigned offset, struct gpio_v2_line_info *info)
{
  int r;

  memset (info, 0, sizeof *info);
  info->offset = offset;
  r = ads1299_device_ioctl (fd, GPIO_V2_GET_LINEINFO_IOCTL, info);
  info->name[sizeof info->name - 1] = '\0';
  info->consumer[sizeof info->consumer - 1] = '\0';
  return r;
}

int
ads1299_gpio_identify (const char *path, char name[32], char label[32],
    unsigned *lines, unsigned *taken)
{
  struct gpio_v2_line_info line;
  struct gpiochip_info info;
  int fd = open_chip (path, &info);
  unsigned i;

  if (fd < 0)
    return fd;
  memcpy (name, info.name, sizeof info.name);
  memcpy (label, info.label, sizeof info.label);
  *lines = info.lines;
  *taken = 0;
  for (i = 0; i < info.lines; i++)
    *taken += line_info (fd, i, &line) == 0 &&
              (line.flags & GPIO_V2_LINE_FLAG_USED) != 0;
  close (fd);
  return 0;
}

/* --- finding ---------------------------------------------------------------- */

/* A search over one chip or all, and what it has seen. */
typedef struct
{
  const char *chip; /* wanted: name, path or label; NULL: any */
  const char *line; /* wanted: number or name */
  bool numeric;     /* @line is the number @number */
  unsigned number;

  Ads1299GpioLine found;
  unsigned n_found, n_chips, n_matched;
  unsigned lines; /* of the last chip that matched */
  char matched[96], chips[200];
  int denied; /* errno of a chip that could not be looked at */
  char denied_path[64];
  bool old_kernel;
} Search;

static void
remember_line (Search *s, const char *path, const struct gpiochip_info *chip,
    unsigned offset, const char *name)
{
  if (s->n_found++ > 0)
    return;
  snprintf (s->found.path, sizeof s->found.path, "%s", path);
  snprintf (s->found.name, sizeof s->found.name, "%s", chip->name);
  snprintf (s->found.label, sizeof s->found.label, "%s", chip->label);
  snprintf (s->found.line, sizeof s->found.line, "%s", name);
  s->found.offset = offset;
}

static void
search_chip (Search *s, const char *path, bool by_path)
{
  struct gpiochip_info chip;
  struct gpio_v2_line_info info;
  size_t used = strlen (s->chips);
  int fd = open_chip (path, &chip), r;
  unsigned i;

  if (fd < 0) {
    if (by_path || (fd != -ENOENT && fd != -ENXIO && fd != -ENODEV)) {
      s->denied = -fd;
      snprintf (s->denied_path, sizeof s->denied_path, "%s", path);
    }
    return;
  }
  s->n_chips++;
  snprintf (s->chips + used, sizeof s->chips - used, "%s%s [%s]",
      used ? ", " : "", chip.name, chip.label);
  if (s->chip && !by_path && strcmp (s->chip, chip.name) != 0 &&
      strcmp (s->chip, chip.label) != 0)
    goto out;
  s->n_matched++;
  s->lines = chip.lines;
  snprintf (s->matched, sizeof s->matched, "%s [%s]", chip.name, chip.label);
  if (s->numeric && s->chip) {
    if (s->number < chip.lines) {
      r = line_info (fd, s->number, &info);
      remember_line (s, path, &chip, s->number, r < 0 ? "" : info.name);
    }
    goto out;
  }
  for (i = 0; i < chip.lines; i++) {
    r = line_info (fd, i, &info);
    if (r < 0) {
      s->old_kernel |= r == -ENOTTY || r == -EINVAL;
      break;
    }
    if (strcmp (info.name, s->line) == 0)
      remember_line (s, path, &chip, i, info.name);
  }
out:
  close (fd);
}

static bool
parse_number (const char *text, unsigned *n)
{
  char *end;
  unsigned long v;

  if (!isdigit ((unsigned char) *text))
    return false;
  errno = 0;
  v = strtoul (text, &end, 10);
  if (*end || errno || v > 65535)
    return false;
  *n = (unsigned) v;
  return true;
}

static bool
not_found (
    const Search *s, const char *role, const char *spec, Ads1299Error *error)
{
  char prefix[160];

  snprintf (prefix, sizeof prefix, "%s line \"%s\": ", role, spec);
  if (s->n_found > 1)
    return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
        "%s%u lines match on the chips %s; name one as gpiochipN:LINE", prefix,
        s->n_found, s->chips);
  if (s->n_matched == 0 && s->denied == ENOTTY)
    return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
        "%s%s is no GPIO chip; " SEE_DOCTOR, prefix, s->denied_path);
  /* A chip that cannot be opened may be the one that is meant. */
  if (s->n_matched == 0 && s->denied)
    return ads1299_device_fail (
        error, prefix, s->denied_path, s->denied, "gpio", SEE_DOCTOR);
  if (s->n_chips == 0)
    return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
        "%sthis computer has no GPIO chip; bus=sim needs none", prefix);
  if (s->n_matched == 0)
    return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
        "%sno GPIO chip has the name or label \"%s\"; there are %s", prefix,
        s->chip, s->chips);
  if (s->numeric && s->chip)
    return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
        "%s%s has the lines 0 to %d, no line %u", prefix, s->matched,
        (int) s->lines - 1, s->number);
  if (s->old_kernel)
    return ads1299_fail (
        error, ADS1299_ERR_LINE_REFUSED, -1, -1, "%s" NEEDS_5_10, prefix);
  return ads1299_fail (error, ADS1299_ERR_NO_LINE, -1, -1,
      "%sno line has the name \"%s\" (chips: %s); write it as CHIP:NUMBER, "
      "such as pinctrl-rp1:25",
      prefix, s->line, s->chips);
}

bool
ads1299_gpio_find (const char *role, const char *spec, Ads1299GpioLine *line,
    Ads1299Error *error)
{
  Search s = {0};
  char chip[64] = "", path[64];
  const char *colon = strrchr (spec, ':');
  unsigned i;

  /* Labels may hold colons (ACPI): the last one ends the chip. */
  s.line = colon ? colon + 1 : spec;
  if (!*s.line || (colon && colon == spec) ||
      (colon && (size_t) (colon - spec) >= sizeof chip) ||
      strlen (s.line) >= sizeof line->line)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "%s line \"%.100s\" is no GPIO line: expected CHIP:LINE, such as "
        "pinctrl-rp1:25 or gpiochip0:25, or the name of a line",
        role, spec);
  s.numeric = parse_number (s.line, &s.number);
  if (colon) {
    memcpy (chip, spec, (size_t) (colon - spec));
    s.chip = chip;
  }
  if (s.chip && strchr (s.chip, '/')) {
    search_chip (&s, s.chip, true);
  } else if (s.chip && strncmp (s.chip, "gpiochip", 8) == 0 &&
             parse_number (s.chip + 8, &i)) {
    snprintf (path, sizeof path, "/dev/%s", s.chip);
    search_chip (&s, path, true);
  } else {
    for (i = 0; i < MAX_GPIOCHIPS; i++) {
      snprintf (path, sizeof path, "/dev/gpiochip%u", i);
      search_chip (&s, path, false);
    }
  }
  if (s.n_found != 1)
    return not_found (&s, role, spec, error);
  *line = s.found;
  return true;
}

/* --- claiming --------------------------------------------------------------- */

static void
refused (const char *role, const Ads1299GpioLine *l, int chip_fd, int err,
    Ads1299Error *error)
{
  struct gpio_v2_line_info info;
  char where[160];

  snprintf (where, sizeof where, "%s: line %u of %s [%s]%s%s%s", role,
      l->offset, l->name, l->label, *l->line ? " (" : "", l->line,
      *l->line ? ")" : "");
  switch (err) {
    case EBUSY:
      if (line_info (chip_fd, l->offset, &info) < 0 || !*info.consumer)
        snprintf (info.consumer, sizeof info.consumer, "unknown");
      ads1299_fail (error, ADS1299_ERR_BUSY, -1, -1,
          "%s is in use by \"%s\": stop that program or remove its device "
          "tree entry (\"gpioinfo %s\" lists the users of all lines)",
          where, info.consumer, l->name);
      break;
    case ENXIO:
      ads1299_fail (error, ADS1299_ERR_LINE_REFUSED, -1, -1,
          "%s gives no interrupts: wire it to a line that does", where);
      break;
    case ENOTTY:
      ads1299_fail (
          error, ADS1299_ERR_LINE_REFUSED, -1, -1, "%s: " NEEDS_5_10, where);
      break;
    default:
      ads1299_fail (error, ADS1299_ERR_LINE_REFUSED, -1, -1,
          "%s is refused by the kernel: %s; check that it is no power or SPI "
          "pin",
          where, err == KERNEL_ENOTSUPP ? "not supported" : strerror (err));
  }
  if (error)
    error->sys_errno = err;
}

static int
request (const char *role, const Ads1299GpioLine *l,
    struct gpio_v2_line_request *req, Ads1299Error *error)
{
  struct gpiochip_info info;
  int chip = open_chip (l->path, &info), r;
  char prefix[64];

  if (chip < 0) {
    snprintf (prefix, sizeof prefix, "%s: ", role);
    ads1299_device_fail (error, prefix, l->path, -chip, "gpio", SEE_DOCTOR);
    return -1;
  }
  req->offsets[0] = l->offset;
  req->num_lines = 1;
  snprintf (req->consumer, sizeof req->consumer, CONSUMER);
  r = ads1299_device_ioctl (chip, GPIO_V2_GET_LINE_IOCTL, req);
  if ((r == -EINVAL || r == -EOPNOTSUPP || r == -KERNEL_ENOTSUPP) &&
      (req->config.flags & GPIO_V2_LINE_FLAG_BIAS_PULL_UP)) {
    req->config.flags &= ~(uint64_t) GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
    r = ads1299_device_ioctl (chip, GPIO_V2_GET_LINE_IOCTL, req);
  }
  if (r < 0)
    refused (role, l, chip, -r, error);
  close (chip);
  return r < 0 ? -1 : req->fd;
}

int
ads1299_gpio_request_edges (const char *role, const Ads1299GpioLine *line,
    bool pull_up, unsigned events, Ads1299Error *error)
{
  struct gpio_v2_line_request req = {0};
  int fd;

  req.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_FALLING;
  if (pull_up)
    req.config.flags |= GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
  req.event_buffer_size = events;
  fd = request (role, line, &req, error);
  if (fd >= 0)
    fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

int
ads1299_gpio_request_output (const char *role, const Ads1299GpioLine *line,
    bool high, Ads1299Error *error)
{
  struct gpio_v2_line_request req = {0};

  req.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
  req.config.num_attrs = 1;
  req.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
  req.config.attrs[0].attr.values = high;
  req.config.attrs[0].mask = 1;
  return request (role, line, &req, error);
}

int
ads1299_gpio_get (int fd)
{
  struct gpio_v2_line_values v = {.mask = 1};
  int r = ads1299_device_ioctl (fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &v);

  return r < 0 ? r : (int) (v.bits & 1);
}

int
ads1299_gpio_set (int fd, bool high)
{
  struct gpio_v2_line_values v = {.bits = high, .mask = 1};
  int r = ads1299_device_ioctl (fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &v);

  return r < 0 ? r : 0;
}
