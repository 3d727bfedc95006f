/* ADS1299 chip library: data frames
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-frame.h"

#include <string.h>

/* One frame at a time: a SIMD kernel (eeg_dsp_unpack24) gains on many frames
 * at once, but on a single one its dispatch costs what it saves. */
uint32_t
ads1299_frame_decode (const uint8_t *frame, unsigned channels, int32_t *codes)
{
  const uint8_t *p = frame + 2;
  unsigned c;

  /* Four bytes at once, of which the first one belongs to what comes before
   * (the status at first): it is shifted out, and the shift back extends the
   * sign. */
  for (c = 0; c < channels; c++, p += 3) {
    uint32_t v;

    memcpy (&v, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap32 (v);
#endif
    codes[c] = (int32_t) (v << 8) >> 8;
  }
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
