/* EEG filter element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegfilter
 * @title: eegfilter
 * @short_description: high-pass, low-pass and notch for every channel
 *
 * A causal cascade of second-order sections: the high-pass, then the low-pass
 * (each of #GstEegFilter:order), then the notch with its harmonics, then
 * sections of your own, then a FIR. Both corners together make a
 * band-pass. Samples are F32 or F64 volts; the state is always F64, so the
 * lowest corners stay exact. The state is carried from buffer to buffer:
 * however the stream is divided into buffers, the result is the same.
 *
 * Every property but #GstEegFilter:align-frequency may be changed while playing.
 * The old and the new filter then
 * run side by side for 100 ms while the output moves from one to the other; the
 * samples are marked as changed in the ledger. A request that the stream cannot
 * have (a corner above half of its rate) is refused: with an error when the
 * stream starts, with a warning while it runs, and then the old filter stays.
 *
 * Every filter delays what it passes. #GstEegFilter:align-frequency moves the
 * timestamps back by the delay at that frequency, which is then part of the
 * latency; the samples, their indices and their number stay as they are.
 *
 * Until the transient of a start, a gap or a change has fallen to 1 %, samples
 * are marked as settling in the ledger.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc num-buffers=500 ! eegfilter highpass=1 lowpass=45 notch=50 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-fade.h>

#include "gsteegfilter-private.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_filter_debug);
#define GST_CAT_DEFAULT gst_eeg_filter_debug

static void gst_eeg_filter_response_init (GstEegResponseInterface *iface);
static void note_replaced (gpointer data, gsize first, gsize n, gsize channel);

G_DEFINE_TYPE_WITH_CODE (GstEegFilter, gst_eeg_filter, GST_TYPE_EEG_BASE_FILTER,
    G_IMPLEMENT_INTERFACE (
        GST_TYPE_EEG_RESPONSE, gst_eeg_filter_response_init));
GST_ELEMENT_REGISTER_DEFINE (
    eegfilter, "eegfilter", GST_RANK_NONE, GST_TYPE_EEG_FILTER);

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

static void
drop_old (GstEegFilter *self)
{
  g_clear_pointer (&self->old, eeg_filter_chain_free);
  g_clear_pointer (&self->scratch, g_free);
  self->scratch_size = 0;
}

static void
get_params (GstEegFilter *self, EegFilterParams *params, EegDspStart *start)
{
  GST_OBJECT_LOCK (self);
  eeg_filter_params_copy (params, &self->params);
  if (start) {
    *start = self->start;
    g_atomic_int_set (&self->changed, FALSE);
  }
  GST_OBJECT_UNLOCK (self);
}

/* Takes @params over. */
static void
accept_params (GstEegFilter *self, EegFilterParams *params)
{
  eeg_filter_params_clear (&self->accepted);
  self->accepted = *params;
}

/* Frames until the sections from @first on have settled, and the FIR. */
static guint64
settling_frames (const EegFilterDesign *design, gdouble rate, gint first)
{
  gdouble seconds = eeg_filter_design_settling (design, rate, first);

  return (guint64) ceil (MIN (seconds * rate, 1e18));
}

/* Takes @design over; its first @kept sections go on. */
static void
set_design (GstEegFilter *self, EegFilterDesign *design, gint kept,
    const GstEegInfo *info)
{
  gdouble rate = GST_EEG_INFO_EXACT_RATE (info);

  eeg_filter_design_clear (&self->design);
  self->design = *design;
  self->settling = settling_frames (design, rate, 0);
  /* What goes on may not have settled itself. */
  self->unsettled =
      kept == 0 ? self->settling
                : MAX (self->unsettled, settling_frames (design, rate, kept));
  GST_OBJECT_LOCK (self);
  self->n_sections = design->n_sections;
  self->n_taps = design->n_taps;
  GST_OBJECT_UNLOCK (self);
}

