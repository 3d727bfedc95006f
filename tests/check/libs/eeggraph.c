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

#define HEAD "{\"schema\":\"eeg-pipeline/1.0\",\"name\":\"t\",\n"

static gboolean
has_issue (GstEegGraph *g, const gchar *code, const gchar *pointer)
{
  for (guint n = 0; n < gst_eeg_graph_get_n_issues (g); n++) {
    const GstEegGraphIssue *i = gst_eeg_graph_get_issue (g, n);

    if (!strcmp (i->code, code) && !strcmp (i->pointer, pointer))
      return TRUE;
  }
  return FALSE;
}

/* Two stages with "P" as properties of a fakesrc, and one link "L". */
static GstEegGraph *
two (const gchar *properties, const gchar *link)
{
  gchar *text = g_strdup_printf (HEAD
      "\"stages\":[{\"id\":\"a\",\"element\":\"fakesrc\",\"properties\":%s},"
      "{\"id\":\"b\",\"element\":\"fakesink\"}],\"links\":[%s]}",
      properties, link);
  GstEegGraph *g = from_text (text);

  g_free (text);
  gst_eeg_graph_check (g);
  return g;
}

#define LINK "{\"from\":\"a\",\"to\":\"b\"}"

GST_START_TEST (test_mistakes_refused)
  {
    static const struct
    {
      const gchar *properties, *link, *code, *pointer;
    } bad[] = {
        {"{\"num-bufers\":1}", LINK, "unknown-property",
            "/stages/0/properties/num-bufers"},
        {"{\"num-buffers\":1.5}", LINK, "wrong-type",
            "/stages/0/properties/num-buffers"},
        {"{\"num-buffers\":\"1\"}", LINK, "wrong-type",
            "/stages/0/properties/num-buffers"},
        {"{\"num-buffers\":-2}", LINK, "out-of-range",
            "/stages/0/properties/num-buffers"},
        {"{\"num-buffers\":4294967297}", LINK, "out-of-range",
            "/stages/0/properties/num-buffers"},
        {"{\"is-live\":1}", LINK, "wrong-type", "/stages/0/properties/is-live"},
        {"{\"filltype\":\"zer\"}", LINK, "unknown-value",
            "/stages/0/properties/filltype"},
        {"{\"last-message\":\"x\"}", LINK, "read-only",
            "/stages/0/properties/last-message"},
        {"{\"name\":\"x\"}", LINK, "unknown-property",
            "/stages/0/properties/name"},
        {"{}", "{\"from\":\"a\"}", "missing-key", "/links/0"},
        {"{}", "{\"from\":\"a\",\"to\":\"c\"}", "unknown-stage", "/links/0/to"},
        {"{}", "{\"from\":\"a.nix\",\"to\":\"b\"}", "unknown-pad",
            "/links/0/from"},
        {"{}", LINK "," LINK, "input-taken", "/links/1/to"},
        {"{}", "", "unlinked", "/stages/0"},
        {"{}", "{\"from\":\"a\",\"to\":\"b\",\"caps\":{\"media\":1}}",
            "wrong-type", "/links/0/caps/media"},
        {"{}", "{\"from\":\"a\",\"to\":\"b\",\"queue\":{\"leaky\":\"yes\"}}",
            "unknown-value", "/links/0/queue/leaky"},
        {"{}", "{\"from\":\"a\",\"to\":\"b\",\"quee\":{}}", "unknown-key",
            "/links/0/quee"},
    };

    for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
      g_autoptr (GstEegGraph) g = two (bad[i].properties, bad[i].link);
      g_autofree gchar *text = gst_eeg_graph_issues_to_text (g);
      g_autofree gchar *json = gst_eeg_graph_issues_to_json (g);
      const GstEegGraphIssue *first_issue;

      fail_unless (
          has_issue (g, bad[i].code, bad[i].pointer), "case %u: %s", i, text);
      fail_unless (strstr (json, bad[i].code) != NULL);
      first_issue = gst_eeg_graph_get_issue (g, 0);
      fail_unless_equals_int (first_issue->line, 2);
      fail_if (gst_eeg_graph_check (g));
      fail_unless (gst_eeg_graph_build (g, NULL) == NULL);
    }
  }
