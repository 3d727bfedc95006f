/* GStreamer EEG: the server behind websocketsink
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libsoup's server accepts what it should not (see docs/protocol.md, "Limits").
 * So connections are accepted here, wrapped in an EegWsStream that counts, and
 * every request is checked when its headers are complete.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwsserver.h"
#include "eegwsclient.h"
#include "eegwsfiles.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define LISTEN_BACKLOG   256
#define HTTP_BUDGET      (64 * 1024)
#define REQUEST_DEADLINE 5   /* s, until the headers are complete */
#define ANSWER_DEADLINE  30  /* s, until the answer is taken */
#define PUMP_INTERVAL    20  /* ms, while somebody has a backlog */
#define GOODBYE_TIME     250 /* ms that stopping waits for clients */
#define ADDRESS_KEY      "eeg-ws-stream"
#define RING_MIN_SECONDS 1.0
#define ACCEPT_PAUSE     20 /* ms, when there is no descriptor left */

/* A viewer whose computer is gone is noticed within a minute. */
#define ALIVE_IDLE     30 /* s */
#define ALIVE_INTERVAL 10 /* s */
#define ALIVE_COUNT    3

struct _EegWsServer
{
  GMutex lock;       /* guards the following block */
  GPtrArray *topics; /* EegWsTopic by number; they live as long as this */

  gint n_clients; /* atomic */
  gint batch_ms;  /* atomic */
  gint pending;   /* atomic: a wake-up is under way */
  gint stopping;  /* atomic */

  gchar *address;
  guint port;
  guint max_clients;
  gdouble history_seconds;
  gsize history_bytes;
  gchar session[33];
  GHashTable *files;
  GHashTable *hosts; /* what the Host header may be */
  gboolean any_address;

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GSource *wake;
  GSocket *listener;

  /* Server thread only. */
  SoupServer *soup;
  EegWsHost host;
  GList *clients;
  GList *refused; /* more than there may be: told so, not served */
  GList *dead;
  GHashTable *streams; /* every open connection */
  GSource *ticker;
  gint64 goodbye;
};

/* --- what clients ask ----------------------------------------------------- */

static guint
host_get_topics (gpointer data, EegWsTopic *topics[])
{
  EegWsServer *server = data;
  guint n;

  g_mutex_lock (&server->lock);
  n = server->topics->len;
  /* an empty array has no memory to copy from */
  if (n > 0)
    memcpy (topics, server->topics->pdata, n * sizeof *topics);
  g_mutex_unlock (&server->lock);
  return n;
}

static const gchar *
host_get_session (gpointer data)
{
  return ((EegWsServer *) data)->session;
}

static guint
host_get_batch_ms (gpointer data)
{
  return (guint) g_atomic_int_get (&((EegWsServer *) data)->batch_ms);
}

static void
host_closed (gpointer data, EegWsClient *client)
{
  EegWsServer *server = data;
  GList *link = g_list_find (server->clients, client);

  if (link) {
    server->clients = g_list_remove_link (server->clients, link);
    g_atomic_int_add (&server->n_clients, -1);
  } else if ((link = g_list_find (server->refused, client))) {
    server->refused = g_list_remove_link (server->refused, link);
  } else {
    return;
  }
  server->dead = g_list_concat (link, server->dead);
  g_source_set_ready_time (server->wake, 0);
}

/* --- the pump ------------------------------------------------------------- */

static gboolean wake_dispatch (
    GSource *source, GSourceFunc callback, gpointer user_data);

static gboolean
on_tick (gpointer data)
{
  EegWsServer *server = data;

  g_source_set_ready_time (server->wake, 0);
  server->ticker = NULL;
  return G_SOURCE_REMOVE;
}

static void
start_ticker (EegWsServer *server)
{
  if (server->ticker)
    return;
  server->ticker = g_timeout_source_new (PUMP_INTERVAL);
  g_source_set_callback (server->ticker, on_tick, server, NULL);
  g_source_attach (server->ticker, server->context);
  g_source_unref (server->ticker);
}

