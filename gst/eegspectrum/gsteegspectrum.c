/* EEG spectrum element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegspectrum
 * @title: eegspectrum
 * @short_description: power spectral density and band powers, as messages and as a stream
 *
 * Every #GstEegSpectrum:hop the newest #GstEegSpectrum:window of an EEG in volts
 * becomes a power spectral density in uV^2/Hz for each channel: one-sided, mean
 * removed, tapered, averaged over #GstEegSpectrum:segment pieces (Welch), as
 * scipy.signal.welch computes it.
 *
 * The src pad carries them as application/x-eeg-spectrum, one buffer each:
 * F32LE, all bins of the first channel, then of the second, and so on. OFFSET
 * and PTS are those of the first sample of the window, OFFSET_END is one past
 * its last, the duration is the window's. The ledger (#GstEegMeta) tells what
 * is special about samples of the window.
 *
 * Element messages named "eeg-spectrum" hold the same with the powers, peaks and
 * shares of #GstEegSpectrum:bands (docs/spectrum.md lists the fields). Until the
 * first window is full they say "filling". After a gap or a flush a new window
 * begins: none ever reaches across. At the end of the stream an unfinished
 * window is dropped.
 *
 * Nothing is computed while nobody listens: with #GstEegSpectrum:post-messages
 * off and the src pad not linked, or linked to what ends nowhere.
 *
 * Every property may be changed while playing. A request that the stream cannot
 * have is refused: with an error when the stream starts, with a warning while
 * it runs, and then all stays as it was.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -m eegtestsrc num-buffers=1000 ! eegspectrum hop=1 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <string.h>

#include "eegspectrummessage.h"
#include "gsteegspectrum-private.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_spectrum_debug);
#define GST_CAT_DEFAULT gst_eeg_spectrum_debug

G_DEFINE_TYPE (GstEegSpectrum, gst_eeg_spectrum, GST_TYPE_EEG_BASE_FILTER);
GST_ELEMENT_REGISTER_DEFINE (
    eegspectrum, "eegspectrum", GST_RANK_NONE, GST_TYPE_EEG_SPECTRUM);

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (EEG_SPECTRUM_MEDIA
            ", format = (string) F32LE, layout = (string) planar, "
            "rate = (fraction) [ 1/2147483647, 2147483647/1 ], "
            "channels = (int) [ 1, max ], bins = (int) [ 1, max ]"));

/* --- caps ---------------------------------------------------------------- */

/* With what the running stream has, or would start with. Any thread. */
static gboolean
plan_for (GstEegSpectrum *self, const GstEegInfo *info, EegSpectrumPlan *plan,
    GError **error)
{
  EegSpectrumParams params;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  eeg_spectrum_params_copy (
      &params, self->running ? &self->active : &self->params);
  GST_OBJECT_UNLOCK (self);
  ok = eeg_spectrum_plan_init (plan, &params, info, error);
  eeg_spectrum_params_clear (&params);
  return ok;
}

/* What leaves is no EEG stream, so @out stays as it is; this only checks. */
static gboolean
gst_eeg_spectrum_transform_info (GstEegBaseFilter *base, const GstEegInfo *in,
    GstEegInfo *out, GError **error)
{
  EegSpectrumPlan plan;

  if (!plan_for (GST_EEG_SPECTRUM (base), in, &plan, error))
    return FALSE;
  eeg_spectrum_plan_clear (&plan);
  return TRUE;
}

static GstCaps *
gst_eeg_spectrum_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);
  GstCaps *result = NULL, *tmp;

  if (direction == GST_PAD_SINK && gst_caps_is_fixed (caps)) {
    g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
    EegSpectrumPlan plan;

    if (gst_eeg_info_from_caps (info, caps, NULL) &&
        plan_for (self, info, &plan, NULL)) {
      result = eeg_spectrum_plan_caps (&plan, info);
      eeg_spectrum_plan_clear (&plan);
    }
  }
  if (result == NULL)
    result = gst_pad_get_pad_template_caps (
        direction == GST_PAD_SINK ? trans->srcpad : trans->sinkpad);
  if (filter) {
    tmp = gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (result);
    result = tmp;
  }
  return result;
}