GST_END_TEST;

GST_START_TEST (test_all_errors_at_once_refused)
  {
    g_autoptr (GstEegGraph) g = from_text (
        "{\"schema\":\"eeg-pipeline/2.0\",\"stage\":1,\"stages\":[\n"
        "{\"id\":\"a\",\"element\":\"identity\"},\n"
        "{\"id\":\"a\",\"element\":\"fakesnk\"},\n"
        "{\"id\":\"B!\",\"element\":\"identity\"},\n"
        "{\"id\":\"c\",\"element\":\"identity\"},\n"
        "{\"id\":\"f\",\"element\":\"eegfilter\",\"properties\":{\"hp\":1}}],\n"
        "\"links\":[{\"from\":\"a\",\"to\":\"c\"},{\"from\":\"c\","
        "\"to\":\"a\"}]}");

    fail_if (gst_eeg_graph_check (g));
    fail_unless (has_issue (g, "unknown-version", "/schema"));
    fail_unless (has_issue (g, "unknown-key", "/stage"));
    fail_unless (has_issue (g, "duplicate-id", "/stages/1/id"));
    fail_unless (has_issue (g, "unknown-element", "/stages/1/element"));
    fail_unless (has_issue (g, "bad-id", "/stages/2/id"));
    fail_unless (has_issue (g, "cycle", "/links/1"));
    fail_unless (has_issue (g, "renamed", "/stages/4/properties/hp"));
  }
GST_END_TEST;

GST_START_TEST (test_many_channels_and_caps_refused)
  {
    g_autoptr (GstEegGraph) g = from_text (HEAD
        "\"stages\":[{\"id\":\"s\",\"element\":\"eegtestsrc\",\"properties\":"
        "{\"channels\":64}},{\"id\":\"q\",\"element\":\"identity\"},"
        "{\"id\":\"c\",\"element\":\"audioconvert\"},"
        "{\"id\":\"v\",\"element\":\"fakesink\"},"
        "{\"id\":\"x\",\"element\":\"ads1299src\"},"
        "{\"id\":\"y\",\"element\":\"eegfilter\"},"
        "{\"id\":\"z\",\"element\":\"fakesink\"}],"
        "\"links\":[{\"from\":\"s\",\"to\":\"q\"},{\"from\":\"q\",\"to\":\"c\"}"
        ","
        "{\"from\":\"c\",\"to\":\"v\"},{\"from\":\"x\",\"to\":\"y\"},"
        "{\"from\":\"y\",\"to\":\"z\"}]}");

    fail_if (gst_eeg_graph_check (g));
    fail_unless (has_issue (g, "too-many-channels", "/links/1"));
    fail_unless (has_issue (g, "caps", "/links/3"));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 2);
  }
GST_END_TEST;

/* One stage with @stage as its members besides the id, between two others. */
static GstEegGraph *
with_stage (const gchar *stage)
{
  gchar *text = g_strdup_printf (HEAD
      "\"stages\":[{\"id\":\"a\",\"element\":\"audiotestsrc\"},"
      "{\"id\":\"x\",%s},{\"id\":\"b\",\"element\":\"fakesink\"}],"
      "\"links\":[{\"from\":\"a\",\"to\":\"x\"},"
      "{\"from\":\"x\",\"to\":\"b\"}]}",
      stage);
  GstEegGraph *g = from_text (text);

  g_free (text);
  gst_eeg_graph_check (g);
  return g;
}

