/* The spectrum element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/dsp/eegdsp-spectrum.h>
#include <gst/eeg/eeg.h>

#define CHANNELS 2
#define RATE     250
#define CAPS(format, rate)                                                     \
  "audio/x-raw,format=" format ",layout=interleaved,rate=" rate                \
  ",channels=2,channel-mask=(bitmask)0x0,eeg-unit=V,"                          \
  "eeg-full-scale=(double)1.0,eeg-labels=<O1,O2>"

/* --- rig ------------------------------------------------------------------ */

/* 10 uV at 10 Hz and 4 uV at 20 Hz on an offset; the second channel twice. */
static gfloat
sample (guint64 frame, guint channel)
{
  gdouble t = frame / (gdouble) RATE;

  return (gfloat) ((channel + 1) * (0.01 + 10e-6 * sin (2 * M_PI * 10 * t) +
                                       4e-6 * cos (2 * M_PI * 20 * t)));
}

static GstBuffer *
make_buffer (guint64 begin, guint frames)
{
  gfloat *x = g_new (gfloat, MAX (frames, 1) * CHANNELS);
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

typedef struct
{
  GstHarness *h;
  GstBus *bus;
  GQueue spectra, trouble; /* messages that were looked at already */
} Rig;

static Rig
rig_new (const gchar *launch)
{
  Rig r = {NULL};
  g_autoptr (GError) error = NULL;
  GstElement *e = gst_parse_launch (launch, &error);

  fail_unless (e != NULL, "%s", error ? error->message : "");
  r.h = gst_harness_new_with_element (e, "sink", "src");
  gst_object_unref (e);
  r.bus = gst_bus_new ();
  gst_element_set_bus (r.h->element, r.bus);
  gst_harness_set_src_caps_str (r.h, CAPS ("F32LE", "250"));
  return r;
}

static void
rig_free (Rig *r)
{
  gst_element_set_bus (r->h->element, NULL);
  gst_object_unref (r->bus);
  g_queue_clear_full (&r->spectra, (GDestroyNotify) gst_message_unref);
  g_queue_clear_full (&r->trouble, (GDestroyNotify) gst_message_unref);
  gst_harness_teardown (r->h);
}

static void
sort_messages (Rig *r)
{
  GstMessage *m;

  while ((m = gst_bus_pop (r->bus))) {
    if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ELEMENT)
      g_queue_push_tail (&r->spectra, m);
    else if (GST_MESSAGE_TYPE (m) & (GST_MESSAGE_WARNING | GST_MESSAGE_ERROR))
      g_queue_push_tail (&r->trouble, m);
    else
      gst_message_unref (m);
  }
}

static void
feed (Rig *r, guint64 begin, guint frames)
{
  fail_unless_equals_int (
      gst_harness_push (r->h, make_buffer (begin, frames)), GST_FLOW_OK);
}

/* The next "eeg-spectrum" message, or NULL. */
static GstMessage *
next_message (Rig *r, gboolean filling)
{
  GstMessage *m;
  gboolean is;

  sort_messages (r);
  while ((m = g_queue_pop_head (&r->spectra))) {
    const GstStructure *s = gst_message_get_structure (m);

    fail_unless (gst_structure_has_name (s, "eeg-spectrum"));
    fail_unless (gst_structure_get_boolean (s, "filling", &is));
    if (is == filling)
      return m;
    gst_message_unref (m);
  }
  return NULL;
}

static gdouble
at (GstMessage *m, const gchar *field, gint i, gint k)
{
  const GValue *v =
      gst_structure_get_value (gst_message_get_structure (m), field);

  fail_unless (v != NULL, "no %s", field);
  fail_unless (i < (gint) gst_value_array_get_size (v));
  v = gst_value_array_get_value (v, i);
  if (k >= 0) {
    fail_unless (k < (gint) gst_value_array_get_size (v));
    v = gst_value_array_get_value (v, k);
  }
  return G_VALUE_HOLDS_DOUBLE (v) ? g_value_get_double (v)
                                  : g_value_get_uint (v);
}

static guint64
u64 (GstMessage *m, const gchar *field)
{
  guint64 value = 0;

  fail_unless (
      gst_structure_get_uint64 (gst_message_get_structure (m), field, &value),
      "no %s", field);
  return value;
}

static guint64
stat_of (Rig *r, const gchar *field)
{
  GstStructure *s;
  guint64 value;

  g_object_get (r->h->element, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint64 (s, field, &value), "%s", field);
  gst_structure_free (s);
  return value;
}

