/* The montage element: numbers, caps and refusals
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "eegmontage-rig.h"

#include <stdio.h>

/* --- numbers ------------------------------------------------------------- */

/* Volts of one case of the golden file for one sample format. */
static void
check_case (const gchar *labels, const gchar *properties, gchar **outs,
    guint frames, const gdouble *want, gboolean wide)
{
  g_auto (GStrv) ins = g_strsplit (labels, " ", -1);
  g_autofree gchar *list = g_strjoinv (",", ins), *caps = NULL;
  const guint n = g_strv_length (ins), n_out = g_strv_length (outs) - 1;
  g_autofree gchar *names = NULL;
  GstHarness *h;
  GstMapInfo map;
  guint32 seed = 12345;
  GstBuffer *b;
  guint i;

  caps = g_strdup_printf ("audio/x-raw,format=%s,layout=interleaved,rate=250,"
                          "channels=%u,channel-mask=(bitmask)0x0,eeg-unit=V,"
                          "eeg-full-scale=(double)1.0,eeg-labels=(string)<%s>",
      wide ? "F64LE" : "F32LE", n, list);
  h = start_with (properties, caps);
  b = gst_buffer_new_allocate (NULL, frames * n * (wide ? 8 : 4), NULL);
  gst_buffer_map (b, &map, GST_MAP_WRITE);
  for (i = 0; i < frames * n; i++) {
    gfloat x;

    seed = seed * 1664525u + 1013904223u;
    x = (gfloat) (0.01 * (i % n + 1) + 100e-6 * (seed / 4294967296.0 - 0.5));
    if (wide)
      ((gdouble *) map.data)[i] = x;
    else
      ((gfloat *) map.data)[i] = x;
  }
  gst_buffer_unmap (b, &map);
  fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
  names = g_strjoinv (" ", outs);
  *strrchr (names, ' ') = '\0';
  expect_labels (h, names, strcmp (outs[n_out], "-") ? outs[n_out] : NULL);
  b = gst_harness_pull (h);
  gst_buffer_map (b, &map, GST_MAP_READ);
  fail_unless_equals_uint64 (map.size, frames * n_out * (wide ? 8 : 4));
  for (i = 0; i < frames * n_out; i++) {
    gdouble got = wide ? ((gdouble *) map.data)[i] : ((gfloat *) map.data)[i];

    fail_unless (
        fabs (got - want[i]) <= 2e-15 + (wide ? 0 : 6e-8 * fabs (want[i])),
        "%s: value %u is %.17g, NumPy says %.17g", properties, i, got, want[i]);
  }
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
  gst_harness_teardown (h);
}

GST_START_TEST (test_numpy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/eegmontage.txt", "r");
    gchar *line = g_malloc (65536), *labels = g_malloc (65536);
    guint cases = 0, frames = 0;

    fail_unless (f && fgets (line, 65536, f));
    fail_unless_equals_int (sscanf (line, "# frames %u", &frames), 1);
    while (fgets (labels, 65536, f)) {
      g_autofree gchar *properties = NULL;
      g_auto (GStrv) outs = NULL;
      g_autofree gdouble *want = NULL;
      guint i, k, n;

      g_strchomp (labels);
      fail_unless (fgets (line, 65536, f) != NULL);
      properties = g_strdup (g_strchomp (line));
      fail_unless (fgets (line, 65536, f) != NULL);
      outs = g_strsplit (g_strchomp (line), " ", -1);
      n = g_strv_length (outs) - 1;
      want = g_new (gdouble, n * frames);
      for (i = 0, k = 0; i < frames; i++) {
        gchar *p = line;

        fail_unless (fgets (line, 65536, f) != NULL);
        for (; k < (i + 1) * n; k++)
          want[k] = g_ascii_strtod (p, &p);
      }
      check_case (labels, properties, outs, frames, want, FALSE);
      check_case (labels, properties, outs, frames, want, TRUE);
      cases++;
    }
    fail_unless (cases >= 20);
    fclose (f);
    g_free (line);
    g_free (labels);
  }
