/* ADS1299 chip library: the self-test finds what is injected and nothing else
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-rig.h"

#include <jansson.h>
#include <locale.h>
#include <string.h>

#include "chip/ads1299-faults.h"
#include "chip/ads1299-selftest.h"

static void
run (Rig *r, Ads1299Certificate *cert)
{
  static const Ads1299SelftestOptions options = {.seconds = 2.5};

  rig_open (r);
  fail_unless (ads1299_selftest_run (r->bus, &r->setup, &options, cert));
}

static void
dump (const Ads1299Certificate *cert)
{
  guint i;

  for (i = 0; i < cert->n_checks; i++)
    if (!cert->checks[i].pass)
      g_printerr ("  %s chip %d channel %d: %s\n", cert->checks[i].name,
          cert->checks[i].chip, cert->checks[i].channel,
          cert->checks[i].sentence);
}

GST_START_TEST (test_sound_instruments_pass)
  {
    static const guint8 sizes[3][2] = {{8, 8}, {6, 4}, {4, 8}};
    guint i;

    for (i = 0; i < 3 * ADS1299_N_GAINS; i++) {
      Ads1299Certificate cert;
      guint c;
      Rig r;

      rig_init (&r, 2, ads1299_rates[i % 3 + 3], NULL);
      r.config.signal = ADS1299_SIGNAL_EEG;
      r.config.seed = i;
      for (c = 0; c < 2; c++) {
        r.config.channels[c] = sizes[i % 3][c];
        r.setup.chip[c].channels = sizes[i % 3][c];
      }
      ads1299_setup_set_gain (&r.setup, ads1299_gains[i % ADS1299_N_GAINS]);
      r.setup.chip[1].channel[2].power_down = TRUE;
      run (&r, &cert);
      if (!cert.pass)
        dump (&cert);
      fail_unless (cert.pass && cert.complete && !cert.cancelled);
      fail_unless (cert.n_checks > 60);
      ads1299_certificate_clear (&cert);
      rig_close (&r);
    }
  }
GST_END_TEST;

/* Fault, the check that has to fail, words of its sentence. */
static const struct
{
  const gchar *script, *check, *needle;
} findings[] = {
    {"lost-drdy@0.8,n=7", "lost-edges", "never came"},
    {"lost-drdy@5,n=7", "lost-edges", "never came"},
    {"coalesce@0.8,n=3", "lost-edges", "coalesce"},
    {"missed-irq@0.8,n=5", "lost-events", "queue ran over"},
    {"double-edge@0.8,n=4", "glitches", "without a conversion"},
    {"glitch@0.8,n=4", "glitches", "without a conversion"},
    {"late-irq@0.8,n=50,us=1500", "jitter", "off an even grid"},
    {"late-read@0.8,us=30000", "late-reads", "after the next conversion"},
    {"dead-drdy@0.8", "data-ready", "stands high"},
    {"stuck-drdy@0.8,level=1", "data-ready", "stands high"},
    {"stuck-drdy@0.8,level=0", "data-ready", "stands low"},
    {"stuck-drdy@0,level=0", "data-ready", "stands low"},
    {"rate-error@0,ppm=45000", "rate", "check the oscillator"},
    {"remarked@0", "rate", "whether this is an ADS1299"},
    {"no-clock@0", "bring-up", "no-answer"},
    {"no-clock@0.8", "data-ready", "no clock"},
    {"status-error@0.8,n=9", "status-words", "1100"},
    {"torn-frame@0.8,n=40", "repeat-read", "read twice"},
    {"bit-flip@0.8,n=40", "repeat-read", "read twice"},
    {"miso-stuck@0", "bring-up", "no-answer"},
    {"miso-stuck@0.8,n=10", "status-words", "MISO"},
    {"spi-mode@0", "bring-up", "spi-mode"},
    {"spi-mode@0.8,n=10", "status-words", "SPI mode 1"},
    {"spi-error@0,errno=ETIMEDOUT", "bring-up", "timed out"},
    {"spi-error@0.8,n=4", "transfers", "SPI transfers failed"},
    {"spi-short@0.8,n=4", "transfers", "SPI transfers failed"},
    {"chip-silent@0,chip=1", "bring-up", "Chip 1"},
    {"chip-silent@0.8,chip=1,n=10", "status-words", "MISO"},
    {"wrong-id@0,id=0x20", "bring-up", "wrong-id"},
    {"stuck-bit@0,reg=3,value=128", "bring-up", "read-back"},
    {"brown-out@0.8", "data-ready", "brown-out"},
    {"no-reference@0", "reference", "has not settled"},
    {"unplug@0.8", "device", "is gone"},
    {"lead-off@0.8,n=9,ch=3", "lead-off-bits", "0x0800"},
    {"lead-toggle@0.8,ch=3,period=9", "lead-off-bits", "0x0800"},
    {"saturated@0.8,ch=2,n=20", "clipping", "rail"},
    {"noisy@0,ch=5", "noise", "shielding"},
};

