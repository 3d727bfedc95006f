/* csvsink: records an EEG stream as text, one row a sample
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_CSV_SINK (gst_csv_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstCsvSink, gst_csv_sink, GST, CSV_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (csvsink);

G_END_DECLS
