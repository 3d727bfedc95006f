/* ads1299src: acquisition under random fault scripts, in virtual time
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ADS1299_FAULT_SCRIPTS sets how many scripts (fast suite 200, deep 10000),
 * ADS1299_FAULT_SEED the first seed; a failure prints the script.
 */
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include "ads1299-acq.h"

#define FRAMES 16

static guint64 state;

static guint
dice (guint n)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (guint) (state >> 33) % n;
}

/* What the consumer saw. */
typedef struct
{
  guint64 delivered, missing, wrong, notices, restarts, rate;
  Ads1299AcqResult end;
  Ads1299AcqStats stats;
  Ads1299SimTruth truth;
  gchar failure[600];
  guint64 first_wrong; /* index */
  gint64 off;          /* and how far its number is off */
} Run;

/* Runs @script for @seconds of model time; %FALSE when the chips do not come
 * up. */
static gboolean
run_script (
    const gchar *script, guint chips, guint rate, gdouble seconds, Run *run)
{
  Ads1299SimConfig sim = {0};
  Ads1299AcqConfig config = {0};
  Ads1299Error error = {0};
  Ads1299Report report;
  Ads1299Setup setup;
  Ads1299Bus *bus;
  Ads1299Acq *acq;
  Ads1299Notice notice;
  guint64 next = 0;
  guint n, i, loops = 0;

  memset (run, 0, sizeof *run);
  sim.n_chips = chips;
  sim.rate = rate;
  sim.vref = 4.5;
  sim.signal = 4; /* counter */
  sim.faults = script;
  bus = ads1299_bus_sim_new (&sim, &error);
  fail_unless (bus != NULL, "%s: %s", script, error.text);
  ads1299_setup_init (&setup, chips, rate);
  if (!ads1299_bring_up (bus, &setup, &report, &error)) {
    fail_unless (error.text[0] != '\0', "%s", script);
    g_strlcpy (run->failure, error.text, sizeof run->failure);
    bus->ops->close (bus);
    return FALSE;
  }
  config.bus = bus;
  config.setup = &setup;
  config.id = report.id;
  config.ring_frames = 2 * FRAMES;
  config.claim_frames = FRAMES;
  config.timed_reads = TRUE;
  acq = ads1299_acq_new (&config);
  fail_unless (ads1299_acq_start_chips (acq, &error), "%s", error.text);
  while ((run->end = ads1299_acq_fill (acq, FRAMES)) == ADS1299_ACQ_OK) {
    while (ads1299_acq_next_notice (acq, &notice)) {
      run->notices++;
      run->restarts += notice.kind == ADS1299_NOTICE_RESTARTED;
      run->rate += notice.kind == ADS1299_NOTICE_RATE;
      fail_unless (notice.text[0] != '\0');
    }
    n = ads1299_acq_claim (acq, FRAMES);
    for (i = 0; i < n; i++) {
      const Ads1299Slot *s = ads1299_ring_slot (ads1299_acq_ring (acq), i);
      const gint32 *codes = ads1299_ring_codes (ads1299_acq_ring (acq), i);

      if (s->index < next)
        fail ("%s: sample %" G_GUINT64_FORMAT " after %" G_GUINT64_FORMAT,
            script, s->index, next);
      run->missing += s->index - next;
      if (codes[0] != (gint32) (s->index & 0x7fffff) && run->wrong++ == 0) {
        run->first_wrong = s->index;
        run->off = (gint64) s->index - codes[0];
      }
      next = s->index + 1;
    }
    ads1299_ring_release (ads1299_acq_ring (acq), n);
    run->delivered += n;
    if (next >= seconds * rate || ++loops > 20 * seconds * rate)
      break;
  }
  fail_unless (loops <= 20 * seconds * rate, "%s: it hangs", script);
  g_strlcpy (run->failure, ads1299_acq_failure (acq), sizeof run->failure);
  ads1299_acq_get_stats (acq, &run->stats);
  ads1299_acq_halt (acq, TRUE);
  ads1299_acq_free (acq);
  ads1299_bus_sim_truth (bus, &run->truth);
  bus->ops->close (bus);
  return TRUE;
}

