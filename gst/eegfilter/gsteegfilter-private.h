/* eegfilter: what its parts share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegfilterchain.h"
#include "gsteegfilter.h"

G_BEGIN_DECLS

typedef enum
{
  EEG_FILTER_ON_GAP_SETTLE,
  EEG_FILTER_ON_GAP_HOLD,
} EegFilterOnGap;

struct _GstEegFilter
{
  GstEegBaseFilter parent;

  /* Object lock. */
  EegFilterParams params;
  EegDspStart start;
  EegFilterOnGap on_gap;
  gdouble align_hz;
  GstClockTime shift;   /* of the timestamps, agreed on with the caps */
  guint64 shift_frames; /* the same, rounded up */
  gint changed;         /* looked at without the lock */
  guint64 nonfinite, changes, refusals;
  guint n_sections, n_taps;
  gboolean running; /* caps were agreed on; until the state falls to READY */

  /* Streaming thread. */
  EegFilterChain *chain, *old;
  EegFilterDesign design; /* of chain */
  guint64 position;       /* absolute index of the next frame */
  guint fade_length, fade_done;
  guint64 settling, unsettled; /* frames: from start, and still to come */
  gpointer scratch;
  gsize scratch_size;
  gboolean fresh; /* nothing was processed since the last reset */
};

/* gsteegfilter-properties.c */
void gst_eeg_filter_install_properties (GObjectClass *klass);

G_END_DECLS
