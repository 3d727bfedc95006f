/* EEG signal processing in pure C: kernels of mixes for avx512
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES   8
#define EEG_KERNELS eeg_dsp_matrix_kernels_avx512
#include "eegdsp-matrix-kernel.inc"
