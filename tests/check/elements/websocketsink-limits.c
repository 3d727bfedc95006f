/* GStreamer EEG: tests of websocketsink with slow, late, broken and hostile
 * clients
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "websocketsink-rig.h"

#include <sys/socket.h>

/* Fast enough to fill socket buffers within a short test. */
#define FAST_RATE  50000
#define FAST_BATCH 2000 /* 40 ms */

static void
subscribe (Peer *p, const gchar *members)
{
  g_autofree gchar *op =
      g_strdup_printf ("{\"op\":\"subscribe\",\"stream\":1%s}", members);

  send_op (p, op);
}

static Peer *
subscriber_new (Server *s, const gchar *members)
{
  Peer *p = viewer_new (s);

  expect_text (p, "\"op\":\"hello\"");
  subscribe (p, members);
  expect_text (p, "\"op\":\"subscribed\"");
  return p;
}

static void
wait_for (Server *s, const gchar *field, guint64 value)
{
  while (stat_of (s->sink, field) != value)
    g_usleep (1000);
}

/* --- where data begins ---------------------------------------------------- */

GST_START_TEST (test_late_client_reads_the_history)
  {
    static const struct
    {
      const gchar *from;
      guint64 first;
    } cases[] = {
        {",\"from\":0", 0},
        {",\"from\":123", 123},
        {",\"from\":\"-1s\"", 250},
        {",\"from\":-0.4", 400},
        {",\"from\":\"-100s\"", 0},
        /* of another session: data begins now */
        {",\"from\":123,\"session\":\"foreign\"", 500},
        {"", 500},
    };
    Server *s = server_new (TRUE);

    push (s, 500);
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      Peer *p = subscriber_new (s, cases[i].from);
      guint64 next = cases[i].first;

      if (next == 500) {
        g_auto (Data) d = {0};

        next = s->next;
        push (s, 10);
        fail_unless_equals_int (recv_data (p, &d), 2);
        fail_unless_equals_uint64 (d.first, next);
        fail_unless_equals_int (d.flags, 0);
      }
      while (next < 500) {
        g_auto (Data) d = {0};

        fail_unless_equals_int (recv_data (p, &d), 2);
        fail_unless_equals_uint64 (d.first, next);
        fail_unless_equals_int (d.missed, 0);
        if (next == cases[i].first && next < 400)
          fail_unless_equals_int (d.flags, 8);
        for (guint f = 0; f < d.frames; f++)
          fail_unless_equals_float (
              data_value (&d, f * CHANNELS), (gfloat) (next + f));
        next += d.frames;
      }
      peer_free (p);
    }
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_chosen_channels_and_batch)
  {
    Server *s = server_new (TRUE);
    Peer *p = subscriber_new (s, ",\"channels\":[1],\"batchMs\":100");
    g_auto (Data) d = {0};

    push (s, 50);
    fail_unless_equals_int (recv_data (p, &d), 2);
    fail_unless_equals_int (d.channels, 1);
    fail_unless_equals_int (d.frames, 25);
    for (guint f = 0; f < d.frames; f++)
      fail_unless_equals_float (data_value (&d, f), f + 0.5f);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_preview_sends_minimum_and_maximum)
  {
    Server *s = server_new (TRUE);
    Peer *p =
        subscriber_new (s, ",\"mode\":\"preview\",\"columnsPerSecond\":50");
    g_auto (Data) d = {0};

    push (s, 25);
    fail_unless_equals_int (recv_data (p, &d), 2);
    fail_unless_equals_int (d.type, 2);
    fail_unless_equals_int (d.header, 48);
    fail_unless_equals_int (
        GST_READ_UINT32_LE (
            (const guint8 *) g_bytes_get_data (d.bytes, NULL) + 40),
        5);
    fail_unless_equals_int (d.frames, 2);
    for (guint k = 0; k < d.frames; k++)
      for (guint c = 0; c < CHANNELS; c++) {
        guint at = (k * CHANNELS + c) * 2;

        fail_unless_equals_float (data_value (&d, at), k * 5 + c * 0.5f);
        fail_unless_equals_float (
            data_value (&d, at + 1), k * 5 + 4 + c * 0.5f);
      }
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_unknown_requests_refused)
  {
    static const gchar *const requests[] = {
        "{\"op\":\"dance\"}",
        "{\"op\":17}",
        "[]",
        "nonsense",
        "{\"op\":\"subscribe\",\"stream\":2}",
        "{\"op\":\"subscribe\",\"mode\":\"fast\"}",
        "{\"op\":\"subscribe\",\"from\":\"yesterday\"}",
        "{\"op\":\"subscribe\",\"from\":[]}",
        "{\"op\":\"subscribe\",\"from\":1e300}",
        "{\"op\":\"subscribe\",\"channels\":[2]}",
        "{\"op\":\"subscribe\",\"channels\":[-1]}",
        "{\"op\":\"subscribe\",\"channels\":[]}",
        "{\"op\":\"subscribe\",\"channels\":[0,1,0]}",
        "{\"op\":\"subscribe\",\"batchMs\":\"x\"}",
        "{\"op\":\"subscribe\",\"op\":\"ping\"}",
        "{\"op\":\"ack\",\"sample\":-1}",
        "{\"op\":\"ack\"}",
    };
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);

    expect_text (p, "\"op\":\"hello\"");
    for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
      send_op (p, requests[i]);
      expect_text (p, "\"level\":\"error\"");
    }
    /* ... and the conversation goes on. */
    subscribe (p, "");
    expect_text (p, "\"op\":\"subscribed\"");
    send_op (p, "{\"op\":\"unsubscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"unsubscribed\"");
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* --- slow clients --------------------------------------------------------- */

