/* Check: reads all of a database and says what is damaged and what is whole.
 *
 * Table by table, every checksum is verified; every row is read as what it
 * claims to be (store/check-row.h). Nothing is changed. One thread; blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"

G_BEGIN_DECLS

typedef struct {
    uint64_t rows;
    uint64_t bytes;   /* of keys and values, as read */
    uint64_t on_disk; /* of the family's files */
    uint64_t files;
    uint64_t bad_rows;
    uint64_t bad_files;
    uint64_t erased; /* rows that nobody can read any more, and are not among @rows */
} StoreCheckFamily;

typedef struct {
    StoreCheckFamily family[STORE_N_FAMILIES];
    GPtrArray *damage; /* sentences, at most STORE_CHECK_DAMAGE_MAX */
    uint64_t damage_in_all;
} StoreCheckReport;

#define STORE_CHECK_DAMAGE_MAX 1000

/* @done of @total bytes of files. */
typedef void (*StoreCheckProgress)(uint64_t done, uint64_t total, gpointer user);

StoreCheckReport *store_check_run(StoreDb *db, StoreCheckProgress progress, gpointer user);
void store_check_report_free(StoreCheckReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreCheckReport, store_check_report_free)

G_END_DECLS
