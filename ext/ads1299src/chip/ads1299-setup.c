/* ADS1299 chip library: what a user wants of the chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-setup.h"

#include <string.h>

void
ads1299_setup_init (Ads1299Setup *setup, unsigned n_chips, unsigned rate)
{
  unsigned i, c;

  memset (setup, 0, sizeof *setup);
  setup->rate = rate;
  setup->vref = 4.5;
  setup->n_chips = n_chips;
  setup->strict_id = true;
  for (i = 0; i < ADS1299_MAX_CHIPS; i++) {
    Ads1299ChipSetup *chip = &setup->chip[i];

    chip->channels = ADS1299_MAX_CHANNELS;
    chip->srb1 = true;
    chip->test_amplitude = 1;
    for (c = 0; c < ADS1299_MAX_CHANNELS; c++)
      chip->channel[c].gain = 24;
  }
  setup->chip[0].clock_out = n_chips > 1;
}

/* Rate and gain scale the samples: what says so must not be contradicted by a
 * raw byte. */
static bool
check_override_meaning (const Ads1299Setup *s, unsigned i,
    const Ads1299Override *o, Ads1299Error *error)
{
  const char *name = ads1299_regs[o->reg].name;

  if (o->reg == ADS1299_REG_CONFIG1 &&
      (o->value & 7) != ads1299_rate_to_dr (s->rate))
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
        "Chip %u: override of register %s (0x%02x) with 0x%02x changes the "
        "rate of %u samples per second (bits 2..0 = %d); set the rate instead",
        i, name, o->reg, o->value, s->rate, ads1299_rate_to_dr (s->rate));
  if (o->reg == ADS1299_REG_CONFIG2 && (o->value & 3) == 2)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
        "Chip %u: override of register %s (0x%02x) with 0x%02x chooses the "
        "test frequency 2, which the datasheet forbids",
        i, name, o->reg, o->value);
  if (o->reg >= ADS1299_REG_CH1SET && o->reg <= ADS1299_REG_CH8SET) {
    unsigned c = o->reg - ADS1299_REG_CH1SET;
    const Ads1299ChipSetup *chip = &s->chip[i];

    if (c < chip->channels &&
        (o->value >> 4 & 7) != ads1299_gain_to_code (chip->channel[c].gain))
      return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
          "Chip %u: override of register %s (0x%02x) with 0x%02x changes the "
          "gain of %u (bits 6..4 = %d); set the gain instead",
          i, name, o->reg, o->value, chip->channel[c].gain,
          ads1299_gain_to_code (chip->channel[c].gain));
  }
  return true;
}

static bool
check_override (const Ads1299Setup *s, unsigned i, const Ads1299Override *o,
    Ads1299Error *error)
{
  const Ads1299ChipSetup *chip = &s->chip[i];
  const Ads1299RegInfo *info;
  uint8_t bits;

  if (o->reg >= ADS1299_N_REGS)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, -1,
        "Chip %u: override of register 0x%02x, but the registers are 0x00 to "
        "0x17",
        i, o->reg);
  info = &ads1299_regs[o->reg];
  if (info->writable == 0)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
        "Chip %u: override of register %s (0x%02x), which cannot be written", i,
        info->name, o->reg);
  bits = ads1299_reg_bits (o->reg, chip->channels);
  if (o->value & ~bits)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
        "Chip %u: override of register %s (0x%02x) with 0x%02x sets bits that "
        "a part with %u channels has not; bits 0x%02x may be set",
        i, info->name, o->reg, o->value, chip->channels, bits);
  if ((o->value & info->fixed_mask) != info->fixed)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, o->reg,
        "Chip %u: override of register %s (0x%02x) with 0x%02x, but the bits "
        "0x%02x must be 0x%02x",
        i, info->name, o->reg, o->value, info->fixed_mask, info->fixed);
  return check_override_meaning (s, i, o, error);
}

