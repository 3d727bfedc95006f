/* EEG downsampling element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegdownsample
 * @title: eegdownsample
 * @short_description: lowers the sampling rate
 *
 * A low-pass of linear phase removes what would fold into the lower band, then
 * every #GstEegDownsample:factor-th sample is kept: output k belongs to input
 * k * factor, and its timestamp, offset and ledger say so. With
 * #GstEegDownsample:rate instead, the output has that rate and stands between
 * the inputs where it must: output k belongs to the instant k / rate. What the
 * low-pass needs of the future is reported as latency; at the end of the
 * stream, and before a gap, the last value is held for it, so n inputs always
 * give ceil (n * new rate / old rate) outputs. Across a gap the outputs stay on
 * the same grid. What was lost behind the last output is told by a buffer without
 * samples at the end. Serialised events keep their place among the samples, and
 * the field "sample" of custom ones becomes the index of the output.
 *
 * #GstEegDownsample:phase = minimum waits for no future and adds no latency: a
 * recursive low-pass, which delays frequencies near its corner more than
 * others. For feedback, where every millisecond counts.
 *
 * Samples are F32 or F64 volts. F64 ones are summed in double, and so are F32
 * ones with #GstEegDownsample:quality = high or phase = minimum. Else F32 ones
 * are summed in single precision, relative to an offset of each channel that is
 * taken anew every 1024 samples: that adds 0.04 nV RMS of noise to an EEG of
 * +-500 uV on any electrode offset, where rounding F32 samples on 187 mV makes
 * 4.3 nV and a step of the converter is 22 nV or more.
 * #GstEegDownsample:precision chooses otherwise. However the stream is divided
 * into buffers, the result is the same. Output buffers come from a pool of their
 * own.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc rate=4000 num-buffers=500 ! eegdownsample factor=16 ! fakesink
 * gst-launch-1.0 eegtestsrc rate=512 num-buffers=500 ! eegdownsample rate=200 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegdownsample-private.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_downsample_debug);
#define GST_CAT_DEFAULT gst_eeg_downsample_debug

/* Where every buffer comes by; the others check the type. */
#define SELF(object) ((GstEegDownsample *) (object))
#define PARENT       ((GstBaseTransformClass *) gst_eeg_downsample_parent_class)

static void gst_eeg_downsample_response_init (GstEegResponseInterface *iface);

G_DEFINE_TYPE_WITH_CODE (GstEegDownsample, gst_eeg_downsample,
    GST_TYPE_EEG_BASE_FILTER,
    G_IMPLEMENT_INTERFACE (
        GST_TYPE_EEG_RESPONSE, gst_eeg_downsample_response_init));
GST_ELEMENT_REGISTER_DEFINE (
    eegdownsample, "eegdownsample", GST_RANK_NONE, GST_TYPE_EEG_DOWNSAMPLE);

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

static void
get_params (GstEegDownsample *self, EegDownsampleParams *params)
{
  GST_OBJECT_LOCK (self);
  *params = self->params;
  GST_OBJECT_UNLOCK (self);
}

/* --- caps ---------------------------------------------------------------- */

static gboolean
gst_eeg_downsample_transform_info (GstEegBaseFilter *base, const GstEegInfo *in,
    GstEegInfo *out, GError **error)
{
  EegDownsampleParams params;
  EegDspDecimatorSpec spec;
  gint64 n, d, common;

  get_params (GST_EEG_DOWNSAMPLE (base), &params);
  if (!eeg_downsample_spec (&params, in->rate_n, in->rate_d, &spec, error))
    return FALSE;
  if (spec.down == 1)
    return TRUE;
  n = (gint64) in->rate_n * spec.up;
  d = (gint64) in->rate_d * spec.down;
  common = gst_util_greatest_common_divisor_int64 (n, d);
  n /= common;
  d /= common;
  if (n > G_MAXINT || d > G_MAXINT) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "the new rate of %g Hz is no fraction of small enough numbers: choose "
        "another factor or rate",
        (gdouble) n / d);
    return FALSE;
  }
  return gst_eeg_info_set_format (out, GST_EEG_INFO_FORMAT (in),
             MAX (1, (gint) ((n * 2 + d) / (2 * d))),
             GST_EEG_INFO_CHANNELS (in), error) &&
         gst_eeg_info_set_exact_rate (out, (gint) n, (gint) d, error);
}

