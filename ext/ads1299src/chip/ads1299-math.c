/* ADS1299 chip library: the formulas of the datasheet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-math.h"
#include "ads1299-regs.h"

#include <math.h>
#include <string.h>

#define FMOD_HZ (ADS1299_FCLK_HZ / 2.0)

/* uV rms, rows by DR, columns by GAIN */
static const float noise_uv[ADS1299_N_RATES][ADS1299_N_GAINS] = {
    {21.70f, 10.85f, 5.60f, 3.87f, 3.05f, 2.27f, 1.66f},
    {6.93f, 3.65f, 1.98f, 1.31f, 1.11f, 0.92f, 0.80f},
    {4.33f, 2.28f, 1.24f, 0.93f, 0.79f, 0.65f, 0.56f},
    {3.06f, 1.61f, 0.88f, 0.66f, 0.56f, 0.46f, 0.40f},
    {2.17f, 1.14f, 0.62f, 0.46f, 0.39f, 0.32f, 0.28f},
    {1.53f, 0.81f, 0.44f, 0.33f, 0.28f, 0.23f, 0.20f},
    {1.08f, 0.57f, 0.31f, 0.23f, 0.20f, 0.16f, 0.14f},
};

double
ads1299_lsb_volts (double vref, unsigned gain)
{
  return vref / (gain * 8388608.0);
}

double
ads1299_code_to_volts (int32_t code, double vref, unsigned gain)
{
  return code * ads1299_lsb_volts (vref, gain);
}

double
ads1299_enob (double vref, unsigned gain, double rms_volts)
{
  return log2 (vref / (M_SQRT2 * gain * rms_volts));
}

double
ads1299_sinc3_gain (double hz, unsigned n)
{
  double x = M_PI * hz / FMOD_HZ, d = n * sin (x), h;

  if (fabs (d) < 1e-12)
    return 1.0;
  h = fabs (sin (n * x) / d);
  return h * h * h;
}

double
ads1299_group_delay (unsigned n)
{
  return 1.5 * (n - 1.0) / FMOD_HZ;
}

double
ads1299_settling (unsigned n)
{
  return (8.0 * n + 9.0) / ADS1299_FCLK_HZ;
}

double
ads1299_step_response (unsigned k)
{
  static const double response[] = {1.0 / 6.0, 5.0 / 6.0};

  return k < 2 ? response[k] : 1.0;
}

double
ads1299_noise_volts (unsigned dr, unsigned gain_code)
{
  if (dr >= ADS1299_N_RATES || gain_code >= ADS1299_N_GAINS)
    return 0.0;
  return noise_uv[dr][gain_code] * 1e-6;
}

double
ads1299_volts_to_celsius (double volts)
{
  return (volts - 145300e-6) / 490e-6 + 25.0;
}

double
ads1299_celsius_to_volts (double celsius)
{
  return (celsius - 25.0) * 490e-6 + 145300e-6;
}

double
ads1299_test_volts (double vref, unsigned amplitude)
{
  return amplitude * vref / 2400.0;
}

double
ads1299_test_hz (unsigned frequency)
{
  return frequency == 0   ? ADS1299_FCLK_HZ / (1 << 21)
         : frequency == 1 ? ADS1299_FCLK_HZ / (1 << 20)
                          : 0.0;
}

double
ads1299_loff_amps (unsigned code)
{
  static const double amps[] = {6e-9, 24e-9, 6e-6, 24e-6};

  return amps[code & 3];
}

double
ads1299_loff_hz (unsigned code, unsigned rate)
{
  switch (code) {
    case 1:
      return ADS1299_FCLK_HZ / (1 << 18);
    case 2:
      return ADS1299_FCLK_HZ / (1 << 16);
    case 3:
      return rate / 4.0;
    default:
      return 0.0;
  }
}

double
ads1299_impedance (const Ads1299ImpedanceSetup *s, double volts)
{
  double amps = 4.0 / M_PI * s->amps * ads1299_sinc3_gain (s->hz, s->n);
  double ohm = volts / amps * s->calibration - s->series_ohm;

  return ohm > 0.0 ? ohm : 0.0;
}

double
ads1299_impedance_openbci (double std_volts, double amps, double series_ohm)
{
  double ohm = M_SQRT2 * std_volts / amps - series_ohm;

  return ohm > 0.0 ? ohm : 0.0;
}

bool
ads1299_lockin_init (Ads1299Lockin *l, double hz, unsigned rate, double seconds)
{
  double period = hz > 0.0 ? rate / hz : 0.0;
  double periods;

  memset (l, 0, sizeof *l);
  if (!(period >= 3.0 && period <= 1e6) || period != floor (period))
    return false;
  periods = floor (seconds * hz);
  if (!(periods >= 4.0 && periods * period <= 1e9))
    return false;
  l->period = (unsigned) period;
  l->window = (unsigned) (periods * period);
  return true;
}

bool
ads1299_lockin_push (Ads1299Lockin *l, double volts, double *peak)
{
  double phase = 2.0 * M_PI * (l->n % l->period) / l->period;
  double w = 0.5 - 0.5 * cos (2.0 * M_PI * (l->n + 0.5) / l->window);

  if (l->window == 0)
    return false;
  l->re += w * volts * cos (phase);
  l->im += w * volts * sin (phase);
  l->weight += w;
  if (++l->n < l->window)
    return false;
  *peak = 2.0 * hypot (l->re, l->im) / l->weight;
  l->n = 0;
  l->re = l->im = l->weight = 0.0;
  return true;
}

double
ads1299_goertzel (const double *volts, size_t n, double hz, double rate)
{
  double w = 2.0 * M_PI * hz / rate, c = 2.0 * cos (w);
  double s1 = 0.0, s2 = 0.0, re, im;
  size_t i;

  if (n == 0)
    return 0.0;
  for (i = 0; i < n; i++) {
    double s0 = volts[i] + c * s1 - s2;

    s2 = s1;
    s1 = s0;
  }
  re = s1 - s2 * cos (w);
  im = s2 * sin (w);
  return 2.0 * hypot (re, im) / (double) n;
}

uint16_t
ads1299_loff_update (
    Ads1299LoffState *s, uint32_t status, unsigned on_after, unsigned off_after)
{
  uint16_t now = (uint16_t) (status >> 4), changed = 0;
  unsigned i;

  for (i = 0; i < 16; i++) {
    bool is = now >> i & 1, was = s->off >> i & 1;

    if (is == was) {
      s->count[i] = 0;
    } else if (++s->count[i] >= (is ? on_after : off_after)) {
      s->count[i] = 0;
      changed |= (uint16_t) (1u << i);
    }
  }
  s->off ^= changed;
  return changed;
}
