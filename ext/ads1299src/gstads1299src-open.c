/* ads1299src: the bus, of real devices or simulated
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include <errno.h>
#include <string.h>

#include "chip/ads1299-bus-linux.h"

/* What programs are told of what went wrong with the bus or the chips. */
static GstResourceError
error_code (const Ads1299Error *error)
{
  switch (error->code) {
    case ADS1299_ERR_NO_DEVICE:
    case ADS1299_ERR_NO_LINE:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case ADS1299_ERR_NO_PERMISSION:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case ADS1299_ERR_BUSY:
      return GST_RESOURCE_ERROR_BUSY;
    case ADS1299_ERR_SETUP:
    case ADS1299_ERR_NOT_SPIDEV:
    case ADS1299_ERR_MODE_REFUSED:
    case ADS1299_ERR_LINE_REFUSED:
      return GST_RESOURCE_ERROR_SETTINGS;
    default:
      /* unplugged between opening and configuring */
      return error->sys_errno == ENODEV ? GST_RESOURCE_ERROR_NOT_FOUND
                                        : GST_RESOURCE_ERROR_OPEN_READ;
  }
}

gboolean
gst_ads1299_src_refuse_chip (GstAds1299Src *self, const Ads1299Error *error)
{
  GstResourceError code = error_code (error);

  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      GST_RESOURCE_ERROR, code, g_strdup_printf ("%s.", error->text),
      g_strdup_printf ("%s, chip %d, register %d, expected 0x%02x, found "
                       "0x%02x, errno %d",
          ads1299_error_name (error->code), error->chip, error->reg,
          error->expected, error->found, error->sys_errno),
      __FILE__, GST_FUNCTION, __LINE__);
  return FALSE;
}

/* Ohms of every channel of the simulated chips. */
static gboolean
parse_impedance (
    const gchar *text, guint channels, gdouble *ohms, GError **error)
{
  guint n = 0, i;
  gdouble *list;

  if (text == NULL || *text == '\0') {
    for (i = 0; i < channels; i++)
      ohms[i] = 5000.0;
    return TRUE;
  }
  list = gst_eeg_parse_double_list (text, &n, error);
  if (list == NULL)
    return FALSE;
  for (i = 0; i < channels && (n == 1 || n == channels); i++)
    ohms[i] = list[n == 1 ? 0 : i] * 1000.0;
  for (i = 0; i < n && list[i] >= 0; i++)
    ;
  g_free (list);
  if (i == n && (n == 1 || n == channels))
    return TRUE;
  g_set_error (error, GST_EEG_ERROR, GST_EEG_ERROR_FIELD,
      "sim-impedance has %u entries; give one, or one for each of the %u "
      "channels, in kOhm and not below 0",
      n, channels);
  return FALSE;
}

static gboolean
open_sim (GstAds1299Src *self, const Ads1299SrcSettings *s,
    const guint8 *channels, gchar **labels)
{
  Ads1299SimConfig config = {0};
  gdouble ohms[ADS1299_SRC_MAX_CHANNELS];
  Ads1299Error problem = {0};
  GError *error = NULL;
  guint n = 0, i;
  gsize torn;

  for (i = 0; i < s->chips; i++)
    n += channels[i];
  if (!parse_impedance (s->sim_impedance, n, ohms, &error)) {
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s.", error->message), (NULL));
    g_error_free (error);
    return FALSE;
  }
  config.ohms = ohms;

  config.n_chips = s->chips;
  config.rate = (guint) s->rate;
  config.vref = s->vref;
  config.signal = s->sim_signal;
  config.seed = s->sim_seed;
  config.sine_hz = s->sim_frequency;
  config.sine_volts = s->sim_amplitude;
  config.mains_hz = s->sim_mains;
  config.realtime = self->live;
  config.coalesce = self->frames;
  config.labels = (const char *const *) labels;
  config.faults = s->sim_faults;
  config.file =
      s->sim_file != NULL && *s->sim_file != '\0' ? s->sim_file : NULL;
  memcpy (config.channels, channels, sizeof config.channels);
  self->bus = ads1299_bus_sim_new (&config, &problem);
  if (self->bus == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s.", problem.text),
        ("simulated bus: %s", ads1299_error_name (problem.code)));
    return FALSE;
  }
  torn = ads1299_bus_sim_torn_bytes (self->bus);
  if (torn > 0)
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("The recording ends inside a sample: %" G_GSIZE_FORMAT
         " bytes at its end are ignored.",
            torn),
        (NULL));
  return TRUE;
}

static gboolean
open_linux (GstAds1299Src *self, const Ads1299SrcSettings *s)
{
  Ads1299LinuxConfig config = {0};
  Ads1299Error problem = {0};

  config.n_chips = s->chips;
  config.devices = s->device;
  config.drdy = s->drdy;
  config.start_line = s->start_line;
  config.reset_line = s->reset_line;
  config.pwdn_line = s->pwdn_line;
  config.frame_hz = s->spi_speed;
  config.events = s->event_buffer;
  self->bus = ads1299_bus_linux_new (&config, &problem);
  return self->bus != NULL || gst_ads1299_src_refuse_chip (self, &problem);
}

gboolean
gst_ads1299_src_open_bus (GstAds1299Src *self, const Ads1299SrcSettings *s,
    const guint8 *parts, gchar **labels)
{
  return s->bus == ADS1299_SRC_BUS_LINUX ? open_linux (self, s)
                                         : open_sim (self, s, parts, labels);
}
