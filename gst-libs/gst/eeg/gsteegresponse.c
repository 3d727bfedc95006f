/* GStreamer EEG library: elements that can say what they do to a signal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "gsteegresponse.h"

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
