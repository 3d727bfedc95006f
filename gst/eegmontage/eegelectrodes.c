/* Electrodes of the 10-20 and 10-10 systems, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The places were constructed by tests/golden/electrodes.py, which says how.
 */
#include "eegelectrodes.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define NO_PLACE -1, 0

/* clang-format off */
static const EegElectrode electrodes[] = {
    {"Fp1", 90, -18},
    {"Fp2", 90, 18},
    {"AF7", 90, -36},
    {"AF8", 90, 36},
    {"AF9", 112.5, -36},
    {"AF10", 112.5, 36},
    {"F7", 90, -54},
    {"F8", 90, 54},
    {"F9", 112.5, -54},
    {"F10", 112.5, 54},
    {"FT7", 90, -72},
    {"FT8", 90, 72},
    {"FT9", 112.5, -72},
    {"FT10", 112.5, 72},
    {"T7", 90, -90},
    {"T8", 90, 90},
    {"T9", 112.5, -90},
    {"T10", 112.5, 90},
    {"TP7", 90, -108},
    {"TP8", 90, 108},
    {"TP9", 112.5, -108},
    {"TP10", 112.5, 108},
    {"P7", 90, -126},
    {"P8", 90, 126},
    {"P9", 112.5, -126},
    {"P10", 112.5, 126},
    {"PO7", 90, -144},
    {"PO8", 90, 144},
    {"PO9", 112.5, -144},
    {"PO10", 112.5, 144},
    {"O1", 90, -162},
    {"O2", 90, 162},
    {"Nz", 112.5, 0},
    {"Fpz", 90, 0},
    {"AFz", 67.5, 0},
    {"Fz", 45, 0},
    {"FCz", 22.5, 0},
    {"Cz", 0, 0},
    {"CPz", 22.5, 180},
    {"Pz", 45, 180},
    {"POz", 67.5, 180},
    {"Oz", 90, 180},
    {"Iz", 112.5, 180},
    {"AF5", 81.04, -29.97},
    {"AF3", 73.86, -21.71},
    {"AF1", 69.15, -11.47},
    {"AF6", 81.04, 29.97},
    {"AF4", 73.86, 21.71},
    {"AF2", 69.15, 11.47},
    {"F5", 73.94, -48.68},
    {"F3", 59.68, -38.77},
    {"F1", 49.09, -22.49},
    {"F6", 73.94, 48.68},
    {"F4", 59.68, 38.77},
    {"F2", 49.09, 22.49},
    {"FC5", 69.19, -68.84},
    {"FC3", 49.1, -61.45},
    {"FC1", 31.35, -43.54},
    {"FC6", 69.19, 68.84},
    {"FC4", 49.1, 61.45},
    {"FC2", 31.35, 43.54},
    {"C5", 67.5, -90},
    {"C3", 45, -90},
    {"C1", 22.5, -90},
    {"C6", 67.5, 90},
    {"C4", 45, 90},
    {"C2", 22.5, 90},
    {"CP5", 69.19, -111.16},
    {"CP3", 49.1, -118.55},
    {"CP1", 31.35, -136.46},
    {"CP6", 69.19, 111.16},
    {"CP4", 49.1, 118.55},
    {"CP2", 31.35, 136.46},
    {"P5", 73.94, -131.32},
    {"P3", 59.68, -141.23},
    {"P1", 49.09, -157.51},
    {"P6", 73.94, 131.32},
    {"P4", 59.68, 141.23},
    {"P2", 49.09, 157.51},
    {"PO5", 81.04, -150.03},
    {"PO3", 73.86, -158.29},
    {"PO1", 69.15, -168.53},
    {"PO6", 81.04, 150.03},
    {"PO4", 73.86, 158.29},
    {"PO2", 69.15, 168.53},
    {"A1", NO_PLACE},
    {"A2", NO_PLACE},
    {"M1", NO_PLACE},
    {"M2", NO_PLACE},
};
/* clang-format on */

static const struct
{
  const char *old, *name;
} old_names[] = {{"T3", "T7"}, {"T4", "T8"}, {"T5", "P7"}, {"T6", "P8"}};

/* What stands around a name in recordings, without a meaning here. */
static const char *const prefixes[] = {"EEG "};
static const char *const suffixes[] = {"-REF", "-LE", "-AR", ".", " "};

static const char *
bare_name (const char *label, char *bare, size_t size)
{
  size_t n, i;
  int again;

  for (i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (label, prefixes[i], strlen (prefixes[i])) == 0)
      label += strlen (prefixes[i]);
  n = g_strlcpy (bare, label, size);
  if (n >= size)
    return label;
  do {
    again = 0;
    for (i = 0; i < G_N_ELEMENTS (suffixes); i++) {
      size_t k = strlen (suffixes[i]);

      if (n > k && g_ascii_strcasecmp (bare + n - k, suffixes[i]) == 0) {
        n -= k;
        bare[n] = '\0';
        again = 1;
      }
    }
  } while (again);
  return bare;
}

const EegElectrode *
eeg_electrode_find (const char *label)
{
  char bare[32];
  const char *name = bare_name (label, bare, sizeof bare);
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (old_names); i++)
    if (g_ascii_strcasecmp (name, old_names[i].old) == 0)
      name = old_names[i].name;
  for (i = 0; i < G_N_ELEMENTS (electrodes); i++)
    if (g_ascii_strcasecmp (name, electrodes[i].name) == 0)
      return &electrodes[i];
  return NULL;
}

double
eeg_electrode_distance (const EegElectrode *a, const EegElectrode *b)
{
  const double rad = G_PI / 180, p = a->inclination * rad,
               q = b->inclination * rad, d = (a->azimuth - b->azimuth) * rad;
  const double c = cos (p) * cos (q) + sin (p) * sin (q) * cos (d);

  return acos (CLAMP (c, -1, 1));
}
