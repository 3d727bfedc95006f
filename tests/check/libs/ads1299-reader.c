/* ADS1299 chip library: numbering of samples and proof of losses
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "chip/ads1299-reader.h"
#include "chip/ads1299-scene.h"

#define SECOND 1000000000u

/* A bus whose edges are written down beforehand; frames hold the number of the
 * conversion that is current at the time of the read. */
typedef struct
{
  Ads1299Bus bus;
  const Ads1299Edge *edges;
  guint n, next;
  guint64 now, period;
  guint64 read_delay; /* from the edge to the transfer */
  guint64 xfer_ns;
} FakeBus;

static Ads1299Wait
fake_wait (Ads1299Bus *bus, uint64_t timeout_ns, Ads1299Edge *edge)
{
  FakeBus *f = (FakeBus *) bus;

  if (f->next == f->n)
    return ADS1299_WAIT_END;
  *edge = f->edges[f->next++];
  f->now = MAX (f->now, edge->time_ns) + f->read_delay;
  return ADS1299_WAIT_EDGE;
}

static int
fake_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  FakeBus *f = (FakeBus *) bus;

  memset (x->rx, 0, x->len);
  x->rx[1] = 0xc0;
  f->now += f->xfer_ns;
  return 0;
}

static uint64_t
fake_now (Ads1299Bus *bus)
{
  return ((FakeBus *) bus)->now;
}

static const Ads1299BusOps fake_ops = {
    .xfer = fake_xfer, .wait_drdy = fake_wait, .now = fake_now};

static void
play (FakeBus *f, Ads1299Reader *r, const Ads1299Edge *edges, guint n)
{
  ads1299_bus_init (&f->bus, &fake_ops, 1);
  f->edges = edges;
  f->n = n;
  f->next = 0;
  ads1299_reader_init (r, &f->bus, 1000);
}

#define MS(x) ((guint64) ((x) *1000000.0) + SECOND)

static Ads1299ReadResult
next (Ads1299Reader *r, Ads1299Sample *s)
{
  gint32 codes[8];
  guint32 status[1];

  return ads1299_reader_next (r, SECOND, codes, status, s);
}

static void
assert_closed (const Ads1299Reader *r)
{
  const Ads1299ReadCounts *c = &r->counts;

  fail_unless_equals_uint64 (c->produced, c->delivered + c->lost);
  fail_unless_equals_uint64 (
      c->lost, c->by_sequence + c->by_time + c->late + c->status + c->io);
}

GST_START_TEST (test_sequence_and_time)
  {
    /* conversions 0 1 2, 3..5 dropped by the kernel, 6, 7 and 8 never seen, 9 */
    static const Ads1299Edge edges[] = {
        {MS (0), 1}, {MS (1), 2}, {MS (2), 3}, {MS (6), 7}, {MS (9), 8}};
    static const guint64 want[] = {0, 1, 2, 6, 9}, lost[] = {0, 0, 0, 3, 2};
    FakeBus f = {.read_delay = 5000};
    Ads1299Reader r;
    Ads1299Sample s;
    guint i;

    play (&f, &r, edges, G_N_ELEMENTS (edges));
    for (i = 0; i < G_N_ELEMENTS (edges); i++) {
      fail_unless_equals_int (next (&r, &s), ADS1299_READ_OK);
      fail_unless_equals_uint64 (s.index, want[i]);
      fail_unless_equals_uint64 (s.lost, lost[i]);
    }
    fail_unless_equals_int (next (&r, &s), ADS1299_READ_END);
    fail_unless_equals_uint64 (r.counts.by_sequence, 3);
    fail_unless_equals_uint64 (r.counts.by_time, 2);
    assert_closed (&r);
  }
GST_END_TEST;

GST_START_TEST (test_glitches_are_no_samples)
  {
    /* a double edge, and one in the middle of a period */
    static const Ads1299Edge edges[] = {{MS (0), 1}, {MS (1), 2},
        {MS (1.002), 3}, {MS (2), 4}, {MS (2.5), 5}, {MS (3), 6}, {MS (4), 7}};
    FakeBus f = {.read_delay = 5000};
    Ads1299Reader r;
    Ads1299Sample s;
    guint i, ok = 0;

    play (&f, &r, edges, G_N_ELEMENTS (edges));
    for (i = 0; i < G_N_ELEMENTS (edges); i++)
      if (next (&r, &s) == ADS1299_READ_OK) {
        fail_unless_equals_uint64 (s.index, ok);
        ok++;
      } else {
        fail_unless_equals_int (s.why, ADS1299_SKIP_GLITCH);
      }
    fail_unless_equals_int (ok, 5);
    fail_unless_equals_uint64 (r.counts.glitches, 2);
    fail_unless_equals_uint64 (r.counts.lost, 0);
    assert_closed (&r);
  }
