/* ads1299src: EEG from TI ADS1299 chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
/**
 * SECTION:element-ads1299src
 * @title: ads1299src
 *
 * Samples from one to eight cascaded ADS1299, ADS1299-6 or ADS1299-4
 * converters, 8, 6 or 4 channels each, as counts (S24_32LE). Full scale is
 * vref/gain; eegtovoltage makes volts of them.
 *
 * With bus=linux the chips are on SPI and GPIO devices (properties device and
 * drdy, or a board preset); with bus=sim they are simulated down to the bytes
 * on the SPI: the same bring-up, register verification, frame decoding and
 * loss accounting run. No lost sample goes unnoticed: produced = delivered +
 * lost + pending in the stats, each loss by its cause.
 *
 * The times of samples follow the data-ready edges: a clock recovered from the
 * least delayed ones, less the delay of the converter's filter. Every buffer
 * also carries the raw edge of its first sample as
 * #GstReferenceTimestampMeta timestamp/x-eeg-drdy (CLOCK_MONOTONIC).
 *
 * is-live=false makes samples of the simulated chip as fast as they are taken.
 *
 * The action signal self-test measures what the chips can measure of
 * themselves; eeg-launch --self-test prints its certificate.
 *
 * Messages: eeg-impedance (once a second with lead-off=ac-...: channels, kohm,
 * sample), eeg-lead-off (lead-off=dc: channel, label, off, sample), and
 * warnings for every burst of losses with cause, from, to and count in their
 * details.
 *
 * |[
 * gst-launch-1.0 ads1299src ! eegtovoltage ! eegfilter highpass=1 ! csvsink location=a.csv
 * gst-launch-1.0 ads1299src is-live=false num-buffers=1000 ! fakesink
 * gst-launch-1.0 -m ads1299src lead-off=ac-31.2 ! eegtovoltage ! eegfilter notch=31.25 ! fakesink
 * ]|
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

GST_DEBUG_CATEGORY (gst_ads1299_src_debug);
#define GST_CAT_DEFAULT gst_ads1299_src_debug

/* Sinks such as filesink keep small buffers by the thousand. Past the cap a
 * live source counts samples as lost, another one waits. */
#define POOL_MIN  16
#define POOL_LIVE 96 /* small buffers: a busy computer needs no growth */
#define SMALL     65536
#define POOL_STEP 64
#define POOL_CAP  8192

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
            gst_ads1299_src_debug, "ads1299src", 0, "ADS1299 source"))
GST_ELEMENT_REGISTER_DEFINE (
    ads1299src, "ads1299src", GST_RANK_NONE, GST_TYPE_ADS1299_SRC)

/* --- start, stop ------------------------------------------------------------ */

static gboolean
refuse (GstAds1299Src *self, GError *error)
{
  GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s.", error->message), (NULL));
  g_error_free (error);
  return FALSE;
}

/* Parts that the user did not name tell themselves by their ID. */
static gboolean
adopt_part (const Ads1299Error *problem, const guint8 *given, guint8 *channels)
{
  guint found = ads1299_id_to_channels ((uint8_t) problem->found), i;

  if (problem->code != ADS1299_ERR_WRONG_PART || problem->chip < 0 ||
      problem->chip >= ADS1299_MAX_CHIPS || found == 0 ||
      given[problem->chip] != 0 || channels[problem->chip] == found)
    return FALSE;
  /* those behind it are likely of the same kind */
  for (i = (guint) problem->chip; i < ADS1299_MAX_CHIPS; i++)
    if (given[i] == 0)
      channels[i] = (guint8) found;
  return TRUE;
}

