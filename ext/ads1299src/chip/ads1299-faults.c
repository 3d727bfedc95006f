/* ADS1299 chip library: fault scripts of the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-faults.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- what there is --------------------------------------------------------- */

typedef enum
{
  KEY_N,
  KEY_CH,
  KEY_CHIP,
  KEY_ID,
  KEY_REG,
  KEY_LEVEL,
  KEY_VALUE,
  KEY_PERIOD,
  KEY_US,
  KEY_PPM,
  KEY_ERRNO,
  N_KEYS,
} Key;

/* @max: largest value; whole numbers but for us and ppm. */
static const struct
{
  const char *name;
  double max;
} keys[N_KEYS] = {
    [KEY_N] = {"n", 1e9},
    [KEY_CH] = {"ch", 63},
    [KEY_CHIP] = {"chip", 7},
    [KEY_ID] = {"id", 255},
    [KEY_REG] = {"reg", 23},
    [KEY_LEVEL] = {"level", 1},
    [KEY_VALUE] = {"value", 255},
    [KEY_PERIOD] = {"period", 1e6},
    [KEY_US] = {"us", 1e9},
    [KEY_PPM] = {"ppm", 900000},
    [KEY_ERRNO] = {"errno", 133},
};

#define K(x) (1u << KEY_##x)

/* @n: when the script does not say; @start: may act before the first sample. */
static const struct
{
  const char *name;
  unsigned keys;
  uint64_t n;
  bool start;
  const char *text;
} kinds[ADS1299_N_FAULTS] = {
    [ADS1299_FAULT_LOST_DRDY] = {"lost-drdy", K (N), 1, false,
        "edges never reach the interrupt controller: a hole in time, none in "
        "the sequence"},
    [ADS1299_FAULT_MISSED_IRQ] = {"missed-irq", K (N), 1, false,
        "events overflow in the kernel: a hole in the sequence"},
    [ADS1299_FAULT_COALESCE] = {"coalesce", K (N), 2, false,
        "n edges become one event: no hole in the sequence"},
    [ADS1299_FAULT_DOUBLE_EDGE] = {"double-edge", K (N), 1, false,
        "each edge comes twice, 2 us apart"},
    [ADS1299_FAULT_GLITCH] = {"glitch", K (N), 1, false,
        "one more edge somewhere inside the period"},
    [ADS1299_FAULT_LATE_IRQ] = {"late-irq", K (N) | K (US), 1, false,
        "time stamps late by a random part of us microseconds"},
    [ADS1299_FAULT_LATE_READ] = {"late-read", K (N) | K (US), 1, false,
        "the host wakes us microseconds after the edge"},
    [ADS1299_FAULT_DEAD_DRDY] = {"dead-drdy", 0, ADS1299_FOREVER, false,
        "no edge any more"},
    [ADS1299_FAULT_STUCK_DRDY] = {"stuck-drdy", K (N) | K (LEVEL),
        ADS1299_FOREVER, true, "the DRDY line stays at level"},
    [ADS1299_FAULT_EINTR] = {"eintr", K (N), 1, false,
        "a signal interrupts the wait"},
    [ADS1299_FAULT_RATE_ERROR] = {"rate-error", K (N) | K (PPM),
        ADS1299_FOREVER, true, "the oscillator is off by ppm"},
    [ADS1299_FAULT_REMARKED] = {"remarked", 0, ADS1299_FOREVER, true,
        "another part under this name: four times the rate"},
    [ADS1299_FAULT_NO_CLOCK] = {"no-clock", K (CHIP), ADS1299_FOREVER, true,
        "the oscillator stands: no edge, no answer"},
    [ADS1299_FAULT_STATUS_ERROR] = {"status-error", K (N), 1, false,
        "status words do not begin with 1100"},
    [ADS1299_FAULT_TORN_FRAME] = {"torn-frame", K (N) | K (CHIP), 1, false,
        "the end of a frame belongs to the next conversion"},
    [ADS1299_FAULT_BIT_FLIP] = {"bit-flip", K (N) | K (CHIP), 1, false,
        "one random bit of the frame is wrong"},
    [ADS1299_FAULT_MISO_STUCK] = {"miso-stuck", K (N) | K (LEVEL),
        ADS1299_FOREVER, true, "every bit read is level"},
    [ADS1299_FAULT_SPI_MODE] = {"spi-mode", K (N), ADS1299_FOREVER, true,
        "the host samples in mode 0: everything one bit late"},
    [ADS1299_FAULT_SPI_ERROR] = {"spi-error", K (N) | K (ERRNO), 1, true,
        "transfers fail with errno"},
    [ADS1299_FAULT_SPI_SHORT] = {"spi-short", K (N), 1, true,
        "transfers end half-way"},
    [ADS1299_FAULT_CHIP_SILENT] = {"chip-silent", K (N) | K (CHIP),
        ADS1299_FOREVER, true, "a chip does not drive MISO"},
    [ADS1299_FAULT_WRONG_ID] = {"wrong-id", K (ID) | K (CHIP), ADS1299_FOREVER,
        true, "the ID register reads id"},
    [ADS1299_FAULT_STUCK_BIT] = {"stuck-bit", K (VALUE) | K (REG) | K (CHIP),
        ADS1299_FOREVER, true,
        "the bits value of register reg never change by a write"},
    [ADS1299_FAULT_BROWN_OUT] = {"brown-out", K (CHIP), 1, false,
        "the supply dips: registers to reset, no conversion"},
    [ADS1299_FAULT_NO_REFERENCE] = {"no-reference", K (N) | K (CHIP),
        ADS1299_FOREVER, true, "the reference stays at 80 % of its voltage"},
    [ADS1299_FAULT_UNPLUG] = {"unplug", 0, ADS1299_FOREVER, false,
        "the device is gone: ENODEV"},
    [ADS1299_FAULT_LEAD_OFF] = {"lead-off", K (N) | K (CH), 1, false,
        "electrode ch is off"},
    [ADS1299_FAULT_LEAD_TOGGLE] = {"lead-toggle", K (N) | K (CH) | K (PERIOD),
        ADS1299_FOREVER, false,
        "electrode ch comes off and on every period samples"},
    [ADS1299_FAULT_SATURATED] = {"saturated", K (N) | K (CH) | K (LEVEL),
        ADS1299_FOREVER, false, "channel ch stands at a rail"},
    [ADS1299_FAULT_NOISY] = {"noisy", K (N) | K (CH) | K (VALUE),
        ADS1299_FOREVER, true, "channel ch has value times the noise"},
    [ADS1299_FAULT_GPIO] = {"gpio", K (N) | K (VALUE), 1, false,
        "the pins GPIO4..1 read value"},
};

