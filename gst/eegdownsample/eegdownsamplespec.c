/* What eegdownsample's properties ask for, and what that does to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdownsamplespec.h"

GType
gst_eeg_downsample_quality_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_DSP_QUALITY_LOW, "Aliases below -60 dB, shortest delay", "low"},
      {EEG_DSP_QUALITY_STANDARD, "Aliases below -100 dB", "standard"},
      {EEG_DSP_QUALITY_HIGH, "Aliases below -140 dB, longest delay", "high"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegDownsampleQuality", values));
  return type;
}

GType
gst_eeg_downsample_phase_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_DSP_PHASE_LINEAR, "Shapes and times exact, with latency", "linear"},
      {EEG_DSP_PHASE_MINIMUM, "No latency, some frequencies late", "minimum"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegDownsamplePhase", values));
  return type;
}

GType
gst_eeg_downsample_precision_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_DOWNSAMPLE_PRECISION_AUTO,
          "Single for F32 samples unless quality is high", "auto"},
      {EEG_DOWNSAMPLE_PRECISION_SINGLE, "Single for F32 samples", "single"},
      {EEG_DOWNSAMPLE_PRECISION_DOUBLE, "Double for all", "double"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegDownsamplePrecision", values));
  return type;
}

gboolean
eeg_downsample_spec (const EegDownsampleParams *params, gint rate_n,
    gint rate_d, EegDspDecimatorSpec *spec, GError **error)
{
  gint factor = params->factor, rate = params->rate;
  gint64 up, down, common;

  spec->quality = params->quality;
  spec->phase = params->phase;
  spec->precision = EEG_DSP_PRECISION_DOUBLE;
  if (rate == 0 && rate_n < (gint64) rate_d * factor) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "factor %d leaves less than 1 Hz of the stream's rate of %g Hz, "
        "expected a factor of 1 to %d: set a smaller one",
        factor, (gdouble) rate_n / rate_d,
        MIN (EEG_DSP_DECIMATOR_MAX_FACTOR, rate_n / rate_d));
    return FALSE;
  }
  up = rate ? (gint64) rate * rate_d : 1;
  down = rate ? rate_n : factor;
  common = gst_util_greatest_common_divisor_int64 (up, down);
  up /= common;
  down /= common;
  if (up > down) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "rate is %d Hz, expected at most the stream's own rate of %g Hz: this "
        "element only lowers rates",
        rate, (gdouble) rate_n / rate_d);
    return FALSE;
  }
  if (up > EEG_DSP_DECIMATOR_MAX_UP ||
      down > up * EEG_DSP_DECIMATOR_MAX_FACTOR) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "rate is %d Hz, which is %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
        " of the stream's %g Hz; expected a ratio with a numerator of 1 to %d "
        "and not below 1/%d: choose a rate that has a larger common divisor "
        "with the stream's",
        rate, up, down, (gdouble) rate_n / rate_d, EEG_DSP_DECIMATOR_MAX_UP,
        EEG_DSP_DECIMATOR_MAX_FACTOR);
    return FALSE;
  }
  if (up > 1 && spec->phase == EEG_DSP_PHASE_MINIMUM) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "phase is minimum and rate %d Hz is %" G_GINT64_FORMAT
        "/%" G_GINT64_FORMAT " of the stream's %g Hz, expected a whole part "
        "of it: set phase=linear or another rate",
        rate, up, down, (gdouble) rate_n / rate_d);
    return FALSE;
  }
  spec->up = (int) up;
  spec->down = (int) down;
  return TRUE;
}

/* What singles lose is far below what F32 samples are rounded to, but not 140 dB
 * below any signal. */
EegDspPrecision
eeg_downsample_precision (
    const EegDownsampleParams *params, GstAudioFormat format)
{
  if (format != GST_AUDIO_FORMAT_F32LE ||
      params->precision == EEG_DOWNSAMPLE_PRECISION_DOUBLE ||
      (params->precision == EEG_DOWNSAMPLE_PRECISION_AUTO &&
          params->quality == EEG_DSP_QUALITY_HIGH))
    return EEG_DSP_PRECISION_DOUBLE;
  return EEG_DSP_PRECISION_SINGLE;
}

/* The same for a rate that is only known as a number. */
static gboolean
spec_at (const EegDownsampleParams *params, gdouble rate,
    EegDspDecimatorSpec *spec, GError **error)
{
  gint n, d;

  if (!(rate >= 1 && rate <= G_MAXINT)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "the stream's rate is %g Hz, expected 1 Hz to %d Hz", rate, G_MAXINT);
    return FALSE;
  }
  gst_util_double_to_fraction (rate, &n, &d);
  return eeg_downsample_spec (params, n, d, spec, error);
}

gboolean
eeg_downsample_check (
    const EegDownsampleParams *params, gdouble rate, GError **error)
{
  EegDspDecimatorSpec spec;

  return spec_at (params, rate, &spec, error);
}

gboolean
eeg_downsample_evaluate (const EegDownsampleParams *params, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  EegDspDecimatorSpec spec;
  guint i;

  if (!spec_at (params, rate, &spec, NULL))
    return FALSE;
  for (i = 0; i < n; i++)
    eeg_dsp_decimator_response (&spec, frequencies[i] / rate, &re[i], &im[i]);
  return TRUE;
}

GstStructure *
eeg_downsample_describe (const EegDownsampleParams *params, gdouble rate)
{
  gint stages[EEG_DSP_DECIMATOR_MAX_STAGES], n, i;
  gdouble alias, out_rate, latency, settling;
  EegDspDecimatorSpec spec;
  GString *text;
  GstStructure *s;

  if (!spec_at (params, rate, &spec, NULL))
    return NULL;
  out_rate = rate * spec.up / spec.down;
  latency = eeg_dsp_decimator_delay_of (&spec) / rate;
  settling = eeg_dsp_decimator_settling (&spec) / rate;
  alias = eeg_dsp_decimator_attenuation (spec.quality);
  text = g_string_new (spec.down == 1 ? "off (same rate)" : NULL);
  if (spec.down > 1)
    g_string_append_printf (text,
        "%d of %d: %g -> %g Hz, flat to %g Hz, aliases below -%g dB", spec.up,
        spec.down, rate, out_rate, 0.4 * out_rate, alias);
  if (spec.phase == EEG_DSP_PHASE_MINIMUM && spec.down > 1)
    g_string_append (text, ", minimum phase");
  if (spec.phase == EEG_DSP_PHASE_LINEAR && spec.up == 1 && spec.down > 1) {
    n = eeg_dsp_decimator_stages (spec.down, spec.quality, stages);
    for (i = 0; i < n; i++)
      g_string_append_printf (
          text, i ? " x %d" : ", in stages of %d", stages[i]);
  }
  s = gst_structure_new ("eeg-response", "out-rate", G_TYPE_DOUBLE, out_rate,
      "delay", G_TYPE_DOUBLE, 0.0, "latency", G_TYPE_DOUBLE, latency,
      "settling", G_TYPE_DOUBLE, settling, "text", G_TYPE_STRING, text->str,
      NULL);
  if (spec.down > 1)
    gst_structure_set (s, "alias-attenuation", G_TYPE_DOUBLE, alias, NULL);
  g_string_free (text, TRUE);
  return s;
}
