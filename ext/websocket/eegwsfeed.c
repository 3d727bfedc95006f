/* GStreamer EEG: from a pad of websocketsink to a stream of its server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsfeed.h"

#include <gst/eeg/gsteegmeta.h>
#include <string.h>

/* Bytes of one spectrum; a ring holds four of them at least. */
#define MAX_SPECTRUM (8 * 1024 * 1024)

struct _EegWsFeed
{
  guint id;
  EegWsServer *server;
  EegWsTopic *topic;

  gboolean is_spectrum;
  GstEegInfo *info; /* of samples */
  GstCaps *caps;    /* accepted */
  GstCaps *refused; /* told already; upstream may send them again */
  EegWsShape shape;
  json_t *description; /* of the epoch; NULL before the first */
  guint64 next_sample;
  gboolean have_sample;
  guint8 *scratch;
  gsize scratch_size;
};

EegWsFeed *
eeg_ws_feed_new (guint id)
{
  EegWsFeed *feed = g_new0 (EegWsFeed, 1);

  feed->id = id;
  return feed;
}

static void
forget (EegWsFeed *feed)
{
  g_clear_pointer (&feed->info, gst_eeg_info_free);
  gst_clear_caps (&feed->caps);
  gst_clear_caps (&feed->refused);
  g_clear_pointer (&feed->description, json_decref);
  feed->have_sample = FALSE;
}

void
eeg_ws_feed_free (EegWsFeed *feed)
{
  forget (feed);
  g_free (feed->scratch);
  g_free (feed);
}

guint
eeg_ws_feed_get_id (const EegWsFeed *feed)
{
  return feed->id;
}

void
eeg_ws_feed_open (EegWsFeed *feed, EegWsServer *server)
{
  forget (feed);
  feed->server = server;
  feed->topic = server ? eeg_ws_server_get_topic (server, feed->id) : NULL;
}

/* --- what clients are told ------------------------------------------------ */

static void
describe_samples (EegWsFeed *feed, const gchar *name)
{
  const GstEegInfo *info = feed->info;
  gboolean counts = info->unit == GST_EEG_UNIT_ADC;
  json_t *channels = json_array ();

  for (gint c = 0; c < GST_EEG_INFO_CHANNELS (info); c++) {
    gdouble scale = counts ? info->full_scale[c] / 8388608.0 : 1.0;

    json_array_append_new (channels,
        json_pack ("{s:s,s:s,s:f,s:s,s:n}", "name", info->labels[c], "unit",
            "V", "scale", scale, "type", info->types[c], "position"));
  }
  feed->shape = (EegWsShape){.type = EEG_WS_TYPE_SAMPLES,
      .format = counts ? EEG_WS_FORMAT_I32 : EEG_WS_FORMAT_F32,
      .channels = (guint) GST_EEG_INFO_CHANNELS (info),
      .bins = 1,
      .rate = GST_EEG_INFO_EXACT_RATE (info),
      .sample_rate = GST_EEG_INFO_EXACT_RATE (info)};
  feed->description = json_pack ("{s:s,s:s,s:f,s:o,s:[s]}", "name", name,
      "kind", "samples", "rate", feed->shape.rate, "channels", channels,
      "formats", counts ? "i32" : "f32");
}

static json_t *
copy_strings (const GstStructure *s, const gchar *field)
{
  const GValue *list = gst_structure_get_value (s, field);
  json_t *out = json_array ();
  guint n = list && GST_VALUE_HOLDS_ARRAY (list)
                ? gst_value_array_get_size (list)
                : 0;

  for (guint i = 0; i < n; i++) {
    const GValue *v = gst_value_array_get_value (list, i);

    if (G_VALUE_HOLDS_STRING (v))
      json_array_append_new (out, json_string (g_value_get_string (v)));
  }
  return out;
}

