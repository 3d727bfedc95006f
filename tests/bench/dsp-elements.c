/* Cost of eegfilter and eegdownsample beside the stock elements that come
 * nearest, with everything around a buffer included
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every chain gets the same buffers, pushed into its first pad and dropped
 * behind its last one by the measuring thread. Chains take turns in slices;
 * printed are medians over the rounds, and of the ratios within each round.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include <gst/eeg/dsp/eegdsp-design.h>

#define ROUNDS   21
#define CHANNELS 32
#define RATE     4000

typedef struct
{
  const gchar *name;
  GstElement *bin;
  GstPad *src;
  guint64 sample;
  gdouble ns[ROUNDS];
} Chain;

static gdouble
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static gint
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble *v, guint n)
{
  qsort (v, n, sizeof *v, compare);
  return v[n / 2];
}

static GstFlowReturn
drop (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
start (Chain *c, const gchar *description)
{
  GstPad *sink, *first, *last;
  GstSegment segment;
  GError *error = NULL;
  GstCaps *caps;

  c->bin = gst_parse_bin_from_description (description, TRUE, &error);
  if (!c->bin) {
    g_print ("SKIP %s: %s\n", c->name, error->message);
    g_clear_error (&error);
    return FALSE;
  }
  first = gst_element_get_static_pad (c->bin, "sink");
  last = gst_element_get_static_pad (c->bin, "src");
  c->src = gst_pad_new ("out", GST_PAD_SRC);
  sink = gst_pad_new ("in", GST_PAD_SINK);
  gst_pad_set_chain_function (sink, drop);
  gst_pad_set_active (c->src, TRUE);
  gst_pad_set_active (sink, TRUE);
  gst_pad_link (c->src, first);
  gst_pad_link (last, sink);
  gst_element_set_state (c->bin, GST_STATE_PLAYING);
  gst_pad_push_event (c->src, gst_event_new_stream_start (c->name));
  caps = gst_caps_from_string (
      "audio/x-raw, format=F32LE, layout=interleaved, rate=" G_STRINGIFY (
          RATE) ", channels=" G_STRINGIFY (CHANNELS) ", "
                                                     "channel-mask=(bitmask)"
                                                     "0x0, eeg-unit=V");
  gst_pad_push_event (c->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (c->src, gst_event_new_segment (&segment));
  gst_object_unref (first);
  gst_object_unref (last);
  return TRUE;
}

static gdouble
slice (Chain *c, guint frames)
{
  static gfloat values[CHANNELS * 4096];
  guint calls = 400000 / (CHANNELS * frames) + 1, i, k;
  gdouble t;

  if (values[0] == 0)
    for (i = 0; i < G_N_ELEMENTS (values); i++)
      values[i] = (gfloat) g_random_double_range (-1e-4, 1e-4);
  t = now ();
  for (i = 0; i < calls; i++) {
    gsize size = frames * CHANNELS * sizeof (gfloat);
    GstBuffer *b = gst_buffer_new_allocate (NULL, size, NULL);

    k = (guint) (c->sample % (4096 - frames));
    gst_buffer_fill (b, 0, values + k * CHANNELS, size);
    GST_BUFFER_PTS (b) = gst_util_uint64_scale (c->sample, GST_SECOND, RATE);
    GST_BUFFER_DURATION (b) = gst_util_uint64_scale (frames, GST_SECOND, RATE);
    GST_BUFFER_OFFSET (b) = c->sample;
    c->sample += frames;
    GST_BUFFER_OFFSET_END (b) = c->sample;
    if (gst_pad_push (c->src, b) != GST_FLOW_OK)
      g_error ("%s does not take the stream", c->name);
  }
  return (now () - t) / ((gdouble) calls * frames * CHANNELS);
}

static void
measure (Chain *c, guint n, guint frames)
{
  gdouble ratio[ROUNDS];
  guint r, i;

  for (r = 0; r < ROUNDS; r++)
    for (i = 0; i < n; i++)
      if (c[(i + r) % n].src)
        c[(i + r) % n].ns[r] = slice (&c[(i + r) % n], frames);
  for (i = 0; i < n; i++) {
    if (!c[i].src)
      continue;
    for (r = 0; r < ROUNDS; r++)
      ratio[r] = c[i].ns[r] / c[0].ns[r];
    g_print ("%d ch x %4u  %-28s %8.3f ns/sample  %6.2f x the cost of %s\n",
        CHANNELS, frames, c[i].name, median (c[i].ns, ROUNDS),
        median (ratio, ROUNDS), c[0].name);
  }
}

/* One stock element a section: its polynomial form is not stable with more. */
static gboolean
set_stock_sections (GstElement *bin)
{
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, RATE, 1};
  EegDspSection s[8];
  gint i;

  eeg_dsp_design (&spec, s, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  eeg_dsp_design (&spec, s + 2, NULL, 0);
  eeg_dsp_design_notch (RATE, 50, 30, s + 4, NULL, 0);
  for (i = 0; i < 5; i++) {
    gdouble a[3] = {1, s[i].a1, s[i].a2}, b[3] = {s[i].b0, s[i].b1, s[i].b2};
    gchar name[8];
    GstElement *e;
    gint k;

    g_snprintf (name, sizeof name, "s%d", i);
    e = gst_bin_get_by_name (GST_BIN (bin), name);
    for (k = 0; k < 2; k++) {
      GValueArray *array;
      gint j;

      G_GNUC_BEGIN_IGNORE_DEPRECATIONS;
      array = g_value_array_new (3);
      for (j = 0; j < 3; j++) {
        GValue v = G_VALUE_INIT;
        g_value_init (&v, G_TYPE_DOUBLE);
        g_value_set_double (&v, k ? b[j] : a[j]);
        g_value_array_append (array, &v);
        g_value_unset (&v);
      }
      g_object_set (e, k ? "b" : "a", array, NULL);
      g_value_array_free (array);
      G_GNUC_END_IGNORE_DEPRECATIONS;
    }
    gst_object_unref (e);
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  static const guint sizes[] = {1, 16, 400};
  Chain filters[] = {{"eegfilter"}, {"identity"}, {"5 audioiirfilter"}};
  Chain rates[] = {{"eegdownsample"}, {"audioresample quality=4"},
      {"audioresample quality=10"}};
  guint i;

  gst_init (&argc, &argv);
  start (&filters[0], "eegfilter highpass=1 lowpass=45 notch=50");
  start (&filters[1], "identity");
  if (start (&filters[2],
          "audioiirfilter name=s0 ! audioiirfilter name=s1 ! audioiirfilter "
          "name=s2 ! audioiirfilter name=s3 ! audioiirfilter name=s4"))
    set_stock_sections (filters[2].bin);
  start (&rates[0], "eegdownsample factor=16");
  start (&rates[1],
      "audioresample quality=4 ! capsfilter caps=audio/x-raw,rate=250");
  start (&rates[2],
      "audioresample quality=10 ! capsfilter caps=audio/x-raw,rate=250");
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    measure (filters, G_N_ELEMENTS (filters), sizes[i]);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    measure (rates, G_N_ELEMENTS (rates), sizes[i]);
  return 0;
}
