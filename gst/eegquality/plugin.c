/* EEG quality plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/eeg.h>

#include "gsteegquality.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegquality, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegquality,
    "Judges whether the channels of an EEG are fit for use", plugin_init,
    VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
