/* The rows of a matrix given as text
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegmontagerows-private.h"

#include <math.h>
#include <string.h>

/* What is left of a row, relative to the largest coefficient, when it follows
 * from the others. */
#define RANK_TOLERANCE 1e-10
/* No output can overflow then. */
#define MAX_COEFFICIENT 1e6

/* Rows are parted by ';' or line ends. GStreamer's own notation of nested
 * arrays, < <(double)1, 0>, <0, 1> >, becomes that; NULL when its brackets do
 * not match. */
static gchar *
plain_text (const gchar *text)
{
  GString *out = g_string_new (NULL);
  gint depth = 0;

  if (strchr (text, '<') == NULL)
    return g_strdelimit (
        g_string_free (g_string_append (out, text), FALSE), "\n", ';');
  for (; *text; text++) {
    if (*text == '<') {
      depth++;
    } else if (*text == '>') {
      if (--depth < 0)
        break;
      g_string_append_c (out, ';');
    } else if (*text == '(') {
      const gchar *end = strchr (text, ')');

      if (end)
        text = end;
    } else if (!(*text == ',' && depth == 1)) {
      g_string_append_c (out, *text);
    }
  }
  return g_string_free (out, depth != 0);
}

static guint
count_rows (gchar **lines)
{
  guint n = 0;

  for (; *lines; lines++)
    n += (*lines)[strspn (*lines, " \t\r")] != '\0';
  return n;
}

/* Coefficients of all rows, n_cols each; NULL and @error when they make no
 * matrix for the stream. @labels gets those that the rows bear, NULL entries
 * for others. */
static gdouble *
read_rows (const EegMontageNames *names, const gchar *text, guint *n_rows,
    GPtrArray *labels, GError **error)
{
  const guint cols = GST_EEG_INFO_CHANNELS (names->info);
  g_autofree gchar *plain = plain_text (text);
  g_auto (GStrv) lines = g_strsplit (plain ? plain : "", ";", -1);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gdouble));
  guint k, rows = 0, c;

  for (k = 0; lines[k]; k++) {
    g_autofree gdouble *values = NULL;
    gchar *numbers = g_strstrip (lines[k]), *colon = strrchr (numbers, ':');
    gboolean zero = TRUE;
    guint n = 0;

    if (*numbers == '\0')
      continue;
    if (colon) {
      *colon = '\0';
      g_ptr_array_add (labels, g_strdup (g_strstrip (numbers)));
      numbers = colon + 1;
    } else {
      g_ptr_array_add (labels, NULL);
    }
    rows++;
    values = gst_eeg_parse_double_list (numbers, &n, error);
    if (!values) {
      g_prefix_error (error, "property \"matrix\", row %u: ", rows);
      return NULL;
    }
    if (n != cols) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"matrix\" has %u coefficients in row %u of %u, expected "
          "%u x %u, one for each channel of the stream in every row: write "
          "rows "
          "of %u coefficients, parted by ';'",
          n, rows, count_rows (lines), count_rows (lines), cols, cols);
      return NULL;
    }
    for (c = 0; c < cols; c++)
      if (ABS (values[c]) > MAX_COEFFICIENT) {
        g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
            "property \"matrix\" has the coefficient %g in row %u, expected "
            "%g at most: write coefficients without a unit",
            values[c], rows, MAX_COEFFICIENT);
        return NULL;
      }
    for (c = 0; c < cols; c++)
      zero &= values[c] == 0;
    if (zero) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"matrix\" has only zeros in row %u of %u columns, "
          "expected "
          "a channel in every row: leave the row out",
          rows, cols);
      return NULL;
    }
    g_array_append_vals (all, values, cols);
  }
  if (rows == 0) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"matrix\" is '%s', expected rows of %u coefficients parted "
        "by ';'",
        text, cols);
    return NULL;
  }
  *n_rows = rows;
  return (gdouble *) g_array_free (g_steal_pointer (&all), FALSE);
}

