/* Signing in: by password, by a link, and another password of one's own.
 *
 * A hash is asked for, and what it is worth is judged when it is there: the account may have
 * changed meanwhile. A wrong account takes as long as a wrong password, and is told the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/password.h"
#include "store/people/people-inner.h"

#define WRONG  "The account or the password is not right."
#define NOBODY "(nobody)" /* for the guard; no account has that id */
#define BUSY   "Too many sign in at this moment: try again in a few seconds."

static void
to_bytes(ProtobufCBinaryData *out, uint8_t *data, size_t size)
{
    out->data = data;
    out->len = size;
}

/* ---- a session begins ---- */

static int64_t
idle_of(const PeopleAct *act)
{
    const StorePeopleSettings *settings = &act->people->settings;
    return strcmp(act->role, "portal") == 0 ? settings->idle_us : settings->station_idle_us;
}

static void
end_old(PeopleAct *act, const ProtobufCBinaryData *token)
{
    uint8_t hash[STORE_PEOPLE_SECRET];

    if (token->len != STORE_PEOPLE_SECRET)
        return;
    people_hash_secret(token->data, token->len, hash);
    const Vicu__PeopleSession *old =
        store_people_book_by_token(act->people->book, hash, act->key, act->now.utc_us);
    if (old != NULL)
        store_people_book_end(act->people->book, old->id.data, old->id.len);
}

/* What a device shows the next time; the account knows its hash. */
static void
know_device(PeopleAct *act, const Vicu__PeopleAccount *account, uint8_t *secret)
{
    Vicu__PeopleAccount with = *account;
    uint8_t hash[STORE_PEOPLE_SECRET];
    ProtobufCBinaryData device[STORE_PEOPLE_DEVICES];
    size_t drop = account->n_device >= STORE_PEOPLE_DEVICES
                      ? account->n_device - STORE_PEOPLE_DEVICES + 1
                      : 0;

    vicu_seal_random(secret, STORE_PEOPLE_SECRET);
    people_hash_secret(secret, STORE_PEOPLE_SECRET, hash);
    with.n_device = 0;
    for (size_t i = drop; i < account->n_device; i++)
        device[with.n_device++] = account->device[i];
    to_bytes(&device[with.n_device++], hash, sizeof hash);
    with.device = device;
    with.seen_us = act->now.utc_us;
    store_people_book_put_account(act->people->book, &with);
}

static bool
is_known_device(const Vicu__PeopleAccount *account, const ProtobufCBinaryData *device)
{
    uint8_t hash[STORE_PEOPLE_SECRET];
    bool known = false;

    if (account == NULL || device->len != STORE_PEOPLE_SECRET)
        return false;
    people_hash_secret(device->data, device->len, hash);
    for (size_t i = 0; i < account->n_device; i++)
        known |= account->device[i].len == sizeof hash
                 && vicu_seal_same(account->device[i].data, hash, sizeof hash);
    return known;
}

/* The account is active. @device: what was shown, or NULL. */
static void
begin(PeopleAct *act, const char *id, const ProtobufCBinaryData *device, const char *what)
{
    StorePeople *self = act->people;
    Vicu__PeopleSession session = VICU__PEOPLE_SESSION__INIT;
    uint8_t token[STORE_PEOPLE_SECRET], hash[STORE_PEOPLE_SECRET], name[STORE_PEOPLE_ID];
    uint8_t fresh[STORE_PEOPLE_SECRET];
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, id);
    bool known = device != NULL && is_known_device(account, device);

    if (!known)
        know_device(act, account, fresh);
    account = store_people_book_account(self->book, id);
    vicu_seal_random(token, sizeof token);
    vicu_seal_random(name, sizeof name);
    people_hash_secret(token, sizeof token, hash);
    to_bytes(&session.id, name, sizeof name);
    to_bytes(&session.hash, hash, sizeof hash);
    session.account = account->id;
    session.key = act->key;
    session.from = act->ask->from;
    session.begun_us = session.used_us = act->now.utc_us;
    session.idle_us = idle_of(act);
    session.until_us = act->now.utc_us + self->settings.longest_us;
    if (!store_people_book_put_session(self->book, &session)) {
        people_refuse(act, "%u sessions are open, the store takes no more: end some.",
                      STORE_PEOPLE_SESSIONS);
        return;
    }
    self->figures.logins++;
    Vicu__PeopleStatement statement;
    people_statement(self, &session, act->now.utc_us, &statement);
    gsize size = 0;
    g_autoptr(GBytes) packed = vicu_wire_pack(&statement.base);
    const void *data = g_bytes_get_data(packed, &size);
    act->who = vicu_wire_unpack_people_statement(data, size, NULL);
    act->person = true;
    act->as = account->n_grant > 0 ? vicu_role_from_name(account->grant[0]->role) : VICU_N_ROLES;
    people_audit(act, what, "", known ? "from a device that was here before" : "from a new device");
    people_grant(act, &session, token, known ? NULL : fresh);
    vicu_seal_wipe(token, sizeof token);
    vicu_seal_wipe(fresh, sizeof fresh);
}

