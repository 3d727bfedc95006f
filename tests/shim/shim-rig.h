/* Tests that need chips behind the real system calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ads1299shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* An emulated processor reads frames for longer than fast chips convert. */
static inline bool
shim_too_fast (unsigned rate)
{
  if (rate <= 2000 || !getenv ("EEG_EMULATOR"))
    return false;
  printf ("SKIP: %u samples a second are too fast for an emulator\n", rate);
  return true;
}

/* Open devices, lines and event counters. GStreamer opens sockets when it first
 * needs them; they are no matter of the driver. */
static inline unsigned
shim_open_fds (void)
{
  DIR *d = opendir ("/proc/self/fd");
  char target[256];
  struct dirent *e;
  unsigned n = 0;

  while ((e = readdir (d))) {
    ssize_t l = readlinkat (dirfd (d), e->d_name, target, sizeof target - 1);

    if (l > 0) {
      target[l] = '\0';
      n += strncmp (target, "socket:", 7) != 0;
    }
  }
  closedir (d);
  return n;
}
