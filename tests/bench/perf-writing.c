/* perf-check: numbers as text, and recordings in a file, beside fprintf, EDFlib
 * and pandas
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>
#include <gst/eeg/dsp/eegdsp-format.h>
#ifdef HAVE_EDFLIB
#include <edflib.h>
#endif

#include "perf-lines.h"

/* --- text in memory --------------------------------------------------------------- */
#define NUMBERS 8192 /* of a run; the runs go through a quarter of all values */
static gchar text[NUMBERS * 16 + 32 * EEG_DSP_FORMAT_FIELD_SIZE];
static FILE *sink;
static guint place;

static const gfloat *
next_numbers (void)
{
  place = (place + NUMBERS) % (MOST / 4);
  return perf_volts + place;
}

static void
format_fprintf (gpointer data)
{
  const gfloat *v = next_numbers ();

  rewind (sink);
  for (guint i = 0; i < NUMBERS; i++)
    fprintf (sink, "%.6f,", (gdouble) v[i] * 1e6);
}

static void
format_one (gpointer data)
{
  const gfloat *v = next_numbers ();
  gchar *out = text;

  for (guint i = 0; i < NUMBERS; i++) {
    out = eeg_dsp_format_fixed (out, (gdouble) v[i] * 1e6, 6);
    *out++ = ',';
  }
}

guint
perf_format_run (gpointer isa)
{
  const gfloat *v = next_numbers ();
  gchar *out = text;

  for (guint i = 0; i < NUMBERS; i += CHANNELS)
    out = eeg_dsp_format_volts (
        GPOINTER_TO_INT (isa), out, v + i, CHANNELS, 6, ',');
  return NUMBERS;
}

static void
format_rows (gpointer data)
{
  perf_format_run (data);
}

void
bench_format (void)
{
  gchar *memory = g_malloc (sizeof text);
  BenchList l;

  perf_prepare ();
  sink = fmemopen (memory, sizeof text, "w");
  bench_list_init (&l, "CSV number, 6 decimals", "number", NUMBERS, 41);
  bench_list_add (
      &l, g_strdup ("fprintf into memory"), NULL, format_fprintf, NULL);
  bench_list_add (
      &l, g_strdup ("eeg_dsp_format_fixed"), "baseline", format_one, NULL);
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      bench_list_at_least (&l,
          bench_list_add (&l, g_strdup ("eeg_dsp_format_volts"),
              eeg_dsp_isa_name (isa), format_rows, GINT_TO_POINTER (isa)),
          0, isa >= EEG_DSP_ISA_AVX2 ? 40 : 18);
  bench_list_measure (&l);
  fclose (sink);
  g_free (memory);
}

/* --- recordings ------------------------------------------------------------------- */
/* All write to memory that looks like a disk, so that no disk is measured. */
#define ROWS 4000 /* of a run: a second */

static gchar *
scratch_dir (void)
{
  g_autofree gchar *template = g_strdup ("/dev/shm/perf-check-XXXXXX");

  if (g_mkdtemp (template))
    return g_steal_pointer (&template);
  return g_dir_make_tmp ("perf-check-XXXXXX", NULL);
}

static void
remove_dir (const gchar *path)
{
  GDir *d = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (d && (name = g_dir_read_name (d))) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);

    g_unlink (file);
  }
  g_clear_pointer (&d, g_dir_close);
  g_rmdir (path);
}

/* The columns of csvsink. */
typedef struct
{
  FILE *file;
  guint64 next;
} Printer;

static void
print_rows (gpointer data)
{
  Printer *p = data;

  for (guint f = 0; f < ROWS; f++, p->next++) {
    fprintf (p->file, "%" G_GUINT64_FORMAT ",%.9f", p->next,
        (gdouble) p->next / RATE);
    for (guint c = 0; c < CHANNELS; c++)
      fprintf (p->file, ",%.6f", (gdouble) perf_volts[f * CHANNELS + c] * 1e6);
    fputs (",0\n", p->file);
  }
}

