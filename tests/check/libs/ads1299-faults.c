/* ADS1299 chip library: every fault on demand, and what the reader makes of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-rig.h"

#include <errno.h>
#include <string.h>

/* --- scripts ----------------------------------------------------------------- */

static gint
parse (const gchar *script, Ads1299Fault *f, Ads1299Error *e)
{
  memset (e, 0, sizeof *e);
  return ads1299_faults_parse (script, f, e);
}

GST_START_TEST (test_script_accepted)
  {
    Ads1299Fault f[ADS1299_MAX_FAULTS];
    Ads1299Error e;

    fail_unless_equals_int (
        parse ("lost-drdy@1.5,n=3; lead-off@2,ch=4,n=10;", f, &e), 2);
    fail_unless (f[0].at == 1.5 && f[0].n == 3 && f[1].ch == 4);
    fail_unless_equals_int (parse ("", f, &e), 0);
    fail_unless_equals_int (parse (NULL, f, &e), 0);
    fail_unless_equals_int (parse (" ;; ;", f, &e), 0);
    fail_unless_equals_int (
        parse ("spi-error@0.25,errno=ETIMEDOUT,n=2", f, &e), 1);
    fail_unless_equals_int (f[0].error, ETIMEDOUT);
    fail_unless_equals_int (parse ("rate-error@1,ppm=-25000.5", f, &e), 1);
    fail_unless (f[0].ppm == -25000.5 && f[0].n == ADS1299_FOREVER);
    fail_unless_equals_int (parse ("wrong-id@0,id=0xDF", f, &e), 1);
    fail_unless_equals_int ((gint) f[0].id, 0xdf);
    fail_unless_equals_int (parse ("chip-silent@0,chip=3", f, &e), 1);
    fail_unless_equals_int ((gint) f[0].chip, 3);
  }
GST_END_TEST;

GST_START_TEST (test_every_kind_round_trips)
  {
    guint k;

    for (k = 0; k < ADS1299_N_FAULTS; k++) {
      Ads1299Fault f[2 * ADS1299_MAX_FAULTS];
      Ads1299Error e;
      gchar text[256], again[256];
      gchar *script = g_strdup_printf (
          "%s@2.25", ads1299_fault_name ((Ads1299FaultKind) k));

      fail_unless_equals_int (parse (script, f, &e), 1);
      fail_unless_equals_int ((gint) f[0].kind, (gint) k);
      fail_unless (*ads1299_fault_text (f[0].kind) != '\0');
      ads1299_fault_print (f, text, sizeof text);
      fail_unless_equals_int (parse (text, f, &e), 1);
      ads1299_fault_print (f, again, sizeof again);
      fail_unless_equals_string (text, again);
      g_free (script);
    }
  }
GST_END_TEST;

GST_START_TEST (test_scripts_refused)
  {
    static const struct
    {
      const gchar *script, *needle;
    } bad[] = {
        {"gremlin@1", "Unknown fault \"gremlin\" at position 1; known are"},
        {"gremlin@1", "missed-irq"},
        {"lots-drdy@1", "did you mean \"lost-drdy\"?"},
        {"lost-drdy@1; eintr@2; brwn-out@3", "position 23"},
        {"lost-drdy@1;brwn-out@3", "did you mean \"brown-out\"?"},
        {"lost-drdy", "expected \"@seconds\""},
        {"lost-drdy@", "position 11"},
        {"lost-drdy@x", "number"},
        {"lost-drdy@1e300", "expected \",key=value\""},
        {"lost-drdy@99999999999999999999", "at most 1000000000"},
        {"lost-drdy@-1", "number of at most 1000000000 at position 11"},
        {"late-read@1,us=-5", "position 16"},
        {"lost-drdy@1,n=", "position 15"},
        {"lost-drdy@1,n=2.5", "position 16"},
        {"lost-drdy@1,n=-2", "whole number"},
        {"lost-drdy@1,m=2", "Unknown key of lost-drdy \"m\""},
        {"late-read@1,uss=2", "did you mean \"us\"?"},
        {"lost-drdy@1,n", "expected \"=\""},
        {"lost-drdy@1 n=2", "expected \",key=value\""},
        {"dead-drdy@1,n=2", "takes no key"},
        {"lead-off@1,ch=64", "at most 63"},
        {"wrong-id@0,id=256", "at most 255"},
        {"spi-error@1,errno=EWHAT", "ETIMEDOUT"},
        {"@1", "Unknown fault \"\""},
        {"lost-drdy@1,n=2;;nonsense", "position 18"},
        {"LOST-DRDY@1", "position 1"},
    };
    Ads1299Fault f[ADS1299_MAX_FAULTS];
    GString *many = g_string_new (NULL);
    Ads1299Error e;
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      fail_unless_equals_int (parse (bad[i].script, f, &e), -1);
      fail_unless_equals_int (e.code, ADS1299_ERR_SCRIPT);
      fail_unless (strstr (e.text, bad[i].needle) != NULL, "%s: \"%s\"",
          bad[i].script, e.text);
    }
    for (i = 0; i <= ADS1299_MAX_FAULTS; i++)
      g_string_append (many, "eintr@1;");
    fail_unless_equals_int (parse (many->str, f, &e), -1);
    fail_unless (strstr (e.text, "256") != NULL);
    g_string_free (many, TRUE);
  }
