/* ADS1299 chip library: what the simulated electrodes pick up
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Samples are made in blocks of 64 for all channels. What channels share
 * (alpha, blinks, mains, the common background) is computed once a block;
 * per channel remain a handful of multiply-adds over contiguous noise tables.
 * Two tables of coprime length read side by side repeat only after 2^30
 * samples (12 days at 1 kS/s).
 */
#include "ads1299-scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEN_A 32768u
#define LEN_B 32749u /* prime, so the pair has period LEN_A * LEN_B */
#define BLOCK ADS1299_SCENE_BLOCK
/* Samples in a period of the slowest lead-off current at the highest rate. */
#define LOFF_MAX 2048u

struct _Ads1299Scene
{
  unsigned n_channels;
  uint32_t seed;
  unsigned dr;
  double rate, vref;
  double sine_hz, sine_volts, mains_hz;
  bool tables_ready;
  uint64_t block; /* block in codes[], UINT64_MAX: none */

  unsigned loff; /* frequency code */
  unsigned loff_period;
  float loff_wave[LOFF_MAX]; /* answer to a current of 1 over 1 ohm */

  Ads1299SceneChannel ch[ADS1299_SCENE_MAX_CHANNELS];
  float pink_a[LEN_A + BLOCK], pink_b[LEN_B + BLOCK];
  float white_a[LEN_A + BLOCK], white_b[LEN_B + BLOCK];
  float alpha[BLOCK], blink[BLOCK], mains[BLOCK], common[BLOCK];
  int32_t codes[BLOCK * ADS1299_SCENE_MAX_CHANNELS];
};

