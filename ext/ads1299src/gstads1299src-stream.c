/* ads1299src: from samples in the ring to buffers with times and a ledger
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <string.h>
#include <time.h>

#include "chip/ads1299-frame.h"

#define GST_CAT_DEFAULT gst_ads1299_src_debug

/* The pipeline's clock is compared with that of the edges so often, and what
 * changed between them is followed by this part of the time that passes. */
#define COMPARE_SECONDS 1
#define OFFSET_SLEW     1000
#define WARM_BUFFERS    96

/* --- time ------------------------------------------------------------------- */

/* Pipeline clock minus clock of the edges, and base time. */
static GstClockTimeDiff
measure_offset (GstAds1299Src *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTimeDiff offset = 0;

  if (!self->live) /* edges are in model time, which starts at 0 */
    return 0;
  if (clock != NULL) {
    struct timespec ts;
    GstClockTime now = gst_clock_get_time (clock);

    clock_gettime (CLOCK_MONOTONIC, &ts);
    offset = GST_CLOCK_DIFF (GST_TIMESPEC_TO_TIME (ts), now);
    /* the system clock is CLOCK_MONOTONIC: no offset but reading noise */
    if (ABS (offset) < 50 * GST_USECOND)
      offset = 0;
    gst_object_unref (clock);
  }
  return offset -
         (GstClockTimeDiff) gst_element_get_base_time (GST_ELEMENT (self));
}

/* Running time of the edge at @ns, less the delay of the chip's filter. */
static GstClockTime
to_running_time (GstAds1299Src *self, guint64 ns)
{
  GstClockTimeDiff t = (GstClockTimeDiff) ns + self->offset -
                       (GstClockTimeDiff) self->group_delay;

  return t > 0 ? (GstClockTime) t : 0;
}

/* A pipeline clock that is not the system clock drifts away: follow it, so
 * slowly that times stay contiguous. */
static void
follow_offset (GstAds1299Src *self, guint64 index, guint n)
{
  guint rate = (guint) GST_EEG_INFO_RATE (&self->info);
  GstClockTimeDiff limit, change;

  if (index - self->offset_told < COMPARE_SECONDS * rate)
    return;
  limit = (GstClockTimeDiff) gst_util_uint64_scale (
      index - self->offset_told, GST_SECOND / OFFSET_SLEW, rate);
  change = measure_offset (self) - self->offset;
  self->offset += CLAMP (change, -limit, limit);
  self->offset_told = index;
}

static void
set_times (GstAds1299Src *self, GstBuffer *buf, guint64 index, guint n,
    guint64 start_ns, guint64 end_ns, gboolean discont)
{
  GstClockTime pts, end;

  if (!self->by_clock) {
    pts = gst_eeg_info_frames_to_time (&self->info, index);
    end = gst_eeg_info_frames_to_time (&self->info, index + n);
  } else {
    if (!self->have_offset) {
      self->offset = measure_offset (self);
      self->offset_told = index;
      self->have_offset = TRUE;
    }
    pts = to_running_time (self, start_ns);
    if (self->have_pts)
      pts = discont ? MAX (pts, self->next_pts) : self->next_pts;
    follow_offset (self, index, n);
    end = MAX (to_running_time (self, end_ns), pts + 1);
  }
  GST_BUFFER_PTS (buf) = pts;
  GST_BUFFER_DURATION (buf) = end - pts;
  GST_BUFFER_OFFSET (buf) = index;
  GST_BUFFER_OFFSET_END (buf) = index + n;
  if (discont)
    GST_BUFFER_FLAG_SET (buf, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_RESYNC);
  self->next_pts = end;
  self->have_pts = TRUE;
}

/* The raw edge of the first sample. The meta stays with the pooled buffer, so
 * that it is allocated once. */
static void
add_reference_time (GstBuffer *buf, guint64 edge_ns)
{
  static GstStaticCaps reference = GST_STATIC_CAPS ("timestamp/x-eeg-drdy");
  GstCaps *caps = gst_static_caps_get (&reference);
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buf, caps);

  if (meta == NULL) {
    meta = gst_buffer_add_reference_timestamp_meta (
        buf, caps, edge_ns, GST_CLOCK_TIME_NONE);
    GST_META_FLAG_SET ((GstMeta *) meta, GST_META_FLAG_POOLED);
  }
  meta->timestamp = edge_ns;
  gst_caps_unref (caps);
}

