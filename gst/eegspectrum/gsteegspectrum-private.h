/* eegspectrum: what its parts share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegspectrumledger.h"
#include "eegspectrumplan.h"
#include "gsteegspectrum.h"

G_BEGIN_DECLS

struct _GstEegSpectrum
{
  GstEegBaseFilter parent;

  /* Object lock. */
  EegSpectrumParams params; /* as set */
  EegSpectrumParams active; /* as the stream runs with */
  gboolean running;         /* from the first caps to stop */
  gboolean changed;         /* params are not active yet */
  gboolean post_messages;
  guint64 window_frames; /* of the running stream, for the LATENCY query */
  guint64 computed, pushed, messages, nonfinite, refusals;
  gboolean filling;

  /* Atomic: nobody behind the src pad. */
  gint nowhere;

  /* Streaming thread. */
  EegDspSpectrum *dsp;
  EegSpectrumPlan plan;
  GstEegInfo info; /* that dsp and plan were made for */
  EegSpectrumLedger ledger;
  gdouble *psd, *average; /* [channels][all bins] */
  guint16 *channel_flags;
  guint64 averaged;  /* spectra in the running average */
  guint64 first;     /* absolute index of the first sample since the reset */
  guint64 announced; /* filling announcements since the reset */
  guint64 position;  /* absolute index of the next sample */
  gboolean keep;     /* the next reset is no new beginning */
  gboolean kept;     /* it was none, but a gap may have hidden behind it */
  gboolean mark_discont;
  gboolean warned;
};

/* gsteegspectrum-properties.c */
void gst_eeg_spectrum_install_properties (GObjectClass *klass);

G_END_DECLS
