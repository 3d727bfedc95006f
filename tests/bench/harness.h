/* Measuring variants side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bench is a list of variants that do the same work. Every round runs each of
 * them once, in rotating order, on the CPU time of the thread (or the whole
 * process for variants with threads); what is reported is the median of the
 * per-round ratios to the anchor, never a single wall time.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const gchar *name;
  /* Does the bench's units of work. */
  void (*run) (gpointer data);
  gpointer data;
  /* Instead of run(): another process does the work; returns its ns. */
  gdouble (*elsewhere) (gpointer data);
  /* What it is compared with besides the anchor: place + 1 of the variant that
   * shows the limit for this one; 0 for none. */
  guint floor;
} BenchVariant;

typedef struct
{
  const gchar *name;     /* of the bench, e.g. "csv" */
  const gchar *unit;     /* what one work unit is, e.g. "number" */
  gdouble units_per_run; /* work units in one run() */
  const BenchVariant *variants;
  guint n_variants; /* the first one is the anchor */
  guint rounds;
  gboolean whole_process; /* measure all threads */
} Bench;

typedef struct
{
  gdouble p10_ns; /* per unit */
  gdouble median_ns;
  gdouble ratio; /* median of anchor time / own time */
  gdouble above; /* median of own time / time of the floor, 0 without one */
} BenchResult;

/* Fills @results (n_variants entries). */
void bench_run (const Bench *bench, BenchResult *results);

/* Prints a table row a variant, and collects for bench_write_json(). */
void bench_report (const Bench *bench, const BenchResult *results);

/* Gate: prints PASS or MISS; a miss is counted, never fatal to a test run. */
gboolean bench_gate (
    const gchar *what, gdouble value, gdouble at_least, guint *missed);
gboolean bench_gate_at_most (
    const gchar *what, gdouble value, gdouble at_most, guint *missed);

/* Collects one more number, under @group and @name. */
void bench_note (const gchar *group, const gchar *name, gdouble value);

gboolean bench_write_json (const gchar *path, GError **error);
