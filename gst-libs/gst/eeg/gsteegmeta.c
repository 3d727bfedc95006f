/* GStreamer EEG library: the sample ledger that travels with every buffer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegmeta.h"

#include <string.h>

/* How far back an adjacent equal run is looked for; bounds the cost of a run
 * when many channels report in turn. */
#define COALESCE_WINDOW 32

/* Buffers of a pool carry an entry that waits for its next use; it must look
 * like no entry to everyone but gst_buffer_add_eeg_meta(). */
#define ENTRY_IN_USE(m) ((m)->first_sample != GST_BUFFER_OFFSET_NONE)

GType
gst_eeg_meta_api_get_type (void)
{
  static GType type = 0;

  if (g_once_init_enter (&type)) {
    static const gchar *tags[] = {"audio", NULL};
    GType t = gst_meta_api_type_register ("GstEegMetaAPI", tags);

    g_once_init_leave (&type, t);
  }
  return type;
}

/**
 * gst_eeg_meta_reset:
 * @meta: an entry
 *
 * Makes the entry an unused one, as pools do with the entries of returned
 * buffers. Memory for further runs is kept. Unused entries are neither copied
 * nor counted, and gst_buffer_add_eeg_meta() takes them into use again.
 */
void
gst_eeg_meta_reset (GstEegMeta *meta)
{
  g_return_if_fail (meta != NULL);
  meta->first_sample = GST_BUFFER_OFFSET_NONE;
  meta->n_samples = 0;
  meta->lost_before = 0;
  meta->edge_sample = GST_BUFFER_OFFSET_NONE;
  meta->edge_time = GST_CLOCK_TIME_NONE;
  meta->bpf = 0;
  meta->n_runs = 0;
}

static gboolean
eeg_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  GstEegMeta *self = (GstEegMeta *) meta;

  self->more_runs = NULL;
  self->a_runs = 0;
  gst_eeg_meta_reset (self);
  return TRUE;
}

static void
eeg_meta_free (GstMeta *meta, GstBuffer *buffer)
{
  GstEegMeta *self = (GstEegMeta *) meta;

  g_clear_pointer (&self->more_runs, g_free);
}

/* Frames of the buffer that come before @meta's: those of the entries before
 * it, when somebody merged buffers. */
static guint64
frames_before (GstBuffer *buffer, GstEegMeta *meta)
{
  gpointer state = NULL;
  guint64 frames = 0;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    if (m == &meta->meta)
      break;
    frames += ((GstEegMeta *) m)->n_samples;
  }
  return frames;
}

/* First frame that starts at or after byte @offset. Every frame then belongs
 * to exactly one piece, however the bytes are cut. */
static guint64
frame_at (gsize offset, guint bpf)
{
  return offset / bpf + (offset % bpf != 0);
}

static gboolean
eeg_meta_transform (GstBuffer *dest, GstMeta *meta, GstBuffer *buffer,
    GQuark type, gpointer data)
{
  GstEegMeta *src = (GstEegMeta *) meta;
  GstMetaTransformCopy *copy = data;
  guint64 first, end;
  GstEegMeta *out;
  guint i;

  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  if (!ENTRY_IN_USE (src))
    return TRUE;

  first = src->first_sample;
  end = src->first_sample + src->n_samples;
  if (copy->region && src->bpf > 0) {
    guint64 start = frames_before (buffer, src);
    guint64 a = frame_at (copy->offset, src->bpf);
    guint64 b = copy->size > G_MAXSIZE - copy->offset
                    ? G_MAXUINT64
                    : frame_at (copy->offset + copy->size, src->bpf);

    a = MAX (a, start);
    b = MIN (b, start + src->n_samples);
    if (a >= b)
      return TRUE;
    first = src->first_sample + (a - start);
    end = src->first_sample + (b - start);
  }
  out = gst_buffer_add_eeg_meta (dest, first, end - first,
      first == src->first_sample ? src->lost_before : 0, src->bpf);
  if (out == NULL)
    return FALSE;
  out->edge_sample = src->edge_sample;
  out->edge_time = src->edge_time;
  for (i = 0; i < src->n_runs; i++) {
    const GstEegStatusRun *r = gst_eeg_meta_get_run (src, i);
    guint64 a = MAX (r->first_sample, first);
    guint64 b = MIN (r->first_sample + r->n_samples, end);

    if (a < b)
      gst_eeg_meta_add_run (
          out, a, (guint32) (b - a), r->flags, r->channel, r->word);
  }
  return TRUE;
}

