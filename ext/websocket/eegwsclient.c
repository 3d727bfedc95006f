/* GStreamer EEG: one viewer of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client is a cursor into the shared ring. Nothing is queued for it: a
 * message is made when the socket has room, so that a viewer which stopped
 * reading costs one unfinished message.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsclient.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define HEADER_SIZE          40
#define ENVELOPE_HEADER_SIZE 48
#define MAX_REPLIES          16
#define MIN_BATCH_MS         4
#define MAX_BATCH_MS         250
#define DEFAULT_COLUMNS      150
#define MAX_LAG_SECONDS      2.0
#define STREAM_ID            1

typedef enum
{
  MODE_LIVE,
  MODE_LOSSLESS,
  MODE_PREVIEW
} Mode;

struct _EegWsClient
{
  EegWsHost *host;
  SoupWebsocketConnection *conn;
  EegWsStream *stream;
  gboolean closing;

  EegWsRing *ring; /* whose hello was sent last */
  GQueue replies;  /* strings waiting for room */
  gboolean eos_sent;

  gboolean subscribed;
  Mode mode;
  guint batch_ms; /* 0 = the server's */
  guint columns_per_second;
  guint16 *channels; /* NULL = all */
  guint n_channels;
  gchar *key; /* what makes two subscriptions equal */

  guint64 pos;
  guint64 expected; /* next sample index when nothing is missing */
  gboolean expected_valid;
  guint64 missed;
  gboolean backfill;
  gboolean use_acks;
  guint64 acked;
  guint64 sent;
  gint32 *scratch;
  gsize scratch_frames;
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
  g_clear_pointer (&client->ring, eeg_ws_ring_unref);
  g_free (client->channels);
  g_free (client->key);
  g_free (client->scratch);
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
static gboolean
may_send (EegWsClient *client)
{
  gsize limit = 64 * 1024;

  if (client->closing || soup_websocket_connection_get_state (client->conn) !=
                             SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;
  if (eeg_ws_stream_is_blocked (client->stream))
    return FALSE;
  if (client->ring) {
    gdouble quarter = eeg_ws_ring_get_rate (client->ring) *
                      eeg_ws_ring_get_channels (client->ring);
    limit = MAX (limit, (gsize) quarter);
  }
  return eeg_ws_stream_get_unsent (client->stream) <= limit;
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

static guint
batch_frames (EegWsClient *client)
{
  guint ms = client->batch_ms
                 ? client->batch_ms
                 : client->host->get_batch_ms (client->host->user_data);
  gdouble frames = eeg_ws_ring_get_rate (client->ring) * ms / 1000.0;

  return (guint) MAX (floor (frames + 0.5), 1.0);
}

static guint
samples_per_column (EegWsClient *client)
{
  gdouble n = eeg_ws_ring_get_rate (client->ring) / client->columns_per_second;

  return (guint) MAX (floor (n + 0.5), 1.0);
}

static guint
grid_frames (EegWsClient *client)
{
  guint grid = batch_frames (client);

  if (client->mode == MODE_PREVIEW) {
    guint spc = samples_per_column (client);
    grid = MAX (grid / spc, 1) * spc;
  }
  return grid;
}

static void
write_header (guint8 *h, guint8 type, guint16 size, EegWsClient *client,
    const EegWsBlock *block, guint8 flags, guint32 frames, guint32 missed)
{
  h[0] = type;
  h[1] = flags;
  GST_WRITE_UINT16_LE (h + 2, size);
  GST_WRITE_UINT32_LE (h + 4, STREAM_ID);
  GST_WRITE_UINT64_LE (h + 8, block->first_sample);
  GST_WRITE_UINT64_LE (h + 16, (guint64) block->time_ns);
  GST_WRITE_UINT32_LE (h + 24, frames);
  GST_WRITE_UINT16_LE (h + 28, (guint16) client->n_channels);
  h[30] = (guint8) eeg_ws_ring_get_format (client->ring);
  h[31] = 0;
  GST_WRITE_UINT32_LE (h + 32, eeg_ws_ring_get_epoch (client->ring));
  GST_WRITE_UINT32_LE (h + 36, missed);
}

static GBytes *
encode_samples (
    EegWsClient *client, const EegWsBlock *block, guint8 flags, guint32 missed)
{
  guint stride = eeg_ws_ring_get_channels (client->ring);
  gsize size = HEADER_SIZE + (gsize) block->frames * client->n_channels * 4;
  guint8 *data = g_malloc (size);

  write_header (
      data, 1, HEADER_SIZE, client, block, flags, block->frames, missed);
  if (client->channels == NULL) {
    memcpy (data + HEADER_SIZE, client->scratch, size - HEADER_SIZE);
  } else {
    gint32 *out = (gint32 *) (data + HEADER_SIZE);

    for (guint f = 0; f < block->frames; f++)
      for (guint c = 0; c < client->n_channels; c++)
        *out++ = client->scratch[(gsize) f * stride + client->channels[c]];
  }
  return g_bytes_new_take (data, size);
}

static GBytes *
encode_envelope (
    EegWsClient *client, const EegWsBlock *block, guint8 flags, guint32 missed)
{
  guint stride = eeg_ws_ring_get_channels (client->ring);
  gboolean is_float =
      eeg_ws_ring_get_format (client->ring) == EEG_WS_FORMAT_F32;
  guint spc = samples_per_column (client);
  guint64 first_column = block->first_sample / spc;
  guint64 last_column = (block->first_sample + block->frames - 1) / spc;
  guint columns = (guint) (last_column - first_column + 1);
  gsize size =
      ENVELOPE_HEADER_SIZE + (gsize) columns * client->n_channels * 2 * 4;
  guint8 *data = g_malloc0 (size);
  gint32 *out = (gint32 *) (data + ENVELOPE_HEADER_SIZE);
  guint f = 0;

  write_header (
      data, 2, ENVELOPE_HEADER_SIZE, client, block, flags, columns, missed);
  GST_WRITE_UINT32_LE (data + 40, spc);
  for (guint k = 0; k < columns; k++) {
    guint64 end = (first_column + k + 1) * spc - block->first_sample;
    guint stop = (guint) MIN (end, block->frames);

    for (guint c = 0; c < client->n_channels; c++) {
      guint ch = client->channels ? client->channels[c] : c;

      if (is_float) {
        const gfloat *x = (const gfloat *) client->scratch;
        gfloat lo = x[(gsize) f * stride + ch], hi = lo;
        gfloat *pair = (gfloat *) out;

        for (guint i = f + 1; i < stop; i++) {
          gfloat v = x[(gsize) i * stride + ch];
          lo = v < lo ? v : lo;
          hi = v > hi ? v : hi;
        }
        pair[0] = lo;
        pair[1] = hi;
      } else {
        gint32 lo = client->scratch[(gsize) f * stride + ch], hi = lo;

        for (guint i = f + 1; i < stop; i++) {
          gint32 v = client->scratch[(gsize) i * stride + ch];
          lo = MIN (lo, v);
          hi = MAX (hi, v);
        }
        out[0] = lo;
        out[1] = hi;
      }
      out += 2;
    }
    f = stop;
  }
  return g_bytes_new_take (data, size);
}

static void
send_block (EegWsClient *client, const EegWsBlock *block)
{
  GHashTable *cache = client->host->cache;
  guint32 missed = (guint32) MIN (client->missed, G_MAXUINT32);
  guint8 flags = block->flags;
  g_autofree gchar *key = NULL;
  GBytes *bytes;

  if (client->expected_valid && block->first_sample != client->expected)
    flags |= EEG_WS_FLAG_GAP;
  if (client->missed > 0)
    flags |= EEG_WS_FLAG_GAP;
  if (client->backfill)
    flags |= EEG_WS_FLAG_BACKFILL;
  key = g_strdup_printf ("%u/%" G_GUINT64_FORMAT "/%u/%u/%u/%s",
      eeg_ws_ring_get_epoch (client->ring), block->pos, block->frames, flags,
      missed, client->key);
  bytes = g_hash_table_lookup (cache, key);
  if (bytes == NULL) {
    bytes = client->mode == MODE_PREVIEW
                ? encode_envelope (client, block, flags, missed)
                : encode_samples (client, block, flags, missed);
    g_hash_table_insert (cache, g_steal_pointer (&key), bytes);
  }
  soup_websocket_connection_send_message (
      client->conn, SOUP_WEBSOCKET_DATA_BINARY, bytes);
  client->expected = block->first_sample + block->frames;
  client->expected_valid = TRUE;
  client->pos = block->pos + block->frames;
  client->sent = client->expected;
  client->missed = 0;
}

static void
skip_to (EegWsClient *client, guint64 pos)
{
  guint64 n = pos - client->pos;

  client->missed += n;
  client->host->count_dropped (client->host->user_data, n);
  client->pos = pos;
}

/* Sends from the client's ring while there is room. TRUE when all was sent
 * that is there (an unfinished batch does not count). */
static gboolean
pump_data (EegWsClient *client)
{
  EegWsRing *ring = client->ring;
  gdouble rate = eeg_ws_ring_get_rate (ring);
  guint64 oldest, head;
  guint grid = grid_frames (client);
  EegWsBlock block;

  if (client->scratch_frames < grid) {
    client->scratch = g_realloc (
        client->scratch, (gsize) grid * eeg_ws_ring_get_channels (ring) * 4);
    client->scratch_frames = grid;
  }
  for (;;) {
    gboolean sealed = eeg_ws_ring_get_range (ring, &oldest, &head, NULL);
    guint64 lag;

    if (client->pos < oldest) {
      if (client->mode == MODE_LOSSLESS) {
        eeg_ws_client_close (client, EEG_WS_CLOSE_TOO_SLOW,
            "the client is too slow for lossless: its place in the history is "
            "gone");
        return FALSE;
      }
      skip_to (client, oldest);
    }
    lag = head - client->pos;
    if (client->backfill && lag <= 2 * (guint64) grid)
      client->backfill = FALSE;
    if (client->mode != MODE_LOSSLESS && !client->backfill && !sealed &&
        lag > MAX_LAG_SECONDS * rate + grid)
      skip_to (client, head - MIN (grid, head));
    if (!may_send (client))
      return FALSE;
    if (client->use_acks && client->sent > client->acked &&
        client->sent - client->acked > MAX_LAG_SECONDS * rate)
      return FALSE;
    if (!eeg_ws_ring_read (ring, client->pos, grid, client->scratch, &block))
      /* Overwritten while we looked: the next turn sorts it out. */
      return client->pos >= oldest;
    send_block (client, &block);
  }
}

/* Takes over the running epoch: hello, then data from its beginning. */
static gboolean
enter_ring (EegWsClient *client, EegWsRing *ring)
{
  guint channels = eeg_ws_ring_get_channels (ring);
  guint64 oldest;

  g_clear_pointer (&client->ring, eeg_ws_ring_unref);
  client->ring = eeg_ws_ring_ref (ring);
  send_json (client, client->host->make_hello (client->host->user_data, ring));
  client->eos_sent = FALSE;
  client->expected_valid = FALSE;
  client->use_acks = FALSE;
  client->backfill = FALSE;
  client->scratch_frames = 0;
  eeg_ws_ring_get_range (ring, &oldest, NULL, NULL);
  client->pos = oldest;
  if (!client->subscribed)
    return TRUE;
  if (client->channels == NULL) {
    client->n_channels = channels;
  } else {
    for (guint i = 0; i < client->n_channels; i++)
      if (client->channels[i] >= channels) {
        eeg_ws_client_close (client, EEG_WS_CLOSE_EPOCH,
            "the new epoch does not have the chosen channels");
        return FALSE;
      }
  }
  return TRUE;
}

gboolean
eeg_ws_client_pump (EegWsClient *client)
{
  g_autoptr (EegWsRing) current =
      client->host->get_ring (client->host->user_data);

  if (client->closing)
    return TRUE;
  while (client->ring != current) {
    if (!may_send (client))
      return FALSE;
    if (client->ring && client->subscribed &&
        client->host->is_recent (client->host->user_data, client->ring) &&
        !pump_data (client))
      return FALSE;
    if (client->ring && client->subscribed) {
      guint64 head;

      eeg_ws_ring_get_range (client->ring, NULL, &head, NULL);
      skip_to (client, head);
    }
    if (!enter_ring (client, current))
      return TRUE;
  }
  if (client->ring == NULL)
    return TRUE;
  while (client->replies.length > 0) {
    gchar *text;

    if (!may_send (client))
      return FALSE;
    text = g_queue_pop_head (&client->replies);
    soup_websocket_connection_send_text (client->conn, text);
    g_free (text);
  }
  if (client->subscribed && !pump_data (client))
    return client->closing;
  if (!client->eos_sent && client->host->is_eos (client->host->user_data)) {
    if (!may_send (client))
      return FALSE;
    client->eos_sent = TRUE;
    send_json (client, json_pack ("{s:s}", "op", "eos"));
  }
  return TRUE;
}

/* --- requests ------------------------------------------------------------- */

static gboolean
take_channels (EegWsClient *client, json_t *list)
{
  guint have = eeg_ws_ring_get_channels (client->ring);
  size_t n = json_array_size (list);
  guint16 *channels;

  if (!json_is_array (list) || n == 0 || n > have)
    return FALSE;
  channels = g_new (guint16, n);
  for (size_t i = 0; i < n; i++) {
    json_t *v = json_array_get (list, i);

    if (!json_is_integer (v) || json_integer_value (v) < 0 ||
        json_integer_value (v) >= have) {
      g_free (channels);
      return FALSE;
    }
    channels[i] = (guint16) json_integer_value (v);
  }
  g_free (client->channels);
  client->channels = channels;
  client->n_channels = (guint) n;
  return TRUE;
}

static void
make_key (EegWsClient *client)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%d/%u/", client->mode == MODE_PREVIEW,
      client->mode == MODE_PREVIEW ? client->columns_per_second : 0);
  for (guint i = 0; client->channels && i < client->n_channels; i++)
    g_string_append_printf (key, "%u,", client->channels[i]);
  g_free (client->key);
  client->key = g_string_free (key, FALSE);
}

