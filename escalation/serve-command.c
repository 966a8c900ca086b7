/* The escalation process: who may say what, and what becomes of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "escalation/serve-inner.h"

typedef enum {
    MAY_ACT = 1 << 0,    /* receipts, and what people say of an escalation */
    MAY_CALL = 1 << 1,   /* help, and sending by hand */
    MAY_ROSTER = 1 << 2, /* people, shifts, ladders, tests of channels */
} Right;

/* By the key's role; what is not here is refused. */
static const struct {
    const char *role;
    unsigned may;
} rights[] = {
    {"operator", MAY_ACT | MAY_CALL | MAY_ROSTER},
    {"portal", MAY_ACT | MAY_CALL | MAY_ROSTER},
    {"dashboard", MAY_ACT | MAY_CALL},
};

static Right
right_of(const Vicu__Command *c)
{
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ESCALATION_RECEIPT:
    case VICU__COMMAND__WHAT_ESCALATION_ACT:
    case VICU__COMMAND__WHAT_ESCALATION_DECLINE:
    case VICU__COMMAND__WHAT_ESCALATION_HAND_ON:
    case VICU__COMMAND__WHAT_DEVICE_SEEN:
        return MAY_ACT;
    case VICU__COMMAND__WHAT_ESCALATION_SEND:
    case VICU__COMMAND__WHAT_CALL_FOR_HELP:
        return MAY_CALL;
    default:
        return MAY_ROSTER;
    }
}

static bool
may(const char *role, Right right)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++)
        if (strcmp(rights[i].role, role) == 0)
            return (rights[i].may & right) != 0;
    return false;
}

/* One command on its way. */
typedef struct {
    EscService *self;
    const Vicu__Command *c;
    const char *who;               /* the person's login, else what the key calls itself */
    Vicu__PeopleStatement *person; /* NULL: a key acts */
    const char *what; /* for the audit; NULL: the machine tells it itself, or it is none */
    char *text;
    bool ok;
} Act;

static void
take(Act *act, EscAnswer answer)
{
    act->ok = answer.ok;
    act->text = answer.text;
}

/* Who acts; NULL, and the answer says so. */
static const char *
person(Act *act, const char *named)
{
    const char *who = *named ? named : act->who;
    const Vicu__RosterPerson *p = esc_roster_find(act->self->roster, who);

    if (p && act->person && p != esc_roster_find(act->self->roster, act->person->account)) {
        act->text = g_strdup_printf("%s cannot act as %s.", act->person->account, p->name);
        return NULL;
    }
    if (p)
        return p->id;
    act->text = g_strdup_printf("\"%.80s\" is nobody of the roster, or more than one; say who acts "
                                "(--as NAME).",
                                who);
    return NULL;
}

static const char *
id_of(Act *act, const char *text)
{
    const Vicu__Escalation *e = esc_machine_find_text(act->self->machine, text);

    if (e)
        return e->id;
    act->text = g_strdup_printf("No escalation, or more than one, begins with \"%.40s\".", text);
    return NULL;
}

/* --- the acts --- */

static void
do_receipt(Act *act, const Vicu__EscalationReceipt *r)
{
    EscNow now = esc_service_now(act->self);

    take(act, esc_machine_receipt(act->self->machine, r->id, r->target, r->stage, r->device, &now));
}

static void
do_act(Act *act, const Vicu__EscalationAct *a)
{
    EscNow now = esc_service_now(act->self);
    const char *id = id_of(act, a->id), *who = id ? person(act, a->person) : NULL;

    if (who)
        take(act, esc_machine_act(act->self->machine, id, who, act->who, a->stage, &now));
}

static void
do_decline(Act *act, const Vicu__EscalationDecline *d)
{
    EscNow now = esc_service_now(act->self);
    const char *id = id_of(act, d->id), *who = id ? person(act, d->person) : NULL;

    if (who)
        take(act, esc_machine_decline(act->self->machine, id, who, act->who, act->c->reason, &now));
}

static void
do_hand_on(Act *act, const Vicu__EscalationHandOn *h)
{
    EscNow now = esc_service_now(act->self);
    const char *id = id_of(act, h->id), *who = id ? person(act, h->person) : NULL;

    if (who)
        take(act, esc_machine_hand_on(act->self->machine, id, who, act->who, h->to, &now));
}

