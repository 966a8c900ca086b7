/* Ward: the work of each second, and what silence means.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/ward-inner.h"

#define S_US         ((int64_t)G_USEC_PER_SEC)
#define STALL_US     S_US
#define LEVEL_US     (2 * S_US)  /* data this old are as good as now ... */
#define LEVEL_FOR_US (S_US / 2)  /* ... when they stay so for this long */
#define LEVEL_MAX_US (20 * S_US) /* then nobody is there to catch up with */

/* We stood still ourselves: what we did not hear meanwhile proves nothing. */
static void
excuse(RulesWard *self, int64_t stalled_us, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        RulesPresence *presence = &((WardBed *)value)->presence;
        presence->heard_us = vicu_watch_excused(presence->heard_us, stalled_us, mono_us);
    }
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardSender *sender = value;
        sender->heard_us = vicu_watch_excused(sender->heard_us, stalled_us, mono_us);
    }
}

static void
tick_sender(RulesWard *self, WardSender *sender, int64_t mono_us)
{
    bool silent = mono_us - sender->heard_us >= VICU_WATCH_LOST_US;
    /* An alarm from before our own start ends here too, once what comes is not the past. */
    bool agrees = sender->judged ? silent == sender->silent : !silent && self->catching_up;
    if (sender->beds->len == 0 || agrees || (silent && self->hub != VICU_WATCH_OK))
        return;
    sender->silent = silent;
    sender->judged = true;
    g_autofree char *cause = g_strdup_printf("silent/%s", sender->name);
    g_autofree char *text = g_strdup_printf("Nothing heard from %s: no data for %u beds",
                                            sender->name, sender->beds->len);
    rules_alarms_local(self->alarms, "", cause, RULES_PRIORITY_MEDIUM, text, silent, self->now_us);
}

/* All that brings this bed's data is silent: that alarm speaks for it. */
static bool
is_upstream_silent(const WardBed *bed, int64_t mono_us)
{
    if (bed->ward->hub >= VICU_WATCH_DELAYED)
        return true;
    return bed->senders->len > 0 && !rules_ward_has_live_sender(bed, mono_us);
}

static void
tick_bed(WardBed *bed, int64_t mono_us)
{
    RulesWard *self = bed->ward;
    unsigned change = rules_presence_tick(&bed->presence, is_upstream_silent(bed, mono_us),
                                          self->now_us, mono_us);
    rules_ward_presence(bed, change);
    rules_desk_expire(bed, self->now_us);
    if (bed->contested && self->now_us - bed->contested_us >= RULES_CLAIM_US) {
        bed->contested = false;
        rules_ward_bed_local(bed, CONTESTED, RULES_PRIORITY_MEDIUM, "", false);
    }
    bool has_sender = rules_ward_has_live_sender(bed, mono_us);
    if (!has_sender || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED)
        rules_desk_no_proof(bed);
    if (bed->senders->len > 0 && !has_sender)
        rules_ward_advance(bed, mono_us);
    if (bed->dirty)
        rules_ward_publish_bed(bed);
}

/* Sources come and go while a rule cannot be judged: what merges its alarm follows them. */
static void
watch_cause(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    if (alarm->state == RULES_ALARM_ENDED || !alarm->own_technical)
        return;
    const WardBed *bed = rules_ward_bed(self, alarm->bed);
    int rule = rules_set_rule_find(self->set, alarm->rule);
    if (!bed || rule < 0)
        return;
    g_autofree char *missing = rules_bed_missing(bed->engine, (size_t)rule);
    rules_alarms_cause(self->alarms, alarm->id, missing);
}

static void
forget_alarm(const RulesAlarm *alarm, void *user)
{
    rules_ward_drop(user, VICU__SUBJECT__SUBJECT_ALARM, alarm->id, true);
}

static void
watch_level(RulesWard *self, int64_t mono_us)
{
    int64_t behind_us = self->now_us - rules_ward_watermark(self);
    if (!self->catching_up)
        return;
    if (behind_us > LEVEL_US)
        self->level_since_us = 0;
    else if (self->level_since_us == 0)
        self->level_since_us = mono_us;
    bool level = self->level_since_us != 0 && mono_us - self->level_since_us >= LEVEL_FOR_US;
    if (level || mono_us - self->started_mono_us >= LEVEL_MAX_US) {
        self->catching_up = false;
        rules_ward_reconcile(self);
        rules_ward_publish_engine(self);
    }
}

void
rules_ward_tick(RulesWard *self, int64_t now_us, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    int64_t since_us = mono_us - self->tick_us;
    self->now_us = now_us;
    self->tick_us = mono_us;
    if (since_us > STALL_US)
        excuse(self, since_us, mono_us);
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        tick_sender(self, value, mono_us);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        tick_bed(value, mono_us);
    rules_desk_expire_of_units(self);
    rules_desk_look_at_outlets(self, mono_us);
    rules_desk_look_at_proofs(self, mono_us);
    watch_level(self, mono_us);
    rules_ward_late_tick(self, mono_us);
    rules_alarms_tick(self->alarms, now_us, mono_us);
    if (mono_us - self->second_us >= S_US) {
        self->second_us = mono_us;
        rules_overflow_tick(self, mono_us);
        rules_desk_look_at_emergencies(self, mono_us);
        if (!self->catching_up)
            rules_alarms_foreach(self->alarms, watch_cause, self);
        g_hash_table_iter_init(&iter, self->beds);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            rules_desk_look_at_ended(value);
            rules_desk_look_at_promises(value);
        }
        if (self->counted_us == 0 || mono_us - self->counted_us >= RULES_COUNT_US) {
            self->counted_us = mono_us;
            rules_desk_count_alarms(self);
        }
        rules_alarms_remind(self->alarms, now_us);
        rules_alarms_forget(self->alarms, now_us - RULES_ENDED_KEEP_US, forget_alarm, self);
    }
}

/* Behind a hub that was silent nobody could be heard. */
static void
start_listening(RulesWard *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardBed *)value)->presence.heard_us = mono_us;
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardSender *)value)->heard_us = mono_us;
}

void
rules_ward_hub(RulesWard *self, VicuWatchLevel level, int64_t now_us, int64_t mono_us)
{
    self->now_us = now_us;
    if (level == VICU_WATCH_OK && self->hub != VICU_WATCH_OK)
        start_listening(self, mono_us);
    bool blind = level >= VICU_WATCH_LOST;
    self->hub = level;
    if (blind == self->hub_alarm)
        return;
    self->hub_alarm = blind;
    rules_alarms_local(self->alarms, "", "hub-blind", RULES_PRIORITY_MEDIUM,
                       "Nothing heard from the hub: no bed is judged", blind, now_us);
}