static const struct
{
  const char *name;
  int value;
} errnos[] = {{"EIO", EIO}, {"ETIMEDOUT", ETIMEDOUT}, {"ENODEV", ENODEV},
    {"EINTR", EINTR}, {"EBUSY", EBUSY}, {"EAGAIN", EAGAIN},
    {"EMSGSIZE", EMSGSIZE}};
#define N_ERRNOS (sizeof errnos / sizeof errnos[0])

const char *
ads1299_fault_name (Ads1299FaultKind kind)
{
  return (unsigned) kind < ADS1299_N_FAULTS ? kinds[kind].name : "unknown";
}

const char *
ads1299_fault_text (Ads1299FaultKind kind)
{
  return (unsigned) kind < ADS1299_N_FAULTS ? kinds[kind].text : "";
}

bool
ads1299_fault_from_power_on (Ads1299FaultKind kind)
{
  return (unsigned) kind < ADS1299_N_FAULTS && kinds[kind].start;
}

/* --- parsing --------------------------------------------------------------- */

typedef struct
{
  const char *script, *s, *end; /* the whole, the place, end of this fault */
  Ads1299Error *error;
} Parser;

static bool
is_word (char c)
{
  return (c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9');
}

/* Edits between a word and a name, at most 9. */
static unsigned
distance (const char *a, size_t n, const char *b)
{
  unsigned row[24], m = (unsigned) strlen (b), i, j;

  if (n > 20 || m > 20)
    return 9;
  for (j = 0; j <= m; j++)
    row[j] = j;
  for (i = 1; i <= n; i++) {
    unsigned diagonal = row[0];

    row[0] = i;
    for (j = 1; j <= m; j++) {
      unsigned cost = diagonal + (a[i - 1] != b[j - 1]);

      diagonal = row[j];
      if (row[j] + 1 < cost)
        cost = row[j] + 1;
      if (row[j - 1] + 1 < cost)
        cost = row[j - 1] + 1;
      row[j] = cost;
    }
  }
  return row[m];
}

static size_t
position (const Parser *p)
{
  return (size_t) (p->s - p->script) + 1;
}

/* ", did you mean \"x\"?" and then all names. */
static bool
fail_name (Parser *p, const char *what, size_t len, const char *best,
    unsigned edits, const char *all)
{
  char guess[40] = "";

  if (edits <= 3 && edits < len)
    snprintf (guess, sizeof guess, ", did you mean \"%s\"?", best);
  if (len > 30)
    len = 30;
  return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
      "Unknown %s \"%.*s\" at position %zu%s; known are %s", what, (int) len,
      p->s, position (p), guess, all);
}