/* A client that does not read loses the oldest frames and is told how many;
 * another one beside it loses nothing. */
GST_START_TEST (test_stalled_client_loses_alone)
  {
    Server *s = server_new_full (FAST_RATE, "127.0.0.1", 4.0, 64);
    Peer *good = subscriber_new (s, "");
    Peer *slow = subscriber_new (s, "");
    const guint batches = 800;
    guint64 expected = 0, got = 0, missed = 0;
    gboolean ended = FALSE;

    for (guint i = 0; i < batches; i++) {
      g_auto (Data) d = {0};

      push (s, FAST_BATCH);
      fail_unless_equals_int (recv_data (good, &d), 2);
      fail_unless_equals_uint64 (d.first, expected);
      fail_unless_equals_int (d.missed, 0);
      fail_unless_equals_int (d.flags, 0);
      expected += d.frames;
    }
    gst_harness_push_event (s->h, gst_event_new_eos ());
    expect_text (good, "{\"op\":\"eos\"}");
    expected = 0;
    while (!ended) {
      g_auto (Data) d = {0};
      gint op = recv_data (slow, &d);

      if (op == 1) {
        ended = TRUE;
        continue;
      }
      fail_unless_equals_int (op, 2);
      fail_unless_equals_uint64 (d.first, expected + d.missed);
      fail_unless_equals_int (d.flags & 1, d.missed > 0);
      for (guint f = 0; f < d.frames; f += 500)
        fail_unless_equals_float (
            data_value (&d, f * CHANNELS), (gfloat) (d.first + f));
      expected = d.first + d.frames;
      got += d.frames;
      missed += d.missed;
    }
    fail_unless (missed > 0);
    fail_unless_equals_uint64 (got + missed, (guint64) batches * FAST_BATCH);
    fail_unless_equals_uint64 (stat_of (s->sink, "dropped"), missed);
    fail_unless_equals_uint64 (
        stat_of (s->sink, "delivered"), (guint64) batches * FAST_BATCH);
    fail_unless_equals_uint64 (stat_of (s->sink, "lost"), 0);
    peer_free (good);
    peer_free (slow);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_too_slow_for_lossless_is_closed)
  {
    Server *s = server_new_full (FAST_RATE, "127.0.0.1", 1.0, 64);
    Peer *p = subscriber_new (s, ",\"mode\":\"lossless\"");

    for (guint i = 0; i < 600; i++)
      push (s, FAST_BATCH);
    expect_close (p, 4008);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_acks_hold_the_data_back)
  {
    Server *s = server_new (TRUE);
    Peer *p = subscriber_new (s, ",\"mode\":\"lossless\"");
    guint64 next = 0;

    send_op (p, "{\"op\":\"ack\",\"sample\":0}");
    send_op (p, "{\"op\":\"ping\",\"id\":1}");
    expect_text (p, "\"pong\"");
    push (s, 2000);
    send_op (p, "{\"op\":\"ping\",\"id\":2}");
    for (;;) {
      g_auto (Data) d = {0};

      if (recv_data (p, &d) == 1)
        break;
      fail_unless_equals_uint64 (d.first, next);
      next += d.frames;
    }
    /* 2 s of 250 samples, and the message that reached them */
    fail_unless (next >= 500 && next <= 520, "%u", (guint) next);
    while (next < 2000) {
      g_autofree gchar *ack =
          g_strdup_printf ("{\"op\":\"ack\",\"sample\":%u}", (guint) next - 1);
      g_auto (Data) d = {0};

      send_op (p, ack);
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_uint64 (d.first, next);
      next += d.frames;
    }
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_epoch_that_is_over_refused)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);

    set_caps (s, 500);
    expect_text (p, "\"op\":\"hello\"");
    subscribe (p, ",\"epoch\":7");
    expect_close (p, 4009);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* --- many clients --------------------------------------------------------- */

