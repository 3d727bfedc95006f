/* ADS1299 chip library: the simulated chip
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEVER          UINT64_MAX
#define POR_TCLK       (1u << 18)
#define RESET_TCLK     18
#define WAKEUP_TCLK    64     /* 31.25 us */
#define REFERENCE_TCLK 307200 /* 150 ms */
#define DECODE_TCLK    4
#define AVDD_VOLTS     5.0
#define DVDD_VOLTS     3.3
#define DIE_CELSIUS    25.0

typedef enum
{
  PARSE_IDLE,
  PARSE_RREG_N,
  PARSE_RREG,
  PARSE_WREG_N,
  PARSE_WREG,
  PARSE_DATA,
} Parse;

struct _Ads1299Sim
{
  unsigned channels, first_channel, frame_len;
  Ads1299Scene *scene;
  Ads1299Replay replay;
  Ads1299SimKnobs knobs;
  bool spoiled; /* the knobs change frames */

  uint8_t reg[ADS1299_N_REGS];
  uint8_t id;
  bool rdatac, standby;
  uint64_t now;
  uint64_t ready_at;     /* deaf before */
  uint64_t reference_at; /* when the reference was switched on */

  /* conversions */
  bool converting;
  unsigned run;
  unsigned shift;        /* log2 of the period in tCLK */
  uint64_t first_at;     /* edge of conversion 0 of this run */
  uint64_t last_k;       /* no conversion after it */
  uint64_t origin, base; /* edge of index 0; index of conversion 0 */
  bool has_origin;
  uint64_t sclk_at; /* last clock on the bus */

  /* SPI */
  Parse parse;
  unsigned r, left;
  bool drop; /* bytes came too fast */
  uint8_t frame[ADS1299_FRAME_BYTES];
  unsigned out;     /* next byte of frame */
  uint64_t latched; /* conversion in frame[], NEVER: none */

  Ads1299SimViolations violations;
};

Ads1299Sim *
ads1299_sim_new (unsigned channels, Ads1299Scene *scene, unsigned first_channel)
{
  Ads1299Sim *c;

  if ((channels != 4 && channels != 6 && channels != 8) || !scene)
    return NULL;
  c = calloc (1, sizeof *c);
  if (!c)
    return NULL;
  c->channels = channels;
  c->frame_len = 3 + 3 * channels;
  c->scene = scene;
  c->first_channel = first_channel;
  c->id = ads1299_reg_reset (ADS1299_REG_ID, channels);
  c->reference_at = NEVER;
  ads1299_sim_reset (c);
  c->ready_at = 0;
  return c;
}

void
ads1299_sim_free (Ads1299Sim *c)
{
  free (c);
}

void
ads1299_sim_set_replay (Ads1299Sim *c, const Ads1299Replay *replay)
{
  c->replay = *replay;
}

void
ads1299_sim_set_id (Ads1299Sim *c, uint8_t id)
{
  c->id = id;
  c->reg[ADS1299_REG_ID] = id;
}

void
ads1299_sim_set_time (Ads1299Sim *c, uint64_t tclk)
{
  if (tclk > c->now)
    c->now = tclk;
}

/* --- registers ------------------------------------------------------------- */

static void
load_reset_values (Ads1299Sim *c)
{
  unsigned r;

  for (r = 0; r < ADS1299_N_REGS; r++)
    c->reg[r] = ads1299_reg_reset (r, c->channels);
  c->reg[ADS1299_REG_ID] = c->id;
  c->reference_at = NEVER;
  c->rdatac = true;
  c->converting = c->standby = false;
  c->parse = PARSE_IDLE;
  c->latched = NEVER;
}

void
ads1299_sim_reset (Ads1299Sim *c)
{
  if (c->now < c->ready_at && c->ready_at - c->now > RESET_TCLK) {
    c->violations.early_bytes++;
    return; /* the power-on reset is not over */
  }
  load_reset_values (c);
  c->ready_at = c->now + RESET_TCLK;
}

void
ads1299_sim_power_on (Ads1299Sim *c)
{
  load_reset_values (c);
  c->ready_at = c->now + POR_TCLK;
}

uint8_t
ads1299_sim_peek (const Ads1299Sim *c, unsigned r)
{
  return r < ADS1299_N_REGS ? c->reg[r] : 0;
}

const Ads1299SimViolations *
ads1299_sim_violations (const Ads1299Sim *c)
{
  return &c->violations;
}

