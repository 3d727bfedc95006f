/* The cascade's kernels: every number of sections and shape against the plain
 * recursion, the signals that filters are judged by against SciPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-cascade.h>

static gdouble
lcg (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed / 4294967296.0 - 0.5;
}

/* Whether the kernels of @isa fuse products and sums. */
static gboolean
fuses (EegDspIsa isa)
{
#if defined(__aarch64__)
  return TRUE;
#else
  return isa >= EEG_DSP_ISA_AVX2;
#endif
}

/* Direct form II transposed with the first coefficient of each section taken out,
 * eight sections at a time, from the state that the first value has led to for
 * ever: that of 1, scaled. */
#define TOGETHER 8
static void
plain (const EegDspSection *sections, int n, gboolean fused, const float *in,
    float *out, guint frames, guint channels)
{
  EegDspSection s[EEG_DSP_CASCADE_MAX_SECTIONS];
  gdouble gain[EEG_DSP_CASCADE_MAX_SECTIONS];
  gdouble z[EEG_DSP_CASCADE_MAX_SECTIONS][2], x = 1, y;

  for (int i = 0; i < n; i++) {
    const int first = i / TOGETHER * TOGETHER;
    gboolean divides = TRUE;

    for (int k = first; k < MIN (n, first + TOGETHER); k++)
      divides &= sections[k].b0 != 0;
    s[i] = sections[i];
    gain[i] = 1;
    if (divides) {
      gain[first] *= s[i].b0;
      s[i].b1 /= s[i].b0;
      s[i].b2 /= s[i].b0;
      s[i].b0 = 1;
    }
  }
  for (int i = 0; i < n; i++) {
    x *= gain[i];
    y = x * (s[i].b0 + s[i].b1 + s[i].b2) / (1 + s[i].a1 + s[i].a2);
    z[i][1] = s[i].b2 * x - s[i].a2 * y;
    z[i][0] = s[i].b1 * x - s[i].a1 * y + z[i][1];
    x = y;
  }
  for (int i = 0; i < n; i++) {
    z[i][0] *= in[0];
    z[i][1] *= in[0];
  }
  for (guint f = 0; f < frames; f++) {
    x = in[f * channels];
    for (int i = 0; i < n; i++) {
      volatile gdouble p;

      x = gain[i] * x;
      p = s[i].b0 * x;
      y = fused ? fma (s[i].b0, x, z[i][0]) : p + z[i][0];
      if (fused) {
        p = s[i].b2 * x;
        z[i][0] = fma (-s[i].a1, y, fma (s[i].b1, x, z[i][1]));
        z[i][1] = fma (-s[i].a2, y, p);
      } else {
        p = s[i].b1 * x;
        p = p + z[i][1];
        z[i][0] = -s[i].a1 * y;
        z[i][0] = p + z[i][0];
        p = s[i].b2 * x;
        z[i][1] = -s[i].a2 * y;
        z[i][1] = z[i][1] + p;
      }
      x = y;
    }
    out[f * channels] = (float) x;
  }
}

/* What may be known of sections, and saves products. */
typedef enum
{
  ZEROS_ON_CIRCLE, /* b2 = b0 */
  FIRST_ORDERS,    /* some have b2 = 0 */
  PURE_DELAYS,     /* some have b0 = 0 */
  N_KINDS,
} Kind;

/* Low-pass, high-pass and notches in turn, all at different corners, and what
 * @kind asks for. */
static void
make_sections (EegDspSection *s, int n, Kind kind)
{
  for (int i = 0; i < n; i++) {
    EegDspSpec spec = {EEG_DSP_BUTTERWORTH,
        i % 3 ? EEG_DSP_LOWPASS : EEG_DSP_HIGHPASS,
        kind == FIRST_ORDERS && i % 2 == 0 ? 1 : 2, 1000,
        i % 3 ? 100 + 3 * i : 0.1 + 0.05 * i};

    if (kind == PURE_DELAYS && i % 4 == 3) {
      s[i] = (EegDspSection){0, 0.75, 0.25, 0, 0};
      continue;
    }

    if (i % 3 == 2)
      eeg_dsp_design_notch (1000, 20 + 5 * i, 30, s + i, NULL, 0);
    else
      eeg_dsp_design (&spec, s + i, NULL, 0);
  }
}