GST_END_TEST;

GST_START_TEST (test_script_beyond_the_instrument_refused)
  {
    static const gchar *const bad[] = {
        "lead-off@1,ch=8", "chip-silent@0,chip=1", "saturated@0,ch=63"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      Rig r;

      rig_init (&r, 1, 250, bad[i]);
      fail_unless (ads1299_bus_sim_new (&r.config, &r.error) == NULL);
      fail_unless_equals_int (r.error.code, ADS1299_ERR_SCRIPT);
      fail_unless (strstr (r.error.text, "are 0 to") != NULL);
    }
  }
GST_END_TEST;

/* --- losses ------------------------------------------------------------------ */

typedef struct
{
  const gchar *script;
  Ads1299FaultKind kind;
  guint64 struck;                /* times, by the model */
  guint64 seq, time, status, io; /* losses, by the reader */
  guint64 late, glitches;
} Loss;

/* All at 0.4 s of 500 S/s: conversion 200. */
static const Loss losses[] = {
    {"lost-drdy@0.4,n=7", ADS1299_FAULT_LOST_DRDY, 7, .time = 7},
    {"missed-irq@0.4,n=5", ADS1299_FAULT_MISSED_IRQ, 5, .seq = 5},
    {"coalesce@0.4,n=4", ADS1299_FAULT_COALESCE, 3, .time = 3},
    {"double-edge@0.4,n=6", ADS1299_FAULT_DOUBLE_EDGE, 6, .glitches = 6},
    {"glitch@0.4,n=9", ADS1299_FAULT_GLITCH, 9, .glitches = 9},
    {"late-irq@0.4,n=20,us=400", ADS1299_FAULT_LATE_IRQ, 20},
    {"eintr@0.4,n=3", ADS1299_FAULT_EINTR, 3},
    {"status-error@0.4,n=8", ADS1299_FAULT_STATUS_ERROR, 8, .status = 8},
    {"miso-stuck@0.4,n=4,level=1", ADS1299_FAULT_MISO_STUCK, 4, .status = 4},
    {"chip-silent@0.4,n=4", ADS1299_FAULT_CHIP_SILENT, 4, .status = 4},
    {"spi-mode@0.4,n=2", ADS1299_FAULT_SPI_MODE, 2, .status = 2},
    {"spi-error@0.4,n=3,errno=EIO", ADS1299_FAULT_SPI_ERROR, 3, .io = 3},
    {"spi-error@0.4,n=2,errno=ETIMEDOUT", ADS1299_FAULT_SPI_ERROR, 2, .io = 2},
    {"spi-short@0.4,n=2", ADS1299_FAULT_SPI_SHORT, 2, .io = 2},
    {"rate-error@0.4,ppm=20000", ADS1299_FAULT_RATE_ERROR, 300},
    {"rate-error@0.4,ppm=-20000", ADS1299_FAULT_RATE_ERROR, 300},
    /* 15.3 ms after the edge: seven are too late, the eighth is fresh */
    {"late-read@0.4,us=15300", ADS1299_FAULT_LATE_READ, 1, .late = 7},
};

