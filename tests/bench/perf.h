/* perf-check: what its parts share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-fir.h>

#include "harness.h"

#define CHANNELS 32
#define RATE     4000
#define ROUNDS   31
#define SECTIONS 5
#define TAPS     257
#define FACTOR   16        /* of the decimator */
#define MOST     (1 << 20) /* values of the longest buffer */

/* --- perf-kernels.c: filters, unpacking, scaling ------------------------------ */
/* Noise of some microvolts; where results go. */
extern gfloat perf_volts[MOST], perf_result[MOST];
/* 4th-order high-pass and low-pass, 1 to 45 Hz, and a notch at 50 Hz. */
extern EegDspSection perf_sections[SECTIONS];
void perf_prepare (void);
const gdouble *perf_taps (void);

/* A kernel and the shape of the work of a run. */
typedef struct
{
  guint channels, frames, calls;
  EegDspCascade *cascade;
  EegDspFirFilter *fir;
  gdouble *state; /* of the naive loop */
} PerfFilter;
void perf_filter_run (gpointer filter);
void perf_fir_run (gpointer filter);
/* 27-byte frames to codes; the number of codes. */
guint perf_unpack_run (gpointer isa);
/* A slice of text: the next numbers in rows of 32; how many. */
guint perf_format_run (gpointer isa);

void bench_samples (void);
void bench_filters (void);

/* --- perf-bound.c -------------------------------------------------------------- */
/* The multiply-adds on doubles alone, so many of them; place + 1, or 0 where
 * @isa has none. */
guint perf_add_bound (BenchList *list, EegDspIsa isa, gdouble multiply_adds);

/* --- perf-peers.c: SciPy and pandas in a process of their own ------------------- */
/* Does @calls times @what ("sosfilt", "decimate", "welch", "to_csv") on
 * @channels x @frames in Python; the cost counts @scale times. The place of the
 * variant, 0 where it is not installed. */
guint perf_add_python (BenchList *list, const gchar *what, guint channels,
    guint frames, guint calls, gdouble scale);
void perf_python_close (void);
/* What no Debian package has. */
void bench_absent_peers (void);

/* --- the others ------------------------------------------------------------------ */
void bench_decimate (void);  /* perf-decimate.c */
void bench_format (void);    /* perf-writing.c */
void bench_recorders (void); /* perf-writing.c */
void bench_spectrum (void);  /* perf-spectrum.c */
void bench_scale (void);     /* perf-scale.c: cost against size and rate */
void bench_denormals (void); /* perf-scale.c */
void bench_elements (void);  /* perf-elements.c */
void bench_offline (void);   /* perf-pipelines.c */
void bench_pace (void);      /* perf-pipelines.c: at the stream's own speed */
void bench_latency (void);   /* perf-pipelines.c */
/* Runs one kernel so often, for counting instructions. FALSE when there is no
 * such. Sets how many values one run handles. */
gboolean bench_count (const gchar *kernel, guint runs, guint *values);
void bench_instructions (void); /* perf-count.c: by callgrind */
/* ns of processor time of a buffer of 16 frames through all our elements, from
 * bench_elements(); 0 before. */
gdouble perf_hot_work (void);
