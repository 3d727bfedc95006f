/* What holds for every element of this build
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The elements are found in the registry, by the folder that their plugin
 * comes from: a new one is covered without a word here.
 */
#include <string.h>

#include <gst/check/gstcheck.h>

static GList *
our_factories (void)
{
  GList *all = gst_registry_get_feature_list (
      gst_registry_get (), GST_TYPE_ELEMENT_FACTORY);
  GList *ours = NULL, *l;

  for (l = all; l; l = l->next) {
    GstPlugin *plugin = gst_plugin_feature_get_plugin (l->data);

    if (plugin && gst_plugin_get_filename (plugin) &&
        g_str_has_prefix (gst_plugin_get_filename (plugin), TEST_BUILD_ROOT))
      ours = g_list_prepend (ours, gst_object_ref (l->data));
    gst_clear_object (&plugin);
  }
  gst_plugin_feature_list_free (all);
  fail_unless (ours != NULL);
  return ours;
}

#define FOR_EACH_FACTORY(f, list)                                              \
  GList *list = our_factories (), *_l;                                         \
  for (_l = list;                                                              \
       _l && ((f) = GST_ELEMENT_FACTORY (gst_plugin_feature_load (_l->data))); \
       _l = _l->next)

#define NAME(f) gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (f))

static GstElement *
make (GstElementFactory *f)
{
  GstElement *e = gst_element_factory_create (f, NULL);

  fail_unless (e != NULL, "%s", NAME (f));
  return e;
}

/* Up and down twice, with nothing linked: no crash, no hang, no leak. A
 * failure to start (no file name, no device) is an answer too. */
