/* Inside of the book of alarms. For alarm*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/alarm.h"

G_BEGIN_DECLS

struct RulesAlarms {
    GPtrArray *all; /* of RulesAlarm, in the order of their first raise */
    RulesAlarmFunc tell;
    void *user;
    RulesExplanationFunc pack;
    void *pack_user;
    RulesSimilarFunc similar;
    void *similar_user;
    RulesPauses *pauses;
    RulesPauseFunc on_pause;
    void *pause_user;
    bool restored; /* records were put back since they were last merged */
};

/* It is told once its call has done all it does: see rules_alarms_settle(). */
static inline void
alarm_touch(RulesAlarm *alarm)
{
    alarm->touched = true;
}

static inline bool
alarm_is_live(const RulesAlarm *alarm)
{
    return alarm->state != RULES_ALARM_ENDED;
}

/* ---- alarm-signal.c ---- */

/* FALSE: there was none. */
bool alarm_end_pause(RulesAlarms *self, const char *bed, RulesPauseChange change);

/* ---- alarm-answer.c ---- */

/* Answers to watch of which either clock has reached the end. */
void alarm_end_watches(RulesAlarms *self, int64_t now_us, int64_t mono_us);

/* ---- alarm.c ---- */

RulesAlarm *alarm_find(const RulesAlarms *self, const char *id);
void alarm_end(RulesAlarm *alarm, int64_t t_us, const char *why);

/* ---- alarm-record.c ---- */

void alarm_answer_copy(RulesAnswerGiven *to, const RulesAnswerGiven *from);
void alarm_answer_clear(RulesAnswerGiven *answer);

/* Inputs, ladder and reminders, as they are at the raise. */
void alarm_record_fill(RulesAlarm *alarm, const RulesTransition *t);

G_END_DECLS
