/* GStreamer EEG: from a pad of websocketsink to a stream of its server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsserver.h"

#include <gst/eeg/gsteeginfo.h>

G_BEGIN_DECLS

#define EEG_WS_SPECTRUM_CAPS                                                   \
  "application/x-eeg-spectrum, format = (string) F32LE, "                      \
  "layout = (string) planar, "                                                 \
  "rate = (fraction) [ 1/2147483647, 2147483647/1 ], "                         \
  "channels = (int) [ 1, 65535 ], bins = (int) [ 1, max ]"

/* Samples or spectra, as the caps say. Belongs to the streaming thread of its
 * pad. */
typedef struct _EegWsFeed EegWsFeed;

/* What one buffer added. */
typedef struct
{
  guint64 delivered; /* frames of samples */
  guint64 lost;      /* before this sink */
  guint64 spectra;
} EegWsCount;

/* Stream number @id of a server that eeg_ws_feed_open() names. */
EegWsFeed *eeg_ws_feed_new (guint id);
void eeg_ws_feed_free (EegWsFeed *feed);
guint eeg_ws_feed_get_id (const EegWsFeed *feed);

/* Before a stream begins; @server NULL after the last. */
void eeg_ws_feed_open (EegWsFeed *feed, EegWsServer *server);

/* @name is what clients see. FALSE with @error, or without when the same caps
 * were refused before. */
gboolean eeg_ws_feed_set_caps (
    EegWsFeed *feed, const GstCaps *caps, const gchar *name, GError **error);
/* @origin: ns of the Unix clock at running time 0. FALSE with @error. */
gboolean eeg_ws_feed_push (EegWsFeed *feed, GstBuffer *buffer,
    const GstSegment *segment, gint64 origin, EegWsCount *count,
    GError **error);
void eeg_ws_feed_end (EegWsFeed *feed);

G_END_DECLS
