/* Events that wait for the samples before them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* In the order of arrival, each with the output that it stands before. Streaming
 * thread only. */
typedef struct
{
  GQueue queue;
} EegDelayedEvents;

void eeg_delayed_events_init (EegDelayedEvents *events);
void eeg_delayed_events_clear (EegDelayedEvents *events);

/* Takes @event. */
void eeg_delayed_events_add (
    EegDelayedEvents *events, GstEvent *event, guint64 before);

/* The output that the next one stands before; G_MAXUINT64: there is none. */
guint64 eeg_delayed_events_next (const EegDelayedEvents *events);

/* Sends those that stand before outputs up to @output. */
void eeg_delayed_events_push (
    EegDelayedEvents *events, GstPad *src, guint64 output);

/* Whether an event has a place among the samples, and is no border of the stream
 * itself. */
gboolean eeg_delayed_events_can_wait (GstEvent *event);

/* The field "sample" of a custom event, an absolute index, becomes that of the
 * output at or before it. Takes and returns an event. */
GstEvent *eeg_delayed_events_rescale (GstEvent *event, guint up, guint down);

G_END_DECLS