static void drain (GstEegDownsample *self);
static void end_account (GstEegDownsample *self);

static gboolean
gst_eeg_downsample_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (base);
  GstClockTime latency, before;
  EegDownsampleParams params;
  EegDspPrecision precision;
  EegDspDecimatorSpec spec;

  /* The caps downstream are still the old ones. */
  drain (self);
  end_account (self);
  g_clear_pointer (&self->decimator, eeg_dsp_decimator_free);
  get_params (self, &params);
  if (!eeg_downsample_spec (&params, in->rate_n, in->rate_d, &spec, error))
    return FALSE;
  spec.precision = eeg_downsample_precision (&params, GST_EEG_INFO_FORMAT (in));
  self->decimator = eeg_dsp_decimator_new_full (
      &spec, GST_EEG_INFO_CHANNELS (in), eeg_dsp_isa ());
  if (!self->decimator) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "no memory for the history of %d channels at %d/%d of the rate",
        GST_EEG_INFO_CHANNELS (in), spec.up, spec.down);
    return FALSE;
  }
  gst_eeg_info_copy_into (in, &self->info);
  gst_clear_caps (&self->out_caps);
  self->out_caps = gst_eeg_info_to_caps (out);
  self->out_bpf = GST_EEG_INFO_BPF (out);
  self->ledger.up = spec.up;
  self->ledger.down = spec.down;
  self->ledger.leads = spec.phase == EEG_DSP_PHASE_MINIMUM;
  self->pool_frames = 0;
  self->started_over = TRUE;
  latency = gst_eeg_info_frames_to_time (
      in, eeg_dsp_decimator_delay (self->decimator));
  precision = eeg_dsp_decimator_precision (self->decimator);
  GST_OBJECT_LOCK (self);
  self->running = TRUE;
  self->precision = precision;
  before = self->latency;
  self->latency = latency;
  GST_OBJECT_UNLOCK (self);
  if (latency != before)
    gst_eeg_base_filter_update_latency (base);
  return TRUE;
}

