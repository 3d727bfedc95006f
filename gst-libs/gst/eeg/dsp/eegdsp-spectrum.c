/* EEG signal processing in pure C: sliding power spectral density
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The newest window of samples stays in a ring, in groups of as many channels as
 * a vector is wide. When a spectrum is due, each group goes through one
 * transform, a segment after the other.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"
#include "eegdsp-fft.h"
#include "eegdsp-spectrum.h"

#define MAX_LANES 8

struct _EegDspSpectrum
{
  EegDspSpectrumConfig config;
  size_t bins, segments, value;
  double scale;  /* of a squared magnitude, one-sided */
  uint64_t seen; /* samples since the last reset */
  uint64_t due;  /* seen when the next window ends */
  uint64_t rest; /* of a sample, in 1 / hop_d, that due is too early */
  size_t lanes, groups;
  unsigned char *ring; /* [group][window][lanes] */
  double *taper;       /* [segment] */
  double *power;       /* [bins][lanes] */
  EegDspFft *fft;
};

/* --- tapers --------------------------------------------------------------- */

#define MAX_TERMS 5

static const struct
{
  int n;
  double a[MAX_TERMS];
} terms[EEG_DSP_N_WINDOWS] = {
    [EEG_DSP_WINDOW_HANN] = {2, {0.5, 0.5}},
    [EEG_DSP_WINDOW_HAMMING] = {2, {0.54, 0.46}},
    [EEG_DSP_WINDOW_BLACKMAN] = {3, {0.42, 0.50, 0.08}},
    [EEG_DSP_WINDOW_BLACKMANHARRIS] = {4, {0.35875, 0.48829, 0.14128, 0.01168}},
    [EEG_DSP_WINDOW_FLATTOP] = {5,
        {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}},
    [EEG_DSP_WINDOW_BOXCAR] = {1, {1}},
};

void
eeg_dsp_window (EegDspWindow function, double *w, size_t n)
{
  size_t i;
  int k;

  for (i = 0; i < n; i++) {
    double sum = 0;

    for (k = 0; k < terms[function].n; k++)
      sum += (k % 2 ? -1 : 1) * terms[function].a[k] *
             cos (2 * M_PI * k * ((double) i / (double) n));
    w[i] = sum;
  }
}

/* --- life ----------------------------------------------------------------- */

static double *
alloc_doubles (size_t n)
{
  double *p = aligned_alloc (64, (n * sizeof *p + 63) / 64 * 64);

  if (p)
    memset (p, 0, n * sizeof *p);
  return p;
}

static int
config_is_valid (const EegDspSpectrumConfig *c)
{
  return c->channels >= 1 && c->channels <= SIZE_MAX / 8 / c->window &&
         c->rate > 0 && isfinite (c->rate) &&
         c->window >= EEG_DSP_SPECTRUM_MIN_WINDOW &&
         c->window <= EEG_DSP_SPECTRUM_MAX_WINDOW &&
         c->segment >= EEG_DSP_SPECTRUM_MIN_WINDOW && c->segment <= c->window &&
         c->overlap < c->segment && c->hop_d > 0 &&
         c->hop_d <= UINT64_MAX / 2 && c->hop_n >= c->hop_d &&
         (unsigned int) c->function < EEG_DSP_N_WINDOWS;
}

