/* ads1299src: the bus of real devices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <errno.h>

GstResourceError
gst_ads1299_src_error_code (const Ads1299Error *error)
{
  switch (error->sys_errno) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case EBUSY:
      return GST_RESOURCE_ERROR_BUSY;
    default:
      return error->code == ADS1299_ERR_SETUP ? GST_RESOURCE_ERROR_SETTINGS
                                              : GST_RESOURCE_ERROR_OPEN_READ;
  }
}

gboolean
gst_ads1299_src_open_linux (
    GstAds1299Src *self, const Ads1299SrcSettings *settings)
{
  GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
      ("bus=linux is not available: this build has only the simulated chip. "
       "Set bus=sim."),
      (NULL));
  return FALSE;
}
