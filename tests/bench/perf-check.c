/* What the stages cost, beside what is always there: a naive loop, memcpy,
 * fprintf, the multiply-add units' limit; and beside peers where installed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: perf-check [--quick] [--kernels | --only=PART] [JSON-FILE]
 *        perf-check --count KERNEL RUNS   nothing but RUNS runs of a kernel
 *
 * --quick: few rounds, short chains; says that everything runs, not how fast.
 * --kernels: without elements and chains. --only: one part of those below.
 *
 * Variants take turns; the ratio in the table is the median of (time of the
 * first variant / own time) over the rounds. Goals are printed as PASS or MISS
 * and never change the exit code: a shared machine is slower than the code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/eeg.h>

#include "perf.h"

static const struct
{
  const gchar *name;
  void (*run) (void);
  gboolean kernel;
} parts[] = {
    {"samples", bench_samples, TRUE},
    {"filters", bench_filters, TRUE},
    {"denormals", bench_denormals, TRUE},
    {"decimate", bench_decimate, TRUE},
    {"format", bench_format, TRUE},
    {"spectrum", bench_spectrum, TRUE},
    {"scale", bench_scale, TRUE},
    {"instructions", bench_instructions, TRUE},
    {"elements", bench_elements, FALSE},
    {"recorders", bench_recorders, FALSE},
    {"offline", bench_offline, FALSE},
    {"pace", bench_pace, FALSE},
    {"latency", bench_latency, FALSE},
    {"absent", bench_absent_peers, TRUE},
};

static void
note_machine (void)
{
  g_autofree gchar *load = NULL, *cpu = NULL;
  const gchar *model = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &cpu, NULL, NULL) &&
      (model = strstr (cpu, "model name")) && (model = strchr (model, ':'))) {
    model = g_strchug ((gchar *) model + 1);
    *strchrnul (model, '\n') = 0;
  }
  if (g_file_get_contents ("/proc/loadavg", &load, NULL, NULL))
    g_strchomp (load);
  bench_note_text ("machine", "isa", eeg_dsp_isa_name (eeg_dsp_isa ()));
  bench_note_text ("machine", "processor", model ? model : "unknown");
  bench_note_text ("machine", "load before", load ? load : "unknown");
  bench_note ("machine", "processors", g_get_num_processors ());
  bench_note ("machine", "quick", bench_is_quick ());
  printf ("best instruction set: %s\nprocessor: %s\nload: %s\n",
      eeg_dsp_isa_name (eeg_dsp_isa ()), model ? model : "unknown",
      load ? load : "unknown");
}

static int
count (const gchar *kernel, const gchar *runs)
{
  guint values;

  if (!bench_count (
          kernel, (guint) g_ascii_strtoull (runs, NULL, 10), &values)) {
    fprintf (stderr,
        "perf-check: no kernel \"%s\"; there are filter, fir, decimate, "
        "spectrum, csv, unpack\n",
        kernel);
    return 1;
  }
  printf ("%u\n", values);
  return 0;
}

int
main (int argc, char **argv)
{
  const gchar *path = NULL, *only = NULL;
  gboolean kernels_only = FALSE, known = FALSE;
  GError *error = NULL;

  if (argc == 4 && strcmp (argv[1], "--count") == 0)
    return count (argv[2], argv[3]);
  gst_init (&argc, &argv);
  for (int i = 1; i < argc; i++) {
    if (strcmp (argv[i], "--quick") == 0)
      bench_set_quick ();
    else if (strcmp (argv[i], "--kernels") == 0)
      kernels_only = TRUE;
    else if (g_str_has_prefix (argv[i], "--only="))
      only = argv[i] + strlen ("--only=");
    else if (argv[i][0] != '-' && !path)
      path = argv[i];
    else {
      fprintf (stderr,
          "perf-check: what is \"%s\"? Usage: perf-check [--quick] [--kernels "
          "| --only=PART] [JSON-FILE]\n",
          argv[i]);
      return 2;
    }
  }
  note_machine ();
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (only ? strcmp (only, parts[i].name) != 0
             : kernels_only && !parts[i].kernel)
      continue;
    known = TRUE;
    parts[i].run ();
  }
  perf_python_close ();
  if (!known) {
    fprintf (stderr, "perf-check: no part \"%s\"; there are", only);
    for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
      fprintf (stderr, " %s", parts[i].name);
    fprintf (stderr, "\n");
    return 2;
  }
  printf ("%u goals missed\n", bench_missed ());
  if (path && !bench_write_json (path, &error)) {
    fprintf (stderr, "perf-check: cannot write %s: %s\n", path, error->message);
    g_clear_error (&error);
    return 1;
  }
  return 0;
}