/**
 * gst_eeg_meta_get_info: (skip)
 *
 * Returns: (transfer none): the registered meta
 */
const GstMetaInfo *
gst_eeg_meta_get_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter ((GstMetaInfo **) &info)) {
    const GstMetaInfo *mi = gst_meta_register (GST_EEG_META_API_TYPE,
        "GstEegMeta", sizeof (GstEegMeta), eeg_meta_init, eeg_meta_free,
        eeg_meta_transform);

    g_once_init_leave ((GstMetaInfo **) &info, (GstMetaInfo *) mi);
  }
  return info;
}

/**
 * gst_buffer_add_eeg_meta:
 * @buffer: a writable buffer
 * @first_sample: absolute index of its first sample since start
 * @n_samples: samples (frames) that it carries
 * @lost_before: samples proven lost directly before @first_sample
 * @bpf: bytes per frame
 *
 * Adds a ledger entry. On a buffer of a #GstEegBufferPool the entry that waits
 * there is taken, and nothing is allocated.
 *
 * Returns: (transfer none): the entry
 */
GstEegMeta *
gst_buffer_add_eeg_meta (GstBuffer *buffer, guint64 first_sample,
    guint64 n_samples, guint64 lost_before, guint bpf)
{
  GstEegMeta *meta = NULL;
  gpointer state = NULL;
  GstMeta *m;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (gst_buffer_is_writable (buffer), NULL);
  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    if (!ENTRY_IN_USE ((GstEegMeta *) m)) {
      meta = (GstEegMeta *) m;
      break;
    }
  }
  if (meta == NULL)
    meta = (GstEegMeta *) gst_buffer_add_meta (buffer, GST_EEG_META_INFO, NULL);
  if (meta == NULL)
    return NULL;
  meta->first_sample = first_sample;
  meta->n_samples = n_samples;
  meta->lost_before = lost_before;
  meta->bpf = bpf;
  return meta;
}

/**
 * gst_buffer_get_eeg_meta:
 * @buffer: a buffer
 *
 * Returns: (transfer none) (nullable): its first ledger entry that is in use;
 *     gst_buffer_get_eeg_ledger() sums up all of them
 */
GstEegMeta *
gst_buffer_get_eeg_meta (GstBuffer *buffer)
{
  gpointer state = NULL;
  GstMeta *m;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), NULL);
  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE)))
    if (ENTRY_IN_USE ((GstEegMeta *) m))
      return (GstEegMeta *) m;
  return NULL;
}

/**
 * gst_eeg_meta_set_edge:
 * @meta: an entry
 * @sample: absolute index of a sample
 * @monotonic: CLOCK_MONOTONIC time of its data-ready edge in ns
 */
void
gst_eeg_meta_set_edge (GstEegMeta *meta, guint64 sample, GstClockTime monotonic)
{
  g_return_if_fail (meta != NULL);
  meta->edge_sample = sample;
  meta->edge_time = monotonic;
}

static GstEegStatusRun *
run_at (const GstEegMeta *meta, guint index)
{
  if (index < GST_EEG_META_INLINE_RUNS)
    return (GstEegStatusRun *) &meta->runs[index];
  return &meta->more_runs[index - GST_EEG_META_INLINE_RUNS];
}

/**
 * gst_eeg_meta_add_run:
 * @meta: an entry of a writable buffer
 * @first_sample: absolute index of the first sample of the run
 * @n_samples: its length; 0 adds nothing
 * @flags: what is special
 * @channel: channel index, or -1 for all
 * @word: raw status word of the device, 0 if none
 *
 * Notes what is special about a run of samples. A run that continues an equal
 * one makes that one longer. The first %GST_EEG_META_INLINE_RUNS runs cost no
 * allocation.
 */
