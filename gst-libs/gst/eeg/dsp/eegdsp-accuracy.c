/* EEG signal processing in pure C: whether doubles can hold a design
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lower a corner is against the sampling rate, the nearer do the poles come
 * to 1, where doubles are too coarse for them: near the corner the gain is then
 * wrong by about 2^-52 / w^2, w = 2 pi f / rate, for every pair of poles, and at
 * last they leave the unit circle. So what will really run, the rounded
 * sections, is compared with the analog filter that was asked for.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <float.h>
#include <math.h>

#include "eegdsp-accuracy.h"
#include "eegdsp-response.h"

/* How wrong a gain may be, of itself; and where next to nothing passes. */
#define TOLERANCE 1e-3
#define NEXT_TO   1e-6

int
eeg_dsp_sections_usable (const EegDspSection *s, int n)
{
  double noise = 0;
  int i;

  for (i = 0; i < n; i++, s++) {
    double at_dc = 1 + s->a1 + s->a2, at_top = 1 - s->a1 + s->a2;

    if (!isfinite (s->b0) || !isfinite (s->b1) || !isfinite (s->b2) ||
        !(at_dc > 0) || !(at_top > 0) || !(fabs (s->a2) < 1))
      return 0;
    /* What rounding of the state can add up to, as a part of the signal. */
    noise += DBL_EPSILON / fmin (at_dc, at_top);
  }
  return noise <= TOLERANCE;
}

int
eeg_dsp_gain_is (
    const EegDspSection *s, int n, double rate, double frequency, double wanted)
{
  double re, im;

  eeg_dsp_response (s, n, rate, frequency, &re, &im);
  return fabs (hypot (re, im) - wanted) <= TOLERANCE * wanted + NEXT_TO;
}

/* Gain of an analog filter at @omega rad/s. */
static double
analog_gain (const EegZpk *f, long double omega)
{
  long double h = fabsl (f->k);
  int i;

  /* Interleaved so that neither product overflows on its own. */
  for (i = 0; i < f->nz || i < f->np; i++) {
    if (i < f->nz)
      h *= cabsl (I * omega - f->z[i]);
    if (i < f->np)
      h /= cabsl (I * omega - f->p[i]);
  }
  return (double) h;
}

static int
gain_agrees (const EegDspSpec *spec, const EegZpk *analog,
    const EegDspSection *s, int n, double f)
{
  return f > spec->rate / 2 ||
         eeg_dsp_gain_is (s, n, spec->rate, f,
             analog_gain (analog, tanl (acosl (-1.0L) * f / spec->rate)));
}

int
eeg_dsp_design_holds (
    const EegDspSpec *spec, const EegZpk *analog, const EegDspSection *s, int n)
{
  static const double around[] = {0.25, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 2, 4};
  const int band =
      spec->band == EEG_DSP_BANDPASS || spec->band == EEG_DSP_BANDSTOP;
  const int one_for_one = analog->nz == analog->np;
  size_t i;

  if (!eeg_dsp_sections_usable (s, n))
    return 0;
  for (i = 0; i < sizeof around / sizeof *around; i++)
    if (!gain_agrees (spec, analog, s, n, around[i] * spec->f1) ||
        (band && !gain_agrees (spec, analog, s, n, around[i] * spec->f2)))
      return 0;
  return gain_agrees (spec, analog, s, n, 0) &&
         gain_agrees (spec, analog, s, n, sqrt (spec->f1 * spec->rate / 2)) &&
         eeg_dsp_gain_is (s, n, spec->rate, spec->rate / 2,
             one_for_one ? fabs ((double) analog->k) : 0);
}

double
eeg_dsp_nearest_possible (
    double from, double to, int (*possible) (void *data, double f), void *data)
{
  double good = to, bad = from, step;
  int i;

  if (!possible (data, to))
    return 0;
  for (i = 0; i < (to > from ? 20 : 50); i++) {
    double mid = to > from ? sqrt (good * bad) : (good + bad) / 2;

    if (possible (data, mid))
      good = mid;
    else
      bad = mid;
  }
  if (to < from)
    return good;
  /* Two digits, upwards; the border may be ragged. */
  step = pow (10, floor (log10 (good)) - 1);
  for (i = 0; i < 100; i++) {
    good = ceil (good / step * (1 - 1e-12)) * step;
    if (good >= to || possible (data, good))
      break;
    good += step;
  }
  return fmin (good, to);
}
