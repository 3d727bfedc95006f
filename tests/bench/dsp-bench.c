/* Cost of the signal-processing kernels beside a naive loop and the bound that
 * the processor's multiply-add units set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Variants take turns in short slices of one thread's processor time; printed
 * are the medians over the rounds and of the ratios within each round. Numbers
 * say what this machine did now; nothing fails because of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-fir.h>

#define ROUNDS     31
#define SECTIONS   5
#define MAX_VALUES (1 << 20)

static float input[MAX_VALUES], output[MAX_VALUES];
static EegDspSection sections[SECTIONS];

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *v, int n)
{
  qsort (v, n, sizeof *v, compare);
  return v[n / 2];
}

/* What one writes first: channel by channel, section by section, doubles in
 * memory. */
typedef struct
{
  double *s; /* [channel][section][2] */
} Naive;

static void
naive_run (Naive *n, const float *in, float *out, int frames, int channels)
{
  int f, c, k;

  for (f = 0; f < frames; f++)
    for (c = 0; c < channels; c++) {
      double x = in[f * channels + c];
      for (k = 0; k < SECTIONS; k++) {
        volatile double *s = n->s + 2 * (c * SECTIONS + k);
        const EegDspSection *q = &sections[k];
        double y = q->b0 * x + s[0];
        s[0] = q->b1 * x - q->a1 * y + s[1];
        s[1] = q->b2 * x - q->a2 * y;
        x = y;
      }
      out[f * channels + c] = (float) x;
    }
}

typedef struct
{
  const char *name;
  EegDspCascade *cascade;
  EegDspDecimator *decimator;
  EegDspFirFilter *fir;
  Naive naive;
  double ns[ROUNDS];
} Variant;

/* Nanoseconds a sample of one slice. */
static double
slice (Variant *v, int channels, int frames)
{
  int calls = (int) (400000 / ((double) channels * frames)) + 1, i, at = 0;
  int room = MAX_VALUES / (channels * frames);
  double t = now ();

  for (i = 0; i < calls; i++) {
    const float *x = input + (size_t) at * channels * frames;
    float *y = output + (size_t) at * channels * frames;
    if (v->cascade)
      eeg_dsp_cascade_process_f32 (v->cascade, x, y, frames);
    else if (v->decimator)
      eeg_dsp_decimator_process_f32 (v->decimator, x, frames, y, NULL);
    else if (v->fir)
      eeg_dsp_fir_process_f32 (v->fir, x, y, frames);
    else
      naive_run (&v->naive, x, y, frames, channels);
    /* Within the second-level cache, as a stream of buffers is. */
    at = (at + 1) % (room < 4 ? 1 : 4);
  }
  return (now () - t) / ((double) calls * frames * channels);
}

static void
measure (const char *what, Variant *v, int n, int channels, int frames,
    const double *bound)
{
  double ratio[ROUNDS], med;
  int r, i;

  for (r = 0; r < ROUNDS; r++)
    for (i = 0; i < n; i++)
      v[(i + r) % n].ns[r] = slice (&v[(i + r) % n], channels, frames);
  for (i = 0; i < n; i++) {
    for (r = 0; r < ROUNDS; r++)
      ratio[r] = v[0].ns[r] / v[i].ns[r];
    med = median (ratio, ROUNDS);
    printf ("%-10s %5d ch x %5d  %-9s %8.3f ns/sample  %6.2f x %s", what,
        channels, frames, v[i].name, median (v[i].ns, ROUNDS), med, v[0].name);
    if (bound && bound[i] > 0)
      printf ("  %5.2f x bound", median (v[i].ns, ROUNDS) / bound[i]);
    printf ("\n");
  }
  fflush (stdout);
}

/* Nanoseconds of one multiply-add of a whole vector at full throughput. */
#define DEFINE_PEAK(name, lanes, arch)                                         \
  __attribute__ ((target (arch), noinline)) static double name (void)          \
  {                                                                            \
    typedef double V __attribute__ ((vector_size (8 * lanes)));                \
    V a0 = {1}, a1 = {2}, a2 = {3}, a3 = {4}, a4 = {5}, a5 = {6}, a6 = {7},    \
      a7 = {8}, a8 = {9}, a9 = {1};                                            \
    V m = {0.5}, k = {0.25};                                                   \
    double best = 1e9, t;                                                      \
    int r, i;                                                                  \
                                                                               \
    for (r = 0; r < 20; r++) {                                                 \
      t = now ();                                                              \
      for (i = 0; i < 20000; i++) {                                            \
        a0 = a0 * m + k;                                                       \
        a1 = a1 * m + k;                                                       \
        a2 = a2 * m + k;                                                       \
        a3 = a3 * m + k;                                                       \
        a4 = a4 * m + k;                                                       \
        a5 = a5 * m + k;                                                       \
        a6 = a6 * m + k;                                                       \
        a7 = a7 * m + k;                                                       \
        a8 = a8 * m + k;                                                       \
        a9 = a9 * m + k;                                                       \
        __asm__ volatile("" : "+x"(a0), "+x"(a1), "+x"(a2), "+x"(a3));         \
        __asm__ volatile("" : "+x"(a4), "+x"(a5), "+x"(a6), "+x"(a7));         \
        __asm__ volatile("" : "+x"(a8), "+x"(a9));                             \
      }                                                                        \
      t = (now () - t) / 200000;                                               \
      best = t < best ? t : best;                                              \
    }                                                                          \
    return best;                                                               \
  }
