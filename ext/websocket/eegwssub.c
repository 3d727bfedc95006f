/* GStreamer EEG: what one viewer of websocketsink gets of one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing is queued: a message is made when the socket has room.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "eegwssub.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define HEADER_SIZE          40
#define ENVELOPE_HEADER_SIZE 48
#define MIN_BATCH_MS         4
#define MAX_BATCH_MS         250
#define DEFAULT_COLUMNS      150
#define MAX_LAG_SECONDS      2.0
#define LAYOUT_INTERLEAVED   0
#define LAYOUT_PLANAR        1

typedef enum
{
  MODE_LIVE,
  MODE_LOSSLESS,
  MODE_PREVIEW
} Mode;

struct _EegWsSub
{
  EegWsClient *client;
  EegWsTopic *topic;
  EegWsRing *ring;  /* whose hello was sent last */
  EegWsShape shape; /* of the ring */

  gboolean subscribed;
  Mode mode;
  guint batch_ms; /* 0 = the server's */
  guint columns_per_second;
  guint16 *channels; /* NULL = all */
  guint n_channels;
  gchar *key; /* what makes two subscriptions equal */

  guint64 pos;
  guint64 expected; /* next sample index when nothing is missing */
  gboolean expected_valid;
  guint64 missed;
  gboolean backfill;
  gboolean use_acks;
  guint64 acked;
  guint64 sent;
  gint32 *scratch;
  gsize scratch_frames;
};

EegWsSub *
eeg_ws_sub_new (EegWsClient *client, EegWsTopic *topic)
{
  EegWsSub *sub = g_new0 (EegWsSub, 1);

  sub->client = client;
  sub->topic = topic;
  return sub;
}

void
eeg_ws_sub_free (EegWsSub *sub)
{
  g_clear_pointer (&sub->ring, eeg_ws_ring_unref);
  g_free (sub->channels);
  g_free (sub->key);
  g_free (sub->scratch);
  g_free (sub);
}

EegWsTopic *
eeg_ws_sub_get_topic (EegWsSub *sub)
{
  return sub->topic;
}

EegWsRing *
eeg_ws_sub_get_ring (EegWsSub *sub)
{
  return sub->ring;
}

static gboolean
is_spectrum (const EegWsSub *sub)
{
  return sub->shape.type == EEG_WS_TYPE_SPECTRUM;
}

/* --- messages ------------------------------------------------------------- */

/* A quarter of a second may wait in the socket. */
static gboolean
may_send (EegWsSub *sub)
{
  return eeg_ws_client_may_send (sub->client,
      (gsize) (sub->shape.rate * sub->shape.channels * sub->shape.bins));
}

static guint
batch_frames (EegWsSub *sub)
{
  guint ms =
      sub->batch_ms ? sub->batch_ms : eeg_ws_client_get_batch_ms (sub->client);
  gdouble frames = sub->shape.rate * ms / 1000.0;

  return (guint) MAX (floor (frames + 0.5), 1.0);
}

static guint
samples_per_column (EegWsSub *sub)
{
  gdouble n = sub->shape.rate / sub->columns_per_second;

  return (guint) MAX (floor (n + 0.5), 1.0);
}

static guint
grid_frames (EegWsSub *sub)
{
  guint grid = batch_frames (sub);

  if (is_spectrum (sub))
    return 1;
  if (sub->mode == MODE_PREVIEW) {
    guint spc = samples_per_column (sub);
    grid = MAX (grid / spc, 1) * spc;
  }
  return grid;
}

static void
write_header (guint8 *h, guint8 type, guint16 size, EegWsSub *sub,
    const EegWsBlock *block, guint8 flags, guint32 frames, guint32 missed)
{
  h[0] = type;
  h[1] = flags;
  GST_WRITE_UINT16_LE (h + 2, size);
  GST_WRITE_UINT32_LE (h + 4, eeg_ws_topic_get_id (sub->topic));
  GST_WRITE_UINT64_LE (h + 8, block->first_sample);
  GST_WRITE_UINT64_LE (h + 16, (guint64) block->time_ns);
  GST_WRITE_UINT32_LE (h + 24, frames);
  GST_WRITE_UINT16_LE (h + 28, (guint16) sub->n_channels);
  h[30] = (guint8) sub->shape.format;
  h[31] = type == EEG_WS_TYPE_SPECTRUM ? LAYOUT_PLANAR : LAYOUT_INTERLEAVED;
  GST_WRITE_UINT32_LE (h + 32, eeg_ws_ring_get_epoch (sub->ring));
  GST_WRITE_UINT32_LE (h + 36, missed);
}

