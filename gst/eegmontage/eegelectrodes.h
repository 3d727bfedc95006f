/* Electrodes of the 10-20 and 10-10 systems, no GStreamer inside
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* A place on the head, taken as a sphere; @inclination from Cz and @azimuth from
 * the nose towards the right ear, in degrees. Ears and mastoids are known by
 * name, but have no place on it (inclination below 0). */
typedef struct
{
  const char *name;
  double inclination, azimuth;
} EegElectrode;

/* The electrode that a label means: in any case, by its old name (T3, T4, T5,
 * T6), with what recordings put around names ("EEG Fp1-Ref", "Fc5."). NULL when
 * there is none. Any thread. */
const EegElectrode *eeg_electrode_find (const char *label);

/* Angle between two electrodes that have a place, in radians. */
double eeg_electrode_distance (const EegElectrode *a, const EegElectrode *b);
