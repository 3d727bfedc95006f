/* GStreamer EEG: the connection of one client, watched
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libsoup 3.2 joins incoming fragments and bodies without a total limit and
 * hides its outgoing queue. This stream stands between it and the socket,
 * counts what comes in, and knows whether the last write was taken whole.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsstream.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

/* First byte of the frame that answers a ping, and what the ping took beside the
 * payload: two bytes and the mask. */
#define PONG      0x8a
#define PING_HEAD 6

/* What a peer that does not read may still send (pings to be answered). */
#define BLOCKED_BUDGET (256 * 1024)

#define EEG_TYPE_WS_INPUT (eeg_ws_input_get_type ())
G_DECLARE_FINAL_TYPE (EegWsInput, eeg_ws_input, EEG, WS_INPUT, GInputStream)
#define EEG_TYPE_WS_OUTPUT (eeg_ws_output_get_type ())
G_DECLARE_FINAL_TYPE (EegWsOutput, eeg_ws_output, EEG, WS_OUTPUT, GOutputStream)

struct _EegWsInput
{
  GInputStream parent;
  EegWsStream *stream; /* the owner, outlives us or is NULL */
  GInputStream *base;
};

struct _EegWsOutput
{
  GOutputStream parent;
  EegWsStream *stream;
  GOutputStream *base;
};

struct _EegWsStream
{
  GIOStream parent;
  GSocket *socket;
  GSocketConnection *connection;
  EegWsInput *input;
  EegWsOutput *output;
  gsize budget;
  gsize full_budget;
  gsize blocked_bytes;
  gboolean blocked;
  gboolean aborted;
};

/* --- input ---------------------------------------------------------------- */

static gboolean
may_read (EegWsInput *self, gsize *count, GError **error)
{
  EegWsStream *s = self->stream;

  if (s == NULL || s->aborted || s->budget == 0 ||
      (s->blocked && s->blocked_bytes > BLOCKED_BUDGET)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "The client sent more than it may");
    return FALSE;
  }
  *count = MIN (*count, s->budget);
  return TRUE;
}

static void
did_read (EegWsInput *self, gssize n)
{
  if (n > 0 && self->stream) {
    self->stream->budget -= (gsize) n;
    if (self->stream->blocked)
      self->stream->blocked_bytes += (gsize) n;
  }
}

static gssize
input_read (GInputStream *stream, void *buffer, gsize count,
    GCancellable *cancellable, GError **error)
{
  EegWsInput *self = EEG_WS_INPUT (stream);
  gssize n;

  if (!may_read (self, &count, error))
    return -1;
  n = g_input_stream_read (self->base, buffer, count, cancellable, error);
  did_read (self, n);
  return n;
}

static gboolean
input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (
      G_POLLABLE_INPUT_STREAM (EEG_WS_INPUT (stream)->base));
}

static gssize
input_read_nonblocking (
    GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  EegWsInput *self = EEG_WS_INPUT (stream);
  gssize n;

  if (!may_read (self, &count, error))
    return -1;
  n = g_pollable_input_stream_read_nonblocking (
      G_POLLABLE_INPUT_STREAM (self->base), buffer, count, NULL, error);
  did_read (self, n);
  return n;
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) child = g_pollable_input_stream_create_source (
      G_POLLABLE_INPUT_STREAM (EEG_WS_INPUT (stream)->base), cancellable);

  return g_pollable_source_new_full (stream, child, NULL);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->read_nonblocking = input_read_nonblocking;
  iface->create_source = input_create_source;
}

G_DEFINE_TYPE_WITH_CODE (EegWsInput, eeg_ws_input, G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))

static void
eeg_ws_input_finalize (GObject *object)
{
  g_object_unref (EEG_WS_INPUT (object)->base);
  G_OBJECT_CLASS (eeg_ws_input_parent_class)->finalize (object);
}

static void
eeg_ws_input_class_init (EegWsInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eeg_ws_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = input_close;
}

static void
eeg_ws_input_init (EegWsInput *self)
{
}

/* --- output --------------------------------------------------------------- */

/* libsoup hands over a frame a write. */
static gssize
note_write (EegWsOutput *self, const guint8 *frame, gsize count, gssize n)
{
  EegWsStream *s = self->stream;

  if (s) {
    /* An answered ping is no part of a message that grows: a viewer may keep
     * its connection alive for days without a word. */
    if (!s->blocked && n > 1 && (gsize) n == count && frame[0] == PONG)
      s->budget =
          MIN (s->budget + (frame[1] & 0x7f) + PING_HEAD, s->full_budget);
    s->blocked = n < 0 || (gsize) n < count;
    if (!s->blocked)
      s->blocked_bytes = 0;
  }
  return n;
}

static gboolean
may_write (EegWsOutput *self, GError **error)
{
  if (self->stream && !self->stream->aborted)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
      "The connection was cut");
  return FALSE;
}

static gssize
output_write (GOutputStream *stream, const void *buffer, gsize count,
    GCancellable *cancellable, GError **error)
{
  EegWsOutput *self = EEG_WS_OUTPUT (stream);

  if (!may_write (self, error))
    return -1;
  return note_write (self, buffer, count,
      g_output_stream_write (self->base, buffer, count, cancellable, error));
}

