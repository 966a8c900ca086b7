/* A tree of keys over time, of which parts can be destroyed for ever.
 *
 * 2^40 leaves, each a minute of one bed (or one batch of the head). The children of a node
 * have keys that are its own, hashed with 0 or with 1; what is held is a set of nodes, at
 * first the root alone. To puncture a stretch is to put, for each node above it, the nodes
 * beside it in its place and to wipe the rest: from what is left no key of the stretch can
 * be had again, and all others are what they were. A stretch of n minutes costs about
 * 2 log n nodes.
 *
 * The key of an interval is made of the nodes that just cover it, whatever in it is punctured
 * counting as a mark: it changes once when part of its time goes. Pure but for the root's
 * random bytes; keys are wiped wherever they were. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/seal.h"

G_BEGIN_DECLS

#define STORE_TREE_DEPTH 40u
#define STORE_TREE_LAST  ((UINT64_C(1) << STORE_TREE_DEPTH) - 1) /* the last leaf */

/* All leaves below it begin with @prefix, a number of @depth bits; depth 0 is the root. */
typedef struct {
    uint64_t prefix;
    uint8_t depth;
    uint8_t key[VICU_SEAL_KEY];
} StoreTreeNode;

typedef enum {
    STORE_TREE_WHOLE,  /* none of the interval is punctured */
    STORE_TREE_PARTLY, /* some of it; the key is that of the rest */
    STORE_TREE_ERASED, /* all of it: there is no key */
} StoreTreeFound;

typedef struct StoreKeyTree StoreKeyTree;

/* Leaf of a minute since 1970: all times of 64 bit microseconds have one. */
static inline uint64_t
store_tree_leaf(int64_t minute)
{
    int64_t half = INT64_C(1) << (STORE_TREE_DEPTH - 1);

    return (uint64_t)(CLAMP(minute, -half, half - 1) + half);
}

/* With a new root. */
StoreKeyTree *store_keytree_new(void);
/* With @root. */
StoreKeyTree *store_keytree_new_from(const uint8_t root[VICU_SEAL_KEY]);
/* All is punctured. */
StoreKeyTree *store_keytree_new_empty(void);
StoreKeyTree *store_keytree_copy(const StoreKeyTree *self);
void store_keytree_free(StoreKeyTree *self);

/* Another node, in the order of leaves. False: it is none, or is not behind those before. */
bool store_keytree_add(StoreKeyTree *self, const StoreTreeNode *node);
/* What is held, in the order of leaves; borrowed until the next puncture. */
const StoreTreeNode *store_keytree_nodes(const StoreKeyTree *self, size_t *n);

/* Leaves from @first up to and with @last. */
void store_keytree_puncture(StoreKeyTree *self, uint64_t first, uint64_t last);
/* @key is set but for ERASED. */
StoreTreeFound
store_keytree_key(StoreKeyTree *self, uint64_t first, uint64_t last, uint8_t key[VICU_SEAL_KEY]);
/* The same without making a key. */
StoreTreeFound store_keytree_look(const StoreKeyTree *self, uint64_t first, uint64_t last);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreKeyTree, store_keytree_free)

G_END_DECLS
