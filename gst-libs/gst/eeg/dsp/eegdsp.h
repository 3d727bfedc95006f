/* EEG signal processing in pure C: umbrella header
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#ifndef EEG_DSP_API
#if defined(__GNUC__)
#define EEG_DSP_API __attribute__ ((visibility ("default"))) extern
#else
#define EEG_DSP_API extern
#endif
#endif

EEG_DSP_API const char *eeg_dsp_version (void);
