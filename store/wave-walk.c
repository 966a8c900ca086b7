/* Waves of one stream within a time: from the index, then from the open chunks.
 *
 * The lanes' open chunks are noted when the walk begins. A chunk that closes
 * later gets index rows; they are passed over, so nothing comes twice.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/query-internal.h"
#include "store/scan.h"

typedef struct {
    StoreSegment segment;
    GBytes *packed; /* NULL: not asked for, or never announced */
} Known;

/* Segments of one lane, as far as the walk has met them. */
typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    GHashTable *segments; /* id -> Known */
    GByteArray *others;   /* a bit per segment id that was looked up and is not asked for */
    uint64_t open_from;   /* first sequence of the chunk open at the beginning; 0: no such lane */
    GArray *open;         /* its batches: uint64_t */
} WalkLane;

struct StoreWaveWalk {
    StoreHead *head;
    char *bed;
    uint32_t code, channel;
    int64_t from_us, to_us;
    GArray *streams; /* uint32_t: those that fit */
    GPtrArray *lanes;
    GArray *numbers; /* of the row at hand */
    uint32_t period; /* ordinal at hand */
    StoreKey at;     /* last row seen; size 0 = none yet */
    guint open_lane; /* next open chunk; used after the last period */
    guint open_next;
    bool in_open;
};

static void
known_free(gpointer p)
{
    Known *known = p;

    if (known->packed != NULL)
        g_bytes_unref(known->packed);
    g_free(known);
}

static void
walk_lane_free(gpointer p)
{
    WalkLane *lane = p;

    g_hash_table_unref(lane->segments);
    g_byte_array_unref(lane->others);
    g_array_unref(lane->open);
    g_free(lane);
}

static WalkLane *
walk_lane(StoreWaveWalk *self, const VicuFingerprint *sender, uint64_t epoch)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        WalkLane *lane = self->lanes->pdata[i];
        if (lane->epoch == epoch && memcmp(&lane->sender, sender, sizeof *sender) == 0)
            return lane;
    }
    WalkLane *lane = g_new0(WalkLane, 1);
    lane->sender = *sender;
    lane->epoch = epoch;
    lane->segments = g_hash_table_new_full(NULL, NULL, NULL, known_free);
    lane->others = g_byte_array_new();
    lane->open = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_ptr_array_add(self->lanes, lane);
    return lane;
}

static void
note_open(StoreLane *lane, gpointer user)
{
    StoreWaveWalk *self = user;
    WalkLane *own = walk_lane(self, &lane->sender, lane->epoch);

    own->open_from = lane->indexed + 1;
    if (lane->chunk.first != 0)
        g_array_append_vals(own->open, lane->chunk.number->data, lane->chunk.number->len);
}

StoreWaveWalk *
store_wave_walk_new(StoreHead *head,
                    const char *bed,
                    uint32_t code,
                    uint32_t channel,
                    int64_t from_us,
                    int64_t to_us)
{
    StoreWaveWalk *self = g_new0(StoreWaveWalk, 1);
    StoreStreams *streams = store_head_streams(head);

    self->head = head;
    self->bed = g_strdup(bed);
    self->code = code;
    self->channel = channel;
    self->from_us = from_us;
    self->to_us = to_us;
    self->streams = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < store_streams_count(streams); i++) {
        const StoreStream *s = store_streams_at(streams, i);
        if (s->wave && s->code == code && s->channel == channel && strcmp(s->bed, bed) == 0)
            g_array_append_val(self->streams, i);
    }
    self->lanes = g_ptr_array_new_with_free_func(walk_lane_free);
    self->numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    store_head_lanes(head, note_open, self);
    return self;
}

void
store_wave_walk_free(StoreWaveWalk *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->streams);
    g_ptr_array_unref(self->lanes);
    g_array_unref(self->numbers);
    g_free(self->bed);
    g_free(self);
}

/* ---- batches ---- */

typedef struct {
    StoreWaveWalk *walk;
    WalkLane *lane;
    int64_t from_us, to_us;
    StoreWaveFunc func;
    gpointer user;
} Visit;

static bool
asked_for(const StoreWaveWalk *self, const Vicu__Segment *said)
{
    return said->code == self->code && said->channel == self->channel
           && strcmp(said->bed, self->bed) == 0;
}

