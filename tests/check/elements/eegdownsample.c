/* The downsampling element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>

#define CHANNELS 2
#define RATE     4000
#define CAPS(format, rate)                                                     \
  "audio/x-raw,format=" format ",layout=interleaved,rate=" rate                \
  ",channels=2,channel-mask=(bitmask)0x0,eeg-unit=V,"                          \
  "eeg-full-scale=(double)1.0,eeg-labels=<O1,O2>"

static gfloat
sample (guint64 frame, guint channel)
{
  return (gfloat) (0.02 + 1e-5 * sin (0.05 * frame * (channel + 1)) +
                   1e-7 * (gint) ((frame * 7919u) % 13));
}

static GstBuffer *
make_buffer (guint64 begin, guint frames)
{
  gfloat *x = g_new (gfloat, frames * CHANNELS);
  GstBuffer *b;
  guint f, c;

  for (f = 0; f < frames; f++)
    for (c = 0; c < CHANNELS; c++)
      x[f * CHANNELS + c] = sample (begin + f, c);
  b = gst_buffer_new_wrapped (x, frames * CHANNELS * sizeof *x);
  GST_BUFFER_OFFSET (b) = begin;
  GST_BUFFER_OFFSET_END (b) = begin + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (begin, GST_SECOND, RATE);
  GST_BUFFER_DURATION (b) = gst_util_uint64_scale (frames, GST_SECOND, RATE);
  return b;
}

static GstHarness *
start (gint factor)
{
  GstHarness *h = gst_harness_new ("eegdownsample");

  g_object_set (h->element, "factor", factor, NULL);
  gst_harness_set_src_caps_str (h, CAPS ("F32LE", "4000"));
  return h;
}

static guint
frames_of (GstBuffer *b)
{
  return gst_buffer_get_size (b) / (CHANNELS * sizeof (gfloat));
}

/* Checks offsets, times and ledger, and appends the samples. */
static guint64
take_all (GstHarness *h, GArray *out, guint64 next, gint factor)
{
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h))) {
    guint64 begin, n, pts, end;
    GstMapInfo map;

    fail_unless (gst_buffer_get_eeg_ledger (b, &begin, &n, NULL, NULL));
    fail_unless_equals_uint64 (begin, next);
    fail_unless_equals_uint64 (n, frames_of (b));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), next);
    next += n;
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), next);
    pts = gst_util_uint64_scale (begin * factor, GST_SECOND, RATE);
    end = gst_util_uint64_scale (next * factor, GST_SECOND, RATE);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), pts);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), end - pts);
    if (out) {
      fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
      g_array_append_vals (out, map.data, map.size / sizeof (gfloat));
      gst_buffer_unmap (b, &map);
    }
    gst_buffer_unref (b);
  }
  return next;
}

static GArray *
expected (guint64 begin, guint frames, gint factor)
{
  guint outputs = (frames + factor - 1) / factor, n, f;
  GArray *a = g_array_new (FALSE, FALSE, sizeof (gfloat));
  gfloat *x = g_new (gfloat, frames * CHANNELS);
  EegDspDecimatorSpec spec = {.up = 1,
      .down = factor,
      .quality = EEG_DSP_QUALITY_STANDARD,
      .precision = EEG_DSP_PRECISION_SINGLE};
  EegDspDecimator *d =
      eeg_dsp_decimator_new_full (&spec, CHANNELS, eeg_dsp_isa ());

  g_array_set_size (a, outputs * CHANNELS);
  for (f = 0; f < frames * CHANNELS; f++)
    x[f] = sample (begin + f / CHANNELS, f % CHANNELS);
  n = eeg_dsp_decimator_process_f32 (d, x, frames, (gfloat *) a->data, NULL);
  n += eeg_dsp_decimator_drain_f32 (d, (gfloat *) a->data + n * CHANNELS);
  fail_unless_equals_int (n, outputs);
  eeg_dsp_decimator_free (d);
  g_free (x);
  return a;
}

static void
fail_unless_same (GArray *a, GArray *b)
{
  fail_unless_equals_int (a->len, b->len);
  fail_unless (memcmp (a->data, b->data, a->len * sizeof (gfloat)) == 0);
}

