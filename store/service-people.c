/* The query socket: questions about people, and what a person may ask of the rest.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/rows.h"
#include "store/service-internal.h"

/* ---- about people ---- */

typedef struct {
    StoreService *service;
    VicuRoute route;
    uint64_t id;
} Asked;

void
store_service_clear_waiting(gpointer p)
{
    ServiceWaiting *waiting = p;
    g_clear_pointer(&waiting->rows, g_byte_array_unref);
}

/* What was changed is told when it is durable. */
static void
on_answer(Vicu__PeopleRow *const *rows, size_t n, const char *error, gpointer data)
{
    Asked *asked = data;
    StoreService *self = asked->service;
    g_autoptr(GByteArray) out = g_byte_array_new();

    store_rows_begin(out, asked->id);
    for (size_t i = 0; i < n; i++)
        store_rows_add_message(out, STORE_ROWS_PEOPLE, &rows[i]->base);
    store_rows_end(out, error);
    self->counts.refused += error != NULL;
    if (store_people_desk_has_changed(self->people)) {
        ServiceWaiting waiting = {asked->route, asked->id, g_byte_array_ref(out)};
        g_array_append_val(self->waiting, waiting);
        self->ops.want_sync(true, self->user);
    } else {
        store_service_send_rows(self, &asked->route, out);
    }
    g_free(asked);
}

void
store_service_ask_people(StoreService *self, const VicuMessage *message, const Vicu__Query *ask)
{
    StorePeoplePeer peer = {message->peer, message->role};

    if (self->people == NULL) {
        store_service_refuse(self, message, ask->id, "this store keeps no accounts");
        return;
    }
    Asked *asked = g_new0(Asked, 1);
    asked->service = self;
    asked->route = message->route;
    asked->id = ask->id;
    self->counts.queries++;
    store_people_desk_ask(self->people, ask->people, &peer, on_answer, asked);
}

/* ---- of a person ---- */

static StorePeopleTime
now_of(const StoreService *self)
{
    StoreNow now = self->ops.now(self->user);
    return (StorePeopleTime){now.utc_us, now.mono_us};
}

/* NULL: may. */
static char *
not_for_key(const StoreService *self, const VicuMessage *message, const VicuRightsRow *row)
{
    StorePeople *people = store_people_desk_people(self->people);

    if (row == NULL)
        return g_strdup("the question is of no kind that this store knows: update the store");
    if (row->key || store_people_book_active(store_people_book(people)) == 0
        || vicu_people_key_acts(self->keys_act, message->role))
        return NULL;
    return g_strdup_printf("the key \"%s\" alone may not ask for %s: sign in", message->peer,
                           row->text);
}

/* What the portal counts for a quality report, and shows to nobody as it is: for it an
 * administrator may ask, who sees no patient. */
static bool
is_counted(const VicuMessage *message, const Vicu__Query *ask)
{
    return ask->counted && strcmp(message->role, "portal") == 0
           && (ask->what_case == VICU__QUERY__WHAT_STREAMS
               || ask->what_case == VICU__QUERY__WHAT_EVENTS
               || ask->what_case == VICU__QUERY__WHAT_GAPS);
}

static char *
not_for_person(const VicuMessage *message,
               const Vicu__Query *ask,
               const VicuRightsRow *row,
               const Vicu__PeopleStatement *who,
               int64_t now_us,
               VicuRole *as)
{
    const char *one[] = {store_query_bed(ask)};
    const char *const *places = one;
    size_t n = 1;

    if (ask->what_case == VICU__QUERY__WHAT_TREND && ask->trend->n_bed > 1) {
        places = (const char *const *)ask->trend->bed;
        n = ask->trend->n_bed;
    }
    if (vicu_person_may(who, row, places, n, now_us, as))
        return NULL;
    const VicuRightsRow *page = vicu_rights_find(VICU_RIGHTS_PAGE, "quality");
    VicuRole counting;
    if (is_counted(message, ask) && vicu_person_may(who, page, places, n, now_us, &counting)) {
        *as = counting;
        return NULL;
    }
    return g_strdup_printf("\"%s\" may not ask for %s %s%s", who->account,
                           row != NULL ? row->text : "that",
                           *places[0] != '\0' ? "of " : "everywhere", places[0]);
}

char *
store_service_not_for(StoreService *self,
                      const VicuMessage *message,
                      const Vicu__Query *ask,
                      ServicePerson *person)
{
    const VicuRightsRow *row = vicu_rights_of_query(ask);
    const char *why = NULL;

    *person = (ServicePerson){NULL, VICU_N_ROLES};
    if (self->people == NULL)
        return NULL;
    if (ask->proof.len == 0)
        return not_for_key(self, message, row);
    StorePeopleTime now = now_of(self);
    person->who = store_people_who(store_people_desk_people(self->people), &ask->proof,
                                   message->peer, now, &why);
    if (person->who == NULL)
        return g_strdup(why);
    return not_for_person(message, ask, row, person->who, now.utc_us, &person->as);
}
