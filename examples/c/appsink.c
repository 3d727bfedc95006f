/* Read an EEG stream in C: volts, labels and sample ledger
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   cc appsink.c -o appsink \
 *     $(pkg-config --cflags --libs gstreamer-eeg-1.0 gstreamer-app-1.0) -lm
 *   ./appsink "eegtestsrc num-buffers=250 ! eegfilter highpass=1 lowpass=45"
 */
#include <gst/app/app.h>
#include <gst/eeg/eeg.h>
#include <gst/gst.h>

#include <math.h>
#include <string.h>

typedef struct
{
  GstEegInfo *info; /* NULL until the first sample */
  gdouble *square;  /* sum of squares a channel, V^2 */
  guint64 frames;
  guint64 lost;
  guint64 last;
} Reader;

static gboolean
take (Reader *r, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  guint64 first = r->last, n = 0, lost = 0;
  GError *error = NULL;
  GstMapInfo map;
  gsize i, values;
  guint channels;

  if (r->info == NULL) {
    r->info = gst_eeg_info_new ();
    if (!gst_eeg_info_from_caps (
            r->info, gst_sample_get_caps (sample), &error)) {
      g_printerr ("appsink: %s\n", error->message);
      g_error_free (error);
      return FALSE;
    }
    r->square = g_new0 (gdouble, gst_eeg_info_get_channels (r->info));
  }
  if (GST_EEG_INFO_FORMAT (r->info) != GST_AUDIO_FORMAT_F32LE) {
    g_printerr ("appsink: expected F32LE volts: add eegtovoltage\n");
    return FALSE;
  }
  channels = gst_eeg_info_get_channels (r->info);
  gst_buffer_get_eeg_ledger (buffer, &first, &n, &lost, NULL);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  values = map.size / sizeof (gfloat);
  for (i = 0; i < values; i++) {
    gfloat v;

    memcpy (&v, map.data + i * sizeof v, sizeof v);
    r->square[i % channels] += (gdouble) v * v;
  }
  gst_buffer_unmap (buffer, &map);
  r->frames += values / channels;
  r->lost += lost;
  r->last = first + values / channels;
  return TRUE;
}

int
main (int argc, char **argv)
{
  Reader r = {NULL};
  GError *error = NULL;
  GstElement *pipeline, *sink;
  GstSample *sample;
  GstMessage *message;
  GstBus *bus;
  gboolean ok = TRUE;
  gchar *text;
  gint i;

  gst_init (&argc, &argv);
  text = g_strconcat (argc > 1 ? argv[1] : "eegtestsrc num-buffers=250",
      " ! appsink name=out sync=false", NULL);
  pipeline =
      gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_free (text);
  if (pipeline == NULL) {
    g_printerr ("appsink: %s\n", error->message);
    g_error_free (error);
    return 2;
  }
  bus = gst_element_get_bus (pipeline);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (ok && !gst_app_sink_is_eos (GST_APP_SINK (sink))) {
    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 100 * GST_MSECOND);
    if (sample) {
      ok = take (&r, sample);
      gst_sample_unref (sample);
      continue;
    }
    /* An error upstream ends no stream: look at the bus between samples. */
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    if (message == NULL)
      continue;
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("appsink: %s\n", error->message);
    g_error_free (error);
    gst_message_unref (message);
    ok = FALSE;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (ok && r.frames > 0) {
    for (i = 0; i < gst_eeg_info_get_channels (r.info); i++)
      g_print ("%6s: %8.2f uV rms\n", r.info->labels[i],
          1e6 * sqrt (r.square[i] / r.frames));
    g_print ("%" G_GUINT64_FORMAT " received, %" G_GUINT64_FORMAT " lost\n",
        r.frames, r.lost);
  }
  gst_eeg_info_free (r.info);
  g_free (r.square);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return ok && r.frames > 0 ? 0 : 1;
}
