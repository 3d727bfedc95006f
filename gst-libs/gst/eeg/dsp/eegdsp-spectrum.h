/* EEG signal processing in pure C: sliding power spectral density
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "eegdsp-cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EegDspWindow:
 *
 * Tapers, periodic as in scipy.signal.get_window (name, n). Wider main lobes
 * leak less: hann for everything ordinary, boxcar for transients that fill the
 * window, flattop to read the amplitude of a single sine.
 */
typedef enum
{
  EEG_DSP_WINDOW_HANN,
  EEG_DSP_WINDOW_HAMMING,
  EEG_DSP_WINDOW_BLACKMAN,
  EEG_DSP_WINDOW_BLACKMANHARRIS,
  EEG_DSP_WINDOW_FLATTOP,
  EEG_DSP_WINDOW_BOXCAR,
  EEG_DSP_N_WINDOWS,
} EegDspWindow;

/* Fills w[n]. */
EEG_DSP_API void eeg_dsp_window (EegDspWindow function, double *w, size_t n);

/* Samples of a window; at least, and at most. */
#define EEG_DSP_SPECTRUM_MIN_WINDOW 8
#define EEG_DSP_SPECTRUM_MAX_WINDOW (1u << 22)

/**
 * EegDspSpectrumConfig:
 * @channels: channels of the interleaved stream
 * @rate: sampling rate in Hz
 * @window: samples that one spectrum is computed from
 * @segment: samples of one transform, at most @window; its square of the
 *   transform is averaged over all segments that fit the window
 * @overlap: samples that neighbouring segments share, less than @segment
 * @hop_n: numerator of the distance between spectra in samples
 * @hop_d: its denominator; spectrum k ends floor (k * hop_n / hop_d) samples
 *   after the first, so any rate of spectra is exact in the long run
 * @function: taper of a segment
 * @is_f64: samples are doubles, otherwise floats
 */
typedef struct
{
  size_t channels;
  double rate;
  size_t window, segment, overlap;
  uint64_t hop_n, hop_d;
  EegDspWindow function;
  int is_f64;
} EegDspSpectrumConfig;

typedef struct _EegDspSpectrum EegDspSpectrum;

/* NULL when out of memory or range. One thread at a time. */
EEG_DSP_API EegDspSpectrum *eeg_dsp_spectrum_new (
    const EegDspSpectrumConfig *config);
EEG_DSP_API EegDspSpectrum *eeg_dsp_spectrum_new_for_isa (
    const EegDspSpectrumConfig *config, EegDspIsa isa);
EEG_DSP_API void eeg_dsp_spectrum_free (EegDspSpectrum *spectrum);

/* Forgets all samples; the next window begins with the next sample. */
EEG_DSP_API void eeg_dsp_spectrum_reset (EegDspSpectrum *spectrum);

/* segment / 2 + 1; bin k is at k * rate / segment Hz. */
EEG_DSP_API size_t eeg_dsp_spectrum_bins (const EegDspSpectrum *spectrum);
/* Segments averaged within a window. */
EEG_DSP_API size_t eeg_dsp_spectrum_segments (const EegDspSpectrum *spectrum);
/* Samples taken since the last reset, and samples until the next spectrum is
 * due: 0 while one waits to be computed. */
EEG_DSP_API uint64_t eeg_dsp_spectrum_seen (const EegDspSpectrum *spectrum);
EEG_DSP_API size_t eeg_dsp_spectrum_missing (const EegDspSpectrum *spectrum);

/* Takes up to @frames interleaved frames of the configured type from @in, but
 * never past the end of the window that is due next. Values that are not finite
 * are replaced by the last good one of their channel (0 before any) and added
 * to @replaced unless that is NULL. Returns the frames taken. When
 * eeg_dsp_spectrum_missing () is 0 then, the spectrum can be computed; the next
 * push goes on to the next one either way. */
EEG_DSP_API size_t eeg_dsp_spectrum_push (EegDspSpectrum *spectrum,
    const void *in, size_t frames, uint64_t *replaced);

/* Writes psd[channel][bin], the one-sided density of the window that just
 * ended, in the square of the samples' unit per Hz: the mean of each segment
 * removed, scaled by 1 / (rate * sum of squares of the taper), as
 * scipy.signal.welch (x, rate, function, segment, overlap). Computed in double
 * whatever the samples are. */
EEG_DSP_API void eeg_dsp_spectrum_compute (
    EegDspSpectrum *spectrum, double *psd);

/**
 * eeg_dsp_band_power:
 *
 * Integral from @low to @high Hz of the straight lines between the bins of
 * @psd, which lie @width Hz apart from 0 Hz on. Between two bin frequencies
 * that is scipy.integrate.trapezoid; adjacent bands add up to the band that
 * covers both. What lies beyond the last bin counts nothing.
 */
EEG_DSP_API double eeg_dsp_band_power (
    const double *psd, size_t bins, double width, double low, double high);

/**
 * eeg_dsp_peak:
 *
 * Frequency in Hz of the highest local maximum of @psd between @low and @high,
 * refined by the parabola through the logarithms of the three highest bins; 0
 * when there is none.
 */
EEG_DSP_API double eeg_dsp_peak (
    const double *psd, size_t bins, double width, double low, double high);

/**
 * eeg_dsp_aperiodic:
 * @offset: (out): log10 of the density at 1 Hz
 * @exponent: (out): how steeply it falls, density ~ 1 / frequency ^ exponent
 *
 * Least-squares line through log10 (density) over log10 (frequency) of all bins
 * between @low and @high above 0 Hz, as numpy.polyfit (log10 (f), log10 (p), 1).
 * Rhythms within the range pull it up. Returns 0 with fewer than two bins.
 */
EEG_DSP_API int eeg_dsp_aperiodic (const double *psd, size_t bins, double width,
    double low, double high, double *offset, double *exponent);

#ifdef __cplusplus
}
#endif