static GBytes *
encode_samples (
    EegWsSub *sub, const EegWsBlock *block, guint8 flags, guint32 missed)
{
  guint stride = sub->shape.channels;
  gsize size = HEADER_SIZE + (gsize) block->frames * sub->n_channels * 4;
  guint8 *data = g_malloc (size);

  write_header (data, EEG_WS_TYPE_SAMPLES, HEADER_SIZE, sub, block, flags,
      block->frames, missed);
  if (sub->channels == NULL) {
    memcpy (data + HEADER_SIZE, sub->scratch, size - HEADER_SIZE);
  } else {
    gint32 *out = (gint32 *) (data + HEADER_SIZE);

    for (guint f = 0; f < block->frames; f++)
      for (guint c = 0; c < sub->n_channels; c++)
        *out++ = sub->scratch[(gsize) f * stride + sub->channels[c]];
  }
  return g_bytes_new_take (data, size);
}

static GBytes *
encode_envelope (
    EegWsSub *sub, const EegWsBlock *block, guint8 flags, guint32 missed)
{
  guint stride = sub->shape.channels;
  gboolean is_float = sub->shape.format == EEG_WS_FORMAT_F32;
  guint spc = samples_per_column (sub);
  guint64 first_column = block->first_sample / spc;
  guint64 last_column = (block->first_sample + block->frames - 1) / spc;
  guint columns = (guint) (last_column - first_column + 1);
  gsize size = ENVELOPE_HEADER_SIZE + (gsize) columns * sub->n_channels * 2 * 4;
  guint8 *data = g_malloc0 (size);
  gint32 *out = (gint32 *) (data + ENVELOPE_HEADER_SIZE);
  guint f = 0;

  write_header (data, EEG_WS_TYPE_ENVELOPE, ENVELOPE_HEADER_SIZE, sub, block,
      flags, columns, missed);
  GST_WRITE_UINT32_LE (data + 40, spc);
  for (guint k = 0; k < columns; k++) {
    guint64 end = (first_column + k + 1) * spc - block->first_sample;
    guint stop = (guint) MIN (end, block->frames);

    for (guint c = 0; c < sub->n_channels; c++) {
      guint ch = sub->channels ? sub->channels[c] : c;

      if (is_float) {
        const gfloat *x = (const gfloat *) sub->scratch;
        gfloat lo = x[(gsize) f * stride + ch], hi = lo;
        gfloat *pair = (gfloat *) out;

        for (guint i = f + 1; i < stop; i++) {
          gfloat v = x[(gsize) i * stride + ch];
          lo = v < lo ? v : lo;
          hi = v > hi ? v : hi;
        }
        pair[0] = lo;
        pair[1] = hi;
      } else {
        gint32 lo = sub->scratch[(gsize) f * stride + ch], hi = lo;

        for (guint i = f + 1; i < stop; i++) {
          gint32 v = sub->scratch[(gsize) i * stride + ch];
          lo = MIN (lo, v);
          hi = MAX (hi, v);
        }
        out[0] = lo;
        out[1] = hi;
      }
      out += 2;
    }
    f = stop;
  }
  return g_bytes_new_take (data, size);
}

/* All bins of a channel, then of the next. */
static GBytes *
encode_spectrum (
    EegWsSub *sub, const EegWsBlock *block, guint8 flags, guint32 missed)
{
  gsize row = (gsize) sub->shape.bins * 4;
  gsize size = HEADER_SIZE + sub->n_channels * row;
  guint8 *data = g_malloc (size);

  write_header (data, EEG_WS_TYPE_SPECTRUM, HEADER_SIZE, sub, block, flags,
      block->frames, missed);
  for (guint c = 0; c < sub->n_channels; c++)
    memcpy (data + HEADER_SIZE + c * row,
        (const guint8 *) sub->scratch +
            (sub->channels ? sub->channels[c] : c) * row,
        row);
  return g_bytes_new_take (data, size);
}

