/* From the properties of eegfilter to sections
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <gst/eeg/dsp/eegdsp-design.h>

G_BEGIN_DECLS

#define EEG_FILTER_MAX_HARMONICS 15
#define EEG_FILTER_MAX_EXTRA     32
/* Two corners of the highest order, the notches and the extra sections. */
#define EEG_FILTER_MAX_SECTIONS                                                \
  (EEG_DSP_MAX_SECTIONS + 1 + EEG_FILTER_MAX_HARMONICS + EEG_FILTER_MAX_EXTRA)

typedef struct
{
  gdouble highpass, lowpass, notch, notch_q;
  gdouble ripple, stopband;
  gint order, notch_harmonics;
  EegDspFamily family;
  gchar *sos; /* owned; NULL or six numbers a section */
} EegFilterParams;

void eeg_filter_params_copy (EegFilterParams *dest, const EegFilterParams *src);
void eeg_filter_params_clear (EegFilterParams *params);

/* Number of sections, or -1 with a sentence in @message. */
gint eeg_filter_design (const EegFilterParams *params, gdouble rate,
    EegDspSection *sections, gchar *message, gsize size);

G_END_DECLS
