/* What the files of store/erase share that rewrite rows, and nobody else includes.
 *
 * Between the first puncture and the end of it (store/erase/cipher.h): rows of which a part is
 * erased are put again without it, and so are sealed under what will be left; rows that are
 * erased whole are deleted. All of it waits for one commit. A row that cannot be read is
 * counted and left: its key goes all the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "store/head.h"

typedef struct {
    StoreHead *head;
    StoreDb *db;
    const char *bed;
    int64_t from_us, to_us; /* whole minutes, half-open */
    uint64_t rows;          /* that go, or lose a part */
    uint64_t unread;        /* that could not be read */
    int64_t mono_us;
} StoreErasing;

static inline bool
store_erasing_has(const StoreErasing *self, int64_t from_us, int64_t to_us)
{
    return from_us >= self->from_us && to_us <= self->to_us;
}

/* values.c: numerics, their blocks and their pyramid. */
void store_erasing_values(StoreErasing *self);
/* events.c: events, symbols, unmapped values. */
void store_erasing_events(StoreErasing *self);
/* waves.c: late rows, the pyramid of waves; minutes beside the stretch that share a row of
 * the archive with it become late rows. */
void store_erasing_waves(StoreErasing *self);
