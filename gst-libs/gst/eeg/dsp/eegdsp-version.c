/* EEG signal processing in pure C
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "eegdsp.h"

const char *
eeg_dsp_version (void)
{
  return PACKAGE_VERSION;
}
