/* Signed heads of the audit's tree, and what witnesses have signed of them (common/note.h).
 *
 * Each group of writes that has records has a head over all of them: no record is durable that no
 * head covers. Rows of STORE_AUDIT_INDEX: 'h' -> time, the newest note; 'h' | time -> the same,
 * one an hour; 'w' | name of a witness -> its key, LF, the newest note that it has signed. One
 * thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/note.h"
#include "store/ledger-tree.h"

G_BEGIN_DECLS

#define STORE_NOTES_HEAD_TAG    'h'
#define STORE_NOTES_WITNESS_TAG 'w'

typedef struct StoreNotes StoreNotes;

typedef struct {
    char *note;
    uint64_t size;
    int64_t t_us; /* when the newest record under it was taken, or the witness' time */
    VicuNoteKey key;
} StoreNote;

/* Borrows @db and @tree. */
StoreNotes *store_notes_open(StoreDb *db, StoreTree *tree, GError **error);
void store_notes_free(StoreNotes *self);

/* From now on heads are signed; @signer is borrowed. */
void store_notes_set_signer(StoreNotes *self, const VicuNoteSigner *signer);
const VicuNoteKey *store_notes_key(const StoreNotes *self); /* NULL: nobody signs */

/* Puts a head over what the tree has now, if there is something new. @now_us: of its newest
 * record. */
void store_notes_seal(StoreNotes *self, int64_t now_us);
void store_notes_committed(StoreNotes *self);

/* The newest committed head; NULL: there is none. */
const StoreNote *store_notes_newest(const StoreNotes *self);

/* What is wrong between the newest head and the tree: a sentence, caller frees; NULL: nothing. */
char *store_notes_check(StoreNotes *self);

/* ---- witnesses ---- */

/* @note: a head of ours with a line of @key. Goes into the open group, unless an older one is
 * offered than is there. VICU_ERROR_AUTH: it is none of ours, or not signed by that key. */
bool
store_notes_witness(StoreNotes *self, const char *note, const VicuNoteKey *key, GError **error);
/* Those that are committed: StoreNote. */
const GPtrArray *store_notes_witnessed(const StoreNotes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreNotes, store_notes_free)

G_END_DECLS
