/* Push your own volts into an EEG pipeline in C
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   cc appsrc.c -o appsrc \
 *     $(pkg-config --cflags --libs gstreamer-eeg-1.0 gstreamer-app-1.0) -lm
 *   ./appsrc "eegfilter highpass=1 lowpass=45 ! csvsink location=mine.csv"
 *
 * Makes ten seconds of a 10 Hz sine of 20 uV (Cz) and 10 uV (Oz) on an offset of
 * 5 mV, as an amplifier would, in pieces of 25 frames. A real program would put
 * what its device gives in the place of that sine.
 */
#include <gst/app/app.h>
#include <gst/eeg/eeg.h>
#include <gst/gst.h>

#include <math.h>

#define RATE     250
#define CHANNELS 2
#define FRAMES   25 /* of a buffer */
#define SECONDS  10
#define WAITING  16 /* buffers that may wait to be taken */

static GstCaps *
make_caps (void)
{
  static const gchar *const names[CHANNELS + 1] = {"Cz", "Oz", NULL};
  GstEegInfo *info = gst_eeg_info_new ();
  GstCaps *caps = NULL;
  GError *error = NULL;

  if (gst_eeg_info_set_format (
          info, GST_AUDIO_FORMAT_F32LE, RATE, CHANNELS, &error) &&
      gst_eeg_info_set_labels (info, names, &error)) {
    caps = gst_eeg_info_to_caps (info);
  } else {
    g_printerr ("appsrc: %s\n", error->message);
    g_error_free (error);
  }
  gst_eeg_info_free (info);
  return caps;
}

/* Everything that a stage behind needs to know of these frames: which they are
 * (offset), when they were (PTS), both from the count and never summed up. */
static GstBuffer *
make_buffer (guint64 first)
{
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, FRAMES * CHANNELS * sizeof (gfloat), NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i < FRAMES; i++) {
    gdouble wave = sin (2 * G_PI * 10 * (gdouble) (first + i) / RATE);

    ((gfloat *) map.data)[i * CHANNELS + 0] = (gfloat) (5e-3 + 20e-6 * wave);
    ((gfloat *) map.data)[i * CHANNELS + 1] = (gfloat) (5e-3 + 10e-6 * wave);
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_OFFSET (buffer) = first;
  GST_BUFFER_OFFSET_END (buffer) = first + FRAMES;
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (first, GST_SECOND, RATE);
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (first + FRAMES, GST_SECOND, RATE) -
      GST_BUFFER_PTS (buffer);
  return buffer;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  GstElement *pipeline, *src;
  GstMessage *message = NULL;
  GstCaps *caps;
  GstBus *bus;
  gchar *text;
  guint64 next;
  gboolean ok;

  gst_init (&argc, &argv);
  text = g_strconcat ("appsrc name=in format=time max-buffers=0 max-bytes=0 ! ",
      argc > 1 ? argv[1] : "eegfilter highpass=1 ! csvsink location=mine.csv",
      NULL);
  pipeline =
      gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_free (text);
  if (pipeline == NULL) {
    g_printerr ("appsrc: %s\n", error->message);
    g_error_free (error);
    return 2;
  }
  caps = make_caps ();
  if (caps == NULL)
    return 2;
  src = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  gst_app_src_set_caps (GST_APP_SRC (src), caps);
  gst_caps_unref (caps);
  bus = gst_element_get_bus (pipeline);
  ok = gst_element_set_state (pipeline, GST_STATE_PLAYING) !=
       GST_STATE_CHANGE_FAILURE;
  for (next = 0; ok && next < SECONDS * RATE && !message; next += FRAMES) {
    gst_app_src_push_buffer (GST_APP_SRC (src), make_buffer (next));
    /* Who only waits for room waits for ever when a stage refuses the stream:
     * look at the bus meanwhile. */
    while (
        gst_app_src_get_current_level_buffers (GST_APP_SRC (src)) >= WAITING &&
        !message)
      message =
          gst_bus_timed_pop_filtered (bus, 10 * GST_MSECOND, GST_MESSAGE_ERROR);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  if (message == NULL)
    message = gst_bus_timed_pop_filtered (
        bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ok = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (!ok) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("appsrc: %s\n", error->message);
    g_error_free (error);
  }
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (src);
  gst_object_unref (pipeline);
  return ok ? 0 : 1;
}
