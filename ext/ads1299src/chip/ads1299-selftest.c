/* ADS1299 chip library: self-test of an instrument
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-selftest.h"
#include "ads1299-frame.h"
#include "ads1299-reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Two periods of the internal square wave of 1.95 Hz. */
#define SHORTEST   1.1
#define SECONDS    4.0
#define SILENCE_NS 1000000000u
#define MAX_VALUES (64u << 20) /* samples of all channels that are kept */
/* Typical noise is what the datasheet tells; a channel that is dead has less,
 * a bad supply or reference makes more. */
#define NOISE_LOW  0.4
#define NOISE_HIGH 1.6
#define OFFSET_MAX 500e-6
/* Test signal: 2 % of its own, 0.5 % of the gain, 0.5 % of the reference. */
#define TEST_TOLERANCE 0.03
#define RATE_TOLERANCE 0.03
#define OUTLIER        10.0
/* Part of a period by which an edge may be off before losses get uncertain. */
#define JITTER_MAX 0.25

const char *const ads1299_selftest_names[] = {"bring-up", "data-ready",
    "device", "rate", "lost-edges", "lost-events", "late-reads", "glitches",
    "jitter", "status-words", "transfers", "repeat-read", "lead-off-bits",
    "clipping", "outliers", "noise", "offset", "test-amplitude",
    "test-frequency", "test-polarity", "temperature", "analog-supply",
    "digital-supply", "reference"};
const unsigned ads1299_n_selftest_names =
    sizeof ads1299_selftest_names / sizeof ads1299_selftest_names[0];

typedef struct
{
  Ads1299Bus *bus;
  const Ads1299Setup *setup;
  Ads1299SelftestOptions options;
  Ads1299Certificate *cert;
  bool no_memory, stop;

  unsigned channels, period_ns;
  int32_t *codes;       /* sample by sample, all channels */
  uint32_t *when;       /* number of each, as some may be lost */
  unsigned room, n;     /* samples */
  uint64_t lost_before; /* while the rate was measured */

  /* of the running step */
  Ads1299Setup step;
  Ads1299Reader reader;
  bool reading;
  uint64_t mismatches;
  uint16_t lead_off[ADS1299_BUS_MAX_CHIPS];

  /* of all steps */
  unsigned read_steps;
  Ads1299ReadCounts counts;
  uint64_t status[ADS1299_BUS_MAX_CHIPS];
  double edge_max; /* ns */
} Test;

/* --- checks ----------------------------------------------------------------- */

static const char *
known_name (const char *name)
{
  unsigned i;

  for (i = 0; i < ads1299_n_selftest_names; i++)
    if (strcmp (ads1299_selftest_names[i], name) == 0)
      return ads1299_selftest_names[i];
  return "";
}

/* Adds a check that passes when @low <= @measured <= @high. */
static Ads1299Check *__attribute__ ((format (printf, 9, 10)))
add (Test *t, const char *name, int chip, int channel, double measured,
    double low, double high, const char *unit, const char *format, ...)
{
  Ads1299Certificate *c = t->cert;
  static Ads1299Check nowhere;
  Ads1299Check *k;
  va_list args;

  if (c->n_checks == c->room) {
    unsigned room = c->room ? 2 * c->room : 64;
    Ads1299Check *more = realloc (c->checks, room * sizeof *more);

    if (!more) {
      t->no_memory = t->stop = true;
      return &nowhere;
    }
    c->checks = more;
    c->room = room;
  }
  k = &c->checks[c->n_checks++];
  memset (k, 0, sizeof *k);
  k->name = known_name (name);
  k->chip = chip;
  k->channel = channel;
  k->measured = measured;
  k->low = low;
  k->high = high;
  k->unit = unit;
  k->pass = measured >= low && measured <= high;
  c->pass &= k->pass;
  va_start (args, format);
  vsnprintf (k->sentence, sizeof k->sentence, format, args);
  va_end (args);
  return k;
}

/* A count that has to be 0. */
static void
add_count (Test *t, const char *name, int chip, uint64_t n, const char *good,
    const char *bad)
{
  add (t, name, chip, -1, (double) n, 0.0, 0.0, "", "%s", n ? bad : good);
}