/* @share: other clients are likely to want the same bytes now. */
static void
send_block (EegWsSub *sub, const EegWsBlock *block, gboolean share)
{
  GHashTable *cache = eeg_ws_client_get_cache (sub->client);
  guint32 missed = (guint32) MIN (sub->missed, G_MAXUINT32);
  guint8 flags = block->flags;
  g_autofree gchar *key = NULL;
  g_autoptr (GBytes) bytes = NULL;

  /* Windows overlap: only their source knows of gaps. */
  if (!is_spectrum (sub) && sub->expected_valid &&
      block->first_sample != sub->expected)
    flags |= EEG_WS_FLAG_GAP;
  if (sub->missed > 0)
    flags |= EEG_WS_FLAG_GAP;
  if (sub->backfill)
    flags |= EEG_WS_FLAG_BACKFILL;
  key = g_strdup_printf ("%u/%u/%" G_GUINT64_FORMAT "/%u/%u/%u/%s",
      eeg_ws_topic_get_id (sub->topic), eeg_ws_ring_get_epoch (sub->ring),
      block->pos, block->frames, flags, missed, sub->key);
  bytes = g_hash_table_lookup (cache, key);
  if (bytes) {
    g_bytes_ref (bytes);
  } else {
    if (is_spectrum (sub))
      bytes = encode_spectrum (sub, block, flags, missed);
    else if (sub->mode == MODE_PREVIEW)
      bytes = encode_envelope (sub, block, flags, missed);
    else
      bytes = encode_samples (sub, block, flags, missed);
    if (share)
      g_hash_table_insert (cache, g_steal_pointer (&key), g_bytes_ref (bytes));
  }
  eeg_ws_client_send_bytes (sub->client, bytes);
  sub->expected = block->first_sample + block->frames;
  sub->expected_valid = TRUE;
  sub->pos = block->pos + block->frames;
  sub->sent = sub->expected;
  sub->missed = 0;
}

static void
skip_to (EegWsSub *sub, guint64 pos)
{
  guint64 n = pos - sub->pos;

  sub->missed += n;
  eeg_ws_topic_count_dropped (sub->topic, n);
  sub->pos = pos;
}

/* Sends from the client's ring while there is room. TRUE when all was sent
 * that is there (an unfinished batch does not count). */
static gboolean
pump_data (EegWsSub *sub)
{
  EegWsRing *ring = sub->ring;
  gdouble rate = sub->shape.rate;
  guint64 oldest, head;
  guint grid = grid_frames (sub);
  EegWsBlock block;

  if (sub->scratch_frames < grid) {
    sub->scratch = g_realloc (
        sub->scratch, (gsize) grid * sub->shape.channels * sub->shape.bins * 4);
    sub->scratch_frames = grid;
  }
  for (;;) {
    gboolean sealed = eeg_ws_ring_get_range (ring, &oldest, &head, NULL);
    guint64 lag;

    if (sub->pos < oldest) {
      if (sub->mode == MODE_LOSSLESS) {
        eeg_ws_client_close (sub->client, EEG_WS_CLOSE_TOO_SLOW,
            "the client is too slow for lossless: its place in the history is "
            "gone");
        return FALSE;
      }
      skip_to (sub, oldest);
    }
    lag = head - sub->pos;
    if (sub->backfill && lag <= 2 * (guint64) grid)
      sub->backfill = FALSE;
    if (sub->mode != MODE_LOSSLESS && !sub->backfill && !sealed &&
        lag > MAX_LAG_SECONDS * rate + grid)
      skip_to (sub, head - MIN (grid, head));
    if (!may_send (sub))
      return FALSE;
    if (sub->use_acks && sub->sent > sub->acked &&
        sub->sent - sub->acked > MAX_LAG_SECONDS * sub->shape.sample_rate)
      return FALSE;
    if (!eeg_ws_ring_read (ring, sub->pos, grid, sub->scratch, &block))
      /* Overwritten while we looked: the next turn sorts it out. */
      return sub->pos >= oldest;
    /* A whole history in hand for each way of asking would be memory without
     * a bound. */
    send_block (sub, &block, lag <= MAX_LAG_SECONDS * rate + grid);
  }
}

/* --- epochs --------------------------------------------------------------- */

