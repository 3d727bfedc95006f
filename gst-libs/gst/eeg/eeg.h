/* GStreamer EEG library: umbrella header
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg-prelude.h>
#include <gst/eeg/gsteegcompat.h>
#include <gst/eeg/gsteeginfo.h>
#include <gst/eeg/gsteegmeta.h>
#include <gst/eeg/gsteegbufferpool.h>
#include <gst/eeg/gsteegresponse.h>
#include <gst/eeg/gsteegbasefilter.h>
#include <gst/eeg/gsteegplugin.h>
