/* Merging of several devices: alignment, drift, gaps, missing devices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <gst/eeg/eeg.h>

#define CAPS                                                                   \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-labels=<"
#define PERIOD (4 * GST_MSECOND)

typedef struct
{
  GstElement *pipeline, *merge, *sink;
  GstElement *src[3];
  GstBus *bus;
  /* what came out */
  GArray *rows;  /* gfloat, channels a row */
  GArray *flags; /* guint, channels a row */
  GArray *index; /* guint64 a row */
  GArray *times; /* GstClockTime a row */
  guint channels, disconts;
  guint64 lost;
} Rig;

static void
rig_init (Rig *r, const gchar *const *labels, guint n)
{
  guint i;

  memset (r, 0, sizeof *r);
  r->pipeline = gst_pipeline_new (NULL);
  r->merge = gst_element_factory_make ("eegmerge", NULL);
  r->sink = gst_element_factory_make ("appsink", NULL);
  fail_unless (r->merge != NULL);
  g_object_set (r->sink, "sync", FALSE, NULL);
  gst_bin_add_many (GST_BIN (r->pipeline), r->merge, r->sink, NULL);
  fail_unless (gst_element_link (r->merge, r->sink));
  for (i = 0; i < n; i++) {
    gchar *text = g_strdup_printf (CAPS "%s>", labels[i]);
    GstCaps *caps = gst_caps_from_string (text);

    r->src[i] = gst_element_factory_make ("appsrc", NULL);
    g_object_set (r->src[i], "caps", caps, "format", GST_FORMAT_TIME,
        "max-bytes", (guint64) 0, NULL);
    gst_bin_add (GST_BIN (r->pipeline), r->src[i]);
    fail_unless (gst_element_link (r->src[i], r->merge));
    gst_caps_unref (caps);
    g_free (text);
  }
  r->channels = n;
  r->bus = gst_element_get_bus (r->pipeline);
  r->rows = g_array_new (FALSE, FALSE, sizeof (gfloat));
  r->flags = g_array_new (FALSE, FALSE, sizeof (guint));
  r->index = g_array_new (FALSE, FALSE, sizeof (guint64));
  r->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
}

static void
rig_clear (Rig *r)
{
  gst_element_set_state (r->pipeline, GST_STATE_NULL);
  gst_object_unref (r->bus);
  gst_object_unref (r->pipeline);
  g_array_unref (r->rows);
  g_array_unref (r->flags);
  g_array_unref (r->index);
  g_array_unref (r->times);
}

/* Samples @from.. of a device whose sample k is at @offset + k * @step ns and
 * holds that time in samples of the output. */
static void
push (Rig *r, guint src, gint64 offset, gdouble step, guint from, guint n,
    guint per_buffer, gboolean discont)
{
  guint k, i;

  for (k = from; k < from + n; k += per_buffer) {
    guint m = MIN (per_buffer, from + n - k);
    gfloat *x = g_new (gfloat, m);
    GstBuffer *b;

    for (i = 0; i < m; i++)
      x[i] = (gfloat) ((offset + (k + i) * step) / PERIOD);
    b = gst_buffer_new_wrapped (x, m * sizeof *x);
    GST_BUFFER_PTS (b) = (GstClockTime) (offset + k * step + 0.5);
    GST_BUFFER_DURATION (b) =
        (GstClockTime) (offset + (k + m) * step + 0.5) - GST_BUFFER_PTS (b);
    GST_BUFFER_OFFSET (b) = k;
    GST_BUFFER_OFFSET_END (b) = k + m;
    if (discont && k == from)
      GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    fail_unless_equals_int (
        gst_app_src_push_buffer (GST_APP_SRC (r->src[src]), b), GST_FLOW_OK);
  }
}

static void
eos (Rig *r, guint src)
{
  gst_app_src_end_of_stream (GST_APP_SRC (r->src[src]));
}

