/* EEG signal processing in pure C: from an old signal to a new one
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdsp-fade.h"

#define EEG_DEFINE_FADE(name, type)                                            \
  void name (const type *old, type *out, size_t frames, size_t channels,       \
      size_t done, size_t length)                                              \
  {                                                                            \
    size_t f, c;                                                               \
                                                                               \
    for (f = 0; f < frames; f++) {                                             \
      double w = ((double) (done + f) + 1.0) / ((double) length + 1.0);        \
                                                                               \
      for (c = 0; c < channels; c++, old++, out++)                             \
        *out = (type) (*old + w * ((double) *out - *old));                     \
    }                                                                          \
  }
EEG_DEFINE_FADE (eeg_dsp_fade_f32, float)
EEG_DEFINE_FADE (eeg_dsp_fade_f64, double)