static guint64
sum_lost (const Ads1299AcqStats *s)
{
  guint64 sum = 0;
  guint i;

  for (i = 0; i < ADS1299_N_LOSSES; i++)
    sum += s->lost[i];
  return sum;
}

/* The ledger of a run: nothing is unaccounted for. */
static void
assert_ledger (const gchar *script, const Run *r)
{
  guint64 pending = r->stats.ring_fill;

  fail_unless (
      r->stats.produced == r->delivered + sum_lost (&r->stats) + pending,
      "%s: produced %" G_GUINT64_FORMAT ", delivered %" G_GUINT64_FORMAT
      ", lost %" G_GUINT64_FORMAT ", pending %" G_GUINT64_FORMAT,
      script, r->stats.produced, r->delivered, sum_lost (&r->stats), pending);
  fail_unless (r->missing <= sum_lost (&r->stats), "%s", script);
  fail_unless (r->end != ADS1299_ACQ_FAILED || r->failure[0] != '\0');
}

/* --- every kind under its own name -------------------------------------------- */

GST_START_TEST (test_each_kind_by_its_name)
  {
    /* count 0: at least one */
    const struct
    {
      const gchar *script;
      Ads1299Loss loss;
      guint64 count;
    } cases[] = {
        {"lost-drdy@1,n=3", ADS1299_LOSS_EDGE, 3},
        {"lost-drdy@1.5,n=211", ADS1299_LOSS_EDGE, 211},
        {"missed-irq@1,n=7", ADS1299_LOSS_EVENT, 7},
        {"missed-irq@1,n=900", ADS1299_LOSS_EVENT, 900},
        {"coalesce@1,n=4", ADS1299_LOSS_EDGE, 3},
        {"late-read@1,us=2500", ADS1299_LOSS_LATE, 2},
        {"status-error@1,n=2", ADS1299_LOSS_STATUS, 2},
        {"spi-error@1,n=5", ADS1299_LOSS_IO, 5},
        {"spi-short@1,n=3", ADS1299_LOSS_IO, 3},
        {"brown-out@1", ADS1299_LOSS_RESTART, 0},
        {"miso-stuck@1,n=40", ADS1299_LOSS_RESTART, 0},
        {"rate-error@0,ppm=25000;lost-drdy@2,n=500", ADS1299_LOSS_EDGE, 500},
        {"rate-error@0,ppm=-25000;lost-drdy@2,n=500", ADS1299_LOSS_EDGE, 500},
    };
    guint i, k;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      Run r;

      fail_unless (run_script (cases[i].script, 1, 1000, 4, &r));
      assert_ledger (cases[i].script, &r);
      fail_unless_equals_int (r.end, ADS1299_ACQ_OK);
      if (cases[i].count)
        fail_unless (r.stats.lost[cases[i].loss] == cases[i].count,
            "%s: %" G_GUINT64_FORMAT, cases[i].script,
            r.stats.lost[cases[i].loss]);
      fail_unless (r.stats.lost[cases[i].loss] > 0, "%s", cases[i].script);
      for (k = 0; k < ADS1299_N_LOSSES; k++)
        if (k != cases[i].loss && cases[i].count)
          fail_unless (r.stats.lost[k] == 0, "%s: %s is %" G_GUINT64_FORMAT,
              cases[i].script, ads1299_loss_field (k), r.stats.lost[k]);
      /* the model's own numbering agrees with ours in every sample */
      fail_unless (r.wrong == 0, "%s: %" G_GUINT64_FORMAT " wrong",
          cases[i].script, r.wrong);
    }
  }
GST_END_TEST;

/* The edge that would have told of the late read is lost, too: the recovered
 * clock knows that another conversion was due. */
GST_START_TEST (test_late_read_without_an_edge_to_tell_it)
  {
    const gchar *script = "stuck-drdy@1.001,n=3;late-read@1,us=3500";
    Run r;

    fail_unless (run_script (script, 1, 1000, 4, &r));
    assert_ledger (script, &r);
    fail_unless_equals_int (r.end, ADS1299_ACQ_OK);
    fail_unless_equals_uint64 (r.stats.lost[ADS1299_LOSS_LATE], 1);
    fail_unless_equals_uint64 (r.stats.lost[ADS1299_LOSS_EDGE], 3);
    fail_unless_equals_uint64 (sum_lost (&r.stats), 4);
    fail_unless_equals_uint64 (r.wrong, 0);
  }
