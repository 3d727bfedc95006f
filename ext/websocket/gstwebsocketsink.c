/* GStreamer EEG: websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-websocketsink
 * @title: websocketsink
 * @short_description: shows an EEG stream to browsers and programs
 *
 * Serves the stream as WebSocket protocol eeg.v1 (docs/protocol.md) and a
 * viewer page, on one port, to any number of clients up to a limit. The
 * streaming thread only copies samples into a ring; everything else happens in
 * a thread of the server, and a viewer that stops reading costs bounded memory
 * and nobody else's samples.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 eegtestsrc is-live=true ! websocketsink port=9000
 * ]|
 *
 * then open http://127.0.0.1:9000/ in a browser.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstwebsocketsink.h"
#include "eegwsserver.h"

#include <gio/gio.h>
#include <gst/eeg/gsteeginfo.h>
#include <gst/eeg/gsteegmeta.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (gst_websocket_sink_debug);
#define GST_CAT_DEFAULT gst_websocket_sink_debug

#define DEFAULT_ADDRESS         "127.0.0.1"
#define DEFAULT_PORT            9000
#define DEFAULT_TOPIC           "eeg"
#define DEFAULT_BATCH_MS        40
#define DEFAULT_HISTORY_SECONDS 30.0
#define DEFAULT_HISTORY_BYTES   (32 * 1024 * 1024)
#define DEFAULT_MAX_CLIENTS     64

enum
{
  PROP_0,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_TOPIC,
  PROP_BATCH_MS,
  PROP_WWW_ROOT,
  PROP_HISTORY,
  PROP_MAX_CLIENTS,
  PROP_URL,
  PROP_STATS,
};

struct _GstWebsocketSink
{
  GstBaseSink parent;

  /* Object lock. */
  gchar *address;
  guint port;
  gchar *topic;
  guint batch_ms;
  gchar *www_root;
  gdouble history;
  guint max_clients;
  EegWsServer *server; /* written between start and stop only */
  guint64 delivered;
  guint64 lost;
  EegWsServerStats last_stats;
  guint last_port;

  /* Streaming thread. */
  GstEegInfo *info;
  GstCaps *refused; /* told already; upstream may send them again */
  guint64 next_sample;
  gboolean have_sample;
  gint64 wall_origin; /* ns of the Unix clock at running time 0 */
  gint need_origin;   /* atomic */
  guint8 *scratch;
  gsize scratch_size;
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

