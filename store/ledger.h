/* The audit: append-only records in the order in which they were taken.
 *
 * A record gets the next number and the time it was taken; it is never changed
 * or deleted here. A record with an id is kept once however often it is sent. All of them are
 * leaves of a hash tree, whose heads are signed (ledger-tree.h, ledger-notes.h).
 * Puts go to the database's open group, so a record is durable with the commit
 * that follows. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/audit.h"
#include "common/wire.h"
#include "store/db.h"
#include "store/ledger-notes.h"
#include "store/ledger-tree.h"

G_BEGIN_DECLS

#define STORE_AUDIT_ID_LEN VICU_AUDIT_ID_LEN

typedef struct StoreLedger StoreLedger;

typedef enum {
    STORE_LEDGER_TAKEN,
    STORE_LEDGER_DUPLICATE,
    STORE_LEDGER_MALFORMED, /* cannot be read */
    STORE_LEDGER_BROKEN,    /* the disk failed: @error is set */
} StoreLedgerFate;

typedef struct {
    uint64_t taken;
    uint64_t duplicates;
    uint64_t malformed;
} StoreLedgerCounts;

/* Records that the tree does not have, of a database from before there was one, are put into it
 * first, some at a time; not by a reader, which has no tree to show then. */
StoreLedger *store_ledger_open(StoreDb *db, GError **error);
void store_ledger_free(StoreLedger *self);

/* @record->t_taken_us is set. An id that is not 16 bytes is no id:
 * taken without a check for repeats. */
StoreLedgerFate
store_ledger_append(StoreLedger *self, Vicu__AuditRecord *record, int64_t now_us, GError **error);
StoreLedgerFate store_ledger_append_packed(
    StoreLedger *self, const void *packed, size_t size, int64_t now_us, GError **error);

/* The oldest records taken before @before_us go, up to the first one that was not, @most of
 * them at most; a record `audit-retention` says which, with the SHA-256 of what they
 * were. All of it is put into one group. *@n: how many. */
bool store_ledger_retain(StoreLedger *self,
                         int64_t before_us,
                         int64_t now_us,
                         unsigned most,
                         unsigned *n,
                         GError **error);

/* To be called before each commit: what is new gets a signed head, if somebody signs. */
void store_ledger_seal(StoreLedger *self);
/* To be called after each commit: repeats are now found in the database. */
void store_ledger_committed(StoreLedger *self);

/* The heads of it; NULL: a reader of a database that has no tree yet. */
StoreNotes *store_ledger_notes(StoreLedger *self);
StoreTree *store_ledger_tree(StoreLedger *self);
/* What the tree says against the records and the newest head: a sentence, caller frees; NULL:
 * nothing. */
char *store_ledger_check(StoreLedger *self);

uint64_t store_ledger_last(const StoreLedger *self); /* number of the newest; 0 = none */
const StoreLedgerCounts *store_ledger_counts(const StoreLedger *self);

/* Keys of STORE_AUDIT (by number) and of its index by time taken. */
StoreKey store_ledger_key(uint64_t number);
StoreKey store_ledger_time_key(int64_t t_taken_us, uint64_t number);
uint64_t store_ledger_time_key_number(const uint8_t *key, size_t size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLedger, store_ledger_free)

G_END_DECLS
