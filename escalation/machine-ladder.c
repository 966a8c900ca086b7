/* Escalation machine: the ladder, step by step.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "escalation/machine-inner.h"

#define PERSON_PREFIX "person:"

/* --- what the alarm says of a step --- */

static bool
is_acknowledged(const EscMachine *self, const Vicu__Escalation *e)
{
    const EscAlarm *a = g_hash_table_lookup(self->alarms, e->alarm);

    return a && a->alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED;
}

static bool
is_cleared(const EscMachine *self, const Vicu__Escalation *e)
{
    const EscAlarm *a = g_hash_table_lookup(self->alarms, e->alarm);

    return a && a->alarm->t_cleared_us != 0;
}

static bool
is_wanted(const EscMachine *self, const Vicu__Escalation *e, const Vicu__EscalationStep *s)
{
    bool acknowledged = is_acknowledged(self, e);

    if (strcmp(e->ladder, ESC_RULE_LADDER) != 0)
        return !acknowledged;
    if (strcmp(s->unless, "cleared") == 0)
        return !is_cleared(self, e);
    return !acknowledged || (!*s->unless && e->epoch == 0);
}

const Vicu__EscalationStep *
esc_step(const Vicu__Escalation *e, uint32_t step)
{
    if (step == e->n_ladder_step + 1)
        return e->last_resort;
    return step >= 1 && step <= e->n_ladder_step ? e->ladder_step[step - 1] : NULL;
}

void
esc_set_next(Vicu__Escalation *e, int64_t after_us, const EscNow *now)
{
    e->next_us = after_us ? now->utc_us + after_us : 0;
    e->next_boot_us = after_us ? now->boot_us + after_us : 0;
}

/* --- asking --- */

static bool
has_channel(const Vicu__RosterPerson *p, const char *channel)
{
    return (strcmp(channel, "page") == 0 && p->page) || (strcmp(channel, "smtp") == 0 && *p->mail)
           || (strcmp(channel, "webhook") == 0 && *p->webhook)
           || (strcmp(channel, "pcd06") == 0 && *p->pager);
}

static void
add_sending(Vicu__EscalationTarget *t, const char *channel, const EscNow *now)
{
    Vicu__Sending *s = g_new0(Vicu__Sending, 1);

    vicu__sending__init(s);
    vicu_wire_set_text(&s->channel, channel);
    s->state = VICU__SENDING_STATE__SENDING_INTENDED;
    s->t_us = now->utc_us;
    t->sending = g_renew(Vicu__Sending *, t->sending, t->n_sending + 1);
    t->sending[t->n_sending++] = s;
}

static void
add_sendings(EscMachine *self,
             const Vicu__Escalation *e,
             Vicu__EscalationTarget *t,
             const Vicu__RosterPerson *p,
             const EscNow *now)
{
    const Vicu__EscalationStep *step = esc_step(e, t->step);

    for (size_t i = 0; self->channels[i]; i++) {
        bool asked = !step || step->n_channel == 0;
        for (size_t k = 0; step && k < step->n_channel; k++)
            asked = asked || strcmp(step->channel[k], self->channels[i]) == 0;
        if (asked && has_channel(p, self->channels[i]))
            add_sending(t, self->channels[i], now);
    }
}

/* In this step and epoch, or declined by this person in this epoch. */
static bool
was_asked(const Vicu__Escalation *e, const char *person)
{
    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        if (strcmp(t->person, person) == 0 && t->epoch == e->epoch
            && (t->step == e->step || t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED
                || t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE))
            return true;
    }
    return false;
}

static Vicu__EscalationTarget *
add_target(Vicu__Escalation *e, const char *person, const char *asked, const EscNow *now)
{
    Vicu__EscalationTarget *t = g_new0(Vicu__EscalationTarget, 1);
    g_autofree char *place = g_strdup_printf("%u %s", e->step, *person ? person : asked);
    g_autofree char *id = esc_hash(e->id, place, "", (int64_t)e->epoch);

    vicu__escalation_target__init(t);
    vicu_wire_set_text(&t->id, id);
    vicu_wire_set_text(&t->person, person);
    vicu_wire_set_text(&t->asked, asked);
    t->step = e->step;
    t->epoch = e->epoch;
    t->decided_us = now->utc_us;
    e->target = g_renew(Vicu__EscalationTarget *, e->target, e->n_target + 1);
    e->target[e->n_target++] = t;
    return t;
}

Vicu__EscalationTarget *
esc_ask(EscMachine *self,
        Vicu__Escalation *e,
        const Vicu__RosterPerson *person,
        const char *asked,
        const char *instead_of,
        const EscNow *now)
{
    if (was_asked(e, person->id) && !VICU_MUTANT(ESC_ASKED_TWICE))
        return NULL;
    Vicu__EscalationTarget *t = add_target(e, person->id, asked, now);
    vicu_wire_set_text(&t->name, person->name);
    vicu_wire_set_text(&t->instead_of, instead_of);
    if (!person->away)
        add_sendings(self, e, t, person, now);
    esc_reach(self, e, t, VICU__ESCALATION_STAGE__ESCALATION_DECIDED, now);
    esc_told(self, e, t, "escalation-decided", "");
    if (t->n_sending == 0)
        esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE,
                    person->away ? "is marked as away" : "has none of the channels of this step",
                    now);
    return t;
}

