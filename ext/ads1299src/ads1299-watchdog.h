/* ads1299src: why it is silent
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * No GStreamer, no GLib. Looks at the chips when no edges or no good frames
 * come, and says what it found.
 */
#pragma once

#include "chip/ads1299-bus.h"

/* From the worst to the mildest: of several chips the worst counts. */
typedef enum
{
  ADS1299_FOUND_GONE,      /* the device was unplugged */
  ADS1299_FOUND_BUS,       /* transfers fail */
  ADS1299_FOUND_NO_ANSWER, /* all bits alike */
  ADS1299_FOUND_OTHER_ID,  /* not the ID that bring-up saw */
  ADS1299_FOUND_RESET,     /* registers are at their reset values: brown-out */
  ADS1299_FOUND_CHANGED,   /* a register is not what was written */
  ADS1299_FOUND_IDLE,      /* all is well but DRDY is high: no conversions */
  ADS1299_FOUND_UNSEEN,    /* all is well and DRDY is low: edges get lost */
} Ads1299Found;

typedef struct
{
  Ads1299Found found;
  int chip;
  /* One sentence without full stop: level of DRDY, status word, ID, CONFIG1,
   * then the likely cause and the remedy. */
  char text[400];
} Ads1299Finding;

/* @id: what bring-up read of every chip. The chips may convert; one in RDATAC
 * is taken out of it. */
void ads1299_watchdog_look (Ads1299Bus *bus, const Ads1299Setup *setup,
    const uint8_t *id, Ads1299Finding *finding);
/* Whether chip @chip still has the configuration: one short transfer. */
bool ads1299_watchdog_check (Ads1299Bus *bus, const Ads1299Setup *setup,
    const uint8_t *id, unsigned chip);

/* "lost-..." field of the element's statistics, and what happened, for people:
 * what is wrong with a frame whose status word is @status. */
const char *ads1299_watchdog_status_text (uint32_t status);
