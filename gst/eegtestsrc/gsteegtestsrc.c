/* gst-plugins-eeg: eegtestsrc
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegtestsrc
 * @title: eegtestsrc
 * @short_description: synthetic EEG and exact test signals, in volts
 *
 * Produces a labelled EEG stream without hardware. `wave=eeg` looks like a
 * person with closed eyes: 1/f background of 10 uV RMS, alpha bursts at
 * #GstEegTestSrc:frequency that are strongest at occipital labels, blinks at
 * the Fp electrodes and 50 Hz mains. The other waves are exact. All channels
 * of an exact wave are equal.
 *
 * A sample is a pure function of (seed, channel, absolute sample index): any
 * #GstEegTestSrc:samples-per-buffer gives the same samples, bit for bit.
 *
 * `wave=counter` writes volts = (index mod 2^23) * 2^-23, which F32LE holds
 * exactly, so that a recording proves which samples it holds.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc num-buffers=250 ! fakesink
 * ]|
 */
#include "config.h"

#include <gst/eeg/eeg.h>
#include "eegsynth.h"
#include "gsteegtestsrc.h"

GST_DEBUG_CATEGORY_STATIC (eeg_test_src_debug);
#define GST_CAT_DEFAULT eeg_test_src_debug

#define DEFAULT_CHANNELS  8
#define DEFAULT_RATE      250
#define DEFAULT_WAVE      EEG_SYNTH_EEG
#define DEFAULT_FREQUENCY 10.0
#define DEFAULT_AMPLITUDE 50e-6
#define DEFAULT_SEED      1
#define DEFAULT_POOL_MIN  16
#define DEFAULT_POOL_MAX  8192
/* Values in a buffer: 32 MiB, or 64 as doubles. */
#define MAX_VALUES   (1u << 23)
#define MAX_CHANNELS 1024
#define MAX_RATE     1000000
/* signal in a buffer of automatic size */
#define AUTO_MS 4

enum
{
  PROP_0,
  PROP_CHANNELS,
  PROP_RATE,
  PROP_WAVE,
  PROP_FREQUENCY,
  PROP_AMPLITUDE,
  PROP_SAMPLES_PER_BUFFER,
  PROP_SEED,
  PROP_IS_LIVE,
  PROP_LABELS,
  PROP_POOL_MIN,
  PROP_POOL_MAX,
  PROP_STATS,
};

struct _GstEegTestSrc
{
  GstPushSrc parent;

  /* properties and counters, under the object lock */
  guint channels;
  guint rate;
  EegSynthWave wave;
  gdouble frequency;
  gdouble amplitude;
  guint samples_per_buffer;
  guint64 seed;
  gchar *labels;
  guint pool_min, pool_max;
  guint64 produced;
  gint64 started_us;
  gint64 latest_us;

  /* from start() to stop() */
  GstEegInfo *info;
  EegSynth *synth;
  guint frames;
  /* streaming thread only */
  gdouble *frame;
  gboolean wide;
  guint64 next;
  gboolean discont;
};

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

#define gst_eeg_test_src_parent_class parent_class
G_DEFINE_FINAL_TYPE (GstEegTestSrc, gst_eeg_test_src, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE (
    eegtestsrc, "eegtestsrc", GST_RANK_NONE, GST_TYPE_EEG_TEST_SRC)

#define GST_TYPE_EEG_TEST_SRC_WAVE (gst_eeg_test_src_wave_get_type ())
static GType
gst_eeg_test_src_wave_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_SYNTH_EEG, "1/f background, alpha, blinks and mains", "eeg"},
      {EEG_SYNTH_SINE, "Sine of amplitude and frequency", "sine"},
      {EEG_SYNTH_SQUARE, "Square wave, first half period positive", "square"},
      {EEG_SYNTH_IMPULSE, "First sample of every period, else zero", "impulse"},
      {EEG_SYNTH_COUNTER, "Sample index as (index mod 2^23) * 2^-23 V",
          "counter"},
      {EEG_SYNTH_SILENCE, "Zero volts", "silence"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegTestSrcWave", values));
  return type;
}

