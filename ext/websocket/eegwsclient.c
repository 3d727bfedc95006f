/* GStreamer EEG: one viewer of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client is a cursor into the ring of each stream. Nothing is queued for it:
 * a message is made when the socket has room, so that a viewer which stopped
 * reading costs one unfinished message.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsclient.h"
#include "eegwssub.h"

#include <string.h>

#define MAX_REPLIES 16

struct _EegWsClient
{
  EegWsHost *host;
  SoupWebsocketConnection *conn;
  EegWsStream *stream;
  gboolean closing;

  GPtrArray *subs; /* EegWsSub, one for each topic that hello named */
  GQueue replies;  /* strings waiting for room */
  gboolean hello_due;
  gboolean eos_sent;
};

static void on_message (SoupWebsocketConnection *conn, gint type,
    GBytes *message, EegWsClient *client);
static void on_closed (SoupWebsocketConnection *conn, EegWsClient *client);

EegWsClient *
eeg_ws_client_new (
    EegWsHost *host, SoupWebsocketConnection *conn, EegWsStream *stream)
{
  EegWsClient *client = g_new0 (EegWsClient, 1);

  client->host = host;
  client->conn = g_object_ref (conn);
  client->stream = g_object_ref (stream);
  g_queue_init (&client->replies);
  client->subs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) eeg_ws_sub_free);
  soup_websocket_connection_set_max_incoming_payload_size (
      conn, EEG_WS_MAX_MESSAGE);
  eeg_ws_stream_set_budget (stream, EEG_WS_MAX_MESSAGE + 1024);
  g_signal_connect (conn, "message", G_CALLBACK (on_message), client);
  g_signal_connect (conn, "closed", G_CALLBACK (on_closed), client);
  return client;
}

void
eeg_ws_client_free (EegWsClient *client)
{
  g_signal_handlers_disconnect_by_data (client->conn, client);
  g_object_unref (client->conn);
  g_object_unref (client->stream);
  g_queue_clear_full (&client->replies, g_free);
  g_ptr_array_unref (client->subs);
  g_free (client);
}

