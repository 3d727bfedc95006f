/* A spectrum element under test: two sines in, messages out
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <math.h>
#include <string.h>

#define CHANNELS 2
#define RATE     250
#define CAPS(format, rate)                                                     \
  "audio/x-raw,format=" format ",layout=interleaved,rate=" rate                \
  ",channels=2,channel-mask=(bitmask)0x0,eeg-unit=V,"                          \
  "eeg-full-scale=(double)1.0,eeg-labels=<O1,O2>"

/* --- rig ------------------------------------------------------------------ */

/* 10 uV at 10 Hz and 4 uV at 20 Hz on an offset; the second channel twice. */
G_GNUC_UNUSED static gfloat
sample (guint64 frame, guint channel)
{
  gdouble t = frame / (gdouble) RATE;

  return (gfloat) ((channel + 1) * (0.01 + 10e-6 * sin (2 * M_PI * 10 * t) +
                                       4e-6 * cos (2 * M_PI * 20 * t)));
}

G_GNUC_UNUSED static GstBuffer *
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

G_GNUC_UNUSED static Rig
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

G_GNUC_UNUSED static void
rig_free (Rig *r)
{
  gst_element_set_bus (r->h->element, NULL);
  gst_object_unref (r->bus);
  g_queue_clear_full (&r->spectra, (GDestroyNotify) gst_message_unref);
  g_queue_clear_full (&r->trouble, (GDestroyNotify) gst_message_unref);
  gst_harness_teardown (r->h);
}

G_GNUC_UNUSED static void
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

G_GNUC_UNUSED static void
feed (Rig *r, guint64 begin, guint frames)
{
  fail_unless_equals_int (
      gst_harness_push (r->h, make_buffer (begin, frames)), GST_FLOW_OK);
}

/* The next "eeg-spectrum" message, or NULL. */
G_GNUC_UNUSED static GstMessage *
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

G_GNUC_UNUSED static gdouble
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

G_GNUC_UNUSED static guint64
u64 (GstMessage *m, const gchar *field)
{
  guint64 value = 0;

  fail_unless (
      gst_structure_get_uint64 (gst_message_get_structure (m), field, &value),
      "no %s", field);
  return value;
}

G_GNUC_UNUSED static guint64
stat_of (Rig *r, const gchar *field)
{
  GstStructure *s;
  guint64 value;

  g_object_get (r->h->element, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint64 (s, field, &value), "%s", field);
  gst_structure_free (s);
  return value;
}

G_GNUC_UNUSED static void
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
