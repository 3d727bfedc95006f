/* EEG montage element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegmontage
 * @title: eegmontage
 * @short_description: selects, renames and re-references channels
 *
 * Makes other channels of those that come in: some of them in another order,
 * under other names, against another reference, as differences of neighbours
 * (bipolar), as local Laplacian, or by any matrix. Electrodes are found by name:
 * exactly, else in another case, else by what the 10-20 and 10-10 systems call
 * the same place (T3 is T7, "EEG Fp1-Ref" is Fp1). Labels, types, gain and
 * reference of the stream follow, and so do the marks of the sample ledger: what
 * marks an input marks every output that it is part of.
 *
 * Channels of another type than eeg (ECG, triggers) take no part in references;
 * they pass as they are. Counts may be selected, reordered and renamed,
 * unchanged; whatever computes needs volts.
 *
 * Every property may be changed while playing. Samples move from the old to the
 * new montage within 100 ms and are marked as changed; where labels, reference
 * or the number of channels change, new caps go downstream first, and a changed
 * number of channels begins at once. A montage that the stream cannot have, or
 * caps that downstream does not take, are refused: with an error when the stream
 * starts, with a warning while it runs, and then the old montage stays.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc channels=20 num-buffers=250 ! eegmontage reference=average channels=O1,O2,Cz=Vertex ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/dsp/eegdsp-fade.h>

#include "eegmontageledger.h"
#include "gsteegmontage.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_montage_debug);
#define GST_CAT_DEFAULT gst_eeg_montage_debug

#define DEFAULT_REFERENCE  "none"
#define DEFAULT_NEIGHBOURS 4
/* one over the seconds that a change takes */
#define FADES_PER_SECOND 10

enum
{
  PROP_0,
  PROP_REFERENCE,
  PROP_CHANNELS,
  PROP_EXCLUDE,
  PROP_ON_EXCLUDED,
  PROP_MATRIX,
  PROP_ALLOW_SINGULAR,
  PROP_NEIGHBOURS,
  PROP_STATS,
};

struct _GstEegMontage
{
  GstEegBaseFilter parent;

  /* Object lock. What is asked for is taken over by the streaming thread when
   * the next buffer comes, or at once while no stream runs. */
  EegMontageParams params; /* asked for */
  EegMontageParams active; /* what the caps that leave are made from */
  guint serial;            /* of active */
  gboolean changed;        /* params were set and not looked at */
  gboolean running;
  GstEegInfo planned; /* the stream that @plan is for */
  EegMontagePlan *plan;
  guint64 nonfinite, changes, refusals;
  guint n_in, n_out;
  EegDspMatrixPath path;

  /* Streaming thread. */
  EegMontagePlan *current;
  EegDspMatrix *matrix, *old;
  gboolean switching; /* new caps are those of a change while playing */
  gboolean heard;     /* samples went through since the last reset */
  guint fade_length, fade_done;
  gboolean mark_change; /* the next sample is the first of another montage */
  guint64 position;     /* absolute index of the next frame */
  gpointer scratch;
  gsize scratch_size;
  GArray *runs;
  GArray *replaced; /* of the buffer in hand */
};

G_DEFINE_FINAL_TYPE (GstEegMontage, gst_eeg_montage, GST_TYPE_EEG_BASE_FILTER)
GST_ELEMENT_REGISTER_DEFINE (
    eegmontage, "eegmontage", GST_RANK_NONE, GST_TYPE_EEG_MONTAGE)

#define GST_TYPE_EEG_MONTAGE_EXCLUDED (gst_eeg_montage_excluded_get_type ())
static GType
gst_eeg_montage_excluded_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_MONTAGE_EXCLUDED_KEEP, "Leave, marked as unfit", "keep"},
      {EEG_MONTAGE_EXCLUDED_ZERO, "Leave as 0, marked as unfit", "zero"},
      {EEG_MONTAGE_EXCLUDED_DROP, "Are left out", "drop"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegMontageExcluded", values));
  return type;
}

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

/* --- caps ---------------------------------------------------------------- */

/* Object lock held. */
static void
activate_locked (GstEegMontage *self, const EegMontageParams *params)
{
  eeg_montage_params_clear (&self->active);
  eeg_montage_params_copy (&self->active, params);
  self->serial++;
  g_clear_pointer (&self->plan, eeg_montage_plan_unref);
}

