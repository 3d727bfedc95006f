/* perf-check: elements between two pads, pushed to by the measuring thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#include "perf.h"

typedef struct
{
  const gchar *name;
  const gchar *description; /* gst-launch syntax; NULL: the pads alone */
  gboolean counts;          /* S24_32LE, otherwise F32LE volts */
  guint settle; /* seconds of signal before it counts: while a transient is
                   reported, buffers cost more */
} PerfLineSpec;

typedef struct
{
  GstElement *bin;
  GstPad *src, *sink;
  GstBuffer *template;
  guint rate, channels, frames, buffers; /* buffers a run */
  guint64 next;
  /* Where samples that arrive are copied to, when set. */
  gfloat *captured;
  gsize n_captured, room;
} PerfLine;

/* FALSE, with SKIP printed, where an element is missing. */
gboolean perf_line_open (PerfLine *line, const PerfLineSpec *spec, guint rate,
    guint channels, guint frames, guint buffers);
void perf_line_close (PerfLine *line);
/* Pushes a deep copy of the template so many times. Whoever works in place gets
 * fresh data, and all variants pay for the copy alike. */
void perf_line_run (gpointer line);
/* Adds @spec to a list; its place, -1 where an element is missing. */
gint perf_add_line (BenchList *list, PerfLine *line, const PerfLineSpec *spec,
    guint frames, guint buffers);

#define OUR_FILTER "eegfilter highpass=1 lowpass=45 notch=50"
