/* Ledger and time of a stream that is decimated with a delay
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdecimatedledger.h"

/* PTS that differ less from what the sample count says are rounding. */
#define SAME_CLOCK (2 * GST_USECOND)

/* How far back a run is looked for that another one continues: channels report
 * in turn. */
#define LOOK_BACK 64

typedef struct
{
  guint64 sample;
  GstClockTime time;
} Point;

void
eeg_decimated_ledger_init (EegDecimatedLedger *l)
{
  l->up = l->down = 1;
  l->runs = g_array_new (FALSE, FALSE, sizeof (GstEegStatusRun));
  l->anchors = g_array_new (FALSE, FALSE, sizeof (Point));
  l->edges = g_array_new (FALSE, FALSE, sizeof (Point));
  l->lost = 0;
  l->next = 0;
}

void
eeg_decimated_ledger_clear (EegDecimatedLedger *l)
{
  g_clear_pointer (&l->runs, g_array_unref);
  g_clear_pointer (&l->anchors, g_array_unref);
  g_clear_pointer (&l->edges, g_array_unref);
}

void
eeg_decimated_ledger_forget (EegDecimatedLedger *l)
{
  g_array_set_size (l->runs, 0);
  g_array_set_size (l->anchors, 0);
  g_array_set_size (l->edges, 0);
}

/* The output at or before, and at or after, an input. */
static guint64
output_before (const EegDecimatedLedger *l, guint64 input)
{
  return input * l->up / l->down;
}

static guint64
output_after (const EegDecimatedLedger *l, guint64 input)
{
  return (input * l->up + l->down - 1) / l->down;
}

guint64
eeg_decimated_ledger_end (const EegDecimatedLedger *l)
{
  return output_after (l, l->next);
}

static guint64
marked_output (const EegDecimatedLedger *l, guint64 input)
{
  const guint64 output =
      l->leads ? output_after (l, input) : output_before (l, input);

  return MAX (output, l->begin);
}

static void
add_run (EegDecimatedLedger *l, const GstEegStatusRun *in)
{
  GstEegStatusRun run = *in, *last;
  guint64 end;
  guint i;

  if (in->n_samples == 0)
    return;
  run.first_sample = marked_output (l, in->first_sample);
  end = marked_output (l, in->first_sample + in->n_samples - 1) + 1;
  run.n_samples = (guint32) (end - run.first_sample);
  for (i = 0; i < MIN (l->runs->len, LOOK_BACK); i++) {
    last = &g_array_index (l->runs, GstEegStatusRun, l->runs->len - 1 - i);
    if (last->flags == run.flags && last->channel == run.channel &&
        last->word == run.word && last->first_sample <= run.first_sample &&
        run.first_sample <= last->first_sample + last->n_samples) {
      end = MAX (end, last->first_sample + last->n_samples);
      last->n_samples = (guint32) (end - last->first_sample);
      return;
    }
  }
  g_array_append_val (l->runs, run);
}

void
eeg_decimated_ledger_mark (EegDecimatedLedger *l, guint64 first_input,
    guint n_inputs, GstEegStatusFlags flags, gint channel)
{
  GstEegStatusRun run = {first_input, n_inputs, flags, (gint16) channel, 0};

  add_run (l, &run);
}

