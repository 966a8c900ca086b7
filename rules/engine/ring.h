/* Ring: the points of one series, the oldest first, each at hand by its number.
 *
 * A point holds its value from its time until the next point, at most until its own end (its
 * validity): after that nothing is observed. The newest point may still change and stands in
 * the ring itself; those before it are settled and lie in chunks, a byte or two a point as a
 * rule (chunk.h). So memory grows with what is there, up to the capacity: a ring that must drop a
 * point for want of room says so. One owner; nothing here locks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/chunk.h"

G_BEGIN_DECLS

typedef struct {
    uint32_t capacity; /* points */
    uint32_t count;
    uint32_t base; /* number of the first point: so many went before it */
    uint32_t skip; /* points of the first chunk that are gone */
    uint32_t n_chunks;
    uint32_t room; /* for chunks */
    bool lost;
    int64_t first_us;  /* time of the first point, when there is any */
    int64_t lost_us;   /* newest point that had to go for want of room */
    RulesPoint newest; /* when there is any */
    RulesChunk **chunks;
} RulesRing;

/* Empty, over whatever was there: clear first what held points. @capacity > 0. */
void rules_ring_init(RulesRing *self, size_t capacity);
/* Frees its points; all zero afterwards, which may be cleared again. */
void rules_ring_clear(RulesRing *self);
RulesRing *rules_ring_new(size_t capacity);
void rules_ring_free(RulesRing *self);

/* Point @i, the oldest is 0; @i is below the count. */
RulesPoint rules_ring_at(const RulesRing *self, uint32_t i);
int64_t rules_ring_t_us(const RulesRing *self, uint32_t i);
double rules_ring_value(const RulesRing *self, uint32_t i);

/* First point with a time after @from_us; the count: none. */
uint32_t rules_ring_first_after(const RulesRing *self, int64_t from_us);
/* How long point @i holds inside (from, now]. */
int64_t rules_ring_held_us(const RulesRing *self, uint32_t i, int64_t from_us, int64_t now_us);

/* The newest point, to look at; NULL: none. */
static inline const RulesPoint *
rules_ring_last(const RulesRing *self)
{
    return self->count > 0 ? &self->newest : NULL;
}

/* Times never go back; a second point at the same time replaces the first. */
void rules_ring_push(RulesRing *self, RulesPoint point);
/* The newest point ends at @now_us: from there on its value is not known. */
void rules_ring_end(RulesRing *self, int64_t now_us);
/* The points of another ring, as many of the newest as there is room for. */
void rules_ring_adopt(RulesRing *self, const RulesRing *from);
/* Drops what no window of @over_us that ends at @now_us or later can need, but for a few points
 * that windows kept up still have to take away. */
void rules_ring_prune(RulesRing *self, int64_t now_us, int64_t over_us);

/* Bytes beside the ring itself that its points take now; those of @points of a signal that comes
 * as it announced; those that no @points can exceed. */
size_t rules_ring_bytes(const RulesRing *self);
size_t rules_ring_bytes_usual(size_t points);
size_t rules_ring_bytes_most(size_t points);

/* Same program, same machine: for a restart, not for an archive. */
void rules_ring_save(const RulesRing *self, GByteArray *out);
/* Into an empty ring, from @at, which moves on; FALSE: that is no ring of this capacity, and
 * this one is empty still. */
bool rules_ring_load(RulesRing *self, const uint8_t **at, const uint8_t *end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesRing, rules_ring_free)

G_END_DECLS
