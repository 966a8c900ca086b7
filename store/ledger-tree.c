/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger-tree.h"

#include <string.h>

#include "common/error.h"

struct StoreTree {
    StoreDb *db;
    VicuMerkleEdge edge;
};

StoreKey
store_tree_key(unsigned level, uint64_t index)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_TREE_TAG);
    store_key_u8(&key, (uint8_t)level);
    store_key_u64(&key, index);
    return key;
}

static void
put_node(unsigned level, uint64_t index, const VicuMerkle *hash, gpointer user)
{
    StoreTree *self = user;

    if (level % STORE_TREE_LEVEL != 0)
        return;
    StoreKey key = store_tree_key(level, index);
    store_db_put(self->db, STORE_AUDIT_INDEX, &key, hash->bytes, VICU_MERKLE_LEN);
}

void
store_tree_add(StoreTree *self, const void *record, size_t size)
{
    VicuMerkle leaf;

    vicu_merkle_leaf(&leaf, record, size);
    vicu_merkle_edge_add(&self->edge, &leaf, put_node, self);
}

void
store_tree_add_gone(StoreTree *self)
{
    store_tree_add(self, NULL, 0);
}

uint64_t
store_tree_size(const StoreTree *self)
{
    return self->edge.size;
}

void
store_tree_root(const StoreTree *self, VicuMerkle *root)
{
    vicu_merkle_edge_root(&self->edge, root);
}

static bool
lacks(GError **error, unsigned level, uint64_t index)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "store: node %" G_GUINT64_FORMAT " of level %u of the audit's tree is missing or "
                "damaged: look with \"vicu store check\"",
                index, level);
    return false;
}

/* A node of @level out of the kept ones of the level below or its own. */
bool
store_tree_read(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user)
{
    StoreTreeRead *read = user;
    unsigned kept = place->level - place->level % STORE_TREE_LEVEL, up = place->level - kept;
    uint64_t first = place->index << up, n = UINT64_C(1) << up;
    StoreKey from = store_tree_key(kept, first), end = store_tree_key(kept, first + n);
    g_autoptr(StoreIter) iter = store_iter_new(read->tree->db, STORE_AUDIT_INDEX, &from, &end);
    VicuMerkleEdge edge = {0};

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        VicuMerkle node;
        if (key_size != STORE_TREE_KEY || size != VICU_MERKLE_LEN
            || store_read_u64(key + 2) != first + edge.size)
            break;
        memcpy(node.bytes, value, VICU_MERKLE_LEN);
        vicu_merkle_edge_add(&edge, &node, NULL, NULL);
    }
    if (!store_iter_check(iter, &read->error))
        return false;
    if (edge.size != n)
        return lacks(&read->error, kept, first + edge.size);
    vicu_merkle_edge_root(&edge, hash);
    return true;
}

/* Leaves on disk: the newest one's index and 1. */
static bool
count_leaves(StoreTree *self, uint64_t *n, GError **error)
{
    StoreKey first = store_tree_key(0, 0), end = store_tree_key(1, 0);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_AUDIT_INDEX, &first, &end);
    size_t size = 0;

    store_iter_seek_last(iter);
    *n = 0;
    if (store_iter_valid(iter)) {
        const uint8_t *key = store_iter_key(iter, &size);
        if (size != STORE_TREE_KEY || store_read_u64(key + 2) >= UINT64_C(1) << 62)
            return lacks(error, 0, 0);
        *n = store_read_u64(key + 2) + 1;
    }
    return store_iter_check(iter, error);
}

StoreTree *
store_tree_open(StoreDb *db, GError **error)
{
    g_autoptr(StoreTree) self = g_new0(StoreTree, 1);
    StoreTreeRead read = {.tree = self};
    VicuMerklePlace places[VICU_MERKLE_SPAN_MAX];
    uint64_t size = 0;

    self->db = db;
    if (!count_leaves(self, &size, error))
        return NULL;
    unsigned n = vicu_merkle_span(0, size, places);
    for (unsigned i = 0; i < n; i++) {
        VicuMerkle node;
        if (!store_tree_read(&places[i], &node, &read)) {
            g_propagate_error(error, read.error);
            return NULL;
        }
        vicu_merkle_edge_push(&self->edge, places[i].level, &node);
    }
    return g_steal_pointer(&self);
}

void
store_tree_free(StoreTree *self)
{
    g_free(self);
}
