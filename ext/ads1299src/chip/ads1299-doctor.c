/* ADS1299 chip library: is this computer fit for real chips?
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ads1299-doctor.h"

#include "ads1299-bus.h"
#include "ads1299-gpio.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAX_NAMES    64
#define CAP_IPC_LOCK 14
#define CAP_SYS_NICE 23
/* Locked pages of a small pipeline, with room */
#define MIN_MEMLOCK (64u << 20)
/* What is worth having for the acquisition thread; DRDY's interrupt thread
 * has 50. */
#define MIN_RTPRIO 60
#define NEED_MAJOR 5
#define NEED_MINOR 10

typedef struct
{
  const char *root;
  const Ads1299DoctorConfig *config;
  Ads1299DoctorUser user;
  char model[96]; /* of a board with a device tree, else empty */
  bool pi;
} Doctor;

typedef struct
{
  unsigned n;
  char name[MAX_NAMES][64];
} Names;

/* --- looking ---------------------------------------------------------------- */

static void __attribute__ ((format (printf, 2, 3)))
found (Ads1299DoctorFinding *f, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vsnprintf (f->found, sizeof f->found, format, args);
  va_end (args);
}

static bool __attribute__ ((format (printf, 3, 4))) advise (
    Ads1299DoctorFinding *f, Ads1299DoctorState state, const char *format, ...)
{
  va_list args;

  f->state = state;
  va_start (args, format);
  vsnprintf (f->remedy, sizeof f->remedy, format, args);
  va_end (args);
  return true;
}

/* First line of a file below the root, without its end; false: no such file. */
static bool
read_line (const Doctor *d, const char *path, char *line, size_t size)
{
  char full[512];
  FILE *in;
  bool ok;

  snprintf (full, sizeof full, "%s%s", d->root, path);
  in = fopen (full, "re");
  if (!in)
    return false;
  ok = fgets (line, (int) size, in) != NULL;
  fclose (in);
  if (!ok)
    *line = '\0';
  line[strcspn (line, "\n")] = '\0';
  return true;
}

/* What follows @key in a file of "key value" lines. */
static bool
read_field (const Doctor *d, const char *path, const char *key, char *value,
    size_t size)
{
  char full[512], line[512];
  bool ok = false;
  FILE *in;

  snprintf (full, sizeof full, "%s%s", d->root, path);
  in = fopen (full, "re");
  if (!in)
    return false;
  while (!ok && fgets (line, sizeof line, in)) {
    const char *p = line + strlen (key);

    if (strncmp (line, key, strlen (key)) != 0)
      continue;
    p += strspn (p, ": \t");
    snprintf (value, size, "%s", p);
    value[strcspn (value, "\n")] = '\0';
    ok = true;
  }
  fclose (in);
  return ok;
}

static int
by_name (const void *a, const void *b)
{
  return strverscmp (a, b);
}

/* Entries of @directory whose names begin with @prefix and a digit, or any. */
static void
list (const Doctor *d, const char *directory, const char *prefix, Names *names)
{
  char full[512];
  struct dirent *e;
  DIR *dir;

  names->n = 0;
  snprintf (full, sizeof full, "%s%s", d->root, directory);
  dir = opendir (full);
  if (!dir)
    return;
  while ((e = readdir (dir)) && names->n < MAX_NAMES) {
    const char *rest = e->d_name + strlen (prefix);

    if (strncmp (e->d_name, prefix, strlen (prefix)) == 0 && *rest >= '0' &&
        *rest <= '9')
      snprintf (
          names->name[names->n++], sizeof names->name[0], "%.63s", e->d_name);
  }
  closedir (dir);
  qsort (names->name, names->n, sizeof names->name[0], by_name);
}

static void
join (const Names *names, const char *prefix, char *text, size_t size)
{
  size_t used = 0;
  unsigned i;

  *text = '\0';
  for (i = 0; i < names->n && used < size - 1; i++)
    used += (size_t) snprintf (text + used, size - used, "%s%s%s",
        i ? ", " : "", prefix, names->name[i]);
}

static bool
has_capability (const Doctor *d, unsigned bit)
{
  char value[64];

  return read_field (d, "/proc/self/status", "CapEff", value, sizeof value) &&
         (strtoull (value, NULL, 16) >> bit & 1);
}

