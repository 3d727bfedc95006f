/* GStreamer EEG library: base class of EEG stages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegbasefilter-private.h"
#include "gsteegbufferpool.h"

#include <string.h>

GST_DEBUG_CATEGORY (gst_eeg_base_filter_debug);

#define NO_RESET -1

/* Output buffers of a stage that does not work in place: how many there are at
 * start and at most, and how large one may be before plain memory is taken. */
#define POOL_MIN      8
#define POOL_MAX      4096
#define POOL_MAX_SIZE (1 << 20)

typedef struct
{
  /* streaming thread */
  GstEegInfo in;
  GstEegInfo out;
  gint pending_reset; /* GstEegResetReason or NO_RESET */
  guint64 next_sample;
  guint64 first_sample; /* of the buffer in hand */
  guint n_frames;
  GstBuffer *current;      /* what process() writes to */
  gboolean direct;         /* buffers need not go through #GstBaseTransform */
  gboolean generates;      /* the stage makes its outputs itself */
  GstCaps *refused;        /* caps that an error was posted for */
  GstBufferPool *pool;     /* of outputs that are not inputs, or NULL */
  gsize pool_size;         /* bytes of one of its buffers */
  guint64 replaced_sample; /* first value replaced that nobody was told of */
  gint replaced_channel;   /* or -1: there is none */
  gboolean warned_replaced;

  /* set once */
  GstPadChainFunction base_chain;

  /* object lock */
  gint rate_n; /* of the output, 0 while there are no caps */
  gint rate_d;
  GstClockTime position; /* end of the last buffer that went the short way */
} GstEegBaseFilterPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (
    GstEegBaseFilter, gst_eeg_base_filter, GST_TYPE_BASE_TRANSFORM)

#define PRIV(self) gst_eeg_base_filter_get_instance_private (self)

/* Checked casts cost tens of nanoseconds a buffer: in the functions that run for
 * every one of them, the caller has checked already. */
#define SELF(trans) ((GstEegBaseFilter *) (trans))
#define CLASS(self)                                                            \
  ((GstEegBaseFilterClass *) ((GTypeInstance *) (self))->g_class)

/* One error, with the link that it is about. */
static void
refuse (GstEegBaseFilter *self, const GstCaps *caps, GError *error)
{
  GstPad *sink = GST_BASE_TRANSFORM_SINK_PAD (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstPad *peer;

  /* A refused CAPS event stays sticky and comes again with every buffer. */
  if (priv->refused && gst_caps_is_equal (priv->refused, caps)) {
    g_clear_error (&error);
    return;
  }
  gst_caps_replace (&priv->refused, (GstCaps *) caps);
  peer = gst_pad_get_peer (sink);
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
      ("Cannot take the stream on the link %s.%s -> %s.%s: %s",
          peer && GST_PAD_PARENT (peer)
              ? GST_OBJECT_NAME (GST_PAD_PARENT (peer))
              : "(nothing)",
          peer ? GST_PAD_NAME (peer) : "(nothing)", GST_OBJECT_NAME (self),
          GST_PAD_NAME (sink), error ? error->message : "not supported"),
      ("caps: %" GST_PTR_FORMAT, caps));
  g_clear_error (&error);
  gst_clear_object (&peer);
}

static gboolean can_go_direct (GstEegBaseFilter *self);

