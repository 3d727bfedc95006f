/* EEG signal processing in pure C: what a cascade does to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <complex.h>
#include <math.h>

#include "eegdsp-response.h"

/* A value below this part of its terms is what rounding leaves of 0. */
#define NOTHING 1e-13

/* c0 + c1 z + c2 z^2 at z = exp (-jw), from the end of the band that is nearer:
 * low corners make the sum of the coefficients tiny, and it is exact, while the
 * terms at z would lose it. */
static double complex
polynomial (double c0, double c1, double c2, double w)
{
  double s, sign = w <= M_PI / 2 ? 1 : -1;
  double complex d;

  if (sign < 0)
    w -= M_PI;
  /* d = +-z - 1 */
  s = sin (w / 2);
  d = -2 * s * s - I * sin (w);
  c1 *= sign;
  return (c0 + c1 + c2) + d * (c1 + 2 * c2 + c2 * d);
}

void
eeg_dsp_response (const EegDspSection *s, int n, double rate, double frequency,
    double *re, double *im)
{
  double w = 2 * M_PI * frequency / rate;
  double complex h = 1;
  int i;

  for (i = 0; i < n; i++)
    h *= polynomial (s[i].b0, s[i].b1, s[i].b2, w) /
         polynomial (1, s[i].a1, s[i].a2, w);
  *re = creal (h);
  *im = cimag (h);
}

#define GRID 64

static void
raise_peaks (
    const EegDspSection *s, int n, double w, double *peak, double *within)
{
  double g = 1;
  int i;

  for (i = 0; i < n; i++) {
    g *= cabs (polynomial (s[i].b0, s[i].b1, s[i].b2, w) /
               polynomial (1, s[i].a1, s[i].a2, w));
    /* not a number is greater than all */
    *within = g <= *within ? *within : g;
  }
  *peak = g <= *peak ? *peak : g;
}

double
eeg_dsp_peak_gain (const EegDspSection *s, int n, double *within)
{
  double peak = 0;
  int i;

  *within = 0;
  for (i = 0; i <= GRID; i++)
    raise_peaks (s, n, M_PI * i / GRID, &peak, within);
  for (i = 0; i < n; i++)
    if (s[i].a1 * s[i].a1 < 4 * s[i].a2)
      raise_peaks (s, n, acos (-s[i].a1 / (2 * sqrt (s[i].a2))), &peak, within);
  return peak;
}

/* Delay of c0 + c1 z + c2 z^2 in samples: Re (sum k c_k z^k / sum c_k z^k). 0
 * where it is 0: the phase jumps there. */
static int
delay (double c0, double c1, double c2, double w, double *samples)
{
  double complex p = polynomial (c0, c1, c2, w);
  double size = fabs (c0) + fabs (c1) + fabs (c2);
  /* A double zero at an end of the band is far from 0 in between, however
   * small. */
  int ends = c0 == c2 && fabs (c1) == 2 * fabs (c0);

  if (!(cabs (p) > (ends ? 0 : NOTHING * size)))
    return 0;
  if (c2 == 0 && fabs (c0) == fabs (c1))
    *samples = 0.5;
  else if (c0 == c2 || (c0 == -c2 && c1 == 0))
    *samples = 1;
  else
    *samples = creal ((polynomial (0, c1, 2 * c2, w)) / p);
  return 1;
}

int
eeg_dsp_group_delay (const EegDspSection *s, int n, double rate,
    double frequency, double *seconds)
{
  double w = 2 * M_PI * frequency / rate, sum = 0, zeros, poles;
  int i;

  for (i = 0; i < n; i++) {
    if (!delay (s[i].b0, s[i].b1, s[i].b2, w, &zeros) ||
        !delay (1, s[i].a1, s[i].a2, w, &poles))
      return 0;
    sum += zeros - poles;
  }
  *seconds = sum / rate;
  return isfinite (sum);
}

double
eeg_dsp_settling (const EegDspSection *s, int n, double rate, double fraction)
{
  double worst = 0;
  int i;

  for (i = 0; i < n; i++) {
    double root = s[i].a1 * s[i].a1 / 4 - s[i].a2, radius;
    if (root >= 0)
      radius = fabs (s[i].a1) / 2 + sqrt (root);
    else
      radius = sqrt (s[i].a2);
    if (radius > 0 && radius < 1)
      worst = fmax (worst, log (fraction) / log (radius));
  }
  return worst / rate;
}
