/* Ward: from the journal back to beds and alarms, and what engine and record agree on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/items.h"
#include "rules/ward-inner.h"

static void
restore_alarm(RulesWard *self, const Vicu__Alarm *message, int64_t mono_us)
{
    g_autoptr(RulesAlarm) alarm = rules_item_read_alarm(message);
    rules_alarms_restore(self->alarms, alarm);
    rules_overflow_restore(self, alarm, mono_us);
    if (*message->bed && alarm->state != RULES_ALARM_ENDED)
        rules_ward_make_bed(self, message->bed, mono_us);
}

static void
restore_names(GPtrArray *names, char *const *from, size_t n)
{
    g_ptr_array_set_size(names, 0);
    for (size_t i = 0; i < MIN(n, RULES_EXPECTED_MAX); i++)
        g_ptr_array_add(names, g_strdup(from[i]));
}

static void
restore_bed(RulesWard *self, const Vicu__Bed *message, int64_t mono_us)
{
    WardBed *bed = rules_ward_make_bed(self, message->bed, mono_us);
    if (!bed)
        return;
    RulesPresence *p = &bed->presence;
    p->state = message->presence;
    p->since_us = message->since_us;
    p->until_us = message->until_us;
    p->last_us = message->last_sample_us;
    p->heard_us = mono_us;
    p->admitted = *message->patient != '\0';
    bed->patient = g_strdup(message->patient);
    bed->device_name = g_strdup(message->device);
    bed->reason = g_strdup(message->reason);
    bed->who = g_strdup(message->who);
    bed->origin = message->origin;
    restore_names(bed->required, message->required, message->n_required);
    restore_names(bed->ended, message->ended, message->n_ended);
}

static void
restore_pause(RulesWard *self, const Vicu__Pause *message, int64_t mono_us)
{
    RulesPause pause = {.bed = message->bed,
                        .who = message->who,
                        .reason = message->reason,
                        .since_us = message->since_us,
                        .until_us = message->until_us,
                        .ceiling = (RulesPriority)message->ceiling};
    if (rules_ward_is_time(pause.since_us) && rules_ward_is_time(pause.until_us))
        rules_alarms_restore_pause(self->alarms, &pause, self->now_us, mono_us);
}

void
rules_ward_restore(RulesWard *self, const Vicu__StateItem *item, int64_t mono_us)
{
    WardBed *bed = NULL;
    g_return_if_fail(self->restoring);
    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ALARM:
        restore_alarm(self, item->alarm, mono_us);
        break;
    case VICU__STATE_ITEM__BODY_BED:
        restore_bed(self, item->bed, mono_us);
        break;
    case VICU__STATE_ITEM__BODY_LIMIT:
        if (*item->limit->bed == '\0')
            rules_desk_restore_unit_limit(self, item->limit);
        else if ((bed = rules_ward_make_bed(self, item->limit->bed, mono_us)))
            rules_desk_restore_limit(bed, item->limit);
        break;
    case VICU__STATE_ITEM__BODY_OBSERVATION:
        if ((bed = rules_ward_make_bed(self, item->observation->bed, mono_us)))
            rules_desk_restore_observation(bed, item->key, item->observation,
                                           vicu_wire_pack(&item->base));
        break;
    case VICU__STATE_ITEM__BODY_PAUSE:
        restore_pause(self, item->pause, mono_us);
        break;
    case VICU__STATE_ITEM__BODY_NOTE:
        if ((bed = rules_ward_make_bed(self, item->note->bed, mono_us)))
            rules_desk_restore_note(bed, item->note);
        break;
    case VICU__STATE_ITEM__BODY_CARE:
        if ((bed = rules_ward_make_bed(self, item->care->bed, mono_us)))
            rules_desk_restore_care(bed, item->care);
        break;
    case VICU__STATE_ITEM__BODY_PAST:
        if ((bed = rules_ward_make_bed(self, item->past->bed, mono_us)))
            rules_desk_restore_past(bed, item->past);
        break;
    case VICU__STATE_ITEM__BODY_HANDOVER:
        rules_desk_restore_handover(self, item->handover);
        break;
    case VICU__STATE_ITEM__BODY_OUTLET:
        rules_outlets_restore(self->outlets, item->outlet, mono_us);
        break;
    case VICU__STATE_ITEM__BODY__NOT_SET:
    case VICU__STATE_ITEM__BODY_SCORE:
    case VICU__STATE_ITEM__BODY_ENGINE:
    default:
        break;
    }
}

bool
rules_ward_is_own_technical(const RulesAlarm *alarm)
{
    char id[17];
    rules_alarm_id(id, alarm->bed, alarm->rule, true, alarm->t_condition_us);
    return strcmp(id, alarm->id) == 0;
}

/* A standing alarm goes on in the engine, so that data clear it by its rule. */
static void
resume_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    if (alarm->state != RULES_ALARM_ACTIVE && alarm->state != RULES_ALARM_ACKNOWLEDGED)
        return;
    if (strcmp(alarm->rule, "local:no-data") == 0 && bed)
        bed->presence.silent = true;
    if (strcmp(alarm->rule, "local:data-after-discharge") == 0 && bed)
        bed->strays = true;
    if (strcmp(alarm->rule, "local:hub-blind") == 0)
        self->hub_alarm = true;
    if (g_str_has_prefix(alarm->rule, "local:") || !bed || bed->restored_us != INT64_MIN
        || rules_ward_is_changed(self, alarm))
        return;
    rules_engine_restore_alarm(bed->engine, alarm->rule, rules_ward_is_own_technical(alarm),
                               alarm->t_condition_us, alarm->t_raised_us);
}