static bool
check_chip (const Ads1299Setup *s, unsigned i, Ads1299Error *error)
{
  const Ads1299ChipSetup *chip = &s->chip[i];
  unsigned c;

  if (chip->channels != 4 && chip->channels != 6 && chip->channels != 8)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, -1,
        "Chip %u has %u channels, but the parts have 4 (ADS1299-4), 6 "
        "(ADS1299-6) or 8 (ADS1299)",
        i, chip->channels);
  for (c = 0; c < chip->channels; c++) {
    const Ads1299ChannelSetup *ch = &chip->channel[c];

    if (ads1299_gain_to_code (ch->gain) < 0)
      return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i,
          (int) (ADS1299_REG_CH1SET + c),
          "Chip %u: gain of channel %u is %u, but an ADS1299 has "
          "only " ADS1299_GAINS_TEXT,
          i, c + 1, ch->gain);
    if (ch->mux > ADS1299_MUX_BIAS_DRN)
      return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i,
          (int) (ADS1299_REG_CH1SET + c),
          "Chip %u: input of channel %u is %u, but the multiplexer has 0 "
          "(normal) to 7 (bias to the N input)",
          i, c + 1, ch->mux);
  }
  if (chip->test_amplitude != 1 && chip->test_amplitude != 2)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, ADS1299_REG_CONFIG2,
        "Chip %u: the test signal has amplitude 1 or 2 (times VREF / 2400), "
        "not %u",
        i, chip->test_amplitude);
  if (chip->test_frequency != ADS1299_TEST_SLOW &&
      chip->test_frequency != ADS1299_TEST_FAST &&
      chip->test_frequency != ADS1299_TEST_DC)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, ADS1299_REG_CONFIG2,
        "Chip %u: the test signal has frequency 0 (0.977 Hz), 1 (1.953 Hz) or "
        "3 (DC), not %u",
        i, (unsigned) chip->test_frequency);
  if ((unsigned) chip->loff_current > 3 || (unsigned) chip->loff_frequency > 3)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, ADS1299_REG_LOFF,
        "Chip %u: lead-off current and frequency are 0 to 3 (6 nA, 24 nA, 6 "
        "uA, 24 uA; DC, 7.8 Hz, 31.2 Hz, rate/4), not %u and %u",
        i, (unsigned) chip->loff_current, (unsigned) chip->loff_frequency);
  if (chip->loff_threshold > 7)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, ADS1299_REG_LOFF,
        "Chip %u: the lead-off threshold is 0 (95 %%) to 7 (70 %%), not %u", i,
        chip->loff_threshold);
  if (chip->n_overrides > ADS1299_MAX_OVERRIDES)
    return ads1299_fail (error, ADS1299_ERR_SETUP, (int) i, -1,
        "Chip %u: %u register overrides, at most %u fit", i, chip->n_overrides,
        (unsigned) ADS1299_MAX_OVERRIDES);
  for (c = 0; c < chip->n_overrides; c++)
    if (!check_override (s, i, &chip->override[c], error))
      return false;
  return true;
}

bool
ads1299_setup_check (const Ads1299Setup *s, Ads1299Error *error)
{
  unsigned i, clocks = 0;

  if (s->n_chips < 1 || s->n_chips > ADS1299_MAX_CHIPS)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "%u chips, but 1 to %u can share one bus", s->n_chips,
        (unsigned) ADS1299_MAX_CHIPS);
  if (ads1299_rate_to_dr (s->rate) < 0)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, ADS1299_REG_CONFIG1,
        "Rate %u is not one of " ADS1299_RATES_TEXT, s->rate);
  if (!(s->vref > 0.0 && s->vref <= 5.5))
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, -1,
        "The reference is %g V; it lies above 0 and up to 5.5 V, inside it is "
        "4.5 V",
        s->vref);
  for (i = 0; i < s->n_chips; i++) {
    if (!check_chip (s, i, error))
      return false;
    clocks += s->chip[i].clock_out;
  }
  if (clocks > 1)
    return ads1299_fail (error, ADS1299_ERR_SETUP, -1, ADS1299_REG_CONFIG1,
        "%u chips drive the clock line; only one may, the others listen",
        clocks);
  return true;
}

