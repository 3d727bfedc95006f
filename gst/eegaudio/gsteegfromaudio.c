/* gst-plugins-eeg: eegfromaudio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegfromaudio
 * @title: eegfromaudio
 * @short_description: states that plain audio is an EEG
 *
 * For EEG from a sound card, a WAV file, audiotestsrc or appsrc: says what the
 * numbers mean, which nothing in plain audio does.
 *
 * Floating-point audio becomes volts, 1.0 being #GstEegFromAudio:full-scale.
 * S24_32LE audio becomes converter counts with that full scale, unchanged.
 * Put audioconvert in front for other formats. Every buffer gets its absolute
 * sample index; a jump of time at a discontinuity is counted as lost samples.
 *
 * ## Example
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=10 ! eegfromaudio full-scale=0.0001 labels=O1 ! eegfilter lowpass=45 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegfromaudio.h"

#define DEFAULT_FULL_SCALE "1"

enum
{
  PROP_0,
  PROP_FULL_SCALE,
  PROP_LABELS,
  PROP_TYPES,
  PROP_REFERENCE,
  PROP_STATS,
};

struct _GstEegFromAudio
{
  GstEegAudioBridge parent;

  /* properties and counters, object lock */
  gchar *full_scale;
  gchar *labels;
  gchar *types;
  gchar *reference;
  guint64 produced;
  guint64 lost;

  /* streaming thread */
  gboolean started;
  guint64 next; /* index of the frame to come */
  guint64 base; /* index of the frame that base_pts belongs to */
  GstClockTime base_pts;
};

G_DEFINE_FINAL_TYPE (
    GstEegFromAudio, gst_eeg_from_audio, GST_TYPE_EEG_AUDIO_BRIDGE)
GST_ELEMENT_REGISTER_DEFINE (
    eegfromaudio, "eegfromaudio", GST_RANK_NONE, GST_TYPE_EEG_FROM_AUDIO)

#define FORMATS "{ F32LE, F64LE, S24_32LE }"
static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (FORMATS)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (FORMATS)));

static gboolean
assert_names (GstEegInfo *info, const gchar *labels, const gchar *types,
    const gchar *reference, GError **error)
{
  g_auto (GStrv) list = NULL;

  if (labels && *labels) {
    list = gst_eeg_parse_list (labels);
    if (!gst_eeg_info_set_labels (info, (const gchar *const *) list, error)) {
      g_prefix_error (error, "property \"labels\": ");
      return FALSE;
    }
    g_clear_pointer (&list, g_strfreev);
  }
  if (types && *types) {
    list = gst_eeg_parse_list (types);
    if (!gst_eeg_info_set_types (info, (const gchar *const *) list, error)) {
      g_prefix_error (error, "property \"types\": ");
      return FALSE;
    }
  }
  gst_eeg_info_set_reference (info, reference);
  return TRUE;
}

static GstCaps *
gst_eeg_from_audio_convert (GstEegAudioBridge *bridge, const GstCaps *caps,
    gdouble **factors, GError **error)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (bridge);
  g_autofree gchar *full_scale = NULL, *labels = NULL, *types = NULL;
  g_autofree gchar *reference = NULL;
  g_autofree gdouble *volts = NULL;
  g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *format = gst_structure_get_string (s, "format");
  gint rate = 0, channels = 0, c;
  guint n = 0;

  GST_OBJECT_LOCK (self);
  full_scale = g_strdup (self->full_scale);
  labels = g_strdup (self->labels);
  types = g_strdup (self->types);
  reference = g_strdup (self->reference);
  GST_OBJECT_UNLOCK (self);

  if (gst_structure_has_field (s, "eeg-unit")) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is there already, expected plain audio: leave eegfromaudio "
        "out");
    return NULL;
  }
  gst_structure_get_int (s, "rate", &rate);
  gst_structure_get_int (s, "channels", &channels);
  if (!gst_eeg_info_set_format (info,
          format ? gst_audio_format_from_string (format)
                 : GST_AUDIO_FORMAT_UNKNOWN,
          rate, channels, error) ||
      !assert_names (info, labels, types, reference, error))
    return NULL;
  volts = gst_eeg_parse_double_list (full_scale, &n, error);
  if (!volts || !gst_eeg_info_set_full_scale (info, volts, n, error)) {
    g_prefix_error (error, "property \"full-scale\": ");
    return NULL;
  }
  if (info->unit == GST_EEG_UNIT_VOLT) {
    static const gdouble one = 1.0;
    gboolean all_one = TRUE;

    *factors = g_new (gdouble, channels);
    for (c = 0; c < channels; c++) {
      (*factors)[c] = info->full_scale[c];
      all_one &= info->full_scale[c] == 1.0;
    }
    if (all_one)
      g_clear_pointer (factors, g_free);
    gst_eeg_info_set_full_scale (info, &one, 1, NULL);
  }
  return gst_eeg_info_to_caps (info);
}

/* Frames between two times at the rate of the stream, to the nearest. */
static guint64
frames_between (const GstAudioInfo *audio, GstClockTime from, GstClockTime to)
{
  return gst_util_uint64_scale_round (
      to - from, GST_AUDIO_INFO_RATE (audio), GST_SECOND);
}