static void
publish_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    g_autoptr(GBytes) packed = rules_item_alarm(alarm);
    self->ops.item(VICU__SUBJECT__SUBJECT_ALARM, alarm->id, packed, false, false, self->data);
}

static void
publish_pauses(RulesWard *self)
{
    const RulesPauses *pauses = rules_alarms_pauses(self->alarms);
    for (size_t i = 0; i < rules_pauses_length(pauses); i++) {
        const RulesPause *pause = rules_pauses_at(pauses, i);
        g_autoptr(GBytes) packed = rules_item_pause(pause);
        self->ops.item(VICU__SUBJECT__SUBJECT_PAUSE, rules_item_pause_key(pause->bed), packed,
                       false, false, self->data);
    }
}

void
rules_ward_restored(RulesWard *self, int64_t now_us, int64_t mono_us)
{
    self->now_us = now_us;
    self->tick_us = mono_us;
    rules_alarms_foreach(self->alarms, resume_alarm, self);
    self->restoring = false;
    rules_alarms_settle(self->alarms);
    rules_alarms_foreach(self->alarms, publish_alarm, self);
    rules_ward_publish_of_units(self);
    publish_pauses(self);
    rules_desk_publish_handovers(self);
    rules_desk_publish_outlets(self);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        if (bed->watermark_us == INT64_MIN)
            rules_desk_begin_limits(bed);
        rules_desk_expect(bed);
        rules_ward_publish_bed(bed);
        rules_ward_publish_limits(bed);
        rules_desk_judge_observations(bed, bed->saved_us);
        rules_desk_publish_notes(bed);
        if (bed->owner || bed->seen_by)
            rules_desk_publish_care(bed, false);
        for (guint i = 0; i < bed->observations->len; i++) {
            const WardObservation *o = bed->observations->pdata[i];
            self->ops.item(VICU__SUBJECT__SUBJECT_OBSERVATION, o->key, o->packed, false, false,
                           self->data);
        }
    }
    g_ptr_array_set_size(self->before, 0);
    rules_ward_look_for_changes(self);
    rules_ward_publish_engine(self);
}

typedef struct {
    RulesWard *ward;
    WardBed *bed;
    size_t rule;
    bool found;
} Live;

static void
find_live(const RulesAlarm *alarm, void *user)
{
    Live *live = user;
    live->found =
        live->found
        || ((alarm->state == RULES_ALARM_ACTIVE || alarm->state == RULES_ALARM_ACKNOWLEDGED
             || alarm->state == RULES_ALARM_LATCHED)
            && strcmp(alarm->bed, live->bed->id) == 0
            && strcmp(alarm->rule, rules_set_rule_name(live->ward->set, live->rule)) == 0
            && !rules_ward_is_own_technical(alarm));
}

/* An alarm that stands on record and not in the engine (what raised it was lost
 * with the hub) goes on from the record. */
static void
restore_lost(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    int rule = rules_set_rule_find(self->set, alarm->rule);
    if (!bed || rule < 0 || bed->restored_us == INT64_MIN || rules_ward_is_changed(self, alarm)
        || (alarm->state != RULES_ALARM_ACTIVE && alarm->state != RULES_ALARM_ACKNOWLEDGED))
        return;
    bool own = rules_ward_is_own_technical(alarm);
    bool known = own ? rules_bed_rule_technical(bed->engine, (size_t)rule)
                     : rules_bed_rule_state(bed->engine, (size_t)rule) == RULES_STATE_ACTIVE;
    if (known)
        return;
    rules_engine_restore_alarm(bed->engine, alarm->rule, own, alarm->t_condition_us,
                               alarm->t_raised_us);
}

void
rules_ward_reconcile(RulesWard *self)
{
    GHashTableIter iter;
    gpointer value;
    rules_alarms_foreach(self->alarms, restore_lost, self);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        bool lost = false;
        for (size_t i = 0; i < rules_set_n_rules(self->set) && !lost; i++) {
            Live live = {.ward = self, .bed = bed, .rule = i};
            if (rules_bed_rule_state(bed->engine, i) != RULES_STATE_ACTIVE)
                continue;
            rules_alarms_foreach(self->alarms, find_live, &live);
            lost = !live.found;
        }
        if (lost)
            rules_ward_reset_bed(bed, "restarted", false);
        bed->restored_us = INT64_MIN;
        rules_ward_break_past(bed);
    }
}
