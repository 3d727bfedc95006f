/* EEG signal processing in pure C: cascade of second-order sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Block by block, the kernel of the chosen instruction set runs over tiles of
 * channels, from the input straight to the output. A tile with a value that is
 * not good, or with a channel that has not started yet, is repaired and run in a
 * scratch area first.
 *
 * Sections are brought to b0 = 1, and what that divides by becomes one factor of
 * the input: a product less a section, and where zeros stand on the unit circle,
 * as those of all families but raw sections do, b2 = 1 saves another one.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdlib.h>
#include <string.h>

#include "eegdsp-cpu.h"

struct _EegDspCascade
{
  size_t channels, padded;
  int n_sections;
  EegDspStart start;
  const EegDspKernels *kernels;
  size_t unarmed; /* channels that have not seen a good value yet */
  int n_passes;
  EegDspPass passes[EEG_DSP_CASCADE_MAX_SECTIONS / EEG_DSP_PASS_MAX];
  double zi[2 * EEG_DSP_CASCADE_MAX_SECTIONS];
  double *coefs; /* of all passes */
  double *state; /* [section][2][padded], in the order of the passes */
  double *block; /* [EEG_DSP_BLOCK][EEG_DSP_PAD], for repairs */
  double *last;  /* last good value a channel */
  unsigned char *armed;
  EegDspReplaced replaced;
  /* of what was inherited */
  EegDspSection sections[EEG_DSP_CASCADE_MAX_SECTIONS]; /* as they were given */
  double scale[EEG_DSP_CASCADE_MAX_SECTIONS]; /* state of ours for their 1 */
  double behind[2 * EEG_DSP_CASCADE_MAX_SECTIONS]; /* as zi, for those behind */
  int kept;            /* leading sections that go on */
  unsigned char *warm; /* channels that do */
};

static void *
alloc_doubles (size_t n)
{
  size_t size = (n * sizeof (double) + 63) / 64 * 64;
  void *p = aligned_alloc (64, size ? size : 64);

  if (p)
    memset (p, 0, size ? size : 64);
  return p;
}

/* Beyond this, a section stays as it is: its zeros are so far away that dividing
 * by b0 could make large values of small ones. */
#define FAR_ZEROS 1e8
#define MAX_GAIN  1e100

/* Divides each section by its b0 where all can be; their product goes to @gain. */
static EegDspForm
bring_to_unit (EegDspSection *s, int n, double *gain)
{
  EegDspForm form = EEG_DSP_FORM_SYMMETRIC;
  double product = 1;
  int i;

  *gain = 1;
  for (i = 0; i < n; i++) {
    double far = FAR_ZEROS * __builtin_fabs (s[i].b0);

    product *= s[i].b0;
    if (!(far > 0 && __builtin_fabs (s[i].b1) <= far &&
            __builtin_fabs (s[i].b2) <= far &&
            __builtin_fabs (product) <= MAX_GAIN &&
            __builtin_fabs (product) >= 1 / MAX_GAIN))
      return EEG_DSP_FORM_ANY;
  }
  for (i = 0; i < n; i++) {
    s[i].b1 /= s[i].b0;
    s[i].b2 /= s[i].b0;
    s[i].b0 = 1;
    if (s[i].b2 != 1)
      form = EEG_DSP_FORM_UNIT;
  }
  *gain = product;
  return form;
}

/* State that a constant input of 1 leads to; sections see what the ones before
 * let pass, which is returned. */
static double
find_steady (double *zi, const EegDspSection *s, int n, double x)
{
  int i;

  for (i = 0; i < n; i++, s++) {
    double y = x * (s->b0 + s->b1 + s->b2) / (1 + s->a1 + s->a2);
    zi[2 * i + 1] = s->b2 * x - s->a2 * y;
    zi[2 * i] = s->b1 * x - s->a1 * y + zi[2 * i + 1];
    x = y;
  }
  return x;
}

static void
splat (double **at, double value, size_t lanes)
{
  while (lanes-- > 0)
    *(*at)++ = value;
}

