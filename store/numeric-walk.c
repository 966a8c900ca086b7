/* Numerics of one bed within a time, from wherever they lie: blocks, rows of 5 minutes,
 * the lanes' memory.
 *
 * The walk sees the database as it was when it began, and what the lanes held then was
 * copied: whatever becomes a row or a block later, nothing comes twice. It goes from
 * one STORE_TREND_BLOCK_US to the next, so that each stream comes in order of time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/numeric-times.h"
#include "store/query-internal.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"

/* A block of time that holds more is handed on in several goes, each in order. */
#define MOST_AT_ONCE 500000

#define SEND_VALUES 4096 /* of one step */

typedef enum {
    NEXT_BLOCK,
    ROWS,
    SEND,
} Phase;

struct StoreNumericWalk {
    StoreDb *db;
    StoreSnapshot *snapshot;
    char *bed;
    uint32_t code;
    int64_t from_us, to_us;
    StoreGather held; /* of the whole time */
    Phase phase;
    int64_t block; /* at or after this one */
    bool block_begun;
    StoreKey at, end;    /* rows still to read of the block */
    bool rows_left;      /* the gather is full: rows of the block wait */
    StoreGather gather;  /* of the block */
    guint series, value; /* next to send */
};

/* ---- bounds of a block, without overflow at the ends of time ---- */

static int64_t
multiple(int64_t n, int64_t period_us)
{
    int64_t t_us = 0;

    if (__builtin_mul_overflow(n, period_us, &t_us))
        return n < 0 ? INT64_MIN : INT64_MAX;
    return t_us;
}

static int64_t
edge(int64_t block)
{
    return multiple(block, STORE_TREND_BLOCK_US);
}

static int64_t
block_of(int64_t t_us)
{
    return store_multiple(t_us, STORE_TREND_BLOCK_US);
}

/* ---- life ---- */

typedef struct {
    const char *bed;
    GPtrArray *held;
} Holding;

static void
note_lane(StoreLane *lane, gpointer user)
{
    Holding *holding = user;
    GBytes *packed = store_numeric_peek(lane->numeric, holding->bed);

    if (packed != NULL)
        g_ptr_array_add(holding->held, packed);
}

GPtrArray *
store_query_held(StoreHead *head, const char *bed)
{
    Holding holding = {bed, g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref)};

    store_head_lanes(head, note_lane, &holding);
    return holding.held;
}

StoreNumericWalk *
store_numeric_walk_new(
    StoreHead *head, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    StoreNumericWalk *self = g_new0(StoreNumericWalk, 1);
    g_autoptr(GPtrArray) held = store_query_held(head, bed);

    self->db = store_head_db(head);
    self->snapshot = store_snapshot_new(self->db);
    self->bed = g_strdup(bed);
    self->code = code;
    self->from_us = from_us;
    self->to_us = to_us;
    self->block = block_of(from_us);
    store_gather_init(&self->held, code, from_us, to_us);
    for (guint i = 0; i < held->len; i++) {
        size_t size = 0;
        const void *data = g_bytes_get_data(held->pdata[i], &size);
        bool ok = store_gather_row(&self->held, data, size, NULL);
        g_assert(ok); /* packed a moment ago */
    }
    store_gather_init(&self->gather, code, from_us, to_us);
    return self;
}

void
store_numeric_walk_free(StoreNumericWalk *self)
{
    if (self == NULL)
        return;
    store_gather_clear(&self->held);
    store_gather_clear(&self->gather);
    store_snapshot_free(self->snapshot);
    g_free(self->bed);
    g_free(self);
}

/* ---- the next block of time that holds anything ---- */

/* The number after the bed in the first key of @family at or after @key. */
static int64_t
first_number(StoreNumericWalk *self, StoreFamily family, const StoreKey *key, GError **error)
{
    StoreKey end = {0};

    store_key_bed(&end, self->bed);
    size_t prefix = end.size, size = 0;
    memset(end.data + prefix, 0xff, 100);
    end.size += 100;
    g_autoptr(StoreIter) iter = store_iter_new_at(self->db, self->snapshot, family, key, &end);
    if (!store_iter_valid(iter)) {
        store_iter_check(iter, error);
        return INT64_MAX;
    }
    return store_read_time(store_iter_key(iter, &size) + prefix);
}

