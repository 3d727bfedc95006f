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
  gchar *fir; /* owned; NULL or taps */
} EegFilterParams;

void eeg_filter_params_copy (EegFilterParams *dest, const EegFilterParams *src);
void eeg_filter_params_clear (EegFilterParams *params);

typedef struct
{
  EegDspSection sections[EEG_FILTER_MAX_SECTIONS];
  gint n_sections;
  gdouble *taps; /* owned; of the FIR after the sections */
  guint n_taps;  /* 0: none */
} EegFilterDesign;

/* FALSE with a sentence in @message when the request is impossible; @design
 * then holds nothing. */
gboolean eeg_filter_design (const EegFilterParams *params, gdouble rate,
    EegFilterDesign *design, gchar *message, gsize size);
void eeg_filter_design_clear (EegFilterDesign *design);
gboolean eeg_filter_design_equal (
    const EegFilterDesign *a, const EegFilterDesign *b);

/* How many leading sections are the same. */
gint eeg_filter_design_common (
    const EegFilterDesign *a, const EegFilterDesign *b);

/* Complex gain; seconds until a transient of the sections from @first on and of
 * the FIR has fallen to 1 %. */
void eeg_filter_design_response (const EegFilterDesign *design, gdouble rate,
    gdouble frequency, gdouble *re, gdouble *im);
/* FALSE where nothing passes. */
gboolean eeg_filter_design_group_delay (const EegFilterDesign *design,
    gdouble rate, gdouble frequency, gdouble *seconds);
gdouble eeg_filter_design_settling (
    const EegFilterDesign *design, gdouble rate, gint first);

G_END_DECLS