GST_START_TEST (test_too_many_clients_refused)
  {
    Server *s = server_new_full (RATE, "127.0.0.1", 30.0, 2);
    Peer *a = subscriber_new (s, "");
    Peer *b = subscriber_new (s, "");
    Peer *c = viewer_new (s);

    expect_close (c, 4003);
    peer_free (c);
    wait_for (s, "clients", 2);
    peer_free (b);
    wait_for (s, "clients", 1);
    c = subscriber_new (s, "");
    peer_free (c);
    peer_free (a);
    server_free (s);
  }
GST_END_TEST;

/* Clients that leave at any point, politely or not, beside one that stays. */
GST_START_TEST (test_random_disconnects)
  {
    Server *s = server_new (TRUE);
    Peer *stays = subscriber_new (s, "");
    g_autoptr (GRand) rand = g_rand_new_with_seed (7);
    guint64 expected = 0;

    for (guint i = 0; i < 1000; i++) {
      Peer *p = peer_new (s);
      GSocket *socket = g_socket_connection_get_socket (p->conn);
      gint stage = g_rand_int_range (rand, 0, 7);
      g_auto (Data) d = {0};

      if (g_rand_boolean (rand))
        g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL);
      if (stage == 0)
        send_raw (p, "GET /ws HT", 10);
      if (stage >= 1)
        fail_unless_equals_int (upgrade (p, s, NULL, NULL), 101);
      if (stage >= 2)
        expect_text (p, "\"op\":\"hello\"");
      if (stage >= 3)
        subscribe (p, ",\"from\":0");
      if (stage >= 4)
        expect_text (p, "\"op\":\"subscribed\"");
      push (s, 10);
      if (stage == 5)
        send_frame (p, 0x88, "\x03\xe8", 2);
      if (stage == 6)
        send_raw (p, "\x81\xff\xff", 3);
      peer_free (p);
      fail_unless_equals_int (recv_data (stays, &d), 2);
      fail_unless_equals_uint64 (d.first, expected);
      expected += d.frames;
    }
    wait_for (s, "clients", 1);
    fail_unless_equals_uint64 (expected, 10000);
    peer_free (stays);
    wait_for (s, "clients", 0);
    server_free (s);
  }
GST_END_TEST;

/* --- hostile clients ------------------------------------------------------ */