static gboolean
gst_eeg_base_filter_set_caps (
    GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
  GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
  GstEegBaseFilterClass *klass = GST_EEG_BASE_FILTER_GET_CLASS (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstEegInfo in = {0}, out = {0};
  GError *error = NULL;
  const GstCaps *wrong = NULL;
  gboolean goes_on;

  gst_eeg_info_init (&in);
  gst_eeg_info_init (&out);
  if (!gst_eeg_info_from_caps (&in, incaps, &error) ||
      !gst_eeg_base_filter_check_accepted (self, &in, &error))
    wrong = incaps;
  else if (!gst_eeg_info_from_caps (&out, outcaps, &error))
    wrong = outcaps;
  goes_on = wrong == NULL && klass->gain_is_a_note && priv->rate_n > 0 &&
            gst_eeg_info_is_same_signal (&priv->in, &in) &&
            gst_eeg_info_is_same_signal (&priv->out, &out);
  gst_eeg_info_copy_into (&in, &priv->in);
  gst_eeg_info_copy_into (&out, &priv->out);
  gst_eeg_info_clear (&in);
  gst_eeg_info_clear (&out);
  if (goes_on) {
    gst_clear_caps (&priv->refused);
    return TRUE;
  }
  priv->direct = FALSE;
  GST_OBJECT_LOCK (self);
  priv->position = GST_CLOCK_TIME_NONE;
  priv->rate_n = 0;
  GST_OBJECT_UNLOCK (self);
  if (wrong != NULL) {
    refuse (self, wrong, error);
    return FALSE;
  }
  gst_base_transform_set_in_place (trans,
      GST_EEG_INFO_BPF (&priv->in) == GST_EEG_INFO_BPF (&priv->out) &&
          GST_EEG_INFO_RATE (&priv->in) == GST_EEG_INFO_RATE (&priv->out));
  if (klass->setup && !klass->setup (self, &priv->in, &priv->out, &error)) {
    refuse (self, incaps, error);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  priv->rate_n = priv->out.rate_n;
  priv->rate_d = priv->out.rate_d;
  GST_OBJECT_UNLOCK (self);
  priv->pending_reset = GST_EEG_RESET_START;
  priv->replaced_channel = -1;
  priv->warned_replaced = FALSE;
  priv->direct = can_go_direct (self);
  gst_clear_caps (&priv->refused);
  return TRUE;
}

static gboolean
gst_eeg_base_filter_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
  GstBaseTransformClass *parent =
      GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class);
  GstEegBaseFilterPrivate *priv = PRIV (self);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstEegInfo in = {0}, out = {0};
    GError *error = NULL;
    GstCaps *caps;
    gboolean ok;

    /* When these do not come to an agreement, buffers must find out. */
    priv->direct = FALSE;

    /* Before negotiation with downstream, which could only fail without a
     * reason. */
    gst_event_parse_caps (event, &caps);
    ok = gst_eeg_base_filter_parse_input (self, caps, &in, &out, &error);
    gst_eeg_info_clear (&in);
    gst_eeg_info_clear (&out);
    if (!ok) {
      refuse (self, caps, error);
      gst_event_unref (event);
      return FALSE;
    }
    gst_caps_ref (caps);
    ok = parent->sink_event (trans, event);
    /* After caps that were refused here, those before them are nothing new to
     * GstBaseTransform. */
    if (ok && priv->rate_n == 0) {
      GstCaps *out_caps = gst_pad_get_current_caps (trans->srcpad);

      ok = out_caps && gst_eeg_base_filter_set_caps (trans, caps, out_caps);
      gst_clear_caps (&out_caps);
    }
    gst_caps_unref (caps);
    priv->direct = ok && can_go_direct (self);
    return ok;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    if (priv->pending_reset == NO_RESET)
      priv->pending_reset = GST_EEG_RESET_FLUSH;
    GST_OBJECT_LOCK (self);
    priv->position = GST_CLOCK_TIME_NONE;
    GST_OBJECT_UNLOCK (self);
  }
  return parent->sink_event (trans, event);
}

/* GstBaseTransform knows nothing of buffers that went the short way. */
static gboolean
query_position (GstEegBaseFilter *self, GstQuery *query)
{
  GstBaseTransform *trans = GST_BASE_TRANSFORM (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstClockTime position;
  GstFormat format;

  GST_OBJECT_LOCK (self);
  position = priv->position;
  GST_OBJECT_UNLOCK (self);
  gst_query_parse_position (query, &format, NULL);
  if (GST_CLOCK_TIME_IS_VALID (position))
    position =
        gst_segment_to_stream_time (&trans->segment, GST_FORMAT_TIME, position);
  if (format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (position))
    return GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class)
        ->query (trans, GST_PAD_SRC, query);
  gst_query_set_position (query, format, (gint64) position);
  return TRUE;
}

