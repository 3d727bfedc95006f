/* ADS1299 chip library: a thousand random fault scripts
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-random.h"

#ifndef RUNS
#define RUNS 1000
#endif
#define CHUNKS 10

GST_START_TEST (test_random_scripts)
  {
    guint i;

    for (i = 0; i < RUNS / CHUNKS; i++) {
      gchar *text = NULL;

      random_run ((guint32) (__i__ * (RUNS / CHUNKS) + (gint) i), &text);
      g_free (text);
    }
  }
GST_END_TEST;

static Suite *
ads1299_property_suite (void)
{
  Suite *s = suite_create ("ads1299-property");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_random_scripts, 0, CHUNKS);
  return s;
}

GST_CHECK_MAIN (ads1299_property);
