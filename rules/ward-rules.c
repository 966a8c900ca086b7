/* Ward: from one set of rules to the next.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/engine/adopt.h"
#include "rules/items.h"
#include "rules/ward-inner.h"

#define CHANGED   "rule changed"
#define WITHDRAWN "rule withdrawn"

/* --- alarms ------------------------------------------------------------------------ */

static bool
is_of_a_rule(const RulesAlarm *alarm)
{
    return alarm->state != RULES_ALARM_ENDED && !g_str_has_prefix(alarm->rule, "local:");
}

bool
rules_ward_is_changed(const RulesWard *self, const RulesAlarm *alarm)
{
    int rule = rules_set_rule_find(self->set, alarm->rule);
    /* A record without it is of a program that did not keep it: as if nothing had changed. */
    return is_of_a_rule(alarm) && rule >= 0 && alarm->rule_hash != NULL && *alarm->rule_hash != '\0'
           && strcmp(alarm->rule_hash, rules_set_rule_hash(self->set, (size_t)rule)) != 0;
}

typedef struct {
    RulesWard *ward;
    GPtrArray *gone; /* ids */
} Look;

/* A rule that means again what it meant when it raised the alarm goes on from there. */
static void
resume(WardBed *bed, const RulesAlarm *alarm, size_t rule)
{
    bool own = rules_ward_is_own_technical(alarm);
    bool known = own ? rules_bed_rule_technical(bed->engine, rule)
                     : rules_bed_rule_state(bed->engine, rule) == RULES_STATE_ACTIVE;
    if (!known && alarm->state != RULES_ALARM_LATCHED)
        rules_engine_restore_alarm(bed->engine, alarm->rule, own, alarm->t_condition_us,
                                   alarm->t_raised_us);
}

static void
look_at(const RulesAlarm *alarm, void *user)
{
    const Look *look = user;
    WardBed *bed = rules_ward_bed(look->ward, alarm->bed);
    int rule = rules_set_rule_find(look->ward->set, alarm->rule);
    if (!is_of_a_rule(alarm))
        return;
    if (rule < 0)
        g_ptr_array_add(look->gone, g_strdup(alarm->id));
    else if (bed && rules_ward_is_changed(look->ward, alarm))
        g_ptr_array_add(bed->changed, g_strdup(alarm->id));
    else if (bed && !look->ward->catching_up)
        resume(bed, alarm, (size_t)rule);
}

void
rules_ward_look_for_changes(RulesWard *self)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        g_ptr_array_set_size(bed->changed, 0);
        bed->changed_at = rules_bed_counters(bed->engine).instants;
    }
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    Look look = {self, gone};
    rules_alarms_foreach(self->alarms, look_at, &look);
    for (guint i = 0; i < gone->len; i++)
        rules_alarms_end_one(self->alarms, gone->pdata[i], self->now_us, WITHDRAWN);
}

void
rules_ward_end_changed(WardBed *bed, const RulesTransition *t)
{
    RulesWard *self = bed->ward;
    bool raises = t->kind == RULES_RAISE || t->kind == RULES_TECHNICAL;
    for (guint i = 0; raises && i < bed->changed->len; i++) {
        const RulesAlarm *alarm = rules_alarms_find(self->alarms, bed->changed->pdata[i]);
        if (alarm && strcmp(alarm->rule, t->rule_name) == 0
            && rules_ward_is_own_technical(alarm) == (t->kind == RULES_TECHNICAL))
            rules_alarms_end_one(self->alarms, alarm->id, t->t_us, CHANGED);
    }
}

/* By the way of every clearing: a latching alarm that nobody answered stays latched. */
static void
clear_changed(WardBed *bed, const RulesAlarm *alarm)
{
    const RulesTransition t = {
        .kind = rules_ward_is_own_technical(alarm) ? RULES_TECHNICAL_CLEAR : RULES_CLEAR,
        .bed = alarm->bed,
        .rule_name = alarm->rule,
        .t_us = bed->watermark_us,
        .why = CHANGED,
    };
    rules_alarms_apply(bed->ward->alarms, &t, bed->ward->now_us, "");
}