static GstCaps *
gst_eeg_spectrum_fixate_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *othercaps)
{
  return gst_caps_fixate (othercaps);
}

static gboolean
gst_eeg_spectrum_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  /* The base class knows EEG streams only. */
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)
      ->set_caps (trans, incaps, incaps);
}

static gboolean
config_is_equal (const EegDspSpectrumConfig *a, const EegDspSpectrumConfig *b)
{
  return a->channels == b->channels && a->rate == b->rate &&
         a->window == b->window && a->segment == b->segment &&
         a->overlap == b->overlap && a->hop_n == b->hop_n &&
         a->hop_d == b->hop_d && a->function == b->function &&
         a->is_f64 == b->is_f64;
}

static void
drop_dsp (GstEegSpectrum *self)
{
  g_clear_pointer (&self->dsp, eeg_dsp_spectrum_free);
  g_clear_pointer (&self->psd, g_free);
  g_clear_pointer (&self->average, g_free);
  g_clear_pointer (&self->channel_flags, g_free);
  eeg_spectrum_plan_clear (&self->plan);
}

static gboolean
make_dsp (GstEegSpectrum *self, const EegSpectrumPlan *plan)
{
  gsize values = plan->config.channels * (plan->config.segment / 2 + 1);

  self->dsp = eeg_dsp_spectrum_new (&plan->config);
  self->psd = g_try_new (gdouble, values);
  self->average = g_try_new (gdouble, values);
  self->channel_flags = g_try_new (guint16, plan->config.channels);
  return self->dsp && self->psd && self->average && self->channel_flags;
}

static gboolean
gst_eeg_spectrum_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (base);
  EegSpectrumPlan plan;
  gboolean new_latency;

  if (!plan_for (self, in, &plan, error))
    return FALSE;
  if (self->dsp && gst_eeg_info_is_same_signal (in, &self->info) &&
      config_is_equal (&plan.config, &self->plan.config)) {
    /* Other bands, another gain behind the volts, or nothing new: the window in
     * hand stays good. */
    self->keep = TRUE;
    if (plan.weight != self->plan.weight)
      self->averaged = 0;
    eeg_spectrum_plan_clear (&self->plan);
  } else {
    drop_dsp (self);
    self->keep = FALSE;
    if (!make_dsp (self, &plan)) {
      drop_dsp (self);
      eeg_spectrum_plan_clear (&plan);
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "no memory for a window of %" G_GSIZE_FORMAT " samples of %d "
          "channels: set a shorter one",
          plan.config.window, GST_EEG_INFO_CHANNELS (in));
      return FALSE;
    }
  }
  self->plan = plan;
  gst_eeg_info_copy_into (in, &self->info);
  GST_OBJECT_LOCK (self);
  new_latency = self->window_frames != plan.config.window;
  self->window_frames = plan.config.window;
  GST_OBJECT_UNLOCK (self);
  if (new_latency)
    gst_eeg_base_filter_update_latency (base);
  return TRUE;
}

/* A buffer leaves with its window's last sample and bears its first one's
 * time. */
static guint64
gst_eeg_spectrum_get_delay (GstEegBaseFilter *base)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (base);
  guint64 frames;

  GST_OBJECT_LOCK (self);
  frames = self->window_frames;
  GST_OBJECT_UNLOCK (self);
  return frames;
}

/* --- stream -------------------------------------------------------------- */

static void
start_over (GstEegSpectrum *self)
{
  if (self->dsp)
    eeg_dsp_spectrum_reset (self->dsp);
  eeg_spectrum_ledger_forget (&self->ledger);
  self->averaged = self->announced = 0;
  self->mark_discont = TRUE;
  GST_OBJECT_LOCK (self);
  self->filling = TRUE;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_spectrum_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (base);

  if (reason == GST_EEG_RESET_START && self->keep) {
    self->keep = FALSE;
    self->kept = TRUE;
    return;
  }
  if (reason == GST_EEG_RESET_START)
    self->warned = FALSE;
  start_over (self);
}

