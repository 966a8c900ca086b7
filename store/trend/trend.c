/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/trend.h"

#include <string.h>

#include "common/log.h"
#include "store/trend/gather.h"
#include "store/trend/seal.h"

struct StoreTrend {
    StoreDb *db;
    StoreOpen *open;
    int64_t mono_us; /* of the last step */
    StoreSeal *seal; /* under way, or waiting for its commit */
    bool put;
    char *bed; /* of @seal */
    int64_t block;
    uint64_t touches; /* of the block when it began */
    StoreTrendCounts counts;
};

/* ---- keys ---- */

StoreKey
store_pyramid_key(unsigned level, uint32_t code)
{
    StoreKey key = {0};

    store_key_u8(&key, (uint8_t)level);
    store_key_u32(&key, code);
    return key;
}

StoreKey
store_pyramid_key_of(unsigned level, const char *bed, int64_t span, const StoreTrendStream *stream)
{
    StoreKey key = store_pyramid_key(level, stream->code);

    store_key_bed(&key, bed);
    store_key_time(&key, span);
    store_key_u32(&key, stream->channel);
    store_key_u8(&key, (uint8_t)stream->source);
    return key;
}

/* ---- what is there at start ---- */

/* A row of @bed from @t_us on: *row gets its number. */
static bool
next_row(StoreIter *iter, const char *bed, int64_t t_us, int64_t *row)
{
    StoreKey key = store_numeric_key(bed, t_us);
    size_t size = 0;

    store_iter_seek(iter, &key);
    if (!store_iter_valid(iter))
        return false;
    const uint8_t *found = store_iter_key(iter, &size);
    size_t prefix = strlen(bed) + 1;
    if (size < prefix + 8 || memcmp(found, bed, prefix) != 0)
        return false;
    *row = store_read_time(found + prefix);
    return true;
}

/* Blocks that have rows; of a row across a border both. */
static void
find_rows(StoreTrend *self, StoreIter *iter, const char *bed)
{
    int64_t t_us = INT64_MIN, row = 0;

    while (next_row(iter, bed, t_us, &row)) {
        if (row >= STORE_TREND_TIME_MAX / STORE_NUMERIC_BLOCK_US)
            return;
        if (row <= -STORE_TREND_TIME_MAX / STORE_NUMERIC_BLOCK_US) {
            t_us = -STORE_TREND_TIME_MAX + 2 * STORE_NUMERIC_BLOCK_US;
            continue;
        }
        int64_t from_us = row * STORE_NUMERIC_BLOCK_US, to_us = from_us + STORE_NUMERIC_BLOCK_US;
        int64_t first = store_multiple(from_us, STORE_TREND_BLOCK_US);
        int64_t last = store_multiple(to_us - 1, STORE_TREND_BLOCK_US);
        for (int64_t block = first; block <= last; block++)
            store_open_found(self->open, bed, block, self->mono_us);
        t_us = MAX(to_us, (first + 1) * STORE_TREND_BLOCK_US);
    }
}

StoreTrend *
store_trend_new(StoreDb *db, const StoreStreams *streams, int64_t mono_us, GError **error)
{
    g_autoptr(StoreTrend) self = g_new0(StoreTrend, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_NUMERICS, NULL, NULL);

    self->db = db;
    self->open = store_open_new();
    self->mono_us = mono_us;
    for (size_t i = 0; i < store_streams_count(streams); i++) {
        const StoreStream *stream = store_streams_at((StoreStreams *)streams, i);
        if (!stream->wave && g_hash_table_add(seen, stream->bed))
            find_rows(self, iter, stream->bed);
    }
    if (!store_iter_check(iter, error))
        return NULL;
    return g_steal_pointer(&self);
}

static void
end_seal(StoreTrend *self)
{
    g_clear_pointer(&self->seal, store_seal_free);
    g_clear_pointer(&self->bed, g_free);
    self->put = false;
}

void
store_trend_free(StoreTrend *self)
{
    if (self == NULL)
        return;
    end_seal(self);
    store_open_free(self->open);
    g_free(self);
}

/* ---- sealing ---- */

