/* ADS1299 chip library: is this computer fit for real chips?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looks and changes nothing: no line is claimed, no transfer made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define ADS1299_DOCTOR_MAX 24

typedef enum
{
  ADS1299_DOCTOR_GOOD,
  ADS1299_DOCTOR_WARN, /* works, with less certainty */
  ADS1299_DOCTOR_FAIL, /* does not work until mended */
} Ads1299DoctorState;

/* @id is stable; @remedy is what to type (or, after '#', to know), empty when
 * there is nothing to do. A good finding may have one for higher demands. */
typedef struct
{
  const char *id;
  Ads1299DoctorState state;
  char found[256];
  char remedy[400];
} Ads1299DoctorFinding;

/* On whose behalf: the one who runs this when NULL. */
typedef struct
{
  const char *name;
  unsigned uid;
  unsigned n_groups;
  unsigned group[64];
} Ads1299DoctorUser;

/* @root: directory with the dev, proc and sys that are looked at, NULL: of the
 * running system. */
typedef struct
{
  const char *root;
  const char *directory; /* of recordings; NULL: the current one */
  uint64_t min_free;     /* bytes that should be free there; 0: 1 GiB */
  unsigned port;         /* of the viewer; 0: 9000 */
  const Ads1299DoctorUser *user;
} Ads1299DoctorConfig;

/* Fills @findings, of ADS1299_DOCTOR_MAX, and returns their number. */
unsigned ads1299_doctor_examine (
    const Ads1299DoctorConfig *config, Ads1299DoctorFinding *findings);

const char *ads1299_doctor_state_name (Ads1299DoctorState state);
/* The worst state of all. */
Ads1299DoctorState ads1299_doctor_worst (
    const Ads1299DoctorFinding *findings, unsigned n);

/* A table for people, with a verdict; or one JSON object. */
void ads1299_doctor_print (
    FILE *out, const Ads1299DoctorFinding *findings, unsigned n);
void ads1299_doctor_print_json (
    FILE *out, const Ads1299DoctorFinding *findings, unsigned n);
