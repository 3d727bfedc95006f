/* EEG merging element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegmerge
 * @title: eegmerge
 * @short_description: several devices as one stream, aligned by time
 *
 * Joins the channels of devices that have clocks of their own. The first input
 * that is there gives the instants of the output; to each of them every other
 * input adds its sample that is nearest in time, at most
 * #GstEegMerge:tolerance away. Nothing is interpolated: a device that runs fast
 * loses a sample now and then, one that runs slow has one held, and every such
 * step is counted (skipped, filled), and held samples are marked as filled in
 * the ledger. Chips that share a clock need no eegmerge: one ads1299src with
 * chips=2 reads them together.
 *
 * An input that falls silent (unplugged, late by more than the element's
 * latency, at its end) stops nobody unless #GstEegMerge:on-missing says so: its
 * channels are held and marked, a message "eeg-merge" tells when it went and
 * when it came back, and what arrives too late is counted as skipped.
 *
 * All inputs must have the same sampling rate, unit and sample format. Where
 * two devices use the same electrode name, the second becomes NAME_2.
 *
 * #GstEegMerge:stats has, beside delivered, lost and dropped, an array sources
 * with one structure for each input: received, used, skipped, filled, lost,
 * missing (times), offset (in samples), rate (measured, Hz), drift (ppm against
 * the first input), present.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegmerge name=m ! fakesink eegtestsrc num-buffers=200 seed=1 ! m. eegtestsrc num-buffers=200 seed=2 ! m.
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <string.h>

#include "eegmergecaps.h"
#include "eegmergeoutput.h"
#include "gsteegmerge.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_merge_debug);
#define GST_CAT_DEFAULT gst_eeg_merge_debug

#define DEFAULT_TOLERANCE 0.5
/* How long a live device may be late before the others go on without it. */
#define DEFAULT_LATENCY (200 * GST_MSECOND)
/* Rounding of timestamps must not make a sample at the limit alternate. */
#define SLACK 0.02

typedef enum
{
  ON_MISSING_HOLD,
  ON_MISSING_WAIT,
  ON_MISSING_STOP,
} OnMissing;

enum
{
  PROP_0,
  PROP_TOLERANCE,
  PROP_ON_MISSING,
  PROP_STATS,
};

struct _GstEegMerge
{
  GstAggregator parent;

  /* Object lock. */
  gdouble tolerance;
  OnMissing on_missing;
  guint64 delivered, lost;

  /* The aggregator's thread; @pads also with the object lock when written. */
  GPtrArray *pads; /* of EegMergePad, in the order of their request */
  guint32 pads_cookie;
  gboolean have_pads;
  gboolean negotiated, failed;
  EegMergeOutput out;

  gboolean have_time;
  gdouble last_time; /* of the last instant, running time in ns */
  guint64 lost_now;  /* instants before the next one */
};

G_DEFINE_TYPE (GstEegMerge, gst_eeg_merge, GST_TYPE_AGGREGATOR)
GST_ELEMENT_REGISTER_DEFINE (
    eegmerge, "eegmerge", GST_RANK_NONE, GST_TYPE_EEG_MERGE);

#define GST_TYPE_EEG_MERGE_ON_MISSING (gst_eeg_merge_on_missing_get_type ())
static GType
gst_eeg_merge_on_missing_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {ON_MISSING_HOLD, "Go on; its channels are held and marked as filled",
          "hold"},
      {ON_MISSING_WAIT, "Wait for it; end when it has ended", "wait"},
      {ON_MISSING_STOP, "Stop with an error when it falls silent", "stop"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegMergeOnMissing", values));
  return type;
}

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

static EegMergePad *
nth (GstEegMerge *self, guint i)
{
  return g_ptr_array_index (self->pads, i);
}

/* --- output buffers ------------------------------------------------------ */