GST_START_TEST (test_splits_are_bit_exact)
  {
    static const gint factors[] = {1, 2, 5, 16};
    const guint frames = 3001;
    GRand *r = g_rand_new_with_seed (4);
    guint i, round;

    for (i = 0; i < G_N_ELEMENTS (factors); i++) {
      GArray *want = expected (0, frames, factors[i]);
      for (round = 0; round < 5; round++) {
        GstHarness *h = start (factors[i]);
        GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
        guint64 next = 0;
        guint at, len;

        for (at = 0; at < frames; at += len) {
          len = round == 0 ? 1
                : round == 1
                    ? frames
                    : (guint) g_rand_int_range (r, 1, 30 * round * round);
          len = MIN (len, frames - at);
          fail_unless_equals_int (
              gst_harness_push (h, make_buffer (at, len)), GST_FLOW_OK);
          next = take_all (h, got, next, factors[i]);
        }
        fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
        next = take_all (h, got, next, factors[i]);
        fail_unless_equals_uint64 (
            next, (frames + factors[i] - 1) / factors[i]);
        fail_unless_same (got, want);
        g_array_unref (got);
        gst_harness_teardown (h);
      }
      g_array_unref (want);
    }
    g_rand_free (r);
  }
GST_END_TEST;

GST_START_TEST (test_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/dsp-decimator.txt", "r");
    gchar line[256];
    guint cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      gint factor, half, frames, outputs, i, k = 0;
      gchar stages[32];
      gdouble *want, *x;
      guint32 seed = 777;
      GstHarness *h;
      GstBuffer *b;

      if (line[0] == '#')
        continue;
      if (line[0] == 'r')
        break; /* ratios */
      fail_unless_equals_int (sscanf (line, "%d %d %31s %d %d", &factor, &half,
                                  stages, &frames, &outputs),
          5);
      want = g_new (gdouble, outputs);
      for (i = 0; i < outputs; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = g_ascii_strtod (line, NULL);
      }
      x = g_new (gdouble, 2 * frames);
      for (i = 0; i < frames; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[2 * i] = x[2 * i + 1] = seed / 4294967296.0 - 0.5 + 3;
      }
      h = gst_harness_new ("eegdownsample");
      g_object_set (h->element, "factor", factor, NULL);
      gst_harness_set_src_caps_str (h, CAPS ("F64LE", "4000"));
      gst_harness_push (h, gst_buffer_new_wrapped (x, 2 * frames * sizeof *x));
      gst_harness_push_event (h, gst_event_new_eos ());
      while ((b = gst_harness_try_pull (h))) {
        GstMapInfo map;
        gst_buffer_map (b, &map, GST_MAP_READ);
        for (i = 0; i < (gint) (map.size / sizeof *x); i++, k++)
          fail_unless (fabs (((gdouble *) map.data)[i] - want[k / 2]) < 1e-13);
        gst_buffer_unmap (b, &map);
        gst_buffer_unref (b);
      }
      fail_unless_equals_int (k, 2 * outputs);
      gst_harness_teardown (h);
      g_free (want);
      cases++;
    }
    fclose (f);
    fail_unless (cases > 2);
  }
GST_END_TEST;

GST_START_TEST (test_batches_of_16)
  {
    static const struct
    {
      gint factor;
      guint least, most;
    } cases[] = {{16, 1, 1}, {4, 4, 4}, {5, 3, 4}, {32, 1, 1}};
    guint i, at, total;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      GstHarness *h = start (cases[i].factor);
      GstStructure *stats;
      GstBuffer *b;
      guint size = 0, cap;

      /* Past the delay every buffer has its regular size. */
      for (at = 0, total = 0; at < 4096; at += 16) {
        gst_harness_push (h, make_buffer (at, 16));
        while ((b = gst_harness_try_pull (h))) {
          size = frames_of (b);
          fail_unless (size <= cases[i].most);
          if (total > 0)
            fail_unless (size >= cases[i].least);
          total += size;
          fail_unless (b->pool != NULL);
          gst_buffer_unref (b);
        }
      }
      g_object_get (h->element, "stats", &stats, NULL);
      fail_unless (gst_structure_get_uint (stats, "pool-cap", &cap));
      fail_unless_equals_int (cap, 4096);
      gst_structure_free (stats);
      gst_harness_push_event (h, gst_event_new_eos ());
      while ((b = gst_harness_try_pull (h))) {
        total += frames_of (b);
        gst_buffer_unref (b);
      }
      fail_unless_equals_int (
          total, (4096 + cases[i].factor - 1) / cases[i].factor);
      gst_harness_teardown (h);
    }
  }
