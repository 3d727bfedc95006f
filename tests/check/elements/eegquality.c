/* The quality element
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define N 4
#define CAPS                                                                   \
  "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=4,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"           \
  "eeg-gain=(double)24.0,eeg-labels=(string)<Fp1,Fp2,O1,O2>"

enum
{
  SATURATED = 1,
  FLAT = 2,
  MAINS = 4,
  MUSCLE = 8,
  SLOPE = 16,
  POP = 32,
  STEP = 64,
  BRIDGED = 128,
  NONFINITE = 256,
};

typedef struct
{
  GstHarness *h;
  GstElement *e;
  GstBus *bus;
} Rig;

static Rig
rig_with (const gchar *properties, const gchar *caps)
{
  g_autofree gchar *text = g_strdup_printf ("eegquality %s", properties);
  Rig r;

  r.h = gst_harness_new_parse (text);
  r.e = gst_harness_find_element (r.h, "eegquality");
  r.bus = gst_bus_new ();
  gst_element_set_bus (r.e, r.bus);
  gst_harness_set_src_caps_str (r.h, caps);
  return r;
}

static Rig
rig (const gchar *properties)
{
  return rig_with (properties, CAPS);
}

static void
rig_clear (Rig *r)
{
  gst_element_set_bus (r->e, NULL);
  gst_object_unref (r->bus);
  gst_object_unref (r->e);
  gst_harness_teardown (r->h);
}

static gdouble
noise (guint64 *seed)
{
  *seed = (*seed * 1664525u + 1013904223u) & 0xffffffffu;
  return *seed / 4294967296.0 - 0.5;
}

/* Something like an EEG: 1/f, every channel its own, with an electrode offset. */
static gdouble *
make_signal (guint frames)
{
  gdouble *x = g_new (gdouble, frames * N), slow[N] = {0}, drift[N] = {0};
  guint64 seed = 1;
  guint f, c;

  for (f = 0; f < frames; f++)
    for (c = 0; c < N; c++) {
      slow[c] = 0.9 * slow[c] + 10e-6 * noise (&seed);
      drift[c] = 0.99 * drift[c] + 5e-6 * noise (&seed);
      x[f * N + c] = 0.01 * (c + 1) + slow[c] + drift[c];
    }
  return x;
}

static GstBuffer *
wrap (const gdouble *x, guint first, guint frames)
{
  GstBuffer *b = gst_buffer_new_memdup (x + first * N, frames * N * sizeof *x);

  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  return b;
}

static void
push_all (Rig *r, const gdouble *x, guint frames, guint split)
{
  guint f;

  for (f = 0; f < frames; f += split)
    fail_unless_equals_int (
        gst_harness_push (r->h, wrap (x, f, MIN (split, frames - f))),
        GST_FLOW_OK);
}

/* The next verdict, NULL when there is none. */
static GstStructure *
verdict (Rig *r)
{
  GstMessage *m = gst_bus_pop_filtered (r->bus, GST_MESSAGE_ELEMENT);
  GstStructure *s;

  if (!m)
    return NULL;
  fail_unless (gst_message_has_name (m, "eeg-quality"));
  s = gst_structure_copy (gst_message_get_structure (m));
  gst_message_unref (m);
  return s;
}

static const GValue *
entry (const GstStructure *s, const gchar *field, guint channel)
{
  const GValue *array = gst_structure_get_value (s, field);

  fail_unless (array && GST_VALUE_HOLDS_ARRAY (array), "%s", field);
  return gst_value_array_get_value (array, channel);
}

static gdouble
number (const GstStructure *s, const gchar *field, guint channel)
{
  return g_value_get_double (entry (s, field, channel));
}

static guint
whole (const GstStructure *s, const gchar *field, guint channel)
{
  return g_value_get_uint (entry (s, field, channel));
}

static void
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
}

static guint
flags_at (GstBuffer *b, guint64 s, gint channel)
{
  GstEegMeta *m = gst_buffer_get_eeg_meta (b);

  return m ? gst_eeg_meta_get_flags_at (m, s, channel) : 0;
}

/* --- numbers ------------------------------------------------------------- */

