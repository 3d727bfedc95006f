/* What the stages cost, beside what is always there: a naive loop, memcpy,
 * fprintf, stock elements
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: perf-check [JSON-FILE]. Variants take turns; the ratio in the table
 * is the median of (time of the first variant / own time) over the rounds.
 * Goals are printed as PASS or MISS and never change the exit code: a shared
 * machine is slower than the code.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/dsp/eegdsp-design.h>
#include <gst/eeg/dsp/eegdsp-format.h>
#include <gst/eeg/dsp/eegdsp-scale.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>
#include <gst/eeg/eeg.h>

#include "harness.h"
#include "perf-pipelines.h"
#ifdef HAVE_ADS1299
#include "chip/ads1299-frame.h"
#endif

#define CHANNELS 32
#define FRAMES   400
#define VALUES   (CHANNELS * FRAMES)
#define ROUNDS   41
#define RATE     4000.0

static guint missed;

static gdouble
noise (void)
{
  return (gdouble) rand () / RAND_MAX - 0.5;
}

/* --- 27-byte frames -> codes ---------------------------------------------- */
#ifdef HAVE_ADS1299
#define CHIP_CHANNELS 8
#define CHIP_BYTES    27
#define CHIP_FRAMES   (VALUES / CHIP_CHANNELS)

static guint8 chip_bytes[CHIP_FRAMES * CHIP_BYTES];
static gint32 codes[VALUES];
static volatile guint32 checked;

static void
unpack_naive (gpointer data)
{
  guint f, c;

  for (f = 0; f < CHIP_FRAMES; f++) {
    const guint8 *b = chip_bytes + f * CHIP_BYTES;

    for (c = 0; c < CHIP_CHANNELS; c++) {
      gint32 v = 0;
      guint k;

      for (k = 0; k < 3; k++)
        v = v << 8 | b[3 + 3 * c + k];
      if (v & 0x800000)
        v |= ~0xffffff;
      codes[f * CHIP_CHANNELS + c] = v;
    }
  }
}

static void
unpack_ours (gpointer data)
{
  guint f, status = 0;

  for (f = 0; f < CHIP_FRAMES; f++)
    status |= ads1299_frame_decode (
        chip_bytes + f * CHIP_BYTES, CHIP_CHANNELS, codes + f * CHIP_CHANNELS);
  checked = status;
}

static void
unpack_copy (gpointer data)
{
  memcpy (codes, chip_bytes, sizeof chip_bytes);
}

static void
bench_unpack (void)
{
  static const BenchVariant v[] = {{"naive byte loop", unpack_naive},
      {"ads1299_frame_decode", unpack_ours},
      {"memcpy of the bytes", unpack_copy}};
  Bench b = {"unpack 27-byte frames", "sample", VALUES, v, 3, ROUNDS};
  BenchResult r[3];
  guint i;

  for (i = 0; i < sizeof chip_bytes; i++)
    chip_bytes[i] = (guint8) rand ();
  bench_run (&b, r);
  bench_report (&b, r);
}
#endif

/* --- codes -> volts -------------------------------------------------------- */
static gint32 raw[VALUES];
static gfloat volts[VALUES], result[VALUES];
static EegDspScale *scale;

static void
volts_naive (gpointer data)
{
  guint i;

  for (i = 0; i < VALUES; i++) {
    gint32 v = raw[i] & 0xffffff;

    if (v & 0x800000)
      v -= 0x1000000;
    result[i] = (gfloat) (v * (4.5 / 24) / 8388608.0);
  }
}

static void
volts_ours (gpointer data)
{
  eeg_dsp_scale_s24_to_f32 (scale, raw, result, FRAMES);
}

static void
volts_copy (gpointer data)
{
  memcpy (result, raw, sizeof raw);
}

static void
bench_volts (void)
{
  static const BenchVariant v[] = {{"naive loop", volts_naive},
      {"eegtovoltage kernel", volts_ours}, {"memcpy", volts_copy}};
  Bench b = {"counts to volts", "sample", VALUES, v, 3, ROUNDS};
  gdouble factors[CHANNELS];
  BenchResult r[3];
  guint i;

  for (i = 0; i < VALUES; i++)
    raw[i] = rand () % 0x1000000 - 0x800000;
  for (i = 0; i < CHANNELS; i++)
    factors[i] = 4.5 / 24 / 8388608.0;
  scale = eeg_dsp_scale_new (factors, CHANNELS, eeg_dsp_isa ());
  bench_run (&b, r);
  bench_report (&b, r);
  eeg_dsp_scale_free (scale);
}

/* --- filter kernel ---------------------------------------------------------- */
static EegDspSection sections[16];
static gint n_sections;
static gdouble naive_state[CHANNELS][16][2];
static EegDspCascade *cascade;

static void
filter_naive (gpointer data)
{
  guint f, c;
  gint k;

  for (c = 0; c < CHANNELS; c++)
    for (f = 0; f < FRAMES; f++) {
      gdouble x = volts[f * CHANNELS + c];

      for (k = 0; k < n_sections; k++) {
        const EegDspSection *s = &sections[k];
        gdouble *z = naive_state[c][k];
        gdouble y = s->b0 * x + z[0];

        z[0] = s->b1 * x - s->a1 * y + z[1];
        z[1] = s->b2 * x - s->a2 * y;
        x = y;
      }
      result[f * CHANNELS + c] = (gfloat) x;
    }
}