GST_END_TEST;

GST_START_TEST (test_gap_keeps_grid_and_ledger)
  {
    /* 1001 inputs, 505 lost, 700 inputs from 1506 on; grid of 16. */
    GstHarness *h = start (16);
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat)), *want;
    guint64 lost = 0, total = 0, sum = 0, begin;
    guint at, discont = 0;
    GstBuffer *b;

    for (at = 0; at < 1001; at += 13)
      gst_harness_push (h, make_buffer (at, MIN (13, 1001 - at)));
    b = make_buffer (1506, 700);
    gst_buffer_add_eeg_meta (b, 1506, 700, 505, 8);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (h, b);
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      gst_buffer_get_eeg_ledger (b, &begin, NULL, &lost, NULL);
      if (begin >= 63 && GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT)) {
        discont++;
        /* ceil (1506 / 16), and the input that it belongs to. */
        fail_unless_equals_uint64 (begin, 95);
        fail_unless_equals_uint64 (lost, 95 - 63);
        fail_unless_equals_uint64 (GST_BUFFER_PTS (b),
            gst_util_uint64_scale (95 * 16, GST_SECOND, RATE));
      } else {
        fail_unless_equals_uint64 (lost, 0);
      }
      sum += lost;
      total += frames_of (b);
      if (begin < 63) {
        GstMapInfo map;
        gst_buffer_map (b, &map, GST_MAP_READ);
        g_array_append_vals (got, map.data, map.size / sizeof (gfloat));
        gst_buffer_unmap (b, &map);
      }
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (discont, 1);
    fail_unless_equals_uint64 (sum + total, (2206 + 15) / 16);
    want = expected (0, 1001, 16);
    fail_unless_same (got, want);
    g_array_unref (got);
    g_array_unref (want);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_status_runs_move_along)
  {
    GstHarness *h = start (4);
    GstEegMeta *m;
    GstBuffer *b;
    guint seen = 0;
    guint64 i;

    for (i = 0; i < 4; i++) {
      b = make_buffer (i * 100, 100);
      m = gst_buffer_add_eeg_meta (b, i * 100, 100, 0, 8);
      if (i == 1) {
        gst_eeg_meta_add_run (m, 141, 8, GST_EEG_STATUS_SATURATED, 1, 0);
        gst_eeg_meta_set_edge (m, 120, 5 * GST_SECOND);
      }
      gst_harness_push (h, b);
    }
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      m = gst_buffer_get_eeg_meta (b);
      for (i = m->first_sample; i < m->first_sample + m->n_samples; i++) {
        gboolean is = gst_eeg_meta_get_flags_at (m, i, 1) != 0;
        fail_unless_equals_int (is, i >= 35 && i <= 37);
        fail_unless_equals_int (gst_eeg_meta_get_flags_at (m, i, 0), 0);
      }
      if (GST_CLOCK_TIME_IS_VALID (m->edge_time)) {
        seen++;
        fail_unless_equals_uint64 (m->edge_sample, 30);
        fail_unless_equals_uint64 (m->edge_time, 5 * GST_SECOND);
      }
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (seen, 1);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_pts_jump_without_lost_samples)
  {
    /* The clock says 1 s later: outputs from there on say it too. */
    GstHarness *h = start (4);
    GstBuffer *b;

    gst_harness_push (h, make_buffer (0, 400));
    b = make_buffer (400, 400);
    GST_BUFFER_PTS (b) += GST_SECOND;
    gst_harness_push (h, b);
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      guint64 begin = GST_BUFFER_OFFSET (b);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b),
          gst_util_uint64_scale (begin * 4, GST_SECOND, RATE) +
              (begin < 100 ? 0 : GST_SECOND));
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_flush_forgets)
  {
    GstHarness *h = start (16);
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat)), *want;
    GstSegment segment;

    gst_harness_push (h, make_buffer (0, 777));
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (h, gst_event_new_segment (&segment));
    while (gst_harness_buffers_in_queue (h))
      gst_buffer_unref (gst_harness_pull (h));
    gst_harness_push (h, make_buffer (1600, 801));
    gst_harness_push_event (h, gst_event_new_eos ());
    fail_unless_equals_uint64 (take_all (h, got, 100, 16), 151);
    want = expected (1600, 801, 16);
    fail_unless_same (got, want);
    g_array_unref (got);
    g_array_unref (want);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_latency)
  {
    GstHarness *h = start (16);
    guint half = eeg_dsp_decimator_delay_for (16, EEG_DSP_QUALITY_STANDARD);
    guint i;

    gst_harness_set_upstream_latency (h, 3 * GST_MSECOND);
    gst_harness_push (h, make_buffer (0, 1));
    fail_unless_equals_uint64 (gst_harness_query_latency (h),
        3 * GST_MSECOND + gst_util_uint64_scale (half, GST_SECOND, RATE));
    /* And it is the truth: output 0 leaves with input `half`. */
    for (i = 1; i < half; i++)
      gst_harness_push (h, make_buffer (i, 1));
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
    gst_harness_push (h, make_buffer (half, 1));
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 1);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_caps)
  {
    GstHarness *h = start (16);
    GstStructure *s;
    GstCaps *caps;
    gint n, d, rate;

    gst_harness_push (h, make_buffer (0, 1));
    caps = gst_pad_get_current_caps (h->sinkpad);
    s = gst_caps_get_structure (caps, 0);
    fail_unless (gst_structure_get_int (s, "rate", &rate) && rate == 250);
    fail_if (gst_structure_has_field (s, "eeg-exact-rate"));
    fail_unless (gst_structure_has_field (s, "eeg-labels"));
    gst_caps_unref (caps);
    gst_harness_teardown (h);

    h = gst_harness_new ("eegdownsample");
    g_object_set (h->element, "factor", 16, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "250"));
    gst_harness_push (h, make_buffer (0, 1));
    caps = gst_pad_get_current_caps (h->sinkpad);
    s = gst_caps_get_structure (caps, 0);
    fail_unless (gst_structure_get_int (s, "rate", &rate) && rate == 16);
    fail_unless (gst_structure_get_fraction (s, "eeg-exact-rate", &n, &d));
    fail_unless (n == 125 && d == 8);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_new_caps_drain_the_old_stream)
  {
    GstHarness *h = start (4);
    GstBuffer *b;
    guint n = 0;

    gst_harness_push (h, make_buffer (0, 101));
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "1000"));
    while ((b = gst_harness_try_pull (h))) {
      n += frames_of (b);
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (n, 26);
    gst_harness_push (h, make_buffer (101, 99));
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      n += frames_of (b);
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (n, 50);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Downstream asks for the caps again: nothing may change in the stream. */
GST_START_TEST (test_reconfigure_changes_nothing)
  {
    GstHarness *h = start (16);
    GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));
    GArray *want = expected (0, 2000, 16);

    gst_harness_push (h, make_buffer (0, 999));
    gst_harness_push_upstream_event (h, gst_event_new_reconfigure ());
    gst_harness_push (h, make_buffer (999, 1001));
    gst_harness_push_event (h, gst_event_new_eos ());
    take_all (h, got, 0, 16);
    fail_unless_same (got, want);
    g_array_unref (got);
    g_array_unref (want);
    gst_harness_teardown (h);
  }
