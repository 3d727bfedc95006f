/* The base class of EEG stages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/gsteegbasefilter.h>
#include <string.h>

#define VOLTS(n)                                                               \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=" #n          \
  ",channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=1.0"

/* Doubles volts, or widens to F64 when asked, and notes what it was told. */
typedef struct
{
  GstEegBaseFilter parent;
  gboolean widen;
  guint resets;
  gint reason;
  guint64 first;
  guint frames;
  gboolean in_place;
} TestStage;
typedef GstEegBaseFilterClass TestStageClass;

GType test_stage_get_type (void);
G_DEFINE_TYPE (TestStage, test_stage, GST_TYPE_EEG_BASE_FILTER)

static gboolean
stage_info (
    GstEegBaseFilter *f, const GstEegInfo *in, GstEegInfo *out, GError **error)
{
  if (!((TestStage *) f)->widen)
    return TRUE;
  return gst_eeg_info_set_format (out, GST_AUDIO_FORMAT_F64LE,
      GST_EEG_INFO_RATE (in), GST_EEG_INFO_CHANNELS (in), error);
}

static gboolean
stage_setup (GstEegBaseFilter *f, const GstEegInfo *in, const GstEegInfo *out,
    GError **error)
{
  if (GST_EEG_INFO_CHANNELS (in) != 13)
    return TRUE;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, "13 is unlucky");
  return FALSE;
}

static void
stage_reset (GstEegBaseFilter *f, GstEegResetReason reason)
{
  ((TestStage *) f)->resets++;
  ((TestStage *) f)->reason = reason;
}

static gboolean
stage_prepare (GstEegBaseFilter *f, GstBuffer *buffer, guint64 first, guint n,
    GError **error)
{
  ((TestStage *) f)->first = first;
  ((TestStage *) f)->frames += n;
  return TRUE;
}

static GstFlowReturn
stage_process (GstEegBaseFilter *f, gconstpointer in, gpointer out, guint n)
{
  TestStage *self = (TestStage *) f;
  guint i;

  self->in_place = in == out;
  n *= GST_EEG_INFO_CHANNELS (gst_eeg_base_filter_get_in_info (f));
  for (i = 0; i < n; i++) {
    if (self->widen)
      ((gdouble *) out)[i] = 2.0 * ((const gfloat *) in)[i];
    else
      ((gfloat *) out)[i] = 2.0f * ((const gfloat *) in)[i];
  }
  gst_eeg_base_filter_mark (f, self->first, 1, GST_EEG_STATUS_BYPASSED, 0);
  return GST_FLOW_OK;
}

static guint64
stage_delay (GstEegBaseFilter *f)
{
  return 25;
}

