/* The montage element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define EIGHT      "Fp1,Fp2,C3,C4,P7,P8,O1,O2"
#define N          8
#define LABEL_CAPS ",eeg-labels=(string)<" EIGHT ">"
#define CAPS                                                                   \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=8,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"
#define COUNT_CAPS                                                             \
  "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=8,"        \
  "channel-mask=(bitmask)0x0,eeg-unit=adc,eeg-full-scale=(double)"             \
  "<0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8>,eeg-gain=(double)<1,2,3,4,5,6,7,8>,"      \
  "eeg-types=(string)<eeg,eeg,eeg,eeg,eeg,eeg,ecg,aux>,eeg-reference=SRB1"

static GstHarness *
start_with (const gchar *properties, const gchar *caps)
{
  g_autofree gchar *text = g_strdup_printf ("eegmontage %s", properties);
  GstHarness *h = gst_harness_new_parse (text);

  gst_harness_set_src_caps_str (h, caps);
  return h;
}

static GstHarness *
start (const gchar *properties)
{
  return start_with (properties, CAPS LABEL_CAPS);
}

static gfloat
sample (guint frame, guint channel)
{
  return (gfloat) (0.01 * (channel + 1) + 1e-5 * sin (0.3 * frame + channel));
}

static GstBuffer *
make_buffer (guint first, guint frames)
{
  gfloat *x = g_new (gfloat, frames * N);
  GstBuffer *b;
  guint f, c;

  for (f = 0; f < frames; f++)
    for (c = 0; c < N; c++)
      x[f * N + c] = sample (first + f, c);
  b = gst_buffer_new_wrapped (x, frames * N * sizeof *x);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  GST_BUFFER_DURATION (b) = gst_util_uint64_scale (frames, GST_SECOND, 250);
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

static GArray *
outputs (GstHarness *h)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (gfloat));
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h)))
    take (b, out);
  return out;
}

static gboolean
info_of (GstHarness *h, GstEegInfo *info)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  gboolean ok;

  if (!caps)
    return FALSE;
  ok = gst_eeg_info_from_caps (info, caps, NULL);
  gst_caps_unref (caps);
  return ok;
}

static void
expect_labels (GstHarness *h, const gchar *labels, const gchar *reference)
{
  GstEegInfo info = {0};
  g_autofree gchar *got = NULL;

  fail_unless (info_of (h, &info));
  got = g_strjoinv (" ", info.labels);
  fail_unless_equals_string (got, labels);
  fail_unless_equals_string (info.reference, reference);
  gst_eeg_info_clear (&info);
}

static gboolean
expect_message (GstBus *bus, GstMessageType type, const gchar *word)
{
  GstMessage *m = gst_bus_pop_filtered (bus, type);
  GError *error;

  fail_unless (m != NULL, "no message about '%s'", word);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  else
    gst_message_parse_warning (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless (m == NULL);
  return TRUE;
}

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

/* --- ledger -------------------------------------------------------------- */

static guint
flags_at (GstBuffer *b, guint64 s, gint channel)
{
  GstEegMeta *m = gst_buffer_get_eeg_meta (b);

  return m ? gst_eeg_meta_get_flags_at (m, s, channel) : 0;
}

