/* The downsampling element: rates that are no whole part, and minimum phase
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define CAPS(rate)                                                             \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=" rate                     \
  ",channels=1,channel-mask=(bitmask)0x0,eeg-unit=V"

/* 7 Hz at 512 Hz, from absolute sample @begin on. */
static GstBuffer *
make_buffer (guint64 begin, guint frames)
{
  gfloat *x = g_new (gfloat, frames);
  GstBuffer *b;
  guint f;

  for (f = 0; f < frames; f++)
    x[f] = (gfloat) (1e-4 * sin (2 * G_PI * 7 * (begin + f) / 512));
  b = gst_buffer_new_wrapped (x, frames * sizeof *x);
  GST_BUFFER_OFFSET (b) = begin;
  GST_BUFFER_OFFSET_END (b) = begin + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (begin, GST_SECOND, 512);
  GST_BUFFER_DURATION (b) =
      gst_util_uint64_scale (begin + frames, GST_SECOND, 512) -
      GST_BUFFER_PTS (b);
  return b;
}

/* Pulls everything: offsets and times must follow from the new rate alone. */
static GArray *
take_all (GstHarness *h, guint rate, guint64 *next)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gfloat));
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h))) {
    guint64 n = gst_buffer_get_size (b) / sizeof (gfloat), begin, lost;
    GstMapInfo map;

    fail_unless (gst_buffer_get_eeg_ledger (b, &begin, NULL, &lost, NULL));
    fail_unless_equals_uint64 (begin, *next + lost);
    *next = begin + n;
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), begin);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), *next);
    /* to the nanosecond, up to how the input's own times were rounded */
    fail_unless (ABS (GST_CLOCK_DIFF (GST_BUFFER_PTS (b),
                     gst_util_uint64_scale (begin, GST_SECOND, rate))) <= 1);
    gst_buffer_map (b, &map, GST_MAP_READ);
    g_array_append_vals (all, map.data, (guint) n);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
  }
  return all;
}