static void
pump_all (EegWsServer *server)
{
  gboolean backlog = FALSE;
  GList *l, *next;

  for (l = server->clients; l; l = next) {
    next = l->next;
    if (!eeg_ws_client_pump (l->data))
      backlog = TRUE;
    else if (server->goodbye)
      eeg_ws_client_close (
          l->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server stops");
  }
  g_hash_table_remove_all (server->host.cache);
  if (backlog || server->goodbye)
    start_ticker (server);
}

static gboolean
wake_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  EegWsServer *server = user_data;

  g_source_set_ready_time (source, -1);
  g_atomic_int_set (&server->pending, 0);
  if (g_atomic_int_get (&server->stopping) && !server->goodbye) {
    server->goodbye = g_get_monotonic_time () + GOODBYE_TIME * 1000;
    /* Nobody new from here on. */
    g_socket_close (server->listener, NULL);
  }
  pump_all (server);
  g_list_free_full (
      g_steal_pointer (&server->dead), (GDestroyNotify) eeg_ws_client_free);
  if (server->goodbye &&
      (server->clients == NULL || g_get_monotonic_time () >= server->goodbye))
    g_main_loop_quit (server->loop);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wake_funcs = {NULL, NULL, wake_dispatch, NULL};

/* --- HTTP ----------------------------------------------------------------- */

static gboolean
host_is_allowed (EegWsServer *server, const gchar *host)
{
  g_autofree gchar *lower = g_ascii_strdown (host, -1);
  g_autoptr (GInetAddress) literal = NULL;
  g_autofree gchar *name = NULL;
  gchar *colon;

  if (g_hash_table_contains (server->hosts, lower))
    return TRUE;
  if (!server->any_address)
    return FALSE;
  /* Serving every interface: an address typed as numbers cannot be a name
   * that somebody else's DNS points here. */
  colon = strrchr (lower, ':');
  if (colon == NULL ||
      (guint64) g_ascii_strtoull (colon + 1, NULL, 10) != server->port)
    return FALSE;
  name = g_strndup (lower, colon - lower);
  if (name[0] == '[' && name[strlen (name) - 1] == ']') {
    name[strlen (name) - 1] = '\0';
    literal = g_inet_address_new_from_string (name + 1);
  } else {
    literal = g_inet_address_new_from_string (name);
  }
  return literal != NULL;
}

static guint
check_request (
    EegWsServer *server, SoupServerMessage *msg, const gchar **reason)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const gchar *method = soup_server_message_get_method (msg);
  GUri *uri = soup_server_message_get_uri (msg);
  const gchar *name, *value, *host = NULL, *origin = NULL;
  guint n_hosts = 0, n_origins = 0;
  g_autofree gchar *own_origin = NULL;
  g_autofree gchar *uri_host = NULL;
  SoupMessageHeadersIter iter;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    if (g_ascii_strcasecmp (name, "Host") == 0) {
      host = value;
      n_hosts++;
    } else if (g_ascii_strcasecmp (name, "Origin") == 0) {
      origin = value;
      n_origins++;
    } else if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0 ||
               (g_ascii_strcasecmp (name, "Content-Length") == 0 &&
                   strcmp (value, "0") != 0)) {
      *reason = "Content Too Large";
      return 413;
    }
  }
  *reason = "Misdirected Request";
  if (n_hosts != 1 || !host_is_allowed (server, host))
    return 421;
  /* An absolute request line names a host too. */
  uri_host = strchr (g_uri_get_host (uri), ':')
                 ? g_strdup_printf (
                       "[%s]:%d", g_uri_get_host (uri), g_uri_get_port (uri))
                 : g_strdup_printf (
                       "%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
  if (g_uri_get_port (uri) > 0 && !host_is_allowed (server, uri_host))
    return 421;
  own_origin = g_strconcat ("http://", host, NULL);
  *reason = "Forbidden";
  if (n_origins > 1 || (origin && g_ascii_strcasecmp (origin, own_origin) != 0))
    return 403;
  *reason = "Method Not Allowed";
  if (strcmp (method, "GET") != 0 && strcmp (method, "HEAD") != 0)
    return 405;
  return 0;
}

