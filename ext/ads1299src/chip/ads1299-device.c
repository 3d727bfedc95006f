/* ADS1299 chip library: what all devices of Linux have in common
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-device.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* More interruptions than this are not signals but a fault. */
#define MAX_EINTR 1000

int
ads1299_device_ioctl (int fd, unsigned long request, void *arg)
{
  unsigned tries = 0;
  int r;

  do
    r = ioctl (fd, request, arg);
  while (r < 0 && errno == EINTR && tries++ < MAX_EINTR);
  return r < 0 ? -errno : r;
}

/* The group that may use @path: its name, or empty when none may. @text tells
 * what the file says of itself. */
static void
owner_of (const char *path, const char *usual, char *text, size_t size,
    char *group, size_t group_size)
{
  char buffer[1024];
  struct group entry, *g = NULL;
  struct stat st;

  snprintf (group, group_size, "%s", usual);
  if (stat (path, &st) < 0) {
    *text = '\0';
    return;
  }
  if (getgrgid_r (st.st_gid, &entry, buffer, sizeof buffer, &g) != 0)
    g = NULL;
  snprintf (text, size, " (group %s, mode %04o)", g ? g->gr_name : "unknown",
      (unsigned) st.st_mode & 07777);
  /* Group root, or a mode without the group: a rule has to come first. */
  if (!g || st.st_gid == 0 || (st.st_mode & 0060) != 0060)
    *group = '\0';
  else
    snprintf (group, group_size, "%s", g->gr_name);
}

bool
ads1299_device_fail (Ads1299Error *error, const char *prefix, const char *path,
    int err, const char *usual, const char *enable)
{
  char owner[96], group[64];

  switch (err) {
    case EACCES:
    case EPERM:
      owner_of (path, usual, owner, sizeof owner, group, sizeof group);
      ads1299_fail (error, ADS1299_ERR_NO_PERMISSION, -1, -1,
          *group ? "%sno permission to open %s%s: add this user to the group "
                   "with \"sudo usermod -aG %s $USER\", then log in again"
                 : "%sno permission to open %s%s, which no group may use: "
                   "install the udev rule of docs/hardware.md, then \"sudo "
                   "usermod -aG %s $USER\" and log in again",
          prefix, path, owner, *group ? group : usual);
      break;
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
      ads1299_fail (error, ADS1299_ERR_NO_DEVICE, -1, -1,
          "%sthere is no %s: %s", prefix, path, enable);
      break;
    case EBUSY:
    case EWOULDBLOCK:
      ads1299_fail (error, ADS1299_ERR_BUSY, -1, -1,
          "%s%s is in use by another program: stop that one first (\"sudo "
          "fuser -v %s\" names it)",
          prefix, path, path);
      break;
    default:
      ads1299_fail (error, ADS1299_ERR_BUS, -1, -1, "%scannot open %s: %s",
          prefix, path, strerror (err));
  }
  if (error)
    error->sys_errno = err;
  return false;
}