GST_START_TEST (test_states_alone)
  {
    static const GstState way[] = {GST_STATE_READY, GST_STATE_PAUSED,
        GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL,
        GST_STATE_READY, GST_STATE_NULL, GST_STATE_PAUSED, GST_STATE_NULL};
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      GstElement *e = make (f);
      guint i;

      for (i = 0; i < G_N_ELEMENTS (way); i++) {
        GstStateChangeReturn ret = gst_element_set_state (e, way[i]);

        if (ret == GST_STATE_CHANGE_FAILURE)
          gst_element_set_state (e, GST_STATE_NULL);
        if (way[i] == GST_STATE_NULL)
          fail_unless (ret != GST_STATE_CHANGE_FAILURE, "%s", NAME (f));
      }
      gst_element_set_state (e, GST_STATE_NULL);
      ASSERT_OBJECT_REFCOUNT (e, NAME (f), 1);
      gst_object_unref (e);
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

/* Every property takes its own value back, twice, and survives a state. */
GST_START_TEST (test_properties_take_their_defaults)
  {
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      GstElement *e = make (f);
      GParamSpec **specs;
      guint n, i, round;

      specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n);
      for (round = 0; round < 2; round++) {
        for (i = 0; i < n; i++) {
          GValue v = G_VALUE_INIT;

          if (!(specs[i]->flags & G_PARAM_READABLE) ||
              specs[i]->owner_type == GST_TYPE_OBJECT)
            continue;
          g_value_init (&v, specs[i]->value_type);
          g_object_get_property (G_OBJECT (e), specs[i]->name, &v);
          if ((specs[i]->flags & G_PARAM_WRITABLE) &&
              !(specs[i]->flags & G_PARAM_CONSTRUCT_ONLY))
            g_object_set_property (G_OBJECT (e), specs[i]->name, &v);
          if (specs[i]->flags & G_PARAM_WRITABLE &&
              specs[i]->owner_type == G_OBJECT_TYPE (e) &&
              !(specs[i]->flags & GST_PARAM_DOC_SHOW_DEFAULT))
            fail_unless (g_param_value_defaults (specs[i], &v),
                "%s.%s does not start with the default that it states",
                NAME (f), specs[i]->name);
          g_value_unset (&v);
        }
        gst_element_set_state (e, GST_STATE_READY);
        gst_element_set_state (e, GST_STATE_NULL);
      }
      g_free (specs);
      gst_object_unref (e);
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

static void
check_sentence (const gchar *who, const gchar *what, const gchar *text)
{
  fail_unless (text != NULL && *text, "%s: no %s", who, what);
  fail_unless (g_ascii_isupper (text[0]) || !g_ascii_isalpha (text[0]),
      "%s: %s \"%s\" does not begin with a capital", who, what, text);
  fail_if (g_str_has_suffix (text, " "), "%s: %s ends in a blank", who, what);
  fail_if (strstr (text, "  ") != NULL, "%s: %s \"%s\" has two blanks", who,
      what, text);
}

GST_START_TEST (test_inspect_text)
  {
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      static const gchar *const keys[] = {GST_ELEMENT_METADATA_LONGNAME,
          GST_ELEMENT_METADATA_KLASS, GST_ELEMENT_METADATA_DESCRIPTION,
          GST_ELEMENT_METADATA_AUTHOR};
      const gchar *klass;
      guint i;

      for (i = 0; i < 3; i++)
        check_sentence (
            NAME (f), keys[i], gst_element_factory_get_metadata (f, keys[i]));
      fail_unless (gst_element_factory_get_metadata (f, keys[3]) != NULL, "%s",
          NAME (f));
      klass = gst_element_factory_get_metadata (f, keys[1]);
      fail_unless (g_str_has_prefix (klass, "Source") ||
                       g_str_has_prefix (klass, "Filter") ||
                       g_str_has_prefix (klass, "Sink"),
          "%s: klass %s", NAME (f), klass);
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

GST_START_TEST (test_property_text)
  {
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      GstElement *e = make (f);
      GParamSpec **specs;
      guint n, i;

      specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n);
      for (i = 0; i < n; i++) {
        g_autofree gchar *who = NULL;
        const gchar *blurb, *c;
        GType owner = specs[i]->owner_type;

        if (owner != G_OBJECT_TYPE (e))
          continue;
        who = g_strdup_printf ("%s.%s", NAME (f), specs[i]->name);
        blurb = g_param_spec_get_blurb (specs[i]);
        check_sentence (who, "blurb", blurb);
        check_sentence (who, "nick", g_param_spec_get_nick (specs[i]));
        fail_unless (
            strlen (blurb) >= 12, "%s: \"%s\" says little", who, blurb);
        for (c = specs[i]->name; *c; c++)
          fail_unless (
              g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '-', "%s",
              who);
        /* a number without a range is a number that nobody thought about */
        if (G_IS_PARAM_SPEC_DOUBLE (specs[i]) &&
            (specs[i]->flags & G_PARAM_WRITABLE)) {
          GParamSpecDouble *d = G_PARAM_SPEC_DOUBLE (specs[i]);

          fail_unless (
              d->minimum > -G_MAXDOUBLE && d->maximum < G_MAXDOUBLE, "%s", who);
        }
        if ((specs[i]->flags & G_PARAM_WRITABLE) &&
            !(specs[i]->flags & G_PARAM_CONSTRUCT_ONLY))
          fail_unless ((specs[i]->flags &
                           (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED |
                               GST_PARAM_MUTABLE_PLAYING)) != 0,
              "%s does not say in which states it can be set", who);
      }
      g_free (specs);
      gst_object_unref (e);
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

GST_START_TEST (test_pad_templates)
  {
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      const GList *t = gst_element_factory_get_static_pad_templates (f);

      fail_unless (t != NULL, "%s has no pads", NAME (f));
      for (; t; t = t->next) {
        GstStaticPadTemplate *templ = t->data;
        GstCaps *caps = gst_static_caps_get (&templ->static_caps);
        guint i;

        fail_if (gst_caps_is_empty (caps), "%s", NAME (f));
        /* Negotiation would write eeg fields of a template into streams that
         * nobody labelled. */
        for (i = 0; !gst_caps_is_any (caps) && i < gst_caps_get_size (caps);
             i++) {
          const GstStructure *s = gst_caps_get_structure (caps, i);
          gint k;

          for (k = 0; k < gst_structure_n_fields (s); k++)
            fail_if (
                g_str_has_prefix (gst_structure_nth_field_name (s, k), "eeg-"),
                "%s: %s", NAME (f), gst_structure_nth_field_name (s, k));
        }
        gst_caps_unref (caps);
      }
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

/* Nobody keeps an element alive that was used and let go. */
GST_START_TEST (test_elements_are_freed)
  {
    GstElementFactory *f;

    FOR_EACH_FACTORY (f, list)
    {
      GstElement *e = make (f);
      gpointer weak = e;

      g_object_add_weak_pointer (G_OBJECT (e), &weak);
      gst_element_set_state (e, GST_STATE_READY);
      gst_element_set_state (e, GST_STATE_NULL);
      gst_object_unref (e);
      fail_unless (weak == NULL, "%s is leaked", NAME (f));
      gst_object_unref (f);
    }
    gst_plugin_feature_list_free (list);
  }
GST_END_TEST;

static Suite *
states_suite (void)
{
  Suite *s = suite_create ("states");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_states_alone);
  tcase_add_test (tc, test_properties_take_their_defaults);
  tcase_add_test (tc, test_inspect_text);
  tcase_add_test (tc, test_property_text);
  tcase_add_test (tc, test_pad_templates);
  tcase_add_test (tc, test_elements_are_freed);
  return s;
}

GST_CHECK_MAIN (states);
