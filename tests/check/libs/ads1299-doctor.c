/* The doctor, before and after every remedy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Computers made of files in a temporary directory.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <jansson.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chip/ads1299-doctor.h"

static gchar *root;
static Ads1299DoctorFinding findings[ADS1299_DOCTOR_MAX];
static unsigned n_findings;
static Ads1299DoctorUser user;
static Ads1299DoctorConfig config;

static void
setup (void)
{
  root = g_dir_make_tmp ("doctor-XXXXXX", NULL);
  memset (&user, 0, sizeof user);
  user.name = "anna";
  user.uid = 4711;
  memset (&config, 0, sizeof config);
  config.root = root;
  config.directory = root;
  config.min_free = 1;
  config.user = &user;
}

static void
remove_tree (const gchar *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK)
                  ? NULL
                  : g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    gchar *child = g_build_filename (path, name, NULL);

    remove_tree (child);
    g_free (child);
  }
  if (dir)
    g_dir_close (dir);
  g_remove (path);
}

static void
teardown (void)
{
  remove_tree (root);
  g_free (root);
}

/* A file below the root, of @text. */
static gchar *
put (const gchar *path, const gchar *text)
{
  gchar *full = g_build_filename (root, path, NULL);
  gchar *dir = g_path_get_dirname (full);

  fail_unless (g_mkdir_with_parents (dir, 0755) == 0);
  fail_unless (g_file_set_contents (full, text, -1, NULL));
  g_free (dir);
  return full;
}

static void
put_file (const gchar *path, const gchar *text)
{
  g_free (put (path, text));
}

/* A device of group @gid. */
static void
put_device (const gchar *path, mode_t mode, gid_t gid)
{
  gchar *full = put (path, "");

  fail_unless (chmod (full, mode) == 0);
  if (chown (full, 0, gid) != 0 && geteuid () == 0)
    fail ("chown");
  g_free (full);
}

static const Ads1299DoctorFinding *
find (const gchar *id)
{
  unsigned i;

  n_findings = ads1299_doctor_examine (&config, findings);
  for (i = 0; i < n_findings; i++)
    if (strcmp (findings[i].id, id) == 0)
      return &findings[i];
  return NULL;
}

/* @id is in @state, says @words and advises @remedy. */
static void
expect (const gchar *id, Ads1299DoctorState state, const gchar *words,
    const gchar *remedy)
{
  const Ads1299DoctorFinding *f = find (id);

  fail_unless (f != NULL, "no finding %s", id);
  fail_unless (f->state == state, "%s is %s: %s", id,
      ads1299_doctor_state_name (f->state), f->found);
  fail_unless (strstr (f->found, words) != NULL, "\"%s\" is not in: %s", words,
      f->found);
  if (remedy)
    fail_unless (strstr (f->remedy, remedy) != NULL, "\"%s\" is not in: %s",
        remedy, f->remedy);
  else
    fail_unless_equals_string (f->remedy, "");
}

#define GOOD ADS1299_DOCTOR_GOOD
#define WARN ADS1299_DOCTOR_WARN
#define FAIL ADS1299_DOCTOR_FAIL

GST_START_TEST (test_pc_without_hardware)
  {
    expect ("simulator", GOOD, "bus=sim works", NULL);
    expect ("spi", WARN, "no SPI controller", "use bus=sim");
    expect ("gpio", WARN, "no GPIO chip", "use bus=sim");
    fail_unless (find ("spidev") == NULL);
    fail_unless (find ("spi-permission") == NULL);
    fail_unless (find ("gpio-permission") == NULL);
    /* a PC is no broken Pi */
    fail_unless_equals_int (ads1299_doctor_worst (findings, n_findings), WARN);
  }
GST_END_TEST;

