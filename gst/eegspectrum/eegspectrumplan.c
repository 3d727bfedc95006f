/* EEG spectrum element: what properties mean for a stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegspectrumplan.h"

#include <math.h>
#include <string.h>

/* Values that one window may hold in memory. */
#define MAX_VALUES (1u << 27)

#define REFUSE(error, ...)                                                     \
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, __VA_ARGS__)

static const GEnumValue functions[] = {
    {EEG_DSP_WINDOW_HANN, "Hann, for everything ordinary", "hann"},
    {EEG_DSP_WINDOW_HAMMING, "Hamming, lower first side lobe", "hamming"},
    {EEG_DSP_WINDOW_BLACKMAN, "Blackman, leaks less, wider", "blackman"},
    {EEG_DSP_WINDOW_BLACKMANHARRIS, "Blackman-Harris, leaks least",
        "blackmanharris"},
    {EEG_DSP_WINDOW_FLATTOP, "Flat top, reads the amplitude of a sine",
        "flattop"},
    {EEG_DSP_WINDOW_BOXCAR, "No taper", "boxcar"},
    {0, NULL, NULL},
};

GType
eeg_spectrum_function_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegSpectrumFunction", functions));
  return type;
}

const gchar *
eeg_spectrum_function_name (EegDspWindow function)
{
  return functions[function].value_nick;
}

void
eeg_spectrum_params_copy (EegSpectrumParams *to, const EegSpectrumParams *from)
{
  *to = *from;
  to->bands = g_strdup (from->bands);
  to->aperiodic = g_strdup (from->aperiodic);
}

void
eeg_spectrum_params_clear (EegSpectrumParams *params)
{
  g_clear_pointer (&params->bands, g_free);
  g_clear_pointer (&params->aperiodic, g_free);
}

/* "LOW-HIGH" */
static gboolean
parse_range (const gchar *text, gdouble *low, gdouble *high)
{
  gchar *end;

  *low = g_ascii_strtod (text, &end);
  if (end == text || *end != '-' || !isfinite (*low) || *low < 0)
    return FALSE;
  text = end + 1;
  *high = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*high) && *high > *low;
}

static gboolean
parse_bands (
    EegSpectrumPlan *plan, const gchar *text, gdouble rate, GError **error)
{
  gboolean given = g_strcmp0 (text, EEG_SPECTRUM_DEFAULT_BANDS) != 0;
  g_auto (GStrv) entries = gst_eeg_parse_list (text);
  guint i;

  for (i = 0; entries[i]; i++) {
    const gchar *colon = strchr (entries[i], ':');
    EegSpectrumBand band;

    if (i == EEG_SPECTRUM_MAX_BANDS) {
      REFUSE (error, "bands holds more than %d bands", EEG_SPECTRUM_MAX_BANDS);
      return FALSE;
    }
    if (!colon || colon == entries[i] ||
        !parse_range (colon + 1, &band.low, &band.high)) {
      REFUSE (error,
          "bands holds \"%s\", expected NAME:LOW-HIGH in Hz with LOW below "
          "HIGH, for example alpha:8-13",
          entries[i]);
      return FALSE;
    }
    if (band.high > rate / 2) {
      /* Of the usual bands, a slow stream has those that it can have. */
      if (!given && band.low < rate / 2)
        band.high = rate / 2;
      else if (!given)
        continue;
      else {
        REFUSE (error,
            "bands holds \"%s\", expected frequencies up to %g Hz, half of the "
            "stream's rate of %g Hz",
            entries[i], rate / 2, rate);
        return FALSE;
      }
    }
    band.name = g_strndup (entries[i], colon - entries[i]);
    g_strchomp (band.name);
    plan->bands[plan->n_bands++] = band;
    plan->low = plan->n_bands > 1 ? MIN (plan->low, band.low) : band.low;
    plan->high = MAX (plan->high, band.high);
  }
  return TRUE;
}

static gboolean
plan_window (EegSpectrumPlan *plan, const EegSpectrumParams *params,
    gdouble rate, gint channels, GError **error)
{
  EegDspSpectrumConfig *c = &plan->config;
  gdouble window = floor (params->window * rate + 0.5);
  gdouble segment =
      params->segment > 0 ? floor (params->segment * rate + 0.5) : window;
  gdouble most = MIN (EEG_DSP_SPECTRUM_MAX_WINDOW, MAX_VALUES / channels);

  if (window < EEG_DSP_SPECTRUM_MIN_WINDOW || window > most) {
    REFUSE (error,
        "window %g s is %g samples at the stream's rate of %g Hz, expected %d "
        "to %g samples of %d channels (%g s to %g s)",
        params->window, window, rate, EEG_DSP_SPECTRUM_MIN_WINDOW, most,
        channels, EEG_DSP_SPECTRUM_MIN_WINDOW / rate, floor (most / rate));
    return FALSE;
  }
  if (segment < EEG_DSP_SPECTRUM_MIN_WINDOW || segment > window) {
    REFUSE (error,
        "segment %g s is %g samples at the stream's rate of %g Hz, expected %d "
        "samples (%g s) up to the window of %g s, or 0 for the whole window",
        params->segment, segment, rate, EEG_DSP_SPECTRUM_MIN_WINDOW,
        EEG_DSP_SPECTRUM_MIN_WINDOW / rate, params->window);
    return FALSE;
  }
  c->window = (gsize) window;
  c->segment = (gsize) segment;
  /* The sliver keeps 0.7 * 10 from being 6. */
  c->overlap = (gsize) floor (params->overlap * segment + 1e-9);
  return TRUE;
}

