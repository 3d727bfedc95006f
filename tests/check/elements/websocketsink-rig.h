/* GStreamer EEG: a websocketsink under test and peers on raw sockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#define RATE     250
#define CHANNELS 2

typedef struct
{
  GstHarness *h;
  GstElement *sink;
  guint port;
  guint64 next;
  gint rate;
} Server;

typedef struct
{
  GSocketConnection *conn;
  GSocketClient *client;
  gchar answer[8192]; /* HTTP head */
  guint status;
} Peer;

/* --- server side ---------------------------------------------------------- */

static G_GNUC_UNUSED guint64
stat_of (GstElement *sink, const gchar *field)
{
  GstStructure *stats;
  guint64 value = G_MAXUINT64;

  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "%s", field);
  gst_structure_free (stats);
  return value;
}

static G_GNUC_UNUSED void
set_caps (Server *s, gint rate)
{
  g_autofree gchar *caps = g_strdup_printf (
      "audio/x-raw,format=F32LE,layout=interleaved,rate=%d,channels=%d,"
      "channel-mask=(bitmask)0x0,eeg-unit=(string)V,eeg-full-scale=(double)1.0,"
      "eeg-labels=(string)<Fp1,O2>",
      rate, CHANNELS);

  s->rate = rate;
  gst_harness_set_src_caps_str (s->h, caps);
}

static G_GNUC_UNUSED Server *
server_new_full (
    gint rate, const gchar *address, gdouble history, guint max_clients)
{
  Server *s = g_new0 (Server, 1);

  s->sink = gst_element_factory_make ("websocketsink", NULL);
  fail_unless (s->sink != NULL);
  g_object_set (s->sink, "port", 0, "address", address, "history", history,
      "max-clients", max_clients, NULL);
  s->h = gst_harness_new_with_element (s->sink, "sink", NULL);
  gst_harness_play (s->h);
  s->port = (guint) stat_of (s->sink, "port");
  fail_unless (s->port > 0);
  if (rate > 0)
    set_caps (s, rate);
  return s;
}

static G_GNUC_UNUSED Server *
server_new (gboolean with_caps)
{
  return server_new_full (with_caps ? RATE : 0, "127.0.0.1", 30.0, 64);
}

static G_GNUC_UNUSED void
server_free (Server *s)
{
  gst_harness_teardown (s->h);
  gst_object_unref (s->sink);
  g_free (s);
}

/* Sample i of channel c is i + c / 2. */
static G_GNUC_UNUSED void
push (Server *s, guint frames)
{
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, frames * CHANNELS * sizeof (gfloat), NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint i = 0; i < frames; i++)
    for (guint c = 0; c < CHANNELS; c++)
      ((gfloat *) map.data)[i * CHANNELS + c] =
          (gfloat) (s->next + i) + c * 0.5f;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_OFFSET (buffer) = s->next;
  GST_BUFFER_OFFSET_END (buffer) = s->next + frames;
  GST_BUFFER_PTS (buffer) =
      gst_util_uint64_scale (s->next, GST_SECOND, s->rate);
  s->next += frames;
  fail_unless_equals_int (gst_harness_push (s->h, buffer), GST_FLOW_OK);
}

/* --- client side ---------------------------------------------------------- */

static G_GNUC_UNUSED GInputStream *
input (Peer *p)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (p->conn));
}

static G_GNUC_UNUSED void
send_raw (Peer *p, gconstpointer data, gsize size)
{
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (p->conn)), data, size, NULL,
      NULL, NULL);
}

static G_GNUC_UNUSED Peer *
peer_new (Server *s)
{
  Peer *p = g_new0 (Peer, 1);
  GError *error = NULL;

  p->client = g_socket_client_new ();
  g_socket_client_set_timeout (p->client, 20);
  p->conn = g_socket_client_connect_to_host (
      p->client, "127.0.0.1", (guint16) s->port, NULL, &error);
  fail_unless (p->conn != NULL, "%s", error ? error->message : "");
  return p;
}

static G_GNUC_UNUSED void
peer_free (Peer *p)
{
  g_object_unref (p->conn);
  g_object_unref (p->client);
  g_free (p);
}

static G_GNUC_UNUSED guint
request (Peer *p, const gchar *text)
{
  gsize n = 0, got;

  send_raw (p, text, strlen (text));
  memset (p->answer, 0, sizeof p->answer);
  while (n < sizeof p->answer - 1 && !strstr (p->answer, "\r\n\r\n")) {
    if (!g_input_stream_read_all (
            input (p), p->answer + n, 1, &got, NULL, NULL) ||
        got == 0)
      break;
    n++;
  }
  p->status = 0;
  if (g_str_has_prefix (p->answer, "HTTP/1.1 "))
    p->status = (guint) g_ascii_strtoull (p->answer + 9, NULL, 10);
  return p->status;
}

