/* One instruction set against another: what fuses products with sums gives the
 * bits of what else does, and what does not fuse those of what else does not.
 * scripts/emulate-avx512.sh runs it where there is AVX-512.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-design.h>
#include <gst/eeg/dsp/eegdsp-fir.h>
#include <gst/eeg/dsp/eegdsp-matrix.h>
#include <gst/eeg/dsp/eegdsp-scale.h>
#include <gst/eeg/dsp/eegdsp-spectrum.h>

#define FRAMES       301
#define MAX_CHANNELS 41

typedef struct
{
  guint channels;
  gboolean f64;
  const float *x;
  const gdouble *xx;
} Input;

/* Runs one thing on @isa; writes to @out and returns how many bytes. */
typedef gsize (*Work) (const Input *in, EegDspIsa isa, gpointer out);

static gsize
cascade (const Input *in, EegDspIsa isa, gpointer out)
{
  EegDspSection s[8];
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, 500, 0.5};
  int n = eeg_dsp_design (&spec, s, NULL, 0);
  EegDspCascade *c;

  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 40;
  n += eeg_dsp_design (&spec, s + n, NULL, 0);
  n += eeg_dsp_design_notch (500, 50, 30, s + n, NULL, 0);
  c = eeg_dsp_cascade_new_for_isa (s, n, in->channels, isa);
  if (in->f64)
    eeg_dsp_cascade_process_f64 (c, in->xx, out, FRAMES);
  else
    eeg_dsp_cascade_process_f32 (c, in->x, out, FRAMES);
  eeg_dsp_cascade_free (c);
  return (in->f64 ? 8 : 4) * FRAMES * in->channels;
}

static gsize
fir (const Input *in, EegDspIsa isa, gpointer out)
{
  EegDspFirFilter *f = eeg_dsp_fir_new_for_isa (in->xx, 53, in->channels, isa);

  if (in->f64)
    eeg_dsp_fir_process_f64 (f, in->xx, out, FRAMES);
  else
    eeg_dsp_fir_process_f32 (f, in->x, out, FRAMES);
  eeg_dsp_fir_free (f);
  return (in->f64 ? 8 : 4) * FRAMES * in->channels;
}

static gsize
decimate (const Input *in, EegDspIsa isa, gpointer out, int up, int down,
    EegDspPhase phase, EegDspPrecision precision)
{
  EegDspDecimatorSpec spec = {
      up, down, EEG_DSP_QUALITY_STANDARD, phase, precision};
  EegDspDecimator *d = eeg_dsp_decimator_new_full (&spec, in->channels, isa);
  /* Sums of singles are for floats only. */
  gboolean f64 = in->f64 && precision == EEG_DSP_PRECISION_DOUBLE;
  gsize n;

  if (f64)
    n = eeg_dsp_decimator_process_f64 (d, in->xx, FRAMES, out, NULL);
  else
    n = eeg_dsp_decimator_process_f32 (d, in->x, FRAMES, out, NULL);
  fail_unless (n > 0);
  eeg_dsp_decimator_free (d);
  return (f64 ? 8 : 4) * n * in->channels;
}

static gsize
decimate_linear (const Input *in, EegDspIsa isa, gpointer out)
{
  return decimate (
      in, isa, out, 1, 6, EEG_DSP_PHASE_LINEAR, EEG_DSP_PRECISION_DOUBLE);
}

static gsize
decimate_ratio (const Input *in, EegDspIsa isa, gpointer out)
{
  return decimate (
      in, isa, out, 2, 3, EEG_DSP_PHASE_LINEAR, EEG_DSP_PRECISION_DOUBLE);
}

static gsize
decimate_single (const Input *in, EegDspIsa isa, gpointer out)
{
  return decimate (
      in, isa, out, 1, 6, EEG_DSP_PHASE_LINEAR, EEG_DSP_PRECISION_SINGLE);
}

static gsize
decimate_ratio_single (const Input *in, EegDspIsa isa, gpointer out)
{
  return decimate (
      in, isa, out, 2, 3, EEG_DSP_PHASE_LINEAR, EEG_DSP_PRECISION_SINGLE);
}

static gsize
decimate_minimum (const Input *in, EegDspIsa isa, gpointer out)
{
  return decimate (
      in, isa, out, 1, 4, EEG_DSP_PHASE_MINIMUM, EEG_DSP_PRECISION_DOUBLE);
}

/* @n inputs an output, and what all outputs have in common. */
static gsize
mix (const Input *in, EegDspIsa isa, gpointer out, guint n)
{
  const guint ch = in->channels;
  uint32_t start[MAX_CHANNELS + 1], index[MAX_CHANNELS * MAX_CHANNELS];
  EegDspMatrixSpec spec = {
      ch, ch, start, index, in->xx + 100, in->xx, in->xx + 50};
  EegDspMatrix *m;

  n = MIN (n, ch);
  for (guint r = 0; r <= ch; r++)
    start[r] = r * n;
  for (guint k = 0; k < ch * n; k++)
    index[k] = (k % n * 3 + k / n) % ch;
  m = eeg_dsp_matrix_new_for_isa (&spec, isa);
  if (in->f64)
    eeg_dsp_matrix_process_f64 (m, in->xx, out, FRAMES);
  else
    eeg_dsp_matrix_process_f32 (m, in->x, out, FRAMES);
  eeg_dsp_matrix_free (m);
  return (in->f64 ? 8 : 4) * FRAMES * ch;
}