const Ads1299SimKnobs *
ads1299_sim_knobs (const Ads1299Sim *c)
{
  return &c->knobs;
}

/* Bits of electrodes that the comparators call off. */
static uint16_t
comparators (const Ads1299Sim *c)
{
  static const double high[8] = {95, 92.5, 90, 87.5, 85, 80, 75, 70};
  double reach, amps;
  unsigned i, loff = c->reg[ADS1299_REG_LOFF];
  uint16_t off = 0;

  if (!(c->reg[ADS1299_REG_CONFIG4] & ADS1299_CONFIG4_PD_LOFF_COMP) ||
      (loff & 3) != 0)
    return 0;
  /* The body sits at half the supply; the current lifts the P input above its
   * threshold or draws the N input below its own, the same distance away. */
  reach = (high[loff >> 5] / 100.0 - 0.5) * 5.0;
  amps = ads1299_loff_amps ((loff >> 2) & 3);
  for (i = 0; i < c->channels; i++) {
    const Ads1299SceneChannel *ch =
        ads1299_scene_channel (c->scene, c->first_channel + i);

    if ((c->reg[ADS1299_REG_LOFF_SENSP] >> i & 1) && amps * ch->ohm_p > reach)
      off |= (uint16_t) (0x100u << i);
    if ((c->reg[ADS1299_REG_LOFF_SENSN] >> i & 1) && amps * ch->ohm_n > reach)
      off |= (uint16_t) (1u << i);
  }
  return off;
}

static uint16_t
lead_off (const Ads1299Sim *c)
{
  return (uint16_t) (c->knobs.lead_off | comparators (c));
}

static uint8_t
read_register (const Ads1299Sim *c, unsigned r)
{
  uint8_t control;

  switch (r) {
    case ADS1299_REG_LOFF_STATP:
      return (uint8_t) (lead_off (c) >> 8);
    case ADS1299_REG_LOFF_STATN:
      return (uint8_t) lead_off (c);
    case ADS1299_REG_GPIO:
      /* inputs show the pin, outputs what was written */
      control = c->reg[r] & 0x0f;
      return (uint8_t) (((c->reg[r] >> 4 & ~control) |
                            (c->knobs.gpio & control & 0x0f))
                            << 4 |
                        control);
    default:
      return ads1299_sim_peek (c, r);
  }
}

/* Volts that the lead-off currents drop over the electrodes of channel @i. */
static double
loff_volts (const Ads1299Sim *c, unsigned i, const Ads1299SceneChannel *ch)
{
  double ohm = 0.0;

  if (c->reg[ADS1299_REG_LOFF_SENSP] >> i & 1)
    ohm += ch->ohm_p;
  if (c->reg[ADS1299_REG_LOFF_SENSN] >> i & 1)
    ohm += ch->ohm_n;
  if (c->reg[ADS1299_REG_LOFF_FLIP] >> i & 1)
    ohm = -ohm;
  return ohm * ads1299_loff_amps ((c->reg[ADS1299_REG_LOFF] >> 2) & 3);
}

