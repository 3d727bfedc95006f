/* Marks of the ledger follow the channels through a montage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegmontageledger.h"

/* How far back an equal mark is looked for: that of another input of the same
 * output. */
#define LOOK_BACK 64

static void
add_once (GstEegMeta *meta, const GstEegStatusRun *run, gint channel)
{
  const guint n = gst_eeg_meta_get_n_runs (meta);
  guint i;

  for (i = 0; i < MIN (n, LOOK_BACK); i++) {
    const GstEegStatusRun *r = gst_eeg_meta_get_run (meta, n - 1 - i);

    if (r->first_sample == run->first_sample &&
        r->n_samples == run->n_samples && r->flags == run->flags &&
        r->word == run->word && (r->channel == channel || r->channel == -1))
      return;
  }
  gst_eeg_meta_add_run (
      meta, run->first_sample, run->n_samples, run->flags, channel, run->word);
}

static void
follow_run (
    const EegMontagePlan *plan, GstEegMeta *meta, const GstEegStatusRun *run)
{
  const gint c = run->channel;
  gboolean shared;
  guint r, k;

  if (c < 0) {
    add_once (meta, run, -1);
    return;
  }
  /* A foreign mark of a channel that the stream does not have. */
  if ((guint) c >= plan->n_in)
    return;
  shared = plan->share && plan->common[c] != 0;
  if (shared && plan->n_shared == plan->n_out) {
    add_once (meta, run, -1);
    return;
  }
  for (r = 0; shared && r < plan->n_out; r++)
    if (plan->share[r] != 0)
      add_once (meta, run, (gint) r);
  for (k = plan->reach[c]; k < plan->reach[c + 1]; k++)
    add_once (meta, run, (gint) plan->reached[k]);
}

void
eeg_montage_ledger_follow (
    const EegMontagePlan *plan, GstBuffer *buffer, GArray *scratch)
{
  gpointer state = NULL;
  GstMeta *m;
  guint i;

  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *meta = (GstEegMeta *) m;
    const guint n = gst_eeg_meta_get_n_runs (meta);
    GstEegMeta head = *meta;

    if (n == 0)
      continue;
    g_array_set_size (scratch, 0);
    for (i = 0; i < n; i++)
      g_array_append_vals (scratch, gst_eeg_meta_get_run (meta, i), 1);
    gst_eeg_meta_reset (meta);
    meta->first_sample = head.first_sample;
    meta->n_samples = head.n_samples;
    meta->lost_before = head.lost_before;
    meta->edge_sample = head.edge_sample;
    meta->edge_time = head.edge_time;
    meta->bpf = head.bpf;
    for (i = 0; i < n; i++)
      follow_run (plan, meta, &g_array_index (scratch, GstEegStatusRun, i));
  }
}
