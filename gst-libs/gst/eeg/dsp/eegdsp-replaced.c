/* EEG signal processing in pure C: values that nothing can be computed with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <stdlib.h>

#include "eegdsp-replaced.h"

int
eeg_dsp_replaced_init (EegDspReplaced *r, size_t channels)
{
  r->channels = channels;
  r->func = NULL;
  r->data = NULL;
  r->first = calloc (2 * channels, sizeof *r->first);
  r->end = r->first ? r->first + channels : NULL;
  return r->first != NULL;
}

void
eeg_dsp_replaced_clear (EegDspReplaced *r)
{
  free (r->first);
  r->first = r->end = NULL;
}

static void
give (EegDspReplaced *r, size_t channel)
{
  if (r->func && r->end[channel] > 0)
    r->func (r->data, r->first[channel], r->end[channel] - r->first[channel],
        channel);
  r->end[channel] = 0;
}

int
eeg_dsp_replaced_note (EegDspReplaced *r, size_t frame, size_t channel)
{
  if (r->end[channel] > frame)
    return 0;
  if (r->end[channel] != frame || frame == 0) {
    give (r, channel);
    r->first[channel] = frame;
  }
  r->end[channel] = frame + 1;
  return 1;
}

void
eeg_dsp_replaced_flush (EegDspReplaced *r)
{
  size_t c;

  for (c = 0; c < r->channels; c++)
    give (r, c);
}

#define DEFINE_FIND(type, suffix)                                              \
  uint64_t eeg_dsp_find_unusable_##suffix (const type *x, size_t frames,       \
      size_t channels, EegDspReplacedFunc func, void *data)                    \
  {                                                                            \
    uint64_t found = 0;                                                        \
    size_t c, f, first;                                                        \
                                                                               \
    for (c = 0; c < channels; c++)                                             \
      for (f = 0; f < frames; f++) {                                           \
        first = f;                                                             \
        while (                                                                \
            f < frames && !eeg_dsp_is_usable ((double) x[f * channels + c]))   \
          f++;                                                                 \
        if (f > first) {                                                       \
          func (data, first, f - first, c);                                    \
          found += f - first;                                                  \
        }                                                                      \
      }                                                                        \
    return found;                                                              \
  }
DEFINE_FIND (float, f32)
DEFINE_FIND (double, f64)

#define DEFINE_HOLD(type, suffix)                                              \
  uint64_t eeg_dsp_hold_unusable_##suffix (type *x, size_t frames,             \
      size_t channels, type *last, EegDspReplacedFunc func, void *data)        \
  {                                                                            \
    uint64_t found =                                                           \
        eeg_dsp_find_unusable_##suffix (x, frames, channels, func, data);      \
    size_t c, f;                                                               \
                                                                               \
    for (c = 0; c < channels; c++)                                             \
      for (f = 0; f < frames; f++) {                                           \
        type *value = x + f * channels + c;                                    \
                                                                               \
        if (!eeg_dsp_is_usable ((double) *value))                              \
          *value = last[c];                                                    \
        last[c] = *value;                                                      \
      }                                                                        \
    return found;                                                              \
  }
DEFINE_HOLD (float, f32)
DEFINE_HOLD (double, f64)