/* Bus, chips and what the stream says of them. */
static gboolean
open_chips (GstAds1299Src *self, const Ads1299SrcSettings *s)
{
  guint8 given[ADS1299_MAX_CHIPS], parts[ADS1299_MAX_CHIPS],
      channels[ADS1299_MAX_CHIPS];
  Ads1299Error problem = {0};
  Ads1299Report report;
  Ads1299Setup setup;
  GError *error = NULL;
  GstEegInfo info;
  gboolean ok, configured;
  guint i;

  if (!gst_ads1299_src_parse_parts (
          s->channels_per_chip, s->chips, given, &error) ||
      !gst_ads1299_src_parse_parts (s->sim_parts, s->chips, parts, &error))
    return refuse (self, error);
  for (i = 0; i < ADS1299_MAX_CHIPS; i++) {
    channels[i] = given[i] ? given[i] : ADS1299_MAX_CHANNELS;
    parts[i] = parts[i] ? parts[i] : channels[i];
  }
  gst_eeg_info_init (&info);
  configured = gst_ads1299_src_configure (s, channels, &setup, &info, &error);
  /* lists may be made for parts that are yet to tell what they are */
  if (!configured &&
      (given[0] != 0 || ads1299_rate_to_dr ((guint) s->rate) < 0 ||
          (s->bus == ADS1299_SRC_BUS_SIM &&
              memcmp (parts, channels, s->chips) == 0))) {
    gst_eeg_info_clear (&info);
    return refuse (self, error);
  }
  if (!configured)
    ads1299_setup_init (&setup, s->chips, (guint) s->rate);
  ok = gst_ads1299_src_open_bus (self, s, parts,
      configured && memcmp (parts, channels, s->chips) == 0 ? info.labels
                                                            : NULL);
  for (i = 0; ok; i++) {
    ok = ads1299_bring_up (self->bus, &setup, &report, &problem);
    if (ok && configured)
      break;
    if (!ok &&
        (i > ADS1299_MAX_CHIPS || !adopt_part (&problem, given, channels))) {
      gst_ads1299_src_refuse_chip (self, &problem);
      break;
    }
    g_clear_error (&error);
    gst_eeg_info_clear (&info);
    gst_eeg_info_init (&info);
    configured = ok =
        gst_ads1299_src_configure (s, channels, &setup, &info, &error);
    if (!ok) {
      refuse (self, error);
      error = NULL;
    }
  }
  g_clear_error (&error);
  if (ok) {
    for (i = 0; i < report.n_warnings; i++)
      GST_ELEMENT_WARNING (
          self, RESOURCE, SETTINGS, ("%s.", report.warning[i].text), (NULL));
    for (i = 0; i < setup.n_chips; i++)
      if (setup.chip[i].n_overrides > 0) {
        GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
            ("registers=\"%s\" overrides what the other properties ask for.",
                s->registers),
            (NULL));
        break;
      }
    memcpy (self->id, report.id, sizeof self->id);
    GST_OBJECT_LOCK (self);
    self->setup = setup;
    gst_eeg_info_copy_into (&info, &self->info);
    self->have_info = TRUE;
    GST_OBJECT_UNLOCK (self);
  }
  gst_eeg_info_clear (&info);
  return ok;
}

static gboolean
gst_ads1299_src_stop (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  Ads1299Acq *acq;

  if (self->acq != NULL) {
    ads1299_acq_halt (self->acq, FALSE);
    if (!self->closed)
      gst_ads1299_src_close_ledger (self);
    GST_OBJECT_LOCK (self);
    acq = g_steal_pointer (&self->acq);
    self->have_info = FALSE;
    GST_OBJECT_UNLOCK (self);
    ads1299_acq_free (acq);
  }
  if (self->bus != NULL) {
    ads1299_stop (self->bus);
    self->bus->ops->close (self->bus);
    self->bus = NULL;
  }
  g_clear_pointer (&self->leads, gst_ads1299_src_leads_free);
  g_clear_pointer (&self->tones, gst_ads1299_src_tones_free);
  g_clear_pointer (&self->last_frame, g_free);
  return TRUE;
}

