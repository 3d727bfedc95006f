/* EEG signal processing in pure C: kernels of mixes for baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES   2
#define EEG_KERNELS eeg_dsp_matrix_kernels_baseline
#include "eegdsp-matrix-kernel.inc"