GST_START_TEST (test_exact_losses)
  {
    const Loss *l = &losses[__i__];
    const Ads1299ReadCounts *c;
    guint64 next = 0;
    Rig r;

    rig_init (&r, 1, 500, l->script);
    rig_start (&r);
    while (r.reader.counts.produced < 500) {
      Ads1299ReadResult result = rig_next (&r);

      fail_unless (result == ADS1299_READ_OK || result == ADS1299_READ_SKIPPED);
      if (result == ADS1299_READ_OK) {
        fail_unless_equals_int (r.codes[0], (gint) r.sample.index);
        fail_unless (r.sample.index >= next);
        next = r.sample.index + 1;
      }
    }
    c = &r.reader.counts;
    rig_assert_ledger (&r);
    fail_unless_equals_uint64 (c->by_sequence, l->seq);
    fail_unless_equals_uint64 (c->by_time, l->time);
    fail_unless_equals_uint64 (c->status, l->status);
    fail_unless_equals_uint64 (c->io, l->io);
    fail_unless_equals_uint64 (c->late, l->late);
    fail_unless_equals_uint64 (c->glitches, l->glitches);
    fail_unless_equals_uint64 (c->produced, rig_truth (&r).conversions);
    fail_unless_equals_uint64 (rig_truth (&r).count[l->kind], l->struck);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_queue_overflow_exact)
  {
    Rig r;
    guint64 late = 0;

    /* 1 s away at 4 kS/s: 4000 edges, the queue keeps 64 */
    rig_init (&r, 1, 4000, "late-read@0.1,us=1000000");
    r.config.event_queue = 64;
    rig_start (&r);
    while (r.reader.counts.produced < 8000) {
      if (rig_next (&r) == ADS1299_READ_OK) {
        fail_unless_equals_int (r.codes[0], (gint) r.sample.index);
      } else {
        late++;
      }
    }
    rig_assert_ledger (&r);
    fail_unless_equals_uint64 (
        r.reader.counts.by_sequence, rig_truth (&r).overflow);
    fail_unless_equals_uint64 (rig_truth (&r).overflow, 4000 - 64);
    fail_unless_equals_uint64 (r.reader.counts.late, late);
    fail_unless_equals_uint64 (
        r.reader.counts.produced, rig_truth (&r).conversions);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_replaced_frame_is_refused)
  {
    Ads1299Edge e;
    guint n;
    Rig r;

    /* a host without a clock of its own still cannot take a wrong frame */
    rig_init (&r, 2, 250, "late-read@0.04,us=9000");
    rig_start (&r);
    for (n = 0; n < 20; n++) {
      gint ret;

      fail_unless_equals_int (
          r.bus->ops->wait_drdy (r.bus, RIG_SECOND, &e), ADS1299_WAIT_EDGE);
      ret = ads1299_read_frames (r.bus, r.codes, r.status);
      fail_unless_equals_int (ret, n == 10 || n == 11 ? -ESTALE : 0);
      if (ret == 0)
        fail_unless_equals_int (r.codes[0], (gint) n);
    }
    fail_unless_equals_uint64 (rig_truth (&r).stale, 4);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_slow_bus_loses_exactly)
  {
    Rig r;

    /* 8 chips at 16 kS/s: 8 x 24.4 us do not fit into 62.5 us */
    rig_init (&r, 8, 16000, NULL);
    r.config.bus_timing = TRUE;
    r.config.event_queue = 16;
    rig_start (&r);
    while (r.reader.counts.produced < 4000)
      if (rig_next (&r) == ADS1299_READ_OK)
        fail_unless_equals_int (r.codes[0], (gint) r.sample.index);
    rig_assert_ledger (&r);
    fail_unless (r.reader.counts.lost > 2000);
    fail_unless_equals_uint64 (
        r.reader.counts.produced, rig_truth (&r).conversions);
    rig_close (&r);
    /* 4 chips at 4 kS/s do */
    rig_init (&r, 4, 4000, NULL);
    r.config.bus_timing = TRUE;
    rig_start (&r);
    while (r.reader.counts.produced < 4000)
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
    fail_unless_equals_uint64 (r.reader.counts.lost, 0);
    rig_close (&r);
  }
