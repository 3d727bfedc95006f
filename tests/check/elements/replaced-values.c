/* Unit tests: values that are not finite, through every stage that replaces
 * them: the marks are those of the very samples and channels, however the stream
 * is cut, and so is every row of a file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define CHANNELS 3
#define FRAMES   450
#define ROUNDS   4

/* The outputs that an input marks. */
typedef enum
{
  SAME,  /* its own sample and channel */
  EVERY, /* its own sample, all channels */
  FLOOR, /* the sample at or before it, of the lower rate */
  CEIL,  /* the sample at or after it */
} Reach;

static const struct
{
  const gchar *stage;
  Reach reach;
  guint up, down;
} stages[] = {
    {"eegfilter highpass=1 lowpass=45 notch=50", SAME, 1, 1},
    {"eegfilter fir=0.5,0.25,0.25", SAME, 1, 1},
    {"eegmontage reference=average", EVERY, 1, 1},
    {"eegmontage channels=C1,C2,C3", SAME, 1, 1},
    {"eeggain gain=-1", SAME, 1, 1},
    {"eegdownsample factor=4", FLOOR, 1, 4},
    {"eegdownsample factor=7 precision=double", FLOOR, 1, 7},
    {"eegdownsample rate=160", FLOOR, 16, 25},
    {"eegdownsample factor=4 phase=minimum", CEIL, 1, 4},
};

static gchar *
caps_of (const gchar *format)
{
  return g_strdup_printf (
      "audio/x-raw,format=%s,layout=interleaved,rate=250,channels=%d,"
      "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"
      "eeg-labels=(string)<C1,C2,C3>",
      format, CHANNELS);
}

/* A signal with bad values here and there, alone and in a row, on one channel or
 * several. */
static gdouble *
make_signal (guint seed, guint8 *bad)
{
  static const gdouble bads[] = {NAN, INFINITY, -INFINITY, 2e30, -1.1e30};
  GRand *rand = g_rand_new_with_seed (seed);
  gdouble *x = g_new (gdouble, FRAMES * CHANNELS);
  guint i, k, n;

  memset (bad, 0, FRAMES * CHANNELS);
  for (i = 0; i < FRAMES * CHANNELS; i++)
    x[i] = 0.02 + 1e-5 * sin (0.1 * i) + 1e-6 * g_rand_double (rand);
  for (k = 0; k < 25; k++) {
    const guint c = g_rand_int_range (rand, 0, CHANNELS);
    const guint at =
        k == 0 ? 0 : (guint) g_rand_int_range (rand, 0, FRAMES - 40);

    n = k % 3 ? 1 : (guint) g_rand_int_range (rand, 1, 40);
    for (i = at; i < at + n; i++) {
      x[i * CHANNELS + c] =
          bads[g_rand_int_range (rand, 0, G_N_ELEMENTS (bads))];
      bad[i * CHANNELS + c] = 1;
    }
  }
  /* At the limit, of either type: not replaced. */
  x[(FRAMES - 20) * CHANNELS] = (gdouble) 1e30f;
  g_rand_free (rand);
  return x;
}

static GstBuffer *
make_buffer (
    const gdouble *x, gboolean f32, guint64 begin, guint at, guint frames)
{
  const gsize n = (gsize) frames * CHANNELS;
  GstBuffer *b = gst_buffer_new_allocate (
      NULL, n * (f32 ? sizeof (gfloat) : sizeof (gdouble)), NULL);
  GstMapInfo map;
  gsize i;

  gst_buffer_map (b, &map, GST_MAP_WRITE);
  for (i = 0; i < n; i++) {
    if (f32)
      ((gfloat *) map.data)[i] = (gfloat) x[(gsize) at * CHANNELS + i];
    else
      ((gdouble *) map.data)[i] = x[(gsize) at * CHANNELS + i];
  }
  gst_buffer_unmap (b, &map);
  GST_BUFFER_OFFSET (b) = begin + at;
  GST_BUFFER_OFFSET_END (b) = begin + at + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (begin + at, GST_SECOND, 250);
  GST_BUFFER_DURATION (b) =
      gst_util_uint64_scale (begin + at + frames, GST_SECOND, 250) -
      GST_BUFFER_PTS (b);
  return b;
}