static gboolean
gst_eeg_downsample_query (
    GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (trans);
  GstClockTime min, max, latency;
  gboolean live;

  if (direction != GST_PAD_SRC || GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return PARENT->query (trans, direction, query);
  if (!gst_pad_peer_query (trans->sinkpad, query))
    return FALSE;
  GST_OBJECT_LOCK (self);
  latency = self->latency;
  GST_OBJECT_UNLOCK (self);
  gst_query_parse_latency (query, &live, &min, &max);
  min += latency;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += latency;
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

/* --- output buffers ------------------------------------------------------ */

static void
drop_pool (GstEegDownsample *self)
{
  GstBufferPool *pool;

  GST_OBJECT_LOCK (self);
  pool = self->pool;
  self->pool = NULL;
  GST_OBJECT_UNLOCK (self);
  if (pool) {
    gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (pool), NULL);
    gst_buffer_pool_set_active (pool, FALSE);
    gst_object_unref (pool);
  }
  self->pool_frames = 0;
}

/* Room for the outputs of a usual input; a larger input makes a new pool. */
static gboolean
make_pool (GstEegDownsample *self, gsize frames)
{
  GstBufferPool *pool = gst_eeg_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  guint min, max;

  drop_pool (self);
  GST_OBJECT_LOCK (self);
  min = self->pool_min;
  max = MAX (min, self->pool_max);
  GST_OBJECT_UNLOCK (self);
  gst_buffer_pool_config_set_params (
      config, self->out_caps, (guint) (frames * self->out_bpf), min, 0);
  gst_eeg_buffer_pool_config_set_growth (
      config, min, max, GST_EEG_POOL_POLICY_FAIL);
  if (!gst_buffer_pool_set_config (pool, config) ||
      !gst_buffer_pool_set_active (pool, TRUE)) {
    gst_object_unref (pool);
    return FALSE;
  }
  gst_eeg_buffer_pool_set_owner (
      GST_EEG_BUFFER_POOL (pool), GST_ELEMENT (self));
  self->pool_frames = frames;
  GST_OBJECT_LOCK (self);
  self->pool = pool;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* Past the pool's cap an ordinary buffer does: waiting would stop the
 * acquisition, and the pool's metrics tell (pool-failures). */
static GstBuffer *
get_buffer (GstEegDownsample *self, gsize frames)
{
  GstBuffer *buffer = NULL;

  if (gst_buffer_pool_acquire_buffer (self->pool, &buffer, NULL) ==
      GST_FLOW_OK) {
    if (frames != self->pool_frames)
      gst_buffer_set_size (buffer, frames * self->out_bpf);
    return buffer;
  }
  return gst_buffer_new_allocate (NULL, frames * self->out_bpf, NULL);
}

static GstFlowReturn
no_buffer (GstEegDownsample *self, gsize frames)
{
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
      ("No memory for a buffer of %" G_GSIZE_FORMAT " frames of %u bytes",
          frames, self->out_bpf),
      (NULL));
  return GST_FLOW_ERROR;
}

static void
stamp (GstEegDownsample *self, GstBuffer *buffer, gsize frames)
{
  if (self->ledger.lost > 0)
    self->mark_discont = TRUE;
  eeg_decimated_ledger_stamp (&self->ledger, buffer, &self->info,
      self->next_output, (guint) frames, self->out_bpf);
  if (self->mark_discont) {
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->mark_discont = FALSE;
  }
  self->next_output += frames;
}

static void
count (GstEegDownsample *self, gsize consumed, gsize delivered, guint64 bad)
{
  GST_OBJECT_LOCK (self);
  self->consumed += consumed;
  self->delivered += delivered;
  self->nonfinite += bad;
  GST_OBJECT_UNLOCK (self);
}

/* Stamps @frames outputs and pushes all but the last piece of them, which is
 * returned: events come between them where they came between inputs. Takes
 * @whole. */
static GstBuffer *
among_events (
    GstEegDownsample *self, GstBuffer *whole, gsize frames, GstFlowReturn *ret)
{
  GstPad *src = GST_BASE_TRANSFORM_SRC_PAD (self);
  gsize at = 0, n;

  *ret = GST_FLOW_OK;
  for (;;) {
    eeg_delayed_events_push (&self->events, src, self->next_output);
    n = (gsize) MIN (frames - at,
        eeg_delayed_events_next (&self->events) - self->next_output);
    if (at + n == frames)
      break;
    if (*ret == GST_FLOW_OK) {
      GstBuffer *piece = gst_buffer_copy_region (whole,
          GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_DEEP, at * self->out_bpf,
          n * self->out_bpf);

      stamp (self, piece, n);
      *ret = gst_pad_push (src, piece);
    }
    at += n;
  }
  if (*ret != GST_FLOW_OK) {
    gst_buffer_unref (whole);
    return NULL;
  }
  if (at > 0)
    gst_buffer_resize (
        whole, (gssize) (at * self->out_bpf), (gssize) (n * self->out_bpf));
  stamp (self, whole, n);
  return whole;
}

/* What was lost after the last output has none to be said with: a buffer without
 * samples tells of it, so that sums are complete at the end. */
static void
end_account (GstEegDownsample *self)
{
  GstBuffer *buffer;

  if (self->ledger.lost == 0)
    return;
  buffer = gst_buffer_new ();
  self->next_output = eeg_decimated_ledger_end (&self->ledger);
  stamp (self, buffer, 0);
  gst_pad_push (GST_BASE_TRANSFORM_SRC_PAD (self), buffer);
}

/* Push what the held last value completes and the events up to here, and forget
 * the signal. */
static void
drain (GstEegDownsample *self)
{
  GstPad *src = GST_BASE_TRANSFORM_SRC_PAD (self);
  gsize frames;
  GstBuffer *buffer;
  GstMapInfo map;

  self->drained = GST_FLOW_OK;
  if (!self->decimator)
    return;
  frames = eeg_dsp_decimator_pending (self->decimator);
  self->started_over = TRUE;
  if (frames == 0) {
    eeg_dsp_decimator_reset (self->decimator);
    eeg_delayed_events_push (&self->events, src, G_MAXUINT64);
    return;
  }
  /* Far larger than what the pool is for, and only once. */
  buffer = gst_buffer_new_allocate (NULL, frames * self->out_bpf, NULL);
  if (!buffer || !gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    eeg_dsp_decimator_reset (self->decimator);
    self->drained = no_buffer (self, frames);
    return;
  }
  if (GST_EEG_INFO_FORMAT (&self->info) == GST_AUDIO_FORMAT_F32LE)
    eeg_dsp_decimator_drain_f32 (self->decimator, (gfloat *) map.data);
  else
    eeg_dsp_decimator_drain_f64 (self->decimator, (gdouble *) map.data);
  gst_buffer_unmap (buffer, &map);
  count (self, 0, frames, 0);
  buffer = among_events (self, buffer, frames, &self->drained);
  if (buffer)
    self->drained = gst_pad_push (src, buffer);
  eeg_delayed_events_push (&self->events, src, G_MAXUINT64);
}

/* --- stream -------------------------------------------------------------- */

static void
gst_eeg_downsample_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (base);

  if (reason == GST_EEG_RESET_DISCONT) {
    drain (self);
    self->mark_discont = TRUE;
  } else if (self->decimator) {
    eeg_dsp_decimator_reset (self->decimator);
    self->started_over = TRUE;
  }
  eeg_decimated_ledger_forget (&self->ledger);
}

