/* Claims: which sender each stream of a bed belongs to.
 *
 * Two monitors that say they are the same bed must not be mixed into one patient.
 * The first that feeds a stream owns it; another one is refused until nothing has
 * come from the owner for RULES_CLAIM_US of event time. A bed may well have several
 * senders, each with streams of its own.
 *
 * At most RULES_CLAIMS_MAX streams; what is beyond is nobody's and taken from all.
 * Pure, one thread. A sender is known by its address, which has to stay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define RULES_CLAIM_US   (10 * (int64_t)G_USEC_PER_SEC)
#define RULES_CLAIMS_MAX 1024

typedef struct RulesClaims RulesClaims;

RulesClaims *rules_claims_new(void);
void rules_claims_free(RulesClaims *self);

/* Data of @t_us from @sender. NULL: they are the owner's, who @sender is from now on;
 * else the owner, and the data are to be refused. */
const void *rules_claims_take(
    RulesClaims *self, uint32_t code, uint32_t channel, const void *sender, int64_t t_us);
/* The bed is somebody else's from here on. */
void rules_claims_forget(RulesClaims *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesClaims, rules_claims_free)

G_END_DECLS
