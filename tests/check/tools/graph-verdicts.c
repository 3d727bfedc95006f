/* What libgsteeggraph says of many graph files: one a line on stdin, one answer
 * a line on stdout: SHAPE CHECK LINE COLUMN CODES
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <gst/eeggraph/eeggraph.h>

int
main (int argc, char **argv)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t n;

  gst_init (&argc, &argv);
  while ((n = getline (&line, &room, stdin)) > 0) {
    g_autoptr (GstEegGraph) g =
        gst_eeg_graph_new_from_data (line, (gsize) n - 1, "line");
    gboolean shape = gst_eeg_graph_check_shape (g);
    gboolean all = gst_eeg_graph_check (g);

    printf ("%d %d", shape, all);
    if (gst_eeg_graph_get_n_issues (g) == 0)
      printf (" 0 0");
    for (guint i = 0; i < gst_eeg_graph_get_n_issues (g); i++) {
      const GstEegGraphIssue *issue = gst_eeg_graph_get_issue (g, i);

      if (i == 0)
        printf (" %u %u", issue->line, issue->column);
      printf (" %s", issue->code);
    }
    putchar ('\n');
  }
  free (line);
  return 0;
}
