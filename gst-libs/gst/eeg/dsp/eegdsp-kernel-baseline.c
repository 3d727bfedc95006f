/* EEG signal processing in pure C: kernels for baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES  2
#define EEG_KERNEL eeg_dsp_kernel_baseline
#define EEG_FIR    eeg_dsp_fir_baseline
#include "eegdsp-kernel.inc"
