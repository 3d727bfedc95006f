/* ads1299src: from the properties to what the chips are told
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

#include "chip/ads1299-scene.h"

#define SET_ERROR(error, ...)                                                  \
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, __VA_ARGS__)

/* The first eight are the usual 10-20 sites, then 10-10 names; further
 * channels are numbered. */
static const gchar *const default_labels[] = {"Fp1", "Fp2", "C3", "C4", "P7",
    "P8", "O1", "O2", "F7", "F8", "F3", "F4", "T7", "T8", "P3", "P4", "Fz",
    "Cz", "Pz", "Oz", "FC1", "FC2", "FC5", "FC6", "CP1", "CP2", "CP5", "CP6",
    "AF3", "AF4", "PO3", "PO4", "F1", "F2", "F5", "F6", "C1", "C2", "C5", "C6",
    "P1", "P2", "P5", "P6", "FC3", "FC4", "CP3", "CP4", "FT7", "FT8", "TP7",
    "TP8", "AF7", "AF8", "PO7", "PO8", "AFz", "FCz", "CPz", "POz"};

/* By MUX code. */
static const gchar *const inputs[] = {"normal", "shorted", "bias-measure",
    "supply", "temperature", "test", "bias-p", "bias-n", NULL};

/* By COMP_TH code. */
static const gdouble thresholds[] = {95, 92.5, 90, 87.5, 85, 80, 75, 70};

gboolean
gst_ads1299_src_parse_parts (
    const gchar *text, guint chips, guint8 *channels, GError **error)
{
  gdouble *list;
  guint n = 0, i;

  memset (channels, 0, ADS1299_MAX_CHIPS);
  if (text == NULL || *text == '\0')
    return TRUE;
  list = gst_eeg_parse_double_list (text, &n, error);
  if (list == NULL)
    return FALSE;
  if (n != 1 && n != chips) {
    SET_ERROR (error,
        "channels-per-chip has %u entries; give one, or one for each of the %u "
        "chips",
        n, chips);
    g_free (list);
    return FALSE;
  }
  for (i = 0; i < chips; i++) {
    gdouble v = list[n == 1 ? 0 : i];

    if (v != 4 && v != 6 && v != 8) {
      SET_ERROR (error,
          "channels-per-chip of chip %u is %g; the parts have 4 (ADS1299-4), 6 "
          "(ADS1299-6) or 8 (ADS1299)",
          i, v);
      g_free (list);
      return FALSE;
    }
    channels[i] = (guint8) v;
  }
  g_free (list);
  return TRUE;
}

static gchar **
make_labels (const Ads1299SrcSettings *s, guint channels, GError **error)
{
  gchar **labels;
  guint i;

  if (s->labels != NULL && *s->labels != '\0') {
    labels = gst_eeg_parse_list (s->labels);
    if (g_strv_length (labels) == channels)
      return labels;
    SET_ERROR (error, "labels has %u names, but %u chip(s) give %u channels",
        g_strv_length (labels), s->chips, channels);
    g_strfreev (labels);
    return NULL;
  }
  labels = g_new0 (gchar *, channels + 1);
  for (i = 0; i < channels; i++)
    labels[i] = i < G_N_ELEMENTS (default_labels)
                    ? g_strdup (default_labels[i])
                    : g_strdup_printf ("Ch%u", i + 1);
  return labels;
}

static gboolean
set_gains (const Ads1299SrcSettings *s, Ads1299ChannelSetup **ch,
    guint channels, GError **error)
{
  guint n = 0, i;
  gdouble *list = gst_eeg_parse_double_list (s->gain, &n, error);

  if (list == NULL)
    return FALSE;
  if (n != 1 && n != channels) {
    SET_ERROR (error,
        "gain has %u entries; give one, or one for each of the %u channels", n,
        channels);
    g_free (list);
    return FALSE;
  }
  for (i = 0; i < channels; i++) {
    gdouble g = list[n == 1 ? 0 : i];

    if (g < 1 || g > 24 || g != (guint) g ||
        ads1299_gain_to_code ((guint) g) < 0) {
      SET_ERROR (error,
          "gain of channel %u is %g, but an ADS1299 has "
          "only " ADS1299_GAINS_TEXT,
          i + 1, g);
      g_free (list);
      return FALSE;
    }
    ch[i]->gain = (guint) g;
  }
  g_free (list);
  return TRUE;
}

