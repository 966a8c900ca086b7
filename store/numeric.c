/* SPDX-License-Identifier: Apache-2.0 */
#include "store/numeric.h"

#include <math.h>
#include <string.h>

#include "common/numeric-times.h"
#include "proto/signals.h"
#include "store/segment.h"

#define ROOM_FIRST 64 /* values: a minute's, as most come once a second */

/* Values of one stream with one origin and period. */
typedef struct Run {
    StoreStream *stream;
    Vicu__Origin origin;
    uint32_t period_ms;
    size_t n, room;
    StoreNumericValue *values;
    struct Run *next; /* whose value came after one of this; NULL: not known */
} Run;

struct StoreNumeric {
    GHashTable *runs; /* Run * as its own key */
    Run *last;        /* that a value went to; NULL: none */
    size_t count;
};

static guint
run_hash(gconstpointer p)
{
    const Run *run = p;
    return run->stream->number * 31 + (guint)run->origin + run->period_ms * 7;
}

static gboolean
run_equal(gconstpointer pa, gconstpointer pb)
{
    const Run *a = pa, *b = pb;
    return a->stream == b->stream && a->origin == b->origin && a->period_ms == b->period_ms;
}

static void
run_free(gpointer p)
{
    Run *run = p;

    g_free(run->values);
    g_free(run);
}

StoreNumeric *
store_numeric_new(void)
{
    StoreNumeric *self = g_new0(StoreNumeric, 1);

    self->runs = g_hash_table_new_full(run_hash, run_equal, NULL, run_free);
    return self;
}

void
store_numeric_free(StoreNumeric *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->runs);
    g_free(self);
}

static StoreStream *
stream_of(StoreStreams *streams, const Vicu__Numerics *n, size_t i)
{
    uint32_t period_ms = n->n_period_ms > 0 ? n->period_ms[i] : 0;
    StoreStreamSaid said = {
        .bed = n->bed,
        .code = n->code[i],
        .channel = n->n_channel > 0 ? n->channel[i] : 0,
        .source = n->source,
        .label = "",
        .unit = "",
        .origin = n->origin,
        .period_num = period_ms,
        .period_den = 1000,
    };

    /* The table is looked into once per stream, not per value. */
    if (period_ms != 0 && store_streams_knows(streams, &said))
        return store_streams_take(streams, &said);
    const VicuSignal *signal = vicu_signal_by_code(n->code[i]);
    if (signal != NULL && n->code[i] != 0) {
        said.label = signal->name;
        said.unit = signal->unit;
    }
    if (period_ms == 0 && signal != NULL && signal->period_ms > 0)
        said.period_num = (uint32_t)signal->period_ms;
    return store_streams_take(streams, &said);
}

static Run *
run_of(StoreNumeric *self, StoreStream *stream, Vicu__Origin origin, uint32_t period_ms)
{
    Run probe = {.stream = stream, .origin = origin, .period_ms = period_ms};
    Run *run = g_hash_table_lookup(self->runs, &probe);

    if (run == NULL) {
        run = g_new(Run, 1);
        *run = probe;
        g_hash_table_add(self->runs, run);
    }
    return run;
}

/* Senders say their values in the same order each time: the run that came next the last
 * time, if value @i says of its stream what is known already; else NULL. Spares looking
 * stream and run up. */
static Run *
run_expected(const StoreNumeric *self, const Vicu__Numerics *n, size_t i)
{
    Run *run = self->last != NULL ? self->last->next : NULL;

    if (run == NULL || n->n_period_ms == 0 || n->code[i] == 0)
        return NULL;
    const StoreStream *stream = run->stream;
    bool same_stream = stream->code == n->code[i]
                       && stream->channel == (n->n_channel > 0 ? n->channel[i] : 0)
                       && stream->source == n->source && strcmp(stream->bed, n->bed) == 0;
    bool same_words = stream->origin == n->origin && stream->period_num == n->period_ms[i]
                      && stream->period_den == 1000;
    bool same_run = run->origin == n->origin && run->period_ms == n->period_ms[i];
    return same_stream && same_words && same_run ? run : NULL;
}

static Run *
run_at(StoreNumeric *self, StoreStreams *streams, const Vicu__Numerics *n, size_t i)
{
    Run *run = run_expected(self, n, i);

    if (run == NULL) {
        StoreStream *stream = stream_of(streams, n, i);
        run = run_of(self, stream, n->origin, n->n_period_ms > 0 ? n->period_ms[i] : 0);
        if (self->last != NULL)
            self->last->next = run;
    }
    self->last = run;
    return run;
}

static StoreNumericValue *
run_append(Run *run)
{
    if (run->n == run->room) {
        run->room = MAX(ROOM_FIRST, 2 * run->room);
        run->values = g_renew(StoreNumericValue, run->values, run->room);
    }
    return &run->values[run->n++];
}

