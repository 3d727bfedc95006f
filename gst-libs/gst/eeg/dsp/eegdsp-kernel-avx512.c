/* EEG signal processing in pure C: kernels for avx512
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES  8
#define EEG_KERNEL eeg_dsp_kernel_avx512
#define EEG_FIR    eeg_dsp_fir_avx512
#include "eegdsp-kernel.inc"
