/* ads1299src: the properties, as a table
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <stddef.h>
#include <string.h>

#include "chip/ads1299-scene.h"

typedef enum
{
  KIND_STRING,
  KIND_INT,
  KIND_UINT,
  KIND_DOUBLE,
  KIND_BOOLEAN,
  KIND_ENUM,
} Kind;

/* @live: may be changed while the chips convert. */
typedef struct
{
  const gchar *name, *nick, *blurb;
  Kind kind;
  gsize field;
  gdouble min, max, value;
  const gchar *text; /* default of a string */
  GType (*enum_type) (void);
  gboolean live;
} Row;

#define TYPES(func, name, ...)                                                 \
  static GType func (void)                                                     \
  {                                                                            \
    static gsize type = 0;                                                     \
    static const GEnumValue values[] = {__VA_ARGS__, {0, NULL, NULL}};         \
                                                                               \
    if (g_once_init_enter (&type))                                             \
      g_once_init_leave (&type, g_enum_register_static (name, values));        \
    return type;                                                               \
  }

TYPES (type_bus, "GstAds1299Bus",
    {ADS1299_SRC_BUS_SIM, "Simulated chips", "sim"},
    {ADS1299_SRC_BUS_LINUX, "Chips on spidev and GPIO lines", "linux"})

TYPES (type_signal, "GstAds1299Signal",
    {ADS1299_SIGNAL_EEG, "Background, alpha, blinks and mains", "eeg"},
    {ADS1299_SIGNAL_SQUARE, "The chip's internal test signal", "square"},
    {ADS1299_SIGNAL_SHORT, "Inputs shorted: the chip's noise", "short"},
    {ADS1299_SIGNAL_SINE, "A sine at the electrodes", "sine"},
    {ADS1299_SIGNAL_COUNTER, "Code = (sample + channel) mod 2^23", "counter"})

TYPES (type_lead_off, "GstAds1299LeadOff",
    {ADS1299_SRC_LEAD_OFF_OFF, "No lead-off detection", "off"},
    {ADS1299_SRC_LEAD_OFF_DC, "Direct current and comparators", "dc"},
    {ADS1299_SRC_LEAD_OFF_AC_7_8, "Square wave of 7.8125 Hz", "ac-7.8"},
    {ADS1299_SRC_LEAD_OFF_AC_31_2, "Square wave of 31.25 Hz", "ac-31.2"},
    {ADS1299_SRC_LEAD_OFF_AC_FDR4, "Square wave of a quarter of the rate",
        "ac-fdr4"})

TYPES (type_current, "GstAds1299Current", {ADS1299_LOFF_6NA, "6 nA", "6nA"},
    {ADS1299_LOFF_24NA, "24 nA", "24nA"}, {ADS1299_LOFF_6UA, "6 uA", "6uA"},
    {ADS1299_LOFF_24UA, "24 uA", "24uA"})

TYPES (type_times, "GstAds1299Timestamps",
    {ADS1299_SRC_TIMES_AUTO, "clock when live, else count", "auto"},
    {ADS1299_SRC_TIMES_COUNT, "Nominal rate times sample count", "count"},
    {ADS1299_SRC_TIMES_CLOCK, "Clock recovered from data-ready edges", "clock"})

TYPES (type_overrun, "GstAds1299Overrun",
    {ADS1299_SRC_OVERRUN_DROP, "Lose the oldest samples and say so", "drop"},
    {ADS1299_SRC_OVERRUN_ERROR, "End with an error", "error"})

TYPES (type_failure, "GstAds1299OnFailure",
    {ADS1299_SRC_FAILURE_ERROR, "An error: the whole pipeline stops", "error"},
    {ADS1299_SRC_FAILURE_END,
        "A warning and the end of this stream: others go on", "end"})

#define FIELD(f) offsetof (Ads1299SrcSettings, f)
#define STRING(name, nick, field, def, live, blurb)                            \
  {                                                                            \
    name, nick, blurb, KIND_STRING, FIELD (field), 0, 0, 0, def, NULL, live    \
  }
