/* A bed's state as bytes and back, for a restart.
 *
 * Header, the block up to its rings, the rings, unknown time of rules, the queue; as they lie.
 * Same program, same machine: this is no archive. What does not add up is refused as a whole
 * and changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/state.h"

typedef struct {
    char magic[8];
    char hash[24]; /* of the set */
    uint64_t plain_bytes;
    uint64_t n_bins;
    uint64_t queue_length;
    int64_t now_us;
    int64_t watermark_us;
    RulesBedCounters counters;
    uint64_t sum; /* of all that follows */
} Header;

/* Unknown time of one rule. */
typedef struct {
    uint32_t rule;
    uint32_t bins_ms[RULES_BINS];
} Bins;

static const char magic[8] = "vicuBed4";

/* FNV-1a */
static uint64_t
sum_of(const void *bytes, size_t length)
{
    uint64_t sum = 14695981039346656037ULL;
    const uint8_t *p = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ p[i]) * 1099511628211ULL;
    return sum;
}

static uint64_t
save_bins(const RulesBed *bed, GByteArray *out)
{
    uint64_t n = 0;
    for (guint i = 0; i < bed->engine->set->rules->len; i++) {
        Bins bins = {.rule = i};
        if (bed->bins_ms[i] == NULL)
            continue;
        memcpy(bins.bins_ms, bed->bins_ms[i], sizeof bins.bins_ms);
        g_byte_array_append(out, (const guint8 *)&bins, sizeof bins);
        n++;
    }
    return n;
}

void
rules_engine_save(const RulesBed *bed, GByteArray *out)
{
    const RulesSet *set = bed->engine->set;
    guint begin = out->len;
    Header h;
    memset(&h, 0, sizeof h);
    memcpy(h.magic, magic, sizeof h.magic);
    g_strlcpy(h.hash, set->hash, sizeof h.hash);
    h.plain_bytes = set->rings_at;
    h.queue_length = bed->queue->len;
    h.now_us = bed->now_us;
    h.watermark_us = bed->watermark_us;
    h.counters = bed->counters;
    g_byte_array_append(out, (const guint8 *)&h, sizeof h);
    g_byte_array_append(out, bed->block, (guint)set->rings_at);
    for (int i = 0; i < (int)set->series->len; i++)
        rules_ring_save(rules_series_ring(bed, i), out);
    h.n_bins = save_bins(bed, out);
    g_byte_array_append(out, (const guint8 *)bed->queue->data,
                        (guint)(bed->queue->len * sizeof(RulesQueued)));
    h.sum = sum_of(out->data + begin + sizeof h, out->len - begin - sizeof h);
    memcpy(out->data + begin, &h, sizeof h);
}

/* --- back ----------------------------------------------------------------------- */

/* The rings of a bed that is not the bed's yet. */
typedef struct {
    RulesRing *rings;
    guint n;
} Rings;

static void
rings_clear(Rings *self)
{
    for (guint i = 0; i < self->n; i++)
        rules_ring_clear(&self->rings[i]);
    g_free(self->rings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rings, rings_clear)

static bool
load_rings(const RulesSet *set, Rings *into, const uint8_t **at, const uint8_t *end)
{
    into->rings = g_new0(RulesRing, MAX(1, set->series->len));
    into->n = set->series->len;
    for (guint i = 0; i < into->n; i++) {
        rules_ring_init(&into->rings[i], RULES_AT(set->series, RulesSeries, i).capacity);
        if (!rules_ring_load(&into->rings[i], at, end))
            return false;
    }
    return true;
}

static bool
bins_are_sound(const RulesSet *set, const uint8_t *at, uint64_t n)
{
    Bins bins;
    int64_t before = -1;
    for (uint64_t i = 0; i < n; i++) {
        memcpy(&bins, at + i * sizeof bins, sizeof bins);
        if (bins.rule >= set->rules->len || bins.rule <= before)
            return false;
        before = bins.rule;
    }
    return true;
}

static bool
is_sound(const RulesSet *set, const Header *h, const uint8_t *at, const uint8_t *end)
{
    return memcmp(h->magic, magic, sizeof magic) == 0
           && strncmp(h->hash, set->hash, sizeof h->hash) == 0 && h->plain_bytes == set->rings_at
           && (size_t)(end - at) >= set->rings_at && h->queue_length <= RULES_QUEUE_MAX
           && h->n_bins <= set->rules->len && h->sum == sum_of(at, (size_t)(end - at));
}

static void
take_over(RulesBed *bed, const Header *h, const uint8_t *block, Rings *rings)
{
    rules_bed_forget(bed);
    bed->change.stale = true;
    memcpy(bed->block, block, bed->engine->set->rings_at);
    for (guint i = 0; i < rings->n; i++)
        *rules_series_ring(bed, (int)i) = rings->rings[i];
    rings->n = 0;
    bed->now_us = h->now_us;
    bed->watermark_us = h->watermark_us;
    bed->counters = h->counters;
}

bool
rules_engine_load(RulesBed *bed, const uint8_t *bytes, size_t length)
{
    const RulesSet *set = bed->engine->set;
    const uint8_t *end = bytes + length;
    g_auto(Rings) rings = {0};
    Header h;
    Bins bins;
    if (length < sizeof h)
        return false;
    memcpy(&h, bytes, sizeof h);
    const uint8_t *block = bytes + sizeof h;
    if (!is_sound(set, &h, block, end))
        return false;
    const uint8_t *at = block + set->rings_at;
    if (!load_rings(set, &rings, &at, end)
        || (size_t)(end - at) != h.n_bins * sizeof bins + h.queue_length * sizeof(RulesQueued)
        || !bins_are_sound(set, at, h.n_bins))
        return false;
    take_over(bed, &h, block, &rings);
    for (uint64_t i = 0; i < h.n_bins; i++, at += sizeof bins) {
        memcpy(&bins, at, sizeof bins);
        bed->bins_ms[bins.rule] = g_memdup2(bins.bins_ms, sizeof bins.bins_ms);
    }
    g_array_set_size(bed->queue, 0);
    g_array_append_vals(bed->queue, at, (guint)h.queue_length);
    return true;
}
