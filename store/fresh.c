/* SPDX-License-Identifier: Apache-2.0 */
#include "store/fresh.h"

#include <string.h>

#include "store/scan.h"

G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN); /* samples are copied as they came */

#define RUN_OVERHEAD 200
#define ROOM_FIRST   64
#define ROOM_MOST    65536 /* samples at first, however fast a stream says it is */

struct StoreFresh {
    GPtrArray *minutes;  /* StoreFreshMinute *, ascending */
    GPtrArray *stolen;   /* StoreFreshMinute *: out, not yet freed */
    uint64_t generation; /* counts what makes hints stale */
    size_t bytes;
    StoreFreshCounts counts;
};

/* ---- runs and bins ---- */

static void
run_free(gpointer p)
{
    StoreRun *run = p;

    g_free(run->samples);
    g_free(run);
}

static void
bin_free(gpointer p)
{
    StoreBin *bin = p;

    g_ptr_array_unref(bin->runs);
    g_free(bin);
}

static void
run_reserve(StoreFresh *self, StoreRun *run, size_t n)
{
    if (run->n + n <= run->room)
        return;
    size_t room = MAX(run->room * 2, run->n + n);
    self->bytes += 2 * (room - run->room);
    run->samples = g_renew(int16_t, run->samples, room);
    run->room = room;
}

/* The last run of a bin may grow as far as its minute; the others by a look only. */
static void
set_tail(StoreBin *bin)
{
    StoreRun *last = bin->runs->pdata[bin->runs->len - 1];

    if (bin->tail != NULL && bin->tail != last)
        bin->tail->limit = bin->tail->n;
    bin->tail = last;
    last->limit = (size_t)MIN(last->room, bin->end - last->first);
}

static StoreRun *
run_new(StoreFresh *self, const StoreBin *bin, uint64_t first, size_t n)
{
    StoreRun *run = g_new0(StoreRun, 1);
    uint64_t left = bin->end - first;

    /* A first run is likely to last for the minute; others are pieces. */
    run->first = first;
    run->room = (size_t)(bin->runs->len == 0 ? CLAMP(left, ROOM_FIRST, ROOM_MOST) : ROOM_FIRST);
    run->room = MAX(run->room, n);
    run->samples = g_new(int16_t, run->room);
    self->bytes += 2 * run->room + RUN_OVERHEAD;
    return run;
}

static void
run_append(StoreFresh *self, StoreRun *run, const uint8_t *samples, size_t n)
{
    run_reserve(self, run, n);
    memcpy(run->samples + run->n, samples, 2 * n);
    run->n += n;
    self->counts.samples += n;
}

/* Run @i and the next have met. */
static void
join_next(StoreFresh *self, StoreBin *bin, guint i)
{
    StoreRun *run = bin->runs->pdata[i], *next = bin->runs->pdata[i + 1];

    run_reserve(self, run, next->n);
    memcpy(run->samples + run->n, next->samples, 2 * next->n);
    run->n += next->n;
    self->bytes -= 2 * next->room + RUN_OVERHEAD;
    if (bin->tail == next)
        bin->tail = NULL;
    self->generation++; /* hints may name it */
    g_ptr_array_remove_index(bin->runs, i + 1);
}

/* Of @n samples that lie within @run. */
static void
count_again(StoreFresh *self, const StoreRun *run, uint64_t first, const uint8_t *samples, size_t n)
{
    const int16_t *have = run->samples + (first - run->first);

    self->counts.again += n;
    for (size_t i = 0; i < n; i++)
        self->counts.differing += have[i] != store_sample(samples, i);
}

static guint
run_at_or_before(const StoreBin *bin, uint64_t first)
{
    guint low = 0, high = bin->runs->len;

    while (low < high) {
        guint middle = (low + high) / 2;
        const StoreRun *run = bin->runs->pdata[middle];
        if (run->first <= first)
            low = middle + 1;
        else
            high = middle;
    }
    return low; /* index after the last run that begins at or before */
}

/* Samples of @bin's own minute only. */
static void
bin_insert(StoreFresh *self, StoreBin *bin, uint64_t first, const uint8_t *samples, size_t n)
{
    guint i = run_at_or_before(bin, first);

    while (n > 0) {
        StoreRun *before = i > 0 ? bin->runs->pdata[i - 1] : NULL;
        const StoreRun *after = i < bin->runs->len ? bin->runs->pdata[i] : NULL;
        size_t step = n;
        if (before != NULL && first < before->first + before->n) { /* there already */
            step = (size_t)MIN(n, before->first + before->n - first);
            count_again(self, before, first, samples, step);
        } else {
            if (after != NULL)
                step = (size_t)MIN(n, after->first - first);
            if (before == NULL || first > before->first + before->n) {
                before = run_new(self, bin, first, step);
                g_ptr_array_insert(bin->runs, (gint)i, before);
                i++;
            }
            run_append(self, before, samples, step);
            if (after != NULL && first + step == after->first) {
                join_next(self, bin, i - 1);
            }
        }
        first += step;
        samples += 2 * step;
        n -= step;
        if (n > 0)
            i = run_at_or_before(bin, first);
    }
    set_tail(bin);
}

