/* EEG signal processing in pure C: kernels for baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES   2
#define EEG_KERNELS eeg_dsp_kernels_baseline
#include "eegdsp-kernel.inc"
