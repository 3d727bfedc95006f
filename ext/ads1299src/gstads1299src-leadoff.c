/* ads1299src: electrodes that are off
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The comparators' bits of every status word go to the ledger, and what lasts
 * is announced.
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>

#include "chip/ads1299-frame.h"

#define GST_CAT_DEFAULT gst_ads1299_src_debug

typedef struct
{
  guint chip, bit;

  guint64 off_until; /* absolute sample index */
  guint64 since;     /* sample from which the bit differs from @told */
  gboolean told, differs;
} Lead;

struct _Ads1299SrcLeads
{
  gboolean comparators;
  guint hold;    /* samples */
  gboolean busy; /* some lead is off or about to change */
  guint n;
  Lead lead[];
};

Ads1299SrcLeads *
gst_ads1299_src_leads_new (GstAds1299Src *self)
{
  Ads1299SrcLeads *l = g_malloc0 (sizeof *l + self->channels * sizeof (Lead));
  guint i, c;

  GST_OBJECT_LOCK (self);
  l->comparators = self->setup.chip[0].loff_comparators;
  l->hold = l->comparators
                ? (guint) gst_util_uint64_scale (
                      self->settings.lead_off_hold, self->setup.rate, 1000)
                : 0;
  for (i = 0; i < self->setup.n_chips; i++)
    for (c = 0; c < self->setup.chip[i].channels; c++) {
      l->lead[l->n].chip = i;
      l->lead[l->n++].bit = c;
    }
  GST_OBJECT_UNLOCK (self);
  return l;
}

void
gst_ads1299_src_leads_free (Ads1299SrcLeads *l)
{
  g_free (l);
}

static void
announce (GstAds1299Src *self, guint channel, gboolean off, guint64 sample)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("eeg-lead-off", "channel", G_TYPE_UINT, channel,
              "label", G_TYPE_STRING, self->info.labels[channel], "off",
              G_TYPE_BOOLEAN, off, "sample", G_TYPE_UINT64, sample, NULL)));
}

static gboolean
is_off (const Ads1299Slot *s, const Lead *lead)
{
  guint32 w = s->status[lead->chip];

  return ((ADS1299_STATUS_STATP (w) | ADS1299_STATUS_STATN (w)) >> lead->bit) &
         1;
}

/* What lasts as long as the hold time is told once. */
static void
debounce (GstAds1299Src *self, guint channel, guint64 sample, gboolean off)
{
  Ads1299SrcLeads *l = self->leads;
  Lead *lead = &l->lead[channel];

  if (off == lead->told) {
    lead->differs = FALSE;
    return;
  }
  if (!lead->differs)
    lead->since = sample;
  lead->differs = TRUE;
  if (sample - lead->since >= l->hold) {
    lead->told = off;
    lead->differs = FALSE;
    announce (self, channel, off, lead->since);
  }
}

static void
take_bits (GstAds1299Src *self, GstEegMeta *meta, guint64 index, guint n)
{
  Ads1299Ring *ring = ads1299_acq_ring (self->acq);
  Ads1299SrcLeads *l = self->leads;
  guint c, i;

  l->busy = FALSE;
  for (c = 0; c < l->n; c++) {
    Lead *lead = &l->lead[c];
    guint start = 0;
    gboolean on = FALSE;

    for (i = 0; i <= n; i++) {
      gboolean marked = FALSE;

      if (i < n) {
        gboolean off = is_off (ads1299_ring_slot (ring, i), lead);

        /* off at once, on again only after good contact for a while */
        if (off)
          lead->off_until = index + i + 1 + l->hold;
        marked = index + i < lead->off_until;
        if (l->comparators)
          debounce (self, c, index + i, off);
      }
      if (marked && !on)
        start = i;
      if (!marked && on)
        gst_eeg_meta_add_run (meta, index + start, i - start,
            GST_EEG_STATUS_LEAD_OFF, (gint) c,
            ads1299_ring_slot (ring, start)->status[lead->chip]);
      on = marked;
    }
    l->busy |= lead->told || lead->differs || index + n < lead->off_until;
  }
}

void
gst_ads1299_src_leads_take (
    GstAds1299Src *self, GstEegMeta *meta, guint64 index, guint n)
{
  Ads1299Ring *ring = ads1299_acq_ring (self->acq);
  Ads1299SrcLeads *l = self->leads;
  guint32 any = 0;
  guint i, k;

  for (i = 0; i < n; i++)
    for (k = 0; k < self->bus->n_chips; k++)
      any |= ads1299_ring_slot (ring, i)->status[k];
  if (G_UNLIKELY (ADS1299_STATUS_STATP (any) | ADS1299_STATUS_STATN (any)) ||
      G_UNLIKELY (l->busy))
    take_bits (self, meta, index, n);
}