static G_GNUC_UNUSED guint
upgrade (Peer *p, Server *s, const gchar *host, const gchar *origin)
{
  g_autofree gchar *own = g_strdup_printf ("127.0.0.1:%u", s->port);
  g_autofree gchar *text =
      g_strdup_printf ("GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Protocol: eeg.v1\r\n%s%s%s\r\n",
          host ? host : own, origin ? "Origin: " : "", origin ? origin : "",
          origin ? "\r\n" : "");

  return request (p, text);
}

static G_GNUC_UNUSED Peer *
viewer_new (Server *s)
{
  Peer *p = peer_new (s);

  fail_unless_equals_int (upgrade (p, s, NULL, NULL), 101);
  return p;
}

/* A masked frame; the mask is zero. */
static G_GNUC_UNUSED void
send_frame (Peer *p, guint8 first, gconstpointer data, gsize size)
{
  guint8 head[14] = {first};
  g_autofree guint8 *frame = NULL;
  gsize n = 2;

  if (size < 126) {
    head[1] = 0x80 | (guint8) size;
  } else {
    head[1] = 0x80 | 126;
    GST_WRITE_UINT16_BE (head + 2, (guint16) size);
    n = 4;
  }
  /* One write: two would wait for each other's acknowledgement. */
  frame = g_malloc (n + 4 + size);
  memcpy (frame, head, n + 4);
  memcpy (frame + n + 4, data, size);
  send_raw (p, frame, n + 4 + size);
}

static G_GNUC_UNUSED void
send_op (Peer *p, const gchar *json)
{
  send_frame (p, 0x81, json, strlen (json));
}

/* Reads one frame; returns its opcode, or -1 when the connection is gone. */
static G_GNUC_UNUSED gint
recv_frame (Peer *p, GBytes **payload)
{
  guint8 head[10];
  gsize got, size;
  guint8 *data;

  *payload = NULL;
  if (!g_input_stream_read_all (input (p), head, 2, &got, NULL, NULL) ||
      got < 2)
    return -1;
  size = head[1] & 0x7f;
  if (size == 126) {
    g_input_stream_read_all (input (p), head + 2, 2, &got, NULL, NULL);
    size = GST_READ_UINT16_BE (head + 2);
  } else if (size == 127) {
    g_input_stream_read_all (input (p), head + 2, 8, &got, NULL, NULL);
    size = (gsize) GST_READ_UINT64_BE (head + 2);
  }
  data = g_malloc0 (size + 1);
  if (!g_input_stream_read_all (input (p), data, size, &got, NULL, NULL) ||
      got < size) {
    g_free (data);
    return -1;
  }
  *payload = g_bytes_new_take (data, size);
  return head[0] & 0x0f;
}

/* The header of a binary message, read field by field. */
typedef struct
{
  guint8 type, flags, format;
  guint16 header, channels;
  guint32 frames, epoch, missed;
  guint64 first;
  GBytes *bytes;
} Data;

static G_GNUC_UNUSED void
data_clear (Data *d)
{
  g_clear_pointer (&d->bytes, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Data, data_clear)

static G_GNUC_UNUSED gfloat
data_value (const Data *d, guint i)
{
  return GST_READ_FLOAT_LE (
      (const guint8 *) g_bytes_get_data (d->bytes, NULL) + d->header + i * 4);
}

/* Reads one frame into @d. Returns its opcode. */
static G_GNUC_UNUSED gint
recv_data (Peer *p, Data *d)
{
  GBytes *bytes = NULL;
  gint op = recv_frame (p, &bytes);
  const guint8 *h;
  gsize size;

  memset (d, 0, sizeof *d);
  d->bytes = bytes;
  if (op != 2)
    return op;
  h = g_bytes_get_data (bytes, &size);
  fail_unless (size >= 40);
  d->type = h[0];
  d->flags = h[1];
  d->header = GST_READ_UINT16_LE (h + 2);
  d->first = GST_READ_UINT64_LE (h + 8);
  d->frames = GST_READ_UINT32_LE (h + 24);
  d->channels = GST_READ_UINT16_LE (h + 28);
  d->format = h[30];
  d->epoch = GST_READ_UINT32_LE (h + 32);
  d->missed = GST_READ_UINT32_LE (h + 36);
  return op;
}

static G_GNUC_UNUSED gchar *
recv_text (Peer *p)
{
  g_autoptr (GBytes) payload = NULL;

  fail_unless_equals_int (recv_frame (p, &payload), 1);
  return g_strdup (g_bytes_get_data (payload, NULL));
}

static G_GNUC_UNUSED void
expect_text (Peer *p, const gchar *part)
{
  g_autofree gchar *text = recv_text (p);

  fail_unless (strstr (text, part) != NULL, "%s not in %s", part, text);
}

static G_GNUC_UNUSED void
expect_close (Peer *p, guint code)
{
  gint op;

  do {
    g_autoptr (GBytes) payload = NULL;

    op = recv_frame (p, &payload);
    if (op == 8)
      fail_unless_equals_int (
          GST_READ_UINT16_BE (g_bytes_get_data (payload, NULL)), code);
  } while (op != 8 && op != -1);
  fail_unless_equals_int (op, 8);
}
