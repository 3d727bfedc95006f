/* ads1299src: the recovered clock and the counting of edges, by simulation
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <math.h>

#include "ads1299-edges.h"

#define START_NS 1e15 /* eleven days after boot: doubles alone would not do */

static guint64 state;

static gdouble
uniform (void)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (gdouble) (state >> 11) / 9007199254740992.0;
}

/* Lateness of an edge, ns. */
static gdouble
none (void)
{
  return 0;
}

/* Scheduling jitter at its worst: every edge anywhere within 10 ms. */
static gdouble
ten_ms (void)
{
  return uniform () * 10e6;
}

/* An interrupt: microseconds, sometimes ms, now and then 20 ms. */
static gdouble
interrupt (void)
{
  gdouble d = 8000 - 4000 * log (1 - uniform ()), q = uniform ();

  return d + (q < 0.0001      ? uniform () * 20e6
                 : q < 0.0021 ? uniform () * 2e6
                              : 0);
}

/* An edge that the next one does not swallow. */
static gdouble
bounded (void)
{
  gdouble d = interrupt ();

  return MIN (d, 2.5e6);
}

typedef struct
{
  gdouble rate, error, seconds;
  gdouble (*late) (void);
  gdouble bias_ns; /* of @late: its least value */
  /* true period at a time, relative */
  gdouble (*drift) (gdouble seconds);
  gdouble settle; /* seconds after which errors count */
  guint stride;   /* of so many edges only the first is seen; 0: all */
} Case;

static gdouble
steady (gdouble t)
{
  return 1.0;
}

/* Worst distance of the output from the true edge, ns; checks that times are
 * contiguous and grow. */
static gdouble
worst_error (const Case *c, Ads1299ClockStats *stats)
{
  gdouble t = START_NS, period = 1e9 / c->rate / (1 + c->error), worst = 0;
  guint64 n = (guint64) (c->rate * c->seconds), k, next = 0, out, bad = 0;
  guint stride = MAX (c->stride, 1);
  Ads1299Clock clock;

  state = 88172645463325252u;
  ads1299_clock_init (&clock, c->rate);
  for (k = 0; k < n; k += stride) {
    ads1299_clock_edge (&clock, k, (guint64) (t + c->late ()));
    out = ads1299_clock_output (&clock, &out);
    bad += k > 0 && (stride == 1 ? out != next : out < next);
    out = ads1299_clock_output (&clock, &next);
    bad += next <= out;
    if (k / c->rate > c->settle)
      worst = MAX (worst, fabs ((gdouble) out - t - c->bias_ns));
    t += stride * period * c->drift (k / c->rate);
  }
  fail_unless_equals_uint64 (bad, 0);
  ads1299_clock_get_stats (&clock, stats);
  return worst;
}

static const gdouble rates[] = {250, 500, 1000, 2000, 4000, 8000, 16000};

GST_START_TEST (test_jitter_and_clock_error)
  {
    guint r;
    gint sign;

    for (r = 0; r < G_N_ELEMENTS (rates); r += 2)
      for (sign = -1; sign <= 1; sign++) {
        Case c = {rates[r], 0.025 * sign, 64, ten_ms, 0, steady, 60};
        Ads1299ClockStats s;
        gdouble worst = worst_error (&c, &s);

        /* the least possible delay is 0 here */
        fail_unless (worst < 20e3, "%g Hz %+d: %g ns", c.rate, sign, worst);
        fail_unless (fabs (s.ppm - 25000.0 * sign) < 5, "%g ppm", s.ppm);
        fail_unless (s.jitter_ns > 1e6 && s.window_s > 2);
      }
  }
GST_END_TEST;

GST_START_TEST (test_interrupt_latency)
  {
    guint r;

    for (r = 0; r < G_N_ELEMENTS (rates); r++) {
      Case c = {rates[r], -0.0031, 20, interrupt, 8000, steady, 4};
      Ads1299ClockStats s;
      gdouble worst = worst_error (&c, &s);

      fail_unless (worst < 3e3, "%g Hz: %g ns", c.rate, worst);
      fail_unless (s.residual_ns < 2e3);
      fail_unless (fabs (s.rate / c.rate - 1 + 0.0031) < 2e-6);
    }
  }
