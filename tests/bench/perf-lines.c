/* perf-check: elements between two pads, pushed to by the measuring thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "perf-lines.h"

static GstFlowReturn
arrived (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  PerfLine *l = gst_pad_get_element_private (pad);

  if (l->captured) {
    gsize n = MIN (gst_buffer_get_size (buffer) / sizeof (gfloat),
        l->room - l->n_captured);

    gst_buffer_extract (
        buffer, 0, l->captured + l->n_captured, n * sizeof (gfloat));
    l->n_captured += n;
  }
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Coefficients of stock filters are GValueArrays, which no text can hold. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
set_array (GstElement *e, const gchar *property, const gdouble *x, guint n)
{
  GValueArray *array = g_value_array_new (n);
  GValue v = G_VALUE_INIT;

  g_value_init (&v, G_TYPE_DOUBLE);
  for (guint i = 0; i < n; i++) {
    g_value_set_double (&v, x[i]);
    g_value_array_append (array, &v);
  }
  g_object_set (e, property, array, NULL);
  g_value_array_free (array);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static gboolean
is_stock (GstElement *e, const gchar *factory)
{
  GstElementFactory *f = gst_element_get_factory (e);

  return f && strcmp (GST_OBJECT_NAME (f), factory) == 0;
}

static void
set_coefficients (const GValue *item, gpointer section)
{
  GstElement *e = g_value_get_object (item);
  guint *n = section;

  if (is_stock (e, "audioiirfilter")) {
    const EegDspSection *s = &perf_sections[(*n)++ % SECTIONS];
    const gdouble a[] = {1, s->a1, s->a2}, b[] = {s->b0, s->b1, s->b2};

    set_array (e, "a", a, 3);
    set_array (e, "b", b, 3);
  } else if (is_stock (e, "audiofirfilter")) {
    set_array (e, "kernel", perf_taps (), TAPS);
  }
}

static GstCaps *
caps_of (const PerfLine *l, gboolean counts)
{
  g_autofree gchar *text = g_strdup_printf (
      "audio/x-raw,format=%s,layout=interleaved,rate=%u,channels=%u,"
      "channel-mask=(bitmask)0x0,eeg-unit=%s,eeg-full-scale=(double)%s",
      counts ? "S24_32LE" : "F32LE", l->rate, l->channels, counts ? "adc" : "V",
      counts ? "0.1875" : "1.0");

  return gst_caps_from_string (text);
}

static void
fill_template (PerfLine *l, gboolean counts)
{
  guint n = l->frames * l->channels;
  GstMapInfo map;

  l->template = gst_buffer_new_allocate (NULL, (gsize) n * 4, NULL);
  gst_buffer_map (l->template, &map, GST_MAP_WRITE);
  for (guint i = 0; i < n; i++) {
    if (counts)
      ((gint32 *) map.data)[i] = rand () % 100000 - 50000;
    else
      ((gfloat *) map.data)[i] = perf_volts[i];
  }
  gst_buffer_unmap (l->template, &map);
}

static GstPad *
open_pad (GstElement *element, GstPadDirection direction)
{
  if (GST_IS_BIN (element))
    return gst_bin_find_unlinked_pad (GST_BIN (element), direction);
  return gst_element_get_static_pad (
      element, direction == GST_PAD_SINK ? "sink" : "src");
}

static gboolean
put_between (PerfLine *l, const PerfLineSpec *spec)
{
  GError *error = NULL;
  guint section = 0;
  GstPad *pad;

  /* Without ghost pads, which would cost as much as an element. */
  l->bin =
      strchr (spec->description, '!')
          ? gst_parse_bin_from_description (spec->description, FALSE, &error)
          : gst_parse_launch (spec->description, &error);
  if (!l->bin || error) {
    bench_skip (spec->name, error ? error->message : "missing");
    g_clear_error (&error);
    return FALSE;
  }
  if (GST_IS_BIN (l->bin)) {
    GstIterator *it = gst_bin_iterate_elements (GST_BIN (l->bin));

    gst_iterator_foreach (it, set_coefficients, &section);
    gst_iterator_free (it);
  } else {
    GValue v = G_VALUE_INIT;

    g_value_init (&v, GST_TYPE_ELEMENT);
    g_value_set_object (&v, l->bin);
    set_coefficients (&v, &section);
    g_value_unset (&v);
  }
  pad = open_pad (l->bin, GST_PAD_SINK);
  gst_pad_link (l->src, pad);
  gst_object_unref (pad);
  pad = open_pad (l->bin, GST_PAD_SRC);
  if (pad) {
    gst_pad_link (pad, l->sink);
    gst_object_unref (pad);
  }
  gst_element_set_state (l->bin, GST_STATE_PLAYING);
  return TRUE;
}

gboolean
perf_line_open (PerfLine *l, const PerfLineSpec *spec, guint rate,
    guint channels, guint frames, guint buffers)
{
  GstSegment segment;
  GstCaps *caps;

  perf_prepare ();
  memset (l, 0, sizeof *l);
  l->rate = rate;
  l->channels = channels;
  l->frames = frames;
  l->buffers = buffers;
  l->src = gst_pad_new ("src", GST_PAD_SRC);
  l->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (l->sink, l);
  gst_pad_set_chain_function (l->sink, arrived);
  gst_pad_set_active (l->src, TRUE);
  gst_pad_set_active (l->sink, TRUE);
  if (!spec->description) {
    gst_pad_link (l->src, l->sink);
  } else if (!put_between (l, spec)) {
    perf_line_close (l);
    return FALSE;
  }
  gst_segment_init (&segment, GST_FORMAT_TIME);
  caps = caps_of (l, spec->counts);
  gst_pad_push_event (l->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (l->src, gst_event_new_caps (caps));
  gst_pad_push_event (l->src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  fill_template (l, spec->counts);
  while (l->next < (guint64) spec->settle * rate)
    perf_line_run (l);
  return TRUE;
}

void
perf_line_close (PerfLine *l)
{
  if (l->bin)
    gst_element_set_state (l->bin, GST_STATE_NULL);
  gst_clear_object (&l->bin);
  gst_clear_object (&l->src);
  gst_clear_object (&l->sink);
  gst_clear_buffer (&l->template);
}

void
perf_line_run (gpointer data)
{
  PerfLine *l = data;

  for (guint i = 0; i < l->buffers; i++) {
    GstBuffer *b = gst_buffer_copy_deep (l->template);

    GST_BUFFER_OFFSET (b) = l->next;
    GST_BUFFER_OFFSET_END (b) = l->next + l->frames;
    GST_BUFFER_PTS (b) = gst_util_uint64_scale (l->next, GST_SECOND, l->rate);
    GST_BUFFER_DURATION (b) =
        gst_util_uint64_scale (l->frames, GST_SECOND, l->rate);
    l->next += l->frames;
    if (gst_pad_push (l->src, b) != GST_FLOW_OK) {
      bench_skip (l->bin ? GST_OBJECT_NAME (l->bin) : "the pads alone",
          "does not take the stream");
      l->buffers = 0;
    }
  }
}

gint
perf_add_line (BenchList *list, PerfLine *line, const PerfLineSpec *spec,
    guint frames, guint buffers)
{
  const gboolean own =
      spec->description && (strstr (spec->description, "eeg") ||
                               strstr (spec->description, "csvsink"));

  if (!perf_line_open (line, spec, RATE, CHANNELS, frames, buffers))
    return -1;
  return (gint) bench_list_add (list, g_strdup (spec->name),
      own ? eeg_dsp_isa_name (eeg_dsp_isa ()) : NULL, perf_line_run, line);
}
