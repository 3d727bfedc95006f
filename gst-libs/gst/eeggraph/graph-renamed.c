/* Graph files: what had another name
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names that people bring along, from the system this project follows or from
 * habit. They are never taken silently: the message says the name of today.
 * Renamed keys of the file stand in its schema (x-renamed).
 */
#include "config.h"

#include <string.h>
#include "eeggraph-private.h"

static const struct
{
  const gchar *from, *to;
} elements[] = {
    {"eeg_source", "ads1299src"},
    {"acquire", "ads1299src"},
    {"mock_eeg", "eegtestsrc"},
    {"to_voltage", "eegtovoltage"},
    {"to_data_plane", "eegfromaudio"},
    {"from_data_plane", "eegtoaudio"},
    {"gain", "eeggain"},
    {"filter", "eegfilter"},
    {"gui_filter", "eegfilter"},
    {"basic_voltage_filter", "eegfilter"},
    {"downsample", "eegdownsample"},
    {"montage", "eegmontage"},
    {"brain_waves_fft", "eegspectrum"},
    {"eegfft", "eegspectrum"},
    {"align_and_zip", "eegmerge"},
    {"eegmux", "eegmerge"},
    {"csv_sink", "csvsink"},
    {"csv_recorder", "csvsink"},
    {"eegfilesink", "csvsink"},
    {"websocket_sink", "websocketsink"},
    {"eegwssink", "websocketsink"},
    {"eegwebsocketsink", "websocketsink"},
};

static const struct
{
  const gchar *element, *from, *to;
} properties[] = {
    {"ads1299src", "batch-size", "samples-per-buffer"},
    {"ads1299src", "sample-rate", "rate"},
    {"ads1299src", "sps", "rate"},
    {"ads1299src", "v-ref", "vref"},
    {"ads1299src", "driver", "bus"},
    {"ads1299src", "drdy-pin", "drdy"},
    {"ads1299src", "drdy-line", "drdy"},
    {"ads1299src", "spi-device", "device"},
    {"ads1299src", "start-pin", "start-line"},
    {"ads1299src", "reset-pin", "reset-line"},
    {"ads1299src", "channel-labels", "labels"},
    {"ads1299src", "channel-names", "labels"},
    {"eegtestsrc", "batch-size", "samples-per-buffer"},
    {"eegtestsrc", "sample-rate", "rate"},
    {"eegtestsrc", "num-channels", "channels"},
    {"eegtestsrc", "channel-names", "labels"},
    {"eegfilter", "hp", "highpass"},
    {"eegfilter", "lp", "lowpass"},
    {"eegfilter", "high-pass", "highpass"},
    {"eegfilter", "low-pass", "lowpass"},
    {"eegfilter", "highpass-hz", "highpass"},
    {"eegfilter", "lowpass-hz", "lowpass"},
    {"eegfilter", "powerline", "notch"},
    {"eegfilter", "powerline-filter-hz", "notch"},
    {"eegfilter", "q", "notch-q"},
    {"eegdownsample", "ratio", "factor"},
    {"eegspectrum", "fft-size", "window"},
    {"csvsink", "path", "location"},
    {"csvsink", "filename", "location"},
    {"csvsink", "max-recording-length-minutes", "max-duration"},
    {"websocketsink", "bind-address", "address"},
    {"websocketsink", "host", "address"},
};

const gchar *
graph_renamed_element (const gchar *name)
{
  for (guint n = 0; n < G_N_ELEMENTS (elements); n++)
    if (!strcmp (elements[n].from, name))
      return elements[n].to;
  return NULL;
}

/* Underscores count as hyphens, which GStreamer uses. */
const gchar *
graph_renamed_property (const gchar *element, const gchar *name)
{
  gchar *hyphens = g_strdelimit (g_strdup (name), "_", '-');
  const gchar *to = NULL;

  for (guint n = 0; n < G_N_ELEMENTS (properties) && !to; n++)
    if (!strcmp (properties[n].element, element) &&
        !strcmp (properties[n].from, hyphens))
      to = properties[n].to;
  g_free (hyphens);
  return to;
}