static void
append (char *text, size_t size, const char *name)
{
  size_t len = strlen (text);

  snprintf (text + len, size - len, "%s%s", len ? ", " : "", name);
}

static size_t
word_length (const Parser *p)
{
  const char *w = p->s;

  while (w < p->end && is_word (*w))
    w++;
  return (size_t) (w - p->s);
}

/* Whole and fractional decimals or 0x hex, independent of the locale. */
static bool
parse_number (
    Parser *p, bool fraction, bool negative, double max, double *value)
{
  const char *start = p->s, *s = p->s;
  double v = 0.0, scale = 1.0, sign = 1.0;
  bool any = false;

  if (s < p->end && negative && (*s == '-' || *s == '+'))
    sign = *s++ == '-' ? -1.0 : 1.0;
  if (p->end - s > 2 && s[0] == '0' && (s[1] | 32) == 'x') {
    for (s += 2; s < p->end; s++) {
      if (*s >= '0' && *s <= '9')
        v = v * 16 + (*s - '0');
      else if ((*s | 32) >= 'a' && (*s | 32) <= 'f')
        v = v * 16 + ((*s | 32) - 'a' + 10);
      else
        break;
      any = true;
    }
  } else {
    for (; s < p->end && *s >= '0' && *s <= '9'; s++, any = true)
      v = v * 10 + (*s - '0');
    if (fraction && any && s < p->end && *s == '.')
      for (s++; s < p->end && *s >= '0' && *s <= '9'; s++) {
        scale /= 10;
        v += scale * (*s - '0');
      }
  }
  if (!any || !(v <= max)) {
    p->s = start;
    return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault script: expected a %snumber of at most %.15g at position %zu",
        fraction ? "" : "whole ", max, position (p));
  }
  p->s = s;
  *value = sign * v;
  return true;
}

static bool
parse_errno (Parser *p, int *value)
{
  char all[160] = "";
  size_t i;

  for (i = 0; i < N_ERRNOS; i++) {
    size_t len = strlen (errnos[i].name);

    if ((size_t) (p->end - p->s) >= len &&
        memcmp (p->s, errnos[i].name, len) == 0) {
      *value = errnos[i].value;
      p->s += len;
      return true;
    }
    append (all, sizeof all, errnos[i].name);
  }
  return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
      "Fault script: expected one of %s at position %zu", all, position (p));
}

static bool
parse_kind (Parser *p, Ads1299Fault *f)
{
  size_t len = word_length (p);
  unsigned k, best = 0, edits = 9;
  char all[400] = "";

  for (k = 0; k < ADS1299_N_FAULTS; k++) {
    unsigned d = distance (p->s, len, kinds[k].name);

    append (all, sizeof all, kinds[k].name);
    if (d < edits) {
      edits = d;
      best = k;
    }
  }
  if (edits > 0)
    return fail_name (p, "fault", len, kinds[best].name, edits, all);
  f->kind = (Ads1299FaultKind) best;
  f->n = kinds[best].n;
  p->s += len;
  return true;
}

static bool
parse_key (Parser *p, Ads1299Fault *f)
{
  size_t len = word_length (p);
  unsigned k, best = 0, edits = 9, allowed = kinds[f->kind].keys;
  char all[120] = "";
  double v = 0.0;

  for (k = 0; k < N_KEYS; k++) {
    unsigned d = distance (p->s, len, keys[k].name);

    if (!(allowed >> k & 1))
      continue;
    append (all, sizeof all, keys[k].name);
    if (d < edits) {
      edits = d;
      best = k;
    }
  }
  if (allowed == 0)
    return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault script: \"%s\" takes no key, but there is one at position %zu",
        kinds[f->kind].name, position (p));
  if (edits > 0) {
    char what[48];

    snprintf (what, sizeof what, "key of %s", kinds[f->kind].name);
    return fail_name (p, what, len, keys[best].name, edits, all);
  }
  p->s += len;
  if (p->s == p->end || *p->s != '=')
    return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault script: expected \"=\" after \"%s\" at position %zu",
        keys[best].name, position (p));
  p->s++;
  if (best == KEY_ERRNO)
    return parse_errno (p, &f->error);
  if (!parse_number (p, best == KEY_US || best == KEY_PPM, best == KEY_PPM,
          keys[best].max, &v))
    return false;
  switch ((Key) best) {
    case KEY_N:
      f->n = (uint64_t) v;
      break;
    case KEY_CH:
      f->ch = (unsigned) v;
      break;
    case KEY_CHIP:
      f->chip = (unsigned) v;
      break;
    case KEY_ID:
      f->id = (unsigned) v;
      break;
    case KEY_REG:
      f->reg = (unsigned) v;
      break;
    case KEY_LEVEL:
      f->level = (unsigned) v;
      break;
    case KEY_VALUE:
      f->value = (unsigned) v;
      break;
    case KEY_PERIOD:
      f->period = (unsigned) v;
      break;
    case KEY_US:
      f->us = v < 0.0 ? 0.0 : v;
      break;
    default:
      f->ppm = v;
  }
  return true;
}

