/* GStreamer EEG: one viewer of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsstream.h"
#include "eegwstopic.h"

#include <jansson.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Close codes of eeg.v1 beyond those of RFC 6455. */
#define EEG_WS_CLOSE_QUOTA    4003
#define EEG_WS_CLOSE_TOO_SLOW 4008
#define EEG_WS_CLOSE_EPOCH    4009

/* What came in whole may be this long. */
#define EEG_WS_MAX_MESSAGE (64 * 1024)

typedef struct _EegWsClient EegWsClient;

/* What clients need from the server; all of it belongs to the server thread. */
typedef struct
{
  gpointer user_data;
  /* Fills in the streams there are, by number, and returns how many. */
  guint (*get_topics) (gpointer user_data, EegWsTopic *topics[]);
  const gchar *(*get_session) (gpointer user_data);
  guint (*get_batch_ms) (gpointer user_data);
  void (*closed) (gpointer user_data, EegWsClient *client);
  /* Messages of this turn, shared by clients that want the same. */
  GHashTable *cache;
} EegWsHost;

EegWsClient *eeg_ws_client_new (
    EegWsHost *host, SoupWebsocketConnection *conn, EegWsStream *stream);
void eeg_ws_client_free (EegWsClient *client);
/* Sends what may be sent. Returns whether all there is was sent. */
gboolean eeg_ws_client_pump (EegWsClient *client);
void eeg_ws_client_close (
    EegWsClient *client, gushort code, const gchar *reason);
void eeg_ws_client_abort (EegWsClient *client);

/* --- for its subscriptions ------------------------------------------------ */

/* Whether the socket is taking data and has no more than @limit bytes (64 KiB
 * at least) that the peer did not acknowledge. */
gboolean eeg_ws_client_may_send (EegWsClient *client, gsize limit);
void eeg_ws_client_send_bytes (EegWsClient *client, GBytes *bytes);
GHashTable *eeg_ws_client_get_cache (EegWsClient *client);
guint eeg_ws_client_get_batch_ms (EegWsClient *client);
const gchar *eeg_ws_client_get_session (EegWsClient *client);

G_END_DECLS
