/* eeg-launch --doctor
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>

/* Prints what was found; 0 when nothing fails, else 1. */
int eeg_doctor (bool json);
