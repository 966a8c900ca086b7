/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/claims.h"

typedef struct {
    const void *owner;
    int64_t t_us; /* of its newest data */
} Claim;

struct RulesClaims {
    GHashTable *claims; /* code and channel -> Claim */
};

RulesClaims *
rules_claims_new(void)
{
    RulesClaims *self = g_new0(RulesClaims, 1);
    self->claims = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return self;
}

void
rules_claims_free(RulesClaims *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->claims);
    g_free(self);
}

const void *
rules_claims_take(
    RulesClaims *self, uint32_t code, uint32_t channel, const void *sender, int64_t t_us)
{
    int64_t key = (int64_t)((uint64_t)code << 32 | channel);
    Claim *claim = g_hash_table_lookup(self->claims, &key);
    if (!claim) {
        if (g_hash_table_size(self->claims) >= RULES_CLAIMS_MAX)
            return NULL;
        claim = g_new(Claim, 1);
        *claim = (Claim){sender, t_us};
        g_hash_table_insert(self->claims, g_memdup2(&key, sizeof key), claim);
        return NULL;
    }
    if (claim->owner != sender) {
        if (t_us < claim->t_us + RULES_CLAIM_US)
            return claim->owner;
        *claim = (Claim){sender, t_us};
    }
    claim->t_us = MAX(claim->t_us, t_us);
    return NULL;
}

void
rules_claims_forget(RulesClaims *self)
{
    g_hash_table_remove_all(self->claims);
}
