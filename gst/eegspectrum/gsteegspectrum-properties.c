/* eegspectrum: its properties
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegspectrum-private.h"

enum
{
  PROP_0,
  PROP_WINDOW,
  PROP_HOP,
  PROP_SEGMENT,
  PROP_OVERLAP,
  PROP_FUNCTION,
  PROP_AVERAGE,
  PROP_MAX_FREQUENCY,
  PROP_BANDS,
  PROP_APERIODIC,
  PROP_POST_MESSAGES,
  PROP_STATS,
};

static void
take_string (gchar **to, const GValue *value)
{
  g_free (*to);
  *to = g_value_dup_string (value);
}

static void
gst_eeg_spectrum_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (object);

  GST_OBJECT_LOCK (self);
  self->changed |= id != PROP_POST_MESSAGES;
  switch (id) {
    case PROP_WINDOW:
      self->params.window = g_value_get_double (value);
      break;
    case PROP_HOP:
      self->params.hop = g_value_get_double (value);
      break;
    case PROP_SEGMENT:
      self->params.segment = g_value_get_double (value);
      break;
    case PROP_OVERLAP:
      self->params.overlap = g_value_get_double (value);
      break;
    case PROP_FUNCTION:
      self->params.function = g_value_get_enum (value);
      break;
    case PROP_AVERAGE:
      self->params.average = g_value_get_double (value);
      break;
    case PROP_MAX_FREQUENCY:
      self->params.max_frequency = g_value_get_double (value);
      break;
    case PROP_BANDS:
      take_string (&self->params.bands, value);
      break;
    case PROP_APERIODIC:
      take_string (&self->params.aperiodic, value);
      break;
    case PROP_POST_MESSAGES:
      self->post_messages = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_eeg_spectrum_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegSpectrum *self = GST_EEG_SPECTRUM (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_WINDOW:
      g_value_set_double (value, self->params.window);
      break;
    case PROP_HOP:
      g_value_set_double (value, self->params.hop);
      break;
    case PROP_SEGMENT:
      g_value_set_double (value, self->params.segment);
      break;
    case PROP_OVERLAP:
      g_value_set_double (value, self->params.overlap);
      break;
    case PROP_FUNCTION:
      g_value_set_enum (value, self->params.function);
      break;
    case PROP_AVERAGE:
      g_value_set_double (value, self->params.average);
      break;
    case PROP_MAX_FREQUENCY:
      g_value_set_double (value, self->params.max_frequency);
      break;
    case PROP_BANDS:
      g_value_set_string (value, self->params.bands);
      break;
    case PROP_APERIODIC:
      g_value_set_string (value, self->params.aperiodic);
      break;
    case PROP_POST_MESSAGES:
      g_value_set_boolean (value, self->post_messages);
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, gst_structure_new ("eegspectrum-stats", "computed",
                     G_TYPE_UINT64, self->computed, "delivered", G_TYPE_UINT64,
                     self->pushed, "messages", G_TYPE_UINT64, self->messages,
                     "nonfinite", G_TYPE_UINT64, self->nonfinite, "refusals",
                     G_TYPE_UINT64, self->refusals, "filling", G_TYPE_BOOLEAN,
                     self->filling, "kernel", G_TYPE_STRING,
                     eeg_dsp_isa_name (eeg_dsp_isa ()), NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

void
gst_eeg_spectrum_install_properties (GObjectClass *object_class)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  object_class->set_property = gst_eeg_spectrum_set_property;
  object_class->get_property = gst_eeg_spectrum_get_property;
  g_object_class_install_property (object_class, PROP_WINDOW,
      g_param_spec_double ("window", "Window",
          "Seconds of signal that each spectrum is computed from, 8 samples or "
          "more. Longer resolves finer frequencies and reacts later",
          1e-6, 86400, 2, flags));
  g_object_class_install_property (object_class, PROP_HOP,
      g_param_spec_double ("hop", "Hop",
          "Seconds from one spectrum to the next, one sample or more; longer "
          "than the window leaves samples out",
          1e-6, 86400, 0.25, flags));
  g_object_class_install_property (object_class, PROP_SEGMENT,
      g_param_spec_double ("segment", "Segment",
          "Seconds of one transform, up to the window: shorter ones are "
          "averaged over the window, which is smoother and resolves less (bins "
          "are 1 / segment apart). 0 is the whole window",
          0, 86400, 0, flags));
  g_object_class_install_property (object_class, PROP_OVERLAP,
      g_param_spec_double ("overlap", "Overlap",
          "Part of a segment that the next one shares (no unit)", 0, 0.99, 0.5,
          flags));
  g_object_class_install_property (object_class, PROP_FUNCTION,
      g_param_spec_enum ("function", "Window function",
          "Taper of a segment, periodic as SciPy's",
          eeg_spectrum_function_get_type (), EEG_DSP_WINDOW_HANN, flags));
  g_object_class_install_property (object_class, PROP_AVERAGE,
      g_param_spec_double ("average", "Average",
          "Time constant in seconds of an exponential average over spectra; 0 "
          "for none",
          0, 86400, 0, flags));
  g_object_class_install_property (object_class, PROP_MAX_FREQUENCY,
      g_param_spec_double ("max-frequency", "Highest frequency",
          "Bins above this frequency in Hz are left out of messages and "
          "stream; "
          "0 leaves none out. Bands and peaks see all of them",
          0, 1e6, 0, flags));
  g_object_class_install_property (object_class, PROP_BANDS,
      g_param_spec_string ("bands", "Bands",
          "Bands whose power messages hold: NAME:LOW-HIGH in Hz, comma "
          "separated, up to half of the sampling rate (the default ones are "
          "cut there)",
          EEG_SPECTRUM_DEFAULT_BANDS, flags));
  g_object_class_install_property (object_class, PROP_APERIODIC,
      g_param_spec_string ("aperiodic", "Aperiodic fit",
          "Range LOW-HIGH in Hz over which messages hold the slope of the "
          "density on logarithmic axes, for example 2-40; empty for none",
          NULL, flags));
  g_object_class_install_property (object_class, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
          "Post each spectrum as an element message \"eeg-spectrum\"; a src "
          "pad "
          "in use does not need it",
          TRUE, flags));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: computed, delivered (by the src pad), messages (spectra "
          "and announcements), nonfinite (values replaced), refusals; filling "
          "(no full window yet), kernel",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_type_mark_as_plugin_api (eeg_spectrum_function_get_type (), 0);
}