/* Object lock held. */
static void
keep_plan_locked (
    GstEegMontage *self, EegMontagePlan *plan, const GstEegInfo *in)
{
  g_clear_pointer (&self->plan, eeg_montage_plan_unref);
  self->plan = eeg_montage_plan_ref (plan);
  gst_eeg_info_copy_into (in, &self->planned);
}

/* The plan of the active montage for a stream. Negotiation asks for the same one
 * many times, so the last one is kept. */
static EegMontagePlan *
plan_for (GstEegMontage *self, const GstEegInfo *in, GError **error)
{
  EegMontageParams params;
  EegMontagePlan *plan = NULL;
  guint serial;

  GST_OBJECT_LOCK (self);
  serial = self->serial;
  if (self->plan && gst_eeg_info_is_equal (&self->planned, in))
    plan = eeg_montage_plan_ref (self->plan);
  else
    eeg_montage_params_copy (&params, &self->active);
  GST_OBJECT_UNLOCK (self);
  if (plan)
    return plan;
  plan = eeg_montage_plan_new (&params, in, error);
  eeg_montage_params_clear (&params);
  GST_OBJECT_LOCK (self);
  if (plan && serial == self->serial)
    keep_plan_locked (self, plan, in);
  GST_OBJECT_UNLOCK (self);
  return plan;
}

static gboolean
gst_eeg_montage_transform_info (GstEegBaseFilter *base, const GstEegInfo *in,
    GstEegInfo *out, GError **error)
{
  EegMontagePlan *plan = plan_for (GST_EEG_MONTAGE (base), in, error);
  gboolean ok = plan && eeg_montage_plan_describe (plan, out, error);

  g_clear_pointer (&plan, eeg_montage_plan_unref);
  return ok;
}

static void
drop_old (GstEegMontage *self)
{
  g_clear_pointer (&self->old, eeg_dsp_matrix_free);
  g_clear_pointer (&self->scratch, g_free);
  self->scratch_size = 0;
}

/* Takes @plan over; from the old matrix to the new one step by step where both
 * give the same kind of samples. */
static gboolean
use_plan (GstEegMontage *self, EegMontagePlan *plan, const GstEegInfo *in,
    gboolean fade, GError **error)
{
  EegDspMatrix *matrix = eeg_montage_plan_matrix (plan);

  if (!matrix) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "no memory for a montage of %u channels out of %u", plan->n_out,
        plan->n_in);
    eeg_montage_plan_unref (plan);
    return FALSE;
  }
  drop_old (self);
  if (fade && self->heard) {
    if (self->matrix)
      eeg_dsp_matrix_inherit (matrix, self->matrix);
    if (self->matrix && self->current->n_out == plan->n_out &&
        self->current->n_in == plan->n_in && in->unit == GST_EEG_UNIT_VOLT) {
      self->old = g_steal_pointer (&self->matrix);
      eeg_dsp_matrix_report_replaced (self->old, NULL, NULL);
      self->fade_done = 0;
    } else {
      self->mark_change = TRUE;
    }
  }
  g_clear_pointer (&self->matrix, eeg_dsp_matrix_free);
  g_clear_pointer (&self->current, eeg_montage_plan_unref);
  self->matrix = matrix;
  eeg_dsp_matrix_report_replaced (
      matrix, eeg_montage_replaced_note, self->replaced);
  self->current = plan;
  self->fade_length =
      MAX (1, (guint) GST_EEG_INFO_RATE (in) / FADES_PER_SECOND);
  GST_OBJECT_LOCK (self);
  keep_plan_locked (self, plan, in);
  self->n_in = plan->n_in;
  self->n_out = plan->n_out;
  self->path = eeg_dsp_matrix_path (matrix);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "%u channels out of %u, %s", plan->n_out, plan->n_in,
      eeg_dsp_matrix_path_name (eeg_dsp_matrix_path (matrix)));
  /* Nothing to compute and no number that could be bad. */
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self),
      plan->identity && !plan->any_unfit && in->unit == GST_EEG_UNIT_ADC);
  return TRUE;
}

static gboolean
gst_eeg_montage_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegMontage *self = GST_EEG_MONTAGE (base);
  EegMontagePlan *plan = plan_for (self, in, error);

  if (!plan)
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->running = TRUE;
  GST_OBJECT_UNLOCK (self);
  return use_plan (self, plan, in, self->switching, error);
}

