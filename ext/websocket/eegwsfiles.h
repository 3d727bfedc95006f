/* GStreamer EEG: the fixed table of files that websocketsink serves
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GBytes *bytes;
  const gchar *mime;
  gchar *etag;
} EegWsFile;

/* Maps "/name" to EegWsFile; "/" is index.html. With @root %NULL the built-in
 * page. Everything is read now and nothing later. */
GHashTable *eeg_ws_files_load (const gchar *root, GError **error);

G_END_DECLS