/* What leaves: bytes, flags of every sample and channel, and the index of the
 * first. */
typedef struct
{
  GByteArray *data;
  GArray *flags;
  guint64 first;
  guint64 nonfinite;
} Result;

static void
result_clear (Result *r)
{
  g_byte_array_unref (r->data);
  g_array_unref (r->flags);
}

static void
take (Result *r, GstBuffer *b, guint bpf)
{
  GstEegMeta *meta = gst_buffer_get_eeg_meta (b);
  GstMapInfo map;
  guint64 s;
  guint c;

  if (r->data->len == 0)
    r->first = GST_BUFFER_OFFSET (b);
  gst_buffer_map (b, &map, GST_MAP_READ);
  fail_unless (GST_BUFFER_OFFSET (b) == r->first + r->data->len / bpf);
  g_byte_array_append (r->data, map.data, (guint) map.size);
  for (s = 0; s < map.size / bpf; s++)
    for (c = 0; c < CHANNELS; c++) {
      guint flags = meta ? gst_eeg_meta_get_flags_at (
                               meta, GST_BUFFER_OFFSET (b) + s, (gint) c)
                         : 0;
      g_array_append_val (r->flags, flags);
    }
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
}

/* Round 0: one buffer; 1: frames one by one; others: at random. */
static guint
next_piece (GRand *rand, guint round, guint at)
{
  guint n = round == 0 ? FRAMES
            : round == 1
                ? 1
                : (guint) g_rand_int_range (rand, 1, 30 * (gint) round);

  return MIN (n, FRAMES - at);
}

static void
run (const gchar *stage, gboolean f32, const gdouble *x, guint64 begin,
    guint round, Result *r)
{
  g_autofree gchar *caps = caps_of (f32 ? "F32LE" : "F64LE");
  GstHarness *h = gst_harness_new_parse (stage);
  GRand *rand = g_rand_new_with_seed (round);
  const guint bpf = CHANNELS * (f32 ? sizeof (gfloat) : sizeof (gdouble));
  g_autoptr (GstElement) e = NULL;
  GstStructure *stats;
  GstIterator *it;
  GValue item = G_VALUE_INIT;
  GstBuffer *b;
  guint at, n;

  r->data = g_byte_array_new ();
  r->flags = g_array_new (FALSE, FALSE, sizeof (guint));
  gst_harness_set_src_caps_str (h, caps);
  for (at = 0; at < FRAMES; at += n) {
    n = next_piece (rand, round, at);
    fail_unless_equals_int (
        gst_harness_push (h, make_buffer (x, f32, begin, at, n)), GST_FLOW_OK);
    while ((b = gst_harness_try_pull (h)))
      take (r, b, bpf);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  while ((b = gst_harness_try_pull (h)))
    take (r, b, bpf);
  /* gst_harness_new_parse() wraps it in a bin. */
  it = gst_bin_iterate_elements (GST_BIN (h->element));
  fail_unless (gst_iterator_next (it, &item) == GST_ITERATOR_OK);
  e = g_value_dup_object (&item);
  g_value_unset (&item);
  gst_iterator_free (it);
  g_object_get (e, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "nonfinite", &r->nonfinite));
  gst_structure_free (stats);
  g_rand_free (rand);
  gst_harness_teardown (h);
}

