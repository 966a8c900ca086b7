/* Fresh: the newest samples of every wave, decoded, until they are sealed.
 *
 * A minute of data time holds a bin for each identity that has samples in it; a bin
 * holds runs of consecutive samples, ascending, apart from each other. A sample that
 * is there already stays as it is: the first one wins. What order samples come in
 * makes no difference to what a bin holds.
 *
 * Memory: two bytes per sample and some 200 per run; store_fresh_bytes() counts it,
 * the owner closes minutes to bound it. All of it is rebuilt after a crash from the
 * batches from store_fresh_floor() on. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/identity.h"

G_BEGIN_DECLS

/* Both clocks, from whoever calls. */
typedef struct {
    int64_t utc_us;
    int64_t mono_us; /* BOOTTIME */
} StoreNow;

typedef struct {
    uint64_t first;
    size_t n;
    size_t room;  /* for so many there is memory */
    size_t limit; /* so many may follow each other without a further look: <= room */
    int16_t *samples;
} StoreRun;

typedef struct {
    const StoreIdentity *identity;
    uint64_t begin, end; /* indices of this minute: begin <= i < end */
    StoreRun *tail;      /* the last run; NULL: none */
    GPtrArray *runs;     /* StoreRun * */
} StoreBin;

typedef struct {
    int64_t minute;
    int64_t opened_us;    /* mono */
    bool was_over;        /* its end had passed when it was opened */
    uint64_t first_batch; /* least arrival number that brought a sample */
    GHashTable *bins;     /* StoreIdentity * -> StoreBin * */
} StoreFreshMinute;

typedef struct StoreFresh StoreFresh;

/* Where a segment's next samples will most likely go; zero at first. */
typedef struct {
    StoreRun *run;
    uint64_t generation;
} StoreFreshHint;

typedef struct {
    uint64_t samples;   /* new ones */
    uint64_t again;     /* that were there already */
    uint64_t differing; /* of those: with another value */
} StoreFreshCounts;

StoreFresh *store_fresh_new(void);
void store_fresh_free(StoreFresh *self);

/* @samples: int16, little endian, no alignment. */
void store_fresh_add_slow(StoreFresh *self,
                          StoreFreshHint *hint,
                          const StoreIdentity *identity,
                          uint64_t first,
                          const uint8_t *samples,
                          size_t n,
                          uint64_t batch,
                          StoreNow now);

/* True when the samples just continued the run that @hint names. */
bool store_fresh_append(
    StoreFresh *self, StoreFreshHint *hint, uint64_t first, const uint8_t *samples, size_t n);

/* The next samples will most likely go where @soon says, and later where @later says: their
 * memory is brought in meanwhile. Changes nothing. */
void
store_fresh_expect(const StoreFresh *self, const StoreFreshHint *soon, const StoreFreshHint *later);

static inline void
store_fresh_add(StoreFresh *self,
                StoreFreshHint *hint,
                const StoreIdentity *identity,
                uint64_t first,
                const uint8_t *samples,
                size_t n,
                uint64_t batch,
                StoreNow now)
{
    if (!store_fresh_append(self, hint, first, samples, n))
        store_fresh_add_slow(self, hint, identity, first, samples, n, batch, now);
}

/* Minutes, ascending: StoreFreshMinute *; borrowed until the next change. */
const GPtrArray *store_fresh_minutes(const StoreFresh *self);

/* Something of minutes @begin to before @end is in memory. */
bool store_fresh_waits(const StoreFresh *self, int64_t begin, int64_t end);
/* One of them was taken out, and is not freed yet. */
bool store_fresh_is_out(const StoreFresh *self, int64_t begin, int64_t end);

/* Takes the minute out: nothing is added to it any more, and the caller frees it. Until
 * then its memory counts, and so does its first batch. */
StoreFreshMinute *store_fresh_steal(StoreFresh *self, int64_t minute);
/* Also of a minute that was stolen. */
void store_fresh_minute_free(StoreFresh *self, StoreFreshMinute *minute);

/* Bins in the order of their rows: by stream, t0, hash. Caller frees the array. */
GPtrArray *store_fresh_sorted(const StoreFreshMinute *minute);

/* Samples of @identity lie between the two times, both included, of one minute. */
bool store_fresh_has(const StoreFresh *self,
                     const StoreIdentity *identity,
                     int64_t first_us,
                     int64_t last_us);

/* Streams learn of the times of their samples here. */
void store_fresh_note_times(StoreFresh *self);

size_t store_fresh_bytes(const StoreFresh *self);
/* The batches from here on would fill it again; @next when it is empty. */
uint64_t store_fresh_floor(const StoreFresh *self, uint64_t next);
const StoreFreshCounts *store_fresh_counts(const StoreFresh *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreFresh, store_fresh_free)

G_END_DECLS
