/* GStreamer EEG: one stream that the server offers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsring.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Streams of one server. */
#define EEG_WS_MAX_TOPICS 64

/* A name and number for clients, the ring of the running epoch, and the one
 * before for those who are behind. One thread produces; everything else may be
 * called from any thread. Lives as long as its server. */
typedef struct _EegWsTopic EegWsTopic;

EegWsTopic *eeg_ws_topic_new (
    guint id, gdouble history_seconds, gsize history_bytes);
void eeg_ws_topic_free (EegWsTopic *topic);
guint eeg_ws_topic_get_id (const EegWsTopic *topic);

/* --- the producer --------------------------------------------------------- */

/* What follows has this shape and, for hello, @description (transfer full):
 * id, epoch and oldest are added to it. */
void eeg_ws_topic_begin_epoch (
    EegWsTopic *topic, const EegWsShape *shape, json_t *description);
/* Copies once, never waits for a client. */
void eeg_ws_topic_push (EegWsTopic *topic, gconstpointer values, guint frames,
    guint64 first_sample, gint64 time_ns, guint8 flags);
void eeg_ws_topic_end (EegWsTopic *topic);

/* --- readers -------------------------------------------------------------- */

/* The ring of the running epoch, or NULL before the first. (transfer full) */
EegWsRing *eeg_ws_topic_get_ring (EegWsTopic *topic);
/* Whether a ring is worth draining still: the running or the last epoch. */
gboolean eeg_ws_topic_is_recent (EegWsTopic *topic, EegWsRing *ring);
gboolean eeg_ws_topic_has_ended (EegWsTopic *topic);
/* Frames that a slow client was not sent. */
void eeg_ws_topic_count_dropped (EegWsTopic *topic, guint64 frames);
guint64 eeg_ws_topic_get_dropped (EegWsTopic *topic);

G_END_DECLS
