/* GStreamer EEG library: a buffer pool that can be watched and never stalls
 * silently
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gst/eeg/eeg-prelude.h>

G_BEGIN_DECLS

/**
 * GstEegPoolPolicy:
 * @GST_EEG_POOL_POLICY_WAIT: wait for a buffer to come back; counted in "waits"
 * @GST_EEG_POOL_POLICY_FAIL: return %GST_FLOW_EOS at once (as DONTWAIT does), the caller accounts the loss
 *
 * What acquiring does when every buffer is out and the cap is reached.
 */
typedef enum
{
  GST_EEG_POOL_POLICY_WAIT,
  GST_EEG_POOL_POLICY_FAIL,
} GstEegPoolPolicy;

/**
 * GstEegPoolMetrics:
 * @total: buffers that exist
 * @free: buffers in the pool now
 * @peak: most buffers ever out at the same time
 * @waits: times that a caller had to wait
 * @inline_allocations: buffers allocated in the caller's thread after start; 0 when all is well
 * @growths: steps grown by the worker
 * @failures: acquisitions refused at the cap
 * @cap: the hard cap
 *
 * A snapshot of a pool, free of locks to take.
 */
typedef struct
{
  guint total;
  guint free;
  guint peak;
  guint64 waits;
  guint64 inline_allocations;
  guint64 growths;
  guint64 failures;
  guint cap;
} GstEegPoolMetrics;

/* Sizes that a graph file gives to all its pools: two guints of the context
 * that its pipeline carries. Elements with properties of these names get them
 * there; the pool of any other owner takes them from the context when it is
 * configured, if gst_eeg_buffer_pool_set_owner() comes first. */
#define GST_EEG_GRAPH_CONTEXT "gst.eeg.graph"
#define GST_EEG_POOL_MIN      "pool-min-buffers"
#define GST_EEG_POOL_MAX      "pool-max-buffers"

#define GST_TYPE_EEG_POOL_POLICY (gst_eeg_pool_policy_get_type ())
GST_EEG_API GType gst_eeg_pool_policy_get_type (void);

#define GST_TYPE_EEG_BUFFER_POOL (gst_eeg_buffer_pool_get_type ())
GST_EEG_API
G_DECLARE_FINAL_TYPE (
    GstEegBufferPool, gst_eeg_buffer_pool, GST, EEG_BUFFER_POOL, GstBufferPool)

GST_EEG_API GstBufferPool *gst_eeg_buffer_pool_new (void);

/* Growth by @step buffers up to @cap (0: none beyond the configured minimum),
 * started on a worker when less than 5 % are free. Call on a config before
 * gst_buffer_pool_set_config(); the config's min-buffers are preallocated. */
GST_EEG_API void gst_eeg_buffer_pool_config_set_growth (
    GstStructure *config, guint step, guint cap, GstEegPoolPolicy policy);
GST_EEG_API gboolean gst_eeg_buffer_pool_config_get_growth (
    GstStructure *config, guint *step, guint *cap, GstEegPoolPolicy *policy);

GST_EEG_API void gst_eeg_buffer_pool_get_metrics (
    GstEegBufferPool *pool, GstEegPoolMetrics *metrics);

/* Adds the fields pool-total, pool-free, pool-peak, pool-waits,
 * pool-inline-allocations, pool-growths, pool-failures, pool-cap. */
GST_EEG_API void gst_eeg_buffer_pool_add_stats (
    GstEegBufferPool *pool, GstStructure *stats);

/* The owner posts pool trouble on its bus; pass NULL to stop. The pool holds
 * no reference. */
GST_EEG_API void gst_eeg_buffer_pool_set_owner (
    GstEegBufferPool *pool, GstElement *owner);

G_END_DECLS
