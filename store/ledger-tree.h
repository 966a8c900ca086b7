/* The audit's hash tree on disk (common/merkle.h): leaf number - 1 is the record of that number.
 *
 * Rows of STORE_AUDIT_INDEX: 'n' | level | index -> 32 bytes, of levels 0, 8, 16 and so on; the
 * nodes between are made of those below. In memory the right edge only. Rows go into the
 * database's open group; a proof is of a size that is committed. Retention leaves the rows. One
 * thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/merkle.h"
#include "store/db.h"

G_BEGIN_DECLS

#define STORE_TREE_TAG   'n'
#define STORE_TREE_LEVEL 8 /* levels from one that is kept to the next */
#define STORE_TREE_KEY   10
#define STORE_TREE_NODES 256 /* of one level in one of the next, 2^8 */

typedef struct StoreTree StoreTree;

StoreKey store_tree_key(unsigned level, uint64_t index);

/* As far as the rows go. */
StoreTree *store_tree_open(StoreDb *db, GError **error);
void store_tree_free(StoreTree *self);

void store_tree_add(StoreTree *self, const void *record, size_t size);
/* For a record that had gone before there was a tree: the leaf of nothing. */
void store_tree_add_gone(StoreTree *self);

uint64_t store_tree_size(const StoreTree *self);
void store_tree_root(const StoreTree *self, VicuMerkle *root); /* of all of it, committed or not */

/* A node that is committed, for the proofs of common/merkle.h; @user: a StoreTreeRead. */
typedef struct {
    StoreTree *tree;
    GError *error; /* why false; whose the read is, frees it */
} StoreTreeRead;

bool store_tree_read(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTree, store_tree_free)

G_END_DECLS
