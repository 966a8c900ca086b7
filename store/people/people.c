/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people-inner.h"

#define FROM_MAX 128u

/* ---- life ---- */

StorePeople *
store_people_new(const StorePeopleSettings *settings,
                 const uint8_t public_key[VICU_STATEMENT_PUBLIC],
                 const uint8_t secret_key[VICU_STATEMENT_SECRET],
                 const StorePeopleOps *ops,
                 gpointer user)
{
    StorePeople *self = g_new0(StorePeople, 1);

    self->settings = *settings;
    memcpy(self->public_key, public_key, sizeof self->public_key);
    memcpy(self->secret_key, secret_key, sizeof self->secret_key);
    self->ops = *ops;
    self->user = user;
    self->book = store_people_book_new(&ops->book, user);
    self->guard = store_guard_new();
    self->writable = true;
    g_queue_init(&self->waiting);
    return self;
}

static void
act_free(gpointer p)
{
    PeopleAct *act = p;
    Vicu__PeopleAsk *ask = act->ask;

    if (ask->what_case == VICU__PEOPLE_ASK__WHAT_LOGIN)
        vicu_seal_wipe(ask->login->password, strlen(ask->login->password));
    if (ask->what_case == VICU__PEOPLE_ASK__WHAT_ENROL)
        vicu_seal_wipe(ask->enrol->password, strlen(ask->enrol->password));
    if (ask->what_case == VICU__PEOPLE_ASK__WHAT_PASSWORD) {
        vicu_seal_wipe(ask->password->old, strlen(ask->password->old));
        vicu_seal_wipe(ask->password->password, strlen(ask->password->password));
    }
    vicu_seal_wipe(ask->token.data, ask->token.len);
    vicu_wire_free(ask);
    vicu_wire_free(act->who);
    g_free(act->key);
    g_free(act->role);
    g_free(act->place);
    g_free(act->seen_hash);
    g_free(act);
}

void
store_people_free(StorePeople *self)
{
    if (self == NULL)
        return;
    g_queue_clear_full(&self->waiting, act_free);
    store_people_book_free(self->book);
    store_guard_free(self->guard);
    g_clear_pointer(&self->list, g_bytes_unref);
    vicu_seal_wipe(self->secret_key, sizeof self->secret_key);
    g_free(self);
}

void
store_people_set(StorePeople *self, const StorePeopleSettings *settings)
{
    self->settings = *settings;
}

StorePeopleBook *
store_people_book(StorePeople *self)
{
    return self->book;
}

void
store_people_begin(StorePeople *self, StorePeopleTime now)
{
    store_people_book_expire(self->book, now.utc_us);
}

void
store_people_set_writable(StorePeople *self, bool writable)
{
    self->writable = writable;
}

/* ---- answers ---- */

static void
over(PeopleAct *act)
{
    if (act->waits)
        g_queue_remove(&act->people->waiting, act);
    act_free(act);
}

void
people_answer(PeopleAct *act, Vicu__PeopleRow *const *rows, size_t n)
{
    if (act->answer != NULL)
        act->answer(rows, n, NULL, act->data);
    over(act);
}

static const char *
name_of(const Vicu__PeopleAsk *ask)
{
    const VicuRightsRow *row = vicu_rights_of_people(ask);
    return row != NULL ? row->name : "unknown";
}

static void
tell(PeopleAct *act, const char *what, const char *why, const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = NULL;

    from = *act->ask->from != '\0' ? g_strdup_printf("key %s, %s", act->key, act->ask->from)
                                   : g_strdup_printf("key %s", act->key);
    record.who = act->who != NULL && act->person ? act->who->account : act->key;
    record.person = act->who != NULL && act->person;
    record.role = record.person ? (char *)vicu_role_name(act->as) : act->role;
    record.what = (char *)what;
    record.t_us = act->now.utc_us;
    record.from = from;
    record.why = (char *)why;
    record.detail = (char *)detail;
    act->people->ops.audit(&record, act->people->user);
}

void
people_audit(PeopleAct *act, const char *what, const char *why, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *detail = g_strdup_vprintf(format, args);
    va_end(args);
    tell(act, what, why, detail);
}

void
people_refuse(PeopleAct *act, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    act->people->figures.refused++;
    g_autofree char *detail = g_strdup_printf("people-%s: %s", name_of(act->ask), text);
    tell(act, "refused", "", detail);
    act->answer(NULL, 0, text, act->data);
    over(act);
}

void
people_refuse_quietly(PeopleAct *act, const char *text)
{
    act->people->figures.refused++;
    act->answer(NULL, 0, text, act->data);
    over(act);
}

void
people_waits(PeopleAct *act)
{
    act->waits = true;
    g_queue_push_tail(&act->people->waiting, act);
}

