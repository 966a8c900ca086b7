/* Journal of the rules: what must outlive the process, appended record by record.
 *
 * append() writes at once (safe against the death of the process); sync() asks
 * a worker thread for fdatasync and tells when everything appended before is
 * on disk (safe against the loss of power). A failed write or sync is final:
 * the process has to end. Each record: magic, length, kind, CRC32C. A torn end
 * is cut off when opened; damage in the middle is skipped and counted, and what
 * is readable behind it is kept.
 *
 * One owner thread. Records of at most RULES_JOURNAL_RECORD_MAX bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define RULES_JOURNAL_RECORD_MAX (1u << 20)
#define RULES_JOURNAL_MAX        (256u << 20) /* a larger file is refused */

typedef struct RulesJournal RulesJournal;

/* Kinds are numbers on disk: never change one. */
typedef enum {
    RULES_RECORD_ITEM = 1,     /* a packed StateItem: stands, or is removed */
    RULES_RECORD_ANSWER = 2,   /* u32 length of the packed Command, it, the packed CommandResult */
    RULES_RECORD_POSITION = 3, /* u64 hub incarnation, u64 number: the feed was handled up to it */
    RULES_RECORD_INCARNATION = 4, /* u64: starts of this owner */
    RULES_RECORD_SET = 5, /* 16 hexadecimal digits: the set of rules in force; 16: the one before */
} RulesRecordKind;

typedef void (*RulesJournalRead)(uint8_t kind, const uint8_t *data, size_t size, gpointer user);

/* On the owner's thread: appends 1..@upto are on disk; @error once, when the
 * disk failed. */
typedef void (*RulesJournalSynced)(uint64_t upto, const GError *error, gpointer user);

typedef struct {
    uint64_t records; /* read at open */
    uint64_t torn_bytes;
    uint64_t damaged_bytes; /* in the middle: something was lost there */
    uint64_t bytes;         /* of the file now */
    uint64_t appended;
    uint64_t synced;
    uint64_t compactions;
} RulesJournalFigures;

/* @path is made (0600) if absent and locked against a second process. Every
 * record is given to @read in order. @context NULL: the default one. */
RulesJournal *rules_journal_open(const char *path,
                                 GMainContext *context,
                                 RulesJournalRead read,
                                 RulesJournalSynced synced,
                                 gpointer user,
                                 GError **error);
/* Waits for a sync under way; syncs nothing more. */
void rules_journal_free(RulesJournal *self);

/* Number of this append, from 1; 0 on error. */
uint64_t rules_journal_append(
    RulesJournal *self, RulesRecordKind kind, const void *data, size_t size, GError **error);

/* A sync of all that was appended so far begins, now or when the one under way
 * has finished. */
void rules_journal_sync(RulesJournal *self);
/* The same, here and now; for start and end. */
bool rules_journal_sync_now(RulesJournal *self, GError **error);

/* Writes a new file of what @write appends with rules_journal_keep(), synced,
 * and puts it in place of the old one. Blocks. */
typedef void (*RulesJournalWrite)(RulesJournal *self, gpointer user);
bool
rules_journal_compact(RulesJournal *self, RulesJournalWrite write, gpointer user, GError **error);
void rules_journal_keep(RulesJournal *self, RulesRecordKind kind, const void *data, size_t size);

void rules_journal_figures(const RulesJournal *self, RulesJournalFigures *figures);

/* The reader by itself, for tests and tools: gives every sound record of @data,
 * returns the offset behind the last one. @damaged may be NULL. */
size_t rules_journal_scan(
    const uint8_t *data, size_t size, RulesJournalRead read, gpointer user, uint64_t *damaged);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesJournal, rules_journal_free)

G_END_DECLS
