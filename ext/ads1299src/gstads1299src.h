/* ads1299src: EEG from TI ADS1299 chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstpushsrc.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_ADS1299_SRC (gst_ads1299_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstAds1299Src, gst_ads1299_src, GST, ADS1299_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (ads1299src);

G_END_DECLS
