/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/alarm-inner.h"

static void
free_alarm(gpointer alarm)
{
    rules_alarm_free(alarm);
}

RulesAlarms *
rules_alarms_new(void)
{
    RulesAlarms *self = g_new0(RulesAlarms, 1);
    self->all = g_ptr_array_new_with_free_func(free_alarm);
    self->pauses = rules_pauses_new();
    return self;
}

void
rules_alarms_free(RulesAlarms *self)
{
    g_ptr_array_unref(self->all);
    rules_pauses_free(self->pauses);
    g_free(self);
}

void
rules_alarms_on_change(RulesAlarms *self, RulesAlarmFunc tell, void *user)
{
    self->tell = tell;
    self->user = user;
}

void
rules_alarms_on_explanation(RulesAlarms *self, RulesExplanationFunc pack, void *user)
{
    self->pack = pack;
    self->pack_user = user;
}

void
rules_alarms_on_similar(RulesAlarms *self, RulesSimilarFunc pack, void *user)
{
    self->similar = pack;
    self->similar_user = user;
}

static uint64_t
mix(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ p[i]) * 1099511628211ULL; /* FNV-1a */
    return hash;
}

void
rules_alarm_id(
    char id[17], const char *bed, const char *rule, bool technical, int64_t t_condition_us)
{
    uint64_t hash = 14695981039346656037ULL;
    unsigned char bytes[9];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)t_condition_us >> (8 * i));
    bytes[8] = technical;
    hash = mix(hash, bed, strlen(bed) + 1);
    hash = mix(hash, rule, strlen(rule) + 1);
    hash = mix(hash, bytes, sizeof bytes);
    /* The last bytes alone would leave the low bits alike. */
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
    g_snprintf(id, 17, "%016" G_GINT64_MODIFIER "x", hash);
}

static RulesAlarm *
find_live(const RulesAlarms *self, const char *bed, const char *rule, bool own_technical)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (alarm_is_live(alarm) && strcmp(alarm->bed, bed) == 0 && strcmp(alarm->rule, rule) == 0
            && alarm->own_technical == own_technical)
            return alarm;
    }
    return NULL;
}

RulesAlarm *
alarm_find(const RulesAlarms *self, const char *id)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (strcmp(alarm->id, id) == 0)
            return alarm;
    }
    return NULL;
}

const RulesAlarm *
rules_alarms_find(const RulesAlarms *self, const char *id)
{
    return alarm_find(self, id);
}

static RulesAlarm *
new_alarm(const RulesAlarms *self,
          const char *bed,
          const char *rule,
          bool own_technical,
          int64_t t_condition_us)
{
    RulesAlarm *alarm = g_new0(RulesAlarm, 1);
    char id[17];
    rules_alarm_id(id, bed, rule, own_technical, t_condition_us);
    alarm->id = g_strdup(id);
    alarm->bed = g_strdup(bed);
    alarm->rule = g_strdup(rule);
    alarm->t_condition_us = t_condition_us;
    alarm->own_technical = own_technical;
    alarm->state = RULES_ALARM_ACTIVE;
    alarm->count = 1;
    alarm->why = g_strdup("");
    alarm->merged_into = g_strdup("");
    alarm->merged = g_strdup("");
    if (self->similar != NULL)
        alarm->similar = self->similar(bed, rule, self->similar_user);
    return alarm;
}

/* A latched alarm whose condition is back: the same record, active again. */
static void
again(RulesAlarm *alarm, int64_t t_raised_us)
{
    if (alarm->state != RULES_ALARM_LATCHED || t_raised_us <= alarm->t_raised_us)
        return;
    alarm->state = RULES_ALARM_ACTIVE;
    alarm->t_cleared_us = 0;
    alarm->count++;
    alarm_touch(alarm);
}

