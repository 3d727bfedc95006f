/* ADS1299 chip library: the formulas of the datasheet
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers in parentheses are sections, equations and tables of SBAS499C. All
 * functions are pure. Volts refer to the input, before the gain.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- codes ----------------------------------------------------------------- */

/* Volts of one code: vref / (gain 2^23) (Eq. 8). */
double ads1299_lsb_volts (double vref, unsigned gain);
/* Volts of @code; exact but for the rounding of one multiplication. */
double ads1299_code_to_volts (int32_t code, double vref, unsigned gain);
/* Effective bits of a noise of @rms_volts: log2 (vref / (sqrt 2 gain rms))
 * (8.1). */
double ads1299_enob (double vref, unsigned gain, double rms_volts);

/* --- filter ---------------------------------------------------------------- */

/* Magnitude of the sinc3 filter at @hz for decimation @n (Eq. 6, 7); 1 at 0. */
double ads1299_sinc3_gain (double hz, unsigned n);
/* Seconds from the middle of what a conversion averages to its DRDY edge:
 * 1.5 (N - 1) / fMOD. */
double ads1299_group_delay (unsigned n);
/* Seconds from START to the first DRDY: (8 N + 9) tCLK (Table 7). */
double ads1299_settling (unsigned n);
/* Answer of the filter @k conversions after a unit step right after a
 * conversion: 1/6, 5/6, 1. */
double ads1299_step_response (unsigned k);

/* Noise with shorted inputs, volts rms (Tables 1 to 4). */
double ads1299_noise_volts (unsigned dr, unsigned gain_code);

/* --- internal measurements -------------------------------------------------- */

/* Die temperature of MUX = temperature (Eq. 3). */
double ads1299_volts_to_celsius (double volts);
double ads1299_celsius_to_volts (double celsius);
/* Peak of the internal test signal: vref / 2400, once or twice. */
double ads1299_test_volts (double vref, unsigned amplitude);
/* Hz of the test signal with code @frequency (0, 1); 0 for DC. */
double ads1299_test_hz (unsigned frequency);

/* --- lead-off and impedance -------------------------------------------------- */

/* Amperes of ILEAD code 0..3 and Hz of FLEAD code 0..3 (0 is DC). */
double ads1299_loff_amps (unsigned code);
double ads1299_loff_hz (unsigned code, unsigned rate);

/* How an electrode is measured with the AC lead-off current. */
typedef struct
{
  double amps;        /* of the source, one direction */
  double hz;          /* of the chopper */
  unsigned n;         /* decimation of the data rate */
  double series_ohm;  /* resistors of the board, taken off */
  double calibration; /* true over nominal ohms of this channel; 1 by default */
} Ads1299ImpedanceSetup;

/* Ohms from the peak @volts of the fundamental. The current is a square wave
 * of +-I, so its fundamental is 4/pi I, of which the filter leaves H(f):
 * Z = volts / (4/pi I H(f)) calibration - series. Not below 0. */
double ads1299_impedance (const Ads1299ImpedanceSetup *setup, double volts);
/* What OpenBCI's viewer shows: sqrt 2 std / I - series, for comparison. It
 * reads about 18 % more at 31.25 Hz and 250 samples per second. */
double ads1299_impedance_openbci (
    double std_volts, double amps, double series_ohm);

/* Lock-in over whole windows of one channel: peak amplitude at a frequency.
 * A Hann window keeps EEG and drift out of the result. */
typedef struct
{
  unsigned period, window; /* samples; window is whole periods */
  unsigned n;
  double re, im, weight;
} Ads1299Lockin;

/* False when @hz does not divide @rate or @seconds hold fewer than four
 * periods. */
bool ads1299_lockin_init (
    Ads1299Lockin *lockin, double hz, unsigned rate, double seconds);
/* Takes one sample; true when a window is complete, with its @peak. */
bool ads1299_lockin_push (Ads1299Lockin *lockin, double volts, double *peak);
/* Peak amplitude of @hz in @n samples (Goertzel, rectangular window: exact for
 * whole periods). */
double ads1299_goertzel (const double *volts, size_t n, double hz, double rate);

/* DC lead-off with hysteresis, per bit of STATP << 8 | STATN. */
typedef struct
{
  uint16_t off;       /* what is reported */
  uint16_t count[16]; /* samples in a row that say otherwise */
} Ads1299LoffState;

/* Takes the status word of one sample. A bit goes on after @on_after samples
 * in a row and off after @off_after. Returns the bits that changed. */
uint16_t ads1299_loff_update (Ads1299LoffState *state, uint32_t status,
    unsigned on_after, unsigned off_after);