static gchar **
make_labels (const gchar *text, guint channels)
{
  gchar **labels;
  guint i;

  if (text && *text)
    return gst_eeg_parse_list (text);
  labels = g_new0 (gchar *, channels + 1);
  for (i = 0; i < channels; i++) {
    const gchar *name = eeg_synth_default_label (i);

    labels[i] = name ? g_strdup (name) : g_strdup_printf ("Ch%u", i + 1);
  }
  return labels;
}

static gboolean
gst_eeg_test_src_stop (GstBaseSrc *base)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);
  GstEegInfo *info;

  GST_OBJECT_LOCK (self);
  info = g_steal_pointer (&self->info);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&info, gst_eeg_info_free);
  g_clear_pointer (&self->synth, eeg_synth_free);
  g_clear_pointer (&self->frame, g_free);
  return TRUE;
}

/* Takes the settings over, or posts why they cannot be. Not in start(): the
 * base class would post a second error after ours. */
static gboolean
prepare (GstEegTestSrc *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  g_auto (GStrv) labels = NULL;
  g_autoptr (GstEegInfo) info = NULL;
  guint channels, rate, frames;
  guint64 seed;

  GST_OBJECT_LOCK (self);
  channels = self->channels;
  rate = self->rate;
  frames = self->samples_per_buffer;
  seed = self->seed;
  text = g_strdup (self->labels);
  GST_OBJECT_UNLOCK (self);

  if (channels == 0 || rate == 0) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Property \"%s\" is 0: an EEG stream needs at least 1.",
            channels == 0 ? "channels" : "rate"),
        ("channels=%u (1 to %u), rate=%u Hz (1 to %u)", channels, MAX_CHANNELS,
            rate, MAX_RATE));
    return FALSE;
  }
  if ((guint64) channels * frames > MAX_VALUES) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Property \"samples-per-buffer\" is %u: with %u channels a buffer "
         "holds at most %u frames.",
            frames, channels, MAX_VALUES / channels),
        (NULL));
    return FALSE;
  }
  labels = make_labels (text, channels);
  if (g_strv_length (labels) != channels) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("Property \"labels\" names %u channels, but \"channels\" is %u: give "
         "one name a channel, or set channels=%u.",
            g_strv_length (labels), channels, g_strv_length (labels)),
        ("labels=\"%s\"", text));
    return FALSE;
  }
  info = gst_eeg_info_new ();
  if (!gst_eeg_info_set_format (
          info, GST_AUDIO_FORMAT_F32LE, rate, channels, &error) ||
      !gst_eeg_info_set_labels (info, (const gchar *const *) labels, &error)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("The settings make no EEG stream: %s.", error->message),
        ("labels=\"%s\"", text ? text : ""));
    return FALSE;
  }
  if (frames == 0)
    frames = MAX (1, rate * AUTO_MS / 1000);

  gst_eeg_test_src_stop (GST_BASE_SRC (self));
  self->synth =
      eeg_synth_new (channels, rate, seed, (const char *const *) labels);
  self->frame = g_new (gdouble, channels);
  self->next = 0;
  self->discont = TRUE;
  GST_OBJECT_LOCK (self);
  self->info = g_steal_pointer (&info);
  self->frames = frames;
  self->produced = 0;
  self->started_us = self->latest_us = 0;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_eeg_test_src_start (GstBaseSrc *base)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);

  /* stopped and started again without READY in between, after an error */
  return self->synth || prepare (self);
}

static GstStateChangeReturn
gst_eeg_test_src_change_state (GstElement *element, GstStateChange transition)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !prepare (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  /* stop() is not called where start() was not */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_eeg_test_src_stop (GST_BASE_SRC (self));
  return ret;
}

