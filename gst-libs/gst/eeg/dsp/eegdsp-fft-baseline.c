/* EEG signal processing in pure C: Fourier kernel for baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES      2
#define EEG_FFT_KERNEL eeg_dsp_fft_baseline
#include "eegdsp-fft.inc"
