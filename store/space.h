/* Space on the store's disk: how much is left, and a reserve to give back.
 *
 * RocksDB 7.8 aborts when the disk is full and does not open again while it is.
 * So a reserve file is made at start; writing stops long before the end; the
 * reserve is given up when so little is left that the database could not be
 * recovered, and made again once there is space. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_RESERVE_FILE "reserve"

typedef enum {
    STORE_SPACE_OK,
    STORE_SPACE_LOW,  /* below warn_share: say so */
    STORE_SPACE_FULL, /* below stop_share: write nothing */
} StoreSpaceLevel;

typedef struct {
    uint64_t reserve_bytes;
    uint64_t recover_bytes; /* what opening and flushing the database may need */
    double warn_share;      /* of the file system; 0.10 */
    double stop_share;      /* 0.05; either ends 1 % above its bound */
} StoreSpaceSettings;

typedef struct {
    uint64_t free_bytes;
    double free_share; /* of the file system, without what the reserve still has to get back */
    bool reserve;      /* the reserve file is there in full */
    StoreSpaceLevel level;
} StoreSpaceFound;

typedef struct StoreSpace StoreSpace;

/* @dir is made when absent. Never fails for want of space. */
StoreSpace *store_space_new(const char *dir, const StoreSpaceSettings *settings, GError **error);
void store_space_free(StoreSpace *self);

/* Looks, and makes or gives up the reserve. False: the disk cannot be asked. */
bool store_space_look(StoreSpace *self, StoreSpaceFound *found, GError **error);

/* What @free_share means after @before: each level ends 1 % above its bound, so that a
 * disk about a bound does not go to and fro. */
StoreSpaceLevel
store_space_level(const StoreSpaceSettings *settings, StoreSpaceLevel before, double free_share);

/* True when the database can be opened without running into the end; gives the
 * reserve up when that helps. */
bool store_space_may_open(StoreSpace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSpace, store_space_free)

G_END_DECLS
