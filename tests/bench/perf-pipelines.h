/* perf-check: whole elements and pipelines
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Cost of a buffer through elements, and against stock ones. */
void bench_elements (guint *missed);
/* Chains without a clock, as a multiple of real time. */
void bench_offline (guint *missed);
/* From the time that a sample happens to the sink, on the clock. */
void bench_latency (void);
