/* ADS1299 chip library: what went wrong, for programs and for people
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* One code per cause, so that a caller can choose its own kind of error. */
typedef enum
{
  ADS1299_OK,
  ADS1299_ERR_MEMORY,
  ADS1299_ERR_SETUP,         /* the setup asks for what the chip has not */
  ADS1299_ERR_FILE,          /* a recording cannot be read */
  ADS1299_ERR_SCRIPT,        /* a fault script is wrong */
  ADS1299_ERR_BUS,           /* a transfer failed; see sys_errno */
  ADS1299_ERR_LINE,          /* a GPIO line failed; see sys_errno */
  ADS1299_ERR_NO_DEVICE,     /* no such device file or controller */
  ADS1299_ERR_NO_PERMISSION, /* the user may not open it */
  ADS1299_ERR_BUSY,          /* somebody else has the device or line */
  ADS1299_ERR_NOT_SPIDEV,    /* a file, but no SPI device */
  ADS1299_ERR_MODE_REFUSED,  /* SPI mode, word length or speed */
  ADS1299_ERR_NO_LINE,       /* no such GPIO chip or line */
  ADS1299_ERR_LINE_REFUSED,  /* the line cannot do what is asked of it */
  ADS1299_ERR_NO_ANSWER,     /* every bit read is alike: 00 or FF */
  ADS1299_ERR_SPI_MODE,      /* answers are there, shifted by one bit */
  ADS1299_ERR_WRONG_ID,      /* another part */
  ADS1299_ERR_WRONG_PART,    /* an ADS1299 with another number of channels */
  ADS1299_ERR_RESET_VALUES,  /* registers are not what RESET leaves */
  ADS1299_ERR_READBACK,      /* a register does not hold what was written */
  ADS1299_ERR_CANCELLED,     /* somebody called cancel() meanwhile */
  ADS1299_ERR_NO_DRDY,       /* no data-ready edge */
  ADS1299_ERR_RATE,          /* edges come at another rate than asked for */
  ADS1299_ERR_STATUS,        /* frames do not begin with 1100 */
  ADS1299_N_ERRORS,
} Ads1299ErrorCode;

/* @chip and @reg are -1 where they say nothing. @expected and @found belong to
 * the register. @text is one sentence without full stop that names the chip,
 * the register and both values, then the remedy. */
typedef struct
{
  Ads1299ErrorCode code;
  int chip, reg;
  unsigned expected, found;
  int sys_errno; /* positive errno, or 0 */
  char text[640];
} Ads1299Error;

/* Stable name such as "wrong-id", for logs and certificates. */
const char *ads1299_error_name (Ads1299ErrorCode code);

/* Fills @error (may be NULL) and returns false, so that a function can end
 * with it. */
bool ads1299_fail (Ads1299Error *error, Ads1299ErrorCode code, int chip,
    int reg, const char *format, ...) __attribute__ ((format (printf, 5, 6)));