#define gst_websocket_sink_parent_class parent_class
G_DEFINE_TYPE (GstWebsocketSink, gst_websocket_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (
    websocketsink, "websocketsink", GST_RANK_NONE, GST_TYPE_WEBSOCKET_SINK)

static gchar *
make_url (GstWebsocketSink *self)
{
  gboolean six = strchr (self->address, ':') != NULL;

  return g_strdup_printf (six ? "http://[%s]:%u/" : "http://%s:%u/",
      self->address,
      self->server ? eeg_ws_server_get_port (self->server) : self->port);
}

static GstStructure *
make_stats (GstWebsocketSink *self)
{
  EegWsServerStats stats = self->last_stats;
  guint port = self->last_port;

  if (self->server) {
    eeg_ws_server_get_stats (self->server, &stats);
    port = eeg_ws_server_get_port (self->server);
  }
  return gst_structure_new ("stats", "delivered", G_TYPE_UINT64,
      self->delivered, "lost", G_TYPE_UINT64, self->lost, "dropped",
      G_TYPE_UINT64, stats.dropped, "clients", G_TYPE_UINT64,
      (guint64) stats.clients, "port", G_TYPE_UINT64, (guint64) port, NULL);
}

static void
gst_websocket_sink_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ADDRESS:
      g_free (self->address);
      self->address = g_value_dup_string (value);
      if (self->address == NULL)
        self->address = g_strdup (DEFAULT_ADDRESS);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_TOPIC:
      g_free (self->topic);
      self->topic = g_value_dup_string (value);
      if (self->topic == NULL)
        self->topic = g_strdup (DEFAULT_TOPIC);
      break;
    case PROP_BATCH_MS:
      self->batch_ms = g_value_get_uint (value);
      if (self->server)
        eeg_ws_server_set_batch_ms (self->server, self->batch_ms);
      break;
    case PROP_WWW_ROOT:
      g_free (self->www_root);
      self->www_root = g_value_dup_string (value);
      break;
    case PROP_HISTORY:
      self->history = g_value_get_double (value);
      break;
    case PROP_MAX_CLIENTS:
      self->max_clients = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_websocket_sink_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_TOPIC:
      g_value_set_string (value, self->topic);
      break;
    case PROP_BATCH_MS:
      g_value_set_uint (value, self->batch_ms);
      break;
    case PROP_WWW_ROOT:
      g_value_set_string (value, self->www_root);
      break;
    case PROP_HISTORY:
      g_value_set_double (value, self->history);
      break;
    case PROP_MAX_CLIENTS:
      g_value_set_uint (value, self->max_clients);
      break;
    case PROP_URL:
      g_value_take_string (value, make_url (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, make_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static gboolean
open_server (GstWebsocketSink *self)
{
  g_autofree gchar *address = NULL;
  g_autofree gchar *www_root = NULL;
  EegWsServerConfig config = {.history_bytes = DEFAULT_HISTORY_BYTES};
  g_autoptr (GError) error = NULL;
  EegWsServer *server;

  GST_OBJECT_LOCK (self);
  config.address = address = g_strdup (self->address);
  config.www_root = www_root = g_strdup (self->www_root);
  config.port = self->port;
  config.batch_ms = self->batch_ms;
  config.history_seconds = self->history;
  config.max_clients = self->max_clients;
  self->delivered = self->lost = 0;
  GST_OBJECT_UNLOCK (self);

  server = eeg_ws_server_start (&config, &error);
  if (server == NULL) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
      GST_ELEMENT_ERROR (self, RESOURCE, BUSY,
          ("Port %u on %s is taken by another program. Choose another with "
           "port=, or port=0 for any free one.",
              config.port, config.address),
          ("%s", error->message));
    else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
      GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE,
          ("Port %u on %s may not be opened: ports below 1024 need a "
           "privilege. Choose port= 1024 or higher.",
              config.port, config.address),
          ("%s", error->message));
    else
      GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE,
          ("Cannot serve on address=%s port=%u www-root=%s: %s.",
              config.address, config.port,
              config.www_root ? config.www_root : "(built in)", error->message),
          (NULL));
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->server = server;
  GST_OBJECT_UNLOCK (self);
  /* gst-launch-1.0 -v prints it. */
  g_object_notify (G_OBJECT (self), "url");
  GST_INFO_OBJECT (self, "serving on %s port %u", config.address,
      eeg_ws_server_get_port (server));
  return TRUE;
}

static void
close_server (GstWebsocketSink *self)
{
  EegWsServer *server;

  GST_OBJECT_LOCK (self);
  server = self->server;
  self->server = NULL;
  if (server) {
    eeg_ws_server_get_stats (server, &self->last_stats);
    self->last_stats.clients = 0;
    self->last_port = eeg_ws_server_get_port (server);
  }
  GST_OBJECT_UNLOCK (self);
  if (server)
    eeg_ws_server_stop (server);
}

static void
begin_epoch (GstWebsocketSink *self)
{
  g_autofree gchar *topic = NULL;

  GST_OBJECT_LOCK (self);
  topic = g_strdup (self->topic);
  GST_OBJECT_UNLOCK (self);
  eeg_ws_server_begin_epoch (self->server, topic, self->info);
  self->have_sample = FALSE;
}

static gboolean
gst_websocket_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);
  g_autoptr (GstEegInfo) info = gst_eeg_info_new ();
  g_autoptr (GError) error = NULL;

  if (!gst_eeg_info_from_caps (info, caps, &error)) {
    if (self->refused && gst_caps_is_equal (caps, self->refused))
      return FALSE;
    gst_caps_replace (&self->refused, caps);
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", error->message),
        ("caps %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (self->info && gst_eeg_info_is_equal (info, self->info))
    return TRUE;
  g_clear_pointer (&self->info, gst_eeg_info_free);
  self->info = g_steal_pointer (&info);
  begin_epoch (self);
  return TRUE;
}

/* Time of the Unix clock that running time 0 stands for, taken once per run so
 * that steps of the wall clock do not tear the stream. */
static void
find_origin (GstWebsocketSink *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  gint64 now = g_get_real_time () * 1000;

  if (clock) {
    GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
    now -= (gint64) gst_clock_get_time (clock) - (gint64) base;
  }
  self->wall_origin = now;
}

static gconstpointer
to_wire (GstWebsocketSink *self, const GstMapInfo *map, gsize n)
{
  GstAudioFormat format = GST_EEG_INFO_FORMAT (self->info);

  if (format == GST_AUDIO_FORMAT_F32LE)
    return map->data;
  if (self->scratch_size < n) {
    self->scratch = g_realloc (self->scratch, n * 4);
    self->scratch_size = n;
  }
  if (format == GST_AUDIO_FORMAT_F64LE) {
    const gdouble *in = (const gdouble *) map->data;
    gfloat *out = (gfloat *) self->scratch;

    for (gsize i = 0; i < n; i++)
      out[i] = (gfloat) in[i];
  } else {
    /* The fourth byte of S24_32 is padding: make it the sign. */
    const guint32 *in = (const guint32 *) map->data;
    gint32 *out = (gint32 *) self->scratch;

    for (gsize i = 0; i < n; i++)
      out[i] = (gint32) (in[i] << 8) >> 8;
  }
  return self->scratch;
}

static GstFlowReturn
gst_websocket_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);
  guint64 first = self->next_sample, ledger_first, n_ledger, lost = 0;
  GstEegStatusFlags status = GST_EEG_STATUS_NONE;
  GstMapInfo map;
  guint frames;
  guint8 flags = 0;
  gint64 time = 0;
  GstClockTime running = GST_CLOCK_TIME_NONE;

  if (self->info == NULL) {
    GST_ELEMENT_ERROR (
        self, STREAM, FORMAT, ("Data arrived before its caps."), (NULL));
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("Cannot read a buffer."), (NULL));
    return GST_FLOW_ERROR;
  }
  frames = (guint) (map.size / (gsize) GST_EEG_INFO_BPF (self->info));
  if (!self->have_sample)
    first = 0;
  if (gst_buffer_get_eeg_ledger (
          buffer, &ledger_first, &n_ledger, &lost, &status))
    first = ledger_first;
  else if (GST_BUFFER_OFFSET_IS_VALID (buffer))
    first = GST_BUFFER_OFFSET (buffer);
  if (self->have_sample && first < self->next_sample)
    begin_epoch (self); /* the numbering started again */
  else if (self->have_sample && first > self->next_sample)
    lost = MAX (lost, first - self->next_sample);
  if (status & GST_EEG_STATUS_SATURATED)
    flags |= EEG_WS_FLAG_SATURATED;

  if (g_atomic_int_compare_and_exchange (&self->need_origin, 1, 0))
    find_origin (self);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    running = gst_segment_to_running_time (
        &sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (running == GST_CLOCK_TIME_NONE) {
    running = gst_eeg_info_frames_to_time (self->info, first);
    flags |= EEG_WS_FLAG_TIME_ESTIMATED;
  }
  time = self->wall_origin + (gint64) running;

  eeg_ws_server_push (self->server,
      to_wire (self, &map, (gsize) frames * GST_EEG_INFO_CHANNELS (self->info)),
      frames, first, time, flags);
  gst_buffer_unmap (buffer, &map);
  self->next_sample = first + frames;
  self->have_sample = TRUE;
  GST_OBJECT_LOCK (self);
  self->delivered += frames;
  self->lost += lost;
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

static gboolean
gst_websocket_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && self->server)
    eeg_ws_server_eos (self->server);
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