/* Soft limit of this process; UINT64_MAX: none. */
static uint64_t
limit (const Doctor *d, const char *name)
{
  char value[128];

  if (!read_field (d, "/proc/self/limits", name, value, sizeof value))
    return 0;
  if (strncmp (value, "unlimited", 9) == 0)
    return UINT64_MAX;
  return strtoull (value, NULL, 10);
}

static bool
in_group (const Doctor *d, unsigned gid)
{
  unsigned i;

  for (i = 0; i < d->user.n_groups; i++)
    if (d->user.group[i] == gid)
      return true;
  return false;
}

/* --- the checks: false = nothing to say ------------------------------------- */

static bool
check_simulator (const Doctor *d, Ads1299DoctorFinding *f)
{
  const Ads1299SimConfig config = {.n_chips = 1, .rate = 250, .vref = 4.5};
  int32_t codes[ADS1299_MAX_CHANNELS];
  Ads1299Error error = {0};
  Ads1299Setup setup;
  Ads1299Edge edge;
  uint32_t status;
  Ads1299Bus *bus = ads1299_bus_sim_new (&config, &error);
  bool ok = false;

  ads1299_setup_init (&setup, 1, 250);
  if (bus) {
    ok = ads1299_bring_up (bus, &setup, NULL, &error) &&
         ads1299_start (bus, &error) &&
         bus->ops->wait_drdy (bus, 1000000000u, &edge) == ADS1299_WAIT_EDGE &&
         ads1299_read_frames (bus, codes, &status) == 0;
    bus->ops->close (bus);
  }
  found (f,
      ok ? "the simulated chip answers: bus=sim works on this computer"
         : "the simulated chip does not answer: %s",
      error.text);
  if (!ok)
    advise (f, ADS1299_DOCTOR_FAIL,
        "# this installation is broken: install it again");
  return true;
}

static bool
check_kernel (const Doctor *d, Ads1299DoctorFinding *f)
{
  unsigned major = 0, minor = 0;
  char release[96] = "";

  read_line (d, "/proc/sys/kernel/osrelease", release, sizeof release);
  if (sscanf (release, "%u.%u", &major, &minor) != 2)
    return false;
  found (f, "Linux %s", release);
  if (major < NEED_MAJOR || (major == NEED_MAJOR && minor < NEED_MINOR))
    advise (f, ADS1299_DOCTOR_FAIL,
        "sudo apt full-upgrade   # GPIO events with sequence numbers need "
        "Linux %d.%d or later",
        NEED_MAJOR, NEED_MINOR);
  return true;
}

static bool
check_spi (const Doctor *d, Ads1299DoctorFinding *f)
{
  Names masters;
  char text[160];

  list (d, "/sys/class/spi_master", "spi", &masters);
  join (&masters, "", text, sizeof text);
  if (masters.n > 0) {
    found (f, "SPI controllers: %s", text);
    return true;
  }
  found (f, "no SPI controller%s%s", *d->model ? " is switched on: " : "",
      d->model);
  if (d->pi)
    return advise (f, ADS1299_DOCTOR_FAIL,
        "sudo raspi-config nonint do_spi 0 && sudo reboot");
  if (*d->model)
    return advise (f, ADS1299_DOCTOR_FAIL,
        "# enable the SPI controller in this board's device tree, see "
        "docs/hardware.md");
  return advise (f, ADS1299_DOCTOR_WARN,
      "# use bus=sim here; real chips need a board with SPI, such as a "
      "Raspberry Pi");
}

/* An SPI device that no driver has taken. */
static bool
unbound_device (const Doctor *d, char *name, size_t size)
{
  char path[512];
  struct stat st;
  Names devices;
  unsigned i;

  list (d, "/sys/bus/spi/devices", "spi", &devices);
  for (i = 0; i < devices.n; i++) {
    snprintf (path, sizeof path, "%s/sys/bus/spi/devices/%s/driver", d->root,
        devices.name[i]);
    if (lstat (path, &st) < 0) {
      snprintf (name, size, "%s", devices.name[i]);
      return true;
    }
  }
  return false;
}