/* Every name of old is told by its name of today, and refused. */
GST_START_TEST (test_renamed_refused)
  {
    static const struct
    {
      const gchar *stage, *pointer, *now;
    } old[] = {
        {"\"element\":\"to_voltage\"", "/stages/1/element", "\"eegtovoltage\""},
        {"\"element\":\"gui_filter\"", "/stages/1/element", "\"eegfilter\""},
        {"\"element\":\"csv_sink\"", "/stages/1/element", "\"csvsink\""},
        {"\"element\":\"eegfilter\",\"properties\":{\"high_pass\":1}",
            "/stages/1/properties/high_pass", "\"highpass\""},
        {"\"element\":\"eegfilter\",\"properties\":{\"powerline\":50}",
            "/stages/1/properties/powerline", "\"notch\""},
        {"\"element\":\"eegdownsample\",\"properties\":{\"ratio\":4}",
            "/stages/1/properties/ratio", "\"factor\""},
        {"\"type\":\"identity\"", "/stages/1/type", "element"},
        {"\"element\":\"identity\",\"params\":{}", "/stages/1/params",
            "properties"},
        {"\"element\":\"identity\",\"inputs\":[]", "/stages/1/inputs", "links"},
    };

    for (guint n = 0; n < G_N_ELEMENTS (old); n++) {
      g_autoptr (GstEegGraph) g = with_stage (old[n].stage);
      g_autofree gchar *text = gst_eeg_graph_issues_to_text (g);

      fail_unless (has_issue (g, "renamed", old[n].pointer), "%s", text);
      fail_unless (strstr (text, old[n].now) != NULL, "%s", text);
    }
  }
GST_END_TEST;

GST_START_TEST (test_versions)
  {
    static const struct
    {
      const gchar *version, *code;
      gboolean good;
    } all[] = {
        {"eeg-pipeline/1.0", NULL, TRUE},
        {"eeg-pipeline/1.3", "newer-version", TRUE},
        {"eeg-pipeline/2.0", "unknown-version", FALSE},
        {"eeg-pipeline/0.9", "unknown-version", FALSE},
        {"eeg-pipeline/1", "unknown-version", FALSE},
        {"eeg-pipeline/1.0 ", "unknown-version", FALSE},
        {"eeg-pipeline/1.0\\n", "unknown-version", FALSE},
        {"v1", "unknown-schema", FALSE},
    };

    for (guint n = 0; n < G_N_ELEMENTS (all); n++) {
      g_autofree gchar *text = g_strdup_printf (
          "{\"schema\":\"%s\",\"stages\":[{\"id\":\"a\",\"element\":"
          "\"fakesrc\"},{\"id\":\"b\",\"element\":\"fakesink\"}],"
          "\"links\":[" LINK "]}",
          all[n].version);
      g_autoptr (GstEegGraph) g = from_text (text);
      g_autofree gchar *told = NULL;

      fail_unless (gst_eeg_graph_check (g) == all[n].good, "%s", text);
      told = gst_eeg_graph_issues_to_text (g);
      fail_unless_equals_int (
          gst_eeg_graph_get_n_issues (g), all[n].code ? 1 : 0);
      if (all[n].code) {
        fail_unless (has_issue (g, all[n].code, "/schema"), "%s", told);
        /* refused by name */
        fail_unless (strstr (told, all[n].version) != NULL, "%s", told);
      }
    }
  }
GST_END_TEST;

/* Values that a parser of GStreamer would have to read. */
GST_START_TEST (test_parsed_types_refused)
  {
    static const struct
    {
      const gchar *element, *stage, *code, *pointer;
    } bad[] = {
        {"capsfilter",
            "\"element\":\"capsfilter\",\"properties\":{\"caps\":"
            "\"x/y, b=(GstBuffer)zz\"}",
            "wrong-type", "/stages/1/properties/caps"},
        {"capsfilter",
            "\"element\":\"capsfilter\",\"properties\":{\"caps\":"
            "{\"media\":\"x/y, b=(GstBuffer)zz\"}}",
            "bad-media", "/stages/1/properties/caps/media"},
        {"capsfilter",
            "\"element\":\"capsfilter\",\"properties\":{\"caps\":"
            "{\"media\":\"x/y\",\"fields\":{\"r\":9876543210}}}",
            "out-of-range", "/stages/1/properties/caps/fields/r"},
        {"splitmuxsink",
            "\"element\":\"splitmuxsink\",\"properties\":{\"sink\":"
            "\"filesink location=x\"}",
            "unsupported-type", "/stages/1/properties/sink"},
        {"splitmuxsink",
            "\"element\":\"splitmuxsink\",\"properties\":"
            "{\"muxer-properties\":\"a,b=(int)1\"}",
            "unsupported-type", "/stages/1/properties/muxer-properties"},
    };

    for (guint n = 0; n < G_N_ELEMENTS (bad); n++) {
      g_autoptr (GstEegGraph) g = NULL;
      g_autofree gchar *text = NULL;
      g_autoptr (GstElementFactory) f =
          gst_element_factory_find (bad[n].element);

      if (!f)
        continue;
      g = with_stage (bad[n].stage);
      text = gst_eeg_graph_issues_to_text (g);
      fail_unless (has_issue (g, bad[n].code, bad[n].pointer), "%s", text);
    }
  }
