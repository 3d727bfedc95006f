/* eeg-launch --doctor
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "doctor.h"

#include <stdio.h>

#ifdef HAVE_ADS1299
#include "chip/ads1299-doctor.h"

int
eeg_doctor (bool json)
{
  const Ads1299DoctorConfig config = {0};
  Ads1299DoctorFinding findings[ADS1299_DOCTOR_MAX];
  unsigned n = ads1299_doctor_examine (&config, findings);

  if (json)
    ads1299_doctor_print_json (stdout, findings, n);
  else
    ads1299_doctor_print (stdout, findings, n);
  return ads1299_doctor_worst (findings, n) == ADS1299_DOCTOR_FAIL;
}
#else
int
eeg_doctor (bool json)
{
  fputs ("eeg-launch: this build has no ads1299src and so no hardware to look "
         "for\n",
      stderr);
  return 1;
}
#endif
