/* The desk where people are asked about: the book in the database, its key on disk, the thread
 * that hashes, and the first link.
 *
 * DIR/people.key (0600) is what proofs are signed with; without it a new one is made, and who is
 * signed in signs in again to act. DIR/enrol (0600) holds the secret of the first link while
 * nobody ever signed in, and nothing else says it. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "store/head.h"
#include "store/people/people.h"

G_BEGIN_DECLS

#define STORE_META_PEOPLE 'U' /* | kind | key -> a row of store/people/book.h */

typedef struct StorePeopleDesk StorePeopleDesk;

typedef struct {
    void (*want_sync)(bool waits, gpointer user);
    StoreNow (*now)(gpointer user);
    void (*failed)(GError *error, gpointer user);                  /* takes @error */
    bool (*aside)(const Vicu__AuditRecord *record, gpointer user); /* may be NULL */
} StorePeopleDeskOps;

/* Reads what the database has. @dir: the store's folder. */
StorePeopleDesk *store_people_desk_new(StoreHead *head,
                                       const char *dir,
                                       GMainContext *main_context,
                                       const StorePeopleSettings *settings,
                                       const StorePeopleDeskOps *ops,
                                       gpointer user,
                                       GError **error);
void store_people_desk_free(StorePeopleDesk *self);
void store_people_desk_set(StorePeopleDesk *self, const StorePeopleSettings *settings);
void store_people_desk_set_writable(StorePeopleDesk *self, bool writable);
/* Each second. */
void store_people_desk_tick(StorePeopleDesk *self);

StorePeople *store_people_desk_people(StorePeopleDesk *self);
void store_people_desk_ask(StorePeopleDesk *self,
                           const Vicu__PeopleAsk *ask,
                           const StorePeoplePeer *peer,
                           StorePeopleAnswer answer,
                           gpointer data);
/* Something waits for the commit. */
bool store_people_desk_has_changed(const StorePeopleDesk *self);
void store_people_desk_committed(StorePeopleDesk *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePeopleDesk, store_people_desk_free)

G_END_DECLS
