/* gst-plugins-eeg: eegtovoltage
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/**
 * SECTION:element-eegtovoltage
 * @title: eegtovoltage
 * @short_description: converter counts to volts at the electrode
 *
 * Multiplies every 24-bit code by the full scale that the stream states for
 * its channel: volts = code * (vref / gain) / 2^23. The product is formed in
 * double precision and rounded once; multiplied back and rounded, even F32LE
 * gives every code again.
 *
 * F32LE leaves unless only F64LE is asked for downstream. F32LE is made in
 * place, without copying.
 *
 * ## Example
 * |[
 * gst-launch-1.0 ads1299src num-buffers=250 ! eegtovoltage ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegtovoltage.h"

#include <gst/eeg/dsp/eegdsp-scale.h>

GST_DEBUG_CATEGORY_STATIC (eeg_to_voltage_debug);
#define GST_CAT_DEFAULT eeg_to_voltage_debug

struct _GstEegToVoltage
{
  GstEegBaseFilter parent;

  EegDspScale *scale; /* streaming thread */
};

static void gst_eeg_to_voltage_response_init (GstEegResponseInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstEegToVoltage, gst_eeg_to_voltage,
    GST_TYPE_EEG_BASE_FILTER,
    G_IMPLEMENT_INTERFACE (
        GST_TYPE_EEG_RESPONSE, gst_eeg_to_voltage_response_init))
GST_ELEMENT_REGISTER_DEFINE (
    eegtovoltage, "eegtovoltage", GST_RANK_NONE, GST_TYPE_EEG_TO_VOLTAGE)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMAT_COUNTS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_VOLTS)));

static gboolean
gst_eeg_to_voltage_transform_info (GstEegBaseFilter *base, const GstEegInfo *in,
    GstEegInfo *out, GError **error)
{
  return gst_eeg_info_set_format (out, GST_AUDIO_FORMAT_F32LE,
      GST_EEG_INFO_RATE (in), GST_EEG_INFO_CHANNELS (in), error);
}

/* The base class knows one format for each input: offer doubles as well. */
static GstCaps *
gst_eeg_to_voltage_transform_caps (GstBaseTransform *trans,
    GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  GstCaps *result, *wide, *both;
  guint i;

  result = GST_BASE_TRANSFORM_CLASS (gst_eeg_to_voltage_parent_class)
               ->transform_caps (trans, direction, caps, NULL);
  if (direction == GST_PAD_SINK) {
    wide = gst_caps_copy (result);
    for (i = 0; i < gst_caps_get_size (wide); i++)
      gst_structure_set (gst_caps_get_structure (wide, i), "format",
          G_TYPE_STRING, "F64LE", NULL);
    result = gst_caps_merge (result, wide);
  }
  if (filter) {
    both = gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (result);
    result = both;
  }
  return result;
}

static gboolean
gst_eeg_to_voltage_setup (GstEegBaseFilter *base, const GstEegInfo *in,
    const GstEegInfo *out, GError **error)
{
  GstEegToVoltage *self = GST_EEG_TO_VOLTAGE (base);
  const guint channels = GST_EEG_INFO_CHANNELS (in);
  gdouble *volts = g_new (gdouble, channels);
  guint c;

  for (c = 0; c < channels; c++)
    volts[c] = in->full_scale[c] * 0x1p-23;
  eeg_dsp_scale_free (self->scale);
  self->scale = eeg_dsp_scale_new (volts, channels, eeg_dsp_isa ());
  g_free (volts);
  if (!self->scale)
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_MEDIA,
        "no memory for the factors of %u channels", channels);
  return self->scale != NULL;
}

static GstFlowReturn
gst_eeg_to_voltage_process (
    GstEegBaseFilter *base, gconstpointer in, gpointer out, guint n_frames)
{
  GstEegToVoltage *self = (GstEegToVoltage *) base;
  const GstEegInfo *info = gst_eeg_base_filter_get_out_info (base);

  if (GST_EEG_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32LE)
    eeg_dsp_scale_s24_to_f32 (self->scale, in, out, n_frames);
  else
    eeg_dsp_scale_s24_to_f64 (self->scale, in, out, n_frames);
  return GST_FLOW_OK;
}

/* Counts stand for volts already: only the numbers change, not the signal. */
static gboolean
gst_eeg_to_voltage_evaluate (GstEegResponse *response, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  guint i;

  for (i = 0; i < n; i++) {
    re[i] = 1.0;
    im[i] = 0.0;
  }
  return TRUE;
}

static GstStructure *
gst_eeg_to_voltage_describe (GstEegResponse *response, gdouble rate)
{
  return gst_structure_new ("eeg-response", "out-rate", G_TYPE_DOUBLE, rate,
      "delay", G_TYPE_DOUBLE, 0.0, "latency", G_TYPE_DOUBLE, 0.0, "settling",
      G_TYPE_DOUBLE, 0.0, "text", G_TYPE_STRING,
      "counts to volts, code * full scale / 2^23", NULL);
}

static void
gst_eeg_to_voltage_response_init (GstEegResponseInterface *iface)
{
  iface->evaluate = gst_eeg_to_voltage_evaluate;
  iface->describe = gst_eeg_to_voltage_describe;
}

static void
gst_eeg_to_voltage_finalize (GObject *object)
{
  eeg_dsp_scale_free (GST_EEG_TO_VOLTAGE (object)->scale);
  G_OBJECT_CLASS (gst_eeg_to_voltage_parent_class)->finalize (object);
}

static void
gst_eeg_to_voltage_init (GstEegToVoltage *self)
{
}

static void
gst_eeg_to_voltage_class_init (GstEegToVoltageClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstEegBaseFilterClass *base_class = GST_EEG_BASE_FILTER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      eeg_to_voltage_debug, "eegtovoltage", 0, "counts to volts");

  G_OBJECT_CLASS (klass)->finalize = gst_eeg_to_voltage_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "EEG counts to volts",
      "Filter/Converter/Audio",
      "Converts 24-bit converter counts to volts at the electrode",
      "gst-plugins-eeg contributors");

  GST_BASE_TRANSFORM_CLASS (klass)->transform_caps =
      gst_eeg_to_voltage_transform_caps;
  base_class->accepts = 1 << GST_EEG_UNIT_ADC;
  base_class->transform_info = gst_eeg_to_voltage_transform_info;
  base_class->setup = gst_eeg_to_voltage_setup;
  base_class->process = gst_eeg_to_voltage_process;
}
