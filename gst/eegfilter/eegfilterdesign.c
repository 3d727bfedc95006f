/* From the properties of eegfilter to sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegfilterdesign.h"

#include <gst/eeg/dsp/eegdsp-fir.h>
#include <gst/eeg/dsp/eegdsp-response.h>
#include <gst/eeg/eeg.h>
#include <math.h>
#include <string.h>

void
eeg_filter_params_copy (EegFilterParams *dest, const EegFilterParams *src)
{
  *dest = *src;
  dest->sos = g_strdup (src->sos);
  dest->fir = g_strdup (src->fir);
}

void
eeg_filter_params_clear (EegFilterParams *params)
{
  g_clear_pointer (&params->sos, g_free);
  g_clear_pointer (&params->fir, g_free);
}

/* The cascade takes values up to 1e30, and floats reach 3e38: so much may be
 * made of them, and a little more than the peak of the gain says. */
#define MAX_GAIN   1e7
#define MAX_WITHIN 1e100 /* from section to section there are doubles */

static void G_GNUC_PRINTF (4, 5)
    refuse (gchar *message, gsize size, gdouble rate, const gchar *format, ...)
{
  gsize n;
  va_list args;

  va_start (args, format);
  g_vsnprintf (message, size, format, args);
  va_end (args);
  n = strlen (message);
  g_snprintf (message + n, size - n, " (at %.9g samples per second)", rate);
}

/* One section from b0, b1, b2, a0, a1, a2. */
static gboolean
read_section (const gdouble *c, guint number, gdouble rate, EegDspSection *s,
    gchar *message, gsize size)
{
  *s = (EegDspSection){
      c[0] / c[3], c[1] / c[3], c[2] / c[3], c[4] / c[3], c[5] / c[3]};
  if (c[3] != 0 &&
      (!isfinite (s->b0) || !isfinite (s->b1) || !isfinite (s->b2) ||
          !isfinite (s->a1) || !isfinite (s->a2)))
    refuse (message, size, rate,
        "section %u of sos is too large once divided by its a0 of %g, expected "
        "numbers that a double holds, such as with an a0 of 1",
        number, c[3]);
  else if (c[3] == 0 || !(fabs (s->a2) < 1) || !(fabs (s->a1) < 1 + s->a2))
    refuse (message, size, rate,
        "section %u of sos is not stable (a0 %g, a1 %g, a2 %g), expected, "
        "after division by a0, |a2| < 1 and |a1| < 1 + a2",
        number, c[3], c[4], c[5]);
  else
    return TRUE;
  return FALSE;
}

/* The extra sections, scaled to a0 = 1: b0, b1, b2, a0, a1, a2 each, as SciPy
 * writes them. */
static gint
read_sections (const gchar *text, gdouble rate, EegDspSection *sections,
    gchar *message, gsize size)
{
  GError *error = NULL;
  gdouble *v;
  guint n, i;

  v = gst_eeg_parse_double_list (text, &n, &error);
  if (!v) {
    refuse (message, size, rate, "sos: %s", error->message);
    g_error_free (error);
    return -1;
  }
  if (n % 6 != 0 || n / 6 > EEG_FILTER_MAX_EXTRA) {
    refuse (message, size, rate,
        "sos has %u numbers, expected six a section (b0, b1, b2, a0, a1, a2) "
        "and at most %d sections",
        n, EEG_FILTER_MAX_EXTRA);
    g_free (v);
    return -1;
  }
  for (i = 0; i < n / 6; i++)
    if (!read_section (v + 6 * i, i + 1, rate, sections + i, message, size)) {
      g_free (v);
      return -1;
    }
  g_free (v);
  return n / 6;
}

static gboolean
read_taps (const gchar *text, gdouble rate, EegFilterDesign *design,
    gchar *message, gsize size)
{
  GError *error = NULL;

  design->taps = gst_eeg_parse_double_list (text, &design->n_taps, &error);
  if (!design->taps) {
    refuse (message, size, rate, "fir: %s", error->message);
    g_error_free (error);
    return FALSE;
  }
  if (design->n_taps <= EEG_DSP_FIR_MAX_TAPS)
    return TRUE;
  refuse (message, size, rate, "fir has %u taps, expected at most %d",
      design->n_taps, EEG_DSP_FIR_MAX_TAPS);
  return FALSE;
}

/* What the user gave can make infinities of finite values. */
static gboolean
check_gain (const EegFilterParams *p, gdouble rate,
    const EegFilterDesign *design, gchar *message, gsize size)
{
  gboolean sos = p->sos && p->sos[0], fir = design->n_taps > 0;
  gdouble within = 1, gain = 1, taps = 0;
  guint i;

  if (!sos && !fir)
    return TRUE;
  if (design->n_sections > 0)
    gain = eeg_dsp_peak_gain (design->sections, design->n_sections, &within);
  for (i = 0; i < design->n_taps; i++)
    taps += fabs (design->taps[i]);
  if (fir)
    gain *= taps;
  if (within <= MAX_WITHIN && gain <= MAX_GAIN * (1 + 1e-9))
    return TRUE;
  refuse (message, size, rate,
      "%s%s%s would amplify %g times, expected at most %g times: more takes "
      "samples out of the range of their numbers",
      sos ? "sos" : "", sos && fir ? " and fir together" : "",
      !sos ? "fir" : "", within > MAX_WITHIN ? within : gain,
      within > MAX_WITHIN ? MAX_WITHIN : MAX_GAIN);
  return FALSE;
}