gboolean
eeg_ws_sub_enter (EegWsSub *sub, EegWsRing *ring)
{
  guint64 pos;

  if (sub->ring && sub->subscribed) {
    if (eeg_ws_topic_is_recent (sub->topic, sub->ring) && !pump_data (sub))
      return FALSE;
    eeg_ws_ring_get_range (sub->ring, NULL, &pos, NULL);
    skip_to (sub, pos);
  }
  g_clear_pointer (&sub->ring, eeg_ws_ring_unref);
  sub->ring = eeg_ws_ring_ref (ring);
  sub->shape = *eeg_ws_ring_get_shape (ring);
  sub->expected_valid = FALSE;
  sub->use_acks = FALSE;
  sub->backfill = FALSE;
  sub->scratch_frames = 0;
  eeg_ws_ring_get_range (ring, &pos, NULL, NULL);
  sub->pos = pos;
  if (!sub->subscribed)
    return TRUE;
  if (sub->channels == NULL) {
    sub->n_channels = sub->shape.channels;
  } else {
    for (guint i = 0; i < sub->n_channels; i++)
      if (sub->channels[i] >= sub->shape.channels) {
        eeg_ws_client_close (sub->client, EEG_WS_CLOSE_EPOCH,
            "the new epoch does not have the chosen channels");
        return FALSE;
      }
  }
  return TRUE;
}

gboolean
eeg_ws_sub_pump (EegWsSub *sub)
{
  return !sub->subscribed || pump_data (sub);
}

/* --- requests ------------------------------------------------------------- */

/* What a request asks for; nothing of it holds before all of it is right. */
typedef struct
{
  Mode mode;
  guint batch_ms;
  guint columns_per_second;
  guint16 *channels;
  guint n_channels;
  guint64 pos;
  guint64 expected;
  gboolean resumed; /* expected is valid */
  gboolean backfill;
} Wish;

static gboolean
take_channels (EegWsSub *sub, json_t *list, Wish *wish)
{
  guint have = sub->shape.channels;
  size_t n = json_array_size (list);
  guint16 *channels;

  if (!json_is_array (list) || n == 0 || n > have)
    return FALSE;
  channels = g_new (guint16, n);
  for (size_t i = 0; i < n; i++) {
    json_t *v = json_array_get (list, i);

    if (!json_is_integer (v) || json_integer_value (v) < 0 ||
        json_integer_value (v) >= have) {
      g_free (channels);
      return FALSE;
    }
    channels[i] = (guint16) json_integer_value (v);
  }
  wish->channels = channels;
  wish->n_channels = (guint) n;
  return TRUE;
}

static void
make_key (EegWsSub *sub)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%d/%u/", sub->mode == MODE_PREVIEW,
      sub->mode == MODE_PREVIEW ? sub->columns_per_second : 0);
  for (guint i = 0; sub->channels && i < sub->n_channels; i++)
    g_string_append_printf (key, "%u,", sub->channels[i]);
  g_free (sub->key);
  sub->key = g_string_free (key, FALSE);
}

/* "from": an absolute index, or seconds before now as a negative number or as
 * "-10s". FALSE when it is none of these. */
static gboolean
take_from (EegWsSub *sub, json_t *from, gboolean known, Wish *wish)
{
  guint64 oldest, head;
  gdouble back = 0;

  eeg_ws_ring_get_range (sub->ring, &oldest, &head, NULL);
  wish->pos = head;
  if (from == NULL || json_is_null (from))
    return TRUE;
  if (json_is_integer (from) && json_integer_value (from) >= 0) {
    guint64 sample = (guint64) json_integer_value (from);

    if (!known)
      return TRUE;
    wish->pos = eeg_ws_ring_find_sample (sub->ring, sample);
    wish->expected = sample;
    wish->backfill = wish->pos < head;
    wish->resumed = TRUE;
    return TRUE;
  }
  if (json_is_number (from)) {
    back = -json_number_value (from);
  } else if (json_is_string (from)) {
    gchar *end;

    back = -g_ascii_strtod (json_string_value (from), &end);
    if (strcmp (end, "s") != 0)
      return FALSE;
  } else {
    return FALSE;
  }
  if (!(back >= 0 && back < 1e9))
    return FALSE;
  back *= sub->shape.rate;
  wish->pos = back >= head - oldest ? oldest : head - (guint64) back;
  wish->backfill = wish->pos < head;
  return TRUE;
}