GST_END_TEST;

GST_START_TEST (test_late_edges_lose_nothing)
  {
    /* interrupts up to 0.7 periods late */
    static const Ads1299Edge edges[] = {{MS (0), 1}, {MS (1.6), 2}, {MS (2), 3},
        {MS (3.4), 4}, {MS (4.7), 5}, {MS (5), 6}, {MS (6), 7}};
    FakeBus f = {0};
    Ads1299Reader r;
    Ads1299Sample s;
    guint i;

    play (&f, &r, edges, G_N_ELEMENTS (edges));
    for (i = 0; i < G_N_ELEMENTS (edges); i++) {
      next (&r, &s);
      fail_unless (s.why != ADS1299_SKIP_GLITCH);
      fail_unless_equals_uint64 (s.index, i);
    }
    fail_unless_equals_uint64 (r.counts.produced, 7);
    fail_unless_equals_uint64 (r.counts.by_time, 0);
    assert_closed (&r);
  }
GST_END_TEST;

GST_START_TEST (test_late_read_is_no_sample)
  {
    static const Ads1299Edge edges[] = {{MS (0), 1}, {MS (1), 2}, {MS (2), 3}};
    FakeBus f = {.read_delay = 1100000};
    Ads1299Reader r;
    Ads1299Sample s;

    play (&f, &r, edges, G_N_ELEMENTS (edges));
    fail_unless_equals_int (next (&r, &s), ADS1299_READ_SKIPPED);
    fail_unless_equals_int (s.why, ADS1299_SKIP_LATE);
    /* a transfer held up beyond the next conversion */
    f.read_delay = 900000;
    f.now = MS (0);
    f.xfer_ns = 150000;
    fail_unless_equals_int (next (&r, &s), ADS1299_READ_SKIPPED);
    fail_unless_equals_int (s.why, ADS1299_SKIP_LATE);
    /* one that began in time and runs over it */
    f.now = MS (0);
    f.read_delay = 990000;
    f.xfer_ns = 24400;
    fail_unless_equals_int (next (&r, &s), ADS1299_READ_OK);
    fail_unless_equals_uint64 (r.counts.late, 2);
    assert_closed (&r);
  }
GST_END_TEST;

GST_START_TEST (test_drifting_clock_over_gaps)
  {
    /* 2.5 % slow; every 50 conversions ten are never seen */
    Ads1299Edge *edges = g_new0 (Ads1299Edge, 5000);
    guint64 *index = g_new0 (guint64, 5000), k = 0;
    FakeBus f = {.read_delay = 5000};
    Ads1299Reader r;
    Ads1299Sample s;
    guint i;

    for (i = 0; i < 5000; i++) {
      index[i] = k;
      edges[i].time_ns = SECOND + (guint64) (k * 1025000.0);
      edges[i].seq = i + 1;
      k += i % 50 == 49 ? 11 : 1;
    }
    play (&f, &r, edges, 5000);
    for (i = 0; i < 5000; i++) {
      fail_unless_equals_int (next (&r, &s), ADS1299_READ_OK);
      fail_unless_equals_uint64 (s.index, index[i]);
    }
    fail_unless (ABS (ads1299_reader_rate (&r) - 1000 / 1.025) < 1e-3);
    assert_closed (&r);
    g_free (edges);
    g_free (index);
  }
GST_END_TEST;

static Suite *
ads1299_reader_suite (void)
{
  Suite *s = suite_create ("ads1299-reader");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sequence_and_time);
  tcase_add_test (tc, test_glitches_are_no_samples);
  tcase_add_test (tc, test_late_edges_lose_nothing);
  tcase_add_test (tc, test_late_read_is_no_sample);
  tcase_add_test (tc, test_drifting_clock_over_gaps);
  return s;
}

GST_CHECK_MAIN (ads1299_reader);
