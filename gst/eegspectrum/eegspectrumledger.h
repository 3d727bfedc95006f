/* EEG spectrum element: times and status of the samples in the window
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

/* What is remembered of the input until no window needs it any more. Streaming
 * thread. Nothing is allocated after init. */
typedef struct
{
  GArray *runs;  /* GstEegStatusRun, in order of arrival */
  GArray *times; /* where timestamps do not follow from the one before */
  guint64 lost;  /* proven lost since the last frame that left */
} EegSpectrumLedger;

/* What is special about the samples of one window. */
typedef struct
{
  GstEegStatusFlags flags;                        /* of all channels */
  guint64 saturated, lead_off, nonfinite, filled; /* values, over channels */
} EegSpectrumStatus;

void eeg_spectrum_ledger_init (EegSpectrumLedger *ledger);
void eeg_spectrum_ledger_clear (EegSpectrumLedger *ledger);
/* Forgets all but the losses. */
void eeg_spectrum_ledger_forget (EegSpectrumLedger *ledger);

void eeg_spectrum_ledger_add (EegSpectrumLedger *ledger, GstBuffer *buffer,
    const GstEegInfo *info, guint64 first_sample, guint n_frames);
void eeg_spectrum_ledger_mark (EegSpectrumLedger *ledger, guint64 first_sample,
    guint32 n_samples, GstEegStatusFlags flags, gint channel);
/* Forgets what lies before @sample. */
void eeg_spectrum_ledger_trim (EegSpectrumLedger *ledger, guint64 sample);

/* Time of a sample that is not forgotten; NONE when nothing was timed. */
GstClockTime eeg_spectrum_ledger_time (
    const EegSpectrumLedger *ledger, const GstEegInfo *info, guint64 sample);
/* Sums up [@begin, @end); @per_channel has one entry a channel. */
void eeg_spectrum_ledger_status (const EegSpectrumLedger *ledger, guint64 begin,
    guint64 end, guint channels, EegSpectrumStatus *status,
    guint16 *per_channel);
/* Gives @buffer a ledger entry for [@begin, @end), with its runs. */
void eeg_spectrum_ledger_stamp (
    EegSpectrumLedger *ledger, GstBuffer *buffer, guint64 begin, guint64 end);

G_END_DECLS
