/* ADS1299 chip library: register map, setup, bring-up order
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-rig.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "chip/ads1299-describe.h"

/* --- the map ----------------------------------------------------------------- */

/* Typed in from tables 11 to 28 of SBAS499C: name, reset, and bits 7..0 as
 * letters: r = read only, 0 / 1 = must be written so, w = free. */
static const struct
{
  const gchar *name;
  guint8 reset;
  const gchar *bits;
} datasheet[24] = {
    {"ID", 0x3e, "rrrrrrrr"},
    {"CONFIG1", 0x96, "1ww10www"},
    {"CONFIG2", 0xc0, "110w0www"},
    {"CONFIG3", 0x60, "w11wwwwr"},
    {"LOFF", 0x00, "www0wwww"},
    {"CH1SET", 0x61, "wwwwwwww"},
    {"CH2SET", 0x61, "wwwwwwww"},
    {"CH3SET", 0x61, "wwwwwwww"},
    {"CH4SET", 0x61, "wwwwwwww"},
    {"CH5SET", 0x61, "wwwwwwww"},
    {"CH6SET", 0x61, "wwwwwwww"},
    {"CH7SET", 0x61, "wwwwwwww"},
    {"CH8SET", 0x61, "wwwwwwww"},
    {"BIAS_SENSP", 0x00, "wwwwwwww"},
    {"BIAS_SENSN", 0x00, "wwwwwwww"},
    {"LOFF_SENSP", 0x00, "wwwwwwww"},
    {"LOFF_SENSN", 0x00, "wwwwwwww"},
    {"LOFF_FLIP", 0x00, "wwwwwwww"},
    {"LOFF_STATP", 0x00, "rrrrrrrr"},
    {"LOFF_STATN", 0x00, "rrrrrrrr"},
    {"GPIO", 0x0f, "wwwwwwww"},
    {"MISC1", 0x00, "00w00000"},
    {"MISC2", 0x00, "00000000"},
    {"CONFIG4", 0x00, "0000w0w0"},
};

GST_START_TEST (test_map_is_the_datasheet)
  {
    guint r, b;

    for (r = 0; r < 24; r++) {
      const Ads1299RegInfo *info = &ads1299_regs[r];

      fail_unless_equals_string (info->name, datasheet[r].name);
      fail_unless_equals_int (info->reset, datasheet[r].reset);
      fail_unless_equals_int (ads1299_reg_reset (r, 8), datasheet[r].reset);
      for (b = 0; b < 8; b++) {
        gchar kind = datasheet[r].bits[7 - b];
        guint8 bit = (guint8) (1 << b);

        fail_unless_equals_int (!(info->writable & bit), kind == 'r');
        fail_unless_equals_int (
            !!(info->fixed_mask & bit), kind == '0' || kind == '1');
        if (kind == '0' || kind == '1')
          fail_unless_equals_int (!!(info->fixed & bit), kind == '1');
      }
      /* what RESET leaves obeys the must-write bits */
      fail_unless_equals_int (info->reset & info->fixed_mask, info->fixed);
    }
  }
GST_END_TEST;

GST_START_TEST (test_variants)
  {
    /* channel registers of -4 and -6 that are missing read 0; of the bit masks
   * only the low 4 or 6 bits exist */
    static const guint sizes[] = {4, 6, 8};
    static const guint8 ids[] = {0x3c, 0x3d, 0x3e},
                        masks[] = {0x0f, 0x3f, 0xff};
    guint i, r;

    for (i = 0; i < 3; i++) {
      fail_unless_equals_int (ads1299_reg_reset (0, sizes[i]), ids[i]);
      fail_unless_equals_int (
          (gint) ads1299_id_to_channels (ids[i]), (gint) sizes[i]);
      /* the revision does not matter */
      fail_unless_equals_int (
          (gint) ads1299_id_to_channels (ids[i] ^ 0xe0), (gint) sizes[i]);
      for (r = 5; r <= 0x0c; r++)
        fail_unless_equals_int (
            ads1299_reg_reset (r, sizes[i]), r - 5 < sizes[i] ? 0x61 : 0);
      for (r = 0x0d; r <= 0x13; r++)
        fail_unless_equals_int (ads1299_reg_bits (r, sizes[i]), masks[i]);
      fail_unless_equals_int (ads1299_reg_bits (1, sizes[i]), 0xff);
    }
    fail_unless_equals_int ((gint) ads1299_id_to_channels (0xdf), 0);
    fail_unless_equals_int ((gint) ads1299_id_to_channels (0x20), 0);
    fail_unless_equals_int ((gint) ads1299_id_to_channels (0x00), 0);
    fail_unless_equals_int (
        (gint) ads1299_id_to_channels (0x92), 0); /* ADS1298 */
  }
