/* csvsink: from caps and buffers to rows and gaps
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcsvsink-private.h"

#include <gst/eeg/gsteegmeta.h>
#include <stdlib.h>
#include <string.h>

#define GST_CAT_DEFAULT csv_sink_debug

/* Text is handed over in pieces of this size when one buffer makes more: what
 * the second-level cache still holds. */
#define FLUSH_SIZE (256 << 10)

/* --- stream ------------------------------------------------------------- */

static void
post_caps_error (GstCsvSink *self, const gchar *reason)
{
  GstPad *peer = gst_pad_get_peer (GST_BASE_SINK_PAD (self));
  gchar *name = peer ? gst_object_get_path_string (GST_OBJECT (peer)) : NULL;

  if (!self->failed)
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
        ("Cannot record what %s sends: %s", name ? name : "upstream", reason),
        (NULL));
  self->failed = TRUE;
  g_free (name);
  gst_clear_object (&peer);
}

static gboolean
doubles_equal (const gdouble *a, const gdouble *b, guint n)
{
  for (guint i = 0; i < n; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

/* Whether rows of @to may follow those of @from: the same columns at the same
 * rate, and numbers that mean the same. Volts are volts at any gain; a count is
 * worth what the full scale says. */
static gboolean
may_continue (const GstEegInfo *from, const GstEegInfo *to)
{
  return GST_EEG_INFO_FORMAT (from) == GST_EEG_INFO_FORMAT (to) &&
         GST_EEG_INFO_RATE (from) == GST_EEG_INFO_RATE (to) &&
         (gint64) from->rate_n * to->rate_d ==
             (gint64) to->rate_n * from->rate_d &&
         GST_EEG_INFO_CHANNELS (from) == GST_EEG_INFO_CHANNELS (to) &&
         from->unit == to->unit &&
         g_strv_equal ((const gchar *const *) from->labels,
             (const gchar *const *) to->labels) &&
         (from->unit == GST_EEG_UNIT_VOLT ||
             doubles_equal (from->full_scale, to->full_scale,
                 (guint) GST_EEG_INFO_CHANNELS (from)));
}

/* From any thread. Before the first row the pad template is the only bound. */
static gboolean
accepts (GstCsvSink *self, GstCaps *caps)
{
  GstEegInfo info;
  gboolean ok = TRUE;

  gst_eeg_info_init (&info);
  GST_OBJECT_LOCK (self);
  if (self->anchored)
    ok = gst_eeg_info_from_caps (&info, caps, NULL) &&
         may_continue (&self->info, &info);
  GST_OBJECT_UNLOCK (self);
  gst_eeg_info_clear (&info);
  return ok;
}

gboolean
gst_csv_sink_query (GstBaseSink *sink, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    GstCaps *caps;

    gst_query_parse_accept_caps (query, &caps);
    if (!accepts (GST_CSV_SINK (sink), caps)) {
      gst_query_set_accept_caps_result (query, FALSE);
      return TRUE;
    }
  }
  return GST_BASE_SINK_CLASS (g_type_class_peek (GST_TYPE_BASE_SINK))
      ->query (sink, query);
}

/* While recording, only what can go on in the same file. */
GstCaps *
gst_csv_sink_get_caps (GstBaseSink *sink, GstCaps *filter)
{
  GstCsvSink *self = GST_CSV_SINK (sink);
  GstCaps *caps = NULL, *result;

  GST_OBJECT_LOCK (self);
  if (self->anchored) {
    caps = gst_eeg_info_to_caps (&self->info);
    gst_structure_remove_fields (gst_caps_get_structure (caps, 0),
        "channel-mask", "eeg-gain", "eeg-reference", "eeg-types",
        self->info.unit == GST_EEG_UNIT_VOLT ? "eeg-full-scale" : NULL, NULL);
  }
  GST_OBJECT_UNLOCK (self);
  if (!caps)
    caps = gst_pad_get_pad_template_caps (GST_BASE_SINK_PAD (sink));
  if (!filter)
    return caps;
  result = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return result;
}

/* Posts why @caps cannot continue the recording; TRUE when they can. */
static gboolean
check_continues (GstCsvSink *self, const GstEegInfo *info, const GError *error)
{
  gchar *text;

  if (!error && may_continue (&self->info, info))
    return TRUE;
  if (error)
    text = g_strdup (error->message);
  else
    text = g_strdup_printf (
        "the stream changed while recording (%d channels at %d Hz before, "
        "%d at %d Hz now, or other labels, format, unit or full scale of "
        "counts), and the columns of \"%s\" cannot. Stop the recording before "
        "the change.",
        GST_EEG_INFO_CHANNELS (&self->info), GST_EEG_INFO_RATE (&self->info),
        GST_EEG_INFO_CHANNELS (info), GST_EEG_INFO_RATE (info), self->path);
  post_caps_error (self, text);
  g_free (text);
  return FALSE;
}

/* Streaming thread, before the pad asks gst_csv_sink_query(). */
GstPadProbeReturn
csv_sink_watch_caps (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  GstCsvSink *self = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (probe);
  GError *error = NULL;
  GstEegInfo info;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS || !self->anchored)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  gst_eeg_info_init (&info);
  gst_eeg_info_from_caps (&info, caps, &error);
  check_continues (self, &info, error);
  g_clear_error (&error);
  gst_eeg_info_clear (&info);
  return GST_PAD_PROBE_OK;
}

