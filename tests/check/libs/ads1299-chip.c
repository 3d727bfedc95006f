/* ADS1299 chip library: frames, registers, the simulated chip and its bus
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "chip/ads1299-bus.h"
#include "chip/ads1299-faults.h"
#include "chip/ads1299-frame.h"
#include "chip/ads1299-sim.h"

GST_START_TEST (test_frame_rails_and_signs)
  {
    static const guint8 frame[27] = {0xc0, 0x00, 0x05, 0x7f, 0xff, 0xff, 0x80,
        0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
        0x47, 0xae, 0xfe, 0xb8, 0x52, 0x12, 0x34, 0x56};
    static const gint32 want[8] = {
        8388607, -8388608, -1, 1, 0, 83886, -83886, 0x123456};
    gint32 got[8];
    guint8 back[27];
    guint32 status = ads1299_frame_decode (frame, 8, got);

    fail_unless (memcmp (got, want, sizeof want) == 0);
    fail_unless (ADS1299_STATUS_OK (status));
    fail_unless_equals_int (ADS1299_STATUS_GPIO (status), 5);
    ads1299_frame_encode (back, 8, status, got);
    fail_unless (memcmp (back, frame, 27) == 0);
    /* b0 = C0 | STATP >> 4, b1 = STATP << 4 | STATN >> 4, b2 = STATN << 4 */
    ads1299_frame_encode (back, 8, 0xc00000 | 0xa5 << 12 | 0x3c << 4, got);
    fail_unless_equals_int (back[0], 0xca);
    fail_unless_equals_int (back[1], 0x53);
    fail_unless_equals_int (back[2], 0xc0);
  }
GST_END_TEST;

GST_START_TEST (test_frame_status_refused)
  {
    fail_if (ADS1299_STATUS_OK (0x000000u));
    fail_if (ADS1299_STATUS_OK (0xffffffu));
    fail_if (ADS1299_STATUS_OK (0x900000u));
    fail_unless (ADS1299_STATUS_OK (0xc00000u));
  }
GST_END_TEST;

GST_START_TEST (test_datasheet_numbers)
  {
    /* table 7: group delay and -3 dB points of the sinc3 filter */
    fail_unless (fabs (ads1299_group_delay (4096) - 5999e-6) < 1e-6);
    fail_unless (fabs (ads1299_group_delay (64) - 92e-6) < 1e-6);
    fail_unless (fabs (ads1299_sinc3_gain (50, 4096) - 0.819) < 1e-3);
    fail_unless (fabs (ads1299_sinc3_gain (31.25, 4096) - 0.9254) < 1e-4);
    fail_unless (fabs (ads1299_sinc3_gain (262, 1024) - M_SQRT1_2) < 2e-3);
    fail_unless_equals_int (ads1299_rate_to_dr (250), 6);
    fail_unless_equals_int (ads1299_rate_to_dr (16000), 0);
    fail_unless_equals_int (ads1299_gain_to_code (24), 6);
    fail_unless_equals_int (ads1299_gain_to_code (12), 5);
  }
GST_END_TEST;

GST_START_TEST (test_rate_and_gain_refused)
  {
    fail_unless_equals_int (ads1299_rate_to_dr (256), -1);
    fail_unless_equals_int (ads1299_rate_to_dr (0), -1);
    fail_unless_equals_int (ads1299_gain_to_code (3), -1);
    fail_unless_equals_int (ads1299_gain_to_code (0), -1);
  }
GST_END_TEST;

static void
xfer (Ads1299Sim *chip, const guint8 *tx, guint8 *rx, gsize len)
{
  Ads1299Xfer x = {tx, rx, len, ADS1299_REGISTER_HZ, ADS1299_CS_HOLD_US};

  ads1299_sim_xfer (chip, &x);
}

static guint8
read_id (Ads1299Sim *chip)
{
  static const guint8 tx[3] = {ADS1299_CMD_RREG, 0, 0};
  guint8 rx[3] = {0};

  xfer (chip, tx, rx, 3);
  return rx[2];
}

static void
send (Ads1299Sim *chip, guint8 cmd)
{
  xfer (chip, &cmd, NULL, 1);
}

