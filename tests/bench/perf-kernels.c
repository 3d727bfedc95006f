/* perf-check: the kernels, on every instruction set of this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-fir.h>
#include <gst/eeg/dsp/eegdsp-format.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>

#include "harness.h"
#include "perf-kernels.h"

#define CHANNELS 32
#define RATE     4000.0
#define SECTIONS 5
#define TAPS     257
#define ROUNDS   41
#define MOST     (1 << 20) /* values of the longest buffer */
#define MAX_ISAS EEG_DSP_N_ISAS

static gfloat volts[MOST], result[MOST];
static EegDspSection sections[SECTIONS];

static gdouble
noise (void)
{
  return (gdouble) rand () / RAND_MAX - 0.5;
}

static void
prepare (void)
{
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, RATE, 1};
  static gboolean done;
  gint n;

  if (done)
    return;
  done = TRUE;
  srand (1);
  for (guint i = 0; i < MOST; i++)
    volts[i] = (gfloat) (200e-6 * noise ());
  n = eeg_dsp_design (&spec, sections, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  n += eeg_dsp_design (&spec, sections + n, NULL, 0);
  eeg_dsp_design_notch (RATE, 50, 30, sections + n, NULL, 0);
}

/* --- what the multiply-add units can do at most ------------------------------ */
typedef struct
{
  EegDspIsa isa;
  gulong tens; /* of vector multiply-adds */
} Bound;

#if defined(__x86_64__)
#define TEN(v)                                                                 \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "0\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "1\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "2\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "3\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "4\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "5\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "6\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "7\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "8\n\t"                               \
  "vfmadd231pd %%" v "14,%%" v "15,%%" v "9\n\t"
#define CLEAR(v)                                                               \
  "vxorps %%xmm14,%%xmm14,%%xmm14\n\tvxorps %%xmm15,%%xmm15,%%xmm15\n\t"
#define LOOP(v)                                                                \
  __asm__ volatile(CLEAR (v) "1:\n\t" TEN (v) "dec %0\n\tjnz 1b\n\t"           \
                                              "vzeroupper"                     \
                   : "+r"(n)::"cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",    \
                   "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm14", "xmm15")
#define HAVE_BOUND 1
static void
bound_run (gpointer data)
{
  const Bound *b = data;
  gulong n = b->tens;

  if (b->isa == EEG_DSP_ISA_AVX512)
    LOOP ("zmm");
  else
    LOOP ("ymm");
}
#elif defined(__aarch64__)
#define HAVE_BOUND 1
static void
bound_run (gpointer data)
{
  const Bound *b = data;
  gulong n = b->tens;

  __asm__ volatile(
      "movi v30.2d, #0\n\tmovi v31.2d, #0\n"
      "1:\n\t"
      "fmla v0.2d, v30.2d, v31.2d\n\tfmla v1.2d, v30.2d, v31.2d\n\t"
      "fmla v2.2d, v30.2d, v31.2d\n\tfmla v3.2d, v30.2d, v31.2d\n\t"
      "fmla v4.2d, v30.2d, v31.2d\n\tfmla v5.2d, v30.2d, v31.2d\n\t"
      "fmla v6.2d, v30.2d, v31.2d\n\tfmla v7.2d, v30.2d, v31.2d\n\t"
      "fmla v16.2d, v30.2d, v31.2d\n\t"
      "fmla v17.2d, v30.2d, v31.2d\n\t"
      "subs %0, %0, #1\n\tb.ne 1b"
      : "+r"(n)::"cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16",
      "v17", "v30", "v31");
}
#else
#define HAVE_BOUND 0
static void
bound_run (gpointer data)
{
}
#endif

/* The lanes that multiply-adds of @isa work on; 0 where it has none. */
static guint
lanes_of (EegDspIsa isa)
{
#if defined(__x86_64__)
  return isa == EEG_DSP_ISA_AVX512 ? 8 : isa == EEG_DSP_ISA_AVX2 ? 4 : 0;
#else
  return HAVE_BOUND ? 2 : 0;
#endif
}

/* --- lists of variants -------------------------------------------------------- */
typedef struct
{
  Bench bench;
  BenchVariant v[2 + 4 * MAX_ISAS];
  Bound bounds[MAX_ISAS];
  gchar *names[2 + 4 * MAX_ISAS];
  BenchResult r[2 + 4 * MAX_ISAS];
  guint of[MAX_ISAS]; /* variant of each instruction set, 0: none */
} List;