static void
test_stage_class_init (TestStageClass *klass)
{
  GstElementClass *e = GST_ELEMENT_CLASS (klass);
  GstEegBaseFilterClass *k = GST_EEG_BASE_FILTER_CLASS (klass);
  GstCaps *caps = gst_caps_from_string (GST_EEG_CAPS_MAKE ("{ F32LE, F64LE }"));

  gst_element_class_add_pad_template (
      e, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template (
      e, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref (caps);
  gst_element_class_set_static_metadata (e, "t", "Filter", "t", "t");
  k->transform_info = stage_info;
  k->setup = stage_setup;
  k->reset = stage_reset;
  k->prepare = stage_prepare;
  k->process = stage_process;
  k->get_delay = stage_delay;
}

static void
test_stage_init (TestStage *self)
{
}

static GstHarness *
harness (TestStage **stage)
{
  GstElement *e = g_object_new (test_stage_get_type (), NULL);
  GstHarness *h = gst_harness_new_with_element (e, "sink", "src");

  *stage = (TestStage *) e;
  gst_object_unref (e);
  return h;
}

static GstBuffer *
buffer (guint64 offset, guint frames, gfloat value)
{
  GstBuffer *b = gst_buffer_new_allocate (NULL, frames * 4, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (b, &map, GST_MAP_WRITE);
  for (i = 0; i < frames; i++)
    ((gfloat *) map.data)[i] = value;
  gst_buffer_unmap (b, &map);
  GST_BUFFER_OFFSET (b) = offset;
  GST_BUFFER_OFFSET_END (b) = offset + frames;
  GST_BUFFER_PTS (b) = offset * 4 * GST_MSECOND;
  return b;
}

GST_START_TEST (test_in_place_and_metadata)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBuffer *b;
    gfloat f;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    b = buffer (40, 3, 1.5f);
    gst_buffer_add_eeg_meta (b, 40, 3, 2, 4);
    b = gst_harness_push_and_pull (h, b);
    fail_unless (b != NULL);
    fail_unless (s->in_place);
    gst_buffer_extract (b, 8, &f, 4);
    fail_unless_equals_float (f, 3.0f);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 40);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 43);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 160 * GST_MSECOND);
    fail_unless_equals_uint64 (gst_buffer_get_eeg_meta (b)->lost_before, 2);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (gst_buffer_get_eeg_meta (b), 40, 0),
        GST_EEG_STATUS_BYPASSED);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_copy_when_size_differs)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBuffer *b;
    GstCaps *caps;
    GstEegInfo info = {0};
    gdouble d;

    s->widen = TRUE;
    gst_harness_set_src_caps_str (h, VOLTS (1) ",eeg-labels=(string)<Cz>");
    b = buffer (7, 2, 0.25f);
    gst_buffer_add_eeg_meta (b, 7, 2, 1, 4);
    b = gst_harness_push_and_pull (h, b);
    fail_unless (b != NULL);
    fail_if (s->in_place);
    fail_unless_equals_int (gst_buffer_get_size (b), 16);
    gst_buffer_extract (b, 8, &d, 8);
    fail_unless_equals_float (d, 0.5);
    fail_unless_equals_int (gst_buffer_get_eeg_meta (b)->bpf, 8);
    fail_unless_equals_uint64 (gst_buffer_get_eeg_meta (b)->first_sample, 7);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 7);
    gst_buffer_unref (b);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
    fail_unless_equals_string (info.labels[0], "Cz");
    fail_unless_equals_int (
        GST_EEG_INFO_FORMAT (&info), GST_AUDIO_FORMAT_F64LE);
    gst_eeg_info_clear (&info);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_resets_once)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBuffer *b;
    GstSegment seg;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    b = buffer (0, 4, 0);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    fail_unless_equals_int (s->resets, 1);
    fail_unless_equals_int (s->reason, GST_EEG_RESET_START);
    gst_harness_push (h, buffer (4, 4, 0));
    fail_unless_equals_int (s->resets, 1);
    gst_harness_push (h, buffer (9, 4, 0)); /* jump */
    fail_unless_equals_int (s->resets, 2);
    fail_unless_equals_int (s->reason, GST_EEG_RESET_DISCONT);
    b = buffer (13, 4, 0);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    fail_unless_equals_int (s->resets, 3);
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    gst_segment_init (&seg, GST_FORMAT_TIME);
    gst_harness_push_event (h, gst_event_new_segment (&seg));
    gst_harness_push (h, buffer (17, 4, 0));
    fail_unless_equals_int (s->resets, 4);
    fail_unless_equals_int (s->reason, GST_EEG_RESET_FLUSH);
    gst_harness_set_src_caps_str (h, VOLTS (2));
    gst_harness_push (h, buffer (21, 4, 0)); /* two frames now */
    fail_unless_equals_int (s->resets, 5);
    fail_unless_equals_int (s->reason, GST_EEG_RESET_START);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_latency)
  {
    TestStage *s;
    GstHarness *h = harness (&s);

    gst_harness_set_upstream_latency (h, 10 * GST_MSECOND);
    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_harness_push (h, buffer (0, 4, 0));
    fail_unless_equals_uint64 (
        gst_harness_query_latency (h), 110 * GST_MSECOND);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* A stage with a history makes sound of silence: the flag goes, the rest
 * stays; without an index the stage counts on. */
GST_START_TEST (test_gap_and_missing_offset)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBuffer *b;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_harness_push (h, buffer (100, 4, 0));
    b = buffer (104, 4, 0);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_GAP);
    GST_BUFFER_OFFSET (b) = GST_BUFFER_OFFSET_END (b) = GST_BUFFER_OFFSET_NONE;
    gst_buffer_unref (gst_harness_pull (h));
    b = gst_harness_push_and_pull (h, b);
    fail_if (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_GAP));
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 416 * GST_MSECOND);
    fail_unless_equals_uint64 (s->first, 104);
    fail_unless_equals_int (s->resets, 1);
    fail_unless_equals_int (s->frames, 8);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_restart_starts_afresh)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstSegment seg;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_harness_push (h, buffer (0, 4, 0));
    gst_element_set_state (h->element, GST_STATE_READY);
    gst_harness_play (h);
    gst_harness_push_event (h, gst_event_new_stream_start ("again"));
    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_segment_init (&seg, GST_FORMAT_TIME);
    gst_harness_push_event (h, gst_event_new_segment (&seg));
    fail_unless_equals_int (
        gst_harness_push (h, buffer (0, 4, 0)), GST_FLOW_OK);
    fail_unless_equals_int (s->resets, 2);
    fail_unless_equals_int (s->reason, GST_EEG_RESET_START);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Exactly one error message, with the words. */
