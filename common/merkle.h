/* The hash tree of RFC 6962, section 2: what a list of records is, in 32 bytes.
 *
 * Leaves are numbered from 0. A perfect subtree of 2^level leaves whose first one is a multiple
 * of 2^level is a node (level, index); who keeps a tree keeps nodes, and hands them out through
 * a reader. Pure, no memory of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_MERKLE_LEN    32
#define VICU_MERKLE_LEVELS 63 /* trees of less than 2^63 leaves */
/* Hashes of a proof at most: a path has one a level, a proof of growth one more. */
#define VICU_MERKLE_PROOF_MAX (VICU_MERKLE_LEVELS + 1)
/* Nodes that a range of leaves is made of, at most. */
#define VICU_MERKLE_SPAN_MAX (2 * VICU_MERKLE_LEVELS)

typedef struct {
    uint8_t bytes[VICU_MERKLE_LEN];
} VicuMerkle;

static inline bool
vicu_merkle_equal(const VicuMerkle *a, const VicuMerkle *b)
{
    return __builtin_memcmp(a->bytes, b->bytes, VICU_MERKLE_LEN) == 0;
}

void vicu_merkle_empty(VicuMerkle *root); /* of no leaf */
void vicu_merkle_leaf(VicuMerkle *hash, const void *record, size_t size);
void vicu_merkle_node(VicuMerkle *hash, const VicuMerkle *left, const VicuMerkle *right);

/* ---- growing ---- */

/* The right edge of a tree: its nodes of falling level, which are all that growing needs. */
typedef struct {
    uint64_t size;
    unsigned n;
    VicuMerkle node[VICU_MERKLE_LEVELS];
} VicuMerkleEdge;

typedef void (*VicuMerkleNodeFunc)(unsigned level,
                                   uint64_t index,
                                   const VicuMerkle *hash,
                                   gpointer user);

/* One more leaf; @func (may be NULL) hears of every node that is complete now, the leaf first. */
void vicu_merkle_edge_add(VicuMerkleEdge *self,
                          const VicuMerkle *leaf,
                          VicuMerkleNodeFunc func,
                          gpointer user);
/* The next node of 2^level leaves; the edge must end at a multiple of that. */
void vicu_merkle_edge_push(VicuMerkleEdge *self, unsigned level, const VicuMerkle *hash);
void vicu_merkle_edge_root(const VicuMerkleEdge *self, VicuMerkle *root);

/* ---- proofs ---- */

typedef struct {
    unsigned level;
    uint64_t index;
} VicuMerklePlace;

/* False: it cannot be read. */
typedef bool (*VicuMerkleRead)(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user);

/* The nodes that leaves first..end-1 consist of, from left to right; how many. */
unsigned
vicu_merkle_span(uint64_t first, uint64_t end, VicuMerklePlace places[VICU_MERKLE_SPAN_MAX]);

/* Of the first @size leaves. */
bool vicu_merkle_root(uint64_t size, VicuMerkleRead read, gpointer user, VicuMerkle *root);

/* The audit path of leaf @index in the tree of @size leaves, from the leaf up (RFC 6962, 2.1.1). */
bool vicu_merkle_path(uint64_t index,
                      uint64_t size,
                      VicuMerkleRead read,
                      gpointer user,
                      VicuMerkle path[VICU_MERKLE_PROOF_MAX],
                      unsigned *n);
bool vicu_merkle_check_path(const VicuMerkle *leaf,
                            uint64_t index,
                            uint64_t size,
                            const VicuMerkle *path,
                            size_t n,
                            const VicuMerkle *root);

/* That the tree of @size leaves begins with the tree of @old ones (RFC 6962, 2.1.2). @old 0 or
 * @size: no hash is needed. */
bool vicu_merkle_growth(uint64_t old,
                        uint64_t size,
                        VicuMerkleRead read,
                        gpointer user,
                        VicuMerkle proof[VICU_MERKLE_PROOF_MAX],
                        unsigned *n);
bool vicu_merkle_check_growth(uint64_t old,
                              const VicuMerkle *old_root,
                              uint64_t size,
                              const VicuMerkle *root,
                              const VicuMerkle *proof,
                              size_t n);

G_END_DECLS
