/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people-inner.h"

/* ---- what owners ask for ---- */

typedef struct {
    Vicu__PeopleList list;
    GArray *session; /* ProtobufCBinaryData */
    GPtrArray *glass;
    const StorePeople *people;
} Listing;

static void
list_session(const Vicu__PeopleSession *session, gpointer user)
{
    Listing *listing = user;

    g_array_append_val(listing->session, session->id);
    if (session->glass_until_us == 0)
        return;
    const Vicu__PeopleAccount *account =
        store_people_book_account(listing->people->book, session->account);
    Vicu__PeopleGlassEntry *entry = g_new0(Vicu__PeopleGlassEntry, 1);
    vicu__people_glass_entry__init(entry);
    entry->account = session->account;
    entry->name = account != NULL ? account->name : (char *)"";
    entry->reason = session->glass_reason;
    entry->until_us = session->glass_until_us;
    g_ptr_array_add(listing->glass, entry);
}

static void
sign_list(StorePeople *self, int64_t now_us)
{
    g_autoptr(GArray) session = g_array_new(FALSE, FALSE, sizeof(ProtobufCBinaryData));
    g_autoptr(GPtrArray) glass = g_ptr_array_new_with_free_func(g_free);
    Listing listing = {.session = session, .glass = glass, .people = self};

    vicu__people_list__init(&listing.list);
    store_people_book_sessions(self->book, list_session, &listing);
    listing.list.serial = store_people_book_serial(self->book);
    listing.list.issued_us = now_us;
    listing.list.accounts = store_people_book_active(self->book) > 0;
    listing.list.session = (ProtobufCBinaryData *)(void *)session->data;
    listing.list.n_session = session->len;
    listing.list.glass = (Vicu__PeopleGlassEntry **)glass->pdata;
    listing.list.n_glass = glass->len;
    g_clear_pointer(&self->list, g_bytes_unref);
    self->list = vicu_statement_sign(VICU_STATEMENT_LIST, &listing.list.base, self->secret_key);
    self->list_serial = listing.list.serial;
}

void
people_live(PeopleAct *act)
{
    StorePeople *self = act->people;
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT, *rows[] = {&row};
    g_autoptr(Vicu__PeopleSigned) body = NULL;
    uint64_t serial = store_people_book_serial(self->book);

    row.serial = serial;
    row.issued_us = act->now.utc_us;
    if (act->ask->live->serial != serial) {
        if (self->list == NULL || self->list_serial != serial)
            sign_list(self, act->now.utc_us);
        gsize size = 0;
        const void *data = g_bytes_get_data(self->list, &size);
        body = vicu_wire_unpack_people_signed(data, size, NULL);
        row.what_case = VICU__PEOPLE_ROW__WHAT_LIVE;
        row.live = body;
        row.public_key.data = self->public_key;
        row.public_key.len = sizeof self->public_key;
    }
    people_answer(act, rows, 1);
}

/* ---- proofs ---- */

Vicu__PeopleStatement *
store_people_who(const StorePeople *self,
                 const ProtobufCBinaryData *proof,
                 const char *key,
                 StorePeopleTime now,
                 const char **why)
{
    Vicu__PeopleStatement fresh;
    gsize size = 0;
    g_autoptr(GBytes) body =
        vicu_statement_open(VICU_STATEMENT_KIND, proof->data, proof->len, self->public_key);

    *why = "the proof is not signed by this store";
    if (body == NULL)
        return NULL;
    const void *data = g_bytes_get_data(body, &size);
    g_autoptr(Vicu__PeopleStatement) said = vicu_wire_unpack_people_statement(data, size, NULL);
    if (said == NULL || said->session.len != STORE_PEOPLE_ID)
        return NULL;
    *why = "the session has ended: sign in again";
    const Vicu__PeopleSession *session =
        store_people_book_session(self->book, said->session.data, said->session.len, now.utc_us);
    if (session == NULL)
        return NULL;
    *why = "the session was begun through another key: sign in here";
    if (strcmp(session->key, key) != 0)
        return NULL;
    *why = "the proof was not renewed in time: ask for another one";
    if (now.utc_us >= said->fresh_until_us + VICU_PEOPLE_SKEW_US)
        return NULL;
    *why = NULL;
    people_statement((StorePeople *)self, session, now.utc_us, &fresh);
    return people_copy_statement(&fresh);
}
