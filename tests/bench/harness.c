/* Measuring variants side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "harness.h"

static json_t *collected;
static gboolean quick;
static guint missed;

void
bench_set_quick (void)
{
  quick = TRUE;
}

gboolean
bench_is_quick (void)
{
  return quick;
}

guint
bench_missed (void)
{
  return missed;
}

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

static guint
rounds_of (const Bench *bench)
{
  return quick ? MIN (bench->rounds, 3) : bench->rounds;
}

/* times[variant][round] */
static gdouble *
run_rounds (const Bench *bench)
{
  guint n = bench->n_variants, rounds = rounds_of (bench), round, i;
  gdouble *times = g_new (gdouble, n * rounds);

  for (i = 0; i < n; i++)
    time_of (bench, &bench->variants[i]);
  for (round = 0; round < rounds; round++) {
    for (i = 0; i < n; i++) {
      guint v = (i + round) % n;

      times[v * rounds + round] = time_of (bench, &bench->variants[v]);
    }
  }
  return times;
}

/* Median over the rounds of the time of @a by the time of @b. */
static gdouble
ratio_of (const gdouble *times, guint rounds, guint a, guint b)
{
  g_autofree gdouble *ratios = g_new (gdouble, rounds);

  for (guint i = 0; i < rounds; i++)
    ratios[i] = times[a * rounds + i] / times[b * rounds + i];
  return quantile (ratios, rounds, 0.5);
}

static void
evaluate (const Bench *bench, const gdouble *times, BenchResult *results)
{
  guint rounds = rounds_of (bench);

  for (guint i = 0; i < bench->n_variants; i++) {
    const gdouble *own = times + i * rounds;
    guint floor = bench->variants[i].floor;

    results[i].p10_ns = quantile (own, rounds, 0.1) / bench->units_per_run;
    results[i].median_ns = quantile (own, rounds, 0.5) / bench->units_per_run;
    results[i].ratio = ratio_of (times, rounds, 0, i);
    results[i].above = floor ? ratio_of (times, rounds, i, floor - 1) : 0;
  }
}

void
bench_run (const Bench *bench, BenchResult *results)
{
  g_autofree gdouble *times = run_rounds (bench);

  evaluate (bench, times, results);
}

static gdouble
reached (const Bench *bench, const gdouble *times, const BenchGoal *g)
{
  guint rounds = rounds_of (bench);

  return g->at_most ? ratio_of (times, rounds, g->variant, g->against)
                    : ratio_of (times, rounds, g->against, g->variant);
}

void
bench_measure (const Bench *bench, BenchResult *results)
{
  guint again = quick ? 1 : 3, i;

  for (;;) {
    g_autofree gdouble *times = run_rounds (bench);
    gboolean met = TRUE;

    for (i = 0; i < bench->n_goals; i++) {
      gdouble x = reached (bench, times, &bench->goals[i]);

      met &= bench->goals[i].at_most ? x <= bench->goals[i].wanted
                                     : x >= bench->goals[i].wanted;
    }
    if (!met && --again)
      continue;
    evaluate (bench, times, results);
    bench_report (bench, results);
    for (i = 0; i < bench->n_goals; i++) {
      const BenchGoal *g = &bench->goals[i];
      const BenchVariant *v = &bench->variants[g->variant];
      g_autofree gchar *what = g_strdup_printf ("%s: %s, %s %s", bench->name,
          v->name, g->at_most ? "times the time of" : "times faster than",
          bench->variants[g->against].name);

      (g->at_most ? bench_gate_at_most : bench_gate) (
          what, v->isa, reached (bench, times, g), g->wanted);
    }
    return;
  }
}

static json_t *
collection (const gchar *name, json_t *(*create) (void) )
{
  json_t *o;

  if (!collected)
    collected = json_object ();
  o = json_object_get (collected, name);
  if (!o)
    json_object_set_new (collected, name, o = create ());
  return o;
}

/* JSON has no word for what is not a number. */
static json_t *
number (gdouble x)
{
  return isfinite (x) ? json_real (x) : json_null ();
}

