/* SPDX-License-Identifier: Apache-2.0 */
#include "common/people.h"

#include <string.h>

#include "common/error.h"
#include "common/seal.h"
#include "common/statement.h"

#define SESSION_LEN 16u

struct VicuPeople {
    uint8_t public_key[VICU_STATEMENT_PUBLIC];
    GBytes *packed; /* the PeopleSigned of the list */
    Vicu__PeopleList *list;
    GHashTable *session; /* GBytes */
    int64_t heard_us;    /* mono; 0: not by this process */
};

VicuPeople *
vicu_people_new(void)
{
    VicuPeople *self = g_new0(VicuPeople, 1);

    self->session =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    return self;
}

void
vicu_people_free(VicuPeople *self)
{
    if (self == NULL)
        return;
    g_clear_pointer(&self->packed, g_bytes_unref);
    vicu_wire_free(self->list);
    g_hash_table_unref(self->session);
    g_free(self);
}

/* ---- the list ---- */

static bool
set_list(VicuPeople *self, const uint8_t *public_key, const void *data, size_t size)
{
    gsize body_size = 0;
    g_autoptr(GBytes) body = vicu_statement_open(VICU_STATEMENT_LIST, data, size, public_key);

    if (body == NULL)
        return false;
    const void *bytes = g_bytes_get_data(body, &body_size);
    g_autoptr(Vicu__PeopleList) list = vicu_wire_unpack_people_list(bytes, body_size, NULL);
    if (list == NULL || list->serial == 0)
        return false;
    memcpy(self->public_key, public_key, sizeof self->public_key);
    g_clear_pointer(&self->packed, g_bytes_unref);
    self->packed = g_bytes_new(data, size);
    vicu_wire_free(self->list);
    self->list = g_steal_pointer(&list);
    g_hash_table_remove_all(self->session);
    for (size_t i = 0; i < self->list->n_session; i++)
        g_hash_table_add(self->session,
                         g_bytes_new(self->list->session[i].data, self->list->session[i].len));
    return true;
}

bool
vicu_people_take(
    VicuPeople *self, const Vicu__PeopleRow *row, int64_t mono_us, bool *changed, GError **error)
{
    *changed = false;
    if (row->what_case != VICU__PEOPLE_ROW__WHAT_LIVE) {
        if (self->list == NULL || row->serial != self->list->serial)
            return true; /* of another store's beginning: asked for again with what we know */
        self->heard_us = mono_us;
        return true;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(&row->live->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    if (row->public_key.len != VICU_STATEMENT_PUBLIC
        || !set_list(self, row->public_key.data, data, size)) {
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_AUTH,
                            "the store's list of sessions is not signed by the key that came with "
                            "it; the one before goes on to count");
        return false;
    }
    self->heard_us = mono_us;
    *changed = true;
    return true;
}

GBytes *
vicu_people_save(const VicuPeople *self)
{
    gsize size = 0;

    if (self->packed == NULL)
        return NULL;
    const void *data = g_bytes_get_data(self->packed, &size);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, self->public_key, sizeof self->public_key);
    g_byte_array_append(out, data, (guint)size);
    return g_byte_array_free_to_bytes(out);
}

bool
vicu_people_load(VicuPeople *self, const void *data, size_t size)
{
    return size > VICU_STATEMENT_PUBLIC
           && set_list(self, data, (const uint8_t *)data + VICU_STATEMENT_PUBLIC,
                       size - VICU_STATEMENT_PUBLIC);
}

uint64_t
vicu_people_serial(const VicuPeople *self)
{
    return self->list != NULL ? self->list->serial : 0;
}

bool
vicu_people_is_fresh(const VicuPeople *self, int64_t mono_us)
{
    return self->heard_us != 0 && mono_us - self->heard_us <= VICU_PEOPLE_FRESH_US;
}

bool
vicu_people_has_accounts(const VicuPeople *self)
{
    return self->list != NULL && self->list->accounts;
}

size_t
vicu_people_glass(const VicuPeople *self, Vicu__PeopleGlassEntry *const **entries)
{
    *entries = self->list != NULL ? self->list->glass : NULL;
    return self->list != NULL ? self->list->n_glass : 0;
}

/* ---- a proof ---- */

static bool
is_listed(const VicuPeople *self, const Vicu__PeopleStatement *who)
{
    g_autoptr(GBytes) id = g_bytes_new_static(who->session.data, who->session.len);

    /* Made after our list: the next one has it, or has it no more. */
    return who->serial > self->list->serial || g_hash_table_contains(self->session, id);
}

static const char *
why_not(const VicuPeople *self,
        const Vicu__PeopleStatement *who,
        const char *key,
        int64_t now_us,
        int64_t mono_us)
{
    bool fresh = vicu_people_is_fresh(self, mono_us);

    if (who->session.len != SESSION_LEN || *who->account == '\0')
        return "the proof names no session";
    if (strcmp(who->key, key) != 0)
        return "the session was begun through another key: sign in here";
    if (!is_listed(self, who))
        return "the session has ended: sign in again";
    if (who->issued_us > now_us + VICU_PEOPLE_SKEW_US)
        return "the proof is of the future: the clocks differ";
    if (now_us >= who->until_us)
        return "the session is over: sign in again";
    if (fresh && now_us >= who->fresh_until_us + VICU_PEOPLE_SKEW_US)
        return "the proof was not renewed in time: ask the store for another one";
    return NULL;
}

