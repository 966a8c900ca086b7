/* Escalation machine: what alarms, their owner's silence and people who call begin and end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "escalation/machine-inner.h"

#define OWN_RULES   "local:escalation"
#define SILENT_RULE "rules-silent"

static bool
is_for_us(const Vicu__Alarm *a)
{
    return (a->state == VICU__ALARM_STATE__ALARM_ACTIVE
            || a->state == VICU__ALARM_STATE__ALARM_LATCHED)
           && !*a->merged_into
           && a->origin != VICU__ORIGIN__ORIGIN_ARCHIVE
           /* what we say of ourselves is not escalated: it would never end */
           && !g_str_has_prefix(a->rule, OWN_RULES);
}

static Vicu__Escalation *
latest(const EscMachine *self, const char *alarm)
{
    const char *id = g_hash_table_lookup(self->latest, alarm);

    return id ? esc_get(self, id) : NULL;
}

static const Vicu__Ladder *
ladder_of(const EscMachine *self, const Vicu__Alarm *a, const EscNow *now)
{
    g_autofree char *unit = esc_unit_of(a->bed);

    return esc_roster_ladder(self->roster, unit, a->priority, a->technical, a->rule, now->utc_us);
}

static void
describe(Vicu__Escalation *e, const Vicu__Alarm *a)
{
    e->priority = a->priority;
    e->technical = a->technical;
    vicu_wire_set_text(&e->title, a->title);
    vicu_wire_set_text(&e->text, a->text);
}

static Vicu__Escalation *
make(const char *alarm, const char *bed)
{
    Vicu__Escalation *e = g_new0(Vicu__Escalation, 1);

    vicu__escalation__init(e);
    vicu_wire_set_text(&e->alarm, alarm);
    vicu_wire_set_text(&e->bed, bed);
    return e;
}

/* The steps of the rule itself, as those of a ladder. */
static void
fill_rule_ladder(Vicu__Escalation *e, const Vicu__Alarm *a, const Vicu__EscalationStep *resort)
{
    Vicu__EscalationStep step[ESC_STEPS_MAX];
    Vicu__EscalationStep *steps[ESC_STEPS_MAX];
    size_t n = MIN(a->n_step, ESC_STEPS_MAX);

    for (size_t i = 0; i < n; i++) {
        vicu__escalation_step__init(&step[i]);
        step[i].to = a->step[i]->to;
        step[i].after_us = a->step[i]->after_us;
        step[i].unless = a->step[i]->unless;
        steps[i] = &step[i];
    }
    esc_fill_ladder(e, ESC_RULE_LADDER, steps, n, resort);
}

static void
begin_for(EscMachine *self, const Vicu__Alarm *a, const EscNow *now)
{
    const Vicu__Ladder *ladder = ladder_of(self, a, now);

    /* Nobody to tell: the caller says so as a whole, not alarm by alarm. */
    if (!ladder && a->n_step == 0)
        return;
    if (esc_roster_n_persons(self->roster) == 0) {
        self->figures.untold++;
        return;
    }
    if (g_hash_table_size(self->escalations) >= ESC_STANDING_MAX) {
        self->figures.refused++;
        return;
    }
    Vicu__Escalation *e = make(a->id, a->bed);
    describe(e, a);
    e->t_condition_us = a->t_condition_us;
    e->t_raised_us = a->t_raised_us;
    e->origin = a->origin;
    if (a->n_step > 0)
        fill_rule_ladder(e, a, ladder ? ladder->last_resort : NULL);
    else
        esc_fill_ladder(e, ladder->id, ladder->step, ladder->n_step, ladder->last_resort);
    esc_begin(self, e, NULL, now);
}

/* --- an alarm whose escalation stands --- */

/* What was told because of a step that an answer does not end goes on. */
static bool
outlasts_answer(const Vicu__Escalation *e, const Vicu__EscalationTarget *t)
{
    const Vicu__EscalationStep *s = esc_step(e, t->step);

    return strcmp(e->ladder, ESC_RULE_LADDER) == 0 && s && strcmp(s->unless, "cleared") == 0;
}

