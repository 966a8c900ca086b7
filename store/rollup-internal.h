/* What the two files of the roll-up share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/rollup.h"
#include "store/wave-read.h"

typedef struct {
    const StoreIdentity *identity;
    uint64_t first;
    size_t n;
    size_t at; /* in the samples of the minute */
} StoreRollRun;

/* Of a stream, rows up to @t_us were left out. */
typedef struct {
    uint32_t stream;
    int64_t t_us;
} StoreRollDrop;

struct StoreRoller {
    StoreWaves *waves;
    bool archived;  /* only days of the archive; otherwise all others */
    StorePart part; /* being made; end 0: none is */
    GArray *inputs; /* StorePart: what it replaces */
    uint64_t late_before;
    uint64_t file_bytes;
    StoreFile *file;   /* being written */
    GPtrArray *files;  /* finished */
    uint32_t stream;   /* at hand */
    int64_t minute;    /* the next of it */
    GByteArray *trend; /* of the stream and hour at hand */
    int64_t trend_hour;
    bool trend_news;   /* it differs from what stands in the pyramid */
    guint trend_rows;  /* in it */
    unsigned shed;     /* classes that are not copied */
    int64_t now_us;    /* hub time at the beginning: by it rows are over */
    GArray *dropped;   /* StoreRollDrop */
    GArray *pieces;    /* StorePiece, of the minute at hand */
    GArray *runs;      /* StoreRollRun, of the minute at hand */
    GArray *samples;   /* int16_t */
    int64_t looked_us; /* mono: for work */
    uint64_t count;
};

/* Rows of one stream and minute go into the file. *@rows counts them. */
bool store_roll_minute(StoreRoller *self,
                       StoreReader *reader,
                       const StorePart *from,
                       int64_t minute,
                       bool has_late,
                       size_t *rows,
                       GError **error);
/* The hour at hand is over: its row of the pyramid is put if it is news. */
void store_roll_trend(StoreRoller *self);
