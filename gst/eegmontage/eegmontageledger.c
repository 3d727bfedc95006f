/* Marks of the ledger follow the channels through a montage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegmontageledger.h"

#include <string.h>

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

typedef struct
{
  gsize first, n, channel;
} Replaced;

GArray *
eeg_montage_replaced_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Replaced));
}

void
eeg_montage_replaced_note (
    gpointer replaced, gsize first, gsize n, gsize channel)
{
  Replaced r = {first, n, channel};

  g_array_append_val ((GArray *) replaced, r);
}

static void
mark_runs (const guint8 *bad, guint n_frames, GstEegBaseFilter *stage,
    guint64 position, gint channel)
{
  guint f, first;

  for (f = 0; f < n_frames; f++) {
    first = f;
    while (f < n_frames && bad[f])
      f++;
    if (f > first)
      gst_eeg_base_filter_mark (stage, position + first, f - first,
          GST_EEG_STATUS_NONFINITE, channel);
  }
}

/* Whether an output has a share in what all have in common. */
static gboolean
has_share (const EegMontagePlan *plan, guint output)
{
  return plan->share && plan->share[output] != 0;
}

/* Output after output, all of its inputs together: as few runs as there can be,
 * whatever is replaced in how many inputs. */
void
eeg_montage_replaced_mark (GArray *replaced, const EegMontagePlan *plan,
    GstEegBaseFilter *stage, guint64 position, guint n_frames)
{
  g_autofree guint8 *bad = g_malloc0 ((gsize) n_frames * (plan->n_out + 1));
  guint8 *common = bad + (gsize) n_frames * plan->n_out;
  guint i, k, r, f;

  for (i = 0; i < replaced->len; i++) {
    const Replaced *run = &g_array_index (replaced, Replaced, i);

    gst_eeg_base_filter_note_replaced (
        stage, position + run->first, (gint) run->channel);
    if (plan->common && plan->common[run->channel] != 0)
      memset (common + run->first, 1, run->n);
    for (k = plan->reach[run->channel]; k < plan->reach[run->channel + 1]; k++)
      memset (
          bad + (gsize) n_frames * plan->reached[k] + run->first, 1, run->n);
  }
  g_array_set_size (replaced, 0);
  for (r = 0; r < plan->n_out; r++) {
    guint8 *row = bad + (gsize) n_frames * r;

    for (f = 0; has_share (plan, r) && f < n_frames; f++)
      row[f] |= common[f];
    mark_runs (row, n_frames, stage, position, (gint) r);
  }
}