static gboolean
gst_eeg_base_filter_query (
    GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
  GstEegBaseFilterClass *klass = GST_EEG_BASE_FILTER_GET_CLASS (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);

  if (direction == GST_PAD_SRC && GST_QUERY_TYPE (query) == GST_QUERY_LATENCY &&
      klass->get_delay) {
    GstClockTime min, max, delay = 0;
    gint rate_n, rate_d;
    gboolean live;

    if (!gst_pad_peer_query (trans->sinkpad, query))
      return FALSE;
    GST_OBJECT_LOCK (self);
    rate_n = priv->rate_n;
    rate_d = priv->rate_d;
    GST_OBJECT_UNLOCK (self);
    if (rate_n > 0)
      delay = gst_util_uint64_scale (
          klass->get_delay (self), (guint64) rate_d * GST_SECOND, rate_n);
    gst_query_parse_latency (query, &live, &min, &max);
    min += delay;
    if (GST_CLOCK_TIME_IS_VALID (max))
      max += delay;
    gst_query_set_latency (query, live, min, max);
    return TRUE;
  }
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE (query) == GST_QUERY_POSITION)
    return query_position (self, query);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class)
      ->query (trans, direction, query);
}

/* --- data ---------------------------------------------------------------- */

static gboolean
gst_eeg_base_filter_start (GstBaseTransform *trans)
{
  GstEegBaseFilterPrivate *priv = PRIV (GST_EEG_BASE_FILTER (trans));

  priv->pending_reset = GST_EEG_RESET_START;
  priv->next_sample = 0;
  return TRUE;
}

static void drop_pool (GstEegBaseFilter *self);

static gboolean
gst_eeg_base_filter_stop (GstBaseTransform *trans)
{
  GstEegBaseFilterPrivate *priv = PRIV (GST_EEG_BASE_FILTER (trans));

  priv->direct = FALSE;
  gst_eeg_info_clear (&priv->in);
  gst_eeg_info_clear (&priv->out);
  gst_clear_caps (&priv->refused);
  drop_pool (GST_EEG_BASE_FILTER (trans));
  GST_OBJECT_LOCK (trans);
  priv->position = GST_CLOCK_TIME_NONE;
  priv->rate_n = 0;
  priv->rate_d = 1;
  GST_OBJECT_UNLOCK (trans);
  return TRUE;
}

/* Absolute index of the first sample: the ledger knows it; OFFSET is believed
 * when it counts frames at all (some elements count bytes); else we count. */
static guint64
index_of (GstBuffer *buffer, guint n_frames, guint64 expected)
{
  guint64 first;

  if (gst_buffer_get_eeg_ledger (buffer, &first, NULL, NULL, NULL))
    return first;
  if (GST_BUFFER_OFFSET_IS_VALID (buffer) &&
      GST_BUFFER_OFFSET_END_IS_VALID (buffer) &&
      GST_BUFFER_OFFSET_END (buffer) - GST_BUFFER_OFFSET (buffer) == n_frames)
    return GST_BUFFER_OFFSET (buffer);
  return expected;
}

