/* EEG signal processing in pure C: prepared factors (internal)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "eegdsp-kernel.h"
#include "eegdsp-matrix-kernel.h"
#include "eegdsp-scale.h"

struct _EegDspScale
{
  const EegDspKernels *kernels;
  const EegDspMatrixKernels *checks;
  EegDspIsa isa;
  size_t channels;
  /* The factors one after the other, repeated until whole vectors fit: a
   * multiple of the channels. */
  size_t period;
  double *wide;
  float *narrow;
  int single; /* narrow holds the very same numbers */
};