static gboolean
gst_eeg_downsample_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegDownsample *self = SELF (base);

  if (self->started_over) {
    self->next_output =
        eeg_dsp_decimator_reset_to (self->decimator, first_sample);
    self->ledger.begin = self->next_output;
    self->started_over = FALSE;
  }
  eeg_decimated_ledger_add (
      &self->ledger, buffer, &self->info, first_sample, n_frames);
  return TRUE;
}

/* The input whose values were replaced is in hand, all of it added already. */
typedef struct
{
  GstEegDownsample *self;
  guint64 first;
} Replaced;

static void
note_replaced (gpointer data, gsize first, gsize n, gsize channel)
{
  Replaced *r = data;

  eeg_decimated_ledger_mark (&r->self->ledger, r->first + first, (guint) n,
      GST_EEG_STATUS_NONFINITE, (gint) channel);
  gst_eeg_base_filter_note_replaced (
      (GstEegBaseFilter *) r->self, r->first + first, (gint) channel);
}

static void
report_replaced (
    GstEegDownsample *self, gboolean f32, gconstpointer in, gsize frames)
{
  Replaced r = {self, self->ledger.next - frames};
  const gsize channels = (gsize) GST_EEG_INFO_CHANNELS (&self->info);

  if (f32)
    eeg_dsp_find_unusable_f32 (in, frames, channels, note_replaced, &r);
  else
    eeg_dsp_find_unusable_f64 (in, frames, channels, note_replaced, &r);
  gst_eeg_base_filter_warn_replaced (GST_EEG_BASE_FILTER (self));
}

/* What became of the outputs that a gap before this input let go. */
static GstFlowReturn
drained (GstEegDownsample *self)
{
  GstFlowReturn ret = self->drained;

  self->drained = GST_FLOW_OK;
  return ret;
}

/* Nothing but a loss, as this element itself sends it at the end. */
static void
take_loss (GstEegDownsample *self, GstBuffer *input)
{
  guint64 first, lost;

  if (!gst_buffer_get_eeg_ledger (input, &first, NULL, &lost, NULL) ||
      lost == 0)
    return;
  drain (self);
  eeg_decimated_ledger_forget (&self->ledger);
  self->mark_discont = TRUE;
  eeg_decimated_ledger_add (&self->ledger, input, &self->info, first, 0);
}

