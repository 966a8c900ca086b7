/* Who acts: what an owner (rules, store, escalation) believes about a person who asks
 * something of it, with the store or without.
 *
 * An owner keeps the store's signed list of sessions, which it asks for each second, and the
 * key that it is signed by, which comes over the store's own socket. A proof is what the store
 * signed about a session: it works through the key that it names, while the session is in the
 * list. Who signed in after the list was made is believed too: the proof names a newer list.
 * While the store is away (the list is older than VICU_PEOPLE_FRESH_US) the last list goes on
 * to count, and proofs live as long as their session: care goes on.
 *
 * Pure: both clocks come in as arguments. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "proto/rights.h"

G_BEGIN_DECLS

#define VICU_PEOPLE_ASK_US   (G_USEC_PER_SEC)       /* how often an owner asks for the list */
#define VICU_PEOPLE_FRESH_US (5 * G_USEC_PER_SEC)   /* older: the store is away */
#define VICU_PEOPLE_PROOF_US (120 * G_USEC_PER_SEC) /* a proof is to be renewed by then */
#define VICU_PEOPLE_GLASS_US (60 * 60 * (int64_t)G_USEC_PER_SEC)
#define VICU_PEOPLE_SKEW_US  (2 * G_USEC_PER_SEC)
#define VICU_PEOPLE_TOKEN    32u
#define VICU_PEOPLE_CSRF     65u /* characters of a CSRF token, its end included */

typedef struct VicuPeople VicuPeople;

VicuPeople *vicu_people_new(void);
void vicu_people_free(VicuPeople *self);

/* An answer of the store to "live". *@changed: another list than before, for the disk. */
bool vicu_people_take(
    VicuPeople *self, const Vicu__PeopleRow *row, int64_t mono_us, bool *changed, GError **error);
/* The signed list and the key, for after a restart; NULL: none was told yet. */
GBytes *vicu_people_save(const VicuPeople *self);
/* FALSE: damaged, or not signed by the key beside it; nothing is known then. */
bool vicu_people_load(VicuPeople *self, const void *data, size_t size);

uint64_t vicu_people_serial(const VicuPeople *self); /* 0: no list */
/* The store told of it in the last VICU_PEOPLE_FRESH_US. */
bool vicu_people_is_fresh(const VicuPeople *self, int64_t mono_us);
/* Somebody can sign in; until then keys act. */
bool vicu_people_has_accounts(const VicuPeople *self);
/* Emergency access in force; borrowed until the next list. */
size_t vicu_people_glass(const VicuPeople *self, Vicu__PeopleGlassEntry *const **entries);

/* Who it is; NULL: not to be believed, and *@why is a sentence. Caller frees. @key: name of the
 * key through which it came. */
Vicu__PeopleStatement *vicu_people_check(const VicuPeople *self,
                                         const ProtobufCBinaryData *proof,
                                         const char *key,
                                         int64_t now_us,
                                         int64_t mono_us,
                                         const char **why);

/* ---- rights of a person ---- */

/* May @who do that at all of these places (none: in the whole installation)? *@as: in which
 * role; that of the account before the one of broken glass. Where it may not: the account's first,
 * or that of broken glass while it is broken. */
bool vicu_person_may(const Vicu__PeopleStatement *who,
                     const VicuRightsRow *row,
                     const char *const *places,
                     size_t n,
                     int64_t now_us,
                     VicuRole *as);

/* Row of the table; NULL: none, nobody may. */
const VicuRightsRow *vicu_rights_of_command(const Vicu__Command *command);
const VicuRightsRow *vicu_rights_of_query(const Vicu__Query *query);
const VicuRightsRow *vicu_rights_of_people(const Vicu__PeopleAsk *ask);

/* May a key of that role act without a person, once accounts exist? Processes may; of the others
 * those that the setting names ("operator dashboard"). */
bool vicu_people_key_acts(const char *setting, const char *role);
/* Does what @row (may be NULL) says need a person, when a key of @role asks for it? An owner that
 * was never told of accounts is asked by keys, as before there were any. */
bool vicu_people_needs_person(const VicuPeople *self,
                              const VicuRightsRow *row,
                              const char *setting,
                              const char *role);

/* ---- pages ---- */

/* The token that a form of this session has to bring back. */
void vicu_people_csrf(const uint8_t token[VICU_PEOPLE_TOKEN], char out[VICU_PEOPLE_CSRF]);
/* In a time that does not tell where they differ. @given may be NULL. */
bool vicu_people_csrf_is(const uint8_t token[VICU_PEOPLE_TOKEN], const char *given);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuPeople, vicu_people_free)

G_END_DECLS
