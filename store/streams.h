/* The table of streams: what each bed has ever sent, since when, until when.
 *
 * A stream is bed + code + device channel + source, and its label where the
 * code is 0. All of it is held in memory (about 200 bytes each) and loaded at
 * start. Rows are put when they are new or change; times are put at checkpoints
 * and made exact again by the replay after a crash. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"

G_BEGIN_DECLS

typedef struct {
    uint32_t number; /* dense, for ever */
    char *bed;       /* of the table of streams */
    uint32_t code;
    uint32_t channel;
    Vicu__Source source;
    char *label;
    char *unit;
    Vicu__Origin origin; /* of the newest data */
    uint32_t period_num; /* seconds; 0 when nobody said */
    uint32_t period_den;
    bool wave;
    int64_t first_us;   /* INT64_MAX: nothing yet */
    int64_t last_us;    /* INT64_MIN: nothing yet */
    int64_t dropped_us; /* up to here it is gone by retention; INT64_MIN: nothing is */
    bool imported;      /* some of it came with an import */
    bool times_changed;
    /* Of a wave, in this process: whose samples came last, of which identity, and when it
     * was told last that somebody else's came at the same time (mono; 0: never). */
    VicuFingerprint claimed_by;
    const void *claim;
    int64_t told_us;
} StoreStream;

/* What a sender says of a stream; pointers are borrowed. */
typedef struct {
    const char *bed;
    uint32_t code;
    uint32_t channel;
    Vicu__Source source;
    const char *label;
    const char *unit;
    Vicu__Origin origin;
    uint32_t period_num;
    uint32_t period_den;
    bool wave;
} StoreStreamSaid;

typedef struct StoreStreams StoreStreams;

StoreStreams *store_streams_load(StoreDb *db, GError **error);
void store_streams_free(StoreStreams *self);

/* The stream, made when it is new, its row put when anything said differs. */
StoreStream *store_streams_take(StoreStreams *self, const StoreStreamSaid *said);
/* Exactly that stream, left as it is; NULL when there is none. */
StoreStream *store_streams_get(const StoreStreams *self, const StoreStreamSaid *said);
bool store_streams_knows(const StoreStreams *self, const StoreStreamSaid *said);
/* Any source and label that fits; NULL when there is none. @wave picks the kind. */
const StoreStream *store_streams_find(
    const StoreStreams *self, const char *bed, uint32_t code, uint32_t channel, bool wave);
/* StoreStream, by number; NULL: the bed is unknown. Lent until a stream is taken. */
const GPtrArray *store_streams_of(const StoreStreams *self, const char *bed);
bool store_streams_has_bed(const StoreStreams *self, const char *bed);

size_t store_streams_count(const StoreStreams *self);
StoreStream *store_streams_at(StoreStreams *self, size_t number);

/* Data from @first_us to @last_us, both included, exist. */
static inline void
store_stream_seen(StoreStream *stream, int64_t first_us, int64_t last_us)
{
    stream->first_us = MIN(stream->first_us, first_us);
    stream->last_us = MAX(stream->last_us, last_us);
    stream->times_changed = true;
}

void store_stream_dropped(StoreStream *stream, int64_t t_us);

/* Puts the times of all streams that changed since the last call. */
void store_streams_save(StoreStreams *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStreams, store_streams_free)

G_END_DECLS
