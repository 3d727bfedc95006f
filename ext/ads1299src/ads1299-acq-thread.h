/* ads1299src: what the system is asked for the acquisition thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ads1299-acq.h"

#include <pthread.h>

/* Name, processor, priority, memory. What is refused does not fail: it is told
 * in sentences without the last full stop, to be freed; NULL: all is well. */
gchar *ads1299_thread_configure (
    pthread_t thread, const Ads1299ThreadConfig *config);
