/* The outputs that a montage names: channels, pairs, chains, presets, and rows
 * of a matrix
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

typedef struct
{
  guint index; /* of the input */
  gdouble value;
} EegMontageTerm;

/* One output. */
typedef struct
{
  gchar *label;
  GArray *terms;   /* EegMontageTerm */
  gboolean single; /* one channel, to be referenced */
} EegMontageRow;

/* Names of a stream's channels. */
typedef struct
{
  const GstEegInfo *info;
  GHashTable *exact; /* label to index + 1 */
} EegMontageNames;

void eeg_montage_names_init (EegMontageNames *names, const GstEegInfo *info);
void eeg_montage_names_clear (EegMontageNames *names);

/* The channel that @name means: exactly, else in another case, else as the same
 * electrode of the 10-10 system; -1 when there is none. */
gint eeg_montage_names_find (const EegMontageNames *names, const gchar *name);

/* The same, with an error that names property @where, lists the stream's labels
 * and suggests one. */
gint eeg_montage_names_need (const EegMontageNames *names, const gchar *name,
    const gchar *where, GError **error);

/* Rows for a list of channels, pairs, chains and presets, NULL and @error when
 * one of them cannot be had; free with g_ptr_array_unref(). @excluded: n_in
 * flags; presets lead past those channels. */
GPtrArray *eeg_montage_rows_from_list (const EegMontageNames *names,
    gchar **list, const guint8 *excluded, GError **error);

/* All channels as they are. */
GPtrArray *eeg_montage_rows_all (const EegMontageNames *names);

/* The rows of matrix @text, labelled by @list where that is not empty. */
GPtrArray *eeg_montage_rows_from_matrix (const EegMontageNames *names,
    const gchar *text, gchar **list, gboolean allow_singular, GError **error);

G_END_DECLS
