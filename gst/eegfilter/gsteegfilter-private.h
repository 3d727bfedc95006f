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
  EegFilterDesign design;   /* of chain */
  EegFilterParams accepted; /* what it was made from */
  gchar refused[384]; /* why the buffer before could not have its change */
  guint64 position;   /* absolute index of the next frame */
  guint fade_length, fade_done;
  guint64 settling, unsettled; /* frames: from start, and still to come */
  gpointer scratch;
  gsize scratch_size;
  gboolean fresh; /* nothing was processed since the last reset */
};

/* gsteegfilter-properties.c */
void gst_eeg_filter_install_properties (GObjectClass *klass);
/* Puts the properties that are as in @tried back to what runs, with a notify;
 * those that were set anew meanwhile stay. Streaming thread. */
void gst_eeg_filter_put_back (GstEegFilter *self, const EegFilterParams *tried);

G_END_DECLS
