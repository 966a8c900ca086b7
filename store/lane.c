/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lane.h"

#include <string.h>

#include "store/scan.h"

/* A chunk closes at whichever comes first. A query reads whole chunks, so they
 * stay small; an index row costs a put, so they are not one batch each. */
#define CHUNK_US      G_USEC_PER_SEC
#define CHUNK_BATCHES 64
#define CHUNK_BYTES   (2u << 20)
#define CHUNK_MINUTES 64

/* A wave of one tick that claims to span more is no wave of a tick. */
#define WAVE_MAX_US (INT64_C(24) * 3600 * G_USEC_PER_SEC)

void
store_key_lane(StoreKey *key, const VicuFingerprint *sender, uint64_t epoch)
{
    store_key_bytes(key, sender->bytes, sizeof sender->bytes);
    store_key_u64(key, epoch);
}

StoreKey
store_lane_key(const VicuFingerprint *sender, uint64_t epoch)
{
    StoreKey key = {0};

    store_key_lane(&key, sender, epoch);
    return key;
}

static void
lane_segment_free(gpointer p)
{
    StoreLaneSegment *segment = p;

    g_bytes_unref(segment->packed);
    g_free(segment);
}

static void
minute_clear(gpointer p)
{
    StoreChunkMinute *minute = p;
    g_byte_array_unref(minute->streams);
}

StoreLane *
store_lane_new(const VicuFingerprint *sender, uint64_t epoch)
{
    StoreLane *self = g_new0(StoreLane, 1);

    self->sender = *sender;
    self->epoch = epoch;
    self->segments = g_hash_table_new_full(NULL, NULL, NULL, lane_segment_free);
    self->chunk.number = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    self->chunk.minute = g_array_new(FALSE, FALSE, sizeof(StoreChunkMinute));
    g_array_set_clear_func(self->chunk.minute, minute_clear);
    self->numeric = store_numeric_new();
    return self;
}

void
store_lane_free(StoreLane *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->segments);
    g_array_unref(self->chunk.number);
    g_array_unref(self->chunk.minute);
    store_numeric_free(self->numeric);
    g_free(self);
}

/* ---- segments ---- */

/* The sender has fed this bed: what its spool loses, the bed has lost. */
static void
note_bed(StoreLane *self, StoreDb *db, const char *bed)
{
    StoreKey key = {0};

    if (self->beds == NULL || g_hash_table_contains(self->beds, bed))
        return;
    g_hash_table_add(self->beds, g_strdup(bed));
    store_key_u8(&key, STORE_META_BED);
    store_key_bytes(&key, self->sender.bytes, sizeof self->sender.bytes);
    store_key_bytes(&key, bed, strlen(bed));
    store_db_put(db, STORE_META, &key, "", 0);
}

static StoreLaneSegment *
add_segment(StoreLane *self,
            StoreStreams *streams,
            const Vicu__Segment *said,
            const StoreSegment *segment,
            const void *packed,
            size_t size)
{
    StoreStreamSaid stream = {
        .bed = said->bed,
        .code = said->code,
        .channel = said->channel,
        .label = said->label,
        .unit = said->unit,
        .origin = said->origin,
        .period_num = said->period_num,
        .period_den = said->period_den,
        .wave = true,
    };
    StoreLaneSegment *own = g_new0(StoreLaneSegment, 1);

    own->segment = *segment;
    own->stream = store_streams_take(streams, &stream);
    own->packed = g_bytes_new(packed, size);
    g_hash_table_replace(self->segments, GUINT_TO_POINTER(said->id), own);
    return own;
}

static StoreKey
segment_key(const StoreLane *self, uint32_t id)
{
    StoreKey key = store_lane_key(&self->sender, self->epoch);

    store_key_u32(&key, id);
    return key;
}

bool
store_lane_load_segments(StoreLane *self, StoreDb *db, StoreStreams *streams, GError **error)
{
    StoreKey first = segment_key(self, 0), end = store_lane_key(&self->sender, self->epoch);

    store_key_u32(&end, UINT32_MAX);
    store_key_u8(&end, 0);
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_SEGMENTS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        Vicu__Segment *said = vicu_wire_unpack(&vicu__segment__descriptor, value, size, error);
        StoreSegment segment;
        if (said == NULL)
            return false;
        if (store_segment_read(&segment, said))
            add_segment(self, streams, said, &segment, value, size);
        vicu_wire_free(said);
    }
    return store_iter_check(iter, error);
}