/* What each input of this chip shows, from its registers. */
static void
apply_registers (Ads1299Sim *c)
{
  unsigned i, config2 = c->reg[ADS1299_REG_CONFIG2];

  for (i = 0; i < c->channels; i++) {
    unsigned set = c->reg[ADS1299_REG_CH1SET + i];
    Ads1299SceneChannel *ch =
        ads1299_scene_channel (c->scene, c->first_channel + i);

    ch->gain_code = (set >> 4) & 7;
    if (ch->gain_code >= ADS1299_N_GAINS)
      ch->gain_code = ADS1299_N_GAINS - 1;
    ch->loff_volts = 0.0;
    ch->volts = 0.0;
    if (set & ADS1299_CHSET_PD) {
      ch->signal = ADS1299_SIGNAL_OFF;
      continue;
    }
    switch (set & 7) {
      case ADS1299_MUX_NORMAL:
        /* a recording of the chip's own signals comes from its own inputs */
        ch->signal = ch->electrode == ADS1299_SIGNAL_SQUARE ? ADS1299_SIGNAL_EEG
                                                            : ch->electrode;
        if (ch->electrode != ADS1299_SIGNAL_COUNTER)
          ch->loff_volts = loff_volts (c, i, ch);
        break;
      case ADS1299_MUX_TEST:
        ch->signal = ADS1299_SIGNAL_SQUARE;
        /* VREF / 2400, once or twice; driven from outside without INT_CAL */
        if (config2 & ADS1299_CONFIG2_INT_CAL)
          ch->volts =
              ads1299_scene_vref (c->scene) / 2400.0 * (config2 & 0x04 ? 2 : 1);
        /* fCLK / 2^21 or 2^20 over a data rate of fCLK / 2^shift */
        ch->period = (config2 & 3) == 0   ? 1u << (21 - c->shift)
                     : (config2 & 3) == 1 ? 1u << (20 - c->shift)
                                          : 0;
        break;
      case ADS1299_MUX_SUPPLY:
        ch->signal = ADS1299_SIGNAL_CONSTANT;
        ch->volts = i == 2 || i == 3 ? DVDD_VOLTS / 4.0 : AVDD_VOLTS / 2.0;
        break;
      case ADS1299_MUX_TEMPERATURE:
        ch->signal = ADS1299_SIGNAL_CONSTANT;
        ch->volts = ads1299_celsius_to_volts (DIE_CELSIUS);
        break;
      case ADS1299_MUX_SHORT:
        ch->signal = ADS1299_SIGNAL_SHORT;
        break;
      default:
        /* the bias amplifier rests at its reference */
        ch->signal = ADS1299_SIGNAL_CONSTANT;
    }
  }
  ads1299_scene_set_rate (
      c->scene, c->shift < 7 ? 0 : c->shift - 7, ads1299_scene_vref (c->scene));
  ads1299_scene_set_loff (c->scene, c->reg[ADS1299_REG_LOFF] & 3);
  ads1299_scene_invalidate (c->scene);
}

void
ads1299_sim_set_knobs (Ads1299Sim *c, const Ads1299SimKnobs *knobs)
{
  unsigned shift = c->knobs.rate_shift;

  c->knobs = *knobs;
  c->spoiled = knobs->status_xor || knobs->rail_hi || knobs->rail_lo ||
               knobs->weak_reference;
  c->latched = NEVER;
  if (knobs->deaf)
    c->converting = false;
  if (shift != knobs->rate_shift && c->converting)
    ads1299_sim_start (c);
}

/* --- conversions ----------------------------------------------------------- */

unsigned
ads1299_sim_period (const Ads1299Sim *c)
{
  return 1u << c->shift;
}

uint64_t
ads1299_sim_drdy_time (const Ads1299Sim *c, uint64_t k)
{
  if (k > c->last_k)
    return NEVER;
  return c->first_at + (k << c->shift);
}

static bool
current_at (const Ads1299Sim *c, uint64_t t, uint64_t *k)
{
  if (!c->converting || t < c->first_at)
    return false;
  *k = (t - c->first_at) >> c->shift;
  if (*k > c->last_k)
    *k = c->last_k;
  return true;
}

bool
ads1299_sim_current (const Ads1299Sim *c, uint64_t *k)
{
  return current_at (c, c->now, k);
}

bool
ads1299_sim_is_converting (const Ads1299Sim *c)
{
  return c->converting &&
         (c->last_k == NEVER || c->now < c->first_at + (c->last_k << c->shift));
}

unsigned
ads1299_sim_run (const Ads1299Sim *c)
{
  return c->run;
}

uint64_t
ads1299_sim_index (const Ads1299Sim *c, uint64_t k)
{
  return c->base + k;
}

bool
ads1299_sim_drdy (const Ads1299Sim *c)
{
  uint64_t k, at;

  if (!current_at (c, c->now, &k))
    return true;
  at = c->first_at + (k << c->shift);
  if (c->sclk_at >= at)
    return true;
  /* not read: a pulse of 4 tCLK before the next result */
  return c->last_k != k && c->now + DECODE_TCLK >= at + (1ull << c->shift);
}

void
ads1299_sim_sclk (Ads1299Sim *c)
{
  c->sclk_at = c->now;
}