static bool
has_step_left(const Vicu__Escalation *e, const Vicu__Alarm *a)
{
    if (strcmp(e->ladder, ESC_RULE_LADDER) != 0 || e->epoch > 0)
        return false;
    for (size_t i = e->step; i < e->n_ladder_step; i++) {
        const char *unless = e->ladder_step[i]->unless;
        if (!*unless || (strcmp(unless, "cleared") == 0 && !a->t_cleared_us))
            return true;
    }
    return false;
}

static void
end_and_tell(EscMachine *self, Vicu__Escalation *e, const char *why, const EscNow *now)
{
    esc_end(self, e, why, now);
    esc_changed(self, e);
}

static void
acknowledged(EscMachine *self, Vicu__Escalation *e, const Vicu__Alarm *a, const EscNow *now)
{
    const char *who = a->acknowledged ? a->acknowledged->who : "";
    g_autofree char *why = g_strdup_printf("acknowledged by %s", *who ? who : "somebody");
    bool stands = false, dirty = false;

    if (esc_is_accepted(e)) /* help is under way: whether it comes is still watched */
        return;
    for (size_t i = 0; i < e->n_target; i++) {
        Vicu__EscalationTarget *t = e->target[i];
        if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            continue;
        if (outlasts_answer(e, t)) {
            stands = true;
            continue;
        }
        esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED, why, now);
        dirty = true;
    }
    if (!stands && !has_step_left(e, a))
        end_and_tell(self, e, why, now);
    else if (dirty)
        esc_changed(self, e);
}

/* A rule's ladder of which every step is "unless cleared" ends with its condition. */
static bool
ends_when_cleared(const Vicu__Escalation *e)
{
    if (strcmp(e->ladder, ESC_RULE_LADDER) != 0)
        return false;
    for (size_t i = 0; i < e->n_ladder_step; i++)
        if (strcmp(e->ladder_step[i]->unless, "cleared") != 0)
            return false;
    return true;
}

static void
risen(EscMachine *self, Vicu__Escalation *e, const Vicu__Alarm *a, const EscNow *now)
{
    const Vicu__Ladder *ladder = ladder_of(self, a, now);
    bool same = a->n_step > 0 || !ladder || strcmp(ladder->id, e->ladder) == 0;

    describe(e, a);
    if (same || esc_is_accepted(e)) {
        esc_changed(self, e);
        return;
    }
    end_and_tell(self, e, "its priority has risen: another ladder goes on", now);
    begin_for(self, a, now);
}

static void
follow(EscMachine *self, Vicu__Escalation *e, const Vicu__Alarm *a, const EscNow *now)
{
    g_autofree char *ended = g_strdup_printf("alarm ended: %s", *a->why ? a->why : "cleared");

    if (a->state == VICU__ALARM_STATE__ALARM_ENDED && !VICU_MUTANT(ESC_ALARM_END_IGNORED))
        end_and_tell(self, e, ended, now);
    else if (*a->merged_into)
        end_and_tell(self, e, "another alarm of the same cause speaks for it", now);
    else if (a->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED)
        acknowledged(self, e, a, now);
    else if (a->t_cleared_us && ends_when_cleared(e) && !esc_is_accepted(e))
        end_and_tell(self, e, "cleared", now);
    else if ((uint32_t)a->priority > e->priority)
        risen(self, e, a, now);
    else if (strcmp(a->text, e->text) != 0) {
        describe(e, a);
        esc_changed(self, e);
    }
}

/* One that ended is begun again if it did not end by somebody who was there, or it got worse. */
static bool
begins_again(const Vicu__Escalation *e, const Vicu__Alarm *a)
{
    return !g_str_has_prefix(e->why_ended, "resolved") || (uint32_t)a->priority > e->priority;
}

