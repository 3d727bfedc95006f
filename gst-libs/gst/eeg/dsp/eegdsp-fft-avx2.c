/* EEG signal processing in pure C: Fourier kernel for avx2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES      4
#define EEG_FFT_KERNEL eeg_dsp_fft_avx2
#include "eegdsp-fft.inc"
