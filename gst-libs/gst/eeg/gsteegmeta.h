/* GStreamer EEG library: the sample ledger that travels with every buffer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg-prelude.h>

G_BEGIN_DECLS

/**
 * GstEegStatusFlags:
 * @GST_EEG_STATUS_NONE: nothing to report
 * @GST_EEG_STATUS_FILLED: the samples were lost and replaced by a held value
 * @GST_EEG_STATUS_SATURATED: the converter was at a rail
 * @GST_EEG_STATUS_LEAD_OFF: the electrode is off
 * @GST_EEG_STATUS_BYPASSED: a stage did not process these samples
 * @GST_EEG_STATUS_SETTLING: a start-up or change transient has not passed yet
 * @GST_EEG_STATUS_NONFINITE: NaN or infinity arrived and was replaced
 * @GST_EEG_STATUS_CHANGED: a parameter of the source or a stage changed here
 * @GST_EEG_STATUS_QUALITY: the channel is judged unfit for use here, by eegquality or by the user (eegmontage exclude)
 *
 * What is special about a run of samples. The values are also those of the
 * flags column of csvsink.
 */
typedef enum
{
  GST_EEG_STATUS_NONE = 0,
  GST_EEG_STATUS_FILLED = (1 << 0),
  GST_EEG_STATUS_SATURATED = (1 << 1),
  GST_EEG_STATUS_LEAD_OFF = (1 << 2),
  GST_EEG_STATUS_BYPASSED = (1 << 3),
  GST_EEG_STATUS_SETTLING = (1 << 4),
  GST_EEG_STATUS_NONFINITE = (1 << 5),
  GST_EEG_STATUS_CHANGED = (1 << 6),
  GST_EEG_STATUS_QUALITY = (1 << 7),
} GstEegStatusFlags;

/**
 * GstEegStatusRun:
 * @first_sample: absolute index of the first sample of the run
 * @n_samples: length in samples (frames)
 * @flags: what is special
 * @channel: channel index, or -1 for all channels
 * @word: raw status word of the device for the run, 0 if none
 *
 * One entry of the run-length coded status of a buffer.
 */
typedef struct
{
  guint64 first_sample;
  guint32 n_samples;
  guint16 flags;
  gint16 channel;
  guint32 word;
} GstEegStatusRun;

/* Runs kept without allocation; further ones go to a grown array. */
#define GST_EEG_META_INLINE_RUNS 16

typedef struct _GstEegMeta GstEegMeta;

/**
 * GstEegMeta:
 * @meta: parent
 * @first_sample: absolute index of the buffer's first sample since start
 * @n_samples: samples (frames) that this entry accounts for
 * @lost_before: samples proven lost directly before @first_sample
 * @edge_sample: absolute index of the sample that @edge_time belongs to
 * @edge_time: CLOCK_MONOTONIC time of that sample's data-ready edge, or %GST_CLOCK_TIME_NONE
 * @bpf: bytes per frame of the buffer, to map byte regions to samples
 *
 * The sample ledger. Every index is absolute, so an entry stays true when
 * foreign elements copy it unshifted; a buffer that an adapter merged carries
 * several entries, which gst_buffer_get_eeg_ledger() sums up. Only rate
 * changers rewrite the indices (gst_buffer_add_eeg_meta_rescaled()).
 *
 * Tagged "audio" only: stock resamplers and converters keep or drop it rightly.
 */
struct _GstEegMeta
{
  GstMeta meta;

  guint64 first_sample;
  guint64 n_samples;
  guint64 lost_before;
  guint64 edge_sample;
  GstClockTime edge_time;
  guint bpf;

  /*< private >*/
  guint n_runs;
  guint a_runs;
  GstEegStatusRun *more_runs;
  GstEegStatusRun runs[GST_EEG_META_INLINE_RUNS];
};

#define GST_EEG_META_API_TYPE (gst_eeg_meta_api_get_type ())
#define GST_EEG_META_INFO     (gst_eeg_meta_get_info ())

GST_EEG_API GType gst_eeg_meta_api_get_type (void);
GST_EEG_API const GstMetaInfo *gst_eeg_meta_get_info (void);

GST_EEG_API GstEegMeta *gst_buffer_add_eeg_meta (GstBuffer *buffer,
    guint64 first_sample, guint64 n_samples, guint64 lost_before, guint bpf);
GST_EEG_API GstEegMeta *gst_buffer_get_eeg_meta (GstBuffer *buffer);
GST_EEG_API void gst_eeg_meta_set_edge (
    GstEegMeta *meta, guint64 sample, GstClockTime monotonic);
GST_EEG_API void gst_eeg_meta_add_run (GstEegMeta *meta, guint64 first_sample,
    guint32 n_samples, GstEegStatusFlags flags, gint channel, guint32 word);
GST_EEG_API guint gst_eeg_meta_get_n_runs (const GstEegMeta *meta);
GST_EEG_API const GstEegStatusRun *gst_eeg_meta_get_run (
    const GstEegMeta *meta, guint index);
GST_EEG_API GstEegStatusFlags gst_eeg_meta_get_flags_at (
    const GstEegMeta *meta, guint64 sample, gint channel);
GST_EEG_API void gst_eeg_meta_reset (GstEegMeta *meta);

/* Sum of all entries of a buffer: FALSE when it carries none. */
GST_EEG_API gboolean gst_buffer_get_eeg_ledger (GstBuffer *buffer,
    guint64 *first_sample, guint64 *n_samples, guint64 *lost_before,
    GstEegStatusFlags *any_flags);

/* For rate changers: sample index i becomes i * num / den (floor); runs cover
 * every output sample that any of their input samples touches; losses are
 * accounted so that the sum over the stream stays exact (see the .c file). */
GST_EEG_API GstEegMeta *gst_buffer_add_eeg_meta_rescaled (GstBuffer *dest,
    GstBuffer *src, guint64 first_sample, guint64 n_samples, guint num,
    guint den, guint bpf);

G_END_DECLS
