/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people-inner.h"

#define FROM_MAX   128u
#define REASON_MAX 500u

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

/* Not in the audit: it asks nothing of anybody, and may come a thousand times a second. */
static void
refuse_quietly(PeopleAct *act, const char *text)
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

/* ---- sessions ---- */

void
people_hash_secret(const void *secret, size_t size, uint8_t out[STORE_PEOPLE_SECRET])
{
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, NULL, STORE_PEOPLE_SECRET);
    vicu_seal_hash_add(&hash, "vicu-people-secret", 18);
    vicu_seal_hash_add(&hash, secret, size);
    vicu_seal_hash_end(&hash, out, STORE_PEOPLE_SECRET);
}

/* Borrows from the book. */
void
people_statement(StorePeople *self,
                 const Vicu__PeopleSession *session,
                 int64_t now_us,
                 Vicu__PeopleStatement *out)
{
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, session->account);

    vicu__people_statement__init(out);
    out->account = session->account;
    out->name = account != NULL ? account->name : (char *)"";
    out->grant = account != NULL ? account->grant : NULL;
    out->n_grant = account != NULL ? account->n_grant : 0;
    out->session = session->id;
    out->key = session->key;
    out->serial = store_people_book_serial(self->book);
    out->issued_us = now_us;
    out->until_us = session->until_us;
    out->fresh_until_us = MIN(now_us + VICU_PEOPLE_PROOF_US, session->until_us);
    out->glass_until_us = session->glass_until_us;
    out->glass_reason = session->glass_reason;
}

static Vicu__PeopleStatement *
copy_statement(const Vicu__PeopleStatement *from)
{
    gsize size = 0;
    g_autoptr(GBytes) packed = vicu_wire_pack(&from->base);
    const void *data = g_bytes_get_data(packed, &size);
    return vicu_wire_unpack_people_statement(data, size, NULL);
}

void
people_grant(PeopleAct *act,
             const Vicu__PeopleSession *session,
             const uint8_t *token,
             const uint8_t *device)
{
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT, *rows[] = {&row};
    Vicu__PeopleGranted granted = VICU__PEOPLE_GRANTED__INIT;
    Vicu__PeopleSession shown = *session;
    Vicu__PeopleStatement statement;
    StorePeople *self = act->people;

    people_statement(self, session, act->now.utc_us, &statement);
    g_autoptr(GBytes) proof =
        vicu_statement_sign(VICU_STATEMENT_KIND, &statement.base, self->secret_key);
    shown.hash.len = 0;
    granted.session = &shown;
    granted.name = statement.name;
    granted.grant = statement.grant;
    granted.n_grant = statement.n_grant;
    granted.proof.data = (uint8_t *)g_bytes_get_data(proof, &granted.proof.len);
    granted.token =
        (ProtobufCBinaryData){token != NULL ? STORE_PEOPLE_SECRET : 0, (uint8_t *)token};
    granted.device =
        (ProtobufCBinaryData){device != NULL ? STORE_PEOPLE_SECRET : 0, (uint8_t *)device};
    row.what_case = VICU__PEOPLE_ROW__WHAT_GRANTED;
    row.granted = &granted;
    people_answer(act, rows, 1);
}

/* NULL: its token names none that lives. */
static const Vicu__PeopleSession *
session_of(const PeopleAct *act)
{
    uint8_t hash[STORE_PEOPLE_SECRET];

    if (act->ask->token.len != STORE_PEOPLE_SECRET)
        return NULL;
    people_hash_secret(act->ask->token.data, act->ask->token.len, hash);
    return store_people_book_by_token(act->people->book, hash, act->key, act->now.utc_us);
}

/* Whose act it is. False: a token that names no session. */
static bool
find_who(PeopleAct *act)
{
    Vicu__PeopleStatement statement;
    Vicu__PeopleGrant everywhere = VICU__PEOPLE_GRANT__INIT, *grants[] = {&everywhere};
    const Vicu__PeopleSession *session = session_of(act);

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
    act->who = copy_statement(&statement);
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

/* ---- one's own session ---- */

static void
check(PeopleAct *act, const Vicu__PeopleSession *session)
{
    if (!act->ask->check->idle)
        store_people_book_touch(act->people->book, session->id.data, act->now.utc_us);
    people_grant(act, session, NULL, NULL);
}

static void
logout(PeopleAct *act, const Vicu__PeopleSession *session)
{
    act->as = act->who->n_grant > 0 ? vicu_role_from_name(act->who->grant[0]->role) : act->as;
    people_audit(act, "logout", "", "%s", "");
    store_people_book_end(act->people->book, session->id.data, session->id.len);
    people_answer(act, NULL, 0);
}

static void
break_glass(PeopleAct *act, const Vicu__PeopleSession *session)
{
    const char *reason = act->ask->glass->reason;
    Vicu__PeopleSession broken = *session;

    if (*reason == '\0' || strlen(reason) > REASON_MAX || !g_utf8_validate(reason, -1, NULL)) {
        people_refuse(act, "Break-glass needs a reason of 1..%u bytes, this one has %zu.",
                      REASON_MAX, strlen(reason));
        return;
    }
    if (!people_may(act, NULL, 0))
        return;
    broken.glass_until_us = act->now.utc_us + VICU_PEOPLE_GLASS_US;
    broken.glass_reason = (char *)reason;
    people_audit(act, "break-glass", reason, "for 60 min");
    store_people_book_put_session(act->people->book, &broken);
    session = store_people_book_session(act->people->book, act->who->session.data,
                                        act->who->session.len, act->now.utc_us);
    people_grant(act, session, NULL, NULL);
}

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

static void
live(PeopleAct *act)
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

/* ---- asks ---- */

static void
dispatch_own(PeopleAct *act)
{
    const Vicu__PeopleSession *session = session_of(act);

    if (session == NULL) {
        refuse_quietly(act, "The session is over: sign in again.");
        return;
    }
    switch ((int)act->ask->what_case) {
    case VICU__PEOPLE_ASK__WHAT_CHECK:
        check(act, session);
        break;
    case VICU__PEOPLE_ASK__WHAT_LOGOUT:
        logout(act, session);
        break;
    case VICU__PEOPLE_ASK__WHAT_GLASS:
        break_glass(act, session);
        break;
    default:
        people_password(act);
        break;
    }
}

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
        live(act);
        break;
    case VICU__PEOPLE_ASK__WHAT_CHECK:
    case VICU__PEOPLE_ASK__WHAT_LOGOUT:
    case VICU__PEOPLE_ASK__WHAT_GLASS:
    case VICU__PEOPLE_ASK__WHAT_PASSWORD:
        dispatch_own(act);
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
        refuse_quietly(act, "The session is over: sign in again.");
    } else {
        dispatch(act);
    }
}

void
store_people_tick(StorePeople *self, StorePeopleTime now)
{
    store_people_book_expire(self->book, now.utc_us);
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
    return copy_statement(&fresh);
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