GST_END_TEST;

GST_START_TEST (test_what_costs_nothing)
  {
    const gchar *const scripts[] = {"double-edge@1,n=20", "glitch@1,n=20",
        "late-irq@0.5,n=2000,us=600", "eintr@1", "rate-error@0,ppm=25000",
        "rate-error@0,ppm=-25000", "rate-error@1,ppm=300",
        "lead-off@1,n=9,ch=2", "saturated@1,n=9,ch=1", "gpio@1,n=9,value=5",
        ""};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (scripts); i++) {
      Run r;

      fail_unless (run_script (scripts[i], 2, 1000, 4, &r));
      assert_ledger (scripts[i], &r);
      fail_unless (sum_lost (&r.stats) == 0, "%s: %" G_GUINT64_FORMAT,
          scripts[i], sum_lost (&r.stats));
      fail_unless (r.notices == 0, "%s", scripts[i]);
      if (i < 2)
        fail_unless_equals_uint64 (r.stats.glitches, 20);
      if (strstr (scripts[i], "saturated") == NULL)
        fail_unless (
            r.wrong == 0, "%s: %" G_GUINT64_FORMAT, scripts[i], r.wrong);
    }
  }
GST_END_TEST;

GST_START_TEST (test_what_ends_it_is_named)
  {
    const struct
    {
      const gchar *script, *needle, *more;
    } cases[] = {
        {"dead-drdy@1", "No data-ready edge", "START line"},
        {"stuck-drdy@1,level=0", "DRDY is low", "DRDY line"},
        {"no-clock@1", "No data-ready edge", "ID 0x00"},
        {"status-error@1,n=3000", "0x", "1100"},
        {"miso-stuck@1,level=0", "0x000000", "stuck low"},
        {"miso-stuck@1,level=1", "0xffffff", "floats"},
        {"spi-mode@1", "0x600000", "mode 1"},
        {"spi-error@1,n=100000", "Transfers fail", "Input/output error"},
        {"spi-error@1,errno=ENODEV,n=1000000", "unplugged", "cable"},
        {"unplug@1", "No such device", "gone"},
        {"chip-silent@1,chip=1", "chip 1", "wrong status word"},
    };
    guint i;

    for (i = 0; i < G_N_ELEMENTS (cases); i++) {
      Run r;

      fail_unless (run_script (cases[i].script, 2, 1000, 8, &r));
      assert_ledger (cases[i].script, &r);
      fail_unless (r.end == ADS1299_ACQ_FAILED, "%s", cases[i].script);
      fail_unless (strstr (r.failure, cases[i].needle) != NULL &&
                       strstr (r.failure, cases[i].more) != NULL,
          "%s: \"%s\"", cases[i].script, r.failure);
    }
  }
GST_END_TEST;

GST_START_TEST (test_wrong_rate_is_told_once)
  {
    const gchar *const scripts[] = {"rate-error@0,ppm=50000",
        "rate-error@0,ppm=-50000", "rate-error@1,ppm=40000", "remarked@0"};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (scripts); i++) {
      Run r;

      fail_unless (run_script (scripts[i], 1, 250, 30, &r));
      assert_ledger (scripts[i], &r);
      fail_unless (r.rate == 1, "%s: %" G_GUINT64_FORMAT, scripts[i], r.rate);
    }
  }
GST_END_TEST;

/* --- random scripts ------------------------------------------------------------ */

/* What keeps the numbering and the content as they are, apart from losses;
 * then what may do anything. */
static const gchar *const clean_kinds[] = {"lost-drdy", "missed-irq",
    "coalesce", "double-edge", "glitch", "late-irq", "late-read", "eintr",
    "status-error", "spi-error", "spi-short", "lead-off", "gpio"};
static const gchar *const any_kinds[] = {"dead-drdy", "stuck-drdy",
    "rate-error", "remarked", "no-clock", "torn-frame", "bit-flip",
    "miso-stuck", "spi-mode", "chip-silent", "wrong-id", "stuck-bit",
    "brown-out", "no-reference", "unplug", "lead-toggle", "saturated", "noisy"};