GST_END_TEST;

GST_START_TEST (test_lists)
  {
    g_autoptr (GstEegGraph) g = from_text (
        HEAD "\"stages\":[{\"id\":\"a\",\"element\":\"eegtestsrc\","
             "\"properties\":{\"channels\":2,\"labels\":[\"O1\",\"O2\"]}},"
             "{\"id\":\"c\",\"element\":\"eegtestsrc\","
             "\"properties\":{\"channels\":2,\"labels\":\"O1,O2\"}},"
             "{\"id\":\"b\",\"element\":\"fakesink\"},"
             "{\"id\":\"d\",\"element\":\"fakesink\"}],\"links\":[" LINK ","
             "{\"from\":\"c\",\"to\":\"d\"}]}");
    g_autofree gchar *issues = NULL;
    g_autoptr (GstElement) pipeline = NULL;

    gst_eeg_graph_check (g);
    issues = gst_eeg_graph_issues_to_text (g);
    fail_unless_equals_string (issues, "");
    pipeline = gst_object_ref_sink (gst_eeg_graph_build (g, NULL));
    for (const gchar *id = "ac"; *id; id++) {
      gchar name[] = {*id, 0};
      g_autoptr (GstElement) e = gst_bin_get_by_name (GST_BIN (pipeline), name);
      g_autofree gchar *labels = NULL;

      g_object_get (e, "labels", &labels, NULL);
      fail_unless_equals_string (labels, "O1,O2");
    }
  }
GST_END_TEST;

/* Flags as words, and lists of numbers, where the stock plugins are. */
GST_START_TEST (test_flags_and_matrices)
  {
    g_autoptr (GstElementFactory) f =
        gst_element_factory_find ("audiomixmatrix");
    g_autoptr (GstElementFactory) p = gst_element_factory_find ("playbin");

    if (f) {
      g_autoptr (GstEegGraph) g = with_stage (
          "\"element\":\"audiomixmatrix\",\"properties\":{\"in-channels\":2,"
          "\"out-channels\":1,\"matrix\":[[0.5,0.25]]}");
      g_autoptr (GstEegGraph) bad = with_stage (
          "\"element\":\"audiomixmatrix\",\"properties\":{\"in-channels\":2,"
          "\"out-channels\":1,\"matrix\":[[0.5,\"x\"]]}");
      g_autofree gchar *issues = gst_eeg_graph_issues_to_text (g);
      GstElement *pipeline;

      fail_unless_equals_string (issues, "");
      pipeline = gst_object_ref_sink (gst_eeg_graph_build (g, NULL));
      fail_unless (pipeline != NULL);
      gst_object_unref (pipeline);
      fail_unless (
          has_issue (bad, "wrong-type", "/stages/1/properties/matrix/0/1"));
    }
    if (p) {
      g_autoptr (GstEegGraph) g = from_text (
          HEAD "\"stages\":[{\"id\":\"a\",\"element\":\"playbin\","
               "\"properties\":{\"flags\":[\"audio\",\"soft-volume\"]}}]}");
      g_autoptr (GstEegGraph) bad =
          from_text (HEAD "\"stages\":[{\"id\":\"a\",\"element\":\"playbin\","
                          "\"properties\":{\"flags\":[\"audio\",\"soft\"]}}]}");

      fail_unless (gst_eeg_graph_check (g));
      fail_if (gst_eeg_graph_check (bad));
      fail_unless (
          has_issue (bad, "unknown-value", "/stages/0/properties/flags"));
    }
  }