static GstFlowReturn
gst_eeg_downsample_generate (GstBaseTransform *trans, GstBuffer **output)
{
  GstEegDownsample *self = SELF (trans);
  GstBuffer *input = g_steal_pointer (&trans->queued_buf), *buffer = NULL;
  gboolean f32 = GST_EEG_INFO_FORMAT (&self->info) == GST_AUDIO_FORMAT_F32LE;
  GstMapInfo in, out = GST_MAP_INFO_INIT;
  GstFlowReturn ret = GST_FLOW_OK;
  gsize frames, made;
  guint64 bad = 0;

  *output = NULL;
  if (!input)
    return GST_FLOW_OK;
  ret = drained (self);
  if (G_UNLIKELY (ret != GST_FLOW_OK)) {
    gst_buffer_unref (input);
    return ret;
  }
  frames = gst_buffer_get_size (input) / GST_EEG_INFO_BPF (&self->info);
  if (frames == 0) {
    take_loss (self, input);
    gst_buffer_unref (input);
    return drained (self);
  }
  made = eeg_dsp_decimator_available (self->decimator, frames);
  if (made > 0) {
    gsize most =
        (frames * self->ledger.up + self->ledger.down - 1) / self->ledger.down;

    if (most > self->pool_frames && !make_pool (self, most))
      goto no_memory;
    buffer = get_buffer (self, made);
    if (!buffer || !gst_buffer_map (buffer, &out, GST_MAP_WRITE))
      goto no_memory;
  }
  if (!gst_buffer_map (input, &in, GST_MAP_READ)) {
    if (buffer)
      gst_buffer_unmap (buffer, &out);
    goto no_memory;
  }
  if (f32)
    eeg_dsp_decimator_process_f32 (self->decimator, (const gfloat *) in.data,
        frames, (gfloat *) out.data, &bad);
  else
    eeg_dsp_decimator_process_f64 (self->decimator, (const gdouble *) in.data,
        frames, (gdouble *) out.data, &bad);
  if (G_UNLIKELY (bad))
    report_replaced (self, f32, in.data, frames);
  gst_buffer_unmap (input, &in);
  count (self, frames, made, bad);
  if (buffer) {
    gst_buffer_unmap (buffer, &out);
    buffer = among_events (self, buffer, made, &ret);
  }
  gst_buffer_unref (input);
  *output = buffer;
  return ret;

no_memory:
  gst_clear_buffer (&buffer);
  gst_buffer_unref (input);
  return no_buffer (self, made);
}

/* A stretch that upstream says to have nothing for. */
static gboolean
is_gap (GstEvent *event)
{
  GstClockTime duration;

  if (GST_EVENT_TYPE (event) != GST_EVENT_GAP)
    return FALSE;
  gst_event_parse_gap (event, NULL, &duration);
  return GST_CLOCK_TIME_IS_VALID (duration) && duration > 0;
}

static gboolean
gst_eeg_downsample_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (trans);
  gboolean ok;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
    case GST_EVENT_SEGMENT_DONE:
    case GST_EVENT_STREAM_START:
      drain (self);
      end_account (self);
      break;
    case GST_EVENT_SEGMENT:
      drain (self);
      break;
    case GST_EVENT_FLUSH_STOP:
      eeg_delayed_events_clear (&self->events);
      if (self->decimator)
        eeg_dsp_decimator_reset (self->decimator);
      break;
    default:
      if (!eeg_delayed_events_can_wait (event))
        break;
      if (is_gap (event))
        drain (self);
      event = eeg_delayed_events_rescale (
          event, self->ledger.up, self->ledger.down);
      if (self->decimator && !self->started_over &&
          eeg_dsp_decimator_pending (self->decimator) > 0) {
        eeg_delayed_events_add (
            &self->events, event, eeg_decimated_ledger_end (&self->ledger));
        return TRUE;
      }
      break;
  }
  ok = PARENT->sink_event (trans, event);
  /* What became of outputs before an event is not the next buffer's business. */
  drained (self);
  return ok;
}

