/* ads1299src on SPI and GPIO devices: what goes wrong
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "shim-rig.h"

/* With @shim plugged in and @property set so, there is one error of @code that
 * names @needles. */
typedef struct
{
  const gchar *shim, *property, *value;
  GstResourceError code;
  const gchar *needles[3];
  gboolean running; /* the error comes while playing */
} Fails;

static const Fails fails[] = {
    {"", "device", "/dev/spidev3.0", GST_RESOURCE_ERROR_NOT_FOUND,
        {"/dev/spidev3.0", "do_spi"}},
    {"", "device", NULL, GST_RESOURCE_ERROR_SETTINGS,
        {"device=/dev/spidev0.0"}},
    {"", "device", "/etc/passwd", GST_RESOURCE_ERROR_SETTINGS,
        {"/etc/passwd", "no SPI device"}},
    {"deny=EACCES:/dev/spidev0.0", NULL, NULL,
        GST_RESOURCE_ERROR_NOT_AUTHORIZED,
        {"/dev/spidev0.0", "usermod -aG spi"}},
    {"deny=EACCES:/dev/gpiochip0", NULL, NULL,
        GST_RESOURCE_ERROR_NOT_AUTHORIZED,
        {"/dev/gpiochip0", "usermod -aG gpio"}},
    {"busy=25", NULL, NULL, GST_RESOURCE_ERROR_BUSY,
        {"DRDY", "line 25 of gpiochip0", "other-driver"}},
    {"busy=22", NULL, NULL, GST_RESOURCE_ERROR_BUSY, {"START", "line 22"}},
    {"busy=27", NULL, NULL, GST_RESOURCE_ERROR_BUSY, {"RESET", "line 27"}},
    {"mode=refused", NULL, NULL, GST_RESOURCE_ERROR_SETTINGS,
        {"/dev/spidev0.0", "mode 1"}},
    {"mode=ignored", NULL, NULL, GST_RESOURCE_ERROR_SETTINGS,
        {"/dev/spidev0.0", "mode 0"}},
    {"", "drdy", "gpiochip0:99", GST_RESOURCE_ERROR_NOT_FOUND,
        {"gpiochip0:99", "0 to 53"}},
    {"", "drdy", "pinctrl-bcm2711:25", GST_RESOURCE_ERROR_NOT_FOUND,
        {"pinctrl-bcm2711", "pinctrl-rp1"}},
    {"", "drdy", "expander:1", GST_RESOURCE_ERROR_SETTINGS,
        {"line 1 of gpiochip1", "no interrupts"}},
    {"", "drdy", NULL, GST_RESOURCE_ERROR_SETTINGS, {"drdy=pinctrl-rp1:25"}},
    {"id=0x92", NULL, NULL, GST_RESOURCE_ERROR_OPEN_READ, {"ID", "0x92"}},
    {"dead=30", NULL, NULL, GST_RESOURCE_ERROR_READ,
        {"DRDY (line 25 of gpiochip0)", "/dev/spidev0.0"}, TRUE},
    {"unplug=30", NULL, NULL, GST_RESOURCE_ERROR_READ, {"/dev/spidev0.0"},
        TRUE},
};

GST_START_TEST (test_trouble_fails)
  {
    const Fails *f = &fails[__i__];
    gchar *shim = g_strdup_printf ("hurry=1;%s", f->shim);
    GstElement *pipe = gst_pipeline_new (NULL);
    GstElement *src = gst_element_factory_make ("ads1299src", NULL);
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    GstBus *bus = gst_element_get_bus (pipe);
    GError *error = NULL;
    GstMessage *m;
    guint i;
    ShimTruth t;

    shim_power_up (shim);
    gst_bin_add_many (GST_BIN (pipe), src, sink, NULL);
    fail_unless (gst_element_link (src, sink));
    g_object_set (src, "device", "/dev/spidev0.0", "drdy", "gpiochip0:25",
        "start-line", "pinctrl-rp1:22", "reset-line", "GPIO27", NULL);
    gst_util_set_object_arg (G_OBJECT (src), "bus", "linux");
    if (f->property)
      g_object_set (src, f->property, f->value, NULL);
    fail_unless ((gst_element_set_state (pipe, GST_STATE_PLAYING) ==
                     GST_STATE_CHANGE_FAILURE) == !f->running);
    m = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_parse_error (m, &error, NULL);
    fail_unless (error->domain == GST_RESOURCE_ERROR);
    fail_unless (error->code == (gint) f->code, "code %d: %s", error->code,
        error->message);
    for (i = 0; i < 3 && f->needles[i]; i++)
      fail_unless (strstr (error->message, f->needles[i]) != NULL,
          "\"%s\" is not in: %s", f->needles[i], error->message);
    g_error_free (error);
    gst_message_unref (m);
    gst_element_set_state (pipe, GST_STATE_NULL);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
    shim_get_truth (&t);
    fail_unless_equals_int (t.claimed, 0);
    gst_object_unref (bus);
    gst_object_unref (pipe);
    g_free (shim);
  }
GST_END_TEST;

static Suite *
suite (void)
{
  Suite *s = suite_create ("ads1299src-linux-fails");
  TCase *tc = tcase_create ("shim");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_trouble_fails, 0, (gint) G_N_ELEMENTS (fails));
  return s;
}

int
main (int argc, char **argv)
{
  int skip = shim_find ();

  if (skip)
    return skip;
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (suite (), "ads1299src-linux-fails", __FILE__);
}
