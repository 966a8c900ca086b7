/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people-inner.h"

#define REASON_MAX 500u

void
people_hash_secret(const void *secret, size_t size, uint8_t out[STORE_PEOPLE_SECRET])
{
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, NULL, STORE_PEOPLE_SECRET);
    vicu_seal_hash_add(&hash, "vicu-people-secret", 18);
    vicu_seal_hash_add(&hash, secret, size);
    vicu_seal_hash_end(&hash, out, STORE_PEOPLE_SECRET);
}

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

Vicu__PeopleStatement *
people_copy_statement(const Vicu__PeopleStatement *from)
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

const Vicu__PeopleSession *
people_session(const PeopleAct *act)
{
    uint8_t hash[STORE_PEOPLE_SECRET];

    if (act->ask->token.len != STORE_PEOPLE_SECRET)
        return NULL;
    people_hash_secret(act->ask->token.data, act->ask->token.len, hash);
    return store_people_book_by_token(act->people->book, hash, act->key, act->now.utc_us);
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

void
people_own(PeopleAct *act)
{
    const Vicu__PeopleSession *session = people_session(act);

    if (session == NULL) {
        people_refuse_quietly(act, "The session is over: sign in again.");
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
