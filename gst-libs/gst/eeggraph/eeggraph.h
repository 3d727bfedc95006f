/* GStreamer EEG graphs: a graph file becomes a checked model, a running
 * pipeline or text for gst-launch-1.0
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#ifndef GST_EEG_GRAPH_API
#ifdef BUILDING_GST_EEG_GRAPH
#define GST_EEG_GRAPH_API GST_API_EXPORT
#else
#define GST_EEG_GRAPH_API GST_API_IMPORT
#endif
#endif

/* Limits of a graph file; whatever is larger is refused with a position. */
#define GST_EEG_GRAPH_MAX_BYTES  (256 * 1024)
#define GST_EEG_GRAPH_MAX_DEPTH  32
#define GST_EEG_GRAPH_MAX_STAGES 256
#define GST_EEG_GRAPH_MAX_LINKS  1024

/**
 * GstEegGraphSeverity:
 * @GST_EEG_GRAPH_ERROR: the graph is refused
 * @GST_EEG_GRAPH_NOTE: worth reading, the graph runs
 */
typedef enum
{
  GST_EEG_GRAPH_ERROR,
  GST_EEG_GRAPH_NOTE,
} GstEegGraphSeverity;

/**
 * GstEegGraphIssue:
 * @severity: whether the graph is refused for it
 * @code: fixed word for programs, such as "unknown-property"
 * @pointer: JSON pointer (RFC 6901) of the place, "" is the whole file
 * @line: line, from 1; 0 when the place is not in the file (`--set`)
 * @column: column in characters, from 1; 0 as for @line
 * @message: one sentence for people
 * @found: (nullable): what the file says, as JSON text
 * @allowed: (nullable): what would be accepted
 * @hint: (nullable): what to do, such as "did you mean ..."
 */
typedef struct
{
  GstEegGraphSeverity severity;
  const gchar *code;
  gchar *pointer;
  guint line;
  guint column;
  gchar *message;
  gchar *found;
  gchar *allowed;
  gchar *hint;
} GstEegGraphIssue;

/**
 * GstEegGraph:
 *
 * One graph file: its text, the errors found in it, and the checked model.
 * Not thread safe: use one graph from one thread at a time.
 */
typedef struct _GstEegGraph GstEegGraph;

GST_EEG_GRAPH_API GstEegGraph *gst_eeg_graph_new_from_data (
    const gchar *data, gsize size, const gchar *name);
GST_EEG_GRAPH_API GstEegGraph *gst_eeg_graph_new_from_file (const gchar *path);
GST_EEG_GRAPH_API void gst_eeg_graph_free (GstEegGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEegGraph, gst_eeg_graph_free)

GST_EEG_GRAPH_API guint gst_eeg_graph_get_n_issues (const GstEegGraph *graph);
GST_EEG_GRAPH_API const GstEegGraphIssue *gst_eeg_graph_get_issue (
    const GstEegGraph *graph, guint index);
GST_EEG_GRAPH_API gboolean gst_eeg_graph_has_errors (const GstEegGraph *graph);
GST_EEG_GRAPH_API gboolean gst_eeg_graph_get_position (
    const GstEegGraph *graph, const gchar *pointer, guint *line, guint *column);

GST_EEG_GRAPH_API gboolean gst_eeg_graph_set (
    GstEegGraph *graph, const gchar *assignment);
GST_EEG_GRAPH_API gboolean gst_eeg_graph_check (GstEegGraph *graph);
GST_EEG_GRAPH_API gboolean gst_eeg_graph_check_shape (GstEegGraph *graph);
GST_EEG_GRAPH_API GstElement *gst_eeg_graph_build (
    GstEegGraph *graph, GError **error);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_to_launch (
    GstEegGraph *graph, GError **error);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_get_launch_note (GstEegGraph *graph);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_explain_to_json (
    GstEegGraph *graph, GError **error);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_explain_to_text (
    GstEegGraph *graph, GError **error);
GST_EEG_GRAPH_API const gchar *gst_eeg_graph_get_name (GstEegGraph *graph);
GST_EEG_GRAPH_API const gchar *gst_eeg_graph_get_hash (GstEegGraph *graph);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_issues_to_text (
    const GstEegGraph *graph);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_issues_to_json (
    const GstEegGraph *graph);

/**
 * GstEegGraphMonitor:
 *
 * Counters and levels of a running pipeline.
 */
typedef struct _GstEegGraphMonitor GstEegGraphMonitor;

GST_EEG_GRAPH_API GstEegGraphMonitor *gst_eeg_graph_monitor_new (
    GstElement *pipeline);
GST_EEG_GRAPH_API void gst_eeg_graph_monitor_free (GstEegGraphMonitor *monitor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEegGraphMonitor, gst_eeg_graph_monitor_free)
GST_EEG_GRAPH_API void gst_eeg_graph_monitor_update (
    GstEegGraphMonitor *monitor);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_monitor_to_line (
    const GstEegGraphMonitor *monitor, guint seconds);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_monitor_to_text (
    const GstEegGraphMonitor *monitor);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_monitor_to_json (
    const GstEegGraphMonitor *monitor);

GST_EEG_GRAPH_API gchar **gst_eeg_graph_list_presets (void);
GST_EEG_GRAPH_API gchar *gst_eeg_graph_find_preset (const gchar *name);

G_END_DECLS