static gboolean
add_fault (GString *s, guint rate, gdouble seconds)
{
  gboolean clean = dice (4) > 0;
  const gchar *kind = clean ? clean_kinds[dice (G_N_ELEMENTS (clean_kinds))]
                            : any_kinds[dice (G_N_ELEMENTS (any_kinds))];
  guint64 n = 1 + dice (dice (4) ? 12 : 300);

  /* more in a row make the watchdog look, and perhaps restart the chips */
  if (g_str_has_prefix (kind, "spi-") || g_str_equal (kind, "status-error"))
    n = MIN (n, 12);
  g_string_append_printf (s, "%s%s@%u.%03u", s->len ? ";" : "", kind,
      clean || dice (4) ? 1 + dice ((guint) seconds - 1) : 0, dice (1000));
  if (g_str_equal (kind, "late-irq"))
    g_string_append_printf (s, ",us=%u", 1 + dice (700000 / rate));
  if (g_str_equal (kind, "late-read"))
    g_string_append_printf (s, ",us=%u", 1 + dice (20000000 / rate));
  if (g_str_equal (kind, "rate-error"))
    g_string_append_printf (s, ",ppm=%d", (gint) dice (50000) - 25000);
  else if (!g_str_equal (kind, "dead-drdy") &&
           !g_str_equal (kind, "remarked") && !g_str_equal (kind, "no-clock") &&
           !g_str_equal (kind, "wrong-id") &&
           !g_str_equal (kind, "stuck-bit") &&
           !g_str_equal (kind, "brown-out") && !g_str_equal (kind, "unplug") &&
           (clean || dice (2)))
    g_string_append_printf (s, ",n=%" G_GUINT64_FORMAT, n);
  return clean;
}

GST_START_TEST (test_random_scripts)
  {
    const gchar *env = g_getenv ("ADS1299_FAULT_SCRIPTS");
    const gchar *seed = g_getenv ("ADS1299_FAULT_SEED");
    guint n = env ? (guint) atoi (env) : 200, i, k, failed = 0, refused = 0;
    guint first = seed ? (guint) atoi (seed) : 1;

    for (i = first; i < first + n; i++) {
      GString *script = g_string_new (NULL);
      gboolean clean = TRUE;
      guint rate, chips;
      gdouble seconds;
      Run r;

      state = i * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) | 1;
      for (k = 0; k < 8; k++)
        dice (2);
      rate = dice (2) ? 250 : 1000;
      chips = 1 + dice (3);
      seconds = 3 + dice (4);
      for (k = 1 + dice (6); k > 0; k--)
        clean &= add_fault (script, rate, seconds);
      if (!run_script (script->str, chips, rate, seconds, &r)) {
        refused++;
      } else {
        assert_ledger (script->str, &r);
        failed += r.end == ADS1299_ACQ_FAILED;
        /* the exact count: every delivered sample is the one it says it is */
        if (clean)
          fail_unless (r.wrong == 0,
              "seed %u, %u Hz, %u chips, %s: %" G_GUINT64_FORMAT
              " of %" G_GUINT64_FORMAT " samples under a wrong number, off by "
              "%" G_GINT64_FORMAT " from %" G_GUINT64_FORMAT " on",
              i, rate, chips, script->str, r.wrong, r.delivered, r.off,
              r.first_wrong);
      }
      g_string_free (script, TRUE);
    }
    g_print ("%u scripts: %u ended in an error, %u refused at start\n", n,
        failed, refused);
  }
GST_END_TEST;

static Suite *
ads1299src_faults_suite (void)
{
  Suite *s = suite_create ("ads1299src-faults");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_each_kind_by_its_name);
  tcase_add_test (tc, test_late_read_without_an_edge_to_tell_it);
  tcase_add_test (tc, test_what_costs_nothing);
  tcase_add_test (tc, test_what_ends_it_is_named);
  tcase_add_test (tc, test_wrong_rate_is_told_once);
  tcase_add_test (tc, test_random_scripts);
  return s;
}

GST_CHECK_MAIN (ads1299src_faults);
