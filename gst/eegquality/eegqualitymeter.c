/* Is the signal of a channel fit for use: measured over a sliding window
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last window of every channel is kept, in volts; at the end of every hop it
 * is looked at as a whole. So nothing depends on how the stream was divided.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegqualitymeter.h"

#include <gst/eeg/dsp/eegdsp-replaced.h>
#include <gst/fft/gstfftf64.h>
#include <math.h>
#include <string.h>

/* Share of the rail that counts as reached: a converter's offset correction can
 * end below its last code. */
#define RAIL_SHARE 0.999
/* Beyond this a number is an error, and sums could overflow. */
#define HUGE_VOLTS EEG_DSP_HUGE
/* Band of the slope, without the alpha rhythm, in Hz. */
#define SLOPE_LOW  2.0
#define SLOPE_HIGH 30.0
#define ALPHA_LOW  7.0
#define ALPHA_HIGH 14.0
/* Verdicts that the spectrum of the slope is averaged over; that of one window
 * alone is rough. */
#define SLOPE_MEMORY 8
/* A jump stands out this far from the usual change between neighbours, so that
 * hum is none. */
#define JUMP_OVER_MEAN 5
/* Around each multiple of the mains, in Hz: no muscle. */
#define MAINS_HALF_WIDTH 2.0
/* Seconds before and behind a jump that tell a step from a pop. */
#define JUMP_SIDE 0.02
/* Samples that two channels are compared at, at most. */
#define BRIDGE_SAMPLES 512
/* Frames that are turned from rows to columns at a time. */
#define BLOCK 64

enum
{
  AT_RAIL = 1,
  BAD = 2,
};

struct _EegQualityMeter
{
  guint channels, window;
  gdouble exact_hop; /* samples between two verdicts */
  guint hop;         /* the same, whole, up to the last verdict */
  guint next_hop;    /* and to the next one */
  guint64 hops;      /* since the first verdict */
  gdouble rate;
  gdouble *volts, *rails; /* a channel */
  gdouble *ring;          /* [channel][window], of all channels alike */
  guint8 *state;          /* [channel][window] */
  gdouble *last;          /* last good value a channel */
  guint at;               /* where the next sample goes */
  guint filled, since;    /* samples in the ring, and since an evaluation */
  guint64 nonfinite;

  EegQualityResult *results;
  gdouble *hann, hann_sum, hann_power;
  gdouble *x;      /* [channel][window], in order, without the mean */
  gdouble *w;      /* windowed */
  gdouble *power;  /* density of one channel, V^2/Hz */
  gdouble *smooth; /* [channel][bins], averaged over verdicts */
  guint verdicts;  /* since the last reset */
  GstFFTF64 *fft;
  GstFFTF64Complex *spectrum;
};

/* Verdict k comes floor (k * hop) samples after the first one, so that a hop
 * which is no whole number of samples does not drift. */
static guint
hop_after (const EegQualityMeter *m, guint64 k)
{
  return (guint) (floor ((k + 1) * m->exact_hop) - floor (k * m->exact_hop));
}

static void
first_hop (EegQualityMeter *m)
{
  m->hops = 0;
  m->hop = m->next_hop = hop_after (m, 0);
}