GST_START_TEST (test_faults_found_and_named)
  {
    Ads1299Certificate cert;
    gboolean found = FALSE;
    guint i;
    Rig r;

    rig_init (&r, 2, 250, findings[__i__].script);
    r.config.signal = ADS1299_SIGNAL_EEG;
    run (&r, &cert);
    for (i = 0; i < cert.n_checks; i++)
      found |= !cert.checks[i].pass &&
               strcmp (cert.checks[i].name, findings[__i__].check) == 0 &&
               strstr (cert.checks[i].sentence, findings[__i__].needle);
    if (!found)
      dump (&cert);
    fail_unless (found && !cert.pass, "%s: %s does not fail",
        findings[__i__].script, findings[__i__].check);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_losses_do_not_bend_the_frequency)
  {
    Ads1299Certificate cert;
    guint i, n = 0;
    Rig r;

    /* in the step of the test signal, which begins after about 5 s */
    rig_init (&r, 1, 250, "lost-drdy@5,n=9;lost-drdy@5.3,n=9");
    run (&r, &cert);
    for (i = 0; i < cert.n_checks; i++)
      if (strcmp (cert.checks[i].name, "test-frequency") == 0) {
        fail_unless (ABS (cert.checks[i].measured - 1.953125) < 1e-3, "%g Hz",
            cert.checks[i].measured);
        n++;
      }
    fail_unless_equals_int ((gint) n, 8);
    fail_unless_equals_uint64 (
        rig_truth (&r).count[ADS1299_FAULT_LOST_DRDY], 18);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_every_fault_has_a_finding)
  {
    guint k, i;

    for (k = 0; k < ADS1299_N_FAULTS; k++) {
      const gchar *name = ads1299_fault_name ((Ads1299FaultKind) k);
      gboolean any = FALSE;

      /* a signal that arrives and a pin that moves are no faults of a chip */
      if (k == ADS1299_FAULT_EINTR || k == ADS1299_FAULT_GPIO)
        continue;
      for (i = 0; i < G_N_ELEMENTS (findings); i++)
        any |= strncmp (findings[i].script, name, strlen (name)) == 0 &&
               findings[i].script[strlen (name)] == '@';
      fail_unless (any, "%s", name);
    }
  }
GST_END_TEST;

static gchar *
written (int (*write_to) (const Ads1299Certificate *, FILE *),
    const Ads1299Certificate *cert)
{
  gchar *text = NULL;
  gsize size = 0;
  FILE *f = open_memstream (&text, &size);

  fail_unless_equals_int (write_to (cert, f), 0);
  fclose (f);
  return text;
}

