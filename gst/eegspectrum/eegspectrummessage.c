/* EEG spectrum element: element messages
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegspectrummessage.h"

static void
append_double (GValue *list, gdouble value)
{
  GValue v = G_VALUE_INIT;

  g_value_init (&v, G_TYPE_DOUBLE);
  g_value_set_double (&v, value);
  gst_value_array_append_and_take_value (list, &v);
}

static void
append_string (GValue *list, const gchar *text)
{
  GValue v = G_VALUE_INIT;

  g_value_init (&v, G_TYPE_STRING);
  g_value_set_string (&v, text);
  gst_value_array_append_and_take_value (list, &v);
}

static void
take_labels (GstStructure *s, const GstEegInfo *info)
{
  GValue list = G_VALUE_INIT;
  gint c;

  gst_value_array_init (&list, GST_EEG_INFO_CHANNELS (info));
  for (c = 0; c < GST_EEG_INFO_CHANNELS (info); c++)
    append_string (&list, info->labels[c]);
  gst_structure_take_value (s, "labels", &list);
}

static void
take_frequencies (GstStructure *s, const EegSpectrumPlan *plan)
{
  GValue list = G_VALUE_INIT;
  guint k;

  gst_value_array_init (&list, plan->bins);
  for (k = 0; k < plan->bins; k++)
    append_double (
        &list, k * plan->config.rate / (gdouble) plan->config.segment);
  gst_structure_take_value (s, "frequencies", &list);
}

static void
take_bands (GstStructure *s, const EegSpectrumPlan *plan)
{
  GValue names = G_VALUE_INIT, low = G_VALUE_INIT, high = G_VALUE_INIT;
  guint b;

  gst_value_array_init (&names, plan->n_bands);
  gst_value_array_init (&low, plan->n_bands);
  gst_value_array_init (&high, plan->n_bands);
  for (b = 0; b < plan->n_bands; b++) {
    append_string (&names, plan->bands[b].name);
    append_double (&low, plan->bands[b].low);
    append_double (&high, plan->bands[b].high);
  }
  gst_structure_take_value (s, "band-names", &names);
  gst_structure_take_value (s, "band-low", &low);
  gst_structure_take_value (s, "band-high", &high);
}

/* Lists of one list a channel, made together. */
typedef struct
{
  GValue psd, power, relative, peaks;          /* of lists */
  GValue peak, total, exponent, offset, flags; /* of numbers */
} Lists;

static void
add_channel (
    Lists *l, const EegSpectrumPlan *plan, const gdouble *psd, gsize bins)
{
  GValue values = G_VALUE_INIT, power = G_VALUE_INIT, relative = G_VALUE_INIT;
  GValue peaks = G_VALUE_INIT;
  gdouble total, offset, exponent;
  guint k, b;

  gst_value_array_init (&values, plan->bins);
  for (k = 0; k < plan->bins; k++)
    append_double (&values, psd[k]);
  gst_value_array_append_and_take_value (&l->psd, &values);

  total =
      eeg_dsp_band_power (psd, bins, plan->bin_width, plan->low, plan->high);
  gst_value_array_init (&power, plan->n_bands);
  gst_value_array_init (&relative, plan->n_bands);
  gst_value_array_init (&peaks, plan->n_bands);
  for (b = 0; b < plan->n_bands; b++) {
    const EegSpectrumBand *band = &plan->bands[b];
    gdouble p =
        eeg_dsp_band_power (psd, bins, plan->bin_width, band->low, band->high);

    append_double (&power, p);
    append_double (&relative, total > 0 ? p / total : 0);
    append_double (&peaks,
        eeg_dsp_peak (psd, bins, plan->bin_width, band->low, band->high));
  }
  gst_value_array_append_and_take_value (&l->power, &power);
  gst_value_array_append_and_take_value (&l->relative, &relative);
  gst_value_array_append_and_take_value (&l->peaks, &peaks);
  append_double (&l->total, total);
  append_double (&l->peak,
      plan->n_bands
          ? eeg_dsp_peak (psd, bins, plan->bin_width, plan->low, plan->high)
          : eeg_dsp_peak (
                psd, bins, plan->bin_width, 0, plan->config.rate / 2));
  if (plan->slope_high > 0) {
    eeg_dsp_aperiodic (psd, bins, plan->bin_width, plan->slope_low,
        plan->slope_high, &offset, &exponent);
    append_double (&l->exponent, exponent);
    append_double (&l->offset, offset);
  }
}