/* The very outputs that bad inputs reach are marked, and no other. */
static void
check_marks (guint s, const Result *r, const guint8 *bad, guint64 begin)
{
  const guint n = r->flags->len / CHANNELS;
  g_autofree guint8 *want = g_malloc0 (r->flags->len);
  guint i, c, k;

  for (i = 0; i < FRAMES; i++)
    for (c = 0; c < CHANNELS; c++) {
      const guint64 at = begin + i;
      guint64 out = at;

      if (!bad[i * CHANNELS + c])
        continue;
      if (stages[s].reach == FLOOR)
        out = at * stages[s].up / stages[s].down;
      else if (stages[s].reach == CEIL)
        out = (at + stages[s].down - 1) / stages[s].down;
      /* Before the first output there is that one. */
      out = MAX (out, r->first);
      if (out - r->first >= n)
        continue;
      for (k = 0; k < CHANNELS; k++)
        if (k == c || stages[s].reach == EVERY)
          want[(out - r->first) * CHANNELS + k] = 1;
    }
  for (i = 0; i < r->flags->len; i++) {
    const guint flags = g_array_index (r->flags, guint, i);

    fail_unless (!(flags & GST_EEG_STATUS_NONFINITE) == !want[i],
        "%s: output %u of channel %u has flags %u, %s", stages[s].stage,
        i / CHANNELS, i % CHANNELS, flags, want[i] ? "not marked" : "marked");
  }
}

GST_START_TEST (test_marks_are_exact_however_the_stream_is_cut)
  {
    const guint s = __i__ / 2;
    const gboolean f32 = __i__ % 2;
    guint8 bad[FRAMES * CHANNELS];
    guint seed, round, i, count = 0;

    for (seed = 0; seed < 2; seed++) {
      const guint64 begin = seed * 401;
      g_autofree gdouble *x = make_signal (seed, bad);
      Result one, cut;

      for (i = 0, count = 0; i < FRAMES * CHANNELS; i++)
        count += bad[i];
      run (stages[s].stage, f32, x, begin, 0, &one);
      fail_unless_equals_uint64 (one.nonfinite, count);
      check_marks (s, &one, bad, begin);
      for (i = 0; i < one.data->len / (f32 ? 4 : 8); i++)
        fail_unless (isfinite (f32 ? ((gfloat *) one.data->data)[i]
                                   : ((gdouble *) one.data->data)[i]));
      for (round = 1; round < ROUNDS; round++) {
        run (stages[s].stage, f32, x, begin, round, &cut);
        fail_unless_equals_uint64 (cut.first, one.first);
        fail_unless_equals_uint64 (cut.nonfinite, count);
        fail_unless_equals_int (cut.data->len, one.data->len);
        fail_unless (
            memcmp (cut.data->data, one.data->data, one.data->len) == 0,
            "%s round %u", stages[s].stage, round);
        for (i = 0; i < one.flags->len; i++)
          fail_unless (g_array_index (cut.flags, guint, i) ==
                           g_array_index (one.flags, guint, i),
              "%s seed %u round %u: output %u of channel %u has flags %u, in "
              "one buffer %u",
              stages[s].stage, seed, round, i / CHANNELS, i % CHANNELS,
              g_array_index (cut.flags, guint, i),
              g_array_index (one.flags, guint, i));
        result_clear (&cut);
      }
      result_clear (&one);
    }
  }
GST_END_TEST;

static gchar *
record (const gchar *stage, const gdouble *x, guint round, const gchar *path)
{
  g_autofree gchar *line =
      g_strdup_printf ("%s ! csvsink location=%s", stage, path);
  g_autofree gchar *caps = caps_of ("F32LE");
  GstHarness *h = gst_harness_new_parse (line);
  GRand *rand = g_rand_new_with_seed (round);
  g_autofree gchar *side = NULL;
  gchar *text = NULL;
  guint at, n;