static void
reset_run (GstAds1299Src *self)
{
  self->running = FALSE;
  self->next_index = 0;
  self->dropped_seen = 0;
  self->epoch = 0;
  self->settled_index = 0;
  self->have_pts = self->have_offset = FALSE;
  self->pending_cause = ADS1299_LOSS_NONE;
  self->noted_index = self->unfilled_index = G_MAXUINT64;
  self->bursts_open = FALSE;
  memset (self->bursts, 0, sizeof self->bursts);
  memset (self->noted, 0, sizeof self->noted);
  GST_OBJECT_LOCK (self);
  self->closed = FALSE;
  self->delivered = self->gaps = self->filled = self->refused = 0;
  self->have_undo = FALSE;
  memset (&self->last_stats, 0, sizeof self->last_stats);
  g_clear_pointer (&self->impedance, gst_structure_free);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_ads1299_src_start (GstBaseSrc *base)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  Ads1299SrcSettings s = {0};
  Ads1299AcqConfig config = {0};
  GError *error = NULL;
  Ads1299Acq *acq;
  guint rate;

  g_atomic_int_set (&self->failed, FALSE);
  reset_run (self);
  GST_OBJECT_LOCK (self);
  gst_ads1299_src_copy_settings (&s, &self->settings);
  if (self->board_error != NULL)
    g_set_error_literal (
        &error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, self->board_error);
  GST_OBJECT_UNLOCK (self);
  self->live = gst_base_src_is_live (base);
  rate = (guint) s.rate;
  self->frames =
      s.samples_per_buffer ? s.samples_per_buffer : MAX (1, rate / 250);
  if (error == NULL && s.bus == ADS1299_SRC_BUS_LINUX && !self->live)
    g_set_error (&error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "is-live=false is for bus=sim only: real chips give samples at their "
        "own pace");
  if (error != NULL) {
    gst_ads1299_src_clear_settings (&s);
    return refuse (self, error);
  }
  if (!open_chips (self, &s)) {
    gst_ads1299_src_clear_settings (&s);
    gst_ads1299_src_stop (base);
    return FALSE;
  }
  self->channels = (guint) GST_EEG_INFO_CHANNELS (&self->info);
  self->bpf = (guint) GST_EEG_INFO_BPF (&self->info);
  self->by_clock = s.times == ADS1299_SRC_TIMES_CLOCK ||
                   (s.times == ADS1299_SRC_TIMES_AUTO && self->live);
  self->ring_time = s.ring_time * GST_MSECOND;
  self->fill_gaps = s.fill_gaps;
  self->overrun_is_error = s.on_overrun == ADS1299_SRC_OVERRUN_ERROR;
  self->failure_is_end = s.on_failure == ADS1299_SRC_FAILURE_END;
  self->near_rail = (gint32) (s.near_rail * ADS1299_CODE_MAX);
  self->group_delay =
      (GstClockTime) (1e9 * ads1299_group_delay (ads1299_dr_to_decimation (
                                (guint) ads1299_rate_to_dr (rate))));
  self->last_frame = g_malloc0 (self->bpf);
  config.bus = self->bus;
  config.setup = &self->setup;
  config.id = self->id;
  config.claim_frames = self->frames;
  config.timed_reads = TRUE;
  config.ring_frames =
      MAX (2 * self->frames, self->live ? rate * s.ring_time / 1000 : 0);
  acq = ads1299_acq_new (&config);
  GST_OBJECT_LOCK (self);
  self->acq = acq;
  GST_OBJECT_UNLOCK (self);
  self->leads = gst_ads1299_src_leads_new (self);
  self->tones = gst_ads1299_src_tones_new (self);
  gst_base_src_set_blocksize (base, self->frames * self->bpf);
  gst_ads1299_src_clear_settings (&s);
  return TRUE;
}

static gboolean
set_flushing (GstBaseSrc *base, gboolean on)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);

  GST_OBJECT_LOCK (self);
  if (self->acq != NULL)
    ads1299_acq_cancel (self->acq, on);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_ads1299_src_unlock (GstBaseSrc *base)
{
  return set_flushing (base, TRUE);
}

static gboolean
gst_ads1299_src_unlock_stop (GstBaseSrc *base)
{
  return set_flushing (base, FALSE);
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

/* A live source that is paused takes no samples: the chips go to STANDBY,
 * create() starts them again, and what was missed is a gap. */
static void
set_playing (GstAds1299Src *self, gboolean playing)
{
  if (!playing)
    set_flushing (GST_BASE_SRC (self), TRUE);
  g_mutex_lock (&self->run_lock);
  self->playing = playing;
  if (!playing && self->live && self->acq != NULL && self->running) {
    ads1299_acq_halt (self->acq, TRUE);
    self->running = FALSE;
  }
  g_mutex_unlock (&self->run_lock);
  if (!playing)
    set_flushing (GST_BASE_SRC (self), FALSE);
}

/* The stream has ended: chips that go on converting would fill the ring, and
 * what then falls out of it would look like losses. */
static GstPadProbeReturn
watch_end (GstPad *pad, GstPadProbeInfo *info, gpointer element)
{
  GstAds1299Src *self = element;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->run_lock);
  if (self->acq != NULL && !self->closed) {
    ads1299_acq_halt (self->acq, TRUE);
    self->running = FALSE;
    gst_ads1299_src_close_ledger (self);
  }
  g_mutex_unlock (&self->run_lock);
  return GST_PAD_PROBE_OK;
}

static GstStateChangeReturn
gst_ads1299_src_change_state (GstElement *element, GstStateChange change)
{
  GstAds1299Src *self = GST_ADS1299_SRC (element);
  GstStateChangeReturn ret;

  if (change == GST_STATE_CHANGE_NULL_TO_READY)
    g_atomic_int_set (&self->failed, FALSE);
  if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (self, TRUE);
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, change);
  if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  return ret;
}

