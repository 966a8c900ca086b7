/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/proof.h"

#include <stdbool.h>

#include "common/proof.h"

struct CollectorProof {
    GHashTable *last; /* bed -> int64_t: the number of its newest one */
    int64_t every_us, look_us;
};

CollectorProof *
collector_proof_new(int64_t every_us)
{
    CollectorProof *self = g_new0(CollectorProof, 1);

    self->every_us = CLAMP(every_us, G_USEC_PER_SEC, VICU_PROOF_US);
    self->last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
collector_proof_free(CollectorProof *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->last);
    g_free(self);
}

typedef struct {
    CollectorProof *self;
    CollectorTick *tick;
    int64_t now_us;
} Look;

/* The minutes of a bed begin at a second of its own. */
static void
look_at_bed(const char *bed, gpointer user)
{
    const Look *look = user;
    int64_t every_us = look->self->every_us;
    int64_t phase_us = g_str_hash(bed) % (every_us / G_USEC_PER_SEC) * G_USEC_PER_SEC;
    int64_t number = (look->now_us + phase_us) / every_us;
    int64_t *last = g_hash_table_lookup(look->self->last, bed);
    Vicu__Proof proof = VICU__PROOF__INIT;

    if (last != NULL && *last == number)
        return;
    if (last == NULL) {
        last = g_new(int64_t, 1);
        g_hash_table_insert(look->self->last, g_strdup(bed), last);
    }
    *last = number;
    proof.bed = (char *)bed;
    proof.number = (uint64_t)number;
    proof.t_us = look->now_us;
    collector_tick_proof(look->tick, &proof);
}

void
collector_proof_look(CollectorProof *self,
                     const VicuHeartbeat *beds,
                     int64_t now_us,
                     CollectorTick *tick)
{
    Look look = {self, tick, now_us};

    bool is_set_back = now_us < self->look_us - G_USEC_PER_SEC;

    if (now_us < self->look_us && !is_set_back)
        return;
    self->look_us = now_us + G_USEC_PER_SEC;
    vicu_heartbeat_foreach(beds, look_at_bed, &look);
}