static void
list_init (List *l, const gchar *name, const gchar *unit, gdouble units)
{
  memset (l, 0, sizeof *l);
  l->bench.name = name;
  l->bench.unit = unit;
  l->bench.units_per_run = units;
  l->bench.variants = l->v;
  l->bench.rounds = ROUNDS;
}

static guint
list_add (
    List *l, gchar *name, void (*run) (gpointer), gpointer data, guint floor)
{
  guint i = l->bench.n_variants++;

  l->names[i] = name;
  l->v[i] = (BenchVariant){name, run, data, NULL, floor};
  return i;
}

/* The bound of @isa for so many multiply-adds on doubles; place + 1, or 0. */
static guint
list_add_bound (List *l, EegDspIsa isa, gdouble multiply_adds)
{
  guint lanes = lanes_of (isa);

  if (!lanes)
    return 0;
  l->bounds[isa] = (Bound){isa, (gulong) (multiply_adds / lanes / 10)};
  return 1 + list_add (l,
                 g_strdup_printf ("multiply-adds, %s", eeg_dsp_isa_name (isa)),
                 bound_run, &l->bounds[isa], 0);
}

/* Goals are per instruction set; 0 for none. */
typedef struct
{
  gdouble ratio[MAX_ISAS]; /* of the anchor, at least */
  gdouble above[MAX_ISAS]; /* of the floor, at most */
} Goals;

static gboolean
list_meets (const List *l, const Goals *g)
{
  for (guint isa = 0; isa < MAX_ISAS; isa++) {
    const BenchResult *r = &l->r[l->of[isa]];

    if (l->of[isa] && (r->ratio < g->ratio[isa] ||
                          (g->above[isa] > 0 && r->above > g->above[isa])))
      return FALSE;
  }
  return TRUE;
}

/* Up to three times: what shares the machine makes things slower only. */
static void
list_run (List *l, const Goals *g, guint *missed)
{
  for (guint i = 0; i < 3; i++) {
    bench_run (&l->bench, l->r);
    if (list_meets (l, g))
      break;
  }
  bench_report (&l->bench, l->r);
  for (guint isa = 0; isa < MAX_ISAS; isa++) {
    const BenchResult *r = &l->r[l->of[isa]];
    g_autofree gchar *what =
        g_strdup_printf ("%s on %s", l->bench.name, eeg_dsp_isa_name (isa));

    if (!l->of[isa])
      continue;
    if (g->ratio[isa] > 0)
      bench_gate (what, r->ratio, g->ratio[isa], missed);
    if (g->above[isa] > 0 && r->above > 0)
      bench_gate_at_most (what, r->above, g->above[isa], missed);
  }
  for (guint i = 0; i < l->bench.n_variants; i++)
    g_free (l->names[i]);
}

/* --- unpacking and scaling ------------------------------------------------------ */
#define CHIP_CHANNELS 8
#define CHIP_BYTES    27
#define CHIP_FRAMES   1600
#define CODES         (CHIP_FRAMES * CHIP_CHANNELS)

static guint8 chip_bytes[CHIP_FRAMES * CHIP_BYTES];
static gint32 codes[CODES];
static EegDspScale *scales[MAX_ISAS][2]; /* equal and different factors */

static void
unpack_naive (gpointer data)
{
  for (guint f = 0; f < CHIP_FRAMES; f++) {
    const guint8 *b = chip_bytes + f * CHIP_BYTES;

    for (guint c = 0; c < CHIP_CHANNELS; c++) {
      gint32 v = 0;

      for (guint k = 0; k < 3; k++)
        v = v << 8 | b[3 + 3 * c + k];
      if (v & 0x800000)
        v |= ~0xffffff;
      codes[f * CHIP_CHANNELS + c] = v;
    }
  }
}

static void
unpack_copy (gpointer data)
{
  memcpy (codes, chip_bytes, sizeof chip_bytes);
}

static void
unpack_ours (gpointer data)
{
  eeg_dsp_unpack24 (GPOINTER_TO_INT (data), chip_bytes + 3, CHIP_FRAMES,
      CHIP_BYTES, CHIP_CHANNELS, codes, CHIP_CHANNELS);
}