GST_START_TEST (test_registers_ignored_in_rdatac)
  {
    Ads1299Scene *scene = ads1299_scene_new (8, 0);
    Ads1299Sim *chip = ads1299_sim_new (8, scene, 0);
    guint8 write[3] = {ADS1299_CMD_WREG | ADS1299_REG_CONFIG1, 0, 0x95};

    /* power-up default is RDATAC */
    fail_if (read_id (chip) == 0x3e);
    fail_unless (ads1299_sim_violations (chip)->ignored_registers > 0);
    xfer (chip, write, NULL, 3);
    fail_unless_equals_int (ads1299_sim_peek (chip, ADS1299_REG_CONFIG1), 0x96);
    send (chip, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (read_id (chip), 0x3e);
    xfer (chip, write, NULL, 3);
    fail_unless_equals_int (ads1299_sim_peek (chip, ADS1299_REG_CONFIG1), 0x95);
    /* the ID cannot be written */
    write[0] = ADS1299_CMD_WREG;
    xfer (chip, write, NULL, 3);
    fail_unless_equals_int (read_id (chip), 0x3e);
    /* RESET: defaults, and deaf for 18 tCLK */
    send (chip, ADS1299_CMD_RESET);
    fail_unless_equals_int (ads1299_sim_peek (chip, ADS1299_REG_CONFIG1), 0x96);
    send (chip, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (
        (gint) ads1299_sim_violations (chip)->early_bytes, 1);
    ads1299_sim_set_time (chip, 18);
    send (chip, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (read_id (chip), 0x3e);
    ads1299_sim_free (chip);
    ads1299_scene_free (scene);
  }
GST_END_TEST;

GST_START_TEST (test_must_write_bits_counted)
  {
    Ads1299Scene *scene = ads1299_scene_new (8, 0);
    Ads1299Sim *chip = ads1299_sim_new (8, scene, 0);
    guint8 write[3] = {ADS1299_CMD_WREG | ADS1299_REG_LOFF, 0, 0x13};

    send (chip, ADS1299_CMD_SDATAC);
    xfer (chip, write, NULL, 3);
    fail_unless_equals_int (
        (gint) ads1299_sim_violations (chip)->must_write, 1);
    ads1299_sim_free (chip);
    ads1299_scene_free (scene);
  }
GST_END_TEST;

GST_START_TEST (test_settling_and_period)
  {
    static const guint8 rdata[28] = {ADS1299_CMD_RDATA};
    Ads1299Scene *scene = ads1299_scene_new (8, 0);
    Ads1299Sim *chip = ads1299_sim_new (8, scene, 0);
    guint8 rx[28];
    guint64 k;

    send (chip, ADS1299_CMD_SDATAC);
    ads1299_sim_set_time (chip, 1000);
    send (chip, ADS1299_CMD_START);
    /* 250 SPS: 32777 tCLK to the first DRDY, then every 8192 */
    fail_unless (ads1299_sim_drdy_time (chip, 0) == 1000 + 32777);
    fail_unless (ads1299_sim_drdy_time (chip, 3) == 1000 + 32777 + 3 * 8192);
    ads1299_sim_set_time (chip, 1000 + 32776 - 8);
    xfer (chip, rdata, rx, sizeof rx);
    fail_unless_equals_int (rx[1], 0);
    ads1299_sim_set_time (chip, 1000 + 32776);
    fail_if (ads1299_sim_current (chip, &k));
    /* the command itself takes 8 tCLK: its data would be there in time */
    xfer (chip, rdata, rx, sizeof rx);
    fail_unless_equals_int (rx[1], 0xc0);
    ads1299_sim_set_time (chip, 1000 + 32777 + 8192);
    fail_unless (ads1299_sim_current (chip, &k) && k == 1);
    xfer (chip, rdata, rx, sizeof rx);
    fail_unless_equals_int (rx[1], 0xc0);
    ads1299_sim_free (chip);
    ads1299_scene_free (scene);
  }
GST_END_TEST;

static Ads1299Bus *
new_bus (Ads1299SimConfig *c, Ads1299Setup *setup, Ads1299Error *error)
{
  ads1299_setup_init (setup, c->n_chips, c->rate);
  return ads1299_bus_sim_new (c, error);
}

static void
read_one (Ads1299Bus *bus, gint32 *codes, guint32 *status, Ads1299Edge *edge)
{
  fail_unless_equals_int (
      bus->ops->wait_drdy (bus, 1000000000, edge), ADS1299_WAIT_EDGE);
  fail_unless_equals_int (ads1299_read_frames (bus, codes, status), 0);
}

GST_START_TEST (test_bring_up_counter)
  {
    Ads1299SimConfig c = {.n_chips = 3,
        .rate = 4000,
        .vref = 4.5,
        .signal = ADS1299_SIGNAL_COUNTER};
    Ads1299Setup setup;
    Ads1299Error error = {0};
    Ads1299Bus *bus = new_bus (&c, &setup, &error);
    gint32 codes[24];
    guint32 status[3];
    Ads1299Edge e, before = {0};
    gint n, ch;

    fail_unless (bus != NULL, "%s", error.text);
    fail_unless (
        ads1299_bring_up (bus, &setup, NULL, &error), "%s", error.text);
    fail_unless (ads1299_start (bus, &error));
    for (n = 0; n < 300; n++) {
      read_one (bus, codes, status, &e);
      for (ch = 0; ch < 24; ch++)
        fail_unless_equals_int (codes[ch], n + ch);
      fail_unless (ADS1299_STATUS_OK (status[2]));
      if (n > 0) {
        fail_unless_equals_int (e.seq, before.seq + 1);
        fail_unless_equals_int ((gint) (e.time_ns - before.time_ns), 250000);
      }
      before = e;
    }
    ads1299_stop (bus);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_square_amplitude_and_period)
  {
    Ads1299SimConfig c = {.n_chips = 1,
        .rate = 250,
        .vref = 4.5,
        .signal = ADS1299_SIGNAL_SQUARE};
    Ads1299Setup setup;
    Ads1299Error error = {0};
    Ads1299Bus *bus = new_bus (&c, &setup, &error);
    gint32 codes[8];
    guint32 status;
    Ads1299Edge e;
    gint n, high = 0, low = 0;

    ads1299_setup_set_mux (&setup, ADS1299_MUX_TEST);
    fail_unless (
        ads1299_bring_up (bus, &setup, NULL, &error), "%s", error.text);
    fail_unless (ads1299_start (bus, &error));
    /* 0.977 Hz at 250 SPS: 256 samples a period; VREF/2400 at gain 24 */
    for (n = 0; n < 512; n++) {
      read_one (bus, codes, &status, &e);
      high += codes[0] == 83886;
      low += codes[7] == -83886;
      if (n % 256 == 100)
        fail_unless_equals_int (codes[3], 83886);
      if (n % 256 == 228)
        fail_unless_equals_int (codes[3], -83886);
    }
    fail_unless_equals_int (high, 256 - 2);
    fail_unless_equals_int (low, 256 - 4);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_short_noise_per_gain)
  {
    static const struct
    {
      guint gain;
      gdouble uv;
    } rows[] = {{1, 1.08}, {6, 0.23}, {24, 0.14}};
    guint g;

    for (g = 0; g < G_N_ELEMENTS (rows); g++) {
      Ads1299SimConfig c = {.n_chips = 1,
          .rate = 250,
          .vref = 4.5,
          .signal = ADS1299_SIGNAL_SHORT,
          .seed = 3};
      Ads1299Setup setup;
      Ads1299Error error = {0};
      Ads1299Bus *bus = new_bus (&c, &setup, &error);
      gdouble sum = 0, sum2 = 0, lsb = 4.5e6 / rows[g].gain / 8388608, rms;
      gint32 codes[8];
      guint32 status;
      Ads1299Edge e;
      gint n, total = 8192;

      ads1299_setup_set_mux (&setup, ADS1299_MUX_SHORT);
      setup.chip[0].channel[0].gain = rows[g].gain;
      fail_unless (
          ads1299_bring_up (bus, &setup, NULL, &error), "%s", error.text);
      fail_unless (ads1299_start (bus, &error));
      for (n = 0; n < total; n++) {
        read_one (bus, codes, &status, &e);
        sum += codes[0] * lsb;
        sum2 += codes[0] * lsb * codes[0] * lsb;
      }
      rms = sqrt (sum2 / total - sum / total * sum / total);
      fail_unless (fabs (rms / rows[g].uv - 1) < 0.05, "gain %u: %g uV",
          rows[g].gain, rms);
      fail_unless (fabs (sum / total) <= 61);
      bus->ops->close (bus);
    }
  }
GST_END_TEST;

GST_START_TEST (test_wrong_id_fails)
  {
    Ads1299SimConfig c = {
        .n_chips = 1, .rate = 250, .vref = 4.5, .faults = "wrong-id@0,id=0x20"};
    Ads1299Setup setup;
    Ads1299Error error = {0};
    Ads1299Bus *bus = new_bus (&c, &setup, &error);

    fail_unless (bus != NULL, "%s", error.text);
    fail_if (ads1299_bring_up (bus, &setup, NULL, &error));
    fail_unless (
        strstr (error.text, "reads 0x20") && strstr (error.text, "0x3e"), "%s",
        error.text);
    bus->ops->close (bus);
  }
GST_END_TEST;

GST_START_TEST (test_faults_refused)
  {
    Ads1299Fault f[ADS1299_MAX_FAULTS];
    Ads1299Error error = {0};
    static const char *const bad[] = {"gremlin@1", "lost-drdy", "lost-drdy@",
        "lost-drdy@x", "lost-drdy@1,n=", "lost-drdy@1,m=2", "lost-drdy@1 n=2",
        "@1", "lost-drdy@1,n=2;;nonsense"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      error.text[0] = '\0';
      fail_unless_equals_int (ads1299_faults_parse (bad[i], f, &error), -1);
      fail_unless (error.text[0] != '\0');
    }
    ads1299_faults_parse ("gremlin@1", f, &error);
    fail_unless (strstr (error.text, "missed-irq") != NULL, "%s", error.text);
    fail_unless_equals_int (ads1299_faults_parse ("lost-drdy@1.5,n=3; "
                                                  "lead-off@2,ch=4,n=10;",
                                f, &error),
        2);
    fail_unless (f[0].at == 1.5 && f[0].n == 3 && f[1].ch == 4);
    fail_unless_equals_int (ads1299_faults_parse ("", f, &error), 0);
  }
GST_END_TEST;

GST_START_TEST (test_missing_file_fails)
  {
    Ads1299SimConfig c = {.n_chips = 1,
        .rate = 250,
        .vref = 4.5,
        .file = "/nonexistent/frames.bin"};
    Ads1299Error error = {0};

    fail_unless (ads1299_bus_sim_new (&c, &error) == NULL);
    fail_unless (strstr (error.text, "/nonexistent/frames.bin") != NULL);
  }
GST_END_TEST;

/* Neither waited for nor read. */
GST_START_TEST (test_no_regular_file_fails)
  {
    gchar *dir = g_dir_make_tmp ("ads1299-XXXXXX", NULL);
    gchar *fifo = g_build_filename (dir, "fifo", NULL);
    const gchar *paths[] = {dir, fifo, "/dev/zero"};
    guint i;

    fail_unless (mkfifo (fifo, 0600) == 0);
    for (i = 0; i < G_N_ELEMENTS (paths); i++) {
      Ads1299SimConfig c = {
          .n_chips = 1, .rate = 250, .vref = 4.5, .file = paths[i]};
      Ads1299Error error = {0};

      fail_unless (ads1299_bus_sim_new (&c, &error) == NULL);
      fail_unless (strstr (error.text, paths[i]) != NULL);
      fail_unless (
          strstr (error.text, "no regular file") != NULL, "%s", error.text);
    }
    g_unlink (fifo);
    g_rmdir (dir);
    g_free (fifo);
    g_free (dir);
  }
GST_END_TEST;

static Suite *
ads1299_chip_suite (void)
{
  Suite *s = suite_create ("ads1299-chip");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_frame_rails_and_signs);
  tcase_add_test (tc, test_frame_status_refused);
  tcase_add_test (tc, test_datasheet_numbers);
  tcase_add_test (tc, test_rate_and_gain_refused);
  tcase_add_test (tc, test_registers_ignored_in_rdatac);
  tcase_add_test (tc, test_must_write_bits_counted);
  tcase_add_test (tc, test_settling_and_period);
  tcase_add_test (tc, test_bring_up_counter);
  tcase_add_test (tc, test_square_amplitude_and_period);
  tcase_add_test (tc, test_short_noise_per_gain);
  tcase_add_test (tc, test_wrong_id_fails);
  tcase_add_test (tc, test_faults_refused);
  tcase_add_test (tc, test_missing_file_fails);
  tcase_add_test (tc, test_no_regular_file_fails);
  return s;
}

GST_CHECK_MAIN (ads1299_chip);
