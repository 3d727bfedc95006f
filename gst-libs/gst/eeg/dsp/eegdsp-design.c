/* EEG signal processing in pure C: from a request to second-order sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prototype, band transformation and bilinear transform all work on poles and
 * zeros: polynomial coefficients would lose the low corners of EEG filters.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "eegdsp-accuracy.h"

#define PI_L 3.141592653589793238462643383279502884L

static int __attribute__ ((format (printf, 3, 4)))
refuse (char *message, size_t size, const char *format, ...)
{
  va_list args;

  if (message && size) {
    va_start (args, format);
    vsnprintf (message, size, format, args);
    va_end (args);
  }
  return 0;
}

static long double
real_product (const EegRoot *num, int n, const EegRoot *den, int m, int shift)
{
  EegRoot r = 1;
  int i;

  for (i = 0; i < n || i < m; i++) {
    if (i < n)
      r *= shift - num[i];
    if (i < m)
      r /= shift - den[i];
  }
  return creall (r);
}

static void
to_lowpass (EegZpk *f, long double w)
{
  int i, degree = f->np - f->nz;

  for (i = 0; i < f->nz; i++)
    f->z[i] *= w;
  for (i = 0; i < f->np; i++)
    f->p[i] *= w;
  f->k *= powl (w, degree);
}

static void
to_highpass (EegZpk *f, long double w)
{
  int i;

  f->k *= real_product (f->z, f->nz, f->p, f->np, 0);
  for (i = 0; i < f->nz; i++)
    f->z[i] = w / f->z[i];
  for (i = 0; i < f->np; i++)
    f->p[i] = w / f->p[i];
  while (f->nz < f->np)
    f->z[f->nz++] = 0;
}

static int
split_roots (EegRoot *r, int n, long double w0)
{
  int i;

  for (i = 0; i < n; i++) {
    EegRoot c = r[i], d = csqrtl (c * c - w0 * w0);
    r[i] = c + d;
    r[n + i] = c - d;
  }
  return 2 * n;
}

static void
to_bandpass (EegZpk *f, long double w0, long double bw)
{
  int i, degree = f->np - f->nz;

  for (i = 0; i < f->nz; i++)
    f->z[i] *= bw / 2;
  for (i = 0; i < f->np; i++)
    f->p[i] *= bw / 2;
  f->nz = split_roots (f->z, f->nz, w0);
  f->np = split_roots (f->p, f->np, w0);
  for (i = 0; i < degree; i++)
    f->z[f->nz++] = 0;
  f->k *= powl (bw, degree);
}

static void
to_bandstop (EegZpk *f, long double w0, long double bw)
{
  int i, degree = f->np - f->nz;

  f->k *= real_product (f->z, f->nz, f->p, f->np, 0);
  for (i = 0; i < f->nz; i++)
    f->z[i] = bw / 2 / f->z[i];
  for (i = 0; i < f->np; i++)
    f->p[i] = bw / 2 / f->p[i];
  f->nz = split_roots (f->z, f->nz, w0);
  f->np = split_roots (f->p, f->np, w0);
  for (i = 0; i < degree; i++) {
    f->z[f->nz++] = I * w0;
    f->z[f->nz++] = -I * w0;
  }
}

/* z = (1 + s) / (1 - s): corners were prewarped with tan(pi f / rate). */
static void
bilinear (EegZpk *f)
{
  int i;

  f->k *= real_product (f->z, f->nz, f->p, f->np, 1);
  for (i = 0; i < f->nz; i++)
    f->z[i] = (1 + f->z[i]) / (1 - f->z[i]);
  for (i = 0; i < f->np; i++)
    f->p[i] = (1 + f->p[i]) / (1 - f->p[i]);
  while (f->nz < f->np)
    f->z[f->nz++] = -1;
}