static void
unpack_scaled (gpointer data)
{
  eeg_dsp_unpack24_scaled (scales[GPOINTER_TO_INT (data)][0], chip_bytes + 3,
      CHIP_FRAMES, CHIP_BYTES, CHIP_CHANNELS, result);
}

static void
volts_naive (gpointer data)
{
  for (guint i = 0; i < CODES; i++) {
    gint32 v = codes[i] & 0xffffff;

    if (v & 0x800000)
      v -= 0x1000000;
    result[i] = (gfloat) (v * (4.5 / 24) / 8388608.0);
  }
}

static void
volts_copy (gpointer data)
{
  memcpy (result, codes, sizeof codes);
}

static void
volts_uniform (gpointer data)
{
  eeg_dsp_scale_s24_to_f32 (
      scales[GPOINTER_TO_INT (data)][0], codes, result, CODES / CHANNELS);
}

static void
volts_by_channel (gpointer data)
{
  eeg_dsp_scale_s24_to_f32 (
      scales[GPOINTER_TO_INT (data)][1], codes, result, CODES / CHANNELS);
}

static void
gain_ours (gpointer data)
{
  eeg_dsp_scale_f32 (
      scales[GPOINTER_TO_INT (data)][1], volts, result, CODES / CHANNELS);
}

static void
bench_samples (guint *missed)
{
  static const Goals unpack = {{0, 8, 8, 8}, {0, 2.5, 2.5, 2.5}};
  static const Goals scaling = {{0}, {0, 0, 1.3, 1.3}};
  gdouble factors[2][CHANNELS];
  List a, b;

  for (guint i = 0; i < sizeof chip_bytes; i++)
    chip_bytes[i] = (guint8) rand ();
  for (guint i = 0; i < CHANNELS; i++) {
    factors[0][i] = 4.5 / 24 * 0x1p-23;
    factors[1][i] = 4.5 / (i % 2 ? 24 : 6) * 0x1p-23;
  }
  list_init (&a, "unpack 27-byte frames", "sample", CODES);
  list_add (&a, g_strdup ("naive byte loop"), unpack_naive, NULL, 0);
  list_add (&a, g_strdup ("memcpy"), unpack_copy, NULL, 0);
  list_init (&b, "counts to volts", "sample", CODES);
  list_add (&b, g_strdup ("naive loop"), volts_naive, NULL, 0);
  list_add (&b, g_strdup ("memcpy"), volts_copy, NULL, 0);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    const gchar *name = eeg_dsp_isa_name (isa);
    gpointer data = GINT_TO_POINTER (isa);

    if (!eeg_dsp_isa_supported (isa))
      continue;
    for (guint k = 0; k < 2; k++)
      scales[isa][k] = eeg_dsp_scale_new (factors[k], CHANNELS, isa);
    a.of[isa] = list_add (&a, g_strdup (name), unpack_ours, data, 2);
    list_add (
        &a, g_strdup_printf ("%s, to volts", name), unpack_scaled, data, 2);
    b.of[isa] = list_add (&b, g_strdup (name), volts_uniform, data, 2);
    list_add (&b, g_strdup_printf ("%s, gain by channel", name),
        volts_by_channel, data, 2);
    list_add (
        &b, g_strdup_printf ("%s, volts times gain", name), gain_ours, data, 2);
  }
  list_run (&a, &unpack, missed);
  list_run (&b, &scaling, missed);
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    for (guint k = 0; k < 2; k++)
      g_clear_pointer (&scales[isa][k], eeg_dsp_scale_free);
}

/* --- filters --------------------------------------------------------------------- */
typedef struct
{
  guint channels, frames, calls;
  EegDspCascade *cascade;
  EegDspFirFilter *fir;
  gdouble *state; /* of the naive loop */
} Filter;

static const gdouble *
naive_taps (void)
{
  static gdouble taps[TAPS];

  for (guint i = 0; i < TAPS && taps[0] == 0; i++)
    taps[TAPS - 1 - i] = 1.0 / TAPS;
  return taps;
}

static void
filter_run (gpointer data)
{
  Filter *f = data;

  for (guint i = 0; i < f->calls; i++)
    eeg_dsp_cascade_process_f32 (f->cascade, volts, result, f->frames);
}

static void
fir_run (gpointer data)
{
  Filter *f = data;

  for (guint i = 0; i < f->calls; i++)
    eeg_dsp_fir_process_f32 (f->fir, volts, result, f->frames);
}