/* Pushes what is there. */
static GstFlowReturn
finish (GstEegMerge *self)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  GstBuffer *out = eeg_merge_output_take (&self->out);

  if (out == NULL)
    return GST_FLOW_OK;
  GST_OBJECT_LOCK (self);
  self->delivered += GST_BUFFER_OFFSET_END (out) - GST_BUFFER_OFFSET (out);
  /* where the base class reckons from when a live input is late */
  GST_AGGREGATOR_PAD (agg->srcpad)->segment.position =
      GST_BUFFER_PTS (out) + GST_BUFFER_DURATION (out);
  GST_OBJECT_UNLOCK (self);
  return gst_aggregator_finish_buffer (agg, out);
}

static GstFlowReturn
begin (GstEegMerge *self, gdouble time)
{
  GstFlowReturn ret = eeg_merge_output_begin (&self->out, time, self->lost_now);

  if (ret == GST_FLOW_OK) {
    GST_OBJECT_LOCK (self);
    self->lost += self->lost_now;
    GST_OBJECT_UNLOCK (self);
    self->lost_now = 0;
  }
  return ret;
}

/* --- alignment ----------------------------------------------------------- */

static void
tell (GstEegMerge *self, EegMergePad *pad, const gchar *event)
{
  guint64 index = self->out.next + self->out.filled;

  GST_INFO_OBJECT (pad, "%s at %" G_GUINT64_FORMAT, event, index);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("eeg-merge", "pad", G_TYPE_STRING,
              GST_PAD_NAME (pad), "event", G_TYPE_STRING, event, "sample",
              G_TYPE_UINT64, index, NULL)));
}

static void
skip (GstEegMerge *self, EegMergePad *pad)
{
  GST_OBJECT_LOCK (self);
  pad->stats.skipped++;
  GST_OBJECT_UNLOCK (self);
  eeg_merge_pad_advance (pad);
}

/* The input that gives the instants: the first that has a sample. */
static EegMergePad *
find_master (GstEegMerge *self)
{
  guint i;

  for (i = 0; i < self->pads->len; i++)
    if (nth (self, i)->buffer)
      return nth (self, i);
  return NULL;
}

/* Whether an input besides @master has a sample that belongs to @time. */
static gboolean
others_have (GstEegMerge *self, EegMergePad *master, gdouble time)
{
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    EegMergePad *pad = nth (self, i);

    if (pad != master && pad->buffer &&
        (gdouble) eeg_merge_pad_time (pad) < time + 0.5 * self->out.period)
      return TRUE;
  }
  return FALSE;
}

/* The next instant; FALSE when it took samples away instead and has to be
 * asked again. */
static gboolean
next_time (GstEegMerge *self, gdouble *time)
{
  EegMergePad *master = find_master (self);
  gdouble t = (gdouble) eeg_merge_pad_time (master), gap;

  *time = t;
  if (!self->have_time)
    return TRUE;
  gap = floor ((t - self->last_time) / self->out.period + 0.5);
  if (gap < 1) {
    skip (self, master);
    return FALSE;
  }
  if (gap > 1) {
    gdouble step = (t - self->last_time) / gap;

    if (others_have (self, master, self->last_time + step))
      *time = self->last_time + step;
    else
      self->lost_now += (guint64) gap - 1;
  }
  return TRUE;
}

/* Passes over what is too old for @time. TRUE when a sample is at hand or none
 * will come. */
static gboolean
catch_up (GstEegMerge *self, EegMergePad *pad, gdouble time, gdouble reach)
{
  if (!pad->buffer || (gdouble) eeg_merge_pad_time (pad) >= time - reach)
    return TRUE;
  while (pad->buffer &&
         (gdouble) eeg_merge_pad_time (pad) < time - 0.5 * self->out.period) {
    skip (self, pad);
    eeg_merge_pad_load (pad, GST_ELEMENT (self));
  }
  return pad->buffer != NULL ||
         gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
}

