/* From the properties of eegfilter to sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegfilterdesign.h"

gint
eeg_filter_design (const EegFilterParams *p, gdouble rate,
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
    k = eeg_dsp_design_notch (
        rate, p->notch, p->notch_q, sections + n, why, sizeof why);
    if (k == 0)
      goto refused;
    n += k;
  }
  return n;

refused:
  g_snprintf (message, size, "%s: %s", name, why);
  return -1;
}