static gboolean
describe_spectrum (
    EegWsFeed *feed, const GstCaps *caps, const gchar *name, GError **error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *unit = gst_structure_get_string (s, "unit");
  gint channels, bins, n, d, sample_n = 0, sample_d = 1;
  json_t *labels, *list;
  gdouble width;

  if (!gst_structure_get_int (s, "channels", &channels) ||
      !gst_structure_get_int (s, "bins", &bins) ||
      !gst_structure_get_fraction (s, "rate", &n, &d) ||
      !gst_structure_get_double (s, "bin-width", &width) || channels < 1 ||
      channels > G_MAXUINT16 || bins < 1 || n < 1 || !(width > 0)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "the spectrum's caps lack channels, bins, rate or bin-width, expected "
        "those of eegspectrum");
    return FALSE;
  }
  if ((guint64) channels * (guint64) bins * 4 > MAX_SPECTRUM) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "a spectrum of %d channels and %d bins is more than %d MiB: set "
        "max-frequency of eegspectrum, or a shorter segment",
        channels, bins, MAX_SPECTRUM >> 20);
    return FALSE;
  }
  gst_structure_get_fraction (s, "sample-rate", &sample_n, &sample_d);
  feed->shape = (EegWsShape){.type = EEG_WS_TYPE_SPECTRUM,
      .format = EEG_WS_FORMAT_F32,
      .channels = (guint) channels,
      .bins = (guint) bins,
      .rate = (gdouble) n / d,
      .sample_rate =
          sample_n > 0 ? (gdouble) sample_n / sample_d : 2 * width * bins};
  labels = copy_strings (s, "labels");
  list = json_array ();
  for (gint c = 0; c < channels; c++) {
    const char *label = json_string_value (json_array_get (labels, (size_t) c));
    g_autofree gchar *number = g_strdup_printf ("Ch%d", c + 1);

    json_array_append_new (
        list, json_pack ("{s:s,s:s,s:f,s:s,s:n}", "name",
                  label ? label : number, "unit", unit ? unit : "uV^2/Hz",
                  "scale", 1.0, "type", "spectrum", "position"));
  }
  json_decref (labels);
  feed->description = json_pack ("{s:s,s:s,s:f,s:o,s:[s],s:i,s:f,s:s,s:f,s:o}",
      "name", name, "kind", "spectrum", "rate", feed->shape.rate, "channels",
      list, "formats", "f32", "bins", bins, "binWidth", width, "unit",
      unit ? unit : "uV^2/Hz", "sampleRate", feed->shape.sample_rate, "bands",
      copy_strings (s, "bands"));
  if (gst_structure_get_double (s, "window", &width))
    json_object_set_new (feed->description, "window", json_real (width));
  if (gst_structure_get_string (s, "function"))
    json_object_set_new (feed->description, "function",
        json_string (gst_structure_get_string (s, "function")));
  return TRUE;
}

static void
begin_epoch (EegWsFeed *feed)
{
  eeg_ws_topic_begin_epoch (
      feed->topic, &feed->shape, json_deep_copy (feed->description));
  eeg_ws_server_wake (feed->server);
  feed->have_sample = FALSE;
}

/* @same: these caps mean what the ones before did. */
static gboolean
read_caps (EegWsFeed *feed, const GstCaps *caps, const gchar *name,
    gboolean *same, GError **error)
{
  gboolean was_spectrum = feed->is_spectrum;
  g_autoptr (GstEegInfo) info = NULL;

  *same = FALSE;
  feed->is_spectrum = gst_structure_has_name (
      gst_caps_get_structure (caps, 0), "application/x-eeg-spectrum");
  if (feed->is_spectrum) {
    g_clear_pointer (&feed->description, json_decref);
    return describe_spectrum (feed, caps, name, error);
  }
  info = gst_eeg_info_new ();
  if (!gst_eeg_info_from_caps (info, caps, error))
    return FALSE;
  *same =
      feed->caps && !was_spectrum && gst_eeg_info_is_equal (info, feed->info);
  if (*same)
    return TRUE;
  g_clear_pointer (&feed->info, gst_eeg_info_free);
  g_clear_pointer (&feed->description, json_decref);
  feed->info = g_steal_pointer (&info);
  describe_samples (feed, name);
  return TRUE;
}

gboolean
eeg_ws_feed_set_caps (
    EegWsFeed *feed, const GstCaps *caps, const gchar *name, GError **error)
{
  gboolean same;

  if (feed->refused && gst_caps_is_equal (caps, feed->refused))
    return FALSE;
  if (feed->caps && gst_caps_is_equal (caps, feed->caps))
    return TRUE;
  if (feed->topic == NULL) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "one server has at most %d streams", EEG_WS_MAX_TOPICS);
    return FALSE;
  }
  if (!read_caps (feed, caps, name, &same, error)) {
    gst_caps_replace (&feed->refused, (GstCaps *) caps);
    gst_clear_caps (&feed->caps);
    return FALSE;
  }
  gst_clear_caps (&feed->refused);
  gst_caps_replace (&feed->caps, (GstCaps *) caps);
  if (!same)
    begin_epoch (feed);
  return TRUE;
}

/* --- data ----------------------------------------------------------------- */

static gconstpointer
to_wire (EegWsFeed *feed, const GstMapInfo *map, gsize n)
{
  GstAudioFormat format = GST_EEG_INFO_FORMAT (feed->info);

  if (format == GST_AUDIO_FORMAT_F32LE)
    return map->data;
  if (feed->scratch_size < n) {
    feed->scratch = g_realloc (feed->scratch, n * 4);
    feed->scratch_size = n;
  }
  if (format == GST_AUDIO_FORMAT_F64LE) {
    const gdouble *in = (const gdouble *) map->data;
    gfloat *out = (gfloat *) feed->scratch;

    for (gsize i = 0; i < n; i++)
      out[i] = (gfloat) in[i];
  } else {
    /* The fourth byte of S24_32 is padding: make it the sign. */
    const guint32 *in = (const guint32 *) map->data;
    gint32 *out = (gint32 *) feed->scratch;

    for (gsize i = 0; i < n; i++)
      out[i] = (gint32) (in[i] << 8) >> 8;
  }
  return feed->scratch;
}