EegQualityMeter *
eeg_quality_meter_new (guint channels, gdouble rate, guint window, gdouble hop,
    const gdouble *volts, const gdouble *rails)
{
  EegQualityMeter *m = g_new0 (EegQualityMeter, 1);
  const gsize total = (gsize) channels * window;
  guint i;

  m->channels = channels;
  m->rate = rate;
  m->window = window;
  m->exact_hop = hop;
  first_hop (m);
  m->ring = g_try_new0 (gdouble, total);
  m->x = g_try_new0 (gdouble, total);
  m->state = g_try_new0 (guint8, total);
  if (!m->ring || !m->x || !m->state) {
    eeg_quality_meter_free (m);
    return NULL;
  }
  m->volts = g_memdup2 (volts, sizeof (gdouble) * channels);
  m->rails = g_new (gdouble, channels);
  for (i = 0; i < channels; i++)
    m->rails[i] = rails[i] > 0 ? RAIL_SHARE * rails[i] : HUGE_VOLTS;
  m->last = g_new0 (gdouble, channels);
  m->results = g_new0 (EegQualityResult, channels);
  m->hann = g_new (gdouble, window);
  for (i = 0; i < window; i++) {
    m->hann[i] = 0.5 - 0.5 * cos (2 * G_PI * i / window);
    m->hann_sum += m->hann[i];
    m->hann_power += m->hann[i] * m->hann[i];
  }
  m->w = g_new0 (gdouble, window);
  m->power = g_new0 (gdouble, window / 2 + 1);
  m->smooth = g_new0 (gdouble, (gsize) channels * (window / 2 + 1));
  m->spectrum = g_new0 (GstFFTF64Complex, window / 2 + 1);
  m->fft = gst_fft_f64_new ((gint) window, FALSE);
  return m;
}

void
eeg_quality_meter_free (EegQualityMeter *m)
{
  if (!m)
    return;
  g_free (m->volts);
  g_free (m->rails);
  g_free (m->ring);
  g_free (m->state);
  g_free (m->last);
  g_free (m->results);
  g_free (m->hann);
  g_free (m->x);
  g_free (m->w);
  g_free (m->power);
  g_free (m->smooth);
  g_free (m->spectrum);
  g_clear_pointer (&m->fft, gst_fft_f64_free);
  g_free (m);
}

void
eeg_quality_meter_reset (EegQualityMeter *m)
{
  m->at = m->filled = m->since = m->verdicts = 0;
  first_hop (m);
  memset (m->last, 0, sizeof (gdouble) * m->channels);
}

guint64
eeg_quality_meter_get_nonfinite (const EegQualityMeter *m)
{
  return m->nonfinite;
}

static void
add_run (GArray *runs, guint channel, guint frame)
{
  EegQualityRun run = {channel, frame, 1}, *last;

  if (runs->len > 0) {
    last = &g_array_index (runs, EegQualityRun, runs->len - 1);
    if (last->channel == channel && last->first + last->n == frame) {
      last->n++;
      return;
    }
  }
  g_array_append_val (runs, run);
}

/* @n samples of one channel that are not all good: states, runs at the rail, and
 * the last good value for what is not finite. */
static void
mend (EegQualityMeter *m, guint channel, guint n, guint offset, GArray *runs)
{
  const gsize base = (gsize) channel * m->window + m->at;
  gdouble *x = m->ring + base, last = m->last[channel];
  guint f;

  for (f = 0; f < n; f++) {
    if (!(fabs (x[f]) <= HUGE_VOLTS)) {
      m->state[base + f] = BAD;
      m->nonfinite++;
      x[f] = last;
    } else if (fabs (x[f]) >= m->rails[channel]) {
      m->state[base + f] = AT_RAIL;
      add_run (runs, channel, offset + f);
    }
    last = x[f];
  }
}

/* @n frames, channel after channel, to where the ring has them together. */
#define DEFINE_READ(name, type, VALUE)                                         \
  static void read_##name (                                                    \
      EegQualityMeter *m, const type *in, guint n, guint offset, GArray *runs) \
  {                                                                            \
    guint f, c;                                                                \
                                                                               \
    for (c = 0; c < m->channels; c++) {                                        \
      const gsize base = (gsize) c * m->window + m->at;                        \
      const gdouble scale = m->volts[c], most = m->rails[c];                   \
      gdouble *x = m->ring + base;                                             \
      const type *v = in + c;                                                  \
      gboolean good = TRUE;                                                    \
                                                                               \
      for (f = 0; f < n; f++, v += m->channels) {                              \
        x[f] = VALUE (*v) * scale;                                             \
        good &= fabs (x[f]) < most;                                            \
      }                                                                        \
      memset (m->state + base, 0, n);                                          \
      if (G_UNLIKELY (!good))                                                  \
        mend (m, c, n, offset, runs);                                          \
      m->last[c] = x[n - 1];                                                   \
    }                                                                          \
  }
