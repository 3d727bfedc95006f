/* EEG downsampling element: properties
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegdownsample-private.h"

enum
{
  PROP_0,
  PROP_FACTOR,
  PROP_RATE,
  PROP_QUALITY,
  PROP_PHASE,
  PROP_PRECISION,
  PROP_POOL_MIN,
  PROP_POOL_MAX,
  PROP_STATS,
};

static void
gst_eeg_downsample_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (object);
  gboolean late = FALSE;

  GST_OBJECT_LOCK (self);
  late = self->running;
  switch (id) {
    case PROP_FACTOR:
      late = late && self->params.factor != g_value_get_int (value);
      if (!late)
        self->params.factor = g_value_get_int (value);
      break;
    case PROP_RATE:
      late = late && self->params.rate != g_value_get_int (value);
      if (!late)
        self->params.rate = g_value_get_int (value);
      break;
    case PROP_PHASE:
      late = late && (gint) self->params.phase != g_value_get_enum (value);
      if (!late)
        self->params.phase = g_value_get_enum (value);
      break;
    case PROP_PRECISION:
      late = late && (gint) self->params.precision != g_value_get_enum (value);
      if (!late)
        self->params.precision = g_value_get_enum (value);
      break;
    case PROP_QUALITY:
      late = late && (gint) self->params.quality != g_value_get_enum (value);
      if (!late)
        self->params.quality = g_value_get_enum (value);
      break;
    case PROP_POOL_MIN:
      late = late && self->pool_min != g_value_get_uint (value);
      if (!late)
        self->pool_min = g_value_get_uint (value);
      break;
    case PROP_POOL_MAX:
      late = late && self->pool_max != g_value_get_uint (value);
      if (!late)
        self->pool_max = g_value_get_uint (value);
      break;
    default:
      late = FALSE;
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
  if (late)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("%s cannot change while the stream runs and keeps its value: stop "
         "first.",
            pspec->name),
        (NULL));
}

static void
gst_eeg_downsample_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegDownsample *self = GST_EEG_DOWNSAMPLE (object);
  GstBufferPool *pool = NULL;
  GstStructure *stats = NULL;

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_FACTOR:
      g_value_set_int (value, self->params.factor);
      break;
    case PROP_RATE:
      g_value_set_int (value, self->params.rate);
      break;
    case PROP_PHASE:
      g_value_set_enum (value, self->params.phase);
      break;
    case PROP_PRECISION:
      g_value_set_enum (value, self->params.precision);
      break;
    case PROP_QUALITY:
      g_value_set_enum (value, self->params.quality);
      break;
    case PROP_POOL_MIN:
      g_value_set_uint (value, self->pool_min);
      break;
    case PROP_POOL_MAX:
      g_value_set_uint (value, self->pool_max);
      break;
    case PROP_STATS:
      stats = gst_structure_new ("eegdownsample-stats", "consumed",
          G_TYPE_UINT64, self->consumed, "delivered", G_TYPE_UINT64,
          self->delivered, "nonfinite", G_TYPE_UINT64, self->nonfinite,
          "latency", G_TYPE_UINT64, self->latency, "kernel", G_TYPE_STRING,
          eeg_dsp_isa_name (eeg_dsp_isa ()), "precision", G_TYPE_STRING,
          self->precision == EEG_DSP_PRECISION_SINGLE ? "single" : "double",
          NULL);
      pool = self->pool ? gst_object_ref (self->pool) : NULL;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
  if (pool) {
    gst_eeg_buffer_pool_add_stats (GST_EEG_BUFFER_POOL (pool), stats);
    gst_object_unref (pool);
  }
  if (stats)
    g_value_take_boxed (value, stats);
}

void
gst_eeg_downsample_install_properties (GObjectClass *klass)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  klass->set_property = gst_eeg_downsample_set_property;
  klass->get_property = gst_eeg_downsample_get_property;

  g_object_class_install_property (klass, PROP_FACTOR,
      g_param_spec_int ("factor", "Factor",
          "The sampling rate is divided by this whole number unless rate is "
          "set; at least 1 Hz must remain. 1 changes nothing",
          1, EEG_DSP_DECIMATOR_MAX_FACTOR, 4, flags));
  g_object_class_install_property (klass, PROP_RATE,
      g_param_spec_int ("rate", "Rate",
          "New sampling rate in Hz, at most the stream's, also one that is no "
          "whole part of it; takes the place of factor. 0 = by factor",
          0, 1000000, 0, flags));
  g_object_class_install_property (klass, PROP_PHASE,
      g_param_spec_enum ("phase", "Phase",
          "Linear keeps shapes and times and needs a stretch of the future "
          "(see latency); minimum waits for nothing and delays frequencies "
          "near the corner more than others, for whole factors only",
          GST_TYPE_EEG_DOWNSAMPLE_PHASE, EEG_DSP_PHASE_LINEAR, flags));
  g_object_class_install_property (klass, PROP_PRECISION,
      g_param_spec_enum ("precision", "Precision",
          "What the filter's sums are made in: single is twice as fast, and "
          "its "
          "noise far below the rounding of F32 samples; F64 samples and phase "
          "minimum always have double",
          GST_TYPE_EEG_DOWNSAMPLE_PRECISION, EEG_DOWNSAMPLE_PRECISION_AUTO,
          flags));
  g_object_class_install_property (klass, PROP_QUALITY,
      g_param_spec_enum ("quality", "Quality",
          "How well frequencies above 0.6 of the new rate are kept from "
          "folding into the band up to 0.4 of it; better means more delay",
          GST_TYPE_EEG_DOWNSAMPLE_QUALITY, EEG_DSP_QUALITY_STANDARD, flags));
  g_object_class_install_property (klass, PROP_POOL_MIN,
      g_param_spec_uint ("pool-min-buffers", "Pool, at start",
          "Output buffers allocated before the stream starts", 2, 65536, 8,
          flags));
  g_object_class_install_property (klass, PROP_POOL_MAX,
      g_param_spec_uint ("pool-max-buffers", "Pool, at most",
          "Output buffers that the pool may grow to; beyond, ordinary memory "
          "is taken for each and counted (stats: pool-failures)",
          2, 1048576, 4096, flags));
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters in frames: consumed (of the input), delivered; nonfinite "
          "(values replaced); latency in ns, kernel, precision (of the sums), "
          "and pool-*",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_DOWNSAMPLE_QUALITY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_DOWNSAMPLE_PHASE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_DOWNSAMPLE_PRECISION, 0);
}