/* The stream goes on, described otherwise. Takes @info. */
static void
adopt_change (GstCsvSink *self, GstEegInfo *info)
{
  GstEegInfo old = self->info;

  GST_OBJECT_LOCK (self);
  self->info = *info;
  GST_OBJECT_UNLOCK (self);
  gst_eeg_info_clear (&old);
  csv_converter_clear (&self->converter);
  csv_sidecar_find_converter (
      GST_BASE_SINK_PAD (self), &self->info, &self->converter);
  self->changed = TRUE;
  GST_INFO_OBJECT (self, "gain, reference or types of the stream changed");
}

gboolean
gst_csv_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  GstCsvSink *self = GST_CSV_SINK (sink);
  GstEegInfo info;
  GError *error = NULL;
  int err;

  gst_eeg_info_init (&info);
  if (!gst_eeg_info_from_caps (&info, caps, &error)) {
    post_caps_error (self, error->message);
    g_error_free (error);
    gst_eeg_info_clear (&info);
    return FALSE;
  }
  if (self->have_info) {
    if (gst_eeg_info_is_equal (&info, &self->info)) {
      gst_eeg_info_clear (&info);
      return TRUE;
    }
    if (self->anchored) {
      if (check_continues (self, &info, NULL)) {
        adopt_change (self, &info);
        return TRUE;
      }
      gst_eeg_info_clear (&info);
      return FALSE;
    }
    csv_rows_clear (&self->rows);
    csv_file_restart (&self->file);
    self->header_written = FALSE;
  }
  GST_OBJECT_LOCK (self);
  gst_eeg_info_clear (&self->info);
  self->info = info;
  self->have_info = TRUE;
  GST_OBJECT_UNLOCK (self);
  csv_rows_init (
      &self->rows, self->use.layout, self->use.decimals, &self->info);

  g_free (self->upstream);
  g_free (self->graph);
  csv_converter_clear (&self->converter);
  csv_sidecar_find_converter (
      GST_BASE_SINK_PAD (self), &self->info, &self->converter);
  self->upstream = csv_sidecar_describe_upstream (GST_BASE_SINK_PAD (self));
  self->graph = csv_sidecar_describe_graph (GST_ELEMENT (self));
  csv_sink_describe_start (self);

  err = csv_sink_write_header (self);
  if (!err)
    err = csv_sink_write_sidecar (self, NULL);
  if (!err)
    csv_sync_directory_of (self->path);
  return !err || csv_sink_handle_write_error (self, err) == GST_FLOW_OK;
}

/* Index of the buffer's first sample: from the ledger, else from OFFSET where
 * that counts samples, else the one after the last. */
static guint64
first_sample_of (
    GstCsvSink *self, GstBuffer *buffer, guint64 frames, guint64 *lost)
{
  guint64 first, n, offset = GST_BUFFER_OFFSET (buffer);
  GstEegStatusFlags flags;
  gboolean in_samples = GST_BUFFER_OFFSET_IS_VALID (buffer) &&
                        (!GST_BUFFER_OFFSET_END_IS_VALID (buffer) ||
                            GST_BUFFER_OFFSET_END (buffer) - offset == frames);

  *lost = 0;
  if (gst_buffer_get_eeg_ledger (buffer, &first, &n, lost, &flags)) {
    /* A part of a buffer keeps the ledger of the whole. */
    if (n == frames || !in_samples || offset < first || offset >= first + n)
      return first;
    if (offset > first)
      *lost = 0;
    return offset;
  }
  return in_samples ? offset : self->expected;
}

