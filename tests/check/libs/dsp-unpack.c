/* Unit tests: packed 24-bit samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <sys/mman.h>
#include <unistd.h>

#include <gst/check/gstcheck.h>
#include <gst/eeg/dsp/eegdsp-unpack.h>

#define FILLER 0x55aa55aa

/* What the data sheet says, a bit at a time: two's complement, MSB first. */
static gint32
reference (const guint8 *p)
{
  gint32 v = -(p[0] >> 7) * 0x800000;

  for (int bit = 1; bit < 24; bit++)
    v += (p[bit / 8] >> (7 - bit % 8) & 1) << (23 - bit);
  return v;
}

/* Bytes that end where the next page cannot be read. */
typedef struct
{
  guint8 *map, *end;
  gsize size;
} Fence;

static void
fence_open (Fence *f, gsize at_least)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  f->size = (at_least + page - 1) / page * page;
  f->map = mmap (NULL, f->size + page, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_if (f->map == MAP_FAILED);
  fail_unless (mprotect (f->map + f->size, page, PROT_NONE) == 0);
  f->end = f->map + f->size;
  f->size += page;
}

static void
check (int isa, gsize n, gsize bytes, gsize channels, gsize stride)
{
  gsize used = n ? (n - 1) * bytes + 3 * channels : 0;
  gsize room = n ? (n - 1) * stride + channels : 0;
  gint32 *out;
  Fence in, to;
  guint8 *p;

  fence_open (&in, used + 1);
  fence_open (&to, (room + 1) * sizeof *out);
  p = in.end - used;
  out = (gint32 *) (void *) (to.end - room * sizeof *out);
  for (gsize i = 0; i < used; i++)
    p[i] = (guint8) g_random_int ();
  for (gsize i = 0; i < room; i++)
    out[i] = FILLER;
  out[-1] = FILLER;
  eeg_dsp_unpack24 (isa, p, n, bytes, channels, out, stride);
  for (gsize r = 0; r < n; r++)
    for (gsize c = 0; c < (r + 1 < n ? stride : channels); c++) {
      gint32 want = c < channels ? reference (p + r * bytes + 3 * c) : FILLER;

      fail_unless (out[r * stride + c] == want,
          "%s, %u channels, record %u, channel %u: %d, expected %d",
          eeg_dsp_isa_name (isa), (guint) channels, (guint) r, (guint) c,
          out[r * stride + c], want);
    }
  fail_unless_equals_int (out[-1], FILLER);
  munmap (in.map, in.size);
  munmap (to.map, to.size);
}

/* Every number of channels, nothing touched outside. */
GST_START_TEST (test_any_shape)
  {
    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++)
      for (gsize channels = 1; channels <= 40; channels++) {
        check (isa, 1, 3 * channels, channels, channels);
        check (isa, 7, 3 * channels, channels, channels);
        check (isa, 5, 3 * channels + 3, channels, channels);
        check (isa, 3, 3 * channels + 7, channels, channels + 5);
      }
  }
GST_END_TEST;

/* Frames of chips in a daisy chain. */
GST_START_TEST (test_frames_of_chips)
  {
    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      check (isa, 400, 27, 8, 8);
      check (isa, 100, 3 + 3 * 6, 6, 6);
      check (isa, 100, 3 + 3 * 4, 4, 4);
      check (isa, 64, 4 * 27, 8, 32);
      check (isa, 1, 27, 8, 8);
      check (isa, 0, 27, 8, 8);
    }
  }
GST_END_TEST;

/* All codes, so both rails and both signs at every place of a vector. */
GST_START_TEST (test_every_code)
  {
    enum
    {
      N = 1 << 16
    };
    guint8 *p = g_malloc (3 * N);
    gint32 *out = g_new (gint32, N);

    for (int isa = 0; isa < EEG_DSP_N_ISAS; isa++) {
      if (!eeg_dsp_isa_supported (isa))
        continue;
      for (guint high = 0; high < 256; high++) {
        for (guint i = 0; i < N; i++) {
          p[3 * i] = (guint8) high;
          p[3 * i + 1] = (guint8) (i >> 8);
          p[3 * i + 2] = (guint8) i;
        }
        eeg_dsp_unpack24 (isa, p, N, 3, 1, out, 1);
        for (gint i = 0; i < N; i++)
          if (out[i] != (gint) high * N + i - (high >= 128 ? 1 << 24 : 0))
            fail ("%s: code %02x%04x became %d", eeg_dsp_isa_name (isa), high,
                (guint) i, out[i]);
      }
    }
    g_free (p);
    g_free (out);
  }
GST_END_TEST;

static Suite *
dsp_unpack_suite (void)
{
  Suite *s = suite_create ("dsp-unpack");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_any_shape);
  tcase_add_test (tc, test_frames_of_chips);
  tcase_add_test (tc, test_every_code);
  return s;
}

GST_CHECK_MAIN (dsp_unpack);
