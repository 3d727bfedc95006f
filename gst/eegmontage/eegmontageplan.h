/* From what a montage is asked for to what is computed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/dsp/eegdsp-matrix.h>
#include <gst/eeg/eeg.h>

G_BEGIN_DECLS

typedef enum
{
  EEG_MONTAGE_EXCLUDED_KEEP,
  EEG_MONTAGE_EXCLUDED_ZERO,
  EEG_MONTAGE_EXCLUDED_DROP,
} EegMontageExcluded;

/* The properties of the element; strings may be NULL. */
typedef struct
{
  gchar *reference;
  gchar *channels;
  gchar *exclude;
  gchar *matrix;
  EegMontageExcluded on_excluded;
  guint neighbours;
  gboolean allow_singular;
} EegMontageParams;

void eeg_montage_params_copy (
    EegMontageParams *dest, const EegMontageParams *src);
void eeg_montage_params_clear (EegMontageParams *params);

/* What is computed from a stream; not changed once it is made. */
typedef struct
{
  /* <private> */
  gatomicrefcount refs;

  /* <public> */
  guint n_in, n_out;
  gboolean identity; /* outputs are the inputs, labels aside */
  gboolean picks;    /* outputs are inputs, so counts pass unchanged */
  guint32 *start;    /* n_out + 1: terms of the outputs */
  guint32 *index;    /* a term: its input */
  gdouble *value;    /* a term: its coefficient */
  gdouble *common;   /* n_in, or NULL; see EegDspMatrixSpec */
  gdouble *share;    /* n_out, or NULL */
  guint n_shared;    /* outputs with a share that is not 0 */
  guint32 *reach;    /* n_in + 1: where in @reached an input's outputs are */
  guint32 *reached;  /* outputs that an input is a term of */
  guint8 *unfit;     /* n_out: an excluded channel is in it */
  gboolean any_unfit;
  gchar **labels, **types;
  gdouble *full_scale, *gain; /* n_out; gain NULL when unknown */
  gchar *reference;
} EegMontagePlan;

/* NULL and @error (what, where, expected, remedy) when the stream cannot have
 * that montage. Any thread. */
EegMontagePlan *eeg_montage_plan_new (
    const EegMontageParams *params, const GstEegInfo *in, GError **error);
EegMontagePlan *eeg_montage_plan_ref (EegMontagePlan *plan);
void eeg_montage_plan_unref (EegMontagePlan *plan);

/* Fills @out, a copy of the input's, with the stream that leaves. */
gboolean eeg_montage_plan_describe (
    const EegMontagePlan *plan, GstEegInfo *out, GError **error);

/* NULL when out of memory. */
EegDspMatrix *eeg_montage_plan_matrix (const EegMontagePlan *plan);

G_END_DECLS
