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
 * Besides samples it takes spectra, as eegspectrum makes them. One server shows
 * several streams: the sink pad's is stream 1, that of stream_%u is stream 2 + %u.
 * The element is done when the streams of all its linked pads have ended.
 *
 * ## Example
 *
 * |[
 * gst-launch-1.0 eegtestsrc is-live=true ! websocketsink port=9000
 * ]|
 *
 * then open http://127.0.0.1:9000/ in a browser. Samples and their spectra:
 *
 * |[
 * gst-launch-1.0 eegtestsrc is-live=true ! tee name=t ! queue ! websocketsink port=9000 name=ws t. ! queue ! eegspectrum ! ws.stream_0
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstwebsocketsink.h"
#include "eegwspad.h"

#include <gio/gio.h>
#include <stdio.h>
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
  EegWsCount count;
  EegWsServerStats last_stats;
  guint last_port;
  gint64 wall_origin; /* ns of the Unix clock at running time 0 */
  gboolean need_origin;
  gboolean ended;         /* the stream of the sink pad, as GstBaseSink says */
  gboolean playing, told; /* that all streams have ended */
  guint32 end_seqnum;     /* of the latest end */

  /* Its pad's streaming thread, or nobody's below PAUSED. */
  EegWsFeed *feed;
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (
            GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL) "; " EEG_WS_SPECTRUM_CAPS));
static GstStaticPadTemplate stream_template =
    GST_STATIC_PAD_TEMPLATE ("stream_%u", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (
            GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL) "; " EEG_WS_SPECTRUM_CAPS));

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
      self->count.delivered, "lost", G_TYPE_UINT64, self->count.lost, "dropped",
      G_TYPE_UINT64, stats.dropped, "spectra", G_TYPE_UINT64,
      self->count.spectra, "spectra-dropped", G_TYPE_UINT64,
      stats.spectra_dropped, "clients", G_TYPE_UINT64, (guint64) stats.clients,
      "port", G_TYPE_UINT64, (guint64) port, NULL);
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
  memset (&self->count, 0, sizeof self->count);
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

/* --- streams -------------------------------------------------------------- */

/* Time of the Unix clock that running time 0 stands for, taken once per run so
 * that steps of the wall clock do not tear the stream. */
static gint64
find_origin (GstWebsocketSink *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  gint64 origin, now = g_get_real_time () * 1000;

  if (clock)
    now -= (gint64) gst_clock_get_time (clock) - (gint64) base;
  GST_OBJECT_LOCK (self);
  if (self->need_origin)
    self->wall_origin = now;
  self->need_origin = FALSE;
  origin = self->wall_origin;
  GST_OBJECT_UNLOCK (self);
  return origin;
}

static gint64
get_origin (GstWebsocketSink *self)
{
  gboolean need;
  gint64 origin;

  GST_OBJECT_LOCK (self);
  need = self->need_origin;
  origin = self->wall_origin;
  GST_OBJECT_UNLOCK (self);
  return need ? find_origin (self) : origin;
}

static gboolean
take_caps (GstWebsocketSink *self, EegWsFeed *feed, GstCaps *caps)
{
  guint id = eeg_ws_feed_get_id (feed);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = NULL;
  gboolean spectrum;

  spectrum = gst_structure_has_name (
      gst_caps_get_structure (caps, 0), "application/x-eeg-spectrum");
  GST_OBJECT_LOCK (self);
  if (id == 1)
    name = g_strdup (self->topic);
  else if (id == 2)
    name = g_strdup_printf ("%s-%s", self->topic, spectrum ? "spectrum" : "2");
  else
    name = g_strdup_printf (
        spectrum ? "%s-spectrum-%u" : "%s-%u", self->topic, id);
  GST_OBJECT_UNLOCK (self);
  if (eeg_ws_feed_set_caps (feed, caps, name, &error))
    return TRUE;
  if (error)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", error->message),
        ("caps %" GST_PTR_FORMAT, caps));
  return FALSE;
}