void
rules_ward_settle_changed(WardBed *bed)
{
    RulesWard *self = bed->ward;
    if (bed->changed->len == 0 || self->catching_up
        || rules_bed_counters(bed->engine).instants == bed->changed_at)
        return;
    for (guint i = 0; i < bed->changed->len;) {
        const RulesAlarm *alarm = rules_alarms_find(self->alarms, bed->changed->pdata[i]);
        int rule = alarm ? rules_set_rule_find(self->set, alarm->rule) : -1;
        if (rule >= 0 && is_of_a_rule(alarm)
            && (rules_ward_is_own_technical(alarm)
                    ? rules_bed_rule_is_known(bed->engine, (size_t)rule)
                    : rules_bed_rule_is_over(bed->engine, (size_t)rule)))
            clear_changed(bed, alarm);
        /* A latched one stays listed: it ends when the new version raises. */
        if (rule < 0 || !is_of_a_rule(alarm))
            g_ptr_array_remove_index(bed->changed, i);
        else
            i++;
    }
}

/* --- the set ----------------------------------------------------------------------- */

void
rules_ward_before(RulesWard *self, RulesSet *set)
{
    g_return_if_fail(self->restoring);
    g_ptr_array_add(self->before, rules_engine_new(set));
}

/* What is published of @bed by names that the next set does not have. */
static void
drop_items(WardBed *bed, const RulesSet *next)
{
    const RulesSet *set = bed->ward->set;
    for (size_t i = 0; i < rules_set_n_scores(set); i++) {
        const char *name = rules_set_score_name(set, i);
        bool stays = false;
        for (size_t j = 0; j < rules_set_n_scores(next); j++)
            stays |= strcmp(rules_set_score_name(next, j), name) == 0;
        g_autofree char *key = g_strdup_printf("%s/%s", bed->id, name);
        if (!stays)
            rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_SCORE, key, false);
    }
    for (size_t i = 0; i < rules_set_n_limits(set); i++) {
        const char *name = rules_set_limit(set, i).name;
        g_autofree char *key = rules_item_limit_key(bed->id, name);
        if (rules_set_limit_find(next, name) < 0 && !g_hash_table_contains(bed->limits, name))
            rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_LIMIT, key, false);
    }
}

static void
adopt_bed(WardBed *bed, RulesEngine *next)
{
    RulesBed *to = rules_engine_bed(next, bed->id);
    rules_ward_break_past(bed);
    rules_engine_adopt(to, bed->engine);
    drop_items(bed, rules_engine_set(next));
    bed->engine = to;
    rules_desk_expect(bed);
    bed->dirty = true;
}

static void
each_bed(RulesWard *self, void (*act)(WardBed *bed))
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        act(value);
}

static void
adopt_limits(WardBed *bed)
{
    rules_desk_adopt_limits(bed);
    rules_ward_set_limits(bed);
    rules_ward_publish_limits(bed);
}

void
rules_ward_adopt(RulesWard *self, RulesSet *set, int64_t now_us)
{
    g_return_if_fail(!self->restoring);
    RulesEngine *next = rules_engine_new(set);
    RulesEngine *old = self->engine;
    GHashTableIter iter;
    gpointer value;
    self->now_us = now_us;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        adopt_bed(value, next);
    self->engine = next;
    rules_engine_free(old);
    rules_engine_free(self->shadows);
    self->shadows = rules_engine_new(set);
    rules_set_ref(set);
    rules_set_unref(self->set);
    self->set = set;
    rules_ward_look_at_events(self);
    rules_desk_adopt_of_units(self);
    each_bed(self, adopt_limits);
    rules_ward_look_for_changes(self);
    rules_ward_publish_engine(self);
}
