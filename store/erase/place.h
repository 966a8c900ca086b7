/* Whose and of which time a row is, by its family and key alone.
 *
 * Pure. What names no bed is sealed with no key: tables, segments, streams, the audit, gaps,
 * batches that could not be placed, events of the store itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"

G_BEGIN_DECLS

/* Batches hold many beds: each is a leaf of this one, by its arrival number. No bed has a
 * blank in its name. */
#define STORE_ERASE_HEAD "the head"

typedef struct {
    const char *bed; /* in the key, or a constant; NULL: that of @stream */
    uint32_t stream;
    uint64_t first, last; /* leaves (store/erase/keytree.h), both included */
} StoreErasePlace;

/* False: such a row is not sealed, or its key is none. */
bool store_erase_place(StoreFamily family, const uint8_t *key, size_t size, StoreErasePlace *place);

G_END_DECLS