/* --- ledger ----------------------------------------------------------------- */

/* Whether any code is at or beyond @limit; the compiler makes vectors of it. */
static gboolean
any_beyond (const gint32 *data, gsize n, gint32 limit)
{
  gint32 hi = 0, lo = 0;
  gsize i;

  for (i = 0; i < n; i++) {
    hi = MAX (hi, data[i]);
    lo = MIN (lo, data[i]);
  }
  return hi >= limit || lo <= -limit || lo == ADS1299_CODE_MIN;
}

static void
add_saturation_runs (GstAds1299Src *self, GstEegMeta *meta, guint64 index,
    guint n, const gint32 *data)
{
  guint c, i;

  for (c = 0; c < self->channels; c++) {
    guint start = 0;
    gboolean on = FALSE;

    for (i = 0; i <= n; i++) {
      gint32 v = i < n ? data[i * self->channels + c] : 0;
      gboolean rail = v >= self->near_rail || v <= -self->near_rail;

      if (rail && !on)
        start = i;
      if (!rail && on)
        gst_eeg_meta_add_run (meta, index + start, i - start,
            GST_EEG_STATUS_SATURATED, (gint) c, 0);
      on = rail;
    }
  }
}

/* Samples after a change of the configuration. */
static void
add_settling_runs (
    GstAds1299Src *self, GstEegMeta *meta, guint64 index, guint n)
{
  guint64 first = self->settled_index - ADS1299_SRC_SETTLING;
  guint64 end = MIN (self->settled_index, index + n);

  if (index <= first && first < index + n)
    gst_eeg_meta_add_run (meta, first, 1, GST_EEG_STATUS_CHANGED, -1, 0);
  gst_eeg_meta_add_run (meta, MAX (index, first),
      (guint32) (end - MAX (index, first)), GST_EEG_STATUS_SETTLING, -1, 0);
}

/* --- buffers ---------------------------------------------------------------- */

/* What every buffer of the pool needs once is allocated now; some stay free, or
 * the pool would think that it is running out. */
static void
warm_pool (GstAds1299Src *self)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  GstBuffer *list[WARM_BUFFERS];
  GstEegPoolMetrics m;
  guint n = 0;

  gst_eeg_buffer_pool_get_metrics (GST_EEG_BUFFER_POOL (pool), &m);
  while (n < WARM_BUFFERS && n < m.free * 9 / 10 &&
         gst_buffer_pool_acquire_buffer (pool, &list[n], NULL) == GST_FLOW_OK)
    add_reference_time (list[n++], 0);
  while (n > 0)
    gst_buffer_unref (list[--n]);
  gst_object_unref (pool);
}

/* Starts the chips and, when live, the thread. */
static gboolean
begin (GstAds1299Src *self)
{
  Ads1299ThreadConfig config = {0};
  Ads1299Error problem = {0};
  GError *error = NULL;
  gchar *warning = NULL, *name;
  gboolean ok;

  if (self->next_index == 0)
    warm_pool (self);
  if (!ads1299_acq_start_chips (self->acq, &problem)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("The chips did not take the START command. %s.", problem.text),
        (NULL));
    return FALSE;
  }
  self->running = TRUE;
  self->have_offset = FALSE;
  GST_OBJECT_LOCK (self);
  self->closed = FALSE; /* after an end that a flush took back, too */
  GST_OBJECT_UNLOCK (self);
  if (!self->live)
    return TRUE;
  GST_OBJECT_LOCK (self);
  config.cpu = self->settings.cpu;
  config.rt_priority = self->settings.rt_priority;
  config.lock_memory = self->settings.lock_memory;
  config.name = name = g_strdup (self->settings.thread_name);
  GST_OBJECT_UNLOCK (self);
  ok = ads1299_acq_run (self->acq, &config, &warning, &error);
  if (!ok)
    GST_ELEMENT_ERROR (self, RESOURCE, FAILED, ("%s.", error->message), (NULL));
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s.", warning), (NULL));
  g_clear_error (&error);
  g_free (warning);
  g_free (name);
  return ok;
}

