/* Caps of EEG streams
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/check/gstcheck.h>
#include <gst/eeg/gsteeginfo.h>
#include <math.h>
#include <string.h>

static GstEegInfo *
parse (const gchar *text, GError **error)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstEegInfo *info = gst_eeg_info_new ();

  fail_unless (caps != NULL, "not caps: %s", text);
  if (!gst_eeg_info_from_caps (info, caps, error))
    g_clear_pointer (&info, gst_eeg_info_free);
  gst_caps_unref (caps);
  return info;
}

/* Refused, with every word in the message. */
static void
refused (const gchar *text, gint code, ...)
{
  GError *error = NULL;
  GstEegInfo *info = parse (text, &error);
  const gchar *word;
  va_list args;

  fail_unless (info == NULL, "accepted: %s", text);
  fail_unless (error != NULL);
  fail_unless (g_error_matches (error, GST_EEG_ERROR, code),
      "%s: code %d, expected %d: %s", text, error->code, code, error->message);
  va_start (args, code);
  while ((word = va_arg (args, const gchar *)))
    fail_unless (strstr (error->message, word) != NULL, "'%s' not in: %s", word,
        error->message);
  va_end (args);
  g_error_free (error);
}

GST_START_TEST (test_counts_round_trip)
  {
    GError *error = NULL;
    GstEegInfo *a = parse (
        "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=2,"
        "channel-mask=(bitmask)0x0,eeg-unit=adc,"
        "eeg-full-scale=(double)<0.1875,0.375>,eeg-gain=(double)<24,12>,"
        "eeg-labels=(string)<Fp1,Fp2>,eeg-types=(string)<eeg,eog>,"
        "eeg-reference=SRB1,eeg-exact-rate=(fraction)1000000/4003",
        &error);
    GstEegInfo *b = gst_eeg_info_new ();
    GstCaps *caps;

    g_assert_no_error (error);
    fail_unless_equals_int (a->unit, GST_EEG_UNIT_ADC);
    fail_unless_equals_int (GST_EEG_INFO_BPF (a), 8);
    fail_unless_equals_float (a->full_scale[1], 0.375);
    fail_unless_equals_float (a->gain[0], 24.);
    fail_unless_equals_string (a->labels[1], "Fp2");
    fail_unless_equals_string (a->types[1], "eog");
    fail_unless_equals_string (a->reference, "SRB1");
    fail_unless_equals_int (a->rate_n, 1000000);
    caps = gst_eeg_info_to_caps (a);
    fail_unless (gst_caps_is_fixed (caps));
    fail_unless (gst_eeg_info_from_caps (b, caps, &error));
    fail_unless (gst_eeg_info_is_equal (a, b));
    gst_eeg_info_set_reference (b, "average");
    fail_if (gst_eeg_info_is_equal (a, b));
    gst_caps_unref (caps);
    gst_eeg_info_free (a);
    gst_eeg_info_free (b);
  }
GST_END_TEST;

GST_START_TEST (test_defaults_of_volts)
  {
    GstEegInfo *a = parse (
        "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=3,"
        "eeg-unit=V",
        NULL);
    GstCaps *caps = gst_eeg_info_to_caps (a);
    GstStructure *s = gst_caps_get_structure (caps, 0);

    fail_unless_equals_float (a->full_scale[2], 1.0);
    fail_unless (a->gain == NULL);
    fail_unless_equals_string (a->labels[2], "Ch3");
    fail_unless_equals_string (a->types[0], "eeg");
    /* invented names are not written down as if somebody had given them */
    fail_if (gst_structure_has_field (s, "eeg-labels"));
    fail_if (gst_structure_has_field (s, "eeg-types"));
    fail_if (gst_structure_has_field (s, "eeg-exact-rate"));
    fail_unless (
        gst_structure_has_field_typed (s, "eeg-full-scale", G_TYPE_DOUBLE));
    gst_caps_unref (caps);
    gst_eeg_info_free (a);
  }
GST_END_TEST;

GST_START_TEST (test_mask_is_always_written)
  {
    static const gint n[] = {1, 2, 3, 64, 65, 256};
    guint i;

    for (i = 0; i < G_N_ELEMENTS (n); i++) {
      GstEegInfo *a = gst_eeg_info_new ();
      GstAudioInfo audio;
      guint64 mask = 1;
      GstCaps *caps;

      fail_unless (
          gst_eeg_info_set_format (a, GST_AUDIO_FORMAT_F32LE, 250, n[i], NULL));
      caps = gst_eeg_info_to_caps (a);
      fail_unless (gst_structure_get (gst_caps_get_structure (caps, 0),
          "channel-mask", GST_TYPE_BITMASK, &mask, NULL));
      fail_unless_equals_uint64 (mask, 0);
      /* stock elements understand it too */
      fail_unless (gst_audio_info_from_caps (&audio, caps));
      fail_unless_equals_int (audio.channels, n[i]);
      gst_caps_unref (caps);
      gst_eeg_info_free (a);
    }
  }
