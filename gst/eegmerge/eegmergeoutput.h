/* What leaves eegmerge: buffers with their ledger, filled row by row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

/* Status of one output channel that has not been written to a ledger yet. */
typedef struct
{
  GstEegStatusFlags flags;
  guint start; /* row in the buffer */
} EegMergeRun;

/* The aggregator's thread only. */
typedef struct
{
  GstElement *owner; /* posts what goes wrong */
  GstEegInfo info;
  guint bpf, room; /* rows of a buffer */
  gdouble period;  /* ns */
  GstBufferPool *pool;
  EegMergeRun *runs; /* one a channel */
  gboolean any_run;

  guint64 next;   /* index of the first row of the next buffer */
  GstBuffer *out; /* being filled, or NULL */
  GstMapInfo map;
  guint filled;
  gdouble first_time, last_time; /* running time of rows, ns */
} EegMergeOutput;

void eeg_merge_output_init (EegMergeOutput *output, GstElement *owner);
void eeg_merge_output_clear (EegMergeOutput *output);
/* Takes @info over. FALSE without memory. */
gboolean eeg_merge_output_set_info (
    EegMergeOutput *output, GstEegInfo *info, GstCaps *caps);
/* Drops an unfinished buffer. */
void eeg_merge_output_discard (EegMergeOutput *output);
void eeg_merge_output_drop_pool (EegMergeOutput *output);

/* A new buffer whose first row stands at @time, after @lost rows that are not
 * there. */
GstFlowReturn eeg_merge_output_begin (
    EegMergeOutput *output, gdouble time, guint64 lost);
/* Status of a channel from the current row on. */
void eeg_merge_output_flag (
    EegMergeOutput *output, guint channel, GstEegStatusFlags flags);
/* The current row, to be written. */
guint8 *eeg_merge_output_row (EegMergeOutput *output);
/* The row is written and stands at @time; TRUE when the buffer is full. */
gboolean eeg_merge_output_advance (EegMergeOutput *output, gdouble time);
/* The buffer with its rows, times and ledger; NULL when there are no rows. */
GstBuffer *eeg_merge_output_take (EegMergeOutput *output);

G_END_DECLS