void
esc_give_up(EscMachine *self,
            Vicu__Escalation *e,
            Vicu__EscalationTarget *t,
            Vicu__EscalationOutcome outcome,
            const char *reason,
            const EscNow *now)
{
    static const char *const acts[] = {
        "",
        "escalation-missed",
        "escalation-declined",
        "escalation-handed-on",
        "escalation-unreachable",
        "escalation-nobody",
        "escalation-not-needed",
        "escalation-over",
        "escalation-done",
    };

    t->outcome = outcome;
    t->outcome_us = now->utc_us;
    t->deadline_us = t->deadline_boot_us = 0;
    vicu_wire_set_text(&t->reason, reason);
    esc_told(self, e, t, acts[outcome], reason);
}

void
esc_breach(EscMachine *self,
           Vicu__Escalation *e,
           const Vicu__EscalationTarget *t,
           Vicu__EscalationStage stage,
           const char *text,
           const EscNow *now)
{
    Vicu__EscalationBreach *b = g_new0(Vicu__EscalationBreach, 1);

    vicu__escalation_breach__init(b);
    b->stage = stage;
    b->t_us = now->utc_us;
    vicu_wire_set_text(&b->text, text);
    vicu_wire_set_text(&b->target, t ? t->id : "");
    e->breach = g_renew(Vicu__EscalationBreach *, e->breach, e->n_breach + 1);
    e->breach[e->n_breach++] = b;
    self->figures.breaches++;
    esc_told(self, e, t, "escalation-breach", text);
}

/* --- steps --- */

/* Who may be asked for @to, in their order. Caller frees. */
static GPtrArray *
who_for(const EscMachine *self, const Vicu__Escalation *e, const char *to, const EscNow *now)
{
    g_autofree char *unit = esc_unit_of(e->bed);

    if (!g_str_has_prefix(to, PERSON_PREFIX))
        return esc_roster_on_duty(self->roster, unit, to, now->utc_us);
    GPtrArray *one = g_ptr_array_new();
    const Vicu__RosterPerson *p = esc_roster_person(self->roster, to + strlen(PERSON_PREFIX));
    if (p)
        g_ptr_array_add(one, (gpointer)p);
    return one;
}

typedef enum { ASKED, ALL_ASKED_BEFORE, NOBODY } Asked;

/* One more person of @s who was not asked in it yet, or with @s->all each of them. Who cannot be
 * reached does not count: the next one is asked. */
static Asked
ask_some(EscMachine *self, Vicu__Escalation *e, const Vicu__EscalationStep *s, const EscNow *now)
{
    g_autoptr(GPtrArray) who = who_for(self, e, s->to, now);
    bool one = false;

    for (guint i = 0; i < who->len && (s->all || !one); i++) {
        const Vicu__RosterPerson *p = who->pdata[i];
        const Vicu__RosterPerson *other = NULL;
        Vicu__EscalationTarget *t = esc_ask(self, e, p, s->to, "", now);
        if (t && t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE
            && (other = esc_roster_substitute(self->roster, p)))
            t = esc_ask(self, e, other, s->to, p->id, now);
        one = one || (t && t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    }
    if (who->len == 0)
        return NOBODY;
    return one ? ASKED : ALL_ASKED_BEFORE;
}

static void
hole(EscMachine *self, Vicu__Escalation *e, const char *to, const EscNow *now)
{
    g_autofree char *unit = esc_unit_of(e->bed);
    g_autofree char *text = g_strdup_printf("nobody is on duty as %s in %s", to, unit);
    Vicu__EscalationTarget *t = add_target(e, "", to, now);

    e->holes++;
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_NOBODY, text, now);
    esc_breach(self, e, t, VICU__ESCALATION_STAGE__ESCALATION_NONE, text, now);
}

static bool
any_wanted(const EscMachine *self, const Vicu__Escalation *e)
{
    for (size_t i = 0; i < e->n_ladder_step; i++)
        if (is_wanted(self, e, e->ladder_step[i]))
            return true;
    return false;
}

static void
next_round(EscMachine *self, Vicu__Escalation *e, const EscNow *now)
{
    e->epoch++;
    e->step = 0;
    e->resume = 0;
    if (!any_wanted(self, e)) {
        esc_end(self, e, "acknowledged, and no step of the rule is left", now);
        return;
    }
    /* Also where every channel failed at once and no deadline was missed: it is not quiet. */
    esc_breach(self, e, NULL, VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED,
               "nobody of the whole ladder has accepted", now);
    esc_set_next(e, self->times.round_us, now);
    esc_told(self, e, NULL, "escalation-round", "nobody has accepted; the ladder begins again");
}

