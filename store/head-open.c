/* Opening the head: tables from their rows, and what waited from its batches.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/events.h"
#include "store/head-internal.h"

typedef bool (*RowFunc)(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size);

/* Every row under @tag to @func; false and @error for a damaged one. */
static bool
each_row(StoreHead *self, char tag, RowFunc func, GError **error)
{
    StoreKey first = store_meta_key(tag, NULL), end = store_meta_key((char)(tag + 1), NULL);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (!func(self, key, key_size, value, size)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "store: a row of %zu bytes under '%c' of its tables is damaged: "
                        "restore the folder from a backup",
                        size, tag);
            return false;
        }
    }
    return store_iter_check(iter, error);
}

static void
read_sender_id(const uint8_t *key, VicuFingerprint *id)
{
    memcpy(id->bytes, key + 1, sizeof id->bytes);
}

#define SENDER_KEY (1 + sizeof(VicuFingerprint))
#define LANE_KEY   (SENDER_KEY + 8)

static bool
load_sender(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != SENDER_KEY || size < 8)
        return false;
    read_sender_id(key, &id);
    StoreSender *sender = store_head_sender(self, &id);
    sender->highest_epoch = store_read_u64(value);
    g_free(sender->name);
    sender->name = g_strndup((const char *)value + 8, size - 8);
    return true;
}

static bool
load_instance(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != SENDER_KEY || size != 8)
        return false;
    read_sender_id(key, &id);
    store_head_sender(self, &id)->instance = store_read_u64(value);
    return true;
}

static bool
load_bed(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    (void)value;
    (void)size;
    if (key_size <= SENDER_KEY)
        return false;
    read_sender_id(key, &id);
    g_hash_table_add(store_head_sender(self, &id)->beds,
                     g_strndup((const char *)key + SENDER_KEY, key_size - SENDER_KEY));
    return true;
}

static bool
load_watermark(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != LANE_KEY || size < 9 || size != (value[8] != 0 ? 17u : 9u))
        return false;
    if (value[8] != 0)
        return true; /* ended */
    read_sender_id(key, &id);
    StoreLane *lane = store_lane_new(&id, store_read_u64(key + SENDER_KEY));
    lane->beds = store_head_sender(self, &id)->beds;
    lane->watermark = store_read_u64(value);
    g_hash_table_add(self->lanes, lane);
    return true;
}

static bool
load_checkpoint(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != LANE_KEY || size != 16)
        return false;
    read_sender_id(key, &id);
    StoreLane *lane = store_head_lane(self, &id, store_read_u64(key + SENDER_KEY));
    if (lane == NULL)
        return true;
    lane->blocked = store_read_u64(value);
    uint64_t from = store_read_u64(value + 8);
    if (lane->blocked < lane->watermark)
        g_hash_table_insert(self->replay, lane, g_memdup2(&from, sizeof from));
    return lane->blocked <= lane->watermark;
}

static bool
load_marks(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    if (key_size != 1 || size != 32)
        return false;
    self->floor = store_read_u64(value);
    self->waves.late_next = store_read_u64(value + 8);
    self->trimmed = self->counts.trimmed = store_read_u64(value + 16);
    self->next = MAX(self->next, store_read_u64(value + 24));
    return self->trimmed <= self->floor && self->floor <= self->next;
}

static bool
load_lanes(StoreHead *self, GError **error)
{
    GHashTableIter iter;
    gpointer lane;
    StoreLaneInto into = store_head_into(self, &self->counts.lane);

    g_hash_table_iter_init(&iter, self->lanes);
    while (g_hash_table_iter_next(&iter, &lane, NULL))
        if (!store_lane_load_segments(lane, &into, error))
            return false;
    return true;
}

/* Days that have late rows: their roll-up waits from now on. */
static bool
find_late_days(StoreHead *self, StoreNow now, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_LATE, NULL, NULL);

    while (store_iter_valid(iter)) {
        size_t size = 0;
        int64_t minute = store_read_time(store_iter_key(iter, &size));
        StoreKey next = {0};
        store_waves_note_late(&self->waves, minute, now.mono_us);
        store_key_time(&next, (store_floor(minute, STORE_DAY_MINUTES) + 1) * STORE_DAY_MINUTES);
        store_iter_seek(iter, &next);
    }
    return store_iter_check(iter, error);
}

static bool
find_newest(StoreHead *self, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_HEAD, NULL, NULL);
    size_t size = 0;

    store_iter_seek_last(iter);
    if (store_iter_valid(iter))
        self->next = MAX(self->next, store_read_u64(store_iter_key(iter, &size)) + 1);
    return store_iter_check(iter, error);
}

/* Batches being read again. Waves of lanes that ended meanwhile wait as others do. */
typedef struct {
    StoreHead *head;
    StoreNow now;
    GPtrArray *ended; /* StoreLane * */
    StoreLaneCounts ignored;
} Replay;

static StoreLane *
ended_lane(Replay *replay, const VicuFingerprint *sender, uint64_t epoch, GError **error)
{
    StoreLaneInto into = store_head_into(replay->head, &replay->ignored);

    for (guint i = 0; i < replay->ended->len; i++) {
        StoreLane *lane = replay->ended->pdata[i];
        if (lane->epoch == epoch && memcmp(&lane->sender, sender, sizeof *sender) == 0)
            return lane;
    }
    g_autoptr(StoreLane) lane = store_lane_new(sender, epoch);
    lane->watermark = lane->blocked = UINT64_MAX; /* its numerics are in blocks */
    if (!store_lane_load_segments(lane, &into, error))
        return NULL;
    g_ptr_array_add(replay->ended, lane);
    return g_steal_pointer(&lane);
}

