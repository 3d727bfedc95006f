/* EEG quality element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegquality
 * @title: eegquality
 * @short_description: tells which channels are fit for use
 *
 * Looks at the last #GstEegQuality:window of every channel each
 * #GstEegQuality:hop and says what is wrong with it: at a rail, flat, hum of the
 * mains, muscle activity, a spectrum unlike that of an EEG, pops and steps of an
 * electrode, bridged to another electrode. Samples pass untouched; buffers are
 * not copied. Takes counts and volts.
 *
 * Each verdict is an element message `eeg-quality` with arrays of one entry a
 * channel: `labels`, `score` (double: 1 clean, 0.5 at a limit, towards 0
 * beyond), `flags` (uint: 1 saturated, 2 flat, 4 mains, 8 muscle, 16 slope, 32
 * pop, 64 step, 128 bridged, 256 not finite), `saturated` (share of the
 * samples), `range` (V peak to peak in the last hop), `mains` (V RMS),
 * `mains-frequency` (Hz), `muscle` (V RMS), `slope` (averaged over the last 8
 * verdicts), `pops`, `steps`, `bridged-with` (label or empty); and with
 * `first-sample` (absolute index), `n-samples`, `rate` (Hz). However the stream
 * is divided into buffers, the messages are the same.
 *
 * A channel with any flag is marked as unfit in the sample ledger from the end
 * of the window that showed it until the next verdict; samples at a rail are
 * marked as saturated one by one.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -m eegtestsrc num-buffers=1000 ! eegquality mains-limit=0.000005 ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/fft/gstfft.h>
#include <math.h>

#include "eegqualitymeter.h"
#include "gsteegquality.h"

GST_DEBUG_CATEGORY_STATIC (gst_eeg_quality_debug);
#define GST_CAT_DEFAULT gst_eeg_quality_debug

#define DEFAULT_WINDOW 2.0
#define DEFAULT_HOP    0.5
#define DEFAULT_VREF   4.5
/* Bytes that the windows of all channels may take. */
#define MAX_MEMORY (G_GUINT64_CONSTANT (1) << 30)

enum
{
  PROP_0,
  PROP_WINDOW,
  PROP_HOP,
  PROP_VREF,
  PROP_MESSAGES,
  PROP_MARK,
  PROP_MAINS, /* the limits follow, see limits[] */
  PROP_STATS = PROP_MAINS + 10,
};