static void
expect_trouble (Rig *r, GstMessageType type, const gchar *const *words)
{
  GstMessage *m;
  GError *error;

  sort_messages (r);
  m = g_queue_pop_head (&r->trouble);
  fail_unless (m != NULL && GST_MESSAGE_TYPE (m) == type);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  else
    gst_message_parse_warning (m, &error, NULL);
  for (; *words; words++)
    fail_unless (strstr (error->message, *words) != NULL, "%s: %s", *words,
        error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (g_queue_is_empty (&r->trouble));
}

/* --- numbers -------------------------------------------------------------- */

GST_START_TEST (test_sine_is_exact)
  {
    Rig r = rig_new ("eegspectrum");
    GstMessage *m;
    GstBuffer *b;
    GstMapInfo map;
    const gfloat *psd;
    gint c;

    feed (&r, 0, 500);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), 500);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (b), 0);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (b), 2 * GST_SECOND);
    gst_buffer_map (b, &map, GST_MAP_READ);
    fail_unless_equals_int (map.size, CHANNELS * 251 * 4);
    psd = (const gfloat *) map.data;
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    for (c = 0; c < CHANNELS; c++) {
      gdouble g = (c + 1) * (c + 1), p = 50 * g + 8 * g;

      /* Hann: two thirds of the power are in the middle bin of three. */
      fail_unless (fabs (psd[c * 251 + 20] - 50 * g * 2 / 3 / 0.5) < 5e-3 * g);
      fail_unless (fabs (at (m, "psd", c, 20) - psd[c * 251 + 20]) < 1e-4 * g);
      fail_unless (fabs (at (m, "band-power", c, 2) - 50 * g) < 5e-3 * g);
      fail_unless (fabs (at (m, "band-power", c, 3) - 8 * g) < 5e-3 * g);
      fail_unless (fabs (at (m, "total-power", c, -1) - p) < 5e-3 * g);
      fail_unless (fabs (at (m, "band-relative", c, 2) - 50 / 58.0) < 1e-5);
      fail_unless (fabs (at (m, "band-peak", c, 2) - 10) < 1e-3);
      fail_unless (fabs (at (m, "band-peak", c, 3) - 20) < 1e-3);
      fail_unless (fabs (at (m, "peak", c, -1) - 10) < 1e-3);
      fail_unless (at (m, "channel-flags", c, -1) == 0);
    }
    fail_unless (at (m, "frequencies", 250, -1) == 125);
    {
      const GstStructure *bands = gst_value_get_structure (
          gst_structure_get_value (gst_message_get_structure (m), "bands"));

      fail_unless (g_value_get_double (gst_value_array_get_value (
                       gst_structure_get_value (bands, "alpha"), 1)) ==
                   at (m, "band-power", 1, 2));
    }
    fail_unless_equals_uint64 (u64 (m, "sample"), 0);
    fail_unless_equals_uint64 (u64 (m, "end-sample"), 500);
    fail_unless_equals_string (
        gst_structure_get_string (gst_message_get_structure (m), "unit"),
        "uV^2/Hz");
    gst_message_unref (m);
    gst_buffer_unmap (b, &map);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

/* 1 uV^2/Hz of white noise: sigma^2 = rate / 2. */
GST_START_TEST (test_white_noise_level)
  {
    Rig r = rig_new ("eegspectrum window=40 segment=1 hop=40 bands=all:2-120");
    const guint frames = 40 * RATE;
    gfloat *x = g_new (gfloat, frames * CHANNELS);
    GRand *rand = g_rand_new_with_seed (3);
    GstMessage *m;
    guint i, k, averages;

    for (i = 0; i < frames * CHANNELS; i++) {
      gdouble sum = 0;
      for (k = 0; k < 12; k++)
        sum += g_rand_double (rand);
      x[i] = (gfloat) ((sum - 6) * sqrt (RATE / 2.0) * 1e-6);
    }
    gst_harness_push (
        r.h, gst_buffer_new_wrapped (x, frames * CHANNELS * sizeof (gfloat)));
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    fail_unless (gst_structure_get_uint (
        gst_message_get_structure (m), "averages", &averages));
    fail_unless_equals_int (averages, 79);
    fail_unless (fabs (at (m, "band-power", 0, 0) / 118 - 1) < 0.05);
    fail_unless (fabs (at (m, "band-power", 1, 0) / 118 - 1) < 0.05);
    gst_message_unref (m);
    g_rand_free (rand);
    rig_free (&r);
  }
GST_END_TEST;

static GArray *
take_all (Rig *r, GArray *offsets)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gfloat));
  GstBuffer *b;
  GstMapInfo map;

  while ((b = gst_harness_try_pull (r->h))) {
    gst_buffer_map (b, &map, GST_MAP_READ);
    g_array_append_vals (all, map.data, map.size / sizeof (gfloat));
    gst_buffer_unmap (b, &map);
    if (offsets) {
      g_array_append_val (offsets, GST_BUFFER_OFFSET (b));
      g_array_append_val (offsets, GST_BUFFER_PTS (b));
    }
    gst_buffer_unref (b);
  }
  return all;
}