static gboolean
gst_eeg_downsample_start (GstBaseTransform *trans)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (trans);

  self->started_over = TRUE;
  self->mark_discont = FALSE;
  self->ledger.lost = 0;
  GST_OBJECT_LOCK (self);
  self->consumed = self->delivered = self->nonfinite = 0;
  GST_OBJECT_UNLOCK (self);
  return PARENT->start (trans);
}

static gboolean
gst_eeg_downsample_stop (GstBaseTransform *trans)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (trans);

  drop_pool (self);
  eeg_delayed_events_clear (&self->events);
  g_clear_pointer (&self->decimator, eeg_dsp_decimator_free);
  gst_clear_caps (&self->out_caps);
  eeg_decimated_ledger_forget (&self->ledger);
  GST_OBJECT_LOCK (self);
  self->running = FALSE;
  self->latency = 0;
  GST_OBJECT_UNLOCK (self);
  return PARENT->stop (trans);
}

/* --- response ------------------------------------------------------------ */

static gboolean
gst_eeg_downsample_evaluate (GstEegResponse *response, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  EegDownsampleParams params;

  get_params (GST_EEG_DOWNSAMPLE (response), &params);
  return eeg_downsample_evaluate (&params, rate, frequencies, n, re, im);
}

static GstStructure *
gst_eeg_downsample_describe (GstEegResponse *response, gdouble rate)
{
  EegDownsampleParams params;

  get_params (GST_EEG_DOWNSAMPLE (response), &params);
  return eeg_downsample_describe (&params, rate);
}

static gboolean
gst_eeg_downsample_check (
    GstEegResponse *response, gdouble rate, GError **error)
{
  EegDownsampleParams params;

  get_params (GST_EEG_DOWNSAMPLE (response), &params);
  return eeg_downsample_check (&params, rate, error);
}

static void
gst_eeg_downsample_response_init (GstEegResponseInterface *iface)
{
  iface->check = gst_eeg_downsample_check;
  iface->evaluate = gst_eeg_downsample_evaluate;
  iface->describe = gst_eeg_downsample_describe;
}

/* --- object -------------------------------------------------------------- */

static void
gst_eeg_downsample_finalize (GObject *object)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (object);

  drop_pool (self);
  g_clear_pointer (&self->decimator, eeg_dsp_decimator_free);
  gst_clear_caps (&self->out_caps);
  eeg_decimated_ledger_clear (&self->ledger);
  eeg_delayed_events_clear (&self->events);
  gst_eeg_info_clear (&self->info);
  G_OBJECT_CLASS (gst_eeg_downsample_parent_class)->finalize (object);
}

static void
gst_eeg_downsample_class_init (GstEegDownsampleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      gst_eeg_downsample_debug, "eegdownsample", 0, "EEG downsampling");

  object_class->finalize = gst_eeg_downsample_finalize;

  gst_eeg_downsample_install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG downsampler",
      "Filter/Converter/Audio",
      "Lowers the sampling rate of an EEG in volts by a factor or to a given "
      "rate, without aliases and with exact times",
      "gst-plugins-eeg");

  trans_class->start = gst_eeg_downsample_start;
  trans_class->stop = gst_eeg_downsample_stop;
  trans_class->query = gst_eeg_downsample_query;
  trans_class->sink_event = gst_eeg_downsample_sink_event;
  trans_class->generate_output = gst_eeg_downsample_generate;
  base_class->transform_info = gst_eeg_downsample_transform_info;
  base_class->setup = gst_eeg_downsample_setup;
  base_class->reset = gst_eeg_downsample_reset;
  base_class->gain_is_a_note = TRUE;
  base_class->prepare = gst_eeg_downsample_prepare;
}

static void
gst_eeg_downsample_init (GstEegDownsample *self)
{
  self->params.factor = 4;
  self->params.quality = EEG_DSP_QUALITY_STANDARD;
  self->pool_min = 8;
  self->pool_max = 4096;
  self->started_over = TRUE;
  gst_eeg_info_init (&self->info);
  eeg_decimated_ledger_init (&self->ledger);
  eeg_delayed_events_init (&self->events);
}
