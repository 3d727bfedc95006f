/* ADS1299 chip library: data frames
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-frame.h"

uint32_t
ads1299_frame_decode (const uint8_t *frame, unsigned channels, int32_t *codes)
{
  const uint8_t *p = frame + 3;
  unsigned c;

  /* The byte goes to the top first, so the shift back extends the sign. */
  for (c = 0; c < channels; c++, p += 3)
    codes[c] = (int32_t) ((uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 |
                          (uint32_t) p[2] << 8) >>
               8;
  return (uint32_t) frame[0] << 16 | (uint32_t) frame[1] << 8 | frame[2];
}

void
ads1299_frame_encode (
    uint8_t *frame, unsigned channels, uint32_t status, const int32_t *codes)
{
  uint8_t *p = frame + 3;
  unsigned c;

  frame[0] = (uint8_t) (status >> 16);
  frame[1] = (uint8_t) (status >> 8);
  frame[2] = (uint8_t) status;
  for (c = 0; c < channels; c++, p += 3) {
    int32_t v = codes[c];

    if (v > ADS1299_CODE_MAX)
      v = ADS1299_CODE_MAX;
    if (v < ADS1299_CODE_MIN)
      v = ADS1299_CODE_MIN;
    p[0] = (uint8_t) ((uint32_t) v >> 16);
    p[1] = (uint8_t) ((uint32_t) v >> 8);
    p[2] = (uint8_t) v;
  }
}
