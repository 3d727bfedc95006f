/* EEG signal processing in pure C: whether doubles can hold a design (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-prototype.h"

/* Finite and stable, with so much room that rounding stays below a thousandth. */
int eeg_dsp_sections_usable (const EegDspSection *sections, int n);

/* Whether the gain at @frequency Hz is the @wanted one within a thousandth. */
int eeg_dsp_gain_is (const EegDspSection *sections, int n, double rate,
    double frequency, double wanted);

/* Whether @sections do what @analog does, the filter of @spec before the
 * bilinear transform. */
int eeg_dsp_design_holds (const EegDspSpec *spec, const EegZpk *analog,
    const EegDspSection *sections, int n);

/* The frequency nearest to @from, which is impossible, that is possible on the
 * way to @to; 0: not even that. */
double eeg_dsp_nearest_possible (
    double from, double to, int (*possible) (void *data, double f), void *data);