void
eeg_ws_client_close (EegWsClient *client, gushort code, const gchar *reason)
{
  if (client->closing)
    return;
  client->closing = TRUE;
  if (soup_websocket_connection_get_state (client->conn) ==
      SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (client->conn, code, reason);
}

void
eeg_ws_client_abort (EegWsClient *client)
{
  client->closing = TRUE;
  eeg_ws_stream_abort (client->stream);
}

static void
on_closed (SoupWebsocketConnection *conn, EegWsClient *client)
{
  client->closing = TRUE;
  client->host->closed (client->host->user_data, client);
}

/* --- sending -------------------------------------------------------------- */

/* libsoup hides its queue, but it is empty whenever the last write was taken
 * whole; then the kernel's part of the queue is what counts. */
gboolean
eeg_ws_client_may_send (EegWsClient *client, gsize limit)
{
  if (client->closing || soup_websocket_connection_get_state (client->conn) !=
                             SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;
  if (eeg_ws_stream_is_blocked (client->stream))
    return FALSE;
  return eeg_ws_stream_get_unsent (client->stream) <= MAX (limit, 64 * 1024);
}

void
eeg_ws_client_send_bytes (EegWsClient *client, GBytes *bytes)
{
  soup_websocket_connection_send_message (
      client->conn, SOUP_WEBSOCKET_DATA_BINARY, bytes);
}

GHashTable *
eeg_ws_client_get_cache (EegWsClient *client)
{
  return client->host->cache;
}

guint
eeg_ws_client_get_batch_ms (EegWsClient *client)
{
  return client->host->get_batch_ms (client->host->user_data);
}

const gchar *
eeg_ws_client_get_session (EegWsClient *client)
{
  return client->host->get_session (client->host->user_data);
}

static void
send_json (EegWsClient *client, json_t *object)
{
  char *text = json_dumps (object, JSON_COMPACT);

  json_decref (object);
  soup_websocket_connection_send_text (client->conn, text);
  free (text);
}

static void
reply (EegWsClient *client, json_t *object)
{
  char *text = json_dumps (object, JSON_COMPACT);

  json_decref (object);
  g_queue_push_tail (&client->replies, g_strdup (text));
  free (text);
  if (client->replies.length > MAX_REPLIES)
    eeg_ws_client_close (
        client, EEG_WS_CLOSE_QUOTA, "requests without reading");
}

static void
reply_error (EegWsClient *client, const gchar *code, const gchar *text)
{
  reply (client, json_pack ("{s:s,s:s,s:s,s:s}", "op", "status", "level",
                     "error", "code", code, "text", text));
}

static EegWsSub *
find_sub (EegWsClient *client, guint id)
{
  for (guint i = 0; i < client->subs->len; i++) {
    EegWsSub *sub = g_ptr_array_index (client->subs, i);

    if (eeg_ws_topic_get_id (eeg_ws_sub_get_topic (sub)) == id)
      return sub;
  }
  return NULL;
}

/* Every stream whose epoch this client entered, by number. */
static void
send_hello (EegWsClient *client)
{
  json_t *streams = json_array ();

  for (guint i = 0; i < client->subs->len; i++) {
    EegWsRing *ring = eeg_ws_sub_get_ring (g_ptr_array_index (client->subs, i));
    json_t *stream;
    guint64 oldest;

    if (ring == NULL)
      continue;
    stream = json_loads (eeg_ws_ring_get_description (ring), 0, NULL);
    eeg_ws_ring_get_range (ring, NULL, NULL, &oldest);
    json_object_set_new (stream, "oldest", json_integer ((json_int_t) oldest));
    json_array_append_new (streams, stream);
  }
  send_json (client,
      json_pack ("{s:s,s:s,s:s,s:s,s:s,s:o}", "op", "hello", "proto", "eeg.v1",
          "session", eeg_ws_client_get_session (client), "clock", "unix",
          "server", "gst-plugins-eeg/" VERSION, "streams", streams));
  client->hello_due = FALSE;
  client->eos_sent = FALSE;
}

/* Enters new epochs and says hello. FALSE when something has to wait. */
static gboolean
catch_up (EegWsClient *client, EegWsTopic **topics, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (EegWsRing) ring = eeg_ws_topic_get_ring (topics[i]);
    EegWsSub *sub = find_sub (client, eeg_ws_topic_get_id (topics[i]));

    if (ring == NULL || (sub && eeg_ws_sub_get_ring (sub) == ring))
      continue;
    if (!eeg_ws_client_may_send (client, 0))
      return FALSE;
    if (sub == NULL) {
      sub = eeg_ws_sub_new (client, topics[i]);
      /* Topics come by number. */
      g_ptr_array_insert (client->subs, MIN (i, client->subs->len), sub);
    }
    if (!eeg_ws_sub_enter (sub, ring))
      return FALSE;
    client->hello_due = TRUE;
  }
  if (client->hello_due && eeg_ws_client_may_send (client, 0))
    send_hello (client);
  return !client->hello_due;
}

static gboolean
all_ended (EegWsTopic **topics, guint n)
{
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++) {
    g_autoptr (EegWsRing) ring = eeg_ws_topic_get_ring (topics[i]);

    if (ring && !eeg_ws_topic_has_ended (topics[i]))
      return FALSE;
    any |= ring != NULL;
  }
  return any;
}