/* The delay at align-frequency, in seconds; 0 without. Any thread. */
static gboolean
get_alignment (GstEegFilter *self, gdouble rate, gdouble *delay, GError **error)
{
  gdouble hz;

  *delay = 0.0;
  GST_OBJECT_LOCK (self);
  hz = self->align_hz;
  GST_OBJECT_UNLOCK (self);
  if (hz > 0.0 && !gst_eeg_response_get_group_delay (
                      GST_EEG_RESPONSE (self), rate, hz, delay)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "align-frequency is %g Hz, expected a frequency below %g Hz, half of "
        "the sampling rate, that the filter lets pass",
        hz, rate / 2);
    return FALSE;
  }
  return TRUE;
}

/* How far the timestamps go back. Fixed for as long as the caps are: a live
 * change of a corner must not make time jump. */
static gboolean
find_shift (GstEegFilter *self, gdouble rate, GError **error)
{
  gdouble delay;

  if (!get_alignment (self, rate, &delay, error))
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->shift = delay > 0.0 ? (GstClockTime) (delay * 1e9 + 0.5) : 0;
  self->shift_frames = delay > 0.0 ? (guint64) ceil (delay * rate) : 0;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static guint64
gst_eeg_filter_get_delay (GstEegBaseFilter *base)
{
  GstEegFilter *self = GST_EEG_FILTER (base);
  guint64 frames;

  GST_OBJECT_LOCK (self);
  frames = self->shift_frames;
  GST_OBJECT_UNLOCK (self);
  return frames;
}

/* Never before the segment: a sink would drop such a buffer. */
static GstClockTime
shifted (GstClockTime time, GstClockTime shift, GstClockTime start)
{
  return time > start + shift ? time - shift : MIN (time, start);
}

static void
shift_timestamps (GstEegFilter *self)
{
  GstBaseTransform *trans = GST_BASE_TRANSFORM (self);
  GstClockTime start = trans->segment.start, pts, end;
  GstBuffer *buf;

  if (!GST_BUFFER_PTS_IS_VALID (trans->queued_buf) ||
      trans->segment.format != GST_FORMAT_TIME)
    return;
  buf = trans->queued_buf = gst_buffer_make_writable (trans->queued_buf);
  pts = GST_BUFFER_PTS (buf);
  GST_BUFFER_PTS (buf) = shifted (pts, self->shift, start);
  if (GST_BUFFER_DURATION_IS_VALID (buf)) {
    end = pts + GST_BUFFER_DURATION (buf);
    GST_BUFFER_DURATION (buf) =
        shifted (end, self->shift, start) - GST_BUFFER_PTS (buf);
  }
}

static gboolean
gst_eeg_filter_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegFilter *self = GST_EEG_FILTER (base);
  EegFilterDesign design;
  EegFilterParams params;
  EegDspStart start;
  gchar message[384];
  gboolean ok;

  get_params (self, &params, &start);
  ok = eeg_filter_design (
      &params, GST_EEG_INFO_EXACT_RATE (in), &design, message, sizeof message);
  if (!ok) {
    eeg_filter_params_clear (&params);
    g_set_error_literal (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, message);
    return FALSE;
  }
  if (!find_shift (self, GST_EEG_INFO_EXACT_RATE (in), error)) {
    eeg_filter_design_clear (&design);
    eeg_filter_params_clear (&params);
    return FALSE;
  }
  drop_old (self);
  g_clear_pointer (&self->chain, eeg_filter_chain_free);
  self->chain = eeg_filter_chain_new (&design, GST_EEG_INFO_CHANNELS (in));
  if (!self->chain) {
    eeg_filter_design_clear (&design);
    eeg_filter_params_clear (&params);
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "no memory for the state of %d channels", GST_EEG_INFO_CHANNELS (in));
    return FALSE;
  }
  eeg_filter_chain_report_replaced (self->chain, note_replaced, self);
  eeg_filter_chain_reset (self->chain, start);
  accept_params (self, &params);
  set_design (self, &design, 0, in);
  self->fade_length = MAX (1, GST_EEG_INFO_RATE (in) / 10);
  self->fresh = TRUE;
  GST_OBJECT_LOCK (self);
  self->running = TRUE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_eeg_filter_stop (GstBaseTransform *trans)
{
  GstEegFilter *self = GST_EEG_FILTER (trans);

  GST_OBJECT_LOCK (self);
  self->running = FALSE;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_filter_parent_class)->stop (trans);
}