/* Half of every conjugate pair (imaginary part above 0) and the real roots. */
static int
halve (EegRoot *r, int n)
{
  int i, m = 0;

  for (i = 0; i < n; i++) {
    long double tiny = 1e-15L * cabsl (r[i]);
    if (fabsl (cimagl (r[i])) <= tiny)
      r[m++] = creall (r[i]);
    else if (cimagl (r[i]) > 0)
      r[m++] = r[i];
  }
  return m;
}

static int
is_real (EegRoot r)
{
  return cimagl (r) == 0;
}

static int
count_real (const EegRoot *r, int n)
{
  int i, c = 0;

  for (i = 0; i < n; i++)
    c += is_real (r[i]);
  return c;
}

enum
{
  ANY,
  REAL,
  COMPLEX
};

static int
admits (EegRoot r, int kind)
{
  return kind == ANY || (kind == REAL) == is_real (r);
}

static EegRoot
take (EegRoot *r, int *n, int at)
{
  EegRoot v = r[at];
  int i;

  for (i = at + 1; i < *n; i++)
    r[i - 1] = r[i];
  --*n;
  return v;
}

/* The root nearest to the unit circle. */
static int
find_worst (const EegRoot *r, int n, int kind)
{
  int i, best = -1;

  for (i = 0; i < n; i++)
    if (admits (r[i], kind) &&
        (best < 0 || fabsl (1 - cabsl (r[i])) < fabsl (1 - cabsl (r[best]))))
      best = i;
  return best;
}

static int
find_nearest (const EegRoot *r, int n, int kind, EegRoot to)
{
  int i, best = -1;

  for (i = 0; i < n; i++)
    if (admits (r[i], kind) &&
        (best < 0 || cabsl (r[i] - to) < cabsl (r[best] - to)))
      best = i;
  return best;
}

static void
quadratic (EegRoot r1, EegRoot r2, double *c1, double *c2)
{
  *c1 = (double) creall (-(r1 + r2));
  *c2 = (double) creall (r1 * r2);
}

/* Poles nearest to the unit circle are paired first, each with the zeros
 * nearest to it, and go to the end of the cascade: the sections with the
 * highest peaks see an already filtered signal. */
static int
to_sections (EegZpk *f, EegDspSection *out)
{
  EegRoot p1, p2, z1, z2;
  int n, si;

  if (f->np & 1) {
    f->p[f->np++] = 0;
    f->z[f->nz++] = 0;
  }
  n = f->np / 2;
  f->nz = halve (f->z, f->nz);
  f->np = halve (f->p, f->np);

  for (si = n - 1; si >= 0; si--) {
    EegDspSection *s = &out[si];

    p1 = take (f->p, &f->np, find_worst (f->p, f->np, ANY));
    if (is_real (p1))
      p2 = take (f->p, &f->np, find_worst (f->p, f->np, REAL));
    else
      p2 = conjl (p1);

    /* A real zero must not be left without a partner. */
    if (!is_real (p1) && f->np + 1 == f->nz && count_real (f->p, f->np) == 1 &&
        count_real (f->z, f->nz) == 1)
      z1 = take (f->z, &f->nz, find_nearest (f->z, f->nz, COMPLEX, p1));
    else
      z1 = take (f->z, &f->nz, find_nearest (f->z, f->nz, ANY, p1));
    if (is_real (z1))
      z2 = take (f->z, &f->nz, find_nearest (f->z, f->nz, REAL, p1));
    else
      z2 = conjl (z1);

    s->b0 = 1;
    quadratic (z1, z2, &s->b1, &s->b2);
    quadratic (p1, p2, &s->a1, &s->a2);
  }
  out[0].b0 = (double) f->k;
  out[0].b1 = (double) (f->k * out[0].b1);
  out[0].b2 = (double) (f->k * out[0].b2);
  return n;
}

static int
bad_corner (double f, double rate)
{
  return !(f > 0) || !(f < rate / 2);
}

static int
is_band (const EegDspSpec *spec)
{
  return spec->band == EEG_DSP_BANDPASS || spec->band == EEG_DSP_BANDSTOP;
}

