/* EEG signal processing in pure C: kernels of mixes for avx2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES   4
#define EEG_KERNELS eeg_dsp_matrix_kernels_avx2
#include "eegdsp-matrix-kernel.inc"