#define CODE(x)   ((gdouble) ((gint32) ((guint32) (x) << 8) / 256))
#define NUMBER(x) ((gdouble) (x))
DEFINE_READ (s24, gint32, CODE)
DEFINE_READ (f32, gfloat, NUMBER)
DEFINE_READ (f64, gdouble, NUMBER)

guint
eeg_quality_meter_push (EegQualityMeter *m, EegQualityFormat format,
    gconstpointer frames, guint n_frames, GArray *runs, gboolean *due)
{
  guint n = MIN (n_frames,
      m->filled < m->window ? m->window - m->filled : m->next_hop - m->since);
  guint done, k;

  for (done = 0; done < n; done += k) {
    const gsize from = (gsize) done * m->channels;

    k = MIN (MIN (n - done, m->window - m->at), BLOCK);
    if (format == EEG_QUALITY_S24)
      read_s24 (m, (const gint32 *) frames + from, k, done, runs);
    else if (format == EEG_QUALITY_F32)
      read_f32 (m, (const gfloat *) frames + from, k, done, runs);
    else
      read_f64 (m, (const gdouble *) frames + from, k, done, runs);
    m->at = m->at + k == m->window ? 0 : m->at + k;
  }
  if (m->filled < m->window) {
    m->filled += n;
    *due = m->filled == m->window;
  } else {
    m->since += n;
    *due = m->since == m->next_hop;
    if (*due) {
      m->hop = m->next_hop;
      m->next_hop = hop_after (m, ++m->hops);
    }
  }
  if (*due)
    m->since = 0;
  return n;
}

/* --- one window ---------------------------------------------------------- */

/* The window in order and without its mean, and what needs no spectrum. */
static void
look (EegQualityMeter *m, guint channel, EegQualityResult *r)
{
  const gsize base = (gsize) channel * m->window;
  const gdouble *ring = m->ring + base;
  gdouble *x = m->x + base, sum[4] = {0}, mean, low, high;
  guint i, k, rails = 0, bad = 0;

  memcpy (x, ring + m->at, sizeof *x * (m->window - m->at));
  memcpy (x + (m->window - m->at), ring, sizeof *x * m->at);
  /* Four sums, because each addition waits for the one before. */
  for (i = 0; i + 3 < m->window; i += 4)
    for (k = 0; k < 4; k++)
      sum[k] += x[i + k];
  for (; i < m->window; i++)
    sum[0] += x[i];
  mean = ((sum[0] + sum[1]) + (sum[2] + sum[3])) / m->window;
  for (i = 0; i < m->window; i++) {
    x[i] -= mean;
    rails += m->state[base + i] == AT_RAIL;
    bad += m->state[base + i] == BAD;
  }
  low = high = x[m->window - m->hop];
  for (i = m->window - m->hop; i < m->window; i++) {
    low = MIN (low, x[i]);
    high = MAX (high, x[i]);
  }
  r->range = high - low;
  r->saturated = (gdouble) rails / m->window;
  if (bad)
    r->flags |= EEG_QUALITY_NONFINITE;
}

/* Goertzel's recursion on the windowed samples, at two frequencies that need
 * not be those of a Fourier transform; side by side, because each step of one
 * waits for the step before. */
static void
levels_at (const EegQualityMeter *m, const gdouble *frequency, gdouble *level)
{
  const gdouble a = 2 * cos (2 * G_PI * frequency[0] / m->rate);
  const gdouble b = 2 * cos (2 * G_PI * frequency[1] / m->rate);
  gdouble a1 = 0, a2 = 0, b1 = 0, b2 = 0;
  guint i;

  for (i = 0; i < m->window; i++) {
    gdouble p = (m->w[i] - a2) + a * a1, q = (m->w[i] - b2) + b * b1;

    a2 = a1;
    a1 = p;
    b2 = b1;
    b1 = q;
  }
  level[0] = sqrt (2 * MAX (0, a1 * a1 + a2 * a2 - a * a1 * a2)) / m->hann_sum;
  level[1] = sqrt (2 * MAX (0, b1 * b1 + b2 * b2 - b * b1 * b2)) / m->hann_sum;
}

