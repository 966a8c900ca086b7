/* Ward: the engine's state of each bed as bytes, for a restart.
 *
 * Magic, UTC, the bed's id, then the engine's bytes without their empty lines:
 * most of a bed's windows are empty, and what is written every half minute for
 * every bed must be little.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/adopt.h"
#include "rules/lines.h"
#include "rules/ward-inner.h"

#define MAGIC       "VRB1"
#define REPLAYED_US (45 * (int64_t)G_USEC_PER_SEC) /* the hub holds a minute */

GBytes *
rules_ward_save_next(RulesWard *self, const char **id)
{
    for (guint tries = 0; tries < self->save_order->len; tries++) {
        const WardBed *bed = self->save_order->pdata[self->save_next++ % self->save_order->len];
        if (bed->watermark_us == INT64_MIN
            || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED)
            continue;
        g_autoptr(GByteArray) block = g_byte_array_new();
        GByteArray *out = g_byte_array_new();
        int64_t now_us = GINT64_TO_LE(self->now_us);
        rules_engine_save(bed->engine, block);
        g_byte_array_append(out, (const uint8_t *)MAGIC, 4);
        g_byte_array_append(out, (const uint8_t *)&now_us, sizeof now_us);
        rules_lines_put_u32(out, strlen(bed->id));
        g_byte_array_append(out, (const uint8_t *)bed->id, (guint)strlen(bed->id));
        rules_lines_put(out, block->data, block->len);
        *id = bed->id;
        return g_byte_array_free_to_bytes(out);
    }
    return NULL;
}

/* A person changed what is judged here since: then it begins afresh. */
static bool
is_outdated(const WardBed *bed, int64_t saved_us)
{
    const RulesPresence *p = &bed->presence;
    return p->state == VICU__PRESENCE__PRESENCE_DISCHARGED
           || (p->since_us > saved_us && p->state != VICU__PRESENCE__PRESENCE_PRESENT
               && p->state != VICU__PRESENCE__PRESENCE_LOST);
}

/* The hub no longer holds what came since. What was seen stays expected; nobody
 * is told of the time in which we were not there. */
static void
begin_again(WardBed *bed)
{
    int64_t t_us = MAX(bed->ward->now_us - RULES_LATE_MAX_US, bed->watermark_us + 1);
    rules_engine_reset_bed(bed->engine, t_us, "restarted", false);
    rules_engine_advance_bed(bed->engine, t_us, NULL, NULL);
    bed->watermark_us = t_us;
}

void
rules_ward_set_limits(WardBed *bed)
{
    const RulesSet *set = bed->ward->set;
    for (size_t i = 0; i < rules_set_n_limits(set); i++) {
        RulesLimitInfo info = rules_set_limit(set, i);
        rules_engine_limit(bed->engine, info.name, rules_desk_limit_value(bed, &info),
                           bed->watermark_us);
    }
}

/* A snapshot of a set before goes over into this one. */
static bool
load_before(WardBed *bed, const uint8_t *block, size_t size)
{
    const GPtrArray *engines = bed->ward->before;
    for (guint i = 0; i < engines->len; i++) {
        RulesBed *old = rules_engine_bed(engines->pdata[i], bed->id);
        bool loaded = rules_engine_load(old, block, size);
        if (loaded)
            rules_engine_adopt(bed->engine, old);
        rules_engine_remove(engines->pdata[i], old);
        if (loaded)
            return true;
    }
    return false;
}

bool
rules_ward_load(RulesWard *self, const uint8_t *bytes, size_t size, int64_t decided_us)
{
    RulesLinesReader r = {bytes, bytes + size};
    char magic[4], id[256];
    uint32_t id_size = 0;
    int64_t saved_us = 0;
    size_t block_size = 0;
    g_return_val_if_fail(self->restoring, false);
    if (!rules_lines_take_bytes(&r, magic, sizeof magic) || memcmp(magic, MAGIC, sizeof magic) != 0
        || !rules_lines_take_bytes(&r, &saved_us, sizeof saved_us)
        || !rules_lines_take_u32(&r, &id_size) || id_size >= sizeof id
        || !rules_lines_take_bytes(&r, id, id_size))
        return false;
    id[id_size] = '\0';
    g_autofree uint8_t *block = rules_lines_take(&r, &block_size);
    if (!block || r.at != r.end)
        return false;
    WardBed *bed = rules_ward_bed(self, id);
    bed = bed && !is_outdated(bed, GINT64_FROM_LE(saved_us)) ? bed : NULL;
    if (!bed)
        return true;
    if (!rules_engine_load(bed->engine, block, block_size) && !load_before(bed, block, block_size))
        return false;
    self->decided_us = decided_us;
    bed->saved_us = GINT64_FROM_LE(saved_us);
    bed->watermark_us = rules_bed_watermark(bed->engine);
    if (self->now_us - bed->saved_us > REPLAYED_US)
        begin_again(bed);
    else
        bed->restored_us = bed->watermark_us;
    rules_ward_set_limits(bed); /* they are the journal's */
    return true;
}
