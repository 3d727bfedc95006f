/* GStreamer EEG: the connection of one client, watched
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define EEG_TYPE_WS_STREAM (eeg_ws_stream_get_type ())
G_DECLARE_FINAL_TYPE (EegWsStream, eeg_ws_stream, EEG, WS_STREAM, GIOStream)

/* Wraps @socket. Reading fails once @budget bytes came in, until
 * eeg_ws_stream_set_budget() grants more. One thread. */
EegWsStream *eeg_ws_stream_new (GSocket *socket, gsize budget);
void eeg_ws_stream_set_budget (EegWsStream *stream, gsize budget);
/* TRUE while the last write did not get everything into the kernel. */
gboolean eeg_ws_stream_is_blocked (EegWsStream *stream);
/* Bytes in the kernel that the peer has not acknowledged. */
gsize eeg_ws_stream_get_unsent (EegWsStream *stream);
/* Cuts the connection at once, reads and writes fail from now on. */
void eeg_ws_stream_abort (EegWsStream *stream);
/* Sends a bare HTTP answer past everything else, then cuts. */
void eeg_ws_stream_refuse (
    EegWsStream *stream, guint status, const gchar *reason);

G_END_DECLS