static GstCaps *
gst_eeg_test_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);
  g_autoptr (GstEegInfo) info = NULL;
  GstCaps *caps, *wide;

  GST_OBJECT_LOCK (self);
  info = self->info ? gst_eeg_info_copy (self->info) : NULL;
  GST_OBJECT_UNLOCK (self);
  if (info) {
    caps = gst_eeg_info_to_caps (info);
    gst_caps_set_simple (caps, "format", G_TYPE_STRING, "F32LE", NULL);
    wide = gst_caps_copy (caps);
    gst_caps_set_simple (wide, "format", G_TYPE_STRING, "F64LE", NULL);
    gst_caps_append (caps, wide);
  } else {
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (base));
  }
  if (filter) {
    GstCaps *both =
        gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

    gst_caps_unref (caps);
    caps = both;
  }
  return caps;
}

static gboolean
gst_eeg_test_src_set_caps (GstBaseSrc *base, GstCaps *caps)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);
  g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
  g_autoptr (GError) error = NULL;

  if (!gst_eeg_info_from_caps (info, caps, &error)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
        ("Downstream asks for a stream that is no EEG: %s.", error->message),
        ("caps %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  self->wide = GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F64LE;
  gst_base_src_set_blocksize (base, self->frames * GST_EEG_INFO_BPF (info));
  GST_OBJECT_LOCK (self);
  gst_eeg_info_free (self->info);
  self->info = g_steal_pointer (&info);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* At the cap the source waits: what it makes has no deadline. */
static gboolean
gst_eeg_test_src_decide_allocation (GstBaseSrc *base, GstQuery *query)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);
  GstBufferPool *pool = gst_eeg_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  guint size, min, max;
  GstCaps *caps = NULL;

  gst_query_parse_allocation (query, &caps, NULL);
  GST_OBJECT_LOCK (self);
  size = self->frames * GST_EEG_INFO_BPF (self->info);
  min = self->pool_min;
  max = MAX (min, self->pool_max);
  GST_OBJECT_UNLOCK (self);
  gst_eeg_buffer_pool_set_owner (
      GST_EEG_BUFFER_POOL (pool), GST_ELEMENT (self));
  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  gst_eeg_buffer_pool_config_set_growth (
      config, MAX (4, min / 4), max, GST_EEG_POOL_POLICY_WAIT);
  if (!gst_buffer_pool_set_config (pool, config)) {
    gst_object_unref (pool);
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("The buffer pool refused %u buffers of %u bytes.", min, size), (NULL));
    return FALSE;
  }
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
  return TRUE;
}

static GstFlowReturn
gst_eeg_test_src_fill (GstPushSrc *push, GstBuffer *buffer)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (push);
  const guint bpf = GST_EEG_INFO_BPF (self->info);
  const guint channels = GST_EEG_INFO_CHANNELS (self->info);
  const guint64 first = self->next;
  EegSynthWave wave;
  gdouble frequency, amplitude;
  GstMapInfo map;
  guint i, c, frames;

  gst_object_sync_values (
      GST_OBJECT (self), gst_eeg_info_frames_to_time (self->info, first));
  GST_OBJECT_LOCK (self);
  wave = self->wave;
  frequency = self->frequency;
  amplitude = self->amplitude;
  GST_OBJECT_UNLOCK (self);

  if (!gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("The memory of a buffer could not be written."),
        ("sample %" G_GUINT64_FORMAT, first));
    return GST_FLOW_ERROR;
  }
  frames = MIN (self->frames, map.size / bpf);
  for (i = 0; i < frames; i++) {
    if (self->wide) {
      eeg_synth_frame (self->synth, wave, frequency, amplitude, first + i,
          (gdouble *) map.data + (gsize) i * channels);
    } else if (eeg_synth_is_common (wave)) {
      gfloat *out = (gfloat *) map.data + (gsize) i * channels;
      const gfloat v = (gfloat) eeg_synth_common (
          self->synth, wave, frequency, amplitude, first + i);

      for (c = 0; c < channels; c++)
        out[c] = v;
    } else {
      gfloat *out = (gfloat *) map.data + (gsize) i * channels;

      eeg_synth_frame (
          self->synth, wave, frequency, amplitude, first + i, self->frame);
      for (c = 0; c < channels; c++)
        out[c] = (gfloat) self->frame[c];
    }
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_set_size (buffer, (gssize) frames * bpf);

  self->next = first + frames;
  GST_BUFFER_OFFSET (buffer) = first;
  GST_BUFFER_OFFSET_END (buffer) = self->next;
  GST_BUFFER_PTS (buffer) = gst_eeg_info_frames_to_time (self->info, first);
  GST_BUFFER_DURATION (buffer) =
      gst_eeg_info_frames_to_time (self->info, self->next) -
      GST_BUFFER_PTS (buffer);
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  gst_buffer_add_eeg_meta (buffer, first, frames, 0, bpf);
  return GST_FLOW_OK;
}

