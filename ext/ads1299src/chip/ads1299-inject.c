/* ADS1299 chip library: what a fault script does to the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-inject.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  Ads1299Fault f;
  uint64_t from, to; /* conversions; @to exclusive */
  bool active, done;
} Window;

struct _Ads1299Inject
{
  const Ads1299Bus *bus;
  Ads1299Scene *const *scene;
  Ads1299SimTruth *truth;
  uint32_t seed;
  bool noisy; /* the script changes noise */

  /* where the time is */
  bool known, started;
  uint64_t index, next_change;
  uint64_t transfers;
  bool gone;
  int line;

  int n;
  Window w[ADS1299_MAX_FAULTS];
};

static uint64_t
mix64 (uint64_t x)
{
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

static uint64_t
roll (const Ads1299Inject *j, const Window *w, uint64_t salt)
{
  return mix64 (mix64 ((uint64_t) j->seed << 32 | (uint64_t) (w - j->w)) +
                j->index * 64 + salt);
}

/* Another draw at every transfer: what is read twice is spoiled in two ways. */
static uint64_t
roll_transfer (const Ads1299Inject *j, const Window *w, uint64_t salt)
{
  return mix64 (roll (j, w, salt) + j->transfers);
}

static double
uniform (uint64_t h)
{
  return (double) (h >> 11) * (1.0 / 9007199254740992.0);
}

static bool
check (Ads1299Inject *j, const Ads1299Fault *f, unsigned channels,
    Ads1299Error *error)
{
  const char *name = ads1299_fault_name (f->kind);

  if (f->ch >= channels)
    return ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault \"%s\": ch=%u, but the channels are 0 to %u", name, f->ch,
        channels - 1);
  if (f->chip != ADS1299_ALL_CHIPS && f->chip >= j->bus->n_chips)
    return ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault \"%s\": chip=%u, but the chips are 0 to %u", name, f->chip,
        j->bus->n_chips - 1);
  return true;
}

Ads1299Inject *
ads1299_inject_new (const char *script, unsigned rate, uint32_t seed,
    const Ads1299Bus *bus, Ads1299Scene *const *scene, Ads1299SimTruth *truth,
    Ads1299Error *error)
{
  Ads1299Fault *faults = calloc (ADS1299_MAX_FAULTS, sizeof *faults);
  Ads1299Inject *j = calloc (1, sizeof *j);
  unsigned channels = 0, c;
  int i;

  if (!faults || !j) {
    ads1299_fail (error, ADS1299_ERR_MEMORY, -1, -1, "Out of memory");
    goto fail;
  }
  j->bus = bus;
  j->scene = scene;
  j->truth = truth;
  j->seed = seed;
  j->line = -1;
  for (c = 0; c < bus->n_chips; c++)
    channels += bus->channels[c];
  j->n = ads1299_faults_parse (script, faults, error);
  if (j->n < 0)
    goto fail;
  for (i = 0; i < j->n; i++) {
    Window *w = &j->w[i];

    w->f = faults[i];
    if (!check (j, &w->f, channels, error))
      goto fail;
    w->from = (uint64_t) (w->f.at * rate + 0.5);
    w->to = w->f.n == ADS1299_FOREVER ? UINT64_MAX : w->from + w->f.n;
    j->noisy |= w->f.kind == ADS1299_FAULT_NOISY;
  }
  free (faults);
  return j;
fail:
  free (faults);
  free (j);
  return NULL;
}

void
ads1299_inject_free (Ads1299Inject *j)
{
  free (j);
}

/* --- state ------------------------------------------------------------------ */

static bool
is_active (const Window *w, bool started, uint64_t index)
{
  if (!started)
    return w->f.at == 0.0 && ads1299_fault_from_power_on (w->f.kind);
  /* a one-shot stays due until it has struck */
  if (w->f.kind == ADS1299_FAULT_BROWN_OUT)
    return index >= w->from && !w->done;
  return index >= w->from && index < w->to;
}

/* Period of a toggling electrode that holds @index: even ones are off. */
static uint64_t
toggle (const Window *w, uint64_t index)
{
  return (index - w->from) / w->f.period;
}

bool
ads1299_inject_changes (Ads1299Inject *j, bool started, uint64_t index)
{
  uint64_t next = UINT64_MAX;
  int i;

  if (j->known && started == j->started &&
      (!started || (index < j->next_change && index >= j->index))) {
    j->index = index;
    return false;
  }
  j->known = true;
  j->started = started;
  j->index = index;
  j->line = -1;
  for (i = 0; i < j->n; i++) {
    Window *w = &j->w[i];

    w->active = is_active (w, started, index);
    if (index < w->from && w->from < next)
      next = w->from;
    if (index < w->to && w->to < next)
      next = w->to;
    if (!w->active)
      continue;
    switch (w->f.kind) {
      case ADS1299_FAULT_UNPLUG:
        j->gone = true;
        j->truth->count[w->f.kind] = 1;
        break;
      case ADS1299_FAULT_DEAD_DRDY:
        j->line = 1;
        break;
      case ADS1299_FAULT_STUCK_DRDY:
        j->line = (int) w->f.level;
        break;
      case ADS1299_FAULT_LEAD_TOGGLE:
        if (w->from + (toggle (w, index) + 1) * w->f.period < next)
          next = w->from + (toggle (w, index) + 1) * w->f.period;
        break;
      default:
        break;
    }
  }
  j->next_change = started ? next : 0;
  return true;
}

