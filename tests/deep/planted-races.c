/* Races on purpose: what the thread sanitizer must go on finding
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * planted-races KIND, for scripts/deep.sh: with all that tells the sanitizer of
 * GLib's order or makes it overlook GLib's calls, each of these must be reported.
 */
#include <gst/gst.h>
#include <string.h>

static guint counter;
static gchar *text;
static volatile gchar seen;

static gpointer
add (gpointer data)
{
  guint i;

  for (i = 0; i < 1000; i++)
    counter++;
  return data;
}

static gpointer
look (gpointer data)
{
  seen = *(volatile gchar *) data;
  return NULL;
}

static gpointer
throw_away (gpointer data)
{
  g_free (data);
  return NULL;
}

static GstPadProbeReturn
count_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  counter++;
  return GST_PAD_PROBE_OK;
}

/* Two threads of GLib. */
static void
race (GThreadFunc a, GThreadFunc b, gpointer data)
{
  GThread *one = g_thread_new ("one", a, data);
  GThread *other = g_thread_new ("other", b, data);

  g_thread_join (one);
  g_thread_join (other);
}

/* Two streaming threads and what they have in common. */
static void
stream (void)
{
  GstElement *pipe =
      gst_parse_launch ("fakesrc num-buffers=2000 ! identity name=a ! fakesink "
                        "fakesrc num-buffers=2000 ! identity name=b ! fakesink",
          NULL);
  static const gchar *const names[] = {"a", "b"};
  GstBus *bus = gst_element_get_bus (pipe);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *e = gst_bin_get_by_name (GST_BIN (pipe), names[i]);
    GstPad *pad = gst_element_get_static_pad (e, "src");

    gst_pad_add_probe (
        pad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, NULL, NULL);
    gst_object_unref (pad);
    gst_object_unref (e);
  }
  gst_element_set_state (pipe, GST_STATE_PLAYING);
  gst_message_unref (gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  gst_element_set_state (pipe, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipe);
}

int
main (int argc, char **argv)
{
  const gchar *kind = argc > 1 ? argv[1] : "";

  gst_init (NULL, NULL);
  text = g_strdup ("text");
  if (strcmp (kind, "counter") == 0)
    race (add, add, NULL);
  else if (strcmp (kind, "freed") == 0)
    race (look, throw_away, text);
  else if (strcmp (kind, "streams") == 0)
    stream ();
  else
    g_printerr ("planted-races counter|freed|streams\n");
  return 0;
}
