/* GStreamer EEG: tests of websocketsink, through raw sockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
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
} Server;

typedef struct
{
  GSocketConnection *conn;
  GSocketClient *client;
  gchar answer[8192]; /* HTTP head */
  guint status;
} Peer;

/* --- server side ---------------------------------------------------------- */

static guint64
stat_of (GstElement *sink, const gchar *field)
{
  GstStructure *stats;
  guint64 value = G_MAXUINT64;

  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "%s", field);
  gst_structure_free (stats);
  return value;
}

static void
set_caps (Server *s, gint rate)
{
  g_autofree gchar *caps = g_strdup_printf (
      "audio/x-raw,format=F32LE,layout=interleaved,rate=%d,channels=%d,"
      "channel-mask=(bitmask)0x0,eeg-unit=(string)V,eeg-full-scale=(double)1.0,"
      "eeg-labels=(string)<Fp1,O2>",
      rate, CHANNELS);

  gst_harness_set_src_caps_str (s->h, caps);
}

static Server *
server_new (gboolean with_caps)
{
  Server *s = g_new0 (Server, 1);

  s->sink = gst_element_factory_make ("websocketsink", NULL);
  fail_unless (s->sink != NULL);
  g_object_set (s->sink, "port", 0, NULL);
  s->h = gst_harness_new_with_element (s->sink, "sink", NULL);
  gst_harness_play (s->h);
  s->port = (guint) stat_of (s->sink, "port");
  fail_unless (s->port > 0);
  if (with_caps)
    set_caps (s, RATE);
  return s;
}

static void
server_free (Server *s)
{
  gst_harness_teardown (s->h);
  gst_object_unref (s->sink);
  g_free (s);
}

/* Sample i of channel c is i + c / 2. */
static void
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
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (s->next, GST_SECOND, RATE);
  s->next += frames;
  fail_unless_equals_int (gst_harness_push (s->h, buffer), GST_FLOW_OK);
}

/* --- client side ---------------------------------------------------------- */

static GInputStream *
input (Peer *p)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (p->conn));
}

static void
send_raw (Peer *p, gconstpointer data, gsize size)
{
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (p->conn)), data, size, NULL,
      NULL, NULL);
}

static Peer *
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

static void
peer_free (Peer *p)
{
  g_object_unref (p->conn);
  g_object_unref (p->client);
  g_free (p);
}

static guint
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

static guint
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

static Peer *
viewer_new (Server *s)
{
  Peer *p = peer_new (s);

  fail_unless_equals_int (upgrade (p, s, NULL, NULL), 101);
  return p;
}

/* A masked frame; the mask is zero. */
static void
send_frame (Peer *p, guint8 first, gconstpointer data, gsize size)
{
  guint8 head[14] = {first};
  gsize n = 2;

  if (size < 126) {
    head[1] = 0x80 | (guint8) size;
  } else {
    head[1] = 0x80 | 126;
    GST_WRITE_UINT16_BE (head + 2, (guint16) size);
    n = 4;
  }
  send_raw (p, head, n + 4);
  send_raw (p, data, size);
}

static void
send_op (Peer *p, const gchar *json)
{
  send_frame (p, 0x81, json, strlen (json));
}

/* Reads one frame; returns its opcode, or -1 when the connection is gone. */
static gint
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

static gchar *
recv_text (Peer *p)
{
  g_autoptr (GBytes) payload = NULL;

  fail_unless_equals_int (recv_frame (p, &payload), 1);
  return g_strdup (g_bytes_get_data (payload, NULL));
}

static void
expect_text (Peer *p, const gchar *part)
{
  g_autofree gchar *text = recv_text (p);

  fail_unless (strstr (text, part) != NULL, "%s not in %s", part, text);
}

static void
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

/* --- tests ---------------------------------------------------------------- */