static int64_t
next_held(const StoreNumericWalk *self)
{
    int64_t next = INT64_MAX;

    for (guint i = 0; i < self->held.series->len; i++) {
        const GArray *values = ((StoreSeries *)self->held.series->pdata[i])->values;
        for (guint k = 0; k < values->len; k++) {
            int64_t block = block_of(g_array_index(values, StoreTrendValue, k).t_us);
            if (block >= self->block)
                next = MIN(next, block);
        }
    }
    return next;
}

static int64_t
next_rows(StoreNumericWalk *self, GError **error)
{
    StoreKey key = store_numeric_key(self->bed, MAX(self->from_us, edge(self->block)));
    int64_t row = first_number(self, STORE_NUMERICS, &key, error);

    if (row == INT64_MAX)
        return INT64_MAX;
    int64_t block = block_of(multiple(row, STORE_NUMERIC_BLOCK_US));
    return MAX(block, self->block); /* a row may begin before the block that it reaches into */
}

/* False: there is none, or *error. */
static bool
find_block(StoreNumericWalk *self, GError **error)
{
    StoreKey key = store_trend_key(self->bed, self->block);
    g_autoptr(GError) failed = NULL;
    int64_t block = first_number(self, STORE_TREND, &key, &failed);

    block = MIN(block, next_held(self));
    if (failed == NULL)
        block = MIN(block, next_rows(self, &failed));
    if (failed != NULL) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    self->block = block;
    return block != INT64_MAX && edge(block) < self->to_us;
}

static void
begin_block(StoreNumericWalk *self)
{
    int64_t from_us = MAX(self->from_us, edge(self->block));
    int64_t to_us = MIN(self->to_us, edge(self->block + 1));

    self->at = store_numeric_key(self->bed, from_us);
    self->end = store_numeric_key(self->bed, to_us - 1);
    memset(self->end.data + self->end.size, 0xff, 32); /* past every lane of that row */
    self->end.size += 32;
    store_gather_clear(&self->gather);
    store_gather_init(&self->gather, self->code, from_us, to_us);
    self->block_begun = false;
    self->phase = ROWS;
}

/* ---- steps ---- */

static void
gather_held(StoreNumericWalk *self)
{
    for (guint i = 0; i < self->held.series->len; i++) {
        const StoreSeries *series = self->held.series->pdata[i];
        store_gather_add(&self->gather, &series->stream,
                         (const StoreTrendValue *)(void *)series->values->data,
                         series->values->len);
    }
}

static bool
read_rows(StoreNumericWalk *self, size_t rows, GError **error)
{
    /* What was sealed came first. */
    if (!self->block_begun
        && !store_gather_blocks(&self->gather, self->db, self->snapshot, self->bed, self->block,
                                NULL, error))
        return false;
    self->block_begun = true;
    g_autoptr(StoreIter) iter =
        store_iter_new_at(self->db, self->snapshot, STORE_NUMERICS, &self->at, &self->end);
    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        self->rows_left = self->gather.n >= MOST_AT_ONCE;
        if (n == rows || self->rows_left) {
            self->at = (StoreKey){0};
            store_key_bytes(&self->at, key, key_size);
            self->phase = self->rows_left ? SEND : ROWS;
            return true;
        }
        const uint8_t *value = store_iter_value(iter, &size);
        if (!store_gather_row(&self->gather, value, size, error)) {
            g_prefix_error(error, "bed %s: ", self->bed);
            return false;
        }
    }
    self->rows_left = false;
    gather_held(self);
    self->phase = SEND;
    return store_iter_check(iter, error);
}