/* Takes changed properties over if the stream can have them. */
static void
take_over (GstEegSpectrum *self)
{
  EegSpectrumParams params;
  EegSpectrumPlan plan;
  GError *error = NULL;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->changed;
  self->changed = FALSE;
  if (changed)
    eeg_spectrum_params_copy (&params, &self->params);
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;
  if (!eeg_spectrum_plan_init (&plan, &params, &self->info, &error)) {
    eeg_spectrum_params_clear (&params);
    GST_OBJECT_LOCK (self);
    self->refusals++;
    GST_OBJECT_UNLOCK (self);
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("The new settings are impossible and the old ones stay: %s.",
            error->message),
        (NULL));
    g_clear_error (&error);
    return;
  }
  eeg_spectrum_plan_clear (&plan);
  GST_OBJECT_LOCK (self);
  eeg_spectrum_params_clear (&self->active);
  self->active = params;
  GST_OBJECT_UNLOCK (self);
  gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
}

static GstFlowReturn
gst_eeg_spectrum_submit (
    GstBaseTransform *trans, gboolean is_discont, GstBuffer *input)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);

  if (self->dsp)
    take_over (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)
      ->submit_input_buffer (trans, is_discont, input);
}

static gboolean
gst_eeg_spectrum_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (base);

  if (self->kept && (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) ||
                        first_sample != self->position))
    start_over (self);
  self->kept = FALSE;
  if (eeg_dsp_spectrum_seen (self->dsp) == 0)
    self->first = first_sample;
  self->position = first_sample;
  eeg_spectrum_ledger_add (
      &self->ledger, buffer, &self->info, first_sample, n_frames);
  return TRUE;
}

static gboolean
wants_stream (GstEegSpectrum *self)
{
  return !g_atomic_int_get (&self->nowhere) &&
         gst_pad_is_linked (GST_BASE_TRANSFORM_SRC_PAD (self));
}

static gboolean
wants_messages (GstEegSpectrum *self)
{
  gboolean wants;

  GST_OBJECT_LOCK (self);
  wants = self->post_messages;
  GST_OBJECT_UNLOCK (self);
  return wants;
}

static void
describe (GstEegSpectrum *self, EegSpectrumFrame *frame)
{
  GstSegment *segment = &GST_BASE_TRANSFORM (self)->segment;
  guint64 begin = frame->begin, end = frame->end;

  frame->time = eeg_spectrum_ledger_time (&self->ledger, &self->info, begin);
  if (!GST_CLOCK_TIME_IS_VALID (frame->time))
    frame->time = gst_eeg_info_frames_to_time (&self->info, begin);
  frame->duration = gst_eeg_info_frames_to_time (&self->info, end) -
                    gst_eeg_info_frames_to_time (&self->info, begin);
  frame->stream_time = frame->running_time = GST_CLOCK_TIME_NONE;
  if (segment->format == GST_FORMAT_TIME) {
    frame->stream_time =
        gst_segment_to_stream_time (segment, GST_FORMAT_TIME, frame->time);
    frame->running_time =
        gst_segment_to_running_time (segment, GST_FORMAT_TIME, frame->time);
  }
}

static void
post (GstEegSpectrum *self, const EegSpectrumFrame *frame)
{
  GstStructure *s =
      eeg_spectrum_frame_to_structure (frame, &self->plan, &self->info);

  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), s));
  GST_OBJECT_LOCK (self);
  self->messages++;
  GST_OBJECT_UNLOCK (self);
}

/* Densities beyond what a float can say were limited to that. */
static void
report_too_large (GstEegSpectrum *self, GstBuffer *buffer,
    const EegSpectrumFrame *frame, guint64 n)
{
  const gsize all = self->plan.config.segment / 2 + 1;
  GstEegMeta *meta = gst_buffer_get_eeg_meta (buffer);
  gsize c, k;

  for (c = 0; meta && c < self->plan.config.channels; c++)
    for (k = 0; k < self->plan.bins; k++)
      if (frame->psd[c * all + k] > G_MAXFLOAT) {
        gst_eeg_meta_add_run (meta, frame->begin,
            (guint32) (frame->end - frame->begin), GST_EEG_STATUS_NONFINITE,
            (gint) c, 0);
        break;
      }
  GST_OBJECT_LOCK (self);
  self->nonfinite += n;
  GST_OBJECT_UNLOCK (self);
  if (self->warned)
    return;
  self->warned = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, DECODE,
      ("Densities of the window that ends before sample %" G_GUINT64_FORMAT
       " are beyond 3.4e38 uV^2/Hz, the largest number of the stream, and were "
       "limited to that: samples are far larger than any voltage, look for "
       "their cause upstream. Further ones are only marked and counted "
       "(stats: nonfinite).",
          frame->end),
      (NULL));
}