static void
gst_eeg_filter_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegFilter *self = GST_EEG_FILTER (base);
  EegDspStart start;
  gboolean hold;

  GST_OBJECT_LOCK (self);
  start = self->start;
  hold = self->on_gap == EEG_FILTER_ON_GAP_HOLD;
  GST_OBJECT_UNLOCK (self);
  if (reason == GST_EEG_RESET_DISCONT && hold) {
    /* The state goes on, but what it meets may have jumped meanwhile. */
    self->unsettled = self->settling;
    return;
  }
  drop_old (self);
  if (self->chain)
    eeg_filter_chain_reset (self->chain, start);
  self->fresh = TRUE;
  self->unsettled = self->settling;
}

static void
take_over (GstEegFilter *self, const GstEegInfo *info)
{
  EegFilterDesign design;
  EegFilterChain *fresh;
  EegFilterParams params;
  EegDspStart start;
  gchar message[384];
  gboolean ok;
  gint kept;

  get_params (self, &params, &start);
  ok = eeg_filter_design (&params, GST_EEG_INFO_EXACT_RATE (info), &design,
      message, sizeof message);
  if (!ok) {
    GST_OBJECT_LOCK (self);
    self->refusals++;
    GST_OBJECT_UNLOCK (self);
    gst_eeg_filter_put_back (self, &params);
    eeg_filter_params_clear (&params);
    /* A controller asks for the same with every buffer. */
    if (strcmp (message, self->refused) != 0)
      GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
          ("The new filter is impossible and the old one stays: %s.", message),
          (NULL));
    g_strlcpy (self->refused, message, sizeof self->refused);
    return;
  }
  self->refused[0] = '\0';
  if (eeg_filter_design_equal (&design, &self->design)) {
    eeg_filter_design_clear (&design);
    accept_params (self, &params);
    return;
  }
  fresh = eeg_filter_chain_new (&design, GST_EEG_INFO_CHANNELS (info));
  if (!fresh) {
    eeg_filter_design_clear (&design);
    gst_eeg_filter_put_back (self, &params);
    eeg_filter_params_clear (&params);
    GST_ELEMENT_WARNING (self, RESOURCE, NO_SPACE_LEFT,
        ("No memory for the new filter; the old one stays."), (NULL));
    return;
  }
  kept = self->fresh ? 0 : eeg_filter_design_common (&design, &self->design);
  accept_params (self, &params);
  set_design (self, &design, kept, info);
  if (self->fresh) {
    eeg_filter_chain_reset (fresh, start);
    eeg_filter_chain_free (self->chain);
  } else {
    /* A running signal: from where the sections in front are that did not
     * change, and always from the steady state, or it would click. */
    eeg_filter_chain_inherit (fresh, self->chain, kept);
    self->old = self->chain;
    eeg_filter_chain_report_replaced (self->old, NULL, NULL);
    self->fade_done = 0;
  }
  self->chain = fresh;
  eeg_filter_chain_report_replaced (fresh, note_replaced, self);
  GST_OBJECT_LOCK (self);
  self->changes++;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_eeg_filter_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegFilter *self = (GstEegFilter *) base;
  const GstEegInfo *info = gst_eeg_base_filter_get_in_info (base);

  self->position = first_sample;
  /* A change during a change waits for its end. */
  if (!g_atomic_int_get (&self->changed))
    self->refused[0] = '\0';
  else if (!self->old)
    take_over (self, info);
  /* written in this thread only */
  if (self->shift > 0)
    shift_timestamps (self);
  if (self->old) {
    gsize need = (gsize) n_frames * GST_EEG_INFO_BPF (info);
    if (need > self->scratch_size) {
      g_free (self->scratch);
      self->scratch = g_malloc (need);
      self->scratch_size = need;
    }
  }
  return TRUE;
}

