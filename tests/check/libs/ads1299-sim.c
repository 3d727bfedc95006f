/* ADS1299 chip library: the simulated chip behaves as the datasheet says
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-rig.h"

#include <math.h>
#include <string.h>

#define TCLK_HZ 2048000.0

/* --- one chip ---------------------------------------------------------------- */

typedef struct
{
  Ads1299Scene *scene;
  Ads1299Sim *chip;
} One;

static void
one_init (One *o, guint channels)
{
  guint c;

  o->scene = ads1299_scene_new (channels, 1);
  for (c = 0; c < channels; c++)
    ads1299_scene_channel (o->scene, c)->electrode = ADS1299_SIGNAL_COUNTER;
  o->chip = ads1299_sim_new (channels, o->scene, 0);
}

static void
one_clear (One *o)
{
  ads1299_sim_free (o->chip);
  ads1299_scene_free (o->scene);
}

static void
xfer_at (One *o, const guint8 *tx, guint8 *rx, gsize len, guint hz, guint hold)
{
  Ads1299Xfer x = {tx, rx, len, hz, hold};

  ads1299_sim_xfer (o->chip, &x);
}

static void
send (One *o, guint8 b)
{
  xfer_at (o, &b, NULL, 1, 2048000, 2);
}

static guint8
rreg (One *o, guint reg, guint hz)
{
  guint8 tx[3] = {(guint8) (ADS1299_CMD_RREG | reg), 0, 0}, rx[3] = {0};

  xfer_at (o, tx, rx, 3, hz, 2);
  return rx[2];
}

static void
wreg (One *o, guint reg, guint8 value, guint hz, guint hold)
{
  guint8 tx[3] = {(guint8) (ADS1299_CMD_WREG | reg), 0, value};

  xfer_at (o, tx, NULL, 3, hz, hold);
}

#define V(o) ads1299_sim_violations ((o)->chip)

