/* Backup: a folder that holds copies of a database at several moments.
 *
 *   DIR/vicu-backup            "vicu store backup 1"
 *   DIR/files/HASH             a file, under the SHA-256 of its bytes, kept once
 *   DIR/sets/NUMBER            a set: what files the database had, under which names
 *
 * A set is text: lines `key value`, then a line for each file: hash, bytes, time
 * of change (ns), name; the last line is the SHA-256 of all lines before it. So
 * every byte of a backup is covered: one flipped bit is found. Files of a
 * database do not change once they are written; those that the last set holds
 * under the same name, size and time are not read again.
 *
 * Works on folders at rest: give it a checkpoint (store/db.h), never the folder
 * of a running database. Blocks; no thread, no clock, no database in here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_BACKUP_FORMAT 1

typedef struct {
    char *hash; /* SHA-256, 64 hexadecimal digits */
    uint64_t size;
    int64_t changed_ns; /* time of the last change, as the file system says */
    char *name;         /* within the database's folder */
} StoreBackupFile;

typedef struct {
    unsigned number;
    int64_t t_us; /* UTC when it was made */
    char *origin; /* the folder it was made of */
    unsigned schema;
    GPtrArray *files; /* StoreBackupFile */
} StoreBackupSet;

typedef struct {
    uint64_t files;
    uint64_t bytes;     /* of the whole set */
    uint64_t new_files; /* that had to be copied */
    uint64_t new_bytes;
} StoreBackupFigures;

/* @done of @total bytes; called about every MiB and at the end. False: stop. */
typedef bool (*StoreBackupProgress)(uint64_t done, uint64_t total, gpointer user);

typedef struct {
    StoreBackupProgress func; /* may be NULL */
    gpointer user;
} StoreBackupTell;

void store_backup_set_free(StoreBackupSet *self);

/* Numbers of the sets, ascending; a folder that does not exist has none. NULL: cannot be read. */
GArray *store_backup_list(const char *dir, GError **error);
/* Reads and checks the text of a set; its files are not looked at. */
StoreBackupSet *store_backup_load(const char *dir, unsigned number, GError **error);

/* Copies @from, a database at rest, into @dir as the next set. Each copy is read
 * back and compared before the set is written; all is synced. The set's number,
 * or 0 and @error; then @dir is as it was, but for files that no set names. */
unsigned store_backup_make(const char *dir,
                           const char *from,
                           const char *origin,
                           int64_t t_us,
                           StoreBackupTell tell,
                           StoreBackupFigures *figures,
                           GError **error);

/* Reads every byte of the set and compares it. Each damaged or missing file is
 * added to @damaged (strings, one sentence each); false when there is one. */
bool store_backup_verify(const char *dir,
                         const StoreBackupSet *set,
                         StoreBackupTell tell,
                         GPtrArray *damaged,
                         GError **error);

/* Writes the set to @to, which must not exist or be empty. Refused as a whole at
 * the first byte that is not as it was: then @to is not made. */
bool store_backup_restore(const char *dir,
                          const StoreBackupSet *set,
                          const char *to,
                          StoreBackupTell tell,
                          GError **error);

/* Removes all sets but the newest @keep, and the files that no set names. */
bool store_backup_forget(
    const char *dir, unsigned keep, unsigned *sets_gone, uint64_t *bytes_gone, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreBackupSet, store_backup_set_free)

G_END_DECLS