  gst_harness_set_src_caps_str (h, caps);
  for (at = 0; at < FRAMES; at += n) {
    n = next_piece (rand, round, at);
    fail_unless_equals_int (
        gst_harness_push (h, make_buffer (x, TRUE, 0, at, n)), GST_FLOW_OK);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_harness_teardown (h);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  g_unlink (path);
  side = g_strdup_printf (
      "%.*s.json", (int) (strlen (path) - strlen (".csv")), path);
  g_unlink (side);
  g_rand_free (rand);
  return text;
}

/* The flags column too. */
GST_START_TEST (test_files_are_the_same_however_the_stream_is_cut)
  {
    g_autofree gchar *dir = g_dir_make_tmp ("eeg-replaced-XXXXXX", NULL);
    g_autofree gchar *path = g_build_filename (dir, "x.csv", NULL);
    guint8 bad[FRAMES * CHANNELS];
    g_autofree gdouble *x = make_signal (7, bad);
    g_autofree gchar *one = NULL;
    guint round;

    x[(FRAMES - 20) * CHANNELS] = 0;
    one = record (stages[__i__].stage, x, 0, path);
    for (round = 1; round < ROUNDS; round++) {
      g_autofree gchar *cut = record (stages[__i__].stage, x, round, path);

      fail_unless (strcmp (one, cut) == 0, "%s", stages[__i__].stage);
    }
    g_rmdir (dir);
  }
GST_END_TEST;

/* A stream without one good value: one run a channel and a bounded ledger. */
GST_START_TEST (test_nothing_but_bad_values_is_cheap)
  {
    const guint s = __i__;
    g_autofree gdouble *x = g_new (gdouble, FRAMES * CHANNELS);
    GstHarness *h = gst_harness_new_parse (stages[s].stage);
    g_autofree gchar *caps = caps_of ("F64LE");
    GstBuffer *b;
    guint i;

    for (i = 0; i < FRAMES * CHANNELS; i++)
      x[i] = NAN;
    gst_harness_set_src_caps_str (h, caps);
    for (i = 0; i < 3; i++)
      gst_harness_push (
          h, make_buffer (x, FALSE, (guint64) i * FRAMES, 0, FRAMES));
    gst_harness_push_event (h, gst_event_new_eos ());
    while ((b = gst_harness_try_pull (h))) {
      GstEegMeta *meta = gst_buffer_get_eeg_meta (b);

      fail_unless (meta != NULL);
      fail_unless (gst_eeg_meta_get_n_runs (meta) <= CHANNELS + 1, "%s: %u",
          stages[s].stage, gst_eeg_meta_get_n_runs (meta));
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
  }
GST_END_TEST;

/* One limit, alone or beside a value that needs a repair, in both types. */
GST_START_TEST (test_the_limit_does_not_depend_on_other_channels)
  {
    static const gdouble values[] = {
        1e30, -1e30, 0x1.93e592p+99, 0x1.93e594p+99, 0x1.93e596p+99, 1.1e30};
    static const gboolean replaced[] = {FALSE, FALSE, FALSE, FALSE, TRUE, TRUE};
    guint8 bad[FRAMES * CHANNELS];
    guint v, beside, f32;

    for (v = 0; v < G_N_ELEMENTS (values); v++)
      for (beside = 0; beside < 2; beside++)
        for (f32 = 0; f32 < 2; f32++) {
          g_autofree gdouble *x = g_new0 (gdouble, FRAMES * CHANNELS);
          Result r;

          memset (bad, 0, sizeof bad);
          x[300 * CHANNELS + 1] = values[v];
          if (beside)
            x[300 * CHANNELS] = NAN;
          bad[300 * CHANNELS] = (guint8) beside;
          bad[300 * CHANNELS + 1] = (guint8) replaced[v];
          run (stages[__i__].stage, f32, x, 0, 0, &r);
          check_marks (__i__, &r, bad, 0);
          fail_unless_equals_uint64 (r.nonfinite, beside + replaced[v]);
          result_clear (&r);
        }
  }
GST_END_TEST;

static Suite *
replaced_values_suite (void)
{
  Suite *s = suite_create ("replaced-values");
  TCase *tc = tcase_create ("general");
  const int n = G_N_ELEMENTS (stages);

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (
      tc, test_marks_are_exact_however_the_stream_is_cut, 0, 2 * n);
  tcase_add_loop_test (
      tc, test_files_are_the_same_however_the_stream_is_cut, 0, n);
  tcase_add_loop_test (tc, test_nothing_but_bad_values_is_cheap, 0, n);
  tcase_add_loop_test (
      tc, test_the_limit_does_not_depend_on_other_channels, 0, n);
  return s;
}

GST_CHECK_MAIN (replaced_values);