/* The digital filter starts anew: settle, then convert. */
static void
restart (Ads1299Sim *c)
{
  unsigned dr = c->reg[ADS1299_REG_CONFIG1] & 7;
  unsigned n = ads1299_dr_to_decimation (dr);

  c->shift = 0;
  while (1u << c->shift < 2 * n)
    c->shift++;
  if (c->knobs.rate_shift < c->shift)
    c->shift -= c->knobs.rate_shift;
  apply_registers (c);
  c->converting = true;
  c->run++;
  c->latched = NEVER;
  c->last_k = NEVER;
  /* tSETTLE = 8 N + 9 tCLK = 4 tDR + 9 */
  c->first_at = c->now + (4ull << c->shift) + 9;
  if (c->reg[ADS1299_REG_CONFIG4] & ADS1299_CONFIG4_SINGLE_SHOT)
    c->last_k = 0;
  if (!c->has_origin) {
    c->has_origin = true;
    c->origin = c->first_at;
  }
  /* the signal went on meanwhile */
  c->base = (c->first_at - c->origin + (1u << c->shift) / 2) >> c->shift;
}

void
ads1299_sim_start (Ads1299Sim *c)
{
  if (c->now < c->ready_at || c->standby || c->knobs.deaf)
    return;
  if (c->converting && c->last_k == NEVER && !c->knobs.restart_on_start)
    return;
  restart (c);
}

void
ads1299_sim_stop (Ads1299Sim *c)
{
  uint64_t k;

  if (!c->converting || c->last_k != NEVER)
    return;
  /* the conversion under way ends */
  c->last_k = current_at (c, c->now, &k) ? k + 1 : 0;
}

/* Codes under a reference that is not what it should be: a full scale too
 * small makes codes too large. */
static void
scale_codes (const Ads1299Sim *c, const int32_t *in, int32_t *out, double part)
{
  unsigned i;

  for (i = 0; i < c->channels; i++) {
    const Ads1299SceneChannel *ch =
        ads1299_scene_channel (c->scene, c->first_channel + i);

    /* the test signal is made of the reference itself, and a counter is no
     * voltage */
    out[i] = ch->signal == ADS1299_SIGNAL_SQUARE ||
                     ch->signal == ADS1299_SIGNAL_COUNTER
                 ? in[i]
                 : (int32_t) fmax (
                       -8388608.0, fmin (8388607.0, rint (in[i] / part)));
  }
}

/* Part of the reference voltage that stands at time @t. */
static double
reference_part (const Ads1299Sim *c, uint64_t t)
{
  double part = 1.0;

  if (!c->knobs.ref_external) {
    if (c->reference_at == NEVER)
      return 0.02; /* nothing drives VREFP */
    if (t < c->reference_at + REFERENCE_TCLK)
      part = 1.0 - exp (-8.0 * (double) (t - c->reference_at) / REFERENCE_TCLK);
  }
  if (c->knobs.weak_reference)
    part *= 0.8;
  return part > 0.02 ? part : 0.02;
}

unsigned
ads1299_sim_frame (
    Ads1299Sim *c, uint64_t k, uint8_t frame[ADS1299_FRAME_BYTES])
{
  uint64_t at = c->first_at + (k << c->shift), n = c->base + k;
  const int32_t *codes;
  int32_t scaled[ADS1299_MAX_CHANNELS];
  unsigned i;
  double part;

  if (c->replay.frames) {
    memset (frame, 0, c->frame_len);
    if (n < c->replay.n_frames)
      memcpy (frame, c->replay.frames + n * c->replay.stride, c->frame_len);
    if (c->knobs.lead_off) {
      frame[0] |= (uint8_t) (c->knobs.lead_off >> 12);
      frame[1] |= (uint8_t) (c->knobs.lead_off >> 4);
      frame[2] |= (uint8_t) (c->knobs.lead_off << 4);
    }
  } else {
    codes = ads1299_scene_codes (c->scene, n) + c->first_channel;
    part = reference_part (c, at);
    if (part < 0.9995) {
      scale_codes (c, codes, scaled, part);
      codes = scaled;
    }
    ads1299_frame_encode (frame, c->channels,
        0xc00000u | (uint32_t) lead_off (c) << 4 |
            read_register (c, ADS1299_REG_GPIO) >> 4,
        codes);
  }
  if (!c->spoiled)
    return c->frame_len;
  frame[0] ^= (uint8_t) (c->knobs.status_xor >> 16);
  frame[1] ^= (uint8_t) (c->knobs.status_xor >> 8);
  frame[2] ^= (uint8_t) c->knobs.status_xor;
  for (i = 0; i < c->channels; i++)
    if ((c->knobs.rail_hi | c->knobs.rail_lo) >> i & 1) {
      bool hi = c->knobs.rail_hi >> i & 1;

      frame[3 + 3 * i] = hi ? 0x7f : 0x80;
      frame[4 + 3 * i] = frame[5 + 3 * i] = hi ? 0xff : 0x00;
    }
  return c->frame_len;
}