static gboolean
output_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  return g_pollable_output_stream_is_writable (
      G_POLLABLE_OUTPUT_STREAM (EEG_WS_OUTPUT (stream)->base));
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream, const void *buffer,
    gsize count, GError **error)
{
  EegWsOutput *self = EEG_WS_OUTPUT (stream);

  if (!may_write (self, error))
    return -1;
  return note_write (self, buffer, count,
      g_pollable_output_stream_write_nonblocking (
          G_POLLABLE_OUTPUT_STREAM (self->base), buffer, count, NULL, error));
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) child = g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (EEG_WS_OUTPUT (stream)->base), cancellable);

  return g_pollable_source_new_full (stream, child, NULL);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = output_is_writable;
  iface->write_nonblocking = output_write_nonblocking;
  iface->create_source = output_create_source;
}

G_DEFINE_TYPE_WITH_CODE (EegWsOutput, eeg_ws_output, G_TYPE_OUTPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static void
eeg_ws_output_finalize (GObject *object)
{
  g_object_unref (EEG_WS_OUTPUT (object)->base);
  G_OBJECT_CLASS (eeg_ws_output_parent_class)->finalize (object);
}

static void
eeg_ws_output_class_init (EegWsOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eeg_ws_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = output_write;
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = output_close;
}

static void
eeg_ws_output_init (EegWsOutput *self)
{
}

/* --- both ----------------------------------------------------------------- */

G_DEFINE_TYPE (EegWsStream, eeg_ws_stream, G_TYPE_IO_STREAM)

static GInputStream *
stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (EEG_WS_STREAM (stream)->input);
}

static GOutputStream *
stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (EEG_WS_STREAM (stream)->output);
}

static gboolean
stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  EegWsStream *self = EEG_WS_STREAM (stream);

  self->aborted = TRUE;
  return g_io_stream_close (G_IO_STREAM (self->connection), NULL, error);
}

/* The default would close in a thread of a pool, beside the server's own. */
static void
stream_close_async (GIOStream *stream, int priority, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, data);
  GError *error = NULL;

  g_task_set_priority (task, priority);
  if (stream_close (stream, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
eeg_ws_stream_finalize (GObject *object)
{
  EegWsStream *self = EEG_WS_STREAM (object);

  self->input->stream = NULL;
  self->output->stream = NULL;
  g_object_unref (self->input);
  g_object_unref (self->output);
  g_object_unref (self->connection);
  g_object_unref (self->socket);
  G_OBJECT_CLASS (eeg_ws_stream_parent_class)->finalize (object);
}

static void
eeg_ws_stream_class_init (EegWsStreamClass *klass)
{
  GIOStreamClass *io_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = eeg_ws_stream_finalize;
  io_class->get_input_stream = stream_get_input;
  io_class->get_output_stream = stream_get_output;
  io_class->close_fn = stream_close;
  io_class->close_async = stream_close_async;
  io_class->close_finish = stream_close_finish;
}

static void
eeg_ws_stream_init (EegWsStream *self)
{
}

EegWsStream *
eeg_ws_stream_new (GSocket *socket, gsize budget)
{
  EegWsStream *self = g_object_new (EEG_TYPE_WS_STREAM, NULL);
  GIOStream *io;

  self->socket = g_object_ref (socket);
  self->connection = g_socket_connection_factory_create_connection (socket);
  io = G_IO_STREAM (self->connection);
  self->input = g_object_new (EEG_TYPE_WS_INPUT, NULL);
  self->input->stream = self;
  self->input->base = g_object_ref (g_io_stream_get_input_stream (io));
  self->output = g_object_new (EEG_TYPE_WS_OUTPUT, NULL);
  self->output->stream = self;
  self->output->base = g_object_ref (g_io_stream_get_output_stream (io));
  self->budget = self->full_budget = budget;
  return self;
}

void
eeg_ws_stream_set_budget (EegWsStream *self, gsize budget)
{
  self->budget = self->full_budget = budget;
}

gboolean
eeg_ws_stream_is_blocked (EegWsStream *self)
{
  return self->blocked;
}

gsize
eeg_ws_stream_get_unsent (EegWsStream *self)
{
  int n = 0;

  if (self->aborted || ioctl (g_socket_get_fd (self->socket), SIOCOUTQ, &n) < 0)
    return 0;
  return (gsize) MAX (n, 0);
}

void
eeg_ws_stream_abort (EegWsStream *self)
{
  if (self->aborted)
    return;
  self->aborted = TRUE;
  /* Not close(): the descriptor must stay ours until libsoup lets go. */
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

void
eeg_ws_stream_refuse (EegWsStream *self, guint status, const gchar *reason)
{
  g_autofree gchar *text = NULL;

  if (self->aborted)
    return;
  text = g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Length: 0\r\n"
                          "Connection: close\r\n\r\n",
      status, reason);
  g_socket_send (self->socket, text, strlen (text), NULL, NULL);
  eeg_ws_stream_abort (self);
}
