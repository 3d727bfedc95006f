/* GStreamer EEG: one viewer of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsring.h"
#include "eegwsstream.h"

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
  /* The ring of the running epoch, or NULL before the first. (transfer full) */
  EegWsRing *(*get_ring) (gpointer user_data);
  /* Whether a ring is worth draining still: the running or the last epoch. */
  gboolean (*is_recent) (gpointer user_data, EegWsRing *ring);
  json_t *(*make_hello) (gpointer user_data, EegWsRing *ring);
  const gchar *(*get_session) (gpointer user_data);
  guint (*get_batch_ms) (gpointer user_data);
  gboolean (*is_eos) (gpointer user_data);
  void (*count_dropped) (gpointer user_data, guint64 frames);
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

G_END_DECLS