/* Plays to the end and collects. */
static void
collect (Rig *r)
{
  GstSample *sample;

  gst_element_set_state (r->pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_try_pull_sample (
              GST_APP_SINK (r->sink), 20 * GST_SECOND))) {
    GstBuffer *b = gst_sample_get_buffer (sample);
    GstEegMeta *meta = gst_buffer_get_eeg_meta (b);
    GstMapInfo map;
    guint64 i, n;
    guint c;

    fail_unless (meta != NULL);
    fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
    n = map.size / sizeof (gfloat) / r->channels;
    fail_unless_equals_uint64 (meta->n_samples, n);
    fail_unless_equals_uint64 (meta->first_sample, GST_BUFFER_OFFSET (b));
    fail_unless_equals_uint64 (
        GST_BUFFER_OFFSET_END (b), meta->first_sample + n);
    if (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT))
      r->disconts++;
    r->lost += meta->lost_before;
    g_array_append_vals (r->rows, map.data, (guint) n * r->channels);
    for (i = 0; i < n; i++) {
      guint64 at = meta->first_sample + i;
      GstClockTime t = GST_BUFFER_PTS (b) +
                       gst_util_uint64_scale (GST_BUFFER_DURATION (b), i, n);

      g_array_append_val (r->index, at);
      g_array_append_val (r->times, t);
      for (c = 0; c < r->channels; c++) {
        guint f = gst_eeg_meta_get_flags_at (meta, at, (gint) c);
        g_array_append_val (r->flags, f);
      }
    }
    gst_buffer_unmap (b, &map);
    gst_sample_unref (sample);
  }
  fail_unless (gst_app_sink_is_eos (GST_APP_SINK (r->sink)));
}

static gfloat
row (Rig *r, guint i, guint c)
{
  return g_array_index (r->rows, gfloat, i * r->channels + c);
}

static guint
flags_at (Rig *r, guint i, guint c)
{
  return g_array_index (r->flags, guint, i * r->channels + c);
}

static guint64
source_count (Rig *r, guint src, const gchar *field)
{
  GstStructure *stats;
  const GValue *list;
  guint64 v = 0;

  g_object_get (r->merge, "stats", &stats, NULL);
  list = gst_structure_get_value (stats, "sources");
  fail_unless (gst_structure_get_uint64 (
      gst_value_get_structure (gst_value_array_get_value (list, src)), field,
      &v));
  gst_structure_free (stats);
  return v;
}

static gdouble
source_value (Rig *r, guint src, const gchar *field)
{
  GstStructure *stats;
  const GValue *list;
  gdouble v = 0;

  g_object_get (r->merge, "stats", &stats, NULL);
  list = gst_structure_get_value (stats, "sources");
  fail_unless (gst_structure_get_double (
      gst_value_get_structure (gst_value_array_get_value (list, src)), field,
      &v));
  gst_structure_free (stats);
  return v;
}

static const gchar *const three[] = {"A", "B", "C"};

/* Any cut of the inputs into buffers gives the same rows, to the last bit. */
GST_START_TEST (test_any_split_same_rows)
  {
    static const guint cuts[][3] = {
        {1, 1, 1}, {16, 5, 7}, {100, 1, 300}, {999, 999, 999}};
    guint i, k, c;

    for (i = 0; i < G_N_ELEMENTS (cuts); i++) {
      Rig r;

      rig_init (&r, three, 3);
      for (c = 0; c < 3; c++) {
        push (&r, c, c * 1000000, PERIOD, 0, 999, cuts[i][c], FALSE);
        eos (&r, c);
      }
      collect (&r);
      fail_unless_equals_int (r.index->len, 999);
      for (k = 0; k < 999; k++) {
        fail_unless_equals_uint64 (g_array_index (r.index, guint64, k), k);
        /* up to the nanosecond that a split of the duration costs */
        fail_unless (
            ABS (GST_CLOCK_DIFF (
                g_array_index (r.times, GstClockTime, k), k * PERIOD)) <= 1);
        for (c = 0; c < 3; c++) {
          fail_unless (row (&r, k, c) == (gfloat) (k + c * 0.25));
          fail_unless_equals_int (flags_at (&r, k, c), 0);
        }
      }
      fail_unless (fabs (source_value (&r, 2, "offset") - 0.5) < 1e-6);
      fail_unless_equals_uint64 (source_count (&r, 1, "used"), 999);
      rig_clear (&r);
    }
  }
GST_END_TEST;