void
esc_machine_alarm(EscMachine *self, const Vicu__Alarm *alarm, const EscNow *now)
{
    EscAlarm *known = g_new0(EscAlarm, 1);
    Vicu__Escalation *e = latest(self, alarm->id);

    known->alarm = vicu_wire_copy(&alarm->base);
    known->seen = true;
    g_hash_table_replace(self->alarms, g_strdup(alarm->id), known);
    if (e && !e->ended_us)
        follow(self, e, known->alarm, now);
    else if (is_for_us(known->alarm) && (!e || begins_again(e, known->alarm)))
        begin_for(self, known->alarm, now);
}

void
esc_machine_alarm_gone(EscMachine *self, const char *alarm, const EscNow *now)
{
    Vicu__Escalation *e = latest(self, alarm);

    if (e && !e->ended_us)
        end_and_tell(self, e, "alarm no longer stands", now);
    g_hash_table_remove(self->alarms, alarm);
}

/* --- a snapshot --- */

void
esc_machine_begin(EscMachine *self)
{
    GHashTableIter iter;
    gpointer value;

    self->snapshot = true;
    g_hash_table_iter_init(&iter, self->alarms);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((EscAlarm *)value)->seen = false;
}

static bool
is_gone(const EscMachine *self, const char *alarm)
{
    const EscAlarm *known = g_hash_table_lookup(self->alarms, alarm);

    return (!known || !known->seen) && !g_str_has_prefix(alarm, SILENT_RULE);
}

void
esc_machine_level(EscMachine *self, const EscNow *now)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key, value;

    if (!self->snapshot)
        return;
    self->snapshot = false;
    g_hash_table_iter_init(&iter, self->latest);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (is_gone(self, key))
            g_ptr_array_add(gone, g_strdup(key));
    g_hash_table_iter_init(&iter, self->alarms);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (!((EscAlarm *)value)->seen && !g_hash_table_contains(self->latest, key))
            g_ptr_array_add(gone, g_strdup(key));
    for (guint i = 0; i < gone->len; i++)
        esc_machine_alarm_gone(self, gone->pdata[i], now);
}

/* --- silence --- */

static void
tell_unit(EscMachine *self, const char *unit, const EscNow *now)
{
    const Vicu__Ladder *ladder = esc_roster_ladder(
        self->roster, unit, VICU__PRIORITY__PRIORITY_HIGH, false, "", now->utc_us);
    g_autofree char *key = g_strdup_printf("%s %s", SILENT_RULE, unit);
    const Vicu__Escalation *e = latest(self, key);

    if (!ladder || (e && !e->ended_us))
        return;
    Vicu__Escalation *silent = make(key, strcmp(unit, ESC_ANY_UNIT) == 0 ? "" : unit);
    silent->priority = VICU__PRIORITY__PRIORITY_HIGH;
    silent->technical = true;
    silent->origin = VICU__ORIGIN__ORIGIN_LIVE;
    vicu_wire_set_text(&silent->title, "No alarms from the hub");
    vicu_wire_set_text(&silent->text,
                       "The rules are silent: no alarm is judged. Watch the bedside monitors.");
    esc_fill_ladder(silent, ladder->id, ladder->step, ladder->n_step, ladder->last_resort);
    esc_begin(self, silent, NULL, now);
}