static void
make_passes (EegDspCascade *c, const EegDspSection *sections)
{
  const size_t lanes = c->kernels->lanes;
  double *k = c->coefs, x = 1, gain, product;
  int first, i;

  for (first = 0; first == 0 || first < c->n_sections;
       first += EEG_DSP_PASS_MAX) {
    EegDspSection s[EEG_DSP_PASS_MAX];
    EegDspPass *pass = &c->passes[c->n_passes++];
    int n = c->n_sections - first;

    if (n > EEG_DSP_PASS_MAX)
      n = EEG_DSP_PASS_MAX;
    if (n > 0)
      memcpy (s, sections + first, n * sizeof *s);
    pass->form = bring_to_unit (s, n, &gain);
    pass->n_sections = n;
    pass->coefs = k;
    pass->state = c->state + 2 * first * c->padded;
    x = find_steady (c->zi + 2 * first, s, n, gain * x);
    /* What passes between is gain times as large, but lacks the b0 so far. */
    for (i = 0, product = 1; i < n; i++) {
      if (pass->form != EEG_DSP_FORM_ANY)
        product *= sections[first + i].b0;
      c->scale[first + i] = gain / product;
    }
    splat (&k, gain, lanes);
    for (i = 0; i < n; i++) {
      splat (&k, s[i].b0, lanes);
      splat (&k, s[i].b1, lanes);
      splat (&k, s[i].b2, lanes);
      splat (&k, -s[i].a1, lanes);
      splat (&k, -s[i].a2, lanes);
    }
  }
}

EegDspCascade *
eeg_dsp_cascade_new_for_isa (
    const EegDspSection *sections, int n_sections, int channels, EegDspIsa isa)
{
  EegDspCascade *c;
  size_t n_coefs;

  if (channels < 1 || n_sections < 0 ||
      n_sections > EEG_DSP_CASCADE_MAX_SECTIONS)
    return NULL;
  c = calloc (1, sizeof *c);
  if (!c)
    return NULL;
  c->channels = channels;
  c->padded = (c->channels + EEG_DSP_PAD - 1) / EEG_DSP_PAD * EEG_DSP_PAD;
  c->n_sections = n_sections;
  c->kernels = eeg_dsp_kernels_for (isa);
  n_coefs = EEG_DSP_COEFS * n_sections +
            EEG_DSP_GAIN * sizeof c->passes / sizeof c->passes[0];
  c->coefs = alloc_doubles (n_coefs * c->kernels->lanes);
  c->state = alloc_doubles (2 * c->padded * n_sections);
  c->block = alloc_doubles (EEG_DSP_BLOCK * EEG_DSP_PAD);
  c->last = alloc_doubles (c->padded);
  c->armed = calloc (c->padded, 1);
  c->warm = calloc (c->padded, 1);
  if (!eeg_dsp_replaced_init (&c->replaced, c->channels) || !c->coefs ||
      !c->state || !c->block || !c->last || !c->armed || !c->warm) {
    eeg_dsp_cascade_free (c);
    return NULL;
  }
  if (n_sections > 0)
    memcpy (c->sections, sections, n_sections * sizeof *sections);
  make_passes (c, sections);
  eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
  return c;
}

EegDspCascade *
eeg_dsp_cascade_new (
    const EegDspSection *sections, int n_sections, int channels)
{
  return eeg_dsp_cascade_new_for_isa (
      sections, n_sections, channels, eeg_dsp_isa ());
}

void
eeg_dsp_cascade_free (EegDspCascade *c)
{
  if (!c)
    return;
  free (c->coefs);
  free (c->state);
  free (c->block);
  free (c->last);
  free (c->armed);
  eeg_dsp_replaced_clear (&c->replaced);
  free (c->warm);
  free (c);
}

void
eeg_dsp_cascade_reset (EegDspCascade *c, EegDspStart start)
{
  c->start = start;
  c->unarmed = c->channels;
  memset (c->state, 0, 2 * c->padded * c->n_sections * sizeof (double));
  memset (c->block, 0, EEG_DSP_BLOCK * EEG_DSP_PAD * sizeof (double));
  memset (c->last, 0, c->padded * sizeof (double));
  memset (c->armed, 0, c->padded);
  memset (c->warm, 0, c->padded);
  c->kept = 0;
}

