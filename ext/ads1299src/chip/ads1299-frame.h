/* ADS1299 chip library: data frames
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ads1299-regs.h"

/* The 24 status bits, right aligned: 1100 | STATP[8] | STATN[8] | GPIO[4]. */
#define ADS1299_STATUS_OK(w)    (((w) &0xf00000u) == 0xc00000u)
#define ADS1299_STATUS_STATP(w) (((w) >> 12) & 0xffu)
#define ADS1299_STATUS_STATN(w) (((w) >> 4) & 0xffu)
#define ADS1299_STATUS_GPIO(w)  ((w) &0x0fu)

/* Splits one frame of @channels channels (3 + 3 * channels bytes) into codes,
 * sign extended to 32 bits. Returns the status word; the caller checks it. */
uint32_t ads1299_frame_decode (
    const uint8_t *frame, unsigned channels, int32_t *codes);

/* The reverse, for the simulated chip and for writing recordings. Codes beyond
 * 24 bits are clipped to the rails. */
void ads1299_frame_encode (
    uint8_t *frame, unsigned channels, uint32_t status, const int32_t *codes);
