/* EEG signal processing in pure C: design of recursive filters
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

#include "eegdsp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Highest order of a prototype; a band filter has twice as many poles. */
#define EEG_DSP_MAX_ORDER    16
#define EEG_DSP_MAX_SECTIONS 16

/**
 * EegDspFamily:
 *
 * Shape of the analog prototype. Bessel filters are normalised to the phase:
 * the corner lies where the phase is midway.
 */
typedef enum
{
  EEG_DSP_BUTTERWORTH,
  EEG_DSP_CHEBYSHEV1,
  EEG_DSP_CHEBYSHEV2,
  EEG_DSP_ELLIPTIC,
  EEG_DSP_BESSEL,
} EegDspFamily;

typedef enum
{
  EEG_DSP_LOWPASS,
  EEG_DSP_HIGHPASS,
  EEG_DSP_BANDPASS,
  EEG_DSP_BANDSTOP,
} EegDspBand;

/**
 * EegDspSection:
 *
 * One second-order section, a0 = 1:
 * y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
 */
typedef struct
{
  double b0, b1, b2, a1, a2;
} EegDspSection;

/**
 * EegDspSpec:
 * @family: prototype
 * @band: which frequencies pass
 * @order: order of the prototype, 1..EEG_DSP_MAX_ORDER (1..8 for bands wider
 *   than EEG_DSP_MAX_SECTIONS allow)
 * @rate: sampling rate in Hz
 * @f1: corner in Hz; lower corner of a band
 * @f2: upper corner of a band in Hz, ignored otherwise
 * @ripple_db: pass-band ripple (Chebyshev I, elliptic)
 * @stop_db: stop-band attenuation (Chebyshev II, elliptic)
 */
typedef struct
{
  EegDspFamily family;
  EegDspBand band;
  int order;
  double rate, f1, f2;
  double ripple_db, stop_db;
} EegDspSpec;

/* Fills @sections (room for EEG_DSP_MAX_SECTIONS) and returns their number; 0
 * with a sentence in @message (of @size bytes, may be NULL) when the request is
 * impossible. Thread-safe, allocates nothing. */
EEG_DSP_API int eeg_dsp_design (const EegDspSpec *spec, EegDspSection *sections,
    char *message, size_t size);

/* A notch of -3 dB width @frequency / @q at @frequency Hz: 1, or 0 as above. */
EEG_DSP_API int eeg_dsp_design_notch (double rate, double frequency, double q,
    EegDspSection *section, char *message, size_t size);

#ifdef __cplusplus
}
#endif