/* --- negotiation ------------------------------------------------------------ */

static GstCaps *
gst_ads1299_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);
  Ads1299SrcSettings s = {0};
  guint8 channels[ADS1299_MAX_CHIPS];
  GstCaps *caps = NULL, *result;
  Ads1299Setup setup;
  GstEegInfo info;

  gst_eeg_info_init (&info);
  GST_OBJECT_LOCK (self);
  if (self->have_info)
    caps = gst_eeg_info_to_caps (&self->info);
  else
    gst_ads1299_src_copy_settings (&s, &self->settings);
  GST_OBJECT_UNLOCK (self);
  /* before the chips were asked; wrong settings are reported by start() */
  if (caps == NULL &&
      gst_ads1299_src_parse_parts (
          s.channels_per_chip, s.chips, channels, NULL) &&
      (channels[0] != 0 || s.bus == ADS1299_SRC_BUS_SIM) &&
      (s.sim_parts == NULL || *s.sim_parts == '\0') &&
      gst_ads1299_src_configure (&s, channels, &setup, &info, NULL))
    caps = gst_eeg_info_to_caps (&info);
  gst_ads1299_src_clear_settings (&s);
  gst_eeg_info_clear (&info);
  if (caps == NULL)
    caps = gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (base));
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
  guint min = self->live && size <= SMALL ? POOL_LIVE : POOL_MIN;
  GstCaps *caps = NULL;

  gst_query_parse_allocation (query, &caps, NULL);
  gst_eeg_buffer_pool_set_owner (
      GST_EEG_BUFFER_POOL (pool), GST_ELEMENT (self));
  gst_buffer_pool_config_set_params (config, caps, size, min, POOL_CAP);
  gst_eeg_buffer_pool_config_set_growth (config, POOL_STEP, POOL_CAP,
      self->live ? GST_EEG_POOL_POLICY_FAIL : GST_EEG_POOL_POLICY_WAIT);
  if (!gst_buffer_pool_set_config (pool, config)) {
    gst_object_unref (pool);
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("The buffer pool refused buffers of %u bytes.", size), (NULL));
    return FALSE;
  }
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, POOL_CAP);
  else
    gst_query_add_allocation_pool (query, pool, size, min, POOL_CAP);
  gst_object_unref (pool);
  return TRUE;
}

static gboolean
gst_ads1299_src_query (GstBaseSrc *base, GstQuery *query)
{
  GstAds1299Src *self = GST_ADS1299_SRC (base);

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GstClockTime min = 0, ring = 0;
    gboolean started;

    /* Not before all of it is known: half an answer would contradict those of
     * other sources in the pipeline. */
    GST_OBJECT_LOCK (self);
    started = self->acq != NULL;
    if (started) {
      /* a buffer has to fill, and its PTS is early by the filter's delay */
      min = gst_util_uint64_scale_int_ceil (
                self->frames, GST_SECOND, GST_EEG_INFO_RATE (&self->info)) +
            self->group_delay;
      ring = self->ring_time;
    }
    GST_OBJECT_UNLOCK (self);
    if (!started)
      return FALSE;
    if (self->live)
      gst_query_set_latency (query, TRUE, min, min + ring);
    else
      gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (parent_class)->query (base, query);
}

/* --- class ------------------------------------------------------------------ */

static void
gst_ads1299_src_finalize (GObject *object)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);

  gst_eeg_info_clear (&self->info);
  gst_ads1299_src_clear_settings (&self->settings);
  gst_ads1299_src_clear_settings (&self->undo);
  g_clear_pointer (&self->impedance, gst_structure_free);
  g_free (self->board_error);
  g_mutex_clear (&self->run_lock);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_ads1299_src_init (GstAds1299Src *self)
{
  g_mutex_init (&self->run_lock);
  gst_ads1299_src_init_settings (self);
  gst_eeg_info_init (&self->info);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_pad_add_probe (GST_BASE_SRC_PAD (self),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_end, self, NULL);
}

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMAT_COUNTS)));

static void
gst_ads1299_src_class_init (GstAds1299SrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  object_class->finalize = gst_ads1299_src_finalize;
  gst_ads1299_src_install_properties (object_class);
  gst_ads1299_src_install_selftest (klass);

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
      "EEG samples from TI ADS1299, ADS1299-6 and ADS1299-4 converters on SPI "
      "and GPIO, or simulated",
      "gst-plugins-eeg");
}
