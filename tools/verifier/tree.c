/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/verifier/tree.h"

#include <string.h>

#include <sodium.h>

static void
join(uint8_t out[VERIFIER_HASH], const uint8_t *left, const uint8_t *right)
{
    uint8_t bytes[1 + 2 * VERIFIER_HASH] = {1};

    memcpy(bytes + 1, left, VERIFIER_HASH);
    memcpy(bytes + 1 + VERIFIER_HASH, right, VERIFIER_HASH);
    crypto_hash_sha256(out, bytes, sizeof bytes);
}

void
verifier_leaf(uint8_t out[VERIFIER_HASH], const uint8_t *record, size_t size)
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t[]){0}, 1);
    crypto_hash_sha256_update(&state, record, size);
    crypto_hash_sha256_final(&state, out);
}

bool
verifier_tree_add(VerifierTree *self, unsigned level, const uint8_t hash[VERIFIER_HASH])
{
    uint8_t whole[VERIFIER_HASH];

    if (level > 61 || self->size >= UINT64_C(1) << 61
        || (self->size & ((UINT64_C(1) << level) - 1)) != 0)
        return false;
    memcpy(whole, hash, VERIFIER_HASH);
    for (uint64_t index = self->size >> level; (index & 1) != 0; index >>= 1)
        join(whole, self->node[--self->n], whole);
    memcpy(self->node[self->n++], whole, VERIFIER_HASH);
    self->size += UINT64_C(1) << level;
    return true;
}

void
verifier_tree_root(const VerifierTree *self, uint8_t root[VERIFIER_HASH])
{
    if (self->n == 0) {
        crypto_hash_sha256(root, NULL, 0);
        return;
    }
    memcpy(root, self->node[self->n - 1], VERIFIER_HASH);
    for (unsigned i = self->n - 1; i > 0; i--)
        join(root, self->node[i - 1], root);
}

unsigned
verifier_level(uint64_t first, uint64_t end)
{
    unsigned level = 0;

    while (level < 61 && (first & ((UINT64_C(2) << level) - 1)) == 0
           && UINT64_C(2) << level <= end - first)
        level++;
    return level;
}

/* RFC 9162, section 2.1.3.2. */
bool
verifier_path(uint8_t hash[VERIFIER_HASH],
              uint64_t index,
              uint64_t size,
              const uint8_t (*path)[VERIFIER_HASH],
              size_t n)
{
    uint64_t last = size - 1;

    if (index >= size)
        return false;
    for (size_t i = 0; i < n; i++, index >>= 1, last >>= 1) {
        if (last == 0)
            return false;
        if ((index & 1) == 0 && index != last) {
            join(hash, hash, path[i]);
            continue;
        }
        join(hash, path[i], hash);
        for (; (index & 1) == 0 && index != 0; index >>= 1)
            last >>= 1;
    }
    return last == 0;
}
