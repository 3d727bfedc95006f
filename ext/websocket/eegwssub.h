/* GStreamer EEG: what one viewer of websocketsink gets of one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsclient.h"
#include "eegwstopic.h"

G_BEGIN_DECLS

/* A cursor into the shared ring of a topic, and what the client wants of it.
 * Belongs to the server thread. */
typedef struct _EegWsSub EegWsSub;

EegWsSub *eeg_ws_sub_new (EegWsClient *client, EegWsTopic *topic);
void eeg_ws_sub_free (EegWsSub *sub);

EegWsTopic *eeg_ws_sub_get_topic (EegWsSub *sub);
/* The epoch that the client was told of, or NULL. (transfer none) */
EegWsRing *eeg_ws_sub_get_ring (EegWsSub *sub);

/* Takes over a new epoch once the rest of the old one is sent; FALSE when that
 * has to wait, or the client had to be closed. hello is the caller's. */
gboolean eeg_ws_sub_enter (EegWsSub *sub, EegWsRing *ring);
/* Sends what may be sent. TRUE when all was sent that is there. */
gboolean eeg_ws_sub_pump (EegWsSub *sub);

/* Operations of a client. NULL with @code and @text when refused. */
json_t *eeg_ws_sub_subscribe (
    EegWsSub *sub, json_t *request, const gchar **code, const gchar **text);
json_t *eeg_ws_sub_unsubscribe (EegWsSub *sub);
void eeg_ws_sub_ack (EegWsSub *sub, guint64 sample);

G_END_DECLS