/* --- changes while playing ----------------------------------------------- */

/* Properties tell what runs, unless one was set anew meanwhile: then all are
 * looked at again. */
static void
refuse_change (GstEegMontage *self, const gchar *why)
{
  EegMontageParams *p = &self->params, *a = &self->active;
  const gchar *back[7];
  guint n = 0;

  GST_OBJECT_LOCK (self);
  self->refusals++;
  if (!self->changed) {
    if (g_strcmp0 (p->reference, a->reference) != 0)
      back[n++] = "reference";
    if (g_strcmp0 (p->channels, a->channels) != 0)
      back[n++] = "channels";
    if (g_strcmp0 (p->exclude, a->exclude) != 0)
      back[n++] = "exclude";
    if (g_strcmp0 (p->matrix, a->matrix) != 0)
      back[n++] = "matrix";
    if (p->on_excluded != a->on_excluded)
      back[n++] = "on-excluded";
    if (p->neighbours != a->neighbours)
      back[n++] = "neighbours";
    if (p->allow_singular != a->allow_singular)
      back[n++] = "allow-singular";
    eeg_montage_params_clear (p);
    eeg_montage_params_copy (p, a);
  }
  GST_OBJECT_UNLOCK (self);
  while (n > 0)
    g_object_notify (G_OBJECT (self), back[--n]);
  GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
      ("The new montage is impossible and the old one stays: %s.", why),
      (NULL));
}

static void
take_over (GstEegMontage *self)
{
  GstEegBaseFilter *base = GST_EEG_BASE_FILTER (self);
  GstPad *src = GST_BASE_TRANSFORM_SRC_PAD (self);
  const GstEegInfo *in = gst_eeg_base_filter_get_in_info (base);
  g_autoptr (GstEegInfo) out = gst_eeg_info_copy (in);
  g_autoptr (GError) error = NULL;
  EegMontageParams params;
  EegMontagePlan *plan;

  GST_OBJECT_LOCK (self);
  eeg_montage_params_copy (&params, &self->params);
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  plan = eeg_montage_plan_new (&params, in, &error);
  if (!plan || !eeg_montage_plan_describe (plan, out, &error)) {
    refuse_change (self, error->message);
  } else if (gst_eeg_info_is_equal (
                 out, gst_eeg_base_filter_get_out_info (base))) {
    GST_OBJECT_LOCK (self);
    activate_locked (self, &params);
    self->changes++;
    GST_OBJECT_UNLOCK (self);
    if (!use_plan (self, g_steal_pointer (&plan), in, TRUE, &error))
      refuse_change (self, error->message);
  } else {
    GstCaps *caps = gst_eeg_info_to_caps (out);

    if (!gst_pad_peer_query_accept_caps (src, caps)) {
      refuse_change (self,
          "it changes channels, labels or reference of the stream, and what "
          "comes behind does not take that while it runs");
    } else {
      GST_OBJECT_LOCK (self);
      activate_locked (self, &params);
      self->changes++;
      GST_OBJECT_UNLOCK (self);
      self->switching = TRUE;
      gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
    }
    gst_caps_unref (caps);
  }
  g_clear_pointer (&plan, eeg_montage_plan_unref);
  eeg_montage_params_clear (&params);
}

static GstFlowReturn
gst_eeg_montage_submit (
    GstBaseTransform *trans, gboolean is_discont, GstBuffer *input)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);
  GstFlowReturn ret;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->changed;
  GST_OBJECT_UNLOCK (self);
  /* A change during a change waits for its end. */
  if (changed && self->current && !self->old)
    take_over (self);
  ret = GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)
            ->submit_input_buffer (trans, is_discont, input);
  self->switching = FALSE;
  return ret;
}

static gboolean
gst_eeg_montage_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);

  /* Another stream: what was asked for counts from its start. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GST_OBJECT_LOCK (self);
    if (self->changed)
      activate_locked (self, &self->params);
    self->changed = FALSE;
    GST_OBJECT_UNLOCK (self);
  }
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)
      ->sink_event (trans, event);
}

/* --- samples ------------------------------------------------------------- */

