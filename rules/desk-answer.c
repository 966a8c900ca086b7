/* The bed desk: what is answered to an alarm, and the alarms that a bed had before. Part of
 * the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/alarm-text.h"
#include "common/clock.h"
#include "rules/desk-inner.h"
#include "rules/items.h"

#define S_US ((int64_t)G_USEC_PER_SEC)

/* --- answers ------------------------------------------------------------------------------ */

static bool
check_watch(DeskAct *act, const Vicu__AckAlarm *ack)
{
    if (ack->for_us >= RULES_WATCH_MIN_US && ack->for_us <= RULES_WATCH_MAX_US)
        return true;
    desk_answer(act, false,
                "An alarm is watched for %d..%d s, not for %g s: nothing is silenced without an "
                "end.",
                (int)(RULES_WATCH_MIN_US / S_US), (int)(RULES_WATCH_MAX_US / S_US),
                (double)ack->for_us / 1e6);
    return false;
}

static bool
check_not_actionable(DeskAct *act, const Vicu__AckAlarm *ack)
{
    if (ack->because < VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_NONE
        || ack->because > VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_TREATED)
        desk_answer(act, false, "This version knows no reason of number %d.", (int)ack->because);
    else if (ack->because == VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_NONE && !*act->command->reason)
        desk_answer(act, false,
                    "That an alarm is not actionable needs a reason: one of the list, or words.");
    else
        return true;
    return false;
}

static bool
check_answer(DeskAct *act, const Vicu__AckAlarm *ack)
{
    if (!desk_is_short(act->command->reason, RULES_TEXT_MAX)) {
        desk_answer(act, false, "A reason has at most %d bytes.", RULES_TEXT_MAX);
        return false;
    }
    switch ((int)ack->answer) {
    case VICU__ANSWER__ANSWER_SEEN:
    case VICU__ANSWER__ANSWER_ACT:
        return true;
    case VICU__ANSWER__ANSWER_WATCH:
        return check_watch(act, ack);
    case VICU__ANSWER__ANSWER_NOT_ACTIONABLE:
        return check_not_actionable(act, ack);
    default:
        desk_answer(act, false, "This version knows no answer of number %d.", (int)ack->answer);
        return false;
    }
}

/* In a sentence; caller frees. */
static char *
said(const RulesAnswerGiven *answer)
{
    switch (answer->kind) {
    case RULES_ANSWER_ACT:
        return g_strdup("acknowledged: something is done about it");
    case RULES_ANSWER_WATCH: {
        g_autofree char *until = vicu_time_format(answer->until_us);
        return g_strdup_printf("watched until %s; if it stands then, it is unanswered again",
                               until);
    }
    case RULES_ANSWER_NOT_ACTIONABLE:
        return g_strdup_printf("acknowledged: nothing is to be done (%s)",
                               vicu_word_not_actionable((Vicu__NotActionable)answer->because));
    case RULES_ANSWER_SEEN:
        break;
    }
    return g_strdup("acknowledged");
}

static void
tell_result(DeskAct *act, const char *id, const RulesAnswerGiven *answer, RulesAckResult result)
{
    g_autofree char *words = said(answer);
    switch (result) {
    case RULES_ACK_DONE:
        desk_answer(act, true, "Alarm %s is %s.", id, words);
        break;
    case RULES_ACK_ALREADY:
        desk_answer(act, true, "Alarm %s was acknowledged before; the first answer stays.", id);
        break;
    case RULES_ACK_ENDED:
        desk_answer(act, false, "Alarm %s has ended.", id);
        break;
    case RULES_ACK_NO_SUCH_ALARM:
        desk_answer(act, false, "There is no alarm \"%s\".", id);
        break;
    case RULES_ACK_NOBODY:
        desk_answer(act, false, "Nobody is named who acknowledges.");
        break;
    case RULES_ACK_CLEARED:
        desk_answer(act, false, "What raised alarm %s is over: there is nothing to watch.", id);
        break;
    }
}

void
desk_ack(DeskAct *act, const Vicu__AckAlarm *ack)
{
    act->what = "acknowledge";
    const RulesAlarm *alarm = rules_alarms_find(act->ward->alarms, ack->id);
    if (alarm)
        act->bed = rules_ward_bed(act->ward, alarm->bed);
    if (!check_answer(act, ack))
        return;
    bool watch = ack->answer == VICU__ANSWER__ANSWER_WATCH;
    bool useless = ack->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE;
    const RulesAnswerGiven answer = {
        .who = (char *)act->who,
        .role = (char *)act->role,
        .reason = act->command->reason,
        .t_us = act->now_us,
        .kind = (RulesAnswerKind)ack->answer,
        .until_us = watch ? act->now_us + ack->for_us : 0,
        .because = useless ? (int)ack->because : 0,
    };
    tell_result(act, ack->id, &answer, rules_alarms_answer(act->ward->alarms, ack->id, &answer));
}