GST_END_TEST;

/* Where the file tells how many channels there are, in whatever way. */
GST_START_TEST (test_channel_counts_refused)
  {
    static const struct
    {
      const gchar *between, *caps;
      gboolean good;
    } all[] = {
        {"\"element\":\"identity\"", "", FALSE},
        {"\"element\":\"eegfilter\"", "", FALSE},
        /* another number comes out, which only running tells */
        {"\"element\":\"audiomixmatrix\"", "", TRUE},
        {"\"element\":\"identity\"",
            ",\"caps\":{\"media\":\"audio/x-raw\",\"fields\":"
            "{\"channels\":8}}",
            TRUE},
    };

    for (guint n = 0; n < G_N_ELEMENTS (all); n++) {
      g_autofree gchar *text = g_strdup_printf (HEAD
          "\"stages\":[{\"id\":\"a\",\"element\":\"eegtestsrc\","
          "\"properties\":{\"channels\":70}},{\"id\":\"x\",%s},"
          "{\"id\":\"c\",\"element\":\"audioconvert\"},"
          "{\"id\":\"b\",\"element\":\"fakesink\"}],\"links\":["
          "{\"from\":\"a\",\"to\":\"x\"},"
          "{\"from\":\"x\",\"to\":\"c\"%s},"
          "{\"from\":\"c\",\"to\":\"b\"}]}",
          all[n].between, all[n].caps);
      g_autoptr (GstEegGraph) g = from_text (text);
      g_autofree gchar *told = NULL;

      gst_eeg_graph_check (g);
      told = gst_eeg_graph_issues_to_text (g);
      fail_unless (
          has_issue (g, "too-many-channels", "/links/1") != all[n].good, "%s%s",
          text, told);
    }
  }
GST_END_TEST;

#define MERGE(RATE, FACTOR, LOWPASS)                                           \
  HEAD "\"stages\":[{\"id\":\"a\",\"element\":\"eegtestsrc\",\"properties\":"  \
       "{\"rate\":1000}},{\"id\":\"c\",\"element\":\"eegtestsrc\","            \
       "\"properties\":{\"rate\":" RATE "}},{\"id\":\"d\",\"element\":"        \
       "\"eegdownsample\",\"properties\":{\"factor\":" FACTOR "}},"            \
       "{\"id\":\"m\",\"element\":\"eegmerge\"},"                              \
       "{\"id\":\"f\",\"element\":\"eegfilter\",\"properties\":"               \
       "{\"lowpass\":" LOWPASS "}},{\"id\":\"b\",\"element\":\"fakesink\"}],"  \
       "\"links\":[{\"from\":\"m\",\"to\":\"f\"},"                             \
       "{\"from\":\"f\",\"to\":\"b\"},{\"from\":\"d\",\"to\":\"m\"},"          \
       "{\"from\":\"a\",\"to\":\"d\"},{\"from\":\"c\",\"to\":\"m\"}]}"

/* What cannot work at the rate that arrives, wherever that comes from. */
GST_START_TEST (test_settings_at_their_rate_refused)
  {
    static const struct
    {
      const gchar *text, *code, *pointer, *why;
    } all[] = {
        {MERGE ("250", "4", "100"), NULL, NULL, ""},
        {MERGE ("250", "4", "125"), "impossible-settings", "/stages/4",
            "corner frequency 125 Hz"},
        {MERGE ("1000", "1024", "1"), "impossible-settings", "/stages/2",
            "factor 1024"},
        {MERGE ("250", "2", "40"), "rates-differ", "/links/2", ""},
    };
    g_autoptr (GstElementFactory) f = gst_element_factory_find ("eegmerge");

    for (guint n = 0; f && n < G_N_ELEMENTS (all); n++) {
      g_autoptr (GstEegGraph) g = from_text (all[n].text);
      g_autofree gchar *told = NULL;

      gst_eeg_graph_check (g);
      told = gst_eeg_graph_issues_to_text (g);
      fail_unless_equals_int (
          gst_eeg_graph_get_n_issues (g), all[n].code ? 1 : 0);
      fail_unless (!all[n].code || has_issue (g, all[n].code, all[n].pointer),
          "%s", told);
      fail_unless (strstr (told, all[n].why) != NULL, "%s", told);
    }
  }
