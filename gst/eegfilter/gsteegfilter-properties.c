/* eegfilter: its properties
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <string.h>

#include "gsteegfilter-private.h"

enum
{
  PROP_0,
  PROP_HIGHPASS,
  PROP_LOWPASS,
  PROP_NOTCH,
  PROP_NOTCH_Q,
  PROP_NOTCH_HARMONICS,
  PROP_ORDER,
  PROP_FAMILY,
  PROP_INITIAL_STATE,
  PROP_RIPPLE,
  PROP_STOPBAND,
  PROP_SOS,
  PROP_FIR,
  PROP_ON_GAP,
  PROP_ALIGN_FREQUENCY,
  PROP_STATS,
};

#define GST_TYPE_EEG_FILTER_FAMILY (gst_eeg_filter_family_get_type ())
static GType
gst_eeg_filter_family_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_DSP_BUTTERWORTH, "Flattest pass band", "butterworth"},
      {EEG_DSP_CHEBYSHEV1, "Steeper, ripple in the pass band", "chebyshev1"},
      {EEG_DSP_CHEBYSHEV2, "Steeper, ripple in the stop band", "chebyshev2"},
      {EEG_DSP_ELLIPTIC, "Steepest, ripple in both bands", "elliptic"},
      {EEG_DSP_BESSEL, "Least distortion of shapes", "bessel"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegFilterFamily", values));
  return type;
}

#define GST_TYPE_EEG_FILTER_START (gst_eeg_filter_start_get_type ())
static GType
gst_eeg_filter_start_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_DSP_START_STEADY, "As if the first sample had been there for ever",
          "steady"},
      {EEG_DSP_START_ZERO, "From rest", "zero"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegFilterStart", values));
  return type;
}

#define GST_TYPE_EEG_FILTER_ON_GAP (gst_eeg_filter_on_gap_get_type ())
static GType
gst_eeg_filter_on_gap_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {EEG_FILTER_ON_GAP_SETTLE, "Start afresh after the gap and settle again",
          "settle"},
      {EEG_FILTER_ON_GAP_HOLD, "Go on with the state from before the gap",
          "hold"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstEegFilterOnGap", values));
  return type;
}

static void
gst_eeg_filter_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstEegFilter *self = GST_EEG_FILTER (object);
  gboolean fixed = FALSE;

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_HIGHPASS:
      self->params.highpass = g_value_get_double (value);
      break;
    case PROP_LOWPASS:
      self->params.lowpass = g_value_get_double (value);
      break;
    case PROP_NOTCH:
      self->params.notch = g_value_get_double (value);
      break;
    case PROP_NOTCH_Q:
      self->params.notch_q = g_value_get_double (value);
      break;
    case PROP_NOTCH_HARMONICS:
      self->params.notch_harmonics = g_value_get_int (value);
      break;
    case PROP_ORDER:
      self->params.order = g_value_get_int (value);
      break;
    case PROP_FAMILY:
      self->params.family = g_value_get_enum (value);
      break;
    case PROP_INITIAL_STATE:
      self->start = g_value_get_enum (value);
      break;
    case PROP_RIPPLE:
      self->params.ripple = g_value_get_double (value);
      break;
    case PROP_STOPBAND:
      self->params.stopband = g_value_get_double (value);
      break;
    case PROP_SOS:
      g_free (self->params.sos);
      self->params.sos = g_value_dup_string (value);
      break;
    case PROP_FIR:
      g_free (self->params.fir);
      self->params.fir = g_value_dup_string (value);
      break;
    case PROP_ON_GAP:
      self->on_gap = g_value_get_enum (value);
      break;
    case PROP_ALIGN_FREQUENCY:
      /* Its delay was agreed on with the stream. */
      fixed = self->running && self->align_hz != g_value_get_double (value);
      if (!fixed)
        self->align_hz = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  g_atomic_int_set (&self->changed, TRUE);
  GST_OBJECT_UNLOCK (self);
  if (fixed)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("%s cannot change while the stream runs and keeps its value: stop "
         "first.",
            pspec->name),
        (NULL));
}