static bool
same_announcement(const StoreLaneSegment *known, const Vicu__Segment *said)
{
    size_t size = 0;
    const void *data = g_bytes_get_data(known->packed, &size);
    Vicu__Segment *before = vicu_wire_unpack(&vicu__segment__descriptor, data, size, NULL);
    bool same = before != NULL && store_segment_same(before, said);

    vicu_wire_free(before);
    return same;
}

static void
take_segment(StoreLane *self,
             StoreDb *db,
             StoreStreams *streams,
             const StoreField *field,
             StoreLaneCounts *counts)
{
    StoreScan scan;
    StoreField inner;
    StoreLaneSegment *known = NULL;

    /* Announced again each second, nearly always unchanged: compare the bytes first. */
    store_scan_init(&scan, field->data, field->size);
    while (known == NULL && store_scan_next(&scan, &inner))
        if (inner.field == 1 && inner.type == STORE_SCAN_VARINT)
            known = g_hash_table_lookup(self->segments, GUINT_TO_POINTER((uint32_t)inner.number));
    if (known != NULL && g_bytes_get_size(known->packed) == field->size
        && memcmp(g_bytes_get_data(known->packed, NULL), field->data, field->size) == 0)
        return;
    Vicu__Segment *said =
        vicu_wire_unpack(&vicu__segment__descriptor, field->data, field->size, NULL);
    StoreSegment segment;
    if (said == NULL || !store_segment_read(&segment, said)) {
        counts->unreadable++;
    } else if (known != NULL && !same_announcement(known, said)) {
        counts->changed_segments++;
    } else {
        StoreKey key = segment_key(self, said->id);
        add_segment(self, streams, said, &segment, field->data, field->size);
        note_bed(self, db, said->bed);
        store_db_put(db, STORE_SEGMENTS, &key, field->data, field->size);
    }
    vicu_wire_free(said);
}

/* ---- the open chunk ---- */

static int64_t
minute_of(int64_t t_us)
{
    int64_t n = t_us / STORE_INDEX_MINUTE_US;
    return t_us < 0 && n * STORE_INDEX_MINUTE_US != t_us ? n - 1 : n;
}

static StoreChunkMinute *
minute_at(StoreChunk *chunk, int64_t minute)
{
    for (guint i = chunk->minute->len; i > 0; i--) {
        StoreChunkMinute *m = &g_array_index(chunk->minute, StoreChunkMinute, i - 1);
        if (m->minute == minute)
            return m;
    }
    StoreChunkMinute fresh = {
        .minute = minute,
        .first_us = INT64_MAX,
        .last_us = INT64_MIN,
        .streams = g_byte_array_new(),
    };
    g_array_append_val(chunk->minute, fresh);
    return &g_array_index(chunk->minute, StoreChunkMinute, chunk->minute->len - 1);
}

static void
set_bit(GByteArray *bits, uint32_t n)
{
    guint before = bits->len;

    if (n / 8 >= before) {
        g_byte_array_set_size(bits, n / 8 + 1);
        memset(bits->data + before, 0, bits->len - before);
    }
    bits->data[n / 8] = (uint8_t)(bits->data[n / 8] | 1u << (n % 8));
}

static void
touch(StoreChunk *chunk, uint32_t stream, int64_t first_us, int64_t last_us)
{
    /* Nearly every wave lies within the minute of the one before it. */
    if (chunk->minute->len > 0) {
        StoreChunkMinute *m =
            &g_array_index(chunk->minute, StoreChunkMinute, chunk->minute->len - 1);
        int64_t begin_us = m->minute * STORE_INDEX_MINUTE_US;
        if (first_us >= begin_us && last_us < begin_us + STORE_INDEX_MINUTE_US) {
            m->first_us = MIN(m->first_us, first_us);
            m->last_us = MAX(m->last_us, last_us);
            set_bit(m->streams, stream);
            return;
        }
    }
    for (int64_t minute = minute_of(first_us); minute <= minute_of(last_us); minute++) {
        StoreChunkMinute *m = minute_at(chunk, minute);
        m->first_us = MIN(m->first_us, MAX(first_us, minute * STORE_INDEX_MINUTE_US));
        m->last_us = MAX(m->last_us, MIN(last_us, (minute + 1) * STORE_INDEX_MINUTE_US - 1));
        set_bit(m->streams, stream);
    }
}

