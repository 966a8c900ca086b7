/* What the store knows of streams and senders, and that it answers at all.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

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
    row.imported = s->imported;
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
    if (*next == 0)
        store_fresh_note_times(store_head_waves(self->head)->fresh);
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

bool
store_query_check_sender(const ProtobufCBinaryData *sender, bool may_be_empty, char **refusal)
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

    if (!store_query_check_sender(sender, true, refusal))
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
        if (key_size != 25 || size < 9)
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

/* ---- alive ---- */

static bool
begin_alive(StoreQuery *self, char **refusal)
{
    (void)self;
    (void)refusal;
    return true;
}

static bool
work_alive(StoreQuery *self, GError **error)
{
    (void)error;
    self->done = true;
    return true;
}

const StoreQueryKind store_query_alive = {begin_alive, work_alive, NULL};
