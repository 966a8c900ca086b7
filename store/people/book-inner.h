/* The book from within. For store/people/book*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/people/book.h"

G_BEGIN_DECLS

struct StorePeopleBook {
    StorePeopleBookOps ops;
    gpointer user;
    GHashTable *accounts; /* id -> Vicu__PeopleAccount */
    GHashTable *links;    /* GBytes hash -> Vicu__PeopleLink */
    GHashTable *sessions; /* GBytes id -> Vicu__PeopleSession */
    GHashTable *touched;  /* GBytes id -> int64_t when it was put on disk last */
    uint64_t serial;
};

/* A row goes out; @value NULL: it goes away. */
void book_put_row(StorePeopleBook *self,
                  StorePeopleKind kind,
                  const void *key,
                  size_t key_size,
                  const ProtobufCMessage *value);
/* The list of sessions is another one: owners are to be told. */
void book_changed(StorePeopleBook *self);
/* True: some were over, and are gone. */
bool book_expire_links(StorePeopleBook *self, int64_t now_us);

G_END_DECLS
