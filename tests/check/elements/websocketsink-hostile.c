/* GStreamer EEG: tests of websocketsink with clients that would harm others, or
 * themselves
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "websocketsink-rig.h"

static Peer *
subscriber_new (Server *s, const gchar *members)
{
  Peer *p = viewer_new (s);
  g_autofree gchar *op =
      g_strdup_printf ("{\"op\":\"subscribe\",\"stream\":1%s}", members);

  expect_text (p, "\"op\":\"hello\"");
  send_op (p, op);
  expect_text (p, "\"op\":\"subscribed\"");
  return p;
}

static void
expect_samples (Peer *p, guint64 first, guint channels)
{
  g_auto (Data) d = {0};

  fail_unless_equals_int (recv_data (p, &d), 2);
  fail_unless_equals_int (d.type, 1);
  fail_unless_equals_int (d.channels, channels);
  fail_unless_equals_uint64 (d.first, first);
  fail_unless (data_value (&d, 0) == (gfloat) first);
}

/* Messages are shared between clients that ask for the same: who asks for
 * nonsense may change nothing, neither for itself nor for others. */
GST_START_TEST (test_refused_request_changes_nothing)
  {
    static const gchar *const requests[] = {
        "{\"op\":\"subscribe\",\"mode\":\"preview\",\"batchMs\":\"x\"}",
        "{\"op\":\"subscribe\",\"channels\":[9]}",
        "{\"op\":\"subscribe\",\"channels\":[1],\"from\":\"now\"}",
        "{\"op\":\"subscribe\",\"mode\":\"preview\",\"columnsPerSecond\":{}}",
        "{\"op\":\"subscribe\",\"batchMs\":4,\"mode\":\"fast\"}",
    };
    Server *s = server_new (TRUE);
    Peer *bad = subscriber_new (s, "");
    Peer *good = subscriber_new (s, "");

    for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
      send_op (bad, requests[i]);
      expect_text (bad, "\"level\":\"error\"");
      push (s, 10);
      expect_samples (good, i * 10, CHANNELS);
      expect_samples (bad, i * 10, CHANNELS);
    }
    peer_free (good);
    peer_free (bad);
    server_free (s);
  }
GST_END_TEST;

/* As a client library does that keeps its connection alive, for two days: more
 * bytes than one message may have. */
GST_START_TEST (test_pings_for_days)
  {
    Server *s = server_new (TRUE);
    Peer *p = subscriber_new (s, "");
    guint8 payload[125] = {7};

    for (guint i = 0; i < 1000; i++) {
      g_autoptr (GBytes) pong = NULL;

      send_frame (p, 0x89, payload, sizeof payload);
      fail_unless_equals_int (recv_frame (p, &pong), 10);
      fail_unless_equals_int (g_bytes_get_size (pong), sizeof payload);
    }
    push (s, 10);
    expect_samples (p, 0, CHANNELS);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* Pings between the pieces do not make room for a message without end. */
GST_START_TEST (test_pings_between_fragments_refused)
  {
    Server *s = server_new (TRUE);
    Peer *p = subscriber_new (s, "");
    guint8 piece[1000] = {'x'};
    guint n = 0;
    gint op = 10;

    memset (piece, 'x', sizeof piece);
    while (n < 200 && op == 10) {
      g_autoptr (GBytes) answer = NULL;

      send_frame (p, n ? 0x00 : 0x01, piece, sizeof piece);
      send_frame (p, 0x89, piece, 125);
      op = recv_frame (p, &answer);
      n++;
    }
    fail_unless (n < 80, "%u", n);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_torn_buffer_fails)
  {
    Server *s = server_new (TRUE);
    GstBus *bus = gst_bus_new ();
    GstMessage *m;

    gst_element_set_bus (s->sink, bus);
    fail_unless_equals_int (
        gst_harness_push (s->h, gst_buffer_new_allocate (NULL, 13, NULL)),
        GST_FLOW_ERROR);
    m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_unref (m);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
    gst_element_set_bus (s->sink, NULL);
    gst_object_unref (bus);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_stop_while_twenty_stream)
  {
    Server *s = server_new (TRUE);
    Peer *peers[20];

    for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
      peers[i] = subscriber_new (s, i % 2 ? "" : ",\"mode\":\"lossless\"");
    push (s, 1000);
    fail_unless (gst_element_set_state (s->sink, GST_STATE_NULL) ==
                 GST_STATE_CHANGE_SUCCESS);
    /* Everyone got all of it, and was told. */
    for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
      expect_close (peers[i], 1001);
      peer_free (peers[i]);
    }
    server_free (s);
  }
GST_END_TEST;

/* Who is refused and stays silent is no viewer. */
GST_START_TEST (test_refused_clients_do_not_count)
  {
    Server *s = server_new_full (RATE, "127.0.0.1", 30.0, 2);
    Peer *a = subscriber_new (s, ""), *b = subscriber_new (s, "");
    Peer *c = viewer_new (s);

    expect_close (c, 4003);
    fail_unless_equals_uint64 (stat_of (s->sink, "clients"), 2);
    push (s, 10);
    expect_samples (a, 0, CHANNELS);
    expect_samples (b, 0, CHANNELS);
    peer_free (a);
    while (stat_of (s->sink, "clients") != 1)
      g_usleep (1000);
    a = subscriber_new (s, "");
    peer_free (c);
    peer_free (b);
    peer_free (a);
    server_free (s);
  }
GST_END_TEST;

/* On every interface a name counts when it is this computer's, however it is
 * written. */
GST_START_TEST (test_own_names)
  {
    Server *s = server_new_full (RATE, "0.0.0.0", 30.0, 64);
    g_autofree gchar *loud = g_ascii_strup (g_get_host_name (), -1);
    g_autofree gchar *own = g_strdup_printf ("%s:%u", loud, s->port);
    g_autofree gchar *local = g_strdup_printf ("%s.local:%u", loud, s->port);
    g_autofree gchar *foreign = g_strdup_printf ("%s.evil:%u", loud, s->port);
    g_autofree gchar *other = g_strdup_printf ("http://%s.local:1", loud);
    g_autofree gchar *same =
        g_strdup_printf ("http://%s.local:%u", loud, s->port);
    const struct
    {
      const gchar *host, *origin;
      guint status;
    } cases[] = {
        {own, NULL, 101},
        {local, same, 101},
        {local, other, 403},
        {local, "null", 403},
        {local, "", 403},
        {foreign, NULL, 421},
    };

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      Peer *p = peer_new (s);

      fail_unless_equals_int (
          upgrade (p, s, cases[i].host, cases[i].origin), cases[i].status);
      peer_free (p);
    }
    server_free (s);
  }
GST_END_TEST;

static Suite *
websocketsink_hostile_suite (void)
{
  Suite *s = suite_create ("websocketsink-hostile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_refused_request_changes_nothing);
  tcase_add_test (tc, test_pings_for_days);
  tcase_add_test (tc, test_pings_between_fragments_refused);
  tcase_add_test (tc, test_torn_buffer_fails);
  tcase_add_test (tc, test_stop_while_twenty_stream);
  tcase_add_test (tc, test_refused_clients_do_not_count);
  tcase_add_test (tc, test_own_names);
  return s;
}

GST_CHECK_MAIN (websocketsink_hostile);
