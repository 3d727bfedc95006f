/* GStreamer EEG: tests of websocketsink, through raw sockets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "websocketsink-rig.h"

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
