/* GStreamer EEG: tests of websocketsink with spectra and several streams
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "websocketsink-rig.h"

#include <gst/eeg/eeg.h>

#define BINS 5

static const gchar spectrum_caps[] =
    "application/x-eeg-spectrum,format=F32LE,layout=planar,rate=(fraction)4/1,"
    "channels=2,bins=5,bin-width=(double)0.5,unit=(string)\"uV^2/Hz\","
    "window=(double)2,function=hann,sample-rate=(fraction)250/1,"
    "labels=(string)<Fp1,O2>,bands=(string)<\"alpha:8-13\">";

/* Bin k of channel c of the window that begins at @first. */
static gfloat
density (guint64 first, guint c, guint k)
{
  return (gfloat) first + c * 0.5f + k * 0.0625f;
}

static GstBuffer *
spectrum_at (guint64 first)
{
  gfloat *x = g_new (gfloat, CHANNELS * BINS);
  GstBuffer *b;
  guint c, k;

  for (c = 0; c < CHANNELS; c++)
    for (k = 0; k < BINS; k++)
      x[c * BINS + k] = density (first, c, k);
  b = gst_buffer_new_wrapped (x, CHANNELS * BINS * sizeof *x);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + 500;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  GST_BUFFER_DURATION (b) = 2 * GST_SECOND;
  return b;
}

/* Something upstream of a requested pad. */
typedef struct
{
  GstPad *src, *sink;
} Feed;