GST_END_TEST;

GST_START_TEST (test_fields_cover_what_can_be_written)
  {
    guint r, i;

    for (r = 0; r < ADS1299_N_REGS; r++) {
      guint8 seen = 0, want;

      for (i = 0; i < ads1299_n_fields; i++) {
        const Ads1299Field *f = &ads1299_fields[i];
        guint8 mask = (guint8) (((1u << f->width) - 1) << f->shift);

        if (r < f->first || r > f->last)
          continue;
        fail_unless_equals_int (seen & mask, 0);
        seen |= mask;
      }
      want = (guint8) (ads1299_regs[r].writable & ~ads1299_regs[r].fixed_mask);
      if (r >= ADS1299_REG_BIAS_SENSP && r <= ADS1299_REG_LOFF_STATN)
        want = 0; /* one bit a channel */
      fail_unless_equals_int (want & ~seen, 0);
    }
  }
GST_END_TEST;

GST_START_TEST (test_registers_in_words)
  {
    static const struct
    {
      guint reg, value, channels;
      const gchar *text;
    } rows[] = {
        {0, 0x3e, 8, "ID (0x00) = 0x3e: REV_ID 1, DEV_ID 3, NU_CH 8 channels"},
        {1, 0xb6, 8,
            "CONFIG1 (0x01) = 0xb6: /DAISY_EN daisy-chain, CLK_EN on, DR 250 "
            "SPS"},
        {2, 0xd5, 8,
            "CONFIG2 (0x02) = 0xd5: INT_CAL inside, CAL_AMP 2 VREF/2400, "
            "CAL_FREQ 1.953 Hz"},
        {5, 0x68, 8,
            "CH1SET (0x05) = 0x68: PD on, GAIN 24, SRB2 closed, MUX "
            "electrode"},
        {12, 0x00, 4, "CH8SET (0x0c) = 0x00: not in this part"},
        {15, 0x81, 8, "LOFF_SENSP (0x0f) = 0x81: channels 1, 8"},
        {13, 0x00, 8, "BIAS_SENSP (0x0d) = 0x00: no channel"},
        {4, 0x02, 8,
            "LOFF (0x04) = 0x02: COMP_TH 95 %, ILEAD_OFF 6 nA, FLEAD_OFF 31.2 "
            "Hz"},
        {22, 0x00, 8, "MISC2 (0x16) = 0x00"},
        {24, 0x12, 8, "register 0x18 = 0x12"},
    };
    gchar text[256], small[10];
    guint i;

    for (i = 0; i < G_N_ELEMENTS (rows); i++) {
      gint n = ads1299_describe (rows[i].reg, (guint8) rows[i].value,
          rows[i].channels, text, sizeof text);

      fail_unless_equals_string (text, rows[i].text);
      fail_unless_equals_int (n, (gint) strlen (text));
      fail_unless_equals_int (
          ads1299_describe (rows[i].reg, (guint8) rows[i].value,
              rows[i].channels, small, sizeof small),
          n);
      fail_unless_equals_int ((gint) strlen (small), 9);
    }
  }
GST_END_TEST;

/* --- setup ------------------------------------------------------------------- */