GST_END_TEST;

static void
expect_message (GstBus *bus, GstMessageType type, const gchar *const *words)
{
  GstMessage *m = gst_bus_pop_filtered (bus, type);
  GError *error;

  fail_unless (m != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  else
    gst_message_parse_warning (m, &error, NULL);
  for (; *words; words++)
    fail_unless (strstr (error->message, *words) != NULL, "%s: %s", *words,
        error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (
                   bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == NULL);
}

GST_START_TEST (test_impossible_factor_refused)
  {
    static const gchar *const words[] = {
        "factor 300", "250 Hz", "1 to 250", NULL};
    GstHarness *h = gst_harness_new ("eegdownsample");
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    g_object_set (h->element, "factor", 300, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "250"));
    fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
    expect_message (bus, GST_MESSAGE_ERROR, words);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_counts_and_plain_audio_refused)
  {
    static const gchar *const words[] = {"eeg-unit", "eegfromaudio", NULL};
    GstHarness *h = gst_harness_new ("eegdownsample");
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=adc,eeg-full-scale=(double)0.1");
    fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0");
    fail_if (gst_harness_push (h, make_buffer (0, 20)) == GST_FLOW_OK);
    expect_message (bus, GST_MESSAGE_ERROR, words);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* What sums are made in, and that they are: against double, on an offset of
 * 20 mV, nothing but the last bit may differ. */
GST_START_TEST (test_precision)
  {
    static const struct
    {
      const gchar *format, *quality, *precision, *phase, *is;
    } cases[] = {{"F32LE", "standard", "auto", "linear", "single"},
        {"F32LE", "low", "auto", "linear", "single"},
        {"F32LE", "high", "auto", "linear", "double"},
        {"F32LE", "high", "single", "linear", "single"},
        {"F32LE", "standard", "double", "linear", "double"},
        {"F32LE", "standard", "single", "minimum", "double"},
        {"F64LE", "standard", "auto", "linear", "double"},
        {"F64LE", "standard", "single", "linear", "double"}};
    GArray *got[2];
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      gchar *caps = g_strdup_printf (CAPS ("%s", "4000"), cases[i].format);
      GstHarness *h = gst_harness_new ("eegdownsample");
      GstStructure *stats;

      gst_util_set_object_arg (
          G_OBJECT (h->element), "quality", cases[i].quality);
      gst_util_set_object_arg (
          G_OBJECT (h->element), "precision", cases[i].precision);
      gst_util_set_object_arg (G_OBJECT (h->element), "phase", cases[i].phase);
      gst_harness_set_src_caps_str (h, caps);
      g_object_get (h->element, "stats", &stats, NULL);
      fail_unless_equals_string (
          gst_structure_get_string (stats, "precision"), cases[i].is);
      gst_structure_free (stats);
      gst_harness_teardown (h);
      g_free (caps);
    }
    for (i = 0; i < 2; i++) {
      GstHarness *h = gst_harness_new ("eegdownsample");

      got[i] = g_array_new (FALSE, FALSE, sizeof (gfloat));
      g_object_set (h->element, "factor", 16, NULL);
      gst_util_set_object_arg (
          G_OBJECT (h->element), "precision", i ? "double" : "single");
      gst_harness_set_src_caps_str (h, CAPS ("F32LE", "4000"));
      fail_unless (gst_harness_push (h, make_buffer (0, 8000)) == GST_FLOW_OK);
      fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
      take_all (h, got[i], 0, 16);
      gst_harness_teardown (h);
    }
    fail_unless_equals_int (got[0]->len, got[1]->len);
    fail_unless (got[0]->len == 500 * CHANNELS);
    for (i = 0; i < got[0]->len; i++)
      fail_unless (fabsf (g_array_index (got[0], gfloat, i) -
                          g_array_index (got[1], gfloat, i)) < 2e-9f);
    g_array_free (got[0], TRUE);
    g_array_free (got[1], TRUE);
  }
GST_END_TEST;

GST_START_TEST (test_change_while_playing_refused)
  {
    static const gchar *const words[] = {"factor", "keeps", NULL};
    GstHarness *h = start (16);
    GstBus *bus = gst_bus_new ();
    gint factor;

    gst_element_set_bus (h->element, bus);
    gst_harness_push (h, make_buffer (0, 20));
    g_object_set (h->element, "factor", 16, NULL);
    g_object_set (h->element, "factor", 8, NULL);
    expect_message (bus, GST_MESSAGE_WARNING, words);
    g_object_get (h->element, "factor", &factor, NULL);
    fail_unless_equals_int (factor, 16);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_nan_contained_and_reported)
  {
    static const gchar *const words[] = {"not finite", NULL};
    GstHarness *h = start (4);
    GstBus *bus = gst_bus_new ();
    GstEegStatusFlags any, seen = 0;
    GstStructure *stats;
    guint64 nonfinite;
    GstMapInfo map;
    GstBuffer *b;
    guint i;

    gst_element_set_bus (h->element, bus);
    for (i = 0; i < 4; i++) {
      b = make_buffer (i * 50, 50);
      gst_buffer_map (b, &map, GST_MAP_WRITE);
      if (i == 1 || i == 2)
        ((gfloat *) map.data)[21] = i == 1 ? NAN : -INFINITY;
      gst_buffer_unmap (b, &map);
      gst_harness_push (h, b);
    }
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any);
      seen |= any;
      gst_buffer_map (b, &map, GST_MAP_READ);
      for (i = 0; i < map.size / sizeof (gfloat); i++)
        fail_unless (fabsf (((gfloat *) map.data)[i] - 0.02f) < 1e-3f);
      gst_buffer_unmap (b, &map);
      gst_buffer_unref (b);
    }
    fail_unless (seen & GST_EEG_STATUS_NONFINITE);
    expect_message (bus, GST_MESSAGE_WARNING, words);
    g_object_get (h->element, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "nonfinite", &nonfinite));
    fail_unless_equals_uint64 (nonfinite, 2);
    gst_structure_free (stats);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* Everything that leaves is held downstream: the pool reaches its cap, and
 * not one sample is missing. */