GST_START_TEST (test_splits_are_bit_exact)
  {
    const guint frames = 2345;
    GRand *rand = g_rand_new_with_seed (4);
    GArray *want = NULL, *offsets = NULL;
    guint round, i;

    for (round = 0; round < 6; round++) {
      Rig r = rig_new ("eegspectrum segment=0.5 average=1");
      GArray *o = g_array_new (FALSE, FALSE, sizeof (guint64)), *got;
      guint begin, n;

      for (begin = 0; begin < frames; begin += n) {
        n = round == 0   ? frames
            : round == 1 ? 1
                         : (guint) g_rand_int_range (rand, 1, 100 * round);
        n = MIN (n, frames - begin);
        feed (&r, begin, n);
      }
      gst_harness_push_event (r.h, gst_event_new_eos ());
      got = take_all (&r, o);
      if (round == 0) {
        want = got;
        offsets = o;
        /* 4 a second, of 62.5 samples. */
        fail_unless_equals_int (o->len / 2, 1 + (frames - 500) * 2 / 125);
        for (i = 0; i < o->len / 2; i++) {
          guint64 begins = i * 125 / 2;
          fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i), begins);
          fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i + 1),
              gst_util_uint64_scale (begins, GST_SECOND, RATE));
        }
      } else {
        fail_unless_equals_int (got->len, want->len);
        fail_unless (
            memcmp (got->data, want->data, got->len * sizeof (gfloat)) == 0);
        fail_unless (memcmp (o->data, offsets->data, o->len * 8) == 0);
        g_array_unref (got);
        g_array_unref (o);
      }
      rig_free (&r);
    }
    g_array_unref (want);
    g_array_unref (offsets);
    g_rand_free (rand);
  }
GST_END_TEST;

/* The alpha of the synthetic EEG, found where it belongs. */
GST_START_TEST (test_alpha_peak_on_occipital)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc channels=8 rate=250 num-buffers=7500 seed=1 "
        "labels=Fp1,Fp2,C3,C4,P3,P4,O1,O2 ! eegspectrum window=20 segment=4 "
        "hop=20 ! fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GstMessage *m;
    guint seen = 0;

    gst_element_set_state (p, GST_STATE_PLAYING);
    while ((m = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND,
                GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR)) &&
           GST_MESSAGE_TYPE (m) == GST_MESSAGE_ELEMENT) {
      gboolean filling = TRUE;

      gst_structure_get_boolean (
          gst_message_get_structure (m), "filling", &filling);
      if (!filling) {
        gint c;

        for (c = 6; c < 8; c++)
          fail_unless (fabs (at (m, "band-peak", c, 2) - 10) <= 0.25, "%g",
              at (m, "band-peak", c, 2));
        fail_unless (
            at (m, "band-power", 6, 2) > 3 * at (m, "band-power", 0, 2));
        seen++;
      }
      gst_message_unref (m);
    }
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    fail_unless (seen >= 1);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

/* A recording of a real ADS1299: the subject rests with closed eyes from about
 * 30 to 70 s, and the last two channels are occipital. */
GST_START_TEST (test_eyes_closed_recording)
  {
    const gchar *folder = g_getenv ("EEG_DATA_DIR");
    g_autofree gchar *path =
        g_build_filename (folder ? folder : TEST_SOURCE_ROOT "/../shared/data",
            "ads1299-counts-8ch-250sps.s32le", NULL);
    g_autofree gchar *data = NULL;
    GstElement *e;
    guint window, found = 0;
    Rig r = {NULL};
    GstMessage *m;
    gdouble *x;
    gsize n, i;

    if (!g_file_get_contents (path, &data, &n, NULL)) {
      g_print ("SKIP: no recording at %s\n", path);
      return;
    }
    n /= 4;
    x = g_new (gdouble, n);
    for (i = 0; i < n; i++)
      x[i] = (gint32) GST_READ_UINT32_LE (data + 4 * i) * (4.5 / 24 / 8388608);
    e = gst_parse_launch (
        "eegspectrum window=10 segment=2 hop=10 bands=alpha:8-13,all:2-30",
        NULL);
    r.h = gst_harness_new_with_element (e, "sink", "src");
    gst_object_unref (e);
    r.bus = gst_bus_new ();
    gst_element_set_bus (r.h->element, r.bus);
    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=8,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0");
    gst_harness_push (r.h, gst_buffer_new_wrapped (x, n * sizeof *x));
    for (window = 0; (m = next_message (&r, FALSE)); window++) {
      gdouble share[8], peak = at (m, "band-peak", 6, 0);

      for (i = 0; i < 8; i++)
        share[i] = at (m, "band-relative", (gint) i, 0);
      /* Awake and blinking, then at rest. */
      if (window < 2)
        fail_unless (share[6] < 0.3 && share[7] < 0.3);
      if (window >= 3 && window < 7) {
        fail_unless (share[6] > 0.4 && share[7] > 0.4, "%u: %g, %g", window,
            share[6], share[7]);
        fail_unless (share[6] > 1.2 * share[0] && share[7] > 1.2 * share[0]);
        fail_unless (peak > 9.5 && peak < 12.5, "%u: %g Hz", window, peak);
        found++;
      }
      gst_message_unref (m);
    }
    fail_unless_equals_int (found, 4);
    rig_free (&r);
  }
