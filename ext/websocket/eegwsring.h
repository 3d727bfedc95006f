/* GStreamer EEG: the ring of recent samples behind websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Value format on the wire, header byte 30. */
typedef enum
{
  EEG_WS_FORMAT_F32 = 0,
  EEG_WS_FORMAT_I16 = 1,
  EEG_WS_FORMAT_I32 = 2,
} EegWsFormat;

/* Header byte 1. */
typedef enum
{
  EEG_WS_FLAG_GAP = 1,
  EEG_WS_FLAG_SATURATED = 2,
  EEG_WS_FLAG_TIME_ESTIMATED = 4,
  EEG_WS_FLAG_BACKFILL = 8,
} EegWsFlags;

/* Message type, header byte 0. */
typedef enum
{
  EEG_WS_TYPE_SAMPLES = 1,
  EEG_WS_TYPE_ENVELOPE = 2,
  EEG_WS_TYPE_SPECTRUM = 4,
} EegWsType;

/* What one frame is. */
typedef struct
{
  EegWsType type; /* samples or spectrum */
  EegWsFormat format;
  guint channels;
  guint bins;          /* values a channel; 1 for samples */
  gdouble rate;        /* frames a second */
  gdouble sample_rate; /* what indices count; the same for samples */
} EegWsShape;

/* One epoch of a stream: values of 4 bytes, interleaved, newest overwrite
 * oldest. Cursors are positions: the number of frames stored since the ring
 * began, so that a distance between two of them counts frames that existed,
 * whatever gaps the sample index has. A frame of samples stands for one index; one
 * of a spectrum for a window that begins at its index. Every function locks for itself and may
 * be called from any thread. */
typedef struct _EegWsRing EegWsRing;

/* What eeg_ws_ring_read() found. */
typedef struct
{
  guint64 pos;          /* position of the first frame */
  guint64 first_sample; /* its absolute index */
  gint64 time_ns;       /* its time */
  guint frames;
  guint8 flags;
  gboolean ends_run; /* a gap follows, or the end of a sealed ring */
} EegWsBlock;

EegWsRing *eeg_ws_ring_new (guint32 epoch, const EegWsShape *shape,
    const gchar *description, gdouble seconds, gsize max_bytes);
EegWsRing *eeg_ws_ring_ref (EegWsRing *ring);
void eeg_ws_ring_unref (EegWsRing *ring);

guint32 eeg_ws_ring_get_epoch (const EegWsRing *ring);
const EegWsShape *eeg_ws_ring_get_shape (const EegWsRing *ring);
/* JSON object for hello, without "oldest". */
const gchar *eeg_ws_ring_get_description (const EegWsRing *ring);
guint64 eeg_ws_ring_get_capacity (const EegWsRing *ring);

void eeg_ws_ring_push (EegWsRing *ring, gconstpointer samples, guint frames,
    guint64 first_sample, gint64 time_ns, guint8 flags);
void eeg_ws_ring_seal (EegWsRing *ring);
gboolean eeg_ws_ring_get_range (EegWsRing *ring, guint64 *oldest_pos,
    guint64 *head_pos, guint64 *oldest_sample);
guint64 eeg_ws_ring_find_sample (EegWsRing *ring, guint64 sample);
gboolean eeg_ws_ring_read (
    EegWsRing *ring, guint64 pos, guint grid, gpointer out, EegWsBlock *block);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EegWsRing, eeg_ws_ring_unref)

G_END_DECLS
