/* ads1299src: lists of channels, of names, of registers in property texts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <stdlib.h>
#include <string.h>

#define MARK_P 1
#define MARK_N 2

#define SET_ERROR(error, ...)                                                  \
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD, __VA_ARGS__)

/* "p", "n", "pn" or nothing at @text. */
static guint8
parse_sides (const gchar *text, gboolean allowed)
{
  if (*text == '\0')
    return MARK_P;
  if (!allowed)
    return 0;
  return g_str_equal (text, "p")    ? MARK_P
         : g_str_equal (text, "n")  ? MARK_N
         : g_str_equal (text, "pn") ? MARK_P | MARK_N
                                    : 0;
}

/* "3", "3-8", "all" with sides behind, or a label. */
static guint8
parse_entry (const gchar *entry, gchar **labels, guint channels, gboolean sides,
    guint *from, guint *to)
{
  gchar *end = NULL;
  guint64 a, b;
  guint i;

  for (i = 0; i < channels && labels != NULL; i++)
    if (g_str_equal (entry, labels[i])) {
      *from = *to = i;
      return MARK_P;
    }
  if (g_str_has_prefix (entry, "all")) {
    *from = 0;
    *to = channels - 1;
    return parse_sides (entry + 3, sides);
  }
  if (!g_ascii_isdigit (*entry))
    return 0;
  a = b = g_ascii_strtoull (entry, &end, 10);
  if (*end == '-' && g_ascii_isdigit (end[1]))
    b = g_ascii_strtoull (end + 1, &end, 10);
  if (a < 1 || b < a || b > channels)
    return 0;
  *from = (guint) a - 1;
  *to = (guint) b - 1;
  return parse_sides (end, sides);
}

gboolean
gst_ads1299_src_parse_channels (const gchar *property, const gchar *text,
    gchar **labels, guint channels, gboolean sides, guint8 *marks,
    GError **error)
{
  gchar **entries = gst_eeg_parse_list (text);
  gboolean ok = TRUE;
  guint i, c;

  memset (marks, 0, channels);
  for (i = 0; entries[i] != NULL && ok; i++) {
    guint from = 0, to = 0;
    guint8 mark;

    if (*entries[i] == '\0' || g_str_equal (entries[i], "none"))
      continue;
    mark = parse_entry (entries[i], labels, channels, sides, &from, &to);
    if (mark == 0) {
      SET_ERROR (error,
          "%s holds \"%s\"; allowed are channel numbers from 1 to %u, ranges "
          "such as 1-%u, labels, \"all\" and \"none\"%s",
          property, entries[i], channels, channels,
          sides ? ", with p, n or pn behind a number, a range or \"all\"" : "");
      ok = FALSE;
      break;
    }
    for (c = from; c <= to; c++)
      marks[c] |= mark;
  }
  g_strfreev (entries);
  return ok;
}

gboolean
gst_ads1299_src_parse_names (const gchar *property, const gchar *text,
    const gchar *const *names, guint channels, guint *values, GError **error)
{
  gchar **entries = gst_eeg_parse_list (text);
  guint n = g_strv_length (entries), i, k;
  gboolean ok = n == 1 || n == channels;

  if (!ok)
    SET_ERROR (error,
        "%s has %u entries; give one, or one for each of the %u channels",
        property, n, channels);
  for (i = 0; ok && i < n; i++) {
    for (k = 0; names[k] != NULL; k++)
      if (g_str_equal (entries[i], names[k]))
        break;
    if (names[k] == NULL) {
      gchar *all = g_strjoinv (", ", (gchar **) names);

      SET_ERROR (
          error, "%s holds \"%s\"; known are %s", property, entries[i], all);
      g_free (all);
      ok = FALSE;
    }
    values[i] = k;
  }
  for (i = 1; ok && n == 1 && i < channels; i++)
    values[i] = values[0];
  g_strfreev (entries);
  return ok;
}

static gboolean
parse_register (const gchar *entry, Ads1299Setup *setup, GError **error)
{
  const gchar *p = entry, *equal = strchr (entry, '=');
  guint64 first = 0, last = setup->n_chips - 1, value;
  gchar *end = NULL;
  guint reg;

  if (g_ascii_strncasecmp (p, "chip", 4) == 0 && g_ascii_isdigit (p[4])) {
    first = last = g_ascii_strtoull (p + 4, &end, 10);
    p = end + 1;
    if (*end != ':' || first >= setup->n_chips) {
      SET_ERROR (error,
          "registers holds \"%s\"; chips are chip0: to chip%u:", entry,
          setup->n_chips - 1);
      return FALSE;
    }
  }
  for (reg = 0; equal != NULL && reg < ADS1299_N_REGS; reg++)
    if (strlen (ads1299_regs[reg].name) == (gsize) (equal - p) &&
        g_ascii_strncasecmp (ads1299_regs[reg].name, p, equal - p) == 0)
      break;
  if (equal == NULL || reg == ADS1299_N_REGS) {
    SET_ERROR (error,
        "registers holds \"%s\"; an entry is NAME=VALUE or chip1:NAME=VALUE "
        "with a name of the datasheet, CONFIG1 to CONFIG4",
        entry);
    return FALSE;
  }
  value = g_ascii_strtoull (equal + 1, &end, 0);
  if (end == equal + 1 || *end != '\0' || value > 0xff) {
    SET_ERROR (
        error, "registers holds \"%s\"; the value is 0x00 to 0xff", entry);
    return FALSE;
  }
  for (; first <= last; first++) {
    Ads1299ChipSetup *chip = &setup->chip[first];

    if (chip->n_overrides == ADS1299_MAX_OVERRIDES) {
      SET_ERROR (error, "registers has more than %d entries for chip %u",
          (gint) ADS1299_MAX_OVERRIDES, (guint) first);
      return FALSE;
    }
    chip->override[chip->n_overrides].reg = (guint8) reg;
    chip->override[chip->n_overrides++].value = (guint8) value;
  }
  return TRUE;
}

gboolean
gst_ads1299_src_parse_registers (
    const gchar *text, Ads1299Setup *setup, GError **error)
{
  gchar **entries = gst_eeg_parse_list (text);
  gboolean ok = TRUE;
  guint i;

  for (i = 0; ok && entries[i] != NULL; i++)
    if (*entries[i] != '\0')
      ok = parse_register (entries[i], setup, error);
  g_strfreev (entries);
  return ok;
}