static const char *
volts_text (double volts, char *text, size_t size)
{
  double a = fabs (volts);

  if (a < 1e-3)
    snprintf (text, size, "%.3g uV", volts * 1e6);
  else if (a < 1.0)
    snprintf (text, size, "%.4g mV", volts * 1e3);
  else
    snprintf (text, size, "%.4g V", volts);
  return text;
}

/* --- steps ------------------------------------------------------------------ */

static void
say (Test *t, const char *step)
{
  if (t->options.progress)
    t->options.progress (step, t->options.data);
}

/* Brings the chips up with t->step and starts them. */
static bool
begin (Test *t)
{
  Ads1299Error error = {0};

  t->n = 0;
  t->mismatches = 0;
  t->reading = false;
  memset (t->lead_off, 0, sizeof t->lead_off);
  if (!ads1299_bring_up (t->bus, &t->step, &t->cert->report, &error) ||
      !ads1299_start (t->bus, &error)) {
    add (t, "bring-up", error.chip, -1, error.code, 0.0, 0.0, "", "%s: %s",
        ads1299_error_name (error.code), error.text);
    t->stop = true;
    return false;
  }
  ads1299_reader_init (&t->reader, t->bus, t->step.rate);
  return true;
}

/* What was lost in any step counts. */
static void
end (Test *t)
{
  const Ads1299ReadCounts *c = &t->reader.counts;

  ads1299_stop (t->bus);
  if (!t->reading)
    return;
  t->read_steps++;
  t->counts.by_time += c->by_time;
  t->counts.by_sequence += c->by_sequence;
  t->counts.late += c->late;
  t->counts.glitches += c->glitches;
  t->counts.io += c->io;
}

/* No edge for a second: what do line and registers say? */
static void
diagnose_silence (Test *t)
{
  int level = t->bus->ops->drdy_level (t->bus);
  uint8_t regs[ADS1299_REG_CONFIG3 + 1] = {0}, want[ADS1299_N_REGS];
  const char *text;
  int chip = 0, r;

  ads1299_setup_registers (&t->step, 0, want);
  r = ads1299_command (t->bus, 0, ADS1299_CMD_SDATAC);
  if (r == 0)
    r = ads1299_read_registers (t->bus, 0, 0, sizeof regs, regs);
  if (r < 0)
    text = "no edge, and the chip cannot be reached: check cable and power";
  else if ((regs[0] == 0x00 || regs[0] == 0xff) && regs[1] == regs[0])
    text = "no edge, and no register answers: the chip has no clock or no "
           "power";
  else if (regs[ADS1299_REG_CONFIG1] == ads1299_reg_reset (ADS1299_REG_CONFIG1,
                                            t->step.chip[0].channels) &&
           regs[ADS1299_REG_CONFIG3] != want[ADS1299_REG_CONFIG3])
    text = "no edge, and the registers are back at their reset values: the "
           "supply dipped (brown-out) or RESET was pulled";
  else if (level == 0)
    text = "no edge, and the line stands low: check DRDY for a short to "
           "ground";
  else
    text = "no edge, and the line stands high: check the DRDY and START "
           "lines";
  add (t, "data-ready", chip, -1, 0.0, 1.0, INFINITY, "edges", "%s", text);
  t->stop = true;
}

/* Reads the same conversion again: it has to be the same. */
static void
read_again (
    Test *t, const int32_t *codes, const uint32_t *status, uint64_t edge_ns)
{
  int32_t again[ADS1299_BUS_MAX_CHIPS * ADS1299_MAX_CHANNELS];
  uint32_t words[ADS1299_BUS_MAX_CHIPS];

  if (ads1299_read_frames (t->bus, again, words) < 0)
    return;
  /* it must still be the same conversion */
  if (t->bus->ops->now (t->bus) + t->period_ns / 10 >= edge_ns + t->period_ns)
    return;
  t->mismatches +=
      memcmp (again, codes, t->channels * sizeof again[0]) != 0 ||
      memcmp (words, status, t->bus->n_chips * sizeof words[0]) != 0;
}

