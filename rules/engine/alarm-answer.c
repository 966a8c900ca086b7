/* The book of alarms: what people answered, and answers whose time is over.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/alarm-inner.h"

/* The answer that held until now stays with the alarm; of too many the oldest goes. */
static void
set_aside(RulesAlarm *alarm)
{
    if (alarm->n_earlier == RULES_EARLIER_MAX) {
        alarm_answer_clear(&alarm->earlier[0]);
        memmove(&alarm->earlier[0], &alarm->earlier[1],
                (RULES_EARLIER_MAX - 1) * sizeof alarm->earlier[0]);
        alarm->n_earlier--;
    }
    alarm->earlier[alarm->n_earlier++] = alarm->ack;
    alarm->ack = (RulesAnswerGiven){0};
    alarm->watch_mono_us = 0;
}

static void
give(RulesAlarm *alarm, const RulesAnswerGiven *answer)
{
    if (alarm->ack.who != NULL)
        set_aside(alarm);
    alarm_answer_clear(&alarm->ack);
    alarm_answer_copy(&alarm->ack, answer);
    if (alarm->state == RULES_ALARM_LATCHED) {
        alarm_end(alarm, answer->t_us, "acknowledged after it cleared");
    } else {
        alarm->state = RULES_ALARM_ACKNOWLEDGED;
        alarm_touch(alarm);
    }
}

/* The first answer stays; one to watch was given for the time being. */
static bool
takes_another(const RulesAlarm *alarm, const RulesAnswerGiven *answer)
{
    return alarm->ack.kind == RULES_ANSWER_WATCH && answer->kind != RULES_ANSWER_SEEN;
}

/* Those that it speaks for, seen with it. TRUE: there was one. */
static bool
give_merged(const RulesAlarms *self, const RulesAlarm *speaker, const RulesAnswerGiven *answer)
{
    bool any = false;
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        bool open = alarm->state == RULES_ALARM_ACTIVE
                    || (alarm->state == RULES_ALARM_ACKNOWLEDGED && takes_another(alarm, answer));
        if (!open || strcmp(alarm->merged_into, speaker->id) != 0)
            continue;
        give(alarm, answer);
        any = true;
    }
    return any;
}

RulesAckResult
rules_alarms_answer(RulesAlarms *self, const char *id, const RulesAnswerGiven *answer)
{
    RulesAlarm *alarm = alarm_find(self, id);
    if (alarm == NULL)
        return RULES_ACK_NO_SUCH_ALARM;
    if (answer->who == NULL || *answer->who == '\0')
        return RULES_ACK_NOBODY;
    if (alarm->state == RULES_ALARM_ENDED)
        return RULES_ACK_ENDED;
    if (alarm->state == RULES_ALARM_LATCHED && answer->kind == RULES_ANSWER_WATCH)
        return RULES_ACK_CLEARED;
    bool already = alarm->state == RULES_ALARM_ACKNOWLEDGED && !takes_another(alarm, answer);
    if (!already)
        give(alarm, answer);
    bool more = give_merged(self, alarm, answer);
    rules_alarms_settle(self);
    return already && !more ? RULES_ACK_ALREADY : RULES_ACK_DONE;
}

RulesAckResult
rules_alarms_acknowledge(RulesAlarms *self,
                         const char *id,
                         const char *who,
                         const char *role,
                         const char *reason,
                         int64_t t_us)
{
    const RulesAnswerGiven seen = {
        .who = (char *)who, .role = (char *)role, .reason = (char *)reason, .t_us = t_us};
    return rules_alarms_answer(self, id, &seen);
}

/* ---- answers to watch ---- */

/* Set back, the wall clock alone would leave an alarm watched for longer than anybody said. */
static bool
is_over(RulesAlarm *alarm, int64_t now_us, int64_t mono_us)
{
    if (alarm->watch_mono_us == 0)
        alarm->watch_mono_us = mono_us + CLAMP(alarm->ack.until_us - now_us, 0, RULES_WATCH_MAX_US);
    return now_us >= alarm->ack.until_us || mono_us >= alarm->watch_mono_us;
}

void
alarm_end_watches(RulesAlarms *self, int64_t now_us, int64_t mono_us)
{
    for (guint i = 0; i < self->all->len; i++) {
        RulesAlarm *alarm = self->all->pdata[i];
        if (alarm->state != RULES_ALARM_ACKNOWLEDGED || alarm->ack.kind != RULES_ANSWER_WATCH
            || !is_over(alarm, now_us, mono_us))
            continue;
        set_aside(alarm);
        alarm->state = RULES_ALARM_ACTIVE;
        alarm->lapses++;
        alarm->t_lapsed_us = now_us;
        alarm_touch(alarm);
    }
}
