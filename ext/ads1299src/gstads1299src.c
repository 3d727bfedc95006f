/* ads1299src: EEG from TI ADS1299 chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
/**
 * SECTION:element-ads1299src
 * @title: ads1299src
 *
 * Samples from one to eight cascaded ADS1299 converters, 8 channels each, as
 * counts (S24_32LE). Full scale is vref/gain; eegtovoltage makes volts of them.
 *
 * With bus=sim the chips are simulated down to the bytes on the SPI: the same
 * bring-up, register verification, frame decoding and loss accounting run as
 * with real ones. This build has only the simulated chip; bus=linux is refused.
 *
 * is-live=true paces the simulation by the clock; is-live=false makes samples
 * as fast as they are taken, with timestamps from the sample count alone.
 *
 * Signals: eeg (1/f background, alpha strongest at O1/O2, blinks at Fp, mains),
 * square (the chip's own test signal), short (inputs shorted: the chip's noise),
 * sine (sim-frequency, sim-amplitude), counter (code = (sample + channel)
 * modulo 2^23, channel counted from 0).
 *
 * |[
 * gst-launch-1.0 ads1299src ! eegtovoltage ! eegfilter highpass=1 ! csvsink location=a.csv
 * gst-launch-1.0 ads1299src is-live=false num-buffers=1000 ! fakesink
 * ]|
 */
#include "config.h"

#include "gstads1299src.h"

#include <gst/eeg/eeg.h>
#include <string.h>
#include <time.h>

#include "ads1299-acq.h"
#include "chip/ads1299-frame.h"
#include "chip/ads1299-scene.h"

GST_DEBUG_CATEGORY_STATIC (ads1299_src_debug);
#define GST_CAT_DEFAULT ads1299_src_debug

#define MAX_CHANNELS (ADS1299_BUS_MAX_CHIPS * ADS1299_MAX_CHANNELS)
#define RING_SECONDS 2

typedef enum
{
  BUS_SIM,
  BUS_LINUX,
} Ads1299BusKind;

typedef struct
{
  Ads1299BusKind bus;
  gchar *device, *drdy, *start_line, *reset_line;
  gint rate;
  gchar *gain;
  gdouble vref;
  guint chips;
  guint samples_per_buffer;
  gchar *labels;
  gint cpu;
  gint rt_priority;
  Ads1299Signal sim_signal;
  guint sim_seed;
  gchar *sim_faults, *sim_file;
  gdouble sim_frequency, sim_amplitude, sim_mains;
} Settings;

struct _GstAds1299Src
{
  GstPushSrc parent;

  Settings settings; /* object lock */

  /* from start() to stop() */
  Ads1299Bus *bus;
  Ads1299Acq *acq; /* pointer: object lock, for stats */
  GstEegInfo info;
  gboolean have_info;
  guint frames; /* per buffer */
  guint bpf;
  gboolean live;

  /* streaming thread */
  gboolean thread_started;
  guint64 next_index;   /* sample expected next */
  guint64 anchor_index; /* live: PTS of a sample = anchor + count */
  GstClockTime anchor_pts;
  GstClockTimeDiff clock_offset; /* pipeline clock - CLOCK_MONOTONIC */
  gboolean reanchor;             /* atomic */
  GstClockTime group_delay;

  guint64 delivered, gaps;     /* object lock */
  guint64 refused;             /* object lock: lost for want of a buffer */
  Ads1299AcqCounts last_count; /* object lock: of a run that has ended */
  gint failed;                 /* atomic: an error was posted since start() */
};

enum
{
  PROP_0,
  PROP_BUS,
  PROP_DEVICE,
  PROP_DRDY,
  PROP_START_LINE,
  PROP_RESET_LINE,
  PROP_RATE,
  PROP_GAIN,
  PROP_VREF,
  PROP_CHIPS,
  PROP_SAMPLES_PER_BUFFER,
  PROP_LABELS,
  PROP_CPU,
  PROP_RT_PRIORITY,
  PROP_STATS,
  PROP_IS_LIVE,
  PROP_SIM_SIGNAL,
  PROP_SIM_SEED,
  PROP_SIM_FAULTS,
  PROP_SIM_FILE,
  PROP_SIM_FREQUENCY,
  PROP_SIM_AMPLITUDE,
  PROP_SIM_MAINS,
};

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMAT_COUNTS)));

/* The first eight are the usual 10-20 sites, then 10-10 names; further
 * channels are numbered. */
static const gchar *const default_labels[] = {"Fp1", "Fp2", "C3", "C4", "P7",
    "P8", "O1", "O2", "F7", "F8", "F3", "F4", "T7", "T8", "P3", "P4", "Fz",
    "Cz", "Pz", "Oz", "FC1", "FC2", "FC5", "FC6", "CP1", "CP2", "CP5", "CP6",
    "AF3", "AF4", "PO3", "PO4", "F1", "F2", "F5", "F6", "C1", "C2", "C5", "C6",
    "P1", "P2", "P5", "P6", "FC3", "FC4", "CP3", "CP4", "FT7", "FT8", "TP7",
    "TP8", "AF7", "AF8", "PO7", "PO8", "AFz", "FCz", "CPz", "POz"};

#define TYPE_BUS    (gst_ads1299_src_bus_get_type ())
#define TYPE_SIGNAL (gst_ads1299_src_signal_get_type ())