/* Of a @spec that makes sense; 0 where doubles cannot hold it. */
static int
make_sections (const EegDspSpec *spec, EegDspSection *sections)
{
  long double w1 = tanl (PI_L * spec->f1 / spec->rate);
  long double w2 = is_band (spec) ? tanl (PI_L * spec->f2 / spec->rate) : 0;
  EegZpk f, analog;
  int n;

  eeg_dsp_prototype (spec, &f);
  switch (spec->band) {
    case EEG_DSP_LOWPASS:
      to_lowpass (&f, w1);
      break;
    case EEG_DSP_HIGHPASS:
      to_highpass (&f, w1);
      break;
    case EEG_DSP_BANDPASS:
      to_bandpass (&f, sqrtl (w1 * w2), w2 - w1);
      break;
    case EEG_DSP_BANDSTOP:
      to_bandstop (&f, sqrtl (w1 * w2), w2 - w1);
      break;
  }
  analog = f;
  bilinear (&f);
  n = to_sections (&f, sections);
  return eeg_dsp_design_holds (spec, &analog, sections, n) ? n : 0;
}

static int
corner_is_possible (void *data, double corner)
{
  EegDspSection sections[EEG_DSP_MAX_SECTIONS];
  EegDspSpec spec = *(const EegDspSpec *) data;

  spec.f1 = corner;
  return make_sections (&spec, sections) > 0;
}

/* One sentence for what is too near to an end of the band. */
static int
refuse_accuracy (double f, const char *what, double rate,
    int (*possible) (void *data, double f), void *data, const char *of,
    char *message, size_t size)
{
  double nearest = eeg_dsp_nearest_possible (f, rate / 4, possible, data);

  if (nearest > 0)
    return refuse (message, size,
        "%s is %.15g Hz, expected at %s %.9g Hz for %s at %.9g samples per "
        "second",
        what, f, f < rate / 4 ? "least" : "most", nearest, of, rate);
  return refuse (message, size,
      "%s is %.15g Hz, but %s at %.9g samples per second is beyond the "
      "accuracy "
      "of the arithmetic, expected a lower order or less extreme requests",
      what, f, of, rate);
}

int
eeg_dsp_design (
    const EegDspSpec *spec, EegDspSection *sections, char *message, size_t size)
{
  int band = is_band (spec);
  int max = band ? EEG_DSP_MAX_SECTIONS : EEG_DSP_MAX_ORDER;
  EegDspSpec copy = *spec;
  char of[32];
  int n;

  if (!(spec->rate > 0) || !isfinite (spec->rate))
    return refuse (
        message, size, "sampling rate %g Hz is not above 0", spec->rate);
  if (spec->order < 1 || spec->order > max)
    return refuse (
        message, size, "order %d is not one of 1 to %d", spec->order, max);
  if (bad_corner (spec->f1, spec->rate))
    return refuse (message, size,
        "corner frequency %g Hz must lie above 0 and below %g Hz, half of the "
        "sampling rate of %g Hz",
        spec->f1, spec->rate / 2, spec->rate);
  if (band && (bad_corner (spec->f2, spec->rate) || spec->f2 <= spec->f1))
    return refuse (message, size,
        "upper corner frequency %g Hz must lie above the lower one, %g Hz, and "
        "below %g Hz, half of the sampling rate of %g Hz",
        spec->f2, spec->f1, spec->rate / 2, spec->rate);
  if ((spec->family == EEG_DSP_CHEBYSHEV1 ||
          spec->family == EEG_DSP_ELLIPTIC) &&
      !(spec->ripple_db >= 1e-6 && spec->ripple_db <= 20))
    return refuse (message, size,
        "pass-band ripple %g dB is not one of 0.000001 to 20 dB",
        spec->ripple_db);
  if ((spec->family == EEG_DSP_CHEBYSHEV2 ||
          spec->family == EEG_DSP_ELLIPTIC) &&
      !(spec->stop_db >= 1 && spec->stop_db <= 200))
    return refuse (message, size,
        "stop-band attenuation %g dB is not one of 1 to 200 dB", spec->stop_db);
  if (spec->family == EEG_DSP_ELLIPTIC && spec->stop_db <= spec->ripple_db)
    return refuse (message, size,
        "stop-band attenuation %g dB must exceed the pass-band ripple of %g dB",
        spec->stop_db, spec->ripple_db);

  n = make_sections (spec, sections);
  if (n > 0)
    return n;
  if (band)
    return refuse (message, size,
        "the band from %.9g to %.9g Hz lies too near to an end of the range or "
        "is too narrow for order %d at %.9g samples per second, expected a "
        "lower order or corners further apart",
        spec->f1, spec->f2, spec->order, spec->rate);
  snprintf (of, sizeof of, "order %d", spec->order);
  return refuse_accuracy (spec->f1, "corner frequency", spec->rate,
      corner_is_possible, &copy, of, message, size);
}