GST_START_TEST (test_marks_follow_the_channels)
  {
    static const struct
    {
      const gchar *properties;
      guint n_out, marked; /* bits: outputs that input 2 (C3) is in */
    } cases[] = {
        {"reference=none", 8, 1 << 2},
        {"channels=O1,C3,C3-O1,Fp1", 4, (1 << 1) | (1 << 2)},
        {"channels=O2,O1,P8,P7,C4,C3,Fp2,Fp1", 8, 1 << 5},
        {"reference=average", 8, 255},
        {"reference=average channels=Fp1,C4-O2,O1", 3, (1 << 0) | (1 << 2)},
        {"reference=C3 channels=O1,O2-O1", 2, 1 << 0},
        {"reference=average exclude=C3", 8, 1 << 2},
        {"matrix=0,0,0.5,0.5,0,0,0,0;1,0,0,0,0,0,0,0", 2, 1 << 0},
    };
    guint i, r;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = start (cases[i].properties);
      GstBuffer *b = make_buffer (500, 20);
      GstEegMeta *m = gst_buffer_add_eeg_meta (b, 500, 20, 3, N * 4);
      guint64 first, n, lost;

      gst_eeg_meta_set_edge (m, 505, 12345);
      gst_eeg_meta_add_run (m, 504, 6, GST_EEG_STATUS_LEAD_OFF, 2, 77);
      gst_eeg_meta_add_run (m, 501, 2, GST_EEG_STATUS_FILLED, -1, 0);
      gst_harness_push (h, b);
      b = gst_harness_pull (h);
      fail_unless (gst_buffer_get_eeg_ledger (b, &first, &n, &lost, NULL));
      fail_unless (first == 500 && n == 20 && lost == 3);
      m = gst_buffer_get_eeg_meta (b);
      fail_unless (m->edge_sample == 505 && m->edge_time == 12345);
      fail_unless_equals_int (m->bpf, cases[i].n_out * 4);
      for (r = 0; r < cases[i].n_out; r++) {
        fail_unless_equals_int (
            (flags_at (b, 505, r) & GST_EEG_STATUS_LEAD_OFF) != 0,
            (cases[i].marked >> r) & 1);
        fail_if (flags_at (b, 510, r) & GST_EEG_STATUS_LEAD_OFF);
        fail_unless (flags_at (b, 502, r) & GST_EEG_STATUS_FILLED);
      }
      gst_buffer_unref (b);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_excluded_outputs_are_marked)
  {
    static const gchar *const ways[] = {"keep", "zero"};
    guint w, i;

    for (w = 0; w < 2; w++) {
      g_autofree gchar *text = g_strdup_printf (
          "channels=Fp1,C3,Fp1-C3 exclude=C3 on-excluded=%s", ways[w]);
      GstHarness *h = start (text);
      GstBuffer *b;
      GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

      gst_harness_push (h, make_buffer (0, 20));
      b = gst_harness_pull (h);
      for (i = 0; i < 20; i++) {
        fail_unless_equals_int (flags_at (b, i, 0), 0);
        fail_unless_equals_int (flags_at (b, i, 1), GST_EEG_STATUS_QUALITY);
        fail_unless_equals_int (flags_at (b, i, 2), GST_EEG_STATUS_QUALITY);
      }
      take (b, got);
      fail_unless (g_array_index (got, gfloat, 0) == sample (0, 0));
      fail_unless (g_array_index (got, gfloat, 1) == (w ? 0 : sample (0, 2)));
      fail_unless ((g_array_index (got, gfloat, 2) == 0) == (w == 1));
      g_array_unref (got);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_nan_reaches_only_its_outputs)
  {
    GstHarness *h = start ("channels=Fp1,C3,Fp1-C3,O1-O2");
    GstBus *bus = gst_bus_new ();
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstStructure *stats;
    guint64 nonfinite;
    GstMapInfo map;
    GstBuffer *b = make_buffer (0, 20);
    guint i;

    gst_element_set_bus (e, bus);
    gst_buffer_map (b, &map, GST_MAP_WRITE);
    for (i = 5; i < 8; i++)
      ((gfloat *) map.data)[i * N + 2] = NAN;
    ((gfloat *) map.data)[10 * N + 4] = INFINITY; /* not in use */
    gst_buffer_unmap (b, &map);
    gst_harness_push (h, b);
    b = gst_harness_pull (h);
    gst_buffer_map (b, &map, GST_MAP_READ);
    for (i = 0; i < 20; i++) {
      const gfloat *y = (const gfloat *) map.data + i * 4;
      gfloat c3 = sample (i >= 5 && i < 8 ? 4 : i, 2);
      guint want = i >= 5 && i < 8 ? GST_EEG_STATUS_NONFINITE : 0;

      fail_unless (y[0] == sample (i, 0));
      fail_unless (y[1] == c3);
      fail_unless (y[2] == (gfloat) ((gdouble) sample (i, 0) - c3));
      fail_unless (y[3] == (gfloat) ((gdouble) sample (i, 6) - sample (i, 7)));
      fail_unless_equals_int (flags_at (b, i, 0), 0);
      fail_unless_equals_int (flags_at (b, i, 1), want);
      fail_unless_equals_int (flags_at (b, i, 2), want);
      fail_unless_equals_int (flags_at (b, i, 3), 0);
    }
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    expect_message (bus, GST_MESSAGE_WARNING, "sample 5 on C3");
    g_object_get (e, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "nonfinite", &nonfinite));
    fail_unless_equals_uint64 (nonfinite, 3);
    gst_structure_free (stats);
    gst_element_set_bus (e, NULL);
    gst_object_unref (bus);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* --- changes while playing ----------------------------------------------- */

/* No jump, marks, and the caps that belong to it; the same for any split. */
GST_START_TEST (test_change_fades)
  {
    GArray *first = NULL;
    guint split, f, i;

    for (split = 1; split <= 60; split += 13) {
      GstHarness *h = start ("reference=none");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GArray *got, *before;
      GstBuffer *b;

      gst_harness_push (h, make_buffer (0, 40));
      before = outputs (h);
      g_object_set (e, "reference", "average", NULL);
      for (f = 40; f < 100; f += split) {
        guint n = MIN (split, 100 - f);

        fail_unless_equals_int (
            gst_harness_push (h, make_buffer (f, n)), GST_FLOW_OK);
        b = gst_harness_pull (h);
        for (i = f; i < f + n; i++)
          fail_unless_equals_int (
              flags_at (b, i, 3), i < 65 ? GST_EEG_STATUS_CHANGED : 0);
        take (b, before);
      }
      expect_labels (h, "Fp1 Fp2 C3 C4 P7 P8 O1 O2", "average");
      got = before;
      for (i = 30 * N; i < 99 * N; i++)
        fail_unless (fabsf (g_array_index (got, gfloat, i + N) -
                            g_array_index (got, gfloat, i)) < 2.5e-3f,
            "%u", i / N);
      fail_unless (fabs (g_array_index (got, gfloat, 99 * N) + 0.035) < 1e-4);
      if (first) {
        fail_unless (memcmp (first->data, got->data, got->len * 4) == 0);
        g_array_unref (got);
      } else {
        first = got;
      }
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
    g_array_unref (first);
  }
GST_END_TEST;

GST_START_TEST (test_change_of_the_number_of_channels)
  {
    GstHarness *h = start ("channels=O1,O2");
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstBuffer *b;
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

    gst_harness_push (h, make_buffer (0, 10));
    g_object_set (e, "channels", "Fp1-C3,C3-O1,Cz=Fp2", NULL);
    gst_harness_push (h, make_buffer (10, 10));
    g_object_set (e, "channels", "Fp1-C3,C3-O1,Fp2", NULL);
    gst_harness_push (h, make_buffer (20, 10));
    expect_labels (h, "Fp1-C3 C3-O1 Fp2", NULL);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 2 * 4);
    gst_buffer_unref (b);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 2 * 4);
    gst_buffer_unref (b);
    b = gst_harness_pull (h);
    fail_unless_equals_uint64 (gst_buffer_get_size (b), 10 * 3 * 4);
    fail_unless_equals_int (flags_at (b, 20, 0), GST_EEG_STATUS_CHANGED);
    fail_unless_equals_int (flags_at (b, 21, 0), 0);
    take (b, got);
    fail_unless (g_array_index (got, gfloat, 2) == sample (20, 1));
    g_array_unref (got);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* What stands in for a bad value is known on both sides of a change. */
GST_START_TEST (test_change_keeps_last_good_values)
  {
    GstHarness *h = start ("reference=C3");
    GstElement *e = gst_harness_find_element (h, "eegmontage");
    GstBuffer *b = make_buffer (10, 40);
    GstMapInfo map;
    GArray *got;
    guint f;

    gst_harness_push (h, make_buffer (0, 10));
    g_array_unref (outputs (h));
    gst_buffer_map (b, &map, GST_MAP_WRITE);
    for (f = 0; f < 40; f++)
      ((gfloat *) map.data)[f * N + 7] = NAN;
    gst_buffer_unmap (b, &map);
    g_object_set (e, "reference", "none", NULL);
    gst_harness_push (h, b);
    got = outputs (h);
    fail_unless (g_array_index (got, gfloat, 39 * N + 7) == sample (9, 7));
    g_array_unref (got);
    gst_object_unref (e);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_change_refused)
  {
    static const gchar *const bad[][3] = {
        {"channels", "Q1", "'Q1'"},
        {"reference", "linked-ears", "A1 and A2"},
        {"matrix", "1,2", "1 x 8"},
        /* what comes behind is fixed to eight channels */
        {"channels", "O1,O2", "what comes behind does not take"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GstHarness *h = gst_harness_new_parse (
          "eegmontage ! capsfilter caps=audio/x-raw,channels=8");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GstBus *bus = gst_bus_new ();
      GArray *got;
      guint k;

      gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS);
      gst_element_set_bus (e, bus);
      gst_harness_push (h, make_buffer (0, 10));
      g_object_set (e, bad[i][0], bad[i][1], NULL);
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (10, 10)), GST_FLOW_OK);
      expect_message (bus, GST_MESSAGE_WARNING, bad[i][2]);
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (20, 10)), GST_FLOW_OK);
      got = outputs (h);
      fail_unless_equals_int (got->len, 30 * N);
      for (k = 0; k < got->len; k++)
        fail_unless (g_array_index (got, gfloat, k) == sample (k / N, k % N));
      fail_unless (gst_bus_pop_filtered (
                       bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING) == NULL);
      g_array_unref (got);
      gst_element_set_bus (e, NULL);
      gst_object_unref (bus);
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