void
gst_eeg_meta_add_run (GstEegMeta *meta, guint64 first_sample, guint32 n_samples,
    GstEegStatusFlags flags, gint channel, guint32 word)
{
  GstEegStatusRun *r;
  guint i;

  g_return_if_fail (meta != NULL);
  g_return_if_fail (channel >= -1 && channel <= G_MAXINT16);
  if (n_samples == 0)
    return;
  for (i = 0; i < MIN (meta->n_runs, COALESCE_WINDOW); i++) {
    r = run_at (meta, meta->n_runs - 1 - i);
    if (r->first_sample + r->n_samples == first_sample && r->flags == flags &&
        r->channel == channel && r->word == word &&
        r->n_samples <= G_MAXUINT32 - n_samples) {
      r->n_samples += n_samples;
      return;
    }
  }
  if (meta->n_runs >= GST_EEG_META_INLINE_RUNS + meta->a_runs) {
    meta->a_runs = MAX (GST_EEG_META_INLINE_RUNS, meta->a_runs * 2);
    meta->more_runs = g_renew (GstEegStatusRun, meta->more_runs, meta->a_runs);
  }
  r = run_at (meta, meta->n_runs++);
  r->first_sample = first_sample;
  r->n_samples = n_samples;
  r->flags = flags;
  r->channel = channel;
  r->word = word;
}

/**
 * gst_eeg_meta_get_n_runs:
 * @meta: an entry
 *
 * Returns: how many status runs it has
 */
guint
gst_eeg_meta_get_n_runs (const GstEegMeta *meta)
{
  g_return_val_if_fail (meta != NULL, 0);
  return meta->n_runs;
}

/**
 * gst_eeg_meta_get_run:
 * @meta: an entry
 * @index: below gst_eeg_meta_get_n_runs()
 *
 * Returns: (transfer none) (nullable): the run, valid until runs are added
 */
const GstEegStatusRun *
gst_eeg_meta_get_run (const GstEegMeta *meta, guint index)
{
  g_return_val_if_fail (meta != NULL, NULL);
  g_return_val_if_fail (index < meta->n_runs, NULL);
  return run_at (meta, index);
}

/**
 * gst_eeg_meta_get_flags_at:
 * @meta: an entry
 * @sample: absolute index
 * @channel: channel index, or -1 for "on any channel"
 *
 * Returns: the flags of all runs that cover that sample
 */
GstEegStatusFlags
gst_eeg_meta_get_flags_at (const GstEegMeta *meta, guint64 sample, gint channel)
{
  guint flags = 0, i;

  g_return_val_if_fail (meta != NULL, GST_EEG_STATUS_NONE);
  for (i = 0; i < meta->n_runs; i++) {
    const GstEegStatusRun *r = run_at (meta, i);

    if (sample >= r->first_sample && sample - r->first_sample < r->n_samples &&
        (r->channel == -1 || channel == -1 || r->channel == channel))
      flags |= r->flags;
  }
  return flags;
}

/**
 * gst_buffer_get_eeg_ledger:
 * @buffer: a buffer
 * @first_sample: (out) (optional): smallest absolute index
 * @n_samples: (out) (optional): samples carried
 * @lost_before: (out) (optional): samples lost before any of the entries
 * @any_flags: (out) (optional): flags of all runs
 *
 * Sums up all entries of a buffer.
 *
 * Returns: %FALSE, and zeros, when it carries none
 */
gboolean
gst_buffer_get_eeg_ledger (GstBuffer *buffer, guint64 *first_sample,
    guint64 *n_samples, guint64 *lost_before, GstEegStatusFlags *any_flags)
{
  guint64 first = G_MAXUINT64, n = 0, lost = 0;
  gpointer state = NULL;
  gboolean any = FALSE;
  guint flags = 0, i;
  GstMeta *m;

  g_return_val_if_fail (GST_IS_BUFFER (buffer), FALSE);
  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *e = (GstEegMeta *) m;

    if (!ENTRY_IN_USE (e))
      continue;
    any = TRUE;
    first = MIN (first, e->first_sample);
    n += e->n_samples;
    lost += e->lost_before;
    for (i = 0; i < e->n_runs; i++)
      flags |= run_at (e, i)->flags;
  }
  if (first_sample)
    *first_sample = any ? first : 0;
  if (n_samples)
    *n_samples = n;
  if (lost_before)
    *lost_before = lost;
  if (any_flags)
    *any_flags = flags;
  return any;
}

