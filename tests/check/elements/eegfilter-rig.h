/* Unit tests: an eegfilter on its own, two channels at 250 Hz
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>

#define CHANNELS 2
#define CAPS                                                                   \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"           \
  "channel-mask=(bitmask)0x0,eeg-unit=V,eeg-full-scale=(double)1.0"

static G_GNUC_UNUSED gfloat
sample (guint frame, guint channel)
{
  return (gfloat) (0.02 + 1e-5 * sin (0.3 * frame * (channel + 1)) +
                   1e-7 * (gint) ((frame * 7919u) % 13));
}

static G_GNUC_UNUSED GstBuffer *
make_buffer (guint first, guint frames)
{
  gfloat *x = g_new (gfloat, frames * CHANNELS);
  GstBuffer *b;
  guint f, c;

  for (f = 0; f < frames; f++)
    for (c = 0; c < CHANNELS; c++)
      x[f * CHANNELS + c] = sample (first + f, c);
  b = gst_buffer_new_wrapped (x, frames * CHANNELS * sizeof *x);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  return b;
}

static G_GNUC_UNUSED void
take (GstBuffer *b, GArray *out)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
  g_array_append_vals (out, map.data, map.size / sizeof (gfloat));
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
}

static G_GNUC_UNUSED void
take_all (GstHarness *h, GArray *out)
{
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h)))
    take (b, out);
}

static G_GNUC_UNUSED void
expect_message (GstBus *bus, GstMessageType type, const gchar *word)
{
  GstMessage *m = gst_bus_pop_filtered (bus, type);
  GError *error;

  fail_unless (m != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &error, NULL);
  else
    gst_message_parse_warning (m, &error, NULL);
  fail_unless (strstr (error->message, word) != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (
                   bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == NULL);
}

static G_GNUC_UNUSED GstHarness *
start (const gchar *properties)
{
  gchar *text = g_strdup_printf ("eegfilter %s", properties);
  GstHarness *h = gst_harness_new_parse (text);

  g_free (text);
  gst_harness_set_src_caps_str (h, CAPS);
  return h;
}

static G_GNUC_UNUSED GArray *
outputs (GstHarness *h)
{
  GArray *got = g_array_new (FALSE, FALSE, sizeof (gfloat));

  take_all (h, got);
  return got;
}

static G_GNUC_UNUSED void
fail_unless_same (GArray *a, GArray *b)
{
  fail_unless_equals_int (a->len, b->len);
  fail_unless (memcmp (a->data, b->data, a->len * sizeof (gfloat)) == 0);
  g_array_unref (a);
  g_array_unref (b);
}