static void
on_got_headers (SoupServerMessage *msg, EegWsServer *server)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  GSocketAddress *address = soup_server_message_get_remote_address (msg);
  EegWsStream *stream = g_object_get_data (G_OBJECT (address), ADDRESS_KEY);
  const gchar *reason = NULL;
  guint status = check_request (server, msg, &reason);

  soup_message_headers_remove (headers, "Range");
  soup_message_headers_remove (headers, "If-Range");
  soup_message_headers_remove (headers, "Expect");
  g_object_set_data (G_OBJECT (stream), "deadline",
      GINT_TO_POINTER (
          (gint) (g_get_monotonic_time () / G_USEC_PER_SEC) + ANSWER_DEADLINE));
  if (status) {
    soup_server_message_set_status (msg, status, reason);
    eeg_ws_stream_refuse (stream, status, reason);
  }
}

static void
on_request_started (
    SoupServer *soup, SoupServerMessage *msg, EegWsServer *server)
{
  g_signal_connect (msg, "got-headers", G_CALLBACK (on_got_headers), server);
}

static void
add_headers (SoupServerMessage *msg)
{
  SoupMessageHeaders *h = soup_server_message_get_response_headers (msg);

  soup_message_headers_replace (h, "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; "
      "img-src 'self' data:; connect-src 'self'; worker-src 'self'; "
      "font-src 'self'; manifest-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'self'");
  soup_message_headers_replace (h, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (
      h, "Cross-Origin-Resource-Policy", "same-origin");
  soup_message_headers_replace (h, "Cross-Origin-Opener-Policy", "same-origin");
  soup_message_headers_replace (h, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (h, "Cache-Control", "no-cache");
  soup_message_headers_replace (h, "Connection", "close");
}

/* About the first stream. */
static void
answer_status (EegWsServer *server, SoupServerMessage *msg)
{
  guint64 oldest = 0, oldest_pos = 0, head = 0;
  EegWsTopic *topics[EEG_WS_MAX_TOPICS];
  g_autoptr (EegWsRing) ring = NULL;
  gboolean ended = FALSE;
  EegWsServerStats stats;
  json_t *root;
  char *text;

  eeg_ws_server_get_stats (server, &stats);
  if (host_get_topics (server, topics) > 0) {
    ring = eeg_ws_topic_get_ring (topics[0]);
    ended = eeg_ws_topic_has_ended (topics[0]);
  }
  if (ring)
    eeg_ws_ring_get_range (ring, &oldest_pos, &head, &oldest);
  root = json_pack ("{s:s,s:s,s:i,s:I,s:i,s:I,s:I,s:b}", "server",
      "gst-plugins-eeg/" VERSION, "session", server->session, "clients",
      (int) stats.clients, "dropped", (json_int_t) stats.dropped, "epoch",
      ring ? (int) eeg_ws_ring_get_epoch (ring) : 0, "delivered",
      (json_int_t) head, "oldest", (json_int_t) oldest, "eos", ended);
  text = json_dumps (root, JSON_COMPACT);
  json_decref (root);
  soup_server_message_set_status (msg, 200, NULL);
  soup_server_message_set_response (
      msg, "application/json", SOUP_MEMORY_COPY, text, strlen (text));
  free (text);
}

static void
on_http (SoupServer *soup, SoupServerMessage *msg, const char *path,
    GHashTable *query, gpointer data)
{
  EegWsServer *server = data;
  SoupMessageHeaders *request = soup_server_message_get_request_headers (msg);
  EegWsFile *file;
  const gchar *match;

  add_headers (msg);
  if (strcmp (path, "/api/status") == 0) {
    answer_status (server, msg);
    return;
  }
  file = g_hash_table_lookup (
      server->files, strcmp (path, "/") == 0 ? "/index.html" : path);
  if (file == NULL) {
    soup_server_message_set_status (msg, 404, NULL);
    return;
  }
  soup_message_headers_replace (
      soup_server_message_get_response_headers (msg), "ETag", file->etag);
  match = soup_message_headers_get_one (request, "If-None-Match");
  if (g_strcmp0 (match, file->etag) == 0) {
    soup_server_message_set_status (msg, 304, NULL);
    return;
  }
  soup_server_message_set_status (msg, 200, NULL);
  soup_message_headers_set_content_type (
      soup_server_message_get_response_headers (msg), file->mime, NULL);
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (msg), file->bytes);
}

static void
on_websocket (SoupServer *soup, SoupServerMessage *msg, const char *path,
    SoupWebsocketConnection *conn, gpointer data)
{
  EegWsServer *server = data;
  GSocketAddress *address = soup_server_message_get_remote_address (msg);
  EegWsStream *stream = g_object_get_data (G_OBJECT (address), ADDRESS_KEY);
  EegWsClient *client;

  if (strcmp (path, "/ws") != 0) {
    soup_websocket_connection_close (
        conn, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "the stream is at /ws");
    return;
  }
  client = eeg_ws_client_new (&server->host, conn, stream);
  if (g_atomic_int_get (&server->n_clients) >= (gint) server->max_clients) {
    server->refused = g_list_prepend (server->refused, client);
    eeg_ws_client_close (client, EEG_WS_CLOSE_QUOTA, "too many viewers");
    return;
  }
  g_object_set_data (G_OBJECT (stream), "deadline", NULL);
  server->clients = g_list_append (server->clients, client);
  g_atomic_int_inc (&server->n_clients);
  g_source_set_ready_time (server->wake, 0);
}

static void
forget_stream (gpointer data, GObject *stream)
{
  EegWsServer *server = data;

  g_hash_table_remove (server->streams, stream);
}

static gboolean
on_accept (GSocket *listener, GIOCondition condition, gpointer data)
{
  EegWsServer *server = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);
  g_autoptr (EegWsStream) stream = NULL;
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocketAddress) remote = NULL;

  if (g_socket_is_closed (listener))
    return G_SOURCE_REMOVE;
  /* It waits to be accepted still, and would be tried again at once. */
  if (socket == NULL &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    g_usleep (ACCEPT_PAUSE * 1000);
  if (socket == NULL ||
      g_hash_table_size (server->streams) >= server->max_clients + 32)
    return G_SOURCE_CONTINUE;
  local = g_socket_get_local_address (socket, NULL);
  remote = g_socket_get_remote_address (socket, NULL);
  if (local == NULL || remote == NULL)
    return G_SOURCE_CONTINUE;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_IDLE, NULL);
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_INTERVAL, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, ALIVE_COUNT, NULL);
  stream = eeg_ws_stream_new (socket, HTTP_BUDGET);
  g_object_set_data (G_OBJECT (stream), "deadline",
      GINT_TO_POINTER ((gint) (g_get_monotonic_time () / G_USEC_PER_SEC) +
                       REQUEST_DEADLINE));
  g_hash_table_add (server->streams, stream);
  g_object_weak_ref (G_OBJECT (stream), forget_stream, server);
  /* The address object is what leads from a message back to its stream. */
  g_object_set_data (G_OBJECT (remote), ADDRESS_KEY, stream);
  soup_server_accept_iostream (
      server->soup, G_IO_STREAM (stream), local, remote, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_deadlines (gpointer data)
{
  EegWsServer *server = data;
  gint now = (gint) (g_get_monotonic_time () / G_USEC_PER_SEC);
  g_autoptr (GList) streams = g_hash_table_get_keys (server->streams);

  for (GList *l = streams; l; l = l->next) {
    gint deadline = GPOINTER_TO_INT (g_object_get_data (l->data, "deadline"));

    if (deadline && now > deadline)
      eeg_ws_stream_abort (l->data);
  }
  return G_SOURCE_CONTINUE;
}

/* --- life ----------------------------------------------------------------- */

static gpointer
server_thread (gpointer data)
{
  EegWsServer *server = data;
  const char *protocols[] = {"eeg.v1", NULL};
  g_autoptr (GList) open = NULL;
  GSource *accept, *deadlines;

  g_main_context_push_thread_default (server->context);
  server->soup = soup_server_new ("server-header", "gst-plugins-eeg", NULL);
  soup_server_remove_websocket_extension (
      server->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_handler (server->soup, NULL, on_http, server, NULL);
  soup_server_add_websocket_handler (server->soup, "/ws", NULL,
      (char **) protocols, on_websocket, server, NULL);
  g_signal_connect (
      server->soup, "request-started", G_CALLBACK (on_request_started), server);
  accept = g_socket_create_source (server->listener, G_IO_IN, NULL);
  g_source_set_callback (accept, G_SOURCE_FUNC (on_accept), server, NULL);
  g_source_attach (accept, server->context);
  deadlines = g_timeout_source_new_seconds (1);
  g_source_set_callback (deadlines, on_deadlines, server, NULL);
  g_source_attach (deadlines, server->context);

  g_main_loop_run (server->loop);

  g_source_destroy (accept);
  g_source_unref (accept);
  g_source_destroy (deadlines);
  g_source_unref (deadlines);
  open = g_hash_table_get_keys (server->streams);
  for (GList *l = open; l; l = l->next) {
    g_object_weak_unref (l->data, forget_stream, server);
    eeg_ws_stream_abort (l->data);
  }
  for (GList *l = server->clients; l; l = l->next)
    eeg_ws_client_abort (l->data);
  g_list_free_full (
      g_steal_pointer (&server->clients), (GDestroyNotify) eeg_ws_client_free);
  g_list_free_full (
      g_steal_pointer (&server->refused), (GDestroyNotify) eeg_ws_client_free);
  g_list_free_full (
      g_steal_pointer (&server->dead), (GDestroyNotify) eeg_ws_client_free);
  soup_server_disconnect (server->soup);
  /* Let libsoup see the cut connections and let go of them. */
  for (guint i = 0;
       i < 100 && g_main_context_iteration (server->context, FALSE); i++)
    ;
  g_clear_object (&server->soup);
  if (server->ticker)
    g_source_destroy (server->ticker);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

static void
server_free (EegWsServer *server)
{
  g_clear_object (&server->listener);
  g_clear_pointer (&server->files, g_hash_table_unref);
  g_clear_pointer (&server->hosts, g_hash_table_unref);
  g_clear_pointer (&server->streams, g_hash_table_unref);
  g_clear_pointer (&server->host.cache, g_hash_table_unref);
  if (server->wake) {
    g_source_destroy (server->wake);
    g_source_unref (server->wake);
  }
  g_clear_pointer (&server->loop, g_main_loop_unref);
  g_clear_pointer (&server->context, g_main_context_unref);
  g_ptr_array_unref (server->topics);
  g_free (server->address);
  g_mutex_clear (&server->lock);
  g_free (server);
}

static gboolean
open_listener (EegWsServer *server, GError **error)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (
      strcmp (server->address, "localhost") == 0 ? "127.0.0.1"
                                                 : server->address);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketAddress) bound = NULL;

  if (inet == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "\"%s\" is not an IP address", server->address);
    return FALSE;
  }
  server->any_address = g_inet_address_get_is_any (inet);
  address = g_inet_socket_address_new (inet, (guint16) server->port);
  server->listener = g_socket_new (g_inet_address_get_family (inet),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (server->listener == NULL)
    return FALSE;
  g_socket_set_listen_backlog (server->listener, LISTEN_BACKLOG);
  g_socket_set_blocking (server->listener, FALSE);
  if (!g_socket_bind (server->listener, address, TRUE, error) ||
      !g_socket_listen (server->listener, error))
    return FALSE;
  bound = g_socket_get_local_address (server->listener, error);
  if (bound == NULL)
    return FALSE;
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;
}

static void
allow_host (EegWsServer *server, const gchar *name)
{
  const gchar *format = strchr (name, ':') ? "[%s]" : "%s";
  g_autofree gchar *lower = g_ascii_strdown (name, -1);
  g_autofree gchar *host = g_strdup_printf (format, lower);

  g_hash_table_add (
      server->hosts, g_strdup_printf ("%s:%u", host, server->port));
  if (server->port == 80)
    g_hash_table_add (server->hosts, g_steal_pointer (&host));
}

/**
 * eeg_ws_server_start:
 *
 * Binds the port in the calling thread, so that the caller learns at once when
 * it is taken (%G_IO_ERROR_ADDRESS_IN_USE), then runs the server in its thread.
 */
EegWsServer *
eeg_ws_server_start (const EegWsServerConfig *config, GError **error)
{
  EegWsServer *server = g_new0 (EegWsServer, 1);

  g_mutex_init (&server->lock);
  server->topics =
      g_ptr_array_new_with_free_func ((GDestroyNotify) eeg_ws_topic_free);
  server->address = g_strdup (config->address);
  server->port = config->port;
  server->max_clients = config->max_clients;
  server->batch_ms = (gint) config->batch_ms;
  server->history_seconds = MAX (config->history_seconds, RING_MIN_SECONDS);
  server->history_bytes = config->history_bytes;
  g_snprintf (server->session, sizeof server->session, "%08x%08x%08x%08x",
      g_random_int (), g_random_int (), g_random_int (), g_random_int ());
  server->files = eeg_ws_files_load (config->www_root, error);
  if (server->files == NULL || !open_listener (server, error)) {
    server_free (server);
    return NULL;
  }
  server->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  allow_host (server, "localhost");
  allow_host (server, "127.0.0.1");
  allow_host (server, "::1");
  allow_host (server, server->address);
  if (server->any_address) {
    /* The second is its name in multicast DNS, which no foreign server of names
     * can point here. */
    g_autofree gchar *local = g_strconcat (g_get_host_name (), ".local", NULL);

    allow_host (server, g_get_host_name ());
    allow_host (server, local);
  }
  server->streams = g_hash_table_new (NULL, NULL);
  server->host = (EegWsHost){
      .user_data = server,
      .get_topics = host_get_topics,
      .get_session = host_get_session,
      .get_batch_ms = host_get_batch_ms,
      .closed = host_closed,
      .cache = g_hash_table_new_full (
          g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref),
  };
  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  server->wake = g_source_new (&wake_funcs, sizeof (GSource));
  g_source_set_callback (server->wake, NULL, server, NULL);
  g_source_attach (server->wake, server->context);
  server->thread = g_thread_new ("eeg-websocket", server_thread, server);
  return server;
}

/* Sends what clients take within GOODBYE_TIME, says good-bye with 1001, cuts
 * the rest. Frees @server. */
void
eeg_ws_server_stop (EegWsServer *server)
{
  g_atomic_int_set (&server->stopping, 1);
  g_source_set_ready_time (server->wake, 0);
  g_thread_join (server->thread);
  server_free (server);
}

static void
wake (EegWsServer *server)
{
  if (g_atomic_int_compare_and_exchange (&server->pending, 0, 1))
    g_source_set_ready_time (server->wake, 0);
}

guint
eeg_ws_server_get_port (EegWsServer *server)
{
  return server->port;
}

void
eeg_ws_server_get_stats (EegWsServer *server, EegWsServerStats *stats)
{
  EegWsTopic *topics[EEG_WS_MAX_TOPICS];
  guint n = host_get_topics (server, topics);

  stats->clients = (guint) g_atomic_int_get (&server->n_clients);
  stats->dropped = stats->spectra_dropped = 0;
  for (guint i = 0; i < n; i++) {
    g_autoptr (EegWsRing) ring = eeg_ws_topic_get_ring (topics[i]);

    if (ring && eeg_ws_ring_get_shape (ring)->type == EEG_WS_TYPE_SPECTRUM)
      stats->spectra_dropped += eeg_ws_topic_get_dropped (topics[i]);
    else
      stats->dropped += eeg_ws_topic_get_dropped (topics[i]);
  }
}

void
eeg_ws_server_set_batch_ms (EegWsServer *server, guint batch_ms)
{
  g_atomic_int_set (&server->batch_ms, (gint) batch_ms);
}

/* The topic of this number, which is made when it is new; NULL when there are
 * too many. */
EegWsTopic *
eeg_ws_server_get_topic (EegWsServer *server, guint id)
{
  EegWsTopic *topic = NULL;
  guint i;

  g_mutex_lock (&server->lock);
  for (i = 0; i < server->topics->len; i++) {
    topic = g_ptr_array_index (server->topics, i);
    if (eeg_ws_topic_get_id (topic) >= id)
      break;
  }
  if (i == server->topics->len || eeg_ws_topic_get_id (topic) != id) {
    topic = NULL;
    if (server->topics->len < EEG_WS_MAX_TOPICS) {
      topic =
          eeg_ws_topic_new (id, server->history_seconds, server->history_bytes);
      g_ptr_array_insert (server->topics, (gint) i, topic);
    }
  }
  g_mutex_unlock (&server->lock);
  return topic;
}

/* Something is new: an epoch, values, the end. Any thread, never waits. */
void
eeg_ws_server_wake (EegWsServer *server)
{
  if (g_atomic_int_get (&server->n_clients) > 0)
    wake (server);
}