static void
one_error (GstHarness *h, GstBus *bus, const gchar *a, const gchar *b)
{
  GstMessage *m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  GError *error;

  fail_unless (m != NULL);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message, a) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, b) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
}

static void
refused_caps (const gchar *caps, const gchar *a, const gchar *b)
{
  TestStage *s;
  GstHarness *h = harness (&s);
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (h->element, bus);
  gst_harness_set_src_caps_str (h, caps);
  fail_unless_equals_int (
      gst_harness_push (h, buffer (0, 13, 0)), GST_FLOW_NOT_NEGOTIATED);
  one_error (h, bus, a, b);
  fail_unless_equals_int (s->frames, 0);
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}

GST_START_TEST (test_missing_unit_refused)
  {
    refused_caps (
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1",
        "eeg-unit", "eegfromaudio");
  }
GST_END_TEST;

GST_START_TEST (test_setup_refused)
  {
    refused_caps (VOLTS (13), "unlucky", ".sink");
  }
GST_END_TEST;

GST_START_TEST (test_partial_frame_fails)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    gst_harness_set_src_caps_str (h, VOLTS (2));
    fail_unless_equals_int (
        gst_harness_push (h, buffer (0, 3, 0)), GST_FLOW_ERROR);
    one_error (h, bus, "12 bytes", "8 bytes");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* What somebody else still holds stays as it is, in the middle of a stream too. */