GST_START_TEST (test_every_interface_refuses_foreign_names)
  {
    Server *s = server_new_full (RATE, "0.0.0.0", 30.0, 64);
    g_autofree gchar *own = g_strdup_printf ("127.0.0.1:%u", s->port);
    g_autofree gchar *other = g_strdup_printf ("192.0.2.7:%u", s->port);
    g_autofree gchar *name = g_strdup_printf ("evil.example:%u", s->port);
    g_autofree gchar *hybrid =
        g_strdup_printf ("127.0.0.1.evil.example:%u", s->port);
    const struct
    {
      const gchar *host;
      guint status;
    } cases[] = {
        {own, 101},
        {other, 101},
        {name, 421},
        {hybrid, 421},
        {"192.0.2.7:1", 421},
        {"192.0.2.7", 421},
    };

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      Peer *p = peer_new (s);

      fail_unless_equals_int (
          upgrade (p, s, cases[i].host, NULL), cases[i].status);
      peer_free (p);
    }
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_http_answers)
  {
    static const struct
    {
      const gchar *line, *header;
      guint status;
      const gchar *answer;
    } cases[] = {
        {"GET / HTTP/1.1", "", 200, "default-src 'none'"},
        {"GET /main.js HTTP/1.1", "", 200, "text/javascript"},
        {"GET /main.js HTTP/1.1", "Range: bytes=0-3\r\n", 200, "nosniff"},
        {"GET /api/status HTTP/1.1", "", 200, "application/json"},
        {"GET /nothing HTTP/1.1", "", 404, ""},
        {"GET /../../etc/passwd HTTP/1.1", "", 404, ""},
        {"GET /%2e%2e/etc/passwd HTTP/1.1", "", 404, ""},
        {"DELETE / HTTP/1.1", "", 405, ""},
        {"GET http://evil.example/ HTTP/1.1", "", 421, ""},
        {"GET / HTTP/1.1", "Content-Length: 0\r\nContent-Length: 9\r\n", 413,
            ""},
        {"GET / HTTP/1.1", "Origin: http://evil.example\r\n", 403, ""},
    };
    Server *s = server_new (TRUE);

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      Peer *p = peer_new (s);
      g_autofree gchar *text =
          g_strdup_printf ("%s\r\nHost: localhost:%u\r\n%s\r\n", cases[i].line,
              s->port, cases[i].header);

      fail_unless_equals_int (request (p, text), cases[i].status);
      fail_unless (strstr (p->answer, cases[i].answer) != NULL, "%s: %s",
          cases[i].line, p->answer);
      peer_free (p);
    }
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_compression_not_negotiated)
  {
    Server *s = server_new (TRUE);
    Peer *p = peer_new (s);
    g_autofree gchar *text = g_strdup_printf (
        "GET /ws HTTP/1.1\r\nHost: localhost:%u\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: eeg.v1\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        s->port);

    fail_unless_equals_int (request (p, text), 101);
    fail_unless (strstr (p->answer, "deflate") == NULL, "%s", p->answer);
    fail_unless (strstr (p->answer, "eeg.v1") != NULL, "%s", p->answer);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

static gboolean
ends (Peer *p)
{
  gchar byte;
  gsize got;

  while (g_input_stream_read_all (input (p), &byte, 1, &got, NULL, NULL) && got)
    ;
  return !g_socket_is_connected (g_socket_connection_get_socket (p->conn)) ||
         got == 0;
}

GST_START_TEST (test_endless_header_refused)
  {
    Server *s = server_new (TRUE);
    Peer *p = peer_new (s);
    g_autofree gchar *part = g_strnfill (16000, 'x');

    send_raw (p, "GET / HTTP/1.1\r\nX: ", 19);
    for (guint i = 0; i < 20; i++)
      send_raw (p, part, 16000);
    fail_unless (ends (p));
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* Half a request is cut after the deadline of five seconds; who is connected
 * meanwhile is served. */
GST_START_TEST (test_slow_request_is_cut)
  {
    Server *s = server_new (TRUE);
    Peer *slow[20];
    Peer *p;

    for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
      slow[i] = peer_new (s);
      send_raw (slow[i], "GET / HTTP/1.1\r\nHost: ", 22);
    }
    p = subscriber_new (s, "");
    for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
      fail_unless (ends (slow[i]));
      peer_free (slow[i]);
    }
    send_op (p, "{\"op\":\"ping\",\"id\":1}");
    expect_text (p, "\"pong\"");
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* --- life ----------------------------------------------------------------- */

GST_START_TEST (test_restart_on_the_same_port)
  {
    Server *s = server_new (TRUE);
    g_autofree gchar *session = NULL;
    guint port = s->port;

    for (guint i = 0; i < 10; i++) {
      Peer *p = subscriber_new (s, ",\"from\":0");
      g_auto (Data) d = {0};

      push (s, 10);
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_uint64 (d.first, 0);
      gst_harness_teardown (s->h);
      expect_close (p, 1001);
      peer_free (p);
      g_object_set (s->sink, "port", port, NULL);
      s->h = gst_harness_new_with_element (s->sink, "sink", NULL);
      s->next = 0;
      gst_harness_play (s->h);
      fail_unless_equals_uint64 (stat_of (s->sink, "port"), port);
      set_caps (s, RATE);
    }
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_flush_and_gap)
  {
    Server *s = server_new (TRUE);
    Peer *p = subscriber_new (s, "");
    g_auto (Data) a = {0};
    g_auto (Data) b = {0};
    g_auto (Data) c = {0};
    GstSegment segment;

    push (s, 10);
    fail_unless_equals_int (recv_data (p, &a), 2);
    gst_harness_push_event (s->h, gst_event_new_flush_start ());
    gst_harness_push_event (s->h, gst_event_new_flush_stop (TRUE));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (s->h, gst_event_new_segment (&segment));
    push (s, 10);
    fail_unless_equals_int (recv_data (p, &b), 2);
    fail_unless_equals_uint64 (b.first, 10);
    fail_unless_equals_int (b.flags, 0);
    s->next += 30;
    push (s, 10);
    fail_unless_equals_int (recv_data (p, &c), 2);
    fail_unless_equals_uint64 (c.first, 50);
    fail_unless_equals_int (c.flags, 1);
    /* Lost before the server, so not missed by this client. */
    fail_unless_equals_int (c.missed, 0);
    fail_unless_equals_uint64 (stat_of (s->sink, "lost"), 30);
    fail_unless_equals_uint64 (stat_of (s->sink, "dropped"), 0);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_wrong_caps_refused)
  {
    GstElement *sink = gst_element_factory_make ("websocketsink", NULL);
    GstHarness *h;
    GstBus *bus = gst_bus_new ();
    GstMessage *message;
    GstBuffer *buffer;

    /* Before the harness, which plays it at once. */
    g_object_set (sink, "port", 0, NULL);
    h = gst_harness_new_with_element (sink, "sink", NULL);
    gst_object_unref (sink);
    gst_element_set_bus (h->element, bus);
    /* plain audio: nothing says what its numbers mean */
    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0");
    buffer = gst_buffer_new_allocate (NULL, 80, NULL);
    fail_unless_equals_int (
        gst_harness_push (h, buffer), GST_FLOW_NOT_NEGOTIATED);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    gst_message_unref (message);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static Suite *
websocketsink_limits_suite (void)
{
  Suite *suite = suite_create ("websocketsink-limits");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_late_client_reads_the_history);
  tcase_add_test (tc, test_chosen_channels_and_batch);
  tcase_add_test (tc, test_preview_sends_minimum_and_maximum);
  tcase_add_test (tc, test_unknown_requests_refused);
  tcase_add_test (tc, test_stalled_client_loses_alone);
  tcase_add_test (tc, test_too_slow_for_lossless_is_closed);
  tcase_add_test (tc, test_acks_hold_the_data_back);
  tcase_add_test (tc, test_epoch_that_is_over_refused);
  tcase_add_test (tc, test_too_many_clients_refused);
  tcase_add_test (tc, test_random_disconnects);
  tcase_add_test (tc, test_every_interface_refuses_foreign_names);
  tcase_add_test (tc, test_http_answers);
  tcase_add_test (tc, test_compression_not_negotiated);
  tcase_add_test (tc, test_endless_header_refused);
  tcase_add_test (tc, test_slow_request_is_cut);
  tcase_add_test (tc, test_restart_on_the_same_port);
  tcase_add_test (tc, test_flush_and_gap);
  tcase_add_test (tc, test_wrong_caps_refused);
  return suite;
}

GST_CHECK_MAIN (websocketsink_limits);