GST_START_TEST (test_setup_bytes)
  {
    Ads1299Setup s;
    Ads1299ChipSetup *c;
    guint8 regs[24];

    ads1299_setup_init (&s, 2, 250);
    ads1299_setup_registers (&s, 0, regs);
    /* defaults: chip 0 drives the clock, reference on, SRB1 closed */
    fail_unless_equals_int (regs[1], 0xb6);
    fail_unless_equals_int (regs[2], 0xc0);
    fail_unless_equals_int (regs[3], 0xe0);
    fail_unless_equals_int (regs[5], 0x60);
    fail_unless_equals_int (regs[0x14], 0x0f);
    fail_unless_equals_int (regs[0x15], 0x20);
    ads1299_setup_registers (&s, 1, regs);
    fail_unless_equals_int (regs[1], 0x96);

    s.rate = 16000;
    c = &s.chip[1];
    c->channels = 6;
    c->srb1 = FALSE;
    c->bias_on = c->bias_ref_int = TRUE; /* CONFIG3 = ECh (3.4) */
    c->test_amplitude = 2;
    c->test_frequency = ADS1299_TEST_FAST;
    c->loff_current = ADS1299_LOFF_24NA;
    c->loff_frequency = ADS1299_LOFF_31HZ;
    c->loff_threshold = 5;
    c->loff_comparators = TRUE;
    c->channel[0].gain = 1;
    c->channel[0].mux = ADS1299_MUX_TEST;
    c->channel[1].power_down = TRUE;
    c->channel[1].mux = ADS1299_MUX_SHORT;
    c->channel[2].srb2 = TRUE;
    c->channel[2].gain = 12;
    c->channel[3].bias_p = c->channel[3].bias_n = TRUE;
    c->channel[4].loff_p = TRUE;
    c->channel[5].loff_n = c->channel[5].loff_flip = TRUE;
    c->n_overrides = 1;
    c->override[0].reg = ADS1299_REG_GPIO;
    c->override[0].value = 0xa0;
    fail_unless (ads1299_setup_check (&s, NULL));
    ads1299_setup_registers (&s, 1, regs);
    {
      static const guint8 want[24] = {0x3d, 0x90, 0xd5, 0xec, 0xa6, 0x05, 0xe1,
          0x58, 0x60, 0x60, 0x60, 0x00, 0x00, 0x08, 0x08, 0x10, 0x20, 0x20,
          0x00, 0x00, 0xa0, 0x00, 0x00, 0x02};

      fail_unless (memcmp (regs, want, 24) == 0);
    }
    fail_unless_equals_int ((gint) ads1299_setup_channels (&s), 14);
    {
      guint chip, channel;

      fail_unless (ads1299_setup_locate (&s, 13, &chip, &channel));
      fail_unless (chip == 1 && channel == 5);
      fail_unless (ads1299_setup_locate (&s, 7, &chip, &channel));
      fail_unless (chip == 0 && channel == 7);
      fail_if (ads1299_setup_locate (&s, 14, &chip, &channel));
    }
  }
GST_END_TEST;

static void
override_with (Ads1299Setup *s, guint8 reg, guint8 value)
{
  s->chip[0].n_overrides = 1;
  s->chip[0].override[0].reg = reg;
  s->chip[0].override[0].value = value;
}

