/* What eegfilter runs: a cascade of sections and a FIR after it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegfilterchain.h"

struct _EegFilterChain
{
  EegDspCascade *cascade; /* also repairs what is not finite */
  EegDspFirFilter *fir;   /* or NULL */
  gint channels;
  gboolean both; /* there are sections and a FIR */
  gdouble *wide; /* floats stay doubles from the one to the other */
  gsize size;    /* of wide, in values */
};

EegFilterChain *
eeg_filter_chain_new (const EegFilterDesign *design, gint channels)
{
  EegFilterChain *chain = g_new0 (EegFilterChain, 1);

  chain->channels = channels;
  chain->both = design->n_sections > 0 && design->n_taps > 0;
  chain->cascade =
      eeg_dsp_cascade_new (design->sections, design->n_sections, channels);
  if (design->n_taps > 0)
    chain->fir = eeg_dsp_fir_new (design->taps, design->n_taps, channels);
  if (!chain->cascade || (design->n_taps > 0 && !chain->fir)) {
    eeg_filter_chain_free (chain);
    return NULL;
  }
  return chain;
}

void
eeg_filter_chain_free (EegFilterChain *chain)
{
  if (!chain)
    return;
  eeg_dsp_cascade_free (chain->cascade);
  eeg_dsp_fir_free (chain->fir);
  g_free (chain->wide);
  g_free (chain);
}

void
eeg_filter_chain_reset (EegFilterChain *chain, EegDspStart start)
{
  eeg_dsp_cascade_reset (chain->cascade, start);
  if (chain->fir)
    eeg_dsp_fir_reset (chain->fir, start);
}

void
eeg_filter_chain_inherit (
    EegFilterChain *chain, const EegFilterChain *from, gint n_sections)
{
  eeg_dsp_cascade_inherit (chain->cascade, from->cascade, n_sections);
  if (chain->fir)
    eeg_dsp_fir_reset (chain->fir, EEG_DSP_START_STEADY);
}

/* The rounding between would be amplified where the FIR takes differences. */
static guint64
run_wide (EegFilterChain *chain, const gfloat *in, gfloat *out, gsize n_frames)
{
  const gsize n = n_frames * chain->channels;
  gdouble *wide;
  guint64 bad;
  gsize i;

  /* grows to the largest buffer */
  if (n > chain->size) {
    g_free (chain->wide);
    chain->wide = g_new (gdouble, n);
    chain->size = n;
  }
  wide = chain->wide;
  for (i = 0; i < n; i++)
    wide[i] = (gdouble) in[i];
  bad = eeg_dsp_cascade_process_f64 (chain->cascade, wide, wide, n_frames);
  bad += eeg_dsp_fir_process_f64 (chain->fir, wide, wide, n_frames);
  for (i = 0; i < n; i++)
    out[i] = (gfloat) wide[i];
  return bad;
}

guint64
eeg_filter_chain_run (EegFilterChain *chain, gboolean f32, gconstpointer in,
    gpointer out, gsize n_frames)
{
  guint64 bad;

  if (f32 && chain->both) {
    bad = run_wide (chain, in, out, n_frames);
  } else if (f32) {
    bad = eeg_dsp_cascade_process_f32 (chain->cascade, in, out, n_frames);
    if (chain->fir)
      bad += eeg_dsp_fir_process_f32 (chain->fir, out, out, n_frames);
  } else {
    bad = eeg_dsp_cascade_process_f64 (chain->cascade, in, out, n_frames);
    if (chain->fir)
      bad += eeg_dsp_fir_process_f64 (chain->fir, out, out, n_frames);
  }
  return bad;
}

void
eeg_filter_chain_report_replaced (
    EegFilterChain *chain, EegDspReplacedFunc func, gpointer data)
{
  eeg_dsp_cascade_report_replaced (chain->cascade, func, data);
}
