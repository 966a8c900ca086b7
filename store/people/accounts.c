/* Accounts, links and sessions, as an administrator has them.
 *
 * An administrator of a unit makes and changes accounts whose grants all lie in it, and gives
 * none beyond it; nobody changes the grants or the state of one's own account.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people-inner.h"

#define NAME_MAX_BYTES 128u

/* ---- where ---- */

/* Scopes of grants, for people_may(): "*" is everywhere, which is the empty place. */
static void
add_places(GPtrArray *places, Vicu__PeopleGrant *const *grant, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_ptr_array_add(places,
                        strcmp(grant[i]->scope, "*") == 0 ? (gpointer) "" : grant[i]->scope);
}

static bool
may_for(PeopleAct *act, const Vicu__PeopleAccount *account)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();

    if (account != NULL)
        add_places(places, account->grant, account->n_grant);
    return people_may(act, (const char *const *)places->pdata, places->len);
}

/* Without a word: what lies elsewhere is left out of a list. */
static bool
sees(PeopleAct *act, const VicuRightsRow *row, const Vicu__PeopleAccount *account)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    VicuRole as;

    if (account != NULL)
        add_places(places, account->grant, account->n_grant);
    return vicu_person_may(act->who, row, (const char *const *)places->pdata, places->len,
                           act->now.utc_us, &as);
}

/* False: refused. In whichever place somebody has the right at all. */
static bool
may_list(PeopleAct *act)
{
    const VicuRightsRow *row = vicu_rights_of_people(act->ask);

    for (size_t i = 0; act->who != NULL && i < act->who->n_grant; i++) {
        VicuRole role = vicu_role_from_name(act->who->grant[i]->role);
        if (!vicu_rights_may(row, role, true))
            continue;
        act->as = role;
        return true;
    }
    return people_may(act, NULL, 0);
}

static const Vicu__PeopleAccount *
account_of(PeopleAct *act, const char *id)
{
    const Vicu__PeopleAccount *account = store_people_book_account(act->people->book, id);

    if (account == NULL)
        people_refuse(act, "There is no account \"%s\".", store_people_is_id(id) ? id : "");
    return account;
}

/* ---- lists ---- */

void
people_accounts(PeopleAct *act)
{
    const VicuRightsRow *row = vicu_rights_of_people(act->ask);
    g_autoptr(GPtrArray) ids = store_people_book_ids(act->people->book);
    g_autoptr(GArray) accounts = g_array_new(FALSE, FALSE, sizeof(Vicu__PeopleAccount));
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Vicu__PeopleRow));
    g_autoptr(GPtrArray) out = g_ptr_array_new();

    if (!may_list(act))
        return;
    for (guint i = 0; i < ids->len; i++) {
        Vicu__PeopleAccount shown = *store_people_book_account(act->people->book, ids->pdata[i]);
        if (!sees(act, row, &shown))
            continue;
        shown.hash = (char *)"";
        shown.n_device = 0;
        g_array_append_val(accounts, shown);
    }
    g_array_set_size(rows, accounts->len);
    for (guint i = 0; i < accounts->len; i++) {
        Vicu__PeopleRow *at = &g_array_index(rows, Vicu__PeopleRow, i);
        vicu__people_row__init(at);
        at->what_case = VICU__PEOPLE_ROW__WHAT_ACCOUNT;
        at->account = &g_array_index(accounts, Vicu__PeopleAccount, i);
        g_ptr_array_add(out, at);
    }
    people_audit(act, "people-accounts", "", "%u accounts", out->len);
    people_answer(act, (Vicu__PeopleRow *const *)out->pdata, out->len);
}

typedef struct {
    PeopleAct *act;
    const VicuRightsRow *row;
    GArray *sessions;
} Sessions;

static void
add_session(const Vicu__PeopleSession *session, gpointer user)
{
    Sessions *all = user;
    PeopleAct *act = all->act;
    const char *wanted = act->ask->sessions->account;
    Vicu__PeopleSession shown = *session;

    if ((*wanted != '\0' && strcmp(wanted, session->account) != 0)
        || !sees(act, all->row, store_people_book_account(act->people->book, session->account)))
        return;
    shown.hash.len = 0;
    g_array_append_val(all->sessions, shown);
}

void
people_sessions(PeopleAct *act)
{
    g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(Vicu__PeopleSession));
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Vicu__PeopleRow));
    g_autoptr(GPtrArray) out = g_ptr_array_new();
    Sessions all = {act, vicu_rights_of_people(act->ask), sessions};

    if (!may_list(act))
        return;
    store_people_book_sessions(act->people->book, add_session, &all);
    g_array_set_size(rows, sessions->len);
    for (guint i = 0; i < sessions->len; i++) {
        Vicu__PeopleRow *at = &g_array_index(rows, Vicu__PeopleRow, i);
        vicu__people_row__init(at);
        at->what_case = VICU__PEOPLE_ROW__WHAT_SESSION;
        at->session = &g_array_index(sessions, Vicu__PeopleSession, i);
        g_ptr_array_add(out, at);
    }
    people_audit(act, "people-sessions", "", "%u sessions", out->len);
    people_answer(act, (Vicu__PeopleRow *const *)out->pdata, out->len);
}

