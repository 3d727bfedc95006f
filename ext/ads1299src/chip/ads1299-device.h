/* ADS1299 chip library: what all devices of Linux have in common
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ads1299-error.h"

/* ioctl() that a signal does not end; its result or -errno. */
int ads1299_device_ioctl (int fd, unsigned long request, void *arg);

/* Says why @path cannot be opened and what to do about it. @prefix begins the
 * sentence and may be empty; @group is the one that distributions give such
 * devices to; @enable is the remedy when there is none. Returns false. */
bool ads1299_device_fail (Ads1299Error *error, const char *prefix,
    const char *path, int err, const char *group, const char *enable);