static inline uint64_t
mix64 (uint64_t x)
{
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

static inline uint64_t
hash3 (uint32_t seed, uint32_t what, uint64_t index)
{
  return mix64 (mix64 ((uint64_t) seed << 32 | what) + index);
}

/* 0 <= u < 1 */
static inline double
uniform (uint64_t h)
{
  return (double) (h >> 11) * (1.0 / 9007199254740992.0);
}

/* Sum of twelve uniforms: mean 0, variance 1, tails to 6 sigma. */
static inline float
gauss (uint32_t seed, uint32_t what, uint64_t index)
{
  uint64_t h = hash3 (seed, what, index);
  int sum = 0, k;

  for (k = 0; k < 3; k++) {
    sum += (int) (h & 0xffff) + (int) (h >> 16 & 0xffff) +
           (int) (h >> 32 & 0xffff) + (int) (h >> 48);
    h = mix64 (h);
  }
  return ((float) sum - 12 * 32767.5f) * (1.0f / 65536.0f);
}

Ads1299Scene *
ads1299_scene_new (unsigned n_channels, uint32_t seed)
{
  Ads1299Scene *s;
  unsigned c;

  if (n_channels == 0 || n_channels > ADS1299_SCENE_MAX_CHANNELS)
    return NULL;
  s = calloc (1, sizeof *s);
  if (!s)
    return NULL;
  s->n_channels = n_channels;
  s->seed = seed;
  s->sine_hz = 10.0;
  s->sine_volts = 100e-6;
  s->mains_hz = 50.0;
  s->vref = 4.5;
  ads1299_scene_set_rate (s, 6, 4.5);
  for (c = 0; c < n_channels; c++) {
    ads1299_scene_set_label (s, c, "");
    s->ch[c].ohm_p = s->ch[c].ohm_n = 5000.0;
    s->ch[c].noise = 1.0;
  }
  return s;
}

void
ads1299_scene_free (Ads1299Scene *s)
{
  free (s);
}

void
ads1299_scene_set_sine (Ads1299Scene *s, double hz, double volts)
{
  s->sine_hz = hz;
  s->sine_volts = volts;
  s->block = UINT64_MAX;
}

void
ads1299_scene_set_mains (Ads1299Scene *s, double hz)
{
  s->mains_hz = hz;
  s->block = UINT64_MAX;
}

/* The square wave of the current through sinc3: its odd harmonics, each with
 * the filter's gain. */
static void
fill_loff (Ads1299Scene *s)
{
  double hz = ads1299_loff_hz (s->loff, (unsigned) s->rate);
  unsigned n = ads1299_dr_to_decimation (s->dr), i, h;

  s->loff_period = hz > 0.0 ? (unsigned) (s->rate / hz + 0.5) : 1;
  for (i = 0; i < s->loff_period; i++) {
    double v = hz > 0.0 ? 0.0 : 1.0;

    for (h = 1; hz > 0.0 && h < 64; h += 2) {
      double gain = ads1299_sinc3_gain (h * hz, n);

      /* every other lobe of the filter turns the sign */
      if ((unsigned) (h * hz / s->rate) % 2 != 0)
        gain = -gain;
      v += 4.0 / M_PI / h * gain *
           sin (2.0 * M_PI * h * (i + 0.25) / s->loff_period);
    }
    s->loff_wave[i] = (float) v;
  }
}

void
ads1299_scene_set_loff (Ads1299Scene *s, unsigned frequency)
{
  if (frequency == s->loff)
    return;
  s->loff = frequency;
  fill_loff (s);
  s->block = UINT64_MAX;
}

void
ads1299_scene_set_rate (Ads1299Scene *s, unsigned dr, double vref)
{
  if (dr >= ADS1299_N_RATES)
    dr = ADS1299_N_RATES - 1;
  if (dr == s->dr && vref == s->vref && s->rate > 0.0)
    return;
  if (dr != s->dr)
    s->tables_ready = false;
  s->dr = dr;
  s->rate = ads1299_rates[dr];
  s->vref = vref;
  fill_loff (s);
  s->block = UINT64_MAX;
}

double
ads1299_scene_vref (const Ads1299Scene *s)
{
  return s->vref;
}

void
ads1299_scene_set_label (Ads1299Scene *s, unsigned channel, const char *label)
{
  /* Longer prefixes first: Fp before F, PO before P. */
  static const struct
  {
    const char *prefix;
    float alpha, blink;
  } sites[] = {
      {"Fp", 0.08f, 1.0f},
      {"AF", 0.10f, 0.6f},
      {"PO", 0.85f, 0.0f},
      {"O", 1.0f, 0.0f},
      {"P", 0.55f, 0.0f},
      {"I", 0.9f, 0.0f},
      {"F", 0.15f, 0.3f},
      {"T", 0.30f, 0.03f},
      {"C", 0.30f, 0.05f},
  };
  Ads1299SceneChannel *ch = &s->ch[channel];
  unsigned i;

  ch->alpha = 0.3f;
  ch->blink = 0.05f;
  for (i = 0; i < sizeof sites / sizeof sites[0]; i++)
    if (strncmp (label, sites[i].prefix, strlen (sites[i].prefix)) == 0) {
      ch->alpha = sites[i].alpha;
      ch->blink = sites[i].blink;
      break;
    }
  /* Plain "Ch5" says nothing about the place: middle of the head. */
  if (strncmp (label, "Ch", 2) == 0) {
    ch->alpha = 0.5f;
    ch->blink = 0.1f;
  }
  ch->mains = (float) (0.5 + uniform (hash3 (s->seed, 7, channel)));
  s->block = UINT64_MAX;
}

Ads1299SceneChannel *
ads1299_scene_channel (Ads1299Scene *s, unsigned channel)
{
  return channel < s->n_channels ? &s->ch[channel] : NULL;
}

void
ads1299_scene_invalidate (Ads1299Scene *s)
{
  s->block = UINT64_MAX;
}

/* 1/f noise: first-order low-passes with corners half a decade apart, equal
 * power each. Going round the table twice with the same input makes its end
 * meet its beginning. */
static void
fill_pink (Ads1299Scene *s, float *table, unsigned len, uint32_t what)
{
  double fc;
  uint32_t stage = 0;

  memset (table, 0, len * sizeof (float));
  for (fc = 0.5; fc < 0.4 * s->rate; fc *= 3.1623, stage++) {
    float a = (float) exp (-2.0 * M_PI * fc / s->rate);
    float b = sqrtf (1.0f - a * a), x = 0.0f;
    unsigned i;

    for (i = len / 2; i < len; i++)
      x = a * x + b * gauss (s->seed, what + stage, i);
    for (i = 0; i < len; i++) {
      x = a * x + b * gauss (s->seed, what + stage, i);
      table[i] += x;
    }
  }
  memcpy (table + len, table, BLOCK * sizeof (float));
}

static void
fill_white (Ads1299Scene *s, float *table, unsigned len, uint32_t what)
{
  unsigned i;

  for (i = 0; i < len; i++)
    table[i] = gauss (s->seed, what, i) * (float) M_SQRT1_2;
  memcpy (table + len, table, BLOCK * sizeof (float));
}

/* Alpha, blinks and mains of one block, volts. Phases come from the absolute
 * index, the recurrence runs only inside the block. */
static void
make_shared (Ads1299Scene *s, uint64_t n0)
{
  double wa = 2.0 * M_PI * 10.0 / s->rate;
  double wm = 2.0 * M_PI * s->mains_hz / s->rate;
  uint64_t rate = (uint64_t) s->rate;
  uint64_t burst = 2 * rate, slot = 4 * rate, len = rate * 3 / 10;
  double sa, ca, sm = 0, cm = 0, da = cos (wa), ds = sin (wa);
  double dma = cos (wm), dms = sin (wm);
  unsigned i;

  /* whole periods leave the phase as it is: reduce before going to double */
  sincos (wa * (double) (n0 % rate), &sa, &ca);
  sincos (wm * (double) (n0 % (rate * 10)), &sm, &cm);
  for (i = 0; i < BLOCK; i++) {
    uint64_t n = n0 + i;
    uint64_t k = n % burst, b = n % slot;
    double amp = 0.4 + 0.6 * uniform (hash3 (s->seed, 1, n / burst));
    double u = (double) k / (double) burst;
    double env = 0.35 + 0.65 * amp * 16.0 * u * u * (1 - u) * (1 - u);
    uint64_t h = hash3 (s->seed, 2, n / slot);
    uint64_t at = rate / 2 + (uint64_t) (uniform (h) * 3.0 * s->rate);
    double t;

    s->alpha[i] = (float) (35e-6 * env * sa);
    t = sa * da + ca * ds;
    ca = ca * da - sa * ds;
    sa = t;
    s->mains[i] = s->mains_hz > 0 ? (float) (8e-6 * sm) : 0.0f;
    t = sm * dma + cm * dms;
    cm = cm * dma - sm * dms;
    sm = t;
    s->blink[i] = 0.0f;
    if (b >= at && b < at + len) {
      double v = (double) (b - at) / (double) len;
      s->blink[i] = (float) ((120e-6 + 130e-6 * uniform (mix64 (h))) * 16.0 *
                             v * v * (1 - v) * (1 - v));
    }
  }
}

static inline int32_t
to_code (double v)
{
  long c = lrint (v);

  return (int32_t) (c > ADS1299_CODE_MAX   ? ADS1299_CODE_MAX
                    : c < ADS1299_CODE_MIN ? ADS1299_CODE_MIN
                                           : c);
}

static void
make_eeg (Ads1299Scene *s, unsigned c, uint64_t n0, double per_volt)
{
  const Ads1299SceneChannel *ch = &s->ch[c];
  uint64_t h = hash3 (s->seed, 3, c);
  const float *pa = s->pink_a + (n0 + h) % LEN_A;
  const float *pb = s->pink_b + (n0 + (h >> 32)) % LEN_B;
  const float *wa = s->white_a + (n0 + (h >> 7)) % LEN_A;
  const float k = (float) per_volt, pink = 2.8e-6f;
  const float noise =
      (float) (ads1299_noise_volts (s->dr, ch->gain_code) * ch->noise) *
      (float) M_SQRT2;
  const float offset = (float) ((uniform (hash3 (s->seed, 4, c)) - 0.5) * 2e-3);
  float v[BLOCK];
  unsigned i;

  for (i = 0; i < BLOCK; i++)
    v[i] = k * (offset + ch->alpha * s->alpha[i] + ch->blink * s->blink[i] +
                   ch->mains * s->mains[i] + s->common[i] +
                   pink * (pa[i] + pb[i]) + noise * wa[i]);
  for (i = 0; i < BLOCK; i++) {
    float x = v[i];

    x = x > 8388607.0f ? 8388607.0f : x < -8388608.0f ? -8388608.0f : x;
    s->codes[i * s->n_channels + c] = (int32_t) lrintf (x);
  }
}

static void
make_block (Ads1299Scene *s, uint64_t n0)
{
  unsigned c, i, nch = s->n_channels;
  bool eeg = false, noise = false;

  for (c = 0; c < nch; c++) {
    eeg |= s->ch[c].signal == ADS1299_SIGNAL_EEG;
    noise |= s->ch[c].signal == ADS1299_SIGNAL_SHORT;
  }
  if ((eeg || noise) && !s->tables_ready) {
    fill_pink (s, s->pink_a, LEN_A, 100);
    fill_pink (s, s->pink_b, LEN_B, 200);
    fill_white (s, s->white_a, LEN_A, 300);
    fill_white (s, s->white_b, LEN_B, 301);
    s->tables_ready = true;
  }
  if (eeg) {
    const float *pa = s->pink_a + (n0 + 11003) % LEN_A;
    const float *pb = s->pink_b + (n0 + 23011) % LEN_B;

    make_shared (s, n0);
    for (i = 0; i < BLOCK; i++)
      s->common[i] = 1.4e-6f * (pa[i] + pb[i]);
  }
  for (c = 0; c < nch; c++) {
    const Ads1299SceneChannel *ch = &s->ch[c];
    double gain = ads1299_gains[ch->gain_code];
    double per_volt = 8388608.0 * gain / s->vref;
    int32_t *out = s->codes + c;

    switch (ch->signal) {
      case ADS1299_SIGNAL_EEG:
        make_eeg (s, c, n0, per_volt);
        break;
      case ADS1299_SIGNAL_COUNTER:
        for (i = 0; i < BLOCK; i++)
          out[i * nch] = (int32_t) ((n0 + i + c) & 0x7fffff);
        break;
      case ADS1299_SIGNAL_SHORT: {
        uint64_t h = hash3 (s->seed, 5, c);
        const float *wa = s->white_a + (n0 + h) % LEN_A;
        const float *wb = s->white_b + (n0 + (h >> 32)) % LEN_B;
        double noise = ads1299_noise_volts (s->dr, ch->gain_code) * ch->noise;
        double offset = (uniform (h) - 0.5) * 120e-6;

        for (i = 0; i < BLOCK; i++)
          out[i * nch] =
              to_code (per_volt * (offset + noise * (wa[i] + wb[i])));
        break;
      }
      case ADS1299_SIGNAL_SINE: {
        double amp =
            s->sine_volts * per_volt *
            ads1299_sinc3_gain (s->sine_hz, ads1299_dr_to_decimation (s->dr));

        for (i = 0; i < BLOCK; i++) {
          /* cycles reduced to one turn, so the phase is right after weeks */
          double turns = fmod (s->sine_hz * (double) (n0 + i) / s->rate, 1.0);
          out[i * nch] = to_code (amp * sin (2.0 * M_PI * turns));
        }
        break;
      }
      case ADS1299_SIGNAL_SQUARE:
        /* a step passes sinc3 in three conversions: 1/6, 5/6, all of it */
        for (i = 0; i < BLOCK; i++) {
          double level = -1.0;

          if (ch->period) {
            unsigned half = ch->period / 2;
            unsigned k = (unsigned) ((n0 + i) % ch->period);
            double side = k < half ? 1.0 : -1.0;

            k %= half;
            level = side * (k == 0 ? -2.0 / 3.0 : k == 1 ? 2.0 / 3.0 : 1.0);
            if (n0 + i < 2)
              level = side; /* settled before the first DRDY */
          }
          out[i * nch] = to_code (level * ch->volts * per_volt);
        }
        break;
      case ADS1299_SIGNAL_CONSTANT:
        for (i = 0; i < BLOCK; i++)
          out[i * nch] = to_code (ch->volts * per_volt);
        break;
      default:
        for (i = 0; i < BLOCK; i++)
          out[i * nch] = 0;
    }
    if (ch->loff_volts != 0.0)
      for (i = 0; i < BLOCK; i++)
        out[i * nch] = to_code (
            out[i * nch] + ch->loff_volts * per_volt *
                               s->loff_wave[(n0 + i) % s->loff_period]);
  }
}

const int32_t *
ads1299_scene_codes (Ads1299Scene *s, uint64_t n)
{
  if (n / BLOCK != s->block) {
    make_block (s, n - n % BLOCK);
    s->block = n / BLOCK;
  }
  return s->codes + (n % BLOCK) * s->n_channels;
}
