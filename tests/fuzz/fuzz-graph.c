/* Fuzz target: bytes -> graph file -> every answer the library gives of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pipelines are built but never started.
 */
#include "config.h"

#include <gst/eeggraph/eeggraph.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  gst_init (NULL, NULL);
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GstEegGraph *g =
      gst_eeg_graph_new_from_data ((const gchar *) data, size, "fuzz");
  gchar *text;
  gboolean good, shape;

  shape = gst_eeg_graph_check_shape (g);
  good = gst_eeg_graph_check (g);
  /* Refused is refused: with a reason, and a place when there is text. */
  if (!good && !gst_eeg_graph_has_errors (g))
    abort ();
  if (good && !shape)
    abort ();
  for (guint n = 0; n < gst_eeg_graph_get_n_issues (g); n++)
    if (gst_eeg_graph_get_issue (g, n)->line == 0 &&
        gst_eeg_graph_get_issue (g, n)->severity == GST_EEG_GRAPH_ERROR)
      abort ();
  text = gst_eeg_graph_issues_to_text (g);
  g_free (text);
  text = gst_eeg_graph_issues_to_json (g);
  g_free (text);
  gst_eeg_graph_get_hash (g);
  if (good) {
    GstElement *pipeline = gst_eeg_graph_build (g, NULL);

    if (pipeline) {
      gst_object_ref_sink (pipeline);
      gst_object_unref (pipeline);
    }
    text = gst_eeg_graph_to_launch (g, NULL);
    g_free (text);
    text = gst_eeg_graph_explain_to_text (g, NULL);
    g_free (text);
  }
  gst_eeg_graph_free (g);
  return 0;
}
