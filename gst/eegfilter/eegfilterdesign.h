/* From the properties of eegfilter to sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <gst/eeg/dsp/eegdsp-design.h>

G_BEGIN_DECLS

#define EEG_FILTER_MAX_SECTIONS 32

typedef struct
{
  gdouble highpass, lowpass, notch, notch_q;
  gdouble ripple, stopband;
  gint order;
  EegDspFamily family;
} EegFilterParams;

/* Number of sections, or -1 with a sentence in @message. */
gint eeg_filter_design (const EegFilterParams *params, gdouble rate,
    EegDspSection *sections, gchar *message, gsize size);

G_END_DECLS