GST_START_TEST (test_shared_input_is_left_alone)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBuffer *b, *out;
    gfloat f;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    for (guint i = 0; i < 3; i++) {
      b = buffer (4 * i, 4, 1.5f);
      out = gst_harness_push_and_pull (h, gst_buffer_ref (b));
      gst_buffer_extract (b, 12, &f, 4);
      fail_unless_equals_float (f, 1.5f);
      fail_unless (gst_buffer_get_eeg_meta (b) == NULL);
      gst_buffer_extract (out, 12, &f, 4);
      fail_unless_equals_float (f, 3.0f);
      gst_buffer_unref (out);
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* The end of what was let through, for whoever shows it. */
GST_START_TEST (test_position)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstPad *pad = gst_element_get_static_pad (h->element, "src");
    GstSegment seg;
    gint64 at;

    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_segment_init (&seg, GST_FORMAT_TIME);
    seg.start = 40 * GST_MSECOND;
    seg.time = GST_SECOND;
    gst_harness_push_event (h, gst_event_new_segment (&seg));
    for (guint i = 10; i < 30; i += 10) {
      GstBuffer *b = buffer (i, 10, 0);

      GST_BUFFER_DURATION (b) = 40 * GST_MSECOND;
      gst_harness_push (h, b);
      fail_unless (gst_pad_query_position (pad, GST_FORMAT_TIME, &at));
      fail_unless_equals_int64 (at, GST_SECOND + 4 * i * GST_MSECOND);
    }
    gst_object_unref (pad);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Nothing is processed as the stream that it no longer is. */
GST_START_TEST (test_refused_caps_while_running_fails)
  {
    TestStage *s;
    GstHarness *h = harness (&s);
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_harness_push (h, buffer (0, 13, 0));
    fail_unless_equals_int (s->frames, 13);
    gst_harness_set_src_caps_str (h, VOLTS (13));
    fail_unless_equals_int (
        gst_harness_push (h, buffer (13, 13, 0)), GST_FLOW_NOT_NEGOTIATED);
    fail_unless_equals_int (s->frames, 13);
    one_error (h, bus, "unlucky", ".sink");
    gst_harness_set_src_caps_str (h, VOLTS (1));
    fail_unless_equals_int (
        gst_harness_push (h, buffer (13, 4, 0)), GST_FLOW_OK);
    fail_unless_equals_int (s->frames, 17);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Downstream may ask for other caps at any time, and has the last word. */
GST_START_TEST (test_downstream_has_its_say)
  {
    TestStage *s;
    GstHarness *h = harness (&s);

    gst_harness_set_src_caps_str (h, VOLTS (1));
    gst_harness_push (h, buffer (0, 4, 0));
    gst_pad_push_event (h->sinkpad, gst_event_new_reconfigure ());
    fail_unless_equals_int (
        gst_harness_push (h, buffer (4, 4, 0)), GST_FLOW_OK);
    fail_unless_equals_int (
        gst_harness_push (h, buffer (8, 4, 0)), GST_FLOW_OK);
    fail_unless_equals_int (s->frames, 12);
    /* One that can no longer take what comes. */
    gst_harness_set_sink_caps_str (h, VOLTS (2));
    gst_pad_push_event (h->sinkpad, gst_event_new_reconfigure ());
    fail_unless_equals_int (
        gst_harness_push (h, buffer (12, 4, 0)), GST_FLOW_NOT_NEGOTIATED);
    fail_unless_equals_int (s->frames, 12);
    gst_harness_set_sink_caps_str (h, VOLTS (1));
    gst_pad_push_event (h->sinkpad, gst_event_new_reconfigure ());
    fail_unless_equals_int (
        gst_harness_push (h, buffer (12, 4, 0)), GST_FLOW_OK);
    gst_pad_set_active (h->sinkpad, FALSE);
    fail_unless_equals_int (
        gst_harness_push (h, buffer (16, 4, 0)), GST_FLOW_FLUSHING);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static Suite *
eegbasefilter_suite (void)
{
  Suite *s = suite_create ("eegbasefilter");
  TCase *tc = tcase_create ("stage");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_in_place_and_metadata);
  tcase_add_test (tc, test_copy_when_size_differs);
  tcase_add_test (tc, test_resets_once);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_gap_and_missing_offset);
  tcase_add_test (tc, test_restart_starts_afresh);
  tcase_add_test (tc, test_missing_unit_refused);
  tcase_add_test (tc, test_setup_refused);
  tcase_add_test (tc, test_partial_frame_fails);
  tcase_add_test (tc, test_shared_input_is_left_alone);
  tcase_add_test (tc, test_position);
  tcase_add_test (tc, test_refused_caps_while_running_fails);
  tcase_add_test (tc, test_downstream_has_its_say);
  return s;
}

GST_CHECK_MAIN (eegbasefilter);