/* At @mains, or at the stronger one of those that there are. */
static void
find_hum (const EegQualityMeter *m, gdouble mains, EegQualityResult *r)
{
  const gdouble f[] = {mains > 0 ? mains : 50, mains > 0 ? mains : 60};
  gdouble level[2];
  guint i;

  levels_at (m, f, level);
  for (i = 0; i < 2; i++)
    if (f[i] < m->rate / 2 && (r->mains == 0 || level[i] > r->hum)) {
      r->hum = level[i];
      r->mains = f[i];
    }
}

static void
find_power (EegQualityMeter *m)
{
  const gdouble scale = 2 / (m->rate * m->hann_power);
  guint k;

  gst_fft_f64_fft (m->fft, m->w, m->spectrum);
  for (k = 0; k <= m->window / 2; k++)
    m->power[k] = scale * (m->spectrum[k].r * m->spectrum[k].r +
                              m->spectrum[k].i * m->spectrum[k].i);
}

static gdouble
muscle_level (const EegQualityMeter *m, gdouble low, gdouble mains)
{
  const gdouble df = m->rate / m->window;
  gdouble sum = 0;
  guint k;

  for (k = (guint) ceil (low / df); k < m->window / 2; k++) {
    gdouble f = k * df;

    if (mains > 0 && fabs (f - mains * round (f / mains)) <= MAINS_HALF_WIDTH)
      continue;
    sum += m->power[k] * df;
  }
  return sqrt (sum);
}