static gint
design_sections (const EegFilterParams *p, gdouble rate,
    EegDspSection *sections, gchar *message, gsize size)
{
  EegDspSpec spec = {p->family, EEG_DSP_HIGHPASS, p->order, rate, p->highpass,
      0, p->ripple, p->stopband};
  gchar why[256];
  const gchar *name;
  gint n = 0, k;

  if (p->highpass > 0 && p->lowpass > 0 && p->highpass >= p->lowpass) {
    g_snprintf (message, size,
        "highpass %g Hz must lie below lowpass %g Hz, or nothing passes",
        p->highpass, p->lowpass);
    return -1;
  }
  name = "highpass";
  if (p->highpass != 0) {
    k = eeg_dsp_design (&spec, sections, why, sizeof why);
    if (k == 0)
      goto refused;
    n += k;
  }
  name = "lowpass";
  if (p->lowpass != 0) {
    spec.band = EEG_DSP_LOWPASS;
    spec.f1 = p->lowpass;
    k = eeg_dsp_design (&spec, sections + n, why, sizeof why);
    if (k == 0)
      goto refused;
    n += k;
  }
  name = "notch";
  if (p->notch != 0) {
    gint i;

    /* Every notch is as wide in Hz as the first; those above the stream's
     * range have nothing to remove. */
    for (i = 1; i <= 1 + p->notch_harmonics; i++) {
      if (i > 1 && i * p->notch >= rate / 2)
        break;
      k = eeg_dsp_design_notch (
          rate, i * p->notch, i * p->notch_q, sections + n, why, sizeof why);
      if (k == 0)
        goto refused;
      n += k;
    }
  }
  if (p->sos && p->sos[0]) {
    k = read_sections (p->sos, rate, sections + n, message, size);
    if (k < 0)
      return -1;
    n += k;
  }
  return n;

refused:
  g_snprintf (message, size, "%s: %s", name, why);
  return -1;
}

void
eeg_filter_design_clear (EegFilterDesign *design)
{
  g_clear_pointer (&design->taps, g_free);
  design->n_taps = 0;
  design->n_sections = 0;
}

gboolean
eeg_filter_design (const EegFilterParams *params, gdouble rate,
    EegFilterDesign *design, gchar *message, gsize size)
{
  gint n = design_sections (params, rate, design->sections, message, size);

  design->taps = NULL;
  design->n_taps = 0;
  design->n_sections = MAX (n, 0);
  if (n < 0)
    return FALSE;
  if ((!params->fir || !params->fir[0] ||
          read_taps (params->fir, rate, design, message, size)) &&
      check_gain (params, rate, design, message, size))
    return TRUE;
  eeg_filter_design_clear (design);
  return FALSE;
}

gboolean
eeg_filter_design_equal (const EegFilterDesign *a, const EegFilterDesign *b)
{
  return a->n_sections == b->n_sections && a->n_taps == b->n_taps &&
         memcmp (a->sections, b->sections,
             a->n_sections * sizeof *a->sections) == 0 &&
         (a->n_taps == 0 ||
             memcmp (a->taps, b->taps, a->n_taps * sizeof *a->taps) == 0);
}

gint
eeg_filter_design_common (const EegFilterDesign *a, const EegFilterDesign *b)
{
  gint n = 0;

  while (n < a->n_sections && n < b->n_sections &&
         memcmp (&a->sections[n], &b->sections[n], sizeof *a->sections) == 0)
    n++;
  return n;
}

void
eeg_filter_design_response (const EegFilterDesign *design, gdouble rate,
    gdouble frequency, gdouble *re, gdouble *im)
{
  eeg_dsp_response (
      design->sections, design->n_sections, rate, frequency, re, im);
  if (design->n_taps > 0) {
    gdouble x = *re, y = *im, u, v;

    eeg_dsp_fir_response (
        design->taps, design->n_taps, rate, frequency, &u, &v);
    *re = x * u - y * v;
    *im = x * v + y * u;
  }
}

gboolean
eeg_filter_design_group_delay (const EegFilterDesign *design, gdouble rate,
    gdouble frequency, gdouble *seconds)
{
  gdouble fir = 0;

  if (!eeg_dsp_group_delay (
          design->sections, design->n_sections, rate, frequency, seconds) ||
      (design->n_taps > 0 && !eeg_dsp_fir_group_delay (design->taps,
                                 design->n_taps, rate, frequency, &fir)))
    return FALSE;
  *seconds += fir;
  return TRUE;
}

gdouble
eeg_filter_design_settling (
    const EegFilterDesign *design, gdouble rate, gint first)
{
  gdouble fir = design->n_taps > 1 ? (design->n_taps - 1) / rate : 0;

  return eeg_dsp_settling (
             design->sections + first, design->n_sections - first, rate, 0.01) +
         fir;
}
