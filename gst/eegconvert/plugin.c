/* gst-plugins-eeg: conversion plugin
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <gst/eeg/eeg.h>

#include "gsteeggain.h"
#include "gsteegtovoltage.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (eegtovoltage, plugin) &&
         GST_ELEMENT_REGISTER (eeggain, plugin);
}

GST_EEG_PLUGIN_DEFINE (eegconvert, "Converter counts to volts, and gain",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
