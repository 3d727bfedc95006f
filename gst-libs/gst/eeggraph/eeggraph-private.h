/* What the files of libgsteeggraph share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <jansson.h>
#include "eeggraph.h"

typedef struct
{
  guint line, column;
} GraphPosition;

struct _GstEegGraph
{
  gchar *source;      /* file name, for messages */
  json_t *root;       /* NULL when the text is not acceptable JSON */
  GHashTable *values; /* JSON pointer -> GraphPosition of the value */
  GHashTable *keys;   /* JSON pointer -> GraphPosition of its key */
  GPtrArray *issues;  /* GstEegGraphIssue; a check sorts them by position */
  guint n_kept;       /* issues that a new check keeps: parser and --set */
  guint n_found;      /* by this check, with those past the limit */
  GstEegGraphIssue scratch; /* stands for an issue past the limit */
  GstEegGraphIssue *latest;
  GHashTable *sets;         /* JSON pointer -> "--set id.property" */
  GPtrArray *stages;        /* GraphStage, in file order; the checked model */
  GPtrArray *links;         /* GraphLink, in file order */
  guint pool_min, pool_max; /* 0: the file does not say */
  gboolean checked;
  gchar *hash;
};

/* One property with its value, already of the property's type and in range. */
typedef struct
{
  GParamSpec *pspec; /* owned by the class, which @element keeps alive */
  GValue value;
} GraphProperty;

typedef struct
{
  const gchar *id;     /* owned by the JSON tree */
  gchar *pointer;      /* /stages/N */
  GstElement *element; /* never leaves NULL; its class and pads are asked */
  const gchar *factory;
  GArray *properties; /* GraphProperty */
  guint n_in, n_out;
  guint mark;             /* of the cycle search */
  gint64 channels;        /* that its properties tell; 0: none do */
  gint64 most_in, sum_in; /* channels of its inputs */
  gdouble rate;           /* of its inputs, Hz; 0: not known */
  guint waits_for;        /* inputs whose rate is not known yet */
} GraphStage;

typedef struct
{
  guint64 max_time_ms, max_buffers;
  gint leaky; /* as GstQueueLeaky */
} GraphQueue;

typedef struct
{
  gchar *pointer; /* /links/N */
  GraphStage *from, *to;
  gchar *from_pad, *to_pad; /* NULL: any */
  GstCaps *caps;
  gint64 channels; /* 0: not known */
  gboolean has_queue;
  GraphQueue queue;
} GraphLink;

/* Words of "leaky", in the order of GstQueueLeaky, NULL at the end. */
extern const gchar *const graph_leaky_names[];

/* Whether the translation puts a queue into @link. */
gboolean graph_link_has_queue (GstEegGraph *g, const GraphLink *link);
/* A new element with @properties (GraphProperty), floating; NULL: none such. */
GstElement *graph_make_element (
    const gchar *factory, const gchar *name, const GArray *properties);

/* Forgets the model and what the last check found. */
void graph_model_clear (GstEegGraph *g);
/* The value of @json as @pspec wants it; FALSE with an error noted. */
gboolean graph_value (GstEegGraph *g, const gchar *pointer, GParamSpec *pspec,
    json_t *json, GValue *out);
GstCaps *graph_caps (
    GstEegGraph *g, const gchar *pointer, json_t *json, gboolean shape);
/* Whether an issue was noted at @pointer or within. */
gboolean graph_has_issue_below (GstEegGraph *g, const gchar *pointer);
/* The nearest of @words to @word as "did you mean ...", or NULL. */
gchar *graph_did_you_mean (const gchar *word, GPtrArray *words);
gchar *graph_join (GPtrArray *words);
/* Writes what the file says into the issue. */
void graph_found (GstEegGraphIssue *issue, const json_t *json);

/* Keys, types, ranges and words, as the published schema has them. @values:
 * also of properties, which the elements know better. */
void graph_check_shape (GstEegGraph *g, gboolean values);
gboolean graph_check_caps_shape (
    GstEegGraph *g, const gchar *pointer, json_t *json);
/* One element a stage, with the properties of the file, in NULL. */
GHashTable *graph_make_elements (GstEegGraph *graph, GError **error);
gboolean graph_changes_rate (const gchar *factory);
gdouble graph_number_property (
    GstElement *e, const gchar *name, gdouble otherwise);
gdouble graph_caps_rate (const GraphLink *link, gdouble otherwise);
/* Settings that cannot work at the rate that reaches a stage. The graph is
 * right otherwise. */
void graph_check_settings (GstEegGraph *g);
/* The name of today; NULL: @name was never another. */
const gchar *graph_renamed_element (const gchar *name);
const gchar *graph_renamed_property (const gchar *element, const gchar *name);

/* Before and after a check. */
void graph_forget_issues (GstEegGraph *g);
void graph_sort_issues (GstEegGraph *g);
/* Replace a text of an issue; @text: taken, and copied unless NULL. */
void graph_take (gchar **field, gchar *text);
void graph_set_text (gchar **field, const gchar *text);

/* Notes one error. The issue is the caller's to complete, until the next. @key: the place is the key, not the value. */
GstEegGraphIssue *graph_error (GstEegGraph *g, const gchar *code,
    const gchar *pointer, gboolean key, const gchar *format, ...)
    G_GNUC_PRINTF (5, 6);
gchar *graph_pointer_key (const gchar *parent, const gchar *key);
gchar *graph_pointer_index (const gchar *parent, gsize index);
