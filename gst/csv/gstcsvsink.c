/* csvsink: records an EEG stream as text, one row a sample
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
/**
 * SECTION:element-csvsink
 * @title: csvsink
 * @short_description: records an EEG stream as CSV, one row a sample
 *
 * Writes one row a sample: `sample,time_s,<label>_uV,...,flags` for volts (in
 * microvolts, with #GstCsvSink:decimals decimals), `<label>_counts` for
 * converter counts. `sample` is the absolute index of the sample, `time_s` the
 * stream time of the first buffer plus the samples since, `flags` the sum of
 * #GstEegStatusFlags. NAME.json beside the file says what else is known.
 *
 * Every row is with the kernel when the buffer that brought it has been
 * handled, so a program that dies loses none; #GstCsvSink:sync-interval bounds
 * what a power cut can take. Files that exist are refused by default.
 *
 * Room on the disk is asked for ahead of the rows where the file system can; the
 * size of the file is always that of its rows, and what is left over is given
 * back at the end.
 *
 * ## Example
 * |[
 * gst-launch-1.0 eegtestsrc num-buffers=500 ! csvsink location=alpha.csv
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcsvsink-private.h"

#include <string.h>

GST_DEBUG_CATEGORY (csv_sink_debug);
#define GST_CAT_DEFAULT csv_sink_debug

#define DEFAULT_DECIMALS      6
#define DEFAULT_LAYOUT        GST_CSV_SINK_LAYOUT_DEFAULT
#define DEFAULT_SYNC_INTERVAL (100 * GST_MSECOND)
#define DEFAULT_MAX_DURATION  0
#define DEFAULT_IF_EXISTS     CSV_IF_EXISTS_FAIL
#define DEFAULT_ON_FULL       CSV_ON_FULL_STOP

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_DECIMALS,
  PROP_LAYOUT,
  PROP_SYNC_INTERVAL,
  PROP_MAX_DURATION,
  PROP_IF_EXISTS,
  PROP_ON_FULL,
  PROP_STATS,
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_EEG_CAPS_MAKE (GST_EEG_FORMATS_ALL)));

#define gst_csv_sink_parent_class parent_class
G_DEFINE_TYPE (GstCsvSink, gst_csv_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (
    csvsink, "csvsink", GST_RANK_NONE, GST_TYPE_CSV_SINK)

#define GST_TYPE_CSV_SINK_LAYOUT (gst_csv_sink_layout_get_type ())
static GType
gst_csv_sink_layout_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {GST_CSV_SINK_LAYOUT_DEFAULT, "RFC 4180 with a header row", "default"},
      {GST_CSV_SINK_LAYOUT_OPENBCI, "Text recording of the OpenBCI GUI",
          "openbci"},
      {GST_CSV_SINK_LAYOUT_BRAINFLOW, "BrainFlow file, tab separated",
          "brainflow"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkLayout", values));
  return type;
}

#define GST_TYPE_CSV_SINK_IF_EXISTS (gst_csv_sink_if_exists_get_type ())
static GType
gst_csv_sink_if_exists_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {CSV_IF_EXISTS_FAIL, "Refuse to start", "fail"},
      {CSV_IF_EXISTS_NUMBER, "Take the next free NAME-00001.csv", "number"},
      {CSV_IF_EXISTS_OVERWRITE, "Replace the old recording", "overwrite"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkIfExists", values));
  return type;
}

#define GST_TYPE_CSV_SINK_ON_FULL (gst_csv_sink_on_full_get_type ())
static GType
gst_csv_sink_on_full_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {CSV_ON_FULL_STOP, "Post an error and stop", "stop"},
      {CSV_ON_FULL_CONTINUE,
          "Post a warning, count the samples as lost and keep trying",
          "continue"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstCsvSinkOnFull", values));
  return type;
}

/* Not in start() and stop(): the base class posts a second error when start()
 * fails, and it would create the file in READY already. */
static GstStateChangeReturn
gst_csv_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstCsvSink *self = GST_CSV_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !csv_sink_open (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED &&
          ret == GST_STATE_CHANGE_FAILURE))
    csv_sink_close (self);
  return ret;
}

/* --- object ------------------------------------------------------------- */

static GstStructure *
gst_csv_sink_get_stats (GstCsvSink *self)
{
  GstStructure *s;
  guint64 synced;

  GST_OBJECT_LOCK (self);
  synced = self->syncer ? csv_syncer_get_synced (self->syncer) : self->n_synced;
  s = gst_structure_new ("csvsink-stats", "delivered", G_TYPE_UINT64,
      self->n_rows, "lost", G_TYPE_UINT64, self->n_lost, "dropped",
      G_TYPE_UINT64, self->n_dropped, "rows", G_TYPE_UINT64, self->n_rows,
      "bytes", G_TYPE_UINT64, self->n_bytes, "synced", G_TYPE_UINT64, synced,
      "files", G_TYPE_UINT64, self->n_files, "location", G_TYPE_STRING,
      self->current, NULL);
  GST_OBJECT_UNLOCK (self);
  return s;
}