/* One instant: a sample or the held one from every input. */
static void
write_frame (GstEegMerge *self, gdouble time, gdouble reach)
{
  guint8 *out = eeg_merge_output_row (&self->out);
  guint sample = GST_EEG_INFO_BPF (&self->out.info) /
                 GST_EEG_INFO_CHANNELS (&self->out.info);
  guint i, c;

  for (i = 0; i < self->pads->len; i++) {
    EegMergePad *pad = nth (self, i);
    guint n = pad->bpf / sample;
    gdouble away =
        pad->buffer ? (gdouble) eeg_merge_pad_time (pad) - time : 0.0;

    if (pad->buffer && away <= reach) {
      memcpy (pad->held, eeg_merge_pad_sample (pad), pad->bpf);
      if (pad->has_runs || self->out.any_run)
        for (c = 0; c < n; c++)
          eeg_merge_output_flag (
              &self->out, pad->first_channel + c, eeg_merge_pad_flags (pad, c));
      GST_OBJECT_LOCK (self);
      pad->stats.used++;
      pad->stats.offset = away / self->out.period;
      GST_OBJECT_UNLOCK (self);
      if (pad->silent) {
        pad->silent = FALSE;
        tell (self, pad, "returned");
      }
      eeg_merge_pad_advance (pad);
    } else {
      for (c = 0; c < n; c++)
        eeg_merge_output_flag (
            &self->out, pad->first_channel + c, GST_EEG_STATUS_FILLED);
      GST_OBJECT_LOCK (self);
      pad->stats.filled++;
      GST_OBJECT_UNLOCK (self);
    }
    memcpy (out, pad->held, pad->bpf);
    out += pad->bpf;
  }
}

/* --- negotiation --------------------------------------------------------- */

static gboolean
refuse (GstEegMerge *self, const gchar *text)
{
  if (!self->failed)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("%s cannot join its inputs: %s.", GST_OBJECT_NAME (self), text),
        (NULL));
  self->failed = TRUE;
  return FALSE;
}

static gboolean
negotiate (GstEegMerge *self)
{
  GError *error = NULL;
  GstEegInfo info;
  GstCaps *caps;
  gboolean ok;

  gst_eeg_info_init (&info);
  if (!eeg_merge_join ((EegMergePad *const *) self->pads->pdata,
          self->pads->len, &info, &error)) {
    refuse (self, error->message);
    g_clear_error (&error);
    gst_eeg_info_clear (&info);
    return FALSE;
  }
  caps = gst_eeg_info_to_caps (&info);
  ok = eeg_merge_output_set_info (&self->out, &info, caps);
  if (ok)
    gst_aggregator_set_src_caps (GST_AGGREGATOR (self), caps);
  else
    refuse (self, "no memory for output buffers");
  gst_caps_unref (caps);
  self->negotiated = ok;
  return ok;
}

/* The base class would offer the pad template; caps are set by negotiate(). */
static gboolean
gst_eeg_merge_negotiate (GstAggregator *agg)
{
  return TRUE;
}

static gboolean
gst_eeg_merge_sink_event (
    GstAggregator *agg, GstAggregatorPad *aggpad, GstEvent *event)
{
  GstEegMerge *self = GST_EEG_MERGE (agg);
  EegMergePad *pad = GST_EEG_MERGE_PAD (aggpad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstEegInfo info;
    GError *error = NULL;
    GstCaps *caps;
    gchar *text;

    gst_event_parse_caps (event, &caps);
    gst_eeg_info_init (&info);
    if (!gst_eeg_info_from_caps (&info, caps, &error)) {
      text = g_strdup_printf ("%s: %s", GST_PAD_NAME (pad), error->message);
      gst_eeg_info_clear (&info);
      refuse (self, text);
      g_free (text);
      g_clear_error (&error);
      gst_event_unref (event);
      return FALSE;
    }
    /* the buffers of the old caps are gone: events come in their order */
    finish (self);
    eeg_merge_pad_release (pad);
    eeg_merge_pad_set_info (pad, &info);
    gst_eeg_info_clear (&info);
    self->have_pads = FALSE;
  }
  return GST_AGGREGATOR_CLASS (gst_eeg_merge_parent_class)
      ->sink_event (agg, aggpad, event);
}