/* "from": an absolute index, or seconds before now as a negative number or as
 * "-10s". Sets the cursor; FALSE when it is none of these. */
static gboolean
take_from (EegWsClient *client, json_t *from, gboolean known, gboolean *resumed)
{
  guint64 oldest, head;
  gdouble back = 0;

  *resumed = FALSE;
  eeg_ws_ring_get_range (client->ring, &oldest, &head, NULL);
  client->pos = head;
  client->backfill = FALSE;
  if (from == NULL || json_is_null (from))
    return TRUE;
  if (json_is_integer (from) && json_integer_value (from) >= 0) {
    guint64 sample = (guint64) json_integer_value (from);

    if (!known)
      return TRUE;
    client->pos = eeg_ws_ring_find_sample (client->ring, sample);
    client->expected = sample;
    client->expected_valid = TRUE;
    client->backfill = client->pos < head;
    *resumed = TRUE;
    return TRUE;
  }
  if (json_is_number (from)) {
    back = -json_number_value (from);
  } else if (json_is_string (from)) {
    gchar *end;

    back = -g_ascii_strtod (json_string_value (from), &end);
    if (strcmp (end, "s") != 0)
      return FALSE;
  } else {
    return FALSE;
  }
  if (!(back >= 0 && back < 1e9))
    return FALSE;
  back *= eeg_ws_ring_get_rate (client->ring);
  client->pos = back >= head - oldest ? oldest : head - (guint64) back;
  client->backfill = client->pos < head;
  return TRUE;
}