static void
sync_values (GstEegBaseFilter *self, GstBuffer *buffer)
{
  GstBaseTransform *trans = (GstBaseTransform *) self;
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (trans->segment.format == GST_FORMAT_TIME &&
      GST_BUFFER_PTS_IS_VALID (buffer))
    time = gst_segment_to_stream_time (
        &trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values ((GstObject *) self, time);
}

static GstFlowReturn
begin_buffer (GstEegBaseFilter *self, GstBuffer *buffer)
{
  GstBaseTransform *trans = (GstBaseTransform *) self;
  GstEegBaseFilterClass *klass = CLASS (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  gsize size = gst_buffer_get_size (buffer);
  guint bpf = GST_EEG_INFO_BPF (&priv->in);
  GError *error = NULL;

  if (bpf == 0)
    return GST_FLOW_NOT_NEGOTIATED;
  if (size % bpf != 0 || size / bpf > G_MAXUINT32) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A buffer of %" G_GSIZE_FORMAT " bytes arrived at %s.%s, expected a "
         "whole number of frames of %u bytes: the element upstream cuts "
         "within a frame",
            size, GST_OBJECT_NAME (self), GST_PAD_NAME (trans->sinkpad), bpf),
        (NULL));
    return GST_FLOW_ERROR;
  }
  priv->n_frames = (guint) (size / bpf);
  priv->first_sample = index_of (buffer, priv->n_frames, priv->next_sample);
  if (priv->pending_reset == NO_RESET &&
      (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) ||
          priv->first_sample != priv->next_sample))
    priv->pending_reset = GST_EEG_RESET_DISCONT;
  priv->next_sample = priv->first_sample + priv->n_frames;
  if (priv->n_frames == 0)
    return GST_FLOW_OK;
  if (priv->pending_reset != NO_RESET) {
    GstEegResetReason reason = priv->pending_reset;

    priv->pending_reset = NO_RESET;
    if (klass->reset)
      klass->reset (self, reason);
  }
  /* A look without the lock: a binding added right now counts from the next
   * buffer on. */
  if (g_atomic_pointer_get (&((GstObject *) self)->control_bindings))
    sync_values (self, buffer);
  if (klass->prepare && !klass->prepare (self, buffer, priv->first_sample,
                            priv->n_frames, &error)) {
    GST_ELEMENT_ERROR (self, STREAM, FAILED,
        ("%s cannot process sample %" G_GUINT64_FORMAT ": %s",
            GST_OBJECT_NAME (self), priv->first_sample,
            error ? error->message : "unknown reason"),
        (NULL));
    g_clear_error (&error);
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_eeg_base_filter_submit_input_buffer (
    GstBaseTransform *trans, gboolean is_discont, GstBuffer *input)
{
  GstEegBaseFilter *self = SELF (trans);
  GstFlowReturn ret;

  /* Renegotiates when needed, and keeps the buffer in queued_buf. */
  ret = GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class)
            ->submit_input_buffer (trans, is_discont, input);
  if (ret != GST_FLOW_OK || trans->queued_buf == NULL)
    return ret;
  ret = begin_buffer (self, trans->queued_buf);
  if (ret != GST_FLOW_OK)
    gst_clear_buffer (&trans->queued_buf);
  return ret;
}

static GstFlowReturn
no_map (GstEegBaseFilter *self, GstBuffer *buffer)
{
  GST_ELEMENT_ERROR (self, RESOURCE, FAILED,
      ("%s cannot map a buffer of %" G_GSIZE_FORMAT
       " bytes, expected memory that can be read and written",
          GST_OBJECT_NAME (self), gst_buffer_get_size (buffer)),
      (NULL));
  return GST_FLOW_ERROR;
}

/* What a stage with a history makes of silence need not be silent. */
static void
clear_gap (GstEegBaseFilter *self, GstBuffer *out)
{
  if (CLASS (self)->reset)
    GST_BUFFER_FLAG_UNSET (out, GST_BUFFER_FLAG_GAP);
}