static void
feed_caps (Feed *f, const gchar *text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_pad_push_event (f->src, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
}

static Feed
feed_new (Server *s, const gchar *caps)
{
  Feed f;
  GstSegment segment;

  f.sink = gst_element_request_pad_simple (s->sink, "stream_%u");
  fail_unless (f.sink != NULL);
  f.src = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (f.src, TRUE);
  fail_unless_equals_int (gst_pad_link (f.src, f.sink), GST_PAD_LINK_OK);
  gst_pad_push_event (f.src, gst_event_new_stream_start ("spectra"));
  feed_caps (&f, caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f.src, gst_event_new_segment (&segment));
  return f;
}

static void
feed_free (Feed *f, Server *s)
{
  gst_pad_unlink (f->src, f->sink);
  gst_element_release_request_pad (s->sink, f->sink);
  gst_pad_set_active (f->src, FALSE);
  gst_object_unref (f->sink);
  gst_object_unref (f->src);
}

static guint
stream_of (const Data *d)
{
  return GST_READ_UINT32_LE (
      (const guint8 *) g_bytes_get_data (d->bytes, NULL) + 4);
}

static void
check_spectrum (const Data *d, guint stream, guint64 first, guint8 flags)
{
  const guint8 *h = g_bytes_get_data (d->bytes, NULL);
  guint c, k;

  fail_unless_equals_int (d->type, 4);
  fail_unless_equals_int (stream_of (d), stream);
  fail_unless_equals_int (d->header, 40);
  fail_unless_equals_int (d->flags, flags);
  fail_unless_equals_uint64 (d->first, first);
  fail_unless_equals_int (d->frames, 1);
  fail_unless_equals_int (d->channels, CHANNELS);
  fail_unless_equals_int (d->format, 0);
  fail_unless_equals_int (h[31], 1);
  fail_unless_equals_int (
      g_bytes_get_size (d->bytes), 40 + CHANNELS * BINS * 4);
  for (c = 0; c < CHANNELS; c++)
    for (k = 0; k < BINS; k++)
      fail_unless_equals_float (
          data_value (d, c * BINS + k), density (first, c, k));
}

#define EXPECT_SPECTRUM(p, stream, first, flags)                               \
  {                                                                            \
    g_auto (Data) d;                                                           \
    fail_unless_equals_int (recv_data (p, &d), 2);                             \
    check_spectrum (&d, stream, first, flags);                                 \
  }

/* --- tests ---------------------------------------------------------------- */

GST_START_TEST (test_spectrum_on_the_sink_pad)
  {
    Server *s = server_new (FALSE);
    Peer *p = viewer_new (s);
    GstBuffer *b;

    gst_harness_set_src_caps_str (s->h, spectrum_caps);
    {
      static const gchar *const parts[] = {"\"id\":1", "\"kind\":\"spectrum\"",
          "\"rate\":4.0", "\"name\":\"O2\"", "\"unit\":\"uV^2/Hz\"",
          "\"bins\":5", "\"binWidth\":0.5", "\"window\":2.0",
          "\"sampleRate\":250.0", "\"bands\":[\"alpha:8-13\"]",
          "\"formats\":[\"f32\"]", "\"epoch\":1", "\"oldest\":0"};
      g_autofree gchar *hello = recv_text (p);

      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        fail_unless (strstr (hello, parts[i]), "no %s in %s", parts[i], hello);
    }
    send_op (p, "{\"op\":\"subscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"subscribed\"");
    /* One message each, though windows overlap and indices jump. */
    gst_harness_push (s->h, spectrum_at (0));
    gst_harness_push (s->h, spectrum_at (62));
    gst_harness_push (s->h, spectrum_at (125));
    EXPECT_SPECTRUM (p, 1, 0, 0);
    EXPECT_SPECTRUM (p, 1, 62, 0);
    EXPECT_SPECTRUM (p, 1, 125, 0);
    /* Their source knows of a gap; the ledger of saturation. */
    b = spectrum_at (1000);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_eeg_meta_add_run (gst_buffer_add_eeg_meta (b, 1000, 500, 0, 0), 1010, 3,
        GST_EEG_STATUS_SATURATED, 0, 0);
    gst_harness_push (s->h, b);
    EXPECT_SPECTRUM (p, 1, 1000, 3);
    fail_unless_equals_uint64 (stat_of (s->sink, "spectra"), 4);
    fail_unless_equals_uint64 (stat_of (s->sink, "delivered"), 0);
    gst_harness_push_event (s->h, gst_event_new_eos ());
    expect_text (p, "{\"op\":\"eos\"}");
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_channels_history_and_modes)
  {
    Server *s = server_new (FALSE);
    Peer *p;
    guint i;

    gst_harness_set_src_caps_str (s->h, spectrum_caps);
    for (i = 0; i < 8; i++)
      gst_harness_push (s->h, spectrum_at (i * 125 / 2));
    p = viewer_new (s);
    expect_text (p, "\"op\":\"hello\"");
    /* Lossless from the beginning, one channel. */
    send_op (p, "{\"op\":\"subscribe\",\"mode\":\"lossless\",\"from\":0,"
                "\"channels\":[1]}");
    expect_text (p, "\"op\":\"subscribed\"");
    for (i = 0; i < 8; i++) {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_int (d.channels, 1);
      fail_unless_equals_uint64 (d.first, i * 125 / 2);
      fail_unless_equals_float (
          data_value (&d, 4), density (i * 125 / 2, 1, 4));
    }
    /* Half a second back is two spectra; preview is what live is. */
    send_op (p, "{\"op\":\"subscribe\",\"mode\":\"preview\",\"from\":-0.5}");
    expect_text (p, "\"op\":\"subscribed\"");
    for (i = 6; i < 8; i++) {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_int (d.type, 4);
      fail_unless_equals_uint64 (d.first, i * 125 / 2);
    }
    /* A window that begins after the given index. */
    send_op (p, "{\"op\":\"subscribe\",\"from\":300}");
    expect_text (p, "\"resumed\":true");
    {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_uint64 (d.first, 312);
    }
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_two_streams_on_one_port)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    Feed f;

    expect_text (p, "\"kind\":\"samples\"");
    send_op (p, "{\"op\":\"subscribe\",\"stream\":1}");
    expect_text (p, "\"op\":\"subscribed\"");
    send_op (p, "{\"op\":\"subscribe\",\"stream\":2}");
    expect_text (p, "\"code\":\"stream\"");
    push (s, 10);
    {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_int (d.type, 1);
    }
    /* The second stream appears; the first one goes on where it was. */
    f = feed_new (s, spectrum_caps);
    {
      g_autofree gchar *hello = recv_text (p);

      fail_unless (strstr (hello, "\"id\":1") && strstr (hello, "\"id\":2") &&
                       strstr (hello, "\"name\":\"eeg-spectrum\""),
          "%s", hello);
      fail_unless (strstr (hello, "\"kind\":\"samples\"") <
                   strstr (hello, "\"kind\":\"spectrum\""));
    }
    send_op (p, "{\"op\":\"subscribe\",\"stream\":2}");
    expect_text (p, "\"stream\":2");
    fail_unless_equals_int (gst_pad_push (f.src, spectrum_at (0)), GST_FLOW_OK);
    EXPECT_SPECTRUM (p, 2, 0, 0);
    push (s, 10);
    {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_int (d.type, 1);
      fail_unless_equals_int (stream_of (&d), 1);
      fail_unless_equals_uint64 (d.first, 10);
      fail_unless_equals_int (d.flags, 0);
    }
    /* New bands are a new epoch of the second alone. */
    feed_caps (&f, g_intern_string ("application/x-eeg-spectrum,format=F32LE,"
                                    "layout=planar,rate=(fraction)4/1,"
                                    "channels=2,bins=5,bin-width=(double)1"));
    {
      g_autofree gchar *hello = recv_text (p);
      gchar *second = strstr (hello, "\"kind\":\"spectrum\"");

      fail_unless (strstr (second, "\"epoch\":2") != NULL, "%s", hello);
      fail_unless (strstr (second, "\"binWidth\":1.0") != NULL, "%s", hello);
      fail_unless (strstr (hello, "\"epoch\":1") < second, "%s", hello);
    }
    fail_unless_equals_int (
        gst_pad_push (f.src, spectrum_at (62)), GST_FLOW_OK);
    {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      check_spectrum (&d, 2, 62, 0);
      fail_unless_equals_int (d.epoch, 2);
    }
    send_op (p, "{\"op\":\"unsubscribe\",\"stream\":2}");
    expect_text (p, "{\"op\":\"unsubscribed\",\"stream\":2}");
    gst_pad_push (f.src, spectrum_at (125));
    push (s, 10);
    {
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      fail_unless_equals_uint64 (d.first, 20);
    }
    /* The end is the end of all. */
    gst_pad_push_event (f.src, gst_event_new_eos ());
    send_op (p, "{\"op\":\"ping\"}");
    expect_text (p, "pong");
    gst_harness_push_event (s->h, gst_event_new_eos ());
    expect_text (p, "{\"op\":\"eos\"}");
    peer_free (p);
    feed_free (&f, s);
    server_free (s);
  }