/* Counted where it leaves: a live buffer that still waits for its time when the
 * stream is ended never does, and nobody behind has seen it. */
static GstPadProbeReturn
count_leaving (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstEegTestSrc *self = data;
  const GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  GST_OBJECT_LOCK (self);
  self->produced += GST_BUFFER_OFFSET_END (buffer) - GST_BUFFER_OFFSET (buffer);
  self->latest_us = g_get_monotonic_time ();
  if (self->started_us == 0)
    self->started_us = self->latest_us;
  GST_OBJECT_UNLOCK (self);
  return GST_PAD_PROBE_OK;
}

/* A live buffer leaves when its last sample has happened, not its first. */
static void
gst_eeg_test_src_get_times (
    GstBaseSrc *base, GstBuffer *buffer, GstClockTime *start, GstClockTime *end)
{
  *start = *end = GST_CLOCK_TIME_NONE;
  if (gst_base_src_is_live (base) && GST_BUFFER_PTS_IS_VALID (buffer)) {
    *start = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    *end = *start + GST_BUFFER_DURATION (buffer);
  }
}

static gboolean
gst_eeg_test_src_query (GstBaseSrc *base, GstQuery *query)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (base);

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    const gboolean live = gst_base_src_is_live (base);
    GstClockTime min = 0;

    GST_OBJECT_LOCK (self);
    if (!self->info) {
      GST_OBJECT_UNLOCK (self);
      return FALSE;
    }
    if (live)
      min = gst_eeg_info_frames_to_time (self->info, self->frames);
    GST_OBJECT_UNLOCK (self);
    gst_query_set_latency (query, live, min, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (parent_class)->query (base, query);
}

static gboolean
gst_eeg_test_src_is_seekable (GstBaseSrc *base)
{
  return FALSE;
}

static GstStructure *
make_stats (GstEegTestSrc *self)
{
  const gboolean live = gst_base_src_is_live (GST_BASE_SRC (self));
  GstBufferPool *pool;
  GstStructure *stats;
  guint64 produced;
  gdouble rate;

  GST_OBJECT_LOCK (self);
  produced = self->produced;
  /* in virtual time the rate is the nominal one by definition */
  rate = self->rate;
  if (live && self->latest_us > self->started_us && produced > self->frames)
    rate = (gdouble) (produced - self->frames) * G_USEC_PER_SEC /
           (self->latest_us - self->started_us);
  GST_OBJECT_UNLOCK (self);
  stats = gst_structure_new ("application/x-eeg-stats", "produced",
      G_TYPE_UINT64, produced, "lost", G_TYPE_UINT64, (guint64) 0, "delivered",
      G_TYPE_UINT64, produced, "rate-measured", G_TYPE_DOUBLE, rate, NULL);
  pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  if (pool) {
    gst_eeg_buffer_pool_add_stats (GST_EEG_BUFFER_POOL (pool), stats);
    gst_object_unref (pool);
  }
  return stats;
}

