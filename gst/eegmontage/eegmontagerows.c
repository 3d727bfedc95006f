/* The outputs that a montage names: channels, pairs, chains and presets
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegelectrodes.h"
#include "eegmontagerows-private.h"

#include <string.h>

/* Labels that an error lists at most. */
#define LISTED 32

/* Chains of electrodes whose neighbours are subtracted; an electrode that the
 * stream lacks is left out, and its neighbours become a pair. */
static const struct
{
  const gchar *name;
  const gchar *chains[16];
} presets[] = {
    {"double-banana", {"Fp1-F7-T7-P7-O1", "Fp1-F3-C3-P3-O1", "Fz-Cz-Pz",
                          "Fp2-F4-C4-P4-O2", "Fp2-F8-T8-P8-O2", NULL}},
    {"transverse", {"F7-Fp1-Fp2-F8", "F7-F3-Fz-F4-F8", "T7-C3-Cz-C4-T8",
                       "P7-P3-Pz-P4-P8", "P7-O1-O2-P8", NULL}},
};

/* --- names --------------------------------------------------------------- */

void
eeg_montage_names_init (EegMontageNames *names, const GstEegInfo *info)
{
  gint i;

  names->info = info;
  names->exact = g_hash_table_new (g_str_hash, g_str_equal);
  for (i = 0; i < GST_EEG_INFO_CHANNELS (info); i++)
    g_hash_table_insert (
        names->exact, info->labels[i], GINT_TO_POINTER (i + 1));
}

void
eeg_montage_names_clear (EegMontageNames *names)
{
  g_clear_pointer (&names->exact, g_hash_table_unref);
}

gint
eeg_montage_names_find (const EegMontageNames *names, const gchar *name)
{
  const EegElectrode *e;
  gint i = GPOINTER_TO_INT (g_hash_table_lookup (names->exact, name)) - 1;

  if (i >= 0)
    return i;
  for (i = 0; i < GST_EEG_INFO_CHANNELS (names->info); i++)
    if (g_ascii_strcasecmp (names->info->labels[i], name) == 0)
      return i;
  e = eeg_electrode_find (name);
  for (i = 0; e && i < GST_EEG_INFO_CHANNELS (names->info); i++)
    if (eeg_electrode_find (names->info->labels[i]) == e)
      return i;
  return -1;
}

static gchar *
list_labels (const GstEegInfo *info)
{
  const gint n = GST_EEG_INFO_CHANNELS (info);
  GString *s = g_string_new (NULL);
  gint i;

  for (i = 0; i < MIN (n, LISTED); i++)
    g_string_append_printf (s, "%s%s", i ? ", " : "", info->labels[i]);
  if (n > LISTED)
    g_string_append_printf (s, "... (%d in all)", n);
  return g_string_free (s, FALSE);
}

gint
eeg_montage_names_need (const EegMontageNames *names, const gchar *name,
    const gchar *where, GError **error)
{
  gint i = eeg_montage_names_find (names, name);

  if (i < 0) {
    g_autofree gchar *labels = list_labels (names->info);
    const gchar *close =
        gst_eeg_closest_word (name, (const gchar *const *) names->info->labels);

    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"%s\" names '%s', which the stream does not have; it has "
        "%s%s%s%s",
        where, name, labels, close ? ": did you mean '" : "",
        close ? close : "", close ? "'?" : "");
  }
  return i;
}

/* --- rows ---------------------------------------------------------------- */

static void
row_free (gpointer data)
{
  EegMontageRow *row = data;

  g_free (row->label);
  g_array_unref (row->terms);
  g_free (row);
}

GPtrArray *
eeg_montage_rows_new (void)
{
  return g_ptr_array_new_with_free_func (row_free);
}

EegMontageRow *
eeg_montage_rows_add (GPtrArray *rows, const gchar *label)
{
  EegMontageRow *row = g_new0 (EegMontageRow, 1);

  row->label = g_strdup (label);
  row->terms = g_array_new (FALSE, FALSE, sizeof (EegMontageTerm));
  g_ptr_array_add (rows, row);
  return row;
}