static void
gst_eeg_montage_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegMontage *self = GST_EEG_MONTAGE (base);

  /* The new caps of a change while playing are no new signal. */
  if (reason == GST_EEG_RESET_START && self->switching)
    return;
  drop_old (self);
  self->heard = FALSE;
  self->mark_change = FALSE;
  if (self->matrix)
    eeg_dsp_matrix_reset (self->matrix);
}

static gboolean
gst_eeg_montage_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegMontage *self = GST_EEG_MONTAGE (base);
  const GstEegInfo *out = gst_eeg_base_filter_get_out_info (base);

  self->position = first_sample;
  if (self->old) {
    gsize need = (gsize) n_frames * GST_EEG_INFO_BPF (out);

    if (need > self->scratch_size) {
      g_free (self->scratch);
      self->scratch = g_malloc (need);
      self->scratch_size = need;
    }
  }
  return TRUE;
}

static void
report_nonfinite (GstEegMontage *self, guint64 bad, guint n_frames)
{
  GstEegBaseFilter *base = GST_EEG_BASE_FILTER (self);

  eeg_montage_replaced_mark (
      self->replaced, self->current, base, self->position, n_frames);
  GST_OBJECT_LOCK (self);
  self->nonfinite += bad;
  GST_OBJECT_UNLOCK (self);
  gst_eeg_base_filter_warn_replaced (base);
}

static guint64
run (EegDspMatrix *matrix, gboolean f32, gconstpointer in, gpointer out,
    guint n_frames)
{
  return f32 ? eeg_dsp_matrix_process_f32 (matrix, in, out, n_frames)
             : eeg_dsp_matrix_process_f64 (matrix, in, out, n_frames);
}

static void
fade (GstEegMontage *self, gboolean f32, gpointer out, guint n_frames)
{
  const guint n = MIN (n_frames, self->fade_length - self->fade_done);

  if (f32)
    eeg_dsp_fade_f32 (self->scratch, out, n, self->current->n_out,
        self->fade_done, self->fade_length);
  else
    eeg_dsp_fade_f64 (self->scratch, out, n, self->current->n_out,
        self->fade_done, self->fade_length);
  gst_eeg_base_filter_mark (GST_EEG_BASE_FILTER (self), self->position, n,
      GST_EEG_STATUS_CHANGED, -1);
  self->fade_done += n;
  if (self->fade_done == self->fade_length)
    drop_old (self);
}

static GstFlowReturn
gst_eeg_montage_process (
    GstEegBaseFilter *base, gconstpointer in, gpointer out, guint n_frames)
{
  GstEegMontage *self = GST_EEG_MONTAGE (base);
  const GstEegInfo *info = gst_eeg_base_filter_get_in_info (base);
  const gboolean f32 = GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32LE;
  guint64 bad = 0;
  guint r;

  if (info->unit == GST_EEG_UNIT_ADC) {
    eeg_dsp_matrix_pick_32 (self->matrix, in, out, n_frames);
  } else {
    if (self->old)
      run (self->old, f32, in, self->scratch, n_frames);
    bad = run (self->matrix, f32, in, out, n_frames);
    if (self->old)
      fade (self, f32, out, n_frames);
  }
  if (G_UNLIKELY (self->mark_change))
    gst_eeg_base_filter_mark (
        base, self->position, 1, GST_EEG_STATUS_CHANGED, -1);
  self->mark_change = FALSE;
  for (r = 0; self->current->any_unfit && r < self->current->n_out; r++)
    if (self->current->unfit[r])
      gst_eeg_base_filter_mark (
          base, self->position, n_frames, GST_EEG_STATUS_QUALITY, (gint) r);
  if (G_UNLIKELY (bad))
    report_nonfinite (self, bad, n_frames);
  self->heard = TRUE;
  self->position += n_frames;
  return GST_FLOW_OK;
}

/* Marks of inputs become marks of outputs before process() adds its own. */
static GstFlowReturn
gst_eeg_montage_transform (
    GstBaseTransform *trans, GstBuffer *in, GstBuffer *out)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);

  if (!self->current->identity)
    eeg_montage_ledger_follow (self->current, out, self->runs);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)
      ->transform (trans, in, out);
}

static GstFlowReturn
gst_eeg_montage_transform_ip (GstBaseTransform *trans, GstBuffer *buffer)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);

  if (!self->current->identity)
    eeg_montage_ledger_follow (self->current, buffer, self->runs);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)
      ->transform_ip (trans, buffer);
}