GST_END_TEST;

GST_START_TEST (test_getters)
  {
    GstEegInfo *info = gst_eeg_info_new ();
    guint n = 9;

    fail_unless_equals_string (
        g_quark_to_string (GST_EEG_ERROR), "gst-eeg-error-quark");
    fail_unless (
        gst_eeg_info_set_format (info, GST_AUDIO_FORMAT_F32LE, 250, 2, NULL));
    fail_unless_equals_int (gst_eeg_info_get_rate (info), 250);
    fail_unless_equals_int (gst_eeg_info_get_channels (info), 2);
    fail_unless_equals_float (gst_eeg_info_get_full_scale (info, &n)[1], 1.0);
    fail_unless_equals_int (n, 2);
    fail_unless (gst_eeg_info_get_gain (info, &n) == NULL);
    fail_unless_equals_int (n, 0);
    gst_eeg_info_free (info);
  }
GST_END_TEST;

GST_START_TEST (test_missing_unit_refused)
  {
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1",
        GST_EEG_ERROR_NO_UNIT, "eeg-unit", "eegfromaudio", NULL);
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1,"
             "eeg-unit=uV",
        GST_EEG_ERROR_NO_UNIT, "eeg-unit", "uV", "adc", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_media_refused)
  {
    refused ("video/x-raw", GST_EEG_ERROR_MEDIA, "video/x-raw", NULL);
    refused ("audio/x-raw,format=S16LE,layout=interleaved,rate=250,channels=1,"
             "eeg-unit=adc",
        GST_EEG_ERROR_MEDIA, "S16LE", "S24_32LE", NULL);
    refused ("audio/x-raw,format=F32LE,layout=non-interleaved,rate=250,"
             "channels=1,eeg-unit=V",
        GST_EEG_ERROR_MEDIA, "non-interleaved", NULL);
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=0,channels=1,"
             "eeg-unit=V",
        GST_EEG_ERROR_MEDIA, "rate", NULL);
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=250,"
             "channels=100000,eeg-unit=V",
        GST_EEG_ERROR_MEDIA, "100000", NULL);
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=250,eeg-unit=V",
        GST_EEG_ERROR_MEDIA, "channels", NULL);
    refused ("audio/x-raw,format={F32LE,F64LE},eeg-unit=V",
        GST_EEG_ERROR_NOT_FIXED, "not fixed", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_fields_refused)
  {
#define V2                                                                     \
  "audio/"                                                                     \
  "x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,eeg-unit=V,"
#define A2                                                                     \
  "audio/x-raw,format=S24_32LE,layout=interleaved,rate=250,channels=2,"        \
  "eeg-unit=adc"
    refused (A2, GST_EEG_ERROR_FIELD, "eeg-full-scale", NULL);
    refused (A2 ",eeg-full-scale=0.0", GST_EEG_ERROR_FIELD, "above 0", NULL);
    refused (A2 ",eeg-full-scale=-1.0", GST_EEG_ERROR_FIELD, "-1", NULL);
    refused (A2 ",eeg-full-scale=(int)1", GST_EEG_ERROR_FIELD, "gint", NULL);
    refused (A2 ",eeg-full-scale=(double)<1,2,3>", GST_EEG_ERROR_FIELD,
        "3 entries", NULL);
    refused ("audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=2,"
             "eeg-unit=adc",
        GST_EEG_ERROR_FIELD, "eeg-unit is adc", "F32LE", NULL);
    refused (
        V2 "eeg-labels=(string)<A>", GST_EEG_ERROR_FIELD, "1 entries", NULL);
    refused (V2 "eeg-labels=(string)<A,A>", GST_EEG_ERROR_FIELD, "twice", NULL);
    refused (
        V2 "eeg-labels=(string)<A,\"\">", GST_EEG_ERROR_FIELD, "empty", NULL);
    refused (V2 "eeg-labels=(int)<1,2>", GST_EEG_ERROR_FIELD, "strings", NULL);
    refused (
        V2 "eeg-types=(string)<eeg>", GST_EEG_ERROR_FIELD, "eeg-types", NULL);
    refused (V2 "eeg-gain=(double)<1,0>", GST_EEG_ERROR_FIELD, "entry 2", NULL);
    refused (
        V2 "eeg-reference=(int)3", GST_EEG_ERROR_FIELD, "eeg-reference", NULL);
    refused (V2 "eeg-exact-rate=(fraction)500/1", GST_EEG_ERROR_FIELD,
        "eeg-exact-rate", NULL);
    refused (V2 "eeg-exact-rate=250.5", GST_EEG_ERROR_FIELD, "fraction", NULL);
  }
GST_END_TEST;