/* Each value goes to a place of its own in memory: those of the next two are brought in. */
static void
expect_more(const Run *run)
{
    const Run *next = run->next;

    if (next == NULL)
        return;
    __builtin_prefetch(next->next);
    __builtin_prefetch(next->stream, 1);
    __builtin_prefetch(&next->stream->first_us, 1);
    __builtin_prefetch(next->values + next->n, 1);
}

static void
take_value(StoreNumeric *self, StoreStreams *streams, const Vicu__Numerics *n, size_t i)
{
    Run *run = run_at(self, streams, n, i);
    StoreNumericValue *value = run_append(run);

    expect_more(run);
    *value = (StoreNumericValue){
        .t_us = n->t_us[i],
        .value = n->value[i],
        .source_us = vicu_numeric_source_us(n, i),
        .received_us = vicu_numeric_received_us(n, i),
        .quality = n->n_quality > 0 ? n->quality[i] : VICU__QUALITY__QUALITY_GOOD,
    };
    /* A number without a value is not kept as one. */
    if (!isfinite(value->value)) {
        value->value = 0;
        value->quality = VICU__QUALITY__QUALITY_INVALID;
    }
    store_stream_seen(run->stream, n->t_us[i], n->t_us[i]);
    self->count++;
}

static bool
lengths_fit(const Vicu__Numerics *n)
{
    return n->n_t_us == n->n_code && n->n_value == n->n_code
           && (n->n_channel == 0 || n->n_channel == n->n_code)
           && (n->n_quality == 0 || n->n_quality == n->n_code)
           && (n->n_period_ms == 0 || n->n_period_ms == n->n_code) && vicu_numeric_times_fit(n);
}

bool
store_numeric_take(StoreNumeric *self,
                   StoreStreams *streams,
                   const void *packed,
                   size_t size,
                   char bed[STORE_BED_MAX + 1])
{
    Vicu__Numerics *n = vicu_wire_unpack(&vicu__numerics__descriptor, packed, size, NULL);
    bool fits = n != NULL && store_bed_fits(n->bed) && lengths_fit(n);

    for (size_t i = 0; fits && i < n->n_code; i++)
        take_value(self, streams, n, i);
    if (fits)
        g_strlcpy(bed, n->bed, STORE_BED_MAX + 1);
    vicu_wire_free(n);
    return fits;
}

size_t
store_numeric_count(const StoreNumeric *self)
{
    return self->count;
}

/* ---- blocks ---- */

static int64_t
block_of(int64_t t_us)
{
    int64_t n = t_us / STORE_NUMERIC_BLOCK_US;
    return t_us < 0 && n * STORE_NUMERIC_BLOCK_US != t_us ? n - 1 : n;
}

StoreKey
store_numeric_key(const char *bed, int64_t t_us)
{
    StoreKey key = {0};

    store_key_bed(&key, bed);
    store_key_time(&key, block_of(t_us));
    return key;
}

/* Those of @run's values that lie in @block, or all; NULL when none do. */
static Vicu__Numerics *
numerics_of(const Run *run, const int64_t *block)
{
    Vicu__Numerics *out = g_new(Vicu__Numerics, 1);
    size_t n = run->n;

    vicu__numerics__init(out);
    out->bed = run->stream->bed;
    out->origin = run->origin;
    out->source = run->stream->source;
    out->code = g_new(uint32_t, n);
    out->channel = g_new(uint32_t, n);
    out->t_us = g_new(int64_t, n);
    out->value = g_new(double, n);
    out->quality = g_new(Vicu__Quality, n);
    out->period_ms = g_new(uint32_t, n);
    int64_t *source_us = g_new(int64_t, n), *received_us = g_new(int64_t, n);
    size_t k = 0;
    bool all_good = true;
    for (const StoreNumericValue *v = run->values; v < run->values + n; v++) {
        if (block != NULL && block_of(v->t_us) != *block)
            continue;
        out->code[k] = run->stream->code;
        out->channel[k] = run->stream->channel;
        out->t_us[k] = v->t_us;
        out->value[k] = v->value;
        out->quality[k] = v->quality;
        out->period_ms[k] = run->period_ms;
        source_us[k] = v->source_us;
        received_us[k] = v->received_us;
        all_good = all_good && out->quality[k] == VICU__QUALITY__QUALITY_GOOD;
        k++;
    }
    out->n_code = out->n_t_us = out->n_value = k;
    out->n_channel = run->stream->channel != 0 ? k : 0;
    out->n_quality = all_good ? 0 : k;
    out->n_period_ms = run->period_ms != 0 ? k : 0;
    vicu_numeric_times_set(out, source_us, received_us);
    return out;
}

static void
numerics_free(gpointer p)
{
    Vicu__Numerics *n = p;

    g_free(n->code);
    g_free(n->channel);
    g_free(n->t_us);
    g_free(n->value);
    g_free(n->quality);
    g_free(n->period_ms);
    g_free(n->source_offset_us);
    g_free(n->received_delay_us);
    g_free(n);
}