/* The same bits as the plain recursion with the same fused products; without
 * them at most one unit in the last place apart. */
static void
check_shape (
    int isa, int n, Kind kind, guint channels, guint frames, guint split)
{
  EegDspSection s[EEG_DSP_CASCADE_MAX_SECTIONS];
  gsize total = (gsize) channels * frames;
  float *x = g_new (float, total), *y = g_new (float, total);
  float *want = g_new (float, total), *other = g_new (float, total);
  guint32 seed = 7 * n + channels;
  EegDspCascade *c;
  gsize i;

  make_sections (s, n, kind);
  for (i = 0; i < total; i++)
    x[i] = (float) (0.1 + 1e-3 * lcg (&seed));
  for (i = 0; i < channels; i++) {
    plain (s, n, fuses (isa), x + i, want + i, frames, channels);
    plain (s, n, !fuses (isa), x + i, other + i, frames, channels);
  }
  c = eeg_dsp_cascade_new_for_isa (s, n, channels, isa);
  for (i = 0; i < frames; i += split) {
    guint m = MIN (split, frames - i);

    fail_unless (eeg_dsp_cascade_process_f32 (
                     c, x + i * channels, y + i * channels, m) == 0);
  }
  for (i = 0; i < total; i++) {
    if (y[i] != want[i])
      fail ("%s, %d sections, %u channels, frame %u, channel %u: %a, not %a",
          eeg_dsp_isa_name (isa), n, channels, (guint) (i / channels),
          (guint) (i % channels), y[i], want[i]);
    /* Small values carry the rounding of large states. */
    if (nextafterf (y[i], other[i]) != other[i] &&
        fabs (y[i] - other[i]) > 1e-11)
      fail ("%s, %d sections: %a and %a with other products",
          eeg_dsp_isa_name (isa), n, y[i], other[i]);
  }
  eeg_dsp_cascade_free (c);
  g_free (x);
  g_free (y);
  g_free (want);
  g_free (other);
}

GST_START_TEST (test_every_number_of_sections)
  {
    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++)
      if (eeg_dsp_isa_supported (isa))
        for (int n = 1; n <= EEG_DSP_CASCADE_MAX_SECTIONS; n++)
          for (Kind kind = 0; kind < N_KINDS; kind++)
            check_shape (isa, n, kind, 11, 70, n % 2 ? 70 : 16);
  }
GST_END_TEST;

GST_START_TEST (test_every_shape)
  {
    static const guint frames[] = {1, 2, 4, 5, 31, 32, 33, 70};

    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (guint channels = 1; channels <= 36; channels++)
        for (guint k = 0; k < G_N_ELEMENTS (frames); k++)
          check_shape (isa, 5, k % N_KINDS, channels, frames[k], frames[k]);
      /* Far rows with a rest of every width, and the longest buffer. */
      for (guint rest = 0; rest < 36; rest += 5)
        check_shape (isa, 5, rest % N_KINDS, 512 + rest, 40, 16);
      check_shape (isa, 2, ZEROS_ON_CIRCLE, 1, 65536, 65536);
      check_shape (isa, 3, ZEROS_ON_CIRCLE, 1024, 33, 33);
    }
  }
GST_END_TEST;

static float
signal_at (const gchar *name, guint k, guint32 *seed)
{
  const gdouble t = k / 500.0;

  if (!strcmp (name, "impulse"))
    return k == 10 ? 1e-3f : 0;
  if (!strcmp (name, "step"))
    return k < 50 ? -0.1875f : 0.1875f;
  if (!strcmp (name, "sine"))
    return (float) (0.1875 + 50e-6 * sin (2 * M_PI * 10 * t));
  if (!strcmp (name, "chirp"))
    return (float) (-0.1875 + 50e-6 * sin (2 * M_PI * 0.1 * k * t));
  if (!strcmp (name, "noise"))
    return (float) (0.1875 + 100e-6 * lcg (seed));
  fail_unless_equals_string (name, "offset");
  return -0.1875f;
}