GST_START_TEST (test_512_to_200)
  {
    const guint frames = 3001, outputs = (3001 * 25 + 63) / 64;
    GRand *r = g_rand_new_with_seed (1);
    GArray *first = NULL;
    guint round, i;

    for (round = 0; round < 4; round++) {
      GstHarness *h = gst_harness_new ("eegdownsample");
      guint64 next = 0;
      GstCaps *caps;
      GArray *got;
      guint at, len;

      g_object_set (h->element, "rate", 200, NULL);
      gst_harness_set_src_caps_str (h, CAPS ("512"));
      for (at = 0; at < frames; at += len) {
        len = round == 0 ? frames
              : round == 1
                  ? 1
                  : (guint) g_rand_int_range (r, 1, round == 2 ? 10 : 400);
        len = MIN (len, frames - at);
        fail_unless_equals_int (
            gst_harness_push (h, make_buffer (at, len)), GST_FLOW_OK);
      }
      gst_harness_push_event (h, gst_event_new_eos ());
      caps = gst_pad_get_current_caps (h->sinkpad);
      gst_structure_get_int (
          gst_caps_get_structure (caps, 0), "rate", (gint *) &i);
      fail_unless_equals_int (i, 200);
      gst_caps_unref (caps);
      got = take_all (h, 200, &next);
      fail_unless_equals_int (got->len, outputs);
      if (first) {
        fail_unless (memcmp (got->data, first->data, 4 * outputs) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_harness_teardown (h);
    }
    for (i = 100; i + 100 < outputs; i++)
      fail_unless (fabs (g_array_index (first, gfloat, i) -
                         1e-4 * sin (2 * G_PI * 7 * i / 200)) < 1e-7,
          "%u", i);
    g_array_unref (first);
    g_rand_free (r);
  }
GST_END_TEST;

/* After 1001 inputs, 504 are lost; the outputs stay on the grid of sample 0,
 * and outputs and losses add up. */
GST_START_TEST (test_gap_keeps_grid)
  {
    GstHarness *h = gst_harness_new ("eegdownsample");
    guint64 next = 0;
    GArray *got;
    GstBuffer *b;
    guint i, resumed = (1505 * 25 + 63) / 64;
    guint kept = (1001 * 25 + 63) / 64;

    g_object_set (h->element, "rate", 200, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("512"));
    gst_harness_push (h, make_buffer (0, 1001));
    b = make_buffer (1505, 900);
    gst_buffer_add_eeg_meta (b, 1505, 900, 504, 4);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    gst_harness_push_event (h, gst_event_new_eos ());
    got = take_all (h, 200, &next);
    fail_unless_equals_uint64 (next, (2405 * 25 + 63) / 64);
    fail_unless_equals_int (got->len, next - (resumed - kept));
    for (i = kept + 60; i + 60 < got->len; i++)
      fail_unless (
          fabs (g_array_index (got, gfloat, i) -
                1e-4 * sin (2 * G_PI * 7 * (i + resumed - kept) / 200)) < 1e-7,
          "%u", i);
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_minimum_phase_adds_no_latency)
  {
    GstHarness *h = gst_harness_new ("eegdownsample");
    gdouble hz = 7, re, im;
    guint64 next = 0;
    GArray *got;
    guint i;

    g_object_set (h->element, "factor", 4, NULL);
    gst_util_set_object_arg (G_OBJECT (h->element), "phase", "minimum");
    gst_harness_set_src_caps_str (h, CAPS ("512"));
    for (i = 0; i < 400; i++)
      gst_harness_push (h, make_buffer (i * 4, 4));
    /* every input of 4 gave its output at once */
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 400);
    fail_unless_equals_uint64 (gst_harness_query_latency (h), 0);
    got = take_all (h, 128, &next);
    fail_unless_equals_int (got->len, 400);
    fail_unless (gst_eeg_response_evaluate (
        GST_EEG_RESPONSE (h->element), 512, &hz, 1, &re, &im));
    for (i = 100; i < 400; i++) {
      gdouble p = 2 * G_PI * 7 * i / 128;

      fail_unless (fabs (g_array_index (got, gfloat, i) -
                         1e-4 * (re * sin (p) + im * cos (p))) < 1e-8);
    }
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_rates_refused)
  {
    static const struct
    {
      const gchar *caps;
      gint rate;
      const gchar *phase;
      const gchar *words[3];
    } cases[] = {
        {CAPS ("250"), 500, "linear", {"rate is 500 Hz", "at most", "250 Hz"}},
        {CAPS ("16001"), 7999, "linear", {"7999/16001", "16001", "numerator"}},
        {CAPS ("512"), 200, "minimum", {"25/64", "minimum", "phase=linear"}},
    };
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = gst_harness_new ("eegdownsample");
      GstBus *bus = gst_bus_new ();
      GError *error = NULL;
      GstMessage *m;

      gst_element_set_bus (h->element, bus);
      g_object_set (h->element, "rate", cases[i].rate, NULL);
      gst_util_set_object_arg (G_OBJECT (h->element), "phase", cases[i].phase);
      gst_harness_set_src_caps_str (h, cases[i].caps);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
      m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
      fail_unless (m != NULL);
      gst_message_parse_error (m, &error, NULL);
      for (k = 0; k < 3; k++)
        fail_unless (strstr (error->message, cases[i].words[k]) != NULL,
            "\"%s\" lacks %s", error->message, cases[i].words[k]);
      g_clear_error (&error);
      gst_message_unref (m);
      fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

static Suite *
eegdownsample_rate_suite (void)
{
  Suite *s = suite_create ("eegdownsample-rate");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_512_to_200);
  tcase_add_test (tc, test_gap_keeps_grid);
  tcase_add_test (tc, test_minimum_phase_adds_no_latency);
  tcase_add_test (tc, test_impossible_rates_refused);
  return s;
}

GST_CHECK_MAIN (eegdownsample_rate);