#define NUMBER(name, nick, kind, field, min, max, def, live, blurb)            \
  {                                                                            \
    name, nick, blurb, kind, FIELD (field), min, max, def, NULL, NULL, live    \
  }
#define BOOLEAN(name, nick, field, def, live, blurb)                           \
  {                                                                            \
    name, nick, blurb, KIND_BOOLEAN, FIELD (field), 0, 1, def, NULL, NULL,     \
        live                                                                   \
  }
#define CHOICE(name, nick, field, type, def, live, blurb)                      \
  {                                                                            \
    name, nick, blurb, KIND_ENUM, FIELD (field), 0, 0, def, NULL, type, live   \
  }

#define CHANNEL_LIST                                                           \
  "numbers from 1, ranges, labels, \"all\" or \"none\", comma separated"

static const Row rows[] = {
    STRING ("board", "Board", board, NULL, FALSE,
        "Preset that gives values to the properties that are not set: "
        "ads1299eeg-fe, openbci, pieeg, elata-2, elata-4, or a path to a file "
        "of that kind"),
    CHOICE ("bus", "Bus", bus, type_bus, ADS1299_SRC_BUS_SIM, FALSE,
        "Where the chips are: sim = simulated; linux = SPI and GPIO devices"),
    STRING ("device", "Device", device, NULL, FALSE,
        "SPI devices, one per chip, comma separated, such as /dev/spidev0.0 "
        "(bus=linux only)"),
    STRING ("drdy", "DRDY line", drdy, NULL, FALSE,
        "GPIO line of DRDY of the first chip as CHIP:LINE (bus=linux only)"),
    STRING ("start-line", "START line", start_line, NULL, FALSE,
        "GPIO line of START of all chips as CHIP:LINE, needed from two chips "
        "on; none: the START command (bus=linux only)"),
    STRING ("reset-line", "RESET line", reset_line, NULL, FALSE,
        "GPIO line of RESET as CHIP:LINE; none: the RESET command (bus=linux "
        "only)"),
    STRING ("pwdn-line", "PWDN line", pwdn_line, NULL, FALSE,
        "GPIO line of PWDN as CHIP:LINE, held high while the device is open; "
        "none: not wired (bus=linux only)"),
    NUMBER ("spi-speed", "SPI speed", KIND_UINT, spi_speed, 100000, 20000000,
        ADS1299_FRAME_HZ, FALSE,
        "SPI clock of the data frames in Hz; registers use 2 MHz (bus=linux "
        "only)"),
    NUMBER ("event-buffer", "Event buffer", KIND_UINT, event_buffer, 16, 1024,
        1024, FALSE,
        "Data-ready edges that the kernel keeps when this process comes late "
        "(bus=linux only)"),
    BOOLEAN ("strict-id", "Strict ID", strict_id, TRUE, FALSE,
        "True: a chip whose ID register is not that of an ADS1299 is an error; "
        "false: a warning"),
    NUMBER ("rate", "Rate", KIND_INT, rate, 250, 16000, 250, FALSE,
        "Samples per second and channel: " ADS1299_RATES_TEXT),
    NUMBER ("chips", "Chips", KIND_UINT, chips, 1, ADS1299_MAX_CHIPS, 1, FALSE,
        "Number of cascaded chips, 1 to 8"),
    STRING ("channels-per-chip", "Channels per chip", channels_per_chip, NULL,
        FALSE,
        "Channels of each chip, or of all: 8 (ADS1299), 6 (ADS1299-6) or 4 "
        "(ADS1299-4), comma separated; none: what the ID of each chip says"),
    STRING ("gain", "Gain", gain, "24", TRUE,
        "Amplifier gain of all channels, or one per channel, comma "
        "separated: " ADS1299_GAINS_TEXT
        ". May change while playing: those samples are marked"),
    STRING ("input", "Input", input, NULL, TRUE,
        "What all channels, or each one, measure: normal, shorted, "
        "bias-measure, supply, temperature, test, bias-p, bias-n; none: normal "
        "(or what sim-signal needs)"),
    STRING ("power-down", "Power down", power_down, NULL, TRUE,
        "Channels that are off and read zero: " CHANNEL_LIST),
    NUMBER ("vref", "Reference voltage", KIND_DOUBLE, vref, 0.1, 5.5, 4.5,
        FALSE, "Reference of the converter in volts; full scale is vref/gain"),
    BOOLEAN ("vref-external", "External reference voltage", vref_external,
        FALSE, FALSE,
        "The reference voltage comes from outside: the internal one is off"),
    BOOLEAN ("srb1", "SRB1", srb1, TRUE, TRUE,
        "Connect the SRB1 pin to the negative inputs of all channels"),
    STRING ("srb2", "SRB2", srb2, NULL, TRUE,
        "Channels whose positive input is connected to the SRB2 "
        "pin: " CHANNEL_LIST),
    BOOLEAN ("bias", "Bias drive", bias, FALSE, TRUE,
        "Drive the bias electrode (driven right leg) with the amplifier of the "
        "first chip"),
    STRING ("bias-channels", "Bias channels", bias_channels, "all", TRUE,
        "Inputs that the bias is derived from, with p, n or pn behind the "
        "channel (none: p), such as 1-8pn: " CHANNEL_LIST),
    STRING ("reference", "Reference", reference, NULL, FALSE,
        "Name of the reference electrode for the caps; none: SRB1, SRB2 or "
        "bipolar, as the inputs are connected"),
    STRING ("labels", "Labels", labels, NULL, FALSE,
        "Electrode names, comma separated, one per channel; none: Fp1, Fp2, "
        "C3, C4, P7, P8, O1, O2, then further 10-10 names"),
    CHOICE ("lead-off", "Lead-off", lead_off, type_lead_off,
        ADS1299_SRC_LEAD_OFF_OFF, TRUE,
        "Detection of electrodes that are off: dc = by comparators, in the "
        "ledger and as messages eeg-lead-off; ac-... = impedance of every "
        "channel once a second as messages eeg-impedance"),
    CHOICE ("lead-off-current", "Lead-off current", lead_off_current,
        type_current, ADS1299_LOFF_6NA, TRUE, "Current through the electrodes"),
    STRING ("lead-off-channels", "Lead-off channels", lead_off_channels, "all",
        TRUE,
        "Inputs with a lead-off current, with p, n or pn behind the channel "
        "(none: p): " CHANNEL_LIST),
    NUMBER ("lead-off-threshold", "Lead-off threshold", KIND_DOUBLE,
        lead_off_threshold, 70, 95, 95, TRUE,
        "Comparator threshold of lead-off=dc in percent of the supply: 95, "
        "92.5, 90, 87.5, 85, 80, 75 or 70"),
    NUMBER ("lead-off-hold", "Lead-off hold", KIND_UINT, lead_off_hold, 0,
        10000, 100, TRUE,
        "An electrode that was off counts as on again after so many ms of good "
        "contact (lead-off=dc), and a change is announced when it lasted as "
        "long"),
    NUMBER ("series-resistance", "Series resistance", KIND_DOUBLE,
        series_resistance, 0, 1e6, 0, FALSE,
        "Resistance in ohms between electrode and input that is no part of the "
        "electrode's impedance (board resistors, 2200 on OpenBCI boards)"),
    STRING ("registers", "Registers", registers, NULL, FALSE,
        "Register bytes that override all else, for experts: "
        "\"CONFIG4=0x02, chip1:LOFF=0x02\", without chip: all chips, counted "
        "from 0"),
    NUMBER ("samples-per-buffer", "Samples per buffer", KIND_UINT,
        samples_per_buffer, 0, 65536, 0, FALSE,
        "Samples (per channel) in a buffer, up to 65536; 0 = 4 ms of signal, "
        "at least one"),
    NUMBER ("fill-gaps", "Fill gaps", KIND_UINT, fill_gaps, 0, 10000, 0, FALSE,
        "Up to so many lost samples in a row are replaced by the last one and "
        "marked as filled; longer gaps and 0 = a jump in time and offset"),
    NUMBER ("near-rail", "Near rail", KIND_DOUBLE, near_rail, 0.5, 1.0, 1.0,
        FALSE,
        "Samples beyond this part of full scale are marked as saturated; 1 = "
        "only at the rails"),
    CHOICE ("timestamps", "Timestamps", times, type_times,
        ADS1299_SRC_TIMES_AUTO, FALSE, "What the times of samples follow"),
    NUMBER ("ring-time", "Ring time", KIND_UINT, ring_time, 20, 60000, 2000,
        FALSE,
        "Milliseconds of signal that wait for a slow downstream before the "
        "oldest samples are lost"),
    CHOICE ("on-overrun", "On overrun", on_overrun, type_overrun,
        ADS1299_SRC_OVERRUN_DROP, FALSE,
        "What happens when downstream is so slow that samples are lost"),
    CHOICE ("on-failure", "On failure", on_failure, type_failure,
        ADS1299_SRC_FAILURE_ERROR, FALSE,
        "What happens when the chips fail for good while they run, such as "
        "when they are unplugged"),
    NUMBER ("cpu", "CPU", KIND_INT, cpu, -1, 1023, -1, FALSE,
        "Processor that the acquisition thread stays on; -1 = any"),
    NUMBER ("rt-priority", "Real-time priority", KIND_INT, rt_priority, 0, 99,
        0, FALSE,
        "SCHED_FIFO priority of the acquisition thread, 1 to 99; 0 = ordinary. "
        "Without the privilege a warning is posted"),
    STRING ("thread-name", "Thread name", thread_name, "ads1299", FALSE,
        "Name of the acquisition thread, up to 15 bytes"),
    BOOLEAN ("lock-memory", "Lock memory", lock_memory, FALSE, FALSE,
        "Keep the memory of the process from being paged out (mlockall). "
        "Without the privilege a warning is posted"),
    CHOICE ("sim-signal", "Simulated signal", sim_signal, type_signal,
        ADS1299_SIGNAL_EEG, FALSE, "What the simulated chip measures"),
    NUMBER ("sim-seed", "Simulation seed", KIND_UINT, sim_seed, 0, G_MAXUINT, 0,
        FALSE,
        "Chooses the random numbers: the same seed gives the same samples"),
    STRING ("sim-faults", "Simulated faults", sim_faults, NULL, FALSE,
        "Script \"kind@seconds,key=value;...\", such as "
        "\"lost-drdy@2,n=3;status-error@5\"; the kinds are in the guide of "
        "this element, and an unknown one is answered with the list"),
    STRING ("sim-file", "Recorded frames", sim_file, NULL, FALSE,
        "File of frames as the chip sends them (27 bytes per 8-channel chip "
        "and sample) to replay; end of stream at its end"),
    STRING ("sim-parts", "Simulated parts", sim_parts, NULL, FALSE,
        "Channels of the simulated chips as in channels-per-chip; none: what "
        "channels-per-chip says, else 8"),
    STRING ("sim-impedance", "Simulated impedance", sim_impedance, NULL, FALSE,
        "Impedance in kOhm of the electrodes of all channels, or of each one, "
        "comma separated; none: 5"),
    NUMBER ("sim-frequency", "Sine frequency", KIND_DOUBLE, sim_frequency, 0.0,
        8000.0, 10.0, FALSE, "Frequency of sim-signal=sine in Hz"),
    NUMBER ("sim-amplitude", "Sine amplitude", KIND_DOUBLE, sim_amplitude, 0.0,
        5.0, 100e-6, FALSE,
        "Peak of sim-signal=sine in volts at the electrode; the chip's filter "
        "takes its part of it"),
    NUMBER ("sim-mains", "Mains frequency", KIND_DOUBLE, sim_mains, 0.0, 400.0,
        50.0, FALSE, "Mains hum in sim-signal=eeg, Hz; 0 = none"),
};

