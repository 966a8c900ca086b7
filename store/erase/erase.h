/* Erasing the time of a bed: nothing of it can be read any more, wherever a copy of the
 * database lies.
 *
 * A store does it when it starts, before it serves: 1. the keys that will be left are made,
 * in memory; 2. the head is emptied, minutes sealed early and batches trimmed; 3. rows of
 * which a part is erased are written anew without it, rows that are erased whole are deleted,
 * a gap "erased", the streams' times and an audit record are put, all in one commit; 4. the
 * new keys are written in both folders. Whenever it is interrupted, doing all of it again
 * ends the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/erase/cipher.h"
#include "store/erase/request.h"
#include "store/head.h"

G_BEGIN_DECLS

/* Why a query finds nothing there. */
#define STORE_ERASED_REASON "erased"

/* Moments at which a test ends the process. */
typedef enum {
    STORE_ERASE_BEGUN,
    STORE_ERASE_EMPTIED,   /* the head */
    STORE_ERASE_PUT,       /* not committed */
    STORE_ERASE_COMMITTED, /* the keys are what they were */
    STORE_ERASE_DONE,      /* the request is still there */
} StoreEraseMoment;

typedef void (*StoreEraseFault)(StoreEraseMoment moment, gpointer user);

typedef struct {
    /* The head as the store opens it, for one request; freed here. */
    StoreHead *(*open)(gpointer user, GError **error);
    /* Done: what there is to say of it. */
    void (*done)(const StoreEraseRequest *request, uint64_t rows, uint64_t unread, gpointer user);
    StoreEraseFault fault; /* NULL but in tests */
} StoreEraseOps;

/* All requests of @dir, the installation's, with the database of @cipher open and no head on
 * it. @unread of _done() counts what could not be read as it was before: it is gone with the
 * rest. False: a write failed, and the process has to end; the next one goes on. */
bool store_erase_at_start(const char *dir,
                          StoreCipher *cipher,
                          StoreNow now,
                          const StoreEraseOps *ops,
                          gpointer user,
                          GError **error);

G_END_DECLS
