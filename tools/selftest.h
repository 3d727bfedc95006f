/* eeg-launch --self-test
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

/* Has every stage of @pipeline (or the one element) that can test itself do so
 * and prints the certificates: 0 when all passed, 1 when not, 2 when there was
 * nothing to test. */
int eeg_self_test (GstElement *pipeline, gdouble seconds, gboolean json);