GST_END_TEST;

/* Spectra get past samples that fill the socket of a viewer that does not
 * read, and what is lost is counted. */
GST_START_TEST (test_slow_viewer_loses_with_a_count)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    Feed f = feed_new (s, spectrum_caps);
    guint64 expected = 0, missed = 0, got = 0;
    gboolean last = FALSE;
    guint i;

    expect_text (p, "\"op\":\"hello\"");
    send_op (p, "{\"op\":\"subscribe\",\"stream\":2}");
    for (;;) {
      g_autofree gchar *text = recv_text (p);
      if (strstr (text, "\"op\":\"subscribed\""))
        break;
      /* It may come before the second hello. */
      if (strstr (text, "\"code\":\"stream\""))
        send_op (p, "{\"op\":\"subscribe\",\"stream\":2}");
    }
    send_op (p, "{\"op\":\"ack\",\"stream\":2,\"sample\":0}");
    send_op (p, "{\"op\":\"ping\"}");
    expect_text (p, "pong");
    /* Acknowledging nothing, it gets 2 s and no more; the rest outruns it. */
    for (i = 0; i < 100; i++)
      gst_pad_push (f.src, spectrum_at (i * 125 / 2));
    while (!last) {
      g_autofree gchar *ack = NULL;
      g_auto (Data) d;
      fail_unless_equals_int (recv_data (p, &d), 2);
      missed += d.missed;
      got++;
      expected = d.first;
      last = expected == 99 * 125 / 2;
      ack = g_strdup_printf (
          "{\"op\":\"ack\",\"stream\":2,\"sample\":%" G_GUINT64_FORMAT "}",
          expected);
      send_op (p, ack);
    }
    fail_unless_equals_uint64 (got + missed, 100);
    fail_unless (missed > 0);
    fail_unless_equals_uint64 (stat_of (s->sink, "spectra-dropped"), missed);
    fail_unless_equals_uint64 (stat_of (s->sink, "dropped"), 0);
    peer_free (p);
    feed_free (&f, s);
    server_free (s);
  }