static GType
gst_ads1299_src_bus_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {BUS_SIM, "Simulated chips", "sim"},
      {BUS_LINUX, "Chips on spidev and GPIO lines (not in this build)",
          "linux"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstAds1299Bus", values));
  return type;
}

static GType
gst_ads1299_src_signal_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {ADS1299_SIGNAL_EEG, "Background, alpha, blinks and mains", "eeg"},
      {ADS1299_SIGNAL_SQUARE, "The chip's internal test signal", "square"},
      {ADS1299_SIGNAL_SHORT, "Inputs shorted: the chip's noise", "short"},
      {ADS1299_SIGNAL_SINE, "A sine at the electrodes", "sine"},
      {ADS1299_SIGNAL_COUNTER, "Code = (sample + channel) mod 2^23", "counter"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstAds1299Signal", values));
  return type;
}

static gboolean
response_evaluate (GstEegResponse *iface, gdouble rate, const gdouble *hz,
    guint n, gdouble *re, gdouble *im)
{
  gint dr = ads1299_rate_to_dr ((guint) rate);
  guint i;

  if (dr < 0)
    return FALSE;
  /* the group delay is taken off the timestamps: a real gain remains */
  for (i = 0; i < n; i++) {
    re[i] = ads1299_sinc3_gain (hz[i], ads1299_dr_to_decimation (dr));
    im[i] = 0.0;
  }
  return TRUE;
}

static GstStructure *
response_describe (GstEegResponse *iface, gdouble rate)
{
  gint dr = ads1299_rate_to_dr ((guint) rate);
  gchar *text;
  GstStructure *s;

  if (dr < 0)
    return NULL;
  text = g_strdup_printf (
      "sinc3 filter of the converter, -3 dB at %.0f Hz", 0.262 * rate);
  s = gst_structure_new ("eeg-response", "out-rate", G_TYPE_DOUBLE, rate,
      "delay", G_TYPE_DOUBLE, 0.0, "latency", G_TYPE_DOUBLE,
      ads1299_group_delay (ads1299_dr_to_decimation (dr)), "settling",
      G_TYPE_DOUBLE, 3.0 / rate, "text", G_TYPE_STRING, text, NULL);
  g_free (text);
  return s;
}

static void
response_init (GstEegResponseInterface *iface)
{
  iface->evaluate = response_evaluate;
  iface->describe = response_describe;
}

#define gst_ads1299_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstAds1299Src, gst_ads1299_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_EEG_RESPONSE, response_init)
        GST_DEBUG_CATEGORY_INIT (
            ads1299_src_debug, "ads1299src", 0, "ADS1299 source"))
GST_ELEMENT_REGISTER_DEFINE (
    ads1299src, "ads1299src", GST_RANK_NONE, GST_TYPE_ADS1299_SRC)

/* Sinks such as filesink keep small buffers by the thousand. Past the cap a
 * live source counts samples as lost, another one waits. */
#define POOL_MIN  16
#define POOL_STEP 64
#define POOL_CAP  8192

/* --- settings --------------------------------------------------------------- */

/* Everything that follows from the properties; %FALSE with @error. */
static gboolean
build_info (GstAds1299Src *self, GstEegInfo *info, guint *gains, GError **error)
{
  Settings *s = &self->settings;
  guint channels, i, n_gains = 0;
  gdouble *list, full_scale[MAX_CHANNELS], gain[MAX_CHANNELS];
  gchar **labels = NULL;
  gboolean ok = FALSE;

  GST_OBJECT_LOCK (self);
  channels = s->chips * ADS1299_MAX_CHANNELS;
  list = gst_eeg_parse_double_list (s->gain, &n_gains, error);
  if (list == NULL)
    goto out;
  if (n_gains != 1 && n_gains != channels) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "gain has %u entries; give one, or one for each of the %u channels",
        n_gains, channels);
    goto out;
  }
  if (ads1299_rate_to_dr ((guint) s->rate) < 0) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "rate is %d, but an ADS1299 has only " ADS1299_RATES_TEXT
        " samples per second",
        s->rate);
    goto out;
  }
  for (i = 0; i < channels; i++) {
    gain[i] = list[n_gains == 1 ? 0 : i];
    if (gain[i] < 1 || gain[i] > 24 || gain[i] != (guint) gain[i] ||
        ads1299_gain_to_code ((guint) gain[i]) < 0) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "gain of channel %u is %g, but an ADS1299 has "
          "only " ADS1299_GAINS_TEXT,
          i + 1, gain[i]);
      goto out;
    }
    gains[i] = (guint) gain[i];
    full_scale[i] = s->vref / gain[i];
  }
  if (s->labels != NULL && *s->labels != '\0') {
    labels = gst_eeg_parse_list (s->labels);
    if (g_strv_length (labels) != channels) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "labels has %u names, but %u chip(s) give %u channels",
          g_strv_length (labels), s->chips, channels);
      goto out;
    }
  } else {
    labels = g_new0 (gchar *, channels + 1);
    for (i = 0; i < channels; i++)
      labels[i] = i < G_N_ELEMENTS (default_labels)
                      ? g_strdup (default_labels[i])
                      : g_strdup_printf ("Ch%u", i + 1);
  }
  if (!gst_eeg_info_set_format (
          info, GST_AUDIO_FORMAT_S24_32LE, s->rate, (gint) channels, error))
    goto out;
  info->unit = GST_EEG_UNIT_ADC;
  ok = gst_eeg_info_set_labels (info, (const gchar *const *) labels, error) &&
       gst_eeg_info_set_full_scale (info, full_scale, channels, error) &&
       gst_eeg_info_set_gain (info, gain, channels, error);
  gst_eeg_info_set_reference (info, "SRB1");
