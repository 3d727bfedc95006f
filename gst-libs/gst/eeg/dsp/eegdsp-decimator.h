/* EEG signal processing in pure C: lower sampling rates, by whole numbers and ratios
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EEG_DSP_DECIMATOR_MAX_FACTOR 1024
#define EEG_DSP_DECIMATOR_MAX_UP     512
#define EEG_DSP_DECIMATOR_MAX_STAGES 10

/**
 * EegDspQuality:
 *
 * Attenuation of what would alias, from 0.6 of the output rate: at least 60,
 * 100 and 140 dB. The pass band is 0..0.4 of the output rate: within 0.01 dB
 * from EEG_DSP_QUALITY_STANDARD on, 0.025 dB for EEG_DSP_QUALITY_LOW.
 */
typedef enum
{
  EEG_DSP_QUALITY_LOW,
  EEG_DSP_QUALITY_STANDARD,
  EEG_DSP_QUALITY_HIGH,
} EegDspQuality;

/**
 * EegDspPhase:
 *
 * Linear phase: no frequency is delayed against another, and output times are
 * exact; it needs a stretch of the future. Minimum: a recursive filter that
 * waits for nothing, but delays frequencies near the corner more than others.
 */
typedef enum
{
  EEG_DSP_PHASE_LINEAR,
  EEG_DSP_PHASE_MINIMUM,
} EegDspPhase;

/**
 * EegDspPrecision:
 *
 * How products are summed. Double: error below 1e-15 of the values. Single, for
 * float samples and linear phase only, at more than twice the speed: an offset of
 * each channel, taken anew every 1024 inputs, is subtracted before and added in
 * double behind, so that the error is that of the signal and not of its offset:
 * about 1e-7 of how far values are from it. For noise of +-500 uV that is
 * 0.04 nV RMS on any offset, where rounding a float output on 187 mV makes
 * 4.3 nV; 0.5 nV while a drift goes 10 mV from one offset to the next.
 */
typedef enum
{
  EEG_DSP_PRECISION_DOUBLE,
  EEG_DSP_PRECISION_SINGLE,
} EegDspPrecision;

/**
 * EegDspDecimatorSpec:
 * @up: output rate = input rate * @up / @down; without a common divisor
 * @down: at least @up, at most EEG_DSP_DECIMATOR_MAX_FACTOR times that
 * @quality: see #EegDspQuality
 * @phase: EEG_DSP_PHASE_MINIMUM needs @up = 1
 * @precision: see #EegDspPrecision
 */
typedef struct
{
  int up, down;
  EegDspQuality quality;
  EegDspPhase phase;
  EegDspPrecision precision;
} EegDspDecimatorSpec;

typedef struct _EegDspDecimator EegDspDecimator;

/* Output k belongs to the instant k * @down / @up of the input, so n inputs
 * give ceil (n * up / down) outputs. The work is done in stages; before its
 * first frame each holds that one's values, and after the last one those. NULL
 * when out of memory or range. The two short forms sum in double. */
EEG_DSP_API EegDspDecimator *eeg_dsp_decimator_new_full (
    const EegDspDecimatorSpec *spec, int channels, EegDspIsa isa);
EEG_DSP_API EegDspDecimator *eeg_dsp_decimator_new (
    int factor, EegDspQuality quality, int channels);
EEG_DSP_API EegDspDecimator *eeg_dsp_decimator_new_for_isa (
    int factor, EegDspQuality quality, int channels, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_decimator_free (EegDspDecimator *decimator);

/* Back to the beginning of a stream. */
EEG_DSP_API void eeg_dsp_decimator_reset (EegDspDecimator *decimator);

/* The same, with the next input being the one of absolute index @first: keeps
 * outputs on one grid across gaps. Returns the index of the first output that
 * comes, ceil (first * up / down). */
EEG_DSP_API uint64_t eeg_dsp_decimator_reset_to (
    EegDspDecimator *decimator, uint64_t first);

/* Input frames that must follow an output's own before it can leave. */
EEG_DSP_API size_t eeg_dsp_decimator_delay (const EegDspDecimator *decimator);

/* How it sums: a filter that has nothing to sum or is recursive does it in
 * double whatever @spec said. */
EEG_DSP_API EegDspPrecision eeg_dsp_decimator_precision (
    const EegDspDecimator *decimator);

/* Outputs that come of @frames more inputs. */
EEG_DSP_API size_t eeg_dsp_decimator_available (
    const EegDspDecimator *decimator, size_t frames);

/* Outputs that drain() will give. */
EEG_DSP_API size_t eeg_dsp_decimator_pending (const EegDspDecimator *decimator);

/* Takes @frames interleaved frames, writes available (@frames) of them to @out
 * and returns that number. Splits change nothing, bit for bit. Values that are
 * not finite are replaced by the last good one of their channel and added to
 * @replaced unless that is NULL. With EEG_DSP_PRECISION_SINGLE the _f64 ones do
 * nothing and return 0. */
EEG_DSP_API size_t eeg_dsp_decimator_process_f32 (EegDspDecimator *decimator,
    const float *in, size_t frames, float *out, uint64_t *replaced);
EEG_DSP_API size_t eeg_dsp_decimator_process_f64 (EegDspDecimator *decimator,
    const double *in, size_t frames, double *out, uint64_t *replaced);

/* Ends the stream: writes pending () frames and resets. */
EEG_DSP_API size_t eeg_dsp_decimator_drain_f32 (
    EegDspDecimator *decimator, float *out);
EEG_DSP_API size_t eeg_dsp_decimator_drain_f64 (
    EegDspDecimator *decimator, double *out);

/* The factors whose product is @factor, in the order in which they are applied;
 * the cheapest there are. Returns their number. */
EEG_DSP_API int eeg_dsp_decimator_stages (int factor, EegDspQuality quality,
    int stages[EEG_DSP_DECIMATOR_MAX_STAGES]);

/* Without an object. Gain at @frequency as a fraction of the input rate, with
 * the time of an output as the reference; 0 when @spec is out of range. Linear
 * phase: *im is 0. */
EEG_DSP_API int eeg_dsp_decimator_response (
    const EegDspDecimatorSpec *spec, double frequency, double *re, double *im);
EEG_DSP_API double eeg_dsp_decimator_gain (
    int factor, EegDspQuality quality, double frequency);
/* Input frames of the future that an output needs, not rounded. */
EEG_DSP_API double eeg_dsp_decimator_delay_of (const EegDspDecimatorSpec *spec);
EEG_DSP_API size_t eeg_dsp_decimator_delay_for (
    int factor, EegDspQuality quality);
/* Input frames until a transient has passed (minimum phase: is below 1 %). */
EEG_DSP_API double eeg_dsp_decimator_settling (const EegDspDecimatorSpec *spec);
EEG_DSP_API double eeg_dsp_decimator_attenuation (EegDspQuality quality);

#ifdef __cplusplus
}
#endif