GST_END_TEST;

/* --- windows -------------------------------------------------------------- */

GST_START_TEST (test_filling_is_announced)
  {
    Rig r = rig_new ("eegspectrum window=2");
    gdouble filled, last = -1;
    GstMessage *m;
    guint n = 0;

    feed (&r, 0, 499);
    while ((m = next_message (&r, TRUE))) {
      fail_unless (gst_structure_get_double (
          gst_message_get_structure (m), "filled", &filled));
      fail_unless (filled > last && filled < 1);
      fail_unless (
          !gst_structure_has_field (gst_message_get_structure (m), "psd"));
      last = filled;
      n++;
      gst_message_unref (m);
    }
    fail_unless_equals_int (n, 8);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 499, 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    gst_message_unref (m);
    feed (&r, 500, 1000);
    fail_unless (next_message (&r, TRUE) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_no_window_across_a_gap)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    guint64 lost, want[] = {0, 700, 950, 2000};
    GstBuffer *b;
    GstMessage *m;
    guint i;

    feed (&r, 0, 260);
    /* Told by the index alone, with a time of its own, and with a flag. */
    b = make_buffer (700, 500);
    GST_BUFFER_PTS (b) += GST_SECOND;
    gst_buffer_add_eeg_meta (b, 700, 500, 440, 8);
    gst_harness_push (r.h, b);
    feed (&r, 1200, 240);
    b = make_buffer (2000, 250);
    GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push (r.h, b);
    for (i = 0; i < 4; i++) {
      b = gst_harness_pull (r.h);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), want[i]);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (b), want[i] + 250);
      fail_unless_equals_uint64 (GST_BUFFER_PTS (b),
          gst_util_uint64_scale (want[i], GST_SECOND, RATE) +
              (i == 1 || i == 2 ? GST_SECOND : 0));
      fail_unless_equals_int (
          GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), i != 2);
      gst_buffer_get_eeg_ledger (b, NULL, NULL, &lost, NULL);
      fail_unless_equals_uint64 (lost, i == 1 ? 440 : 0);
      gst_buffer_unref (b);
    }
    fail_unless (gst_harness_try_pull (r.h) == NULL);
    /* Filling is announced for each beginning. */
    for (i = 0; (m = next_message (&r, TRUE)); i++)
      gst_message_unref (m);
    fail_unless_equals_int (i, 3 * 8);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_flush_begins_anew)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstSegment segment;
    GstBuffer *b;

    feed (&r, 0, 200);
    gst_harness_push_event (r.h, gst_event_new_flush_start ());
    gst_harness_push_event (r.h, gst_event_new_flush_stop (TRUE));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (r.h, gst_event_new_segment (&segment));
    /* A renegotiation in between must not save the old samples. */
    gst_harness_push_upstream_event (r.h, gst_event_new_reconfigure ());
    feed (&r, 200, 249);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 449, 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 200);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_reconfigure_changes_nothing)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");

    feed (&r, 0, 200);
    gst_harness_push_upstream_event (r.h, gst_event_new_reconfigure ());
    feed (&r, 200, 50);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 1);
    rig_free (&r);
  }
GST_END_TEST;

/* The converter behind the volts got another gain: the signal is the same. */
GST_START_TEST (test_new_gain_of_volts_goes_on)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b;

    feed (&r, 0, 200);
    gst_harness_set_src_caps_str (
        r.h, CAPS ("F32LE", "250") ",eeg-gain=(double)12");
    feed (&r, 200, 50);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 0);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