static gboolean
take_wish (EegWsSub *sub, json_t *request, gboolean same_session, Wish *wish,
    const gchar **code, const gchar **text)
{
  json_t *mode = json_object_get (request, "mode");
  json_t *channels = json_object_get (request, "channels");
  json_t *batch = json_object_get (request, "batchMs");
  json_t *columns = json_object_get (request, "columnsPerSecond");

  *code = "mode";
  *text = "mode is live, lossless or preview";
  if (mode == NULL || g_strcmp0 (json_string_value (mode), "live") == 0)
    wish->mode = MODE_LIVE;
  else if (g_strcmp0 (json_string_value (mode), "lossless") == 0)
    wish->mode = MODE_LOSSLESS;
  else if (g_strcmp0 (json_string_value (mode), "preview") == 0)
    /* Spectra are few and small already. */
    wish->mode = is_spectrum (sub) ? MODE_LIVE : MODE_PREVIEW;
  else
    return FALSE;
  *code = "batchMs";
  *text = "batchMs is a number from 4 to 250";
  if (batch && !json_is_number (batch))
    return FALSE;
  if (batch)
    wish->batch_ms =
        (guint) CLAMP (json_number_value (batch), MIN_BATCH_MS, MAX_BATCH_MS);
  *code = "columnsPerSecond";
  *text = "columnsPerSecond is a number from 1 to 1000";
  if (columns && !json_is_number (columns))
    return FALSE;
  wish->columns_per_second =
      columns ? (guint) CLAMP (json_number_value (columns), 1, 1000)
              : DEFAULT_COLUMNS;
  *code = "from";
  *text = "from is a sample index, or seconds back as -10 or \"-10s\"";
  if (!take_from (sub, json_object_get (request, "from"), same_session, wish))
    return FALSE;
  *code = "channels";
  *text =
      "channels is a list of channel numbers from 0, no more than there are";
  wish->n_channels = sub->shape.channels;
  return channels == NULL || take_channels (sub, channels, wish);
}

/* A request that is refused leaves the subscription as it was. */
json_t *
eeg_ws_sub_subscribe (
    EegWsSub *sub, json_t *request, const gchar **code, const gchar **text)
{
  json_t *epoch = json_object_get (request, "epoch");
  json_t *session = json_object_get (request, "session");
  const gchar *own = eeg_ws_client_get_session (sub->client);
  gboolean same_session =
      session == NULL || g_strcmp0 (json_string_value (session), own) == 0;
  Wish wish = {0};
  guint64 oldest;
  json_t *answer;

  if (epoch && same_session &&
      json_integer_value (epoch) != eeg_ws_ring_get_epoch (sub->ring)) {
    eeg_ws_client_close (sub->client, EEG_WS_CLOSE_EPOCH, "that epoch is over");
    *code = NULL;
    return NULL;
  }
  if (!take_wish (sub, request, same_session, &wish, code, text))
    return NULL;
  sub->mode = wish.mode;
  sub->batch_ms = wish.batch_ms;
  sub->columns_per_second = wish.columns_per_second;
  g_free (sub->channels);
  sub->channels = wish.channels;
  sub->n_channels = wish.n_channels;
  sub->pos = wish.pos;
  sub->expected = wish.expected;
  sub->expected_valid = wish.resumed;
  sub->backfill = wish.backfill;
  sub->missed = 0;
  sub->use_acks = FALSE;
  sub->subscribed = TRUE;
  make_key (sub);
  eeg_ws_ring_get_range (sub->ring, NULL, NULL, &oldest);
  answer = json_pack ("{s:s,s:I,s:I,s:b}", "op", "subscribed", "stream",
      (json_int_t) eeg_ws_topic_get_id (sub->topic), "oldest",
      (json_int_t) oldest, "resumed", wish.resumed);
  if (sub->mode == MODE_PREVIEW)
    json_object_set_new (
        answer, "samplesPerColumn", json_integer (samples_per_column (sub)));
  return answer;
}

json_t *
eeg_ws_sub_unsubscribe (EegWsSub *sub)
{
  sub->subscribed = FALSE;
  return json_pack ("{s:s,s:I}", "op", "unsubscribed", "stream",
      (json_int_t) eeg_ws_topic_get_id (sub->topic));
}

void
eeg_ws_sub_ack (EegWsSub *sub, guint64 sample)
{
  sub->acked = sample;
  sub->use_acks = TRUE;
}
