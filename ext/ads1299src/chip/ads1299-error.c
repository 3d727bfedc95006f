/* ADS1299 chip library: what went wrong, for programs and for people
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ADS1299_N_ERRORS] = {
    [ADS1299_OK] = "ok",
    [ADS1299_ERR_MEMORY] = "memory",
    [ADS1299_ERR_SETUP] = "setup",
    [ADS1299_ERR_FILE] = "file",
    [ADS1299_ERR_SCRIPT] = "fault-script",
    [ADS1299_ERR_BUS] = "bus",
    [ADS1299_ERR_LINE] = "line",
    [ADS1299_ERR_NO_DEVICE] = "no-device",
    [ADS1299_ERR_NO_PERMISSION] = "no-permission",
    [ADS1299_ERR_BUSY] = "busy",
    [ADS1299_ERR_NOT_SPIDEV] = "not-spidev",
    [ADS1299_ERR_MODE_REFUSED] = "mode-refused",
    [ADS1299_ERR_NO_LINE] = "no-line",
    [ADS1299_ERR_LINE_REFUSED] = "line-refused",
    [ADS1299_ERR_NO_ANSWER] = "no-answer",
    [ADS1299_ERR_SPI_MODE] = "spi-mode",
    [ADS1299_ERR_WRONG_ID] = "wrong-id",
    [ADS1299_ERR_WRONG_PART] = "wrong-part",
    [ADS1299_ERR_RESET_VALUES] = "reset-values",
    [ADS1299_ERR_READBACK] = "read-back",
    [ADS1299_ERR_CANCELLED] = "cancelled",
    [ADS1299_ERR_NO_DRDY] = "no-drdy",
    [ADS1299_ERR_RATE] = "rate",
    [ADS1299_ERR_STATUS] = "status",
};

const char *
ads1299_error_name (Ads1299ErrorCode code)
{
  return (unsigned) code < ADS1299_N_ERRORS ? names[code] : "unknown";
}

bool
ads1299_fail (Ads1299Error *error, Ads1299ErrorCode code, int chip, int reg,
    const char *format, ...)
{
  va_list args;

  if (!error)
    return false;
  memset (error, 0, sizeof *error);
  error->code = code;
  error->chip = chip;
  error->reg = reg;
  va_start (args, format);
  vsnprintf (error->text, sizeof error->text, format, args);
  va_end (args);
  return false;
}
