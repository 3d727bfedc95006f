/* The gain element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <locale.h>
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/eeg/eeg.h>

#define CAPS(format)                                                           \
  "audio/x-raw,format=" format ",layout=interleaved,rate=250,channels=2,"      \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"

static GstBuffer *
make_buffer (guint first, guint frames, gboolean wide)
{
  GstBuffer *b =
      gst_buffer_new_allocate (NULL, (gsize) frames * 2 * (wide ? 8 : 4), NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (b, &map, GST_MAP_WRITE);
  for (i = 0; i < frames * 2; i++) {
    gdouble v = i % 2 ? -1e-4 : 1e-4;

    if (wide)
      ((gdouble *) map.data)[i] = v;
    else
      ((gfloat *) map.data)[i] = (gfloat) v;
  }
  gst_buffer_unmap (b, &map);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  return b;
}

static void
take_all (GstHarness *h, GArray *out)
{
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h))) {
    GstMapInfo map;

    gst_buffer_map (b, &map, GST_MAP_READ);
    g_array_append_vals (out, map.data, map.size / sizeof (gfloat));
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
  }
}

static GstHarness *
start (const gchar *gain)
{
  GstHarness *h = gst_harness_new ("eeggain");

  gst_util_set_object_arg (G_OBJECT (h->element), "gain", gain);
  gst_harness_set_src_caps_str (h, CAPS ("F32LE"));
  return h;
}

static void
check_pair (const gchar *gain, gdouble g0, gdouble g1)
{
  GstHarness *h = start (gain);
  GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
  guint i;

  fail_unless_equals_int (
      gst_harness_push (h, make_buffer (0, 9, FALSE)), GST_FLOW_OK);
  take_all (h, got);
  fail_unless_equals_int (got->len, 18);
  for (i = 0; i < 9; i++) {
    fail_unless (
        g_array_index (got, gfloat, 2 * i) == (gfloat) ((gfloat) 1e-4 * g0));
    fail_unless (g_array_index (got, gfloat, 2 * i + 1) ==
                 (gfloat) ((gfloat) -1e-4 * g1));
  }
  g_array_unref (got);
  gst_harness_teardown (h);
}

GST_START_TEST (test_scalar_and_list)
  {
    check_pair ("2", 2, 2);
    check_pair ("-1", -1, -1);
    check_pair ("0", 0, 0);
    check_pair ("1.1", 1.1, 1.1);
    check_pair ("0.5, 1.75", 0.5, 1.75);
    check_pair ("1,1.01", 1, 1.01);
    check_pair ("", 1, 1);
  }
GST_END_TEST;

GST_START_TEST (test_decimal_point_in_a_comma_locale)
  {
    if (!setlocale (LC_ALL, "de_DE.UTF-8"))
      GST_INFO ("no German locale here");
    check_pair ("1.5", 1.5, 1.5);
    setlocale (LC_ALL, "C");
  }
GST_END_TEST;

GST_START_TEST (test_doubles)
  {
    GstHarness *h = gst_harness_new ("eeggain");
    GstBuffer *b;
    gdouble v[2];

    g_object_set (h->element, "gain", "3,0.1", NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F64LE"));
    b = gst_harness_push_and_pull (h, make_buffer (0, 1, TRUE));
    gst_buffer_extract (b, 0, v, sizeof v);
    fail_unless (v[0] == 1e-4 * 3 && v[1] == -1e-4 * 0.1);
    gst_buffer_unref (b);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Untouched means: the very same buffer, even when it may not be written. */
static void
check_passthrough (GstHarness *h, gboolean same)
{
  GstBuffer *b = make_buffer (0, 4, FALSE), *keep = gst_buffer_ref (b), *out;

  out = gst_harness_push_and_pull (h, b);
  fail_unless_equals_int (out == keep, same);
  gst_buffer_unref (out);
  gst_buffer_unref (keep);
}

