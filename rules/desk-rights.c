/* The bed desk: who may give a command. First the key through which it came, then the person
 * who shows a proof, by proto/rights.csv and the places that the command is about. Part of the
 * ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"

/* --- keys: which role may do what; what is not here is refused --- */

typedef enum {
    MAY_ACK = 1 << 0,
    MAY_DESK = 1 << 1,
    MAY_LIMIT = 1 << 2,
    MAY_LOOK = 1 << 3,
    MAY_LOCAL = 1 << 4,
    MAY_RULES = 1 << 5,
    MAY_PAUSE = 1 << 6,
    MAY_BEAT = 1 << 7, /* as an outlet: rules/outlets.h */
} Right;

static const struct {
    const char *role;
    unsigned rights;
} rights[] = {
    {"operator",
     MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL | MAY_RULES | MAY_PAUSE | MAY_BEAT},
    {"dashboard", MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL | MAY_PAUSE | MAY_BEAT},
    {"portal", MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL | MAY_PAUSE | MAY_BEAT},
    {"escalation", MAY_ACK | MAY_LOOK | MAY_LOCAL | MAY_BEAT},
    {"annunciator", MAY_LOCAL | MAY_BEAT},
    {"store", MAY_LOCAL},
    {"hub", MAY_LOCAL},
};

static bool
key_may(const char *role, Right right)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++)
        if (strcmp(rights[i].role, role) == 0)
            return (rights[i].rights & right) != 0;
    return false;
}

static Right
right_of(const Vicu__Command *command)
{
    switch ((int)command->what_case) {
    case VICU__COMMAND__WHAT_ACK:
        return MAY_ACK;
    case VICU__COMMAND__WHAT_LIMIT:
        return MAY_LIMIT;
    case VICU__COMMAND__WHAT_EXPLAIN:
        return MAY_LOOK;
    case VICU__COMMAND__WHAT_LOCAL:
        return MAY_LOCAL;
    case VICU__COMMAND__WHAT_RELOAD:
        return MAY_RULES;
    case VICU__COMMAND__WHAT_PAUSE:
    case VICU__COMMAND__WHAT_RESUME:
    case VICU__COMMAND__WHAT_FORGET_OUTLET:
        return MAY_PAUSE;
    case VICU__COMMAND__WHAT_OUTLET:
        return MAY_BEAT;
    default:
        return MAY_DESK;
    }
}

/* --- places that a command is about; "" is the whole installation --- */

static const char *
bed_of_alarm(const DeskAct *act, const char *id)
{
    const RulesAlarm *alarm = rules_alarms_find(act->ward->alarms, id);
    return alarm ? alarm->bed : "";
}

/* Of a command of the desk about one bed; NULL: it is another. */
static const char *
one_bed(const Vicu__Command *c)
{
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ADMIT:
        return c->admit->bed;
    case VICU__COMMAND__WHAT_DISCHARGE:
        return c->discharge->bed;
    case VICU__COMMAND__WHAT_ABSENCE:
        return c->absence->bed;
    case VICU__COMMAND__WHAT_OBSERVE:
        return c->observe->observation ? c->observe->observation->bed : "";
    case VICU__COMMAND__WHAT_BIND:
        return c->bind->bed;
    case VICU__COMMAND__WHAT_PAUSE:
        return c->pause->bed;
    case VICU__COMMAND__WHAT_RESUME:
        return c->resume->bed;
    case VICU__COMMAND__WHAT_END_EXPECTATION:
        return c->end_expectation->bed;
    case VICU__COMMAND__WHAT_PROFILE:
        return c->profile->bed;
    case VICU__COMMAND__WHAT_NOTE:
        return c->note->bed;
    case VICU__COMMAND__WHAT_TAKE:
        return c->take->bed;
    case VICU__COMMAND__WHAT_SEEN:
        return c->seen->bed;
    default:
        return NULL;
    }
}

static size_t
places_of(const DeskAct *act, const char *places[2])
{
    const Vicu__Command *c = act->command;
    places[0] = one_bed(c);
    if (places[0])
        return 1;
    places[0] = "";
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ACK:
        places[0] = bed_of_alarm(act, c->ack->id);
        return 1;
    case VICU__COMMAND__WHAT_EXPLAIN:
        places[0] = bed_of_alarm(act, c->explain->id);
        return 1;
    case VICU__COMMAND__WHAT_LIMIT:
        places[0] = *c->limit->of_unit ? c->limit->of_unit : c->limit->bed;
        return 1;
    case VICU__COMMAND__WHAT_MOVE:
        places[0] = c->move->from;
        places[1] = c->move->to;
        return 2;
    case VICU__COMMAND__WHAT_DONE:
        places[0] = desk_place_of_note(act->ward, c->done->id);
        return 1;
    case VICU__COMMAND__WHAT_BEGIN_HANDOVER:
        places[0] = c->begin_handover->place;
        return 1;
    case VICU__COMMAND__WHAT_HANDOVER_LINE:
        places[0] = desk_place_of_handover(act->ward, c->handover_line->id);
        places[1] = c->handover_line->bed;
        return 2;
    case VICU__COMMAND__WHAT_SIGN_HANDOVER:
        places[0] = desk_place_of_handover(act->ward, c->sign_handover->id);
        return 1;
    case VICU__COMMAND__WHAT_WITHDRAW_HANDOVER:
        places[0] = desk_place_of_handover(act->ward, c->withdraw_handover->id);
        return 1;
    default:
        return 1;
    }
}

/* --- persons --- */

static bool
person_may(DeskAct *act, const VicuRightsRow *row)
{
    const char *places[2];
    VicuRole as = VICU_N_ROLES;
    size_t n = places_of(act, places);
    bool may = vicu_person_may(act->person, row, places, n, act->now_us, &as);
    act->who = act->person->account;
    act->role = as < VICU_N_ROLES ? vicu_role_name(as) : "";
    if (may)
        return true;
    desk_answer(act, false, "\"%s\" may not %s%s%s.", act->who, row ? row->text : "do that",
                *places[0] ? ": not in " : " for the whole installation", places[0]);
    return false;
}

bool
desk_may(DeskAct *act)
{
    const Vicu__Actor *actor = act->command->actor;
    const VicuRightsRow *row = vicu_rights_of_command(act->command);
    const char *why = NULL;
    act->what = row ? row->name : act->what;
    if (!key_may(act->role, right_of(act->command))) {
        desk_answer(act, false, "The role \"%s\" of key \"%s\" may not do that.", act->role,
                    act->from);
        return false;
    }
    if (!act->ward->people)
        return true;
    if (!actor || actor->proof.len == 0) {
        if (!vicu_people_needs_person(act->ward->people, row, act->ward->keys_act, act->role))
            return true;
        const char *name = desk_emergency(act, row);
        if (name) {
            act->who = name;
            act->role = "emergency";
            return true;
        }
        act->who = act->from;
        desk_answer(act, false, "The key \"%s\" alone may not %s: sign in.", act->from,
                    row ? row->text : "do that");
        return false;
    }
    act->person = vicu_people_check(act->ward->people, &actor->proof, act->from, act->now_us,
                                    act->mono_us, &why);
    if (act->person)
        return person_may(act, row);
    act->who = act->from;
    desk_answer(act, false, "It is not believed who asks: %s.", why);
    return false;
}