static GstFlowReturn
gst_eeg_base_filter_transform_ip (GstBaseTransform *trans, GstBuffer *buffer)
{
  GstEegBaseFilter *self = SELF (trans);
  GstEegBaseFilterClass *klass = CLASS (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstFlowReturn ret;
  GstMapInfo map;

  if (!klass->process || priv->n_frames == 0)
    return GST_FLOW_OK;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return no_map (self, buffer);
  priv->current = buffer;
  ret = klass->process (self, map.data, map.data, priv->n_frames);
  priv->current = NULL;
  gst_buffer_unmap (buffer, &map);
  clear_gap (self, buffer);
  return ret;
}

/* Most of what #GstBaseTransform does for a buffer serves stages that are not of
 * this kind (quality of service, outputs of other sizes); it costs as much as a
 * filter. A stage that works in place with what this class gives it, or makes its
 * outputs all by itself, needs none of it. */
static gboolean
can_go_direct (GstEegBaseFilter *self)
{
  GstBaseTransformClass *klass = GST_BASE_TRANSFORM_GET_CLASS (self);
  GstBaseTransformClass *parent =
      GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class);
  GstEegBaseFilterPrivate *priv = PRIV (self);

  priv->generates = klass->generate_output != parent->generate_output;
  return priv->rate_n > 0 &&
         klass->submit_input_buffer ==
             gst_eeg_base_filter_submit_input_buffer &&
         !klass->transform_ip_on_passthrough && !klass->before_transform &&
         (priv->generates ||
             (klass->transform_ip == gst_eeg_base_filter_transform_ip &&
                 gst_base_transform_is_in_place (GST_BASE_TRANSFORM (self))));
}

static GstFlowReturn
push (GstEegBaseFilter *self, GstBuffer *buffer)
{
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstClockTime end = GST_BUFFER_PTS (buffer);

  if (GST_CLOCK_TIME_IS_VALID (end)) {
    if (GST_BUFFER_DURATION_IS_VALID (buffer))
      end += GST_BUFFER_DURATION (buffer);
    GST_OBJECT_LOCK (self);
    priv->position = end;
    GST_OBJECT_UNLOCK (self);
  }
  return gst_pad_push (((GstBaseTransform *) self)->srcpad, buffer);
}

static GstFlowReturn
push_generated (GstEegBaseFilter *self)
{
  GstBaseTransform *trans = (GstBaseTransform *) self;
  GstBaseTransformClass *klass =
      (GstBaseTransformClass *) ((GTypeInstance *) self)->g_class;
  GstBuffer *buffer;
  GstFlowReturn ret;

  do {
    buffer = NULL;
    ret = klass->generate_output (trans, &buffer);
    if (buffer) {
      if (ret == GST_FLOW_OK)
        ret = push (self, buffer);
      else
        gst_clear_buffer (&buffer);
    }
  } while (ret == GST_FLOW_OK && buffer != NULL);
  return ret;
}

static GstFlowReturn
gst_eeg_base_filter_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstBaseTransform *trans = (GstBaseTransform *) parent;
  GstEegBaseFilter *self = SELF (trans);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstFlowReturn ret;

  if (!priv->direct || GST_PAD_NEEDS_RECONFIGURE (trans->srcpad))
    return priv->base_chain (pad, parent, buffer);
  trans->queued_buf = buffer;
  ret = begin_buffer (self, buffer);
  if (ret != GST_FLOW_OK) {
    gst_clear_buffer (&trans->queued_buf);
    return ret;
  }
  if (priv->generates) {
    ret = push_generated (self);
  } else {
    buffer = g_steal_pointer (&trans->queued_buf);
    if (!gst_base_transform_is_passthrough (trans)) {
      buffer = gst_buffer_make_writable (buffer);
      ret = gst_eeg_base_filter_transform_ip (trans, buffer);
    }
    if (ret == GST_FLOW_OK)
      return push (self, buffer);
    gst_buffer_unref (buffer);
  }
  return ret == GST_BASE_TRANSFORM_FLOW_DROPPED ? GST_FLOW_OK : ret;
}

static void
drop_pool (GstEegBaseFilter *self)
{
  GstEegBaseFilterPrivate *priv = PRIV (self);

  if (priv->pool) {
    gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (priv->pool), NULL);
    gst_buffer_pool_set_active (priv->pool, FALSE);
    gst_clear_object (&priv->pool);
  }
  priv->pool_size = 0;
}

