/* What store/db*.c share, and nobody else includes: the door to RocksDB.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <rocksdb/c.h>

#include "store/db.h"
#include "store/erase/cipher.h"
#include "store/group-log.h"

struct StoreDb {
    char *dir;
    rocksdb_t *db;
    rocksdb_options_t *options; /* of the database */
    rocksdb_options_t *family_options[STORE_N_FAMILIES];
    rocksdb_column_family_handle_t *family[STORE_N_FAMILIES];
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_readoptions_t *in_files; /* passes memory tables over */
    rocksdb_writebatch_t *group;
    StoreGroupLog *log; /* NULL: what is put is forgotten */
    uint64_t life;      /* of the log */
    uint64_t number;    /* of the newest group in it */
    uint64_t trimmed;   /* batches below it are gone */
    uint64_t trimming;  /* the same once the open group is committed */
    size_t log_limit;   /* bytes of it that are not in files */
    GThread *maker;     /* makes files; NULL: nobody does */
    int made;           /* atomic: it is done */
    rocksdb_cache_t *cache;
    char *log_damage;
    char *mended;
    bool reads;
    StoreCipher *cipher; /* borrowed; NULL: nothing is sealed */
    GByteArray *sealed;  /* a value on its way in */
    GByteArray *opened;  /* one that is looked at and forgotten */
    size_t pending;
    bool failed;
};

/* Takes the library's message. True when there was one. */
bool store_db_failed(char *message, const char *dir, const char *what, GError **error);

/* ---- db-groups.c ---- */

/* What the log has and the files have not is put again, and a new log begun. */
bool store_db_open_log(StoreDb *self, const StoreDbOptions *options, GError **error);
/* The open group, durable and then in memory. */
bool store_db_write_group(StoreDb *self, GError **error);
/* The log's files with bodies that are not trimmed are in @to as well. */
bool store_db_link_log(StoreDb *self, const char *to, GError **error);
/* Waits for files that are being made. */
void store_db_join_maker(StoreDb *self);
/* All that is in memory is in files when it returns. */
bool store_db_make_files(StoreDb *self, GError **error);
/* Of the newest group, in memory or in files. */
typedef struct {
    uint64_t life; /* 0: there is no group */
    uint64_t number;
    uint64_t trimmed;
} StoreGroupMark;

bool store_db_read_group_mark(StoreDb *self, StoreGroupMark *mark, GError **error);

/* ---- db-iter.c ---- */

/* The value as it lies in the database. */
const uint8_t *store_iter_row(const StoreIter *self, size_t *size);

/* ---- db-bodies.c ---- */

/* A row of the head that says where its body is. */
bool store_db_is_elsewhere(StoreFamily family, const uint8_t *row, size_t size);
/* Its header, as it was put. */
void store_db_batch_header(const uint8_t *row, uint8_t header[STORE_BATCH_HEADER]);
/* Of each file of the log the newest batch with its body in it: uint64_t, by the file's number, 0:
 * none. Caller unrefs. */
GArray *store_db_newest_bodies(StoreDb *self);
/* Header and body of such a row. */
bool store_db_read_body(const StoreDb *self, const uint8_t *row, GByteArray *out, GError **error);

/* ---- db-reader.c ---- */

/* A second instance of a database that another process may be writing. */
bool store_db_open_reader(StoreDb *self,
                          const StoreDbOptions *options,
                          const char *const *names,
                          GError **error);

/* ---- db-seal.c ---- */

bool store_db_open_keys(StoreDb *self, const StoreDbOptions *options, GError **error);
/* Keys of new beds are on the disk: before what is sealed with them. */
bool store_db_save_keys(StoreDb *self, GError **error);
/* The value, @head and @tail, as it is written, borrowed until the next call; NULL: as it is. */
const GByteArray *store_db_seal(StoreDb *self,
                                StoreFamily family,
                                const StoreKey *key,
                                const void *head,
                                size_t head_size,
                                const void *tail,
                                size_t tail_size);
/* A row that is as if it were not there: all of its time is erased, or its key went with a
 * part of it. To be asked where store_cipher_has_erased(). */
bool store_db_is_gone(StoreDb *self,
                      StoreFamily family,
                      const uint8_t *key,
                      size_t key_size,
                      const uint8_t *value,
                      size_t size);
StoreCipherFate store_db_unseal(StoreDb *self,
                                StoreFamily family,
                                const uint8_t *key,
                                size_t key_size,
                                const uint8_t *value,
                                size_t size,
                                GByteArray *out);
void store_db_set_broken(const StoreDb *self, StoreFamily family, GError **error);
