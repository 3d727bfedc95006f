/* From what a montage is asked for to what is computed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegmontageplan.h"

#include "eegelectrodes.h"
#include "eegmontagerows.h"

#include <string.h>

/* Neighbours whose distances differ by less are equally near. */
#define SAME_DISTANCE 1e-3

typedef enum
{
  REFERENCE_NONE,
  REFERENCE_AVERAGE,
  REFERENCE_EARS,
  REFERENCE_BIPOLAR,
  REFERENCE_LAPLACIAN,
  REFERENCE_CHANNELS,
} Reference;

static const gchar *const reference_names[] = {
    "none", "average", "linked-ears", "bipolar", "laplacian", NULL};

static const gchar *const ears[][2] = {{"A1", "A2"}, {"M1", "M2"}};

/* All that the steps from properties to a plan share. */
typedef struct
{
  const EegMontageParams *params;
  const GstEegInfo *in;
  guint n_in;
  EegMontageNames names;
  guint8 *excluded; /* n_in */
  Reference reference;
  gchar *reference_label; /* of the outputs, NULL: the input's */
  gdouble *common;        /* n_in, when all referenced rows share it */
  GPtrArray *rows;
} Maker;

/* --- properties ---------------------------------------------------------- */

void
eeg_montage_params_copy (EegMontageParams *dest, const EegMontageParams *src)
{
  *dest = *src;
  dest->reference = g_strdup (src->reference);
  dest->channels = g_strdup (src->channels);
  dest->exclude = g_strdup (src->exclude);
  dest->matrix = g_strdup (src->matrix);
}

void
eeg_montage_params_clear (EegMontageParams *params)
{
  g_clear_pointer (&params->reference, g_free);
  g_clear_pointer (&params->channels, g_free);
  g_clear_pointer (&params->exclude, g_free);
  g_clear_pointer (&params->matrix, g_free);
}

static gboolean
is_empty (const gchar *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

static gboolean
is_eeg (const Maker *m, guint i)
{
  return strcmp (m->in->types[i], "eeg") == 0;
}

static gboolean
read_excluded (Maker *m, GError **error)
{
  g_auto (GStrv) list = gst_eeg_parse_list (m->params->exclude);
  guint k;

  m->excluded = g_new0 (guint8, m->n_in);
  for (k = 0; list[k]; k++) {
    gint i = eeg_montage_names_need (&m->names, list[k], "exclude", error);

    if (i < 0)
      return FALSE;
    m->excluded[i] = 1;
  }
  return TRUE;
}

/* The mean of channels, to be subtracted. */
static gboolean
share_mean (Maker *m, const gint *channels, guint n, GError **error)
{
  guint k;

  m->common = g_new0 (gdouble, m->n_in);
  for (k = 0; k < n; k++) {
    if (m->excluded[channels[k]]) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"reference\" needs '%s', which \"exclude\" names too: "
          "take it out of one of the two",
          m->in->labels[channels[k]]);
      return FALSE;
    }
    m->common[channels[k]] += 1.0 / n;
  }
  return TRUE;
}

static gboolean
share_average (Maker *m, GError **error)
{
  g_autofree gint *channels = g_new (gint, m->n_in);
  guint i, n = 0, n_eeg = 0;

  for (i = 0; i < m->n_in; i++) {
    n_eeg += is_eeg (m, i);
    if (is_eeg (m, i) && !m->excluded[i])
      channels[n++] = (gint) i;
  }
  if (n < 2) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "reference=average needs at least 2 channels of type eeg that are not "
        "excluded, the stream has %u (of %u channels, %u of type eeg): put "
        "eegmontage where all channels are, or set reference=none",
        n, m->n_in, n_eeg);
    return FALSE;
  }
  m->reference_label = g_strdup ("average");
  return share_mean (m, channels, n, error);
}

static gboolean
share_ears (Maker *m, GError **error)
{
  GString *found = g_string_new (NULL);
  gboolean any;
  gint pair[2];
  guint k;

  for (k = 0; k < G_N_ELEMENTS (ears); k++) {
    pair[0] = eeg_montage_names_find (&m->names, ears[k][0]);
    pair[1] = eeg_montage_names_find (&m->names, ears[k][1]);
    if (pair[0] >= 0 && pair[1] >= 0) {
      g_string_free (found, TRUE);
      m->reference_label = g_strdup ("linked-ears");
      return share_mean (m, pair, 2, error);
    }
    if (pair[0] >= 0 || pair[1] >= 0)
      g_string_append_printf (found, "%s%s", found->len ? ", " : "",
          m->in->labels[MAX (pair[0], pair[1])]);
  }
  any = found->len > 0;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "reference=linked-ears needs the channels A1 and A2, or M1 and M2; the "
      "stream has %s%s: name the reference channels, for example "
      "reference=TP9,TP10, or the labels at the source",
      any ? "only " : "none of them", found->str);
  g_string_free (found, TRUE);
  return FALSE;
}