/* The time of the step after @step, where the rule says one. */
static void
set_next_of(Vicu__Escalation *e, uint32_t step, const EscNow *now)
{
    const Vicu__EscalationStep *after = step < e->n_ladder_step ? e->ladder_step[step] : NULL;
    int64_t passed_us = now->utc_us - e->began_us;

    esc_set_next(e, 0, now);
    if (after && after->after_us > 0 && e->epoch == 0)
        esc_set_next(e, MAX(after->after_us - passed_us, 1), now);
}

void
esc_start_step(EscMachine *self, Vicu__Escalation *e, uint32_t step, const EscNow *now)
{
    uint32_t n = (uint32_t)e->n_ladder_step, last = n + 1;

    for (;;) {
        if (step > n && (!e->last_resort || e->step == last)) {
            next_round(self, e, now);
            return;
        }
        step = MIN(step, last);
        const Vicu__EscalationStep *s = esc_step(e, step);
        if (step <= n && !is_wanted(self, e, s)) {
            step++;
            continue;
        }
        if (step == last && e->resume == 0)
            e->resume = last + 1;
        e->step = step;
        set_next_of(e, step, now);
        Asked asked = ask_some(self, e, s, now);
        if (asked == ASKED)
            return;
        if (asked == NOBODY)
            hole(self, e, s->to, now);
        if (step == last) {
            step = e->resume;
            e->resume = 0;
        } else if (asked == NOBODY && e->last_resort && !VICU_MUTANT(ESC_HOLE_SKIPPED)) {
            e->resume = step + 1;
            step = last;
        } else {
            step++;
        }
    }
}

void
esc_advance(EscMachine *self,
            Vicu__Escalation *e,
            const Vicu__EscalationTarget *from,
            const EscNow *now)
{
    if (e->ended_us || esc_is_accepted(e))
        return;
    const Vicu__RosterPerson *p =
        from && *from->person ? esc_roster_person(self->roster, from->person) : NULL;
    const Vicu__RosterPerson *other = p ? esc_roster_substitute(self->roster, p) : NULL;
    if (other) {
        const Vicu__EscalationTarget *t = esc_ask(self, e, other, from->asked, p->id, now);
        if (t && t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            return;
    }
    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            return;
    const Vicu__EscalationStep *s = esc_step(e, e->step);
    if (s && ask_some(self, e, s, now) == ASKED)
        return;
    uint32_t next = e->step > e->n_ladder_step ? e->resume : e->step + 1;
    if (e->step > e->n_ladder_step)
        e->resume = 0;
    esc_start_step(self, e, next, now);
}

/* --- begin and end --- */

void
esc_fill_ladder(Vicu__Escalation *e,
                const char *id,
                Vicu__EscalationStep *const *steps,
                size_t n_steps,
                const Vicu__EscalationStep *last_resort)
{
    vicu_wire_set_text(&e->ladder, id);
    e->ladder_step = g_new0(Vicu__EscalationStep *, n_steps + 1);
    for (size_t i = 0; i < n_steps; i++)
        e->ladder_step[e->n_ladder_step++] = vicu_wire_copy(&steps[i]->base);
    e->steps = (uint32_t)n_steps;
    if (last_resort)
        e->last_resort = vicu_wire_copy(&last_resort->base);
}

void
esc_begin(EscMachine *self, Vicu__Escalation *e, const char *key, const EscNow *now)
{
    g_autofree char *id = esc_hash(e->alarm, e->bed, key ? key : "", key ? 0 : now->utc_us);

    id[ESC_ID_SIZE] = '\0'; /* people type it */
    vicu_wire_set_text(&e->id, id);
    vicu_wire_set_text(&e->boot, now->boot);
    e->began_us = now->utc_us;
    if (*e->alarm)
        g_hash_table_replace(self->latest, g_strdup(e->alarm), g_strdup(e->id));
    g_hash_table_replace(self->escalations, e->id, e);
    esc_told(self, e, NULL, "escalation-begun", e->ladder);
    if (e->n_ladder_step > 0 && e->ladder_step[0]->after_us > 0)
        esc_set_next(e, e->ladder_step[0]->after_us, now);
    else
        esc_start_step(self, e, 1, now);
    esc_changed(self, e);
}

void
esc_end(EscMachine *self, Vicu__Escalation *e, const char *why, const EscNow *now)
{
    e->ended_us = now->utc_us;
    vicu_wire_set_text(&e->why_ended, why);
    esc_set_next(e, 0, now);
    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            esc_give_up(self, e, e->target[i], VICU__ESCALATION_OUTCOME__OUTCOME_ENDED, why, now);
    esc_told(self, e, NULL, "escalation-ended", why);
}