out:
  GST_OBJECT_UNLOCK (self);
  g_strfreev (labels);
  g_free (list);
  return ok;
}

static void
set_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
gst_ads1299_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);
  Settings *s = &self->settings;

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BUS:
      s->bus = g_value_get_enum (value);
      break;
    case PROP_DEVICE:
      set_string (&s->device, value);
      break;
    case PROP_DRDY:
      set_string (&s->drdy, value);
      break;
    case PROP_START_LINE:
      set_string (&s->start_line, value);
      break;
    case PROP_RESET_LINE:
      set_string (&s->reset_line, value);
      break;
    case PROP_RATE:
      s->rate = g_value_get_int (value);
      break;
    case PROP_GAIN:
      set_string (&s->gain, value);
      break;
    case PROP_VREF:
      s->vref = g_value_get_double (value);
      break;
    case PROP_CHIPS:
      s->chips = g_value_get_uint (value);
      break;
    case PROP_SAMPLES_PER_BUFFER:
      s->samples_per_buffer = g_value_get_uint (value);
      break;
    case PROP_LABELS:
      set_string (&s->labels, value);
      break;
    case PROP_CPU:
      s->cpu = g_value_get_int (value);
      break;
    case PROP_RT_PRIORITY:
      s->rt_priority = g_value_get_int (value);
      break;
    case PROP_SIM_SIGNAL:
      s->sim_signal = g_value_get_enum (value);
      break;
    case PROP_SIM_SEED:
      s->sim_seed = g_value_get_uint (value);
      break;
    case PROP_SIM_FAULTS:
      set_string (&s->sim_faults, value);
      break;
    case PROP_SIM_FILE:
      set_string (&s->sim_file, value);
      break;
    case PROP_SIM_FREQUENCY:
      s->sim_frequency = g_value_get_double (value);
      break;
    case PROP_SIM_AMPLITUDE:
      s->sim_amplitude = g_value_get_double (value);
      break;
    case PROP_SIM_MAINS:
      s->sim_mains = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
make_stats (GstAds1299Src *self)
{
  guint64 delivered, gaps;
  Ads1299AcqCounts c;
  gdouble rate = 0.0;
  GstStructure *s;
  GstBufferPool *pool;

  GST_OBJECT_LOCK (self);
  c = self->last_count;
  if (self->acq != NULL)
    ads1299_acq_get_counts (self->acq, &c);
  c.lost += self->refused;
  delivered = self->delivered;
  gaps = self->gaps;
  GST_OBJECT_UNLOCK (self);
  if (c.last_ns > c.first_ns)
    rate =
        (gdouble) (c.produced - 1) * 1e9 / (gdouble) (c.last_ns - c.first_ns);
  s = gst_structure_new ("ads1299src-stats", "produced", G_TYPE_UINT64,
      c.produced, "lost", G_TYPE_UINT64, c.lost, "delivered", G_TYPE_UINT64,
      delivered, "rate-measured", G_TYPE_DOUBLE, rate, "gaps", G_TYPE_UINT64,
      gaps, "status-errors", G_TYPE_UINT64, c.status_errors, "overruns",
      G_TYPE_UINT64, c.overruns, NULL);
  pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  if (pool != NULL) {
    gst_eeg_buffer_pool_add_stats (GST_EEG_BUFFER_POOL (pool), s);
    gst_object_unref (pool);
  }
  return s;
}

static void
gst_ads1299_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);
  Settings *s = &self->settings;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BUS:
      g_value_set_enum (value, s->bus);
      break;
    case PROP_DEVICE:
      g_value_set_string (value, s->device);
      break;
    case PROP_DRDY:
      g_value_set_string (value, s->drdy);
      break;
    case PROP_START_LINE:
      g_value_set_string (value, s->start_line);
      break;
    case PROP_RESET_LINE:
      g_value_set_string (value, s->reset_line);
      break;
    case PROP_RATE:
      g_value_set_int (value, s->rate);
      break;
    case PROP_GAIN:
      g_value_set_string (value, s->gain);
      break;
    case PROP_VREF:
      g_value_set_double (value, s->vref);
      break;
    case PROP_CHIPS:
      g_value_set_uint (value, s->chips);
      break;
    case PROP_SAMPLES_PER_BUFFER:
      g_value_set_uint (value, s->samples_per_buffer);
      break;
    case PROP_LABELS:
      g_value_set_string (value, s->labels);
      break;
    case PROP_CPU:
      g_value_set_int (value, s->cpu);
      break;
    case PROP_RT_PRIORITY:
      g_value_set_int (value, s->rt_priority);
      break;
    case PROP_SIM_SIGNAL:
      g_value_set_enum (value, (gint) s->sim_signal);
      break;
    case PROP_SIM_SEED:
      g_value_set_uint (value, s->sim_seed);
      break;
    case PROP_SIM_FAULTS:
      g_value_set_string (value, s->sim_faults);
      break;
    case PROP_SIM_FILE:
      g_value_set_string (value, s->sim_file);
      break;
    case PROP_SIM_FREQUENCY:
      g_value_set_double (value, s->sim_frequency);
      break;
    case PROP_SIM_AMPLITUDE:
      g_value_set_double (value, s->sim_amplitude);
      break;
    case PROP_SIM_MAINS:
      g_value_set_double (value, s->sim_mains);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