void
esc_machine_rules_silent(EscMachine *self, bool silent, const EscNow *now)
{
    g_autoptr(GHashTable) units = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer key;

    self->rules_silent = silent;
    for (size_t i = 0; i < esc_roster_n_ladders(self->roster); i++)
        g_hash_table_add(units, (gpointer)esc_roster_ladder_at(self->roster, i)->unit);
    for (size_t i = 0; i < esc_roster_n_shifts(self->roster); i++)
        g_hash_table_add(units, (gpointer)esc_roster_shift_at(self->roster, i)->unit);
    if (g_hash_table_size(units) > 1)
        g_hash_table_remove(units, ESC_ANY_UNIT);
    g_hash_table_iter_init(&iter, units);
    while (silent && g_hash_table_iter_next(&iter, &key, NULL))
        tell_unit(self, key, now);
    g_autoptr(GPtrArray) over = g_ptr_array_new();
    g_hash_table_iter_init(&iter, self->latest);
    while (!silent && g_hash_table_iter_next(&iter, &key, NULL)) {
        Vicu__Escalation *e = latest(self, key);
        if (e && !e->ended_us && g_str_has_prefix(key, SILENT_RULE))
            g_ptr_array_add(over, e);
    }
    for (guint i = 0; i < over->len; i++)
        end_and_tell(self, over->pdata[i], "the rules are heard again", now);
}

/* --- by hand --- */

static EscAnswer G_GNUC_PRINTF(1, 2) refuse(const char *format, ...)
{
    EscAnswer answer = {false, false, NULL};
    va_list args;

    va_start(args, format);
    answer.text = g_strdup_vprintf(format, args);
    va_end(args);
    return answer;
}

EscAnswer
esc_machine_call(EscMachine *self, const EscCall *call, char **id, const EscNow *now)
{
    g_autofree char *unit = esc_unit_of(call->bed);
    const Vicu__Ladder *ladder = esc_roster_ladder(
        self->roster, unit, VICU__PRIORITY__PRIORITY_HIGH, false, "", now->utc_us);
    const EscAlarm *a = call->alarm ? g_hash_table_lookup(self->alarms, call->alarm) : NULL;
    const Vicu__RosterPerson *p = call->to ? esc_roster_find(self->roster, call->to) : NULL;

    if (!*call->bed || strlen(call->text) > ESC_TEXT_MAX)
        return refuse("A call needs a bed, and a text of at most %u bytes.", ESC_TEXT_MAX);
    if (call->alarm && !a)
        return refuse("No alarm %s stands.", call->alarm);
    if (call->to && !p)
        return refuse("\"%s\" is nobody of the roster, or more than one.", call->to);
    if (!call->to && !ladder)
        return refuse("No ladder is there for %s: name a person, or import a ladder.", unit);
    if (g_hash_table_size(self->escalations) >= ESC_STANDING_MAX)
        return refuse("%u escalations stand, the most there can be.", ESC_STANDING_MAX);
    g_autofree char *made =
        esc_hash(call->alarm ? call->alarm : "", call->bed, call->key ? call->key : "", 0);
    made[ESC_ID_SIZE] = '\0';
    if (call->key && esc_get(self, made)) /* the process died before it could answer */
        return (EscAnswer){true, false, g_strdup_printf("Escalation %s has begun.", made)};
    Vicu__Escalation *e = make(call->alarm ? call->alarm : "", call->bed);
    if (a)
        describe(e, a->alarm);
    else
        vicu_wire_set_text(&e->title, "Help is wanted");
    if (*call->text || !a)
        vicu_wire_set_text(&e->text, *call->text ? call->text : "Help is wanted at the bed.");
    e->priority = a ? e->priority : VICU__PRIORITY__PRIORITY_HIGH;
    e->origin = a ? a->alarm->origin : VICU__ORIGIN__ORIGIN_LIVE;
    vicu_wire_set_text(&e->caller, call->by);
    if (p) {
        g_autofree char *to = g_strconcat("person:", p->id, NULL);
        Vicu__EscalationStep step = VICU__ESCALATION_STEP__INIT, *steps[] = {&step};
        step.to = to;
        esc_fill_ladder(e, ESC_HAND_LADDER, steps, 1, ladder ? ladder->last_resort : NULL);
    } else {
        esc_fill_ladder(e, ESC_HELP_LADDER, ladder->step, ladder->n_step, ladder->last_resort);
    }
    esc_begin(self, e, call->key, now);
    *id = g_strdup(e->id);
    return (EscAnswer){true, true, g_strdup_printf("Escalation %s has begun.", e->id)};
}