static void
filter_ours (gpointer data)
{
  eeg_dsp_cascade_process_f32 (cascade, volts, result, FRAMES);
}

static void
bench_filter (void)
{
  static const BenchVariant v[] = {
      {"naive biquad loop", filter_naive}, {"eegfilter kernel", filter_ours}};
  Bench b = {"filter, 5 sections", "sample", VALUES, v, 2, ROUNDS};
  EegDspSpec spec = {EEG_DSP_BUTTERWORTH, EEG_DSP_HIGHPASS, 4, RATE, 1};
  BenchResult r[2];

  n_sections = eeg_dsp_design (&spec, sections, NULL, 0);
  spec.band = EEG_DSP_LOWPASS;
  spec.f1 = 45;
  n_sections += eeg_dsp_design (&spec, sections + n_sections, NULL, 0);
  n_sections +=
      eeg_dsp_design_notch (RATE, 50, 30, sections + n_sections, NULL, 0);
  cascade = eeg_dsp_cascade_new (sections, n_sections, CHANNELS);
  bench_run (&b, r);
  bench_report (&b, r);
  eeg_dsp_cascade_free (cascade);
}

/* --- decimator -------------------------------------------------------------- */
#define FACTOR 16
static EegDspDecimator *decimator;
static gint n_taps;

/* As many taps as the delay stands for, at every output frame. */
static void
decimate_naive (gpointer data)
{
  guint f, c;
  gint k;

  for (f = 0; f < FRAMES / FACTOR; f++)
    for (c = 0; c < CHANNELS; c++) {
      gdouble sum = 0;

      for (k = 0; k < n_taps; k++)
        sum += 1e-3 * k * volts[(f * FACTOR + k) % FRAMES * CHANNELS + c];
      result[f * CHANNELS + c] = (gfloat) sum;
    }
}

static void
decimate_ours (gpointer data)
{
  eeg_dsp_decimator_process_f32 (decimator, volts, FRAMES, result, NULL);
}

static void
bench_decimate (void)
{
  static const BenchVariant v[] = {
      {"naive FIR at the output rate", decimate_naive},
      {"eegdownsample kernel", decimate_ours}};
  Bench b = {"decimate by 16", "input sample", VALUES, v, 2, ROUNDS};
  BenchResult r[2];

  decimator =
      eeg_dsp_decimator_new (FACTOR, EEG_DSP_QUALITY_STANDARD, CHANNELS);
  n_taps = 2 * (gint) eeg_dsp_decimator_delay (decimator) + 1;
  bench_run (&b, r);
  bench_report (&b, r);
  eeg_dsp_decimator_free (decimator);
}

/* --- CSV formatting --------------------------------------------------------- */
#define NUMBERS 8192
static gdouble numbers[NUMBERS];
static gchar text[NUMBERS * 32];
static FILE *sink;

static void
format_fprintf (gpointer data)
{
  guint i;

  rewind (sink);
  for (i = 0; i < NUMBERS; i++)
    fprintf (sink, "%.6f,", numbers[i]);
}

static void
format_ours (gpointer data)
{
  gchar *out = text;
  guint i;

  for (i = 0; i < NUMBERS; i++) {
    out = eeg_dsp_format_fixed (out, numbers[i], 6);
    *out++ = ',';
  }
}

static void
bench_format (void)
{
  static const BenchVariant v[] = {{"fprintf into memory", format_fprintf},
      {"eeg_dsp_format_fixed", format_ours}};
  Bench b = {"CSV number, 6 decimals", "number", NUMBERS, v, 2, ROUNDS};
  gchar *memory = g_malloc (sizeof text);
  BenchResult r[2];
  guint i;

  for (i = 0; i < NUMBERS; i++)
    numbers[i] = 300 * noise ();
  sink = fmemopen (memory, sizeof text, "w");
  bench_run (&b, r);
  bench_report (&b, r);
  bench_gate ("CSV number against fprintf", r[1].ratio, 10, &missed);
  fclose (sink);
  g_free (memory);
}

int
main (int argc, char **argv)
{
  const gchar *path;
  GError *error = NULL;
  guint i;

  gst_init (&argc, &argv);
  path = argc > 1 ? argv[1] : NULL;
  srand (1);
  for (i = 0; i < VALUES; i++)
    volts[i] = (gfloat) (100e-6 * noise ());

  printf ("instruction set: %s\n", eeg_dsp_isa_name (eeg_dsp_isa ()));
#ifdef HAVE_ADS1299
  bench_unpack ();
#else
  printf ("SKIP unpack: built without ads1299src\n");
#endif
  bench_volts ();
  bench_filter ();
  bench_decimate ();
  bench_format ();
  bench_elements (&missed);
  bench_offline (&missed);
  bench_latency ();

  printf ("%u goals missed\n", missed);
  if (path && !bench_write_json (path, &error)) {
    fprintf (stderr, "perf-check: cannot write %s: %s\n", path, error->message);
    g_clear_error (&error);
    return 1;
  }
  return 0;
}
