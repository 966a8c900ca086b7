/* Escalation machine: what one person is at, by channel, device and word of mouth.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "escalation/machine-inner.h"

#define SEND_TEXT_MAX 160

void
esc_answer_clear(EscAnswer *answer)
{
    g_clear_pointer(&answer->text, g_free);
}

static EscAnswer G_GNUC_PRINTF(3, 4) say(bool ok, bool changed, const char *format, ...)
{
    EscAnswer answer = {ok, changed, NULL};
    va_list args;

    va_start(args, format);
    answer.text = g_strdup_vprintf(format, args);
    va_end(args);
    return answer;
}

Vicu__EscalationTarget *
esc_target(const Vicu__Escalation *e, const char *id)
{
    for (size_t i = e->n_target; i > 0; i--)
        if (strcmp(e->target[i - 1]->id, id) == 0)
            return e->target[i - 1];
    return NULL;
}

/* The newest of this person; one that stands before one that is over. */
static Vicu__EscalationTarget *
target_of(const Vicu__Escalation *e, const char *person)
{
    Vicu__EscalationTarget *over = NULL;

    for (size_t i = e->n_target; i > 0; i--) {
        Vicu__EscalationTarget *t = e->target[i - 1];
        if (strcmp(t->person, person) != 0)
            continue;
        if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            return t;
        if (!over)
            over = t;
    }
    return over;
}

/* --- stages --- */

static int64_t *
time_of(Vicu__EscalationTarget *t, Vicu__EscalationStage stage)
{
    int64_t *const times[] = {
        NULL,
        &t->decided_us,
        &t->sent_us,
        &t->delivered_us,
        &t->read_us,
        &t->accepted_us,
        &t->on_my_way_us,
        &t->at_bedside_us,
        &t->resolved_us,
    };
    return times[stage];
}

/* How long the stage after @stage may take. */
static int64_t
patience(const EscMachine *self, const Vicu__EscalationStep *s, Vicu__EscalationStage stage)
{
    const int64_t own[] = {0,
                           s ? s->send_us : 0,
                           s ? s->deliver_us : 0,
                           s ? s->read_us : 0,
                           s ? s->accept_us : 0,
                           s ? s->arrive_us : 0,
                           s ? s->arrive_us : 0,
                           s ? s->resolve_us : 0,
                           0};
    const int64_t standard[] = {0,
                                self->times.send_us,
                                self->times.deliver_us,
                                self->times.read_us,
                                self->times.accept_us,
                                self->times.arrive_us,
                                self->times.arrive_us,
                                self->times.resolve_us,
                                0};

    return own[stage] ? own[stage] : standard[stage];
}

void
esc_reach(EscMachine *self,
          Vicu__Escalation *e,
          Vicu__EscalationTarget *t,
          Vicu__EscalationStage stage,
          const EscNow *now)
{
    bool keeps = stage == VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY
                 && t->stage == VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED;
    int64_t after_us = patience(self, esc_step(e, t->step), stage);

    t->stage = stage;
    *time_of(t, stage) = now->utc_us;
    if (!keeps) {
        t->deadline_us = after_us ? now->utc_us + after_us : 0;
        t->deadline_boot_us = after_us ? now->boot_us + after_us : 0;
    }
}

/* --- channels and devices --- */

static bool
all_failed(const Vicu__EscalationTarget *t)
{
    for (size_t i = 0; i < t->n_sending; i++)
        if (t->sending[i]->state != VICU__SENDING_STATE__SENDING_FAILED)
            return false;
    return true;
}

static void
failed(EscMachine *self,
       Vicu__Escalation *e,
       Vicu__EscalationTarget *t,
       const char *text,
       const EscNow *now)
{
    if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE || !all_failed(t)
        || t->stage > VICU__ESCALATION_STAGE__ESCALATION_SENT)
        return;
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE, text, now);
    if (!VICU_MUTANT(ESC_FAILURE_WAITS))
        esc_advance(self, e, t, now);
}

void
esc_machine_sent(EscMachine *self,
                 const char *id,
                 const char *target,
                 const char *channel,
                 bool ok,
                 const char *text,
                 const EscNow *now)
{
    Vicu__Escalation *e = esc_get(self, id);
    Vicu__EscalationTarget *t = e ? esc_target(e, target) : NULL;
    Vicu__Sending *s = NULL;

    for (size_t i = 0; t && i < t->n_sending; i++)
        if (strcmp(t->sending[i]->channel, channel) == 0)
            s = t->sending[i];
    if (!s || s->state == VICU__SENDING_STATE__SENDING_FAILED
        || s->state == VICU__SENDING_STATE__SENDING_DELIVERED
        || (ok && s->state == VICU__SENDING_STATE__SENDING_SENT))
        return;
    g_autofree char *kept = g_utf8_make_valid(text, (gssize)strnlen(text, SEND_TEXT_MAX));
    s->state = ok ? VICU__SENDING_STATE__SENDING_SENT : VICU__SENDING_STATE__SENDING_FAILED;
    s->t_us = now->utc_us;
    vicu_wire_set_text(&s->text, ok ? "" : kept);
    if (ok && t->stage == VICU__ESCALATION_STAGE__ESCALATION_DECIDED) {
        bool open = t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE;
        esc_reach(self, e, t, VICU__ESCALATION_STAGE__ESCALATION_SENT, now);
        if (!open)
            t->deadline_us = t->deadline_boot_us = 0;
        if (VICU_MUTANT(ESC_SENT_IS_DELIVERED))
            esc_reach(self, e, t, VICU__ESCALATION_STAGE__ESCALATION_DELIVERED, now);
    }
    esc_told(self, e, t, ok ? "escalation-sent" : "escalation-not-sent", channel);
    if (!ok && !e->ended_us)
        failed(self, e, t, kept, now);
    esc_changed(self, e);
}

