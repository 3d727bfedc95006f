/* Measuring variants side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bench is a list of variants that do the same work. Every round runs each of
 * them once, in rotating order, on the CPU time of the thread (or the whole
 * process for variants with threads); what is reported is the median of the
 * per-round ratios to the anchor, never a single wall time. What misses a goal is
 * measured up to three times: a shared machine makes things slower only.
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
  /* Instruction set that it runs on; NULL: its own affair. */
  const gchar *isa;
} BenchVariant;

/* At least: so many times faster than @against. At most: so many times its
 * time. */
typedef struct
{
  guint variant, against; /* places */
  gdouble wanted;
  gboolean at_most;
} BenchGoal;

typedef struct
{
  const gchar *name;     /* of the bench, e.g. "csv" */
  const gchar *unit;     /* what one work unit is, e.g. "number" */
  gdouble units_per_run; /* work units in one run() */
  const BenchVariant *variants;
  guint n_variants; /* the first one is the anchor */
  guint rounds;
  gboolean whole_process; /* measure all threads */
  const BenchGoal *goals;
  guint n_goals;
} Bench;

typedef struct
{
  gdouble p10_ns; /* per unit */
  gdouble median_ns;
  gdouble ratio; /* median of anchor time / own time */
  gdouble above; /* median of own time / time of the floor, 0 without one */
} BenchResult;

/* Few rounds and no repetition: whether it runs, not how fast. */
void bench_set_quick (void);
gboolean bench_is_quick (void);

/* Fills @results (n_variants entries). */
void bench_run (const Bench *bench, BenchResult *results);

/* Prints a table row a variant, and collects for bench_write_json(). */
void bench_report (const Bench *bench, const BenchResult *results);

/* Both, up to three times while a goal is missed; then the goals. */
void bench_measure (const Bench *bench, BenchResult *results);

/* Prints PASS or MISS; a miss is counted, never fatal. @isa may be NULL. */
gboolean bench_gate (
    const gchar *what, const gchar *isa, gdouble value, gdouble at_least);
gboolean bench_gate_at_most (
    const gchar *what, const gchar *isa, gdouble value, gdouble at_most);
guint bench_missed (void);

/* Collects one more number, under @group and @name. */
void bench_note (const gchar *group, const gchar *name, gdouble value);
void bench_note_text (
    const gchar *group, const gchar *name, const gchar *value);
/* Says that something is not measured, and which package it would take. */
void bench_skip (const gchar *what, const gchar *reason);

gboolean bench_write_json (const gchar *path, GError **error);

/* --- a bench whose variants depend on the machine ---------------------------- */
#define BENCH_LIST_VARIANTS 24
#define BENCH_LIST_GOALS    24

typedef struct
{
  Bench bench;
  BenchVariant v[BENCH_LIST_VARIANTS];
  BenchGoal goals[BENCH_LIST_GOALS];
  BenchResult r[BENCH_LIST_VARIANTS];
  gchar *names[BENCH_LIST_VARIANTS];
} BenchList;

void bench_list_init (BenchList *list, const gchar *name, const gchar *unit,
    gdouble units, guint rounds);
/* The place of the variant. Takes @name. */
guint bench_list_add (BenchList *list, gchar *name, const gchar *isa,
    void (*run) (gpointer), gpointer data);
/* The place + 1 of what limits @variant; 0 changes nothing. */
void bench_list_floor (BenchList *list, guint variant, guint floor);
/* A goal; @wanted 0 is none. */
void bench_list_at_least (
    BenchList *list, guint variant, guint against, gdouble wanted);
void bench_list_at_most (
    BenchList *list, guint variant, guint against, gdouble wanted);
void bench_list_measure (BenchList *list);
