/* GStreamer EEG: a requested pad of websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegwsfeed.h"

G_BEGIN_DECLS

#define EEG_TYPE_WS_PAD (eeg_ws_pad_get_type ())
G_DECLARE_FINAL_TYPE (EegWsPad, eeg_ws_pad, EEG, WS_PAD, GstPad)

/* @sink: its element, already while it is not added yet. @feed and @segment
 * belong to its streaming thread, @ended to the object lock of the element. */
struct _EegWsPad
{
  GstPad parent;
  GstElement *sink;
  EegWsFeed *feed;
  GstSegment segment;
  gboolean ended;
};

G_END_DECLS
