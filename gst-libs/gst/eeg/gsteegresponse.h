/* GStreamer EEG library: elements that can say what they do to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg-prelude.h>

G_BEGIN_DECLS

/**
 * GstEegResponse:
 *
 * Interface of elements whose effect on a signal is known in closed form:
 * converters' digital filters, IIR and FIR filters, decimators, gains. Used by
 * `eeg-launch --explain` and by applications. Callable in any state and from
 * any thread; the answer is for the properties as they are now.
 */
#define GST_TYPE_EEG_RESPONSE (gst_eeg_response_get_type ())
GST_EEG_API
G_DECLARE_INTERFACE (
    GstEegResponse, gst_eeg_response, GST, EEG_RESPONSE, GstElement)

/**
 * GstEegResponseInterface:
 * @parent: parent interface
 * @evaluate: complex gain at @n frequencies (Hz, of the input) for input rate @rate; fills @re and @im (volts out per volt in, time reference = the output's PTS); %FALSE when the settings are impossible at that rate
 * @describe: a structure with any of out-rate (double, Hz), delay (double, s, algorithmic delay that the PTS does not already correct), latency (double, s, delay until the result leaves), settling (double, s, until the start-up transient is below 1 %), alias-attenuation (double, dB, worst into 0..0.4 of the output rate), text (string, one line for people); %NULL when impossible
 * @check: %FALSE with one sentence in @error, which says what was asked for and what is possible, when the settings are impossible at @rate. Optional: where missing, @describe decides
 * @group_delay: the group delay in seconds at @frequency in closed form, without what @describe states as delay; %FALSE when the settings are impossible at @rate or nothing passes at @frequency. Optional: where missing, it is found from @evaluate
 */
struct _GstEegResponseInterface
{
  GTypeInterface parent;

  gboolean (*evaluate) (GstEegResponse *self, gdouble rate,
      const gdouble *frequencies, guint n, gdouble *re, gdouble *im);
  GstStructure *(*describe) (GstEegResponse *self, gdouble rate);
  gboolean (*check) (GstEegResponse *self, gdouble rate, GError **error);
  gboolean (*group_delay) (
      GstEegResponse *self, gdouble rate, gdouble frequency, gdouble *delay);

  /*< private >*/
  gpointer _gst_reserved[GST_PADDING - 2];
};

GST_EEG_API gboolean gst_eeg_response_evaluate (GstEegResponse *self,
    gdouble rate, const gdouble *frequencies, guint n, gdouble *re,
    gdouble *im);
GST_EEG_API GstStructure *gst_eeg_response_describe (
    GstEegResponse *self, gdouble rate);
GST_EEG_API gboolean gst_eeg_response_check (
    GstEegResponse *self, gdouble rate, GError **error);
GST_EEG_API gboolean gst_eeg_response_get_group_delay (
    GstEegResponse *self, gdouble rate, gdouble frequency, gdouble *delay);

G_END_DECLS
