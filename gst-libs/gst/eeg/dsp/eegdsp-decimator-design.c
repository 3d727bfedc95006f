/* EEG signal processing in pure C: filters of the decimator
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Linear phase: windowed-sinc (Kaiser) low-passes of odd length in stages. The
 * early stages only keep away what would fold into the band that the last one
 * keeps, so they are short; the last one is steep, but runs at a low rate. It
 * also makes the ratios that are no whole number, by one set of taps for each
 * of its output's places between two inputs.
 *
 * Minimum delay: one elliptic low-pass at the input rate.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-decimator-design.h"
#include "eegdsp-response.h"

static double
design_attenuation (EegDspQuality quality)
{
  /* A little more than promised: the formula for the length is approximate. */
  return eeg_dsp_decimator_attenuation (quality) + 4;
}

double
eeg_dsp_decimator_attenuation (EegDspQuality quality)
{
  switch (quality) {
    case EEG_DSP_QUALITY_LOW:
      return 60;
    case EEG_DSP_QUALITY_HIGH:
      return 140;
    default:
      return 100;
  }
}

/* Edges as fractions of the rate at which the stage's filter stands. Each keeps
 * 0.4 of the final rate, and what folds must stay above 0.6 of it, where the
 * last stage removes it. */
static void
edges (const EegDspStagePlan *s, double *pass, double *stop)
{
  double total = s->total * s->up;
  int last = fabs (total - s->down) < 1e-9 * total;

  if (last)
    total = s->down;
  *pass = 0.4 / total;
  *stop = last ? 0.6 / total : 1.0 / s->down - 0.6 / total;
}

static size_t
half_for (const EegDspStagePlan *s, EegDspQuality quality)
{
  double pass, stop;

  if (s->down <= 1)
    return 0;
  edges (s, &pass, &stop);
  return (size_t) ceil ((design_attenuation (quality) - 7.95) /
                        (2.285 * 2 * M_PI * (stop - pass)) / 2);
}

/* What a stage costs: products an input of the first stage, of which @share
 * reach this one, and a little for keeping the history; and delay, because who
 * looks at an EEG or reacts to it waits for that. */
static double
price (const EegDspStagePlan *s, double share)
{
  double half = (double) s->half / s->up;

  return share * (2 * half + 10) * s->up / s->down + 2 * half / s->total;
}

static double
search (double total, int up, int down, EegDspQuality quality, double share,
    EegDspStagePlan *plan, int *n)
{
  EegDspStagePlan last = {up, down, 0, total};
  double best;
  int m;

  last.half = half_for (&last, quality);
  best = price (&last, share);
  plan[0] = last;
  *n = 1;
  /* After a whole stage at least half an octave is left for the last one. */
  for (m = 2; up == 1 ? m * 2 <= total : m * 1.4 <= total; m++) {
    EegDspStagePlan rest[EEG_DSP_DECIMATOR_MAX_STAGES];
    EegDspStagePlan first = {1, m, 0, total};
    double sum;
    int k;

    if (down % m != 0)
      continue;
    first.half = half_for (&first, quality);
    sum = price (&first, share);
    if (sum >= best)
      continue;
    sum += search (total / m, up, down / m, quality, share / m, rest, &k);
    if (sum < best && k < EEG_DSP_DECIMATOR_MAX_STAGES) {
      best = sum;
      plan[0] = first;
      memcpy (plan + 1, rest, k * sizeof *rest);
      *n = k + 1;
    }
  }
  return best;
}

static int
common_divisor (int a, int b)
{
  while (b) {
    int r = a % b;
    a = b;
    b = r;
  }
  return a;
}

int
eeg_dsp_decimator_plan (const EegDspDecimatorSpec *spec,
    EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES])
{
  int n;

  if (spec->up < 1 || spec->up > EEG_DSP_DECIMATOR_MAX_UP ||
      spec->down < spec->up ||
      spec->down > (double) spec->up * EEG_DSP_DECIMATOR_MAX_FACTOR ||
      common_divisor (spec->up, spec->down) != 1)
    return 0;
  search ((double) spec->down / spec->up, spec->up, spec->down, spec->quality,
      1, plan, &n);
  return n;
}

static EegDspDecimatorSpec
whole (int factor, EegDspQuality quality)
{
  return (EegDspDecimatorSpec){.up = 1, .down = factor, .quality = quality};
}

int
eeg_dsp_decimator_stages (
    int factor, EegDspQuality quality, int stages[EEG_DSP_DECIMATOR_MAX_STAGES])
{
  EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES];
  EegDspDecimatorSpec spec = whole (factor, quality);
  int i, n = eeg_dsp_decimator_plan (&spec, plan);

  for (i = 0; i < n; i++)
    stages[i] = plan[i].down;
  return n;
}

double
eeg_dsp_decimator_delay_of (const EegDspDecimatorSpec *spec)
{
  EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES];
  double delay = 0, rate = 1;
  int i, n;

  if (spec->phase == EEG_DSP_PHASE_MINIMUM)
    return 0;
  n = eeg_dsp_decimator_plan (spec, plan);
  for (i = 0; i < n; i++) {
    delay += (double) plan[i].half / plan[i].up * rate;
    rate *= plan[i].down;
  }
  return delay;
}

