/* Is the signal of a channel fit for use: measured over a sliding window
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EEG_QUALITY_SATURATED = 1 << 0,
  EEG_QUALITY_FLAT = 1 << 1,
  EEG_QUALITY_MAINS = 1 << 2,
  EEG_QUALITY_MUSCLE = 1 << 3,
  EEG_QUALITY_SLOPE = 1 << 4,
  EEG_QUALITY_POP = 1 << 5,
  EEG_QUALITY_STEP = 1 << 6,
  EEG_QUALITY_BRIDGED = 1 << 7,
  EEG_QUALITY_NONFINITE = 1 << 8,
} EegQualityFlags;

/* What is still good. A limit of 0 switches its check off; for the slope, equal
 * bounds do. */
typedef struct
{
  gdouble mains;      /* Hz, 0: the stronger one of 50 and 60 */
  gdouble saturation; /* share of samples at a rail */
  gdouble flat;       /* V peak to peak in the newest hop, at least */
  gdouble hum;        /* V RMS at the mains frequency */
  gdouble muscle;     /* V RMS above muscle_low */
  gdouble muscle_low; /* Hz */
  gdouble slope_min;  /* exponent of the power spectrum, 2 to 30 Hz */
  gdouble slope_max;
  gdouble jump;   /* V between neighbouring samples */
  gdouble bridge; /* V RMS between two channels, at least */
} EegQualityLimits;

/* Of one channel and window. */
typedef struct
{
  guint flags;       /* EegQualityFlags */
  gdouble score;     /* 1 clean, 0.5 at a limit, towards 0 beyond */
  gdouble saturated; /* share of samples at a rail */
  gdouble range;     /* V peak to peak in the newest hop */
  gdouble mains;     /* Hz that hum is for; 0 unless measured */
  gdouble hum;       /* V RMS at the mains frequency */
  gdouble muscle;    /* V RMS; 0 unless measured */
  gdouble slope;     /* 0 unless measured */
  guint pops, steps;
  gint bridged; /* another channel, or -1 */
} EegQualityResult;

/* Samples of one channel at a rail, counted from the start of a push. */
typedef struct
{
  guint channel, first, n;
} EegQualityRun;

typedef struct _EegQualityMeter EegQualityMeter;

/* @volts: what 1 of a sample stands for, a channel; @rails: magnitude in volts
 * that the converter cannot leave, 0 where that is not known. @hop at most
 * @window samples, @window even. NULL when out of memory. One thread at a time. */
EegQualityMeter *eeg_quality_meter_new (guint channels, gdouble rate,
    guint window, gdouble hop, const gdouble *volts, const gdouble *rails);
void eeg_quality_meter_free (EegQualityMeter *meter);
void eeg_quality_meter_reset (EegQualityMeter *meter);

typedef enum
{
  EEG_QUALITY_S24, /* counts in the low 24 bits of an int */
  EEG_QUALITY_F32,
  EEG_QUALITY_F64,
} EegQualityFormat;

/* Reads interleaved frames up to the end of a window at most, and returns how
 * many; *@due then tells that eeg_quality_meter_evaluate() is to be called.
 * Values that are not finite count as the last good one. Runs at a rail are
 * appended to @runs (of EegQualityRun). */
guint eeg_quality_meter_push (EegQualityMeter *meter, EegQualityFormat format,
    gconstpointer frames, guint n_frames, GArray *runs, gboolean *due);

/* Results of the window that ended, one a channel, valid until the next call. */
const EegQualityResult *eeg_quality_meter_evaluate (
    EegQualityMeter *meter, const EegQualityLimits *limits);

guint64 eeg_quality_meter_get_nonfinite (const EegQualityMeter *meter);

G_END_DECLS