static void
latch (Ads1299Sim *c, uint64_t t)
{
  uint64_t k;

  if (!current_at (c, t, &k)) {
    memset (c->frame, 0, sizeof c->frame);
    c->latched = NEVER;
  } else if (k != c->latched) {
    ads1299_sim_frame (c, k, c->frame);
    c->latched = k;
  }
}

/* --- SPI ------------------------------------------------------------------- */

static void
write_register (Ads1299Sim *c, unsigned r, uint8_t v)
{
  const Ads1299RegInfo *info;
  uint8_t bits, before, writable;

  if (r >= ADS1299_N_REGS)
    return;
  info = &ads1299_regs[r];
  bits = ads1299_reg_bits (r, c->channels);
  if ((v & info->fixed_mask) != info->fixed || (v & ~bits))
    c->violations.must_write++;
  if ((r == ADS1299_REG_CONFIG1 && (v & 7) == 7) ||
      (r == ADS1299_REG_CONFIG2 && (v & 3) == 2) ||
      (r >= ADS1299_REG_CH1SET && r <= ADS1299_REG_CH8SET &&
          (v & 0x70) == 0x70))
    c->violations.reserved++;
  before = c->reg[r];
  writable = info->writable & bits;
  if (c->knobs.stuck_bits && c->knobs.stuck_reg == r)
    writable &= (uint8_t) ~c->knobs.stuck_bits;
  c->reg[r] = (uint8_t) ((before & ~writable) | (v & writable));
  if (r == ADS1299_REG_CONFIG3 &&
      ((before ^ c->reg[r]) & ADS1299_CONFIG3_PD_REFBUF))
    c->reference_at = c->reg[r] & ADS1299_CONFIG3_PD_REFBUF ? c->now : NEVER;
  if (c->converting) {
    /* a write to CONFIG1 resets the digital filter */
    if (r == ADS1299_REG_CONFIG1)
      restart (c);
    else
      apply_registers (c);
    c->latched = NEVER;
  }
}

/* DRDY falls within 4 tCLK of @t. */
static bool
near_drdy (const Ads1299Sim *c, uint64_t t)
{
  uint64_t phase;

  if (!c->converting || t + DECODE_TCLK < c->first_at)
    return false;
  phase = (t + DECODE_TCLK - c->first_at) & ((1ull << c->shift) - 1);
  return phase < 2 * DECODE_TCLK;
}

static void
command (Ads1299Sim *c, uint8_t b, uint64_t t)
{
  if (c->now < c->ready_at) {
    c->violations.early_bytes += b != 0;
    return;
  }
  if (c->standby && b != ADS1299_CMD_WAKEUP) {
    c->violations.in_standby += b != 0;
    return;
  }
  if ((b & 0xe0) == ADS1299_CMD_RREG || (b & 0xe0) == ADS1299_CMD_WREG) {
    if (c->rdatac) {
      c->violations.ignored_registers++;
      return;
    }
    c->r = b & 0x1f;
    c->parse = (b & 0xe0) == ADS1299_CMD_RREG ? PARSE_RREG_N : PARSE_WREG_N;
    return;
  }
  switch (b) {
    case 0x00: /* what the host clocks in while it reads */
      break;
    case ADS1299_CMD_WAKEUP:
      if (c->standby)
        c->ready_at = c->now + WAKEUP_TCLK;
      c->standby = false;
      break;
    case ADS1299_CMD_STANDBY:
      c->standby = true;
      c->converting = false;
      break;
    case ADS1299_CMD_RESET:
      ads1299_sim_reset (c);
      break;
    case ADS1299_CMD_START:
      ads1299_sim_start (c);
      break;
    case ADS1299_CMD_STOP:
      ads1299_sim_stop (c);
      break;
    case ADS1299_CMD_RDATAC:
      c->rdatac = true;
      break;
    case ADS1299_CMD_SDATAC:
      c->rdatac = false;
      break;
    case ADS1299_CMD_RDATA:
      c->violations.keep_out += near_drdy (c, t);
      latch (c, t);
      c->out = 0;
      c->parse = PARSE_DATA;
      break;
    default:
      c->violations.unknown_commands++;
  }
}