/* *known is NULL when the segment was never announced. */
static bool
find_segment(StoreWaveWalk *self, WalkLane *lane, uint32_t id, Known **known, GError **error)
{
    g_auto(StoreValue) value = {0};

    *known = g_hash_table_lookup(lane->segments, GUINT_TO_POINTER(id));
    if (*known != NULL)
        return true;
    StoreKey key = store_lane_key(&lane->sender, lane->epoch);
    store_key_u32(&key, id);
    StoreFind found = store_db_get(store_head_db(self->head), STORE_SEGMENTS, &key, &value, error);
    if (found != STORE_FOUND)
        return found == STORE_ABSENT;
    Vicu__Segment *said =
        vicu_wire_unpack(&vicu__segment__descriptor, value.data, value.size, error);
    if (said == NULL)
        return false;
    *known = g_new0(Known, 1);
    if (store_segment_read(&(*known)->segment, said) && asked_for(self, said))
        (*known)->packed = g_bytes_new(value.data, value.size);
    vicu_wire_free(said);
    g_hash_table_insert(lane->segments, GUINT_TO_POINTER(id), *known);
    return true;
}

/* Among a ward's waves nearly all are of other streams: told by the id alone,
 * which encoders write first. Ids beyond this are looked up each time. */
#define OTHERS_MAX 65536u

static void
note_other(WalkLane *lane, uint32_t id)
{
    guint before = lane->others->len;

    if (id >= OTHERS_MAX)
        return;
    if (id / 8 >= before) {
        g_byte_array_set_size(lane->others, id / 8 + 1);
        memset(lane->others->data + before, 0, lane->others->len - before);
    }
    lane->others->data[id / 8] = (uint8_t)(lane->others->data[id / 8] | 1u << (id % 8));
}

static bool
is_other(const WalkLane *lane, const StoreField *field)
{
    const uint8_t *at = field->data;
    uint32_t id = 0;

    if (field->size < 4 || at[0] != (1 << 3 | STORE_SCAN_VARINT))
        return false;
    id = at[1] & 0x7fu;
    if (at[1] >= 0x80) {
        id |= (at[2] & 0x7fu) << 7;
        if (at[2] >= 0x80)
            return false;
    }
    return store_bits_has(lane->others->data, lane->others->len, id);
}

static bool
visit_wave(Visit *visit, const StoreField *field, GError **error)
{
    StoreWave wave;
    Known *known = NULL;

    if (is_other(visit->lane, field))
        return true;
    if (!store_scan_wave(field->data, field->size, &wave) || wave.first > UINT64_MAX - wave.n)
        return true; /* counted when it was taken */
    if (!find_segment(visit->walk, visit->lane, wave.segment, &known, error))
        return false;
    if (known != NULL && known->packed == NULL)
        note_other(visit->lane, wave.segment);
    if (known == NULL || known->packed == NULL)
        return true;
    uint64_t first = MAX(wave.first, store_segment_index(&known->segment, visit->from_us));
    uint64_t end = MIN(wave.first + wave.n, store_segment_index(&known->segment, visit->to_us));
    if (first < end)
        visit->func(&known->segment, known->packed, first, wave.samples + 2 * (first - wave.first),
                    (size_t)(end - first), visit->user);
    return true;
}

static bool
visit_batch(Visit *visit, uint64_t number, GError **error)
{
    g_auto(StoreValue) value = {0};
    const uint8_t *body = NULL;
    size_t size = 0;
    StoreScan scan;
    StoreField field;

    StoreFind found = store_head_read(visit->walk->head, number, &value, &body, &size, error);
    if (found != STORE_FOUND)
        return found == STORE_ABSENT; /* retention was faster */
    store_scan_init(&scan, body, size);
    while (store_scan_next(&scan, &field)) {
        if (field.field > STORE_BATCH_WAVE)
            continue;
        if (field.field == STORE_BATCH_WAVE && field.type == STORE_SCAN_BYTES
            && !visit_wave(visit, &field, error))
            return false;
    }
    return true;
}

/* ---- rows of the index ---- */

static int64_t
minute_below(int64_t t_us)
{
    int64_t n = t_us / STORE_INDEX_MINUTE_US;
    return t_us < 0 && n * STORE_INDEX_MINUTE_US != t_us ? n - 1 : n;
}

