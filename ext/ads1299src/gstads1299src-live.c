/* ads1299src: changes while the chips convert
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A property is set in any thread; the settings are checked at once, the
 * registers are written by the acquisition thread between two samples, and the
 * streaming thread changes the caps where the first sample of the new
 * configuration leaves. What the chips refuse is undone in the properties.
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

#define GST_CAT_DEFAULT gst_ads1299_src_debug

static void
channels_of (const Ads1299Setup *setup, guint8 *channels)
{
  guint i;

  memset (channels, 0, ADS1299_MAX_CHIPS);
  for (i = 0; i < setup->n_chips; i++)
    channels[i] = (guint8) setup->chip[i].channels;
}

/* The properties say again what the chips do. */
static void
undo (GstAds1299Src *self, const Ads1299SrcSettings *settings,
    const gchar *reason)
{
  GST_OBJECT_LOCK (self);
  gst_ads1299_src_copy_settings (&self->settings, settings);
  GST_OBJECT_UNLOCK (self);
  gst_ads1299_src_notify_live (self);
  GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, SETTINGS,
      ("The configuration cannot be changed: %s. The previous one stays in "
       "force.",
          reason),
      (NULL), ("cause", G_TYPE_STRING, "change-refused", NULL));
}

/* Counts that are worth something else now are another stream: a recorder of
 * counts would have to stop. Asked before the chips are changed. */
static gboolean
is_taken_downstream (GstAds1299Src *self, const GstEegInfo *info)
{
  GstCaps *now = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self));
  GstCaps *caps = gst_eeg_info_to_caps (info);
  gboolean ok = now == NULL || gst_caps_is_equal (now, caps) ||
                gst_pad_peer_query_accept_caps (GST_BASE_SRC_PAD (self), caps);

  gst_caps_unref (caps);
  gst_clear_caps (&now);
  return ok;
}

void
gst_ads1299_src_request (GstAds1299Src *self, const Ads1299SrcSettings *before)
{
  guint8 channels[ADS1299_MAX_CHIPS];
  Ads1299SrcSettings now = {0};
  Ads1299Setup setup;
  GError *error = NULL;
  GstEegInfo info;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  gst_ads1299_src_copy_settings (&now, &self->settings);
  channels_of (&self->setup, channels);
  GST_OBJECT_UNLOCK (self);
  gst_eeg_info_init (&info);
  ok = gst_ads1299_src_configure (&now, channels, &setup, &info, &error);
  if (ok && !is_taken_downstream (self, &info)) {
    ok = FALSE;
    g_set_error_literal (&error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
        "it changes what a count is worth, and what comes behind, such as a "
        "recording of counts, does not take that while it runs");
  }
  gst_eeg_info_clear (&info);
  if (ok) {
    GST_OBJECT_LOCK (self);
    if (self->acq != NULL) {
      /* what to go back to: the settings before the first open request */
      if (!self->have_undo)
        gst_ads1299_src_copy_settings (&self->undo, before);
      self->have_undo = TRUE;
      ads1299_acq_request (self->acq, &setup, ++self->request_serial);
    }
    GST_OBJECT_UNLOCK (self);
  } else {
    undo (self, before, error->message);
    g_clear_error (&error);
  }
  gst_ads1299_src_clear_settings (&now);
}

void
gst_ads1299_src_answered (GstAds1299Src *self, const Ads1299Notice *notice)
{
  Ads1299SrcSettings settings = {0};
  gboolean refused = notice->kind == ADS1299_NOTICE_REFUSED;

  GST_OBJECT_LOCK (self);
  if (notice->serial != self->request_serial) {
    /* a later request is on its way and will be answered */
    refused = FALSE;
  } else {
    if (refused)
      gst_ads1299_src_copy_settings (&settings, &self->undo);
    self->have_undo = FALSE;
  }
  GST_OBJECT_UNLOCK (self);
  if (refused)
    undo (self, &settings, notice->text);
  gst_ads1299_src_clear_settings (&settings);
}

gboolean
gst_ads1299_src_enter_epoch (GstAds1299Src *self, guint32 epoch, guint64 index)
{
  gdouble full_scale[ADS1299_SRC_MAX_CHANNELS], gain[ADS1299_SRC_MAX_CHANNELS];
  gboolean ok = TRUE, scaled = FALSE;
  Ads1299Setup setup;
  GstCaps *caps;
  guint n = 0, i, c;

  ads1299_acq_get_setup (self->acq, epoch, &setup);
  for (i = 0; i < setup.n_chips; i++)
    for (c = 0; c < setup.chip[i].channels; c++, n++) {
      gain[n] = setup.chip[i].channel[c].gain;
      full_scale[n] = setup.vref / gain[n];
      scaled |= gain[n] != self->info.gain[n];
    }
  self->epoch = epoch;
  self->settled_index = index + ADS1299_SRC_SETTLING;
  GST_OBJECT_LOCK (self);
  self->setup = setup;
  if (scaled)
    ok = gst_eeg_info_set_gain (&self->info, gain, n, NULL) &&
         gst_eeg_info_set_full_scale (&self->info, full_scale, n, NULL);
  GST_OBJECT_UNLOCK (self);
  if (scaled && ok) {
    caps = gst_eeg_info_to_caps (&self->info);
    ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);
    gst_caps_unref (caps);
  }
  gst_ads1299_src_leads_free (self->leads);
  self->leads = gst_ads1299_src_leads_new (self);
  gst_ads1299_src_tones_free (self->tones);
  self->tones = gst_ads1299_src_tones_new (self);
  GST_DEBUG_OBJECT (
      self, "configuration %u from sample %" G_GUINT64_FORMAT, epoch, index);
  return ok;
}