static void
note_replaced (gpointer data, gsize first, gsize n, gsize channel)
{
  GstEegFilter *self = data;
  GstEegBaseFilter *base = GST_EEG_BASE_FILTER (self);

  gst_eeg_base_filter_mark (base, self->position + first, (guint32) n,
      GST_EEG_STATUS_NONFINITE, (gint) channel);
  gst_eeg_base_filter_note_replaced (
      base, self->position + first, (gint) channel);
}

static GstFlowReturn
gst_eeg_filter_process (
    GstEegBaseFilter *base, gconstpointer in, gpointer out, guint n_frames)
{
  GstEegFilter *self = (GstEegFilter *) base;
  const GstEegInfo *info = gst_eeg_base_filter_get_in_info (base);
  gboolean f32 = GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32LE;
  guint64 bad;

  /* Only the new one tells what it replaced: both replace the same. */
  if (self->old)
    eeg_filter_chain_run (self->old, f32, in, self->scratch, n_frames);
  bad = eeg_filter_chain_run (self->chain, f32, in, out, n_frames);
  if (self->old) {
    guint n = MIN (n_frames, self->fade_length - self->fade_done);
    guint channels = GST_EEG_INFO_CHANNELS (info);
    if (f32)
      eeg_dsp_fade_f32 (
          self->scratch, out, n, channels, self->fade_done, self->fade_length);
    else
      eeg_dsp_fade_f64 (
          self->scratch, out, n, channels, self->fade_done, self->fade_length);
    gst_eeg_base_filter_mark (
        base, self->position, n, GST_EEG_STATUS_CHANGED, -1);
    self->fade_done += n;
    if (self->fade_done == self->fade_length)
      drop_old (self);
  }
  if (G_UNLIKELY (self->unsettled > 0)) {
    guint32 n = (guint32) MIN (self->unsettled, n_frames);
    gst_eeg_base_filter_mark (
        base, self->position, n, GST_EEG_STATUS_SETTLING, -1);
    self->unsettled -= n;
  }
  if (G_UNLIKELY (bad)) {
    GST_OBJECT_LOCK (self);
    self->nonfinite += bad;
    GST_OBJECT_UNLOCK (self);
    gst_eeg_base_filter_warn_replaced (base);
  }
  self->fresh = FALSE;
  self->position += n_frames;
  return GST_FLOW_OK;
}

static gboolean
design_now (GstEegFilter *self, gdouble rate, EegFilterParams *params,
    EegFilterDesign *design, GError **error)
{
  gchar message[384];

  get_params (self, params, NULL);
  if (eeg_filter_design (params, rate, design, message, sizeof message))
    return TRUE;
  eeg_filter_params_clear (params);
  g_set_error_literal (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, message);
  return FALSE;
}

static gboolean
gst_eeg_filter_check (GstEegResponse *response, gdouble rate, GError **error)
{
  GstEegFilter *self = GST_EEG_FILTER (response);
  EegFilterDesign design;
  EegFilterParams params;
  gdouble delay;

  if (!design_now (self, rate, &params, &design, error))
    return FALSE;
  eeg_filter_design_clear (&design);
  eeg_filter_params_clear (&params);
  return get_alignment (self, rate, &delay, error);
}

static gboolean
gst_eeg_filter_group_delay (
    GstEegResponse *response, gdouble rate, gdouble frequency, gdouble *delay)
{
  EegFilterDesign design;
  EegFilterParams params;
  gboolean ok;

  if (!design_now (GST_EEG_FILTER (response), rate, &params, &design, NULL))
    return FALSE;
  ok = eeg_filter_design_group_delay (&design, rate, frequency, delay);
  eeg_filter_design_clear (&design);
  eeg_filter_params_clear (&params);
  return ok;
}

