/* EEG downsampling element: its parts (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdecimatedledger.h"
#include "eegdelayedevents.h"
#include "eegdownsamplespec.h"
#include "gsteegdownsample.h"

G_BEGIN_DECLS

struct _GstEegDownsample
{
  GstEegBaseFilter parent;

  /* Object lock. Properties stay as they are while running. */
  EegDownsampleParams params;
  guint pool_min, pool_max;
  gboolean running;    /* from the first caps to stop */
  GstBufferPool *pool; /* replaced by the streaming thread only */
  GstClockTime latency;
  EegDspPrecision precision; /* of the sums */
  guint64 consumed, delivered, nonfinite;

  /* Streaming thread. */
  EegDspDecimator *decimator;
  GstEegInfo info; /* of the input that the decimator holds */
  GstCaps *out_caps;
  EegDecimatedLedger ledger;
  EegDelayedEvents events; /* before outputs that have not left */
  guint out_bpf;
  gsize pool_frames;
  guint64 next_output;   /* absolute index of the next output */
  gboolean started_over; /* the decimator waits for its first input */
  gboolean mark_discont;
  GstFlowReturn drained; /* of the last drain */
};

/* gsteegdownsample-properties.c */
void gst_eeg_downsample_install_properties (GObjectClass *klass);

G_END_DECLS
