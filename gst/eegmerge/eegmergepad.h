/* One input of eegmerge: a cursor over its samples and their times
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstaggregator.h>
#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_MERGE_PAD (eeg_merge_pad_get_type ())
G_DECLARE_FINAL_TYPE (
    EegMergePad, eeg_merge_pad, GST, EEG_MERGE_PAD, GstAggregatorPad)

/* Samples (frames) of one input since start; written with the element's object
 * lock. used + skipped + on their way = received; used + filled = merged. */
typedef struct
{
  guint64 received, used, skipped, filled, lost;
  guint64 missing; /* times that it fell silent */
  gdouble offset;  /* its sample's time less the output's, in samples */
  gdouble rate;    /* measured from timestamps, Hz; 0: not known yet */
} EegMergePadStats;

/* Everything but @stats belongs to the aggregator's thread. */
struct _EegMergePad
{
  GstAggregatorPad parent;

  GstEegInfo *info; /* NULL before caps */
  guint bpf, first_channel;

  /* The buffer at the head of the queue, mapped; NULL when there is none. */
  GstBuffer *buffer;
  GstMapInfo map;
  guint frames, at;
  gint64 start;  /* running time of its first sample, ns */
  gdouble step;  /* ns from sample to sample in it */
  guint64 first; /* absolute index of its first sample */
  gboolean has_runs;

  guint8 *held; /* the last sample used; zeros before any */
  gboolean silent;

  guint64 origin_index; /* of the first sample, for the rate */
  gint64 origin_time;
  gboolean have_origin;

  EegMergePadStats stats;
};

/* Makes the queue's head the current buffer unless there is one. FALSE when
 * nothing is there. */
gboolean eeg_merge_pad_load (EegMergePad *pad, GstElement *owner);

/* Running time of the current sample, ns; there must be one. */
gint64 eeg_merge_pad_time (const EegMergePad *pad);
const guint8 *eeg_merge_pad_sample (const EegMergePad *pad);
GstEegStatusFlags eeg_merge_pad_flags (EegMergePad *pad, guint channel);

/* To the next sample; drops the buffer behind its last one. */
void eeg_merge_pad_advance (EegMergePad *pad);

/* Lets go of the current buffer, which stays queued. */
void eeg_merge_pad_release (EegMergePad *pad);
void eeg_merge_pad_reset (EegMergePad *pad);
void eeg_merge_pad_set_info (EegMergePad *pad, const GstEegInfo *info);

G_END_DECLS
