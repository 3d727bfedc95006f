/* perf-check: the kernels, on every instruction set of this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

void bench_kernels (guint *missed);
/* Cost against channels and against frames in a buffer. */
void bench_scale (guint *missed);
/* Runs one kernel so often, for counting instructions: filter, csv, fir,
 * unpack. FALSE when there is no such. Sets how many values one run handles. */
gboolean bench_count (const gchar *kernel, guint runs, guint *values);
