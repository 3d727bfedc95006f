/* Ledger and time of a stream that is decimated with a delay
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

/* What was said about inputs whose outputs have not left yet. All indices are
 * absolute; output k stands at the instant k * down / up of the input.
 *
 * What is said about an input marks the output at or before it, which waits for
 * it, or the first one where there is none. Where outputs wait for nothing, that
 * one may have left, and has nothing of the input: then it marks the one at or
 * after it, the first that it reaches. Neither depends on how the stream is cut.
 * Streaming thread only. */
typedef struct
{
  guint up, down;
  GArray *runs;    /* GstEegStatusRun, of the output */
  GArray *anchors; /* input sample and its PTS */
  GArray *edges;   /* output sample and its data-ready time */
  guint64 lost;    /* outputs lost before the next one */
  guint64 next;    /* input sample after the last one added */
  guint64 begin;   /* the first output since the stream started over */
  gboolean leads;  /* outputs do not wait for inputs behind them */
} EegDecimatedLedger;

void eeg_decimated_ledger_init (EegDecimatedLedger *ledger);
void eeg_decimated_ledger_clear (EegDecimatedLedger *ledger);

/* Forget what belongs to outputs that will not come; losses stay. */
void eeg_decimated_ledger_forget (EegDecimatedLedger *ledger);

/* An input buffer of @n_frames from absolute sample @first on. */
void eeg_decimated_ledger_add (EegDecimatedLedger *ledger, GstBuffer *input,
    const GstEegInfo *in, guint64 first, guint n_frames);

/* Marks the outputs of inputs of one channel; before they are stamped. */
void eeg_decimated_ledger_mark (EegDecimatedLedger *ledger, guint64 first_input,
    guint n_inputs, GstEegStatusFlags flags, gint channel);

/* The output at or after the end of what was added: nothing before it is to come
 * but what waits. */
guint64 eeg_decimated_ledger_end (const EegDecimatedLedger *ledger);

/* Writes entry, offsets, PTS and duration of outputs from @first on. */
void eeg_decimated_ledger_stamp (EegDecimatedLedger *ledger, GstBuffer *output,
    const GstEegInfo *in, guint64 first, guint n_frames, guint bpf);

G_END_DECLS
