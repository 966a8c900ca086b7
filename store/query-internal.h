/* What the kinds of query share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/query.h"
#include "store/rows.h"
#include "store/wave-read.h"

/* Batches, blocks or rows that one step may look at. */
#define STORE_STEP_BATCHES 64
#define STORE_STEP_BLOCKS  16
#define STORE_STEP_ROWS    2000
/* Of waves: what is decoded, and what is only looked at or sent as it is. */
#define STORE_STEP_SAMPLES       200000
#define STORE_STEP_ROWS_OF_WAVES 64

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
extern const StoreQueryKind store_query_alive;
extern const StoreQueryKind store_query_watermarks;
extern const StoreQueryKind store_query_batches;
extern const StoreQueryKind store_query_checkpoint;
extern const StoreQueryKind store_query_ledger;
extern const StoreQueryKind store_query_ledger_proof;

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
/* False and a sentence unless it is a fingerprint, or empty where that is allowed. */
bool store_query_check_sender(const ProtobufCBinaryData *sender, bool may_be_empty, char **refusal);

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

/* Both in the order of time. @samples lie in [from, to); @first is the index of the
 * first of @n. @row: a whole row of the database, of which at least one sample lies in
 * [from, to). @spans: statistics of all spans of a row that lies in [from, to) as a
 * whole. Both may be NULL: then such rows come decoded. */
typedef struct {
    void (*samples)(const StoreIdentity *identity,
                    uint64_t first,
                    const int16_t *samples,
                    size_t n,
                    gpointer user);
    void (*row)(const StoreIdentity *identity, uint64_t first, const StoreRow *row, gpointer user);
    void (*spans)(const StoreIdentity *identity,
                  uint64_t first,
                  uint32_t n,
                  uint32_t restart,
                  const VicuBlockStats *spans,
                  gpointer user);
    bool (*full)(gpointer user); /* the slice ends after this minute; may be NULL */
} StoreWaveFuncs;

StoreWaveWalk *store_wave_walk_new(StoreHead *head,
                                   const char *bed,
                                   uint32_t code,
                                   uint32_t channel,
                                   int64_t from_us,
                                   int64_t to_us);
void store_wave_walk_free(StoreWaveWalk *self);
/* A slice of work; *done at the end. */
bool store_wave_walk_step(
    StoreWaveWalk *self, const StoreWaveFuncs *funcs, gpointer user, bool *done, GError **error);

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