static void
open_chunk(StoreLane *self, uint64_t sequence, uint32_t period, int64_t mono_us)
{
    self->chunk.first = sequence;
    self->chunk.period = period;
    self->chunk.opened_us = mono_us;
    self->chunk.bytes = 0;
}

bool
store_lane_chunk_is_due(const StoreLane *self, int64_t mono_us)
{
    const StoreChunk *chunk = &self->chunk;

    return chunk->first != 0
           && (mono_us - chunk->opened_us >= CHUNK_US || chunk->number->len >= CHUNK_BATCHES
               || chunk->bytes >= CHUNK_BYTES || chunk->minute->len >= CHUNK_MINUTES);
}

static void
append_varint(GByteArray *out, uint64_t value)
{
    uint8_t bytes[10];
    guint n = 0;

    do {
        bytes[n] = (uint8_t)(value & 0x7f);
        value >>= 7;
        if (value != 0)
            bytes[n] |= 0x80;
        n++;
    } while (value != 0);
    g_byte_array_append(out, bytes, n);
}

static void
append_numbers(GByteArray *out, const GArray *numbers)
{
    uint64_t before = 0;

    append_varint(out, numbers->len);
    for (guint i = 0; i < numbers->len; i++) {
        uint64_t number = g_array_index(numbers, uint64_t, i);
        append_varint(out, number - before);
        before = number;
    }
}

static void
append_time(GByteArray *out, int64_t t_us)
{
    StoreKey key = {0};

    store_key_time(&key, t_us);
    g_byte_array_append(out, key.data, (guint)key.size);
}

static void
put_minute(StoreLane *self, StoreDb *db, const StoreChunkMinute *m)
{
    g_autoptr(GByteArray) value = g_byte_array_new();
    StoreKey key = {0};

    store_key_u8(&key, STORE_INDEX_WAVE);
    store_key_u32(&key, self->chunk.period);
    store_key_time(&key, m->minute);
    store_key_lane(&key, &self->sender, self->epoch);
    store_key_u64(&key, self->chunk.first);
    append_time(value, m->first_us);
    append_time(value, m->last_us);
    append_numbers(value, self->chunk.number);
    g_byte_array_append(value, m->streams->data, m->streams->len);
    store_db_put(db, STORE_INDEX, &key, value->data, value->len);
}

void
store_lane_close_chunk(StoreLane *self, StoreDb *db, StoreMinuteFunc seen, gpointer user)
{
    StoreChunk *chunk = &self->chunk;

    if (chunk->first == 0)
        return;
    for (guint i = 0; i < chunk->minute->len; i++) {
        const StoreChunkMinute *m = &g_array_index(chunk->minute, StoreChunkMinute, i);
        put_minute(self, db, m);
        if (seen != NULL)
            seen(chunk->period, m->minute, user);
    }
    g_autoptr(GByteArray) value = g_byte_array_new();
    StoreKey key = {0};
    store_key_u8(&key, STORE_INDEX_LANE);
    store_key_lane(&key, &self->sender, self->epoch);
    store_key_u64(&key, chunk->first);
    append_numbers(value, chunk->number);
    store_db_put(db, STORE_INDEX, &key, value->data, value->len);
    self->indexed = chunk->first + chunk->number->len - 1;
    chunk->first = 0;
    g_array_set_size(chunk->number, 0);
    g_array_set_size(chunk->minute, 0);
}

void
store_lane_close_numeric(StoreLane *self, StoreDb *db)
{
    StoreKey lane = store_lane_key(&self->sender, self->epoch);

    g_assert(self->chunk.first == 0); /* blocked <= indexed */
    store_numeric_flush(self->numeric, db, &lane, self->blocked + 1);
    self->blocked = self->watermark;
    self->waiting = false;
}

/* ---- one batch ---- */

/* A batch on its way through the lane. */
typedef struct {
    StoreLane *lane;
    StoreDb *db;
    StoreStreams *streams;
    const void *body;
    size_t size;
    bool index, block;
    bool announced; /* all segments of the batch were looked through */
    StoreLaneCounts *counts;
} Taking;