static GstFlowReturn
take_buffer (GstWebsocketSink *self, EegWsFeed *feed, GstBuffer *buffer,
    const GstSegment *segment)
{
  g_autoptr (GError) error = NULL;
  EegWsCount count;

  if (!eeg_ws_feed_push (
          feed, buffer, segment, get_origin (self), &count, &error)) {
    gboolean no_caps =
        g_error_matches (error, GST_EEG_ERROR, GST_EEG_ERROR_NOT_FIXED);

    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s.", error->message), (NULL));
    return no_caps ? GST_FLOW_NOT_NEGOTIATED : GST_FLOW_ERROR;
  }
  GST_OBJECT_LOCK (self);
  self->count.delivered += count.delivered;
  self->count.lost += count.lost;
  self->count.spectra += count.spectra;
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

/* --- ends ----------------------------------------------------------------- */

typedef struct
{
  guint linked, ended;
} Ends;

static gboolean
count_end (GstElement *element, GstPad *pad, gpointer data)
{
  Ends *n = data;

  if (!gst_pad_is_linked (pad))
    return TRUE;
  n->linked++;
  GST_OBJECT_LOCK (element);
  n->ended += EEG_IS_WS_PAD (pad) ? EEG_WS_PAD (pad)->ended
                                  : GST_WEBSOCKET_SINK (element)->ended;
  GST_OBJECT_UNLOCK (element);
  return TRUE;
}

/* GstBaseSink knows of its own pad only. As there, the message waits for
 * PLAYING and comes again with the next one. */
static void
tell_end (GstWebsocketSink *self)
{
  GstElement *element = GST_ELEMENT (self);
  GstMessage *message;
  Ends n = {0, 0};
  guint32 seqnum;
  gboolean tell;

  gst_element_foreach_sink_pad (element, count_end, &n);
  GST_OBJECT_LOCK (self);
  tell = self->playing && !self->told && n.linked > 0 && n.ended == n.linked;
  self->told |= tell;
  seqnum = self->end_seqnum;
  GST_OBJECT_UNLOCK (self);
  if (!tell)
    return;
  message = gst_message_new_eos (GST_OBJECT (self));
  gst_message_set_seqnum (message, seqnum);
  GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
}

static void
set_ended (
    GstWebsocketSink *self, gboolean *which, gboolean ended, guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  *which = ended;
  if (ended)
    self->end_seqnum = seqnum;
  else
    self->told = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (ended)
    tell_end (self);
}

/* What GstBaseSink says of its pad is not yet the end of the element. */
static gboolean
gst_websocket_sink_post_message (GstElement *element, GstMessage *message)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (element);

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
  set_ended (self, &self->ended, TRUE, gst_message_get_seqnum (message));
  gst_message_unref (message);
  return TRUE;
}

static void
set_playing (GstWebsocketSink *self, gboolean playing)
{
  GST_OBJECT_LOCK (self);
  self->playing = playing;
  self->told = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (playing)
    tell_end (self);
}

/* --- the sink pad --------------------------------------------------------- */

static gboolean
gst_websocket_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);

  return take_caps (self, self->feed, caps);
}

static GstFlowReturn
gst_websocket_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);

  return take_buffer (self, self->feed, buffer, &sink->segment);
}

static gboolean
gst_websocket_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    eeg_ws_feed_end (self->feed);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    set_ended (self, &self->ended, FALSE, 0);
  return GST_BASE_SINK_CLASS (parent_class)->event (sink, event);
}

/* --- requested pads ------------------------------------------------------- */

static GstFlowReturn
stream_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  EegWsPad *own = EEG_WS_PAD (pad);
  GstFlowReturn ret;

  ret = take_buffer (
      GST_WEBSOCKET_SINK (parent), own->feed, buffer, &own->segment);
  gst_buffer_unref (buffer);
  return ret;
}

static gboolean
stream_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (parent);
  EegWsPad *own = EEG_WS_PAD (pad);
  gboolean ok = TRUE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      set_ended (self, &own->ended, FALSE, 0);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      ok = take_caps (self, own->feed, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &own->segment);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&own->segment, GST_FORMAT_UNDEFINED);
      set_ended (self, &own->ended, FALSE, 0);
      break;
    case GST_EVENT_EOS:
      eeg_ws_feed_end (own->feed);
      set_ended (self, &own->ended, TRUE, gst_event_get_seqnum (event));
      break;
    default:
      break;
  }
  gst_event_unref (event);
  return ok;
}

/* Activation is when no streaming thread is there. */
static gboolean
stream_activate (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (EEG_WS_PAD (pad)->sink);
  EegWsServer *server;

  if (active) {
    GST_OBJECT_LOCK (self);
    server = self->server;
    EEG_WS_PAD (pad)->ended = FALSE;
    GST_OBJECT_UNLOCK (self);
    eeg_ws_feed_open (EEG_WS_PAD (pad)->feed, server);
  }
  return mode == GST_PAD_MODE_PUSH;
}

