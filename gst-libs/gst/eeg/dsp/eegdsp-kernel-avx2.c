/* EEG signal processing in pure C: kernels for avx2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES  4
#define EEG_KERNEL eeg_dsp_kernel_avx2
#define EEG_FIR    eeg_dsp_fir_avx2
#include "eegdsp-kernel.inc"
