/* What the store knows of streams and senders, and batches as received.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/head-internal.h"
#include "store/query-internal.h"

/* ---- streams ---- */

static bool
begin_streams(StoreQuery *self, char **refusal)
{
    const char *bed = self->ask->streams->bed;

    if (bed[0] != '\0' && !store_query_check_bed(self, bed, refusal))
        return false;
    self->state = g_new0(size_t, 1);
    return true;
}

static void
end_plain(StoreQuery *self)
{
    g_free(self->state);
}

static void
add_stream(StoreQuery *self, const StoreStream *s)
{
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;

    row.bed = s->bed;
    row.code = s->code;
    row.channel = s->channel;
    row.label = s->label;
    row.unit = s->unit;
    row.first_us = s->first_us;
    row.last_us = s->last_us;
    row.period_num = s->period_num;
    row.period_den = s->period_den;
    row.origin = s->origin;
    row.source = s->source;
    row.wave = s->wave;
    row.kept_from_us = s->dropped_us != INT64_MIN ? s->dropped_us + 1 : 0;
    store_rows_add_message(self->out, STORE_ROWS_STREAM, &row.base);
}

static bool
work_streams(StoreQuery *self, GError **error)
{
    const char *bed = self->ask->streams->bed;
    StoreStreams *streams = store_head_streams(self->head);
    size_t *next = self->state;

    (void)error;
    for (; *next < store_streams_count(streams) && !store_query_full(self); (*next)++) {
        const StoreStream *s = store_streams_at(streams, *next);
        /* A stream that was announced and never spoke has no times to tell. */
        if (s->first_us <= s->last_us && (bed[0] == '\0' || strcmp(bed, s->bed) == 0))
            add_stream(self, s);
    }
    self->done = *next >= store_streams_count(streams);
    return true;
}

const StoreQueryKind store_query_streams = {begin_streams, work_streams, end_plain};

/* ---- watermarks ---- */

/* Rows of one answer: a sender with more epochs than this gets several. */
#define EPOCHS_PER_ROW 256

typedef struct {
    StoreKey at, end;
} WatermarkState;

static bool
check_sender(const ProtobufCBinaryData *sender, bool may_be_empty, char **refusal)
{
    if (sender->len == sizeof(VicuFingerprint) || (may_be_empty && sender->len == 0))
        return true;
    *refusal =
        g_strdup_printf("sender of %zu bytes: expected %zu", sender->len, sizeof(VicuFingerprint));
    return false;
}

static bool
begin_watermarks(StoreQuery *self, char **refusal)
{
    const ProtobufCBinaryData *sender = &self->ask->watermarks->sender;

    if (!check_sender(sender, true, refusal))
        return false;
    WatermarkState *state = g_new0(WatermarkState, 1);
    self->state = state;
    store_key_u8(&state->at, STORE_META_WATERMARK);
    state->end = state->at;
    if (sender->len > 0) {
        store_key_bytes(&state->at, sender->data, sender->len);
        state->end = state->at;
        store_key_u64(&state->end, UINT64_MAX);
        store_key_u8(&state->end, 0);
    } else {
        state->end.data[0]++;
    }
    return true;
}

static void
add_sender(StoreQuery *self, const VicuFingerprint *id, Vicu__Watermark *marks, size_t n)
{
    Vicu__SenderRow row = VICU__SENDER_ROW__INIT;
    Vicu__Watermark *list[EPOCHS_PER_ROW];

    for (size_t i = 0; i < n; i++)
        list[i] = &marks[i];
    row.sender.data = (uint8_t *)id->bytes;
    row.sender.len = sizeof id->bytes;
    row.name = (char *)store_head_sender_name(self->head, id);
    row.watermark = list;
    row.n_watermark = n;
    store_rows_add_message(self->out, STORE_ROWS_SENDER, &row.base);
}

static bool
work_watermarks(StoreQuery *self, GError **error)
{
    WatermarkState *state = self->state;
    VicuFingerprint id = {{0}};
    Vicu__Watermark marks[EPOCHS_PER_ROW];
    size_t n = 0;
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_META, &state->at, &state->end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (key_size != 25 || size != 9)
            continue;
        if (n == EPOCHS_PER_ROW || (n > 0 && memcmp(id.bytes, key + 1, sizeof id.bytes) != 0)) {
            add_sender(self, &id, marks, n);
            n = 0;
            if (store_query_full(self)) {
                state->at = (StoreKey){0};
                store_key_bytes(&state->at, key, key_size);
                return true;
            }
        }
        memcpy(id.bytes, key + 1, sizeof id.bytes);
        vicu__watermark__init(&marks[n]);
        marks[n].epoch = store_read_u64(key + 17);
        marks[n].sequence = store_read_u64(value);
        marks[n].ended = value[8] != 0;
        n++;
    }
    if (n > 0)
        add_sender(self, &id, marks, n);
    self->done = true;
    return store_iter_check(iter, error);
}