/* --- start, stop ------------------------------------------------------------ */

static gboolean
open_bus (GstAds1299Src *self, const guint *gains)
{
  Ads1299SimConfig config = {0};
  Ads1299Setup setup;
  Ads1299Error error;
  Settings *s = &self->settings;
  gchar *faults, *file;
  guint i;

  GST_OBJECT_LOCK (self);
  ads1299_setup_init (&setup, s->chips, (guint) s->rate);
  config.n_chips = s->chips;
  config.rate = setup.rate;
  config.vref = setup.vref = s->vref;
  config.signal = (int) s->sim_signal;
  config.seed = s->sim_seed;
  config.sine_hz = s->sim_frequency;
  config.sine_volts = s->sim_amplitude;
  config.mains_hz = s->sim_mains;
  faults = g_strdup (s->sim_faults);
  file = g_strdup (s->sim_file);
  GST_OBJECT_UNLOCK (self);
  config.realtime = self->live;
  config.coalesce = self->frames;
  config.labels = (const char *const *) self->info.labels;
  config.faults = faults;
  config.file = file != NULL && *file != '\0' ? file : NULL;
  ads1299_setup_set_mux (
      &setup, config.signal == ADS1299_SIGNAL_SHORT    ? ADS1299_MUX_SHORT
              : config.signal == ADS1299_SIGNAL_SQUARE ? ADS1299_MUX_TEST
                                                       : ADS1299_MUX_NORMAL);
  for (i = 0; i < config.n_chips * ADS1299_MAX_CHANNELS; i++)
    setup.chip[i / ADS1299_MAX_CHANNELS]
        .channel[i % ADS1299_MAX_CHANNELS]
        .gain = gains[i];

  self->bus = ads1299_bus_sim_new (&config, &error);
  g_free (faults);
  g_free (file);
  if (self->bus == NULL) {
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s.", error.text), ("simulated bus"));
    return FALSE;
  }
  if (ads1299_bus_sim_torn_bytes (self->bus) > 0)
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("The recording ends inside a sample: %" G_GSIZE_FORMAT
         " bytes at its end are ignored.",
            ads1299_bus_sim_torn_bytes (self->bus)),
        (NULL));
  if (!ads1299_bring_up (self->bus, &setup, NULL, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ, ("%s.", error.text), (NULL));
    return FALSE;
  }
  return TRUE;
}

static gboolean
gst_ads1299_src_stop (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  Ads1299Acq *acq;

  if (self->acq != NULL) {
    ads1299_acq_stop_thread (self->acq);
    GST_OBJECT_LOCK (self);
    ads1299_acq_get_counts (self->acq, &self->last_count);
    acq = g_steal_pointer (&self->acq);
    GST_OBJECT_UNLOCK (self);
    ads1299_acq_free (acq);
  }
  if (self->bus != NULL) {
    ads1299_stop (self->bus);
    self->bus->ops->close (self->bus);
    self->bus = NULL;
  }
  return TRUE;
}

static gboolean
gst_ads1299_src_start (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  guint gains[MAX_CHANNELS] = {0}, rate, spb;
  GError *error = NULL;
  Ads1299Acq *acq;

  g_atomic_int_set (&self->failed, FALSE);
  gst_eeg_info_clear (&self->info);
  gst_eeg_info_init (&self->info);
  if (!build_info (self, &self->info, gains, &error)) {
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s.", error->message), (NULL));
    g_clear_error (&error);
    return FALSE;
  }
  self->live = gst_base_src_is_live (base);
  rate = (guint) GST_EEG_INFO_RATE (&self->info);
  self->bpf = (guint) GST_EEG_INFO_BPF (&self->info);
  GST_OBJECT_LOCK (self);
  spb = self->settings.samples_per_buffer;
  self->delivered = self->gaps = self->refused = 0;
  GST_OBJECT_UNLOCK (self);
  self->frames = spb ? spb : MAX (1, rate / 250);
  self->group_delay =
      (GstClockTime) (1e9 * ads1299_group_delay (ads1299_dr_to_decimation (
                                (guint) ads1299_rate_to_dr (rate))));
  if (!open_bus (self, gains)) {
    gst_ads1299_src_stop (base);
    return FALSE;
  }
  acq = ads1299_acq_new (self->bus, rate,
      MAX (2 * self->frames, self->live ? RING_SECONDS * rate : 0));
  GST_OBJECT_LOCK (self);
  self->acq = acq;
  GST_OBJECT_UNLOCK (self);
  self->thread_started = FALSE;
  self->next_index = 0;
  self->anchor_index = 0;
  self->anchor_pts = 0;
  g_atomic_int_set (&self->reanchor, TRUE);
  gst_base_src_set_blocksize (base, self->frames * self->bpf);
  return TRUE;
}

static gboolean
gst_ads1299_src_unlock (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);

  GST_OBJECT_LOCK (self);
  if (self->acq != NULL)
    ads1299_acq_cancel (self->acq, TRUE);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_ads1299_src_unlock_stop (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);

  GST_OBJECT_LOCK (self);
  if (self->acq != NULL)
    ads1299_acq_cancel (self->acq, FALSE);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* One failure, one error: the base class adds a general one to every error of
 * ours, which says less. */