static gboolean
share_channels (Maker *m, const gchar *text, GError **error)
{
  g_auto (GStrv) list = gst_eeg_parse_list (text);
  const guint n = g_strv_length (list);
  g_autofree gint *channels = g_new (gint, n + 1);
  GString *label = g_string_new (NULL);
  guint k, j;

  for (k = 0; k < n; k++) {
    channels[k] =
        eeg_montage_names_need (&m->names, list[k], "reference", error);
    if (channels[k] < 0) {
      const gchar *close = gst_eeg_closest_word (list[k], reference_names);

      if (close)
        g_prefix_error (error, "did you mean reference=%s? ", close);
      goto bad;
    }
    for (j = 0; j < k; j++)
      if (channels[j] == channels[k]) {
        g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
            "property \"reference\" names '%s' twice: name every channel of "
            "the mean once",
            m->in->labels[channels[k]]);
        goto bad;
      }
    g_string_append_printf (
        label, "%s%s", k ? "+" : "", m->in->labels[channels[k]]);
  }
  m->reference_label = g_string_free (label, FALSE);
  return share_mean (m, channels, n, error);

bad:
  g_string_free (label, TRUE);
  return FALSE;
}

static gboolean
read_reference (Maker *m, GError **error)
{
  g_autofree gchar *text = g_strdup (m->params->reference);
  guint k;

  m->reference = REFERENCE_NONE;
  if (is_empty (text))
    return TRUE;
  g_strstrip (text);
  m->reference = REFERENCE_CHANNELS;
  /* A channel may bear one of these names; the channel is then meant. */
  for (k = 0; reference_names[k]; k++)
    if (g_ascii_strcasecmp (text, reference_names[k]) == 0 &&
        eeg_montage_names_find (&m->names, text) < 0)
      m->reference = (Reference) k;
  switch (m->reference) {
    case REFERENCE_AVERAGE:
      return share_average (m, error);
    case REFERENCE_EARS:
      return share_ears (m, error);
    case REFERENCE_CHANNELS:
      return share_channels (m, text, error);
    case REFERENCE_LAPLACIAN:
      m->reference_label = g_strdup ("laplacian");
      return TRUE;
    default:
      return TRUE;
  }
}

/* --- rows ---------------------------------------------------------------- */

/* All pairs of the usual montage, and what is no EEG as it is. */
static gboolean
default_bipolar (Maker *m, GError **error)
{
  gchar preset[] = "double-banana", *list[] = {preset, NULL};
  guint i;

  m->rows = eeg_montage_rows_from_list (&m->names, list, m->excluded, error);
  for (i = 0; m->rows && i < m->n_in; i++)
    if (!is_eeg (m, i)) {
      gchar *one[] = {m->in->labels[i], NULL};
      GPtrArray *more =
          eeg_montage_rows_from_list (&m->names, one, m->excluded, NULL);

      g_ptr_array_extend_and_steal (m->rows, more);
    }
  return m->rows != NULL;
}

static gboolean
make_rows (Maker *m, GError **error)
{
  g_auto (GStrv) list = gst_eeg_parse_list (m->params->channels);

  if (!is_empty (m->params->matrix)) {
    if (m->reference != REFERENCE_NONE) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "properties \"matrix\" and \"reference\" (%s) are both set, expected "
          "one of them: put the reference into the matrix, or use two "
          "eegmontage elements",
          m->params->reference);
      return FALSE;
    }
    m->rows = eeg_montage_rows_from_matrix (
        &m->names, m->params->matrix, list, m->params->allow_singular, error);
    return m->rows != NULL;
  }
  if (list[0] == NULL) {
    if (m->reference == REFERENCE_BIPOLAR)
      return default_bipolar (m, error);
    m->rows = eeg_montage_rows_all (&m->names);
    return TRUE;
  }
  m->rows = eeg_montage_rows_from_list (&m->names, list, m->excluded, error);
  return m->rows != NULL;
}

static guint
index_of (const EegMontageRow *row, guint k)
{
  return g_array_index (row->terms, EegMontageTerm, k).index;
}

