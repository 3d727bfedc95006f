/* GStreamer EEG library: base class of EEG stages (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gsteegbasefilter.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_eeg_base_filter_debug);
#define GST_CAT_DEFAULT gst_eeg_base_filter_debug

/* gsteegbasefilter-caps.c; any thread. */
gboolean gst_eeg_base_filter_check_accepted (
    GstEegBaseFilter *self, const GstEegInfo *in, GError **error);
/* From fixed caps to what leaves for them, strictly. */
gboolean gst_eeg_base_filter_parse_input (GstEegBaseFilter *self,
    const GstCaps *caps, GstEegInfo *in, GstEegInfo *out, GError **error);
GstCaps *gst_eeg_base_filter_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter);
GstCaps *gst_eeg_base_filter_fixate_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *othercaps);
gboolean gst_eeg_base_filter_get_unit_size (
    GstBaseTransform *trans, GstCaps *caps, gsize *size);

G_END_DECLS