GST_START_TEST (test_setups_refused)
  {
    guint i;

    for (i = 0; i < 22; i++) {
      const gchar *needle = "";
      Ads1299Error e = {0};
      Ads1299Setup s;

      ads1299_setup_init (&s, 2, 250);
      switch (i) {
        case 0:
          s.rate = 256;
          needle = "Rate 256 is not one of 250, 500";
          break;
        case 1:
          s.chip[1].channel[4].gain = 3;
          needle = "Chip 1: gain of channel 5 is 3, but an ADS1299 has only 1";
          break;
        case 2:
          s.chip[0].channel[0].mux = 8;
          needle = "input of channel 1 is 8";
          break;
        case 3:
          s.chip[0].channels = 5;
          needle = "4 (ADS1299-4), 6 (ADS1299-6) or 8";
          break;
        case 4:
          s.n_chips = 9;
          needle = "9 chips, but 1 to 8";
          break;
        case 5:
          s.n_chips = 0;
          needle = "0 chips";
          break;
        case 6:
          s.vref = 0.0;
          needle = "4.5 V";
          break;
        case 7:
          s.chip[0].test_amplitude = 3;
          needle = "amplitude 1 or 2";
          break;
        case 8:
          s.chip[0].test_frequency = (Ads1299TestFrequency) 2;
          needle = "frequency 0";
          break;
        case 9:
          s.chip[0].loff_current = (Ads1299LoffCurrent) 4;
          needle = "6 nA";
          break;
        case 10:
          s.chip[0].loff_threshold = 8;
          needle = "70 %";
          break;
        case 11:
          s.chip[1].clock_out = TRUE;
          needle = "only one may";
          break;
        case 12:
          override_with (&s, 0x18, 0);
          needle = "0x00 to 0x17";
          break;
        case 13:
          override_with (&s, ADS1299_REG_ID, 0x3e);
          needle = "cannot be written";
          break;
        case 14:
          override_with (&s, ADS1299_REG_LOFF, 0x13);
          needle = "must be 0x00";
          break;
        case 15:
          override_with (&s, ADS1299_REG_CONFIG1, 0x06);
          needle = "must be 0x90";
          break;
        case 16:
          s.chip[0].channels = 4;
          override_with (&s, ADS1299_REG_BIAS_SENSP, 0x10);
          needle = "4 channels";
          break;
        case 17:
          override_with (&s, ADS1299_REG_CONFIG1, 0x95);
          needle = "set the rate";
          break;
        case 18:
          override_with (&s, ADS1299_REG_CH1SET, 0x50);
          needle = "set the gain";
          break;
        case 19:
          override_with (&s, ADS1299_REG_CONFIG2, 0xc2);
          needle = "test frequency 2";
          break;
        case 20:
          s.chip[0].n_overrides = 25;
          needle = "at most 24";
          break;
        case 21:
          s.vref = NAN;
          needle = "reference";
          break;
      }
      fail_if (ads1299_setup_check (&s, &e), "case %u", i);
      fail_unless_equals_int (e.code, ADS1299_ERR_SETUP);
      fail_unless (strstr (e.text, needle) != NULL, "case %u: %s", i, e.text);
      fail_if (e.text[strlen (e.text) - 1] == '.');
    }
  }
GST_END_TEST;

/* --- a bus that writes down -------------------------------------------------- */

typedef struct
{
  Ads1299Bus bus;
  Ads1299Bus *real;
  GString *log;
  gint fail_at, fail_with; /* transfer that fails */
  gint transfers;
  gboolean corrupt; /* WREG of LOFF arrives with a wrong bit */
} Recorder;

static int
rec_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  Recorder *r = (Recorder *) bus;
  guint8 copy[64];
  Ads1299Xfer y = *x;

  if (++r->transfers == r->fail_at)
    return r->fail_with;
  if ((x->tx[0] & 0xe0) == ADS1299_CMD_WREG) {
    g_string_append_printf (
        r->log, "W%u:%02x+%u ", chip, x->tx[0] & 0x1f, x->tx[1] + 1);
    memcpy (copy, x->tx, x->len);
    if (r->corrupt && x->tx[0] == (ADS1299_CMD_WREG | ADS1299_REG_LOFF))
      copy[2] ^= 0x04;
    y.tx = copy;
  } else if ((x->tx[0] & 0xe0) == ADS1299_CMD_RREG) {
    g_string_append_printf (
        r->log, "R%u:%02x+%u ", chip, x->tx[0] & 0x1f, x->tx[1] + 1);
  } else {
    g_string_append_printf (r->log, "C%u:%02x ", chip, x->tx[0]);
  }
  return r->real->ops->xfer (r->real, chip, &y);
}

