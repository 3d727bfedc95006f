/* What acquisition costs beyond the wake-up: 32 channels, 16-frame buffers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bus that answers at once takes the place of chips, so that what is timed
 * is the project's own work: counting edges, the clock, decoding, the ring,
 * buffers with times and ledger. Run by hand; prints and never fails.
 */
#include <gst/gst.h>
#include <string.h>
#include <time.h>

#include "ads1299-acq.h"
#include "chip/ads1299-frame.h"

#define CHIPS   4
#define RATE    4000
#define FRAMES  16
#define BUFFERS 4000
#define ROUNDS  9

typedef struct
{
  Ads1299Bus bus;
  guint64 k;
  guint8 frame[1 + ADS1299_FRAME_BYTES];
  guint8 regs[CHIPS][2 + ADS1299_N_REGS]; /* as an RREG answers */
} FakeBus;

static int
fake_xfer (Ads1299Bus *bus, unsigned chip, const Ads1299Xfer *x)
{
  FakeBus *b = (FakeBus *) bus;

  if (x->rx && x->tx[0] == ADS1299_CMD_RREG)
    memcpy (x->rx, b->regs[chip], MIN (x->len, sizeof b->regs[chip]));
  else if (x->rx)
    memcpy (x->rx, b->frame, MIN (x->len, sizeof b->frame));
  return 0;
}

static Ads1299Wait
fake_wait (Ads1299Bus *bus, uint64_t timeout, Ads1299Edge *e)
{
  FakeBus *b = (FakeBus *) bus;

  e->time_ns = 1000000000 + b->k * (1000000000 / RATE);
  e->seq = (uint32_t) ++b->k;
  return ADS1299_WAIT_EDGE;
}

static int
fake_level (Ads1299Bus *bus)
{
  return 0;
}

static int
fake_line (Ads1299Bus *bus, Ads1299Line line, bool high)
{
  return 0;
}

static bool
fake_sleep (Ads1299Bus *bus, uint64_t ns)
{
  return true;
}

static uint64_t
fake_now (Ads1299Bus *bus)
{
  return 0;
}

static void
fake_cancel (Ads1299Bus *bus, bool on)
{
}

static const Ads1299BusOps fake_ops = {.xfer = fake_xfer,
    .wait_drdy = fake_wait,
    .drdy_level = fake_level,
    .set_line = fake_line,
    .sleep = fake_sleep,
    .now = fake_now,
    .cancel = fake_cancel};

static gdouble
cpu_us (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ts);
  return (gdouble) ts.tv_sec * 1e6 + (gdouble) ts.tv_nsec * 1e-3;
}

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble *v, guint n)
{
  qsort (v, n, sizeof *v, compare);
  return v[n / 2];
}

/* us a buffer: producer and hand-over. */
static gdouble
time_acquisition (Ads1299Acq *acq, gint32 *out)
{
  Ads1299Ring *ring = ads1299_acq_ring (acq);
  gdouble t = cpu_us ();
  guint i, k, n;

  for (i = 0; i < BUFFERS; i++) {
    ads1299_acq_fill (acq, FRAMES);
    n = ads1299_acq_claim (acq, FRAMES);
    for (k = 0; k < n; k++)
      memcpy (out + k * CHIPS * 8, ads1299_ring_codes (ring, k), CHIPS * 32);
    ads1299_ring_release (ring, n);
  }
  return (cpu_us () - t) / BUFFERS;
}

/* The anchor: the same transfers, decoded, and nothing else. */
static gdouble
time_anchor (FakeBus *b, gint32 *out)
{
  uint32_t status[ADS1299_BUS_MAX_CHIPS];
  gdouble t = cpu_us ();
  guint i, k;

  for (i = 0; i < BUFFERS; i++)
    for (k = 0; k < FRAMES; k++)
      ads1299_read_frames (&b->bus, out + k * CHIPS * 8, status);
  return (cpu_us () - t) / BUFFERS;
}

/* us a buffer of the whole element in virtual time, signal included. */
static gdouble
time_element (const gchar *launch)
{
  GstElement *pipe = gst_parse_launch (launch, NULL);
  GstBus *bus;
  gint64 t;

  if (pipe == NULL)
    return 0;
  bus = gst_element_get_bus (pipe);
  gst_element_set_state (pipe, GST_STATE_PAUSED);
  gst_element_get_state (pipe, NULL, NULL, GST_CLOCK_TIME_NONE);
  t = g_get_monotonic_time ();
  gst_element_set_state (pipe, GST_STATE_PLAYING);
  gst_message_unref (gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      (GstMessageType) (GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  t = g_get_monotonic_time () - t;
  gst_element_set_state (pipe, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipe);
  return (gdouble) t / BUFFERS;
}

int
main (int argc, char **argv)
{
  static gint32 out[FRAMES * CHIPS * 8];
  gdouble acq_us[ROUNDS], anchor_us[ROUNDS], stop_ms[ROUNDS];
  Ads1299AcqConfig config = {0};
  guint8 id[ADS1299_MAX_CHIPS] = {0};
  Ads1299Setup setup;
  FakeBus b = {0};
  Ads1299Acq *acq;
  guint i;

  gst_init (&argc, &argv);
  ads1299_setup_init (&setup, CHIPS, RATE);
  ads1299_bus_init (&b.bus, &fake_ops, CHIPS);
  b.frame[1] = 0xc0;
  for (i = 4; i < sizeof b.frame; i++)
    b.frame[i] = (guint8) (i * 37);
  for (i = 0; i < CHIPS; i++) {
    ads1299_setup_registers (&setup, i, b.regs[i] + 2);
    b.regs[i][2] = id[i] = 0x3e;
  }
  config.bus = &b.bus;
  config.setup = &setup;
  config.id = id;
  config.ring_frames = 2 * FRAMES;
  config.claim_frames = FRAMES;
  acq = ads1299_acq_new (&config);
  for (i = 0; i < ROUNDS; i++) {
    anchor_us[i] = time_anchor (&b, out);
    acq_us[i] = time_acquisition (acq, out);
  }
  if (ads1299_acq_fill (acq, 1) != ADS1299_ACQ_OK)
    g_print ("  acquisition failed: %s\n", ads1299_acq_failure (acq));
  g_print ("%d channels, %d frames a buffer, medians of %d rounds\n", CHIPS * 8,
      FRAMES, ROUNDS);
  g_print ("  read and decode alone        %7.2f us a buffer\n",
      median (anchor_us, ROUNDS));
  g_print ("  acquisition and hand-over    %7.2f us a buffer\n",
      median (acq_us, ROUNDS));
  ads1299_acq_free (acq);
  for (i = 0; i < ROUNDS; i++)
    acq_us[i] = time_element (
        "ads1299src chips=4 rate=4000 is-live=false sim-signal=counter "
        "num-buffers=4000 ! fakesink");
  g_print ("  element with simulated chips %7.2f us a buffer\n",
      median (acq_us, ROUNDS));
  for (i = 0; i < ROUNDS; i++) {
    GstElement *pipe =
        gst_parse_launch ("ads1299src chips=4 rate=4000 ! fakesink", NULL);
    gint64 t;

    if (pipe == NULL)
      return 0;
    gst_element_set_state (pipe, GST_STATE_PLAYING);
    g_usleep (100000);
    t = g_get_monotonic_time ();
    gst_element_set_state (pipe, GST_STATE_NULL);
    stop_ms[i] = (gdouble) (g_get_monotonic_time () - t) * 1e-3;
    gst_object_unref (pipe);
  }
  g_print (
      "  PLAYING to NULL              %7.2f ms\n", median (stop_ms, ROUNDS));
  return 0;
}