static gboolean
gst_ads1299_src_post_message (GstElement *element, GstMessage *message)
{
  GstAds1299Src *self = GST_ADS1299_SRC (element);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR &&
      !g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE)) {
    gst_message_unref (message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
}

static GstStateChangeReturn
gst_ads1299_src_change_state (GstElement *element, GstStateChange change)
{
  GstAds1299Src *self = GST_ADS1299_SRC (element);
  Ads1299BusKind bus;
  GstStateChangeReturn ret;

  if (change == GST_STATE_CHANGE_NULL_TO_READY) {
    g_atomic_int_set (&self->failed, FALSE);
    GST_OBJECT_LOCK (self);
    bus = self->settings.bus;
    GST_OBJECT_UNLOCK (self);
    if (bus != BUS_SIM) {
      GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
          ("bus=linux is not available: this build has only the simulated "
           "chip. Set bus=sim."),
          (NULL));
      return GST_STATE_CHANGE_FAILURE;
    }
  }
  /* Samples taken while paused are not delivered late but counted as lost. */
  if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED ||
      change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    GST_OBJECT_LOCK (self);
    if (self->acq != NULL && self->live)
      ads1299_acq_set_paused (
          self->acq, change == GST_STATE_CHANGE_PLAYING_TO_PAUSED);
    GST_OBJECT_UNLOCK (self);
    g_atomic_int_set (&self->reanchor, TRUE);
  }
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, change);
  return ret;
}

/* --- negotiation ------------------------------------------------------------ */

static GstCaps *
gst_ads1299_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  guint gains[MAX_CHANNELS];
  GstEegInfo info;
  GstCaps *caps, *result;

  gst_eeg_info_init (&info);
  /* wrong settings are reported by start() */
  if (build_info (self, &info, gains, NULL))
    caps = gst_eeg_info_to_caps (&info);
  else
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (base));
  gst_eeg_info_clear (&info);
  if (filter == NULL)
    return caps;
  result = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return result;
}

static gboolean
gst_ads1299_src_set_caps (GstBaseSrc *base, GstCaps *caps)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  GError *error = NULL;
  GstEegInfo info;
  gboolean ok;

  gst_eeg_info_init (&info);
  ok = gst_eeg_info_from_caps (&info, caps, &error) &&
       GST_EEG_INFO_BPF (&info) == (gint) self->bpf;
  gst_eeg_info_clear (&info);
  if (!ok)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("The agreed caps are not those of the chip: %s.",
            error ? error->message : "another number of channels"),
        ("caps %" GST_PTR_FORMAT, caps));
  g_clear_error (&error);
  return ok;
}

static gboolean
gst_ads1299_src_decide_allocation (GstBaseSrc *base, GstQuery *query)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  guint size = self->frames * self->bpf;
  GstBufferPool *pool = gst_eeg_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = NULL;

  gst_query_parse_allocation (query, &caps, NULL);
  gst_eeg_buffer_pool_set_owner (
      GST_EEG_BUFFER_POOL (pool), GST_ELEMENT (self));
  gst_buffer_pool_config_set_params (config, caps, size, POOL_MIN, POOL_CAP);
  gst_eeg_buffer_pool_config_set_growth (config, POOL_STEP, POOL_CAP,
      self->live ? GST_EEG_POOL_POLICY_FAIL : GST_EEG_POOL_POLICY_WAIT);
  if (!gst_buffer_pool_set_config (pool, config)) {
    gst_object_unref (pool);
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("The buffer pool refused buffers of %u bytes.", size), (NULL));
    return FALSE;
  }
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_set_nth_allocation_pool (
        query, 0, pool, size, POOL_MIN, POOL_CAP);
  else
    gst_query_add_allocation_pool (query, pool, size, POOL_MIN, POOL_CAP);
  gst_object_unref (pool);
  return TRUE;
}

static gboolean
gst_ads1299_src_query (GstBaseSrc *base, GstQuery *query)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GstClockTime min;
    gint rate;

    GST_OBJECT_LOCK (self);
    rate = self->settings.rate;
    GST_OBJECT_UNLOCK (self);
    if (self->frames == 0 || rate <= 0)
      return FALSE;
    if (!self->live) {
      gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    }
    /* a buffer has to fill, and its PTS is early by the filter's delay */
    min = gst_util_uint64_scale_int_ceil (self->frames, GST_SECOND, rate) +
          self->group_delay;
    gst_query_set_latency (query, TRUE, min, min + RING_SECONDS * GST_SECOND);
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (parent_class)->query (base, query);
}

/* --- data ------------------------------------------------------------------- */

static gboolean
begin (GstAds1299Src *self)
{
  GError *error = NULL;
  Ads1299Error chip_error;
  gchar *warning = NULL;
  gint cpu, rt;
  gboolean ok;

  self->thread_started = TRUE;
  if (!ads1299_start (self->bus, &chip_error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("%s.", chip_error.text), (NULL));
    return FALSE;
  }
  if (!self->live)
    return TRUE;
  GST_OBJECT_LOCK (self);
  cpu = self->settings.cpu;
  rt = self->settings.rt_priority;
  GST_OBJECT_UNLOCK (self);
  ok = ads1299_acq_start_thread (self->acq, cpu, rt, &warning, &error);
  if (!ok)
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("%s.", error->message), (NULL));
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s.", warning), (NULL));
  g_clear_error (&error);
  g_free (warning);
  return ok;
}

