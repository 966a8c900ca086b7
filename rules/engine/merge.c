/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/merge.h"

#include <string.h>

#include "rules/engine/alarm-inner.h"

static bool
is_candidate(const RulesAlarm *alarm, const char *bed)
{
    return alarm_is_live(alarm) && alarm->own_technical && *alarm->missing != '\0'
           && strcmp(alarm->bed, bed) == 0;
}

/* The first with the same key: itself, or one that was raised before it. */
static const RulesAlarm *
speaker_of(const GPtrArray *alarms, const RulesAlarm *alarm)
{
    for (guint i = 0; i < alarms->len; i++) {
        const RulesAlarm *other = alarms->pdata[i];
        if (is_candidate(other, alarm->bed) && strcmp(other->missing, alarm->missing) == 0)
            return other;
    }
    return alarm;
}

static void
set_text(RulesAlarm *alarm, char **at, const char *value)
{
    if (strcmp(*at, value) == 0)
        return;
    g_free(*at);
    *at = g_strdup(value);
    alarm_touch(alarm);
}

static void
set_priority(RulesAlarm *alarm, RulesPriority priority)
{
    if (priority == alarm->priority)
        return;
    alarm->priority = priority;
    alarm_touch(alarm);
}

static void
speak(const GPtrArray *alarms, RulesAlarm *speaker)
{
    RulesPriority answered = RULES_PRIORITY_NONE, unanswered = RULES_PRIORITY_NONE;
    g_autoptr(GString) others = g_string_new(NULL);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesAlarm *other = alarms->pdata[i];
        if (!is_candidate(other, speaker->bed) || strcmp(other->missing, speaker->missing) != 0)
            continue;
        RulesPriority *most = other->state == RULES_ALARM_ACKNOWLEDGED ? &answered : &unanswered;
        *most = MAX(*most, other->own_priority);
        if (other != speaker)
            g_string_append_printf(others, "%s%s", others->len > 0 ? " " : "", other->id);
    }
    set_text(speaker, &speaker->merged_into, "");
    set_text(speaker, &speaker->merged, others->str);
    set_priority(speaker, MAX(answered, unanswered));
    if (speaker->state != RULES_ALARM_ACKNOWLEDGED || unanswered <= answered)
        return;
    speaker->state = RULES_ALARM_ACTIVE; /* worse than what was answered */
    alarm_touch(speaker);
}

void
rules_merge(const GPtrArray *alarms, const char *bed)
{
    for (guint i = 0; i < alarms->len; i++) {
        RulesAlarm *alarm = alarms->pdata[i];
        if (!is_candidate(alarm, bed))
            continue;
        const RulesAlarm *speaker = speaker_of(alarms, alarm);
        if (speaker == alarm) {
            speak(alarms, alarm);
            continue;
        }
        set_text(alarm, &alarm->merged_into, speaker->id);
        set_text(alarm, &alarm->merged, "");
        set_priority(alarm, alarm->own_priority);
    }
}