#if defined(__x86_64__)
DEFINE_PEAK (peak_avx2, 4, "avx2,fma")
DEFINE_PEAK (peak_avx512, 8, "avx512f,avx512vl,fma")
#endif

static double
fma_bound (EegDspIsa isa)
{
#if defined(__x86_64__)
  if (isa == EEG_DSP_ISA_AVX2)
    return peak_avx2 () / 4;
  if (isa == EEG_DSP_ISA_AVX512)
    return peak_avx512 () / 8;
#endif
  (void) isa;
  return 0;
}

int
main (int argc, char **argv)
{
  static const int shapes[][2] = {{1, 16}, {3, 16}, {8, 16}, {8, 400}, {19, 16},
      {32, 1}, {32, 16}, {32, 400}, {128, 16}, {1024, 16}, {8192, 16}};
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, 4000, 1};
  double peak[EEG_DSP_N_ISAS] = {0};
  unsigned int seed = 1, i;
  int isa, n, k;

  (void) argc;
  (void) argv;
  for (i = 0; i < MAX_VALUES; i++) {
    seed = seed * 1664525u + 1013904223u;
    input[i] = (float) ((seed / 4294967296.0 - 0.5) * 1e-4);
  }
  n = eeg_dsp_design (&spec, sections, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  n += eeg_dsp_design (&spec, sections + n, NULL, 0);
  eeg_dsp_design_notch (4000, 50, 30, sections + n, NULL, 0);
  for (isa = 0; isa < EEG_DSP_N_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      peak[isa] = fma_bound (isa);
  printf ("best kernel here: %s; bound: 5 multiply-adds a section\n",
      eeg_dsp_isa_name (eeg_dsp_isa ()));
  for (i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    Variant v[EEG_DSP_N_ISAS + 1];
    double bound[EEG_DSP_N_ISAS + 1] = {0};
    int ch = shapes[i][0];

    memset (v, 0, sizeof v);
    v[0].name = "naive";
    v[0].naive.s = calloc ((size_t) ch * SECTIONS * 2, sizeof (double));
    for (isa = 0, n = 1; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      v[n].name = eeg_dsp_isa_name (isa);
      v[n].cascade = eeg_dsp_cascade_new_for_isa (sections, SECTIONS, ch, isa);
      bound[n++] = peak[isa] * 5 * SECTIONS;
    }
    measure ("filter", v, n, ch, shapes[i][1], bound);
    free (v[0].naive.s);
    for (k = 1; k < n; k++)
      eeg_dsp_cascade_free (v[k].cascade);
  }
  for (i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const EegDspDecimatorSpec single = {.up = 1,
        .down = 16,
        .quality = EEG_DSP_QUALITY_STANDARD,
        .precision = EEG_DSP_PRECISION_SINGLE};
    Variant v[EEG_DSP_N_ISAS];

    memset (v, 0, sizeof v);
    for (isa = 0, n = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      v[n].name = eeg_dsp_isa_name (isa);
      v[n++].decimator =
          eeg_dsp_decimator_new_full (&single, shapes[i][0], isa);
    }
    measure ("1 of 16", v, n, shapes[i][0], shapes[i][1], NULL);
    for (k = 0; k < n; k++)
      eeg_dsp_decimator_free (v[k].decimator);
  }
  for (i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    Variant v[EEG_DSP_N_ISAS];
    double taps[257], bound[EEG_DSP_N_ISAS];

    for (k = 0; k < 257; k++)
      taps[k] = input[k];
    memset (v, 0, sizeof v);
    for (isa = 0, n = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      bound[n] = peak[isa] * 257;
      v[n].name = eeg_dsp_isa_name (isa);
      v[n++].fir = eeg_dsp_fir_new_for_isa (taps, 257, shapes[i][0], isa);
    }
    measure ("257 taps", v, n, shapes[i][0], shapes[i][1], bound);
    for (k = 0; k < n; k++)
      eeg_dsp_fir_free (v[k].fir);
  }
  return 0;
}
