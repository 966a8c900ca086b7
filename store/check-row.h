/* Check of rows: is each what it claims to be, and is what it refers to there?
 *
 * The tables of streams, identities and parts are read when it begins (300 bytes each);
 * where one of them is damaged itself, rows that refer to it are not held against it.
 * Rows of one family come in the order of their keys. One thread; reads only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"

G_BEGIN_DECLS

typedef struct StoreRowCheck StoreRowCheck;

typedef struct {
    const uint8_t *key;
    size_t key_size;
    const uint8_t *value;
    size_t size;
} StoreRowView;

StoreRowCheck *store_row_check_new(StoreDb *db);
void store_row_check_free(StoreRowCheck *self);

/* What is wrong with the row; NULL when nothing is. Caller frees. */
char *store_row_check(StoreRowCheck *self, StoreFamily family, const StoreRowView *row);

/* What is missing once all rows of @family were there, @erased of which nobody can read: a
 * sentence each, or none. */
typedef void (*StoreCheckTell)(char *sentence, gpointer user); /* takes it */
void store_row_check_end(
    StoreRowCheck *self, StoreFamily family, uint64_t erased, StoreCheckTell tell, gpointer user);

/* Bed, stream and time of a key in words, as far as it names them; NULL: it names none,
 * or is not whole. Caller frees. */
char *store_row_place(StoreRowCheck *self, StoreFamily family, const uint8_t *key, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreRowCheck, store_row_check_free)

G_END_DECLS