static int
rec_line (Ads1299Bus *bus, Ads1299Line line, bool high)
{
  Recorder *r = (Recorder *) bus;
  gint ret = r->real->ops->set_line (r->real, line, high);

  if (ret == 0)
    g_string_append_printf (
        r->log, "%s=%d ", line == ADS1299_LINE_START ? "START" : "RESET", high);
  return ret;
}

static bool
rec_sleep (Ads1299Bus *bus, uint64_t ns)
{
  Recorder *r = (Recorder *) bus;

  if (ns >= 1000000)
    g_string_append_printf (r->log, "%ums ", (guint) (ns / 1000000));
  return r->real->ops->sleep (r->real, ns);
}

static uint64_t
rec_now (Ads1299Bus *bus)
{
  Recorder *r = (Recorder *) bus;

  return r->real->ops->now (r->real);
}

static void
recorder_init (Recorder *r, const Ads1299SimConfig *config)
{
  static const Ads1299BusOps ops = {.xfer = rec_xfer,
      .set_line = rec_line,
      .sleep = rec_sleep,
      .now = rec_now};
  Ads1299Error e;

  memset (r, 0, sizeof *r);
  r->real = ads1299_bus_sim_new (config, &e);
  fail_unless (r->real != NULL);
  ads1299_bus_init (&r->bus, &ops, config->n_chips);
  r->log = g_string_new (NULL);
}

static void
recorder_clear (Recorder *r)
{
  r->real->ops->close (r->real);
  g_string_free (r->log, TRUE);
}

#define ORDER(c)                                                               \
  "W" c ":01+2 W" c ":17+1 W" c ":04+1 W" c ":05+8 W" c ":0d+5 W" c            \
  ":14+3 R" c ":00+24 "

GST_START_TEST (test_bring_up_order)
  {
    static const struct
    {
      guint chips;
      gboolean start_line, no_reset_line;
      Ads1299SimClock clock;
      const gchar *log;
    } rows[] = {
        /* lines wired: pulse of RESET, SDATAC, all read, reference and its
         * 150 ms before all others, everything read back */
        {1, TRUE, FALSE, ADS1299_CLOCK_SHARED,
            "130ms RESET=0 RESET=1 10ms START=0 C0:11 R0:00+24 W0:03+1 "
            "150ms " ORDER ("0")},
        /* no lines: commands */
        {1, FALSE, TRUE, ADS1299_CLOCK_SHARED,
            "130ms C0:02 C0:06 10ms C0:11 R0:00+24 W0:03+1 150ms " ORDER ("0")},
        /* the clock of chip 0 first, then the power-on time of the other */
        {2, TRUE, FALSE, ADS1299_CLOCK_FROM_CHIP_0,
            "130ms RESET=0 RESET=1 10ms START=0 C0:11 R0:00+24 W0:01+1 130ms "
            "C1:06 10ms C1:11 R1:00+24 W0:03+1 W1:03+1 150ms " ORDER ("0")
                ORDER ("1")},
    };
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (rows); i++) {
      Ads1299SimConfig config = {.n_chips = rows[i].chips,
          .rate = 250,
          .vref = 4.5,
          .clock = rows[i].clock,
          .start_line = rows[i].start_line,
          .no_reset_line = rows[i].no_reset_line};
      Ads1299Error e = {0};
      Ads1299Setup s;
      Recorder r;
      const Ads1299SimViolations *v;
      static const Ads1299SimViolations none;

      recorder_init (&r, &config);
      ads1299_setup_init (&s, rows[i].chips, 250);
      fail_unless (ads1299_bring_up (&r.bus, &s, NULL, &e), "%s", e.text);
      fail_unless_equals_string (r.log->str, rows[i].log);
      for (k = 0; k < rows[i].chips; k++) {
        v = ads1299_bus_sim_violations (r.real, k);
        fail_unless (memcmp (v, &none, sizeof none) == 0, "chip %u", k);
      }
      recorder_clear (&r);
    }
  }
GST_END_TEST;