void
eeg_montage_row_add (EegMontageRow *row, guint index, gdouble value)
{
  EegMontageTerm term = {index, value};

  g_array_append_val (row->terms, term);
}

static void
add_single (
    GPtrArray *rows, const GstEegInfo *info, guint i, const gchar *label)
{
  EegMontageRow *row =
      eeg_montage_rows_add (rows, label ? label : info->labels[i]);

  row->single = TRUE;
  eeg_montage_row_add (row, i, 1);
}

static gchar *
pair_label (const GstEegInfo *info, guint plus, guint minus)
{
  return g_strdup_printf ("%s-%s", info->labels[plus], info->labels[minus]);
}

static void
add_pair (GPtrArray *rows, const GstEegInfo *info, guint plus, guint minus,
    const gchar *label)
{
  g_autofree gchar *own = label ? NULL : pair_label (info, plus, minus);
  EegMontageRow *row = eeg_montage_rows_add (rows, label ? label : own);

  eeg_montage_row_add (row, plus, 1);
  eeg_montage_row_add (row, minus, -1);
}

GPtrArray *
eeg_montage_rows_all (const EegMontageNames *names)
{
  GPtrArray *rows = eeg_montage_rows_new ();
  gint i;

  for (i = 0; i < GST_EEG_INFO_CHANNELS (names->info); i++)
    add_single (rows, names->info, i, NULL);
  return rows;
}

static gboolean
has_label (GPtrArray *rows, const gchar *label)
{
  guint i;

  for (i = 0; i < rows->len; i++)
    if (strcmp (((EegMontageRow *) rows->pdata[i])->label, label) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
add_preset (GPtrArray *rows, const EegMontageNames *names, guint preset,
    const guint8 *excluded, GError **error)
{
  const gchar *const *chain;
  const guint before = rows->len;

  for (chain = presets[preset].chains; *chain; chain++) {
    g_auto (GStrv) nodes = g_strsplit (*chain, "-", -1);
    gint last = -1;
    guint k;

    for (k = 0; nodes[k]; k++) {
      gint i = eeg_montage_names_find (names, nodes[k]);

      if (i < 0 || excluded[i])
        continue;
      if (last >= 0) {
        g_autofree gchar *label = pair_label (names->info, last, i);

        /* What is missing can make two chains meet. */
        if (!has_label (rows, label))
          add_pair (rows, names->info, last, i, label);
      }
      last = i;
    }
  }
  if (rows->len == before) {
    g_autofree gchar *labels = list_labels (names->info);

    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "the montage %s finds no two neighbours among the channels that are "
        "not excluded, expected electrodes of the 10-20 system; the stream "
        "has %s: write the pairs, for example channels=A-B",
        presets[preset].name, labels);
    return FALSE;
  }
  return TRUE;
}

/* Splits "A-B-C" into channels, also where labels hold a '-' themselves. */
static gboolean
find_nodes (const EegMontageNames *names, const gchar *text, GArray *nodes,
    GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  const guint n = g_strv_length (parts);
  guint at = 0, end;

  while (at < n) {
    gint found = -1;

    for (end = n; end > at && found < 0; end--) {
      g_auto (GStrv) some = g_new0 (gchar *, end - at + 1);
      g_autofree gchar *name = NULL;
      guint k;

      for (k = at; k < end; k++)
        some[k - at] = g_strdup (parts[k]);
      name = g_strstrip (g_strjoinv ("-", some));
      found = eeg_montage_names_find (names, name);
      if (found >= 0)
        break;
    }
    if (found < 0 && *g_strstrip (parts[at]) == '\0') {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"channels\" has the entry '%s' with a channel missing, "
          "expected two or more, for example Fp1-F7",
          text);
      return FALSE;
    }
    if (found < 0)
      return eeg_montage_names_need (
                 names, g_strstrip (parts[at]), "channels", error) >= 0;
    g_array_append_val (nodes, found);
    at = end;
  }
  return TRUE;
}

