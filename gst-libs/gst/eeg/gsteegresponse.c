/* GStreamer EEG library: elements that can say what they do to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegresponse.h"
#include "gsteeginfo.h"

#include <math.h>

/* A gain that is no more than what rounding leaves of 0. */
#define NOTHING 1e-13

G_DEFINE_INTERFACE (GstEegResponse, gst_eeg_response, GST_TYPE_ELEMENT)

static void
gst_eeg_response_default_init (GstEegResponseInterface *iface)
{
}

/**
 * gst_eeg_response_evaluate:
 * @self: an element
 * @rate: sampling rate of its input in Hz
 * @frequencies: (array length=n): frequencies in Hz
 * @n: how many
 * @re: (out caller-allocates) (array length=n): real parts of the gain
 * @im: (out caller-allocates) (array length=n): imaginary parts
 *
 * Returns: %FALSE when the element's settings are impossible at @rate
 */
gboolean
gst_eeg_response_evaluate (GstEegResponse *self, gdouble rate,
    const gdouble *frequencies, guint n, gdouble *re, gdouble *im)
{
  GstEegResponseInterface *iface;

  g_return_val_if_fail (GST_IS_EEG_RESPONSE (self), FALSE);
  iface = GST_EEG_RESPONSE_GET_IFACE (self);
  return iface->evaluate &&
         iface->evaluate (self, rate, frequencies, n, re, im);
}

/**
 * gst_eeg_response_describe:
 * @self: an element
 * @rate: sampling rate of its input in Hz
 *
 * Returns: (transfer full) (nullable): see #GstEegResponseInterface
 */
GstStructure *
gst_eeg_response_describe (GstEegResponse *self, gdouble rate)
{
  GstEegResponseInterface *iface;

  g_return_val_if_fail (GST_IS_EEG_RESPONSE (self), NULL);
  iface = GST_EEG_RESPONSE_GET_IFACE (self);
  return iface->describe ? iface->describe (self, rate) : NULL;
}

/**
 * gst_eeg_response_check:
 * @self: an element
 * @rate: sampling rate of its input in Hz
 * @error: (out) (optional): what is impossible, and what is possible
 *
 * Whether the settings can work, in the words in which the element itself would
 * refuse them. Any thread.
 *
 * Returns: %FALSE when the element's settings are impossible at @rate
 */
gboolean
gst_eeg_response_check (GstEegResponse *self, gdouble rate, GError **error)
{
  GstEegResponseInterface *iface;
  GstStructure *s;

  g_return_val_if_fail (GST_IS_EEG_RESPONSE (self), FALSE);
  iface = GST_EEG_RESPONSE_GET_IFACE (self);
  if (iface->check)
    return iface->check (self, rate, error);
  s = gst_eeg_response_describe (self, rate);
  if (s) {
    gst_structure_free (s);
    return TRUE;
  }
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "the settings are impossible at a rate of %g Hz", rate);
  return FALSE;
}

/* For elements that know nothing better: the slope of the phase. The step is so
 * small that the phase turns by less than half a circle for delays of seconds,
 * and so large that rounding costs about a nanosecond. */
static gboolean
find_slope (
    GstEegResponse *self, gdouble rate, gdouble frequency, gdouble *delay)
{
  gdouble step = MIN (frequency, rate / 2 - frequency) * 1e-4;
  gdouble hz[3] = {frequency - step, frequency, frequency + step};
  gdouble re[3], im[3], cross_re, cross_im;

  if (!gst_eeg_response_evaluate (self, rate, hz, 3, re, im) ||
      !(hypot (re[1], im[1]) > NOTHING))
    return FALSE;
  /* the phase of their quotient needs no unwrapping */
  cross_re = re[2] * re[0] + im[2] * im[0];
  cross_im = im[2] * re[0] - re[2] * im[0];
  if (!(hypot (cross_re, cross_im) > 0.0))
    return FALSE;
  *delay = -atan2 (cross_im, cross_re) / (2 * G_PI * (hz[2] - hz[0]));
  return TRUE;
}

/**
 * gst_eeg_response_get_group_delay:
 * @self: an element
 * @rate: sampling rate of its input in Hz
 * @frequency: in Hz, above 0 and below half of @rate
 * @delay: (out): seconds by which a slow change of a wave of @frequency leaves
 *   later than its timestamps say; negative where it leaves earlier
 *
 * The group delay -d(phase)/d(omega), exact where the element knows a formula,
 * plus what gst_eeg_response_describe() states as "delay". Any thread.
 *
 * Returns: %FALSE when the element's settings are impossible at @rate, when
 *   @frequency is not inside the band, or when nothing of it passes
 */
gboolean
gst_eeg_response_get_group_delay (
    GstEegResponse *self, gdouble rate, gdouble frequency, gdouble *delay)
{
  GstEegResponseInterface *iface;
  GstStructure *s;
  gdouble extra = 0.0;

  g_return_val_if_fail (GST_IS_EEG_RESPONSE (self), FALSE);
  g_return_val_if_fail (delay != NULL, FALSE);
  if (!(frequency > 0.0 && frequency < rate / 2))
    return FALSE;
  iface = GST_EEG_RESPONSE_GET_IFACE (self);
  if (!(iface->group_delay ? iface->group_delay (self, rate, frequency, delay)
                           : find_slope (self, rate, frequency, delay)))
    return FALSE;
  s = gst_eeg_response_describe (self, rate);
  if (s) {
    gst_structure_get_double (s, "delay", &extra);
    gst_structure_free (s);
  }
  *delay += extra;
  return TRUE;
}
