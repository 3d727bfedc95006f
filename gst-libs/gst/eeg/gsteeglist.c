/* GStreamer EEG library: list-valued properties
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteeginfo.h"

#include <math.h>
#include <string.h>

gchar **
gst_eeg_parse_list (const gchar *text)
{
  gchar **list;
  guint i;

  if (text == NULL || text[strspn (text, " \t\r\n")] == '\0')
    return g_new0 (gchar *, 1);
  /* An empty entry stays: whoever checks the list can then name it. */
  list = g_strsplit (text, ",", -1);
  for (i = 0; list[i]; i++)
    g_strstrip (list[i]);
  return list;
}

/* A message has room for so much of what a list holds, and still says what was
 * expected. */
#define MAX_SHOWN 40 /* characters */

static gchar *
shorten (const gchar *entry)
{
  gchar *valid = g_utf8_make_valid (entry, -1), *start;

  if (g_utf8_strlen (valid, -1) <= MAX_SHOWN)
    return valid;
  start = g_utf8_substring (valid, 0, MAX_SHOWN);
  g_free (valid);
  valid = g_strconcat (start, "...", NULL);
  g_free (start);
  return valid;
}

gdouble *
gst_eeg_parse_double_list (const gchar *text, guint *n_values, GError **error)
{
  gchar **list;
  gdouble *out;
  guint i, n;

  g_return_val_if_fail (n_values != NULL, NULL);
  *n_values = 0;
  list = gst_eeg_parse_list (text);
  n = g_strv_length (list);
  out = g_new0 (gdouble, MAX (n, 1));
  for (i = 0; i < n; i++) {
    gchar *end = NULL;

    out[i] = g_ascii_strtod (list[i], &end);
    if (end == list[i] || *end != '\0' || !isfinite (out[i])) {
      gchar *shown = shorten (list[i]);

      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "entry %u of the list is '%s', expected a finite number with a "
          "decimal point: write for example 1,2.5",
          i + 1, shown);
      g_free (shown);
      g_strfreev (list);
      g_free (out);
      return NULL;
    }
  }
  g_strfreev (list);
  *n_values = n;
  return out;
}

/* Longest word that a suggestion is looked for. */
#define MAX_WORD 64

/* Letters to change, add or take away; the case counts for nothing. */
static guint
edit_distance (const gchar *a, const gchar *b)
{
  guint row[MAX_WORD + 1], i, j, m = strlen (a), n = strlen (b);

  for (j = 0; j <= n; j++)
    row[j] = j;
  for (i = 1; i <= m; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (j = 1; j <= n; j++) {
      guint above = row[j];
      guint change =
          diagonal + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));

      row[j] = MIN (change, MIN (above, row[j - 1]) + 1);
      diagonal = above;
    }
  }
  return row[n];
}

const gchar *
gst_eeg_closest_word (const gchar *word, const gchar *const *words)
{
  const gchar *best = NULL;
  gsize length;
  guint least;

  g_return_val_if_fail (word != NULL && words != NULL, NULL);
  length = strlen (word);
  if (length > MAX_WORD)
    return NULL;
  least = (guint) MIN (length / 3 + 1, 4) + 1;
  for (; *words; words++) {
    guint d;

    if (strlen (*words) > MAX_WORD)
      continue;
    d = edit_distance (word, *words);
    if (d < least) {
      least = d;
      best = *words;
    }
  }
  return best;
}
