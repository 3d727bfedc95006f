/* ads1299src: what the system is asked for the acquisition thread
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-acq-thread.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

static void
add_warning (gchar **warning, gchar *text)
{
  gchar *both = *warning ? g_strjoin (". ", *warning, text, NULL) : NULL;

  if (both != NULL) {
    g_free (*warning);
    g_free (text);
  }
  *warning = both ? both : text;
}

gchar *
ads1299_thread_configure (pthread_t thread, const Ads1299ThreadConfig *c)
{
  gchar *warning = NULL, name[16];
  int r;

  /* the kernel takes 15 bytes */
  g_strlcpy (name, c->name && *c->name ? c->name : "ads1299", sizeof name);
  pthread_setname_np (thread, name);
  if (c->cpu >= 0) {
    cpu_set_t set;

    CPU_ZERO (&set);
    if (c->cpu < CPU_SETSIZE)
      CPU_SET (c->cpu, &set);
    r = pthread_setaffinity_np (thread, sizeof set, &set);
    if (r != 0)
      add_warning (&warning,
          g_strdup_printf (
              "The acquisition thread cannot run on cpu %d: %s. This computer "
              "has %ld, counted from 0; cpu=-1 takes any",
              c->cpu, g_strerror (r), sysconf (_SC_NPROCESSORS_CONF)));
  }
  if (c->rt_priority > 0) {
    struct sched_param p = {.sched_priority = c->rt_priority};

    r = pthread_setschedparam (thread, SCHED_FIFO, &p);
    if (r != 0)
      add_warning (&warning,
          g_strdup_printf (
              "No real-time priority %d for the acquisition thread: %s. Allow "
              "it with LimitRTPRIO= or \"rtprio\" in limits.conf, or set "
              "rt-priority=0",
              c->rt_priority, g_strerror (r)));
  }
  if (c->lock_memory && mlockall (MCL_CURRENT | MCL_FUTURE) < 0)
    add_warning (&warning,
        g_strdup_printf (
            "The memory of the process cannot be locked: %s. Allow it with "
            "LimitMEMLOCK= or \"memlock\" in limits.conf, or set "
            "lock-memory=false",
            g_strerror (errno)));
  return warning;
}
