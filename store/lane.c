/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lane.h"

#include <string.h>

#include "store/events.h"
#include "store/scan.h"

/* Segments up to this id are found by a table, those beyond by a hash. */
#define TABLE_MAX 65536u

/* Times beyond this (146 000 years from 1970) are none of a bedside. */
#define TIME_MAX_US (INT64_C(1) << 62)

#define CLAIM_US (INT64_C(3600) * G_USEC_PER_SEC)

/* So many segments on, the place of the samples is brought in, and the run that names it. */
#define AHEAD_SAMPLES 6u
#define AHEAD_RUN     12u

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
lane_segment_clear(gpointer p)
{
    StoreLaneSegment *segment = p;

    if (segment->packed != NULL)
        g_bytes_unref(segment->packed);
}

static void
lane_segment_free(gpointer p)
{
    lane_segment_clear(p);
    g_free(p);
}

StoreLane *
store_lane_new(const VicuFingerprint *sender, uint64_t epoch)
{
    StoreLane *self = g_new0(StoreLane, 1);

    self->sender = *sender;
    self->epoch = epoch;
    self->segments = g_array_new(FALSE, TRUE, sizeof(StoreLaneSegment));
    g_array_set_clear_func(self->segments, lane_segment_clear);
    self->far = g_hash_table_new_full(NULL, NULL, NULL, lane_segment_free);
    self->numeric = store_numeric_new();
    return self;
}

void
store_lane_free(StoreLane *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->segments);
    g_hash_table_unref(self->far);
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

static inline StoreLaneSegment *
find_segment(const StoreLane *self, uint32_t id)
{
    if (id < self->segments->len) {
        StoreLaneSegment *own = &g_array_index(self->segments, StoreLaneSegment, id);
        return own->identity != NULL ? own : NULL;
    }
    return id < TABLE_MAX ? NULL : g_hash_table_lookup(self->far, GUINT_TO_POINTER(id));
}

static void
add_segment(
    StoreLane *self, uint32_t id, const StoreIdentity *identity, const void *packed, size_t size)
{
    StoreLaneSegment own = {.identity = identity, .packed = g_bytes_new(packed, size)};

    if (id >= TABLE_MAX) {
        g_hash_table_replace(self->far, GUINT_TO_POINTER(id), g_memdup2(&own, sizeof own));
        return;
    }
    if (id >= self->segments->len)
        g_array_set_size(self->segments, id + 1);
    StoreLaneSegment *at = &g_array_index(self->segments, StoreLaneSegment, id);
    lane_segment_clear(at);
    *at = own;
}

static StoreKey
segment_key(const VicuFingerprint *sender, uint64_t epoch, uint32_t id)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_SEGMENTS_LANE);
    store_key_lane(&key, sender, epoch);
    store_key_u32(&key, id);
    return key;
}

void
store_lane_segments_range(const VicuFingerprint *sender,
                          uint64_t epoch,
                          StoreKey *first,
                          StoreKey *end)
{
    *first = segment_key(sender, epoch, 0);
    *end = segment_key(sender, epoch, UINT32_MAX);
    store_key_u8(end, 0);
}

