/* ADS1299 chip library: registers, fields and commands as data
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-regs.h"

/* name, reset, writable, must-write mask, must-write value, volatile */
const Ads1299RegInfo ads1299_regs[ADS1299_N_REGS] = {
    {"ID", 0x3e, 0x00, 0x00, 0x00, 0xe0},
    {"CONFIG1", 0x96, 0xff, 0x98, 0x90, 0x00},
    {"CONFIG2", 0xc0, 0xff, 0xe8, 0xc0, 0x00},
    {"CONFIG3", 0x60, 0xfe, 0x60, 0x60, 0x01},
    {"LOFF", 0x00, 0xff, 0x10, 0x00, 0x00},
    {"CH1SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH2SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH3SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH4SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH5SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH6SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH7SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"CH8SET", 0x61, 0xff, 0x00, 0x00, 0x00},
    {"BIAS_SENSP", 0x00, 0xff, 0x00, 0x00, 0x00},
    {"BIAS_SENSN", 0x00, 0xff, 0x00, 0x00, 0x00},
    {"LOFF_SENSP", 0x00, 0xff, 0x00, 0x00, 0x00},
    {"LOFF_SENSN", 0x00, 0xff, 0x00, 0x00, 0x00},
    {"LOFF_FLIP", 0x00, 0xff, 0x00, 0x00, 0x00},
    {"LOFF_STATP", 0x00, 0x00, 0x00, 0x00, 0xff},
    {"LOFF_STATN", 0x00, 0x00, 0x00, 0x00, 0xff},
    {"GPIO", 0x0f, 0xff, 0x00, 0x00, 0xf0},
    {"MISC1", 0x00, 0xff, 0xdf, 0x00, 0x00},
    {"MISC2", 0x00, 0xff, 0xff, 0x00, 0x00},
    {"CONFIG4", 0x00, 0xff, 0xf5, 0x00, 0x00},
};

uint8_t
ads1299_reg_bits (unsigned reg, unsigned channels)
{
  if (reg >= ADS1299_REG_CH1SET && reg <= ADS1299_REG_CH8SET)
    return reg - ADS1299_REG_CH1SET < channels ? 0xff : 0x00;
  if (reg >= ADS1299_REG_BIAS_SENSP && reg <= ADS1299_REG_LOFF_STATN)
    return (uint8_t) ((1u << channels) - 1);
  return 0xff;
}

uint8_t
ads1299_reg_reset (unsigned reg, unsigned channels)
{
  /* revision 001, as most silicon */
  if (reg == ADS1299_REG_ID)
    return 0x20 | ads1299_id_of (channels);
  return ads1299_regs[reg].reset & ads1299_reg_bits (reg, channels);
}

uint8_t
ads1299_id_of (unsigned channels)
{
  return channels == 8 ? 0x1e : channels == 6 ? 0x1d : 0x1c;
}

unsigned
ads1299_id_to_channels (uint8_t id)
{
  unsigned n;

  for (n = 4; n <= ADS1299_MAX_CHANNELS; n += 2)
    if ((id & 0x1f) == ads1299_id_of (n))
      return n;
  return 0;
}

const char *
ads1299_part_name (unsigned channels)
{
  return channels == 8 ? "ADS1299" : channels == 6 ? "ADS1299-6" : "ADS1299-4";
}

const unsigned ads1299_rates[ADS1299_N_RATES] = {
    16000, 8000, 4000, 2000, 1000, 500, 250};
const unsigned ads1299_gains[ADS1299_N_GAINS] = {1, 2, 4, 6, 8, 12, 24};

int
ads1299_rate_to_dr (unsigned rate)
{
  int i;

  for (i = 0; i < ADS1299_N_RATES; i++)
    if (ads1299_rates[i] == rate)
      return i;
  return -1;
}

int
ads1299_gain_to_code (unsigned gain)
{
  int i;

  for (i = 0; i < ADS1299_N_GAINS; i++)
    if (ads1299_gains[i] == gain)
      return i;
  return -1;
}

unsigned
ads1299_dr_to_decimation (unsigned dr)
{
  return 64u << (dr < ADS1299_N_RATES ? dr : ADS1299_N_RATES - 1);
}
