/* The store as a source of replays: a running one by its questions, or the files of one that
 * does not run (common/offline.h).
 *
 * Opened once; each process that reads it makes a connection of its own. What is before the time
 * asked for prepares: values of RULES_STORE_PREPARE_US, waves of RULES_STORE_WARM_US, and the
 * limits of the bed that were set at any time. What was looked at is written into the audit.
 * Blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/replay/player.h"
#include "rules/replay/stream.h"

G_BEGIN_DECLS

#define RULES_STORE_PREPARE_US (4 * 3600 * (int64_t)G_USEC_PER_SEC)
#define RULES_STORE_WARM_US    (600 * (int64_t)G_USEC_PER_SEC)
#define RULES_STORE_STRETCH_US (900 * (int64_t)G_USEC_PER_SEC) /* read and played at a time */

typedef struct RulesStore RulesStore;

/* @dir: of the installation; NULL: the running one, else the standard one. */
RulesStore *rules_store_open(const char *dir, GError **error);
void rules_store_free(RulesStore *self);

/* What the settings of the site's rules name as its packs; NULL: nothing, or they are those of
 * another machine. Caller frees. */
char *rules_store_packs(const RulesStore *self);

typedef struct {
    char *bed;
    int64_t first_us, last_us; /* of everything that is kept of it */
} RulesStoreBed;

/* RulesStoreBed, in the order of their names; NULL: no answer. Caller unrefs. */
GArray *rules_store_beds(RulesStore *self, GError **error);

/* Plays from <= t < to of @bed; @newest_us as rules_stream_play(). */
bool rules_store_play(const RulesStore *self,
                      const char *bed,
                      int64_t from_us,
                      int64_t to_us,
                      RulesPlayer *player,
                      int64_t *newest_us,
                      RulesReplayProgress progress,
                      void *user,
                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesStore, rules_store_free)

G_END_DECLS
