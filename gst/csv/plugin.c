/* csv: recorder of EEG streams as text
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcsvsink.h"

#include <gst/eeg/gsteegplugin.h>

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (csvsink, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegcsv, "EEG recorder: one CSV row a sample",
    plugin_init, PACKAGE_VERSION, GST_LICENSE, GST_PACKAGE_NAME,
    GST_PACKAGE_ORIGIN)
