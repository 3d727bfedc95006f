/* What leaves eegmerge: buffers with their ledger, filled row by row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>

#include "eegmergeoutput.h"

#define POOL_MIN  16
#define POOL_STEP 16
#define POOL_MAX  4096

void
eeg_merge_output_init (EegMergeOutput *o, GstElement *owner)
{
  memset (o, 0, sizeof *o);
  o->owner = owner;
  gst_eeg_info_init (&o->info);
}

void
eeg_merge_output_drop_pool (EegMergeOutput *o)
{
  if (o->pool == NULL)
    return;
  gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (o->pool), NULL);
  gst_buffer_pool_set_active (o->pool, FALSE);
  gst_clear_object (&o->pool);
}

void
eeg_merge_output_clear (EegMergeOutput *o)
{
  eeg_merge_output_discard (o);
  eeg_merge_output_drop_pool (o);
  gst_eeg_info_clear (&o->info);
  g_clear_pointer (&o->runs, g_free);
}

static gboolean
make_pool (EegMergeOutput *o, GstCaps *caps)
{
  GstStructure *config;

  eeg_merge_output_drop_pool (o);
  o->pool = gst_eeg_buffer_pool_new ();
  config = gst_buffer_pool_get_config (o->pool);
  gst_buffer_pool_config_set_params (
      config, caps, o->room * o->bpf, POOL_MIN, 0);
  gst_eeg_buffer_pool_config_set_growth (
      config, POOL_STEP, POOL_MAX, GST_EEG_POOL_POLICY_WAIT);
  if (!gst_buffer_pool_set_config (o->pool, config) ||
      !gst_buffer_pool_set_active (o->pool, TRUE))
    return FALSE;
  gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (o->pool), o->owner);
  return TRUE;
}

gboolean
eeg_merge_output_set_info (EegMergeOutput *o, GstEegInfo *info, GstCaps *caps)
{
  gst_eeg_info_clear (&o->info);
  o->info = *info;
  o->bpf = (guint) GST_EEG_INFO_BPF (info);
  o->period = 1e9 / GST_EEG_INFO_EXACT_RATE (info);
  o->room = MAX (64, (guint) GST_EEG_INFO_RATE (info) / 10);
  g_free (o->runs);
  o->runs = g_new0 (EegMergeRun, GST_EEG_INFO_CHANNELS (info));
  return make_pool (o, caps);
}

void
eeg_merge_output_discard (EegMergeOutput *o)
{
  if (o->out) {
    gst_buffer_unmap (o->out, &o->map);
    gst_clear_buffer (&o->out);
  }
  o->filled = 0;
  o->any_run = FALSE;
}

GstFlowReturn
eeg_merge_output_begin (EegMergeOutput *o, gdouble time, guint64 lost)
{
  GstFlowReturn ret = gst_buffer_pool_acquire_buffer (o->pool, &o->out, NULL);
  GstEegMeta *meta;

  if (ret != GST_FLOW_OK)
    return ret;
  if (!gst_buffer_map (o->out, &o->map, GST_MAP_WRITE)) {
    gst_clear_buffer (&o->out);
    GST_ELEMENT_ERROR (o->owner, RESOURCE, WRITE,
        ("A buffer of the pool cannot be written."), (NULL));
    return GST_FLOW_ERROR;
  }
  o->filled = 0;
  o->first_time = time;
  o->next += lost;
  meta = gst_buffer_get_eeg_meta (o->out);
  if (meta == NULL)
    meta = gst_buffer_add_eeg_meta (o->out, 0, 0, 0, o->bpf);
  meta->first_sample = o->next;
  meta->lost_before = lost;
  meta->bpf = o->bpf;
  if (lost > 0 || o->next == 0)
    GST_BUFFER_FLAG_SET (o->out, GST_BUFFER_FLAG_DISCONT);
  return GST_FLOW_OK;
}

static void
close_run (EegMergeOutput *o, guint channel)
{
  EegMergeRun *r = o->runs + channel;

  if (r->flags != GST_EEG_STATUS_NONE && o->filled > r->start)
    gst_eeg_meta_add_run (gst_buffer_get_eeg_meta (o->out), o->next + r->start,
        o->filled - r->start, r->flags, (gint) channel, 0);
  r->flags = GST_EEG_STATUS_NONE;
}

void
eeg_merge_output_flag (
    EegMergeOutput *o, guint channel, GstEegStatusFlags flags)
{
  EegMergeRun *r = o->runs + channel;

  if (r->flags == flags)
    return;
  close_run (o, channel);
  r->flags = flags;
  r->start = o->filled;
  o->any_run = TRUE;
}

guint8 *
eeg_merge_output_row (EegMergeOutput *o)
{
  return o->map.data + (gsize) o->filled * o->bpf;
}

gboolean
eeg_merge_output_advance (EegMergeOutput *o, gdouble time)
{
  o->last_time = time;
  return ++o->filled == o->room;
}

GstBuffer *
eeg_merge_output_take (EegMergeOutput *o)
{
  GstBuffer *out = o->out;
  guint rows = o->filled, c;

  if (out == NULL || rows == 0) {
    eeg_merge_output_discard (o);
    return NULL;
  }
  for (c = 0; o->any_run && c < (guint) GST_EEG_INFO_CHANNELS (&o->info); c++)
    close_run (o, c);
  gst_buffer_unmap (out, &o->map);
  gst_buffer_get_eeg_meta (out)->n_samples = rows;
  gst_buffer_set_size (out, (gssize) rows * o->bpf);
  GST_BUFFER_PTS (out) = (GstClockTime) (o->first_time + 0.5);
  GST_BUFFER_DURATION (out) =
      (GstClockTime) (o->last_time + o->period + 0.5) - GST_BUFFER_PTS (out);
  GST_BUFFER_OFFSET (out) = o->next;
  GST_BUFFER_OFFSET_END (out) = o->next + rows;
  o->next += rows;
  o->out = NULL;
  o->filled = 0;
  o->any_run = FALSE;
  return out;
}
