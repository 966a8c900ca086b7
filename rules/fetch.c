/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/fetch.h"

#include <string.h>

typedef struct {
    VicuFeedGap gap;
    uint64_t epoch, next; /* of the batch that is wanted */
    uint64_t fetched;
    int64_t asked_us;
    int64_t moved_us; /* something came, or asking began */
} Hole;

struct RulesFetch {
    RulesFetchOps ops;
    gpointer user;
    GQueue holes; /* of Hole; the first one is asked for */
    bool asking;
    bool moved; /* by the answer that comes */
};

RulesFetch *
rules_fetch_new(const RulesFetchOps *ops, gpointer user)
{
    RulesFetch *self = g_new0(RulesFetch, 1);
    self->ops = *ops;
    self->user = user;
    g_queue_init(&self->holes);
    return self;
}

void
rules_fetch_free(RulesFetch *self)
{
    if (!self)
        return;
    g_queue_clear_full(&self->holes, g_free);
    g_free(self);
}

bool
rules_fetch_add(RulesFetch *self, const VicuFeedGap *gap, int64_t mono_us)
{
    if (self->holes.length >= RULES_FETCH_MAX)
        return false;
    Hole hole = {
        .gap = *gap,
        .epoch = gap->epoch,
        .next = MAX(gap->first, 1),
        .asked_us = mono_us - RULES_FETCH_AGAIN_US,
        .moved_us = mono_us,
    };
    g_queue_push_tail(&self->holes, g_memdup2(&hole, sizeof hole));
    return true;
}

size_t
rules_fetch_holes(const RulesFetch *self)
{
    return self->holes.length;
}

static bool
is_whole(const Hole *hole)
{
    return hole->gap.last != 0 && hole->next > hole->gap.last;
}

bool
rules_fetch_batch(RulesFetch *self,
                  const uint8_t *sender,
                  size_t size,
                  uint64_t epoch,
                  uint64_t sequence,
                  int64_t mono_us)
{
    Hole *hole = g_queue_peek_head(&self->holes);
    if (!hole || !self->asking || size != sizeof hole->gap.sender.bytes
        || memcmp(sender, hole->gap.sender.bytes, size) != 0 || epoch != hole->epoch
        || sequence < hole->next || (hole->gap.last != 0 && sequence > hole->gap.last))
        return false;
    hole->next = sequence + 1;
    hole->fetched++;
    hole->moved_us = mono_us;
    self->moved = true;
    return true;
}

static void
finish(RulesFetch *self, bool whole)
{
    g_autofree Hole *hole = g_queue_pop_head(&self->holes);
    self->ops.over(&hole->gap, hole->fetched, whole, self->user);
}

/* The next epoch of a hole that spans several. FALSE: there is none. */
static bool
go_on(Hole *hole, int64_t mono_us)
{
    if (hole->gap.last != 0 || hole->epoch + 1 >= hole->gap.until)
        return false;
    hole->epoch++;
    hole->next = 1;
    hole->moved_us = mono_us;
    return true;
}

void
rules_fetch_answered(RulesFetch *self, bool ok, int64_t mono_us)
{
    Hole *hole = g_queue_peek_head(&self->holes);
    bool moved = self->moved;
    self->asking = self->moved = false;
    if (!hole)
        return;
    if (is_whole(hole)) {
        finish(self, hole->fetched == hole->gap.last - MAX(hole->gap.first, 1) + 1);
        return;
    }
    if (ok && moved) { /* there may be more at once */
        hole->asked_us = mono_us - RULES_FETCH_AGAIN_US;
        return;
    }
    int64_t still_us = mono_us - hole->moved_us;
    bool quiet = ok && hole->gap.last == 0 && still_us >= RULES_FETCH_QUIET_US;
    if (quiet && go_on(hole, mono_us))
        return;
    if (quiet || still_us >= RULES_FETCH_GIVE_US)
        finish(self, quiet && hole->fetched > 0);
    else
        g_queue_push_tail(&self->holes, g_queue_pop_head(&self->holes));
}

void
rules_fetch_tick(RulesFetch *self, bool may, int64_t mono_us)
{
    for (guint i = 0; may && !self->asking && i < self->holes.length; i++) {
        Hole *hole = g_queue_peek_head(&self->holes);
        if (mono_us - hole->asked_us < RULES_FETCH_AGAIN_US) {
            g_queue_push_tail(&self->holes, g_queue_pop_head(&self->holes));
            continue;
        }
        uint64_t last = hole->next + RULES_FETCH_BATCHES - 1;
        if (hole->gap.last != 0)
            last = MIN(last, hole->gap.last);
        hole->asked_us = mono_us;
        self->asking = self->ops.ask(&hole->gap.sender, hole->epoch, hole->next, last, self->user);
        if (self->asking)
            return;
        rules_fetch_answered(self, false, mono_us);
        return;
    }
}