/* False: has to wait, and was told so. */
static bool
may_try(PeopleAct *act, const char *account, bool known, const ProtobufCBinaryData *device)
{
    StorePeople *self = act->people;

    if (known) {
        uint8_t hash[STORE_PEOPLE_SECRET];
        people_hash_secret(device->data, device->len, hash);
        g_autofree char *name = g_base64_encode(hash, sizeof hash);
        act->place = g_strdup_printf("device %s", name);
    } else {
        act->place = g_strdup_printf("key %s, %s", act->key, act->ask->from);
    }
    int64_t wait_us = store_guard_ask(self->guard, account, act->place, act->now.mono_us);
    if (wait_us == 0)
        return true;
    /* Counted with the next one that is judged: a storm of tries is no storm of records. */
    self->figures.held++;
    g_autofree char *text =
        g_strdup_printf("Too many wrong tries from here: wait %d s. Another device is not held up.",
                        (int)((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC));
    act->answer(NULL, 0, text, act->data);
    act->answer = NULL;
    return false;
}

static void
wrong(PeopleAct *act, const char *account)
{
    unsigned held = store_guard_wrong(act->people->guard, account, act->place, act->now.mono_us);

    people_audit(act, "login-refused", "", "account %s; %u tries before were not judged", account,
                 held);
    act->people->figures.refused++;
    act->answer(NULL, 0, WRONG, act->data);
    act->answer = NULL;
}

/* What can be right for nobody, and costs no hash: a storm of it is no storm of records. */
static void
bound_nonsense(PeopleAct *act, const char *text)
{
    static const ProtobufCBinaryData none;

    if (!may_try(act, NOBODY, false, &none)) {
        people_answer(act, NULL, 0);
        return;
    }
    store_guard_wrong(act->people->guard, NOBODY, act->place, act->now.mono_us);
    people_refuse(act, "%s", text);
}

/* ---- by password ---- */

static void
on_login(bool right, const char *hash, gpointer data)
{
    PeopleAct *act = data;
    StorePeople *self = act->people;
    const Vicu__PeopleLogin *login = act->ask->login;
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, login->account);

    act->now.utc_us = self->ops.now(self->user).utc_us;
    act->now.mono_us = self->ops.now(self->user).mono_us;
    bool same = account != NULL && act->seen_hash != NULL
                && strcmp(account->hash, act->seen_hash) == 0
                && account->state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE;
    if (!right || hash != NULL || !same) {
        wrong(act, login->account);
        people_answer(act, NULL, 0);
        return;
    }
    store_guard_right(self->guard, login->account, act->place);
    end_old(act, &login->old_token);
    begin(act, login->account, &login->device, "login");
}

void
people_login(PeopleAct *act)
{
    StorePeople *self = act->people;
    const Vicu__PeopleLogin *login = act->ask->login;
    const char *id = store_people_is_id(login->account) ? login->account : "";
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, id);
    bool known = is_known_device(account, &login->device);
    bool can = account != NULL && account->state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE
               && *account->hash != '\0';

    if (*id == '\0' || strlen(login->password) > VICU_PASSWORD_MAX) {
        bound_nonsense(act, WRONG);
        return;
    }
    if (!may_try(act, id, known, &login->device)) {
        people_answer(act, NULL, 0);
        return;
    }
    act->seen_hash = can ? g_strdup(account->hash) : NULL;
    /* Nobody has that account: a hash is made, which takes as long. */
    people_waits(act);
    if (self->ops.hash(login->password, act->seen_hash, known, on_login, act, self->user))
        return;
    self->figures.busy++;
    act->answer(NULL, 0, BUSY, act->data);
    act->answer = NULL;
    people_answer(act, NULL, 0);
}

/* ---- by a link ---- */