GST_END_TEST;

/* "id" and "id.pad" are one output: both links get a queue. */
GST_START_TEST (test_pad_named_or_not)
  {
    g_autoptr (GstEegGraph) g =
        from_text (HEAD "\"stages\":[{\"id\":\"a\",\"element\":\"fakesrc\"},"
                        "{\"id\":\"b\",\"element\":\"fakesink\"},"
                        "{\"id\":\"c\",\"element\":\"fakesink\"}],\"links\":["
                        "{\"from\":\"a\",\"to\":\"b\"},"
                        "{\"from\":\"a.src\",\"to\":\"c.sink\"}]}");
    g_autoptr (GstEegGraph) twice =
        two ("{}", LINK ",{\"from\":\"a.src\",\"to\":\"b.sink\"}");
    GstElement *pipeline;

    fail_unless (gst_eeg_graph_check (g));
    pipeline = gst_eeg_graph_build (g, NULL);
    fail_unless (pipeline != NULL);
    gst_object_unref (gst_object_ref_sink (pipeline));
    fail_unless (has_issue (twice, "input-taken", "/links/1/to"));
  }
GST_END_TEST;

/* Nobody reads a hundred thousand errors, and a terminal obeys none. */
GST_START_TEST (test_many_and_ugly_errors_refused)
  {
    GString *s = g_string_new (HEAD "\"\\u001b[2J\\u202e\":1");
    g_autoptr (GstEegGraph) g = NULL;
    g_autofree gchar *text = NULL;

    for (guint n = 0; n < 5000; n++)
      g_string_append_printf (s, ",\"k%u\":0", n);
    g_string_append_c (s, '}');
    g = from_text (s->str);
    g_string_free (s, TRUE);
    fail_if (gst_eeg_graph_check (g));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 101);
    fail_unless_equals_string (gst_eeg_graph_get_issue (g, 100)->message,
        "4902 more errors are not shown");
    text = gst_eeg_graph_issues_to_text (g);
    fail_if (strchr (text, '\033') || strstr (text, "\342\200\256"));
    fail_unless (strstr (text, "\\u001b[2J\\u202e") != NULL);
    /* again: nothing is left over from before */
    fail_if (gst_eeg_graph_check (g));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 101);
  }
GST_END_TEST;

GST_START_TEST (test_shape_needs_no_elements)
  {
    g_autoptr (GstEegGraph) g = with_stage ("\"element\":\"no-such-thing\"");
    g_autoptr (GstEegGraph) bad = with_stage ("\"elemnt\":\"identity\"");

    fail_unless (has_issue (g, "unknown-element", "/stages/1/element"));
    fail_unless (gst_eeg_graph_check_shape (g));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 0);
    fail_if (gst_eeg_graph_check_shape (bad));
    fail_unless (has_issue (bad, "unknown-key", "/stages/1/elemnt"));
    fail_unless (has_issue (bad, "missing-key", "/stages/1"));
  }
