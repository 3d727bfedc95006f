/* ADS1299 chip library: fault scripts of the simulated bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-faults.h"

#include <string.h>

static const char *const kinds[ADS1299_N_FAULTS] = {"lost-drdy", "missed-irq",
    "status-error", "lead-off", "dead-drdy", "wrong-id"};
#define KINDS_TEXT                                                             \
  "lost-drdy, missed-irq, status-error, lead-off, dead-drdy, wrong-id"

/* Unsigned decimal with fraction or 0x hex, independent of the locale. NULL
 * when there is no number. */
static const char *
number (const char *s, double *value)
{
  double v = 0, scale = 1;
  const char *p = s;

  if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
    for (p += 2, s = p; p - s < 8; p++) {
      if (*p >= '0' && *p <= '9')
        v = v * 16 + (*p - '0');
      else if ((*p | 32) >= 'a' && (*p | 32) <= 'f')
        v = v * 16 + ((*p | 32) - 'a' + 10);
      else
        break;
    }
    *value = v;
    return p == s ? NULL : p;
  }
  for (; *p >= '0' && *p <= '9' && p - s < 15; p++)
    v = v * 10 + (*p - '0');
  if (p == s)
    return NULL;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; p++) {
      scale /= 10;
      v += scale * (*p - '0');
    }
  *value = v;
  return p;
}

static bool
parse_one (const char *s, const char *end, Ads1299Fault *f, Ads1299Error *error)
{
  const char *at = memchr (s, '@', (size_t) (end - s));
  int len = (int) (end - s), k;

  if (!at) {
    ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault \"%.*s\" has no \"@seconds\"", len, s);
    return false;
  }
  memset (f, 0, sizeof *f);
  f->n = 1;
  for (k = 0; k < ADS1299_N_FAULTS; k++)
    if (strlen (kinds[k]) == (size_t) (at - s) &&
        memcmp (kinds[k], s, (size_t) (at - s)) == 0)
      break;
  if (k == ADS1299_N_FAULTS) {
    ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
        "Unknown fault \"%.*s\"; known are " KINDS_TEXT, (int) (at - s), s);
    return false;
  }
  f->kind = (Ads1299FaultKind) k;
  s = number (at + 1, &f->at);
  while (s && s < end) {
    double v = 0;

    if (strncmp (s, ",n=", 3) == 0) {
      s = number (s + 3, &v);
      f->n = (uint64_t) v;
    } else if (strncmp (s, ",ch=", 4) == 0) {
      s = number (s + 4, &v);
      f->ch = (unsigned) v;
    } else if (strncmp (s, ",id=", 4) == 0) {
      s = number (s + 4, &v);
      f->id = (unsigned) v & 0xff;
    } else {
      s = NULL;
    }
  }
  if (!s) {
    ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1,
        "Fault \"%.*s\": after the kind comes @seconds and any of ,n=COUNT "
        ",ch=CHANNEL ,id=VALUE",
        len, end - len);
    return false;
  }
  return true;
}

int
ads1299_faults_parse (
    const char *script, Ads1299Fault *faults, Ads1299Error *error)
{
  int n = 0;

  while (script && *script) {
    const char *end = strchr (script, ';');

    if (!end)
      end = script + strlen (script);
    while (*script == ' ')
      script++;
    if (end > script) {
      if (n == ADS1299_MAX_FAULTS) {
        ads1299_fail (error, ADS1299_ERR_SCRIPT, -1, -1, "More than %d faults",
            ADS1299_MAX_FAULTS);
        return -1;
      }
      if (!parse_one (script, end, &faults[n], error))
        return -1;
      n++;
    }
    script = *end ? end + 1 : end;
  }
  return n;
}
