/* GStreamer EEG library: the binary contract of EEG plugins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegcompat.h"
#include "gsteegplugin.h"

/**
 * gst_eeg_abi_check:
 * @plugin: the plugin that is being initialised
 * @major: %GST_EEG_ABI_MAJOR that it was compiled with
 * @minor: %GST_EEG_ABI_MINOR that it was compiled with
 *
 * Compares the ABI compiled into a plugin with this library's and stores it in
 * the registry cache, where it can be read without loading the plugin.
 *
 * Returns: %TRUE when the plugin may run: same major, minor not newer
 */
gboolean
gst_eeg_abi_check (GstPlugin *plugin, guint major, guint minor)
{
  gst_plugin_set_cache_data (
      plugin, gst_structure_new ("eeg-plugin", "abi-major", G_TYPE_UINT, major,
                  "abi-minor", G_TYPE_UINT, minor, NULL));
  if (major != GST_EEG_ABI_MAJOR || minor > GST_EEG_ABI_MINOR) {
    gchar *why = g_strdup_printf (
        "%s was built for EEG plugin ABI %u.%u, this library has %u.%u: "
        "install the plugin's build for this version",
        GST_STR_NULL (gst_plugin_get_filename (plugin)), major, minor,
        GST_EEG_ABI_MAJOR, GST_EEG_ABI_MINOR);

    gst_eeg_compat_plugin_add_error (plugin, why);
    g_free (why);
    return FALSE;
  }
  return TRUE;
}