static void
gst_eeg_test_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CHANNELS:
      self->channels = g_value_get_uint (value);
      break;
    case PROP_RATE:
      self->rate = g_value_get_uint (value);
      break;
    case PROP_WAVE:
      self->wave = g_value_get_enum (value);
      break;
    case PROP_FREQUENCY:
      self->frequency = g_value_get_double (value);
      break;
    case PROP_AMPLITUDE:
      self->amplitude = g_value_get_double (value);
      break;
    case PROP_SAMPLES_PER_BUFFER:
      self->samples_per_buffer = g_value_get_uint (value);
      break;
    case PROP_SEED:
      self->seed = g_value_get_uint64 (value);
      break;
    case PROP_LABELS:
      g_free (self->labels);
      self->labels = g_value_dup_string (value);
      break;
    case PROP_POOL_MIN:
      self->pool_min = g_value_get_uint (value);
      break;
    case PROP_POOL_MAX:
      self->pool_max = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_test_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegTestSrc *self = GST_EEG_TEST_SRC (object);

  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CHANNELS:
      g_value_set_uint (value, self->channels);
      break;
    case PROP_RATE:
      g_value_set_uint (value, self->rate);
      break;
    case PROP_WAVE:
      g_value_set_enum (value, self->wave);
      break;
    case PROP_FREQUENCY:
      g_value_set_double (value, self->frequency);
      break;
    case PROP_AMPLITUDE:
      g_value_set_double (value, self->amplitude);
      break;
    case PROP_SAMPLES_PER_BUFFER:
      g_value_set_uint (value, self->samples_per_buffer);
      break;
    case PROP_SEED:
      g_value_set_uint64 (value, self->seed);
      break;
    case PROP_LABELS:
      g_value_set_string (value, self->labels);
      break;
    case PROP_POOL_MIN:
      g_value_set_uint (value, self->pool_min);
      break;
    case PROP_POOL_MAX:
      g_value_set_uint (value, self->pool_max);
      break;
    case PROP_STATS:
      /* takes the lock itself */
      GST_OBJECT_UNLOCK (self);
      g_value_take_boxed (value, make_stats (self));
      return;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_test_src_finalize (GObject *object)
{
  g_free (GST_EEG_TEST_SRC (object)->labels);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_eeg_test_src_init (GstEegTestSrc *self)
{
  self->channels = DEFAULT_CHANNELS;
  self->rate = DEFAULT_RATE;
  self->wave = DEFAULT_WAVE;
  self->frequency = DEFAULT_FREQUENCY;
  self->amplitude = DEFAULT_AMPLITUDE;
  self->seed = DEFAULT_SEED;
  self->pool_min = DEFAULT_POOL_MIN;
  self->pool_max = DEFAULT_POOL_MAX;
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_pad_add_probe (GST_BASE_SRC_PAD (self), GST_PAD_PROBE_TYPE_BUFFER,
      count_leaving, self, NULL);
}

static void
gst_eeg_test_src_class_init (GstEegTestSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);
  const GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                              GST_PARAM_MUTABLE_PLAYING |
                              GST_PARAM_CONTROLLABLE;

  GST_DEBUG_CATEGORY_INIT (
      eeg_test_src_debug, "eegtestsrc", 0, "synthetic EEG source");

  object_class->set_property = gst_eeg_test_src_set_property;
  object_class->get_property = gst_eeg_test_src_get_property;
  object_class->finalize = gst_eeg_test_src_finalize;

  g_object_class_install_property (object_class, PROP_CHANNELS,
      g_param_spec_uint ("channels", "Channels",
          "Number of channels, 1 to 1024; 0 is refused at start", 0,
          MAX_CHANNELS, DEFAULT_CHANNELS, ready));
  g_object_class_install_property (object_class, PROP_RATE,
      g_param_spec_uint ("rate", "Rate",
          "Samples per second of each channel, in Hz; 0 is refused at start", 0,
          MAX_RATE, DEFAULT_RATE, ready));
  g_object_class_install_property (object_class, PROP_WAVE,
      g_param_spec_enum ("wave", "Wave",
          "What the channels show: lifelike EEG or an exact test signal",
          GST_TYPE_EEG_TEST_SRC_WAVE, DEFAULT_WAVE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_FREQUENCY,
      g_param_spec_double ("frequency", "Frequency",
          "Frequency of the wave, of alpha for wave=eeg, in Hz; 0 gives a "
          "single impulse for wave=impulse",
          0.0, MAX_RATE, DEFAULT_FREQUENCY, playing));
  g_object_class_install_property (object_class, PROP_AMPLITUDE,
      g_param_spec_double ("amplitude", "Amplitude",
          "Peak of the wave in volts; for wave=eeg the peak of alpha at the "
          "occipital channels, all else scales with it",
          0.0, 1e3, DEFAULT_AMPLITUDE, playing));
  g_object_class_install_property (object_class, PROP_SAMPLES_PER_BUFFER,
      g_param_spec_uint ("samples-per-buffer", "Samples per buffer",
          "Frames in each buffer; 0 chooses 4 ms of signal, at least one "
          "frame. The samples do not depend on it",
          0, 1 << 20, 0, ready));
  g_object_class_install_property (object_class, PROP_SEED,
      g_param_spec_uint64 ("seed", "Seed",
          "Equal seeds give equal random signals", 0, G_MAXUINT64, DEFAULT_SEED,
          ready));
  g_object_class_install_property (object_class, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Is live",
          "Pace the stream by the pipeline clock; otherwise as fast as "
          "downstream takes it",
          FALSE, ready));
  g_object_class_install_property (object_class, PROP_LABELS,
      g_param_spec_string ("labels", "Labels",
          "Electrode names, comma separated, one a channel; unset chooses "
          "10-20 and 10-10 positions",
          NULL, ready));
  g_object_class_install_property (object_class, PROP_POOL_MIN,
      g_param_spec_uint (GST_EEG_POOL_MIN, "Pool, at start",
          "Buffers made before the first sample", 1, 65536, DEFAULT_POOL_MIN,
          ready));
  g_object_class_install_property (object_class, PROP_POOL_MAX,
      g_param_spec_uint (GST_EEG_POOL_MAX, "Pool, at most",
          "Buffers that the pool may grow to; with all of them held downstream "
          "the source waits",
          1, 65536, DEFAULT_POOL_MAX, ready));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters since start: produced, lost and delivered samples per "
          "channel, rate-measured in Hz, and pool-*",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG test source",
      "Source/EEG",
      "Creates synthetic EEG or exact test signals in volts, no hardware "
      "needed",
      "gst-plugins-eeg contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_TEST_SRC_WAVE, 0);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_eeg_test_src_change_state);
  base_class->start = GST_DEBUG_FUNCPTR (gst_eeg_test_src_start);
  base_class->stop = GST_DEBUG_FUNCPTR (gst_eeg_test_src_stop);
  base_class->get_caps = GST_DEBUG_FUNCPTR (gst_eeg_test_src_get_caps);
  base_class->set_caps = GST_DEBUG_FUNCPTR (gst_eeg_test_src_set_caps);
  base_class->get_times = GST_DEBUG_FUNCPTR (gst_eeg_test_src_get_times);
  base_class->decide_allocation =
      GST_DEBUG_FUNCPTR (gst_eeg_test_src_decide_allocation);
  base_class->query = GST_DEBUG_FUNCPTR (gst_eeg_test_src_query);
  base_class->is_seekable = GST_DEBUG_FUNCPTR (gst_eeg_test_src_is_seekable);
  GST_PUSH_SRC_CLASS (klass)->fill = GST_DEBUG_FUNCPTR (gst_eeg_test_src_fill);
}