/* The limits, one property each. */
static const struct
{
  const gchar *name, *nick, *blurb;
  gsize offset;
  gdouble least, most, initial;
} limits[] = {
    {"mains", "Mains",
        "Frequency of the mains in Hz, 50 or 60; 0 takes the stronger one of "
        "the two, channel by channel",
        G_STRUCT_OFFSET (EegQualityLimits, mains), 0, 1000, 0},
    {"saturation-limit", "Saturation limit",
        "Share of a window's samples at a rail of the converter, 0 to 1, from "
        "which a channel counts as saturated. 0 switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, saturation), 0, 1, 0.01},
    {"flat-limit", "Flat limit",
        "A channel that moves less than this in a hop counts as flat, in volts "
        "peak to peak. 0 switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, flat), 0, 1, 0.2e-6},
    {"mains-limit", "Mains limit",
        "Hum from which on a channel is flagged, in volts RMS at the mains "
        "frequency. 0 switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, hum), 0, 1, 20e-6},
    {"muscle-limit", "Muscle limit",
        "Level above muscle-low, without the mains, from which on a channel is "
        "flagged, in volts RMS. 0 switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, muscle), 0, 1, 15e-6},
    {"muscle-low", "Muscle band",
        "Where the band of muscle activity begins, in Hz; it ends at half of "
        "the sampling rate",
        G_STRUCT_OFFSET (EegQualityLimits, muscle_low), 1, 1e6, 35},
    {"slope-min", "Steepest slope",
        "Steepest slope of the power spectrum from 2 to 30 Hz without alpha "
        "(exponent of the frequency, no unit) that still looks like an EEG. "
        "Equal to slope-max switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, slope_min), -20, 20, -4},
    {"slope-max", "Flattest slope",
        "Flattest slope of the power spectrum that still looks like an EEG "
        "(exponent of the frequency, no unit); noise without a brain has 0",
        G_STRUCT_OFFSET (EegQualityLimits, slope_max), -20, 20, -0.2},
    {"jump-limit", "Jump limit",
        "Change from one sample to the next that counts as a pop or a step, in "
        "volts; besides, it must stand out from the usual change. 0 switches "
        "this "
        "off",
        G_STRUCT_OFFSET (EegQualityLimits, jump), 0, 1, 100e-6},
    {"bridge-limit", "Bridge limit",
        "Two channels that differ by less than this count as bridged, in volts "
        "RMS. 0 switches this off",
        G_STRUCT_OFFSET (EegQualityLimits, bridge), 0, 1, 0.5e-6},
};
G_STATIC_ASSERT (G_N_ELEMENTS (limits) == PROP_STATS - PROP_MAINS);

#define LIMIT(l, i) (*(gdouble *) ((guint8 *) (l) + limits[i].offset))

struct _GstEegQuality
{
  GstEegBaseFilter parent;

  /* Object lock. */
  EegQualityLimits limits;
  gdouble window, hop; /* s */
  gdouble vref;
  gboolean messages, mark;
  gboolean resized; /* window, hop or vref changed while running */
  guint64 windows, nonfinite, refusals;
  guint unfit;

  /* Streaming thread. */
  EegQualityMeter *meter;
  gdouble ran_window, ran_hop, ran_vref; /* what it was made from */
  EegQualityFormat format;
  guint window_samples;
  guint channels;
  guint8 *bad; /* a channel: unfit by the last verdict */
  guint n_bad;
  GArray *runs;  /* of EegQualityRun, of the buffer in hand */
  GArray *marks; /* of Mark, of the buffer in hand */
  gboolean warned;
};

typedef struct
{
  guint64 first;
  guint n;
  guint flags;
  gint channel;
} Mark;

G_DEFINE_FINAL_TYPE (GstEegQuality, gst_eeg_quality, GST_TYPE_EEG_BASE_FILTER)
GST_ELEMENT_REGISTER_DEFINE (
    eegquality, "eegquality", GST_RANK_NONE, GST_TYPE_EEG_QUALITY)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

static void
free_meter (GstEegQuality *self)
{
  g_clear_pointer (&self->meter, eeg_quality_meter_free);
  g_clear_pointer (&self->bad, g_free);
  self->n_bad = 0;
}

/* Volts at the rails: exactly known for counts; of volts, where the gain is. */
static void
find_rails (const GstEegInfo *in, gdouble vref, gdouble *volts, gdouble *rails)
{
  gint c;

  for (c = 0; c < GST_EEG_INFO_CHANNELS (in); c++) {
    volts[c] = in->unit == GST_EEG_UNIT_ADC ? in->full_scale[c] * 0x1p-23 : 1.0;
    rails[c] = in->unit == GST_EEG_UNIT_ADC ? in->full_scale[c]
               : in->gain                   ? vref / in->gain[c]
                                            : 0;
  }
}

static gboolean
make_meter (GstEegQuality *self, const GstEegInfo *in, GError **error)
{
  const guint channels = (guint) GST_EEG_INFO_CHANNELS (in);
  g_autofree gdouble *volts = g_new (gdouble, channels);
  g_autofree gdouble *rails = g_new (gdouble, channels);
  gdouble window, hop, vref;
  EegQualityMeter *meter;
  guint64 n;
  gdouble h;

  GST_OBJECT_LOCK (self);
  window = self->window;
  hop = self->hop;
  vref = self->vref;
  self->resized = FALSE;
  GST_OBJECT_UNLOCK (self);
  n = (guint64) llrint (window * GST_EEG_INFO_EXACT_RATE (in));
  /* A hair more, lest 0.57 s at 100 Hz be 56.99... samples. */
  h = MAX (1, hop * GST_EEG_INFO_EXACT_RATE (in) * (1 + 1e-12));
  if (hop > window) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"hop\" is %g s, expected at most the window of %g s", hop,
        window);
    return FALSE;
  }
  if (n < 8) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"window\" is %g s, which is %" G_GUINT64_FORMAT
        " samples at the stream's rate of %g Hz, expected at least 8: set a "
        "longer one",
        window, n, GST_EEG_INFO_EXACT_RATE (in));
    return FALSE;
  }
  if (n * channels * 2 * sizeof (gdouble) > MAX_MEMORY) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"window\" is %g s, which is %" G_GUINT64_FORMAT
        " samples of %u channels, expected at most %" G_GUINT64_FORMAT
        ": set a shorter one, or put eegdownsample in front",
        window, n, channels, MAX_MEMORY / (channels * 2 * sizeof (gdouble)));
    return FALSE;
  }
  n = (guint64) gst_fft_next_fast_length ((gint) n);
  n += n & 1;
  find_rails (in, vref, volts, rails);
  meter = eeg_quality_meter_new (channels, GST_EEG_INFO_EXACT_RATE (in),
      (guint) n, MIN ((gdouble) n, h), volts, rails);
  if (!meter) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "no memory for %" G_GUINT64_FORMAT " samples of %u channels", n,
        channels);
    return FALSE;
  }
  free_meter (self);
  self->meter = meter;
  self->ran_window = window;
  self->ran_hop = hop;
  self->ran_vref = vref;
  self->window_samples = (guint) n;
  self->channels = channels;
  self->bad = g_new0 (guint8, channels);
  self->format = in->unit == GST_EEG_UNIT_ADC ? EEG_QUALITY_S24
                 : GST_EEG_INFO_FORMAT (in) == GST_AUDIO_FORMAT_F32LE
                     ? EEG_QUALITY_F32
                     : EEG_QUALITY_F64;
  return TRUE;
}

