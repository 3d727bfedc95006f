/* gst-plugins-eeg: eeggain
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eeggain
 * @title: eeggain
 * @short_description: multiplies an EEG in volts
 *
 * Multiplies all channels by one gain, or every channel by its own: to correct
 * an amplifier by its calibration, to turn a polarity round (-1), to silence a
 * channel (0). Channels are multiplied by #GstEegGain:gain times
 * #GstEegGain:scale. Where that is 1 everywhere, or #GstEegGain:enabled is
 * false, buffers pass untouched, whatever they hold.
 *
 * A product that is not finite or beyond 1e30, because a gain is too large or its
 * sample was not finite, is replaced by the last good one of its channel, marked
 * in the sample ledger, counted and reported once.
 *
 * Changes while playing are carried out over 20 ms of signal, so that they do
 * not click, and are marked in the sample ledger. #GstEegGain:scale can be
 * driven by a #GstController, and is then evaluated for every single frame.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc num-buffers=250 channels=2 ! eeggain gain=1.02,0.98 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/dsp/eegdsp-scale.h>
#include <string.h>

#include "gsteeggain.h"

GST_DEBUG_CATEGORY_STATIC (eeg_gain_debug);
#define GST_CAT_DEFAULT eeg_gain_debug

#define DEFAULT_GAIN "1"
#define MAX_SCALE    1e9 /* of scale, and of every gain */
/* one over the seconds that a change takes */
#define RAMPS_PER_SECOND 50

enum
{
  PROP_0,
  PROP_GAIN,
  PROP_SCALE,
  PROP_ENABLED,
  PROP_STATS,
};

struct _GstEegGain
{
  GstEegBaseFilter parent;

  /* properties and counters, object lock */
  gchar *gain;
  gdouble scale;
  gboolean enabled;
  gboolean changed;
  guint64 changes;
  guint64 refusals;
  guint64 nonfinite;

  /* streaming thread, sized by setup() */
  guint channels;
  gchar *accepted;     /* what list was read from */
  gdouble *list;       /* the gains without scale */
  gdouble *from;       /* before the ramp */
  gdouble *now;        /* the frame in hand */
  gdouble *goal;       /* after the ramp */
  gpointer last;       /* frame that left last, 0 where none has */
  gboolean unity;      /* goal is 1 for all */
  EegDspScale *target; /* goal, prepared */
  gboolean through;    /* what the base class was told about passing */
  gboolean fresh;      /* nothing was heard yet: jump, do not ramp */
  guint ramp_length;
  guint ramp_done; /* equal to ramp_length: no ramp */
  guint64 position;
  GstControlBinding *binding; /* of scale, while it drives this buffer */
  GstClockTime time;          /* stream time of the buffer's first frame */
};

static void gst_eeg_gain_response_init (GstEegResponseInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstEegGain, gst_eeg_gain,
    GST_TYPE_EEG_BASE_FILTER,
    G_IMPLEMENT_INTERFACE (GST_TYPE_EEG_RESPONSE, gst_eeg_gain_response_init))
GST_ELEMENT_REGISTER_DEFINE (
    eeggain, "eeggain", GST_RANK_NONE, GST_TYPE_EEG_GAIN)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

/* Reads the property for @channels channels into @list. */
static gboolean
read_gain (const gchar *text, guint channels, gdouble *list, GError **error)
{
  g_autofree gdouble *values = NULL;
  g_autoptr (GError) inner = NULL;
  guint n = 0, c;

  values = gst_eeg_parse_double_list (text, &n, &inner);
  if (!values) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"gain\" is \"%s\": %s", text ? text : "", inner->message);
    return FALSE;
  }
  if (n != 1 && n != channels) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"gain\" has %u entries, but the stream has %u channels: "
        "give one gain for all, or one for each channel",
        n, channels);
    return FALSE;
  }
  for (c = 0; c < n; c++)
    if (!(ABS (values[c]) <= MAX_SCALE)) {
      gchar number[G_ASCII_DTOSTR_BUF_SIZE];

      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"gain\" has %s as entry %u, expected a factor from -1e9 "
          "to "
          "1e9",
          g_ascii_formatd (number, sizeof number, "%g", values[c]), c + 1);
      return FALSE;
    }
  for (c = 0; c < channels; c++)
    list[c] = values[n == 1 ? 0 : c];
  return TRUE;
}

