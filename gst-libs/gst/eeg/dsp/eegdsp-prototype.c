/* EEG signal processing in pure C: analog low-pass prototypes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Butterworth and Chebyshev poles in closed form; elliptic ones through
 * descending Landen transformations of the Jacobi functions; Bessel poles as
 * roots of the reverse Bessel polynomial.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <string.h>

#include "eegdsp-prototype.h"

#define PI_L       3.141592653589793238462643383279502884L
#define MAX_LANDEN 16

static long double
product_ratio (const EegZpk *f)
{
  EegRoot r = 1;
  int i;

  /* Interleaved so that neither product overflows on its own. */
  for (i = 0; i < f->np || i < f->nz; i++) {
    if (i < f->np)
      r *= -f->p[i];
    if (i < f->nz)
      r /= -f->z[i];
  }
  return creall (r);
}

static void
add_pole_pair (EegZpk *f, EegRoot p)
{
  f->p[f->np++] = p;
  f->p[f->np++] = conjl (p);
}

static void
add_zero_pair (EegZpk *f, long double imag)
{
  f->z[f->nz++] = I * imag;
  f->z[f->nz++] = -I * imag;
}

static void
butterworth (int n, EegZpk *f)
{
  int i;

  for (i = 0; i < n / 2; i++) {
    long double t = PI_L * (2 * i + 1) / (2 * n);
    add_pole_pair (f, -sinl (t) + I * cosl (t));
  }
  if (n & 1)
    f->p[f->np++] = -1;
  f->k = 1;
}

static void
chebyshev1 (int n, double ripple_db, EegZpk *f)
{
  long double eps = sqrtl (expm1l (ripple_db * logl (10.0L) / 10));
  long double mu = asinhl (1 / eps) / n;
  int i;

  for (i = 0; i < n / 2; i++) {
    long double t = PI_L * (2 * i + 1) / (2 * n);
    add_pole_pair (f, -sinhl (mu) * sinl (t) + I * coshl (mu) * cosl (t));
  }
  if (n & 1)
    f->p[f->np++] = -sinhl (mu);
  f->k = product_ratio (f);
  if (!(n & 1))
    f->k /= sqrtl (1 + eps * eps);
}

static void
chebyshev2 (int n, double stop_db, EegZpk *f)
{
  long double inv = sqrtl (expm1l (stop_db * logl (10.0L) / 10));
  long double mu = asinhl (inv) / n;
  int i;

  for (i = 0; i < n / 2; i++) {
    long double t = PI_L * (2 * i + 1) / (2 * n);
    add_pole_pair (f, 1 / (-sinhl (mu) * sinl (t) + I * coshl (mu) * cosl (t)));
    add_zero_pair (f, 1 / cosl (t));
  }
  if (n & 1)
    f->p[f->np++] = -1 / sinhl (mu);
  f->k = product_ratio (f);
}

/* The moduli of the descending Landen sequence; the complementary modulus is
 * carried along because 1 - k^2 would lose it when k is near 1. */
static int
landen (long double k, long double kc, long double *v)
{
  int n = 0;

  v[n++] = k;
  while (n < MAX_LANDEN && k > 1e-22L) {
    k = k / (1 + kc);
    k = k * k;
    kc = 2 * sqrtl (kc) / (1 + kc);
    v[n++] = k;
  }
  return n;
}

static EegRoot
ascend (EegRoot w, const long double *v, int n)
{
  int i;

  for (i = n - 1; i >= 1; i--)
    w = (1 + v[i]) * w / (1 + v[i] * w * w);
  return w;
}

static void
elliptic (int n, double ripple_db, double stop_db, EegZpk *f)
{
  long double eps = sqrtl (expm1l (ripple_db * logl (10.0L) / 10));
  long double k1 = eps / sqrtl (expm1l (stop_db * logl (10.0L) / 10));
  long double k1c = sqrtl ((1 - k1) * (1 + k1));
  long double v[MAX_LANDEN], k, kc, x, v0;
  int i, m;

  if (n == 1) {
    f->p[f->np++] = -1 / eps;
    f->k = 1 / eps;
    return;
  }

  /* Degree equation, for the complementary modulus. */
  m = landen (k1c, k1, v);
  kc = powl (k1c, n);
  for (i = 1; i <= n / 2; i++) {
    long double s = creall (ascend (sinl (PI_L * (2 * i - 1) / (2 * n)), v, m));
    kc *= s * s * s * s;
  }
  k = sqrtl ((1 - kc) * (1 + kc));

  /* v0 = inverse sn of j/eps; the sequence stays on the imaginary axis. */
  m = landen (k1, k1c, v);
  x = 1 / eps;
  for (i = 1; i < m; i++)
    x = 2 * x / ((1 + v[i]) * (1 + sqrtl (1 + x * x * v[i - 1] * v[i - 1])));
  v0 = 2 * asinhl (x) / (PI_L * n);

  m = landen (k, kc, v);
  for (i = 1; i <= n / 2; i++) {
    long double u = (2 * i - 1) / (long double) n;
    long double zeta = creall (ascend (cosl (u * PI_L / 2), v, m));
    EegRoot p = I * ascend (ccosl ((u - I * v0) * PI_L / 2), v, m);

    add_zero_pair (f, 1 / (k * zeta));
    add_pole_pair (f, p);
  }
  if (n & 1)
    f->p[f->np++] = creall (I * ascend (csinl (I * v0 * PI_L / 2), v, m));
  f->k = product_ratio (f);
  if (!(n & 1))
    f->k /= sqrtl (1 + eps * eps);
}