static gboolean
uses_excluded (const Maker *m, const EegMontageRow *row)
{
  guint k;

  for (k = 0; k < row->terms->len; k++)
    if (m->excluded[index_of (row, k)])
      return TRUE;
  return FALSE;
}

static gboolean
drop_excluded (Maker *m, GError **error)
{
  guint r = 0;

  if (m->params->on_excluded != EEG_MONTAGE_EXCLUDED_DROP)
    return TRUE;
  while (r < m->rows->len)
    if (uses_excluded (m, m->rows->pdata[r]))
      g_ptr_array_remove_index (m->rows, r);
    else
      r++;
  if (m->rows->len > 0)
    return TRUE;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "no channel is left: property \"exclude\" (%s) with on-excluded=drop "
      "takes all away, expected at least one to stay",
      m->params->exclude);
  return FALSE;
}

/* --- Laplacian ----------------------------------------------------------- */

typedef struct
{
  guint index;
  gdouble distance;
} Neighbour;

static gint
compare_neighbours (gconstpointer a, gconstpointer b)
{
  const Neighbour *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

static gboolean
has_place (const EegElectrode *e)
{
  return e && e->inclination >= 0;
}

/* Hjorth's local estimate of the source: the electrode minus its neighbours,
 * each weighted by one over its distance; those that are as far as the last one
 * all count, so that the left and the right side are treated alike. */
static gboolean
add_neighbours (Maker *m, EegMontageRow *row, const EegElectrode *const *places,
    GError **error)
{
  g_autoptr (GArray) near = g_array_new (FALSE, FALSE, sizeof (Neighbour));
  const guint self = index_of (row, 0), wanted = m->params->neighbours;
  const Neighbour *n;
  gdouble sum = 0;
  guint i, k, count;

  if (!places[self]) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "reference=laplacian needs the place of '%s', expected a name of the "
        "10-10 system for every channel of type eeg: name it so, give it "
        "another type at the source, or choose channels",
        m->in->labels[self]);
    return FALSE;
  }
  for (i = 0; i < m->n_in; i++) {
    Neighbour one = {i, 0};

    if (i == self || m->excluded[i] || !is_eeg (m, i) || !has_place (places[i]))
      continue;
    one.distance = eeg_electrode_distance (places[self], places[i]);
    if (one.distance > 0)
      g_array_append_val (near, one);
  }
  if (near->len < 2) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "reference=laplacian needs at least 2 neighbours of '%s', electrodes "
        "of the 10-10 system that are not excluded; the stream has %u: use "
        "reference=average",
        m->in->labels[self], near->len);
    return FALSE;
  }
  g_array_sort (near, compare_neighbours);
  n = (const Neighbour *) near->data;
  count = MIN (wanted, near->len);
  while (count < near->len &&
         n[count].distance <= n[count - 1].distance * (1 + SAME_DISTANCE))
    count++;
  for (k = 0; k < count; k++)
    sum += 1 / n[k].distance;
  for (k = 0; k < count; k++) {
    EegMontageTerm term = {n[k].index, -1 / n[k].distance / sum};

    g_array_append_val (row->terms, term);
  }
  return TRUE;
}

/* --- the plan ------------------------------------------------------------ */

static gboolean
takes_reference (const Maker *m, const EegMontageRow *row)
{
  return row->single && is_eeg (m, index_of (row, 0)) &&
         m->reference != REFERENCE_NONE;
}

static gboolean
reference_rows (Maker *m, EegMontagePlan *plan, GError **error)
{
  g_autofree const EegElectrode **places = NULL;
  guint r, i;

  if (m->common)
    plan->share = g_new0 (gdouble, m->rows->len);
  if (m->reference == REFERENCE_LAPLACIAN) {
    places = g_new0 (const EegElectrode *, m->n_in);
    for (i = 0; i < m->n_in; i++)
      places[i] = eeg_electrode_find (m->in->labels[i]);
  }
  for (r = 0; r < m->rows->len; r++) {
    EegMontageRow *row = m->rows->pdata[r];

    if (!takes_reference (m, row))
      continue;
    if (m->reference == REFERENCE_BIPOLAR) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "property \"channels\" names the single channel '%s' with "
          "reference=bipolar, expected pairs such as Fp1-F7, or a preset: "
          "double-banana, transverse",
          row->label);
      return FALSE;
    }
    if (m->reference == REFERENCE_LAPLACIAN) {
      const EegElectrode *e = places[index_of (row, 0)];

      /* An ear has no neighbours; it stays as it is. */
      if (e && !has_place (e))
        continue;
      if (!add_neighbours (m, row, places, error))
        return FALSE;
    } else {
      plan->share[r] = -1;
    }
  }
  return TRUE;
}