static void
free_state (GstEegGain *self)
{
  g_clear_pointer (&self->accepted, g_free);
  g_clear_pointer (&self->list, g_free);
  g_clear_pointer (&self->from, g_free);
  g_clear_pointer (&self->now, g_free);
  g_clear_pointer (&self->goal, g_free);
  g_clear_pointer (&self->last, g_free);
  g_clear_pointer (&self->target, eeg_dsp_scale_free);
}

static gboolean
gst_eeg_gain_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegGain *self = GST_EEG_GAIN (base);
  const guint channels = GST_EEG_INFO_CHANNELS (in);
  g_autofree gdouble *list = g_new (gdouble, channels);
  g_autofree gchar *text = NULL;

  GST_OBJECT_LOCK (self);
  text = g_strdup (self->gain);
  self->changed = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (!read_gain (text, channels, list, error))
    return FALSE;
  free_state (self);
  self->channels = channels;
  self->accepted = g_steal_pointer (&text);
  self->list = g_steal_pointer (&list);
  self->from = g_new0 (gdouble, channels);
  self->now = g_new0 (gdouble, channels);
  self->goal = g_memdup2 (self->list, channels * sizeof (gdouble));
  self->last = g_malloc0 (GST_EEG_INFO_BPF (in));
  self->target = eeg_dsp_scale_new (self->goal, channels, eeg_dsp_isa ());
  if (!self->target) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "no memory for the gains of %u channels", channels);
    return FALSE;
  }
  self->ramp_length =
      MAX (1, (guint) GST_EEG_INFO_RATE (in) / RAMPS_PER_SECOND);
  self->ramp_done = self->ramp_length;
  self->fresh = TRUE;
  return TRUE;
}

static void
forget_last (GstEegGain *self)
{
  const GstEegInfo *info =
      gst_eeg_base_filter_get_in_info (GST_EEG_BASE_FILTER (self));

  memset (self->last, 0, (gsize) GST_EEG_INFO_BPF (info));
}

static void
gst_eeg_gain_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegGain *self = GST_EEG_GAIN (base);

  forget_last (self);

  /* What came before is not heard next to what comes now. */
  self->fresh = TRUE;
  self->ramp_done = self->ramp_length;
}

/* The gains at frame @f of a running ramp, counted from its start. */
static void
ramp_at (GstEegGain *self, guint f, gdouble *gains)
{
  const gdouble w = (f + 1.0) / (self->ramp_length + 1.0);
  guint c;

  for (c = 0; c < self->channels; c++)
    gains[c] = self->from[c] + w * (self->goal[c] - self->from[c]);
}

/* The property tells what runs, unless it was set anew meanwhile. */
static void
put_back (GstEegGain *self, const gchar *tried)
{
  gboolean back;

  GST_OBJECT_LOCK (self);
  self->refusals++;
  back = strcmp (self->gain, tried) == 0;
  if (back) {
    g_free (self->gain);
    self->gain = g_strdup (self->accepted);
  }
  GST_OBJECT_UNLOCK (self);
  if (back)
    g_object_notify (G_OBJECT (self), "gain");
}

static void
take_over (GstEegGain *self)
{
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean enabled, equal = TRUE;
  gdouble scale;
  guint c;

  GST_OBJECT_LOCK (self);
  self->changed = FALSE;
  text = g_strdup (self->gain);
  scale = self->scale;
  enabled = self->enabled;
  GST_OBJECT_UNLOCK (self);
  if (!read_gain (text, self->channels, self->list, &error)) {
    put_back (self, text);
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("The new gain is impossible and the old one stays: %s.",
            error->message),
        (NULL));
  } else {
    g_free (self->accepted);
    self->accepted = g_steal_pointer (&text);
  }
  if (self->ramp_done < self->ramp_length && self->ramp_done > 0)
    ramp_at (self, self->ramp_done - 1, self->now);
  else if (self->ramp_done > 0)
    memcpy (self->now, self->goal, self->channels * sizeof (gdouble));
  else
    memcpy (self->now, self->from, self->channels * sizeof (gdouble));
  memcpy (self->from, self->now, self->channels * sizeof (gdouble));
  self->unity = TRUE;
  for (c = 0; c < self->channels; c++) {
    self->goal[c] = enabled ? self->list[c] * scale : 1.0;
    equal &= self->goal[c] == self->from[c];
    self->unity &= self->goal[c] == 1.0;
  }
  eeg_dsp_scale_set (self->target, self->goal);
  self->ramp_done = self->fresh || equal ? self->ramp_length : 0;
  if (!equal && !self->fresh) {
    GST_OBJECT_LOCK (self);
    self->changes++;
    GST_OBJECT_UNLOCK (self);
  }
}

