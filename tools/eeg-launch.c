/* eeg-launch: checks a graph file and runs it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Everything happens in the main thread except the probes that end a run of
 * fixed length, which belong to the streaming threads of the sources.
 */
#include "config.h"

#include "doctor.h"
#include "selftest.h"

#include <glib-unix.h>
#include <gst/eeggraph/eeggraph.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum
{
  EXIT_FINE = 0,
  EXIT_FAILED = 1,
  EXIT_REFUSED = 2,
};

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline;
  GstEegGraphMonitor *monitor;
  GstClockTime duration; /* of signal; 0 = endless */
  gboolean quiet, json, stopping, status_shown;
  gint exit_code;
  gint64 started;
} Run;

/* Messages are one line, whatever is in them. */
static const gchar *
one_line (gchar *text)
{
  return g_strstrip (g_strdelimit (text, "\r\n\t", ' '));
}

static void
clear_status (Run *run)
{
  if (run->status_shown)
    fputs ("\r\033[K", stderr);
  run->status_shown = FALSE;
}

static gboolean
show_status (gpointer data)
{
  Run *run = data;
  g_autofree gchar *line = NULL;
  struct winsize size;

  gst_eeg_graph_monitor_update (run->monitor);
  line = gst_eeg_graph_monitor_to_line (run->monitor,
      (guint) ((g_get_monotonic_time () - run->started) / G_USEC_PER_SEC));
  /* A line that wraps cannot be taken back. */
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 &&
      strlen (line) >= size.ws_col)
    line[size.ws_col - 1] = '\0';
  fprintf (stderr, "\r\033[K%s", line);
  run->status_shown = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
fail (Run *run)
{
  run->exit_code = EXIT_FAILED;
  g_main_loop_quit (run->loop);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      /* Further ones are consequences of the first. */
      if (run->exit_code != EXIT_FINE)
        break;
      gst_message_parse_error (message, &error, &debug);
      clear_status (run);
      fprintf (stderr, "eeg-launch: error in %s: %s\n",
          GST_OBJECT_NAME (GST_MESSAGE_SRC (message)),
          one_line (error->message));
      fail (run);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, &debug);
      clear_status (run);
      fprintf (stderr, "eeg-launch: warning from %s: %s\n",
          GST_OBJECT_NAME (GST_MESSAGE_SRC (message)),
          one_line (error->message));
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (run->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop_timeout (gpointer data)
{
  Run *run = data;

  clear_status (run);
  fprintf (stderr, "eeg-launch: a stage did not finish within 0.8 s and was "
                   "stopped; its last samples may be missing\n");
  fail (run);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer data)
{
  Run *run = data;

  if (run->stopping) {
    fail (run);
    return G_SOURCE_CONTINUE;
  }
  run->stopping = TRUE;
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  g_timeout_add (800, on_stop_timeout, run);
  return G_SOURCE_CONTINUE;
}

static void
on_url (GstObject *pipeline, GstObject *stage, GParamSpec *spec, Run *run)
{
  g_autofree gchar *url = NULL;

  g_object_get (stage, "url", &url, NULL);
  if (url && !run->quiet) {
    /* In JSON mode stdout is one document. */
    fprintf (run->json ? stderr : stdout, "Live view: %s\n", url);
    fflush (stdout);
  }
}

typedef struct
{
  GstClockTime first, length;
} Limit;

/* The buffer that reaches the end is the last one: the source finds the EOS
 * before it makes another. Live sources begin later than 0. */
static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Limit *limit = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!GST_BUFFER_PTS_IS_VALID (buffer) ||
      !GST_BUFFER_DURATION_IS_VALID (buffer))
    return GST_PAD_PROBE_OK;
  if (!GST_CLOCK_TIME_IS_VALID (limit->first))
    limit->first = GST_BUFFER_PTS (buffer);
  /* Half a buffer of tolerance: live times follow the measured clock. */
  if (GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer) * 3 / 2 >=
      limit->first + limit->length) {
    g_autoptr (GstElement) source = gst_pad_get_parent_element (pad);
    if (source)
      gst_element_send_event (source, gst_event_new_eos ());
    return GST_PAD_PROBE_REMOVE;
  }
  return GST_PAD_PROBE_OK;
}

static void
limit_duration (Run *run)
{
  for (GList *l = GST_BIN_CHILDREN (run->pipeline); l; l = l->next) {
    GstElement *e = l->data;
    if (e->numsinkpads == 0 && e->srcpads) {
      Limit *limit = g_new (Limit, 1);
      limit->first = GST_CLOCK_TIME_NONE;
      limit->length = run->duration;
      gst_pad_add_probe (e->srcpads->data, GST_PAD_PROBE_TYPE_BUFFER, on_buffer,
          limit, g_free);
    }
  }
}