static const StorePeriod *
next_period(StoreWaveWalk *self)
{
    const GArray *periods = store_head_periods(self->head);
    int64_t least = minute_below(self->from_us), greatest = minute_below(self->to_us - 1);

    for (guint i = 0; i < periods->len; i++) {
        const StorePeriod *period = &g_array_index(periods, StorePeriod, i);
        if (period->ordinal >= self->period && period->least_minute <= greatest
            && period->greatest_minute >= least)
            return period;
    }
    return NULL;
}

static bool
row_has_stream(const StoreWaveWalk *self, const StoreIndexRow *row)
{
    for (guint i = 0; i < self->streams->len; i++)
        if (store_bits_has(row->streams, row->streams_size,
                           g_array_index(self->streams, uint32_t, i)))
            return true;
    return false;
}

/* A row at @key: w | period | minute | sender | epoch | first sequence. */
static bool
visit_row(StoreWaveWalk *self,
          const uint8_t *key,
          const StoreIndexRow *row,
          StoreWaveFunc func,
          gpointer user,
          size_t *batches,
          GError **error)
{
    VicuFingerprint sender;
    int64_t minute = store_read_time(key + 5);

    memcpy(sender.bytes, key + 13, sizeof sender.bytes);
    WalkLane *lane = walk_lane(self, &sender, store_read_u64(key + 29));
    if (lane->open_from != 0 && store_read_u64(key + 37) >= lane->open_from)
        return true; /* was open when the walk began */
    Visit visit = {
        .walk = self,
        .lane = lane,
        .from_us = MAX(self->from_us, minute * STORE_INDEX_MINUTE_US),
        .to_us = MIN(self->to_us, (minute + 1) * STORE_INDEX_MINUTE_US),
        .func = func,
        .user = user,
    };
    for (guint i = 0; i < row->number->len; i++)
        if (!visit_batch(&visit, g_array_index(row->number, uint64_t, i), error))
            return false;
    *batches += row->number->len;
    return true;
}

static bool
walk_period(StoreWaveWalk *self,
            const StorePeriod *period,
            size_t batches,
            StoreWaveFunc func,
            gpointer user,
            GError **error)
{
    StoreKey first = {0}, end = {0};
    StoreIndexRow row = {.number = self->numbers};
    size_t seen = 0, rows = 0;

    store_key_u8(&first, STORE_INDEX_WAVE);
    store_key_u32(&first, period->ordinal);
    end = first;
    store_key_time(&first, minute_below(self->from_us));
    store_key_time(&end, minute_below(self->to_us - 1) + 1);
    if (self->at.size > 0)
        first = self->at;
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_INDEX, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (seen >= batches || rows >= STORE_STEP_ROWS) {
            self->at = (StoreKey){0};
            store_key_bytes(&self->at, key, key_size);
            return true;
        }
        rows++;
        if (key_size == 45 && store_index_read(value, size, true, &row)
            && row.first_us < self->to_us && row.last_us >= self->from_us
            && row_has_stream(self, &row) && !visit_row(self, key, &row, func, user, &seen, error))
            return false;
    }
    self->at.size = 0;
    self->period = period->ordinal + 1;
    return store_iter_check(iter, error);
}

static bool
walk_open(StoreWaveWalk *self,
          size_t batches,
          StoreWaveFunc func,
          gpointer user,
          bool *done,
          GError **error)
{
    for (size_t i = 0; i < batches && self->open_lane < self->lanes->len;) {
        WalkLane *lane = self->lanes->pdata[self->open_lane];
        Visit visit = {self, lane, self->from_us, self->to_us, func, user};
        if (self->open_next >= lane->open->len) {
            self->open_lane++;
            self->open_next = 0;
            continue;
        }
        if (!visit_batch(&visit, g_array_index(lane->open, uint64_t, self->open_next), error))
            return false;
        self->open_next++;
        i++;
    }
    *done = self->open_lane >= self->lanes->len;
    return true;
}

bool
store_wave_walk_step(StoreWaveWalk *self,
                     size_t batches,
                     StoreWaveFunc func,
                     gpointer user,
                     bool *done,
                     GError **error)
{
    const StorePeriod *period = self->in_open ? NULL : next_period(self);

    *done = self->streams->len == 0;
    if (*done)
        return true;
    if (period != NULL && period->ordinal != self->period) {
        self->period = period->ordinal;
        self->at.size = 0;
    }
    if (period != NULL)
        return walk_period(self, period, batches, func, user, error);
    self->in_open = true;
    return walk_open(self, batches, func, user, done, error);
}
