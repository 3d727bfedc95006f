/* perf-check: decimation by 16, its cost and its quality, beside soxr,
 * libsamplerate and SciPy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who leaves out the filter is fastest. So everyone is also fed sines: by how
 * much the band 0..100 Hz (0.4 of the new rate) is not flat, and what of the
 * sines above 150 Hz comes out in it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gst/eeg/dsp/eegdsp-decimator.h>

#ifdef HAVE_SOXR
#include <soxr.h>
#endif
#ifdef HAVE_SAMPLERATE
#include <samplerate.h>
#endif

#include "perf.h"

typedef struct
{
  const gchar *name;
  /* A converter by FACTOR for interleaved floats. */
  gpointer (*open) (gint kind, guint channels);
  /* Takes all @frames, returns the frames written. */
  gsize (*convert) (gpointer self, const gfloat *in, gsize frames, gfloat *out);
  void (*close) (gpointer self);
  gint kind;        /* instruction set, or quality */
  const gchar *isa; /* ours */
  gdouble goal;     /* how many times faster ours has to be, on AVX2 */
} Converter;

/* Frames that there is room for at once: soxr collects and then gives many. */
#define ROOM 4096

/* --- ours ------------------------------------------------------------------------ */
static gpointer
own_open (gint isa, guint channels)
{
  const EegDspDecimatorSpec spec = {.up = 1,
      .down = FACTOR,
      .quality = EEG_DSP_QUALITY_STANDARD,
      .precision = EEG_DSP_PRECISION_SINGLE};

  return eeg_dsp_decimator_new_full (&spec, (gint) channels, isa);
}

static gpointer
own_open_double (gint isa, guint channels)
{
  return eeg_dsp_decimator_new_for_isa (
      FACTOR, EEG_DSP_QUALITY_STANDARD, (gint) channels, isa);
}

/* As many decibels as the peers. */
static gpointer
own_open_high (gint isa, guint channels)
{
  return eeg_dsp_decimator_new_for_isa (
      FACTOR, EEG_DSP_QUALITY_HIGH, (gint) channels, isa);
}

static gsize
own_convert (gpointer self, const gfloat *in, gsize frames, gfloat *out)
{
  return eeg_dsp_decimator_process_f32 (self, in, frames, out, NULL);
}

static void
own_close (gpointer self)
{
  eeg_dsp_decimator_free (self);
}

/* --- soxr -------------------------------------------------------------------------- */
#ifdef HAVE_SOXR
typedef struct
{
  soxr_t soxr;
  guint channels;
} Soxr;