static void
show_stats (Run *run)
{
  g_autofree gchar *text = run->json
                               ? gst_eeg_graph_monitor_to_json (run->monitor)
                               : gst_eeg_graph_monitor_to_text (run->monitor);

  fputs (text, stdout);
  if (run->json)
    putchar ('\n');
}

static gint
run_pipeline (Run *run, gboolean stats)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (run->pipeline);
  guint status = 0;

  run->loop = g_main_loop_new (NULL, FALSE);
  run->monitor = gst_eeg_graph_monitor_new (run->pipeline);
  run->started = g_get_monotonic_time ();
  gst_bus_add_watch (bus, on_message, run);
  g_unix_signal_add (SIGINT, on_signal, run);
  g_unix_signal_add (SIGTERM, on_signal, run);
  g_signal_connect (
      run->pipeline, "deep-notify::url", G_CALLBACK (on_url), run);
  if (run->duration)
    limit_duration (run);
  if (gst_element_set_state (run->pipeline, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE) {
    GstMessage *m;
    /* The reason is waiting on the bus. */
    while (run->exit_code == EXIT_FINE && (m = gst_bus_pop (bus))) {
      on_message (bus, m, run);
      gst_message_unref (m);
    }
    if (run->exit_code == EXIT_FINE) {
      fprintf (stderr, "eeg-launch: error: the graph did not start\n");
      run->exit_code = EXIT_FAILED;
    }
  } else {
    if (!run->quiet && isatty (STDERR_FILENO))
      status = g_timeout_add (200, show_status, run);
    g_main_loop_run (run->loop);
    if (status)
      g_source_remove (status);
  }
  clear_status (run);
  gst_eeg_graph_monitor_update (run->monitor);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_eeg_graph_monitor_update (run->monitor);
  if (stats)
    show_stats (run);
  gst_eeg_graph_monitor_free (run->monitor);
  gst_bus_remove_watch (bus);
  g_main_loop_unref (run->loop);
  return run->exit_code;
}