static gboolean
gst_eeg_gain_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegGain *self = (GstEegGain *) base;
  GstBaseTransform *trans = GST_BASE_TRANSFORM (base);
  gboolean changed, enabled, through;

  self->position = first_sample;
  self->time = GST_CLOCK_TIME_NONE;
  if (trans->segment.format == GST_FORMAT_TIME &&
      GST_BUFFER_PTS_IS_VALID (buffer))
    self->time = gst_segment_to_stream_time (
        &trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  gst_clear_object (&self->binding);
  GST_OBJECT_LOCK (self);
  changed = self->changed;
  enabled = self->enabled;
  GST_OBJECT_UNLOCK (self);
  /* A look without the lock: a binding added right now counts from the next
   * buffer on. */
  if (enabled && GST_CLOCK_TIME_IS_VALID (self->time) &&
      g_atomic_pointer_get (&GST_OBJECT (self)->control_bindings))
    self->binding = gst_object_get_control_binding (GST_OBJECT (self), "scale");
  if (changed)
    take_over (self);
  if (self->binding)
    self->ramp_done = self->ramp_length;
  self->fresh = FALSE;
  through =
      !self->binding && self->ramp_done == self->ramp_length && self->unity;
  if (through != self->through) {
    self->through = through;
    /* What passes is not looked at. */
    forget_last (self);
    gst_base_transform_set_passthrough (trans, through);
  }
  return TRUE;
}

static gboolean
is_f32 (GstEegGain *self)
{
  return GST_EEG_INFO_FORMAT (gst_eeg_base_filter_get_in_info (
             GST_EEG_BASE_FILTER (self))) == GST_AUDIO_FORMAT_F32LE;
}

/* One frame by the gains in now. */
static void
multiply_frame (GstEegGain *self, gboolean f32, gconstpointer in, gpointer out)
{
  guint c;

  if (f32)
    for (c = 0; c < self->channels; c++)
      ((gfloat *) out)[c] = (gfloat) (((const gfloat *) in)[c] * self->now[c]);
  else
    for (c = 0; c < self->channels; c++)
      ((gdouble *) out)[c] = ((const gdouble *) in)[c] * self->now[c];
}

static void
multiply_driven (
    GstEegGain *self, gconstpointer in, gpointer out, guint n_frames, guint bpf)
{
  const GstEegInfo *info =
      gst_eeg_base_filter_get_in_info (GST_EEG_BASE_FILTER (self));
  const GstClockTime zero = gst_eeg_info_frames_to_time (info, self->position);
  const gboolean f32 = is_f32 (self);
  gdouble scale;
  guint f, c;

  GST_OBJECT_LOCK (self);
  scale = self->scale;
  GST_OBJECT_UNLOCK (self);
  for (f = 0; f < n_frames; f++) {
    GstClockTime t = self->time +
                     gst_eeg_info_frames_to_time (info, self->position + f) -
                     zero;

    gst_control_binding_get_value_array (self->binding, t, 1, 1, &scale);
    for (c = 0; c < self->channels; c++)
      self->now[c] = self->list[c] * scale;
    multiply_frame (self, f32, (const guint8 *) in + (gsize) f * bpf,
        (guint8 *) out + (gsize) f * bpf);
  }
}

static void
note_replaced (gpointer data, gsize first, gsize n, gsize channel)
{
  GstEegGain *self = data;
  GstEegBaseFilter *base = GST_EEG_BASE_FILTER (self);

  gst_eeg_base_filter_mark (base, self->position + first, (guint32) n,
      GST_EEG_STATUS_NONFINITE, (gint) channel);
  gst_eeg_base_filter_note_replaced (
      base, self->position + first, (gint) channel);
}