EegDspSpectrum *
eeg_dsp_spectrum_new_for_isa (const EegDspSpectrumConfig *config, EegDspIsa isa)
{
  EegDspSpectrum *s;
  double sum = 0;
  size_t i;

  if (config->window == 0 || !config_is_valid (config))
    return NULL;
  s = calloc (1, sizeof *s);
  if (!s)
    return NULL;
  s->config = *config;
  s->value = config->is_f64 ? sizeof (double) : sizeof (float);
  s->segments =
      (config->window - config->overlap) / (config->segment - config->overlap);
  s->taper = malloc (config->segment * sizeof (double));
  s->fft = eeg_dsp_fft_new (config->segment, isa);
  if (!s->taper || !s->fft)
    goto no_memory;
  s->lanes = eeg_dsp_fft_kernel (s->fft)->lanes;
  s->groups = (config->channels + s->lanes - 1) / s->lanes;
  s->bins = eeg_dsp_fft_bins (s->fft);
  s->power = alloc_doubles (s->bins * s->lanes);
  s->ring = (unsigned char *) alloc_doubles (
      s->groups * s->lanes * config->window * s->value / sizeof (double) + 1);
  if (!s->power || !s->ring)
    goto no_memory;
  eeg_dsp_window (config->function, s->taper, config->segment);
  for (i = 0; i < config->segment; i++)
    sum += s->taper[i] * s->taper[i];
  s->scale = 2 / (config->rate * sum) / (double) s->segments;
  eeg_dsp_spectrum_reset (s);
  return s;

no_memory:
  eeg_dsp_spectrum_free (s);
  return NULL;
}

EegDspSpectrum *
eeg_dsp_spectrum_new (const EegDspSpectrumConfig *config)
{
  return eeg_dsp_spectrum_new_for_isa (config, eeg_dsp_isa ());
}

void
eeg_dsp_spectrum_free (EegDspSpectrum *s)
{
  if (!s)
    return;
  eeg_dsp_fft_free (s->fft);
  free (s->ring);
  free (s->taper);
  free (s->power);
  free (s);
}

void
eeg_dsp_spectrum_reset (EegDspSpectrum *s)
{
  s->seen = s->rest = 0;
  s->due = s->config.window;
}

size_t
eeg_dsp_spectrum_bins (const EegDspSpectrum *s)
{
  return s->bins;
}

size_t
eeg_dsp_spectrum_segments (const EegDspSpectrum *s)
{
  return s->segments;
}

uint64_t
eeg_dsp_spectrum_seen (const EegDspSpectrum *s)
{
  return s->seen;
}

size_t
eeg_dsp_spectrum_missing (const EegDspSpectrum *s)
{
  return (size_t) (s->due - s->seen);
}

/* --- samples -------------------------------------------------------------- */

static void *
row_of (const EegDspSpectrum *s, size_t group, size_t at)
{
  return s->ring + (group * s->config.window + at) * s->lanes * s->value;
}

/* Replaces what nothing can be computed with by the value before it, in @frames
 * rows of a group that begin at @at. */
#define DEFINE_MEND(type, suffix)                                              \
  static uint64_t mend_##suffix (                                              \
      EegDspSpectrum *s, size_t group, size_t at, size_t frames)               \
  {                                                                            \
    size_t before = at > 0 ? at - 1 : s->config.window - 1, f, l;              \
    const type *last = s->seen > 0 ? row_of (s, group, before) : NULL;         \
    type *x = row_of (s, group, at);                                           \
    uint64_t bad = 0;                                                          \
                                                                               \
    for (f = 0; f < frames; f++, last = x, x += s->lanes)                      \
      for (l = 0; l < s->lanes; l++)                                           \
        if (!eeg_dsp_is_usable ((double) x[l])) {                              \
          x[l] = last ? last[l] : 0;                                           \
          bad++;                                                               \
        }                                                                      \
    return bad;                                                                \
  }
DEFINE_MEND (float, f32)
DEFINE_MEND (double, f64)

static uint64_t
store (EegDspSpectrum *s, const unsigned char *in, size_t at, size_t frames)
{
  const EegDspFftKernel *k = eeg_dsp_fft_kernel (s->fft);
  const size_t channels = s->config.channels;
  uint64_t bad = 0;
  size_t g;

  for (g = 0; g < s->groups; g++, in += s->lanes * s->value) {
    size_t left = channels - g * s->lanes;
    size_t width = left < s->lanes ? left : s->lanes;
    void *out = row_of (s, g, at);

    if (s->config.is_f64) {
      if (!k->store_f64 ((const double *) in, channels, width, frames, out))
        bad += mend_f64 (s, g, at, frames);
    } else {
      if (!k->store_f32 ((const float *) in, channels, width, frames, out))
        bad += mend_f32 (s, g, at, frames);
    }
  }
  return bad;
}