#ifdef HAVE_EDFLIB
static const struct
{
  const gchar *name, *file;
  int type, most;
} edf_kinds[] = {
    {"EDFlib, EDF+ of 16 bits (no text)", "x.edf", EDFLIB_FILETYPE_EDFPLUS,
        32767},
    {"EDFlib, BDF+ of 24 bits (no text)", "x.bdf", EDFLIB_FILETYPE_BDFPLUS,
        8388607},
};
static int edf_files[G_N_ELEMENTS (edf_kinds)];

/* As programs do that have interleaved volts: a channel at a time. */
static void
edf_rows (gpointer data)
{
  static gdouble channel[ROWS];
  const int *file = data;

  for (guint c = 0; c < CHANNELS; c++) {
    for (guint f = 0; f < ROWS; f++)
      channel[f] = (gdouble) perf_volts[f * CHANNELS + c] * 1e6;
    edfwrite_physical_samples (*file, channel);
  }
}

static void
edf_add (BenchList *l, const gchar *dir)
{
  for (guint i = 0; i < G_N_ELEMENTS (edf_kinds); i++) {
    g_autofree gchar *path = g_build_filename (dir, edf_kinds[i].file, NULL);
    int f = edfopen_file_writeonly (path, edf_kinds[i].type, CHANNELS);

    edf_files[i] = f;
    for (int c = 0; f >= 0 && c < CHANNELS; c++) {
      edf_set_samplefrequency (f, c, ROWS);
      edf_set_physical_maximum (f, c, 1000);
      edf_set_physical_minimum (f, c, -1000);
      edf_set_digital_maximum (f, c, edf_kinds[i].most);
      edf_set_digital_minimum (f, c, -edf_kinds[i].most - 1);
      edf_set_label (f, c, "EEG");
      edf_set_physical_dimension (f, c, "uV");
    }
    if (f >= 0)
      bench_list_add (
          l, g_strdup (edf_kinds[i].name), NULL, edf_rows, &edf_files[i]);
  }
}

static void
edf_close (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (edf_files); i++)
    if (edf_files[i] >= 0)
      edfclose_file (edf_files[i]);
}
#else
static void
edf_add (BenchList *l, const gchar *dir)
{
  bench_skip ("EDFlib", "built without it (package libedf-dev)");
}

static void
edf_close (void)
{
}
#endif

void
bench_recorders (void)
{
  static const guint shapes[] = {16, 400};
  static const gchar *const names[] = {
      "csvsink, buffers of 16", "csvsink, buffers of 400"};
  const gboolean fast = eeg_dsp_isa () >= EEG_DSP_ISA_AVX2;
  g_autofree gchar *dir = scratch_dir ();
  g_autofree gchar *path = g_build_filename (dir, "printed.csv", NULL);
  Printer printer = {g_fopen (path, "w"), 0};
  PerfLine lines[G_N_ELEMENTS (shapes)] = {0};
  guint pandas;
  BenchList l;

  perf_prepare ();
  bench_list_init (&l, "recording to a file in memory", "sample",
      (gdouble) ROWS * CHANNELS, 11);
  l.bench.whole_process = TRUE;
  bench_list_add (
      &l, g_strdup ("fprintf, same columns"), NULL, print_rows, &printer);
  pandas = perf_add_python (&l, "to_csv", CHANNELS, ROWS, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autofree gchar *text = g_strdup_printf (
        "csvsink if-exists=overwrite location=%s/%u.csv", dir, shapes[i]);
    PerfLineSpec spec = {names[i], text};
    gint v = perf_add_line (&l, &lines[i], &spec, shapes[i], ROWS / shapes[i]);

    if (v < 0)
      continue;
    bench_list_at_least (&l, (guint) v, 0, fast ? 40 : 18);
    if (pandas)
      bench_list_at_least (&l, (guint) v, pandas, 100);
  }
  edf_add (&l, dir);
  bench_list_measure (&l);
  edf_close ();
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    perf_line_close (&lines[i]);
  fclose (printer.file);
  remove_dir (dir);
}