GST_START_TEST (test_levels_as_scipy)
  {
    FILE *f = fopen (TEST_DATA_DIR "/eegquality.txt", "r");
    gchar line[512];
    guint cases = 0;

    fail_unless (f != NULL);
    while (fgets (line, sizeof line, f)) {
      gdouble v[9];
      g_autofree gchar *caps = NULL;
      guint64 seed = 12345, n;
      gdouble y = 0, *x;
      GstStructure *s;
      GstBuffer *b;
      gchar *p = line;
      Rig r;
      guint i;

      if (line[0] == '#')
        continue;
      for (i = 0; i < 9; i++)
        v[i] = g_ascii_strtod (p, &p);
      n = (guint64) v[1];
      x = g_new (gdouble, n);
      for (i = 0; i < n; i++) {
        y = v[2] * y + 20e-6 * noise (&seed);
        x[i] = v[3] + y + v[4] * sin (2 * G_PI * 50 * i / v[0]);
      }
      caps = g_strdup_printf (
          "audio/x-raw,format=F64LE,layout=interleaved,rate=%d,channels=1,"
          "eeg-unit=V,eeg-full-scale=(double)1.0",
          (gint) v[0]);
      r = rig_with ("mains=50", caps);
      b = gst_buffer_new_wrapped (x, n * sizeof *x);
      fail_unless_equals_int (gst_harness_push (r.h, b), GST_FLOW_OK);
      s = verdict (&r);
      fail_unless (s != NULL);
      fail_unless (fabs (number (s, "mains", 0) - v[5]) < 1e-9 * v[5] + 1e-15);
      fail_unless (fabs (number (s, "muscle", 0) - v[6]) < 1e-9 * v[6]);
      fail_unless (fabs (number (s, "slope", 0) - v[7]) < 1e-8);
      fail_unless (fabs (number (s, "range", 0) - v[8]) < 1e-14);
      fail_unless (number (s, "mains-frequency", 0) == 50);
      gst_structure_free (s);
      rig_clear (&r);
      cases++;
    }
    fail_unless_equals_int (cases, 4);
    fclose (f);
  }
GST_END_TEST;

