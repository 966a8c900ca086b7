/* Holes of the feed, asked of the store until it has what they held.
 *
 * A hole is what the hub's memory no longer has: batches that a collector could not send
 * and keeps in its spool, or that died with a hub. The store has them once the spool has
 * drained; so each hole is asked for again, from where the answers ended, until it is
 * whole, until nothing more came for RULES_FETCH_QUIET_US (a hole whose end is not known),
 * or for RULES_FETCH_GIVE_US. One question at a time, the holes in turn.
 *
 * Pure, one thread, BOOTTIME. Call nothing of the same machine from within ops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/feed.h"

G_BEGIN_DECLS

enum { RULES_FETCH_MAX = 64, RULES_FETCH_BATCHES = 2048 /* asked for at once */ };

#define RULES_FETCH_AGAIN_US ((int64_t)G_USEC_PER_SEC)
#define RULES_FETCH_QUIET_US (30 * (int64_t)G_USEC_PER_SEC)
#define RULES_FETCH_GIVE_US  (600 * (int64_t)G_USEC_PER_SEC)

typedef struct RulesFetch RulesFetch;

typedef struct {
    /* Asks the store; batch() and answered() follow. FALSE: not now. */
    bool (*ask)(
        const VicuSenderId *sender, uint64_t epoch, uint64_t first, uint64_t last, gpointer user);
    /* The hole is done with: @fetched batches came of it, and @whole: all of it. */
    void (*over)(const VicuFeedGap *gap, uint64_t fetched, bool whole, gpointer user);
} RulesFetchOps;

RulesFetch *rules_fetch_new(const RulesFetchOps *ops, gpointer user);
void rules_fetch_free(RulesFetch *self);

/* FALSE: too many holes wait. */
bool rules_fetch_add(RulesFetch *self, const VicuFeedGap *gap, int64_t mono_us);
/* A batch of the answer came; FALSE: it was not asked for. */
bool rules_fetch_batch(RulesFetch *self,
                       const uint8_t *sender,
                       size_t size,
                       uint64_t epoch,
                       uint64_t sequence,
                       int64_t mono_us);
/* The answer ended; @ok: well. */
void rules_fetch_answered(RulesFetch *self, bool ok, int64_t mono_us);
/* Each 100 ms. @may: there is room for more. */
void rules_fetch_tick(RulesFetch *self, bool may, int64_t mono_us);
size_t rules_fetch_holes(const RulesFetch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesFetch, rules_fetch_free)

G_END_DECLS