GST_END_TEST;

GST_START_TEST (test_exact_edges_exact_times)
  {
    Case c = {250, 0.0, 10, none, 0, steady, 0};
    Ads1299ClockStats s;

    /* edges are cut to whole ns */
    fail_unless (worst_error (&c, &s) <= 2);
    fail_unless (fabs (s.ppm) < 1e-3);
  }
GST_END_TEST;

static gdouble
warming (gdouble t)
{
  return 1.0 + 8e-6 * t;
}

/* One day: 50 ppm over six hours and back, 2.5 % off. */
static gdouble
day (gdouble t)
{
  return 1.0 + 50e-6 * sin (t * 2 * G_PI / 86400 * 2);
}

static gdouble
step_at_30 (gdouble t)
{
  return t < 30 ? 1.0 : 1.001;
}

GST_START_TEST (test_drift_followed)
  {
    Case warm = {1000, 0.001, 60, interrupt, 8000, warming, 4};
    Case long_run = {250, 0.025, 86400, interrupt, 8000, day, 60, 10};
    Case jump = {1000, 0.0, 60, interrupt, 8000, step_at_30, 40};
    Ads1299ClockStats s;
    gdouble worst;

    worst = worst_error (&warm, &s);
    fail_unless (worst < 20e3, "%g ns", worst);
    worst = worst_error (&long_run, &s);
    fail_unless (worst < 20e3, "%g ns", worst);
    worst = worst_error (&jump, &s);
    fail_unless (worst < 5e3, "%g ns", worst);
    fail_unless (fabs (s.ppm + 999) < 2, "%g", s.ppm);
  }
GST_END_TEST;

GST_START_TEST (test_gaps_and_breaks)
  {
    Ads1299Clock c;
    guint64 next, out, k, t = (guint64) START_NS;

    ads1299_clock_init (&c, 1000);
    for (k = 0; k < 5000; k++)
      ads1299_clock_edge (&c, k, t + k * 1000000 + k * 20);
    ads1299_clock_output (&c, &next);
    /* a gap of 700: the line goes on */
    k = 5700;
    ads1299_clock_edge (&c, k, t + k * 1000000 + k * 20);
    out = ads1299_clock_output (&c, &next);
    fail_unless (ABS ((gint64) (out - (t + k * 1000020))) <= 2);
    /* chips restarted: the phase is new, the period known */
    ads1299_clock_break (&c);
    t += 400000;
    k = 9000;
    ads1299_clock_edge (&c, k, t + k * 1000020);
    out = ads1299_clock_output (&c, &next);
    fail_unless_equals_uint64 (out, t + k * 1000020);
    fail_unless (ABS ((gint64) (next - out - 1000020)) <= 2);
    /* and never backwards: a phase before what was promised */
    ads1299_clock_break (&c);
    ads1299_clock_edge (&c, k + 1, t + k * 1000020 + 100000);
    fail_unless (ads1299_clock_output (&c, &out) >= next);
  }
GST_END_TEST;

/* --- counting --------------------------------------------------------------- */

