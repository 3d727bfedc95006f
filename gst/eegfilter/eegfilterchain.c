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
};

EegFilterChain *
eeg_filter_chain_new (const EegFilterDesign *design, gint channels)
{
  EegFilterChain *chain = g_new0 (EegFilterChain, 1);

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

guint64
eeg_filter_chain_run (EegFilterChain *chain, gboolean f32, gconstpointer in,
    gpointer out, gsize n_frames)
{
  guint64 bad;

  if (f32) {
    bad = eeg_dsp_cascade_process_f32 (chain->cascade, in, out, n_frames);
    if (chain->fir)
      eeg_dsp_fir_process_f32 (chain->fir, out, out, n_frames);
  } else {
    bad = eeg_dsp_cascade_process_f64 (chain->cascade, in, out, n_frames);
    if (chain->fir)
      eeg_dsp_fir_process_f64 (chain->fir, out, out, n_frames);
  }
  return bad;
}

void
eeg_filter_chain_report_replaced (
    EegFilterChain *chain, EegDspReplacedFunc func, gpointer data)
{
  eeg_dsp_cascade_report_replaced (chain->cascade, func, data);
}