gboolean
eeg_ws_client_pump (EegWsClient *client)
{
  EegWsTopic *topics[EEG_WS_MAX_TOPICS];
  gboolean done = TRUE;
  guint n;

  if (client->closing)
    return TRUE;
  n = client->host->get_topics (client->host->user_data, topics);
  if (!catch_up (client, topics, n))
    return client->closing;
  if (client->subs->len == 0)
    return TRUE;
  while (client->replies.length > 0) {
    gchar *text;

    if (!eeg_ws_client_may_send (client, 0))
      return FALSE;
    text = g_queue_pop_head (&client->replies);
    soup_websocket_connection_send_text (client->conn, text);
    g_free (text);
  }
  /* The later ones first: spectra are small, and would never get past samples
   * that fill the socket. */
  for (guint i = client->subs->len; i > 0 && !client->closing; i--)
    done &= eeg_ws_sub_pump (g_ptr_array_index (client->subs, i - 1));
  if (!done)
    return client->closing;
  if (!client->eos_sent && all_ended (topics, n)) {
    if (!eeg_ws_client_may_send (client, 0))
      return FALSE;
    client->eos_sent = TRUE;
    send_json (client, json_pack ("{s:s}", "op", "eos"));
  }
  return TRUE;
}

/* --- requests ------------------------------------------------------------- */

/* The stream that a request names; the first one when it names none. */
static EegWsSub *
sub_of (EegWsClient *client, json_t *request)
{
  json_t *stream = json_object_get (request, "stream");
  json_int_t id = json_integer_value (stream);

  if (stream == NULL)
    return g_ptr_array_index (client->subs, 0);
  return id > 0 && id <= G_MAXINT ? find_sub (client, (guint) id) : NULL;
}

static void
op_subscribe (EegWsClient *client, EegWsSub *sub, json_t *root)
{
  const gchar *code = NULL, *text = NULL;
  json_t *answer = eeg_ws_sub_subscribe (sub, root, &code, &text);

  if (answer)
    reply (client, answer);
  else if (code)
    reply_error (client, code, text);
}

static void
op_ack (EegWsClient *client, EegWsSub *sub, json_t *root)
{
  json_t *sample = json_object_get (root, "sample");

  if (!json_is_integer (sample) || json_integer_value (sample) < 0)
    reply_error (client, "ack", "ack needs sample, an index");
  else
    eeg_ws_sub_ack (sub, (guint64) json_integer_value (sample));
}

static void
op_ping (EegWsClient *client, json_t *root)
{
  json_t *id = json_object_get (root, "id");
  json_t *answer = json_pack ("{s:s}", "op", "pong");

  if (json_is_integer (id))
    json_object_set (answer, "id", id);
  reply (client, answer);
}

static void
handle (EegWsClient *client, json_t *root)
{
  const gchar *op = json_string_value (json_object_get (root, "op"));
  EegWsSub *sub;

  if (g_strcmp0 (op, "ping") == 0) {
    op_ping (client, root);
    return;
  }
  if (g_strcmp0 (op, "subscribe") != 0 && g_strcmp0 (op, "unsubscribe") != 0 &&
      g_strcmp0 (op, "ack") != 0) {
    reply_error (client, "op", "op is subscribe, unsubscribe, ack or ping");
    return;
  }
  if (client->subs->len == 0) {
    reply_error (client, "no-stream", "wait for hello first");
    return;
  }
  sub = sub_of (client, root);
  if (sub == NULL)
    reply_error (client, "stream", "there is no such stream");
  else if (op[0] == 's')
    op_subscribe (client, sub, root);
  else if (op[0] == 'u')
    reply (client, eeg_ws_sub_unsubscribe (sub));
  else
    op_ack (client, sub, root);
}

static void
on_message (SoupWebsocketConnection *conn, gint type, GBytes *message,
    EegWsClient *client)
{
  gsize size;
  const gchar *data = g_bytes_get_data (message, &size);
  json_t *root = NULL;

  eeg_ws_stream_set_budget (client->stream, EEG_WS_MAX_MESSAGE + 1024);
  if (client->closing)
    return;
  if (type == SOUP_WEBSOCKET_DATA_TEXT && size > 0)
    root = json_loadb (data, size, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object (root))
    handle (client, root);
  else
    reply_error (client, "json", "a message is a JSON object with op");
  json_decref (root);
  eeg_ws_client_pump (client);
  /* Only the pump for all shares messages, and empties this afterwards. */
  g_hash_table_remove_all (client->host->cache);
}