/* Channel by channel, section by section. */
static void
filter_naive (gpointer data)
{
  Filter *f = data;

  for (guint i = 0; i < f->calls; i++)
    for (guint c = 0; c < f->channels; c++)
      for (guint n = 0; n < f->frames; n++) {
        gdouble x = volts[n * f->channels + c];

        for (guint k = 0; k < SECTIONS; k++) {
          gdouble *z = f->state + 2 * (c * SECTIONS + k);
          const EegDspSection *s = &sections[k];
          gdouble y = s->b0 * x + z[0];

          z[0] = s->b1 * x - s->a1 * y + z[1];
          z[1] = s->b2 * x - s->a2 * y;
          x = y;
        }
        result[n * f->channels + c] = (gfloat) x;
      }
}

/* The values before the buffer are those of its end: the work is the same. */
static void
fir_naive (gpointer data)
{
  Filter *f = data;
  const gdouble *taps = naive_taps ();

  for (guint i = 0; i < f->calls; i++)
    for (guint n = 0; n < f->frames; n++)
      for (guint c = 0; c < f->channels; c++) {
        gdouble sum = 0;

        for (guint k = 0; k < TAPS; k++)
          sum += taps[k] * volts[(n + k) * f->channels + c];
        result[n * f->channels + c] = (gfloat) sum;
      }
}

/* SciPy, in a process of its own that waits for its turn. */
typedef struct
{
  GPid pid;
  gint in;
  FILE *out;
  const Filter *shape;
} Peer;

static gboolean
peer_open (Peer *p)
{
  gchar *argv[] = {(gchar *) "/usr/bin/python3", (gchar *) PEER_SCIPY, NULL};
  gchar line[64];
  gint out;

  if (!g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
          NULL, NULL, &p->pid, &p->in, &out, NULL, NULL)) {
    printf ("SKIP scipy: no /usr/bin/python3\n");
    return FALSE;
  }
  p->out = fdopen (out, "r");
  if (fgets (line, sizeof line, p->out))
    return TRUE;
  printf ("SKIP scipy: not installed\n");
  fclose (p->out);
  return FALSE;
}

static gdouble
peer_run (gpointer data)
{
  Peer *p = data;
  gchar line[64];
  gdouble calls = MAX (1, p->shape->calls / 8);

  dprintf (p->in, "%u %u %g\n", p->shape->channels, p->shape->frames, calls);
  if (!fgets (line, sizeof line, p->out))
    return NAN;
  return g_ascii_strtod (line, NULL) / calls * p->shape->calls;
}

static void
bench_shape (Peer *peer, guint channels, guint frames, guint *missed)
{
  static const Goals goals = {{1.9, 0, 6, 12}, {0, 0, 1.3, 1.3}};
  static const Goals fir_goals[] = {
      {{0}, {0, 0, 1.5, 1.5}}, {{0}, {0, 0, 1.3, 1.3}}};
  const gboolean large = frames >= 400;
  g_autofree gchar *name =
      g_strdup_printf ("filter, 5 sections, %u x %u", channels, frames);
  g_autofree gchar *fir_name =
      g_strdup_printf ("FIR, %d taps, %u x %u", TAPS, channels, frames);
  Filter filters[MAX_ISAS] = {0}, firs[MAX_ISAS] = {0};
  Filter naive = {channels, frames, 1 + 200000 / (channels * frames), NULL,
      NULL, g_new0 (gdouble, 2 * SECTIONS * channels)};
  Filter slow = {channels, frames, 1 + 30000 / (channels * frames)};
  gdouble values = (gdouble) naive.calls * channels * frames;
  gdouble fir_values = (gdouble) slow.calls * channels * frames;
  guint scipy = 0;
  List a, b;

  list_init (&a, name, "sample", values);
  list_init (&b, fir_name, "sample", fir_values);
  list_add (&a, g_strdup ("naive loop"), filter_naive, &naive, 0);
  list_add (&b, g_strdup ("naive loop"), fir_naive, &slow, 0);
  b.bench.rounds = 15;
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    guint floor;

    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    filters[isa] = naive;
    firs[isa] = slow;
    filters[isa].cascade =
        eeg_dsp_cascade_new_for_isa (sections, SECTIONS, channels, isa);
    firs[isa].fir =
        eeg_dsp_fir_new_for_isa (naive_taps (), TAPS, channels, isa);
    floor = list_add_bound (&a, isa, values * 5 * SECTIONS);
    a.of[isa] = list_add (&a, g_strdup (eeg_dsp_isa_name (isa)), filter_run,
        &filters[isa], floor);
    floor = list_add_bound (&b, isa, fir_values * TAPS);
    b.of[isa] = list_add (
        &b, g_strdup (eeg_dsp_isa_name (isa)), fir_run, &firs[isa], floor);
  }
  if (peer->out) {
    peer->shape = &naive;
    scipy = list_add (&a, g_strdup ("scipy.signal.sosfilt"), NULL, peer, 0);
    a.v[scipy].elsewhere = peer_run;
  }
  list_run (&a, &goals, missed);
  if (scipy && a.of[EEG_DSP_ISA_AVX2])
    bench_gate ("avx2 against sosfilt",
        a.r[a.of[EEG_DSP_ISA_AVX2]].ratio / a.r[scipy].ratio, large ? 7 : 25,
        missed);
  list_run (&b, &fir_goals[large], missed);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    eeg_dsp_cascade_free (filters[isa].cascade);
    eeg_dsp_fir_free (firs[isa].fir);
  }
  g_free (naive.state);
}

