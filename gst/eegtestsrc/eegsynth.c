/* gst-plugins-eeg: synthetic EEG and exact waves, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every random number is a hash of (seed, channel, what for, when): a counter
 * based generator. There is no running state that a different batch size, a
 * seek or a restart could bring out of step; what is kept between frames is a
 * cache of pure values only.
 */
#include "eegsynth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Amplitudes are stated for this setting of `amplitude` and scale with it. */
#define REFERENCE_AMPLITUDE 50e-6
#define BACKGROUND_RMS      10e-6
#define MAINS_HZ            50.0
#define MAINS_PEAK          2e-6
#define BLINK_PEAK          150e-6
#define BLINK_SECONDS       0.3
#define BLINK_SLOT_SECONDS  4.0
#define BURST_KNOT_SECONDS  1.0

#define TWO_PI 6.283185307179586476925286766559

enum
{
  USE_BACKGROUND = 1,
  USE_ALPHA_PHASE,
  USE_ALPHA_LEVEL,
  USE_BLINK_WHEN,
  USE_BLINK_SIZE,
  USE_MAINS_PHASE,
  USE_MAINS_SIZE,
};

typedef struct
{
  double alpha_sin, alpha_cos; /* weight times the phase's cosine and sine */
  double mains_sin, mains_cos;
  double blink;
  double octave[EEG_SYNTH_MAX_OCTAVES];
} Channel;

struct _EegSynth
{
  unsigned channels;
  unsigned octaves;
  double rate;
  uint64_t seed;
  int primed;
  uint64_t next; /* the frame that the octave cache is ready for */
  Channel channel[];
};

/* The usual 8 and 16 electrode sets first, then 10-10 positions up to 64. */
static const char *const default_labels[] = {"Fp1", "Fp2", "C3", "C4", "P7",
    "P8", "O1", "O2", "F7", "F8", "F3", "F4", "T7", "T8", "P3", "P4", "Fz",
    "Cz", "Pz", "Oz", "FC1", "FC2", "FC5", "FC6", "CP1", "CP2", "CP5", "CP6",
    "PO3", "PO4", "TP9", "TP10", "AF3", "AF4", "AF7", "AF8", "AFz", "F1", "F2",
    "F5", "F6", "FT7", "FT8", "FC3", "FC4", "FCz", "C1", "C2", "C5", "C6",
    "TP7", "TP8", "CP3", "CP4", "CPz", "P1", "P2", "P5", "P6", "PO7", "PO8",
    "POz", "Fpz", "Iz"};

const char *
eeg_synth_default_label (unsigned channel)
{
  return channel < sizeof default_labels / sizeof *default_labels
             ? default_labels[channel]
             : NULL;
}

/* How much of the occipital rhythm and of a blink an electrode sees. */
static void
weights_of (const char *label, double *alpha, double *blink)
{
  static const struct
  {
    const char *prefix;
    double alpha, blink;
  } table[] = {
      {"Fp", 0.08, 1.0},
      {"AF", 0.08, 0.6},
      {"FT", 0.15, 0.1},
      {"FC", 0.15, 0.1},
      {"F", 0.10, 0.3},
      {"CP", 0.40, 0.0},
      {"C", 0.25, 0.02},
      {"TP", 0.40, 0.0},
      {"T", 0.25, 0.02},
      {"PO", 0.90, 0.0},
      {"P", 0.60, 0.0},
      {"O", 1.00, 0.0},
      {"I", 0.80, 0.0},
  };
  size_t i;

  for (i = 0; i < sizeof table / sizeof *table; i++) {
    if (strncmp (label, table[i].prefix, strlen (table[i].prefix)) == 0) {
      *alpha = table[i].alpha;
      *blink = table[i].blink;
      return;
    }
  }
  *alpha = 0.3;
  *blink = 0.0;
}

