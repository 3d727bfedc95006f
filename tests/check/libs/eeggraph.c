/* Graph files: parser, checker, both back ends
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <string.h>
#include <gst/eeggraph/eeggraph.h>

static GstEegGraph *
from_text (const gchar *text)
{
  return gst_eeg_graph_new_from_data (text, strlen (text), "test.json");
}

static void
assert_first (GstEegGraph *g, const gchar *code, guint line, guint column)
{
  const GstEegGraphIssue *i;

  fail_unless (gst_eeg_graph_get_n_issues (g) >= 1);
  i = gst_eeg_graph_get_issue (g, 0);
  fail_unless_equals_string (i->code, code);
  fail_unless_equals_int (i->line, line);
  if (column)
    fail_unless_equals_int (i->column, column);
  fail_unless (gst_eeg_graph_has_errors (g));
}

GST_START_TEST (test_positions)
  {
    g_autoptr (GstEegGraph) g =
        from_text ("{ \"a\": 1,\n  \"b/c~\": [ \"\xc3\xa9\xc3\xa9\", {\"x\":\n"
                   "true} ] }");
    guint l, c;

    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 0);
    fail_unless (gst_eeg_graph_get_position (g, "", &l, &c));
    fail_unless (l == 1 && c == 1);
    fail_unless (gst_eeg_graph_get_position (g, "/a", &l, &c));
    fail_unless (l == 1 && c == 8);
    fail_unless (gst_eeg_graph_get_position (g, "/b~1c~0/1", &l, &c));
    fail_unless (l == 2 && c == 19);
    fail_unless (gst_eeg_graph_get_position (g, "/b~1c~0/1/x", &l, &c));
    fail_unless (l == 3 && c == 1);
    fail_if (gst_eeg_graph_get_position (g, "/b~1c~0/2", &l, &c));
  }
GST_END_TEST;

GST_START_TEST (test_bad_json_refused)
  {
    static const struct
    {
      const gchar *text;
      guint line;
    } bad[] = {
        {"", 1},
        {"{\"a\": 12345678901234567890}", 1},
        {"{\"a\":\n 1e999}", 2},
        {"{\"a\": 1,\n\n\"a\": 2}", 3},
        {"{\"a\": \"\\u0000\"}", 1},
        {"{\"a\": \"\xff\"}", 1},
        {"{\"a\": 1} x", 1},
        {"{'a': 1}", 1},
        {"{\"a\": 01}", 1},
    };

    for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
      g_autoptr (GstEegGraph) g = from_text (bad[i].text);

      assert_first (g, "syntax", bad[i].line, 0);
    }
    {
      g_autoptr (GstEegGraph) g =
          gst_eeg_graph_new_from_data ("{\"a\0\": 1}", 9, "nul");

      assert_first (g, "syntax", 1, 0);
    }
  }
GST_END_TEST;

GST_START_TEST (test_limits_refused)
  {
    gchar *deep = g_strnfill (100000, '[');
    gchar *big = g_strnfill (1 << 20, ' ');

    {
      g_autoptr (GstEegGraph) g = from_text (deep);

      assert_first (g, "too-deep", 1, GST_EEG_GRAPH_MAX_DEPTH + 1);
    }
    {
      g_autoptr (GstEegGraph) g = from_text (big);

      assert_first (g, "too-large", 1, GST_EEG_GRAPH_MAX_BYTES + 1);
    }
    {
      g_autoptr (GstEegGraph) g =
          gst_eeg_graph_new_from_file ("/nonexistent/x");

      assert_first (g, "io", 0, 0);
    }
    g_free (deep);
    g_free (big);
  }
GST_END_TEST;

static Suite *
eeggraph_suite (void)
{
  Suite *s = suite_create ("eeggraph");
  TCase *tc = tcase_create ("parse");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_positions);
  tcase_add_test (tc, test_bad_json_refused);
  tcase_add_test (tc, test_limits_refused);
  return s;
}

GST_CHECK_MAIN (eeggraph);
