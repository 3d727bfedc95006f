/* ADS1299 chip library: registers in words
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of all registers as data (datasheet 9.6.1), for error messages,
 * certificates and people.
 */
#pragma once

#include "ads1299-regs.h"

/* Bits @shift + @width - 1 .. @shift of registers @first .. @last. @values:
 * what 0, 1, ... mean, or NULL where the number says it. */
typedef struct
{
  uint8_t first, last, shift, width;
  const char *name;
  const char *const *values;
} Ads1299Field;

extern const Ads1299Field ads1299_fields[];
extern const unsigned ads1299_n_fields;

/* "CONFIG1 (0x01) = 0x96: DR 250 SPS, CLK_EN off, ..." for a part with
 * @channels channels; bits of missing channels are left out. Returns as
 * snprintf() does; an unknown register is only a number. */
int ads1299_describe (
    unsigned reg, uint8_t value, unsigned channels, char *text, size_t size);