/* Offsets of electrodes at the rails, and every channel of a tile. */
GST_START_TEST (test_signals_scipy)
  {
    const guint channels = 9;
    FILE *f = fopen (TEST_DATA_DIR "/dsp-signals.txt", "r");
    EegDspSection s[8];
    EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, 500, 0.5};
    gchar line[256], name[32];
    guint n_frames, cases = 0;
    int n;

    fail_unless (f != NULL);
    n = eeg_dsp_design (&spec, s, NULL, 0);
    spec.band = EEG_DSP_LOWPASS;
    spec.f1 = 40;
    n += eeg_dsp_design (&spec, s + n, NULL, 0);
    n += eeg_dsp_design_notch (500, 50, 30, s + n, NULL, 0);
    while (fgets (line, sizeof line, f)) {
      gdouble *want;
      float *x, *y;
      guint32 seed = 4711;

      if (line[0] == '#')
        continue;
      fail_unless_equals_int (sscanf (line, "%31s %u", name, &n_frames), 2);
      want = g_new (gdouble, n_frames);
      x = g_new (float, n_frames *channels);
      y = g_new (float, n_frames *channels);
      for (guint i = 0; i < n_frames; i++) {
        fail_unless (fgets (line, sizeof line, f) != NULL);
        want[i] = g_ascii_strtod (line, NULL);
        x[i * channels] = signal_at (name, i, &seed);
        for (guint c = 1; c < channels; c++)
          x[i * channels + c] = c & 1 ? -x[i * channels] : x[i * channels];
      }
      for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
        EegDspCascade *c;

        if (!eeg_dsp_isa_supported (isa))
          continue;
        c = eeg_dsp_cascade_new_for_isa (s, n, channels, isa);
        fail_unless (eeg_dsp_cascade_process_f32 (c, x, y, n_frames) == 0);
        for (guint i = 0; i < n_frames * channels; i++) {
          gdouble w =
              i % channels & 1 ? -want[i / channels] : want[i / channels];

          if (!(fabs (y[i] - w) <= 1.2e-7 * fabs (w) + 1e-10))
            fail ("%s, %s, frame %u: %.9g, SciPy %.9g", eeg_dsp_isa_name (isa),
                name, i / channels, y[i], w);
        }
        eeg_dsp_cascade_free (c);
      }
      g_free (want);
      g_free (x);
      g_free (y);
      cases++;
    }
    fclose (f);
    fail_unless_equals_int (cases, 6);
  }
GST_END_TEST;

/* A stream of an hour in buffers of any size is the recording filtered at once. */
GST_START_TEST (test_an_hour_of_stream)
  {
    const guint channels = 3, frames = 250 * 3600;
    float *x = g_new (float, frames *channels);
    float *batch = g_new (float, frames *channels);
    EegDspSection s[8];
    guint32 seed = 99;

    make_sections (s, 5, ZEROS_ON_CIRCLE);
    for (guint i = 0; i < frames * channels; i++)
      x[i] = (float) (0.02 + 1e-4 * lcg (&seed));
    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      EegDspCascade *c;

      if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
        continue;
      c = eeg_dsp_cascade_new_for_isa (s, 5, channels, isa);
      eeg_dsp_cascade_process_f32 (c, x, batch, frames);
      eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
      for (guint at = 0, n; at < frames; at += n) {
        float y[97 * 3];

        n = 1 + (guint) ((lcg (&seed) + 0.5) * 96);
        n = MIN (n, frames - at);
        eeg_dsp_cascade_process_f32 (c, x + at * channels, y, n);
        fail_unless (
            memcmp (y, batch + at * channels, n * channels * sizeof *y) == 0,
            "%s, frame %u", eeg_dsp_isa_name (isa), at);
      }
      eeg_dsp_cascade_free (c);
    }
    g_free (x);
    g_free (batch);
  }
GST_END_TEST;

static Suite *
dsp_kernels_suite (void)
{
  Suite *s = suite_create ("dsp-kernels");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_every_number_of_sections);
  tcase_add_test (tc, test_every_shape);
  tcase_add_test (tc, test_signals_scipy);
  tcase_add_test (tc, test_an_hour_of_stream);
  return s;
}

GST_CHECK_MAIN (dsp_kernels);