static gboolean
check_labels (const Maker *m, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint r;

  for (r = 0; r < m->rows->len; r++) {
    const EegMontageRow *row = m->rows->pdata[r];

    if (!g_hash_table_add (seen, row->label)) {
      g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
          "two outputs would be called '%s', expected names that differ: "
          "rename one, for example channels=%s=Left%s",
          row->label, row->label,
          is_empty (m->params->matrix) ? "" : ", or label the rows");
      return FALSE;
    }
  }
  return TRUE;
}

static void
fill_reach (EegMontagePlan *plan)
{
  const guint32 n = plan->start[plan->n_out];
  guint32 *next;
  guint r, k;

  plan->reach = g_new0 (guint32, plan->n_in + 1);
  plan->reached = g_new0 (guint32, MAX (n, 1));
  for (k = 0; k < n; k++)
    plan->reach[plan->index[k] + 1]++;
  for (k = 0; k < plan->n_in; k++)
    plan->reach[k + 1] += plan->reach[k];
  next = g_memdup2 (plan->reach, sizeof (guint32) * (plan->n_in + 1));
  for (r = 0; r < plan->n_out; r++) {
    for (k = plan->start[r]; k < plan->start[r + 1]; k++)
      plan->reached[next[plan->index[k]]++] = r;
    plan->n_shared += plan->share && plan->share[r] != 0;
  }
  g_free (next);
}

static void
fill_terms (const Maker *m, EegMontagePlan *plan)
{
  guint r, k, n = 0;

  for (r = 0; r < plan->n_out; r++)
    n += ((EegMontageRow *) m->rows->pdata[r])->terms->len;
  plan->start = g_new0 (guint32, plan->n_out + 1);
  plan->index = g_new0 (guint32, MAX (n, 1));
  plan->value = g_new0 (gdouble, MAX (n, 1));
  plan->unfit = g_new0 (guint8, plan->n_out);
  for (r = 0, n = 0; r < plan->n_out; r++) {
    const EegMontageRow *row = m->rows->pdata[r];

    plan->unfit[r] = uses_excluded (m, row);
    plan->any_unfit |= plan->unfit[r];
    if (plan->unfit[r] && m->params->on_excluded == EEG_MONTAGE_EXCLUDED_ZERO) {
      if (plan->share)
        plan->share[r] = 0;
    } else {
      for (k = 0; k < row->terms->len; k++, n++) {
        plan->index[n] = index_of (row, k);
        plan->value[n] = g_array_index (row->terms, EegMontageTerm, k).value;
      }
    }
    plan->start[r + 1] = n;
  }
}

/* The channel that an output is mostly made of. */
static guint
main_channel (const EegMontageRow *row)
{
  guint k, best = 0;

  for (k = 1; k < row->terms->len; k++)
    if (ABS (g_array_index (row->terms, EegMontageTerm, k).value) >
        ABS (g_array_index (row->terms, EegMontageTerm, best).value))
      best = k;
  return index_of (row, best);
}

static gboolean
is_pair (const EegMontageRow *row)
{
  return row->terms->len == 2 &&
         g_array_index (row->terms, EegMontageTerm, 0).value +
                 g_array_index (row->terms, EegMontageTerm, 1).value ==
             0;
}

static void
fill_description (const Maker *m, EegMontagePlan *plan)
{
  const gdouble *gain = m->in->gain, *scale = m->in->full_scale;
  gboolean picks = TRUE, pairs = TRUE, one_gain = gain != NULL;
  guint r, k;

  plan->labels = g_new0 (gchar *, plan->n_out + 1);
  plan->types = g_new0 (gchar *, plan->n_out + 1);
  plan->full_scale = g_new0 (gdouble, plan->n_out);
  plan->gain = g_new0 (gdouble, plan->n_out);
  plan->identity = plan->n_out == plan->n_in && !plan->share;
  for (r = 0; r < plan->n_out; r++) {
    const EegMontageRow *row = m->rows->pdata[r];
    const guint c = main_channel (row);
    const gboolean pick = plan->start[r + 1] - plan->start[r] == 1 &&
                          plan->value[plan->start[r]] == 1 && !plan->share;

    plan->labels[r] = g_strdup (row->label);
    plan->types[r] = g_strdup (m->in->types[c]);
    plan->full_scale[r] = scale[c];
    plan->gain[r] = gain ? gain[c] : 1;
    for (k = 0; k < row->terms->len; k++) {
      plan->full_scale[r] = MAX (plan->full_scale[r], scale[index_of (row, k)]);
      one_gain = one_gain && gain[index_of (row, k)] == gain[c];
    }
    plan->identity = plan->identity && pick && c == r;
    picks &= pick;
    pairs &= is_pair (row) || !is_eeg (m, c);
  }
  plan->picks = picks;
  if (!one_gain)
    g_clear_pointer (&plan->gain, g_free);
  if (picks || (m->reference == REFERENCE_NONE && !pairs &&
                   is_empty (m->params->matrix)))
    plan->reference = g_strdup (m->in->reference);
  else if (pairs)
    plan->reference = g_strdup ("bipolar");
  else
    plan->reference =
        g_strdup (m->reference_label ? m->reference_label : "matrix");
}

