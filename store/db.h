/* The database: column families over RocksDB, one open write group, checked reads.
 *
 * The only file that includes rocksdb/c.h. One thread. Puts and deletes gather
 * in one group in memory; store_db_commit() makes all of it durable with one
 * sync of a log of our own (store/group-log.h), or none of it. Reads see committed data only. A
 * failed commit leaves the database unusable: report it and end the process, the next one recovers
 * what was synced.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/key.h"

G_BEGIN_DECLS

/* Layout of folder and keys; a folder with another number is refused. */
#define STORE_SCHEMA_VERSION 5
/* From this one on a folder is taken over at opening: 2 has no log of groups yet, 3 its
 * bodies in rows, and 4 no tree of the audit. */
#define STORE_SCHEMA_OLDEST 2

#define STORE_BATCH_HEADER 32 /* sender | epoch | sequence, before the body */

/* Tag of STORE_META: which keys the values are sealed with (store/erase/keyring.h). */
#define STORE_META_KEYS 'K'
/* Tag of STORE_META: -> life and number of the newest group in it (store/group-log.h), and
 * up to which batch the head is trimmed. */
#define STORE_META_GROUP 'G'

typedef enum {
    STORE_META, /* watermarks, checkpoints, names, marks, the table of wave files */
    STORE_HEAD, /* batches as received, by arrival number */
    STORE_SEGMENTS,
    STORE_STREAMS,
    STORE_NUMERICS, /* values of open blocks, and late ones, by 5 minutes */
    STORE_TREND,    /* blocks of numerics */
    STORE_PYRAMID,  /* least, greatest, mean and count of them */
    STORE_EVENTS,   /* events, symbols, gaps, unmapped values */
    STORE_AUDIT,
    STORE_AUDIT_INDEX,
    STORE_WAVE,       /* sealed blocks; written as whole files only */
    STORE_LATE,       /* blocks of minutes that were sealed already */
    STORE_WAVE_TREND, /* least, greatest and sum of the spans of sealed blocks */
    STORE_N_FAMILIES,
} StoreFamily;

typedef struct StoreCipher StoreCipher; /* store/erase/cipher.h */

typedef struct {
    bool sync;          /* false only to prove that the power-cut test can fail */
    size_t head_buffer; /* bytes in memory before they become a file */
    size_t wal_limit;   /* bytes of log to read at most after a crash, about */
    size_t cache;       /* bytes of decoded blocks */
    int max_open_files; /* descriptors */
    /* NULL: the database is ours. Else a folder of our own for what a reader writes: the
     * database is only read, also while a store has it open; what is put is forgotten
     * at the commit, snapshots see what everything sees. */
    const char *reader;
    /* Values are sealed with it and opened; NULL: none are. Borrowed, for one database at a
     * time. A database that was sealed once is refused without its keys. */
    StoreCipher *cipher;
    bool as_is; /* files matter, not values: these stay sealed, and no keys are wanted */
} StoreDbOptions;

typedef struct StoreDb StoreDb;
typedef struct StoreIter StoreIter;
typedef struct StoreSnapshot StoreSnapshot;

/* Memory that the database pins until store_value_clear(). */
typedef struct {
    const uint8_t *data;
    size_t size;
    void *pin;
    GByteArray *opened; /* of a value that was sealed */
} StoreValue;

typedef enum {
    STORE_FOUND,
    STORE_ABSENT,
    STORE_BROKEN, /* the disk, a checksum or a seal: @error is set */
} StoreFind;

void store_db_options_init(StoreDbOptions *options);

/* Makes the folder when it is absent. VICU_ERROR_VERSION for a folder of another
 * schema, which is left as it was. */
StoreDb *store_db_open(const char *dir, const StoreDbOptions *options, GError **error);
/* Drops what was not committed. */
void store_db_close(StoreDb *self);
/* A hole in the log, that cost what was stored behind it: a sentence; NULL: none. */
const char *store_db_log_damage(const StoreDb *self);
/* Tables whose one deadly bit was put back (store/table-look.h): a sentence; NULL: none. */
const char *store_db_mended(const StoreDb *self);

void store_db_put(
    StoreDb *self, StoreFamily family, const StoreKey *key, const void *value, size_t size);
/* The value is @head and @tail, one after the other. */
void store_db_put_joined(StoreDb *self,
                         StoreFamily family,
                         const StoreKey *key,
                         const StoreKey *head,
                         const void *tail,
                         size_t tail_size);
/* Batch @number of the head: @header (STORE_BATCH_HEADER bytes) and @body. Of a database whose
 * values are not sealed the body goes into the log alone, and the row says where; who reads
 * the row gets both. */
void store_db_put_batch(
    StoreDb *self, uint64_t number, const StoreKey *header, const void *body, size_t size);
/* With this commit batches below @number are trimmed: no iterator finds them from then on, and
 * what the log has of them is written over. */
void store_db_put_trim(StoreDb *self, uint64_t number);
void store_db_delete(StoreDb *self, StoreFamily family, const StoreKey *key);
/* From @first up to, and without, @end. */
void store_db_delete_range(StoreDb *self,
                           StoreFamily family,
                           const StoreKey *first,
                           const StoreKey *end);

size_t store_db_pending(const StoreDb *self); /* bytes in the open group; 0 = nothing to commit */
/* Nothing pending is success. Blocks for the sync; @took_us may be NULL. */
bool store_db_commit(StoreDb *self, int64_t *took_us, GError **error);

StoreFind store_db_get(
    StoreDb *self, StoreFamily family, const StoreKey *key, StoreValue *value, GError **error);
void store_value_clear(StoreValue *value);

/* Gives files back to the disk at once whose keys all lie from @first (NULL: the
 * beginning) up to and with @last; keys in a file that also holds others stay. */