static bool
check_spidev (const Doctor *d, Ads1299DoctorFinding *f)
{
  Names masters, nodes;
  char text[200];

  list (d, "/sys/class/spi_master", "spi", &masters);
  list (d, "/dev", "spidev", &nodes);
  if (nodes.n > 0) {
    join (&nodes, "/dev/", text, sizeof text);
    found (f, "SPI devices: %s", text);
    return true;
  }
  if (masters.n == 0)
    return false;
  found (f, "no /dev/spidev*: no chip select belongs to the driver spidev");
  if (unbound_device (d, text, sizeof text))
    return advise (f, ADS1299_DOCTOR_FAIL,
        "echo spidev | sudo tee /sys/bus/spi/devices/%s/driver_override && "
        "echo %s | sudo tee /sys/bus/spi/drivers/spidev/bind",
        text, text);
  if (d->pi)
    return advise (f, ADS1299_DOCTOR_FAIL,
        "echo dtoverlay=spi0-2cs | sudo tee -a /boot/firmware/config.txt && "
        "sudo reboot");
  return advise (f, ADS1299_DOCTOR_FAIL,
      "sudo modprobe spidev   # then see docs/hardware.md for the device tree");
}

/* Whether the user may read and write the devices called @prefix*. */
static bool
check_permission (const Doctor *d, Ads1299DoctorFinding *f, const char *prefix,
    const char *usual)
{
  Names nodes;
  unsigned i, good = 0;
  char path[512];
  struct stat st;

  list (d, "/dev", prefix, &nodes);
  for (i = 0; i < nodes.n; i++) {
    struct group *g;
    unsigned bits;

    snprintf (path, sizeof path, "%s/dev/%s", d->root, nodes.name[i]);
    if (stat (path, &st) < 0)
      continue;
    bits = d->user.uid == 0           ? 6
           : st.st_uid == d->user.uid ? st.st_mode >> 6
           : in_group (d, st.st_gid)  ? st.st_mode >> 3
                                      : st.st_mode;
    /* access lists may say otherwise */
    if ((bits & 6) == 6 ||
        (!*d->root && !d->config->user && access (path, R_OK | W_OK) == 0)) {
      good++;
      continue;
    }
    g = getgrgid (st.st_gid);
    found (f, "%s may not use /dev/%s (group %s, mode %04o)", d->user.name,
        nodes.name[i], g ? g->gr_name : "unknown",
        (unsigned) st.st_mode & 07777);
    if (st.st_gid != 0 && g && (st.st_mode & 060) == 060)
      return advise (f, ADS1299_DOCTOR_FAIL,
          "sudo usermod -aG %s %s   # then log in again", g->gr_name,
          d->user.name);
    return advise (f, ADS1299_DOCTOR_FAIL,
        "sudo groupadd -f %s && sudo usermod -aG %s %s && echo "
        "'SUBSYSTEM==\"%s\", KERNEL==\"%s*\", GROUP=\"%s\", MODE=\"0660\"' | "
        "sudo tee /etc/udev/rules.d/60-eeg-%s.rules && sudo udevadm control "
        "--reload && sudo udevadm trigger   # then log in again",
        usual, usual, d->user.name,
        strcmp (prefix, "spidev") == 0 ? "spidev" : "gpio", prefix, usual,
        usual);
  }
  if (good == 0)
    return false;
  found (
      f, "%s may use %s/dev/%s*", d->user.name, good > 1 ? "all " : "", prefix);
  return true;
}

static bool
check_spi_permission (const Doctor *d, Ads1299DoctorFinding *f)
{
  return check_permission (d, f, "spidev", "spi");
}

static bool
check_gpio_permission (const Doctor *d, Ads1299DoctorFinding *f)
{
  return check_permission (d, f, "gpiochip", "gpio");
}

