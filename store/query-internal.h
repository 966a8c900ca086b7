/* What the kinds of query share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/query.h"
#include "store/rows.h"

/* Batches, blocks or rows that one step may look at. */
#define STORE_STEP_BATCHES 64
#define STORE_STEP_BLOCKS  16
#define STORE_STEP_ROWS    2000

typedef struct {
    /* False: refused, *refusal says why. */
    bool (*begin)(StoreQuery *self, char **refusal);
    /* A piece of work; sets self->done at the end. False: the read failed. */
    bool (*work)(StoreQuery *self, GError **error);
    void (*end)(StoreQuery *self); /* frees self->state; may be NULL */
} StoreQueryKind;

struct StoreQuery {
    StoreHead *head;
    Vicu__Query *ask;
    const StoreQueryKind *kind;
    GByteArray *out; /* of the present step */
    bool done;
    void *state;
};

extern const StoreQueryKind store_query_samples;
extern const StoreQueryKind store_query_columns;
extern const StoreQueryKind store_query_numerics;
extern const StoreQueryKind store_query_events;
extern const StoreQueryKind store_query_symbols;
extern const StoreQueryKind store_query_gaps;
extern const StoreQueryKind store_query_unmapped;
extern const StoreQueryKind store_query_audit;
extern const StoreQueryKind store_query_streams;
extern const StoreQueryKind store_query_trend;
extern const StoreQueryKind store_query_watermarks;
extern const StoreQueryKind store_query_batches;
extern const StoreQueryKind store_query_checkpoint;

static inline bool
store_query_full(const StoreQuery *self)
{
    return self->out->len >= STORE_QUERY_ROWS_BYTES;
}

/* False and a sentence unless from < to. */
bool store_query_check_range(int64_t from_us, int64_t to_us, char **refusal);
/* False and a sentence unless the store knows the bed. */
bool store_query_check_bed(const StoreQuery *self, const char *bed, char **refusal);

/* False and a sentence unless the columns are 1 .. STORE_QUERY_COLUMNS_MAX, each at
 * least 1 us wide, over at most 40 years. */
bool store_query_check_columns(uint32_t columns, int64_t from_us, int64_t to_us, char **refusal);

/* Gaps of a stream within a time, from rows and from retention. */
bool store_query_add_gaps(StoreQuery *self,
                          const char *bed,
                          uint32_t code,
                          uint32_t channel,
                          int64_t from_us,
                          int64_t to_us,
                          GError **error);

/* ---- walks: shared by the kinds that read waves or numerics ---- */

typedef struct StoreWaveWalk StoreWaveWalk;

/* @samples lie in [from, to); @first is the index of the first of @n. */
typedef void (*StoreWaveFunc)(const StoreSegment *segment,
                              GBytes *packed,
                              uint64_t first,
                              const uint8_t *samples,
                              size_t n,
                              gpointer user);

StoreWaveWalk *store_wave_walk_new(StoreHead *head,
                                   const char *bed,
                                   uint32_t code,
                                   uint32_t channel,
                                   int64_t from_us,
                                   int64_t to_us);
void store_wave_walk_free(StoreWaveWalk *self);
/* Looks at about @batches batches; *done at the end. */
bool store_wave_walk_step(StoreWaveWalk *self,
                          size_t batches,
                          StoreWaveFunc func,
                          gpointer user,
                          bool *done,
                          GError **error);

/* What lanes hold of @bed in memory now: packed Batches of Numerics. Caller frees. */
GPtrArray *store_query_held(StoreHead *head, const char *bed);

typedef struct StoreNumericWalk StoreNumericWalk;

/* Values of one stream, in order of time, within [from, to). */
typedef void (*StoreNumericFunc)(const Vicu__Numerics *n, gpointer user);

/* Of what is stored at this moment: blocks, rows, memory. @code 0: all of the bed. */
StoreNumericWalk *store_numeric_walk_new(
    StoreHead *head, const char *bed, uint32_t code, int64_t from_us, int64_t to_us);
void store_numeric_walk_free(StoreNumericWalk *self);
/* Reads about @rows rows, or calls @func for some 4096 values; *done at the end. */
bool store_numeric_walk_step(StoreNumericWalk *self,
                             size_t rows,
                             StoreNumericFunc func,
                             gpointer user,
                             bool *done,
                             GError **error);
