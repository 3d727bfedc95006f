/* What the stages cost, beside what is always there: a naive loop, memcpy,
 * fprintf, the multiply-add units' limit, stock elements
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: perf-check [JSON-FILE]
 *        perf-check --kernels [JSON-FILE]   without elements and chains
 *        perf-check --count KERNEL RUNS     nothing but RUNS runs of a kernel
 *
 * Variants take turns; the ratio in the table is the median of (time of the
 * first variant / own time) over the rounds. Goals are printed as PASS or MISS
 * and never change the exit code: a shared machine is slower than the code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/eeg.h>

#include "harness.h"
#include "perf-kernels.h"
#include "perf-pipelines.h"

int
main (int argc, char **argv)
{
  gboolean kernels_only;
  const gchar *path;
  GError *error = NULL;
  guint missed = 0, values;

  if (argc == 4 && strcmp (argv[1], "--count") == 0) {
    guint runs = (guint) g_ascii_strtoull (argv[3], NULL, 10);

    if (!bench_count (argv[2], runs, &values)) {
      fprintf (stderr,
          "perf-check: no kernel \"%s\"; there are filter, fir, csv, unpack\n",
          argv[2]);
      return 1;
    }
    printf ("%u\n", values);
    return 0;
  }
  gst_init (&argc, &argv);
  kernels_only = argc > 1 && strcmp (argv[1], "--kernels") == 0;
  path = argc > 1 + kernels_only ? argv[1 + kernels_only] : NULL;

  printf ("best instruction set: %s\n", eeg_dsp_isa_name (eeg_dsp_isa ()));
  bench_kernels (&missed);
  bench_scale (&missed);
  if (!kernels_only) {
    bench_elements (&missed);
    bench_offline (&missed);
    bench_latency ();
  }
  printf ("%u goals missed\n", missed);
  if (path && !bench_write_json (path, &error)) {
    fprintf (stderr, "perf-check: cannot write %s: %s\n", path, error->message);
    g_clear_error (&error);
    return 1;
  }
  return 0;
}
