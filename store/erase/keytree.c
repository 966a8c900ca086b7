/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/keytree.h"

#include <string.h>

struct StoreKeyTree {
    StoreTreeNode *node; /* in the order of leaves */
    size_t n, room;
    /* The way down to the node asked for last: keys from path_top on, path_prefix being that
     * of path_depth. A stretch that is asked for next shares most of it. */
    uint8_t path[STORE_TREE_DEPTH + 1][VICU_SEAL_KEY];
    uint64_t path_prefix;
    unsigned path_top, path_depth;
    bool path_set;
};

static uint64_t
first_leaf(uint64_t prefix, unsigned depth)
{
    return prefix << (STORE_TREE_DEPTH - depth);
}

static uint64_t
last_leaf(uint64_t prefix, unsigned depth)
{
    return first_leaf(prefix, depth) + ((UINT64_C(1) << (STORE_TREE_DEPTH - depth)) - 1);
}

static void
derive(const uint8_t parent[VICU_SEAL_KEY], uint8_t side, uint8_t child[VICU_SEAL_KEY])
{
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, parent, VICU_SEAL_KEY);
    vicu_seal_hash_add(&hash, &side, 1);
    vicu_seal_hash_end(&hash, child, VICU_SEAL_KEY);
}

/* ---- what is held ---- */

StoreKeyTree *
store_keytree_new_empty(void)
{
    return g_new0(StoreKeyTree, 1);
}

StoreKeyTree *
store_keytree_new_from(const uint8_t root[VICU_SEAL_KEY])
{
    StoreKeyTree *self = store_keytree_new_empty();
    StoreTreeNode node = {0};

    memcpy(node.key, root, sizeof node.key);
    store_keytree_add(self, &node);
    vicu_seal_wipe(&node, sizeof node);
    return self;
}

StoreKeyTree *
store_keytree_new(void)
{
    uint8_t root[VICU_SEAL_KEY];

    vicu_seal_random(root, sizeof root);
    StoreKeyTree *self = store_keytree_new_from(root);
    vicu_seal_wipe(root, sizeof root);
    return self;
}

StoreKeyTree *
store_keytree_copy(const StoreKeyTree *self)
{
    StoreKeyTree *copy = store_keytree_new_empty();

    for (size_t i = 0; i < self->n; i++)
        store_keytree_add(copy, &self->node[i]);
    return copy;
}

static void
wipe_nodes(StoreTreeNode *node, size_t room)
{
    vicu_seal_wipe(node, room * sizeof *node);
    g_free(node);
}

void
store_keytree_free(StoreKeyTree *self)
{
    if (self == NULL)
        return;
    wipe_nodes(self->node, self->room);
    vicu_seal_wipe(self, sizeof *self);
    g_free(self);
}

/* realloc() would leave keys behind. */
static void
push(StoreKeyTree *self, const StoreTreeNode *node)
{
    if (self->n == self->room) {
        size_t room = MAX(2 * self->room, 8);
        StoreTreeNode *more = g_new0(StoreTreeNode, room);
        if (self->n > 0)
            memcpy(more, self->node, self->n * sizeof *more);
        wipe_nodes(self->node, self->room);
        self->node = more;
        self->room = room;
    }
    self->node[self->n++] = *node;
}

bool
store_keytree_add(StoreKeyTree *self, const StoreTreeNode *node)
{
    if (node->depth > STORE_TREE_DEPTH || node->prefix >> node->depth != 0)
        return false;
    if (self->n > 0) {
        const StoreTreeNode *before = &self->node[self->n - 1];
        if (first_leaf(node->prefix, node->depth) <= last_leaf(before->prefix, before->depth))
            return false;
    }
    push(self, node);
    return true;
}

const StoreTreeNode *
store_keytree_nodes(const StoreKeyTree *self, size_t *n)
{
    *n = self->n;
    return self->node;
}

