/* ADS1299 chip library: the simulated chip
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-sim.h"

#include <stdlib.h>
#include <string.h>

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
  unsigned channels, first_channel;
  Ads1299Scene *scene;
  Ads1299Replay replay;

  uint8_t reg[ADS1299_N_REGS];
  uint8_t id;
  bool rdatac, converting, standby;
  uint64_t now, ready_at, start_at;
  uint32_t status_xor;
  uint16_t lead_off;

  Parse parse;
  unsigned r, left;
  uint8_t frame[ADS1299_FRAME_BYTES];
  unsigned out;     /* next byte of frame */
  uint64_t latched; /* conversion in frame[], UINT64_MAX: none */

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
  c->scene = scene;
  c->first_channel = first_channel;
  c->id = ads1299_reg_reset (ADS1299_REG_ID, channels);
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
ads1299_sim_set_status_xor (Ads1299Sim *c, uint32_t bits)
{
  c->status_xor = bits;
  c->latched = UINT64_MAX;
}

void
ads1299_sim_set_lead_off (Ads1299Sim *c, uint16_t bits)
{
  c->lead_off = bits;
  c->reg[ADS1299_REG_LOFF_STATP] = (uint8_t) (bits >> 8);
  c->reg[ADS1299_REG_LOFF_STATN] = (uint8_t) bits;
  c->latched = UINT64_MAX;
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

void
ads1299_sim_reset (Ads1299Sim *c)
{
  unsigned r;

  for (r = 0; r < ADS1299_N_REGS; r++)
    c->reg[r] = ads1299_reg_reset (r, c->channels);
  c->reg[ADS1299_REG_ID] = c->id;
  c->rdatac = true;
  c->converting = c->standby = false;
  c->ready_at = c->now + 18;
  c->parse = PARSE_IDLE;
  c->latched = UINT64_MAX;
}

unsigned
ads1299_sim_period (const Ads1299Sim *c)
{
  return 2 * ads1299_dr_to_decimation (c->reg[ADS1299_REG_CONFIG1] & 7);
}

uint64_t
ads1299_sim_drdy_time (const Ads1299Sim *c, uint64_t k)
{
  unsigned p = ads1299_sim_period (c);

  /* tSETTLE = 8 N + 9 tCLK = 4 tDR + 9 */
  return c->start_at + 4 * p + 9 + k * p;
}

bool
ads1299_sim_current (const Ads1299Sim *c, uint64_t *k)
{
  uint64_t first = ads1299_sim_drdy_time (c, 0);

  if (!c->converting || c->now < first)
    return false;
  *k = (c->now - first) / ads1299_sim_period (c);
  return true;
}

bool
ads1299_sim_is_converting (const Ads1299Sim *c)
{
  return c->converting;
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

/* What each input of this chip shows, from its registers. */
static void
apply_registers (Ads1299Sim *c)
{
  unsigned i, config2 = c->reg[ADS1299_REG_CONFIG2];

  for (i = 0; i < c->channels; i++) {
    unsigned set = c->reg[ADS1299_REG_CH1SET + i];
    Ads1299SceneChannel *ch =
        ads1299_scene_channel (c->scene, c->first_channel + i);

    if (!ch)
      continue;
    ch->gain_code = (set >> 4) & 7;
    if (ch->gain_code >= ADS1299_N_GAINS)
      ch->gain_code = ADS1299_N_GAINS - 1;
    if (set & ADS1299_CHSET_PD) {
      ch->signal = ADS1299_SIGNAL_OFF;
      continue;
    }
    switch (set & 7) {
      case ADS1299_MUX_NORMAL:
        if (ch->signal == ADS1299_SIGNAL_SQUARE ||
            ch->signal == ADS1299_SIGNAL_SHORT ||
            ch->signal >= ADS1299_SIGNAL_OFF)
          ch->signal = ADS1299_SIGNAL_EEG;
        break;
      case ADS1299_MUX_TEST:
        ch->signal = ADS1299_SIGNAL_SQUARE;
        /* VREF / 2400, once or twice */
        ch->volts =
            ads1299_scene_vref (c->scene) / 2400.0 * (config2 & 0x04 ? 2 : 1);
        if (!(config2 & ADS1299_CONFIG2_INT_CAL))
          ch->volts = 0.0;
        /* fCLK / 2^21 or 2^20 over a data rate of fCLK / (2 N) */
        ch->period = (config2 & 3) == 0   ? (1u << 21) / ads1299_sim_period (c)
                     : (config2 & 3) == 1 ? (1u << 20) / ads1299_sim_period (c)
                                          : 0;
        break;
      case ADS1299_MUX_SUPPLY:
        ch->signal = ADS1299_SIGNAL_CONSTANT;
        ch->volts = i == 2 || i == 3 ? 3.3 / 4 : 2.5;
        break;
      case ADS1299_MUX_TEMPERATURE:
        ch->signal = ADS1299_SIGNAL_CONSTANT;
        ch->volts = 145300e-6; /* 25 degrees C */
        break;
      default:
        ch->signal = ADS1299_SIGNAL_SHORT;
    }
  }
  ads1299_scene_invalidate (c->scene);
}

static void
start (Ads1299Sim *c)
{
  if (c->converting)
    return;
  apply_registers (c);
  c->converting = true;
  c->start_at = c->now;
  c->latched = UINT64_MAX;
}

static void
write_register (Ads1299Sim *c, unsigned r, uint8_t v)
{
  const Ads1299RegInfo *info;

  if (r >= ADS1299_N_REGS)
    return;
  info = &ads1299_regs[r];
  if ((v & info->fixed_mask) != info->fixed)
    c->violations.must_write++;
  v &= ads1299_reg_bits (r, c->channels);
  c->reg[r] = (uint8_t) ((c->reg[r] & ~info->writable) | (v & info->writable));
  /* a write to CONFIG1 resets the digital filter */
  if (c->converting) {
    apply_registers (c);
    if (r == ADS1299_REG_CONFIG1)
      c->start_at = c->now;
    c->latched = UINT64_MAX;
  }
}

static void
latch (Ads1299Sim *c)
{
  uint64_t k;

  c->out = 0;
  if (!ads1299_sim_current (c, &k)) {
    memset (c->frame, 0, sizeof c->frame);
    return;
  }
  if (k == c->latched)
    return;
  c->latched = k;
  if (c->replay.frames) {
    if (k < c->replay.n_frames)
      memcpy (c->frame, c->replay.frames + k * c->replay.stride,
          3 + 3 * c->channels);
    if (c->status_xor) {
      c->frame[0] ^= (uint8_t) (c->status_xor >> 16);
      c->frame[1] ^= (uint8_t) (c->status_xor >> 8);
      c->frame[2] ^= (uint8_t) c->status_xor;
    }
    return;
  }
  ads1299_frame_encode (c->frame, c->channels,
      (0xc00000u | (uint32_t) c->lead_off << 4 |
          (c->reg[ADS1299_REG_GPIO] >> 4)) ^
          c->status_xor,
      ads1299_scene_codes (c->scene, k) + c->first_channel);
}

static void
command (Ads1299Sim *c, uint8_t b)
{
  if (c->now < c->ready_at) {
    c->violations.early_bytes++;
    return;
  }
  if (c->standby && b != ADS1299_CMD_WAKEUP)
    return;
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
      start (c);
      break;
    case ADS1299_CMD_STOP:
      c->converting = false;
      break;
    case ADS1299_CMD_RDATAC:
      c->rdatac = true;
      break;
    case ADS1299_CMD_SDATAC:
      c->rdatac = false;
      break;
    case ADS1299_CMD_RDATA:
      latch (c);
      c->parse = PARSE_DATA;
      break;
    default:
      c->violations.unknown_commands++;
  }
}

static uint8_t
data_byte (Ads1299Sim *c)
{
  unsigned len = 3 + 3 * c->channels;

  /* past its end the frame repeats (multiple read-back mode) */
  return c->frame[c->out++ % len];
}

void
ads1299_sim_xfer (Ads1299Sim *c, const uint8_t *tx, uint8_t *rx, size_t len)
{
  static const uint8_t zeros[64];
  size_t i;

  /* chip select was high: the parser starts afresh */
  c->parse = PARSE_IDLE;
  if (c->rdatac)
    latch (c);
  for (i = 0; i < len; i++) {
    uint8_t out = 0;

    switch (c->parse) {
      case PARSE_IDLE:
        if (c->rdatac)
          out = data_byte (c);
        command (c, tx[i]);
        break;
      case PARSE_RREG_N:
      case PARSE_WREG_N:
        c->left = (tx[i] & 0x1f) + 1;
        c->parse = c->parse == PARSE_RREG_N ? PARSE_RREG : PARSE_WREG;
        break;
      case PARSE_RREG:
        out = ads1299_sim_peek (c, c->r++);
        if (--c->left == 0)
          c->parse = PARSE_IDLE;
        break;
      case PARSE_WREG:
        write_register (c, c->r++, tx[i]);
        if (--c->left == 0)
          c->parse = PARSE_IDLE;
        break;
      case PARSE_DATA: {
        size_t n = 3 + 3 * c->channels;

        /* The usual read: the whole frame at once, nothing on DIN. */
        if (c->out == 0 && len - i == n && rx &&
            memcmp (tx + i, zeros, n) == 0) {
          memcpy (rx + i, c->frame, n);
          c->parse = PARSE_IDLE;
          return;
        }
        out = data_byte (c);
        if (tx[i])
          command (c, tx[i]);
        break;
      }
    }
    if (rx)
      rx[i] = out;
  }
}