/* Flags of each row of the buffer, or NULL when there are none. */
static const guint16 *
collect_flags (GstCsvSink *self, GstBuffer *buffer, guint64 first, guint frames)
{
  gboolean gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  gboolean any = gap;
  gpointer state = NULL;
  GstMeta *m;

  while (!any && (m = gst_buffer_iterate_meta_filtered (
                      buffer, &state, GST_EEG_META_API_TYPE)))
    any = gst_eeg_meta_get_n_runs ((GstEegMeta *) m) > 0;
  if (!any)
    return NULL;

  if (self->row_flags_size < frames) {
    g_free (self->row_flags);
    self->row_flags = g_new (guint16, frames);
    self->row_flags_size = frames;
  }
  memset (self->row_flags, 0, frames * sizeof (guint16));
  state = NULL;
  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *meta = (GstEegMeta *) m;
    guint n = gst_eeg_meta_get_n_runs (meta);

    for (guint i = 0; i < n; i++) {
      const GstEegStatusRun *run = gst_eeg_meta_get_run (meta, i);
      guint64 from = MAX (run->first_sample, first);
      guint64 to = MIN (run->first_sample + run->n_samples, first + frames);

      for (guint64 s = from; s < to; s++)
        self->row_flags[s - first] |= run->flags;
    }
  }
  /* A buffer marked as a gap holds nothing that was measured. */
  if (gap)
    for (guint i = 0; i < frames; i++)
      self->row_flags[i] |= GST_EEG_STATUS_FILLED;
  return self->row_flags;
}

/* The first sample: times and files are counted from here. */
static void
anchor (GstCsvSink *self, GstBuffer *buffer, guint64 first)
{
  GstBaseSink *sink = GST_BASE_SINK (self);
  GstClockTime time = GST_CLOCK_TIME_NONE;

  if (GST_BUFFER_PTS_IS_VALID (buffer) &&
      sink->segment.format == GST_FORMAT_TIME)
    time = gst_segment_to_stream_time (
        &sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    time = gst_eeg_info_frames_to_time (&self->info, first);

  self->start = csv_sink_take_time ();
  GST_OBJECT_LOCK (self);
  self->anchored = TRUE;
  GST_OBJECT_UNLOCK (self);
  self->expected = first;
  self->file_first = first;
  self->rows.clock.running = FALSE;
  self->rows.first_sample = first;
  self->rows.first_time = time;
  self->rows.first_utc = self->start.utc;
  if (self->use.max_duration > 0) {
    guint64 n =
        gst_eeg_info_time_to_frames (&self->info, self->use.max_duration);

    self->file_end = first + MAX (n, 1);
  }
}

/* Frames with consecutive indices. */
static GstFlowReturn
render_run (GstCsvSink *self, GstBuffer *buffer, const guint8 *data,
    guint64 first, guint frames, guint64 lost)
{
  gsize bpf = (gsize) GST_EEG_INFO_BPF (&self->info);
  GstFlowReturn ret = GST_FLOW_OK;
  const guint16 *flags;
  guint i, start = 0;

  if (!self->anchored) {
    anchor (self, buffer, first);
    if (lost)
      csv_sink_record_gap (self, first - MIN (lost, first), lost, FALSE);
  } else if (first > self->expected) {
    GST_INFO_OBJECT (self,
        "%" G_GUINT64_FORMAT " samples lost before %" G_GUINT64_FORMAT,
        first - self->expected, first);
    csv_sink_record_gap (self, self->expected, first - self->expected, FALSE);
  } else if (first < self->expected) {
    /* An index stands once in the file. */
    start = (guint) MIN (self->expected - first, frames);
    GST_WARNING_OBJECT (self,
        "samples from %" G_GUINT64_FORMAT " came again: %u dropped", first,
        start);
    GST_OBJECT_LOCK (self);
    self->n_dropped += start;
    GST_OBJECT_UNLOCK (self);
  }
  flags = collect_flags (self, buffer, first, frames);
  if (self->finalized && start < frames) {
    /* After EOS and a flush the recording goes on. */
    self->finalized = FALSE;
    csv_sink_write_sidecar (self, NULL);
  }

  for (i = start; i < frames && ret == GST_FLOW_OK; i++) {
    guint64 sample = first + i;

    if (sample >= self->file_end) {
      ret = csv_sink_rotate (self, sample,
          MAX (1, gst_eeg_info_time_to_frames (
                      &self->info, self->use.max_duration)));
      if (ret != GST_FLOW_OK)
        break;
    }
    if (self->text_rows == 0) {
      self->text_sample = sample;
      if (self->changed)
        csv_sink_record_change (self, sample);
    }
    csv_rows_append (
        &self->rows, &self->text, data + i * bpf, sample, flags ? flags[i] : 0);
    self->text_rows++;
    if (self->text.size >= FLUSH_SIZE)
      ret = csv_sink_flush (self);
  }
  if (ret == GST_FLOW_OK)
    ret = csv_sink_flush (self);
  /* What a failure kept from being rendered is lost as well. */
  csv_sink_lose_rows (self, frames - i, first + i);
  if (ret == GST_FLOW_CUSTOM_SUCCESS)
    ret = GST_FLOW_OK;
  self->expected = MAX (self->expected, first + frames);
  return ret;
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const GstEegMeta *x = *(GstEegMeta *const *) a, *y = *(GstEegMeta *const *) b;

  return (x->first_sample > y->first_sample) -
         (x->first_sample < y->first_sample);
}

/* A buffer that an adapter put together has one ledger entry a part, and there
 * may be a loss between two of them. FALSE: not such a buffer. */
static gboolean
render_parts (GstCsvSink *self, GstBuffer *buffer, const guint8 *data,
    guint frames, GstFlowReturn *ret)
{
  gsize bpf = (gsize) GST_EEG_INFO_BPF (&self->info);
  GstEegMeta *entries[64];
  gpointer state = NULL;
  guint n = 0, done = 0;
  guint64 sum = 0;
  GstMeta *m;

  while ((m = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_EEG_META_API_TYPE))) {
    GstEegMeta *e = (GstEegMeta *) m;

    if (e->n_samples == 0)
      continue;
    if (n == G_N_ELEMENTS (entries))
      return FALSE;
    entries[n++] = e;
    sum += e->n_samples;
  }
  if (n < 2 || sum != frames)
    return FALSE;
  qsort (entries, n, sizeof entries[0], compare_entries);
  *ret = GST_FLOW_OK;
  for (guint i = 0; i < n && *ret == GST_FLOW_OK; i++) {
    *ret =
        render_run (self, buffer, data + done * bpf, entries[i]->first_sample,
            (guint) entries[i]->n_samples, entries[i]->lost_before);
    done += (guint) entries[i]->n_samples;
  }
  return TRUE;
}