/* The parameters of a design and where they are. */
static const struct
{
  const gchar *name;
  gsize at, size; /* in EegFilterParams; size 0: a string */
} design_properties[] = {
#define PLAIN(name, field)                                                     \
  {                                                                            \
    name, G_STRUCT_OFFSET (EegFilterParams, field),                            \
        sizeof ((EegFilterParams *) 0)->field                                  \
  }
#define TEXT(name, field)                                                      \
  {                                                                            \
    name, G_STRUCT_OFFSET (EegFilterParams, field), 0                          \
  }
    PLAIN ("highpass", highpass),
    PLAIN ("lowpass", lowpass),
    PLAIN ("notch", notch),
    PLAIN ("notch-q", notch_q),
    PLAIN ("notch-harmonics", notch_harmonics),
    PLAIN ("order", order),
    PLAIN ("family", family),
    PLAIN ("ripple", ripple),
    PLAIN ("stopband", stopband),
    TEXT ("sos", sos),
    TEXT ("fir", fir),
#undef PLAIN
#undef TEXT
};

static gboolean
is_equal (gconstpointer a, gconstpointer b, gsize size)
{
  return size ? memcmp (a, b, size) == 0
              : g_strcmp0 (*(gchar *const *) a, *(gchar *const *) b) == 0;
}

void
gst_eeg_filter_put_back (GstEegFilter *self, const EegFilterParams *tried)
{
  gboolean back[G_N_ELEMENTS (design_properties)] = {FALSE};
  guint i;

  GST_OBJECT_LOCK (self);
  for (i = 0; i < G_N_ELEMENTS (design_properties); i++) {
    const gsize at = design_properties[i].at, size = design_properties[i].size;
    gpointer now = (guint8 *) &self->params + at;
    gconstpointer running = (const guint8 *) &self->accepted + at;

    back[i] = is_equal (now, (const guint8 *) tried + at, size) &&
              !is_equal (now, running, size);
    if (!back[i])
      continue;
    if (size) {
      memcpy (now, running, size);
    } else {
      g_free (*(gchar **) now);
      *(gchar **) now = g_strdup (*(gchar *const *) running);
    }
  }
  GST_OBJECT_UNLOCK (self);
  for (i = 0; i < G_N_ELEMENTS (design_properties); i++)
    if (back[i])
      g_object_notify (G_OBJECT (self), design_properties[i].name);
}

