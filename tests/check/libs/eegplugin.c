/* The ABI gate of EEG plugins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteegplugin.h>

static guint want_major, want_minor;

static gboolean
init_any (GstPlugin *plugin)
{
  return gst_eeg_abi_check (plugin, want_major, want_minor);
}

static gboolean
try_abi (guint major, guint minor)
{
  want_major = major;
  want_minor = minor;
  return gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR,
      "eegabitest", "test", init_any, "1", "LGPL", "t", "t", "t");
}

GST_START_TEST (test_same_abi_accepted)
  {
    fail_unless (try_abi (GST_EEG_ABI_MAJOR, GST_EEG_ABI_MINOR));
  }
GST_END_TEST;

GST_START_TEST (test_other_major_refused)
  {
    fail_if (try_abi (GST_EEG_ABI_MAJOR + 1, 0));
  }
GST_END_TEST;

GST_START_TEST (test_newer_minor_refused)
  {
    fail_if (try_abi (GST_EEG_ABI_MAJOR, GST_EEG_ABI_MINOR + 1));
  }
GST_END_TEST;

static Suite *
eegplugin_suite (void)
{
  Suite *s = suite_create ("eegplugin");
  TCase *tc = tcase_create ("abi");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_same_abi_accepted);
  tcase_add_test (tc, test_other_major_refused);
  tcase_add_test (tc, test_newer_minor_refused);
  return s;
}

GST_CHECK_MAIN (eegplugin);