/* --- the loop ------------------------------------------------------------ */

/* Pads come and go in other threads. */
static void
collect_pads (GstEegMerge *self)
{
  GstElement *element = GST_ELEMENT (self);
  GList *l;

  if (self->have_pads && self->pads_cookie == element->pads_cookie)
    return;
  GST_OBJECT_LOCK (self);
  g_ptr_array_set_size (self->pads, 0);
  for (l = element->sinkpads; l; l = l->next)
    g_ptr_array_add (self->pads, gst_object_ref (l->data));
  self->pads_cookie = element->pads_cookie;
  GST_OBJECT_UNLOCK (self);
  self->have_pads = TRUE;
  self->negotiated = FALSE;
}

typedef struct
{
  guint present, silent, without_caps;
  EegMergePad *first_silent;
} Presence;

static Presence
look (GstEegMerge *self)
{
  Presence p = {0};
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    EegMergePad *pad = nth (self, i);

    eeg_merge_pad_load (pad, GST_ELEMENT (self));
    if (pad->info == NULL)
      p.without_caps++;
    if (pad->buffer)
      p.present++;
    else if (!gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad))) {
      p.silent++;
      if (p.first_silent == NULL)
        p.first_silent = pad;
    }
  }
  return p;
}

/* Tells of inputs that have just fallen silent. */
static void
note_silence (GstEegMerge *self)
{
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    EegMergePad *pad = nth (self, i);

    if (pad->buffer || pad->silent)
      continue;
    pad->silent = TRUE;
    GST_OBJECT_LOCK (self);
    pad->stats.missing++;
    GST_OBJECT_UNLOCK (self);
    tell (self, pad,
        gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad)) ? "ended"
                                                             : "missing");
  }
}

static GstFlowReturn
stop_for (GstEegMerge *self, EegMergePad *pad)
{
  GST_ELEMENT_ERROR (self, RESOURCE, READ,
      ("%s got nothing from %s for longer than its latency, and "
       "on-missing=stop. Check that device, raise latency=, or choose "
       "on-missing=hold.",
          GST_OBJECT_NAME (self), GST_PAD_NAME (pad)),
      (NULL));
  return GST_FLOW_ERROR;
}

/* As many instants as there are samples for. */
static GstFlowReturn
merge (GstEegMerge *self, gdouble reach, gboolean without_silent)
{
  GstFlowReturn ret = GST_FLOW_OK;

  while (ret == GST_FLOW_OK) {
    Presence p = look (self);
    gdouble time;
    guint i;

    if (p.present == 0 || (p.silent > 0 && !without_silent))
      break;
    if (without_silent || p.present < self->pads->len)
      note_silence (self);
    if (!next_time (self, &time))
      continue;
    for (i = 0; i < self->pads->len; i++)
      if (!catch_up (self, nth (self, i), time, reach) && !without_silent)
        break;
    if (i < self->pads->len) {
      /* its samples were all too old: what comes next decides */
      self->lost_now = 0;
      break;
    }
    if (self->lost_now > 0)
      ret = finish (self);
    if (ret == GST_FLOW_OK && self->out.out == NULL)
      ret = begin (self, time);
    if (ret != GST_FLOW_OK)
      break;
    write_frame (self, time, reach);
    self->last_time = time;
    self->have_time = TRUE;
    if (eeg_merge_output_advance (&self->out, time))
      ret = finish (self);
  }
  return ret == GST_FLOW_OK ? finish (self) : ret;
}