static bool
check_gpio (const Doctor *d, Ads1299DoctorFinding *f)
{
  Names nodes;
  size_t used;
  unsigned i;

  list (d, "/dev", "gpiochip", &nodes);
  if (nodes.n == 0) {
    found (f, "no GPIO chip (/dev/gpiochip*)");
    if (*d->model)
      return advise (f, ADS1299_DOCTOR_FAIL,
          "# the kernel needs CONFIG_GPIO_CDEV and the board's pin controller");
    return advise (f, ADS1299_DOCTOR_WARN,
        "# use bus=sim here; real chips need a board with GPIO, such as a "
        "Raspberry Pi");
  }
  found (f, "GPIO chips:");
  for (i = 0; i < nodes.n; i++) {
    char path[512], name[32], label[32];
    unsigned lines, taken;

    used = strlen (f->found);
    snprintf (path, sizeof path, "%s/dev/%s", d->root, nodes.name[i]);
    if (ads1299_gpio_identify (path, name, label, &lines, &taken) == 0)
      snprintf (f->found + used, sizeof f->found - used,
          "%s %s [%s] %u lines, %u in use", i ? "," : "", nodes.name[i], label,
          lines, taken);
    else
      snprintf (f->found + used, sizeof f->found - used, "%s %s", i ? "," : "",
          nodes.name[i]);
  }
  return true;
}

static bool
check_rtprio (const Doctor *d, Ads1299DoctorFinding *f)
{
  uint64_t max = limit (d, "Max realtime priority");

  if (has_capability (d, CAP_SYS_NICE)) {
    found (f, "real-time priority is allowed (CAP_SYS_NICE)");
    return true;
  }
  found (f, "real-time priority up to %llu", (unsigned long long) max);
  if (max < MIN_RTPRIO)
    advise (f, ADS1299_DOCTOR_WARN,
        "echo '%s - rtprio 90' | sudo tee -a /etc/security/limits.d/eeg.conf   "
        "# then log in again; for a service: LimitRTPRIO=90",
        d->user.name);
  return true;
}

static bool
check_memlock (const Doctor *d, Ads1299DoctorFinding *f)
{
  uint64_t max = limit (d, "Max locked memory");

  if (has_capability (d, CAP_IPC_LOCK) || max == UINT64_MAX) {
    found (f, "memory may be locked without limit");
    return true;
  }
  found (f, "up to %llu KiB of memory may be locked",
      (unsigned long long) max / 1024);
  if (max < MIN_MEMLOCK)
    advise (f, ADS1299_DOCTOR_WARN,
        "echo '%s - memlock unlimited' | sudo tee -a "
        "/etc/security/limits.d/eeg.conf   # then log in again; for a service: "
        "LimitMEMLOCK=infinity",
        d->user.name);
  return true;
}