/* New bands keep the window, but not across a gap that comes with them. */
GST_START_TEST (test_change_does_not_hide_a_gap)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b;
    guint i;

    for (i = 0; i < 2; i++) {
      feed (&r, 1000 * i, 200);
      g_object_set (r.h->element, "bands", i ? "a:1-2" : "b:1-2", NULL);
      b = make_buffer (1000 * i + (i ? 200 : 700), 249);
      if (i)
        GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
      gst_harness_push (r.h, b);
      fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    }
    feed (&r, 1449, 1);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1200);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_eos_drops_the_rest)
  {
    Rig r = rig_new ("eegspectrum window=1");

    feed (&r, 0, 249);
    gst_harness_push_event (r.h, gst_event_new_eos ());
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    fail_unless (next_message (&r, FALSE) == NULL);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_hop_longer_than_window)
  {
    Rig r = rig_new ("eegspectrum window=0.5 hop=1");
    GArray *o = g_array_new (FALSE, FALSE, sizeof (guint64)), *all;
    guint i;

    feed (&r, 0, 1000);
    all = take_all (&r, o);
    fail_unless_equals_int (o->len, 2 * 4);
    for (i = 0; i < 4; i++)
      fail_unless_equals_uint64 (g_array_index (o, guint64, 2 * i), 250 * i);
    g_array_unref (all);
    g_array_unref (o);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_latency)
  {
    Rig r = rig_new ("eegspectrum window=2");

    gst_harness_set_upstream_latency (r.h, 3 * GST_MSECOND);
    feed (&r, 0, 1);
    fail_unless_equals_uint64 (
        gst_harness_query_latency (r.h), 3 * GST_MSECOND + 2 * GST_SECOND);
    rig_free (&r);
  }
GST_END_TEST;

/* --- flags ---------------------------------------------------------------- */

GST_START_TEST (test_status_of_the_window)
  {
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b = make_buffer (0, 100);
    GstEegStatusFlags any;
    GstMessage *m;
    GstEegMeta *meta = gst_buffer_add_eeg_meta (b, 0, 100, 0, 8);

    gst_eeg_meta_add_run (meta, 10, 20, GST_EEG_STATUS_SATURATED, 1, 0);
    gst_harness_push (r.h, b);
    b = make_buffer (100, 300);
    meta = gst_buffer_add_eeg_meta (b, 100, 300, 0, 8);
    gst_eeg_meta_add_run (meta, 245, 10, GST_EEG_STATUS_LEAD_OFF, 0, 0);
    gst_eeg_meta_add_run (meta, 100, 7, GST_EEG_STATUS_FILLED, -1, 0);
    gst_harness_push (r.h, b);
    feed (&r, 400, 350);

    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-saturated"), 20);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 5);
    fail_unless_equals_uint64 (u64 (m, "n-filled"), 14);
    fail_unless_equals_uint64 (u64 (m, "n-nonfinite"), 0);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 0, -1),
        GST_EEG_STATUS_LEAD_OFF | GST_EEG_STATUS_FILLED);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 1, -1),
        GST_EEG_STATUS_SATURATED | GST_EEG_STATUS_FILLED);
    gst_message_unref (m);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-saturated"), 0);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 5);
    gst_message_unref (m);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-lead-off"), 0);
    gst_message_unref (m);

    b = gst_harness_pull (r.h);
    gst_buffer_get_eeg_ledger (b, NULL, NULL, NULL, &any);
    fail_unless_equals_int (any, GST_EEG_STATUS_SATURATED |
                                     GST_EEG_STATUS_LEAD_OFF |
                                     GST_EEG_STATUS_FILLED);
    meta = gst_buffer_get_eeg_meta (b);
    fail_unless_equals_int (
        gst_eeg_meta_get_flags_at (meta, 249, 0), GST_EEG_STATUS_LEAD_OFF);
    fail_unless_equals_int (gst_eeg_meta_get_flags_at (meta, 249, 1), 0);
    gst_buffer_unref (b);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_nan_contained_and_reported)
  {
    static const gchar *const words[] = {"not finite", "sample", NULL};
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstBuffer *b = make_buffer (0, 250);
    GstMapInfo map;
    GstMessage *m;

    gst_buffer_map (b, &map, GST_MAP_WRITE);
    ((gfloat *) map.data)[2 * 30] = NAN;
    ((gfloat *) map.data)[2 * 31] = INFINITY;
    gst_buffer_unmap (b, &map);
    gst_harness_push (r.h, b);
    m = next_message (&r, FALSE);
    fail_unless_equals_uint64 (u64 (m, "n-nonfinite"), 2);
    fail_unless_equals_int (
        (gint) at (m, "channel-flags", 0, -1), GST_EEG_STATUS_NONFINITE);
    fail_unless_equals_int ((gint) at (m, "channel-flags", 1, -1), 0);
    /* Two held samples; the other channel has none of it. */
    fail_unless (fabs (at (m, "band-power", 0, 2) - 50) < 2);
    fail_unless (fabs (at (m, "band-power", 1, 2) - 200) < 0.01);
    gst_message_unref (m);
    fail_unless_equals_uint64 (stat_of (&r, "nonfinite"), 2);
    expect_trouble (&r, GST_MESSAGE_WARNING, words);
    rig_free (&r);
  }