GST_END_TEST;

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/* Every element, property value and link of a pipeline as sorted lines. */
static gchar *
describe (GstElement *pipeline)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  GString *all = g_string_new (NULL);

  for (GList *l = GST_BIN_CHILDREN (pipeline); l; l = l->next) {
    GstElement *e = l->data;
    GParamSpec **specs;
    guint n_specs;

    specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n_specs);
    for (guint n = 0; n < n_specs; n++) {
      GValue v = G_VALUE_INIT;
      gchar *text;

      if (!(specs[n]->flags & G_PARAM_READABLE) ||
          specs[n]->value_type == GST_TYPE_SAMPLE ||
          g_type_is_a (specs[n]->value_type, G_TYPE_OBJECT))
        continue;
      g_value_init (&v, specs[n]->value_type);
      g_object_get_property (G_OBJECT (e), specs[n]->name, &v);
      text = gst_value_serialize (&v);
      g_ptr_array_add (lines,
          g_strdup_printf ("%s(%s).%s=%s", GST_OBJECT_NAME (e),
              G_OBJECT_TYPE_NAME (e), specs[n]->name, text ? text : "?"));
      g_free (text);
      g_value_unset (&v);
    }
    g_free (specs);
    for (GList *p = e->srcpads; p; p = p->next) {
      GstPad *peer = gst_pad_get_peer (p->data);

      g_ptr_array_add (
          lines, g_strdup_printf ("%s:%s->%s:%s", GST_DEBUG_PAD_NAME (p->data),
                     GST_DEBUG_PAD_NAME (peer)));
      gst_clear_object (&peer);
    }
  }
  g_ptr_array_sort (lines, by_text);
  for (guint n = 0; n < lines->len; n++)
    g_string_append_printf (
        all, "%s\n", (gchar *) g_ptr_array_index (lines, n));
  g_ptr_array_unref (lines);
  return g_string_free (all, FALSE);
}

#define FANOUT                                                                 \
  HEAD "\"defaults\":{\"queue\":{\"max-time-ms\":500}},"                       \
       "\"stages\":[{\"id\":\"src\",\"element\":\"ads1299src\",\"properties\"" \
       ":{\"bus\":\"sim\",\"rate\":500,\"is-live\":false,\"labels\":"          \
       "[\"Fp1\",\"Fp2\",\"C3\",\"C4\",\"P7\",\"P8\",\"O1\",\"O2\"]}},"        \
       "{\"id\":\"volt\",\"element\":\"eegtovoltage\"},"                       \
       "{\"id\":\"filt\",\"element\":\"eegfilter\",\"properties\":"            \
       "{\"highpass\":1,\"lowpass\":44.5,\"family\":\"bessel\"}},"             \
       "{\"id\":\"rec\",\"element\":\"csvsink\",\"properties\":"               \
       "{\"location\":\"/tmp/a.csv\"}},"                                       \
       "{\"id\":\"view\",\"element\":\"fakesink\"}],"                          \
       "\"links\":[{\"from\":\"src\",\"to\":\"volt\",\"caps\":{\"media\":"     \
       "\"audio/x-raw\",\"fields\":{\"format\":\"S24_32LE\",\"rate\":500}}},"  \
       "{\"from\":\"volt.src\",\"to\":\"filt.sink\"},"                         \
       "{\"from\":\"filt\",\"to\":\"rec\"},"                                   \
       "{\"from\":\"filt\",\"to\":\"view\",\"queue\":"                         \
       "{\"max-time-ms\":1000,\"leaky\":\"downstream\"}}]}"

GST_START_TEST (test_text_equals_build)
  {
    g_autoptr (GstEegGraph) g = from_text (FANOUT);
    g_autoptr (GError) error = NULL;
    g_autofree gchar *issues = NULL, *text = NULL, *a = NULL, *b = NULL;
    GstElement *built, *parsed;
    GstContext *context;

    gst_eeg_graph_check (g);
    issues = gst_eeg_graph_issues_to_text (g);
    fail_unless_equals_string (issues, "");
    built = gst_eeg_graph_build (g, &error);
    fail_unless (built != NULL, "%s", error ? error->message : "");
    text = gst_eeg_graph_to_launch (g, &error);
    fail_unless (text != NULL, "%s", error ? error->message : "");
    parsed = gst_parse_launch (text, &error);
    fail_unless (error == NULL, "%s", error ? error->message : "");
    a = describe (built);
    b = describe (parsed);
    fail_unless_equals_string (a, b);
    fail_unless (strstr (a, "Queue3") && strstr (a, "Tee2"));
    fail_unless (strstr (a, "filt(GstEegFilter).lowpass=44.5") != NULL);
    context = gst_element_get_context (built, "gst.eeg.graph");
    fail_unless (context != NULL);
    fail_unless_equals_string (
        gst_structure_get_string (gst_context_get_structure (context), "hash"),
        gst_eeg_graph_get_hash (g));
    gst_context_unref (context);
    gst_object_unref (built);
    gst_object_unref (parsed);
  }