static gsize
mix_sparse (const Input *in, EegDspIsa isa, gpointer out)
{
  return mix (in, isa, out, 3);
}

static gsize
mix_dense (const Input *in, EegDspIsa isa, gpointer out)
{
  return mix (in, isa, out, MAX_CHANNELS);
}

static gsize
scale (const Input *in, EegDspIsa isa, gpointer out)
{
  EegDspScale *s = eeg_dsp_scale_new (in->xx, in->channels, isa);

  if (in->f64)
    eeg_dsp_scale_f64 (s, in->xx, out, FRAMES);
  else
    eeg_dsp_scale_f32 (s, in->x, out, FRAMES);
  eeg_dsp_scale_free (s);
  return (in->f64 ? 8 : 4) * FRAMES * in->channels;
}

/* Bits of anything are counts. */
static gsize
volts (const Input *in, EegDspIsa isa, gpointer out)
{
  EegDspScale *s = eeg_dsp_scale_new (in->xx, in->channels, isa);

  if (in->f64)
    eeg_dsp_scale_s24_to_f64 (s, (const int32_t *) in->x, out, FRAMES);
  else
    eeg_dsp_scale_s24_to_f32 (s, (const int32_t *) in->x, out, FRAMES);
  eeg_dsp_scale_free (s);
  return (in->f64 ? 8 : 4) * FRAMES * in->channels;
}

/* Segments of 2^6 3^1, 5^2, 7 and a large prime. */
static gsize
spectrum (const Input *in, EegDspIsa isa, gpointer out)
{
  static const gsize segments[] = {192, 100, 98, 202};
  gdouble *psd = out;

  for (guint i = 0; i < G_N_ELEMENTS (segments); i++) {
    EegDspSpectrumConfig c = {in->channels, 500, 300, segments[i], 40, 1, 1,
        EEG_DSP_WINDOW_HANN, in->f64};
    EegDspSpectrum *s = eeg_dsp_spectrum_new_for_isa (&c, isa);

    eeg_dsp_spectrum_push (
        s, in->f64 ? (gconstpointer) in->xx : in->x, 300, NULL);
    eeg_dsp_spectrum_compute (s, psd);
    psd += in->channels * eeg_dsp_spectrum_bins (s);
    eeg_dsp_spectrum_free (s);
  }
  return (const guint8 *) psd - (const guint8 *) out;
}

static const struct
{
  const gchar *name;
  Work work;
} works[] = {
    {"cascade", cascade},
    {"fir", fir},
    {"decimator", decimate_linear},
    {"resampler", decimate_ratio},
    {"decimator in single", decimate_single},
    {"resampler in single", decimate_ratio_single},
    {"decimator of minimum phase", decimate_minimum},
    {"sparse matrix", mix_sparse},
    {"dense matrix", mix_dense},
    {"scale", scale},
    {"volts", volts},
    {"spectrum", spectrum},
};

static gboolean
fuses (EegDspIsa isa)
{
#if defined(__aarch64__)
  return TRUE;
#else
  return isa >= EEG_DSP_ISA_AVX2;
#endif
}

GST_START_TEST (test_same_bits)
  {
    const gsize n = FRAMES * MAX_CHANNELS;
    float *x = g_new (float, n);
    gdouble *xx = g_new (gdouble, n);
    guint8 *want = g_malloc (8 * n), *got = g_malloc (8 * n);
    GRand *r = g_rand_new_with_seed (512);
    guint what = __i__;

    for (gsize i = 0; i < n; i++)
      x[i] = (float) (xx[i] = g_rand_double_range (r, -0.2, 0.2));
    /* 1 to 20, 27, 34, 41 */
    for (guint channels = 1; channels <= MAX_CHANNELS;
         channels += channels < 20 ? 1 : 7)
      for (int f64 = 0; f64 < 2; f64++) {
        Input in = {channels, f64, x, xx};
        gsize size[2] = {0};

        for (int fused = 0; fused < 2; fused++)
          for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
            if (!eeg_dsp_isa_supported (isa) || fuses (isa) != fused)
              continue;
            memset (got, 0x55, 8 * n);
            if (size[fused] == 0) {
              size[fused] = works[what].work (&in, isa, want);
              fail_unless (size[fused] > 0 && size[fused] <= 8 * n);
              continue;
            }
            works[what].work (&in, isa, got);
            for (gsize i = 0; i < size[fused]; i += 4)
              if (memcmp (got + i, want + i, 4) != 0)
                fail ("%s, %u channels, f%d, word %u on %s: %08x, not %08x",
                    works[what].name, channels, f64 ? 64 : 32, (guint) (i / 4),
                    eeg_dsp_isa_name (isa), *(guint32 *) (got + i),
                    *(guint32 *) (want + i));
          }
      }
    g_rand_free (r);
    g_free (x);
    g_free (xx);
    g_free (want);
    g_free (got);
  }
GST_END_TEST;

static Suite *
dsp_isas_suite (void)
{
  Suite *s = suite_create ("dsp-isas");
  TCase *tc = tcase_create ("general");

  g_print ("instruction sets:");
  for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++)
    if (eeg_dsp_isa_supported (isa))
      g_print (" %s", eeg_dsp_isa_name (isa));
  g_print ("\n");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_same_bits, 0, G_N_ELEMENTS (works));
  return s;
}

GST_CHECK_MAIN (dsp_isas);
