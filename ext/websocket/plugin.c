/* GStreamer EEG: WebSocket plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstwebsocketsink.h"

#include <gst/eeg/gsteegplugin.h>

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (websocketsink, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegwebsocket,
    "Streams EEG to browsers and programs over WebSocket", plugin_init, VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
