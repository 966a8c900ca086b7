/* The book of alarms: what each one's signal does, who is reminded, and what is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/alarm-inner.h"
#include "rules/engine/merge.h"

static RulesSignal
signal_of(const RulesAlarms *self, const RulesAlarm *alarm, int64_t *until_us)
{
    *until_us = 0;
    if (alarm->state == RULES_ALARM_ENDED)
        return RULES_SIGNAL_NONE;
    if (alarm->state == RULES_ALARM_ACKNOWLEDGED)
        return RULES_SIGNAL_ACKNOWLEDGED;
    const RulesPause *pause = rules_pauses_find(self->pauses, alarm->bed);
    if (!rules_pause_covers(pause, alarm->priority))
        return RULES_SIGNAL_ON;
    *until_us = pause->until_us;
    return RULES_SIGNAL_AUDIO_PAUSED;
}

/* Beds of which a technical alarm changed, or all of them after a restart. */
static void
merge(RulesAlarms *self)
{
    bool all = self->restored;
    self->restored = false;
    for (guint i = 0; i < self->all->len; i++) {
        const RulesAlarm *alarm = self->all->pdata[i];
        if (alarm->own_technical && (all || alarm->touched))
            rules_merge(self->all, alarm->bed);
    }
}

void
rules_alarms_cause(RulesAlarms *self, const char *id, const char *missing)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (strcmp(alarm->id, id) != 0)
            continue;
        if (!alarm_is_live(alarm) || *missing == '\0' || strcmp(alarm->missing, missing) == 0)
            return;
        g_free(alarm->missing);
        alarm->missing = g_strdup(missing);
        alarm_touch(alarm);
        rules_alarms_settle(self);
        return;
    }
}

void
rules_alarms_settle(RulesAlarms *self)
{
    merge(self);
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        int64_t until_us = 0;
        RulesSignal signal = signal_of(self, alarm, &until_us);
        if (signal != alarm->signal || until_us != alarm->signal_until_us)
            alarm->touched = true;
        alarm->signal = signal;
        alarm->signal_until_us = until_us;
    }
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (!alarm->touched)
            continue;
        alarm->touched = false;
        if (self->tell != NULL)
            self->tell(alarm, self->user);
    }
}

/* ---- pauses: pause.h ---- */

void
rules_alarms_on_pause(RulesAlarms *self, RulesPauseFunc tell, void *user)
{
    self->on_pause = tell;
    self->pause_user = user;
}

static void
tell_pause(const RulesAlarms *self, const RulesPause *pause, RulesPauseChange change)
{
    if (self->on_pause != NULL)
        self->on_pause(pause, change, self->pause_user);
}

/* NONE: nothing stands. */
static RulesPriority
highest(const RulesAlarms *self, const char *bed)
{
    RulesPriority most = RULES_PRIORITY_NONE;
    for (guint i = 0; i < self->all->len; i++) {
        const RulesAlarm *alarm = self->all->pdata[i];
        if (alarm_is_live(alarm) && strcmp(alarm->bed, bed) == 0)
            most = MAX(most, alarm->priority);
    }
    return most;
}

bool
rules_alarms_pause(RulesAlarms *self,
                   const char *bed,
                   int64_t for_us,
                   const char *who,
                   const char *reason,
                   int64_t now_us,
                   int64_t mono_us)
{
    g_return_val_if_fail(for_us >= RULES_PAUSE_MIN_US && for_us <= RULES_PAUSE_MAX_US, false);
    RulesPause pause = {.bed = (char *)bed,
                        .who = (char *)who,
                        .reason = (char *)reason,
                        .since_us = now_us,
                        .until_us = now_us + for_us,
                        .ceiling = highest(self, bed)};
    if (pause.ceiling == RULES_PRIORITY_NONE)
        return false;
    rules_pauses_put(self->pauses, &pause, now_us, mono_us);
    tell_pause(self, rules_pauses_find(self->pauses, bed), RULES_PAUSE_BEGUN);
    rules_alarms_settle(self);
    return true;
}

bool
alarm_end_pause(RulesAlarms *self, const char *bed, RulesPauseChange change)
{
    const RulesPause *pause = rules_pauses_find(self->pauses, bed);
    if (pause == NULL)
        return false;
    tell_pause(self, pause, change);
    return rules_pauses_remove(self->pauses, bed);
}

bool
rules_alarms_resume(RulesAlarms *self, const char *bed)
{
    bool ended = alarm_end_pause(self, bed, RULES_PAUSE_RESUMED);
    rules_alarms_settle(self);
    return ended;
}

void
rules_alarms_tick(RulesAlarms *self, int64_t now_us, int64_t mono_us)
{
    const RulesPause *pause = NULL;
    while ((pause = rules_pauses_due(self->pauses, now_us, mono_us)) != NULL)
        alarm_end_pause(self, pause->bed, RULES_PAUSE_OVER);
    alarm_end_watches(self, now_us, mono_us);
    rules_alarms_settle(self);
}

void
rules_alarms_restore_pause(RulesAlarms *self,
                           const RulesPause *pause,
                           int64_t now_us,
                           int64_t mono_us)
{
    rules_pauses_put(self->pauses, pause, now_us, mono_us);
}

const RulesPauses *
rules_alarms_pauses(const RulesAlarms *self)
{
    return self->pauses;
}

/* ---- reminders ---- */

static bool
is_unanswered(const RulesAlarm *alarm)
{
    return alarm->state == RULES_ALARM_ACTIVE || alarm->state == RULES_ALARM_LATCHED;
}

void
rules_alarms_remind(RulesAlarms *self, int64_t now_us)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        int64_t told_us = MAX(MAX(alarm->t_reminded_us, alarm->t_lapsed_us), alarm->t_decided_us);
        /* A clock that was set back would leave everybody unreminded for as long. */
        bool early = now_us >= told_us && now_us - told_us < alarm->repeat_us;
        if (alarm->repeat_us == 0 || !is_unanswered(alarm) || early
            || alarm->signal == RULES_SIGNAL_AUDIO_PAUSED || *alarm->merged_into != '\0')
            continue;
        alarm->reminders++;
        alarm->t_reminded_us = now_us;
        alarm_touch(alarm);
    }
    rules_alarms_settle(self);
}