/* A device 400 ppm fast or slow for a minute: every sample within half a
 * sample of its row, steps counted, held samples marked, drift reported. */
GST_START_TEST (test_drift)
  {
    static const gdouble ppm[] = {400, -400};
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (ppm); i++) {
      gdouble step = PERIOD / (1 + ppm[i] * 1e-6);
      guint filled = 0, n = 15000;
      guint64 steps;
      Rig r;

      rig_init (&r, three, 2);
      push (&r, 0, 0, PERIOD, 0, n, 16, FALSE);
      push (&r, 1, 0, step, 0, (guint) (n * PERIOD / step), 9, FALSE);
      eos (&r, 0);
      eos (&r, 1);
      collect (&r);
      fail_unless_equals_int (r.index->len, n);
      for (k = 0; k + 1 < n; k++) {
        if (flags_at (&r, k, 1) == GST_EEG_STATUS_FILLED) {
          filled++;
          fail_unless (row (&r, k, 1) == row (&r, k - 1, 1));
        } else {
          fail_unless_equals_int (flags_at (&r, k, 1), 0);
          /* the value is the sample's time; f32 has 1/1024 of a sample there */
          fail_unless (fabs (row (&r, k, 1) - row (&r, k, 0)) <= 0.522,
              "row %u: %g", k, row (&r, k, 1) - row (&r, k, 0));
        }
        fail_unless_equals_int (flags_at (&r, k, 0), 0);
      }
      /* 15000 * 400e-6 = 6 samples apart at the end */
      steps = source_count (&r, 1, ppm[i] > 0 ? "skipped" : "filled");
      fail_unless (steps >= 5 && steps <= 7, "%d steps", (int) steps);
      if (ppm[i] < 0)
        fail_unless (filled >= 5);
      fail_unless (fabs (source_value (&r, 1, "drift") - ppm[i]) < 1, "%g ppm",
          source_value (&r, 1, "drift"));
      rig_clear (&r);
    }
  }
GST_END_TEST;

/* Samples 100..149 of the first device are lost: the second one's are kept. */
GST_START_TEST (test_gap_in_one)
  {
    guint turn, k;

    for (turn = 0; turn < 2; turn++) {
      guint gap = turn, whole = 1 - turn;
      Rig r;

      rig_init (&r, three, 2);
      push (&r, gap, 0, PERIOD, 0, 100, 16, FALSE);
      push (&r, gap, 0, PERIOD, 150, 100, 16, TRUE);
      push (&r, whole, 0, PERIOD, 0, 250, 10, FALSE);
      eos (&r, 0);
      eos (&r, 1);
      collect (&r);
      fail_unless_equals_int (r.index->len, 250);
      fail_unless_equals_uint64 (r.lost, 0);
      for (k = 0; k < 250; k++) {
        gboolean hole = k >= 100 && k < 150;

        fail_unless_equals_uint64 (g_array_index (r.index, guint64, k), k);
        fail_unless (row (&r, k, whole) == (gfloat) k);
        fail_unless (row (&r, k, gap) == (gfloat) (hole ? 99 : k));
        fail_unless_equals_int (
            flags_at (&r, k, gap), hole ? GST_EEG_STATUS_FILLED : 0);
        fail_unless_equals_int (flags_at (&r, k, whole), 0);
      }
      fail_unless_equals_uint64 (source_count (&r, gap, "filled"), 50);
      fail_unless_equals_uint64 (source_count (&r, gap, "lost"), 50);
      fail_unless_equals_uint64 (source_count (&r, whole, "lost"), 0);
      rig_clear (&r);
    }
  }
GST_END_TEST;

/* Where no device has anything, nothing is made up. */
GST_START_TEST (test_gap_in_all)
  {
    guint k, c;
    Rig r;

    rig_init (&r, three, 2);
    for (c = 0; c < 2; c++) {
      push (&r, c, 0, PERIOD, 0, 100, 16, FALSE);
      push (&r, c, 0, PERIOD, 170, 100, 16, TRUE);
      eos (&r, c);
    }
    collect (&r);
    fail_unless_equals_int (r.index->len, 200);
    fail_unless_equals_uint64 (r.lost, 70);
    fail_unless_equals_int (r.disconts, 2);
    for (k = 0; k < 200; k++) {
      guint64 at = k < 100 ? k : k + 70;

      fail_unless_equals_uint64 (g_array_index (r.index, guint64, k), at);
      for (c = 0; c < 2; c++) {
        fail_unless (row (&r, k, c) == (gfloat) at);
        fail_unless_equals_int (flags_at (&r, k, c), 0);
      }
    }
    rig_clear (&r);
  }