static void
send_run(const StoreSeries *series,
         const StoreTrendValue *v,
         size_t n,
         const char *bed,
         StoreNumericFunc func,
         gpointer user)
{
    Vicu__Numerics out = VICU__NUMERICS__INIT;
    g_autofree uint32_t *code = g_new(uint32_t, n);
    g_autofree uint32_t *channel = g_new(uint32_t, n);
    g_autofree int64_t *t_us = g_new(int64_t, n);
    g_autofree double *value = g_new(double, n);
    g_autofree Vicu__Quality *quality = g_new(Vicu__Quality, n);
    g_autofree uint32_t *period_ms = g_new(uint32_t, n);
    g_autofree int64_t *source_us = g_new(int64_t, n);
    g_autofree int64_t *received_us = g_new(int64_t, n);
    bool all_good = true, no_period = true;

    for (size_t i = 0; i < n; i++) {
        code[i] = series->stream.code;
        channel[i] = series->stream.channel;
        t_us[i] = v[i].t_us;
        value[i] = v[i].value;
        quality[i] = (Vicu__Quality)v[i].quality;
        period_ms[i] = v[i].period_ms;
        source_us[i] = v[i].source_us;
        received_us[i] = v[i].received_us;
        all_good = all_good && v[i].quality == VICU__QUALITY__QUALITY_GOOD;
        no_period = no_period && v[i].period_ms == 0;
    }
    out.bed = (char *)bed;
    out.origin = (Vicu__Origin)v[0].origin;
    out.source = (Vicu__Source)series->stream.source;
    out.code = code;
    out.channel = channel;
    out.t_us = t_us;
    out.value = value;
    out.quality = quality;
    out.period_ms = period_ms;
    out.n_code = out.n_t_us = out.n_value = n;
    out.n_channel = series->stream.channel != 0 ? n : 0;
    out.n_quality = all_good ? 0 : n;
    out.n_period_ms = no_period ? 0 : n;
    vicu_numeric_times_set(&out, source_us, received_us);
    func(&out, user);
}

/* Values of one origin, at most @most. */
static size_t
run_length(const StoreTrendValue *v, size_t most)
{
    size_t n = 1;

    while (n < most && v[n].origin == v[0].origin)
        n++;
    return n;
}

static void
send_some(StoreNumericWalk *self, StoreNumericFunc func, gpointer user)
{
    size_t left = SEND_VALUES;

    if (self->series == 0 && self->value == 0)
        store_gather_sort(&self->gather);
    while (left > 0 && self->series < self->gather.series->len) {
        const StoreSeries *series = self->gather.series->pdata[self->series];
        const StoreTrendValue *v = (const StoreTrendValue *)(void *)series->values->data;
        if (self->value == series->values->len) {
            self->series++;
            self->value = 0;
            continue;
        }
        size_t n = run_length(v + self->value, MIN(left, series->values->len - self->value));
        send_run(series, v + self->value, n, self->bed, func, user);
        self->value += (guint)n;
        left -= n;
    }
    if (self->series < self->gather.series->len)
        return;
    int64_t from_us = self->gather.from_us, to_us = self->gather.to_us;
    store_gather_clear(&self->gather);
    store_gather_init(&self->gather, self->code, from_us, to_us);
    self->series = self->value = 0;
    self->phase = self->rows_left ? ROWS : NEXT_BLOCK;
    self->block += !self->rows_left;
}

bool
store_numeric_walk_step(StoreNumericWalk *self,
                        size_t rows,
                        StoreNumericFunc func,
                        gpointer user,
                        bool *done,
                        GError **error)
{
    g_autoptr(GError) failed = NULL;

    *done = false;
    switch (self->phase) {
    case NEXT_BLOCK:
        *done = !find_block(self, &failed);
        if (failed != NULL) {
            g_propagate_error(error, g_steal_pointer(&failed));
            return false;
        }
        if (!*done)
            begin_block(self);
        return true;
    case ROWS:
        return read_rows(self, rows, error);
    case SEND:
        send_some(self, func, user);
    }
    return true;
}