GST_END_TEST;

static void
expect_one_error (GstBus *bus, const gchar *part)
{
  GstMessage *m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  GError *error;

  fail_unless (m != NULL);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
}

GST_START_TEST (test_broken_spectra_refused)
  {
    Server *s = server_new (FALSE);
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (s->sink, bus);
    gst_harness_set_src_caps_str (s->h,
        "application/x-eeg-spectrum,format=F32LE,layout=planar,"
        "rate=(fraction)4/1,channels=2,bins=5");
    expect_one_error (bus, "bin-width");
    gst_harness_set_src_caps_str (s->h,
        "application/x-eeg-spectrum,format=F32LE,layout=planar,"
        "rate=(fraction)4/1,channels=2,bins=2000000,bin-width=(double)1");
    expect_one_error (bus, "max-frequency");
    gst_harness_set_src_caps_str (s->h, spectrum_caps);
    fail_unless_equals_int (
        gst_harness_push (s->h, gst_buffer_new_allocate (NULL, 39, NULL)),
        GST_FLOW_ERROR);
    expect_one_error (bus, "39 bytes");
    gst_element_set_bus (s->sink, NULL);
    gst_object_unref (bus);
    server_free (s);
  }
GST_END_TEST;

GST_START_TEST (test_pads_come_and_go)
  {
    Server *s = server_new (TRUE);
    Peer *p = viewer_new (s);
    GstPad *pads[64];
    guint i, n = 0;

    expect_text (p, "\"op\":\"hello\"");
    for (i = 0; i < 3; i++) {
      Feed f = feed_new (s, spectrum_caps);
      g_autofree gchar *epoch =
          g_strdup_printf ("\"epoch\":%u,\"oldest\":0}]", i + 1);

      /* The number that came free, with a new epoch. */
      expect_text (p, epoch);
      gst_pad_push (f.src, spectrum_at (0));
      feed_free (&f, s);
    }
    /* 64 streams with that of the sink pad. */
    while (n < 64 &&
           (pads[n] = gst_element_request_pad_simple (s->sink, "stream_%u")))
      n++;
    fail_unless_equals_int (n, 63);
    fail_unless (
        gst_element_request_pad_simple (s->sink, "stream_4000000000") == NULL);
    while (n > 0) {
      gst_element_release_request_pad (s->sink, pads[--n]);
      gst_object_unref (pads[n]);
    }
    /* Through states with a pad that stays. */
    pads[0] = gst_element_request_pad_simple (s->sink, "stream_5");
    fail_unless (pads[0] != NULL);
    gst_element_set_state (s->sink, GST_STATE_NULL);
    gst_element_set_state (s->sink, GST_STATE_PLAYING);
    gst_element_release_request_pad (s->sink, pads[0]);
    gst_object_unref (pads[0]);
    peer_free (p);
    server_free (s);
  }
GST_END_TEST;

/* --- ends ----------------------------------------------------------------- */

