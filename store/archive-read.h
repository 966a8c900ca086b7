/* Reading archived days: five minutes of a stream come back as the hot rows they were.
 *
 * Nobody above knows of the archive: what is read from a part of STORE_TIER_ARCHIVE is
 * decoded here and packed again with the fast codec, minute by minute, to the very bytes
 * that the day's file had. The last WINDOWS of them stay in memory, so an answer that
 * follows the minutes decodes once in five; a reference is decoded once for all leads
 * that need it. A row that needs a reference which is missing or damaged is refused with
 * both named.
 *
 * Decoding takes some 140 ns a sample: whoever works in slices ends one when
 * store_archive_decoded() has moved. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/archive-row.h"
#include "store/wave-read.h"

G_BEGIN_DECLS

StoreArchive *store_archive_new(void);
void store_archive_free(StoreArchive *self);

/* Samples decoded so far. */
uint64_t store_archive_decoded(const StoreArchive *self);

/* The codec's memory, for who packs; made at the first call. */
VicuArchiveScratch *store_archive_scratch(StoreArchive *self);

/* What store_reader_next() and store_reader_rows() are of an archived day. _next() may
 * find a minute in which there is no sample, but passes over none. */
bool store_archive_next(StoreReader *reader,
                        const StorePart *part,
                        uint32_t stream,
                        int64_t minute,
                        int64_t *found,
                        GError **error);
bool store_archive_rows(StoreReader *reader,
                        StoreWaves *waves,
                        const StorePart *part,
                        uint32_t stream,
                        int64_t minute,
                        StoreRowFunc func,
                        gpointer user,
                        GError **error);
/* Adds what is stored of @identity in @minute, and around it, to @spans; decodes nothing. */
bool store_archive_spans(StoreReader *reader,
                         const StorePart *part,
                         const StoreIdentity *identity,
                         int64_t minute,
                         GArray *spans,
                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreArchive, store_archive_free)

G_END_DECLS