/* @runs of one bed; NULL when none has a value in @block. */
static GBytes *
pack_block(GPtrArray *runs, const int64_t *block)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(numerics_free);

    for (guint i = 0; i < runs->len; i++) {
        Vicu__Numerics *part = numerics_of(runs->pdata[i], block);
        if (part->n_code > 0)
            g_ptr_array_add(parts, part);
        else
            numerics_free(part);
    }
    if (parts->len == 0)
        return NULL;
    batch.numerics = (Vicu__Numerics **)parts->pdata;
    batch.n_numerics = parts->len;
    return vicu_wire_pack(&batch.base);
}

static int
compare_runs(gconstpointer pa, gconstpointer pb)
{
    const Run *a = *(Run *const *)pa, *b = *(Run *const *)pb;
    int by_bed = strcmp(a->stream->bed, b->stream->bed);

    if (by_bed != 0)
        return by_bed;
    return (a->stream->number > b->stream->number) - (a->stream->number < b->stream->number);
}

static GPtrArray *
sorted_runs(const StoreNumeric *self, const char *bed)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer run;

    g_hash_table_iter_init(&iter, self->runs);
    while (g_hash_table_iter_next(&iter, &run, NULL))
        if (((Run *)run)->n > 0 && (bed == NULL || strcmp(((Run *)run)->stream->bed, bed) == 0))
            g_ptr_array_add(all, run);
    g_ptr_array_sort(all, compare_runs);
    return all;
}

static GHashTable *
blocks_of(GPtrArray *runs)
{
    GHashTable *blocks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

    for (guint i = 0; i < runs->len; i++) {
        const Run *run = runs->pdata[i];
        int64_t last = INT64_MIN;
        for (size_t k = 0; k < run->n; k++) {
            int64_t block = block_of(run->values[k].t_us);
            if (block != last)
                g_hash_table_add(blocks, g_memdup2(&block, sizeof block));
            last = block;
        }
    }
    return blocks;
}

static void
flush_bed(GPtrArray *runs, StoreDb *db, const StoreKey *lane, uint64_t first)
{
    g_autoptr(GHashTable) blocks = blocks_of(runs);
    GHashTableIter iter;
    gpointer p;

    g_hash_table_iter_init(&iter, blocks);
    while (g_hash_table_iter_next(&iter, &p, NULL)) {
        const int64_t *block = p;
        g_autoptr(GBytes) packed = pack_block(runs, block);
        StoreKey key = {0};
        store_key_bed(&key, ((Run *)runs->pdata[0])->stream->bed);
        store_key_time(&key, *block);
        store_key_bytes(&key, lane->data, lane->size);
        store_key_u64(&key, first);
        store_db_put(db, STORE_NUMERICS, &key, g_bytes_get_data(packed, NULL),
                     g_bytes_get_size(packed));
    }
}

/* Values go, their runs stay for the next ones; a run that had none goes, too. */
static void
clear(StoreNumeric *self)
{
    GHashTableIter iter;
    gpointer p;
    bool gone = false;

    g_hash_table_iter_init(&iter, self->runs);
    while (g_hash_table_iter_next(&iter, &p, NULL))
        if (((Run *)p)->n == 0) {
            g_hash_table_iter_remove(&iter);
            gone = true;
        }
    g_hash_table_iter_init(&iter, self->runs);
    while (g_hash_table_iter_next(&iter, &p, NULL)) {
        Run *run = p;
        run->n = 0;
        if (gone)
            run->next = NULL;
    }
    if (gone)
        self->last = NULL;
    self->count = 0;
}

void
store_numeric_flush(StoreNumeric *self, StoreDb *db, const StoreKey *lane, uint64_t first)
{
    g_autoptr(GPtrArray) all = sorted_runs(self, NULL);
    g_autoptr(GPtrArray) bed = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++) {
        const Run *run = all->pdata[i];
        if (bed->len > 0 && strcmp(((Run *)bed->pdata[0])->stream->bed, run->stream->bed) != 0) {
            flush_bed(bed, db, lane, first);
            g_ptr_array_set_size(bed, 0);
        }
        g_ptr_array_add(bed, all->pdata[i]);
    }
    if (bed->len > 0)
        flush_bed(bed, db, lane, first);
    clear(self);
}

GBytes *
store_numeric_peek(const StoreNumeric *self, const char *bed)
{
    g_autoptr(GPtrArray) runs = sorted_runs(self, bed);

    return runs->len > 0 ? pack_block(runs, NULL) : NULL;
}

void
store_numeric_each(const StoreNumeric *self, StoreNumericRunFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer p;

    g_hash_table_iter_init(&iter, self->runs);
    while (g_hash_table_iter_next(&iter, &p, NULL)) {
        const Run *run = p;
        if (run->n == 0)
            continue;
        StoreNumericRun seen = {
            .stream = run->stream,
            .origin = run->origin,
            .period_ms = run->period_ms,
            .values = run->values,
            .n = run->n,
        };
        func(&seen, user);
    }
}