GST_START_TEST (test_power_on_takes_its_time)
  {
    One o;

    one_init (&o, 8);
    ads1299_sim_power_on (o.chip);
    send (&o, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0x00);
    fail_unless (V (&o)->early_bytes > 0);
    ads1299_sim_set_time (o.chip, (1 << 18) - 1);
    send (&o, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0x00);
    ads1299_sim_set_time (o.chip, 1 << 18);
    send (&o, ADS1299_CMD_SDATAC);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0x3e);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_bytes_too_fast)
  {
    One o;

    one_init (&o, 8);
    send (&o, ADS1299_CMD_SDATAC);
    /* 8 bits in 4 tCLK: 4.096 MHz, but not faster */
    fail_unless_equals_int (rreg (&o, 1, 4096000), 0x96);
    fail_unless_equals_uint64 (V (&o)->fast_bytes, 0);
    fail_unless_equals_int (rreg (&o, 1, 4097000), 0x00);
    fail_unless_equals_uint64 (V (&o)->fast_bytes, 1);
    wreg (&o, 1, 0x95, 10000000, 2);
    fail_unless_equals_int (ads1299_sim_peek (o.chip, 1), 0x96);
    fail_unless_equals_uint64 (V (&o)->fast_bytes, 2);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_chip_select_too_early)
  {
    guint8 sdatac = ADS1299_CMD_SDATAC;
    One o;

    one_init (&o, 8);
    /* SDATAC is lost, and so registers do not answer */
    xfer_at (&o, &sdatac, NULL, 1, 2048000, 1);
    fail_unless_equals_uint64 (V (&o)->short_hold, 1);
    fail_if (rreg (&o, 0, 2048000) == 0x3e);
    xfer_at (&o, &sdatac, NULL, 1, 2048000, 2);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0x3e);
    wreg (&o, 2, 0xd0, 2048000, 0);
    fail_unless_equals_int (ads1299_sim_peek (o.chip, 2), 0xc0);
    fail_unless_equals_uint64 (V (&o)->short_hold, 2);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_standby_hears_only_wakeup)
  {
    One o;

    one_init (&o, 8);
    send (&o, ADS1299_CMD_SDATAC);
    send (&o, ADS1299_CMD_STANDBY);
    wreg (&o, 2, 0xd0, 2048000, 2);
    send (&o, ADS1299_CMD_START);
    fail_if (ads1299_sim_is_converting (o.chip));
    fail_unless (V (&o)->in_standby > 0);
    send (&o, ADS1299_CMD_WAKEUP);
    /* 31.25 us = 64 tCLK */
    ads1299_sim_set_time (o.chip, 63);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0);
    ads1299_sim_set_time (o.chip, 64);
    fail_unless_equals_int (rreg (&o, 0, 2048000), 0x3e);
    fail_unless_equals_int (rreg (&o, 2, 2048000), 0xc0);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_settling_of_every_rate)
  {
    /* table 7 */
    static const guint settle[] = {521, 1033, 2057, 4105, 8201, 16393, 32777};
    guint dr;

    for (dr = 0; dr < 7; dr++) {
      guint period = 128u << dr;
      guint64 k;
      One o;

      one_init (&o, 8);
      send (&o, ADS1299_CMD_SDATAC);
      wreg (&o, 1, (guint8) (0x90 | dr), 2048000, 2);
      ads1299_sim_set_time (o.chip, 5000);
      ads1299_sim_start (o.chip);
      fail_unless_equals_uint64 (
          ads1299_sim_drdy_time (o.chip, 0), 5000 + settle[dr]);
      fail_unless_equals_uint64 (
          ads1299_sim_drdy_time (o.chip, 9), 5000 + settle[dr] + 9 * period);
      /* DRDY: high while it settles, low with the first result */
      ads1299_sim_set_time (o.chip, 5000 + settle[dr] - 1);
      fail_unless (ads1299_sim_drdy (o.chip));
      ads1299_sim_set_time (o.chip, 5000 + settle[dr]);
      fail_if (ads1299_sim_drdy (o.chip));
      /* not read: a pulse of 4 tCLK before the next */
      ads1299_sim_set_time (o.chip, 5000 + settle[dr] + period - 5);
      fail_if (ads1299_sim_drdy (o.chip));
      ads1299_sim_set_time (o.chip, 5000 + settle[dr] + period - 4);
      fail_unless (ads1299_sim_drdy (o.chip));
      ads1299_sim_set_time (o.chip, 5000 + settle[dr] + period);
      fail_if (ads1299_sim_drdy (o.chip));
      /* any clock on the bus takes it up, even for another chip */
      ads1299_sim_sclk (o.chip);
      fail_unless (ads1299_sim_drdy (o.chip));
      /* a write to CONFIG1 settles anew */
      wreg (&o, 1, (guint8) (0x90 | dr), 2048000, 2);
      fail_if (ads1299_sim_current (o.chip, &k));
      /* STOP: the conversion under way is the last */
      ads1299_sim_set_time (o.chip, 5000 + 2 * settle[dr] + 2 * period);
      fail_unless (ads1299_sim_current (o.chip, &k));
      ads1299_sim_stop (o.chip);
      fail_if (ads1299_sim_drdy_time (o.chip, k + 1) == UINT64_MAX);
      fail_unless (ads1299_sim_drdy_time (o.chip, k + 2) == UINT64_MAX);
      one_clear (&o);
    }
  }
GST_END_TEST;

GST_START_TEST (test_single_shot)
  {
    guint64 k;
    One o;

    one_init (&o, 8);
    send (&o, ADS1299_CMD_SDATAC);
    wreg (&o, ADS1299_REG_CONFIG4, 0x08, 2048000, 2);
    ads1299_sim_start (o.chip);
    ads1299_sim_set_time (o.chip, 32777 + 5 * 8192);
    fail_unless (ads1299_sim_current (o.chip, &k) && k == 0);
    fail_if (ads1299_sim_drdy (o.chip));
    fail_if (ads1299_sim_is_converting (o.chip));
    ads1299_sim_start (o.chip);
    fail_unless (ads1299_sim_is_converting (o.chip));
    one_clear (&o);
  }