static GstFlowReturn
gst_eeg_merge_aggregate (GstAggregator *agg, gboolean timeout)
{
  GstEegMerge *self = GST_EEG_MERGE (agg);
  GstFlowReturn ret;
  OnMissing on_missing;
  gdouble tolerance;
  Presence p;

  GST_OBJECT_LOCK (self);
  on_missing = self->on_missing;
  tolerance = self->tolerance;
  GST_OBJECT_UNLOCK (self);
  if (self->failed)
    return GST_FLOW_NOT_NEGOTIATED;
  collect_pads (self);
  p = look (self);
  if (p.present == 0 && p.silent == 0)
    return GST_FLOW_EOS;
  /* Without its caps nobody knows how many channels an input will have. */
  if (p.without_caps > 0 && p.silent > 0)
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  if (p.without_caps > 0) {
    refuse (self, "an input ended before it said what it carries");
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!self->negotiated && !negotiate (self))
    return GST_FLOW_NOT_NEGOTIATED;
  if (on_missing == ON_MISSING_STOP && timeout && p.silent > 0)
    return stop_for (self, p.first_silent);
  if (on_missing == ON_MISSING_WAIT && p.present + p.silent < self->pads->len)
    return GST_FLOW_EOS;
  ret = merge (self, (MAX (tolerance, 0.5) + SLACK) * self->out.period,
      timeout && on_missing == ON_MISSING_HOLD);
  return ret;
}

/* --- state --------------------------------------------------------------- */

static void
forget (GstEegMerge *self)
{
  guint i;

  eeg_merge_output_discard (&self->out);
  for (i = 0; i < self->pads->len; i++)
    eeg_merge_pad_reset (nth (self, i));
  self->have_time = FALSE;
  self->lost_now = 0;
}

static GstFlowReturn
gst_eeg_merge_flush (GstAggregator *agg)
{
  forget (GST_EEG_MERGE (agg));
  return GST_FLOW_OK;
}

