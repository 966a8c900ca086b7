/* Group log: what each commit says, on the disk before the database is told.
 *
 * The database keeps what it is told in memory and makes files of it when there is enough;
 * until then this log has it. A group of writes is one record with number and CRC32C, appended
 * and synced in one step. The files (slots) are used again, so that a sync writes what is new
 * and no size, block or time of a file: that halves what it costs. What an older use has left
 * behind is told by the log's life, drawn at random whenever it begins, and by the numbers. Lives
 * go up, so groups of a later one than the database knows of say that the database has lost it.
 *
 *     0  8  "vICUgrp1"          16  8  life        32  8  the database's sequence number
 *     8  4  CRC32C from 12 on   24  8  number      40     the group, as the database takes it
 *    12  4  bytes of the group
 *
 * All numbers little end first. One thread. A failed append is final: end the process.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_GROUP_HEADER 40
#define STORE_GROUP_SUFFIX ".groups"
#define STORE_GROUP_SLOTS  8

typedef struct {
    uint64_t life;
    uint64_t number;   /* from 1 in each life, without holes */
    uint64_t sequence; /* in the database's own count, of its first entry */
    const uint8_t *data;
    size_t size;
} StoreGroup;

/* The group that begins at @p. False: none that is whole does. */
bool store_group_read(const uint8_t *p, size_t left, StoreGroup *group);

/* Every whole group in one file's bytes, also behind what cannot be read; @at is its place.
 * Pure; any bytes are fine. */
typedef void (*StoreGroupFunc)(const StoreGroup *group, size_t at, gpointer user);
void store_group_each(const uint8_t *data, size_t size, StoreGroupFunc func, gpointer user);

/* A life after @life (0: the first), drawn at random; never 0. */
uint64_t store_group_next_life(uint64_t life);

/* ---- what a crash left ---- */

typedef struct {
    GArray *groups;   /* StoreGroup, those that follow each other */
    char *damage;     /* whole groups behind a hole, or of a later life: a sentence; NULL: none */
    GPtrArray *texts; /* what they point into */
} StoreGroupTail;

/* Groups of @life in @dir with numbers above @after. */
StoreGroupTail *
store_group_tail_read(const char *dir, uint64_t life, uint64_t after, GError **error);
void store_group_tail_free(StoreGroupTail *self);

/* ---- the log that is written ---- */

typedef struct StoreGroupLog StoreGroupLog;

/* Begins a life: whatever lies in @dir is given up. @slot_bytes is the size of a file, unless
 * one group is larger. Without @sync nothing is durable. */
StoreGroupLog *
store_group_log_new(const char *dir, uint64_t life, size_t slot_bytes, bool sync, GError **error);
void store_group_log_free(StoreGroupLog *self);

/* Room for a group of @size bytes once those up to @in_files are in the database's files.
 * *@full: there is none; have more of them made files, and ask again. False: the disk. */
bool store_group_log_turn(
    StoreGroupLog *self, size_t size, uint64_t in_files, bool *full, GError **error);
/* A group of @size bytes fits without a turn. */
bool store_group_log_fits(const StoreGroupLog *self, size_t size);

/* Group @number is durable when it returns. It has to fit. */
bool store_group_log_append(StoreGroupLog *self,
                            uint64_t number,
                            uint64_t sequence,
                            const void *data,
                            size_t size,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreGroupTail, store_group_tail_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreGroupLog, store_group_log_free)

G_END_DECLS
