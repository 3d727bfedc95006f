/* ads1299src plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <gst/eeg/eeg.h>

#include "gstads1299src.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (ads1299src, plugin);
}

GST_EEG_PLUGIN_DEFINE (ads1299src,
    "TI ADS1299 EEG converters, real-time source", plugin_init, VERSION,
    GST_LICENSE, PACKAGE_NAME, GST_PACKAGE_ORIGIN)