/* Live: running time of a sample's edge, less the filter's delay. */
static GstClockTime
edge_to_pts (GstAds1299Src *self, guint64 edge_ns)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  GstClockTimeDiff t = (GstClockTimeDiff) edge_ns;

  if (clock != NULL) {
    struct timespec ts;
    GstClockTime now = gst_clock_get_time (clock);

    clock_gettime (CLOCK_MONOTONIC, &ts);
    self->clock_offset = GST_CLOCK_DIFF (GST_TIMESPEC_TO_TIME (ts), now);
    /* the system clock is CLOCK_MONOTONIC: no offset but reading noise */
    if (ABS (self->clock_offset) < 50 * GST_USECOND)
      self->clock_offset = 0;
    t += self->clock_offset;
    gst_object_unref (clock);
  }
  t -= (GstClockTimeDiff) (base + self->group_delay);
  return t > 0 ? (GstClockTime) t : 0;
}

static void
set_times (GstAds1299Src *self, GstBuffer *buf, guint64 index, guint n,
    gboolean discont)
{
  guint64 from = index - self->anchor_index;

  if (self->live &&
      g_atomic_int_compare_and_exchange (&self->reanchor, TRUE, FALSE)) {
    GstClockTime last =
        self->anchor_pts + gst_eeg_info_frames_to_time (&self->info,
                               self->next_index - self->anchor_index);
    GstClockTime pts = edge_to_pts (self, ads1299_acq_edge (self->acq, 0));

    /* never backwards */
    self->anchor_pts = self->delivered > 0 ? MAX (pts, last) : pts;
    self->anchor_index = index;
    from = 0;
  }
  GST_BUFFER_PTS (buf) =
      self->anchor_pts + gst_eeg_info_frames_to_time (&self->info, from);
  GST_BUFFER_DURATION (buf) =
      self->anchor_pts + gst_eeg_info_frames_to_time (&self->info, from + n) -
      GST_BUFFER_PTS (buf);
  GST_BUFFER_OFFSET (buf) = index;
  GST_BUFFER_OFFSET_END (buf) = index + n;
  if (discont)
    GST_BUFFER_FLAG_SET (buf, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_RESYNC);
}

/* Lead-off of one chip's electrodes, run-length coded. */
static void
add_lead_off_runs (
    GstAds1299Src *self, GstEegMeta *meta, guint64 index, guint n)
{
  guint chip, c, i;

  for (chip = 0; chip < self->bus->n_chips; chip++) {
    guint32 any = 0;

    for (i = 0; i < n; i++)
      any |= ads1299_acq_status (self->acq, i)[chip];
    any = ADS1299_STATUS_STATP (any) | ADS1299_STATUS_STATN (any);
    for (c = 0; any != 0 && c < ADS1299_MAX_CHANNELS; c++) {
      guint start = 0;
      gboolean on = FALSE;

      if (!(any >> c & 1))
        continue;
      for (i = 0; i <= n; i++) {
        guint32 w = i < n ? ads1299_acq_status (self->acq, i)[chip] : 0;
        gboolean off =
            ((ADS1299_STATUS_STATP (w) | ADS1299_STATUS_STATN (w)) >> c) & 1;

        if (off && !on)
          start = i;
        if (!off && on)
          gst_eeg_meta_add_run (meta, index + start, i - start,
              GST_EEG_STATUS_LEAD_OFF, (gint) (chip * ADS1299_MAX_CHANNELS + c),
              ads1299_acq_status (self->acq, start)[chip]);
        on = off;
      }
    }
  }
}

/* Codes at a rail, per channel. */
static void
add_saturation_runs (GstAds1299Src *self, GstEegMeta *meta, guint64 index,
    guint n, const gint32 *data)
{
  guint channels = self->bpf / 4, c, i;

  for (c = 0; c < channels; c++) {
    guint start = 0;
    gboolean on = FALSE;

    for (i = 0; i <= n; i++) {
      gint32 v = i < n ? data[i * channels + c] : 0;
      gboolean rail = v == ADS1299_CODE_MAX || v == ADS1299_CODE_MIN;

      if (rail && !on)
        start = i;
      if (!rail && on)
        gst_eeg_meta_add_run (meta, index + start, i - start,
            GST_EEG_STATUS_SATURATED, (gint) c, 0);
      on = rail;
    }
  }
}

static GstFlowReturn
ended (GstAds1299Src *self, Ads1299AcqResult r)
{
  switch (r) {
    case ADS1299_ACQ_CANCELLED:
      return GST_FLOW_FLUSHING;
    case ADS1299_ACQ_END:
      return GST_FLOW_EOS;
    case ADS1299_ACQ_SILENT:
      GST_ELEMENT_ERROR (self, RESOURCE, READ,
          ("No data-ready edge for 1 s, expected %d per second. Check the "
           "DRDY line, the START line and the clock of the chip.",
              GST_EEG_INFO_RATE (&self->info)),
          (NULL));
      return GST_FLOW_ERROR;
    case ADS1299_ACQ_GARBAGE:
      GST_ELEMENT_ERROR (self, RESOURCE, READ,
          ("All frames of 1 s had a wrong status word (it must begin with "
           "binary 1100). Check MISO, SPI mode 1 and the clock rate."),
          (NULL));
      return GST_FLOW_ERROR;
    default:
      GST_ELEMENT_ERROR (self, RESOURCE, READ,
          ("Reading a frame from the chip failed."), (NULL));
      return GST_FLOW_ERROR;
  }
}