/* How many the bus has had since the last look; *seqnum of the last. */
static guint
ends (GstBus *bus, guint32 *seqnum)
{
  GstMessage *m;
  guint n = 0;

  while ((m = gst_bus_pop_filtered (bus, GST_MESSAGE_EOS))) {
    n++;
    if (seqnum)
      *seqnum = gst_message_get_seqnum (m);
    gst_message_unref (m);
  }
  return n;
}

/* Nothing is linked to the sink pad. */
GST_START_TEST (test_ends_when_all_requested_pads_do)
  {
    GstElement *sink = gst_element_factory_make ("websocketsink", NULL);
    Server s = {.sink = gst_object_ref_sink (sink)};
    GstBus *bus = gst_bus_new ();
    guint32 want, got = 0;
    GstEvent *eos;
    Feed a, b, c;

    g_object_set (sink, "port", 0, NULL);
    gst_element_set_bus (sink, bus);
    gst_element_set_state (sink, GST_STATE_PAUSED);
    a = feed_new (&s, spectrum_caps);
    b = feed_new (&s, spectrum_caps);
    /* before PLAYING nothing is said, with it at once */
    gst_pad_push_event (a.src, gst_event_new_eos ());
    gst_pad_push_event (b.src, gst_event_new_eos ());
    fail_unless_equals_int (ends (bus, NULL), 0);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    fail_unless_equals_int (ends (bus, NULL), 1);
    /* and again with the next one, as bins expect */
    gst_element_set_state (sink, GST_STATE_PAUSED);
    fail_unless_equals_int (ends (bus, NULL), 0);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    fail_unless_equals_int (ends (bus, NULL), 1);
    /* one goes on */
    gst_pad_push_event (a.src, gst_event_new_flush_start ());
    gst_pad_push_event (a.src, gst_event_new_flush_stop (TRUE));
    gst_element_set_state (sink, GST_STATE_PAUSED);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    fail_unless_equals_int (ends (bus, NULL), 0);
    eos = gst_event_new_eos ();
    want = gst_event_get_seqnum (eos);
    gst_pad_push_event (a.src, eos);
    fail_unless_equals_int (ends (bus, &got), 1);
    fail_unless_equals_int (got, want);
    /* the next run begins with nothing at its end; a pad that nobody has linked
     * is not waited for, one that leaves no more */
    gst_element_set_state (sink, GST_STATE_READY);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    c.sink = gst_element_request_pad_simple (sink, "stream_%u");
    gst_pad_push_event (a.src, gst_event_new_stream_start ("again"));
    gst_pad_push_event (a.src, gst_event_new_eos ());
    fail_unless_equals_int (ends (bus, NULL), 0);
    feed_free (&b, &s);
    fail_unless_equals_int (ends (bus, NULL), 1);
    gst_element_release_request_pad (sink, c.sink);
    gst_object_unref (c.sink);
    feed_free (&a, &s);
    fail_unless_equals_int (ends (bus, NULL), 0);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_element_set_bus (sink, NULL);
    gst_object_unref (bus);
    gst_object_unref (sink);
  }
GST_END_TEST;

/* The sink pad and a requested one end, in either order. */
GST_START_TEST (test_ends_with_the_last_pad)
  {
    Server *s = server_new (TRUE);
    GstBus *bus = gst_bus_new ();
    Feed f = feed_new (s, spectrum_caps);

    gst_element_set_bus (s->sink, bus);
    gst_harness_push_event (s->h, gst_event_new_eos ());
    fail_unless_equals_int (ends (bus, NULL), 0);
    gst_pad_push_event (f.src, gst_event_new_eos ());
    fail_unless_equals_int (ends (bus, NULL), 1);
    gst_harness_push_event (s->h, gst_event_new_flush_start ());
    gst_harness_push_event (s->h, gst_event_new_flush_stop (TRUE));
    gst_harness_push_event (s->h, gst_event_new_eos ());
    fail_unless_equals_int (ends (bus, NULL), 1);
    gst_element_set_bus (s->sink, NULL);
    gst_object_unref (bus);
    feed_free (&f, s);
    server_free (s);
  }