static gboolean
set_inputs (const Ads1299SrcSettings *s, Ads1299ChannelSetup **ch,
    guint channels, GError **error)
{
  guint mux[ADS1299_SRC_MAX_CHANNELS], i;

  if (s->input != NULL && *s->input != '\0') {
    if (!gst_ads1299_src_parse_names (
            "input", s->input, inputs, channels, mux, error))
      return FALSE;
  } else {
    for (i = 0; i < channels; i++)
      mux[i] = s->bus == ADS1299_SRC_BUS_LINUX          ? ADS1299_MUX_NORMAL
               : s->sim_signal == ADS1299_SIGNAL_SHORT  ? ADS1299_MUX_SHORT
               : s->sim_signal == ADS1299_SIGNAL_SQUARE ? ADS1299_MUX_TEST
                                                        : ADS1299_MUX_NORMAL;
  }
  for (i = 0; i < channels; i++)
    ch[i]->mux = mux[i];
  return TRUE;
}

static gboolean
set_lead_off (const Ads1299SrcSettings *s, Ads1299Setup *setup,
    Ads1299ChannelSetup **ch, guint channels, gchar **labels, GError **error)
{
  guint8 marks[ADS1299_SRC_MAX_CHANNELS];
  guint i, code;

  if (!gst_ads1299_src_parse_channels ("lead-off-channels",
          s->lead_off_channels, labels, channels, TRUE, marks, error))
    return FALSE;
  for (code = 0; code < G_N_ELEMENTS (thresholds); code++)
    if (thresholds[code] == s->lead_off_threshold)
      break;
  if (code == G_N_ELEMENTS (thresholds)) {
    SET_ERROR (error,
        "lead-off-threshold is %g, but the comparators have 95, 92.5, 90, "
        "87.5, 85, 80, 75 and 70 percent",
        s->lead_off_threshold);
    return FALSE;
  }
  if (s->lead_off == ADS1299_SRC_LEAD_OFF_OFF)
    return TRUE;
  for (i = 0; i < channels; i++) {
    ch[i]->loff_p = marks[i] & 1;
    ch[i]->loff_n = marks[i] >> 1 & 1;
  }
  for (i = 0; i < setup->n_chips; i++) {
    Ads1299ChipSetup *chip = &setup->chip[i];

    chip->loff_current = (Ads1299LoffCurrent) s->lead_off_current;
    chip->loff_threshold = code;
    chip->loff_comparators = s->lead_off == ADS1299_SRC_LEAD_OFF_DC;
    chip->loff_frequency =
        s->lead_off == ADS1299_SRC_LEAD_OFF_AC_7_8    ? ADS1299_LOFF_7HZ
        : s->lead_off == ADS1299_SRC_LEAD_OFF_AC_31_2 ? ADS1299_LOFF_31HZ
        : s->lead_off == ADS1299_SRC_LEAD_OFF_AC_FDR4 ? ADS1299_LOFF_FDR4
                                                      : ADS1299_LOFF_DC;
  }
  return TRUE;
}

