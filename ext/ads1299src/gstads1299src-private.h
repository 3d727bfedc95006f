/* ads1299src: what the parts of the element share
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gstads1299src.h"

#include <gst/eeg/eeg.h>

#include "ads1299-acq.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_ads1299_src_debug);

#define ADS1299_SRC_MAX_CHANNELS (ADS1299_MAX_CHIPS * ADS1299_MAX_CHANNELS)

/* The chip's filter has settled on the fourth conversion after a change
 * (datasheet, table 7). */
#define ADS1299_SRC_SETTLING 4

typedef enum
{
  ADS1299_SRC_BUS_SIM,
  ADS1299_SRC_BUS_LINUX,
} Ads1299SrcBus;

typedef enum
{
  ADS1299_SRC_LEAD_OFF_OFF,
  ADS1299_SRC_LEAD_OFF_DC,
  ADS1299_SRC_LEAD_OFF_AC_7_8,
  ADS1299_SRC_LEAD_OFF_AC_31_2,
  ADS1299_SRC_LEAD_OFF_AC_FDR4,
} Ads1299SrcLeadOff;

typedef enum
{
  ADS1299_SRC_TIMES_AUTO,
  ADS1299_SRC_TIMES_COUNT,
  ADS1299_SRC_TIMES_CLOCK,
} Ads1299SrcTimes;

typedef enum
{
  ADS1299_SRC_OVERRUN_DROP,
  ADS1299_SRC_OVERRUN_ERROR,
} Ads1299SrcOverrun;

typedef enum
{
  ADS1299_SRC_FAILURE_ERROR,
  ADS1299_SRC_FAILURE_END,
} Ads1299SrcOnFailure;

/* One field a property, in the order of the table in
 * gstads1299src-properties.c. */
typedef struct
{
  gchar *board;
  gint bus;
  gchar *device, *drdy, *start_line, *reset_line, *pwdn_line;
  guint spi_speed, event_buffer;
  gboolean strict_id;
  gint rate;
  guint chips;
  gchar *channels_per_chip;
  gchar *gain, *input, *power_down;
  gdouble vref;
  gboolean vref_external;
  gboolean srb1;
  gchar *srb2;
  gboolean bias;
  gchar *bias_channels;
  gchar *reference, *labels;
  gint lead_off, lead_off_current;
  gchar *lead_off_channels;
  gdouble lead_off_threshold;
  guint lead_off_hold;
  gdouble series_resistance;
  gchar *registers;
  guint samples_per_buffer, fill_gaps;
  gdouble near_rail;
  gint times;
  guint ring_time;
  gint on_overrun, on_failure;
  gint cpu, rt_priority;
  gchar *thread_name;
  gboolean lock_memory;
  gint sim_signal;
  guint sim_seed;
  gchar *sim_faults, *sim_file, *sim_parts, *sim_impedance;
  gdouble sim_frequency, sim_amplitude, sim_mains;
} Ads1299SrcSettings;

typedef struct _Ads1299SrcLeads Ads1299SrcLeads; /* gstads1299src-leadoff.c */
typedef struct _Ads1299SrcTones Ads1299SrcTones; /* gstads1299src-impedance.c */

/* Losses of one cause that nobody was told of yet. */
typedef struct
{
  guint64 from, to, count;
  guint64 told; /* sample at which a warning was posted last */
  gboolean ever;
} Ads1299SrcBurst;

struct _GstAds1299Src
{
  GstPushSrc parent;

  /* object lock */
  Ads1299SrcSettings settings;
  guint64 given;      /* bit per property: set by the user, not by the board */
  gchar *board_error; /* why the board cannot be used */
  GstStructure *impedance; /* of the last second */

  /* from start() to stop() */
  Ads1299Bus *bus;
  Ads1299Acq *acq;    /* pointer: object lock, for stats and requests */
  Ads1299Setup setup; /* of the samples that leave; object lock */
  guint8 id[ADS1299_MAX_CHIPS];
  GstEegInfo info;    /* object lock to replace */
  gboolean have_info; /* object lock */
  guint frames;       /* per buffer */
  guint channels, bpf;
  gboolean live, by_clock;
  GstClockTime group_delay, ring_time;
  guint fill_gaps;
  gint32 near_rail; /* codes beyond it are marked, G_MAXINT32: only rails */

  /* requests of a new configuration: object lock */
  guint64 request_serial;
  Ads1299SrcSettings undo; /* settings that are in force */
  gboolean have_undo;

  /* Held by create() and by whoever starts or stops the chips; taken before
   * the object lock. */
  GMutex run_lock;
  gboolean playing; /* run lock: live and not paused */
  gboolean running; /* run lock: chips convert */

  /* streaming thread */
  guint64 next_index;   /* sample expected next */
  guint64 dropped_seen; /* overruns of the ring already told */
  guint32 epoch;
  guint64 settled_index; /* samples before it are settling */
  gint32 *last_frame;    /* held by fill-gaps */
  GstClockTime next_pts; /* end of the last buffer */
  gboolean have_pts, have_offset;
  GstClockTimeDiff offset; /* pipeline clock - clock of the edges, slewed */
  guint64 offset_told;     /* index at which it was measured */
  Ads1299SrcLeads *leads;
  Ads1299SrcTones *tones; /* NULL: no alternating current */
  Ads1299SrcBurst bursts[ADS1299_N_LOSSES];
  gboolean bursts_open;
  guint64 noted[ADS1299_N_LOSSES]; /* lost before samples that have left */
  Ads1299Loss pending_cause; /* of samples that the element itself dropped */
  guint64 noted_index;       /* sample behind the gap that was noted last */
  guint64 unfilled_index;    /* sample behind a gap that cannot be filled */
  gboolean overrun_is_error, failure_is_end;

