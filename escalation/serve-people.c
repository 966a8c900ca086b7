/* The escalation process: who is signed in, asked of the store each second and kept on the disk,
 * and what a person may.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "escalation/serve-inner.h"

#define PATIENCE_US (3 * (int64_t)G_USEC_PER_SEC)
#define FILE_NAME   "people"

static char *
file_of(EscService *self)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), NULL);
    return folder ? g_build_filename(folder, FILE_NAME, NULL) : NULL;
}

/* What cannot be kept is asked for again after a restart. */
static void
keep(EscService *self)
{
    g_autoptr(GBytes) bytes = vicu_people_save(self->people);
    g_autofree char *path = file_of(self);
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    if (!bytes || !path)
        return;
    const void *data = g_bytes_get_data(bytes, &size);
    if (!g_file_set_contents_full(path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error))
        vicu_warning(VICU_MSG_PEOPLE, "%s", error->message);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    EscService *self = user;

    for (size_t i = 0; rows && i < rows->n_people; i++) {
        g_autoptr(GError) wrong = NULL;
        bool changed = false;
        if (!vicu_people_take(self->people, rows->people[i], vicu_clock_boot_us(), &changed,
                              &wrong))
            vicu_warning(VICU_MSG_PEOPLE, "%s", wrong->message);
        else if (changed)
            keep(self);
    }
    if (error || rows->last)
        self->asks_people = false;
}

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
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__PeopleAsk people = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLive live = VICU__PEOPLE_LIVE__INIT;

    if (self->asks_people || boot_us - self->people_us < VICU_PEOPLE_ASK_US || !connect_store(self))
        return;
    self->people_us = boot_us;
    self->asks_people = true;
    live.serial = vicu_people_serial(self->people);
    people.what_case = VICU__PEOPLE_ASK__WHAT_LIVE;
    people.live = &live;
    query.what_case = VICU__QUERY__WHAT_PEOPLE;
    query.people = &people;
    vicu_query_ask(self->query, &query, "", PATIENCE_US, on_rows, self);
}

void
esc_service_begin_people(EscService *self)
{
    g_autofree char *path = file_of(self);
    g_autofree char *text = NULL;
    gsize size = 0;

    self->people = vicu_people_new();
    if (path && g_file_get_contents(path, &text, &size, NULL)
        && !vicu_people_load(self->people, text, size))
        vicu_warning(VICU_MSG_PEOPLE,
                     "%s cannot be read: persons are not believed until the store answers", path);
}

void
esc_service_stop_people(EscService *self)
{
    g_clear_pointer(&self->query, vicu_query_client_free);
    g_clear_pointer(&self->people, vicu_people_free);
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
    VicuRole as = VICU_N_ROLES;
    EscNow now = esc_service_now(self);

    *who = NULL;
    if (!c->actor || c->actor->proof.len == 0) {
        /* One that was never told of accounts is asked by keys, as before there were any. */
        if (!vicu_people_has_accounts(self->people) || (row && row->key)
            || vicu_people_key_acts(self->keys_act, role))
            return NULL;
        return g_strdup_printf("The key \"%s\" alone may not %s: sign in.", peer, what);
    }
    *who = vicu_people_check(self->people, &c->actor->proof, peer, now.utc_us, now.boot_us, &why);
    if (!*who)
        return g_strdup_printf("It is not believed who asks: %s.", why);
    if (vicu_person_may(*who, row, &place, 1, now.utc_us, &as))
        return NULL;
    return g_strdup_printf("\"%s\" may not %s%s%s.", (*who)->account, what,
                           *place ? ": not in " : " for the whole installation", place);
}