static GstFlowReturn
push_frame (GstEegSpectrum *self, const EegSpectrumFrame *frame)
{
  const gsize all = self->plan.config.segment / 2 + 1, bins = self->plan.bins;
  gsize size = self->plan.config.channels * bins * sizeof (gfloat), c, k;
  /* A few a second: no pool. */
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstFlowReturn ret;
  GstMapInfo map;
  gfloat *out;
  guint64 too_large = 0;

  if (!buffer || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No memory for a spectrum of %" G_GSIZE_FORMAT " bytes", size),
        (NULL));
    return GST_FLOW_ERROR;
  }
  out = (gfloat *) map.data;
  for (c = 0; c < self->plan.config.channels; c++)
    for (k = 0; k < bins; k++) {
      const gdouble density = frame->psd[c * all + k];

      too_large += density > G_MAXFLOAT;
      *out++ = (gfloat) MIN (density, G_MAXFLOAT);
    }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_OFFSET (buffer) = frame->begin;
  GST_BUFFER_OFFSET_END (buffer) = frame->end;
  GST_BUFFER_PTS (buffer) = frame->time;
  GST_BUFFER_DURATION (buffer) = frame->duration;
  eeg_spectrum_ledger_stamp (&self->ledger, buffer, frame->begin, frame->end);
  if (G_UNLIKELY (too_large > 0))
    report_too_large (self, buffer, frame, too_large);
  if (self->mark_discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->mark_discont = FALSE;
  ret = gst_pad_push (GST_BASE_TRANSFORM_SRC_PAD (self), buffer);
  if (ret == GST_FLOW_NOT_LINKED) {
    /* Whoever links tells so by a RECONFIGURE event. */
    g_atomic_int_set (&self->nowhere, TRUE);
    return GST_FLOW_OK;
  }
  GST_OBJECT_LOCK (self);
  self->pushed++;
  GST_OBJECT_UNLOCK (self);
  return ret;
}

/* V^2/Hz to uV^2/Hz, and the running average. */
static void
finish_psd (GstEegSpectrum *self)
{
  gsize n = self->plan.config.channels * (self->plan.config.segment / 2 + 1), i;
  gdouble w = self->plan.weight;

  for (i = 0; i < n; i++)
    self->psd[i] *= 1e12;
  self->averaged++;
  if (w >= 1)
    return;
  /* A plain mean until there are as many as the time constant holds. */
  w = MAX (w, 1.0 / (gdouble) self->averaged);
  if (self->averaged == 1)
    memset (self->average, 0, n * sizeof *self->average);
  for (i = 0; i < n; i++)
    self->average[i] += w * (self->psd[i] - self->average[i]);
}

/* The window that ends before @end is complete. */
static GstFlowReturn
complete (GstEegSpectrum *self, guint64 end)
{
  gboolean messages = wants_messages (self), stream = wants_stream (self);
  EegSpectrumFrame frame = {
      .begin = end - self->plan.config.window, .end = end, .filled = 1};

  eeg_spectrum_ledger_trim (&self->ledger, frame.begin);
  GST_OBJECT_LOCK (self);
  self->filling = FALSE;
  self->computed += messages || stream;
  GST_OBJECT_UNLOCK (self);
  if (!messages && !stream) {
    self->averaged = 0;
    return GST_FLOW_OK;
  }
  eeg_dsp_spectrum_compute (self->dsp, self->psd);
  finish_psd (self);
  describe (self, &frame);
  frame.psd = self->plan.weight < 1 ? self->average : self->psd;
  frame.spectra = self->averaged;
  frame.channel_flags = self->channel_flags;
  eeg_spectrum_ledger_status (&self->ledger, frame.begin, end,
      (guint) self->plan.config.channels, &frame.status, self->channel_flags);
  if (messages)
    post (self, &frame);
  return stream ? push_frame (self, &frame) : GST_FLOW_OK;
}