int
main (int argc, char **argv)
{
  gboolean check = FALSE, stats = FALSE, quiet = FALSE, list = FALSE;
  gboolean version = FALSE, print = FALSE, explain = FALSE, json;
  gboolean doctor = FALSE, self_test = FALSE;
  g_autofree gchar *format = NULL;
  gdouble duration = 0;
  g_auto (GStrv) sets = NULL;
  const GOptionEntry entries[] = {
      {"check", 0, 0, G_OPTION_ARG_NONE, &check,
          "Check the graph and run nothing", NULL},
      {"print", 0, 0, G_OPTION_ARG_NONE, &print,
          "Print the graph as arguments of gst-launch-1.0 and run nothing",
          NULL},
      {"explain", 0, 0, G_OPTION_ARG_NONE, &explain,
          "Tell gain, delay, settling and latency of the graph and run nothing",
          NULL},
      {"format", 0, 0, G_OPTION_ARG_STRING, &format,
          "How results are printed: text or json", "text|json"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets,
          "Replace one property for this run", "STAGE.PROPERTY=VALUE"},
      {"duration", 0, 0, G_OPTION_ARG_DOUBLE, &duration,
          "Stop after this much signal", "SECONDS"},
      {"stats", 0, 0, G_OPTION_ARG_NONE, &stats,
          "Print the counters of sources, sinks and pools at the end", NULL},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet,
          "Print warnings and errors only", NULL},
      {"list-presets", 0, 0, G_OPTION_ARG_NONE, &list,
          "List the graphs that can be run by name", NULL},
      {"doctor", 0, 0, G_OPTION_ARG_NONE, &doctor,
          "Look whether this computer is fit for real chips, and what to do",
          NULL},
      {"self-test", 0, 0, G_OPTION_ARG_NONE, &self_test,
          "Have the chips of the graph measure themselves and print the "
          "certificate; without a graph, the simulated chip. --duration is the "
          "time for each measurement",
          NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
      {NULL},
  };
  g_autoptr (GOptionContext) options =
      g_option_context_new ("FILE|PRESET - run an EEG graph");
  g_autoptr (GError) error = NULL;
  g_autoptr (GstEegGraph) graph = NULL;
  g_autofree gchar *path = NULL, *text = NULL, *note = NULL;
  Run run = {0};
  gint code;

  setlocale (LC_ALL, "");
  /* Numbers have a point everywhere: they are pasted and read by programs. */
  setlocale (LC_NUMERIC, "C");
  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error)) {
    fprintf (
        stderr, "eeg-launch: %s (see eeg-launch --help)\n", error->message);
    return EXIT_REFUSED;
  }
  if (version) {
    printf ("eeg-launch %s\n", PACKAGE_VERSION);
    return EXIT_FINE;
  }
  if (list) {
    g_auto (GStrv) names = gst_eeg_graph_list_presets ();
    for (gchar **n = names; n && *n; n++)
      puts (*n);
    return EXIT_FINE;
  }
  json = format && !strcmp (format, "json");
  if (format && !json && strcmp (format, "text")) {
    fprintf (stderr, "eeg-launch: --format must be text or json, not \"%s\"\n",
        format);
    return EXIT_REFUSED;
  }
  if (doctor)
    return eeg_doctor (json);
  if (self_test && argc == 1) {
    g_autoptr (GstElement) chip = gst_element_factory_make ("ads1299src", NULL);

    if (!chip) {
      fprintf (stderr, "eeg-launch: this build has no ads1299src to test\n");
      return EXIT_REFUSED;
    }
    gst_object_ref_sink (chip);
    return eeg_self_test (chip, duration, json);
  }
  if (argc != 2) {
    fprintf (stderr, "eeg-launch: name one graph file or preset, such as "
                     "\"eeg-launch alpha\" (see eeg-launch --help)\n");
    return EXIT_REFUSED;
  }
  if (!(duration >= 0 && duration <= 1e9)) {
    fprintf (stderr,
        "eeg-launch: --duration must be between 0 and 1e9 seconds; 0 is "
        "endless\n");
    return EXIT_REFUSED;
  }
  if (strchr (argv[1], '/') || g_file_test (argv[1], G_FILE_TEST_IS_REGULAR))
    path = g_strdup (argv[1]);
  else
    path = gst_eeg_graph_find_preset (argv[1]);
  if (!path) {
    fprintf (stderr,
        "eeg-launch: there is no file and no preset \"%s\" (eeg-launch "
        "--list-presets lists the presets)\n",
        argv[1]);
    return EXIT_REFUSED;
  }
  graph = gst_eeg_graph_new_from_file (path);
  for (gchar **s = sets; s && *s; s++)
    gst_eeg_graph_set (graph, *s);
  gst_eeg_graph_check (graph);
  if (json) {
    if ((!print && !explain && !self_test && !(stats && !check)) ||
        gst_eeg_graph_has_errors (graph)) {
      text = gst_eeg_graph_issues_to_json (graph);
      puts (text);
      fflush (stdout);
    }
  } else {
    text = gst_eeg_graph_issues_to_text (graph);
    fputs (text, stderr);
  }
  if (gst_eeg_graph_has_errors (graph))
    return EXIT_REFUSED;
  if (print) {
    g_autofree gchar *launch = gst_eeg_graph_to_launch (graph, &error);
    if (!launch) {
      fprintf (stderr, "eeg-launch: %s: %s\n", path, error->message);
      return EXIT_REFUSED;
    }
    puts (launch);
    note = gst_eeg_graph_get_launch_note (graph);
    if (note)
      fprintf (stderr, "eeg-launch: note: %s\n", note);
    return EXIT_FINE;
  }
  if (explain) {
    g_autofree gchar *told =
        json ? gst_eeg_graph_explain_to_json (graph, &error)
             : gst_eeg_graph_explain_to_text (graph, &error);
    if (!told) {
      fprintf (stderr, "eeg-launch: %s: %s\n", path, error->message);
      return EXIT_REFUSED;
    }
    fputs (told, stdout);
    if (json)
      putchar ('\n');
    return EXIT_FINE;
  }
  if (!(run.pipeline = gst_eeg_graph_build (graph, &error))) {
    fprintf (stderr, "eeg-launch: %s: %s\n", path, error->message);
    return EXIT_REFUSED;
  }
  if (check) {
    gst_object_unref (run.pipeline);
    return EXIT_FINE;
  }
  if (self_test) {
    code = eeg_self_test (run.pipeline, duration, json);
    gst_object_unref (run.pipeline);
    return code;
  }
  run.quiet = quiet;
  run.json = json;
  run.duration = (GstClockTime) (duration * GST_SECOND);
  code = run_pipeline (&run, stats);
  gst_object_unref (run.pipeline);
  return code;
}
