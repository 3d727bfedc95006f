/* GStreamer EEG library
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/gst.h>

#ifndef GST_EEG_API
#ifdef BUILDING_GST_EEG
#define GST_EEG_API GST_API_EXPORT
#else
#define GST_EEG_API GST_API_IMPORT
#endif
#endif