static gboolean
plan_hop (EegSpectrumPlan *plan, const EegSpectrumParams *params,
    const GstEegInfo *info, GError **error)
{
  EegDspSpectrumConfig *c = &plan->config;
  gdouble rate = GST_EEG_INFO_EXACT_RATE (info);
  gint n, d;

  gst_util_double_to_fraction (params->hop, &n, &d);
  if (n <= 0 || params->hop * rate < 1) {
    REFUSE (error,
        "hop %g s is less than one sample at the stream's rate of %g Hz, "
        "expected %g s or more",
        params->hop, rate, 1 / rate);
    return FALSE;
  }
  plan->rate_n = d;
  plan->rate_d = n;
  c->hop_n = (guint64) n * (guint64) info->rate_n;
  c->hop_d = (guint64) d * (guint64) info->rate_d;
  /* The fraction rounds: never below one sample. */
  c->hop_n = MAX (c->hop_n, c->hop_d);
  return TRUE;
}

gboolean
eeg_spectrum_plan_init (EegSpectrumPlan *plan, const EegSpectrumParams *params,
    const GstEegInfo *info, GError **error)
{
  gdouble rate = GST_EEG_INFO_EXACT_RATE (info), bins;
  gint channels = GST_EEG_INFO_CHANNELS (info);

  memset (plan, 0, sizeof *plan);
  plan->config.channels = (gsize) channels;
  plan->config.rate = rate;
  plan->config.function = params->function;
  plan->config.is_f64 = GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F64LE;
  if (!plan_window (plan, params, rate, channels, error) ||
      !plan_hop (plan, params, info, error))
    goto refused;
  plan->bin_width = rate / (gdouble) plan->config.segment;
  bins = (gdouble) (plan->config.segment / 2 + 1);
  if (params->max_frequency > 0)
    bins =
        MIN (bins, floor (params->max_frequency / plan->bin_width + 1e-9) + 1);
  plan->bins = (guint) bins;
  plan->weight =
      params->average > 0 ? -expm1 (-params->hop / params->average) : 1;
  if (!parse_bands (plan, params->bands, rate, error))
    goto refused;
  if (params->aperiodic && *params->aperiodic) {
    if (!parse_range (params->aperiodic, &plan->slope_low, &plan->slope_high) ||
        plan->slope_high > rate / 2) {
      REFUSE (error,
          "aperiodic is \"%s\", expected LOW-HIGH in Hz up to %g Hz, half of "
          "the stream's rate of %g Hz, for example 2-40",
          params->aperiodic, rate / 2, rate);
      goto refused;
    }
  }
  return TRUE;

refused:
  eeg_spectrum_plan_clear (plan);
  return FALSE;
}

void
eeg_spectrum_plan_clear (EegSpectrumPlan *plan)
{
  while (plan->n_bands > 0)
    g_free (plan->bands[--plan->n_bands].name);
}

static void
take_strings (GstStructure *s, const gchar *field, GPtrArray *strings)
{
  GValue list = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&list, strings->len);
  for (i = 0; i < strings->len; i++) {
    GValue v = G_VALUE_INIT;

    g_value_init (&v, G_TYPE_STRING);
    g_value_set_string (&v, g_ptr_array_index (strings, i));
    gst_value_array_append_and_take_value (&list, &v);
  }
  gst_structure_take_value (s, field, &list);
  g_ptr_array_unref (strings);
}

GstCaps *
eeg_spectrum_plan_caps (const EegSpectrumPlan *plan, const GstEegInfo *info)
{
  gint channels = GST_EEG_INFO_CHANNELS (info), i;
  GPtrArray *labels = g_ptr_array_new ();
  GPtrArray *bands = g_ptr_array_new_with_free_func (g_free);
  GstStructure *s;
  GstCaps *caps;

  s = gst_structure_new (EEG_SPECTRUM_MEDIA, "format", G_TYPE_STRING, "F32LE",
      "layout", G_TYPE_STRING, "planar", "rate", GST_TYPE_FRACTION,
      plan->rate_n, plan->rate_d, "channels", G_TYPE_INT, channels, "bins",
      G_TYPE_INT, (gint) plan->bins, "bin-width", G_TYPE_DOUBLE,
      plan->bin_width, "unit", G_TYPE_STRING, EEG_SPECTRUM_UNIT, "window",
      G_TYPE_DOUBLE, (gdouble) plan->config.window / plan->config.rate,
      "function", G_TYPE_STRING,
      eeg_spectrum_function_name (plan->config.function), "sample-rate",
      GST_TYPE_FRACTION, info->rate_n, info->rate_d, NULL);
  for (i = 0; i < channels; i++)
    g_ptr_array_add (labels, info->labels[i]);
  take_strings (s, "labels", labels);
  for (i = 0; i < (gint) plan->n_bands; i++) {
    const EegSpectrumBand *b = &plan->bands[i];
    gchar low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

    g_ptr_array_add (
        bands, g_strdup_printf ("%s:%s-%s", b->name,
                   g_ascii_formatd (low, sizeof low, "%.10g", b->low),
                   g_ascii_formatd (high, sizeof high, "%.10g", b->high)));
  }
  take_strings (s, "bands", bands);
  caps = gst_caps_new_empty ();
  gst_caps_append_structure (caps, s);
  return caps;
}
