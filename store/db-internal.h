/* What store/db*.c share, and nobody else includes: the door to RocksDB.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <rocksdb/c.h>

#include "store/db.h"

struct StoreDb {
    char *dir;
    rocksdb_t *db;
    rocksdb_options_t *options; /* of the database */
    rocksdb_options_t *family_options[STORE_N_FAMILIES];
    rocksdb_column_family_handle_t *family[STORE_N_FAMILIES];
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_writebatch_t *group;
    rocksdb_cache_t *cache;
    char *log_damage;
    bool reads;
    size_t pending;
    bool failed;
};

/* Takes the library's message. True when there was one. */
bool store_db_failed(char *message, const char *dir, const char *what, GError **error);