static gboolean
gst_eeg_quality_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  return make_meter (GST_EEG_QUALITY (base), in, error);
}

static void
forget (GstEegQuality *self)
{
  if (self->meter)
    eeg_quality_meter_reset (self->meter);
  if (self->bad)
    memset (self->bad, 0, self->channels);
  self->n_bad = 0;
}

static void
gst_eeg_quality_reset (GstEegBaseFilter *base, GstEegResetReason reason)
{
  GstEegQuality *self = GST_EEG_QUALITY (base);

  forget (self);
  if (reason == GST_EEG_RESET_START)
    self->warned = FALSE;
}

/* --- messages ------------------------------------------------------------ */

static void
take_array (GstStructure *s, const gchar *field, GValue *array)
{
  gst_structure_take_value (s, field, array);
}

#define DEFINE_ARRAY(name, gtype, set, type)                                   \
  static void add_##name (GstStructure *s, const gchar *field,                 \
      const EegQualityResult *r, guint n, gsize offset)                        \
  {                                                                            \
    GValue array = G_VALUE_INIT, v = G_VALUE_INIT;                             \
    guint i;                                                                   \
                                                                               \
    gst_value_array_init (&array, n);                                          \
    g_value_init (&v, gtype);                                                  \
    for (i = 0; i < n; i++) {                                                  \
      set (&v, *(const type *) ((const guint8 *) (r + i) + offset));           \
      gst_value_array_append_value (&array, &v);                               \
    }                                                                          \
    g_value_unset (&v);                                                        \
    take_array (s, field, &array);                                             \
  }
DEFINE_ARRAY (doubles, G_TYPE_DOUBLE, g_value_set_double, gdouble)
DEFINE_ARRAY (uints, G_TYPE_UINT, g_value_set_uint, guint)

static void
add_names (GstStructure *s, const gchar *field, const GstEegInfo *in,
    const EegQualityResult *bridged)
{
  GValue array = G_VALUE_INIT;
  gint i;

  gst_value_array_init (&array, GST_EEG_INFO_CHANNELS (in));
  for (i = 0; i < GST_EEG_INFO_CHANNELS (in); i++) {
    GValue v = G_VALUE_INIT;
    gint c = bridged ? bridged[i].bridged : i;

    g_value_init (&v, G_TYPE_STRING);
    g_value_set_string (&v, c < 0 ? "" : in->labels[c]);
    gst_value_array_append_and_take_value (&array, &v);
  }
  take_array (s, field, &array);
}