/* Reverse Bessel polynomial and its derivative. */
static void
bessel_eval (const long double *a, int n, EegRoot x, EegRoot *p, EegRoot *d)
{
  int i;

  *p = a[n];
  *d = 0;
  for (i = n - 1; i >= 0; i--) {
    *d = *d * x + *p;
    *p = *p * x + a[i];
  }
}

/* The roots of the high orders lie so close to each other that their last
 * digits take more precision than x87 long double has. */
#ifdef __SIZEOF_FLOAT128__
typedef __float128 Wide;
#else
typedef long double Wide;
#endif

/* Newton steps on the polynomial with its exact integer coefficients. */
static EegRoot
bessel_polish (int n, EegRoot root)
{
  Wide a[EEG_DSP_MAX_ORDER + 1];
  Wide xr = creall (root), xi = cimagl (root);
  int i, round;

  a[n] = 1;
  for (i = n - 1; i >= 0; i--)
    a[i] = a[i + 1] * (2 * n - i) * (i + 1) / (2 * (n - i));
  for (round = 0; round < 4; round++) {
    Wide pr = a[n], pi = 0, dr = 0, di = 0, t, norm;
    for (i = n - 1; i >= 0; i--) {
      t = dr * xr - di * xi + pr;
      di = dr * xi + di * xr + pi;
      dr = t;
      t = pr * xr - pi * xi + a[i];
      pi = pr * xi + pi * xr;
      pr = t;
    }
    norm = dr * dr + di * di;
    xr -= (pr * dr + pi * di) / norm;
    xi -= (pi * dr - pr * di) / norm;
  }
  return (long double) xr + I * (long double) xi;
}

static void
bessel (int n, EegZpk *f)
{
  long double a[EEG_DSP_MAX_ORDER + 1], scale;
  EegRoot r[EEG_DSP_MAX_ORDER];
  int i, j, round;

  /* Scaled by x -> x * scale so that the product of the roots is 1, which is
   * the phase normalisation and keeps the coefficients small as well. */
  a[n] = 1;
  for (i = n - 1; i >= 0; i--)
    a[i] = a[i + 1] * (2 * n - i) * (i + 1) / (2.0L * (n - i));
  scale = powl (a[0], 1.0L / n);
  for (i = 0; i <= n; i++)
    a[i] *= powl (scale, i - n);

  for (i = 0; i < n; i++)
    r[i] = cexpl (I * PI_L * (0.5L + (i + 0.5L) / n)) + 0.01L * I / (i + 2);
  /* Aberth's simultaneous iteration. */
  for (round = 0; round < 100; round++) {
    long double worst = 0;
    for (i = 0; i < n; i++) {
      EegRoot p, d, sum = 0, step;
      bessel_eval (a, n, r[i], &p, &d);
      for (j = 0; j < n; j++)
        if (j != i)
          sum += 1 / (r[i] - r[j]);
      step = p / d;
      step = step / (1 - step * sum);
      r[i] -= step;
      worst = fmaxl (worst, cabsl (step));
    }
    if (worst < 1e-19L)
      break;
  }
  for (i = 0; i < n; i++)
    r[i] = bessel_polish (n, r[i] * scale) / scale;
  for (i = 0; i < n; i++) {
    if (cimagl (r[i]) > 1e-6L)
      add_pole_pair (f, r[i]);
  }
  for (i = 0; i < n; i++) {
    if (fabsl (cimagl (r[i])) <= 1e-6L)
      f->p[f->np++] = creall (r[i]);
  }
  f->k = 1;
}

void
eeg_dsp_prototype (const EegDspSpec *spec, EegZpk *out)
{
  memset (out, 0, sizeof *out);
  switch (spec->family) {
    case EEG_DSP_BUTTERWORTH:
      butterworth (spec->order, out);
      break;
    case EEG_DSP_CHEBYSHEV1:
      chebyshev1 (spec->order, spec->ripple_db, out);
      break;
    case EEG_DSP_CHEBYSHEV2:
      chebyshev2 (spec->order, spec->stop_db, out);
      break;
    case EEG_DSP_ELLIPTIC:
      elliptic (spec->order, spec->ripple_db, spec->stop_db, out);
      break;
    case EEG_DSP_BESSEL:
      bessel (spec->order, out);
      break;
  }
}
