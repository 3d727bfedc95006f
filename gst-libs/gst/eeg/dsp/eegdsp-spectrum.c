/* EEG signal processing in pure C: sliding power spectral density
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The newest window of samples stays in a ring as it came, interleaved. When a
 * spectrum is due, the channels are taken in groups as wide as a vector through
 * one transform, a segment after the other.
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
  double scale;     /* of a squared magnitude, one-sided */
  uint64_t seen;    /* samples since the last reset */
  uint64_t made;    /* windows that ended since then */
  uint64_t due;     /* seen when the next window ends */
  unsigned char *ring; /* [window][channels] */
  double *taper;    /* [segment] */
  double *power;    /* [bins][lanes] */
  double *good;     /* [channels], last finite value */
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
         c->segment >= EEG_DSP_SPECTRUM_MIN_WINDOW &&
         c->segment <= c->window && c->overlap < c->segment && c->hop_d > 0 &&
         c->hop_n >= c->hop_d && (unsigned int) c->function < EEG_DSP_N_WINDOWS;
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
  s->segments = (config->window - config->overlap) /
                (config->segment - config->overlap);
  s->ring = malloc (config->window * config->channels * s->value);
  s->taper = malloc (config->segment * sizeof (double));
  s->good = calloc (config->channels, sizeof (double));
  s->fft = eeg_dsp_fft_new (config->segment, isa);
  if (!s->ring || !s->taper || !s->good || !s->fft)
    goto no_memory;
  s->bins = eeg_dsp_fft_bins (s->fft);
  s->power = alloc_doubles (s->bins * eeg_dsp_fft_kernel (s->fft)->lanes);
  if (!s->power)
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
  free (s->good);
  free (s);
}

void
eeg_dsp_spectrum_reset (EegDspSpectrum *s)
{
  s->seen = s->made = 0;
  s->due = s->config.window;
  memset (s->good, 0, s->config.channels * sizeof (double));
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

/* The values of @frames frames that just entered the ring, and what replaces
 * those that nothing can be computed with. */
#define DEFINE_CLEAN(type, suffix)                                             \
  static uint64_t clean_##suffix (                                             \
      EegDspSpectrum *s, type *x, size_t frames)                               \
  {                                                                            \
    const size_t channels = s->config.channels;                                \
    int fine = 1;                                                              \
    uint64_t bad = 0;                                                          \
    size_t i, c;                                                               \
                                                                               \
    for (i = 0; i < frames * channels; i++)                                    \
      fine &= __builtin_fabs (x[i]) <= EEG_DSP_HUGE;                           \
    for (i = 0; !fine && i < frames; i++)                                      \
      for (c = 0; c < channels; c++) {                                         \
        type *v = x + i * channels + c;                                        \
                                                                               \
        if (__builtin_fabs (*v) <= EEG_DSP_HUGE) {                             \
          s->good[c] = *v;                                                     \
        } else {                                                               \
          *v = (type) s->good[c];                                              \
          bad++;                                                               \
        }                                                                      \
      }                                                                        \
    for (c = 0; fine && c < channels; c++)                                     \
      s->good[c] = x[(frames - 1) * channels + c];                             \
    return bad;                                                                \
  }
DEFINE_CLEAN (float, f32)
DEFINE_CLEAN (double, f64)

size_t
eeg_dsp_spectrum_push (
    EegDspSpectrum *s, const void *in, size_t frames, uint64_t *replaced)
{
  const size_t row = s->config.channels * s->value;
  const unsigned char *from = in;
  uint64_t bad = 0;
  size_t left, n;

  if (s->due == s->seen) {
    s->made++;
    s->due = s->config.window +
             (uint64_t) ((unsigned __int128) s->made * s->config.hop_n /
                         s->config.hop_d);
  }
  if (frames > s->due - s->seen)
    frames = (size_t) (s->due - s->seen);
  for (left = frames; left > 0; left -= n, from += n * row) {
    size_t at = (size_t) (s->seen % s->config.window);
    void *to = s->ring + at * row;

    n = s->config.window - at;
    if (n > left)
      n = left;
    memcpy (to, from, n * row);
    bad += s->config.is_f64 ? clean_f64 (s, to, n) : clean_f32 (s, to, n);
    s->seen += n;
  }
  if (replaced)
    *replaced += bad;
  return frames;
}