/* The products in hand must be numbers that others can compute with. */
static void
check (GstEegGain *self, gboolean f32, gpointer out, guint n_frames, gsize bpf)
{
  guint64 bad;

  if (G_LIKELY (
          f32 ? eeg_dsp_scale_is_usable_f32 (self->target, out, n_frames)
              : eeg_dsp_scale_is_usable_f64 (self->target, out, n_frames))) {
    memcpy (self->last, (guint8 *) out + (n_frames - 1) * bpf, bpf);
    return;
  }
  bad = f32 ? eeg_dsp_hold_unusable_f32 (out, n_frames, self->channels,
                  self->last, note_replaced, self)
            : eeg_dsp_hold_unusable_f64 (out, n_frames, self->channels,
                  self->last, note_replaced, self);
  GST_OBJECT_LOCK (self);
  self->nonfinite += bad;
  GST_OBJECT_UNLOCK (self);
  gst_eeg_base_filter_warn_replaced (GST_EEG_BASE_FILTER (self));
}

static GstFlowReturn
gst_eeg_gain_process (
    GstEegBaseFilter *base, gconstpointer in, gpointer out, guint n_frames)
{
  GstEegGain *self = (GstEegGain *) base;
  const guint bpf = GST_EEG_INFO_BPF (gst_eeg_base_filter_get_in_info (base));
  const gboolean f32 = is_f32 (self);
  gpointer rest;
  guint f, n;

  if (self->binding) {
    multiply_driven (self, in, out, n_frames, bpf);
    gst_clear_object (&self->binding);
    check (self, f32, out, n_frames, bpf);
    return GST_FLOW_OK;
  }
  n = MIN (n_frames, self->ramp_length - self->ramp_done);
  for (f = 0; f < n; f++) {
    ramp_at (self, self->ramp_done + f, self->now);
    multiply_frame (self, f32, (const guint8 *) in + (gsize) f * bpf,
        (guint8 *) out + (gsize) f * bpf);
  }
  if (n > 0)
    gst_eeg_base_filter_mark (
        base, self->position, n, GST_EEG_STATUS_CHANGED, -1);
  self->ramp_done += n;
  in = (const guint8 *) in + (gsize) n * bpf;
  rest = (guint8 *) out + (gsize) n * bpf;
  if (f32)
    eeg_dsp_scale_f32 (self->target, in, rest, n_frames - n);
  else
    eeg_dsp_scale_f64 (self->target, in, rest, n_frames - n);
  check (self, f32, out, n_frames, bpf);
  return GST_FLOW_OK;
}

static gboolean
gst_eeg_gain_stop (GstBaseTransform *trans)
{
  gst_clear_object (&GST_EEG_GAIN (trans)->binding);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_gain_parent_class)->stop (trans);
}

/* The one gain of all channels; FALSE when they differ or cannot be read. */
static gboolean
common_gain (GstEegGain *self, gdouble *gain, gchar **text)
{
  g_autofree gdouble *values = NULL;
  gboolean enabled, equal;
  gdouble scale;
  guint n = 0, i;

  GST_OBJECT_LOCK (self);
  *text = g_strdup (self->gain);
  scale = self->scale;
  enabled = self->enabled;
  GST_OBJECT_UNLOCK (self);
  *gain = 1.0;
  if (!enabled)
    return TRUE;
  values = gst_eeg_parse_double_list (*text, &n, NULL);
  equal = values && n > 0;
  for (i = 1; equal && i < n; i++)
    equal = values[i] == values[0];
  if (equal)
    *gain = values[0] * scale;
  return equal;
}

static gboolean
gst_eeg_gain_evaluate (GstEegResponse *response, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  g_autofree gchar *text = NULL;
  gdouble gain;
  guint i;

  if (!common_gain (GST_EEG_GAIN (response), &gain, &text))
    return FALSE;
  for (i = 0; i < n; i++) {
    re[i] = gain;
    im[i] = 0.0;
  }
  return TRUE;
}