GST_START_TEST (test_passthrough_at_one_and_when_disabled)
  {
    GstHarness *h = start ("1");

    check_passthrough (h, TRUE);
    gst_harness_teardown (h);
    h = start ("3");
    g_object_set (h->element, "enabled", FALSE, NULL);
    check_passthrough (h, TRUE);
    gst_harness_teardown (h);
    h = start ("3");
    check_passthrough (h, FALSE);
    gst_harness_teardown (h);
    h = start ("4");
    g_object_set (h->element, "scale", 0.25, NULL);
    check_passthrough (h, TRUE);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_change_does_not_click_for_any_split)
  {
    GArray *first = NULL;
    guint split;

    for (split = 1; split <= 60; split += 11) {
      GstHarness *h = start ("1");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      GstEegStatusFlags any = 0;
      GstBuffer *b;
      guint f, i;

      gst_harness_push (h, make_buffer (0, 10, FALSE));
      take_all (h, got);
      g_object_set (h->element, "gain", "3,5", NULL);
      for (f = 10; f < 70; f += split)
        gst_harness_push (h, make_buffer (f, MIN (split, 70 - f), FALSE));
      b = gst_harness_pull (h);
      fail_unless (gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any));
      fail_unless (any & GST_EEG_STATUS_CHANGED);
      {
        GstMapInfo map;

        gst_buffer_map (b, &map, GST_MAP_READ);
        g_array_append_vals (got, map.data, map.size / sizeof (gfloat));
        gst_buffer_unmap (b, &map);
        gst_buffer_unref (b);
      }
      take_all (h, got);
      fail_unless_equals_int (got->len, 140);
      fail_unless (g_array_index (got, gfloat, 138) == 1e-4f * 3.0f);
      fail_unless (g_array_index (got, gfloat, 139) == -1e-4f * 5.0f);
      /* 20 ms are 5 frames here: six steps from old to new */
      for (i = 2; i < 140; i++)
        fail_unless (fabs ((gdouble) g_array_index (got, gfloat, i) -
                           g_array_index (got, gfloat, i - 2)) < 7e-5);
      if (first) {
        fail_unless (memcmp (first->data, got->data, 140 * 4) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_harness_teardown (h);
    }
    g_array_unref (first);
  }
GST_END_TEST;

GST_START_TEST (test_bad_list_while_playing_keeps_the_old_gain)
  {
    GstHarness *h = start ("2");
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
    GstStructure *stats = NULL;
    GstBus *bus = gst_bus_new ();
    guint64 refusals = 0;
    GstMessage *m;
    gchar *gain;

    gst_element_set_bus (h->element, bus);
    gst_harness_push (h, make_buffer (0, 2, FALSE));
    g_object_set (h->element, "gain", "1,2,3", NULL);
    gst_harness_push (h, make_buffer (2, 2, FALSE));
    g_object_set (h->element, "gain", "loud", NULL);
    gst_harness_push (h, make_buffer (4, 2, FALSE));
    take_all (h, got);
    fail_unless_equals_int (got->len, 12);
    fail_unless (g_array_index (got, gfloat, 10) == 2e-4f);
    m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
    fail_unless (m != NULL);
    gst_message_unref (m);
    /* what is read back is what runs */
    g_object_get (h->element, "stats", &stats, "gain", &gain, NULL);
    fail_unless_equals_string (gain, "2");
    g_free (gain);
    fail_unless (gst_structure_get_uint64 (stats, "refusals", &refusals));
    fail_unless_equals_uint64 (refusals, 2);
    gst_structure_free (stats);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_discont_jumps_to_the_new_gain)
  {
    GstHarness *h = start ("1");
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

    gst_harness_push (h, make_buffer (0, 4, FALSE));
    g_object_set (h->element, "gain", "2", NULL);
    gst_harness_push (h, make_buffer (100, 4, FALSE));
    take_all (h, got);
    fail_unless (g_array_index (got, gfloat, 8) == 2e-4f);
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Linear from 0 at 0 s to 1 at 1 s, exact in every frame for any split. */
GST_START_TEST (test_controller_drives_every_frame)
  {
    guint split;

    for (split = 1; split <= 64; split *= 4) {
      GstHarness *h = start ("2");
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
      GstControlSource *cs = gst_interpolation_control_source_new ();
      GstTimedValueControlSource *tv = GST_TIMED_VALUE_CONTROL_SOURCE (cs);
      guint f;

      g_object_set (cs, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
      gst_timed_value_control_source_set (tv, 0, 0.0);
      gst_timed_value_control_source_set (tv, GST_SECOND, 1.0);
      gst_object_add_control_binding (
          GST_OBJECT (h->element), gst_direct_control_binding_new_absolute (
                                       GST_OBJECT (h->element), "scale", cs));
      for (f = 0; f < 250; f += split)
        gst_harness_push (h, make_buffer (f, MIN (split, 250 - f), FALSE));
      take_all (h, got);
      for (f = 0; f < 250; f++)
        fail_unless (fabs (g_array_index (got, gfloat, 2 * f) -
                           1e-4 * 2 * f / 250.0) < 1e-10);
      gst_object_unref (cs);
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_response)
  {
    GstElement *e = gst_element_factory_make ("eeggain", NULL);
    gdouble hz = 10, re = 0, im = 1;
    GstStructure *s;

    g_object_set (e, "gain", "-2.5", NULL);
    fail_unless (gst_eeg_response_evaluate (
        GST_EEG_RESPONSE (e), 250, &hz, 1, &re, &im));
    fail_unless (re == -2.5 && im == 0);
    s = gst_eeg_response_describe (GST_EEG_RESPONSE (e), 250);
    fail_unless (s != NULL);
    gst_structure_free (s);
    g_object_set (e, "gain", "1,2", NULL);
    fail_if (gst_eeg_response_evaluate (
        GST_EEG_RESPONSE (e), 250, &hz, 1, &re, &im));
    gst_object_unref (e);
  }
GST_END_TEST;

static void
assert_refused (const gchar *line, const gchar *word)
{
  GError *error = NULL;
  GstElement *p = gst_parse_launch (line, &error);
  GstBus *bus;
  GstMessage *m;

  fail_unless (p != NULL && error == NULL);
  bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  m = gst_bus_timed_pop_filtered (
      bus, 10 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_clear_error (&error);
  gst_message_unref (m);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (p);
}

static guint64
nonfinite_of (GstHarness *h)
{
  GstStructure *stats;
  guint64 n;

  g_object_get (h->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "nonfinite", &n));
  gst_structure_free (stats);
  return n;
}

/* A product that is no number others can compute with: held, marked on its
 * sample and channel, counted, told once. */
GST_START_TEST (test_products_that_are_not_finite_are_contained)
  {
    static const struct
    {
      const gchar *gain;
      gfloat bad;
      gfloat held;
    } cases[] = {
        {"1e9", 1e22f, (gfloat) (1e-4f * 1e9)}, /* beyond 1e30 */
        {"-1e9", 3e38f, (gfloat) (1e-4f * -1e9)},
        {"2", NAN, (gfloat) 2e-4f},
        {"0.5", -INFINITY, (gfloat) 0.5e-4f},
        {"0", INFINITY, 0},
    };
    guint i, f, c, piece;

    for (i = 0; i < G_N_ELEMENTS (cases); i++)
      for (piece = 1; piece <= 20; piece += 19) {
        GstHarness *h = start (cases[i].gain);
        GstBus *bus = gst_bus_new ();
        GstMessage *m;
        GstBuffer *b;
        gfloat x[2];

        gst_element_set_bus (h->element, bus);
        for (f = 0; f < 20; f += piece) {
          b = make_buffer (f, piece, FALSE);
          if (f <= 7 && 7 < f + piece)
            gst_buffer_fill (b, (7 - f) * 8, &cases[i].bad, 4);
          if (f <= 8 && 8 < f + piece)
            gst_buffer_fill (b, (8 - f) * 8, &cases[i].bad, 4);
          gst_harness_push (h, b);
        }
        for (f = 0; f < 20; f += piece) {
          GstEegMeta *meta;
          guint k;

          b = gst_harness_pull (h);
          meta = gst_buffer_get_eeg_meta (b);
          for (k = 0; k < piece; k++) {
            const gboolean is_bad = f + k == 7 || f + k == 8;

            gst_buffer_extract (b, k * 8, x, 8);
            if (is_bad)
              fail_unless (x[0] == cases[i].held, "%s: %g", cases[i].gain,
                  (gdouble) x[0]);
            fail_unless (isfinite (x[0]) && isfinite (x[1]));
            for (c = 0; c < 2; c++)
              fail_unless_equals_int (
                  meta ? gst_eeg_meta_get_flags_at (meta, f + k, (gint) c) : 0,
                  is_bad && c == 0 ? GST_EEG_STATUS_NONFINITE : 0);
          }
          gst_buffer_unref (b);
        }
        fail_unless_equals_uint64 (nonfinite_of (h), 2);
        m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
        fail_unless (m != NULL);
        gst_message_unref (m);
        fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
        gst_element_set_bus (h->element, NULL);
        gst_object_unref (bus);
        gst_harness_teardown (h);
      }
  }
GST_END_TEST;

/* The controller's way too, and doubles. */
GST_START_TEST (test_products_of_a_driven_gain_are_contained)
  {
    GstHarness *h = gst_harness_new ("eeggain");
    GstControlSource *source = gst_interpolation_control_source_new ();
    GstBuffer *b;
    gdouble v = NAN;

    g_object_set (source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
    gst_timed_value_control_source_set (
        GST_TIMED_VALUE_CONTROL_SOURCE (source), 0, 2.0);
    gst_object_add_control_binding (
        GST_OBJECT (h->element), gst_direct_control_binding_new_absolute (
                                     GST_OBJECT (h->element), "scale", source));
    gst_harness_set_src_caps_str (h, CAPS ("F64LE"));
    b = make_buffer (0, 5, TRUE);
    gst_buffer_fill (b, 3 * 16 + 8, &v, 8);
    b = gst_harness_push_and_pull (h, b);
    gst_buffer_extract (b, 3 * 16 + 8, &v, 8);
    fail_unless (v == -2e-4);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (gst_buffer_get_eeg_meta (b), 3, 1),
        GST_EEG_STATUS_NONFINITE);
    fail_unless_equals_uint64 (nonfinite_of (h), 1);
    gst_buffer_unref (b);
    gst_object_unref (source);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_wrong_lists_and_streams_are_refused)
  {
    assert_refused (
        "eegtestsrc channels=4 num-buffers=2 ! eeggain gain=1,2,3 ! fakesink",
        "\"gain\" has 3 entries");
    assert_refused (
        "eegtestsrc num-buffers=2 ! eeggain gain=much ! fakesink", "much");
    assert_refused (
        "eegtestsrc num-buffers=2 ! eeggain gain=inf ! fakesink", "inf");
    assert_refused ("eegtestsrc num-buffers=2 ! eeggain gain=1e308 ! fakesink",
        "from -1e9 to 1e9");
    assert_refused (
        "eegtestsrc channels=2 num-buffers=2 ! eeggain gain=1,-2e9 ! fakesink",
        "-2e+09 as entry 2");
    assert_refused ("audiotestsrc num-buffers=2 ! audio/x-raw,format=F32LE ! "
                    "eeggain ! fakesink",
        "eeg-unit");
  }
GST_END_TEST;

static Suite *
eeggain_suite (void)
{
  Suite *s = suite_create ("eeggain");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_scalar_and_list);
  tcase_add_test (tc, test_decimal_point_in_a_comma_locale);
  tcase_add_test (tc, test_doubles);
  tcase_add_test (tc, test_passthrough_at_one_and_when_disabled);
  tcase_add_test (tc, test_change_does_not_click_for_any_split);
  tcase_add_test (tc, test_bad_list_while_playing_keeps_the_old_gain);
  tcase_add_test (tc, test_discont_jumps_to_the_new_gain);
  tcase_add_test (tc, test_controller_drives_every_frame);
  tcase_add_test (tc, test_response);
  tcase_add_test (tc, test_products_that_are_not_finite_are_contained);
  tcase_add_test (tc, test_products_of_a_driven_gain_are_contained);
  tcase_add_test (tc, test_wrong_lists_and_streams_are_refused);
  return s;
}

GST_CHECK_MAIN (eeggain);
