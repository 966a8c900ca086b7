/* One question about people on its way. For store/people/ only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/seal.h"
#include "store/people/people.h"

G_BEGIN_DECLS

struct StorePeople {
    StorePeopleSettings settings;
    uint8_t public_key[VICU_STATEMENT_PUBLIC], secret_key[VICU_STATEMENT_SECRET];
    StorePeopleOps ops;
    gpointer user;
    StorePeopleBook *book;
    StoreGuard *guard;
    bool writable;
    GQueue waiting; /* PeopleAct */
    StorePeopleFigures figures;
    uint64_t list_serial; /* of `list` */
    GBytes *list;         /* signed */
};

/* Lives until it is answered. */
typedef struct {
    StorePeople *people;
    Vicu__PeopleAsk *ask; /* wiped at the end */
    char *key, *role;
    StorePeopleTime now;
    Vicu__PeopleStatement *who; /* NULL: nobody yet */
    bool person;
    VicuRole as;
    StorePeopleAnswer answer;
    gpointer data;
    bool waits;      /* for a hash */
    char *place;     /* for the guard */
    char *seen_hash; /* of the account when the hash was asked for */
} PeopleAct;

/* ---- people.c ---- */

void people_refuse(PeopleAct *act, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Not in the audit: it asks nothing of anybody, and may come a thousand times a second. */
void people_refuse_quietly(PeopleAct *act, const char *text);
void people_answer(PeopleAct *act, Vicu__PeopleRow *const *rows, size_t n);
void people_audit(PeopleAct *act, const char *what, const char *why, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* False: refused. @places: where it is done. */
bool people_may(PeopleAct *act, const char *const *places, size_t n);
void people_waits(PeopleAct *act);
bool people_can_write(PeopleAct *act);

/* ---- session.c ---- */

void people_hash_secret(const void *secret, size_t size, uint8_t out[STORE_PEOPLE_SECRET]);
/* Borrows from the book. */
void people_statement(StorePeople *self,
                      const Vicu__PeopleSession *session,
                      int64_t now_us,
                      Vicu__PeopleStatement *out);
Vicu__PeopleStatement *people_copy_statement(const Vicu__PeopleStatement *from);
/* Sends PeopleGranted; token and device may be NULL. */
void people_grant(PeopleAct *act,
                  const Vicu__PeopleSession *session,
                  const uint8_t *token,
                  const uint8_t *device);
/* Of its token. NULL: it names none that lives. */
const Vicu__PeopleSession *people_session(const PeopleAct *act);
/* What a session asks about itself: check, logout, password, glass. */
void people_own(PeopleAct *act);

/* ---- proof.c ---- */

/* The signed list of sessions, for owners. */
void people_live(PeopleAct *act);

/* ---- sign-in.c ---- */

void people_login(PeopleAct *act);
void people_enrol(PeopleAct *act);
void people_password(PeopleAct *act);

/* ---- accounts.c ---- */

void people_accounts(PeopleAct *act);
void people_put_account(PeopleAct *act);
void people_invite(PeopleAct *act);
void people_sessions(PeopleAct *act);
void people_end_sessions(PeopleAct *act);

G_END_DECLS
