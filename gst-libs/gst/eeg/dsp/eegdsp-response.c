/* EEG signal processing in pure C: what a cascade does to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <complex.h>
#include <math.h>

#include "eegdsp-response.h"

void
eeg_dsp_response (const EegDspSection *s, int n, double rate, double frequency,
    double *re, double *im)
{
  double complex z = cexp (-I * 2 * M_PI * frequency / rate), h = 1;
  int i;

  for (i = 0; i < n; i++)
    h *= (s[i].b0 + z * (s[i].b1 + z * s[i].b2)) /
         (1 + z * (s[i].a1 + z * s[i].a2));
  *re = creal (h);
  *im = cimag (h);
}

/* Delay of c0 + c1 z + c2 z^2 in samples: Re (sum k c_k z^k / sum c_k z^k). */
static double
delay (double c0, double c1, double c2, double complex z)
{
  double complex p = c0 + z * (c1 + z * c2);

  /* On a zero the delay jumps by one sample: take the middle. */
  if (cabs (p) < 1e-12 * (fabs (c0) + fabs (c1) + fabs (c2)))
    return 1;
  return creal (z * (c1 + 2 * z * c2) / p);
}

double
eeg_dsp_group_delay (
    const EegDspSection *s, int n, double rate, double frequency)
{
  double complex z = cexp (-I * 2 * M_PI * frequency / rate);
  double d = 0;
  int i;

  for (i = 0; i < n; i++)
    d += delay (s[i].b0, s[i].b1, s[i].b2, z) - delay (1, s[i].a1, s[i].a2, z);
  return d / rate;
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