GST_END_TEST;

static gint32
code_at (const guint8 *frame, guint ch)
{
  gint32 codes[8];

  ads1299_frame_decode (frame, 8, codes);
  return codes[ch];
}

GST_START_TEST (test_rdata_keeps_its_frame_rdatac_tears)
  {
    static const guint8 rdata[28] = {ADS1299_CMD_RDATA}, zeros[27] = {0};
    guint8 rx[28];
    One o;

    one_init (&o, 8);
    send (&o, ADS1299_CMD_SDATAC);
    wreg (&o, 1, 0x90, 2048000, 2); /* 16 kS/s: 128 tCLK */
    wreg (&o, ADS1299_REG_CH1SET, 0x60, 2048000, 2);
    wreg (&o, ADS1299_REG_CH8SET, 0x60, 2048000, 2);
    ads1299_sim_start (o.chip);
    /* 60 tCLK before a result: 28 bytes at 2.048 MHz take 224 */
    ads1299_sim_set_time (o.chip, 521 + 128 - 60);
    xfer_at (&o, rdata, rx, 28, 2048000, 2);
    fail_unless_equals_int (code_at (rx + 1, 0), 0);
    fail_unless_equals_int (code_at (rx + 1, 7), 7);
    fail_unless_equals_uint64 (V (&o)->torn_reads, 0);
    /* the same in RDATAC: the end comes from newer conversions */
    send (&o, ADS1299_CMD_RDATAC);
    ads1299_sim_set_time (o.chip, 521 + 3 * 128 - 60);
    xfer_at (&o, zeros, rx, 27, 2048000, 2);
    fail_unless_equals_int (code_at (rx, 0), 2);
    fail_unless (code_at (rx, 7) > 2 + 7);
    fail_unless (V (&o)->torn_reads > 0);
    /* within 4 tCLK of DRDY */
    fail_unless_equals_uint64 (V (&o)->keep_out, 0);
    send (&o, ADS1299_CMD_SDATAC);
    ads1299_sim_set_time (o.chip, 521 + 9 * 128 - 8);
    xfer_at (&o, rdata, rx, 28, 2048000, 2);
    fail_unless_equals_uint64 (V (&o)->keep_out, 1);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_longer_than_a_frame)
  {
    guint8 tx[1 + 40] = {ADS1299_CMD_RDATA}, rx[1 + 40];
    guint i;
    One o;

    one_init (&o, 8);
    send (&o, ADS1299_CMD_SDATAC);
    ads1299_sim_start (o.chip);
    ads1299_sim_set_time (o.chip, 40000);
    /* daisy-chain mode: the bits of DAISY_IN, low */
    xfer_at (&o, tx, rx, 41, 2048000, 2);
    fail_unless_equals_int (rx[1], 0xc0);
    for (i = 28; i < 41; i++)
      fail_unless_equals_int (rx[i], 0);
    /* multiple read-back: the frame again */
    wreg (&o, 1, 0xd6, 2048000, 2);
    ads1299_sim_set_time (o.chip, 90000);
    xfer_at (&o, tx, rx, 41, 2048000, 2);
    fail_unless (memcmp (rx + 1, rx + 28, 13) == 0);
    /* a byte on DIN while data comes out is a command */
    tx[5] = ADS1299_CMD_STOP;
    xfer_at (&o, tx, rx, 28, 2048000, 2);
    fail_unless_equals_uint64 (V (&o)->din_in_data, 1);
    one_clear (&o);
  }
GST_END_TEST;

