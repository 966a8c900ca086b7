/* Ward: the engine's state of each bed as bytes, for a restart.
 *
 * Magic, UTC, the bed's id, then the engine's bytes without their empty lines:
 * most of a bed's windows are empty, and what is written every half minute for
 * every bed must be little.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/adopt.h"
#include "rules/ward-inner.h"

#define MAGIC       "VRB1"
#define LINE        32
#define BLOCK_MAX   (16u << 20)
#define REPLAYED_US (45 * (int64_t)G_USEC_PER_SEC) /* the hub holds a minute */

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static void
put_u32(GByteArray *out, size_t value)
{
    uint32_t le = GUINT32_TO_LE((uint32_t)value);
    g_byte_array_append(out, (const uint8_t *)&le, sizeof le);
}

static bool
take(Reader *r, void *into, size_t size)
{
    if ((size_t)(r->end - r->at) < size)
        return false;
    memcpy(into, r->at, size);
    r->at += size;
    return true;
}

static bool
take_u32(Reader *r, uint32_t *value)
{
    bool ok = take(r, value, sizeof *value);
    *value = GUINT32_FROM_LE(*value);
    return ok;
}

/* Runs: how many empty lines, how many full ones, and those. */
static void
put_lines(GByteArray *out, const uint8_t *data, size_t size)
{
    static const uint8_t empty[LINE];
    size_t lines = (size + LINE - 1) / LINE, at = 0;
    put_u32(out, size);
    while (at < lines) {
        size_t skip = at, keep;
        while (skip < lines && (skip + 1) * LINE <= size
               && memcmp(data + skip * LINE, empty, LINE) == 0)
            skip++;
        keep = skip;
        while (keep < lines
               && ((keep + 1) * LINE > size || memcmp(data + keep * LINE, empty, LINE) != 0))
            keep++;
        put_u32(out, skip - at);
        put_u32(out, keep - skip);
        size_t bytes = MIN(keep * LINE, size) - MIN(skip * LINE, size);
        g_byte_array_append(out, data + skip * LINE, (guint)bytes);
        at = keep;
    }
}

/* Caller frees; NULL when it does not add up. */
static uint8_t *
take_lines(Reader *r, size_t *size)
{
    uint32_t whole;
    if (!take_u32(r, &whole) || whole > BLOCK_MAX)
        return NULL;
    g_autofree uint8_t *data = g_malloc0((size_t)whole + 1);
    size_t lines = ((size_t)whole + LINE - 1) / LINE, at = 0;
    while (at < lines) {
        uint32_t skip, keep;
        if (!take_u32(r, &skip) || !take_u32(r, &keep) || skip > lines - at
            || keep > lines - at - skip || (skip == 0 && keep == 0))
            return NULL;
        size_t from = (at + skip) * LINE;
        size_t bytes = MIN(from + (size_t)keep * LINE, whole) - MIN(from, whole);
        if (!take(r, data + from, bytes))
            return NULL;
        at += skip + keep;
    }
    *size = whole;
    return g_steal_pointer(&data);
}

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
        put_u32(out, strlen(bed->id));
        g_byte_array_append(out, (const uint8_t *)bed->id, (guint)strlen(bed->id));
        put_lines(out, block->data, block->len);
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
    Reader r = {bytes, bytes + size};
    char magic[4], id[256];
    uint32_t id_size = 0;
    int64_t saved_us = 0;
    size_t block_size = 0;
    g_return_val_if_fail(self->restoring, false);
    if (!take(&r, magic, sizeof magic) || memcmp(magic, MAGIC, sizeof magic) != 0
        || !take(&r, &saved_us, sizeof saved_us) || !take_u32(&r, &id_size) || id_size >= sizeof id
        || !take(&r, id, id_size))
        return false;
    id[id_size] = '\0';
    g_autofree uint8_t *block = take_lines(&r, &block_size);
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