GST_START_TEST (test_every_register_is_written_and_verified)
  {
    /* whichever bit does not take, it is found and named */
    guint reg, bit;

    for (reg = 1; reg < ADS1299_N_REGS; reg++)
      for (bit = 0; bit < 8; bit++) {
        Ads1299Setup s;
        guint8 regs[24], reset = ads1299_reg_reset (reg, 8);
        gchar *script;
        Rig r;
        guint c;

        ads1299_setup_init (&s, 1, 500);
        s.chip[0].bias_on = s.chip[0].bias_ref_int = TRUE;
        s.chip[0].loff_current = 3;
        s.chip[0].loff_frequency = 3;
        s.chip[0].loff_threshold = 7;
        s.chip[0].loff_comparators = TRUE;
        for (c = 0; c < 8; c++) {
          s.chip[0].channel[c].gain = 1;
          s.chip[0].channel[c].mux = ADS1299_MUX_BIAS_DRP;
          s.chip[0].channel[c].power_down = s.chip[0].channel[c].srb2 = TRUE;
          s.chip[0].channel[c].bias_p = s.chip[0].channel[c].bias_n = TRUE;
          s.chip[0].channel[c].loff_p = s.chip[0].channel[c].loff_n = TRUE;
          s.chip[0].channel[c].loff_flip = TRUE;
        }
        ads1299_setup_registers (&s, 0, regs);
        if (!((regs[reg] ^ reset) & (1u << bit)))
          continue;
        script =
            g_strdup_printf ("stuck-bit@0,reg=%u,value=%u", reg, 1u << bit);
        rig_init (&r, 1, 500, script);
        r.setup = s;
        rig_open (&r);
        fail_if (rig_bring_up (&r));
        fail_unless_equals_int (r.error.code, ADS1299_ERR_READBACK);
        fail_unless_equals_int (r.error.reg, (gint) reg);
        fail_unless_equals_int ((gint) r.error.expected, regs[reg]);
        fail_unless_equals_int ((gint) r.error.found, regs[reg] ^ (1 << bit));
        rig_close (&r);
        g_free (script);
      }
  }
GST_END_TEST;

GST_START_TEST (test_every_failed_transfer_fails)
  {
    Ads1299SimConfig config = {.n_chips = 2, .rate = 250, .vref = 4.5};
    gint n;

    for (n = 1; n < 100; n++) {
      Ads1299Error e = {0};
      Ads1299Setup s;
      Recorder r;
      gboolean ok;

      recorder_init (&r, &config);
      r.fail_at = n;
      r.fail_with = -ETIMEDOUT;
      ads1299_setup_init (&s, 2, 250);
      ok = ads1299_bring_up (&r.bus, &s, NULL, &e);
      if (ok) {
        recorder_clear (&r);
        break;
      }
      fail_unless_equals_int (e.code, ADS1299_ERR_BUS);
      fail_unless_equals_int (e.sys_errno, ETIMEDOUT);
      fail_unless (strstr (e.text, "timed out") != NULL);
      /* the chips are left in STANDBY */
      fail_unless (g_str_has_suffix (r.log->str, "C0:0a C0:04 C1:0a C1:04 "));
      recorder_clear (&r);
    }
    fail_unless (n > 20 && n < 100);
  }
GST_END_TEST;

/* --- changes while running --------------------------------------------------- */

GST_START_TEST (test_reconfigure_writes_what_differs)
  {
    Ads1299SimConfig config = {.n_chips = 2, .rate = 250, .vref = 4.5};
    Ads1299Setup before, after;
    Ads1299Error e = {0};
    Recorder r;

    recorder_init (&r, &config);
    ads1299_setup_init (&before, 2, 250);
    fail_unless (ads1299_bring_up (&r.bus, &before, NULL, &e));
    fail_unless (ads1299_start (&r.bus, &e));
    after = before;
    g_string_truncate (r.log, 0);
    fail_unless (ads1299_reconfigure (&r.bus, &before, &after, &e));
    fail_unless_equals_string (r.log->str, "");
    after.chip[1].channel[2].gain = 8;
    after.chip[1].channel[3].gain = 4;
    after.chip[1].loff_comparators = TRUE;
    fail_unless (ads1299_reconfigure (&r.bus, &before, &after, &e));
    fail_unless_equals_string (r.log->str, "W1:07+2 W1:17+1 R1:00+24 ");
    /* on to nothing */
    before = after;
    after.chip[0].channels = 6;
    fail_if (ads1299_reconfigure (&r.bus, &before, &after, &e));
    fail_unless_equals_int (e.code, ADS1299_ERR_SETUP);
    recorder_clear (&r);
  }
