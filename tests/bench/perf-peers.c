/* perf-check: peers that are not in this process, or nowhere
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "perf.h"

/* --- Python: one process that waits for its turn -------------------------------- */
typedef struct
{
  gchar *request;
  gdouble scale;
} Request;

static struct
{
  gboolean tried;
  gint in;
  FILE *out;
  GPtrArray *requests;
} python;

static void
request_free (gpointer data)
{
  Request *r = data;

  g_free (r->request);
  g_free (r);
}

static gboolean
python_open (void)
{
  gchar *argv[] = {(gchar *) "/usr/bin/python3", (gchar *) PEER_SCIPY, NULL};
  gchar line[64];
  gint out;

  if (python.tried)
    return python.out != NULL;
  python.tried = TRUE;
  if (!g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
          NULL, NULL, NULL, &python.in, &out, NULL, NULL)) {
    bench_skip ("SciPy", "no /usr/bin/python3 (package python3-scipy)");
    return FALSE;
  }
  python.out = fdopen (out, "r");
  if (fgets (line, sizeof line, python.out)) {
    python.requests = g_ptr_array_new_with_free_func (request_free);
    return TRUE;
  }
  bench_skip ("SciPy", "not installed (package python3-scipy)");
  fclose (python.out);
  close (python.in);
  python.out = NULL;
  return FALSE;
}

/* ns as Python measures them, NAN when it cannot. */
static gdouble
python_run (gpointer data)
{
  const Request *r = data;
  gchar line[64];

  if (dprintf (python.in, "%s\n", r->request) < 0 ||
      !fgets (line, sizeof line, python.out))
    return NAN;
  return g_ascii_strtod (line, NULL) * r->scale;
}

guint
perf_add_python (BenchList *l, const gchar *what, guint channels, guint frames,
    guint calls, gdouble scale)
{
  Request *r;
  guint v;

  if (!python_open ())
    return 0;
  r = g_new (Request, 1);
  *r = (Request){
      g_strdup_printf ("%s %u %u %u", what, channels, frames, calls), scale};
  g_ptr_array_add (python.requests, r);
  /* The first answer tells whether this is installed. */
  if (!(python_run (r) > 0)) {
    g_autofree gchar *name = g_strdup_printf ("Python's %s", what);

    bench_skip (name, "not installed (package python3-pandas)");
    return 0;
  }
  v = bench_list_add (l, g_strdup_printf ("Python, %s", what), NULL, NULL, r);
  l->v[v].elsewhere = python_run;
  return v;
}

void
perf_python_close (void)
{
  if (!python.out)
    return;
  close (python.in);
  fclose (python.out);
  python.out = NULL;
  g_clear_pointer (&python.requests, g_ptr_array_unref);
}

/* --- nowhere --------------------------------------------------------------------- */
void
bench_absent_peers (void)
{
  bench_skip ("brainflow", "not packaged for Debian: cast, filter, get_psd, "
                           "write_file, chain");
  bench_skip ("liblsl", "not packaged for Debian: websocketsink beside LSL");
  bench_skip ("pffft", "not packaged for Debian: spectra are compared with the "
                       "own transform and gst-fft");
  bench_skip ("EDF sink", "there is no such element");
}