static GstStateChangeReturn
gst_websocket_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      /* Not in GstBaseSink::start: it would add an error of its own. */
      if (!open_server (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      g_clear_pointer (&self->info, gst_eeg_info_free);
      gst_clear_caps (&self->refused);
      self->have_sample = FALSE;
      g_atomic_int_set (&self->need_origin, 1);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      g_atomic_int_set (&self->need_origin, 1);
      break;
    default:
      break;
  }
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL ||
      (transition == GST_STATE_CHANGE_NULL_TO_READY &&
          ret == GST_STATE_CHANGE_FAILURE))
    close_server (self);
  return ret;
}

static void
gst_websocket_sink_finalize (GObject *object)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (object);

  g_free (self->address);
  g_free (self->topic);
  g_free (self->www_root);
  g_free (self->scratch);
  gst_clear_caps (&self->refused);
  g_clear_pointer (&self->info, gst_eeg_info_free);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_websocket_sink_class_init (GstWebsocketSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);
  GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  GParamFlags playing =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  GST_DEBUG_CATEGORY_INIT (
      gst_websocket_sink_debug, "websocketsink", 0, "EEG over WebSocket");

  object_class->set_property = gst_websocket_sink_set_property;
  object_class->get_property = gst_websocket_sink_get_property;
  object_class->finalize = gst_websocket_sink_finalize;

  g_object_class_install_property (object_class, PROP_ADDRESS,
      g_param_spec_string ("address", "Address",
          "IP address to listen on. 127.0.0.1 serves this computer only, "
          "0.0.0.0 every network it is in (there is no password)",
          DEFAULT_ADDRESS, ready));
  g_object_class_install_property (object_class, PROP_PORT,
      g_param_spec_uint ("port", "Port",
          "TCP port to listen on; 0 takes any free one, which stats and url "
          "then tell",
          0, 65535, DEFAULT_PORT, ready));
  g_object_class_install_property (object_class, PROP_TOPIC,
      g_param_spec_string ("topic", "Topic",
          "Name of the stream that clients see", DEFAULT_TOPIC, ready));
  g_object_class_install_property (object_class, PROP_BATCH_MS,
      g_param_spec_uint ("batch-ms", "Batch",
          "Milliseconds of signal in one message, unless a client asks for "
          "another time; small is prompt, large is cheap",
          4, 250, DEFAULT_BATCH_MS, playing));
  g_object_class_install_property (object_class, PROP_WWW_ROOT,
      g_param_spec_string ("www-root", "Web root",
          "Directory with a page to serve instead of the built-in viewer; its "
          "files are read once at start",
          NULL, ready));
  g_object_class_install_property (object_class, PROP_HISTORY,
      g_param_spec_double ("history", "History",
          "Seconds of signal kept in memory for clients that join late or "
          "resume, at most 32 MB of it",
          1.0, 3600.0, DEFAULT_HISTORY_SECONDS, ready));
  g_object_class_install_property (object_class, PROP_MAX_CLIENTS,
      g_param_spec_uint ("max-clients", "Most clients",
          "How many viewers may be connected at the same time", 1, 1000,
          DEFAULT_MAX_CLIENTS, ready));
  g_object_class_install_property (object_class, PROP_URL,
      g_param_spec_string ("url", "URL",
          "Address of the viewer page, with the real port once started", NULL,
          readable));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Delivered, lost (before this sink), dropped (not sent to slow "
          "clients, summed over them), all in frames; clients; port",
          GST_TYPE_STRUCTURE, readable));

  element_class->change_state = gst_websocket_sink_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "EEG WebSocket server",
      "Sink/Network/EEG",
      "Serves EEG to browsers and programs over WebSocket, with a viewer page",
      "The gst-plugins-eeg authors");

  sink_class->set_caps = gst_websocket_sink_set_caps;
  sink_class->render = gst_websocket_sink_render;
  sink_class->event = gst_websocket_sink_event;
}

static void
gst_websocket_sink_init (GstWebsocketSink *self)
{
  self->address = g_strdup (DEFAULT_ADDRESS);
  self->port = DEFAULT_PORT;
  self->topic = g_strdup (DEFAULT_TOPIC);
  self->batch_ms = DEFAULT_BATCH_MS;
  self->history = DEFAULT_HISTORY_SECONDS;
  self->max_clients = DEFAULT_MAX_CLIENTS;
  /* A viewer wants samples when they come, and no pipeline should wait for a
   * viewer's branch to preroll. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
  /* It would keep a pooled buffer out for as long as the stream pauses. */
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}
