/* A row of waves: a small header and one block of the codec.
 *
 * The header says which layout and which coder; the key says whose samples and
 * from which index on (store/wave-key.h). Everything read from the disk is checked
 * against its checksum and its own counts before it is believed.
 *
 * Memory: one coder per thread, reused; nothing is allocated per row.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/codec/block.h"
#include "store/segment.h"

G_BEGIN_DECLS

#define STORE_ROW_VERSION 1
#define STORE_ROW_HEADER  8 /* version, coder, 2 bytes of 0, n (little endian) */

/* Samples of one row at most; a longer run is cut at indices that are multiples. */
#define STORE_ROW_MAX 262144u

/* Which coder wrote the block. Rows of the archive are read by store/archive-read.h alone. */
typedef enum {
    STORE_ROW_BLOCK = 1,   /* common/codec/block.h */
    STORE_ROW_ARCHIVE = 2, /* common/codec/archive.h, in store/archive-row.h */
} StoreRowCoder;

typedef struct {
    StoreRowCoder coder;
    uint32_t n;
    const uint8_t *block; /* a view into the value */
    size_t size;
} StoreRow;

typedef struct StoreCoder StoreCoder;

StoreCoder *store_coder_new(void);
void store_coder_free(StoreCoder *self);

/* Samples between restart points of @segment: about 7.5 s. */
unsigned store_row_restart(const StoreSegment *segment);

/* The whole value of a row, borrowed until the next call; 1..STORE_ROW_MAX samples. */
const uint8_t *store_row_pack(
    StoreCoder *self, const StoreSegment *segment, const int16_t *samples, size_t n, size_t *size);

/* False and @error (no object named) when it is no row that can be read here. */
bool store_row_read(const uint8_t *value, size_t size, StoreRow *row, GError **error);
/* @count samples from the @first of the row on, borrowed until the next call. */
const int16_t *
store_row_unpack(StoreCoder *self, const StoreRow *row, size_t first, size_t count, GError **error);
/* Statistics of each span, borrowed until the next call. */
const VicuBlockStats *
store_row_spans(StoreCoder *self, const StoreRow *row, VicuBlockInfo *info, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreCoder, store_coder_free)

G_END_DECLS