/* ids: 1 + row, then these */
enum
{
  PROP_STATS = 1 + G_N_ELEMENTS (rows),
  PROP_IS_LIVE,
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) <= 64);

static gpointer
field_of (const Ads1299SrcSettings *s, const Row *r)
{
  return (guint8 *) s + r->field;
}

static void
set_default (Ads1299SrcSettings *s, const Row *r)
{
  gpointer f = field_of (s, r);

  switch (r->kind) {
    case KIND_STRING:
      g_free (*(gchar **) f);
      *(gchar **) f = g_strdup (r->text);
      break;
    case KIND_DOUBLE:
      *(gdouble *) f = r->value;
      break;
    case KIND_UINT:
      *(guint *) f = (guint) r->value;
      break;
    default:
      *(gint *) f = (gint) r->value;
  }
}

static void
from_value (Ads1299SrcSettings *s, const Row *r, const GValue *value)
{
  gpointer f = field_of (s, r);

  switch (r->kind) {
    case KIND_STRING:
      g_free (*(gchar **) f);
      *(gchar **) f = g_value_dup_string (value);
      break;
    case KIND_DOUBLE:
      *(gdouble *) f = g_value_get_double (value);
      break;
    case KIND_UINT:
      *(guint *) f = g_value_get_uint (value);
      break;
    case KIND_INT:
      *(gint *) f = g_value_get_int (value);
      break;
    case KIND_BOOLEAN:
      *(gboolean *) f = g_value_get_boolean (value);
      break;
    case KIND_ENUM:
      *(gint *) f = g_value_get_enum (value);
      break;
  }
}