/* Collects @n samples into t->codes; false when the step has to end. */
static bool
collect (Test *t, unsigned n, bool twice)
{
  unsigned skipped = 0, settle = 4, i;
  uint32_t status[ADS1299_BUS_MAX_CHIPS];
  bool any = false;

  t->reading = true;
  if (n > t->room)
    n = t->room;
  while (t->n < n) {
    int32_t *codes = t->codes + (size_t) t->n * t->channels;
    Ads1299Sample s;
    double off;

    switch (ads1299_reader_next (&t->reader, SILENCE_NS, codes, status, &s)) {
      case ADS1299_READ_OK:
        break;
      case ADS1299_READ_SKIPPED:
        if (s.why == ADS1299_SKIP_STATUS)
          t->status[s.chip]++;
        if (++skipped > n + 100)
          return true;
        continue;
      case ADS1299_READ_TIMEOUT:
        diagnose_silence (t);
        return false;
      case ADS1299_READ_CANCELLED:
        t->cert->cancelled = t->stop = true;
        return false;
      case ADS1299_READ_END:
        t->stop = true;
        return false;
      default:
        add (t, "device", -1, -1, 1.0, 0.0, 0.0, "",
            "the device is gone (%s): check cable and power",
            strerror (-s.error));
        t->stop = true;
        return false;
    }
    /* edges against the grid of the reader */
    off =
        (double) (int64_t) (s.edge_ns - t->reader.base_ns) - t->reader.grid_ns;
    if (any && fabs (off) > t->edge_max)
      t->edge_max = fabs (off);
    any = true;
    for (i = 0; i < t->bus->n_chips; i++)
      t->lead_off[i] |= (uint16_t) (status[i] >> 4);
    if (twice)
      read_again (t, codes, status, s.edge_ns);
    if (settle > 0)
      settle--;
    else
      t->when[t->n++] = (uint32_t) s.index;
  }
  return true;
}

/* --- what the host sees ------------------------------------------------------ */

