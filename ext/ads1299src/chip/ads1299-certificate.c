/* ADS1299 chip library: the certificate of a self-test
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-describe.h"
#include "ads1299-selftest.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* Decimal points whatever the locale of the program. */
static locale_t
use_c_numbers (locale_t *c)
{
  *c = newlocale (LC_NUMERIC_MASK, "C", (locale_t) 0);
  return *c ? uselocale (*c) : (locale_t) 0;
}

static void
use_old_numbers (locale_t c, locale_t old)
{
  if (!c)
    return;
  uselocale (old);
  freelocale (c);
}

static int
finish (FILE *f)
{
  errno = 0;
  if (fflush (f) == 0 && !ferror (f))
    return 0;
  return errno ? -errno : -EIO;
}

static void
time_text (int64_t t, char *text, size_t size)
{
  time_t seconds = (time_t) t;
  struct tm tm;

  if (!gmtime_r (&seconds, &tm) ||
      strftime (text, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    snprintf (text, size, "?");
}

/* --- for people -------------------------------------------------------------- */

static void
limits_text (const Ads1299Check *k, char *text, size_t size)
{
  if (isinf (k->high))
    snprintf (text, size, ">= %.4g", k->low);
  else if (isinf (k->low))
    snprintf (text, size, "<= %.4g", k->high);
  else if (k->low == k->high)
    snprintf (text, size, "%.4g", k->low);
  else
    snprintf (text, size, "%.4g .. %.4g", k->low, k->high);
}

static void
where_text (const Ads1299Check *k, char *text, size_t size)
{
  if (k->channel >= 0)
    snprintf (text, size, "ch %d", k->channel + 1);
  else if (k->chip >= 0)
    snprintf (text, size, "chip %d", k->chip);
  else
    snprintf (text, size, "-");
}

int
ads1299_certificate_write_table (const Ads1299Certificate *cert, FILE *f)
{
  locale_t c, old = use_c_numbers (&c);
  unsigned i, failed = 0;
  char when[32];

  time_text (cert->unix_time, when, sizeof when);
  fprintf (f,
      "ADS1299 self-test, %s: %u chip%s, %u samples per second, VREF "
      "%.3f V\n\n",
      when, cert->setup.n_chips, cert->setup.n_chips == 1 ? "" : "s",
      cert->setup.rate, cert->setup.vref);
  fprintf (f, "%-6s %-15s %-7s %12s %-5s %-20s %s\n", "", "check", "where",
      "measured", "unit", "limits", "finding");
  for (i = 0; i < cert->n_checks; i++) {
    const Ads1299Check *k = &cert->checks[i];
    char limits[48], where[24];

    limits_text (k, limits, sizeof limits);
    where_text (k, where, sizeof where);
    fprintf (f, "%-6s %-15s %-7s %12.6g %-5s %-20s %s\n",
        k->pass ? "ok" : "FAILED", k->name, where, k->measured, k->unit, limits,
        k->sentence);
    failed += !k->pass;
  }
  fprintf (f, "\n%s: %u checks, %u failed%s, %.1f s\n",
      cert->pass ? "PASSED" : "FAILED", cert->n_checks, failed,
      cert->cancelled   ? ", cancelled"
      : !cert->complete ? ", the rest could not be tested"
                        : "",
      cert->seconds);
  use_old_numbers (c, old);
  return finish (f);
}

/* --- for machines ------------------------------------------------------------ */

static void
json_string (FILE *f, const char *s)
{
  fputc ('"', f);
  for (; *s; s++) {
    unsigned char ch = (unsigned char) *s;

    if (ch == '"' || ch == '\\')
      fprintf (f, "\\%c", ch);
    else if (ch < 0x20 || ch == 0x7f)
      fprintf (f, "\\u%04x", ch);
    else
      fputc (ch, f);
  }
  fputc ('"', f);
}

/* JSON has no infinity: no limit, no value. */
static void
json_number (FILE *f, const char *key, double v)
{
  if (isfinite (v))
    fprintf (f, ", \"%s\": %.9g", key, v);
  else
    fprintf (f, ", \"%s\": null", key);
}

static void
json_chip (const Ads1299Certificate *cert, unsigned i, FILE *f)
{
  const Ads1299ChipSetup *chip = &cert->setup.chip[i];
  uint8_t regs[ADS1299_N_REGS];
  unsigned r;

  ads1299_setup_registers (&cert->setup, i, regs);
  fprintf (f, "%s\n    {\"chip\": %u, \"channels\": %u, \"id\": \"0x%02x\"",
      i ? "," : "", i, chip->channels, cert->report.id[i]);
  if (cert->device[i]) {
    fprintf (f, ", \"device\": ");
    json_string (f, cert->device[i]);
  }
  fprintf (f, ",\n     \"registers\": [");
  for (r = ADS1299_REG_CONFIG1; r < ADS1299_N_REGS; r++) {
    char text[256];

    if (ads1299_regs[r].writable == 0)
      continue;
    ads1299_describe (r, regs[r], chip->channels, text, sizeof text);
    fprintf (f, "%s\n       ", r > ADS1299_REG_CONFIG1 ? "," : "");
    json_string (f, text);
  }
  fprintf (f, "]}");
}

static void
json_check (const Ads1299Check *k, FILE *f)
{
  fprintf (f, "    {\"name\": \"%s\"", k->name);
  if (k->chip >= 0)
    fprintf (f, ", \"chip\": %d", k->chip);
  if (k->channel >= 0)
    fprintf (f, ", \"channel\": %d", k->channel);
  json_number (f, "measured", k->measured);
  json_number (f, "low", k->low);
  json_number (f, "high", k->high);
  fprintf (f, ", \"unit\": \"%s\", \"pass\": %s, \"sentence\": ", k->unit,
      k->pass ? "true" : "false");
  json_string (f, k->sentence);
  fputc ('}', f);
}

int
ads1299_certificate_write_json (const Ads1299Certificate *cert, FILE *f)
{
  locale_t c, old = use_c_numbers (&c);
  unsigned i;
  char when[32];

  time_text (cert->unix_time, when, sizeof when);
  fprintf (f,
      "{\n  \"certificate\": \"ads1299-self-test/1.0\",\n  \"time\": \"%s\""
      ",\n  \"pass\": %s,\n  \"complete\": %s,\n  \"cancelled\": %s,\n"
      "  \"rate\": %u",
      when, cert->pass ? "true" : "false", cert->complete ? "true" : "false",
      cert->cancelled ? "true" : "false", cert->setup.rate);
  json_number (f, "vref", cert->setup.vref);
  json_number (f, "seconds", cert->seconds);
  fprintf (f, ",\n  \"chips\": [");
  /* a setup that was refused has no registers */
  for (i = 0;
       i < cert->setup.n_chips && ads1299_setup_check (&cert->setup, NULL); i++)
    json_chip (cert, i, f);
  fprintf (f, "],\n  \"checks\": [\n");
  for (i = 0; i < cert->n_checks; i++) {
    json_check (&cert->checks[i], f);
    fprintf (f, i + 1 < cert->n_checks ? ",\n" : "\n");
  }
  fprintf (f, "  ]\n}\n");
  use_old_numbers (c, old);
  return finish (f);
}