GST_START_TEST (test_lost_edges_counted)
  {
    const gdouble errors[] = {-0.025, 0, 0.025};
    guint e, lost;

    for (e = 0; e < G_N_ELEMENTS (errors); e++)
      for (lost = 1; lost <= 4000; lost = lost * 3 / 2 + 1) {
        gdouble period = 4e6 / (1 + errors[e]), t = START_NS;
        Ads1299Edges edges;
        Ads1299Step s;
        guint32 seq = 0;
        guint k, odd = 0;

        state = 4711 + lost;
        ads1299_edges_init (&edges, 250);
        /* four seconds tell the clock how far it is off */
        for (k = 0; k < 1000; k++, t += period) {
          s = ads1299_edges_next (&edges, ++seq,
              (guint64) (t + (k < 32 ? 9000 * uniform () : bounded ())));
          odd += s.advance != 1;
        }
        fail_unless_equals_int (odd, 0);
        /* no trace but time */
        t += lost * period;
        s = ads1299_edges_next (&edges, ++seq, (guint64) (t + 9000));
        fail_unless_equals_uint64 (s.advance, lost + 1);
        fail_unless_equals_uint64 (s.unseen, lost);
        /* in the sequence, too */
        t += (lost + 1) * period;
        seq += lost + 1;
        s = ads1299_edges_next (&edges, seq, (guint64) (t + 9000));
        fail_unless_equals_uint64 (s.advance, lost + 1);
        fail_unless_equals_uint64 (s.unseen, 0);
        fail_unless_equals_uint64 (edges.index, 999 + 2 * (lost + 1));
      }
  }
GST_END_TEST;

GST_START_TEST (test_late_edges_lose_nothing)
  {
    gdouble t = START_NS;
    Ads1299Edges edges;
    guint32 seq = 0;
    guint k, odd = 0;

    state = 99;
    ads1299_edges_init (&edges, 1000);
    /* up to 0.7 of a period late: none may be taken for a lost one */
    for (k = 0; k < 20000; k++, t += 1e6) {
      Ads1299Step s =
          ads1299_edges_next (&edges, ++seq, (guint64) (t + uniform () * 7e5));

      odd += s.advance != 1;
    }
    fail_unless_equals_int (odd, 0);
    fail_unless_equals_uint64 (edges.index, 19999);
  }
GST_END_TEST;

GST_START_TEST (test_false_edges_ignored)
  {
    gdouble t = START_NS;
    guint64 real = 0, refused = 0;
    Ads1299Edges edges;
    guint32 seq = 0;
    guint k, false_edges = 0;

    state = 7;
    ads1299_edges_init (&edges, 1000);
    for (k = 0; k < 5000; k++, t += 1e6) {
      real += ads1299_edges_next (&edges, ++seq, (guint64) t).advance;
      if (k > 100 && uniform () < 0.1) {
        false_edges++;
        refused +=
            ads1299_edges_next (&edges, ++seq, (guint64) (t + uniform () * 5e5))
                .advance == 0;
      }
    }
    fail_unless_equals_uint64 (real, 5000);
    fail_unless_equals_uint64 (refused, false_edges);
    fail_unless_equals_uint64 (edges.index, 4999);
  }
GST_END_TEST;

GST_START_TEST (test_restart_counts_time)
  {
    gdouble t = START_NS;
    Ads1299Edges edges;
    Ads1299Step s;
    guint k;

    ads1299_edges_init (&edges, 250);
    for (k = 0; k < 500; k++, t += 4e6)
      ads1299_edges_next (&edges, k + 1, (guint64) t);
    ads1299_edges_break (&edges);
    /* 3.4 s later, at another phase and with a sequence that began anew */
    t += 850.3 * 4e6;
    s = ads1299_edges_next (&edges, 1, (guint64) t);
    fail_unless_equals_uint64 (s.advance, 851);
    s = ads1299_edges_next (&edges, 2, (guint64) (t + 4e6));
    fail_unless_equals_uint64 (s.advance, 1);
  }
GST_END_TEST;

static Suite *
ads1299src_clock_suite (void)
{
  Suite *s = suite_create ("ads1299src-clock");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_jitter_and_clock_error);
  tcase_add_test (tc, test_interrupt_latency);
  tcase_add_test (tc, test_exact_edges_exact_times);
  tcase_add_test (tc, test_drift_followed);
  tcase_add_test (tc, test_gaps_and_breaks);
  tcase_add_test (tc, test_lost_edges_counted);
  tcase_add_test (tc, test_late_edges_lose_nothing);
  tcase_add_test (tc, test_false_edges_ignored);
  tcase_add_test (tc, test_restart_counts_time);
  return s;
}

GST_CHECK_MAIN (ads1299src_clock);
