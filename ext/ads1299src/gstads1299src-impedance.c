/* ads1299src: impedance of the electrodes while the recording goes on
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The alternating lead-off current makes a tone in every channel. Lock-in
 * measures it once a second; the tone itself stays in the data, where a notch
 * at its frequency takes it out.
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

#include "chip/ads1299-math.h"

#define GST_CAT_DEFAULT gst_ads1299_src_debug

/* One value a second: whole periods of all frequencies. Half a second after a change all filters have settled. */
#define WINDOW_SECONDS 1.024
#define UNKNOWN_KOHM   (-1.0)

typedef struct
{
  gboolean measured, saturated;
  Ads1299Lockin lockin;
  Ads1299ImpedanceSetup setup;
  gdouble lsb, kohm;
} Tone;

struct _Ads1299SrcTones
{
  gboolean fresh; /* the next sample begins a window */
  guint64 next;
  guint skip;
  gdouble hz;
  guint n;
  Tone tone[];
};

Ads1299SrcTones *
gst_ads1299_src_tones_new (GstAds1299Src *self)
{
  Ads1299SrcTones *t = g_malloc0 (sizeof *t + self->channels * sizeof (Tone));
  gboolean any = FALSE;
  guint i, c;

  GST_OBJECT_LOCK (self);
  t->hz =
      ads1299_loff_hz (self->setup.chip[0].loff_frequency, self->setup.rate);
  t->skip = self->setup.rate / 2;
  t->fresh = TRUE;
  for (i = 0; i < self->setup.n_chips; i++) {
    const Ads1299ChipSetup *chip = &self->setup.chip[i];

    for (c = 0; c < chip->channels; c++) {
      const Ads1299ChannelSetup *ch = &chip->channel[c];
      Tone *tone = &t->tone[t->n++];

      tone->kohm = UNKNOWN_KOHM;
      if (t->hz <= 0 || !(ch->loff_p || ch->loff_n) || ch->power_down ||
          ch->mux != ADS1299_MUX_NORMAL ||
          !ads1299_lockin_init (
              &tone->lockin, t->hz, self->setup.rate, WINDOW_SECONDS))
        continue;
      tone->measured = any = TRUE;
      tone->lsb = ads1299_lsb_volts (self->setup.vref, ch->gain);
      tone->setup.amps = ads1299_loff_amps (chip->loff_current);
      tone->setup.hz = t->hz;
      tone->setup.n = ads1299_dr_to_decimation (
          (guint) ads1299_rate_to_dr (self->setup.rate));
      tone->setup.series_ohm = self->settings.series_resistance;
      tone->setup.calibration = 1.0;
    }
  }
  GST_OBJECT_UNLOCK (self);
  if (!any)
    g_clear_pointer (&t, g_free);
  return t;
}

void
gst_ads1299_src_tones_free (Ads1299SrcTones *t)
{
  g_free (t);
}

static void
tell_impedance (GstAds1299Src *self, guint64 sample)
{
  Ads1299SrcTones *t = self->tones;
  GValue kohm = G_VALUE_INIT, labels = G_VALUE_INIT, v = G_VALUE_INIT;
  GstStructure *s;
  guint c;

  g_value_init (&kohm, GST_TYPE_ARRAY);
  g_value_init (&labels, GST_TYPE_ARRAY);
  for (c = 0; c < t->n; c++) {
    g_value_init (&v, G_TYPE_DOUBLE);
    g_value_set_double (&v, t->tone[c].kohm);
    gst_value_array_append_and_take_value (&kohm, &v);
    memset (&v, 0, sizeof v);
    g_value_init (&v, G_TYPE_STRING);
    g_value_set_string (&v, self->info.labels[c]);
    gst_value_array_append_and_take_value (&labels, &v);
    memset (&v, 0, sizeof v);
  }
  s = gst_structure_new ("eeg-impedance", "sample", G_TYPE_UINT64, sample,
      "frequency", G_TYPE_DOUBLE, t->hz, NULL);
  gst_structure_take_value (s, "channels", &labels);
  gst_structure_take_value (s, "kohm", &kohm);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->impedance, gst_structure_free);
  self->impedance = gst_structure_copy (s);
  GST_OBJECT_UNLOCK (self);
  gst_pad_push_event (GST_BASE_SRC_PAD (self),
      gst_event_new_custom (
          GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_copy (s)));
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), s));
}

/* Lock-in windows are whole periods in a row; a gap begins a new one. */
static void
begin_windows (Ads1299SrcTones *t)
{
  guint c;

  for (c = 0; c < t->n; c++) {
    Tone *tone = &t->tone[c];

    tone->lockin.n = 0;
    tone->lockin.re = tone->lockin.im = tone->lockin.weight = 0;
    tone->saturated = FALSE;
  }
  t->fresh = FALSE;
}

void
gst_ads1299_src_tones_take (
    GstAds1299Src *self, guint64 index, guint n, const gint32 *codes)
{
  Ads1299SrcTones *t = self->tones;
  gboolean done;
  gdouble peak;
  guint i, c;

  if (t->fresh || index != t->next)
    begin_windows (t);
  t->next = index + n;
  for (i = 0; i < n; i++, codes += self->channels) {
    if (t->skip > 0) {
      t->skip--;
      continue;
    }
    done = FALSE;
    for (c = 0; c < t->n; c++) {
      Tone *tone = &t->tone[c];

      if (!tone->measured)
        continue;
      tone->saturated |=
          codes[c] == ADS1299_CODE_MAX || codes[c] == ADS1299_CODE_MIN;
      if (ads1299_lockin_push (&tone->lockin, codes[c] * tone->lsb, &peak)) {
        tone->kohm = tone->saturated
                         ? UNKNOWN_KOHM
                         : ads1299_impedance (&tone->setup, peak) * 1e-3;
        tone->saturated = FALSE;
        done = TRUE;
      }
    }
    if (done)
      tell_impedance (self, index + i);
  }
}