static bool
check_governor (const Doctor *d, Ads1299DoctorFinding *f)
{
  char path[128], governor[64];
  unsigned i, scaled = 0;
  Names cpus;

  list (d, "/sys/devices/system/cpu", "cpu", &cpus);
  for (i = 0; i < cpus.n; i++) {
    snprintf (path, sizeof path,
        "/sys/devices/system/cpu/%s/cpufreq/scaling_governor", cpus.name[i]);
    if (!read_line (d, path, governor, sizeof governor))
      continue;
    scaled++;
    if (strcmp (governor, "performance") != 0) {
      found (f, "%s changes its clock (governor %s), which delays wake-ups",
          cpus.name[i], governor);
      return advise (f, ADS1299_DOCTOR_WARN,
          "echo performance | sudo tee "
          "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
    }
  }
  found (f, scaled ? "all processors run with governor performance"
                   : "no frequency scaling");
  return true;
}

static bool
check_clock (const Doctor *d, Ads1299DoctorFinding *f)
{
  static const char *const slow[] = {
      "hpet", "acpi_pm", "jiffies", "refined-jiffies"};
  char source[64];
  unsigned i;

  if (!read_line (d,
          "/sys/devices/system/clocksource/clocksource0/current_clocksource",
          source, sizeof source))
    return false;
  found (f, "clock source %s", source);
  for (i = 0; i < sizeof slow / sizeof slow[0]; i++)
    if (strcmp (source, slow[i]) == 0)
      return advise (f, ADS1299_DOCTOR_WARN,
          "echo tsc | sudo tee "
          "/sys/devices/system/clocksource/clocksource0/current_clocksource   "
          "# reading %s takes microseconds",
          source);
  return true;
}

static bool
check_preemption (const Doctor *d, Ads1299DoctorFinding *f)
{
  char version[256] = "", rt[8] = "";

  if (!read_line (d, "/proc/version", version, sizeof version))
    return false;
  read_line (d, "/sys/kernel/realtime", rt, sizeof rt);
  if (*rt == '1' || strstr (version, "PREEMPT_RT")) {
    found (f, "real-time kernel (PREEMPT_RT)");
    return true;
  }
  if (strstr (version, "PREEMPT")) {
    found (f, "preemptible kernel; good for 2000 samples/s, a real-time kernel "
              "for more");
    return true;
  }
  found (f, "the kernel is not preemptible: wake-ups may take milliseconds");
#if defined(__aarch64__)
#define ARCH "arm64"
#elif defined(__arm__)
#define ARCH "armmp"
#else
#define ARCH "amd64"
#endif
  return advise (f, ADS1299_DOCTOR_WARN,
      "sudo apt install linux-image-rt-" ARCH " && sudo reboot");
}

static bool
check_isolation (const Doctor *d, Ads1299DoctorFinding *f)
{
  char isolated[64] = "", present[64] = "";
  const char *last;

  if (!read_line (
          d, "/sys/devices/system/cpu/present", present, sizeof present))
    return false;
  read_line (d, "/sys/devices/system/cpu/isolated", isolated, sizeof isolated);
  if (*isolated) {
    found (f, "processors %s are kept free: use one with the property cpu",
        isolated);
    return true;
  }
  /* "0-3": the last one */
  last = strrchr (present, '-');
  if (!last) {
    found (f, "one processor: acquisition shares it with everything");
    return true;
  }
  last++;
  found (f, "no processor is kept free; needed above 2000 samples/s only");
  return advise (f, ADS1299_DOCTOR_GOOD,
      d->pi ? "sudo sed -i 's/$/ isolcpus=%s/' /boot/firmware/cmdline.txt && "
              "sudo reboot   # then cpu=%s"
            : "# add isolcpus=%s to the kernel command line, then use cpu=%s",
      last, last);
}

static bool
check_disk (const Doctor *d, Ads1299DoctorFinding *f)
{
  const char *dir = d->config->directory ? d->config->directory : ".";
  uint64_t want = d->config->min_free ? d->config->min_free : 1u << 30;
  struct statvfs st;
  uint64_t free_bytes;

  if (statvfs (dir, &st) < 0) {
    found (f, "recordings cannot go to %s: %s", dir, strerror (errno));
    return advise (f, ADS1299_DOCTOR_FAIL, "mkdir -p %s", dir);
  }
  if (access (dir, W_OK) < 0) {
    found (f, "%s may not write to %s", d->user.name, dir);
    return advise (
        f, ADS1299_DOCTOR_FAIL, "cd   # to a directory that is yours");
  }
  free_bytes = (uint64_t) st.f_bavail * st.f_frsize;
  /* 8 channels, 250 samples a second, about 100 bytes a row */
  found (f,
      "%.1f GiB free for recordings, about %.0f hours of 8 channels at "
      "250 samples/s",
      (double) free_bytes / (1u << 30),
      (double) free_bytes / (100.0 * 250 * 3600));
  if (free_bytes < want)
    advise (f, ADS1299_DOCTOR_WARN,
        "df -h %s   # free some space or record elsewhere", dir);
  return true;
}

static bool
check_port (const Doctor *d, Ads1299DoctorFinding *f)
{
  unsigned port = d->config->port ? d->config->port : 9000;
  struct sockaddr_in at = {.sin_family = AF_INET,
      .sin_port = htons ((uint16_t) port),
      .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, r, err;

  if (fd < 0)
    return false;
  /* connections that have just ended do not count */
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  r = bind (fd, (struct sockaddr *) &at, sizeof at);
  err = errno;
  close (fd);
  if (r == 0) {
    found (f, "port %u is free for the viewer", port);
    return true;
  }
  found (f, "port %u of the viewer: %s", port, strerror (err));
  return advise (f, ADS1299_DOCTOR_WARN,
      "ss -ltnp 'sport = :%u'   # shows who has it; or --set view.port=0",
      port);
}

static const struct
{
  const char *id;
  bool (*check) (const Doctor *d, Ads1299DoctorFinding *f);
} checks[] = {
    {"simulator", check_simulator},
    {"kernel", check_kernel},
    {"spi", check_spi},
    {"spidev", check_spidev},
    {"spi-permission", check_spi_permission},
    {"gpio", check_gpio},
    {"gpio-permission", check_gpio_permission},
    {"rt-priority", check_rtprio},
    {"memory-lock", check_memlock},
    {"governor", check_governor},
    {"clock-source", check_clock},
    {"preemption", check_preemption},
    {"isolated-cpus", check_isolation},
    {"disk", check_disk},
    {"port", check_port},
};

_Static_assert(sizeof checks / sizeof checks[0] <= ADS1299_DOCTOR_MAX,
    "room for all findings");

/* --- the report ------------------------------------------------------------- */

static void
find_user (Doctor *d)
{
  static char name[64];
  gid_t groups[64];
  struct passwd *p;
  int n, i;

  if (d->config->user) {
    d->user = *d->config->user;
    return;
  }
  d->user.uid = getuid ();
  p = getpwuid (getuid ());
  snprintf (name, sizeof name, "%s", p ? p->pw_name : "this user");
  d->user.name = name;
  d->user.group[d->user.n_groups++] = getegid ();
  n = getgroups (63, groups);
  for (i = 0; i < n; i++)
    d->user.group[d->user.n_groups++] = groups[i];
}

unsigned
ads1299_doctor_examine (
    const Ads1299DoctorConfig *config, Ads1299DoctorFinding *findings)
{
  Doctor d = {.root = config->root ? config->root : "", .config = config};
  unsigned i, n = 0;

  find_user (&d);
  read_line (&d, "/proc/device-tree/model", d.model, sizeof d.model);
  d.pi = strncmp (d.model, "Raspberry Pi", 12) == 0;
  for (i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    Ads1299DoctorFinding *f = &findings[n];

    memset (f, 0, sizeof *f);
    f->id = checks[i].id;
    if (checks[i].check (&d, f))
      n++;
  }
  return n;
}

const char *
ads1299_doctor_state_name (Ads1299DoctorState state)
{
  static const char *const names[] = {"ok", "warn", "fail"};

  return names[state];
}

Ads1299DoctorState
ads1299_doctor_worst (const Ads1299DoctorFinding *f, unsigned n)
{
  Ads1299DoctorState worst = ADS1299_DOCTOR_GOOD;
  unsigned i;

  for (i = 0; i < n; i++)
    if (f[i].state > worst)
      worst = f[i].state;
  return worst;
}

void
ads1299_doctor_print (FILE *out, const Ads1299DoctorFinding *f, unsigned n)
{
  static const char *const verdicts[] = {
      "Everything is as it should be.",
      "It works; the warnings say what would make it more certain.",
      "Mend what failed, then look again.",
  };
  unsigned i;

  for (i = 0; i < n; i++) {
    fprintf (out, "%-5s %-16s %s\n", ads1299_doctor_state_name (f[i].state),
        f[i].id, f[i].found);
    if (*f[i].remedy)
      fprintf (out, "%22s -> %s\n", "", f[i].remedy);
  }
  fprintf (out, "%s\n", verdicts[ads1299_doctor_worst (f, n)]);
}

static void
print_string (FILE *out, const char *text)
{
  const unsigned char *p;

  fputc ('"', out);
  for (p = (const unsigned char *) text; *p; p++)
    if (*p == '"' || *p == '\\')
      fprintf (out, "\\%c", *p);
    else if (*p < 0x20)
      fprintf (out, "\\u%04x", *p);
    else
      fputc (*p, out);
  fputc ('"', out);
}

void
ads1299_doctor_print_json (FILE *out, const Ads1299DoctorFinding *f, unsigned n)
{
  unsigned i;

  fprintf (out,
      "{\"schema\": \"eeg-doctor/1.0\", \"state\": \"%s\", "
      "\"findings\": [",
      ads1299_doctor_state_name (ads1299_doctor_worst (f, n)));
  for (i = 0; i < n; i++) {
    fprintf (out,
        "%s\n  {\"id\": \"%s\", \"state\": \"%s\", \"found\": ", i ? "," : "",
        f[i].id, ads1299_doctor_state_name (f[i].state));
    print_string (out, f[i].found);
    fputs (", \"remedy\": ", out);
    print_string (out, f[i].remedy);
    fputc ('}', out);
  }
  fputs ("\n]}\n", out);
}