/* ---- minutes ---- */

static void
minute_free(gpointer p)
{
    StoreFreshMinute *minute = p;

    g_hash_table_unref(minute->bins);
    g_free(minute);
}

static StoreFreshMinute *
minute_at(StoreFresh *self, int64_t minute, StoreNow now)
{
    guint i = self->minutes->len;

    for (; i > 0; i--) {
        StoreFreshMinute *m = self->minutes->pdata[i - 1];
        if (m->minute == minute)
            return m;
        if (m->minute < minute)
            break;
    }
    StoreFreshMinute *fresh = g_new0(StoreFreshMinute, 1);
    fresh->minute = minute;
    fresh->opened_us = now.mono_us;
    fresh->was_over = (minute + 1) * STORE_MINUTE_US <= now.utc_us;
    fresh->first_batch = UINT64_MAX;
    fresh->bins = g_hash_table_new_full(NULL, NULL, NULL, bin_free);
    g_ptr_array_insert(self->minutes, (gint)i, fresh);
    return fresh;
}

static StoreBin *
bin_at(StoreFreshMinute *minute, const StoreIdentity *identity)
{
    StoreBin *bin = g_hash_table_lookup(minute->bins, identity);

    if (bin == NULL) {
        int64_t begin_us = minute->minute * STORE_MINUTE_US;
        bin = g_new0(StoreBin, 1);
        bin->identity = identity;
        bin->begin = store_segment_index(&identity->segment, begin_us);
        bin->end = store_segment_index(&identity->segment, begin_us + STORE_MINUTE_US);
        bin->runs = g_ptr_array_new_with_free_func(run_free);
        g_hash_table_insert(minute->bins, (gpointer)identity, bin);
    }
    return bin;
}

void
store_fresh_add_slow(StoreFresh *self,
                     StoreFreshHint *hint,
                     const StoreIdentity *identity,
                     uint64_t first,
                     const uint8_t *samples,
                     size_t n,
                     uint64_t batch,
                     StoreNow now)
{
    while (n > 0) {
        int64_t t_us = store_segment_time_us(&identity->segment, first);
        StoreFreshMinute *minute = minute_at(self, store_minute_of(t_us), now);
        StoreBin *bin = bin_at(minute, identity);
        size_t step = (size_t)MIN(n, bin->end - first);
        minute->first_batch = MIN(minute->first_batch, batch);
        bin_insert(self, bin, first, samples, step);
        *hint = (StoreFreshHint){bin->tail, self->generation};
        first += step;
        samples += 2 * step;
        n -= step;
    }
}

bool
store_fresh_append(
    StoreFresh *self, StoreFreshHint *hint, uint64_t first, const uint8_t *samples, size_t n)
{
    if (hint->generation != self->generation)
        return false;
    StoreRun *run = hint->run;
    if (first != run->first + run->n || run->n + n > run->limit)
        return false;
    memcpy(run->samples + run->n, samples, 2 * n);
    run->n += n;
    self->counts.samples += n;
    return true;
}

void
store_fresh_expect(const StoreFresh *self, const StoreFreshHint *soon, const StoreFreshHint *later)
{
    if (later->generation == self->generation)
        __builtin_prefetch(later->run, 1);
    if (soon->generation == self->generation && soon->run != NULL)
        __builtin_prefetch(soon->run->samples + soon->run->n, 1);
}

const GPtrArray *
store_fresh_minutes(const StoreFresh *self)
{
    return self->minutes;
}

static bool
any_between(const GPtrArray *minutes, int64_t begin, int64_t end)
{
    for (guint i = 0; i < minutes->len; i++) {
        int64_t minute = ((const StoreFreshMinute *)minutes->pdata[i])->minute;
        if (minute >= begin && minute < end)
            return true;
    }
    return false;
}

bool
store_fresh_waits(const StoreFresh *self, int64_t begin, int64_t end)
{
    return any_between(self->minutes, begin, end) || store_fresh_is_out(self, begin, end);
}

bool
store_fresh_is_out(const StoreFresh *self, int64_t begin, int64_t end)
{
    return any_between(self->stolen, begin, end);
}

StoreFreshMinute *
store_fresh_steal(StoreFresh *self, int64_t minute)
{
    for (guint i = 0; i < self->minutes->len; i++) {
        StoreFreshMinute *m = self->minutes->pdata[i];
        if (m->minute != minute)
            continue;
        g_ptr_array_steal_index(self->minutes, i);
        g_ptr_array_add(self->stolen, m);
        self->generation++;
        return m;
    }
    return NULL;
}