static void
raise_alarm(RulesAlarms *self, const RulesTransition *t, int64_t decided_us, const char *set_hash)
{
    bool own_technical = t->kind == RULES_TECHNICAL;
    RulesAlarm *live = find_live(self, t->bed, t->rule_name, own_technical);
    if (live != NULL) {
        again(live, t->t_us);
        return;
    }
    char id[17];
    rules_alarm_id(id, t->bed, t->rule_name, own_technical, t->t0_us);
    if (alarm_find(self, id) != NULL)
        return; /* replayed: it has been raised, and has ended, before */

    RulesAlarm *alarm = new_alarm(self, t->bed, t->rule_name, own_technical, t->t0_us);
    alarm->title = g_strdup(t->title);
    alarm->rule_version = (unsigned)t->rule_version;
    alarm->priority = alarm->own_priority = t->priority;
    alarm->missing = g_strdup(t->missing != NULL ? t->missing : "");
    alarm->technical = t->technical;
    alarm->latching = t->latching;
    alarm->text = g_strdup(t->text);
    alarm->t_raised_us = t->t_us;
    alarm->t_decided_us = decided_us;
    alarm->origin = t->origin;
    alarm->data_age_us = t->newest_us != 0 ? decided_us - t->newest_us : 0;
    alarm->set_hash = g_strdup(set_hash);
    alarm->explain = g_strdup(t->explain);
    if (self->pack != NULL && t->because != NULL)
        alarm->because = self->pack(t, self->pack_user);
    alarm_record_fill(alarm, t);
    g_ptr_array_add(self->all, alarm);
    alarm_touch(alarm);
}

void
alarm_end(RulesAlarm *alarm, int64_t t_us, const char *why)
{
    alarm->state = RULES_ALARM_ENDED;
    alarm->t_ended_us = t_us;
    if (alarm->t_cleared_us == 0)
        alarm->t_cleared_us = t_us;
    g_free(alarm->why);
    alarm->why = g_strdup(why);
    alarm_touch(alarm);
}

static void
clear_alarm(RulesAlarm *alarm, int64_t t_us, const char *why)
{
    if (alarm == NULL || alarm->state == RULES_ALARM_LATCHED)
        return;
    alarm->t_cleared_us = t_us;
    if (alarm->state == RULES_ALARM_ACTIVE && alarm->latching) {
        alarm->state = RULES_ALARM_LATCHED;
        alarm_touch(alarm);
        return;
    }
    alarm_end(alarm, t_us, why);
}

void
rules_alarms_end(
    RulesAlarms *self, const char *bed, const char *rule, int64_t t_us, const char *why)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        bool of_rule = rule == NULL || strcmp(alarm->rule, rule) == 0;
        bool of_bed = bed == NULL || strcmp(alarm->bed, bed) == 0;
        if (alarm_is_live(alarm) && of_rule && of_bed)
            alarm_end(alarm, t_us, why);
    }
    rules_alarms_settle(self);
}

void
rules_alarms_end_one(RulesAlarms *self, const char *id, int64_t t_us, const char *why)
{
    RulesAlarm *alarm = alarm_find(self, id);
    if (alarm == NULL || !alarm_is_live(alarm))
        return;
    alarm_end(alarm, t_us, why);
    rules_alarms_settle(self);
}

/* What other processes see missing has nothing to do with the patient's data
 * starting afresh. */
static void
reset_bed(RulesAlarms *self, const char *bed, int64_t t_us, const char *why)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (alarm_is_live(alarm) && strcmp(alarm->bed, bed) == 0
            && !g_str_has_prefix(alarm->rule, "local:"))
            alarm_end(alarm, t_us, why);
    }
    /* What was paused was seen of another beginning. */
    alarm_end_pause(self, bed, RULES_PAUSE_RESET);
}