/* Perhaps it was the last one that the end waited for. */
static void
stream_unlinked (GstPad *pad, GstPad *peer, gpointer self)
{
  tell_end (self);
}

static GstPad *
gst_websocket_sink_request_new_pad (GstElement *element, GstPadTemplate *templ,
    const gchar *name, const GstCaps *caps)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (element);
  g_autofree gchar *made = NULL;
  guint number = 0;
  GstPad *pad;

  if (name && sscanf (name, "stream_%u", &number) == 1) {
    made = g_strdup_printf ("stream_%u", number);
  } else {
    /* The lowest number that is free. */
    for (number = 0; number < EEG_WS_MAX_TOPICS; number++) {
      g_autoptr (GstPad) taken = NULL;

      g_free (made);
      made = g_strdup_printf ("stream_%u", number);
      taken = gst_element_get_static_pad (element, made);
      if (taken == NULL)
        break;
    }
  }
  if (number >= EEG_WS_MAX_TOPICS - 1) {
    GST_WARNING_OBJECT (self,
        "stream_%u: one server has at most %d streams besides the sink pad's",
        number, EEG_WS_MAX_TOPICS - 1);
    return NULL;
  }
  pad = g_object_new (EEG_TYPE_WS_PAD, "name", made, "direction", GST_PAD_SINK,
      "template", templ, NULL);
  EEG_WS_PAD (pad)->sink = element;
  EEG_WS_PAD (pad)->feed = eeg_ws_feed_new (number + 2);
  gst_pad_set_chain_function (pad, stream_chain);
  gst_pad_set_event_function (pad, stream_event);
  gst_pad_set_activatemode_function (pad, stream_activate);
  g_signal_connect (pad, "unlinked", G_CALLBACK (stream_unlinked), self);
  if (GST_STATE (self) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  if (!gst_element_add_pad (element, pad))
    return NULL;
  return pad;
}

static void
gst_websocket_sink_release_pad (GstElement *element, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  eeg_ws_feed_end (EEG_WS_PAD (pad)->feed);
  gst_element_remove_pad (element, pad);
}

/* --- states --------------------------------------------------------------- */

static void
need_origin (GstWebsocketSink *self)
{
  GST_OBJECT_LOCK (self);
  self->need_origin = TRUE;
  GST_OBJECT_UNLOCK (self);
}

/* No pad may keep a server that is gone. */
static gboolean
close_feed (GstElement *element, GstPad *pad, gpointer data)
{
  if (EEG_IS_WS_PAD (pad))
    eeg_ws_feed_open (EEG_WS_PAD (pad)->feed, NULL);
  return TRUE;
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
      eeg_ws_feed_open (self->feed, self->server);
      set_ended (self, &self->ended, FALSE, 0);
      need_origin (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      need_origin (self);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_playing (self, FALSE);
      break;
    default:
      break;
  }
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING &&
      ret != GST_STATE_CHANGE_FAILURE)
    set_playing (self, TRUE);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL ||
      (transition == GST_STATE_CHANGE_NULL_TO_READY &&
          ret == GST_STATE_CHANGE_FAILURE)) {
    eeg_ws_feed_open (self->feed, NULL);
    gst_element_foreach_sink_pad (element, close_feed, NULL);
    close_server (self);
  }
  return ret;
}

static void
gst_websocket_sink_finalize (GObject *object)
{
  GstWebsocketSink *self = GST_WEBSOCKET_SINK (object);

  g_free (self->address);
  g_free (self->topic);
  g_free (self->www_root);
  eeg_ws_feed_free (self->feed);
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
          "resume, at most 32 MB of it for each stream",
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
          "clients, summed over them), all in frames of samples; spectra, "
          "spectra-dropped; clients; port",
          GST_TYPE_STRUCTURE, readable));

  element_class->change_state = gst_websocket_sink_change_state;
  element_class->post_message = gst_websocket_sink_post_message;
  element_class->request_new_pad = gst_websocket_sink_request_new_pad;
  element_class->release_pad = gst_websocket_sink_release_pad;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &stream_template);
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
  g_signal_connect (
      GST_BASE_SINK_PAD (self), "unlinked", G_CALLBACK (stream_unlinked), self);
  self->feed = eeg_ws_feed_new (1);
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