static GstFlowReturn
ended (GstAds1299Src *self, Ads1299AcqResult r)
{
  gst_ads1299_src_flush_gaps (self, TRUE);
  if (r == ADS1299_ACQ_END)
    return GST_FLOW_EOS;
  if (self->failure_is_end) {
    GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, READ,
        ("%s. Its stream ends here (on-failure=end).",
            ads1299_acq_failure (self->acq)),
        (NULL), ("cause", G_TYPE_STRING, "failed", NULL));
    /* what was lost on the way to it stays in the ledger */
    g_atomic_int_set (&self->failed, TRUE);
    return GST_FLOW_EOS;
  }
  GST_ELEMENT_ERROR (
      self, RESOURCE, READ, ("%s.", ads1299_acq_failure (self->acq)), (NULL));
  return GST_FLOW_ERROR;
}

/* Why samples before @slot are missing. */
static Ads1299Loss
cause_of (GstAds1299Src *self, const Ads1299Slot *slot)
{
  guint64 dropped = ads1299_ring_dropped (ads1299_acq_ring (self->acq));
  Ads1299Loss cause = (Ads1299Loss) slot->cause;

  if (self->pending_cause != ADS1299_LOSS_NONE)
    cause = self->pending_cause;
  else if (dropped != self->dropped_seen)
    cause = ADS1299_LOSS_OVERRUN;
  self->dropped_seen = dropped;
  self->pending_cause = ADS1299_LOSS_NONE;
  return cause;
}

/* Copies what is claimed behind @filled frames of the last one before. */
static void
fill_frames (GstAds1299Src *self, gint32 *dst, guint filled, guint n)
{
  Ads1299Ring *ring = ads1299_acq_ring (self->acq);
  guint i;

  for (i = 0; i < filled; i++, dst += self->channels)
    memcpy (dst, self->last_frame, self->bpf);
  for (i = 0; i < n; i++, dst += self->channels)
    memcpy (dst, ads1299_ring_codes (ring, i), self->bpf);
  if (self->fill_gaps > 0 && n > 0)
    memcpy (self->last_frame, dst - self->channels, self->bpf);
}

static GstFlowReturn
acquire (GstAds1299Src *self, GstBuffer **buf)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  GstFlowReturn flow = gst_buffer_pool_acquire_buffer (pool, buf, NULL);

  gst_object_unref (pool);
  return flow;
}

/* The @n samples that are claimed become a buffer, behind @filled held ones. */
static gboolean
make_buffer (GstAds1299Src *self, GstBuffer *buf, guint64 index, guint filled,
    guint n, guint64 lost)
{
  Ads1299Ring *ring = ads1299_acq_ring (self->acq);
  const Ads1299Slot *first = ads1299_ring_slot (ring, 0);
  const Ads1299Slot *last = ads1299_ring_slot (ring, n > 0 ? n - 1 : 0);
  guint total = filled + n;
  GstEegMeta *meta;
  guint64 end;
  GstMapInfo map;
  gint32 *data;

  if (!gst_buffer_map (buf, &map, GST_MAP_WRITE)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("A buffer of the pool cannot be written."), (NULL));
    return FALSE;
  }
  data = (gint32 *) map.data;
  fill_frames (self, data, filled, n);
  meta = gst_buffer_add_eeg_meta (buf, index, total, lost, self->bpf);
  gst_eeg_meta_set_edge (meta, index + filled, first->edge_ns);
  if (filled > 0)
    gst_eeg_meta_add_run (meta, index, filled, GST_EEG_STATUS_FILLED, -1, 0);
  gst_ads1299_src_leads_take (self, meta, index + filled, n);
  if (G_UNLIKELY (self->tones != NULL) && n > 0)
    gst_ads1299_src_tones_take (
        self, index + filled, n, data + filled * self->channels);
  if (any_beyond (data, (gsize) total * self->channels, self->near_rail))
    add_saturation_runs (self, meta, index, total, data);
  if (self->settled_index > index)
    add_settling_runs (self, meta, index, total);
  gst_buffer_unmap (buf, &map);
  if (total < self->frames)
    gst_buffer_resize (buf, 0, (gssize) (total * self->bpf));
  add_reference_time (buf, first->edge_ns);
  /* held samples alone: up to where the next ones begin */
  end = n > 0 ? last->next_ns
              : first->time_ns - (first->index - index - filled) *
                                     (first->next_ns - first->time_ns);
  set_times (self, buf, index, total, first->time_ns, end,
      lost > 0 || self->next_index == 0);
  return TRUE;
}