EegMontagePlan *
eeg_montage_plan_new (
    const EegMontageParams *params, const GstEegInfo *in, GError **error)
{
  Maker m = {params, in, (guint) GST_EEG_INFO_CHANNELS (in)};
  EegMontagePlan *plan = g_new0 (EegMontagePlan, 1);

  g_atomic_ref_count_init (&plan->refs);
  eeg_montage_names_init (&m.names, in);
  if (!read_excluded (&m, error) || !read_reference (&m, error) ||
      !make_rows (&m, error) || !drop_excluded (&m, error) ||
      !check_labels (&m, error) || !reference_rows (&m, plan, error)) {
    g_clear_pointer (&plan, eeg_montage_plan_unref);
  } else {
    plan->n_in = m.n_in;
    plan->n_out = m.rows->len;
    plan->common = g_steal_pointer (&m.common);
    fill_terms (&m, plan);
    fill_description (&m, plan);
    fill_reach (plan);
  }
  if (plan && in->unit == GST_EEG_UNIT_ADC && !plan->picks) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "eeg-unit is adc (counts), expected V (volts) for a montage that "
        "computes; counts can only be chosen, reordered and renamed: put "
        "eegtovoltage in front of it");
    g_clear_pointer (&plan, eeg_montage_plan_unref);
  }
  eeg_montage_names_clear (&m.names);
  g_free (m.excluded);
  g_free (m.reference_label);
  g_free (m.common);
  g_clear_pointer (&m.rows, g_ptr_array_unref);
  return plan;
}

EegMontagePlan *
eeg_montage_plan_ref (EegMontagePlan *plan)
{
  g_atomic_ref_count_inc (&plan->refs);
  return plan;
}

void
eeg_montage_plan_unref (EegMontagePlan *plan)
{
  if (!g_atomic_ref_count_dec (&plan->refs))
    return;
  g_free (plan->start);
  g_free (plan->index);
  g_free (plan->value);
  g_free (plan->common);
  g_free (plan->share);
  g_free (plan->reach);
  g_free (plan->reached);
  g_free (plan->unfit);
  g_strfreev (plan->labels);
  g_strfreev (plan->types);
  g_free (plan->full_scale);
  g_free (plan->gain);
  g_free (plan->reference);
  g_free (plan);
}

gboolean
eeg_montage_plan_describe (
    const EegMontagePlan *plan, GstEegInfo *out, GError **error)
{
  const gchar *const *labels = (const gchar *const *) plan->labels;
  const gboolean same_labels =
      plan->n_out == plan->n_in &&
      g_strv_equal (labels, (const gchar *const *) out->labels);

  if (plan->n_out != plan->n_in &&
      !gst_eeg_info_set_format (out, GST_EEG_INFO_FORMAT (out),
          GST_EEG_INFO_RATE (out), (gint) plan->n_out, error))
    return FALSE;
  if ((!same_labels && !gst_eeg_info_set_labels (out, labels, error)) ||
      !gst_eeg_info_set_types (
          out, (const gchar *const *) plan->types, error) ||
      !gst_eeg_info_set_full_scale (
          out, plan->full_scale, plan->n_out, error) ||
      !gst_eeg_info_set_gain (
          out, plan->gain, plan->gain ? plan->n_out : 0, error))
    return FALSE;
  gst_eeg_info_set_reference (out, plan->reference);
  return TRUE;
}

EegDspMatrix *
eeg_montage_plan_matrix (const EegMontagePlan *plan)
{
  EegDspMatrixSpec spec = {plan->n_out, plan->n_in, plan->start, plan->index,
      plan->value, plan->share ? plan->common : NULL, plan->share};

  return eeg_dsp_matrix_new (&spec);
}
