/* GStreamer EEG: the server behind websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwstopic.h"

G_BEGIN_DECLS

/* An HTTP server with one WebSocket end point, in a thread and main context of
 * its own. The functions below may be called from any thread. */
typedef struct _EegWsServer EegWsServer;

typedef struct
{
  const gchar *address;
  guint port;
  const gchar *www_root;
  guint batch_ms;
  gdouble history_seconds;
  gsize history_bytes;
  guint max_clients;
} EegWsServerConfig;

typedef struct
{
  guint clients;
  guint64 dropped; /* frames of samples */
  guint64 spectra_dropped;
} EegWsServerStats;

EegWsServer *eeg_ws_server_start (
    const EegWsServerConfig *config, GError **error);
void eeg_ws_server_stop (EegWsServer *server);

guint eeg_ws_server_get_port (EegWsServer *server);
void eeg_ws_server_get_stats (EegWsServer *server, EegWsServerStats *stats);

void eeg_ws_server_set_batch_ms (EegWsServer *server, guint batch_ms);
EegWsTopic *eeg_ws_server_get_topic (EegWsServer *server, guint id);
void eeg_ws_server_wake (EegWsServer *server);

G_END_DECLS