Vicu__PeopleStatement *
vicu_people_check(const VicuPeople *self,
                  const ProtobufCBinaryData *proof,
                  const char *key,
                  int64_t now_us,
                  int64_t mono_us,
                  const char **why)
{
    gsize size = 0;

    *why = "no list of sessions came from the store yet: nobody can be believed";
    if (self->list == NULL)
        return NULL;
    g_autoptr(GBytes) body =
        vicu_statement_open(VICU_STATEMENT_KIND, proof->data, proof->len, self->public_key);
    *why = "the proof is not signed by this store";
    if (body == NULL)
        return NULL;
    const void *data = g_bytes_get_data(body, &size);
    g_autoptr(Vicu__PeopleStatement) who = vicu_wire_unpack_people_statement(data, size, NULL);
    if (who == NULL)
        return NULL;
    *why = why_not(self, who, key, now_us, mono_us);
    return *why == NULL ? g_steal_pointer(&who) : NULL;
}

/* ---- rights ---- */

bool
vicu_person_may(const Vicu__PeopleStatement *who,
                const VicuRightsRow *row,
                const char *const *places,
                size_t n,
                int64_t now_us,
                VicuRole *as)
{
    static const char *const everywhere[] = {""};

    if (n == 0) {
        places = everywhere;
        n = 1;
    }
    for (size_t i = 0; i < who->n_grant; i++) {
        VicuRole role = vicu_role_from_name(who->grant[i]->role);
        bool own = true;
        for (size_t k = 0; k < n; k++)
            own = own && vicu_rights_covers(who->grant[i]->scope, places[k]);
        if (role == VICU_ROLE_GLASS || !vicu_rights_may(row, role, own))
            continue;
        *as = role;
        return true;
    }
    bool broken = now_us < who->glass_until_us;
    *as = broken || who->n_grant == 0 ? VICU_ROLE_GLASS : vicu_role_from_name(who->grant[0]->role);
    return broken && vicu_rights_may(row, VICU_ROLE_GLASS, false);
}

static const VicuRightsRow *
row_of(VicuRightsKind kind, const ProtobufCMessageDescriptor *type, unsigned id)
{
    for (unsigned i = 0; id != 0 && i < type->n_fields; i++)
        if (type->fields[i].id == id)
            return vicu_rights_find(kind, type->fields[i].name);
    return NULL;
}

const VicuRightsRow *
vicu_rights_of_command(const Vicu__Command *command)
{
    return row_of(VICU_RIGHTS_COMMAND, &vicu__command__descriptor, (unsigned)command->what_case);
}

const VicuRightsRow *
vicu_rights_of_query(const Vicu__Query *query)
{
    return row_of(VICU_RIGHTS_QUERY, &vicu__query__descriptor, (unsigned)query->what_case);
}

const VicuRightsRow *
vicu_rights_of_people(const Vicu__PeopleAsk *ask)
{
    return row_of(VICU_RIGHTS_PEOPLE, &vicu__people_ask__descriptor, (unsigned)ask->what_case);
}

bool
vicu_people_key_acts(const char *setting, const char *role)
{
    static const char *const processes[] = {"hub",      "store",      "rules",       "collector",
                                            "importer", "escalation", "annunciator", NULL};

    if (g_strv_contains(processes, role))
        return true;
    g_auto(GStrv) named = g_strsplit_set(setting != NULL ? setting : "", " ,", -1);
    return g_strv_contains((const char *const *)named, role);
}

bool
vicu_people_needs_person(const VicuPeople *self,
                         const VicuRightsRow *row,
                         const char *setting,
                         const char *role)
{
    return vicu_people_has_accounts(self) && !(row != NULL && row->key)
           && !vicu_people_key_acts(setting, role);
}

/* ---- pages ---- */

void
vicu_people_csrf(const uint8_t token[VICU_PEOPLE_TOKEN], char out[VICU_PEOPLE_CSRF])
{
    static const char kind[] = "vicu-csrf";
    uint8_t sum[VICU_PEOPLE_TOKEN];
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, token, sizeof sum);
    vicu_seal_hash_add(&hash, kind, sizeof kind);
    vicu_seal_hash_end(&hash, sum, sizeof sum);
    for (size_t i = 0; i < sizeof sum; i++)
        g_snprintf(out + 2 * i, 3, "%02x", sum[i]);
    vicu_seal_wipe(sum, sizeof sum);
}

bool
vicu_people_csrf_is(const uint8_t token[VICU_PEOPLE_TOKEN], const char *given)
{
    char right[VICU_PEOPLE_CSRF];

    vicu_people_csrf(token, right);
    return given != NULL && strlen(given) == VICU_PEOPLE_CSRF - 1
           && vicu_seal_same(right, given, VICU_PEOPLE_CSRF - 1);
}
