/* Events that wait for the samples before them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdelayedevents.h"

typedef struct
{
  GstEvent *event;
  guint64 before;
} Waiting;

void
eeg_delayed_events_init (EegDelayedEvents *e)
{
  g_queue_init (&e->queue);
}

static void
waiting_free (gpointer data)
{
  Waiting *w = data;

  gst_clear_event (&w->event);
  g_free (w);
}

void
eeg_delayed_events_clear (EegDelayedEvents *e)
{
  g_queue_clear_full (&e->queue, waiting_free);
}

void
eeg_delayed_events_add (EegDelayedEvents *e, GstEvent *event, guint64 before)
{
  Waiting *w = g_new (Waiting, 1);

  w->event = event;
  w->before = before;
  g_queue_push_tail (&e->queue, w);
}

guint64
eeg_delayed_events_next (const EegDelayedEvents *e)
{
  return e->queue.head ? ((const Waiting *) e->queue.head->data)->before
                       : G_MAXUINT64;
}

void
eeg_delayed_events_push (EegDelayedEvents *e, GstPad *src, guint64 output)
{
  while (e->queue.head && eeg_delayed_events_next (e) <= output) {
    Waiting *w = g_queue_pop_head (&e->queue);

    gst_pad_push_event (src, g_steal_pointer (&w->event));
    waiting_free (w);
  }
}

gboolean
eeg_delayed_events_can_wait (GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
    case GST_EVENT_SEGMENT_DONE:
    case GST_EVENT_EOS:
    case GST_EVENT_FLUSH_STOP:
      return FALSE;
    default:
      return GST_EVENT_IS_SERIALIZED (event);
  }
}

/* An index in any type of integer that programs write. */
static gboolean
read_index (const GValue *value, guint64 *index)
{
  GValue wide = G_VALUE_INIT;
  gint64 n;

  if (G_VALUE_HOLDS_UINT64 (value)) {
    *index = g_value_get_uint64 (value);
    return TRUE;
  }
  if (!G_VALUE_HOLDS_INT (value) && !G_VALUE_HOLDS_UINT (value) &&
      !G_VALUE_HOLDS_INT64 (value))
    return FALSE;
  g_value_init (&wide, G_TYPE_INT64);
  g_value_transform (value, &wide);
  n = g_value_get_int64 (&wide);
  *index = (guint64) n;
  return n >= 0;
}

GstEvent *
eeg_delayed_events_rescale (GstEvent *event, guint up, guint down)
{
  const GstStructure *s = gst_event_get_structure (event);
  GValue wide = G_VALUE_INIT, scaled = G_VALUE_INIT;
  const GValue *value;
  guint64 index;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CUSTOM_DOWNSTREAM:
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
    case GST_EVENT_CUSTOM_BOTH:
      break;
    default:
      return event;
  }
  value = s ? gst_structure_get_value (s, "sample") : NULL;
  if (!value || !read_index (value, &index))
    return event;
  g_value_init (&wide, G_TYPE_UINT64);
  g_value_set_uint64 (&wide, gst_util_uint64_scale (index, up, down));
  g_value_init (&scaled, G_VALUE_TYPE (value));
  g_value_transform (&wide, &scaled);
  event = gst_event_make_writable (event);
  gst_structure_take_value (
      gst_event_writable_structure (event), "sample", &scaled);
  return event;
}
