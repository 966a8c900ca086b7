/* Reading stored waves: rows of files, late rows and fresh samples as one.
 *
 * A sample stands in one place, or in several while it is on its way: whatever is read
 * here comes once per sample, the sealed one before the late one before the fresh one,
 * and in the order of time. One thread; iterators live as long as a reader, which lives
 * for one slice of work.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/waves.h"

G_BEGIN_DECLS

/* Indices first <= i < end. */
typedef struct {
    uint64_t first, end;
} StoreSpan;

/* Adds @span to @spans (StoreSpan, ascending, apart), joining what meets. */
void store_span_add(GArray *spans, StoreSpan span);

/* What files and late rows hold of @identity in @minute, added to @spans. */
bool store_wave_spans(StoreWaves *waves,
                      const StoreIdentity *identity,
                      int64_t minute,
                      GArray *spans,
                      GError **error);

/* Samples of a minute from one place. */
typedef struct {
    const StoreIdentity *identity;
    uint64_t first;
    size_t n;
    int rank;               /* 0 a file, 1 a late row, 2 fresh: the lowest counts */
    GBytes *value;          /* the row; NULL: fresh */
    const int16_t *samples; /* fresh; borrowed */
} StorePiece;

void store_piece_clear(gpointer piece);

typedef struct StoreReader StoreReader;

StoreReader *store_reader_new(StoreWaves *waves);
/* For a question: what it reads of files of waves is not kept in memory. */
StoreReader *store_reader_new_passing(StoreWaves *waves);
void store_reader_free(StoreReader *self);

/* The minute of the first row of @stream in @part at or after @minute; part->end when
 * there is none. Of an archived day it may be a minute without a row, before it. False: the
 * disk failed. */
bool store_reader_next(StoreReader *self,
                       const StorePart *part,
                       uint32_t stream,
                       int64_t minute,
                       int64_t *found,
                       GError **error);

/* The minute of the first late row at or after @minute, of any stream; INT64_MAX: none. */
bool store_reader_next_late(StoreReader *self, int64_t minute, int64_t *found, GError **error);

/* Each row of @stream and @minute in @part, in the order of keys; @value is borrowed
 * for the call. False ends it: @error is set. */
typedef bool (*StoreRowFunc)(
    const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error);
bool store_reader_rows(StoreReader *self,
                       const StorePart *part,
                       uint32_t stream,
                       int64_t minute,
                       StoreRowFunc func,
                       gpointer user,
                       GError **error);
/* Each row of @stream in @part whose place's minute is from @minute to before @end, as it
 * lies there: in an archived day such as no other function here hands out. @func must not
 * use the reader. */
bool store_reader_raw(StoreReader *self,
                      const StorePart *part,
                      uint32_t stream,
                      int64_t minute,
                      int64_t end,
                      StoreRowFunc func,
                      gpointer user,
                      GError **error);
/* The minute of the place of the first one; part->end: none. */
bool store_reader_raw_next(StoreReader *self,
                           const StorePart *part,
                           uint32_t stream,
                           int64_t minute,
                           int64_t *found,
                           GError **error);

/* Such rows, kept: StoreArchivedRow. */
typedef struct {
    StorePlace place;
    GBytes *value;
} StoreArchivedRow;
GArray *store_archived_new(void);
/* A StoreRowFunc; @user: the array. */
bool store_archived_collect(
    const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error);
int store_archived_compare(gconstpointer a, gconstpointer b); /* by place */

/* What store_reader_rows() is, of late rows whose ordinal is below @before. */
bool store_reader_late(StoreReader *self,
                       uint32_t stream,
                       int64_t minute,
                       uint64_t before,
                       StoreRowFunc func,
                       gpointer user,
                       GError **error);

/* store_row_read(), and the place is one where so many samples can be. */
bool store_wave_row(
    const StorePlace *place, const uint8_t *value, size_t size, StoreRow *row, GError **error);

/* Both of them as pieces (StorePiece), appended; @part may be NULL. */
bool store_reader_pieces(StoreReader *self,
                         const StorePart *part,
                         uint32_t stream,
                         int64_t minute,
                         uint64_t before,
                         GArray *pieces,
                         GError **error);

/* Each sample of @pieces once, in the order of time of its run. @user gets whole rows
 * as they are where nothing of them stands elsewhere: @row is NULL otherwise. */
typedef bool (*StorePieceFunc)(const StoreIdentity *identity,
                               uint64_t first,
                               size_t n,
                               const StoreRow *row, /* with @offset: where they lie in it */
                               size_t offset,
                               const int16_t *samples, /* without a row */
                               gpointer user,
                               GError **error);
bool store_pieces_each(GArray *pieces, StorePieceFunc func, gpointer user, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreReader, store_reader_free)

G_END_DECLS