static void
push_samples (EegWsFeed *feed, const GstMapInfo *map, guint64 first,
    gint64 time, guint8 flags, guint64 lost, EegWsCount *count)
{
  guint frames = (guint) (map->size / (gsize) GST_EEG_INFO_BPF (feed->info));

  if (feed->have_sample && first < feed->next_sample)
    begin_epoch (feed); /* the numbering started again */
  else if (feed->have_sample && first > feed->next_sample)
    lost = MAX (lost, first - feed->next_sample);
  /* A buffer without samples tells of a loss behind the last one. */
  if (frames > 0)
    eeg_ws_topic_push (feed->topic,
        to_wire (feed, map, (gsize) frames * feed->shape.channels), frames,
        first, time, flags);
  feed->next_sample = first + frames;
  count->delivered += frames;
  count->lost += lost;
}

static void
push_spectrum (EegWsFeed *feed, const GstMapInfo *map, guint64 first,
    gint64 time, guint8 flags, EegWsCount *count)
{
  if (feed->have_sample && first < feed->next_sample)
    begin_epoch (feed);
  eeg_ws_topic_push (feed->topic, map->data, 1, first, time, flags);
  feed->next_sample = first + 1;
  count->spectra++;
}

static GstClockTime
frames_to_time (const EegWsFeed *feed, guint64 frames)
{
  return (
      GstClockTime) ((gdouble) frames * 1e9 / feed->shape.sample_rate + 0.5);
}

gboolean
eeg_ws_feed_push (EegWsFeed *feed, GstBuffer *buffer, const GstSegment *segment,
    gint64 origin, EegWsCount *count, GError **error)
{
  gsize frame = (gsize) feed->shape.channels * feed->shape.bins * 4;
  guint64 first = feed->next_sample, ledger_first, n_ledger, lost = 0;
  GstEegStatusFlags status = GST_EEG_STATUS_NONE;
  GstClockTime running = GST_CLOCK_TIME_NONE;
  GstMapInfo map;
  guint8 flags = 0;

  memset (count, 0, sizeof *count);
  if (feed->caps == NULL) {
    g_set_error_literal (error, GST_EEG_ERROR, GST_EEG_ERROR_NOT_FIXED,
        "Data arrived before its caps");
    return FALSE;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_set_error_literal (
        error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA, "Cannot read a buffer");
    return FALSE;
  }
  if (feed->is_spectrum && map.size != frame) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "A spectrum of %" G_GSIZE_FORMAT " bytes arrived, expected "
        "%" G_GSIZE_FORMAT " for %u channels and %u bins",
        map.size, frame, feed->shape.channels, feed->shape.bins);
    gst_buffer_unmap (buffer, &map);
    return FALSE;
  }
  if (!feed->is_spectrum &&
      map.size % (gsize) GST_EEG_INFO_BPF (feed->info) != 0) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "A buffer of %" G_GSIZE_FORMAT " bytes is no whole number of samples "
        "of %d bytes: the stage before sends broken buffers",
        map.size, GST_EEG_INFO_BPF (feed->info));
    gst_buffer_unmap (buffer, &map);
    return FALSE;
  }
  if (!feed->have_sample)
    first = 0;
  if (gst_buffer_get_eeg_ledger (
          buffer, &ledger_first, &n_ledger, &lost, &status))
    first = ledger_first;
  else if (GST_BUFFER_OFFSET_IS_VALID (buffer))
    first = GST_BUFFER_OFFSET (buffer);
  if (status & GST_EEG_STATUS_SATURATED)
    flags |= EEG_WS_FLAG_SATURATED;
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    running = gst_segment_to_running_time (
        segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (running == GST_CLOCK_TIME_NONE) {
    running = feed->info && !feed->is_spectrum
                  ? gst_eeg_info_frames_to_time (feed->info, first)
                  : frames_to_time (feed, first);
    flags |= EEG_WS_FLAG_TIME_ESTIMATED;
  }
  if (feed->is_spectrum) {
    if (feed->have_sample &&
        GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
      flags |= EEG_WS_FLAG_GAP;
    push_spectrum (feed, &map, first, origin + (gint64) running, flags, count);
  } else {
    push_samples (
        feed, &map, first, origin + (gint64) running, flags, lost, count);
  }
  gst_buffer_unmap (buffer, &map);
  feed->have_sample = TRUE;
  eeg_ws_server_wake (feed->server);
  return TRUE;
}

void
eeg_ws_feed_end (EegWsFeed *feed)
{
  if (feed->topic == NULL)
    return;
  eeg_ws_topic_end (feed->topic);
  eeg_ws_server_wake (feed->server);
}