const StoreQueryKind store_query_watermarks = {begin_watermarks, work_watermarks, end_plain};

/* ---- batches ---- */

typedef struct {
    VicuFingerprint sender;
    uint64_t next;   /* sequence */
    uint64_t open;   /* first sequence of the chunk that was open at the beginning; 0 = none */
    GArray *numbers; /* of the chunk at hand; then of the open one */
    GArray *opened;
} BatchState;

static bool
begin_batches(StoreQuery *self, char **refusal)
{
    const Vicu__QueryBatches *ask = self->ask->batches;

    if (!check_sender(&ask->sender, false, refusal))
        return false;
    if (ask->first < 1 || ask->first > ask->last) {
        *refusal = g_strdup_printf("batches %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                                   ": expected 1 <= first <= last",
                                   ask->first, ask->last);
        return false;
    }
    BatchState *state = g_new0(BatchState, 1);
    self->state = state;
    memcpy(state->sender.bytes, ask->sender.data, sizeof state->sender.bytes);
    state->next = ask->first;
    state->numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    state->opened = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    const StoreLane *lane = store_head_lane(self->head, &state->sender, ask->epoch);
    if (lane != NULL && lane->chunk.first != 0) {
        state->open = lane->chunk.first;
        g_array_append_vals(state->opened, lane->chunk.number->data, lane->chunk.number->len);
    }
    return true;
}

static void
end_batches(StoreQuery *self)
{
    BatchState *state = self->state;

    g_array_unref(state->numbers);
    g_array_unref(state->opened);
    g_free(state);
}

/* The batches of @numbers begin at sequence @first. */
static bool
send_batches(StoreQuery *self, uint64_t first, const GArray *numbers, GError **error)
{
    const Vicu__QueryBatches *ask = self->ask->batches;
    BatchState *state = self->state;

    while (state->next <= ask->last && state->next - first < numbers->len
           && !store_query_full(self)) {
        g_auto(StoreValue) value = {0};
        const uint8_t *body = NULL;
        size_t size = 0;
        uint64_t number = g_array_index(numbers, uint64_t, state->next - first);
        StoreFind found = store_head_read(self->head, number, &value, &body, &size, error);
        if (found == STORE_BROKEN)
            return false;
        if (found == STORE_FOUND && size > VICU_WIRE_MAX - STORE_QUERY_ROWS_BYTES - 256) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE,
                        "batch %" G_GUINT64_FORMAT " of %zu bytes does not fit into one answer",
                        state->next, size);
            return false;
        }
        if (found == STORE_FOUND)
            store_rows_add_batch(self->out, &state->sender, ask->epoch, state->next, body, size);
        if (state->next == UINT64_MAX)
            break;
        state->next++;
    }
    return true;
}

static StoreKey
row_key(const BatchState *state, uint64_t epoch, uint64_t sequence)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_INDEX_LANE);
    store_key_lane(&key, &state->sender, epoch);
    store_key_u64(&key, sequence);
    return key;
}

/* The row that holds state->next, or the first one after it. */
static bool
find_chunk(StoreQuery *self, uint64_t *first, GError **error)
{
    BatchState *state = self->state;
    uint64_t epoch = self->ask->batches->epoch;
    StoreKey least = row_key(state, epoch, 0), end = row_key(state, epoch, UINT64_MAX);
    StoreKey at = row_key(state, epoch, state->next);
    StoreIndexRow row = {.number = state->numbers};

    store_key_u8(&end, 0);
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_INDEX, &least, &end);
    *first = 0;
    store_iter_seek_for_prev(iter, &at);
    if (!store_iter_valid(iter))
        store_iter_seek(iter, &at);
    for (; *first == 0 && store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        uint64_t sequence = store_read_u64(key + key_size - 8);
        if (store_index_read(value, size, false, &row)
            && sequence + state->numbers->len > state->next)
            *first = sequence;
    }
    return store_iter_check(iter, error);
}

static bool
work_batches(StoreQuery *self, GError **error)
{
    BatchState *state = self->state;
    const Vicu__QueryBatches *ask = self->ask->batches;
    uint64_t first = 0;
    const GArray *numbers = state->numbers;

    if (!find_chunk(self, &first, error))
        return false;
    /* The chunk that was open may have closed since: its own copy serves. */
    if (state->open != 0 && (first == 0 || first >= state->open)) {
        first = state->next < state->open + state->opened->len ? state->open : 0;
        numbers = state->opened;
    }
    if (first == 0 || first > ask->last) {
        self->done = true;
        return true;
    }
    state->next = MAX(state->next, first);
    if (!send_batches(self, first, numbers, error))
        return false;
    self->done = state->next > ask->last || (state->next == UINT64_MAX);
    return true;
}

const StoreQueryKind store_query_batches = {begin_batches, work_batches, end_batches};