static void
post (GstEegQuality *self, const GstEegInfo *in, guint64 end,
    const EegQualityResult *r)
{
  static const struct
  {
    const gchar *name;
    gboolean whole;
    gsize offset;
  } fields[] = {
      {"score", FALSE, G_STRUCT_OFFSET (EegQualityResult, score)},
      {"flags", TRUE, G_STRUCT_OFFSET (EegQualityResult, flags)},
      {"saturated", FALSE, G_STRUCT_OFFSET (EegQualityResult, saturated)},
      {"range", FALSE, G_STRUCT_OFFSET (EegQualityResult, range)},
      {"mains", FALSE, G_STRUCT_OFFSET (EegQualityResult, hum)},
      {"mains-frequency", FALSE, G_STRUCT_OFFSET (EegQualityResult, mains)},
      {"muscle", FALSE, G_STRUCT_OFFSET (EegQualityResult, muscle)},
      {"slope", FALSE, G_STRUCT_OFFSET (EegQualityResult, slope)},
      {"pops", TRUE, G_STRUCT_OFFSET (EegQualityResult, pops)},
      {"steps", TRUE, G_STRUCT_OFFSET (EegQualityResult, steps)},
  };
  GstStructure *s = gst_structure_new ("eeg-quality", "first-sample",
      G_TYPE_UINT64, end - self->window_samples, "n-samples", G_TYPE_UINT64,
      (guint64) self->window_samples, "rate", G_TYPE_DOUBLE,
      GST_EEG_INFO_EXACT_RATE (in), NULL);
  guint i;

  add_names (s, "labels", in, NULL);
  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].whole)
      add_uints (s, fields[i].name, r, self->channels, fields[i].offset);
    else
      add_doubles (s, fields[i].name, r, self->channels, fields[i].offset);
  add_names (s, "bridged-with", in, r);
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), s));
}

/* --- stream -------------------------------------------------------------- */

static void
evaluate (GstEegQuality *self, const GstEegInfo *in, guint64 end)
{
  const EegQualityResult *r;
  EegQualityLimits l;
  gboolean messages;
  guint c;

  GST_OBJECT_LOCK (self);
  l = self->limits;
  messages = self->messages;
  GST_OBJECT_UNLOCK (self);
  r = eeg_quality_meter_evaluate (self->meter, &l);
  self->n_bad = 0;
  for (c = 0; c < self->channels; c++) {
    self->bad[c] = r[c].flags != 0;
    self->n_bad += self->bad[c];
  }
  GST_OBJECT_LOCK (self);
  self->windows++;
  self->unfit = self->n_bad;
  GST_OBJECT_UNLOCK (self);
  if (messages)
    post (self, in, end, r);
}

static void
add_mark (
    GstEegQuality *self, guint64 first, guint n, guint flags, guint channel)
{
  Mark mark = {first, n, flags, (gint) channel};

  g_array_append_val (self->marks, mark);
}

static void
analyse (GstEegQuality *self, const GstEegInfo *in, const guint8 *data,
    guint64 first, guint n_frames)
{
  const guint bpf = GST_EEG_INFO_BPF (in);
  guint done, n, i;
  gboolean due;

  for (done = 0; done < n_frames; done += n) {
    g_array_set_size (self->runs, 0);
    n = eeg_quality_meter_push (self->meter, self->format,
        data + (gsize) done * bpf, n_frames - done, self->runs, &due);
    for (i = 0; i < self->runs->len; i++) {
      const EegQualityRun *r = &g_array_index (self->runs, EegQualityRun, i);

      add_mark (self, first + done + r->first, r->n, GST_EEG_STATUS_SATURATED,
          r->channel);
    }
    for (i = 0; self->n_bad > 0 && i < self->channels; i++)
      if (self->bad[i])
        add_mark (self, first + done, n, GST_EEG_STATUS_QUALITY, i);
    if (due)
      evaluate (self, in, first + done + n);
  }
}

static void
count_nonfinite (GstEegQuality *self, guint64 first)
{
  const guint64 bad = eeg_quality_meter_get_nonfinite (self->meter);
  gboolean more;

  GST_OBJECT_LOCK (self);
  more = bad != self->nonfinite;
  self->nonfinite = bad;
  GST_OBJECT_UNLOCK (self);
  if (more && !self->warned) {
    self->warned = TRUE;
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("Values that are not finite or beyond 1e30 arrived at or after sample "
         "%" G_GUINT64_FORMAT
         "; they pass as they are and are judged as the last good value; "
         "further ones are only counted (stats: nonfinite).",
            first),
        (NULL));
  }
}