static gboolean
gst_eeg_montage_start (GstBaseTransform *trans)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);

  self->heard = FALSE;
  self->switching = FALSE;
  GST_OBJECT_LOCK (self);
  self->nonfinite = self->changes = self->refusals = 0;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)->start (trans);
}

static gboolean
gst_eeg_montage_stop (GstBaseTransform *trans)
{
  GstEegMontage *self = GST_EEG_MONTAGE (trans);

  drop_old (self);
  g_clear_pointer (&self->matrix, eeg_dsp_matrix_free);
  g_clear_pointer (&self->current, eeg_montage_plan_unref);
  GST_OBJECT_LOCK (self);
  self->running = self->changed = FALSE;
  activate_locked (self, &self->params);
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_montage_parent_class)->stop (trans);
}

/* --- properties ---------------------------------------------------------- */

static void
set_text (gchar **text, const GValue *value, const gchar *fallback)
{
  const gchar *s = g_value_get_string (value);

  g_free (*text);
  *text = g_strdup (s && *s ? s : fallback);
}

static void
gst_eeg_montage_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegMontage *self = GST_EEG_MONTAGE (object);
  EegMontageParams *p = &self->params;

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_REFERENCE:
      set_text (&p->reference, value, DEFAULT_REFERENCE);
      break;
    case PROP_CHANNELS:
      set_text (&p->channels, value, NULL);
      break;
    case PROP_EXCLUDE:
      set_text (&p->exclude, value, NULL);
      break;
    case PROP_ON_EXCLUDED:
      p->on_excluded = g_value_get_enum (value);
      break;
    case PROP_MATRIX:
      set_text (&p->matrix, value, NULL);
      break;
    case PROP_ALLOW_SINGULAR:
      p->allow_singular = g_value_get_boolean (value);
      break;
    case PROP_NEIGHBOURS:
      p->neighbours = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  if (self->running)
    self->changed = TRUE;
  else
    activate_locked (self, &self->params);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_montage_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegMontage *self = GST_EEG_MONTAGE (object);
  const EegMontageParams *p = &self->params;

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_REFERENCE:
      g_value_set_string (value, p->reference);
      break;
    case PROP_CHANNELS:
      g_value_set_string (value, p->channels);
      break;
    case PROP_EXCLUDE:
      g_value_set_string (value, p->exclude);
      break;
    case PROP_ON_EXCLUDED:
      g_value_set_enum (value, p->on_excluded);
      break;
    case PROP_MATRIX:
      g_value_set_string (value, p->matrix);
      break;
    case PROP_ALLOW_SINGULAR:
      g_value_set_boolean (value, p->allow_singular);
      break;
    case PROP_NEIGHBOURS:
      g_value_set_uint (value, p->neighbours);
      break;
    case PROP_STATS:
      g_value_take_boxed (value,
          gst_structure_new ("eegmontage-stats", "nonfinite", G_TYPE_UINT64,
              self->nonfinite, "changes", G_TYPE_UINT64, self->changes,
              "refusals", G_TYPE_UINT64, self->refusals, "inputs", G_TYPE_UINT,
              self->n_in, "outputs", G_TYPE_UINT, self->n_out, "path",
              G_TYPE_STRING, eeg_dsp_matrix_path_name (self->path), "kernel",
              G_TYPE_STRING, eeg_dsp_isa_name (eeg_dsp_isa ()), NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_montage_finalize (GObject *object)
{
  GstEegMontage *self = GST_EEG_MONTAGE (object);

  drop_old (self);
  g_clear_pointer (&self->matrix, eeg_dsp_matrix_free);
  g_clear_pointer (&self->current, eeg_montage_plan_unref);
  g_clear_pointer (&self->plan, eeg_montage_plan_unref);
  gst_eeg_info_clear (&self->planned);
  eeg_montage_params_clear (&self->params);
  eeg_montage_params_clear (&self->active);
  g_array_unref (self->runs);
  g_array_unref (self->replaced);
  G_OBJECT_CLASS (gst_eeg_montage_parent_class)->finalize (object);
}

static void
gst_eeg_montage_class_init (GstEegMontageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  GST_DEBUG_CATEGORY_INIT (
      gst_eeg_montage_debug, "eegmontage", 0, "EEG montage");

  object_class->set_property = gst_eeg_montage_set_property;
  object_class->get_property = gst_eeg_montage_get_property;
  object_class->finalize = gst_eeg_montage_finalize;

  g_object_class_install_property (object_class, PROP_REFERENCE,
      g_param_spec_string ("reference", "Reference",
          "What is subtracted from every channel of type eeg: none; average "
          "(mean of all that are not excluded); linked-ears (mean of A1 and "
          "A2, or M1 and M2); a channel, or several for their mean (TP9,TP10); "
          "laplacian (the nearest neighbours, weighted by one over their "
          "distance); bipolar (pairs, see channels)",
          DEFAULT_REFERENCE, flags));
  g_object_class_install_property (object_class, PROP_CHANNELS,
      g_param_spec_string ("channels", "Channels",
          "What leaves, in this order, comma separated: a channel (O1), with a "
          "new name (O1=Left), a pair (Fp1-F7), a chain of pairs (Fp1-F7-T7), "
          "a "
          "preset of pairs (double-banana, transverse), or * for all that are "
          "not named. With a matrix: the names of its rows. Empty: all "
          "channels, or with reference=bipolar the double banana",
          NULL, flags));
  g_object_class_install_property (object_class, PROP_EXCLUDE,
      g_param_spec_string ("exclude", "Exclude",
          "Bad channels, comma separated: they take no part in the average, "
          "the Laplacian and the presets",
          NULL, flags));
  g_object_class_install_property (object_class, PROP_ON_EXCLUDED,
      g_param_spec_enum ("on-excluded", "On excluded",
          "What becomes of outputs that an excluded channel is in",
          GST_TYPE_EEG_MONTAGE_EXCLUDED, EEG_MONTAGE_EXCLUDED_KEEP, flags));
  g_object_class_install_property (object_class, PROP_MATRIX,
      g_param_spec_string ("matrix", "Matrix",
          "Any mix of channels, instead of a reference: a row for each channel "
          "that leaves, of as many coefficients (no unit) as channels come in, "
          "comma separated; rows parted by ';', with an optional name "
          "(Left: 0.5,0.5,0; Right: 0,0,1)",
          NULL, flags));
  g_object_class_install_property (object_class, PROP_ALLOW_SINGULAR,
      g_param_spec_boolean ("allow-singular", "Allow a singular matrix",
          "Take a square matrix whose rows follow from each other, such as a "
          "projection that removes a component. Matrices whose rows add up to "
          "0, as references do, are always taken",
          FALSE, flags));
  g_object_class_install_property (object_class, PROP_NEIGHBOURS,
      g_param_spec_uint ("neighbours", "Neighbours",
          "How many nearest electrodes the Laplacian subtracts; equally near "
          "ones all count",
          2, 16, DEFAULT_NEIGHBOURS, flags));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: nonfinite (values replaced), changes, refusals; and "
          "inputs, outputs, path (pick, sparse or dense), kernel",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG montage",
      "Filter/Converter/Audio",
      "Selects, reorders, renames and re-references the channels of an EEG",
      "gst-plugins-eeg contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_MONTAGE_EXCLUDED, 0);

  trans_class->start = gst_eeg_montage_start;
  trans_class->stop = gst_eeg_montage_stop;
  trans_class->sink_event = gst_eeg_montage_sink_event;
  trans_class->submit_input_buffer = gst_eeg_montage_submit;
  trans_class->transform = gst_eeg_montage_transform;
  trans_class->transform_ip = gst_eeg_montage_transform_ip;
  base_class->accepts = (1 << GST_EEG_UNIT_ADC) | (1 << GST_EEG_UNIT_VOLT);
  base_class->transform_info = gst_eeg_montage_transform_info;
  base_class->setup = gst_eeg_montage_setup;
  base_class->reset = gst_eeg_montage_reset;
  base_class->prepare = gst_eeg_montage_prepare;
  base_class->process = gst_eeg_montage_process;
}

static void
gst_eeg_montage_init (GstEegMontage *self)
{
  self->params.reference = g_strdup (DEFAULT_REFERENCE);
  self->params.neighbours = DEFAULT_NEIGHBOURS;
  self->params.on_excluded = EEG_MONTAGE_EXCLUDED_KEEP;
  eeg_montage_params_copy (&self->active, &self->params);
  self->runs = g_array_new (FALSE, FALSE, sizeof (GstEegStatusRun));
  self->replaced = eeg_montage_replaced_new ();
}