static void
gst_eeg_from_audio_finish (GstEegAudioBridge *bridge, GstBuffer *buffer,
    const GstAudioInfo *audio, guint n_frames)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (bridge);
  const GstClockTime pts = GST_BUFFER_PTS (buffer);
  guint64 lost = 0;

  if (!self->started) {
    self->started = TRUE;
    self->next = 0;
  } else if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) &&
             GST_CLOCK_TIME_IS_VALID (pts) &&
             GST_CLOCK_TIME_IS_VALID (self->base_pts) &&
             pts >= self->base_pts) {
    guint64 at = self->base + frames_between (audio, self->base_pts, pts);

    /* one frame of rounding is no loss */
    if (at > self->next + 1) {
      lost = at - self->next;
      self->next = at;
    }
  }
  /* Measured from the buffer before, so that a drifting clock is no loss. */
  self->base = self->next;
  self->base_pts = pts;
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (
        self->next, GST_SECOND, GST_AUDIO_INFO_RATE (audio));
  GST_BUFFER_OFFSET (buffer) = self->next;
  GST_BUFFER_OFFSET_END (buffer) = self->next + n_frames;
  gst_buffer_add_eeg_meta (
      buffer, self->next, n_frames, lost, GST_AUDIO_INFO_BPF (audio));
  self->next += n_frames;
  GST_OBJECT_LOCK (self);
  self->produced += n_frames + lost;
  self->lost += lost;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_eeg_from_audio_start (GstBaseTransform *trans)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (trans);

  self->started = FALSE;
  GST_OBJECT_LOCK (self);
  self->produced = self->lost = 0;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_eeg_from_audio_sink_event (GstBaseTransform *trans, GstEvent *event)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (trans);

  /* After a flush the times begin anew; the count of samples goes on. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    self->base_pts = GST_CLOCK_TIME_NONE;
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_from_audio_parent_class)
      ->sink_event (trans, event);
}

static gchar **
field_of (GstEegFromAudio *self, guint id)
{
  switch (id) {
    case PROP_FULL_SCALE:
      return &self->full_scale;
    case PROP_LABELS:
      return &self->labels;
    case PROP_TYPES:
      return &self->types;
    case PROP_REFERENCE:
      return &self->reference;
    default:
      return NULL;
  }
}

static void
gst_eeg_from_audio_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (object);
  gchar **field = field_of (self, id);

  if (!field) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_free (*field);
  *field = g_value_dup_string (value);
  if (id == PROP_FULL_SCALE && !*field)
    *field = g_strdup (DEFAULT_FULL_SCALE);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_from_audio_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (object);
  gchar **field = field_of (self, id);

  GST_OBJECT_LOCK (self);
  if (field)
    g_value_set_string (value, *field);
  else if (id == PROP_STATS)
    g_value_take_boxed (value,
        gst_structure_new ("eegfromaudio-stats", "produced", G_TYPE_UINT64,
            self->produced, "lost", G_TYPE_UINT64, self->lost, "delivered",
            G_TYPE_UINT64, self->produced - self->lost, NULL));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_from_audio_finalize (GObject *object)
{
  GstEegFromAudio *self = GST_EEG_FROM_AUDIO (object);

  g_free (self->full_scale);
  g_free (self->labels);
  g_free (self->types);
  g_free (self->reference);
  G_OBJECT_CLASS (gst_eeg_from_audio_parent_class)->finalize (object);
}

static void
gst_eeg_from_audio_init (GstEegFromAudio *self)
{
  self->full_scale = g_strdup (DEFAULT_FULL_SCALE);
}

static void
install_string (GObjectClass *klass, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb, const gchar *value)
{
  g_object_class_install_property (klass, id,
      g_param_spec_string (name, nick, blurb, value,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_READY));
}

static void
gst_eeg_from_audio_class_init (GstEegFromAudioClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstEegAudioBridgeClass *bridge_class = GST_EEG_AUDIO_BRIDGE_CLASS (klass);

  object_class->set_property = gst_eeg_from_audio_set_property;
  object_class->get_property = gst_eeg_from_audio_get_property;
  object_class->finalize = gst_eeg_from_audio_finalize;
  install_string (object_class, PROP_FULL_SCALE, "full-scale", "Full scale",
      "Volts that 1.0 in the audio stands for, above 0 V: one number for all "
      "channels, or a comma-separated list with one for each",
      DEFAULT_FULL_SCALE);
  install_string (object_class, PROP_LABELS, "labels", "Labels",
      "Electrode names, comma separated, one a channel; unset names them Ch1, "
      "Ch2 and so on",
      NULL);
  install_string (object_class, PROP_TYPES, "types", "Types",
      "Kind of each channel (eeg, eog, ecg, emg, aux...), comma separated, one "
      "a channel; unset makes all of them eeg",
      NULL);
  install_string (object_class, PROP_REFERENCE, "reference", "Reference",
      "Name of the reference electrode or scheme; unset when unknown", NULL);
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters since start in samples per channel: produced, lost "
          "(missing at discontinuities) and delivered",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG from audio",
      "Filter/Converter/Audio",
      "States what plain audio means as EEG: volts or counts, full scale and "
      "electrode names",
      "gst-plugins-eeg contributors");
  trans_class->start = gst_eeg_from_audio_start;
  trans_class->sink_event = gst_eeg_from_audio_sink_event;
  bridge_class->convert = gst_eeg_from_audio_convert;
  bridge_class->finish = gst_eeg_from_audio_finish;
}