size_t
eeg_dsp_decimator_delay_for (int factor, EegDspQuality quality)
{
  EegDspDecimatorSpec spec = whole (factor, quality);

  return (size_t) ceil (eeg_dsp_decimator_delay_of (&spec));
}

static double
bessel_i0 (double x)
{
  double sum = 1, term = 1;
  int k;

  for (k = 1; k < 200 && term > 1e-18 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

void
eeg_dsp_decimator_taps (
    const EegDspStagePlan *s, EegDspQuality quality, double *h)
{
  double beta = 0.1102 * (design_attenuation (quality) - 8.7);
  double scale = bessel_i0 (beta), sum = 0, pass, stop;
  size_t i;

  if (s->half == 0) {
    h[0] = 1;
    return;
  }
  edges (s, &pass, &stop);
  for (i = 0; i <= s->half; i++) {
    double r = (double) i / s->half, x = M_PI * i * (pass + stop);
    h[i] = (i ? sin (x) / x : 1) * (pass + stop) *
           bessel_i0 (beta * sqrt (1 - r * r)) / scale;
    sum += i ? 2 * h[i] : h[i];
  }
  for (i = 0; i <= s->half; i++)
    h[i] /= sum;
}

static double
stage_gain (const EegDspStagePlan *s, EegDspQuality quality, double frequency)
{
  double *h = malloc ((s->half + 1) * sizeof *h), g;
  size_t i;

  if (!h)
    return NAN;
  eeg_dsp_decimator_taps (s, quality, h);
  g = h[0];
  for (i = 1; i <= s->half; i++)
    g += 2 * h[i] * cos (2 * M_PI * frequency / s->up * i);
  free (h);
  return g;
}

/* An elliptic filter spends its order best: with ripple and attenuation given,
 * the least order whose stop band begins at 0.6 of the output rate. */
int
eeg_dsp_decimator_sections (const EegDspDecimatorSpec *spec,
    EegDspSection sections[EEG_DSP_MAX_SECTIONS])
{
  double limit = pow (10, -eeg_dsp_decimator_attenuation (spec->quality) / 20);
  EegDspSpec lowpass = {.family = EEG_DSP_ELLIPTIC,
      .band = EEG_DSP_LOWPASS,
      .rate = 1,
      .f1 = 0.4 / spec->down,
      .ripple_db = spec->quality == EEG_DSP_QUALITY_LOW ? 0.025 : 0.01,
      /* the design meets it only within rounding */
      .stop_db = eeg_dsp_decimator_attenuation (spec->quality) + 0.5};

  if (spec->up != 1 || spec->down < 1 ||
      spec->down > EEG_DSP_DECIMATOR_MAX_FACTOR)
    return 0;
  if (spec->down == 1) {
    sections[0] = (EegDspSection){1, 0, 0, 0, 0};
    return 1;
  }
  for (lowpass.order = 3; lowpass.order <= EEG_DSP_MAX_ORDER; lowpass.order++) {
    int n = eeg_dsp_design (&lowpass, sections, NULL, 0);
    double re, im;

    if (n == 0)
      return 0;
    /* factor 2: 0.6 of the new rate lies below half of the old one */
    eeg_dsp_response (sections, n, 1, 0.6 / spec->down, &re, &im);
    if (hypot (re, im) <= limit)
      return n;
  }
  return 0;
}

int
eeg_dsp_decimator_response (
    const EegDspDecimatorSpec *spec, double frequency, double *re, double *im)
{
  EegDspStagePlan plan[EEG_DSP_DECIMATOR_MAX_STAGES];
  double rate = 1;
  int i, n;

  *im = 0;
  *re = 1;
  if (spec->phase == EEG_DSP_PHASE_MINIMUM) {
    EegDspSection sections[EEG_DSP_MAX_SECTIONS];

    n = eeg_dsp_decimator_sections (spec, sections);
    if (n > 0)
      eeg_dsp_response (sections, n, 1, frequency, re, im);
    return n > 0;
  }
  n = eeg_dsp_decimator_plan (spec, plan);
  for (i = 0; i < n; i++) {
    *re *= stage_gain (plan + i, spec->quality, frequency * rate);
    rate *= plan[i].down;
  }
  return n > 0;
}

double
eeg_dsp_decimator_gain (int factor, EegDspQuality quality, double frequency)
{
  EegDspDecimatorSpec spec = whole (factor, quality);
  double re, im;

  return eeg_dsp_decimator_response (&spec, frequency, &re, &im) ? re : NAN;
}

double
eeg_dsp_decimator_settling (const EegDspDecimatorSpec *spec)
{
  EegDspSection sections[EEG_DSP_MAX_SECTIONS];
  int n;

  if (spec->phase == EEG_DSP_PHASE_LINEAR)
    return eeg_dsp_decimator_delay_of (spec);
  n = eeg_dsp_decimator_sections (spec, sections);
  return n > 0 ? eeg_dsp_settling (sections, n, 1, 0.01) : 0;
}