static gboolean
set_wiring (const Ads1299SrcSettings *s, Ads1299Setup *setup,
    Ads1299ChannelSetup **ch, guint channels, gchar **labels, GError **error)
{
  guint8 marks[ADS1299_SRC_MAX_CHANNELS];
  guint i;

  if (!gst_ads1299_src_parse_channels (
          "power-down", s->power_down, labels, channels, FALSE, marks, error))
    return FALSE;
  for (i = 0; i < channels; i++)
    if (marks[i]) {
      /* the datasheet asks to short the input of a channel that is off */
      ch[i]->power_down = true;
      ch[i]->mux = ADS1299_MUX_SHORT;
    }
  if (!gst_ads1299_src_parse_channels (
          "srb2", s->srb2, labels, channels, FALSE, marks, error))
    return FALSE;
  for (i = 0; i < channels; i++)
    ch[i]->srb2 = marks[i] != 0;
  if (!gst_ads1299_src_parse_channels ("bias-channels", s->bias_channels,
          labels, channels, TRUE, marks, error))
    return FALSE;
  for (i = 0; i < channels && s->bias; i++) {
    ch[i]->bias_p = marks[i] & 1;
    ch[i]->bias_n = marks[i] >> 1 & 1;
  }
  for (i = 0; i < setup->n_chips; i++) {
    setup->chip[i].srb1 = s->srb1;
    setup->chip[i].ref_external = s->vref_external;
    /* the chips may share one bias electrode: one amplifier drives it */
    setup->chip[i].bias_on = s->bias && i == 0;
    setup->chip[i].bias_ref_int = s->bias && i == 0;
  }
  return TRUE;
}

static gboolean
describe (const Ads1299SrcSettings *s, Ads1299ChannelSetup **ch, guint channels,
    gchar **labels, GstEegInfo *info, GError **error)
{
  gdouble full_scale[ADS1299_SRC_MAX_CHANNELS], gain[ADS1299_SRC_MAX_CHANNELS];
  gboolean srb2 = FALSE;
  guint i;

  for (i = 0; i < channels; i++) {
    gain[i] = ch[i]->gain;
    full_scale[i] = s->vref / gain[i];
    srb2 |= ch[i]->srb2;
  }
  if (!gst_eeg_info_set_format (
          info, GST_AUDIO_FORMAT_S24_32LE, s->rate, (gint) channels, error))
    return FALSE;
  info->unit = GST_EEG_UNIT_ADC;
  if (!gst_eeg_info_set_labels (info, (const gchar *const *) labels, error) ||
      !gst_eeg_info_set_full_scale (info, full_scale, channels, error) ||
      !gst_eeg_info_set_gain (info, gain, channels, error))
    return FALSE;
  gst_eeg_info_set_reference (info, s->reference && *s->reference ? s->reference
                                    : s->srb1                     ? "SRB1"
                                    : srb2                        ? "SRB2"
                                                                  : "bipolar");
  return TRUE;
}

gboolean
gst_ads1299_src_configure (const Ads1299SrcSettings *s, const guint8 *channels,
    Ads1299Setup *setup, GstEegInfo *info, GError **error)
{
  Ads1299ChannelSetup *ch[ADS1299_SRC_MAX_CHANNELS];
  Ads1299Error problem;
  guint n = 0, i, c;
  gchar **labels;
  gboolean ok;

  if (ads1299_rate_to_dr ((guint) s->rate) < 0) {
    SET_ERROR (error,
        "rate is %d, but an ADS1299 has only " ADS1299_RATES_TEXT
        " samples per second",
        s->rate);
    return FALSE;
  }
  ads1299_setup_init (setup, s->chips, (guint) s->rate);
  setup->vref = s->vref;
  setup->strict_id = s->strict_id;
  for (i = 0; i < s->chips; i++) {
    setup->chip[i].channels = channels[i] ? channels[i] : ADS1299_MAX_CHANNELS;
    for (c = 0; c < setup->chip[i].channels; c++)
      ch[n++] = &setup->chip[i].channel[c];
  }
  labels = make_labels (s, n, error);
  ok = labels != NULL && set_gains (s, ch, n, error) &&
       set_inputs (s, ch, n, error) &&
       set_wiring (s, setup, ch, n, labels, error) &&
       set_lead_off (s, setup, ch, n, labels, error) &&
       gst_ads1299_src_parse_registers (s->registers, setup, error) &&
       describe (s, ch, n, labels, info, error);
  if (ok && !ads1299_setup_check (setup, &problem)) {
    SET_ERROR (error, "%s", problem.text);
    ok = FALSE;
  }
  g_strfreev (labels);
  return ok;
}
