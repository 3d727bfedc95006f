/* EEG spectrum element: times and status of the samples in the window
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegspectrumledger.h"

#include <string.h>

#define MAX_RUNS  4096
#define MAX_TIMES 4096

typedef struct
{
  guint64 sample;
  GstClockTime time;
} Anchor;

#define RUN(l, i)    (&g_array_index ((l)->runs, GstEegStatusRun, i))
#define ANCHOR(l, i) (&g_array_index ((l)->times, Anchor, i))

void
eeg_spectrum_ledger_init (EegSpectrumLedger *ledger)
{
  ledger->runs =
      g_array_sized_new (FALSE, FALSE, sizeof (GstEegStatusRun), MAX_RUNS);
  ledger->times = g_array_sized_new (FALSE, FALSE, sizeof (Anchor), MAX_TIMES);
  ledger->lost = 0;
}

void
eeg_spectrum_ledger_clear (EegSpectrumLedger *ledger)
{
  g_clear_pointer (&ledger->runs, g_array_unref);
  g_clear_pointer (&ledger->times, g_array_unref);
}

void
eeg_spectrum_ledger_forget (EegSpectrumLedger *ledger)
{
  g_array_set_size (ledger->runs, 0);
  g_array_set_size (ledger->times, 0);
}

static guint64
run_end (const GstEegStatusRun *run)
{
  return run->first_sample + run->n_samples;
}

void
eeg_spectrum_ledger_mark (EegSpectrumLedger *ledger, guint64 first_sample,
    guint32 n_samples, GstEegStatusFlags flags, gint channel)
{
  GstEegStatusRun run = {
      first_sample, n_samples, (guint16) flags, (gint16) channel, 0};
  guint n = ledger->runs->len, i;

  if (flags == 0 || n_samples == 0)
    return;
  /* A state that lasts comes as one run a buffer and channel. */
  for (i = n; i > 0 && n - i < 64; i--) {
    GstEegStatusRun *r = RUN (ledger, i - 1);

    if (r->channel == run.channel && r->flags == run.flags &&
        run_end (r) == first_sample && r->n_samples < G_MAXUINT32 / 2) {
      r->n_samples += n_samples;
      return;
    }
  }
  if (n < MAX_RUNS) {
    g_array_append_val (ledger->runs, run);
  } else {
    /* Rather too much marked than too little. */
    GstEegStatusRun *r = RUN (ledger, n - 1);
    guint64 begin = MIN (r->first_sample, first_sample);
    guint64 end = MAX (run_end (r), run_end (&run));

    r->first_sample = begin;
    r->n_samples = (guint32) MIN (end - begin, G_MAXUINT32);
    r->flags |= run.flags;
    r->channel = r->channel == run.channel ? run.channel : -1;
  }
}

GstClockTime
eeg_spectrum_ledger_time (
    const EegSpectrumLedger *ledger, const GstEegInfo *info, guint64 sample)
{
  const Anchor *a = NULL;
  guint i;

  for (i = ledger->times->len; i > 0; i--) {
    a = ANCHOR (ledger, i - 1);
    if (a->sample <= sample)
      break;
  }
  if (a == NULL)
    return GST_CLOCK_TIME_NONE;
  if (a->sample <= sample)
    return a->time + (gst_eeg_info_frames_to_time (info, sample) -
                         gst_eeg_info_frames_to_time (info, a->sample));
  else {
    GstClockTime back = gst_eeg_info_frames_to_time (info, a->sample) -
                        gst_eeg_info_frames_to_time (info, sample);

    return a->time > back ? a->time - back : 0;
  }
}

void
eeg_spectrum_ledger_add (EegSpectrumLedger *ledger, GstBuffer *buffer,
    const GstEegInfo *info, guint64 first_sample, guint n_frames)
{
  gpointer state = NULL;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    const GstEegMeta *meta = (const GstEegMeta *) m;
    guint n = gst_eeg_meta_get_n_runs (meta), i;

    if (meta->n_samples == 0)
      continue;
    ledger->lost += meta->lost_before;
    for (i = 0; i < n; i++) {
      const GstEegStatusRun *r = gst_eeg_meta_get_run (meta, i);

      eeg_spectrum_ledger_mark (
          ledger, r->first_sample, r->n_samples, r->flags, r->channel);
    }
  }
  if (GST_BUFFER_PTS_IS_VALID (buffer)) {
    Anchor a = {first_sample, GST_BUFFER_PTS (buffer)};

    if (eeg_spectrum_ledger_time (ledger, info, first_sample) != a.time) {
      if (ledger->times->len == MAX_TIMES)
        g_array_remove_range (ledger->times, 0, MAX_TIMES / 2);
      g_array_append_val (ledger->times, a);
    }
  }
}

void
eeg_spectrum_ledger_trim (EegSpectrumLedger *ledger, guint64 sample)
{
  guint n = 0, i;

  for (i = 0; i < ledger->runs->len; i++)
    if (run_end (RUN (ledger, i)) > sample)
      *RUN (ledger, n++) = *RUN (ledger, i);
  g_array_set_size (ledger->runs, n);
  for (n = 0; n + 1 < ledger->times->len; n++)
    if (ANCHOR (ledger, n + 1)->sample > sample)
      break;
  if (n > 0)
    g_array_remove_range (ledger->times, 0, n);
}

/* The part of a run within [@begin, @end). */
static guint64
overlap (const GstEegStatusRun *r, guint64 begin, guint64 end, guint64 *first)
{
  guint64 stop = MIN (run_end (r), end);

  *first = MAX (r->first_sample, begin);
  return stop > *first ? stop - *first : 0;
}

void
eeg_spectrum_ledger_status (const EegSpectrumLedger *ledger, guint64 begin,
    guint64 end, guint channels, EegSpectrumStatus *status,
    guint16 *per_channel)
{
  guint i, c;

  memset (status, 0, sizeof *status);
  memset (per_channel, 0, channels * sizeof *per_channel);
  for (i = 0; i < ledger->runs->len; i++) {
    const GstEegStatusRun *r = RUN (ledger, i);
    guint64 first, n = overlap (r, begin, end, &first);

    if (n == 0 || r->channel >= (gint) channels)
      continue;
    status->flags |= r->flags;
    if (r->channel >= 0) {
      per_channel[r->channel] |= r->flags;
    } else {
      for (c = 0; c < channels; c++)
        per_channel[c] |= r->flags;
      n *= channels;
    }
    if (r->flags & GST_EEG_STATUS_SATURATED)
      status->saturated += n;
    if (r->flags & GST_EEG_STATUS_LEAD_OFF)
      status->lead_off += n;
    if (r->flags & GST_EEG_STATUS_NONFINITE)
      status->nonfinite += n;
    if (r->flags & GST_EEG_STATUS_FILLED)
      status->filled += n;
  }
}

void
eeg_spectrum_ledger_stamp (
    EegSpectrumLedger *ledger, GstBuffer *buffer, guint64 begin, guint64 end)
{
  /* No bytes a frame: the whole buffer is about all of these samples. */
  GstEegMeta *meta =
      gst_buffer_add_eeg_meta (buffer, begin, end - begin, ledger->lost, 0);
  guint i;

  ledger->lost = 0;
  for (i = 0; i < ledger->runs->len; i++) {
    const GstEegStatusRun *r = RUN (ledger, i);
    guint64 first, n = overlap (r, begin, end, &first);

    if (n > 0)
      gst_eeg_meta_add_run (
          meta, first, (guint32) n, r->flags, r->channel, r->word);
  }
}
