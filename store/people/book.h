/* The book of people: accounts, links and sessions, in memory as they are on disk.
 *
 * Each change goes out as a row at once; it is durable with the commit that follows. Rows are
 * small, and all of them are in memory: STORE_PEOPLE_ACCOUNTS and so on bound them. Secrets are
 * in it as hashes only. Time comes as an argument. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define STORE_PEOPLE_ACCOUNTS 10000u
#define STORE_PEOPLE_LINKS    1000u
#define STORE_PEOPLE_SESSIONS 1024u
#define STORE_PEOPLE_EACH     16u /* sessions of one account; a further one ends the oldest */
#define STORE_PEOPLE_GRANTS   32u
#define STORE_PEOPLE_DEVICES  16u
#define STORE_PEOPLE_SECRET   32u /* bytes of a token, a link, a device's secret */
#define STORE_PEOPLE_ID       16u /* bytes of a session's name */

/* First letter of a row's key. */
typedef enum {
    STORE_PEOPLE_ACCOUNT = 'A', /* | id */
    STORE_PEOPLE_LINK = 'L',    /* | hash */
    STORE_PEOPLE_SESSION = 'S', /* | id */
    STORE_PEOPLE_SERIAL = 'N',  /* 8 bytes, big endian */
} StorePeopleKind;

typedef struct {
    /* @value NULL: the row goes. */
    void (*put)(StorePeopleKind kind,
                const void *key,
                size_t key_size,
                const void *value,
                size_t size,
                gpointer user);
} StorePeopleBookOps;

typedef struct StorePeopleBook StorePeopleBook;

StorePeopleBook *store_people_book_new(const StorePeopleBookOps *ops, gpointer user);
void store_people_book_free(StorePeopleBook *self);
/* A row as it lies on disk, at start. False: it cannot be read. */
bool
store_people_book_load(StorePeopleBook *self, StorePeopleKind kind, const void *value, size_t size);

/* ---- accounts ---- */

bool store_people_is_id(const char *id);
/* Borrowed until the next change of it; NULL: none. */
const Vicu__PeopleAccount *store_people_book_account(const StorePeopleBook *self, const char *id);
/* Copied; takes the place of the one of that id. False: no more room. */
bool store_people_book_put_account(StorePeopleBook *self, const Vicu__PeopleAccount *account);
/* Ids, sorted; free the array, not what is in it. */
GPtrArray *store_people_book_ids(const StorePeopleBook *self);
size_t store_people_book_active(const StorePeopleBook *self); /* accounts that can sign in */
bool store_people_book_had_any(const StorePeopleBook *self);  /* somebody could, at some time */

/* ---- links ---- */

const Vicu__PeopleLink *store_people_book_link(const StorePeopleBook *self,
                                               const uint8_t *hash,
                                               size_t size,
                                               int64_t now_us);
/* The one before of the same account goes. False: no more room. */
bool store_people_book_put_link(StorePeopleBook *self, const Vicu__PeopleLink *link);
void store_people_book_drop_links(StorePeopleBook *self, const char *account);
bool store_people_book_has_link(const StorePeopleBook *self, const char *account, int64_t now_us);

/* ---- sessions ---- */

/* By the hash of its token, through that key; NULL: there is none that lives. */
const Vicu__PeopleSession *store_people_book_by_token(const StorePeopleBook *self,
                                                      const uint8_t *hash,
                                                      const char *key,
                                                      int64_t now_us);
const Vicu__PeopleSession *store_people_book_session(const StorePeopleBook *self,
                                                     const uint8_t *id,
                                                     size_t size,
                                                     int64_t now_us);
/* Copied. False: no more room. */
bool store_people_book_put_session(StorePeopleBook *self, const Vicu__PeopleSession *session);
/* Used now; on disk once a minute. */
void store_people_book_touch(StorePeopleBook *self, const uint8_t *id, int64_t now_us);
bool store_people_book_end(StorePeopleBook *self, const uint8_t *id, size_t size);
/* All of the account but @but (NULL: all); how many. */
unsigned store_people_book_end_all(StorePeopleBook *self, const char *account, const uint8_t *but);
typedef void (*StorePeopleSessionFunc)(const Vicu__PeopleSession *session, gpointer user);
void
store_people_book_sessions(const StorePeopleBook *self, StorePeopleSessionFunc func, gpointer user);
/* What is over goes: sessions, links, glass that was broken. True: something did. */
bool store_people_book_expire(StorePeopleBook *self, int64_t now_us);

/* Of the list of sessions; another one at each change of it. */
uint64_t store_people_book_serial(const StorePeopleBook *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePeopleBook, store_people_book_free)

G_END_DECLS
