/* What the store shall erase when it starts next: a file each in DIR/erase-requests.
 *
 * A request is on the disk when it was laid there, and stays until all of it is done. One that
 * was begun comes first at the next start, whatever the clock said meanwhile: what was
 * rewritten for it is read with its keys.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/audit.h"

G_BEGIN_DECLS

#define STORE_ERASE_FOLDER "erase-requests" /* of an installation */

typedef struct {
    char *name; /* of its file, without the ending */
    uint8_t id[VICU_AUDIT_ID_LEN];
    char *bed;
    int64_t from_us, to_us; /* whole minutes, half-open */
    char *who;
    char *why;
    int64_t t_us; /* when it was laid */
    bool begun;
} StoreEraseRequest;

void store_erase_request_free(StoreEraseRequest *self);

/* Fills in @self's name and id, and lays it. @dir: the installation's. */
bool store_erase_lay(const char *dir, StoreEraseRequest *self, GError **error);
/* StoreEraseRequest *, in the order in which they are to be done. NULL: one cannot be read. */
GPtrArray *store_erase_requests(const char *dir, GError **error);
/* Durable when it returns true. */
bool store_erase_begin(const char *dir, StoreEraseRequest *self, GError **error);
bool store_erase_remove(const char *dir, const StoreEraseRequest *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreEraseRequest, store_erase_request_free)

G_END_DECLS