static void
take_over (GstEegQuality *self, const GstEegInfo *in)
{
  g_autoptr (GError) error = NULL;
  gboolean window = FALSE, hop = FALSE, vref = FALSE;

  if (make_meter (self, in, &error))
    return;
  /* Properties tell what runs, unless one was set anew meanwhile: then all are
   * looked at again. */
  GST_OBJECT_LOCK (self);
  self->refusals++;
  if (!self->resized) {
    window = self->window != self->ran_window;
    hop = self->hop != self->ran_hop;
    vref = self->vref != self->ran_vref;
    self->window = self->ran_window;
    self->hop = self->ran_hop;
    self->vref = self->ran_vref;
  }
  GST_OBJECT_UNLOCK (self);
  if (window)
    g_object_notify (G_OBJECT (self), "window");
  if (hop)
    g_object_notify (G_OBJECT (self), "hop");
  if (vref)
    g_object_notify (G_OBJECT (self), "vref");
  GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
      ("The new window is impossible and the old one stays: %s.",
          error->message),
      (NULL));
}

/* All is done here: what follows is the base class passing the buffer on. */
static gboolean
gst_eeg_quality_prepare (GstEegBaseFilter *base, GstBuffer *buffer,
    guint64 first_sample, guint n_frames, GError **error)
{
  GstEegQuality *self = GST_EEG_QUALITY (base);
  const GstEegInfo *in = gst_eeg_base_filter_get_in_info (base);
  gboolean resized, mark, needed;
  GstMapInfo map;
  guint i;

  GST_OBJECT_LOCK (self);
  resized = self->resized;
  mark = self->mark;
  needed = self->mark || self->messages;
  GST_OBJECT_UNLOCK (self);
  if (resized)
    take_over (self, in);
  if (!needed) {
    forget (self);
    return TRUE;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "cannot map a buffer of %" G_GSIZE_FORMAT
        " bytes, expected memory that can be read",
        gst_buffer_get_size (buffer));
    return FALSE;
  }
  g_array_set_size (self->marks, 0);
  analyse (self, in, map.data, first_sample, n_frames);
  gst_buffer_unmap (buffer, &map);
  for (i = 0; mark && i < self->marks->len; i++) {
    const Mark *m = &g_array_index (self->marks, Mark, i);

    gst_eeg_base_filter_mark (base, m->first, m->n, m->flags, m->channel);
  }
  count_nonfinite (self, first_sample);
  return TRUE;
}

static gboolean
gst_eeg_quality_start (GstBaseTransform *trans)
{
  GstEegQuality *self = GST_EEG_QUALITY (trans);

  GST_OBJECT_LOCK (self);
  self->windows = self->nonfinite = self->refusals = 0;
  self->unfit = 0;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_quality_parent_class)->start (trans);
}

static gboolean
gst_eeg_quality_stop (GstBaseTransform *trans)
{
  free_meter (GST_EEG_QUALITY (trans));
  return GST_BASE_TRANSFORM_CLASS (gst_eeg_quality_parent_class)->stop (trans);
}

/* --- properties ---------------------------------------------------------- */

static void
gst_eeg_quality_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegQuality *self = GST_EEG_QUALITY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_WINDOW:
      self->window = g_value_get_double (value);
      self->resized = TRUE;
      break;
    case PROP_HOP:
      self->hop = g_value_get_double (value);
      self->resized = TRUE;
      break;
    case PROP_VREF:
      self->vref = g_value_get_double (value);
      self->resized = TRUE;
      break;
    case PROP_MESSAGES:
      self->messages = g_value_get_boolean (value);
      break;
    case PROP_MARK:
      self->mark = g_value_get_boolean (value);
      break;
    default:
      if (id >= PROP_MAINS && id < PROP_STATS)
        LIMIT (&self->limits, id - PROP_MAINS) = g_value_get_double (value);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_quality_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegQuality *self = GST_EEG_QUALITY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_WINDOW:
      g_value_set_double (value, self->window);
      break;
    case PROP_HOP:
      g_value_set_double (value, self->hop);
      break;
    case PROP_VREF:
      g_value_set_double (value, self->vref);
      break;
    case PROP_MESSAGES:
      g_value_set_boolean (value, self->messages);
      break;
    case PROP_MARK:
      g_value_set_boolean (value, self->mark);
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, gst_structure_new ("eegquality-stats", "windows",
                     G_TYPE_UINT64, self->windows, "unfit", G_TYPE_UINT,
                     self->unfit, "nonfinite", G_TYPE_UINT64, self->nonfinite,
                     "refusals", G_TYPE_UINT64, self->refusals, NULL));
      break;
    default:
      if (id >= PROP_MAINS && id < PROP_STATS)
        g_value_set_double (value, LIMIT (&self->limits, id - PROP_MAINS));
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_quality_finalize (GObject *object)
{
  GstEegQuality *self = GST_EEG_QUALITY (object);

  free_meter (self);
  g_array_unref (self->runs);
  g_array_unref (self->marks);
  G_OBJECT_CLASS (gst_eeg_quality_parent_class)->finalize (object);
}