static gboolean
make_pool (GstEegBaseFilter *self, gsize size)
{
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstBufferPool *pool = gst_eeg_buffer_pool_new ();
  GstStructure *config;

  drop_pool (self);
  gst_eeg_buffer_pool_set_owner (
      GST_EEG_BUFFER_POOL (pool), GST_ELEMENT (self));
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, NULL, (guint) size, POOL_MIN, 0);
  gst_eeg_buffer_pool_config_set_growth (
      config, POOL_MIN, POOL_MAX, GST_EEG_POOL_POLICY_FAIL);
  if (!gst_buffer_pool_set_config (pool, config) ||
      !gst_buffer_pool_set_active (pool, TRUE)) {
    gst_eeg_buffer_pool_set_owner (GST_EEG_BUFFER_POOL (pool), NULL);
    gst_object_unref (pool);
    return FALSE;
  }
  priv->pool = pool;
  priv->pool_size = size;
  return TRUE;
}

/* Buffers of a stage that does not work in place come from a pool of its own;
 * where that cannot serve, from where #GstBaseTransform takes them. */
static GstFlowReturn
gst_eeg_base_filter_prepare_output_buffer (
    GstBaseTransform *trans, GstBuffer *input, GstBuffer **output)
{
  GstEegBaseFilter *self = GST_EEG_BASE_FILTER (trans);
  GstBaseTransformClass *klass = GST_BASE_TRANSFORM_GET_CLASS (trans);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  gsize size = (gsize) priv->n_frames * GST_EEG_INFO_BPF (&priv->out);

  *output = NULL;
  if (!gst_base_transform_is_passthrough (trans) &&
      !gst_base_transform_is_in_place (trans) && size > 0 &&
      size <= POOL_MAX_SIZE &&
      GST_EEG_INFO_RATE (&priv->in) == GST_EEG_INFO_RATE (&priv->out) &&
      (size <= priv->pool_size || make_pool (self, size)) &&
      gst_buffer_pool_acquire_buffer (priv->pool, output, NULL) ==
          GST_FLOW_OK) {
    gst_buffer_set_size (*output, size);
    if (klass->copy_metadata)
      klass->copy_metadata (trans, input, *output);
    return GST_FLOW_OK;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class)
      ->prepare_output_buffer (trans, input, output);
}

static GstFlowReturn
gst_eeg_base_filter_transform (
    GstBaseTransform *trans, GstBuffer *in, GstBuffer *out)
{
  GstEegBaseFilter *self = SELF (trans);
  GstEegBaseFilterClass *klass = CLASS (self);
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstMapInfo from, to;
  gpointer state = NULL;
  GstFlowReturn ret;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              out, &state, GST_EEG_META_API_TYPE)))
    ((GstEegMeta *) m)->bpf = GST_EEG_INFO_BPF (&priv->out);
  if (!klass->process || priv->n_frames == 0)
    return GST_FLOW_OK;
  if (!gst_buffer_map (in, &from, GST_MAP_READ))
    return no_map (self, in);
  if (!gst_buffer_map (out, &to, GST_MAP_WRITE)) {
    gst_buffer_unmap (in, &from);
    return no_map (self, out);
  }
  priv->current = out;
  ret = klass->process (self, from.data, to.data, priv->n_frames);
  priv->current = NULL;
  gst_buffer_unmap (out, &to);
  gst_buffer_unmap (in, &from);
  clear_gap (self, out);
  return ret;
}