/* One buffer; with the run lock. */
static GstFlowReturn
next_buffer (GstAds1299Src *self, GstBuffer **out)
{
  guint64 index, lost;
  guint n, filled;
  Ads1299AcqResult r;
  GstFlowReturn flow;
  GstBuffer *buf;
  const Ads1299Slot *slot;
  Ads1299Ring *ring;

  if (!self->running && !begin (self))
    return GST_FLOW_ERROR;
  ring = ads1299_acq_ring (self->acq);
again:
  r = ads1299_acq_fill (self->acq, self->frames);
  if (r == ADS1299_ACQ_CANCELLED)
    return GST_FLOW_FLUSHING;
  if (gst_ads1299_src_take_notices (self))
    goto again;
  if (r != ADS1299_ACQ_OK)
    return ended (self, r);
  n = ads1299_acq_claim (self->acq, self->frames);
  if (n == 0) {
    ads1299_ring_release (ring, 0);
    goto again;
  }
  slot = ads1299_ring_slot (ring, 0);
  index = slot->index;
  lost = index - self->next_index;
  if (G_UNLIKELY (lost > 0 && self->noted_index != index)) {
    Ads1299Loss cause = cause_of (self, slot);

    gst_ads1299_src_note_gap (self, self->next_index, lost, cause);
    self->noted_index = index;
    if (cause == ADS1299_LOSS_OVERRUN && self->overrun_is_error) {
      ads1299_ring_release (ring, 0);
      GST_ELEMENT_ERROR (self, RESOURCE, READ,
          ("Downstream is too slow: %" G_GUINT64_FORMAT
           " samples were lost from sample %" G_GUINT64_FORMAT
           " on. Make it faster or put a queue behind ads1299src, or set "
           "on-overrun=drop.",
              lost, self->next_index),
          (NULL));
      return GST_FLOW_ERROR;
    }
  }
  if (G_UNLIKELY (slot->epoch != self->epoch) &&
      !gst_ads1299_src_enter_epoch (self, slot->epoch, index)) {
    ads1299_ring_release (ring, 0);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  filled = 0;
  if (G_UNLIKELY (lost > 0 && lost <= self->fill_gaps && self->next_index > 0 &&
                  self->unfilled_index != index)) {
    /* the hole first, what fits of the samples behind it */
    filled = (guint) MIN (lost, self->frames);
    n = lost == filled ? MIN (n, self->frames - filled) : 0;
    lost = 0;
    index = self->next_index;
  }
  flow = acquire (self, &buf);
  if (flow == GST_FLOW_EOS) {
    /* Every buffer is in use downstream: these samples are lost, and the next
     * buffer that goes out says so. The pool has told the user. */
    self->unfilled_index = slot->index;
    self->pending_cause = ADS1299_LOSS_POOL;
    ads1299_ring_release (ring, n);
    GST_OBJECT_LOCK (self);
    self->refused += n;
    GST_OBJECT_UNLOCK (self);
    goto again;
  }
  if (flow != GST_FLOW_OK || !make_buffer (self, buf, index, filled, n, lost)) {
    ads1299_ring_release (ring, 0);
    if (flow == GST_FLOW_OK) {
      gst_buffer_unref (buf);
      flow = GST_FLOW_ERROR;
    }
    return flow;
  }
  ads1299_ring_release (ring, n);
  self->next_index = index + filled + n;
  GST_OBJECT_LOCK (self);
  self->delivered += n;
  self->filled += filled;
  GST_OBJECT_UNLOCK (self);
  if (G_UNLIKELY (self->bursts_open))
    gst_ads1299_src_flush_gaps (self, FALSE);
  *out = buf;
  return GST_FLOW_OK;
}

GstFlowReturn
gst_ads1299_src_create (GstPushSrc *push, GstBuffer **out)
{
  GstAds1299Src *self = GST_ADS1299_SRC (push);
  GstFlowReturn flow;

  for (;;) {
    g_mutex_lock (&self->run_lock);
    flow = self->live && !self->playing ? GST_FLOW_FLUSHING
                                        : next_buffer (self, out);
    g_mutex_unlock (&self->run_lock);
    if (flow != GST_FLOW_FLUSHING || !self->live)
      return flow;
    /* woken to pause, or to end */
    flow = gst_base_src_wait_playing (GST_BASE_SRC (self));
    if (flow != GST_FLOW_OK)
      return flow;
    g_thread_yield ();
  }
}