static size_t
bytes_of(const StoreFreshMinute *minute)
{
    GHashTableIter iter;
    gpointer p;
    size_t bytes = 0;

    g_hash_table_iter_init(&iter, minute->bins);
    while (g_hash_table_iter_next(&iter, NULL, &p)) {
        const StoreBin *bin = p;
        for (guint i = 0; i < bin->runs->len; i++)
            bytes += 2 * ((const StoreRun *)bin->runs->pdata[i])->room + RUN_OVERHEAD;
    }
    return bytes;
}

void
store_fresh_minute_free(StoreFresh *self, StoreFreshMinute *minute)
{
    self->bytes -= bytes_of(minute);
    g_ptr_array_remove_fast(self->stolen, minute); /* frees it */
}

/* ---- the order of rows ---- */

static int
compare_bins(gconstpointer pa, gconstpointer pb)
{
    const StoreIdentity *a = (*(StoreBin *const *)pa)->identity;
    const StoreIdentity *b = (*(StoreBin *const *)pb)->identity;

    if (a->stream->number != b->stream->number)
        return a->stream->number < b->stream->number ? -1 : 1;
    if (a->segment.t0_us != b->segment.t0_us)
        return a->segment.t0_us < b->segment.t0_us ? -1 : 1;
    return memcmp(a->hash, b->hash, sizeof a->hash);
}

GPtrArray *
store_fresh_sorted(const StoreFreshMinute *minute)
{
    GPtrArray *bins = g_ptr_array_sized_new(g_hash_table_size(minute->bins));
    GHashTableIter iter;
    gpointer bin;

    g_hash_table_iter_init(&iter, minute->bins);
    while (g_hash_table_iter_next(&iter, NULL, &bin))
        g_ptr_array_add(bins, bin);
    g_ptr_array_sort(bins, compare_bins);
    return bins;
}

/* ---- what is known ---- */

static void
note_minute(const StoreFreshMinute *minute)
{
    GHashTableIter iter;
    gpointer p;

    g_hash_table_iter_init(&iter, minute->bins);
    while (g_hash_table_iter_next(&iter, NULL, &p)) {
        const StoreBin *bin = p;
        const StoreRun *head = bin->runs->pdata[0];
        const StoreSegment *segment = &bin->identity->segment;
        StoreStream *stream = bin->identity->stream;
        int64_t first_us = store_segment_time_us(segment, head->first);
        int64_t last_us = store_segment_time_us(segment, bin->tail->first + bin->tail->n - 1);
        if (first_us < stream->first_us || last_us > stream->last_us)
            store_stream_seen(stream, first_us, last_us);
    }
}

bool
store_fresh_has(const StoreFresh *self,
                const StoreIdentity *identity,
                int64_t first_us,
                int64_t last_us)
{
    int64_t minute = store_minute_of(first_us);
    const StoreSegment *segment = &identity->segment;

    for (guint i = self->minutes->len; i > 0; i--) {
        const StoreFreshMinute *m = self->minutes->pdata[i - 1];
        const StoreBin *bin = m->minute == minute ? g_hash_table_lookup(m->bins, identity) : NULL;
        for (guint k = 0; bin != NULL && k < bin->runs->len; k++) {
            const StoreRun *run = bin->runs->pdata[k];
            if (store_segment_time_us(segment, run->first) <= last_us
                && store_segment_time_us(segment, run->first + run->n - 1) >= first_us)
                return true;
        }
    }
    return false;
}

void
store_fresh_note_times(StoreFresh *self)
{
    for (guint i = 0; i < self->minutes->len; i++)
        note_minute(self->minutes->pdata[i]);
    for (guint i = 0; i < self->stolen->len; i++)
        note_minute(self->stolen->pdata[i]);
}

size_t
store_fresh_bytes(const StoreFresh *self)
{
    return self->bytes;
}

uint64_t
store_fresh_floor(const StoreFresh *self, uint64_t next)
{
    for (guint i = 0; i < self->minutes->len; i++)
        next = MIN(next, ((const StoreFreshMinute *)self->minutes->pdata[i])->first_batch);
    for (guint i = 0; i < self->stolen->len; i++)
        next = MIN(next, ((const StoreFreshMinute *)self->stolen->pdata[i])->first_batch);
    return next;
}

const StoreFreshCounts *
store_fresh_counts(const StoreFresh *self)
{
    return &self->counts;
}

StoreFresh *
store_fresh_new(void)
{
    StoreFresh *self = g_new0(StoreFresh, 1);

    self->minutes = g_ptr_array_new_with_free_func(minute_free);
    self->stolen = g_ptr_array_new_with_free_func(minute_free);
    self->generation = 1;
    return self;
}

void
store_fresh_free(StoreFresh *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->minutes);
    g_ptr_array_unref(self->stolen);
    g_free(self);
}