/* A flush, a gap and new caps: held values and fades do not reach across. */
GST_START_TEST (test_breaks_start_afresh)
  {
    guint how;

    for (how = 0; how < 3; how++) {
      GstHarness *h = start ("channels=C3,O1");
      GstElement *e = gst_harness_find_element (h, "eegmontage");
      GstBuffer *b = make_buffer (500, 10);
      GstSegment segment;
      GstMapInfo map;
      GArray *got;

      gst_harness_push (h, make_buffer (0, 10));
      g_object_set (e, "channels", "O2,Fp1", NULL);
      gst_harness_push (h, make_buffer (10, 3));
      g_array_unref (outputs (h));
      if (how == 0) {
        gst_harness_push_event (h, gst_event_new_flush_start ());
        gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
        gst_segment_init (&segment, GST_FORMAT_TIME);
        gst_harness_push_event (h, gst_event_new_segment (&segment));
      } else if (how == 2) {
        gst_harness_set_src_caps_str (h, CAPS LABEL_CAPS ",eeg-reference=SRB1");
      }
      gst_buffer_map (b, &map, GST_MAP_WRITE);
      ((gfloat *) map.data)[7] = NAN;
      gst_buffer_unmap (b, &map);
      fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
      got = outputs (h);
      fail_unless (g_array_index (got, gfloat, 0) == 0, "%u", how);
      fail_unless (g_array_index (got, gfloat, 1) == sample (500, 0));
      fail_unless (g_array_index (got, gfloat, 2) == sample (501, 7));
      g_array_unref (got);
      gst_object_unref (e);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

/* Properties set in every state, while another thread streams. */
GST_START_TEST (test_changes_from_another_thread)
  {
    static const gchar *const ways[] = {"channels=Fp1,O1",
        "channels=double-banana", "reference=laplacian", "reference=average",
        "matrix=1,0,0,0,0,0,0,0", "channels=*", "exclude=C3", "channels=Nope"};
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=20000 ! eegmontage name=m ! fakesink", NULL);
    GstElement *m = gst_bin_get_by_name (GST_BIN (p), "m");
    GstBus *bus = gst_element_get_bus (p);
    GstMessage *msg;
    guint i;

    /* What is impossible from the start is an error, later a warning. */
    gst_element_set_state (p, GST_STATE_PAUSED);
    fail_unless (gst_element_get_state (p, NULL, NULL, 30 * GST_SECOND) ==
                 GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state (p, GST_STATE_PLAYING);
    for (i = 0; i < 400; i++) {
      g_auto (GStrv) kv = g_strsplit (ways[i % G_N_ELEMENTS (ways)], "=", 2);

      g_object_set (m, "reference", "none", "channels", NULL, "matrix", NULL,
          "exclude", NULL, NULL);
      g_object_set (m, kv[0], kv[1], NULL);
      g_usleep (100);
    }
    msg = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (msg && GST_MESSAGE_TYPE (msg) == GST_MESSAGE_EOS, "%s",
        msg ? gst_structure_to_string (gst_message_get_structure (msg)) : "");
    gst_message_unref (msg);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (m);
    gst_object_unref (p);
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
  tcase_add_test (tc, test_marks_follow_the_channels);
  tcase_add_test (tc, test_excluded_outputs_are_marked);
  tcase_add_test (tc, test_nan_reaches_only_its_outputs);
  tcase_add_test (tc, test_change_fades);
  tcase_add_test (tc, test_change_of_the_number_of_channels);
  tcase_add_test (tc, test_change_keeps_last_good_values);
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_breaks_start_afresh);
  tcase_add_test (tc, test_changes_from_another_thread);
  tcase_add_test (tc, test_real_recording);
  return s;
}

GST_CHECK_MAIN (eegmontage);
