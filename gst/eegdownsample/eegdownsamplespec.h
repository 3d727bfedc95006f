/* What eegdownsample's properties ask for, and what that does to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/dsp/eegdsp-decimator.h>
#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

typedef enum
{
  EEG_DOWNSAMPLE_PRECISION_AUTO,
  EEG_DOWNSAMPLE_PRECISION_SINGLE,
  EEG_DOWNSAMPLE_PRECISION_DOUBLE,
} EegDownsamplePrecision;

#define GST_TYPE_EEG_DOWNSAMPLE_QUALITY (gst_eeg_downsample_quality_get_type ())
#define GST_TYPE_EEG_DOWNSAMPLE_PHASE   (gst_eeg_downsample_phase_get_type ())
#define GST_TYPE_EEG_DOWNSAMPLE_PRECISION                                      \
  (gst_eeg_downsample_precision_get_type ())
GType gst_eeg_downsample_quality_get_type (void);
GType gst_eeg_downsample_phase_get_type (void);
GType gst_eeg_downsample_precision_get_type (void);

typedef struct
{
  gint factor;
  gint rate; /* Hz; 0: by factor */
  EegDspQuality quality;
  EegDspPhase phase;
  EegDownsamplePrecision precision;
} EegDownsampleParams;

/* For a stream of @rate_n / @rate_d Hz, sums in double; FALSE with a sentence in
 * @error that says what is possible. */
gboolean eeg_downsample_spec (const EegDownsampleParams *params, gint rate_n,
    gint rate_d, EegDspDecimatorSpec *spec, GError **error);

/* How sums are made of samples of @format. */
EegDspPrecision eeg_downsample_precision (
    const EegDownsampleParams *params, GstAudioFormat format);

/* See #GstEegResponseInterface. */
gboolean eeg_downsample_evaluate (const EegDownsampleParams *params,
    gdouble rate, const gdouble *frequencies, guint n, gdouble *re,
    gdouble *im);
gboolean eeg_downsample_check (
    const EegDownsampleParams *params, gdouble rate, GError **error);
GstStructure *eeg_downsample_describe (
    const EegDownsampleParams *params, gdouble rate);

G_END_DECLS
