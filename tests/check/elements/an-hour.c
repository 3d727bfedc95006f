/* Unit tests: an hour of signal in buffers of any size gives the bytes of the hour
 * in a single one, whatever the stage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define CHANNELS 2
#define RATE     250
#define FRAMES   (3600 * RATE)

static const gchar *const stages[] = {
    "eegfilter highpass=0.5 lowpass=45 notch=50 notch-harmonics=1",
    "eegfilter highpass=1 fir=0.25,0.5,0.25",
    "eegdownsample factor=16",
    "eegdownsample factor=5 precision=double quality=high",
    "eegdownsample factor=4 phase=minimum",
    "eegdownsample rate=128",
    "eegmontage reference=average",
    "eegspectrum window=4 hop=2.3",
};

/* Electrodes that drift by 100 mV, alpha and noise. */
static gfloat *
make_hour (void)
{
  gfloat *x = g_new (gfloat, (gsize) FRAMES * CHANNELS);
  guint32 seed = 7;

  for (gsize i = 0; i < (gsize) FRAMES * CHANNELS; i++) {
    const gdouble t = (gdouble) (i / CHANNELS) / RATE;

    seed = seed * 1664525u + 1013904223u;
    x[i] = (gfloat) ((i % CHANNELS ? -0.1 : 0.1) * sin (t / 700) +
                     5e-5 * sin (2 * G_PI * 10 * t) +
                     2e-5 * (seed / 4294967296.0 - 0.5));
  }
  return x;
}

typedef struct
{
  GByteArray *data;
  guint64 end; /* OFFSET_END of the last output */
  GstClockTime time;
} Result;

static void
take (GstHarness *h, Result *r)
{
  GstBuffer *b;
  GstMapInfo map;

  while ((b = gst_harness_try_pull (h))) {
    gst_buffer_map (b, &map, GST_MAP_READ);
    g_byte_array_append (r->data, map.data, (guint) map.size);
    gst_buffer_unmap (b, &map);
    r->end = GST_BUFFER_OFFSET_END (b);
    r->time = GST_BUFFER_PTS (b) + GST_BUFFER_DURATION (b);
    gst_buffer_unref (b);
  }
}

static Result
run (const gchar *stage, const gfloat *x, guint most, guint32 seed)
{
  GstHarness *h = gst_harness_new_parse (stage);
  Result r = {g_byte_array_new (), 0, 0};
  guint at, n;

  gst_harness_set_src_caps_str (h,
      "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
      "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0,"
      "eeg-labels=(string)<C3,C4>");
  for (at = 0; at < FRAMES; at += n) {
    GstBuffer *b;

    seed = seed * 1664525u + 1013904223u;
    n = most == FRAMES ? FRAMES : 1 + (seed >> 8) % most;
    n = MIN (n, FRAMES - at);
    b = gst_buffer_new_memdup (
        x + (gsize) at * CHANNELS, (gsize) n * CHANNELS * sizeof *x);
    GST_BUFFER_OFFSET (b) = at;
    GST_BUFFER_OFFSET_END (b) = at + n;
    GST_BUFFER_PTS (b) = gst_util_uint64_scale (at, GST_SECOND, RATE);
    GST_BUFFER_DURATION (b) =
        gst_util_uint64_scale (at + n, GST_SECOND, RATE) - GST_BUFFER_PTS (b);
    fail_unless_equals_int (gst_harness_push (h, b), GST_FLOW_OK);
    take (h, &r);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  take (h, &r);
  gst_harness_teardown (h);
  return r;
}

GST_START_TEST (test_hour)
  {
    g_autofree gfloat *x = make_hour ();
    Result whole = run (stages[__i__], x, FRAMES, 1);
    Result cut = run (stages[__i__], x, 400, 2);

    fail_unless (whole.data->len > 0);
    fail_unless_equals_int (cut.data->len, whole.data->len);
    for (guint i = 0; i < whole.data->len; i++)
      if (whole.data->data[i] != cut.data->data[i])
        fail ("%s: byte %u of %u differs", stages[__i__], i, whole.data->len);
    fail_unless_equals_uint64 (cut.end, whole.end);
    fail_unless_equals_uint64 (cut.time, whole.time);
    g_byte_array_unref (whole.data);
    g_byte_array_unref (cut.data);
  }
GST_END_TEST;

static Suite *
an_hour_suite (void)
{
  Suite *s = suite_create ("an-hour");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_hour, 0, G_N_ELEMENTS (stages));
  return s;
}

GST_CHECK_MAIN (an_hour);
