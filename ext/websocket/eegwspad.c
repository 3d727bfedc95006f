/* GStreamer EEG: a requested pad of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwspad.h"

G_DEFINE_TYPE (EegWsPad, eeg_ws_pad, GST_TYPE_PAD)

static void
eeg_ws_pad_finalize (GObject *object)
{
  g_clear_pointer (&EEG_WS_PAD (object)->feed, eeg_ws_feed_free);
  G_OBJECT_CLASS (eeg_ws_pad_parent_class)->finalize (object);
}

static void
eeg_ws_pad_class_init (EegWsPadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eeg_ws_pad_finalize;
}

static void
eeg_ws_pad_init (EegWsPad *pad)
{
  gst_segment_init (&pad->segment, GST_FORMAT_UNDEFINED);
}