bool
people_can_write(PeopleAct *act)
{
    if (act->people->writable)
        return true;
    people_refuse(act, "The store's disk is full: accounts stay as they are until there is space.");
    return false;
}

/* ---- who acts ---- */

/* Whose act it is. False: a token that names no session. */
static bool
find_who(PeopleAct *act)
{
    Vicu__PeopleStatement statement;
    Vicu__PeopleGrant everywhere = VICU__PEOPLE_GRANT__INIT, *grants[] = {&everywhere};
    const Vicu__PeopleSession *session = people_session(act);

    if (session != NULL) {
        people_statement(act->people, session, act->now.utc_us, &statement);
        act->person = true;
    } else if (act->ask->token.len > 0) {
        return false;
    } else if (strcmp(act->role, "operator") == 0) {
        vicu__people_statement__init(&statement);
        everywhere.role = (char *)vicu_role_name(VICU_ROLE_ADMINISTRATOR);
        everywhere.scope = (char *)"*";
        statement.account = act->key;
        statement.grant = grants;
        statement.n_grant = 1;
    } else {
        return true;
    }
    act->who = people_copy_statement(&statement);
    return true;
}

bool
people_may(PeopleAct *act, const char *const *places, size_t n)
{
    const VicuRightsRow *row = vicu_rights_of_people(act->ask);

    if (row != NULL && row->key)
        return true;
    if (act->who == NULL) {
        people_refuse(act, "The key \"%s\" alone may not do that: sign in.", act->key);
        return false;
    }
    if (vicu_person_may(act->who, row, places, n, act->now.utc_us, &act->as))
        return true;
    people_refuse(act, "\"%s\" may not do that%s%s.", act->who->account, n > 0 ? " in " : "",
                  n > 0 ? places[0] : "");
    return false;
}

/* ---- asks ---- */

static void
dispatch(PeopleAct *act)
{
    switch ((int)act->ask->what_case) {
    case VICU__PEOPLE_ASK__WHAT_LOGIN:
        people_login(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_ENROL:
        people_enrol(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_LIVE:
        people_live(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_CHECK:
    case VICU__PEOPLE_ASK__WHAT_LOGOUT:
    case VICU__PEOPLE_ASK__WHAT_GLASS:
    case VICU__PEOPLE_ASK__WHAT_PASSWORD:
        people_own(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_ACCOUNTS:
        people_accounts(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT:
        people_put_account(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_INVITE:
        people_invite(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_SESSIONS:
        people_sessions(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_END_SESSIONS:
        people_end_sessions(act);
        break;
    default:
        people_refuse(act, "This version does not know the question; update the store.");
        break;
    }
}

void
store_people_ask(StorePeople *self,
                 const Vicu__PeopleAsk *ask,
                 const StorePeoplePeer *peer,
                 StorePeopleTime now,
                 StorePeopleAnswer answer,
                 gpointer data)
{
    gsize size = 0;
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask->base);
    const void *bytes = g_bytes_get_data(packed, &size);
    Vicu__PeopleAsk *copy = vicu_wire_unpack_people_ask(bytes, size, NULL);

    vicu_seal_wipe((void *)bytes, size);
    /* A field of number 0, which the runtime reads and does not write back as it was. */
    if (copy == NULL) {
        self->figures.refused++;
        answer(NULL, 0, "The question cannot be read: a field of it has no number.", data);
        return;
    }
    PeopleAct *act = g_new0(PeopleAct, 1);
    act->people = self;
    act->ask = copy;
    act->key = g_strdup(peer->key);
    act->role = g_strdup(peer->role);
    act->now = now;
    act->as = VICU_N_ROLES;
    act->answer = answer;
    act->data = data;
    if (strlen(act->ask->from) > FROM_MAX || !g_utf8_validate(act->ask->from, -1, NULL)) {
        act->ask->from[0] = '\0';
        people_refuse(act, "From where it is asked has at most %u bytes of text.", FROM_MAX);
    } else if (!find_who(act)) {
        people_refuse_quietly(act, "The session is over: sign in again.");
    } else {
        dispatch(act);
    }
}

void
store_people_tick(StorePeople *self, StorePeopleTime now)
{
    store_people_book_expire(self->book, now.utc_us);
}

/* ---- figures ---- */

static void
count_session(const Vicu__PeopleSession *session, gpointer user)
{
    StorePeopleFigures *figures = user;

    figures->sessions++;
    figures->glass += session->glass_until_us != 0;
}

void
store_people_figures(const StorePeople *self, StorePeopleFigures *figures)
{
    g_autoptr(GPtrArray) ids = store_people_book_ids(self->book);

    *figures = self->figures;
    figures->sessions = figures->glass = 0;
    figures->accounts = ids->len;
    figures->active = store_people_book_active(self->book);
    store_people_book_sessions(self->book, count_session, figures);
}