GST_END_TEST;

/* --- silence ----------------------------------------------------------------- */

GST_START_TEST (test_silence)
  {
    static const struct
    {
      const gchar *script;
      Ads1299ReadResult result;
      gint level;
    } rows[] = {
        {"dead-drdy@0.2", ADS1299_READ_TIMEOUT, 1},
        {"stuck-drdy@0.2", ADS1299_READ_TIMEOUT, 1},
        {"stuck-drdy@0.2,level=0", ADS1299_READ_TIMEOUT, 0},
        {"brown-out@0.2", ADS1299_READ_TIMEOUT, 1},
        {"no-clock@0.2", ADS1299_READ_TIMEOUT, 1},
        {"unplug@0.2", ADS1299_READ_GONE, -ENODEV},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (rows); i++) {
      guint n;
      Rig r;

      rig_init (&r, 2, 250, rows[i].script);
      rig_start (&r);
      for (n = 0; n < 50; n++)
        fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
      fail_unless_equals_int (rig_next (&r), rows[i].result);
      fail_unless_equals_int (r.bus->ops->drdy_level (r.bus), rows[i].level);
      rig_assert_ledger (&r);
      rig_close (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_brown_out_and_recovery)
  {
    guint8 config1 = 0;
    guint n;
    Rig r;

    rig_init (&r, 2, 500, "brown-out@0.2");
    rig_start (&r);
    for (n = 0; n < 100; n++)
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
    fail_unless_equals_int (rig_next (&r), ADS1299_READ_TIMEOUT);
    /* back in RDATAC: registers do not answer, after SDATAC they are reset */
    ads1299_read_registers (r.bus, 0, ADS1299_REG_CONFIG1, 1, &config1);
    fail_if (config1 == 0x96);
    ads1299_command (r.bus, 0, ADS1299_CMD_SDATAC);
    ads1299_read_registers (r.bus, 0, ADS1299_REG_CONFIG1, 1, &config1);
    fail_unless_equals_int (config1, 0x96);
    fail_unless (rig_bring_up (&r), "%s", r.error.text);
    fail_unless (ads1299_start (r.bus, &r.error));
    ads1299_reader_resync (&r.reader);
    fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
    fail_unless (r.sample.lost > 600); /* 1 s of silence, 0.3 s of bring-up */
    fail_unless_equals_int (r.codes[0], (gint) r.sample.index);
    for (n = 0; n < 100; n++)
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
    fail_unless_equals_int (r.codes[0], (gint) r.sample.index);
    rig_assert_ledger (&r);
    rig_close (&r);
  }
GST_END_TEST;

/* --- bring-up ---------------------------------------------------------------- */

GST_START_TEST (test_bring_up_fails)
  {
    static const struct
    {
      const gchar *script;
      Ads1299ErrorCode code;
      gint chip, reg;
      const gchar *needle;
    } rows[] = {
        {"wrong-id@0,id=0x00", ADS1299_ERR_WRONG_ID, 0, 0, "reads 0x00"},
        {"wrong-id@0,id=0xdf", ADS1299_ERR_WRONG_ID, 0, 0, "reads 0xdf"},
        {"wrong-id@0,id=0x20,chip=1", ADS1299_ERR_WRONG_ID, 1, 0,
            "Chip 1: register ID (0x00) reads 0x20, expected 0x3e"},
        {"wrong-id@0,id=0x3d", ADS1299_ERR_WRONG_PART, 0, 0,
            "Chip 0: a part with 6 channels (ADS1299-6) was found (ID 0x3d), "
            "expected ADS1299 (0x3e, 8 channels). Set channels-per-chip of "
            "this chip to 6"},
        {"wrong-id@0,id=0xfc,chip=1", ADS1299_ERR_WRONG_PART, 1, 0,
            "Chip 1: a part with 4 channels (ADS1299-4) was found (ID 0xfc)"},
        {"miso-stuck@0", ADS1299_ERR_NO_ANSWER, 0, 0, "reads 0x00"},
        {"miso-stuck@0,level=1", ADS1299_ERR_NO_ANSWER, 0, 0, "reads 0xff"},
        {"chip-silent@0,chip=1", ADS1299_ERR_NO_ANSWER, 1, 0, "Chip 1"},
        {"no-clock@0", ADS1299_ERR_NO_ANSWER, 0, 0, "clock"},
        {"spi-mode@0", ADS1299_ERR_SPI_MODE, 0, 0, "SPI mode 1"},
        {"spi-error@0,errno=ETIMEDOUT", ADS1299_ERR_BUS, 0, -1, "timed out"},
        {"spi-short@0", ADS1299_ERR_BUS, 0, -1, "Input/output error"},
        {"stuck-bit@0,reg=3,value=128", ADS1299_ERR_READBACK, 0, 3,
            "register CONFIG3 (0x03) reads 0x60, expected 0xe0"},
        {"stuck-bit@0,reg=5,value=1,chip=1", ADS1299_ERR_READBACK, 1, 5,
            "CH1SET"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (rows); i++) {
      Rig r;

      rig_init (&r, 2, 250, rows[i].script);
      rig_open (&r);
      fail_if (rig_bring_up (&r), "%s", rows[i].script);
      fail_unless (
          r.error.code == rows[i].code, "%s: %s", rows[i].script, r.error.text);
      fail_unless_equals_int (r.error.chip, rows[i].chip);
      fail_unless_equals_int (r.error.reg, rows[i].reg);
      fail_unless (
          strstr (r.error.text, rows[i].needle) != NULL, "%s", r.error.text);
      if (r.error.code == ADS1299_ERR_BUS)
        fail_unless (r.error.sys_errno > 0);
      rig_close (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_wrong_id_is_a_warning_when_asked)
  {
    Rig r;

    rig_init (&r, 2, 250, "wrong-id@0,id=0xdf,chip=1");
    r.setup.strict_id = FALSE;
    rig_open (&r);
    fail_unless (rig_bring_up (&r), "%s", r.error.text);
    fail_unless_equals_int ((gint) r.report.n_warnings, 1);
    fail_unless_equals_int (r.report.warning[0].code, ADS1299_ERR_WRONG_ID);
    fail_unless_equals_int (r.report.warning[0].chip, 1);
    fail_unless_equals_int (r.report.id[1], 0xdf);
    rig_close (&r);
  }
GST_END_TEST;

/* --- samples ----------------------------------------------------------------- */

GST_START_TEST (test_samples_spoiled)
  {
    guint n, c;
    Rig r;

    rig_init (&r, 2, 250,
        "saturated@0.04,n=5,ch=3;saturated@0.04,n=5,ch=12,level=0;"
        "lead-off@0.1,n=4,ch=9;lead-toggle@0.2,n=40,ch=1,period=10;"
        "gpio@0.4,n=3,value=0xa;torn-frame@0.6,n=1,chip=1;bit-flip@0.8,n=1");
    rig_start (&r);
    for (n = 0; n < 250; n++) {
      guint wrong = 0, flipped = 0;
      Ads1299ReadResult result = rig_next (&r);

      /* the flipped bit may be in the status word */
      if (n == 200 && result == ADS1299_READ_SKIPPED)
        continue;
      fail_unless_equals_int (result, ADS1299_READ_OK);
      for (c = 0; c < 16; c++) {
        wrong += r.codes[c] != (gint) (n + c);
        flipped += r.codes[c] != (gint) (n + c) && c >= 8 &&
                   r.codes[c] == (gint) (n + 1 + c);
      }
      if (n >= 10 && n < 15) {
        fail_unless_equals_int (r.codes[3], 8388607);
        fail_unless_equals_int (r.codes[12], -8388608);
        fail_unless_equals_int ((gint) wrong, 2);
      } else if (n == 150) {
        fail_unless (wrong > 0 && wrong == flipped);
      } else if (n != 200) {
        fail_unless_equals_int ((gint) wrong, 0);
      }
      fail_unless_equals_int (
          (gint) ADS1299_STATUS_STATP (r.status[1]), n >= 25 && n < 29 ? 2 : 0);
      fail_unless_equals_int ((gint) ADS1299_STATUS_STATP (r.status[0]),
          n >= 50 && n < 90 && (n - 50) / 10 % 2 == 0 ? 2 : 0);
      if (n != 200)
        fail_unless_equals_int ((gint) ADS1299_STATUS_GPIO (r.status[0]),
            n >= 100 && n < 103 ? 0xa : 0);
    }
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_seed_repeats_a_run)
  {
    static const gchar script[] =
        "bit-flip@0,n=400;glitch@0.5,n=20;late-irq@1,n=50,us=300";
    GChecksum *sum[3];
    guint i, n;

    for (i = 0; i < 3; i++) {
      Rig r;

      rig_init (&r, 1, 250, script);
      r.config.seed = i == 2 ? 8 : 7;
      r.config.signal = ADS1299_SIGNAL_EEG;
      rig_start (&r);
      sum[i] = g_checksum_new (G_CHECKSUM_SHA1);
      for (n = 0; n < 500; n++) {
        rig_next (&r);
        g_checksum_update (sum[i], (guchar *) r.codes, 32);
        g_checksum_update (sum[i], (guchar *) &r.sample.edge_ns, 8);
      }
      rig_close (&r);
    }
    fail_unless_equals_string (
        g_checksum_get_string (sum[0]), g_checksum_get_string (sum[1]));
    fail_if (strcmp (g_checksum_get_string (sum[0]),
                 g_checksum_get_string (sum[2])) == 0);
    for (i = 0; i < 3; i++)
      g_checksum_free (sum[i]);
  }
GST_END_TEST;

GST_START_TEST (test_rate_faults_measured)
  {
    static const struct
    {
      const gchar *script;
      gdouble rate;
    } rows[] = {{"rate-error@0,ppm=40000", 260.0},
        {"rate-error@0,ppm=-25000", 243.75}, {"remarked@0", 1000.0}};
    guint i, n;

    for (i = 0; i < G_N_ELEMENTS (rows); i++) {
      guint64 first = 0, last = 0;
      Ads1299Edge e;
      Rig r;

      rig_init (&r, 1, 250, rows[i].script);
      rig_start (&r);
      for (n = 0; n <= 400; n++) {
        fail_unless_equals_int (
            r.bus->ops->wait_drdy (r.bus, RIG_SECOND, &e), ADS1299_WAIT_EDGE);
        if (n == 0)
          first = e.time_ns;
        last = e.time_ns;
      }
      fail_unless (
          ABS (400e9 / (gdouble) (last - first) - rows[i].rate) < 1e-3);
      rig_close (&r);
    }
  }
GST_END_TEST;

static Suite *
ads1299_faults_suite (void)
{
  Suite *s = suite_create ("ads1299-faults");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_script_accepted);
  tcase_add_test (tc, test_every_kind_round_trips);
  tcase_add_test (tc, test_scripts_refused);
  tcase_add_test (tc, test_script_beyond_the_instrument_refused);
  tcase_add_loop_test (tc, test_exact_losses, 0, G_N_ELEMENTS (losses));
  tcase_add_test (tc, test_queue_overflow_exact);
  tcase_add_test (tc, test_replaced_frame_is_refused);
  tcase_add_test (tc, test_slow_bus_loses_exactly);
  tcase_add_test (tc, test_silence);
  tcase_add_test (tc, test_brown_out_and_recovery);
  tcase_add_test (tc, test_bring_up_fails);
  tcase_add_test (tc, test_wrong_id_is_a_warning_when_asked);
  tcase_add_test (tc, test_samples_spoiled);
  tcase_add_test (tc, test_seed_repeats_a_run);
  tcase_add_test (tc, test_rate_faults_measured);
  return s;
}

GST_CHECK_MAIN (ads1299_faults);
