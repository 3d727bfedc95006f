/* GStreamer EEG: the server behind websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsring.h"

#include <gst/eeg/gsteeginfo.h>

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
  guint64 dropped;
} EegWsServerStats;

EegWsServer *eeg_ws_server_start (
    const EegWsServerConfig *config, GError **error);
void eeg_ws_server_stop (EegWsServer *server);

guint eeg_ws_server_get_port (EegWsServer *server);
void eeg_ws_server_get_stats (EegWsServer *server, EegWsServerStats *stats);

void eeg_ws_server_set_batch_ms (EegWsServer *server, guint batch_ms);
void eeg_ws_server_begin_epoch (
    EegWsServer *server, const gchar *name, const GstEegInfo *info);
void eeg_ws_server_push (EegWsServer *server, gconstpointer samples,
    guint frames, guint64 first_sample, gint64 time_ns, guint8 flags);
void eeg_ws_server_eos (EegWsServer *server);

G_END_DECLS
