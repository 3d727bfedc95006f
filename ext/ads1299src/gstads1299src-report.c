/* ads1299src: what the user is told - statistics, losses, notices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#define GST_CAT_DEFAULT gst_ads1299_src_debug

/* --- statistics ------------------------------------------------------------- */

GstStructure *
gst_ads1299_src_make_stats (GstAds1299Src *self)
{
  guint64 delivered, gaps, filled, lost = 0;
  GstBufferPool *pool;
  Ads1299AcqStats a;
  GstStructure *s;
  guint i;

  GST_OBJECT_LOCK (self);
  a = self->last_stats;
  if (self->acq != NULL && !self->closed) {
    ads1299_acq_get_stats (self->acq, &a);
    a.lost[ADS1299_LOSS_POOL] += self->refused;
  }
  delivered = self->delivered;
  gaps = self->gaps;
  filled = self->filled;
  s = gst_structure_new_empty ("ads1299src-stats");
  if (self->impedance != NULL)
    gst_structure_set_value (
        s, "impedance-kohm", gst_structure_get_value (self->impedance, "kohm"));
  GST_OBJECT_UNLOCK (self);
  for (i = 0; i < ADS1299_N_LOSSES; i++)
    lost += a.lost[i];
  gst_structure_set (s, "produced", G_TYPE_UINT64, a.produced, "lost",
      G_TYPE_UINT64, lost, "delivered", G_TYPE_UINT64, delivered, "pending",
      G_TYPE_UINT64,
      a.produced > lost + delivered ? a.produced - lost - delivered : 0,
      "filled", G_TYPE_UINT64, filled, "gaps", G_TYPE_UINT64, gaps, NULL);
  for (i = ADS1299_LOSS_NONE + 1; i < ADS1299_N_LOSSES; i++)
    gst_structure_set (s, ads1299_loss_field ((Ads1299Loss) i), G_TYPE_UINT64,
        a.lost[i], NULL);
  gst_structure_set (s, "status-errors", G_TYPE_UINT64,
      a.lost[ADS1299_LOSS_STATUS], "overruns", G_TYPE_UINT64,
      a.lost[ADS1299_LOSS_OVERRUN], "glitches", G_TYPE_UINT64, a.glitches,
      "reinits", G_TYPE_UINT64, a.restarts, "rate-measured", G_TYPE_DOUBLE,
      a.clock.rate, "ppm", G_TYPE_DOUBLE, a.clock.ppm, "residual",
      G_TYPE_DOUBLE, a.clock.residual_ns * 1e-3, "jitter", G_TYPE_DOUBLE,
      a.clock.jitter_ns * 1e-3, "clock-window", G_TYPE_DOUBLE, a.clock.window_s,
      "ring-fill", G_TYPE_UINT, a.ring_fill, "ring-size", G_TYPE_UINT,
      a.ring_size, NULL);
  pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  if (pool != NULL) {
    gst_eeg_buffer_pool_add_stats (GST_EEG_BUFFER_POOL (pool), s);
    gst_object_unref (pool);
  }
  return s;
}

void
gst_ads1299_src_close_ledger (GstAds1299Src *self)
{
  guint64 lost = 0, known, beyond, n;
  Ads1299AcqStats *a = &self->last_stats;
  guint i;

  gst_ads1299_src_flush_gaps (self, TRUE);
  GST_OBJECT_LOCK (self);
  ads1299_acq_get_stats (self->acq, a);
  a->lost[ADS1299_LOSS_POOL] += self->refused;
  a->ring_fill = 0;
  for (i = 0; i < ADS1299_N_LOSSES; i++)
    lost += a->lost[i];
  known = self->next_index - self->delivered;
  beyond = g_atomic_int_get (&self->failed) || lost < known ? 0 : lost - known;
  for (i = 0; i < ADS1299_N_LOSSES && beyond > 0; i++) {
    if (a->lost[i] <= self->noted[i])
      continue;
    n = MIN (beyond, a->lost[i] - self->noted[i]);
    a->lost[i] -= n;
    lost -= n;
    beyond -= n;
  }
  a->produced = MIN (a->produced, lost + self->delivered);
  self->closed = TRUE;
  GST_OBJECT_UNLOCK (self);
}

/* --- losses ----------------------------------------------------------------- */

void
gst_ads1299_src_note_gap (
    GstAds1299Src *self, guint64 from, guint64 count, Ads1299Loss cause)
{
  Ads1299SrcBurst *b = &self->bursts[cause];

  if (b->count == 0)
    b->from = from;
  b->to = from + count - 1;
  b->count += count;
  self->noted[cause] += count;
  self->bursts_open = TRUE;
  GST_OBJECT_LOCK (self);
  self->gaps++;
  GST_OBJECT_UNLOCK (self);
}

/* One warning when samples come again, and for what follows within a second
 * one more. */
void
gst_ads1299_src_flush_gaps (GstAds1299Src *self, gboolean all)
{
  guint rate = (guint) GST_EEG_INFO_RATE (&self->info), i;

  self->bursts_open = FALSE;
  for (i = 0; i < ADS1299_N_LOSSES; i++) {
    Ads1299SrcBurst *b = &self->bursts[i];
    const gchar *text = ads1299_loss_text ((Ads1299Loss) i);

    if (b->count == 0)
      continue;
    if (!all && b->ever && self->next_index - b->told < rate) {
      self->bursts_open = TRUE;
      continue;
    }
    GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, READ,
        ("%" G_GUINT64_FORMAT " samples lost between samples %" G_GUINT64_FORMAT
         " and %" G_GUINT64_FORMAT ": %s.",
            b->count, b->from, b->to, text),
        (NULL),
        ("cause", G_TYPE_STRING, ads1299_loss_field ((Ads1299Loss) i), "from",
            G_TYPE_UINT64, b->from, "to", G_TYPE_UINT64, b->to, "count",
            G_TYPE_UINT64, b->count, NULL));
    b->count = 0;
    b->ever = TRUE;
    b->told = self->next_index;
  }
}

/* --- notices ---------------------------------------------------------------- */

gboolean
gst_ads1299_src_take_notices (GstAds1299Src *self)
{
  gboolean any = FALSE;
  Ads1299Notice n;

  while (G_UNLIKELY (ads1299_acq_next_notice (self->acq, &n))) {
    any = TRUE;
    switch (n.kind) {
      case ADS1299_NOTICE_RESTARTED:
        GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, READ,
            ("The chips were initialised anew and run again. Found before: %s.",
                n.text),
            (NULL), ("cause", G_TYPE_STRING, "restart", NULL));
        break;
      case ADS1299_NOTICE_RATE:
        GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, SETTINGS,
            ("%s.", n.text), (NULL), ("cause", G_TYPE_STRING, "rate", NULL));
        break;
      default:
        gst_ads1299_src_answered (self, &n);
    }
  }
  return any;
}
