/* EEG merging plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/eeg.h>

#include "gsteegmerge.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegmerge, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegmerge, "Several EEG devices as one stream",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