GST_END_TEST;

GST_START_TEST (test_set)
  {
    g_autoptr (GstEegGraph) g = from_text (FANOUT);
    g_autoptr (GstEegGraph) broken = from_text ("{");
    g_autofree gchar *before = g_strdup (gst_eeg_graph_get_hash (g)),
                     *text = NULL, *told = NULL;

    fail_unless (gst_eeg_graph_set (g, "filt.lowpass=40"));
    fail_unless (gst_eeg_graph_set (g, "src.is-live=true"));
    fail_unless (gst_eeg_graph_check (g));
    text = gst_eeg_graph_to_launch (g, NULL);
    fail_unless (strstr (text, "lowpass=40") && strstr (text, "is-live=true"));
    fail_if (g_str_equal (before, gst_eeg_graph_get_hash (g)));
    fail_unless (gst_eeg_graph_set (g, "filt.order=x"));
    fail_if (gst_eeg_graph_check (g));
    fail_unless (has_issue (g, "wrong-type", "--set filt.order"));
    fail_unless_equals_int (gst_eeg_graph_get_issue (g, 0)->line, 0);
    fail_if (gst_eeg_graph_set (g, "fild.order=1"));
    fail_unless (has_issue (g, "unknown-stage", "--set fild.order"));
    told = gst_eeg_graph_issues_to_text (g);
    fail_unless (strstr (told, "did you mean \"filt\"?") != NULL, "%s", told);
    fail_if (gst_eeg_graph_set (g, "nonsense"));
    fail_if (gst_eeg_graph_set (g, "filt.order=\xff"));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (g), 3);
    /* a file that cannot be read has one error, not one more for each --set */
    fail_if (gst_eeg_graph_set (broken, "filt.order=1"));
    fail_unless_equals_int (gst_eeg_graph_get_n_issues (broken), 1);
  }
GST_END_TEST;

GST_START_TEST (test_injection_stays_a_value)
  {
    static const gchar *const evil[] = {"x ! filesink location=/tmp/evil",
        "\\\" ! fakesink", "$(reboot)", "a;b", "'", "(GstBuffer)zz", "",
        "NULL"};

    for (guint i = 0; i < G_N_ELEMENTS (evil); i++) {
      g_autoptr (GstEegGraph) g = from_text (FANOUT);
      g_autofree gchar *set = g_strconcat ("rec.location=", evil[i], NULL);
      g_autofree gchar *value = NULL;
      g_autoptr (GError) error = NULL;
      GstElement *built, *rec;

      fail_unless (gst_eeg_graph_set (g, set));
      fail_unless (gst_eeg_graph_check (g));
      built = gst_eeg_graph_build (g, NULL);
      rec = gst_bin_get_by_name (GST_BIN (built), "rec");
      g_object_get (rec, "location", &value, NULL);
      fail_unless_equals_string (value ? value : "", evil[i]);
      fail_unless (gst_eeg_graph_to_launch (g, &error) == NULL);
      fail_unless (strstr (error->message, "location") != NULL);
      gst_object_unref (rec);
      gst_object_unref (built);
    }
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
  tcase_add_test (tc, test_mistakes_refused);
  tcase_add_test (tc, test_all_errors_at_once_refused);
  tcase_add_test (tc, test_many_channels_and_caps_refused);
  tcase_add_test (tc, test_renamed_refused);
  tcase_add_test (tc, test_versions);
  tcase_add_test (tc, test_parsed_types_refused);
  tcase_add_test (tc, test_lists);
  tcase_add_test (tc, test_flags_and_matrices);
  tcase_add_test (tc, test_channel_counts_refused);
  tcase_add_test (tc, test_settings_at_their_rate_refused);
  tcase_add_test (tc, test_pad_named_or_not);
  tcase_add_test (tc, test_many_and_ugly_errors_refused);
  tcase_add_test (tc, test_shape_needs_no_elements);
  tcase_add_test (tc, test_text_equals_build);
  tcase_add_test (tc, test_set);
  tcase_add_test (tc, test_injection_stays_a_value);
  return s;
}

GST_CHECK_MAIN (eeggraph);
