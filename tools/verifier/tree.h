/* The hash tree of RFC 6962, section 2.1, as far as checking needs it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/verifier/verify.h"

/* Subtrees from left to right, each smaller than the one before. */
typedef struct {
    uint64_t size; /* leaves */
    unsigned n;
    uint8_t node[64][VERIFIER_HASH];
} VerifierTree;

void verifier_leaf(uint8_t out[VERIFIER_HASH], const uint8_t *record, size_t size);
/* A whole subtree of 2^level leaves; false: none can begin here. */
bool verifier_tree_add(VerifierTree *self, unsigned level, const uint8_t hash[VERIFIER_HASH]);
void verifier_tree_root(const VerifierTree *self, uint8_t root[VERIFIER_HASH]);
/* Level of the largest subtree that begins at leaf @first and ends at or before @end. */
unsigned verifier_level(uint64_t first, uint64_t end);
/* The root that the audit path leads to, from the leaf up; false: it has another length. */
bool verifier_path(uint8_t hash[VERIFIER_HASH],
                   uint64_t index,
                   uint64_t size,
                   const uint8_t (*path)[VERIFIER_HASH],
                   size_t n);