void
rules_alarms_apply(RulesAlarms *self,
                   const RulesTransition *transition,
                   int64_t decided_us,
                   const char *set_hash)
{
    const RulesTransition *t = transition;
    switch (t->kind) {
    case RULES_RAISE:
    case RULES_TECHNICAL:
        raise_alarm(self, t, decided_us, set_hash);
        break;
    case RULES_CLEAR:
    case RULES_TECHNICAL_CLEAR:
        clear_alarm(find_live(self, t->bed, t->rule_name, t->kind == RULES_TECHNICAL_CLEAR),
                    t->t_us, t->why);
        break;
    case RULES_RESET:
        reset_bed(self, t->bed, t->t_us, t->why);
        break;
    case RULES_SUPPRESS:
    case RULES_SUPPRESS_END:
    case RULES_SCORE:
    case RULES_NOT_JUDGED:
        return;
    }
    rules_alarms_settle(self);
}

void
rules_alarms_local(RulesAlarms *self,
                   const char *bed,
                   const char *cause,
                   RulesPriority priority,
                   const char *text,
                   bool standing,
                   int64_t now_us)
{
    g_autofree char *rule = g_strconcat("local:", cause, NULL);
    RulesAlarm *live = find_live(self, bed, rule, true);
    if (!standing) {
        clear_alarm(live, now_us, "cleared");
        rules_alarms_settle(self);
        return;
    }
    if (live != NULL) {
        if (priority > live->priority) {
            live->priority = live->own_priority = priority;
            live->state = RULES_ALARM_ACTIVE; /* worse than what was answered */
            alarm_touch(live);
        }
        rules_alarms_settle(self);
        return;
    }
    RulesAlarm *alarm = new_alarm(self, bed, rule, true, now_us);
    alarm->title = g_strdup(cause);
    alarm->priority = alarm->own_priority = priority;
    alarm->missing = g_strdup("");
    alarm->technical = true;
    alarm->text = g_strdup(text);
    alarm->t_raised_us = alarm->t_decided_us = now_us;
    alarm->set_hash = g_strdup("");
    alarm->explain = g_strdup("");
    g_ptr_array_add(self->all, alarm);
    alarm_touch(alarm);
    rules_alarms_settle(self);
}

void
rules_alarms_restore(RulesAlarms *self, const RulesAlarm *alarm)
{
    RulesAlarm *copy = rules_alarm_copy(alarm);
    RulesAlarm *old = alarm_find(self, copy->id);
    char id[17];
    /* A rule's own technical alarm and its physiological one are two alarms, even when
     * the rule itself is a technical one: the id holds which. */
    rules_alarm_id(id, copy->bed, copy->rule, true, copy->t_condition_us);
    copy->own_technical = strcmp(id, copy->id) == 0;
    copy->touched = false;
    self->restored = true;
    if (copy->own_priority == RULES_PRIORITY_NONE) /* of a version that merged nothing */
        copy->own_priority = copy->priority;
    if (old == NULL && alarm_is_live(copy))
        old = find_live(self, copy->bed, copy->rule, copy->own_technical);
    guint at = 0;
    if (old != NULL && g_ptr_array_find(self->all, old, &at)) {
        rules_alarm_free(old);
        self->all->pdata[at] = copy;
    } else {
        g_ptr_array_add(self->all, copy);
    }
}

void
rules_alarms_forget(RulesAlarms *self, int64_t before_us, RulesAlarmFunc forgotten, void *user)
{
    for (guint i = 0; i < self->all->len;) {
        const RulesAlarm *alarm = self->all->pdata[i];
        if (alarm_is_live(alarm) || alarm->t_ended_us >= before_us) {
            i++;
            continue;
        }
        if (forgotten != NULL)
            forgotten(alarm, user);
        g_ptr_array_remove_index(self->all, i);
    }
}

void
rules_alarms_foreach(const RulesAlarms *self, RulesAlarmFunc func, void *user)
{
    for (guint i = 0; i < self->all->len; i++)
        func(self->all->pdata[i], user);
}

size_t
rules_alarms_live(const RulesAlarms *self)
{
    size_t n = 0;
    for (guint i = 0; i < self->all->len; i++)
        n += alarm_is_live(self->all->pdata[i]);
    return n;
}