GST_END_TEST;

/* Devices that begin and end at other times. */
GST_START_TEST (test_end_of_one)
  {
    guint mode, k;

    for (mode = 0; mode < 2; mode++) {
      Rig r;

      rig_init (&r, three, 2);
      gst_util_set_object_arg (
          G_OBJECT (r.merge), "on-missing", mode ? "wait" : "hold");
      push (&r, 0, 0, PERIOD, 0, 60, 7, FALSE);
      push (&r, 1, 0, PERIOD, 0, 100, 16, FALSE);
      eos (&r, 0);
      eos (&r, 1);
      collect (&r);
      fail_unless_equals_int (r.index->len, mode ? 60 : 100);
      for (k = 0; k < r.index->len; k++) {
        fail_unless (row (&r, k, 1) == (gfloat) k);
        fail_unless (row (&r, k, 0) == (gfloat) MIN (k, 59));
        fail_unless_equals_int (
            flags_at (&r, k, 0), k < 60 ? 0 : GST_EEG_STATUS_FILLED);
      }
      rig_clear (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_late_start_is_held)
  {
    guint k;
    Rig r;

    rig_init (&r, three, 2);
    push (&r, 0, 0, PERIOD, 0, 100, 16, FALSE);
    push (&r, 1, 0, PERIOD, 40, 60, 16, FALSE);
    eos (&r, 0);
    eos (&r, 1);
    collect (&r);
    fail_unless_equals_int (r.index->len, 100);
    for (k = 0; k < 100; k++) {
      fail_unless (row (&r, k, 1) == (gfloat) (k < 40 ? 0 : k));
      fail_unless_equals_int (
          flags_at (&r, k, 1), k < 40 ? GST_EEG_STATUS_FILLED : 0);
    }
    rig_clear (&r);
  }
GST_END_TEST;

/* Status of an input's channel arrives at that channel of the output. */
GST_START_TEST (test_ledger_follows_channels)
  {
    guint k;
    GstEegMeta *meta;
    GstBuffer *b;
    Rig r;

    rig_init (&r, three, 2);
    push (&r, 0, 0, PERIOD, 0, 50, 50, FALSE);
    b = gst_buffer_new_allocate (NULL, 50 * 4, NULL);
    gst_buffer_memset (b, 0, 0, 200);
    GST_BUFFER_PTS (b) = 0;
    GST_BUFFER_DURATION (b) = 50 * PERIOD;
    meta = gst_buffer_add_eeg_meta (b, 1000, 50, 0, 4);
    gst_eeg_meta_add_run (meta, 1010, 5, GST_EEG_STATUS_SATURATED, 0, 0);
    gst_eeg_meta_add_run (meta, 1030, 3, GST_EEG_STATUS_SETTLING, -1, 0);
    gst_app_src_push_buffer (GST_APP_SRC (r.src[1]), b);
    eos (&r, 0);
    eos (&r, 1);
    collect (&r);
    fail_unless_equals_int (r.index->len, 50);
    for (k = 0; k < 50; k++) {
      guint want = k >= 10 && k < 15   ? GST_EEG_STATUS_SATURATED
                   : k >= 30 && k < 33 ? GST_EEG_STATUS_SETTLING
                                       : 0;
      fail_unless_equals_int (flags_at (&r, k, 0), 0);
      fail_unless_equals_int (flags_at (&r, k, 1), want);
    }
    rig_clear (&r);
  }
GST_END_TEST;

GST_START_TEST (test_caps_are_joined)
  {
    GstElement *p = gst_parse_launch (
        "eegmerge name=m ! fakesink name=s "
        "ads1299src is-live=false num-buffers=20 gain=24 ! m. "
        "ads1299src is-live=false num-buffers=20 gain=12 ! m.",
        NULL);
    GstElement *sink = gst_bin_get_by_name (GST_BIN (p), "s");
    GstBus *bus = gst_element_get_bus (p);
    GstEegInfo *info = gst_eeg_info_new ();
    GstMessage *m;
    GstCaps *caps;
    GstPad *pad;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    pad = gst_element_get_static_pad (sink, "sink");
    caps = gst_pad_get_current_caps (pad);
    fail_unless (gst_eeg_info_from_caps (info, caps, NULL));
    fail_unless_equals_int (GST_EEG_INFO_CHANNELS (info), 16);
    fail_unless_equals_int (info->unit, GST_EEG_UNIT_ADC);
    fail_unless (info->full_scale[7] == 4.5 / 24);
    fail_unless (info->full_scale[8] == 4.5 / 12);
    fail_unless (info->gain[0] == 24 && info->gain[15] == 12);
    fail_unless_equals_string (info->labels[6], "O1");
    fail_unless_equals_string (info->labels[14], "O1_2");
    fail_unless_equals_string (info->reference, "SRB1");
    gst_element_set_state (p, GST_STATE_NULL);
    gst_caps_unref (caps);
    gst_eeg_info_free (info);
    gst_object_unref (pad);
    gst_object_unref (sink);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

GST_START_TEST (test_streams_that_differ_refused)
  {
    static const struct
    {
      const gchar *a, *b, *words[2];
    } cases[] = {
        {"eegtestsrc rate=250", "eegtestsrc rate=500",
            {"sampling rates of sink_0 (F32LE, 250 Hz, V)", "eegdownsample"}},
        {"ads1299src is-live=false", "eegtestsrc",
            {"units of sink_0 (S24_32LE, 250 Hz, counts)", "eegtovoltage"}},
        {"eegtestsrc", "audiotestsrc ! audio/x-raw,format=F32LE,rate=250",
            {"sink_1: eeg-unit is missing", "eegfromaudio"}},
    };
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      gchar *text = g_strdup_printf (
          "eegmerge name=m ! fakesink %s ! m. %s ! m.", cases[i].a, cases[i].b);
      GstElement *p = gst_parse_launch (text, NULL);
      GstElement *merge = gst_bin_get_by_name (GST_BIN (p), "m");
      GstBus *bus = gst_element_get_bus (p);
      GError *error = NULL;
      GstMessage *m;

      gst_element_set_state (p, GST_STATE_PLAYING);
      do {
        m = gst_bus_timed_pop_filtered (
            bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
        fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
        if (GST_MESSAGE_SRC (m) != GST_OBJECT (merge))
          g_clear_pointer (&m, gst_message_unref);
      } while (m == NULL);
      gst_message_parse_error (m, &error, NULL);
      for (k = 0; k < 2; k++)
        fail_unless (strstr (error->message, cases[i].words[k]) != NULL,
            "\"%s\" lacks \"%s\"", error->message, cases[i].words[k]);
      gst_message_unref (m);
      gst_element_set_state (p, GST_STATE_NULL);
      g_clear_error (&error);
      gst_object_unref (merge);
      gst_object_unref (bus);
      gst_object_unref (p);
      g_free (text);
    }
  }
GST_END_TEST;

/* A live device that falls silent: the other goes on, and both turns are told;
 * with on-missing=stop there is one error that names it. */
/* Waits until the element says this of this pad. A busy machine may hold up any
 * of them meanwhile, and that is told, too. */
static gboolean
next_turn (GstBus *bus, const gchar *pad, const gchar *event)
{
  gboolean found = FALSE;
  GstMessage *m;

  while (!found && (m = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
                        GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (m);

    fail_unless (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ELEMENT);
    found = gst_structure_has_name (s, "eeg-merge") &&
            g_strcmp0 (gst_structure_get_string (s, "pad"), pad) == 0 &&
            g_strcmp0 (gst_structure_get_string (s, "event"), event) == 0;
    gst_message_unref (m);
  }
  return found;
}

static void
unplug (gboolean stop)
{
  GstElement *p = gst_parse_launch (
      "eegmerge name=m latency=500000000 ! fakesink "
      "eegtestsrc is-live=true ! m.sink_0 "
      "eegtestsrc is-live=true ! identity name=plug ! m.sink_1",
      NULL);
  GstElement *merge = gst_bin_get_by_name (GST_BIN (p), "m");
  GstElement *plug = gst_bin_get_by_name (GST_BIN (p), "plug");
  GstBus *bus = gst_element_get_bus (p);
  GstMessage *m = NULL;
  GstStructure *stats;
  guint64 delivered = 0;

  if (stop)
    gst_util_set_object_arg (G_OBJECT (merge), "on-missing", "stop");
  gst_element_set_state (p, GST_STATE_PLAYING);
  do {
    m = gst_bus_timed_pop_filtered (bus, 20 * GST_MSECOND, GST_MESSAGE_ERROR);
    g_object_get (merge, "stats", &stats, NULL);
    gst_structure_get_uint64 (stats, "delivered", &delivered);
    gst_structure_free (stats);
  } while (m == NULL && delivered < 50);
  if (m != NULL) {
    g_print ("SKIP: the machine stalled for longer than the latency\n");
    fail_unless (stop);
    gst_message_unref (m);
    goto done;
  }
  /* nothing passes any more */
  g_object_set (plug, "drop-probability", 1.0f, NULL);
  if (stop) {
    GError *error = NULL;

    m = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_parse_error (m, &error, NULL);
    fail_unless (strstr (error->message, "sink_1") != NULL);
    fail_unless (
        g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
    g_clear_error (&error);
    gst_message_unref (m);
  } else {
    fail_unless (next_turn (bus, "sink_1", "missing"));
    g_object_set (plug, "drop-probability", 0.0f, NULL);
    fail_unless (next_turn (bus, "sink_1", "returned"));
  }
done:
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (plug);
  gst_object_unref (merge);
  gst_object_unref (bus);
  gst_object_unref (p);
}

GST_START_TEST (test_unplugged_device_is_held)
  {
    unplug (FALSE);
  }
GST_END_TEST;

GST_START_TEST (test_unplugged_device_stops_when_asked)
  {
    unplug (TRUE);
  }
GST_END_TEST;

GST_START_TEST (test_restart_and_pads)
  {
    GstElement *p = gst_parse_launch (
        "eegmerge name=m ! fakesink eegtestsrc num-buffers=20 ! m. "
        "eegtestsrc num-buffers=20 ! m.",
        NULL);
    GstElement *merge = gst_bin_get_by_name (GST_BIN (p), "m");
    GstBus *bus = gst_element_get_bus (p);
    GstStructure *stats;
    guint64 delivered;
    guint i;
    GstPad *pad;

    for (i = 0; i < 10; i++) {
      GstMessage *m;

      gst_element_set_state (p, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
      gst_message_unref (m);
      gst_element_set_state (p, GST_STATE_READY);
      g_object_get (merge, "stats", &stats, NULL);
      gst_structure_get_uint64 (stats, "delivered", &delivered);
      gst_structure_free (stats);
      fail_unless_equals_uint64 (delivered, 20);
    }
    gst_element_set_state (p, GST_STATE_NULL);
    pad = gst_element_request_pad_simple (merge, "sink_%u");
    fail_unless (pad != NULL);
    gst_element_release_request_pad (merge, pad);
    gst_object_unref (pad);
    gst_object_unref (merge);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegmerge_suite (void)
{
  Suite *s = suite_create ("eegmerge");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_any_split_same_rows);
  tcase_add_test (tc, test_drift);
  tcase_add_test (tc, test_gap_in_one);
  tcase_add_test (tc, test_gap_in_all);
  tcase_add_test (tc, test_end_of_one);
  tcase_add_test (tc, test_late_start_is_held);
  tcase_add_test (tc, test_ledger_follows_channels);
  tcase_add_test (tc, test_caps_are_joined);
  tcase_add_test (tc, test_streams_that_differ_refused);
  tcase_add_test (tc, test_unplugged_device_is_held);
  tcase_add_test (tc, test_unplugged_device_stops_when_asked);
  tcase_add_test (tc, test_restart_and_pads);
  return s;
}

GST_CHECK_MAIN (eegmerge);
