/* EEG signal processing in pure C: analog prototypes (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <complex.h>

#include "eegdsp-design.h"

#define EEG_DSP_MAX_ROOTS (2 * EEG_DSP_MAX_ORDER + 2)

/* Long double keeps the rounding of the many steps of a design below that of
 * the double results wherever the machine has it. */
typedef long double complex EegRoot;

typedef struct
{
  int nz, np;
  EegRoot z[EEG_DSP_MAX_ROOTS], p[EEG_DSP_MAX_ROOTS];
  long double k;
} EegZpk;

/* The low-pass prototype with corner 1 rad/s. Arguments are checked. */
void eeg_dsp_prototype (const EegDspSpec *spec, EegZpk *out);