/* While the first window fills, so many announcements are made. */
#define ANNOUNCEMENTS 8

/* Sample count at the next one, or at the end of the window. */
static guint64
next_mark (GstEegSpectrum *self)
{
  return MIN (self->announced, ANNOUNCEMENTS) * self->plan.config.window /
         ANNOUNCEMENTS;
}

static void
announce (GstEegSpectrum *self, guint64 end)
{
  EegSpectrumFrame frame = {.begin = self->first, .end = end, .filling = TRUE};

  describe (self, &frame);
  /* Sinks of a paused pipeline wait for something; without this they would
   * wait for a whole window, and other branches' queues fill up meanwhile. */
  if (self->announced == 0 && wants_stream (self))
    gst_pad_push_event (
        GST_BASE_TRANSFORM_SRC_PAD (self), gst_event_new_gap (frame.time, 0));
  self->announced++;
  if (!wants_messages (self))
    return;
  frame.filled =
      (gdouble) (end - self->first) / (gdouble) self->plan.config.window;
  post (self, &frame);
}

static void
note_replaced (gpointer data, gsize first, gsize n, gsize channel)
{
  GstEegSpectrum *self = data;

  eeg_spectrum_ledger_mark (&self->ledger, self->position + first, (guint32) n,
      GST_EEG_STATUS_NONFINITE, (gint) channel);
  gst_eeg_base_filter_note_replaced (
      GST_EEG_BASE_FILTER (self), self->position + first, (gint) channel);
}

static void
report_nonfinite (
    GstEegSpectrum *self, const guint8 *data, gsize frames, guint64 bad)
{
  const gsize channels = self->plan.config.channels;

  if (self->plan.config.is_f64)
    eeg_dsp_find_unusable_f64 (
        (const gdouble *) data, frames, channels, note_replaced, self);
  else
    eeg_dsp_find_unusable_f32 (
        (const gfloat *) data, frames, channels, note_replaced, self);
  GST_OBJECT_LOCK (self);
  self->nonfinite += bad;
  GST_OBJECT_UNLOCK (self);
  gst_eeg_base_filter_warn_replaced (GST_EEG_BASE_FILTER (self));
}

static GstFlowReturn
consume (GstEegSpectrum *self, const guint8 *data, gsize frames)
{
  gsize bpf = GST_EEG_INFO_BPF (&self->info), n;
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 seen, mark, bad;

  for (; frames > 0 && ret == GST_FLOW_OK; frames -= n, data += n * bpf) {
    seen = eeg_dsp_spectrum_seen (self->dsp);
    n = frames;
    if (seen < self->plan.config.window) {
      while ((mark = next_mark (self)) <= seen)
        announce (self, self->position);
      n = MIN (n, mark - seen);
    }
    bad = 0;
    n = eeg_dsp_spectrum_push (self->dsp, data, n, &bad);
    if (G_UNLIKELY (bad))
      report_nonfinite (self, data, n, bad);
    self->position += n;
    if (eeg_dsp_spectrum_missing (self->dsp) == 0)
      ret = complete (self, self->position);
  }
  return ret;
}

static GstFlowReturn
gst_eeg_spectrum_generate (GstBaseTransform *trans, GstBuffer **output)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);
  GstBuffer *input = g_steal_pointer (&trans->queued_buf);
  GstFlowReturn ret;
  GstMapInfo map;

  *output = NULL;
  if (!input)
    return GST_FLOW_OK;
  if (!gst_buffer_map (input, &map, GST_MAP_READ)) {
    gst_buffer_unref (input);
    GST_ELEMENT_ERROR (self, RESOURCE, READ,
        ("%s cannot map a buffer, expected memory that can be read",
            GST_OBJECT_NAME (self)),
        (NULL));
    return GST_FLOW_ERROR;
  }
  ret = consume (self, map.data, map.size / GST_EEG_INFO_BPF (&self->info));
  gst_buffer_unmap (input, &map);
  gst_buffer_unref (input);
  return ret;
}