static gboolean
gst_eeg_base_filter_transform_meta (
    GstBaseTransform *trans, GstBuffer *out, GstMeta *meta, GstBuffer *in)
{
  GstEegBaseFilterPrivate *priv = PRIV (GST_EEG_BASE_FILTER (trans));
  const gchar *const *tags = gst_meta_api_type_get_tags (meta->info->api);

  /* Sample indices mean something else at another rate. */
  if (meta->info->api == GST_EEG_META_API_TYPE)
    return GST_EEG_INFO_RATE (&priv->in) == GST_EEG_INFO_RATE (&priv->out);
  if (tags && tags[0] && !tags[1] && strcmp (tags[0], "audio") == 0)
    return TRUE;
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_base_filter_parent_class)
      ->transform_meta (trans, out, meta, in);
}

/* --- for subclasses ------------------------------------------------------ */

/**
 * gst_eeg_base_filter_get_in_info:
 * @self: the stage
 *
 * Streaming thread only.
 *
 * Returns: (transfer none): the stream that comes in, valid after setup()
 */
const GstEegInfo *
gst_eeg_base_filter_get_in_info (GstEegBaseFilter *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return &((GstEegBaseFilterPrivate *) PRIV (self))->in;
}

/**
 * gst_eeg_base_filter_get_out_info:
 * @self: the stage
 *
 * Streaming thread only.
 *
 * Returns: (transfer none): the stream that leaves, valid after setup()
 */
const GstEegInfo *
gst_eeg_base_filter_get_out_info (GstEegBaseFilter *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return &((GstEegBaseFilterPrivate *) PRIV (self))->out;
}

/**
 * gst_eeg_base_filter_update_latency:
 * @self: the stage
 *
 * The algorithmic delay changed: asks the application to distribute the
 * latency anew. Any thread, no lock held.
 */
void
gst_eeg_base_filter_update_latency (GstEegBaseFilter *self)
{
  g_return_if_fail (GST_IS_EEG_BASE_FILTER (self));
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

/**
 * gst_eeg_base_filter_mark:
 * @self: the stage
 * @first_sample: absolute index of the first sample to mark
 * @n_samples: how many
 * @flags: what is special about them
 * @channel: channel index, or -1 for all
 *
 * Marks samples of the buffer in hand in its ledger, and adds an entry when
 * there is none. Streaming thread, from prepare() or process().
 */
void
gst_eeg_base_filter_mark (GstEegBaseFilter *self, guint64 first_sample,
    guint32 n_samples, GstEegStatusFlags flags, gint channel)
{
  GstBaseTransform *trans = (GstBaseTransform *) self;
  GstEegBaseFilterPrivate *priv;
  GstEegMeta *meta;
  GstBuffer *buffer;
  guint bpf;

  g_return_if_fail (GST_IS_EEG_BASE_FILTER (self));
  priv = PRIV (self);
  if (priv->current) {
    buffer = priv->current;
    bpf = GST_EEG_INFO_BPF (&priv->out);
  } else {
    g_return_if_fail (trans->queued_buf != NULL);
    trans->queued_buf = gst_buffer_make_writable (trans->queued_buf);
    buffer = trans->queued_buf;
    bpf = GST_EEG_INFO_BPF (&priv->in);
  }
  meta = gst_buffer_get_eeg_meta (buffer);
  if (meta == NULL || meta->n_samples == 0)
    meta = gst_buffer_add_eeg_meta (
        buffer, priv->first_sample, priv->n_frames, 0, bpf);
  if (meta)
    gst_eeg_meta_add_run (meta, first_sample, n_samples, flags, channel, 0);
}

/**
 * gst_eeg_base_filter_note_replaced:
 * @self: the stage
 * @sample: absolute index of a value that was replaced
 * @channel: its channel in the stream that comes in
 *
 * Remembers the earliest value for gst_eeg_base_filter_warn_replaced(). In any
 * order; the lowest channel counts among values of one sample. Streaming thread,
 * from process().
 */
void
gst_eeg_base_filter_note_replaced (
    GstEegBaseFilter *self, guint64 sample, gint channel)
{
  GstEegBaseFilterPrivate *priv;

  g_return_if_fail (GST_IS_EEG_BASE_FILTER (self));
  g_return_if_fail (channel >= 0);
  priv = PRIV (self);
  if (priv->replaced_channel >= 0 &&
      (sample > priv->replaced_sample ||
          (sample == priv->replaced_sample &&
              channel >= priv->replaced_channel)))
    return;
  priv->replaced_sample = sample;
  priv->replaced_channel = channel;
}

/**
 * gst_eeg_base_filter_warn_replaced:
 * @self: the stage
 *
 * Posts a warning about the values that were noted, the first time after new
 * caps; later ones are for the ledger and the counters of the stage alone.
 * Streaming thread.
 */
void
gst_eeg_base_filter_warn_replaced (GstEegBaseFilter *self)
{
  GstEegBaseFilterPrivate *priv;

  g_return_if_fail (GST_IS_EEG_BASE_FILTER (self));
  priv = PRIV (self);
  if (priv->replaced_channel >= 0 && !priv->warned_replaced) {
    priv->warned_replaced = TRUE;
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("Values that are not finite or beyond 1e30 came up, the first at "
         "sample %" G_GUINT64_FORMAT " on %s, and are replaced by the last "
         "good value of their channel: look for their cause upstream. Further "
         "ones are only marked and counted (stats: nonfinite).",
            priv->replaced_sample,
            priv->replaced_channel < GST_EEG_INFO_CHANNELS (&priv->in)
                ? priv->in.labels[priv->replaced_channel]
                : "an unknown channel"),
        (NULL));
  }
  priv->replaced_channel = -1;
}