/* --- spectra -------------------------------------------------------------- */

/* Up to two pieces of the ring. */
typedef struct
{
  const unsigned char *data[2];
  size_t frames[2];
} Pieces;

static Pieces
pieces_of (const EegDspSpectrum *s, uint64_t begin, size_t frames, size_t c)
{
  const size_t row = s->config.channels * s->value;
  size_t at = (size_t) (begin % s->config.window);
  Pieces p;

  p.data[0] = s->ring + at * row + c * s->value;
  p.frames[0] = s->config.window - at < frames ? s->config.window - at : frames;
  p.data[1] = s->ring + c * s->value;
  p.frames[1] = frames - p.frames[0];
  return p;
}

/* Sums start from the first sample, so that an electrode offset far above the
 * signal costs no precision. */
static void
load_segment (EegDspSpectrum *s, uint64_t begin, size_t c, size_t width)
{
  const EegDspFftKernel *k = eeg_dsp_fft_kernel (s->fft);
  const size_t stride = s->config.channels, n = s->config.segment;
  _Alignas (64) double pivot[MAX_LANES] = {0}, mean[MAX_LANES] = {0};
  Pieces p = pieces_of (s, begin, n, c);
  size_t step, l, i, at;
  double *out = eeg_dsp_fft_input (s->fft, &step);

  for (l = 0; l < width; l++)
    pivot[l] = s->config.is_f64 ? ((const double *) p.data[0])[l]
                                : ((const float *) p.data[0])[l];
  for (i = 0; i < 2; i++) {
    if (s->config.is_f64)
      k->sum_f64 ((const double *) p.data[i], stride, width, p.frames[i], pivot,
          mean);
    else
      k->sum_f32 ((const float *) p.data[i], stride, width, p.frames[i], pivot,
          mean);
  }
  for (l = 0; l < k->lanes; l++)
    mean[l] = pivot[l] + mean[l] / (double) n;
  for (i = at = 0; i < 2; at += p.frames[i++]) {
    double *to = out + at * step * k->lanes;

    if (s->config.is_f64)
      k->load_f64 ((const double *) p.data[i], stride, width, p.frames[i], mean,
          s->taper + at, to, step);
    else
      k->load_f32 ((const float *) p.data[i], stride, width, p.frames[i], mean,
          s->taper + at, to, step);
  }
}

void
eeg_dsp_spectrum_compute (EegDspSpectrum *s, double *psd)
{
  const size_t lanes = eeg_dsp_fft_kernel (s->fft)->lanes;
  const size_t hop = s->config.segment - s->config.overlap;
  uint64_t csr = eeg_dsp_denormals_off ();
  uint64_t begin = s->seen - s->config.window;
  size_t c, i, k, l;

  if (s->seen < s->config.window) {
    memset (psd, 0, s->config.channels * s->bins * sizeof *psd);
    eeg_dsp_denormals_restore (csr);
    return;
  }
  for (c = 0; c < s->config.channels; c += lanes) {
    size_t width = s->config.channels - c < lanes ? s->config.channels - c
                                                  : lanes;

    memset (s->power, 0, s->bins * lanes * sizeof (double));
    for (i = 0; i < s->segments; i++) {
      load_segment (s, begin + i * hop, c, width);
      eeg_dsp_fft_add_power (s->fft, s->power);
    }
    for (l = 0; l < width; l++) {
      double *out = psd + (c + l) * s->bins;

      for (k = 0; k < s->bins; k++)
        out[k] = s->power[k * lanes + l] * s->scale;
      out[0] *= 0.5;
      if (s->config.segment % 2 == 0)
        out[s->bins - 1] *= 0.5;
    }
  }
  eeg_dsp_denormals_restore (csr);
}
