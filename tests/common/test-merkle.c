/* The hash tree of RFC 6962: known trees, every small tree against a naive one, and proofs that
 * were changed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>

#include "common/merkle.h"

#define SMALL 70

/* The 8-leaf tree of certificate transparency's own tests. */
static const char *const known_leaf[8] = {"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
static const char *const known_root[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static size_t
bytes_of(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++)
        out[i] =
            (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return n;
}

static void
assert_hash(const VicuMerkle *hash, const char *hex)
{
    VicuMerkle expected;

    g_assert_cmpuint(bytes_of(hex, expected.bytes), ==, VICU_MERKLE_LEN);
    g_assert_cmpmem(hash->bytes, VICU_MERKLE_LEN, expected.bytes, VICU_MERKLE_LEN);
}

/* ---- a naive tree: MTH(), as the RFC writes it ---- */

typedef struct {
    VicuMerkle leaf[SMALL];
} Naive;

static void
naive_root(const Naive *self, uint64_t first, uint64_t end, VicuMerkle *root)
{
    uint64_t k = 1;
    VicuMerkle left, right;

    if (end == first) {
        vicu_merkle_empty(root);
        return;
    }
    if (end - first == 1) {
        *root = self->leaf[first];
        return;
    }
    while (k * 2 < end - first)
        k *= 2;
    naive_root(self, first, first + k, &left);
    naive_root(self, first + k, end, &right);
    vicu_merkle_node(root, &left, &right);
}

static bool
read_naive(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user)
{
    uint64_t first = place->index << place->level;

    naive_root(user, first, first + (UINT64_C(1) << place->level), hash);
    return true;
}

static void
fill(Naive *self)
{
    for (uint32_t i = 0; i < SMALL; i++)
        vicu_merkle_leaf(&self->leaf[i], &i, sizeof i);
}

/* ---- tests ---- */

static void
has_the_published_roots(void)
{
    VicuMerkleEdge edge = {0};
    VicuMerkle root;

    for (int n = 0;; n++) {
        uint8_t bytes[32];
        VicuMerkle leaf;
        vicu_merkle_edge_root(&edge, &root);
        assert_hash(&root, known_root[n]);
        if (n == 8)
            break;
        vicu_merkle_leaf(&leaf, bytes, bytes_of(known_leaf[n], bytes));
        vicu_merkle_edge_add(&edge, &leaf, NULL, NULL);
    }
}

/* Hashes of nodes that the published proofs are made of. */
#define LEAF_0     "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define LEAF_1     "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define LEAF_4     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define NODE_0_1   "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define NODE_2_3   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define NODE_4_5   "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define NODE_6_7   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define NODE_0_3   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define NODE_4_7   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define PROOF_MOST 3

typedef struct {
    uint64_t a, size; /* the leaf, from 0, or the size before */
    unsigned n;
    const char *proof[PROOF_MOST];
} Published;

static void
assert_proof(const VicuMerkle *proof, unsigned n, const Published *published)
{
    g_assert_cmpuint(n, ==, published->n);
    for (unsigned i = 0; i < n; i++)
        assert_hash(&proof[i], published->proof[i]);
}

static void
known_tree(Naive *tree)
{
    for (int i = 0; i < 8; i++) {
        uint8_t bytes[32];
        vicu_merkle_leaf(&tree->leaf[i], bytes, bytes_of(known_leaf[i], bytes));
    }
}

/* Published with that tree: audit paths, numbered from 1 there. */
static void
has_the_published_paths(void)
{
    static const Published paths[] = {
        {0, 1, 0, {NULL}},
        {0, 8, 3, {LEAF_1, NODE_2_3, NODE_4_7}},
        {5, 8, 3, {LEAF_4, NODE_6_7, NODE_0_3}},
        {2, 3, 1, {NODE_0_1}},
        {1, 5, 3, {LEAF_0, NODE_2_3, LEAF_4}},
    };
    Naive tree;
    VicuMerkle proof[VICU_MERKLE_PROOF_MAX], root;
    unsigned n = 0;

    known_tree(&tree);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        const Published *p = &paths[i];
        g_assert_true(vicu_merkle_path(p->a, p->size, read_naive, &tree, proof, &n));
        assert_proof(proof, n, p);
        bytes_of(known_root[p->size], root.bytes);
        g_assert_true(vicu_merkle_check_path(&tree.leaf[p->a], p->a, p->size, proof, n, &root));
    }
}

/* And proofs that it grew. */
static void
has_the_published_proofs_of_growth(void)
{
    static const Published growths[] = {
        {1, 1, 0, {NULL}},
        {1, 8, 3, {LEAF_1, NODE_2_3, NODE_4_7}},
        {6, 8, 3, {NODE_4_5, NODE_6_7, NODE_0_3}},
        {2, 5, 2, {NODE_2_3, LEAF_4}},
    };
    Naive tree;
    VicuMerkle proof[VICU_MERKLE_PROOF_MAX], was, is;
    unsigned n = 0;

    known_tree(&tree);
    for (size_t i = 0; i < G_N_ELEMENTS(growths); i++) {
        const Published *p = &growths[i];
        g_assert_true(vicu_merkle_growth(p->a, p->size, read_naive, &tree, proof, &n));
        assert_proof(proof, n, p);
        bytes_of(known_root[p->a], was.bytes);
        bytes_of(known_root[p->size], is.bytes);
        g_assert_true(vicu_merkle_check_growth(p->a, &was, p->size, &is, proof, n));
    }
}

static void
every_small_tree_is_as_the_standard_defines_it(void)
{
    Naive naive;
    VicuMerkleEdge edge = {0};
    VicuMerkle root, expected, path[VICU_MERKLE_PROOF_MAX];
    unsigned n = 0;

    fill(&naive);
    for (uint64_t size = 0; size <= SMALL; size++) {
        naive_root(&naive, 0, size, &expected);
        vicu_merkle_edge_root(&edge, &root);
        g_assert_true(vicu_merkle_equal(&root, &expected));
        g_assert_true(vicu_merkle_root(size, read_naive, &naive, &root));
        g_assert_true(vicu_merkle_equal(&root, &expected));
        for (uint64_t i = 0; i < size; i++) {
            g_assert_true(vicu_merkle_path(i, size, read_naive, &naive, path, &n));
            g_assert_true(vicu_merkle_check_path(&naive.leaf[i], i, size, path, n, &root));
        }
        for (uint64_t old = 0; old <= size; old++) {
            naive_root(&naive, 0, old, &expected);
            g_assert_true(vicu_merkle_growth(old, size, read_naive, &naive, path, &n));
            g_assert_true(vicu_merkle_check_growth(old, &expected, size, &root, path, n));
        }
        if (size < SMALL)
            vicu_merkle_edge_add(&edge, &naive.leaf[size], NULL, NULL);
    }
}

static void
a_tree_is_made_of_the_nodes_of_any_cut(void)
{
    Naive naive;
    VicuMerkle root, expected, hash;
    VicuMerklePlace places[VICU_MERKLE_SPAN_MAX];

    fill(&naive);
    naive_root(&naive, 0, SMALL, &expected);
    for (uint64_t first = 0; first <= SMALL; first++)
        for (uint64_t end = first; end <= SMALL; end += 7) {
            VicuMerkleEdge edge = {0};
            unsigned n = vicu_merkle_span(0, first, places);
            for (unsigned i = 0; i < n; i++) {
                read_naive(&places[i], &hash, &naive);
                vicu_merkle_edge_push(&edge, places[i].level, &hash);
            }
            for (uint64_t i = first; i < end; i++)
                vicu_merkle_edge_add(&edge, &naive.leaf[i], NULL, NULL);
            n = vicu_merkle_span(end, SMALL, places);
            for (unsigned i = 0; i < n; i++) {
                read_naive(&places[i], &hash, &naive);
                vicu_merkle_edge_push(&edge, places[i].level, &hash);
            }
            vicu_merkle_edge_root(&edge, &root);
            g_assert_cmpuint(edge.size, ==, SMALL);
            g_assert_true(vicu_merkle_equal(&root, &expected));
        }
}

/* One thing in it is changed: a hash, their number or order, the index, a size. */
static void
mangle(GRand *random, VicuMerkle *proof, unsigned *n, uint64_t *a, uint64_t *b)
{
    unsigned at = *n > 0 ? (unsigned)g_rand_int_range(random, 0, (gint32)*n) : 0;
    int kind = g_rand_int_range(random, 0, 5);

    if (kind == 0 && *n > 0) {
        proof[at].bytes[g_rand_int_range(random, 0, VICU_MERKLE_LEN)] ^=
            (uint8_t)(1u << g_rand_int_range(random, 0, 8));
    } else if (kind == 1 && *n > 0) {
        memmove(&proof[at], &proof[at + 1], (*n - at - 1) * sizeof *proof);
        (*n)--;
    } else if (kind == 2 && *n > 1) {
        VicuMerkle other = proof[at];
        proof[at] = proof[(at + 1) % *n];
        proof[(at + 1) % *n] = other;
    } else if (kind == 3) {
        memmove(&proof[at + 1], &proof[at], (*n - at) * sizeof *proof);
        (*n)++;
    } else {
        /* Another size may need the same hashes, and is no other claim then: the leaf's place. */
        *a = (*a + 1 + (uint64_t)g_rand_int_range(random, 0, (gint32)*b - 1)) % *b;
    }
}

static void
refuses_ten_thousand_mangled_proofs(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(6962);
    Naive naive;
    VicuMerkle root, was, proof[VICU_MERKLE_PROOF_MAX + 1];
    unsigned n = 0;

    fill(&naive);
    for (int i = 0; i < 10000; i++) {
        uint64_t size = (uint64_t)g_rand_int_range(random, 3, SMALL + 1);
        naive_root(&naive, 0, size, &root);
        if (i % 2 == 0) {
            uint64_t index = (uint64_t)g_rand_int_range(random, 0, (gint32)size), at = index;
            g_assert_true(vicu_merkle_path(index, size, read_naive, &naive, proof, &n));
            mangle(random, proof, &n, &at, &size);
            g_assert_false(vicu_merkle_check_path(&naive.leaf[index], at, size, proof, n, &root));
        } else {
            uint64_t old = (uint64_t)g_rand_int_range(random, 2, (gint32)size), said = old;
            naive_root(&naive, 0, old, &was);
            g_assert_true(vicu_merkle_growth(old, size, read_naive, &naive, proof, &n));
            mangle(random, proof, &n, &said, &size);
            g_assert_false(vicu_merkle_check_growth(said, &was, size, &root, proof, n));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/common/merkle/" #name, name)
    ADD(has_the_published_roots);
    ADD(has_the_published_paths);
    ADD(has_the_published_proofs_of_growth);
    ADD(every_small_tree_is_as_the_standard_defines_it);
    ADD(a_tree_is_made_of_the_nodes_of_any_cut);
    ADD(refuses_ten_thousand_mangled_proofs);
    return g_test_run();
}
