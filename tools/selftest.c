/* eeg-launch --self-test
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "selftest.h"

#include <stdio.h>

static void
print_trouble (GstBus *bus)
{
  GstMessage *m;

  while ((m = gst_bus_pop_filtered (
              bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))) {
    gboolean is_error = GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR;
    GError *error = NULL;

    if (is_error)
      gst_message_parse_error (m, &error, NULL);
    else
      gst_message_parse_warning (m, &error, NULL);
    fprintf (stderr, "eeg-launch: %s %s: %s\n",
        is_error ? "error in" : "warning from",
        GST_OBJECT_NAME (GST_MESSAGE_SRC (m)), error->message);
    g_clear_error (&error);
    gst_message_unref (m);
  }
}

int
eeg_self_test (GstElement *pipeline, gdouble seconds, gboolean json)
{
  GList *stages = GST_IS_BIN (pipeline)
                      ? g_list_copy (GST_BIN_CHILDREN (pipeline))
                      : g_list_append (NULL, pipeline);
  GstBus *bus = gst_bus_new ();
  guint n = 0, failed = 0;

  /* GStreamer keeps the newest first. */
  stages = g_list_reverse (stages);
  for (GList *l = stages; l; l = l->next) {
    GstStructure *s = NULL;
    gboolean pass = FALSE;

    if (!g_signal_lookup ("self-test", G_OBJECT_TYPE (l->data)))
      continue;
    gst_element_set_bus (l->data, bus);
    g_signal_emit_by_name (l->data, "self-test", seconds, &s);
    print_trouble (bus);
    if (s)
      gst_structure_get_boolean (s, "pass", &pass);
    failed += !pass;
    if (s && json)
      printf ("%s%s", n ? ",\n" : "[", gst_structure_get_string (s, "json"));
    else if (s)
      printf ("%s%s:\n%s", n ? "\n" : "", GST_OBJECT_NAME (l->data),
          gst_structure_get_string (s, "table"));
    n += s != NULL;
    g_clear_pointer (&s, gst_structure_free);
    gst_element_set_bus (l->data, NULL);
  }
  if (json && n)
    puts ("]");
  g_list_free (stages);
  gst_object_unref (bus);
  if (n + failed == 0) {
    fprintf (stderr, "eeg-launch: no stage of this graph can test itself; "
                     "ads1299src can\n");
    return 2;
  }
  return failed ? 1 : 0;
}