static void
set_defaults (Ads1299Fault *f)
{
  f->chip = f->kind == ADS1299_FAULT_WRONG_ID ||
                    f->kind == ADS1299_FAULT_CHIP_SILENT ||
                    f->kind == ADS1299_FAULT_STUCK_BIT
                ? 0
                : ADS1299_ALL_CHIPS;
  f->level =
      f->kind == ADS1299_FAULT_SATURATED || f->kind == ADS1299_FAULT_STUCK_DRDY;
  f->value = f->kind == ADS1299_FAULT_NOISY ? 10 : 1;
  f->us = 1000.0;
  f->ppm = 50000.0;
  f->error = EIO;
  f->period = 50;
}

static bool
parse_one (Parser *p, Ads1299Fault *f)
{
  memset (f, 0, sizeof *f);
  if (!parse_kind (p, f))
    return false;
  set_defaults (f);
  if (p->s == p->end || *p->s != '@')
    return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault script: expected \"@seconds\" after \"%s\" at position %zu",
        kinds[f->kind].name, position (p));
  p->s++;
  if (!parse_number (p, true, false, 1e9, &f->at))
    return false;
  if (f->at < 0.0)
    f->at = 0.0;
  while (p->s < p->end) {
    if (*p->s != ',')
      return ads1299_fail (p->error, ADS1299_ERR_SCRIPT, -1, -1,
          "Fault script: expected \",key=value\" or \";\" at position %zu",
          position (p));
    p->s++;
    if (!parse_key (p, f))
      return false;
  }
  if (f->kind == ADS1299_FAULT_LEAD_TOGGLE && f->period == 0)
    f->period = 1;
  return true;
}

int
ads1299_faults_parse (
    const char *script, Ads1299Fault *faults, Ads1299Error *error)
{
  Parser p = {script, script, NULL, error};
  int n = 0;

  while (p.s && *p.s) {
    const char *next = strchr (p.s, ';');

    if (!next)
      next = p.s + strlen (p.s);
    p.end = next;
    while (p.s < p.end && (*p.s == ' ' || *p.s == '\n'))
      p.s++;
    while (p.end > p.s && (p.end[-1] == ' ' || p.end[-1] == '\n'))
      p.end--;
    if (p.s < p.end) {
      if (n == ADS1299_MAX_FAULTS) {
        ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
            "Fault script: more than %d faults, the next one at position %zu",
            ADS1299_MAX_FAULTS, position (&p));
        return -1;
      }
      if (!parse_one (&p, &faults[n]))
        return -1;
      n++;
    }
    p.s = *next ? next + 1 : next;
  }
  return n;
}

int
ads1299_fault_print (const Ads1299Fault *f, char *text, size_t size)
{
  unsigned allowed = kinds[f->kind].keys, i;
  char list[160] = "", item[40];

#define ADD(key, format, value)                                                \
  if (allowed & K (key)) {                                                     \
    snprintf (item, sizeof item, format, value);                               \
    strncat (list, item, sizeof list - strlen (list) - 1);                     \
  }
  if (f->n != ADS1299_FOREVER)
    ADD (N, ",n=%llu", (unsigned long long) f->n);
  ADD (CH, ",ch=%u", f->ch);
  if (f->chip != ADS1299_ALL_CHIPS)
    ADD (CHIP, ",chip=%u", f->chip);
  ADD (ID, ",id=0x%02x", f->id);
  ADD (REG, ",reg=%u", f->reg);
  ADD (LEVEL, ",level=%u", f->level);
  ADD (VALUE, ",value=%u", f->value);
  ADD (PERIOD, ",period=%u", f->period);
  /* thousandths, without asking the locale for its decimal point */
  ADD (US, ",us=%lld", (long long) f->us);
  ADD (PPM, ",ppm=%lld", (long long) f->ppm);
#undef ADD
  for (i = 0; (allowed & K (ERRNO)) && i < N_ERRNOS; i++)
    if (errnos[i].value == f->error) {
      snprintf (item, sizeof item, ",errno=%s", errnos[i].name);
      strncat (list, item, sizeof list - strlen (list) - 1);
    }
  return snprintf (text, size, "%s@%llu.%06llu%s", kinds[f->kind].name,
      (unsigned long long) f->at,
      (unsigned long long) ((f->at - (double) (unsigned long long) f->at) *
                            1e6),
      list);
}
