/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/open.h"

#include <string.h>

#include "store/trend/gather.h"

struct StoreOpen {
    GHashTable *beds; /* char * -> GPtrArray of StoreOpenBlock *, by block */
    size_t streams;
};

static void
block_free(gpointer p)
{
    StoreOpenBlock *block = p;

    g_ptr_array_unref(block->streams);
    g_free(block);
}

StoreOpen *
store_open_new(void)
{
    StoreOpen *self = g_new0(StoreOpen, 1);

    self->beds =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return self;
}

void
store_open_free(StoreOpen *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->beds);
    g_free(self);
}

static GPtrArray *
blocks_of(StoreOpen *self, const char *bed)
{
    GPtrArray *blocks = g_hash_table_lookup(self->beds, bed);

    if (blocks == NULL) {
        blocks = g_ptr_array_new_with_free_func(block_free);
        g_hash_table_insert(self->beds, g_strdup(bed), blocks);
    }
    return blocks;
}

/* Where @block is or belongs; *@found says which. Most ask for the last. */
static guint
place_of(const GPtrArray *blocks, int64_t block, bool *found)
{
    guint i = blocks->len;

    while (i > 0 && ((StoreOpenBlock *)blocks->pdata[i - 1])->block > block)
        i--;
    *found = i > 0 && ((StoreOpenBlock *)blocks->pdata[i - 1])->block == block;
    return *found ? i - 1 : i;
}

static StoreOpenBlock *
block_at(StoreOpen *self, const char *bed, int64_t block, int64_t mono_us)
{
    GPtrArray *blocks = blocks_of(self, bed);
    bool found = false;
    guint i = place_of(blocks, block, &found);

    if (!found) {
        StoreOpenBlock *fresh = g_new0(StoreOpenBlock, 1);
        fresh->block = block;
        fresh->whole = true;
        fresh->first_us = mono_us;
        fresh->streams = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_insert(blocks, (gint)i, fresh);
    }
    StoreOpenBlock *at = blocks->pdata[i];
    at->touched_us = mono_us;
    at->touches++;
    return at;
}

static void
drop_cells(StoreOpen *self, StoreOpenBlock *block)
{
    self->streams -= block->streams->len;
    g_ptr_array_set_size(block->streams, 0);
    block->whole = false;
}

void
store_open_found(StoreOpen *self, const char *bed, int64_t block, int64_t mono_us)
{
    drop_cells(self, block_at(self, bed, block, mono_us));
}

static StoreOpenStream *
stream_of(StoreOpen *self, StoreOpenBlock *block, const StoreTrendStream *stream)
{
    for (guint i = 0; i < block->streams->len; i++) {
        StoreOpenStream *known = block->streams->pdata[i];
        if (store_trend_stream_same(&known->stream, stream))
            return known;
    }
    if (self->streams >= STORE_OPEN_STREAMS) {
        drop_cells(self, block);
        return NULL;
    }
    StoreOpenStream *fresh = g_new0(StoreOpenStream, 1);
    fresh->stream = *stream;
    g_ptr_array_add(block->streams, fresh);
    self->streams++;
    return fresh;
}

typedef struct {
    StoreOpen *open;
    int64_t mono_us;
} Flushing;

static void
take_run(const StoreNumericRun *run, gpointer user)
{
    Flushing *f = user;
    StoreTrendStream id = {run->stream->code, run->stream->channel, (uint32_t)run->stream->source};
    double period_us = store_trend_period_us(id.code, run->period_ms);
    StoreOpenBlock *block = NULL;
    StoreOpenStream *stream = NULL;

    for (const StoreNumericValue *v = run->values; v < run->values + run->n; v++) {
        if (v->t_us < -STORE_TREND_TIME_MAX || v->t_us > STORE_TREND_TIME_MAX)
            continue;
        int64_t number = store_multiple(v->t_us, STORE_TREND_BLOCK_US);
        if (block == NULL || block->block != number) {
            block = block_at(f->open, run->stream->bed, number, f->mono_us);
            stream = block->whole ? stream_of(f->open, block, &id) : NULL;
        }
        if (stream == NULL)
            continue;
        stream->values++;
        if (v->quality == VICU__QUALITY__QUALITY_INVALID)
            continue;
        size_t cell =
            (size_t)(store_multiple(v->t_us, store_level_period_us(1)) - number * STORE_OPEN_CELLS);
        store_cell_add(&stream->cell[cell], v->value, period_us);
    }
}

void
store_open_flushing(StoreOpen *self, const StoreNumeric *numeric, int64_t mono_us)
{
    Flushing f = {self, mono_us};
    store_numeric_each(numeric, take_run, &f);
}

StoreOpenBlock *
store_open_block(StoreOpen *self, const char *bed, int64_t block)
{
    GPtrArray *blocks = g_hash_table_lookup(self->beds, bed);
    bool found = false;
    guint i = blocks != NULL ? place_of(blocks, block, &found) : 0;

    return found ? blocks->pdata[i] : NULL;
}

void
store_open_done(StoreOpen *self, const char *bed, int64_t block)
{
    GPtrArray *blocks = g_hash_table_lookup(self->beds, bed);
    bool found = false;
    guint i = blocks != NULL ? place_of(blocks, block, &found) : 0;

    if (!found)
        return;
    self->streams -= ((StoreOpenBlock *)blocks->pdata[i])->streams->len;
    g_ptr_array_remove_index(blocks, i);
}

void
store_open_not_whole(StoreOpen *self, StoreOpenBlock *block, int64_t mono_us)
{
    drop_cells(self, block);
    block->first_us = mono_us;
}

void
store_open_each(StoreOpen *self, const char *bed, StoreOpenFunc func, gpointer user)
{
    GPtrArray *blocks = g_hash_table_lookup(self->beds, bed);

    for (guint i = 0; blocks != NULL && i < blocks->len; i++)
        func(bed, blocks->pdata[i], user);
}

void
store_open_all(StoreOpen *self, StoreOpenFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer bed;

    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, &bed, NULL))
        store_open_each(self, bed, func, user);
}
