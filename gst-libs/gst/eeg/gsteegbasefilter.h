/* GStreamer EEG library: base class of EEG stages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/eeg/gsteeginfo.h>
#include <gst/eeg/gsteegmeta.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_BASE_FILTER (gst_eeg_base_filter_get_type ())
GST_EEG_API
G_DECLARE_DERIVABLE_TYPE (GstEegBaseFilter, gst_eeg_base_filter, GST,
    EEG_BASE_FILTER, GstBaseTransform)

/**
 * GstEegResetReason:
 * @GST_EEG_RESET_START: first buffer after start or new caps
 * @GST_EEG_RESET_DISCONT: the buffer about to come is marked DISCONT, or its offset jumped
 * @GST_EEG_RESET_FLUSH: the stream was flushed
 */
typedef enum
{
  GST_EEG_RESET_START,
  GST_EEG_RESET_DISCONT,
  GST_EEG_RESET_FLUSH,
} GstEegResetReason;

/**
 * GstEegBaseFilterClass:
 * @parent_class: parent
 * @accepts: which units the sink pad takes, a mask of (1 << GstEegUnit); 0 means volts only
 * @transform_info: fills @out (a copy of @in on entry) with what leaves; default: the same. Return %FALSE with @error when the stream cannot be handled. Any thread
 * @setup: new caps were agreed on; prepare state. Return %FALSE with @error to refuse. Streaming thread
 * @reset: forget history; the next process() call starts afresh (steady state, not zero). Streaming thread
 * @prepare: called before each buffer is processed, after controlled properties were synced to its stream time; take over changed parameters here. @first_sample is the absolute index of the buffer's first sample. Return %FALSE with @error on trouble. Streaming thread
 * @process: handles @n_frames frames from @in to @out; equal pointers when the stage works in place. Must give bit-identical results for any split. Streaming thread
 * @get_delay: algorithmic delay in frames of the output, added to the answer of the LATENCY query; default 0. Any thread
 * @gain_is_a_note: state does not depend on the gain of the converter: caps that differ in nothing but the eeg-gain of volts neither call @setup nor start the stage afresh
 *
 * Subclasses set the pad templates (GST_EEG_CAPS_MAKE()) and the vfuncs that
 * they need. A stage with equal caps on both sides works in place; one that
 * changes only the format to one with the same sample size too; others write to
 * buffers of a #GstEegBufferPool that this class keeps for them. Rate changers
 * override the #GstBaseTransform buffer functions themselves and still get
 * strict caps, reset and latency from here.
 *
 * Locking: properties are guarded by the object lock; state that process()
 * touches belongs to the streaming thread alone.
 */
struct _GstEegBaseFilterClass
{
  GstBaseTransformClass parent_class;

  guint accepts;

  gboolean (*transform_info) (GstEegBaseFilter *self, const GstEegInfo *in,
      GstEegInfo *out, GError **error);
  gboolean (*setup) (GstEegBaseFilter *self, const GstEegInfo *in,
      const GstEegInfo *out, GError **error);
  void (*reset) (GstEegBaseFilter *self, GstEegResetReason reason);
  gboolean (*prepare) (GstEegBaseFilter *self, GstBuffer *buffer,
      guint64 first_sample, guint n_frames, GError **error);
  GstFlowReturn (*process) (
      GstEegBaseFilter *self, gconstpointer in, gpointer out, guint n_frames);
  guint64 (*get_delay) (GstEegBaseFilter *self);
  gboolean gain_is_a_note;

  /*< private >*/
  gpointer _gst_reserved[GST_PADDING_LARGE - 1];
};

/* Streaming thread only: the agreed streams, valid after setup(). */
GST_EEG_API const GstEegInfo *gst_eeg_base_filter_get_in_info (
    GstEegBaseFilter *self);
GST_EEG_API const GstEegInfo *gst_eeg_base_filter_get_out_info (
    GstEegBaseFilter *self);

/* The algorithmic delay changed: post a LATENCY message. Any thread, no lock
 * held. */
GST_EEG_API void gst_eeg_base_filter_update_latency (GstEegBaseFilter *self);

/* Mark samples of the buffer in hand in its ledger (adds one when missing).
 * Streaming thread, from process() or prepare(). */
GST_EEG_API void gst_eeg_base_filter_mark (GstEegBaseFilter *self,
    guint64 first_sample, guint32 n_samples, GstEegStatusFlags flags,
    gint channel);

/* Values of an input channel were replaced; warn of the first of them, once a
 * stream. Streaming thread. */
GST_EEG_API void gst_eeg_base_filter_note_replaced (
    GstEegBaseFilter *self, guint64 sample, gint channel);
GST_EEG_API void gst_eeg_base_filter_warn_replaced (GstEegBaseFilter *self);

G_END_DECLS