GST_END_TEST;

GST_START_TEST (test_any_split_is_the_same)
  {
    static const gchar *const kinds[] = {"reference=average",
        "channels=double-banana", "reference=laplacian", "channels=O2,Fp1",
        "reference=average exclude=C3 on-excluded=zero", "reference=none"};
    guint k, split, f;

    for (k = 0; k < G_N_ELEMENTS (kinds); k++) {
      GArray *first = NULL;

      for (split = 300; split >= 1; split = split / 3) {
        GstHarness *h = start (kinds[k]);
        GArray *got;

        for (f = 0; f < 300; f += split) {
          GstBuffer *b = make_buffer (f, MIN (split, 300 - f));
          GstMapInfo map;

          if (f <= 150 && f + split > 150) {
            gst_buffer_map (b, &map, GST_MAP_WRITE);
            ((gfloat *) map.data)[(150 - f) * N + 7] = NAN;
            gst_buffer_unmap (b, &map);
          }
          fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
        }
        got = outputs (h);
        if (first) {
          fail_unless (got->len == first->len);
          fail_unless (memcmp (got->data, first->data, got->len * 4) == 0,
              "%s split %u", kinds[k], split);
          g_array_unref (got);
        } else {
          first = got;
        }
        gst_harness_teardown (h);
      }
      g_array_unref (first);
    }
  }
GST_END_TEST;

/* --- caps ---------------------------------------------------------------- */