static gboolean
add_chain (GPtrArray *rows, const EegMontageNames *names, const gchar *text,
    const gchar *label, GError **error)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (gint));
  const gint *node;
  guint k;

  if (!find_nodes (names, text, nodes, error))
    return FALSE;
  node = (const gint *) nodes->data;
  if (nodes->len == 1) {
    add_single (rows, names->info, node[0], label);
    return TRUE;
  }
  if (label && nodes->len > 2) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"channels\" gives the one name '%s' to the %u pairs of "
        "'%s': name pairs one by one, for example %s-%s=Left",
        label, nodes->len - 1, text, names->info->labels[node[0]],
        names->info->labels[node[1]]);
    return FALSE;
  }
  for (k = 1; k < nodes->len; k++) {
    if (node[k] == node[k - 1]) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"channels\" subtracts '%s' from itself in '%s', which is "
          "always 0: name two different channels",
          names->info->labels[node[k]], text);
      return FALSE;
    }
    add_pair (rows, names->info, node[k - 1], node[k], label);
  }
  return TRUE;
}

static gboolean
add_entry (GPtrArray *rows, const EegMontageNames *names, const gchar *entry,
    const guint8 *excluded, GError **error)
{
  g_autofree gchar *text = NULL;
  gchar *label = NULL;
  guint k;
  gint i;

  for (k = 0; k < G_N_ELEMENTS (presets); k++)
    if (g_ascii_strcasecmp (entry, presets[k].name) == 0)
      return add_preset (rows, names, k, excluded, error);
  i = eeg_montage_names_find (names, entry);
  if (i >= 0) {
    add_single (rows, names->info, i, NULL);
    return TRUE;
  }
  text = g_strdup (entry);
  label = strrchr (text, '=');
  if (label) {
    *label++ = '\0';
    g_strstrip (label);
    g_strstrip (text);
    if (*label == '\0' || *text == '\0') {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"channels\" has the entry '%s', expected a channel and "
          "its new name, for example Fp1=Left",
          entry);
      return FALSE;
    }
  }
  return add_chain (rows, names, text, label, error);
}

/* At place @at: the channels that no entry names by itself. */
static void
insert_others (GPtrArray *rows, const EegMontageNames *names, guint at)
{
  g_autofree guint8 *seen =
      g_new0 (guint8, GST_EEG_INFO_CHANNELS (names->info));
  GPtrArray *others = eeg_montage_rows_new ();
  guint k;
  gint i;

  for (k = 0; k < rows->len; k++) {
    const EegMontageRow *row = rows->pdata[k];

    if (row->single)
      seen[g_array_index (row->terms, EegMontageTerm, 0).index] = 1;
  }
  for (i = 0; i < GST_EEG_INFO_CHANNELS (names->info); i++)
    if (!seen[i])
      add_single (others, names->info, i, NULL);
  for (k = 0; k < others->len; k++)
    g_ptr_array_insert (rows, at + k, others->pdata[k]);
  g_ptr_array_set_free_func (others, NULL);
  g_ptr_array_unref (others);
}

GPtrArray *
eeg_montage_rows_from_list (const EegMontageNames *names, gchar **list,
    const guint8 *excluded, GError **error)
{
  GPtrArray *rows = eeg_montage_rows_new ();
  gint others = -1;
  guint k;

  for (k = 0; list[k]; k++) {
    if (list[k][0] == '\0') {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"channels\": entry %u is empty, expected a channel, a "
          "pair such as Fp1-F7, or a preset",
          k + 1);
      goto bad;
    }
    if (strcmp (list[k], "*") == 0 && others < 0)
      others = (gint) rows->len;
    else if (!add_entry (rows, names, list[k], excluded, error))
      goto bad;
  }
  if (others >= 0)
    insert_others (rows, names, others);
  return rows;

bad:
  g_ptr_array_unref (rows);
  return NULL;
}