static gboolean
gst_eeg_spectrum_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      GST_OBJECT_LOCK (self);
      eeg_spectrum_params_clear (&self->active);
      eeg_spectrum_params_copy (&self->active, &self->params);
      self->changed = FALSE;
      self->running = TRUE;
      GST_OBJECT_UNLOCK (self);
      break;
    case GST_EVENT_FLUSH_STOP:
      start_over (self);
      break;
    default:
      break;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)
      ->sink_event (trans, event);
}

static gboolean
gst_eeg_spectrum_src_event (GstBaseTransform *trans, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    g_atomic_int_set (&GST_EEG_SPECTRUM (trans)->nowhere, FALSE);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)
      ->src_event (trans, event);
}

static gboolean
gst_eeg_spectrum_start (GstBaseTransform *trans)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);

  g_atomic_int_set (&self->nowhere, FALSE);
  self->ledger.lost = 0;
  self->keep = self->kept = FALSE;
  start_over (self);
  GST_OBJECT_LOCK (self);
  self->computed = self->pushed = self->messages = self->nonfinite = 0;
  self->refusals = 0;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)
      ->start (trans);
}

static gboolean
gst_eeg_spectrum_stop (GstBaseTransform *trans)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (trans);

  drop_dsp (self);
  eeg_spectrum_ledger_forget (&self->ledger);
  GST_OBJECT_LOCK (self);
  self->running = FALSE;
  self->window_frames = 0;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_spectrum_parent_class)->stop (trans);
}

/* --- object -------------------------------------------------------------- */

static void
gst_eeg_spectrum_finalize (GObject *object)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (object);

  drop_dsp (self);
  eeg_spectrum_ledger_clear (&self->ledger);
  eeg_spectrum_params_clear (&self->params);
  eeg_spectrum_params_clear (&self->active);
  gst_eeg_info_clear (&self->info);
  G_OBJECT_CLASS (gst_eeg_spectrum_parent_class)->finalize (object);
}

static void
gst_eeg_spectrum_class_init (GstEegSpectrumClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      gst_eeg_spectrum_debug, "eegspectrum", 0, "EEG spectrum");

  object_class->finalize = gst_eeg_spectrum_finalize;
  gst_eeg_spectrum_install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG spectrum",
      "Filter/Analyzer/Audio",
      "Power spectral density and band powers of an EEG in volts, in uV^2/Hz "
      "and uV^2, as messages and as a stream",
      "gst-plugins-eeg");

  trans_class->start = gst_eeg_spectrum_start;
  trans_class->stop = gst_eeg_spectrum_stop;
  trans_class->transform_caps = gst_eeg_spectrum_transform_caps;
  trans_class->fixate_caps = gst_eeg_spectrum_fixate_caps;
  trans_class->set_caps = gst_eeg_spectrum_set_caps;
  trans_class->sink_event = gst_eeg_spectrum_sink_event;
  trans_class->src_event = gst_eeg_spectrum_src_event;
  trans_class->submit_input_buffer = gst_eeg_spectrum_submit;
  trans_class->generate_output = gst_eeg_spectrum_generate;
  base_class->transform_info = gst_eeg_spectrum_transform_info;
  base_class->setup = gst_eeg_spectrum_setup;
  base_class->reset = gst_eeg_spectrum_reset;
  base_class->prepare = gst_eeg_spectrum_prepare;
  base_class->get_delay = gst_eeg_spectrum_get_delay;
}

static void
gst_eeg_spectrum_init (GstEegSpectrum *self)
{
  self->params.window = 2;
  self->params.hop = 0.25;
  self->params.overlap = 0.5;
  self->params.function = EEG_DSP_WINDOW_HANN;
  self->params.bands = g_strdup (EEG_SPECTRUM_DEFAULT_BANDS);
  self->post_messages = TRUE;
  self->filling = TRUE;
  gst_eeg_info_init (&self->info);
  eeg_spectrum_ledger_init (&self->ledger);
}