static void
take_announcements(Taking *t)
{
    StoreLaneCounts ignored = {0}; /* each field is counted when its turn comes */
    StoreScan scan;
    StoreField field;

    store_scan_init(&scan, t->body, t->size);
    while (!t->announced && store_scan_next(&scan, &field))
        if (field.field == STORE_BATCH_SEGMENT && field.type == STORE_SCAN_BYTES)
            take_segment(t->lane, t->db, t->streams, &field, &ignored);
    t->announced = true;
}

static void
take_wave(Taking *t, const StoreField *field)
{
    StoreWave wave;

    if (!store_scan_wave(field->data, field->size, &wave) || wave.first > UINT64_MAX - wave.n) {
        t->counts->unreadable++;
        return;
    }
    gpointer id = GUINT_TO_POINTER(wave.segment);
    const StoreLaneSegment *known = g_hash_table_lookup(t->lane->segments, id);
    if (known == NULL) {
        /* Encoders write segments first; nobody promises it. */
        take_announcements(t);
        known = g_hash_table_lookup(t->lane->segments, id);
    }
    if (known == NULL) {
        t->counts->unknown_segments++;
        return;
    }
    if (wave.n == 0)
        return;
    int64_t first_us = store_segment_time_us(&known->segment, wave.first);
    int64_t last_us = store_segment_time_us(&known->segment, wave.first + wave.n - 1);
    if (last_us - first_us > WAVE_MAX_US) {
        t->counts->unreadable++;
        return;
    }
    t->counts->samples += wave.n;
    store_stream_seen(known->stream, first_us, last_us);
    if (t->index)
        touch(&t->lane->chunk, known->stream->number, first_us, last_us);
}

static void
take_numerics(Taking *t, const StoreField *field)
{
    char bed[STORE_BED_MAX + 1];

    if (store_numeric_take(t->lane->numeric, t->streams, field->data, field->size, bed))
        note_bed(t->lane, t->db, bed);
    else
        t->counts->unreadable++;
}

static void
take_field(Taking *t, const StoreField *field)
{
    if (field->type != STORE_SCAN_BYTES)
        return;
    if (field->field == STORE_BATCH_SEGMENT)
        take_segment(t->lane, t->db, t->streams, field, t->counts);
    else if (field->field == STORE_BATCH_WAVE)
        take_wave(t, field);
    else if (field->field == STORE_BATCH_NUMERICS && t->block)
        take_numerics(t, field);
}

void
store_lane_take(StoreLane *self,
                StoreDb *db,
                StoreStreams *streams,
                const void *body,
                size_t size,
                uint64_t sequence,
                uint64_t number,
                uint32_t period,
                int64_t mono_us,
                StoreLaneCounts *counts)
{
    Taking t = {
        .lane = self,
        .db = db,
        .streams = streams,
        .body = body,
        .size = size,
        .index = sequence > self->indexed,
        .block = sequence > self->blocked,
        .counts = counts,
    };
    StoreScan scan;
    StoreField field;

    if (t.index && self->chunk.first == 0)
        open_chunk(self, sequence, period, mono_us);
    if (!self->waiting)
        self->opened_us = mono_us;
    self->waiting = true;
    store_scan_init(&scan, body, size);
    while (store_scan_next(&scan, &field))
        take_field(&t, &field);
    if (scan.malformed)
        counts->unreadable++;
    if (t.index) {
        g_array_append_val(self->chunk.number, number);
        self->chunk.bytes += size;
    }
}

/* ---- reading rows ---- */

static bool
read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

bool
store_index_read(const uint8_t *value, size_t size, bool wave, StoreIndexRow *row)
{
    const uint8_t *at = value, *end = value + size;
    uint64_t n = 0, number = 0, step = 0;

    g_array_set_size(row->number, 0);
    if (wave) {
        if (size < 16)
            return false;
        row->first_us = store_read_time(at);
        row->last_us = store_read_time(at + 8);
        at += 16;
    }
    if (!read_varint(&at, end, &n) || n > (uint64_t)(end - at))
        return false;
    for (uint64_t i = 0; i < n; i++) {
        if (!read_varint(&at, end, &step))
            return false;
        number += step;
        g_array_append_val(row->number, number);
    }
    row->streams = at;
    row->streams_size = (size_t)(end - at);
    return true;
}