static void
gst_csv_sink_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      g_free (self->settings.location);
      self->settings.location = g_value_dup_string (value);
      break;
    case PROP_DECIMALS:
      self->settings.decimals = g_value_get_uint (value);
      break;
    case PROP_LAYOUT:
      self->settings.layout = g_value_get_enum (value);
      break;
    case PROP_SYNC_INTERVAL:
      self->settings.sync_interval = g_value_get_uint64 (value);
      break;
    case PROP_MAX_DURATION:
      self->settings.max_duration = g_value_get_uint64 (value);
      break;
    case PROP_IF_EXISTS:
      self->settings.if_exists = g_value_get_enum (value);
      break;
    case PROP_ON_FULL:
      self->settings.on_full = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_csv_sink_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_csv_sink_get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string (value, self->settings.location);
      break;
    case PROP_DECIMALS:
      g_value_set_uint (value, self->settings.decimals);
      break;
    case PROP_LAYOUT:
      g_value_set_enum (value, self->settings.layout);
      break;
    case PROP_SYNC_INTERVAL:
      g_value_set_uint64 (value, self->settings.sync_interval);
      break;
    case PROP_MAX_DURATION:
      g_value_set_uint64 (value, self->settings.max_duration);
      break;
    case PROP_IF_EXISTS:
      g_value_set_enum (value, self->settings.if_exists);
      break;
    case PROP_ON_FULL:
      g_value_set_enum (value, self->settings.on_full);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_csv_sink_finalize (GObject *object)
{
  GstCsvSink *self = GST_CSV_SINK (object);

  csv_settings_clear (&self->settings);
  csv_settings_clear (&self->use);
  g_free (self->path);
  g_free (self->sidecar);
  g_free (self->current);
  g_array_unref (self->gaps);
  g_ptr_array_unref (self->changes);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_csv_sink_init (GstCsvSink *self)
{
  self->settings.decimals = DEFAULT_DECIMALS;
  self->settings.layout = DEFAULT_LAYOUT;
  self->settings.sync_interval = DEFAULT_SYNC_INTERVAL;
  self->settings.max_duration = DEFAULT_MAX_DURATION;
  self->settings.if_exists = DEFAULT_IF_EXISTS;
  self->settings.on_full = DEFAULT_ON_FULL;
  self->file.fd = -1;
  self->gaps = g_array_new (FALSE, FALSE, sizeof (CsvGap));
  self->changes = g_ptr_array_new_with_free_func (g_free);
  /* The pad refuses what the query refuses before any method is called: only
   * here there is still a chance to say why. */
  gst_pad_add_probe (GST_BASE_SINK_PAD (self),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, csv_sink_watch_caps, self, NULL);
  /* A recorder takes samples as they come. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
}

static void
gst_csv_sink_class_init (GstCsvSinkClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink = GST_BASE_SINK_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  GST_DEBUG_CATEGORY_INIT (csv_sink_debug, "csvsink", 0, "EEG CSV recorder");

  object->set_property = gst_csv_sink_set_property;
  object->get_property = gst_csv_sink_get_property;
  object->finalize = gst_csv_sink_finalize;

  g_object_class_install_property (object, PROP_LOCATION,
      g_param_spec_string ("location", "Location",
          "File to record to; NAME.json beside it describes the recording.",
          NULL, flags));
  g_object_class_install_property (object, PROP_DECIMALS,
      g_param_spec_uint ("decimals", "Decimals",
          "Digits after the decimal point of microvolt values, 0 to 12.", 0, 12,
          DEFAULT_DECIMALS, flags));
  g_object_class_install_property (object, PROP_LAYOUT,
      g_param_spec_enum ("layout", "Layout",
          "Which program the file is for: default is RFC 4180 with a header "
          "row.",
          GST_TYPE_CSV_SINK_LAYOUT, DEFAULT_LAYOUT, flags));
  g_object_class_install_property (object, PROP_SYNC_INTERVAL,
      g_param_spec_uint64 ("sync-interval", "Sync interval",
          "At most this many nanoseconds of rows are lost in a power cut; 0 "
          "syncs at the end only. A program that dies loses no row either way.",
          0, GST_SECOND * 3600, DEFAULT_SYNC_INTERVAL, flags));
  g_object_class_install_property (object, PROP_MAX_DURATION,
      g_param_spec_uint64 ("max-duration", "Maximum duration",
          "Start the next file (NAME-00001.csv, NAME-00002.csv...) after this "
          "many nanoseconds of signal; 0 for one file.",
          0, G_MAXINT64, DEFAULT_MAX_DURATION, flags));
  g_object_class_install_property (object, PROP_IF_EXISTS,
      g_param_spec_enum ("if-exists", "If exists",
          "What to do when the recording or its description exists already.",
          GST_TYPE_CSV_SINK_IF_EXISTS, DEFAULT_IF_EXISTS, flags));
  g_object_class_install_property (object, PROP_ON_FULL,
      g_param_spec_enum ("on-full", "On full",
          "What to do when the disk is full: stop with an error, or continue "
          "and count the samples as lost, so that other branches go on.",
          GST_TYPE_CSV_SINK_ON_FULL, DEFAULT_ON_FULL, flags));
  g_object_class_install_property (object, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Samples delivered (rows in the file), lost and dropped (came "
          "twice); rows, bytes, rows synced to disk, files, location.",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_set_static_metadata (element, "EEG CSV recorder",
      "Sink/File",
      "Records an EEG stream as text, one row a sample, with a description in "
      "JSON beside it",
      "gst-plugins-eeg developers");
  gst_element_class_add_static_pad_template (element, &sink_template);

  element->change_state = gst_csv_sink_change_state;
  sink->set_caps = gst_csv_sink_set_caps;
  sink->get_caps = gst_csv_sink_get_caps;
  sink->query = gst_csv_sink_query;
  sink->render = gst_csv_sink_render;
  sink->event = gst_csv_sink_event;

  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_LAYOUT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_IF_EXISTS, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_CSV_SINK_ON_FULL, 0);
}