static const Vicu__PeopleLink *
link_of(const PeopleAct *act)
{
    uint8_t hash[STORE_PEOPLE_SECRET];

    if (act->ask->enrol->secret.len != STORE_PEOPLE_SECRET)
        return NULL;
    people_hash_secret(act->ask->enrol->secret.data, STORE_PEOPLE_SECRET, hash);
    return store_people_book_link(act->people->book, hash, sizeof hash, act->now.utc_us);
}

#define NO_LINK "The link was used, is over, or never was: ask an administrator for another one."

static void
on_enrol(bool right, const char *hash, gpointer data)
{
    PeopleAct *act = data;
    StorePeople *self = act->people;

    act->now = self->ops.now(self->user);
    const Vicu__PeopleLink *link = link_of(act);
    const Vicu__PeopleAccount *account =
        link != NULL ? store_people_book_account(self->book, link->account) : NULL;
    if (!right || hash == NULL || account == NULL
        || account->state == VICU__PEOPLE_STATE__PEOPLE_DISABLED) {
        people_refuse(act, "%s", NO_LINK);
        return;
    }
    Vicu__PeopleAccount with = *account;
    g_autofree char *id = g_strdup(account->id);
    with.hash = (char *)hash;
    with.state = VICU__PEOPLE_STATE__PEOPLE_ACTIVE;
    with.changed_us = act->now.utc_us;
    with.n_device = 0;
    store_people_book_put_account(self->book, &with);
    store_people_book_drop_links(self->book, id);
    store_people_book_end_all(self->book, id, NULL);
    begin(act, id, NULL, "enrol");
}

void
people_enrol(PeopleAct *act)
{
    g_autoptr(GError) error = NULL;
    const Vicu__PeopleLink *link = link_of(act);

    if (!people_can_write(act))
        return;
    if (link == NULL) {
        bound_nonsense(act, NO_LINK);
        return;
    }
    if (!vicu_password_fits(act->ask->enrol->password, link->account, &error)) {
        people_refuse(act, "%s", error->message);
        return;
    }
    people_waits(act);
    /* Who has a link is no stranger. */
    if (!act->people->ops.hash(act->ask->enrol->password, NULL, true, on_enrol, act,
                               act->people->user))
        people_refuse(act, "%s", BUSY);
}

/* ---- another one ---- */

static void
on_changed(bool right, const char *hash, gpointer data)
{
    PeopleAct *act = data;
    StorePeople *self = act->people;

    act->now = self->ops.now(self->user);
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, act->who->account);
    const Vicu__PeopleSession *session = store_people_book_session(
        self->book, act->who->session.data, act->who->session.len, act->now.utc_us);
    if (!right || hash == NULL || account == NULL || session == NULL) {
        people_refuse(act, "The password could not be changed: try again.");
        return;
    }
    Vicu__PeopleAccount with = *account;
    with.hash = (char *)hash;
    with.changed_us = act->now.utc_us;
    store_people_book_put_account(self->book, &with);
    unsigned n = store_people_book_end_all(self->book, act->who->account, act->who->session.data);
    people_audit(act, "password-change", "", "%u other sessions ended", n);
    people_grant(act, session, NULL, NULL);
}

static void
on_old(bool right, const char *hash, gpointer data)
{
    PeopleAct *act = data;
    StorePeople *self = act->people;

    (void)hash;
    act->now = self->ops.now(self->user);
    if (!right) {
        wrong(act, act->who->account);
        people_answer(act, NULL, 0);
        return;
    }
    store_guard_right(self->guard, act->who->account, act->place);
    if (!self->ops.hash(act->ask->password->password, NULL, true, on_changed, act, self->user))
        people_refuse(act, "%s", BUSY);
}

void
people_password(PeopleAct *act)
{
    StorePeople *self = act->people;
    g_autoptr(GError) error = NULL;
    const Vicu__PeopleAccount *account = store_people_book_account(self->book, act->who->account);
    static const ProtobufCBinaryData none;

    if (!people_may(act, NULL, 0) || !people_can_write(act))
        return;
    if (strlen(act->ask->password->old) > VICU_PASSWORD_MAX
        || !vicu_password_fits(act->ask->password->password, act->who->account, &error)) {
        people_refuse(act, "%s", error != NULL ? error->message : WRONG);
        return;
    }
    if (!may_try(act, account->id, false, &none)) {
        people_answer(act, NULL, 0);
        return;
    }
    people_waits(act);
    if (!self->ops.hash(act->ask->password->old, account->hash, true, on_old, act, self->user))
        people_refuse(act, "%s", BUSY);
}
