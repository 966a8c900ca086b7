/* What a source is: something that plays or receives the data of some beds and
 * puts what has ended by now into the tick.
 *
 * A source owns its devices, files and memory; it has no clock and no main loop.
 * The collector calls it at each tick, and it is silent between. What fails at
 * one bed becomes a Gap and an Event of that bed in the tick: a source never
 * takes the collector down and never goes quiet without saying so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/tick.h"

G_BEGIN_DECLS

typedef struct CollectorFeed CollectorFeed;

typedef struct {
    const char *name; /* "wfdb", for status and logs */

    /* Once, before the first poll: @now_us is the time of the first sample. */
    void (*start)(CollectorFeed *self, int64_t now_us);

    /* Everything that has ended by @now_us and was not yet given. @now_us never
     * goes back; after a pause the source gives what is due since, as it was. */
    void (*poll)(CollectorFeed *self, int64_t now_us, CollectorTick *tick);

    /* The time before which poll has nothing to give; INT64_MAX: not known. */
    int64_t (*next_us)(CollectorFeed *self);

    void (*free)(CollectorFeed *self);
} CollectorFeedClass;

/* The first member of every source. */
struct CollectorFeed {
    const CollectorFeedClass *class;
};

static inline void
collector_feed_start(CollectorFeed *self, int64_t now_us)
{
    self->class->start(self, now_us);
}

static inline void
collector_feed_poll(CollectorFeed *self, int64_t now_us, CollectorTick *tick)
{
    self->class->poll(self, now_us, tick);
}

static inline int64_t
collector_feed_next_us(CollectorFeed *self)
{
    return self->class->next_us(self);
}

static inline void
collector_feed_free(CollectorFeed *self)
{
    if (self != NULL)
        self->class->free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorFeed, collector_feed_free)

G_END_DECLS
