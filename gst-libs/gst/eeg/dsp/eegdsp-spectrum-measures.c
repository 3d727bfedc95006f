/* EEG signal processing in pure C: what is read off a spectrum
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>

#include "eegdsp-spectrum.h"

/* Integral of the line between two bins over [a, b], fractions of the way. */
static double
piece (const double *psd, double a, double b)
{
  double slope = psd[1] - psd[0];

  return (b - a) * (psd[0] + slope * 0.5 * (a + b));
}

double
eeg_dsp_band_power (
    const double *psd, size_t bins, double width, double low, double high)
{
  double from = low / width, to = high / width, sum = 0;
  size_t k, first, last;

  if (!(from >= 0))
    from = 0;
  if (bins < 2 || !(to > from) || from >= (double) (bins - 1))
    return 0;
  if (to > (double) (bins - 1))
    to = (double) (bins - 1);
  first = (size_t) from;
  last = (size_t) ceil (to);
  for (k = first; k < last; k++) {
    double a = k == first ? from - (double) k : 0;
    double b = k + 1 == last ? to - (double) k : 1;

    sum += piece (psd + k, a, b);
  }
  return sum * width;
}

double
eeg_dsp_peak (
    const double *psd, size_t bins, double width, double low, double high)
{
  double first = ceil (low / width), last = floor (high / width), a, b, c, bend;
  size_t k, best = 0;

  if (!(first >= 1))
    first = 1;
  for (k = (size_t) first; (double) k <= last && k + 1 < bins; k++)
    if (psd[k] > psd[k - 1] && psd[k] >= psd[k + 1] &&
        (best == 0 || psd[k] > psd[best]))
      best = k;
  if (best == 0)
    return 0;
  if (!(psd[best - 1] > 0 && psd[best + 1] > 0))
    return (double) best * width;
  a = log (psd[best - 1]);
  b = log (psd[best]);
  c = log (psd[best + 1]);
  bend = a - 2 * b + c;
  return ((double) best + (bend < 0 ? 0.5 * (a - c) / bend : 0)) * width;
}

int
eeg_dsp_aperiodic (const double *psd, size_t bins, double width, double low,
    double high, double *offset, double *exponent)
{
  double mx = 0, my = 0, xx = 0, xy = 0, first = ceil (low / width);
  size_t k, n = 0, from;

  *offset = *exponent = 0;
  from = first >= 1 ? (size_t) first : 1;
  for (k = from; k < bins && (double) k * width <= high; k++)
    if (psd[k] > 0) {
      mx += log10 ((double) k * width);
      my += log10 (psd[k]);
      n++;
    }
  if (n < 2)
    return 0;
  mx /= (double) n;
  my /= (double) n;
  for (k = from; k < bins && (double) k * width <= high; k++)
    if (psd[k] > 0) {
      double x = log10 ((double) k * width) - mx;

      xx += x * x;
      xy += x * (log10 (psd[k]) - my);
    }
  *exponent = -xy / xx;
  *offset = my + *exponent * mx;
  return 1;
}