static void
to_value (const Ads1299SrcSettings *s, const Row *r, GValue *value)
{
  gpointer f = field_of (s, r);

  switch (r->kind) {
    case KIND_STRING:
      g_value_set_string (value, *(gchar **) f);
      break;
    case KIND_DOUBLE:
      g_value_set_double (value, *(gdouble *) f);
      break;
    case KIND_UINT:
      g_value_set_uint (value, *(guint *) f);
      break;
    case KIND_INT:
      g_value_set_int (value, *(gint *) f);
      break;
    case KIND_BOOLEAN:
      g_value_set_boolean (value, *(gboolean *) f);
      break;
    case KIND_ENUM:
      g_value_set_enum (value, *(gint *) f);
      break;
  }
}

static GParamSpec *
make_spec (const Row *r)
{
  GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      (r->live ? GST_PARAM_MUTABLE_PLAYING : GST_PARAM_MUTABLE_READY);

  switch (r->kind) {
    case KIND_STRING:
      return g_param_spec_string (r->name, r->nick, r->blurb, r->text, flags);
    case KIND_DOUBLE:
      return g_param_spec_double (
          r->name, r->nick, r->blurb, r->min, r->max, r->value, flags);
    case KIND_UINT:
      return g_param_spec_uint (r->name, r->nick, r->blurb, (guint) r->min,
          (guint) r->max, (guint) r->value, flags);
    case KIND_INT:
      return g_param_spec_int (r->name, r->nick, r->blurb, (gint) r->min,
          (gint) r->max, (gint) r->value, flags);
    case KIND_BOOLEAN:
      return g_param_spec_boolean (
          r->name, r->nick, r->blurb, r->value != 0, flags);
    default:
      gst_type_mark_as_plugin_api (r->enum_type (), 0);
      return g_param_spec_enum (
          r->name, r->nick, r->blurb, r->enum_type (), (gint) r->value, flags);
  }
}