/* Straight line through the logarithms, by least squares. */
static gdouble
spectral_slope (const EegQualityMeter *m, guint channel)
{
  const gdouble df = m->rate / m->window;
  const gdouble weight = 1.0 / MIN (m->verdicts + 1, SLOPE_MEMORY);
  gdouble *smooth = m->smooth + (gsize) channel * (m->window / 2 + 1);
  gdouble n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, d;
  guint k;

  for (k = (guint) ceil (SLOPE_LOW / df);
       k < m->window / 2 && k * df <= SLOPE_HIGH; k++) {
    gdouble x, y;

    smooth[k] += weight * (m->power[k] - smooth[k]);
    if (smooth[k] <= 0 || (k * df >= ALPHA_LOW && k * df <= ALPHA_HIGH))
      continue;
    x = log10 (k * df);
    y = log10 (smooth[k]);
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  d = n * sxx - sx * sx;
  return n >= 3 && d > 0 ? (n * sxy - sx * sy) / d : 0;
}

static gdouble
mean_of (const gdouble *x, guint n)
{
  gdouble sum = 0;
  guint i;

  for (i = 0; i < n; i++)
    sum += x[i];
  return sum / n;
}

/* A jump between neighbours that lasts is a step, one that does not is a pop. */
static void
find_jumps (const EegQualityMeter *m, const gdouble *x, gdouble limit,
    EegQualityResult *r)
{
  const guint side = MAX (1, (guint) lrint (JUMP_SIDE * m->rate));
  gdouble usual = 0;
  guint i;

  for (i = 1; i < m->window; i++)
    usual += fabs (x[i] - x[i - 1]);
  limit = MAX (limit, JUMP_OVER_MEAN * usual / (m->window - 1));
  for (i = side; i + 2 * side <= m->window; i++) {
    gdouble before, after;

    if (fabs (x[i] - x[i - 1]) <= limit)
      continue;
    before = mean_of (x + i - side, side);
    after = mean_of (x + i + side, side);
    if (fabs (after - before) > limit / 2)
      r->steps++;
    else
      r->pops++;
    i += 2 * side - 1;
  }
}

/* RMS of the difference of two channels; stops where it is beyond @limit. */
static gdouble
distance (const EegQualityMeter *m, guint a, guint b, gdouble limit)
{
  const gdouble *x = m->x + (gsize) a * m->window;
  const gdouble *y = m->x + (gsize) b * m->window;
  const guint step = MAX (1, m->window / BRIDGE_SAMPLES);
  const guint n = (m->window + step - 1) / step;
  const gdouble most = limit * limit * n;
  gdouble sum = 0;
  guint i;

  for (i = 0; i < m->window; i += step) {
    sum += (x[i] - y[i]) * (x[i] - y[i]);
    if (sum > most)
      return limit;
  }
  return sqrt (sum / n);
}

/* @ratio of a level to its limit: 1 is at the limit. */
static void
judge (EegQualityResult *r, gdouble *worst, gdouble ratio, guint flag)
{
  *worst = MAX (*worst, ratio);
  if (ratio >= 1)
    r->flags |= flag;
}

static void
find_bridges (EegQualityMeter *m, const EegQualityLimits *l, gdouble *worst)
{
  guint a, b;

  for (a = 0; a < m->channels; a++)
    for (b = a + 1; b < m->channels; b++) {
      EegQualityResult *p = m->results + a, *q = m->results + b;
      gdouble d;

      /* Flat channels are alike without a bridge. */
      if ((p->flags | q->flags) & (EEG_QUALITY_FLAT | EEG_QUALITY_SATURATED))
        continue;
      d = distance (m, a, b, l->bridge);
      if (d >= l->bridge)
        continue;
      p->bridged = p->bridged < 0 ? (gint) b : p->bridged;
      q->bridged = q->bridged < 0 ? (gint) a : q->bridged;
      judge (
          p, worst + a, 1 + (l->bridge - d) / l->bridge, EEG_QUALITY_BRIDGED);
      judge (
          q, worst + b, 1 + (l->bridge - d) / l->bridge, EEG_QUALITY_BRIDGED);
    }
}

const EegQualityResult *
eeg_quality_meter_evaluate (EegQualityMeter *m, const EegQualityLimits *l)
{
  const gboolean slope = l->slope_max > l->slope_min;
  const gboolean muscle = l->muscle > 0 && l->muscle_low < m->rate / 2;
  const gboolean hum = l->hum > 0 || muscle;
  g_autofree gdouble *worst = g_new0 (gdouble, m->channels);
  guint c, i;

  for (c = 0; c < m->channels; c++) {
    EegQualityResult *r = m->results + c;
    const gdouble *x = m->x + (gsize) c * m->window;

    *r = (EegQualityResult){.bridged = -1};
    look (m, c, r);
    if (l->saturation > 0)
      judge (r, worst + c, r->saturated / l->saturation, EEG_QUALITY_SATURATED);
    if (l->flat > 0)
      judge (r, worst + c, r->range > 0 ? MIN (2, l->flat / r->range) : 2,
          EEG_QUALITY_FLAT);
    for (i = 0; (hum || slope || muscle) && i < m->window; i++)
      m->w[i] = m->hann[i] * x[i];
    if (hum) {
      find_hum (m, l->mains, r);
      if (l->hum > 0)
        judge (r, worst + c, r->hum / l->hum, EEG_QUALITY_MAINS);
    }
    if (slope || muscle)
      find_power (m);
    if (muscle) {
      r->muscle = muscle_level (m, l->muscle_low, r->mains);
      judge (r, worst + c, r->muscle / l->muscle, EEG_QUALITY_MUSCLE);
    }
    /* A line at rest has no slope. */
    if (slope && !(r->flags & EEG_QUALITY_FLAT)) {
      r->slope = spectral_slope (m, c);
      judge (r, worst + c,
          fabs (2 * r->slope - l->slope_max - l->slope_min) /
              (l->slope_max - l->slope_min),
          EEG_QUALITY_SLOPE);
    }
    if (l->jump > 0) {
      find_jumps (m, x, l->jump, r);
      judge (r, worst + c, r->pops, EEG_QUALITY_POP);
      judge (r, worst + c, r->steps, EEG_QUALITY_STEP);
    }
  }
  if (l->bridge > 0)
    find_bridges (m, l, worst);
  for (c = 0; c < m->channels; c++) {
    EegQualityResult *r = m->results + c;

    if (r->flags & EEG_QUALITY_NONFINITE)
      worst[c] = MAX (worst[c], 1);
    r->score = 1 / (1 + worst[c] * worst[c]);
  }
  m->verdicts++;
  return m->results;
}