static void
off_bit (const Ads1299Inject *j, unsigned ch, Ads1299Struck *s)
{
  unsigned chip = 0;

  while (ch >= j->bus->channels[chip])
    ch -= j->bus->channels[chip++];
  s->knobs[chip].lead_off |= (uint16_t) (0x100u << ch);
}

static void
rail_bit (const Ads1299Inject *j, const Ads1299Fault *f, Ads1299Struck *s)
{
  unsigned chip = 0, ch = f->ch;

  while (ch >= j->bus->channels[chip])
    ch -= j->bus->channels[chip++];
  if (f->level)
    s->knobs[chip].rail_hi |= (uint8_t) (1u << ch);
  else
    s->knobs[chip].rail_lo |= (uint8_t) (1u << ch);
}

static void
set_noise (const Ads1299Inject *j, unsigned ch, double noise)
{
  unsigned i;

  for (i = 0; i < j->bus->n_chips; i++) {
    Ads1299SceneChannel *c = ads1299_scene_channel (j->scene[i], ch);

    if (c) {
      c->noise = noise;
      ads1299_scene_invalidate (j->scene[i]);
    }
  }
}

/* What @w does to one chip. */
static void
strike_chip (Ads1299Inject *j, Window *w, unsigned chip, Ads1299Struck *s)
{
  Ads1299SimKnobs *k = &s->knobs[chip];

  switch (w->f.kind) {
    case ADS1299_FAULT_REMARKED:
      k->rate_shift = 2;
      break;
    case ADS1299_FAULT_NO_CLOCK:
      k->deaf = true;
      break;
    case ADS1299_FAULT_STATUS_ERROR:
      k->status_xor = 0x500000;
      break;
    case ADS1299_FAULT_WRONG_ID:
      s->id[chip] = (uint8_t) w->f.id;
      break;
    case ADS1299_FAULT_STUCK_BIT:
      k->stuck_reg = (uint8_t) w->f.reg;
      k->stuck_bits = (uint8_t) w->f.value;
      break;
    case ADS1299_FAULT_BROWN_OUT:
      s->brown_out |= (uint8_t) (1u << chip);
      break;
    case ADS1299_FAULT_NO_REFERENCE:
      k->weak_reference = true;
      break;
    case ADS1299_FAULT_GPIO:
      k->gpio = w->f.value & 0x0f;
      break;
    default:
      break;
  }
}

void
ads1299_inject_state (
    Ads1299Inject *j, bool started, uint64_t index, Ads1299Struck *s)
{
  unsigned c, channels = 0;
  int i;

  ads1299_inject_changes (j, started, index);
  memset (s, 0, sizeof *s);
  for (c = 0; c < j->bus->n_chips; c++) {
    s->id[c] = ads1299_reg_reset (ADS1299_REG_ID, j->bus->channels[c]);
    channels += j->bus->channels[c];
  }
  for (c = 0; j->noisy && c < channels; c++)
    set_noise (j, c, 1.0);
  for (i = 0; i < j->n; i++) {
    Window *w = &j->w[i];

    if (!w->active)
      continue;
    for (c = 0; c < j->bus->n_chips; c++)
      if (w->f.chip == ADS1299_ALL_CHIPS || w->f.chip == c)
        strike_chip (j, w, c, s);
    switch (w->f.kind) {
      case ADS1299_FAULT_RATE_ERROR:
        s->ppm += w->f.ppm;
        break;
      case ADS1299_FAULT_BROWN_OUT:
        w->done = true;
        w->active = false;
        j->truth->count[w->f.kind]++;
        break;
      case ADS1299_FAULT_LEAD_OFF:
        off_bit (j, w->f.ch, s);
        break;
      case ADS1299_FAULT_LEAD_TOGGLE:
        if (toggle (w, index) % 2 == 0)
          off_bit (j, w->f.ch, s);
        break;
      case ADS1299_FAULT_SATURATED:
        rail_bit (j, &w->f, s);
        break;
      case ADS1299_FAULT_NOISY:
        set_noise (j, w->f.ch, w->f.value);
        break;
      default:
        break;
    }
  }
}

bool
ads1299_inject_gone (const Ads1299Inject *j)
{
  return j->gone;
}