static gboolean
gst_eeg_merge_start (GstAggregator *agg)
{
  GstEegMerge *self = GST_EEG_MERGE (agg);
  GList *l;

  self->out.next = 0;
  self->failed = self->negotiated = self->have_pads = FALSE;
  GST_OBJECT_LOCK (self);
  self->delivered = self->lost = 0;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    memset (&GST_EEG_MERGE_PAD (l->data)->stats, 0, sizeof (EegMergePadStats));
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_eeg_merge_stop (GstAggregator *agg)
{
  GstEegMerge *self = GST_EEG_MERGE (agg);

  forget (self);
  eeg_merge_output_drop_pool (&self->out);
  GST_OBJECT_LOCK (self);
  g_ptr_array_set_size (self->pads, 0);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* --- object -------------------------------------------------------------- */

static GstStructure *
make_stats (GstEegMerge *self)
{
  GstStructure *s = gst_structure_new_empty ("eegmerge-stats");
  GValue list = G_VALUE_INIT;
  guint64 dropped = 0;
  gdouble reference = 0;
  GList *l;

  g_value_init (&list, GST_TYPE_ARRAY);
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    EegMergePad *pad = l->data;
    const EegMergePadStats *st = &pad->stats;
    GValue v = G_VALUE_INIT;

    if (reference == 0)
      reference = st->rate;
    dropped += st->skipped;
    g_value_init (&v, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&v,
        gst_structure_new ("source", "pad", G_TYPE_STRING, GST_PAD_NAME (pad),
            "received", G_TYPE_UINT64, st->received, "used", G_TYPE_UINT64,
            st->used, "skipped", G_TYPE_UINT64, st->skipped, "filled",
            G_TYPE_UINT64, st->filled, "lost", G_TYPE_UINT64, st->lost,
            "missing", G_TYPE_UINT64, st->missing, "offset", G_TYPE_DOUBLE,
            st->offset, "rate", G_TYPE_DOUBLE, st->rate, "drift", G_TYPE_DOUBLE,
            st->rate > 0 && reference > 0 ? (st->rate / reference - 1) * 1e6
                                          : 0.0,
            "present", G_TYPE_BOOLEAN, !pad->silent, NULL));
    gst_value_array_append_and_take_value (&list, &v);
  }
  gst_structure_set (s, "delivered", G_TYPE_UINT64, self->delivered, "lost",
      G_TYPE_UINT64, self->lost, "dropped", G_TYPE_UINT64, dropped, NULL);
  GST_OBJECT_UNLOCK (self);
  gst_structure_take_value (s, "sources", &list);
  return s;
}

static void
gst_eeg_merge_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegMerge *self = GST_EEG_MERGE (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TOLERANCE:
      self->tolerance = g_value_get_double (value);
      break;
    case PROP_ON_MISSING:
      self->on_missing = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_merge_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegMerge *self = GST_EEG_MERGE (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_TOLERANCE:
      g_value_set_double (value, self->tolerance);
      break;
    case PROP_ON_MISSING:
      g_value_set_enum (value, (gint) self->on_missing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_merge_finalize (GObject *object)
{
  GstEegMerge *self = GST_EEG_MERGE (object);

  g_ptr_array_unref (self->pads);
  eeg_merge_output_clear (&self->out);
  G_OBJECT_CLASS (gst_eeg_merge_parent_class)->finalize (object);
}

static void
gst_eeg_merge_class_init (GstEegMergeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  GST_DEBUG_CATEGORY_INIT (gst_eeg_merge_debug, "eegmerge", 0, "EEG merging");
  object_class->set_property = gst_eeg_merge_set_property;
  object_class->get_property = gst_eeg_merge_get_property;
  object_class->finalize = gst_eeg_merge_finalize;

  g_object_class_install_property (object_class, PROP_TOLERANCE,
      g_param_spec_double ("tolerance", "Tolerance",
          "How far in time, in samples, a sample may be from the output's "
          "instant; beyond, the input is aligned anew to the nearest one",
          0.5, 1000, DEFAULT_TOLERANCE, flags));
  g_object_class_install_property (object_class, PROP_ON_MISSING,
      g_param_spec_enum ("on-missing", "On missing",
          "What happens when an input falls silent for longer than latency; "
          "one "
          "that ends before the others is held, or with wait ends the output",
          GST_TYPE_EEG_MERGE_ON_MISSING, ON_MISSING_HOLD, flags));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters in samples: delivered, lost, dropped, and sources, an "
          "array "
          "with a structure for each input (received, used, skipped, filled, "
          "lost, missing, offset, rate, drift in ppm, present)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &sink_template, GST_TYPE_EEG_MERGE_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_set_static_metadata (element_class, "EEG merger",
      "Filter/Mixer/Audio",
      "Joins the channels of several EEG devices, aligned by time, and tells "
      "of drift, late and missing devices",
      "gst-plugins-eeg");
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_MERGE_ON_MISSING, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_MERGE_PAD, 0);

  agg_class->aggregate = gst_eeg_merge_aggregate;
  agg_class->sink_event = gst_eeg_merge_sink_event;
  agg_class->negotiate = gst_eeg_merge_negotiate;
  agg_class->flush = gst_eeg_merge_flush;
  agg_class->start = gst_eeg_merge_start;
  agg_class->stop = gst_eeg_merge_stop;
  agg_class->get_next_time = gst_aggregator_simple_get_next_time;
}

static void
gst_eeg_merge_init (GstEegMerge *self)
{
  self->tolerance = DEFAULT_TOLERANCE;
  self->on_missing = ON_MISSING_HOLD;
  self->pads = g_ptr_array_new_with_free_func (gst_object_unref);
  eeg_merge_output_init (&self->out, GST_ELEMENT (self));
  g_object_set (self, "latency", (guint64) DEFAULT_LATENCY, NULL);
}