static void
gst_eeg_quality_class_init (GstEegQualityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  guint i;

  GST_DEBUG_CATEGORY_INIT (
      gst_eeg_quality_debug, "eegquality", 0, "EEG quality");

  object_class->set_property = gst_eeg_quality_set_property;
  object_class->get_property = gst_eeg_quality_get_property;
  object_class->finalize = gst_eeg_quality_finalize;

  g_object_class_install_property (object_class, PROP_WINDOW,
      g_param_spec_double ("window", "Window",
          "Seconds of signal that a verdict looks at, rounded up to a number "
          "of samples that suits the Fourier transform. A change begins a new "
          "window",
          0.1, 60, DEFAULT_WINDOW, flags));
  g_object_class_install_property (object_class, PROP_HOP,
      g_param_spec_double ("hop", "Hop",
          "Seconds from one verdict to the next, at most the window. A change "
          "begins a new window",
          0.01, 60, DEFAULT_HOP, flags));
  g_object_class_install_property (object_class, PROP_VREF,
      g_param_spec_double ("vref", "Reference voltage",
          "Reference voltage of the converter in volts. With the gain that a "
          "stream of volts states, it tells where the rails are; a stream of "
          "counts says that itself",
          0.1, 100, DEFAULT_VREF, flags));
  g_object_class_install_property (object_class, PROP_MESSAGES,
      g_param_spec_boolean ("messages", "Messages",
          "Post an element message eeg-quality for every verdict", TRUE,
          flags));
  g_object_class_install_property (object_class, PROP_MARK,
      g_param_spec_boolean ("mark", "Mark",
          "Mark samples at a rail, and channels that are unfit, in the sample "
          "ledger. Without marks and messages nothing is computed",
          TRUE, flags));
  for (i = 0; i < G_N_ELEMENTS (limits); i++)
    g_object_class_install_property (object_class, PROP_MAINS + i,
        g_param_spec_double (limits[i].name, limits[i].nick, limits[i].blurb,
            limits[i].least, limits[i].most, limits[i].initial,
            flags | GST_PARAM_CONTROLLABLE));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: windows (verdicts), nonfinite (values that arrived), "
          "refusals; and unfit (channels, by the last verdict)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG quality",
      "Filter/Analyzer/Audio",
      "Tells which channels of an EEG are fit for use, and marks those that "
      "are "
      "not; samples pass untouched",
      "gst-plugins-eeg contributors");

  trans_class->start = gst_eeg_quality_start;
  trans_class->stop = gst_eeg_quality_stop;
  base_class->accepts = (1 << GST_EEG_UNIT_ADC) | (1 << GST_EEG_UNIT_VOLT);
  base_class->setup = gst_eeg_quality_setup;
  base_class->reset = gst_eeg_quality_reset;
  base_class->prepare = gst_eeg_quality_prepare;
}

static void
gst_eeg_quality_init (GstEegQuality *self)
{
  guint i;

  self->window = DEFAULT_WINDOW;
  self->hop = DEFAULT_HOP;
  self->vref = DEFAULT_VREF;
  self->messages = self->mark = TRUE;
  for (i = 0; i < G_N_ELEMENTS (limits); i++)
    LIMIT (&self->limits, i) = limits[i].initial;
  self->runs = g_array_new (FALSE, FALSE, sizeof (EegQualityRun));
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}
