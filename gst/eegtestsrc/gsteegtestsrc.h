/* gst-plugins-eeg: eegtestsrc
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_EEG_TEST_SRC (gst_eeg_test_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstEegTestSrc, gst_eeg_test_src, GST, EEG_TEST_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (eegtestsrc);

G_END_DECLS