static void
gst_eeg_filter_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstEegFilter *self = GST_EEG_FILTER (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_HIGHPASS:
      g_value_set_double (value, self->params.highpass);
      break;
    case PROP_LOWPASS:
      g_value_set_double (value, self->params.lowpass);
      break;
    case PROP_NOTCH:
      g_value_set_double (value, self->params.notch);
      break;
    case PROP_NOTCH_Q:
      g_value_set_double (value, self->params.notch_q);
      break;
    case PROP_NOTCH_HARMONICS:
      g_value_set_int (value, self->params.notch_harmonics);
      break;
    case PROP_ORDER:
      g_value_set_int (value, self->params.order);
      break;
    case PROP_FAMILY:
      g_value_set_enum (value, self->params.family);
      break;
    case PROP_INITIAL_STATE:
      g_value_set_enum (value, self->start);
      break;
    case PROP_RIPPLE:
      g_value_set_double (value, self->params.ripple);
      break;
    case PROP_STOPBAND:
      g_value_set_double (value, self->params.stopband);
      break;
    case PROP_SOS:
      g_value_set_string (value, self->params.sos);
      break;
    case PROP_FIR:
      g_value_set_string (value, self->params.fir);
      break;
    case PROP_ON_GAP:
      g_value_set_enum (value, self->on_gap);
      break;
    case PROP_ALIGN_FREQUENCY:
      g_value_set_double (value, self->align_hz);
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, gst_structure_new ("eegfilter-stats", "nonfinite",
                     G_TYPE_UINT64, self->nonfinite, "changes", G_TYPE_UINT64,
                     self->changes, "refusals", G_TYPE_UINT64, self->refusals,
                     "sections", G_TYPE_UINT, self->n_sections, "taps",
                     G_TYPE_UINT, self->n_taps, "kernel", G_TYPE_STRING,
                     eeg_dsp_isa_name (eeg_dsp_isa ()), NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_frequency (GObjectClass *klass, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb)
{
  g_object_class_install_property (klass, id,
      g_param_spec_double (name, nick, blurb, 0, 1e6, 0,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE));
}

void
gst_eeg_filter_install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                            GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE;

  object_class->set_property = gst_eeg_filter_set_property;
  object_class->get_property = gst_eeg_filter_get_property;
  install_frequency (object_class, PROP_HIGHPASS, "highpass", "High-pass",
      "Corner of the high-pass in Hz, below half of the sampling rate and "
      "below "
      "lowpass; removes slow drifts and offsets. 0 switches it off");
  install_frequency (object_class, PROP_LOWPASS, "lowpass", "Low-pass",
      "Corner of the low-pass in Hz, below half of the sampling rate; removes "
      "muscle activity and noise above it. 0 switches it off");
  install_frequency (object_class, PROP_NOTCH, "notch", "Notch",
      "Frequency in Hz to remove, usually the mains (50 or 60), below half of "
      "the sampling rate. 0 switches it off");
  g_object_class_install_property (object_class, PROP_NOTCH_Q,
      g_param_spec_double ("notch-q", "Notch quality",
          "Sharpness of the notch: its frequency divided by its width at -3 dB "
          "(no unit). Higher removes less of the neighbourhood and rings "
          "longer",
          0.1, 10000, 30, flags));
  g_object_class_install_property (object_class, PROP_NOTCH_HARMONICS,
      g_param_spec_int ("notch-harmonics", "Notch harmonics",
          "How many multiples of the notch frequency are removed besides it, "
          "each as wide in Hz; those above half of the sampling rate are left "
          "out",
          0, EEG_FILTER_MAX_HARMONICS, 0, flags));
  g_object_class_install_property (object_class, PROP_ORDER,
      g_param_spec_int ("order", "Order",
          "Order of the high-pass and of the low-pass each; higher is steeper "
          "and delays more",
          1, EEG_DSP_MAX_ORDER, 4, flags));
  g_object_class_install_property (object_class, PROP_FAMILY,
      g_param_spec_enum ("family", "Family",
          "Shape of the high-pass and of the low-pass",
          GST_TYPE_EEG_FILTER_FAMILY, EEG_DSP_BUTTERWORTH, flags));
  g_object_class_install_property (object_class, PROP_INITIAL_STATE,
      g_param_spec_enum ("initial-state", "Initial state",
          "How the filter starts, also after a gap or a flush. steady avoids "
          "the long transient that an electrode offset causes; takes effect at "
          "the next start",
          GST_TYPE_EEG_FILTER_START, EEG_DSP_START_STEADY, flags));
  g_object_class_install_property (object_class, PROP_RIPPLE,
      g_param_spec_double ("ripple", "Pass-band ripple",
          "Largest deviation in the pass band in dB, for the families "
          "chebyshev1 and elliptic",
          1e-6, 20, 0.5, flags));
  g_object_class_install_property (object_class, PROP_STOPBAND,
      g_param_spec_double ("stopband", "Stop-band attenuation",
          "Least attenuation in the stop band in dB, for the families "
          "chebyshev2 and elliptic; the corner of chebyshev2 is where it is "
          "reached",
          1, 200, 60, flags));
  g_object_class_install_property (object_class, PROP_SOS,
      g_param_spec_string ("sos", "Extra sections",
          "Further second-order sections for exactly the stream's sampling "
          "rate, after the others: six numbers each (b0, b1, b2, a0, a1, a2), "
          "comma separated, in the order of SciPy's sos arrays",
          NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_FIR,
      g_param_spec_string ("fir", "FIR taps",
          "A finite impulse response for exactly the stream's sampling rate, "
          "after the sections: its taps (no unit), the newest sample's first, "
          "comma separated. It adds no latency; its own delay is not corrected",
          NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_ON_GAP,
      g_param_spec_enum ("on-gap", "On gap",
          "What happens where samples are missing: settle suits long gaps, "
          "hold suits gaps that are short against the filter's memory",
          GST_TYPE_EEG_FILTER_ON_GAP, EEG_FILTER_ON_GAP_SETTLE, flags));
  g_object_class_install_property (object_class, PROP_ALIGN_FREQUENCY,
      g_param_spec_double ("align-frequency", "Align frequency",
          "Move timestamps back by the group delay of the filter at this "
          "frequency in Hz, as it is when the stream starts; the delay is "
          "added to the latency. 0 leaves timestamps alone",
          0, 1e6, 0,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters: nonfinite (values replaced), changes, refusals; and "
          "sections and taps in use, kernel",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_type_mark_as_plugin_api (GST_TYPE_EEG_FILTER_FAMILY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_FILTER_START, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EEG_FILTER_ON_GAP, 0);
}