static GstStructure *
gst_eeg_gain_describe (GstEegResponse *response, gdouble rate)
{
  g_autofree gchar *text = NULL, *line = NULL;
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  gdouble gain;

  if (common_gain (GST_EEG_GAIN (response), &gain, &text))
    line = g_strdup_printf ("gain %s for all channels",
        g_ascii_formatd (number, sizeof number, "%g", gain));
  else
    line = g_strdup_printf ("gain %s, by channel", text);
  return gst_structure_new ("eeg-response", "out-rate", G_TYPE_DOUBLE, rate,
      "delay", G_TYPE_DOUBLE, 0.0, "latency", G_TYPE_DOUBLE, 0.0, "settling",
      G_TYPE_DOUBLE, 0.0, "text", G_TYPE_STRING, line, NULL);
}

static void
gst_eeg_gain_response_init (GstEegResponseInterface *iface)
{
  iface->evaluate = gst_eeg_gain_evaluate;
  iface->describe = gst_eeg_gain_describe;
}

static void
gst_eeg_gain_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegGain *self = GST_EEG_GAIN (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_GAIN:
      g_free (self->gain);
      self->gain = g_value_dup_string (value);
      if (self->gain == NULL || *self->gain == '\0') {
        g_free (self->gain);
        self->gain = g_strdup (DEFAULT_GAIN);
      }
      break;
    case PROP_SCALE:
      self->scale = g_value_get_double (value);
      break;
    case PROP_ENABLED:
      self->enabled = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  self->changed = TRUE;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_gain_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegGain *self = GST_EEG_GAIN (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_GAIN:
      g_value_set_string (value, self->gain);
      break;
    case PROP_SCALE:
      g_value_set_double (value, self->scale);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, gst_structure_new ("eeggain-stats", "changes", G_TYPE_UINT64,
                     self->changes, "refusals", G_TYPE_UINT64, self->refusals,
                     "nonfinite", G_TYPE_UINT64, self->nonfinite, NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_gain_finalize (GObject *object)
{
  GstEegGain *self = GST_EEG_GAIN (object);

  free_state (self);
  gst_clear_object (&self->binding);
  g_free (self->gain);
  G_OBJECT_CLASS (gst_eeg_gain_parent_class)->finalize (object);
}

static void
gst_eeg_gain_init (GstEegGain *self)
{
  self->gain = g_strdup (DEFAULT_GAIN);
  self->scale = 1.0;
  self->enabled = TRUE;
}

static void
gst_eeg_gain_class_init (GstEegGainClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  GST_DEBUG_CATEGORY_INIT (eeg_gain_debug, "eeggain", 0, "EEG gain");

  object_class->set_property = gst_eeg_gain_set_property;
  object_class->get_property = gst_eeg_gain_get_property;
  object_class->finalize = gst_eeg_gain_finalize;

  g_object_class_install_property (object_class, PROP_GAIN,
      g_param_spec_string ("gain", "Gain",
          "Factor (no unit) for all channels, or a comma-separated list with "
          "one for each channel; each -1e9 to 1e9. A list of another length "
          "is refused",
          DEFAULT_GAIN, flags));
  g_object_class_install_property (object_class, PROP_SCALE,
      g_param_spec_double ("scale", "Scale",
          "Factor (no unit) on top of gain for all channels, -1e9 to 1e9; the "
          "one to drive by a controller",
          -MAX_SCALE, MAX_SCALE, 1.0, flags | GST_PARAM_CONTROLLABLE));
  g_object_class_install_property (object_class, PROP_ENABLED,
      g_param_spec_boolean ("enabled", "Enabled",
          "Multiply; otherwise the signal passes untouched", TRUE,
          flags | GST_PARAM_CONTROLLABLE));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: changes (carried out while playing), refusals (impossible "
          "settings), nonfinite (products replaced)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG gain",
      "Filter/Effect/Audio",
      "Multiplies the channels of an EEG in volts, all alike or each by its "
      "own gain",
      "gst-plugins-eeg contributors");

  GST_BASE_TRANSFORM_CLASS (klass)->stop = gst_eeg_gain_stop;
  base_class->setup = gst_eeg_gain_setup;
  base_class->reset = gst_eeg_gain_reset;
  base_class->prepare = gst_eeg_gain_prepare;
  base_class->process = gst_eeg_gain_process;
}