bool
store_lane_load_segments(StoreLane *self, const StoreLaneInto *into, GError **error)
{
    StoreKey first, end;

    store_lane_segments_range(&self->sender, self->epoch, &first, &end);
    g_autoptr(StoreIter) iter = store_iter_new(into->db, STORE_SEGMENTS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        Vicu__Segment *said = vicu_wire_unpack(&vicu__segment__descriptor, value, size, error);
        if (said == NULL)
            return false;
        const StoreIdentity *identity = store_identities_take(into->identities, said);
        if (identity != NULL)
            add_segment(self, said->id, identity, value, size);
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
announce(StoreLane *self,
         const StoreLaneInto *into,
         const Vicu__Segment *said,
         const StoreField *field)
{
    const StoreIdentity *identity = store_identities_take(into->identities, said);
    StoreKey key = segment_key(&self->sender, self->epoch, said->id);

    if (identity == NULL) {
        into->counts->unreadable++;
        return;
    }
    add_segment(self, said->id, identity, field->data, field->size);
    note_bed(self, into->db, said->bed);
    store_db_put(into->db, STORE_SEGMENTS, &key, field->data, field->size);
}

static void
take_segment(StoreLane *self, const StoreLaneInto *into, const StoreField *field)
{
    StoreScan scan;
    StoreField inner;
    StoreLaneSegment *known = NULL;

    /* Announced again each second, nearly always unchanged: compare the bytes first. */
    store_scan_init(&scan, field->data, field->size);
    while (known == NULL && store_scan_next(&scan, &inner))
        if (inner.field == 1 && inner.type == STORE_SCAN_VARINT)
            known = find_segment(self, (uint32_t)inner.number);
    if (known != NULL && g_bytes_get_size(known->packed) == field->size
        && memcmp(g_bytes_get_data(known->packed, NULL), field->data, field->size) == 0)
        return;
    Vicu__Segment *said =
        vicu_wire_unpack(&vicu__segment__descriptor, field->data, field->size, NULL);
    known = said != NULL ? find_segment(self, said->id) : NULL;
    if (said == NULL)
        into->counts->unreadable++;
    else if (known != NULL && !same_announcement(known, said))
        into->counts->changed_segments++;
    else
        announce(self, into, said, field);
    vicu_wire_free(said);
}

void
store_lane_close_numeric(StoreLane *self, StoreDb *db)
{
    StoreKey lane = store_lane_key(&self->sender, self->epoch);

    store_numeric_flush(self->numeric, db, &lane, self->blocked + 1);
    self->blocked = self->watermark;
    self->waiting = false;
}

/* ---- one batch ---- */

/* A batch on its way through the lane. */
typedef struct {
    StoreLane *lane;
    const StoreLaneInto *into;
    const void *body;
    size_t size;
    uint64_t sequence;
    uint64_t number;
    StoreNow now;
    bool block;     /* its numerics are in no block yet */
    bool announced; /* all segments of the batch were looked through */
    bool rows;      /* it holds events or their like */
} Taking;

static void
take_announcements(Taking *t)
{
    StoreLaneCounts ignored = {0}; /* each field is counted when its turn comes */
    StoreLaneInto into = *t->into;
    StoreScan scan;
    StoreField field;

    into.counts = &ignored;
    store_scan_init(&scan, t->body, t->size);
    while (!t->announced && store_scan_next(&scan, &field))
        if (field.field == STORE_BATCH_SEGMENT && field.type == STORE_SCAN_BYTES)
            take_segment(t->lane, &into, &field);
    t->announced = true;
}

/* Two senders feed one stream at the same time: both are stored, each under its own
 * segment, and it is told, once an hour. Looked at where a run begins. */
static void
look_at_claim(Taking *t, const StoreIdentity *identity, int64_t first_us, int64_t last_us)
{
    StoreStream *stream = identity->stream;
    VicuFingerprint *owner = &stream->claimed_by;
    bool other = stream->claim != NULL && stream->claim != identity
                 && memcmp(owner, &t->lane->sender, sizeof *owner) != 0;

    if (other && store_fresh_has(t->into->fresh, stream->claim, first_us, last_us)
        && (stream->told_us == 0 || t->now.mono_us - stream->told_us >= CLAIM_US)) {
        StoreOrigin from = {t->lane->sender, t->lane->epoch, t->sequence, UINT16_MAX - 1};
        g_autofree char *one = vicu_fingerprint_format(owner);
        g_autofree char *two = vicu_fingerprint_format(&t->lane->sender);
        g_autofree char *text =
            g_strdup_printf("bed %s, code %u, channel %u: senders %s and %s both feed it at the "
                            "same time; both are "
                            "stored: give one of them another channel, or stop it",
                            stream->bed, stream->code, stream->channel, one, two);
        store_events_say_of(t->into->db, &from, stream->bed, first_us, "stream-claimed-twice",
                            text);
        stream->told_us = t->now.mono_us;
        t->into->counts->claimed_twice++;
    }
    *owner = t->lane->sender;
    stream->claim = identity;
}

/* Not just the next samples of a run: their times are looked at. */
static void
take_apart(Taking *t, StoreLaneSegment *known, const StoreWave *wave)
{
    const StoreSegment *segment = &known->identity->segment;
    int64_t first_us = store_segment_time_us(segment, wave->first);
    int64_t last_us = store_segment_time_us(segment, wave->first + wave->n - 1);

    if (first_us < -TIME_MAX_US || last_us > TIME_MAX_US || last_us - first_us > WAVE_MAX_US) {
        t->into->counts->unreadable++;
        return;
    }
    t->into->counts->samples += wave->n;
    look_at_claim(t, known->identity, first_us, last_us);
    store_fresh_add(t->into->fresh, &known->hint, known->identity, wave->first, wave->samples,
                    wave->n, t->number, t->now);
}

/* Waves come in the order of their segments, each to a place of its own in memory, and have
 * ten samples if ticks are short: to wait for that memory costs more than all the rest. */
static inline void
expect_more(const Taking *t, uint32_t segment)
{
    const GArray *all = t->lane->segments;

    if (segment + AHEAD_RUN < all->len) {
        const StoreLaneSegment *from = &g_array_index(all, StoreLaneSegment, segment);
        store_fresh_expect(t->into->fresh, &from[AHEAD_SAMPLES].hint, &from[AHEAD_RUN].hint);
    }
}

static void
take_wave(Taking *t, const StoreWave *wave)
{
    if (wave->first > UINT64_MAX - wave->n) {
        t->into->counts->unreadable++;
        return;
    }
    StoreLaneSegment *known = find_segment(t->lane, wave->segment);
    if (known == NULL) {
        /* Encoders write segments first; nobody promises it. */
        take_announcements(t);
        known = find_segment(t->lane, wave->segment);
    }
    if (known == NULL)
        t->into->counts->unknown_segments++;
    else if (store_fresh_append(t->into->fresh, &known->hint, wave->first, wave->samples, wave->n))
        t->into->counts->samples += wave->n;
    else if (wave->n > 0)
        take_apart(t, known, wave);
}

static void
take_odd_wave(Taking *t, const StoreField *field)
{
    StoreWave wave;

    if (t->into->fresh == NULL)
        return;
    if (store_scan_wave(field->data, field->size, &wave))
        take_wave(t, &wave);
    else
        t->into->counts->unreadable++;
}

static void
take_numerics(Taking *t, const StoreField *field)
{
    char bed[STORE_BED_MAX + 1];

    if (store_numeric_take(t->lane->numeric, t->into->streams, field->data, field->size, bed))
        note_bed(t->lane, t->into->db, bed);
    else
        t->into->counts->unreadable++;
}

static void
take_field(Taking *t, const StoreField *field)
{
    if (field->type != STORE_SCAN_BYTES)
        return;
    if (field->field == STORE_BATCH_WAVE)
        take_odd_wave(t, field);
    else if (field->field == STORE_BATCH_SEGMENT)
        take_segment(t->lane, t->into, field);
    else if (field->field == STORE_BATCH_NUMERICS && t->block)
        take_numerics(t, field);
    else if (field->field >= STORE_BATCH_SYMBOL)
        t->rows = true;
}

static void
take_fields(Taking *t, StoreScan *scan)
{
    StoreField field;
    StoreWave wave;

    for (;;)
        if (t->into->fresh != NULL && store_scan_next_wave(scan, &wave)) {
            expect_more(t, wave.segment);
            take_wave(t, &wave);
        } else if (store_scan_next(scan, &field)) {
            take_field(t, &field);
        } else {
            break;
        }
}

bool
store_lane_take(StoreLane *self,
                const StoreLaneInto *into,
                const void *body,
                size_t size,
                uint64_t sequence,
                uint64_t number,
                StoreNow now,
                bool *rows)
{
    Taking t = {
        .lane = self,
        .into = into,
        .body = body,
        .size = size,
        .sequence = sequence,
        .number = number,
        .now = now,
        .block = sequence > self->blocked,
    };
    StoreLaneCounts *counts = into->counts;
    uint64_t odd = counts->unreadable + counts->unknown_segments + counts->changed_segments;
    StoreScan scan;

    if (!self->waiting)
        self->opened_us = now.mono_us;
    self->waiting = true;
    store_scan_init(&scan, body, size);
    take_fields(&t, &scan);
    if (scan.malformed)
        counts->unreadable++;
    if (rows != NULL)
        *rows = t.rows;
    return counts->unreadable + counts->unknown_segments + counts->changed_segments == odd;
}