GST_START_TEST (test_clean_signal_is_clean)
  {
    gdouble *x = make_signal (2500);
    Rig r = rig ("");
    GstStructure *s;
    GstBuffer *b;
    guint c, k, n = 0;

    push_all (&r, x, 2500, 25);
    while ((s = verdict (&r))) {
      guint64 from, length;

      fail_unless (gst_structure_get (s, "first-sample", G_TYPE_UINT64, &from,
          "n-samples", G_TYPE_UINT64, &length, NULL));
      fail_unless_equals_uint64 (from, n * 125);
      fail_unless_equals_uint64 (length, 500);
      for (c = 0; c < N; c++) {
        fail_unless_equals_int (whole (s, "flags", c), 0);
        fail_unless (number (s, "score", c) > 0.5);
      }
      fail_unless_equals_string (
          g_value_get_string (entry (s, "labels", 2)), "O1");
      gst_structure_free (s);
      n++;
    }
    fail_unless_equals_int (n, 1 + (2500 - 500) / 125);
    for (k = 0; (b = gst_harness_try_pull (r.h)); k++) {
      fail_unless (gst_buffer_get_eeg_meta (b) == NULL);
      gst_buffer_unref (b);
    }
    fail_unless_equals_int (k, 100);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

/* One fault on one channel at a time: that one is told, and no other. */
GST_START_TEST (test_each_fault_is_found)
  {
    static const guint faults[] = {SATURATED, FLAT, MAINS, MAINS, MUSCLE, SLOPE,
        POP, STEP, BRIDGED, NONFINITE};
    guint k, c, f;

    for (k = 0; k < G_N_ELEMENTS (faults); k++) {
      gdouble *x = make_signal (1000);
      Rig r = rig ("");
      guint64 seed = 99;
      GstStructure *s, *last = NULL;

      for (f = 0; f < 1000; f++) {
        gdouble *v = x + f * N + 2;

        if (faults[k] == SATURATED && f % 40 == 0)
          *v = -4.5 / 24;
        else if (faults[k] == FLAT && f > 500)
          *v = 0.03;
        else if (faults[k] == MAINS)
          *v += 50e-6 * sin (2 * G_PI * (k == 2 ? 50 : 60) * f / 250);
        else if (faults[k] == MUSCLE)
          *v += 150e-6 * noise (&seed);
        else if (faults[k] == SLOPE)
          *v = 0.03 + 20e-6 * noise (&seed);
        else if (faults[k] == POP && f == 900)
          *v += 300e-6;
        else if (faults[k] == STEP && f >= 900)
          *v += 300e-6;
        else if (faults[k] == BRIDGED)
          *v = v[1] + 0.1 + 0.2e-6 * noise (&seed);
        else if (faults[k] == NONFINITE && f == 950)
          *v = NAN;
      }
      push_all (&r, x, 1000, 100);
      while ((s = verdict (&r))) {
        if (last)
          gst_structure_free (last);
        last = s;
      }
      fail_unless (last != NULL);
      for (c = 0; c < N; c++) {
        guint got = whole (last, "flags", c);
        gboolean hit = c == 2 || (faults[k] == BRIDGED && c == 3);

        if (hit)
          fail_unless (got & faults[k], "fault %u: %u", faults[k], got);
        else
          fail_unless_equals_int (got, 0);
        fail_unless ((number (last, "score", c) <= 0.5) == hit);
      }
      if (faults[k] == MAINS) {
        fail_unless (number (last, "mains-frequency", 2) == (k == 2 ? 50 : 60));
        fail_unless (fabs (number (last, "mains", 2) - 50e-6 / G_SQRT2) < 1e-6);
      }
      if (faults[k] == POP || faults[k] == STEP) {
        fail_unless_equals_int (whole (last, "pops", 2), faults[k] == POP);
        fail_unless_equals_int (whole (last, "steps", 2), faults[k] == STEP);
      }
      if (faults[k] == BRIDGED)
        fail_unless_equals_string (
            g_value_get_string (entry (last, "bridged-with", 2)), "O2");
      if (faults[k] == SATURATED)
        fail_unless (fabs (number (last, "saturated", 2) - 1 / 40.0) < 0.003);
      gst_structure_free (last);
      g_free (x);
      rig_clear (&r);
    }
  }
GST_END_TEST;

/* --- stream -------------------------------------------------------------- */

/* Faults of all kinds. */
static gdouble *
make_bad_signal (guint frames)
{
  gdouble *x = make_signal (frames);
  guint f;

  for (f = 0; f < frames; f++) {
    if (f % 301 == 0)
      x[f * N] = 4.5 / 24;
    if (f > 700 && f < 1300)
      x[f * N + 1] = 0.02;
    if (f % 350 == 340)
      x[f * N + 2] += 400e-6;
    if (f == 1500)
      x[f * N + 3] = INFINITY;
  }
  return x;
}

GST_START_TEST (test_any_split_gives_the_same_verdicts_and_marks)
  {
    const guint frames = 2000;
    gdouble *x = make_bad_signal (frames);
    g_autofree gchar *whole_text = NULL;
    g_autofree guint *whole_marks = NULL;
    guint split;

    for (split = frames; split >= 1; split = split / 4 - (split > 100)) {
      Rig r = rig ("window=2 hop=0.3");
      GString *all = g_string_new (NULL);
      guint *marks = g_new0 (guint, frames * N), at = 0, i, c;
      GstStructure *s;
      GstBuffer *b;

      push_all (&r, x, frames, split);
      while ((s = verdict (&r))) {
        g_autofree gchar *text = gst_structure_to_string (s);

        g_string_append (all, text);
        gst_structure_free (s);
      }
      while ((b = gst_harness_try_pull (r.h))) {
        guint n = gst_buffer_get_size (b) / N / 8;

        for (i = 0; i < n; i++)
          for (c = 0; c < N; c++)
            marks[(at + i) * N + c] = flags_at (b, at + i, c);
        at += n;
        gst_buffer_unref (b);
      }
      if (whole_text) {
        fail_unless_equals_string (all->str, whole_text);
        fail_unless (
            memcmp (marks, whole_marks, sizeof *marks * frames * N) == 0);
        g_string_free (all, TRUE);
        g_free (marks);
      } else {
        whole_text = g_string_free (all, FALSE);
        whole_marks = marks;
        fail_unless (strlen (whole_text) > 1000);
        /* A rail is marked sample by sample, a verdict from its end on. */
        fail_unless_equals_int (marks[301 * N] & GST_EEG_STATUS_SATURATED, 2);
        fail_unless_equals_int (marks[302 * N] & GST_EEG_STATUS_SATURATED, 0);
        fail_unless_equals_int (marks[499 * N + 2], 0);
        fail_unless_equals_int (marks[500 * N + 2], GST_EEG_STATUS_QUALITY);
      }
      rig_clear (&r);
    }
    g_free (x);
  }
GST_END_TEST;

/* The very memory comes out, also when somebody else holds it. */
GST_START_TEST (test_samples_are_not_touched)
  {
    gdouble *x = make_bad_signal (1000);
    Rig r = rig ("");
    guint f, marked = 0;

    for (f = 0; f < 1000; f += 50) {
      GstBuffer *b = wrap (x, f, 50), *out;
      GstMemory *memory = gst_buffer_peek_memory (b, 0);

      gst_buffer_ref (b);
      gst_harness_push (r.h, b);
      out = gst_harness_pull (r.h);
      fail_unless (gst_buffer_peek_memory (out, 0) == memory);
      fail_unless (gst_buffer_memcmp (out, 0, x + f * N, 50 * N * 8) == 0);
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (out), f);
      fail_unless (gst_buffer_get_eeg_meta (b) == NULL || out == b);
      marked += gst_buffer_get_eeg_meta (out) != NULL;
      gst_buffer_unref (b);
      gst_buffer_unref (out);
    }
    fail_unless (marked > 3);
    fail_unless (gst_harness_push_event (r.h, gst_event_new_eos ()));
    fail_unless_equals_int (gst_harness_buffers_in_queue (r.h), 0);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

/* Counts say where their rails are, and give the verdict of their volts. */
GST_START_TEST (test_counts)
  {
    static const gchar *const caps[] = {
        "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=4,"
        "channel-mask=(bitmask)0x0,eeg-unit=adc,eeg-full-scale=(double)0.1875",
        "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=4,"
        "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"
        "eeg-gain=(double)24.0"};
    gdouble *x = make_bad_signal (1000);
    gint32 *counts = g_new (gint32, 1000 * N);
    GstStructure *s[2];
    guint i, k;

    for (i = 0; i < 1000 * N; i++) {
      counts[i] =
          (gint32) CLAMP (lrint (x[i] / 0.1875 * 8388608), -8388608, 8388607);
      x[i] = counts[i] * (0.1875 * 0x1p-23);
      /* the upper byte means nothing */
      counts[i] =
          (gint32) ((guint32) counts[i] & 0xffffffu) | (i & 1 ? 0x5a000000 : 0);
    }
    for (k = 0; k < 2; k++) {
      Rig r = rig_with ("window=4", caps[k]);
      gpointer data =
          k ? g_memdup2 (x, 1000 * N * 8) : g_memdup2 (counts, 1000 * N * 4);

      gst_harness_push (
          r.h, gst_buffer_new_wrapped (data, 1000 * N * (k ? 8 : 4)));
      s[k] = verdict (&r);
      fail_unless (s[k] != NULL);
      rig_clear (&r);
    }
    fail_unless (gst_structure_is_equal (s[0], s[1]));
    fail_unless (fabs (number (s[0], "saturated", 0) - 4 / 1000.0) < 1e-9);
    gst_structure_free (s[0]);
    gst_structure_free (s[1]);
    g_free (counts);
    g_free (x);
  }
GST_END_TEST;

/* A gap, a flush and new caps begin a new window. */
GST_START_TEST (test_breaks_begin_a_new_window)
  {
    guint how;

    for (how = 0; how < 4; how++) {
      gdouble *x = make_signal (2000);
      Rig r = rig ("window=1 hop=1");
      guint64 from = 0;
      GstSegment segment;
      GstStructure *s;
      GstBuffer *b;

      push_all (&r, x, 200, 50);
      fail_unless (verdict (&r) == NULL);
      b = wrap (x, how == 0 ? 1000 : 200, 240);
      if (how == 1) {
        GST_BUFFER_FLAG_SET (b, GST_BUFFER_FLAG_DISCONT);
      } else if (how == 2) {
        gst_harness_push_event (r.h, gst_event_new_flush_start ());
        gst_harness_push_event (r.h, gst_event_new_flush_stop (TRUE));
        gst_segment_init (&segment, GST_FORMAT_TIME);
        gst_harness_push_event (r.h, gst_event_new_segment (&segment));
      } else if (how == 3) {
        gst_harness_set_src_caps_str (r.h, CAPS ",eeg-reference=SRB1");
      }
      gst_harness_push (r.h, b);
      fail_unless (verdict (&r) == NULL, "%u", how);
      gst_harness_push (r.h, wrap (x, how == 0 ? 1240 : 440, 60));
      s = verdict (&r);
      fail_unless (s != NULL);
      gst_structure_get_uint64 (s, "first-sample", &from);
      fail_unless_equals_uint64 (from, how == 0 ? 1000 : 200);
      gst_structure_free (s);
      g_free (x);
      rig_clear (&r);
    }
  }
GST_END_TEST;

/* A hop of two and a half samples: the verdicts keep to the time. */
GST_START_TEST (test_hop_does_not_drift)
  {
    gdouble *x = make_signal (1000);
    Rig r = rig ("window=0.4 hop=0.01");
    guint64 begin, windows;
    GstStructure *s;

    push_all (&r, x, 1000, 33);
    for (guint k = 0; k < 361; k++) {
      s = verdict (&r);
      fail_unless (s != NULL, "%u", k);
      gst_structure_get_uint64 (s, "first-sample", &begin);
      fail_unless_equals_uint64 (begin, k * 5 / 2);
      gst_structure_free (s);
    }
    fail_unless (verdict (&r) == NULL);
    g_object_get (r.e, "stats", &s, NULL);
    gst_structure_get_uint64 (s, "windows", &windows);
    fail_unless_equals_uint64 (windows, 361);
    gst_structure_free (s);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

GST_START_TEST (test_changes_while_playing)
  {
    gdouble *x = make_signal (3000);
    Rig r = rig ("window=1 hop=1");
    guint64 from;
    GstStructure *s;
    guint f;

    gst_harness_push (r.h, wrap (x, 0, 250));
    s = verdict (&r);
    fail_unless_equals_int (whole (s, "flags", 0), 0);
    gst_structure_free (s);
    g_object_set (r.e, "flat-limit", 0.1, "muscle-limit", 0.0, "slope-min", 0.0,
        "slope-max", 0.0, "mains-limit", 0.0, NULL);
    gst_harness_push (r.h, wrap (x, 250, 250));
    s = verdict (&r);
    fail_unless_equals_int (whole (s, "flags", 0), FLAT);
    fail_unless (number (s, "slope", 0) == 0 && number (s, "muscle", 0) == 0);
    fail_unless (number (s, "mains", 0) == 0);
    gst_structure_free (s);
    /* Another window begins anew. */
    g_object_set (r.e, "window", 2.0, "hop", 0.5, NULL);
    gst_harness_push (r.h, wrap (x, 500, 499));
    fail_unless (verdict (&r) == NULL);
    gst_harness_push (r.h, wrap (x, 999, 1));
    s = verdict (&r);
    gst_structure_get_uint64 (s, "first-sample", &from);
    fail_unless_equals_uint64 (from, 500);
    gst_structure_free (s);
    /* Nobody listens. */
    g_object_set (r.e, "messages", FALSE, NULL);
    for (f = 1000; f < 2000; f += 100)
      gst_harness_push (r.h, wrap (x, f, 100));
    fail_unless (verdict (&r) == NULL);
    g_object_get (r.e, "stats", &s, NULL);
    gst_structure_get_uint64 (s, "windows", &from);
    fail_unless_equals_uint64 (from, 11);
    gst_structure_free (s);
    g_object_set (r.e, "mark", FALSE, NULL);
    for (f = 2000; f < 3000; f += 100)
      gst_harness_push (r.h, wrap (x, f, 100));
    g_object_get (r.e, "stats", &s, NULL);
    gst_structure_get_uint64 (s, "windows", &from);
    fail_unless_equals_uint64 (from, 11);
    gst_structure_free (s);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

/* Impossible while playing: one error, and the old window is not used on. */
GST_START_TEST (test_impossible_change_refused)
  {
    gdouble *x = make_signal (100), before, now;
    Rig r = rig ("");

    gst_harness_push (r.h, wrap (x, 0, 50));
    g_object_get (r.e, "hop", &before, NULL);
    g_object_set (r.e, "hop", 3.0, NULL);
    fail_unless_equals_int (
        gst_harness_push (r.h, wrap (x, 50, 25)), GST_FLOW_OK);
    expect_message (r.bus, GST_MESSAGE_WARNING, "at most the window of 2 s");
    g_object_get (r.e, "hop", &now, NULL);
    fail_unless (now == before);
    g_object_set (r.e, "window", 2.5, NULL);
    fail_unless_equals_int (
        gst_harness_push (r.h, wrap (x, 75, 25)), GST_FLOW_OK);
    fail_unless (gst_bus_pop_filtered (
                     r.bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == NULL);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

GST_START_TEST (test_impossible_settings_refused)
  {
    static const struct
    {
      const gchar *properties, *caps, *word;
    } bad[] = {
        {"hop=3", CAPS, "at most the window of 2 s"},
        {"window=0.1 hop=0.1",
            "audio/x-raw,format=F32LE,layout=interleaved,rate=50,channels=4,"
            "eeg-unit=V",
            "5 samples at the stream's rate of 50 Hz"},
        {"window=60",
            "audio/x-raw,format=F32LE,layout=interleaved,rate=1000000,"
            "channels=1024,eeg-unit=V,channel-mask=(bitmask)0x0",
            "eegdownsample"},
        {"", "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2",
            "eegfromaudio"},
    };
    gdouble zero[64] = {0};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      Rig r = rig_with (bad[i].properties, bad[i].caps);

      fail_if (gst_harness_push (r.h, gst_buffer_new_memdup (zero, 64)) ==
               GST_FLOW_OK);
      expect_message (r.bus, GST_MESSAGE_ERROR, bad[i].word);
      rig_clear (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_not_finite_is_told_once)
  {
    gdouble *x = make_signal (1000);
    Rig r = rig ("");
    GstStructure *s;
    guint64 n;

    x[100 * N] = x[101 * N] = x[700 * N + 3] = NAN;
    push_all (&r, x, 1000, 50);
    expect_message (r.bus, GST_MESSAGE_WARNING, "sample 100");
    g_object_get (r.e, "stats", &s, NULL);
    fail_unless (gst_structure_get_uint64 (s, "nonfinite", &n));
    fail_unless_equals_uint64 (n, 3);
    gst_structure_free (s);
    g_free (x);
    rig_clear (&r);
  }
GST_END_TEST;

/* A real person in a country of 60 Hz who clenched the jaw from 8 s on. */
GST_START_TEST (test_real_recording)
  {
    const gchar *dir = g_getenv ("EEG_DATA_DIR");
    g_autofree gchar *path = NULL, *text = NULL;
    GstElement *p;
    GstBus *bus;
    GstMessage *m;
    guint verdicts = 0, c;

    path = g_build_filename (dir ? dir : TEST_SOURCE_ROOT "/../shared/data",
        "ads1299-counts-8ch-250sps.s32le", NULL);
    if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
      g_print ("SKIP: no recording\n");
      return;
    }
    text = g_strdup_printf (
        "filesrc location=%s blocksize=8000 ! rawaudioparse format=pcm "
        "pcm-format=s24-32le sample-rate=250 num-channels=8 ! "
        "eegfromaudio full-scale=0.1875 ! eegtovoltage ! "
        "eegquality hop=2 ! fakesink",
        path);
    p = gst_parse_launch (text, NULL);
    fail_unless (p != NULL);
    bus = gst_element_get_bus (p);
    gst_element_set_state (p, GST_STATE_PLAYING);
    while ((m = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
                GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR))) {
      GstMessageType type = GST_MESSAGE_TYPE (m);
      const GstStructure *s = gst_message_get_structure (m);

      fail_if (type == GST_MESSAGE_ERROR);
      if (type == GST_MESSAGE_ELEMENT) {
        guint muscle = 0;
        guint64 from;

        gst_structure_get_uint64 (s, "first-sample", &from);
        for (c = 0; c < 8; c++) {
          fail_unless (whole (s, "flags", c) & MAINS);
          fail_unless (number (s, "mains-frequency", c) == 60);
          muscle += (whole (s, "flags", c) & MUSCLE) != 0;
        }
        if (from == 10 * 250)
          fail_unless (muscle >= 5);
        if (from >= 20 * 250 && from < 80 * 250)
          fail_unless (muscle == 0);
        verdicts++;
      }
      gst_message_unref (m);
      if (type == GST_MESSAGE_EOS)
        break;
    }
    fail_unless_equals_int (verdicts, 44);
    gst_element_set_state (p, GST_STATE_NULL);
    gst_object_unref (bus);
    gst_object_unref (p);
  }
GST_END_TEST;

static Suite *
eegquality_suite (void)
{
  Suite *s = suite_create ("eegquality");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_levels_as_scipy);
  tcase_add_test (tc, test_clean_signal_is_clean);
  tcase_add_test (tc, test_each_fault_is_found);
  tcase_add_test (tc, test_any_split_gives_the_same_verdicts_and_marks);
  tcase_add_test (tc, test_samples_are_not_touched);
  tcase_add_test (tc, test_counts);
  tcase_add_test (tc, test_breaks_begin_a_new_window);
  tcase_add_test (tc, test_hop_does_not_drift);
  tcase_add_test (tc, test_changes_while_playing);
  tcase_add_test (tc, test_impossible_change_refused);
  tcase_add_test (tc, test_impossible_settings_refused);
  tcase_add_test (tc, test_not_finite_is_told_once);
  tcase_add_test (tc, test_real_recording);
  return s;
}

GST_CHECK_MAIN (eegquality);