EscAnswer
esc_machine_receipt(EscMachine *self,
                    const char *id,
                    const char *target,
                    Vicu__EscalationStage stage,
                    const char *by,
                    const EscNow *now)
{
    Vicu__Escalation *e = esc_get(self, id);
    Vicu__EscalationTarget *t = e ? esc_target(e, target) : NULL;

    if (!t)
        return say(false, false, "No escalation %.32s has a target %.40s.", id, target);
    if (stage != VICU__ESCALATION_STAGE__ESCALATION_DELIVERED
        && stage != VICU__ESCALATION_STAGE__ESCALATION_READ)
        return say(false, false, "A receipt says delivered or read, not %s.",
                   esc_stage_word(stage));
    if (t->stage >= stage && !VICU_MUTANT(ESC_RECEIPT_TWICE))
        return say(true, false, "It was %s before.", esc_stage_word(t->stage));
    bool open = t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE;
    esc_reach(self, e, t, stage, now);
    if (!open) /* late: kept for the record */
        t->deadline_us = t->deadline_boot_us = 0;
    vicu_wire_set_text(&t->device, by);
    esc_told(self, e, t,
             stage == VICU__ESCALATION_STAGE__ESCALATION_READ ? "escalation-read"
                                                              : "escalation-delivered",
             by);
    esc_changed(self, e);
    return say(true, true, "%s.", esc_stage_word(stage));
}

/* --- what people say --- */

static const Vicu__EscalationTarget *
accepted_by_other(const Vicu__Escalation *e, const Vicu__EscalationTarget *than)
{
    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i] != than && e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE
            && e->target[i]->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED)
            return e->target[i];
    return NULL;
}

/* Somebody who was not asked takes it: stands among those who were. */
static Vicu__EscalationTarget *
unasked(EscMachine *self, Vicu__Escalation *e, const Vicu__RosterPerson *p, const EscNow *now)
{
    Vicu__EscalationTarget *t = g_new0(Vicu__EscalationTarget, 1);
    g_autofree char *id = esc_hash(e->id, p->id, "unasked", (int64_t)e->epoch);

    (void)self;
    vicu__escalation_target__init(t);
    vicu_wire_set_text(&t->id, id);
    vicu_wire_set_text(&t->person, p->id);
    vicu_wire_set_text(&t->name, p->name);
    vicu_wire_set_text(&t->asked, "not asked");
    t->step = e->step;
    t->epoch = e->epoch;
    t->decided_us = now->utc_us;
    e->target = g_renew(Vicu__EscalationTarget *, e->target, e->n_target + 1);
    e->target[e->n_target++] = t;
    return t;
}

static void
release_others(EscMachine *self,
               Vicu__Escalation *e,
               const Vicu__EscalationTarget *t,
               const EscNow *now)
{
    g_autofree char *why = g_strdup_printf("%s has accepted", t->name);

    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i] != t && e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            esc_give_up(self, e, e->target[i], VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED, why,
                        now);
    esc_set_next(e, 0, now);
}

static void
do_act(EscMachine *self,
       Vicu__Escalation *e,
       Vicu__EscalationTarget *t,
       Vicu__EscalationStage stage,
       const EscNow *now)
{
    static const char *const acts[] = {"escalation-accepted", "escalation-on-my-way",
                                       "escalation-at-bedside", "escalation-resolved"};

    t->outcome = VICU__ESCALATION_OUTCOME__OUTCOME_NONE;
    t->outcome_us = 0;
    if (!t->accepted_us)
        t->accepted_us = now->utc_us;
    esc_reach(self, e, t, stage, now);
    esc_told(self, e, t, acts[stage - VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED], "");
    release_others(self, e, t, now);
    if (stage != VICU__ESCALATION_STAGE__ESCALATION_RESOLVED)
        return;
    g_autofree char *why = g_strdup_printf("resolved by %s", t->name);
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_DONE, "", now);
    esc_end(self, e, why, now);
}

