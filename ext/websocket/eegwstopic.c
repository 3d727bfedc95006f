/* GStreamer EEG: one stream that the server offers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwstopic.h"

struct _EegWsTopic
{
  guint id;
  gdouble history_seconds;
  gsize history_bytes;

  GMutex lock; /* guards the following; taken alone */
  EegWsRing *ring;
  EegWsRing *last_ring;
  guint32 epoch;
  gboolean ended;
  guint64 dropped;
};

EegWsTopic *
eeg_ws_topic_new (guint id, gdouble history_seconds, gsize history_bytes)
{
  EegWsTopic *topic = g_new0 (EegWsTopic, 1);

  topic->id = id;
  topic->history_seconds = history_seconds;
  topic->history_bytes = history_bytes;
  g_mutex_init (&topic->lock);
  return topic;
}

void
eeg_ws_topic_free (EegWsTopic *topic)
{
  g_clear_pointer (&topic->ring, eeg_ws_ring_unref);
  g_clear_pointer (&topic->last_ring, eeg_ws_ring_unref);
  g_mutex_clear (&topic->lock);
  g_free (topic);
}

guint
eeg_ws_topic_get_id (const EegWsTopic *topic)
{
  return topic->id;
}

void
eeg_ws_topic_begin_epoch (
    EegWsTopic *topic, const EegWsShape *shape, json_t *description)
{
  EegWsRing *ring, *old;
  char *text;

  /* Only this thread changes it. */
  topic->epoch++;
  json_object_set_new (
      description, "id", json_integer ((json_int_t) topic->id));
  json_object_set_new (
      description, "epoch", json_integer ((json_int_t) topic->epoch));
  text = json_dumps (description, JSON_COMPACT);
  json_decref (description);
  ring = eeg_ws_ring_new (
      topic->epoch, shape, text, topic->history_seconds, topic->history_bytes);
  free (text);
  g_mutex_lock (&topic->lock);
  if (topic->ring)
    eeg_ws_ring_seal (topic->ring);
  old = topic->last_ring;
  topic->last_ring = topic->ring;
  topic->ring = ring;
  topic->ended = FALSE;
  g_mutex_unlock (&topic->lock);
  g_clear_pointer (&old, eeg_ws_ring_unref);
}

void
eeg_ws_topic_push (EegWsTopic *topic, gconstpointer values, guint frames,
    guint64 first_sample, gint64 time_ns, guint8 flags)
{
  /* Only this thread replaces the ring. */
  eeg_ws_ring_push (topic->ring, values, frames, first_sample, time_ns, flags);
}

void
eeg_ws_topic_end (EegWsTopic *topic)
{
  g_mutex_lock (&topic->lock);
  if (topic->ring)
    eeg_ws_ring_seal (topic->ring);
  topic->ended = TRUE;
  g_mutex_unlock (&topic->lock);
}

EegWsRing *
eeg_ws_topic_get_ring (EegWsTopic *topic)
{
  EegWsRing *ring;

  g_mutex_lock (&topic->lock);
  ring = topic->ring ? eeg_ws_ring_ref (topic->ring) : NULL;
  g_mutex_unlock (&topic->lock);
  return ring;
}

gboolean
eeg_ws_topic_is_recent (EegWsTopic *topic, EegWsRing *ring)
{
  gboolean recent;

  g_mutex_lock (&topic->lock);
  recent = ring == topic->ring || ring == topic->last_ring;
  g_mutex_unlock (&topic->lock);
  return recent;
}

gboolean
eeg_ws_topic_has_ended (EegWsTopic *topic)
{
  gboolean ended;

  g_mutex_lock (&topic->lock);
  ended = topic->ended;
  g_mutex_unlock (&topic->lock);
  return ended;
}

void
eeg_ws_topic_count_dropped (EegWsTopic *topic, guint64 frames)
{
  g_mutex_lock (&topic->lock);
  topic->dropped += frames;
  g_mutex_unlock (&topic->lock);
}

guint64
eeg_ws_topic_get_dropped (EegWsTopic *topic)
{
  guint64 dropped;

  g_mutex_lock (&topic->lock);
  dropped = topic->dropped;
  g_mutex_unlock (&topic->lock);
  return dropped;
}