GST_START_TEST (test_small_parts)
  {
    static const guint sizes[] = {4, 6, 8}, lengths[] = {15, 21, 27};
    guint i, c;

    for (i = 0; i < 3; i++) {
      Rig r;

      rig_init (&r, 2, 500, NULL);
      r.config.channels[0] = (guint8) sizes[i];
      r.setup.chip[0].channels = sizes[i];
      r.config.channels[1] = 4;
      r.setup.chip[1].channels = 4;
      rig_start (&r);
      fail_unless_equals_int (r.report.id[0] & 0x1f, ads1299_id_of (sizes[i]));
      fail_unless_equals_int ((gint) rig_next (&r), ADS1299_READ_OK);
      rig_next (&r);
      for (c = 0; c < sizes[i] + 4; c++)
        fail_unless_equals_int (r.codes[c], 1 + (gint) c);
      fail_unless_equals_int ((gint) lengths[i], 3 + 3 * (gint) sizes[i]);
      rig_close (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_power_down_and_gpio)
  {
    Rig r;

    rig_init (&r, 1, 500, NULL);
    r.setup.chip[0].channel[3].power_down = TRUE;
    /* GPIO 1 and 3 are outputs, high */
    r.setup.chip[0].n_overrides = 1;
    r.setup.chip[0].override[0].reg = ADS1299_REG_GPIO;
    r.setup.chip[0].override[0].value = 0x5a;
    rig_start (&r);
    rig_next (&r);
    rig_next (&r);
    fail_unless_equals_int (r.codes[2], 3);
    fail_unless_equals_int (r.codes[3], 0);
    fail_unless_equals_int ((gint) ADS1299_STATUS_GPIO (r.status[0]), 0x5);
    rig_close (&r);
  }
GST_END_TEST;

/* --- inputs ------------------------------------------------------------------ */

static gdouble
mean_of (Rig *r, guint ch, guint n)
{
  gdouble sum = 0;
  guint i;

  for (i = 0; i < n; i++) {
    fail_unless_equals_int (rig_next (r), ADS1299_READ_OK);
    sum += r->codes[ch];
  }
  return sum / n;
}

GST_START_TEST (test_mux_constants)
  {
    Rig r;

    /* 5 V unipolar, gain 1: 2.5 V of 4.5 V is code 4660337.8; DVDD/4 = 0.825 V
   * on channels 3 and 4 */
    rig_init (&r, 1, 500, NULL);
    ads1299_setup_set_mux (&r.setup, ADS1299_MUX_SUPPLY);
    ads1299_setup_set_gain (&r.setup, 1);
    rig_start (&r);
    rig_next (&r);
    fail_unless_equals_int (r.codes[0], 4660338);
    fail_unless_equals_int (r.codes[7], 4660338);
    fail_unless (fabs (r.codes[2] * 4.5 / 8388608 - 0.825) < 1e-6);
    rig_close (&r);
    /* 145.3 mV at 25 degrees C */
    rig_init (&r, 1, 500, NULL);
    ads1299_setup_set_mux (&r.setup, ADS1299_MUX_TEMPERATURE);
    rig_start (&r);
    rig_next (&r);
    fail_unless (
        fabs (ads1299_code_to_volts (r.codes[0], 4.5, 24) - 0.1453) < 1e-7);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_test_signal_codes)
  {
    /* +-83886 at gain 24, twice that with CAL_AMP, at every gain scaled */
    guint g, amplitude;

    for (g = 0; g < ADS1299_N_GAINS; g++)
      for (amplitude = 1; amplitude <= 2; amplitude++) {
        gint want =
            (gint) lrint (83886.08 * amplitude * ads1299_gains[g] / 24.0);
        Rig r;

        rig_init (&r, 1, 250, NULL);
        ads1299_setup_set_mux (&r.setup, ADS1299_MUX_TEST);
        ads1299_setup_set_gain (&r.setup, ads1299_gains[g]);
        r.setup.chip[0].test_amplitude = amplitude;
        rig_start (&r);
        mean_of (&r, 0, 100);
        fail_unless_equals_int (r.codes[5], want);
        mean_of (&r, 0, 128);
        fail_unless_equals_int (r.codes[5], -want);
        rig_close (&r);
        /* DC: negative */
        rig_init (&r, 1, 250, NULL);
        ads1299_setup_set_mux (&r.setup, ADS1299_MUX_TEST);
        ads1299_setup_set_gain (&r.setup, ads1299_gains[g]);
        r.setup.chip[0].test_amplitude = amplitude;
        r.setup.chip[0].test_frequency = ADS1299_TEST_DC;
        rig_start (&r);
        fail_unless (mean_of (&r, 0, 10) == -want);
        rig_close (&r);
      }
  }
GST_END_TEST;

GST_START_TEST (test_reference_settles)
  {
    Rig r;
    guint8 regs[24];
    guint i;

    /* switched on 10 ms before START instead of 150 ms */
    rig_init (&r, 1, 1000, NULL);
    r.config.signal = ADS1299_SIGNAL_SINE;
    r.config.sine_volts = 0.0;
    rig_open (&r);
    ads1299_setup_set_mux (&r.setup, ADS1299_MUX_SUPPLY);
    ads1299_setup_set_gain (&r.setup, 1);
    ads1299_setup_registers (&r.setup, 0, regs);
    r.bus->ops->sleep (r.bus, 130000000);
    ads1299_command (r.bus, 0, ADS1299_CMD_SDATAC);
    ads1299_write_registers (r.bus, 0, 1, 12, regs + 1);
    r.bus->ops->sleep (r.bus, 10000000);
    fail_unless (ads1299_start (r.bus, &r.error));
    ads1299_reader_init (&r.reader, r.bus, 1000);
    rig_next (&r);
    fail_unless (r.codes[0] > 1.2 * 4660338);
    for (i = 0; i < 200; i++)
      rig_next (&r);
    fail_unless_equals_int (r.codes[0], 4660338);
    rig_close (&r);
  }
GST_END_TEST;

static gdouble
measured_ohm (
    guint rate, Ads1299LoffFrequency f, Ads1299LoffCurrent current, gdouble ohm)
{
  Ads1299ImpedanceSetup z = {
      ads1299_loff_amps (current), ads1299_loff_hz (f, rate), 0, 0.0, 1.0};
  gdouble volts[2][4096], *x = volts[0], peak = 0;
  Ads1299Lockin l;
  gdouble ohms[8];
  guint i, c;
  Rig r;

  for (c = 0; c < 8; c++)
    ohms[c] = ohm;
  rig_init (&r, 1, rate, NULL);
  r.config.signal = ADS1299_SIGNAL_SINE;
  r.config.sine_volts = 0.0;
  r.config.ohms = ohms;
  r.setup.chip[0].channel[2].loff_p = TRUE;
  r.setup.chip[0].loff_frequency = f;
  r.setup.chip[0].loff_current = current;
  rig_start (&r);
  z.n = ads1299_dr_to_decimation ((guint) ads1299_rate_to_dr (rate));
  fail_unless (ads1299_lockin_init (&l, z.hz, rate, rate < 4000 ? 1.024 : 0.6));
  for (i = 0;; i++) {
    rig_next (&r);
    /* the neighbour has no current */
    fail_unless_equals_int (r.codes[1], 0);
    if (i < 4096)
      x[i] = ads1299_code_to_volts (r.codes[2], 4.5, 24);
    if (ads1299_lockin_push (
            &l, ads1299_code_to_volts (r.codes[2], 4.5, 24), &peak))
      break;
  }
  if (l.window <= 4096) {
    gdouble again = ads1299_goertzel (x, l.window, z.hz, rate);

    fail_unless (fabs (again / peak - 1) < 2e-3);
  }
  rig_close (&r);
  return ads1299_impedance (&z, peak);
}

GST_START_TEST (test_impedance_by_lock_in)
  {
    static const guint rates[] = {250, 500, 1000, 16000};
    guint i, f;

    for (i = 0; i < G_N_ELEMENTS (rates); i++)
      for (f = 1; f <= 3; f++) {
        gdouble ohm = measured_ohm (
            rates[i], (Ads1299LoffFrequency) f, ADS1299_LOFF_6NA, 10000);

        fail_unless (fabs (ohm / 10000 - 1) < 3e-3, "%u Hz, %u: %g ohm",
            rates[i], f, ohm);
      }
    fail_unless (
        fabs (measured_ohm (250, ADS1299_LOFF_31HZ, ADS1299_LOFF_24NA, 250000) /
                  250000 -
              1) < 1e-3);
  }
GST_END_TEST;

GST_START_TEST (test_comparators)
  {
    static const gdouble ohms[8] = {1e4, 1e9, 1e4, 1e9, 1e4, 1e4, 1e4, 1e4};
    guint c;
    Rig r;

    rig_init (&r, 1, 250, NULL);
    r.config.signal = ADS1299_SIGNAL_SHORT;
    r.config.ohms = ohms;
    r.setup.chip[0].loff_comparators = TRUE;
    for (c = 0; c < 3; c++)
      r.setup.chip[0].channel[c].loff_p = TRUE;
    r.setup.chip[0].channel[3].loff_n = TRUE;
    rig_start (&r);
    rig_next (&r);
    /* 6 nA over 1 GOhm is 6 V: beyond 95 %; over 10 kOhm 60 uV */
    fail_unless_equals_int ((gint) ADS1299_STATUS_STATP (r.status[0]), 0x02);
    fail_unless_equals_int ((gint) ADS1299_STATUS_STATN (r.status[0]), 0x08);
    fail_unless_equals_int (r.codes[1], 8388607);
    fail_unless (
        fabs (ads1299_code_to_volts (r.codes[0], 4.5, 24) - 60e-6) < 70e-6);
    rig_close (&r);
    /* without comparators or without current nothing is off */
    rig_init (&r, 1, 250, NULL);
    r.config.ohms = ohms;
    r.setup.chip[0].loff_comparators = TRUE;
    rig_start (&r);
    rig_next (&r);
    fail_unless_equals_int ((gint) r.status[0], 0xc00000);
    rig_close (&r);
  }
GST_END_TEST;

/* --- clocks ------------------------------------------------------------------ */

GST_START_TEST (test_own_clocks_drift_apart)
  {
    gint64 spread = 0;
    guint n;
    Rig r;

    rig_init (&r, 2, 250, NULL);
    r.config.clock = ADS1299_CLOCK_OWN;
    r.config.ppm[0] = 0.0;
    r.config.ppm[1] = 5000.0; /* 0.5 % at 25 degrees C */
    rig_start (&r);
    for (n = 0; n < 2000; n++) {
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
      fail_unless_equals_int (r.codes[0], (gint) n);
      spread = r.codes[8] - 8 - r.codes[0];
    }
    fail_unless (ABS (spread - 10) <= 1);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_ppm_and_drift)
  {
    guint64 first = 0, last = 0;
    guint n;
    Rig r;

    rig_init (&r, 2, 1000, NULL);
    r.config.ppm[0] = -25000.0;
    r.config.drift = 100.0; /* 10 s: -24000 at the end */
    rig_start (&r);
    for (n = 0; n <= 10000; n++) {
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
      if (r.codes[0] != (gint) n || r.codes[8] != (gint) n + 8)
        fail ("sample %u: %d %d", n, r.codes[0], r.codes[8]);
      if (n == 0)
        first = r.sample.edge_ns;
      last = r.sample.edge_ns;
    }
    fail_unless (
        fabs (1e13 / (gdouble) (last - first) - 1000 * (1 - 0.0245)) < 0.1);
    fail_unless_equals_uint64 (r.reader.counts.lost, 0);
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_rate_fault_on_a_drifting_clock)
  {
    guint64 first = 0, last = 0;
    guint n;
    Rig r;

    rig_init (&r, 1, 1000, "rate-error@1,ppm=10000,n=1000");
    r.config.ppm[0] = 2000.0;
    r.config.drift = 1e-6;
    rig_start (&r);
    for (n = 0; n < 3000; n++) {
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
      if (n % 1000 == 100)
        first = r.sample.edge_ns;
      last = r.sample.edge_ns;
      if (n % 1000 == 900)
        fail_unless (fabs (8e11 / (gdouble) (last - first) -
                           1000 * (n / 1000 == 1 ? 1.012 : 1.002)) < 0.01);
    }
    rig_close (&r);
  }
GST_END_TEST;

GST_START_TEST (test_drivers_break_no_rule)
  {
    static const Ads1299SimViolations none;
    guint i, n;

    for (i = 0; i < ADS1299_N_RATES; i++) {
      guint c;
      Rig r;

      rig_init (&r, 2, ads1299_rates[i], NULL);
      r.config.bus_timing = TRUE;
      r.config.clock = ADS1299_CLOCK_FROM_CHIP_0;
      rig_start (&r);
      for (n = 0; n < 200; n++)
        fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
      ads1299_stop (r.bus);
      for (c = 0; c < 2; c++) {
        const Ads1299SimViolations *v = ads1299_bus_sim_violations (r.bus, c);

        fail_unless (memcmp (v, &none, sizeof none) == 0,
            "%u S/s chip %u: %u %u %u %u %u %u", ads1299_rates[i], c,
            (guint) v->early_bytes, (guint) v->keep_out, (guint) v->in_standby,
            (guint) v->short_hold, (guint) v->ignored_registers,
            (guint) v->must_write);
      }
      rig_close (&r);
    }
  }
GST_END_TEST;

/* --- real time ---------------------------------------------------------------- */

GST_START_TEST (test_real_time_is_paced)
  {
    guint64 t0, t1;
    guint n;
    Rig r;

    rig_init (&r, 1, 1000, NULL);
    r.config.realtime = TRUE;
    rig_start (&r);
    t0 = (guint64) g_get_monotonic_time ();
    for (n = 0; n < 100; n++)
      fail_unless_equals_int (rig_next (&r), ADS1299_READ_OK);
    t1 = (guint64) g_get_monotonic_time ();
    /* never before its time; how late depends on the computer */
    fail_unless (t1 - t0 >= 99000);
    fail_unless_equals_uint64 (r.reader.counts.lost, 0);
    rig_close (&r);
  }
GST_END_TEST;

static gpointer
cancel_soon (gpointer data)
{
  Ads1299Bus *bus = data;

  g_usleep (20000);
  bus->ops->cancel (bus, true);
  return NULL;
}

GST_START_TEST (test_cancel_wakes)
  {
    GThread *thread;
    Rig r;

    rig_init (&r, 1, 250, "dead-drdy@0.02");
    r.config.realtime = TRUE;
    rig_start (&r);
    thread = g_thread_new ("cancel", cancel_soon, r.bus);
    while (rig_next (&r) == ADS1299_READ_OK)
      ;
    g_thread_join (thread);
    fail_unless_equals_int (rig_next (&r), ADS1299_READ_CANCELLED);
    r.bus->ops->cancel (r.bus, false);
    rig_close (&r);
  }
GST_END_TEST;

static Suite *
ads1299_sim_suite (void)
{
  Suite *s = suite_create ("ads1299-sim");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_power_on_takes_its_time);
  tcase_add_test (tc, test_bytes_too_fast);
  tcase_add_test (tc, test_chip_select_too_early);
  tcase_add_test (tc, test_standby_hears_only_wakeup);
  tcase_add_test (tc, test_settling_of_every_rate);
  tcase_add_test (tc, test_single_shot);
  tcase_add_test (tc, test_rdata_keeps_its_frame_rdatac_tears);
  tcase_add_test (tc, test_longer_than_a_frame);
  tcase_add_test (tc, test_small_parts);
  tcase_add_test (tc, test_power_down_and_gpio);
  tcase_add_test (tc, test_mux_constants);
  tcase_add_test (tc, test_test_signal_codes);
  tcase_add_test (tc, test_reference_settles);
  tcase_add_test (tc, test_impedance_by_lock_in);
  tcase_add_test (tc, test_comparators);
  tcase_add_test (tc, test_own_clocks_drift_apart);
  tcase_add_test (tc, test_ppm_and_drift);
  tcase_add_test (tc, test_rate_fault_on_a_drifting_clock);
  tcase_add_test (tc, test_drivers_break_no_rule);
  tcase_add_test (tc, test_real_time_is_paced);
  tcase_add_test (tc, test_cancel_wakes);
  return s;
}

GST_CHECK_MAIN (ads1299_sim);
