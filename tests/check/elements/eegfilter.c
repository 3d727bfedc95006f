/* The filter element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>

#define CHANNELS 2
#define CAPS                                                                   \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"

static gfloat
sample (guint frame, guint channel)
{
  return (gfloat) (0.02 + 1e-5 * sin (0.3 * frame * (channel + 1)) +
                   1e-7 * (gint) ((frame * 7919u) % 13));
}

static GstBuffer *
make_buffer (guint first, guint frames)
{
  gfloat *x = g_new (gfloat, frames * CHANNELS);
  GstBuffer *b;
  guint f, c;

  for (f = 0; f < frames; f++)
    for (c = 0; c < CHANNELS; c++)
      x[f * CHANNELS + c] = sample (first + f, c);
  b = gst_buffer_new_wrapped (x, frames * CHANNELS * sizeof *x);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  return b;
}

static void
take (GstBuffer *b, GArray *out)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
  g_array_append_vals (out, map.data, map.size / sizeof (gfloat));
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
}

static void
take_all (GstHarness *h, GArray *out)
{
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h)))
    take (b, out);
}

GST_START_TEST (test_equals_the_cascade_for_any_split)
  {
    EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, 250, 1};
    EegDspSection s[8];
    EegDspCascade *c;
    gfloat want[600 * CHANNELS];
    guint n, f, split;

    n = eeg_dsp_design (&spec, s, NULL, 0);
    spec.band = EEG_DSP_LOWPASS;
    spec.f1 = 45;
    n += eeg_dsp_design (&spec, s + n, NULL, 0);
    n += eeg_dsp_design_notch (250, 50, 30, s + n, NULL, 0);
    fail_unless_equals_int (n, 5);
    for (f = 0; f < 600 * CHANNELS; f++)
      want[f] = sample (f / CHANNELS, f % CHANNELS);
    c = eeg_dsp_cascade_new (s, n, CHANNELS);
    eeg_dsp_cascade_process_f32 (c, want, want, 600);
    eeg_dsp_cascade_free (c);

    for (split = 1; split <= 600; split = split * 3 + 1) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      g_object_set (
          h->element, "highpass", 1.0, "lowpass", 45.0, "notch", 50.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      for (f = 0; f < 600; f += split)
        fail_unless_equals_int (
            gst_harness_push (h, make_buffer (f, MIN (split, 600 - f))),
            GST_FLOW_OK);
      take_all (h, got);
      fail_unless_equals_int (got->len, 600 * CHANNELS);
      fail_unless (memcmp (got->data, want, sizeof want) == 0, "%u", split);
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_change_while_playing)
  {
    GArray *first = NULL;
    guint split;

    for (split = 1; split <= 50; split += 7) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      GstEegStatusFlags any = 0;
      GstBuffer *b;
      guint f, i;

      g_object_set (h->element, "highpass", 1.0, "lowpass", 45.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      gst_harness_push (h, make_buffer (0, 200));
      take_all (h, got);
      g_object_set (h->element, "lowpass", 20.0, "notch", 50.0, NULL);
      for (f = 200; f < 400; f += split)
        gst_harness_push (h, make_buffer (f, MIN (split, 400 - f)));
      b = gst_harness_pull (h);
      fail_unless (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any));
      fail_unless (any & GST_EEG_STATUS_CHANGED);
      take (b, got);
      take_all (h, got);
      fail_unless_equals_int (got->len, 400 * CHANNELS);
      /* No jump beyond what the signal itself does. */
      for (i = 190 * CHANNELS; i < 260 * CHANNELS; i++)
        fail_unless (fabsf (g_array_index (got, gfloat, i) -
                            g_array_index (got, gfloat, i - CHANNELS)) < 2e-5f);
      if (first) {
        fail_unless (
            memcmp (first->data, got->data, got->len * sizeof (gfloat)) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_harness_teardown (h);
    }
    g_array_unref (first);
  }
GST_END_TEST;

static void
expect_message (GstBus *bus, GstMessageType type, const gchar *word)
{
  GstMessage *m = gst_bus_pop_filtered (bus, type);
  GError *error;

  fail_unless (m != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  else
    gst_message_parse_warning (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (
                   bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == NULL);
}

GST_START_TEST (test_impossible_change_refused)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    gst_harness_set_src_caps_str (h, CAPS);
    g_object_set (h->element, "lowpass", 30.0, NULL);
    gst_harness_push (h, make_buffer (0, 20));
    g_object_set (h->element, "lowpass", 125.0, NULL);
    fail_unless_equals_int (
        gst_harness_push (h, make_buffer (20, 20)), GST_FLOW_OK);
    expect_message (bus, GST_MESSAGE_WARNING, "rate of 250 Hz");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_start_refused)
  {
    static const gchar *const bad[] = {"lowpass", "highpass", "notch"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GstHarness *h = gst_harness_new ("eegfilter");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (h->element, bus);
      g_object_set (h->element, bad[i], 200.0, NULL);
      gst_harness_set_src_caps_str (h, CAPS);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_ERROR, "rate of 250 Hz");
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_nan_contained_and_reported)
  {
    GstHarness *h = gst_harness_new ("eegfilter");
    GstBus *bus = gst_bus_new ();
    GstMapInfo map;
    GstBuffer *b;
    guint i, round;

    gst_element_set_bus (h->element, bus);
    g_object_set (h->element, "highpass", 1.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS);
    for (round = 0; round < 2; round++) {
      b = make_buffer (round * 50, 50);
      gst_buffer_map (b, &map, GST_MAP_WRITE);
      ((gfloat *) map.data)[21] = NAN;
      gst_buffer_unmap (b, &map);
      gst_harness_push (h, b);
      b = gst_harness_pull (h);
      gst_buffer_map (b, &map, GST_MAP_READ);
      for (i = 0; i < 50 * CHANNELS; i++)
        fail_unless (isfinite (((gfloat *) map.data)[i]));
      gst_buffer_unmap (b, &map);
      fail_unless (gst_eeg_meta_get_flags_at (
                       gst_buffer_get_eeg_meta (b), round * 50 + 10, 1) &
                   GST_EEG_STATUS_NONFINITE);
      gst_buffer_unref (b);
    }
    expect_message (bus, GST_MESSAGE_WARNING, "sample 10");
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_response)
  {
    GstElement *e = gst_element_factory_make ("eegfilter", NULL);
    gdouble f[3] = {10, 45, 50}, re[3], im[3], settling;
    GstStructure *s;

    g_object_set (e, "lowpass", 45.0, "notch", 50.0, NULL);
    fail_unless (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 250, f, 3, re, im));
    fail_unless (fabs (hypot (re[0], im[0]) - 1) < 1e-3);
    fail_unless (hypot (re[2], im[2]) < 1e-9);
    s = gst_eeg_response_describe (GST_EEG_RESPONSE (e), 250);
    fail_unless (gst_structure_get_double (s, "settling", &settling));
    fail_unless (settling > 0.1 && settling < 2);
    gst_structure_free (s);
    fail_if (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 90, f, 3, re, im));
    gst_object_unref (e);
  }
GST_END_TEST;

static Suite *
eegfilter_suite (void)
{
  Suite *s = suite_create ("eegfilter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_equals_the_cascade_for_any_split);
  tcase_add_test (tc, test_change_while_playing);
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_impossible_start_refused);
  tcase_add_test (tc, test_nan_contained_and_reported);
  tcase_add_test (tc, test_response);
  return s;
}

GST_CHECK_MAIN (eegfilter);
