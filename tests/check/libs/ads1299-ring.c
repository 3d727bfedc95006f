/* The ring between acquisition and stream: two threads that never wait, a third
 * one that looks on
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdatomic.h>

#include <gst/check/gstcheck.h>
#include "ads1299-ring.h"

#define SAMPLES  200000u
#define CHANNELS 3
#define FRAMES   64
#define SPARE    16

typedef struct
{
  Ads1299Ring *ring;
  atomic_bool ended;
  atomic_uint wrong;
  guint64 refused; /* producer's, until it ended */
} Rig;

static gint32
code_of (guint64 index, guint channel)
{
  return (gint32) (index * 2654435761u + channel);
}

/* Faster than the consumer: the ring is full most of the time. */
static gpointer
produce (gpointer data)
{
  Rig *rig = data;

  for (guint64 n = 0; n < SAMPLES; n++) {
    gint32 *codes;
    Ads1299Slot *slot = ads1299_ring_reserve (rig->ring, &codes);

    if (slot == NULL) {
      rig->refused++;
      continue;
    }
    slot->index = n;
    for (guint c = 0; c < CHANNELS; c++)
      codes[c] = code_of (n, c);
    ads1299_ring_push (rig->ring);
    if (n % 512 == 0)
      g_thread_yield ();
  }
  atomic_store (&rig->ended, true);
  return NULL;
}

/* No figure is ever out of range, whenever it is read. */
static gpointer
look (gpointer data)
{
  Rig *rig = data;

  while (!atomic_load (&rig->ended))
    if (ads1299_ring_dropped (rig->ring) > SAMPLES ||
        ads1299_ring_fill (rig->ring) > 2 * (FRAMES + 2 * SPARE))
      atomic_fetch_add (&rig->wrong, 1);
  return NULL;
}

/* Every sample is read once and whole, in order, or counted as lost. */
GST_START_TEST (test_every_sample_is_read_or_counted)
  {
    Rig rig = {ads1299_ring_new (FRAMES, SPARE, CHANNELS)};
    GThread *producer = g_thread_new ("produce", produce, &rig);
    GThread *looker = g_thread_new ("look", look, &rig);
    guint64 read = 0, next = 0;
    guint32 dice = 1;
    gboolean last;

    do {
      guint n, use;

      last = atomic_load (&rig.ended);
      n = ads1299_ring_claim (rig.ring, SPARE);
      fail_unless (n <= SPARE);
      dice = dice * 1664525u + 1013904223u;
      use = n ? (dice >> 16) % (n + 1) : 0;
      if (last)
        use = n;
      for (guint i = 0; i < use; i++) {
        const Ads1299Slot *slot = ads1299_ring_slot (rig.ring, i);
        const gint32 *codes = ads1299_ring_codes (rig.ring, i);

        fail_unless (slot->index >= next);
        next = slot->index + 1;
        for (guint c = 0; c < CHANNELS; c++)
          fail_unless_equals_int (codes[c], code_of (slot->index, c));
      }
      ads1299_ring_release (rig.ring, use);
      read += use;
      if (dice >> 30 == 0)
        g_thread_yield ();
      last = last && n == 0;
    } while (!last);
    g_thread_join (producer);
    g_thread_join (looker);
    fail_unless_equals_int (rig.wrong, 0);
    fail_unless_equals_uint64 (
        read + ads1299_ring_dropped (rig.ring) + rig.refused, SAMPLES);
    fail_unless_equals_uint64 (
        ads1299_ring_pushed (rig.ring) + rig.refused, SAMPLES);
    ads1299_ring_free (rig.ring);
  }
GST_END_TEST;

static Suite *
ring_suite (void)
{
  Suite *s = suite_create ("ads1299-ring");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_every_sample_is_read_or_counted, 0, 3);
  return s;
}

GST_CHECK_MAIN (ring);
