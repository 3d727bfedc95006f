/* EEG spectrum element: what properties mean for a stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/dsp/eegdsp-spectrum.h>
#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

#define EEG_SPECTRUM_MEDIA     "application/x-eeg-spectrum"
#define EEG_SPECTRUM_UNIT      "uV^2/Hz"
#define EEG_SPECTRUM_MAX_BANDS 32
#define EEG_SPECTRUM_DEFAULT_BANDS                                             \
  "delta:1-4,theta:4-8,alpha:8-13,beta:13-30,gamma:30-45"

/* As the user set them; times in s, frequencies in Hz. */
typedef struct
{
  gdouble window;
  gdouble hop;
  gdouble segment; /* 0 = the window */
  gdouble overlap; /* fraction of a segment */
  EegDspWindow function;
  gdouble average;       /* time constant, 0 = none */
  gdouble max_frequency; /* 0 = all */
  gchar *bands;
  gchar *aperiodic; /* "LOW-HIGH" or nothing */
} EegSpectrumParams;

typedef struct
{
  gchar *name;
  gdouble low, high;
} EegSpectrumBand;

/* What that is at a stream's rate. */
typedef struct
{
  EegDspSpectrumConfig config;
  gint rate_n, rate_d; /* spectra a second */
  guint bins;          /* that leave; the first of those computed */
  gdouble bin_width;   /* Hz */
  gdouble weight;      /* of a new spectrum in the running average, 1 = none */
  EegSpectrumBand bands[EEG_SPECTRUM_MAX_BANDS];
  guint n_bands;
  gdouble low, high; /* from the lowest band's begin to the highest one's end */
  gdouble slope_low, slope_high; /* 0 = no aperiodic fit */
} EegSpectrumPlan;

void eeg_spectrum_params_copy (
    EegSpectrumParams *to, const EegSpectrumParams *from);
void eeg_spectrum_params_clear (EegSpectrumParams *params);

/* FALSE with @error, which names the property, its value, the stream's rate and
 * what is allowed. Any thread. */
gboolean eeg_spectrum_plan_init (EegSpectrumPlan *plan,
    const EegSpectrumParams *params, const GstEegInfo *info, GError **error);
void eeg_spectrum_plan_clear (EegSpectrumPlan *plan);

const gchar *eeg_spectrum_function_name (EegDspWindow function);
GType eeg_spectrum_function_get_type (void);

/* What leaves. */
GstCaps *eeg_spectrum_plan_caps (
    const EegSpectrumPlan *plan, const GstEegInfo *info);

G_END_DECLS
