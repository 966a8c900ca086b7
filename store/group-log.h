/* Group log: what each commit says, on the disk before the database is told.
 *
 * The database keeps what it is told in memory and makes files of it when there is enough;
 * until then this log has it. A group of writes is one record with number and checksums, appended
 * and synced in one step, past the page cache where the file system can. The bodies of received
 * batches are in the log alone: the group says where in it (StoreBody). A file (slot) is used
 * again once the database's files have its groups and all its bodies are trimmed, so that a sync
 * writes what is new and no size, block or time of a file: that halves what it costs. What an older
 * use has left behind is told by the log's life, drawn at random whenever it begins, and by the
 * numbers. Lives go up, so groups of a later one than the database knows of say that it has lost
 * them.
 *
 *     0  8  "vICUgrp2"                        32  8  the database's sequence number
 *     8  4  CRC32C of table and group         40  4  bytes of bodies
 *    12  4  bytes of the group                44  4  number of bodies
 *    16  8  life                              48  4  0
 *    24  8  number                            52  4  CRC32C of 0 to 52
 *    56     bodies; table: bytes and CRC32C of each, 4 bytes each; the group, as the database
 *           takes it; zeros up to the next multiple of 4096
 *
 * All numbers little end first. What schema 3 wrote begins with "vICUgrp1": no bodies and no
 * header beyond 40, and the CRC32C at 8 is of all from 12 on.
 *
 * One thread. A failed append is final: end the process.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_GROUP_HEADER    56
#define STORE_GROUP_SUFFIX    ".groups"
#define STORE_GROUP_BLOCK     4096 /* a record begins at a multiple of it */
#define STORE_GROUP_SLOTS_MAX 1000000u

typedef struct {
    uint64_t life;
    uint64_t number;   /* from 1 in each life, without holes */
    uint64_t sequence; /* in the database's own count, of its first entry */
    const uint8_t *data;
    size_t size;
    size_t record; /* bytes, header and bodies included, without the zeros */
} StoreGroup;

/* The group that begins at @p. False: none that is whole, with all its bodies, does. */
bool store_group_read(const uint8_t *p, size_t left, StoreGroup *group);

/* Every whole group in one file's bytes, also behind what cannot be read; @at is its place.
 * Pure; any bytes are fine. */
typedef void (*StoreGroupFunc)(const StoreGroup *group, size_t at, gpointer user);
void store_group_each(const uint8_t *data, size_t size, StoreGroupFunc func, gpointer user);

/* A life after @life (0: the first), drawn at random; never 0. */
uint64_t store_group_next_life(uint64_t life);

/* Numbers of the log's files in @dir, in their order: uint32_t. Caller unrefs. */
GArray *store_group_slots(const char *dir);
char *store_group_slot_path(const char *dir, uint32_t slot);

/* ---- bodies ---- */

/* Where one lies. */
typedef struct {
    uint32_t slot;
    uint32_t size;
    uint64_t at;
    uint32_t crc; /* CRC32C */
} StoreBody;

/* Appends it to @out. False: it cannot be read, or is not what was put there. */
bool store_group_body_read(const char *dir, const StoreBody *body, GByteArray *out, GError **error);

/* ---- what a crash left ---- */

typedef struct {
    GArray *groups;   /* StoreGroup, those that follow each other */
    char *damage;     /* whole groups behind a hole, or of a later life: a sentence; NULL: none */
    GPtrArray *texts; /* what they point into */
} StoreGroupTail;

/* Groups of @life in @dir with numbers above @after. Files that by the header of their first
 * record have none of them are not read. */
StoreGroupTail *
store_group_tail_read(const char *dir, uint64_t life, uint64_t after, GError **error);
void store_group_tail_free(StoreGroupTail *self);

/* ---- the log that is written (store/group-slots.c) ---- */

typedef struct StoreGroupLog StoreGroupLog;

/* What of the log is needed no more. */
typedef struct {
    uint64_t group; /* groups up to it are in the database's files */
    uint64_t batch; /* batches below it are trimmed, and its files say so */
} StoreGroupDone;

/* Begins a life. @newest (uint64_t, by number of the file) is the newest batch that each file in
 * @dir has a body of, 0 or beyond its end: none. @slot_bytes is the size of a file, about: a group
 * is not cut. Without @sync nothing is durable. */
StoreGroupLog *store_group_log_new(const char *dir,
                                   uint64_t life,
                                   size_t slot_bytes,
                                   bool sync,
                                   const GArray *newest,
                                   StoreGroupDone done,
                                   GError **error);
void store_group_log_free(StoreGroupLog *self);

/* The body of @batch goes with the next group. */
StoreBody store_group_log_put(StoreGroupLog *self, uint64_t batch, const void *body, size_t size);

/* Group @number, and the bodies put, are durable when it returns. */
bool store_group_log_append(StoreGroupLog *self,
                            uint64_t number,
                            uint64_t sequence,
                            const void *data,
                            size_t size,
                            GError **error);

/* The file at hand has as much as a file should: turn before the next group. */
bool store_group_log_is_full(const StoreGroupLog *self);
/* The next group goes into another file: one that is needed no more, or a new one. Not while
 * a body waits. */
bool store_group_log_turn(StoreGroupLog *self, StoreGroupDone done, GError **error);
/* Bytes of groups beyond @in_files. */
uint64_t store_group_log_beyond(const StoreGroupLog *self, uint64_t in_files);
/* Bytes of files that have bodies of batches from @batch on. */
uint64_t store_group_log_kept(const StoreGroupLog *self, uint64_t batch);
/* These files are in the folder @to as well, as links; a file that has one is not written
 * over. The file at hand has to be turned from. */
bool store_group_log_link(StoreGroupLog *self, uint64_t batch, const char *to, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreGroupTail, store_group_tail_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreGroupLog, store_group_log_free)

G_END_DECLS