bool store_db_drop_files(
    StoreDb *self, StoreFamily family, const StoreKey *first, const StoreKey *last, GError **error);

/* A file of STORE_WAVE on its way: keys come in ascending order, it is synced when it
 * is finished, and becomes part of the database with store_db_ingest(), as a whole. */
typedef struct StoreFile StoreFile;

/* Names of files on their way begin so; those a crash left are removed at opening. */
#define STORE_FILE_PREFIX "wave-"

StoreFile *store_file_new(StoreDb *db, const char *name, GError **error);
/* Frees, and removes the file unless it was ingested. */
void store_file_free(StoreFile *self);
bool store_file_put(
    StoreFile *self, const StoreKey *key, const void *value, size_t size, GError **error);
uint64_t store_file_bytes(const StoreFile *self);
bool store_file_finish(StoreFile *self, GError **error);
/* Has it read into the page cache, out of which the library puts what it has written: for a file
 * that is asked for soon. Does not wait; what fails costs nothing but time later. */
void store_file_remember(const StoreFile *self);
/* *@file can take a row: one that has @most bytes is finished and goes to @files, and the
 * next one, whose name says @kind, takes its place. */
bool store_file_next(StoreFile **file,
                     StoreDb *db,
                     GPtrArray *files,
                     const char *kind,
                     uint64_t most,
                     GError **error);
/* All of @files (StoreFile *, finished) or none; durable when it returns. */
bool store_db_ingest(StoreDb *self, GPtrArray *files, GError **error);

/* Every file of @family with its first and last key; none is opened for it. */
typedef void (*StoreFileFunc)(
    const uint8_t *first, size_t first_size, const uint8_t *last, size_t last_size, gpointer user);
size_t store_db_files(StoreDb *self, StoreFamily family, StoreFileFunc func, gpointer user);

/* What is committed now, for as long as it lives: it costs disk space, not files. */
StoreSnapshot *store_snapshot_new(StoreDb *db);
void store_snapshot_free(StoreSnapshot *self);

/* Over keys from @first up to, and without, @end; both may be NULL. Free it soon:
 * it pins files. Rows whose time is erased are passed over. */
StoreIter *
store_iter_new(StoreDb *db, StoreFamily family, const StoreKey *first, const StoreKey *end);
/* Without bounds, and not valid before it is sought. */
StoreIter *store_iter_new_nowhere(StoreDb *db, StoreFamily family);
/* The same, for what is looked at once: no block of it stays in the cache. The page cache has
 * it, and to make room in memory for a block costs more than to read it from there. */
StoreIter *store_iter_new_passing(StoreDb *db, StoreFamily family);
/* The same of what @snapshot saw; NULL: of what is committed now. */
StoreIter *store_iter_new_at(StoreDb *db,
                             const StoreSnapshot *snapshot,
                             StoreFamily family,
                             const StoreKey *first,
                             const StoreKey *end);
/* The same, and not valid before it is sought. */
StoreIter *store_iter_new_within(StoreDb *db,
                                 const StoreSnapshot *snapshot,
                                 StoreFamily family,
                                 const StoreKey *first,
                                 const StoreKey *end);
void store_iter_free(StoreIter *self);
void store_iter_seek(StoreIter *self, const StoreKey *key);          /* to it or the next */
void store_iter_seek_for_prev(StoreIter *self, const StoreKey *key); /* to it or the one before */
void store_iter_seek_last(StoreIter *self);
/* False at the end, and when the disk failed: ask store_iter_check() then. */
bool store_iter_valid(const StoreIter *self);
void store_iter_next(StoreIter *self);
void store_iter_prev(StoreIter *self);
const uint8_t *store_iter_key(const StoreIter *self, size_t *size);
/* One that is not what was sealed is empty, and store_iter_check() says so. */
const uint8_t *store_iter_value(StoreIter *self, size_t *size);
bool store_iter_check(const StoreIter *self, GError **error);
/* Of a row of the head: sender, epoch and sequence, without reading the body. */
const uint8_t *store_iter_batch_header(StoreIter *self, size_t *size);
/* Rows passed over so far because their time is erased. */
uint64_t store_iter_erased(const StoreIter *self);

/* ---- for tools ---- */

const char *store_db_dir(const StoreDb *self);
bool store_db_is_reader(const StoreDb *self); /* what is put is forgotten */
const char *store_db_family_name(StoreFamily family);

/* A second folder with the database as it is committed now, made of links: @to
 * must not exist, and lie on the same file system. Memory tables become files
 * first, so it blocks for a moment. */
bool store_db_checkpoint(StoreDb *self, const char *to, GError **error);

/* A file of the database; pointers are borrowed. */
typedef struct {
    const char *name;
    StoreFamily family; /* STORE_N_FAMILIES: unknown */
    int level;
    uint64_t bytes;
    uint64_t rows;
    StoreKey first, last;
} StoreTable;

typedef void (*StoreTableFunc)(const StoreTable *table, gpointer user);
void store_db_tables(StoreDb *self, StoreTableFunc func, gpointer user);

/* Writes the family's files anew without what was deleted. Blocks. */
bool store_db_compact(StoreDb *self, StoreFamily family, GError **error);

/* Bytes of live files and memory tables of one family; an estimate. Of the head with those of
 * the log. */
uint64_t store_db_family_bytes(StoreDb *self, StoreFamily family);
/* Files of the log, about, that have bodies of batches that are not trimmed. */
uint64_t store_db_bodies_bytes(const StoreDb *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreDb, store_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreIter, store_iter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSnapshot, store_snapshot_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreFile, store_file_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreValue, store_value_clear)

G_END_DECLS