GST_START_TEST (test_certificate)
  {
    Ads1299Certificate cert;
    json_error_t error;
    json_t *root, *checks, *chip;
    gchar *text, *table;
    gsize i;
    Rig r;

    rig_init (&r, 1, 250, "brown-out@0.8");
    r.config.signal = ADS1299_SIGNAL_EEG;
    rig_open (&r);
    r.bus->name[0] = "/dev/\"odd\"\\spi\n";
    fail_unless (ads1299_selftest_run (r.bus, &r.setup, NULL, &cert));
    fail_if (cert.pass || cert.complete);
    /* a locale with a decimal comma, where there is one */
    setlocale (LC_ALL, "de_DE.UTF-8");
    text = written (ads1299_certificate_write_json, &cert);
    table = written (ads1299_certificate_write_table, &cert);
    setlocale (LC_ALL, "C");
    root = json_loads (text, JSON_REJECT_DUPLICATES, &error);
    fail_unless (root != NULL, "%d: %s\n%s", error.line, error.text, text);
    fail_unless (json_is_false (json_object_get (root, "pass")));
    fail_unless_equals_string (
        json_string_value (json_object_get (root, "certificate")),
        "ads1299-self-test/1.0");
    fail_unless_equals_int (
        (gint) json_integer_value (json_object_get (root, "rate")), 250);
    chip = json_array_get (json_object_get (root, "chips"), 0);
    fail_unless_equals_string (
        json_string_value (json_object_get (chip, "device")),
        "/dev/\"odd\"\\spi\n");
    fail_unless_equals_int (
        (gint) json_array_size (json_object_get (chip, "registers")), 21);
    checks = json_object_get (root, "checks");
    fail_unless_equals_int ((gint) json_array_size (checks), cert.n_checks);
    for (i = 0; i < cert.n_checks; i++) {
      json_t *k = json_array_get (checks, i);

      fail_unless_equals_string (
          json_string_value (json_object_get (k, "sentence")),
          cert.checks[i].sentence);
      fail_unless (
          json_is_true (json_object_get (k, "pass")) == cert.checks[i].pass);
      fail_unless (strstr (table, cert.checks[i].sentence) != NULL);
      fail_unless (*cert.checks[i].name != '\0');
    }
    fail_unless (strstr (table, "FAILED data-ready") != NULL);
    json_decref (root);
    free (text);
    free (table);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_wrong_setup_fails)
  {
    Ads1299Certificate cert;
    json_t *root;
    gchar *text;
    Rig r;

    rig_init (&r, 1, 250, NULL);
    r.setup.chip[0].channel[3].gain = 5;
    rig_open (&r);
    fail_unless (ads1299_selftest_run (r.bus, &r.setup, NULL, &cert));
    fail_if (cert.pass || cert.complete);
    fail_unless (strstr (cert.checks[0].sentence, "channel 4 is 5") != NULL);
    text = written (ads1299_certificate_write_json, &cert);
    root = json_loads (text, 0, NULL);
    fail_unless (root != NULL);
    json_decref (root);
    free (text);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

static void
cancel (const char *step, void *data)
{
  Rig *r = data;

  if (strcmp (step, "test signal") == 0)
    r->bus->ops->cancel (r->bus, true);
}

GST_START_TEST (test_cancel_ends_it)
  {
    Ads1299SelftestOptions options = {.progress = cancel};
    Ads1299Certificate cert;
    Rig r;

    rig_init (&r, 1, 250, NULL);
    options.data = &r;
    rig_open (&r);
    fail_unless (ads1299_selftest_run (r.bus, &r.setup, &options, &cert));
    fail_unless (cert.cancelled && !cert.pass && !cert.complete);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_full_disk_fails)
  {
    Ads1299Certificate cert;
    FILE *f = fopen ("/dev/full", "w");
    Rig r;

    if (f == NULL)
      return;
    rig_init (&r, 1, 250, "miso-stuck@0");
    rig_open (&r);
    fail_unless (ads1299_selftest_run (r.bus, &r.setup, NULL, &cert));
    fail_unless (ads1299_certificate_write_json (&cert, f) < 0);
    fclose (f);
    ads1299_certificate_clear (&cert);
    rig_close (&r);
  }
GST_END_TEST;

static Suite *
ads1299_selftest_suite (void)
{
  Suite *s = suite_create ("ads1299-selftest");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sound_instruments_pass);
  tcase_add_loop_test (
      tc, test_faults_found_and_named, 0, G_N_ELEMENTS (findings));
  tcase_add_test (tc, test_losses_do_not_bend_the_frequency);
  tcase_add_test (tc, test_every_fault_has_a_finding);
  tcase_add_test (tc, test_certificate);
  tcase_add_test (tc, test_wrong_setup_fails);
  tcase_add_test (tc, test_cancel_ends_it);
  tcase_add_test (tc, test_full_disk_fails);
  return s;
}

GST_CHECK_MAIN (ads1299_selftest);