/* Leave @dest without entries, so that nothing is counted twice. */
static void
drop_entries (GstBuffer *dest)
{
  gpointer state = NULL;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              dest, &state, GST_EEG_META_API_TYPE)))
    gst_eeg_meta_reset ((GstEegMeta *) m);
}

/**
 * gst_buffer_add_eeg_meta_rescaled:
 * @dest: the writable output buffer; entries that it has already are replaced
 * @src: the input buffer with the entries to convert, not @dest
 * @first_sample: absolute index of the first output sample in @dest
 * @n_samples: output samples in @dest
 * @num: output samples ...
 * @den: ... per this many input samples
 * @bpf: bytes per frame of @dest
 *
 * Gives the output buffer of a rate changer one entry made of all of the
 * input's. Runs move to floor (i * @num / @den) and reach as far as an input
 * sample touches, also beyond @dest.
 *
 * Losses: output k belongs to input k * @den / @num, so of a loss of the
 * inputs a <= i < b the outputs ceil (a * @num / @den) <= k < ceil (b * @num /
 * @den) are missing. Neighbouring ranges share their boundary, therefore the
 * sums over a stream stay exact: whatever was produced upstream, delivered and
 * lost add up to ceil (produced * @num / @den). An input that yields no output
 * buffer has to be remembered by the caller, for its losses.
 *
 * An edge time is kept when an output sample falls exactly on its input
 * sample, and left out otherwise.
 *
 * Returns: (transfer none) (nullable): the entry, or %NULL when @src has none
 */
GstEegMeta *
gst_buffer_add_eeg_meta_rescaled (GstBuffer *dest, GstBuffer *src,
    guint64 first_sample, guint64 n_samples, guint num, guint den, guint bpf)
{
  GstEegMeta *out = NULL;
  gpointer state = NULL;
  GstMeta *m;
  guint i;

  g_return_val_if_fail (GST_IS_BUFFER (dest) && GST_IS_BUFFER (src), NULL);
  g_return_val_if_fail (dest != src, NULL);
  g_return_val_if_fail (num > 0 && den > 0, NULL);
  drop_entries (dest);
  while ((m = gst_buffer_iterate_meta_filtered (
              src, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *e = (GstEegMeta *) m;
    guint64 f = e->first_sample, gone;

    if (!ENTRY_IN_USE (e))
      continue;
    gone = MIN (e->lost_before, f);
    if (out == NULL) {
      out = gst_buffer_add_eeg_meta (dest, first_sample, n_samples, 0, bpf);
      if (out == NULL)
        return NULL;
    }
    out->lost_before += gst_util_uint64_scale_ceil (f, num, den) -
                        gst_util_uint64_scale_ceil (f - gone, num, den);
    if (GST_CLOCK_TIME_IS_VALID (e->edge_time) &&
        !GST_CLOCK_TIME_IS_VALID (out->edge_time) &&
        gst_util_uint64_scale (e->edge_sample, num, den) ==
            gst_util_uint64_scale_ceil (e->edge_sample, num, den))
      gst_eeg_meta_set_edge (
          out, gst_util_uint64_scale (e->edge_sample, num, den), e->edge_time);
    for (i = 0; i < e->n_runs; i++) {
      const GstEegStatusRun *r = run_at (e, i);
      guint64 a = gst_util_uint64_scale (r->first_sample, num, den);
      guint64 last =
          gst_util_uint64_scale (r->first_sample + r->n_samples - 1, num, den);

      gst_eeg_meta_add_run (out, a, (guint32) MIN (last - a + 1, G_MAXUINT32),
          r->flags, r->channel, r->word);
    }
  }
  return out;
}