GST_START_TEST (test_pool_at_its_cap_loses_nothing)
  {
    GstHarness *h = gst_harness_new ("eegdownsample");
    GstStructure *stats;
    guint64 failures;
    guint at;

    g_object_set (h->element, "factor", 16, "pool-min-buffers", 2,
        "pool-max-buffers", 4, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "4000"));
    for (at = 0; at < 1600; at += 16)
      fail_unless_equals_int (
          gst_harness_push (h, make_buffer (at, 16)), GST_FLOW_OK);
    gst_harness_push_event (h, gst_event_new_eos ());
    g_object_get (h->element, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "pool-failures", &failures));
    fail_unless (failures > 0);
    gst_structure_free (stats);
    fail_unless_equals_uint64 (take_all (h, NULL, 0, 16), 100);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_states_and_restart)
  {
    GstElement *e = gst_element_factory_make ("eegdownsample", NULL);
    guint i;

    for (i = 0; i < 3; i++) {
      fail_unless (gst_element_set_state (e, GST_STATE_PLAYING) !=
                   GST_STATE_CHANGE_FAILURE);
      fail_unless (gst_element_set_state (e, GST_STATE_NULL) ==
                   GST_STATE_CHANGE_SUCCESS);
      g_object_set (e, "factor", 2 + i, NULL);
    }
    gst_object_unref (e);
  }
