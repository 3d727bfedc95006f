/* ads1299shim: what is plugged in and what goes wrong
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
errno_of (const char *name)
{
  static const struct
  {
    const char *name;
    int value;
  } names[] = {
      {"EACCES", EACCES},
      {"ENOENT", ENOENT},
      {"EBUSY", EBUSY},
      {"EIO", EIO},
  };
  unsigned i;

  for (i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp (name, names[i].name, strlen (names[i].name)) == 0)
      return names[i].value;
  return 0;
}

static bool
set_option (ShimConfig *c, const char *key, const char *value)
{
  static const char *const signals[] = {
      "eeg", "square", "short", "sine", "counter"};
  const char *colon = strchr (value, ':');
  uint64_t n = strtoull (value, NULL, 0);
  uint64_t n2 = colon ? strtoull (colon + 1, NULL, 0) : 0;
  unsigned i;

#define NUMBER(name, field)                                                    \
  if (strcmp (key, name) == 0) {                                               \
    c->field = (__typeof__ (c->field)) n;                                      \
    return true;                                                               \
  }
  NUMBER ("chips", chips)
  NUMBER ("channels", channels)
  NUMBER ("fifo", fifo)
  NUMBER ("seed", seed)
  NUMBER ("busy", busy)
  NUMBER ("eintr", eintr)
  NUMBER ("eio", eio)
  NUMBER ("short", cut)
  NUMBER ("unplug", unplug)
  NUMBER ("dead", dead)
  NUMBER ("endless", endless)
  NUMBER ("id", id)
#undef NUMBER
  if (strcmp (key, "ppm") == 0)
    c->ppm = strtod (value, NULL);
  else if (strcmp (key, "stall") == 0 && colon)
    c->stall = n, c->stall_ms = (unsigned) n2;
  else if (strcmp (key, "lost") == 0 && colon)
    c->lost = n, c->lost_n = n2;
  else if (strcmp (key, "deny") == 0 && colon && errno_of (value))
    c->deny_errno = errno_of (value),
    snprintf (c->deny, sizeof c->deny, "%s", colon + 1);
  else if (strcmp (key, "uapi") == 0)
    c->uapi_v1 = n == 1;
  else if (strcmp (key, "hurry") == 0)
    c->hurry = n != 0;
  else if (strcmp (key, "bias") == 0)
    c->no_bias = true;
  else if (strcmp (key, "mode") == 0)
    c->mode_refused = !(c->mode_ignored = strcmp (value, "ignored") == 0);
  else if (strcmp (key, "bits") == 0)
    c->bits_refused = true;
  else if (strcmp (key, "spidev") == 0)
    c->no_spidev = true;
  else if (strcmp (key, "signal") == 0) {
    for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
      if (strcmp (value, signals[i]) == 0) {
        c->signal = (Ads1299Signal) i;
        return true;
      }
    return false;
  } else {
    return false;
  }
  return true;
}

void
shim_parse_config (ShimConfig *c, const char *text)
{
  char copy[512], *p = copy, *item;

  memset (c, 0, sizeof *c);
  c->chips = 1;
  c->channels = ADS1299_MAX_CHANNELS;
  c->fifo = EVENT_MAX;
  c->signal = ADS1299_SIGNAL_COUNTER;
  c->dead = c->endless = UINT64_MAX;
  snprintf (copy, sizeof copy, "%s", text ? text : "");
  while ((item = strsep (&p, ";"))) {
    char *value = strchr (item, '=');

    if (!*item)
      continue;
    if (value)
      *value++ = '\0';
    if (!value || !set_option (c, item, value)) {
      fprintf (stderr, "ads1299shim: \"%s\" means nothing\n", item);
      abort ();
    }
  }
}
