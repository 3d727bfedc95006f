/* ADS1299 chip library: registers, fields and commands as data
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Source of every number: TI datasheet SBAS499C, section 9.6. No GStreamer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADS1299_N_REGS       24
#define ADS1299_MAX_CHANNELS 8
#define ADS1299_FRAME_BYTES  27 /* 24 status bits + 8 x 24 bits */
#define ADS1299_FCLK_HZ      2048000.0
#define ADS1299_CODE_MAX     8388607
#define ADS1299_CODE_MIN     (-8388608)
/* One tCLK is 488.28125 ns = 15625 / 32 ns exactly. */
#define ADS1299_TCLK_NS_NUM 15625
#define ADS1299_TCLK_NS_DEN 32

enum
{
  ADS1299_CMD_WAKEUP = 0x02,
  ADS1299_CMD_STANDBY = 0x04,
  ADS1299_CMD_RESET = 0x06,
  ADS1299_CMD_START = 0x08,
  ADS1299_CMD_STOP = 0x0a,
  ADS1299_CMD_RDATAC = 0x10,
  ADS1299_CMD_SDATAC = 0x11,
  ADS1299_CMD_RDATA = 0x12,
  ADS1299_CMD_RREG = 0x20,
  ADS1299_CMD_WREG = 0x40,
};

enum
{
  ADS1299_REG_ID = 0x00,
  ADS1299_REG_CONFIG1,
  ADS1299_REG_CONFIG2,
  ADS1299_REG_CONFIG3,
  ADS1299_REG_LOFF,
  ADS1299_REG_CH1SET,
  ADS1299_REG_CH8SET = 0x0c,
  ADS1299_REG_BIAS_SENSP,
  ADS1299_REG_BIAS_SENSN,
  ADS1299_REG_LOFF_SENSP,
  ADS1299_REG_LOFF_SENSN,
  ADS1299_REG_LOFF_FLIP,
  ADS1299_REG_LOFF_STATP,
  ADS1299_REG_LOFF_STATN,
  ADS1299_REG_GPIO,
  ADS1299_REG_MISC1,
  ADS1299_REG_MISC2,
  ADS1299_REG_CONFIG4,
};

enum
{
  ADS1299_MUX_NORMAL = 0,
  ADS1299_MUX_SHORT = 1,
  ADS1299_MUX_BIAS_MEAS = 2,
  ADS1299_MUX_SUPPLY = 3,
  ADS1299_MUX_TEMPERATURE = 4,
  ADS1299_MUX_TEST = 5,
  ADS1299_MUX_BIAS_DRP = 6,
  ADS1299_MUX_BIAS_DRN = 7,
};

#define ADS1299_CONFIG1_BASE           0x90
#define ADS1299_CONFIG1_CLK_EN         0x20
#define ADS1299_CONFIG2_BASE           0xc0
#define ADS1299_CONFIG2_INT_CAL        0x10
#define ADS1299_CONFIG3_REF_ON         0xe0
#define ADS1299_CONFIG3_PD_REFBUF      0x80
#define ADS1299_CONFIG3_BIAS_MEAS      0x10
#define ADS1299_CONFIG3_BIASREF_INT    0x08
#define ADS1299_CONFIG3_PD_BIAS        0x04
#define ADS1299_CONFIG3_BIAS_LOFF_SENS 0x02
#define ADS1299_CONFIG3_BIAS_STAT      0x01
#define ADS1299_CONFIG4_SINGLE_SHOT    0x08
#define ADS1299_CONFIG4_PD_LOFF_COMP   0x02
#define ADS1299_MISC1_SRB1             0x20
#define ADS1299_CHSET_PD               0x80
#define ADS1299_CHSET_SRB2             0x08

/* One row of the register map. @writable: bits that keep what is written;
 * @fixed_mask/@fixed: bits that must be written with a given value;
 * @volatile_mask: bits that change by themselves, left out of comparisons. */
typedef struct
{
  const char *name;
  uint8_t reset;
  uint8_t writable;
  uint8_t fixed_mask;
  uint8_t fixed;
  uint8_t volatile_mask;
} Ads1299RegInfo;

extern const Ads1299RegInfo ads1299_regs[ADS1299_N_REGS];

/* Bits of @reg that a part with @channels channels has: those of missing
 * channels read 0 and must be written 0. */
uint8_t ads1299_reg_bits (unsigned reg, unsigned channels);
/* Value after RESET of that part. */
uint8_t ads1299_reg_reset (unsigned reg, unsigned channels);
/* Bits 4..0 of the ID of that part. */
uint8_t ads1299_id_of (unsigned channels);
/* Channels of the part with this ID (bits 4..0 count), 0: no ADS1299. */
unsigned ads1299_id_to_channels (uint8_t id);
/* "ADS1299-6" */
const char *ads1299_part_name (unsigned channels);

/* Legal data rates (samples per second), fastest first: the index is DR. */
#define ADS1299_N_RATES 7
extern const unsigned ads1299_rates[ADS1299_N_RATES];
#define ADS1299_RATES_TEXT "250, 500, 1000, 2000, 4000, 8000, 16000"
/* Legal gains: the index is the GAIN field. */
#define ADS1299_N_GAINS 7
extern const unsigned ads1299_gains[ADS1299_N_GAINS];
#define ADS1299_GAINS_TEXT "1, 2, 4, 6, 8, 12, 24"

/* Field code of a rate or gain; -1 when the chip has none such. */
int ads1299_rate_to_dr (unsigned rate);
int ads1299_gain_to_code (unsigned gain);

/* Decimation ratio N of a DR code (tDR = 2 N tCLK). */
unsigned ads1299_dr_to_decimation (unsigned dr);