static GstFlowReturn
gst_ads1299_src_create (GstPushSrc *push, GstBuffer **out)
{
  GstAds1299Src *self = GST_ADS1299_SRC (push);
  guint channels = self->bpf / 4, n, i, c;
  guint64 index = 0, lost;
  gint32 *dst, any_rail = 0;
  Ads1299AcqResult r;
  GstBufferPool *pool;
  GstFlowReturn flow;
  GstEegMeta *meta;
  guint32 off = 0;
  GstMapInfo map;
  GstBuffer *buf;
  gboolean discont;

  if (!self->thread_started && !begin (self))
    return GST_FLOW_ERROR;
again:
  r = ads1299_acq_fill (self->acq, self->frames);
  if (r != ADS1299_ACQ_OK)
    return ended (self, r);
  n = ads1299_acq_peek (self->acq, self->frames, &index);

  pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  flow = gst_buffer_pool_acquire_buffer (pool, &buf, NULL);
  gst_object_unref (pool);
  if (flow == GST_FLOW_EOS) {
    /* Every buffer is in use downstream: these samples are lost, and the next
     * buffer that goes out says so. The pool has told the user. */
    ads1299_acq_consume (self->acq, n);
    GST_OBJECT_LOCK (self);
    self->refused += n;
    GST_OBJECT_UNLOCK (self);
    goto again;
  }
  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_buffer_map (buf, &map, GST_MAP_WRITE)) {
    gst_buffer_unref (buf);
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("A buffer of the pool cannot be written."), (NULL));
    return GST_FLOW_ERROR;
  }
  dst = (gint32 *) map.data;
  for (i = 0; i < n; i++) {
    const gint32 *src = ads1299_acq_codes (self->acq, i);
    const guint32 *status = ads1299_acq_status (self->acq, i);

    memcpy (dst + i * channels, src, self->bpf);
    for (c = 0; c < channels; c++)
      any_rail |= src[c] == ADS1299_CODE_MAX || src[c] == ADS1299_CODE_MIN;
    for (c = 0; c < self->bus->n_chips; c++)
      off |= status[c] & 0x0ffff0u;
  }
  lost = index - self->next_index;
  /* a replaced clock or a pause starts a new time line as well */
  discont = lost > 0 || self->next_index == 0;
  meta = gst_buffer_add_eeg_meta (buf, index, n, lost, self->bpf);
  gst_eeg_meta_set_edge (meta, index, ads1299_acq_edge (self->acq, 0));
  if (off)
    add_lead_off_runs (self, meta, index, n);
  if (any_rail)
    add_saturation_runs (self, meta, index, n, dst);
  gst_buffer_unmap (buf, &map);
  if (n < self->frames)
    gst_buffer_resize (buf, 0, n * self->bpf);
  set_times (self, buf, index, n, discont);
  ads1299_acq_consume (self->acq, n);
  self->next_index = index + n;
  GST_OBJECT_LOCK (self);
  self->delivered += n;
  self->gaps += lost > 0;
  GST_OBJECT_UNLOCK (self);
  *out = buf;
  return GST_FLOW_OK;
}

/* --- class ------------------------------------------------------------------ */