/* The first node held that ends at @leaf or later. */
static size_t
node_at(const StoreKeyTree *self, uint64_t leaf)
{
    size_t low = 0, high = self->n;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (last_leaf(self->node[middle].prefix, self->node[middle].depth) < leaf)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- puncture ---- */

/* What of @node lies outside of the stretch goes to @out. */
static void
keep_outside(StoreKeyTree *out, const StoreTreeNode *node, uint64_t first, uint64_t last)
{
    uint64_t from = first_leaf(node->prefix, node->depth),
             to = last_leaf(node->prefix, node->depth);

    if (to < first || from > last) {
        push(out, node);
        return;
    }
    if (from >= first && to <= last)
        return;
    for (uint8_t side = 0; side < 2; side++) {
        StoreTreeNode child = {.prefix = node->prefix << 1 | side,
                               .depth = (uint8_t)(node->depth + 1)};
        derive(node->key, side, child.key);
        keep_outside(out, &child, first, last);
        vicu_seal_wipe(&child, sizeof child);
    }
}

void
store_keytree_puncture(StoreKeyTree *self, uint64_t first, uint64_t last)
{
    g_autoptr(StoreKeyTree) out = store_keytree_new_empty();

    for (size_t i = 0; i < self->n; i++)
        keep_outside(out, &self->node[i], first, last);
    StoreKeyTree old = *self;
    *self = *out;
    *out = old; /* wiped with it; the way down, too */
    vicu_seal_wipe(&old, sizeof old);
}

/* ---- keys ---- */

/* Down from the node held at @at to the node @prefix of @depth below it. */
static const uint8_t *
walk(StoreKeyTree *self, size_t at, uint64_t prefix, unsigned depth)
{
    const StoreTreeNode *held = &self->node[at];
    unsigned known = held->depth;

    if (self->path_set && self->path_top == held->depth
        && self->path_prefix >> (self->path_depth - held->depth) == held->prefix) {
        unsigned same = MIN(self->path_depth, depth);
        while (self->path_prefix >> (self->path_depth - same) != prefix >> (depth - same))
            same--;
        known = same;
    } else {
        memcpy(self->path[held->depth], held->key, VICU_SEAL_KEY);
        self->path_top = held->depth;
    }
    for (; known < depth; known++)
        derive(self->path[known], (uint8_t)(prefix >> (depth - known - 1) & 1),
               self->path[known + 1]);
    self->path_prefix = prefix;
    self->path_depth = depth;
    self->path_set = true;
    return self->path[depth];
}

typedef struct {
    StoreKeyTree *tree;
    uint64_t first, last;
    VicuSealHash hash;
    bool any, gone;
} Cover;

/* The part of the interval below a node: a piece that is there, one that is not, or those of
 * its children. */
static void
cover(Cover *c, uint64_t prefix, unsigned depth)
{
    uint64_t from = first_leaf(prefix, depth), to = last_leaf(prefix, depth);
    size_t at = node_at(c->tree, from);
    const StoreTreeNode *held = at < c->tree->n ? &c->tree->node[at] : NULL;
    uint8_t mark[2] = {'-', (uint8_t)depth};

    if (to < c->first || from > c->last)
        return;
    if (from >= c->first && to <= c->last) {
        if (held == NULL || first_leaf(held->prefix, held->depth) > to) {
            vicu_seal_hash_add(&c->hash, mark, sizeof mark);
            c->gone = true;
            return;
        }
        if (held->depth <= depth) {
            mark[0] = '+';
            vicu_seal_hash_add(&c->hash, mark, sizeof mark);
            vicu_seal_hash_add(&c->hash, walk(c->tree, at, prefix, depth), VICU_SEAL_KEY);
            c->any = true;
            return;
        }
    }
    cover(c, prefix << 1, depth + 1);
    cover(c, prefix << 1 | 1, depth + 1);
}

StoreTreeFound
store_keytree_key(StoreKeyTree *self, uint64_t first, uint64_t last, uint8_t key[VICU_SEAL_KEY])
{
    static const char what[] = "vicu interval";
    Cover c = {.tree = self, .first = first, .last = last};
    unsigned shift = 0;
    uint64_t both[2] = {GUINT64_TO_BE(first), GUINT64_TO_BE(last)};

    g_assert(first <= last && last <= STORE_TREE_LAST);
    vicu_seal_hash_init(&c.hash, NULL, VICU_SEAL_KEY);
    vicu_seal_hash_add(&c.hash, what, sizeof what);
    vicu_seal_hash_add(&c.hash, both, sizeof both);
    while (first >> shift != last >> shift)
        shift++;
    cover(&c, first >> shift, STORE_TREE_DEPTH - shift);
    vicu_seal_hash_end(&c.hash, key, VICU_SEAL_KEY);
    if (c.any)
        return c.gone ? STORE_TREE_PARTLY : STORE_TREE_WHOLE;
    vicu_seal_wipe(key, VICU_SEAL_KEY);
    return STORE_TREE_ERASED;
}

StoreTreeFound
store_keytree_look(const StoreKeyTree *self, uint64_t first, uint64_t last)
{
    uint64_t next = first;
    bool any = false;

    for (size_t i = node_at(self, first); i < self->n; i++) {
        uint64_t from = first_leaf(self->node[i].prefix, self->node[i].depth);
        if (from > last)
            break;
        any = true;
        if (from > next)
            return STORE_TREE_PARTLY;
        next = last_leaf(self->node[i].prefix, self->node[i].depth) + 1;
    }
    return !any ? STORE_TREE_ERASED : next > last ? STORE_TREE_WHOLE : STORE_TREE_PARTLY;
}