static bool
replay_row(Replay *replay, uint64_t number, const uint8_t *value, size_t size, GError **error)
{
    StoreHead *self = replay->head;
    VicuFingerprint sender;
    StoreLaneInto into = store_head_into(self, &replay->ignored);

    if (size < STORE_BATCH_HEADER) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "store: batch %" G_GUINT64_FORMAT
                    " is damaged: restore the folder from a backup",
                    number);
        return false;
    }
    memcpy(sender.bytes, value, sizeof sender.bytes);
    uint64_t epoch = store_read_u64(value + 16), sequence = store_read_u64(value + 24);
    StoreLane *lane = store_head_lane(self, &sender, epoch);
    if (lane == NULL && number >= self->floor)
        lane = ended_lane(replay, &sender, epoch, error);
    if (lane == NULL)
        return *error == NULL;
    if (number < self->floor)
        into.fresh = NULL;
    if (sequence > lane->watermark || (sequence <= lane->blocked && into.fresh == NULL))
        return true;
    store_lane_take(lane, &into, value + STORE_BATCH_HEADER, size - STORE_BATCH_HEADER, sequence,
                    number, replay->now, NULL);
    self->counts.replayed++;
    return true;
}

static uint64_t
replay_from(const StoreHead *self)
{
    GHashTableIter iter;
    gpointer from;
    uint64_t least = self->floor;

    g_hash_table_iter_init(&iter, self->replay);
    while (g_hash_table_iter_next(&iter, NULL, &from))
        least = MIN(least, *(uint64_t *)from);
    return least;
}

/* A lane of which no batch was found is waited for by nobody: those of an older backup are
 * erased with every erasure since. */
static gboolean
was_not_found(gpointer lane, gpointer from, gpointer user)
{
    (void)from;
    (void)user;
    return !((StoreLane *)lane)->waiting;
}

static bool
replay(StoreHead *self, StoreNow now, GError **error)
{
    StoreKey first = {0};
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func((GDestroyNotify)store_lane_free);
    Replay replay = {.head = self, .now = now, .ended = ended};
    GError *why = NULL;

    store_key_u64(&first, replay_from(self));
    g_autoptr(StoreIter) rows = store_iter_new(self->db, STORE_HEAD, &first, NULL);
    for (; store_iter_valid(rows); store_iter_next(rows)) {
        size_t key_size = 0, size = 0;
        uint64_t number = store_read_u64(store_iter_key(rows, &key_size));
        const uint8_t *value = store_iter_value(rows, &size);
        if (!replay_row(&replay, number, value, size, &why)) {
            g_propagate_error(error, why);
            return false;
        }
    }
    g_hash_table_foreach_remove(self->replay, was_not_found, NULL);
    return store_iter_check(rows, error);
}

static bool
load(StoreHead *self, StoreNow now, GError **error)
{
    self->streams = store_streams_load(self->db, error);
    if (self->streams == NULL)
        return false;
    self->trend = store_trend_new(self->db, self->streams, now.mono_us, error);
    if (self->trend == NULL)
        return false;
    self->ledger = store_ledger_open(self->db, error);
    if (self->ledger == NULL)
        return false;
    self->waves.streams = self->streams;
    self->waves.identities = store_identities_new(self->db, self->streams);
    self->waves.parts = store_parts_open(self->db, now.mono_us, error);
    if (self->waves.parts == NULL)
        return false;
    if (!each_row(self, STORE_META_SENDER, load_sender, error)
        || !each_row(self, STORE_META_INSTANCE, load_instance, error)
        || !each_row(self, STORE_META_BED, load_bed, error)
        || !each_row(self, STORE_META_WATERMARK, load_watermark, error)
        || !each_row(self, STORE_META_CHECKPOINT, load_checkpoint, error)
        || !each_row(self, STORE_META_MARKS, load_marks, error) || !find_newest(self, error)
        || !find_late_days(self, now, error) || !load_lanes(self, error))
        return false;
    return replay(self, now, error);
}

/* What the disk changed is told where the ward's events are, once: the log that has the hole
 * is not read again, and a bit that was put back is right. */
static void
note_damage(StoreHead *self, StoreNow now)
{
    StoreOrigin from = {.epoch = (uint64_t)now.utc_us, .sequence = self->next};
    const char *damage = store_db_log_damage(self->db);
    const char *mended = store_db_mended(self->db);

    if (damage != NULL)
        store_events_say(self->db, &from, now.utc_us, "store-log-damaged", damage);
    from.epoch++; /* a key of its own */
    if (mended != NULL)
        store_events_say(self->db, &from, now.utc_us, "store-table-mended", mended);
}

StoreHead *
store_head_open(StoreDb *db, StoreNow now, GError **error)
{
    g_autoptr(StoreHead) self = store_head_new_empty(db);

    if (!load(self, now, error))
        return NULL;
    note_damage(self, now);
    if (!store_head_commit(self, NULL, error))
        return NULL;
    store_fresh_note_times(self->waves.fresh);
    return g_steal_pointer(&self);
}