static void
gst_eeg_base_filter_finalize (GObject *object)
{
  GstEegBaseFilterPrivate *priv = PRIV (GST_EEG_BASE_FILTER (object));

  gst_eeg_info_clear (&priv->in);
  gst_eeg_info_clear (&priv->out);
  gst_clear_caps (&priv->refused);
  drop_pool (GST_EEG_BASE_FILTER (object));
  G_OBJECT_CLASS (gst_eeg_base_filter_parent_class)->finalize (object);
}

static void
gst_eeg_base_filter_class_init (GstEegBaseFilterClass *klass)
{
  GstBaseTransformClass *trans = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_eeg_base_filter_debug, "eegbasefilter", 0,
      "base class of EEG stages");
  G_OBJECT_CLASS (klass)->finalize = gst_eeg_base_filter_finalize;
  trans->transform_caps = gst_eeg_base_filter_transform_caps;
  trans->fixate_caps = gst_eeg_base_filter_fixate_caps;
  trans->get_unit_size = gst_eeg_base_filter_get_unit_size;
  trans->set_caps = gst_eeg_base_filter_set_caps;
  trans->sink_event = gst_eeg_base_filter_sink_event;
  trans->query = gst_eeg_base_filter_query;
  trans->start = gst_eeg_base_filter_start;
  trans->stop = gst_eeg_base_filter_stop;
  trans->submit_input_buffer = gst_eeg_base_filter_submit_input_buffer;
  trans->prepare_output_buffer = gst_eeg_base_filter_prepare_output_buffer;
  trans->transform = gst_eeg_base_filter_transform;
  trans->transform_ip = gst_eeg_base_filter_transform_ip;
  trans->transform_meta = gst_eeg_base_filter_transform_meta;
  trans->transform_ip_on_passthrough = FALSE;
  trans->passthrough_on_same_caps = FALSE;
}

static void
gst_eeg_base_filter_init (GstEegBaseFilter *self)
{
  GstEegBaseFilterPrivate *priv = PRIV (self);
  GstPad *sink = GST_BASE_TRANSFORM_SINK_PAD (self);

  priv->pending_reset = GST_EEG_RESET_START;
  priv->rate_d = 1;
  priv->position = GST_CLOCK_TIME_NONE;
  priv->replaced_channel = -1;
  priv->base_chain = GST_PAD_CHAINFUNC (sink);
  gst_pad_set_chain_function (sink, gst_eeg_base_filter_chain);
}