/* The powers once more, by name: languages whose bindings cannot look into an
 * array of arrays can read an array in a structure. */
static void
take_powers_by_name (GstStructure *s, const EegSpectrumPlan *plan)
{
  const GValue *power = gst_structure_get_value (s, "band-power");
  GstStructure *bands = gst_structure_new_empty ("bands");
  GValue value = G_VALUE_INIT;
  guint b, c, channels = gst_value_array_get_size (power);

  for (b = 0; b < plan->n_bands; b++) {
    GValue list = G_VALUE_INIT;

    gst_value_array_init (&list, channels);
    for (c = 0; c < channels; c++)
      gst_value_array_append_value (&list,
          gst_value_array_get_value (gst_value_array_get_value (power, c), b));
    gst_structure_take_value (bands, plan->bands[b].name, &list);
  }
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, bands);
  gst_structure_take_value (s, "bands", &value);
}

static void
add_measures (GstStructure *s, const EegSpectrumFrame *frame,
    const EegSpectrumPlan *plan, guint channels)
{
  Lists l = {0};
  const struct
  {
    const gchar *field;
    GValue *list;
  } lists[] = {{"psd", &l.psd}, {"band-power", &l.power},
      {"band-relative", &l.relative}, {"band-peak", &l.peaks},
      {"peak", &l.peak}, {"total-power", &l.total}, {"channel-flags", &l.flags},
      {"aperiodic-exponent", &l.exponent}, {"aperiodic-offset", &l.offset}};
  guint n =
      plan->slope_high > 0 ? G_N_ELEMENTS (lists) : G_N_ELEMENTS (lists) - 2;
  gsize bins = plan->config.segment / 2 + 1;
  guint i, c;

  for (i = 0; i < n; i++)
    gst_value_array_init (lists[i].list, channels);
  for (c = 0; c < channels; c++) {
    GValue v = G_VALUE_INIT;

    add_channel (&l, plan, frame->psd + c * bins, bins);
    g_value_init (&v, G_TYPE_UINT);
    g_value_set_uint (&v, frame->channel_flags[c]);
    gst_value_array_append_and_take_value (&l.flags, &v);
  }
  for (i = 0; i < n; i++)
    gst_structure_take_value (s, lists[i].field, lists[i].list);
  take_powers_by_name (s, plan);
}

GstStructure *
eeg_spectrum_frame_to_structure (const EegSpectrumFrame *frame,
    const EegSpectrumPlan *plan, const GstEegInfo *info)
{
  const EegDspSpectrumConfig *config = &plan->config;
  GstStructure *s = gst_structure_new ("eeg-spectrum", "filling",
      G_TYPE_BOOLEAN, frame->filling, "filled", G_TYPE_DOUBLE, frame->filled,
      "sample", G_TYPE_UINT64, frame->begin, "end-sample", G_TYPE_UINT64,
      frame->end, "timestamp", G_TYPE_UINT64, frame->time, "stream-time",
      G_TYPE_UINT64, frame->stream_time, "running-time", G_TYPE_UINT64,
      frame->running_time, "duration", G_TYPE_UINT64, frame->duration, "rate",
      G_TYPE_DOUBLE, config->rate, "channels", G_TYPE_INT,
      GST_EEG_INFO_CHANNELS (info), NULL);

  take_labels (s, info);
  if (frame->filling)
    return s;
  gst_structure_set (s, "unit", G_TYPE_STRING, EEG_SPECTRUM_UNIT, "bins",
      G_TYPE_INT, (gint) plan->bins, "bin-width", G_TYPE_DOUBLE,
      plan->bin_width, "averages", G_TYPE_UINT,
      (guint) ((config->window - config->overlap) /
               (config->segment - config->overlap)),
      "spectra", G_TYPE_UINT64, frame->spectra, "flags", G_TYPE_UINT,
      (guint) frame->status.flags, "n-saturated", G_TYPE_UINT64,
      frame->status.saturated, "n-lead-off", G_TYPE_UINT64,
      frame->status.lead_off, "n-nonfinite", G_TYPE_UINT64,
      frame->status.nonfinite, "n-filled", G_TYPE_UINT64, frame->status.filled,
      NULL);
  take_frequencies (s, plan);
  take_bands (s, plan);
  add_measures (s, frame, plan, (guint) GST_EEG_INFO_CHANNELS (info));
  return s;
}