/* The finaliser of SplitMix64: every input bit reaches every output bit. */
static uint64_t
mix (uint64_t x)
{
  x = (x ^ (x >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* Evenly spread over [0, 1), a pure function of its arguments. */
static double
uniform (uint64_t seed, unsigned use, unsigned channel, uint64_t when)
{
  uint64_t h = mix (seed + UINT64_C (0x9e3779b97f4a7c15));

  h = mix (h ^ (((uint64_t) use << 32 | channel) + 1));
  h = mix (h + when * UINT64_C (0x9e3779b97f4a7c15));
  return (double) (h >> 11) * 0x1p-53;
}

/* Turns since sample 0, in [0, 1); exact for whole frequencies. */
static double
turns (uint64_t sample, double frequency, double rate)
{
  return fmod ((double) sample * frequency, rate) / rate;
}

EegSynth *
eeg_synth_new (
    unsigned channels, double rate, uint64_t seed, const char *const *labels)
{
  EegSynth *synth = calloc (1, sizeof *synth + channels * sizeof (Channel));
  unsigned c;

  if (!synth)
    return NULL;
  synth->channels = channels;
  synth->rate = rate;
  synth->seed = seed;
  for (synth->octaves = 4; synth->octaves < EEG_SYNTH_MAX_OCTAVES &&
                           ldexp (0.1, (int) synth->octaves) < rate;)
    synth->octaves++;
  for (c = 0; c < channels; c++) {
    Channel *ch = &synth->channel[c];
    double weight, phase, size;

    weights_of (labels[c], &weight, &ch->blink);
    /* neighbours are nearly, never quite, in phase */
    phase = uniform (seed, USE_ALPHA_PHASE, c, 0) * 0.8;
    ch->alpha_sin = weight * cos (phase);
    ch->alpha_cos = weight * sin (phase);
    phase = uniform (seed, USE_MAINS_PHASE, c, 0) * TWO_PI;
    size = MAINS_PEAK * (0.5 + uniform (seed, USE_MAINS_SIZE, c, 0));
    ch->mains_sin = size * cos (phase);
    ch->mains_cos = size * sin (phase);
  }
  return synth;
}

void
eeg_synth_free (EegSynth *synth)
{
  free (synth);
}

/* Waxing and waning of alpha: levels drawn once a second, joined smoothly. */
static double
burst_level (const EegSynth *synth, double seconds)
{
  double at = seconds / BURST_KNOT_SECONDS;
  double knot = floor (at);
  double u = at - knot;
  double a = uniform (synth->seed, USE_ALPHA_LEVEL, 0, (uint64_t) knot);
  double b = uniform (synth->seed, USE_ALPHA_LEVEL, 0, (uint64_t) knot + 1);

  return 0.2 + 0.8 * (a + (b - a) * (u * u * (3.0 - 2.0 * u)));
}

static double
blink_level (const EegSynth *synth, double seconds)
{
  double slot = floor (seconds / BLINK_SLOT_SECONDS);
  double when = uniform (synth->seed, USE_BLINK_WHEN, 0, (uint64_t) slot) *
                (BLINK_SLOT_SECONDS - BLINK_SECONDS);
  double u = (seconds - slot * BLINK_SLOT_SECONDS - when) / BLINK_SECONDS;
  double s;

  if (u <= 0.0 || u >= 1.0)
    return 0.0;
  s = sin (TWO_PI / 2 * u);
  return s * s *
         (0.6 +
             0.4 * uniform (synth->seed, USE_BLINK_SIZE, 0, (uint64_t) slot));
}

/* 1/f: octave k holds one random value for 2^k samples (Voss). Only octaves
 * that change at @sample are drawn anew; the sum runs in one fixed order. */
static double
background (EegSynth *synth, unsigned c, uint64_t sample, int all)
{
  double *octave = synth->channel[c].octave;
  double sum = 0.0;
  unsigned k;

  for (k = 0; k < synth->octaves; k++) {
    if (!all && (sample & ((UINT64_C (1) << k) - 1)) != 0)
      break;
    octave[k] =
        2.0 * uniform (synth->seed, USE_BACKGROUND + (k << 8), c, sample >> k) -
        1.0;
  }
  for (k = 0; k < synth->octaves; k++)
    sum += octave[k];
  return sum;
}

static void
eeg_frame (EegSynth *synth, double frequency, double amplitude, uint64_t sample,
    double *volts)
{
  const double scale = amplitude / REFERENCE_AMPLITUDE;
  const double seconds = (double) sample / synth->rate;
  const double noise = BACKGROUND_RMS * sqrt (3.0 / synth->octaves);
  const double level = REFERENCE_AMPLITUDE * burst_level (synth, seconds);
  const double blink = BLINK_PEAK * blink_level (synth, seconds);
  const double a = TWO_PI * turns (sample, frequency, synth->rate);
  const double as = level * sin (a), ac = level * cos (a);
  const int all = !synth->primed || sample != synth->next;
  double ms = 0.0, mc = 0.0;
  unsigned c;

  if (MAINS_HZ < synth->rate / 2) {
    const double m = TWO_PI * turns (sample, MAINS_HZ, synth->rate);

    ms = sin (m);
    mc = cos (m);
  }
  for (c = 0; c < synth->channels; c++) {
    const Channel *ch = &synth->channel[c];
    double v = noise * background (synth, c, sample, all);

    v += as * ch->alpha_sin + ac * ch->alpha_cos;
    v += ms * ch->mains_sin + mc * ch->mains_cos;
    v += blink * ch->blink;
    volts[c] = scale * v;
  }
  synth->primed = 1;
  synth->next = sample + 1;
}

int
eeg_synth_is_common (EegSynthWave wave)
{
  return wave != EEG_SYNTH_EEG;
}

double
eeg_synth_common (const EegSynth *synth, EegSynthWave wave, double frequency,
    double amplitude, uint64_t sample)
{
  switch (wave) {
    case EEG_SYNTH_SINE:
      return amplitude * sin (TWO_PI * turns (sample, frequency, synth->rate));
    case EEG_SYNTH_SQUARE:
      return turns (sample, frequency, synth->rate) < 0.5 ? amplitude
                                                          : -amplitude;
    case EEG_SYNTH_IMPULSE:
      /* the first sample of every period */
      return sample == 0 ||
                     floor ((double) sample * frequency / synth->rate) !=
                         floor ((double) (sample - 1) * frequency / synth->rate)
                 ? amplitude
                 : 0.0;
    case EEG_SYNTH_COUNTER:
      return (double) (sample & 0x7fffff) * 0x1p-23;
    case EEG_SYNTH_EEG:
    case EEG_SYNTH_SILENCE:
      break;
  }
  return 0.0;
}

void
eeg_synth_frame (EegSynth *synth, EegSynthWave wave, double frequency,
    double amplitude, uint64_t sample, double *volts)
{
  double v;
  unsigned c;

  if (!eeg_synth_is_common (wave)) {
    eeg_frame (synth, frequency, amplitude, sample, volts);
    return;
  }
  v = eeg_synth_common (synth, wave, frequency, amplitude, sample);
  for (c = 0; c < synth->channels; c++)
    volts[c] = v;
}