GST_END_TEST;

GST_START_TEST (test_response)
  {
    GstElement *e = gst_element_factory_make ("eegdownsample", NULL);
    gdouble f[2] = {10, 170}, re[2], im[2], value;
    GstStructure *s;

    g_object_set (e, "factor", 16, NULL);
    fail_unless (
        gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 4000, f, 2, re, im));
    fail_unless (fabs (re[0] - 1) < 1e-3 && im[0] == 0);
    fail_unless (fabs (re[1]) < 1e-5);
    s = gst_eeg_response_describe (GST_EEG_RESPONSE (e), 4000);
    fail_unless (gst_structure_get_double (s, "out-rate", &value));
    fail_unless (value == 250);
    fail_unless (gst_structure_get_double (s, "latency", &value));
    fail_unless (value > 0.01 && value < 0.1);
    fail_unless (gst_structure_get_double (s, "alias-attenuation", &value));
    fail_unless (value >= 100);
    gst_structure_free (s);
    fail_if (gst_eeg_response_evaluate (GST_EEG_RESPONSE (e), 8, f, 2, re, im));
    gst_object_unref (e);
  }
GST_END_TEST;

static Suite *
eegdownsample_suite (void)
{
  Suite *s = suite_create ("eegdownsample");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_scipy);
  tcase_add_test (tc, test_batches_of_16);
  tcase_add_test (tc, test_gap_keeps_grid_and_ledger);
  tcase_add_test (tc, test_status_runs_move_along);
  tcase_add_test (tc, test_pts_jump_without_lost_samples);
  tcase_add_test (tc, test_flush_forgets);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_new_caps_drain_the_old_stream);
  tcase_add_test (tc, test_reconfigure_changes_nothing);
  tcase_add_test (tc, test_impossible_factor_refused);
  tcase_add_test (tc, test_counts_and_plain_audio_refused);
  tcase_add_test (tc, test_precision);
  tcase_add_test (tc, test_change_while_playing_refused);
  tcase_add_test (tc, test_nan_contained_and_reported);
  tcase_add_test (tc, test_pool_at_its_cap_loses_nothing);
  tcase_add_test (tc, test_states_and_restart);
  tcase_add_test (tc, test_response);
  return s;
}

GST_CHECK_MAIN (eegdownsample);