static gpointer
soxr_open (gint recipe, guint channels)
{
  const soxr_io_spec_t io = soxr_io_spec (SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec ((gulong) recipe, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec (1);
  Soxr *s = g_new (Soxr, 1);

  s->channels = channels;
  s->soxr = soxr_create (
      RATE, RATE / FACTOR, channels, NULL, &io, &quality, &one_thread);
  return s;
}

static gsize
soxr_convert (gpointer self, const gfloat *in, gsize frames, gfloat *out)
{
  Soxr *s = self;
  gsize used, written, total = 0;

  do {
    soxr_process (s->soxr, in, frames, &used, out, ROOM, &written);
    in += used * s->channels;
    out += written * s->channels;
    frames -= used;
    total += written;
  } while (frames > 0);
  return total;
}

static void
soxr_close (gpointer self)
{
  Soxr *s = self;

  soxr_delete (s->soxr);
  g_free (s);
}
#endif

/* --- libsamplerate ------------------------------------------------------------------- */
#ifdef HAVE_SAMPLERATE
typedef struct
{
  SRC_STATE *src;
  guint channels;
} Samplerate;

static gpointer
samplerate_open (gint type, guint channels)
{
  Samplerate *s = g_new (Samplerate, 1);
  gint error;

  s->channels = channels;
  s->src = src_new (type, (gint) channels, &error);
  return s;
}

static gsize
samplerate_convert (gpointer self, const gfloat *in, gsize frames, gfloat *out)
{
  Samplerate *s = self;
  SRC_DATA d = {.src_ratio = 1.0 / FACTOR};
  gsize total = 0;

  do {
    d.data_in = in;
    d.data_out = out;
    d.input_frames = (glong) frames;
    d.output_frames = ROOM;
    src_process (s->src, &d);
    in += d.input_frames_used * s->channels;
    out += d.output_frames_gen * s->channels;
    frames -= d.input_frames_used;
    total += d.output_frames_gen;
  } while (frames > 0 && (d.input_frames_used > 0 || d.output_frames_gen > 0));
  return total;
}

static void
samplerate_close (gpointer self)
{
  Samplerate *s = self;

  src_delete (s->src);
  g_free (s);
}
#endif

/* Goals: against the recipe that is usually taken. */
static const Converter peers[] = {
#ifdef HAVE_SOXR
    {"soxr HQ", soxr_open, soxr_convert, soxr_close, SOXR_HQ, NULL, 4},
    {"soxr VHQ", soxr_open, soxr_convert, soxr_close, SOXR_VHQ, NULL, 0},
#endif
#ifdef HAVE_SAMPLERATE
    {"libsamplerate, medium", samplerate_open, samplerate_convert,
        samplerate_close, SRC_SINC_MEDIUM_QUALITY, NULL, 0},
    {"libsamplerate, best", samplerate_open, samplerate_convert,
        samplerate_close, SRC_SINC_BEST_QUALITY, NULL, 0},
#endif
    {NULL},
};

static Converter
own (EegDspIsa isa)
{
  return (Converter){"eeg_dsp_decimator", own_open, own_convert, own_close, isa,
      eeg_dsp_isa_name (isa), 0};
}

static Converter
own_double (EegDspIsa isa)
{
  return (Converter){"eeg_dsp_decimator, double sums", own_open_double,
      own_convert, own_close, isa, eeg_dsp_isa_name (isa), 0};
}

static Converter
own_high (EegDspIsa isa)
{
  return (Converter){"eeg_dsp_decimator, high, double sums", own_open_high,
      own_convert, own_close, isa, eeg_dsp_isa_name (isa), 0};
}

/* --- quality ---------------------------------------------------------------------- */
#define SINE_FRAMES (4 * RATE)          /* 4 s, */
#define LOOKED_AT   (2 * RATE / FACTOR) /* the last 2 s of which are looked at */

/* Amplitude of what comes out of a sine of @hz and amplitude 1: at @at Hz, or of
 * everything where @at is negative. */
static gdouble
pass_sine (const Converter *c, gdouble hz, gdouble at)
{
  static gfloat in[SINE_FRAMES], out[SINE_FRAMES / FACTOR + ROOM];
  gpointer self = c->open (c->kind, 1);
  gdouble re = 0, im = 0, power = 0;
  const gfloat *last;
  gsize n = 0;

  for (guint i = 0; i < SINE_FRAMES; i++)
    in[i] = (gfloat) sin (2 * G_PI * fmod (hz * i / RATE, 1));
  for (guint i = 0; i < SINE_FRAMES; i += 400)
    n += c->convert (self, in + i, 400, out + n);
  c->close (self);
  if (n < LOOKED_AT)
    return NAN;
  last = out + n - LOOKED_AT;
  for (guint i = 0; i < LOOKED_AT; i++) {
    re += last[i] * cos (2 * G_PI * at * i * FACTOR / RATE);
    im += last[i] * sin (2 * G_PI * at * i * FACTOR / RATE);
    power += (gdouble) last[i] * last[i];
  }
  return at < 0 ? sqrt (2 * power / LOOKED_AT) : 2 * hypot (re, im) / LOOKED_AT;
}

static void
measure_quality (const Converter *c, gboolean gated)
{
  gdouble low = G_MAXDOUBLE, high = 0, alias = 0, ripple, step;
  g_autofree gchar *key_ripple = g_strdup_printf ("%s ripple dB", c->name);
  g_autofree gchar *key_alias = g_strdup_printf ("%s alias dB", c->name);

  step = bench_is_quick () ? 20 : 4;
  for (gdouble f = step; f <= 100; f += step) {
    gdouble a = pass_sine (c, f, f);

    low = MIN (low, a);
    high = MAX (high, a);
  }
  for (gint k = 1; k <= FACTOR / 2; k++)
    for (gdouble d = -100; d <= 100; d += 5 * step)
      if (d != 0 && 250 * k + d < RATE / 2)
        alias = MAX (alias, pass_sine (c, 250 * k + d, -1));
  ripple = 20 * log10 (high / low);
  alias = 20 * log10 (alias);
  printf ("  %-36s ripple 0..100 Hz %.4f dB  worst alias %.0f dB\n", c->name,
      ripple, alias);
  bench_note ("decimate by 16, quality", key_ripple, ripple);
  bench_note ("decimate by 16, quality", key_alias, alias);
  if (gated) {
    bench_gate_at_most ("decimate by 16: ripple up to 0.4 of the new rate, dB",
        c->isa, ripple, 0.01);
    bench_gate_at_most (
        "decimate by 16: worst alias into it, dB", c->isa, alias, -100);
  }
}

/* --- cost ------------------------------------------------------------------------- */
typedef struct
{
  const Converter *converter;
  gpointer self;
  guint frames, calls;
} Work;

static void
work_run (gpointer data)
{
  Work *w = data;

  for (guint i = 0; i < w->calls; i++)
    w->converter->convert (w->self, perf_volts, w->frames, perf_result);
}

/* As many taps as the delay stands for, at every output frame. */
static void
decimate_naive (gpointer data)
{
  const Work *w = data;
  guint n_taps = 2 * (guint) eeg_dsp_decimator_delay_for (
                         FACTOR, EEG_DSP_QUALITY_STANDARD) +
                 1;

  for (guint f = 0; f < w->calls * w->frames / FACTOR; f++)
    for (guint c = 0; c < CHANNELS; c++) {
      gdouble sum = 0;

      for (guint k = 0; k < n_taps; k++)
        sum += 1e-3 * k * perf_volts[(f * FACTOR + k) * CHANNELS + c];
      perf_result[f * CHANNELS + c] = (gfloat) sum;
    }
}

static void
bench_decimate_shape (guint frames)
{
  g_autofree gchar *name =
      g_strdup_printf ("decimate by 16, %d x %u", CHANNELS, frames);
  Work naive = {NULL, NULL, frames, 3200 / frames};
  Converter ours[EEG_DSP_N_ISAS];
  const Converter others[] = {
      own_double (eeg_dsp_isa ()), own_high (eeg_dsp_isa ())};
  Work own_work[EEG_DSP_N_ISAS], other_work[G_N_ELEMENTS (others)],
      peer_work[G_N_ELEMENTS (peers)];
  guint of_peer[G_N_ELEMENTS (peers)], scipy = 0;
  BenchList l;

  bench_list_init (&l, name, "input sample", 3200.0 * CHANNELS, 15);
  bench_list_add (&l, g_strdup ("naive FIR at the output rate"), NULL,
      decimate_naive, &naive);
  for (guint i = 0; peers[i].name; i++) {
    peer_work[i] = naive;
    peer_work[i].converter = &peers[i];
    peer_work[i].self = peers[i].open (peers[i].kind, CHANNELS);
    of_peer[i] = bench_list_add (
        &l, g_strdup (peers[i].name), NULL, work_run, &peer_work[i]);
  }
  if (frames >= 400)
    scipy = perf_add_python (&l, "decimate", CHANNELS, frames, 1, naive.calls);
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
    guint v;

    own_work[isa] = naive;
    if (!eeg_dsp_isa_supported (isa) || isa == EEG_DSP_ISA_SSSE3)
      continue;
    ours[isa] = own (isa);
    own_work[isa].converter = &ours[isa];
    own_work[isa].self = own_open (isa, CHANNELS);
    v = bench_list_add (
        &l, g_strdup (ours[isa].name), ours[isa].isa, work_run, &own_work[isa]);
    if (isa < EEG_DSP_ISA_AVX2)
      continue;
    for (guint i = 0; peers[i].name; i++)
      bench_list_at_least (&l, v, of_peer[i], peers[i].goal);
    if (scipy)
      bench_list_at_least (&l, v, scipy, 30);
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    other_work[i] = naive;
    other_work[i].converter = &others[i];
    other_work[i].self = others[i].open (others[i].kind, CHANNELS);
    bench_list_add (
        &l, g_strdup (others[i].name), others[i].isa, work_run, &other_work[i]);
  }
  bench_list_measure (&l);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    own_close (other_work[i].self);
  for (gint isa = 0; isa < EEG_DSP_N_ISAS; isa++)
    own_close (own_work[isa].self);
  for (guint i = 0; peers[i].name; i++)
    peers[i].close (peer_work[i].self);
}

void
bench_decimate (void)
{
  Converter best = own (eeg_dsp_isa ()), doubles = own_double (eeg_dsp_isa ()),
            high = own_high (eeg_dsp_isa ());

  perf_prepare ();
#ifndef HAVE_SOXR
  bench_skip ("soxr", "built without it (package libsoxr-dev)");
#endif
#ifndef HAVE_SAMPLERATE
  bench_skip ("libsamplerate", "built without it (package libsamplerate0-dev)");
#endif
  bench_decimate_shape (16);
  bench_decimate_shape (400);
  printf ("decimate by 16, quality\n");
  measure_quality (&best, TRUE);
  measure_quality (&doubles, FALSE);
  measure_quality (&high, FALSE);
  for (guint i = 0; peers[i].name; i++)
    measure_quality (&peers[i], FALSE);
}