static int
compare_times (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

/* Periods in @n intervals between edges: one that never came is a loss, no
 * slower clock, and one too many is a glitch, no faster one. Half of the
 * intervals are whole, so the median tells the period. */
static uint64_t
count_periods (
    const uint64_t *steps, unsigned n, uint64_t *sorted, uint64_t *lost)
{
  uint64_t periods = 0, median;
  unsigned i;

  memcpy (sorted, steps, n * sizeof *steps);
  qsort (sorted, n, sizeof *sorted, compare_times);
  median = sorted[n / 2] ? sorted[n / 2] : 1;
  for (i = 0; i < n; i++) {
    uint64_t k = (steps[i] + median / 2) / median;

    periods += k;
    *lost += k > 1 ? k - 1 : 0;
  }
  return periods;
}

/* Counts edges before anything is read: a part at another rate would look like
 * glitches to the reader. */
static void
check_rate (Test *t)
{
  unsigned n = t->setup->rate / 4 + 16, i;
  uint64_t *steps = calloc (2 * n, sizeof *steps), first = 0, last = 0;
  uint64_t periods = 0;
  double rate, nominal = t->setup->rate;
  Ads1299Edge e = {0};

  say (t, "data rate");
  t->step = *t->setup;
  if (!steps || !begin (t)) {
    t->stop = true;
    free (steps);
    return;
  }
  add (t, "bring-up", -1, -1, 0.0, 0.0, 0.0, "",
      "all registers written and read back");
  for (i = 0; i < n; i++) {
    Ads1299Wait w = t->bus->ops->wait_drdy (t->bus, SILENCE_NS, &e);

    if (w == ADS1299_WAIT_EDGE) {
      if (i == 0)
        first = e.time_ns;
      else
        steps[i - 1] = e.time_ns - last;
      last = e.time_ns;
      continue;
    }
    if (w == ADS1299_WAIT_TIMEOUT)
      diagnose_silence (t);
    else if (w == ADS1299_WAIT_ERROR)
      add (t, "device", -1, -1, 1.0, 0.0, 0.0, "",
          "the device is gone (%s): check cable and power",
          strerror (-e.error));
    t->cert->cancelled = w == ADS1299_WAIT_CANCELLED;
    t->stop = true;
    end (t);
    free (steps);
    return;
  }
  end (t);
  periods = count_periods (steps, n - 1, steps + n, &t->lost_before);
  free (steps);
  rate = last > first ? (double) periods * 1e9 / (double) (last - first) : 0.0;
  add (t, "rate", -1, -1, rate, nominal * (1.0 - RATE_TOLERANCE),
      nominal * (1.0 + RATE_TOLERANCE), "Hz",
      fabs (rate / nominal - 1.0) <= RATE_TOLERANCE
          ? "%.3f edges per second, %u asked for"
          : "%.3f edges per second, %u asked for: check the oscillator, and "
            "whether this is an ADS1299",
      rate, t->setup->rate);
  if (!t->cert->checks[t->cert->n_checks - 1].pass)
    t->stop = true;
}

static void
check_edges (Test *t)
{
  const Ads1299ReadCounts *c = &t->counts;
  double limit = JITTER_MAX * t->period_ns;
  unsigned i;

  add_count (t, "lost-edges", -1, c->by_time + t->lost_before,
      "no edge was lost",
      "edges never came, as the time between their neighbours shows: check "
      "the DRDY line, and interrupts that coalesce");
  add_count (t, "lost-events", -1, c->by_sequence, "no event was lost",
      "the kernel's event queue ran over: the reader waits too long");
  add_count (t, "late-reads", -1, c->late, "every frame was read in time",
      "frames were read after the next conversion: give the reader more "
      "priority or lower the rate");
  add_count (t, "glitches", -1, c->glitches, "one edge for each conversion",
      "edges without a conversion: check DRDY for crosstalk and ringing");
  for (i = 0; i < t->bus->n_chips; i++)
    add_count (t, "status-words", (int) i, t->status[i],
        "every frame begins with 1100",
        "frames do not begin with 1100: check MISO, chip select, SPI mode 1 "
        "and the clock rate");
  add_count (t, "transfers", -1, c->io, "every transfer succeeded",
      "SPI transfers failed: check the controller and its clock rate");
  add (t, "jitter", -1, -1, t->edge_max * 1e-3, 0.0, limit * 1e-3, "us",
      t->edge_max <= limit
          ? "edges are within %.1f us of an even grid"
          : "an edge is %.1f us off an even grid: interrupts come late; a "
            "real-time kernel or an idle computer helps",
      t->edge_max * 1e-3);
}

/* --- what the chips measure --------------------------------------------------- */

typedef struct
{
  double mean, std, step; /* codes; @step: sigma by successive differences */
  unsigned clipped, outliers;
} Stats;

static void
channel_stats (const Test *t, unsigned ch, Stats *s)
{
  double sum = 0.0, sum2 = 0.0, diff = 0.0;
  unsigned i;

  memset (s, 0, sizeof *s);
  if (t->n < 2)
    return;
  for (i = 0; i < t->n; i++) {
    int32_t v = t->codes[(size_t) i * t->channels + ch];

    s->clipped += v == ADS1299_CODE_MAX || v == ADS1299_CODE_MIN;
    sum += v;
  }
  s->mean = sum / t->n;
  for (i = 0; i < t->n; i++) {
    double v = t->codes[(size_t) i * t->channels + ch] - s->mean;

    sum2 += v * v;
    if (i > 0)
      diff +=
          fabs (v - (t->codes[(size_t) (i - 1) * t->channels + ch] - s->mean));
  }
  s->std = sqrt (sum2 / t->n);
  /* mean |difference| of white noise is 2 / sqrt (pi) sigma */
  s->step = diff / (t->n - 1) * sqrt (M_PI) / 2.0;
  for (i = 0; i < t->n; i++)
    s->outliers += fabs (t->codes[(size_t) i * t->channels + ch] - s->mean) >
                   OUTLIER * fmax (s->step, 1.0);
}

static double
lsb (const Test *t, unsigned ch, unsigned *gain, int *chip_out)
{
  unsigned chip = 0, c = 0;

  ads1299_setup_locate (&t->step, ch, &chip, &c);
  *gain = t->step.chip[chip].channel[c].gain;
  *chip_out = (int) chip;
  return ads1299_lsb_volts (t->step.vref, *gain);
}

static bool
powered_down (const Test *t, unsigned ch)
{
  unsigned chip = 0, c = 0;

  return ads1299_setup_locate (t->setup, ch, &chip, &c) &&
         t->setup->chip[chip].channel[c].power_down;
}

static void
check_noise_of (Test *t, unsigned ch)
{
  unsigned gain;
  int chip;
  double v = lsb (t, ch, &gain, &chip), rms, typical;
  char a[32], b[32];
  Stats s;

  channel_stats (t, ch, &s);
  rms = s.std * v;
  typical = ads1299_noise_volts ((unsigned) ads1299_rate_to_dr (t->setup->rate),
      (unsigned) ads1299_gain_to_code (gain));
  add (t, "clipping", chip, (int) ch, s.clipped, 0.0, 0.0, "",
      s.clipped ? "%u samples stand at a rail with shorted inputs: the channel "
                  "is damaged or its supply is missing"
                : "%u samples at a rail",
      s.clipped);
  add (t, "outliers", chip, (int) ch, s.outliers, 0.0, 0.0, "",
      s.outliers ? "%u samples are beyond 10 sigma: bits go wrong on the way, "
                   "or the supply has spikes"
                 : "%u samples beyond 10 sigma",
      s.outliers);
  add (t, "noise", chip, (int) ch, rms * 1e6, NOISE_LOW * typical * 1e6,
      NOISE_HIGH * typical * 1e6, "uV",
      rms > NOISE_HIGH * typical
          ? "%s rms with shorted inputs, typical is %s: check supply, "
            "reference and shielding"
      : rms < NOISE_LOW * typical
          ? "%s rms with shorted inputs, typical is %s: the channel does not "
            "convert"
          : "%s rms with shorted inputs, typical is %s",
      volts_text (rms, a, sizeof a), volts_text (typical, b, sizeof b));
  add (t, "offset", chip, (int) ch, s.mean * v * 1e6, -OFFSET_MAX * 1e6,
      OFFSET_MAX * 1e6, "uV", "%s with shorted inputs",
      volts_text (s.mean * v, a, sizeof a));
}

/* Everything with shorted inputs, each conversion read twice. */
static void
check_noise (Test *t)
{
  unsigned ch, i;

  say (t, "noise with shorted inputs");
  t->step = *t->setup;
  for (i = 0; i < t->setup->n_chips; i++) {
    Ads1299ChipSetup *c = &t->step.chip[i];

    c->loff_comparators = false;
    for (ch = 0; ch < c->channels; ch++) {
      c->channel[ch].mux = ADS1299_MUX_SHORT;
      c->channel[ch].loff_p = c->channel[ch].loff_n = false;
    }
    c->n_overrides = 0;
  }
  if (!begin (t))
    return;
  if (collect (t, (unsigned) (t->options.seconds * t->setup->rate), true)) {
    add_count (t, "repeat-read", -1, t->mismatches,
        "a conversion read twice gives the same bytes",
        "a conversion read twice gives other bytes: check MISO, SCLK and "
        "ground, or lower the clock rate");
    for (i = 0; i < t->bus->n_chips; i++)
      add (t, "lead-off-bits", (int) i, -1, t->lead_off[i], 0.0, 0.0, "",
          t->lead_off[i] ? "the status says 0x%04x while lead-off detection is "
                           "off: the status word cannot be trusted"
                         : "lead-off bits are 0x%04x while detection is off",
          t->lead_off[i]);
    for (ch = 0; ch < t->channels; ch++)
      if (!powered_down (t, ch))
        check_noise_of (t, ch);
  }
  end (t);
}

static void
set_inputs (Test *t, unsigned mux, unsigned gain)
{
  unsigned i, c;

  t->step = *t->setup;
  for (i = 0; i < t->setup->n_chips; i++) {
    t->step.chip[i].n_overrides = 0;
    for (c = 0; c < ADS1299_MAX_CHANNELS; c++) {
      Ads1299ChannelSetup *ch = &t->step.chip[i].channel[c];

      ch->mux = mux;
      ch->power_down = false; /* the supplies show on certain channels */
      ch->loff_p = ch->loff_n = false;
      if (gain)
        ch->gain = gain;
    }
  }
}

/* Plateaus and edges of a square wave. */
static void
measure_square (const Test *t, unsigned ch, double *amplitude, double *hz)
{
  Stats s;
  double high = 0.0, low = 0.0, first = -1.0, last = -1.0, before = 0.0;
  unsigned i, n_high = 0, n_low = 0, rises = 0;

  channel_stats (t, ch, &s);
  *amplitude = *hz = 0.0;
  for (i = 0; i < t->n; i++) {
    double v = t->codes[(size_t) i * t->channels + ch] - s.mean;

    /* the filter's slope does not count: it is short of the plateau */
    if (v > 0.8 * s.std)
      high += v, n_high++;
    if (v < -0.8 * s.std)
      low += v, n_low++;
    if (i > 0 && before < 0.0 && v >= 0.0) {
      last = t->when[i - 1] +
             before / (before - v) * (double) (t->when[i] - t->when[i - 1]);
      if (first < 0.0)
        first = last;
      rises++;
    }
    before = v;
  }
  if (n_high && n_low)
    *amplitude = (high / n_high - low / n_low) / 2.0;
  if (rises > 1)
    *hz = (rises - 1) * (double) t->setup->rate / (last - first);
}

static void
check_square (Test *t)
{
  double want = ads1299_test_volts (t->setup->vref, 1);
  double hz = ads1299_test_hz (ADS1299_TEST_FAST);
  unsigned ch, i;

  say (t, "test signal");
  set_inputs (t, ADS1299_MUX_TEST, 0);
  for (i = 0; i < t->setup->n_chips; i++) {
    t->step.chip[i].test_amplitude = 1;
    t->step.chip[i].test_frequency = ADS1299_TEST_FAST;
  }
  if (!begin (t))
    return;
  if (collect (t, (unsigned) (t->options.seconds * t->setup->rate), false))
    for (ch = 0; ch < t->channels; ch++) {
      double a, f;
      unsigned gain;
      int chip;
      char x[32], y[32];

      if (powered_down (t, ch))
        continue;
      measure_square (t, ch, &a, &f);
      a *= lsb (t, ch, &gain, &chip);
      add (t, "test-amplitude", chip, (int) ch, a * 1e3,
          want * (1.0 - TEST_TOLERANCE) * 1e3,
          want * (1.0 + TEST_TOLERANCE) * 1e3, "mV",
          fabs (a / want - 1.0) <= TEST_TOLERANCE
              ? "the square wave has %s, VREF/2400 is %s"
              : "the square wave has %s, VREF/2400 is %s: gain or vref are "
                "not what was set",
          volts_text (a, x, sizeof x), volts_text (want, y, sizeof y));
      add (t, "test-frequency", chip, (int) ch, f, hz * (1.0 - RATE_TOLERANCE),
          hz * (1.0 + RATE_TOLERANCE), "Hz",
          "the square wave has %.3f Hz, fCLK/2^20 is %.3f Hz", f, hz);
    }
  end (t);
}

/* Mean of a channel, volts. */
static double
mean_volts (const Test *t, unsigned ch, int *chip)
{
  unsigned gain;
  double v = lsb (t, ch, &gain, chip);
  Stats s;

  channel_stats (t, ch, &s);
  return s.mean * v;
}

static void
check_polarity (Test *t)
{
  double want = -ads1299_test_volts (t->setup->vref, 1);
  unsigned ch, i;

  say (t, "polarity");
  set_inputs (t, ADS1299_MUX_TEST, 0);
  for (i = 0; i < t->setup->n_chips; i++) {
    t->step.chip[i].test_amplitude = 1;
    t->step.chip[i].test_frequency = ADS1299_TEST_DC;
  }
  if (!begin (t))
    return;
  if (collect (t, t->setup->rate / 8 + 4, false))
    for (ch = 0; ch < t->channels; ch++) {
      int chip;
      double v = mean_volts (t, ch, &chip);
      char x[32];

      if (!powered_down (t, ch))
        add (t, "test-polarity", chip, (int) ch, v * 1e3, want * 1.5 * 1e3,
            want * 0.5 * 1e3, "mV",
            v < 0.0 ? "the constant test signal is %s, negative as it has to be"
                    : "the constant test signal is %s, but it has to be "
                      "negative: signs are wrong",
            volts_text (v, x, sizeof x));
    }
  end (t);
}

static void
check_temperature (Test *t)
{
  unsigned ch;

  say (t, "temperature");
  set_inputs (t, ADS1299_MUX_TEMPERATURE, 4);
  if (!begin (t))
    return;
  if (collect (t, t->setup->rate / 8 + 4, false))
    for (ch = 0; ch < t->channels; ch += t->setup->chip[0].channels) {
      int chip;
      double c = ads1299_volts_to_celsius (mean_volts (t, ch, &chip));

      add (t, "temperature", chip, -1, c, -20.0, 85.0, "C",
          c > 60.0 ? "the die has %.1f degrees C: it is hot"
                   : "the die has %.1f degrees C",
          c);
    }
  end (t);
}

/* The supplies, and the reference that they are measured with. */
static void
check_supply (Test *t)
{
  double avdd = t->options.avdd > 0.0 ? t->options.avdd : 5.0;
  double low = 1.71, high = 3.6;
  unsigned i, first = 0;

  if (t->options.dvdd > 0.0) {
    low = t->options.dvdd * 0.93;
    high = t->options.dvdd * 1.07;
  }
  say (t, "supplies");
  set_inputs (t, ADS1299_MUX_SUPPLY, 1);
  if (!begin (t))
    return;
  if (collect (t, t->setup->rate / 8 + 4, false))
    for (i = 0; i < t->setup->n_chips; first += t->setup->chip[i++].channels) {
      int chip;
      double a = mean_volts (t, first, &chip) * 2.0;
      double d = mean_volts (t, first + 2, &chip) * 4.0;
      bool bipolar = fabs (a) < 0.2;
      double part = avdd / a;

      add (t, "analog-supply", chip, -1, a, bipolar ? -0.2 : avdd * 0.94,
          bipolar ? 0.2 : avdd * 1.06, "V",
          bipolar ? "AVDD + AVSS is %.3f V: a bipolar supply"
                  : "AVDD is %.3f V, %.2f V expected",
          a, avdd);
      add (t, "digital-supply", chip, -1, d, low, high, "V",
          "DVDD is %.3f V, %.2f to %.2f V expected", d, low, high);
      /* both off by one factor: it is the ruler that is wrong */
      if (!bipolar)
        add (t, "reference", chip, -1, t->setup->vref * part,
            t->setup->vref * 0.94, t->setup->vref * 1.06, "V",
            fabs (part - 1.0) <= 0.064
                ? "the reference is about %.2f V by the analog supply"
                : "the reference is about %.2f V by the analog supply: it has "
                  "not settled, is not connected, or vref is set wrong",
            t->setup->vref * part);
    }
  end (t);
}

bool
ads1299_selftest_run (Ads1299Bus *bus, const Ads1299Setup *setup,
    const Ads1299SelftestOptions *options, Ads1299Certificate *cert)
{
  static void (*const steps[]) (Test *) = {check_rate, check_noise,
      check_square, check_polarity, check_temperature, check_supply};
  uint64_t start = bus->ops->now (bus);
  Ads1299Error error;
  unsigned i;
  Test t;

  memset (cert, 0, sizeof *cert);
  memset (&t, 0, sizeof t);
  t.bus = bus;
  t.setup = setup;
  t.cert = cert;
  if (options)
    t.options = *options;
  if (!(t.options.seconds >= SHORTEST))
    t.options.seconds = t.options.seconds > 0.0 ? SHORTEST : SECONDS;
  if (t.options.seconds > 3600.0)
    t.options.seconds = 3600.0;
  cert->pass = true;
  cert->unix_time = (int64_t) time (NULL);
  cert->setup = *setup;
  for (i = 0; i < bus->n_chips; i++)
    cert->device[i] = bus->name[i];
  if (!ads1299_setup_check (setup, &error)) {
    add (&t, "bring-up", error.chip, -1, error.code, 0.0, 0.0, "", "%s",
        error.text);
    return !t.no_memory;
  }
  t.channels = ads1299_setup_channels (setup);
  t.period_ns = 1000000000u / setup->rate;
  t.room = (unsigned) (t.options.seconds * setup->rate) + setup->rate;
  if ((uint64_t) t.room * t.channels > MAX_VALUES)
    t.room = MAX_VALUES / t.channels;
  /* one more sample: the reader fills it before it is known to be good */
  t.codes = malloc (((size_t) t.room + 1) * t.channels * sizeof *t.codes);
  t.when = malloc (((size_t) t.room + 1) * sizeof *t.when);
  if (!t.codes || !t.when) {
    free (t.codes);
    free (t.when);
    return false;
  }
  for (i = 0; i < sizeof steps / sizeof steps[0] && !t.stop; i++)
    steps[i](&t);
  if (t.read_steps > 0)
    check_edges (&t);
  free (t.codes);
  free (t.when);
  cert->complete = !t.stop;
  cert->pass &= cert->complete;
  cert->seconds = (double) (bus->ops->now (bus) - start) * 1e-9;
  return !t.no_memory;
}

void
ads1299_certificate_clear (Ads1299Certificate *cert)
{
  free (cert->checks);
  memset (cert, 0, sizeof *cert);
}