/* --- numbers as text ------------------------------------------------------------- */
#define NUMBERS 8192 /* of a run; the runs go through all values */
static gchar text[NUMBERS * 16 + 32 * EEG_DSP_FORMAT_FIELD_SIZE];
static FILE *sink;
static guint place;

static const gfloat *
next_numbers (void)
{
  place = (place + NUMBERS) % (MOST / 4);
  return volts + place;
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

static void
format_rows (gpointer data)
{
  const gfloat *v = next_numbers ();
  gchar *out = text;

  for (guint i = 0; i < NUMBERS; i += CHANNELS)
    out = eeg_dsp_format_volts (
        GPOINTER_TO_INT (data), out, v + i, CHANNELS, 6, ',');
}

static void
bench_format (guint *missed)
{
  static const Goals goals = {{18, 18, 40, 40}, {0}};
  gchar *memory = g_malloc (sizeof text);
  List l;

  sink = fmemopen (memory, sizeof text, "w");
  list_init (&l, "CSV number, 6 decimals", "number", NUMBERS);
  list_add (&l, g_strdup ("fprintf into memory"), format_fprintf, NULL, 0);
  list_add (&l, g_strdup ("one at a time, any value"), format_one, NULL, 0);
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      l.of[isa] = list_add (&l, g_strdup (eeg_dsp_isa_name (isa)), format_rows,
          GINT_TO_POINTER (isa), 0);
  list_run (&l, &goals, missed);
  fclose (sink);
  g_free (memory);
}

/* --- decimator -------------------------------------------------------------------- */
#define FACTOR 16
static guint n_taps;

/* As many taps as the delay stands for, at every output frame. */
static void
decimate_naive (gpointer data)
{
  for (guint f = 0; f < 400 / FACTOR; f++)
    for (guint c = 0; c < CHANNELS; c++) {
      gdouble sum = 0;

      for (guint k = 0; k < n_taps; k++)
        sum += 1e-3 * k * volts[(f * FACTOR + k) * CHANNELS + c];
      result[f * CHANNELS + c] = (gfloat) sum;
    }
}

static void
decimate_ours (gpointer data)
{
  eeg_dsp_decimator_process_f32 (data, volts, 400, result, NULL);
}

static void
bench_decimate (void)
{
  static const Goals none;
  EegDspDecimator *d[MAX_ISAS] = {0};
  List l;

  list_init (&l, "decimate by 16", "input sample", CHANNELS * 400);
  list_add (
      &l, g_strdup ("naive FIR at the output rate"), decimate_naive, NULL, 0);
  for (gint isa = 0; isa < MAX_ISAS; isa++) {
    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    d[isa] = eeg_dsp_decimator_new_for_isa (
        FACTOR, EEG_DSP_QUALITY_STANDARD, CHANNELS, isa);
    n_taps = 2 * (guint) eeg_dsp_decimator_delay (d[isa]) + 1;
    list_add (&l, g_strdup (eeg_dsp_isa_name (isa)), decimate_ours, d[isa], 0);
  }
  list_run (&l, &none, NULL);
  for (gint isa = 0; isa < MAX_ISAS; isa++)
    eeg_dsp_decimator_free (d[isa]);
}

void
bench_kernels (guint *missed)
{
  Peer peer = {0};

  prepare ();
  bench_samples (missed);
  peer_open (&peer);
  bench_shape (&peer, CHANNELS, 16, missed);
  bench_shape (&peer, CHANNELS, 400, missed);
  if (peer.out) {
    fclose (peer.out);
    close (peer.in);
  }
  bench_format (missed);
  bench_decimate ();
}

/* --- cost against size -------------------------------------------------------------- */
static void
scale_curve (const gchar *group, const guint (*shapes)[2], guint n,
    guint reference, gdouble *relative)
{
  EegDspIsa best = eeg_dsp_isa ();
  Filter f[24] = {0};
  BenchVariant v[24] = {0};
  BenchResult r[24];
  Bench b = {group, "sample", 1, v, n, 21};

  for (guint i = 0; i < n; i++) {
    /* The same number of values each, nearly. */
    guint size = shapes[i][0] * shapes[i][1];

    f[i] = (Filter){shapes[i][0], shapes[i][1], 1 + 60000 / size};
    f[i].cascade =
        eeg_dsp_cascade_new_for_isa (sections, SECTIONS, shapes[i][0], best);
    v[i] = (BenchVariant){"", filter_run, &f[i], NULL, 1};
  }
  bench_run (&b, r);
  printf ("%s, 5 sections on %s\n", group, eeg_dsp_isa_name (best));
  for (guint i = 0; i < n; i++) {
    gdouble values = (gdouble) f[i].calls * shapes[i][0] * shapes[i][1];
    gdouble all = (gdouble) f[reference].calls * shapes[reference][0] *
                  shapes[reference][1];
    g_autofree gchar *key = g_strdup_printf ("%u", shapes[i][group[0] == 'f']);

    relative[i] = r[i].above / values * all / r[reference].above;
    printf ("  %5u channels x %5u frames  median %7.3f ns/sample  %5.2f\n",
        shapes[i][0], shapes[i][1], r[i].median_ns / values, relative[i]);
    bench_note (group, key, r[i].median_ns / values);
    eeg_dsp_cascade_free (f[i].cascade);
  }
}

void
bench_scale (guint *missed)
{
  static const guint channels[][2] = {{1, 16}, {2, 16}, {4, 16}, {8, 16},
      {16, 16}, {19, 16}, {32, 16}, {64, 16}, {128, 16}, {256, 16}, {512, 16},
      {1024, 16}, {2048, 16}, {4096, 16}, {8192, 16}};
  static const guint frames[][2] = {{32, 1}, {32, 2}, {32, 4}, {32, 8},
      {32, 16}, {32, 32}, {32, 100}, {32, 400}, {32, 1600}, {32, 8192},
      {32, 32768}};
  gdouble x[24];

  prepare ();
  scale_curve ("channels", channels, G_N_ELEMENTS (channels), 6, x);
  bench_gate_at_most ("1024 channels against 32", x[11], 1.15, missed);
  bench_gate_at_most ("8192 channels against 32", x[14], 1.25, missed);
  scale_curve ("frames", frames, G_N_ELEMENTS (frames), 4, x);
}

/* --- counting instructions ---------------------------------------------------------- */
gboolean
bench_count (const gchar *kernel, guint runs, guint *values)
{
  Filter f = {CHANNELS, 400, 1};
  EegDspIsa isa = eeg_dsp_isa ();

  prepare ();
  f.cascade = eeg_dsp_cascade_new (sections, SECTIONS, CHANNELS);
  f.fir = eeg_dsp_fir_new (naive_taps (), TAPS, CHANNELS);
  *values = CHANNELS * 400;
  if (!strcmp (kernel, "filter")) {
    while (runs--)
      filter_run (&f);
  } else if (!strcmp (kernel, "fir")) {
    while (runs--)
      fir_run (&f);
  } else if (!strcmp (kernel, "csv")) {
    *values = NUMBERS;
    while (runs--)
      format_rows (GINT_TO_POINTER (isa));
  } else if (!strcmp (kernel, "unpack")) {
    *values = CODES;
    while (runs--)
      unpack_ours (GINT_TO_POINTER (isa));
  } else {
    return FALSE;
  }
  eeg_dsp_cascade_free (f.cascade);
  eeg_dsp_fir_free (f.fir);
  return TRUE;
}
