/* A row of the archive: a header, which rows it needs, and one block of the archive codec.
 *
 * It holds consecutive samples of one segment within five minutes of data time; those of
 * several minutes of hot rows. The references are named by stream and identity: their
 * samples of the same indices, VICU_ARCHIVE_INVALID where they have none.
 *
 * Pure. Memory: a scratch of the codec and samples, made when first used (some 7 MB).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/codec/archive.h"
#include "store/wave-key.h"

G_BEGIN_DECLS

#define STORE_ARCHIVE_MINUTES 5 /* a row ends where a multiple of them ends */

/* Samples of one row at most: five minutes at 500 Hz, 20 to 30 ms of packing. */
#define STORE_ARCHIVE_MAX 150000u

typedef struct {
    uint32_t stream;
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
} StoreArchiveRef;

/* version, coder, references, minutes, n (little endian), references, block */
typedef struct {
    uint32_t n;
    unsigned minutes; /* from that of the first sample to that of the last, both counted */
    size_t n_refs;
    StoreArchiveRef ref[VICU_ARCHIVE_REFS_MAX];
    const uint8_t *block; /* a view into the value */
    size_t size;
} StoreArchiveRow;

/* The first minute of the five that hold @minute. */
static inline int64_t
store_archive_floor(int64_t minute)
{
    return store_floor_to(minute, STORE_ARCHIVE_MINUTES);
}

/* Says that it is a row of the archive, of whatever worth. */
bool store_archive_is(const uint8_t *value, size_t size);

/* False and @error (no object named) when it is no row that can be read here. */
bool
store_archive_row_read(const uint8_t *value, size_t size, StoreArchiveRow *row, GError **error);

/* Appends a value to @out. @series: @n samples each, of @refs, which are left out when
 * they are not worth it. 1..STORE_ARCHIVE_MAX samples. */
void store_archive_row_pack(VicuArchiveScratch *scratch,
                            const int16_t *samples,
                            size_t n,
                            unsigned minutes,
                            const StoreArchiveRef *refs,
                            const int16_t *const *series,
                            size_t n_refs,
                            GByteArray *out);

/* @series as the row lists them; @samples has room for row->n. False and @error (no object
 * named) when a checksum or a count does not hold, or a reference is another than it was. */
bool store_archive_row_unpack(VicuArchiveScratch *scratch,
                              const StoreArchiveRow *row,
                              const int16_t *const *series,
                              int16_t *samples,
                              GError **error);

G_END_DECLS