void
people_end_sessions(PeopleAct *act)
{
    const Vicu__PeopleEndSessions *end = act->ask->end_sessions;
    StorePeopleBook *book = act->people->book;
    unsigned n = 0;

    if (act->who == NULL && !people_may(act, NULL, 0))
        return;
    const Vicu__PeopleAccount *account = account_of(act, end->account);
    if (account == NULL || !may_for(act, account))
        return;
    const Vicu__PeopleSession *one =
        end->session.len > 0
            ? store_people_book_session(book, end->session.data, end->session.len, act->now.utc_us)
            : NULL;
    if (end->session.len == 0)
        n = store_people_book_end_all(book, account->id, NULL);
    else if (one != NULL && strcmp(one->account, account->id) == 0)
        n = store_people_book_end(book, end->session.data, end->session.len);
    people_audit(act, "sessions-end", "", "account %s, %u sessions", account->id, n);
    people_answer(act, NULL, 0);
}

/* ---- an account ---- */

static bool
grants_fit(PeopleAct *act, const Vicu__PeoplePutAccount *put)
{
    if (put->n_grant > STORE_PEOPLE_GRANTS) {
        people_refuse(act, "%zu roles: an account has at most %u.", put->n_grant,
                      STORE_PEOPLE_GRANTS);
        return false;
    }
    for (size_t i = 0; i < put->n_grant; i++) {
        VicuRole role = vicu_role_from_name(put->grant[i]->role);
        if (role == VICU_N_ROLES || role == VICU_ROLE_GLASS) {
            people_refuse(act, "A role is intensivist, bedside, administrator or auditor.");
            return false;
        }
        if (!vicu_rights_is_scope(put->grant[i]->scope)) {
            people_refuse(act, "Where the role %s holds: expected *, SITE or SITE/UNIT.",
                          put->grant[i]->role);
            return false;
        }
    }
    return true;
}

static bool
put_fits(PeopleAct *act, const Vicu__PeoplePutAccount *put, const Vicu__PeopleAccount *account)
{
    if (!store_people_is_id(put->account)) {
        people_refuse(act, "An account's id is 1..64 of a-z, 0-9, dot, dash and underscore, and "
                           "begins with a letter or digit.");
        return false;
    }
    if (put->make != (account == NULL)) {
        people_refuse(
            act, put->make ? "There is an account \"%s\" already." : "There is no account \"%s\".",
            put->account);
        return false;
    }
    if (strlen(put->name) > NAME_MAX_BYTES || !g_utf8_validate(put->name, -1, NULL)
        || strpbrk(put->name, "\n\r\t") != NULL) {
        people_refuse(act, "A name has at most %u bytes in one line.", NAME_MAX_BYTES);
        return false;
    }
    if (put->set_state && put->state != VICU__PEOPLE_STATE__PEOPLE_ACTIVE
        && put->state != VICU__PEOPLE_STATE__PEOPLE_DISABLED) {
        people_refuse(act, "An account is made active or disabled, nothing else.");
        return false;
    }
    return grants_fit(act, put);
}

/* "bedside demo/icu, auditor *"; caller frees. */
static char *
words_of(Vicu__PeopleGrant *const *grant, size_t n)
{
    GString *out = g_string_new(n > 0 ? NULL : "none");

    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s %s", i > 0 ? ", " : "", grant[i]->role, grant[i]->scope);
    return g_string_free(out, FALSE);
}

static void
change_state(Vicu__PeopleAccount *with, Vicu__PeopleState state)
{
    bool wakes = state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE;

    /* Who has no password yet is invited, whatever was asked. */
    with->state = wakes && *with->hash == '\0' ? VICU__PEOPLE_STATE__PEOPLE_INVITED : state;
}

void
people_put_account(PeopleAct *act)
{
    const Vicu__PeoplePutAccount *put = act->ask->put_account;
    StorePeopleBook *book = act->people->book;
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    Vicu__PeopleAccount with = VICU__PEOPLE_ACCOUNT__INIT;

    if (act->who == NULL && !people_may(act, NULL, 0))
        return;
    const Vicu__PeopleAccount *account = store_people_book_account(book, put->account);
    if (account != NULL)
        add_places(places, account->grant, account->n_grant);
    if (put->set_grant)
        add_places(places, put->grant, put->n_grant);
    if (!people_may(act, (const char *const *)places->pdata, places->len) || !people_can_write(act)
        || !put_fits(act, put, account))
        return;
    bool alters = put->set_grant || put->set_state;
    if (act->person && alters && strcmp(put->account, act->who->account) == 0) {
        people_refuse(act, "Nobody changes the roles or the state of one's own account.");
        return;
    }
    if (account != NULL)
        with = *account;
    with.id = put->account;
    if (account == NULL)
        with.made_us = act->now.utc_us;
    with.changed_us = act->now.utc_us;
    if (*put->name != '\0')
        with.name = put->name;
    if (put->set_grant) {
        with.grant = put->grant;
        with.n_grant = put->n_grant;
    }
    if (put->set_state)
        change_state(&with, put->state);
    g_autofree char *words = words_of(with.grant, with.n_grant);
    int state = with.state;
    bool made = account == NULL;
    if (!store_people_book_put_account(book, &with)) {
        people_refuse(act, "%u accounts: the store takes no more.", STORE_PEOPLE_ACCOUNTS);
        return;
    }
    unsigned n = alters && !made ? store_people_book_end_all(book, put->account, NULL) : 0;
    if (state == VICU__PEOPLE_STATE__PEOPLE_DISABLED)
        store_people_book_drop_links(book, put->account);
    static const char *const states[] = {"invited", "active", "disabled"};
    people_audit(act, made ? "account-make" : "account-change", "",
                 "account %s, %s, roles: %s; %u sessions ended", put->account, states[state], words,
                 n);
    people_answer(act, NULL, 0);
}

