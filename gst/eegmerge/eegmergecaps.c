/* What eegmerge makes of the streams that it joins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegmergecaps.h"

static gboolean
check_pair (EegMergePad *a, EegMergePad *b, GError **error)
{
  const GstEegInfo *x = a->info, *y = b->info;
  const gchar *what = NULL, *remedy = NULL;

  if ((gint64) x->rate_n * y->rate_d != (gint64) y->rate_n * x->rate_d) {
    what = "the sampling rates";
    remedy = "put eegdownsample rate= before the faster one";
  } else if (x->unit != y->unit) {
    what = "the units";
    remedy = "put eegtovoltage before the one in counts";
  } else if (GST_EEG_INFO_FORMAT (x) != GST_EEG_INFO_FORMAT (y)) {
    what = "the sample formats";
    remedy = "put audioconvert before one of them";
  }
  if (what == NULL)
    return TRUE;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
      "%s of %s (%s, %g Hz, %s) and %s (%s, %g Hz, %s) differ; %s", what,
      GST_PAD_NAME (a), gst_audio_format_to_string (GST_EEG_INFO_FORMAT (x)),
      GST_EEG_INFO_EXACT_RATE (x), x->unit == GST_EEG_UNIT_ADC ? "counts" : "V",
      GST_PAD_NAME (b), gst_audio_format_to_string (GST_EEG_INFO_FORMAT (y)),
      GST_EEG_INFO_EXACT_RATE (y), y->unit == GST_EEG_UNIT_ADC ? "counts" : "V",
      remedy);
  return FALSE;
}

/* Two devices often have the same electrode names: the second O1 is O1_2. */
static gchar *
free_label (GHashTable *taken, const gchar *wanted, guint device)
{
  gchar *label = g_strdup (wanted);

  while (!g_hash_table_add (taken, label)) {
    gchar *next = g_strdup_printf ("%s_%u", label, device);

    g_free (label);
    label = next;
  }
  return label;
}

gboolean
eeg_merge_join (
    EegMergePad *const *pads, guint n_pads, GstEegInfo *out, GError **error)
{
  GHashTable *taken = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *labels = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *types = g_ptr_array_new ();
  GArray *scale = g_array_new (FALSE, FALSE, sizeof (gdouble));
  GArray *gain = g_array_new (FALSE, FALSE, sizeof (gdouble));
  gboolean ok = TRUE, same_reference = TRUE, have_gain = TRUE;
  const GstEegInfo *first = pads[0]->info;
  guint p, n, channels = 0;

  for (p = 0; ok && p < n_pads; p++) {
    const GstEegInfo *info = pads[p]->info;
    guint c;

    n = (guint) GST_EEG_INFO_CHANNELS (info);
    ok = check_pair (pads[0], pads[p], error);
    pads[p]->first_channel = channels;
    channels += n;
    for (c = 0; c < n; c++) {
      g_ptr_array_add (labels, free_label (taken, info->labels[c], p + 1));
      g_ptr_array_add (types, info->types[c]);
    }
    g_array_append_vals (scale, info->full_scale, n);
    have_gain = have_gain && info->gain;
    if (have_gain)
      g_array_append_vals (gain, info->gain, n);
    same_reference =
        same_reference && g_strcmp0 (info->reference, first->reference) == 0;
  }
  g_ptr_array_add (labels, NULL);
  g_ptr_array_add (types, NULL);
  ok = ok &&
       gst_eeg_info_set_format (out, GST_EEG_INFO_FORMAT (first),
           GST_EEG_INFO_RATE (first), (gint) channels, error) &&
       gst_eeg_info_set_exact_rate (out, first->rate_n, first->rate_d, error) &&
       gst_eeg_info_set_labels (
           out, (const gchar *const *) labels->pdata, error) &&
       gst_eeg_info_set_types (out, (const gchar *const *) types->pdata, error);
  if (ok) {
    out->unit = first->unit;
    ok = gst_eeg_info_set_full_scale (
             out, (const gdouble *) (gpointer) scale->data, channels, error) &&
         gst_eeg_info_set_gain (out,
             have_gain ? (const gdouble *) (gpointer) gain->data : NULL,
             have_gain ? channels : 0, error);
    gst_eeg_info_set_reference (out, same_reference ? first->reference : NULL);
  }
  g_hash_table_unref (taken);
  g_ptr_array_unref (labels);
  g_ptr_array_unref (types);
  g_array_unref (scale);
  g_array_unref (gain);
  return ok;
}
