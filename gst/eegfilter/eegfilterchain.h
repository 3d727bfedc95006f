/* What eegfilter runs: a cascade of sections and a FIR after it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/dsp/eegdsp-cascade.h>
#include <gst/eeg/dsp/eegdsp-fir.h>

#include "eegfilterdesign.h"

G_BEGIN_DECLS

typedef struct _EegFilterChain EegFilterChain;

/* NULL when out of memory. Streaming thread only, as all of these. */
EegFilterChain *eeg_filter_chain_new (
    const EegFilterDesign *design, gint channels);
void eeg_filter_chain_free (EegFilterChain *chain);
void eeg_filter_chain_reset (EegFilterChain *chain, EegDspStart start);

/* As a reset to the steady state, but the first @n_sections go on from where
 * those of @from are. */
void eeg_filter_chain_inherit (
    EegFilterChain *chain, const EegFilterChain *from, gint n_sections);

/* Returns how many values were replaced, @f32 says of which type they are. */
guint64 eeg_filter_chain_run (EegFilterChain *chain, gboolean f32,
    gconstpointer in, gpointer out, gsize n_frames);
/* Whom the run tells which values of the input it replaced; NULL: nobody. */
void eeg_filter_chain_report_replaced (
    EegFilterChain *chain, EegDspReplacedFunc func, gpointer data);

G_END_DECLS
