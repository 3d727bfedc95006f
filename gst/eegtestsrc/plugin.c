/* gst-plugins-eeg: the eegtestsrc plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <gst/eeg/eeg.h>
#include "gsteegtestsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegtestsrc, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegtestsrc, "Synthetic EEG and exact test signals",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