int
ads1299_inject_line (const Ads1299Inject *j)
{
  return j->line;
}

/* --- edges ------------------------------------------------------------------ */

void
ads1299_inject_edge (Ads1299Inject *j, uint64_t index, Ads1299EdgeFault *e)
{
  int i;

  memset (e, 0, sizeof *e);
  for (i = 0; i < j->n; i++) {
    const Window *w = &j->w[i];
    uint64_t n = 1;

    if (index < w->from || index >= w->to)
      continue;
    switch (w->f.kind) {
      case ADS1299_FAULT_LOST_DRDY:
        e->skip = n = w->to - index;
        break;
      case ADS1299_FAULT_MISSED_IRQ:
        e->skip = e->skip_seq = n = w->to - index;
        break;
      case ADS1299_FAULT_COALESCE:
        /* the last edge of them is the one that comes through */
        e->skip = n = w->to - 1 - index;
        break;
      case ADS1299_FAULT_DOUBLE_EDGE:
        e->extra = -1.0;
        break;
      case ADS1299_FAULT_GLITCH:
        e->extra = 0.3 + 0.4 * uniform (roll (j, w, 1));
        break;
      case ADS1299_FAULT_LATE_IRQ:
        e->stamp_us = w->f.us * uniform (roll (j, w, 2));
        break;
      case ADS1299_FAULT_LATE_READ:
        e->late_us = w->f.us;
        break;
      case ADS1299_FAULT_TORN_FRAME:
      case ADS1299_FAULT_BIT_FLIP:
      case ADS1299_FAULT_MISO_STUCK:
      case ADS1299_FAULT_SPI_MODE:
      case ADS1299_FAULT_SPI_ERROR:
      case ADS1299_FAULT_SPI_SHORT:
      case ADS1299_FAULT_CHIP_SILENT:
      case ADS1299_FAULT_UNPLUG:
      case ADS1299_FAULT_BROWN_OUT:
        n = 0; /* counted where they strike */
        break;
      default:
        break;
    }
    j->truth->count[w->f.kind] += n;
    if (e->skip)
      return;
  }
}

/* --- bytes ------------------------------------------------------------------ */

int
ads1299_inject_xfer_error (Ads1299Inject *j, bool *half)
{
  int i, r = 0;

  *half = false;
  j->transfers++;
  if (j->gone)
    return -ENODEV;
  for (i = 0; i < j->n && r == 0; i++) {
    const Window *w = &j->w[i];

    if (!w->active)
      continue;
    if (w->f.kind == ADS1299_FAULT_SPI_ERROR) {
      r = -w->f.error;
    } else if (w->f.kind == ADS1299_FAULT_SPI_SHORT) {
      *half = true;
      r = -EIO;
    } else {
      continue;
    }
    j->truth->count[w->f.kind]++;
  }
  return r;
}

static void
flip_bit (const Ads1299Inject *j, const Window *w, unsigned chip, uint8_t *rx,
    size_t len)
{
  uint64_t bit = roll_transfer (j, w, 8 + chip) % (8 * len);

  rx[bit / 8] ^= (uint8_t) (0x80 >> bit % 8);
}

/* Mode 0: the host samples one bit late. */
static void
shift_bits (uint8_t *rx, size_t len)
{
  uint8_t carry = 0;
  size_t i;

  for (i = 0; i < len; i++) {
    uint8_t v = rx[i];

    rx[i] = (uint8_t) (carry << 7 | v >> 1);
    carry = v & 1;
  }
}

void
ads1299_inject_bytes (Ads1299Inject *j, unsigned chip, uint8_t *rx, size_t len,
    bool frame, const uint8_t *next, unsigned next_len)
{
  int i;

  for (i = 0; i < j->n; i++) {
    const Window *w = &j->w[i];

    if (!w->active || (w->f.chip != ADS1299_ALL_CHIPS && w->f.chip != chip))
      continue;
    switch (w->f.kind) {
      case ADS1299_FAULT_TORN_FRAME:
        if (!frame || next_len < 2 || len < next_len + 1)
          continue;
        {
          size_t at = 1 + roll_transfer (j, w, 16 + chip) % (next_len - 1);

          memcpy (rx + 1 + at, next + at, next_len - at);
        }
        break;
      case ADS1299_FAULT_BIT_FLIP:
        if (!frame)
          continue;
        flip_bit (j, w, chip, rx + 1, len - 1);
        break;
      case ADS1299_FAULT_MISO_STUCK:
        memset (rx, w->f.level ? 0xff : 0x00, len);
        break;
      case ADS1299_FAULT_CHIP_SILENT:
        memset (rx, 0x00, len);
        break;
      case ADS1299_FAULT_SPI_MODE:
        shift_bits (rx, len);
        break;
      default:
        continue;
    }
    j->truth->count[w->f.kind]++;
  }
}
