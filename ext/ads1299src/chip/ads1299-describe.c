/* ADS1299 chip library: registers in words
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-describe.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const off_on[] = {"off", "on"};
static const char *const down_on[] = {"powered down", "on"};
static const char *const parts[] = {
    "4 channels", "6 channels", "8 channels", "reserved"};
static const char *const rates[] = {"16000 SPS", "8000 SPS", "4000 SPS",
    "2000 SPS", "1000 SPS", "500 SPS", "250 SPS", "reserved"};
static const char *const daisy[] = {"daisy-chain", "multiple read-back"};
static const char *const test_source[] = {"from outside", "inside"};
static const char *const test_amplitude[] = {"VREF/2400", "2 VREF/2400"};
static const char *const test_frequency[] = {
    "0.977 Hz", "1.953 Hz", "forbidden", "DC"};
static const char *const bias_reference[] = {"BIASREF pin", "(AVDD+AVSS)/2"};
static const char *const electrode[] = {"connected", "off"};
static const char *const thresholds[] = {
    "95 %", "92.5 %", "90 %", "87.5 %", "85 %", "80 %", "75 %", "70 %"};
static const char *const currents[] = {"6 nA", "24 nA", "6 uA", "24 uA"};
static const char *const frequencies[] = {"DC", "7.8 Hz", "31.2 Hz", "rate/4"};
static const char *const power[] = {"on", "powered down"};
static const char *const gains[] = {
    "1", "2", "4", "6", "8", "12", "24", "forbidden"};
static const char *const open_closed[] = {"open", "closed"};
static const char *const inputs[] = {"electrode", "shorted", "bias measurement",
    "supply", "temperature", "test signal", "bias to P", "bias to N"};
static const char *const conversion[] = {"continuous", "single-shot"};

#define R(x) ADS1299_REG_##x

const Ads1299Field ads1299_fields[] = {
    {R (ID), R (ID), 5, 3, "REV_ID", NULL},
    {R (ID), R (ID), 2, 2, "DEV_ID", NULL},
    {R (ID), R (ID), 0, 2, "NU_CH", parts},
    {R (CONFIG1), R (CONFIG1), 6, 1, "/DAISY_EN", daisy},
    {R (CONFIG1), R (CONFIG1), 5, 1, "CLK_EN", off_on},
    {R (CONFIG1), R (CONFIG1), 0, 3, "DR", rates},
    {R (CONFIG2), R (CONFIG2), 4, 1, "INT_CAL", test_source},
    {R (CONFIG2), R (CONFIG2), 2, 1, "CAL_AMP", test_amplitude},
    {R (CONFIG2), R (CONFIG2), 0, 2, "CAL_FREQ", test_frequency},
    {R (CONFIG3), R (CONFIG3), 7, 1, "/PD_REFBUF", down_on},
    {R (CONFIG3), R (CONFIG3), 4, 1, "BIAS_MEAS", off_on},
    {R (CONFIG3), R (CONFIG3), 3, 1, "BIASREF_INT", bias_reference},
    {R (CONFIG3), R (CONFIG3), 2, 1, "/PD_BIAS", down_on},
    {R (CONFIG3), R (CONFIG3), 1, 1, "BIAS_LOFF_SENS", off_on},
    {R (CONFIG3), R (CONFIG3), 0, 1, "BIAS_STAT", electrode},
    {R (LOFF), R (LOFF), 5, 3, "COMP_TH", thresholds},
    {R (LOFF), R (LOFF), 2, 2, "ILEAD_OFF", currents},
    {R (LOFF), R (LOFF), 0, 2, "FLEAD_OFF", frequencies},
    {R (CH1SET), R (CH8SET), 7, 1, "PD", power},
    {R (CH1SET), R (CH8SET), 4, 3, "GAIN", gains},
    {R (CH1SET), R (CH8SET), 3, 1, "SRB2", open_closed},
    {R (CH1SET), R (CH8SET), 0, 3, "MUX", inputs},
    {R (GPIO), R (GPIO), 4, 4, "GPIOD", NULL},
    {R (GPIO), R (GPIO), 0, 4, "GPIOC", NULL},
    {R (MISC1), R (MISC1), 5, 1, "SRB1", open_closed},
    {R (CONFIG4), R (CONFIG4), 3, 1, "SINGLE_SHOT", conversion},
    {R (CONFIG4), R (CONFIG4), 1, 1, "/PD_LOFF_COMP", down_on},
};
const unsigned ads1299_n_fields =
    sizeof ads1299_fields / sizeof ads1299_fields[0];

typedef struct
{
  char *text;
  size_t size;
  int len;
} Line;

static void __attribute__ ((format (printf, 2, 3)))
add (Line *l, const char *format, ...)
{
  size_t at = (size_t) l->len < l->size ? (size_t) l->len : l->size;
  va_list args;

  va_start (args, format);
  l->len += vsnprintf (l->text + at, l->size - at, format, args);
  va_end (args);
}

/* Registers with one bit for every channel. */
static void
add_channels (Line *l, uint8_t value, unsigned channels)
{
  const char *between = ": channels ";
  unsigned c;

  if (value == 0)
    add (l, ": no channel");
  for (c = 0; c < channels; c++)
    if (value >> c & 1) {
      add (l, "%s%u", between, c + 1);
      between = ", ";
    }
}

int
ads1299_describe (
    unsigned reg, uint8_t value, unsigned channels, char *text, size_t size)
{
  Line l = {text, size, 0};
  const char *between = ": ";
  unsigned i;

  if (reg >= ADS1299_N_REGS) {
    add (&l, "register 0x%02x = 0x%02x", reg, value);
    return l.len;
  }
  add (&l, "%s (0x%02x) = 0x%02x", ads1299_regs[reg].name, reg, value);
  if (ads1299_reg_bits (reg, channels) == 0) {
    add (&l, ": not in this part");
    return l.len;
  }
  if (reg >= ADS1299_REG_BIAS_SENSP && reg <= ADS1299_REG_LOFF_STATN)
    add_channels (&l, value, channels);
  for (i = 0; i < ads1299_n_fields; i++) {
    const Ads1299Field *f = &ads1299_fields[i];
    unsigned v = value >> f->shift & ((1u << f->width) - 1);

    if (reg < f->first || reg > f->last)
      continue;
    if (f->values)
      add (&l, "%s%s %s", between, f->name, f->values[v]);
    else
      add (&l, "%s%s %u", between, f->name, v);
    between = ", ";
  }
  return l.len;
}
