/* EEG spectrum element: element messages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegspectrumledger.h"
#include "eegspectrumplan.h"

G_BEGIN_DECLS

/* One spectrum on its way out. */
typedef struct
{
  guint64 begin,
      end; /* absolute index of its first sample, and past its last */
  GstClockTime time, stream_time, running_time, duration;
  gboolean filling;   /* no full window yet: only the fields up to here count */
  gdouble filled;     /* 0..1 of the first window */
  const gdouble *psd; /* [channels][config bins], uV^2/Hz */
  guint64 spectra;    /* in the running average, this one counted */
  EegSpectrumStatus status;
  const guint16 *channel_flags;
} EegSpectrumFrame;

GstStructure *eeg_spectrum_frame_to_structure (const EegSpectrumFrame *frame,
    const EegSpectrumPlan *plan, const GstEegInfo *info);

G_END_DECLS
