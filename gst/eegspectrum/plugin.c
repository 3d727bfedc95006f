/* EEG spectrum plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/eeg.h>

#include "gsteegspectrum.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegspectrum, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegspectrum,
    "Power spectral density and band powers of EEG", plugin_init, VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
