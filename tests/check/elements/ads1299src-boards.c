/* ads1299src: what board presets write to the chips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <string.h>

/* Bytes of the registers that the wiring of a board decides, from the papers
 * and the software of its maker: reference on SRB1 (MISC1 = 20h, TI SBAS499C
 * 10.2.2) or on SRB2 (bit 3 of CHnSET, OpenBCI), gain, internal reference and
 * bias drive (CONFIG3 = ECh), channels that drive the bias. */
typedef struct
{
  const gchar *board;
  guint chip;
  const gchar *config3, *chset, *sensp, *sensn, *misc1;
} Board;

static const Board boards[] = {
    {"ads1299eeg-fe", 0, "0xec", "0x60", "0xff", "0x00", "0x20"},
    {"openbci", 0, "0xec", "0x68", "0xff", "0xff", "0x00"},
    {"pieeg", 0, "0xec", "0x30", "0xff", "0x00", "0x20"},
    {"elata-2", 0, "0xec", "0x60", "0xff", "0x00", "0x20"},
    {"elata-2", 1, "0xe0", "0x60", "0x00", "0x00", "0x20"},
    {"elata-4", 0, "0xec", "0x60", "0xff", "0x00", "0x20"},
    {"elata-4", 3, "0xe0", "0x60", "0x00", "0x00", "0x20"},
};

/* The part of the certificate @json that is about the registers of @chip. */
static const gchar *
registers_of (const gchar *json, guint chip)
{
  for (;; chip--) {
    json = strstr (json, "\"registers\"");
    fail_unless (json != NULL);
    json++;
    if (chip == 0)
      return json;
  }
}

static void
assert_register (const gchar *board, const gchar *registers, const gchar *name,
    const gchar *value)
{
  const gchar *at = strstr (registers, name), *equals;

  fail_unless (at != NULL, "%s: no %s", board, name);
  equals = strstr (at, "= ");
  fail_unless (equals != NULL && g_str_has_prefix (equals + 2, value),
      "%s: %.40s, not %s", board, at, value);
}

GST_START_TEST (test_registers_of_boards)
  {
    const Board *b = &boards[__i__];
    GstElement *src = gst_element_factory_make ("ads1299src", NULL);
    GstStructure *result = NULL;
    const gchar *json, *registers;
    gchar *name;
    guint c;

    g_object_set (src, "is-live", FALSE, "board", b->board, NULL);
    g_signal_emit_by_name (src, "self-test", 1.1, &result);
    fail_unless (result != NULL);
    json = gst_structure_get_string (result, "json");
    registers = registers_of (json, b->chip);
    assert_register (b->board, registers, "CONFIG3", b->config3);
    for (c = 1; c <= 8; c++) {
      name = g_strdup_printf ("CH%uSET", c);
      assert_register (b->board, registers, name, b->chset);
      g_free (name);
    }
    assert_register (b->board, registers, "BIAS_SENSP", b->sensp);
    assert_register (b->board, registers, "BIAS_SENSN", b->sensn);
    assert_register (b->board, registers, "MISC1", b->misc1);
    gst_structure_free (result);
    gst_object_unref (src);
  }
GST_END_TEST;

/* Not the chips of no board in its place. */
GST_START_TEST (test_self_test_of_unknown_board_fails)
  {
    GstElement *src = gst_element_factory_make ("ads1299src", NULL);
    GstBus *bus = gst_bus_new ();
    GstStructure *result = NULL;
    GError *error = NULL;
    GstMessage *m;

    gst_element_set_bus (src, bus);
    g_object_set (src, "is-live", FALSE, "board", "opnbci", NULL);
    g_signal_emit_by_name (src, "self-test", 1.1, &result);
    fail_unless (result == NULL);
    m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (m != NULL);
    gst_message_parse_error (m, &error, NULL);
    fail_unless (
        strstr (error->message, "opnbci") != NULL, "%s", error->message);
    g_error_free (error);
    gst_message_unref (m);
    gst_element_set_bus (src, NULL);
    gst_object_unref (bus);
    gst_object_unref (src);
  }
GST_END_TEST;

static Suite *
ads1299src_boards_suite (void)
{
  Suite *s = suite_create ("ads1299src-boards");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, test_registers_of_boards, 0, (gint) G_N_ELEMENTS (boards));
  tcase_add_test (tc, test_self_test_of_unknown_board_fails);
  return s;
}

GST_CHECK_MAIN (ads1299src_boards);
