/* Sealing one block of time of one bed: from rows to blocks and pyramid rows.
 *
 * Work in slices; nothing is put before the last, so that all of it lands in one
 * write group. Whoever calls sees to it that no row waits for a commit when it begins,
 * and that the group is committed before the next begins. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/trend/gather.h"

G_BEGIN_DECLS

#define STORE_SEAL_SLICE  4096    /* values of one slice, about */
#define STORE_SEAL_VALUES 2000000 /* at once; rows beyond wait for the next time */

typedef struct StoreSeal StoreSeal;

typedef enum {
    STORE_SEAL_WORKS, /* step again */
    STORE_SEAL_PUT,   /* everything is in the open write group */
    STORE_SEAL_EMPTY, /* there was no row: nothing was put */
    STORE_SEAL_BROKEN /* a read failed; nothing was put, @error is set */
} StoreSealFate;

StoreSeal *store_seal_new(StoreDb *db, const char *bed, int64_t block);
void store_seal_free(StoreSeal *self);

StoreSealFate store_seal_step(StoreSeal *self, GError **error);

/* Values of @stream that came from rows; of all streams. */
uint64_t store_seal_values_of(const StoreSeal *self, const StoreTrendStream *stream);
uint64_t store_seal_values(const StoreSeal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSeal, store_seal_free)

G_END_DECLS
