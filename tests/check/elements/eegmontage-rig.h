/* A montage element under test: eight channels whose samples are known
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <math.h>
#include <string.h>

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

G_GNUC_UNUSED static GstHarness *
start_with (const gchar *properties, const gchar *caps)
{
  g_autofree gchar *text = g_strdup_printf ("eegmontage %s", properties);
  GstHarness *h = gst_harness_new_parse (text);

  gst_harness_set_src_caps_str (h, caps);
  return h;
}

G_GNUC_UNUSED static GstHarness *
start (const gchar *properties)
{
  return start_with (properties, CAPS LABEL_CAPS);
}

G_GNUC_UNUSED static gfloat
sample (guint frame, guint channel)
{
  return (gfloat) (0.01 * (channel + 1) + 1e-5 * sin (0.3 * frame + channel));
}

G_GNUC_UNUSED static GstBuffer *
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

G_GNUC_UNUSED static void
take (GstBuffer *b, GArray *out)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (b, &map, GST_MAP_READ));
  g_array_append_vals (out, map.data, map.size / sizeof (gfloat));
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (b);
}

G_GNUC_UNUSED static GArray *
outputs (GstHarness *h)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (gfloat));
  GstBuffer *b;

  while ((b = gst_harness_try_pull (h)))
    take (b, out);
  return out;
}

G_GNUC_UNUSED static gboolean
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

G_GNUC_UNUSED static void
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

G_GNUC_UNUSED static gboolean
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