static void
call(Act *act, EscCall call)
{
    EscNow now = esc_service_now(act->self);
    g_autofree char *id = NULL;

    call.by = act->who;
    call.key = act->c->key;
    take(act, esc_machine_call(act->self->machine, &call, &id, &now));
}

static void
do_send(Act *act, const Vicu__EscalationSend *s)
{
    EscNow now = esc_service_now(act->self);

    if (*s->id) {
        const char *id = id_of(act, s->id);
        if (id)
            take(act, esc_machine_send_to(act->self->machine, id, s->to, act->who, &now));
        return;
    }
    call(act,
         (EscCall){
             .bed = s->bed, .alarm = *s->alarm ? s->alarm : NULL, .to = s->to, .text = s->text});
}

static void
dispatch(Act *act)
{
    const Vicu__Command *c = act->c;

    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ESCALATION_RECEIPT:
        do_receipt(act, c->escalation_receipt);
        break;
    case VICU__COMMAND__WHAT_ESCALATION_ACT:
        do_act(act, c->escalation_act);
        break;
    case VICU__COMMAND__WHAT_ESCALATION_DECLINE:
        do_decline(act, c->escalation_decline);
        break;
    case VICU__COMMAND__WHAT_ESCALATION_HAND_ON:
        do_hand_on(act, c->escalation_hand_on);
        break;
    case VICU__COMMAND__WHAT_ESCALATION_SEND:
        do_send(act, c->escalation_send);
        break;
    case VICU__COMMAND__WHAT_CALL_FOR_HELP:
        call(act, (EscCall){.bed = c->call_for_help->bed, .text = c->call_for_help->text});
        break;
    case VICU__COMMAND__WHAT_DEVICE_SEEN:
        act->ok = esc_service_device(act->self, c->device_seen, &act->text);
        break;
    case VICU__COMMAND__WHAT_IMPORT_ROSTER:
        act->what = c->import_roster->check ? NULL : "roster-import";
        act->ok = esc_service_import(act->self, c->import_roster, &act->text);
        break;
    case VICU__COMMAND__WHAT_PUT_PERSON:
    case VICU__COMMAND__WHAT_PUT_SHIFT:
    case VICU__COMMAND__WHAT_PUT_LADDER:
    case VICU__COMMAND__WHAT_REMOVE_ROSTER:
        act->what = "roster-change";
        act->ok = esc_service_put(act->self, c, &act->text);
        break;
    case VICU__COMMAND__WHAT_TEST_CHANNEL:
        act->what = "channel-test";
        act->ok = esc_service_test(act->self, c->test_channel, &act->text);
        break;
    default:
        act->text = g_strdup("Escalation does not know the command: alarms, beds and limits are "
                             "the rules'; else update the escalation process.");
        break;
    }
}

void
esc_service_command(
    const Vicu__Command *c, GBytes *packed, const char *peer, const char *role, gpointer user)
{
    EscService *self = user;
    const Vicu__Actor *actor = c->actor;
    Act act = {.self = self, .c = c, .who = actor && *actor->who ? actor->who : peer};

    if (!may(role, right_of(c)))
        act.text = g_strdup_printf("The role %s may not say this to escalation.", role);
    else
        act.text = esc_service_not_allowed(self, c, peer, role, &act.person);
    if (act.person)
        act.who = act.person->account;
    if (act.text)
        act.what = "refused";
    else
        dispatch(&act);
    if (act.what)
        esc_service_record(self, act.who, act.person != NULL, role, act.ok ? act.what : "refused",
                           "", c->reason, act.ok ? "" : act.text);
    /* Device signs come each ten seconds: their answers are not worth a record. */
    if (c->what_case == VICU__COMMAND__WHAT_DEVICE_SEEN) {
        vicu_state_server_answer(self->state, c->key, act.ok, act.text, "");
        g_free(act.text);
    } else {
        esc_service_answer(self, c->key, packed, act.ok, act.text);
    }
    vicu_wire_free(act.person);
    esc_service_settle(self);
}