static void
gst_ads1299_src_finalize (GObject *object)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);
  Settings *s = &self->settings;

  gst_eeg_info_clear (&self->info);
  g_free (s->device);
  g_free (s->drdy);
  g_free (s->start_line);
  g_free (s->reset_line);
  g_free (s->gain);
  g_free (s->labels);
  g_free (s->sim_faults);
  g_free (s->sim_file);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_ads1299_src_init (GstAds1299Src *self)
{
  Settings *s = &self->settings;

  s->rate = 250;
  s->gain = g_strdup ("24");
  s->vref = 4.5;
  s->chips = 1;
  s->cpu = -1;
  s->sim_frequency = 10.0;
  s->sim_amplitude = 100e-6;
  s->sim_mains = 50.0;
  gst_eeg_info_init (&self->info);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

#define STRING(id, name, nick, blurb, def)                                     \
  g_object_class_install_property (                                            \
      klass, id, g_param_spec_string (name, nick, blurb, def, flags))
  g_object_class_install_property (klass, PROP_BUS,
      g_param_spec_enum ("bus", "Bus",
          "Where the chips are: sim = simulated; linux = SPI and GPIO "
          "devices, which this build does not have and refuses",
          TYPE_BUS, BUS_SIM, flags));
  STRING (PROP_DEVICE, "device", "Device",
      "SPI devices, one per chip, comma separated, such as /dev/spidev0.0 "
      "(bus=linux only)",
      NULL);
  STRING (PROP_DRDY, "drdy", "DRDY line",
      "GPIO line of DRDY of the first chip as CHIP:LINE (bus=linux only)",
      NULL);
  STRING (PROP_START_LINE, "start-line", "START line",
      "GPIO line of START as CHIP:LINE; none: the START command (bus=linux "
      "only)",
      NULL);
  STRING (PROP_RESET_LINE, "reset-line", "RESET line",
      "GPIO line of RESET as CHIP:LINE; none: the RESET command (bus=linux "
      "only)",
      NULL);
  g_object_class_install_property (klass, PROP_RATE,
      g_param_spec_int ("rate", "Rate",
          "Samples per second and channel: 250, 500, 1000, 2000, 4000, 8000 or "
          "16000",
          250, 16000, 250, flags));
  STRING (PROP_GAIN, "gain", "Gain",
      "Amplifier gain of all channels, or one per channel, comma separated: 1, "
      "2, 4, 6, 8, 12 or 24",
      "24");
  g_object_class_install_property (klass, PROP_VREF,
      g_param_spec_double ("vref", "Reference voltage",
          "Reference of the converter in volts; full scale is vref/gain", 0.1,
          5.5, 4.5, flags));
  g_object_class_install_property (klass, PROP_CHIPS,
      g_param_spec_uint ("chips", "Chips",
          "Number of cascaded chips, 8 channels each, 1 to 8", 1,
          ADS1299_BUS_MAX_CHIPS, 1, flags));
  g_object_class_install_property (klass, PROP_SAMPLES_PER_BUFFER,
      g_param_spec_uint ("samples-per-buffer", "Samples per buffer",
          "Samples (per channel) in a buffer, up to 65536; 0 = 4 ms of signal, "
          "at least one",
          0, 65536, 0, flags));
  STRING (PROP_LABELS, "labels", "Labels",
      "Electrode names, comma separated, one per channel; none: Fp1, Fp2, C3, "
      "C4, P7, P8, O1, O2, then further 10-10 names",
      NULL);
  g_object_class_install_property (klass, PROP_CPU,
      g_param_spec_int ("cpu", "CPU",
          "Processor that the acquisition thread (named ads1299) stays on; -1 "
          "= any",
          -1, 1023, -1, flags));
  g_object_class_install_property (klass, PROP_RT_PRIORITY,
      g_param_spec_int ("rt-priority", "Real-time priority",
          "SCHED_FIFO priority of the acquisition thread, 1 to 99; 0 = "
          "ordinary. Without the privilege a warning is posted",
          0, 99, 0, flags));
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters since start: produced = delivered + lost + samples on "
          "their way, rate-measured in Hz, gaps, status-errors, overruns, "
          "pool-*",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Live",
          "True: paced by the clock; false: virtual time, as fast as "
          "downstream takes the samples",
          TRUE, flags));
  g_object_class_install_property (klass, PROP_SIM_SIGNAL,
      g_param_spec_enum ("sim-signal", "Simulated signal",
          "What the simulated chip measures", TYPE_SIGNAL, ADS1299_SIGNAL_EEG,
          flags));
  g_object_class_install_property (klass, PROP_SIM_SEED,
      g_param_spec_uint ("sim-seed", "Simulation seed",
          "Chooses the random numbers: the same seed gives the same samples", 0,
          G_MAXUINT, 0, flags));
  STRING (PROP_SIM_FAULTS, "sim-faults", "Simulated faults",
      "Script \"kind@seconds,key=value;...\" with the kinds lost-drdy, "
      "missed-irq, status-error (,n=COUNT), lead-off (,n=COUNT,ch=CHANNEL), "
      "dead-drdy, wrong-id (,id=VALUE)",
      NULL);
  STRING (PROP_SIM_FILE, "sim-file", "Recorded frames",
      "File of frames as the chip sends them (27 bytes per chip and sample) "
      "to replay; end of stream at its end",
      NULL);
  g_object_class_install_property (klass, PROP_SIM_FREQUENCY,
      g_param_spec_double ("sim-frequency", "Sine frequency",
          "Frequency of sim-signal=sine in Hz", 0.0, 8000.0, 10.0, flags));
  g_object_class_install_property (klass, PROP_SIM_AMPLITUDE,
      g_param_spec_double ("sim-amplitude", "Sine amplitude",
          "Peak of sim-signal=sine in volts at the electrode; the chip's "
          "filter takes its part of it",
          0.0, 5.0, 100e-6, flags));
  g_object_class_install_property (klass, PROP_SIM_MAINS,
      g_param_spec_double ("sim-mains", "Mains frequency",
          "Mains hum in sim-signal=eeg, Hz; 0 = none", 0.0, 400.0, 50.0,
          flags));
#undef STRING
}

static void
gst_ads1299_src_class_init (GstAds1299SrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  object_class->set_property = gst_ads1299_src_set_property;
  object_class->get_property = gst_ads1299_src_get_property;
  object_class->finalize = gst_ads1299_src_finalize;
  install_properties (object_class);

  element_class->post_message = gst_ads1299_src_post_message;
  element_class->change_state = gst_ads1299_src_change_state;
  base_class->start = gst_ads1299_src_start;
  base_class->stop = gst_ads1299_src_stop;
  base_class->unlock = gst_ads1299_src_unlock;
  base_class->unlock_stop = gst_ads1299_src_unlock_stop;
  base_class->get_caps = gst_ads1299_src_get_caps;
  base_class->set_caps = gst_ads1299_src_set_caps;
  base_class->decide_allocation = gst_ads1299_src_decide_allocation;
  base_class->query = gst_ads1299_src_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_ads1299_src_create;

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "ADS1299 EEG source",
      "Source/Audio/Hardware",
      "EEG samples from TI ADS1299 converters (this build: the simulated chip)",
      "gst-plugins-eeg");
  gst_type_mark_as_plugin_api (TYPE_BUS, 0);
  gst_type_mark_as_plugin_api (TYPE_SIGNAL, 0);
}
