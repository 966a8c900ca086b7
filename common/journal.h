/* Journal of an owner of state: what must outlive the process, appended record by record.
 *
 * append() writes at once (safe against the death of the process); sync() asks
 * a worker thread for fdatasync and tells when everything appended before is
 * on disk (safe against the loss of power). A failed write or sync is final:
 * the process has to end. Each record: magic, length, kind, CRC32C. A torn end
 * is cut off when opened; damage in the middle is skipped and counted, and what
 * is readable behind it is kept.
 *
 * One owner thread. Records of at most VICU_JOURNAL_RECORD_MAX bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_JOURNAL_RECORD_MAX (1u << 20)
#define VICU_JOURNAL_MAX        (256u << 20) /* a larger file is refused */

typedef struct VicuJournal VicuJournal;

/* What @kind is, 1..255, its owner says. */
typedef void (*VicuJournalRead)(uint8_t kind, const uint8_t *data, size_t size, gpointer user);

/* On the owner's thread: appends 1..@upto are on disk; @error once, when the
 * disk failed. */
typedef void (*VicuJournalSynced)(uint64_t upto, const GError *error, gpointer user);

typedef struct {
    uint64_t records; /* read at open */
    uint64_t torn_bytes;
    uint64_t damaged_bytes; /* in the middle: something was lost there */
    uint64_t bytes;         /* of the file now */
    uint64_t appended;
    uint64_t synced;
    uint64_t compactions;
} VicuJournalFigures;

/* @path is made (0600) if absent and locked against a second process. Every
 * record is given to @read in order. @context NULL: the default one. */
VicuJournal *vicu_journal_open(const char *path,
                               GMainContext *context,
                               VicuJournalRead read,
                               VicuJournalSynced synced,
                               gpointer user,
                               GError **error);
/* Waits for a sync under way; syncs nothing more. */
void vicu_journal_free(VicuJournal *self);

/* Number of this append, from 1; 0 on error. */
uint64_t
vicu_journal_append(VicuJournal *self, uint8_t kind, const void *data, size_t size, GError **error);

/* A sync of all that was appended so far begins, now or when the one under way
 * has finished. */
void vicu_journal_sync(VicuJournal *self);
/* The same, here and now; for start and end. */
bool vicu_journal_sync_now(VicuJournal *self, GError **error);

/* Writes a new file of what @write appends with vicu_journal_keep(), synced,
 * and puts it in place of the old one. Blocks. */
typedef void (*VicuJournalWrite)(VicuJournal *self, gpointer user);
bool vicu_journal_compact(VicuJournal *self, VicuJournalWrite write, gpointer user, GError **error);
void vicu_journal_keep(VicuJournal *self, uint8_t kind, const void *data, size_t size);

void vicu_journal_figures(const VicuJournal *self, VicuJournalFigures *figures);

/* The reader by itself, for tests and tools: gives every sound record of @data,
 * returns the offset behind the last one. @damaged may be NULL. */
size_t vicu_journal_scan(
    const uint8_t *data, size_t size, VicuJournalRead read, gpointer user, uint64_t *damaged);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuJournal, vicu_journal_free)

G_END_DECLS
