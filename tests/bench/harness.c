/* Measuring variants side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "harness.h"

static json_t *collected;

static gdouble
cpu_now (gboolean whole_process)
{
  struct timespec t;

  clock_gettime (
      whole_process ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
quantile (const gdouble *values, guint n, gdouble q)
{
  gdouble *sorted = g_memdup2 (values, n * sizeof (gdouble));
  gdouble v;

  qsort (sorted, n, sizeof (gdouble), compare_doubles);
  v = sorted[(guint) (q * (n - 1) + 0.5)];
  g_free (sorted);
  return v;
}

static gdouble
time_of (const Bench *bench, const BenchVariant *v)
{
  gdouble start;

  if (v->elsewhere)
    return v->elsewhere (v->data);
  start = cpu_now (bench->whole_process);
  v->run (v->data);
  return cpu_now (bench->whole_process) - start;
}

void
bench_run (const Bench *bench, BenchResult *results)
{
  guint n = bench->n_variants, round, i;
  gdouble *times = g_new (gdouble, n * bench->rounds);
  gdouble *ratios = g_new (gdouble, bench->rounds);

  for (i = 0; i < n; i++)
    time_of (bench, &bench->variants[i]);
  for (round = 0; round < bench->rounds; round++) {
    for (i = 0; i < n; i++) {
      guint v = (i + round) % n;

      times[v * bench->rounds + round] = time_of (bench, &bench->variants[v]);
    }
  }
  for (i = 0; i < n; i++) {
    const gdouble *own = times + i * bench->rounds;

    for (round = 0; round < bench->rounds; round++)
      ratios[round] = times[round] / own[round];
    results[i].p10_ns =
        quantile (own, bench->rounds, 0.1) / bench->units_per_run;
    results[i].median_ns =
        quantile (own, bench->rounds, 0.5) / bench->units_per_run;
    results[i].ratio = quantile (ratios, bench->rounds, 0.5);
    results[i].above = 0;
    if (bench->variants[i].floor) {
      const gdouble *floor =
          times + (bench->variants[i].floor - 1) * bench->rounds;

      for (round = 0; round < bench->rounds; round++)
        ratios[round] = own[round] / floor[round];
      results[i].above = quantile (ratios, bench->rounds, 0.5);
    }
  }
  g_free (ratios);
  g_free (times);
}

void
bench_report (const Bench *bench, const BenchResult *results)
{
  guint i;
  json_t *rows = json_array ();

  printf ("%s (per %s, %u rounds)\n", bench->name, bench->unit, bench->rounds);
  for (i = 0; i < bench->n_variants; i++) {
    printf ("  %-34s p10 %9.3f ns  median %9.3f ns  %7.2f x",
        bench->variants[i].name, results[i].p10_ns, results[i].median_ns,
        results[i].ratio);
    if (results[i].above > 0)
      printf ("  %6.2f of %s", results[i].above,
          bench->variants[bench->variants[i].floor - 1].name);
    printf ("\n");
    json_array_append_new (rows,
        json_pack ("{s:s,s:f,s:f,s:f,s:f}", "variant", bench->variants[i].name,
            "p10_ns", results[i].p10_ns, "median_ns", results[i].median_ns,
            "ratio", results[i].ratio, "of_floor", results[i].above));
  }
  fflush (stdout);
  if (!collected)
    collected = json_object ();
  json_object_set_new (collected, bench->name, rows);
}

void
bench_note (const gchar *group, const gchar *name, gdouble value)
{
  json_t *o;

  if (!collected)
    collected = json_object ();
  o = json_object_get (collected, group);
  if (!o)
    json_object_set_new (collected, group, o = json_object ());
  json_object_set_new (o, name, json_real (value));
}

gboolean
bench_gate (const gchar *what, gdouble value, gdouble at_least, guint *missed)
{
  gboolean ok = value >= at_least;

  printf ("  %s  %s: %.2f, wanted at least %.2f\n", ok ? "PASS" : "MISS", what,
      value, at_least);
  fflush (stdout);
  if (!ok)
    (*missed)++;
  return ok;
}

gboolean
bench_gate_at_most (
    const gchar *what, gdouble value, gdouble at_most, guint *missed)
{
  gboolean ok = value <= at_most;

  printf ("  %s  %s: %.2f, wanted at most %.2f\n", ok ? "PASS" : "MISS", what,
      value, at_most);
  fflush (stdout);
  if (!ok)
    (*missed)++;
  return ok;
}

gboolean
bench_write_json (const gchar *path, GError **error)
{
  gchar *text = json_dumps (collected ? collected : json_object (),
      JSON_INDENT (1) | JSON_SORT_KEYS | JSON_REAL_PRECISION (6));
  gboolean ok = g_file_set_contents (path, text, -1, error);

  free (text);
  return ok;
}