EscAnswer
esc_machine_act(EscMachine *self,
                const char *id,
                const char *who,
                const char *by,
                Vicu__EscalationStage stage,
                const EscNow *now)
{
    Vicu__Escalation *e = esc_get(self, id);
    const Vicu__RosterPerson *p = esc_roster_person(self->roster, who);

    if (!e || !p)
        return say(false, false, "%s",
                   e ? "This person is not in the roster." : "There is no such escalation.");
    if (stage < VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED
        || stage > VICU__ESCALATION_STAGE__ESCALATION_RESOLVED)
        return say(false, false, "Nobody can say of an escalation that it is %s.",
                   esc_stage_word(stage));
    Vicu__EscalationTarget *t = target_of(e, who);
    if (t && t->stage >= stage
        && (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE
            || t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_DONE)
        && !VICU_MUTANT(ESC_ACT_TWICE))
        return say(true, false, "%s is %s already.", p->name, esc_stage_word(t->stage));
    if (e->ended_us)
        return say(false, false, "It has ended: %s.", e->why_ended);
    const Vicu__EscalationTarget *other = accepted_by_other(e, t);
    if (other && !VICU_MUTANT(ESC_TWO_ACCEPT))
        return say(false, false, "%s has accepted it; it can be handed on.", other->name);
    if (!t)
        t = unasked(self, e, p, now);
    vicu_wire_set_text(&t->by, strcmp(by, who) == 0 ? "" : by);
    do_act(self, e, t, stage, now);
    esc_changed(self, e);
    return say(true, true, "%s: %s.", p->name, esc_stage_word(stage));
}

/* Who @who may give it away as; NULL and the answer says why. */
static Vicu__EscalationTarget *
held_by(EscMachine *self, const char *id, const char *who, EscAnswer *answer)
{
    Vicu__Escalation *e = esc_get(self, id);
    Vicu__EscalationTarget *t = e ? target_of(e, who) : NULL;

    if (!e)
        *answer = say(false, false, "There is no such escalation.");
    else if (e->ended_us)
        *answer = say(false, false, "It has ended: %s.", e->why_ended);
    else if (!t)
        *answer = say(false, false, "This person was not asked.");
    else if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
        *answer =
            say(t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED
                    || t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON,
                false, "%s does not have it any more: %s.", t->name, esc_outcome_word(t->outcome));
    else
        return t;
    return NULL;
}

EscAnswer
esc_machine_decline(EscMachine *self,
                    const char *id,
                    const char *who,
                    const char *by,
                    const char *reason,
                    const EscNow *now)
{
    EscAnswer answer;

    if (!*reason || strlen(reason) > ESC_TEXT_MAX)
        return say(false, false, "To decline needs a reason of 1..%u bytes.", ESC_TEXT_MAX);
    Vicu__EscalationTarget *t = held_by(self, id, who, &answer);
    if (!t)
        return answer;
    Vicu__Escalation *e = esc_get(self, id);
    vicu_wire_set_text(&t->by, strcmp(by, who) == 0 ? "" : by);
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED, reason, now);
    esc_advance(self, e, t, now);
    esc_changed(self, e);
    return say(true, true, "%s has declined; %s.", t->name,
               *e->name ? "the next one is asked" : "nobody is asked now");
}

EscAnswer
esc_machine_hand_on(EscMachine *self,
                    const char *id,
                    const char *who,
                    const char *by,
                    const char *to,
                    const EscNow *now)
{
    EscAnswer answer;
    const Vicu__RosterPerson *next = esc_roster_find(self->roster, to);
    Vicu__EscalationTarget *t = held_by(self, id, who, &answer);

    if (!t)
        return answer;
    if (!next || strcmp(next->id, who) == 0)
        return say(false, false, "\"%.80s\" is nobody else of the roster, or more than one.", to);
    Vicu__Escalation *e = esc_get(self, id);
    vicu_wire_set_text(&t->by, strcmp(by, who) == 0 ? "" : by);
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON, next->name, now);
    const Vicu__EscalationTarget *asked = esc_ask(self, e, next, "handed on", "", now);
    if (!asked || asked->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
        esc_advance(self, e, asked, now);
    esc_changed(self, e);
    return say(true, true, "Handed on to %s%s.", next->name,
               asked ? "" : ", who was asked before; the next one is asked");
}

EscAnswer
esc_machine_send_to(
    EscMachine *self, const char *id, const char *to, const char *by, const EscNow *now)
{
    Vicu__Escalation *e = esc_get(self, id);
    const Vicu__RosterPerson *p = esc_roster_find(self->roster, to);

    if (!e || !p)
        return say(false, false,
                   e ? "\"%.80s\" is nobody of the roster, or more than one."
                     : "There is no escalation %.80s.",
                   e ? to : id);
    if (e->ended_us)
        return say(false, false, "It has ended: %s.", e->why_ended);
    Vicu__EscalationTarget *t = esc_ask(self, e, p, "by hand", "", now);
    if (!t)
        return say(true, false, "%s was asked in this step already.", p->name);
    vicu_wire_set_text(&t->by, by);
    esc_changed(self, e);
    if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
        return say(false, true, "%s cannot be reached: %s.", p->name, t->reason);
    return say(true, true, "%s is asked.", p->name);
}