/* --- of one element --------------------------------------------------------- */

void
gst_ads1299_src_init_settings (GstAds1299Src *self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    set_default (&self->settings, &rows[i]);
}

void
gst_ads1299_src_clear_settings (Ads1299SrcSettings *s)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == KIND_STRING)
      g_clear_pointer ((gchar **) field_of (s, &rows[i]), g_free);
}

void
gst_ads1299_src_copy_settings (
    Ads1299SrcSettings *dest, const Ads1299SrcSettings *src)
{
  guint i;

  gst_ads1299_src_clear_settings (dest);
  *dest = *src;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == KIND_STRING) {
      gchar **f = field_of (dest, &rows[i]);

      *f = g_strdup (*f);
    }
}

void
gst_ads1299_src_reset_to_defaults (GstAds1299Src *self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!(self->given >> i & 1) && rows[i].field != FIELD (board))
      set_default (&self->settings, &rows[i]);
}

gboolean
gst_ads1299_src_set_from_board (
    GstAds1299Src *self, const gchar *name, const gchar *text, GError **error)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (self), name);
  GValue value = G_VALUE_INIT;
  guint i = spec ? spec->param_id - 1 : G_N_ELEMENTS (rows);
  gboolean ok;

  if (i >= G_N_ELEMENTS (rows) || rows[i].field == FIELD (board)) {
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "it sets \"%s\", which is no property that a board can set", name);
    return FALSE;
  }
  if (self->given >> i & 1)
    return TRUE;
  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (spec));
  if (rows[i].kind == KIND_STRING) {
    g_value_set_string (&value, text);
    ok = TRUE;
  } else {
    ok = gst_value_deserialize (&value, text) &&
         !g_param_value_validate (spec, &value);
  }
  if (ok)
    from_value (&self->settings, &rows[i], &value);
  else
    g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "it sets \"%s\" to \"%s\", which is out of range", name, text);
  g_value_unset (&value);
  return ok;
}