GST_END_TEST;

/* The pipeline ends, once, when the longer of two streams does. */
GST_START_TEST (test_pipeline_of_requested_pads_ends)
  {
    GstElement *pipe = gst_parse_launch (
        "eegtestsrc num-buffers=3 samples-per-buffer=10 ! ws.stream_0 "
        "eegtestsrc num-buffers=50 samples-per-buffer=10 ! ws.stream_1 "
        "websocketsink name=ws port=0",
        NULL);
    GstElement *ws = gst_bin_get_by_name (GST_BIN (pipe), "ws");
    GstBus *bus = gst_element_get_bus (pipe);
    GstMessage *m;

    gst_element_set_state (pipe, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    fail_unless_equals_uint64 (stat_of (ws, "delivered"), 530);
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless_equals_int (ends (bus, NULL), 0);
    gst_object_unref (bus);
    gst_object_unref (ws);
    gst_object_unref (pipe);
  }
GST_END_TEST;

/* All of it: synthetic EEG, its spectra and its samples, one port. */
GST_START_TEST (test_alpha_arrives)
  {
    GstElement *pipe = gst_parse_launch (
        "eegtestsrc num-buffers=1000 channels=8 "
        "labels=Fp1,Fp2,C3,C4,P3,P4,O1,O2 ! tee name=t "
        "t. ! queue ! websocketsink name=ws port=0 "
        "t. ! queue ! eegspectrum window=2 hop=0.5 ! ws.stream_0",
        NULL);
    GstElement *ws = gst_bin_get_by_name (GST_BIN (pipe), "ws");
    GstBus *bus = gst_element_get_bus (pipe);
    gdouble alpha[2] = {0, 0};
    Server s = {.sink = ws};
    GstMessage *m;
    guint n = 0;
    Peer *p;

    gst_element_set_state (pipe, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    s.port = (guint) stat_of (ws, "port");
    fail_unless_equals_uint64 (stat_of (ws, "spectra"), 5);
    p = viewer_new (&s);
    for (;;) {
      g_autofree gchar *hello = recv_text (p);
      if (strstr (hello, "\"bins\":251"))
        break;
    }
    send_op (p, "{\"op\":\"subscribe\",\"stream\":2,\"from\":0,"
                "\"channels\":[0,6]}");
    while (n < 5) {
      g_auto (Data) d;
      gint op = recv_data (p, &d);

      if (op != 2)
        continue;
      for (guint c = 0; c < 2; c++)
        for (guint k = 16; k <= 26; k++)
          alpha[c] += data_value (&d, c * 251 + k) * 0.5;
      fail_unless_equals_uint64 (d.first, n * 125);
      n++;
    }
    fail_unless (alpha[1] > 2 * alpha[0], "%g, %g", alpha[0], alpha[1]);
    peer_free (p);
    gst_element_set_state (pipe, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (ws);
    gst_object_unref (pipe);
  }
GST_END_TEST;

static Suite *
websocketsink_spectrum_suite (void)
{
  Suite *suite = suite_create ("websocketsink-spectrum");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_spectrum_on_the_sink_pad);
  tcase_add_test (tc, test_channels_history_and_modes);
  tcase_add_test (tc, test_two_streams_on_one_port);
  tcase_add_test (tc, test_slow_viewer_loses_with_a_count);
  tcase_add_test (tc, test_broken_spectra_refused);
  tcase_add_test (tc, test_pads_come_and_go);
  tcase_add_test (tc, test_ends_when_all_requested_pads_do);
  tcase_add_test (tc, test_ends_with_the_last_pad);
  tcase_add_test (tc, test_pipeline_of_requested_pads_ends);
  tcase_add_test (tc, test_alpha_arrives);
  return suite;
}

GST_CHECK_MAIN (websocketsink_spectrum);
