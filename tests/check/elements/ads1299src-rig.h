/* ads1299src in a harness with a bus of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/eeg/eeg.h>
#include <math.h>
#include <string.h>

#define CHANGED (GST_EEG_STATUS_CHANGED | GST_EEG_STATUS_SETTLING)

typedef struct
{
  GstHarness *h;
  GstBus *bus;
} Rig;

/* A harness around ads1299src with a bus of its own; @launch: properties. */
G_GNUC_UNUSED static void
rig_new (Rig *r, const gchar *launch)
{
  gchar *text = g_strdup_printf ("ads1299src %s", launch);
  GError *error = NULL;
  GstElement *src = gst_parse_launch (text, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  r->h = gst_harness_new_with_element (src, NULL, "src");
  r->bus = gst_bus_new ();
  gst_element_set_bus (src, r->bus);
  gst_object_unref (src);
  g_free (text);
}

G_GNUC_UNUSED static void
rig_free (Rig *r)
{
  gst_element_set_bus (r->h->element, NULL);
  gst_object_unref (r->bus);
  gst_harness_teardown (r->h);
}

G_GNUC_UNUSED static guint64
stat_of (GstElement *e, const gchar *field)
{
  GstStructure *s = NULL;
  guint64 v = 0;

  g_object_get (e, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint64 (s, field, &v), "%s", field);
  gst_structure_free (s);
  return v;
}

/* The next warning's text, or NULL; to be freed. */
G_GNUC_UNUSED static gchar *
next_warning (GstBus *bus)
{
  GstMessage *m = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  GError *e = NULL;
  gchar *text;

  if (m == NULL)
    return NULL;
  gst_message_parse_warning (m, &e, NULL);
  text = g_strdup (e->message);
  g_error_free (e);
  gst_message_unref (m);
  return text;
}

G_GNUC_UNUSED static void
assert_warning (GstBus *bus, const gchar *needle)
{
  gchar *text = next_warning (bus);

  fail_unless (text != NULL && strstr (text, needle) != NULL,
      "\"%s\" is not in \"%s\"", needle, text);
  g_free (text);
}

G_GNUC_UNUSED static gdouble
scale_of (GstHarness *h, guint channel)
{
  GstCaps *caps = gst_pad_get_current_caps (h->sinkpad);
  GstEegInfo info;
  gdouble v;

  gst_eeg_info_init (&info);
  fail_unless (gst_eeg_info_from_caps (&info, caps, NULL));
  v = info.full_scale[channel];
  gst_eeg_info_clear (&info);
  gst_caps_unref (caps);
  return v;
}