typedef struct {
    int64_t utc_us, mono_us;
    const char *bed;
    int64_t block;
} Due;

/* The oldest that is due comes first. */
static void
look_at(const char *bed, StoreOpenBlock *block, gpointer user)
{
    Due *due = user;

    if (block->broken
        || block->block >= store_multiple(due->utc_us - STORE_TREND_GRACE_US, STORE_TREND_BLOCK_US)
        || (due->mono_us - block->touched_us < STORE_TREND_QUIET_US
            && due->mono_us - block->first_us < STORE_TREND_WAIT_US)
        || (due->bed != NULL && due->block <= block->block))
        return;
    due->bed = bed;
    due->block = block->block;
}

static void
begin_seal(StoreTrend *self, int64_t utc_us)
{
    Due due = {.utc_us = utc_us, .mono_us = self->mono_us};

    store_open_all(self->open, look_at, &due);
    if (due.bed == NULL)
        return;
    self->bed = g_strdup(due.bed);
    self->block = due.block;
    self->touches = store_open_block(self->open, due.bed, due.block)->touches;
    self->seal = store_seal_new(self->db, due.bed, due.block);
}

/* True when every value that was written as a row of this block is sealed now. */
static bool
is_complete(const StoreTrend *self, const StoreOpenBlock *block)
{
    uint64_t written = 0;

    if (!block->whole)
        return false;
    for (guint i = 0; i < block->streams->len; i++) {
        const StoreOpenStream *stream = block->streams->pdata[i];
        if (store_seal_values_of(self->seal, &stream->stream) != stream->values)
            return false;
        written += stream->values;
    }
    return written == store_seal_values(self->seal);
}

static void
take_end(StoreTrend *self)
{
    StoreOpenBlock *block = store_open_block(self->open, self->bed, self->block);

    self->counts.sealed++;
    self->counts.values += store_seal_values(self->seal);
    if (block != NULL && is_complete(self, block))
        store_open_done(self->open, self->bed, self->block);
    else if (block != NULL)
        store_open_not_whole(self->open, block, self->mono_us);
    end_seal(self);
}

static void
take_empty(StoreTrend *self)
{
    StoreOpenBlock *block = store_open_block(self->open, self->bed, self->block);

    /* Rows that came meanwhile are found the next time. */
    if (block != NULL && block->touches == self->touches)
        store_open_done(self->open, self->bed, self->block);
    end_seal(self);
}

static void
take_broken(StoreTrend *self, const GError *error)
{
    StoreOpenBlock *block = store_open_block(self->open, self->bed, self->block);

    vicu_warning(VICU_MSG_UNREADABLE,
                 "numerics cannot be turned into blocks, they stay as they "
                 "are: %s",
                 error->message);
    if (block != NULL)
        block->broken = true;
    self->counts.broken++;
    end_seal(self);
}

void
store_trend_step(StoreTrend *self, int64_t utc_us, int64_t mono_us, bool settled)
{
    g_autoptr(GError) error = NULL;

    self->mono_us = mono_us;
    if (self->put)
        return; /* until the commit */
    if (self->seal == NULL && settled)
        begin_seal(self, utc_us);
    if (self->seal == NULL)
        return;
    self->counts.slices++;
    switch (store_seal_step(self->seal, &error)) {
    case STORE_SEAL_WORKS:
        break;
    case STORE_SEAL_PUT:
        self->put = true;
        break;
    case STORE_SEAL_EMPTY:
        take_empty(self);
        break;
    case STORE_SEAL_BROKEN:
        take_broken(self, error);
        break;
    }
}

/* ---- what others call ---- */

void
store_trend_flushing(StoreTrend *self, const StoreNumeric *numeric)
{
    store_open_flushing(self->open, numeric, self->mono_us);
}

void
store_trend_committed(StoreTrend *self)
{
    if (self->put)
        take_end(self);
}

bool
store_trend_is_busy(const StoreTrend *self)
{
    return self->seal != NULL && !self->put;
}

StoreOpen *
store_trend_open(StoreTrend *self)
{
    return self->open;
}

const StoreTrendCounts *
store_trend_counts(const StoreTrend *self)
{
    return &self->counts;
}
