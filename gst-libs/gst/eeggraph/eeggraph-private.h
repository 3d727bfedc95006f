/* What the files of libgsteeggraph share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <jansson.h>
#include "eeggraph.h"

typedef struct
{
  guint line, column;
} GraphPosition;

struct _GstEegGraph
{
  gchar *source;      /* file name, for messages */
  json_t *root;       /* NULL when the text is not acceptable JSON */
  GHashTable *values; /* JSON pointer -> GraphPosition of the value */
  GHashTable *keys;   /* JSON pointer -> GraphPosition of its key */
  GPtrArray *issues;  /* GstEegGraphIssue, sorted by position on demand */
};

/* Notes one error. @key: the place is the key, not the value. */
GstEegGraphIssue *graph_error (GstEegGraph *g, const gchar *code,
    const gchar *pointer, gboolean key, const gchar *format, ...)
    G_GNUC_PRINTF (5, 6);
gchar *graph_pointer_key (const gchar *parent, const gchar *key);
gchar *graph_pointer_index (const gchar *parent, gsize index);