static gboolean
gst_eeg_filter_evaluate (GstEegResponse *response, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  EegFilterDesign design;
  EegFilterParams params;
  guint i;

  if (!design_now (GST_EEG_FILTER (response), rate, &params, &design, NULL))
    return FALSE;
  for (i = 0; i < n; i++)
    eeg_filter_design_response (&design, rate, frequencies[i], &re[i], &im[i]);
  eeg_filter_design_clear (&design);
  eeg_filter_params_clear (&params);
  return TRUE;
}

static GstStructure *
gst_eeg_filter_describe (GstEegResponse *response, gdouble rate)
{
  EegFilterDesign design;
  EegFilterParams params;
  GstStructure *s;
  GString *text;

  if (!design_now (GST_EEG_FILTER (response), rate, &params, &design, NULL))
    return NULL;
  text = g_string_new (NULL);
  if (params.highpass > 0)
    g_string_append_printf (text, "high-pass %g Hz, ", params.highpass);
  if (params.lowpass > 0)
    g_string_append_printf (text, "low-pass %g Hz, ", params.lowpass);
  if (params.notch > 0)
    g_string_append_printf (
        text, "notch %g Hz (Q %g), ", params.notch, params.notch_q);
  if (params.notch > 0 && params.notch_harmonics > 0)
    g_string_append_printf (
        text, "up to %d harmonics, ", params.notch_harmonics);
  if (design.n_taps > 0)
    g_string_append_printf (text, "FIR of %u taps, ", design.n_taps);
  if (design.n_sections > 0)
    g_string_append_printf (
        text, "%d second-order sections", design.n_sections);
  else
    g_string_append (text, design.n_taps ? "no second-order sections" : "off");
  s = gst_structure_new ("eeg-response", "out-rate", G_TYPE_DOUBLE, rate,
      "delay", G_TYPE_DOUBLE, 0.0, "latency", G_TYPE_DOUBLE, 0.0, "settling",
      G_TYPE_DOUBLE, eeg_filter_design_settling (&design, rate, 0), "text",
      G_TYPE_STRING, text->str, NULL);
  g_string_free (text, TRUE);
  eeg_filter_design_clear (&design);
  eeg_filter_params_clear (&params);
  return s;
}

static void
gst_eeg_filter_response_init (GstEegResponseInterface *iface)
{
  iface->evaluate = gst_eeg_filter_evaluate;
  iface->describe = gst_eeg_filter_describe;
  iface->check = gst_eeg_filter_check;
  iface->group_delay = gst_eeg_filter_group_delay;
}

static void
gst_eeg_filter_finalize (GObject *object)
{
  GstEegFilter *self = GST_EEG_FILTER (object);

  drop_old (self);
  g_clear_pointer (&self->chain, eeg_filter_chain_free);
  eeg_filter_design_clear (&self->design);
  eeg_filter_params_clear (&self->params);
  eeg_filter_params_clear (&self->accepted);
  G_OBJECT_CLASS (gst_eeg_filter_parent_class)->finalize (object);
}

static void
gst_eeg_filter_class_init (GstEegFilterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_eeg_filter_debug, "eegfilter", 0, "EEG filter");

  object_class->finalize = gst_eeg_filter_finalize;
  gst_eeg_filter_install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG filter",
      "Filter/Effect/Audio",
      "High-pass, low-pass and notch for every channel of an EEG in volts",
      "gst-plugins-eeg");

  GST_BASE_TRANSFORM_CLASS (klass)->stop = gst_eeg_filter_stop;
  base_class->setup = gst_eeg_filter_setup;
  base_class->reset = gst_eeg_filter_reset;
  base_class->gain_is_a_note = TRUE;
  base_class->prepare = gst_eeg_filter_prepare;
  base_class->process = gst_eeg_filter_process;
  base_class->get_delay = gst_eeg_filter_get_delay;
}

static void
gst_eeg_filter_init (GstEegFilter *self)
{
  self->params.notch_q = 30;
  self->params.order = 4;
  self->params.family = EEG_DSP_BUTTERWORTH;
  self->params.ripple = 0.5;
  self->params.stopband = 60;
  self->start = EEG_DSP_START_STEADY;
  self->fresh = TRUE;
}