/* The first state of a channel in a pass; the next is a vector further. */
static double *
state_of (const EegDspCascade *c, const EegDspPass *pass, size_t channel)
{
  const size_t lanes = c->kernels->lanes;

  return pass->state + channel / lanes * lanes * 2 * pass->n_sections +
         channel % lanes;
}

static double *
state_in_section (const EegDspCascade *c, int section, size_t channel)
{
  return state_of (c, &c->passes[section / EEG_DSP_PASS_MAX], channel) +
         section % EEG_DSP_PASS_MAX * 2 * c->kernels->lanes;
}

void
eeg_dsp_cascade_inherit (EegDspCascade *c, const EegDspCascade *from, int n)
{
  size_t channel;
  int i;

  if (n > c->n_sections)
    n = c->n_sections;
  if (n > from->n_sections)
    n = from->n_sections;
  if (n < 0 || c->channels != from->channels)
    n = 0;
  eeg_dsp_cascade_reset (c, EEG_DSP_START_STEADY);
  if (n == 0)
    return;
  c->kept = n;
  find_steady (c->behind + 2 * n, c->sections + n, c->n_sections - n, 1);
  for (i = 2 * n; i < 2 * c->n_sections; i++)
    c->behind[i] *= c->scale[i / 2];
  for (channel = 0; channel < c->channels; channel++) {
    /* of one that has not started yet there is nothing to inherit */
    if (!from->armed[channel])
      continue;
    c->warm[channel] = 1;
    c->last[channel] = from->last[channel];
    for (i = 0; i < n; i++) {
      const double *source = state_in_section (from, i, channel);
      double *at = state_in_section (c, i, channel);
      const double ratio = c->scale[i] / from->scale[i];

      at[0] = ratio * source[0];
      at[c->kernels->lanes] = ratio * source[from->kernels->lanes];
    }
  }
}

/* Sections behind those that go on start as if what these give for @x had been
 * there for ever. */
static void
arm_behind (EegDspCascade *c, size_t channel, double x)
{
  int i;

  for (i = 0; i < c->kept; i++)
    x = c->sections[i].b0 * x + *state_in_section (c, i, channel) / c->scale[i];
  for (; i < c->n_sections; i++) {
    double *at = state_in_section (c, i, channel);

    at[0] = c->behind[2 * i] * x;
    at[c->kernels->lanes] = c->behind[2 * i + 1] * x;
  }
}

/* Prepares the state of a channel for its first good value. */
static void
arm (EegDspCascade *c, size_t channel, double x)
{
  const double *zi = c->zi;
  int i, k;

  if (c->warm[channel])
    arm_behind (c, channel, x);
  for (i = 0; i < c->n_passes && !c->warm[channel]; i++) {
    double *at = state_of (c, &c->passes[i], channel);

    for (k = 0; k < 2 * c->passes[i].n_sections; k++)
      at[k * c->kernels->lanes] =
          c->start == EEG_DSP_START_STEADY ? *zi++ * x : 0;
  }
  c->armed[channel] = 1;
  c->unarmed--;
}

void
eeg_dsp_cascade_report_replaced (
    EegDspCascade *c, EegDspReplacedFunc func, void *data)
{
  c->replaced.func = func;
  c->replaced.data = data;
}

/* The repaired block: its values are good now. */
static void
run_block (EegDspCascade *c, size_t first, size_t width, size_t frames)
{
  int i;

  for (i = 0; i < c->n_passes; i++) {
    EegDspPass pass = c->passes[i];

    pass.state = state_of (c, &pass, first);
    c->kernels->sections_f64 (
        &pass, c->block, c->block, EEG_DSP_PAD, frames, 0, width, NULL);
  }
}

#define EEG_TYPE    float
#define EEG_NAME(n) n##_f32
#include "eegdsp-cascade.inc"
#undef EEG_TYPE
#undef EEG_NAME
#define EEG_TYPE    double
#define EEG_NAME(n) n##_f64
#include "eegdsp-cascade.inc"
