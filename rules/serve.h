/* The rules process: ward, journal, state, feed and uplink on one main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/journal.h"
#include "common/state.h"
#include "common/uplink.h"
#include "rules/feed-client.h"
#include "rules/ward.h"

G_BEGIN_DECLS

typedef struct RulesService RulesService;

typedef struct {
    const char *pack; /* list as in rules_packs_add_list() */
    int64_t lateness_us;
    int64_t max_beds;
    int64_t spool_mib;
    int64_t spool_age_us;
    int64_t journal_mib;  /* compacted beyond this */
    const char *keys_act; /* roles of keys that need no person once accounts exist */
} RulesServiceSettings;

typedef struct {
    RulesWardFigures ward;
    RulesFeedClientFigures feed;
    VicuJournalFigures journal;
    VicuUplinkFigures uplink;
    VicuStateOwnerFigures state;
    int64_t watermark_us;
    int64_t p50_us;
    int64_t p99_us;
    bool catching_up;
    int64_t replay_us; /* how long the journal took at start */
} RulesServiceFigures;

RulesService *
rules_service_new(VicuDaemon *daemon, const RulesServiceSettings *settings, GError **error);
/* Reads the packs of the list @pack aside; they come into force, or are refused, later. */
void rules_service_reload(RulesService *self, const char *pack);
/* Roles of keys that need no person, at once. */
void rules_service_keys(RulesService *self, const char *keys_act);
/* A record about this process goes to the store through the spool; false: the disk failed. */
bool rules_service_audit(RulesService *self, const Vicu__AuditRecord *record);
/* Syncs journal and spool. */
void rules_service_free(RulesService *self);

void rules_service_figures(RulesService *self, RulesServiceFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesService, rules_service_free)

G_END_DECLS
