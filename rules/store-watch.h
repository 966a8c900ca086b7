/* What the rules see of the store: that it acknowledges, and how full its disk is.
 *
 * Two signs are followed. The store acknowledges each second what it holds; and
 * each second its beat, which the hub passes on, says how much of its disk is
 * free. A store whose disk is full acknowledges nothing and says so: as long as
 * it does, that alarm speaks for it and the missing acknowledgements are none.
 *
 *   acknowledges nothing for 10 s   store-silent, medium
 *   disk short of space             store-low, low
 *   disk full, nothing is stored    store-full, medium
 *
 * What the disk was like stands until the store says otherwise. Pure; a value.
 * @mono_us is BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/watch.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define RULES_STORE_SILENT "store-silent"
#define RULES_STORE_LOW    "store-low"
#define RULES_STORE_FULL   "store-full"

/* An alarm of the installation that stands from now on, or no longer does. */
typedef void (*RulesStoreTell)(
    const char *cause, Vicu__Priority priority, const char *text, bool standing, gpointer user);

typedef struct {
    VicuWatch watch; /* of its acknowledgements */
    int64_t acked_us;
    int64_t tick_us;
    bool silent;
    bool judged;            /* the record agrees with `silent`: not before the first look */
    Vicu__SpaceLevel level; /* of its newest beat; UNKNOWN: none came */
    Vicu__SpaceLevel told;  /* the record agrees with this one; UNKNOWN: not looked at yet */
    double free_share;
    double warn_share;
    double stop_share;
} RulesStoreWatch;

void rules_store_watch_init(RulesStoreWatch *self, int64_t mono_us);

/* The newest acknowledgement so far; 0: none yet. */
void rules_store_watch_acked(RulesStoreWatch *self, int64_t acked_us, int64_t mono_us);
/* A beat of the store. One that makes no sense is left. */
void rules_store_watch_beat(RulesStoreWatch *self, const Vicu__StoreSpace *space, int64_t mono_us);

/* Each 100 ms. @hub_lives: something could be heard of the store. @level: what comes is
 * not the past; until then nothing is said of the disk. */
void rules_store_watch_tick(RulesStoreWatch *self,
                            bool hub_lives,
                            bool level,
                            int64_t mono_us,
                            RulesStoreTell tell,
                            gpointer user);

G_END_DECLS
