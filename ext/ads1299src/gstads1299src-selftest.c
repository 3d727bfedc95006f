/* ads1299src: the action signal self-test
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "gstads1299src-private.h"

#include "chip/ads1299-selftest.h"

#include <stdio.h>
#include <stdlib.h>

/* A certificate as @write writes it. */
static gchar *
to_text (const Ads1299Certificate *certificate,
    int (*write) (const Ads1299Certificate *, FILE *))
{
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream (&text, &size);
  gchar *result = NULL;

  if (file != NULL) {
    int r = write (certificate, file);

    if (fclose (file) == 0 && r == 0)
      result = g_strndup (text, size);
    free (text);
  }
  return result;
}

static GstStructure *
examine (GstAds1299Src *self, const Ads1299Setup *setup, gdouble seconds)
{
  Ads1299SelftestOptions options = {.seconds = seconds};
  Ads1299Certificate certificate;
  GstStructure *result = NULL;
  gchar *table, *json;

  if (!ads1299_selftest_run (self->bus, setup, &options, &certificate)) {
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("No memory for the self-test."), (NULL));
    return NULL;
  }
  table = to_text (&certificate, ads1299_certificate_write_table);
  json = to_text (&certificate, ads1299_certificate_write_json);
  result = gst_structure_new ("eeg-self-test", "pass", G_TYPE_BOOLEAN,
      certificate.pass, "complete", G_TYPE_BOOLEAN, certificate.complete,
      "table", G_TYPE_STRING, table, "json", G_TYPE_STRING, json, NULL);
  g_free (table);
  g_free (json);
  ads1299_certificate_clear (&certificate);
  return result;
}

static GstStructure *
run (GstAds1299Src *self, const Ads1299SrcSettings *s, gdouble seconds)
{
  guint8 channels[ADS1299_MAX_CHIPS], parts[ADS1299_MAX_CHIPS];
  GstStructure *result = NULL;
  GError *error = NULL;
  Ads1299Setup setup;
  GstEegInfo info;
  guint i;

  gst_eeg_info_init (&info);
  if (gst_ads1299_src_parse_parts (
          s->channels_per_chip, s->chips, channels, &error) &&
      gst_ads1299_src_parse_parts (s->sim_parts, s->chips, parts, &error)) {
    for (i = 0; i < ADS1299_MAX_CHIPS; i++) {
      channels[i] = channels[i] ? channels[i]
                    : s->bus == ADS1299_SRC_BUS_SIM && parts[i]
                        ? parts[i]
                        : ADS1299_MAX_CHANNELS;
      parts[i] = parts[i] ? parts[i] : channels[i];
    }
    if (gst_ads1299_src_configure (s, channels, &setup, &info, &error) &&
        gst_ads1299_src_open_bus (self, s, parts, info.labels)) {
      result = examine (self, &setup, seconds);
      self->bus->ops->close (self->bus);
      self->bus = NULL;
    }
  }
  if (error != NULL)
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s.", error->message), (NULL));
  g_clear_error (&error);
  gst_eeg_info_clear (&info);
  return result;
}

/* Blocks state changes as long as it measures: the chips are its own. */
static GstStructure *
self_test (GstAds1299Src *self, gdouble seconds)
{
  Ads1299SrcSettings s = {0};
  GstStructure *result = NULL;
  gchar *wrong;

  GST_STATE_LOCK (self);
  if (GST_STATE (self) > GST_STATE_READY) {
    GST_ELEMENT_WARNING (self, RESOURCE, BUSY,
        ("The self-test needs the chips for itself: stop the stream first."),
        (NULL));
  } else {
    g_atomic_int_set (&self->failed, FALSE);
    GST_OBJECT_LOCK (self);
    gst_ads1299_src_copy_settings (&s, &self->settings);
    wrong = g_strdup (self->board_error);
    GST_OBJECT_UNLOCK (self);
    self->live = gst_base_src_is_live (GST_BASE_SRC (self));
    self->frames = 1;
    if (wrong != NULL)
      GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s.", wrong), (NULL));
    else
      result = run (self, &s, seconds);
    g_free (wrong);
    gst_ads1299_src_clear_settings (&s);
  }
  GST_STATE_UNLOCK (self);
  return result;
}

/**
 * GstAds1299Src::self-test:
 * @src: the element, in state NULL or READY
 * @seconds: how long noise and the test signal are measured, each, at least 1.1 s; 0: 4 s
 *
 * Measures noise with shorted inputs, the internal test signal, temperature,
 * supplies, rate, losses and jitter. Takes some seconds, or with is-live=false
 * on the simulated chip as long as the computer needs. Any thread.
 *
 * Returns: a structure "eeg-self-test" with pass, complete (booleans), table
 *   and json (strings, the certificate), or %NULL with a message posted
 */
void
gst_ads1299_src_install_selftest (GstAds1299SrcClass *klass)
{
  g_signal_new_class_handler ("self-test", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (self_test), NULL, NULL,
      NULL, GST_TYPE_STRUCTURE, 1, G_TYPE_DOUBLE);
}
