/* EEG signal processing in pure C: Fourier kernel for avx512
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define EEG_LANES      4 /* eight would need twice the cache and gain nothing */
#define EEG_FFT_KERNEL eeg_dsp_fft_avx512
#include "eegdsp-fft.inc"