GST_END_TEST;

/* --- who listens ---------------------------------------------------------- */

GST_START_TEST (test_nothing_computed_for_nobody)
  {
    GstHarness *h = gst_harness_new_with_padnames ("eegspectrum", "sink", NULL);
    Rig r = {.h = h, .bus = gst_bus_new ()};
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    GstPad *src = gst_element_get_static_pad (h->element, "src"), *pad;

    gst_element_set_bus (h->element, r.bus);
    g_object_set (h->element, "post-messages", FALSE, "window", 1.0, NULL);
    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "250"));
    feed (&r, 0, 1000);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 0);
    /* Messages alone, with nothing linked. */
    g_object_set (h->element, "post-messages", TRUE, NULL);
    feed (&r, 1000, 125);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 2);
    fail_unless_equals_uint64 (stat_of (&r, "delivered"), 0);
    g_object_set (h->element, "post-messages", FALSE, NULL);
    /* Linked to what ends nowhere: found out by one attempt. */
    {
      GstElement *queue = gst_element_factory_make ("identity", NULL);

      gst_element_set_state (queue, GST_STATE_PLAYING);
      pad = gst_element_get_static_pad (queue, "sink");
      fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
      feed (&r, 1125, 1000);
      fail_unless_equals_uint64 (stat_of (&r, "computed"), 3);
      gst_pad_unlink (src, pad);
      gst_object_unref (pad);
      gst_element_set_state (queue, GST_STATE_NULL);
      gst_object_unref (queue);
    }
    /* Linked: at once, with the window that is there. */
    g_object_set (sink, "async", FALSE, NULL);
    gst_element_set_state (sink, GST_STATE_PLAYING);
    pad = gst_element_get_static_pad (sink, "sink");
    fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
    feed (&r, 2125, 125);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 5);
    fail_unless_equals_uint64 (stat_of (&r, "delivered"), 2);
    gst_pad_unlink (src, pad);
    gst_object_unref (pad);
    feed (&r, 2250, 1000);
    fail_unless_equals_uint64 (stat_of (&r, "computed"), 5);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (sink);
    gst_object_unref (src);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_branch_of_a_tee)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=1000 ! tee name=t ! queue ! fakesink "
        "t. ! queue ! eegspectrum name=s ! fakesink",
        NULL);
    GstBus *bus = gst_element_get_bus (p);
    GstElement *s = gst_bin_get_by_name (GST_BIN (p), "s");
    GstStructure *stats;
    GstMessage *m;
    guint64 n;

    gst_element_set_state (p, GST_STATE_PLAYING);
    m = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
    gst_message_unref (m);
    g_object_get (s, "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, "delivered", &n));
    fail_unless (n > 1);
    gst_structure_free (stats);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (s);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

/* --- negotiation and changes ---------------------------------------------- */

GST_START_TEST (test_caps_describe_the_stream)
  {
    Rig r = rig_new ("eegspectrum max-frequency=45.2 hop=0.1 function=blackman "
                     "bands=\"alpha:8-13,low beta:13-20.5\"");
    GstStructure *s;
    GstCaps *caps;
    gint n, d, i;
    gdouble w;

    feed (&r, 0, 500);
    caps = gst_pad_get_current_caps (r.h->sinkpad);
    s = gst_caps_get_structure (caps, 0);
    fail_unless (gst_structure_has_name (s, "application/x-eeg-spectrum"));
    fail_unless (gst_structure_get_fraction (s, "rate", &n, &d));
    fail_unless (n == 10 && d == 1);
    fail_unless (gst_structure_get_int (s, "channels", &i) && i == 2);
    fail_unless (gst_structure_get_int (s, "bins", &i) && i == 91);
    fail_unless (gst_structure_get_double (s, "bin-width", &w) && w == 0.5);
    fail_unless (gst_structure_get_double (s, "window", &w) && w == 2);
    fail_unless_equals_string (gst_structure_get_string (s, "unit"), "uV^2/Hz");
    fail_unless_equals_string (
        gst_structure_get_string (s, "function"), "blackman");
    fail_unless_equals_string (g_value_get_string (gst_value_array_get_value (
                                   gst_structure_get_value (s, "labels"), 1)),
        "O2");
    fail_unless_equals_string (g_value_get_string (gst_value_array_get_value (
                                   gst_structure_get_value (s, "bands"), 1)),
        "low beta:13-20.5");
    gst_caps_unref (caps);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_f64_and_fractional_rates)
  {
    GstHarness *h = gst_harness_new ("eegspectrum");
    gdouble *x = g_new0 (gdouble, 2 * 400);
    GstCaps *caps;
    gdouble w;

    gst_harness_set_src_caps_str (h,
        "audio/x-raw,format=F64LE,layout=interleaved,rate=166,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"
        "eeg-exact-rate=(fraction)500/3");
    gst_harness_push (h, gst_buffer_new_wrapped (x, 2 * 400 * sizeof *x));
    /* 333 samples; spectra at 333 + floor (k * 41.67) */
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 2);
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless (gst_structure_get_double (
        gst_caps_get_structure (caps, 0), "bin-width", &w));
    fail_unless (fabs (w - 500.0 / 3 / 333) < 1e-12);
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_default_bands_fit_slow_streams)
  {
    GstHarness *h = gst_harness_new ("eegspectrum");
    GstCaps *caps;
    gfloat *x = g_new0 (gfloat, 2 * 100);
    const GValue *bands;

    gst_harness_set_src_caps_str (h, CAPS ("F32LE", "50"));
    gst_harness_push (h, gst_buffer_new_wrapped (x, 2 * 100 * sizeof *x));
    caps = gst_pad_get_current_caps (h->sinkpad);
    bands = gst_structure_get_value (gst_caps_get_structure (caps, 0), "bands");
    fail_unless_equals_int (gst_value_array_get_size (bands), 4);
    fail_unless_equals_string (
        g_value_get_string (gst_value_array_get_value (bands, 3)),
        "beta:13-25");
    gst_caps_unref (caps);
    gst_harness_teardown (h);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_settings_refused)
  {
    static const struct
    {
      const gchar *launch;
      const gchar *words[5];
    } cases[] = {
        {"eegspectrum window=0.02",
            {"window 0.02 s", "5 samples", "250 Hz", "8 to", NULL}},
        {"eegspectrum window=86400", {"window 86400", "250 Hz", NULL}},
        {"eegspectrum hop=0.003", {"hop 0.003", "250 Hz", "0.004", NULL}},
        {"eegspectrum segment=3", {"segment 3 s", "window of 2 s", NULL}},
        {"eegspectrum segment=0.01", {"segment 0.01", "250 Hz", NULL}},
        {"eegspectrum bands=x:8-130", {"x:8-130", "125 Hz", "250 Hz", NULL}},
        {"eegspectrum bands=alpha", {"\"alpha\"", "NAME:LOW-HIGH", NULL}},
        {"eegspectrum bands=alpha:13-8", {"alpha:13-8", "LOW below", NULL}},
        {"eegspectrum bands=alpha:8-nan", {"alpha:8-nan", NULL}},
        {"eegspectrum bands=:8-13", {":8-13", NULL}},
        {"eegspectrum bands=a:8-13x", {"a:8-13x", NULL}},
        {"eegspectrum bands=a:-8-13", {"a:-8-13", NULL}},
        {"eegspectrum aperiodic=2", {"aperiodic", "2-40", NULL}},
        {"eegspectrum aperiodic=2-200", {"aperiodic", "125 Hz", NULL}},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      Rig r = rig_new (cases[i].launch);

      fail_unless_equals_int (
          gst_harness_push (r.h, make_buffer (0, 20)), GST_FLOW_NOT_NEGOTIATED);
      gst_harness_push (r.h, make_buffer (20, 20));
      expect_trouble (&r, GST_MESSAGE_ERROR, cases[i].words);
      rig_free (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_counts_and_plain_audio_refused)
  {
    static const gchar *const plain[] = {"eeg-unit", "eegfromaudio", NULL};
    Rig r = rig_new ("eegspectrum");

    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0");
    fail_if (gst_harness_push (r.h, make_buffer (0, 20)) == GST_FLOW_OK);
    expect_trouble (&r, GST_MESSAGE_ERROR, plain);
    rig_free (&r);
    /* Counts do not even meet the template. */
    r = rig_new ("eegspectrum");
    gst_harness_set_src_caps_str (r.h,
        "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=adc,eeg-full-scale=(double)0.1");
    fail_if (gst_harness_push (r.h, make_buffer (0, 20)) == GST_FLOW_OK);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_changes_while_playing)
  {
    static const gchar *const words[] = {
        "old ones stay", "window 0.01", "250 Hz", NULL};
    Rig r = rig_new ("eegspectrum window=1 hop=1");
    GstMessage *m;
    GstBuffer *b;
    GstCaps *caps;
    gint bins;

    feed (&r, 0, 250);
    m = next_message (&r, FALSE);
    gst_message_unref (m);
    /* Bands do not cost the window. */
    feed (&r, 250, 249);
    g_object_set (r.h->element, "bands", "ten:8-12", NULL);
    feed (&r, 499, 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    fail_unless (fabs (at (m, "band-power", 0, 0) - 50) < 0.01);
    gst_message_unref (m);
    /* Refused: told once, and all goes on. */
    g_object_set (r.h->element, "window", 0.01, NULL);
    feed (&r, 500, 10);
    feed (&r, 510, 240);
    expect_trouble (&r, GST_MESSAGE_WARNING, words);
    fail_unless_equals_uint64 (stat_of (&r, "refusals"), 1);
    m = next_message (&r, FALSE);
    fail_unless (m != NULL);
    gst_message_unref (m);
    /* A new window begins where it was asked for. */
    g_object_set (r.h->element, "window", 0.5, "hop", 0.5, NULL);
    while ((b = gst_harness_try_pull (r.h)))
      gst_buffer_unref (b);
    feed (&r, 750, 124);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    feed (&r, 874, 126);
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 2);
    b = gst_harness_pull (r.h);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 750);
    fail_unless_equals_int (gst_buffer_get_size (b), 2 * 63 * 4);
    gst_buffer_unref (b);
    caps = gst_pad_get_current_caps (r.h->sinkpad);
    fail_unless (gst_structure_get_int (
        gst_caps_get_structure (caps, 0), "bins", &bins));
    fail_unless_equals_int (bins, 63);
    gst_caps_unref (caps);
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_exponential_average)
  {
    /* Silence after a sine: the mean of the first spectra, then a decay. */
    Rig r = rig_new ("eegspectrum window=1 hop=1 average=4");
    gdouble w = -expm1 (-0.25), want = 50;
    guint k;

    for (k = 0; k < 12; k++) {
      GstBuffer *b = make_buffer (k * 250, 250);
      GstMessage *m;
      gdouble x = 50;

      if (k % 3) {
        gst_buffer_memset (b, 0, 0, gst_buffer_get_size (b));
        x = 0;
      }
      gst_harness_push (r.h, b);
      m = next_message (&r, FALSE);
      want += MAX (w, 1.0 / (k + 1)) * (x - want);
      fail_unless (fabs (at (m, "band-power", 0, 2) - want) < 0.01);
      fail_unless_equals_uint64 (u64 (m, "spectra"), k + 1);
      gst_message_unref (m);
    }
    rig_free (&r);
  }
GST_END_TEST;

GST_START_TEST (test_states_and_restart)
  {
    GstElement *p = gst_parse_launch (
        "eegtestsrc num-buffers=200 ! eegspectrum name=s window=0.3 ! fakesink",
        NULL);
    GstElement *s = gst_bin_get_by_name (GST_BIN (p), "s");
    GstBus *bus = gst_element_get_bus (p);
    guint i;

    for (i = 0; i < 3; i++) {
      GstMessage *m;

      g_object_set (s, "window", 0.3 + 0.1 * i, NULL);
      gst_element_set_state (p, GST_STATE_PLAYING);
      m = gst_bus_timed_pop_filtered (
          bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      fail_unless (m && GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS);
      gst_message_unref (m);
      gst_element_set_state (p, i == 1 ? GST_STATE_READY : GST_STATE_NULL);
    }
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (s);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegspectrum_suite (void)
{
  Suite *s = suite_create ("eegspectrum");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sine_is_exact);
  tcase_add_test (tc, test_white_noise_level);
  tcase_add_test (tc, test_splits_are_bit_exact);
  tcase_add_test (tc, test_alpha_peak_on_occipital);
  tcase_add_test (tc, test_eyes_closed_recording);
  tcase_add_test (tc, test_filling_is_announced);
  tcase_add_test (tc, test_no_window_across_a_gap);
  tcase_add_test (tc, test_flush_begins_anew);
  tcase_add_test (tc, test_reconfigure_changes_nothing);
  tcase_add_test (tc, test_new_gain_of_volts_goes_on);
  tcase_add_test (tc, test_change_does_not_hide_a_gap);
  tcase_add_test (tc, test_eos_drops_the_rest);
  tcase_add_test (tc, test_hop_longer_than_window);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_status_of_the_window);
  tcase_add_test (tc, test_nan_contained_and_reported);
  tcase_add_test (tc, test_nothing_computed_for_nobody);
  tcase_add_test (tc, test_branch_of_a_tee);
  tcase_add_test (tc, test_caps_describe_the_stream);
  tcase_add_test (tc, test_f64_and_fractional_rates);
  tcase_add_test (tc, test_default_bands_fit_slow_streams);
  tcase_add_test (tc, test_impossible_settings_refused);
  tcase_add_test (tc, test_counts_and_plain_audio_refused);
  tcase_add_test (tc, test_changes_while_playing);
  tcase_add_test (tc, test_exponential_average);
  tcase_add_test (tc, test_states_and_restart);
  return s;
}

GST_CHECK_MAIN (eegspectrum);