void
bench_report (const Bench *bench, const BenchResult *results)
{
  json_t *rows = collection (bench->name, json_array);

  json_array_clear (rows);
  printf (
      "%s (per %s, %u rounds)\n", bench->name, bench->unit, rounds_of (bench));
  for (guint i = 0; i < bench->n_variants; i++) {
    const BenchVariant *v = &bench->variants[i];

    printf ("  %-36s %-8s p10 %9.3f ns  median %9.3f ns  %7.2f x", v->name,
        v->isa ? v->isa : "", results[i].p10_ns, results[i].median_ns,
        results[i].ratio);
    if (results[i].above > 0)
      printf ("  %6.2f of %s", results[i].above,
          bench->variants[v->floor - 1].name);
    printf ("\n");
    json_array_append_new (rows,
        json_pack ("{s:s,s:s?,s:s,s:o,s:o,s:o,s:o}", "variant", v->name, "isa",
            v->isa, "unit", bench->unit, "p10_ns", number (results[i].p10_ns),
            "median_ns", number (results[i].median_ns), "ratio",
            number (results[i].ratio), "of_floor",
            results[i].above > 0 ? number (results[i].above) : json_null ()));
  }
  fflush (stdout);
}

void
bench_note (const gchar *group, const gchar *name, gdouble value)
{
  json_object_set_new (collection (group, json_object), name, number (value));
}

void
bench_note_text (const gchar *group, const gchar *name, const gchar *value)
{
  json_object_set_new (
      collection (group, json_object), name, json_string (value));
}

void
bench_skip (const gchar *what, const gchar *reason)
{
  printf ("SKIP %s: %s\n", what, reason);
  fflush (stdout);
  bench_note_text ("skipped", what, reason);
}

static gboolean
gate (const gchar *what, const gchar *isa, gdouble value, gdouble wanted,
    gboolean at_most)
{
  gboolean ok = at_most ? value <= wanted : value >= wanted;

  printf ("  %s  %s%s%s%s: %.2f, wanted at %s %.4g\n", ok ? "PASS" : "MISS",
      what, isa ? " (" : "", isa ? isa : "", isa ? ")" : "", value,
      at_most ? "most" : "least", wanted);
  fflush (stdout);
  json_array_append_new (collection ("goals", json_array),
      json_pack ("{s:s,s:s?,s:o,s:f,s:s,s:b}", "what", what, "isa", isa,
          "value", number (value), "wanted", wanted, "bound",
          at_most ? "at most" : "at least", "pass", ok));
  if (!ok)
    missed++;
  return ok;
}

gboolean
bench_gate (
    const gchar *what, const gchar *isa, gdouble value, gdouble at_least)
{
  return gate (what, isa, value, at_least, FALSE);
}

gboolean
bench_gate_at_most (
    const gchar *what, const gchar *isa, gdouble value, gdouble at_most)
{
  return gate (what, isa, value, at_most, TRUE);
}

gboolean
bench_write_json (const gchar *path, GError **error)
{
  gchar *text;
  gboolean ok;

  collection ("goals", json_array);
  text = json_dumps (
      collected, JSON_INDENT (1) | JSON_SORT_KEYS | JSON_REAL_PRECISION (6));
  ok = g_file_set_contents (path, text, -1, error);
  free (text);
  return ok;
}

/* --- lists --------------------------------------------------------------------- */
void
bench_list_init (BenchList *l, const gchar *name, const gchar *unit,
    gdouble units, guint rounds)
{
  memset (l, 0, sizeof *l);
  l->bench.name = name;
  l->bench.unit = unit;
  l->bench.units_per_run = units;
  l->bench.variants = l->v;
  l->bench.goals = l->goals;
  l->bench.rounds = rounds;
}

guint
bench_list_add (BenchList *l, gchar *name, const gchar *isa,
    void (*run) (gpointer), gpointer data)
{
  guint i = l->bench.n_variants++;

  g_assert (i < BENCH_LIST_VARIANTS);
  l->names[i] = name;
  l->v[i] = (BenchVariant){.name = name, .run = run, .data = data, .isa = isa};
  return i;
}

void
bench_list_floor (BenchList *l, guint variant, guint floor)
{
  if (floor)
    l->v[variant].floor = floor;
}

static void
add_goal (BenchList *l, guint variant, guint against, gdouble wanted,
    gboolean at_most)
{
  if (wanted <= 0)
    return;
  g_assert (l->bench.n_goals < BENCH_LIST_GOALS);
  l->goals[l->bench.n_goals++] = (BenchGoal){variant, against, wanted, at_most};
}

void
bench_list_at_least (BenchList *l, guint variant, guint against, gdouble wanted)
{
  add_goal (l, variant, against, wanted, FALSE);
}

void
bench_list_at_most (BenchList *l, guint variant, guint against, gdouble wanted)
{
  add_goal (l, variant, against, wanted, TRUE);
}

void
bench_list_measure (BenchList *l)
{
  bench_measure (&l->bench, l->r);
  for (guint i = 0; i < l->bench.n_variants; i++)
    g_clear_pointer (&l->names[i], g_free);
}
