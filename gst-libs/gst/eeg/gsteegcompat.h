/* GStreamer EEG library: differences between GStreamer versions, in one place
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Say why a plugin was refused; before 1.24 only the log can carry it. */
#if GST_CHECK_VERSION(1, 24, 0)
#define gst_eeg_compat_plugin_add_error(plugin, message)                       \
  gst_plugin_add_status_error (plugin, message)
#else
#define gst_eeg_compat_plugin_add_error(plugin, message)                       \
  GST_WARNING_OBJECT (plugin, "%s", message)
#endif

G_END_DECLS
