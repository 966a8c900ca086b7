/* What the rules own as items of state, and back again from the journal.
 *
 * Each rules_item_*() packs one StateItem; the caller unrefs. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "rules/engine/alarm.h"

G_BEGIN_DECLS

GBytes *rules_item_alarm(const RulesAlarm *alarm);
/* Only the Alarm message, for the detail of an event. */
GBytes *rules_item_alarm_body(const RulesAlarm *alarm);
/* All of it as JSON, and as *@text for a person: what was raised, when, by which rule
 * version, why (each condition marked), on which inputs, who answered. Caller frees both. */
char *rules_item_alarm_explained(const RulesAlarm *alarm, char **text);
GBytes *rules_item_limit(const Vicu__Limit *limit); /* key BED/NAME, or UNIT/NAME */
GBytes *rules_item_bed(const Vicu__Bed *bed);
GBytes *rules_item_observation(const char *key, const Vicu__Observation *observation);
GBytes *rules_item_score(const char *bed, int64_t t_us, const RulesScoreView *view);
GBytes *rules_item_engine(const Vicu__Engine *engine);
GBytes *rules_item_pause(const RulesPause *pause);           /* key BED, or "installation" */
GBytes *rules_item_note(const Vicu__Note *note);             /* key: its id */
GBytes *rules_item_care(const Vicu__Care *care);             /* key BED */
GBytes *rules_item_handover(const Vicu__Handover *handover); /* key: its id */
GBytes *rules_item_proof(const Vicu__Proved *proved);        /* key: its bed */
GBytes *rules_item_outlet(const Vicu__Outlet *outlet);       /* key: its name */
GBytes *rules_item_past(const Vicu__PastAlarm *past);        /* key: the alarm's id */
GBytes *rules_item_removed(Vicu__Subject subject, const char *key);

const char *rules_item_pause_key(const char *bed);             /* borrowed */
char *rules_item_limit_key(const char *bed, const char *name); /* caller frees */

/* A record of its own; rules_alarm_free(). */
RulesAlarm *rules_item_read_alarm(const Vicu__Alarm *message);
/* An Explanation; what is known of the bed's own limits is added by @limit (may be NULL),
 * which fills who, reason and times of the one that it knows. */
typedef void (*RulesItemLimitFunc)(Vicu__ExplainLimit *limit, const char *bed, void *user);
GBytes *
rules_item_explanation(const RulesTransition *transition, RulesItemLimitFunc limit, void *user);

G_END_DECLS