/* On to the next window: after k of them, floor (k * hop_n / hop_d) samples
 * later than the first. */
static void
step (EegDspSpectrum *s)
{
  const uint64_t d = s->config.hop_d;

  s->due += s->config.hop_n / d;
  s->rest += s->config.hop_n % d;
  if (s->rest >= d) {
    s->rest -= d;
    s->due++;
  }
}

size_t
eeg_dsp_spectrum_push (
    EegDspSpectrum *s, const void *in, size_t frames, uint64_t *replaced)
{
  const unsigned char *from = in;
  uint64_t bad = 0;
  size_t left, n;

  if (s->due == s->seen)
    step (s);
  if (frames > s->due - s->seen)
    frames = (size_t) (s->due - s->seen);
  for (left = frames; left > 0; left -= n) {
    size_t at = (size_t) (s->seen % s->config.window);

    n = s->config.window - at;
    if (n > left)
      n = left;
    bad += store (s, from, at, n);
    s->seen += n;
    from += n * s->config.channels * s->value;
  }
  if (replaced)
    *replaced += bad;
  return frames;
}

/* --- spectra -------------------------------------------------------------- */

/* Sums start from the first sample, so that an electrode offset far above the
 * signal costs no precision. */
static void
load_segment (EegDspSpectrum *s, uint64_t begin, size_t group)
{
  const EegDspFftKernel *k = eeg_dsp_fft_kernel (s->fft);
  const size_t n = s->config.segment, lanes = s->lanes;
  _Alignas(64) double pivot[MAX_LANES] = {0}, mean[MAX_LANES] = {0};
  size_t first = (size_t) (begin % s->config.window), step, l, i, at;
  double *out = eeg_dsp_fft_input (s->fft, &step);
  /* Two pieces of the ring. */
  const void *data[2] = {row_of (s, group, first), row_of (s, group, 0)};
  size_t frames[2] = {s->config.window - first, 0};

  if (frames[0] > n)
    frames[0] = n;
  frames[1] = n - frames[0];
  for (l = 0; l < lanes; l++)
    pivot[l] = s->config.is_f64 ? ((const double *) data[0])[l]
                                : ((const float *) data[0])[l];
  for (i = 0; i < 2; i++) {
    if (s->config.is_f64)
      k->sum_f64 (data[i], frames[i], pivot, mean);
    else
      k->sum_f32 (data[i], frames[i], pivot, mean);
  }
  for (l = 0; l < lanes; l++)
    mean[l] = pivot[l] + mean[l] / (double) n;
  for (i = at = 0; i < 2; at += frames[i++]) {
    double *to = out + at * step * lanes;

    if (s->config.is_f64)
      k->load_f64 (data[i], frames[i], mean, s->taper + at, to, step);
    else
      k->load_f32 (data[i], frames[i], mean, s->taper + at, to, step);
  }
}

void
eeg_dsp_spectrum_compute (EegDspSpectrum *s, double *psd)
{
  const size_t hop = s->config.segment - s->config.overlap, lanes = s->lanes;
  uint64_t csr, begin = s->seen - s->config.window;
  size_t g, i, l;

  if (s->seen < s->config.window) {
    memset (psd, 0, s->config.channels * s->bins * sizeof *psd);
    return;
  }
  csr = eeg_dsp_denormals_off ();
  for (g = 0; g < s->groups; g++) {
    size_t left = s->config.channels - g * lanes;
    size_t width = left < lanes ? left : lanes;
    double *out = psd + g * lanes * s->bins;

    memset (s->power, 0, s->bins * lanes * sizeof (double));
    for (i = 0; i < s->segments; i++) {
      load_segment (s, begin + i * hop, g);
      eeg_dsp_fft_add_power (s->fft, s->power);
    }
    eeg_dsp_fft_kernel (s->fft)->spread (
        s->power, s->bins, width, s->scale, out);
    for (l = 0; l < width; l++, out += s->bins) {
      out[0] *= 0.5;
      if (s->config.segment % 2 == 0)
        out[s->bins - 1] *= 0.5;
    }
  }
  eeg_dsp_denormals_restore (csr);
}