GST_END_TEST;

GST_START_TEST (test_reconfigure_fails_and_restores)
  {
    Ads1299SimConfig config = {.n_chips = 1, .rate = 250, .vref = 4.5};
    Ads1299Setup before, after;
    guint8 loff = 0xff, ch1 = 0;
    Ads1299Error e = {0};
    Recorder r;

    recorder_init (&r, &config);
    ads1299_setup_init (&before, 1, 250);
    fail_unless (ads1299_bring_up (&r.bus, &before, NULL, &e));
    after = before;
    after.chip[0].channel[0].gain = 1;
    after.chip[0].loff_current = ADS1299_LOFF_24NA;
    after.chip[0].loff_threshold = 1;
    /* one write goes wrong: bit 2 of LOFF comes out flipped */
    r.corrupt = TRUE;
    fail_if (ads1299_reconfigure (&r.bus, &before, &after, &e));
    r.corrupt = FALSE;
    fail_unless_equals_int (e.code, ADS1299_ERR_READBACK);
    fail_unless_equals_int (e.reg, ADS1299_REG_LOFF);
    fail_unless (
        strstr (e.text, "could not be restored") != NULL, "%s", e.text);
    /* a transfer that fails once: everything is as before */
    fail_unless (ads1299_bring_up (&r.bus, &before, NULL, &e));
    r.fail_at = r.transfers + 2;
    r.fail_with = -EIO;
    fail_if (ads1299_reconfigure (&r.bus, &before, &after, &e));
    fail_unless_equals_int (e.code, ADS1299_ERR_BUS);
    fail_unless (strstr (e.text, "is restored") != NULL, "%s", e.text);
    ads1299_read_registers (&r.bus, 0, ADS1299_REG_LOFF, 1, &loff);
    ads1299_read_registers (&r.bus, 0, ADS1299_REG_CH1SET, 1, &ch1);
    fail_unless_equals_int (loff, 0x00);
    fail_unless_equals_int (ch1, 0x60);
    recorder_clear (&r);
  }
GST_END_TEST;

GST_START_TEST (test_error_names_are_distinct)
  {
    guint i, k;

    for (i = 0; i < ADS1299_N_ERRORS; i++)
      for (k = 0; k < i; k++)
        fail_if (strcmp (ads1299_error_name ((Ads1299ErrorCode) i),
                     ads1299_error_name ((Ads1299ErrorCode) k)) == 0);
    fail_unless_equals_string (
        ads1299_error_name ((Ads1299ErrorCode) 999), "unknown");
  }
GST_END_TEST;

static Suite *
ads1299_registers_suite (void)
{
  Suite *s = suite_create ("ads1299-registers");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_map_is_the_datasheet);
  tcase_add_test (tc, test_variants);
  tcase_add_test (tc, test_fields_cover_what_can_be_written);
  tcase_add_test (tc, test_registers_in_words);
  tcase_add_test (tc, test_setup_bytes);
  tcase_add_test (tc, test_setups_refused);
  tcase_add_test (tc, test_bring_up_order);
  tcase_add_test (tc, test_every_register_is_written_and_verified);
  tcase_add_test (tc, test_every_failed_transfer_fails);
  tcase_add_test (tc, test_reconfigure_writes_what_differs);
  tcase_add_test (tc, test_reconfigure_fails_and_restores);
  tcase_add_test (tc, test_error_names_are_distinct);
  return s;
}

GST_CHECK_MAIN (ads1299_registers);
