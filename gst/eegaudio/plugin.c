/* gst-plugins-eeg: bridges to plain audio
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/eeg.h>

#include "gsteegfromaudio.h"
#include "gsteegtoaudio.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegfromaudio, plugin) &&
         GST_ELEMENT_REGISTER (eegtoaudio, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegaudio, "Bridges between EEG streams and plain audio",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