typedef struct
{
  double rate, q;
} Notch;

/* Gain of the ideal notch at @f Hz: with c = cos (2 pi f / rate) less that of the
 * frequency removed, c / sqrt (c^2 + beta^2 sin^2). */
static double
notch_gain (long double w0, long double beta, long double w)
{
  long double c = -2 * sinl ((w + w0) / 2) * sinl ((w - w0) / 2);

  return (double) (fabsl (c) / hypotl (c, beta * sinl (w)));
}

static int
make_notch (double rate, double frequency, double q, EegDspSection *section)
{
  static const double around[] = {-4, -1, -0.5, 0, 0.5, 1, 4};
  long double w = 2 * PI_L * frequency / rate;
  long double beta = tanl (w / q / 2), gain = 1 / (1 + beta);
  size_t i;

  section->b0 = (double) gain;
  section->b1 = (double) (-2 * cosl (w) * gain);
  section->b2 = (double) gain;
  section->a1 = section->b1;
  section->a2 = (double) (2 * gain - 1);
  if (!eeg_dsp_sections_usable (section, 1))
    return 0;
  for (i = 0; i < sizeof around / sizeof *around; i++) {
    double f = frequency + around[i] * frequency / q;

    if (f > 0 && f < rate / 2 &&
        !eeg_dsp_gain_is (
            section, 1, rate, f, notch_gain (w, beta, 2 * PI_L * f / rate)))
      return 0;
  }
  return eeg_dsp_gain_is (section, 1, rate, 0, 1) &&
         eeg_dsp_gain_is (section, 1, rate, rate / 2, 1);
}

static int
notch_is_possible (void *data, double frequency)
{
  const Notch *notch = data;
  EegDspSection section;

  return frequency / notch->q < notch->rate / 2 &&
         make_notch (notch->rate, frequency, notch->q, &section);
}

int
eeg_dsp_design_notch (double rate, double frequency, double q,
    EegDspSection *section, char *message, size_t size)
{
  Notch notch = {rate, q};
  char of[64];

  if (!(rate > 0) || !isfinite (rate))
    return refuse (message, size, "sampling rate %g Hz is not above 0", rate);
  if (bad_corner (frequency, rate))
    return refuse (message, size,
        "notch frequency %g Hz must lie above 0 and below %g Hz, half of the "
        "sampling rate of %g Hz",
        frequency, rate / 2, rate);
  if (!(q > 0) || !isfinite (q) || frequency / q >= rate / 2)
    return refuse (message, size,
        "notch quality %g must be above %g (the notch would be as wide as half "
        "of the sampling rate of %g Hz)",
        q, 2 * frequency / rate, rate);

  if (make_notch (rate, frequency, q, section))
    return 1;
  snprintf (of, sizeof of, "a quality of %.9g", q);
  return refuse_accuracy (frequency, "notch frequency", rate, notch_is_possible,
      &notch, of, message, size);
}
