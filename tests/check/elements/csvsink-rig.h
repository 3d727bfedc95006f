/* Unit tests: a csvsink on its own, fed by a pad of the test
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteeginfo.h>
#include <gst/eeg/gsteegmeta.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* A sink on its own, fed by a pad of the test. */
typedef struct
{
  gchar *dir;
  gchar *path;
  GstElement *sink;
  GstPad *src;
  GstBus *bus;
} Rig;

G_GNUC_UNUSED static void
rig_init (Rig *r, const gchar *name)
{
  r->dir = g_dir_make_tmp ("csvsink-XXXXXX", NULL);
  r->path = g_build_filename (r->dir, name, NULL);
  r->sink = gst_check_setup_element ("csvsink");
  g_object_set (r->sink, "location", r->path, NULL);
  r->src = gst_check_setup_src_pad (r->sink, &src_template);
  gst_pad_set_active (r->src, TRUE);
  r->bus = gst_bus_new ();
  gst_element_set_bus (r->sink, r->bus);
}

G_GNUC_UNUSED static void
rig_stop (Rig *r)
{
  gst_element_set_state (r->sink, GST_STATE_NULL);
}

G_GNUC_UNUSED static void
rig_clear (Rig *r)
{
  GDir *dir;
  const gchar *name;

  rig_stop (r);
  gst_element_set_bus (r->sink, NULL);
  gst_object_unref (r->bus);
  gst_pad_set_active (r->src, FALSE);
  gst_check_teardown_src_pad (r->sink);
  gst_check_teardown_element (r->sink);
  dir = g_dir_open (r->dir, 0, NULL);
  while ((name = g_dir_read_name (dir))) {
    gchar *path = g_build_filename (r->dir, name, NULL);
    g_unlink (path);
    g_free (path);
  }
  g_dir_close (dir);
  g_rmdir (r->dir);
  g_free (r->path);
  g_free (r->dir);
}

static GstCaps *
make_caps (GstAudioFormat format, const gchar *labels)
{
  GstEegInfo info;
  GstCaps *caps;
  gchar **list = gst_eeg_parse_list (labels);
  gint n = (gint) g_strv_length (list);
  gdouble scale[64], gain[64];

  gst_eeg_info_init (&info);
  fail_unless (gst_eeg_info_set_format (&info, format, 250, n, NULL));
  info.unit = format == GST_AUDIO_FORMAT_S24_32LE ? GST_EEG_UNIT_ADC
                                                  : GST_EEG_UNIT_VOLT;
  for (gint i = 0; i < n; i++) {
    scale[i] = 0.1875;
    gain[i] = 24;
  }
  fail_unless (gst_eeg_info_set_full_scale (&info, scale, (guint) n, NULL));
  fail_unless (gst_eeg_info_set_gain (&info, gain, (guint) n, NULL));
  fail_unless (
      gst_eeg_info_set_labels (&info, (const gchar *const *) list, NULL));
  gst_eeg_info_set_reference (&info, "SRB1");
  caps = gst_eeg_info_to_caps (&info);
  gst_eeg_info_clear (&info);
  g_strfreev (list);
  return caps;
}

static gboolean
rig_start (Rig *r, GstCaps *caps)
{
  GstSegment segment;

  if (gst_element_set_state (r->sink, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE) {
    gst_caps_unref (caps);
    return FALSE;
  }
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (r->src, gst_event_new_stream_start ("test"));
  /* A refusal shows in the next push of a buffer. */
  gst_pad_push_event (r->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  return gst_pad_push_event (r->src, gst_event_new_segment (&segment));
}

static GstBuffer *
make_buffer (gconstpointer data, gsize size, guint64 first, guint frames)
{
  GstBuffer *b = gst_buffer_new_memdup (data, size);

  GST_BUFFER_PTS (b) = gst_util_uint64_scale (first, GST_SECOND, 250);
  GST_BUFFER_OFFSET (b) = first;
  GST_BUFFER_OFFSET_END (b) = first + frames;
  return b;
}

/* Two channels whose values tell their index. */
G_GNUC_UNUSED static GstBuffer *
numbered_buffer (guint64 first, guint frames)
{
  gfloat *v = g_new (gfloat, 2 * frames);
  GstBuffer *b;

  for (guint i = 0; i < frames; i++) {
    v[2 * i] = (gfloat) (first + i) * 1e-6f;
    v[2 * i + 1] = (gfloat) sin ((gdouble) (first + i)) * 5e-5f;
  }
  b = make_buffer (v, 8 * frames, first, frames);
  g_free (v);
  return b;
}

G_GNUC_UNUSED static gchar *
rig_read (Rig *r, const gchar *name)
{
  gchar *path =
      name ? g_build_filename (r->dir, name, NULL) : g_strdup (r->path);
  gchar *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL), "no %s", path);
  g_free (path);
  return text;
}

G_GNUC_UNUSED static json_t *
rig_sidecar (Rig *r, const gchar *name)
{
  gchar *text = rig_read (r, name);
  json_error_t error;
  json_t *j = json_loads (text, JSON_REJECT_DUPLICATES, &error);

  fail_unless (j != NULL, "%s:%d %s", name, error.line, error.text);
  g_free (text);
  return j;
}

G_GNUC_UNUSED static guint64
rig_stat (Rig *r, const gchar *field)
{
  GstStructure *s;
  guint64 v = G_MAXUINT64;

  g_object_get (r->sink, "stats", &s, NULL);
  fail_unless (gst_structure_get_uint64 (s, field, &v), "no %s", field);
  gst_structure_free (s);
  return v;
}

/* Exactly one error, of this kind, with this in its text. */
G_GNUC_UNUSED static void
rig_expect (Rig *r, GstMessageType type, gint code, const gchar *part)
{
  GstMessage *m = gst_bus_pop_filtered (r->bus, type);
  GError *e;

  fail_unless (m != NULL, "no message: %s", part);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (m, &e, NULL);
  else
    gst_message_parse_warning (m, &e, NULL);
  fail_unless (strstr (e->message, part) != NULL, "%s", e->message);
  fail_unless_equals_int (e->code, code);
  g_error_free (e);
  gst_message_unref (m);
  fail_unless (gst_bus_pop_filtered (r->bus, type) == NULL);
}

G_GNUC_UNUSED static void
rig_eos (Rig *r)
{
  gst_pad_push_event (r->src, gst_event_new_eos ());
}