GST_START_TEST (test_counts_are_chosen_unchanged)
  {
    GstHarness *h =
        start_with ("channels=o1,Fp2=Left,C3", COUNT_CAPS LABEL_CAPS);
    static const guint from[] = {6, 1, 2};
    GstEegInfo info = {0};
    GstMapInfo map;
    GstBuffer *b = gst_buffer_new_allocate (NULL, 10 * N * 4, NULL);
    guint i;

    gst_buffer_map (b, &map, GST_MAP_WRITE);
    for (i = 0; i < 10 * N; i++)
      ((guint32 *) map.data)[i] = 0xdeadbeefu * (i + 1);
    gst_buffer_unmap (b, &map);
    fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
    b = gst_harness_pull (h);
    gst_buffer_map (b, &map, GST_MAP_READ);
    fail_unless_equals_uint64 (map.size, 10 * 3 * 4);
    for (i = 0; i < 30; i++)
      fail_unless (((guint32 *) map.data)[i] ==
                   0xdeadbeefu * (i / 3 * N + from[i % 3] + 1));
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    expect_labels (h, "O1 Left C3", "SRB1");
    fail_unless (info_of (h, &info));
    fail_unless (info.unit == GST_EEG_UNIT_ADC);
    for (i = 0; i < 3; i++) {
      fail_unless (info.full_scale[i] == 0.1 * (from[i] + 1) ||
                   fabs (info.full_scale[i] - 0.1 * (from[i] + 1)) < 1e-12);
      fail_unless (info.gain[i] == from[i] + 1);
    }
    fail_unless_equals_string (info.types[0], "ecg");
    fail_unless_equals_string (info.types[1], "eeg");
    gst_eeg_info_clear (&info);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_other_types_stay_out)
  {
    GstHarness *h = start_with ("reference=average",
        CAPS LABEL_CAPS ",eeg-types=(string)<eeg,eeg,eeg,eeg,eeg,eeg,eeg,ecg>,"
                        "eeg-gain=(double)24");
    GstEegInfo info = {0};
    gdouble mean = 0;
    GArray *got;
    guint i;

    gst_harness_push (h, make_buffer (0, 1));
    got = outputs (h);
    for (i = 0; i < 7; i++)
      mean += (gdouble) sample (0, i) / 7;
    for (i = 0; i < 7; i++)
      fail_unless (fabs (g_array_index (got, gfloat, i) -
                         (sample (0, i) - mean)) < 1e-8);
    fail_unless (g_array_index (got, gfloat, 7) == sample (0, 7));
    fail_unless (info_of (h, &info));
    fail_unless_equals_string (info.types[7], "ecg");
    fail_unless (info.gain && info.gain[3] == 24);
    gst_eeg_info_clear (&info);
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Nothing to do: caps and samples are untouched, also without labels. */
GST_START_TEST (test_nothing_asked_changes_nothing)
  {
    GstHarness *h = start_with ("", CAPS);
    GstCaps *in = gst_caps_from_string (CAPS), *out;
    GArray *got;
    guint i;

    gst_harness_push (h, make_buffer (0, 5));
    out = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_caps_is_equal (in, out), "%s", gst_caps_to_string (out));
    got = outputs (h);
    for (i = 0; i < 5 * N; i++)
      fail_unless (g_array_index (got, gfloat, i) == sample (i / N, i % N));
    gst_caps_unref (in);
    gst_caps_unref (out);
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_time_and_offsets_pass)
  {
    GstHarness *h = start ("channels=Fp1-C3");
    GstBuffer *b = make_buffer (1000, 25);

    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_GAP);
    gst_harness_push (h, b);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 25 * 4);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1000);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 1025);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 4 * GST_SECOND);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 100 * GST_MSECOND);
    gst_buffer_unref (b);
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* What is not made in place comes from a pool that need not grow. */
GST_START_TEST (test_outputs_come_from_a_pool)
  {
    GstHarness *h = start ("channels=O1,O2");
    guint f;

    for (f = 0; f < 200; f += 2) {
      GstEegPoolMetrics metrics;
      GstBuffer *b;

      gst_harness_push (h, make_buffer (f, 2));
      b = gst_harness_pull (h);
      fail_unless (b->pool && GST_IS_EEG_BUFFER_POOL (b->pool));
      gst_eeg_buffer_pool_get_metrics (GST_EEG_BUFFER_POOL (b->pool), &metrics);
      fail_unless_equals_int (metrics.total, 8);
      fail_unless_equals_int (metrics.inline_allocations, 0);
      gst_buffer_unref (b);
    }
    /* A longer one, and a shorter one again. */
    for (f = 200; f < 300; f += 50) {
      GstBuffer *b;

      gst_harness_push (h, make_buffer (f, 50 - f / 10));
      b = gst_harness_pull (h);
      fail_unless_equals_uint64 (
          gst_buffer_get_size (b), (50 - f / 10) * 2 * 4);
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* --- refusals ------------------------------------------------------------ */

GST_START_TEST (test_impossible_montages_refused)
  {
    static const struct
    {
      const gchar *property, *value, *word;
    } bad[] = {
        {"channels", "Fp1,Oz", "did you mean 'O1'"},
        {"channels", "Fp1,Xyz", "it has Fp1, Fp2, C3, C4, P7, P8, O1, O2"},
        {"channels", "Fp1,,C3", "entry 2 is empty"},
        {"channels", "Fp1,fp1", "called 'Fp1'"},
        {"channels", "Fp1=A,C3=A", "called 'A'"},
        {"channels", "Fp1=", "new name"},
        {"channels", "Fp1-Fp1", "always 0"},
        {"channels", "Fp1-C3-O1=Chain", "2 pairs"},
        {"channels", "Fp1-F9", "'F9'"},
        {"channels", "Fp1-", "'Fp1-' with a channel missing"},
        {"matrix", "<<1,0,0,0,0,0,0,0>", "expected rows"},
        {"matrix", "1,0,0,0,0,0,0,0>", "'0>'"},
        {"matrix", "1e7,0,0,0,0,0,0,0", "1e+07 in row 1"},
        {"reference", "linked-ears", "A1 and A2, or M1 and M2"},
        {"reference", "averge", "did you mean reference=average"},
        {"reference", "C3,C3", "twice"},
        {"exclude", "Q7", "property \"exclude\" names 'Q7'"},
        {"matrix", "1,0;0,1", "2 x 8"},
        {"matrix", "1,0,0,0,0,0,0,0;1,0", "row 2"},
        {"matrix", "0,0,0,0,0,0,0,0", "only zeros"},
        {"matrix", "1,0,0,0,0,0,0,fish", "fish"},
        {"matrix", "1,0,0,0,0,0,0,nan", "finite"},
        {"matrix", ";;", "expected rows"},
        {"matrix",
            "1,0,0,0,0,0,0,0;0,1,0,0,0,0,0,0;0,0,1,0,0,0,0,0;0,0,0,1,0,0,0,0;"
            "0,0,0,0,1,0,0,0;0,0,0,0,0,1,0,0;0,0,0,0,0,0,1,0;1,1,0,0,0,0,0,0",
            "singular matrix: of its 8 x 8 coefficients only 7"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GstHarness *h = gst_harness_new ("eegmontage");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (h->element, bus);
      g_object_set (h->element, bad[i].property, bad[i].value, NULL);
      gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS);
      fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK,
          "%s=%s", bad[i].property, bad[i].value);
      expect_message (bus, GST_MESSAGE_ERROR, bad[i].word);
      gst_element_set_bus (h->element, NULL);
      gst_object_unref (bus);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_streams_that_do_not_fit_refused)
  {
    static const struct
    {
      const gchar *properties, *caps, *word;
    } bad[] = {
        {"reference=average", COUNT_CAPS LABEL_CAPS, "eegtovoltage"},
        {"channels=Fp1-C3", COUNT_CAPS LABEL_CAPS, "eegtovoltage"},
        {"reference=laplacian", CAPS, "'Ch1'"},
        {"reference=average exclude=Ch1,Ch2,Ch3,Ch4,Ch5,Ch6,Ch7", CAPS,
            "at least 2"},
        {"exclude=C3 reference=C3", CAPS LABEL_CAPS, "names too"},
        {"reference=average matrix=1,0,0,0,0,0,0,0", CAPS LABEL_CAPS,
            "both set"},
        {"reference=bipolar channels=Fp1,C3-O1", CAPS LABEL_CAPS,
            "single channel 'Fp1'"},
        {"reference=bipolar", CAPS, "no two neighbours"},
        {"channels=A,B matrix=1,0,0,0,0,0,0,0", CAPS LABEL_CAPS, "2 names"},
        {"exclude=Ch1,Ch2,Ch3,Ch4,Ch5,Ch6,Ch7,Ch8 on-excluded=drop", CAPS,
            "no channel is left"},
        {"", "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=8",
            "eegfromaudio"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      g_autofree gchar *text =
          g_strdup_printf ("eegmontage %s", bad[i].properties);
      GstHarness *h = gst_harness_new_parse (text);
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GstBus *bus = gst_bus_new ();

      gst_element_set_bus (e, bus);
      gst_harness_set_src_caps_str (h, bad[i].caps);
      fail_if (
          gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK, "%s", text);
      expect_message (bus, GST_MESSAGE_ERROR, bad[i].word);
      gst_element_set_bus (e, NULL);
      gst_object_unref (bus);
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

/* References lose what all channels have in common, and projections are meant
 * to be singular. */
GST_START_TEST (test_singular_where_it_is_meant)
  {
    GString *average = g_string_new (NULL), *projection = g_string_new (NULL);
    guint r, c, way;

    for (r = 0; r < N; r++)
      for (c = 0; c < N; c++) {
        g_string_append_printf (
            average, "%s%g", c ? "," : ";", (r == c) - 0.125);
        g_string_append_printf (projection, "%s%g", c ? "," : ";",
            r == c ? (r < 7 ? 1.0 : 0.0) : (r == 7 && c == 0));
      }
    for (way = 0; way < 2; way++) {
      GstHarness *h = gst_harness_new ("eegmontage");

      g_object_set (h->element, "matrix", way ? projection->str : average->str,
          "allow-singular", way, NULL);
      if (way)
        g_object_set (h->element, "channels", "a,b,c,d,e,f,g,h", NULL);
      gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS);
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (0, 20)), GST_FLOW_OK);
      expect_labels (h, way ? "a b c d e f g h" : "Fp1 Fp2 C3 C4 P7 P8 O1 O2",
          way ? NULL : "matrix");
      gst_harness_teardown (h);
    }
    g_string_free (average, TRUE);
    g_string_free (projection, TRUE);
  }
GST_END_TEST;

/* GStreamer's notation of nested arrays is understood too. */
GST_START_TEST (test_matrix_as_nested_arrays)
  {
    GstHarness *h = gst_harness_new ("eegmontage");
    GArray *got;

    g_object_set (h->element, "matrix",
        "< < (double)1, (double)0, 0, 0, 0, 0, 0, 0 >, "
        "<0, 0, 0, (double)-2.5, 0, 0, 0, 0> >",
        NULL);
    gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS);
    gst_harness_push (h, make_buffer (0, 1));
    got = outputs (h);
    fail_unless_equals_int (got->len, 2);
    fail_unless (g_array_index (got, gfloat, 0) == sample (0, 0));
    fail_unless (g_array_index (got, gfloat, 1) ==
                 (gfloat) (-2.5 * (gdouble) sample (0, 3)));
    g_array_unref (got);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* A recording of a real person: re-referencing is a matter of arithmetic, so
 * the average reference of the average reference is the same again. */
GST_START_TEST (test_real_recording)
  {
    const gchar *dir = g_getenv ("EEG_DATA_DIR");
    g_autofree gchar *path = NULL, *text = NULL;
    GstElement *p, *sink;
    GstSample *s;
    guint frames = 0;

    path = g_build_filename (dir ? dir : TEST_SOURCE_ROOT "/../shared/data",
        "ads1299-counts-8ch-250sps.s32le", NULL);
    if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
      g_print ("SKIP: no recording\n");
      return;
    }
    text = g_strdup_printf (
        "filesrc location=%s blocksize=8000 ! rawaudioparse format=pcm "
        "pcm-format=s24-32le sample-rate=250 num-channels=8 ! "
        "eegfromaudio full-scale=0.1875 labels=" EIGHT " ! eegtovoltage ! "
        "eegmontage reference=average ! eegmontage reference=average ! "
        "appsink name=sink sync=false",
        path);
    p = gst_parse_launch (text, NULL);
    fail_unless (p != NULL);
    sink = gst_bin_get_by_name (GST_BIN (p), "sink");
    gst_element_set_state (p, GST_STATE_PLAYING);
    while (TRUE) {
      GstMapInfo map;
      gsize i, c;

      g_signal_emit_by_name (sink, "pull-sample", &s);
      if (!s)
        break;
      gst_buffer_map (gst_sample_get_buffer (s), &map, GST_MAP_READ);
      for (i = 0; i < map.size / 4 / N; i++) {
        const gfloat *x = (const gfloat *) map.data + i * N;
        gdouble sum = 0, size = 0;

        for (c = 0; c < N; c++) {
          sum += x[c];
          size += fabs ((gdouble) x[c]);
        }
        fail_unless (fabs (sum) <= 1e-6 * size);
        frames++;
      }
      gst_buffer_unmap (gst_sample_get_buffer (s), &map);
      gst_sample_unref (s);
    }
    fail_unless_equals_int (frames, 719680 / 32);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (sink);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegmontage_suite (void)
{
  Suite *s = suite_create ("eegmontage");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_numpy);
  tcase_add_test (tc, test_any_split_is_the_same);
  tcase_add_test (tc, test_counts_are_chosen_unchanged);
  tcase_add_test (tc, test_other_types_stay_out);
  tcase_add_test (tc, test_nothing_asked_changes_nothing);
  tcase_add_test (tc, test_time_and_offsets_pass);
  tcase_add_test (tc, test_outputs_come_from_a_pool);
  tcase_add_test (tc, test_impossible_montages_refused);
  tcase_add_test (tc, test_streams_that_do_not_fit_refused);
  tcase_add_test (tc, test_singular_where_it_is_meant);
  tcase_add_test (tc, test_matrix_as_nested_arrays);
  tcase_add_test (tc, test_real_recording);
  return s;
}

GST_CHECK_MAIN (eegmontage);