void
eeg_decimated_ledger_add (EegDecimatedLedger *l, GstBuffer *input,
    const GstEegInfo *in, guint64 first, guint n_frames)
{
  gpointer state = NULL;
  GstMeta *m;
  guint i;

  l->next = first + n_frames;
  if (GST_BUFFER_PTS_IS_VALID (input)) {
    Point p = {first, GST_BUFFER_PTS (input)};
    gboolean same = FALSE;
    if (l->anchors->len > 0) {
      const Point *a = &g_array_index (l->anchors, Point, l->anchors->len - 1);
      GstClockTime t =
          a->time + gst_eeg_info_frames_to_time (in, first - a->sample);
      same = (t > p.time ? t - p.time : p.time - t) <= SAME_CLOCK;
    }
    if (!same)
      g_array_append_val (l->anchors, p);
  }
  while ((m = gst_buffer_iterate_meta_filtered (
              input, &state, GST_EEG_META_API_TYPE))) {
    const GstEegMeta *e = (const GstEegMeta *) m;
    guint64 lost = MIN (e->lost_before, e->first_sample);

    if (e->n_samples == 0 && e->lost_before == 0)
      continue;
    /* Neighbouring ranges share their boundaries: sums stay exact. */
    l->lost += output_after (l, e->first_sample) -
               output_after (l, e->first_sample - lost);
    if (GST_CLOCK_TIME_IS_VALID (e->edge_time) &&
        output_before (l, e->edge_sample) == output_after (l, e->edge_sample)) {
      Point p = {output_before (l, e->edge_sample), e->edge_time};
      g_array_append_val (l->edges, p);
    }
    for (i = 0; i < gst_eeg_meta_get_n_runs (e); i++)
      add_run (l, gst_eeg_meta_get_run (e, i));
  }
}

/* Duration of @n input frames divided by up. */
static GstClockTime
frames_to_time (const EegDecimatedLedger *l, const GstEegInfo *in, guint64 n)
{
  return gst_util_uint64_scale (
      n, (guint64) in->rate_d * GST_SECOND, (guint64) in->rate_n * l->up);
}

static GstClockTime
time_of (const EegDecimatedLedger *l, const GstEegInfo *in, guint64 output)
{
  guint64 at = output * l->down, anchor;
  const Point *a = NULL;
  guint i;

  for (i = 0; i < l->anchors->len; i++) {
    const Point *p = &g_array_index (l->anchors, Point, i);
    if (a && p->sample * l->up > at)
      break;
    a = p;
  }
  if (!a)
    return GST_CLOCK_TIME_NONE;
  anchor = a->sample * l->up;
  if (at >= anchor)
    return a->time + frames_to_time (l, in, at - anchor);
  return a->time - MIN (a->time, frames_to_time (l, in, anchor - at));
}

void
eeg_decimated_ledger_stamp (EegDecimatedLedger *l, GstBuffer *output,
    const GstEegInfo *in, guint64 first, guint n_frames, guint bpf)
{
  guint64 end = first + n_frames;
  GstClockTime start = time_of (l, in, first);
  GstClockTime stop = time_of (l, in, end);
  GstEegMeta *meta =
      gst_buffer_add_eeg_meta (output, first, n_frames, l->lost, bpf);
  guint i, kept;

  l->lost = 0;
  GST_BUFFER_OFFSET (output) = first;
  GST_BUFFER_OFFSET_END (output) = end;
  GST_BUFFER_PTS (output) = start;
  GST_BUFFER_DTS (output) = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (start) && stop >= start)
    GST_BUFFER_DURATION (output) = stop - start;

  for (i = 0, kept = 0; i < l->runs->len; i++) {
    GstEegStatusRun *r = &g_array_index (l->runs, GstEegStatusRun, i);
    guint64 a = MAX (r->first_sample, first);
    guint64 b = MIN (r->first_sample + r->n_samples, end);
    if (a < b && meta)
      gst_eeg_meta_add_run (
          meta, a, (guint32) (b - a), r->flags, r->channel, r->word);
    if (r->first_sample + r->n_samples > end)
      g_array_index (l->runs, GstEegStatusRun, kept++) = *r;
  }
  g_array_set_size (l->runs, kept);

  for (i = 0, kept = 0; i < l->edges->len; i++) {
    Point *p = &g_array_index (l->edges, Point, i);
    if (meta && p->sample >= first && p->sample < end &&
        !GST_CLOCK_TIME_IS_VALID (meta->edge_time))
      gst_eeg_meta_set_edge (meta, p->sample, p->time);
    if (p->sample >= end)
      g_array_index (l->edges, Point, kept++) = *p;
  }
  g_array_set_size (l->edges, kept);

  /* The anchor before the next output is still needed. */
  while (l->anchors->len > 1 &&
         g_array_index (l->anchors, Point, 1).sample * l->up <= end * l->down)
    g_array_remove_index (l->anchors, 0);
}
