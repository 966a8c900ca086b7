/* SPDX-License-Identifier: Apache-2.0 */
#include "common/merkle.h"

#include "common/seal.h"

void
vicu_merkle_empty(VicuMerkle *root)
{
    vicu_seal_sha256(root->bytes, NULL, 0);
}

void
vicu_merkle_leaf(VicuMerkle *hash, const void *record, size_t size)
{
    static const uint8_t mark = 0;
    const VicuSealPart parts[] = {{&mark, 1}, {record, size}};

    vicu_seal_sha256(hash->bytes, parts, size > 0 ? 2 : 1);
}

void
vicu_merkle_node(VicuMerkle *hash, const VicuMerkle *left, const VicuMerkle *right)
{
    static const uint8_t mark = 1;
    const VicuSealPart parts[] = {{&mark, 1}, {left, VICU_MERKLE_LEN}, {right, VICU_MERKLE_LEN}};

    vicu_seal_sha256(hash->bytes, parts, G_N_ELEMENTS(parts));
}

/* The largest power of two below @n; @n at least 2. */
static unsigned
split_level(uint64_t n)
{
    return 63u - (unsigned)__builtin_clzll(n - 1);
}

/* ---- growing ---- */

void
vicu_merkle_edge_add(VicuMerkleEdge *self,
                     const VicuMerkle *leaf,
                     VicuMerkleNodeFunc func,
                     gpointer user)
{
    VicuMerkle hash = *leaf;
    uint64_t index = self->size;
    unsigned level = 0;

    g_assert(self->size < UINT64_C(1) << (VICU_MERKLE_LEVELS - 1));
    if (func != NULL)
        func(0, index, &hash, user);
    for (; (index & 1) != 0; index >>= 1) {
        vicu_merkle_node(&hash, &self->node[--self->n], &hash);
        level++;
        if (func != NULL)
            func(level, index >> 1, &hash, user);
    }
    self->node[self->n++] = hash;
    self->size++;
}

void
vicu_merkle_edge_push(VicuMerkleEdge *self, unsigned level, const VicuMerkle *hash)
{
    VicuMerkle whole = *hash;
    uint64_t index = self->size >> level;

    g_assert(level < VICU_MERKLE_LEVELS && index << level == self->size);
    for (; (index & 1) != 0; index >>= 1)
        vicu_merkle_node(&whole, &self->node[--self->n], &whole);
    self->node[self->n++] = whole;
    self->size += UINT64_C(1) << level;
}

void
vicu_merkle_edge_root(const VicuMerkleEdge *self, VicuMerkle *root)
{
    if (self->n == 0) {
        vicu_merkle_empty(root);
        return;
    }
    *root = self->node[self->n - 1];
    for (unsigned i = self->n - 1; i > 0; i--)
        vicu_merkle_node(root, &self->node[i - 1], root);
}

/* ---- proofs ---- */

unsigned
vicu_merkle_span(uint64_t first, uint64_t end, VicuMerklePlace places[VICU_MERKLE_SPAN_MAX])
{
    unsigned n = 0;

    while (first < end) {
        unsigned level = first == 0 ? VICU_MERKLE_LEVELS - 1 : (unsigned)__builtin_ctzll(first);
        while (level > 0 && UINT64_C(1) << level > end - first)
            level--;
        places[n++] = (VicuMerklePlace){level, first >> level};
        first += UINT64_C(1) << level;
    }
    return n;
}

/* Of leaves first..end-1, where @first begins a subtree that may be cut short. */
static bool
range_root(uint64_t first, uint64_t end, VicuMerkleRead read, gpointer user, VicuMerkle *root)
{
    VicuMerklePlace places[VICU_MERKLE_SPAN_MAX];
    unsigned n = vicu_merkle_span(first, end, places);

    if (n == 0) {
        vicu_merkle_empty(root);
        return true;
    }
    if (!read(&places[n - 1], root, user))
        return false;
    for (unsigned i = n - 1; i > 0; i--) {
        VicuMerkle left;
        if (!read(&places[i - 1], &left, user))
            return false;
        vicu_merkle_node(root, &left, root);
    }
    return true;
}

