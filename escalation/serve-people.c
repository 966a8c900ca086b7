/* The escalation process: who is signed in, and what a person may.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "escalation/serve-inner.h"

static bool
connect_store(EscService *self)
{
    const VicuRoot *root = vicu_daemon_root(self->daemon);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    if (!self->query)
        self->query = vicu_query_client_new(vicu_daemon_context(self->daemon), endpoint,
                                            vicu_root_server(root, "store"), "", NULL);
    return self->query != NULL;
}

void
esc_service_tick_people(EscService *self, int64_t boot_us)
{
    if (vicu_people_follow_is_due(self->people, boot_us) && connect_store(self))
        vicu_people_follow_ask(self->people, self->query, boot_us);
}

void
esc_service_begin_people(EscService *self)
{
    self->people = vicu_people_follow_new(self->daemon);
}

void
esc_service_stop_people(EscService *self)
{
    g_clear_pointer(&self->query, vicu_query_client_free);
    g_clear_pointer(&self->people, vicu_people_follow_free);
}

/* --- what a person may --- */

static const char *
bed_of(const EscService *self, const char *id)
{
    const Vicu__Escalation *e = esc_machine_find_text(self->machine, id);
    return e ? e->bed : "";
}

/* Where it is done; "" is the whole installation. */
static const char *
place_of(const EscService *self, const Vicu__Command *c)
{
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ESCALATION_RECEIPT:
        return bed_of(self, c->escalation_receipt->id);
    case VICU__COMMAND__WHAT_ESCALATION_ACT:
        return bed_of(self, c->escalation_act->id);
    case VICU__COMMAND__WHAT_ESCALATION_DECLINE:
        return bed_of(self, c->escalation_decline->id);
    case VICU__COMMAND__WHAT_ESCALATION_HAND_ON:
        return bed_of(self, c->escalation_hand_on->id);
    case VICU__COMMAND__WHAT_ESCALATION_SEND:
        return *c->escalation_send->id ? bed_of(self, c->escalation_send->id)
                                       : c->escalation_send->bed;
    case VICU__COMMAND__WHAT_CALL_FOR_HELP:
        return c->call_for_help->bed;
    case VICU__COMMAND__WHAT_PUT_SHIFT:
        return c->put_shift->shift && strcmp(c->put_shift->shift->unit, ESC_ANY_UNIT) != 0
                   ? c->put_shift->shift->unit
                   : "";
    case VICU__COMMAND__WHAT_PUT_LADDER:
        return c->put_ladder->ladder && strcmp(c->put_ladder->ladder->unit, ESC_ANY_UNIT) != 0
                   ? c->put_ladder->ladder->unit
                   : "";
    default:
        return "";
    }
}

char *
esc_service_not_allowed(EscService *self,
                        const Vicu__Command *c,
                        const char *peer,
                        const char *role,
                        Vicu__PeopleStatement **who)
{
    const VicuRightsRow *row = vicu_rights_of_command(c);
    const char *what = row ? row->text : "do that", *place = place_of(self, c), *why = NULL;
    VicuPeople *people = vicu_people_follow_list(self->people);
    VicuRole as = VICU_N_ROLES;
    EscNow now = esc_service_now(self);

    *who = NULL;
    if (!c->actor || c->actor->proof.len == 0) {
        if (!vicu_people_needs_person(people, row, self->keys_act, role))
            return NULL;
        return g_strdup_printf("The key \"%s\" alone may not %s: sign in.", peer, what);
    }
    *who = vicu_people_check(people, &c->actor->proof, peer, now.utc_us, now.boot_us, &why);
    if (!*who)
        return g_strdup_printf("It is not believed who asks: %s.", why);
    if (vicu_person_may(*who, row, &place, 1, now.utc_us, &as))
        return NULL;
    return g_strdup_printf("\"%s\" may not %s%s%s.", (*who)->account, what,
                           *place ? ": not in " : " for the whole installation", place);
}
