/* People: who may sign in, who is signed in, and what is signed about them.
 *
 * Everything that is asked (PeopleAsk) comes with the key through which it came; a session works
 * through the key through which it was begun. The operator's key alone, without a person, may what
 * an administrator of everywhere may: it is how the first one is made. Rights are of
 * proto/rights.csv. Every act, and every refusal, goes to the audit; no secret does.
 *
 * Passwords are hashed elsewhere (ops.hash), so an answer may come later; it is never given twice.
 * One thread. Both clocks come with each call.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/people.h"
#include "common/statement.h"
#include "store/key.h"
#include "store/people/book.h"
#include "store/people/guard.h"

G_BEGIN_DECLS

#define STORE_PEOPLE_LINK_US     (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define STORE_PEOPLE_LINK_MAX_US (7 * STORE_PEOPLE_LINK_US)
#define STORE_PEOPLE_FIRST       "admin" /* account that the first link is for */

typedef struct {
    int64_t idle_us;         /* without an act of the person: through the portal */
    int64_t station_idle_us; /* through any other key */
    int64_t longest_us;      /* in any case */
} StorePeopleSettings;

typedef struct {
    int64_t utc_us;
    int64_t mono_us;
} StorePeopleTime;

/* Of the key that the socket authenticated. */
typedef struct {
    const char *key;
    const char *role;
} StorePeoplePeer;

typedef void (*StorePeopleHashed)(bool right, const char *hash, gpointer data);

typedef struct {
    StorePeopleBookOps book;
    void (*audit)(Vicu__AuditRecord *record, gpointer user);
    /* store_hasher_ask(); false: too many wait. */
    bool (*hash)(const char *password,
                 const char *hash,
                 bool known,
                 StorePeopleHashed done,
                 gpointer data,
                 gpointer user);
    StorePeopleTime (*now)(gpointer user); /* when a hash is there */
} StorePeopleOps;

typedef struct {
    uint64_t logins, refused, held, busy;
    size_t accounts, active, sessions, glass;
} StorePeopleFigures;

typedef struct StorePeople StorePeople;

/* Once: rows of the answer (borrowed), or @error. What it changed waits for the commit. */
typedef void (*StorePeopleAnswer)(Vicu__PeopleRow *const *rows,
                                  size_t n,
                                  const char *error,
                                  gpointer data);

StorePeople *store_people_new(const StorePeopleSettings *settings,
                              const uint8_t public_key[VICU_STATEMENT_PUBLIC],
                              const uint8_t secret_key[VICU_STATEMENT_SECRET],
                              const StorePeopleOps *ops,
                              gpointer user);
/* Answers that wait for a hash are not given; free who hashes first. */
void store_people_free(StorePeople *self);
void store_people_set(StorePeople *self, const StorePeopleSettings *settings);
/* For rows as they lie on disk; then _begin(). */
StorePeopleBook *store_people_book(StorePeople *self);
/* What was over meanwhile is over. */
void store_people_begin(StorePeople *self, StorePeopleTime now);
/* False: the disk takes nothing; sessions begin and end in memory alone, accounts stay. */
void store_people_set_writable(StorePeople *self, bool writable);

/* While nobody ever could sign in: the secret of a link that makes the first administrator, and the
 * account for it. The one before ends. False: somebody could, the operator's key is the way then.
 */
bool store_people_first_link(StorePeople *self,
                             uint8_t secret[STORE_PEOPLE_SECRET],
                             int64_t *until_us,
                             StorePeopleTime now);
bool store_people_wants_first_link(const StorePeople *self, StorePeopleTime now);

void store_people_ask(StorePeople *self,
                      const Vicu__PeopleAsk *ask,
                      const StorePeoplePeer *peer,
                      StorePeopleTime now,
                      StorePeopleAnswer answer,
                      gpointer data);
/* Each second: what is over ends. */
void store_people_tick(StorePeople *self, StorePeopleTime now);

/* Who shows that proof, as the book has it now. NULL: not to be believed, *@why says it. Caller
 * frees. */
Vicu__PeopleStatement *store_people_who(const StorePeople *self,
                                        const ProtobufCBinaryData *proof,
                                        const char *key,
                                        StorePeopleTime now,
                                        const char **why);
void store_people_figures(const StorePeople *self, StorePeopleFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePeople, store_people_free)

G_END_DECLS