/* ---- links ---- */

static bool
make_link(StorePeople *self,
          const char *account,
          const char *by,
          int64_t until_us,
          uint8_t secret[STORE_PEOPLE_SECRET])
{
    Vicu__PeopleLink link = VICU__PEOPLE_LINK__INIT;
    uint8_t hash[STORE_PEOPLE_SECRET];

    vicu_seal_random(secret, STORE_PEOPLE_SECRET);
    people_hash_secret(secret, STORE_PEOPLE_SECRET, hash);
    link.hash = (ProtobufCBinaryData){sizeof hash, hash};
    link.account = (char *)account;
    link.until_us = until_us;
    link.by = (char *)by;
    return store_people_book_put_link(self->book, &link);
}

void
people_invite(PeopleAct *act)
{
    const Vicu__PeopleInvite *invite = act->ask->invite;
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT, *rows[] = {&row};
    Vicu__PeopleInvited invited = VICU__PEOPLE_INVITED__INIT;
    uint8_t secret[STORE_PEOPLE_SECRET];
    int64_t for_us = invite->for_us == 0 ? STORE_PEOPLE_LINK_US : invite->for_us;

    if (act->who == NULL && !people_may(act, NULL, 0))
        return;
    const Vicu__PeopleAccount *account = account_of(act, invite->account);
    if (account == NULL || !may_for(act, account) || !people_can_write(act))
        return;
    if (for_us < 60 * (int64_t)G_USEC_PER_SEC || for_us > STORE_PEOPLE_LINK_MAX_US) {
        people_refuse(act, "A link lives for 1 min to 7 d, not for %g s.", (double)for_us / 1e6);
        return;
    }
    if (account->state == VICU__PEOPLE_STATE__PEOPLE_DISABLED) {
        people_refuse(act, "The account \"%s\" is disabled: enable it first.", account->id);
        return;
    }
    if (!make_link(act->people, account->id, act->who->account, act->now.utc_us + for_us, secret)) {
        people_refuse(act, "%u links wait: the store takes no more.", STORE_PEOPLE_LINKS);
        return;
    }
    people_audit(act, "link-make", "", "account %s", account->id);
    invited.secret = (ProtobufCBinaryData){sizeof secret, secret};
    invited.account = invite->account;
    invited.until_us = act->now.utc_us + for_us;
    row.what_case = VICU__PEOPLE_ROW__WHAT_INVITED;
    row.invited = &invited;
    people_answer(act, rows, 1);
    vicu_seal_wipe(secret, sizeof secret);
}

bool
store_people_wants_first_link(const StorePeople *self, StorePeopleTime now)
{
    return !store_people_book_had_any(self->book)
           && !store_people_book_has_link(self->book, STORE_PEOPLE_FIRST, now.utc_us);
}

bool
store_people_first_link(StorePeople *self,
                        uint8_t secret[STORE_PEOPLE_SECRET],
                        int64_t *until_us,
                        StorePeopleTime now)
{
    Vicu__PeopleAccount first = VICU__PEOPLE_ACCOUNT__INIT;
    Vicu__PeopleGrant everywhere = VICU__PEOPLE_GRANT__INIT, *grants[] = {&everywhere};
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    if (store_people_book_had_any(self->book))
        return false;
    everywhere.role = (char *)vicu_role_name(VICU_ROLE_ADMINISTRATOR);
    everywhere.scope = (char *)"*";
    first.id = (char *)STORE_PEOPLE_FIRST;
    first.name = (char *)"First administrator";
    first.grant = grants;
    first.n_grant = 1;
    first.made_us = first.changed_us = now.utc_us;
    *until_us = now.utc_us + STORE_PEOPLE_LINK_US;
    if (!store_people_book_put_account(self->book, &first)
        || !make_link(self, STORE_PEOPLE_FIRST, "store", *until_us, secret))
        return false;
    record.who = record.from = record.role = (char *)"store";
    record.what = (char *)"link-make";
    record.t_us = now.utc_us;
    record.why = (char *)"nobody can sign in yet";
    record.detail = (char *)"account " STORE_PEOPLE_FIRST;
    self->ops.audit(&record, self->user);
    return true;
}
