/* One input of eegmerge: a cursor over its samples and their times
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>

#include "eegmergepad.h"

G_DEFINE_TYPE (EegMergePad, eeg_merge_pad, GST_TYPE_AGGREGATOR_PAD)

void
eeg_merge_pad_release (EegMergePad *pad)
{
  if (pad->buffer == NULL)
    return;
  gst_buffer_unmap (pad->buffer, &pad->map);
  gst_clear_buffer (&pad->buffer);
}

void
eeg_merge_pad_reset (EegMergePad *pad)
{
  eeg_merge_pad_release (pad);
  pad->silent = FALSE;
  pad->have_origin = FALSE;
  pad->at = pad->frames = 0;
  if (pad->held)
    memset (pad->held, 0, pad->bpf);
}

void
eeg_merge_pad_set_info (EegMergePad *pad, const GstEegInfo *info)
{
  g_clear_pointer (&pad->info, gst_eeg_info_free);
  g_clear_pointer (&pad->held, g_free);
  pad->info = gst_eeg_info_copy (info);
  pad->bpf = (guint) GST_EEG_INFO_BPF (info);
  pad->held = g_malloc0 (pad->bpf);
  pad->have_origin = FALSE;
}

/* Index, losses and status of a new buffer. */
static void
read_ledger (EegMergePad *pad, GstElement *owner)
{
  guint64 lost = 0, expected = pad->first + pad->frames;
  gboolean continues = pad->have_origin;
  GstEegStatusFlags any = GST_EEG_STATUS_NONE;

  if (!gst_buffer_get_eeg_ledger (
          pad->buffer, &pad->first, NULL, &lost, &any)) {
    pad->first = GST_BUFFER_OFFSET_IS_VALID (pad->buffer) &&
                         GST_BUFFER_OFFSET_END (pad->buffer) -
                                 GST_BUFFER_OFFSET (pad->buffer) ==
                             pad->map.size / pad->bpf
                     ? GST_BUFFER_OFFSET (pad->buffer)
                     : expected;
    if (continues && pad->first > expected)
      lost = pad->first - expected;
  }
  pad->has_runs = any != GST_EEG_STATUS_NONE;
  pad->frames = (guint) (pad->map.size / pad->bpf);
  GST_OBJECT_LOCK (owner);
  pad->stats.received += pad->frames;
  pad->stats.lost += lost;
  GST_OBJECT_UNLOCK (owner);
}

/* Timestamps follow the device's own clock, so its rate can be read off them. */
static void
read_times (EegMergePad *pad, GstElement *owner, GstClockTime running)
{
  gdouble nominal = 1e9 / GST_EEG_INFO_EXACT_RATE (pad->info);
  GstClockTime duration = GST_BUFFER_DURATION (pad->buffer);

  pad->start = (gint64) running;
  pad->step = nominal;
  if (GST_CLOCK_TIME_IS_VALID (duration) && pad->frames > 0) {
    gdouble step = (gdouble) duration / pad->frames;

    if (step > 0.9 * nominal && step < 1.1 * nominal)
      pad->step = step;
  }
  if (!pad->have_origin || pad->first <= pad->origin_index) {
    pad->have_origin = TRUE;
    pad->origin_index = pad->first;
    pad->origin_time = pad->start;
  } else if (pad->start > pad->origin_time) {
    GST_OBJECT_LOCK (owner);
    pad->stats.rate = (gdouble) (pad->first - pad->origin_index) * 1e9 /
                      (gdouble) (pad->start - pad->origin_time);
    GST_OBJECT_UNLOCK (owner);
  }
}

gboolean
eeg_merge_pad_load (EegMergePad *pad, GstElement *owner)
{
  GstAggregatorPad *agg = GST_AGGREGATOR_PAD (pad);
  GstClockTime running;

  while (pad->buffer == NULL) {
    GstBuffer *buffer = gst_aggregator_pad_peek_buffer (agg);

    if (buffer == NULL)
      return FALSE;
    running = gst_segment_to_running_time (
        &agg->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
    if (pad->info == NULL || !GST_CLOCK_TIME_IS_VALID (running) ||
        gst_buffer_get_size (buffer) < pad->bpf ||
        !gst_buffer_map (buffer, &pad->map, GST_MAP_READ)) {
      /* Empty (which can tell of a loss), before the segment, or without a time to
       * align it by. */
      gsize size = gst_buffer_get_size (buffer);
      guint64 lost = 0;

      if (size == 0)
        gst_buffer_get_eeg_ledger (buffer, NULL, NULL, &lost, NULL);
      gst_buffer_unref (buffer);
      gst_aggregator_pad_drop_buffer (agg);
      GST_OBJECT_LOCK (owner);
      pad->stats.lost += lost;
      if (pad->bpf > 0) {
        pad->stats.received += size / pad->bpf;
        pad->stats.skipped += size / pad->bpf;
      }
      GST_OBJECT_UNLOCK (owner);
      continue;
    }
    pad->buffer = buffer;
    pad->at = 0;
    read_ledger (pad, owner);
    read_times (pad, owner, running);
  }
  return TRUE;
}

gint64
eeg_merge_pad_time (const EegMergePad *pad)
{
  return pad->start + (gint64) (pad->at * pad->step + 0.5);
}

const guint8 *
eeg_merge_pad_sample (const EegMergePad *pad)
{
  return pad->map.data + (gsize) pad->at * pad->bpf;
}

GstEegStatusFlags
eeg_merge_pad_flags (EegMergePad *pad, guint channel)
{
  GstEegStatusFlags flags = GST_EEG_STATUS_NONE;
  gpointer state = NULL;
  GstMeta *m;

  if (!pad->has_runs)
    return flags;
  while ((m = gst_buffer_iterate_meta_filtered (
              pad->buffer, &state, GST_EEG_META_API_TYPE)))
    flags |= gst_eeg_meta_get_flags_at (
        (GstEegMeta *) m, pad->first + pad->at, (gint) channel);
  return flags;
}

void
eeg_merge_pad_advance (EegMergePad *pad)
{
  if (++pad->at < pad->frames)
    return;
  eeg_merge_pad_release (pad);
  gst_aggregator_pad_drop_buffer (GST_AGGREGATOR_PAD (pad));
}

static GstFlowReturn
eeg_merge_pad_flush (GstAggregatorPad *pad, GstAggregator *aggregator)
{
  eeg_merge_pad_reset (GST_EEG_MERGE_PAD (pad));
  return GST_FLOW_OK;
}

static void
eeg_merge_pad_finalize (GObject *object)
{
  EegMergePad *pad = GST_EEG_MERGE_PAD (object);

  eeg_merge_pad_release (pad);
  g_clear_pointer (&pad->info, gst_eeg_info_free);
  g_free (pad->held);
  G_OBJECT_CLASS (eeg_merge_pad_parent_class)->finalize (object);
}

static void
eeg_merge_pad_class_init (EegMergePadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eeg_merge_pad_finalize;
  GST_AGGREGATOR_PAD_CLASS (klass)->flush = eeg_merge_pad_flush;
}

static void
eeg_merge_pad_init (EegMergePad *pad)
{
}