GST_START_TEST (test_pi_without_spi)
  {
    put_file ("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0");
    expect ("spi", FAIL, "Raspberry Pi 5", "raspi-config nonint do_spi 0");
    expect ("gpio", FAIL, "no GPIO chip", "CONFIG_GPIO_CDEV");
    fail_unless_equals_int (ads1299_doctor_worst (findings, n_findings), FAIL);
    put_file ("sys/class/spi_master/spi0/x", "");
    put_file ("sys/class/spi_master/spi10/x", "");
    expect ("spi", GOOD, "spi0, spi10", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_other_board_without_spi)
  {
    put_file ("proc/device-tree/model", "BeagleBone Black");
    expect ("spi", FAIL, "BeagleBone Black", "docs/hardware.md");
  }
GST_END_TEST;

GST_START_TEST (test_spidev)
  {
    put_file ("sys/class/spi_master/spi0/x", "");
    expect ("spidev", FAIL, "no /dev/spidev*", "modprobe spidev");
    put_file ("proc/device-tree/model", "Raspberry Pi 4 Model B");
    expect ("spidev", FAIL, "no /dev/spidev*", "dtoverlay=spi0-2cs");
    put_file ("sys/bus/spi/devices/spi0.1/modalias", "spi:ads1299");
    expect ("spidev", FAIL, "no chip select",
        "echo spidev | sudo tee /sys/bus/spi/devices/spi0.1/driver_override && "
        "echo spi0.1 | sudo tee /sys/bus/spi/drivers/spidev/bind");
    put_device ("dev/spidev0.1", 0660, 0);
    put_device ("dev/spidev0.0", 0660, 0);
    expect ("spidev", GOOD, "/dev/spidev0.0, /dev/spidev0.1", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_permissions)
  {
    gid_t other = 1; /* daemon, on every Debian */

    if (geteuid () != 0)
      return;
    put_device ("dev/spidev0.0", 0600, 0);
    expect ("spi-permission", FAIL,
        "anna may not use /dev/spidev0.0 (group root, mode 0600)",
        "udev/rules.d/60-eeg-spi.rules");
    put_device ("dev/spidev0.0", 0660, other);
    expect ("spi-permission", FAIL, "group daemon, mode 0660",
        "sudo usermod -aG daemon anna");
    user.group[user.n_groups++] = other;
    expect ("spi-permission", GOOD, "anna may use /dev/spidev*", NULL);
    user.n_groups = 0;
    put_device ("dev/spidev0.0", 0666, 0);
    expect ("spi-permission", GOOD, "anna may use", NULL);
    put_device ("dev/spidev0.0", 0600, 0);
    user.uid = 0;
    expect ("spi-permission", GOOD, "may use", NULL);
    user.uid = 4711;

    put_device ("dev/gpiochip0", 0600, 0);
    expect ("gpio-permission", FAIL, "/dev/gpiochip0",
        "SUBSYSTEM==\"gpio\", KERNEL==\"gpiochip*\", GROUP=\"gpio\"");
    put_device ("dev/gpiochip0", 0660, other);
    user.group[user.n_groups++] = other;
    expect ("gpio-permission", GOOD, "anna may use /dev/gpiochip*", NULL);
    expect ("gpio", GOOD, "gpiochip0", NULL);
    /* one that may not be used is enough */
    put_device ("dev/gpiochip10", 0600, 0);
    expect ("gpio-permission", FAIL, "/dev/gpiochip10", "gpio");
  }
GST_END_TEST;

GST_START_TEST (test_kernel)
  {
    fail_unless (find ("kernel") == NULL);
    put_file ("proc/sys/kernel/osrelease", "5.9.16-1\n");
    expect ("kernel", FAIL, "Linux 5.9.16", "5.10");
    put_file ("proc/sys/kernel/osrelease", "5.10.0\n");
    expect ("kernel", GOOD, "Linux 5.10.0", NULL);
    put_file ("proc/sys/kernel/osrelease", "4.19.0\n");
    expect ("kernel", FAIL, "Linux 4.19.0", "5.10");
    put_file ("proc/sys/kernel/osrelease", "6.12.25+rpt-rpi-2712\n");
    expect ("kernel", GOOD, "6.12.25", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_limits)
  {
    put_file ("proc/self/status", "CapPrm:\t0\nCapEff:\t0000000000000000\n");
    put_file ("proc/self/limits",
        "Limit                     Soft Limit           Hard Limit   Units\n"
        "Max locked memory         8388608              8388608      bytes\n"
        "Max realtime priority     0                    0\n");
    expect ("rt-priority", WARN, "up to 0",
        "echo 'anna - rtprio 90' | sudo tee -a "
        "/etc/security/limits.d/eeg.conf");
    expect ("memory-lock", WARN, "8192 KiB", "'anna - memlock unlimited'");
    put_file ("proc/self/limits",
        "Max locked memory         unlimited            unlimited    bytes\n"
        "Max realtime priority     90                   90\n");
    expect ("rt-priority", GOOD, "up to 90", NULL);
    expect ("memory-lock", GOOD, "without limit", NULL);
    put_file ("proc/self/limits",
        "Max locked memory         134217728            134217728    bytes\n"
        "Max realtime priority     0                    0\n");
    expect ("memory-lock", GOOD, "131072 KiB", NULL);
    put_file ("proc/self/status", "CapEff:\t0000000000804000\n");
    expect ("rt-priority", GOOD, "CAP_SYS_NICE", NULL);
    expect ("memory-lock", GOOD, "without limit", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_governor)
  {
    expect ("governor", GOOD, "no frequency scaling", NULL);
    put_file ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
        "performance\n");
    put_file (
        "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "ondemand\n");
    expect ("governor", WARN, "cpu1 changes its clock (governor ondemand)",
        "echo performance | sudo tee");
    put_file ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor",
        "performance\n");
    expect ("governor", GOOD, "performance", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_clock_source)
  {
    const gchar *path =
        "sys/devices/system/clocksource/clocksource0/current_clocksource";

    fail_unless (find ("clock-source") == NULL);
    put_file (path, "hpet\n");
    expect ("clock-source", WARN, "hpet", "current_clocksource");
    put_file (path, "arch_sys_counter\n");
    expect ("clock-source", GOOD, "arch_sys_counter", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_preemption)
  {
    fail_unless (find ("preemption") == NULL);
    put_file ("proc/version", "Linux version 6.1.0 (gcc) #1 SMP Debian\n");
    expect ("preemption", WARN, "not preemptible", "linux-image-rt-");
    put_file ("proc/version", "Linux version 6.1.0 #1 SMP PREEMPT_DYNAMIC\n");
    expect ("preemption", GOOD, "preemptible kernel", NULL);
    put_file ("proc/version", "Linux version 6.12 #1 SMP PREEMPT_RT\n");
    expect ("preemption", GOOD, "real-time kernel", NULL);
    put_file ("proc/version", "Linux version 6.1.0 #1 SMP\n");
    put_file ("sys/kernel/realtime", "1\n");
    expect ("preemption", GOOD, "real-time kernel", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_isolation)
  {
    fail_unless (find ("isolated-cpus") == NULL);
    put_file ("sys/devices/system/cpu/present", "0-3\n");
    put_file ("sys/devices/system/cpu/isolated", "\n");
    expect ("isolated-cpus", GOOD, "no processor is kept free", "isolcpus=3");
    put_file ("proc/device-tree/model", "Raspberry Pi 5 Model B");
    expect (
        "isolated-cpus", GOOD, "no processor", "/boot/firmware/cmdline.txt");
    put_file ("sys/devices/system/cpu/isolated", "2-3\n");
    expect ("isolated-cpus", GOOD, "processors 2-3", NULL);
    put_file ("sys/devices/system/cpu/present", "0\n");
    put_file ("sys/devices/system/cpu/isolated", "\n");
    expect ("isolated-cpus", GOOD, "one processor", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_disk)
  {
    gchar *missing = g_build_filename (root, "nowhere", NULL);

    expect ("disk", GOOD, "GiB free", NULL);
    config.min_free = G_MAXUINT64;
    expect ("disk", WARN, "GiB free", "df -h");
    config.directory = missing;
    expect ("disk", FAIL, "nowhere", "mkdir -p");
    g_free (missing);
  }
GST_END_TEST;

GST_START_TEST (test_port)
  {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket (AF_INET, SOCK_STREAM, 0);

    fail_unless (bind (fd, (struct sockaddr *) &at, sizeof at) == 0);
    fail_unless (listen (fd, 1) == 0);
    fail_unless (getsockname (fd, (struct sockaddr *) &at, &len) == 0);
    config.port = ntohs (at.sin_port);
    expect ("port", WARN, "Address already in use", "view.port=0");
    close (fd);
    expect ("port", GOOD, "is free", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_text_and_json)
  {
    gchar *text = NULL;
    size_t size = 0, i;
    json_t *json, *list;
    FILE *out;

    put_file ("proc/device-tree/model", "Raspberry Pi \"\x01\\ 3");
    find ("spi");
    out = open_memstream (&text, &size);
    ads1299_doctor_print_json (out, findings, n_findings);
    fclose (out);
    json = json_loads (text, JSON_REJECT_DUPLICATES, NULL);
    fail_unless (json != NULL, "%s", text);
    fail_unless_equals_string (
        json_string_value (json_object_get (json, "state")), "fail");
    list = json_object_get (json, "findings");
    fail_unless_equals_int ((int) json_array_size (list), (int) n_findings);
    for (i = 0; i < n_findings; i++) {
      json_t *f = json_array_get (list, i);

      fail_unless_equals_string (
          json_string_value (json_object_get (f, "id")), findings[i].id);
      fail_unless_equals_string (
          json_string_value (json_object_get (f, "found")), findings[i].found);
      fail_unless_equals_string (
          json_string_value (json_object_get (f, "remedy")),
          findings[i].remedy);
    }
    json_decref (json);
    free (text);

    out = open_memstream (&text, &size);
    ads1299_doctor_print (out, findings, n_findings);
    fclose (out);
    fail_unless (g_str_has_prefix (text, "ok    simulator"));
    fail_unless (strstr (text, "fail  spi ") != NULL);
    fail_unless (strstr (text, "-> sudo raspi-config") != NULL);
    fail_unless (g_str_has_suffix (text, "look again.\n"));
    free (text);
  }
GST_END_TEST;

static Suite *
ads1299_doctor_suite (void)
{
  Suite *s = suite_create ("ads1299-doctor");
  TCase *tc = tcase_create ("findings");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_pc_without_hardware);
  tcase_add_test (tc, test_pi_without_spi);
  tcase_add_test (tc, test_other_board_without_spi);
  tcase_add_test (tc, test_spidev);
  tcase_add_test (tc, test_permissions);
  tcase_add_test (tc, test_kernel);
  tcase_add_test (tc, test_limits);
  tcase_add_test (tc, test_governor);
  tcase_add_test (tc, test_clock_source);
  tcase_add_test (tc, test_preemption);
  tcase_add_test (tc, test_isolation);
  tcase_add_test (tc, test_disk);
  tcase_add_test (tc, test_port);
  tcase_add_test (tc, test_text_and_json);
  return s;
}

GST_CHECK_MAIN (ads1299_doctor);