  guint64 delivered, gaps, filled; /* object lock */
  guint64 refused;                 /* object lock: lost for want of a buffer */
  Ads1299AcqStats last_stats;      /* object lock: of a run that has ended */
  gboolean closed;                 /* object lock: last_stats are the truth */
  gint failed; /* atomic: an error was posted since start() */
};

/* gstads1299src-properties.c */
void gst_ads1299_src_install_properties (GObjectClass *klass);
void gst_ads1299_src_init_settings (GstAds1299Src *self);
void gst_ads1299_src_clear_settings (Ads1299SrcSettings *settings);
void gst_ads1299_src_copy_settings (
    Ads1299SrcSettings *dest, const Ads1299SrcSettings *src);
/* Sets property @name to what the text says, unless the user has set it;
 * object lock held. */
gboolean gst_ads1299_src_set_from_board (
    GstAds1299Src *self, const gchar *name, const gchar *text, GError **error);
/* Gives back to the defaults what the user has not set; object lock held. */
void gst_ads1299_src_reset_to_defaults (GstAds1299Src *self);

/* Tells the watchers of the properties that may change while playing. */
void gst_ads1299_src_notify_live (GstAds1299Src *self);

/* gstads1299src-board.c: object lock held */
gboolean gst_ads1299_src_apply_board (GstAds1299Src *self, GError **error);

/* gstads1299src-config.c */

/* Channels of every chip as far as the properties tell; 0: ask the chip. */
gboolean gst_ads1299_src_parse_parts (
    const gchar *text, guint chips, guint8 *channels, GError **error);
/* Everything that follows from the settings: what the chips are told and what
 * the stream says. @channels of every chip. */
gboolean gst_ads1299_src_configure (const Ads1299SrcSettings *settings,
    const guint8 *channels, Ads1299Setup *setup, GstEegInfo *info,
    GError **error);

/* gstads1299src-open.c: the bus of real devices */
/* Opens self->bus: devices, or simulated @parts with these electrodes (NULL:
 * any). FALSE with an error posted. */
gboolean gst_ads1299_src_open_bus (GstAds1299Src *self,
    const Ads1299SrcSettings *settings, const guint8 *parts, gchar **labels);
/* gstads1299src-selftest.c */
void gst_ads1299_src_install_selftest (GstAds1299SrcClass *klass);
/* Posts the one error that says what failed; false. */
gboolean gst_ads1299_src_refuse_chip (
    GstAds1299Src *self, const Ads1299Error *error);

/* gstads1299src-lists.c */

/* "1,3-8", "all", "none", labels; with @sides "1p,2n,3pn" (none: p). Bits 1
 * (P) and 2 (N) per channel to @marks. */
gboolean gst_ads1299_src_parse_channels (const gchar *property,
    const gchar *text, gchar **labels, guint channels, gboolean sides,
    guint8 *marks, GError **error);
/* One value for all or one a channel, chosen from @names (NULL at the end). */
gboolean gst_ads1299_src_parse_names (const gchar *property, const gchar *text,
    const gchar *const *names, guint channels, guint *values, GError **error);
/* "CONFIG4=0x02, chip1:LOFF=0x02" to the overrides of @setup. */
gboolean gst_ads1299_src_parse_registers (
    const gchar *text, Ads1299Setup *setup, GError **error);

/* gstads1299src-stream.c */
GstFlowReturn gst_ads1299_src_create (GstPushSrc *push, GstBuffer **out);

/* gstads1299src-report.c: streaming thread but for stats */
GstStructure *gst_ads1299_src_make_stats (GstAds1299Src *self);
void gst_ads1299_src_note_gap (
    GstAds1299Src *self, guint64 from, guint64 count, Ads1299Loss cause);
void gst_ads1299_src_flush_gaps (GstAds1299Src *self, gboolean all);
/* No sample will leave any more, and none is on its way: what was lost behind
 * the last one that left belongs to no run, unless the chips have failed. */
void gst_ads1299_src_close_ledger (GstAds1299Src *self);
/* True: there were some. */
gboolean gst_ads1299_src_take_notices (GstAds1299Src *self);

/* gstads1299src-live.c */

/* The settings changed while chips run: check, ask the chips. Without the
 * object lock. */
void gst_ads1299_src_request (
    GstAds1299Src *self, const Ads1299SrcSettings *before);
/* Streaming thread: the answer. */
void gst_ads1299_src_answered (
    GstAds1299Src *self, const Ads1299Notice *notice);
/* Streaming thread: the first sample @index of a new configuration. */
gboolean gst_ads1299_src_enter_epoch (
    GstAds1299Src *self, guint32 epoch, guint64 index);

/* gstads1299src-leadoff.c: streaming thread */
Ads1299SrcLeads *gst_ads1299_src_leads_new (GstAds1299Src *self);
void gst_ads1299_src_leads_free (Ads1299SrcLeads *leads);
/* Looks at the status words of the @n samples that are claimed; runs of
 * lead-off to @meta. */
void gst_ads1299_src_leads_take (
    GstAds1299Src *self, GstEegMeta *meta, guint64 index, guint n);

/* gstads1299src-impedance.c: streaming thread. NULL when there is no tone. */
Ads1299SrcTones *gst_ads1299_src_tones_new (GstAds1299Src *self);
void gst_ads1299_src_tones_free (Ads1299SrcTones *tones);
void gst_ads1299_src_tones_take (
    GstAds1299Src *self, guint64 index, guint n, const gint32 *codes);

G_END_DECLS