GstFlowReturn
gst_csv_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstCsvSink *self = GST_CSV_SINK (sink);
  guint bpf, frames;
  guint64 first, lost;
  GstFlowReturn ret = GST_FLOW_OK;
  GstEegMeta *meta;
  GstMapInfo map;
  int err;

  if (self->failed)
    return GST_FLOW_ERROR;
  if (!self->have_info)
    return GST_FLOW_NOT_NEGOTIATED;
  if ((err = csv_syncer_take_error (self->syncer)) &&
      (ret = csv_sink_handle_write_error (self, err)) != GST_FLOW_OK)
    return ret;

  bpf = (guint) GST_EEG_INFO_BPF (&self->info);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    self->failed = TRUE;
    GST_ELEMENT_ERROR (
        self, RESOURCE, READ, ("Cannot read a buffer of the stream."), (NULL));
    return GST_FLOW_ERROR;
  }
  if (map.size % bpf) {
    gst_buffer_unmap (buffer, &map);
    self->failed = TRUE;
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A buffer of %" G_GSIZE_FORMAT " bytes is no whole number of samples "
         "of %u bytes: the stage before sends broken buffers.",
            map.size, bpf),
        (NULL));
    return GST_FLOW_ERROR;
  }
  frames = (guint) (map.size / bpf);
  meta = gst_buffer_get_eeg_meta (buffer);
  if (meta && GST_CLOCK_TIME_IS_VALID (meta->edge_time) &&
      !GST_CLOCK_TIME_IS_VALID (self->edge_time)) {
    self->edge_time = meta->edge_time;
    self->edge_sample = meta->edge_sample;
  }
  /* Without samples: what was lost behind the last one. */
  if ((frames || meta) &&
      !render_parts (self, buffer, map.data, frames, &ret)) {
    first = first_sample_of (self, buffer, frames, &lost);
    ret = render_run (self, buffer, map.data, first, frames, lost);
  }
  gst_buffer_unmap (buffer, &map);
  return ret;
}

gboolean
gst_csv_sink_event (GstBaseSink *sink, GstEvent *event)
{
  GstCsvSink *self = GST_CSV_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && !self->failed &&
      self->have_info && !self->finalized) {
    /* Before the EOS message: whoever sees that may open the file. */
    int err = csv_sink_finalize_file (self, "eos");

    if (err)
      csv_sink_handle_write_error (self, err);
  }
  return GST_BASE_SINK_CLASS (g_type_class_peek (GST_TYPE_BASE_SINK))
      ->event (sink, event);
}