GST_START_TEST (test_single_label_as_string)
  {
    GstEegInfo *a = parse (
        "audio/x-raw,format=F64LE,layout=interleaved,rate=250,channels=1,"
        "eeg-unit=V,eeg-labels=Cz",
        NULL);

    fail_unless (a != NULL);
    fail_unless_equals_string (a->labels[0], "Cz");
    gst_eeg_info_free (a);
  }
GST_END_TEST;

GST_START_TEST (test_time)
  {
    GstEegInfo *a = gst_eeg_info_new ();
    guint64 i;

    gst_eeg_info_set_format (a, GST_AUDIO_FORMAT_F32LE, 250, 1, NULL);
    fail_unless_equals_uint64 (
        gst_eeg_info_frames_to_time (a, 250), GST_SECOND);
    gst_eeg_info_set_exact_rate (a, 1000000, 4003, NULL);
    fail_unless_equals_uint64 (
        gst_eeg_info_frames_to_time (a, 1000000), 4003 * GST_SECOND);
    for (i = 0; i < 5000; i++) {
      guint64 f = i * i * 7919;

      fail_unless_equals_uint64 (
          gst_eeg_info_time_to_frames (a, gst_eeg_info_frames_to_time (a, f)),
          f);
    }
    /* ten years at 16 kHz do not overflow */
    gst_eeg_info_set_format (a, GST_AUDIO_FORMAT_F32LE, 16000, 1, NULL);
    fail_unless_equals_uint64 (
        gst_eeg_info_frames_to_time (a, G_GUINT64_CONSTANT (315360000) * 16000),
        G_GUINT64_CONSTANT (315360000) * GST_SECOND);
    gst_eeg_info_free (a);
  }
GST_END_TEST;

GST_START_TEST (test_setters_keep_on_failure)
  {
    static const gchar *two[] = {"A", "B", NULL};
    static const gchar *twice[] = {"A", "A", NULL};
    const gdouble bad[] = {1.0, NAN};
    GstEegInfo *a = gst_eeg_info_new ();
    GError *error = NULL;

    gst_eeg_info_set_format (a, GST_AUDIO_FORMAT_S24_32LE, 250, 2, NULL);
    fail_unless (gst_eeg_info_set_labels (a, two, NULL));
    fail_if (gst_eeg_info_set_labels (a, twice, &error));
    g_clear_error (&error);
    fail_unless_equals_string (a->labels[1], "B");
    fail_if (gst_eeg_info_set_full_scale (a, bad, 2, &error));
    g_clear_error (&error);
    fail_if (
        gst_eeg_info_set_format (a, GST_AUDIO_FORMAT_S16LE, 250, 2, &error));
    g_clear_error (&error);
    fail_unless_equals_int (GST_EEG_INFO_FORMAT (a), GST_AUDIO_FORMAT_S24_32LE);
    gst_eeg_info_free (a);
  }
GST_END_TEST;

GST_START_TEST (test_lists)
  {
    gchar **l = gst_eeg_parse_list (" Fp1, Fp2 ,,O1 ");
    GError *error = NULL;
    gdouble *d;
    guint n;

    fail_unless_equals_int (g_strv_length (l), 4);
    fail_unless_equals_string (l[1], "Fp2");
    fail_unless_equals_string (l[2], "");
    g_strfreev (l);
    l = gst_eeg_parse_list (NULL);
    fail_unless_equals_int (g_strv_length (l), 0);
    g_strfreev (l);
    d = gst_eeg_parse_double_list ("1, 2.5,-3e-6", &n, &error);
    g_assert_no_error (error);
    fail_unless_equals_int (n, 3);
    fail_unless_equals_float (d[2], -3e-6);
    g_free (d);
  }
GST_END_TEST;

GST_START_TEST (test_lists_refused)
  {
    static const gchar *bad[] = {"1,,2", "1,x", "nan", "1;2", "inf", "1.5.2"};
    guint i, n;

    for (i = 0; i < G_N_ELEMENTS (bad); i++) {
      GError *error = NULL;

      fail_if (gst_eeg_parse_double_list (bad[i], &n, &error), "%s", bad[i]);
      fail_unless (error != NULL);
      g_error_free (error);
    }
  }
GST_END_TEST;

static Suite *
eeginfo_suite (void)
{
  Suite *s = suite_create ("eeginfo");
  TCase *tc = tcase_create ("caps");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_counts_round_trip);
  tcase_add_test (tc, test_defaults_of_volts);
  tcase_add_test (tc, test_mask_is_always_written);
  tcase_add_test (tc, test_getters);
  tcase_add_test (tc, test_missing_unit_refused);
  tcase_add_test (tc, test_media_refused);
  tcase_add_test (tc, test_fields_refused);
  tcase_add_test (tc, test_single_label_as_string);
  tcase_add_test (tc, test_time);
  tcase_add_test (tc, test_setters_keep_on_failure);
  tcase_add_test (tc, test_lists);
  tcase_add_test (tc, test_lists_refused);
  return s;
}

GST_CHECK_MAIN (eeginfo);