void
ads1299_setup_registers (
    const Ads1299Setup *s, unsigned i, uint8_t regs[ADS1299_N_REGS])
{
  const Ads1299ChipSetup *chip = &s->chip[i];
  bool test = false;
  unsigned c, r;

  for (r = 0; r < ADS1299_N_REGS; r++)
    regs[r] = ads1299_reg_reset (r, chip->channels);
  for (c = 0; c < chip->channels; c++) {
    const Ads1299ChannelSetup *ch = &chip->channel[c];
    uint8_t bit = (uint8_t) (1u << c);

    test |= ch->mux == ADS1299_MUX_TEST;
    regs[ADS1299_REG_CH1SET + c] =
        (uint8_t) ((ch->power_down ? ADS1299_CHSET_PD : 0) |
                   ads1299_gain_to_code (ch->gain) << 4 |
                   (ch->srb2 ? ADS1299_CHSET_SRB2 : 0) | ch->mux);
    regs[ADS1299_REG_BIAS_SENSP] |= ch->bias_p ? bit : 0;
    regs[ADS1299_REG_BIAS_SENSN] |= ch->bias_n ? bit : 0;
    regs[ADS1299_REG_LOFF_SENSP] |= ch->loff_p ? bit : 0;
    regs[ADS1299_REG_LOFF_SENSN] |= ch->loff_n ? bit : 0;
    regs[ADS1299_REG_LOFF_FLIP] |= ch->loff_flip ? bit : 0;
  }
  regs[ADS1299_REG_CONFIG1] =
      (uint8_t) (ADS1299_CONFIG1_BASE |
                 (chip->clock_out ? ADS1299_CONFIG1_CLK_EN : 0) |
                 ads1299_rate_to_dr (s->rate));
  regs[ADS1299_REG_CONFIG2] =
      (uint8_t) (ADS1299_CONFIG2_BASE | (test ? ADS1299_CONFIG2_INT_CAL : 0) |
                 (chip->test_amplitude == 2 ? 0x04 : 0) | chip->test_frequency);
  regs[ADS1299_REG_CONFIG3] =
      (uint8_t) (0x60 | (chip->ref_external ? 0 : ADS1299_CONFIG3_PD_REFBUF) |
                 (chip->bias_meas ? ADS1299_CONFIG3_BIAS_MEAS : 0) |
                 (chip->bias_ref_int ? ADS1299_CONFIG3_BIASREF_INT : 0) |
                 (chip->bias_on ? ADS1299_CONFIG3_PD_BIAS : 0) |
                 (chip->bias_loff_sens ? ADS1299_CONFIG3_BIAS_LOFF_SENS : 0));
  regs[ADS1299_REG_LOFF] =
      (uint8_t) (chip->loff_threshold << 5 | chip->loff_current << 2 |
                 chip->loff_frequency);
  regs[ADS1299_REG_MISC1] = chip->srb1 ? ADS1299_MISC1_SRB1 : 0;
  regs[ADS1299_REG_CONFIG4] =
      chip->loff_comparators ? ADS1299_CONFIG4_PD_LOFF_COMP : 0;
  for (c = 0; c < chip->n_overrides; c++)
    regs[chip->override[c].reg] = chip->override[c].value;
}

unsigned
ads1299_setup_channels (const Ads1299Setup *s)
{
  unsigned i, n = 0;

  for (i = 0; i < s->n_chips && i < ADS1299_MAX_CHIPS; i++)
    n += s->chip[i].channels;
  return n;
}

bool
ads1299_setup_locate (
    const Ads1299Setup *s, unsigned index, unsigned *chip, unsigned *channel)
{
  unsigned i;

  for (i = 0; i < s->n_chips && i < ADS1299_MAX_CHIPS; i++) {
    if (index < s->chip[i].channels) {
      *chip = i;
      *channel = index;
      return true;
    }
    index -= s->chip[i].channels;
  }
  return false;
}

void
ads1299_setup_set_gain (Ads1299Setup *s, unsigned gain)
{
  unsigned i, c;

  for (i = 0; i < ADS1299_MAX_CHIPS; i++)
    for (c = 0; c < ADS1299_MAX_CHANNELS; c++)
      s->chip[i].channel[c].gain = gain;
}

void
ads1299_setup_set_mux (Ads1299Setup *s, unsigned mux)
{
  unsigned i, c;

  for (i = 0; i < ADS1299_MAX_CHIPS; i++)
    for (c = 0; c < ADS1299_MAX_CHANNELS; c++)
      s->chip[i].channel[c].mux = mux;
}