static void
op_subscribe (EegWsClient *client, json_t *root)
{
  json_t *stream = json_object_get (root, "stream");
  json_t *mode = json_object_get (root, "mode");
  json_t *channels = json_object_get (root, "channels");
  json_t *batch = json_object_get (root, "batchMs");
  json_t *columns = json_object_get (root, "columnsPerSecond");
  json_t *epoch = json_object_get (root, "epoch");
  json_t *session = json_object_get (root, "session");
  const gchar *own = client->host->get_session (client->host->user_data);
  gboolean same_session =
      session == NULL || g_strcmp0 (json_string_value (session), own) == 0;
  gboolean resumed;
  guint64 oldest;
  json_t *answer;

  if (client->ring == NULL)
    return reply_error (client, "no-stream", "wait for hello first");
  if (stream && json_integer_value (stream) != STREAM_ID)
    return reply_error (client, "stream", "there is no such stream");
  if (epoch && same_session &&
      json_integer_value (epoch) != eeg_ws_ring_get_epoch (client->ring)) {
    eeg_ws_client_close (client, EEG_WS_CLOSE_EPOCH, "that epoch is over");
    return;
  }
  if (mode == NULL || g_strcmp0 (json_string_value (mode), "live") == 0)
    client->mode = MODE_LIVE;
  else if (g_strcmp0 (json_string_value (mode), "lossless") == 0)
    client->mode = MODE_LOSSLESS;
  else if (g_strcmp0 (json_string_value (mode), "preview") == 0)
    client->mode = MODE_PREVIEW;
  else
    return reply_error (client, "mode", "mode is live, lossless or preview");
  if (batch && !json_is_number (batch))
    return reply_error (client, "batchMs", "batchMs is a number from 4 to 250");
  client->batch_ms = 0;
  if (batch)
    client->batch_ms =
        (guint) CLAMP (json_number_value (batch), MIN_BATCH_MS, MAX_BATCH_MS);
  client->columns_per_second = DEFAULT_COLUMNS;
  if (columns)
    client->columns_per_second =
        (guint) CLAMP (json_number_value (columns), 1, 1000);
  g_clear_pointer (&client->channels, g_free);
  client->n_channels = eeg_ws_ring_get_channels (client->ring);
  if (channels && !take_channels (client, channels)) {
    client->subscribed = FALSE;
    return reply_error (client, "channels",
        "channels is a list of channel numbers from 0, no more than there are");
  }
  client->expected_valid = FALSE;
  client->missed = 0;
  if (!take_from (
          client, json_object_get (root, "from"), same_session, &resumed)) {
    client->subscribed = FALSE;
    return reply_error (client, "from",
        "from is a sample index, or seconds back as -10 or \"-10s\"");
  }
  client->use_acks = FALSE;
  client->subscribed = TRUE;
  make_key (client);
  eeg_ws_ring_get_range (client->ring, NULL, NULL, &oldest);
  answer = json_pack ("{s:s,s:i,s:I,s:b}", "op", "subscribed", "stream",
      STREAM_ID, "oldest", (json_int_t) oldest, "resumed", resumed);
  if (client->mode == MODE_PREVIEW)
    json_object_set_new (
        answer, "samplesPerColumn", json_integer (samples_per_column (client)));
  reply (client, answer);
}

static void
handle (EegWsClient *client, json_t *root)
{
  const gchar *op = json_string_value (json_object_get (root, "op"));

  if (g_strcmp0 (op, "subscribe") == 0) {
    op_subscribe (client, root);
  } else if (g_strcmp0 (op, "unsubscribe") == 0) {
    client->subscribed = FALSE;
    reply (client,
        json_pack ("{s:s,s:i}", "op", "unsubscribed", "stream", STREAM_ID));
  } else if (g_strcmp0 (op, "ack") == 0) {
    json_t *sample = json_object_get (root, "sample");

    if (!json_is_integer (sample) || json_integer_value (sample) < 0)
      return reply_error (client, "ack", "ack needs sample, an index");
    client->acked = (guint64) json_integer_value (sample);
    client->use_acks = TRUE;
  } else if (g_strcmp0 (op, "ping") == 0) {
    json_t *id = json_object_get (root, "id");
    json_t *answer = json_pack ("{s:s}", "op", "pong");

    if (json_is_integer (id))
      json_object_set (answer, "id", id);
    reply (client, answer);
  } else {
    reply_error (client, "op", "op is subscribe, unsubscribe, ack or ping");
  }
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
}
