/* GStreamer EEG library: the binary contract of EEG plugins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg-prelude.h>

G_BEGIN_DECLS

/**
 * GST_EEG_ABI_MAJOR:
 *
 * Changes when a plugin compiled before cannot work any more.
 */
#define GST_EEG_ABI_MAJOR 1

/**
 * GST_EEG_ABI_MINOR:
 *
 * Grows with every addition; a plugin built against a newer minor is refused.
 */
#define GST_EEG_ABI_MINOR 0

GST_EEG_API gboolean gst_eeg_abi_check (
    GstPlugin *plugin, guint major, guint minor);

/**
 * GST_EEG_PLUGIN_DEFINE:
 *
 * As GST_PLUGIN_DEFINE(), with the ABI version compiled in and checked against
 * the library's before @init runs.
 */
#define GST_EEG_PLUGIN_DEFINE(                                                 \
    name, description, init, version, license, package, origin)                \
  static gboolean G_PASTE (_gst_eeg_init_, name) (GstPlugin * plugin)          \
  {                                                                            \
    return gst_eeg_abi_check (plugin, GST_EEG_ABI_MAJOR, GST_EEG_ABI_MINOR) && \
           init (plugin);                                                      \
  }                                                                            \
  GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, name, description,  \
      G_PASTE (_gst_eeg_init_, name), version, license, package, origin)

G_END_DECLS