bool
vicu_merkle_root(uint64_t size, VicuMerkleRead read, gpointer user, VicuMerkle *root)
{
    return range_root(0, size, read, user, root);
}

static void
turn_round(VicuMerkle *hashes, unsigned n)
{
    for (unsigned i = 0; i < n / 2; i++) {
        VicuMerkle other = hashes[i];
        hashes[i] = hashes[n - 1 - i];
        hashes[n - 1 - i] = other;
    }
}

/* From the root down; PATH() of the RFC goes from the leaf up. */
bool
vicu_merkle_path(uint64_t index,
                 uint64_t size,
                 VicuMerkleRead read,
                 gpointer user,
                 VicuMerkle path[VICU_MERKLE_PROOF_MAX],
                 unsigned *n)
{
    uint64_t first = 0, end = size;

    g_assert(index < size);
    for (*n = 0; end - first > 1; (*n)++) {
        uint64_t middle = first + (UINT64_C(1) << split_level(end - first));
        bool is_left = index < middle;
        if (!range_root(is_left ? middle : first, is_left ? end : middle, read, user, &path[*n]))
            return false;
        if (is_left)
            end = middle;
        else
            first = middle;
    }
    turn_round(path, *n);
    return true;
}

bool
vicu_merkle_check_path(const VicuMerkle *leaf,
                       uint64_t index,
                       uint64_t size,
                       const VicuMerkle *path,
                       size_t n,
                       const VicuMerkle *root)
{
    VicuMerkle hash = *leaf;
    uint64_t last = size - 1;

    if (index >= size)
        return false;
    /* RFC 9162, 2.1.3.2 */
    for (size_t i = 0; i < n; i++) {
        if (last == 0)
            return false;
        if ((index & 1) != 0 || index == last) {
            vicu_merkle_node(&hash, &path[i], &hash);
            while ((index & 1) == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            vicu_merkle_node(&hash, &hash, &path[i]);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && vicu_merkle_equal(&hash, root);
}

/* From the root down; PROOF() of the RFC goes the other way. */
bool
vicu_merkle_growth(uint64_t old,
                   uint64_t size,
                   VicuMerkleRead read,
                   gpointer user,
                   VicuMerkle proof[VICU_MERKLE_PROOF_MAX],
                   unsigned *n)
{
    uint64_t first = 0, end = size;
    bool is_whole = true; /* the old tree's root is known to who checks */

    g_assert(old <= size);
    *n = 0;
    if (old == 0 || old == size)
        return true;
    while (old != end) {
        uint64_t middle = first + (UINT64_C(1) << split_level(end - first));
        bool is_left = old <= middle;
        if (!range_root(is_left ? middle : first, is_left ? end : middle, read, user,
                        &proof[(*n)++]))
            return false;
        if (is_left) {
            end = middle;
        } else {
            first = middle;
            is_whole = false;
        }
    }
    if (!is_whole && !range_root(first, end, read, user, &proof[(*n)++]))
        return false;
    turn_round(proof, *n);
    return true;
}

bool
vicu_merkle_check_growth(uint64_t old,
                         const VicuMerkle *old_root,
                         uint64_t size,
                         const VicuMerkle *root,
                         const VicuMerkle *proof,
                         size_t n)
{
    VicuMerkle was, is;
    uint64_t node = old - 1, last = size - 1;
    size_t i = 0;

    if (old > size)
        return false;
    if (old == 0) {
        vicu_merkle_empty(&was);
        return n == 0 && vicu_merkle_equal(&was, old_root);
    }
    if (old == size)
        return n == 0 && vicu_merkle_equal(old_root, root);
    /* RFC 9162, 2.1.4.2 */
    while ((node & 1) != 0) {
        node >>= 1;
        last >>= 1;
    }
    if (node != 0 && n == 0)
        return false;
    was = is = node != 0 ? proof[i++] : *old_root;
    for (; i < n; i++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            vicu_merkle_node(&was, &proof[i], &was);
            vicu_merkle_node(&is, &proof[i], &is);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            vicu_merkle_node(&is, &is, &proof[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && vicu_merkle_equal(&was, old_root) && vicu_merkle_equal(&is, root);
}