static uint8_t
data_byte (Ads1299Sim *c)
{
  unsigned i = c->out++;

  /* Past its end the frame repeats (multiple read-back) or the bits of
   * DAISY_IN follow, which is low. */
  if (i >= c->frame_len && !(c->reg[ADS1299_REG_CONFIG1] & 0x40))
    return 0;
  return c->frame[i % c->frame_len];
}

/* A read in RDATAC follows the newest conversion, even in its middle. */
static void
follow (Ads1299Sim *c, uint64_t t, bool first)
{
  uint64_t k;

  if (current_at (c, t, &k) && k != c->latched) {
    if (!first)
      c->violations.torn_reads++;
    latch (c, t);
  } else if (first) {
    latch (c, t);
  }
  if (first)
    c->violations.keep_out += near_drdy (c, t);
}

static uint8_t
one_byte (Ads1299Sim *c, uint8_t in, uint64_t t, bool fast)
{
  uint8_t out = 0;

  switch (c->parse) {
    case PARSE_IDLE:
      if (c->rdatac && c->now >= c->ready_at) {
        follow (c, t, c->out == 0);
        out = data_byte (c);
      }
      command (c, in, t);
      break;
    case PARSE_RREG_N:
    case PARSE_WREG_N:
      c->left = (in & 0x1f) + 1;
      c->parse = c->parse == PARSE_RREG_N ? PARSE_RREG : PARSE_WREG;
      /* the command was not decoded yet when the count came */
      c->drop = fast;
      c->violations.fast_bytes += fast;
      break;
    case PARSE_RREG:
      out = c->drop ? 0 : read_register (c, c->r);
      c->r++;
      if (--c->left == 0)
        c->parse = PARSE_IDLE;
      break;
    case PARSE_WREG:
      if (!c->drop)
        write_register (c, c->r, in);
      c->r++;
      if (--c->left == 0)
        c->parse = PARSE_IDLE;
      break;
    case PARSE_DATA:
      out = data_byte (c);
      if (in) {
        c->violations.din_in_data++;
        command (c, in, t);
      }
      break;
  }
  return out;
}

/* The usual read: RDATA and the whole frame at once, nothing on DIN. */
static bool
plain_read (Ads1299Sim *c, const Ads1299Xfer *x)
{
  static const uint8_t zeros[ADS1299_FRAME_BYTES];
  uint64_t t, k;

  if (c->rdatac || c->standby || c->knobs.deaf || c->now < c->ready_at ||
      x->len != c->frame_len + 1 || x->tx[0] != ADS1299_CMD_RDATA || !x->rx ||
      memcmp (x->tx + 1, zeros, c->frame_len) != 0)
    return false;
  t = c->now + (x->speed_hz ? (uint64_t) 16384000u / x->speed_hz : 0);
  c->sclk_at = c->now;
  c->violations.keep_out += near_drdy (c, t);
  x->rx[0] = 0;
  if (current_at (c, t, &k))
    ads1299_sim_frame (c, k, x->rx + 1);
  else
    memset (x->rx + 1, 0, c->frame_len);
  return true;
}

void
ads1299_sim_xfer (Ads1299Sim *c, const Ads1299Xfer *x)
{
  /* 8 bits in tCLK; 0: as slowly as the chip likes */
  double step = x->speed_hz ? 8.0 * ADS1299_FCLK_HZ / x->speed_hz : 16.0;
  bool fast = step < DECODE_TCLK;
  bool short_hold = x->delay_us * (ADS1299_FCLK_HZ / 1e6) < DECODE_TCLK;
  size_t i;

  if (plain_read (c, x))
    return;
  /* chip select was high: the parser starts afresh */
  c->parse = PARSE_IDLE;
  c->out = 0;
  c->sclk_at = c->now;
  if (c->knobs.deaf) {
    if (x->rx)
      memset (x->rx, 0, x->len);
    return;
  }
  for (i = 0; i < x->len; i++) {
    uint8_t out;
    bool last = i + 1 == x->len;

    /* Chip select rose before the last byte was decoded: it is lost. */
    if (last && short_hold &&
        ((c->parse == PARSE_IDLE && x->tx[i]) || c->parse == PARSE_WREG)) {
      c->violations.short_hold++;
      out = c->rdatac && c->parse == PARSE_IDLE ? data_byte (c) : 0;
    } else {
      out = one_byte (
          c, x->tx[i], c->now + (uint64_t) (step * (double) (i + 1)), fast);
    }
    if (x->rx)
      x->rx[i] = out;
  }
}