/* --- what a bed had before ---------------------------------------------------------------- */

static void
drop_past(const Vicu__PastAlarm *past, void *user)
{
    rules_ward_drop(user, VICU__SUBJECT__SUBJECT_PAST, past->id, true);
}

static void
keep_past(WardBed *bed, const Vicu__PastAlarm *past)
{
    rules_past_put(bed->past, past, drop_past, bed->ward);
    rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_PAST, past->id, rules_item_past(past), true);
}

void
rules_desk_remember(RulesWard *self, const RulesAlarm *alarm)
{
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    Vicu__PastAlarm past = VICU__PAST_ALARM__INIT;
    if (!bed)
        return;
    past.id = alarm->id;
    past.bed = bed->id;
    past.rule = alarm->rule;
    past.priority = (Vicu__Priority)alarm->own_priority;
    past.technical = alarm->technical || alarm->own_technical;
    past.spoken_for = *alarm->merged_into != '\0';
    past.t_raised_us = alarm->t_raised_us;
    past.t_ended_us = alarm->t_ended_us;
    const RulesAnswerGiven *last = alarm->ack.who         ? &alarm->ack
                                   : alarm->n_earlier > 0 ? &alarm->earlier[alarm->n_earlier - 1]
                                                          : NULL;
    if (last) {
        past.answered = true;
        past.answer = (Vicu__Answer)last->kind;
        past.because = (Vicu__NotActionable)last->because;
        past.who = last->who;
    }
    keep_past(bed, &past);
}

void
rules_desk_restore_past(WardBed *bed, const Vicu__PastAlarm *past)
{
    if (rules_ward_is_time(past->t_raised_us))
        rules_past_put(bed->past, past, NULL, NULL);
}

GBytes *
rules_desk_similar(const char *bed_id, const char *rule, void *user)
{
    const RulesWard *self = user;
    const WardBed *bed = rules_ward_bed(user, bed_id);
    return bed ? rules_past_similar(bed->past, rule, self->now_us) : NULL;
}

void
rules_desk_forget_past(WardBed *bed, int64_t before_us)
{
    rules_past_forget(bed->past, before_us, drop_past, bed->ward);
}

static void
move_one(const Vicu__PastAlarm *past, void *user)
{
    WardBed *to = user;
    Vicu__PastAlarm moved = *past;
    moved.bed = to->id;
    keep_past(to, &moved);
}

void
desk_move_past(WardBed *from, WardBed *to)
{
    rules_desk_forget_past(to, INT64_MAX); /* of nobody: the bed had no patient */
    rules_past_foreach(from->past, move_one, to);
    /* They are the other bed's items by now: forgotten here, not dropped. */
    rules_past_forget(from->past, INT64_MAX, NULL, NULL);
}

/* Alarms that stand, each at its bed. */
static void
count_live(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    if (!bed || alarm->state == RULES_ALARM_ENDED || *alarm->merged_into
        || alarm->t_raised_us < self->now_us - 12 * RULES_PAST_HOUR_US)
        return;
    rules_past_add(&bed->fresh_count, (Vicu__Priority)alarm->own_priority,
                   alarm->technical || alarm->own_technical);
}

static bool
is_same_count(const Vicu__AlarmCount *a, const Vicu__AlarmCount *b)
{
    return a->high == b->high && a->medium == b->medium && a->low == b->low
           && a->technical == b->technical && a->at_least == b->at_least;
}

void
rules_desk_count_alarms(RulesWard *self)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        rules_desk_forget_past(bed, self->now_us - RULES_PAST_KEEP_US);
        vicu__alarm_count__init(&bed->fresh_count);
        rules_past_count(bed->past, self->now_us - 12 * RULES_PAST_HOUR_US, &bed->fresh_count);
    }
    rules_alarms_foreach(self->alarms, count_live, self);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        if (bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED
            || (bed->counted && is_same_count(&bed->count, &bed->fresh_count)))
            continue;
        bed->count = bed->fresh_count;
        bed->counted = true; /* none at all is a count as well */
        rules_desk_publish_care(bed, false);
    }
}