void
gst_ads1299_src_notify_live (GstAds1299Src *self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].live)
      g_object_notify (G_OBJECT (self), rows[i].name);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);
  Ads1299SrcSettings before = {0};
  GError *error = NULL;
  gboolean ask = FALSE;
  const Row *r;

  if (id == PROP_IS_LIVE) {
    gst_base_src_set_live (GST_BASE_SRC (self), g_value_get_boolean (value));
    return;
  }
  if (id < 1 || id > G_N_ELEMENTS (rows)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  r = &rows[id - 1];
  GST_OBJECT_LOCK (self);
  if (r->live && self->acq != NULL) {
    ask = TRUE;
    gst_ads1299_src_copy_settings (&before, &self->settings);
  }
  from_value (&self->settings, r, value);
  self->given |= G_GUINT64_CONSTANT (1) << (id - 1);
  if (r->field == FIELD (board)) {
    /* told at start: a property cannot fail */
    g_clear_pointer (&self->board_error, g_free);
    if (!gst_ads1299_src_apply_board (self, &error)) {
      self->board_error = g_strdup (error->message);
      g_clear_error (&error);
    }
  }
  GST_OBJECT_UNLOCK (self);
  if (ask)
    gst_ads1299_src_request (self, &before);
  gst_ads1299_src_clear_settings (&before);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAds1299Src *self = GST_ADS1299_SRC (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_ads1299_src_make_stats (self));
  } else if (id == PROP_IS_LIVE) {
    g_value_set_boolean (value, gst_base_src_is_live (GST_BASE_SRC (self)));
  } else if (id >= 1 && id <= G_N_ELEMENTS (rows)) {
    GST_OBJECT_LOCK (self);
    to_value (&self->settings, &rows[id - 1], value);
    GST_OBJECT_UNLOCK (self);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

void
gst_ads1299_src_install_properties (GObjectClass *klass)
{
  guint i;

  klass->set_property = set_property;
  klass->get_property = get_property;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    g_object_class_install_property (klass, 1 + i, make_spec (&rows[i]));
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Counters since start: produced = delivered + lost + pending "
          "(samples on their way); lost-... by cause; filled, gaps, glitches, "
          "overruns, status-errors, reinits; rate-measured in Hz, ppm of the "
          "nominal rate, residual and jitter of the recovered clock in us; "
          "ring-fill; pool-*; impedance-kohm of the last second",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, PROP_IS_LIVE,
      g_param_spec_boolean ("is-live", "Live",
          "True: paced by the clock; false: virtual time, as fast as "
          "downstream takes the samples (bus=sim only)",
          TRUE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
              GST_PARAM_MUTABLE_READY));
}