GST_START_TEST (test_hello_comes_first_then_exact_bytes)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    g_autoptr (GBytes) message = NULL;
    const guint8 *d;
    gsize size;

    {
      g_autofree gchar *hello = recv_text (p);
      fail_unless (
          g_str_has_prefix (hello, "{\"op\":\"hello\",\"proto\":\"eeg.v1\""),
          "%s", hello);
      fail_unless (strstr (hello, "\"name\":\"Fp1\"") &&
                       strstr (hello, "\"name\":\"O2\""),
          "%s", hello);
      fail_unless (
          strstr (hello, "\"rate\":250.0") && strstr (hello, "\"epoch\":1"),
          "%s", hello);
    }
    send_op (p, "{\"op\":\"subscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"subscribed\"");
    push (s, 25);
    fail_unless_equals_int (recv_frame (p, &message), 2);
    d = g_bytes_get_data (message, &size);
    /* 40 ms at 250 Hz = 10 frames */
    fail_unless_equals_int (size, 40 + 10 * CHANNELS * 4);
    fail_unless_equals_int (d[0], 1);
    fail_unless_equals_int (d[1], 0);
    fail_unless_equals_int (GST_READ_UINT16_LE (d + 2), 40);
    fail_unless_equals_int (GST_READ_UINT32_LE (d + 4), 1);
    fail_unless_equals_uint64 (GST_READ_UINT64_LE (d + 8), 0);
    fail_unless (
        GST_READ_UINT64_LE (d + 16) > G_GUINT64_CONSTANT (1600000000000000000));
    fail_unless_equals_int (GST_READ_UINT32_LE (d + 24), 10);
    fail_unless_equals_int (GST_READ_UINT16_LE (d + 28), CHANNELS);
    fail_unless_equals_int (d[30], 0);
    fail_unless_equals_int (d[31], 0);
    fail_unless_equals_int (GST_READ_UINT32_LE (d + 32), 1);
    fail_unless_equals_int (GST_READ_UINT32_LE (d + 36), 0);
    for (guint i = 0; i < 10 * CHANNELS; i++)
      fail_unless_equals_float (GST_READ_FLOAT_LE (d + 40 + i * 4),
          (i / CHANNELS) + (i % CHANNELS) * 0.5f);
    fail_unless_equals_uint64 (stat_of (s->sink, "delivered"), 25);
    fail_unless_equals_uint64 (stat_of (s->sink, "clients"), 1);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_client_before_caps_gets_hello_before_data)
  {
    Server *s = server_new (FALSE);
    Peer *p = viewer_new (s);

    set_caps (s, RATE);
    push (s, 100);
    expect_text (p, "\"op\":\"hello\"");
    send_op (p, "{\"op\":\"ping\",\"id\":7}");
    expect_text (p, "{\"op\":\"pong\",\"id\":7}");
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_new_epoch_resends_hello)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    g_autoptr (GBytes) message = NULL;

    expect_text (p, "\"epoch\":1");
    send_op (p, "{\"op\":\"subscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"subscribed\"");
    set_caps (s, 500);
    expect_text (p, "\"rate\":500.0");
    push (s, 20);
    fail_unless_equals_int (recv_frame (p, &message), 2);
    fail_unless_equals_int (
        GST_READ_UINT32_LE (
            (const guint8 *) g_bytes_get_data (message, NULL) + 32),
        2);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_foreign_origin_and_host_refused)
  {
    Server *s = server_new (TRUE);
    g_autofree gchar *own = g_strdup_printf ("http://127.0.0.1:%u", s->port);
    static const struct
    {
      const gchar *host, *origin;
      guint status;
    } cases[] = {
        {NULL, "http://evil.example", 403},
        {NULL, "null", 403},
        {"evil.example", NULL, 421},
        {"127.0.0.1", NULL, 421},
        {"127.0.0.1:1\r\nHost: 127.0.0.1:1", NULL, 421},
    };
    Peer *p;

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      p = peer_new (s);
      fail_unless_equals_int (
          upgrade (p, s, cases[i].host, cases[i].origin), cases[i].status);
      peer_free (p);
    }
    p = peer_new (s);
    fail_unless_equals_int (upgrade (p, s, NULL, own), 101);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_fragments_without_end_refused)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    g_autofree gchar *part = g_strnfill (16000, 'x');

    expect_text (p, "\"op\":\"hello\"");
    for (guint i = 0; i < 64; i++)
      send_frame (p, i == 0 ? 0x01 : 0x00, part, 16000);
    /* The connection ends, however politely. */
    for (;;) {
      g_autoptr (GBytes) payload = NULL;
      if (recv_frame (p, &payload) == -1)
        break;
    }
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_bodies_refused)
  {
    Server *s = server_new (TRUE);
    g_autofree gchar *fixed =
        g_strdup_printf ("POST / HTTP/1.1\r\nHost: "
                         "localhost:%u\r\nContent-Length: 400000000\r\n\r\n",
            s->port);
    g_autofree gchar *chunked =
        g_strdup_printf ("POST / HTTP/1.1\r\nHost: "
                         "localhost:%u\r\nTransfer-Encoding: chunked\r\n\r\n",
            s->port);
    Peer *p = peer_new (s);

    fail_unless_equals_int (request (p, fixed), 413);
    peer_free (p);
    p = peer_new (s);
    fail_unless_equals_int (request (p, chunked), 413);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_busy_port_fails)
  {
    Server *s = server_new (TRUE);
    GstElement *other = gst_element_factory_make ("websocketsink", NULL);
    GstBus *bus = gst_bus_new ();
    GstMessage *message;
    GError *error;

    gst_element_set_bus (other, bus);
    g_object_set (other, "port", s->port, NULL);
    fail_unless_equals_int (gst_element_set_state (other, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (
        g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY));
    fail_unless (
        strstr (error->message, "port=0") != NULL, "%s", error->message);
    g_error_free (error);
    gst_message_unref (message);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
    gst_element_set_state (other, GST_STATE_NULL);
    gst_element_set_bus (other, NULL);
    gst_object_unref (bus);
    gst_object_unref (other);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_eos_sends_the_tail)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    g_autoptr (GBytes) message = NULL;

    expect_text (p, "\"op\":\"hello\"");
    send_op (p, "{\"op\":\"subscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"subscribed\"");
    push (s, 3);
    gst_harness_push_event (s->h, gst_event_new_eos ());
    fail_unless_equals_int (recv_frame (p, &message), 2);
    fail_unless_equals_int (
        GST_READ_UINT32_LE (
            (const guint8 *) g_bytes_get_data (message, NULL) + 24),
        3);
    expect_text (p, "{\"op\":\"eos\"}");
    gst_element_set_state (s->sink, GST_STATE_NULL);
    expect_close (p, 1001);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

static Suite *
websocketsink_suite (void)
{
  Suite *suite = suite_create ("websocketsink");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_hello_comes_first_then_exact_bytes);
  tcase_add_test (tc, test_client_before_caps_gets_hello_before_data);
  tcase_add_test (tc, test_new_epoch_resends_hello);
  tcase_add_test (tc, test_foreign_origin_and_host_refused);
  tcase_add_test (tc, test_fragments_without_end_refused);
  tcase_add_test (tc, test_bodies_refused);
  tcase_add_test (tc, test_busy_port_fails);
  tcase_add_test (tc, test_eos_sends_the_tail);
  return suite;
}

GST_CHECK_MAIN (websocketsink);