/* Rank of a square matrix, by elimination with full pivoting; overwrites it. */
static guint
rank_of (gdouble *m, guint n)
{
  gdouble largest = 0;
  guint k, r, c;

  for (k = 0; k < n; k++) {
    guint pr = k, pc = k;

    for (r = k; r < n; r++)
      for (c = k; c < n; c++)
        if (fabs (m[r * n + c]) > fabs (m[pr * n + pc])) {
          pr = r;
          pc = c;
        }
    if (k == 0)
      largest = fabs (m[pr * n + pc]);
    if (fabs (m[pr * n + pc]) <= RANK_TOLERANCE * largest)
      return k;
    for (c = 0; c < n; c++) {
      gdouble t = m[k * n + c];
      m[k * n + c] = m[pr * n + c];
      m[pr * n + c] = t;
    }
    for (r = 0; r < n; r++) {
      gdouble t = m[r * n + k];
      m[r * n + k] = m[r * n + pc];
      m[r * n + pc] = t;
    }
    for (r = k + 1; r < n; r++) {
      gdouble f = m[r * n + k] / m[k * n + k];

      for (c = k; f != 0 && c < n; c++)
        m[r * n + c] -= f * m[k * n + c];
    }
  }
  return n;
}

/* A square matrix that loses channels is a mistake, unless what it loses is what
 * all channels have in common: that is what referencing does. */
static gboolean
check_rank (const gdouble *coefs, guint n, GError **error)
{
  g_autofree gdouble *copy = g_memdup2 (coefs, sizeof (gdouble) * n * n);
  gboolean differences = TRUE;
  guint r, c, rank;

  for (r = 0; r < n; r++) {
    gdouble sum = 0, size = 0;

    for (c = 0; c < n; c++) {
      sum += coefs[r * n + c];
      size += fabs (coefs[r * n + c]);
    }
    differences &= fabs (sum) <= RANK_TOLERANCE * size;
  }
  if (differences)
    return TRUE;
  rank = rank_of (copy, n);
  if (rank == n)
    return TRUE;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "property \"matrix\" is a singular matrix: of its %u x %u coefficients "
      "only %u rows are independent, expected %u: correct the row that follows "
      "from others, or set allow-singular=true where that is meant "
      "(projections "
      "that remove a component)",
      n, n, rank, n);
  return FALSE;
}

/* What a row without a name is called: as the channel or pair that it is. */
static gchar *
derive_label (
    const GstEegInfo *info, const gdouble *row, guint r, gboolean square)
{
  const guint cols = GST_EEG_INFO_CHANNELS (info);
  gint plus = -1, minus = -1;
  guint c, n = 0;

  for (c = 0; c < cols; c++) {
    n += row[c] != 0;
    if (row[c] == 1)
      plus = (gint) c;
    else if (row[c] == -1)
      minus = (gint) c;
  }
  if (n == 1 && plus >= 0)
    return g_strdup (info->labels[plus]);
  if (n == 2 && plus >= 0 && minus >= 0)
    return g_strdup_printf ("%s-%s", info->labels[plus], info->labels[minus]);
  if (square && row[r] != 0)
    return g_strdup (info->labels[r]);
  return g_strdup_printf ("Mix%u", r + 1);
}

GPtrArray *
eeg_montage_rows_from_matrix (const EegMontageNames *names, const gchar *text,
    gchar **list, gboolean allow_singular, GError **error)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  const guint cols = GST_EEG_INFO_CHANNELS (names->info);
  const guint named = g_strv_length (list);
  g_autofree gdouble *coefs = NULL;
  GPtrArray *rows;
  guint n = 0, r, c;

  coefs = read_rows (names, text, &n, labels, error);
  if (!coefs)
    return NULL;
  if (named > 0 && named != n) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "property \"channels\" has %u names for the %u rows of the matrix "
        "(%u x %u), expected one for each",
        named, n, n, cols);
    return NULL;
  }
  if (n == cols && !allow_singular && !check_rank (coefs, n, error))
    return NULL;
  rows = eeg_montage_rows_new ();
  for (r = 0; r < n; r++) {
    const gdouble *row = coefs + (gsize) r * cols;
    g_autofree gchar *label =
        named > 0          ? g_strdup (list[r])
        : labels->pdata[r] ? g_strdup (labels->pdata[r])
                           : derive_label (names->info, row, r, n == cols);
    EegMontageRow *out = eeg_montage_rows_add (rows, label);

    for (c = 0; c < cols; c++)
      if (row[c] != 0)
        eeg_montage_row_add (out, c, row[c]);
  }
  return rows;
}
