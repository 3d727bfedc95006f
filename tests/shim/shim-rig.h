/* Tests that need chips behind the real system calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ads1299shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>

static ShimPowerUp shim_power_up;
static ShimGetTruth shim_get_truth;

/* 77 (skipped) when the library was not preloaded, else 0. */
static inline int
shim_find (void)
{
  *(void **) &shim_power_up = dlsym (RTLD_DEFAULT, SHIM_POWER_UP);
  *(void **) &shim_get_truth = dlsym (RTLD_DEFAULT, SHIM_GET_TRUTH);
  if (shim_power_up && shim_get_truth)
    return 0;
  printf ("SKIP: needs LD_PRELOAD=libads1299shim.so (meson test sets it)\n");
  return 77;
}

static inline unsigned
shim_open_fds (void)
{
  DIR *d = opendir ("/proc/self/fd");
  unsigned n = 0;

  while (readdir (d))
    n++;
  closedir (d);
  return n;
}
